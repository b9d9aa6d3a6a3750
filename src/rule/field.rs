//! A field's name, checked against the table.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::fields::{ATTRIBUTES, FIELDS, FieldId, FieldSpec, FieldType, Producer};
use crate::text;

const COUNT_PREFIX: &str = "activity.count.";
const ATTRIBUTE_PREFIX: &str = "attributes.";
const LONGEST_COUNT_DAYS: u32 = 36_525;

/// The name of something a rule reads, known to exist.
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
    Single(FieldId),
    ActivityCount { kind: Arc<str>, days: u32 },
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
    /// What would be right.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl Field {
    /// The row of the table.
    #[must_use]
    pub fn spec(&self) -> &'static FieldSpec {
        let index = match &self.0 {
            Path::Single(id) => *id as usize,
            Path::ActivityCount { .. } => FIELDS.len() - 2,
            Path::Attribute(_) => FIELDS.len() - 1,
        };
        // The enumeration and the table have the same order; a test holds them together.
        FIELDS.get(index).unwrap_or(&ATTRIBUTES)
    }

    /// The type of its values.
    #[must_use]
    pub fn kind(&self) -> FieldType {
        self.spec().kind
    }

    /// Who fills it.
    #[must_use]
    pub fn producer(&self) -> Producer {
        self.spec().producer
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

impl From<FieldId> for Field {
    fn from(id: FieldId) -> Field {
        Field(Path::Single(id))
    }
}

impl FromStr for Field {
    type Err = FieldError;

    fn from_str(name: &str) -> Result<Field, FieldError> {
        let fail = |message: String, help: &str| Err(FieldError { message, help: help.to_owned() });
        if let Some(column) = name.strip_prefix(ATTRIBUTE_PREFIX) {
            return if column.is_empty() {
                fail(format!("`{name}` names no column"), "write it as `attributes.NAME`")
            } else {
                Ok(Field(Path::Attribute(Arc::from(column))))
            };
        }
        if let Some(rest) = name.strip_prefix(COUNT_PREFIX) {
            let parsed = rest.rsplit_once('.').and_then(|(kind, days)| {
                let days = days.strip_suffix('d')?.parse().ok()?;
                (!kind.is_empty() && (1..=LONGEST_COUNT_DAYS).contains(&days)).then_some((kind, days))
            });
            return match parsed {
                Some((kind, days)) => Ok(Field(Path::ActivityCount { kind: Arc::from(kind), days })),
                None => fail(
                    format!("`{}` does not say what to count over how many days", shorten(name)),
                    "write it as `activity.count.KIND.7d`",
                ),
            };
        }
        match FieldId::ALL.iter().zip(FIELDS).find(|(_, spec)| spec.name == name) {
            Some((id, _)) => Ok(Field(Path::Single(*id))),
            None => {
                let known = FIELDS.iter().map(|spec| spec.name);
                let help = match text::closest(name, known) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => "columns of your own are read as `attributes.NAME`".to_owned(),
                };
                Err(FieldError { message: format!("there is no field `{}`", shorten(name)), help })
            }
        }
    }
}

fn shorten(name: &str) -> String {
    name.chars().take(60).collect()
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Path::Single(_) => f.write_str(self.spec().name),
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
            serde::de::Error::custom(super::load::Finding::new("unknown_field", &error, &error.help))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enumeration_and_the_table_have_the_same_order() {
        assert_eq!(FieldId::ALL.len() + 2, FIELDS.len());
        for (index, id) in FieldId::ALL.iter().enumerate() {
            assert_eq!(*id as usize, index);
            let squeezed = FIELDS[index].name.replace(['.', '_'], "");
            assert_eq!(format!("{id:?}").to_lowercase(), squeezed);
        }
    }

    #[test]
    fn every_field_of_the_table_is_read_by_its_name() {
        for spec in &FIELDS[..FieldId::ALL.len()] {
            let field: Field = spec.name.parse().unwrap();
            assert_eq!(field.spec(), spec);
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
            let producer = format!("{:?}", spec.producer).to_lowercase();
            let kind = spec.kind.describe();
            page += &format!("| `{}` | {kind} | {producer} | {}{values} |\n", spec.name, spec.doc);
        }
        // When this fails, the table has changed: the page is what is printed here.
        assert_eq!(include_str!("fields.md"), page, "{page}");
    }

    #[test]
    fn what_is_no_field_is_refused_with_help() {
        for bad in
            ["", "attributes.", "activity.count.x", "activity.count..7d", "activity.count.x.0d", "salary"]
        {
            assert!(bad.parse::<Field>().is_err(), "{bad}");
        }
    }
}
