//! Rules of several comparisons, and of fields that are not keys by themselves: one key for all that must agree.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::candidate::{Candidate, Source, show, written_of};
use super::case::Case;
use super::comparator::Comparator;
use super::likeness::{self, RuleHit};
use super::place::{Level, asked_by, filed_by, is_in_a_city, is_region, names_no_place, nation, regions};
use super::probe::{MatchKey, MatchKeyKind, Probe, parents, read_keys};
use super::rules::{Comparison, MatchRule};
use super::target::{AccountField, ContactField, LeadKey, MatchTarget};
use super::unit::{Unit, find_unit};
use super::written::{items_of, written};
use crate::contact::{are_two_people, name_key, name_words, names_nobody, says_nothing};
use crate::document::Digest;
use crate::model::{Account, Lead, LeadField, Region, mask_id};
use crate::names::Asked;
use crate::order;
use crate::rule::{FactContext, Facts, HostTables, cut_account};
use crate::text::similarity::jaro_winkler;
use crate::text::{fold, scrubbed};

/// Most keys of one record, or one contact, for one rule: a lead of 32 products and 32 phones has as many.
const MAX_KEYS: usize = 1024;

/// What the rules of a document compare beyond fields that are keys by themselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Composites {
    /// One for each rule; empty when no rule needs more.
    by_rule: Arc<[Option<Composite>]>,
}

/// The comparisons of one rule.
#[derive(Debug, Clone)]
pub(super) struct Composite {
    /// What makes the key.
    parts: Vec<Part>,
    /// What is compared of the records that share the key.
    filters: Vec<Comparison>,
    /// The name of the comparisons, so that keys of two rules never meet.
    name: Digest,
    of_leads: bool,
    of_contacts: bool,
    /// When names are compared by likeness: the least probability, and what must agree besides the name.
    like: Option<(f64, Box<Composite>)>,
}

#[derive(Debug, Clone)]
struct Part {
    lead: LeadKey,
    target: MatchTarget,
    form: Form,
}

/// The form in which two values are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As a key of this kind.
    Key(MatchKeyKind),
    /// As written, but for spaces around.
    Written,
    /// Without case, width and accents.
    Folded,
    /// The same of a list beside a custom attribute, which may hold the items of its list in one text: `crm; erp`.
    Items,
    /// A person's name, without titles and signs, in whatever order of its words.
    Name,
    /// A city, province or country, in whatever language it is written.
    Place(Level),
    /// A registration number, in letters and digits alone, as a merge reads it.
    Number,
    /// A place by its province, and by its city where both sides have one; beside a field for cities by its city alone.
    Region,
    /// A word of a person's name, of which names that can be one person's share one: a filter lets through records that may
    /// match.
    NameWord,
}

/// The values of one rule's parts that belong together, and the key they make.
pub(super) struct Combination {
    key: MatchKey,
    values: Vec<String>,
}

/// What an entry has for a rule: the values of each part, and the combinations of them.
pub(super) struct OfEntry {
    values: Vec<BTreeSet<String>>,
    combinations: Vec<Combination>,
}

const NUMBER: MatchTarget = MatchTarget::AccountField(AccountField::RegistrationNumber);

impl Form {
    fn of(comparison: &Comparison) -> Form {
        let plain = || match &comparison.lead {
            _ if is_name(comparison) => Form::Name,
            _ if comparison.target == NUMBER => Form::Number,
            lead if is_region(lead, &comparison.target) => Form::Region,
            lead => match Level::of(lead, &comparison.target) {
                Some(level) => Form::Place(level),
                None if comparison.is_list_beside_attribute() => Form::Items,
                None => Form::Folded,
            },
        };
        match comparison.comparator {
            Comparator::Exact => Form::Written,
            Comparator::Phone => Form::Key(MatchKeyKind::Phone),
            Comparator::Domain => Form::Key(MatchKeyKind::Domain),
            Comparator::PersonName => Form::NameWord,
            _ => {
                let kind = comparison.lead.kind().or(comparison.target.kind());
                kind.map_or_else(plain, Form::Key)
            }
        }
    }

    /// What distinguishes it from another form of the same fields.
    fn number(self) -> u8 {
        match self {
            Form::Written => 1,
            Form::NameWord => 2,
            Form::Region => 3,
            Form::Number => 4,
            _ => 0,
        }
    }

