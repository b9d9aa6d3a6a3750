//! Which leads move between cells when rules change.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::grade::ScoreCell;
use super::scorer::Scorer;
use crate::model::LeadId;
use crate::order;
use crate::rule::Facts;

/// A lead whose cell or maturity changes with the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CellMove {
    /// The lead, by its id.
    pub lead: LeadId,
    /// Its cell by the old rules.
    pub from: ScoreCell,
    /// Its cell by the new rules.
    pub to: ScoreCell,
    /// Whether it was ready for sales by the old rules.
    pub was_mature: bool,
    /// Whether it is ready for sales by the new rules.
    pub is_mature: bool,
}

/// What a change of rules does to leads. `Display` gives the counts of each move, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[must_use]
pub struct ScoreDiff {
    leads: u64,
    moves: Vec<CellMove>,
}

impl ScoreDiff {
    /// How many leads were scored by both sets of rules.
    #[must_use]
    pub fn leads(&self) -> u64 {
        self.leads
    }

    /// The leads whose cell or maturity changes, in the order they came.
    #[must_use]
    pub fn moves(&self) -> &[CellMove] {
        &self.moves
    }

    /// How many leads go from one cell to another, or stay in one and change their maturity.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<(ScoreCell, ScoreCell), u64> {
        let mut counts = BTreeMap::new();
        for one in &self.moves {
            *counts.entry((one.from, one.to)).or_default() += 1;
        }
        counts
    }
}

impl fmt::Display for ScoreDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let matured = self.moves.iter().filter(|one| one.is_mature && !one.was_mature).count();
        let lost = self.moves.iter().filter(|one| one.was_mature && !one.is_mature).count();
        write!(
            f,
            "{} of {} leads move; {matured} become ready for sales, {lost} no longer are",
            self.moves.len(),
            self.leads
        )?;
        let mut counts: Vec<((ScoreCell, ScoreCell), u64)> = self.counts().into_iter().collect();
        order::sort_by_key(&mut counts, |(cells, count)| (std::cmp::Reverse(*count), *cells));
        for ((from, to), count) in counts {
            write!(f, "\n  {from} → {to}: {count}")?;
        }
        Ok(())
    }
}

/// Scores leads by old and by new rules: a dry run of a change.
///
/// ```
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use leadkit::score::{ScoreRules, Scorer, diff};
/// use serde_json::json;
///
/// let fit = |points: i64| ScoreRules::load(json!({"fit": {"rules": [{"id": "all", "points": points}]}}));
/// let (old, new) = (Scorer::compile(&fit(50)?)?, Scorer::compile(&fit(70)?)?);
/// let tables = HostTables::default();
/// let now = "2026-03-10T09:00:00Z".parse().unwrap();
/// let leads = [Lead { id: "L1".into(), ..Lead::default() }];
/// let context = FactContext::new(&tables, now);
/// let diff = diff(&old, &new, leads.iter().map(|lead| Facts::new(lead, &context)));
/// assert_eq!(diff.to_string(), "\
/// 1 of 1 leads move; 0 become ready for sales, 0 no longer are
///   C4 → B4: 1");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
pub fn diff<'f>(old: &Scorer, new: &Scorer, leads: impl IntoIterator<Item = Facts<'f>>) -> ScoreDiff {
    let (mut old, mut new) = (old.session(), new.session());
    let mut diff = ScoreDiff::default();
    for facts in leads {
        diff.leads += 1;
        let before = old.score(&facts);
        let after = new.score(&facts);
        if before.cell() != after.cell() || before.is_mature() != after.is_mature() {
            diff.moves.push(CellMove {
                lead: after.lead().clone(),
                from: before.cell(),
                to: after.cell(),
                was_mature: before.is_mature(),
                is_mature: after.is_mature(),
            });
        }
    }
    diff
}
