//! The level that was found, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rule::{Condition, RuleFault, RulesVersion};
use crate::text::list;

/// The level that was found, and what the next one lacks.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelFinding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) met: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unmet: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) faults: Vec<RuleFault>,
    pub(super) version: RulesVersion,
}

impl LevelFinding {
    /// The level; `None` when none holds.
    #[must_use]
    pub fn level(&self) -> Option<&str> {
        self.level.as_deref()
    }

    /// The criteria by which the level holds; empty when there is none.
    #[must_use]
    pub fn met(&self) -> &[Condition] {
        &self.met
    }

    /// The next better level; `None` at the best.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// The requirements of the next better level that are not met.
    #[must_use]
    pub fn unmet(&self) -> &[Condition] {
        &self.unmet
    }

    /// Criteria that failed, by the names of their levels; they count as not met.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}

impl fmt::Display for LevelFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.level {
            Some(level) if self.met.is_empty() => write!(f, "level `{level}`")?,
            Some(level) => write!(f, "level `{level}`, because {}", list(&self.met, "; "))?,
            None => f.write_str("no level")?,
        }
        match &self.next {
            Some(next) => write!(f, "; `{next}` lacks: {}", list(&self.unmet, "; ")),
            None => Ok(()),
        }
    }
}
