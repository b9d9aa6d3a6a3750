//! What can be said about a script before the parser sees it: every misspelt function, forbidden word and property
//! at once, where the parser would stop at the first.

use std::collections::{BTreeMap, BTreeSet};

use super::compare;
use super::functions::{FUNCTIONS, moment};
use super::grammar::{self, Found};
use super::limits::{FORBIDDEN, MAX_PROBLEMS};
use super::missing;
use super::names::{self, VARIABLES};
use super::problem::{Problem, function_help};
use super::syntax;
use super::token::{Kind, OPEN_COMMENT, Token};
use crate::order;
use crate::rule::Scope;
use crate::text;

/// Most variables that a script defines: the time of a name lookup grows with their number.
const MAX_VARIABLES: usize = 64;

/// Most parameters of a function.
const MAX_PARAMETERS: usize = 16;

/// Most cases of `switch` in one script.
const MAX_CASES: usize = 256;

/// Words before a parenthesis that are not functions.
const KEYWORDS: &[&str] = &[
    "if", "else", "switch", "while", "loop", "do", "until", "for", "in", "return", "let", "const", "fn",
    "break", "continue", "true", "false",
];

/// Codes of findings that depend on how brackets nest.
const OF_PLACES: &[&str] = &["unknown_name", "wrong_values"];

/// The findings from the words of a script.
pub(super) struct Findings<'s> {
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// Names of variables that the script defines.
    pub(super) own_variables: BTreeSet<&'s str>,
    /// The comparisons of the script; `None` when not every bracket is closed.
    pub(super) found: Option<Found>,
}

pub(super) fn look<'s>(tokens: &[Token<'s>], scope: Scope, program: bool) -> Findings<'s> {
    let mut look = Look {
        tokens,
        program,
        own_functions: own_functions(tokens),
        arguments: arguments(tokens),
        findings: Findings {
            problems: Vec::new(),
            warnings: Vec::new(),
            own_variables: after(tokens, &["let", "const", "for"]),
            found: None,
        },
    };
    for (index, token) in tokens.iter().enumerate() {
        if look.findings.problems.len() >= MAX_PROBLEMS {
            break;
        }
        match token.kind {
            Kind::Word => look.word(index, token),
            Kind::Mark => look.mark(index, token),
            Kind::Number | Kind::Text => {}
        }
    }
    look.counts();
    look.fields_in_functions();
    look.findings.problems.extend(syntax::quotes(tokens));
    let named = after(tokens, &["let", "const", "for", "fn"]);
    look.findings.problems.extend(syntax::foreign(tokens, &named));
    if let Some(problem) = syntax::brackets(tokens) {
        // Positions are not known any more, only the text.
        look.findings.problems.retain(|known| !OF_PLACES.contains(&known.code));
        look.findings.problems.push(problem);
        return look.findings;
    }
    let found = grammar::follow(tokens, &look.own_functions, program);
    if look.findings.problems.is_empty() {
        look.findings.problems = compare::mistakes(tokens, &found);
    }
    look.findings.found = Some(found);
    if look.findings.problems.is_empty() {
        look.findings.warnings = missing::values(tokens, scope, &look.own_functions);
    }
    look.findings
}

/// Names of the functions that the script defines.
pub(super) fn own_functions<'s>(tokens: &[Token<'s>]) -> BTreeSet<&'s str> {
    after(tokens, &["fn"])
}

/// The words that follow one of the keywords.
fn after<'s>(tokens: &[Token<'s>], keywords: &[&str]) -> BTreeSet<&'s str> {
    let follows = |pair: &[Token<'s>]| match pair {
        [keyword, name] if keyword.kind == Kind::Word && keywords.contains(&keyword.text) => Some(name.text),
        _ => None,
    };
    order::set(tokens.windows(2).filter_map(follows))
}