    /// A text in this form; blank when it [says nothing](says_nothing).
    fn read(self, text: &str) -> String {
        match self {
            // Two blank fields agree on nothing.
            _ if says_nothing(text) => String::new(),
            Form::Written => text.trim().to_owned(),
            Form::Name if names_nobody(text) => String::new(),
            Form::Name => name_key(text),
            Form::Number => fold(text).chars().filter(|c| c.is_alphanumeric()).collect(),
            _ => folded(text),
        }
    }

    /// The values of one field: `is` is the kind of key it is by itself, `texts` what is written there.
    fn values<'k, 't>(
        self,
        is: Option<MatchKeyKind>,
        keys: impl Fn(MatchKeyKind) -> &'k [MatchKey],
        texts: impl Fn() -> Vec<Cow<'t, str>>,
        tables: &HostTables,
    ) -> BTreeSet<String> {
        let mut values: BTreeSet<String> = match self {
            // Keys of this kind were read once for the whole call. A text read again could only give the same.
            Form::Key(kind) if is == Some(kind) => {
                order::set(keys(kind).iter().filter(|key| key.kind == kind).map(|key| key.value.clone()))
            }
            Form::Key(kind) => order::set(texts().iter().flat_map(|text| read_keys(kind, text, tables))),
            // `unknown` and `n/a` would make one customer of all who wrote it.
            Form::NameWord => {
                let texts = texts();
                let names = texts.iter().filter(|text| !names_nobody(text));
                order::set(names.flat_map(|text| name_words(text)))
            }
            // The whole text counts too: a name may contain the comma that separates items elsewhere.
            Form::Items => {
                let texts = texts();
                let items = texts.iter().flat_map(|text| items_of(text));
                let whole = texts.iter().map(|text| &**text);
                order::set(whole.chain(items).map(|text| self.read(text)))
            }
            form => order::set(texts().iter().map(|text| form.read(text))),
        };
        // Two blank values are no agreement.
        values.remove("");
        values
    }
}

