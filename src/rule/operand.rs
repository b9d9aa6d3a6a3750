//! What a field is compared with, checked against the field's type.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde_json::Value as Json;

use super::operator::{ConditionError, Operator};
use super::pattern::Pattern;
use super::{Field, FieldType};
use crate::calendar::Span;
use crate::model::Region;
use crate::text::scrubbed;

/// The right-hand side of a comparison.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    Text(String),
    /// Shared, because the compiled condition keeps it too; a vector, because a slice would be copied into the `Arc`.
    Texts(Arc<Vec<String>>),
    Integer(i64),
    Integers(Arc<[i64]>),
    Number(f64),
    Numbers(Arc<[f64]>),
    Bool(bool),
    Time(DateTime<Utc>),
    Region(Region),
    Regions(Arc<[Region]>),
    Pattern(Pattern),
    /// Inclusive at both ends.
    IntegerRange(i64, i64),
    /// Inclusive at both ends.
    NumberRange(f64, f64),
    /// Inclusive at both ends.
    TimeRange(DateTime<Utc>, DateTime<Utc>),
    Span(Span),
    Exists(bool),
}

impl PartialEq for Operand {
    fn eq(&self, other: &Operand) -> bool {
        match (self, other) {
            (Operand::Texts(a), Operand::Texts(b)) => a == b,
            (Operand::Integers(a), Operand::Integers(b)) => a == b,
            // A pattern is shown by its source; everything else as it is written.
            _ => self.to_json() == other.to_json(),
        }
    }
}

impl Operand {
    /// Reads the operand of an operator, for a field of a type.
    pub(crate) fn read(field: &Field, operator: Operator, json: Json) -> Result<Operand, ConditionError> {
        let takes_texts = matches!(field.kind(), FieldType::Text | FieldType::Texts | FieldType::Any);
        match json {
            Json::Array(items)
                if takes_texts
                    && matches!(operator, Operator::In | Operator::NotIn)
                    && items.iter().all(Json::is_string) =>
            {
                Operand::texts(field, items)
            }
            json => Operand::of(field, operator, &json),
        }
    }

    /// Texts, which stay where they are: lists are long.
    fn texts(field: &Field, items: Vec<Json>) -> Result<Operand, ConditionError> {
        let known = |item| match item {
            Json::String(text) => check_known(field, &text).map(|()| text),
            _ => Ok(String::new()),
        };
        let texts = items.into_iter().map(known).collect::<Result<Vec<String>, _>>()?;
        Ok(Operand::Texts(Arc::new(texts)))
    }

    fn of(field: &Field, operator: Operator, json: &Json) -> Result<Operand, ConditionError> {
        use Operator::{
            Between, Contains, EndsWith, Eq, Exists, Ge, Gt, In, Le, Lt, Matches, Ne, NotIn, OlderThan,
            StartsWith, Within,
        };
        let kind = field.kind();
        let refuse = |help: String| Err(ConditionError::comparison(field, operator, json, help));
        let texts = matches!(kind, FieldType::Text | FieldType::Texts);
        let open = kind == FieldType::Any;
        match (operator, json) {
            (Exists, Json::Bool(flag)) => Ok(Operand::Exists(*flag)),
            (Exists, _) => refuse("write `true` or `false`".to_owned()),
            (Eq | Ne, Json::String(value)) if texts || open => {
                check_known(field, value).map(|()| Operand::Text(value.clone()))
            }
            (Contains | StartsWith | EndsWith, Json::String(value)) if texts || open => {
                Ok(Operand::Text(value.clone()))
            }
            (Matches, Json::String(value)) if texts || open => {
                Pattern::of_condition(value).map(Operand::Pattern)
            }
            (In | NotIn, Json::Array(items)) if kind == FieldType::Region => {
                items.iter().map(region).collect::<Result<_, _>>().map(Operand::Regions)
            }
            (In | NotIn, Json::Array(_)) if texts => refuse("list texts only".to_owned()),
            (In | NotIn, Json::Array(items)) if number_like(kind) || open => {
                if items.iter().all(Json::is_i64) {
                    return Ok(Operand::Integers(
                        items.iter().map(|item| item.as_i64().unwrap_or(0)).collect(),
                    ));
                }
                match items.iter().map(finite).collect::<Option<Arc<[f64]>>>() {
                    Some(numbers) => Ok(Operand::Numbers(numbers)),
                    None => refuse(expected(kind, operator)),
                }
            }
            (Eq | Ne, Json::String(_)) if kind == FieldType::Region => region(json).map(Operand::Region),
            (Eq | Ne, Json::Bool(flag)) if kind == FieldType::Bool || open => Ok(Operand::Bool(*flag)),
            (Eq | Ne | Lt | Le | Gt | Ge, Json::Number(number)) if number_like(kind) || open => {
                if let Some(integer) = number.as_i64() {
                    return Ok(Operand::Integer(integer));
                }
                match finite(json) {
                    Some(value) if kind != FieldType::Integer || !matches!(operator, Eq | Ne) => {
                        Ok(Operand::Number(value))
                    }
                    _ => refuse("it holds whole numbers: compare it with one".to_owned()),
                }
            }
            (Lt | Le | Gt | Ge, Json::String(value)) if kind == FieldType::Time || open => {
                time(value).map(Operand::Time)
            }
            (Eq | Ne, Json::String(value)) if kind == FieldType::Time => time(value).map(Operand::Time),
            (Between, Json::Array(ends)) => match ends.as_slice() {
                [Json::String(from), Json::String(until)] if kind == FieldType::Time || open => {
                    let (from, until) = (time(from)?, time(until)?);
                    if from > until {
                        return refuse("the earlier end comes first".to_owned());
                    }
                    Ok(Operand::TimeRange(from, until))
                }
                [from, until] if number_like(kind) || open => match (from.as_i64(), until.as_i64()) {
                    (Some(from), Some(until)) if from <= until => Ok(Operand::IntegerRange(from, until)),
                    _ => match (finite(from), finite(until)) {
                        (Some(from), Some(until)) if from <= until => Ok(Operand::NumberRange(from, until)),
                        (Some(_), Some(_)) => refuse("the smaller end comes first".to_owned()),
                        _ => refuse(expected(kind, operator)),
                    },
                },
                _ => refuse(expected(kind, operator)),
            },
            (OlderThan | Within, Json::String(value)) if kind == FieldType::Time || open => value
                .parse::<Span>()
                .map(Operand::Span)
                .map_err(|error| ConditionError::value(error.to_string(), error.help())),
            _ => refuse(expected(kind, operator)),
        }
    }

