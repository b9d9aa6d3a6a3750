//! The bundled sample: 200 rows, and what should become of each was written down before the engine ran.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use generate::{Generator, JUNK, KNOWN};
use leadkit::book::Book;
use leadkit::calendar::Calendars;
use leadkit::model::{Account, Activity, ColumnMap, History, Rep};
use leadkit::{Arrival, Input, Intake, Outcome, Roster, Rules, State};

use crate::support::{review_next, snapshot};
use files::{Table, bundled, read_activities, read_json, read_leads};

#[path = "../../../examples/support/mod.rs"]
mod files;
#[path = "../../../examples/support/generate.rs"]
mod generate;

#[derive(serde::Deserialize)]
struct RosterFile {
    reps: Vec<Rep>,
    calendars: Calendars,
}

/// Everything the sample consists of.
struct Sample {
    intake: Intake,
    roster: RosterFile,
    accounts: Vec<Account>,
    table: Table,
    arrivals: Vec<Arrival>,
}

impl Sample {
    fn load() -> Sample {
        let rules = Rules::load(read_json(&bundled("rules.json")).unwrap()).unwrap();
        let map: ColumnMap = read_json(&bundled("leads_map.json")).unwrap();
        let table = read_leads(&bundled("leads.csv"), &map).unwrap();
        let mut activities = read_activities(&bundled("activities.csv")).unwrap();
        let arrivals = table
            .leads
            .iter()
            .map(|lead| Arrival {
                activities: activities.remove(lead.id.as_str()).unwrap_or_default(),
                ..Arrival::new(lead.clone())
            })
            .collect();
        assert!(activities.is_empty(), "activities of unknown leads: {:?}", activities.keys());
        Sample {
            intake: Intake::compile(&rules).unwrap(),
            roster: read_json(&bundled("roster.json")).unwrap(),
            accounts: read_json(&bundled("accounts.json")).unwrap(),
            table,
            arrivals,
        }
    }

    fn roster(&self) -> Roster {
        Roster::compile(&self.roster.reps, &self.roster.calendars).unwrap()
    }

    fn book(&self) -> Book {
        crate::support::book(&self.accounts, &[])
    }

    fn run(&self) -> Vec<Outcome> {
        let (mut book, roster, mut state) = (self.book(), self.roster(), State::default());
        let decided = self.intake.process_batch(&self.arrivals, &mut book, &roster, &mut state).unwrap();
        decided.into_iter().map(|one| one.outcome).collect()
    }
}

/// A line of `expected.tsv`.
struct Expected {
    line: u64,
    id: String,
    answer: [String; 3],
    note: String,
}

fn expected() -> Vec<Expected> {
    let text = fs::read_to_string(bundled("expected.tsv")).unwrap();
    let read = |row: &str| {
        let cells: Vec<&str> = row.split('\t').collect();
        let &[line, id, route, to, reason, note] = cells.as_slice() else { panic!("six columns: {row}") };
        Expected {
            line: line.parse().unwrap(),
            id: id.to_owned(),
            answer: [route, to, reason].map(str::to_owned),
            note: note.to_owned(),
        }
    };
    text.lines().skip(1).map(read).collect()
}

/// Route, owner or pool, and reason.
fn answer(outcome: &Outcome) -> [String; 3] {
    let route = outcome.route();
    let owner = route.owner().map(ToString::to_string);
    let lead = || route.folded_into().map(ToString::to_string);
    let to = owner.or_else(|| route.pool().map(ToString::to_string)).or_else(lead).unwrap_or_default();
    [route.code().to_owned(), to, outcome.reason().to_string()]
}

fn json(outcomes: &[Outcome]) -> String {
    outcomes.iter().map(|outcome| serde_json::to_string(outcome).unwrap() + "\n").collect()
}

#[test]
fn every_row_ends_as_was_written_down() {
    let sample = Sample::load();
    let mut decided = sample.table.leads.iter().zip(sample.run());
    let mut rejected = sample.table.rejected.iter();
    let (mut agree, mut differ) = (0, String::new());
    for expected in expected() {
        let (id, found) = if expected.answer[0] == "rejected" {
            let issues = rejected.next().unwrap();
            let codes: Vec<&str> = issues.iter().map(|issue| issue.code.as_str()).collect();
            assert!(issues.iter().all(|issue| issue.line == expected.line), "{issues:?}");
            (expected.id.clone(), ["rejected".to_owned(), String::new(), codes.join(",")])
        } else {
            let (lead, outcome) = decided.next().unwrap();
            assert_eq!(&lead.id, outcome.lead());
            (lead.id.to_string(), answer(&outcome))
        };
        assert_eq!(id, expected.id, "line {}", expected.line);
        if found == expected.answer {
            agree += 1;
        } else {
            let Expected { line, answer, note, .. } = expected;
            let _ = writeln!(differ, "line {line}, {id}: {found:?}, expected {answer:?}: {note}");
        }
    }
    assert_eq!((decided.next(), rejected.next()), (None, None));
    assert_eq!((agree, differ.as_str()), (200, ""));
}

