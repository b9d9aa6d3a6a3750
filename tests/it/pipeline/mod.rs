//! Pipelines, gates and timelines; tenures.

use chrono::{DateTime, Utc};
use leadkit::model::{BusinessModel, Effect, Lead, LeadStatus, RegistryStatus, Source, Utm, YesNo};
use leadkit::pipeline::{
    Actor, Answer, GateOutcome, GateRefusal, MoveRequest, Office, Pipeline, PipelineHalf, PipelineRules,
    Role, StageMark, StageObject, Strictness, Timeline, TimelineError, Transition, TransitionKind,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{assert_round_trip, at, hour, json_data, snapshot, with_facts};

mod tenure;

fn form() -> Actor {
    Actor::system("web form")
}

fn sdr() -> Actor {
    Actor::new("S1", Role::Sdr)
}

fn sales() -> Actor {
    Actor::new("R1", Role::Sales)
}

fn approved(rules: PipelineRules) -> PipelineRules {
    rules
        .approved(Office::Operations, "ops", at("2026-01-05T00:00:00Z"))
        .approved(Office::Hr, "hr", at("2026-01-06T00:00:00Z"))
        .approved(Office::Finance, "fin", at("2026-01-07T00:00:00Z"))
}

fn pipeline() -> Pipeline {
    Pipeline::compile(&approved(PipelineRules::default())).unwrap()
}

fn lead() -> Lead {
    Lead {
        id: "L1".into(),
        name: Some("王芳".into()),
        title: Some("销售总监".into()),
        company: Some("深圳市星河软件有限公司".into()),
        phones: vec!["13812341234".into()],
        industry: vec!["软件".into()],
        business_model: Some(BusinessModel::Direct),
        registry_status: Some(RegistryStatus::Active),
        source: Source { primary: Some("pc_form".into()), ..Source::default() },
        utm: Utm { keyword: Some("crm".into()), ..Utm::default() },
        ..Lead::default()
    }
}

fn try_move(
    pipeline: &Pipeline,
    lead: &Lead,
    timeline: &Timeline,
    request: &MoveRequest,
    now: DateTime<Utc>,
) -> Result<Transition, GateRefusal> {
    with_facts(lead, now, |facts| pipeline.advance(facts, timeline, request, now))
}

/// A lead on its way.
struct Walk {
    pipeline: Pipeline,
    lead: Lead,
    timeline: Timeline,
}

impl Walk {
    fn new(pipeline: Pipeline) -> Walk {
        Walk { pipeline, lead: lead(), timeline: Timeline::new("L1") }
    }

    fn at_lead() -> Walk {
        let mut walk = Walk::new(pipeline());
        let _ = walk.go(MoveRequest::new("lead", form()), 0).unwrap();
        walk
    }

    fn at_mql() -> Walk {
        let mut walk = Walk::at_lead();
        let _ = walk.go(MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1)), 1).unwrap();
        walk
    }

    fn at_sql() -> Walk {
        let mut walk = Walk::at_mql();
        let _ = walk.go(MoveRequest::new("sql", sales()).answered(sql(YesNo::Yes, 2)), 2).unwrap();
        walk
    }

    fn ask(&self, request: MoveRequest, when: i64) -> Result<Transition, GateRefusal> {
        try_move(&self.pipeline, &self.lead, &self.timeline, &request, hour(when))
    }

    fn go(&mut self, request: MoveRequest, when: i64) -> Result<Transition, GateRefusal> {
        let transition = self.ask(request, when)?;
        self.timeline.apply(&transition).unwrap();
        Ok(transition)
    }
}

fn mql(value: YesNo, when: i64) -> Vec<Answer> {
    ["mql.fits", "mql.need", "mql.willing"].map(|id| Answer::new(id, value, sdr(), hour(when))).into()
}

