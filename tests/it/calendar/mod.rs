//! Working time: facts, an oracle that steps from minute to minute, and laws.

mod answers;
mod coverage;
mod documents;
mod edges;
mod example;
mod extremes;
mod facts;
mod fairness;
mod laws;
mod midnight;
mod stepper;
mod zones;

use leadkit::calendar::{Calendar, CalendarRules};
use serde_json::Value;

/// The calendar of a document.
fn calendar(document: Value) -> Calendar {
    Calendar::compile(&rules(document)).unwrap()
}

fn rules(document: Value) -> CalendarRules {
    CalendarRules::load(document).unwrap_or_else(|errors| panic!("{errors}"))
}
