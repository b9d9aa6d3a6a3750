//! The people who act at a stage, and their answers.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::open_enum::open_enum;
use crate::model::{RepId, RuleId, YesNo};
use crate::text::moment;

open_enum! {
    /// The role of a person in the pipeline.
    Role {
        /// Marketing, which brings leads.
        Marketing = "marketing",
        /// Sales development (SDR): judges what marketing brought.
        Sdr = "sdr",
        /// Sales: judges what the SDR passed on.
        Sales = "sales",
        /// The manager of a team.
        Manager = "manager",
        /// Software: a form, an import, a rule.
        System = "system",
    }
}

/// A person or program, in the role in which they acted.
///
/// ```
/// use leadkit::pipeline::{Actor, Role};
///
/// assert_eq!(Actor::new("R7", Role::Sdr).to_string(), "R7 (sdr)");
/// assert_eq!(Actor::system("web form").role, Role::System);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The person's id; a program has one of its own.
    pub id: RepId,
    /// The role in which the person acts.
    pub role: Role,
}

impl Actor {
    /// Somebody in a role.
    ///
    /// ```
    /// use leadkit::pipeline::{Actor, Role};
    ///
    /// assert_eq!(Actor::new("li", Role::Sales).to_string(), "li (sales)");
    /// ```
    #[must_use]
    pub fn new(id: impl Into<RepId>, role: Role) -> Actor {
        Actor { id: id.into(), role }
    }

    /// A piece of software by name.
    ///
    /// ```
    /// use leadkit::pipeline::Actor;
    ///
    /// assert_eq!(Actor::system("intake").to_string(), "intake (system)");
    /// ```
    #[must_use]
    pub fn system(name: impl Into<RepId>) -> Actor {
        Actor::new(name, Role::System)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id, self.role)
    }
}

/// Records when a stage was entered or left, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageMark {
    /// When the stage was entered or left, in UTC.
    pub at: DateTime<Utc>,
    /// The person or program whose act it was.
    pub by: Actor,
    /// The reason that was given, in words; `None` when none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl StageMark {
    /// A mark without a reason.
    ///
    /// ```
    /// use leadkit::pipeline::{Actor, Role, StageMark};
    ///
    /// let mark = StageMark::new("2026-03-02T02:00:00Z".parse().unwrap(), Actor::new("li", Role::Sales));
    /// assert_eq!(mark.to_string(), "2026-03-02T02:00:00Z by li (sales)");
    /// ```
    #[must_use]
    pub fn new(at: DateTime<Utc>, by: Actor) -> StageMark {
        StageMark { at, by, reason: None }
    }

    /// Adds the reason.
    ///
    /// ```
    /// use leadkit::pipeline::{Actor, Role, StageMark};
    ///
    /// let mark = StageMark::new("2026-03-02T02:00:00Z".parse().unwrap(), Actor::new("li", Role::Sales));
    /// assert_eq!(mark.with_reason("no budget").to_string(), "2026-03-02T02:00:00Z by li (sales): no budget");
    /// ```
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> StageMark {
        self.reason = Some(reason.into());
        self
    }
}

impl fmt::Display for StageMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", moment(self.at), self.by)?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// A person's answer to one criterion of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The criterion that it answers.
    pub criterion: RuleId,
    /// The answer: yes, no or unknown.
    pub value: YesNo,
    /// The person who answered.
    pub by: Actor,
    /// When the person answered, in UTC.
    pub at: DateTime<Utc>,
    /// A note added to the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Answer {
    /// An answer without a note.
    ///
    /// ```
    /// use leadkit::model::YesNo;
    /// use leadkit::pipeline::{Actor, Answer, Role};
    ///
    /// let judge = Actor::new("li", Role::Sales);
    /// let answer = Answer::new("budget", YesNo::Yes, judge, "2026-03-02T02:00:00Z".parse().unwrap());
    /// assert_eq!(answer.to_string(), "`budget`: yes, by li (sales) at 2026-03-02T02:00:00Z");
    /// ```
    #[must_use]
    pub fn new(criterion: impl Into<RuleId>, value: YesNo, by: Actor, at: DateTime<Utc>) -> Answer {
        Answer { criterion: criterion.into(), value, by, at, note: None }
    }

    /// Adds a note.
    ///
    /// ```
    /// use leadkit::model::YesNo;
    /// use leadkit::pipeline::{Actor, Answer, Role};
    ///
    /// let judge = Actor::new("li", Role::Sales);
    /// let answer = Answer::new("budget", YesNo::No, judge, "2026-03-02T02:00:00Z".parse().unwrap());
    /// assert_eq!(answer.with_note("next year").note.as_deref(), Some("next year"));
    /// ```
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Answer {
        self.note = Some(note.into());
        self
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}, by {} at {}", self.criterion, self.value, self.by, moment(self.at))?;
        match &self.note {
            Some(note) => write!(f, " ({note})"),
            None => Ok(()),
        }
    }
}
