//! What the tests of several engines share.

use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::book::Book;
use leadkit::model::{Account, Activity, Lead, OwnerState, RepId};
use leadkit::rule::{FactContext, Facts, HostTables};
use leadkit::{Input, Intake, Next, Outcome, Roster, State};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A moment, in RFC 3339.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The `n`-th hour of a story that begins on a Monday.
pub(crate) fn hour(n: i64) -> DateTime<Utc> {
    at("2026-03-02T00:00:00Z") + TimeDelta::hours(n)
}

/// The facts of a lead without activities, as the builtin tables read them.
pub(crate) fn with_facts<T>(lead: &Lead, now: DateTime<Utc>, look: impl FnOnce(&Facts<'_>) -> T) -> T {
    with_activities(lead, &[], now, look)
}

/// The facts of a lead with what it did.
pub(crate) fn with_activities<T>(
    lead: &Lead,
    activities: &[Activity],
    now: DateTime<Utc>,
    look: impl FnOnce(&Facts<'_>) -> T,
) -> T {
    let tables = HostTables::default();
    look(&Facts::new(lead, &FactContext { activities, ..FactContext::new(&tables, now) }))
}

/// An account that has long been on file.
pub(crate) fn account(id: &str, company: &str, owner: Option<&str>) -> Account {
    Account {
        id: id.into(),
        company: company.into(),
        created_at: at("2025-01-01T00:00:00Z"),
        owner: owner.map(Into::into),
        ..Account::default()
    }
}

/// What is on file.
pub(crate) fn book(accounts: &[Account], leads: &[Lead]) -> Book {
    let mut book = Book::new();
    accounts.iter().cloned().for_each(|account| book.insert_account(account));
    leads.iter().cloned().for_each(|lead| book.insert_lead(lead));
    book
}

pub(crate) fn texts<T: for<'t> From<&'t str>>(values: &[&str]) -> Vec<T> {
    values.iter().map(|text| T::from(text)).collect()
}

/// A file of `tests/data`.
pub(crate) fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A JSON file of `tests/data`.
pub(crate) fn json_data<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&data(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Compares a text with the file `snapshots/NAME.txt`, which ends in one line break.
#[track_caller]
pub(crate) fn snapshot(name: &str, said: impl Display) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots").join(format!("{name}.txt"));
    expect_test::expect_file![path].assert_eq(&format!("{}\n", said.to_string().trim_end()));
}

/// Written as JSON, which it gives back, and read again, a value is the same.
#[track_caller]
pub(crate) fn assert_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    text
}

/// Every owner is there.
pub(crate) fn active(_: &RepId) -> OwnerState {
    OwnerState::Active
}

/// The reviews that an outcome asks for, applied to the state and the book, as a host does it.
pub(crate) fn review_next(
    intake: &Intake,
    outcome: &Outcome,
    book: &mut Book,
    roster: &Roster,
    state: &mut State,
) -> Vec<Outcome> {
    let mut reviews: Vec<Outcome> = Vec::new();
    loop {
        let last = reviews.last().unwrap_or(outcome);
        let Some(Next::Review { lead, entry, claim, also, .. }) = last.next() else { return reviews };
        let (entry, claim, also) = (Some(entry.clone()), claim.clone(), also.clone());
        let Some(input) = intake.input_of(book, lead, outcome.at()) else { return reviews };
        let trust_clock = outcome.delta().trust_clock;
        let input = Input { entry, claim, also, wake_up: None, trust_clock, ..input };
        let review = intake.review(&input, roster, state, outcome.at());
        state.apply(review.delta()).unwrap();
        review.apply_to(book);
        reviews.push(review);
    }
}
