//! The texts of reasons.

use std::fmt;

use super::reason::{ContactKind, HitReason};
use super::rules::{Channel, LexiconPass};
use super::state::MAX_PER_KEY;
use super::window_rules::{BurstDimension, SubmissionKey};
use crate::model::LeadField;
use crate::text::moment;

impl fmt::Display for HitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HitReason::Listed { kind } => f.write_str(listed(*kind)),
            HitReason::ListedDomain { subdomain: false } => f.write_str("the mail domain is on its list"),
            HitReason::ListedDomain { subdomain: true } => {
                f.write_str("the mail domain is a subdomain of one on its list")
            }
            HitReason::ListedPrefix { kind: ContactKind::Ip } => {
                f.write_str("the network of the IP address is on its list")
            }
            HitReason::ListedPrefix { .. } => f.write_str("a prefix of the phone number is on its list"),
            HitReason::Reported { contributors: 1, reason, .. } => {
                write!(f, "a trusted contributor reports the value: {reason}")
            }
            HitReason::Reported { contributors, reason, .. } => {
                write!(f, "{contributors} contributors report the value: {reason}")
            }
            HitReason::DoNotContact { channel, basis, reason } => refused(f, *channel, basis, reason),
            HitReason::NoAllowedChannel => f.write_str("the lead may not be contacted by any channel"),
            HitReason::Oversized { field } if is_id(field) => {
                write!(f, "`{field}` is too long for an id, so no document that holds it can be read back")
            }
            HitReason::Oversized { field } => {
                write!(f, "`{field}` is too long, so only its beginning was read")
            }
            HitReason::Resubmission { first, at, by } => {
                let by = submitted(*by);
                write!(f, "lead {first} of {} is the same submission: it has the same {by}", moment(*at))
            }
            HitReason::Burst { by, count, window, usual, .. } => {
                let least = if *count > MAX_PER_KEY { "at least " } else { "" };
                write!(f, "{least}{count} leads of the same {} came in within {window}", origin(*by))?;
                match usual {
                    Some(usual) => write!(f, ", {} in the {} before", usual.leads, usual.within),
                    None => Ok(()),
                }
            }
            HitReason::Lexicon { pass } => f.write_str(match pass {
                LexiconPass::Plain => "the text contains a word on its list",
                LexiconPass::Separated => {
                    "the text contains a word on its list, with symbols between the characters"
                }
                LexiconPass::Repeated => "the text contains a word on its list, with characters repeated",
            }),
            HitReason::Pattern => f.write_str("the text matches a pattern on its list"),
            HitReason::Honeypot => f.write_str("a hidden field of the form is filled in"),
            HitReason::Elapsed { ms } => {
                write!(f, "the form was submitted after {ms} ms, faster than a person can fill it in")
            }
            HitReason::Condition => f.write_str("its condition holds"),
            HitReason::RuleFailed => f.write_str("it could not be evaluated"),
            HitReason::PhoneMalformed { .. }
            | HitReason::PhoneNotAssigned { .. }
            | HitReason::PhoneCountryAssumed
            | HitReason::EmailMalformed { .. }
            | HitReason::WechatMalformed { .. }
            | HitReason::Fake { .. }
            | HitReason::WrongField { .. }
            | HitReason::ContactInText { .. }
            | HitReason::NoUsableContact { .. }
            | HitReason::NoContact => unusable(self, f),
        }
    }
}

/// Reasons that make contact values unusable.
fn is_id(field: &str) -> bool {
    LeadField::from_name(field).is_some_and(|field| LeadField::IDS.contains(&field))
}

fn unusable(reason: &HitReason, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match reason {
        HitReason::PhoneMalformed { fault } | HitReason::PhoneNotAssigned { fault: Some(fault) } => {
            write!(f, "the phone number cannot be called because {fault}")
        }
        HitReason::PhoneNotAssigned { fault: None } => {
            f.write_str("the phone number cannot be called because it is in no assigned range")
        }
        HitReason::PhoneCountryAssumed => f.write_str("the country of the phone number is a guess"),
        HitReason::EmailMalformed { fault } => write!(f, "the e-mail address cannot be used because {fault}"),
        HitReason::WechatMalformed { fault } => write!(f, "the WeChat id cannot be used because {fault}"),
        HitReason::Fake { reason } => write!(f, "the value looks invented because {reason}"),
        HitReason::WrongField { field, kind } => {
            write!(f, "found {} in a field for {}: move it to its own field", a_kind(*kind), a_kind(*field))
        }
        HitReason::ContactInText { kind } => {
            let kind = a_kind(*kind);
            write!(
                f,
                "the lead cannot be reached by its contact fields, found {kind} in this text: move it there"
            )
        }
        HitReason::NoUsableContact { values: 1 } => {
            f.write_str("the lead cannot be reached because its only contact value is unusable")
        }
        HitReason::NoUsableContact { values } => {
            write!(f, "the lead cannot be reached because all of its {values} contact values are unusable")
        }
        HitReason::NoContact => f.write_str(
            "the lead cannot be reached because it has no phone number, e-mail address or WeChat id",
        ),
        _ => Ok(()),
    }
}

fn refused(f: &mut fmt::Formatter<'_>, channel: Channel, basis: &str, reason: &str) -> fmt::Result {
    let by = match channel {
        Channel::Phone => " by phone",
        Channel::Email => " by e-mail",
        Channel::Wechat => " by WeChat",
        Channel::All => "",
    };
    write!(f, "the person must not be contacted{by}")?;
    if !basis.is_empty() {
        write!(f, ", on the basis `{basis}`")?;
    }
    if !reason.is_empty() {
        write!(f, ": {reason}")?;
    }
    Ok(())
}

fn listed(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => "the phone number is on its list",
        ContactKind::Email => "the e-mail address is on its list",
        ContactKind::Wechat => "the WeChat id is on its list",
        ContactKind::Company => "the company is on its list",
        ContactKind::Ip => "the IP address is on its list",
    }
}

fn a_kind(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => "a phone number",
        ContactKind::Email => "an e-mail address",
        ContactKind::Wechat => "a WeChat id",
        ContactKind::Company => "a company",
        ContactKind::Ip => "an IP address",
    }
}

fn submitted(by: SubmissionKey) -> &'static str {
    match by {
        SubmissionKey::Phone => "phone number",
        SubmissionKey::Email => "e-mail address",
        SubmissionKey::Wechat => "WeChat id",
        SubmissionKey::CompanyAndName => "company and name",
        SubmissionKey::Text => "message",
    }
}

fn origin(by: BurstDimension) -> &'static str {
    match by {
        BurstDimension::Ip => "IP address",
        BurstDimension::Ip24 => "network",
        BurstDimension::Source => "source",
        BurstDimension::Page => "page",
        BurstDimension::Campaign => "campaign",
        BurstDimension::Keyword => "keyword",
        BurstDimension::Company => "company",
        BurstDimension::EmailDomain => "mail domain",
        BurstDimension::PhoneSegment => "phone segment",
        BurstDimension::Text => "message",
    }
}
