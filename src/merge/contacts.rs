//! The contacts of several accounts, each person once.

use std::collections::{BTreeMap, BTreeSet};

use super::identity::{CROWDED, Identity, PersonKey, SharedKeys};
use super::record::{Fields, SINCE, members_of, row_at, with_members};
use super::values::{agree, distinct};
use crate::contact::PhoneOptions;
use crate::model::{AccountId, Contact, ContactId, RecordRef, Region, Value};

/// One person.
pub(super) struct UnitedContact {
    /// The record the contact came from, as a place in the order of records.
    pub(super) from: usize,
    /// The contact as it was in that record.
    pub(super) before: Contact,
    /// The contact as it is now.
    pub(super) contact: Contact,
    /// The contacts that went into it, with their records.
    pub(super) absorbed: Vec<(usize, Contact)>,
}

/// The contacts of one account.
pub(super) struct OfAccount<'r> {
    pub(super) account: AccountId,
    /// The region of the account.
    pub(super) region: Option<Region>,
    pub(super) contacts: &'r [Contact],
}

/// Unites the contacts of accounts, given with the survivor first.
///
/// Two contacts are one person if they have the same id, or share a mobile number, a person's e-mail address or a
/// WeChat id, and nothing distinguishes them. Different names, mobiles or e-mail addresses mean two people, even with
/// the same id, because two exports may number contacts independently. A contact joins a person only if it conflicts
/// with none of that person's contacts. A landline and a mailbox such as `info@` unite nobody, and the same id does not make
/// them a person's. A key that two names
/// have, as a family's phone, and a number of a plan that does not distinguish mobiles from landlines unite only
/// contacts of the same name; a key that two contacts of one account share identifies nobody. A contact who could be
/// two people stays apart, and two contacts of one account stay two. The survivor's own come first, then the others in
/// the order of their records. O(n log n).
pub(super) fn unite(
    survivor: &AccountId,
    records: &[OfAccount<'_>],
    phones: &PhoneOptions<'_>,
) -> Vec<UnitedContact> {
    let identify = |record: &OfAccount<'_>| {
        record.contacts.iter().map(|contact| Identity::of_contact(contact, record.region, phones)).collect()
    };
    let identities: Vec<Vec<Identity>> = records.iter().map(identify).collect();
    let shared = SharedKeys::of(&identities);
    let ids = ids_of_one_contact(records);
    let mut people = People::default();
    for (record, (of_account, identities)) in records.iter().zip(identities).enumerate() {
        let (account, contacts) = (&of_account.account, of_account.contacts);
        // Two contacts of one record remain two, whatever they share.
        let known = people.all.len();
        let mut taken = BTreeSet::new();
        for (contact, identity) in contacts.iter().zip(identities) {
            let id = ids.contains(contact.id.as_str()).then_some(contact.id.as_str());
            let by_id = id.and_then(|id| people.only_one_of(id, &identity));
            let found = by_id.or_else(|| people.only_one(&identity, &shared, known));
            let at = found.filter(|at| taken.insert(*at)).unwrap_or(people.all.len());
            people.note(at, id, &identity);
            match people.all.get_mut(at) {
                Some((person, known)) => {
                    person.contact = absorb(&person.contact, contact, phones);
                    person.absorbed.push((record, contact.clone()));
                    known.add(identity);
                }
                None => {
                    let alone = UnitedContact::alone(record, contact, account, survivor);
                    people.all.push((alone, identity));
                }
            }
        }
    }
    people.all.into_iter().map(|(person, _)| person).collect()
}

/// The ids that several of these people have, each counted with those who went into them: what is written under such an id is
/// written of one of them. Only the survivor's own were so before.
pub(super) fn ids_of_several(united: &[UnitedContact]) -> BTreeSet<ContactId> {
    let (mut first, mut several, mut came) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for (place, person) in united.iter().enumerate() {
        let absorbed = person.absorbed.iter().map(|(from, other)| (*from, &other.id));
        for (from, id) in std::iter::once((person.from, &person.before.id)).chain(absorbed) {
            if *first.entry(id).or_insert(place) != place {
                several.insert(id);
            }
            if from > 0 {
                came.insert(id);
            }
        }
    }
    several.intersection(&came).map(|id| (*id).clone()).collect()
}

/// The ids that no account has twice.
fn ids_of_one_contact<'r>(records: &[OfAccount<'r>]) -> BTreeSet<&'r str> {
    let (mut ids, mut doubled) = (BTreeSet::new(), BTreeSet::new());
    for record in records {
        let mut seen = BTreeSet::new();
        for contact in record.contacts.iter().filter(|contact| !contact.id.is_blank()) {
            let is_new = seen.insert(contact.id.as_str());
            if is_new { &mut ids } else { &mut doubled }.insert(contact.id.as_str());
        }
    }
    ids.difference(&doubled).copied().collect()
}

