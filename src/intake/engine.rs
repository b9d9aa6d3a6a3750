//! The main job for one lead.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Outcome, OutcomeDelta, Route, Rules, State};
use crate::assign::{AssignOptions, Assigner, Assignment, Kind, Ledger, Roster};
use crate::blacklist::Blacklist;
use crate::book::Book;
use crate::company::Gazetteer;
use crate::contact::{PhoneOracle, PhoneSegments};
use crate::dedup::{Action, Deduplicator, Probe, Resolution, Rows};
use crate::error::{Report, RuleErrors};
use crate::model::{Activity, Effect, Lead, LeadStatus, PoolId, RecordRef, Region};
use crate::rule::{FactContext, Facts, RulesVersion};
use crate::score::Scorer;

/// One lead that comes in, what it did before, and the rows on file that share a key with it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// The lead.
    pub lead: Lead,
    /// What it did, in any order.
    pub activities: Vec<Activity>,
    /// What was fetched by [`Intake::probe`].
    pub rows: Rows,
    /// What there is to say about the assignment: a key of its own for a lead that comes round again, previous
    /// owners, reps who do not get it.
    pub assign: AssignOptions,
}

/// The host's own tables, beside the rules.
#[derive(Debug, Clone)]
pub struct HostTables {
    /// Regions, legal forms and aliases that company names are read with.
    pub gazetteer: Gazetteer,
    /// Where phone numbers were issued.
    pub phone_segments: Option<PhoneSegments>,
    /// Where a phone number without a country code is dialled.
    pub default_region: Region,
    /// Judges phone numbers of other countries.
    pub oracle: Option<Arc<dyn PhoneOracle>>,
}

impl Default for HostTables {
    /// The crate's own gazetteer, Chinese numbers, no segments and no oracle.
    fn default() -> Self {
        HostTables {
            gazetteer: Gazetteer::builtin(),
            phone_segments: None,
            default_region: Region::CN,
            oracle: None,
        }
    }
}

/// The compiled rules of the main job: blacklist, matching, scoring, assignment. Share it by reference across
/// threads.
///
/// ```
/// use leadkit::calendar::Calendars;
/// use leadkit::book::Book;
/// use leadkit::model::{Lead, Rep};
/// use leadkit::{Input, Intake, Roster, Route, Rules, State};
///
/// let rules: Rules = serde_json::from_str(r#"{
///     "score": {"fit": {"rules": [{"id": "everybody", "points": 80}]}},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}}
/// }"#).unwrap();
/// let intake = Intake::compile(&rules)?;
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
    blacklist: Blacklist,
    deduplicator: Deduplicator,
    scorer: Scorer,
    assigner: Assigner,
    tables: HostTables,
    pool: PoolId,
    nurture_pool: PoolId,
    invalid_pool: PoolId,
    version: RulesVersion,
}

impl Intake {
    /// Proves and compiles the rules.
    ///
    /// # Errors
    /// Everything that is wrong with them, of all engines.
    pub fn compile(rules: &Rules) -> Result<Intake, RuleErrors> {
        let mut report = Report::new();
        let intake = Intake::compile_into(rules, &mut report);
        report.finish()?;
        Ok(intake)
    }

