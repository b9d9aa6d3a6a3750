//! One customer, one owner: what a decision about one lead means for the other leads of its customer.

use chrono::{DateTime, Utc};

use super::engine::Case;
use super::routing::conversion;
use super::{Along, Intake, Next, Outcome, Route, wake_up};
use crate::dedup::{COLLISION, Holding, MatchAction, Resolution, holdings, share_a_part};
use crate::model::{
    Account, Acquisition, Effect, Lead, LeadId, LeadStatus, Link, LinkKind, OwnerState, RecordRef, RepId,
    TenureEnd, Value,
};
use crate::rule::Facts;

impl<'a> Case<'a> {
    /// The leads of the customer that others have, and on which work goes on; not those about which reviewers were asked.
    pub(super) fn others<'c>(
        &'c self,
        siblings: &'c [LeadId],
        owner: &'c RepId,
    ) -> impl Iterator<Item = &'a Lead> + 'c {
        let rows = self.rows;
        let lead = move |id: &LeadId| rows.leads.iter().find(|one| one.id == *id);
        siblings.iter().filter_map(lead).filter(move |one| {
            let is_live = !one.has_ended() || rows.unanswered.contains(&one.id);
            let is_others = one.owner.as_ref().is_some_and(|other| other != owner);
            is_live && is_others && !is_disputed(one) && !self.is_of_another_account(one)
        })
    }

    /// Whether the lead and another were converted to two accounts: the company decides before the person, who is of two.
    fn is_of_another_account(&self, other: &Lead) -> bool {
        let account = |one: &'_ Lead| one.account.clone().filter(|_| one.status == LeadStatus::Converted);
        other.status == LeadStatus::Converted
            && account(self.lead).is_some_and(|own| account(other).is_some_and(|its| its != own))
    }

    /// What else was converted to the account of the lead.
    pub(super) fn of_its_account(&self) -> impl Iterator<Item = &'a Lead> {
        let (lead, rows) = (self.lead, self.rows);
        let account = lead.account.as_ref().filter(|_| lead.status == LeadStatus::Converted);
        let is_its = move |one: &&Lead| {
            account.is_some() && one.account.as_ref() == account && one.status == LeadStatus::Converted
        };
        let row = account.and_then(|of| rows.accounts.iter().find(|one| one.id == *of));
        let (scope, is_divided) = (self.scope, row.filter(|row| !row.owners.is_empty()));
        // What is held for another product goes its own way.
        let is_of_a_part =
            move |one: &&Lead| is_divided.is_none_or(|row| share_a_part(scope, lead, one, row));
        rows.leads.iter().filter(move |one| one.id != lead.id).filter(is_its).filter(is_of_a_part)
    }

    /// The parts of an account that a lead is of and a rep has.
    pub(super) fn parts_of(&self, lead: &Lead, account: &'a Account, owner: &RepId) -> Vec<Holding<'a>> {
        let mut parts = holdings(self.scope, lead, account);
        parts.retain(|part| part.owner == Some(owner));
        parts
    }

    /// Whether somebody works on another lead on file: he has spoken to it, or an open opportunity holds it.
    pub(super) fn is_worked(&self, other: &Lead) -> bool {
        other.status == LeadStatus::Following || self.rows.opportunities.contains_key(&other.id)
    }

    /// Whether a rep lost another lead on file, or gave it up, in the cycle that it is in.
    pub(super) fn has_lost(&self, rep: &RepId, other: &Lead) -> bool {
        self.rows.previous_owners.get(&other.id).is_some_and(|lost| lost.contains(rep))
    }

    /// Who lost other leads of the customer in their cycles: what is theirs goes where the lead goes, and not back.
    pub(super) fn lost_by_others(&self, siblings: &[LeadId]) -> Vec<RepId> {
        let lost = siblings.iter().filter_map(|id| self.rows.previous_owners.get(id));
        lost.flatten().cloned().collect()
    }

    /// Whether a rep lost the lead or gave it up in this cycle.
    pub(super) fn had_it(&self, rep: &RepId) -> bool {
        self.history.previous_owners().any(|before| before == rep)
    }
}

/// Whether reviewers are asked whose it is.
pub(super) fn is_disputed(lead: &Lead) -> bool {
    lead.tags.iter().any(|tag| tag == COLLISION)
}

/// Whose a customer is when no reviewer decides, first things first: to whom an administrator gave it, else who is on file longest.
fn claim_of(lead: &Lead) -> (bool, (DateTime<Utc>, &LeadId)) {
    (lead.acquisition != Some(Acquisition::AssignedByAdmin), lead.seniority())
}

