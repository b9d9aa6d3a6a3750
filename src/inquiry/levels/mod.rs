//! Levels by conditions: maturity and tier of accounts, state of users.

mod account;
mod compile;
mod engine;
mod finding;
mod ladder;
mod preset;
mod rules;

pub use account::account_as_lead;
pub use engine::Levels;
pub use finding::LevelFinding;
pub(super) use ladder::Ladder;
pub use rules::{LevelOrder, LevelRule, LevelRules};
