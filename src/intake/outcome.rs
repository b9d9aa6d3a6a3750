//! The answer of the main job.

use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::act::Act;
use super::marks::{NOBODY_CLAIMS, OWNERS_EXHAUSTED};
use super::next::Next;
use super::refusal::Refusal;
use super::state_basis::Basis;
use super::state_delta::OutcomeDelta;
use super::wake_up;
use crate::assign::Assignment;
use crate::blacklist::{CONSENT_CODE, Verdict};
use crate::book::Book;
use crate::dedup::{Resolution, Rows};
use crate::document::Digest;
use crate::model::{
    AccountId, Effect, EffectKey, FoldKind, LeadId, PoolId, RecordRef, RepId, RuleId, TenureEnd, effect_keys,
};
use crate::rule::{RuleFault, RulesVersion};
use crate::score::{Score, ScoreCell};
use crate::text::{Code, codes, moment};

/// Where a lead goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Route {
    /// The blacklist keeps it out until somebody has reviewed it.
    Blocked,
    /// It was folded into a lead on file, which keeps every value it brought.
    Folded {
        /// The lead on file, which continues.
        into: LeadId,
        /// Why the two are one lead.
        kind: FoldKind,
    },
    /// It became part of an account.
    Converted {
        /// The account's owner, who gets it.
        owner: RepId,
        /// The account that it became or joined.
        account: AccountId,
    },
    /// Its owner keeps it: it came in with one, or belongs to a record with one.
    ToOwner {
        /// The rep who owns it.
        owner: RepId,
        /// The record on file it belongs to; `None` when the lead itself brought its owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<RecordRef>,
    },
    /// It is not ready for sales, or every eligible rep has lost it.
    Nurture {
        /// The nurture pool that it goes to.
        pool: PoolId,
    },
    /// The rules gave it to a rep.
    Assigned {
        /// The rep who owns it now.
        owner: RepId,
    },
    /// The rules moved it to another pool.
    ToPool {
        /// The pool that it goes to.
        pool: PoolId,
    },
    /// A person has to decide; until then it waits.
    AwaitingReview {
        /// Who; `None` leaves it to the host's reviewers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reviewer: Option<RepId>,
        /// When the decision is due; `None` when it may take any time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
        /// Who gets it when nobody has decided by then; `None` leaves it to the rules.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then: Option<RepId>,
    },
    /// It stays in its pool without an owner.
    Unassigned {
        /// Why: `no_rule_matched`, `no_eligible`, `all_capped`; `unknown_pool` when its pool is not known; `joined` and
        /// `revoked` when it is reviewed again right away; for a refused claim, the code of the [`Refusal`].
        reason: Code,
        /// When it should be tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<DateTime<Utc>>,
    },
    /// It is not a sales lead; it goes to a queue of the host.
    Elsewhere {
        /// The queue, as the rule names it.
        queue: Code,
    },
    /// It has ended: it was closed, voided, folded or merged before; or it is not a lead and counts for nothing.
    Voided,
}

codes! {
    Route {
        Route::Blocked => "blocked",
        Route::Folded { .. } => "folded",
        Route::Converted { .. } => "converted",
        Route::ToOwner { .. } => "to_owner",
        Route::Nurture { .. } => "nurture",
        Route::Assigned { .. } => "assigned",
        Route::ToPool { .. } => "to_pool",
        Route::AwaitingReview { .. } => "awaiting_review",
        Route::Unassigned { .. } => "unassigned",
        Route::Elsewhere { .. } => "elsewhere",
        Route::Voided => "voided",
    }
}

