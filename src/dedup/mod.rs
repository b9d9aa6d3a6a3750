//! Duplicate matching: is this lead on file already, and what follows.
//!
//! [`Deduplicator::probe`] gives the keys to fetch rows by, [`Deduplicator::resolve`] decides on the rows. [`Book`]
//! is a fetcher in memory. [`cluster`] joins pairs into groups, a [`MergePlan`] makes the records of a group one.
//! [`index`] finds company names, [`evaluate`] tunes it, [`similarity`] holds measures.

mod action;
mod book;
mod candidate;
mod cluster;
mod comparator;
pub mod evaluate;
pub mod index;
mod likeness;
mod merge;
mod probe;
mod reading;
mod resolution;
mod resolve;
mod rules;
pub mod similarity;

pub use action::MatchAction;
pub use book::Book;
pub use cluster::{
    Cluster, ClusterOptions, Clusters, ScoredPair, cluster, cluster_names, cluster_with_copies,
};
pub use comparator::Comparator;
pub use merge::{
    ContactDecision, FieldConflict, FieldDecision, MergeBlock, MergeError, MergePlan, MergeRules, Mergeable,
    Merger, Restored, SurvivorTest, Survivorship, UndoConflict, UndoRecord,
};
pub use probe::{Key, KeyKind, Probe};
pub use resolution::{Action, CrowdedKey, Label, Match, OnFile, Resolution, Rows, TieBreak};
pub use resolve::Deduplicator;
pub use rules::{DedupRules, KeyFact, LeadKey, MatchRule, Target, Window};
