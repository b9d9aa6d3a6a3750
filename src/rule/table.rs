//! The conditions of many rules, answered together: each field is read once.

use std::ops::Add;

use chrono::{DateTime, Utc};

use super::Field;
use super::facts::{FactSource, FactValue};
use super::operand::Operand;
use super::operator::Operator;
use super::predicate::{Predicate, Test, compare};
use crate::model::Points;

/// 63 times these do not overflow.
const MOST_THOUSANDTHS: u64 = Points::LIMIT as u64 * 1_000;
/// Up to so many values are looked through from the first to the last.
const FEW: usize = 8;
/// Longer lists of whole numbers are not spread over the intervals of a column: they are looked up by themselves, which
/// needs a part of the memory.
const LONG: usize = if cfg!(test) { 3 } else { 1024 };

/// Up to 64 bits of conditions and comparisons, and the thousandths of points they sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    bits: u64,
    thousandths: i64,
}

impl Add for Held {
    type Output = Held;

    /// The bits of the two are distinct. `push` lets no points in whose sum could overflow.
    #[inline]
    fn add(self, other: Held) -> Held {
        Held { bits: self.bits | other.bits, thousandths: self.thousandths + other.thousandths }
    }
}

impl Held {
    /// What is left without a part of it.
    fn without(self, part: Held) -> Held {
        Held { bits: self.bits & !part.bits, thousandths: self.thousandths - part.thousandths }
    }
}

/// Conditions without scripts, each with the points it gives when it holds.
///
/// Asking costs O(fields · log of the values they are compared with), however many conditions there are. The points
/// of conditions on one field are summed up beforehand, for each interval of numbers and for each text.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConditionTable {
    /// Conditions that always hold.
    always: Held,
    columns: Vec<Column>,
    formulas: Vec<(Formula, Held)>,
    conditions: u32,
    /// Comparisons that formulas ask for, with bits from the top down.
    comparisons: u32,
}

/// A condition over the bits of comparisons.
#[derive(Debug, Clone)]
struct Formula {
    junction: Junction,
    bits: u64,
    parts: Vec<Formula>,
}

#[derive(Debug, Clone, Copy)]
enum Junction {
    All,
    Any,
    None,
}

impl Formula {
    #[inline]
    fn holds(&self, bits: u64) -> bool {
        let own = bits & self.bits;
        let alone = match self.junction {
            Junction::All => own == self.bits,
            Junction::Any => own != 0,
            Junction::None => own == 0,
        };
        if self.parts.is_empty() { alone } else { self.holds_with_parts(alone, bits) }
    }

    fn holds_with_parts(&self, alone: bool, bits: u64) -> bool {
        let mut parts = self.parts.iter().map(|part| part.holds(bits));
        match self.junction {
            Junction::All => alone && parts.all(|holds| holds),
            Junction::Any => alone || parts.any(|holds| holds),
            Junction::None => alone && !parts.any(|holds| holds),
        }
    }
}

/// One comparison of the field of a column.
#[derive(Debug, Clone)]
struct Comparison {
    operator: Operator,
    operand: Operand,
    held: Held,
}

impl ConditionTable {
    /// Adds a condition (`None` always holds). Gives back whether it could: there is no room for scripts, nor for
    /// more than 63 conditions and comparisons.
    pub(crate) fn push(&mut self, condition: Option<&Predicate>, points: Points) -> bool {
        let Some(comparisons) = condition.map_or(Some(0), Predicate::comparisons) else { return false };
        let free = 64 - self.conditions - self.comparisons;
        // One bit for the condition, and one that stays free.
        if comparisons + 2 > free as usize || points.thousandths().unsigned_abs() > MOST_THOUSANDTHS {
            return false;
        }
        let held = Held { bits: 1 << self.conditions, thousandths: points.thousandths() };
        self.conditions += 1;
        match condition.map(|predicate| &predicate.0) {
            None => self.always = self.always + held,
            Some(Test::Compare { field, operator, operand }) => {
                let comparison = Comparison { operator: *operator, operand: operand.clone(), held };
                self.column(field).comparisons.push(comparison);
            }
            Some(test) => {
                let formula = self.formula(test);
                self.formulas.push((formula, held));
            }
        }
        true
    }

    /// Makes it ready to be asked, once all conditions are in.
    pub(crate) fn finish(mut self) -> ConditionTable {
        self.columns.iter_mut().for_each(Column::finish);
        self
    }

    /// The conditions that hold, as bits from the lowest, and the sum of their points.
    #[inline]
    pub(crate) fn ask(&self, facts: &impl FactSource) -> (u64, Points) {
        let mut held = self.always;
        for column in &self.columns {
            held = held + column.ask(&facts.fact(&column.field), facts);
        }
        for (formula, own) in &self.formulas {
            if formula.holds(held.bits) {
                held = held + *own;
            }
        }
        // `push` leaves a bit free, so the shift is within the word.
        (held.bits & ((1 << self.conditions) - 1), Points::from_thousandths(held.thousandths))
    }

