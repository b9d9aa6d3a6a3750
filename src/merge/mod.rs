//! Several records become one, and become several again when that was wrong.
//!
//! [`cluster`] joins pairs of records into groups; the records of a group are merged by rules.
//! [`MergeRules`] say which record survives and which value each field gets; [`Merger`] is their compiled form. A
//! [`MergePlan`] is the whole answer: looking at it is the dry run, [`MergePlan::apply`] carries it out on records in
//! memory, [`MergePlan::effects`] is what a host with a database does. What is lost by it, and where the records contradict each
//! other, [`MergePlan::doubts`] tells: a person decides. What comes back from `apply` is an [`UndoRecord`], which gives the records
//! back as they were, also after the survivor has changed in other fields. A [`MergeLog`] keeps several of them, takes the last of
//! a record back first, and knows the [effects](MergeLog::undo_effects) that do so in a database.
//!
//! People are never made one by a company's phone or mailbox, nor where their names, mobiles or addresses differ; and what a
//! person has refused stays refused, see [`Survivorship`].

mod cluster;
mod compile;
mod conflict;
mod contacts;
mod decide;
mod doubt;
mod error;
mod fields;
mod identity;
mod log;
mod merger;
mod people;
mod plan;
mod preset;
mod record;
mod rules;
mod undo;
mod undo_effects;
mod values;

pub use cluster::{
    Cluster, ClusterOptions, Clusters, ScoredPair, cluster, cluster_names, cluster_with_copies,
};
pub use conflict::FieldConflict;
pub use doubt::MergeDoubt;
pub use error::MergeError;
pub use log::MergeLog;
pub use merger::Merger;
pub use people::find_people;
pub use plan::{ContactDecision, FieldDecision, MergePlan};
pub use record::Mergeable;
pub use rules::{MergeBlock, MergeRules, SurvivorTest, Survivorship};
pub use undo::{Restored, UndoConflict, UndoRecord};
