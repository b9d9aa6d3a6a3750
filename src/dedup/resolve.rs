//! From rows to a resolution.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::action::RuleAction;
use super::candidate::Candidate;
use super::case::Case;
use super::deduplicator::Deduplicator;
use super::effects::Decision;
use super::likeness::{self, Hit};
use super::plan::{Choice, Plan};
use super::probe::{MatchKey, MatchKeyKind, Probe};
use super::reading::candidates;
use super::resolution::{CrowdedKey, Match, MatchAction, Resolution, Rows};
use super::rules::MatchRule;
use crate::model::{OwnerState, RecordRef, RepId};
use crate::names::Asked;
use crate::order;
use crate::rule::MatchLabel;
use crate::rule::{Facts, Fault, MatchFacts, RuleFault};

/// What the rules say of the rows.
#[derive(Default)]
struct Findings<'c, 'r> {
    matches: Vec<Match>,
    decision: Option<Decision<'c, 'r>>,
    /// The best record of the first rule that could not tell which record is meant.
    guess: Option<&'c Candidate<'r>>,
    faults: Vec<RuleFault>,
}

impl Deduplicator {
    /// Decides on the fetched rows. Rows that share no key do no harm; the lead itself among them is left out.
    ///
    /// `owner_state` says whether the owner of a record takes care of leads: one who is gone is no owner; who is away
    /// or full still is. The lead is
    /// linked to the record then, and the rules assign it.
    ///
    /// O(rows · rules).
    pub fn resolve(
        &self,
        facts: &Facts<'_>,
        rows: &Rows,
        owner_state: &dyn Fn(&RepId) -> OwnerState,
    ) -> Resolution {
        let lead_keys = Probe::of_lead(facts);
        let mut asked = self.asked(facts);
        let candidates = candidates(facts, rows, &lead_keys, asked.as_mut());
        let (usable, crowded) = self.usable_keys(&lead_keys, &candidates);
        let crowded_names = |place: &usize| {
            let kind = lead_keys.keys.get(*place).map(|key| key.kind);
            kind == Some(MatchKeyKind::CompanyExact) && usable.get(*place).is_some_and(Option::is_none)
        };
        let crowded_names: Vec<usize> = (0..usable.len()).filter(crowded_names).collect();
        let case = Case {
            facts,
            now: facts.now(),
            candidates: &candidates,
            usable: &usable,
            crowded_names: &crowded_names,
            asked: asked.as_ref(),
        };
        let Findings { matches, decision, guess, faults } = self.findings(&case);
        let (action, effects) = match (&decision, guess) {
            (Some(decision), _) => self.consequences(decision, &case),
            // A guess is never more than a mark.
            (None, Some(guess)) => self.mark(guess, facts.lead()),
            (None, None) => (MatchAction::New, Vec::new()),
        };
        let rule = decision.map(|decision| decision.rule);
        let mut resolution = Resolution {
            labels: labels(&action, &matches, rule, &case),
            action,
            rule: rule.map(|rule| rule.id.clone()),
            matches,
            crowded,
            truncated: rows.truncated,
            effects,
            faults,
            version: self.version.clone(),
        };
        resolution.leave_gone_owner(owner_state);
        resolution
    }

    /// Asks every rule; the first whose best hit is no guess decides.
    fn findings<'c, 'r>(&'c self, case: &Case<'c, 'r>) -> Findings<'c, 'r> {
        let mut findings = Findings::default();
        let plans = self.conditions.iter().zip(&self.plans);
        for (rule, (condition, plan)) in self.rules.rules.iter().zip(plans) {
            match condition.eval(case.facts) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(fault) => {
                    findings.faults.push(RuleFault { rule: rule.id.clone(), fault });
                    continue;
                }
            }
            let hits = self.hits(rule, case);
            match hits.first() {
                Some(first) if first.ambiguous => drop(findings.guess.get_or_insert(first.candidate)),
                Some(first) if findings.decision.is_none() => match decide(rule, plan, first, &hits, case) {
                    Ok(decision) => findings.decision = decision,
                    Err(fault) => findings.faults.push(RuleFault { rule: rule.id.clone(), fault }),
                },
                _ => {}
            }
            findings.matches.extend(hits.into_iter().map(|hit| hit.into_match(rule)));
        }
        findings
    }

    /// The records that the rule hits: the likeliest first, then the earliest.
    fn hits<'c, 'r>(&self, rule: &MatchRule, case: &Case<'c, 'r>) -> Vec<Hit<'c, 'r>> {
        let counts = |candidate: &&Candidate<'r>| candidate.counts_for(rule, case.now, &self.rules.zone);
        let counted = case.candidates.iter().filter(counts);
        let mut hits: Vec<Hit<'c, 'r>> = match (rule.comparator.threshold(), case.asked) {
            (Some(threshold), Some(asked)) => {
                let is_crowded =
                    |candidate: &Candidate<'r>| case.crowded_names.iter().any(|place| candidate.has(*place));
                let records: Vec<_> = counted.filter(|one| !is_crowded(one)).collect();
                likeness::hits(asked, threshold, &records, case)
            }
            (Some(_), None) => Vec::new(),
            (None, _) => counted
                .filter_map(|candidate| {
                    let evidence = candidate.agreement(rule, case.facts, case.usable)?;
                    Some(Hit { candidate, evidence, similarity: None, ambiguous: false, told_by: None })
                })
                .collect(),
        };
        hits.sort_by(|a, b| {
            let likelier = b.similarity.unwrap_or(1.0).total_cmp(&a.similarity.unwrap_or(1.0));
            likelier.then_with(|| a.candidate.age().cmp(&b.candidate.age()))
        });
        hits
    }

    /// The lead's company, ready to be compared.
    fn asked<'a>(&'a self, facts: &Facts<'a>) -> Option<Asked<'a>> {
        let name = facts.lead().company.as_deref().filter(|name| !name.trim().is_empty())?;
        Some(self.judge.as_ref()?.ask(name, &facts.context().tables.gazetteer))
    }

    /// The lead's keys by place, none where too many records share one; and those that too many share.
    fn usable_keys<'k>(
        &self,
        lead_keys: &'k Probe,
        candidates: &[Candidate<'_>],
    ) -> (Vec<Option<&'k MatchKey>>, Vec<CrowdedKey>) {
        let mut crowded = Vec::new();
        let mut usable = |(place, key): (usize, &'k MatchKey)| {
            let records = candidates.iter().filter(|one| one.has(place)).count();
            match u32::try_from(records) {
                Ok(records) if records <= self.rules.crowded_key => Some(key),
                records => {
                    crowded.push(CrowdedKey { kind: key.kind, records: records.unwrap_or(u32::MAX) });
                    None
                }
            }
        };
        let usable = lead_keys.keys.iter().enumerate().map(&mut usable).collect();
        (usable, crowded)
    }
}

