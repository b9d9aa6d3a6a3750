//! The verdict of the blacklist.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::reason::HitReason;
use super::rules::Channel;
use super::severity::Severity;
use super::state::WindowDelta;
use crate::document::is_default;
use crate::model::{
    CloseReason, Effect, LeadField, LeadId, LeadStatus, PoolId, RecordRef, ReviewCode, RuleId, TagCode, Value,
};
use crate::rule::{RuleFault, RulesVersion, VerdictFacts};

/// The tag of a blocked lead.
pub const BLACKLIST_TAG: &str = TagCode::Blacklisted.as_str();
/// The code of the review that a blocked lead waits for.
pub const REVIEW_CODE: &str = ReviewCode::BlacklistBlock.as_str();
/// The code of the review that is requested for a lead that nobody may contact.
pub const CONSENT_CODE: &str = ReviewCode::NoAllowedChannel.as_str();

/// Why a hit does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Suppression {
    /// An override of the rules allows the value or the lead.
    Override {
        /// Its place among the rules' overrides, from 0.
        index: usize,
        /// The person who allowed it, as in the override.
        author: String,
        /// The reason that the override gives.
        reason: String,
    },
    /// A longer harmless phrase that contains the word.
    Phrase {
        /// The phrase, as the lexicon writes it.
        phrase: String,
    },
}

/// What one rule found about a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub(super) rule: RuleId,
    pub(super) category: Arc<str>,
    pub(super) severity: Severity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) span: Option<Range<usize>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<String>,
    pub(super) reason: HitReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) suppressed_by: Option<Suppression>,
}

impl Hit {
    /// The id of the rule that found it.
    #[must_use]
    pub fn rule(&self) -> &RuleId {
        &self.rule
    }

    /// The category of the rule, such as `fraud`, by which reports are grouped.
    #[must_use]
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The severity of the finding, unless it is suppressed.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The field of the lead: `phone`, `source.page`; `None` for the lead as a whole.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Which of the field's values, from 0, when the lead has several phone numbers or e-mail addresses.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The bytes of the value as the lead holds it.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// The list's entry that matched, the value, or the condition that holds; contact data is masked.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.entry.as_deref()
    }

    /// The finding, with its code and particulars.
    #[must_use]
    pub fn reason(&self) -> &HitReason {
        &self.reason
    }

    /// The override or harmless phrase that suppresses it.
    #[must_use]
    pub fn suppressed_by(&self) -> Option<&Suppression> {
        self.suppressed_by.as_ref()
    }

    /// The severity of the finding in the verdict: pass when it is suppressed.
    #[must_use]
    pub fn weight(&self) -> Severity {
        if self.suppressed_by.is_some() { Severity::Pass } else { self.severity }
    }
}

impl fmt::Display for Hit {
    /// A sentence without contact values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match (self.severity, self.suppressed_by.is_some()) {
            (Severity::Pass, false) => "notes",
            (Severity::Flag, false) => "flags",
            (Severity::Block, false) => "blocks",
            (Severity::Pass, true) => "would note",
            (Severity::Flag, true) => "would flag",
            (Severity::Block, true) => "would block",
        };
        write!(f, "Rule `{}` {verb} the lead: {}", self.rule, self.reason)?;
        match (&self.field, self.index, &self.entry) {
            (Some(field), Some(index), Some(entry)) => write!(f, " ({field} {}: `{entry}`)", index + 1)?,
            (Some(field), None, Some(entry)) => write!(f, " ({field}: `{entry}`)")?,
            (Some(field), Some(index), None) => write!(f, " ({field} {})", index + 1)?,
            (Some(field), None, None) => write!(f, " ({field})")?,
            (None, _, Some(entry)) => write!(f, " (`{entry}`)")?,
            _ => {}
        }
        match &self.suppressed_by {
            None => f.write_str("."),
            Some(Suppression::Phrase { phrase }) => {
                write!(f, "; it is part of the harmless phrase `{phrase}`.")
            }
            Some(Suppression::Override { author, reason, .. }) => {
                f.write_str("; this is allowed")?;
                if !author.is_empty() {
                    write!(f, " by {author}")?;
                }
                if !reason.is_empty() {
                    write!(f, " ({reason})")?;
                }
                f.write_str(".")
            }
        }
    }
}

/// What the blacklist found about a lead.
///
/// `Display` gives one sentence for the whole and one for each finding.
///
/// ```
/// use leadkit::blacklist::{Blacklist, BlacklistRules, Severity, WindowState};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let blacklist = Blacklist::compile(&BlacklistRules::default())?;
/// let tables = HostTables::default();
/// let lead = Lead { id: "L1".into(), phones: vec!["13800138000".into()], ..Lead::default() };
/// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
/// let verdict = blacklist.check(&facts, &WindowState::default());
/// assert_eq!(verdict.severity(), Severity::Block);
/// let codes: Vec<&str> = verdict.hits().iter().map(|hit| hit.reason().code()).collect();
/// assert_eq!(codes, ["fake", "no_usable_contact"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[must_use]
pub struct Verdict {
    pub(super) severity: Severity,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) hits: Vec<Hit>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) more: usize,
    #[serde(default, skip_serializing_if = "WindowDelta::is_empty")]
    pub(super) delta: WindowDelta,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) faults: Vec<RuleFault>,
    pub(super) version: RulesVersion,
}

