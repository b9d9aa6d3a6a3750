//! From rows to a resolution.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::action::{Choice, MatchAction, Plan};
use super::candidate::{Candidate, Source, UsableKeys, candidates, key_kind};
use super::likeness::{self, Hit};
use super::probe::{Key, KeyKind, Probe};
use super::resolution::{Action, CrowdedKey, Label, Match, Resolution, Rows, id_of};
use super::rules::{DedupRules, KeyFact, MatchRule};
use crate::company::{CompanyName, exact_key};
use crate::error::{Report, RuleErrors};
use crate::model::{
    Acquisition, ConversionRecord, Effect, Lead, LeadStatus, Link, LinkKind, RecordRef, RepId, Value,
};
use crate::names::{Asked, NameJudge};
use crate::rule::{Facts, MatchFacts, Predicate, RuleFault, RulesVersion, Scope};
use crate::text::fold;

/// Compiled matching rules.
///
/// Matching has two phases, so that a host's database can stand in the middle: [`probe`](Deduplicator::probe) says
/// what to fetch, [`resolve`](Deduplicator::resolve) decides on what was fetched.
///
/// ```
/// use leadkit::company::Gazetteer;
/// use leadkit::dedup::{Action, DedupRules, Deduplicator};
/// use leadkit::book::Book;
/// use leadkit::model::{Account, Lead};
/// use leadkit::rule::{FactContext, Facts};
///
/// let matching = Deduplicator::compile(&DedupRules::to_b())?;
/// let mut book = Book::new();
/// book.insert_account(Account {
///     id: "A1".into(),
///     company: "北京纷扬科技有限公司".into(),
///     owner: Some("zhang".into()),
///     ..Account::default()
/// });
///
/// let lead = Lead { id: "L1".into(), company: Some("北京紛揚科技（有限公司）".into()), ..Lead::default() };
/// let gazetteer = Gazetteer::builtin();
/// let now = "2026-03-01T09:00:00Z".parse().unwrap();
/// let facts = Facts::new(&lead, &FactContext::new(&gazetteer, now));
/// let rows = book.rows(&matching.probe(&facts));
/// let resolution = matching.resolve(&facts, &rows, now);
/// assert_eq!(resolution.action().owner().unwrap().as_str(), "zhang");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Deduplicator {
    rules: DedupRules,
    /// By rule: which leads it is for, and what follows.
    conditions: Vec<Predicate>,
    plans: Vec<Plan>,
    /// Compares company names; only when a rule asks for it.
    judge: Option<Box<NameJudge>>,
    version: RulesVersion,
}

