//! Leads that reps claim (领取).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::assigner::Assigner;
use super::counts::Way;
use super::delta::{AssignDelta, Change};
use super::keys::{claim_key, decision_key};
use super::kind::AssignmentKind;
use super::ledgers::Ledgers;
use super::options::{AssignOptions, UntouchedLeads, previous_owners};
use super::roster::Roster;
use super::run::LeadOptions;
use super::seating::SeatedOnly;
use super::skip_reason::SkipReason;
use crate::model::{PoolId, RepId};
use crate::rule::Facts;

impl Assigner {
    /// Maximum number of leads that a rep claims from a pool per local day; `None` for no limit.
    ///
    /// ```
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"daily_claim_cap": 20}}}))?;
    /// assert_eq!(assigner.daily_claim_cap(&"p".into()), Some(20));
    /// assert_eq!(assigner.daily_claim_cap(&"other".into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn daily_claim_cap(&self, pool: &PoolId) -> Option<u32> {
        self.plan(pool).daily_claim_cap
    }

    /// Most open leads that a rep without an own cap holds at once, where leads are assigned from a pool; `None` is no
    /// limit.
    ///
    /// ```
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"holding_cap": 200}}}))?;
    /// assert_eq!(assigner.holding_cap(&"p".into()), Some(200));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn holding_cap(&self, pool: &PoolId) -> Option<u32> {
        self.plan(pool).holding_cap
    }

    /// How long a rep who lost a lead of a pool or gave it up waits before claiming it; zero where the rules set no cool-down,
    /// or one of no time.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"claim_cool_down_days": 1, "claim_cool_down_hours": 12}}}))?;
    /// assert_eq!(assigner.claim_cool_down(&"p".into()), TimeDelta::hours(36));
    /// assert_eq!(assigner.claim_cool_down(&"other".into()), TimeDelta::zero());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn claim_cool_down(&self, pool: &PoolId) -> TimeDelta {
        TimeDelta::hours(self.plan(pool).cool_down.unwrap_or_default().into())
    }

    /// The local date of a pool, by which leads are counted.
    ///
    /// ```
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"zone": "+08:00"}}}))?;
    /// let evening = "2026-03-01T18:00:00Z".parse().unwrap();
    /// assert_eq!(assigner.date_of(&"p".into(), evening).to_string(), "2026-03-02");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn date_of(&self, pool: &PoolId, at: DateTime<Utc>) -> NaiveDate {
        self.plan(pool).zone.date(at)
    }

    /// Whether a rep may claim a lead of the ledger's pool, and what that changes: the claim is counted, apart from what
    /// is assigned, and the rep holds one more lead. It takes no turn. It is remembered under a
    /// [key of its own](claim_key), by which it can be [taken back](Ledgers::take_back), and answers no later request: a claim
    /// of a lead that has an owner is for the caller to refuse.
    ///
    /// The rep is checked like the rules' reps, except for weight, working time (a rep who claims is at work) and the
    /// caps on what is assigned. A rep who is absent claims nothing: nobody would work on the lead. A rep who had the lead
    /// waits out the [cool-down](super::PoolRules::claim_cool_down_days) and may then claim it again; without a cool-down
    /// [`previous_owners`](super::PoolRules::previous_owners) decides.
    ///
    /// ```
    /// use leadkit::assign::{AssignOptions, Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"daily_claim_cap": 1}}}))?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let (mut pool, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// let (tables, options) = (HostTables::default(), AssignOptions::default());
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    ///
    /// let claim = assigner.claim(&facts, &"li".into(), &roster, Ledgers { pool: &pool, reps: &reps }, &options).unwrap();
    /// claim.apply_to(&mut pool, &mut reps)?;
    /// let refused = assigner.claim(&facts, &"li".into(), &roster, Ledgers { pool: &pool, reps: &reps }, &options);
    /// assert_eq!(refused.unwrap_err().to_string(), "claimed 1 of 1 leads of the pool on 2026-03-02");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The first reason that keeps the rep from claiming it.
    pub fn claim(
        &self,
        facts: &Facts<'_>,
        rep: &RepId,
        roster: &Roster,
        ledgers: Ledgers<'_>,
        options: &AssignOptions,
    ) -> Result<AssignDelta, SkipReason> {
        let (ledger, at) = (ledgers.pool, facts.now());
        let key = options.key.as_deref().map_or_else(|| decision_key(facts), Cow::Borrowed);
        let pool = self.plan(ledger.pool());
        let (industry, previous) = (pool.industry(facts), previous_owners(facts, options));
        let industry: &[String] = if pool.match_industry { &industry } else { &[] };
        let excluded = &options.excluded;
        let untouched = UntouchedLeads::Ignored;
        let lead = LeadOptions { industry, named: &[], previous: &previous, excluded, untouched };
        let question = pool.question(facts, roster, ledgers, at, lead);
        let Some((rep, slot)) = roster.find(rep.as_str()) else { return Err(SkipReason::UnknownRep) };
        let date = question.date;
        let over_claimed = || {
            let (used, limit) = (ledger.claimed_on(rep, date), pool.daily_claim_cap?);
            (used >= limit).then_some(SkipReason::DailyClaimCap { used, limit, date })
        };
        // A weight of 0 means that the rules give the rep no turns; it does not limit what the rep claims.
        let absent = || slot.away_until(at).map(|until| SkipReason::Absent { until });
        let barred = question.unfit(slot).or_else(absent).or_else(over_claimed);
        let cool_down = || {
            let lost = facts.history().tenures.iter().filter(|one| one.owner == *rep && one.counts());
            // From the last time the rep lost it: a lead held twice waits once.
            let last = lost.filter_map(|one| one.until).max()?;
            let until = last.checked_add_signed(TimeDelta::hours(pool.cool_down?.into()));
            let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC);
            (until > at).then_some(SkipReason::CoolDown { until })
        };
        // A rep who had the lead may claim it again after the cool-down, whatever the rules say of what they give.
        let waits = pool.cool_down.is_some() && facts.history().tenures.iter().any(|one| one.owner == *rep);
        let ruled_out = || match question.ruled_out(rep) {
            Some(SkipReason::PreviousOwner) if waits && !options.previous_owners.contains(rep) => None,
            reason => reason,
        };
        // Reasons in the order in which they are reported: the rep, then the rep's claims and leads, then the
        // lead's past.
        let reason = barred.or_else(|| question.full(rep, slot)).or_else(cool_down);
        match reason.or_else(ruled_out) {
            Some(reason) => Err(reason),
            None => Ok(AssignDelta {
                pool: ledger.pool().clone(),
                revision: ledger.revision(),
                rep_revision: ledgers.reps.revision(rep),
                at,
                change: Some(Arc::new(Change {
                    kind: AssignmentKind::Claimed { rep: rep.clone() },
                    date,
                    key: claim_key(&key).map(Arc::from),
                    rep: Some(rep.clone()),
                    turn: None,
                    // Counted apart: claims do not count towards the caps on assigned leads.
                    way: Way::Claimed,
                    spans: pool.counts_spans(slot),
                    also: Vec::new(),
                    seated: SeatedOnly::default(),
                    takes_back: false,
                })),
            }),
        }
    }

    /// Whether a person may give the lead to a rep: all that the rules check, except the rep's hours, absences and untouched
    /// leads, which a director knows about, and its previous owners. A weight is about turns, and an order takes none.
    pub(crate) fn may_be_given(
        &self,
        facts: &Facts<'_>,
        rep: &RepId,
        roster: &Roster,
        ledgers: Ledgers<'_>,
    ) -> Result<(), SkipReason> {
        let pool = self.plan(ledgers.pool.pool());
        let industry = pool.industry(facts);
        let industry: &[String] = if pool.match_industry { &industry } else { &[] };
        // A previous owner may be given the lead again: the person who gives it knows.
        let (excluded, untouched) = (&BTreeSet::new(), UntouchedLeads::Ignored);
        let lead = LeadOptions { industry, named: &[], previous: &[], excluded, untouched };
        let question = pool.question(facts, roster, ledgers, facts.now(), lead);
        let (rep, slot) = roster.find(rep.as_str()).ok_or(SkipReason::UnknownRep)?;
        let closed = || question.closed().map(|(reason, _)| reason);
        let reason = question.unfit(slot).or_else(closed).or_else(|| question.capped(rep, slot));
        reason.map_or(Ok(()), Err)
    }
}
