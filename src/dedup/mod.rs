//! Duplicate matching: is this lead on file already, and what follows.
//!
//! [`Deduplicator::probe`] gives the keys to fetch rows by, [`Deduplicator::resolve`] decides on the rows.
//! [`Book`](crate::book::Book) is a fetcher in memory; [`names`](crate::names) finds company names by likeness and
//! [`merge`](crate::merge) makes one record out of several. [`similarity`] holds text measures.

mod action;
mod candidate;
mod comparator;
mod likeness;
mod probe;
mod reading;
mod resolution;
mod resolve;
mod rules;
pub mod similarity;

pub use action::MatchAction;
pub use comparator::Comparator;
pub use probe::{Key, KeyKind, Probe};
pub use resolution::{Action, CrowdedKey, Label, Match, OnFile, Resolution, Rows, TieBreak};
pub use resolve::Deduplicator;
pub use rules::{DedupRules, KeyFact, LeadKey, MatchRule, Target, Window};
