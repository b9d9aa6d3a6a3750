//! Scripts that mean harm: each ends in a typed error, soon, in bounded memory, on a thread with a 2 MiB stack.
#![cfg(feature = "script")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use leadkit::company::Gazetteer;
use leadkit::model::{Activity, Lead, Points, Value};
use leadkit::rule::{
    FactContext, FactSource, Facts, Fault, HostTables, Registry, Scope, ScriptKind, Signal, check_script,
};
use leadkit::score::{Award, FitRule, FitRules, ScoreRules, Scorer};

/// Counts what lies on the heap, and the most there ever was.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// One attack at a time, so that the heap is its own.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const STACK: usize = 2 * 1024 * 1024;
const MOST_TIME: Duration = Duration::from_millis(100);
const MOST_GROWTH: usize = 32 * 1024 * 1024;

fn now() -> DateTime<Utc> {
    "2026-03-10T09:00:00Z".parse().unwrap()
}

/// A lead whose own data are as large as hosts let them get.
fn lead() -> Lead {
    Lead {
        id: "L1".into(),
        title: Some("é".repeat(3_000)),
        message: Some("Ω and ß ".repeat(150_000)),
        employee_count: Some(u32::MAX),
        industry: (0..5_000).map(|i| format!("industry {i}")).collect(),
        attributes: [("big".to_owned(), Value::List(vec!["x".repeat(1_000); 1_000]))].into_iter().collect(),
        ..Lead::default()
    }
}

fn activities() -> Vec<Activity> {
    let one = |i: i32| Activity {
        id: i.to_string().as_str().into(),
        kind: format!("kind{}", i % 7),
        time: now(),
        ..Activity::default()
    };
    (0..2_000).map(one).collect()
}

/// How a script ended.
#[derive(Debug, PartialEq)]
enum End {
    Refused(String),
    Failed(String),
    Harmless(Points),
}

fn rules(award: Award) -> ScoreRules {
    let rule = FitRule { id: "r".into(), points: award, ..FitRule::default() };
    ScoreRules {
        fit: FitRules { rules: vec![rule], groups: vec![], disqualifiers: vec![], ..FitRules::default() },
        ..ScoreRules::default()
    }
}

/// Compiles and runs a script on a small stack; asserts the bounds of time and memory.
fn attack(source: &str, kind: ScriptKind) -> End {
    bounded(source, kind).unwrap_or_else(|said| panic!("{said}"))
}

/// The end of an attack, or which bound it broke.
fn bounded(source: &str, kind: ScriptKind) -> Result<End, String> {
    let shown: String = source.chars().take(80).collect();
    // The machine may be busy with other things: the fastest of several runs counts.
    let mut fastest = (Duration::MAX, Duration::MAX);
    for _ in 0..6 {
        let owned = source.to_owned();
        let before = NOW.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let run = move || run(&owned, kind);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
        let (end, compiling, running) = thread.join().unwrap_or_else(|_| panic!("panicked: {shown}"));
        let growth = MOST.load(Ordering::Relaxed).saturating_sub(before);
        if growth > MOST_GROWTH {
            return Err(format!("{growth} bytes: {shown}"));
        }
        fastest = (fastest.0.min(compiling), fastest.1.min(running));
        if fastest.0 <= MOST_TIME && fastest.1 <= MOST_TIME {
            return Ok(end);
        }
    }
    Err(format!("{fastest:?} to compile and run: {shown}"))
}

