//! The laws of a lead's life, looked at from outside: after every event, for what the event touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::book::Book;
use leadkit::calendar::{Calendar, Clock, Span};
use leadkit::dedup::LeadKey;
use leadkit::model::{
    AccountId, Activity, Lead, LeadId, LeadStatus, OwnerState, PoolId, PoolKind, Rep, RepId, Value,
};
use leadkit::pipeline::Timeline;
use leadkit::{Intake, LifeRules, Roster, Rules, State};

use super::clock::{deadline, is_live};
use super::policies::Policies;
pub(crate) use clause::Clause;
use customer::Contacts;
pub(super) use lost::is_of_the_entry;
use lost::{Items, value_of, values_of};
pub(super) use stuck::REVIEWER_DUE;

mod accounts;
mod away;
mod clause;
mod customer;
mod joined;
mod keys;
mod lost;
mod owners;
mod six;
mod stuck;
mod told;

/// A law that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) clause: Clause,
    pub(crate) at: DateTime<Utc>,
    pub(crate) what: String,
}

impl Broken {
    /// Law 7: somebody found another text.
    pub(crate) fn differs(at: DateTime<Utc>, what: String) -> Broken {
        Broken { clause: Clause::SameBytes, at, what }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let law = self.clause.law();
        let name = match law {
            1 => "nobody is stuck",
            2 => "one customer, one owner",
            3 => "nothing is lost",
            4 => "nobody is told twice, everybody once",
            5 => "not the same rep twice in a cycle",
            6 => "twice is once",
            7 => "the same bytes",
            _ => "stage, tenure, pool, owner, status and deadlines agree",
        };
        write!(f, "law {law} ({name}) is broken at {}: {}", self.at.to_rfc3339(), self.what)
    }
}

/// Everything the laws look at.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) book: &'a Book,
    pub(crate) roster: &'a Roster,
    pub(crate) state: &'a State,
    pub(crate) intake: &'a Intake,
    /// The fields within which one customer has one owner.
    pub(crate) scope: &'a [LeadKey],
    /// Those that say when something is missed, in place of the deadlines on file.
    pub(crate) policies: Option<&'a Policies>,
    pub(crate) timelines: &'a BTreeMap<LeadId, Timeline>,
    pub(crate) now: DateTime<Utc>,
    /// What happened: the key of its event.
    pub(crate) event: &'static str,
    pub(crate) reps: &'a BTreeMap<RepId, Rep>,
    pub(crate) calendars: &'a BTreeMap<String, Calendar>,
}

impl Seen<'_> {
    /// Whether two leads of a person have one owner: each field of the scope is blank in both, or has a value in common.
    fn are_of_one_scope(&self, a: &Lead, b: &Lead) -> bool {
        let values = |key: &LeadKey, lead: &Lead| -> BTreeSet<String> {
            let value = match key {
                LeadKey::Field(field) => field.get(lead),
                LeadKey::Company => lead.company.clone().into(),
                LeadKey::Attribute(name) => lead.attributes.get(&**name).cloned().unwrap_or_default(),
                _ => Value::Null,
            };
            let texts = match value {
                Value::Null => Vec::new(),
                Value::List(items) => items,
                value => vec![value.to_string()],
            };
            texts.iter().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()).collect()
        };
        self.scope.iter().all(|key| {
            let (ours, theirs) = (values(key, a), values(key, b));
            (ours.is_empty() && theirs.is_empty()) || !ours.is_disjoint(&theirs)
        })
    }

    fn state_of(&self, rep: &RepId) -> OwnerState {
        self.roster.owner_state(rep, &self.state.reps, self.now)
    }

    /// When so many days are over that are counted as working days where a calendar is kept: the rep's, or any.
    fn working_days(&self, rep: Option<&RepId>, from: DateTime<Utc>, days: i64) -> DateTime<Utc> {
        let own = rep.and_then(|rep| self.reps.get(rep)?.hours.as_ref());
        let is_meant = |id: &String| own.is_none_or(|own| own.as_str() == id);
        let calendars = self.calendars.iter().filter(|(id, _)| is_meant(id));
        let hours = u32::try_from(days * 24).unwrap_or_default();
        let ends =
            |calendar: &Calendar| Some(calendar.add(from, Span::hours(hours), Clock::Workday).ok()?.at());
        let by_calendar = calendars.filter_map(|(_, calendar)| ends(calendar)).max();
        by_calendar.unwrap_or(from).max(from + TimeDelta::days(days))
    }

    /// The moment itself while an office is open, else the next opening of any.
    fn opening(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.calendars.values().filter_map(|calendar| calendar.next_opening(at).ok()).max().unwrap_or(at)
    }

    /// Whether the engine gives the lead to somebody who is none of these, had it no owner.
    fn has_others_than(&self, lead: &LeadId, reps: &[&RepId]) -> bool {
        let Some(mut input) = self.intake.input_of(self.book, lead, self.now) else { return false };
        (input.lead.owner, input.lead.status) = (None, LeadStatus::Unassigned);
        input.history.tenures.retain(|tenure| tenure.until.is_some());
        (input.wake_up, input.trust_clock) = (Some("retry".into()), true);
        input.assign.excluded.extend(reps.iter().map(|rep| (*rep).clone()));
        // What was decided is no answer.
        input.assign.key = Some(String::new());
        let outcome = self.intake.review(&input, self.roster, self.state, self.now);
        // The owner of its account has the lead, whoever is left out.
        outcome.route().owner().is_some_and(|owner| !reps.contains(&owner))
    }
}

