//! The pipeline, ready to judge moves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::gate::{Criterion, Gate, Office};
use super::rules::{ExitRules, StageRules, Strictness};
use crate::model::RuleId;
use crate::rule::{Condition, Predicate, RulesVersion};

/// A pipeline of stages, ready to judge moves. Immutable, shared by reference across threads.
///
/// ```
/// use leadkit::pipeline::{Pipeline, PipelineRules};
///
/// let pipeline = Pipeline::compile(&PipelineRules::proof_of_concept().with_reach())?;
/// assert_eq!(pipeline.stages().first().unwrap().name, "impression");
/// assert_eq!(pipeline.stages().last().unwrap().name, "won");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub(super) stages: Vec<StageRules>,
    pub(super) exits: Vec<ExitRules>,
    /// The gates by their names, each with its versions, oldest first.
    pub(super) gates: BTreeMap<RuleId, Vec<CompiledGate>>,
    pub(super) approvals: Vec<Office>,
    pub(super) unapproved: Strictness,
    pub(super) missing_fields: Strictness,
    pub(super) skips: bool,
    pub(super) version: RulesVersion,
}

impl Pipeline {
    /// The stages from first contact to payment, in the order a lead takes them.
    #[must_use]
    pub fn stages(&self) -> &[StageRules] {
        &self.stages
    }

    /// The exits: lost, invalid, back to marketing.
    #[must_use]
    pub fn exits(&self) -> &[ExitRules] {
        &self.exits
    }

    /// The rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The version in force of each gate into a stage, by id: what a screen shows before a move.
    ///
    /// ```
    /// use leadkit::pipeline::{Pipeline, PipelineRules};
    ///
    /// let now = "2026-03-01T09:00:00Z".parse().unwrap();
    /// let mut rules = PipelineRules::default();
    /// for office in rules.approvals.clone() {
    ///     rules = rules.approved(office, "director", now);
    /// }
    /// let pipeline = Pipeline::compile(&rules)?;
    /// let gate = &rules.gates[0];
    /// let found = pipeline.gates_in_force(&gate.into, now).find(|one| one.id == gate.id).unwrap();
    /// assert_eq!(found.criteria.len(), gate.criteria.len());
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn gates_in_force<'p>(
        &'p self,
        stage: &'p str,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &'p Gate> {
        self.gates
            .values()
            .filter_map(move |versions| in_force(versions, now))
            .map(|compiled| &compiled.gate)
            .filter(move |gate| gate.into == stage)
    }
}

/// The parts of a condition, all of which must hold.
pub(super) type Parts = Vec<(Condition, Predicate)>;

#[derive(Debug, Clone)]
pub(super) struct CompiledGate {
    pub(super) gate: Gate,
    /// One for each criterion: what must hold, each part apart; `None` where a person answers.
    pub(super) conditions: Vec<Option<Parts>>,
    pub(super) in_force_from: Option<DateTime<Utc>>,
}

impl CompiledGate {
    pub(super) fn criteria(&self) -> impl Iterator<Item = (&Criterion, Option<&Parts>)> {
        self.gate.criteria.iter().zip(self.conditions.iter().map(Option::as_ref))
    }
}

/// The highest version in force.
pub(super) fn in_force(versions: &[CompiledGate], now: DateTime<Utc>) -> Option<&CompiledGate> {
    versions.iter().rev().find(|compiled| compiled.in_force_from.is_some_and(|from| from <= now))
}

/// Whether the versions of a gate guard the stage.
pub(super) fn guards(versions: &[CompiledGate], stage: &str) -> bool {
    versions.first().is_some_and(|compiled| compiled.gate.into == stage)
}
