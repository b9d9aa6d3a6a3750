//! The values that conditions are evaluated on.

use chrono::{DateTime, Utc};

use super::Field;
use crate::model::{Activity, Attributes, Region, Value};
use crate::text::is_blank;

/// The value of a field, borrowed from the facts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FactValue<'a> {
    /// Not known; blank text is not known either.
    Missing,
    /// One text, not blank.
    Text(&'a str),
    /// Several texts, at least one.
    Texts(&'a [String]),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// A moment, in UTC.
    Time(DateTime<Utc>),
    /// A region: a country, or a part of one.
    Region(Region),
}

/// What conditions are evaluated on: a lead, or one of its activities or orders.
pub trait FactSource {
    /// The value of a field.
    fn fact(&self, field: &Field) -> FactValue<'_>;

    /// The time of the decision, from which spans are measured.
    fn now(&self) -> DateTime<Utc>;

    /// Shows every activity of the lead (default: none).
    fn visit_activities(&self, visit: &mut dyn FnMut(&Activity)) {
        let _ = visit;
    }

    /// The custom attributes (default: none).
    fn attributes(&self) -> Option<&Attributes> {
        None
    }
}

#[inline]
pub(crate) fn text(value: Option<&str>) -> FactValue<'_> {
    match value {
        Some(text) if !is_blank(text) => FactValue::Text(text),
        _ => FactValue::Missing,
    }
}

/// The value of a custom attribute.
pub(crate) fn own_column<'a>(attributes: &'a Attributes, name: &str) -> FactValue<'a> {
    attributes.get(name).map_or(FactValue::Missing, attribute)
}

pub(crate) fn number<'a>(value: Option<f64>) -> FactValue<'a> {
    value.filter(|number| number.is_finite()).map_or(FactValue::Missing, FactValue::Number)
}

pub(crate) fn texts(values: &[String]) -> FactValue<'_> {
    if values.is_empty() { FactValue::Missing } else { FactValue::Texts(values) }
}

pub(super) fn time<'a>(value: Option<DateTime<Utc>>) -> FactValue<'a> {
    value.map_or(FactValue::Missing, FactValue::Time)
}

pub(super) fn region<'a>(value: Option<Region>) -> FactValue<'a> {
    value.map_or(FactValue::Missing, FactValue::Region)
}

pub(crate) fn attribute(value: &Value) -> FactValue<'_> {
    match value {
        Value::Null => FactValue::Missing,
        Value::Bool(flag) => FactValue::Bool(*flag),
        Value::Integer(number) => FactValue::Integer(*number),
        Value::Number(value) => number(Some(*value)),
        Value::Text(value) => text(Some(value)),
        Value::Timestamp(at) => FactValue::Time(*at),
        Value::List(items) => texts(items),
    }
}
