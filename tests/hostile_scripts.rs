//! Scripts that mean harm: each ends in a typed error, after a bounded number of operations, in bounded
//! memory, on a thread with a 2 MiB stack. How long that takes is in `timing.rs`.
#![cfg(feature = "script")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use leadkit::model::{Activity, Lead, Points};
use leadkit::rule::{
    FactContext, FactSource, Facts, Fault, HostTables, Registry, Scope, ScriptKind, Signal, check_script,
};
use leadkit::score::{Award, Scorer};

use hostile::{End, FUNCTIONS, activities, alone, calls, lead, now, rules, tortuous};
use search::Search;

mod hostile;
mod search;

/// Counts what lies on the heap, the most there ever was, and all that was ever asked for.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MAX: AtomicUsize = AtomicUsize::new(0);
/// Bytes ever asked for: whatever copies a list or a text asks for its size anew.
static EVER: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MAX.fetch_max(now, Ordering::Relaxed);
        EVER.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let more = size.saturating_sub(layout.size());
        let now = NOW.fetch_add(more, Ordering::Relaxed) + more;
        MAX.fetch_max(now, Ordering::Relaxed);
        EVER.fetch_add(more, Ordering::Relaxed);
        NOW.fetch_sub(layout.size().saturating_sub(size), Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const MAX_GROWTH: usize = 32 * 1024 * 1024;

/// Compiles and runs a script on a small stack; asserts the bound of memory.
fn attack(source: &str, kind: ScriptKind) -> End {
    bounded(source, kind).unwrap_or_else(|said| panic!("{said}"))
}

/// The end of an attack, or how it broke the bound.
fn bounded(source: &str, kind: ScriptKind) -> Result<End, String> {
    let (run, growth) = growth(|| hostile::run(source, kind));
    if growth > MAX_GROWTH {
        return Err(format!("{growth} bytes: {}", source.chars().take(80).collect::<String>()));
    }
    Ok(run.end)
}

/// By how much the heap was larger than before, at most, while something ran.
fn growth<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.load(Ordering::Relaxed);
    MAX.store(before, Ordering::Relaxed);
    let done = work();
    (done, MAX.load(Ordering::Relaxed).saturating_sub(before))
}

fn fails(source: &str) -> String {
    match attack(source, ScriptKind::Program) {
        End::Refused(said) | End::Failed(said) => said,
        End::Harmless(points) => panic!("gave {points}: {}", source.chars().take(80).collect::<String>()),
    }
}

#[test]
fn what_never_ends_is_ended() {
    let _alone = alone();
    for source in hostile::ENDLESS {
        assert_eq!(fails(source), "the script takes more than 10000 operations", "{source}");
    }
}

#[test]
fn recursion_ends() {
    let _alone = alone();
    for source in hostile::RECURSIVE {
        assert!(
            fails(source).contains("too deeply") || fails(source).contains("10000 operations"),
            "{source}"
        );
    }
}

#[test]
fn data_do_not_grow_without_end() {
    let _alone = alone();
    for source in hostile::GROWING {
        let said = fails(source);
        assert!(
            ["too long", "operations", "reasons", "cannot be asked"].iter().any(|part| said.contains(part)),
            "{source}: {said}"
        );
    }
}

#[test]
fn numbers_that_do_not_fit_are_errors() {
    let _alone = alone();
    for source in hostile::OVERFLOWING {
        fails(source);
    }
}

#[test]
fn forbidden_things_are_refused() {
    let _alone = alone();
    for source in hostile::FORBIDDEN {
        assert!(matches!(attack(source, ScriptKind::Program), End::Refused(_)), "{source}");
        assert!(matches!(attack(source, ScriptKind::Points), End::Refused(_)), "{source}");
    }
}

