//! From source to a script that can run.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::{AST, Dynamic, ImmutableString, ParseErrorType};

use super::check;
use super::limits::{MAX_DOCUMENT, MAX_PARSED, MAX_PROBLEMS, MAX_SOURCE};
use super::names::{self, Reading, VARIABLES, Variable};
use super::places::{Places, rewrite};
use super::problem::{Problem, excerpt, parse_problem, position, variable_help};
use super::sandbox::{self, ENGINE, optimised, parse_guarded};
use super::syntax;
use super::token::{Kind, Token, tokens};
use super::{ScriptKind, compare};
use crate::error::{Diagnostic, Report};
use crate::order;
use crate::rule::Scope;

/// A script, compiled: immutable, shared by reference across threads.
#[derive(Clone)]
pub(crate) struct Script {
    pub(super) source: Arc<str>,
    pub(super) ast: AST,
    /// Where what the engine reads stands in the source.
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
    /// What it reads by names only known when it runs.
    pub(super) dynamic: names::Dynamic,
    /// What the engine reads, when the script is a condition that reads nothing but stable variables.
    pub(super) steady: Option<Arc<str>>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Script").field(&self.source).finish()
    }
}

/// What compiling a script has shown.
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
        report.scripts = before.saturating_add(source.len());
        if report.scripts > MAX_DOCUMENT {
            if before <= MAX_DOCUMENT {
                let message =
                    format!("the scripts of the document have more than {MAX_DOCUMENT} bytes together");
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
    let is_steady = kind == ScriptKind::Condition && volatile.is_empty() && !live && !dynamic.any();
    let script = ast.filter(|_| problems.is_empty()).map(|ast| Script {
        steady: is_steady.then(|| Arc::from(rewritten)),
        places,
        // Every operation is about a word of its own, but for the script as a whole.
        weight: words.len() as u64 + 2,
        source: Arc::from(source),
        ast,
        reads: stable.iter().fold(0, |bits, variable| bits | 1u128 << variable.bit),
        calls: words.iter().any(|word| word.is_mark("(") || word.is_word("in")),
        stable,
        volatile,
        live,
        dynamic,
    });
    // What is said of a script that cannot run may follow from its mistakes.
    let warnings = if problems.is_empty() { warnings } else { Vec::new() };
    Compiled { script, problems, warnings }
}

/// Parses a script, noting all its mistakes. `unknown` says what is wrong with an unknown name.
fn parse(
    source: &str,
    mut known: rhai::Scope<'_>,
    kind: ScriptKind,
    unknown: impl Fn(&str, rhai::Position) -> Problem,
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
                    problems.push(unknown(name, at));
                }
                // In long scripts not every unknown name is looked for: each takes as long as reading all of it.
                if parsed + source.len() > MAX_PARSED {
                    break None;
                }
                known.push_dynamic(name.clone(), Dynamic::UNIT);
            }
            error => {
                let problem = parse_problem(error, at, !program);
                // What stands at a place or in a line that was found faulty already is only a consequence.
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
) -> Problem {
    let place = position(at);
    if let Some(variable) = VARIABLES.get(name) {
        let producer = variable.spec().producer;
        if scope.reads(producer) {
            // It is known, so it stands where variables are not seen.
            return Problem::new(
                "unknown_name",
                place,
                format!("`{name}` is not known inside a function"),
                "hand it in as a parameter",
            );
        }
        return Problem::new(
            "field_not_filled_yet",
            place,
            format!("`{name}` cannot be read here: {}", producer.describe()),
            format!("read what is known when {} run", scope.describe()),
        );
    }
    let readable = check::variable_names(scope);
    let names = readable.iter().copied().chain(own.iter().copied());
    let help = variable_help(name, names).or_else(|| {
        let word = words.binary_search_by_key(&place, |word| Some(word.position)).ok()?;
        syntax::bare_text(words, word)
    });
    let help = help.unwrap_or_else(|| format!("a custom attribute is read as `attr(\"{name}\")`"));
    Problem::new("unknown_field", place, format!("there is no field `{name}`"), help)
}
