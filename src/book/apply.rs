//! Applying effects: what a host writes into its tables.

use chrono::{DateTime, Utc};
use smallvec::SmallVec;

use super::fields::{add_to_contact, add_to_lead, set, set_of_account, set_of_contact};
use super::life::{Conflict, MoveProposal, Notice, Replaced, ReviewRequest, WakeUp};
use super::{Book, Life};
use crate::dedup::MatchKey;
use crate::document::Digest;
use crate::model::{
    Account, AccountId, Acquisition, ContactMove, Effect, FoldKind, FollowUp, FollowUpId, Lead, LeadField,
    LeadId, LeadStatus, OpenGroup, OpportunityId, PoolId, RecordRef, RepId, Tenure, TenureEnd, Value,
};
use crate::text::Code;

impl Book {
    /// Applies the effects of one decision that was made at that time. `decision` names it, so that effects that were applied
    /// before are left out: [`Outcome::decision`](crate::Outcome::decision).
    ///
    /// Applying the same outcome again changes nothing. Effects on records that are not filed do nothing.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Acquisition, Effect, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// // Lead L1 is given to `li`, whose tenure begins.
    /// let given = Effect::SetOwner {
    ///     lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned,
    /// };
    /// book.apply_effects("L1", &[given.clone()], now);
    /// assert_eq!(book.lead(&"L1".into()).unwrap().owner, Some("li".into()));
    /// assert_eq!(book.history(&"L1".into()).tenures.len(), 1);
    ///
    /// // The same decision again changes nothing.
    /// let before = book.history(&"L1".into()).clone();
    /// book.apply_effects("L1", &[given], now);
    /// assert_eq!(*book.history(&"L1".into()), before);
    /// ```
    pub fn apply_effects(&mut self, decision: &str, effects: &[Effect], at: DateTime<Utc>) {
        let decision = Digest::of(decision).bits();
        let mut names: SmallVec<[Digest; 8]> = SmallVec::with_capacity(effects.len());
        let mut keys: SmallVec<[Digest; 8]> = SmallVec::with_capacity(effects.len());
        for effect in effects {
            // Its `EffectKey`, as a digest.
            let name = Digest::of(&(decision, effect.code(), &effect.target()));
            let ordinal = names.iter().filter(|before| **before == name).count();
            names.push(name);
            keys.push(if ordinal == 0 { name } else { name.and(Digest::of(&ordinal)) });
        }
        // Looked up before any is applied: each is a cache miss, and these do not wait for one another.
        std::hint::black_box(keys.iter().filter(|key| self.desk.applied.contains(key)).count());
        for (key, effect) in keys.into_iter().zip(effects) {
            self.apply_effect(key, effect, at);
        }
        self.note_due_after(effects);
    }

    fn apply_effect(&mut self, key: Digest, effect: &Effect, at: DateTime<Utc>) {
        // A late second time must not undo what happened in between.
        if !self.desk.applied.insert(key) {
            return;
        }
        match effect {
            Effect::MoveToPool { .. }
            | Effect::SetOwner { .. }
            | Effect::EndTenure { .. }
            | Effect::Cover { .. }
            | Effect::PassOn { .. }
            | Effect::SetStatus { .. }
            | Effect::Fold { .. }
            | Effect::Erase { .. }
            | Effect::StartCycle { .. }
            | Effect::StartDeadlines { .. }
            | Effect::SetNextWakeUp { .. } => self.move_on(effect, at),
            Effect::AddTag { .. }
            | Effect::RemoveTag { .. }
            | Effect::UpdateField { .. }
            | Effect::AddValue { .. }
            | Effect::RecordActivation { .. } => self.write_value(effect),
            Effect::Link(..)
            | Effect::Convert(..)
            | Effect::AddContact { .. }
            | Effect::MoveContact { .. }
            | Effect::Repoint { .. }
            | Effect::Unmerge { .. } => self.tie(effect, at),
            Effect::RecordConflict { .. } | Effect::Notify { .. } | Effect::RequestReview { .. } => {
                self.tell(effect, at);
            }
        }
    }

