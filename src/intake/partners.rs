//! Partners: agents and dealers who work on leads that the team owns, and the deals that they register (报备).

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::engine::Case;
use super::{Intake, Outcome, Refusal, Route, State};
use crate::assign::Roster;
use crate::book::Book;
use crate::model::{Account, AccountId, Effect, OwnerState, PoolId, RecordRef, RepId, TenureEnd, Value};
use crate::rule::{FactContext, Facts};

/// A deal that a partner registers again so soon is a repeated message.
const SAME_DEAL: TimeDelta = TimeDelta::days(1);

impl Intake {
    /// A partner works on the lead from now on, besides its owner: only the partner's deadline runs.
    pub(super) fn pass_on(&self, case: &Case<'_>, partner: &RepId, outcome: &mut Outcome) {
        let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
        outcome
            .effects
            .retain(|effect| !matches!(effect, Effect::StartDeadlines { lead: of, .. } if *of == lead));
        if let Some(helper) = case.history.helper().filter(|helper| helper.owner != *partner) {
            let (lead, rep, end) = (lead.clone(), helper.owner.clone(), TenureEnd::HandedOver);
            outcome.effects.push(Effect::EndTenure { lead, rep, end });
        }
        let until = self.stay_ends(case, case.now, self.life.partner_answer_hours);
        outcome.effects.push(Effect::PassOn { lead, partner: partner.clone(), until });
        outcome.tell(partner, "passed_on", &about);
    }

    /// A partner did not answer, or gave the lead back.
    pub(super) fn back_from_partner(&self, case: &Case<'_>, own: &RepId, end: TenureEnd) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.nothing(case);
        outcome.route = Route::ToOwner { owner: own.clone(), record: None };
        self.end_cover(case, &facts, own, end, &mut outcome);
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// Registers a deal of a partner with an account: it is protected for so many days as
    /// [`LifeRules::deal_protection_days`](super::LifeRules::deal_protection_days) says.
    ///
    /// An account without an owner goes to the partner's channel manager. As long as it is protected no lead of it is
    /// claimed, recycled or passed on to another partner, and it is in no public pool. Registering again restarts
    /// the days; within a day it is the same message, and changes nothing. Refused for a rep who is not a partner,
    /// while another partner's deal protects the account, and for an account of a rep who takes part and is not the
    /// partner's channel manager.
    ///
    /// ```
    /// use leadkit::model::{Account, Rep};
    /// use leadkit::{Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let partner = |id: &str| Rep { id: id.into(), partner_of: Some("li".into()), ..Rep::default() };
    /// let reps = [Rep { id: "li".into(), ..Rep::default() }, partner("east"), partner("west")];
    /// let (roster, state) = (Roster::compile(&reps, &Default::default())?, State::default());
    /// let mut book = intake.book();
    /// book.insert_account(Account { id: "A1".into(), company: "Acme Ltd".into(), ..Account::default() });
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    ///
    /// let account = book.account(&"A1".into()).unwrap();
    /// let deal = intake.register_deal(account, &"east".into(), &roster, &state, now);
    /// deal.apply_to(&mut book);
    /// let account = book.account(&"A1".into()).unwrap();
    /// assert_eq!(account.owner.as_ref().unwrap().as_str(), "li");
    /// assert_eq!(account.protected_until.unwrap().to_string(), "2026-05-31 02:00:00 UTC");
    ///
    /// let refused = intake.register_deal(account, &"west".into(), &roster, &state, now).refusal.unwrap();
    /// assert_eq!(refused.to_string(), "a deal of east protects account A1 until 2026-05-31T02:00:00Z");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn register_deal(
        &self,
        account: &Account,
        partner: &RepId,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> RegisteredDeal {
        let (account_id, at) = (account.id.clone(), now);
        let mut deal = RegisteredDeal {
            account: account_id,
            partner: partner.clone(),
            at,
            effects: Vec::new(),
            refusal: None,
        };
        let is_there = |rep: &&RepId| roster.owner_state(rep, &state.reps, now) != OwnerState::Gone;
        let Some(manager) = roster.channel_manager(partner).filter(is_there) else {
            deal.refusal = Some(Refusal::NoPartner);
            return deal;
        };
        let owner = account.owner.as_ref().filter(is_there);
        let holder = account.holders().filter(is_there).find(|holder| *holder != manager);
        deal.refusal = protection_of(account, now)
            .filter(|held| !held.is_of(partner))
            .or_else(|| Some(Refusal::Owned { owner: holder?.clone() }));
        if deal.refusal.is_some() {
            return deal;
        }
        let until = now + TimeDelta::days(i64::from(self.life.deal_protection_days));
        let is_registered =
            account.protection(now).is_some_and(|(by, before)| by == partner && until - before < SAME_DEAL);
        if is_registered && owner == Some(manager) {
            return deal;
        }
        let until = account.protected_until.map_or(until, |before| before.max(until));
        deal.effects = take_account(account, manager);
        deal.effects.extend(write(
            account,
            "partner",
            partner.as_str().into(),
            before(account.partner.as_ref()),
        ));
        let replaces = account.protected_until.map_or(Value::Null, Value::from);
        deal.effects.extend(write(account, "protected_until", until.into(), replaces));
        let about = RecordRef::Account(account.id.clone());
        deal.effects.push(Effect::Notify { rep: manager.clone(), code: "deal_registered".into(), about });
        deal
    }
}

/// The decision about a deal that a partner registers.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegisteredDeal {
    /// The customer's account; the effects write the partner to it, unless the deal is refused.
    pub account: AccountId,
    /// Who registers the deal: a rep whom the roster has as a partner, not as a member of staff.
    pub partner: RepId,
    /// When it was registered, in UTC.
    pub at: DateTime<Utc>,
    /// What the host should do, in order; nothing when it is refused.
    pub effects: Vec<Effect>,
    /// Why it is refused; `None` when it is registered.
    pub refusal: Option<Refusal>,
}

