//! Inquiry grades: how likely an inquiry is to be won.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::levels::{Ladder, LevelFinding, LevelOrder};
use crate::error::Report;
use crate::model::{InquiryGrade, RepId};
use crate::order;
use crate::rule::{
    Condition, FactSource, Operator, Registry, RuleFault, RulesDocument, RulesVersion, rules_document,
};
use crate::text::list;

/// One grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeRule {
    /// The grade.
    pub grade: InquiryGrade,
    /// Win rate in percent, 0 to 100; `None` (null) is not counted at all.
    pub percent: Option<u8>,
    /// What must hold, all of it.
    #[serde(default)]
    pub criteria: Vec<Condition>,
    /// Whether a move to it needs a loss report.
    #[serde(default)]
    pub loss_report: bool,
}

/// A move between grades that needs recorded actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeMove {
    /// From which grade.
    pub from: InquiryGrade,
    /// To which.
    pub to: InquiryGrade,
    /// The least number of actions.
    #[serde(default = "one")]
    pub actions: u32,
}

const fn one() -> u32 {
    1
}

/// Inquiry grades as data. The default is the preset: S 100 %, A 80, B 60, C 30, D 10, E not counted, F 0.
///
/// The preset's criteria read the columns `deal_state` (`contract`, `award`, `installed`, `rival_awarded`),
/// `budget`, `wanted`, `spec_is_ours` (true or false) and `deciders` (`committed`, `unsure`, `lean_to_rival`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradeRules {
    /// Format of the document: 1.
    pub format: u16,
    /// Your name of this revision.
    pub revision: String,
    /// Every grade once; the first whose criteria hold is the grade.
    pub grades: Vec<GradeRule>,
    /// Moves that need recorded actions.
    pub moves: Vec<GradeMove>,
}

impl Default for GradeRules {
    fn default() -> Self {
        // Every comparison is written correctly, which a test asserts.
        let when = |field: &str, operator: Operator, value: Json| {
            Condition::compare(field, operator, value).unwrap_or_else(|_| Condition::any([]))
        };
        let budget = |is: bool| when("attributes.budget", Operator::Eq, is.into());
        let wanted = |is: bool| when("attributes.wanted", Operator::Eq, is.into());
        let deciders = |are: &str| when("attributes.deciders", Operator::Eq, are.into());
        let deal = |states: &[&str]| when("attributes.deal_state", Operator::In, states.to_vec().into());
        let committed = Condition::any([
            deciders("committed"),
            when("attributes.spec_is_ours", Operator::Eq, true.into()),
        ]);
        let rule = |grade, percent, criteria| GradeRule { grade, percent, criteria, loss_report: false };
        let to_a = |from| GradeMove { from, to: InquiryGrade::A, actions: 1 };
        GradeRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            grades: vec![
                rule(InquiryGrade::S, Some(100), vec![deal(&["contract", "award", "installed"])]),
                GradeRule {
                    loss_report: true,
                    ..rule(InquiryGrade::F, Some(0), vec![deal(&["rival_awarded"])])
                },
                rule(InquiryGrade::A, Some(80), vec![budget(true), committed]),
                rule(InquiryGrade::B, Some(60), vec![budget(true), deciders("unsure")]),
                rule(InquiryGrade::C, Some(30), vec![budget(true), deciders("lean_to_rival")]),
                rule(InquiryGrade::D, Some(10), vec![budget(false), wanted(true)]),
                rule(InquiryGrade::E, None, vec![budget(false), wanted(false)]),
            ],
            moves: vec![to_a(InquiryGrade::B), to_a(InquiryGrade::C)],
        }
    }
}

rules_document!(GradeRules => Grades);

impl RulesDocument for GradeRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        drop(Grades::compile_into(self, report));
    }
}

/// Inquiry grades, proved. Immutable, shared by reference across threads.
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
    ladder: Ladder,
    rates: BTreeMap<InquiryGrade, Option<u8>>,
    loss_reports: Vec<InquiryGrade>,
    moves: Vec<GradeMove>,
    version: RulesVersion,
}

/// The grade that was found.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradeFinding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grade: Option<InquiryGrade>,
    found: LevelFinding,
}

impl GradeFinding {
    /// The grade; `None` when the criteria of none hold.
    #[must_use]
    pub fn grade(&self) -> Option<InquiryGrade> {
        self.grade
    }

    /// By what it holds.
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
            None => f.write_str("no grade: the criteria of none hold"),
        }
    }
}

impl Grades {
    fn compile_into(rules: &GradeRules, report: &mut Report) -> Grades {
        RulesVersion::check(rules.format, report);
        let ladder = report.within("grades", |report| {
            for (index, rule) in rules.grades.iter().enumerate() {
                if rule.percent.is_some_and(|percent| percent > 100) {
                    let message = format!("grade {} is won in more than 100 %", rule.grade);
                    report.item(index, |report| {
                        report.within("percent", |report| {
                            report.error("out_of_range", message, "write 0 to 100, or null");
                        });
                    });
                }
            }
            let grades = rules.grades.iter().map(|rule| (rule.grade.as_str(), rule.criteria.as_slice()));
            let ladder = Ladder::check(LevelOrder::FirstMatch, "grade", grades, report);
            let has = |grade: &&InquiryGrade| rules.grades.iter().any(|rule| rule.grade == **grade);
            for grade in InquiryGrade::ALL.iter().filter(|grade| !has(grade)) {
                let help = "give it a rate, or null to leave it out of the forecast";
                report.error("missing_grade", format!("grade {grade} is missing"), help);
            }
            ladder
        });
        report.within("moves", |report| {
            for (index, step) in rules.moves.iter().enumerate() {
                if step.from == step.to {
                    report.item(index, |report| {
                        report.error(
                            "no_move",
                            format!("{} to {} is no move", step.from, step.to),
                            "remove it",
                        );
                    });
                }
            }
        });
        Grades {
            ladder,
            rates: order::map(rules.grades.iter().map(|rule| (rule.grade, rule.percent))),
            loss_reports: rules
                .grades
                .iter()
                .filter(|rule| rule.loss_report)
                .map(|rule| rule.grade)
                .collect(),
            moves: rules.moves.clone(),
            version: RulesVersion::of(rules.format, &rules.revision, rules),
        }
    }

    /// The rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Win rate in percent; `None` when the grade is not counted.
    #[must_use]
    pub fn percent(&self, grade: InquiryGrade) -> Option<u8> {
        self.rates.get(&grade).copied().flatten()
    }

    /// Finds the grade. O(criteria).
    pub fn grade(&self, facts: &impl FactSource) -> GradeFinding {
        let found = self.ladder.find(facts, &self.version);
        GradeFinding { grade: found.level().and_then(InquiryGrade::from_name), found }
    }

    pub(super) fn actions_needed(&self, from: InquiryGrade, to: InquiryGrade) -> u32 {
        self.moves
            .iter()
            .filter(|step| step.from == from && step.to == to)
            .map(|step| step.actions)
            .max()
            .unwrap_or(0)
    }

    pub(super) fn needs_loss_report(&self, grade: InquiryGrade) -> bool {
        self.loss_reports.contains(&grade)
    }
}

/// Something that was done for an inquiry, recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAction {
    /// What was done.
    pub what: String,
    /// Who did it.
    pub by: RepId,
    /// When.
    pub at: DateTime<Utc>,
}
