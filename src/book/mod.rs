//! Records in memory: the reference host, for tests, examples and small hosts.
//!
//! With a database, a host does in SQL what a [`Book`] does in memory: fetch the rows that share a key with a lead
//! ([`Book::rows`]), apply effects once ([`Book::apply_effects`]), and find what is due ([`Book::due`],
//! [`Book::overdue`]).
//!
//! ```
//! use leadkit::book::Book;
//! use leadkit::model::{Acquisition, Effect, FollowUp, FollowUpKind, Lead};
//!
//! let mut book = Book::new();
//! let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
//! book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
//!
//! // A decision: `li` gets the lead and has a day for the first contact.
//! let effects = [
//!     Effect::SetOwner { lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned },
//!     Effect::StartDeadlines { lead: "L1".into(), from: now },
//! ];
//! book.apply_effects("decision 1", &effects, now);
//! book.apply_effects("decision 1", &effects, now);
//! assert_eq!(book.history(&"L1".into()).tenures.len(), 1, "applied once");
//!
//! let tomorrow = now + chrono::TimeDelta::days(1);
//! assert_eq!(book.overdue(tomorrow), ["L1".into()]);
//! book.record_follow_up(FollowUp::new("F1", "L1", "li", now, FollowUpKind::Call));
//! assert!(book.overdue(tomorrow).is_empty());
//! ```
//!
//! # Restart
//!
//! To restore a book, write the same things into it in the same order. A small host appends a line to a log for each
//! incoming lead, account, activity and follow-up and for each outcome, and replays the log when it starts. A repeated
//! line is applied only once.
//!
//! ```
//! use leadkit::model::Lead;
//! use leadkit::{Input, Intake, Outcome, Roster, Rules, State};
//!
//! let intake = Intake::compile(&Rules::b2b())?;
//! let now = "2026-03-02T02:00:00Z".parse().unwrap();
//! let lead = Lead {
//!     id: "L1".into(), phones: vec!["13812349876".into()], name: Some("Ann".into()), company: Some("Acme Ltd".into()),
//!     message: Some("a quote, please".into()), created_at: now, ..Lead::default()
//! };
//! let input = Input { lead: lead.clone(), ..Input::default() };
//! let outcome = intake.process(&input, &Roster::from_ids(["li"]), &State::default(), now);
//! let log = vec![serde_json::to_string(&(&lead, &outcome))?; 2];
//!
//! let mut book = intake.book();
//! for line in &log {
//!     let (lead, outcome): (Lead, Outcome) = serde_json::from_str(line)?;
//!     if book.lead(&lead.id).is_none() {
//!         book.insert_lead(lead);
//!     }
//!     outcome.apply_to(&mut book);
//! }
//! assert_eq!(book.lead(&"L1".into()).unwrap().owner, Some("li".into()));
//! assert_eq!(book.history(&"L1".into()).tenures.len(), 1);
//! assert_eq!(book.desk().notices.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod contacts;
mod due;
mod erase;
mod fields;
mod filed;
mod key_index;
mod life;
mod lives;
mod merged;
mod notices;
mod opportunities;
mod overdue;
mod people;
mod referrers;
mod repoint;
mod rules;
mod unmerge;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::company::Gazetteer;
use crate::dedup::{Composites, Deduplicator, MatchKey, MatchKeyKind, Probe, Rows};
use crate::model::{
    Account, AccountId, Contact, ContactId, Lead, LeadId, LeadStatus, Opportunity, OpportunityId, RecordRef,
};
use crate::names::NameIndex;
use crate::order;
use crate::rule::{FactContext, Facts, HostTables, read_text};
use crate::text::written_out;
use due::DueIndex;
use filed::Filed;
use key_index::KeyIndex;
use life::Life;
pub use life::{Conflict, Desk, MoveProposal, Notice, Replaced, ReviewRequest, WakeUp};
use merged::Merged;
pub use notices::{Message, MessageItem};
use people::People;
use referrers::Referrers;
pub use rules::NoticeRules;
pub(crate) use work::Clocks;

