//! A field's name, checked against the table.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::fields::{
    ACTIVITY_COUNT, ATTRIBUTES, FIELDS, FieldId, FieldSpec, Producer, Scope, is_read_as_brought,
};
use crate::model::{FieldType, LeadField};
use crate::text;

const COUNT_PREFIX: &str = "activity.count.";
const ATTRIBUTE_PREFIX: &str = "attributes.";
const MAX_COUNT_DAYS: u32 = 36_525;

/// The name of a field that rules can read, checked against the table.
///
/// ```
/// use leadkit::rule::Field;
///
/// let field: Field = "activity.count.page_visit.7d".parse()?;
/// assert_eq!(field.to_string(), "activity.count.page_visit.7d");
///
/// let error = "company.regoin".parse::<Field>().unwrap_err();
/// assert_eq!(error.to_string(), "there is no field `company.regoin`");
/// assert_eq!(error.help(), "did you mean `company.region`?");
/// # Ok::<(), leadkit::rule::FieldError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(pub(crate) Path);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Path {
    /// A field of the lead, as it came in.
    Lead(LeadField),
    Single(FieldId),
    ActivityCount {
        kind: Arc<str>,
        days: u32,
    },
    Attribute(Arc<str>),
}

/// Why a text is not a [`Field`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldError {
    message: String,
    help: String,
}

impl FieldError {
    /// The field that was probably meant, or where to look for it.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl Field {
    /// The field's row in the table of fields.
    #[must_use]
    pub fn spec(&self) -> &'static FieldSpec {
        match &self.0 {
            Path::Lead(field) => {
                FIELDS.iter().find(|spec| spec.name == field.as_str()).unwrap_or(&ATTRIBUTES)
            }
            Path::Single(id) => id.spec(),
            Path::ActivityCount { .. } => &ACTIVITY_COUNT,
            Path::Attribute(_) => &ATTRIBUTES,
        }
    }

    /// The fields of the table that are not patterns, in its order: scripts may read these.
    #[cfg(any(test, feature = "script"))]
    pub(crate) fn all() -> impl Iterator<Item = Field> {
        let brought = LeadField::ALL.iter().copied().filter(|field| is_read_as_brought(*field));
        let brought = brought.map(|field| Field(Path::Lead(field)));
        brought.chain(FieldId::ALL.iter().map(|id| Field(Path::Single(*id))))
    }

    /// The type of its values; it decides which comparisons are allowed.
    #[must_use]
    pub fn kind(&self) -> FieldType {
        match &self.0 {
            Path::Lead(field) => field.kind(),
            _ => self.spec().kind,
        }
    }

    /// The engine that fills it, or the lead. Only later engines may read it.
    #[must_use]
    pub fn producer(&self) -> Producer {
        match &self.0 {
            Path::Lead(_) => Producer::Lead,
            _ => self.spec().producer,
        }
    }

    /// Whether a condition at that place may read it. For a rep, the attributes are the rep's.
    pub(super) fn is_read_in(&self, scope: Scope) -> bool {
        scope.reads(self.producer()) || (scope == Scope::Rep && matches!(self.0, Path::Attribute(_)))
    }

    /// The kind and the days of `activity.count.KIND.Nd`.
    pub(crate) fn activity_count(&self) -> Option<(&str, u32)> {
        match &self.0 {
            Path::ActivityCount { kind, days } => Some((kind, *days)),
            _ => None,
        }
    }

    /// Whether it is derived from the lead's activities.
    #[inline]
    pub(crate) fn is_of_activities(&self) -> bool {
        matches!(self.0, Path::ActivityCount { .. } | Path::Single(FieldId::ActivityLast))
    }

    /// Whether it is `activity.last`.
    pub(crate) fn is_activity_last(&self) -> bool {
        self.0 == Path::Single(FieldId::ActivityLast)
    }
}

impl FromStr for Field {
    type Err = FieldError;