#[test]
fn the_first_fifty_rows_show_every_kind_of_outcome() {
    let kinds = |rows: &[Expected]| -> BTreeSet<String> {
        let route = |row: &Expected| match row.answer[0].as_str() {
            "unassigned" => row.answer[2].clone(),
            route => route.to_owned(),
        };
        rows.iter().map(route).collect()
    };
    let rows = expected();
    assert_eq!(kinds(&rows), kinds(&rows[..50]));
    assert_eq!(kinds(&rows).len(), 12);
}

#[test]
fn the_rules_mean_what_they_say() {
    let rules = Rules::load(read_json(&bundled("rules.json")).unwrap()).unwrap();
    assert_eq!(rules.lint(), []);
    let again = Rules::load(serde_json::to_value(&rules).unwrap()).unwrap();
    assert_eq!(again, rules);
}

#[test]
fn a_batch_is_the_loop_of_its_steps() {
    let sample = Sample::load();
    let (mut book, roster, mut state) = (sample.book(), sample.roster(), State::default());
    let batch = sample.intake.process_batch(&sample.arrivals, &mut book, &roster, &mut state).unwrap();

    let (mut own_book, own_roster, mut own_state) = (sample.book(), sample.roster(), State::default());
    for (arrival, in_batch) in sample.arrivals.iter().zip(&batch) {
        let Arrival { lead, activities, at, .. } = arrival.clone();
        let rows = own_book.rows(&sample.intake.probe(&lead));
        let input = Input { lead: lead.clone(), activities, rows, ..Input::default() };
        let outcome = sample.intake.process(&input, &own_roster, &own_state, at);
        assert_eq!(outcome, in_batch.outcome);
        own_state.apply(outcome.delta()).unwrap();
        own_book.insert_lead(lead.clone());
        own_book.insert_life(&lead.id, History::default(), arrival.activities.clone());
        outcome.apply_to(&mut own_book);
        let review = review_next(&sample.intake, &outcome, &mut own_book, &own_roster, &mut own_state);
        assert_eq!(review, in_batch.reviews);
    }
    assert_eq!(serde_json::to_string(&own_state).unwrap(), serde_json::to_string(&state).unwrap());
    assert!(own_book.leads().eq(book.leads()));
}

#[test]
fn two_runs_give_the_same_bytes() {
    let sample = Sample::load();
    let first = json(&sample.run());
    assert_eq!(first, json(&Sample::load().run()));
    for (line, outcome) in first.lines().zip(sample.run()) {
        assert_eq!(serde_json::from_str::<Outcome>(line).unwrap(), outcome);
    }
}

#[test]
fn saving_and_restoring_after_every_lead_changes_nothing() {
    let sample = Sample::load();
    let (mut book, roster, mut state) = (sample.book(), sample.roster(), State::default());
    let mut outcomes = Vec::new();
    for arrival in sample.arrivals.chunks(1) {
        let decided = sample.intake.process_batch(arrival, &mut book, &roster, &mut state).unwrap();
        outcomes.extend(decided.into_iter().map(|one| one.outcome));
        let saved = serde_json::to_string(&state).unwrap();
        state = serde_json::from_str(&saved).unwrap();
        assert_eq!(serde_json::to_string(&state).unwrap(), saved);
    }
    assert_eq!(json(&outcomes), json(&sample.run()));
}

#[test]
fn activities_may_come_in_any_order() {
    let mut sample = Sample::load();
    let before = json(&sample.run());
    for arrival in &mut sample.arrivals {
        arrival.activities.reverse();
    }
    assert_eq!(json(&sample.run()), before);
}

