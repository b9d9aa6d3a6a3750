//! Whether a record that shares a key with a lead is the person who came in.

use super::candidate::{Candidate, Source};
use super::case::Case;
use super::holding::{is_within, scope_values};
use super::probe::{MatchKey, MatchKeyKind, Probe};
use super::target::LeadKey;
use crate::company::CompanyName;
use crate::contact::{Email, Phone, Wechat, are_two_people};
use crate::model::{CloseReason, Lead, LeadStatus, OwnerState, RepId};
use crate::rule::{FactContext, Facts, HostTables};
use crate::text::fold;

/// How many differently named people with one number, mailbox or account make it identify nobody.
const CROWDED_NAMES: usize = 5;
/// Below this probability two companies that are both named are two.
const SAME_COMPANY: f64 = 0.5;

/// Whether a key names one person: a mobile number, a person's mailbox, a WeChat id, an OpenID. A landline, a
/// switchboard, `info@` and invented values identify nobody.
pub(super) fn is_strong(key: &MatchKey, facts: &Facts<'_>) -> bool {
    names_one(key, facts) && !is_marked_wrong(key, facts.lead(), facts.context().tables)
}

/// Whether somebody found out that the contact value is not the person's: the attribute
/// [`wrong_contacts`](Lead::WRONG_CONTACTS) lists it.
fn is_marked_wrong(key: &MatchKey, lead: &Lead, tables: &HostTables) -> bool {
    let mut marked = lead.wrong_contacts().peekable();
    if marked.peek().is_none() {
        return false;
    }
    if key.kind == MatchKeyKind::Wechat {
        return marked.any(|one| Wechat::parse(one).is_ok_and(|id| id.key() == key.value));
    }
    // Read as the lead's own values would be, so that a wrong number is recognised in any spelling.
    let marked: Vec<&str> = marked.collect();
    let lead = Lead {
        phones: marked.iter().map(|one| (*one).into()).collect(),
        emails: marked.iter().map(|one| (*one).into()).collect(),
        country: lead.country.clone(),
        province: lead.province.clone(),
        city: lead.city.clone(),
        ..Lead::default()
    };
    Probe::of_lead(&Facts::new(&lead, &FactContext::new(tables, lead.created_at))).keys.contains(key)
}

fn names_one(key: &MatchKey, facts: &Facts<'_>) -> bool {
    match key.kind {
        MatchKeyKind::Phone => {
            let phone =
                facts.phones().iter().find(|phone| phone.match_key().as_deref() == Some(key.value.as_str()));
            // Else it stands for a WeChat id.
            phone.map_or_else(|| names_person(key), Phone::names_person)
        }
        MatchKeyKind::Email => {
            let email = facts.emails().iter().flatten().find(|email| email.key() == key.value);
            email.is_some_and(Email::names_person)
        }
        MatchKeyKind::Wechat => names_person(key),
        MatchKeyKind::PersonId => true,
        MatchKeyKind::RecordId
        | MatchKeyKind::Domain
        | MatchKeyKind::CompanyExact
        | MatchKeyKind::CompanyGram
        | MatchKeyKind::Account
        | MatchKeyKind::Fields => false,
    }
}

/// Whether a WeChat id, by its key, is one person's.
fn names_person(key: &MatchKey) -> bool {
    Wechat::parse(&key.value).is_ok_and(|id| id.names_person())
}

/// Whether so many differently named people share a value that it identifies nobody.
pub(super) fn is_crowded<'c>(names: impl Iterator<Item = &'c str>) -> bool {
    let mut people: Vec<&str> = Vec::new();
    for name in names {
        // Greedy: at least so many differ pairwise, which is enough to disregard the value.
        if !name.trim().is_empty() && people.iter().all(|known| are_two_people(known, name)) {
            people.push(name);
            if people.len() >= CROWDED_NAMES {
                return true;
            }
        }
    }
    false
}

