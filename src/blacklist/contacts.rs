//! Contact values that cannot be used or look invented.

use super::allow::{Allowances, At};
use super::found::Found;
use super::lists::{shown, trimmed};
use super::reason::{ContactKind, HitReason, discreet};
use super::rules::{BlacklistCheck, BlacklistRule, FakeCheck, FakeField, FakeRule, PhoneFormatCheck};
use crate::contact::{
    Email, EmailFault, FakeReason, Phone, PhoneFault, PhoneKind, PhoneOptions, PhoneQuality, Wechat,
    WechatFault, WechatKind, fake_email, fake_folded_company, fake_name, fake_phone, fake_wechat,
    is_nobodys_email, is_nobodys_wechat, is_sample_mailbox, is_sample_phone,
};
use crate::model::{Lead, RuleId, mask_email, mask_id, mask_phone};
use crate::rule::{ContactField, Facts, FoundContact, Misplaced, Placed};

/// Fewest digits of a Chinese number that a new range may hold, its area code included.
const MIN_CHINESE: usize = 10;
/// Most faults of one text that are shown.
const MAX_FAULTS: usize = 8;

/// The faults of each text that count.
#[derive(Default)]
struct Few {
    text: Option<(ContactField, Option<usize>)>,
    counting: usize,
}

impl Few {
    /// Whether one more is shown for a text; the texts come one after the other.
    fn has_room(&mut self, field: ContactField, index: Option<usize>) -> bool {
        if self.text != Some((field, index)) {
            *self = Few { text: Some((field, index)), counting: 0 };
        }
        self.counting < MAX_FAULTS
    }

    fn add(&mut self, counts: bool) {
        self.counting += usize::from(counts);
    }
}

/// Phone numbers that cannot be called. Blank values count as not given. `found` answers whether a finding counts.
pub(super) fn find_bad_phones(
    check: &PhoneFormatCheck,
    facts: &Facts<'_>,
    found: &mut impl FnMut(Found) -> bool,
) {
    let mut few = Few::default();
    for placed in facts.placed_phones() {
        let phone = placed.value;
        let reason = match phone.quality() {
            PhoneQuality::Malformed(PhoneFault::Empty) => continue,
            PhoneQuality::Malformed(fault) => HitReason::PhoneMalformed { fault },
            PhoneQuality::PossibleNotAssigned if !check.allow_not_assigned => {
                HitReason::PhoneNotAssigned { fault: phone.fault() }
            }
            PhoneQuality::UnknownCountry if phone.is_assumed() => HitReason::PhoneCountryAssumed,
            _ => continue,
        };
        if !few.has_room(placed.field, placed.index) {
            continue;
        }
        let entry = shown(mask_phone(placed.text));
        few.add(found(
            Found::at(placed.field.as_str(), placed.index, Some(placed.span), reason).entry(entry),
        ));
    }
}

/// E-mail addresses that cannot be written to. `found` answers whether a finding counts.
pub(super) fn find_bad_emails(facts: &Facts<'_>, found: &mut impl FnMut(Found) -> bool) {
    let mut few = Few::default();
    for placed in facts.placed_emails() {
        let fault = match placed.value {
            Ok(_) | Err(EmailFault::Empty) => continue,
            Err(fault) => *fault,
        };
        if !few.has_room(placed.field, placed.index) {
            continue;
        }
        let entry = shown(mask_email(placed.text));
        let reason = HitReason::EmailMalformed { fault };
        few.add(found(
            Found::at(placed.field.as_str(), placed.index, Some(placed.span), reason).entry(entry),
        ));
    }
}

/// A WeChat id that cannot exist.
pub(super) fn find_bad_wechat(facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    for placed in facts.placed_wechats() {
        let Err(fault) = *placed.value else { continue };
        let entry = shown(mask_id(placed.text));
        let reason = HitReason::WechatMalformed { fault };
        found(Found::at(placed.field.as_str(), placed.index, Some(placed.span), reason).entry(entry));
    }
}

/// Which values reach somebody, as far as the rules check. A pattern is a suspicion, which makes no value
/// unusable: people choose numbers that are easy to keep in mind. A value that is known to belong to nobody does, while a
/// rule looks for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    allow_not_assigned: bool,
    /// The rules that report numbers outside every assigned range.
    formats: Vec<Named>,
    /// The rules that look for values that belong to nobody.
    fakes: Vec<(Named, FakeCheck)>,
}

/// A rule as overrides name it.
#[derive(Debug, Clone)]
struct Named {
    rule: RuleId,
    category: String,
}

