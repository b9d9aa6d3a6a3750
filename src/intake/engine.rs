//! The main job for one lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::act::{Act, RELEASED};
use super::elsewhere_plan::Elsewhere;
use super::marks::is_disputed;
use super::marks::without_marks;
use super::{
    Basis, ElsewhereTarget, FollowOnReview, LifeRules, Next, Outcome, OutcomeDelta, Route, State,
    settle_collision, wake_up,
};
use crate::assign::{AssignOptions, Assigner, Roster, decision_key};
use crate::blacklist::{Blacklist, ConsentRecord, JointDelta, JointList, LookedAt, PhoneSet, WindowState};
use crate::book::Book;
use crate::dedup::{Deduplicator, LeadKey, Look, MatchKey, Probe, Resolution, Rows};
use crate::document::Digest;
use crate::error::RuleErrors;
use crate::model::{
    Account, Acquisition, Activity, Effect, FoldKind, History, Lead, LeadId, OwnerState, Pool, PoolId,
    RecordRef, RepId, RuleId, TenureEnd,
};
use crate::rule::{FactContext, Facts, HostTables, RulesVersion};
use crate::score::Scorer;
use crate::text::Code;

/// One lead that comes in, what is known of its history, and the rows on file that share a key with it.
///
/// ```
/// use leadkit::{Input, Intake, Rules};
/// use leadkit::model::Lead;
///
/// let intake = Intake::compile(&Rules::b2c())?;
/// let book = intake.book();
/// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() };
/// let rows = book.rows(&intake.probe(&lead));
/// let input = Input { lead, rows, ..Input::default() };
/// assert!(input.rows.leads.is_empty(), "nothing on file shares a key with it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// The lead, as it came in or is on file.
    pub lead: Lead,
    /// What it did, in any order.
    pub activities: Vec<Activity>,
    /// Its owners, stages and deadlines so far. A new lead has none.
    pub history: History,
    /// The rows that share a key of [`Intake::probe`] with it.
    pub rows: Rows,
    /// Options of the assignment beyond the history: a key of its own, reps who must not get the lead.
    pub assign: AssignOptions,
    /// For [`review`](Intake::review): the entry that is the cause, as [`Next`] says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<LeadId>,
    /// For [`review`](Intake::review): the rep who claims the lead, as [`Next`] says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<RepId>,
    /// For [`review`](Intake::review): what is looked at after it, as [`Next`] says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<FollowOnReview>,
    /// For [`review`](Intake::review): what the lead's wake-up was set for, when it has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_up: Option<Code>,
    /// Whether to trust `now` even if it is more than 31 days past the newest entry of the state, as after a long pause.
    /// Otherwise [`State::apply`] refuses the outcome: a clock that is wrong once would move the state into the future.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trust_clock: bool,
    /// For [`import`](Intake::import): whether one of the lead's [hashes](Intake::erasure_hashes) is among those of people who
    /// asked to be forgotten.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_erased: bool,
}

impl Input {
    /// Whether nothing is due on a converted lead: by its deadlines, and if it is among its rows by these.
    pub(super) fn is_answered(&self) -> bool {
        let Input { lead, rows, history, .. } = self;
        let is_due = history.deadlines.iter().any(|one| one.done_at.is_none());
        let is_known = !history.deadlines.is_empty() || rows.leads.iter().any(|one| one.id == lead.id);
        is_known && !is_due && !rows.unanswered.contains(&lead.id)
    }
}

/// How a lead stands that is to be matched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Free,
    /// A person reviews it, unless it joins a lead on file.
    Held,
}

