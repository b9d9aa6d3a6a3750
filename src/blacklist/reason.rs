//! Why a rule reports a lead.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rules::{Channel, FakeRule, LexiconPass};
use super::window_rules::{BurstDimension, SubmissionKey};
use crate::calendar::Span;
use crate::contact::{EmailFault, FakeReason, PhoneFault, WechatFault};
use crate::model::open_enum::closed_enum;
use crate::model::{LeadId, mask_phone};
use crate::text::codes;

closed_enum! {
    /// What kind of value a list entry is.
    ContactKind {
        /// A phone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// A WeChat id.
        Wechat = "wechat",
        /// A company.
        Company = "company",
        /// An IP address.
        Ip = "ip",
    }
}

/// What an origin brought before a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BurstUsual {
    /// Number of leads, 0 or more.
    pub leads: usize,
    /// The time before the window: as far back as the rule looks, or as the windows remember.
    pub within: Span,
}

/// Why a rule reports a lead. Never holds a whole phone number or e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HitReason {
    /// The value is on the rule's list.
    Listed {
        /// The kind of the value that is listed.
        kind: ContactKind,
    },
    /// The mail domain is on the rule's list, or is a subdomain of one that is.
    ListedDomain {
        /// Whether it is a subdomain of the listed one.
        subdomain: bool,
    },
    /// A prefix of the phone number or a network of the IP address is on the rule's list.
    ListedPrefix {
        /// `Phone` for a prefix, `Ip` for a network.
        kind: ContactKind,
    },
    /// The joint list has the value: enough contributors report it, or one whom the rule trusts.
    Reported {
        /// The kind of the reported value.
        kind: ContactKind,
        /// How many contributors report it.
        contributors: usize,
        /// The reason that the latest of them gives.
        reason: String,
    },
    /// The person must not be contacted by a channel.
    DoNotContact {
        /// The channel that is refused; `All` is every channel.
        channel: Channel,
        /// The lawful basis, as the record has it.
        basis: String,
        /// The record's reason, in the host's words.
        reason: String,
    },
    /// The lead may not be contacted by any channel, so it is held.
    NoAllowedChannel,
    /// The text cannot be a phone number.
    PhoneMalformed {
        /// Why it cannot be a phone number.
        fault: PhoneFault,
    },
    /// The phone number has a possible length, but is in no assigned range.
    PhoneNotAssigned {
        /// What is probably wrong with it.
        fault: Option<PhoneFault>,
    },
    /// The country of the phone number is a guess: its code is not written with `+`, or it may be of two countries.
    PhoneCountryAssumed,
    /// The text cannot be an e-mail address.
    EmailMalformed {
        /// Why it cannot be an e-mail address.
        fault: EmailFault,
    },
    /// The text cannot be a WeChat id.
    WechatMalformed {
        /// Why it cannot be a WeChat id.
        fault: WechatFault,
    },
    /// The value is well-formed and looks invented.
    Fake {
        /// Which suspicion applies.
        reason: FakeReason,
    },
    /// A contact value is in a field for another kind of value, and nowhere else. Every rule reads it as what it is.
    WrongField {
        /// The kind that the field is for.
        field: ContactKind,
        /// The kind of value that it is.
        kind: ContactKind,
    },
    /// No field holds a contact value by which the lead can be reached, and a text does: the name, the message. No rule
    /// reads it before it is moved into its field.
    ContactInText {
        /// The kind of value that was found in the text.
        kind: ContactKind,
    },
    /// The lead has contact values, and none of them can be used.
    NoUsableContact {
        /// Number of contact values of the lead, at least 1.
        values: usize,
    },
    /// The lead has no phone number, e-mail address or WeChat id at all.
    NoContact,
    /// The same submission came in before.
    Resubmission {
        /// The first lead of the submission.
        first: LeadId,
        /// When that lead was created, in UTC.
        at: DateTime<Utc>,
        /// The value that the two have in common.
        by: SubmissionKey,
    },
    /// Many leads from one origin came in within a short time.
    Burst {
        /// The origin that was counted by.
        by: BurstDimension,
        /// How many there are, this lead included. The windows keep 1024 of one origin, so that 1025 stands for that many
        /// or more.
        count: usize,
        /// Length of the window in which they were counted.
        window: Span,
        /// Other leads of it, earliest first: the host may want to take them back too. All of them where the burst
        /// `begins`; else the last of them, as many as the rule asks for: hits before this one name the others.
        earlier: Vec<LeadId>,
        /// Whether the burst begins here: as many leads ago as the rule asks for it was none, so some of the leads before were
        /// not flagged when they came in.
        #[serde(default)]
        begins: bool,
        /// The usual value, where the rule has a baseline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usual: Option<BurstUsual>,
    },
    /// Only the beginning of a field was read: it is longer than [`LeadLimits`](crate::rule::LeadLimits) allow.
    Oversized {
        /// The field; `attributes.NAME` for a custom attribute.
        field: String,
    },
    /// A text contains a word of the rule's lexicon.
    Lexicon {
        /// Whether the word is as written, separated or repeated.
        pass: LexiconPass,
    },
    /// A text matches a pattern of the rule.
    Pattern,
    /// A hidden field of the form is filled in.
    Honeypot,
    /// The form was submitted faster than a person can fill it in.
    Elapsed {
        /// Milliseconds between showing the form and its submission.
        ms: u32,
    },
    /// The rule's condition holds for the lead.
    Condition,
    /// The rule could not be evaluated; the verdict's faults say why. It flags, so that nothing slips through.
    RuleFailed,
}

