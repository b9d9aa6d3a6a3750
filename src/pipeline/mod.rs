//! The way of a lead from first contact to payment: stages and gates.
//!
//! A [`Pipeline`] is a row of stages as data. [`Pipeline::advance`] judges a move: a [`Transition`], or a
//! [`GateRefusal`] that lists every reason. The [`Timeline`] keeps every entry and exit, the [`TenureLog`] every
//! owner; nothing is dropped from them. What is known of a deal on the way is in [`inquiry`](crate::inquiry).

mod actor;
mod advance;
mod compile;
mod engine;
mod gate;
mod judge;
mod preset;
mod refusal;
mod request;
mod rules;
mod tenure;
mod timeline;
mod transition;

pub use actor::{Actor, Answer, Role, StageMark};
pub use engine::Pipeline;
pub use gate::{Approval, Criterion, Gate, Office, PassOutcome, Proof};
pub use refusal::{GateRefusal, RefusalReason, Unmet, UnmetCriterion};
pub use request::MoveRequest;
pub use rules::{ExitKind, ExitRules, PipelineHalf, PipelineRules, StageObject, StageRules, Strictness};
pub use tenure::{TenureError, TenureLog};
pub use timeline::{StageVisit, Timeline, TimelineError};
pub use transition::{GateOutcome, JudgedGate, Transition, TransitionKind};
