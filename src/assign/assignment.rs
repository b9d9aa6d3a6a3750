//! The decision about one lead.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::companion::Companion;
use super::delta::AssignDelta;
use super::kind::AssignmentKind;
use crate::model::{Acquisition, Effect, LeadId, RecordRef, RepId, ReviewCode, RuleId};
use crate::rule::{RuleFault, RulesVersion};
use crate::text::moment;

/// The decision about one lead: what happens to it, and what that changes in the state.
///
/// `Display` is an English sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use = "a decision has to be carried out and its delta applied"]
pub struct Assignment {
    pub(super) lead: LeadId,
    pub(super) kind: AssignmentKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) companions: Vec<Companion>,
    pub(super) skipped: BTreeMap<Cow<'static, str>, u32>,
    pub(super) faults: Vec<RuleFault>,
    pub(super) at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) clamped_from: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) delta: AssignDelta,
    pub(super) version: RulesVersion,
}

impl Assignment {
    /// The lead that was decided about.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// What becomes of the lead: assigned, sent to a pool, or left without an owner, and why.
    #[must_use]
    pub fn kind(&self) -> &AssignmentKind {
        &self.kind
    }

    /// The rep who gets the lead; `None` when nobody does.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        self.kind.owner()
    }

    /// The companions the lead needs besides its owner, in the order of the rule.
    #[must_use]
    pub fn companions(&self) -> &[Companion] {
        &self.companions
    }

    /// The rule that decided; `None` when no rule did, as for a lead that has an owner.
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
    /// [`SkipReason`](super::SkipReason). [`Assigner::explain`](super::Assigner::explain) names them.
    #[must_use]
    pub fn skipped(&self) -> &BTreeMap<Cow<'static, str>, u32> {
        &self.skipped
    }

    /// The rules that failed while they ran.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The time of the decision in the order of the ledger's: `now`, or the time of its latest decision if that is later.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The `now` that was passed in, when the ledger's latest decision is later: a clock ran back, or was ahead once. The
    /// lead takes its turn after that decision; working hours, absences and the dates of caps go by this `now`.
    #[must_use]
    pub fn clamped_from(&self) -> Option<DateTime<Utc>> {
        self.clamped_from
    }

    /// When the decision was made, if it repeats an earlier one with the same key.
    #[must_use]
    pub fn repeats(&self) -> Option<DateTime<Utc>> {
        self.decided_at
    }

    /// What the decision changes in the state.
    pub fn delta(&self) -> &AssignDelta {
        &self.delta
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// What the host should do. A companion is told with the code `companion`, and the owner with `companion_missing` where
    /// nobody could be one; what else a companion means is up to the host.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        let lead = self.lead.clone();
        match &self.kind {
            AssignmentKind::Assigned { rep, .. }
            | AssignmentKind::ExistingOwner { rep }
            | AssignmentKind::Given { rep }
            | AssignmentKind::Claimed { rep } => {
                // The history tells leads that a rep claimed from those that the rules gave.
                let acquisition = match &self.kind {
                    AssignmentKind::Given { .. } => Acquisition::AssignedByAdmin,
                    AssignmentKind::Claimed { .. } => Acquisition::Claimed,
                    _ => Acquisition::AutoAssigned,
                };
                let about = RecordRef::Lead(lead.clone());
                let mut effects = vec![Effect::SetOwner { lead, owner: rep.clone(), acquisition }];
                let with = self.companions.iter().filter_map(|one| one.rep.clone());
                effects.extend(with.map(|rep| {
                    let (code, about) = ("companion".into(), about.clone());
                    Effect::Notify { rep, code, about }
                }));
                // A missing companion does not hold the lead back: the owner is told, and starts alone.
                if self.companions.iter().any(|one| one.rep.is_none()) {
                    effects.push(Effect::Notify {
                        rep: rep.clone(),
                        code: "companion_missing".into(),
                        about,
                    });
                }
                effects
            }
            // The rules of that pool decide who gets it there, in a decision of its own.
            AssignmentKind::ToPool { pool, .. } => vec![Effect::MoveToPool { lead, pool: pool.clone() }],
            AssignmentKind::AwaitingReview { by, .. } => {
                let code = ReviewCode::AssignmentReview.into();
                vec![Effect::RequestReview { lead, reviewer: Some(by.clone()), code }]
            }
            AssignmentKind::NoRuleMatched
            | AssignmentKind::NoEligible { .. }
            | AssignmentKind::AllCapped { .. } => Vec::new(),
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {} {}", self.lead, self.kind)?;
        for Companion { role, rep } in &self.companions {
            match rep {
                Some(rep) => write!(f, ", with {rep} ({role})")?,
                None => write!(f, ", without {role}: nobody is eligible")?,
            }
        }
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