fn sql(value: YesNo, when: i64) -> Vec<Answer> {
    ["sql.fits", "sql.intends", "sql.willing"].map(|id| Answer::new(id, value, sales(), hour(when))).into()
}

fn codes(refusal: &GateRefusal) -> Vec<&'static str> {
    refusal.reasons().iter().map(|reason| reason.code()).collect()
}

#[test]
fn the_presets_name_their_stages_objects_and_halves() {
    let names = |rules: &PipelineRules| -> Vec<String> {
        Pipeline::compile(rules).unwrap().stages().iter().map(|stage| stage.name.clone()).collect()
    };
    assert_eq!(
        names(&PipelineRules::order_to_payment().with_reach().with_growth()),
        ["impression", "click", "lead", "mql", "sql", "opportunity", "order", "payment", "renewal", "upsell"]
    );
    let poc = PipelineRules::proof_of_concept();
    assert_eq!(names(&poc), ["lead", "mql", "sql", "opportunity", "poc", "won"]);
    let exits: Vec<&str> = poc.exits.iter().map(|exit| exit.name.as_str()).collect();
    assert_eq!(exits, ["lost", "disqualified", "nurture", "poc_failed"]);
    let halves: Vec<PipelineHalf> = poc.stages.iter().map(|stage| stage.half).collect();
    assert_eq!(
        halves,
        [
            PipelineHalf::M2l,
            PipelineHalf::M2l,
            PipelineHalf::M2l,
            PipelineHalf::M2l,
            PipelineHalf::L2o,
            PipelineHalf::L2o
        ]
    );
    assert_eq!(poc.stages[3].object, StageObject::Opportunity);
}

#[test]
fn a_gate_refuses_with_every_unmet_criterion() {
    let mut walk = Walk::at_lead();
    walk.lead.title = None;
    let answers = [
        Answer::new("mql.fits", YesNo::No, sdr(), hour(1)).with_note("no sales team"),
        Answer::new("mql.need", YesNo::Unknown, sdr(), hour(1)),
    ];
    let refusal = walk.ask(MoveRequest::new("mql", sdr()).answered(answers), 1).unwrap_err();
    assert_eq!(refusal.unmet().count(), 4);
    assert_eq!(codes(&refusal), ["answered_no", "answered_unknown", "condition_false", "not_answered"]);
    snapshot("pipeline_refusal", refusal.to_string().replace("; ", ";\n"));
}

#[test]
fn the_mql_gate_passes_on_all_four_and_says_what_it_found() {
    let mut walk = Walk::at_lead();
    let transition = walk.go(MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1)), 1).unwrap();
    assert_eq!(transition.outcome(), Some(&GateOutcome::Mql));
    assert_eq!(transition.kind(), TransitionKind::Advance);
    assert_eq!(transition.gates()[0].answers.len() + transition.gates()[0].conditions.len(), 4);
    assert_eq!(
        transition.to_string(),
        "lead L1 moves from `lead` to `mql`, at 2026-03-02T01:00:00Z by S1 (sdr)"
    );
}

#[test]
fn the_sdr_may_find_the_lead_invalid() {
    let mut walk = Walk::at_lead();
    let refusal = walk.ask(MoveRequest::new("disqualified", sdr()), 1).unwrap_err();
    assert_eq!(codes(&refusal), ["reason_missing"]);
    let transition = walk.go(MoveRequest::new("disqualified", sdr()).with_reason("no_intent"), 1).unwrap();
    assert_eq!(transition.outcome(), Some(&GateOutcome::Invalid("no_intent".into())));
    assert_eq!(transition.kind(), TransitionKind::End);
    let status = Effect::SetStatus { lead: "L1".into(), status: LeadStatus::Invalid };
    assert!(transition.effects().contains(&status));
    // Terminal: nothing leads on, except an explicit reopening with a reason.
    let on = MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 2)).with_reason("a mistake");
    assert_eq!(codes(&walk.ask(on.clone(), 2).unwrap_err()), ["ended"]);
    let again = walk.go(MoveRequest::new("lead", sales()).with_reason("called back").reopening(), 3).unwrap();
    assert_eq!((again.kind(), again.is_re_entry()), (TransitionKind::Reopen, true));
    assert_eq!(walk.timeline.visits().len(), 3);
}

