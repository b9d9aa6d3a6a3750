//! Reps come, go and hand over; people ask to be forgotten.

use std::error::Error;

use chrono::{DateTime, Utc};
use leadkit::Input;
use leadkit::model::{Absence, Account, Contact, History, Lead, LeadId, LeadStatus, Rep, RepId};

use super::desk::Desk;

type Done = Result<(), Box<dyn Error>>;

impl Desk {
    pub(super) fn absent(&mut self, rep: &RepId, until: DateTime<Utc>) -> Done {
        let from = self.now;
        let Some(known) = self.known_rep(rep) else { return Ok(()) };
        known.absences.push(Absence { from, until });
        self.reps_changed()?;
        self.look_after(rep)
    }

    pub(super) fn back(&mut self, rep: &RepId) -> Done {
        let now = self.now;
        let Some(known) = self.known_rep(rep) else { return Ok(()) };
        known.absences.retain(|absence| absence.until <= now);
        self.reps_changed()?;
        self.look_after(rep)?;
        self.serve()
    }

    pub(super) fn join(&mut self, rep: &Rep) -> Done {
        self.reps.insert(rep.id.clone(), Rep { holding: 0, untouched: 0, ..rep.clone() });
        self.reps_changed()?;
        self.serve()
    }

    /// He takes part no longer: his leads go to others.
    pub(super) fn leave(&mut self, rep: &RepId) -> Done {
        let Some(known) = self.known_rep(rep) else { return Ok(()) };
        known.active = false;
        self.reps_changed()?;
        self.hand_over(rep, None)?;
        // What was converted goes with its account, to somebody who is named.
        for lead in self.leads_of_rep(rep) {
            if let Some(input) = self.input(&lead) {
                self.escalate(&input)?;
            }
        }
        Ok(())
    }

    pub(super) fn hand_over(&mut self, rep: &RepId, to: Option<&RepId>) -> Done {
        for lead in self.leads_of_rep(rep) {
            // One at a time: what joins with another meanwhile is not handed over twice.
            let Some(input) = self.input(&lead) else { continue };
            let is_named = to.is_some() || input.lead.status != LeadStatus::Converted;
            if input.lead.owner.as_ref() != Some(rep) || !is_named {
                continue;
            }
            let outcomes = self.intake.hand_over(&[input], rep, to, &self.roster, &self.state, self.now);
            for outcome in &outcomes {
                self.settle(outcome)?;
            }
        }
        Ok(())
    }

    /// The leads of a rep who goes away or has come back.
    fn look_after(&mut self, rep: &RepId) -> Done {
        for lead in self.leads_of_rep(rep) {
            // What an open opportunity holds stays with him.
            let Some(input) = self.input(&lead).filter(|_| !self.is_held(&lead)) else { continue };
            let outcome =
                self.intake.review(&Input { wake_up: None, ..input }, &self.roster, &self.state, self.now);
            if !outcome.effects().is_empty() {
                self.settle(&outcome)?;
            }
        }
        Ok(())
    }

    /// A person asks to be forgotten: the lead, the entries that were folded into it, and the contact it became. What the
    /// book has noted beside (conflicts, values that were replaced) it keeps: there is no effect for it.
    pub(super) fn forget(&mut self, lead: &LeadId) -> Done {
        let is_of = |one: &Lead| one.id == *lead || one.folded_into.as_ref() == Some(lead);
        let gone: Vec<LeadId> =
            self.book.leads().filter(|one| is_of(one)).map(|one| one.id.clone()).collect();
        let came_from = |one: &Contact| one.lead.as_ref().is_some_and(|from| gone.contains(from));
        let accounts: Vec<Account> =
            self.book.accounts().filter(|account| account.contacts.iter().any(came_from)).cloned().collect();
        for mut account in accounts {
            account.contacts.retain(|one| !came_from(one));
            self.book.insert_account(account);
        }
        for id in &gone {
            self.book.remove_lead(id);
            self.book.insert_life(id, History::default(), Vec::new());
            self.timelines.remove(id);
            self.laws().forget(id);
            self.after(id);
        }
        self.opportunities.retain(|_, (of, _)| !gone.contains(of));
        self.say(lead, "-", if gone.is_empty() { "unknown_lead" } else { "erased" }.to_owned(), None);
        Ok(())
    }

    fn known_rep(&mut self, rep: &RepId) -> Option<&mut Rep> {
        if !self.reps.contains_key(rep) {
            self.say(&rep.as_str().into(), "-", "unknown_rep".to_owned(), None);
        }
        self.reps.get_mut(rep)
    }
}
