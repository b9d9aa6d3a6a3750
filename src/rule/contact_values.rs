//! The phone numbers and addresses of a lead, read as people write them, each with its place.

use std::ops::Range;

use super::HostTables;
use super::misplaced::{ContactField, FoundContact, Misplaced, is_plain, misplaced_in, overlap};
use crate::contact::{
    ContactValue, Email, EmailFault, Phone, PhoneFault, StatedCountry, Wechat, WechatFault,
    country_of_lone_code, is_coded, is_planned, plain_email, plain_phone, read_emails, read_phones,
    read_phones_beside, read_phones_of, read_wechats,
};
use crate::model::{Contact, EmailAddress, Lead, PhoneNumber, Region};

/// Where a contact value is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    field: ContactField,
    /// Place of the text in its list.
    index: usize,
    /// Bytes of the text.
    span: Range<usize>,
}

/// A contact value and where it is.
#[derive(Debug)]
pub(crate) struct Placed<'f, T> {
    /// The field, which may be one for another kind.
    pub(crate) field: ContactField,
    /// Place of the text in its list, where the field is one.
    pub(crate) index: Option<usize>,
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
    /// That part of the text.
    pub(crate) text: &'f str,
    /// The value that was read there.
    pub(crate) value: &'f T,
}

/// Values of a kind in the order of their field, then those in the fields of others. Where they are is kept
/// only when a text holds more or less than one value.
#[derive(Debug)]
pub(super) struct Values<T> {
    home: ContactField,
    pub(super) values: Vec<T>,
    places: Option<Vec<Place>>,
}

impl<T> Values<T> {
    fn read<'t>(
        home: ContactField,
        texts: impl ExactSizeIterator<Item = &'t str> + Clone,
        plain: impl Fn(&str) -> Option<T>,
        all: impl Fn(&str) -> Vec<ContactValue<T>>,
    ) -> Values<T> {
        let mut read = Values { home, values: Vec::with_capacity(texts.len()), places: None };
        for (index, text) in texts.clone().enumerate() {
            let place = |span| Place { field: home, index, span };
            if let Some(value) = plain(text) {
                read.values.push(value);
                if let Some(places) = &mut read.places {
                    places.push(place(trimmed(text)));
                }
                continue;
            }
            let places = read.places(|at| texts.clone().nth(at));
            let found: Vec<ContactValue<T>> = all(text);
            places.extend(found.iter().map(|one| place(one.span.clone())));
            read.values.extend(found.into_iter().map(|one| one.value));
        }
        read
    }

    /// The places of all values, stored from the first one that needs a place: those before it fill their texts.
    fn places<'t>(&mut self, text: impl Fn(usize) -> Option<&'t str>) -> &mut Vec<Place> {
        let (home, count) = (self.home, self.values.len());
        let whole = |index| Place { field: home, index, span: text(index).map(trimmed).unwrap_or_default() };
        self.places.get_or_insert_with(|| (0..count).map(whole).collect())
    }

    /// Every value with its place in the lead from which it was read.
    pub(super) fn placed<'f>(&'f self, lead: &'f Lead) -> impl Iterator<Item = Placed<'f, T>> {
        self.values.iter().enumerate().filter_map(move |(at, value)| {
            let place = match &self.places {
                Some(places) => places.get(at).cloned()?,
                None => Place { field: self.home, index: at, span: trimmed(self.home.text(lead, at)?) },
            };
            let Place { field, index, span } = place;
            let text = field.text(lead, index)?.get(span.clone())?;
            Some(Placed { field, index: (field != ContactField::Wechat).then_some(index), span, text, value })
        })
    }

    /// Adds a value that is in the field of another kind.
    fn add(&mut self, lead: &Lead, place: Place, value: T) {
        let home = self.home;
        self.places(|at| home.text(lead, at)).push(place);
        self.values.push(value);
    }

    /// The spans of the values in one text that fit.
    fn spans(&self, lead: &Lead, index: usize, fits: impl Fn(&T) -> bool) -> Vec<Range<usize>> {
        let own = |one: &Placed<'_, T>| one.field == self.home && one.index.unwrap_or_default() == index;
        self.placed(lead).filter(own).filter(|one| fits(one.value)).map(|one| one.span).collect()
    }

    /// Removes the unreadable rest of a text from which a value of another kind was read.
    fn drop_unread(&mut self, place: &Place, is_unread: impl Fn(&T) -> bool) {
        let Some(places) = &mut self.places else { return };
        let covers = |one: &Place| {
            (one.field, one.index) == (place.field, place.index) && overlap(&one.span, &place.span)
        };
        let mut keeps =
            self.values.iter().zip(places.iter()).map(|(value, at)| !(is_unread(value) && covers(at)));
        let keeps: Vec<bool> = keeps.by_ref().collect();
        let mut kept = keeps.iter();
        self.values.retain(|_| kept.next() != Some(&false));
        let mut kept = keeps.iter();
        places.retain(|_| kept.next() != Some(&false));
    }
}

