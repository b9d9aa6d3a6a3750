//! Finding the level of an account or user.

use super::finding::LevelFinding;
use super::ladder::Ladder;
use crate::rule::{FactSource, RulesVersion};

/// Levels, compiled. Immutable, shared by reference across threads.
///
/// ```
/// use leadkit::model::{Activity, Lead};
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use leadkit::inquiry::{LevelRules, Levels};
///
/// let states = Levels::compile(&LevelRules::user_states())?;
/// let tables = HostTables::default();
/// let now = "2026-03-31T00:00:00Z".parse().unwrap();
/// let visit = Activity { time: "2026-03-10T00:00:00Z".parse().unwrap(), ..Activity::default() };
/// let lead = Lead::default();
/// let context = FactContext { activities: &[visit], ..FactContext::new(&tables, now) };
/// let found = states.assess(&Facts::new(&lead, &context));
/// assert_eq!(found.to_string(), "level `active`, because activity.last within \"30d\"");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Levels {
    pub(super) ladder: Ladder,
    pub(super) version: RulesVersion,
}

impl Levels {
    /// The rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Finds the level. O(criteria).
    ///
    /// ```
    /// # use leadkit::inquiry::{LevelRules, Levels};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let lead_of = |columns: &[(&str, leadkit::model::Value)]| Lead {
    /// #     attributes: columns.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
    /// #     ..Lead::default()
    /// # };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let levels = Levels::compile(&LevelRules::user_states())?;
    /// let lead = lead_of(&[]);
    /// let finding = levels.assess(&Facts::new(&lead, &FactContext::new(&tables, now)));
    /// assert_eq!(finding.level(), Some("potential"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assess(&self, facts: &impl FactSource) -> LevelFinding {
        self.ladder.find(facts, &self.version)
    }
}
