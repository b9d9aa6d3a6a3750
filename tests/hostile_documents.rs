//! What documents from strangers may cost: allocations and memory grow no faster than the document.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use serde_json::Value;

mod large;

thread_local! {
    /// Calls so far, bytes in use, most bytes in use.
    static COUNTS: Cell<(usize, isize, isize)> = const { Cell::new((0, 0, 0)) };
}

struct Counting;

fn note(calls: usize, bytes: isize) {
    COUNTS.with(|counts| {
        let (before, used, most) = counts.get();
        counts.set((before + calls, used + bytes, most.max(used + bytes)));
    });
}

// SAFETY: every call is handed to the system allocator as it came; the counters are a plain thread-local cell
// without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    // The system makes a large block longer where it is, by its pages.
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size as isize - layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(ptr, layout, size) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        note(0, -(layout.size() as isize));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What loading a document costs: allocations, and the most bytes in use beyond the document's own.
struct Cost {
    allocations: usize,
    bytes: usize,
    /// Of the document as text.
    length: usize,
    findings: usize,
}

fn cost(document: Value, load: impl Fn(Value) -> usize) -> Cost {
    let length = document.to_string().len();
    measured(length, || load(document))
}

fn measured(length: usize, read: impl FnOnce() -> usize) -> Cost {
    let (calls, used, _) = COUNTS.with(Cell::get);
    COUNTS.with(|counts| counts.set((calls, used, used)));
    let findings = read();
    let (after, _, most) = COUNTS.with(Cell::get);
    Cost { allocations: after - calls, bytes: (most - used).max(0) as usize, length, findings }
}

/// Most bytes that loading may use beyond the document itself, for each byte of its text.
const MAX_BYTES_PER_BYTE: usize = 20;

#[test]
fn allocations_and_memory_grow_no_faster_than_the_document() {
    // The tables of the crate itself are no part of a document.
    drop(leadkit::company::Gazetteer::builtin());
    let mut wrong = Vec::new();
    for kind in large::KINDS {
        let of = |n| cost((kind.document)(n), kind.load);
        let (small, big) = (of(2_000), of(4_000));
        let ratio = big.allocations as f64 / small.allocations.max(1_000) as f64;
        let most = MAX_BYTES_PER_BYTE * big.length;
        if ratio > 2.3 || big.bytes > most {
            let Cost { allocations, bytes, length, findings } = big;
            wrong.push(format!(
                "{}: {ratio:.2} times the allocations ({allocations}), {bytes} bytes for {length}, {findings} findings",
                kind.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn memory_grows_no_faster_than_the_text() {
    drop(leadkit::company::Gazetteer::builtin());
    let mut wrong = Vec::new();
    for kind in large::KINDS {
        let of = |n| {
            let text = (kind.document)(n).to_string();
            measured(text.len(), || (kind.read)(&text))
        };
        // Twice as long a text needs twice as much: what any text needs is in both.
        let (small, big) = (of(2_000), of(4_000));
        let (bytes, length) = (big.bytes.saturating_sub(small.bytes), big.length - small.length);
        let most = MAX_BYTES_PER_BYTE;
        if bytes > most * length || big.bytes > most * big.length {
            let Cost { bytes, length, findings, .. } = big;
            wrong.push(format!("{}: {bytes} bytes for {length}, {findings} findings", kind.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What stands beside a name is looked for behind few separators, and the longer the field, the fewer.
#[test]
fn a_company_of_separators_is_looked_at_a_few_times() {
    let gazetteer = leadkit::company::Gazetteer::builtin();
    let allocations = |text: &str| measured(text.len(), || gazetteer.names_in(text).len()).allocations;
    for unit in ["a/", "한 ", "词 ", "名-", "a, ", "甲|", "公司-"] {
        let of = |bytes: usize| allocations(&unit.repeat(bytes / unit.len()));
        let (short, long) = (of(256), of(4_096));
        assert!(long <= 60 && long <= short, "{unit:?}: {short} and {long} allocations");
    }
}

/// Of a list that is wrong from end to end no more is read than is told.
#[test]
fn a_list_is_not_read_on_once_its_report_is_full() {
    for (list, entry) in [("phones", "1"), ("emails", "x"), ("companies", "?"), ("ips", "x")] {
        let of = |n: usize| {
            let check = serde_json::json!({"list": {list: vec![entry; n]}});
            let rules = serde_json::json!({"rules": [{"id": "r", "severity": "block", "check": check}]});
            let rules: leadkit::blacklist::BlacklistRules = serde_json::from_value(rules).unwrap();
            measured(n, || leadkit::blacklist::Blacklist::compile(&rules).unwrap_err().diagnostics().len())
        };
        let (short, long) = (of(1_000), of(20_000));
        assert_eq!((short.findings, long.findings), (101, 101), "{list}");
        let (short, long) = (short.allocations, long.allocations);
        assert!(long < short + 1_000, "{list}: {short} and {long} allocations");
    }
}

/// What has an id is not built without one: an empty item is three bytes of text and hundreds in memory.
#[test]
fn empty_items_are_refused_unbuilt() {
    let items = vec!["{}"; 100_000].join(",");
    for text in [
        format!(r#"{{"assign": {{"pools": {{"leads": {{"rules": [{items}]}}}}}}}}"#),
        format!(r#"{{"pools": [{items}]}}"#),
    ] {
        let cost =
            measured(text.len(), || leadkit::Rules::from_json_str(&text).unwrap_err().diagnostics().len());
        let Cost { bytes, length, findings, .. } = cost;
        // The tree that a text is read into takes 64 bytes for each item, more than twenty times its text by itself.
        assert!(findings >= 100 && bytes <= 24 * length, "{bytes} bytes for {length}");
    }
}

/// Bytes that a document of any length may use.
const BESIDE: usize = 600_000;

/// Known documents, grown at every place: what a document says must not matter for what its length costs.
#[test]
fn no_list_and_no_object_costs_more_than_it_is_long() {
    drop(leadkit::company::Gazetteer::builtin());
    let mut wrong = Vec::new();
    let seeds = large::grown::seeds();
    for growth in seeds.iter().flat_map(large::grown::Seed::growths) {
        for renamed in [true, false] {
            let of = |n| cost(growth.document(n, renamed), |document| growth.load(document));
            let (small, big) = (of(100), of(200));
            let ratio = big.allocations as f64 / small.allocations.max(5_000) as f64;
            if ratio > 2.3 || big.bytes > MAX_BYTES_PER_BYTE * big.length + BESIDE {
                let Cost { allocations, bytes, length, findings } = big;
                let name = growth.name();
                wrong.push(format!(
                    "{name}: {ratio:.2} times the allocations ({allocations}), {bytes} bytes for {length}, {findings} findings"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