fn trimmed(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// All the contact values of a lead, each as its own kind, whatever field it is in.
#[derive(Debug)]
pub(super) struct ContactValues {
    pub(super) phones: Values<Phone>,
    pub(super) emails: Values<Result<Email, EmailFault>>,
    pub(super) wechats: Values<Result<Wechat, WechatFault>>,
}

impl ContactValues {
    /// Of a lead that states a country: its numbers are as they are dialled there.
    pub(super) fn of_lead(lead: &Lead, stated: StatedCountry, tables: &HostTables) -> ContactValues {
        let emails = lead.emails.iter().map(EmailAddress::as_str);
        let wechat = lead.wechat.as_ref().map(|id| id.as_str());
        let mut all = ContactValues {
            phones: phones_of(lead, stated, tables),
            emails: Values::read(ContactField::Email, emails, |text| plain_email(text).map(Ok), read_emails),
            wechats: Values::read(
                ContactField::Wechat,
                wechat.into_iter(),
                |text| Wechat::parse(text).ok().map(Ok),
                read_wechats,
            ),
        };
        let options = tables.phone_options();
        let read = |text: &str| read_phones_of(text, stated, &options);
        for (field, index, text) in odd_texts(lead) {
            all.read_again(lead, field, index, text, &read);
        }
        all
    }

    /// Reads what a text holds besides the values that its field is for.
    fn read_again(
        &mut self,
        lead: &Lead,
        field: ContactField,
        index: usize,
        text: &str,
        phones: &dyn Fn(&str) -> Vec<ContactValue<Phone>>,
    ) {
        let own = match field {
            ContactField::Phone => self.phones.spans(lead, index, |phone| phone.key().is_some()),
            ContactField::Email => self.emails.spans(lead, index, Result::is_ok),
            ContactField::Wechat => self.wechats.spans(lead, index, Result::is_ok),
        };
        for Misplaced { span, value } in misplaced_in(field, text, phones, &own) {
            let place = Place { field, index, span };
            match field {
                ContactField::Phone => self.phones.drop_unread(&place, |phone| phone.key().is_none()),
                ContactField::Email => self.emails.drop_unread(&place, Result::is_err),
                ContactField::Wechat => self.wechats.drop_unread(&place, Result::is_err),
            }
            match value {
                FoundContact::Phone(phone) => {
                    let accounts = self.wechats.values.iter().flatten().map(Wechat::key);
                    let known = self.phones.values.iter().filter_map(Phone::key).chain(accounts);
                    if !known.into_iter().any(|key| phone.key() == Some(key)) {
                        self.phones.add(lead, place, phone);
                    }
                }
                FoundContact::Email(email) => {
                    if !self.emails.values.iter().flatten().any(|known| known.key() == email.key()) {
                        self.emails.add(lead, place, Ok(email));
                    }
                }
                FoundContact::Wechat(id) => {
                    if !self.wechats.values.iter().flatten().any(|known| known.key() == id.key()) {
                        self.wechats.add(lead, place, Ok(id));
                    }
                }
            }
        }
    }
}

/// The texts that may hold something else than values of their own kind; few leads have one.
fn odd_texts(lead: &Lead) -> impl Iterator<Item = (ContactField, usize, &str)> {
    let phones = lead.phones.iter().enumerate().map(|(at, text)| (ContactField::Phone, at, text.as_str()));
    let emails = lead.emails.iter().enumerate().map(|(at, text)| (ContactField::Email, at, text.as_str()));
    let wechat = lead.wechat.iter().map(|text| (ContactField::Wechat, 0, text.as_str()));
    phones.chain(emails).chain(wechat).filter(|(field, _, text)| !is_plain(*field, text))
}

fn phones_of(lead: &Lead, stated: StatedCountry, tables: &HostTables) -> Values<Phone> {
    let options = tables.phone_options();
    let texts = lead.phones.iter().map(PhoneNumber::as_str);
    // Two columns of one form: the code and its number.
    let mut codes = texts.clone().filter_map(country_of_lone_code);
    if let Some(country) = codes.next() {
        let read = |text: &str| read_phones_beside(text, country, &options);
        return Values::read(ContactField::Phone, texts, |_| None, read);
    }
    if is_planned(stated, &options) {
        let read = |text: &str| read_phones_of(text, stated, &options);
        return Values::read(ContactField::Phone, texts, |_| None, read);
    }
    Values::read(
        ContactField::Phone,
        texts,
        |text| plain_phone(text, &options),
        |text| {
            let found = read_phones(text, &options);
            let is_local = |one: &ContactValue<Phone>| one.value.fault() == Some(PhoneFault::MissingAreaCode);
            match found.iter().any(is_local).then(|| city_of(lead, stated, tables)).flatten() {
                Some(city) => read_phones(text, &options.in_city(city)),
                None => found,
            }
        },
    )
}

/// The keys by which the phone numbers of a lead are joined, as its facts have them.
pub(crate) fn visit_phone_match_keys(lead: &Lead, tables: &HostTables, mut visit: impl FnMut(&str)) {
    let stated = tables.gazetteer.country_of(lead.country.as_deref());
    let phones = match odd_texts(lead).next() {
        Some(_) => ContactValues::of_lead(lead, stated, tables).phones,
        None => phones_of(lead, stated, tables),
    };
    phones.values.iter().filter_map(Phone::match_key).for_each(|key| visit(&key));
}

/// The phone texts of a lead as another record keeps them, where they are read by `there`. A text that would be another number
/// there, or none, has its numbers with their country codes; beside a guess it has the country.
pub(crate) fn phones_in_full(
    lead: &Lead,
    tables: &HostTables,
    there: impl Fn(&str) -> Vec<ContactValue<Phone>>,
) -> Vec<String> {
    let read = phones_of(lead, tables.gazetteer.country_of(lead.country.as_deref()), tables);
    let meaning = |phone: &Phone| (phone.key().map(str::to_owned), phone.is_assumed());
    let in_full = |(index, text): (usize, &PhoneNumber)| {
        let here: Vec<Placed<'_, Phone>> = read.placed(lead).filter(|one| one.index == Some(index)).collect();
        let mut full = text.as_str().to_owned();
        let found = there(&full);
        if here.iter().map(|one| meaning(one.value)).eq(found.iter().map(|one| meaning(&one.value))) {
            return full;
        }
        for one in here.iter().rev().filter(|one| !is_coded(one.text)) {
            if let Some(key) = one.value.sure_key() {
                let extension = one.value.extension().map(|own| format!(" ext. {own}")).unwrap_or_default();
                full.replace_range(one.span.clone(), &format!("{key}{extension}"));
            }
        }
        if let Some(country) =
            lead.country.as_deref().filter(|_| here.iter().any(|one| one.value.is_assumed()))
        {
            full.push_str(&format!(" ({country})"));
        }
        full
    };
    lead.phones.iter().enumerate().map(in_full).collect()
}

/// The numbers in a text as a phone field of a lead has them.
pub(crate) fn read_phones_as_of(lead: &Lead, text: &str, tables: &HostTables) -> Vec<ContactValue<Phone>> {
    let alone = Lead {
        phones: vec![text.into()],
        country: lead.country.clone(),
        region: lead.region,
        province: lead.province.clone(),
        city: lead.city.clone(),
        ..Lead::default()
    };
    let read = phones_of(&alone, tables.gazetteer.country_of(alone.country.as_deref()), tables);
    let placed = read.placed(&alone).map(|one| ContactValue { span: one.span, value: one.value.clone() });
    placed.collect()
}

/// Every contact value of a record, as its own kind.
pub(crate) fn values_of(lead: &Lead, stated: StatedCountry, tables: &HostTables) -> Vec<FoundContact> {
    found_in(lead, stated, tables, |_, _| true)
}

/// Those in the fields of other kinds.
pub(crate) fn strays_of(lead: &Lead, stated: StatedCountry, tables: &HostTables) -> Vec<FoundContact> {
    let is_mixed = may_be_misplaced(lead);
    if is_mixed { found_in(lead, stated, tables, |home, field| home != field) } else { Vec::new() }
}

fn found_in(
    lead: &Lead,
    stated: StatedCountry,
    tables: &HostTables,
    fits: impl Fn(ContactField, ContactField) -> bool,
) -> Vec<FoundContact> {
    let all = ContactValues::of_lead(lead, stated, tables);
    let phones = all.phones.placed(lead).filter(|one| fits(ContactField::Phone, one.field));
    let phones = phones.map(|one| FoundContact::Phone(one.value.clone()));
    let emails = all.emails.placed(lead).filter(|one| fits(ContactField::Email, one.field));
    let emails = emails.filter_map(|one| one.value.clone().ok()).map(FoundContact::Email);
    let wechats = all.wechats.placed(lead).filter(|one| fits(ContactField::Wechat, one.field));
    let wechats = wechats.filter_map(|one| one.value.clone().ok()).map(FoundContact::Wechat);
    phones.chain(emails).chain(wechats).collect()
}

/// The fields of a contact, if they may hold values of other kinds.
pub(crate) fn mixed_fields(contact: &Contact) -> Option<Lead> {
    let phones = contact.phones.iter().map(|text| (ContactField::Phone, text.as_str()));
    let emails = contact.emails.iter().map(|text| (ContactField::Email, text.as_str()));
    let wechat = contact.wechat.iter().map(|text| (ContactField::Wechat, text.as_str()));
    let mut texts = phones.chain(emails).chain(wechat);
    let fields = || Lead {
        phones: contact.phones.clone(),
        emails: contact.emails.clone(),
        wechat: contact.wechat.clone(),
        ..Lead::default()
    };
    texts.any(|(field, text)| !is_plain(field, text)).then(fields)
}

/// Whether a lead may have contact values in the fields of other kinds.
pub(crate) fn may_be_misplaced(lead: &Lead) -> bool {
    odd_texts(lead).next().is_some()
}

/// The city that local numbers of a lead belong to: its own. Where the company's name or another number says it is, a
/// person may still write the number of another city.
fn city_of(lead: &Lead, stated: StatedCountry, tables: &HostTables) -> Option<Region> {
    let china = |region: &Region| region.to_country() == Region::CN;
    if !china(&tables.default_region) {
        return None;
    }
    let (gazetteer, country) = (&tables.gazetteer, stated.region());
    let city = || gazetteer.place_in(lead.city.as_deref()?, country.as_ref());
    let province = || gazetteer.province_in(lead.province.as_deref()?, country.as_ref());
    let (region, city) = (lead.region, city().or_else(province));
    let found = match (region, city) {
        // The city is named within the region, or the region within the city.
        (Some(region), Some(city)) if region.contains(&city) => city,
        (Some(region), Some(city)) if city.contains(&region) => region,
        (Some(_), Some(_)) => return None,
        (region, city) => region.or(city)?,
    };
    Some(found).filter(china)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead_in(country: &str, phone: &str) -> Lead {
        serde_json::from_value(serde_json::json!({
            "id": "L1", "created_at": "2026-03-02T09:00:00+08:00", "phones": [phone], "country": country,
        }))
        .unwrap()
    }

    fn keys(country: &str, phone: &str) -> Vec<String> {
        let lead = lead_in(country, phone);
        let mut keys = Vec::new();
        visit_phone_match_keys(&lead, &HostTables::default(), |key| keys.push(key.to_owned()));
        keys
    }

    #[test]
    fn numbers_are_read_in_the_country_that_the_lead_states() {
        for country in
            ["US", "United States (US)", "U.S", "+1", "840", "🇺🇸", "en-US", "US, CA", "Puerto Rico"]
        {
            assert_eq!(keys(country, "(415) 555-2671"), ["+14155552671"], "{country}");
        }
        for country in ["KOR", "Republic of Korea", "Korea (South)", "大韩民国"] {
            assert_eq!(keys(country, "010-2348-6780"), ["+821023486780"], "{country}");
        }
        for country in ["Hong Kong SAR China", "Hong Kong (SAR)", "HK (香港)"] {
            assert_eq!(keys(country, "6098 7654"), ["+85260987654"], "{country}");
        }
        assert_eq!(keys("IN", "09838677234"), ["+919838677234"]);
        for country in ["", "无", "China", "中国 China", "广东省深圳市", "CN-GD"] {
            assert_eq!(keys(country, "0755-26718843"), ["+8675526718843"], "{country}");
        }
    }

    /// A country that nobody understands is not China.
    #[test]
    fn numbers_in_an_unknown_country_are_guesses() {
        for phone in ["(415) 555-2671", "010-2348-6780", "0755-26718843", "400-820-8820"] {
            let keys = keys("Atlantis", phone);
            assert!(keys.len() == 1 && keys[0].ends_with('?'), "{phone}: {keys:?}");
        }
        for (phone, key) in [
            ("13927461853", "+8613927461853"),
            ("+1 415 555 2671", "+14155552671"),
            ("0086 755 26718843", "+8675526718843"),
        ] {
            assert_eq!(keys("Atlantis", phone), [key], "{phone}");
        }
        let lead = lead_in("Atlantis", "(415) 555-2671");
        let read = ContactValues::of_lead(&lead, StatedCountry::Unknown, &HostTables::default());
        assert_eq!(read.phones.values[0].fault(), Some(PhoneFault::AssumedCountry));
    }

    /// A trunk 0 is dialled in the stated country; a number of both plans is of neither.
    #[test]
    fn a_mobile_of_china_may_be_a_number_of_the_stated_country() {
        for (country, phone, expected) in [
            ("DE", "015254599371", &["+4915254599371"][..]),
            ("Germany", "01525 4599371", &["+4915254599371"]),
            ("德国", "0152 54599371", &["+4915254599371"]),
            ("DE", "0151/50886723", &["+4915150886723"]),
            ("DE", "(0151) 50886723", &["+4915150886723"]),
            ("DE", "0176 12345981", &["+4917612345981"]),
            ("DE", "01572 3456781", &["+4915723456781"]),
            ("DE", "15254599371", &["+8615254599371?"]),
            ("DE", "13927461853", &["+8613927461853"]),
            ("BR", "19981234567", &["+8619981234567?"]),
            ("BR", "019 98123-4567", &["+8619981234567?"]),
            ("BR", "13827461853", &["+8613827461853"]),
            ("US", "13105551234", &["+8613105551234?"]),
            ("US", "1310 555 1234", &["+8613105551234?"]),
            ("CA", "15145551234", &["+8615145551234?"]),
            ("US", "13927461853", &["+8613927461853"]),
            ("JP", "13927461853", &["+8613927461853"]),
            ("JP", "013927461853", &["+8613927461853"]),
            ("SG", "013927461853", &["+8613927461853"]),
        ] {
            assert_eq!(keys(country, phone), expected, "{country} {phone}");
        }
    }
}
