//! All comparisons of one field, answered by one lookup in its value.

use std::ops::Add;

use chrono::{DateTime, Utc};

use super::Field;
use super::fact_value::{FactSource, FactValue};
use super::operand::Operand;
use super::operator::Operator;
use super::predicate::compare;

/// Up to so many values are looked through from the first to the last.
const FEW: usize = 8;
/// Longer lists of whole numbers are not spread over the intervals of a column: they are looked up by themselves, which
/// needs a part of the memory.
const LONG: usize = if cfg!(test) { 3 } else { 64 };

/// Up to 64 bits of conditions and comparisons, and the thousandths of points they sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    pub(super) bits: u64,
    pub(super) thousandths: i64,
}

impl Add for Held {
    type Output = Held;

    /// The bits of the two are distinct. `push` accepts no points whose sum could overflow.
    #[inline]
    fn add(self, other: Held) -> Held {
        Held { bits: self.bits | other.bits, thousandths: self.thousandths + other.thousandths }
    }
}

impl Held {
    /// The rest without a part of it.
    fn without(self, part: Held) -> Held {
        Held { bits: self.bits & !part.bits, thousandths: self.thousandths - part.thousandths }
    }
}

/// One comparison of the field of a column.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) operator: Operator,
    pub(super) operand: Operand,
    pub(super) held: Held,
}

/// All comparisons of one field.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) field: Field,
    pub(super) comparisons: Vec<Comparison>,
    missing: Held,
    integers: Integers,
    texts: Texts,
}

/// The conditions that hold for whole numbers, by interval.
#[derive(Debug, Clone, Default)]
struct Integers {
    /// Where each interval but the first begins.
    breaks: Vec<i64>,
    /// One for each interval.
    held: Vec<Held>,
    /// Long lists, in order.
    long: Vec<(Box<[i64]>, Operator, Held)>,
    rest: Vec<Comparison>,
}

/// The conditions that hold for the named texts, and for all others.
#[derive(Debug, Clone, Default)]
struct Texts {
    named: Vec<(Head, Box<str>, Held)>,
    other: Held,
    rest: Vec<Comparison>,
}

impl Column {
    pub(super) fn new(field: &Field) -> Column {
        Column {
            field: field.clone(),
            comparisons: Vec::new(),
            missing: Held::default(),
            integers: Integers::default(),
            texts: Texts::default(),
        }
    }

    pub(super) fn finish(&mut self) {
        self.missing = compare_all(&self.comparisons, &FactValue::Missing, DateTime::UNIX_EPOCH);
        self.integers = Integers::of(&self.comparisons);
        self.texts = Texts::of(&self.comparisons);
    }

    #[inline]
    pub(super) fn ask(&self, value: &FactValue<'_>, facts: &impl FactSource) -> Held {
        let (held, rest) = match value {
            FactValue::Missing => return self.missing,
            FactValue::Integer(number) => (self.integers.ask(*number), &self.integers.rest),
            FactValue::Text(text) => (self.texts.ask(text), &self.texts.rest),
            _ => (Held::default(), &self.comparisons),
        };
        if rest.is_empty() { held } else { held + compare_all(rest, value, facts.now()) }
    }
}

impl Comparison {
    fn holds_for(&self, number: i64) -> bool {
        match &self.operand {
            Operand::Integers(wanted) => wanted.contains(&number) == (self.operator == Operator::In),
            operand => compare(&FactValue::Integer(number), self.operator, operand, DateTime::UNIX_EPOCH),
        }
    }

    /// Shows, in order, the numbers at which it may begin or cease to hold, and whether it holds from there on.
    fn visit_steps(&self, visit: &mut dyn FnMut(i64, bool)) {
        match &self.operand {
            Operand::Integers(wanted) => {
                let is_in = self.operator == Operator::In;
                let mut wanted = wanted.to_vec();
                wanted.sort_unstable();
                for (index, number) in wanted.iter().enumerate() {
                    visit(*number, is_in);
                    // The next one may follow directly.
                    if let Some(after) = number.checked_add(1)
                        && wanted.get(index + 1).is_none_or(|next| *next > after)
                    {
                        visit(after, !is_in);
                    }
                }
            }
            Operand::Integer(number) => self.visit_ends(*number, *number, visit),
            Operand::IntegerRange(from, until) => self.visit_ends(*from, *until, visit),
            _ => {}
        }
    }