fn folded(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Part {
    /// The keys of a place at the level of the field that names it: a city is compared with a city, a country with the country
    /// of a place.
    fn place_keys(&self, place: Region, keys: impl Fn(Region) -> Vec<String>) -> Vec<String> {
        match Level::of(&self.lead, &self.target) {
            Some(Level::City) if !is_in_a_city(&place) => Vec::new(),
            Some(Level::Country) => vec![nation(place.within_china()).to_string()],
            _ => keys(place),
        }
    }

    fn of_lead(&self, lead: &Lead, keys: &[MatchKey], tables: &HostTables) -> BTreeSet<String> {
        if self.form == Form::Region {
            let found = regions(lead, &self.lead, tables);
            return found.iter().flat_map(|one| self.place_keys(*one, asked_by)).collect();
        }
        if let Form::Place(level) = self.form {
            return places(level, &written(lead, &self.lead), lead.country.as_deref(), tables);
        }
        let mut values = self.form.values(self.lead.kind(), |_| keys, || written(lead, &self.lead), tables);
        if self.form == Form::Key(MatchKeyKind::Domain) && self.lead.kind().is_none() {
            // As for a mailbox: the domains that it belongs to.
            let above: Vec<String> = values.iter().flat_map(|one| parents(one)).map(str::to_owned).collect();
            values.extend(above);
        }
        values
    }

    fn of_unit(&self, unit: &Unit<'_>, tables: &HostTables) -> BTreeSet<String> {
        if self.form == Form::Region {
            let found = match (unit.source, self.target.as_lead_key()) {
                (Source::Lead(lead), Some(key)) => regions(lead, &key, tables),
                _ => order::set(
                    written_of(unit.source, unit.contact, &self.target)
                        .iter()
                        .filter_map(|text| tables.gazetteer.region_of(text)),
                ),
            };
            return found.iter().flat_map(|one| self.place_keys(*one, filed_by)).collect();
        }
        let texts = || written_of(unit.source, unit.contact, &self.target);
        if let Form::Place(level) = self.form {
            let country = if let Source::Lead(lead) = unit.source { lead.country.as_deref() } else { None };
            return places(level, &texts(), country, tables);
        }
        self.form.values(self.target.kind(), |kind| unit.keys(kind), texts, tables)
    }

    /// A value in which lead and record agree, for people to read.
    fn show(&self, value: &str, candidate: &Candidate<'_>, lead: &Lead) -> String {
        match self.form {
            // A company is shown by its name on file: people cannot read its key.
            Form::Key(kind @ MatchKeyKind::CompanyExact) if self.target.kind() == Some(kind) => {
                show(kind, candidate.company())
            }
            Form::Key(kind @ MatchKeyKind::CompanyExact) => {
                let own = written(lead, &self.lead);
                show(kind, own.first().map_or("", |text| text.trim()))
            }
            Form::Key(kind) => MatchKey { kind, value: value.to_owned() }.to_masked(),
            Form::Region | Form::Place(_) if matches!(self.lead, LeadKey::Field(_)) => {
                let own = written(lead, &self.lead);
                scrubbed(own.first().map_or(value, |text| text.trim())).into_owned()
            }
            // A value that may name a person is never shown in full: evidence ends up in logs.
            _ if self.is_private() => mask_id(value),
            _ => {
                let texts = written(lead, &self.lead);
                // As the lead has it written: the value was folded for comparing.
                let own = texts.iter().find(|text| self.form.read(text) == value);
                let text = own.map_or(value, |text| text.trim());
                show(MatchKeyKind::CompanyExact, &scrubbed(text))
            }
        }
    }

    /// Whether the values may identify a person.
    fn is_private(&self) -> bool {
        match &self.lead {
            LeadKey::Field(field) => {
                matches!(field, LeadField::Name | LeadField::Message | LeadField::Ip)
            }
            _ => true,
        }
    }
}

/// The places that texts name.
fn places(
    level: Level,
    texts: &[Cow<'_, str>],
    country: Option<&str>,
    tables: &HostTables,
) -> BTreeSet<String> {
    let named = texts.iter().filter(|text| !says_nothing(text) && !names_no_place(text));
    order::set(named.map(|text| level.key(text, country, tables)).filter(|key| !key.is_empty()))
}

/// Whether a comparison is of people's names: a custom attribute beside one is read as one.
fn is_name(comparison: &Comparison) -> bool {
    let name = MatchTarget::ContactField(ContactField::Name);
    comparison.lead == LeadKey::Field(LeadField::Name)
        || comparison.target == MatchTarget::LeadField(LeadField::Name)
        || comparison.target == name
}

/// Whether a filter lets a record through.
fn holds(filter: &Comparison, lead: &Lead, unit: &Unit<'_>) -> bool {
    let (ours, theirs) = (written(lead, &filter.lead), written_of(unit.source, unit.contact, &filter.target));
    let is_same = |a: &str, b: &str| match filter.comparator {
        Comparator::PersonName => !are_two_people(a, b),
        Comparator::Similar { threshold } => jaro_winkler(&folded(a), &folded(b)) >= threshold,
        _ => true,
    };
    let is_name = filter.comparator == Comparator::PersonName || is_name(filter);
    let tells = |text: &&Cow<'_, str>| if is_name { !names_nobody(text) } else { !says_nothing(text) };
    ours.iter().filter(tells).any(|a| theirs.iter().filter(tells).any(|b| is_same(a, b)))
}

impl Composite {
    /// Nothing for a rule that compares one key with itself.
    fn compile(rule: &MatchRule) -> Option<Composite> {
        let plain = [Comparator::Exact, Comparator::Folded].contains(&rule.comparator);
        let is_plain = plain || rule.comparator.threshold().is_some();
        // A single comparison of keys is found by its own key.
        if rule.and.is_empty() && is_plain && rule.lead.kind().is_some() && rule.target.kind().is_some() {
            return None;
        }
        let (keys, filters): (Vec<Comparison>, Vec<Comparison>) =
            rule.comparisons().partition(|one| one.comparator.makes_keys());
        // Likeness makes no key: the other comparisons make one, and then the names are compared.
        let like = rule.threshold().map(|threshold| {
            let is_exact = |one: &&Comparison| one.comparator.threshold().is_none();
            let rest = keys.iter().filter(is_exact).cloned().collect();
            (threshold, Box::new(Composite::of(rest, filters.clone())))
        });
        Some(Composite { like, ..Composite::of(keys, filters) })
    }

    /// Names that must be alike narrow the key down, so that not all records of a city share it.
    fn of(keys: Vec<Comparison>, filters: Vec<Comparison>) -> Composite {
        let part = |one: &Comparison| Part {
            lead: one.lead.clone(),
            target: one.target.clone(),
            form: Form::of(one),
        };
        let names = filters.iter().filter(|one| one.comparator == Comparator::PersonName);
        let parts: Vec<Part> = keys.iter().chain(names).map(part).collect();
        // Part of the key, so that equal values of other fields, or values compared otherwise, do not meet.
        let names =
            parts.iter().map(|part| (part.lead.to_string(), part.target.to_string(), part.form.number()));
        let name = Digest::of(&names.collect::<Vec<_>>());
        let all = || keys.iter().chain(&filters);
        let (of_leads, of_contacts) =
            (all().any(|one| one.target.is_lead()), all().any(|one| one.target.is_contact()));
        // Whoever shares a name is asked about as a merge asks: titles and remarks may tell two apart.
        let named = keys.iter().zip(&parts).filter(|(_, part)| part.form == Form::Name);
        let same = named.map(|(one, _)| Comparison { comparator: Comparator::PersonName, ..one.clone() });
        let filters = filters.iter().cloned().chain(same).collect();
        Composite { name, of_leads, of_contacts, parts, filters, like: None }
    }

    /// The combinations of values, one of each part, in their order. None when a part is blank; one without values when
    /// there are no parts.
    fn combinations(&self, values: &[BTreeSet<String>]) -> Vec<Combination> {
        let mut found: Vec<Vec<String>> = vec![Vec::new()];
        for part in values {
            let longer = found.iter().flat_map(|begun| {
                part.iter().map(move |value| {
                    let mut longer = begun.clone();
                    longer.push(value.clone());
                    longer
                })
            });
            // Cut at each step: the product of a few long lists would not fit into memory.
            found = longer.take(MAX_KEYS).collect();
        }
        let made = |values: Vec<String>| {
            let value = Digest::of(&(self.name, &values)).to_string();
            Combination { key: MatchKey { kind: MatchKeyKind::Fields, value }, values }
        };
        found.into_iter().map(made).collect()
    }

    /// The values of an entry, by part.
    fn values_of(&self, lead: &Lead, keys: &[MatchKey], tables: &HostTables) -> Vec<BTreeSet<String>> {
        self.parts.iter().map(|part| part.of_lead(lead, keys, tables)).collect()
    }

    /// The keys by which an entry is searched.
    fn of_entry(&self, lead: &Lead, keys: &[MatchKey], tables: &HostTables) -> OfEntry {
        let values = self.values_of(lead, keys, tables);
        OfEntry { combinations: self.combinations(&values), values }
    }

    fn of_unit(&self, unit: &Unit<'_>, tables: &HostTables) -> Vec<Combination> {
        let values: Vec<_> = self.parts.iter().map(|part| part.of_unit(unit, tables)).collect();
        self.combinations(&values)
    }

    /// Tries each unit of a record in turn, until one gives an answer; none in a record of another kind.
    fn find_unit<T>(
        &self,
        source: Source<'_>,
        context: &FactContext<'_>,
        ask: impl FnMut(&Unit<'_>) -> Option<T>,
    ) -> Option<T> {
        let is_fit = matches!(source, Source::Lead(_)) == self.of_leads;
        is_fit.then(|| find_unit(source, self.of_contacts, context, ask))?
    }

    /// What a record is filed by.
    fn keys_of(&self, source: Source<'_>, context: &FactContext<'_>) -> Vec<MatchKey> {
        let mut keys = Vec::new();
        self.find_unit(source, context, |unit| -> Option<()> {
            keys.extend(self.of_unit(unit, context.tables).into_iter().map(|one| one.key));
            None
        });
        keys
    }

    /// The entry's values that a unit has too, by part; `None` when it lacks all of one part. A record that shares none
    /// of the values that are plain to read is not read any further.
    fn common(
        &self,
        ours: &[BTreeSet<String>],
        unit: &Unit<'_>,
        tables: &HostTables,
    ) -> Option<Vec<BTreeSet<String>>> {
        let mut common = vec![BTreeSet::new(); self.parts.len()];
        let is_key = |part: &Part| matches!(part.form, Form::Key(_));
        for keys_now in [false, true] {
            let parts = self.parts.iter().zip(ours).zip(&mut common);
            for ((part, ours), common) in parts.filter(|((part, _), _)| is_key(part) == keys_now) {
                *common = part.of_unit(unit, tables).intersection(ours).cloned().collect();
                if common.is_empty() {
                    return None;
                }
            }
        }
        Some(common)
    }

    /// The keys of the combinations in which a record agrees with an entry's values.
    pub(super) fn shared_keys(
        &self,
        ours: &[BTreeSet<String>],
        source: Source<'_>,
        context: &FactContext<'_>,
    ) -> Vec<MatchKey> {
        let mut keys = Vec::new();
        self.find_unit(source, context, |unit| -> Option<()> {
            let common = self.common(ours, unit, context.tables)?;
            keys.extend(self.combinations(&common).into_iter().map(|one| one.key));
            None
        });
        keys
    }

    /// The values in which the record agrees with one of the combinations, masked; `None` when it agrees with none.
    fn agreement(&self, ours: &OfEntry, candidate: &Candidate<'_>, case: &Case<'_, '_>) -> Option<String> {
        let (context, lead) = (case.facts.context(), case.facts.read());
        self.find_unit(candidate.read, context, |unit| {
            let common = self.common(&ours.values, unit, context.tables)?;
            let theirs = order::set(self.combinations(&common).into_iter().map(|one| one.key));
            let shared: &Combination = ours.combinations.iter().find(|one| theirs.contains(&one.key))?;
            // After the keys: likeness of two texts makes no key, and can only be computed for a pair.
            let is_one = self.filters.iter().all(|filter| holds(filter, lead, unit));
            let parts = self.parts.iter().zip(&shared.values);
            let parts = parts.filter(|(part, _)| part.form != Form::NameWord);
            let shown: Vec<String> = parts.map(|(part, value)| part.show(value, candidate, lead)).collect();
            is_one.then(|| shown.join(" · "))
        })
    }

    /// The records that the rule hits among those that count for it, in their order. Names that are equal in canonical form
    /// come before names that are alike.
    pub(super) fn hits<'c, 'r>(
        &self,
        records: &[&'c Candidate<'r>],
        marks: bool,
        case: &Case<'c, 'r>,
    ) -> Vec<RuleHit<'c, 'r>> {
        let mut ours = self.of_entry(case.facts.read(), case.keys, case.facts.context().tables);
        let place = |one: &Combination| case.keys.binary_search(&one.key).ok();
        let places: Vec<usize> = ours.combinations.iter().filter_map(place).collect();
        let (sharing, others): (Vec<&'c Candidate<'r>>, Vec<&'c Candidate<'r>>) =
            records.iter().partition(|candidate| places.iter().any(|at| candidate.has(*at)));
        // A combination that too many records share means nothing.
        let is_usable = |at: usize| case.usable.get(at).is_some_and(Option::is_some);
        ours.combinations.retain(|one| place(one).is_some_and(is_usable));
        let usable = ours;
        let similarity = self.like.as_ref().map(|_| 1.0);
        let hit = |candidate: &'c Candidate<'r>| {
            let evidence = self.agreement(&usable, candidate, case)?;
            Some(RuleHit { candidate, evidence, similarity, ambiguous: false, told_by: None })
        };
        let equal: Vec<RuleHit<'c, 'r>> = sharing.into_iter().filter_map(hit).collect();
        match (&self.like, case.asked) {
            // An equal combination is stronger evidence than any likeness.
            (Some((threshold, rest)), Some(asked)) if equal.is_empty() => {
                rest.alike(asked, *threshold, marks, &others, case)
            }
            _ => equal,
        }
    }

    /// The records that agree in everything and have a like company name.
    fn alike<'c, 'r>(
        &self,
        asked: &Asked<'_>,
        threshold: f64,
        marks: bool,
        records: &[&'c Candidate<'r>],
        case: &Case<'c, 'r>,
    ) -> Vec<RuleHit<'c, 'r>> {
        let ours = self.of_entry(case.facts.read(), case.keys, case.facts.context().tables);
        let agreement = |candidate: &Candidate<'_>| self.agreement(&ours, candidate, case);
        let agreeing: Vec<&'c Candidate<'r>> =
            records.iter().copied().filter(|candidate| agreement(candidate).is_some()).collect();
        let mut hits = likeness::hits(asked, threshold, marks, &agreeing, case);
        for hit in &mut hits {
            let beside = agreement(hit.candidate).filter(|shown| !shown.is_empty());
            beside.iter().for_each(|shown| hit.evidence.push_str(&format!(" · {shown}")));
        }
        hits
    }
}

impl Composites {
    pub(super) fn compile(rules: &[MatchRule]) -> Composites {
        let by_rule: Vec<Option<Composite>> = rules.iter().map(Composite::compile).collect();
        // Empty if no rule needs it, which saves all other work.
        let is_needed = by_rule.iter().any(Option::is_some);
        Composites { by_rule: if is_needed { by_rule.into() } else { Arc::default() } }
    }

    /// Whether records that are filed by these are found by the others too.
    pub(crate) fn cover(&self, others: &Composites) -> bool {
        let is_known = |one: &Composite| {
            let is_it = |known: &Composite| {
                (known.name, known.of_leads, known.of_contacts) == (one.name, one.of_leads, one.of_contacts)
            };
            self.each().any(is_it)
        };
        // Clones share one list, which covers itself.
        Arc::ptr_eq(&self.by_rule, &others.by_rule) || others.each().all(is_known)
    }

    /// What a rule compares, when it needs more than one key.
    pub(super) fn of_rule(&self, place: usize) -> Option<&Composite> {
        self.by_rule.get(place)?.as_ref()
    }

    fn each(&self) -> impl Iterator<Item = &Composite> {
        self.by_rule.iter().flatten()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_rule.is_empty()
    }

    /// Adds the keys by which an entry is compared. Returns whether it has more combinations of values than are searched.
    pub(super) fn add_of_entry(&self, facts: &Facts<'_>, probe: &mut Probe) -> bool {
        let tables = facts.context().tables;
        let (mut made, mut is_cut) = (Vec::new(), false);
        for one in self.each() {
            let values = one.values_of(facts.read(), &probe.keys, tables);
            // A lead with too many keys may miss a record, and the answer says so.
            is_cut |= values.iter().map(BTreeSet::len).fold(1, usize::saturating_mul) > MAX_KEYS;
            made.extend(one.combinations(&values).into_iter().map(|one| one.key));
        }
        probe.add(made);
        is_cut
    }

    /// Adds the keys by which a lead on file is found.
    pub(crate) fn add_of_lead(&self, facts: &Facts<'_>, probe: &mut Probe) {
        self.add(Source::Lead(facts.read()), facts.context(), probe);
    }

    /// Adds the keys by which an account is found.
    pub(crate) fn add_of_account(&self, account: &Account, context: &FactContext<'_>, probe: &mut Probe) {
        if !self.is_empty() {
            let cut = cut_account(account);
            self.add(Source::Account(cut.as_deref().unwrap_or(account)), context, probe);
        }
    }

    fn add(&self, source: Source<'_>, context: &FactContext<'_>, probe: &mut Probe) {
        if !self.is_empty() {
            probe.add(self.each().flat_map(|one| one.keys_of(source, context)).collect());
        }
    }

    /// What an entry has for each rule.
    pub(super) fn asked_by(
        &self,
        facts: &Facts<'_>,
        keys: &[MatchKey],
    ) -> Vec<(&Composite, Vec<BTreeSet<String>>)> {
        let values = |one: &Composite| one.values_of(facts.read(), keys, facts.context().tables);
        let asked = self.each().map(|one| (one, values(one)));
        // A record that lacks all values of one part agrees with nobody.
        asked.filter(|(_, values)| !values.iter().any(BTreeSet::is_empty)).collect()
    }

    /// Whether a lead must be filed again when the field changes.
    pub(crate) fn reads_of_lead(&self, field: &str) -> bool {
        let is_read = |part: &Part| {
            let is_place = matches!(part.form, Form::Region | Form::Place(_));
            let is_of_country = is_place && field == LeadField::Country.as_str();
            let is_named = || part.target.as_lead_key().is_some_and(|key| key.to_string() == field);
            part.target.is_lead() && (is_of_country || is_named())
        };
        self.each().flat_map(|one| &one.parts).any(is_read)
    }

    /// Whether an account must be filed again when the field changes.
    pub(crate) fn reads_of_account(&self, field: &str) -> bool {
        let is_read = |target: &MatchTarget| match target {
            MatchTarget::AccountField(one) => one.as_str() == field,
            MatchTarget::AccountAttribute(name) => field.strip_prefix("attributes.") == Some(&**name),
            _ => false,
        };
        self.each().flat_map(|one| &one.parts).any(|part| is_read(&part.target))
    }
}