impl HitReason {
    /// Whether it is about how a contact value is written or made, or that none is left; not about the person.
    pub(crate) fn is_of_contact(&self) -> bool {
        matches!(
            self,
            HitReason::PhoneMalformed { .. }
                | HitReason::PhoneNotAssigned { .. }
                | HitReason::PhoneCountryAssumed
                | HitReason::EmailMalformed { .. }
                | HitReason::WechatMalformed { .. }
                | HitReason::Fake { .. }
                | HitReason::WrongField { .. }
                | HitReason::ContactInText { .. }
                | HitReason::NoUsableContact { .. }
                | HitReason::NoContact
        )
    }

    /// Whether it is about what the lead says and who it is. That it repeats a submission or came with many others is not, and who
    /// refuses a channel is known by that channel.
    pub(crate) fn is_of_lead(&self) -> bool {
        !matches!(
            self,
            HitReason::Resubmission { .. }
                | HitReason::Burst { .. }
                | HitReason::DoNotContact { .. }
                | HitReason::NoAllowedChannel
        )
    }
}

codes! {
    HitReason {
        HitReason::Listed { kind: ContactKind::Phone } => "listed_phone",
        HitReason::Listed { kind: ContactKind::Email } => "listed_email",
        HitReason::Listed { kind: ContactKind::Wechat } => "listed_wechat",
        HitReason::Listed { kind: ContactKind::Company } => "listed_company",
        HitReason::Listed { kind: ContactKind::Ip } => "listed_ip",
        HitReason::ListedDomain { .. } => "listed_domain",
        HitReason::ListedPrefix { .. } => "listed_prefix",
        HitReason::Reported { .. } => "reported",
        HitReason::DoNotContact { .. } => "do_not_contact",
        HitReason::NoAllowedChannel => "no_allowed_channel",
        HitReason::PhoneMalformed { .. } => "phone_malformed",
        HitReason::PhoneNotAssigned { .. } => "phone_not_assigned",
        HitReason::PhoneCountryAssumed => "phone_country_assumed",
        HitReason::EmailMalformed { .. } => "email_malformed",
        HitReason::WechatMalformed { .. } => "wechat_malformed",
        HitReason::Fake { .. } => "fake",
        HitReason::WrongField { .. } => "wrong_field",
        HitReason::ContactInText { .. } => "contact_in_text",
        HitReason::NoUsableContact { .. } | HitReason::NoContact => "no_usable_contact",
        HitReason::Resubmission { .. } => "resubmission",
        HitReason::Burst { .. } => "burst",
        HitReason::Oversized { .. } => "oversized",
        HitReason::Lexicon { .. } => "lexicon",
        HitReason::Pattern => "pattern",
        HitReason::Honeypot => "honeypot",
        HitReason::Elapsed { .. } => "elapsed",
        HitReason::Condition => "condition",
        HitReason::RuleFailed => "rule_failed",
    }
}

impl HitReason {
    /// Whether it is about what a person has refused.
    pub(super) fn is_consent(&self) -> bool {
        matches!(self, HitReason::DoNotContact { .. } | HitReason::NoAllowedChannel)
    }

    /// Stable name of what exactly is wrong, where the code leaves that open: `too_short`, `keyboard_mash`, `ip24`.
    #[must_use]
    pub fn detail(&self) -> Option<&'static str> {
        match self {
            HitReason::PhoneMalformed { fault } | HitReason::PhoneNotAssigned { fault: Some(fault) } => {
                Some(fault.code())
            }
            HitReason::EmailMalformed { fault } => Some(fault.code()),
            HitReason::WechatMalformed { fault } => Some(fault.code()),
            HitReason::Fake { reason } => Some(reason.code()),
            HitReason::NoContact => Some("no_contact"),
            HitReason::Resubmission { by, .. } => Some(by.as_str()),
            HitReason::Burst { by, .. } => Some(by.as_str()),
            HitReason::Lexicon { pass } => Some(pass.as_str()),
            HitReason::ListedPrefix { kind }
            | HitReason::Reported { kind, .. }
            | HitReason::WrongField { kind, .. }
            | HitReason::ContactInText { kind } => Some(kind.as_str()),
            HitReason::DoNotContact { channel, .. } => Some(channel.as_str()),
            _ => None,
        }
    }
}

impl FakeRule {
    /// The switch that a suspicion belongs to.
    pub(super) fn of(reason: &FakeReason) -> FakeRule {
        match reason {
            FakeReason::RepeatedDigit { .. } => FakeRule::RepeatedDigit,
            FakeReason::DigitRun { .. } => FakeRule::DigitRun,
            FakeReason::RepeatedBlock { .. } => FakeRule::RepeatedBlock,
            FakeReason::ZeroTail { .. } => FakeRule::ZeroTail,
            FakeReason::SampleNumber => FakeRule::SampleNumber,
            FakeReason::ServiceNumber => FakeRule::ServiceNumber,
            FakeReason::Placeholder { .. } => FakeRule::Placeholder,
            FakeReason::KeyboardMash { .. } => FakeRule::KeyboardMash,
            FakeReason::MistypedDomain { .. } => FakeRule::MistypedDomain,
        }
    }
}

/// A suspicion that may be shown: where its words are a whole number, the middle is hidden.
pub(super) fn discreet(reason: FakeReason) -> FakeReason {
    let digits = |text: &str| text.len() >= 7 && text.bytes().all(|b| b.is_ascii_digit());
    match reason {
        FakeReason::DigitRun { run } => {
            FakeReason::DigitRun { run: run.chars().take(4).chain(['…']).collect() }
        }
        FakeReason::Placeholder { word } if digits(&word) => {
            FakeReason::Placeholder { word: mask_phone(&word) }
        }
        other => other,
    }
}
