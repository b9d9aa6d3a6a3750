//! From source to a script that can run.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::{AST, Dynamic, ImmutableString, ParseErrorType};

use super::check;
use super::functions::FUNCTIONS;
use super::grammar::Found;
use super::limits::{MAX_DOCUMENT, MAX_OPERATIONS, MAX_PARSED, MAX_PROBLEMS, MAX_SOURCE, MIN_COUNTED};
use super::names::{self, Reading, VARIABLES, Variable};
use super::places::{Places, rewrite};
use super::problem::{Problem, excerpt, parse_problem, position, variable_help};
use super::sandbox::{self, ENGINE, optimised, parse_guarded};
use super::syntax;
use super::token::{Kind, Token, tokens};
use super::{ScriptKind, compare};
use crate::error::{Diagnostic, Report};
use crate::order;
use crate::rule::{Field, Scope};

/// A script, compiled: immutable, shared by reference across threads.
#[derive(Clone)]
pub(crate) struct Script {
    pub(super) source: Arc<str>,
    pub(super) ast: AST,
    /// The way from places in the rewritten script to those in the source.
    pub(super) places: Places,
    /// Operations that one run takes at most, when it has no loops and no functions of its own.
    pub(super) weight: u64,
    /// The bits of `stable`.
    pub(super) reads: u128,
    /// Whether it calls any function.
    pub(super) calls: bool,
    /// Variables that are the same for all activities of a lead.
    pub(super) stable: Vec<&'static Variable>,
    /// Variables set for every run.
    pub(super) volatile: Vec<(ImmutableString, Reading)>,
    /// Whether it calls functions that read the moment or give reasons.
    pub(super) live: bool,
    /// Values that it reads by names only known when it runs.
    pub(super) dynamic: names::Dynamic,
    /// The rewritten source, when the script is a condition that only reads stable variables.
    pub(super) steady: Option<Arc<str>>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Script").field(&self.source).finish()
    }
}

