//! Law 2: one customer, one owner.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::Intake;
use leadkit::contact::{Email, Phone, PhoneOptions, Wechat};
use leadkit::dedup::KeyPeople;
use leadkit::model::{
    EmailAddress, Lead, LeadId, LeadStatus, LinkKind, PhoneNumber, RecordRef, RepId, Value, WechatId,
};

use super::super::clock::is_live;
use super::{Clause, Laws, Seen, mask};

/// So many records with one key, or names on one mobile number, share it by design.
const CROWDED: usize = 20;
const FAMILY: usize = 5;
/// What a lead is woken for when no reviewer has decided whose it is.
pub(super) const COLLISION_DUE: &str = "collision_due";

/// What the keys of a lead are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contacts {
    phones: Vec<PhoneNumber>,
    emails: Vec<EmailAddress>,
    wechat: Option<WechatId>,
    ids: BTreeMap<String, String>,
    others: BTreeMap<String, Vec<String>>,
    place: [Option<String>; 2],
}

impl Contacts {
    fn of(lead: &Lead) -> Contacts {
        Contacts {
            phones: lead.phones.clone(),
            emails: lead.emails.clone(),
            wechat: lead.wechat.clone(),
            ids: lead.external_ids.clone(),
            others: lead.other_ids.clone(),
            place: [lead.city.clone(), lead.country.clone()],
        }
    }
}

/// Keys by which a lead is one person's.
fn strong_keys(lead: &Lead, intake: &Intake) -> BTreeSet<String> {
    let is_strong = |kind: &str, value: &str| match kind {
        "phone" => Phone::parse(value, &PhoneOptions::default()).names_person(),
        "email" => Email::parse(value).is_ok_and(|email| email.names_person()),
        "wechat" => Wechat::parse(value).is_ok_and(|id| id.names_person()),
        "person_id" => true,
        _ => false,
    };
    // Only what a person can be reached by: names make no strong key.
    let contacts = Lead { company: None, name: None, ..lead.clone() };
    let mut keys = intake.probe(&contacts).keys;
    // What a rep marked as wrong names nobody.
    if let Some(Value::List(wrong)) = lead.attributes.get(Lead::WRONG_CONTACTS) {
        let phones = wrong.iter().map(|one| one.as_str().into()).collect();
        let emails = wrong.iter().map(|one| one.as_str().into()).collect();
        let wrong = intake.probe(&Lead { phones, emails, ..Lead::default() }).keys;
        keys.retain(|key| !wrong.contains(key));
    }
    let strong = keys.iter().filter(|key| is_strong(key.kind.as_str(), &key.value));
    strong.map(|key| format!("{} {}", key.kind, key.value)).collect()
}

/// Whether a key is nobody's: so many records on file have it, or so many people, whether they have ended or not.
fn is_shared_by_design(lead: &Lead, key: &str, seen: &Seen<'_>) -> bool {
    let rows = seen.book.rows(&seen.intake.probe(lead));
    let has_it = |one: &&Lead| strong_keys(one, seen.intake).contains(key);
    let leads: Vec<&Lead> = rows.leads.iter().filter(has_it).collect();
    let is_it = |one: &&KeyPeople| format!("{} {}", one.key.kind, one.key.value) == key;
    let folded = rows.people.iter().filter(is_it).flat_map(|one| &one.names).map(String::as_str);
    let names: BTreeSet<&str> = leads.iter().filter_map(|one| one.name.as_deref()).chain(folded).collect();
    leads.len() > CROWDED || names.len() >= FAMILY
}

/// Whether reviewers are asked whose the customer of a lead is, and until when: what nobody ends excuses nothing.
fn is_in_question(lead: &Lead, seen: &Seen<'_>) -> bool {
    let ends = || seen.book.wake_up(&lead.id).is_some_and(|one| one.code.as_ref() == COLLISION_DUE);
    lead.tags.iter().any(|tag| tag == "collision") && ends()
}