impl Route {
    /// The owner of the lead from now on.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        match self {
            Route::ToOwner { owner, .. } | Route::Converted { owner, .. } | Route::Assigned { owner } => {
                Some(owner)
            }
            _ => None,
        }
    }

    /// The lead that continues in its place.
    #[must_use]
    pub fn folded_into(&self) -> Option<&LeadId> {
        match self {
            Route::Folded { into, .. } => Some(into),
            _ => None,
        }
    }

    /// The pool the lead moves to.
    #[must_use]
    pub fn pool(&self) -> Option<&PoolId> {
        match self {
            Route::Nurture { pool } | Route::ToPool { pool } => Some(pool),
            _ => None,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Blocked => f.write_str("is blocked"),
            Route::Folded { into, kind } => write!(f, "is folded into lead {into} ({kind})"),
            Route::Converted { owner, account } => {
                write!(f, "is converted: it goes to {owner}, the owner of account {account}")
            }
            Route::Elsewhere { queue } => write!(f, "goes to the queue {queue}"),
            Route::Voided => f.write_str("has ended"),
            Route::ToOwner { owner, record: Some(record) } => {
                write!(f, "goes to {owner}, the owner of {record}")
            }
            Route::ToOwner { owner, record: None } => write!(f, "stays with its owner {owner}"),
            Route::Assigned { owner } => write!(f, "is assigned to {owner}"),
            Route::Nurture { pool } | Route::ToPool { pool } => write!(f, "goes to the pool {pool}"),
            Route::AwaitingReview { reviewer, until, then } => {
                match reviewer {
                    Some(rep) => write!(f, "waits for {rep} to decide")?,
                    None => f.write_str("waits for a person to decide")?,
                }
                match (until, then) {
                    (Some(until), Some(then)) => write!(f, " until {}, then goes to {then}", moment(*until)),
                    (Some(until), None) => write!(f, " until {}, then goes by the rules", moment(*until)),
                    (None, _) => Ok(()),
                }
            }
            Route::Unassigned { reason, retry_at } => {
                write!(f, "stays without an owner ({reason})")?;
                match retry_at {
                    Some(at) => {
                        write!(f, ", to be tried again at {}", moment(*at))
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

/// The main reason why a lead goes where it goes.
///
/// `Display` is the name of that reason: the code of a finding, the id of a rule, the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutcomeReason {
    /// The most severe finding of the blacklist, or the one that the lead is held for, by its code.
    Finding(Code),
    /// The lead is already on file: the same record, the same submission, or one joined by a key.
    Known(FoldKind),
    /// The lead came in with its owner.
    OwnOwner,
    /// A matching rule decided.
    MatchRule(RuleId),
    /// It may be a duplicate, and a person has to decide.
    PossibleDuplicate,
    /// It is not ready for sales: the cell of its score.
    NotReady(ScoreCell),
    /// The lead had ended before.
    HasEnded,
    /// An assignment rule decided.
    AssignRule(RuleId),
    /// A rule of [`elsewhere`](super::Rules::elsewhere) sent it away.
    ElsewhereRule(RuleId),
    /// A person's action decided: `claim`, `allot`, `hand_over`, `convert`, `import`.
    Person(Code),
    /// Nobody got the lead: the code of the assignment.
    Unassigned(Code),
}

codes! {
    OutcomeReason {
        OutcomeReason::Finding(..) => "finding",
        OutcomeReason::Known(..) => "known",
        OutcomeReason::OwnOwner => "own_owner",
        OutcomeReason::HasEnded => "has_ended",
        OutcomeReason::MatchRule(..) => "match_rule",
        OutcomeReason::PossibleDuplicate => "possible_duplicate",
        OutcomeReason::NotReady(..) => "not_ready",
        OutcomeReason::AssignRule(..) => "assign_rule",
        OutcomeReason::ElsewhereRule(..) => "elsewhere_rule",
        OutcomeReason::Person(..) => "person",
        OutcomeReason::Unassigned(..) => "unassigned",
    }
}

impl fmt::Display for OutcomeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutcomeReason::Finding(code) | OutcomeReason::Person(code) | OutcomeReason::Unassigned(code) => {
                f.write_str(code)
            }
            OutcomeReason::MatchRule(rule)
            | OutcomeReason::AssignRule(rule)
            | OutcomeReason::ElsewhereRule(rule) => write!(f, "{rule}"),
            OutcomeReason::NotReady(cell) => write!(f, "{cell}"),
            OutcomeReason::Known(kind) => write!(f, "{kind}"),
            OutcomeReason::OwnOwner | OutcomeReason::PossibleDuplicate | OutcomeReason::HasEnded => {
                f.write_str(self.code())
            }
        }
    }
}

/// What should happen to a lead, and why: the decision of each engine, the effects to carry out in one transaction,
/// and the delta that moves the state.
///
/// `Display` is one line; [`explain`](Outcome::explain) says everything. Neither shows a contact value whole.
///
/// ```
/// use leadkit::model::Lead;
/// use leadkit::{Input, Intake, Roster, Route, Rules, State};
///
/// let intake = Intake::compile(&Rules::b2b())?;
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
/// let lead = Lead {
///     id: "L1".into(), name: Some("Ann".into()), phones: vec!["13812349876".into()],
///     message: Some("a quote, please".into()), created_at: now, ..Lead::default()
/// };
/// let input = Input { lead, ..Input::default() };
/// let outcome = intake.process(&input, &Roster::from_ids(["li"]), &State::default(), now);
///
/// assert_eq!(outcome.route(), &Route::Assigned { owner: "li".into() });
/// assert_eq!(outcome.reason().to_string(), "everybody");
/// // Each effect has a key, so that a host applies it once.
/// let (key, effect) = outcome.keyed_effects().next().unwrap();
/// assert_eq!(key.to_string(), "L1|set_owner|lead L1|0");
/// assert_eq!(effect.to_string(), "make li the owner of lead L1 (auto_assigned)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Outcome {
    pub(super) lead: LeadId,
    pub(super) at: DateTime<Utc>,
    pub(super) route: Route,
    pub(super) verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) resolution: Option<Box<Resolution>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<Score>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) assignment: Option<Box<Assignment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<Refusal>,
    /// Why the lead goes there, if neither a rule nor its scores say so: a person decides, or nobody is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<Code>,
    /// Who missed a deadline, and has or covers the lead no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) missed: Option<RepId>,
    /// The act of a person that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<Code>,
    /// The rule that sent it elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) route_rule: Option<RuleId>,
    /// Of the rules that send elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) route_faults: Vec<RuleFault>,
    pub(super) effects: Vec<Effect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Next>,
    pub(super) decision: String,
    pub(super) delta: OutcomeDelta,
    #[serde(default)]
    pub(super) basis: Basis,
    pub(super) version: RulesVersion,
}