    pub(super) fn compile_into(rules: &Rules, report: &mut Report) -> Intake {
        RulesVersion::check(rules.format, report);
        let pools = &rules.assign.pools;
        if !pools.is_empty() && !pools.contains_key(&rules.pool) {
            report.within("pool", |report| {
                let known = pools.keys().map(PoolId::as_str);
                report.unknown_name("unknown_pool", "pool with assignment rules", rules.pool.as_str(), known);
            });
        }
        for (name, pool) in [
            ("pool", &rules.pool),
            ("nurture_pool", &rules.nurture_pool),
            ("invalid_pool", &rules.invalid_pool),
        ] {
            if pool.is_blank() {
                report.within(name, |report| {
                    report.error("blank_pool", "the pool has no name", "name it, or leave the key out");
                });
            }
        }
        if rules.nurture_pool == rules.invalid_pool {
            report.within("nurture_pool", |report| {
                let message = format!("`{}` is the pool of blocked leads too", rules.nurture_pool);
                report.error("same_pool", message, "name a pool of its own");
            });
        }
        for (name, pool) in [("nurture_pool", &rules.nurture_pool), ("invalid_pool", &rules.invalid_pool)] {
            if *pool == rules.pool {
                report.within(name, |report| {
                    report.error(
                        "same_pool",
                        format!("`{pool}` is where leads are assigned from"),
                        "name a pool of its own",
                    );
                });
            }
        }
        Intake {
            blacklist: report.within("blacklist", |report| Blacklist::compile_into(&rules.blacklist, report)),
            deduplicator: report.within("dedup", |report| Deduplicator::compile_into(&rules.dedup, report)),
            scorer: report.within("score", |report| Scorer::compile_into(&rules.score, report)),
            assigner: report.within("assign", |report| Assigner::compile_into(&rules.assign, report)),
            tables: HostTables::default(),
            pool: rules.pool.clone(),
            nurture_pool: rules.nurture_pool.clone(),
            invalid_pool: rules.invalid_pool.clone(),
            version: RulesVersion::of(rules.format, &rules.revision, rules),
        }
    }

    /// An empty book that reads names and numbers as this intake does.
    #[must_use]
    pub fn book(&self) -> Book {
        let tables = &self.tables;
        let book = Book::reading_with(tables.gazetteer.clone(), tables.default_region, tables.oracle.clone());
        if self.deduplicator.compares_names() { book } else { book.without_names() }
    }

    /// Uses the host's own tables. Make a [`Book`] by [`book`](Intake::book) afterwards, so that both read alike.
    #[must_use]
    pub fn with_tables(mut self, tables: HostTables) -> Intake {
        self.tables = tables;
        self
    }

    /// The rules document it was compiled from.
    #[must_use]
    pub fn rules(&self) -> &RulesVersion {
        &self.version
    }

    /// The assignment engine, for claims, hand-overs and explanations outside the main job.
    #[must_use]
    pub fn assigner(&self) -> &Assigner {
        &self.assigner
    }

    /// What to fetch for a lead before [`process`](Intake::process).
    #[must_use]
    pub fn probe(&self, lead: &Lead) -> Probe {
        self.deduplicator.probe(&Facts::new(lead, &self.context(&[], lead.created_at)))
    }

    /// Decides what should happen to a lead. Nothing changes: carry out the effects and apply the delta.
    ///
    /// O(rules + rows + activities).
    pub fn process(&self, input: &Input, roster: &Roster, state: &State, now: DateTime<Utc>) -> Outcome {
        let Input { lead, activities, rows, assign } = input;
        self.decide(lead, activities, rows, assign, roster, state, now)
    }

    #[expect(clippy::too_many_arguments, reason = "an input in parts, so that a batch need not copy them")]
    pub(super) fn decide(
        &self,
        lead: &Lead,
        activities: &[Activity],
        rows: &Rows,
        options: &AssignOptions,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let mut facts = Facts::new(lead, &self.context(activities, now));
        let verdict = self.blacklist.check(&facts, &state.windows, now);
        let mut outcome = Outcome {
            lead: lead.id.clone(),
            at: now,
            route: Route::Blocked,
            effects: verdict.effects(&lead.id, Some(&self.invalid_pool)),
            delta: OutcomeDelta { windows: verdict.delta().clone(), assign: None },
            verdict,
            resolution: None,
            score: None,
            assignment: None,
            rules: self.version.clone(),
        };
        if !outcome.verdict.goes_on() {
            return outcome;
        }
        if let Some(first) = outcome.verdict.resubmission_of() {
            outcome.route = Route::Resubmitted { first: first.clone() };
            return outcome;
        }
        facts.set_verdict(outcome.verdict.facts());

        let mut resolution = self.deduplicator.resolve(&facts, rows, now);
        resolution.leave_inactive_owner(|owner| roster.is_active(owner.as_str()));
        outcome.effects.extend(resolution.effects().iter().cloned());
        facts.set_match(resolution.facts());

        let score = self.scorer.score(&facts, activities, now);
        facts.set_score(score.facts());

        self.route(&mut outcome, &facts, &resolution, score.is_mature(), options, roster, state);
        outcome.resolution = Some(resolution);
        outcome.score = Some(score);
        outcome
    }

