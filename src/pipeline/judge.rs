//! Judging a gate: conditions, answers, and the result that a judge gives instead of a pass.

use chrono::{DateTime, Utc};

use super::actor::Answer;
use super::engine::{CompiledGate, Parts, Pipeline, guards, in_force};
use super::gate::{Criterion, PassOutcome};
use super::refusal::{RefusalReason, Unmet, UnmetCriterion};
use super::request::MoveRequest;
use super::rules::{ExitKind, ExitRules, Strictness};
use super::timeline::Timeline;
use super::transition::{GateOutcome, JudgedGate};
use crate::model::{CloseReason, RepId, YesNo};
use crate::rule::{Facts, Field};

/// The result of a pass.
fn passed(outcome: PassOutcome) -> GateOutcome {
    match outcome {
        PassOutcome::Mql => GateOutcome::Mql,
        PassOutcome::Converted => GateOutcome::Converted,
        PassOutcome::Passed => GateOutcome::Passed,
    }
}

/// One request being judged.
pub(super) struct Judging<'j> {
    pub(super) pipeline: &'j Pipeline,
    pub(super) facts: &'j Facts<'j>,
    pub(super) timeline: &'j Timeline,
    pub(super) request: &'j MoveRequest,
    pub(super) now: DateTime<Utc>,
    pub(super) reasons: Vec<RefusalReason>,
    pub(super) gates: Vec<JudgedGate>,
    pub(super) missing_fields: Vec<Field>,
}

impl Judging<'_> {
    pub(super) fn refuse(&mut self, reason: RefusalReason) {
        self.reasons.push(reason);
    }

    /// Judges one gate. Returns the people who answered, if any did.
    pub(super) fn judge(&mut self, versions: &[CompiledGate], producers: &[RepId]) -> Option<Vec<RepId>> {
        let compiled = match in_force(versions, self.now) {
            Some(compiled) => compiled,
            None => {
                self.not_in_force(versions);
                return None;
            }
        };
        let gate = &compiled.gate;
        let mut judged = JudgedGate {
            gate: gate.id.clone(),
            version: gate.version,
            document: gate.document.clone(),
            outcome: passed(gate.pass),
            conditions: Vec::new(),
            answers: Vec::new(),
        };
        for (criterion, condition) in compiled.criteria() {
            let unmet = match condition {
                Some(condition) => match self.holds(condition) {
                    None => {
                        judged.conditions.push(criterion.id.clone());
                        continue;
                    }
                    Some(unmet) => unmet,
                },
                None => match self.answer(compiled, criterion, producers) {
                    Ok(answer) => {
                        judged.answers.push(answer);
                        continue;
                    }
                    Err(unmet) => unmet,
                },
            };
            let unmet = UnmetCriterion::new(&gate.id, gate.version, criterion, unmet);
            self.refuse(RefusalReason::Unmet(unmet));
        }
        let judges: Vec<RepId> = judged.answers.iter().map(|answer| answer.by.id.clone()).collect();
        self.gates.push(judged);
        (!judges.is_empty()).then_some(judges)
    }

    fn not_in_force(&mut self, versions: &[CompiledGate]) {
        if self.pipeline.unapproved == Strictness::Report {
            return;
        }
        if let Some(latest) = versions.last() {
            self.refuse(RefusalReason::GateNotInForce {
                gate: latest.gate.id.clone(),
                version: latest.gate.version,
                missing: latest.gate.missing_approvals(&self.pipeline.approvals),
                from: latest.in_force_from,
            });
        }
    }

    fn holds(&self, parts: &Parts) -> Option<Unmet> {
        let mut conditions = Vec::new();
        for (condition, predicate) in parts {
            match predicate.eval(self.facts) {
                Ok(true) => {}
                Ok(false) => conditions.push(condition.clone()),
                Err(fault) => return Some(Unmet::Fault(fault)),
            }
        }
        (!conditions.is_empty()).then_some(Unmet::Condition { conditions })
    }

    /// The answer that shows the criterion to be met.
    fn answer(
        &self,
        compiled: &CompiledGate,
        criterion: &Criterion,
        producers: &[RepId],
    ) -> Result<Answer, Unmet> {
        let given = self.request.answers.iter().filter(|answer| answer.criterion == criterion.id);
        let Some(answer) = given.max_by_key(|answer| answer.at) else { return Err(Unmet::NotAnswered) };
        let by = || answer.by.clone();
        if answer.by.role != compiled.gate.judge {
            return Err(Unmet::WrongJudge { by: by(), judge: compiled.gate.judge.clone() });
        }
        if producers.contains(&answer.by.id) {
            return Err(Unmet::JudgeIsProducer { by: by() });
        }
        if answer.at > self.now {
            return Err(Unmet::NotYet { at: answer.at });
        }
        // An answer with the time of the last entry granted that entry: it cannot count twice.
        let entered = self.timeline.entries(&compiled.gate.into).map(|visit| visit.entered.at).max();
        if let Some(entered) = entered.filter(|entered| answer.at <= *entered) {
            return Err(Unmet::Stale { at: answer.at, entered });
        }
        let note = || answer.note.clone();
        match answer.value {
            YesNo::Yes => Ok(answer.clone()),
            YesNo::No => Err(Unmet::No { by: by(), note: note() }),
            YesNo::Unknown => Err(Unmet::Unknown { by: by(), note: note() }),
        }
    }

    /// Whether the exit is what the judge of the gate ahead found instead of a pass; then the gate is recorded.
    pub(super) fn result_of_gate(&mut self, exit: &ExitRules, here: Option<usize>) -> bool {
        let pipeline = self.pipeline;
        let ahead = pipeline.stages.iter().skip(here.map_or(0, |here| here + 1));
        let Some(guarded) =
            ahead.into_iter().find(|stage| pipeline.gates.values().any(|gate| guards(gate, &stage.name)))
        else {
            return false;
        };
        let nurture = exit.kind == ExitKind::Nurture;
        for versions in pipeline.gates.values().filter(|versions| guards(versions, &guarded.name)) {
            let Some(compiled) = in_force(versions, self.now) else {
                if nurture && versions.iter().any(|v| v.gate.otherwise.as_deref() == Some(&*exit.name)) {
                    self.not_in_force(versions);
                }
                continue;
            };
            let gate = &compiled.gate;
            if gate.otherwise.as_deref() != Some(exit.name.as_str()) {
                continue;
            }
            let by = &self.request.by;
            if by.role != gate.judge {
                if nurture {
                    let (gate, judge) = (gate.id.clone(), gate.judge.clone());
                    self.refuse(RefusalReason::NotTheJudge { gate, judge, by: by.clone() });
                }
                continue;
            }
            // The person who brought the lead here may withdraw it, but that is not a judgement.
            if self.timeline.current().is_some_and(|visit| visit.entered.by.id == by.id) {
                if nurture {
                    self.refuse(RefusalReason::JudgeIsProducer { gate: gate.id.clone(), by: by.clone() });
                }
                continue;
            }
            let reason = self.request.reason().unwrap_or_default();
            let outcome = match exit.kind {
                ExitKind::Nurture => GateOutcome::Nurture { reason: reason.to_owned() },
                _ => GateOutcome::Invalid(CloseReason::from(reason)),
            };
            let own = |answer: &&Answer| gate.criteria.iter().any(|known| known.id == answer.criterion);
            self.gates.push(JudgedGate {
                gate: gate.id.clone(),
                version: gate.version,
                document: gate.document.clone(),
                outcome,
                conditions: Vec::new(),
                answers: self.request.answers.iter().filter(own).cloned().collect(),
            });
            return true;
        }
        false
    }
}
