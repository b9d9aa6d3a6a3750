//! The deduplicator, and the rows it needs from the host.

use super::composite::Composites;
use super::plan::Plan;
use super::probe::{MatchKey, MatchKeyKind, Probe};
use super::rules::DedupRules;
use super::target::LeadKey;
use crate::model::Account;
use crate::names::NameJudge;
use crate::rule::{FactContext, Facts, Predicate, RulesVersion};

/// Compiled matching rules.
///
/// Matching has two phases, so that a host's database can come in between: [`probe`](Deduplicator::probe) says
/// what to fetch, [`resolve`](Deduplicator::resolve) decides on what was fetched.
///
/// ```
/// use leadkit::dedup::{MatchAction, DedupRules, Deduplicator};
/// use leadkit::book::Book;
/// use leadkit::model::{Account, Lead, OwnerState};
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let matching = Deduplicator::compile(&DedupRules::b2b())?;
/// let mut book = Book::new();
/// book.insert_account(Account {
///     id: "A1".into(),
///     company: "北京纷扬科技有限公司".into(),
///     owner: Some("zhang".into()),
///     ..Account::default()
/// });
///
/// let lead = Lead { id: "L1".into(), company: Some("北京紛揚科技（有限公司）".into()), ..Lead::default() };
/// let tables = HostTables::default();
/// let now = "2026-03-01T09:00:00Z".parse().unwrap();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, now));
/// let rows = book.rows(&matching.probe(&facts));
/// let resolution = matching.resolve(&facts, &rows, &|_| OwnerState::Active);
/// assert_eq!(resolution.action().owner().unwrap().as_str(), "zhang");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Deduplicator {
    pub(super) rules: DedupRules,
    /// For each rule: its leads, and its action.
    pub(super) conditions: Vec<Predicate>,
    pub(super) plans: Vec<Plan>,
    /// The kinds of key that rows are fetched by.
    pub(super) wanted: Vec<MatchKeyKind>,
    /// Compares company names; only when a rule needs it.
    pub(super) judge: Option<Box<NameJudge>>,
    /// What rules compare beyond fields that are keys by themselves.
    pub(super) composites: Composites,
    pub(super) version: RulesVersion,
}

impl Deduplicator {
    /// What to fetch for a lead: the keys of its contacts and identifiers, and those that a rule compares.
    ///
    /// ```
    /// # use leadkit::dedup::{Deduplicator, DedupRules};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let tables = HostTables::default();
    /// # let lead = Lead {
    /// #     id: "L2".into(), phones: vec!["138 1234 9876".into()],
    /// #     created_at: "2026-03-02T02:00:00Z".parse().unwrap(),
    /// #     ..Lead::default()
    /// # };
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// // A lead with the phone number `138 1234 9876`.
    /// let probe = Deduplicator::compile(&DedupRules::b2c())?.probe(&facts);
    /// assert_eq!(probe.keys[0].value, "+8613812349876");
    /// // A key that more than 20 records share is no key, and one of the rows may be the lead itself.
    /// assert_eq!(probe.rows_per_key, 22);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn probe(&self, facts: &Facts<'_>) -> Probe {
        self.probe_by(&Probe::of_lead(facts), facts)
    }

    /// As [`probe`](Self::probe), by the keys under which the lead is found.
    pub(crate) fn probe_by(&self, keys: &Probe, facts: &Facts<'_>) -> Probe {
        let wanted = |key: &&MatchKey| key.kind == MatchKeyKind::Account || self.wanted.contains(&key.kind);
        let mut probe =
            Probe { keys: keys.keys.iter().filter(wanted).cloned().collect(), ..Probe::default() };
        // Made from all keys of the lead; the probe itself has only those that rules need.
        if !self.composites.is_empty() {
            let mut all = keys.clone();
            self.composites.add_of_entry(facts, &mut all);
            probe.add(all.keys.into_iter().filter(|key| key.kind == MatchKeyKind::Fields).collect());
        }
        // Names that are merely alike have no full-name key in common, so they are fetched by their pieces.
        if self.judge.is_some() {
            probe.add_like_names(facts);
        }
        // One more than a key may have, and the lead itself may be on file.
        probe.rows_per_key = self.rules.crowded_key.saturating_add(2);
        probe
    }

    /// The keys a lead on file is stored under, so that a probe finds it: one row per key, next to the lead. They change with
    /// every field that a rule compares.
    ///
    /// ```
    /// use leadkit::dedup::{Deduplicator, MatchKeyKind};
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let matching = Deduplicator::load(serde_json::json!({"rules": [{
    ///     "id": "name-city", "lead": "name", "target": "lead.name",
    ///     "and": [{"lead": "city", "target": "lead.city"}], "action": "tag_only",
    /// }]}))?;
    /// let lead = Lead { name: Some("张伟".into()), city: Some("深圳".into()), ..Lead::default() };
    /// let tables = HostTables::default();
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// let keys = matching.lead_keys(&facts);
    /// assert_eq!(keys.iter().map(|key| key.kind).collect::<Vec<_>>(), [MatchKeyKind::Fields]);
    /// assert_eq!(keys, matching.probe(&facts).keys);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn lead_keys(&self, facts: &Facts<'_>) -> Vec<MatchKey> {
        let mut probe = Probe::of_record(facts);
        self.composites.add_of_lead(facts, &mut probe);
        self.with_grams(probe.keys, facts.lead().company.as_deref(), facts.context())
    }

    /// The keys an account is stored under, so that a probe finds it. They change with every field that a rule compares.
    ///
    /// ```
    /// use leadkit::dedup::{DedupRules, Deduplicator};
    /// use leadkit::model::Account;
    /// use leadkit::rule::{FactContext, HostTables};
    ///
    /// let tables = HostTables::default();
    /// let account = Account { id: "A1".into(), domain: Some("acme.com".into()), ..Account::default() };
    /// let context = FactContext::new(&tables, account.created_at);
    /// let keys = Deduplicator::compile(&DedupRules::b2b())?.account_keys(&account, &context);
    /// let kinds: Vec<&str> = keys.iter().map(|key| key.kind.as_str()).collect();
    /// assert_eq!(kinds, ["domain", "account"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn account_keys(&self, account: &Account, context: &FactContext<'_>) -> Vec<MatchKey> {
        let mut probe = Probe::of_account(account, context);
        probe.add_account(&account.id);
        self.composites.add_of_account(account, context, &mut probe);
        let names = std::iter::once(&account.company).chain(&account.aliases);
        self.with_grams(probe.keys, names.map(String::as_str), context)
    }

    /// Adds the pieces of names, when a rule compares names by likeness.
    fn with_grams<'n>(
        &self,
        mut keys: Vec<MatchKey>,
        names: impl IntoIterator<Item = &'n str>,
        context: &FactContext<'_>,
    ) -> Vec<MatchKey> {
        if self.compares_names() {
            for name in names {
                keys.extend(MatchKey::grams_of(name, &context.tables.gazetteer));
            }
            keys.sort();
            keys.dedup();
        }
        keys
    }

    /// The fields of leads within which one customer has one owner.
    pub(crate) fn scope(&self) -> &[LeadKey] {
        &self.rules.scope
    }

    /// What rules compare beyond fields that are keys by themselves.
    pub(crate) fn composites(&self) -> &Composites {
        &self.composites
    }

    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Whether a rule compares company names by likeness, so that a host needs more than the rows that share a key.
    #[must_use]
    pub fn compares_names(&self) -> bool {
        self.judge.is_some()
    }
}
