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
    /// The [work](ScriptSession::take_work) of scripts since the last call.
    pub(super) fn take_work(&mut self) -> u64 {
        self.scratch.work.scripts.take_work()
    }

    /// Scores a lead, as [`Scorer::score`] does.
    ///
    /// ```
    /// # use leadkit::model::{Activity, Lead};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use leadkit::score::{ScoreRules, Scorer};
    /// # let scorer = Scorer::compile(&ScoreRules::default())?;
    /// # let now = "2026-03-10T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), employee_count: Some(300), ..Lead::default() };
    /// # let activities = [Activity { id: "1".into(), kind: "form_submit".into(), time: now, ..Activity::default() }];
    /// # let tables = HostTables::default();
    /// # let context = FactContext { activities: &activities, ..FactContext::new(&tables, now) };
    /// # let facts = Facts::new(&lead, &context);
    /// let mut session = scorer.session();
    /// assert_eq!(session.score(&facts), scorer.score(&facts));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// The same, counting the work of scripts: slower.
    pub(super) fn metered_session(&self) -> ScoringSession<'_> {
        let mut session = self.session();
        session.scratch.work.scripts = ScriptSession::metered();
        session
    }

    /// Scores leads only to measure the scripts of each rule. Rules without scripts do not appear.
    ///
    /// ```
    /// # #[cfg(feature = "script")] {
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use leadkit::score::Scorer;
    /// # let rules = serde_json::json!({"fit": {"rules": [
    /// #     {"id": "large", "when": {"script": "employee_count >= 1000"}, "points": 20},
    /// #     {"id": "others", "points": 10},
    /// # ]}});
    /// # let (lead, tables) = (Lead { employee_count: Some(2000), ..Lead::default() }, HostTables::default());
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// let report = Scorer::load(rules)?.cost([facts]);
    /// let rules: Vec<&str> = report.rules().map(|(rule, _)| rule.as_str()).collect();
    /// assert_eq!(rules, ["large"], "the rule `others` runs no script");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cost<'f>(&self, leads: impl IntoIterator<Item = Facts<'f>>) -> CostReport {
        let mut session = self.metered_session();
        session.scratch.work.costs = Some(BTreeMap::new());
        for facts in leads {
            let _ = session.score(&facts);
        }
        CostReport::new(session.scratch.work.costs.unwrap_or_default())
    }
}