/// What one decision is made of, borrowed, so that a batch copies nothing.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) lead: &'a Lead,
    pub(super) activities: &'a [Activity],
    pub(super) history: &'a History,
    pub(super) rows: &'a Rows,
    pub(super) assign: &'a AssignOptions,
    pub(super) entry: Option<&'a LeadId>,
    pub(super) claim: Option<&'a RepId>,
    /// The partner who works on the lead in place of the rep who gets it.
    pub(super) partner: Option<&'a RepId>,
    pub(super) also: &'a [FollowOnReview],
    pub(super) wake_up: Option<&'a Code>,
    pub(super) trust_clock: bool,
    pub(super) act: Act,
    pub(super) roster: &'a Roster,
    pub(super) state: &'a State,
    pub(super) now: DateTime<Utc>,
    /// The cap of a rep who has none of their own.
    pub(super) holding_cap: Option<u32>,
    /// Fields of leads within which one customer has one owner.
    pub(super) scope: &'a [LeadKey],
}

/// The compiled rules of the main job: blacklist, matching, scoring, assignment. Share it by reference across
/// threads.
///
/// ```
/// use leadkit::book::Book;
/// use leadkit::calendar::Calendars;
/// use leadkit::model::{Lead, Rep};
/// use leadkit::{Input, Intake, Roster, State};
/// use serde_json::json;
///
/// let intake = Intake::load(json!({
///     "score": {"fit": {"rules": [{"id": "everybody", "points": 80}]}},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
/// }))?;
/// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Calendars::default())?;
/// let (book, state) = (Book::new(), State::default());
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
///
/// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
/// let rows = book.rows(&intake.probe(&lead));
/// let outcome = intake.process(&Input { lead, rows, ..Input::default() }, &roster, &state, now);
/// assert!(outcome.explain().starts_with("lead L1 is assigned to li."), "{}", outcome.explain());
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Intake {
    pub(super) blacklist: Blacklist,
    pub(super) elsewhere: Vec<Elsewhere>,
    pub(super) deduplicator: Deduplicator,
    pub(super) scorer: Scorer,
    pub(super) assigner: Assigner,
    pub(super) tables: HostTables,
    pub(super) pool: PoolId,
    pub(super) nurture_pool: PoolId,
    pub(super) invalid_pool: PoolId,
    pub(super) pools: Vec<Pool>,
    /// Every pool that the rules name.
    pub(super) known_pools: BTreeSet<PoolId>,
    pub(super) life: LifeRules,
    pub(super) version: RulesVersion,
}

impl Intake {
    /// An empty book that reads names and numbers as this intake does.
    #[must_use]
    pub fn book(&self) -> Book {
        let book = Book::with_tables(self.tables.clone()).with_clocks(self.life.clocks());
        let book = if self.deduplicator.compares_names() { book } else { book.without_names() };
        book.with_matching(&self.deduplicator)
    }

