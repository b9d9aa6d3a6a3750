//! The variables a script reads: fields with `_` for `.`, and calls with known names made into variables.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rhai::ImmutableString;

use super::places::Edit;
use super::token::{Kind, Token};
use crate::order;
use crate::rule::Field;
use crate::rule::fields::{FieldSpec, Producer, Scope};

/// The variable of a field.
pub(super) struct Variable {
    pub(super) name: ImmutableString,
    pub(super) field: Field,
    /// Its bit in a set of variables.
    pub(super) bit: u32,
}

impl Variable {
    pub(super) fn spec(&self) -> &'static FieldSpec {
        self.field.spec()
    }

    /// Whether the field always has a value.
    pub(super) fn is_always_known(&self) -> bool {
        matches!(self.name.as_str(), "id" | "created_at" | "status" | "activity_kind" | "activity_time")
    }

    /// Whether it changes from one activity of a lead to the next.
    pub(super) fn changes_with_activity(&self) -> bool {
        self.spec().producer == Producer::Activity
    }
}

/// All single fields by the names of their variables.
pub(super) static VARIABLES: LazyLock<BTreeMap<String, Variable>> = LazyLock::new(|| {
    let variable = |(bit, field): (u32, Field)| {
        let name = field.to_string().replace('.', "_");
        (name.clone(), Variable { name: name.into(), field, bit })
    };
    order::map((0..).zip(Field::all()).map(variable))
});

/// The variables that scripts of a place may read.
pub(super) fn readable(scope: Scope) -> impl Iterator<Item = &'static Variable> {
    VARIABLES.values().filter(move |variable| scope.reads(variable.spec().producer))
}

/// The reading of a call with known names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    /// A field: `attr("x")` or `count("kind", 7)`.
    Field(Field),
    /// The time of the last activity of a kind, in epoch seconds.
    Last(String),
}

/// Calls with known names, and the variables that stand in their place, each as long as the call was.
pub(super) struct Readings {
    pub(super) edits: Vec<Edit>,
    pub(super) readings: Vec<(ImmutableString, Reading)>,
    /// Calls that are left, because their names are only known when the script runs.
    pub(super) dynamic: Dynamic,
}

/// What is read by names only known when a script runs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dynamic {
    pub(super) columns: bool,
    pub(super) activities: bool,
}

impl Dynamic {
    fn add(&mut self, call: &str) {
        match call {
            "attr" => self.columns = true,
            _ => self.activities = true,
        }
    }

    pub(super) fn any(self) -> bool {
        self.columns || self.activities
    }
}

/// Functions whose calls are rewritten.
const READINGS: [&str; 3] = ["attr", "count", "last"];

/// Whether a name is one of those that [`rewrite`] puts in place of calls.
pub(super) fn is_reading(name: &str) -> bool {
    let number = |reading: &&str| name.strip_prefix(*reading).and_then(|rest| rest.strip_prefix('_'));
    READINGS
        .iter()
        .find_map(number)
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Finds `attr("x")`, `count("kind", 7)` and `last("kind")`. A script with functions of its own is left alone,
/// because they do not see variables.
pub(super) fn readings(source: &str, tokens: &[Token<'_>]) -> Readings {
    let mut readings: Vec<(ImmutableString, Reading)> = Vec::new();
    let mut edits = Vec::new();
    let mut dynamic = Dynamic::default();
    let has_functions = tokens.iter().any(|token| token.is_word("fn"));
    for (index, token) in tokens.iter().enumerate() {
        let called = tokens.get(index + 1).is_some_and(|next| next.is_mark("("));
        if !called || token.kind != Kind::Word || !READINGS.contains(&token.text) {
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let place = tokens.get(index..).unwrap_or_default();
        let found = reading(place).filter(|(_, end)| {
            let call = source.get(token.start..*end).unwrap_or_default();
            let method = before.is_some_and(|before| before.is_mark("."));
            !has_functions && !method && !call.contains('\n')
        });
        let Some((reading, end)) = found else {
            dynamic.add(token.text);
            continue;
        };
        let known = readings.iter().position(|(_, known)| *known == reading);
        let number = known.unwrap_or(readings.len());
        // `attr_99` is no longer than `attr("")`.
        if number > 99 {
            dynamic.add(token.text);
            continue;
        }
        let name = format!("{}_{number}", token.text);
        if known.is_none() {
            readings.push((name.as_str().into(), reading));
        }
        let columns = source.get(token.start..end).map_or(0, |call| call.chars().count());
        edits.push((token.start..end, format!("{name:columns$}")));
    }
    Readings { edits, readings, dynamic }
}

/// The reading of a call whose arguments are written out, and where the call ends.
fn reading(tokens: &[Token<'_>]) -> Option<(Reading, usize)> {
    match tokens {
        [name, _, text, close, ..] if close.is_mark(")") => {
            let what = text.plain_text()?;
            let reading = match name.text {
                "attr" => Reading::Field(format!("attributes.{what}").parse().ok()?),
                "last" => Reading::Last(what.to_owned()),
                _ => return None,
            };
            Some((reading, close.end()))
        }
        [name, _, text, comma, days, close, ..] if name.text == "count" => {
            let kind = text.plain_text()?;
            if !comma.is_mark(",") || days.kind != Kind::Number || !close.is_mark(")") {
                return None;
            }
            let days: u32 = days.text.parse().ok()?;
            Some((Reading::Field(format!("activity.count.{kind}.{days}d").parse().ok()?), close.end()))
        }
        _ => None,
    }
}
