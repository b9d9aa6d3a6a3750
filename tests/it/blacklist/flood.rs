//! A flood of leads that have nothing in common: the windows stay within their limit, and the newest leads stay.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
use leadkit::model::{Lead, Source};
use leadkit::rule::{FactContext, Facts, HostTables};
use serde_json::json;

/// Lets so many origins come in, each once, into windows that keep so many.
fn flood(count: usize, limit: usize) {
    let start: DateTime<Utc> = "2026-03-10T09:00:00Z".parse().unwrap();
    let rules = json!({"no_usable_contact": "pass", "rules": [
        {"id": "flood", "check": {"burst": {"by": "page", "count": 3, "window": "6h"}}},
    ]});
    let blacklist = Blacklist::compile(&BlacklistRules::load(rules).unwrap()).unwrap();
    let lead = |n: usize| Lead {
        id: format!("L-{n}").into(),
        created_at: start + TimeDelta::milliseconds(n as i64),
        source: Source { page: Some(format!("/{n}")), ..Source::default() },
        ..Lead::default()
    };
    let tables = HostTables::default();
    let context = FactContext::new(&tables, start + TimeDelta::days(1));
    let mut windows = WindowState::with_limit(limit);
    for n in 0..count {
        let lead = lead(n);
        let verdict = blacklist.check(&Facts::new(&lead, &context), &windows);
        assert!(verdict.hits().is_empty(), "{verdict}");
        windows.apply(verdict.delta());
        assert!(windows.len() <= limit);
    }
    assert_eq!(windows.len(), count.min(limit));
    assert_eq!(windows.newest(), Some(start + TimeDelta::milliseconds(count as i64 - 1)));
    let is_known = |n: usize| {
        let lead = lead(n);
        let facts = Facts::new(&lead, &context);
        windows.events_of(&blacklist.window_keys(&facts)).count() == 1
    };
    let oldest = count.saturating_sub(limit);
    assert!(is_known(count - 1) && is_known(oldest) && (oldest == 0 || !is_known(oldest - 1)));
}

#[test]
fn a_flood_of_origins_stays_within_the_limit() {
    flood(20_000, 1_000);
}

#[test]
#[ignore = "takes a while: cargo test --release --test long -- --ignored"]
fn a_million_origins_stay_within_the_limit() {
    flood(1_000_000, WindowState::DEFAULT_LIMIT);
}
