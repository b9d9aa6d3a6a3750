//! From rows to a resolution.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::action::RuleAction;
use super::candidate::Candidate;
use super::case::{Case, Look};
use super::deduplicator::Deduplicator;
use super::effects::{Consequences, Decision, is_reward};
use super::identity::{Meant, best, is_crowded, is_strong, meant};
use super::likeness::{self, RuleHit};
use super::plan::{Choice, Plan};
use super::probe::{MatchKey, MatchKeyKind, Probe};
use super::reading::{Fetched, candidates, fetched};
use super::resolution::{CrowdedKey, KeyPeople, Match, MatchAction, Resolution, Rows};
use super::rules::MatchRule;
use super::target::{LeadKey, MatchTarget};
use crate::model::{Effect, FoldKind, Lead, LeadId, LeadStatus, OwnerState, RecordRef, RepId};
use crate::names::Asked;
use crate::order;
use crate::rule::MatchLabel;
use crate::rule::{Facts, Fault, MatchFacts, RuleFault, ScriptSession};

/// The results of the rules on the rows.
#[derive(Default)]
struct Findings<'c, 'r> {
    matches: Vec<Match>,
    decision: Option<Decision<'c, 'r>>,
    /// The best record of the first rule that could not decide which record is meant.
    guess: Option<&'c Candidate<'r>>,
    faults: Vec<RuleFault>,
}

/// Places of the company names that too many records have: such a name says nothing, and a name like it says no more.
fn crowded_names(keys: &[MatchKey], usable: &[Option<&MatchKey>]) -> Vec<usize> {
    let names = keys.iter().zip(usable).enumerate();
    let names = names.filter(|(_, (key, usable))| key.kind == MatchKeyKind::CompanyExact && usable.is_none());
    names.map(|(place, _)| place).collect()
}

impl Findings<'_, '_> {
    /// Whether no later rule has anything to add.
    fn is_decided(&self, case: &Case<'_, '_>) -> bool {
        self.decision.as_ref().is_some_and(|decision| !decision.yields(case))
    }
}