impl Verdict {
    /// The highest severity of the findings that are not suppressed.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether the lead is blocked: it does not reach matching and scoring.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.severity == Severity::Block
    }

    /// Whether the lead is held: no channel is left by which it may be contacted, so nobody gets it before a person
    /// has reviewed it. A blocked lead is not held.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !self.is_blocked() && self.leaves_no_channel()
    }

    /// Whether the person has refused every channel by which the lead can be reached, blocked or not.
    pub(crate) fn leaves_no_channel(&self) -> bool {
        let refuses = |hit: &Hit| hit.reason == HitReason::NoAllowedChannel && hit.suppressed_by.is_none();
        self.hits.iter().any(refuses)
    }

    /// Whether something about the lead itself is flagged, whatever came before it or with it.
    pub(crate) fn flags_lead(&self) -> bool {
        self.hits.iter().any(|hit| hit.weight() == Severity::Flag && hit.reason.is_of_lead())
    }

    /// The channels that the person has refused, `all` among them; an override lifts a refusal.
    pub(crate) fn refused(&self) -> Vec<Channel> {
        let hits = self.hits.iter().filter(|hit| hit.suppressed_by.is_none());
        let channel = |hit: &Hit| match hit.reason {
            HitReason::DoNotContact { channel, .. } => Some(channel),
            _ => None,
        };
        hits.filter_map(channel).collect()
    }

    /// The findings, suppressed ones too, in the order the rules ran.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// How many findings there are beside [those shown](Verdict::hits), all of a code and a weight of which others are shown.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether a finding says what no other does that is shown: what came before the lead or with it, what the person
    /// refuses, or a code or a weight.
    pub(super) fn shows_new(&self, hit: &Hit) -> bool {
        let alike = |known: &Hit| {
            known.weight() == hit.weight()
                && mem::discriminant(&known.reason) == mem::discriminant(&hit.reason)
                && known.reason.code() == hit.reason.code()
        };
        !hit.reason.is_of_lead() || !self.hits.iter().any(alike)
    }

    /// What to [apply](super::WindowState::apply) to the windows.
    #[must_use]
    pub fn delta(&self) -> &WindowDelta {
        &self.delta
    }

    /// Rules that failed at run time.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The verdict without its delta for the windows.
    pub(crate) fn without_windows(mut self) -> Verdict {
        self.delta = WindowDelta::default();
        self
    }

    /// The first lead of the submission that this lead repeats: it is not assigned or followed up again.
    #[must_use]
    pub fn resubmission_of(&self) -> Option<&LeadId> {
        self.hits.iter().find_map(|hit| match &hit.reason {
            HitReason::Resubmission { first, .. } if hit.weight() > Severity::Pass => Some(first),
            _ => None,
        })
    }

    /// The verdict as later rules read it: the severity, and the codes of the findings that count, each once.
    #[must_use]
    pub fn facts(&self) -> VerdictFacts {
        let mut codes: Vec<String> = Vec::new();
        for hit in self.hits.iter().filter(|hit| hit.weight() > Severity::Pass) {
            let code = hit.reason.code();
            if !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
        }
        VerdictFacts {
            severity: self.severity.as_str(),
            codes,
            resubmission_of: self.resubmission_of().cloned(),
        }
    }

    /// What the host should do with a blocked lead: tag it, put it into the pool of invalid leads if there is one,
    /// and have it reviewed. A lead that is held is reviewed only. Nothing for other leads.
    ///
    /// ```
    /// use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// let tables = HostTables::default();
    /// let lead = Lead { id: "L1".into(), phones: vec!["13800138000".into()], ..Lead::default() };
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// let verdict = blacklist.check(&facts, &WindowState::default());
    /// let effects = verdict.effects(&lead.id, Some(&"invalid".into()));
    /// let codes: Vec<&str> = effects.iter().map(|effect| effect.code()).collect();
    /// assert_eq!(codes, ["add_tag", "move_to_pool", "set_status", "update_field", "request_review"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn effects(&self, lead: &LeadId, invalid_pool: Option<&PoolId>) -> Vec<Effect> {
        let review = |code: &'static str| Effect::RequestReview {
            lead: lead.clone(),
            reviewer: None,
            code: code.into(),
        };
        if !self.is_blocked() {
            return if self.is_held() { vec![review(CONSENT_CODE)] } else { Vec::new() };
        }
        let mut effects = Vec::with_capacity(5);
        effects.push(Effect::AddTag { lead: lead.clone(), tag: BLACKLIST_TAG.to_owned() });
        effects
            .extend(invalid_pool.map(|pool| Effect::MoveToPool { lead: lead.clone(), pool: pool.clone() }));
        effects.push(Effect::SetStatus { lead: lead.clone(), status: LeadStatus::Invalid });
        effects.push(Effect::UpdateField {
            record: RecordRef::Lead(lead.clone()),
            field: LeadField::CloseReason.as_str().to_owned(),
            value: Value::from(CloseReason::Blocked.as_str()),
            replaces: Value::Null,
        });
        effects.push(review(REVIEW_CODE));
        effects
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.severity, self.hits.is_empty()) {
            (Severity::Block, _) => "The lead is blocked.",
            (Severity::Flag, _) => "The lead is flagged.",
            (Severity::Pass, true) => "Nothing was found.",
            (Severity::Pass, false) => "The lead passes.",
        })?;
        for hit in &self.hits {
            write!(f, "\n{hit}")?;
        }
        match self.more {
            0 => {}
            1 => write!(f, "\nThere is 1 more finding of these kinds.")?,
            more => write!(f, "\nThere are {more} more findings of these kinds.")?,
        }
        for fault in &self.faults {
            write!(f, "\n{fault}.")?;
        }
        Ok(())
    }
}
