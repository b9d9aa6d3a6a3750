//! One person across leads and contacts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::identity::{CROWDED, Identity, PersonKey, SharedKeys};
use crate::contact::PhoneOptions;
use crate::model::{
    Account, AccountId, ContactId, ContactMove, ConversionRecord, Lead, LeadId, Person, RecordRef,
};
use crate::order;

/// The people behind leads and contacts, each once, with every role and employer.
///
/// What a host has filed counts first: a contact is the person of the lead it came from, and of the lead that was
/// converted with it. Else records are one person's by an id of a platform (OpenID, unionid), a mobile number, a
/// person's e-mail address or a WeChat id, as when [accounts are merged](super::MergePlan::for_accounts). Different
/// names mean two people, and so do different mobiles and addresses unless a shared platform id says otherwise. A
/// family's phone, or a number that may be a landline, joins only people of the same name; a landline or a team mailbox
/// joins nobody. A contact who could be either of two people stays separate. A folded lead is the person of its subject
/// unless the names differ.
///
/// The name is the most recent one. Roles and employers count from when the lead came; those of a contact from its own
/// [`since`](crate::model::Contact::since), without one from when its lead came, else from when its account was created. Of a
/// contact who has moved, employers follow one another as the `moves` say; a contact who stands at several accounts is with
/// all of them today. People come by their first record, leads before
/// contacts, by id; it gives them their id (`lead:L1`), which is good for this call only: with more records it may differ. The
/// order of the input does not matter. O(n log n).
///
/// ```
/// use leadkit::contact::PhoneOptions;
/// use leadkit::merge::find_people;
/// use leadkit::model::{Account, Contact, Lead};
///
/// let mut first = Lead { id: "L1".into(), phones: vec!["139 2746 1853".into()], ..Lead::default() };
/// first.external_ids.insert("wechat_openid".into(), "o6_bm".into());
/// let mut second = Lead { id: "L2".into(), name: Some("张伟".into()), ..Lead::default() };
/// second.external_ids.insert("mini_openid".into(), "o6_bm".into());
/// let contact = Contact { id: "C1".into(), phones: vec!["+8613927461853".into()], ..Contact::default() };
/// let account = Account { id: "A1".into(), contacts: vec![contact], ..Account::default() };
///
/// let people = find_people(&[first, second], &[account], &[], &[], &PhoneOptions::default());
/// assert_eq!(people.len(), 1);
/// assert_eq!((people[0].name.as_str(), people[0].roles().len()), ("张伟", 3));
/// assert_eq!(people[0].employments()[0].account.as_str(), "A1");
/// ```
#[must_use]
pub fn find_people(
    leads: &[Lead],
    accounts: &[Account],
    conversions: &[ConversionRecord],
    moves: &[ContactMove],
    phones: &PhoneOptions<'_>,
) -> Vec<Person> {
    let nodes = nodes(leads, accounts, moves, phones);
    let mut people = Groups::of(&nodes);
    let places: BTreeMap<&RecordRef, usize> =
        order::map(nodes.iter().enumerate().map(|(place, node)| (&node.record, place)));
    let place = |record: RecordRef| places.get(&record).copied();
    let lead = |id: &LeadId| place(RecordRef::Lead(id.clone()));
    for contact in accounts.iter().flat_map(|account| &account.contacts) {
        let from = contact.lead.as_ref().and_then(lead);
        people.join(place(RecordRef::Contact(contact.id.clone())), from);
    }
    for record in conversions {
        let contact = record.contact.clone().and_then(|contact| place(RecordRef::Contact(contact)));
        people.join(lead(&record.lead), contact);
    }
    let mut folded: Vec<(usize, usize)> = leads
        .iter()
        .filter_map(|entry| Some((lead(&entry.id)?, lead(entry.folded_into.as_ref()?)?)))
        .collect();
    order::sort_by(&mut folded, Ord::cmp);
    for (entry, subject) in folded {
        people.join_unless(entry, subject, Identity::has_other_name);
    }
    join_by_keys(&nodes, &mut people);
    people.persons(&nodes)
}