    /// Uses the host's own tables. Make a [`Book`] by [`book`](Intake::book) afterwards, so that both read alike.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    /// use leadkit::model::Lead;
    /// use leadkit::{HostTables, Intake, Rules};
    ///
    /// let gazetteer = Gazetteer::builder().alias("鹅厂", "腾讯科技（深圳）有限公司").build();
    /// let tables = HostTables { gazetteer, ..HostTables::default() };
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let lead = Lead { company: Some("鹅厂".into()), ..Lead::default() };
    /// assert_ne!(intake.probe(&lead), intake.clone().with_tables(tables).probe(&lead));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_tables(mut self, tables: HostTables) -> Intake {
        self.tables = tables;
        self
    }

    /// Uses the host's joint list for the `joint` rules of the blacklist.
    ///
    /// ```
    /// use leadkit::blacklist::{ContactKind, JointList};
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, State};
    /// use serde_json::json;
    /// use std::sync::Arc;
    ///
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let mut list = JointList::default();
    /// list.report(ContactKind::Phone, "138 1234 9876", "north", "asks for a bribe", now, None)?;
    /// let intake = Intake::load(json!({
    ///     "blacklist": {"rules": [{"id": "joint", "severity": "block", "check": {"joint": {"contributors": 1}}}]},
    /// }))?;
    /// let intake = intake.with_joint_list(Arc::new(list));
    ///
    /// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
    /// let input = Input { lead, ..Input::default() };
    /// let outcome = intake.process(&input, &Roster::default(), &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 is blocked");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_joint_list(self, list: Arc<JointList>) -> Intake {
        Intake { blacklist: self.blacklist.with_joint_list(list), ..self }
    }

    /// Uses the host's current consent records for a `consent` rule of the blacklist. They are not
    /// part of the rules' [version](Intake::version).
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({"blacklist": {"rules": [{"id": "objections",
    ///     "check": {"consent": {"records": [{"phone": "13600247581", "channels": ["all"], "basis": "objection"}]}}}]}}))?;
    /// let records = serde_json::from_value::<Vec<_>>(json!([
    ///     {"phone": "13927461853", "channels": ["all"], "basis": "objection"},
    /// ])).unwrap();
    /// let intake = intake.with_consents(&"objections".into(), &records)?;
    ///
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let lead = Lead { id: "L1".into(), phones: vec!["13927461853".into()], created_at: now, ..Lead::default() };
    /// let outcome = intake.process(&Input { lead, ..Input::default() }, &Roster::default(), &State::default(), now);
    /// assert!(outcome.to_string().starts_with("lead L1 waits for a person to decide"));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// Every record that cannot be read, by its place, and a rule that is not a `consent` rule.
    pub fn with_consents(self, rule: &RuleId, records: &[ConsentRecord]) -> Result<Intake, RuleErrors> {
        Ok(Intake { blacklist: self.blacklist.with_consents(rule, records)?, ..self })
    }

    /// Uses the host's set of phone numbers for a `list` rule of the blacklist with `"phone_set": true`.
    ///
    /// ```
    /// use leadkit::blacklist::PhoneSet;
    /// use leadkit::Intake;
    /// use serde_json::json;
    /// use std::sync::Arc;
    ///
    /// let set: PhoneSet = ["+8613812349876"].into_iter().collect();
    /// let set = Arc::new(set);
    /// let intake = Intake::load(json!({
    ///     "blacklist": {"rules": [{"id": "bought", "check": {"list": {"phone_set": true}}}]},
    /// }))?;
    /// assert!(intake.clone().with_phone_set(&"bought".into(), set.clone()).is_ok());
    /// assert!(intake.with_phone_set(&"other".into(), set).is_err(), "no rule `other` asks for a set");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the intake when no such rule has `phone_set`.
    pub fn with_phone_set(self, rule: &RuleId, set: Arc<PhoneSet>) -> Result<Intake, Box<Intake>> {
        match self.blacklist.with_phone_set(rule, set) {
            Ok(blacklist) => Ok(Intake { blacklist, ..self }),
            Err(blacklist) => Err(Box::new(Intake { blacklist: *blacklist, ..self })),
        }
    }

    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The assignment engine, for claims, hand-overs and explanations outside the main job.
    #[must_use]
    pub fn assigner(&self) -> &Assigner {
        &self.assigner
    }

    /// What to fetch for a lead before [`process`](Intake::process).
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Rules};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let lead = Lead { phones: vec!["138 1234 9876".into()], ..Lead::default() };
    /// let probe = intake.probe(&lead);
    /// assert_eq!(probe.keys[0].value, "+8613812349876");
    /// // Logs show it masked.
    /// assert_eq!(format!("{:?}", probe.keys[0]), "phone:+86138****9876");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn probe(&self, lead: &Lead) -> Probe {
        let facts = Facts::new(lead, &FactContext::new(&self.tables, lead.created_at));
        self.deduplicator.probe_by(&Probe::of_record(&facts), &facts)
    }

    /// The keys a lead is stored under, so that a [`Probe`] finds it: one row per key, next to the lead. They change with
    /// its contact values, identifiers and company, and with every other field that a rule compares. None for a lead
    /// that is folded, voided or blocked.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Rules};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let on_file = Lead { id: "L1".into(), phones: vec!["138 1234 9876".into()], ..Lead::default() };
    /// let entry = Lead { id: "L2".into(), phones: vec!["+86 138-1234-9876".into()], ..Lead::default() };
    /// assert!(intake.lead_keys(&on_file).contains(&intake.probe(&entry).keys[0]));
    ///
    /// let folded = Lead { folded_into: Some("L0".into()), ..on_file };
    /// assert!(intake.lead_keys(&folded).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lead_keys(&self, lead: &Lead) -> Vec<MatchKey> {
        if !lead.is_on_file() {
            return Vec::new();
        }
        let facts = Facts::new(lead, &FactContext::new(&self.tables, lead.created_at));
        self.deduplicator.lead_keys(&facts)
    }

    /// The keys an account is stored under: its names, its domain, its contacts, its id, and what else a rule compares.
    ///
    /// ```
    /// use leadkit::model::{Account, Lead};
    /// use leadkit::{Intake, Rules};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let account = Account {
    ///     id: "A1".into(), company: "Acme Ltd".into(), domain: Some("acme.com".into()), ..Account::default()
    /// };
    /// let lead = Lead { emails: vec!["ann@acme.com".into()], ..Lead::default() };
    /// let keys = intake.account_keys(&account);
    /// assert!(intake.probe(&lead).keys.iter().any(|key| keys.contains(key)), "they share the domain");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn account_keys(&self, account: &Account) -> Vec<MatchKey> {
        self.deduplicator.account_keys(account, &FactContext::new(&self.tables, account.created_at))
    }

    /// Decides what should happen to a lead. Nothing changes: apply the effects and the delta.
    ///
    /// The tags `released`, `collision`, `owners_exhausted`, `nobody_answers`, `burst`, `contact_unusable`,
    /// `no_allowed_channel`, `flagged` and `do_not_contact_…` (`phone`, `email`, `wechat`) say what was decided about a lead
    /// on file.
    /// An entry that brings one is decided without it, and loses it.
    ///
    /// O(rules + rows + activities).
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let (roster, mut state) = (Roster::from_ids(["li"]), State::default());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let lead = Lead {
    ///     id: "L1".into(), name: Some("Ann".into()), phones: vec!["13812349876".into()],
    ///     message: Some("a quote, please".into()), created_at: now, ..Lead::default()
    /// };
    /// let input = Input { lead, ..Input::default() };
    /// let outcome = intake.process(&input, &roster, &state, now);
    /// assert_eq!(outcome.to_string(), "lead L1 is assigned to li");
    ///
    /// // The same call again, after the delta was applied: the same decision, and no second turn.
    /// state.apply(outcome.delta())?;
    /// let again = intake.process(&input, &roster, &state, now);
    /// assert_eq!(again.route(), outcome.route());
    /// assert!(again.delta().assign.as_ref().is_none_or(|delta| delta.is_empty()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn process(&self, input: &Input, roster: &Roster, state: &State, now: DateTime<Utc>) -> Outcome {
        let case = self.case(input, Act::Process, roster, state, now);
        if case.lead.is_on_file() { self.decide(&case) } else { self.ended(&case) }
    }

    pub(super) fn decide(&self, case: &Case<'_>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let context = FactContext { tables: &self.tables, activities, history, now };
        self.decide_by(case, &mut Facts::new(lead, &context), None)
    }

    /// The same with the facts of the case's lead, and its keys if the fetch before needed them.
    pub(super) fn decide_by(&self, case: &Case<'_>, facts: &mut Facts<'_>, keys: Option<&Probe>) -> Outcome {
        if let Some((plain, marks)) = without_marks(case.lead).filter(|_| case.is_entry()) {
            let mut outcome = self.decide(&Case { lead: &plain, ..*case });
            outcome.after(marks);
            return outcome;
        }
        let Case { lead, rows, roster, state, .. } = *case;
        let mut outcome = self.begin(case, facts);
        let Some(standing) = self.by_findings(case, facts, &mut outcome) else { return outcome };
        outcome.basis.read_rows();
        facts.set_verdict(outcome.verdict.facts());
        if case.is_review() && !outcome.verdict.is_blocked() {
            outcome.end_warning(lead);
        }

        let made;
        let keys = match keys {
            Some(keys) => keys,
            None => {
                made = Probe::of_lead(facts);
                &made
            }
        };
        let owner_state = |rep: &RepId| case.owner_state(rep);
        let look = self.look(case, facts, keys);
        let resolution = self.deduplicator.resolve_as(facts, keys, rows, &owner_state, look);
        outcome.basis.read_owners(rows, &state.reps);
        if resolution.is_folded() {
            outcome.fold(resolution, lead, &owner_state);
            self.list_cohort(&mut outcome);
            return outcome;
        }
        if standing == Standing::Held {
            self.hold_for_consent(case, &mut outcome);
            return outcome;
        }
        facts.set_match(super::known::known_match(&resolution, rows, roster));
        let score = self.scorer.score(facts);
        facts.set_score(score.facts());
        self.route(case, facts, &resolution, &score, &mut outcome);
        self.mark_findings(case, &mut outcome);
        if lead.owner.is_none() && !case.is_entry() {
            outcome.end_dispute(lead);
        }
        outcome.release_from_departed(case);
        outcome.announce(case);
        if !resolution.siblings().is_empty() {
            self.bring_customer(case, &resolution, &mut outcome);
        }
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome.resolution = Some(Box::new(resolution));
        outcome.score = Some(score);
        outcome
    }

    /// What the rules of `elsewhere` and the blacklist decide before anything is matched; `None` where they decide all of it.
    fn by_findings(&self, case: &Case<'_>, facts: &mut Facts<'_>, outcome: &mut Outcome) -> Option<Standing> {
        if !self.elsewhere.is_empty() {
            facts.set_verdict(outcome.verdict.facts());
            let rule = self.sent_elsewhere(case, facts, outcome);
            let is_blocked = outcome.verdict.is_blocked();
            if let Some(rule) = rule.filter(|rule| rule.then == ElsewhereTarget::Void || !is_blocked) {
                self.send(case, facts, rule, outcome);
                return None;
            }
        }
        if case.is_released() {
            // Somebody has reviewed it, so the findings are known. But only the person can give consent.
            if outcome.verdict.leaves_no_channel() {
                self.hold_for_consent(case, outcome);
                return None;
            }
        } else if self.is_for_owner(case, outcome) {
            // The lead's contact values cannot be used: its owner keeps the lead and has to find others.
            self.warn_owner(case, outcome);
        } else if outcome.verdict.is_blocked() {
            outcome.note_findings(self, case);
            let owner = case.lead.owner.as_ref().filter(|owner| case.owner_state(owner) != OwnerState::Gone);
            if let Some(owner) = owner {
                outcome.tell(owner, "lead_blocked", &RecordRef::Lead(case.lead.id.clone()));
            }
            self.list_cohort(outcome);
            return None;
        } else if outcome.verdict.is_held() {
            // A person's next entry joins their lead, of which the same is then found: two would be held, and the owner of
            // the first would know nothing.
            if case.is_entry() {
                return Some(Standing::Held);
            }
            self.hold_for_consent(case, outcome);
            return None;
        }
        Some(Standing::Free)
    }

    /// How the lead is matched; of one that two reps work on and no reviewer has decided about, also whether its owner keeps
    /// it.
    fn look(&self, case: &Case<'_>, facts: &Facts<'_>, keys: &Probe) -> Look {
        let comes_last = case.act == Act::Import;
        let look = Look { is_entry: case.is_entry(), comes_last, ..Look::ENTRY };
        if !case.is_undecided() {
            return look;
        }
        let owner_state = |rep: &RepId| case.owner_state(rep);
        let found = self.deduplicator.resolve_as(facts, keys, case.rows, &owner_state, look);
        let settled = settle_collision(case.lead, &found, &self.life.ownership, case.now);
        let rival = found.action().record();
        let rival = rival.and_then(|of| case.rows.leads.iter().find(|one| of.id() == one.id.as_str()));
        let is_ordered = |one: &Lead| one.acquisition == Some(Acquisition::AssignedByAdmin);
        // An administrator's word is a decision.
        let keeps = match (is_ordered(case.lead), rival.is_some_and(is_ordered)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => settled.map(|settled| Some(settled.owner) == case.lead.owner),
        };
        Look { settles: true, keeps, ..look }
    }

    /// Checks the blacklist; the caller decides what follows from its findings. A lead that is looked at again is no
    /// submission: nothing comes in, no window moves.
    pub(super) fn begin(&self, case: &Case<'_>, facts: &Facts<'_>) -> Outcome {
        let (verdict, looked_at) = if case.is_review() {
            (self.blacklist.check(facts, &WindowState::default()).without_windows(), LookedAt::default())
        } else {
            self.blacklist.check_noting(facts, &case.state.windows)
        };
        let decision = decision_key(facts);
        Outcome {
            lead: case.lead.id.clone(),
            at: case.now,
            route: Route::Blocked,
            // Most decisions have no more effects.
            effects: Vec::with_capacity(7),
            decision: if case.is_review() { case.review_name(&decision) } else { decision.into_owned() },
            next: None,
            delta: OutcomeDelta {
                windows: verdict.delta().clone(),
                assign: None,
                at: case.now,
                trust_clock: case.trust_clock,
                forgets: Vec::new(),
                joint: JointDelta::default(),
            },
            basis: Basis::new(&case.lead.id, looked_at, &case.state.windows),
            verdict,
            resolution: None,
            score: None,
            assignment: None,
            refusal: None,
            cause: None,
            missed: None,
            person: None,
            route_rule: None,
            route_faults: Vec::new(),
            version: self.version.clone(),
        }
    }
}

