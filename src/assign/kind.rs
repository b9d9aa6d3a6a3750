//! What happens to a lead.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{PoolId, RepId, RuleId};
use crate::text::{codes, list, moment};

/// The result of an assignment. No kind means "everybody gets it".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssignmentKind {
    /// A rule gave it to a rep.
    Assigned {
        /// The rep who gets the lead.
        rep: RepId,
        /// The pool whose rules decided.
        pool: PoolId,
        /// The rule that matched.
        rule: RuleId,
        /// In which pass: 1 or 2.
        pass: u8,
    },
    /// The lead goes to the rep who owns the record it matched, before any rule is tried.
    ExistingOwner {
        /// The owner of the matched record, who gets the lead.
        rep: RepId,
    },
    /// A person gave it to the rep, or the rep has it, by [`AssignOptions::given`](super::AssignOptions::given): no rule is
    /// tried.
    Given {
        /// The rep to whom the lead was given.
        rep: RepId,
    },
    /// The rep claimed the lead (领取), by [`Assigner::claim`](super::Assigner::claim).
    Claimed {
        /// The rep who claims the lead.
        rep: RepId,
    },
    /// A rule sent it to another pool.
    ToPool {
        /// The pool that gets the lead.
        pool: PoolId,
        /// The rule that matched.
        rule: RuleId,
        /// In which pass: 1 or 2.
        pass: u8,
    },
    /// A rule leaves the decision to a reviewer.
    AwaitingReview {
        /// The reviewer who is asked: the one that the rule names, or who [took over](crate::Intake::hand_over) from them.
        by: RepId,
        /// The reviewer that the rule names, where another is asked in their place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<RepId>,
        /// The reps whom the rule suggests, best first.
        suggestions: Vec<RepId>,
        /// The rule that matched.
        rule: RuleId,
        /// In which pass: 1 or 2.
        pass: u8,
    },
    /// No rule of the pool matched, or the pool has none.
    NoRuleMatched,
    /// A rule matched, but nobody may take the lead now.
    NoEligible {
        /// When somebody could if nothing but time passed; `None` when that is not known or never.
        retry_at: Option<DateTime<Utc>>,
    },
    /// A rule matched, but every rep who is at work and could take the lead is at a cap.
    AllCapped {
        /// When somebody could take it if nothing but time passed; `None` when that is not known or never, as with
        /// a holding cap.
        frees_at: Option<DateTime<Utc>>,
    },
}

codes! {
    AssignmentKind {
        AssignmentKind::Assigned { .. } => "assigned",
        AssignmentKind::ExistingOwner { .. } => "existing_owner",
        AssignmentKind::Given { .. } => "given",
        AssignmentKind::Claimed { .. } => "claimed",
        AssignmentKind::ToPool { .. } => "to_pool",
        AssignmentKind::AwaitingReview { .. } => "awaiting_review",
        AssignmentKind::NoRuleMatched => "no_rule_matched",
        AssignmentKind::NoEligible { .. } => "no_eligible",
        AssignmentKind::AllCapped { .. } => "all_capped",
    }
}

impl AssignmentKind {
    /// The rep who gets the lead; `None` when nobody does.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        match self {
            AssignmentKind::Assigned { rep, .. }
            | AssignmentKind::ExistingOwner { rep }
            | AssignmentKind::Given { rep }
            | AssignmentKind::Claimed { rep } => Some(rep),
            _ => None,
        }
    }

    /// Whether the result is final, so that the decision is remembered; otherwise it is worth another try.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(
            self,
            AssignmentKind::NoRuleMatched
                | AssignmentKind::NoEligible { .. }
                | AssignmentKind::AllCapped { .. }
        )
    }

    /// When somebody may be eligible whom the rules do not find now; `None` when nobody ever may, or somebody is found.
    pub(crate) fn next_chance(&self) -> Option<DateTime<Utc>> {
        match self {
            AssignmentKind::NoEligible { retry_at: at } | AssignmentKind::AllCapped { frees_at: at } => *at,
            _ => None,
        }
    }

    /// Whether what the rules say now leaves the lead to the pool or reviewer of this remembered answer, by the same rule. A
    /// reviewer who was asked in another's place answers for that one.
    pub(super) fn is_same_step(&self, other: &AssignmentKind) -> bool {
        use AssignmentKind::{AwaitingReview, ToPool};
        let is_same = match (self, other) {
            (ToPool { pool, .. }, ToPool { pool: other, .. }) => pool == other,
            (AwaitingReview { by, instead_of, .. }, AwaitingReview { by: other, .. }) => {
                instead_of.as_ref().unwrap_or(by) == other
            }
            _ => false,
        };
        is_same && self.rule() == other.rule()
    }

    /// The same question, to another reviewer; `None` where nobody is asked.
    pub(super) fn asked_of(&self, to: &RepId) -> Option<AssignmentKind> {
        let AssignmentKind::AwaitingReview { by, instead_of, suggestions, rule, pass } = self else {
            return None;
        };
        // Whom the rule names, whoever was asked in between.
        let named = instead_of.as_ref().unwrap_or(by);
        Some(AssignmentKind::AwaitingReview {
            by: to.clone(),
            instead_of: Some(named).filter(|named| *named != to).cloned(),
            suggestions: suggestions.clone(),
            rule: rule.clone(),
            pass: *pass,
        })
    }

    pub(super) fn rule(&self) -> Option<(&RuleId, u8)> {
        match self {
            AssignmentKind::Assigned { rule, pass, .. }
            | AssignmentKind::ToPool { rule, pass, .. }
            | AssignmentKind::AwaitingReview { rule, pass, .. } => Some((rule, *pass)),
            _ => None,
        }
    }
}

impl fmt::Display for AssignmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AssignmentKind::Assigned { rep, pool, .. } => write!(f, "goes to {rep} from pool {pool}")?,
            AssignmentKind::ExistingOwner { rep } => {
                write!(f, "goes to {rep}, who owns what it was matched to")?
            }
            AssignmentKind::Given { rep } => write!(f, "goes to {rep}, who was given it")?,
            AssignmentKind::Claimed { rep } => write!(f, "goes to {rep}, who claimed it")?,
            AssignmentKind::ToPool { pool, .. } => write!(f, "goes to pool {pool}")?,
            AssignmentKind::AwaitingReview { by, .. } => write!(f, "waits for {by} to decide")?,
            AssignmentKind::NoRuleMatched => f.write_str("stays: no assignment rule matched")?,
            AssignmentKind::NoEligible { retry_at: None } => f.write_str("stays: nobody is eligible")?,
            AssignmentKind::NoEligible { retry_at: Some(at) } => {
                write!(f, "stays: nobody is eligible before {}", moment(*at))?;
            }
            AssignmentKind::AllCapped { frees_at: None } => {
                f.write_str("stays: everybody at work is at a cap")?
            }
            AssignmentKind::AllCapped { frees_at: Some(at) } => {
                write!(f, "stays: everybody at work is at a cap until {}", moment(*at))?;
            }
        }
        if let Some((rule, pass)) = self.rule() {
            write!(f, " by rule {rule}")?;
            if pass > 1 {
                f.write_str(" in the second pass")?;
            }
        }
        match self {
            AssignmentKind::AwaitingReview { suggestions, .. } if !suggestions.is_empty() => {
                write!(f, "; suggested: {}", list(suggestions, ", "))
            }
            _ => Ok(()),
        }
    }
}
