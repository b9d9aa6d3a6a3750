//! Building journeys briefly.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use leadkit::attribution::{Attribution, Conversion, Journeys, ModelCredits, Step};
use leadkit::model::{Currency, Money};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The `n`-th hour of the story.
pub(crate) fn hour(n: i64) -> DateTime<Utc> {
    at("2026-03-02T00:00:00Z") + TimeDelta::hours(n)
}

pub(crate) fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

/// One model, called `m`.
pub(crate) fn one(model: Json) -> Attribution {
    engine(json!({"models": [{"id": "m", "model": model}]}))
}

pub(crate) fn engine(rules: Json) -> Attribution {
    Attribution::load(rules).unwrap()
}

/// A path without times and how often it was taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathRow {
    pub(crate) channels: Vec<usize>,
    pub(crate) conversions: u64,
    pub(crate) nulls: u64,
    pub(crate) value: i64,
}

pub(crate) const NAMES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

pub(crate) fn paths(rows: &[PathRow]) -> Journeys {
    let mut journeys = Journeys::new();
    for row in rows {
        for channel in &row.channels {
            journeys.push(Step { channel: NAMES[*channel], ..Step::default() }).unwrap();
        }
        let end = Conversion {
            count: row.conversions,
            nulls: row.nulls,
            value: (row.conversions > 0).then(|| cny(row.value)),
            ..Conversion::default()
        };
        journeys.end_journey(&end).unwrap();
    }
    journeys
}

/// Random aggregated paths over some of eight channels; at least one converts.
pub(crate) fn any_paths(channels: usize, longest: usize) -> impl Strategy<Value = Vec<PathRow>> {
    let row = (prop::collection::vec(0..channels, 1..=longest), 0u64..6, 0u64..9, 0i64..100_000).prop_map(
        |(channels, conversions, nulls, value)| PathRow {
            channels,
            conversions,
            nulls,
            value: if conversions > 0 { value } else { 0 },
        },
    );
    prop::collection::vec(row, 1..14).prop_map(|mut rows| {
        rows[0].conversions += 1;
        rows
    })
}

/// `A > B` split into channels, each path given what `end` says.
pub(crate) fn texts(paths: &[&str], end: &Conversion) -> Journeys {
    let mut journeys = Journeys::new();
    for path in paths {
        for channel in path.split(" > ").filter(|channel| !channel.is_empty()) {
            journeys.push(Step { channel, ..Step::default() }).unwrap();
        }
        journeys.end_journey(end).unwrap();
    }
    journeys
}

pub(crate) fn conversions(model: &ModelCredits) -> Vec<(&str, f64)> {
    model.channels.iter().map(|one| (one.channel.as_str(), one.conversions)).collect()
}

/// Credits of the only model, channel by channel, near the wanted ones.
pub(crate) fn assert_credits(attribution: &Attribution, journeys: &Journeys, wanted: &[(&str, f64)]) {
    let credits = attribution.credit(journeys).unwrap();
    let model = &credits.models()[0];
    for (channel, conversions) in wanted {
        let got = model.channel(channel).unwrap_or_else(|| panic!("no channel {channel}")).conversions;
        assert!(
            (got - conversions).abs() <= 1e-12 * conversions.max(1.0),
            "{}: {channel} {got} {conversions}",
            model.code
        );
    }
    let others = model.channels.iter().filter(|one| !wanted.iter().any(|(name, _)| *name == one.channel));
    for other in others {
        assert_eq!(other.conversions, 0.0, "{}: {}", model.code, other.channel);
    }
}

/// Events of four users, and what models make of them.
#[derive(Deserialize)]
pub(crate) struct EventCases {
    /// User, time, channel, conversions.
    pub(crate) events: Vec<(String, String, String, u64)>,
    pub(crate) models: Vec<EventModel>,
}

#[derive(Deserialize)]
pub(crate) struct EventModel {
    pub(crate) model: Json,
    /// The model as the example's option.
    pub(crate) option: String,
    pub(crate) credits: BTreeMap<String, f64>,
}

pub(crate) fn event_cases() -> EventCases {
    serde_json::from_str(include_str!("../../data/attribution_events.json")).unwrap()
}

/// The journeys of those events: cut after each conversion, what is left of a user without one at the end.
pub(crate) fn event_journeys() -> Journeys {
    let events = event_cases().events;
    let mut journeys = Journeys::new();
    for (index, (user, time, channel, conversions)) in events.iter().enumerate() {
        let time = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S").unwrap().and_utc();
        journeys.push_touch(channel, time).unwrap();
        if *conversions > 0 {
            let end = Conversion { count: *conversions, at: Some(time), ..Conversion::default() };
            journeys.end_journey(&end).unwrap();
        } else if events.get(index + 1).is_none_or(|next| next.0 != *user) {
            journeys.end_journey(&Conversion::null()).unwrap();
        }
    }
    journeys
}