impl Intake {
    pub(super) fn case<'a>(
        &'a self,
        input: &'a Input,
        act: Act,
        roster: &'a Roster,
        state: &'a State,
        now: DateTime<Utc>,
    ) -> Case<'a> {
        let Input {
            lead, activities, history, rows, assign, entry, claim, also, wake_up, trust_clock, ..
        } = input;
        let (entry, claim, wake_up) = (entry.as_ref(), claim.as_ref(), wake_up.as_ref());
        Case {
            lead,
            activities,
            history,
            rows,
            assign,
            entry,
            claim,
            partner: None,
            also,
            wake_up,
            trust_clock: *trust_clock,
            act,
            roster,
            state,
            now,
            holding_cap: self.assigner.holding_cap(&self.pool),
            scope: self.deduplicator.scope(),
        }
    }
}

impl Case<'_> {
    /// Whether the lead is on file already.
    pub(super) fn is_review(&self) -> bool {
        self.act != Act::Process
    }

    /// Whether the lead comes in now.
    pub(super) fn is_entry(&self) -> bool {
        matches!(self.act, Act::Process | Act::Import)
    }

    /// Whether a person has reviewed the lead, so that nothing blocks it.
    pub(super) fn is_released(&self) -> bool {
        self.is_review() && self.lead.tags.iter().any(|tag| tag == RELEASED)
    }

    /// Whether an entry that was folded into the lead is the reason for its review.
    pub(super) fn is_reentry(&self, resolution: &Resolution) -> bool {
        self.entry.is_some_and(|entry| *entry != self.lead.id && !resolution.siblings().contains(entry))
    }

    /// Whether the wake-up that was set for this has come.
    pub(super) fn is_due(&self, code: &str) -> bool {
        self.wake_up.is_some_and(|due| due == code)
    }

    /// Whether reviewers were asked who owns the customer, and their time is over.
    pub(super) fn is_undecided(&self) -> bool {
        self.is_due(wake_up::COLLISION) && is_disputed(self.lead)
    }

    /// Names a review of a lead: the act, the moment, the cause, and the state of the lead. Two reviews at one moment find
    /// another state, or decide alike.
    fn review_name(&self, decision: &str) -> String {
        let now = self.now.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let (entry, wake_up) = (self.entry.map_or("", LeadId::as_str), self.wake_up.map_or("", Code::as_str));
        let (owner, tenures) =
            (self.lead.owner.as_ref().map_or("", RepId::as_str), self.history.tenures.len());
        let (act, status) = (self.act.as_str(), self.lead.status);
        // A digest of what was known: two causes at one moment are two reviews, unless they find the same.
        let (done, came) = (self.history.follow_ups.len(), self.activities.len());
        let History { deadlines, opportunities, wake_ups, .. } = self.history;
        let known = Digest::of(&(self.lead, done, came, deadlines, opportunities, wake_ups)).short();
        format!("{decision} {act} {now} {entry} {wake_up} {status} {owner} {tenures} {known:08x}")
    }

    pub(super) fn owner_state(&self, rep: &RepId) -> OwnerState {
        let reps = &self.state.reps;
        match self.roster.owner_state(rep, reps, self.now) {
            OwnerState::Active if self.roster.is_over(rep, reps, self.holding_cap) => OwnerState::Full,
            found => found,
        }
    }
}

