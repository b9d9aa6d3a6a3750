//! The shapes of the public API, each with the call a host writes. A change here breaks hosts: it belongs into the
//! changelog.

use chrono::{DateTime, Utc};
use leadkit::assign::{
    AssignOptions, AssignRules, Assigner, Assignment, AssignmentKind, Ledger, Ledgers, RepLedger,
    RosterDocument,
};
use leadkit::attribution::{Attribution, AttributionRules};
use leadkit::blacklist::{Blacklist, BlacklistRules, HitReason, Verdict, WindowKey, WindowState};
use leadkit::book::Book;
use leadkit::calendar::{Calendar, CalendarRules, Calendars};
use leadkit::company::Gazetteer;
use leadkit::contact::PhoneOptions;
use leadkit::dedup::{
    DedupRules, Deduplicator, MatchAction, MatchKey, Probe, ReentryWindow, Resolution, Rows,
};
use leadkit::error::{Diagnostic, Level, RuleErrors};
use leadkit::follow_up::{FollowUpPolicies, FollowUpReport, FollowUpRules, HeldParts};
use leadkit::inquiry::{CodeFormat, CodeRules, GradeRules, Grades, LevelRules, Levels};
use leadkit::intake::{Conflict, RegisteredDeal};
use leadkit::merge::{
    MergeDoubt, MergeError, MergeLog, MergePlan, MergeRules, Merger, UndoConflict, find_people,
};
use leadkit::model::{
    Account, AccountId, Activity, CloseReason, ContactMove, ConversionRecord, Effect, History, Lead, LeadId,
    LeadStatus, OwnerState, Person, RecordRef, Rep, RepId, Tenure, Value,
};
use leadkit::pipeline::{Pipeline, PipelineRules};
use leadkit::rule::{FactContext, Facts, HostTables, Registry, RulesVersion};
use leadkit::score::{Score, ScoreReason, ScoreRules, Scorer};
use leadkit::text::Code;
use leadkit::{
    Arrival, Basis, BatchError, BatchOutcome, Input, Intake, Outcome, OutcomeDelta, OutcomeReason,
    ReassignReason, Roster, Route, Rules, State, StateError, StateRows, StorageKeys,
};
use serde_json::{Value as Json, json};

/// A function item coerces to exactly one signature.
macro_rules! shape {
    ($($path:path : $signature:ty;)*) => { $(let _: $signature = $path;)* };
}

type Now = DateTime<Utc>;
type NextReview = Result<Option<Outcome>, StateError>;
type Outcomes = Vec<Outcome>;
type Loaded<T> = Result<T, RuleErrors>;