/// A record that refers to a person.
struct Node<'r> {
    record: RecordRef,
    name: Option<&'r str>,
    since: DateTime<Utc>,
    /// The account of a contact, and the title there.
    employer: Option<(&'r AccountId, Option<&'r String>)>,
    /// The employers before, and since when the person was with each; and since when they are with the last.
    before: Vec<(&'r AccountId, DateTime<Utc>)>,
    joined: DateTime<Utc>,
    /// Whether the contact stands at other accounts too.
    is_beside: bool,
    identity: Identity,
}

/// The records by kind and id, each once.
fn nodes<'r>(
    leads: &'r [Lead],
    accounts: &'r [Account],
    moves: &'r [ContactMove],
    phones: &PhoneOptions<'_>,
) -> Vec<Node<'r>> {
    let came = order::map(leads.iter().map(|lead| (&lead.id, lead.created_at)));
    let created = order::map(accounts.iter().map(|account| (&account.id, account.created_at)));
    let mut moved: BTreeMap<&ContactId, Vec<&ContactMove>> = BTreeMap::new();
    // If two employers have become one since, nobody has moved.
    for one in moves.iter().filter(|one| one.to.as_ref() != Some(&one.from)) {
        moved.entry(&one.contact).or_default().push(one);
    }
    moved.values_mut().for_each(|moves| order::sort_by(moves, |a, b| (a.at, a).cmp(&(b.at, b))));
    let of_lead = |lead: &'r Lead| Node {
        record: RecordRef::Lead(lead.id.clone()),
        name: lead.name.as_deref(),
        since: lead.created_at,
        employer: None,
        before: Vec::new(),
        joined: lead.created_at,
        is_beside: false,
        identity: Identity::of_lead(lead, phones),
    };
    let mut nodes: Vec<Node<'r>> = leads.iter().map(of_lead).collect();
    let mut stands_at: BTreeMap<&ContactId, BTreeSet<&AccountId>> = BTreeMap::new();
    for account in accounts {
        for contact in &account.contacts {
            stands_at.entry(&contact.id).or_default().insert(&account.id);
        }
    }
    for account in accounts {
        nodes.extend(account.contacts.iter().map(|contact| {
            let came = contact.since.or(contact.lead.as_ref().and_then(|lead| came.get(lead).copied()));
            let at = stands_at.get(&contact.id);
            let is_beside = at.is_some_and(|at| at.len() > 1);
            let moves = moved.get(&contact.id).map(Vec::as_slice).unwrap_or_default();
            // Of several employers, one is whom the moves lead to.
            let to = moves.last().and_then(|one| one.to.as_ref());
            let is_another_s = to.is_some_and(|to| *to != account.id && at.is_some_and(|at| at.contains(to)));
            let moves = if is_another_s { &[] } else { moves };
            let first = moves.first().map(|one| (&one.from, one.at));
            let since = match first {
                // A person who left was there before, although nobody recorded since when.
                Some((from, left)) => {
                    let before = left - TimeDelta::nanoseconds(1);
                    came.or(created.get(from).copied()).map_or(before, |at| at.min(before))
                }
                None => came.unwrap_or(account.created_at),
            };
            let to = moves.iter().filter_map(|one| Some((one.to.as_ref()?, one.at)));
            let mut trail: Vec<(&AccountId, DateTime<Utc>)> =
                first.map(|(from, _)| (from, since)).into_iter().chain(to).collect();
            // The present employer: also in place of one that is not on file.
            let is_here = |last: &mut (&AccountId, DateTime<Utc>)| {
                last.0 == &account.id || !created.contains_key(last.0) && last.1 > since
            };
            let joined = trail.pop_if(is_here).map_or(since, |(_, at)| at);
            Node {
                record: RecordRef::Contact(contact.id.clone()),
                name: contact.name.as_deref(),
                since,
                employer: Some((&account.id, contact.title.as_ref())),
                before: trail,
                joined,
                is_beside,
                identity: Identity::of_contact(contact, account.region, phones),
            }
        }));
    }
    order::sort_by(&mut nodes, |a, b| {
        a.record.cmp(&b.record).then(a.since.cmp(&b.since)).then(a.employer.cmp(&b.employer))
    });
    nodes
}