impl Intake {
    /// Who has another live lead of the customer, where the lead's own record has no owner.
    pub(super) fn owner_of_customer(&self, case: &Case<'_>, resolution: &Resolution) -> Option<RepId> {
        if !matches!(resolution.action(), MatchAction::AssignByRules { record: RecordRef::Account(_) }) {
            return None;
        }
        let nobody = RepId::default();
        let mut owners = case.others(resolution.siblings(), &nobody).filter_map(|one| one.owner.as_ref());
        let may_have_it = |rep: &&RepId| case.owner_state(rep) != OwnerState::Gone && !case.had_it(rep);
        owners.find(may_have_it).cloned()
    }

    /// The lead has a new owner by the decision: what is left of the customer with who lost it, or lies untouched with
    /// others, goes with it.
    pub(super) fn bring_customer(&self, case: &Case<'_>, resolution: &Resolution, outcome: &mut Outcome) {
        let given = outcome.effects.iter().rev().find_map(|effect| match effect {
            Effect::SetOwner { lead, owner, .. } if *lead == case.lead.id => Some(owner.clone()),
            _ => None,
        });
        let Some(to) = given else { return };
        let goes =
            |one: &&Lead| one.owner.as_ref().is_some_and(|owner| case.had_it(owner)) || !case.is_worked(one);
        // The company decides before the person: what became part of another account stays there.
        let account = match &outcome.route {
            Route::Converted { account, .. } => Some(account.clone()),
            _ => None,
        };
        let is_elsewhere = |one: &&Lead| {
            let its = one.account.as_ref().filter(|_| one.status == LeadStatus::Converted);
            account.as_ref().zip(its).is_some_and(|(account, its)| account != its)
        };
        let others = case.others(resolution.siblings(), &to).filter(|one| !is_elsewhere(one));
        let (others, kept): (Vec<&Lead>, Vec<&Lead>) = others.partition(goes);
        outcome.bring_all(self, case, &others, &to, &Acquisition::OwnerChanged);
        // On whom another works is his, and so is the person: somebody decides.
        outcome.dispute_with(self, case, &kept, &to);
    }

    /// A lead in somebody's hands turns out to be of a customer of whom others have leads too: by an update, or because an entry
    /// joined two people. Who works on one of them has all, else who has the earliest. When two work on them, a person decides.
    /// Whether the lead went to another.
    pub(super) fn agree(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        own: &RepId,
        outcome: &mut Outcome,
    ) -> bool {
        let is_there =
            |one: &&Lead| one.owner.as_ref().is_some_and(|owner| case.owner_state(owner) != OwnerState::Gone);
        let others: Vec<&Lead> = case.others(resolution.siblings(), own).filter(is_there).collect();
        let lead = case.lead;
        let leader = case.entry.filter(|entry| resolution.siblings().contains(entry));
        let Some(first) = others.first().copied() else {
            return false;
        };
        let is_mine_worked = lead.status == LeadStatus::Following || !case.history.opportunities.is_empty();
        // An open opportunity stays where it is until somebody decides, whoever else has spoken to the customer.
        let is_open = |one: &&Lead| case.rows.opportunities.contains_key(&one.id);
        let is_held = !case.history.opportunities.is_empty() || others.iter().any(is_open);
        let rival = others.iter().copied().find(|one| case.is_worked(one));
        let rival = rival.or(is_held.then_some(first));
        let collides = is_held || is_mine_worked && rival.is_some();
        let is_due = case.is_due(wake_up::COLLISION);
        if is_disputed(lead) && !is_due {
            // Reviewers were asked. Until they have decided, or their time is over, both keep what they have.
            return false;
        }
        let to = match (leader.and_then(|id| others.iter().copied().find(|one| one.id == *id)), rival) {
            (Some(leader), _) => Some(leader),
            // Its owner has just got the customer.
            (None, _) if leader.is_some() => None,
            (None, Some(rival)) if collides && is_due => (claim_of(rival) < claim_of(lead)).then_some(rival),
            (None, Some(rival)) if collides => {
                outcome.dispute(self, case, &[rival], own);
                return false;
            }
            (None, Some(rival)) => Some(rival),
            (None, None) if is_mine_worked => None,
            (None, None) => (first.seniority() < lead.seniority()).then_some(first),
        };
        let may_have_mine = |one: &&Lead| one.owner.as_ref().is_some_and(|owner| !case.had_it(owner));
        let is_free = leader.is_none() && !is_mine_worked;
        let to = to.filter(may_have_mine).or_else(|| {
            // What the owner lost does not come back to him: the lead goes there.
            let mut lost = others.iter().copied().filter(|one| is_free && case.has_lost(own, one));
            lost.find(may_have_mine)
        });
        let to = to.and_then(|one| Some((one, one.owner.clone()?)));
        let heir = to.as_ref().map_or(own, |(_, owner)| owner);
        // What else the owner has of the customer goes along, unless he works on it.
        let goes = |one: &&Lead| one.owner.as_ref() != Some(own) || !case.is_worked(one);
        let rest: Vec<&Lead> =
            case.others(resolution.siblings(), heir).filter(is_there).filter(goes).collect();
        if is_disputed(lead) {
            if rest.iter().any(|one| case.has_lost(heir, one)) {
                // By no rule does anybody get back what he lost: they are asked once more.
                outcome.wake(
                    lead,
                    self.stay_ends(case, case.now, wake_up::COLLISION_STAY),
                    wake_up::COLLISION,
                );
                return false;
            }
            outcome.effects.push(Effect::RemoveTag { lead: lead.id.clone(), tag: COLLISION.to_owned() });
        }
        let Some((to, owner)) = to else {
            outcome.bring_all(self, case, &rest, own, &Acquisition::OwnerChanged);
            return false;
        };
        outcome.bring_all(self, case, &rest, &owner, &Acquisition::OwnerChanged);
        let id = lead.id.clone();
        outcome.effects.push(Effect::EndTenure {
            lead: id.clone(),
            rep: own.clone(),
            end: TenureEnd::HandedOver,
        });
        let acquisition = Acquisition::OwnerChanged;
        outcome.effects.push(Effect::SetOwner { lead: id, owner: owner.clone(), acquisition });
        outcome.start(lead, case.now);
        outcome.move_with(case, own, &owner);
        outcome.tell_helper(case, case.history);
        outcome.route = Route::ToOwner { owner: owner.clone(), record: Some(RecordRef::Lead(to.id.clone())) };
        self.attend(case, facts, &owner, outcome);
        true
    }

