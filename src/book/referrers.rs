//! What points at a record, so that moving these references need not scan every record.

use rustc_hash::FxHashMap;

use super::life::{Conflict, Replaced};
use crate::model::{Lead, LeadId, Link, Opportunity, OpportunityId, RecordRef};

/// Something that points at a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Referrer {
    /// A lead that was folded into it or collected under it.
    Lead(LeadId),
    /// A link to it.
    Link(Link),
    /// A conflict about it, by place.
    Conflict(usize),
    /// A value of it that was replaced, by place.
    Replaced(usize),
    /// An opportunity of it.
    Opportunity(OpportunityId),
}

/// The referrers of each record, and of the contact and the account of each row. Some may no longer point there; all that point
/// there are listed.
#[derive(Debug, Clone, Default)]
pub(super) struct Referrers(FxHashMap<RecordRef, Vec<Referrer>>);

impl Referrers {
    pub(super) fn add(&mut self, record: &RecordRef, referrer: &Referrer) {
        for record in record.with_followed() {
            let known = self.0.entry(record).or_default();
            if known.last() != Some(referrer) {
                known.push(referrer.clone());
            }
        }
    }

    /// Notes the leads that a lead points at.
    pub(super) fn add_lead(&mut self, lead: &Lead) {
        for pointer in [&lead.folded_into, &lead.collected_under].into_iter().flatten() {
            self.add(&RecordRef::Lead(pointer.clone()), &Referrer::Lead(lead.id.clone()));
        }
    }

    pub(super) fn add_link(&mut self, link: &Link) {
        self.add(&link.to, &Referrer::Link(link.clone()));
    }

    /// Notes what an opportunity points at that it did not before.
    pub(super) fn add_opportunity(&mut self, opportunity: &Opportunity, before: Option<&Opportunity>) {
        let referrer = Referrer::Opportunity(opportunity.id.clone());
        let lead =
            opportunity.lead.as_ref().filter(|_| before.is_none_or(|one| one.lead != opportunity.lead));
        let of_lead = lead.map(|lead| RecordRef::Lead(lead.clone()));
        let account = &opportunity.account;
        let account = account.as_ref().filter(|_| before.is_none_or(|one| one.account != *account));
        let of_account = account.map(|account| RecordRef::Account(account.clone()));
        for record in of_lead.into_iter().chain(of_account) {
            self.add(&record, &referrer);
        }
    }

    /// Files a conflict, and notes what it is about.
    pub(super) fn push_conflict(&mut self, conflicts: &mut Vec<Conflict>, conflict: Conflict) {
        self.add(&conflict.record, &Referrer::Conflict(conflicts.len()));
        conflicts.push(conflict);
    }

    /// Files a replaced value, and notes its record.
    pub(super) fn push_replaced(&mut self, all: &mut Vec<Replaced>, replaced: Replaced) {
        self.add(&replaced.record, &Referrer::Replaced(all.len()));
        all.push(replaced);
    }

    /// What pointed at a record, for the caller who makes it point elsewhere.
    pub(super) fn take(&mut self, record: &RecordRef) -> Vec<Referrer> {
        self.0.remove(record).unwrap_or_default()
    }
}