impl Deduplicator {
    /// Proves and compiles the rules.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn compile(rules: &DedupRules) -> Result<Deduplicator, RuleErrors> {
        let mut report = Report::new();
        let deduplicator = Deduplicator::compile_into(rules, &mut report);
        report.finish()?;
        Ok(deduplicator)
    }

    pub(crate) fn compile_into(rules: &DedupRules, report: &mut Report) -> Deduplicator {
        rules.check(report);
        let (conditions, plans) = report.within("rules", |report| {
            let compile = |(index, rule): (usize, &MatchRule)| {
                report.item(index, |report| {
                    let when = report.within("when", |report| rule.when.compile(Scope::Dedup, report));
                    (when, Plan::compile(&rule.action, rule.target, report))
                })
            };
            rules.rules.iter().enumerate().map(compile).unzip()
        });
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        let like = rules.rules.iter().any(|rule| rule.comparator.threshold().is_some());
        let judge = like.then(Box::default);
        Deduplicator { rules: rules.clone(), conditions, plans, judge, version }
    }

    /// What to fetch for a lead: only keys that a rule asks about.
    #[must_use]
    pub fn probe(&self, facts: &Facts<'_>) -> Probe {
        let mut wanted: BTreeSet<KeyKind> = self.rules.rules.iter().map(|rule| key_kind(rule.lead)).collect();
        let may_change = |rule: &MatchRule| match &rule.action {
            MatchAction::KeyChange => true,
            MatchAction::Custom { .. } => rule.target.is_lead(),
            _ => false,
        };
        if self.rules.rules.iter().any(may_change) {
            // Whose company it is now decides on the new owner.
            wanted.insert(KeyKind::CompanyExact);
        }
        let mut probe = Probe::of_lead(facts);
        probe.keys.retain(|key| wanted.contains(&key.kind));
        if self.judge.is_some() {
            probe.add_like_names(facts);
        }
        // One more than a key may have, and the lead itself may be on file.
        probe.rows_per_key = self.rules.crowded_key.saturating_add(2);
        probe
    }

    /// Decides on the fetched rows. Rows that share no key do no harm; the lead itself among them is left out.
    ///
    /// O(rows · rules).
    pub fn resolve(&self, facts: &Facts<'_>, rows: &Rows, now: DateTime<Utc>) -> Resolution {
        let lead_keys = Probe::of_lead(facts);
        let mut asked = self.asked(facts);
        let candidates = candidates(facts, rows, &lead_keys, asked.as_mut());
        let (usable, crowded) = self.usable_keys(&lead_keys, &candidates);
        let lead = likeness::Lead {
            facts,
            company: facts.lead().company.as_deref().unwrap_or_default(),
            usable: &usable,
        };
        let no_company = |place: &usize| {
            let kind = lead_keys.keys.get(*place).map(|key| key.kind);
            kind == Some(KeyKind::CompanyExact) && usable.get(*place).is_some_and(Option::is_none)
        };
        let crowded_names: Vec<usize> = (0..usable.len()).filter(no_company).collect();
        let is_crowded = |candidate: &Candidate<'_>| crowded_names.iter().any(|place| candidate.has(*place));
        let mut matches: Vec<Match> = Vec::new();
        let mut decided: Option<(&MatchRule, &Candidate<'_>, Choice)> = None;
        let mut undecided: Option<&Candidate<'_>> = None;
        let mut faults = Vec::new();
        let plans = self.conditions.iter().zip(&self.plans);
        for (rule, (condition, plan)) in self.rules.rules.iter().zip(plans) {
            match condition.eval(facts) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(fault) => {
                    faults.push(RuleFault { rule: rule.id.clone(), fault });
                    continue;
                }
            }
            let counts = |candidate: &&Candidate<'_>| candidate.counts_for(rule, now, &self.rules.zone);
            let mut hits: Vec<Hit<'_, '_>> = match (rule.comparator.threshold(), &asked) {
                (Some(threshold), Some(asked)) => {
                    let records: Vec<_> =
                        candidates.iter().filter(|one| counts(one) && !is_crowded(one)).collect();
                    likeness::hits(asked, threshold, &records, &lead)
                }
                (Some(_), None) => Vec::new(),
                (None, _) => candidates
                    .iter()
                    .filter(counts)
                    .filter_map(|candidate| {
                        let evidence = candidate.agreement(rule, facts, &usable)?;
                        Some(Hit { candidate, evidence, similarity: None, ambiguous: false, told_by: None })
                    })
                    .collect(),
            };
            hits.sort_by(|a, b| {
                let likelier = b.similarity.unwrap_or(1.0).total_cmp(&a.similarity.unwrap_or(1.0));
                likelier.then_with(|| a.candidate.age().cmp(&b.candidate.age()))
            });
            match hits.first() {
                Some(first) if first.ambiguous => drop(undecided.get_or_insert(first.candidate)),
                Some(first) if decided.is_none() => {
                    match plan.choose(facts, &match_facts(rule, first.candidate, &hits, now)) {
                        // A rule that says so only looks at living leads; a script may have seen another.
                        Ok(Choice::Action(MatchAction::Collect)) if !first.candidate.is_living() => {
                            let living = hits.iter().map(|hit| hit.candidate).find(|one| one.is_living());
                            let collect = |one| (rule, one, Choice::Action(MatchAction::Collect));
                            decided = living.map(collect);
                        }
                        Ok(choice) => decided = Some((rule, first.candidate, choice)),
                        Err(fault) => faults.push(RuleFault { rule: rule.id.clone(), fault }),
                    }
                }
                _ => {}
            }
            matches.extend(hits.into_iter().map(|hit| hit.into_match(rule)));
        }
        let (action, effects) = match &decided {
            // A guess is never more than a mark.
            None => undecided.map_or((Action::New, Vec::new()), |guess| self.mark(guess, facts.lead())),
            Some((rule, candidate, Choice::Action(action))) => {
                self.carry_out((rule, action), candidate, &candidates, &usable, facts, now)
            }
            Some((_, candidate, Choice::Code(code))) => {
                let tag = Effect::AddTag { lead: facts.lead().id.clone(), tag: code.clone() };
                (Action::Custom { record: candidate.record(), code: code.clone() }, vec![tag])
            }
        };
        let mut resolution = Resolution {
            labels: labels(&action, &matches, &candidates, now),
            action,
            rule: decided.as_ref().map(|(rule, ..)| rule.id.clone()),
            matches,
            crowded,
            truncated: rows.truncated,
            effects,
            faults,
            rules: self.version.clone(),
        };
        // What is only guessed makes no claims.
        let found = resolution.matches.iter().filter(|found| !found.ambiguous);
        let several = found.map(|found| &found.record).collect::<BTreeSet<_>>().len() > 1;
        let sure = resolution.matches.iter().filter(|found| found.is_sure());
        let owners = sure.filter_map(|found| found.owner.as_ref());
        let collide = owners.chain(facts.lead().owner.as_ref()).collect::<BTreeSet<&RepId>>().len() > 1;
        if several {
            resolution.labels.insert(Label::OneToMany);
        }
        if let Some((rule, ..)) = decided {
            resolution.labels.extend(&rule.labels);
        }
        if collide {
            resolution.labels.insert(Label::Collision);
        }
        resolution
    }

    /// Whether a rule compares company names by likeness, so that a host needs more than the rows that share a key.
    #[must_use]
    pub fn compares_names(&self) -> bool {
        self.judge.is_some()
    }

    /// The lead's company, ready to be compared.
    fn asked<'a>(&'a self, facts: &Facts<'a>) -> Option<Asked<'a>> {
        let name = facts.lead().company.as_deref().filter(|name| !name.trim().is_empty())?;
        Some(self.judge.as_ref()?.ask(name, facts.context().gazetteer))
    }

    /// The lead's keys by place, none where too many records share one; and those that too many share.
    fn usable_keys<'k>(
        &self,
        lead_keys: &'k Probe,
        candidates: &[Candidate<'_>],
    ) -> (Vec<Option<&'k Key>>, Vec<CrowdedKey>) {
        let mut crowded = Vec::new();
        let mut usable = |(place, key): (usize, &'k Key)| {
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

    fn carry_out(
        &self,
        (rule, action): (&MatchRule, &MatchAction),
        candidate: &Candidate<'_>,
        candidates: &[Candidate<'_>],
        usable: &UsableKeys<'_>,
        facts: &Facts<'_>,
        now: DateTime<Utc>,
    ) -> (Action, Vec<Effect>) {
        let lead = facts.lead();
        let record = candidate.record();
        let owner = candidate.owner().cloned();
        let this = RecordRef::Lead(lead.id.clone());
        let link = |kind| Effect::Link(Link { from: this.clone(), kind, to: record.clone() });
        let to_owner = |owner: Option<RepId>| match owner {
            Some(owner) => Action::ToOwner { owner, record: record.clone() },
            None => Action::AssignByRules { record: record.clone() },
        };
        match (action, &candidate.source) {
            (MatchAction::Convert, Source::Account(account)) => {
                let conversion = ConversionRecord {
                    lead: lead.id.clone(),
                    account: account.id.clone(),
                    contact: None,
                    opportunity: None,
                    at: now,
                    by: None,
                    rule: Some(rule.id.clone()),
                };
                let mut effects = vec![link(LinkKind::BelongsTo)];
                if owner.is_some() {
                    let status = LeadStatus::Converted;
                    effects.push(Effect::SetStatus { lead: lead.id.clone(), status });
                    effects.push(Effect::Convert(conversion));
                }
                (to_owner(owner), effects)
            }
            (MatchAction::Reenter | MatchAction::KeyChange, Source::Lead(earlier)) => {
                let mut effects = vec![link(LinkKind::ReentryOf)];
                effects.extend(self.updates(lead, earlier));
                let (known, entry) = (earlier.id.clone(), lead.id.clone());
                effects.push(Effect::RecordActivation { lead: known.clone(), entry, at: now });
                let changed = *action == MatchAction::KeyChange && self.is_key_change(facts, earlier);
                let other = || claimant(candidates, usable).filter(|other| Some(*other) != owner.as_ref());
                if let Some(new_owner) = other().filter(|_| changed) {
                    let acquisition = Acquisition::OwnerChanged;
                    effects.push(Effect::SetOwner { lead: known, owner: new_owner.clone(), acquisition });
                    effects.extend(owner.clone().map(|rep| Effect::Notify {
                        rep,
                        code: "key_change".to_owned(),
                        about: record.clone(),
                    }));
                    let new_owner = new_owner.clone();
                    return (Action::KeyChange { record, new_owner, notify: owner }, effects);
                }
                effects.extend(owner.clone().map(|rep| Effect::Notify {
                    rep,
                    code: "re_entry".to_owned(),
                    about: record.clone(),
                }));
                (to_owner(owner), effects)
            }
            (MatchAction::Collect, Source::Lead(earlier)) => (
                Action::Collected { source: earlier.id.clone(), owner },
                vec![link(LinkKind::CollectedUnder)],
            ),
            // `check` lets no other pair of action and record through; a mark does no harm.
            _ => self.mark(candidate, lead),
        }
    }

    fn mark(&self, candidate: &Candidate<'_>, lead: &Lead) -> (Action, Vec<Effect>) {
        let hold = self.rules.hold_tag_only;
        let code = "possible_duplicate".to_owned();
        let mut effects = vec![Effect::AddTag { lead: lead.id.clone(), tag: code.clone() }];
        if hold {
            effects.push(Effect::RequestReview { lead: lead.id.clone(), reviewer: None, code });
        }
        (Action::TagOnly { record: candidate.record(), hold }, effects)
    }

    /// Whether the entry, being newer, changes a fact that decides on ownership. Another spelling is no change.
    fn is_key_change(&self, facts: &Facts<'_>, record: &Lead) -> bool {
        let (entry, gazetteer) = (facts.lead(), facts.context().gazetteer);
        let canonical = |fact: KeyFact, value: Value| match (fact, value) {
            (KeyFact::Company, Value::Text(name)) => exact_key(&CompanyName::parse(&name, gazetteer)),
            (_, Value::Text(text)) => fold(text.trim()),
            (_, Value::List(items)) => {
                let items: BTreeSet<String> = items.iter().map(|item| fold(item.trim())).collect();
                items.into_iter().collect::<Vec<_>>().join("\n")
            }
            _ => String::new(),
        };
        entry.created_at >= record.created_at
            && self.rules.decisive.iter().any(|fact| {
                let (new, old) =
                    (canonical(*fact, key_fact(entry, *fact)), canonical(*fact, key_fact(record, *fact)));
                !new.is_empty() && !old.is_empty() && new != old
            })
    }

    /// Key facts of the record that the newer entry knows better: the newest non-empty value stays.
    fn updates(&self, entry: &Lead, record: &Lead) -> Vec<Effect> {
        let entry_is_newer = entry.created_at >= record.created_at;
        let update = |fact: &KeyFact| {
            let new = key_fact(entry, *fact);
            let old = key_fact(record, *fact);
            let changes = !new.is_blank() && new != old && (entry_is_newer || old.is_blank());
            changes.then(|| Effect::UpdateField {
                record: RecordRef::Lead(record.id.clone()),
                field: fact.as_str().to_owned(),
                value: new,
            })
        };
        self.rules.update.iter().filter_map(update).collect()
    }
}

/// The owner of the earliest account that has the company of the lead.
fn claimant<'c>(candidates: &'c [Candidate<'_>], usable: &UsableKeys<'_>) -> Option<&'c RepId> {
    let has_company = |one: &&Candidate<'_>| {
        matches!(one.source, Source::Account(_)) && one.shares(KeyKind::CompanyExact, usable).is_some()
    };
    let earliest = candidates.iter().filter(has_company).filter(|one| one.owner().is_some());
    earliest.min_by(|a, b| a.created_at().cmp(&b.created_at()).then_with(|| a.id().cmp(b.id())))?.owner()
}