impl Deduplicator {
    /// Decides on the fetched rows. Rows that share no key do no harm; the lead itself among them is left out.
    ///
    /// `owner_state` says whether the owner of a record takes leads: one who is gone does not count as owner; one who
    /// is away or full still is.
    ///
    /// An entry that is the person of a lead on file is folded into it, if that lead comes before it by creation and
    /// id: the [subject](Resolution::subject) continues, with every value the entry brought. Only a key that names one
    /// person folds: a landline or `info@` marks.
    ///
    /// O(rows · rules).
    ///
    /// ```
    /// # use leadkit::dedup::{Deduplicator, DedupRules, Rows};
    /// # use leadkit::model::{Lead, OwnerState};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let tables = HostTables::default();
    /// # let lead = Lead {
    /// #     id: "L2".into(), phones: vec!["138 1234 9876".into()],
    /// #     created_at: "2026-03-02T02:00:00Z".parse().unwrap(),
    /// #     ..Lead::default()
    /// # };
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// // A lead with the phone number of lead L1, which belongs to `li`.
    /// let on_file = Lead { id: "L1".into(), owner: Some("li".into()), ..lead.clone() };
    /// let rows = Rows { leads: vec![on_file], ..Rows::default() };
    /// let matching = Deduplicator::compile(&DedupRules::b2c())?;
    /// let resolution = matching.resolve(&facts, &rows, &|_| OwnerState::Active);
    /// assert!(resolution.is_folded());
    /// assert_eq!(resolution.action().owner().unwrap().as_str(), "li");
    ///
    /// // An owner who has left does not count.
    /// let resolution = matching.resolve(&facts, &rows, &|_| OwnerState::Gone);
    /// assert_eq!(resolution.action().owner(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resolve(
        &self,
        facts: &Facts<'_>,
        rows: &Rows,
        owner_state: &dyn Fn(&RepId) -> OwnerState,
    ) -> Resolution {
        self.resolve_as(facts, &Probe::of_lead(facts), rows, owner_state, Look::ENTRY)
    }

    /// The same for a lead that may be on file already, by its [keys](Probe::of_lead).
    pub(crate) fn resolve_as(
        &self,
        facts: &Facts<'_>,
        lead_keys: &Probe,
        rows: &Rows,
        owner_state: &dyn Fn(&RepId) -> OwnerState,
        look: Look,
    ) -> Resolution {
        let mut asked = self.asked(facts);
        let fetched = fetched(facts, rows);
        // Most rules compare no such fields, so the keys are copied only where some do.
        let mut is_cut = false;
        let with_composites = (!self.composites.is_empty()).then(|| {
            let mut keys = lead_keys.clone();
            is_cut = self.composites.add_of_entry(facts, &mut keys);
            keys
        });
        let lead_keys = with_composites.as_ref().unwrap_or(lead_keys);
        let candidates = candidates(facts, &fetched, lead_keys, self, asked.as_mut());
        let (usable, crowded) = self.usable_keys(facts, lead_keys, &candidates, &rows.people);
        let crowded_names = crowded_names(&lead_keys.keys, &usable);
        let case = Case {
            facts,
            now: facts.now(),
            candidates: &candidates,
            usable: &usable,
            keys: &lead_keys.keys,
            crowded_names: &crowded_names,
            asked: asked.as_ref(),
            owner_state,
            look,
            scope: &self.rules.scope,
            opportunities: &rows.opportunities,
        };
        let Findings { matches, decision, guess, faults } = self.findings(&case);
        let (found, rule) = self.follow(decision, guess, &case);
        let Consequences { action, effects, fold } = self.to_owner_of_same_person(found, &case);
        let mut oversized: Vec<RecordRef> = fetched.iter().filter_map(Fetched::oversized).collect();
        if is_cut {
            oversized.push(RecordRef::Lead(facts.lead().id.clone()));
        }
        Resolution {
            lead: facts.lead().id.clone(),
            labels: labels(&action, &matches, rule, &case),
            action,
            folded: fold.map(|(subject, _)| subject),
            rule: rule.map(|rule| rule.id.clone()),
            matches,
            crowded,
            oversized,
            truncated: rows.truncated,
            siblings: siblings(&case, &self.rules.scope, &effects, |lead| lead.owner.is_some()),
            effects,
            faults,
            version: self.version.clone(),
        }
    }

    /// What follows from the findings, and the rule that decides.
    fn follow<'c>(
        &self,
        decision: Option<Decision<'c, '_>>,
        guess: Option<&Candidate<'_>>,
        case: &Case<'_, '_>,
    ) -> (Consequences, Option<&'c MatchRule>) {
        // One event that came twice is settled before the rules: they look at who came, not at what was sent.
        let known = case.look.is_entry.then(|| self.known_submission(case)).flatten();
        if let Some(known) = known {
            return (known, None);
        }
        match (&decision, guess) {
            (Some(decision), _) => (self.consequences(decision, case), Some(decision.rule)),
            // A guess may only mark a lead.
            (None, Some(guess)) => (self.mark(guess, case.facts.lead()), None),
            (None, None) => (Consequences::new(MatchAction::New, Vec::new()), None),
        }
    }

    /// The keys of a lead that name one person.
    pub(crate) fn person_keys(&self, facts: &Facts<'_>) -> Vec<MatchKey> {
        let mut keys = Probe::of_lead(facts).keys;
        keys.retain(|key| is_strong(key, facts));
        keys
    }

    /// The owned leads of the same customer among the rows, as [`Resolution::siblings`].
    pub(crate) fn siblings(&self, facts: &Facts<'_>, rows: &Rows) -> Vec<LeadId> {
        self.kin(facts, rows, |lead| lead.owner.is_some())
    }

    /// The leads of the same customer among the rows that have no owner.
    pub(crate) fn waiting_siblings(&self, facts: &Facts<'_>, rows: &Rows) -> Vec<LeadId> {
        self.kin(facts, rows, |lead| lead.owner.is_none())
    }

    fn kin(&self, facts: &Facts<'_>, rows: &Rows, is_meant: fn(&Lead) -> bool) -> Vec<LeadId> {
        // Reading rows takes the time, and most leads match none.
        if rows.leads.iter().all(|lead| lead.id == facts.lead().id || !is_meant(lead)) {
            return Vec::new();
        }
        let lead_keys = Probe::of_lead(facts);
        let fetched = fetched(facts, rows);
        let candidates = candidates(facts, &fetched, &lead_keys, self, None);
        let (usable, _) = self.usable_keys(facts, &lead_keys, &candidates, &rows.people);
        let case = Case {
            facts,
            now: facts.now(),
            candidates: &candidates,
            usable: &usable,
            keys: &lead_keys.keys,
            crowded_names: &[],
            asked: None,
            // Never called: the question is whether the siblings are the same person's, not who owns them.
            owner_state: &|_| OwnerState::Active,
            look: Look::ENTRY,
            scope: &self.rules.scope,
            opportunities: &rows.opportunities,
        };
        siblings(&case, &self.rules.scope, &[], is_meant)
    }

    /// The lead on file that is the same record of another system, or the same submission, whatever the rules compare.
    fn known_submission(&self, case: &Case<'_, '_>) -> Option<Consequences> {
        let senior = || case.candidates.iter().filter(|one| one.is_senior(case));
        let earliest = |one: Option<&'_ Candidate<'_>>, kind| {
            let (one, known) = one.and_then(|one| Some((one, one.lead()?)))?;
            let is_open = kind == FoldKind::SameRecord || known.status != LeadStatus::Converted;
            is_open.then(|| self.fold(kind, one, known, None, case))
        };
        // A new entry has absorbed nothing: it may be folded into any record of its event.
        let leads = case.candidates.iter().filter(|one| one.lead().is_some());
        let same_record = leads
            .filter(|one| one.shares(MatchKeyKind::RecordId, case.usable).is_some())
            .min_by(|a, b| a.age().cmp(&b.age()));
        if let Some(folded) = earliest(same_record, FoldKind::SameRecord) {
            return Some(folded);
        }
        let first = case.facts.verdict()?.resubmission_of.as_ref()?;
        // The first of them may have been folded since: the lead that absorbed it shares its keys.
        let alike = |one: &&Candidate<'_>| !one.is_other_person(case) && !one.is_other_company(case);
        let is_first = |one: &&Candidate<'_>| one.lead().is_some_and(|lead| lead.id == *first);
        // Equal words from one company may come from two people: a person with a key must share it.
        let names_person = case.usable.iter().flatten().any(|key| is_strong(key, case.facts));
        let same = || senior().filter(alike).filter(|one| one.shares_person(case));
        let may_be = |one: &&Candidate<'_>| !names_person || one.shares_person(case);
        let repeated = senior().filter(alike).filter(may_be).find(is_first);
        let repeated = repeated.or_else(|| same().min_by(|a, b| a.age().cmp(&b.age())));
        earliest(repeated, FoldKind::Resubmission)
    }

    /// Tries every rule; the first whose best hit is not a guess decides, unless it [yields](Decision::yields).
    fn findings<'c, 'r>(&'c self, case: &Case<'c, 'r>) -> Findings<'c, 'r> {
        let mut findings = Findings::default();
        let mut scripts = ScriptSession::of_lead();
        let plans = self.conditions.iter().zip(&self.plans);
        for ((place, rule), (condition, plan)) in self.rules.rules.iter().enumerate().zip(plans) {
            match condition.eval_in(case.facts, &mut scripts) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(fault) => {
                    // A condition that fails does not match, and the answer names the fault.
                    findings.faults.push(RuleFault { rule: rule.id.clone(), fault });
                    continue;
                }
            }
            let hits = self.hits(place, rule, case);
            // A name that fits several, or a domain that several have, decides nothing: it marks at most.
            let doubt = hits.first().filter(|first| first.ambiguous || is_shared_domain(rule, &hits));
            match hits.first() {
                None => {}
                Some(_) if doubt.is_some() => {
                    let doubted = doubt.map(|hit| hit.candidate);
                    findings.guess = findings.guess.or(doubted);
                }
                // Later rules only show which records they match.
                Some(_) if findings.is_decided(case) => {}
                // A decision that yields gives way only to one that joins.
                Some(first) => match decide(rule, plan, first, &hits, case, &self.rules.scope) {
                    Ok(Some(decision)) => {
                        let earlier = findings.decision.as_ref();
                        if earlier.is_none_or(|earlier| decision.supersedes(earlier, case)) {
                            findings.decision = Some(decision);
                        }
                    }
                    Ok(None) if findings.decision.is_none() => {
                        findings.guess = findings.guess.or(Some(first.candidate));
                    }
                    Ok(_) => {}
                    Err(fault) => findings.faults.push(RuleFault { rule: rule.id.clone(), fault }),
                },
            }
            findings.matches.extend(hits.into_iter().map(|hit| {
                let outside_scope = !hit.candidate.is_in_scope(&self.rules.scope, case);
                hit.into_match(rule, outside_scope)
            }));
        }
        findings
    }

    /// The records that the rule hits: the likeliest first, then the earliest.
    fn hits<'c, 'r>(&self, place: usize, rule: &MatchRule, case: &Case<'c, 'r>) -> Vec<RuleHit<'c, 'r>> {
        let counts = |candidate: &&Candidate<'r>| candidate.counts_for(rule, case.now, &self.rules.zone);
        let counted = case.candidates.iter().filter(counts);
        let marks = rule.action == RuleAction::TagOnly;
        let composite = self.composites.of_rule(place);
        let mut hits: Vec<RuleHit<'c, 'r>> = match (composite, rule.threshold(), case.asked) {
            (Some(composite), ..) => composite.hits(&counted.collect::<Vec<_>>(), marks, case),
            (None, Some(threshold), Some(asked)) => {
                // Records of a crowded name are not compared either: otherwise the key that was refused would come back.
                let is_crowded =
                    |candidate: &Candidate<'r>| case.crowded_names.iter().any(|place| candidate.has(*place));
                let records: Vec<_> = counted.filter(|one| !is_crowded(one)).collect();
                likeness::hits(asked, threshold, marks, &records, case)
            }
            (None, Some(_), None) => Vec::new(),
            (None, None, _) => counted
                .filter_map(|candidate| {
                    let evidence = candidate.agreement(rule, case.facts, case.usable)?;
                    Some(RuleHit { candidate, evidence, similarity: None, ambiguous: false, told_by: None })
                })
                .collect(),
        };
        // The likeliest first, of equals the earliest: that is the one meant unless something distinguishes them.
        hits.sort_by(|a, b| {
            let likelier = b.similarity.unwrap_or(1.0).total_cmp(&a.similarity.unwrap_or(1.0));
            likelier.then_with(|| a.candidate.age().cmp(&b.candidate.age()))
        });
        hits
    }

    /// The lead's company, ready to be compared.
    fn asked<'a>(&'a self, facts: &Facts<'a>) -> Option<Asked<'a>> {
        let name = facts.read().company.as_deref().filter(|_| facts.names_company())?;
        let tables = facts.context().tables;
        let judge = tables.name_judge.as_deref().or(self.judge.as_deref())?;
        self.compares_names().then(|| judge.ask(name, &tables.gazetteer))
    }

    /// The lead's keys by place, none where too many records share one; and those that too many share.
    fn usable_keys<'k>(
        &self,
        facts: &Facts<'_>,
        lead_keys: &'k Probe,
        candidates: &[Candidate<'_>],
        people: &[KeyPeople],
    ) -> (Vec<Option<&'k MatchKey>>, Vec<CrowdedKey>) {
        let mut crowded = Vec::new();
        // A value under many names belongs to a front desk or a dealer, or stands for none. Folded leads count as well: each
        // was a person.
        let is_nobody_s = |key: &MatchKey, place: usize| {
            let is_person_s = key.is_contact() && is_strong(key, facts);
            let on_file = candidates.iter().filter(|one| one.has(place)).filter_map(|one| one.person_name());
            let folded = people.iter().filter(|one| one.key == *key).flat_map(|one| &one.names);
            is_person_s && is_crowded(on_file.chain(folded.map(String::as_str)))
        };
        let mut usable = |(place, key): (usize, &'k MatchKey)| {
            let records = candidates.iter().filter(|one| one.has(place)).count();
            match u32::try_from(records) {
                Ok(records) if records <= self.rules.crowded_key && !is_nobody_s(key, place) => Some(key),
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

/// The leads of the same customer that are meant, but those that are folded by these effects; earliest first.
fn siblings(
    case: &Case<'_, '_>,
    scope: &[LeadKey],
    effects: &[Effect],
    is_meant: fn(&Lead) -> bool,
) -> Vec<LeadId> {
    let is_one = |one: &&Candidate<'_>| {
        let lead = one.lead().filter(|lead| is_meant(lead) && lead.status != LeadStatus::Invalid);
        lead.is_some_and(|lead| !is_reward(lead)) && one.shares_person(case) && one.is_in_scope(scope, case)
    };
    let mut found: Vec<&Candidate<'_>> = case.candidates.iter().filter(is_one).collect();
    if found.is_empty() || is_reward(case.facts.lead()) {
        return Vec::new();
    }
    found.sort_by(|a, b| a.age().cmp(&b.age()));
    // They end with this decision, so nothing is left to go along.
    let is_folded = |id: &LeadId| {
        effects.iter().any(|effect| matches!(effect, Effect::Fold { entry, .. } if entry == id))
    };
    let leads = found.into_iter().filter_map(|one| one.lead()).map(|lead| lead.id.clone());
    leads.filter(|id| !is_folded(id)).collect()
}

/// Whether several accounts have the domain, which then means nothing.
fn is_shared_domain(rule: &MatchRule, hits: &[RuleHit<'_, '_>]) -> bool {
    rule.target == MatchTarget::AccountDomain && rule.and.is_empty() && hits.len() > 1
}

/// What the rule does with its hits. Nothing when a person is looked up by a key that identifies nobody: that is a guess.
fn decide<'c, 'r>(
    rule: &'c MatchRule,
    plan: &Plan,
    first: &RuleHit<'c, 'r>,
    hits: &[RuleHit<'c, 'r>],
    case: &Case<'c, 'r>,
    scope: &[LeadKey],
) -> Result<Option<Decision<'c, 'r>>, Fault> {
    let choice = plan.choose(case.facts, &match_facts(rule, first.candidate, hits, case.now))?;
    let by_likeness = first.similarity.is_some();
    let one_person = matches!(&choice, Choice::Action(action) if action.is_of_a_person());
    let meant = if one_person {
        // On file, two reps' leads of a person stay two, though a third belongs to both.
        let is_apart = |one: &Candidate<'r>| !case.look.is_entry && one.unites_scopes(case);
        let same =
            |one: &&Candidate<'r>| one.shares_person(case) && one.is_in_scope(scope, case) && !is_apart(one);
        let all: Vec<_> = hits.iter().map(|hit| hit.candidate).filter(same).collect();
        // The record that is the person comes before others that the key reaches.
        let open: Vec<_> = all.iter().copied().filter(|one| one.joins(case, &choice)).collect();
        let found = if open.is_empty() { all } else { open };
        // An earlier record absorbs a later one, so later ones are meant only if there is no earlier one.
        let (senior, junior): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| one.is_senior(case));
        let found = if senior.is_empty() { junior } else { senior };
        if case.look.is_entry || case.facts.lead().owner.is_none() {
            meant(&found, case)
        } else {
            // A rep holds it: nobody has to be asked whose it is.
            best(&found, case).map(Meant::One)
        }
    } else if by_likeness {
        // Of equally likely accounts, the one that somebody holds for the lead's scope.
        let as_likely = hits.iter().filter(|hit| hit.similarity == first.similarity);
        as_likely.map(|hit| hit.candidate).min_by_key(|one| one.has_no_holder()).map(Meant::One)
    } else {
        let (outside, inside): (Vec<_>, Vec<_>) =
            hits.iter().map(|hit| hit.candidate).partition(|one| one.has_no_holder());
        meant(if inside.is_empty() { &outside } else { &inside }, case)
    };
    Ok(meant.map(|meant| Decision { rule, meant, choice }))
}

/// What a script knows of the match.
fn match_facts(
    rule: &MatchRule,
    best: &Candidate<'_>,
    hits: &[RuleHit<'_, '_>],
    now: DateTime<Utc>,
) -> MatchFacts {
    let existing = hits.iter().any(|hit| hit.candidate.has_bought(now));
    let mut labels: BTreeSet<MatchLabel> = rule.labels.clone();
    labels.insert(if existing { MatchLabel::ExistingCustomer } else { MatchLabel::NewCustomer });
    if hits.len() > 1 {
        labels.insert(MatchLabel::OneToMany);
    }
    MatchFacts {
        // Not decided yet: a script that reads these facts is about to choose.
        kind: None,
        owner: best.owner().cloned(),
        record: Some(best.record()),
        labels,
        count: hits.len() as i64,
        ..MatchFacts::default()
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
        | MatchAction::Held { .. }
        | MatchAction::AssignByRules { record: RecordRef::Lead(_) } => {
            labels.insert(MatchLabel::Duplicate);
        }
        _ => {}
    }
    if action.owner().is_some() {
        labels.insert(MatchLabel::ByOwner);
    }
    // A guess gives nobody a claim to the lead.
    let found = matches.iter().filter(|found| !found.ambiguous);
    if differ(found.map(|found| &found.record)) {
        labels.insert(MatchLabel::OneToMany);
    }
    if let Some(rule) = rule {
        labels.extend(&rule.labels);
    }
    // A match that is not sure puts no two reps into conflict.
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

impl RuleHit<'_, '_> {
    fn into_match(self, rule: &MatchRule, outside_scope: bool) -> Match {
        let candidate = self.candidate;
        Match {
            rule: rule.id.clone(),
            record: candidate.record(),
            lead_key: rule.lead.clone(),
            target: rule.target.clone(),
            also: rule.and.iter().map(|one| one.lead.clone()).collect(),
            evidence: self.evidence,
            similarity: self.similarity,
            ambiguous: self.ambiguous,
            told_by: self.told_by,
            created_at: candidate.since(),
            owner: candidate.owner().cloned(),
            outside_scope,
            pool: candidate.pool().cloned(),
        }
    }
}
