//! Scripts in rhai for conditions that data cannot express, run in a sandbox.
//!
//! A script reads the fields of the table as variables with `_` for `.` (`company_region`), custom attributes as
//! `attr("tier")`, and activities as `count("page_visit", 7)` and `last("page_visit")`. Times are epoch seconds;
//! `days_since(created_at)` and `hours_since(…)` measure from now. A missing value is `()`: `known(x)` tests for it,
//! `or(x, 0)` gives a default. Lists offer `has(industry, "软件")`.
//!
//! The language, its functions and limits are on the page [`guide::scripts`](crate::guide::scripts). A second safety net
//! catches panics of the engine, but none in a program built with `panic = "abort"`.

use crate::error::Diagnostic;
use crate::order;

use super::Scope;

#[cfg(feature = "script")]
mod batch;
#[cfg(feature = "script")]
mod check;
#[cfg(feature = "script")]
mod compare;
#[cfg(feature = "script")]
mod compile;
#[cfg(feature = "script")]
mod functions;
#[cfg(feature = "script")]
mod grammar;
#[cfg(feature = "script")]
mod guard;
#[cfg(feature = "script")]
mod kinds;
#[cfg(feature = "script")]
mod limits;
#[cfg(feature = "script")]
mod live;
#[cfg(feature = "script")]
mod missing;
#[cfg(feature = "script")]
mod names;
#[cfg(not(feature = "script"))]
mod off;
#[cfg(feature = "script")]
mod places;
#[cfg(feature = "script")]
mod problem;
#[cfg(feature = "script")]
mod run;
#[cfg(feature = "script")]
mod sandbox;
mod sharing;
#[cfg(feature = "script")]
mod sign;
#[cfg(feature = "script")]
mod syntax;
#[cfg(feature = "script")]
mod token;
#[cfg(feature = "script")]
mod value;

#[cfg(feature = "script")]
pub(crate) use batch::ScriptBatch;
#[cfg(feature = "script")]
pub(crate) use compile::Script;
#[cfg(feature = "script")]
pub use run::ScriptSession;

pub(crate) use sharing::Sharing;

#[cfg(not(feature = "script"))]
pub use off::ScriptSession;
#[cfg(not(feature = "script"))]
pub(crate) use off::{Script, ScriptBatch};

/// What a script is for, and so which variables it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScriptKind {
    /// One expression that is true or false.
    Condition,
    /// One expression whose value is a name: a choice among several things.
    Choice,
    /// One expression whose value is a number of points.
    Points,
    /// A full script that returns a number of points.
    Program,
}

impl ScriptKind {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [ScriptKind] =
        &[ScriptKind::Condition, ScriptKind::Choice, ScriptKind::Points, ScriptKind::Program];

    /// The value as one word, for logs and screens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ScriptKind::Condition => "condition",
            ScriptKind::Choice => "choice",
            ScriptKind::Points => "points",
            ScriptKind::Program => "program",
        }
    }
}

/// Everything that is wrong with a script for a place in the rules, by line and column; empty when there is nothing.
///
/// ```
/// # #[cfg(feature = "script")] {
/// use leadkit::rule::{Scope, ScriptKind, check_script};
///
/// let found = check_script("employee_cuont > 50 && lowr(title) == \"ceo\"", ScriptKind::Condition, Scope::Score);
/// assert_eq!(found[0].to_string(), "\
/// error[unknown_field] line 1 column 1: there is no field `employee_cuont`
///   1 | employee_cuont > 50 && lowr(title) == \"ceo\"
///     | ^
///   help: did you mean `employee_count`?");
/// assert_eq!(found[1].message, "there is no function `lowr`");
/// # }
/// ```
#[must_use]
pub fn check_script(source: &str, kind: ScriptKind, scope: Scope) -> Vec<Diagnostic> {
    let mut report = crate::error::Report::new();
    Script::compile(source, kind, scope, &mut report);
    let mut found = report.into_diagnostics();
    order::sort_by_key(&mut found, |diagnostic| diagnostic.position);
    found
}