/// The result of compiling a script.
struct Compiled {
    script: Option<Script>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Script {
    /// Compiles a script, reporting everything that is wrong with it.
    pub(crate) fn compile(
        source: &str,
        kind: ScriptKind,
        scope: Scope,
        report: &mut Report,
    ) -> Option<Script> {
        let before = report.scripts;
        report.scripts = before.saturating_add(source.len().max(MIN_COUNTED));
        if report.scripts > MAX_DOCUMENT {
            if before <= MAX_DOCUMENT {
                let message = format!(
                    "the scripts of the document have more than {MAX_DOCUMENT} bytes together, each at least {MIN_COUNTED}"
                );
                report.error("too_large", message, "write rules as data, or split the document");
            }
            return None;
        }
        let compiled = compile(source, kind, scope);
        for (problems, is_error) in [(compiled.problems, true), (compiled.warnings, false)] {
            for problem in problems {
                let path = report.path().to_owned();
                report.push(diagnostic(problem, source, path, is_error));
            }
        }
        compiled.script
    }

    /// Shows every kind of activity that it counts by a name known beforehand.
    pub(crate) fn visit_counted_kinds(&self, visit: &mut dyn FnMut(&str)) {
        for (_, reading) in &self.volatile {
            if let Reading::Field(field) = reading {
                field.activity_count().into_iter().for_each(|(kind, _)| visit(kind));
            }
        }
    }

    /// Shows every field that it reads by a name known beforehand.
    pub(crate) fn visit_fields(&self, visit: &mut dyn FnMut(&Field)) {
        self.stable.iter().for_each(|variable| visit(&variable.field));
        for (_, reading) in &self.volatile {
            if let Reading::Field(field) = reading {
                visit(field);
            }
        }
    }

    /// Whether its result may change because time passes.
    pub(crate) fn asks_for_time(&self) -> bool {
        let is_window = |(_, reading): &(ImmutableString, Reading)| matches!(reading, Reading::Field(field) if field.activity_count().is_some());
        self.live || self.dynamic.activities || self.volatile.iter().any(is_window)
    }

    /// Whether it may be one of a [`ScriptBatch`](super::ScriptBatch).
    pub(crate) fn can_be_batched(&self) -> bool {
        self.steady.is_some()
    }
}

fn diagnostic(problem: Problem, source: &str, path: String, is_error: bool) -> Diagnostic {
    let mut diagnostic = if is_error {
        Diagnostic::error(problem.code, path, problem.message)
    } else {
        Diagnostic::warning(problem.code, path, problem.message)
    };
    if let Some(at) = problem.position {
        diagnostic = diagnostic.with_position(at.line, at.column);
        diagnostic.excerpt = excerpt(source, at);
    }
    match problem.help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}

fn compile(source: &str, kind: ScriptKind, scope: Scope) -> Compiled {
    compile_with(source, kind, scope, None)
}

/// Compiles a script; tests may inspect its comparisons.
fn compile_with(source: &str, kind: ScriptKind, scope: Scope, compared: Option<Found>) -> Compiled {
    let fail = |problem| Compiled { script: None, problems: vec![problem], warnings: Vec::new() };
    if source.len() > MAX_SOURCE {
        let message = format!("the script has {} bytes, more than {MAX_SOURCE}", source.len());
        return fail(Problem::new("too_large", None, message, "split it into several rules"));
    }
    if source.trim().is_empty() {
        return fail(Problem::new("blank_script", None, "the script is empty", "write an expression"));
    }
    let program = kind == ScriptKind::Program;
    let words = tokens(source);
    let check::Findings { mut problems, warnings, own_variables, found } =
        check::look(&words, scope, program);
    // The parser is not asked about what takes it too long to read, nor where brackets do not fit: names would seem
    // unknown that are only out of reach.
    let takes_too_long = || problems.iter().any(|problem| problem.code == "too_large");
    let Some(found) = found.filter(|_| problems.len() < MAX_PROBLEMS && !takes_too_long()) else {
        order::sort_by_key(&mut problems, |problem| problem.position);
        return Compiled { script: None, problems, warnings: Vec::new() };
    };
    let found = compared.unwrap_or(found);
    let names::Readings { mut edits, readings, dynamic } = names::readings(source, &words);
    let (mut rewritten, mut places) = rewrite(source, edits.clone());

    let mut known = rhai::Scope::new();
    for variable in names::readable(scope) {
        known.push(variable.name.clone(), ());
    }
    for (name, _) in &readings {
        known.push(name.clone(), ());
    }
    let mut ast = parse(
        &rewritten,
        known.clone(),
        kind,
        |name, at| unknown_name(name, at, scope, &own_variables, &words),
        &mut problems,
    );
    if problems.is_empty() {
        let guards = compare::guards(&words, &found);
        if !guards.is_empty() {
            edits.extend(guards);
            (rewritten, places) = rewrite(source, edits);
            ast = match parse_guarded(&known, &rewritten, program) {
                Ok(ast) => Some(ast),
                // Guards nest a little deeper.
                Err(error) => {
                    let mut problem = parse_problem(error.err_type(), error.position(), !program);
                    problem.position = problem.position.map(|at| places.in_source(at));
                    problems.push(problem);
                    None
                }
            };
        }
    }
    let ast = ast.map(|ast| optimised(ast, &known, &rewritten, found.may_hold_lists));
    order::sort_by_key(&mut problems, |problem| problem.position);
    let used = order::set(words.iter().filter(|word| word.kind == Kind::Word).map(|word| word.text));
    let used = |name: &str| used.contains(name);
    let (volatile, stable): (Vec<&'static Variable>, Vec<&'static Variable>) = names::readable(scope)
        .filter(|variable| used(&variable.name))
        .partition(|v| v.changes_with_activity());
    let volatile =
        volatile.into_iter().map(|variable| (variable.name.clone(), Reading::Field(variable.field.clone())));
    let volatile: Vec<_> = volatile.chain(readings).collect();
    let live = ["days_since", "hours_since", "reason"].into_iter().any(used);
    let repeats =
        |word: &Token<'_>| ["loop", "while", "do", "for", "fn"].iter().any(|name| word.is_word(name));
    let is_steady = kind == ScriptKind::Condition && volatile.is_empty() && !live && !dynamic.any();
    let script = ast.filter(|_| problems.is_empty()).map(|ast| Script {
        steady: is_steady.then(|| Arc::from(rewritten)),
        places,
        // Without loops every operation is about a word of its own, but for the script as a whole.
        weight: if words.iter().any(repeats) { MAX_OPERATIONS } else { words.len() as u64 + 2 },
        source: Arc::from(source),
        ast,
        reads: stable.iter().fold(0, |bits, variable| bits | 1u128 << variable.bit),
        calls: words.iter().any(|word| word.is_mark("(") || word.is_word("in")),
        stable,
        volatile,
        live,
        dynamic,
    });
    // Findings about a script that cannot run may follow from its mistakes.
    let warnings = if problems.is_empty() { warnings } else { Vec::new() };
    Compiled { script, problems, warnings }
}

/// The problem of a script that ends after an operator.
fn trailing_sign(source: &str) -> Option<Problem> {
    let words = tokens(source);
    let is_sign = |word: &&Token<'_>| word.kind == Kind::Mark && "&|=<>!+-*/%".contains(word.text);
    let signs = words.iter().rev().take_while(is_sign);
    let last = signs.fold(None, |after: Option<&Token<'_>>, word| match after {
        Some(after) if word.end() != after.start => Some(after),
        _ => Some(word),
    });
    let first = last?;
    let sign = source.get(first.start..words.last()?.end())?;
    let help = format!("write what comes after `{sign}`, or remove it");
    Some(Problem::new("bad_script", first.position, format!("nothing follows `{sign}`"), help))
}

