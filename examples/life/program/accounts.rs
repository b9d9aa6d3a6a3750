//! What a host keeps of accounts: the lines about them, and those that nobody has.

use std::error::Error;

use chrono::{DateTime, Utc};
use leadkit::model::{
    Account, AccountId, Contact, Effect, Lead, LeadId, LeadStatus, RecordRef, RepId, Value,
};

use super::clock::is_live;
use super::desk::Desk;

type Done = Result<(), Box<dyn Error>>;

impl Desk {
    /// Looks at the accounts whose time has come.
    pub(super) fn look_at_accounts(&mut self, until: DateTime<Utc>) {
        let due = self.ownerless.iter().filter(|(_, (_, next))| *next <= until);
        let due: Vec<(DateTime<Utc>, AccountId)> = due.map(|(id, (_, next))| (*next, id.clone())).collect();
        for (at, id) in due {
            let now = std::mem::replace(&mut self.now, at);
            self.review_account(&id);
            self.now = now;
        }
    }

    /// An account may have lost its owner, or found one.
    pub(super) fn review_account(&mut self, id: &AccountId) {
        let Some(account) = self.book.account(id) else { return };
        let since = self.ownerless.get(id).map_or(self.now, |(since, _)| *since);
        let look = self.intake.review_account(account, since, &self.roster, &self.state, self.now);
        look.apply_to(&mut self.book);
        match look.next {
            Some(next) => {
                let since = if look.effects.is_empty() { since } else { self.now };
                self.ownerless.insert(id.clone(), (since, next));
            }
            None => drop(self.ownerless.remove(id)),
        }
    }

    /// The accounts that a rep still has go to another, or into the public pool.
    pub(super) fn accounts_of(&mut self, rep: &RepId, to: Option<&RepId>) {
        let is_his = |account: &&Account| account.holders().any(|one| one == rep);
        let his: Vec<AccountId> = self.book.accounts().filter(is_his).map(|one| one.id.clone()).collect();
        for account in his {
            match to.filter(|to| self.roster.is_active(to.as_str())) {
                Some(to) => self.give_account(&account, Some(rep), to),
                None => self.review_account(&account),
            }
        }
    }

    /// Gives an account to another rep; it stays where somebody else still has a live customer of it.
    fn give_account(&mut self, id: &AccountId, from: Option<&RepId>, to: &RepId) {
        let is_another_s = |lead: &Lead| {
            let is_its = lead.status == LeadStatus::Converted && lead.account.as_ref() == Some(id);
            is_its && is_live(&self.book, lead) && lead.owner.as_ref() != Some(to)
        };
        let owners = self.book.account(id).map(|account| account.owners.clone()).unwrap_or_default();
        // Of an account that is divided others have leads by right.
        if owners.is_empty() && self.book.leads().any(is_another_s) {
            return;
        }
        let is_his = |rep: &RepId| Some(rep) == from;
        let mut fields: Vec<String> = owners
            .iter()
            .filter(|(_, rep)| is_his(rep))
            .map(|(value, _)| format!("owners.{value}"))
            .collect();
        let owner = self.book.account(id).and_then(|account| account.owner.as_ref());
        if owners.is_empty() || owner.is_some_and(is_his) {
            fields.push("owner".to_owned());
        }
        let effect = |field| Effect::UpdateField {
            record: RecordRef::Account(id.clone()),
            field,
            value: Value::from(to.as_str()),
            replaces: Value::from(from.map(RepId::as_str)),
        };
        let effects: Vec<Effect> = fields.into_iter().map(effect).collect();
        self.write(&format!("account {id}"), &effects);
        self.review_account(id);
    }

    /// A partner registers a deal with an account.
    pub(super) fn register(&mut self, id: &AccountId, partner: &RepId) {
        let Some(account) = self.book.account(id) else {
            return self.say(&id.as_str().into(), "-", "unknown_account".to_owned(), None);
        };
        let deal = self.intake.register_deal(account, partner, &self.roster, &self.state, self.now);
        deal.apply_to(&mut self.book);
        let said = match &deal.refusal {
            Some(refusal) => format!("refused: {}", refusal.reason()),
            None if deal.effects.is_empty() => "on_file".to_owned(),
            None => format!("deal of {partner}"),
        };
        let explained = deal.refusal.as_ref().map(ToString::to_string);
        self.say(&id.as_str().into(), "-", said, explained);
        self.review_account(id);
        // Its leads are due by other times.
        let is_its = |lead: &&Lead| lead.account.as_ref() == Some(id);
        let its: Vec<LeadId> = self.book.leads().filter(is_its).map(|lead| lead.id.clone()).collect();
        its.iter().for_each(|lead| self.after(lead));
    }

    /// What is known of an account. One that is on file keeps the owner it has come to by then, and the contacts that came of
    /// its leads; when the line names another owner than the line before, its leads go to that owner, and the account with
    /// them.
    pub(super) fn account(&mut self, account: &Account) -> Done {
        let id = account.id.clone();
        let before = self.kept.accounts.insert(id.clone(), Box::new(account.clone()));
        if before.as_deref() == Some(account) {
            return Ok(());
        }
        let Some(on_file) = self.book.account(&id).cloned() else {
            self.book.insert_account(account.clone());
            self.review_account(&id);
            return Ok(());
        };
        let mut contacts = account.contacts.clone();
        let is_new = |one: &&Contact| account.contacts.iter().all(|known| known.id != one.id);
        contacts.extend(on_file.contacts.iter().filter(is_new).cloned());
        let (owner, pool) = (on_file.owner.clone(), on_file.pool.clone());
        self.book.insert_account(Account { owner, pool, contacts, ..account.clone() });
        let is_said = before.is_none_or(|before| before.owner != account.owner);
        let Some(to) = account.owner.as_ref().filter(|to| is_said && on_file.owner.as_ref() != Some(*to))
        else {
            return Ok(());
        };
        if let Some(from) = &on_file.owner {
            let is_its = |lead: &&Lead| {
                let is_converted = lead.status == LeadStatus::Converted && lead.account.as_ref() == Some(&id);
                is_converted && lead.owner.as_ref() == Some(from)
            };
            let leads: Vec<LeadId> = self.book.leads().filter(is_its).map(|lead| lead.id.clone()).collect();
            self.hand_these_over(leads, from, Some(to))?;
        }
        if self.book.account(&id).is_some_and(|account| account.owner == on_file.owner) {
            self.give_account(&id, on_file.owner.as_ref(), to);
        }
        Ok(())
    }
}
