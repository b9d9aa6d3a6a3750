//! Notices of a decision: each person concerned is told once, but not of their own acts.
//!
//! | code | who is told |
//! |---|---|
//! | `assigned` | the rep who gets a lead by the rules |
//! | `account_lead` | the owner of the account that a lead turned out to belong to |
//! | `taken_over` | the rep who gets what another lost, or the other leads of a customer |
//! | `handed_over`, `allotted` | the rep who gets a lead by a person's act |
//! | `joined` | the owner whose lead was joined with another |
//! | `lead_taken` | the rep who has lost a lead without missing a deadline |
//! | `deadline_missed` | the rep who has lost a lead by missing a deadline |
//! | `contact_unusable` | the owner whose lead has no usable contact value left |
//! | `lead_blocked` | the owner whose lead the lists keep out from now on |
//! | `revoked` | the rep who was given a lead by mistake |
//! | `lead_waits`, `covered` | an owner who is away: the lead waits for them, or somebody stands in |
//! | `companion_ended` | the companion of an owner who no longer has the lead: the host counts their leads again |
//! | `cover` | who stands in |
//! | `cover_ended` | who stood in, and the owner who is back |
//! | `passed_on`, `taken_back` | a partner who starts or stops working on a lead of their channel manager; the manager, when the partner did not answer |
//! | `deal_registered` | whose account a partner's registered deal protects |
//! | `collision` | both who work on one customer |
//! | `nobody_answers` | who has to answer a customer whom everybody else let wait |
//! | `lead_in_pool`, `owners_exhausted`, `nobody_gets_it`, `nobody_covers` | who runs the pool |
//! | `account_in_pool` | who runs the pool that an account came into, and once a year |
//! | `imported` | who has rows of an import |

use super::act::Act;
use super::engine::Case;
use super::state_keys::main_keys;
use super::{Outcome, Route};
use crate::model::{Acquisition, Effect, History, LeadStatus, OwnerState, RecordRef, RepId};

impl Outcome {
    /// Tells a rep. One decision sends nothing twice, whatever leads to it.
    pub(super) fn tell(&mut self, rep: &RepId, code: &'static str, about: &RecordRef) {
        let notice = Effect::Notify { rep: rep.clone(), code: code.into(), about: about.clone() };
        if !self.effects.contains(&notice) {
            self.effects.push(notice);
        }
    }

    /// Tells a rep, unless the decision tells them about the record already.
    pub(super) fn tell_once(&mut self, rep: &RepId, code: &'static str, about: &RecordRef) {
        let is_told = |effect: &Effect| match effect {
            // Notices about the account it belongs to are about the lead.
            Effect::Notify { rep: told, about: of, .. } => {
                told == rep && (of == about || matches!(of, RecordRef::Account(_)))
            }
            _ => false,
        };
        if !self.effects.iter().any(is_told) {
            self.tell(rep, code, about);
        }
    }

    /// Tells the rep who gets the lead by the decision, and the one who had it before. An act of a person has notices of
    /// its own.
    pub(super) fn announce(&mut self, case: &Case<'_>) {
        if matches!(case.act, Act::Reassign | Act::HandOver) {
            return;
        }
        let lead = &case.lead.id;
        let given = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::SetOwner { lead: of, owner, acquisition } if of == lead => {
                Some((owner.clone(), *acquisition == Acquisition::Claimed))
            }
            _ => None,
        });
        let Some((owner, is_claimed)) = given else { return };
        let before = case.lead.owner.as_ref();
        let claims = case.act == Act::Claim && is_claimed;
        if before == Some(&owner) || claims {
            return;
        }
        let about = RecordRef::Lead(lead.clone());
        let code = match &self.route {
            Route::Converted { .. } => "account_lead",
            _ if self.next.is_some() => "joined",
            _ => "assigned",
        };
        self.tell_once(&owner, code, &about);
        if let Some(before) = before.filter(|before| case.owner_state(before) != OwnerState::Gone) {
            self.tell_once(before, "lead_taken", &about);
        }
    }

    /// Tells the rep who worked on the lead in its owner's place that the owner has lost it, unless that rep has it now.
    pub(super) fn tell_helper(&mut self, case: &Case<'_>, history: &History) {
        let about = RecordRef::Lead(case.lead.id.clone());
        if let Some(cover) = history.cover().map(|tenure| &tenure.owner)
            && case.owner_state(cover) != OwnerState::Gone
        {
            self.tell_once(cover, "cover_ended", &about);
        }
        if let Some(partner) = history.partner().map(|tenure| &tenure.owner)
            && case.roster.channel_manager(partner).is_some()
        {
            self.tell_once(partner, "taken_back", &about);
        }
        let over = self.effects.iter().filter_map(|effect| match effect {
            Effect::EndTenure { lead, rep, .. } if *lead == case.lead.id => Some(rep),
            Effect::SetStatus { lead, status: LeadStatus::Invalid } if *lead == case.lead.id => {
                case.lead.owner.as_ref()
            }
            _ => None,
        });
        let beside: Vec<&RepId> = over.flat_map(|owner| case.companions(owner, history)).collect();
        for rep in beside.into_iter().filter(|rep| case.owner_state(rep) != OwnerState::Gone) {
            self.tell(rep, "companion_ended", &about);
        }
    }
}

impl<'a> Case<'a> {
    /// Who stands beside an owner, as long as the decision is remembered that gave the lead.
    fn companions(&self, owner: &RepId, history: &History) -> Vec<&'a RepId> {
        let keys = main_keys(self.lead, history, self.assign.key.as_deref());
        self.given_by(&keys, history, owner).into_iter().flat_map(|(_, given)| given.beside()).collect()
    }
}