#[test]
fn the_sql_gate_converts_or_nurtures() {
    let mut walk = Walk::at_mql();
    let transition = walk.ask(MoveRequest::new("sql", sales()).answered(sql(YesNo::Yes, 2)), 2).unwrap();
    assert_eq!(transition.outcome(), Some(&GateOutcome::Converted));
    let status = Effect::SetStatus { lead: "L1".into(), status: LeadStatus::Converted };
    assert!(transition.effects().contains(&status));

    // Only sales finds that a lead is to be nurtured, and says why.
    let refusal = walk.ask(MoveRequest::new("nurture", sdr()).with_reason("no budget"), 2).unwrap_err();
    assert_eq!(codes(&refusal), ["not_the_judge"]);
    let refusal = walk.ask(MoveRequest::new("nurture", sales()), 2).unwrap_err();
    assert_eq!(codes(&refusal), ["reason_missing"]);
    let nurture = walk.go(MoveRequest::new("nurture", sales()).with_reason("budget next year"), 2).unwrap();
    assert_eq!(nurture.outcome(), Some(&GateOutcome::Nurture { reason: "budget next year".into() }));
    assert_eq!((nurture.kind(), nurture.to()), (TransitionKind::Nurture, "lead"));
    assert_eq!(
        nurture.to_string(),
        "lead L1 goes back from `mql` to `lead` to be nurtured, where it has been before, \
         at 2026-03-02T02:00:00Z by R1 (sales): budget next year"
    );
    // It comes again, judged anew: what was answered the first time does not count.
    let refusal = walk.ask(MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1)), 3).unwrap_err();
    assert_eq!(codes(&refusal), ["answer_stale", "answer_stale", "answer_stale"]);
    let again = walk.go(MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 3)), 3).unwrap();
    assert!(again.is_re_entry());
    assert_eq!(walk.timeline.first_entry("mql"), Some(hour(1)));
    assert_eq!(walk.timeline.entries("mql").count(), 2);
}

#[test]
fn the_judge_is_neither_another_role_nor_the_producer() {
    let walk = Walk::at_mql();
    let by = |actor: Actor| {
        let ids = ["sql.fits", "sql.intends", "sql.willing"];
        let answers = ids.map(|id| Answer::new(id, YesNo::Yes, actor.clone(), hour(2)));
        walk.ask(MoveRequest::new("sql", sales()).answered(answers), 2)
    };
    assert_eq!(codes(&by(sdr()).unwrap_err()), ["wrong_judge"; 3]);
    // S1 found the lead to be an MQL; in a sales role the same person still judges her own result.
    let refusal = by(Actor::new("S1", Role::Sales)).unwrap_err();
    assert_eq!(codes(&refusal), ["judge_is_producer"; 3]);
    assert!(by(sales()).is_ok());

    let mut rules = PipelineRules::default();
    rules.gates[0].judge = Role::Marketing;
    let errors = Pipeline::compile(&rules).unwrap_err();
    let error = errors.iter().find(|found| found.code == "judge_is_producer").unwrap();
    assert_eq!(error.path, "gates[0].judge");
}

