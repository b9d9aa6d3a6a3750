//! Comparisons that a missing value makes false silently, or makes fail.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::limits::MAX_PROBLEMS;
use super::names::VARIABLES;
use super::problem::Problem;
use super::token::{Kind, Token};
use crate::rule::Scope;

/// How deep operands are examined.
const DEEPEST: usize = 8;

/// Longest value that is searched among the tests, in words.
const MAX_TESTED_LEN: usize = 64;

/// Functions that give a missing value for a missing one.
const PASSING: &[&str] =
    &["abs", "ceil", "days_since", "float", "floor", "hours_since", "int", "lower", "round", "trim", "upper"];

/// Functions of numbers that fail when one is missing.
const FAILING: &[&str] = &["clamp", "exp", "ln", "log10", "max", "min", "pow", "sqrt"];

/// Warns of every value that may be missing where it is compared by `<` or `>`: a missing value is neither less nor
/// greater than anything. O(n) for each value that is compared, n being the length of the script.
pub(super) fn values(tokens: &[Token<'_>], scope: Scope, own_functions: &BTreeSet<&str>) -> Vec<Problem> {
    let mut look = Look {
        tokens,
        scope,
        own_functions,
        pairs: BTreeMap::new(),
        tested: BTreeSet::new(),
        given: BTreeMap::new(),
        own: BTreeMap::new(),
    };
    look.pair();
    look.tests();
    look.assignments();
    let mut told = BTreeSet::new();
    let mut warnings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !(token.is_mark("<") || token.is_mark(">")) || look.is_arrow(at) {
            continue;
        }
        for operand in [look.left(at), look.right(at)].into_iter().flatten() {
            let Some(value) = look.missing(operand, DEEPEST) else { continue };
            let name: String = look.part(value.place.clone()).iter().map(|token| token.text).collect();
            let position = look.part(value.place).first().map(|token| token.position);
            if warnings.len() >= MAX_PROBLEMS || !told.insert(name.clone()) {
                continue;
            }
            let help = format!("say what then holds: `known({name})`, or `or({name}, 0)`");
            warnings.push(match value.failing {
                None => {
                    let message = format!("when `{name}` is missing, this is silently false");
                    Problem::new("missing_is_false", position, message, help)
                }
                Some(function) => {
                    let message = format!("when `{name}` is missing, `{function}` fails");
                    Problem::new("missing_fails", position, message, help)
                }
            });
        }
    }
    warnings
}

struct Look<'t, 's> {
    tokens: &'t [Token<'s>],
    scope: Scope,
    own_functions: &'t BTreeSet<&'s str>,
    /// The other parenthesis of each.
    pairs: BTreeMap<usize, usize>,
    /// Values for which the script tests whether they are there.
    tested: BTreeSet<String>,
    /// The value of each variable of the script that is assigned a single one unchanged.
    given: BTreeMap<&'s str, Vec<Range<usize>>>,
    /// Whether these variables may be missing, and the function that fails then, as far as they were examined.
    own: BTreeMap<&'s str, Option<Option<&'s str>>>,
}

/// A value that may be missing.
#[derive(Clone)]
struct Absent<'s> {
    place: Range<usize>,
    /// The function that fails when it is missing.
    failing: Option<&'s str>,
}