    fn visit_ends(&self, from: i64, until: i64, visit: &mut dyn FnMut(i64, bool)) {
        for number in [Some(from), until.checked_add(1)].into_iter().flatten() {
            visit(number, self.holds_for(number));
        }
    }

    /// Whether it holds for the texts it names, and for all others; not for comparisons of parts of a text.
    fn of_texts(&self) -> (bool, bool) {
        match &self.operand {
            Operand::Text(_) | Operand::Texts(_) => (
                matches!(self.operator, Operator::Eq | Operator::In),
                matches!(self.operator, Operator::Ne | Operator::NotIn),
            ),
            operand => {
                let holds = compare(&FactValue::Text("x"), self.operator, operand, DateTime::UNIX_EPOCH);
                (holds, holds)
            }
        }
    }

    fn texts(&self) -> &[String] {
        match &self.operand {
            Operand::Text(text) => std::slice::from_ref(text),
            Operand::Texts(texts) => texts,
            _ => &[],
        }
    }
}

impl Integers {
    fn of(comparisons: &[Comparison]) -> Integers {
        // Against a fraction, whole numbers are compared as fractions.
        let is_fraction = |one: &&Comparison| {
            matches!(one.operand, Operand::Number(_) | Operand::Numbers(_) | Operand::NumberRange(..))
        };
        let (long, comparisons): (Vec<&Comparison>, Vec<&Comparison>) = comparisons
            .iter()
            .partition(|one| matches!(&one.operand, Operand::Integers(all) if all.len() > LONG));
        let sorted = |one: &Comparison| {
            let Operand::Integers(numbers) = &one.operand else {
                return (Box::default(), one.operator, one.held);
            };
            let mut numbers: Box<[i64]> = Box::from(&**numbers);
            numbers.sort_unstable();
            (numbers, one.operator, one.held)
        };
        let long = long.into_iter().map(sorted).collect();
        let comparisons = comparisons.into_iter();
        let (rest, exact): (Vec<&Comparison>, Vec<&Comparison>) = comparisons.partition(is_fraction);
        let (rest, exact): (Vec<_>, Vec<_>) =
            (rest.into_iter().cloned().collect(), exact.into_iter().cloned().collect());
        // Each comparison is evaluated only for the numbers it names, so that long lists cost no more than their length.
        let mut sum = Held::default();
        let count = |one: &Comparison| {
            let mut count = 0;
            one.visit_steps(&mut |_, _| count += 1);
            count
        };
        let mut changes: Vec<(i64, bool, Held)> = Vec::with_capacity(exact.iter().map(count).sum());
        for comparison in &exact {
            let mut before = comparison.holds_for(i64::MIN);
            sum = if before { sum + comparison.held } else { sum };
            comparison.visit_steps(&mut |number, holds| {
                if holds != before {
                    changes.push((number, holds, comparison.held));
                }
                before = holds;
            });
        }
        changes.sort_unstable_by_key(|(number, ..)| *number);
        let mut intervals = vec![(i64::MIN, sum)];
        for at_once in changes.chunk_by(|a, b| a.0 == b.0) {
            let (from, ..) = at_once.first().copied().unwrap_or_default();
            for (_, holds, held) in at_once {
                sum = if *holds { sum + *held } else { sum.without(*held) };
            }
            if intervals.last().is_some_and(|(_, before)| *before != sum) {
                intervals.push((from, sum));
            }
        }
        let breaks = intervals.iter().skip(1).map(|(from, _)| *from).collect();
        let held = intervals.iter().map(|(_, held)| *held).collect();
        Integers { breaks, held, long, rest }
    }