/// Most rows of each kind that one probe fetches.
const MAX_ROWS: usize = 500;
/// Most rows of each kind that are fetched because their names are like the wanted one.
const MAX_LIKE: usize = 32;

/// Most rows that are worth fetching for one key; of what was converted to one account, all.
fn most_rows(probe: &Probe, key: &MatchKey) -> usize {
    if key.kind == MatchKeyKind::Account { MAX_ROWS } else { probe.rows_per_key as usize }
}

/// Leads, accounts and all that belongs to them in memory; the executable meaning of every
/// [`Effect`](crate::model::Effect).
///
/// A host with a database does not need a book: it stores the keys next to the rows, fetches by [`Probe::keys`], and
/// does in its tables what [`apply_effects`](Book::apply_effects) does here. A folded, voided or blocked lead stays on
/// record, but no key finds it.
///
/// A book also indexes company names, for rules that compare them by [likeness](crate::dedup::Comparator::Company).
/// This takes about two microseconds per name; [`without_names`](Book::without_names) saves that time and the memory.
/// Among similar names, a probe fetches the 32 accounts and the 32 leads that share most with the name it looks for.
///
/// ```
/// use leadkit::book::Book;
/// use leadkit::model::Lead;
///
/// let mut book = Book::new();
/// book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812345678".into()], ..Lead::default() });
/// assert_eq!(book.lead(&"L1".into()).unwrap().phones.len(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct Book {
    tables: HostTables,
    leads: Filed<LeadId, Lead>,
    accounts: Filed<AccountId, Account>,
    /// Contacts that belong to no account.
    contacts: BTreeMap<ContactId, Contact>,
    /// Looked up by lead only, never iterated.
    lives: FxHashMap<LeadId, Box<Life>>,
    due: DueIndex,
    opportunities: BTreeMap<OpportunityId, Opportunity>,
    desk: Desk,
    /// What was merged away, to make it separate again.
    merged: BTreeMap<RecordRef, Merged>,
    referrers: Referrers,
    people: People,
    /// The accounts that a contact is with.
    employers: FxHashMap<ContactId, BTreeSet<AccountId>>,
    clocks: Clocks,
    by_key: KeyIndex,
    /// What the rules compare beyond what is a key by itself.
    composites: Composites,
    names: Option<Box<Names>>,
}

/// Names of companies. An account has several: its company is the first, its aliases follow.
#[derive(Debug, Clone)]
struct Names {
    /// By the number of the name among those of the record.
    leads: NameIndex<(LeadId, u32)>,
    accounts: NameIndex<(AccountId, u32)>,
}

/// The names that a record is found by: those of the companies it means, in each spelling.
fn spelt(name: &str, gazetteer: &Gazetteer) -> impl Iterator<Item = String> {
    let name = read_text(name);
    let meant = gazetteer.alias_of(name).unwrap_or(name).to_owned();
    let written_out = written_out(&meant);
    std::iter::once(meant).chain(written_out)
}

/// Most [spellings](spelt) of a name.
const MAX_SPELLINGS: u32 = 2;

impl Names {
    fn new(gazetteer: &Gazetteer) -> Names {
        Names {
            leads: NameIndex::builder().gazetteer(gazetteer.clone()).build(),
            accounts: NameIndex::builder().gazetteer(gazetteer.clone()).build(),
        }
    }

    fn insert_lead(&mut self, lead: &Lead) {
        if let Some(name) = lead.company.as_deref().filter(|name| !name.trim().is_empty()) {
            for (number, name) in (0..).zip(spelt(name, &self.leads.gazetteer().clone())) {
                self.leads.insert((lead.id.clone(), number), &name);
            }
        }
    }

    fn remove_lead(&mut self, id: &LeadId) {
        for number in 0..MAX_SPELLINGS {
            self.leads.remove(&(id.clone(), number));
        }
    }

