//! Judging a move from stage to stage.

use chrono::{DateTime, Utc};

use super::engine::{Pipeline, guards};
use super::judge::Judging;
use super::refusal::{GateRefusal, RefusalReason};
use super::request::MoveRequest;
use super::rules::{ExitKind, ExitRules, StageRules, Strictness};
use super::timeline::Timeline;
use super::transition::{Transition, TransitionKind};
use crate::error::suggestion;
use crate::model::{Effect, LeadStatus, RecordRef, RepId, Value};
use crate::rule::{FactSource, FactValue, Facts, Field};

/// Where a move leads, once the kind of it is known.
struct Way {
    to: String,
    kind: TransitionKind,
    skipped: Vec<String>,
    status: Option<LeadStatus>,
}

impl Pipeline {
    /// Judges a move. Nothing changes: [`Timeline::apply`] applies the transition, and the host applies its effects
    /// out.
    ///
    /// The lead comes as [`Facts`], because conditions read more than the lead has, and with a timeline, which is
    /// the state; `now` should be the time the facts were made with.
    ///
    /// A later stage requires every gate up to it, also those of skipped stages; an earlier one that the
    /// lead has been in needs a reason only. An exit that is the `otherwise` of the gate ahead is that gate's
    /// result when its judge takes it. Gates judge again on each entry: answers given up to the last entry into
    /// their stage do not count. O(stages + criteria + answers × criteria).
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    /// use leadkit::pipeline::{Actor, MoveRequest, Pipeline, PipelineRules, Timeline};
    ///
    /// let now = "2026-03-01T09:00:00Z".parse().unwrap();
    /// let tables = HostTables::default();
    /// let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// let pipeline = Pipeline::compile(&PipelineRules::default())?;
    /// let mut timeline = Timeline::new("L1");
    ///
    /// let start = MoveRequest::new("lead", Actor::system("form"));
    /// let transition = pipeline.advance(&facts, &timeline, &start, now)?;
    /// timeline.apply(&transition)?;
    ///
    /// let refusal = pipeline.advance(&facts, &timeline, &MoveRequest::new("mlq", start.by), now).unwrap_err();
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "lead L1 cannot move from `lead` to `mlq`: there is no such stage: did you mean `mql`?",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the move is refused, with every reason.
    pub fn advance(
        &self,
        facts: &Facts<'_>,
        timeline: &Timeline,
        request: &MoveRequest,
        now: DateTime<Utc>,
    ) -> Result<Transition, GateRefusal> {
        let mut judging = Judging {
            pipeline: self,
            facts,
            timeline,
            request,
            now,
            reasons: Vec::new(),
            gates: Vec::new(),
            missing_fields: Vec::new(),
        };
        judging.check_state();
        let way = judging.find_way();
        let Judging { reasons, gates, missing_fields, .. } = judging;
        let from = timeline.stage().map(str::to_owned);
        let lead = facts.lead().id.clone();
        match way {
            Some(way) if reasons.is_empty() => {
                let re_entry = timeline.first_entry(&way.to).is_some();
                let mut effects = vec![Effect::UpdateField {
                    record: RecordRef::Lead(lead.clone()),
                    field: "stage".to_owned(),
                    value: Value::Text(way.to.clone()),
                    replaces: from.clone().into(),
                }];
                effects.extend(way.status.map(|status| Effect::SetStatus { lead: lead.clone(), status }));
                Ok(Transition {
                    lead,
                    from,
                    kind: way.kind,
                    re_entry,
                    to: way.to,
                    skipped: way.skipped,
                    gates,
                    missing_fields,
                    at: now,
                    by: request.by.clone(),
                    reason: request.reason().map(str::to_owned),
                    effects,
                    after_visits: timeline.visits().len(),
                    version: self.version.clone(),
                })
            }
            _ => Err(GateRefusal {
                lead,
                from,
                to: request.to.clone(),
                reasons,
                version: Box::new(self.version.clone()),
            }),
        }
    }