    /// Effects on the lifecycle of a lead.
    fn move_on(&mut self, effect: &Effect, at: DateTime<Utc>) {
        match effect {
            Effect::MoveToPool { lead, pool } => {
                self.change(lead, |lead| {
                    lead.pool = Some(pool.clone());
                    lead.owner = None;
                });
                self.end_tenure(lead, TenureEnd::Recycled, at);
            }
            Effect::SetOwner { lead, owner, acquisition } => {
                self.answer(lead, at, |one| one.reviewer.is_some());
                self.set_owner(lead, owner, acquisition, at);
            }
            Effect::EndTenure { lead, rep, end } => self.end_tenure_of(lead, rep, *end, at),
            Effect::Cover { lead, rep, .. } => self.cover(lead, rep, at),
            Effect::PassOn { lead, partner, until } => self.pass_on(lead, partner, *until, at),
            Effect::SetStatus { lead, status } => {
                self.set_status(lead, *status);
                match status {
                    LeadStatus::Invalid => self.end_tenure(lead, TenureEnd::Invalid, at),
                    LeadStatus::Voided => self.end_tenure(lead, TenureEnd::Voided, at),
                    _ => return,
                }
                self.answer(lead, at, |_| true);
                self.life(lead).wake_up = None;
            }
            Effect::Fold { entry, subject, kind } => self.fold(entry, subject, *kind, at),
            Effect::Erase { lead } => self.erase(lead),
            Effect::StartCycle { lead, at: began } => {
                self.answer(lead, at, |_| true);
                self.end_tenure(lead, TenureEnd::Recycled, *began);
                self.refile(lead, |lead| {
                    lead.status = LeadStatus::Unassigned;
                    lead.close_reason = None;
                    lead.owner = None;
                    lead.pool = None;
                });
                let history = &mut self.life(lead).history;
                history.cycle += 1;
                history.cycle_started_at = Some(*began);
            }
            Effect::StartDeadlines { lead, from } => self.start_deadlines(lead, *from),
            Effect::SetNextWakeUp { lead, at, code } if self.leads.contains_key(lead) => {
                self.life(lead).wake_up = Some(WakeUp { at: *at, code: code.clone() });
            }
            _ => {}
        }
    }

    fn set_status(&mut self, lead: &LeadId, status: LeadStatus) {
        let stays = |lead: &Lead| {
            let after = Lead {
                status,
                close_reason: lead.close_reason.clone(),
                folded_into: lead.folded_into.clone(),
                ..Lead::default()
            };
            lead.is_on_file() == after.is_on_file()
        };
        match self.leads.get(lead).is_some_and(stays) {
            true => self.change(lead, |lead| lead.status = status),
            // The record leaves the key index, or comes back.
            false => self.refile(lead, |lead| lead.status = status),
        }
    }

    fn set_owner(&mut self, lead: &LeadId, owner: &RepId, acquisition: &Acquisition, at: DateTime<Utc>) {
        let is_known = self.leads.contains_key(lead);
        // The previous owner's stand-in stops: the new owner's tenure begins.
        let holds =
            |tenure: &Tenure| tenure.until.is_none() && tenure.owner == *owner && !tenure.is_beside_owner();
        self.change(lead, |lead| {
            lead.owner = Some(owner.clone());
            lead.acquisition = Some(acquisition.clone());
            lead.pool = None;
        });
        if is_known && !self.history(lead).tenures.iter().any(holds) {
            self.end_tenure(lead, TenureEnd::HandedOver, at);
            let tenure = Tenure {
                lead: lead.clone(),
                owner: owner.clone(),
                from: at,
                until: None,
                acquisition: acquisition.clone(),
                end: None,
                close_reason: None,
            };
            let life = self.life(lead);
            life.history.tenures.push(tenure);
            life.wake_up = None;
        }
    }

    /// Effects on the fields of records. Nothing is written again about a person who was forgotten.
    fn write_value(&mut self, effect: &Effect) {
        if let RecordRef::Lead(lead) = effect.target()
            && self.is_erased(&lead)
        {
            return;
        }
        match effect {
            Effect::AddTag { lead, tag } => self.change(lead, |lead| {
                if !lead.tags.contains(tag) {
                    lead.tags.push(tag.clone());
                }
            }),
            Effect::RemoveTag { lead, tag } => {
                self.change(lead, |lead| lead.tags.retain(|known| known != tag))
            }
            Effect::UpdateField { record: RecordRef::Account(id), field, value, replaces }
                if !self.may_hold(id, field, value, replaces) => {}
            Effect::UpdateField { record, field, value, replaces } => {
                if !replaces.is_blank() {
                    let (record, field) = (record.clone(), field.clone());
                    let replaced = Replaced { record, field, value: replaces.clone() };
                    self.referrers.push_replaced(&mut self.desk.replaced, replaced);
                }
                self.write(record, field, value, replaces);
            }
            Effect::AddValue { record, field, value } => self.add_value(record, field, value),
            Effect::RecordActivation { lead, at, .. } => {
                self.change(lead, |lead| lead.last_active_at = lead.last_active_at.max(Some(*at)));
            }
            _ => {}
        }
    }