    fn from_str(name: &str) -> Result<Field, FieldError> {
        let fail = |message: String, help: &str| Err(FieldError { message, help: help.to_owned() });
        if let Some(column) = name.strip_prefix(ATTRIBUTE_PREFIX) {
            return if text::is_blank(column) {
                fail(
                    "`attributes.` lacks the name of the attribute".to_owned(),
                    "write it as `attributes.NAME`",
                )
            } else {
                Ok(Field(Path::Attribute(Arc::from(column))))
            };
        }
        if let Some(rest) = name.strip_prefix(COUNT_PREFIX) {
            let parsed = rest.rsplit_once('.').and_then(|(kind, days)| {
                let days = days.strip_suffix('d')?.parse().ok()?;
                (!kind.is_empty() && (1..=MAX_COUNT_DAYS).contains(&days)).then_some((kind, days))
            });
            return match parsed {
                Some((kind, days)) => Ok(Field(Path::ActivityCount { kind: Arc::from(kind), days })),
                None => fail(
                    format!("`{}` does not say what to count over how many days", shorten(name)),
                    "write it as `activity.count.KIND.7d`",
                ),
            };
        }
        if let Some(field) = LeadField::from_name(name).filter(|field| is_read_as_brought(*field)) {
            return Ok(Field(Path::Lead(field)));
        }
        match FieldId::ALL.iter().find(|id| id.spec().name == name) {
            Some(id) => Ok(Field(Path::Single(*id))),
            None => {
                let known = FIELDS.iter().map(|spec| spec.name);
                let help = match (as_in_script(name), text::closest(name, known)) {
                    (Some(attribute), _) => {
                        format!("write `attributes.{attribute}`: `attr(…)` is for scripts")
                    }
                    (None, Some(close)) => format!("did you mean `{close}`?"),
                    (None, None) if is_plain(name) => {
                        format!("a custom attribute is read as `attributes.{name}`")
                    }
                    (None, None) => "a custom attribute is read as `attributes.NAME`".to_owned(),
                };
                Err(FieldError { message: format!("there is no field `{}`", shorten(name)), help })
            }
        }
    }
}

/// The attribute of `attr("gmv")`, as scripts read it.
fn as_in_script(name: &str) -> Option<&str> {
    let attribute = name.strip_prefix("attr(")?.strip_suffix(')')?.trim().trim_matches(['"', '\'']);
    is_plain(attribute).then_some(attribute)
}

/// Whether it could be the name of an attribute.
fn is_plain(name: &str) -> bool {
    (1..=60).contains(&name.len()) && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn shorten(name: &str) -> String {
    name.chars().take(60).collect()
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Path::Lead(field) => f.write_str(field.as_str()),
            Path::Single(id) => f.write_str(id.spec().name),
            Path::ActivityCount { kind, days } => write!(f, "{COUNT_PREFIX}{kind}.{days}d"),
            Path::Attribute(name) => write!(f, "{ATTRIBUTE_PREFIX}{name}"),
        }
    }
}

impl serde::Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        name.parse().map_err(|error: FieldError| {
            serde::de::Error::custom(crate::document::Finding::new("unknown_field", &error, &error.help))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_every_field_once_in_order() {
        let names: Vec<String> = Field::all().map(|field| field.to_string()).collect();
        let families = [ACTIVITY_COUNT, ATTRIBUTES].map(|family| family.name.to_owned());
        let table: Vec<&str> = FIELDS.iter().map(|spec| spec.name).collect();
        assert_eq!(table, [names.clone(), families.to_vec()].concat());
        let mut distinct = names.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn every_field_of_the_table_is_read_by_its_name() {
        for (field, spec) in Field::all().zip(FIELDS) {
            assert_eq!(spec.name.parse(), Ok(field.clone()));
            assert_eq!((field.spec(), field.kind(), field.producer()), (spec, spec.kind, spec.producer));
            assert!(
                spec.doc.chars().next().unwrap().is_uppercase() || spec.doc.starts_with('`'),
                "{}",
                spec.name
            );
        }
    }

    #[test]
    fn the_page_of_fields_is_the_table() {
        let mut page = String::from("| field | type | filled by | what it holds |\n|---|---|---|---|\n");
        for spec in FIELDS {
            let values = if spec.values.is_empty() {
                String::new()
            } else {
                format!(": `{}`", spec.values.join("`, `"))
            };
            let producer = spec.producer.as_str();
            let kind = spec.kind.describe();
            page += &format!("| `{}` | {kind} | {producer} | {}{values} |\n", spec.name, spec.doc);
        }
        // When this fails, the table has changed: the page is what is printed here.
        assert_eq!(include_str!("fields.md"), page, "{page}");
    }

    #[test]
    fn what_is_no_field_is_refused_with_help() {
        for bad in [
            "",
            "attributes.",
            "attributes. ",
            "activity.count.x",
            "activity.count..7d",
            "activity.count.x.0d",
            "salary",
        ] {
            assert!(bad.parse::<Field>().is_err(), "{bad}");
        }
    }
}