impl Candidate<'_> {
    /// Whether it shares a key with the lead that names one person. A lead that a rep closed because its contact details
    /// were wrong identifies nobody.
    pub(super) fn shares_person(&self, case: &Case<'_, '_>) -> bool {
        // The values of a lead with a wrong contact belong to somebody else.
        if self.lead().is_some_and(|lead| lead.close_reason == Some(CloseReason::WrongContact)) {
            return false;
        }
        let tables = case.facts.context().tables;
        let is_wrong = |key: &MatchKey| self.lead().is_some_and(|lead| is_marked_wrong(key, lead, tables));
        let shared = case.usable.iter().enumerate().filter(|(place, _)| self.has(*place));
        let mut shared = shared.filter_map(|(_, key)| *key);
        shared.any(|key| is_strong(key, case.facts) && !is_wrong(key))
    }

    /// Whether it comes before the lead, so that it may absorb the lead.
    pub(super) fn is_senior(&self, case: &Case<'_, '_>) -> bool {
        let is_before = |lead: &Lead| lead.seniority() < case.facts.lead().seniority();
        self.lead().is_some_and(|lead| case.look.comes_last || is_before(lead))
    }

    /// Whether its owner has begun to work on it, or an open opportunity holds it.
    pub(super) fn is_worked(&self, case: &Case<'_, '_>) -> bool {
        let is_followed = |lead: &Lead| lead.status == LeadStatus::Following || self.is_held(case);
        self.lead().is_some_and(|lead| lead.owner.is_some() && is_followed(lead))
    }

    /// Whether an open opportunity holds it.
    pub(super) fn is_held(&self, case: &Case<'_, '_>) -> bool {
        self.lead().is_some_and(|lead| case.opportunities.contains_key(&lead.id))
    }

    /// The first owner who is not gone.
    pub(super) fn present_owner(&self, case: &Case<'_, '_>) -> Option<&RepId> {
        self.owners().find(|owner| (case.owner_state)(owner) != OwnerState::Gone)
    }

    /// Whether several reps hold the parts of an account that the lead belongs to.
    pub(super) fn has_several_owners(&self, case: &Case<'_, '_>) -> bool {
        let is_there = |owner: &&RepId| (case.owner_state)(owner) != OwnerState::Gone;
        let mut present = self.owners().filter(is_there);
        present.next().is_some_and(|first| present.any(|other| other != first))
    }

    /// Whether both companies are named and surely not one.
    pub(super) fn is_other_company(&self, case: &Case<'_, '_>) -> bool {
        let Some(ours) = case.facts.company().filter(|_| case.facts.names_company()) else { return false };
        let mut names = self.read.company_names().peekable();
        if names.peek().is_none() || self.shares(MatchKeyKind::CompanyExact, case.usable).is_some() {
            return false;
        }
        match (&self.likeness, case.asked) {
            // By themselves: how many other names are like this one does not matter for these two.
            (Some(likeness), Some(asked)) => asked.probability(&likeness.found, None, 1) < SAME_COMPANY,
            // Compared, and they cannot be one.
            (None, Some(_)) => true,
            (_, None) => {
                let gazetteer = &case.facts.context().tables.gazetteer;
                // Without a judge by the brands alone: one inside the other may be its short name.
                let brand = fold(ours.brand());
                names.all(|name| {
                    let other = fold(CompanyName::parse(name, gazetteer).brand());
                    !other.contains(&brand) && !brand.contains(&other)
                })
            }
        }
    }

    /// Whether the record is in the lead's scope: each field is blank on one side, or has a value in common; of an account
    /// that is divided somebody holds a part for the lead.
    pub(super) fn is_in_scope(&self, scope: &[LeadKey], case: &Case<'_, '_>) -> bool {
        let Some(known) = self.lead() else { return !self.has_no_holder() };
        scope.iter().all(|key| {
            let (ours, theirs) = (scope_values(key, case.facts.lead()), scope_values(key, known));
            // A side that names no value agrees with all.
            ours.is_empty() || theirs.is_empty() || ours.iter().any(|one| theirs.contains(one))
        })
    }

    /// Whether it is of exactly what the lead is of, of the same company for all that is known.
    fn has_same_scope(&self, case: &Case<'_, '_>) -> bool {
        let (Some(known), lead) = (self.lead(), case.facts.lead()) else { return false };
        let is_same = is_within(case.scope, known, lead) && is_within(case.scope, lead, known);
        !case.scope.is_empty() && is_same && !self.is_other_company(case)
    }

    /// Whether it and the lead made one would be of what another rep has of the person, which one of them alone is not of.
    pub(super) fn unites_scopes(&self, case: &Case<'_, '_>) -> bool {
        let (Some(known), lead) = (self.lead(), case.facts.lead()) else { return false };
        let owners = [self.present_owner(case), lead.owner.as_ref()];
        let is_live = |one: &Candidate<'_>| one.lead().is_some_and(|other| !other.has_ended());
        let is_rival = |one: &&Candidate<'_>| {
            let rival = one.present_owner(case).filter(|_| is_live(one) && one.record() != self.record());
            let is_others = |rep: &RepId| owners.into_iter().flatten().any(|owner| owner != rep);
            rival.is_some_and(is_others) && one.shares_person(case)
        };
        let is_added = |key: &LeadKey, value: &String| {
            scope_values(key, known).contains(value) != scope_values(key, lead).contains(value)
        };
        let has_added = |one: &Candidate<'_>| {
            let of_key = |key: &LeadKey| {
                let values = one.lead().map(|other| scope_values(key, other)).unwrap_or_default();
                values.iter().any(|value| is_added(key, value))
            };
            case.scope.iter().any(of_key)
        };
        !case.scope.is_empty() && case.candidates.iter().filter(is_rival).any(has_added)
    }

    /// Whether both people are named and cannot be one.
    pub(super) fn is_other_person(&self, case: &Case<'_, '_>) -> bool {
        let (ours, theirs) = (case.facts.read().name.as_deref(), self.person_name());
        ours.zip(theirs).is_some_and(|(ours, theirs)| are_two_people(ours, theirs))
    }

    /// Whether both people are named and can be one.
    fn is_same_name(&self, case: &Case<'_, '_>) -> bool {
        let ours = case.facts.read().name.as_deref().filter(|name| !name.trim().is_empty());
        let mut theirs = match self.read {
            Source::Lead(lead) => vec![lead.name.as_deref()],
            Source::Account(account) => account.contacts.iter().map(|one| one.name.as_deref()).collect(),
        };
        theirs.retain(|name| name.is_some_and(|name| !name.trim().is_empty()));
        ours.is_some_and(|ours| theirs.into_iter().flatten().any(|theirs| !are_two_people(ours, theirs)))
    }
}