/// What the rule does with its hits. Nothing when leads are to be collected and no hit is living.
fn decide<'c, 'r>(
    rule: &'c MatchRule,
    plan: &Plan,
    first: &Hit<'c, 'r>,
    hits: &[Hit<'c, 'r>],
    case: &Case<'c, 'r>,
) -> Result<Option<Decision<'c, 'r>>, Fault> {
    let choice = plan.choose(case.facts, &match_facts(rule, first.candidate, hits, case.now))?;
    let candidate = match &choice {
        // A rule that says so only looks at living leads; a script may have seen another.
        Choice::Action(RuleAction::Collect) => {
            hits.iter().map(|hit| hit.candidate).find(|one| one.is_living())
        }
        _ => Some(first.candidate),
    };
    Ok(candidate.map(|candidate| Decision { rule, candidate, choice }))
}

/// What a script is told of the match.
fn match_facts(
    rule: &MatchRule,
    best: &Candidate<'_>,
    hits: &[Hit<'_, '_>],
    now: DateTime<Utc>,
) -> MatchFacts {
    let existing = hits.iter().any(|hit| hit.candidate.has_bought(now));
    let mut labels: BTreeSet<MatchLabel> = rule.labels.clone();
    labels.insert(if existing { MatchLabel::ExistingCustomer } else { MatchLabel::NewCustomer });
    if hits.len() > 1 {
        labels.insert(MatchLabel::OneToMany);
    }
    MatchFacts {
        kind: None,
        owner: best.owner().cloned(),
        record: Some(best.record()),
        labels,
        count: hits.len() as i64,
    }
}

/// What the lead is to the host. `rule` is the one that decided.
fn labels(
    action: &MatchAction,
    matches: &[Match],
    rule: Option<&MatchRule>,
    case: &Case<'_, '_>,
) -> BTreeSet<MatchLabel> {
    if matches.is_empty() {
        return order::set([MatchLabel::BrandNew]);
    }
    let bought = |found: &&Match| {
        case.candidates.iter().any(|one| one.has_bought(case.now) && one.record() == found.record)
    };
    let (guesses, told): (Vec<&Match>, Vec<&Match>) = matches.iter().partition(|found| found.ambiguous);
    // Of records that may be meant, all must have bought.
    let all_guesses = told.is_empty() && guesses.iter().all(bought);
    let existing = all_guesses || told.iter().any(bought);
    let mut labels =
        order::set([if existing { MatchLabel::ExistingCustomer } else { MatchLabel::NewCustomer }]);
    match action {
        MatchAction::Collected { .. } => {
            labels.extend([MatchLabel::Duplicate, MatchLabel::CollectedToEarliest])
        }
        MatchAction::ToOwner { record: RecordRef::Lead(_), .. }
        | MatchAction::KeyChange { .. }
        | MatchAction::AssignByRules { record: RecordRef::Lead(_) } => {
            labels.insert(MatchLabel::Duplicate);
        }
        _ => {}
    }
    if action.owner().is_some() {
        labels.insert(MatchLabel::ByOwner);
    }
    // What is only guessed makes no claims.
    let found = matches.iter().filter(|found| !found.ambiguous);
    if differ(found.map(|found| &found.record)) {
        labels.insert(MatchLabel::OneToMany);
    }
    if let Some(rule) = rule {
        labels.extend(&rule.labels);
    }
    let sure = matches.iter().filter(|found| found.is_sure());
    let owners = sure.filter_map(|found| found.owner.as_ref());
    let owners = owners.chain(case.facts.lead().owner.as_ref());
    if differ(owners) {
        labels.insert(MatchLabel::Collision);
    }
    labels
}

fn differ<T: PartialEq>(mut items: impl Iterator<Item = T>) -> bool {
    items.next().is_some_and(|first| items.any(|item| item != first))
}

impl Hit<'_, '_> {
    fn into_match(self, rule: &MatchRule) -> Match {
        let candidate = self.candidate;
        Match {
            rule: rule.id.clone(),
            record: candidate.record(),
            lead_key: rule.lead,
            target: rule.target,
            evidence: self.evidence,
            similarity: self.similarity,
            ambiguous: self.ambiguous,
            told_by: self.told_by,
            created_at: candidate.created_at(),
            owner: candidate.owner().cloned(),
            pool: candidate.pool().cloned(),
        }
    }
}
