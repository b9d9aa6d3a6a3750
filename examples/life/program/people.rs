//! Reps come, go and hand over; people ask to be forgotten.

use std::collections::BTreeSet;
use std::error::Error;

use chrono::{DateTime, Utc};
use leadkit::Input;
use leadkit::intake::ErasureKey;
use leadkit::model::{Absence, Lead, LeadId, LeadStatus, Rep, RepId};

use super::desk::Desk;

/// Under which the host keeps who asked to be forgotten. A host of people draws one.
pub(super) const SECRET: ErasureKey = ErasureKey::new([7; 16]);

type Done = Result<(), Box<dyn Error>>;

impl Desk {
    pub(super) fn absent(&mut self, rep: &RepId, until: DateTime<Utc>) -> Done {
        let from = self.now;
        let Some(known) = self.known_rep(rep) else { return Ok(()) };
        // Said again, the absence lasts until then, be it sooner; the rep was away before all the same.
        let is_it = |absence: &Absence| absence.covers(from);
        let since = known.absences.iter().filter(|one| is_it(one)).map(|one| one.from).min();
        known.absences.retain(|absence| !is_it(absence));
        known.absences.push(Absence { from: since.unwrap_or(from), until });
        self.reps_changed()?;
        self.look_after(rep)
    }

    pub(super) fn back(&mut self, rep: &RepId) -> Done {
        let now = self.now;
        let Some(known) = self.known_rep(rep) else { return Ok(()) };
        // The rep was away until now: their clock stood.
        for absence in &mut known.absences {
            absence.until = absence.until.min(now);
        }
        known.absences.retain(|absence| absence.from < absence.until);
        self.reps_changed()?;
        self.look_after(rep)
    }

    pub(super) fn join(&mut self, rep: &Rep) -> Done {
        self.reps.insert(rep.id.clone(), Rep { holding: 0, untouched: 0, ..rep.clone() });
        self.reps_changed()?;
        // Of a rep who is there already other things are said: their absences, for one.
        self.look_after(&rep.id)
    }

    /// The rep takes part no longer: their leads go to others.
    pub(super) fn leave(&mut self, rep: &RepId) -> Done {
        let Some(known) = self.known_rep(rep) else { return Ok(()) };
        known.active = false;
        self.reps_changed()?;
        let (his, mut on_him) = (self.leads_of_rep(rep), self.leads_on(rep));
        self.give_away(rep, None)?;
        // What the rep owned has been looked at.
        on_him.retain(|lead| !his.contains(lead));
        self.look_at(on_him)
    }

    /// A rep passes on all they have.
    pub(super) fn hand_over(&mut self, rep: &RepId, to: &RepId) -> Done {
        if self.known_rep(rep).is_none() {
            return Ok(());
        }
        if rep == to {
            self.say(&rep.as_str().into(), "-", "refused: same_rep".to_owned(), None);
            return Ok(());
        }
        self.give_away(rep, Some(to))
    }

    fn give_away(&mut self, rep: &RepId, to: Option<&RepId>) -> Done {
        let mut his = self.leads_of_rep(rep);
        // The rep's customers too, with what is open of them.
        let answered = self.customers_of(rep).into_iter().filter(|lead| !his.contains(lead));
        his.extend(answered.collect::<Vec<_>>());
        self.hand_these_over(his, rep, to)?;
        self.hand_these_over(self.asked_of(rep), rep, to)?;
        if to.is_none_or(|to| self.reps.contains_key(to)) {
            self.accounts_of(rep, to);
        }
        Ok(())
    }

    /// The leads of a rep that were converted, by id.
    fn customers_of(&self, rep: &RepId) -> Vec<LeadId> {
        let is_his = |lead: &&Lead| lead.status == LeadStatus::Converted && lead.owner.as_ref() == Some(rep);
        self.book.leads().filter(is_his).map(|lead| lead.id.clone()).collect()
    }

    pub(super) fn hand_these_over(
        &mut self,
        leads: impl IntoIterator<Item = LeadId>,
        rep: &RepId,
        to: Option<&RepId>,
    ) -> Done {
        for lead in leads {
            // One at a time: what joins with another meanwhile is not handed over twice.
            let Some(input) = self.input(&lead) else { continue };
            let outcomes = self.intake.hand_over(&[input], rep, to, &self.roster, &self.state, self.now);
            for outcome in &outcomes {
                let nobody = to.filter(|to| !self.reps.contains_key(*to) && outcome.refusal().is_none());
                let now = self.now;
                nobody.into_iter().for_each(|to| self.laws().handed_to_nobody(outcome.lead(), to, now));
                self.settle(outcome)?;
            }
        }
        Ok(())
    }

    /// The leads of a rep who goes away or has come back, and those they stand in for.
    fn look_after(&mut self, rep: &RepId) -> Done {
        self.look_at(self.leads_on(rep))
    }

    fn look_at(&mut self, leads: BTreeSet<LeadId>) -> Done {
        for lead in leads {
            self.laws().touched(&lead);
            let Some(input) = self.input(&lead) else { continue };
            let outcome =
                self.intake.review(&Input { wake_up: None, ..input }, &self.roster, &self.state, self.now);
            if !outcome.effects().is_empty() {
                self.settle(&outcome)?;
            }
            // The rep's clock stands, or goes on.
            self.after(&lead);
        }
        Ok(())
    }

    /// A person asks to be forgotten: the lead, and the entries that were folded into it.
    pub(super) fn forget(&mut self, lead: &LeadId) -> Done {
        let Some(input) = self.known(lead) else { return Ok(()) };
        let folded = self.book.leads().filter(|one| one.folded_into.as_ref() == Some(lead));
        let entries: Vec<LeadId> = folded.map(|one| one.id.clone()).collect();
        let outcome = self.intake.forget(&input, &entries, &self.roster, &self.state, self.now);
        for gone in entries.iter().chain([lead]) {
            self.erased.extend(
                self.book
                    .lead(gone)
                    .map(|one| self.intake.erasure_hashes(one, &SECRET))
                    .into_iter()
                    .flatten(),
            );
            self.timelines.remove(gone);
            self.laws().forget(gone);
        }
        self.settle(&outcome)
    }

    pub(super) fn known_rep(&mut self, rep: &RepId) -> Option<&mut Rep> {
        if !self.reps.contains_key(rep) {
            self.say(&rep.as_str().into(), "-", "unknown_rep".to_owned(), None);
        }
        self.reps.get_mut(rep)
    }
}