/// The number of values in each pair of parentheses, by the word that opens it.
fn arguments(tokens: &[Token<'_>]) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    // Where it opens, the commas so far, and whether it contains anything.
    let mut open: Vec<(usize, usize, bool)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let mark = if token.kind == Kind::Mark { token.text } else { "" };
        if matches!(mark, ")" | "]" | "}") {
            if let Some((start, commas, any)) = open.pop() {
                counts.insert(start, if any { commas + 1 } else { 0 });
            }
            continue;
        }
        if let Some((_, commas, any)) = open.last_mut() {
            *any = true;
            *commas += usize::from(mark == ",");
        }
        if matches!(mark, "(" | "[" | "{") {
            open.push((index, 0, false));
        }
    }
    counts
}

struct Look<'t, 's> {
    tokens: &'t [Token<'s>],
    program: bool,
    own_functions: BTreeSet<&'s str>,
    /// The number of values in the parentheses that open at a word.
    arguments: BTreeMap<usize, usize>,
    findings: Findings<'s>,
}

impl<'s> Look<'_, 's> {
    fn at(&self, index: usize) -> Option<&Token<'s>> {
        self.tokens.get(index)
    }

    fn before(&self, index: usize) -> Option<&Token<'s>> {
        index.checked_sub(1).and_then(|before| self.at(before))
    }

    fn problem(&mut self, code: &'static str, token: &Token<'_>, message: String, help: impl Into<String>) {
        self.findings.problems.push(Problem::new(code, token.position, message, help));
    }

    fn mark(&mut self, index: usize, token: &Token<'_>) {
        if token.is_mark("`") {
            let help = "write texts in double quotes and join them with `+`";
            self.problem("forbidden", token, "back-ticks cannot be used in scripts".to_owned(), help);
        } else if token.is_mark(OPEN_COMMENT) {
            let message = "the comment that starts here is never closed".to_owned();
            self.problem("open_comment", token, message, "close it with `*/`");
        } else if token.is_mark("#") {
            let help = "maps are not supported: use variables";
            self.problem("forbidden", token, "`#` cannot be used in scripts".to_owned(), help);
        } else if token.is_mark(".") {
            self.property(index);
        } else if matches!(token.text, "]" | ")") && self.is_assigned(index) {
            // The size of the items' values is not bounded.
            let help = "give the variable a new value: `let b = []; for x in a { b += x; }`";
            self.problem(
                "forbidden",
                token,
                "only variables can be changed, not their items".to_owned(),
                help,
            );
        }
    }

    /// `company.region` is a field written with a dot; nothing else in scripts has properties.
    fn property(&mut self, index: usize) {
        let range = self.before(index).is_some_and(|before| before.is_mark("."));
        let continues =
            index.checked_sub(2).and_then(|before| self.at(before)).is_some_and(|dot| dot.is_mark("."));
        if continues {
            return; // The first dot of `a.b.c` is reported.
        }
        let Some(name) = self.at(index + 1).filter(|next| next.kind == Kind::Word && !range).copied() else {
            return;
        };
        if self.at(index + 2).is_some_and(|next| next.is_mark("(")) {
            return;
        }
        let Some(owner) = self.before(index).filter(|owner| owner.kind == Kind::Word).copied() else {
            self.problem(
                "no_property",
                &name,
                format!("this value has no `{}`", name.text),
                "use a function",
            );
            return;
        };
        let dotted = self.dotted(index - 1);
        let single = || VARIABLES.values().map(|variable| variable.spec().name);
        let help = match (dotted.strip_prefix("attributes."), dotted.strip_prefix("activity.count.")) {
            (Some(attribute), _) => format!("write `attr(\"{attribute}\")`"),
            (_, Some(counted)) => match counted.rsplit_once('.') {
                Some((kind, days)) => format!("write `count(\"{kind}\", {})`", days.trim_end_matches('d')),
                None => format!("write `count(\"{counted}\", 7)` for 7 days"),
            },
            _ => match text::closest(&dotted, single()) {
                Some(close) => {
                    let close = close.replace('.', "_");
                    format!("fields are written with `_` in scripts: did you mean `{close}`?")
                }
                None => format!("a custom attribute is read as `attr(\"{}\")`", name.text),
            },
        };
        self.problem("no_property", &owner, format!("`{dotted}` cannot be read in scripts"), help);
    }

    /// The whole of `a.b.c`, beginning at its first name.
    fn dotted(&self, first: usize) -> String {
        let mut dotted = self.at(first).map_or_else(String::new, |token| token.text.to_owned());
        let mut at = first + 1;
        while let (Some(dot), Some(part)) = (self.at(at), self.at(at + 1)) {
            let is_call = self.at(at + 2).is_some_and(|next| next.is_mark("("));
            if !dot.is_mark(".") || is_call || !matches!(part.kind, Kind::Word | Kind::Number) {
                break;
            }
            dotted.push('.');
            dotted.push_str(part.text);
            at += 2;
        }
        dotted
    }

    fn word(&mut self, index: usize, token: &Token<'s>) {
        if let Some((_, help)) = FORBIDDEN.iter().find(|(name, _)| *name == token.text) {
            self.problem("forbidden", token, format!("`{}` cannot be used in scripts", token.text), *help);
            return;
        }
        if names::is_reading(token.text) {
            let message = format!("`{}` is a name that scripts may not use", token.text);
            self.problem("reserved_name", token, message, "choose another name");
            return;
        }
        let defined = self.before(index).is_some_and(|before| before.is_word("fn"));
        if self.at(index + 1).is_some_and(|next| next.is_mark("("))
            && !KEYWORDS.contains(&token.text)
            && !defined
        {
            self.call(index, token);
        }
        if VARIABLES.contains_key(token.text) {
            let declared = self.before(index).is_some_and(|before| {
                before.kind == Kind::Word && matches!(before.text, "let" | "const" | "for")
            });
            if declared {
                let help = "choose another name: fields keep their meaning everywhere";
                self.problem("shadowed_name", token, format!("`{}` is a field", token.text), help);
            } else if self.is_assigned(index) {
                let help =
                    if self.program { "use another variable: `let x = …`" } else { "compare with `==`" };
                self.problem("forbidden", token, format!("`{}` cannot be changed", token.text), help);
            }
        }
    }

    /// Constructs that take the parser a time that grows with the square of their number.
    fn counts(&mut self) {
        let arrow = |pair: &[Token<'s>]| match pair {
            [first, second] if first.is_mark("=") && second.is_mark(">") && first.end() == second.start => {
                Some(*first)
            }
            _ => None,
        };
        let first_too_many = self.tokens.windows(2).filter_map(arrow).nth(MAX_CASES);
        if let Some(token) = first_too_many {
            let message = format!("the script has more than {MAX_CASES} cases of `switch`");
            self.problem("too_large", &token, message, "write the cases as rules, or as a list in the data");
        }
        let declares =
            |token: &&Token<'_>| token.is_word("let") || token.is_word("const") || token.is_word("for");
        let first_too_many = self.tokens.iter().filter(declares).nth(MAX_VARIABLES).copied();
        if let Some(token) = first_too_many {
            let message = format!("the script has more than {MAX_VARIABLES} variables");
            self.problem("too_large", &token, message, "split it into several rules");
        }
        let long = |(index, token): (usize, &Token<'s>)| {
            let count = self.arguments.get(&(index + 2)).copied().unwrap_or_default();
            (token.is_word("fn") && count > MAX_PARAMETERS).then_some(*token)
        };
        if let Some(token) = self.tokens.iter().enumerate().find_map(long) {
            let message = format!("the function takes more than {MAX_PARAMETERS} parameters");
            self.problem("too_large", &token, message, "pass a list");
        }
    }

    /// Functions of the script only see their parameters.
    fn fields_in_functions(&mut self) {
        let tokens = self.tokens;
        let mut parameters: Option<BTreeSet<&str>> = None;
        let (mut depth, mut in_body) = (0usize, false);
        for token in tokens {
            let Some(own) = &mut parameters else {
                if token.is_word("fn") {
                    parameters = Some(BTreeSet::new());
                    (depth, in_body) = (0, false);
                }
                continue;
            };
            if token.is_mark("{") {
                depth += 1;
                in_body = true;
            } else if token.is_mark("}") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    parameters = None;
                    continue;
                }
            }
            if token.kind != Kind::Word {
                continue;
            }
            if !in_body {
                own.insert(token.text);
            } else if VARIABLES.contains_key(token.text)
                && !own.contains(token.text)
                && self.findings.problems.len() < MAX_PROBLEMS
            {
                let message = format!("`{}` is not known inside a function", token.text);
                self.problem("unknown_name", token, message, "pass it as a parameter");
            }
        }
    }

    fn is_assigned(&self, index: usize) -> bool {
        let joined = |at: usize, mark: &str| {
            self.at(at).is_some_and(|next| {
                next.is_mark(mark) && self.before(at).is_some_and(|before| before.end() == next.start)
            })
        };
        match self.at(index + 1).filter(|next| next.kind == Kind::Mark).map(|next| next.text) {
            Some("=") => !joined(index + 2, "=") && !joined(index + 2, ">"),
            Some("+" | "-" | "*" | "/" | "%" | "&" | "|" | "^") => joined(index + 2, "="),
            _ => false,
        }
    }

    fn call(&mut self, index: usize, token: &Token<'s>) {
        let name = token.text;
        if self.own_functions.contains(name) {
            return;
        }
        let Some(known) = FUNCTIONS.iter().find(|known| known.name == name) else {
            let help = match VARIABLES.contains_key(name) {
                true => "it is a field: leave the parentheses out".to_owned(),
                false => function_help(name, self.own_functions.iter().copied()),
            };
            self.problem("unknown_function", token, format!("there is no function `{name}`"), help);
            return;
        };
        if known.program_only && !self.program {
            let help = "write the rule's points as a `program`";
            self.problem("forbidden", token, format!("`{name}` has a meaning in full scripts only"), help);
        }
        let method = self.before(index).is_some_and(|before| before.is_mark("."));
        if let Some(given) = self.arguments.get(&(index + 1)).copied() {
            let given = given + usize::from(method);
            if !known.takes.contains(&given) {
                let wanted: Vec<String> = known.takes.iter().map(usize::to_string).collect();
                let wanted = wanted.join(" or ");
                let shown =
                    known.takes.first().and_then(|count| ["x", "x, y", "x, y, z"].get(count.checked_sub(1)?));
                let help = format!("write `{name}({})`", shown.unwrap_or(&""));
                let plural = if wanted == "1" { "" } else { "s" };
                let message = format!("`{name}` takes {wanted} value{plural}, not {given}");
                self.problem("wrong_values", token, message, &help);
            }
        }
        let literal = self.at(index + 2).filter(|_| self.at(index + 3).is_some_and(|next| next.is_mark(")")));
        if name == "date"
            && let Some(literal) = literal.copied()
            && let Some(text) = literal.plain_text().filter(|text| moment(text).is_none())
        {
            let shown: String = text.chars().take(40).collect();
            let message = format!("`{shown}` is not a date");
            self.problem(
                "wrong_value",
                &literal,
                message,
                "write it as `2026-03-01` or `2026-03-01T09:00:00+08:00`",
            );
        }
        if matches!(name, "attr" | "last" | "count") {
            let blank = self
                .at(index + 2)
                .filter(|text| text.plain_text().is_some_and(|text| text.trim().is_empty()));
            if let Some(blank) = blank.copied() {
                let help = "name the custom attribute, or the kind of activity";
                self.problem("blank_name", &blank, format!("`{name}` needs a name"), help);
            }
        }
    }
}

/// Every name of a variable the script may read.
pub(super) fn variable_names(scope: Scope) -> Vec<&'static str> {
    names::readable(scope).map(|variable| variable.name.as_str()).collect()
}