    /// The operand as it is written in a document.
    pub(crate) fn to_json(&self) -> Json {
        let written = |at: &DateTime<Utc>| Json::from(at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        match self {
            Operand::Text(text) => Json::from(text.as_str()),
            Operand::Texts(texts) => texts.iter().map(String::as_str).collect(),
            Operand::Integer(number) => Json::from(*number),
            Operand::Integers(numbers) => numbers.iter().copied().collect(),
            Operand::IntegerRange(from, until) => Json::from(vec![*from, *until]),
            Operand::Number(number) => Json::from(*number),
            Operand::Numbers(numbers) => numbers.iter().map(|n| number_json(*n)).collect(),
            Operand::Bool(flag) | Operand::Exists(flag) => Json::from(*flag),
            Operand::Time(at) => written(at),
            Operand::Region(region) => Json::from(region.to_string()),
            Operand::Regions(regions) => regions.iter().map(Region::to_string).collect(),
            Operand::Pattern(pattern) => Json::from(pattern.as_str()),
            Operand::NumberRange(from, until) => Json::from(vec![number_json(*from), number_json(*until)]),
            Operand::TimeRange(from, until) => Json::from(vec![written(from), written(until)]),
            Operand::Span(span) => Json::from(span.to_string()),
        }
    }
}

fn number_like(kind: FieldType) -> bool {
    matches!(kind, FieldType::Integer | FieldType::Number)
}

fn finite(json: &Json) -> Option<f64> {
    json.as_f64().filter(|number| number.is_finite())
}

/// A number as it was most likely written: `5`, not `5.0`.
fn number_json(number: f64) -> Json {
    let whole = number as i64;
    if whole as f64 == number { Json::from(whole) } else { Json::from(number) }
}

/// Refuses a value outside a field's closed set of values.
fn check_known(field: &Field, value: &str) -> Result<(), ConditionError> {
    let known = field.spec().values;
    if known.is_empty() || known.contains(&value) {
        return Ok(());
    }
    let help = crate::error::suggestion(value, known.iter().copied());
    Err(ConditionError::value(format!("`{field}` is never `{value}`"), help))
}

fn region(json: &Json) -> Result<Region, ConditionError> {
    let help =
        || "write a country as `DE`, or a part of one as `CN-GD`, `CN-GD-440300` or `US-CA`".to_owned();
    let Json::String(text) = json else {
        let shown: String = json.to_string().chars().take(40).collect();
        return Err(ConditionError::value(format!("{shown} is not a region"), help()));
    };
    let read: Region = text
        .parse()
        .map_err(|error: crate::model::RegionError| ConditionError::value(error.to_string(), help()))?;
    match read.unknown() {
        Some((message, help)) => Err(ConditionError::value(message, help)),
        None => Ok(read),
    }
}

/// A moment (RFC 3339), or a date, which means its first moment in UTC.
fn time(text: &str) -> Result<DateTime<Utc>, ConditionError> {
    if let Ok(at) = text.parse::<DateTime<Utc>>() {
        return Ok(at);
    }
    text.parse::<NaiveDate>().map(|date| date.and_time(NaiveTime::MIN).and_utc()).map_err(|_| {
        let head: String = text.chars().take(40).collect();
        let shown = scrubbed(&head);
        let mut help = "write it as `2026-03-01T09:00:00+08:00` or `2026-03-01`".to_owned();
        if text.parse::<f64>().is_ok_and(f64::is_finite) {
            help.push_str("; a number has no quotes");
        }
        ConditionError::value(format!("`{shown}` is not a time"), help)
    })
}

fn expected(kind: FieldType, operator: Operator) -> String {
    use Operator::{Between, Contains, EndsWith, In, Matches, NotIn, OlderThan, StartsWith, Within};
    let operators = kind.operators();
    if !operators.contains(&operator) {
        let names: Vec<String> = operators.iter().map(|op| format!("`{}`", op.as_str())).collect();
        return format!("{} can be compared with {}", kind.describe(), names.join(", "));
    }
    match operator {
        In | NotIn => format!("write a list, each item {}", singular(kind)),
        Between => "write a list of two: the smaller and the greater end".to_owned(),
        OlderThan | Within => "write a span of time, such as `\"7d\"`".to_owned(),
        Matches => "write a regular expression".to_owned(),
        Contains | StartsWith | EndsWith => {
            format!("compare it with {}; for several, write an `any` of conditions", singular(kind))
        }
        _ => format!("compare it with {}", singular(kind)),
    }
}

fn singular(kind: FieldType) -> &'static str {
    if kind == FieldType::Texts { "a text" } else { kind.describe() }
}