#[test]
fn a_gate_without_all_approvals_is_not_in_force() {
    let mut walk = Walk::at_lead();
    let move_on = || MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1));
    let some = PipelineRules::default().approved(Office::Operations, "ops", at("2026-01-05T00:00:00Z"));
    walk.pipeline = Pipeline::compile(&some).unwrap();
    let refusal = walk.ask(move_on(), 1).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "lead L1 cannot move from `lead` to `mql`: gate `mql` version 1 is not in force: \
         `hr`, then `finance` must approve it"
    );
    // The last approval comes later than the move: not in force yet.
    let late = some.clone().approved(Office::Hr, "hr", at("2026-01-06T00:00:00Z")).approved(
        Office::Finance,
        "fin",
        hour(5),
    );
    walk.pipeline = Pipeline::compile(&late).unwrap();
    assert_eq!(codes(&walk.ask(move_on(), 1).unwrap_err()), ["gate_not_in_force"]);
    assert!(walk.ask(move_on(), 5).is_ok());
    // A team that wants open doors until then says so.
    let open = PipelineRules { unapproved: Strictness::Report, ..some };
    walk.pipeline = Pipeline::compile(&open).unwrap();
    assert_eq!(walk.ask(move_on(), 1).unwrap().outcome(), None);
}

#[test]
fn a_new_version_takes_over_when_it_is_approved_and_effective() {
    let mut rules = approved(PipelineRules::default());
    let mut second = rules.gates[0].clone();
    second.version = 2;
    second.criteria.truncate(1);
    second.effective_from = hour(10);
    rules.gates.push(second);
    let mut walk = Walk::at_lead();
    walk.pipeline = Pipeline::compile(&rules).unwrap();
    let fits =
        || MoveRequest::new("mql", sdr()).answered([Answer::new("mql.fits", YesNo::Yes, sdr(), hour(1))]);
    assert_eq!(walk.ask(fits(), 9).unwrap_err().unmet().count(), 2);
    assert_eq!(walk.ask(fits(), 10).unwrap().gates()[0].version, 2);
}

#[test]
fn skips_are_explicit_and_pass_every_gate_on_the_way() {
    let mut walk = Walk::at_lead();
    let refusal = walk.ask(MoveRequest::new("opportunity", sales()), 1).unwrap_err();
    assert_eq!(refusal.unmet().count(), 6);
    assert!(refusal.has("reason_missing"));
    let answers: Vec<Answer> = mql(YesNo::Yes, 1).into_iter().chain(sql(YesNo::Yes, 1)).collect();
    let request = MoveRequest::new("opportunity", sales()).answered(answers).with_reason("tender");
    let transition = walk.go(request.clone(), 1).unwrap();
    assert_eq!(transition.kind(), TransitionKind::Skip);
    assert_eq!(transition.skipped(), ["mql", "sql"]);
    assert_eq!(walk.timeline.current().unwrap().skipped, ["mql", "sql"]);
    assert_eq!(walk.timeline.first_entry("sql"), None);

    let strict = PipelineRules { skips: false, ..approved(PipelineRules::default()) };
    let mut walk = Walk::at_lead();
    walk.pipeline = Pipeline::compile(&strict).unwrap();
    assert_eq!(codes(&walk.ask(request, 1).unwrap_err()), ["skip_forbidden"]);

    // Passing over optional stages is no skip.
    let mut walk = Walk::new(Pipeline::compile(&PipelineRules::default().with_reach()).unwrap());
    assert_eq!(walk.go(MoveRequest::new("lead", form()), 0).unwrap().kind(), TransitionKind::Start);
}

#[test]
fn past_several_gates_each_judges_the_one_before() {
    let walk = Walk::at_lead();
    // One person in two roles would judge her own result at the second gate.
    let twice = ["sql.fits", "sql.intends", "sql.willing"]
        .map(|id| Answer::new(id, YesNo::Yes, Actor::new("S1", Role::Sales), hour(1)));
    let request =
        MoveRequest::new("sql", sales()).with_reason("tender").answered(mql(YesNo::Yes, 1)).answered(twice);
    assert_eq!(codes(&walk.ask(request, 1).unwrap_err()), ["judge_is_producer"; 3]);
}