/// Which of the records with a key is meant.
pub(super) enum Meant<'c, 'r> {
    /// This one.
    One(&'c Candidate<'r>),
    /// Several of different owners, and nothing distinguishes them. The lead goes to the first when nobody decides.
    Several(Vec<&'c Candidate<'r>>),
}

/// A live record before one that has ended, a customer's old lead last; the one that is worked on, else the earliest.
pub(super) fn best<'c, 'r>(records: &[&'c Candidate<'r>], case: &Case<'_, '_>) -> Option<&'c Candidate<'r>> {
    let converted = |one: &Candidate<'_>| one.lead().is_some_and(|lead| lead.status == LeadStatus::Converted);
    let ended = |one: &Candidate<'_>| one.lead().is_some_and(|lead| lead.has_ended());
    // Of equals the first: records are ordered by likelihood, then by age.
    records.iter().copied().min_by_key(|one| (converted(one), ended(one), !one.is_worked(case)))
}

/// Of several records, the earliest; of several owners, the one that scope, company, name or last contact speaks for.
/// `None` when there is no record. Records stand in the order of their age.
pub(super) fn meant<'c, 'r>(records: &[&'c Candidate<'r>], case: &Case<'_, '_>) -> Option<Meant<'c, 'r>> {
    let one_owner = |records: &[&'c Candidate<'r>]| {
        let mut owners: Vec<&RepId> = records.iter().filter_map(|one| one.present_owner(case)).collect();
        owners.sort();
        owners.dedup();
        owners.len() <= 1
    };
    // Whichever of them is meant, the lead goes to the same rep.
    if one_owner(records) {
        return best(records, case).map(Meant::One);
    }
    let owned: Vec<&Candidate<'r>> =
        records.iter().copied().filter(|one| one.present_owner(case).is_some()).collect();
    let same_company = |one: &&&Candidate<'r>| one.shares(MatchKeyKind::CompanyExact, case.usable).is_some();
    let same_name = |one: &&&Candidate<'r>| one.is_same_name(case);
    // The strongest evidence first: exactly the lead's scope, then the company, then the name, and last the rep who
    // contacted the customer most recently.
    for told in [
        owned.iter().filter(|one| one.has_same_scope(case)).copied().collect::<Vec<_>>(),
        owned.iter().filter(same_company).copied().collect(),
        owned.iter().filter(same_name).copied().collect(),
    ] {
        if !told.is_empty() && one_owner(&told) {
            return best(&told, case).map(Meant::One);
        }
    }
    let latest = owned.iter().filter_map(|one| one.last_active_at()).max();
    let (spoken, others): (Vec<&Candidate<'r>>, Vec<&Candidate<'r>>) =
        owned.into_iter().partition(|one| latest.is_some() && one.last_active_at() == latest);
    // A form that comes in while a person is asked is no answer: who has it gets the lead when nobody answers.
    let tells = case.look.is_entry || case.facts.lead().owner.is_some();
    if tells && !spoken.is_empty() && one_owner(&spoken) {
        return best(&spoken, case).map(Meant::One);
    }
    Some(Meant::Several([spoken, others].concat()))
}