    #[expect(clippy::too_many_arguments, reason = "what one decision is made of")]
    fn route(
        &self,
        outcome: &mut Outcome,
        facts: &Facts<'_>,
        resolution: &Resolution,
        mature: bool,
        options: &AssignOptions,
        roster: &Roster,
        state: &State,
    ) {
        let lead = facts.lead();
        if let Action::TagOnly { hold: true, .. } = resolution.action() {
            outcome.route = Route::AwaitingReview { reviewer: None };
            return;
        }
        if resolution.action().owner().is_none() {
            if let Some(owner) = lead.owner.as_ref().filter(|owner| roster.is_active(owner.as_str())) {
                outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
                return;
            }
            if !mature {
                let pool = self.nurture_pool.clone();
                outcome.effects.push(Effect::MoveToPool { lead: lead.id.clone(), pool: pool.clone() });
                outcome.route = Route::Nurture { pool };
                return;
            }
        }
        let pool = lead.pool.as_ref().unwrap_or(&self.pool);
        let fresh;
        let ledger = match state.ledgers.get(pool) {
            Some(ledger) => ledger,
            None => {
                fresh = Ledger::new(pool.clone());
                &fresh
            }
        };
        let assignment = self.assigner.assign_with(facts, roster, ledger, outcome.at, options);
        outcome.effects.extend(assignment.effects());
        outcome.effects.extend(follow_up(&assignment, lead, resolution, outcome.at));
        outcome.route = route_of(&assignment, resolution);
        outcome.delta.assign = Some(assignment.delta().clone());
        outcome.assignment = Some(assignment);
    }

    fn context<'a>(&'a self, activities: &'a [Activity], now: DateTime<Utc>) -> FactContext<'a> {
        FactContext {
            gazetteer: &self.tables.gazetteer,
            phone_segments: self.tables.phone_segments.as_ref(),
            default_region: self.tables.default_region,
            oracle: self.tables.oracle.as_deref().map(|oracle| oracle as &dyn PhoneOracle),
            activities,
            now,
        }
    }
}

/// What a new owner means beside the ownership itself: work starts, and a record without an owner gets one too.
fn follow_up(
    assignment: &Assignment,
    lead: &Lead,
    resolution: &Resolution,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Some(owner) = assignment.owner() else { return Vec::new() };
    let mut effects = Vec::new();
    let converted = matches!(resolution.action().record(), Some(RecordRef::Account(_)))
        && !matches!(resolution.action(), Action::TagOnly { .. } | Action::Custom { .. });
    if !converted || !matches!(resolution.action(), Action::ToOwner { .. }) {
        effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Pending });
    }
    if let Action::AssignByRules { record: RecordRef::Lead(known) } = resolution.action() {
        effects.push(Effect::SetOwner {
            lead: known.clone(),
            owner: owner.clone(),
            acquisition: crate::model::Acquisition::AutoAssigned,
        });
    }
    effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
    effects
}

fn route_of(assignment: &Assignment, resolution: &Resolution) -> Route {
    let unassigned = |retry_at| Route::Unassigned { reason: assignment.kind().code().to_owned(), retry_at };
    match assignment.kind() {
        Kind::Assigned { rep, .. } => Route::Assigned { owner: rep.clone() },
        Kind::ExistingOwner { rep } => {
            Route::ToOwner { owner: rep.clone(), record: resolution.action().record() }
        }
        Kind::ToPool { pool, .. } => Route::ToPool { pool: pool.clone() },
        Kind::AwaitingReview { by, .. } => Route::AwaitingReview { reviewer: Some(by.clone()) },
        Kind::NoRuleMatched => unassigned(None),
        Kind::NoEligible { retry_at } => unassigned(*retry_at),
        Kind::AllCapped { frees_at } => unassigned(*frees_at),
    }
}