#[test]
fn a_regression_keeps_everything() {
    let mut walk = Walk::at_sql();
    let before = walk.timeline.clone();
    assert_eq!(codes(&walk.ask(MoveRequest::new("mql", sales()), 3).unwrap_err()), ["reason_missing"]);
    let back = walk.go(MoveRequest::new("mql", sales()).with_reason("buyer left the company"), 3).unwrap();
    assert_eq!((back.kind(), back.is_re_entry()), (TransitionKind::Regression, true));
    for (old, new) in before.visits().iter().zip(walk.timeline.visits()) {
        assert_eq!((&old.stage, &old.entered), (&new.stage, &new.entered));
    }
    assert_eq!(walk.timeline.visits().len(), 4);
    assert_eq!(walk.timeline.first_entry("sql"), Some(hour(2)));
    assert_eq!(walk.timeline.time_in("mql", hour(5)), chrono::TimeDelta::hours(1 + 2));
    snapshot("pipeline_timeline", &walk.timeline);
}

#[test]
fn required_fields_are_asked_for() {
    let mut walk = Walk::at_lead();
    walk.lead.utm.keyword = None;
    walk.lead.industry.clear();
    let request = || MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1));
    let granted = walk.ask(request(), 1).unwrap();
    let names: Vec<String> = granted.missing_fields().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["industry"], "they are reported");
    let strict = PipelineRules { missing_fields: Strictness::Refuse, ..approved(PipelineRules::default()) };
    walk.pipeline = Pipeline::compile(&strict).unwrap();
    let refusal = walk.ask(request(), 1).unwrap_err();
    assert_eq!(granted.missing_fields(), refusal.missing_fields());
}

#[test]
fn a_lead_of_a_seminar_passes_into_mql_without_a_keyword() {
    let mut walk = Walk::at_lead();
    walk.lead.source.primary = Some("own_seminar".into());
    walk.lead.utm.keyword = None;
    let passed = walk.ask(MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1)), 1).unwrap();
    assert!(passed.missing_fields().is_empty(), "{passed}");
}

#[test]
fn ends_need_their_reason_and_their_place() {
    let poc = || Pipeline::compile(&approved(PipelineRules::proof_of_concept())).unwrap();
    let mut walk = Walk { pipeline: poc(), ..Walk::at_sql() };
    assert_eq!(
        codes(&walk.ask(MoveRequest::new("poc_failed", sales()).with_reason("slow"), 3).unwrap_err()),
        ["no_way"]
    );
    for (stage, when) in [("opportunity", 3), ("poc", 4)] {
        let _ = walk.go(MoveRequest::new(stage, sales()), when).unwrap();
    }
    assert_eq!(codes(&walk.ask(MoveRequest::new("poc_failed", sales()), 5).unwrap_err()), ["reason_missing"]);
    let won = walk.ask(MoveRequest::new("won", sales()), 5).unwrap();
    assert_eq!(won.kind(), TransitionKind::Advance);
    let failed = walk.go(MoveRequest::new("poc_failed", sales()).with_reason("too slow"), 5).unwrap();
    assert_eq!(failed.kind(), TransitionKind::End);
    assert_eq!(walk.timeline.stage(), Some("poc_failed"));
    let mut walk = Walk::at_sql();
    let lost = walk.go(MoveRequest::new("lost", sales()).with_reason("rival was cheaper"), 3).unwrap();
    assert_eq!(
        lost.to_string(),
        "lead L1 ends in `lost` from `sql`, at 2026-03-02T03:00:00Z by R1 (sales): rival was cheaper"
    );
}

