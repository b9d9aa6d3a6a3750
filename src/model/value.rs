//! The values of custom attributes.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::scrubbed;

/// Custom attributes by name. Rules read them as `attributes.NAME`.
pub type Attributes = BTreeMap<String, Value>;

/// One value of a custom attribute.
///
/// In JSON each value is written as its own type; a timestamp is `{"timestamp": "2026-03-01T09:00:00Z"}`, because a
/// bare text stays text. A number that is not finite, which no attribute should hold, is `{"number": "NaN"}`, so that
/// the record that undoes a merge is exact.
///
/// ```
/// use leadkit::model::Value;
///
/// let value: Value = serde_json::from_str(r#"["gold", "partner"]"#)?;
/// assert_eq!(value, Value::List(vec!["gold".into(), "partner".into()]));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` masks what looks like a phone number or an e-mail address; `Display` shows the value as it is.
#[derive(Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Value {
    /// Nothing: the attribute is there, its value is not known.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// A moment in time.
    Timestamp(DateTime<Utc>),
    /// Several texts.
    List(Vec<String>),
}

impl Value {
    /// The name of the value's type as rules and errors write it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Integer(_) => "integer",
            Value::Number(_) => "number",
            Value::Text(_) => "text",
            Value::Timestamp(_) => "timestamp",
            Value::List(_) => "list of text",
        }
    }

    /// Whether it is null; blank text is not, see [`is_blank`](Self::is_blank).
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether there is nothing to read: null, blank text or an empty list.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.trim().is_empty(),
            Value::List(items) => items.is_empty(),
            _ => false,
        }
    }
}

/// Values out of the plain types. A number that is not finite becomes [`Value::Null`].
macro_rules! from {
    ($($plain:ty => |$value:ident| $made:expr;)*) => {$(
        impl From<$plain> for Value {
            fn from($value: $plain) -> Value {
                $made
            }
        }
    )*};
}

from! {
    &str => |text| Value::Text(text.to_owned());
    String => |text| Value::Text(text);
    bool => |flag| Value::Bool(flag);
    i32 => |number| Value::Integer(number.into());
    u32 => |number| Value::Integer(number.into());
    i64 => |number| Value::Integer(number);
    f64 => |number| if number.is_finite() { Value::Number(number) } else { Value::Null };
    DateTime<Utc> => |time| Value::Timestamp(time);
    Vec<String> => |items| Value::List(items);
    &[&str] => |items| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_tuple(match self {
            Value::Null => return f.write_str("Null"),
            Value::Bool(_) => "Bool",
            Value::Integer(_) => "Integer",
            Value::Number(_) => "Number",
            Value::Text(_) => "Text",
            Value::Timestamp(_) => "Timestamp",
            Value::List(_) => "List",
        });
        match self {
            Value::Null => &mut shown,
            Value::Bool(flag) => shown.field(flag),
            Value::Integer(number) => shown.field(&format_args!("{}", scrubbed(&number.to_string()))),
            Value::Number(number) => shown.field(number),
            Value::Text(text) => shown.field(&scrubbed(text)),
            Value::Timestamp(at) => shown.field(at),
            Value::List(items) => shown.field(&items.iter().map(|item| scrubbed(item)).collect::<Vec<_>>()),
        }
        .finish()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(flag) => write!(f, "{flag}"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => f.write_str(text),
            Value::Timestamp(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Value::List(items) => f.write_str(&items.join(", ")),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return Tagged::from(self).serialize(serializer);
        }
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Number(number) if number.is_finite() => serializer.serialize_f64(*number),
            // JSON has no such number, and would make it null.
            Value::Number(number) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("number", &number.to_string())?;
                map.end()
            }
            Value::Text(text) => serializer.serialize_str(text),
            Value::Timestamp(time) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("timestamp", time)?;
                map.end()
            }
            Value::List(items) => items.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ValueVisitor)
        } else {
            Tagged::deserialize(deserializer).map(Value::from)
        }
    }
}

/// The shape in formats that do not describe themselves.
#[derive(Serialize, Deserialize)]
enum Tagged {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Timestamp(DateTime<Utc>),
    List(Vec<String>),
}

impl From<&Value> for Tagged {
    fn from(value: &Value) -> Self {
        match value.clone() {
            Value::Null => Tagged::Null,
            Value::Bool(flag) => Tagged::Bool(flag),
            Value::Integer(number) => Tagged::Integer(number),
            Value::Number(number) => Tagged::Number(number),
            Value::Text(text) => Tagged::Text(text),
            Value::Timestamp(time) => Tagged::Timestamp(time),
            Value::List(items) => Tagged::List(items),
        }
    }
}

impl From<Tagged> for Value {
    fn from(tagged: Tagged) -> Self {
        match tagged {
            Tagged::Null => Value::Null,
            Tagged::Bool(flag) => Value::Bool(flag),
            Tagged::Integer(number) => Value::Integer(number),
            Tagged::Number(number) => Value::Number(number),
            Tagged::Text(text) => Value::Text(text),
            Tagged::Timestamp(time) => Value::Timestamp(time),
            Tagged::List(items) => Value::List(items),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a bool, a number, a text, a list of texts or {\"timestamp\": …}")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Integer).or_else(|_| self.visit_f64(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        if number.is_finite() { Ok(Value::Number(number)) } else { Err(E::custom("a number must be finite")) }
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<String>()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        match map.next_key::<String>()?.as_deref() {
            Some("timestamp") => {}
            Some("number") => {
                let written = map.next_value::<String>()?;
                let number = ["NaN", "inf", "-inf"].into_iter().find(|known| *known == written);
                let number = number.and_then(|known| known.parse().ok()).map(Value::Number);
                let wrong = || Error::invalid_value(Unexpected::Str(&written), &"`NaN`, `inf` or `-inf`");
                return match map.next_key::<String>()? {
                    Some(other) => Err(Error::unknown_field(&other, &["number"])),
                    None => number.ok_or_else(wrong),
                };
            }
            Some(other) => return Err(Error::unknown_field(other, &["timestamp"])),
            None => return Err(Error::missing_field("timestamp")),
        }
        let time = map.next_value::<DateTime<Utc>>()?;
        match map.next_key::<String>()? {
            Some(other) => Err(Error::unknown_field(&other, &["timestamp"])),
            None => Ok(Value::Timestamp(time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_shows_each_value_as_what_it_is() {
        let time: DateTime<Utc> = "2026-03-01T09:00:00Z".parse().unwrap();
        let values = [
            (Value::Null, "null"),
            (Value::Bool(true), "true"),
            (Value::Integer(-7), "-7"),
            (Value::Number(1.5), "1.5"),
            (Value::from("2026-03-01"), "\"2026-03-01\""),
            (Value::Timestamp(time), "{\"timestamp\":\"2026-03-01T09:00:00Z\"}"),
            (Value::List(vec!["a".into()]), "[\"a\"]"),
        ];
        for (value, text) in values {
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        }
        for bad in ["{\"date\":1}", "{}", "[1]", "{\"timestamp\":\"soon\"}"] {
            assert!(serde_json::from_str::<Value>(bad).is_err(), "{bad}");
        }
    }
}