    fn column(&mut self, field: &Field) -> &mut Column {
        let index = self.columns.iter().position(|column| column.field == *field);
        let index = index.unwrap_or(self.columns.len());
        if index == self.columns.len() {
            self.columns.push(Column::new(field));
        }
        // The index is that of a column.
        #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
        &mut self.columns[index]
    }

    fn formula(&mut self, test: &Test) -> Formula {
        let (junction, tests) = match test {
            Test::All(tests) => (Junction::All, tests.as_slice()),
            Test::Any(tests) => (Junction::Any, tests.as_slice()),
            Test::Not(test) => (Junction::None, std::slice::from_ref(&**test)),
            Test::Compare { .. } | Test::Script(_) => (Junction::All, [].as_slice()),
        };
        let mut formula = Formula { junction, bits: 0, parts: Vec::new() };
        for predicate in tests {
            match &predicate.0 {
                Test::Compare { field, operator, operand } => {
                    formula.bits |= self.bit(field, *operator, operand);
                }
                test => formula.parts.push(self.formula(test)),
            }
        }
        formula
    }

    /// The bit of a comparison: the one it has, else a new one.
    fn bit(&mut self, field: &Field, operator: Operator, operand: &Operand) -> u64 {
        let bit = 1 << (63 - self.comparisons);
        let column = self.column(field);
        let same = |known: &&Comparison| {
            known.operator == operator
                && known.operand == *operand
                // A whole number and a fraction that are written alike are not compared alike.
                && std::mem::discriminant(&known.operand) == std::mem::discriminant(operand)
        };
        if let Some(known) = column.comparisons.iter().find(same) {
            return known.held.bits;
        }
        let held = Held { bits: bit, thousandths: 0 };
        column.comparisons.push(Comparison { operator, operand: operand.clone(), held });
        self.comparisons += 1;
        bit
    }
}

/// All comparisons of one field.
#[derive(Debug, Clone)]
struct Column {
    field: Field,
    comparisons: Vec<Comparison>,
    missing: Held,
    integers: Integers,
    texts: Texts,
}

/// What holds for whole numbers, by interval.
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

/// What holds for the texts that are named, and for all others.
#[derive(Debug, Clone, Default)]
struct Texts {
    named: Vec<(Head, Box<str>, Held)>,
    other: Held,
    rest: Vec<Comparison>,
}

impl Column {
    fn new(field: &Field) -> Column {
        Column {
            field: field.clone(),
            comparisons: Vec::new(),
            missing: Held::default(),
            integers: Integers::default(),
            texts: Texts::default(),
        }
    }

    fn finish(&mut self) {
        self.missing = compare_all(&self.comparisons, &FactValue::Missing, DateTime::UNIX_EPOCH);
        self.integers = Integers::of(&self.comparisons);
        self.texts = Texts::of(&self.comparisons);
    }

