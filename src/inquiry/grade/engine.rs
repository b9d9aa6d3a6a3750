//! Finding the grade of an inquiry.

use std::collections::BTreeMap;

use super::finding::GradeFinding;
use super::rules::GradeMove;
use crate::inquiry::levels::Ladder;
use crate::model::InquiryGrade;
use crate::rule::{FactSource, RulesVersion};

/// Inquiry grades, compiled. Immutable, shared by reference across threads.
///
/// ```
/// use leadkit::model::{Currency, InquiryGrade, Money};
/// use leadkit::inquiry::{GradeRules, Grades};
///
/// let grades = Grades::compile(&GradeRules::default())?;
/// let amount = Money::new(1_000_00, Currency::CNY);
/// assert_eq!(grades.expected_amount(InquiryGrade::B, amount), Ok(Some(Money::new(600_00, Currency::CNY))));
/// assert_eq!(grades.expected_amount(InquiryGrade::E, amount), Ok(None));
/// assert_eq!(grades.expected_quantity(InquiryGrade::C, 7).unwrap().unwrap().to_string(), "2.1");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Grades {
    pub(super) ladder: Ladder,
    pub(super) rates: BTreeMap<InquiryGrade, Option<u8>>,
    pub(super) loss_reports: Vec<InquiryGrade>,
    pub(super) moves: Vec<GradeMove>,
    pub(super) version: RulesVersion,
}

impl Grades {
    /// The rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Win rate in percent; `None` when the grade is not counted.
    ///
    /// ```
    /// use leadkit::inquiry::{GradeRules, Grades};
    /// use leadkit::model::InquiryGrade;
    ///
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// assert_eq!(grades.percent(InquiryGrade::S), Some(100));
    /// assert_eq!(grades.percent(InquiryGrade::E), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn percent(&self, grade: InquiryGrade) -> Option<u8> {
        self.rates.get(&grade).copied().flatten()
    }

    /// Finds the grade. O(criteria).
    ///
    /// ```
    /// # use leadkit::inquiry::{GradeRules, Grades};
    /// # use leadkit::model::{InquiryGrade, Lead};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let lead_of = |columns: &[(&str, leadkit::model::Value)]| Lead {
    /// #     attributes: columns.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
    /// #     ..Lead::default()
    /// # };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// let lead = lead_of(&[("deal_state", "contract".into())]);
    /// let finding = grades.grade(&Facts::new(&lead, &FactContext::new(&tables, now)));
    /// assert_eq!(finding.grade(), Some(InquiryGrade::S));
    /// assert_eq!(
    ///     finding.to_string(),
    ///     r#"grade S, because attributes.deal_state in ["contract","award","installed"]"#,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn grade(&self, facts: &impl FactSource) -> GradeFinding {
        let found = self.ladder.find(facts, &self.version);
        GradeFinding { grade: found.level().and_then(InquiryGrade::from_name), found }
    }

    pub(in crate::inquiry) fn actions_needed(&self, from: InquiryGrade, to: InquiryGrade) -> u32 {
        self.moves
            .iter()
            .filter(|step| step.from == from && step.to == to)
            .map(|step| step.actions)
            .max()
            .unwrap_or(0)
    }

    pub(in crate::inquiry) fn needs_loss_report(&self, grade: InquiryGrade) -> bool {
        self.loss_reports.contains(&grade)
    }
}
