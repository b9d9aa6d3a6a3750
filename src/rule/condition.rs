//! A condition as data.

use std::fmt;

use serde_json::Value as Json;

use super::Field;
use super::operand::Operand;
use super::operator::{ConditionError, Operator};
use crate::document::{Document, deeper_than, dismantle};
use crate::error::{Report, RuleErrors};

/// Deepest nesting of `all`, `any` and `not`.
pub(crate) const DEEPEST: usize = 32;

/// A condition on a lead, as data in a rules document.
///
/// One of `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"script": "…"}`, or a field with one comparison:
/// `{"field": "employee_count", "ge": 50}`. The default is `{"all": []}`, which is always true.
///
/// Fields and types are checked when it is read, so a condition that exists compares only what can be compared.
/// A comparison with a missing value is false, also `ne` and `not_in`; test with `exists`. A list matches if any of its
/// elements does. `eq` and `in` on a region test whether it is inside the one named. Texts are compared as they
/// are; use `matches` with `(?i)` to ignore case.
///
/// Conditions nested deeper than 32 levels are refused. Read from an owned value nested thousands of levels deep, as
/// by `serde_json::from_value`, the refusal forgets what is deeper than 128 levels instead of freeing it, which would
/// overflow the stack; [`Rules::load`](crate::Rules::load) and the other `load`s free all of it.
///
/// ```
/// use leadkit::rule::Condition;
/// use serde_json::json;
///
/// let condition: Condition = serde_json::from_value(json!({"all": [
///     {"field": "employee_count", "between": [50, 500]},
///     {"field": "company.region", "in": ["CN-GD", "CN-ZJ"]},
///     {"not": {"field": "email.domain", "eq": "example.com"}},
/// ]}))?;
/// assert_eq!(
///     condition.to_string(),
///     "employee_count between [50,500] and company.region in [\"CN-GD\",\"CN-ZJ\"] \
///      and not email.domain eq \"example.com\"",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(pub(crate) Node);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare {
        field: Field,
        operator: Operator,
        operand: Operand,
    },
    Script(String),
    /// A condition that was nested too deeply. Nothing is ever nested deeper than this, so code that walks
    /// a condition may recurse.
    TooDeep,
}

impl Condition {
    /// Reads a condition from a document.
    ///
    /// ```
    /// use leadkit::rule::Condition;
    /// use serde_json::json;
    ///
    /// let errors = Condition::load(json!({"field": "employee_cuont", "ge": 50})).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `employee_count`?"));
    /// ```
    ///
    /// # Errors
    /// Every mistake in it, each with its path and a suggested fix.
    pub fn load(document: serde_json::Value) -> Result<Condition, RuleErrors> {
        Document::load_document(document)
    }

    /// A condition without its parts that were nested too deeply.
    fn of(node: Node) -> Condition {
        let condition = Condition(node);
        if condition.is_deeper_than(DEEPEST) { Condition(Node::TooDeep) } else { condition }
    }

