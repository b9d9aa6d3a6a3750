//! Merges several records into one, and undoes a merge that was wrong.
//!
//! [`cluster`] joins pairs of records into groups; the records of a group are merged by rules. [`MergeRules`] say which
//! record survives and which value each field gets; [`Merger`] is their compiled form. A [`MergePlan`] is the complete
//! result: inspect it for a dry run, call [`MergePlan::apply`] to apply it to records in memory, or apply its
//! [`effects`](MergePlan::effects) to a database. Values that would be lost, and fields in which the records contradict
//! each other, are listed by [`MergePlan::doubts`] for a person to decide. `apply` returns an [`UndoRecord`], which
//! restores the records as they were, even after other fields of the survivor have changed. A [`MergeLog`] keeps
//! several of them, takes the last of a record back first, and knows the [effects](MergeLog::undo_effects) that do so
//! in a database.
//!
//! People are never merged because they share a company's phone or mailbox, nor if their names, mobiles or addresses
//! differ. A person's refusals survive a merge, see [`Survivorship`]. A contact value that was found
//! [wrong](crate::model::Lead::WRONG_CONTACTS) stays so: it never leads to the survivor.
//!
//! ```
//! use leadkit::contact::PhoneOptions;
//! use leadkit::merge::{ClusterOptions, MergeLog, MergePlan, MergeRules, Merger, cluster_names};
//! use leadkit::model::Account;
//!
//! let account = |id: &str, company: &str, owner: Option<&str>| Account {
//!     id: id.into(), company: company.into(), owner: owner.map(Into::into), ..Account::default()
//! };
//! let mut accounts = vec![
//!     account("A1", "Acme Trading Ltd", None),
//!     account("A2", "Juniper Moss Inc", Some("li")),
//!     account("A3", "ACME Trading Limited", Some("wang")),
//! ];
//!
//! // Find the accounts that are one company, and preview the merge.
//! let names: Vec<&str> = accounts.iter().map(|account| account.company.as_str()).collect();
//! let clusters = cluster_names(&names, &ClusterOptions::default());
//! assert_eq!(clusters.clusters[0].members, [0, 2]);
//! let group: Vec<Account> = clusters.clusters[0].members.iter().map(|&place| accounts[place].clone()).collect();
//! let merger = Merger::compile(&MergeRules::default())?;
//! let plan = MergePlan::for_accounts(&group, &merger, &PhoneOptions::default())?;
//! assert_eq!(plan.to_string(), "merge account A1 into account A3, which has an owner");
//!
//! // Apply it, and undo it next week.
//! let mut log = MergeLog::default();
//! log.push(plan.apply(&mut accounts)?);
//! assert_eq!(accounts.len(), 2);
//! log.undo(0, &mut accounts)?;
//! assert_eq!(accounts.len(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cluster;
mod compile;
mod conflict;
mod contacts;
mod contradiction;
mod decide;
mod doubt;
mod error;
mod fields;
mod identity;
mod log;
mod merger;
mod parent;
mod people;
mod plan;
mod plan_effects;
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
pub use parent::names_parent;
pub use people::find_people;
pub use plan::{ContactDecision, FieldDecision, MergePlan};
pub use record::Mergeable;
pub use rules::{MergeBlock, MergeRules, SurvivorTest, Survivorship};
pub use undo::{Restored, UndoConflict, UndoRecord};