/// The overrides in force for a lead.
#[derive(Clone, Copy)]
pub(super) struct Allowed<'a> {
    pub(super) allowances: &'a Allowances,
    pub(super) places: &'a [usize],
}

impl Allowed<'_> {
    /// Whether they lift the findings of all of some rules about a value.
    fn lift<'n, T>(
        self,
        mut rules: impl Iterator<Item = &'n Named>,
        value: &Placed<'_, T>,
        facts: &Facts<'_>,
    ) -> bool {
        let at = At { field: Some(value.field.as_str()), index: value.index, span: Some(&value.span) };
        let lifts = |named: &Named| {
            self.allowances.suppression(self.places, &named.rule, &named.category, at, facts).is_some()
        };
        !self.places.is_empty() && rules.all(lifts)
    }
}

impl Reach {
    pub(super) fn of(rules: &[BlacklistRule]) -> Reach {
        let mut reach = Reach::default();
        let named = |rule: &BlacklistRule| Named { rule: rule.id.clone(), category: rule.category.clone() };
        for rule in rules {
            match &rule.check {
                BlacklistCheck::PhoneFormat(check) if check.allow_not_assigned => {
                    reach.allow_not_assigned = true;
                }
                BlacklistCheck::PhoneFormat(_) => reach.formats.push(named(rule)),
                BlacklistCheck::Fake(check) => reach.fakes.push((named(rule), check.clone())),
                _ => {}
            }
        }
        reach
    }

    /// The rules that look for something in a field.
    fn looking_for(&self, field: FakeField, what: FakeRule) -> impl Iterator<Item = &Named> {
        let looks = move |check: &FakeCheck| check.fields.contains(&field) && check.rules.contains(&what);
        self.fakes.iter().filter(move |(_, check)| looks(check)).map(|(named, _)| named)
    }

    /// The rules by which a number that may be called is unusable: a well-known sample.
    fn against_phone(&self, phone: &Phone) -> impl Iterator<Item = &Named> {
        let is_sample = is_sample_phone(phone);
        self.looking_for(FakeField::Phone, FakeRule::SampleNumber).filter(move |_| is_sample)
    }

    /// The rules by which an address belongs to nobody, as far as is known.
    fn against_email(&self, email: &Email) -> impl Iterator<Item = &Named> {
        let (names_nobody, is_sample) = (is_nobodys_email(email), is_sample_mailbox(email));
        let words = self.looking_for(FakeField::Email, FakeRule::Placeholder).filter(move |_| names_nobody);
        let samples = self.looking_for(FakeField::Email, FakeRule::SampleNumber).filter(move |_| is_sample);
        words.chain(samples)
    }

    /// The rules by which a WeChat id belongs to nobody, as far as is known.
    fn against_wechat(&self, id: &Wechat) -> impl Iterator<Item = &Named> {
        let is_sample = matches!(fake_wechat(id), Some(FakeReason::SampleNumber));
        let names_nobody = is_nobodys_wechat(id);
        let words = self.looking_for(FakeField::Wechat, FakeRule::Placeholder).filter(move |_| names_nobody);
        let samples = self.looking_for(FakeField::Wechat, FakeRule::SampleNumber).filter(move |_| is_sample);
        words.chain(samples)
    }

    /// Whether a number may be called: not malformed, not outside every assigned range unless that is allowed, and no public
    /// service's.
    fn is_possible(&self, phone: &Phone, allow_not_assigned: bool) -> bool {
        match phone.quality() {
            // 95588 belongs to a company; nobody who fills in a form owns 110 or 10086.
            PhoneQuality::Ok => {
                phone.kind() != PhoneKind::Service
                    || phone.e164().is_some()
                    || phone.national().is_some_and(|number| !number.starts_with('1'))
            }
            PhoneQuality::UnknownCountry => true,
            PhoneQuality::PossibleNotAssigned => allow_not_assigned && may_be_assigned(phone),
            PhoneQuality::Malformed(_) => false,
        }
    }

    /// Whether somebody may be called by a number, as far as no override says otherwise.
    fn is_sound(&self, phone: &Phone) -> bool {
        self.is_possible(phone, self.allow_not_assigned) && self.against_phone(phone).next().is_none()
    }

    fn is_possible_wechat(&self, id: &Wechat) -> bool {
        number_of(id).is_none_or(|phone| self.is_possible(&phone, self.allow_not_assigned))
    }

