//! The definition of a gate: what must hold before a lead enters a stage, who judges, who approved it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actor::Role;
use crate::model::open_enum::{closed_enum, open_enum};
use crate::model::{RepId, RuleId};
use crate::order;
use crate::rule::Condition;

open_enum! {
    /// An office that approves the definition of a gate.
    Office {
        /// Operations (经营管理部).
        Operations = "operations",
        /// Human resources.
        Hr = "hr",
        /// Finance.
        Finance = "finance",
    }
}

closed_enum! {
    /// The state of a lead that has passed a gate.
    #[derive(Default)]
    PassOutcome {
        /// A marketing-qualified lead.
        Mql = "mql",
        /// Taken over by sales (转化).
        Converted = "converted",
        /// Passed, with no special meaning.
        #[default]
        Passed = "passed",
    }
}

/// How it is shown that a criterion is met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A condition over the lead's facts.
    Condition(Condition),
    /// The judge's answer is yes.
    Answer,
}

/// One criterion of a gate. All of them must be met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Name, unique among the criteria of all gates; answers name it.
    pub id: RuleId,
    /// The requirement, in words for the judge.
    pub statement: String,
    /// How it is proved: by a condition or by an answer.
    pub proof: Proof,
}

/// The approval of a gate by one office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The office that approves.
    pub office: Office,
    /// The person who approved for the office.
    pub by: RepId,
    /// When the office approved, in UTC.
    pub at: DateTime<Utc>,
}

/// One version of the conditions of entry into a stage (准入标准).
///
/// It is in force from its effective date, once every office that the pipeline requires has approved it, in their
/// order. Until then the version before it stays in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Name; versions of one gate share it.
    pub id: RuleId,
    /// Version number; of the versions in force, the highest counts.
    #[serde(default = "first")]
    pub version: u32,
    /// The stage into which it lets leads, by name.
    pub into: String,
    /// The criteria, all of which must hold.
    pub criteria: Vec<Criterion>,
    /// The role whose work is judged.
    pub producer: Role,
    /// The role that judges; never the producer's role.
    pub judge: Role,
    /// The state of the lead after it has passed.
    #[serde(default)]
    pub pass: PassOutcome,
    /// The exit the judge may send the lead to instead: `disqualified`, `nurture`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
    /// The first moment at which it is in force once it is approved.
    #[serde(default)]
    pub effective_from: DateTime<Utc>,
    /// The document that defines it, as the host names it.
    #[serde(default)]
    pub document: String,
    /// The approvals that were given, in the order of the offices.
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

const fn first() -> u32 {
    1
}

impl Gate {
    /// The offices that have not approved yet, in the order of `required`.
    ///
    /// ```
    /// use leadkit::pipeline::{Office, PipelineRules};
    ///
    /// let now = "2026-03-02T00:00:00Z".parse().unwrap();
    /// let rules = PipelineRules::default().approved(Office::Operations, "zhao", now);
    /// assert_eq!(rules.gates[0].missing_approvals(&rules.approvals), [Office::Hr, Office::Finance]);
    /// ```
    #[must_use]
    pub fn missing_approvals(&self, required: &[Office]) -> Vec<Office> {
        let given = order::set(self.approvals.iter().map(|approval| &approval.office));
        required.iter().filter(|office| !given.contains(office)).cloned().collect()
    }

    /// From when it is in force: its effective date or the last approval it needs, whichever is later; `None`
    /// while an approval is missing.
    ///
    /// ```
    /// use leadkit::pipeline::{Office, PipelineRules};
    ///
    /// let first = "2026-03-02T00:00:00Z".parse().unwrap();
    /// let mut rules = PipelineRules::default().approved(Office::Operations, "zhao", first);
    /// assert_eq!(rules.gates[0].in_force_from(&rules.approvals), None);
    /// rules.approvals = vec![Office::Operations];
    /// assert_eq!(rules.gates[0].in_force_from(&rules.approvals), Some(first));
    /// ```
    #[must_use]
    pub fn in_force_from(&self, required: &[Office]) -> Option<DateTime<Utc>> {
        if !self.missing_approvals(required).is_empty() {
            return None;
        }
        let counts = order::set(required);
        let approved = self.approvals.iter().filter(|approval| counts.contains(&approval.office));
        Some(approved.map(|approval| approval.at).fold(self.effective_from, DateTime::max))
    }
}