    fn insert_account(&mut self, account: &Account) {
        let gazetteer = self.accounts.gazetteer().clone();
        let names = std::iter::once(&account.company).chain(&account.aliases);
        for (number, name) in (0..).zip(names.flat_map(|name| spelt(name, &gazetteer))) {
            self.accounts.insert((account.id.clone(), number), &name);
        }
    }

    fn remove_account(&mut self, account: &Account) {
        for number in 0..MAX_SPELLINGS * (1 + account.aliases.len() as u32) {
            self.accounts.remove(&(account.id.clone(), number));
        }
    }
}

impl Default for Book {
    fn default() -> Self {
        Book::new()
    }
}

impl Book {
    /// An empty book that reads names and numbers with the crate's own tables.
    ///
    /// ```
    /// use leadkit::book::Book;
    ///
    /// let book = Book::new();
    /// assert!(book.lead(&"L1".into()).is_none(), "nothing is on file yet");
    /// ```
    #[must_use]
    pub fn new() -> Book {
        Book::with_tables(HostTables::default())
    }

    /// An empty book that reads names and numbers with the host's tables, which must be the tables of the rules.
    /// [`Intake::book`](crate::Intake::book) creates such a book.
    ///
    /// ```
    /// use leadkit::book::Book;
    /// use leadkit::company::Gazetteer;
    /// use leadkit::model::{Account, Lead};
    /// use leadkit::{HostTables, Intake, Rules};
    ///
    /// let gazetteer = Gazetteer::builder().alias("鹅厂", "腾讯科技（深圳）有限公司").build();
    /// let tables = HostTables { gazetteer, ..HostTables::default() };
    /// let intake = Intake::compile(&Rules::b2b())?.with_tables(tables.clone());
    /// let mut book = Book::with_tables(tables);
    /// book.insert_account(Account { id: "A1".into(), company: "腾讯科技（深圳）有限公司".into(), ..Account::default() });
    /// let lead = Lead { company: Some("鹅厂".into()), ..Lead::default() };
    /// assert_eq!(book.rows(&intake.probe(&lead)).accounts[0].id.as_str(), "A1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_tables(tables: HostTables) -> Book {
        Book {
            names: Some(Box::new(Names::new(&tables.gazetteer))),
            tables,
            leads: Filed::default(),
            accounts: Filed::default(),
            contacts: BTreeMap::new(),
            lives: FxHashMap::default(),
            due: DueIndex::default(),
            opportunities: BTreeMap::new(),
            desk: Desk::default(),
            merged: BTreeMap::new(),
            referrers: Referrers::default(),
            people: People::default(),
            employers: FxHashMap::default(),
            clocks: Clocks::default(),
            by_key: KeyIndex::default(),
            composites: Composites::default(),
        }
    }

    /// Also indexes records by the other fields that rules compare, besides phones, addresses and names: for
    /// [rules](crate::dedup::MatchRule) with several comparisons or with other fields.
    /// [`Intake::book`](crate::Intake::book) and [`process_batch`](crate::Intake::process_batch) do this for you.
    /// O(records on file).
    ///
    /// ```
    /// use leadkit::book::Book;
    /// use leadkit::dedup::Deduplicator;
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// // Leads with the same name and city may be one person.
    /// let matching = Deduplicator::load(serde_json::json!({"rules": [{
    ///     "id": "name-city", "lead": "name", "target": "lead.name",
    ///     "and": [{"lead": "city", "target": "lead.city"}], "action": "tag_only",
    /// }]}))?;
    /// let mut book = Book::new().with_matching(&matching);
    /// let lead = |id: &str| Lead {
    ///     id: id.into(), name: Some("张伟".into()), city: Some("深圳".into()), ..Lead::default()
    /// };
    /// book.insert_lead(lead("L1"));
    ///
    /// let (entry, tables) = (lead("L2"), HostTables::default());
    /// let facts = Facts::new(&entry, &FactContext::new(&tables, entry.created_at));
    /// assert_eq!(book.rows(&matching.probe(&facts)).leads[0].id.as_str(), "L1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_matching(mut self, matching: &Deduplicator) -> Book {
        self.file_by(matching.composites());
        self
    }

    /// Files records by what rules compare, unless they are filed so.
    pub(crate) fn file_by(&mut self, composites: &Composites) {
        if self.composites.cover(composites) {
            return;
        }
        self.composites = composites.clone();
        self.by_key = KeyIndex::default();
        for lead in self.leads.values().filter(|lead| lead.is_on_file()) {
            self.by_key.add(&RecordRef::Lead(lead.id.clone()), &self.keys_of_lead(lead).keys);
        }
        for account in self.accounts.values() {
            self.by_key.add(&RecordRef::Account(account.id.clone()), &self.keys_of_account(account).keys);
        }
    }

    /// Drops the index of names, for rules that do not compare company names by likeness. Rules that do would miss
    /// matches.
    ///
    /// ```
    /// use leadkit::book::Book;
    ///
    /// // A shop that knows its customers by phone alone saves the memory of the index.
    /// let book = Book::new().without_names();
    /// assert!(book.lead(&"L1".into()).is_none());
    /// ```
    #[must_use]
    pub fn without_names(mut self) -> Book {
        self.names = None;
        self
    }

    /// Files a lead, in place of the one with its id.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::Lead;
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let corrected = Lead { id: "L1".into(), phones: vec!["13900001234".into()], ..Lead::default() };
    /// book.insert_lead(corrected);
    /// assert_eq!(book.leads().count(), 1);
    /// assert_eq!(book.lead(&"L1".into()).unwrap().phones[0].as_str(), "13900001234");
    /// ```
    pub fn insert_lead(&mut self, lead: Lead) {
        let id = lead.id.clone();
        self.take_lead(&id);
        self.put_lead(lead);
        if self.lives.contains_key(&id) {
            self.note_due(&id);
        }
    }

    /// Files a lead that is not on file, by the keys that were made of its facts already.
    pub(crate) fn insert_new_lead(&mut self, facts: &Facts<'_>, keys: Probe) {
        let lead = facts.lead();
        let reads_alike = self.tables.reads_as(facts.context().tables);
        let keys = match reads_alike {
            true => self.with_composites(facts, keys),
            false => self.keys_of_lead(lead),
        };
        self.put_lead_by(keys, lead.clone());
    }

    fn put_lead(&mut self, lead: Lead) {
        let keys = if lead.is_on_file() { self.keys_of_lead(&lead) } else { Probe::default() };
        self.put_lead_by(keys, lead);
    }

    fn put_lead_by(&mut self, keys: Probe, lead: Lead) {
        self.referrers.add_lead(&lead);
        if lead.is_on_file() {
            self.by_key.add(&RecordRef::Lead(lead.id.clone()), &keys.keys);
            if let Some(names) = &mut self.names {
                names.insert_lead(&lead);
            }
        } else {
            self.people.add(&lead, &self.tables);
        }
        self.leads.insert(lead.id.clone(), lead);
    }

    /// Files an account, in place of the one with its id.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Account, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// book.insert_account(Account { id: "A1".into(), company: "Acme Ltd".into(), ..Account::default() });
    /// assert_eq!(book.account(&"A1".into()).unwrap().company, "Acme Ltd");
    /// ```
    pub fn insert_account(&mut self, account: Account) {
        self.remove_account(&account.id);
        let keys = self.keys_of_account(&account);
        self.by_key.add(&RecordRef::Account(account.id.clone()), &keys.keys);
        if let Some(names) = &mut self.names {
            names.insert_account(&account);
        }
        for contact in &account.contacts {
            self.employers.entry(contact.id.clone()).or_default().insert(account.id.clone());
        }
        self.accounts.insert(account.id.clone(), account);
    }

    /// Removes a lead.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::Lead;
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// assert_eq!(book.remove_lead(&"L1".into()).unwrap().id.as_str(), "L1");
    /// assert!(book.remove_lead(&"L1".into()).is_none());
    /// ```
    pub fn remove_lead(&mut self, id: &LeadId) -> Option<Lead> {
        let lead = self.take_lead(id)?;
        self.leads.remove(id);
        self.note_due(id);
        Some(lead)
    }

    /// Removes a lead and its keys; [`put_lead`](Book::put_lead) files it again.
    fn take_lead(&mut self, id: &LeadId) -> Option<Lead> {
        let lead = std::mem::take(self.leads.get_mut(id)?);
        if !lead.is_on_file() {
            self.people.remove(&lead, &self.tables);
            return Some(lead);
        }
        self.by_key.remove(&RecordRef::Lead(id.clone()));
        if let Some(names) = &mut self.names {
            names.remove_lead(id);
        }
        Some(lead)
    }

    /// Removes an account.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Account, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// book.insert_account(Account { id: "A1".into(), ..Account::default() });
    /// assert!(book.remove_account(&"A1".into()).is_some());
    /// assert_eq!(book.accounts().count(), 0);
    /// ```
    pub fn remove_account(&mut self, id: &AccountId) -> Option<Account> {
        let account = self.accounts.remove(id)?;
        self.by_key.remove(&RecordRef::Account(id.clone()));
        if let Some(names) = &mut self.names {
            names.remove_account(&account);
        }
        for contact in &account.contacts {
            if let Some(employers) = self.employers.get_mut(&contact.id) {
                employers.remove(id);
                if employers.is_empty() {
                    self.employers.remove(&contact.id);
                }
            }
        }
        Some(account)
    }

    /// The lead of an id.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::Lead;
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// assert_eq!(book.lead(&"L1".into()).unwrap().phones.len(), 1);
    /// assert_eq!(book.lead(&"L9".into()), None);
    /// ```
    #[must_use]
    pub fn lead(&self, id: &LeadId) -> Option<&Lead> {
        self.leads.get(id)
    }

    /// The account of an id.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Account, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// book.insert_account(Account { id: "A1".into(), owner: Some("li".into()), ..Account::default() });
    /// assert_eq!(book.account(&"A1".into()).unwrap().owner, Some("li".into()));
    /// ```
    #[must_use]
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// The contact of an id, of an account or by itself.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Account, Contact, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let ann = Contact { id: "C1".into(), name: Some("Ann".into()), ..Contact::default() };
    /// book.insert_account(Account { id: "A1".into(), contacts: vec![ann], ..Account::default() });
    /// assert_eq!(book.contact(&"C1".into()).unwrap().name.as_deref(), Some("Ann"));
    /// ```
    #[must_use]
    pub fn contact(&self, id: &ContactId) -> Option<&Contact> {
        let at_account = || self.employer(id)?.contacts.iter().find(|one| one.id == *id);
        self.contacts.get(id).or_else(at_account)
    }

    /// The account that a contact is with; of several, the first by id.
    fn employer(&self, id: &ContactId) -> Option<&Account> {
        self.accounts.get(self.employers.get(id)?.first()?)
    }

    /// Every lead on file, folded and ended ones included, by id.
    pub fn leads(&self) -> impl Iterator<Item = &Lead> {
        self.leads.values()
    }

    /// Every account on file, by id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The rows that share a key with the probe or have a similar name, and the accounts of converted leads among them,
    /// by id. Returns as many rows per key as the probe asks for, and at most 500 of each kind.
    ///
    /// ```
    /// use leadkit::{Intake, Rules};
    /// use leadkit::model::Lead;
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let mut book = intake.book();
    /// book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let entry = Lead { id: "L2".into(), phones: vec!["+86 138 1234 9876".into()], ..Lead::default() };
    /// assert_eq!(book.rows(&intake.probe(&entry)).leads[0].id.as_str(), "L1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rows(&self, probe: &Probe) -> Rows {
        let like = self.like(probe);
        let mut found: SmallVec<[&RecordRef; 16]> = SmallVec::new();
        for key in &probe.keys {
            found.extend(self.by_key.under(key).take(most_rows(probe, key)));
        }
        found.extend(&like);
        found.sort_unstable();
        found.dedup();
        let leads = found.iter().filter(|record| matches!(record, RecordRef::Lead(_))).count();
        let mut rows = Rows { leads: Vec::with_capacity(leads.min(MAX_ROWS)), ..Rows::default() };
        for record in found {
            match record {
                RecordRef::Account(id) if rows.accounts.len() < MAX_ROWS => {
                    rows.accounts.extend(self.accounts.get(id).cloned());
                }
                RecordRef::Lead(id) if rows.leads.len() < MAX_ROWS => {
                    rows.leads.extend(self.leads.get(id).cloned());
                }
                _ => rows.truncated = true,
            }
        }
        self.follow_conversions(&mut rows);
        self.note_work(&mut rows);
        rows.people = self.people.of(probe);
        rows
    }

    /// Adds the open opportunities of the leads among the rows, and the customers who still wait for an answer.
    fn note_work(&self, rows: &mut Rows) {
        for lead in &rows.leads {
            let history = self.history(&lead.id);
            if lead.owner.is_some() && !history.opportunities.is_empty() {
                rows.opportunities.insert(lead.id.clone(), history.opportunities.clone());
            }
            let lost = order::set(history.previous_owners().cloned());
            if !lost.is_empty() {
                rows.previous_owners.insert(lead.id.clone(), lost);
            }
            if lead.owner.is_some() && lead.status == LeadStatus::Converted && !self.is_answered(&lead.id) {
                rows.unanswered.insert(lead.id.clone());
            }
        }
    }

    /// Adds the accounts that the converted leads among the rows became part of.
    fn follow_conversions(&self, rows: &mut Rows) {
        let converted = rows.leads.iter().filter(|lead| lead.status == LeadStatus::Converted);
        let followed: BTreeSet<&AccountId> = order::set(converted.filter_map(|lead| {
            let filed = self.desk.conversions.get(&lead.id).map(|record| &record.account);
            filed.or(lead.account.as_ref())
        }));
        let is_new = |id: &&&AccountId| rows.accounts.iter().all(|account| account.id != ***id);
        let accounts: Vec<Account> =
            followed.iter().filter(is_new).filter_map(|id| self.accounts.get(*id).cloned()).collect();
        rows.accounts.extend(accounts);
        order::sort_by(&mut rows.accounts, |a, b| a.id.cmp(&b.id));
    }

    /// The records whose names share most with the wanted one.
    fn like(&self, probe: &Probe) -> Vec<RecordRef> {
        let (Some(names), Some(company)) = (&self.names, &probe.company) else { return Vec::new() };
        let grams = probe.keys.iter().filter(|key| key.kind == MatchKeyKind::CompanyGram);
        let grams: Vec<&str> = grams.map(|key| key.value.as_str()).collect();
        let accounts = names.accounts.candidates_with(company, &grams, MAX_LIKE);
        let leads = names.leads.candidates_with(company, &grams, MAX_LIKE);
        let accounts = accounts.into_iter().map(|(id, _)| RecordRef::Account(id));
        accounts.chain(leads.into_iter().map(|(id, _)| RecordRef::Lead(id))).collect()
    }

    fn keys_of_lead(&self, lead: &Lead) -> Probe {
        let context = self.context(lead.created_at);
        let facts = Facts::new(lead, &context);
        self.with_composites(&facts, Probe::of_record(&facts))
    }

    fn with_composites(&self, facts: &Facts<'_>, mut keys: Probe) -> Probe {
        self.composites.add_of_lead(facts, &mut keys);
        keys
    }

    fn keys_of_account(&self, account: &Account) -> Probe {
        let context = self.context(account.created_at);
        let mut probe = Probe::of_account(account, &context);
        probe.add_account(&account.id);
        self.composites.add_of_account(account, &context, &mut probe);
        probe
    }

    fn context(&self, now: DateTime<Utc>) -> FactContext<'_> {
        FactContext::new(&self.tables, now)
    }
}
