//! Matching rules as data.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, Utc};
use serde::{Deserialize, Serialize};

use super::action::RuleAction;
use super::comparator::Comparator;
use super::target::{LeadKey, MatchTarget};
use crate::calendar::Zone;
use crate::model::{LeadField, RuleId};
use crate::rule::Condition;
use crate::rule::MatchLabel;

/// What makes a lead the same as a record on file, and what follows.
///
/// Start from a preset: [`DedupRules::b2b`] (the default) or [`DedupRules::b2c`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DedupRules {
    /// Format of the document.
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// The rules; the first that hits decides.
    pub rules: Vec<MatchRule>,
    /// Lead fields in which a re-entry's newer value takes the place of the record's. Values of lists are always added,
    /// fields that were blank are always filled, and any other difference is shown to somebody.
    pub update: Vec<LeadField>,
    /// Lead fields whose change is a key change: they decide on who should own the lead.
    pub decisive: Vec<LeadField>,
    /// Lead fields within which one customer has one owner, such as `products`: a lead on file with other values there is
    /// not the entry's story, and only marks it. A blank field is in every scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<LeadField>,
    /// A key shared by more records than this is no key: a switchboard number, a public mail domain.
    pub crowded_key: u32,
    /// Zone in which calendar months are counted.
    pub zone: Zone,
    /// Whether a lead that only shares its company with another lead waits for a person.
    pub hold_tag_only: bool,
}

/// One matching rule: lead field against record field, and what a hit means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRule {
    /// Identifier, unique in the document.
    pub id: RuleId,
    /// Which leads the rule is for; all when left out.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// What is compared on the lead.
    pub lead: LeadKey,
    /// What it is compared with.
    pub target: MatchTarget,
    /// How.
    #[serde(default)]
    pub comparator: Comparator,
    /// How long after its creation a record still counts; for ever when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ReentryWindow>,
    /// What follows.
    pub action: RuleAction,
    /// Labels that a lead gets when this rule decides, such as `reward`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub labels: BTreeSet<MatchLabel>,
}

/// How long after its creation a record still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReentryWindow {
    /// Calendar months. The end is included; a day the month does not have is its last.
    pub months: u32,
}

impl ReentryWindow {
    /// Whether a record created then still counts now.
    pub(crate) fn covers(self, created_at: DateTime<Utc>, now: DateTime<Utc>, zone: &Zone) -> bool {
        let end = zone.local(created_at).checked_add_months(Months::new(self.months));
        end.is_none_or(|end| now <= zone.first_moment(end))
    }
}

impl MatchRule {
    /// A rule for all leads without a window, comparing canonical forms.
    #[must_use]
    pub fn new(id: &str, lead: LeadKey, target: MatchTarget, action: RuleAction) -> MatchRule {
        MatchRule {
            id: id.into(),
            when: Condition::default(),
            lead,
            target,
            comparator: Comparator::Folded,
            window: None,
            action,
            labels: BTreeSet::new(),
        }
    }
}
