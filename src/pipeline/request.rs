//! A request to a pipeline.

use serde::{Deserialize, Serialize};

use super::actor::{Actor, Answer};

/// A request to move the lead to a stage or an exit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRequest {
    /// The stage or exit to move to, by name.
    pub to: String,
    /// The person or program that requests the move.
    pub by: Actor,
    /// Why. Skips, regressions, reopenings and most exits need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Answers to the criteria of the gates; of several answers to one criterion the latest counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Whether to reopen a lead that has ended.
    #[serde(default)]
    pub reopen: bool,
}

impl MoveRequest {
    /// A request without a reason or answers.
    ///
    /// ```
    /// use leadkit::pipeline::{Actor, MoveRequest, Role};
    ///
    /// let request = MoveRequest::new("mql", Actor::new("li", Role::Sales));
    /// assert_eq!((request.to.as_str(), request.answers.len(), request.reopen), ("mql", 0, false));
    /// ```
    #[must_use]
    pub fn new(to: impl Into<String>, by: Actor) -> MoveRequest {
        MoveRequest { to: to.into(), by, reason: None, answers: Vec::new(), reopen: false }
    }

    /// Adds the reason.
    ///
    /// ```
    /// use leadkit::pipeline::{Actor, MoveRequest, Role};
    ///
    /// let request = MoveRequest::new("lost", Actor::new("li", Role::Sales)).with_reason("bought elsewhere");
    /// assert_eq!(request.reason.as_deref(), Some("bought elsewhere"));
    /// ```
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> MoveRequest {
        self.reason = Some(reason.into());
        self
    }

    /// Adds answers.
    ///
    /// ```
    /// use leadkit::model::YesNo;
    /// use leadkit::pipeline::{Actor, Answer, MoveRequest, Role};
    ///
    /// let (li, now) = (Actor::new("li", Role::Sales), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let answers = ["budget", "need"].map(|criterion| Answer::new(criterion, YesNo::Yes, li.clone(), now));
    /// assert_eq!(MoveRequest::new("sql", li).answered(answers).answers.len(), 2);
    /// ```
    #[must_use]
    pub fn answered(mut self, answers: impl IntoIterator<Item = Answer>) -> MoveRequest {
        self.answers.extend(answers);
        self
    }

    /// Also reopens a lead that has ended.
    ///
    /// ```
    /// use leadkit::pipeline::{Actor, MoveRequest, Role};
    ///
    /// // Without it the request is refused as `ended`.
    /// let request = MoveRequest::new("lead", Actor::new("li", Role::Sales)).reopening();
    /// assert!(request.reopen);
    /// ```
    #[must_use]
    pub fn reopening(mut self) -> MoveRequest {
        self.reopen = true;
        self
    }

    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref().filter(|reason| !reason.trim().is_empty())
    }
}