fn run(source: &str, kind: ScriptKind) -> (End, Duration, Duration) {
    let start = Instant::now();
    let found = check_script(source, kind, Scope::Score);
    let compiling = start.elapsed();
    if let Some(error) = found.iter().find(|found| found.level == leadkit::error::Level::Error) {
        return (End::Refused(error.code.to_string()), compiling, Duration::ZERO);
    }
    let award = match kind {
        ScriptKind::Program => Award::Program(source.to_owned()),
        _ => Award::Script(source.to_owned()),
    };
    let scorer = Scorer::compile(&rules(award)).unwrap();
    let (lead, activities, gazetteer) = (lead(), activities(), Gazetteer::builtin());
    let facts = Facts::new(&lead, &FactContext::new(&tables, now()));
    let mut session = scorer.session();
    let start = Instant::now();
    let score = session.score(&facts, &activities, now());
    let running = start.elapsed();
    let end = match score.faults() {
        [] => End::Harmless(score.lines().filter(|line| line.rule.is_some()).map(|line| line.points).sum()),
        faults => End::Failed(faults[0].fault.message.clone()),
    };
    (end, compiling, running)
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
    for source in [
        "loop {}",
        "while true {}",
        "do {} while true",
        "do {} until false",
        "let x = 0; loop { x += 1; }",
        "for i in 0..9223372036854775807 { known(i); }",
        "let n = 9223372036854775807; for i in 0..n {}",
        "for i in 0..=9223372036854775807 { let y = i; }",
        "for i in 0..1000 { for j in 0..1000 { known(j); } }",
        "loop { if true { continue; } }",
        "let n = 0; loop { switch n { 0 => 1, _ => 2 } }",
        "loop { 1; }",
        "loop { [1, 2, 3]; }",
        "loop { \"\"; }",
        "fn f(x) { loop { } } f(1)",
        "while or(employee_count, 1) != 0 { known(title); }",
    ] {
        assert_eq!(fails(source), "the script takes more than 10000 operations", "{source}");
    }
}

#[test]
fn recursion_ends() {
    let _alone = alone();
    for source in [
        "fn f(x) { f(x + 1) } f(0)",
        "fn f(x) { g(x) } fn g(x) { f(x) } f(0)",
        "fn f(x) { f(x) + f(x) } f(0)",
        "fn f(x) { [f([x])] } f(0)",
        "fn f(x) { if x > 0 { return f(x - 1); } loop { } } f(7)",
    ] {
        assert!(
            fails(source).contains("too deeply") || fails(source).contains("10000 operations"),
            "{source}"
        );
    }
}

