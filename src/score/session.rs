//! What scoring reuses from one lead to the next.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::cost::RuleCost;
use super::events::Timeline;
use super::outcome::Score;
use super::scorer::Scorer;
use crate::model::{Activity, RuleId};
use crate::rule::{Facts, ScriptSession};

/// Scores many leads on one thread, reusing memory and the variables of scripts.
///
/// ```
/// use leadkit::company::Gazetteer;
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts};
/// use leadkit::score::{ScoreRules, Scorer};
///
/// let scorer = Scorer::compile(&ScoreRules::default())?;
/// let gazetteer = Gazetteer::builtin();
/// let now = "2026-03-10T09:00:00Z".parse().unwrap();
/// let context = FactContext::new(&gazetteer, now);
/// let mut session = scorer.session();
/// for count in [5, 500] {
///     let lead = Lead { employee_count: Some(count), ..Lead::default() };
///     let score = session.score(&Facts::new(&lead, &context), &[], now);
///     assert_eq!(score, scorer.score(&Facts::new(&lead, &context), &[], now));
/// }
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug)]
pub struct Session<'s> {
    scorer: &'s Scorer,
    scratch: Scratch,
}

impl<'s> Session<'s> {
    pub(super) fn new(scorer: &'s Scorer) -> Session<'s> {
        Session { scorer, scratch: Scratch::default() }
    }

    /// Scores a lead at a moment, as [`Scorer::score`] does.
    #[inline]
    pub fn score(&mut self, facts: &Facts<'_>, activities: &[Activity], as_of: DateTime<Utc>) -> Score {
        self.scorer.score_in(&mut self.scratch, facts, activities, as_of)
    }
}

/// Memory of a session.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) timeline: Timeline,
    pub(super) work: Work,
}

/// Memory that rules work in.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) scripts: ScriptSession,
    pub(super) picked: Vec<u32>,
    /// Costs of rules, when they are asked for.
    pub(super) costs: Option<BTreeMap<RuleId, RuleCost>>,
}

impl Work {
    /// Notes what the scripts of a rule have cost since the last rule.
    #[inline]
    pub(super) fn note_cost(&mut self, rule: &RuleId) {
        if self.costs.is_some() {
            self.add_cost(rule);
        }
    }

    #[cold]
    fn add_cost(&mut self, rule: &RuleId) {
        if let Some(costs) = &mut self.costs {
            let operations = self.scripts.take_operations();
            if operations > 0 {
                costs.entry(rule.clone()).or_default().add(operations);
            }
        }
    }
}
