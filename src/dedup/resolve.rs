//! From rows to a resolution.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::probe::{Key, KeyKind, Probe};
use super::resolution::{Action, CrowdedKey, Label, Match, Resolution, Rows};
use super::rules::{Comparator, DedupRules, KeyFact, LeadKey, MatchAction, MatchRule, Target};
use crate::calendar::Zone;
use crate::error::{Report, RuleErrors};
use crate::model::{
    Account, Acquisition, ConversionRecord, Effect, Lead, LeadStatus, Link, LinkKind, PoolId, RecordRef,
    RepId, Value, mask_email, mask_id, mask_phone,
};
use crate::rule::{Facts, Predicate, RuleFault, RulesVersion, Scope};

/// Compiled matching rules.
///
/// Matching has two phases, so that a host's database can stand in the middle: [`probe`](Deduplicator::probe) says
/// what to fetch, [`resolve`](Deduplicator::resolve) decides on what was fetched.
///
/// ```
/// use leadkit::company::Gazetteer;
/// use leadkit::dedup::{Action, Book, DedupRules, Deduplicator};
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
    conditions: Vec<Predicate>,
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
        let conditions = report.within("rules", |report| {
            let compile = |(index, rule): (usize, &MatchRule)| {
                report.item(index, |report| {
                    report.within("when", |report| rule.when.compile(Scope::Dedup, report))
                })
            };
            rules.rules.iter().enumerate().map(compile).collect()
        });
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        Deduplicator { rules: rules.clone(), conditions, version }
    }

    /// What to fetch for a lead: only keys that a rule asks about.
    #[must_use]
    pub fn probe(&self, facts: &Facts<'_>) -> Probe {
        let mut wanted: BTreeSet<KeyKind> = self.rules.rules.iter().map(|rule| key_kind(rule.lead)).collect();
        if self.rules.rules.iter().any(|rule| rule.action == MatchAction::KeyChange) {
            // Whose company it is now decides on the new owner.
            wanted.insert(KeyKind::CompanyExact);
        }
        let mut probe = Probe::of_lead(facts);
        probe.keys.retain(|key| wanted.contains(&key.kind));
        // One more than a key may have, and the lead itself may be on file.
        probe.rows_per_key = self.rules.crowded_key.saturating_add(2);
        probe
    }

    /// Decides on the fetched rows. Rows that share no key do no harm; the lead itself among them is left out.
    ///
    /// O(rows · rules).
    pub fn resolve(&self, facts: &Facts<'_>, rows: &Rows, now: DateTime<Utc>) -> Resolution {
        let lead_keys = Probe::of_lead(facts);
        let candidates = candidates(facts, rows);
        let (usable, crowded) = self.usable_keys(&lead_keys, &candidates);
        let mut matches: Vec<Match> = Vec::new();
        let mut decided: Option<(&MatchRule, &Candidate<'_>)> = None;
        let mut faults = Vec::new();
        for (rule, condition) in self.rules.rules.iter().zip(&self.conditions) {
            match condition.eval(facts) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(fault) => {
                    faults.push(RuleFault { rule: rule.id.clone(), fault });
                    continue;
                }
            }
            let mut hits: Vec<(&Candidate<'_>, String)> = candidates
                .iter()
                .filter(|candidate| candidate.counts_for(rule, now, &self.rules.zone))
                .filter_map(|candidate| Some((candidate, candidate.agreement(rule, facts, &usable)?)))
                .collect();
            hits.sort_by(|(a, _), (b, _)| {
                a.created_at().cmp(&b.created_at()).then_with(|| a.id().cmp(b.id()))
            });
            if let (None, Some((first, _))) = (decided, hits.first()) {
                decided = Some((rule, *first));
            }
            matches.extend(hits.into_iter().map(|(candidate, evidence)| Match {
                rule: rule.id.clone(),
                record: candidate.record(),
                lead_key: rule.lead,
                target: rule.target,
                evidence,
                created_at: candidate.created_at(),
                owner: candidate.owner().cloned(),
                pool: candidate.pool().cloned(),
            }));
        }
        let (action, effects) = match decided {
            None => (Action::New, Vec::new()),
            Some((rule, candidate)) => {
                self.carry_out(rule, candidate, &candidates, &usable, facts.lead(), now)
            }
        };
        let mut resolution = Resolution {
            labels: labels(&action, &matches, &candidates, now),
            action,
            matches,
            crowded,
            truncated: rows.truncated,
            effects,
            faults,
            rules: self.version.clone(),
        };
        if resolution.record_count() > 1 {
            resolution.labels.insert(Label::OneToMany);
        }
        if let Some((rule, _)) = decided {
            resolution.labels.extend(&rule.labels);
        }
        let owners = resolution.matches.iter().filter_map(|found| found.owner.as_ref());
        let owners: BTreeSet<&RepId> = owners.chain(facts.lead().owner.as_ref()).collect();
        if owners.len() > 1 {
            resolution.labels.insert(Label::Collision);
        }
        resolution
    }

    /// The lead's keys that few enough records share, and those too many do.
    fn usable_keys<'k>(
        &self,
        lead_keys: &'k Probe,
        candidates: &[Candidate<'_>],
    ) -> (BTreeSet<&'k Key>, Vec<CrowdedKey>) {
        let mut usable = BTreeSet::new();
        let mut crowded = Vec::new();
        for key in &lead_keys.keys {
            let records = candidates.iter().filter(|one| one.keys.keys.binary_search(key).is_ok()).count();
            match u32::try_from(records) {
                Ok(records) if records <= self.rules.crowded_key => drop(usable.insert(key)),
                records => crowded.push(CrowdedKey { kind: key.kind, records: records.unwrap_or(u32::MAX) }),
            }
        }
        (usable, crowded)
    }

    fn carry_out(
        &self,
        rule: &MatchRule,
        candidate: &Candidate<'_>,
        candidates: &[Candidate<'_>],
        usable: &BTreeSet<&Key>,
        lead: &Lead,
        now: DateTime<Utc>,
    ) -> (Action, Vec<Effect>) {
        let record = candidate.record();
        let owner = candidate.owner().cloned();
        let this = RecordRef::Lead(lead.id.clone());
        let link = |kind| Effect::Link(Link { from: this.clone(), kind, to: record.clone() });
        let to_owner = |owner: Option<RepId>| match owner {
            Some(owner) => Action::ToOwner { owner, record: record.clone() },
            None => Action::AssignByRules { record: record.clone() },
        };
        match (rule.action, &candidate.source) {
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
                let changed = rule.action == MatchAction::KeyChange && self.is_key_change(lead, earlier);
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
            // `check` lets no other pair of action and record through; a tag does no harm.
            _ => {
                let tag = Effect::AddTag { lead: lead.id.clone(), tag: "possible_duplicate".to_owned() };
                let mut effects = vec![tag];
                if self.rules.hold_tag_only {
                    effects.push(Effect::RequestReview {
                        lead: lead.id.clone(),
                        reviewer: None,
                        code: "possible_duplicate".to_owned(),
                    });
                }
                (Action::TagOnly { record, hold: self.rules.hold_tag_only }, effects)
            }
        }
    }

    /// Whether the entry, being newer, changes a fact that decides on ownership.
    fn is_key_change(&self, entry: &Lead, record: &Lead) -> bool {
        entry.created_at >= record.created_at
            && self.rules.decisive.iter().any(|fact| {
                let (new, old) = (key_fact(entry, *fact), key_fact(record, *fact));
                !new.is_blank() && !old.is_blank() && new != old
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
fn claimant<'c>(candidates: &'c [Candidate<'_>], usable: &BTreeSet<&Key>) -> Option<&'c RepId> {
    let has_company = |one: &&Candidate<'_>| {
        matches!(one.source, Source::Account(_))
            && one.keys.keys.iter().any(|key| key.kind == KeyKind::CompanyExact && usable.contains(key))
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

fn key_kind(lead_key: LeadKey) -> KeyKind {
    match lead_key {
        LeadKey::Phone => KeyKind::Phone,
        LeadKey::Email => KeyKind::Email,
        LeadKey::Wechat => KeyKind::Wechat,
        LeadKey::Domain => KeyKind::Domain,
        LeadKey::Company => KeyKind::CompanyExact,
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
    let bought = |candidate: &&Candidate<'_>| match candidate.source {
        Source::Account(account) => account.closed_deal_at.is_some_and(|at| at <= now),
        Source::Lead(_) => false,
    };
    let matched: BTreeSet<&RecordRef> = matches.iter().map(|found| &found.record).collect();
    let existing = candidates.iter().filter(bought).any(|one| matched.contains(&one.record()));
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

/// A fetched row with its keys.
struct Candidate<'r> {
    source: Source<'r>,
    keys: Probe,
}

#[derive(Clone, Copy)]
enum Source<'r> {
    Account(&'r Account),
    Lead(&'r Lead),
}

fn candidates<'r>(facts: &Facts<'_>, rows: &'r Rows) -> Vec<Candidate<'r>> {
    let context = facts.context();
    let accounts = rows.accounts.iter().map(|account| Candidate {
        source: Source::Account(account),
        keys: Probe::of_account(account, context),
    });
    let others = rows.leads.iter().filter(|lead| lead.id != facts.lead().id);
    let leads = others.map(|lead| Candidate {
        source: Source::Lead(lead),
        keys: Probe::of_lead(&Facts::new(lead, context)),
    });
    // A host that fetches per key may hand in one row twice.
    let mut distinct: BTreeMap<RecordRef, Candidate<'r>> = BTreeMap::new();
    for candidate in accounts.chain(leads) {
        distinct.entry(candidate.record()).or_insert(candidate);
    }
    distinct.into_values().collect()
}

impl Candidate<'_> {
    fn record(&self) -> RecordRef {
        match self.source {
            Source::Account(account) => RecordRef::Account(account.id.clone()),
            Source::Lead(lead) => RecordRef::Lead(lead.id.clone()),
        }
    }

    fn id(&self) -> &str {
        match self.source {
            Source::Account(account) => account.id.as_str(),
            Source::Lead(lead) => lead.id.as_str(),
        }
    }

    fn created_at(&self) -> DateTime<Utc> {
        match self.source {
            Source::Account(account) => account.created_at,
            Source::Lead(lead) => lead.created_at,
        }
    }

    fn owner(&self) -> Option<&RepId> {
        match self.source {
            Source::Account(account) => account.owner.as_ref(),
            Source::Lead(lead) => lead.owner.as_ref(),
        }
    }

    fn pool(&self) -> Option<&PoolId> {
        match self.source {
            Source::Account(account) => account.pool.as_ref(),
            Source::Lead(lead) => lead.pool.as_ref(),
        }
    }

    /// Whether the rule looks at this kind of record, of this age and state.
    fn counts_for(&self, rule: &MatchRule, now: DateTime<Utc>, zone: &Zone) -> bool {
        let kind = matches!(self.source, Source::Lead(_)) == rule.target.is_lead();
        let age = rule.window.is_none_or(|window| window.covers(self.created_at(), now, zone));
        let state = match (rule.action, self.source) {
            (MatchAction::Collect, Source::Lead(lead)) => {
                !matches!(lead.status, LeadStatus::Invalid | LeadStatus::Voided)
            }
            _ => true,
        };
        kind && age && state
    }

    /// The value in which the record agrees with the lead, masked.
    fn agreement(&self, rule: &MatchRule, facts: &Facts<'_>, usable: &BTreeSet<&Key>) -> Option<String> {
        let kind = key_kind(rule.lead);
        let shared = self.keys.keys.iter().find(|key| key.kind == kind && usable.contains(key))?;
        if rule.comparator == Comparator::Exact {
            let theirs = self.written(rule.target);
            let same = |ours: &&str| theirs.iter().any(|their| their.trim() == ours.trim());
            return written(facts.lead(), rule.lead).into_iter().find(same).map(|value| show(kind, value));
        }
        let shown = match (kind, self.source) {
            // A company is shown by its name on file: the key is not made for reading.
            (KeyKind::CompanyExact, Source::Account(account)) => account.company.as_str(),
            (KeyKind::CompanyExact, Source::Lead(lead)) => lead.company.as_deref().unwrap_or_default(),
            _ => shared.value.as_str(),
        };
        Some(show(kind, shown))
    }

    /// The values of the target field, as written.
    fn written(&self, target: Target) -> Vec<&str> {
        match (self.source, target) {
            (Source::Lead(lead), _) => written(lead, target.lead_key()),
            (Source::Account(account), Target::AccountCompany) => {
                std::iter::once(&account.company).chain(&account.aliases).map(String::as_str).collect()
            }
            (Source::Account(account), Target::AccountDomain) => {
                account.domain.as_deref().into_iter().collect()
            }
            (Source::Account(account), _) => {
                let contacts = account.contacts.iter();
                match target.lead_key() {
                    LeadKey::Phone => contacts.flat_map(|c| &c.phones).map(AsRef::as_ref).collect(),
                    LeadKey::Email => contacts.flat_map(|c| &c.emails).map(AsRef::as_ref).collect(),
                    _ => contacts.flat_map(|c| &c.wechat).map(AsRef::as_ref).collect(),
                }
            }
        }
    }
}

/// The values of a lead's field, as written.
fn written(lead: &Lead, key: LeadKey) -> Vec<&str> {
    match key {
        LeadKey::Phone => lead.phones.iter().map(AsRef::as_ref).collect(),
        LeadKey::Email => lead.emails.iter().map(AsRef::as_ref).collect(),
        LeadKey::Wechat => lead.wechat.iter().map(AsRef::as_ref).collect(),
        LeadKey::Company => lead.company.as_deref().into_iter().collect(),
        LeadKey::Domain => lead
            .emails
            .iter()
            .filter_map(|email| email.as_str().rsplit_once('@'))
            .map(|(_, host)| host)
            .collect(),
    }
}

fn show(kind: KeyKind, value: &str) -> String {
    match kind {
        KeyKind::Phone => mask_phone(value),
        KeyKind::Email => mask_email(value),
        KeyKind::Wechat => mask_id(value),
        KeyKind::Domain | KeyKind::CompanyExact => {
            let mut shown: String = value.chars().take(80).collect();
            if shown.len() < value.len() {
                shown.push('…');
            }
            shown
        }
    }
}
