//! Several records become one, and become several again when that was wrong.
//!
//! [`cluster`] joins pairs of records into groups; the records of a group are merged by rules.
//! [`MergeRules`] say which record survives and which value each field gets; [`Merger`] is their compiled form. A
//! [`MergePlan`] is the whole answer: looking at it is the dry run, [`MergePlan::apply`] carries it out on records in
//! memory, [`MergePlan::effects`] is what a host with a database does. What comes back from `apply` is an
//! [`UndoRecord`], which gives the records back as they were, also after the survivor has changed in other fields.

mod cluster;
mod contacts;
mod decide;
mod plan;
mod record;
mod rules;
mod undo;
mod values;

pub use cluster::{
    Cluster, ClusterOptions, Clusters, ScoredPair, cluster, cluster_names, cluster_with_copies,
};
pub use plan::{ContactDecision, FieldConflict, FieldDecision, MergeError, MergePlan};
pub use record::Mergeable;
pub use rules::{MergeBlock, MergeRules, SurvivorTest, Survivorship};
pub use undo::{Restored, UndoConflict, UndoRecord};

use crate::error::{Report, RuleErrors};
use crate::rule::RulesVersion;

/// Compiled merge rules.
///
/// ```
/// use leadkit::contact::PhoneOptions;
/// use leadkit::merge::{MergePlan, MergeRules, Merger};
/// use leadkit::model::Account;
///
/// let account = |id: &str, company: &str, owner: Option<&str>| Account {
///     id: id.into(),
///     company: company.into(),
///     owner: owner.map(Into::into),
///     ..Account::default()
/// };
/// let mut accounts = vec![account("A1", "纷扬科技", None), account("A2", "北京纷扬科技有限公司", Some("zhang"))];
/// let before = accounts.clone();
///
/// let merger = Merger::compile(&MergeRules::default())?;
/// let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
/// assert_eq!(plan.merged().id.as_str(), "A2"); // it has an owner
/// assert_eq!(plan.merged().aliases, ["纷扬科技"]);
///
/// let undo = plan.apply(&mut accounts)?;
/// assert_eq!(accounts.len(), 1);
/// undo.undo(&mut accounts)?;
/// assert_eq!(accounts, before);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Merger {
    rules: MergeRules,
    version: RulesVersion,
}

impl Merger {
    /// Proves and compiles the rules.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn compile(rules: &MergeRules) -> Result<Merger, RuleErrors> {
        let mut report = Report::new();
        rules.check(&mut report);
        report.finish()?;
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        Ok(Merger { rules: rules.clone(), version })
    }

    /// The rules it was compiled from.
    #[must_use]
    pub fn rules(&self) -> &MergeRules {
        &self.rules
    }

    /// Which rules they are.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}
