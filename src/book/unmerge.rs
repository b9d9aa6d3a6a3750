//! Makes a record that was merged away separate again.

use super::Book;
use super::life::MoveProposal;
use super::merged::{Merged, Moved, Pointer, Row};
use super::referrers::Referrer;
use super::repoint::between_accounts;
use crate::model::{
    Account, AccountId, Activity, Contact, ContactId, ContactMove, Lead, LeadId, LeadStatus, Link, LinkKind,
    RecordRef,
};

impl Book {
    /// The state of a record before it is merged away.
    pub(super) fn row_of(&self, record: &RecordRef) -> Row {
        match record {
            RecordRef::Account(id) => self.account(id).cloned().map(|one| Row::Account(Box::new(one))),
            RecordRef::Lead(id) => self.lead(id).map(|lead| Row::Lead {
                status: lead.status,
                folded_into: lead.folded_into.clone(),
                owner: lead.owner.clone(),
                pool: lead.pool.clone(),
            }),
            RecordRef::ContactAt { contact, account } => {
                let contacts = self.account(account).map(|one| &*one.contacts).unwrap_or_default();
                let place = contacts.iter().position(|one| one.id == *contact);
                place.and_then(|place| Some(Row::Contact(Box::new(contacts.get(place)?.clone()), place)))
            }
            _ => None,
        }
        .unwrap_or(Row::None)
    }

    /// Keeps what a merge moved, for [`unmerge`](Book::unmerge). Repeating a merge may find more that points there.
    pub(super) fn keep_merged(&mut self, record: &RecordRef, into: &RecordRef, row: Row, moved: Moved) {
        match self.merged.get_mut(record) {
            Some(known) if known.into == *into => known.moved.append(moved),
            Some(_) => {}
            None => {
                let merged = Merged { into: into.clone(), row, moved };
                self.merged.insert(record.clone(), merged);
            }
        }
    }

    /// Whether a record was merged into another and has not been filed again since.
    fn is_merged_away(&self, record: &RecordRef) -> bool {
        let stands = match record {
            RecordRef::Lead(id) => self.lead(id).is_some_and(|lead| lead.folded_into.is_none()),
            RecordRef::Account(id) => self.account(id).is_some(),
            RecordRef::ContactAt { contact, account } => self.contact_at(contact, Some(account)).is_some(),
            _ => false,
        };
        !stands && self.merged.contains_key(record)
    }

    /// Makes a merged record separate again, and what pointed at it before points at it again, unless it was
    /// moved since. While `into` is itself merged away, or the account of a row, nothing happens.
    pub(super) fn unmerge(&mut self, record: &RecordRef, into: &RecordRef) {
        let is_of = self.merged.get(record).is_some_and(|merged| merged.into == *into);
        let has_place = match record {
            RecordRef::ContactAt { account, .. } => self.account(account).is_some(),
            _ => true,
        };
        if !is_of || !has_place || self.is_merged_away(into) {
            return;
        }
        let Some(Merged { row, moved, .. }) = self.merged.remove(record) else { return };
        let link = Link { from: record.clone(), kind: LinkKind::MergedInto, to: into.clone() };
        self.desk.links.remove(&link);
        match (row, into) {
            (Row::Account(account), RecordRef::Account(into)) => {
                self.stand_again(*account, into, &moved.people)
            }
            (Row::Lead { status, folded_into, owner, pool }, RecordRef::Lead(into)) => {
                self.go_on_again(record, into, |lead| {
                    (lead.status, lead.folded_into, lead.owner, lead.pool) =
                        (status, folded_into, owner, pool);
                });
            }
            (Row::Contact(contact, place), _) => self.row_back(record, *contact, place),
            _ => {}
        }
        for pointer in &moved.referrers {
            self.point_back(pointer, into, record);
        }
        self.records_back(&moved, into, record);
        self.links_back(&moved);
        for (before, after) in &moved.proposals {
            self.proposal_back(before, after.as_ref());
        }
        match (record, into) {
            (RecordRef::Account(record), RecordRef::Account(into)) => self.account_back(&moved, into, record),
            (RecordRef::Lead(record), RecordRef::Lead(into)) => self.lead_back(moved, into, record),
            _ => {
                if let (Some(record), Some(into)) = (record.contact(), into.contact()) {
                    self.contact_back(&moved, into, record);
                }
            }
        }
    }