    /// A rep's lead is of an account of his, or of nobody's: it is converted to him, and he is told.
    pub(super) fn convert_own(
        &self,
        case: &Case<'_>,
        resolution: &Resolution,
        own: &RepId,
        outcome: &mut Outcome,
    ) {
        outcome.effects.extend(resolution.effects().iter().cloned());
        outcome.effects.extend(conversion(own, case, resolution));
        if case.lead.status == LeadStatus::Unassigned {
            outcome.start_deadlines(case.lead, case);
        }
        if case.owner_state(own) != OwnerState::Gone {
            outcome.tell_once(own, "account_lead", &RecordRef::Lead(case.lead.id.clone()));
        }
    }
}

impl Outcome {
    /// Several reps work on one customer: all keep what they have, until somebody decides. Reported once.
    fn dispute(&mut self, intake: &Intake, case: &Case<'_>, rivals: &[&Lead], own: &RepId) {
        let (Some((first, others)), false) = (rivals.split_first(), is_disputed(case.lead)) else { return };
        self.mark_dispute(intake, case, RecordRef::Lead(first.id.clone()));
        let about = RecordRef::Lead(case.lead.id.clone());
        self.tell(own, COLLISION, &about);
        for other in others {
            let (from, kind, to) = (about.clone(), LinkKind::RelatedTo, RecordRef::Lead(other.id.clone()));
            self.effects.push(Effect::Link(Link { from, kind, to }));
        }
        let mut reps: Vec<&RepId> = rivals.iter().filter_map(|one| one.owner.as_ref()).collect();
        reps.sort();
        reps.dedup();
        reps.into_iter().filter(|rep| *rep != own).for_each(|rep| self.tell(rep, COLLISION, &about));
    }

    /// The same, when others work on leads of the person of a lead that a rep has by the decision.
    pub(super) fn dispute_with(&mut self, intake: &Intake, case: &Case<'_>, kept: &[&Lead], own: &RepId) {
        let is_there =
            |one: &&Lead| one.owner.as_ref().is_some_and(|rep| case.owner_state(rep) != OwnerState::Gone);
        let is_marked = |effect: &Effect| matches!(effect, Effect::AddTag { lead, tag } if *lead == case.lead.id && tag == COLLISION);
        if !self.effects.iter().any(is_marked) {
            let rivals: Vec<&Lead> = kept.iter().copied().filter(is_there).collect();
            self.dispute(intake, case, &rivals, own);
        }
    }

    /// Nobody has the lead any more: there are not two who work on it, and nothing is left to decide.
    pub(super) fn end_dispute(&mut self, lead: &Lead) {
        let is_over = |effect: &Effect| matches!(effect, Effect::RemoveTag { lead: of, tag } if *of == lead.id && tag == COLLISION);
        if is_disputed(lead) && !self.effects.iter().any(is_over) {
            let (lead, tag) = (lead.id.clone(), COLLISION.to_owned());
            self.effects.push(Effect::RemoveTag { lead, tag });
        }
    }