/// Who collides by a lead about which somebody is asked: its owner, and those of the leads and accounts that it was related to.
fn rivals<'s>(asked: &Lead, seen: &Seen<'s>) -> Vec<Option<&'s RepId>> {
    let id = RecordRef::Lead(asked.id.clone());
    let related = seen.book.desk().links.iter().filter(|link| link.kind == LinkKind::RelatedTo);
    let owner = |id: &LeadId| seen.book.lead(id).and_then(|one| one.owner.as_ref());
    let others = related.filter_map(|link| match (&link.from, &link.to) {
        (from, RecordRef::Lead(other)) if *from == id => Some(owner(other)),
        (RecordRef::Lead(other), to) if *to == id => Some(owner(other)),
        (from, RecordRef::Account(other)) if *from == id => {
            Some(seen.book.account(other).and_then(|one| one.owner.as_ref()))
        }
        _ => None,
    });
    others.chain([owner(&asked.id)]).collect()
}

/// Whether somebody is asked which of two reps a customer is: of another lead of the person or of the account, it may be.
fn is_asked(lead: &Lead, reps: [Option<&RepId>; 2], seen: &Seen<'_>) -> bool {
    let account = lead.account.as_ref().filter(|_| lead.status == LeadStatus::Converted);
    let keys = strong_keys(lead, seen.intake);
    let is_of_customer = |one: &&Lead| {
        let is_its = account.is_some() && one.account.as_ref() == account;
        is_its || !strong_keys(one, seen.intake).is_disjoint(&keys)
    };
    let rows = seen.book.rows(&seen.intake.probe(lead));
    let asked = rows.leads.iter().filter(|one| is_in_question(one, seen));
    let mut asked = asked.filter(is_of_customer);
    asked.any(|one| reps.into_iter().all(|rep| rivals(one, seen).contains(&rep)))
}

/// Whether one of two leads names parts of several reps, and its owner is one of them: who has another of its parts, by a lead of
/// the person that is not of the other's. One lead has one owner, so the rep of each other part keeps what he has of it.
fn is_one_of_several(lead: &Lead, other: &Lead, key: &str, seen: &Seen<'_>) -> bool {
    let rows = seen.book.rows(&seen.intake.probe(lead));
    [(lead, other), (other, lead)].into_iter().any(|(wide, narrow)| {
        let had = |one: &Lead| {
            let tenures = &seen.book.history(&one.id).tenures;
            one.owner == wide.owner || tenures.iter().any(|one| Some(&one.owner) == wide.owner.as_ref())
        };
        rows.leads.iter().any(|one| {
            one.id != wide.id
                && seen.are_of_one_scope(one, wide)
                && !seen.are_of_one_scope(one, narrow)
                && strong_keys(one, seen.intake).contains(key)
                && had(one)
        })
    })
}

impl Laws {
    /// Files a lead under its strong keys, as long as it is live.
    pub(super) fn file(&mut self, id: &LeadId, seen: &Seen<'_>) {
        let lead = seen.book.lead(id).filter(|lead| is_live(seen.book, lead));
        self.file_account(id, lead);
        let contacts = lead.map(Contacts::of);
        if self.keys_of.get(id).map(|(contacts, _)| contacts) == contacts.as_ref() {
            return;
        }
        for key in self.keys_of.remove(id).unwrap_or_else(|| (Contacts::of(&Lead::default()), Vec::new())).1 {
            if let Some(leads) = self.by_key.get_mut(&key) {
                leads.remove(id);
            }
        }
        let (Some(lead), Some(contacts)) = (lead, contacts) else { return };
        let keys: Vec<String> = strong_keys(lead, seen.intake).into_iter().collect();
        for key in &keys {
            self.by_key.entry(key.clone()).or_default().insert(id.clone());
        }
        self.keys_of.insert(id.clone(), (contacts, keys));
    }

    fn file_account(&mut self, id: &LeadId, lead: Option<&Lead>) {
        let account = lead.filter(|lead| lead.status == LeadStatus::Converted);
        let account = account.and_then(|lead| lead.account.as_ref());
        if self.account_of.get(id) == account {
            return;
        }
        if let Some(before) = self.account_of.remove(id) {
            self.by_account.entry(before).or_default().remove(id);
        }
        if let Some(account) = account {
            self.by_account.entry(account.clone()).or_default().insert(id.clone());
            self.account_of.insert(id.clone(), account.clone());
        }
    }