impl Outcome {
    /// The lead that was decided about; for a folded entry, the entry itself.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// When it was decided: the `now` that was handed in.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Where the lead goes: to an owner, a pool, a reviewer, into another lead, or to its end.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// The main reason why the lead goes there: a person's action, the most severe finding of a blocked lead, the matching or
    /// assignment rule that decided, the cell of a lead that is not ready, or the assignment's own code.
    #[must_use]
    pub fn reason(&self) -> OutcomeReason {
        let by_match = || self.resolution.as_ref()?.rule().cloned().map(OutcomeReason::MatchRule);
        let by_rule = || self.assignment.as_ref()?.rule().cloned().map(OutcomeReason::AssignRule);
        let cell = || self.score.as_ref().map(|score| OutcomeReason::NotReady(score.cell()));
        if let Some(act) = self.person.as_ref().filter(|_| self.refusal.is_none()) {
            return OutcomeReason::Person(act.clone());
        }
        let reason = match &self.route {
            Route::Blocked => Some(OutcomeReason::Finding(self.heaviest_finding())),
            Route::Folded { kind, .. } => by_match().or(Some(OutcomeReason::Known(*kind))),
            Route::ToOwner { record: None, .. } => Some(OutcomeReason::OwnOwner),
            Route::ToOwner { .. } | Route::Converted { .. } => by_match().or_else(by_rule),
            Route::Elsewhere { .. } | Route::Voided => {
                let rule = self.route_rule.clone().map(OutcomeReason::ElsewhereRule);
                rule.or(Some(OutcomeReason::HasEnded))
            }
            Route::Nurture { .. } => self.cause.clone().map(OutcomeReason::Unassigned).or_else(cell),
            Route::AwaitingReview { reviewer: None, .. } => {
                let held = self.cause.clone().map(OutcomeReason::Finding);
                held.or_else(by_match).or(Some(OutcomeReason::PossibleDuplicate))
            }
            Route::Assigned { .. } | Route::ToPool { .. } | Route::AwaitingReview { .. } => by_rule(),
            Route::Unassigned { reason, .. } => Some(OutcomeReason::Unassigned(reason.clone())),
        };
        // An outcome of the engine contains what its route needs; one put together by hand may not.
        reason.unwrap_or_else(|| OutcomeReason::Unassigned(self.route.code().into()))
    }

