//! Scoring in a session by data rules allocates for what it returns, and for nothing else.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::{Activity, Lead};
use leadkit::rule::{FactContext, Facts, HostTables};
use leadkit::score::{ScoreRules, Scorer};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system allocator as it came; the counter is a plain thread-local cell
// without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_score_costs_at_most_two_allocations() {
    let scorer = Scorer::compile(&ScoreRules::default()).unwrap();
    let tables = HostTables::default();
    let now: DateTime<Utc> = "2026-03-10T09:00:00Z".parse().unwrap();
    let lead = Lead {
        id: "L1".into(),
        employee_count: Some(300),
        industry: vec!["software".into()],
        job_function: Some("manager".into()),
        ..Lead::default()
    };
    let kinds = ["form_submit", "page_visit", "consult", "watch_live", "unsubscribe", "something_else"];
    let activities: Vec<Activity> = (0..20)
        .map(|i| Activity {
            id: format!("A{i}").into(),
            kind: kinds[i % kinds.len()].to_owned(),
            // Not in order, so that they are sorted.
            time: now - TimeDelta::minutes((i * 7 % 20) as i64),
            ..Activity::default()
        })
        .collect();
    let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    let mut session = scorer.session();
    let mut allocations = Vec::new();
    for _ in 0..3 {
        let before = COUNT.get();
        let score = session.score(&facts, &activities, now);
        allocations.push(COUNT.get() - before);
        assert!(score.lines().len() > 6);
    }
    assert!(allocations[1..].iter().all(|count| *count <= 2), "{allocations:?}");
}
