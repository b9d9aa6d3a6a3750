//! A lead that belongs to an account: it is converted, and its person joins the people there.

use std::collections::BTreeSet;

use super::candidate::{Candidate, Source};
use super::case::Case;
use super::deduplicator::Deduplicator;
use super::effects::{Consequences, for_owner_of, held, link};
use super::identity::is_strong;
use super::probe::contact_keys;
use super::resolution::MatchAction;
use super::rules::{Comparison, MatchRule};
use super::target::{LeadKey, MatchTarget};
use super::values::{added, strays};
use crate::contact::{are_two_people, read_phones_of, wechat_ids};
use crate::model::{
    Account, AccountId, Contact, ContactId, ConversionRecord, Effect, Lead, LeadField, LeadId, LeadStatus,
    LinkKind, PhoneNumber, RecordRef, Region, Value,
};
use crate::order;
use crate::rule::{HostTables, LeadLimits, phones_in_full};

impl<'c, 'r> Case<'c, 'r> {
    /// An account among the rows.
    pub(super) fn account(&self, id: &AccountId) -> Option<(&'c Candidate<'r>, &'r Account)> {
        self.candidates.iter().find_map(|one| match one.source {
            Source::Account(account) if account.id == *id => Some((one, account)),
            _ => None,
        })
    }
}

impl Deduplicator {
    /// The lead belongs to the account, unless it names a company other than the one that the matched contact works for.
    pub(super) fn convert(
        &self,
        rule: &MatchRule,
        candidate: &Candidate<'_>,
        account: &Account,
        case: &Case<'_, '_>,
    ) -> Consequences {
        // The company decides before the phone.
        if !tells_the_company(rule) && candidate.is_other_company(case) {
            return moved(candidate, account, &self.rules.scope, case);
        }
        self.converted(Some(rule), candidate, account, None, case)
    }

    /// Of an account that is divided, to the rep who holds it for the lead: a part that nobody holds marks, several holders
    /// are asked. Without an owner the lead is converted later, when it has one. `through` is the converted lead that leads
    /// there.
    pub(super) fn converted(
        &self,
        rule: Option<&MatchRule>,
        candidate: &Candidate<'_>,
        account: &Account,
        through: Option<&LeadId>,
        case: &Case<'_, '_>,
    ) -> Consequences {
        let lead = case.facts.lead();
        // Nobody at the account holds the part that the lead is of: a mark, and no conversion.
        if candidate.has_no_holder() {
            return self.mark(candidate, lead);
        }
        // A lead that names no part would go to the owner of the rest, but its person belongs to another.
        if let Some(found) = self.of_who_has_the_person_there(candidate, account, case) {
            return found;
        }
        // Nobody knows whose it is: nothing is converted before a person decides.
        if candidate.has_several_owners(case) {
            return held(candidate, &[], case);
        }
        let record = RecordRef::Account(account.id.clone());
        let mut effects = vec![link(lead, LinkKind::BelongsTo, record.clone())];
        let (contact, added) = person(account, through, case);
        effects.extend(added);
        // Without an owner there is nobody to convert it for: it stays a lead, linked to the account, and is assigned.
        let Some(owner) = candidate.present_owner(case) else {
            return Consequences::new(MatchAction::AssignByRules { record }, effects);
        };
        effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Converted });
        effects.push(Effect::Convert(ConversionRecord {
            lead: lead.id.clone(),
            account: account.id.clone(),
            contact,
            opportunity: None,
            at: case.now,
            by: None,
            rule: rule.map(|rule| rule.id.clone()),
        }));
        Consequences::new(MatchAction::ToOwner { owner: owner.clone(), record }, effects)
    }
}

/// Whether a rule compares a field of the company itself, so that it is the company whatever name the lead gives it.
fn tells_the_company(rule: &MatchRule) -> bool {
    let is_of_a_person = |target: &MatchTarget| target.is_contact() || *target == MatchTarget::AccountDomain;
    let names_it = |one: Comparison| one.target == MatchTarget::AccountCompany;
    rule.comparisons().any(names_it) || !rule.comparisons().any(|one| is_of_a_person(&one.target))
}

/// A person on file with one company who names another: the owner is asked whether the person works there now.
fn moved(
    candidate: &Candidate<'_>,
    account: &Account,
    scope: &[LeadKey],
    case: &Case<'_, '_>,
) -> Consequences {
    let lead = case.facts.lead();
    let record = candidate.record();
    let mut effects = vec![link(lead, LinkKind::RelatedTo, record.clone())];
    if let Some(contact) = known_person(account, case) {
        let (contact, from) = (contact.id.clone(), account.id.clone());
        effects.push(Effect::MoveContact { contact, from, to: None, is_proposal: true });
    }
    Consequences::new(for_owner_of(candidate, scope, case), effects)
}