/// What will happen to a lead, and when, if there is a time for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub(crate) what: String,
    pub(crate) at: Option<DateTime<Utc>>,
}

/// What will happen to a lead; `None` when it has ended, and when it is stuck.
pub(crate) fn next_of(seen: &Seen<'_>, lead: &Lead) -> Option<NextStep> {
    if !is_live(seen.book, lead) {
        return None;
    }
    let held = seen.book.history(&lead.id).opportunities.first();
    let wake_up = seen.book.wake_up(&lead.id).filter(|one| one.at >= seen.now);
    let wake_up = wake_up.map(|one| NextStep { what: one.code.to_string(), at: Some(one.at) });
    let Some(owner) = &lead.owner else { return wake_up };
    let works =
        |rep: &RepId| seen.state_of(rep) != OwnerState::Gone || seen.roster.channel_manager(rep).is_some();
    // What a partner does is due by the time that it was passed on with.
    let partner = seen.book.history(&lead.id).partner();
    let due = match seen.policies.filter(|_| partner.is_none()) {
        Some(policies) => policies.step_of(&lead.id).cloned(),
        None => deadline(seen.book, lead).map(|one| {
            let what = format!("{} {}", one.step, one.owner);
            (one.owner, NextStep { what, at: Some(one.due_at) })
        }),
    };
    let due = due.filter(|(rep, step)| works(rep) && step.at.is_some_and(|at| at >= seen.now));
    let due = due.map(|(_, step)| step);
    let held = held.map(|id| NextStep { what: format!("opportunity {id}"), at: None });
    due.or(held.filter(|_| works(owner))).or(wake_up)
}

