//! A condition in a document. Read by hand, so that each mistake names its place and its cure.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::Field;
use super::condition::{Condition, DEEPEST, Node};
use super::operand::Operand;
use super::operator::{Operator, operator_help};
use crate::document::{Finding, write_dates_as_text};

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.0 {
            Node::All(conditions) => map.serialize_entry("all", conditions)?,
            Node::Any(conditions) => map.serialize_entry("any", conditions)?,
            Node::Not(condition) => map.serialize_entry("not", condition)?,
            Node::Script(source) => map.serialize_entry("script", source)?,
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
        let condition = deserializer.deserialize_map(ConditionVisitor)?;
        if condition.is_deeper_than(DEEPEST) {
            let message = format!("the condition is nested deeper than {DEEPEST} levels");
            return Err(Error::custom(Finding::new("too_deep", message, "split the rule")));
        }
        Ok(condition)
    }
}

struct ConditionVisitor;

impl<'de> Visitor<'de> for ConditionVisitor {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a condition such as {\"field\": \"employee_count\", \"ge\": 50}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        let refuse =
            |message: String, help: &str| Error::custom(Finding::new("bad_condition", message, help));
        let mut field: Option<Field> = None;
        let mut comparison: Option<(Operator, Json)> = None;
        let mut node: Option<(&'static str, Node)> = None;
        while let Some(key) = map.next_key::<String>()? {
            let group = match key.as_str() {
                "field" => {
                    field = Some(map.next_value()?);
                    continue;
                }
                "all" => ("all", Node::All(map.next_value()?)),
                "any" => ("any", Node::Any(map.next_value()?)),
                "not" => ("not", Node::Not(map.next_value()?)),
                "script" => ("script", Node::Script(map.next_value()?)),
                other => {
                    let Some(operator) = Operator::from_name(other) else {
                        let shown: String = other.chars().take(40).collect();
                        let message = format!("there is no comparison `{shown}`");
                        return Err(Error::custom(Finding::new(
                            "bad_condition",
                            message,
                            operator_help(other),
                        )));
                    };
                    let mut value = map.next_value()?;
                    write_dates_as_text(&mut value);
                    if let Some((first, _)) = comparison.replace((operator, value)) {
                        let message = format!("`{}` and `{other}` stand in one condition", first.as_str());
                        return Err(refuse(message, "put them into two conditions inside `all`"));
                    }
                    continue;
                }
            };
            if let Some((first, _)) = node.replace(group) {
                let message = format!("`{first}` and `{key}` stand in one condition");
                return Err(refuse(message, "put them into two conditions inside `all`"));
            }
        }
        match (field, comparison, node) {
            (None, None, Some((_, node))) => Ok(Condition(node)),
            (Some(field), Some((operator, value)), None) => match Operand::read(&field, operator, &value) {
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
                format!("`{group}` and a comparison stand in one condition"),
                "put them into two conditions inside `all`",
            )),
        }
    }
}
