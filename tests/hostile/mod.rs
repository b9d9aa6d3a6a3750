//! Scripts that mean harm, and the lead they meet.
#![allow(dead_code, reason = "each user takes a part")]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cpu_time::ThreadTime;
use leadkit::error::Level;
use leadkit::model::{Activity, Lead, Points, Value};
use leadkit::rule::{FactContext, Facts, HostTables, Scope, ScriptKind, check_script};
use leadkit::score::{Award, FitRule, FitRules, ScoreRules, Scorer};

/// The stack of the thread a script runs on.
const STACK: usize = 2 * 1024 * 1024;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-10T09:00:00Z".parse().unwrap()
}

/// A lead whose own data are as large as hosts let them get.
pub(crate) fn lead() -> Lead {
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

pub(crate) fn activities() -> Vec<Activity> {
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
pub(crate) enum End {
    Refused(String),
    Failed(String),
    Harmless(Points),
}

pub(crate) fn rules(award: Award) -> ScoreRules {
    let rule = FitRule { id: "r".into(), points: award, ..FitRule::default() };
    ScoreRules {
        fit: FitRules { rules: vec![rule], groups: vec![], disqualifiers: vec![], ..FitRules::default() },
        ..ScoreRules::default()
    }
}

pub(crate) fn on_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> thread::Result<T> {
    thread::scope(|scope| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join())
}

/// One attack at a time: the heap, or the machine, is its own.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a script ended, and how long it took of the processor.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) end: End,
    pub(crate) compiling: Duration,
    pub(crate) running: Duration,
}

/// Compiles and runs a script on a small stack.
pub(crate) fn run(source: &str, kind: ScriptKind) -> Run {
    let shown: String = source.chars().take(80).collect();
    on_small_stack(|| run_here(source, kind)).unwrap_or_else(|_| panic!("panicked: {shown}"))
}

fn run_here(source: &str, kind: ScriptKind) -> Run {
    let start = ThreadTime::now();
    let found = check_script(source, kind, Scope::Score);
    let compiling = start.elapsed();
    if let Some(error) = found.iter().find(|found| found.level == Level::Error) {
        return Run { end: End::Refused(error.code.to_string()), compiling, running: Duration::ZERO };
    }
    let award = match kind {
        ScriptKind::Program => Award::Program(source.to_owned()),
        _ => Award::Script(source.to_owned()),
    };
    let scorer = Scorer::compile(&rules(award)).unwrap();
    let (lead, activities, tables) = (lead(), activities(), HostTables::default());
    let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
    let facts = Facts::new(&lead, &context);
    let mut session = scorer.session();
    let start = ThreadTime::now();
    let score = session.score(&facts);
    let running = start.elapsed();
    let end = match score.faults() {
        [] => End::Harmless(score.lines().filter(|line| line.rule.is_some()).map(|line| line.points).sum()),
        faults => End::Failed(faults[0].fault.message.clone()),
    };
    Run { end, compiling, running }
}

/// Sources far longer than any script may be.
pub(crate) fn oversized() -> [String; 3] {
    ["1 + ".repeat(5_000_000), "(".repeat(20_000_000), "x".repeat(16 * 1024 + 1)]
}

/// Loops without an end.
pub(crate) const ENDLESS: &[&str] = &[
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
];

/// Functions that call themselves.
pub(crate) const RECURSIVE: &[&str] = &[
    "fn f(x) { f(x + 1) } f(0)",
    "fn f(x) { g(x) } fn g(x) { f(x) } f(0)",
    "fn f(x) { f(x) + f(x) } f(0)",
    "fn f(x) { [f([x])] } f(0)",
    "fn f(x) { if x > 0 { return f(x - 1); } loop { } } f(7)",
];

/// Data that grow with every turn.
pub(crate) const GROWING: &[&str] = &[
    "let s = \"ab\"; loop { s += s; }",
    "let s = \"ab\"; loop { s = s + s; }",
    "let s = \"ab\"; loop { s = s + title; }",
    "let s = \"\"; loop { s += 'x'; }",
    "let s = \"ab\"; loop { s = upper(s + s); }",
    "let a = [0]; loop { a += a; }",
    "let a = [0]; loop { a = [a, a]; }",
    "let a = [0]; loop { a = [a]; }",
    "let a = industry; loop { a = [a, industry, industry]; }",
    "fn f(a) { [a, a] } let a = 1; loop { a = f(a); }",
    "loop { reason(1, title); }",
    "loop { reason(1, \"x\"); }",
];

/// Changes of items, which no size would bound: `memory` and the first are those that were found first.
pub(crate) const CHANGING: &[&str] = &[
    "let a = industry; for i in 0..256 { a[i] = industry; } loop { known(a); }",
    "let a = [0, 0]; loop { a[0] = a; a[1] = a; }",
    "let a = [0]; loop { a[0] = a; }",
    "let a = [0]; loop { a[0] = [a, a, a]; }",
    "let a = [\"x\"]; loop { a[0] += a[0]; }",
    "let a = [[0]]; loop { a[0][0] = a; }",
    "let a = [[0]]; loop { a[0][0] += a; }",
    "let a = [0]; loop { a [ 0 ]   =   a; }",
    "let a = [0]; loop { a[0]\n/* why */ = a; }",
    "let a = [0]; loop { (a[0]) = a; }",
    "let a = [0]; loop { a[a[0]] = a; }",
    "let a = [0]; loop { a[-1] = a; }",
    "let s = \"ab\"; loop { s[0..0] = s; }",
    "let s = \"ab\"; loop { s[0] = 'x'; s[1] = title; }",
    "let s = \"ab\"; loop { s[..] = title; }",
    "let n = 5; loop { n[0..3] = 7; }",
    "fn f(a) { a[0] = a; a } let a = [0]; loop { a = f(a); }",
    "let a = [0]; let b = loop { a[0] = a; break a; }; 1",
    "let a = [0]; switch 1 { 1 => a[0] = a, _ => 2 }",
    "let a = [0]; if true { a[0] = a } 1",
    "let a = [[0]]; for x in a { x[0] = a; }",
    "let a = [0]; loop { a.x = a; }",
    "let a = [0]; loop { a[0].x = a; }",
    "let a = [0]; loop { a.lower()[0] = a; }",
    "let a = [0]; loop { a?[0] = a; }",
    "let a = [0]; a.push(a);",
    "let a = [0]; a.insert(0, a);",
    "let a = [0]; a.append(a);",
    "let a = [0]; a.pad(1000, a);",
    "let a = [0]; a.splice(0..1, a);",
    "let a = [0]; a.set(0, a);",
];

/// Lists in lists, then copied into as many variables as there may be.
pub(crate) fn memory() -> String {
    let items: String = (0..64).map(|i| format!("a[i][{i}]=industry;")).collect();
    let copies: String = (0..57).map(|i| format!("let b{i}=a;")).collect();
    format!("let a = industry; for i in 0..16 {{ a[i] = industry; {items} }} {copies} 1")
}

/// Lists that grow through `+=`, whose size the engine looks at before it appends.
pub(crate) const APPENDING: &[&str] = &[
    "let a = industry; let b = a; loop { let c = industry; c += b; b = c; }",
    "let a = industry; loop { let c = industry; c += a; a = c; known(a); }",
    "let a = industry; let b = []; loop { b += a; b = b; }",
    "let a = industry; a += a; loop { known(a); }",
    "fn f(a, b) { a += b; a } let a = industry; loop { a = f(a, a); }",
    "fn f(a, b) { a = a + b; a } let a = industry; loop { a = f(a, a); }",
    "let a = industry; loop { let c = industry; c = c + a; a = c; }",
    // A number as a text is looked for among the numbers of the list too.
    "let a = industry; loop { \"1e5\" in a; }",
    "let a = attr(\"big\"); loop { \"1e5\" in a; 1.5 in a; 7 in a; }",
    "let a = attr(\"big\"); loop { let c = attr(\"big\"); c += a; a = c; }",
    "let a = [[industry]]; let b = [[0]]; loop { let c = a[0]; c += b; b = c; }",
    "let a = industry; loop { a += loop { break a; }; }",
    "let a = industry; loop { a += if true { a } else { [] }; }",
    "let a = industry; loop { a += switch 1 { 1 => a, _ => a }; }",
    "let a = or(attr(\"none\"), industry); loop { let c = or(attr(\"none\"), industry); c += a; a = c; }",
];

/// Other ways to work much for little: none of them may.
pub(crate) const SLY: &[&str] = &[
    "let s = title; loop { s = s - \"z\"; s -= title; s = title; }",
    "let s = message; let t = \"é\"; loop { known(s - t); }",
    "for (x, i) in 0..9223372036854775807 { known(i); }",
    "loop { for x in 0..=9223372036854775807 { break; } }",
    "loop { message[4000]; message[-4000]; message[0..4000]; message[-4000..-1]; }",
    "loop { message[0..9223372036854775807]; message[9223372036854775807..0]; }",
    "loop { industry[-256]; industry[255]; }",
    "let n = 7; loop { n[0..63]; n[-64]; n[0..=62]; n[1..=63]; }",
    "fn f(a, b, c, d, e, g, h, i) { f(a, b, c, d, e, g, h, i) } let a = industry; f(a, a, a, a, a, a, a, a)",
    "fn f(a) { let b = a; let c = a; let d = a; let e = a; f([b[0], c[0]]) + f(a) } f(industry)",
    "fn f(a, n) { if n > 0 { f(a, n - 1); f(a, n - 1); } a } let a = industry; loop { f(a, 6); }",
    "const A = industry; fn f(x) { x } loop { f(A); }",
    "let s = \"\"; let n = 0; loop { n += 1; let t = \"k\" + text(n); s = t; }",
    "loop { switch title { \"a\" => industry, _ => industry } }",
    "loop { if industry[0] in industry && title in industry { } }",
    "loop { [title, 1, 2, 3, 4, 5, 6, 7, 8, 9]; }",
    "let a = [[[[[[[[industry]]]]]]]]; loop { a = [a[0]]; }",
    "let a = []; loop { a += [[]]; }",
    "let a = []; for x in industry { a += [[x]]; } loop { a[0]; a[100][0]; known(a); }",
    "let a = industry; let b = a; loop { let c = b; b = a; a = c; }",
    "loop { text(1.7e308); text(-5e-324); text(9223372036854775807); }",
    "loop { attr(text(attr(\"big\"))); }",
    "let n = 0; loop { n += 1; attr(\"x\" + text(n)); count(\"kind\" + text(n), n); last(\"kind\" + text(n % 7)); }",
    "loop { date(\"2026-01-01T00:00:00Z\"); date(title); }",
    "let t = title + \"2026-01-01\"; loop { int(t); float(t); trim(t); }",
    "loop { reason(1, title[0..10]); }",
    "let a = attr(\"big\"); loop { if a == a { } }",
    "let a = or(attr(\"x\"), message); let b = or(attr(\"x\"), message); loop { a == b; a < b; a >= b; }",
    "let a = or(attr(\"x\"), industry); loop { switch a { 1 => 2, _ => 3 } }",
    "let a = or(attr(\"x\"), title); loop { let b = or(attr(\"x\"), \"\"); b += a; b += a; }",
    "let a = or(attr(\"x\"), 'x'); loop { a += a; }",
    "loop { {{{{{{{{{{{{{{{{ industry }}}}}}}}}}}}}}}} }",
    "let x = loop { break loop { break loop { break industry; }; }; }; loop { x; known(x); }",
    "while or((), true) { do { continue; } until true }",
    "loop { return industry; }",
    "loop { -employee_count; !true; +5; }",
];

/// Numbers that do not fit, or are none.
pub(crate) const OVERFLOWING: &[&str] = &[
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
];

/// What the language leaves out.
pub(crate) const FORBIDDEN: &[&str] = &[
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
];

/// Loops over the large data of a lead.
pub(crate) const GREEDY: &[&str] = &[
    "loop { lower(message); }",
    "loop { upper(title); trim(title); }",
    "loop { contains(message, \"zzz\"); }",
    "loop { has(industry, \"zzz\"); }",
    "loop { \"zzz\" in industry; }",
    "for a in industry { for b in industry { known(b); } }",
    "loop { len(message); text(message); }",
    "loop { attr(\"big\"); }",
    "let name = \"big\"; loop { attr(name); }",
    "let kind = \"kind1\"; loop { count(kind, 100000); last(kind); }",
    "loop { starts_with(message, message); ends_with(title, title); }",
    "loop { message + message; }",
    "loop { title == message; title < message; }",
    "let s = title; loop { s = lower(upper(s)); }",
    "loop { for x in industry { upper(x); } }",
];

/// Parts of sources that are hard on parsers when they are repeated.
pub(crate) const PARTS: &[&str] = &[
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
    "{1}",
    "{{1}}",
    "{let x=1;}",
    "{1;}",
    "1;",
    "{}",
    "true;",
    "title;",
    "if 1>0 {1}",
    "if title==\"x\" {1}",
    "while false {1}",
    "loop {break;}",
    "for x in [] {1}",
    "switch 1 {1=>1}",
    "do {1} while false;",
    "[1];",
    "-1;",
    "x=x;",
    "1==2;",
    "attr(\"x\")==attr(\"y\");",
    "return;",
    "return 1;",
    "{return;}",
    "(1);",
    "\"\";",
    "!true;",
    "1..2;",
    "abs(1);",
    "known(title);",
    "true&true&",
    "1<2<",
];

/// Sources of 16 KiB that are hard on parsers.
pub(crate) fn tortuous() -> Vec<String> {
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
    let mut sources: Vec<String> = PARTS.iter().map(|part| fill(part)).collect();
    sources.push(format!("{}1{}", "(".repeat(8_000), ")".repeat(8_000)));
    sources.push(format!("{}1{}", "[".repeat(8_000), "]".repeat(8_000)));
    sources.push(format!("{}1{}", "{".repeat(8_000), "}".repeat(8_000)));
    sources.push(format!("{}1{}", "-".repeat(8_000), ""));
    sources.push(format!("{}1", "1+".repeat(8_000)));
    sources.push(format!("{}1", "1&&".repeat(5_000)));
    sources.push(format!("true{}", "&&true".repeat(2_700)));
    sources.push(format!("employee_count{}", "[0]".repeat(5_000)));
    sources.push(format!("title{}", ".lower()".repeat(2_000)));
    sources.push(format!("title{}", ".or(1)".repeat(2_700)));
    sources.push(format!("title{}", ".known()".repeat(2_000)));
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
    for depth in [4, 16, 30] {
        let nested = format!("{}1{}", "{".repeat(depth), "}".repeat(depth));
        sources.push(nested.repeat(16_300 / nested.len()));
        let nested = format!("{}1{}", "if 1>0 {".repeat(depth), "}".repeat(depth));
        sources.push(nested.repeat(16_300 / nested.len()));
        let wide = format!("{}{}{}", "{".repeat(depth), "{1}".repeat(5_300), "}".repeat(depth));
        sources.push(wide);
    }
    sources.push(format!("let x = 0; {} x", "x += 1;".repeat(2_300)));
    sources.push(format!("let a = attr(\"a\"); {} a", "if a > 1 { a += 1; }".repeat(800)));
    sources.push(format!("fn f(x) {{ {} }} f(1)", "{1}".repeat(5_400)));
    sources.push(numbered(&|i| format!("attr(\"{i}\")>1;")));
    sources.push(numbered(&|i| format!("known(attr(\"{i}\"))&&attr(\"{i}\")>1;")));
    sources.push(format!("[{}]", numbered(&|i| format!("attr(\"a{i}\")==1,"))));
    sources.push(format!("[{}]", "{1},".repeat(4_000)));
    sources.push(format!("let a=1; let b=1; {}", "a=b;b=a;".repeat(2_000)));
    sources.push(format!("{}1{}", "(1<".repeat(5_000), ")".repeat(5_000)));
    sources.push(numbered(&|i| format!("let v{}=v{};", i % 64, (i + 1) % 64)));
    sources.push(format!("{} u{}", numbered(&|i| format!("v{i};")), 1));
    sources.push("x".repeat(16_000));
    sources.push("1".repeat(16_000));
    sources.push(format!("0.{}", "1".repeat(16_000)));
    sources
}

/// Every function of the language, and how many values it takes.
pub(crate) const FUNCTIONS: &[(&str, usize)] = &[
    ("abs", 1),
    ("attr", 1),
    ("ceil", 1),
    ("clamp", 3),
    ("contains", 2),
    ("count", 2),
    ("date", 1),
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

/// Values at the edge of what a function may take.
pub(crate) const EXTREMES: &[&str] = &[
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

/// A program that makes a call. The result goes through a variable, so that nothing is worked out when it is read.
pub(crate) fn program(call: &str) -> Award {
    Award::Program(format!("let result = {call}; result"))
}

/// Every call of a whitelisted function with extreme values.
pub(crate) fn calls() -> Vec<String> {
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