/// What was seen, so that only what an event touched is looked at again.
#[derive(Debug, Default)]
pub(crate) struct Laws {
    broken: Vec<Broken>,
    touched: BTreeSet<LeadId>,
    /// Live leads by strong key, and the keys of each with what they were made of.
    by_key: BTreeMap<String, BTreeSet<LeadId>>,
    keys_of: BTreeMap<LeadId, (Contacts, Vec<String>)>,
    /// Live leads of accounts.
    by_account: BTreeMap<AccountId, BTreeSet<LeadId>>,
    account_of: BTreeMap<LeadId, AccountId>,
    /// Notices that were looked at, and what was said since the last event.
    told: usize,
    /// How each lead stood when it was looked at last.
    before: BTreeMap<LeadId, Before>,
    /// Every effect that was carried out, by its key.
    carried_out: BTreeMap<u64, u64>,
    /// Everything that came in about a lead.
    entries: BTreeMap<LeadId, Entry>,
    imported: BTreeSet<LeadId>,
    /// The place of each lead among those that came in.
    order: BTreeMap<LeadId, usize>,
    /// Who lost an opportunity of a lead, and when.
    deals_lost: BTreeMap<LeadId, Vec<(RepId, DateTime<Utc>)>>,
    /// Protected accounts that people gave to others.
    given_away: BTreeSet<AccountId>,
    activities: Vec<(LeadId, String)>,
    forgotten: BTreeSet<LeadId>,
    /// Entries that were folded into each lead at this moment.
    entries_of: BTreeMap<LeadId, Vec<LeadId>>,
    folded_at: Option<DateTime<Utc>>,
    /// Entries that came a second time.
    same_records: BTreeSet<LeadId>,
    /// Until when people were asked about leads.
    asked: BTreeMap<LeadId, DateTime<Utc>>,
    /// What lies in each pool.
    pools: BTreeMap<PoolId, PoolKind>,
    /// How long and how often, as the rules say.
    life: LifeRules,
    /// How long a rep who lost a lead waits before claiming it, by the pool that the lead is in; and from any other.
    cool_downs: BTreeMap<PoolId, TimeDelta>,
    cool_down: TimeDelta,
    /// What was said before: a law that is broken is reported once for a lead.
    reported: BTreeSet<(Clause, String)>,
}

/// What came in about a lead.
#[derive(Debug, Default)]
struct Entry {
    /// Who brought it.
    owner: Option<RepId>,
    values: Items,
}

/// How a lead stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Before {
    is_known: bool,
    is_live: bool,
    is_folded: bool,
    collides: bool,
    /// Whether an open opportunity holds it.
    holds: bool,
    owner: Option<RepId>,
    /// Who works on it in its owner's place.
    helper: Option<RepId>,
    /// The pool it lies in, and since when.
    pool: Option<(PoolId, DateTime<Utc>)>,
}

impl Before {
    fn of(lead: &Lead, before: &Before, seen: &Seen<'_>) -> Before {
        let is_live = is_live(seen.book, lead);
        let helper = seen.book.history(&lead.id).helper().filter(|_| is_live).map(|one| one.owner.clone());
        let pool = lead.pool.as_ref().filter(|_| is_live).map(|pool| {
            let since = before.pool.as_ref().filter(|(known, _)| known == pool).map(|(_, since)| *since);
            (pool.clone(), since.unwrap_or(seen.now))
        });
        Before {
            is_known: true,
            is_live,
            is_folded: lead.folded_into.is_some(),
            collides: lead.tags.iter().any(|tag| tag == "collision"),
            holds: is_live && !seen.book.history(&lead.id).opportunities.is_empty(),
            owner: lead.owner.clone().filter(|_| is_live),
            helper,
            pool,
        }
    }
}

impl Laws {
    pub(crate) fn new(rules: &Rules) -> Laws {
        let listed = rules.pools.iter().map(|pool| (pool.id.clone(), pool.kind.clone()));
        let nurture = (rules.nurture_pool.clone(), PoolKind::Nurture);
        let (pools, life) = (listed.chain([nurture]).collect(), rules.life.clone());
        // Read of the document, whatever the engine makes of it.
        let by_rules_of = |pool: &PoolId| {
            let own = rules.assign.pools.get(pool);
            let set = own.map(|own| (own.claim_cool_down_days, own.claim_cool_down_hours));
            let (days, hours) = match set {
                Some((None, None)) | None => (life.cool_down_days, life.cool_down_hours),
                Some((days, hours)) => (days.unwrap_or_default(), hours.unwrap_or_default()),
            };
            TimeDelta::days(days.into()) + TimeDelta::hours(hours.into())
        };
        let assigned = rules.assign.pools.keys().map(|pool| (pool.clone(), by_rules_of(pool)));
        let named = rules.pools.iter().filter_map(|pool| Some((&pool.id, pool.assigns_from.as_ref()?)));
        let named = named.map(|(pool, from)| (pool.clone(), by_rules_of(from)));
        let (cool_downs, cool_down) = (assigned.chain(named).collect(), by_rules_of(&rules.pool));
        Laws { pools, life, cool_downs, cool_down, ..Laws::default() }
    }

