//! Contact values that cannot be used or look invented.

use super::found::Found;
use super::lists::{shown, trimmed};
use super::reason::{HitReason, discreet};
use super::rules::{FakeCheck, FakeField, FakeRule, PhoneFormatCheck};
use crate::contact::{
    Email, EmailFault, FakeReason, Phone, PhoneFault, PhoneKind, PhoneOptions, PhoneQuality, Wechat,
    WechatKind, fake_company, fake_email, fake_name, fake_phone, read_wechats, wechat_ids,
};
use crate::model::{mask_email, mask_id, mask_phone};
use crate::rule::Facts;

/// Most faults of one text that are shown.
const MAX_FAULTS: usize = 8;

/// Counts the faults of each text, and answers whether one more is shown.
fn few() -> impl FnMut(usize) -> bool {
    let mut last = (usize::MAX, 0);
    move |index| {
        last = if last.0 == index { (index, last.1 + 1) } else { (index, 1) };
        last.1 <= MAX_FAULTS
    }
}

/// Phone numbers that cannot be called. Blank values count as not given.
pub(super) fn find_bad_phones(check: &PhoneFormatCheck, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    let mut is_shown = few();
    for placed in facts.placed_phones() {
        let phone = placed.value;
        let reason = match phone.quality() {
            PhoneQuality::Malformed(PhoneFault::Empty) => continue,
            PhoneQuality::Malformed(fault) => HitReason::PhoneMalformed { fault },
            PhoneQuality::PossibleNotAssigned if !check.allow_not_assigned => {
                HitReason::PhoneNotAssigned { fault: phone.fault() }
            }
            _ => continue,
        };
        if !is_shown(placed.index) {
            continue;
        }
        let entry = shown(mask_phone(placed.text));
        found(Found::at("phone", Some(placed.index), Some(placed.span), reason).entry(entry));
    }
}

/// E-mail addresses that cannot be written to.
pub(super) fn find_bad_emails(facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    let mut is_shown = few();
    for placed in facts.placed_emails() {
        let fault = match placed.value {
            Ok(_) | Err(EmailFault::Empty) => continue,
            Err(fault) => *fault,
        };
        if !is_shown(placed.index) {
            continue;
        }
        let entry = shown(mask_email(placed.text));
        let reason = HitReason::EmailMalformed { fault };
        found(Found::at("email", Some(placed.index), Some(placed.span), reason).entry(entry));
    }
}

/// A WeChat id that cannot exist.
pub(super) fn find_bad_wechat(facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    let Some(raw) = &facts.read().wechat else { return };
    for placed in read_wechats(raw.as_str()) {
        let Err(fault) = placed.value else { continue };
        let entry = shown(mask_id(raw.as_str().get(placed.span.clone()).unwrap_or_default()));
        let reason = HitReason::WechatMalformed { fault };
        found(Found::at("wechat", None, Some(placed.span), reason).entry(entry));
    }
}

/// Whether somebody may answer: not malformed, not outside every assigned range, no public service's number, and not
/// invented.
fn is_usable(phone: &Phone) -> bool {
    let possible = match phone.quality() {
        // 95588 is a company's; nobody who fills in a form owns 110 or 10086.
        PhoneQuality::Ok => {
            phone.kind() != PhoneKind::Service
                || phone.e164().is_some()
                || phone.national().is_some_and(|number| !number.starts_with('1'))
        }
        PhoneQuality::UnknownCountry => true,
        PhoneQuality::Malformed(_) | PhoneQuality::PossibleNotAssigned => false,
    };
    // Companies buy landlines and 400 numbers that are easy to keep in mind.
    possible && (phone.kind() != PhoneKind::Mobile || fake_phone(phone).is_empty())
}

/// Whether an address is real, as far as its look tells. A slip in the domain is no invention.
fn is_real(email: &Email) -> bool {
    fake_email(email).iter().all(|reason| matches!(reason, FakeReason::MistypedDomain { .. }))
}

/// Whether a WeChat id is no invented number.
fn is_reachable(id: &Wechat) -> bool {
    id.kind() != WechatKind::Phone || is_usable(&Phone::parse(id.key(), &PhoneOptions::default()))
}

/// By which channels somebody may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channels {
    pub(super) phone: bool,
    pub(super) email: bool,
    pub(super) wechat: bool,
}

impl Channels {
    pub(super) fn of(facts: &Facts<'_>) -> Channels {
        Channels {
            phone: facts.phones().iter().any(is_usable),
            email: facts.emails().iter().flatten().any(is_real),
            wechat: wechat_ids(facts.read().wechat.as_ref()).any(|id| is_reachable(&id)),
        }
    }
}

/// Why the lead cannot be reached, if it cannot.
pub(super) fn unreachable(facts: &Facts<'_>) -> Option<HitReason> {
    let channels = Channels::of(facts);
    if channels.phone || channels.email || channels.wechat {
        return None;
    }
    let wechats = facts.read().wechat.as_ref().map_or(0, |id| read_wechats(id.as_str()).len());
    match facts.phones().len() + facts.emails().len() + wechats {
        0 => Some(HitReason::NoContact),
        values => Some(HitReason::NoUsableContact { values }),
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
                found(Found::at("phone", Some(placed.index), span, reason).entry(entry));
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
                found(Found::at("email", Some(placed.index), span, reason).entry(entry));
            }
        }
    }
    let mut text = |field: FakeField, value: &Option<String>, judge: fn(&str) -> Option<FakeReason>| {
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
    text(FakeField::Name, &lead.name, fake_name);
    text(FakeField::Company, &lead.company, fake_company);
}
