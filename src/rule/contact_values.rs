//! The phone numbers and addresses of a lead, read as people write them, each with the place where it stands.

use std::ops::Range;

use super::HostTables;
use crate::contact::{
    ContactValue, Email, EmailFault, Phone, PhoneFault, plain_email, plain_phone, read_emails, read_phones,
};
use crate::model::{EmailAddress, Lead, PhoneNumber, Region};

/// A value of a contact field and where it stands.
#[derive(Debug)]
pub(crate) struct Placed<'f, T> {
    /// Place of the text in its list.
    pub(crate) index: usize,
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
    /// That part of the text.
    pub(crate) text: &'f str,
    /// What was read there.
    pub(crate) value: &'f T,
}

/// Values in the order of their fields. Where they stand is kept only when a text holds more or less than one value.
#[derive(Debug)]
pub(super) struct Values<T> {
    pub(super) values: Vec<T>,
    places: Option<Vec<(usize, Range<usize>)>>,
}

impl<T> Values<T> {
    fn read<'t>(
        texts: impl ExactSizeIterator<Item = &'t str> + Clone,
        plain: impl Fn(&str) -> Option<T>,
        all: impl Fn(&str) -> Vec<ContactValue<T>>,
    ) -> Values<T> {
        let mut values: Vec<T> = Vec::with_capacity(texts.len());
        let mut places: Option<Vec<(usize, Range<usize>)>> = None;
        for (index, text) in texts.clone().enumerate() {
            if let Some(value) = plain(text) {
                values.push(value);
                if let Some(places) = &mut places {
                    places.push((index, trimmed(text)));
                }
                continue;
            }
            // Those before it were read whole.
            let before = || texts.clone().take(index).map(trimmed).enumerate().collect();
            let places = places.get_or_insert_with(before);
            for found in all(text) {
                values.push(found.value);
                places.push((index, found.span));
            }
        }
        Values { values, places }
    }

    /// Every value with its place in `texts`, from which it was read.
    pub(super) fn placed<'f>(
        &'f self,
        text: impl Fn(usize) -> Option<&'f str>,
    ) -> impl Iterator<Item = Placed<'f, T>> {
        self.values.iter().enumerate().filter_map(move |(at, value)| {
            let (index, span) = match &self.places {
                Some(places) => places.get(at).cloned()?,
                None => (at, trimmed(text(at)?)),
            };
            Some(Placed { index, text: text(index)?.get(span.clone())?, span, value })
        })
    }
}

fn trimmed(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

impl Values<Phone> {
    pub(super) fn of_lead(lead: &Lead, tables: &HostTables) -> Values<Phone> {
        let options = tables.phone_options();
        let texts = lead.phones.iter().map(PhoneNumber::as_str);
        Values::read(
            texts,
            |text| plain_phone(text, &options),
            |text| {
                let found = read_phones(text, &options);
                let is_local =
                    |one: &ContactValue<Phone>| one.value.fault() == Some(PhoneFault::MissingAreaCode);
                match found.iter().any(is_local).then(|| city_of(lead, tables)).flatten() {
                    Some(city) => read_phones(text, &options.in_city(city)),
                    None => found,
                }
            },
        )
    }
}

impl Values<Result<Email, EmailFault>> {
    pub(super) fn of_lead(lead: &Lead) -> Values<Result<Email, EmailFault>> {
        let texts = lead.emails.iter().map(EmailAddress::as_str);
        Values::read(texts, |text| plain_email(text).map(Ok), read_emails)
    }
}

/// The keys of all phone numbers of a lead, as its facts have them.
pub(crate) fn visit_phone_keys(lead: &Lead, tables: &HostTables, visit: impl FnMut(&str)) {
    let phones = Values::<Phone>::of_lead(lead, tables);
    phones.values.iter().filter_map(Phone::key).for_each(visit);
}

/// The city that local numbers of a lead belong to: its own. Where the company's name or another number says it is, a
/// person may still write the number of another city.
fn city_of(lead: &Lead, tables: &HostTables) -> Option<Region> {
    let china = |region: &Region| region.to_country() == Region::CN;
    if !china(&tables.default_region) {
        return None;
    }
    let gazetteer = &tables.gazetteer;
    let country = lead.country.as_deref().and_then(|country| gazetteer.region_of(country));
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
