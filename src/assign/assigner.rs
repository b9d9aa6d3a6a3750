//! The assigner and its main call.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::assignment::Assignment;
use super::companion::Companion;
use super::decided::Decided;
use super::delta::AssignDelta;
use super::explanation::AssignExplanation;
use super::keys::decision_key;
use super::kind::AssignmentKind;
use super::ledger::Ledger;
use super::ledger_error::LedgerError;
use super::ledgers::Ledgers;
use super::options::{AssignOptions, previous_owners};
use super::plan::PoolPlan;
use super::rep_ledger::RepLedger;
use super::roster::Roster;
use super::run::{LeadOptions, Run};
use super::seating::SeatedOnly;
use super::team::{Counted, Team};
use crate::model::{PoolId, RepId};
use crate::rule::{Facts, MatchKind, RulesVersion, ScriptSession};

/// Assigns leads by rules. Compiled once, immutable, shared by reference.
///
/// See the [module](super) for an example.
///
/// ```
/// use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use serde_json::json;
///
/// let assigner = Assigner::load(json!({"pools": {"p": {"rules": [
///     {"id": "large", "when": {"field": "employee_count", "ge": 1000}, "then": {"reps": ["li"]}},
///     {"id": "others", "then": {"reps": ["wang"]}},
/// ]}}}))?;
/// let roster = Roster::from_ids(["li", "wang"]);
/// let (ledger, reps) = (Ledger::new("p".into()), RepLedger::default());
/// let lead = Lead { id: "L1".into(), employee_count: Some(2000), ..Lead::default() };
/// let tables = HostTables::default();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
/// let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
/// assert_eq!(assignment.to_string(), "lead L1 goes to li from pool p by rule large");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Assigner {
    pub(super) version: RulesVersion,
    /// Boxed, because the nodes of the map are half empty.
    pub(super) pools: BTreeMap<PoolId, Box<PoolPlan>>,
    /// For pools without rules.
    pub(super) bare: PoolPlan,
}

