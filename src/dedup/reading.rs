//! What a row has in common with a lead: its values are read only as far as the lead has something to compare.

use std::collections::BTreeSet;

use super::candidate::{Candidate, Likeness, Source};
use super::composite::{Composite, Composites};
use super::deduplicator::Deduplicator;
use super::holding::{Holding, holdings};
use super::probe::{MatchKey, MatchKeyKind, Probe, domains_of, id_key, id_keys, mixed_keys};
use super::resolution::Rows;
use crate::company::KeyReader;
use crate::contact::{
    WechatKind, is_planned, is_public_mail_domain, plain_phone, read_emails, read_phones_of, wechat_ids,
};
use crate::model::{Account, EmailAddress, Lead, PhoneNumber, RecordRef, Region, WechatId};
use crate::names::Asked;
use crate::rule::{
    FactContext, Facts, LeadLimits, cut_account, cut_lead_on_file, may_be_misplaced, visit_phone_match_keys,
};

/// Digits at the end of a number by which most other numbers are ruled out at a glance.
const TAIL: usize = 4;

/// Reads rows for one lead, in buffers that it keeps.
pub(super) struct Reading<'x, 'a> {
    context: FactContext<'x>,
    lead_keys: &'x Probe,
    /// The lead's company as written, and its key.
    own_name: Option<(&'x str, &'x str)>,
    /// The kinds of key the lead has.
    phone: bool,
    email: bool,
    wechat: bool,
    domain: bool,
    ids: bool,
    company: bool,
    /// What rules compare beyond these, with the lead's values.
    fields: Vec<(&'x Composite, Vec<BTreeSet<String>>)>,
    asked: Option<&'x mut Asked<'a>>,
    names: KeyReader,
    shared: Vec<usize>,
}

/// Most phone keys of a lead for which it pays to look at a row's numbers before they are read.
const FEW_PHONES: usize = 8;

/// A fetched row, and as much of it as is read when that is not all.
pub(super) struct Fetched<'r> {
    source: Source<'r>,
    cut: Option<Cut>,
}

enum Cut {
    Account(Box<Account>),
    Lead(Box<Lead>),
}

impl Fetched<'_> {
    fn read(&self) -> Source<'_> {
        match &self.cut {
            None => self.source,
            Some(Cut::Account(account)) => Source::Account(account),
            Some(Cut::Lead(lead)) => Source::Lead(lead),
        }
    }

    /// The record, when not all of it is read.
    pub(super) fn oversized(&self) -> Option<RecordRef> {
        self.cut.as_ref().map(|_| self.source.record())
    }
}

/// The fetched rows, each once and without the lead itself. No key finds a lead that is folded, voided or
/// blocked.
pub(super) fn fetched<'r>(facts: &Facts<'_>, rows: &'r Rows) -> Vec<Fetched<'r>> {
    let others = rows.leads.iter().filter(|lead| lead.id != facts.lead().id && lead.is_on_file());
    let mut sources: Vec<Source<'r>> = rows.accounts.iter().map(Source::Account).collect();
    sources.extend(others.map(Source::Lead));
    // A host that fetches per key may hand in one row twice.
    sources.sort_by_key(|source| source.order());
    sources.dedup_by_key(|source| source.order());
    let fetched = |source| {
        let cut = match source {
            Source::Account(account) => cut_account(account).map(Cut::Account),
            Source::Lead(lead) => cut_lead_on_file(lead).map(Cut::Lead),
        };
        Fetched { source, cut }
    };
    sources.into_iter().map(fetched).collect()
}

/// The rows, read for the lead.
pub(super) fn candidates<'x, 'r>(
    facts: &'x Facts<'x>,
    rows: &'r [Fetched<'_>],
    lead_keys: &'x Probe,
    deduplicator: &'x Deduplicator,
    asked: Option<&'x mut Asked<'_>>,
) -> Vec<Candidate<'r>> {
    let mut reading = Reading::new(facts, lead_keys, &deduplicator.composites, asked);
    let scope = &deduplicator.rules.scope;
    let candidate = |row: &'r Fetched<'_>| {
        // By the whole row: fields that are cut off for reading still say who holds what.
        let parts = match row.source {
            Source::Account(account) if !account.owners.is_empty() => {
                Some(holdings(scope, facts.lead(), account))
            }
            _ => None,
        };
        reading.candidate(row, parts)
    };
    rows.iter().map(candidate).collect()
}

