//! How the words of a script belong together, as far as the kinds of values matter: every comparison with what
//! is known of its sides.
//!
//! The engine's parser decides what a script is; where this one cannot follow, it says so and nothing is taken as known.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::kinds::{Kinds, Shape, of_call, of_field};
use super::sign::{Operator, Sign, sign};
use super::token::{Kind, Token};

/// Deepest nesting; the engine refuses a half of it.
const DEEPEST: usize = 80;

/// Times a script is gone through until nothing new is learnt of its variables.
const MAX_TURNS: usize = 8;

/// A side of a comparison.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) words: Range<usize>,
    pub(super) shape: Shape,
}

/// A comparison: an equality, an order, or `in`; or a `-` between what may both be texts.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    /// The words of the operator.
    pub(super) sign: Range<usize>,
    pub(super) operator: &'static str,
    pub(super) left: Side,
    pub(super) right: Side,
}

/// A `switch` and the kinds of its cases.
#[derive(Debug, Clone)]
pub(super) struct Switch {
    pub(super) value: Side,
    /// Each alternative of each case.
    pub(super) cases: Vec<Side>,
}

/// What a script compares.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) comparisons: Vec<Comparison>,
    pub(super) switches: Vec<Switch>,
    /// The words of each `+=` that may append a list to a list.
    pub(super) appends: Vec<Range<usize>>,
    /// Whether a variable of the script may hold a list.
    pub(super) may_hold_lists: bool,
    /// Whether the whole script was understood. Otherwise every operator is found, but nothing is known of its sides.
    pub(super) is_whole: bool,
}

/// Goes through a script. O(n) for each turn.
pub(super) fn follow<'s>(tokens: &[Token<'s>], own_functions: &BTreeSet<&'s str>, program: bool) -> Found {
    let mut walk = Walk {
        tokens,
        own_functions,
        program,
        at: 0,
        depth: 0,
        variables: BTreeMap::new(),
        learnt: false,
        found: Found::default(),
    };
    for turn in 0.. {
        (walk.at, walk.learnt, walk.found) = (0, false, Found::default());
        if walk.script().is_none() {
            return walk.unfollowed();
        }
        if !walk.learnt {
            break;
        }
        if turn == MAX_TURNS {
            walk.variables.values_mut().for_each(|shape| *shape = Shape::UNKNOWN);
        }
    }
    let mut found = walk.found;
    found.may_hold_lists = walk.variables.values().any(|shape| shape.kinds.has(Kinds::LIST));
    found.is_whole = true;
    found
}

struct Walk<'t, 's> {
    tokens: &'t [Token<'s>],
    own_functions: &'t BTreeSet<&'s str>,
    program: bool,
    at: usize,
    depth: usize,
    /// The kinds that the variables of the script may hold anywhere in it.
    variables: BTreeMap<&'s str, Shape>,
    /// Whether this turn has shown anything new of a variable.
    learnt: bool,
    found: Found,
}

/// `|` separates the alternatives of a case of `switch`.
const ALTERNATIVES: u8 = 30;