/// Joins records with a key that reaches one person.
fn join_by_keys(nodes: &[Node<'_>], people: &mut Groups) {
    let mut of_account: BTreeMap<&AccountId, Vec<Identity>> = BTreeMap::new();
    let mut identities: Vec<Vec<Identity>> = Vec::new();
    for node in nodes {
        match node.employer {
            Some((account, _)) => of_account.entry(account).or_default().push(node.identity.clone()),
            None => identities.push(vec![node.identity.clone()]),
        }
    }
    identities.extend(of_account.into_values());
    let shared = SharedKeys::of(&identities);
    let mut holders: BTreeMap<&PersonKey, Vec<usize>> = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate() {
        for key in node.identity.keys.iter().filter(|key| !shared.is_shared_value(key)) {
            holders.entry(key).or_default().push(place);
        }
    }
    let between = between_two(nodes, &holders, &shared);
    // An id on a platform outlives a phone number, so it comes first.
    let is_platform = |key: &PersonKey| matches!(key, PersonKey::Platform(..));
    let (first, then): (Vec<_>, Vec<_>) = holders.into_iter().partition(|(key, _)| is_platform(key));
    for (key, holders) in first.into_iter().chain(then) {
        let differ = if is_platform(key) { Identity::has_other_name } else { Identity::is_somebody_else };
        let mut apart: Vec<usize> = Vec::new();
        for holder in holders.into_iter().filter(|holder| !between.contains(holder)) {
            let is_other = |a: &Identity, b: &Identity| !shared.tell(key, a, b) || differ(a, b);
            if !apart.iter().any(|known| people.join_unless(*known, holder, is_other)) {
                apart.push(holder);
            }
            if apart.len() > CROWDED {
                break;
            }
        }
    }
}

/// Records that share keys with two people whose names differ, and could be either.
fn between_two<'n>(
    nodes: &'n [Node<'_>],
    holders: &BTreeMap<&PersonKey, Vec<usize>>,
    shared: &SharedKeys,
) -> BTreeSet<usize> {
    // One person of each name is enough.
    let by_name = |places: &Vec<usize>| -> Vec<&'n Identity> {
        let mut names = BTreeSet::new();
        let identities = places.iter().filter_map(|place| Some(&nodes.get(*place)?.identity));
        identities.filter(|one| names.insert(&one.names)).take(CROWDED).collect()
    };
    let named: BTreeMap<&PersonKey, Vec<&'n Identity>> =
        order::map(holders.iter().map(|(key, places)| (*key, by_name(places))));
    // Comparing names takes the time, and many keys lead to the same few.
    let mut compared: BTreeMap<[&BTreeSet<String>; 2], bool> = BTreeMap::new();
    let mut differ = |a: &'n Identity, b: &'n Identity| {
        let pair = if a.names <= b.names { [&a.names, &b.names] } else { [&b.names, &a.names] };
        *compared.entry(pair).or_insert_with(|| a.has_other_name(b))
    };
    let mut between = BTreeSet::new();
    for (place, node) in nodes.iter().enumerate() {
        let identity = &node.identity;
        let mut near: BTreeMap<&BTreeSet<String>, &'n Identity> = BTreeMap::new();
        for (key, others) in identity.keys.iter().filter_map(|key| Some((key, named.get(key)?))) {
            let told = others.iter().copied().filter(|other| shared.tell(key, identity, other));
            near.extend(told.map(|other| (&other.names, other)));
        }
        let near: Vec<&'n Identity> =
            near.into_values().filter(|other| !differ(other, identity)).take(CROWDED).collect();
        let mut later = near.as_slice();
        while let Some((a, rest)) = later.split_first() {
            if rest.iter().any(|b| differ(a, b)) {
                between.insert(place);
                break;
            }
            later = rest;
        }
    }
    between
}

