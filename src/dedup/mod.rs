//! Duplicate matching: is this lead on file already, and what follows.
//!
//! [`Deduplicator::probe`] gives the keys to fetch rows by, [`Deduplicator::resolve`] decides on the rows.
//! [`Book`](crate::book::Book) is a fetcher in memory; [`names`](crate::names) finds company names by likeness and
//! [`merge`](crate::merge) makes one record out of several.

mod action;
mod candidate;
mod case;
mod comparator;
mod compile;
mod composite;
mod convert;
mod deduplicator;
mod effects;
mod holding;
mod identity;
mod likeness;
mod part;
mod plan;
mod preset;
mod probe;
mod reading;
mod resolution;
mod resolve;
mod rules;
mod target;
mod values;

pub use action::RuleAction;
pub(crate) use case::Look;
pub use comparator::Comparator;
pub(crate) use composite::Composites;
pub use deduplicator::Deduplicator;
pub(crate) use effects::COLLISION;
pub(crate) use holding::{Holding, holdings, scope_texts, share_a_part};
pub use probe::{MatchKey, MatchKeyKind, Probe};
pub use resolution::{CrowdedKey, Match, MatchAction, NumberPeople, OnFile, Resolution, Rows, TieBreak};
pub use rules::{Comparison, DedupRules, MatchRule, ReentryWindow};
pub use target::{AccountField, ContactField, LeadKey, MatchTarget};
pub(crate) use values::canonical;