    /// Effects on links between records.
    fn tie(&mut self, effect: &Effect, at: DateTime<Utc>) {
        match effect {
            Effect::Link(link) if self.desk.links.insert(link.clone()) => self.referrers.add_link(link),
            Effect::Convert(record) => {
                self.belong_to(&record.lead, &record.account);
                self.desk.conversions.entry(record.lead.clone()).or_insert_with(|| record.clone());
                // A person converted it, or its owner contacted it at this very moment.
                let has_spoken = |one| self.is_answer(&record.lead, one);
                if record.by.is_some() || self.history(&record.lead).follow_ups.iter().any(has_spoken) {
                    self.finish_work(&record.lead, record.at);
                }
                let is_his = |one: &&OpportunityId| self.is_of_owner(&record.lead, one);
                if let Some(open) = self.history(&record.lead).opportunities.iter().find(is_his).cloned() {
                    self.answer_with(&record.lead, &open, record.at);
                }
            }
            Effect::AddContact { account, contact, from, phones } => {
                self.add_contact(account, contact, from, phones, at);
            }
            Effect::MoveContact { contact, from, to, is_proposal: true } => {
                let (contact, from, to) = (contact.clone(), from.clone(), to.clone());
                self.desk.proposals.insert(MoveProposal { contact, from, to });
            }
            Effect::MoveContact { contact, from, to, .. } => {
                let (contact, from, to) = (contact.clone(), from.clone(), to.clone());
                self.move_contact(ContactMove { contact, from, to, at });
            }
            Effect::Repoint { from, to } => {
                self.repoint(from, to);
                if let (RecordRef::Lead(from), RecordRef::Lead(to)) = (from, to)
                    && self.subject(from) == *to
                {
                    self.inherit_losses(from, to);
                }
            }
            Effect::Unmerge { record, from } => {
                self.unmerge(record, from);
                if let RecordRef::Lead(from) = from {
                    self.return_losses(from);
                }
            }
            _ => {}
        }
    }

    /// Effects that ask or tell people something: conflicts, notices, review requests.
    fn tell(&mut self, effect: &Effect, at: DateTime<Utc>) {
        match effect {
            Effect::RecordConflict { record, field, kept, found, entry } => {
                let conflict = Conflict {
                    record: record.clone(),
                    field: field.clone(),
                    kept: kept.clone(),
                    found: found.clone(),
                    entry: entry.clone(),
                };
                self.referrers.push_conflict(&mut self.desk.conflicts, conflict);
            }
            Effect::Notify { rep, code, about } => {
                let (rep, code, about) = (rep.clone(), code.clone(), about.clone());
                self.desk.notices.push(Notice { rep, code, about, at });
            }
            Effect::RequestReview { lead, reviewer, code } => {
                let request = ReviewRequest {
                    lead: lead.clone(),
                    code: code.clone(),
                    reviewer: reviewer.clone(),
                    since: at,
                };
                let asked = self.desk.reviews.entry((lead.clone(), code.clone()));
                // The same question now goes to another reviewer; it keeps the time of the first request.
                asked.and_modify(|one| one.reviewer.clone_from(reviewer)).or_insert(request);
            }
            _ => {}
        }
    }

    /// People have answered some of what they were asked about a lead before. What the same decision asks them is not
    /// answered by it.
    fn answer(&mut self, lead: &LeadId, at: DateTime<Utc>, what: impl Fn(&ReviewRequest) -> bool) {
        let asked = self.desk.reviews.range((lead.clone(), Code::default())..);
        let asked =
            asked.take_while(|((of, _), _)| of == lead).filter(|(_, one)| one.since < at && what(one));
        let answered: Vec<(LeadId, Code)> = asked.map(|(key, _)| key.clone()).collect();
        for key in &answered {
            self.desk.reviews.remove(key);
        }
    }

