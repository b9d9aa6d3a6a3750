//! The way of a lead from first contact to payment: stages, gates, and what is known on the way.
//!
//! A [`Pipeline`] is a row of stages as data. [`Pipeline::advance`] judges a move: a [`Transition`], or a
//! [`GateRefusal`] that lists every reason. The [`Timeline`] keeps every entry and exit; nothing is dropped from it.

mod actor;
mod advance;
mod compile;
mod gate;
mod judge;
mod preset;
mod refusal;
mod rules;
mod timeline;
mod transition;

pub use actor::{Actor, Answer, Mark, Role, YesNo};
pub use advance::MoveRequest;
pub use compile::Pipeline;
pub use gate::{Approval, Criterion, Gate, Office, PassOutcome, Proof};
pub use refusal::{GateRefusal, RefusalReason, Unmet, UnmetCriterion};
pub use rules::{ExitKind, ExitRules, Half, PipelineRules, StageObject, StageRules, Strictness};
pub use timeline::{Timeline, TimelineError, Visit};
pub use transition::{GateOutcome, JudgedGate, Transition, TransitionKind};
