//! Which records are one.

use std::collections::BTreeMap;

use super::records::Records;
use crate::disjoint::DisjointSets;
use crate::model::{AccountId, LeadId, LinkKind, Order, RecordRef};
use crate::text;

/// Records in sets of those that are one. A record with a blank id belongs to nobody and is in no set.
#[derive(Debug, Default)]
pub(super) struct RecordSets {
    number: BTreeMap<RecordRef, usize>,
    pub(super) records: Vec<RecordRef>,
    sets: DisjointSets,
}

impl RecordSets {
    /// The number of a record, which is in a set of its own when it is new.
    pub(super) fn add(&mut self, record: RecordRef) -> Option<usize> {
        // Otherwise all records without an id would be one customer.
        if text::is_blank(record.id()) {
            return None;
        }
        if let Some(number) = self.number.get(&record) {
            return Some(*number);
        }
        let number = self.sets.push();
        self.number.insert(record.clone(), number);
        self.records.push(record);
        Some(number)
    }

    /// Adds two records, and joins them unless one of them belongs to nobody.
    pub(super) fn join(&mut self, a: RecordRef, b: RecordRef) {
        if let (Some(a), Some(b)) = (self.add(a), self.add(b)) {
            self.sets.join(a, b);
        }
    }

    /// How many records there are: sets are numbered below it.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The number of the set a record is in.
    pub(super) fn of(&mut self, record: &RecordRef) -> Option<usize> {
        let number = *self.number.get(record)?;
        Some(self.sets.find(number))
    }
}

pub(super) fn lead(id: &LeadId) -> RecordRef {
    RecordRef::Lead(id.clone())
}

/// Records that belong to one customer.
pub(super) fn customers(records: &Records<'_>) -> RecordSets {
    let mut sets = RecordSets::default();
    // Added individually first, so that a lead without any relation is a customer too.
    for one in records.leads {
        sets.add(lead(&one.id));
    }
    let account = |id: &AccountId| RecordRef::Account(id.clone());
    for one in records.leads {
        let above = one.folded_into.iter().chain(&one.collected_under).map(lead);
        above.chain(one.account.iter().map(account)).for_each(|record| sets.join(lead(&one.id), record));
    }
    let contacts =
        records.accounts.iter().flat_map(|one| one.contacts.iter().map(move |contact| (Some(one), contact)));
    for one in records.accounts {
        sets.add(account(&one.id));
    }
    for (of, one) in contacts.chain(records.contacts.iter().map(|one| (None, one))) {
        let contact = RecordRef::Contact(one.id.clone());
        sets.add(contact.clone());
        of.into_iter().for_each(|of| sets.join(account(&of.id), contact.clone()));
        one.account.iter().for_each(|id| sets.join(account(id), contact.clone()));
        one.lead.iter().for_each(|id| sets.join(lead(id), contact.clone()));
    }
    for one in records.opportunities {
        let opportunity = RecordRef::Opportunity(one.id.clone());
        sets.add(opportunity.clone());
        one.lead.iter().for_each(|id| sets.join(lead(id), opportunity.clone()));
        one.account.iter().for_each(|id| sets.join(account(id), opportunity.clone()));
    }
    for one in records.conversions {
        sets.join(lead(&one.lead), account(&one.account));
        let contact = one.contact.iter().map(|id| RecordRef::Contact(id.clone()));
        let opportunity = one.opportunity.iter().map(|id| RecordRef::Opportunity(id.clone()));
        contact.chain(opportunity).for_each(|record| sets.join(lead(&one.lead), record));
    }
    // Related records are two customers: somebody only saw a connection.
    for one in records.links.iter().filter(|link| link.kind != LinkKind::RelatedTo) {
        sets.join(one.from.clone(), one.to.clone());
    }
    for one in records.orders {
        // An order that names several records says that they belong to one customer.
        let mut named = customers_of(one);
        if let Some(first) = named.next() {
            sets.add(first.clone());
            named.for_each(|other| sets.join(first.clone(), other));
        }
    }
    sets
}

/// The records an order names: one customer. A blank id names nobody.
pub(super) fn customers_of(order: &Order) -> impl Iterator<Item = RecordRef> {
    let account = order.account.clone().map(RecordRef::Account);
    let opportunity = order.opportunity.clone().map(RecordRef::Opportunity);
    let named = [order.lead.as_ref().map(lead), account, opportunity];
    named.into_iter().flatten().filter(|record| !text::is_blank(record.id()))
}

/// Records that are one person's: merged ones, and entries of somebody who is on file.
pub(super) fn persons(records: &Records<'_>) -> RecordSets {
    let mut sets = RecordSets::default();
    for one in records.leads {
        sets.add(lead(&one.id));
        // Collected leads share a company, not a person, so they stay separate here.
        one.folded_into.iter().for_each(|into| sets.join(lead(&one.id), lead(into)));
    }
    let is_one = |kind: LinkKind| {
        matches!(kind, LinkKind::MergedInto | LinkKind::ReentryOf | LinkKind::ResubmissionOf)
    };
    for one in records.links.iter().filter(|link| is_one(link.kind)) {
        sets.join(one.from.clone(), one.to.clone());
    }
    sets
}