    /// Whether somebody may be found by an id, as far as no override says otherwise.
    fn is_sound_wechat(&self, id: &Wechat) -> bool {
        let is_sample = || number_of(id).is_some_and(|phone| self.against_phone(&phone).next().is_some());
        self.is_possible_wechat(id) && self.against_wechat(id).next().is_none() && !is_sample()
    }

    fn by_phone(&self, facts: &Facts<'_>, allowed: Allowed<'_>) -> bool {
        let is_allowed = |one: Placed<'_, Phone>| {
            let lifts_range = || allowed.lift(self.formats.iter(), &one, facts);
            self.is_possible(one.value, self.allow_not_assigned || lifts_range())
                && allowed.lift(self.against_phone(one.value), &one, facts)
        };
        facts.phones().iter().any(|phone| self.is_sound(phone))
            || !allowed.places.is_empty() && facts.placed_phones().any(is_allowed)
    }

    fn by_email(&self, facts: &Facts<'_>, allowed: Allowed<'_>) -> bool {
        let is_usable = |email: &Email| self.against_email(email).next().is_none();
        let is_allowed = |one: Placed<'_, Result<Email, EmailFault>>| {
            one.value.as_ref().is_ok_and(|email| allowed.lift(self.against_email(email), &one, facts))
        };
        facts.emails().iter().flatten().any(is_usable)
            || !allowed.places.is_empty() && facts.placed_emails().any(is_allowed)
    }

    fn by_wechat(&self, facts: &Facts<'_>, allowed: Allowed<'_>) -> bool {
        let is_allowed = |one: Placed<'_, Result<Wechat, WechatFault>>| {
            one.value.as_ref().is_ok_and(|id| {
                let phone = number_of(id);
                let samples = phone.iter().flat_map(|phone| self.against_phone(phone));
                self.is_possible_wechat(id)
                    && allowed.lift(self.against_wechat(id).chain(samples), &one, facts)
            })
        };
        facts.wechat_ids().any(|id| self.is_sound_wechat(id))
            || !allowed.places.is_empty() && facts.placed_wechats().any(is_allowed)
    }
}

/// An account that is found by a phone number is that number.
fn number_of(id: &Wechat) -> Option<Phone> {
    let is_phone = id.kind() == WechatKind::Phone;
    is_phone.then(|| Phone::parse(id.key(), &PhoneOptions::default()))
}

/// Whether a number would be whole once its range is opened.
fn may_be_assigned(phone: &Phone) -> bool {
    let least = if phone.calling_code() == Some(86) { MIN_CHINESE } else { 0 };
    let is_whole = phone.national().is_some_and(|number| number.len() >= least);
    is_whole && matches!(phone.fault(), None | Some(PhoneFault::UnassignedPrefix))
}

/// The channels by which somebody may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channels {
    pub(super) phone: bool,
    pub(super) email: bool,
    pub(super) wechat: bool,
}

impl Channels {
    pub(super) fn of(facts: &Facts<'_>, reach: &Reach, allowed: Allowed<'_>) -> Channels {
        Channels {
            phone: reach.by_phone(facts, allowed),
            email: reach.by_email(facts, allowed),
            wechat: reach.by_wechat(facts, allowed),
        }
    }
}

/// Why the lead cannot be reached, if it cannot.
pub(super) fn unreachable(facts: &Facts<'_>, reach: &Reach, allowed: Allowed<'_>) -> Option<HitReason> {
    // One way is enough; most leads have a phone number.
    if reach.by_phone(facts, allowed) || reach.by_email(facts, allowed) || reach.by_wechat(facts, allowed) {
        return None;
    }
    match facts.phones().len() + facts.emails().len() + facts.wechats().len() {
        0 => Some(HitReason::NoContact),
        values => Some(HitReason::NoUsableContact { values }),
    }
}

/// A value in a text of the lead, and the lead with the value in its field in place of the text.
pub(super) struct Written {
    pub(super) found: Found,
    pub(super) moved: Lead,
}