#[test]
fn what_does_not_fit_the_state_is_refused() {
    let mut walk = Walk::at_mql();
    assert_eq!(codes(&walk.ask(MoveRequest::new("mql", sdr()), 2).unwrap_err()), ["already_there"]);
    assert_eq!(
        codes(&walk.ask(MoveRequest::new("lead", sdr()).with_reason("x"), 0).unwrap_err()),
        ["goes_back"]
    );
    walk.lead.stage = Some("lead".into());
    let answers = || sql(YesNo::Yes, 2);
    let refusal = walk.ask(MoveRequest::new("sql", sales()).answered(answers()), 2).unwrap_err();
    assert_eq!(codes(&refusal), ["stage_mismatch"]);
    walk.lead.stage = Some("mql".into());
    let mut wrong = answers();
    wrong.push(Answer::new("sql.intend", YesNo::Yes, sales(), hour(2)));
    let refusal = walk.ask(MoveRequest::new("sql", sales()).answered(wrong), 2).unwrap_err();
    assert!(refusal.to_string().ends_with("which is in no gate: did you mean `sql.intends`?"), "{refusal}");
    walk.lead.id = "L2".into();
    let refusal = walk.ask(MoveRequest::new("sql", sales()).answered(answers()), 2).unwrap_err();
    assert_eq!(codes(&refusal), ["other_lead"]);
}

#[test]
fn a_history_of_another_pipeline_is_not_judged() {
    let mut walk = Walk::at_mql();
    walk.timeline.enter("demo", StageMark::new(hour(2), sales())).unwrap();
    let refusal = walk.ask(MoveRequest::new("sql", sales()).answered(sql(YesNo::Yes, 3)), 3).unwrap_err();
    assert_eq!(codes(&refusal), ["foreign_stage"]);
}

#[test]
fn a_lead_reopened_beyond_where_it_was_passes_the_gates() {
    let mut walk = Walk::at_mql();
    let _ = walk.go(MoveRequest::new("lost", sales()).with_reason("frozen"), 2).unwrap();
    let reopen = |to: &str| MoveRequest::new(to, sales()).with_reason("thawed").reopening();
    assert_eq!(codes(&walk.ask(reopen("disqualified"), 3).unwrap_err()), ["no_way"]);
    assert_eq!(codes(&walk.ask(reopen("sql"), 3).unwrap_err()), ["not_answered"; 3]);
    let answers = ["sql.fits", "sql.intends", "sql.willing"]
        .map(|id| Answer::new(id, YesNo::Yes, Actor::new("R2", Role::Sales), hour(3)));
    let again = walk.ask(reopen("sql").answered(answers), 3).unwrap();
    assert_eq!(again.kind(), TransitionKind::Reopen);
    assert_eq!(walk.ask(reopen("mql"), 3).unwrap().gates(), []);
}

#[test]
fn two_decisions_on_one_state_cannot_both_be_applied() {
    let mut walk = Walk::at_sql();
    let one = walk.ask(MoveRequest::new("opportunity", sales()), 3).unwrap();
    let other = walk.ask(MoveRequest::new("lost", sales()).with_reason("x"), 3).unwrap();
    walk.timeline.apply(&one).unwrap();
    let kept = walk.timeline.clone();
    assert_eq!(walk.timeline.apply(&other), Err(TimelineError::Stale { decided_on: 3, found: 4 }));
    assert!(matches!(walk.timeline.apply(&one), Err(TimelineError::Stale { .. })));
    assert_eq!(walk.timeline, kept);
}

#[test]
fn everything_round_trips() {
    let mut walk = Walk::at_lead();
    let refusal = walk.ask(MoveRequest::new("opportunity", sales()), 1).unwrap_err();
    assert_round_trip(&refusal);
    let transition = walk.go(MoveRequest::new("mql", sdr()).answered(mql(YesNo::Yes, 1)), 1).unwrap();
    assert_round_trip(&transition);
    let json = serde_json::to_value(&walk.timeline).unwrap();
    assert_eq!(serde_json::from_value::<Timeline>(json.clone()).unwrap(), walk.timeline);
    let mut broken = json;
    broken["visits"][0]["left"] = Json::Null;
    assert!(serde_json::from_value::<Timeline>(broken).is_err());
    let mut broken = serde_json::to_value(&walk.timeline).unwrap();
    broken["visits"][1]["re_entry"] = Json::Bool(true);
    assert!(serde_json::from_value::<Timeline>(broken).is_err());
    for rules in
        [PipelineRules::default(), approved(PipelineRules::proof_of_concept().with_reach().with_growth())]
    {
        let json = serde_json::to_value(&rules).unwrap();
        assert_eq!(PipelineRules::load(json).unwrap(), rules);
    }
    assert_eq!(PipelineRules::load(json!({})).unwrap(), PipelineRules::default());
}