    /// The required fields of a stage that the lead does not have, in the order of the rules; none for a stage
    /// that is not there.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::pipeline::{Pipeline, PipelineRules};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let mut rules = PipelineRules::default();
    /// rules.stages[1].required = vec!["company".parse()?, "industry".parse()?];
    /// let pipeline = Pipeline::compile(&rules)?;
    /// let (lead, tables) = (Lead { company: Some("Acme Ltd".into()), ..Lead::default() }, HostTables::default());
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// assert_eq!(pipeline.missing_fields(&facts, "mql"), ["industry".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn missing_fields(&self, facts: &Facts<'_>, stage: &str) -> Vec<Field> {
        let required = self.stages.iter().find(|known| known.name == stage).map(|stage| &stage.required);
        let missing = |field: &&Field| facts.fact(field) == FactValue::Missing;
        required.into_iter().flatten().filter(missing).cloned().collect()
    }
}

impl Judging<'_> {
    fn need_reason(&mut self, kind: TransitionKind) {
        if self.request.reason().is_none() {
            self.refuse(RefusalReason::ReasonMissing { kind });
        }
    }

    fn position(&self, stage: &str) -> Option<usize> {
        self.pipeline.stages.iter().position(|known| known.name == stage)
    }

    fn check_state(&mut self) {
        let lead = self.facts.lead();
        if *self.timeline.lead() != lead.id {
            self.refuse(RefusalReason::OtherLead { timeline: self.timeline.lead().clone() });
        }
        if let (Some(stage), Some(current)) = (&lead.stage, self.timeline.current())
            && *stage != current.stage
        {
            let (lead, timeline) = (stage.clone(), current.stage.clone());
            self.refuse(RefusalReason::StageMismatch { lead, timeline });
        }
        if let Some(current) = self.timeline.current()
            && self.now < current.entered.at
        {
            self.refuse(RefusalReason::GoesBack { last: current.entered.at });
        }
        let known = || {
            let versions = self.pipeline.gates.values().flatten();
            versions.flat_map(|compiled| compiled.gate.criteria.iter().map(|criterion| criterion.id.as_str()))
        };
        let unknown: Vec<RefusalReason> = self
            .request
            .answers
            .iter()
            .filter(|answer| !known().any(|id| id == answer.criterion.as_str()))
            .map(|answer| RefusalReason::UnknownCriterion {
                criterion: answer.criterion.clone(),
                help: suggestion(answer.criterion.as_str(), known().collect::<Vec<_>>()),
            })
            .collect();
        self.reasons.extend(unknown);
    }

    fn find_way(&mut self) -> Option<Way> {
        let pipeline = self.pipeline;
        let request = self.request;
        if self.timeline.stage() == Some(request.to.as_str()) {
            self.refuse(RefusalReason::AlreadyThere);
            return None;
        }
        // The last stage of the pipeline that the lead has been in: an end is not in the row of stages.
        let here = self.timeline.visits().iter().rev().find_map(|visit| self.position(&visit.stage));
        let ended = self.timeline.stage().is_some_and(|stage| self.position(stage).is_none());
        if let Some(stage) = self.timeline.stage().filter(|_| ended)
            && !pipeline.exits.iter().any(|exit| exit.name == stage)
        {
            self.refuse(RefusalReason::ForeignStage { stage: stage.to_owned() });
            return None;
        }
        if ended && !request.reopen {
            self.refuse(RefusalReason::Ended);
            return None;
        }
        if let Some(to) = self.position(&request.to) {
            return Some(self.way_to_stage(to, here, ended));
        }
        if let Some(exit) = pipeline.exits.iter().find(|exit| exit.name == request.to) {
            if ended {
                self.refuse(RefusalReason::NoWay);
                return None;
            }
            return self.way_to_exit(exit, here);
        }
        let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
        let names: Vec<&str> = stages.chain(pipeline.exits.iter().map(|exit| exit.name.as_str())).collect();
        self.refuse(RefusalReason::UnknownStage { help: suggestion(&request.to, names) });
        None
    }

    fn way_to_stage(&mut self, to: usize, here: Option<usize>, ended: bool) -> Way {
        let pipeline = self.pipeline;
        let forward = here.is_none_or(|here| to > here);
        let first = here.map_or(0, |here| here + 1);
        let mut passed_over: Vec<&StageRules> = Vec::new();
        let mut target: Option<&StageRules> = None;
        for (index, stage) in pipeline.stages.iter().enumerate() {
            if index == to {
                target = Some(stage);
            } else if forward && (first..to).contains(&index) && !stage.optional {
                passed_over.push(stage);
            }
        }
        let kind = match (here, forward) {
            _ if ended => TransitionKind::Reopen,
            (_, true) if !passed_over.is_empty() => TransitionKind::Skip,
            (None, _) => TransitionKind::Start,
            (Some(_), true) => TransitionKind::Advance,
            (Some(_), false) => TransitionKind::Regression,
        };
        if matches!(kind, TransitionKind::Skip | TransitionKind::Regression | TransitionKind::Reopen) {
            self.need_reason(kind);
        }
        let skipped: Vec<String> = passed_over.iter().map(|stage| stage.name.clone()).collect();
        if !skipped.is_empty() && !pipeline.skips {
            self.refuse(RefusalReason::SkipForbidden { over: skipped.clone() });
        }
        // Going back needs no gate if the lead has been there; otherwise it passes the gate first.
        let been = |stage: &StageRules| self.timeline.first_entry(&stage.name).is_some();
        let judged: Vec<&StageRules> =
            passed_over.into_iter().chain(target).filter(|stage| forward || !been(stage)).collect();
        self.require_fields(&judged);
        // The producer of what the first gate judges brought the lead where it is; each later gate judges the
        // result of the one before.
        let mut producers: Vec<RepId> =
            self.timeline.current().map(|visit| visit.entered.by.id.clone()).into_iter().collect();
        for stage in judged {
            for versions in pipeline.gates.values().filter(|versions| guards(versions, &stage.name)) {
                if let Some(judges) = self.judge(versions, &producers) {
                    producers = judges;
                }
            }
        }
        Way {
            to: target.map(|stage| stage.name.clone()).unwrap_or_default(),
            kind,
            skipped,
            status: target.and_then(|stage| stage.status),
        }
    }

    /// Refuses or reports the required fields of the stages that are missing.
    fn require_fields(&mut self, stages: &[&StageRules]) {
        let pipeline = self.pipeline;
        let mut missing: Vec<Field> = Vec::new();
        for field in stages.iter().flat_map(|stage| pipeline.missing_fields(self.facts, &stage.name)) {
            if !missing.contains(&field) {
                missing.push(field);
            }
        }
        match pipeline.missing_fields {
            _ if missing.is_empty() => {}
            Strictness::Report => self.missing_fields = missing,
            Strictness::Refuse => self.refuse(RefusalReason::MissingFields { fields: missing }),
        }
    }

    fn way_to_exit(&mut self, exit: &ExitRules, here: Option<usize>) -> Option<Way> {
        let current = self.timeline.stage().unwrap_or_default();
        let reachable =
            here.is_some() && (exit.from.is_empty() || exit.from.iter().any(|from| from == current));
        if !reachable {
            self.refuse(RefusalReason::NoWay);
            return None;
        }
        let result = self.result_of_gate(exit, here);
        let kind = match exit.kind {
            ExitKind::Nurture => TransitionKind::Nurture,
            _ => TransitionKind::End,
        };
        if exit.kind == ExitKind::Nurture && !result {
            // Another person, or no such gate ahead: only a judge sends a lead to nurture.
            if self.reasons.is_empty() {
                self.refuse(RefusalReason::NoWay);
            }
            return None;
        }
        if exit.reason || result {
            self.need_reason(kind);
        }
        let to = match &exit.to {
            Some(to) if exit.kind == ExitKind::Nurture => to.clone(),
            _ => exit.name.clone(),
        };
        Some(Way { to, kind, skipped: Vec::new(), status: exit.status })
    }
}