    /// A reviewer is asked whose the customer is.
    pub(super) fn mark_dispute(&mut self, intake: &Intake, case: &Case<'_>, to: RecordRef) {
        let lead = case.lead;
        let (of, about) = (lead.id.clone(), RecordRef::Lead(lead.id.clone()));
        let kind = LinkKind::RelatedTo;
        self.effects.push(Effect::Link(Link { from: about, kind, to }));
        self.effects.push(Effect::AddTag { lead: of.clone(), tag: COLLISION.to_owned() });
        self.effects.push(Effect::RequestReview { lead: of, reviewer: None, code: COLLISION.into() });
        self.wake(lead, intake.stay_ends(case, case.now, wake_up::COLLISION_STAY), wake_up::COLLISION);
    }

    /// Other leads of the customer go to the owner of this one. What they lead to is looked at next.
    pub(super) fn bring_all(
        &mut self,
        intake: &Intake,
        case: &Case<'_>,
        others: &[&Lead],
        to: &RepId,
        how: &Acquisition,
    ) {
        // Who lost one of them in its cycle does not get it back by this: a person decides.
        let is_ordered = *how == Acquisition::AssignedByAdmin;
        let (lost, others): (Vec<&Lead>, Vec<&Lead>) =
            others.iter().copied().partition(|one| !is_ordered && case.has_lost(to, one));
        self.dispute(intake, case, &lost, to);
        for other in others {
            if self.bring(case, other, to, how) {
                self.look_along(case, other);
            }
        }
    }

    /// A lead went along: it may be of a person who has other leads.
    pub(super) fn look_along(&mut self, case: &Case<'_>, other: &Lead) {
        let along = Along { lead: other.id.clone(), entry: case.lead.id.clone() };
        self.next = Next::after(self.next.take(), vec![along]);
    }

    /// The account that a converted lead became part of goes with it.
    fn bring_account(&mut self, case: &Case<'_>, other: &Lead, from: &RepId, to: &RepId) {
        let is_its = |one: &&Account| Some(&one.id) == other.account.as_ref();
        let converted = other.status == LeadStatus::Converted;
        let Some(account) = case.rows.accounts.iter().find(is_its).filter(|_| converted) else { return };
        for part in case.parts_of(other, account, from) {
            self.pass_part(account, &part, from, to);
        }
    }

    /// A part of an account goes to another rep, unless it went before.
    pub(super) fn pass_part(&mut self, account: &Account, part: &Holding<'_>, from: &RepId, to: &RepId) {
        let (record, name) = (RecordRef::Account(account.id.clone()), part.field());
        let is_given = |effect: &Effect| matches!(effect, Effect::UpdateField { record: of, field, .. } if *of == record && *field == name);
        if !self.effects.iter().any(is_given) {
            let (value, replaces) = (Value::from(to.as_str()), Value::from(from.as_str()));
            self.effects.push(Effect::UpdateField { record, field: name, value, replaces });
        }
    }

    /// Another lead goes to the owner of this one, with its open opportunities. Whether it does by this.
    pub(super) fn bring(&mut self, case: &Case<'_>, other: &Lead, to: &RepId, how: &Acquisition) -> bool {
        let is_given = |effect: &Effect| matches!(effect, Effect::SetOwner { lead, .. } if *lead == other.id);
        let Some(from) = other.owner.as_ref().filter(|from| *from != to) else { return false };
        if self.effects.iter().any(is_given) {
            return false;
        }
        let (id, about) = (other.id.clone(), RecordRef::Lead(other.id.clone()));
        let is_live = !other.has_ended() || case.rows.unanswered.contains(&other.id);
        if is_live {
            // From whom an administrator takes it neither lost it nor gave it up.
            let is_ordered = *how == Acquisition::AssignedByAdmin;
            let end = if is_ordered { TenureEnd::Allotted } else { TenureEnd::HandedOver };
            self.effects.push(Effect::EndTenure { lead: id.clone(), rep: from.clone(), end });
        }
        let (lead, owner, acquisition) = (id.clone(), to.clone(), how.clone());
        self.effects.push(Effect::SetOwner { lead, owner, acquisition });
        if !other.has_ended() {
            self.effects.push(Effect::SetStatus { lead: id.clone(), status: LeadStatus::Pending });
        }
        let open = case.rows.opportunities.get(&other.id).into_iter().flatten();
        self.effects.extend(open.map(|one| Effect::UpdateField {
            record: RecordRef::Opportunity(one.clone()),
            field: "owner".to_owned(),
            value: Value::from(to.as_str()),
            replaces: Value::from(from.as_str()),
        }));
        self.bring_account(case, other, from, to);
        if is_live {
            self.effects.push(Effect::StartDeadlines { lead: id, from: case.now });
            self.tell(to, "taken_over", &about);
            if case.owner_state(from) != OwnerState::Gone {
                self.tell(from, "lead_taken", &about);
            }
        }
        is_live
    }
}
