//! The way of a lead from first contact to payment: stages, gates, and what is known on the way.
//!
//! A [`Pipeline`] is a row of stages as data. [`Pipeline::advance`] judges a move: a [`Transition`], or a
//! [`GateRefusal`] that lists every reason. The [`Timeline`] keeps every entry and exit, the [`TenureLog`] every
//! owner; nothing is dropped from them. [`Levels`] find the maturity and tier of accounts and the state of users,
//! [`Grades`] the win rate of inquiries and what it makes of their amounts; [`CodeFormat`] names inquiries, and
//! [`Bant`] holds what is known of them.

mod actor;
mod advance;
mod bant;
mod code;
mod compile;
mod forecast;
mod gate;
mod grade;
mod grade_move;
mod judge;
mod levels;
mod preset;
mod refusal;
mod rules;
mod tenure;
mod timeline;
mod transition;

pub use actor::{Actor, Answer, Mark, Role, YesNo};
pub use advance::MoveRequest;
pub use bant::{Bant, BantFact};
pub use code::{CodeError, CodeFormat, CodePart, CodePartRule, CodeRegister, CodeRules, InquiryCode};
pub use compile::Pipeline;
pub use forecast::{ExpectedQuantity, Forecast, ForecastLine, Inquiry};
pub use gate::{Approval, Criterion, Gate, Office, PassOutcome, Proof};
pub use grade::{GradeFinding, GradeMove, GradeRule, GradeRules, Grades, RecordedAction};
pub use grade_move::{GradeChange, GradeObjection, GradeRefusal, GradeRequest, LossReport};
pub use levels::{LevelFinding, LevelOrder, LevelRule, LevelRules, Levels, account_as_lead};
pub use refusal::{GateRefusal, RefusalReason, Unmet, UnmetCriterion};
pub use rules::{ExitKind, ExitRules, Half, PipelineRules, StageObject, StageRules, Strictness};
pub use tenure::{TenureError, TenureLog};
pub use timeline::{Timeline, TimelineError, Visit};
pub use transition::{GateOutcome, JudgedGate, Transition, TransitionKind};