#[test]
fn one_lead_of_each_route_is_explained() {
    let sample = Sample::load();
    let outcomes: BTreeMap<String, Outcome> =
        sample.run().into_iter().map(|outcome| (outcome.lead().to_string(), outcome)).collect();
    let shown = ["L-006", "L-008", "L-007", "L-030", "L-036", "L-020", "L-013", "L-014", "L-110", "L-018"];
    let routes: BTreeSet<&str> = shown.iter().map(|id| outcomes[*id].route().code()).collect();
    assert_eq!(routes.len(), 8);
    let text: Vec<String> = shown.iter().map(|id| outcomes[*id].explain()).collect();
    snapshot("intake_sample_routes", text.join("\n"));
}

#[test]
fn no_outcome_shows_a_whole_contact_value() {
    let sample = Sample::load();
    let mut checked = 0;
    for (arrival, outcome) in sample.arrivals.iter().zip(sample.run()) {
        // Effects hold the values they write; nothing that is said of them does.
        let said = format!("{}{outcome}{outcome:?}", outcome.explain());
        for value in secrets(arrival) {
            assert!(!said.contains(&value), "{}: {value} in {said}", arrival.lead.id);
            checked += 1;
        }
    }
    assert!(checked > 400, "{checked}");
}

/// The contact values of a lead as written, and in plain digits or lower case.
fn secrets(arrival: &Arrival) -> Vec<String> {
    let lead = &arrival.lead;
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap(),
        c => c,
    };
    let mut secrets = Vec::new();
    for phone in &lead.phones {
        let digits: String = phone.as_str().chars().map(plain).filter(char::is_ascii_digit).collect();
        secrets.push(digits.chars().skip(digits.len().saturating_sub(8)).collect());
        secrets.push(phone.as_str().to_owned());
    }
    for email in &lead.emails {
        secrets.push(email.as_str().to_owned());
        secrets.push(email.as_str().to_lowercase());
    }
    if let Some(wechat) = &lead.wechat {
        secrets.push(wechat.as_str().to_owned());
        secrets.push(wechat.as_str().to_lowercase());
    }
    secrets.retain(|secret| secret.chars().count() > 5);
    secrets
}

#[test]
fn activities_belong_to_leads_and_lie_before_them() {
    let sample = Sample::load();
    let before = |arrival: &Arrival| {
        let early = |activity: &Activity| activity.lead == arrival.lead.id && activity.time <= arrival.at;
        arrival.activities.iter().all(early)
    };
    assert!(sample.arrivals.iter().all(before));
    assert!(sample.arrivals.is_sorted_by_key(|arrival| arrival.at));
}

#[test]
fn the_generated_stream_depends_on_its_seed_alone() {
    let stream = |seed| Generator::new(seed, 500).arrivals(300);
    assert_eq!(stream(7), stream(7));
    assert_ne!(stream(7), stream(8));
    // Longer streams begin like shorter ones.
    assert!(Generator::new(7, 500).arrivals(400).starts_with(&stream(7)));
    let accounts: Vec<Account> = Generator::new(7, 500).accounts().collect();
    let names: BTreeSet<&str> = accounts.iter().map(|account| account.company.as_str()).collect();
    assert_eq!(names.len(), 500);
}

#[test]
fn the_generated_stream_is_as_mixed_as_it_says() {
    let sample = Sample::load();
    let generator = Generator::new(20_260_302, 500);
    let mut book = Book::new();
    generator.accounts().for_each(|account| book.insert_account(account));
    let arrivals = generator.arrivals(2_000);
    let outcomes =
        sample.intake.process_batch(&arrivals, &mut book, &sample.roster(), &mut State::default()).unwrap();
    let outcomes: Vec<Outcome> = outcomes.into_iter().map(|one| one.outcome).collect();
    let percent = |count: usize| count as u64 * 100 / arrivals.len() as u64;
    // Junk is what the blacklist blocks, or flags without it being a resubmission.
    let junk = outcomes.iter().filter(|outcome| {
        let verdict = outcome.verdict();
        !verdict.hits().is_empty() && (verdict.is_blocked() || verdict.resubmission_of().is_none())
    });
    let known = outcomes.iter().filter(|outcome| {
        let matched = outcome.resolution().is_some_and(|resolution| !resolution.matches().is_empty());
        !outcome.verdict().is_blocked() && (matched || outcome.verdict().resubmission_of().is_some())
    });
    let (junk, known) = (percent(junk.count()), percent(known.count()));
    assert!(junk.abs_diff(JUNK) <= 4 && known.abs_diff(KNOWN) <= 5, "{junk} % junk, {known} % known");
}