    /// True if all of the conditions are true; also if there are none.
    ///
    /// If `all`, `any` and `not` are nested deeper than 32 levels, only that fact is kept: such a condition
    /// does not compile.
    ///
    /// ```
    /// use leadkit::rule::{Condition, Operator};
    ///
    /// let large = Condition::compare("employee_count", Operator::Ge, 1000)?;
    /// let here = Condition::compare("country", Operator::Eq, "CN")?;
    /// let both = Condition::all([large, here]);
    /// assert_eq!(both.to_string(), r#"employee_count ge 1000 and country eq "CN""#);
    /// assert!(Condition::all([]).is_always());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
        Condition::of(Node::All(conditions.into_iter().collect()))
    }

    /// True if any of the conditions is true; false if there are none.
    ///
    /// ```
    /// use leadkit::rule::{Condition, Operator};
    ///
    /// let vip = Condition::compare("tags", Operator::Eq, "vip")?;
    /// let large = Condition::compare("employee_count", Operator::Ge, 1000)?;
    /// assert_eq!(Condition::any([vip, large]).to_string(), r#"tags eq "vip" or employee_count ge 1000"#);
    /// assert!(Condition::any([]).is_never());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
        Condition::of(Node::Any(conditions.into_iter().collect()))
    }

    /// True if the condition is false.
    ///
    /// ```
    /// use leadkit::rule::{Condition, Operator};
    ///
    /// let foreign = Condition::not(Condition::compare("country", Operator::Eq, "CN")?);
    /// assert_eq!(foreign.to_string(), r#"not country eq "CN""#);
    /// assert_eq!(foreign, Condition::load(serde_json::json!({"not": {"field": "country", "eq": "CN"}}))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it builds data, beside `all` and `any`")]
    pub fn not(condition: Condition) -> Condition {
        Condition::of(Node::Not(Box::new(condition)))
    }

    /// Compares a field with a value, written as in a document.
    ///
    /// ```
    /// use leadkit::rule::{Condition, Operator};
    ///
    /// let big = Condition::compare("employee_count", Operator::Ge, 500)?;
    /// assert_eq!(big.to_string(), "employee_count ge 500");
    /// let error = Condition::compare("employee_count", Operator::Ge, "many").unwrap_err();
    /// assert_eq!(error.help(), "compare it with a whole number");
    /// # Ok::<(), leadkit::rule::ConditionError>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such field, or its type does not allow the comparison.
    pub fn compare(
        field: &str,
        operator: Operator,
        value: impl Into<serde_json::Value>,
    ) -> Result<Condition, ConditionError> {
        let field: Field = field.parse().map_err(|error| ConditionError::unknown_field(&error))?;
        let value = value.into();
        let operand = if deeper_than(&value, 1) {
            dismantle(value);
            let help = "write a value, or a list of values".to_owned();
            Err(ConditionError::comparison(
                &field,
                operator,
                &Json::Array(vec![Json::Array(Vec::new())]),
                help,
            ))
        } else {
            Operand::read(&field, operator, value)
        };
        operand.map(|operand| Condition(Node::Compare { field, operator, operand }))
    }

    /// The conditions of an `all`, else the condition itself alone. The condition is true if all of these are.
    #[must_use]
    pub fn conjuncts(&self) -> &[Condition] {
        match &self.0 {
            Node::All(conditions) => conditions,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether `all`, `any` and `not` are nested deeper. Not recursive: the nesting it guards against would overflow the
    /// stack.
    pub(crate) fn is_deeper_than(&self, limit: usize) -> bool {
        let mut left = vec![(self, 1)];
        while let Some((condition, depth)) = left.pop() {
            if depth > limit {
                return true;
            }
            match &condition.0 {
                Node::All(inner) | Node::Any(inner) => left.extend(inner.iter().map(|one| (one, depth + 1))),
                Node::Not(inner) => left.push((inner, depth + 1)),
                Node::Compare { .. } | Node::Script(_) => {}
                Node::TooDeep => return true,
            }
        }
        false
    }

    /// Whether it is true for every lead.
    #[must_use]
    pub fn is_always(&self) -> bool {
        match &self.0 {
            Node::All(conditions) => conditions.iter().all(Condition::is_always),
            _ => false,
        }
    }

    /// Whether it is false for every lead: an `any` of nothing.
    #[must_use]
    pub fn is_never(&self) -> bool {
        match &self.0 {
            Node::Any(conditions) => conditions.iter().all(Condition::is_never),
            Node::All(conditions) => conditions.iter().any(Condition::is_never),
            Node::Not(condition) => condition.is_always(),
            _ => false,
        }
    }
}

impl Default for Condition {
    fn default() -> Self {
        Condition::all([])
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, conditions: &[Condition], word: &str, none: &str| {
            if conditions.is_empty() {
                return f.write_str(none);
            }
            for (index, condition) in conditions.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                match &condition.0 {
                    Node::All(inner) | Node::Any(inner) if inner.len() > 1 => write!(f, "({condition})")?,
                    _ => write!(f, "{condition}")?,
                }
            }
            Ok(())
        };
        match &self.0 {
            Node::All(conditions) => joined(f, conditions, "and", "always"),
            Node::Any(conditions) => joined(f, conditions, "or", "never"),
            Node::Not(condition) => match &condition.0 {
                Node::All(_) | Node::Any(_) => write!(f, "not ({condition})"),
                _ => write!(f, "not {condition}"),
            },
            Node::Compare { field, operator: Operator::Exists, operand: Operand::Exists(flag) } => {
                write!(f, "{field} {}", if *flag { "exists" } else { "does not exist" })
            }
            Node::Compare { field, operator, operand } => {
                write!(f, "{field} {} {}", operator.as_str(), operand.to_json())
            }
            Node::Script(_) => f.write_str("the script holds"),
            Node::TooDeep => f.write_str("what is nested too deeply"),
        }
    }
}

impl Document for Condition {
    const NAME: &'static str = "condition";

    /// What it may read is checked when it is compiled: its place decides on that.
    fn check(&self, _: &mut Report) {}
}