    #[inline]
    fn ask(&self, number: i64) -> Held {
        let interval = match self.breaks.len() {
            ..=FEW => self.breaks.iter().take_while(|from| **from <= number).count(),
            _ => self.breaks.partition_point(|from| *from <= number),
        };
        let held = self.held.get(interval).copied().unwrap_or_default();
        if self.long.is_empty() { held } else { held + self.ask_long(number) }
    }

    #[inline(never)]
    fn ask_long(&self, number: i64) -> Held {
        let holds = |(numbers, operator, _): &&(Box<[i64]>, Operator, Held)| {
            numbers.binary_search(&number).is_ok() == (*operator == Operator::In)
        };
        self.long.iter().filter(holds).fold(Held::default(), |sum, (.., held)| sum + *held)
    }
}

impl Texts {
    fn of(comparisons: &[Comparison]) -> Texts {
        let is_whole = |one: &&Comparison| {
            !matches!(
                one.operator,
                Operator::Contains | Operator::StartsWith | Operator::EndsWith | Operator::Matches
            )
        };
        let (whole, rest): (Vec<&Comparison>, Vec<&Comparison>) = comparisons.iter().partition(is_whole);
        let (whole, rest): (Vec<_>, Vec<_>) =
            (whole.into_iter().cloned().collect(), rest.into_iter().cloned().collect());
        let others = whole.iter().filter(|one| one.of_texts().1);
        let other = others.fold(Held::default(), |sum, one| sum + one.held);
        // Each comparison is evaluated only for the texts it names, so that long lists cost no more than their length.
        let count = whole.iter().map(|one| one.texts().len()).sum();
        let mut texts: Vec<(Head, &str, usize)> = Vec::with_capacity(count);
        for (index, one) in whole.iter().enumerate() {
            texts.extend(one.texts().iter().map(|text| (Head::of(text), text.as_str(), index)));
        }
        texts.sort_unstable();
        texts.dedup();
        let mut named = Vec::with_capacity(texts.len());
        for alike in texts.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let Some((head, text, _)) = alike.first() else { continue };
            let mut held = other;
            for one in alike.iter().filter_map(|(.., index)| whole.get(*index)) {
                held = match one.of_texts() {
                    (true, false) => held + one.held,
                    (false, true) => held.without(one.held),
                    _ => held,
                };
            }
            named.push((*head, Box::from(*text), held));
        }
        Texts { named, other, rest }
    }

    #[inline]
    fn find(&self, text: &str) -> Option<Held> {
        let head = Head::of(text);
        let same = |(known, named, _): &&(Head, Box<str>, Held)| {
            *known == head && (head.is_whole() || **named == *text)
        };
        if self.named.len() <= FEW {
            return self.named.iter().find(same).map(|(_, _, held)| *held);
        }
        let from = self.named.partition_point(|(known, _, _)| *known < head);
        let alike = self.named.get(from..)?.iter().take_while(|(known, _, _)| *known == head);
        alike.clone().find(same).map(|(_, _, held)| *held)
    }

    #[inline]
    fn ask(&self, text: &str) -> Held {
        self.find(text).unwrap_or(self.other)
    }
}

/// The length of a text and its first bytes: most texts differ in these, which is cheaper to find than reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Head(usize, u64);

impl Head {
    #[inline]
    fn of(text: &str) -> Head {
        let bytes = text.as_bytes();
        let first = match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(first), ..) => u64::from_le_bytes(*first),
            // Four bytes from either end: with the length, they are the text.
            (_, Some(first), Some(last)) => {
                u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
            }
            _ => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        Head(bytes.len(), first)
    }

    /// Whether nothing follows the first bytes.
    fn is_whole(self) -> bool {
        self.0 <= 8
    }
}

/// Separate, so that the tables, which nearly always answer, stay small.
#[inline(never)]
fn compare_all(comparisons: &[Comparison], value: &FactValue<'_>, now: DateTime<Utc>) -> Held {
    let holds = |one: &&Comparison| compare(value, one.operator, &one.operand, now);
    comparisons.iter().filter(holds).fold(Held::default(), |sum, one| sum + one.held)
}
