//! One customer, one owner: what a decision about one lead means for the other leads of its customer.

use super::act::Act;
use super::engine::Case;
use super::marks::is_disputed;
use super::move_customer::{Move, Takes};
use super::routing::conversion;
use super::{Intake, Outcome, Refusal, Route};
use crate::dedup::{Holding, MatchAction, Resolution, holdings, is_within, share_a_part, share_scope};
use crate::follow_up::HeldParts;
use crate::model::{Account, Acquisition, Effect, Lead, LeadId, LeadStatus, OwnerState, RecordRef, RepId};

impl<'a> Case<'a> {
    /// The leads of the customer that others have, within the lead's scope, and on which work continues; not those about
    /// which reviewers were asked. They go where the lead goes.
    pub(super) fn others<'c>(
        &'c self,
        siblings: &'c [LeadId],
        owner: &'c RepId,
    ) -> impl Iterator<Item = &'a Lead> + 'c {
        self.others_near(siblings, owner)
            .filter(|one| share_scope(self.scope, self.lead, one) && self.rules_over(one))
    }

    /// Whether another lead goes along: it names no part that the lead does not, and either all of the lead's parts, or
    /// nobody else holds it. A lead of two products takes neither from the rep who has it, unless an administrator orders so:
    /// the order is about all parts of the lead, and about what its owner had by them.
    fn rules_over(&self, other: &Lead) -> bool {
        let is_had = |rep: &RepId| self.lead.owner.as_ref() == Some(rep) || self.had_it(rep);
        let is_free = |rep: &RepId| is_had(rep) || self.owner_state(rep) == OwnerState::Gone;
        let is_nobody_s = other.owner.as_ref().is_none_or(is_free);
        let is_narrower = is_within(self.scope, other, self.lead);
        match self.act {
            Act::Allot => is_narrower || is_nobody_s,
            _ => is_narrower && (is_nobody_s || is_within(self.scope, self.lead, other)),
        }
    }

    /// The same with those that only [may be](crate::dedup::Resolution::siblings) within the lead's scope: one of them
    /// is without a value.
    fn others_near<'c>(
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

    /// Whether the lead and another were converted to two accounts: the company decides before the person, who belongs to
    /// both.
    fn is_of_another_account(&self, other: &Lead) -> bool {
        let account = |one: &'_ Lead| one.account.clone().filter(|_| one.status == LeadStatus::Converted);
        other.status == LeadStatus::Converted
            && account(self.lead).is_some_and(|own| account(other).is_some_and(|its| its != own))
    }

    /// The other leads converted to the account of the lead.
    pub(super) fn of_its_account(&self) -> impl Iterator<Item = &'a Lead> {
        let (lead, rows) = (self.lead, self.rows);
        let account = lead.account.as_ref().filter(|_| lead.status == LeadStatus::Converted);
        let is_its = move |one: &&Lead| {
            account.is_some() && one.account.as_ref() == account && one.status == LeadStatus::Converted
        };
        let row = account.and_then(|of| rows.accounts.iter().find(|one| one.id == *of));
        let (scope, is_divided) = (self.scope, row.filter(|row| !row.owners.is_empty()));
        // A lead that is held for another product goes its own way.
        let is_of_a_part =
            move |one: &&Lead| is_divided.is_none_or(|row| share_a_part(scope, lead, one, row));
        rows.leads.iter().filter(move |one| one.id != lead.id).filter(is_its).filter(is_of_a_part)
    }

    /// The parts of an account that a lead belongs to and a rep has.
    pub(super) fn parts_of(&self, lead: &Lead, account: &'a Account, owner: &RepId) -> Vec<Holding<'a>> {
        let mut parts = holdings(self.scope, lead, account);
        parts.retain(|part| part.owner == Some(owner));
        parts
    }

    /// The reps who have the parts of an account that a lead belongs to, in the order of the lead's values.
    pub(super) fn holders_of(
        &self,
        lead: &Lead,
        account: &'a Account,
    ) -> impl Iterator<Item = &'a RepId> + use<'a> {
        holdings(self.scope, lead, account).into_iter().filter_map(|part| part.owner)
    }

    /// The open opportunity of another lead of the account by which a rep keeps all of it.
    pub(super) fn account_deal(&self, owner: &RepId) -> Option<Refusal> {
        let mut its = self.of_its_account().filter(|one| one.owner.as_ref() == Some(owner));
        let opportunity = its.find_map(|one| self.rows.opportunities.get(&one.id)?.first().cloned());
        opportunity.map(|opportunity| Refusal::OpenOpportunity { opportunity })
    }

    /// Whether somebody works on another lead on file: a rep has spoken to it, or an open opportunity holds it.
    pub(super) fn is_worked(&self, other: &Lead) -> bool {
        other.status == LeadStatus::Following || self.rows.opportunities.contains_key(&other.id)
    }

    /// Whether a rep lost another lead on file, or gave it up, in the cycle that it is in.
    pub(super) fn has_lost(&self, rep: &RepId, other: &Lead) -> bool {
        self.rows.previous_owners.get(&other.id).is_some_and(|lost| lost.contains(rep))
    }

    /// The reps who lost other leads of the customer in their cycles: their other leads go where this one goes, and not back.
    pub(super) fn lost_by_others(&self, siblings: &[LeadId]) -> Vec<RepId> {
        let lost = siblings.iter().filter_map(|id| self.rows.previous_owners.get(id));
        lost.flatten().cloned().collect()
    }

    /// Whether a rep lost the lead or gave it up in this cycle.
    pub(super) fn had_it(&self, rep: &RepId) -> bool {
        self.history.previous_owners().any(|before| before == rep)
    }
}