    pub(super) fn check_customer(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let Some(owner) = &lead.owner else { return };
        // That reviewers are asked about one of the two excuses those alone who collide: `is_asked`.
        let is_reward = |lead: &Lead| lead.tags.iter().any(|tag| tag == "reward");
        if is_reward(lead) {
            return;
        }
        // The company decides before the phone: a person of two accounts is of two owners.
        let of_two_accounts = |other: &Lead| {
            let account = |one: &Lead| one.account.clone().filter(|_| one.status == LeadStatus::Converted);
            account(lead).zip(account(other)).is_some_and(|(one, two)| one != two)
        };
        let mut found = Vec::new();
        for key in self.keys_of.get(&lead.id).into_iter().flat_map(|(_, keys)| keys) {
            let Some(ids) = self.by_key.get(key).filter(|ids| ids.len() > 1) else { continue };
            let leads: Vec<&Lead> = ids.iter().filter_map(|id| seen.book.lead(id)).collect();
            let names: BTreeSet<&str> = leads.iter().filter_map(|one| one.name.as_deref()).collect();
            if leads.len() >= CROWDED || names.len() >= FAMILY {
                continue;
            }
            let other = |one: &&&Lead| {
                one.owner.as_ref().is_some_and(|other| other != owner)
                    && !is_reward(one)
                    && !of_two_accounts(one)
                    && seen.are_of_one_scope(lead, one)
            };
            let is_converted =
                |one: &&Lead| [*one, lead].iter().any(|one| one.status == LeadStatus::Converted);
            let rival = leads.iter().find(other).filter(|one| {
                let of = one.owner.as_ref();
                !is_shared_by_design(lead, key, seen)
                    && !is_asked(lead, [Some(owner), of], seen)
                    && !is_one_of_several(lead, one, key, seen)
            });
            found.extend(rival.map(|one| {
                let clause = if is_converted(one) { Clause::OneOwnerConverted } else { Clause::OneOwner };
                (clause, one.id.clone(), one.owner.clone(), mask(key))
            }));
        }
        for (clause, other, of, key) in found {
            let of = of.map_or_else(String::new, |of| of.to_string());
            let mut pair = [lead.id.to_string(), other.to_string()];
            pair.sort();
            let what = format!("leads {} of {owner} and {other} of {of} share {key}", lead.id);
            self.report(clause, &pair.join(" "), seen.now, what);
        }
    }

    /// What was converted by rules, its account and its open opportunities have one owner.
    pub(super) fn check_together(&mut self, lead: &Lead, seen: &Seen<'_>) {
        if !is_live(seen.book, lead) {
            return;
        }
        let mut found: Vec<String> = Vec::new();
        let accounts = lead.account.iter().filter(|_| lead.status == LeadStatus::Converted);
        for account in accounts.filter_map(|id| seen.book.account(id)) {
            if !account.owners.is_empty() {
                // Each product is its own rep's.
                let has_none = |of: &&RepId| account.holders().all(|rep| rep != *of);
                if let Some(of) = lead.owner.as_ref().filter(has_none) {
                    found.push(format!(
                        "lead {} is {of}'s, who has nothing of account {}",
                        lead.id, account.id
                    ));
                }
                continue;
            }
            let Some(owner) = account.owner.as_ref() else { continue };
            for id in self.by_account.get(&account.id).into_iter().flatten() {
                let of = seen.book.lead(id).and_then(|one| one.owner.as_ref());
                // Of these two somebody is asked whose it is: that is decided later.
                if of.is_some_and(|of| of != owner) && !is_asked(lead, [Some(owner), of], seen) {
                    found.push(format!("account {} is {owner}'s, and its lead {id} is not", account.id));
                }
            }
        }
        for id in &seen.book.history(&lead.id).opportunities {
            let of = seen.book.opportunity(id).and_then(|one| one.owner.as_ref());
            if of.is_some_and(|of| lead.owner.as_ref() != Some(of)) {
                let record = RecordRef::Opportunity(id.clone());
                found.push(format!("lead {} and its {record} have not one owner", lead.id));
            }
        }
        for what in found {
            self.report(Clause::MovesTogether, &what.clone(), seen.now, what);
        }
    }
}
