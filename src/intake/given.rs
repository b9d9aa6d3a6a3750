//! What the outcomes of a batch have changed for the leads after them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Input, Next, Outcome};
use crate::dedup::Rows;
use crate::model::{AccountId, Effect, LeadId, RecordRef, RepId, Value};

/// The leads, and the accounts they became part of, that earlier decisions have given to reps.
#[derive(Default)]
pub(super) struct Given {
    leads: BTreeMap<LeadId, RepId>,
    accounts: BTreeMap<AccountId, BTreeMap<String, RepId>>,
    /// Leads that have more than the rows and histories that were read: another was folded into them, with all
    /// that it lost, or they are reviewed next.
    changed: BTreeSet<LeadId>,
}

impl Given {
    /// Whether an earlier decision gave the lead to a rep.
    pub(super) fn has(&self, lead: &LeadId) -> bool {
        self.leads.contains_key(lead)
    }

    /// Whether the lead, or another of its customer, has changed since it was read.
    pub(super) fn changes(&self, input: &Input) -> bool {
        let mut read = std::iter::once(&input.lead.id).chain(input.rows.leads.iter().map(|lead| &lead.id));
        read.any(|lead| self.changed.contains(lead))
    }

    pub(super) fn note(&mut self, outcome: &Outcome) {
        if let Some(Next::Review { lead, also, .. }) = &outcome.next {
            self.changed.insert(lead.clone());
            self.changed.extend(also.iter().map(|along| along.lead.clone()));
        }
        for effect in &outcome.effects {
            match effect {
                Effect::Fold { entry, subject, .. } => {
                    self.changed.extend([entry.clone(), subject.clone()]);
                }
                Effect::SetOwner { lead, owner, .. } => drop(self.leads.insert(lead.clone(), owner.clone())),
                Effect::UpdateField {
                    record: RecordRef::Account(account),
                    field,
                    value: Value::Text(rep),
                    ..
                } if field == "owner" || field.starts_with("owners.") => {
                    let parts = self.accounts.entry(account.clone()).or_default();
                    parts.insert(field.clone(), RepId::from(rep.as_str()));
                }
                _ => {}
            }
        }
    }

    /// The rows after the earlier decisions: two waiting leads of one customer go to one owner.
    pub(super) fn seen_in<'r>(&self, rows: &'r Rows) -> Cow<'r, Rows> {
        let has_lead = rows.leads.iter().any(|lead| self.leads.contains_key(&lead.id));
        if !has_lead && !rows.accounts.iter().any(|account| self.accounts.contains_key(&account.id)) {
            return Cow::Borrowed(rows);
        }
        let mut rows = rows.clone();
        for lead in &mut rows.leads {
            if let Some(owner) = self.leads.get(&lead.id) {
                lead.owner = Some(owner.clone());
                lead.pool = None;
            }
        }
        for account in &mut rows.accounts {
            for (field, owner) in self.accounts.get(&account.id).into_iter().flatten() {
                match field.strip_prefix("owners.") {
                    Some(value) => drop(account.owners.insert(value.to_owned(), owner.clone())),
                    None => account.owner = Some(owner.clone()),
                }
                account.pool = None;
            }
        }
        Cow::Owned(rows)
    }
}
