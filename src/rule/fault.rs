//! Faults of rules at run time.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Position;
use crate::model::RuleId;

/// Why a rule could not be evaluated at run time. The decision is made without the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
#[error("{message}")]
pub struct Fault {
    /// The error, as an English sentence.
    pub message: String,
    /// The line and column in the script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The line of the script with a caret under the place, in two lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// A suggested fix; `None` when none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Fault {
    /// A fault without a place in a script.
    ///
    /// ```
    /// use leadkit::rule::{Fault, RuleFault};
    ///
    /// let fault = Fault::new("the model of lookalikes does not know this country");
    /// let fault = RuleFault { rule: "lookalike".into(), fault };
    /// assert_eq!(
    ///     fault.to_string(),
    ///     "rule lookalike failed: the model of lookalikes does not know this country",
    /// );
    /// ```
    #[must_use]
    pub fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), position: None, excerpt: None, help: None }
    }
}

/// A rule that failed at run time, reported with the decision that was made without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFault {
    /// The rule that failed, by its id.
    pub rule: RuleId,
    /// Why the rule failed.
    pub fault: Fault,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {} failed", self.rule)?;
        if let Some(at) = self.fault.position {
            write!(f, " at line {} column {}", at.line, at.column)?;
        }
        write!(f, ": {}", self.fault)?;
        for line in self.fault.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            write!(f, "\n    {line}")?;
        }
        match &self.fault.help {
            Some(help) => write!(f, "\n    help: {help}"),
            None => Ok(()),
        }
    }
}
