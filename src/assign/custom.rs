//! Strategies of the host.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value as Json;

use super::class::{ONE_LEAD, TurnTable};
use super::ledgers::Ledgers;
use super::ranks::Candidate;
use super::seats::Seats;
use super::turns::Turns;
use crate::model::RepId;
use crate::rule::{FactSource, Factory, Registry};

/// A strategy of the host: it proposes the members of a group in the order it prefers, and the first who may take the lead
/// gets it.
///
/// It is registered with [`Registry::strategy`] and named by a [group](super::RepGroup::custom) as
/// `{"custom": {"name": "…", "params": {…}}}`; the [module docs](super) show one. It must be pure: the same view gives the
/// same proposals. A rep who may not take the lead does not get it, whatever is proposed.
pub trait CustomStrategy: Send + Sync + fmt::Debug {
    /// Proposes reps, the best first, until `seen` says to stop: that one gets the lead. A rep who may not take it, or whom
    /// the group does not have, is passed over.
    fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>);
}

/// What a strategy looks at: the lead, and the members of the group who may take it.
#[derive(Clone, Copy)]
pub struct PoolView<'a> {
    pub(super) facts: &'a dyn FactSource,
    pub(super) candidates: &'a [Candidate<'a>],
    pub(super) turns: Option<&'a Turns>,
    pub(super) ledgers: Ledgers<'a>,
    /// The pool's.
    pub(super) date: NaiveDate,
}

impl fmt::Debug for PoolView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolView").field("candidates", &self.candidates).finish_non_exhaustive()
    }
}

