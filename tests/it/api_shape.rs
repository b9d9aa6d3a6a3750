//! The shapes of the public API. A change here breaks hosts: it belongs into the changelog.

use chrono::{DateTime, Utc};
use leadkit::assign::{Assigner, Assignment, Ledger};
use leadkit::blacklist::{Blacklist, Verdict, WindowState};
use leadkit::book::Book;
use leadkit::calendar::Calendars;
use leadkit::company::Gazetteer;
use leadkit::contact::{PhoneOracle, PhoneSegments};
use leadkit::dedup::{Deduplicator, Probe, Resolution, Rows};
use leadkit::error::RuleErrors;
use leadkit::model::{Activity, Lead, Region, Rep};
use leadkit::rule::{FactContext, Facts};
use leadkit::score::{Score, Scorer};
use leadkit::{Arrival, BatchError, Input, Intake, Outcome, Roster, Rules, State};

/// A function item coerces to exactly one signature.
macro_rules! shape {
    ($($path:path : $signature:ty;)*) => { $(let _: $signature = $path;)* };
}

#[test]
fn engines_have_the_agreed_signatures() {
    type Now = DateTime<Utc>;
    type Batch = Result<Vec<Outcome>, BatchError>;
    shape! {
        Blacklist::check: fn(&Blacklist, &Facts<'_>, &WindowState, Now) -> Verdict;
        Deduplicator::probe: fn(&Deduplicator, &Facts<'_>) -> Probe;
        Deduplicator::resolve: fn(&Deduplicator, &Facts<'_>, &Rows, Now) -> Resolution;
        Scorer::score: fn(&Scorer, &Facts<'_>, &[Activity], Now) -> Score;
        Assigner::assign: fn(&Assigner, &Facts<'_>, &Roster, &Ledger, Now) -> Assignment;
        Roster::compile: fn(&[Rep], &Calendars) -> Result<Roster, RuleErrors>;
        Intake::compile: fn(&Rules) -> Result<Intake, RuleErrors>;
        Intake::probe: fn(&Intake, &Lead) -> Probe;
        Intake::process: fn(&Intake, &Input, &Roster, &State, Now) -> Outcome;
        Intake::process_batch: fn(&Intake, &[Arrival], &mut Book, &mut Roster, &mut State) -> Batch;
        Rules::load: fn(serde_json::Value) -> Result<Rules, RuleErrors>;
        Book::rows: fn(&Book, &Probe) -> Rows;
        Outcome::explain: fn(&Outcome) -> String;
    }
}

#[test]
fn facts_are_made_of_the_lead_and_the_host_s_tables() {
    fn context<'a>(
        gazetteer: &'a Gazetteer,
        phone_segments: Option<&'a PhoneSegments>,
        oracle: Option<&'a dyn PhoneOracle>,
        activities: &'a [Activity],
        now: DateTime<Utc>,
    ) -> FactContext<'a> {
        FactContext { gazetteer, phone_segments, default_region: Region::CN, oracle, activities, now }
    }
    let (gazetteer, lead) = (Gazetteer::builtin(), Lead::default());
    let facts: Facts<'_> = Facts::new(&lead, &context(&gazetteer, None, None, &[], DateTime::UNIX_EPOCH));
    assert_eq!(facts.phone_keys().len(), 0);
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
    shared::<Book>();
    decision::<Verdict>();
    decision::<Resolution>();
    decision::<Score>();
    decision::<Assignment>();
    decision::<Outcome>();
    decision::<State>();
    decision::<Rules>();
    decision::<RuleErrors>();
}

#[test]
fn the_main_job_reads_aloud() {
    let rules = Rules::default();
    let intake = Intake::compile(&rules).unwrap();
    let roster = Roster::compile(&[], &Calendars::default()).unwrap();
    let (book, state, now) = (Book::new(), State::default(), DateTime::UNIX_EPOCH);
    let lead = Lead { id: "L1".into(), ..Lead::default() };

    let rows = book.rows(&intake.probe(&lead));
    let outcome = intake.process(&Input { lead, rows, ..Default::default() }, &roster, &state, now);
    println!("{}", outcome.explain());
    assert_eq!(outcome.route().code(), "blocked");
}