impl Intake {
    /// What the owner of a lead has of an account: of one that is divided, the parts that the lead belongs to. For
    /// [`FollowUpOptions::held`](crate::follow_up::FollowUpOptions::held) of a converted lead.
    ///
    /// ```
    /// use leadkit::Intake;
    /// use leadkit::model::{Account, Lead};
    ///
    /// let intake = Intake::load(serde_json::json!({"dedup": {"scope": ["products"]}}))?;
    /// let lead = Lead { owner: Some("li".into()), products: vec!["crm".into()], ..Lead::default() };
    /// let owners = [("crm".to_owned(), "li".into()), ("erp".to_owned(), "wang".into())].into();
    /// let account = Account { owners, ..Account::default() };
    /// let held = intake.held_parts(&lead, &account);
    /// assert_eq!((held.fields, held.is_all), (vec!["owners.crm".to_owned()], false));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn held_parts(&self, lead: &Lead, account: &Account) -> HeldParts {
        let mut parts = holdings(self.deduplicator.scope(), lead, account);
        parts.retain(|part| part.owner.is_some() && part.owner == lead.owner.as_ref());
        let fields: Vec<String> = parts.iter().map(Holding::field).collect();
        HeldParts { is_all: account.holders().count() == fields.len(), fields }
    }

    /// The rep who has another live lead of the customer, if the lead's own record has no owner, or a script only marks the
    /// lead; of a part of an account whose owner no longer takes part, else the rep who holds the rest.
    pub(super) fn owner_of_customer(&self, case: &Case<'_>, resolution: &Resolution) -> Option<RepId> {
        let is_nobody_s = match resolution.action() {
            MatchAction::AssignByRules { record: RecordRef::Account(_) } => true,
            MatchAction::Custom { .. } => case.claim.is_none() && !self.is_worn_out(case),
            _ => false,
        };
        if !is_nobody_s {
            return None;
        }
        let nobody = RepId::default();
        let mut owners =
            case.others_near(resolution.siblings(), &nobody).filter_map(|one| one.owner.as_ref());
        let may_have_it = |rep: &&RepId| case.owner_state(rep) != OwnerState::Gone && !case.had_it(rep);
        let rest = || self.rest_owner(case, resolution).filter(may_have_it);
        owners.find(may_have_it).or_else(rest).cloned()
    }

    /// The rep who holds the rest of an account that is divided and has no owner for the lead.
    fn rest_owner<'c>(&self, case: &Case<'c>, resolution: &Resolution) -> Option<&'c RepId> {
        let MatchAction::AssignByRules { record: RecordRef::Account(id) } = resolution.action() else {
            return None;
        };
        let mut divided = case.rows.accounts.iter().filter(|row| !row.owners.is_empty());
        divided.find(|row| row.id == *id)?.owner.as_ref()
    }

    /// The lead has a new owner by the decision: what is left of the customer with the rep who lost it, or is untouched with
    /// others, goes with it.
    pub(super) fn bring_customer(&self, case: &Case<'_>, resolution: &Resolution, outcome: &mut Outcome) {
        let given = outcome.effects.iter().rev().find_map(|effect| match effect {
            Effect::SetOwner { lead, owner, .. } if *lead == case.lead.id => Some(owner.clone()),
            _ => None,
        });
        let Some(to) = given else { return };
        // A rep who enters a lead of a customer with two owners takes nothing from either: a person decides.
        if case.is_entry() && matches!(resolution.action(), MatchAction::Held { .. }) {
            return;
        }
        // The company decides before the person: a lead that became part of another account stays there.
        let account = match &outcome.route {
            Route::Converted { account, .. } => Some(account.clone()),
            _ => None,
        };
        let is_elsewhere = |one: &&Lead| {
            let its = one.account.as_ref().filter(|_| one.status == LeadStatus::Converted);
            account.as_ref().zip(its).is_some_and(|(account, its)| account != its)
        };
        let others = case.others(resolution.siblings(), &to).filter(|one| !is_elsewhere(one)).collect();
        // A lead that another rep works on stays with that rep: a person decides.
        let (how, takes) = (Acquisition::OwnerChanged, Takes::Idle);
        outcome.move_customer(self, case, &Move { from: None, to: &to, how, others, takes });
    }

    /// A rep's lead belongs to an account of theirs, or to one without an owner: it is converted to them, and they are told.
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
