//! Compiled rules.

use super::rules::MergeRules;
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
    pub(super) rules: MergeRules,
    pub(super) version: RulesVersion,
}

impl Merger {
    /// The rules it was compiled from.
    #[must_use]
    pub fn rules(&self) -> &MergeRules {
        &self.rules
    }

    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}
