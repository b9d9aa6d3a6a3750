//! Finding the level of something.

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
    pub fn assess(&self, facts: &impl FactSource) -> LevelFinding {
        self.ladder.find(facts, &self.version)
    }
}