    /// Files the row of a contact at its account again. A row that has been filed there since is newer: it stays.
    fn row_back(&mut self, record: &RecordRef, contact: Contact, place: usize) {
        let RecordRef::ContactAt { account, .. } = record else { return };
        self.change_account(account, |account| {
            if account.contacts.iter().all(|one| one.id != contact.id) {
                account.contacts.insert(place.min(account.contacts.len()), contact);
            }
        });
    }

    fn contact_back(&mut self, moved: &Moved, from: &ContactId, to: &ContactId) {
        for one in &moved.moves {
            let now = ContactMove { contact: from.clone(), ..one.clone() };
            let is_it = |known: &ContactMove| (known.at, &known.contact) == (now.at, &now.contact);
            if let Some(known) = self.move_to_undo(&now, is_it) {
                known.contact = to.clone();
            }
        }
        for lead in &moved.conversions {
            let known = self.desk.conversions.get_mut(lead).map(|known| &mut known.contact);
            if let Some(pointer) = known.filter(|one| one.as_ref() == Some(from)) {
                *pointer = Some(to.clone());
            }
        }
    }

    /// A move as the merge left it, or as a merge of its contact or of an employer has changed it since.
    fn move_to_undo(
        &mut self,
        now: &ContactMove,
        is_it: impl Fn(&ContactMove) -> bool,
    ) -> Option<&mut ContactMove> {
        let moves = &self.desk.moves;
        let place = moves.iter().position(|known| known == now).or_else(|| moves.iter().position(is_it))?;
        self.desk.moves.get_mut(place)
    }

    /// Files an account again. The people who came from it go back to it as they are now, unless they have left since.
    fn stand_again(&mut self, mut account: Account, into: &AccountId, people: &[ContactId]) {
        let mut now: Vec<Contact> = Vec::new();
        self.change_account(into, |survivor| {
            survivor.contacts.retain(|one| {
                let goes = people.contains(&one.id);
                if goes {
                    now.push(one.clone());
                }
                !goes
            });
        });
        for id in people {
            let from = RecordRef::ContactAt { contact: id.clone(), account: account.id.clone() };
            let to = RecordRef::Account(into.clone());
            self.desk.links.remove(&Link { from, kind: LinkKind::BelongsTo, to });
        }
        let is_here = |id: &ContactId| now.iter().any(|now| now.id == *id);
        account.contacts.retain(|one| is_here(&one.id) || !people.contains(&one.id));
        for one in &mut account.contacts {
            if let Some(now) = now.iter().find(|now| now.id == one.id) {
                *one = Contact { account: one.account.clone(), ..now.clone() };
            }
        }
        // A row that has been filed under its id since is newer than the merged one: it stays, and gets its people back.
        let Some(filed) = self.account(&account.id).cloned() else { return self.insert_account(account) };
        let is_new = |one: &Contact| filed.contacts.iter().all(|known| known.id != one.id);
        let back: Vec<Contact> = account.contacts.into_iter().filter(is_new).collect();
        self.change_account(&account.id, |filed| filed.contacts.extend(back));
    }

    /// A lead that was merged continues by itself, unless something else has happened to it since.
    fn go_on_again(&mut self, record: &RecordRef, into: &LeadId, write: impl FnOnce(&mut Lead)) {
        let RecordRef::Lead(id) = record else { return };
        let is_merged = |lead: &Lead| {
            let (owner, pool) = (&lead.owner, &lead.pool);
            lead.status == LeadStatus::Voided
                && lead.folded_into.as_ref() == Some(into)
                && owner.is_none()
                && pool.is_none()
        };
        if self.lead(id).is_some_and(is_merged) {
            self.refile(id, write);
        }
    }

    /// Points one reference back, if it still points at `from`.
    fn point_back(&mut self, pointer: &Pointer, from: &RecordRef, to: &RecordRef) {
        let referrer = match pointer {
            Pointer::Folded(child) | Pointer::Collected(child) => {
                let (RecordRef::Lead(from), RecordRef::Lead(to)) = (from, to) else { return };
                let Some(lead) = self.leads.get_mut(child) else { return };
                let is_folded = matches!(pointer, Pointer::Folded(_));
                let field = if is_folded { &mut lead.folded_into } else { &mut lead.collected_under };
                if field.as_ref() != Some(from) {
                    return;
                }
                *field = Some(to.clone());
                Referrer::Lead(child.clone())
            }
            Pointer::OpportunityOfLead(id) | Pointer::OpportunityOfAccount(id) => {
                return self.move_opportunity(id, from, to);
            }
        };
        self.referrers.add(to, &referrer);
    }