impl PoolView<'_> {
    /// The lead, as rules read it.
    #[must_use]
    pub fn facts(&self) -> &dyn FactSource {
        self.facts
    }

    /// The moment of the decision: the `now` that the assigner was called with.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.facts.now()
    }

    /// The reps who may take the lead, by id.
    pub fn reps(&self) -> impl Iterator<Item = &RepId> {
        self.candidates.iter().map(|one| &one.rep)
    }

    fn find(&self, rep: &RepId) -> Option<&Candidate<'_>> {
        let place = self.candidates.binary_search_by(|one| one.rep.cmp(rep)).ok()?;
        self.candidates.get(place)
    }

    /// The rep's share in relation to the others; 0 for a rep who may not take the lead.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, CustomStrategy, Ledger, Ledgers, PoolView, RepLedger, Roster};
    /// # use leadkit::model::{Lead, RepId};
    /// # use leadkit::rule::{FactContext, Facts, HostTables, Registry};
    /// # use std::ops::ControlFlow;
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// # impl CustomStrategy for Mine {
    /// // The rep with the largest share.
    /// fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
    ///     let best = view.reps().max_by_key(|rep| view.weight(rep));
    ///     let _ = best.cloned().map(seen);
    /// }
    /// # }
    /// # let registry = Registry::new().strategy("mine", |_| Ok(std::sync::Arc::new(Mine)));
    /// # let assigner = Assigner::load_with(serde_json::json!({
    /// #     "groups": {"g": {"members": [{"rep": "li"}, {"rep": "wang", "weight": 3}], "custom": {"name": "mine"}}},
    /// #     "pools": {"p": {"holding_cap": 9, "rules": [
    /// #         {"id": "all", "then": {"group": {"id": "g"}}, "takes_turn": true},
    /// #     ]}},
    /// # }), &registry)?;
    /// # let reps = [("li", 5), ("wang", 2)].map(|(id, holding)| serde_json::json!({"id": id, "holding": holding}));
    /// # let roster = Roster::load(serde_json::json!({"reps": reps}))?;
    /// # let (ledger, reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assert_eq!(assignment.owner().unwrap().as_str(), "wang");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn weight(&self, rep: &RepId) -> u32 {
        self.find(rep).map_or(0, |one| one.weight)
    }

    /// Number of open leads that the rep holds; 0 for a rep who may not take the lead.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, CustomStrategy, Ledger, Ledgers, PoolView, RepLedger, Roster};
    /// # use leadkit::model::{Lead, RepId};
    /// # use leadkit::rule::{FactContext, Facts, HostTables, Registry};
    /// # use std::ops::ControlFlow;
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// # impl CustomStrategy for Mine {
    /// // The rep with the fewest open leads.
    /// fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
    ///     let best = view.reps().min_by_key(|rep| view.open(rep));
    ///     let _ = best.cloned().map(seen);
    /// }
    /// # }
    /// # let registry = Registry::new().strategy("mine", |_| Ok(std::sync::Arc::new(Mine)));
    /// # let assigner = Assigner::load_with(serde_json::json!({
    /// #     "groups": {"g": {"members": [{"rep": "li"}, {"rep": "wang", "weight": 3}], "custom": {"name": "mine"}}},
    /// #     "pools": {"p": {"holding_cap": 9, "rules": [
    /// #         {"id": "all", "then": {"group": {"id": "g"}}, "takes_turn": true},
    /// #     ]}},
    /// # }), &registry)?;
    /// # let reps = [("li", 5), ("wang", 2)].map(|(id, holding)| serde_json::json!({"id": id, "holding": holding}));
    /// # let roster = Roster::load(serde_json::json!({"reps": reps}))?;
    /// # let (ledger, reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assert_eq!(assignment.owner().unwrap().as_str(), "wang");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn open(&self, rep: &RepId) -> u32 {
        self.find(rep).map_or(0, |one| one.slot.open(self.ledgers.reps.taken(rep)))
    }

    /// How many more open leads the rep may hold, by the rep's cap or the pool's; `None` without one.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, CustomStrategy, Ledger, Ledgers, PoolView, RepLedger, Roster};
    /// # use leadkit::model::{Lead, RepId};
    /// # use leadkit::rule::{FactContext, Facts, HostTables, Registry};
    /// # use std::ops::ControlFlow;
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// # impl CustomStrategy for Mine {
    /// // The rep with the most room below the cap.
    /// fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
    ///     let best = view.reps().max_by_key(|rep| view.room(rep));
    ///     let _ = best.cloned().map(seen);
    /// }
    /// # }
    /// # let registry = Registry::new().strategy("mine", |_| Ok(std::sync::Arc::new(Mine)));
    /// # let assigner = Assigner::load_with(serde_json::json!({
    /// #     "groups": {"g": {"members": [{"rep": "li"}, {"rep": "wang", "weight": 3}], "custom": {"name": "mine"}}},
    /// #     "pools": {"p": {"holding_cap": 9, "rules": [
    /// #         {"id": "all", "then": {"group": {"id": "g"}}, "takes_turn": true},
    /// #     ]}},
    /// # }), &registry)?;
    /// # let reps = [("li", 5), ("wang", 2)].map(|(id, holding)| serde_json::json!({"id": id, "holding": holding}));
    /// # let roster = Roster::load(serde_json::json!({"reps": reps}))?;
    /// # let (ledger, reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assert_eq!(assignment.owner().unwrap().as_str(), "wang");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn room(&self, rep: &RepId) -> Option<u32> {
        Some(self.find(rep)?.holding_cap?.saturating_sub(self.open(rep)))
    }

    /// Leads that a rep was assigned on the pool's local date, from all pools.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, CustomStrategy, Ledger, Ledgers, PoolView, RepLedger, Roster};
    /// # use leadkit::model::{Lead, RepId};
    /// # use leadkit::rule::{FactContext, Facts, HostTables, Registry};
    /// # use std::ops::ControlFlow;
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// # impl CustomStrategy for Mine {
    /// // The last rep by id who was assigned fewer than three leads today.
    /// fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
    ///     let best = view.reps().filter(|rep| view.assigned_today(rep) < 3).last();
    ///     let _ = best.cloned().map(seen);
    /// }
    /// # }
    /// # let registry = Registry::new().strategy("mine", |_| Ok(std::sync::Arc::new(Mine)));
    /// # let assigner = Assigner::load_with(serde_json::json!({
    /// #     "groups": {"g": {"members": [{"rep": "li"}, {"rep": "wang", "weight": 3}], "custom": {"name": "mine"}}},
    /// #     "pools": {"p": {"holding_cap": 9, "rules": [
    /// #         {"id": "all", "then": {"group": {"id": "g"}}, "takes_turn": true},
    /// #     ]}},
    /// # }), &registry)?;
    /// # let reps = [("li", 5), ("wang", 2)].map(|(id, holding)| serde_json::json!({"id": id, "holding": holding}));
    /// # let roster = Roster::load(serde_json::json!({"reps": reps}))?;
    /// # let (ledger, reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assert_eq!(assignment.owner().unwrap().as_str(), "wang");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn assigned_today(&self, rep: &RepId) -> u32 {
        self.ledgers.reps.assigned_on(rep, self.date)
    }

    /// What a rep is owed of the group's fair shares, in leads of 2³² units.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, CustomStrategy, Ledger, Ledgers, PoolView, RepLedger, Roster};
    /// # use leadkit::model::{Lead, RepId};
    /// # use leadkit::rule::{FactContext, Facts, HostTables, Registry};
    /// # use std::ops::ControlFlow;
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// # impl CustomStrategy for Mine {
    /// // The rep who is owed most; of equals, the last by id.
    /// fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
    ///     let best = view.reps().max_by_key(|rep| view.credit(rep));
    ///     let _ = best.cloned().map(seen);
    /// }
    /// # }
    /// # let registry = Registry::new().strategy("mine", |_| Ok(std::sync::Arc::new(Mine)));
    /// # let assigner = Assigner::load_with(serde_json::json!({
    /// #     "groups": {"g": {"members": [{"rep": "li"}, {"rep": "wang", "weight": 3}], "custom": {"name": "mine"}}},
    /// #     "pools": {"p": {"holding_cap": 9, "rules": [
    /// #         {"id": "all", "then": {"group": {"id": "g"}}, "takes_turn": true},
    /// #     ]}},
    /// # }), &registry)?;
    /// # let reps = [("li", 5), ("wang", 2)].map(|(id, holding)| serde_json::json!({"id": id, "holding": holding}));
    /// # let roster = Roster::load(serde_json::json!({"reps": reps}))?;
    /// # let (ledger, reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assert_eq!(assignment.owner().unwrap().as_str(), "wang");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn credit(&self, rep: &RepId) -> i64 {
        self.turns.map_or(0, |turns| turns.owed(rep, TurnTable::Credit))
    }

    /// The units of one lead, in which credit is counted.
    #[must_use]
    pub fn one_lead(&self) -> i64 {
        ONE_LEAD
    }
}