    pub(super) fn life(&mut self, lead: &LeadId) -> &mut Life {
        self.lives.entry(lead.clone()).or_default()
    }

    /// Changes fields of which no key is made.
    pub(super) fn change(&mut self, id: &LeadId, write: impl FnOnce(&mut Lead)) {
        if let Some(lead) = self.leads.get_mut(id) {
            write(lead);
        }
    }

    /// Changes fields of which keys are made, or whether the lead is found by its keys.
    pub(super) fn refile(&mut self, id: &LeadId, write: impl FnOnce(&mut Lead)) {
        if let Some(mut lead) = self.take_lead(id) {
            write(&mut lead);
            self.put_lead(lead);
        }
    }

    pub(super) fn change_account(&mut self, id: &AccountId, write: impl FnOnce(&mut Account)) {
        if let Some(mut account) = self.accounts.get(id).cloned() {
            write(&mut account);
            self.insert_account(account);
        }
    }

    fn end_tenure(&mut self, lead: &LeadId, end: TenureEnd, at: DateTime<Utc>) {
        let reason = self.leads.get(lead).and_then(|lead| lead.close_reason.clone());
        let Some(life) = self.lives.get_mut(lead) else { return };
        for tenure in life.history.tenures.iter_mut().filter(|tenure| tenure.until.is_none()) {
            tenure.until = Some(at.max(tenure.from));
            tenure.end = Some(end);
            tenure.close_reason = reason.clone().filter(|_| end == TenureEnd::Invalid);
        }
        life.history.deadlines.retain(|deadline| deadline.done_at.is_some());
    }

    fn write(&mut self, record: &RecordRef, field: &str, value: &Value, replaces: &Value) {
        match record {
            RecordRef::Lead(id) if self.files(field) => self.refile(id, |lead| set(lead, field, value)),
            RecordRef::Lead(id) => self.change(id, |lead| set(lead, field, value)),
            RecordRef::Account(id) if self.files_account(field) => {
                self.change_account(id, |account| set_of_account(account, field, value))
            }
            RecordRef::Account(id) => {
                self.accounts
                    .get_mut(id)
                    .into_iter()
                    .for_each(|account| set_of_account(account, field, value));
            }
            RecordRef::Contact(id) => self.write_contact(id, field, value, replaces),
            RecordRef::ContactAt { contact, account } => {
                self.change_contact_at(contact, Some(account), |contact| {
                    set_of_contact(contact, field, value)
                });
            }
            RecordRef::Opportunity(id) => self.write_opportunity(id, field, value),
        }
    }

    /// Whether the owner or pool of an account may be written. If somebody else holds the account or a part of it, they
    /// keep it.
    fn may_hold(&self, id: &AccountId, field: &str, value: &Value, replaces: &Value) -> bool {
        let Some(account) = self.accounts.get(id) else { return false };
        let Some(before) = holder_of(account, field) else { return true };
        let is_pool = field == "pool" && !value.is_blank();
        says(before, replaces) && !(is_pool && account.holders().next().is_some())
    }

    fn add_value(&mut self, record: &RecordRef, field: &str, value: &Value) {
        let Value::Text(text) = value else { return };
        match record {
            RecordRef::Lead(id) if self.files(field) => {
                if let Some(mut lead) = self.take_lead(id) {
                    add_to_lead(&mut lead, field, text, &self.tables);
                    self.put_lead(lead);
                }
            }
            RecordRef::Lead(id) => {
                if let Some(lead) = self.leads.get_mut(id) {
                    add_to_lead(lead, field, text, &self.tables);
                }
            }
            RecordRef::Contact(id) => self.change_contact(id, |contact| add_to_contact(contact, field, text)),
            RecordRef::ContactAt { contact, account } => {
                self.change_contact_at(contact, Some(account), |contact| {
                    add_to_contact(contact, field, text)
                });
            }
            RecordRef::Account(id) => self.change_account(id, |account| {
                if field == "aliases" && !account.aliases.contains(text) {
                    account.aliases.push(text.clone());
                }
            }),
            RecordRef::Opportunity(_) => {}
        }
    }

    /// Whether a lead must be filed again when the field changes: a key is made of it, or a rule compares it.
    fn files(&self, field: &str) -> bool {
        files(field) || self.composites.reads_of_lead(field)
    }

    fn files_account(&self, field: &str) -> bool {
        files_account(field) || self.composites.reads_of_account(field)
    }

