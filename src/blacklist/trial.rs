//! What rules would have done, and how often they were right.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::Blacklist;
use super::severity::Severity;
use super::state::WindowState;
use super::verdict::Verdict;
use crate::model::{LeadId, RuleId};
use crate::rule::Facts;

/// The effect of a change of rules on known leads, in the order of the leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DryRun {
    /// Number of leads that were checked with both rules.
    pub leads: usize,
    /// Leads that only the new rules block.
    pub newly_blocked: Vec<LeadId>,
    /// Leads that only the old rules block.
    pub newly_released: Vec<LeadId>,
    /// Every lead whose severity changes, with its old and its new one; those above are among them.
    pub changed: Vec<(LeadId, Severity, Severity)>,
}

/// Runs old and new rules over the same leads, each with separate windows, and reports the differences.
///
/// The leads come in in the given order: sort them by time of creation and id to see what would have happened.
///
/// ```
/// use leadkit::blacklist::{Blacklist, BlacklistRules, dry_run};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let (mild, strict) = (BlacklistRules::default(), BlacklistRules::strict());
/// let (mild, strict) = (Blacklist::compile(&mild)?, Blacklist::compile(&strict)?);
/// let lead = Lead {
///     id: "L-1".into(), phones: vec!["13927461853".into()], emails: vec!["nobody".into()], ..Lead::default()
/// };
/// let tables = HostTables::default();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-01T09:00:00Z".parse().unwrap()));
/// assert_eq!(dry_run(&mild, &strict, [&facts]).newly_blocked, [lead.id.clone()]);
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[must_use]
pub fn dry_run<'f, 'a: 'f>(
    old: &Blacklist,
    new: &Blacklist,
    leads: impl IntoIterator<Item = &'f Facts<'a>>,
) -> DryRun {
    let (mut before, mut after) = (WindowState::default(), WindowState::default());
    let mut run = DryRun::default();
    for facts in leads {
        let severity = |rules: &Blacklist, windows: &mut WindowState| {
            let verdict = rules.check(facts, windows);
            windows.apply(verdict.delta());
            verdict.severity()
        };
        let (was, becomes) = (severity(old, &mut before), severity(new, &mut after));
        run.leads += 1;
        if was == becomes {
            continue;
        }
        let lead = facts.lead().id.clone();
        match (was, becomes) {
            (_, Severity::Block) => run.newly_blocked.push(lead.clone()),
            (Severity::Block, _) => run.newly_released.push(lead.clone()),
            _ => {}
        }
        run.changed.push((lead, was, becomes));
    }
    run
}

/// How often a rule was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RulePrecision {
    /// Leads that were blocked and that the rule blocks by itself.
    pub blocked: usize,
    /// Those of them that a person has released.
    pub released: usize,
}

impl RulePrecision {
    /// 1 − released ÷ blocked, rounded to 1e-9; `None` for a rule that has blocked nobody.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        let share = self.released as f64 / self.blocked as f64;
        (self.blocked > 0).then(|| 1.0 - (share * 1e9).round() / 1e9)
    }
}

/// How often each rule was right, from the verdicts on blocked leads and whether somebody has
/// [released](crate::Intake::release) the lead since.
///
/// A rule counts once for a lead, however often it hits. Hits that are suppressed or weigh less than a block count for
/// nothing: they kept nobody out.
///
/// ```
/// use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState, rule_precision};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let blacklist = Blacklist::compile(&BlacklistRules::default())?;
/// let lead = Lead { id: "L-1".into(), ..Lead::default() };
/// let tables = HostTables::default();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-01T09:00:00Z".parse().unwrap()));
/// let verdict = blacklist.check(&facts, &WindowState::default());
/// let rules = rule_precision([(&verdict, true), (&verdict, false)]);
/// assert_eq!(rules["no_usable_contact"].precision(), Some(0.5));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[must_use]
pub fn rule_precision<'v>(
    verdicts: impl IntoIterator<Item = (&'v Verdict, bool)>,
) -> BTreeMap<RuleId, RulePrecision> {
    let mut rules: BTreeMap<RuleId, RulePrecision> = BTreeMap::new();
    for (verdict, is_released) in verdicts.into_iter().filter(|(verdict, _)| verdict.is_blocked()) {
        let blocks = verdict.hits().iter().filter(|hit| hit.weight() == Severity::Block);
        let blocking: BTreeSet<&RuleId> = blocks.map(|hit| hit.rule()).collect();
        for rule in blocking {
            let counts = rules.entry(rule.clone()).or_default();
            counts.blocked += 1;
            counts.released += usize::from(is_released);
        }
    }
    rules
}
