#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

pub mod assign;
pub mod attribution;
pub mod blacklist;
pub mod book;
pub mod calendar;
pub mod cleaning;
pub mod company;
pub mod contact;
pub mod dedup;
mod disjoint;
mod document;
pub mod error;
pub mod follow_up;
pub mod inquiry;
pub mod intake;
pub mod merge;
pub mod model;
pub mod names;
mod order;
pub mod pipeline;
pub mod rule;
pub mod score;
pub mod text;

pub use assign::Roster;
pub use intake::{
    Along, Arrival, Basis, BatchError, BatchOutcome, Input, Intake, LifeRules, Loss, Next, Outcome,
    OutcomeDelta, OutcomeReason, RecycledTo, Refusal, Route, Rules, State, StateError, StateRows,
    StorageKeys,
};
pub use rule::HostTables;
