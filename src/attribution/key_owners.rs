//! The owner of each contact key.

use std::collections::BTreeMap;

use super::arrivals::Arrival;
use super::person_keys::{is_click, keys_of, keys_of_contact, person_key};
use super::sets::{RecordSets, lead};
use crate::model::{Contact, ContactId, Lead, LeadId, RecordRef};

/// The record a key belongs to.
#[derive(Debug)]
pub(super) struct KeyOwner {
    /// Of the key.
    pub(super) number: usize,
    /// The place of the record: leads that came with the key by time, then leads that have it since, then contacts.
    pub(super) rank: usize,
    pub(super) record: RecordRef,
}

/// A key that a lead came with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    pub(super) number: usize,
    pub(super) is_click: bool,
}

/// The owner of each key, and who came with it.
#[derive(Debug, Default)]
pub(super) struct KeyOwners {
    owners: BTreeMap<(String, String), KeyOwner>,
    /// By place of the arrival.
    brought: Vec<Vec<Brought>>,
    of_contacts: BTreeMap<ContactId, Vec<usize>>,
}

impl KeyOwners {
    /// Of several leads a key belongs to the one that came with it first; when none came with it, to the first that came
    /// of those that have it, such as by a merge; to a contact when no lead has it, of several contacts to the one with
    /// the lowest id. A record that is not there owns none.
    pub(super) fn of(
        arrivals: &[Arrival<'_>],
        leads: &[Lead],
        mut contacts: Vec<&Contact>,
        customers: &mut RecordSets,
    ) -> KeyOwners {
        let mut keys = KeyOwners::default();
        for (rank, one) in arrivals.iter().enumerate() {
            let record = lead(&one.visit.lead);
            let mut brought = Vec::new();
            if customers.of(&record).is_some() {
                for key in one.visit.keys() {
                    let is_click = is_click(&key.0);
                    brought.push(Brought { number: keys.add(key, rank, &record), is_click });
                }
            }
            keys.brought.push(brought);
        }
        let by_id: BTreeMap<&LeadId, &Lead> = leads.iter().map(|one| (&one.id, one)).collect();
        // A key that a merge has brought since yields to the one who came with it, so these come after all arrivals.
        for (rank, one) in (arrivals.len()..).zip(arrivals).filter(|(_, one)| one.is_kept) {
            let Some(record) = by_id.get(&one.visit.lead) else { continue };
            for key in keys_of(record) {
                keys.add(key, rank, &lead(&record.id));
            }
        }
        // Contacts last, and by id, as nobody knows since when they have had a key.
        contacts.sort_by(|a, b| a.id.cmp(&b.id));
        for (rank, one) in (2 * arrivals.len()..).zip(contacts).filter(|(_, one)| !one.id.is_blank()) {
            let record = RecordRef::Contact(one.id.clone());
            let numbers: Vec<usize> = keys_of_contact(one).map(|key| keys.add(key, rank, &record)).collect();
            keys.of_contacts.entry(one.id.clone()).or_default().extend(numbers);
        }
        keys
    }

    /// The number of a key; it belongs to the record unless it has an owner.
    fn add(&mut self, key: (String, String), rank: usize, record: &RecordRef) -> usize {
        let number = self.owners.len();
        let owner = || KeyOwner { number, rank, record: record.clone() };
        // Ranks ascend, so the first to come keeps it.
        self.owners.entry(key).or_insert_with(owner).number
    }

    /// The owner of a key, and who came with it.
    pub(super) fn get(&self, name: &str, value: &str) -> Option<&KeyOwner> {
        self.owners.get(&person_key(name, value)?)
    }

    /// The keys that a lead came with, by the place of its arrival.
    pub(super) fn brought(&self, arrival: usize) -> &[Brought] {
        self.brought.get(arrival).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the keys of a contact.
    pub(super) fn of_contact(&self, id: &ContactId) -> &[usize] {
        self.of_contacts.get(id).map_or(&[], Vec::as_slice)
    }
}