/// The first number, address or WeChat id by which a lead without any may be answered after all: calls and chats are imported
/// with it in the name or the message.
pub(super) fn in_text(facts: &Facts<'_>, reach: &Reach) -> Option<Written> {
    let lead = facts.read();
    let texts = [("name", lead.name.as_deref()), ("message", lead.message.as_deref())];
    texts.into_iter().find_map(|(field, text)| {
        let text = text?;
        facts.contacts_in(text).into_iter().find_map(|Misplaced { span, value }| {
            let written = text.get(span.clone())?;
            let (kind, entry) = match &value {
                FoundContact::Phone(phone) if reach.is_sound(phone) => {
                    (ContactKind::Phone, mask_phone(written))
                }
                FoundContact::Email(email) if reach.against_email(email).next().is_none() => {
                    (ContactKind::Email, mask_email(written))
                }
                FoundContact::Wechat(id) if reach.is_sound_wechat(id) => {
                    (ContactKind::Wechat, mask_id(written))
                }
                _ => return None,
            };
            let mut moved = Lead { name: None, message: None, ..lead.clone() };
            match kind {
                ContactKind::Phone => moved.phones.push(written.into()),
                ContactKind::Wechat => moved.wechat = Some(written.into()),
                _ => moved.emails.push(written.into()),
            }
            let found = Found::at(field, None, Some(span), HitReason::ContactInText { kind });
            Some(Written { found: found.entry(shown(entry)), moved })
        })
    })
}

/// The values that are in the field of another kind and nowhere else: many forms have one field for all. Every rule reads
/// them as what they are.
pub(super) fn misplaced(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut tell = |kind: ContactKind, field: ContactField, index, span, text: &str| {
        let field = kind_of(field);
        if field != kind && found.len() < MAX_FAULTS {
            let entry = match kind {
                ContactKind::Phone => mask_phone(text),
                ContactKind::Email => mask_email(text),
                _ => mask_id(text),
            };
            let reason = HitReason::WrongField { field, kind };
            found.push(Found::at(field.as_str(), index, Some(span), reason).entry(shown(entry)));
        }
    };
    for one in facts.placed_phones() {
        tell(ContactKind::Phone, one.field, one.index, one.span, one.text);
    }
    for one in facts.placed_emails() {
        tell(ContactKind::Email, one.field, one.index, one.span, one.text);
    }
    for one in facts.placed_wechats() {
        tell(ContactKind::Wechat, one.field, one.index, one.span, one.text);
    }
    found
}

fn kind_of(field: ContactField) -> ContactKind {
    match field {
        ContactField::Phone => ContactKind::Phone,
        ContactField::Email => ContactKind::Email,
        ContactField::Wechat => ContactKind::Wechat,
    }
}

/// Values that look invented.
pub(super) fn find_fakes(check: &FakeCheck, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    let lead = facts.read();
    let counts = |reason: &FakeReason| check.rules.contains(&FakeRule::of(reason));
    if check.fields.contains(&FakeField::Phone) {
        for placed in facts.placed_phones() {
            for reason in fake_phone(placed.value).into_iter().filter(counts) {
                let reason = HitReason::Fake { reason: discreet(reason) };
                let entry = shown(mask_phone(placed.text));
                let span = Some(placed.span.clone());
                found(Found::at(placed.field.as_str(), placed.index, span, reason).entry(entry));
            }
        }
    }
    if check.fields.contains(&FakeField::Email) {
        for placed in facts.placed_emails() {
            let Ok(email) = placed.value else { continue };
            for reason in fake_email(email).into_iter().filter(counts) {
                let reason = HitReason::Fake { reason: discreet(reason) };
                let entry = shown(mask_email(email.key()));
                let span = Some(placed.span.clone());
                found(Found::at(placed.field.as_str(), placed.index, span, reason).entry(entry));
            }
        }
    }
    if check.fields.contains(&FakeField::Wechat) {
        for placed in facts.placed_wechats() {
            let Ok(id) = placed.value else { continue };
            if let Some(reason) = fake_wechat(id).filter(counts) {
                let reason = HitReason::Fake { reason: discreet(reason) };
                let entry = shown(mask_id(id.key()));
                found(Found::at(placed.field.as_str(), placed.index, Some(placed.span), reason).entry(entry));
            }
        }
    }
    let mut text = |field: FakeField, value: &Option<String>, judge: &dyn Fn(&str) -> Option<FakeReason>| {
        let Some(raw) = value.as_deref().filter(|raw| check.fields.contains(&field) && !raw.is_empty())
        else {
            return;
        };
        if let Some(reason) = judge(raw).filter(counts) {
            let word = match &reason {
                FakeReason::KeyboardMash { word } => raw.find(word.as_str()).map(|at| at..at + word.len()),
                _ => None,
            };
            let place = word.unwrap_or_else(|| trimmed(raw));
            found(Found::at(field.as_str(), None, Some(place), HitReason::Fake { reason: discreet(reason) }));
        }
    };
    text(FakeField::Name, &lead.name, &fake_name);
    text(FakeField::Company, &lead.company, &|name| fake_folded_company(name, facts.company_folded()?));
}
