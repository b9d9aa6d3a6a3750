//! The comparisons: their names, the types they are for, and what is wrong with one that does not fit the field.

use serde_json::Value as Json;

use super::{Field, FieldError, FieldType};
use crate::document::Finding;
use crate::text;

/// Declares the comparisons with their names.
macro_rules! operators {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A comparison of a field with a value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Operator {
            $($(#[$doc])* $variant,)*
        }

        impl Operator {
            /// Every operator, in the order of the variants.
            pub const ALL: &'static [Operator] = &[$(Operator::$variant),*];

            /// The name it has in a document.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Operator::$variant => $name,)*
                }
            }

            /// The comparison of a name.
            ///
            /// ```
            /// use leadkit::rule::Operator;
            ///
            /// assert_eq!(Operator::from_name("ge"), Some(Operator::Ge));
            /// assert_eq!(Operator::from_name(">="), None);
            /// ```
            #[must_use]
            pub fn from_name(name: &str) -> Option<Operator> {
                match name {
                    $($name => Some(Operator::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

operators! {
    /// Is the value; for a region: is inside it.
    Eq = "eq",
    /// Has a value other than this one.
    Ne = "ne",
    /// Less than the operand; of times, earlier.
    Lt = "lt",
    /// Less than or equal to the operand.
    Le = "le",
    /// Greater than the operand; of times, later.
    Gt = "gt",
    /// Greater than or equal to the operand.
    Ge = "ge",
    /// Is one of the values; for a region: is inside one of them.
    In = "in",
    /// Has a value other than those listed.
    NotIn = "not_in",
    /// Contains the operand anywhere in the text.
    Contains = "contains",
    /// Starts with the operand.
    StartsWith = "starts_with",
    /// Ends with the operand.
    EndsWith = "ends_with",
    /// Matches the regular expression somewhere.
    Matches = "matches",
    /// Has a value (`true`), or has none (`false`).
    Exists = "exists",
    /// Is between two ends, both included.
    Between = "between",
    /// Is longer ago than the span.
    OlderThan = "older_than",
    /// Is at most as long ago as the span, and not in the future.
    Within = "within",
}

/// Why a condition cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    code: &'static str,
    message: String,
    help: String,
}

impl ConditionError {
    /// What kind of mistake it is.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// How to write the condition instead.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    pub(crate) fn unknown_field(error: &FieldError) -> ConditionError {
        ConditionError { code: "unknown_field", message: error.to_string(), help: error.help().to_owned() }
    }

    pub(crate) fn comparison(
        field: &Field,
        operator: Operator,
        value: &Json,
        help: String,
    ) -> ConditionError {
        let mut shown = value.to_string();
        if let Some((cut, _)) = shown.char_indices().nth(60) {
            shown.truncate(cut);
            shown.push('…');
        }
        let kind = match field.kind() {
            FieldType::Any => "a custom attribute",
            kind => kind.describe(),
        };
        let message =
            format!("`{field}` is {kind}: it cannot be compared with `{} {shown}`", operator.as_str());
        ConditionError { code: "wrong_comparison", message, help }
    }

    pub(crate) fn value(message: String, help: String) -> ConditionError {
        ConditionError { code: "bad_value", message, help }
    }

    pub(crate) fn pattern(message: String, help: String) -> ConditionError {
        ConditionError { code: "bad_pattern", message, help }
    }

    pub(crate) fn to_finding(&self) -> Finding {
        Finding::new(self.code, &self.message, &self.help)
    }
}

impl FieldType {
    /// The comparisons a field of this type allows.
    #[must_use]
    pub fn operators(self) -> &'static [Operator] {
        use Operator::{
            Between, Contains, EndsWith, Eq, Exists, Ge, Gt, In, Le, Lt, Matches, Ne, NotIn, OlderThan,
            StartsWith, Within,
        };
        match self {
            FieldType::Text | FieldType::Texts => {
                &[Eq, Ne, In, NotIn, Contains, StartsWith, EndsWith, Matches, Exists]
            }
            FieldType::Integer | FieldType::Number => &[Eq, Ne, Lt, Le, Gt, Ge, In, NotIn, Between, Exists],
            FieldType::Bool => &[Eq, Ne, Exists],
            FieldType::Time => &[Eq, Ne, Lt, Le, Gt, Ge, Between, OlderThan, Within, Exists],
            FieldType::Region => &[Eq, Ne, In, NotIn, Exists],
            FieldType::Any => Operator::ALL,
        }
    }
}

/// The help for an unknown key of a condition.
pub(crate) fn operator_help(name: &str) -> String {
    // Words for the same in other languages.
    let same = match name {
        "and" | "every" | "allOf" | "all_of" | "must" => Some("all"),
        "or" | "some" | "anyOf" | "any_of" | "should" => Some("any"),
        "none" | "must_not" => Some("not"),
        "=" | "==" | "===" | "equal" | "equals" | "is" => Some("eq"),
        "!=" | "<>" | "!==" | "neq" | "not_equal" | "not_equals" => Some("ne"),
        "<" | "less_than" => Some("lt"),
        "<=" | "lte" => Some("le"),
        ">" | "greater_than" => Some("gt"),
        ">=" | "gte" => Some("ge"),
        "regex" | "regexp" | "like" => Some("matches"),
        _ => None,
    };
    if let Some(same) = same {
        return format!("write `{same}`");
    }
    if matches!(name, "op" | "operator" | "value" | "fact" | "comparison") {
        return "the comparison is the key of the value: `{\"field\": \"title\", \"eq\": \"CEO\"}`"
            .to_owned();
    }
    let known = Operator::ALL.iter().map(|op| op.as_str()).chain(["field", "all", "any", "not", "script"]);
    match text::closest(name, known) {
        Some(close) => format!("did you mean `{close}`?"),
        None => {
            let names: Vec<String> = Operator::ALL.iter().map(|op| format!("`{}`", op.as_str())).collect();
            format!("the comparisons are {}", names.join(", "))
        }
    }
}
