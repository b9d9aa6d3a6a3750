//! A lead as it is after it has lost its owner, or after a new cycle has begun.

use chrono::{DateTime, Utc};

use super::Input;
use super::marks::is_of_owner;
use crate::model::{Acquisition, Effect, History, Lead, LeadStatus, RepId, Tenure, TenureEnd};

/// A lead after something has ended, and the effects of that.
pub(super) struct Without {
    pub(super) lead: Lead,
    pub(super) history: History,
    pub(super) effects: Vec<Effect>,
}

impl Without {
    /// The lead without its owner, whose tenure ends in this way.
    pub(super) fn owner(input: &Input, owner: &RepId, end: TenureEnd, now: DateTime<Utc>) -> Without {
        let (mut lead, mut history) = (input.lead.clone(), input.history.clone());
        let id = lead.id.clone();
        let end_of = |rep: &RepId, end| Effect::EndTenure { lead: id.clone(), rep: rep.clone(), end };
        let mut effects = Vec::new();
        if let Some(helper) = history.helper() {
            effects.push(end_of(&helper.owner, TenureEnd::HandedOver));
        }
        effects.push(end_of(owner, end));
        let mut is_known = false;
        for tenure in history.tenures.iter_mut().filter(|tenure| tenure.until.is_none()) {
            let is_owner_s = tenure.owner == *owner && !tenure.is_beside_owner();
            is_known |= is_owner_s;
            tenure.until = Some(now.max(tenure.from));
            tenure.end = Some(if is_owner_s { end } else { TenureEnd::HandedOver });
        }
        if !is_known {
            history.tenures.push(Tenure {
                lead: id.clone(),
                owner: owner.clone(),
                from: history.cycle_started_at.unwrap_or(lead.created_at).min(now),
                until: Some(now),
                acquisition: lead.acquisition.clone().unwrap_or(Acquisition::AutoAssigned),
                end: Some(end),
                close_reason: None,
            });
        }
        history.deadlines.retain(|deadline| deadline.done_at.is_some());
        lead.owner = None;
        lead.pool = None;
        let (gone, tags) = lead.tags.into_iter().partition(|tag| is_of_owner(tag));
        lead.tags = tags;
        let gone: Vec<String> = gone;
        effects.extend(gone.into_iter().map(|tag| Effect::RemoveTag { lead: id.clone(), tag }));
        if !lead.has_ended() {
            lead.status = LeadStatus::Unassigned;
            effects.push(Effect::SetStatus { lead: id, status: LeadStatus::Unassigned });
        }
        Without { lead, history, effects }
    }

    /// The lead at the beginning of a new cycle.
    pub(super) fn cycle(lead: &Lead, history: &History, now: DateTime<Utc>) -> Without {
        let (mut lead, mut history) = (lead.clone(), history.clone());
        for tenure in history.tenures.iter_mut().filter(|tenure| tenure.until.is_none()) {
            tenure.until = Some(now.max(tenure.from));
            tenure.end = Some(TenureEnd::Recycled);
        }
        history.deadlines.retain(|deadline| deadline.done_at.is_some());
        history.cycle = history.cycle.saturating_add(1);
        history.cycle_started_at = Some(now);
        lead.status = LeadStatus::Unassigned;
        lead.close_reason = None;
        lead.owner = None;
        lead.pool = None;
        let effects = vec![Effect::StartCycle { lead: lead.id.clone(), at: now }];
        Without { lead, history, effects }
    }
}