#[test]
fn engines_have_the_agreed_signatures() {
    type Batch = Result<Vec<BatchOutcome>, BatchError>;
    type HandOver = fn(&Intake, &[Input], &RepId, Option<&RepId>, &Roster, &State, Now) -> Vec<Outcome>;
    type OwnerStates<'a> = &'a dyn Fn(&RepId) -> OwnerState;
    shape! {
        Blacklist::check: fn(&Blacklist, &Facts<'_>, &WindowState) -> Verdict;
        Deduplicator::probe: fn(&Deduplicator, &Facts<'_>) -> Probe;
        Deduplicator::lead_keys: fn(&Deduplicator, &Facts<'_>) -> Vec<MatchKey>;
        Deduplicator::account_keys: fn(&Deduplicator, &Account, &FactContext<'_>) -> Vec<MatchKey>;
        Book::with_matching: fn(Book, &Deduplicator) -> Book;
        Deduplicator::resolve: fn(&Deduplicator, &Facts<'_>, &Rows, OwnerStates<'_>) -> Resolution;
        Scorer::score: fn(&Scorer, &Facts<'_>) -> Score;
        Assigner::assign: fn(&Assigner, &Facts<'_>, &Roster, Ledgers<'_>) -> Assignment;
        Assigner::assign_with: fn(&Assigner, &Facts<'_>, &Roster, Ledgers<'_>, &AssignOptions) -> Assignment;
        Roster::compile: fn(&[Rep], &Calendars) -> Loaded<Roster>;
        leadkit::model::load::<Vec<Account>>: fn(Json) -> Loaded<Vec<Account>>;
        leadkit::model::from_json_str::<Lead>: fn(&str) -> Loaded<Lead>;
        Lead::from_json_str: fn(&str) -> Loaded<Lead>;
        Roster::owner_state: fn(&Roster, &RepId, &RepLedger, Now) -> OwnerState;
        Intake::probe: fn(&Intake, &Lead) -> Probe;
        Intake::process: fn(&Intake, &Input, &Roster, &State, Now) -> Outcome;
        Intake::process_batch: fn(&Intake, &[Arrival], &mut Book, &Roster, &mut State) -> Batch;
        Intake::held_parts: fn(&Intake, &Lead, &Account) -> HeldParts;
        Intake::book: fn(&Intake) -> Book;
        Intake::review: fn(&Intake, &Input, &Roster, &State, Now) -> Outcome;
        Intake::review_next:
            fn(&Intake, &Outcome, &mut Book, &Roster, &mut State) -> NextReview;
        Intake::serve: fn(&Intake, &[Input], &Roster, &State, Now) -> Vec<Outcome>;
        Intake::import: fn(&Intake, &[Input], bool, &Roster, &State, Now) -> Outcomes;
        Intake::convert: fn(&Intake, &Input, &AccountId, &Roster, &State, Now) -> Outcome;
        Intake::forget: fn(&Intake, &Input, &[LeadId], &Roster, &State, Now) -> Outcome;
        Intake::register_deal: fn(&Intake, &Account, &RepId, &Roster, &State, Now) -> RegisteredDeal;
        State::apply: fn(&mut State, &OutcomeDelta) -> Result<(), StateError>;
        State::forget_after: fn(&mut State, Now);
        State::from_rows: fn(StateRows) -> Result<State, StateError>;
        State::rows: fn(&State, &StorageKeys) -> StateRows;
        State::rows_written: fn(&State, &OutcomeDelta) -> StateRows;
        Intake::window_keys: fn(&Intake, &Lead) -> Vec<WindowKey>;
        Intake::storage_keys: fn(&Intake, &Input, &Roster) -> StorageKeys;
        Rules::lint_with: fn(&Rules, &Roster) -> Vec<Diagnostic>;
        Outcome::basis: fn(&Outcome, &Rows) -> Basis;
        Basis::check: fn(&Basis, &Rows, &State) -> Result<(), Conflict>;
        Book::rows: fn(&Book, &Probe) -> Rows;
        Book::apply_effects: fn(&mut Book, &str, &[Effect], Now);
        Intake::review: fn(&Intake, &Input, &Roster, &State, Now) -> Outcome;
        Intake::reassign: fn(&Intake, &Input, ReassignReason, &Roster, &State, Now) -> Outcome;
        Intake::release: fn(&Intake, &Input, &Roster, &State, Now) -> Outcome;
        Intake::close: fn(&Intake, &Input, CloseReason, &Roster, &State, Now) -> Outcome;
        Intake::claim: fn(&Intake, &Input, &RepId, &Roster, &State, Now) -> Outcome;
        Intake::allot: fn(&Intake, &Input, &RepId, &Roster, &State, Now) -> Outcome;
        Intake::revoke: fn(&Intake, &Input, &Roster, &State, Now) -> Outcome;
        Intake::serve: fn(&Intake, &[Input], &Roster, &State, Now) -> Vec<Outcome>;
        Intake::hand_over: HandOver;
        FollowUpPolicies::evaluate: fn(&FollowUpPolicies, &Facts<'_>) -> FollowUpReport;
        FollowUpReport::version: fn(&FollowUpReport) -> &RulesVersion;
        Roster::load: fn(Json) -> Loaded<Roster>;
        RosterDocument::load: fn(Json) -> Loaded<RosterDocument>;
        Calendar::load: fn(Json) -> Loaded<Calendar>;
        Calendar::compile: fn(&CalendarRules) -> Loaded<Calendar>;
        CalendarRules::load: fn(Json) -> Loaded<CalendarRules>;
        CalendarRules::from_json_str: fn(&str) -> Loaded<CalendarRules>;
        CalendarRules::lint: fn(&CalendarRules) -> Vec<Diagnostic>;
        Calendars::load: fn(Json) -> Loaded<Calendars>;
        Calendars::lint: fn(&Calendars) -> Vec<Diagnostic>;
        Attribution::load_with: fn(Json, &Registry) -> Loaded<Attribution>;
        Attribution::compile_with: fn(&AttributionRules, &Registry) -> Loaded<Attribution>;
        Assigner::load_with: fn(Json, &Registry) -> Loaded<Assigner>;
        Assigner::compile_with: fn(&AssignRules, &Registry) -> Loaded<Assigner>;
        Outcome::apply_to: fn(&Outcome, &mut Book);
        Outcome::reason: fn(&Outcome) -> OutcomeReason;
        Outcome::explain: fn(&Outcome) -> String;
    }
}

/// Every rules document is read, checked and compiled the same way.
macro_rules! rules_and_engine {
    ($($rules:ident => $engine:ident),*) => {$(
        shape! {
            $rules::load: fn(Json) -> Loaded<$rules>;
            $rules::from_json_str: fn(&str) -> Loaded<$rules>;
            $rules::lint: fn(&$rules) -> Vec<Diagnostic>;
            $rules::lint_json_str: fn(&str) -> Loaded<Vec<Diagnostic>>;
            $engine::load: fn(Json) -> Loaded<$engine>;
            $engine::compile: fn(&$rules) -> Loaded<$engine>;
        }
        assert!($engine::load(json!([])).is_err());
        assert!($rules::load(json!({"format": 99})).is_err());
        assert!($rules::from_json_str("{\"format\": 1,\n\"format\": 1}").is_err());
        assert!($engine::compile(&$rules::default()).is_ok());
        assert_eq!($rules::load(json!({})).ok(), Some($rules::default()));
    )*};
}

#[test]
fn rules_documents_are_read_checked_and_compiled_alike() {
    rules_and_engine!(
        Rules => Intake, BlacklistRules => Blacklist, DedupRules => Deduplicator, ScoreRules => Scorer,
        AssignRules => Assigner, MergeRules => Merger, PipelineRules => Pipeline, AttributionRules => Attribution,
        FollowUpRules => FollowUpPolicies
    );
    macro_rules! without_default {
        ($($rules:ident => $engine:ident),*) => {$(shape! {
            $rules::load: fn(Json) -> Loaded<$rules>;
            $rules::from_json_str: fn(&str) -> Loaded<$rules>;
            $rules::lint: fn(&$rules) -> Vec<Diagnostic>;
            $rules::lint_json_str: fn(&str) -> Loaded<Vec<Diagnostic>>;
            $engine::load: fn(Json) -> Loaded<$engine>;
            $engine::compile: fn(&$rules) -> Loaded<$engine>;
        })*};
    }
    without_default!(CodeRules => CodeFormat, LevelRules => Levels, GradeRules => Grades);
    shape! {
        Intake::load_with: fn(Json, &Registry) -> Loaded<Intake>;
        Intake::compile_with: fn(&Rules, &Registry) -> Loaded<Intake>;
        Rules::load_with: fn(Json, &Registry) -> Loaded<Rules>;
        Scorer::load_with: fn(Json, &Registry) -> Loaded<Scorer>;
        Scorer::compile_with: fn(&ScoreRules, &Registry) -> Loaded<Scorer>;
        ScoreRules::load_with: fn(Json, &Registry) -> Loaded<ScoreRules>;
        ScoreRules::from_json_str_with: fn(&str, &Registry) -> Loaded<ScoreRules>;
    }
}

#[test]
fn merges_tell_their_doubts_and_the_way_back() {
    type Find =
        fn(&[Lead], &[Account], &[ConversionRecord], &[ContactMove], &PhoneOptions<'_>) -> Vec<Person>;
    type Undone = Result<(Vec<Effect>, Vec<UndoConflict>), MergeError>;
    shape! {
        MergePlan::<Account>::doubts: fn(&MergePlan<Account>) -> &[MergeDoubt];
        MergePlan::<Lead>::is_ambiguous: fn(&MergePlan<Lead>) -> bool;
        MergePlan::<Account>::needs_own_answer: fn(&MergePlan<Account>) -> bool;
        MergeDoubt::needs_own_answer: fn(&MergeDoubt) -> bool;
        MergeLog::<Account>::undo_effects: fn(&mut MergeLog<Account>, usize, &Account) -> Undone;
        MergeLog::<Lead>::forget: fn(&mut MergeLog<Lead>, &RecordRef);
        find_people: Find;
    }
}

#[test]
fn versions_are_of_rules_and_revisions_of_states() {
    shape! {
        Intake::version: fn(&Intake) -> &RulesVersion;
        Blacklist::version: fn(&Blacklist) -> &RulesVersion;
        Deduplicator::version: fn(&Deduplicator) -> &RulesVersion;
        CodeFormat::version: fn(&CodeFormat) -> &RulesVersion;
        Levels::version: fn(&Levels) -> &RulesVersion;
        Grades::version: fn(&Grades) -> &RulesVersion;
        Attribution::version: fn(&Attribution) -> &RulesVersion;
        Scorer::version: fn(&Scorer) -> &RulesVersion;
        Assigner::version: fn(&Assigner) -> &RulesVersion;
        Calendar::version: fn(&Calendar) -> &RulesVersion;
        Merger::version: fn(&Merger) -> &RulesVersion;
        Pipeline::version: fn(&Pipeline) -> &RulesVersion;
        Outcome::version: fn(&Outcome) -> &RulesVersion;
        Verdict::version: fn(&Verdict) -> &RulesVersion;
        Resolution::version: fn(&Resolution) -> &RulesVersion;
        Score::version: fn(&Score) -> &RulesVersion;
        Assignment::version: fn(&Assignment) -> &RulesVersion;
        Ledger::revision: fn(&Ledger) -> u64;
        RepLedger::revision: fn(&RepLedger, &RepId) -> u64;
    }
}

#[test]
fn facts_are_made_of_the_lead_its_life_and_the_host_s_tables() {
    fn context<'a>(
        tables: &'a HostTables,
        activities: &'a [Activity],
        history: &'a History,
        now: DateTime<Utc>,
    ) -> FactContext<'a> {
        FactContext { tables, activities, history, now }
    }
    let (tables, lead) = (HostTables::default(), Lead::default());
    let history = History { cycle: 2, ..History::default() };
    let facts: Facts<'_> = Facts::new(&lead, &context(&tables, &[], &history, DateTime::UNIX_EPOCH));
    assert_eq!((facts.phone_keys().len(), facts.history().cycle), (0, 2));
    let _: &[Tenure] = &facts.history().tenures;
}

#[test]
fn state_is_whole_and_the_roster_only_input() {
    let State { windows, ledgers, reps, newest: _ } = State::default();
    let (_, _, _): (WindowState, std::collections::BTreeMap<_, Ledger>, RepLedger) = (windows, ledgers, reps);
}

#[test]
fn codes_are_one_type_and_every_reason_lists_its_own() {
    let code = Code::from("no_eligible");
    assert_eq!((code.as_str(), code == "no_eligible"), ("no_eligible", true));
    let lists: [&[&str]; 16] = [
        Route::CODES,
        OutcomeReason::CODES,
        AssignmentKind::CODES,
        MatchAction::CODES,
        HitReason::CODES,
        ScoreReason::CODES,
        leadkit::assign::SkipReason::CODES,
        leadkit::pipeline::RefusalReason::CODES,
        leadkit::pipeline::Unmet::CODES,
        leadkit::pipeline::GateOutcome::CODES,
        leadkit::inquiry::GradeObjection::CODES,
        leadkit::contact::EmailFault::CODES,
        leadkit::contact::PhoneFault::CODES,
        leadkit::contact::WechatFault::CODES,
        leadkit::contact::FakeReason::CODES,
        leadkit::attribution::CreditError::CODES,
    ];
    for codes in lists {
        let snake =
            |code: &&str| code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(codes.len() > 3 && codes.iter().all(snake), "{codes:?}");
    }
}

#[test]
fn ids_and_values_are_made_of_the_plain_types() {
    assert_eq!(
        [LeadId::from(7_i64), 7_u64.into(), 7_i32.into(), 7_u32.into(), "7".into(), String::from("7").into()]
            .map(|id| id.to_string()),
        ["7"; 6]
    );
    assert_eq!(Value::from(1.5), Value::Number(1.5));
    assert_eq!(Value::from(f64::NAN), Value::Null);
    assert_eq!(Value::from(7), Value::Integer(7));
    assert_eq!(Value::from(vec!["a".to_owned()]), Value::from(["a"].as_slice()));
    assert_eq!(Value::from(None::<bool>), Value::Null);
    assert_eq!(LeadStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>(), LeadStatus::KNOWN);
}

#[test]
fn engines_and_decisions_are_shared_across_threads() {
    fn shared<T: Send + Sync + std::fmt::Debug>() {}
    fn decision<T: Send + Sync + Clone + serde::Serialize + serde::de::DeserializeOwned + 'static>() {}
    shared::<Intake>();
    shared::<Blacklist>();
    shared::<Deduplicator>();
    shared::<Scorer>();
    shared::<Assigner>();
    shared::<Roster>();
    shared::<Gazetteer>();
    shared::<HostTables>();
    shared::<Book>();
    decision::<Verdict>();
    decision::<Resolution>();
    decision::<Score>();
    decision::<Assignment>();
    decision::<Outcome>();
    decision::<State>();
    decision::<History>();
    decision::<Rules>();
    decision::<RuleErrors>();
    let _: (Option<MatchKey>, Option<ReentryWindow>) = (None, None);
}

/// The five engines by hand, as a host calls them that joins them itself.
#[test]
fn engines_are_called_one_by_one() {
    let now = "2026-03-02T02:00:00Z".parse().unwrap();
    let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
    let roster = Roster::compile(&reps, &Calendars::default()).unwrap();
    let blacklist = Blacklist::load(json!({})).unwrap();
    let deduplicator = Deduplicator::load(json!({})).unwrap();
    let scorer = Scorer::load(json!({"fit": {"rules": [{"id": "all", "points": 80}]}})).unwrap();
    let all = json!({"reps": ["li", "wang"]});
    let assigner =
        Assigner::load(json!({"pools": {"leads": {"rules": [{"id": "all", "then": all}]}}})).unwrap();
    let (tables, book, mut state) = (HostTables::default(), Book::new(), State::default());

    let lead =
        Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
    let mut facts = Facts::new(&lead, &FactContext::new(&tables, now));
    let verdict = blacklist.check(&facts, &state.windows);
    assert!(!verdict.is_blocked());
    facts.set_verdict(verdict.facts());
    let owner_state = |rep: &RepId| roster.owner_state(rep, &state.reps, now);
    let resolution = deduplicator.resolve(&facts, &book.rows(&deduplicator.probe(&facts)), &owner_state);
    assert_eq!(resolution.action(), &MatchAction::New);
    facts.set_match(resolution.facts());
    let score = scorer.score(&facts);
    facts.set_score(score.facts());
    let mut ledger = Ledger::new("leads".into());
    let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &state.reps });
    assert_eq!(assignment.owner(), Some(&"li".into()));
    assert_eq!(assignment.version(), assigner.version());

    state.windows.apply(verdict.delta());
    assignment.delta().apply_to(&mut ledger, &mut state.reps).unwrap();
    assert_eq!((ledger.revision(), state.reps.revision(assignment.owner().unwrap())), (1, 1));
    assert!(assignment.delta().apply_to(&mut ledger, &mut state.reps).is_err(), "applied once");
}

/// Warnings only: what is wrong is for `compile` to say.
#[test]
fn lint_gives_warnings_only() {
    let sure = json!({"all": []});
    let rules: AssignRules = serde_json::from_value(json!({"pools": {"leads": {"rules": [
        {"id": "all", "when": sure, "then": {"reps": ["li"]}},
        {"id": "late", "then": {"reps": ["wang"]}},
    ]}}}))
    .unwrap();
    let found = rules.lint();
    assert!(!found.is_empty() && found.iter().all(|finding| finding.level == Level::Warning), "{found:?}");
    let wrong = AssignRules { format: 99, ..rules };
    assert!(wrong.lint().iter().all(|finding| finding.level == Level::Warning));
    assert!(Assigner::compile(&wrong).is_err());
}

#[test]
fn the_main_job_reads_aloud() {
    let intake = Intake::load(json!({
        "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
        "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
    }))
    .unwrap();
    let li = Rep { id: "li".into(), ..Rep::default() };
    let roster = Roster::compile(&[li], &Calendars::default()).unwrap();
    let (mut book, mut state, now) = (Book::new(), State::default(), "2026-03-02T02:00:00Z".parse().unwrap());
    let lead =
        Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };

    let rows = book.rows(&intake.probe(&lead));
    let outcome =
        intake.process(&Input { lead: lead.clone(), rows, ..Default::default() }, &roster, &state, now);
    assert!(outcome.explain().starts_with("lead L1 is assigned to li."), "{}", outcome.explain());
    assert_eq!((outcome.route().code(), outcome.reason().to_string()), ("assigned", "all".to_owned()));
    assert_eq!(outcome.version(), intake.version());
    state.apply(outcome.delta()).unwrap();
    book.insert_lead(lead);
    outcome.apply_to(&mut book);
    assert_eq!(book.lead(&"L1".into()).unwrap().owner, Some("li".into()));
}

/// Every closed enumeration lists its values and names each: as it is written, where it is written.
#[test]
fn closed_enumerations_list_and_name_their_values() {
    use std::collections::BTreeSet;
    macro_rules! named {
        ($($kind:ty),* $(,)?) => {$({
            let names: BTreeSet<&str> = <$kind>::ALL.iter().map(|one| one.as_str()).collect();
            assert_eq!(names.len(), <$kind>::ALL.len(), "{}", stringify!($kind));
        })*};
    }
    macro_rules! written {
        ($($kind:ty),* $(,)?) => {$({
            named!($kind);
            for one in <$kind>::ALL {
                assert_eq!(serde_json::to_value(one).unwrap().to_string().trim_matches('"'), one.as_str());
            }
        })*};
    }
    written!(
        leadkit::ReassignReason,
        leadkit::error::Level,
        leadkit::calendar::CoverageSource,
        leadkit::assign::Strategy,
        leadkit::assign::RulePass,
        leadkit::score::FaultPolicy,
        leadkit::score::EngagementLevel,
        leadkit::score::FitGrade,
        leadkit::contact::PhoneKind,
        leadkit::contact::WechatKind,
        leadkit::model::LinkKind,
        leadkit::names::Agreement,
    );
    named!(
        leadkit::rule::Producer,
        leadkit::rule::Scope,
        leadkit::rule::ScriptKind,
        leadkit::model::FieldType,
    );
}
