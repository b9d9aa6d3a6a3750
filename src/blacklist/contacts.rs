//! Contact values that cannot be used or look invented.

use super::found::Found;
use super::lists::{shown, trimmed};
use super::reason::{HitReason, discreet};
use super::rules::{FakeCheck, FakeField, FakeRule, PhoneFormatCheck};
use crate::contact::{
    EmailFault, FakeReason, Phone, PhoneFault, PhoneKind, PhoneQuality, Wechat, WechatFault, fake_company,
    fake_email, fake_name, fake_phone,
};
use crate::model::{mask_email, mask_id, mask_phone};
use crate::rule::Facts;

/// Phone numbers that cannot be called. Blank values count as not given.
pub(super) fn find_bad_phones(check: &PhoneFormatCheck, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    for (index, (phone, raw)) in facts.phones().iter().zip(&facts.read().phones).enumerate() {
        let reason = match phone.quality() {
            PhoneQuality::Malformed(PhoneFault::Empty) => continue,
            PhoneQuality::Malformed(fault) => HitReason::PhoneMalformed { fault },
            PhoneQuality::PossibleNotAssigned if !check.allow_not_assigned => {
                HitReason::PhoneNotAssigned { fault: phone.fault() }
            }
            _ => continue,
        };
        let place = Some(trimmed(raw.as_str()));
        let entry = shown(mask_phone(raw.as_str().trim()));
        found(Found::at("phone", Some(index), place, reason).entry(entry));
    }
}

/// E-mail addresses that cannot be written to.
pub(super) fn find_bad_emails(facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    for (index, (email, raw)) in facts.emails().iter().zip(&facts.read().emails).enumerate() {
        let fault = match email {
            Ok(_) | Err(EmailFault::Empty) => continue,
            Err(fault) => *fault,
        };
        let place = Some(trimmed(raw.as_str()));
        let entry = shown(mask_email(raw.as_str().trim()));
        found(Found::at("email", Some(index), place, HitReason::EmailMalformed { fault }).entry(entry));
    }
}

/// A WeChat id that cannot exist.
pub(super) fn find_bad_wechat(facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    let Some(raw) = &facts.read().wechat else { return };
    let fault = match Wechat::parse(raw.as_str()) {
        Ok(_) | Err(WechatFault::Empty) => return,
        Err(fault) => fault,
    };
    let place = Some(trimmed(raw.as_str()));
    let entry = shown(mask_id(raw.as_str().trim()));
    found(Found::at("wechat", None, place, HitReason::WechatMalformed { fault }).entry(entry));
}

/// Whether somebody may answer: not malformed, not outside every assigned range, no public service's number.
fn is_usable(phone: &Phone) -> bool {
    match phone.quality() {
        // 95588 is a company's; nobody who fills in a form owns 110 or 10086.
        PhoneQuality::Ok => {
            phone.kind() != PhoneKind::Service
                || phone.e164().is_some()
                || phone.national().is_some_and(|number| !number.starts_with('1'))
        }
        PhoneQuality::UnknownCountry => true,
        PhoneQuality::Malformed(_) | PhoneQuality::PossibleNotAssigned => false,
    }
}

/// Why the lead cannot be reached, if it cannot.
pub(super) fn unreachable(facts: &Facts<'_>) -> Option<HitReason> {
    if facts.phones().iter().any(is_usable) || facts.emails().iter().any(Result::is_ok) {
        return None;
    }
    let wechat = facts.read().wechat.as_ref().map(|id| Wechat::parse(id.as_str()));
    if matches!(wechat, Some(Ok(_))) {
        return None;
    }
    let blank_phone = |phone: &&Phone| phone.quality() == PhoneQuality::Malformed(PhoneFault::Empty);
    let phones = facts.phones().len() - facts.phones().iter().filter(blank_phone).count();
    let emails = facts.emails().iter().filter(|email| !matches!(email, Err(EmailFault::Empty))).count();
    let wechats = usize::from(matches!(wechat, Some(Err(fault)) if fault != WechatFault::Empty));
    match phones + emails + wechats {
        0 => Some(HitReason::NoContact),
        values => Some(HitReason::NoUsableContact { values }),
    }
}

/// Values that look invented.
pub(super) fn find_fakes(check: &FakeCheck, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    let lead = facts.read();
    let counts = |reason: &FakeReason| check.rules.contains(&FakeRule::of(reason));
    if check.fields.contains(&FakeField::Phone) {
        for (index, (phone, raw)) in facts.phones().iter().zip(&lead.phones).enumerate() {
            for reason in fake_phone(phone).into_iter().filter(counts) {
                let reason = HitReason::Fake { reason: discreet(reason) };
                let entry = shown(mask_phone(raw.as_str().trim()));
                found(Found::at("phone", Some(index), Some(trimmed(raw.as_str())), reason).entry(entry));
            }
        }
    }
    if check.fields.contains(&FakeField::Email) {
        for (index, (email, raw)) in facts.emails().iter().zip(&lead.emails).enumerate() {
            let Ok(email) = email else { continue };
            for reason in fake_email(email).into_iter().filter(counts) {
                let reason = HitReason::Fake { reason: discreet(reason) };
                let entry = shown(mask_email(email.key()));
                found(Found::at("email", Some(index), Some(trimmed(raw.as_str())), reason).entry(entry));
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