    #[inline]
    fn ask(&self, value: &FactValue<'_>, facts: &impl FactSource) -> Held {
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
                    // The next one may follow at once.
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

    /// Whether it holds for the texts it names, and for those it does not; not for comparisons of parts of a text.
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
        // Each comparison is asked only about the numbers it names, so that long lists cost what they are long.
        let mut sum = Held::default();
        let mut changes: Vec<(i64, bool, Held)> = Vec::new();
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
        // Each comparison is asked only about the texts it names, so that long lists cost what they are long.
        let mut texts: Vec<(Head, &str, usize)> = Vec::new();
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

/// The length of a text and its first bytes: most texts differ in these, which costs less to see than reading them.
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

/// Apart, so that the tables, which answer nearly always, stay small.
#[inline(never)]
fn compare_all(comparisons: &[Comparison], value: &FactValue<'_>, now: DateTime<Utc>) -> Held {
    let holds = |one: &&Comparison| compare(value, one.operator, &one.operand, now);
    comparisons.iter().filter(holds).fold(Held::default(), |sum, one| sum + one.held)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::error::Report;
    use crate::model::{Lead, Value};
    use crate::rule::{Condition, FactContext, Facts, HostTables, Scope};

    fn comparison() -> impl Strategy<Value = Json> {
        let number = prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            -3..4i64,
            Just((1 << 53) + 1),
            Just(1 << 53),
            Just(-(1 << 53) - 1)
        ];
        let of_number = prop_oneof!["eq", "ne", "lt", "le", "gt", "ge"];
        let of_text = prop_oneof!["eq", "ne", "contains", "starts_with", "ends_with"];
        let text =
            prop_oneof!["[ab]{0,2}", "[ab]{7,9}", "总经?理"].prop_filter("not blank", |t| !t.is_empty());
        let count = || prop_oneof![Just("employee_count"), Just("attributes.x")];
        let words = || prop_oneof![Just("title"), Just("job_function"), Just("tags"), Just("attributes.x")];
        prop_oneof![
            (count(), of_number.clone(), number.clone()).prop_map(|(f, op, n)| json!({"field": f, op: n})),
            (count(), of_number, -3.0..4.0f64).prop_map(|(f, op, n)| json!({"field": f, op: n})),
            (count(), -3..4i64, 0..4i64)
                .prop_map(|(f, from, more)| json!({"field": f, "between": [from, from + more]})),
            (count(), prop_oneof!["in", "not_in"], prop::collection::vec(number, 1..8))
                .prop_map(|(f, op, numbers)| json!({"field": f, op: numbers})),
            (words(), of_text, text.clone()).prop_map(|(f, op, text)| json!({"field": f, op: text})),
            (words(), prop_oneof!["in", "not_in"], prop::collection::vec(text, 1..12))
                .prop_map(|(f, op, texts)| json!({"field": f, op: texts})),
            (prop_oneof![words(), count()], any::<bool>())
                .prop_map(|(f, wanted)| json!({"field": f, "exists": wanted})),
            Just(json!({"field": "created_at", "within": "7d"})),
        ]
    }

    fn condition() -> impl Strategy<Value = Json> {
        comparison().prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|all| json!({ "all": all })),
                prop::collection::vec(inner.clone(), 0..4).prop_map(|any| json!({ "any": any })),
                inner.prop_map(|not| json!({ "not": not })),
            ]
        })
    }

    fn lead() -> impl Strategy<Value = Lead> {
        let text = || prop::option::of(prop_oneof!["[ab ]{0,2}", "[ab]{7,9}", "总经?理"]);
        let x = prop_oneof![
            Just(Value::Null),
            (-4..5i64).prop_map(Value::Integer),
            prop_oneof![Just(i64::MIN), Just(i64::MAX), Just((1 << 53) + 1)].prop_map(Value::Integer),
            (-4.0..5.0f64).prop_map(Value::Number),
            "[ab]{0,9}".prop_map(Value::Text),
            prop::collection::vec("[ab]{1,2}", 0..3).prop_map(Value::List),
        ];
        let tags = prop::collection::vec("[ab]{1,2}", 0..3);
        (prop::option::of(0..5u32), text(), text(), tags, x, 0..20i64).prop_map(
            |(employee_count, title, function, tags, x, age)| Lead {
                employee_count,
                title,
                job_function: function.map(|text| text.as_str().into()),
                tags,
                attributes: [("x".to_owned(), x)].into_iter().collect(),
                created_at: now() - chrono::TimeDelta::days(age),
                ..Lead::default()
            },
        )
    }

    fn now() -> DateTime<Utc> {
        "2026-03-10T09:00:00Z".parse().unwrap()
    }

    fn compile(condition: &Json) -> Option<Predicate> {
        let condition: Condition = serde_json::from_value(condition.clone()).ok()?;
        Some(condition.compile(Scope::Score, &mut Report::new()))
    }

    proptest! {
        #[test]
        fn a_table_answers_what_each_condition_answers_alone(
            conditions in prop::collection::vec(condition(), 0..40),
            leads in prop::collection::vec(lead(), 1..8),
        ) {
            let tables = HostTables::default();
            let context = FactContext::new(&tables, now());
            let mut table = ConditionTable::default();
            let mut members: Vec<Option<Predicate>> = Vec::new();
            for (index, condition) in conditions.iter().enumerate() {
                let Some(predicate) = compile(condition) else { continue };
                let predicate = (index % 7 != 3).then_some(predicate);
                if table.push(predicate.as_ref(), Points::new(index as i64 - 5)) {
                    members.push(predicate);
                    prop_assert!(members.len() < 64);
                } else {
                    break;
                }
            }
            let points: Vec<i64> = conditions
                .iter()
                .enumerate()
                .filter(|(_, condition)| compile(condition).is_some())
                .map(|(index, _)| index as i64 - 5)
                .collect();
            let table = table.finish();
            for lead in &leads {
                let facts = Facts::new(lead, &context);
                let alone = |member: &Option<Predicate>| {
                    member.as_ref().is_none_or(|predicate| predicate.eval(&facts).unwrap())
                };
                let mut bits = 0u64;
                let mut sum = Points::ZERO;
                for (index, member) in members.iter().enumerate() {
                    if alone(member) {
                        bits |= 1 << index;
                        sum = sum + Points::new(points[index]);
                    }
                }
                prop_assert_eq!(table.ask(&facts), (bits, sum));
            }
        }
    }

    #[test]
    fn a_full_table_takes_no_more_and_scripts_never_fit() {
        let mut table = ConditionTable::default();
        let taken = (0..100).filter(|_| table.push(None, Points::new(1))).count();
        assert_eq!(taken, 63);
        let huge = Points::from_thousandths(i64::MAX);
        assert!(!ConditionTable::default().push(None, huge), "its sum could overflow");
        let wide =
            json!({"any": (0..64).map(|n| json!({"field": "employee_count", "eq": n})).collect::<Vec<_>>()});
        assert!(!ConditionTable::default().push(compile(&wide).as_ref(), Points::new(1)));
        if cfg!(feature = "script") {
            let script = json!({"not": {"script": "employee_count > 5"}});
            assert!(!ConditionTable::default().push(compile(&script).as_ref(), Points::new(1)));
        }
    }
}