#[test]
fn no_source_is_too_hard_to_read() {
    let _alone = alone();
    let kinds = [ScriptKind::Program, ScriptKind::Points];
    let broken: Vec<String> = tortuous()
        .iter()
        .flat_map(|source| kinds.map(|kind| bounded(source, kind)))
        .filter_map(Result::err)
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Bytes asked for while a source is read.
fn reading(source: &str, kind: ScriptKind) -> usize {
    let before = EVER.load(Ordering::Relaxed);
    drop(check_script(source, kind, Scope::Score));
    EVER.load(Ordering::Relaxed) - before
}

/// Twice the source takes about twice the work.
#[test]
fn reading_is_linear() {
    let _alone = alone();
    let hunt = || {
        let mut broken = Vec::new();
        for kind in [ScriptKind::Program, ScriptKind::Points] {
            // Everything that is made once is made.
            reading("let a = attr(\"x\"); a == 1", kind);
            for part in hostile::PARTS {
                let source = |bytes: usize| part.repeat(bytes / part.len());
                let sizes = [4_096, 8_192, 16_384].map(|bytes| reading(&source(bytes), kind));
                // What refusing costs is a constant.
                let limit = |size: usize| size * 5 / 2 + 64 * 1024;
                if sizes[1] > limit(sizes[0]) || sizes[2] > limit(sizes[1]) {
                    broken.push(format!("{part:?} {kind:?}: {sizes:?} bytes"));
                }
            }
            for source in tortuous() {
                let bytes = reading(&source, kind);
                if bytes > 8 * 1024 * 1024 {
                    broken.push(format!(
                        "{bytes} bytes {kind:?}: {}",
                        source.chars().take(80).collect::<String>()
                    ));
                }
            }
        }
        broken
    };
    let broken = hostile::on_small_stack(hunt).unwrap();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn items_are_not_changed() {
    let _alone = alone();
    for source in hostile::CHANGING.iter().copied().chain([hostile::memory().as_str()]) {
        assert!(matches!(attack(source, ScriptKind::Program), End::Refused(_)), "{source}");
    }
}

/// What a run asks of the heap beside its operations.
const RUN_BYTES: usize = 3 * 1024 * 1024;

/// What one operation asks of the heap at most: it copies the longest list or text a few times.
const OPERATION_BYTES: usize = 20 * 1024;

/// Runs a program; how it broke a bound, if it did. `None` when it is refused.
fn measured(source: &str) -> Option<Result<u64, String>> {
    let scorer = Scorer::compile(&rules(Award::Program(source.to_owned()))).ok()?;
    let (lead, activities, tables) = (lead(), activities(), HostTables::default());
    let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
    let facts = Facts::new(&lead, &context);
    let operations = scorer.cost([Facts::new(&lead, &context)]).of("r").operations;
    let before = EVER.load(Ordering::Relaxed);
    let (score, growth) = growth(|| scorer.score(&facts));
    let asked = EVER.load(Ordering::Relaxed) - before;
    drop(score);
    Some(if operations > 10_001 {
        Err(format!("{operations} operations"))
    } else if growth > MAX_GROWTH / 2 {
        Err(format!("the heap grows by {growth} bytes"))
    } else if asked > RUN_BYTES + OPERATION_BYTES * operations as usize {
        Err(format!("{asked} bytes are asked for in {operations} operations"))
    } else {
        Ok(operations)
    })
}

#[test]
fn appending_and_sly_work_is_bounded() {
    let _alone = alone();
    let hunt = || {
        let all = hostile::APPENDING
            .iter()
            .filter_map(|source| Some(format!("{source}: {}", measured(source)?.err()?)));
        all.collect::<Vec<_>>()
    };
    let broken = hostile::on_small_stack(hunt).unwrap();
    assert!(broken.is_empty(), "{broken:#?}");
    for source in hostile::APPENDING {
        let _ = fails(source);
    }
}

/// A search among programs of all statements for one whose work or memory its operations do not bound.
#[test]
fn work_and_memory_of_every_operation_are_bounded() {
    let _alone = alone();
    let programs = if cfg!(debug_assertions) { 400 } else { 6_000 };
    let hunt = || {
        let (mut broken, mut ran, mut all) = (Vec::new(), 0, 0);
        for seed in 0..programs {
            let source = Search::new(seed).program();
            match measured(&source) {
                None => {}
                Some(Ok(operations)) => {
                    ran += 1;
                    all += operations;
                }
                Some(Err(said)) => broken.push(format!("{said}: {source}")),
            }
        }
        (broken, ran, all)
    };
    let (broken, ran, operations) = hostile::on_small_stack(hunt).unwrap();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(ran > programs / 2, "{ran} of {programs} ran");
    assert!(operations > u64::from(ran) * 500, "{operations} in {ran} programs");
}

#[test]
fn endless_sources_are_refused_unread() {
    let _alone = alone();
    for source in hostile::oversized() {
        assert_eq!(attack(&source, ScriptKind::Program), End::Refused("too_large".into()));
    }
}

#[test]
fn large_data_of_a_lead_are_cut_off() {
    let _alone = alone();
    for source in hostile::GREEDY {
        fails(source);
    }
    assert_eq!(attack("len(message) + len(industry)", ScriptKind::Points), {
        let kept = message_kept() + 256;
        End::Harmless(Points::new(i64::try_from(kept).unwrap()))
    });
}

/// Characters of the message in its first 4,096 bytes.
fn message_kept() -> usize {
    let message = lead().message.unwrap();
    message.char_indices().take_while(|(at, c)| at + c.len_utf8() <= 4_096).count()
}

#[test]
fn no_function_breaks_with_extreme_values() {
    let _alone = alone();
    let hunt = || {
        let lead = Lead { attributes: Default::default(), ..lead() };
        let activities: Vec<Activity> = activities().into_iter().take(20).collect();
        let tables = HostTables::default();
        let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
        let facts = Facts::new(&lead, &context);
        let mut ended = (0, 0);
        for call in calls() {
            let Ok(scorer) = Scorer::compile(&rules(hostile::program(&call))) else { continue };
            let (good, growth) = growth(|| scorer.score(&facts).faults().is_empty());
            assert!(growth <= MAX_GROWTH, "{call} takes {growth} bytes");
            if good { ended.0 += 1 } else { ended.1 += 1 }
        }
        ended
    };
    let (good, failed) = hostile::on_small_stack(hunt).unwrap();
    assert!(good > 100 && failed > 1_000, "{good} gave points, {failed} failed");
}

/// The proof that the operation counter counts every whitelisted function: a call repeated costs at least one
/// operation more each time, so no loop over it outlives the limit.
#[test]
fn the_operation_counter_counts_every_function() {
    let _alone = alone();
    let (lead, activities) = (Lead { id: "L1".into(), ..Lead::default() }, activities());
    let tables = HostTables::default();
    let cost = |source: String| {
        let scorer = Scorer::compile(&rules(Award::Program(source.clone())))
            .unwrap_or_else(|e| panic!("{source} {e}"));
        let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
        scorer.cost([Facts::new(&lead, &context)]).of("r").operations
    };
    for (name, takes) in FUNCTIONS {
        let values: &[&str] = match *name {
            "count" => &["k", "7"],
            "reason" => &["1", "\"x\""],
            "clamp" => &["1", "0", "2"],
            "pow" => &["2", "3"],
            "attr" | "last" => &["k"],
            "date" => &["d"],
            "contains" | "ends_with" | "has" | "starts_with" => &["k", "k"],
            "len" | "lower" | "upper" | "trim" => &["k"],
            _ => &["1", "2", "3"],
        };
        let call = format!("{name}({});", values[..*takes].join(", "));
        let times = |count: usize| {
            cost(format!("let k = \"kind1\"; let d = \"2026-01-01\"; {} 1", call.repeat(count)))
        };
        let (once, often) = (times(1), times(50));
        assert!(often >= once + 49, "{call}: {once} operations, then {often}");
        // In an expression too.
        if *name != "reason" {
            let nested = |count: usize| {
                let items = vec![call.trim_end_matches(';'); count].join(", ");
                cost(format!("let k = \"kind1\"; let d = \"2026-01-01\"; let x = [{items}]; 1"))
            };
            assert!(nested(50) >= nested(1) + 49, "{call}");
        }
    }
}

/// `FUNCTIONS` is the whitelist: what is not in it is refused.
#[test]
fn the_list_of_functions_is_the_whitelist() {
    let _alone = alone();
    let found = check_script("zzzzzzzz(1)", ScriptKind::Program, Scope::Score);
    let help = found[0].help.clone().unwrap();
    let listed: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, FUNCTIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn a_panicking_signal_is_a_fault() {
    let _alone = alone();
    #[derive(Debug)]
    struct Broken;

    impl Signal for Broken {
        fn points(&self, _: &dyn FactSource) -> Result<Option<Points>, Fault> {
            panic!("on purpose")
        }
    }

    let registry = Registry::new().signal("broken", |_| Ok(Arc::new(Broken)));
    let custom = leadkit::rule::Custom { name: "broken".into(), ..Default::default() };
    let scorer = Scorer::compile_with(&rules(Award::Custom(custom)), &registry).unwrap();
    let (lead, tables) = (lead(), HostTables::default());
    let score = scorer.score(&Facts::new(&lead, &FactContext::new(&tables, now())));
    let mut said = String::new();
    score.faults().iter().for_each(|fault| write!(said, "{fault}").unwrap());
    assert_eq!(said, "rule r failed: the signal panicked");
}