/// The people so far, and their places by key.
#[derive(Default)]
struct People {
    all: Vec<(UnitedContact, Identity)>,
    by_id: BTreeMap<String, BTreeSet<usize>>,
    by_key: BTreeMap<PersonKey, BTreeSet<usize>>,
}

impl People {
    /// The only one of the first so many that a contact can be; `None` also when there are several.
    fn only_one(&self, identity: &Identity, shared: &SharedKeys, first: usize) -> Option<usize> {
        let keys = identity.keys.iter().filter(|key| !shared.is_shared_value(key));
        let held = keys.filter_map(|key| Some((key, self.by_key.get(key)?)));
        let uncrowded = held.filter(|(_, holders)| holders.len() <= CROWDED);
        let mut fitting = BTreeSet::new();
        for (key, holders) in uncrowded {
            for at in holders.range(..first) {
                let Some((_, person)) = self.all.get(*at) else { continue };
                if shared.tell(key, person, identity) && !person.is_somebody_else(identity) {
                    fitting.insert(*at);
                }
            }
        }
        fitting.first().copied().filter(|_| fitting.len() == 1)
    }

    /// The only one of an id whom a contact can be.
    fn only_one_of(&self, id: &str, identity: &Identity) -> Option<usize> {
        let holders = self.by_id.get(id).filter(|holders| holders.len() <= CROWDED)?;
        let is_one =
            |one: &Identity| !one.is_somebody_else(identity) && !one.is_of_person_and_place(identity);
        let fits = |at: &&usize| self.all.get(**at).is_some_and(|(_, one)| is_one(one));
        let mut fitting = holders.iter().filter(fits);
        let first = fitting.next().copied();
        first.filter(|_| fitting.next().is_none())
    }

    fn note(&mut self, at: usize, id: Option<&str>, identity: &Identity) {
        if let Some(id) = id {
            self.by_id.entry(id.to_owned()).or_default().insert(at);
        }
        for key in &identity.keys {
            self.by_key.entry(key.clone()).or_default().insert(at);
        }
    }
}

impl UnitedContact {
    /// The row that stays, then those that go into it, by the records in order.
    pub(super) fn rows(&self, references: &[RecordRef]) -> Vec<RecordRef> {
        let absorbed = self.absorbed.iter().map(|(from, other)| (*from, other));
        let rows = std::iter::once((self.from, &self.before)).chain(absorbed);
        rows.filter_map(|(from, contact)| Some(row_at(&contact.id, references.get(from)?))).collect()
    }

    fn alone(from: usize, contact: &Contact, account: &AccountId, survivor: &AccountId) -> UnitedContact {
        let mut moved = contact.clone();
        // References to the account now point at the survivor; a contact without an account stays so.
        if moved.account.as_ref() == Some(account) {
            moved.account = Some(survivor.clone());
        }
        UnitedContact { from, before: contact.clone(), contact: moved, absorbed: Vec::new() }
    }
}

/// The kept contact with the other's additional values: lists are united, blank fields filled. With one employer the earlier
/// time counts.
fn absorb(kept: &Contact, other: &Contact, phones: &PhoneOptions<'_>) -> Contact {
    let ours = members_of(kept);
    let mut changes = BTreeMap::new();
    for (name, theirs) in members_of(other) {
        let value = match (ours.get(&name), theirs) {
            (_, theirs) if name == "account" || theirs.is_blank() => continue,
            (Some(Value::List(ours)), Value::List(theirs)) => {
                let known = distinct(&name, ours.clone(), phones).len();
                let both = ours.iter().cloned().chain(theirs).collect();
                let all = distinct(&name, both, phones);
                if all.len() == known {
                    continue;
                }
                Value::List(all)
            }
            (Some(ours), theirs) if ours.is_blank() => theirs,
            (Some(Value::Timestamp(ours)), Value::Timestamp(theirs)) if name == SINCE && theirs < *ours => {
                Value::Timestamp(theirs)
            }
            (Some(_), _) => continue,
            (None, theirs) => theirs,
        };
        changes.insert(name, Some(value));
    }
    with_members(kept, &changes)
}

/// The fields in which two contacts of one person differ, with both values.
pub(super) fn disagreements(
    kept: &Contact,
    other: &Contact,
    phones: &PhoneOptions<'_>,
) -> Vec<(String, Value, Value)> {
    let ours: Fields = members_of(kept);
    let differing = |(name, theirs): (String, Value)| {
        let ours = ours.get(&name)?;
        let apart = name != "account"
            && name != SINCE
            && !matches!(ours, Value::List(_))
            && !ours.is_blank()
            && !theirs.is_blank()
            && !agree(&name, ours, &theirs, phones);
        apart.then(|| (name, ours.clone(), theirs))
    };
    members_of(other).into_iter().filter_map(differing).collect()
}
