//! References that a merge has moved.

use chrono::{DateTime, Utc};

use super::life::{MoveProposal, ReviewRequest};
use super::referrers::Referrer;
use crate::model::{
    Account, ActivityId, Contact, ContactId, ContactMove, FollowUp, LeadId, LeadStatus, Link, OpportunityId,
    PoolId, RecordRef, RepId, StepDeadline,
};

/// A record that was merged away: its row, and what pointed at it.
#[derive(Debug, Clone)]
pub(super) struct Merged {
    pub(super) into: RecordRef,
    pub(super) row: Row,
    pub(super) moved: Moved,
}

/// The row of a record that is no longer kept by itself.
#[derive(Debug, Clone)]
pub(super) enum Row {
    Account(Box<Account>),
    /// The lead stays on record; these are the fields that its end changed.
    Lead {
        status: LeadStatus,
        folded_into: Option<LeadId>,
        owner: Option<RepId>,
        pool: Option<PoolId>,
    },
    /// Of a contact at an account, and its place there.
    Contact(Box<Contact>, usize),
    /// No row: a record that was not on file does not come back.
    None,
}

/// The time of a lead's last activity.
type LastActive = Option<DateTime<Utc>>;

/// References that pointed at one record and point at another.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved {
    /// Leads that were folded into it or collected under it, and opportunities.
    pub(super) referrers: Vec<Pointer>,
    /// Conflicts and replaced values, with their record before and after.
    pub(super) records: Vec<(Referrer, RecordRef, RecordRef)>,
    /// As they were, and the ones in their place, unless those were there already.
    pub(super) links: Vec<(Link, Option<Link>)>,
    pub(super) proposals: Vec<(MoveProposal, Option<MoveProposal>)>,
    /// Whether the request moved: it did not if the other record had the same one.
    pub(super) reviews: Vec<(ReviewRequest, bool)>,
    /// Leads of the account.
    pub(super) leads: Vec<LeadId>,
    /// Conversions to the account, or with the contact.
    pub(super) conversions: Vec<LeadId>,
    /// Contacts of the account that are rows by themselves.
    pub(super) alone: Vec<ContactId>,
    /// Contacts that are with the other account now.
    pub(super) people: Vec<ContactId>,
    /// Whether the activity went along: it did not where the other lead had it.
    pub(super) activities: Vec<(ActivityId, bool)>,
    /// Moves of the contact, as they were.
    pub(super) moves: Vec<ContactMove>,
    /// What reps did for the lead, as it was, and which belongs to the other lead now.
    pub(super) follow_ups: Vec<FollowUp>,
    /// What was due about the other lead, a customer, until these answered it.
    pub(super) answered: Vec<StepDeadline>,
    /// The last sign of life of the other lead, before and after.
    pub(super) last_active: Option<(LastActive, LastActive)>,
}

/// A record that referred to the merged record in one of its fields.
#[derive(Debug, Clone)]
pub(super) enum Pointer {
    Folded(LeadId),
    Collected(LeadId),
    OpportunityOfLead(OpportunityId),
    OpportunityOfAccount(OpportunityId),
}

impl Moved {
    pub(super) fn append(&mut self, later: Moved) {
        self.referrers.extend(later.referrers);
        self.records.extend(later.records);
        self.links.extend(later.links);
        self.proposals.extend(later.proposals);
        self.reviews.extend(later.reviews);
        self.leads.extend(later.leads);
        self.conversions.extend(later.conversions);
        self.alone.extend(later.alone);
        self.people.extend(later.people);
        self.activities.extend(later.activities);
        self.moves.extend(later.moves);
        self.follow_ups.extend(later.follow_ups);
        self.answered.extend(later.answered);
        let first = self.last_active.or(later.last_active).map(|(before, _)| before);
        let last = later.last_active.or(self.last_active).map(|(_, after)| after);
        self.last_active = first.zip(last);
    }
}

impl Merged {
    /// Removes what is known of the person of a lead.
    pub(super) fn forget(&mut self, came_of: impl Fn(&Contact) -> bool) {
        match &mut self.row {
            Row::Account(account) => account.contacts.retain(|one| !came_of(one)),
            Row::Contact(contact, _) if came_of(contact) => self.row = Row::None,
            _ => {}
        }
    }
}
