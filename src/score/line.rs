//! The lines of a score: how many points each adds, and why.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::document::is_default;
use crate::model::open_enum::closed_enum;
use crate::model::{Points, RuleId};
use crate::text::{codes, moment};

closed_enum! {
    /// One of the two axes of a score.
    ScoreAxis {
        /// What the lead does: the dynamic score (动态积分).
        Engagement = "engagement",
        /// What the lead is: the static score (静态积分).
        Fit = "fit",
    }
}

/// One line of the breakdown of a score. The lines of an axis sum exactly to its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScoreLine {
    /// The axis whose total it is part of.
    pub axis: ScoreAxis,
    /// The rule; `None` for limits of a group or of the axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The points it adds or subtracts, after decay. What a limit cuts off is a line of its own.
    pub points: Points,
    /// How many activities it covers; 0 for rules that count none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub count: u32,
    /// Why the lead gets the points.
    pub reason: ScoreReason,
}

/// Why a lead gets the points of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScoreReason {
    /// The lead did something that the rule counts.
    Activity {
        /// Kind of the activities, such as `form_submit`.
        kind: Arc<str>,
        /// When the last of those that count happened.
        last: DateTime<Utc>,
    },
    /// The rule's condition holds for the lead.
    Condition,
    /// The rule has no condition, and its points are calculated: by a script or a signal, from a column or a field.
    Award,
    /// A reason that the rule's full script gives.
    Script {
        /// The reason that the script gives, in the rules' own words.
        text: String,
    },
    /// The points of the rule's full script that its reasons do not explain.
    ScriptRest,
    /// A limit of the rule cuts off the rest.
    RuleCap {
        /// The greatest magnitude of the rule's points.
        cap: Points,
    },
    /// A limit of the group cuts off the rest, or fills up to it.
    GroupLimit {
        /// The group whose limit applies.
        group: Arc<str>,
        /// The limit: the greatest or the least total of the group.
        limit: Points,
    },
    /// The score of the axis has reached its limit.
    AxisLimit {
        /// The limit that is reached: 0 or 100.
        limit: Points,
    },
}

codes! {
    ScoreReason {
        ScoreReason::Activity { .. } => "activity",
        ScoreReason::Condition => "condition",
        ScoreReason::Award => "award",
        ScoreReason::Script { .. } => "script",
        ScoreReason::ScriptRest => "script_rest",
        ScoreReason::RuleCap { .. } => "rule_cap",
        ScoreReason::GroupLimit { .. } => "group_limit",
        ScoreReason::AxisLimit { .. } => "axis_limit",
    }
}

impl fmt::Display for ScoreLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+} {}", self.points, self.axis)?;
        if let Some(rule) = &self.rule {
            write!(f, " by rule {rule}")?;
        }
        match &self.reason {
            ScoreReason::Activity { kind, last } => {
                write!(f, ": {} × {kind}, last on {}", self.count, moment(*last))
            }
            ScoreReason::Condition => f.write_str(": its condition holds"),
            ScoreReason::Award => f.write_str(": its points are calculated"),
            ScoreReason::Script { text } => write!(f, ": {text}"),
            ScoreReason::ScriptRest => f.write_str(": the rest of what its script gives"),
            ScoreReason::RuleCap { cap } => write!(f, ": the rule gives at most {cap}"),
            ScoreReason::GroupLimit { group, limit } => {
                let end = if self.points < Points::ZERO { "most" } else { "least" };
                write!(f, ": group {group} gives at {end} {limit}")
            }
            ScoreReason::AxisLimit { limit } => {
                let end = if self.points < Points::ZERO { "most" } else { "least" };
                write!(f, ": the score is at {end} {limit}")
            }
        }
    }
}
