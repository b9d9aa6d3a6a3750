//! What each rep holds, as a host counts it: open leads, those of them not spoken to, and the places beside other owners.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::Outcome;
use leadkit::assign::{AssignRules, Assignment, AssignmentKind, PoolRules};
use leadkit::book::Book;
use leadkit::model::{Effect, LeadId, LeadStatus, PoolId, RecordRef, RepId, RuleId};

use super::clock::is_live;

/// Whose a lead is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    rep: RepId,
    counts: bool,
    is_untouched: bool,
}

/// Who stands beside the owner of a lead, who is named with them.
#[derive(Debug, Clone)]
struct Beside {
    owner: RepId,
    reps: BTreeSet<RepId>,
}

/// What each rep holds.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    held: BTreeMap<LeadId, Held>,
    held_by: BTreeMap<RepId, BTreeSet<LeadId>>,
    /// How many each rep holds, and of these has not spoken to.
    counts: BTreeMap<RepId, (u32, u32)>,
    /// Who stands in for the owner of a lead, and the leads of each.
    helper_of: BTreeMap<LeadId, RepId>,
    helped_by: BTreeMap<RepId, BTreeSet<LeadId>>,
    beside: BTreeMap<LeadId, Beside>,
    /// The rules that give rewards.
    rewarding: BTreeSet<(PoolId, RuleId)>,
    /// Leads that a rep has as a reward, as long as the rep has them: they fill no place.
    rewards: BTreeMap<LeadId, RepId>,
    /// Reps who hold other leads since they were counted last.
    recounted: BTreeSet<RepId>,
    /// Whether somebody has room since it was asked last.
    pub(crate) has_room: bool,
}

impl Holdings {
    pub(crate) fn new(rules: &AssignRules) -> Holdings {
        let rewards = |(pool, rules): (&PoolId, &PoolRules)| -> Vec<(PoolId, RuleId)> {
            let rewarding = rules.rules.iter().filter(|rule| rule.reward);
            rewarding.map(|rule| (pool.clone(), rule.id.clone())).collect()
        };
        Holdings { rewarding: rules.pools.iter().flat_map(rewards).collect(), ..Holdings::default() }
    }

    /// A decision was carried out. Who stands beside the owner whom it names, and whether the lead is a reward, no row of the
    /// book says.
    pub(crate) fn decided(&mut self, book: &Book, outcome: &Outcome) {
        let Some(assign) = outcome.delta().assign.as_ref() else { return };
        self.recounted.extend(assign.reps().map(|(rep, _)| rep.clone()));
        let id = outcome.lead();
        let Some(owner) = book.lead(id).and_then(|lead| lead.owner.clone()) else { return };
        let reps: BTreeSet<RepId> = outcome.effects().iter().filter_map(|one| companion(one, id)).collect();
        if !reps.is_empty() {
            self.seat(id, Some(Beside { owner: owner.clone(), reps }));
        }
        if assign.is_empty() {
            return;
        }
        // What is decided anew is a reward or is none, whatever it was.
        self.rewards.remove(id);
        if let Some(AssignmentKind::Assigned { rep, pool, rule, .. }) =
            outcome.assignment().map(Assignment::kind)
            && *rep == owner
            && self.rewarding.contains(&(pool.clone(), rule.clone()))
        {
            self.rewards.insert(id.clone(), owner);
        }
    }

    /// Something has happened to a lead.
    pub(crate) fn set(&mut self, book: &Book, id: &LeadId) {
        // An account's lead that nobody has answered is somebody's work, and counts for no cap.
        let held = book.lead(id).filter(|lead| is_live(book, lead)).and_then(|lead| {
            let rep = lead.owner.clone()?;
            let counts = lead.status != LeadStatus::Converted && self.rewards.get(id) != Some(&rep);
            Some(Held { rep, counts, is_untouched: lead.status == LeadStatus::Pending })
        });
        if self.rewards.get(id) != held.as_ref().map(|held| &held.rep) {
            self.rewards.remove(id);
        }
        let before = match held.clone() {
            Some(held) => self.held.insert(id.clone(), held),
            None => self.held.remove(id),
        };
        if before != held {
            for (one, sign) in [(before, -1), (held.clone(), 1)] {
                let Some(Held { rep, counts, is_untouched }) = one else { continue };
                let leads = self.held_by.entry(rep.clone()).or_default();
                if sign < 0 {
                    leads.remove(id)
                } else {
                    leads.insert(id.clone())
                };
                let [held, untouched] = [counts, is_untouched].map(|does| if does { sign } else { 0 });
                self.count(rep, held, untouched);
            }
        }
        let is_helped = |owner: &RepId| held.as_ref().is_some_and(|held| held.counts && held.rep == *owner);
        if self.beside.get(id).is_some_and(|beside| !is_helped(&beside.owner)) {
            self.seat(id, None);
        }
        let helps = held.as_ref().and_then(|_| book.history(id).helper()).map(|one| one.owner.clone());
        if self.helper_of.get(id) != helps.as_ref() {
            if let Some(rep) = self.helper_of.remove(id) {
                self.helped_by.entry(rep).or_default().remove(id);
            }
            if let Some(rep) = helps {
                self.helped_by.entry(rep.clone()).or_default().insert(id.clone());
                self.helper_of.insert(id.clone(), rep);
            }
        }
    }

    /// Whoever stands beside an owner holds the lead too; those who stood there before do no longer.
    fn seat(&mut self, id: &LeadId, beside: Option<Beside>) {
        let before = match beside.clone() {
            Some(beside) => self.beside.insert(id.clone(), beside),
            None => self.beside.remove(id),
        };
        for (seats, sign) in [(before, -1), (beside, 1)] {
            seats.into_iter().flat_map(|seats| seats.reps).for_each(|rep| self.count(rep, sign, 0));
        }
    }

    fn count(&mut self, rep: RepId, held: i32, untouched: i32) {
        self.recounted.insert(rep.clone());
        self.has_room |= held < 0 || untouched < 0;
        let counts = self.counts.entry(rep).or_default();
        counts.0 = counts.0.saturating_add_signed(held);
        counts.1 = counts.1.saturating_add_signed(untouched);
    }

    /// Counts reps anew.
    pub(crate) fn recount<'r>(&mut self, reps: impl Iterator<Item = &'r RepId>) {
        self.recounted.extend(reps.cloned());
    }

    /// The reps who hold other leads since the last time: how many, and how many of these untouched.
    pub(crate) fn take_recounted(&mut self) -> Vec<(RepId, (u32, u32))> {
        let counted = |rep: RepId| (rep.clone(), self.counts.get(&rep).copied().unwrap_or_default());
        std::mem::take(&mut self.recounted).into_iter().map(counted).collect()
    }

    /// The open leads of a rep, by id.
    pub(crate) fn of(&self, rep: &RepId) -> impl Iterator<Item = &LeadId> {
        self.held_by.get(rep).into_iter().flatten()
    }

    /// The open leads that a rep works on in other owners' place, by id.
    pub(crate) fn helped_by(&self, rep: &RepId) -> impl Iterator<Item = &LeadId> {
        self.helped_by.get(rep).into_iter().flatten()
    }
}

/// Who stands beside the owner of a lead from now on.
fn companion(effect: &Effect, lead: &LeadId) -> Option<RepId> {
    match effect {
        Effect::Notify { rep, code, about: RecordRef::Lead(of) } if of == lead => {
            (code.as_ref() == "companion").then(|| rep.clone())
        }
        _ => None,
    }
}