    fn heaviest_finding(&self) -> Code {
        let heaviest = self.verdict.hits().iter().filter(|hit| hit.suppressed_by().is_none());
        // The first of equals: hits are in the order of the rules.
        let heaviest = heaviest.rev().max_by_key(|hit| hit.severity());
        heaviest.map_or("blocked", |hit| hit.reason().code()).into()
    }

    /// What the blacklist found; [`Severity::Pass`](crate::blacklist::Severity) when nothing.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What matching found; `None` when matching was not reached.
    #[must_use]
    pub fn resolution(&self) -> Option<&Resolution> {
        self.resolution.as_deref()
    }

    /// The lead's score; `None` when scoring was not reached.
    #[must_use]
    pub fn score(&self) -> Option<&Score> {
        self.score.as_ref()
    }

    /// The rep who was chosen and why; `None` when the rules were not tried.
    #[must_use]
    pub fn assignment(&self) -> Option<&Assignment> {
        self.assignment.as_deref()
    }

    /// Why a person's claim or order was refused; the lead stays as it is, or goes where it belongs.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Two reviews at the same moment may see the same lead and decide differently, because a rep has room again or is
    /// back. So the name of a review includes its effects.
    pub(super) fn named(mut self) -> Outcome {
        if !self.effects.is_empty() {
            let done = Digest::of(&self.effects).short();
            let _ = write!(self.decision, " {done:08x}");
        }
        self
    }

    /// Effects that come before the others.
    pub(super) fn after(&mut self, mut before: Vec<Effect>) {
        before.append(&mut self.effects);
        self.effects = before;
    }

    /// What the host should do, in order, in the transaction that stores the outcome.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The effects with their keys, in order. A host that has stored a key leaves its effect out, so that an outcome
    /// applied twice is applied once.
    pub fn keyed_effects(&self) -> impl Iterator<Item = (EffectKey, &Effect)> {
        effect_keys(&self.decision, &self.effects)
    }

    /// The name of the decision, which is part of the keys of its effects; the same when it is decided again.
    #[must_use]
    pub fn decision(&self) -> &str {
        &self.decision
    }