/// The person of a lead at an account, and the effects that add them. None when the lead names no person.
fn person(
    account: &Account,
    through: Option<&LeadId>,
    case: &Case<'_, '_>,
) -> (Option<ContactId>, Vec<Effect>) {
    let (facts, lead) = (case.facts, case.facts.lead());
    let may_be = |one: &&Contact| {
        let names = lead.name.as_deref().zip(one.name.as_deref());
        names.is_none_or(|(a, b)| !are_two_people(a, b))
    };
    // The contact that came from the converted lead is its person, unless the names say otherwise.
    let came_from = || account.contacts.iter().find(|one| through.is_some() && one.lead.as_ref() == through);
    if let Some(known) = known_person(account, case).or_else(|| came_from().filter(may_be)) {
        return (Some(known.id.clone()), new_values(account, known, lead, facts.context().tables));
    }
    let is_named = lead.name.as_deref().is_some_and(|name| !name.trim().is_empty());
    // A contact without a name or a way to reach the person is useless.
    if !is_named && lead.phones.is_empty() && lead.emails.is_empty() && lead.wechat.is_none() {
        return (None, Vec::new());
    }
    // Made from the lead's id, so that the same decision twice adds one contact.
    let id: ContactId = format!("lead:{}", lead.id).into();
    let added = Effect::AddContact {
        account: account.id.clone(),
        contact: id.clone(),
        from: lead.id.clone(),
        phones: phones_at(account.region, lead, facts.context().tables),
    };
    (Some(id), vec![added])
}

/// The phone numbers of a lead as a contact of an account in a region has them.
pub(crate) fn phones_at(region: Option<Region>, lead: &Lead, tables: &HostTables) -> Vec<PhoneNumber> {
    let options = tables.phone_options();
    let full = phones_in_full(lead, tables, |text| read_phones_of(text, region.into(), &options));
    full.into_iter().map(PhoneNumber::from).collect()
}

/// The contact that shares a key with the lead which names one person, or any key and the name. O(contacts).
fn known_person<'a>(account: &'a Account, case: &Case<'_, '_>) -> Option<&'a Contact> {
    let facts = case.facts;
    // Whether one of the keys they share, if there are any, identifies one person.
    let shared = |contact: &Contact| {
        let keys = contact_keys(contact, account.region, facts.context().tables);
        let mut ours = keys.iter().filter(|key| case.keys.binary_search(key).is_ok()).peekable();
        ours.peek()?;
        Some(ours.any(|key| is_strong(key, facts)))
    };
    let mut people: Vec<&Contact> = account.contacts.iter().take(LeadLimits::CONTACTS).collect();
    // By id, as the host's order may change from call to call.
    people.sort_by(|a, b| a.id.cmp(&b.id));
    let mut by_name = None;
    for contact in people {
        let Some(is_person) = shared(contact) else { continue };
        let names = facts.read().name.as_deref().zip(contact.name.as_deref());
        let may_be = names.is_none_or(|(a, b)| !are_two_people(a, b));
        if is_person && may_be {
            return Some(contact);
        }
        let both_named = names.is_some_and(|(a, b)| !a.trim().is_empty() && !b.trim().is_empty());
        // A shared key that identifies nobody, as a switchboard, needs the name as well.
        by_name = by_name.or((both_named && may_be).then_some(contact));
    }
    by_name
}

/// What the lead knows about the person and the contact does not.
fn new_values(account: &Account, contact: &Contact, lead: &Lead, tables: &HostTables) -> Vec<Effect> {
    let record = RecordRef::ContactAt { contact: contact.id.clone(), account: account.id.clone() };
    let ours = phones_at(account.region, lead, tables);
    let phones = (contact.phones.iter().map(AsRef::as_ref), ours.iter().map(AsRef::as_ref));
    let emails = (contact.emails.iter().map(AsRef::as_ref), lead.emails.iter().map(AsRef::as_ref));
    let mut effects = added(&record, LeadField::Phones, phones.0, phones.1, tables);
    effects.extend(added(&record, LeadField::Emails, emails.0, emails.1, tables));
    let there = Lead {
        phones: contact.phones.clone(),
        emails: contact.emails.clone(),
        wechat: contact.wechat.clone(),
        ..Lead::default()
    };
    // A contact has one WeChat id, which is read with its field below.
    let strays = strays(lead, &there, tables).into_iter().filter(|(field, _)| *field != LeadField::Wechat);
    effects.extend(strays.map(|(field, value)| Effect::AddValue {
        record: record.clone(),
        field: field.as_str().to_owned(),
        value: Value::from(value),
    }));
    let known: BTreeSet<(&str, &str)> = order::set(contact.person_ids().map(|(name, id)| (name, id.trim())));
    let is_new = |(name, id): &(&str, &str)| !id.trim().is_empty() && !known.contains(&(*name, id.trim()));
    effects.extend(lead.person_ids().filter(is_new).map(|(name, id)| Effect::AddValue {
        record: record.clone(),
        field: format!("external_ids.{name}"),
        value: Value::from(id),
    }));
    let mut text = |field: &str, known: Option<&str>, found: Option<&str>| {
        let is_blank = |text: Option<&str>| text.is_none_or(|text| text.trim().is_empty());
        // Only blank fields: a form does not replace what somebody wrote about a contact.
        if is_blank(known) && !is_blank(found) {
            effects.push(Effect::UpdateField {
                record: record.clone(),
                field: field.to_owned(),
                value: Value::from(found.map(str::to_owned)),
                replaces: Value::Null,
            });
        }
    };
    text("name", contact.name.as_deref(), lead.name.as_deref());
    text("title", contact.title.as_deref(), lead.title.as_deref());
    let wechat = lead.wechat.as_ref().filter(|_| wechat_ids(lead.wechat.as_ref()).next().is_some());
    text("wechat", contact.wechat.as_ref().map(|id| id.as_str()), wechat.map(|id| id.as_str()));
    effects
}
