//! Scoring many leads on one thread.

use std::collections::BTreeMap;

use super::cost::CostReport;
use super::outcome::Score;
use super::scorer::Scorer;
use super::scratch::Scratch;
use crate::rule::{Facts, ScriptSession};

/// Scores many leads on one thread, reusing memory and the variables of scripts.
///
/// ```
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use leadkit::score::{ScoreRules, Scorer};
///
/// let scorer = Scorer::compile(&ScoreRules::default())?;
/// let tables = HostTables::default();
/// let now = "2026-03-10T09:00:00Z".parse().unwrap();
/// let context = FactContext::new(&tables, now);
/// let mut session = scorer.session();
/// for count in [5, 500] {
///     let lead = Lead { employee_count: Some(count), ..Lead::default() };
///     let score = session.score(&Facts::new(&lead, &context));
///     assert_eq!(score, scorer.score(&Facts::new(&lead, &context)));
/// }
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug)]
pub struct ScoringSession<'s> {
    scorer: &'s Scorer,
    scratch: Scratch,
}

impl ScoringSession<'_> {
    /// Scores a lead, as [`Scorer::score`] does.
    #[inline]
    pub fn score(&mut self, facts: &Facts<'_>) -> Score {
        self.scorer.score_in(&mut self.scratch, facts)
    }
}

impl Scorer {
    /// Opens a session to score many leads on this thread.
    #[must_use]
    pub fn session(&self) -> ScoringSession<'_> {
        ScoringSession { scorer: self, scratch: Scratch::default() }
    }

    /// Scores leads only to count what the scripts of each rule cost. Rules without scripts do not appear.
    pub fn cost<'f>(&self, leads: impl IntoIterator<Item = Facts<'f>>) -> CostReport {
        let mut scratch = Scratch::default();
        scratch.work.scripts = ScriptSession::metered();
        scratch.work.costs = Some(BTreeMap::new());
        for facts in leads {
            let _ = self.score_in(&mut scratch, &facts);
        }
        CostReport::new(scratch.work.costs.unwrap_or_default())
    }
}