#[test]
fn data_do_not_grow_without_end() {
    let _alone = alone();
    for source in [
        "let s = \"ab\"; loop { s += s; }",
        "let s = \"ab\"; loop { s = s + s; }",
        "let s = \"ab\"; loop { s = s + title; }",
        "let s = \"\"; loop { s += 'x'; }",
        "let s = \"ab\"; loop { s = upper(s + s); }",
        "let a = [0]; loop { a += a; }",
        "let a = [0]; loop { a = [a, a]; }",
        "let a = [0]; loop { a = [a]; }",
        "let a = [0, 0]; loop { a[0] = a; a[1] = a; }",
        "let a = [0]; loop { a[0] = a; }",
        "let a = [0]; loop { a[0] = [a, a, a]; }",
        "let a = [\"x\"]; loop { a[0] += a[0]; }",
        "let a = [[0]]; loop { a[0][0] = a; }",
        "let a = industry; loop { a = [a, industry, industry]; }",
        "fn f(a) { [a, a] } let a = 1; loop { a = f(a); }",
        "loop { reason(1, title); }",
        "loop { reason(1, \"x\"); }",
    ] {
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
    for source in [
        "9223372036854775807 + 1",
        "let x = 9223372036854775807; x + 1",
        "let x = -9223372036854775807; x - 2",
        "let x = 9223372036854775807; x * x",
        "let x = -9223372036854775807 - 1; x / -1",
        "let x = -9223372036854775807 - 1; x % -1",
        "let x = -9223372036854775807 - 1; -x",
        "let x = -9223372036854775807 - 1; abs(x)",
        "let x = 0; 5 / x",
        "let x = 0; 5 % x",
        "let x = 0.0; x / x",
        "let x = 0.0; 1.0 / x",
        "let x = 0.0; 1.0 % x",
        "let x = 1e308; x * 10.0",
        "int(1e300)",
        "sqrt(-1)",
        "ln(-1)",
        "pow(-8, 0.5)",
        "exp(1000)",
        "99999999999999999999999",
        "1e999",
        "reason(0.0 / 0.0, \"x\")",
        "1e18",
    ] {
        fails(source);
    }
}

#[test]
fn forbidden_things_are_refused() {
    let _alone = alone();
    for source in [
        "\"\".pad(1, \"\")",
        "sleep(1e300)",
        "let f = Fn(\"g\"); f.curry(f)",
        "eval(\"loop {}\")",
        "import \"x\" as y;",
        "export x;",
        "print(\"x\")",
        "debug(\"x\")",
        "let f = |x| x; 1",
        "[1, 2].map(|x| x)",
        "[1, 2].sort(|a, b| a - b)",
        "call(\"f\")",
        "let m = #{}; m[\"k\"] = 1;",
        "let m = #{a: 1, b: #{c: 2}}; 1",
        "this",
        "this.x = 5",
        "global::x",
        "let x = `${title}`; 1",
        "try { loop { } } catch (e) { 1 }",
        "throw 5",
        "type_of(1) == \"i64\"",
        "is_def_fn(\"f\", 1)",
        "let x = #\"raw\"#; 1",
        "2 ** 1000",
        "1 << 1000",
        "private fn f() { 1 } f()",
        "timestamp()",
        "rand()",
        "parse_json(\"{}\")",
        "blob(1000000000, 0)",
        "[].pad(1000000000, 0)",
        "range(0, 9223372036854775807)",
        "title.split(\"\")",
        "employee_count = 5; employee_count",
    ] {
        assert!(matches!(attack(source, ScriptKind::Program), End::Refused(_)), "{source}");
        assert!(matches!(attack(source, ScriptKind::Points), End::Refused(_)), "{source}");
    }
}

/// Sources of 16 KiB that are hard on parsers.
fn tortuous() -> Vec<String> {
    let fill = |part: &str| part.repeat(16_384 / part.len());
    let numbered = |make: &dyn Fn(usize) -> String| {
        let mut source = String::new();
        for index in 0.. {
            let part = make(index);
            if source.len() + part.len() > 16_300 {
                break;
            }
            source.push_str(&part);
        }
        source
    };
    let mut sources: Vec<String> = [
        "(",
        "[",
        "{",
        "!",
        "-",
        "- ",
        "1+",
        "1-1+",
        "a.",
        "if true {",
        "if 1>2 {1} else ",
        "true&&",
        "true||",
        "(1+",
        "x[",
        "min(1,",
        "min(",
        "abs(",
        "1??",
        "1..",
        "switch 1 {",
        "switch 1 { _ => ",
        "/*",
        "//",
        "\"",
        "'",
        "\\",
        "return ",
        "let x = ",
        "fn f() {",
        "1;",
        ";",
        "a ",
        "0x",
        "1e",
        "1.",
        "..",
        "...",
        "=>",
        "known(",
        "or(1,",
        "loop { ",
        "while true {",
        "for x in [",
        "for x in 0..9 {",
        "#",
        "`",
        "|x|",
        "||",
        "\u{202e}",
        "名",
        "\n",
        "\t",
        "+ ",
        "== 1",
        "=",
        "!=",
        "@",
        "$",
        "fn",
        "fn f(",
        "if",
        "else",
        "in",
        "_",
        "a::",
        "1 in [1] && ",
        "attr(\"x\")+",
        "count(\"x\",1)+",
        "attr(",
        "title == \"x\" || ",
    ]
    .into_iter()
    .map(fill)
    .collect();
    sources.push(format!("{}1{}", "(".repeat(8_000), ")".repeat(8_000)));
    sources.push(format!("{}1{}", "[".repeat(8_000), "]".repeat(8_000)));
    sources.push(format!("{}1{}", "{".repeat(8_000), "}".repeat(8_000)));
    sources.push(format!("{}1{}", "-".repeat(8_000), ""));
    sources.push(format!("{}1", "1+".repeat(8_000)));
    sources.push(format!("{}1", "1&&".repeat(5_000)));
    sources.push(format!("true{}", "&&true".repeat(2_700)));
    sources.push(format!("employee_count{}", "[0]".repeat(5_000)));
    sources.push(format!("title{}", ".lower()".repeat(2_000)));
    sources.push(format!("{}1{}", "if true {".repeat(1_600), "}".repeat(1_600)));
    sources.push(format!("if 1>2 {{1}}{}", " else if 1>2 {1}".repeat(1_000)));
    sources.push(format!("{}1{}", "abs(".repeat(3_000), ")".repeat(3_000)));
    sources.push(format!("\"{}\"", "x".repeat(16_000)));
    sources.push(format!("[{}1]", "1,".repeat(8_000)));
    sources.push(format!("switch employee_count {{ {} _ => 0 }}", numbered(&|i| format!("{i}=>{i},"))));
    sources.push(format!(
        "switch employee_count {{ {} _ => 0 }}",
        numbered(&|i| format!("{i}..{}=>{i},", i + 2))
    ));
    sources.push(format!("switch title {{ {} _ => 0 }}", numbered(&|i| format!("\"{i}\"=>{i},"))));
    sources.push(format!("switch 1 {{ {} _ => 0 }}", numbered(&|i| format!("1 if {i}>5=>{i},"))));
    sources.push(numbered(&|i| format!("let a{i}={i};")));
    sources.push(numbered(&|i| format!("const A{i}={i};")));
    sources.push(numbered(&|i| format!("let a{i}=a{};", i.saturating_sub(1))));
    sources.push(numbered(&|i| format!("fn f{i}(){{{i}}}")));
    sources.push(numbered(&|i| format!("b{i}+")));
    sources.push(numbered(&|i| format!("g{i}();")));
    sources.push(numbered(&|i| format!("attr(\"{i}\")+")));
    sources.push(format!("fn f({}) {{ 1 }}", numbered(&|i| format!("a{i},"))));
    sources.push(format!("min({})", numbered(&|i| format!("{i},"))));
    sources.push("x".repeat(16_000));
    sources.push("1".repeat(16_000));
    sources.push(format!("0.{}", "1".repeat(16_000)));
    sources
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

/// Conditions that follow one another are read a second time, as one batch.
#[test]
fn batches_are_read_as_soon_as_their_parts() {
    let _alone = alone();
    let half = |part: &str, end: &str| format!("{}{end}", part.repeat(7_900 / part.len()));
    for condition in [
        half("true&&", "true"),
        half("1 in [1] && ", "true"),
        half("title == \"x\" || ", "true"),
        format!(
            "switch employee_count {{ {} _ => true }}",
            (0..600).map(|i| format!("{i}=>true,")).collect::<String>()
        ),
        format!("len([{}1]) > 1", "1,".repeat(200)),
    ] {
        let rule = |index: usize| FitRule {
            id: format!("r{index}").as_str().into(),
            when: serde_json::from_value(serde_json::json!({ "script": condition })).unwrap(),
            points: Award::Fixed(Points::new(1)),
            ..FitRule::default()
        };
        let fit = FitRules { rules: vec![rule(0), rule(1)], groups: vec![], ..FitRules::default() };
        let rules = ScoreRules { fit, ..ScoreRules::default() };
        let time = || {
            let start = Instant::now();
            let compiled = Scorer::compile(&rules);
            (start.elapsed(), compiled.is_ok())
        };
        let runs: Vec<(Duration, bool)> = (0..6).map(|_| time()).collect();
        let fastest = runs.iter().map(|(time, _)| *time).min().unwrap();
        // Twice alone and once together.
        assert!(fastest <= 3 * MOST_TIME, "{fastest:?}: {}", &condition[..40]);
    }
}

#[test]
fn endless_sources_are_refused_unread() {
    let _alone = alone();
    for source in ["1 + ".repeat(5_000_000), "(".repeat(20_000_000), "x".repeat(16 * 1024 + 1)] {
        assert_eq!(attack(&source, ScriptKind::Program), End::Refused("too_large".into()));
    }
}

#[test]
fn large_data_of_a_lead_are_cut_off() {
    let _alone = alone();
    for source in [
        "loop { lower(message); }",
        "loop { upper(title); trim(title); }",
        "loop { contains(message, \"zzz\"); }",
        "loop { has(industry, \"zzz\"); }",
        "loop { \"zzz\" in industry; }",
        "for a in industry { for b in industry { known(b); } }",
        "loop { let a = industry; a[0] = \"x\"; }",
        "loop { len(message); text(message); }",
        "loop { attr(\"big\"); }",
        "let name = \"big\"; loop { attr(name); }",
        "let kind = \"kind1\"; loop { count(kind, 100000); last(kind); }",
        "loop { starts_with(message, message); ends_with(title, title); }",
        "loop { message + message; }",
        "loop { title == message; title < message; }",
        "let s = title; loop { s = lower(upper(s)); }",
        "loop { for x in industry { upper(x); } }",
    ] {
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

const FUNCTIONS: &[(&str, usize)] = &[
    ("abs", 1),
    ("attr", 1),
    ("ceil", 1),
    ("clamp", 3),
    ("contains", 2),
    ("count", 2),
    ("days_since", 1),
    ("ends_with", 2),
    ("exp", 1),
    ("float", 1),
    ("floor", 1),
    ("has", 2),
    ("hours_since", 1),
    ("int", 1),
    ("known", 1),
    ("last", 1),
    ("len", 1),
    ("ln", 1),
    ("log10", 1),
    ("lower", 1),
    ("max", 2),
    ("min", 2),
    ("or", 2),
    ("pow", 2),
    ("reason", 2),
    ("round", 1),
    ("sqrt", 1),
    ("starts_with", 2),
    ("text", 1),
    ("trim", 1),
    ("upper", 1),
];

const EXTREMES: &[&str] = &[
    "()",
    "0",
    "-1",
    "9223372036854775807",
    "(-9223372036854775807 - 1)",
    "0.0",
    "-0.0",
    "1.7e308",
    "5e-324",
    "-1.5",
    "true",
    "\"\"",
    "\"9e999\"",
    "'ß'",
    "title",
    "message",
    "industry",
    "[]",
    "[[], [0]]",
    "(0..5)",
];

/// Every call of a whitelisted function with extreme values.
fn calls() -> Vec<String> {
    let mut calls = Vec::new();
    for (name, takes) in FUNCTIONS {
        for (index, first) in EXTREMES.iter().enumerate() {
            match takes {
                1 => calls.push(format!("{name}({first})")),
                2 => calls.extend(EXTREMES.iter().map(|second| format!("{name}({first}, {second})"))),
                _ => calls.extend(EXTREMES.iter().map(|second| {
                    let third = EXTREMES[(index * 7 + 3) % EXTREMES.len()];
                    format!("{name}({first}, {second}, {third})")
                })),
            }
        }
    }
    calls
}

#[test]
fn no_function_breaks_with_extreme_values() {
    let _alone = alone();
    let hunt = || {
        let lead = Lead { attributes: Default::default(), ..lead() };
        let activities: Vec<Activity> = activities().into_iter().take(20).collect();
        let tables = HostTables::default();
        let facts = Facts::new(&lead, &FactContext::new(&tables, now()));
        let mut ended = (0, 0);
        for call in calls() {
            // Wrapped in a variable of its own, so that nothing is worked out when it is read.
            let source = format!("let result = {call}; result");
            let Ok(scorer) = Scorer::compile(&rules(Award::Program(source))) else { continue };
            let before = NOW.load(Ordering::Relaxed);
            MOST.store(before, Ordering::Relaxed);
            let run = || {
                let start = Instant::now();
                let score = scorer.score(&facts, &activities, now());
                (score.faults().is_empty(), start.elapsed())
            };
            // The machine may be busy with other things: the fastest of several runs counts.
            let soon = (0..6).map(|_| run()).find(|(_, time)| *time <= MOST_TIME);
            let Some((good, _)) = soon else { panic!("{call} takes more than {MOST_TIME:?}") };
            let growth = MOST.load(Ordering::Relaxed).saturating_sub(before);
            assert!(growth <= MOST_GROWTH, "{call} takes {growth} bytes");
            if good { ended.0 += 1 } else { ended.1 += 1 }
        }
        ended
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(hunt).unwrap();
    let (good, failed) = thread.join().unwrap();
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
        let facts = Facts::new(&lead, &FactContext::new(&tables, now()));
        scorer.cost([(facts, activities.as_slice())], now()).of("r").operations
    };
    for (name, takes) in FUNCTIONS {
        let values: &[&str] = match *name {
            "count" => &["k", "7"],
            "reason" => &["1", "\"x\""],
            "clamp" => &["1", "0", "2"],
            "pow" => &["2", "3"],
            "attr" | "last" => &["k"],
            "contains" | "ends_with" | "has" | "starts_with" => &["k", "k"],
            "len" | "lower" | "upper" | "trim" => &["k"],
            _ => &["1", "2", "3"],
        };
        let call = format!("{name}({});", values[..*takes].join(", "));
        let times = |count: usize| cost(format!("let k = \"kind1\"; {} 1", call.repeat(count)));
        let (once, often) = (times(1), times(50));
        assert!(often >= once + 49, "{call}: {once} operations, then {often}");
        // In an expression too.
        if *name != "reason" {
            let nested = |count: usize| {
                let items = vec![call.trim_end_matches(';'); count].join(", ");
                cost(format!("let k = \"kind1\"; let x = [{items}]; 1"))
            };
            assert!(nested(50) >= nested(1) + 49, "{call}");
        }
    }
}

/// The list above is the whitelist: what is in neither is refused, what is in both is not.
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
    let (lead, gazetteer) = (lead(), Gazetteer::builtin());
    let score = scorer.score(&Facts::new(&lead, &FactContext::new(&tables, now())), &[], now());
    let mut said = String::new();
    score.faults().iter().for_each(|fault| write!(said, "{fault}").unwrap());
    assert_eq!(said, "rule r failed: the signal panicked");
}
