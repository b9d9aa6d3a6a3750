//! Contact values that cannot be used or look invented.

use std::collections::BTreeSet;

use super::found::Found;
use super::lists::{shown, trimmed};
use super::reason::{ContactKind, HitReason, discreet};
use super::rules::{BlacklistCheck, BlacklistRule, FakeCheck, FakeField, FakeRule, PhoneFormatCheck};
use crate::contact::{
    Email, EmailFault, FakeReason, Phone, PhoneFault, PhoneKind, PhoneOptions, PhoneQuality, Wechat,
    WechatKind, fake_email, fake_folded_company, fake_name, fake_phone, fake_wechat, is_sample_phone,
};
use crate::model::{mask_email, mask_id, mask_phone};
use crate::rule::{ContactField, Facts};

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
    /// Whether one more is shown of a text; the texts come one after the other.
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

/// Which values somebody may answer by, as far as the rules ask. A pattern of digits is a suspicion, which makes no value
/// unusable: people choose numbers that are easy to keep in mind. What is known to be nobody's does, while a rule looks for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    allow_not_assigned: bool,
    /// Well-known sample numbers are looked for.
    samples: bool,
    email: BTreeSet<FakeRule>,
    wechat: BTreeSet<FakeRule>,
}

impl Reach {
    pub(super) fn of(rules: &[BlacklistRule]) -> Reach {
        let mut reach = Reach::default();
        for rule in rules {
            match &rule.check {
                BlacklistCheck::PhoneFormat(check) => reach.allow_not_assigned |= check.allow_not_assigned,
                BlacklistCheck::Fake(check) => {
                    if check.fields.contains(&FakeField::Phone) {
                        reach.samples |= check.rules.contains(&FakeRule::SampleNumber);
                    }
                    let known = || check.rules.iter().copied().filter(|rule| rule.is_known());
                    if check.fields.contains(&FakeField::Email) {
                        reach.email.extend(known());
                    }
                    if check.fields.contains(&FakeField::Wechat) {
                        reach.wechat.extend(known());
                    }
                }
                _ => {}
            }
        }
        reach
    }

    /// Whether somebody may answer: not malformed, not outside every assigned range unless that is allowed, no public
    /// service's number, and no well-known sample.
    fn is_usable(&self, phone: &Phone) -> bool {
        let possible = match phone.quality() {
            // 95588 is a company's; nobody who fills in a form owns 110 or 10086.
            PhoneQuality::Ok => {
                phone.kind() != PhoneKind::Service
                    || phone.e164().is_some()
                    || phone.national().is_some_and(|number| !number.starts_with('1'))
            }
            PhoneQuality::UnknownCountry => true,
            PhoneQuality::PossibleNotAssigned => self.allow_not_assigned && may_be_assigned(phone),
            PhoneQuality::Malformed(_) => false,
        };
        possible && !(self.samples && is_sample_phone(phone))
    }

    /// Whether an address is nobody's, as far as is known.
    fn is_real(&self, email: &Email) -> bool {
        let is_known = |reason: &FakeReason| self.email.contains(&FakeRule::of(reason));
        self.email.is_empty() || !fake_email(email).iter().any(is_known)
    }

    /// Whether a WeChat id is not known to be nobody's.
    fn is_reachable(&self, id: &Wechat) -> bool {
        if id.kind() == WechatKind::Phone {
            return self.is_usable(&Phone::parse(id.key(), &PhoneOptions::default()));
        }
        let is_known = |reason: FakeReason| self.wechat.contains(&FakeRule::of(&reason));
        self.wechat.is_empty() || !fake_wechat(id).is_some_and(is_known)
    }
}

impl Reach {
    fn by_phone(&self, facts: &Facts<'_>) -> bool {
        facts.phones().iter().any(|phone| self.is_usable(phone))
    }

    fn by_email(&self, facts: &Facts<'_>) -> bool {
        facts.emails().iter().flatten().any(|email| self.is_real(email))
    }

    fn by_wechat(&self, facts: &Facts<'_>) -> bool {
        facts.wechat_ids().any(|id| self.is_reachable(id))
    }
}

impl FakeRule {
    /// Whether it knows a value to be nobody's; the others see a pattern that somebody's value may have.
    fn is_known(self) -> bool {
        matches!(self, FakeRule::SampleNumber | FakeRule::Placeholder)
    }
}

/// Whether a number would be whole once its range is opened.
fn may_be_assigned(phone: &Phone) -> bool {
    let least = if phone.calling_code() == Some(86) { MIN_CHINESE } else { 0 };
    let is_whole = phone.national().is_some_and(|number| number.len() >= least);
    is_whole && matches!(phone.fault(), None | Some(PhoneFault::UnassignedPrefix))
}

/// By which channels somebody may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channels {
    pub(super) phone: bool,
    pub(super) email: bool,
    pub(super) wechat: bool,
}

impl Channels {
    pub(super) fn of(facts: &Facts<'_>, reach: &Reach) -> Channels {
        Channels {
            phone: reach.by_phone(facts),
            email: reach.by_email(facts),
            wechat: reach.by_wechat(facts),
        }
    }
}

/// Why the lead cannot be reached, if it cannot.
pub(super) fn unreachable(facts: &Facts<'_>, reach: &Reach) -> Option<HitReason> {
    // One way is enough; most leads have a phone number.
    if reach.by_phone(facts) || reach.by_email(facts) || reach.by_wechat(facts) {
        return None;
    }
    match facts.phones().len() + facts.emails().len() + facts.wechats().len() {
        0 => Some(HitReason::NoContact),
        values => Some(HitReason::NoUsableContact { values }),
    }
}

/// The values that stand in the field of another kind and nowhere else: many forms have one field for all. Every rule reads
/// them as what they are.
pub(super) fn misplaced(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut tell = |kind: ContactKind, field: ContactField, index, span, entry: String| {
        let field = kind_of(field);
        if field != kind && found.len() < MAX_FAULTS {
            let reason = HitReason::WrongField { field, kind };
            found.push(Found::at(field.as_str(), index, Some(span), reason).entry(shown(entry)));
        }
    };
    for one in facts.placed_phones() {
        tell(ContactKind::Phone, one.field, one.index, one.span, mask_phone(one.text));
    }
    for one in facts.placed_emails() {
        tell(ContactKind::Email, one.field, one.index, one.span, mask_email(one.text));
    }
    for one in facts.placed_wechats() {
        tell(ContactKind::Wechat, one.field, one.index, one.span, mask_id(one.text));
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
