//! The main job: what happens to a lead that comes in.
//!
//! Blacklist → duplicate matching → scoring → assignment, for one lead or a batch, with one [`Outcome`] that says
//! what should happen and why. Each step reads what the steps before it found; none looks back.
//!
//! * A blocked lead is tagged, put into the pool of invalid leads and reviewed; it is not matched, scored or
//!   assigned.
//! * A submission that came in twice goes nowhere a second time.
//! * A lead that belongs to an owner who takes part goes to that owner, whatever its score.
//! * A lead that belongs to nobody and is not ready for sales goes to the nurture pool.
//! * Every other lead is assigned by the rules of its pool.

mod batch;
mod collision;
mod compile;
mod engine;
mod outcome;
mod rules;
mod state;

pub use batch::{Arrival, BatchError};
pub use collision::{Settlement, settle_collision};
pub use engine::{Input, Intake};
pub use outcome::{Outcome, OutcomeDelta, OutcomeReason, Route};
pub use rules::Rules;
pub use state::{State, StateError};
