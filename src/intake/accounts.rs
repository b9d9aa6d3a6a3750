//! Accounts without an owner: each is in a public pool and is reviewed regularly.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::Intake;
use super::partners::take_account;
use super::pools::{ACTIVE_STAY, GENERAL_LOOK};
use super::state::State;
use crate::assign::Roster;
use crate::book::Book;
use crate::model::{Account, AccountId, Effect, OwnerState, PoolId, PoolKind, RecordRef, RepId, Value};

/// The review of an account: what the host should do, and when the next one is due.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountReview {
    /// The account that was looked at.
    pub account: AccountId,
    /// When it was looked at, in UTC.
    pub at: DateTime<Utc>,
    /// What the host should do, in order.
    pub effects: Vec<Effect>,
    /// When to look next, with [`since`](Intake::review_account) as it is then; `None` while somebody has it.
    pub next: Option<DateTime<Utc>>,
}

impl AccountReview {
    /// The name of the decision, which is part of the keys of its effects.
    #[must_use]
    pub fn decision(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        format!("account {} {at}", self.account)
    }

    /// Applies the effects to a book. Applying the same outcome again changes nothing.
    ///
    /// ```
    /// use leadkit::model::Account;
    /// use leadkit::{Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let mut book = intake.book();
    /// book.insert_account(Account { id: "A1".into(), owner: Some("wang".into()), ..Account::default() });
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    ///
    /// // `wang` has left the roster.
    /// let account = book.account(&"A1".into()).unwrap();
    /// let look = intake.review_account(account, now, &Roster::from_ids(["li"]), &State::default(), now);
    /// look.apply_to(&mut book);
    /// let account = book.account(&"A1".into()).unwrap();
    /// assert_eq!((account.owner.as_ref(), account.pool.clone()), (None, Some("public_active".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to(&self, book: &mut Book) {
        book.apply_effects(&self.decision(), &self.effects, self.at);
    }
}

impl Intake {
    /// Reviews an account: when it is filed, when its owner has left, and at the time that the previous review gave.
    ///
    /// In an account that is [divided](Account::owners) the owner gets the parts of a rep who has left; without an owner
    /// they wait for a lead of theirs, which brings them an owner.
    ///
    /// Without an active owner it is in the pool of active customers, after half a year in the general one, which is
    /// reviewed once a year; the administrators of the pool are told of each change. `since` says when it came into its
    /// pool, or when its administrators were last told about it. While a partner's [deal](Intake::register_deal) protects
    /// it, it goes to the partner's channel manager instead. A lead of the account that gets an owner meanwhile gives it one.
    ///
    /// ```
    /// use leadkit::model::{Account, Rep};
    /// use leadkit::{Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let (mut book, state) = (intake.book(), State::default());
    /// let account = |owner: &str| Account { id: "A1".into(), company: "Acme Ltd".into(), owner: Some(owner.into()), ..Account::default() };
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    ///
    /// assert_eq!(intake.review_account(&account("li"), now, &roster, &state, now).next, None);
    /// let left = account("wang");
    /// book.insert_account(left.clone());
    /// let look = intake.review_account(&left, now, &roster, &state, now);
    /// look.apply_to(&mut book);
    /// let filed = book.account(&left.id).unwrap();
    /// assert_eq!((filed.owner.clone(), filed.pool.clone()), (None, Some("public_active".into())));
    /// assert_eq!(look.next.unwrap().to_string(), "2026-09-01 02:00:00 UTC");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn review_account(
        &self,
        account: &Account,
        since: DateTime<Utc>,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> AccountReview {
        let mut look =
            AccountReview { account: account.id.clone(), at: now, effects: Vec::new(), next: None };
        let state_of = |rep: &RepId| roster.owner_state(rep, &state.reps, now);
        let is_there = |rep: &&RepId| state_of(rep) != OwnerState::Gone;
        if account.holders().any(|rep| is_there(&rep)) {
            // The account's holder gets the parts of a rep who has left; otherwise they wait for a lead of theirs.
            let heir = account.owner.as_ref().filter(is_there);
            let left = account.owners.iter().filter(|(_, rep)| !is_there(rep));
            look.effects.extend(left.filter_map(|(value, rep)| {
                Some(Effect::UpdateField {
                    record: RecordRef::Account(account.id.clone()),
                    field: format!("owners.{value}"),
                    value: Value::from(heir?.as_str()),
                    replaces: Value::from(rep.as_str()),
                })
            }));
            return look;
        }
        let heir = account.protection(now).and_then(|(partner, _)| roster.channel_manager(partner));
        if let Some(heir) = heir.filter(|heir| state_of(heir) != OwnerState::Gone) {
            look.effects = take_account(account, heir);
            let about = RecordRef::Account(account.id.clone());
            look.effects.push(Effect::Notify { rep: heir.clone(), code: "taken_over".into(), about });
            return look;
        }
        let (active, general) =
            (self.public_pool(&PoolKind::PublicActive), self.public_pool(&PoolKind::PublicGeneral));
        let before = account.pool.as_ref();
        let is_there = account.holders().next().is_none()
            && before.is_some_and(|pool| pool == active || pool == general);
        let stay = if before == Some(general) { GENERAL_LOOK } else { ACTIVE_STAY };
        if is_there && since + stay > now {
            look.next = Some(since + stay);
            return look;
        }
        let to = if is_there { general } else { active };
        let mut write = |field: &str, value: Value, replaces: Value| {
            let (record, field) = (RecordRef::Account(account.id.clone()), field.to_owned());
            if value != replaces {
                look.effects.push(Effect::UpdateField { record, field, value, replaces });
            }
        };
        write("owner", Value::Null, Value::from(account.owner.as_ref().map(RepId::as_str)));
        for (value, rep) in &account.owners {
            write(&format!("owners.{value}"), Value::Null, Value::from(rep.as_str()));
        }
        write("pool", Value::from(to.as_str()), Value::from(before.map(PoolId::as_str)));
        look.next = Some(now + if to == general { GENERAL_LOOK } else { ACTIVE_STAY });
        // An account filed without an owner is not news.
        if is_there || account.holders().next().is_some() {
            let about = RecordRef::Account(account.id.clone());
            let is_here = |rep: &&RepId| matches!(state_of(rep), OwnerState::Active | OwnerState::Full);
            let mut told: Vec<&RepId> = self.admins(to).collect();
            if told.is_empty() {
                told.extend(self.admins(&self.pool));
            }
            if told.is_empty() {
                told.extend(roster.reps().find(is_here));
            }
            let code = || "account_in_pool".into();
            let notices = told.into_iter().map(|rep| (rep.clone(), about.clone()));
            look.effects.extend(notices.map(|(rep, about)| Effect::Notify { rep, code: code(), about }));
        }
        look
    }
}
