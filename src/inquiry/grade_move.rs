//! Moves of an inquiry from grade to grade.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::grade::Grades;
use crate::model::{InquiryGrade, RepId};
use crate::text::codes;

/// Something that was done for an inquiry, recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAction {
    /// The action, in words; a blank text does not count.
    pub what: String,
    /// The rep who did it.
    pub by: RepId,
    /// When it was done; a date in the future does not count.
    pub at: DateTime<Utc>,
}

/// Why an inquiry was lost (丢单报告).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossReport {
    /// The competitor who won it, in words.
    pub rival: String,
    /// Why it was lost, in words.
    pub reason: String,
    /// The rep who reports.
    pub by: RepId,
    /// When the report was made.
    pub at: DateTime<Utc>,
}

/// A request to move an inquiry to another grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeRequest {
    /// The grade that the inquiry has.
    pub from: InquiryGrade,
    /// The grade that it should get.
    pub to: InquiryGrade,
    /// The actions that led to the grade.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<RecordedAction>,
    /// Why it was lost; the grade's rule says whether it is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_report: Option<LossReport>,
}

impl GradeRequest {
    /// A request without actions or a report.
    ///
    /// ```
    /// use leadkit::inquiry::{GradeRequest, GradeRules, Grades};
    /// use leadkit::model::InquiryGrade;
    ///
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// let request = GradeRequest::new(InquiryGrade::B, InquiryGrade::F);
    /// let refusal = grades.change(&request, "2026-03-02T02:00:00Z".parse().unwrap()).unwrap_err();
    /// assert_eq!(refusal.to_string(), "the inquiry cannot move from grade B to F: it needs a loss report");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(from: InquiryGrade, to: InquiryGrade) -> GradeRequest {
        GradeRequest { from, to, actions: Vec::new(), loss_report: None }
    }
}

/// A move to another grade that was granted, with its evidence.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GradeChange {
    /// The grade that the inquiry had.
    pub from: InquiryGrade,
    /// The grade that it gets.
    pub to: InquiryGrade,
    /// When the move was granted.
    pub at: DateTime<Utc>,
    /// The recorded actions that were counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<RecordedAction>,
    /// The loss report that came with the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_report: Option<LossReport>,
}

impl fmt::Display for GradeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the inquiry moves from grade {} to {}", self.from, self.to)?;
        for (index, action) in self.actions.iter().enumerate() {
            let word = if index == 0 { ": " } else { "; " };
            write!(f, "{word}{} ({})", action.what, action.by)?;
        }
        match &self.loss_report {
            Some(report) => write!(f, ", lost to {}: {}", report.rival, report.reason),
            None => Ok(()),
        }
    }
}

/// One reason why a move between grades is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GradeObjection {
    /// The inquiry has that grade already.
    #[error("it already has that grade")]
    SameGrade,
    /// Recorded actions are missing. Blank ones and ones dated in the future do not count.
    #[error("it needs at least {needed} recorded action{}, there {} {found}", if *needed == 1 { "" } else { "s" }, if *found == 1 { "is" } else { "are" })]
    ActionsMissing {
        /// The number of actions that the move needs.
        needed: u32,
        /// The number of actions in the request that count.
        found: u32,
    },
    /// The grade needs a loss report, and the request has none.
    #[error("it needs a loss report")]
    LossReportMissing,
    /// The loss report does not say who won it, or why.
    #[error("the loss report does not say {}", if field == "rival" { "who won it" } else { "why it was lost" })]
    LossReportIncomplete {
        /// The blank field: `rival` or `reason`.
        field: String,
    },
}

codes! {
    GradeObjection {
        GradeObjection::SameGrade => "same_grade",
        GradeObjection::ActionsMissing { .. } => "actions_missing",
        GradeObjection::LossReportMissing => "loss_report_missing",
        GradeObjection::LossReportIncomplete { .. } => "loss_report_incomplete",
    }
}

/// A refused move between grades, with every reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GradeRefusal {
    /// The grade that the inquiry keeps.
    pub from: InquiryGrade,
    /// The grade it was to get.
    pub to: InquiryGrade,
    /// Every reason for the refusal, at least one.
    pub reasons: Vec<GradeObjection>,
}

impl fmt::Display for GradeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the inquiry cannot move from grade {} to {}", self.from, self.to)?;
        for (index, reason) in self.reasons.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for GradeRefusal {}

impl Grades {
    /// Judges a move from grade to grade.
    ///
    /// ```
    /// use leadkit::model::InquiryGrade;
    /// use leadkit::inquiry::{GradeRequest, GradeRules, Grades};
    ///
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// let refusal = grades
    ///     .change(&GradeRequest::new(InquiryGrade::B, InquiryGrade::A), "2026-03-01T00:00:00Z".parse().unwrap())
    ///     .unwrap_err();
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "the inquiry cannot move from grade B to A: it needs at least 1 recorded action, there are 0",
    /// );
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// When it is refused, with every reason.
    pub fn change(&self, request: &GradeRequest, now: DateTime<Utc>) -> Result<GradeChange, GradeRefusal> {
        let mut reasons = Vec::new();
        if request.from == request.to {
            reasons.push(GradeObjection::SameGrade);
        }
        let counts = |action: &&RecordedAction| !action.what.trim().is_empty() && action.at <= now;
        let actions: Vec<RecordedAction> = request.actions.iter().filter(counts).cloned().collect();
        let needed = self.actions_needed(request.from, request.to);
        let found = u32::try_from(actions.len()).unwrap_or(u32::MAX);
        if found < needed {
            reasons.push(GradeObjection::ActionsMissing { needed, found });
        }
        if self.needs_loss_report(request.to) {
            match &request.loss_report {
                None => reasons.push(GradeObjection::LossReportMissing),
                Some(report) => {
                    let blank = [("rival", &report.rival), ("reason", &report.reason)]
                        .into_iter()
                        .filter(|(_, text)| text.trim().is_empty());
                    reasons.extend(
                        blank.map(|(field, _)| GradeObjection::LossReportIncomplete {
                            field: field.to_owned(),
                        }),
                    );
                }
            }
        }
        if reasons.is_empty() {
            let (from, to) = (request.from, request.to);
            Ok(GradeChange { from, to, at: now, actions, loss_report: request.loss_report.clone() })
        } else {
            Err(GradeRefusal { from: request.from, to: request.to, reasons })
        }
    }
}