    /// Gives conflicts and replaced values their earlier record again. Another merge may have moved them on since.
    fn records_back(&mut self, moved: &Moved, from: &RecordRef, to: &RecordRef) {
        for (referrer, before, after) in &moved.records {
            let Some(record) = self.record_of(referrer) else { continue };
            let back = if record == after { Some(before.clone()) } else { record.following(from, to) };
            let Some(back) = back else { continue };
            record.clone_from(&back);
            self.referrers.add(&back, referrer);
        }
    }

    fn links_back(&mut self, moved: &Moved) {
        for (before, after) in &moved.links {
            if after.as_ref().is_none_or(|after| self.desk.links.remove(after)) {
                self.referrers.add_link(before);
                self.desk.links.insert(before.clone());
            }
        }
    }

    /// Makes a proposal name the earlier record again. Another merge may have changed the other records it names.
    fn proposal_back(&mut self, before: &MoveProposal, after: Option<&MoveProposal>) {
        let Some(after) = after else {
            self.desk.proposals.insert(before.clone());
            return;
        };
        // Fields that the merge changed still have the merged value; others may have changed since, except the contact.
        let is_it = |one: &MoveProposal| {
            one.contact == after.contact
                && (before.from == after.from || one.from == after.from)
                && (before.to == after.to || one.to == after.to)
        };
        let exact = self.desk.proposals.get(after);
        let now = exact.or_else(|| self.desk.proposals.iter().find(|one| is_it(one))).cloned();
        let Some(mut now) = now else { return };
        self.desk.proposals.remove(&now);
        now.contact.clone_from(&before.contact);
        if before.from != after.from {
            now.from.clone_from(&before.from);
        }
        if before.to != after.to {
            now.to.clone_from(&before.to);
        }
        self.desk.proposals.insert(now);
    }

    fn account_back(&mut self, moved: &Moved, from: &AccountId, to: &AccountId) {
        for lead in &moved.leads {
            if self.lead(lead).is_some_and(|lead| lead.account.as_ref() == Some(from)) {
                self.belong_to(lead, to);
            }
        }
        for lead in &moved.conversions {
            if let Some(record) = self.desk.conversions.get_mut(lead).filter(|one| one.account == *from) {
                record.account = to.clone();
            }
        }
        for one in &moved.moves {
            let now = between_accounts(one, to, from);
            let is_it =
                |known: &ContactMove| (known.at, &known.from, &known.to) == (now.at, &now.from, &now.to);
            if let Some(known) = self.move_to_undo(&now, is_it) {
                (known.from, known.to) = (one.from.clone(), one.to.clone());
            }
        }
        for contact in &moved.alone {
            let known = self.contacts.get_mut(contact);
            if let Some(contact) = known.filter(|one| one.account.as_ref() == Some(from)) {
                contact.account = Some(to.clone());
            }
        }
    }

    fn lead_back(&mut self, moved: Moved, from: &LeadId, to: &LeadId) {
        for (request, went_along) in moved.reviews {
            // Questions that were answered meanwhile were answered for both.
            let key = (from.clone(), request.code.clone());
            let is_open = match went_along {
                true => self.desk.reviews.remove(&key).is_some(),
                false => self.desk.reviews.contains_key(&key),
            };
            if is_open {
                self.desk.reviews.insert((to.clone(), request.code.clone()), request);
            }
        }
        let mut back: Vec<Activity> = Vec::new();
        if let Some(life) = self.lives.get_mut(from) {
            for (id, went_along) in &moved.activities {
                let Some(place) = life.activities.iter().position(|one| one.id == *id) else { continue };
                let known = life.activities.get(place).cloned();
                if *went_along {
                    life.activities.remove(place);
                }
                back.extend(known.map(|one| Activity { lead: to.clone(), ..one }));
            }
        }
        self.follow_ups_back(moved.follow_ups, from, to);
        self.ask_again(from, &moved.answered);
        if !back.is_empty() {
            let life = self.life(to);
            back.append(&mut life.activities);
            life.activities = back;
        }
        if let (Some((before, after)), Some(lead)) = (moved.last_active, self.leads.get_mut(from))
            && lead.last_active_at == after
        {
            lead.last_active_at = before;
        }
    }
}
