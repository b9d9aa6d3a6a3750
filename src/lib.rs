#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

pub mod assign;
pub mod attribution;
pub mod blacklist;
pub mod calendar;
pub mod company;
pub mod contact;
pub mod dedup;
pub mod error;
pub mod intake;
pub mod model;
pub mod rule;
pub mod score;
pub mod stage;
pub mod text;

pub use assign::Roster;
pub use intake::{
    Arrival, BatchError, HostTables, Input, Intake, Outcome, OutcomeDelta, Route, Rules, State, StateError,
};
