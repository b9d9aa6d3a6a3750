//! What may be allocated: nothing to check a Chinese mobile number, and only what it returns to score a lead.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::contact::{Phone, PhoneOptions, PhoneSegments, check_cn_mobile};
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

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

#[test]
fn checking_and_looking_up_a_number_costs_no_allocation() {
    let segments = PhoneSegments::from_rows([("1380013", "110000".parse().unwrap())]).unwrap();
    let options = PhoneOptions::default();
    let spellings = [
        "13800138000",
        "+86 138-0013-8000",
        "１３８００１３８０００",
        "手机：13800138000（王）",
        "400-820-8820",
        "138O0138000",
    ];
    assert!(allocations(|| drop(std::hint::black_box(String::from("counted")))) > 0);
    for raw in spellings {
        let count = allocations(|| {
            std::hint::black_box(check_cn_mobile(raw));
            let read = Phone::parse(raw, &options);
            std::hint::black_box((read.key(), read.e164(), read.national(), read.area(Some(&segments))));
        });
        assert_eq!(count, 0, "{raw}");
    }
}

/// In a session, by data rules.
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
    let facts = Facts::new(&lead, &FactContext { activities: &activities, ..FactContext::new(&tables, now) });
    let mut session = scorer.session();
    let mut counts = Vec::new();
    for _ in 0..3 {
        let mut lines = 0;
        counts.push(allocations(|| lines = session.score(&facts).lines().len()));
        assert!(lines > 6);
    }
    assert!(counts[1..].iter().all(|count| *count <= 2), "{counts:?}");
}