    pub(crate) fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// A lead comes in.
    pub(crate) fn submitted(&mut self, lead: &Lead) {
        let place = self.order.len();
        self.order.entry(lead.id.clone()).or_insert(place);
        let owner = lead.owner.clone();
        let entry =
            self.entries.entry(lead.id.clone()).or_insert_with(|| Entry { owner, ..Entry::default() });
        entry.values.extend(values_of(lead));
    }

    /// A person says more of a lead.
    pub(crate) fn updated(&mut self, lead: &LeadId, values: &[(String, Value)]) {
        let said = values.iter().flat_map(|(field, value)| value_of(field, value));
        self.entries.entry(lead.clone()).or_default().values.extend(said);
    }

    pub(crate) fn imported(&mut self, lead: &Lead) {
        self.imported.insert(lead.id.clone());
        self.submitted(lead);
    }

    /// A person did something.
    pub(crate) fn did(&mut self, activity: &Activity) {
        self.activities.push((activity.lead.clone(), activity.id.to_string()));
    }

    /// An opportunity of a lead is lost.
    pub(crate) fn lost_deal(&mut self, lead: &Lead, at: DateTime<Utc>) {
        let lost = self.deals_lost.entry(lead.id.clone()).or_default();
        lost.extend(lead.owner.clone().map(|owner| (owner, at)));
    }

    /// A lead was handed over to a rep whom nobody knows.
    pub(crate) fn handed_to_nobody(&mut self, lead: &LeadId, to: &RepId, at: DateTime<Utc>) {
        let what = format!("lead {lead} is handed over to {to}, whom nobody knows, and goes to somebody");
        self.report(Clause::Eligible, &format!("{lead} {at}"), at, what);
    }

    /// What it brought is lost on purpose.
    pub(crate) fn forget(&mut self, lead: &LeadId) {
        self.entries.remove(lead);
        self.forgotten.insert(lead.clone());
    }

    pub(crate) fn touched(&mut self, lead: &LeadId) {
        self.touched.insert(lead.clone());
    }

    fn report(&mut self, clause: Clause, about: &str, at: DateTime<Utc>, what: String) {
        if self.reported.insert((clause, about.to_owned())) {
            self.broken.push(Broken { clause, at, what });
        }
    }

    /// Looks at what was touched since the last time.
    pub(crate) fn check(&mut self, seen: &Seen<'_>) {
        let touched = std::mem::take(&mut self.touched);
        for id in &touched {
            self.file(id, seen);
        }
        let changed: Vec<(&Lead, Before, Before)> = touched
            .iter()
            .filter_map(|id| {
                let lead = seen.book.lead(id)?;
                let before = self.before.remove(id).unwrap_or_default();
                let now = Before::of(lead, &before, seen);
                self.before.insert(id.clone(), now.clone());
                Some((lead, before, now))
            })
            .collect();
        if self.folded_at != Some(seen.now) {
            self.entries_of.clear();
            self.folded_at = Some(seen.now);
        }
        for (lead, before, _) in &changed {
            if let Some(into) = lead.folded_into.clone().filter(|_| !before.is_folded) {
                self.entries_of.entry(into).or_default().push(lead.id.clone());
            }
        }
        self.check_notices(seen, &changed);
        self.check_joined(seen, &changed);
        for (lead, before, now) in &changed {
            self.check_stuck(lead, before, now, seen);
            self.check_owners(lead, before, seen);
            self.check_customer(lead, seen);
            self.check_together(lead, seen);
            self.check_account(lead, seen);
            self.check_away(lead, seen);
            self.check_answered(lead, seen);
            self.check_one_subject(lead, seen);
            self.check_six(lead, seen);
        }
    }
}

/// A contact value is not for showing.
fn mask(text: &str) -> String {
    let shown = text.chars().count();
    text.chars().enumerate().map(|(at, c)| if at > 9 && at + 3 < shown { '*' } else { c }).collect()
}
