//! What is known of a deal on its way: grades, levels, forecasts, codes.
//!
//! [`Levels`] find the maturity and tier of accounts and the state of users, [`Grades`] the win rate of inquiries and
//! what it makes of their amounts; [`CodeFormat`] names inquiries, [`Bant`] holds the four facts known of them, and
//! [`ClosedDeals`] says which orders count as won.

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
