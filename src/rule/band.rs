//! Conditions that cut a number into bands, for the lint.

use std::cmp::Ordering;
use std::fmt;

use super::condition::{Condition, Node};
use super::operand::Operand;
use super::operator::Operator;
use super::{Field, FieldType};

/// The numbers for which a condition on one numeric field holds, when they are one interval.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NumberBand {
    field: Field,
    from: f64,
    from_included: bool,
    until: f64,
    until_included: bool,
}

impl Condition {
    /// The band, when the condition compares one numeric field and holds for one interval.
    pub(crate) fn number_band(&self) -> Option<NumberBand> {
        match &self.0 {
            Node::Compare { field, operator, operand } => NumberBand::of(field, *operator, operand),
            Node::All(conditions) => {
                let mut bands = conditions.iter().map(Condition::number_band);
                let first = bands.next()??;
                bands.try_fold(first, |band, other| band.intersect(&other?))
            }
            _ => None,
        }
    }
}

impl NumberBand {
    fn of(field: &Field, operator: Operator, operand: &Operand) -> Option<NumberBand> {
        if !matches!(field.kind(), FieldType::Integer | FieldType::Number | FieldType::Any) {
            return None;
        }
        let band = |from, from_included, until, until_included| {
            Some(NumberBand { field: field.clone(), from, from_included, until, until_included })
        };
        let number = match operand {
            Operand::Integer(number) => *number as f64,
            Operand::Number(number) => *number,
            Operand::NumberRange(from, until) => return band(*from, true, *until, true),
            Operand::IntegerRange(from, until) => return band(*from as f64, true, *until as f64, true),
            _ => return None,
        };
        match operator {
            Operator::Eq => band(number, true, number, true),
            Operator::Lt => band(f64::NEG_INFINITY, false, number, false),
            Operator::Le => band(f64::NEG_INFINITY, false, number, true),
            Operator::Gt => band(number, false, f64::INFINITY, false),
            Operator::Ge => band(number, true, f64::INFINITY, false),
            _ => None,
        }
    }

    fn intersect(self, other: &NumberBand) -> Option<NumberBand> {
        if self.field != other.field {
            return None;
        }
        let tighter = |ours: (f64, bool), theirs: (f64, bool), theirs_is_tighter: bool| {
            if ours.0 == theirs.0 {
                (ours.0, ours.1 && theirs.1)
            } else if theirs_is_tighter {
                theirs
            } else {
                ours
            }
        };
        let (from, from_included) = tighter(
            (self.from, self.from_included),
            (other.from, other.from_included),
            other.from > self.from,
        );
        let (until, until_included) = tighter(
            (self.until, self.until_included),
            (other.until, other.until_included),
            other.until < self.until,
        );
        Some(NumberBand { field: self.field, from, from_included, until, until_included })
    }

    /// The field that is compared.
    pub(crate) fn field(&self) -> &Field {
        &self.field
    }

    /// The sort key: the field, then where the band begins.
    pub(crate) fn order(&self, other: &NumberBand) -> Ordering {
        self.field
            .cmp(&other.field)
            .then(self.from.total_cmp(&other.from))
            .then(other.from_included.cmp(&self.from_included))
            .then(self.until.total_cmp(&other.until))
    }

    /// Whether it ends after the other.
    pub(crate) fn reaches_beyond(&self, other: &NumberBand) -> bool {
        other.until < self.until || other.until == self.until && self.until_included && !other.until_included
    }

    /// Whether a band that begins no earlier shares numbers with this one.
    pub(crate) fn overlaps(&self, later: &NumberBand) -> bool {
        later.from < self.until || later.from == self.until && later.from_included && self.until_included
    }

    /// Whether there are numbers between this band and one that begins after it. Whole numbers have none between
    /// 9 and 10.
    pub(crate) fn leaves_gap(&self, later: &NumberBand) -> bool {
        if self.field.kind() == FieldType::Integer {
            let last =
                if self.until_included { libm::floor(self.until) } else { libm::ceil(self.until) - 1.0 };
            let first =
                if later.from_included { libm::ceil(later.from) } else { libm::floor(later.from) + 1.0 };
            return first > last + 1.0;
        }
        later.from > self.until || !later.from_included && !self.until_included
    }
}

impl fmt::Display for NumberBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from.is_finite(), self.until.is_finite()) {
            (true, true) if self.from == self.until => write!(f, "`{}`", self.from),
            (true, true) => write!(f, "`{} to {}`", self.from, self.until),
            (true, false) => write!(f, "`{} and more`", self.from),
            (false, true) => write!(f, "`up to {}`", self.until),
            (false, false) => f.write_str("`everything`"),
        }
    }
}