impl Assigner {
    /// The compiled rules of a pool.
    pub(super) fn plan(&self, pool: &PoolId) -> &PoolPlan {
        self.pools.get(pool).map_or(&self.bare, |plan| plan)
    }

    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Whether a pool has rules of its own.
    ///
    /// ```
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"inbound": {}}}))?;
    /// assert!(assigner.has_rules_for(&"inbound".into()));
    /// // A pool without rules assigns nothing.
    /// assert!(!assigner.has_rules_for(&"partners".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_rules_for(&self, pool: &PoolId) -> bool {
        self.pools.contains_key(pool)
    }

    /// Every rep whom the rules of a pool name, by id: whose rows a decision reads, besides those of the whole roster where
    /// they [ask everybody](Assigner::asks_everybody).
    ///
    /// ```
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let rule = json!({"id": "all", "then": {"reps": ["wang", "li"]}});
    /// let assigner = Assigner::load(json!({"pools": {"p": {"rules": [rule]}}}))?;
    /// let named: Vec<&str> = assigner.reps_of(&"p".into()).map(|rep| rep.as_str()).collect();
    /// assert_eq!(named, ["li", "wang"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reps_of(&self, pool: &PoolId) -> impl Iterator<Item = &RepId> {
        self.pools.get(pool).into_iter().flat_map(|plan| plan.reps())
    }

    /// Whether a rule of a pool gives leads to [everybody](super::AssignTarget::Everybody): then a decision reads the rows of
    /// all reps of the roster.
    ///
    /// ```
    /// use leadkit::assign::Assigner;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"rules": [{"id": "all", "then": "everybody"}]}}}))?;
    /// assert!(assigner.asks_everybody(&"p".into()));
    /// assert_eq!(assigner.reps_of(&"p".into()).count(), 0, "the rule names no rep");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn asks_everybody(&self, pool: &PoolId) -> bool {
        self.pools.get(pool).is_some_and(|plan| plan.asks_everybody())
    }

    /// Decides who gets a lead of the ledger's pool.
    ///
    /// The first rule that matches decides; a second pass runs when none did or nobody was eligible. Nothing
    /// changes: apply the decision's effects, and its delta to both ledgers, in one transaction, or the next
    /// decision is made on the old state. A pool without rules matches nothing.
    ///
    /// O(r + t + c + k·log m) in the pool's rules and, of the list that shares the lead, its territories, the classes that the
    /// lead suits, the reps who came, went or are ruled out, and the members. A list that was not asked before, or whose rules, roster or date are others since,
    /// is read once, in O(m·log m); so is every list of a ledger that was just read from storage. The strategies that take
    /// no turns look at every member.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// // The rule of the pool `p` gives leads to `li` and `wang` by turns.
    /// let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// assert_eq!(assignment.to_string(), "lead L1 goes to li from pool p by rule all");
    /// assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// assert_eq!(ledger.revision(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign(&self, facts: &Facts<'_>, roster: &Roster, ledgers: Ledgers<'_>) -> Assignment {
        self.assign_with(facts, roster, ledgers, &AssignOptions::default())
    }

    /// As [`Assigner::assign`], with options for the lead.
    ///
    /// ```
    /// # use leadkit::assign::{AssignOptions, Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// // `li` had the lead before, and does not get it again.
    /// let options = AssignOptions { previous_owners: vec!["li".into()], ..AssignOptions::default() };
    /// let assignment = assigner.assign_with(&facts, &roster, Ledgers { pool: &ledger, reps: &reps }, &options);
    /// assert_eq!(assignment.owner().unwrap().as_str(), "wang");
    /// assert_eq!(assignment.skipped()["previous_owner"], 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign_with(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledgers: Ledgers<'_>,
        options: &AssignOptions,
    ) -> Assignment {
        self.decide(facts, roster, ledgers, options, None)
    }

    /// Decides about many leads, each on the state that those before it left, and moves that state. The same as
    /// [`Assigner::assign`] and `apply` one by one.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let leads = ["L1", "L2", "L3"].map(|id| Lead { id: id.into(), ..Lead::default() });
    /// let context = FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap());
    /// let facts: Vec<Facts> = leads.iter().map(|lead| Facts::new(lead, &context)).collect();
    /// let assignments = assigner.assign_all(&facts, &roster, &mut ledger, &mut reps)?;
    /// let owners: Vec<&str> = assignments.iter().filter_map(|one| Some(one.owner()?.as_str())).collect();
    /// assert_eq!(owners, ["li", "wang", "li"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// None unless the engine is at fault: each decision is applied to the state it was made on.
    pub fn assign_all<'f>(
        &self,
        leads: impl IntoIterator<Item = &'f Facts<'f>>,
        roster: &Roster,
        ledger: &mut Ledger,
        reps: &mut RepLedger,
    ) -> Result<Vec<Assignment>, LedgerError> {
        leads
            .into_iter()
            .map(|facts| {
                let assignment = self.assign(facts, roster, Ledgers { pool: ledger, reps });
                assignment.delta().apply_to(ledger, reps)?;
                Ok(assignment)
            })
            .collect()
    }

    pub(super) fn decide(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledgers: Ledgers<'_>,
        options: &AssignOptions,
        trace: Option<&mut AssignExplanation>,
    ) -> Assignment {
        let (ledger, now) = (ledgers.pool, facts.now());
        let key = options.key.as_deref().map_or_else(|| decision_key(facts), Cow::Borrowed);
        // A lead without an id shares its empty key with all such leads, so nothing is remembered under it.
        let key = (!key.trim().is_empty()).then_some(key);
        let mut assignment = self.undecided(facts, ledgers);
        let (pool, rules) = (self.plan(ledger.pool()), self.version.fingerprint);
        let team = Team { pool, facts, roster, ledgers, options, at: now, rules };
        // Asked first, before any rule: the same request twice, as after a lost answer, gives the lead once.
        let before = key.as_deref().and_then(|key| team.remembered(key));
        if let Some(before) = before.filter(|before| before.kind.owner().is_some()) {
            assignment.repeat(before, &team);
            return assignment;
        }
        let given = options.given.clone().map(|rep| AssignmentKind::Given { rep });
        let matched = || existing_owner(facts).filter(|_| !options.by_rules);
        let owned = || matched().map(|rep| AssignmentKind::ExistingOwner { rep });
        // A person's choice precedes the owner on file, and both precede the rules.
        let counted = match given.or_else(owned) {
            Some(kind) => {
                let turn = kind.owner().and_then(|rep| team.turn_of(rep));
                assignment.kind = kind;
                Counted { turn, ..Counted::default() }
            }
            None => by_rules(&team, trace, &mut assignment),
        };
        // An answer without an owner is repeated only while the rules would give it again: facts may have changed since.
        if let Some(before) = before.filter(|before| before.kind.is_same_step(&assignment.kind)) {
            assignment.repeat(before, &team);
        } else if assignment.kind.is_settled() {
            let change = team.change(&assignment.kind, key.as_deref(), counted);
            // Only the row of the rep who gets the lead is compared: workers who give to other reps do not collide.
            assignment.delta.rep_revision = change.rep.as_ref().map_or(0, |rep| ledgers.reps.revision(rep));
            assignment.delta.change = Some(Arc::new(change));
        }
        assignment
    }

    /// A decision that changes nothing yet.
    fn undecided(&self, facts: &Facts<'_>, ledgers: Ledgers<'_>) -> Assignment {
        let now = facts.now();
        // Turns keep their order when a clock runs back. Hours, absences and caps do not wait for it: one lead from a month
        // ahead must not stop the team until then.
        let at = ledgers.pool.latest().map_or(now, |latest| now.max(latest));
        Assignment {
            lead: facts.lead().id.clone(),
            kind: AssignmentKind::NoRuleMatched,
            companions: Vec::new(),
            skipped: BTreeMap::new(),
            faults: Vec::new(),
            at,
            // The answer says so when the ledger's latest decision is later than `now`.
            clamped_from: (at != now).then_some(now),
            decided_at: None,
            delta: AssignDelta {
                pool: ledgers.pool.pool().clone(),
                revision: ledgers.pool.revision(),
                rep_revision: 0,
                at: now,
                change: None,
            },
            version: self.version.clone(),
        }
    }
}