impl<'s> Walk<'_, 's> {
    fn here(&self) -> Option<&Token<'s>> {
        self.tokens.get(self.at)
    }

    fn is_mark(&self, mark: &str) -> bool {
        self.here().is_some_and(|token| token.is_mark(mark))
    }

    fn is_word(&self, word: &str) -> bool {
        self.here().is_some_and(|token| token.is_word(word))
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let is_it = self.is_mark(mark);
        self.at += usize::from(is_it);
        is_it
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_it = self.is_word(word);
        self.at += usize::from(is_it);
        is_it
    }

    /// Expects a sign.
    fn expect(&mut self, mark: &str) -> Option<()> {
        self.take_mark(mark).then_some(())
    }

    fn name(&mut self) -> Option<&'s str> {
        let name = self.here().filter(|token| token.kind == Kind::Word)?.text;
        self.at += 1;
        Some(name)
    }

    /// The sign at a place that follows the one before without anything between.
    fn joined(&self, at: usize) -> &'s str {
        let pair =
            at.checked_sub(1).and_then(|before| Some((self.tokens.get(before)?, self.tokens.get(at)?)));
        match pair {
            Some((before, token)) if token.kind == Kind::Mark && before.end() == token.start => token.text,
            _ => "",
        }
    }

    /// Whether two signs are at a place with nothing between them.
    fn signs(&self, first: &str, second: &str) -> bool {
        self.is_mark(first) && self.joined(self.at + 1) == second
    }

    fn sign_at(&self, at: usize) -> Option<Sign> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Word if token.text == "in" => {
                Some(Sign::Between(Operator { text: "in", strength: 110, words: 1 }))
            }
            Kind::Mark => {
                let second = self.joined(at + 1);
                let third = if second.is_empty() { "" } else { self.joined(at + 2) };
                let next = self.tokens.get(at + 1);
                if token.text == "!"
                    && next.is_some_and(|next| next.is_word("in") && next.start == token.end())
                {
                    return Some(Sign::Between(Operator { text: "!in", strength: 110, words: 2 }));
                }
                sign(token.text, second, third)
            }
            _ => None,
        }
    }

    fn operator_at(&self, at: usize) -> Option<Operator> {
        match self.sign_at(at)? {
            Sign::Between(operator) => Some(operator),
            Sign::Assigning(_) => None,
        }
    }

    fn assignment_at(&self, at: usize) -> Option<&'static str> {
        match self.sign_at(at)? {
            Sign::Assigning(sign) => Some(sign),
            Sign::Between(_) => None,
        }
    }

    fn learn(&mut self, name: &'s str, shape: Shape) {
        let known = self.variables.entry(name).or_insert(Shape::NOTHING);
        let all = known.or(shape);
        if all != *known {
            *known = all;
            self.learnt = true;
        }
    }

    fn script(&mut self) -> Option<()> {
        if self.program {
            while self.here().is_some() {
                self.statement()?;
            }
        } else {
            self.value(0)?;
        }
        self.here().is_none().then_some(())
    }

    /// `{ … }`: what its last statement gives.
    fn block(&mut self) -> Option<Shape> {
        self.expect("{")?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut last = Shape::MISSING;
        while !self.take_mark("}") {
            self.here()?;
            if !self.take_mark(";") {
                last = self.statement()?;
            }
        }
        self.depth -= 1;
        Some(last)
    }

    fn statement(&mut self) -> Option<Shape> {
        if self.take_mark(";") {
            return Some(Shape::MISSING);
        }
        let Some(token) = self.here().filter(|token| token.kind == Kind::Word && self.program).copied()
        else {
            if self.program && self.is_mark("{") {
                return self.block();
            }
            return self.change();
        };
        match token.text {
            "let" | "const" => {
                self.at += 1;
                let name = self.name()?;
                let shape = match self.assignment_at(self.at) {
                    Some("=") => {
                        self.at += 1;
                        self.value(0)?
                    }
                    _ => Shape::MISSING,
                };
                self.learn(name, shape);
                Some(Shape::MISSING)
            }
            "fn" => self.function(),
            "return" | "break" => {
                self.at += 1;
                let ends = self.here().is_none_or(|next| next.is_mark(";") || next.is_mark("}"));
                if !ends {
                    self.value(0)?;
                }
                Some(Shape::UNKNOWN)
            }
            "continue" => {
                self.at += 1;
                Some(Shape::UNKNOWN)
            }
            _ => match self.compound() {
                Some(shape) => shape,
                None => self.change(),
            },
        }
    }

    fn function(&mut self) -> Option<Shape> {
        self.at += 1;
        self.name()?;
        self.expect("(")?;
        while !self.take_mark(")") {
            let name = self.name()?;
            self.learn(name, Shape::UNKNOWN);
            self.take_mark(",");
        }
        self.block()?;
        Some(Shape::MISSING)
    }

    /// A value, or the change of a variable.
    fn change(&mut self) -> Option<Shape> {
        let start = self.at;
        let left = self.value(0)?;
        let Some(sign) = self.assignment_at(self.at) else { return Some(left) };
        let words = self.at..self.at + sign.len();
        let name = match self.tokens.get(start..self.at)? {
            [name] if name.kind == Kind::Word => name.text,
            // Only variables are changed.
            _ => return None,
        };
        self.at = words.end;
        let right = self.value(0)?;
        let shape = match sign {
            "=" => right,
            "+=" => {
                if left.kinds.has(Kinds::LIST) && right.kinds.has(Kinds::LIST) {
                    self.found.appends.push(words);
                }
                left.grown(right)
            }
            "-=" => {
                let left = Side { words: start..words.start, shape: left };
                self.subtracted(sign, words, left, right)
            }
            _ => calculated(sign, left, right),
        };
        self.learn(name, shape);
        Some(Shape::MISSING)
    }

    /// A construct that begins with a control word. `None` when none does, `Some(None)` when it is not understood.
    fn compound(&mut self) -> Option<Option<Shape>> {
        let word = self.here().filter(|token| token.kind == Kind::Word)?.text;
        let follow: fn(&mut Self) -> Option<Shape> = match word {
            "if" => Self::choice,
            "switch" => Self::switch,
            "while" => |walk| {
                walk.value(0)?;
                walk.block()
            },
            "loop" => Self::block,
            "do" => |walk| {
                walk.block()?;
                if !walk.take_word("while") && !walk.take_word("until") {
                    return None;
                }
                walk.value(0)
            },
            "for" => Self::turns,
            _ => return None,
        };
        self.at += 1;
        self.depth += 1;
        let shape = if self.depth > DEEPEST { None } else { follow(self) };
        self.depth -= 1;
        // A loop gives what `break` gives.
        Some(shape.map(|shape| if matches!(word, "if" | "switch") { shape } else { Shape::UNKNOWN }))
    }

    fn choice(&mut self) -> Option<Shape> {
        let mut all = Shape::NOTHING;
        loop {
            self.value(0)?;
            all = all.or(self.block()?);
            if !self.take_word("else") {
                return Some(all.or_missing());
            }
            if !self.take_word("if") {
                return Some(all.or(self.block()?));
            }
        }
    }

    fn turns(&mut self) -> Option<Shape> {
        let name = if self.take_mark("(") {
            let name = self.name()?;
            self.expect(",")?;
            let counter = self.name()?;
            self.expect(")")?;
            self.learn(counter, Shape::NUMBER);
            name
        } else {
            self.name()?
        };
        if !self.take_word("in") {
            return None;
        }
        let over = self.value(0)?;
        self.learn(name, over.item());
        self.block()
    }

    fn switch(&mut self) -> Option<Shape> {
        let start = self.at;
        let shape = self.value(0)?;
        let value = Side { words: start..self.at, shape };
        self.expect("{")?;
        let (mut cases, mut all) = (Vec::new(), Shape::MISSING);
        while !self.take_mark("}") {
            if !self.take_word("_") {
                loop {
                    let start = self.at;
                    let shape = self.value(ALTERNATIVES)?;
                    cases.push(Side { words: start..self.at, shape });
                    if !self.take_mark("|") {
                        break;
                    }
                }
            }
            if self.take_word("if") {
                self.value(0)?;
            }
            if !self.signs("=", ">") {
                return None;
            }
            self.at += 2;
            all = all.or(self.statement()?);
            let _ = self.take_mark(",") || self.take_mark(";");
        }
        self.found.switches.push(Switch { value, cases });
        Some(all)
    }

    /// A value whose operators all bind stronger than the strength.
    fn value(&mut self, strength: u8) -> Option<Shape> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let start = self.at;
        let mut left = self.single()?;
        while let Some(operator) = self.operator_at(self.at).filter(|next| next.strength > strength) {
            let end = self.at;
            self.at += operator.words;
            let begin = self.at;
            let closes = |token: &Token<'_>| {
                token.kind == Kind::Mark && matches!(token.text, "]" | ")" | "}" | "," | ";" | "=")
            };
            let is_open = operator.text.starts_with("..") && self.here().is_none_or(closes);
            let right = if is_open { Shape::MISSING } else { self.value(operator.strength)? };
            left = match operator.text {
                "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "!in" => {
                    self.found.comparisons.push(Comparison {
                        sign: end..begin,
                        operator: operator.text,
                        left: Side { words: start..end, shape: left },
                        right: Side { words: begin..self.at, shape: right },
                    });
                    Shape::BOOL
                }
                "&&" | "||" => Shape::BOOL,
                "??" => left.or(right),
                ".." | "..=" => Shape::plain(Kinds::RANGE),
                "+" => left.sum(right),
                "-" => self.subtracted("-", end..begin, Side { words: start..end, shape: left }, right),
                sign => calculated(sign, left, right),
            };
        }
        self.depth -= 1;
        Some(left)
    }

    /// The kinds of a difference. Two texts have none: the engine would remove the second from the first, and
    /// count neither.
    fn subtracted(&mut self, operator: &'static str, sign: Range<usize>, left: Side, right: Shape) -> Shape {
        let shape = calculated("-", left.shape, right);
        if left.shape.kinds.and(right.kinds).has(Kinds::TEXT) {
            let right = Side { words: sign.end..self.at, shape: right };
            self.found.comparisons.push(Comparison { sign, operator, left, right });
        }
        shape
    }

    fn single(&mut self) -> Option<Shape> {
        if self.take_mark("!") {
            self.deeper(Self::single)?;
            return Some(Shape::BOOL);
        }
        if self.take_mark("-") || self.take_mark("+") {
            self.deeper(Self::single)?;
            return Some(Shape::NUMBER);
        }
        let mut shape = self.primary()?;
        loop {
            if self.take_mark("[") {
                self.value(0)?;
                self.expect("]")?;
                let is_list = shape.kinds.of_present() == Kinds::LIST;
                shape = if is_list { shape.item() } else { Shape::UNKNOWN };
            } else if self.is_mark(".") && !self.signs(".", ".") {
                self.at += 1;
                let name = self.name()?;
                shape = if self.take_mark("(") {
                    let given = self.given(Some(shape))?;
                    self.called(name, &given)
                } else {
                    Shape::UNKNOWN
                };
            } else {
                return Some(shape);
            }
        }
    }

    fn deeper(&mut self, follow: fn(&mut Self) -> Option<Shape>) -> Option<Shape> {
        self.depth += 1;
        let shape = if self.depth > DEEPEST { None } else { follow(self) };
        self.depth -= 1;
        shape
    }

    fn primary(&mut self) -> Option<Shape> {
        let token = *self.here()?;
        match token.kind {
            Kind::Number | Kind::Text => {
                self.at += 1;
                Some(if token.kind == Kind::Number { Shape::NUMBER } else { Shape::TEXT })
            }
            Kind::Mark if token.text == "{" => self.block(),
            Kind::Mark if token.text == "(" => {
                self.at += 1;
                if self.take_mark(")") {
                    return Some(Shape::MISSING);
                }
                let shape = self.value(0)?;
                self.expect(")")?;
                Some(shape)
            }
            Kind::Mark if token.text == "[" => {
                self.at += 1;
                let mut items = Kinds::NONE;
                while !self.take_mark("]") {
                    items = items.or(self.value(0)?.kinds);
                    if !self.take_mark(",") && !self.is_mark("]") {
                        return None;
                    }
                }
                Some(Shape::list(items))
            }
            Kind::Mark => None,
            Kind::Word => match token.text {
                "true" | "false" => {
                    self.at += 1;
                    Some(Shape::BOOL)
                }
                "let" | "const" | "fn" | "return" | "break" | "continue" | "else" | "in" => None,
                _ => match self.compound() {
                    Some(shape) => shape,
                    None => self.named(token.text),
                },
            },
        }
    }

    /// A variable, a field, or a call.
    fn named(&mut self, name: &'s str) -> Option<Shape> {
        self.at += 1;
        if self.take_mark("(") {
            let given = self.given(None)?;
            return Some(self.called(name, &given));
        }
        let own = self.variables.get(name).copied();
        Some(own.or_else(|| of_field(name)).unwrap_or(Shape::UNKNOWN))
    }

    fn given(&mut self, first: Option<Shape>) -> Option<Vec<Shape>> {
        let mut given: Vec<Shape> = first.into_iter().collect();
        while !self.take_mark(")") {
            given.push(self.value(0)?);
            if !self.take_mark(",") && !self.is_mark(")") {
                return None;
            }
        }
        Some(given)
    }

    fn called(&self, name: &str, given: &[Shape]) -> Shape {
        if self.own_functions.contains(name) { Shape::UNKNOWN } else { of_call(name, given) }
    }

    /// Whether a value ends right before a word, so that a `-` there is between two.
    fn ends_a_value(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.is_some_and(|word| match word.kind {
            Kind::Number | Kind::Text => true,
            Kind::Word => !BEFORE_VALUES.contains(&word.text),
            Kind::Mark => matches!(word.text, ")" | "]"),
        })
    }

    /// Every operator, without anything known of its sides.
    fn unfollowed(&self) -> Found {
        let mut found = Found { may_hold_lists: true, ..Found::default() };
        let mut at = 0;
        while at < self.tokens.len() {
            let sign = self.sign_at(at);
            let (assignment, operator) = (self.assignment_at(at), self.operator_at(at));
            let words = match sign {
                Some(Sign::Between(operator)) => operator.words,
                Some(Sign::Assigning(sign)) => sign.len(),
                // The second character of `=>` is not an operator.
                None if self.tokens.get(at).is_some_and(|token| token.is_mark("=")) => 2,
                None => 1,
            };
            if assignment == Some("+=") {
                found.appends.push(at..at + words);
            }
            let between = match operator.map(|operator| operator.text) {
                Some(text @ ("==" | "!=" | "<" | ">" | "<=" | ">=")) => Some(text),
                Some("-") if self.ends_a_value(at) => Some("-"),
                _ => assignment.filter(|sign| *sign == "-="),
            };
            if let Some(operator) = between {
                let side = |words| Side { words, shape: Shape::UNKNOWN };
                found.comparisons.push(Comparison {
                    sign: at..at + words,
                    operator,
                    left: side(at.saturating_sub(1)..at),
                    right: side(at + words..at + words),
                });
            }
            at += words;
        }
        found
    }
}

/// Words that no value ends with.
const BEFORE_VALUES: [&str; 7] = ["return", "in", "if", "while", "switch", "until", "else"];

/// The kinds of calculations other than sums.
fn calculated(sign: &str, left: Shape, right: Shape) -> Shape {
    let both = left.kinds.and(right.kinds);
    let kinds = match sign.trim_end_matches('=') {
        "&" | "|" | "^" => both.and(Kinds::NUMBER.or(Kinds::BOOL)),
        _ => both.and(Kinds::NUMBER),
    };
    Shape::plain(kinds)
}