impl Outcome {
    /// What the blacklist found is marked, and a review is requested if a person must look at it.
    pub(super) fn note_findings(&mut self, intake: &Intake, case: &Case<'_>) {
        self.effects.extend(self.verdict.effects(&case.lead.id, Some(&intake.invalid_pool)));
    }

    /// A rep who no longer takes part loses all records that others work on, wherever the lead goes.
    fn release_from_departed(&mut self, case: &Case<'_>) {
        let id = &case.lead.id;
        let Some(rep) = case.lead.owner.as_ref() else { return };
        let is_settled = |effect: &Effect| match effect {
            Effect::SetOwner { lead, .. }
            | Effect::MoveToPool { lead, .. }
            | Effect::EndTenure { lead, .. } => lead == id,
            Effect::Fold { entry, .. } => entry == id,
            _ => false,
        };
        if case.owner_state(rep) != OwnerState::Gone {
            return;
        }
        if !self.effects.iter().any(is_settled) {
            let (lead, rep, end) = (id.clone(), rep.clone(), TenureEnd::Left);
            self.after(vec![Effect::EndTenure { lead, rep, end }]);
        }
        if self.route.owner().is_none()
            && !self.effects.iter().any(|effect| matches!(effect, Effect::Fold { .. }))
        {
            self.leave_work(case, rep);
        }
    }

