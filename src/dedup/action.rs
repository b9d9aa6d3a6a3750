//! What follows from a hit.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::target::MatchTarget;
use crate::text::Code;

/// What follows from a hit. In a document `"convert"` and so on, or
/// `{"custom": {"script": "…", "codes": ["…"]}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum RuleAction {
    /// The record is the same lead coming in again: update it, remind its owner.
    Reenter,
    /// As `reenter`, but when a decisive fact has changed and the new value leads to another owner's account,
    /// the lead goes to that owner and the previous one is told.
    KeyChange,
    /// The lead belongs to the account: convert it and give it to the account's owner.
    Convert,
    /// The lead is collected (归集) under the earliest one that is neither invalid nor voided.
    Collect,
    /// The lead is another of the same customer: it is linked to the earliest lead, and goes to that lead's owner.
    SameOwner,
    /// The lead is marked; it is neither linked nor given to anybody.
    TagOnly,
    /// A [script](crate::rule::check_script) (feature `script`) chooses for the record that matches best.
    ///
    /// It is one expression over the lead's fields and the match (`match_owner`, `match_record`, `match_labels`,
    /// `match_count`) whose value is the name of one of the actions above that can follow from a match with
    /// the rule's target, or one of the declared codes. A code becomes a tag of the lead, which is
    /// neither linked nor given to anybody, and continues as if it were new. If the script returns anything else, or
    /// fails, that is a fault, and the next rule is tried.
    ///
    /// ```
    /// # #[cfg(feature = "script")] {
    /// use leadkit::dedup::DedupRules;
    ///
    /// let rules = DedupRules::load(serde_json::json!({"rules": [{
    ///     "id": "partners", "lead": "company", "target": "account.company",
    ///     "action": {"custom": {
    ///         "script": r#"if match_owner == "partner_desk" { "ask_partner" } else { "convert" }"#,
    ///         "codes": ["ask_partner"],
    ///     }},
    /// }]}));
    /// assert!(rules.is_ok());
    /// # }
    /// ```
    Custom {
        /// A rhai expression; its value is the code of an action.
        script: String,
        /// The codes it may return besides the names of actions.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        codes: BTreeSet<Code>,
    },
}

impl RuleAction {
    /// The actions that need no script.
    pub(super) const PLAIN: [RuleAction; 6] = [
        RuleAction::Reenter,
        RuleAction::KeyChange,
        RuleAction::Convert,
        RuleAction::Collect,
        RuleAction::SameOwner,
        RuleAction::TagOnly,
    ];

    /// The name of the action in rules.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            RuleAction::Reenter => "reenter",
            RuleAction::KeyChange => "key_change",
            RuleAction::Convert => "convert",
            RuleAction::Collect => "collect",
            RuleAction::SameOwner => "same_owner",
            RuleAction::TagOnly => "tag_only",
            RuleAction::Custom { .. } => "custom",
        }
    }

    /// Whether it takes the record for one of the same person.
    pub(super) fn is_of_a_person(&self) -> bool {
        matches!(self, RuleAction::Reenter | RuleAction::KeyChange | RuleAction::Collect)
    }

    /// Whether it can follow from a match with the target.
    pub(super) fn fits(&self, target: &MatchTarget) -> bool {
        match self {
            RuleAction::Convert => !target.is_lead(),
            RuleAction::Reenter | RuleAction::KeyChange | RuleAction::Collect | RuleAction::SameOwner => {
                target.is_lead()
            }
            RuleAction::TagOnly | RuleAction::Custom { .. } => true,
        }
    }
}

impl fmt::Display for RuleAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
