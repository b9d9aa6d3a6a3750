//! A condition in a document. Read by hand, so that each mistake has its location and a suggested fix.

use std::fmt;
use std::marker::PhantomData;
use std::mem;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{self, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::Field;
use super::condition::{Condition, DEEPEST, Node};
use super::operand::Operand;
use super::operator::{Operator, operator_help};
use crate::document::{Bounded, Finding, Skip, skip_list, skip_object, write_dates_as_text};

/// How deep lists may be nested in an operand: deeper than any comparison takes.
const OPERAND_LEVELS: u32 = 8;

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.0 {
            Node::All(conditions) => map.serialize_entry("all", conditions)?,
            Node::Any(conditions) => map.serialize_entry("any", conditions)?,
            Node::Not(condition) => map.serialize_entry("not", condition)?,
            Node::Script(source) => map.serialize_entry("script", source)?,
            Node::TooDeep => return Err(ser::Error::custom(too_deep())),
            Node::Compare { field, operator, operand } => {
                map.serialize_entry("field", field)?;
                map.serialize_entry(operator.as_str(), &operand.to_json())?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Condition, D::Error> {
        let condition = Nested { depth: 1, is_owned: mem::needs_drop::<D>() }.deserialize(deserializer)?;
        if condition.is_deeper_than(DEEPEST) {
            return Err(Error::custom(Finding::new("too_deep", too_deep(), "split the rule")));
        }
        Ok(condition)
    }
}

pub(super) fn too_deep() -> String {
    format!("the condition is nested deeper than {DEEPEST} levels")
}

/// A condition at a depth, counted from 1. Parts that are nested too deeply are skipped, not read.
#[derive(Clone, Copy)]
struct Nested {
    depth: usize,
    /// Whether the deserializer owns the value: then nothing of it must be left for it to free.
    is_owned: bool,
}

/// Reads from a deserializer that owns the value, or from one that only points to it.
///
/// The first frees recursively what a visitor does not take, level by level; so the visitor has to take
/// all of it.
macro_rules! deserialize {
    ($deserializer:ident: $kind:ident, $method:ident, $visitor:expr) => {
        if mem::needs_drop::<$kind>() && $deserializer.is_human_readable() {
            $deserializer.deserialize_any($visitor)
        } else {
            $deserializer.$method($visitor)
        }
    };
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Condition;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Condition, D::Error> {
        if self.depth > DEEPEST {
            Skip::new().deserialize(deserializer)?;
            return Ok(Condition(Node::TooDeep));
        }
        deserialize!(deserializer: D, deserialize_map, self)
    }
}

/// The conditions of an `all` or `any`.
struct Several(Nested);

impl<'de> DeserializeSeed<'de> for Several {
    type Value = Vec<Condition>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Condition>, D::Error> {
        deserialize!(deserializer: D, deserialize_seq, self)
    }
}

impl<'de> Visitor<'de> for Several {
    type Value = Vec<Condition>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Condition>, A::Error> {
        let mut conditions = Vec::new();
        loop {
            match list.next_element_seed(self.0) {
                Ok(Some(condition)) => conditions.push(condition),
                Ok(None) => return Ok(conditions),
                Err(error) => {
                    if self.0.is_owned {
                        skip_list(&mut list);
                    }
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Vec<Condition>, A::Error> {
        skip_object(&mut object);
        Err(Error::invalid_type(Unexpected::Map, &self))
    }
}

/// A value that is neither a list nor an object.
struct Scalar<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Scalar<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        if !mem::needs_drop::<D>() || !deserializer.is_human_readable() {
            return T::deserialize(deserializer);
        }
        let written =
            Bounded { levels: 1 }.deserialize(deserializer)?.unwrap_or_else(|| Json::Array(Vec::new()));
        T::deserialize(&written).map_err(Error::custom)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a condition such as {\"field\": \"employee_count\", \"ge\": 50}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Condition, A::Error> {
        skip_list(&mut list);
        Err(Error::invalid_type(Unexpected::Seq, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        let read = self.read(&mut map);
        if read.is_err() && self.is_owned {
            skip_object(&mut map);
        }
        read
    }
}

impl Nested {
    fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Condition, A::Error> {
        let refuse =
            |message: String, help: &str| Error::custom(Finding::new("bad_condition", message, help));
        let inner = Nested { depth: self.depth + 1, ..self };
        let mut field: Option<Field> = None;
        let mut comparison: Option<(Operator, Json)> = None;
        let mut node: Option<(&'static str, Node)> = None;
        while let Some(key) = map.next_key::<String>()? {
            let group = match key.as_str() {
                "field" => {
                    field = Some(map.next_value_seed(Scalar(PhantomData))?);
                    continue;
                }
                "all" => ("all", Node::All(map.next_value_seed(Several(inner))?)),
                "any" => ("any", Node::Any(map.next_value_seed(Several(inner))?)),
                "not" => ("not", Node::Not(Box::new(map.next_value_seed(inner)?))),
                "script" => ("script", Node::Script(map.next_value_seed(Scalar(PhantomData))?)),
                other => {
                    let Some(operator) = Operator::from_name(other) else {
                        map.next_value_seed(Skip::new())?;
                        let shown: String = other.chars().take(40).collect();
                        let message = format!("there is no comparison `{shown}`");
                        return Err(Error::custom(Finding::new(
                            "bad_condition",
                            message,
                            operator_help(other),
                        )));
                    };
                    let Some(mut value) = map.next_value_seed(Bounded { levels: OPERAND_LEVELS })? else {
                        let message = format!("`{other}` cannot compare with lists inside lists");
                        let help = "write a value, or a list of values";
                        return Err(Error::custom(Finding::new("wrong_comparison", message, help)));
                    };
                    write_dates_as_text(&mut value);
                    if let Some((first, _)) = comparison.replace((operator, value)) {
                        let message = format!("`{}` and `{other}` are in one condition", first.as_str());
                        return Err(refuse(message, "put them into two conditions inside `all`"));
                    }
                    continue;
                }
            };
            if let Some((first, _)) = node.replace(group) {
                let message = format!("`{first}` and `{key}` are in one condition");
                return Err(refuse(message, "put them into two conditions inside `all`"));
            }
        }
        match (field, comparison, node) {
            (None, None, Some((_, node))) => Ok(Condition(node)),
            (Some(field), Some((operator, value)), None) => match Operand::read(&field, operator, value) {
                Ok(operand) => Ok(Condition(Node::Compare { field, operator, operand })),
                Err(error) => Err(Error::custom(error.to_finding())),
            },
            (Some(field), None, None) => {
                let names: Vec<&str> = field.kind().operators().iter().map(|op| op.as_str()).collect();
                let help = format!("add one of `{}`", names.join("`, `"));
                Err(refuse(format!("`{field}` is compared with nothing"), &help))
            }
            (None, Some((operator, _)), None) => {
                Err(refuse(format!("`{}` has no field to compare", operator.as_str()), "add `field`"))
            }
            (None, None, None) => Err(refuse(
                "the condition is empty".to_owned(),
                "write `all`, `any`, `not`, `script`, or `field` with one comparison",
            )),
            (_, _, Some((group, _))) => Err(refuse(
                format!("`{group}` and a comparison are in one condition"),
                "put them into two conditions inside `all`",
            )),
        }
    }
}
