//! The conditions of many rules, answered together: each field is read once.

use super::Field;
use super::column::{Column, Comparison, Held};
use super::fact_value::FactSource;
use super::operand::Operand;
use super::operator::Operator;
use super::predicate::{Predicate, Test};
use crate::model::Points;

/// 63 times these do not overflow.
const MAX_THOUSANDTHS: u64 = Points::LIMIT as u64 * 1_000;

/// Conditions without scripts, each with the points it gives when it holds.
///
/// Evaluating costs O(fields · log of the values they are compared with), however many conditions there are. The points
/// of conditions on one field are summed up beforehand, for each interval of numbers and for each text.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConditionTable {
    /// Conditions that always hold.
    always: Held,
    columns: Vec<Column>,
    formulas: Vec<(Formula, Held)>,
    conditions: u32,
    /// Comparisons that formulas need, with bits from the top down.
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

impl ConditionTable {
    /// Adds a condition (`None` always holds). Returns whether it could: there is no room for scripts, nor for
    /// more than 63 conditions and comparisons.
    pub(crate) fn push(&mut self, condition: Option<&Predicate>, points: Points) -> bool {
        let Some(comparisons) = condition.map_or(Some(0), Predicate::comparisons) else { return false };
        let free = 64 - self.conditions - self.comparisons;
        // One bit for the condition, and one that stays free.
        if comparisons + 2 > free as usize || points.thousandths().unsigned_abs() > MAX_THOUSANDTHS {
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

    /// Makes it ready to be evaluated, once all conditions are in.
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
                // A whole number and a fraction that are written alike compare differently.
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

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
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