impl AssignDelta {
    /// Applies the decision to both states, or to neither.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// // Applying it twice is refused, and changes neither state.
    /// let stale = assignment.delta().apply_to(&mut ledger, &mut reps).unwrap_err();
    /// assert_eq!(stale.to_string(), "the counts of rep `li` are at revision 1, the decision was made on revision 0");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When one of them has another revision than the decision was made on, or the ledger belongs to another pool, or when no
    /// revision is left.
    pub fn apply_to(&self, ledger: &mut Ledger, reps: &mut RepLedger) -> Result<(), LedgerError> {
        // Both are checked before either moves: the reps here, the ledger by its own `apply`.
        reps.check(self)?;
        ledger.apply(self)?;
        reps.apply(self)
    }
}

/// What happens to the lead by the rules of its pool.
fn by_rules(team: &Team<'_>, trace: Option<&mut AssignExplanation>, assignment: &mut Assignment) -> Counted {
    let Team { pool, facts, roster, ledgers, options, at, rules } = *team;
    let (industry, previous) = (pool.industry(facts), previous_owners(facts, options));
    let named = pool.named_skills(facts);
    let (excluded, untouched) = (&options.excluded, options.untouched);
    let lead = LeadOptions { industry: &industry, named: &named, previous: &previous, excluded, untouched };
    let mut run = Run {
        pool,
        facts,
        question: pool.question(facts, roster, ledgers, at, lead),
        rules,
        skipped: BTreeMap::new(),
        faults: Vec::new(),
        scripts: ScriptSession::of_lead(),
        trace,
        is_for_companion: false,
        without_reviewers: options.without_reviewers,
        seated: SeatedOnly::default(),
    };
    let (kind, turn) = run.rules();
    let Run { skipped, faults, seated, .. } = run;
    (assignment.skipped, assignment.faults) = (skipped, faults);
    let mut also = Vec::new();
    // Companions are chosen only where the rules gave the lead an owner.
    if let AssignmentKind::Assigned { rep, rule, .. } = &kind {
        (assignment.companions, also) = team.beside(rule, rep, turn.as_ref());
    }
    assignment.kind = kind;
    Counted { turn, also, seated }
}

impl Assignment {
    /// Repeats the remembered answer.
    fn repeat(&mut self, before: &Decided, team: &Team<'_>) {
        self.kind = before.kind.clone();
        let also = before.counted.iter().flat_map(|counted| &counted.also);
        self.companions.extend(also.map(|one| {
            // A companion who has left since leaves a gap: a repeated answer chooses nobody new.
            let rep = Some(one.rep.clone()).filter(|rep| team.may_answer(rep));
            Companion { role: one.role.clone(), rep }
        }));
        self.decided_at = Some(before.at);
    }
}

/// The owner of what the lead was matched to, if the lead belongs to that owner. Whether the owner takes care of leads
/// was decided in matching.
fn existing_owner(facts: &Facts<'_>) -> Option<RepId> {
    facts.matched().filter(|matched| matched.kind.is_some_and(MatchKind::gives_owner))?.owner.clone()
}