fn key_fact(lead: &Lead, fact: KeyFact) -> Value {
    let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::Text);
    match fact {
        KeyFact::Name => text(&lead.name),
        KeyFact::Title => text(&lead.title),
        KeyFact::Company => text(&lead.company),
        KeyFact::Country => text(&lead.country),
        KeyFact::Province => text(&lead.province),
        KeyFact::City => text(&lead.city),
        KeyFact::Scenario => text(&lead.scenario),
        KeyFact::Products => Value::List(lead.products.clone()),
        KeyFact::Message => text(&lead.message),
    }
}

/// What a script is told of the match.
fn match_facts(
    rule: &MatchRule,
    best: &Candidate<'_>,
    hits: &[Hit<'_, '_>],
    now: DateTime<Utc>,
) -> MatchFacts {
    let existing = hits.iter().any(|hit| hit.candidate.has_bought(now));
    let mut labels: BTreeSet<Label> = rule.labels.clone();
    labels.insert(if existing { Label::ExistingCustomer } else { Label::NewCustomer });
    if hits.len() > 1 {
        labels.insert(Label::OneToMany);
    }
    MatchFacts {
        action: "",
        owner: best.owner().cloned(),
        record: Some(id_of(&best.record())),
        labels: labels.iter().map(|label| label.as_str().to_owned()).collect(),
        count: hits.len() as i64,
    }
}

fn labels(
    action: &Action,
    matches: &[Match],
    candidates: &[Candidate<'_>],
    now: DateTime<Utc>,
) -> BTreeSet<Label> {
    if matches.is_empty() {
        return BTreeSet::from([Label::BrandNew]);
    }
    let bought =
        |found: &&Match| candidates.iter().any(|one| one.has_bought(now) && one.record() == found.record);
    let (guesses, told): (Vec<&Match>, Vec<&Match>) = matches.iter().partition(|found| found.ambiguous);
    // Of records that may be meant, all must have bought.
    let all_guesses = told.is_empty() && guesses.iter().all(bought);
    let existing = all_guesses || told.iter().any(bought);
    let mut labels = BTreeSet::from([if existing { Label::ExistingCustomer } else { Label::NewCustomer }]);
    match action {
        Action::Collected { .. } => labels.extend([Label::Duplicate, Label::CollectedToEarliest]),
        Action::ToOwner { record: RecordRef::Lead(_), .. }
        | Action::KeyChange { .. }
        | Action::AssignByRules { record: RecordRef::Lead(_) } => drop(labels.insert(Label::Duplicate)),
        _ => {}
    }
    if action.owner().is_some() {
        labels.insert(Label::ByOwner);
    }
    labels
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
