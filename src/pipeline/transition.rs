//! A move from stage to stage that was granted.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Answer};
use crate::model::open_enum::closed_enum;
use crate::model::{CloseReason, Effect, LeadId, RuleId};
use crate::rule::{Field, RulesVersion};
use crate::text::{codes, moment};

closed_enum! {
    /// How a lead came to a stage.
    TransitionKind {
        /// Its first stage.
        Start = "start",
        /// The next stage.
        Advance = "advance",
        /// A later stage, past others.
        Skip = "skip",
        /// A circular return to an earlier stage (循环回流).
        Regression = "regression",
        /// Back to marketing (培育): a result of a gate, not a refusal.
        Nurture = "nurture",
        /// To an end of the pipeline, such as `lost`.
        End = "end",
        /// Back from an end.
        Reopen = "reopen",
        /// Copied from an imported history.
        Recorded = "recorded",
    }
}

/// What the judge of a gate decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GateOutcome {
    /// A marketing-qualified lead.
    Mql,
    /// Not a lead, and why.
    Invalid(CloseReason),
    /// Sales takes it over (转化).
    Converted,
    /// Not yet: back to marketing (培育), and why.
    Nurture {
        /// The reason of the request, in the words of the person who moves the lead.
        reason: String,
    },
    /// The gate of another stage was passed.
    Passed,
}

codes! {
    GateOutcome {
        GateOutcome::Mql => "mql",
        GateOutcome::Invalid(_) => "invalid",
        GateOutcome::Converted => "converted",
        GateOutcome::Nurture { .. } => "nurture",
        GateOutcome::Passed => "passed",
    }
}

impl fmt::Display for GateOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GateOutcome::Mql => f.write_str("a marketing-qualified lead"),
            GateOutcome::Invalid(reason) => write!(f, "invalid ({reason})"),
            GateOutcome::Converted => f.write_str("converted"),
            GateOutcome::Nurture { reason } => write!(f, "to be nurtured ({reason})"),
            GateOutcome::Passed => f.write_str("passed"),
        }
    }
}

/// A gate that was judged on the way, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JudgedGate {
    /// The gate that was judged, by its id.
    pub gate: RuleId,
    /// The version of the gate that was in force.
    pub version: u32,
    /// The document that defines the gate.
    pub document: String,
    /// The result of the judge of the gate.
    pub outcome: GateOutcome,
    /// The criteria whose condition holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<RuleId>,
    /// The answers that were counted, the latest for each criterion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

impl fmt::Display for JudgedGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gate `{}` version {}: {}", self.gate, self.version, self.outcome)?;
        for criterion in &self.conditions {
            write!(f, "; `{criterion}` holds")?;
        }
        for answer in &self.answers {
            write!(f, "; {answer}")?;
        }
        Ok(())
    }
}

/// A granted move and the effects to apply. [`super::Timeline::apply`] applies it to the timeline.
#[must_use = "a move that is not applied to the timeline is forgotten"]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    pub(super) lead: LeadId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    pub(super) to: String,
    pub(super) kind: TransitionKind,
    pub(super) re_entry: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) skipped: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gates: Vec<JudgedGate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) missing_fields: Vec<Field>,
    pub(super) at: DateTime<Utc>,
    pub(super) by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) effects: Vec<Effect>,
    /// Visits on the timeline it was decided on; guards against two decisions at once.
    pub(super) after_visits: usize,
    pub(super) version: RulesVersion,
}

impl Transition {
    /// The id of the lead that moves.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// The stage it leaves; `None` at the start.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The stage or end it enters.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The kind of the move.
    #[must_use]
    pub fn kind(&self) -> TransitionKind {
        self.kind
    }

    /// Whether the lead has been in the entered stage before.
    #[must_use]
    pub fn is_re_entry(&self) -> bool {
        self.re_entry
    }

    /// Skipped stages, other than optional ones.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// The gates that were judged, in the order of their stages.
    #[must_use]
    pub fn gates(&self) -> &[JudgedGate] {
        &self.gates
    }

    /// What the gate into the entered stage, or the judge who sent the lead elsewhere, found.
    #[must_use]
    pub fn outcome(&self) -> Option<&GateOutcome> {
        self.gates.last().map(|gate| &gate.outcome)
    }

    /// Required fields that are missing, where the rules only report them.
    #[must_use]
    pub fn missing_fields(&self) -> &[Field] {
        &self.missing_fields
    }

    /// When it was decided: the `now` of the call.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The person or program that requested the move, with the role.
    #[must_use]
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// The reason given with the request; `None` if the move needed none and none was given.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What the host applies in the transaction that stores the timeline.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {} ", self.lead)?;
        match (&self.from, self.kind) {
            (None, _) => write!(f, "starts in `{}`", self.to)?,
            (Some(from), TransitionKind::Regression) => write!(f, "returns from `{from}` to `{}`", self.to)?,
            (Some(from), TransitionKind::Nurture) => {
                write!(f, "goes back from `{from}` to `{}` to be nurtured", self.to)?;
            }
            (Some(from), TransitionKind::End) => write!(f, "ends in `{}` from `{from}`", self.to)?,
            (Some(from), TransitionKind::Reopen) => {
                write!(f, "is reopened from `{from}` into `{}`", self.to)?;
            }
            (Some(from), _) => write!(f, "moves from `{from}` to `{}`", self.to)?,
        }
        if !self.skipped.is_empty() {
            write!(f, ", skipping `{}`", self.skipped.join("`, `"))?;
        }
        if self.re_entry {
            f.write_str(", where it has been before")?;
        }
        write!(f, ", at {} by {}", moment(self.at), self.by)?;
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if !self.missing_fields.is_empty() {
            let names: Vec<String> = self.missing_fields.iter().map(|field| format!("`{field}`")).collect();
            write!(f, " (still missing: {})", names.join(", "))?;
        }
        Ok(())
    }
}