impl<'x, 'a> Reading<'x, 'a> {
    fn new(
        facts: &'x Facts<'x>,
        lead_keys: &'x Probe,
        composites: &'x Composites,
        asked: Option<&'x mut Asked<'a>>,
    ) -> Reading<'x, 'a> {
        // Fields for which the lead has no key are not read in any row.
        let has = |kind| lead_keys.keys.iter().any(|key| key.kind == kind);
        Reading {
            context: *facts.context(),
            lead_keys,
            own_name: facts.read().company.as_deref().zip(facts.company_key()),
            phone: has(MatchKeyKind::Phone),
            email: has(MatchKeyKind::Email),
            wechat: has(MatchKeyKind::Wechat),
            domain: has(MatchKeyKind::Domain),
            ids: has(MatchKeyKind::PersonId) || has(MatchKeyKind::RecordId),
            company: has(MatchKeyKind::CompanyExact),
            fields: if has(MatchKeyKind::Fields) {
                composites.asked_by(facts, &lead_keys.keys)
            } else {
                Vec::new()
            },
            asked,
            names: KeyReader::default(),
            shared: Vec::new(),
        }
    }

    fn candidate<'r>(&mut self, row: &'r Fetched<'_>, parts: Option<Vec<Holding<'r>>>) -> Candidate<'r> {
        self.shared.clear();
        let read = row.read();
        match read {
            Source::Account(account) => self.read_account(account),
            Source::Lead(lead) => self.read_lead(lead),
        }
        for (composite, values) in &self.fields {
            let keys = composite.shared_keys(values, read, &self.context);
            keys.iter().for_each(|key| note(self.lead_keys, &mut self.shared, key.kind, &key.value));
        }
        let likeness = self.read_names(read);
        // Ascending, for `has`; a row may give one key in several ways.
        self.shared.sort_unstable();
        self.shared.dedup();
        Candidate::new(row.source, read, self.shared.clone(), likeness, parts)
    }

    fn read_account(&mut self, account: &Account) {
        for contact in &account.contacts {
            match mixed_keys(contact, account.region, self.context.tables) {
                Some(keys) => {
                    for key in keys.iter().filter(|key| self.asks(key.kind)).collect::<Vec<_>>() {
                        self.note(key.kind, &key.value);
                    }
                }
                None => {
                    self.read_phones(&contact.phones, account.region);
                    self.read_wechat(contact.wechat.as_ref());
                    if self.email {
                        self.read_emails(&contact.emails, false);
                    }
                }
            }
            if self.ids {
                let ids = contact.person_ids().take(LeadLimits::ITEMS);
                ids.filter_map(|(name, id)| id_key(name, id)).for_each(|key| self.note(key.kind, &key.value));
            }
        }
        if self.domain {
            domains_of(account).for_each(|domain| self.note(MatchKeyKind::Domain, &domain));
        }
    }

    fn read_lead(&mut self, lead: &Lead) {
        if self.phone && lead.phones.iter().any(|phone| self.may_be_ours(phone.as_str())) {
            let tables = self.context.tables;
            visit_phone_match_keys(lead, tables, |key| self.note(MatchKeyKind::Phone, key));
        }
        self.read_wechat(lead.wechat.as_ref());
        if self.email || self.domain {
            self.read_emails(&lead.emails, true);
        }
        // Further WeChat ids are kept with the other ids, so the other ids are read for those rules too.
        if self.ids || ((self.wechat || self.phone) && !lead.other_ids.is_empty()) {
            id_keys(lead).for_each(|key| self.note(key.kind, &key.value));
        }
        if may_be_misplaced(lead) {
            self.read_misplaced(lead);
        }
    }

    /// A value in the field of another kind is a key of the lead as well.
    fn read_misplaced(&mut self, lead: &Lead) {
        let facts = Facts::new(lead, &self.context);
        if self.email {
            facts.email_keys().iter().for_each(|key| self.note(MatchKeyKind::Email, key));
        }
        let own = facts.email_domains().iter().filter(|domain| !is_public_mail_domain(domain));
        for domain in own.filter(|_| self.domain).collect::<Vec<_>>() {
            self.note(MatchKeyKind::Domain, domain);
        }
        let asks = self.wechat || self.phone;
        for id in facts.wechat_ids().filter(|_| asks) {
            self.note(MatchKeyKind::Wechat, id.key());
        }
    }

    /// The numbers of a contact, as they are dialled where the account is.
    fn read_phones(&mut self, phones: &[PhoneNumber], region: Option<Region>) {
        if !self.phone {
            return;
        }
        let options = self.context.tables.phone_options();
        let is_home = !is_planned(region.into(), &options);
        for phone in phones {
            if !self.may_be_ours(phone.as_str()) {
                continue;
            }
            // Most numbers are written plainly and need no parser, unless they are of another country.
            match Some(phone.as_str()).filter(|_| is_home).and_then(|phone| plain_phone(phone, &options)) {
                Some(phone) => {
                    phone.match_key().into_iter().for_each(|key| self.note(MatchKeyKind::Phone, &key))
                }
                None => {
                    let found = read_phones_of(phone.as_str(), region.into(), &options);
                    let keys = found.iter().filter_map(|one| one.value.match_key());
                    keys.for_each(|key| self.note(MatchKeyKind::Phone, &key));
                }
            }
        }
    }

    /// Whether a number may have a key of the lead's. The key of a number that is written in plain digits consists
    /// of them, whatever comes before and after; other writings are left to the parser.
    fn may_be_ours(&self, raw: &str) -> bool {
        let mut digits = [0u8; 32];
        let mut count = 0;
        for byte in raw.bytes() {
            if !byte.is_ascii_digit() {
                // `60987654 (+852)`: the code comes last.
                if byte.is_ascii_alphabetic() || !byte.is_ascii() || byte == b'+' && count > 0 {
                    return true;
                }
                continue;
            }
            match digits.get_mut(count) {
                Some(slot) => *slot = byte,
                // Longer than any number: whatever it is, the parser reads it.
                None => return true,
            }
            count += 1;
        }
        let digits = digits.get(..count).unwrap_or_default();
        // Parsing is what costs; with many keys, looking for each of them would cost more.
        let ours = self.lead_keys.keys.iter().filter(|key| key.kind == MatchKeyKind::Phone);
        if ours.clone().count() > FEW_PHONES {
            return true;
        }
        // What follows the digits of a number in doubt is a mark.
        ours.map(|key| key.value.trim_end_matches('?').as_bytes()).any(|key| {
            let tail = key.get(key.len().saturating_sub(TAIL)..).unwrap_or_default();
            // By the end of the number: country codes and zeros before it are written or not.
            tail.len() < TAIL || digits.windows(TAIL).any(|window| window == tail)
        })
    }

    fn read_emails(&mut self, emails: &[EmailAddress], with_domains: bool) {
        let found = emails.iter().flat_map(|email| read_emails(email.as_str()));
        for email in found.filter_map(|one| one.value.ok()) {
            self.note(MatchKeyKind::Email, email.key());
            if with_domains && !is_public_mail_domain(email.domain()) {
                self.note(MatchKeyKind::Domain, email.domain());
            }
        }
    }

    fn read_wechat(&mut self, wechat: Option<&WechatId>) {
        if !self.wechat && !self.phone {
            return;
        }
        for id in wechat_ids(wechat) {
            if id.kind() == WechatKind::Phone {
                self.note(MatchKeyKind::Phone, id.key());
            }
            self.note(MatchKeyKind::Wechat, id.key());
        }
    }

    /// Notes the identity keys in common and compares the names.
    fn read_names<'r>(&mut self, source: Source<'r>) -> Option<Likeness<'r>> {
        if !self.company {
            return None;
        }
        let mut best: Option<Likeness<'r>> = None;
        for name in source.company_names() {
            let meant = self.context.tables.gazetteer.alias_of(name);
            self.read_name(name);
            // A lead that writes an alias means the company; an account is a company of its own.
            if let Some(meant) = meant
                && matches!(source, Source::Lead(_))
            {
                self.read_name(meant);
            }
            let Some(asked) = self.asked.as_deref_mut() else { continue };
            if let Some(meant) = meant {
                asked.read(meant);
            }
            // The likeliest of its names represents a record.
            if let Some(found) = asked.weigh_read(meant.unwrap_or(name))
                && best.as_ref().is_none_or(|best| best.found.is_less_than(&found))
            {
                best = Some(Likeness { found, name, company: asked.company_read(&found) });
            }
            for other in self.context.tables.gazetteer.other_names(name) {
                self.read_name(&other);
            }
        }
        best
    }

    fn read_name(&mut self, name: &str) {
        let Reading { asked, names, lead_keys, own_name, shared, context, .. } = self;
        let key = match asked {
            Some(asked) => {
                asked.read(name);
                let mut ours = lead_keys.keys.iter().filter(|key| key.kind == MatchKeyKind::CompanyExact);
                // The key is expensive to make, and the length alone rules most of them out.
                if !ours.any(|key| asked.may_have(&key.value)) {
                    return;
                }
                asked.exact_key()
            }
            // Most rows were fetched for that very name.
            None => match own_name {
                Some((own, key)) if *own == name => key,
                _ => names.exact(name, &context.tables.gazetteer),
            },
        };
        note(lead_keys, shared, MatchKeyKind::CompanyExact, key);
    }

    /// Whether a rule compares contact values of a kind.
    fn asks(&self, kind: MatchKeyKind) -> bool {
        match kind {
            MatchKeyKind::Email => self.email,
            MatchKeyKind::Phone => self.phone,
            _ => self.wechat || self.phone,
        }
    }

    fn note(&mut self, kind: MatchKeyKind, value: &str) {
        note(self.lead_keys, &mut self.shared, kind, value);
    }
}

fn note(lead_keys: &Probe, shared: &mut Vec<usize>, kind: MatchKeyKind, value: &str) {
    // Keys are sorted and distinct.
    let order = |key: &MatchKey| key.kind.cmp(&kind).then_with(|| key.value.as_str().cmp(value));
    shared.extend(lead_keys.keys.binary_search_by(order).ok());
}