/// Parses a script and collects all its mistakes. `unknown` says what is wrong with an unknown name.
fn parse(
    source: &str,
    mut known: rhai::Scope<'_>,
    kind: ScriptKind,
    unknown: impl Fn(&str, rhai::Position) -> Option<Problem>,
    problems: &mut Vec<Problem>,
) -> Option<rhai::AST> {
    // The parser stops at the first unknown name: it is noted, made known, and the parser asked again.
    let program = kind == ScriptKind::Program;
    let mut parsed = 0;
    loop {
        parsed += source.len();
        let error = match sandbox::parse(&ENGINE, &known, source, program) {
            Ok(ast) => break Some(ast),
            Err(error) => error,
        };
        let at = error.position();
        match error.err_type() {
            ParseErrorType::VariableUndefined(name) if problems.len() < MAX_PROBLEMS => {
                if !problems.iter().any(|problem| problem.position == position(at)) {
                    problems.extend(unknown(name, at));
                }
                // In long scripts not every unknown name is looked for: each takes as long as reading all of it.
                if parsed + source.len() > MAX_PARSED {
                    break None;
                }
                known.push_dynamic(name.clone(), Dynamic::UNIT);
            }
            error => {
                let trailing = matches!(error, ParseErrorType::UnexpectedEOF).then(|| trailing_sign(source));
                let problem = trailing.flatten().unwrap_or_else(|| parse_problem(error, at, !program));
                // A finding at a place or in a line that is known to be faulty is only a consequence.
                let line = |problem: &Problem| problem.position.map(|at| at.line);
                let follows = |known: &Problem| {
                    known.position == problem.position
                        || matches!(known.code, syntax::CODE | "open_comment")
                        || matches!(known.code, "forbidden" | "no_property") && line(known) == line(&problem)
                };
                if !problems.iter().any(follows) {
                    problems.push(problem);
                }
                break None;
            }
        }
    }
}