#[test]
fn every_mistake_of_a_document_is_reported_at_once() {
    let errors = PipelineRules::load(json_data("pipeline_mistakes.json")).unwrap_err();
    snapshot("pipeline_mistakes", errors);
}

#[test]
fn missing_approvals_are_a_warning() {
    let warnings = PipelineRules::default().lint();
    assert_eq!(warnings.len(), 2);
    assert_eq!(
        warnings[0].to_string(),
        "warning[gate_not_in_force] at gates[0].approvals: gate `mql` version 1 is not in force\n  \
         help: it still needs the approval of `operations`, `hr`, `finance`"
    );
    assert!(approved(PipelineRules::default()).lint().is_empty());
}

/// Where a random walk wants to go, who asks, and how many hours later.
fn steps() -> impl Strategy<Value = Vec<(usize, usize, i64, bool)>> {
    prop::collection::vec((0usize..12, 0usize..4, 0i64..30, any::<bool>()), 0..40)
}

proptest! {
    /// Nothing is dropped, entries never change, first entries never change, times never go back.
    #[test]
    fn the_timeline_only_grows(steps in steps()) {
        let targets = [
            "impression", "lead", "mql", "sql", "opportunity", "order", "payment", "lost", "disqualified",
            "nurture", "renewal", "nowhere",
        ];
        let actors = [form(), sdr(), sales(), Actor::new("S1", Role::Sales)];
        let rules = approved(PipelineRules::default().with_reach().with_growth());
        let mut walk = Walk::new(Pipeline::compile(&rules).unwrap());
        let mut now = 0;
        for (to, who, later, reopen) in steps {
            now += later - 3;
            let mut request = MoveRequest::new(targets[to], actors[who].clone())
                .with_reason("because")
                .answered(mql(YesNo::Yes, now))
                .answered(sql(YesNo::Yes, now));
            request.reopen = reopen;
            let before = walk.timeline.clone();
            let result = walk.go(request, now);
            let after = &walk.timeline;
            match result {
                Err(refusal) => {
                    prop_assert!(!refusal.reasons().is_empty());
                    prop_assert_eq!(after, &before);
                }
                Ok(transition) => {
                    prop_assert_eq!(after.visits().len(), before.visits().len() + 1);
                    prop_assert_eq!(after.stage(), Some(transition.to()));
                    prop_assert_eq!(transition.is_re_entry(), before.first_entry(transition.to()).is_some());
                    prop_assert_eq!(transition.is_re_entry(), after.current().unwrap().re_entry);
                    for (index, old) in before.visits().iter().enumerate() {
                        let new = &after.visits()[index];
                        prop_assert_eq!((&old.stage, &old.entered, old.kind), (&new.stage, &new.entered, new.kind));
                        prop_assert!(old.left.is_none() || old.left == new.left);
                        prop_assert_eq!(before.first_entry(&old.stage), after.first_entry(&old.stage));
                    }
                }
            }
            let entered: Vec<_> = after.visits().iter().map(|visit| visit.entered.at).collect();
            prop_assert!(entered.is_sorted());
            let open = after.visits().iter().filter(|visit| visit.left.is_none()).count();
            prop_assert_eq!(open, usize::from(!after.visits().is_empty()));
            let json = serde_json::to_string(after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Timeline>(&json).unwrap(), after);
        }
    }

    /// A gate finds unmet exactly what somebody finds who looks at each criterion by hand.
    #[test]
    fn a_gate_agrees_with_looking_at_each_criterion(
        given in prop::collection::vec((0usize..3, 0usize..3, 0usize..3, -3i64..4), 0..8),
        filled in prop::collection::vec(any::<bool>(), 5),
    ) {
        let ids = ["mql.fits", "mql.need", "mql.willing"];
        let values = [YesNo::Yes, YesNo::No, YesNo::Unknown];
        // The second is in the wrong role; the third has brought the lead in.
        let people = [sdr(), sales(), Actor::new("S0", Role::Sdr)];
        let now = 10;
        let mut walk = Walk::new(pipeline());
        let _ = walk.go(MoveRequest::new("lead", people[2].clone()), 0).unwrap();
        let answers: Vec<Answer> = given
            .iter()
            .map(|(id, value, who, when)| {
                Answer::new(ids[*id], values[*value], people[*who].clone(), hour(now + when))
            })
            .collect();
        let lead = &mut walk.lead;
        let parts: [&mut dyn FnMut(); 5] = [
            &mut || lead.name = None,
            &mut || lead.phones.clear(),
            &mut || lead.title = Some(" ".into()),
            &mut || lead.business_model = None,
            &mut || lead.registry_status = Some(RegistryStatus::Revoked),
        ];
        for (part, filled) in parts.into_iter().zip(&filled) {
            if !filled {
                part();
            }
        }

        let mut wanted: Vec<(&str, &str)> = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let mut last: Option<&(usize, usize, usize, i64)> = None;
            for answer in given.iter().filter(|answer| answer.0 == index) {
                if last.is_none_or(|last| answer.3 >= last.3) {
                    last = Some(answer);
                }
            }
            let code = match last {
                None => "not_answered",
                Some((_, _, 1, _)) => "wrong_judge",
                Some((_, _, 2, _)) => "judge_is_producer",
                Some((_, _, _, 1..)) => "answer_in_future",
                Some((_, 1, _, _)) => "answered_no",
                Some((_, 2, _, _)) => "answered_unknown",
                Some(_) => "met",
            };
            wanted.push((id, code));
        }
        wanted.insert(2, ("mql.verified", if filled.contains(&false) { "condition_false" } else { "met" }));
        wanted.retain(|(_, code)| *code != "met");

        match walk.ask(MoveRequest::new("mql", sdr()).answered(answers), now) {
            Ok(_) => prop_assert_eq!(wanted, []),
            Err(refusal) => {
                let found: Vec<(&str, &str)> =
                    refusal.unmet().map(|unmet| (unmet.criterion.as_str(), unmet.why.code())).collect();
                prop_assert_eq!(found, wanted);
                for unmet in refusal.unmet() {
                    if let leadkit::pipeline::Unmet::Condition { conditions } = &unmet.why {
                        prop_assert_eq!(conditions.len(), filled.iter().filter(|filled| !**filled).count());
                    }
                }
            }
        }
    }

    /// The sum of all stays is the time since the first entry.
    #[test]
    fn the_stays_fill_the_time(gaps in prop::collection::vec((0i64..50, 0usize..4), 1..30)) {
        let stages = ["lead", "mql", "sql", "opportunity"];
        let mut timeline = Timeline::new("L1");
        let mut now = 0;
        for (gap, stage) in &gaps {
            now += gap;
            timeline.enter(stages[*stage], StageMark::new(hour(now), form())).unwrap();
        }
        let sum: i64 = stages.iter().map(|stage| timeline.time_in(stage, hour(now + 7)).num_hours()).sum();
        prop_assert_eq!(sum, now + 7 - gaps[0].0);
        let firsts: Vec<&str> = timeline.first_entries().map(|visit| visit.stage.as_str()).collect();
        let mut distinct = firsts.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(firsts.len(), distinct.len());
        prop_assert!(timeline.enter("lead", StageMark::new(hour(-1), form())).is_err());
    }
}
