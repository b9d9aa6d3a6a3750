//! Inquiry grades: how likely an inquiry is to be won, and what that makes of its amount.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::levels::{Ladder, LevelFinding, LevelOrder};
use crate::error::{Diagnostic, Report, RuleErrors};
use crate::model::{Currency, InquiryGrade, Money, MoneyError, OpportunityId, RepId};
use crate::rule::{self, Condition, FactSource, Operator, RulesVersion};

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

impl GradeRules {
    /// Reads the rules from a document and proves that they compile.
    ///
    /// # Errors
    /// All mistakes of the document at once.
    pub fn load(document: Json) -> Result<GradeRules, RuleErrors> {
        let mut report = Report::new();
        let rules = rule::load_into(document, &mut report, |rules: &GradeRules, report| {
            let _ = Grades::check(rules, report);
        });
        report.finish()?;
        rules.ok_or_else(|| {
            RuleErrors::from(Diagnostic::error("unreadable", "", "nothing of the document can be read"))
        })
    }

    /// What the rules hardly mean to say, as warnings; and their errors, if they have any.
    #[must_use]
    pub fn lint(&self) -> Vec<Diagnostic> {
        let mut report = Report::new();
        let _ = Grades::check(self, &mut report);
        report.into_diagnostics()
    }
}

/// Inquiry grades, proved. Immutable, shared by reference across threads.
///
/// ```
/// use leadkit::model::{Currency, InquiryGrade, Money};
/// use leadkit::stage::{GradeRules, Grades};
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
#[non_exhaustive]
pub struct GradeFinding {
    /// The grade; `None` when the criteria of none hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<InquiryGrade>,
    /// Why, with grades as levels.
    pub found: LevelFinding,
}

impl fmt::Display for GradeFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions: Vec<String> = self.found.met.iter().map(ToString::to_string).collect();
        match self.grade {
            Some(grade) if conditions.is_empty() => write!(f, "grade {grade}"),
            Some(grade) => write!(f, "grade {grade}, because {}", conditions.join("; ")),
            None => f.write_str("no grade: the criteria of none hold"),
        }
    }
}

/// An expected number of units, exact to the hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct ExpectedQuantity {
    hundredths: i64,
}

impl ExpectedQuantity {
    /// Hundredths of a unit.
    #[must_use]
    pub const fn hundredths(self) -> i64 {
        self.hundredths
    }

    /// Whole units, rounded half to even.
    #[must_use]
    pub fn rounded(self) -> i64 {
        let (whole, rest) = (self.hundredths.div_euclid(100), self.hundredths.rem_euclid(100));
        let up = rest > 50 || (rest == 50 && whole % 2 != 0);
        whole + i64::from(up)
    }
}

impl fmt::Display for ExpectedQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (self.hundredths.unsigned_abs() / 100, self.hundredths.unsigned_abs() % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", rest / 10),
            _ => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}

/// An inquiry (询价) as the forecast reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// The opportunity.
    pub id: OpportunityId,
    /// Its grade.
    pub grade: InquiryGrade,
    /// Amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Quantity, in units of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
}

/// One inquiry's part of a forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ForecastLine {
    /// The opportunity.
    pub id: OpportunityId,
    /// Its grade.
    pub grade: InquiryGrade,
    /// Win rate in percent; `None` when the inquiry is not counted.
    pub percent: Option<u8>,
    /// Expected amount, rounded half to even to the minor unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Expected quantity, exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<ExpectedQuantity>,
}

impl fmt::Display for ForecastLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent {
            None => return write!(f, "{}: grade {}, not counted", self.id, self.grade),
            Some(percent) => write!(f, "{}: grade {}, {percent} %", self.id, self.grade)?,
        }
        if let Some(amount) = &self.amount {
            write!(f, ", {amount}")?;
        }
        match &self.quantity {
            Some(quantity) => write!(f, ", {quantity} units"),
            None => Ok(()),
        }
    }
}