    /// The lead belongs to the account from now on, and is fetched with it.
    pub(super) fn belong_to(&mut self, lead: &LeadId, account: &AccountId) {
        let Some(known) = self.leads.get_mut(lead) else { return };
        let before = known.account.replace(account.clone());
        if !known.is_on_file() || before.as_ref() == Some(account) {
            return;
        }
        let record = RecordRef::Lead(lead.clone());
        before.iter().for_each(|before| self.by_key.remove_key(&record, &MatchKey::of_account(before)));
        self.by_key.add(&record, &[MatchKey::of_account(account)]);
    }

    /// The entry ends. Its activities become those of the subject.
    fn fold(&mut self, entry: &LeadId, subject: &LeadId, kind: FoldKind, at: DateTime<Utc>) {
        self.inherit_losses(entry, subject);
        self.end_tenure(entry, TenureEnd::Voided, at);
        self.refile(entry, |lead| {
            lead.status = LeadStatus::Voided;
            lead.folded_into = Some(subject.clone());
            lead.collected_under = (kind == FoldKind::Collected).then(|| subject.clone());
            lead.owner = None;
            lead.pool = None;
        });
        // Entries that were folded into it before belong to the subject too.
        self.repoint(&RecordRef::Lead(entry.clone()), &RecordRef::Lead(subject.clone()));
        if let Some(life) = self.lives.get_mut(entry) {
            life.wake_up = None;
        }
        // An event that is delivered twice has the same activities.
        if kind != FoldKind::SameRecord {
            self.move_activities(entry, subject);
        }
    }

    /// The activities of one lead become those of another.
    pub(super) fn move_activities(&mut self, from: &LeadId, to: &LeadId) {
        if !self.leads.contains_key(to) {
            return;
        }
        let Some(life) = self.lives.get_mut(from) else { return };
        for mut activity in std::mem::take(&mut life.activities) {
            activity.lead = to.clone();
            self.record_activity(activity);
        }
    }

    /// Moves what reps did for a merged lead to the other lead, unless it is known there. Returns it as it was.
    pub(super) fn move_follow_ups(&mut self, from: &LeadId, to: &LeadId) -> Vec<FollowUp> {
        if !self.leads.contains_key(to) {
            return Vec::new();
        }
        let known: Vec<FollowUpId> = self.history(to).follow_ups.iter().map(|one| one.id.clone()).collect();
        let Some(life) = self.lives.get_mut(from) else { return Vec::new() };
        let is_known = |one: &FollowUp| !one.id.as_str().is_empty() && known.contains(&one.id);
        let (rest, moved): (Vec<FollowUp>, Vec<FollowUp>) =
            std::mem::take(&mut life.history.follow_ups).into_iter().partition(is_known);
        life.history.follow_ups = rest;
        for one in &moved {
            self.add_follow_up(FollowUp { lead: to.clone(), ..one.clone() });
        }
        moved
    }

    /// Moves what a merge gave to another lead back to its own lead.
    pub(super) fn follow_ups_back(&mut self, moved: Vec<FollowUp>, from: &LeadId, to: &LeadId) {
        for one in moved {
            let there = FollowUp { lead: from.clone(), ..one.clone() };
            let Some(life) = self.lives.get_mut(from) else { return };
            let place = life.history.follow_ups.iter().position(|known| *known == there);
            if let Some(place) = place {
                life.history.follow_ups.remove(place);
                self.add_follow_up(FollowUp { lead: to.clone(), ..one });
            }
        }
    }

    /// Files what a rep did in its place in time.
    fn add_follow_up(&mut self, one: FollowUp) {
        let lead = one.lead.clone();
        let known = &mut self.life(&lead).history.follow_ups;
        let place = known.iter().rposition(|earlier| earlier.time <= one.time).map_or(0, |at| at + 1);
        known.insert(place, one);
    }
}

/// The owner or pool that an account names in a field; `None` for any other field.
fn holder_of<'a>(account: &'a Account, field: &str) -> Option<Option<&'a str>> {
    match field {
        "owner" => Some(account.owner.as_ref().map(RepId::as_str)),
        "pool" => Some(account.pool.as_ref().map(PoolId::as_str)),
        _ => Some(account.owners.get(field.strip_prefix("owners.")?).map(RepId::as_str)),
    }
}