impl RegisteredDeal {
    /// The name of the decision, which is part of the keys of its effects.
    #[must_use]
    pub fn decision(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        format!("deal {} {} {at}", self.account, self.partner)
    }

    /// Applies the effects to a book. Applying the same outcome again changes nothing.
    ///
    /// ```
    /// use leadkit::model::{Account, Rep};
    /// use leadkit::{Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let east = Rep { id: "east".into(), partner_of: Some("li".into()), ..Rep::default() };
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }, east], &Default::default())?;
    /// let mut book = intake.book();
    /// book.insert_account(Account { id: "A1".into(), ..Account::default() });
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    ///
    /// let account = book.account(&"A1".into()).unwrap();
    /// let deal = intake.register_deal(account, &"east".into(), &roster, &State::default(), now);
    /// deal.apply_to(&mut book);
    /// let account = book.account(&"A1".into()).unwrap();
    /// assert_eq!(account.partner, Some("east".into()));
    /// assert_eq!(account.owner, Some("li".into()), "the channel manager");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to(&self, book: &mut Book) {
        book.apply_effects(&self.decision(), &self.effects, self.at);
    }
}

impl<'a> Case<'a> {
    /// What protects the account of the lead.
    pub(super) fn protection(&self) -> Option<Refusal> {
        let of = self.lead.account.as_ref()?;
        let account = self.rows.accounts.iter().find(|one| one.id == *of)?;
        protection_of(account, self.now)
    }

    /// Whether the partner works on the lead once this rep owns it: they are the rep's partner, and no other's deal protects
    /// the account that the lead belongs to.
    pub(super) fn is_worked_by(&self, partner: &RepId, owner: &RepId, facts: &Facts<'_>) -> bool {
        let matched = facts.matched().and_then(|matched| matched.record.as_ref());
        let account = self
            .rows
            .accounts
            .iter()
            .find(|one| matches!(matched, Some(RecordRef::Account(id)) if *id == one.id));
        let held = account.and_then(|account| protection_of(account, self.now)).or_else(|| self.protection());
        self.roster.channel_manager(partner) == Some(owner) && held.is_none_or(|held| held.is_of(partner))
    }

    /// The channel manager of the partner whom a new lead names as its owner.
    pub(super) fn brought_by_partner(&self) -> Option<&'a RepId> {
        let partner = self.lead.owner.as_ref().filter(|_| self.is_entry())?;
        self.roster.channel_manager(partner)
    }
}

impl Refusal {
    /// Whether it is the partner's own deal that protects the account.
    pub(super) fn is_of(&self, rep: &RepId) -> bool {
        matches!(self, Refusal::Protected { partner, .. } if partner == rep)
    }
}

fn protection_of(account: &Account, at: DateTime<Utc>) -> Option<Refusal> {
    let (partner, until) = account.protection(at)?;
    Some(Refusal::Protected { account: account.id.clone(), partner: partner.clone(), until })
}

/// An account without an owner belongs to a rep from now on.
pub(super) fn take_account(account: &Account, owner: &RepId) -> Vec<Effect> {
    let owned = write(account, "owner", owner.as_str().into(), before(account.owner.as_ref()));
    let lies = account.pool.as_ref().map(PoolId::as_str);
    let parts = account.owners.iter().filter_map(|(value, before)| {
        write(account, &format!("owners.{value}"), owner.as_str().into(), before.as_str().into())
    });
    owned.into_iter().chain(parts).chain(write(account, "pool", Value::Null, Value::from(lies))).collect()
}

fn before(rep: Option<&RepId>) -> Value {
    Value::from(rep.map(RepId::as_str))
}

/// Nothing is written if it is there already.
fn write(account: &Account, field: &str, value: Value, replaces: Value) -> Option<Effect> {
    let (record, field) = (RecordRef::Account(account.id.clone()), field.to_owned());
    (value != replaces).then_some(Effect::UpdateField { record, field, value, replaces })
}