/// Which records are one person.
struct Groups {
    /// By record: a record nearer to the root, which is its own.
    parents: Vec<usize>,
    /// By root.
    known: Vec<Known>,
}

/// What is known of a group of records.
#[derive(Default)]
struct Known {
    identity: Identity,
    /// Where its contacts are: two of one account are two people.
    accounts: BTreeSet<AccountId>,
}

impl Groups {
    fn of(nodes: &[Node<'_>]) -> Groups {
        let known = |node: &Node<'_>| Known {
            identity: node.identity.clone(),
            accounts: order::set(node.employer.map(|(account, _)| account.clone())),
        };
        Groups { parents: (0..nodes.len()).collect(), known: nodes.iter().map(known).collect() }
    }

    fn root(&self, mut place: usize) -> usize {
        while let Some(parent) = self.parents.get(place).filter(|parent| **parent != place) {
            place = *parent;
        }
        place
    }

    /// Joins two records that are one person's, if both are there.
    fn join(&mut self, a: Option<usize>, b: Option<usize>) {
        let (Some(a), Some(b)) = (a, b) else { return };
        let size =
            |at: usize| self.known.get(at).map_or(0, |one| one.identity.keys.len() + one.accounts.len());
        let (a, b) = (self.root(a), self.root(b));
        let (root, other) = if size(a) < size(b) { (b, a) } else { (a, b) };
        if root == other {
            return;
        }
        let gone = self.known.get_mut(other).map(std::mem::take).unwrap_or_default();
        if let (Some(known), Some(parent)) = (self.known.get_mut(root), self.parents.get_mut(other)) {
            known.identity.add(gone.identity);
            known.accounts.extend(gone.accounts);
            *parent = root;
        }
    }

    /// Joins two records unless what is known of them shows that they are two; returns whether they are one.
    fn join_unless(&mut self, a: usize, b: usize, is_other: impl Fn(&Identity, &Identity) -> bool) -> bool {
        let (first, second) = (self.root(a), self.root(b));
        if first == second {
            return true;
        }
        let (Some(x), Some(y)) = (self.known.get(first), self.known.get(second)) else { return false };
        if !x.accounts.is_disjoint(&y.accounts) || is_other(&x.identity, &y.identity) {
            return false;
        }
        self.join(Some(first), Some(second));
        true
    }

    fn persons(&self, nodes: &[Node<'_>]) -> Vec<Person> {
        let mut records: BTreeMap<usize, Vec<&Node<'_>>> = BTreeMap::new();
        for (place, node) in nodes.iter().enumerate() {
            records.entry(self.root(place)).or_default().push(node);
        }
        let mut people: Vec<Vec<&Node<'_>>> = records.into_values().collect();
        order::sort_by(&mut people, |a, b| {
            a.first().map(|one| &one.record).cmp(&b.first().map(|one| &one.record))
        });
        people.iter().filter_map(|records| person(records)).collect()
    }
}

/// The person whom some records refer to, given by kind and id.
fn person(records: &[&Node<'_>]) -> Option<Person> {
    let first = &records.first()?.record;
    let kind = if let RecordRef::Lead(_) = first { "lead" } else { "contact" };
    let named = records.iter().filter(|node| node.name.is_some_and(|name| !name.trim().is_empty()));
    // Of names of one moment, the first record's.
    let latest = named.rev().max_by_key(|node| node.since).and_then(|node| node.name);
    let mut person =
        Person::new(format!("{kind}:{}", first.id()).as_str().into(), latest.unwrap_or_default().trim());
    for node in records {
        person.add_role(node.record.clone(), node.since);
        if let Some((account, title)) = node.employer {
            for (earlier, since) in &node.before {
                person.change_employer((*earlier).clone(), None, *since);
            }
            let employ = if node.is_beside { Person::add_employer } else { Person::change_employer };
            employ(&mut person, account.clone(), title.cloned(), node.joined);
        }
    }
    Some(person)
}