    /// The entry is folded into a lead on file, which has to be reviewed next.
    fn fold(&mut self, resolution: Resolution, entry: &Lead, owner_state: &dyn Fn(&RepId) -> OwnerState) {
        let kind = resolution.effects().iter().find_map(|effect| match effect {
            Effect::Fold { kind, .. } => Some(*kind),
            _ => None,
        });
        let (into, kind) = (resolution.subject().clone(), kind.unwrap_or(FoldKind::Reentry));
        self.effects.extend(resolution.effects().iter().cloned());
        // The same event again is not news, unless it brought a key, which may lead to another record.
        let is_key = |field: &str| {
            ["phones", "emails", "wechat", "company"].contains(&field) || field.starts_with("external_ids.")
        };
        let brings = |effect: &Effect| match effect {
            Effect::AddValue { field, .. } | Effect::UpdateField { field, .. } => is_key(field),
            _ => false,
        };
        if kind != FoldKind::SameRecord || self.effects.iter().any(brings) {
            let is_free = resolution.action().owner().is_none();
            let typist = entry.owner.clone().filter(|rep| {
                is_free && kind != FoldKind::SameRecord && owner_state(rep) != OwnerState::Gone
            });
            // The same event again is not another entry.
            let entry = if kind == FoldKind::SameRecord { into.clone() } else { entry.id.clone() };
            let lead = into.clone();
            self.next = Some(Next::Review { lead, entry, claim: typist, also: Vec::new() });
        }
        self.route = Route::Folded { into, kind };
        self.resolution = Some(Box::new(resolution));
    }
}
