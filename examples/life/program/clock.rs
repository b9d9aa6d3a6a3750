//! When something happens to a lead by itself: an index of wake-ups and deadlines, so that nothing is looked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use leadkit::book::Book;
use leadkit::model::{Lead, LeadId, LeadStatus, StepDeadline};

/// What comes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alarm {
    WakeUp,
    Deadline,
}

/// The next alarm of each lead.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    of: BTreeMap<LeadId, (DateTime<Utc>, Alarm)>,
    queue: BTreeSet<(DateTime<Utc>, Alarm, LeadId)>,
    /// What has come, so that what is left lying does not come for ever.
    fired: BTreeSet<(LeadId, DateTime<Utc>, Alarm)>,
    /// Whether policies of follow-up say when something is missed: then the deadlines on file wake nobody.
    pub(crate) follows_policies: bool,
}

impl Clock {
    /// Reads anew what comes next for a lead.
    pub(crate) fn set(&mut self, book: &Book, id: &LeadId) {
        if let Some((at, alarm)) = self.of.remove(id) {
            self.queue.remove(&(at, alarm, id.clone()));
        }
        let wake_up = book.wake_up(id).map(|one| (one.at, Alarm::WakeUp));
        let lead = book.lead(id).filter(|lead| is_live(book, lead));
        let is_passed_on = book.history(id).partner().is_some();
        let on_file = lead.filter(|_| is_passed_on || !self.follows_policies);
        let deadline = on_file.and_then(|lead| deadline(book, lead)).map(|one| (one.due_at, Alarm::Deadline));
        let is_new = |(at, alarm): &(DateTime<Utc>, Alarm)| !self.fired.contains(&(id.clone(), *at, *alarm));
        let next = lead.and_then(|_| wake_up.into_iter().chain(deadline).filter(is_new).min());
        if let Some((at, alarm)) = next {
            self.of.insert(id.clone(), (at, alarm));
            self.queue.insert((at, alarm, id.clone()));
        }
    }

    /// What comes first, up to and including a moment.
    pub(crate) fn pop(&mut self, until: DateTime<Utc>) -> Option<(DateTime<Utc>, Alarm, LeadId)> {
        let first = self.queue.first().filter(|(at, _, _)| *at <= until)?.clone();
        self.queue.remove(&first);
        self.of.remove(&first.2);
        self.fired.insert((first.2.clone(), first.0, first.1));
        Some(first)
    }
}

/// Whether somebody or something still has to do with the lead: it has not ended, or it was converted by the rules and its
/// owner has not answered.
pub(crate) fn is_live(book: &Book, lead: &Lead) -> bool {
    if !lead.is_on_file() {
        return false;
    }
    match lead.status {
        LeadStatus::Invalid | LeadStatus::Voided => false,
        LeadStatus::Converted => !book.is_answered(&lead.id),
        _ => true,
    }
}

/// The deadline of who works on a lead that is due first. What a partner's deal protects is not taken from its owner before
/// the protection is over.
pub(crate) fn deadline(book: &Book, lead: &Lead) -> Option<StepDeadline> {
    lead.owner.as_ref()?;
    let history = book.history(&lead.id);
    // What an open opportunity holds is not taken from its owner.
    let open =
        history.deadlines.iter().filter(|one| one.done_at.is_none() && history.opportunities.is_empty());
    let first = open.min_by_key(|one| one.due_at)?.clone();
    let is_owner_s = lead.owner.as_ref() == Some(&first.owner) && lead.status != LeadStatus::Converted;
    let account = lead.account.as_ref().filter(|_| is_owner_s).and_then(|id| book.account(id));
    let protected = account.and_then(|account| account.protection(first.due_at)).map(|(_, until)| until);
    Some(StepDeadline { due_at: protected.unwrap_or(first.due_at), ..first })
}