/// The place of the candidate a strategy settles on.
pub(super) fn proposed(strategy: &dyn CustomStrategy, view: &PoolView<'_>) -> Option<usize> {
    let mut chosen = None;
    strategy.propose(view, &mut |rep| match view.candidates.binary_search_by(|one| one.rep.cmp(&rep)) {
        Ok(place) => {
            // A strategy that proposes more after the break changes nothing: the first proposal counts.
            chosen.get_or_insert(place);
            ControlFlow::Break(())
        }
        // A strategy need not know who may take the lead: reps who may not are skipped.
        Err(_) => ControlFlow::Continue(()),
    });
    chosen
}

/// The candidates in the order of a strategy's proposals.
pub(super) fn preferred(strategy: &dyn CustomStrategy, view: &PoolView<'_>, limit: usize) -> Vec<RepId> {
    let mut first: Vec<RepId> = Vec::new();
    strategy.propose(view, &mut |rep| {
        if first.len() < limit && view.find(&rep).is_some() && !first.contains(&rep) {
            first.push(rep);
        }
        if first.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    first
}

pub(super) const KIND: &str = "strategy";

impl Registry {
    /// Adds a strategy under a name; one of the same name is replaced. The factory reads the parameters of the rules, or
    /// says in one sentence what is wrong with them.
    ///
    /// The docs of the module [`assign`](crate::assign) show a whole strategy.
    ///
    /// ```
    /// use leadkit::assign::{Assigner, CustomStrategy, PoolView};
    /// use leadkit::model::RepId;
    /// use leadkit::rule::Registry;
    /// use std::ops::ControlFlow;
    /// use std::sync::Arc;
    ///
    /// /// The rep with the fewest open leads gets the next one.
    /// #[derive(Debug)]
    /// struct Fewest;
    ///
    /// impl CustomStrategy for Fewest {
    ///     fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
    ///         let _ = view.reps().min_by_key(|rep| view.open(rep)).cloned().map(seen);
    ///     }
    /// }
    ///
    /// let registry = Registry::new().strategy("fewest", |_| Ok(Arc::new(Fewest)));
    /// let rules = serde_json::json!({"groups": {"g": {"members": [{"rep": "li"}], "custom": {"name": "fewist"}}}});
    /// let errors = Assigner::load_with(rules, &registry).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].message, "there is no strategy `fewist`");
    /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `fewest`?"));
    /// ```
    #[must_use]
    pub fn strategy(
        self,
        name: impl Into<String>,
        factory: impl Fn(&Json) -> Result<Arc<dyn CustomStrategy>, String> + Send + Sync + 'static,
    ) -> Registry {
        self.with::<dyn CustomStrategy>(KIND, name.into(), Arc::new(factory) as Arc<Factory<_>>)
    }
}