fn says(text: Option<&str>, value: &Value) -> bool {
    match (text.filter(|text| !text.trim().is_empty()), value) {
        (None, value) => value.is_blank(),
        (Some(text), Value::Text(value)) => text == value,
        _ => false,
    }
}

/// Whether a lead must be filed again when the field changes.
fn files(field: &str) -> bool {
    match OpenGroup::split(field) {
        Some((group, _)) => group.files(),
        None => LeadField::from_name(field).is_some_and(LeadField::files),
    }
}

/// Whether an account must be filed again when the field changes.
fn files_account(field: &str) -> bool {
    matches!(field, "company" | "aliases" | "domain")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_filed_by_what_its_keys_are_made_of() {
        let book = Book::new();
        let with = |field: &str, text: &str| {
            let mut lead = Lead { id: "L1".into(), phones: vec!["26712349".into()], ..Lead::default() };
            set(&mut lead, field, &Value::from(text));
            let keys = book.keys_of_lead(&lead).keys;
            (keys, lead.is_on_file(), lead.company, lead.country, lead.region)
        };
        let values = [
            "13812349876",
            "lei@xinghe.cn",
            "xinghe_lei",
            "深圳星河科技有限公司",
            "深圳",
            "CN-GD",
            "folded",
            "US",
        ];
        let own = OpenGroup::ALL.map(|group| format!("{}.openid", group.as_str()));
        let fields = LeadField::KNOWN.iter().copied().chain(own.iter().map(String::as_str));
        let mut made = 0;
        for field in fields.filter(|field| *field != "id") {
            let changed = values.iter().filter(|text| with(field, text) != with(field, "")).count();
            assert!(changed == 0 || files(field), "{field}");
            made += usize::from(changed > 0);
        }
        assert!(made >= 8, "{made}");
    }

    #[test]
    fn an_account_is_filed_by_what_its_keys_are_made_of() {
        let book = Book::new();
        let with = |field: &str, text: &str| {
            let mut account = Account { company: "栖岸".to_owned(), ..Account::default() };
            set_of_account(&mut account, field, &Value::from(text));
            book.keys_of_account(&account)
        };
        let shown = serde_json::to_value(Account {
            owner: Some("li".into()),
            pool: Some("p".into()),
            partner: Some("pan".into()),
            domain: Some("d".into()),
            maturity: Some("m".into()),
            tier: Some("t".into()),
            registration_number: Some("r".into()),
            aliases: vec!["a".into()],
            ..Account::default()
        });
        let shown = shown.unwrap();
        let fields: Vec<&String> = shown.as_object().unwrap().keys().filter(|name| *name != "id").collect();
        assert!(fields.len() >= 9, "{fields:?}");
        let made = fields.iter().filter(|field| {
            let is_made = with(field, "fenyang.cn") != with(field, "");
            assert!(!is_made || files_account(field), "{field}");
            is_made
        });
        assert_eq!(made.count(), 3);
    }

    #[test]
    fn a_new_contact_is_found_as_if_its_account_were_filed_anew() {
        let mut book = Book::new();
        book.insert_account(Account { id: "A1".into(), company: "栖岸".to_owned(), ..Account::default() });
        let lead = Lead {
            id: "L1".into(),
            phones: vec!["13812349876 / 021-55551234".into()],
            emails: vec!["zhang@fenyang.cn".into()],
            wechat: Some("zhang_w".into()),
            ..Lead::default()
        };
        book.insert_lead(lead.clone());
        let add = Effect::AddContact {
            account: "A1".into(),
            contact: "C1".into(),
            from: "L1".into(),
            phones: lead.phones.clone(),
        };
        book.apply_effects("d", &[add], DateTime::UNIX_EPOCH);
        let account = book.account(&"A1".into()).unwrap().clone();
        assert_eq!(account.contacts.len(), 1);
        let record = RecordRef::Account("A1".into());
        let keys = book.keys_of_account(&account).keys;
        assert!(keys.len() >= 6, "{keys:?}");
        for key in &keys {
            assert!(book.by_key.under(key).any(|one| *one == record), "{key:?}");
        }
        assert_eq!(book.contact(&"C1".into()), account.contacts.first());
        // Nothing is left of it when it goes.
        book.remove_account(&account.id);
        assert!(keys.iter().all(|key| book.by_key.under(key).all(|one| *one != record)));
    }
}