fn unknown_name(
    name: &str,
    at: rhai::Position,
    scope: Scope,
    own: &BTreeSet<&str>,
    words: &[Token<'_>],
) -> Option<Problem> {
    let place = position(at);
    let word = words.binary_search_by_key(&place, |word| Some(word.position)).ok();
    let is_foreign = |index: usize| words.get(index).is_some_and(syntax::is_foreign_mark);
    if word.is_some_and(|word| is_foreign(word + 1) || word > 0 && is_foreign(word - 1)) {
        // `known（title）` and `“CEO”`: the sign is reported, and with it the name would mean something else.
        return None;
    }
    if let Some(variable) = VARIABLES.get(name) {
        let producer = variable.spec().producer;
        if scope.reads(producer) {
            // It is known, so it is used where variables are not seen.
            return Some(Problem::new(
                "unknown_name",
                place,
                format!("`{name}` is not known inside a function"),
                "pass it as a parameter",
            ));
        }
        return Some(Problem::new(
            "field_not_filled_yet",
            place,
            format!("`{name}` cannot be read here: {}", producer.describe()),
            format!("read what is known when {} run", scope.describe()),
        ));
    }
    if FUNCTIONS.iter().any(|function| function.name == name) {
        let message = format!("`{name}` is a function");
        return Some(Problem::new("unknown_field", place, message, format!("write `{name}(x)`")));
    }
    let readable = check::variable_names(scope);
    let names = readable.iter().copied().chain(own.iter().copied());
    let help = variable_help(name, names).or_else(|| syntax::bare_text(words, word?));
    let help = help.unwrap_or_else(|| format!("a custom attribute is read as `attr(\"{name}\")`"));
    Some(Problem::new("unknown_field", place, format!("there is no field `{name}`"), help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lead, Value};
    use crate::rule::script::grammar::follow;
    use crate::rule::script::run::ScriptSession;
    use crate::rule::{FactContext, Facts, HostTables};

    /// Programs by chance that compare variables of all kinds.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, count: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % count
        }

        fn one<'a>(&mut self, all: &[&'a str]) -> &'a str {
            all[self.below(all.len())]
        }

        fn value(&mut self, depth: usize) -> String {
            if depth == 0 {
                let plain = [
                    "1",
                    "2.5",
                    "\"a\"",
                    "'b'",
                    "true",
                    "()",
                    "[]",
                    "[1]",
                    "[\"a\"]",
                    "x",
                    "y",
                    "z",
                    "title",
                    "industry",
                    "employee_count",
                    "attr(\"n\")",
                    "attr(\"t\")",
                    "attr(\"none\")",
                    "industry[0]",
                    "f(x)",
                    "g()",
                ];
                return self.one(&plain).to_owned();
            }
            let (one, other) = (self.value(depth - 1), self.value(depth - 1));
            match self.below(13) {
                0 => format!("or({one}, {other})"),
                1 => format!("({one} + {other})"),
                2 => format!("(if x == y {{ {one} }} else {{ {other} }})"),
                3 => format!("(switch {one} {{ 1 => {other}, _ => x }})"),
                4 => format!("loop {{ break {one}; }}"),
                5 => format!("({one} ?? {other})"),
                6 => format!("[{one}, {other}]"),
                7 => format!("text({one})"),
                8 => format!("{{ {one} }}"),
                9 => format!("({one} - {other})"),
                10 => format!("lower({one})"),
                _ => one,
            }
        }

        fn statement(&mut self, depth: usize) -> String {
            let name = self.one(&["x", "y", "z"]);
            match self.below(if depth == 0 { 4 } else { 8 }) {
                0 | 1 => format!("{name} = {}; ", self.value(1)),
                2 => format!("{name} += {}; ", self.value(1)),
                3 => {
                    let sign = self.one(&["==", "!=", "<", ">", "<=", ">="]);
                    format!(
                        "if {} {sign} {} {{ r += 1; }} else {{ r += 1000; }} ",
                        self.value(1),
                        self.value(1)
                    )
                }
                4 => format!("for w in {} {{ {name} = w; {} }} ", self.value(1), self.statement(depth - 1)),
                5 => format!("if known({name}) {{ {} }} ", self.statement(depth - 1)),
                6 => format!("{{ {} }} ", self.statement(depth - 1)),
                _ => format!("switch {name} {{ 1 => {{ {} }}, _ => {{}} }} ", self.statement(depth - 1)),
            }
        }

        fn program(&mut self) -> String {
            let body: String = (0..1 + self.below(4)).map(|_| self.statement(2)).collect();
            let (x, y) = (self.value(0), self.value(0));
            // The variables come before what gives them values.
            let (x, y) = (x.replace(['x', 'y', 'z'], "1"), y.replace(['x', 'y', 'z'], "1"));
            let (x, y) = (x.replace("e1", "ex"), y.replace("e1", "ex"));
            format!(
                "fn f(x) {{ if x == 1 {{ \"a\" }} else {{ 5 }} }} fn g() {{ [1] }} let r = 0; let x = {x}; let y = {y}; let z = 1; {body} r"
            )
        }
    }

    fn run(source: &str, program: bool, known_kinds: bool) -> Option<Result<String, String>> {
        let kind = if program { ScriptKind::Program } else { ScriptKind::Points };
        let words = tokens(source);
        let own = super::check::own_functions(&words);
        let mut found = follow(&words, &own, program);
        if !found.is_whole {
            panic!("not followed: {source}");
        }
        if !known_kinds {
            found.comparisons.iter_mut().for_each(|comparison| {
                comparison.left.shape = super::super::kinds::Shape::UNKNOWN;
                comparison.right.shape = super::super::kinds::Shape::UNKNOWN;
            });
            found
                .switches
                .iter_mut()
                .for_each(|switch| switch.value.shape = super::super::kinds::Shape::UNKNOWN);
        }
        let compiled = compile_with(source, kind, Scope::Score, Some(found));
        let script = compiled.script?;
        let lead = Lead {
            title: Some("a".into()),
            industry: vec!["a".into(), "b".into()],
            attributes: [("n", Value::Integer(1)), ("t", Value::from("a"))]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            ..Lead::default()
        };
        let tables = HostTables::default();
        let context = FactContext::new(&tables, "2026-03-10T09:00:00Z".parse().unwrap());
        let mut session = ScriptSession::new();
        let given = session.run(&script, &Facts::new(&lead, &context));
        Some(
            given
                .map(|given| given.to_string())
                .map_err(|fault| format!("{} {:?}", fault.message, fault.position)),
        )
    }

    /// Where kinds are taken as known, nothing is said that a guard would have called a fault.
    #[test]
    fn known_kinds_change_nothing_that_a_script_says() {
        let (mut same, mut faults) = (0, 0);
        for seed in 0..800 {
            let source = Chance(seed * 7_919 + 1).program();
            let (Some(plain), Some(guarded)) = (run(&source, true, true), run(&source, true, false)) else {
                continue;
            };
            assert_eq!(plain, guarded, "{source}");
            if plain.is_ok() { same += 1 } else { faults += 1 }
        }
        assert!(same > 40 && faults > 100, "{same} and {faults}");
    }
}
