//! What inquiries are expected to bring: win rate times amount or quantity.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::grade::Grades;
use crate::model::{Currency, InquiryGrade, Money, MoneyError, OpportunityId};
use crate::rule::RulesVersion;

/// An expected number of units, exact to the hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct ExpectedQuantity {
    hundredths: i64,
}

impl ExpectedQuantity {
    /// The quantity in hundredths of a unit: 150 is 1.5.
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
    /// The opportunity that the inquiry is about.
    pub id: OpportunityId,
    /// Its grade, which sets its win rate.
    pub grade: InquiryGrade,
    /// Expected amount; `None` counts in no sum of money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Quantity, in a unit that the host chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
}

/// The share of one inquiry in a forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ForecastLine {
    /// The opportunity that the inquiry is about.
    pub id: OpportunityId,
    /// Its grade at the time of the forecast.
    pub grade: InquiryGrade,
    /// Win rate in percent; `None` when the inquiry is not counted.
    pub percent: Option<u8>,
    /// Expected amount, rounded half to even to the minor unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Expected quantity, exact to the hundredth; `None` when the inquiry has none.
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
            Some(quantity) => write!(f, ", {}", units(*quantity)),
            None => Ok(()),
        }
    }
}

/// The expected value of a set of inquiries. Totals are the sums of the lines, to the minor unit.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    lines: Vec<ForecastLine>,
    amounts: Vec<Money>,
    quantity: ExpectedQuantity,
    not_counted: usize,
    version: RulesVersion,
}

impl Forecast {
    /// One line per inquiry, in the order given.
    #[must_use]
    pub fn lines(&self) -> &[ForecastLine] {
        &self.lines
    }

    /// Expected amounts, one per currency, ordered by currency code.
    #[must_use]
    pub fn amounts(&self) -> &[Money] {
        &self.amounts
    }

    /// The units that all counted inquiries are expected to bring, exact to the hundredth.
    #[must_use]
    pub fn quantity(&self) -> ExpectedQuantity {
        self.quantity
    }

    /// Number of inquiries that are not counted.
    #[must_use]
    pub fn not_counted(&self) -> usize {
        self.not_counted
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amounts: Vec<String> = self.amounts.iter().map(ToString::to_string).collect();
        let amounts = if amounts.is_empty() { "no amount".to_owned() } else { amounts.join(" and ") };
        let inquiries = match self.lines.len().saturating_sub(self.not_counted) {
            1 => "1 inquiry".to_owned(),
            counted => format!("{counted} inquiries"),
        };
        write!(f, "{amounts} and {} expected of {inquiries}", units(self.quantity))?;
        match self.not_counted {
            0 => Ok(()),
            some => write!(f, ", {some} not counted"),
        }
    }
}

fn units(quantity: ExpectedQuantity) -> String {
    if quantity.hundredths == 100 { "1 unit".to_owned() } else { format!("{quantity} units") }
}

impl Grades {
    /// The amount times the win rate, rounded half to even to the minor unit; `None` when it is not counted.
    ///
    /// ```
    /// use leadkit::inquiry::{GradeRules, Grades};
    /// use leadkit::model::{Currency, InquiryGrade, Money};
    ///
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// let amount = Money::new(100_000, Currency::CNY);
    /// assert_eq!(grades.expected_amount(InquiryGrade::B, amount)?.unwrap().to_string(), "600.00 CNY");
    /// assert_eq!(grades.expected_amount(InquiryGrade::E, amount)?, None, "E is not counted");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Never for a rate up to 100 %; the result always fits.
    pub fn expected_amount(&self, grade: InquiryGrade, amount: Money) -> Result<Option<Money>, MoneyError> {
        self.percent(grade).map(|percent| amount.checked_ratio(percent.into(), 100)).transpose()
    }

    /// The quantity times the win rate, exact; `None` when it is not counted.
    ///
    /// ```
    /// use leadkit::inquiry::{GradeRules, Grades};
    /// use leadkit::model::InquiryGrade;
    ///
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// let expected = grades.expected_quantity(InquiryGrade::C, 5)?.unwrap();
    /// assert_eq!((expected.to_string().as_str(), expected.rounded()), ("1.5", 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// The expected value of a set of inquiries. O(inquiries).
    ///
    /// ```
    /// use leadkit::inquiry::{GradeRules, Grades, Inquiry};
    /// use leadkit::model::{Currency, InquiryGrade, Money};
    ///
    /// let grades = Grades::compile(&GradeRules::default())?;
    /// let inquiry = |id: &str, grade, minor| Inquiry {
    ///     id: id.into(), grade, amount: Some(Money::new(minor, Currency::CNY)), quantity: None,
    /// };
    /// let inquiries = [inquiry("O1", InquiryGrade::A, 100_000), inquiry("O2", InquiryGrade::D, 50_000)];
    /// let forecast = grades.forecast(&inquiries)?;
    /// assert_eq!(forecast.amounts()[0].to_string(), "850.00 CNY");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            version: self.version().clone(),
        })
    }
}
