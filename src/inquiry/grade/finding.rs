//! The grade that was found, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::inquiry::levels::LevelFinding;
use crate::model::InquiryGrade;
use crate::rule::{Condition, RuleFault, RulesVersion};
use crate::text::list;

/// The grade of an inquiry, and which conditions led to it.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradeFinding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grade: Option<InquiryGrade>,
    pub(super) found: LevelFinding,
}

impl GradeFinding {
    /// The grade; `None` when no grade's criteria hold.
    #[must_use]
    pub fn grade(&self) -> Option<InquiryGrade> {
        self.grade
    }

    /// The criteria that gave the grade; empty when there is none.
    #[must_use]
    pub fn met(&self) -> &[Condition] {
        self.found.met()
    }

    /// Criteria that failed, by the names of their grades; they count as not met.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        self.found.faults()
    }

    /// The rules it was found by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        self.found.version()
    }
}

impl fmt::Display for GradeFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.grade {
            Some(grade) if self.met().is_empty() => write!(f, "grade {grade}"),
            Some(grade) => write!(f, "grade {grade}, because {}", list(self.met(), "; ")),
            None => f.write_str("no grade: no grade's criteria are met"),
        }
    }
}