impl<'s> Look<'_, 's> {
    fn pair(&mut self) {
        let mut open = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if token.is_mark("(") {
                open.push(at);
            } else if token.is_mark(")")
                && let Some(start) = open.pop()
            {
                self.pairs.insert(start, at);
                self.pairs.insert(at, start);
            }
        }
    }

    fn part(&self, range: Range<usize>) -> &[Token<'s>] {
        self.tokens.get(range).unwrap_or_default()
    }

    fn is(&self, at: usize, marks: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Mark && marks.contains(&token.text))
    }

    fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word)
    }

    /// Whether the sign belongs to `=>`.
    fn is_arrow(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let sign = self.tokens.get(at);
        before.zip(sign).is_some_and(|(before, sign)| before.is_mark("=") && before.end() == sign.start)
    }

    /// The operand before the sign, unless it is calculated: calculating with a missing value fails aloud. Of a long one
    /// nothing is kept, so it is not followed to its beginning, from each call of a chain anew.
    fn left(&self, sign: usize) -> Option<Range<usize>> {
        let mut start = sign;
        while sign - start <= MAX_TESTED_LEN {
            start = start.checked_sub(1)?;
            if self.is(start, &[")"]) {
                start = *self.pairs.get(&start)?;
                if start.checked_sub(1).is_some_and(|before| self.is_callable(before)) {
                    start -= 1;
                }
            } else if !self.is_word(start) {
                return None;
            }
            match start.checked_sub(1) {
                Some(dot) if self.is(dot, &["."]) => start = dot,
                Some(before) if self.is(before, &["+", "-", "*", "/", "%", "!"]) => return None,
                _ => return Some(start..sign),
            }
        }
        None
    }

    /// The operand after the sign.
    fn right(&self, sign: usize) -> Option<Range<usize>> {
        let start = if self.is(sign + 1, &["="]) { sign + 2 } else { sign + 1 };
        let mut end = self.after_operand(start)?;
        while self.is(end, &["."]) {
            end = self.after_operand(end + 1)?;
        }
        (!self.is(end, &["+", "-", "*", "/", "%", "["])).then_some(start..end)
    }

    fn after_operand(&self, start: usize) -> Option<usize> {
        let open = if self.is_callable(start) && self.is(start + 1, &["("]) { start + 1 } else { start };
        match self.pairs.get(&open) {
            Some(close) if *close > open => Some(close + 1),
            _ => self.is_word(start).then_some(start + 1),
        }
    }

    fn is_callable(&self, at: usize) -> bool {
        let keyword = |token: &Token<'_>| {
            matches!(token.text, "if" | "while" | "until" | "in" | "return" | "switch" | "else" | "for")
        };
        self.is_word(at) && !self.tokens.get(at).is_some_and(keyword)
    }

    /// The values that may be missing so that the operand is.
    fn missing(&mut self, operand: Range<usize>, depth: usize) -> Option<Absent<'s>> {
        let depth = depth.checked_sub(1)?;
        let Range { start, end } = operand;
        let mut next = self.after_operand(start).filter(|next| *next <= end)?;
        let mut value = if self.is(start, &["("]) {
            self.missing(start + 1..next - 1, depth)
        } else if next == start + 1 {
            self.variable(start, depth)
        } else {
            let given = self.arguments(start + 1, depth);
            self.call(start..next, start, given)
        };
        while self.is(next, &["."]) && next < end {
            let name = next + 1;
            next = self.after_operand(name).filter(|next| *next <= end)?;
            let mut given = vec![value];
            given.extend(self.arguments(name + 1, depth));
            value = self.call(name..next, name, given);
        }
        // A calculation in parentheses fails with a fault.
        value.filter(|_| next == end)
    }

    fn variable(&mut self, at: usize, depth: usize) -> Option<Absent<'s>> {
        let name = self.tokens.get(at)?.text;
        let Some(variable) = VARIABLES.get(name) else {
            let failing = self.own_variable(name, depth)?;
            return (!self.is_tested(at..at + 1)).then_some(Absent { place: at..at + 1, failing });
        };
        let reads = !variable.is_always_known() && self.scope.reads(variable.spec().producer);
        (reads && !self.is_tested(at..at + 1)).then_some(Absent { place: at..at + 1, failing: None })
    }

    /// A variable is missing when any value assigned to it is. Each is examined once.
    fn own_variable(&mut self, name: &'s str, depth: usize) -> Option<Option<&'s str>> {
        if let Some(known) = self.own.get(name) {
            return *known;
        }
        // Assigning a variable to itself proves nothing.
        self.own.insert(name, None);
        let given = self.given.get(name)?.clone();
        let missing =
            given.into_iter().find_map(|value| self.missing(value, depth)).map(|value| value.failing);
        self.own.insert(name, missing);
        missing
    }

    /// The values that may be missing for each value between the parentheses.
    fn arguments(&mut self, open: usize, depth: usize) -> Vec<Option<Absent<'s>>> {
        let Some(close) = self.pairs.get(&open).copied().filter(|close| *close > open) else {
            return Vec::new();
        };
        let (mut given, mut start, mut at) = (Vec::new(), open + 1, open + 1);
        while at <= close {
            if at == close || self.is(at, &[","]) {
                given.push(self.missing(start..at, depth));
                start = at + 1;
            }
            at = match self.pairs.get(&at) {
                Some(inner) if *inner > at => inner + 1,
                _ => at + 1,
            };
        }
        given
    }

    fn call(
        &mut self,
        call: Range<usize>,
        name: usize,
        given: Vec<Option<Absent<'s>>>,
    ) -> Option<Absent<'s>> {
        let function = self.tokens.get(name)?.text;
        let mut given = given.into_iter();
        if self.own_functions.contains(function) {
            None
        } else if matches!(function, "attr" | "last") {
            (!self.is_tested(call.clone())).then_some(Absent { place: call, failing: None })
        } else if PASSING.contains(&function) {
            given.next().flatten()
        } else if FAILING.contains(&function) {
            let value = given.flatten().next()?;
            Some(Absent { failing: value.failing.or(Some(function)), ..value })
        } else if function == "or" {
            given.nth(1).flatten()
        } else {
            None
        }
    }

    /// Whether the script tests anywhere if the value is there.
    fn is_tested(&self, value: Range<usize>) -> bool {
        self.tested.contains(&self.written(value))
    }

    fn written(&self, value: Range<usize>) -> String {
        self.part(value).iter().map(|token| token.text).collect()
    }

    /// Finds the values for which the script tests if they are there. O(n).
    fn tests(&mut self) {
        let mut found = Vec::new();
        for at in 0..self.tokens.len() {
            let asks = self.tokens.get(at).is_some_and(|token| token.is_word("known") || token.is_word("or"));
            let dot = at.checked_sub(1).filter(|dot| asks && self.is(*dot, &["."]));
            if let Some(dot) = dot {
                found.extend(self.left(dot));
            } else if asks && self.is(at + 1, &["("]) {
                // `known(x.round())` tests `x` as well.
                let mut end = self.after_operand(at + 2);
                while let Some(part) = end {
                    found.push(at + 2..part);
                    end = if self.is(part, &["."]) { self.after_operand(part + 1) } else { None };
                }
            } else if self.is(at, &["=", "!"]) && self.is(at + 1, &["="]) {
                if self.is(at + 2, &["("]) && self.is(at + 3, &[")"]) {
                    found.extend(self.left(at));
                }
                let nothing_before = at.checked_sub(2).is_some_and(|open| self.is(open, &["("]))
                    && at.checked_sub(1).is_some_and(|close| self.is(close, &[")"]));
                if nothing_before {
                    found.extend(self.after_operand(at + 2).map(|end| at + 2..end));
                }
            }
        }
        for value in found {
            if value.len() <= MAX_TESTED_LEN {
                let written = self.written(value);
                self.tested.insert(written);
            }
        }
    }

    /// Finds the values assigned to variables. O(n).
    fn assignments(&mut self) {
        for at in 1..self.tokens.len() {
            let alone = self.is(at, &["="]) && !self.is(at + 1, &["=", ">"]) && self.is_word(at - 1);
            let Some(name) = self.tokens.get(at - 1).filter(|_| alone).map(|token| token.text) else {
                continue;
            };
            let mut end = self.after_operand(at + 1);
            while let Some(dot) = end.filter(|dot| self.is(*dot, &["."])) {
                end = self.after_operand(dot + 1);
            }
            let ends = |end: &usize| self.tokens.get(*end).is_none() || self.is(*end, &[";", "}"]);
            if let Some(end) = end.filter(ends) {
                self.given.entry(name).or_default().push(at + 1..end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::script::token::tokens;

    #[test]
    fn every_reading_that_may_be_missing_is_told_where_it_is_compared() {
        let told = |source: &str| {
            let found = values(&tokens(source), Scope::Score, &BTreeSet::from(["own"]));
            let said: Vec<String> = found.iter().map(|problem| problem.message.clone()).collect();
            said.join("; ")
        };
        for (source, name) in [
            ("employee_count > 5", "employee_count"),
            ("5 <= employee_count", "employee_count"),
            ("attr(\"n\") > 5", "attr(\"n\")"),
            ("50 < attr(\"n\")", "attr(\"n\")"),
            ("50 >= attr( \"n\" ) && true", "attr(\"n\")"),
            ("last(\"x\") > 5", "last(\"x\")"),
            ("days_since(activity_last) < 3", "activity_last"),
            ("(employee_count) > 5", "employee_count"),
            ("3 > ((employee_count))", "employee_count"),
            ("if (employee_count) > 5 { 1 } else { 0 }", "employee_count"),
            ("true && abs(round(employee_count)) > 5", "employee_count"),
            ("attr(\"n\").abs() > 5", "attr(\"n\")"),
            ("or(attr(\"m\"), employee_count) > 5", "employee_count"),
            ("attr(\"n\") > 5 && known(attr(\"m\"))", "attr(\"n\")"),
            ("known(employee_countt) && employee_count > 1", "employee_count"),
            ("let x = attr(\"n\"); x > 5", "x"),
            ("let x = 0; x = attr(\"n\").round(); 5 < x", "x"),
            ("let x = attr(\"n\"); let y = x; y > 5", "y"),
            ("const X = (last(\"x\")); if X > 5 { 1 }", "X"),
        ] {
            assert_eq!(told(source), format!("when `{name}` is missing, this is silently false"), "{source}");
        }
        assert_eq!(told("min(employee_count, 5) > 3"), "when `employee_count` is missing, `min` fails");
        assert_eq!(
            told("employee_count > attr(\"n\")"),
            "when `employee_count` is missing, this is silently false; when `attr(\"n\")` is missing, this is silently \
             false"
        );
        for source in [
            "employee_count > 50 && known(employee_count)",
            "known(employee_count) && employee_count > 50",
            "known(attr(\"n\")) && attr(\"n\") > 5",
            "attr( \"n\" ) > 5 && attr(\"n\") != ()",
            "() != attr(\"n\") && attr(\"n\") > 5",
            "or(employee_count, 0) > 5",
            "employee_count.known() && employee_count > 5",
            "or(attr(\"n\"), 0) > 5 && 7 > or(last(\"x\"), 0)",
            "known(x)",
            "len(name) > 5 && count(\"x\", 7) > 2",
            // A calculation with a missing value fails, and reports it when it happens.
            "employee_count * 2 > 5",
            "5 > employee_count * 2",
            "(employee_count + 1) > 5",
            "own(employee_count) > 5",
            "created_at > 5",
            "let x = attr(\"n\"); known(x) && x > 5",
            "let x = or(attr(\"n\"), 0); x > 5",
            "let x = attr(\"n\"); if x == () { return 0; } x > 5",
            "let x = attr(\"n\"); known(attr(\"n\")) && x > 5",
            "let x = x; x > 5",
            "let x = y; let y = x; x > 5",
            "let x = attr(\"n\") + 1; x > 5",
            "switch 3 { 1 => employee_count, _ => 0 }",
            "attr(\"n\" > 5",
            "> <",
            ") > (",
            ". > .",
        ] {
            assert_eq!(told(source), "", "{source}");
        }
        // Nesting and length cost no more than looking once at each.
        let deep = format!("{}employee_count{} > 5", "(".repeat(8_000), ")".repeat(8_000));
        assert_eq!(told(&deep), "");
        let long = "known(attr(\"a\"))&&attr(\"a\")>1&&".repeat(500);
        assert_eq!(told(&long), "");
        let chain: String = (0..1_000).map(|i| format!("let a{i} = a{};", i + 1)).collect();
        assert_eq!(told(&format!("{chain} a0 > 1")), "");
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let web: String =
            names.windows(2).map(|pair| format!("{}={};", pair[0], pair[1]).repeat(200)).collect();
        assert_eq!(told(&format!("{web} a > 1")), "");
    }
}
