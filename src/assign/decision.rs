//! What was decided, and why.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::delta::AssignDelta;
use super::eligibility::moment;
use crate::model::{Acquisition, Effect, LeadId, PoolId, RepId, RuleId};
use crate::rule::{RuleFault, RulesVersion};

/// What became of a lead. The kinds are never mixed up, and none means "everybody gets it".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A rule gave it to a rep.
    Assigned {
        /// The rep.
        rep: RepId,
        /// The pool it came from.
        pool: PoolId,
        /// The rule.
        rule: RuleId,
        /// In which pass: 1 or 2.
        pass: u8,
    },
    /// It goes to the rep who owns what it was matched to, before any rule.
    ExistingOwner {
        /// The rep.
        rep: RepId,
    },
    /// A rule sent it to another pool.
    ToPool {
        /// The pool it goes to.
        pool: PoolId,
        /// The rule.
        rule: RuleId,
        /// In which pass: 1 or 2.
        pass: u8,
    },
    /// A rule put it before somebody who decides.
    AwaitingReview {
        /// Who decides.
        by: RepId,
        /// Whom the rule suggests, best first.
        suggestions: Vec<RepId>,
        /// The rule.
        rule: RuleId,
        /// In which pass: 1 or 2.
        pass: u8,
    },
    /// No rule of the pool matched, or the pool has none.
    NoRuleMatched,
    /// A rule matched, and nobody may take the lead now.
    NoEligible {
        /// When somebody could if nothing but time passed; `None` when that is not known or never.
        retry_at: Option<DateTime<Utc>>,
    },
    /// A rule matched, and all who are at work and might take the lead are at a cap.
    AllCapped {
        /// When somebody could take it if nothing but time passed; `None` when that is not known or never, as with
        /// a holding cap.
        frees_at: Option<DateTime<Utc>>,
    },
}

impl Kind {
    /// The kind's stable code, for counting and translation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Kind::Assigned { .. } => "assigned",
            Kind::ExistingOwner { .. } => "existing_owner",
            Kind::ToPool { .. } => "to_pool",
            Kind::AwaitingReview { .. } => "awaiting_review",
            Kind::NoRuleMatched => "no_rule_matched",
            Kind::NoEligible { .. } => "no_eligible",
            Kind::AllCapped { .. } => "all_capped",
        }
    }

    /// Who gets the lead.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        match self {
            Kind::Assigned { rep, .. } | Kind::ExistingOwner { rep } => Some(rep),
            _ => None,
        }
    }

    /// Whether the lead's way is settled, so that the decision is remembered; else it is worth another try.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(self, Kind::NoRuleMatched | Kind::NoEligible { .. } | Kind::AllCapped { .. })
    }

    fn rule(&self) -> Option<(&RuleId, u8)> {
        match self {
            Kind::Assigned { rule, pass, .. }
            | Kind::ToPool { rule, pass, .. }
            | Kind::AwaitingReview { rule, pass, .. } => Some((rule, *pass)),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Assigned { rep, pool, .. } => write!(f, "goes to {rep} from pool {pool}")?,
            Kind::ExistingOwner { rep } => write!(f, "goes to {rep}, who owns what it was matched to")?,
            Kind::ToPool { pool, .. } => write!(f, "goes to pool {pool}")?,
            Kind::AwaitingReview { by, .. } => write!(f, "waits for {by} to decide")?,
            Kind::NoRuleMatched => f.write_str("stays: no assignment rule matched")?,
            Kind::NoEligible { retry_at: None } => f.write_str("stays: nobody is eligible")?,
            Kind::NoEligible { retry_at: Some(at) } => {
                write!(f, "stays: nobody is eligible before {}", moment(*at))?;
            }
            Kind::AllCapped { frees_at: None } => f.write_str("stays: everybody at work is at a cap")?,
            Kind::AllCapped { frees_at: Some(at) } => {
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
            Kind::AwaitingReview { suggestions, .. } if !suggestions.is_empty() => {
                let names: Vec<&str> = suggestions.iter().map(RepId::as_str).collect();
                write!(f, "; suggested: {}", names.join(", "))
            }
            _ => Ok(()),
        }
    }
}

/// The decision about one lead: what becomes of it, and what that changes in the state.
///
/// `Display` is an English sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use = "a decision has to be carried out and its delta applied"]
pub struct Assignment {
    pub(super) lead: LeadId,
    pub(super) kind: Kind,
    pub(super) skipped: BTreeMap<Cow<'static, str>, u32>,
    pub(super) faults: Vec<RuleFault>,
    pub(super) at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) clamped_from: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) delta: AssignDelta,
    pub(super) rules: RulesVersion,
}

impl Assignment {
    /// The lead.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// What becomes of it.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Who gets it.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        self.kind.owner()
    }

    /// The rule that decided.
    #[must_use]
    pub fn rule(&self) -> Option<&RuleId> {
        self.kind.rule().map(|(rule, _)| rule)
    }

    /// The pass in which it decided: 1 or 2.
    #[must_use]
    pub fn pass(&self) -> Option<u8> {
        self.kind.rule().map(|(_, pass)| pass)
    }

    /// How many reps of the rules that matched were skipped, by the code of the
    /// [`SkipReason`](super::SkipReason). [`Assigner::explain`](super::Assigner::explain) tells who.
    #[must_use]
    pub fn skipped(&self) -> &BTreeMap<Cow<'static, str>, u32> {
        &self.skipped
    }

    /// The rules that failed while they ran.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The time that was decided for.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The `now` that was passed in, when it was before the ledger's last decision and that was taken instead.
    #[must_use]
    pub fn clamped_from(&self) -> Option<DateTime<Utc>> {
        self.clamped_from
    }

    /// When the decision was made, if it was made before under the same key and is only repeated.
    #[must_use]
    pub fn repeats(&self) -> Option<DateTime<Utc>> {
        self.decided_at
    }

    /// What the decision changes in the state.
    pub fn delta(&self) -> &AssignDelta {
        &self.delta
    }

    /// The rules that were decided by.
    #[must_use]
    pub fn rules(&self) -> &RulesVersion {
        &self.rules
    }

    /// What the host should do.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        let lead = self.lead.clone();
        match &self.kind {
            Kind::Assigned { rep, .. } | Kind::ExistingOwner { rep } => {
                let acquisition = Acquisition::AutoAssigned;
                vec![Effect::SetOwner { lead, owner: rep.clone(), acquisition }]
            }
            Kind::ToPool { pool, .. } => vec![Effect::MoveToPool { lead, pool: pool.clone() }],
            Kind::AwaitingReview { by, .. } => {
                let code = "assignment_review".to_owned();
                vec![Effect::RequestReview { lead, reviewer: Some(by.clone()), code }]
            }
            Kind::NoRuleMatched | Kind::NoEligible { .. } | Kind::AllCapped { .. } => Vec::new(),
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {} {}", self.lead, self.kind)?;
        let total: u32 = self.skipped.values().fold(0, |sum, count| sum.saturating_add(*count));
        if total > 0 {
            write!(f, "; {total} skipped (")?;
            for (index, (code, count)) in self.skipped.iter().enumerate() {
                if index > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{code} {count}")?;
            }
            f.write_str(")")?;
        }
        if let Some(at) = self.decided_at {
            write!(f, "; decided before, at {}", moment(at))?;
        }
        for fault in &self.faults {
            write!(f, "; {fault}")?;
        }
        Ok(())
    }
}
