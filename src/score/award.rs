//! The points a rule gives.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Finding;
use crate::error::suggestion;
use crate::model::Points;
use crate::rule::{Custom, Field};

/// The points that a rule gives: a number, or how to compute it.
///
/// In a document: `20`, `{"column": "points"}`, `{"per": {"field": "activity.duration", "unit": 60, "points": 1}}`,
/// `{"script": "…"}`,
/// `{"program": "…"}` or `{"custom": {"name": "…"}}`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Award {
    /// The same points for each time that the rule counts.
    Fixed(Points),
    /// The number in a custom attribute: of the activity in engagement rules (a manual adjustment),
    /// of the lead in fit rules.
    Column(String),
    /// Points for every unit of a numeric field.
    Per(PerUnit),
    /// The result of a script expression.
    Script(String),
    /// The result of a full script, which may use variables and loops and gives its reasons by `reason(points, "…")`.
    /// In fit rules only.
    Program(String),
    /// The points that a signal of the host returns.
    Custom(Custom),
}

/// Points for every unit of a numeric field: one point a minute is `{"field": "activity.duration", "unit": 60,
/// "points": 1}`. Parts of a unit give parts of the points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerUnit {
    /// The field; its value must be a number.
    pub field: Field,
    /// Size of the unit, greater than zero (default 1).
    #[serde(default = "one")]
    pub unit: f64,
    /// Points for each unit; may be negative.
    pub points: Points,
}

fn one() -> f64 {
    1.0
}

impl Default for Award {
    fn default() -> Award {
        Award::Fixed(Points::ZERO)
    }
}

impl From<Points> for Award {
    fn from(points: Points) -> Award {
        Award::Fixed(points)
    }
}

const KEYS: &[&str] = &["column", "custom", "per", "program", "script"];

impl Serialize for Award {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Award::Fixed(points) = self {
            return points.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Award::Fixed(_) => {}
            Award::Column(name) => map.serialize_entry("column", name)?,
            Award::Per(per) => map.serialize_entry("per", per)?,
            Award::Script(source) => map.serialize_entry("script", source)?,
            Award::Program(source) => map.serialize_entry("program", source)?,
            Award::Custom(custom) => map.serialize_entry("custom", custom)?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Award {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Award, D::Error> {
        deserializer.deserialize_any(AwardVisitor)
    }
}

struct AwardVisitor;

impl<'de> Visitor<'de> for AwardVisitor {
    type Value = Award;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("points such as `20` or `{\"script\": …}`")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Award, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Award, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Award, E> {
        Points::from_f64(number)
            .map(Award::Fixed)
            .ok_or_else(|| E::custom(format_args!("points must be within ±{}", Points::LIMIT)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Award, A::Error> {
        let award = match map.next_key::<String>()?.as_deref() {
            Some("column") => Award::Column(map.next_value()?),
            Some("per") => Award::Per(map.next_value()?),
            Some("script") => Award::Script(map.next_value()?),
            Some("program") => Award::Program(map.next_value()?),
            Some("custom") => Award::Custom(map.next_value()?),
            Some(other) => {
                let shown: String = other.chars().take(40).collect();
                let help = suggestion(other, KEYS.iter().copied());
                let message = format!("points cannot be given by `{shown}`");
                return Err(Error::custom(Finding::new("bad_value", message, help)));
            }
            None => {
                let help = "write points such as `20` or `{\"script\": …}`";
                return Err(Error::custom(Finding::new("missing_key", "the points are empty", help)));
            }
        };
        match map.next_key::<String>()? {
            None => Ok(award),
            Some(key) => {
                let message = format!("points are given in one way only, but `{key}` is given too");
                Err(Error::custom(Finding::new("wrong_type", message, "keep one of them")))
            }
        }
    }
}