    /// Applies the effects to a book, in which the lead is filed. Applying the same outcome again changes nothing.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let (mut book, now) = (intake.book(), "2026-03-02T02:00:00Z".parse().unwrap());
    /// book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let input = intake.input_of(&book, &"L1".into(), now).unwrap();
    /// let outcome = intake.allot(&input, &"li".into(), &Roster::from_ids(["li"]), &State::default(), now);
    /// outcome.apply_to(&mut book);
    /// outcome.apply_to(&mut book);
    /// assert_eq!(book.lead(&"L1".into()).unwrap().owner, Some("li".into()));
    /// assert_eq!(book.history(&"L1".into()).tenures.len(), 1, "applied once");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply_to(&self, book: &mut Book) {
        book.apply_effects(&self.decision, &self.effects, self.at);
    }

    /// What the host calls next, in the same transaction.
    #[must_use]
    pub fn next(&self) -> Option<&Next> {
        self.next.as_ref()
    }

    /// What changes in the [`State`](crate::State): [apply](crate::State::apply) it in the transaction of the effects.
    pub fn delta(&self) -> &OutcomeDelta {
        &self.delta
    }

    /// What the decision was based on: [check](Basis::check) it before you apply the outcome if others decide at the
    /// same time. `rows` are those that were passed in for the decision. O(rows), which a host that decides alone can
    /// skip.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let (intake, state) = (Intake::compile(&Rules::b2b())?, State::default());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let input = Input { lead: Lead { id: "L1".into(), created_at: now, ..Lead::default() }, ..Input::default() };
    /// let outcome = intake.process(&input, &Roster::from_ids(["li"]), &state, now);
    /// // Nothing has changed since the decision: commit.
    /// assert_eq!(outcome.basis(&input.rows).check(&input.rows, &state), Ok(()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn basis(&self, rows: &Rows) -> Basis {
        self.basis.on(rows)
    }

    /// Rules that failed at run time, of all engines.
    pub fn faults(&self) -> impl Iterator<Item = &RuleFault> {
        let matching = self.resolution.iter().flat_map(|one| one.faults());
        let scoring = self.score.iter().flat_map(|one| one.faults());
        let assigning = self.assignment.iter().flat_map(|one| one.faults());
        self.verdict.faults().iter().chain(&self.route_faults).chain(matching).chain(scoring).chain(assigning)
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The full explanation, step by step, in English.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = writeln!(text, "{self}.");
        let mut step = |name: &str, said: String| {
            let mut lines = said.lines();
            let _ = writeln!(text, "  {name}: {}", lines.next().unwrap_or_default());
            for line in lines {
                let _ = writeln!(text, "    {}", line.trim_start());
            }
        };
        step("blacklist", self.verdict.to_string());
        if let Some(resolution) = &self.resolution {
            step("matching", resolution.to_string());
        }
        if let Some(score) = &self.score {
            step("score", score.to_string());
        }
        if let Some(assignment) = &self.assignment {
            step("assignment", assignment.to_string());
        }
        for effect in &self.effects {
            step("effect", effect.to_string());
        }
        text
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.person, self.route.owner()) {
            (Some(act), Some(owner)) if *act == Act::Claim.as_str() => {
                write!(f, "lead {} is claimed by {owner}", self.lead)?;
            }
            _ => write!(f, "lead {} {}", self.lead, self.route)?,
        }
        if let Route::Nurture { .. } = self.route {
            self.why_nurtured(f)?;
        }
        if let Some((rep, said)) = self.loss() {
            write!(f, "; {rep} {said}")?;
        }
        match &self.refusal {
            Some(refusal) => write!(f, "; refused: {refusal}"),
            None => Ok(()),
        }
    }
}

impl Outcome {
    fn why_nurtured(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.cause.as_deref() {
            Some(OWNERS_EXHAUSTED) => "everybody who may have it has lost it",
            Some(NOBODY_CLAIMS) => "nobody has claimed it",
            Some(wake_up::IMPORTED) => "it was imported, and has shown no interest since",
            Some(CONSENT_CODE) => "the person has refused every channel",
            Some(_) => return Ok(()),
            None if self.score.as_ref().is_some_and(|score| !score.is_mature()) => {
                "it is not ready for sales"
            }
            None => return Ok(()),
        };
        write!(f, ": {why}")
    }

    /// The rep who loses the lead by this, and what that rep did.
    fn loss(&self) -> Option<(&RepId, &'static str)> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::EndTenure { lead, rep, end } if *lead == self.lead && self.route.owner() != Some(rep) => {
                let said = match end {
                    TenureEnd::Returned => "gave it back",
                    TenureEnd::DealLost => "lost the deal",
                    TenureEnd::Left => "has left",
                    TenureEnd::Recycled if self.missed.as_ref() == Some(rep) => "missed the deadline",
                    _ => return None,
                };
                Some((rep, said))
            }
            _ => None,
        })
    }
}
