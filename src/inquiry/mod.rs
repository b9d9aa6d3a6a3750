//! Deals in progress: grades, levels, forecasts, codes.
//!
//! [`Levels`] find the maturity and tier of accounts and the state of users, [`Grades`] the win rate of inquiries and
//! their expected amounts; [`CodeFormat`] names inquiries, [`Bant`] holds the four facts known about them, and
//! [`ClosedDeals`] says which orders count as won.
//!
//! ```
//! use leadkit::inquiry::{Bant, BantFact, GradeRules, Grades, Inquiry};
//! use leadkit::model::{Currency, InquiryGrade, Money, YesNo};
//!
//! // The four facts about a deal.
//! let bant = Bant { budget: BantFact::new(YesNo::Yes, "the offer was signed off"), ..Bant::default() };
//! assert_eq!(bant.open(), ["authority", "need", "timeline"]);
//!
//! // The amount it is expected to bring.
//! let grades = Grades::compile(&GradeRules::default())?;
//! let amount = Some(Money::new(10_000_000, Currency::CNY));
//! let inquiry = Inquiry { id: "O1".into(), grade: InquiryGrade::B, amount, quantity: None };
//! assert_eq!(grades.forecast(&[inquiry])?.amounts()[0].to_string(), "60000.00 CNY");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bant;
mod code;
mod forecast;
mod grade;
mod grade_move;
mod levels;
mod orders;

pub use bant::{Bant, BantFact};
pub use code::{CodeError, CodeFormat, CodePart, CodePartRule, CodeRegister, CodeRules, InquiryCode};
pub use forecast::{ExpectedQuantity, Forecast, ForecastLine, Inquiry};
pub use grade::{GradeFinding, GradeMove, GradeRule, GradeRules, Grades};
pub use grade_move::{GradeChange, GradeObjection, GradeRefusal, GradeRequest, LossReport, RecordedAction};
pub use levels::{LevelFinding, LevelOrder, LevelRule, LevelRules, Levels, account_as_lead};
pub use orders::ClosedDeals;