/// What a set of inquiries is expected to bring. Totals are the sums of the lines, to the minor unit.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Forecast {
    /// One line an inquiry, in the order given.
    pub lines: Vec<ForecastLine>,
    /// Expected amounts, one a currency, by its code.
    pub amounts: Vec<Money>,
    /// Expected quantity.
    pub quantity: ExpectedQuantity,
    /// Inquiries that are not counted.
    pub not_counted: usize,
    /// The rules.
    pub rules: RulesVersion,
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amounts: Vec<String> = self.amounts.iter().map(ToString::to_string).collect();
        let amounts = if amounts.is_empty() { "no amount".to_owned() } else { amounts.join(" and ") };
        let counted = self.lines.len() - self.not_counted.min(self.lines.len());
        write!(f, "{amounts} and {} units expected of {counted} inquiries", self.quantity)?;
        match self.not_counted {
            0 => Ok(()),
            some => write!(f, ", {some} not counted"),
        }
    }
}

impl Grades {
    /// Proves the rules.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn compile(rules: &GradeRules) -> Result<Grades, RuleErrors> {
        let mut report = Report::new();
        let grades = Grades::check(rules, &mut report);
        report.finish()?;
        Ok(grades)
    }

    fn check(rules: &GradeRules, report: &mut Report) -> Grades {
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
            rates: rules.grades.iter().map(|rule| (rule.grade, rule.percent)).collect(),
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
        GradeFinding { grade: found.level.as_deref().and_then(InquiryGrade::from_name), found }
    }

    /// The amount times the win rate, rounded half to even to the minor unit; `None` when it is not counted.
    ///
    /// # Errors
    /// Never for a rate up to 100 %; the result always fits.
    pub fn expected_amount(&self, grade: InquiryGrade, amount: Money) -> Result<Option<Money>, MoneyError> {
        self.percent(grade).map(|percent| amount.checked_ratio(percent.into(), 100)).transpose()
    }

    /// The quantity times the win rate, exact; `None` when it is not counted.
    ///
    /// # Errors
    /// When it does not fit into 64-bit hundredths.
    pub fn expected_quantity(
        &self,
        grade: InquiryGrade,
        quantity: i64,
    ) -> Result<Option<ExpectedQuantity>, MoneyError> {
        let times = |percent: u8| quantity.checked_mul(percent.into()).ok_or(MoneyError::Overflow);
        Ok(self.percent(grade).map(times).transpose()?.map(|hundredths| ExpectedQuantity { hundredths }))
    }

    /// What a set of inquiries is expected to bring. O(inquiries).
    ///
    /// # Errors
    /// When a total does not fit.
    pub fn forecast(&self, inquiries: &[Inquiry]) -> Result<Forecast, MoneyError> {
        let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
        let mut units: i64 = 0;
        let mut lines = Vec::with_capacity(inquiries.len());
        for inquiry in inquiries {
            let amount = match inquiry.amount {
                Some(amount) => self.expected_amount(inquiry.grade, amount)?,
                None => None,
            };
            let quantity = match inquiry.quantity {
                Some(quantity) => self.expected_quantity(inquiry.grade, quantity)?,
                None => None,
            };
            if let Some(amount) = amount {
                let currency = amount.currency();
                let total = totals.entry(currency).or_insert(Money::new(0, currency));
                *total = total.checked_add(amount)?;
            }
            let hundredths = quantity.map_or(0, ExpectedQuantity::hundredths);
            units = units.checked_add(hundredths).ok_or(MoneyError::Overflow)?;
            lines.push(ForecastLine {
                id: inquiry.id.clone(),
                grade: inquiry.grade,
                percent: self.percent(inquiry.grade),
                amount,
                quantity,
            });
        }
        Ok(Forecast {
            not_counted: lines.iter().filter(|line| line.percent.is_none()).count(),
            lines,
            amounts: totals.into_values().collect(),
            quantity: ExpectedQuantity { hundredths: units },
            rules: self.version.clone(),
        })
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
