//! The running state one decision is made on.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::companion::Also;
use super::counts::Way;
use super::delta::{AssignDelta, Change};
use super::ledger::Ledger;
use super::rep_ledger::RepLedger;
use super::seating::SeatedOnly;
use crate::model::RepId;

/// The running state one decision is made on: the pool's turns and what each rep was given over all pools.
///
/// ```
/// use leadkit::assign::{Ledger, Ledgers, RepLedger};
///
/// let (pool, reps) = (Ledger::new("inbound".into()), RepLedger::default());
/// let state = Ledgers { pool: &pool, reps: &reps };
/// assert_eq!((state.pool.revision(), state.reps.revision(&"li".into())), (0, 0));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Ledgers<'a> {
    /// The ledger of the pool that the lead is assigned from.
    pub pool: &'a Ledger,
    /// What each rep was given over all pools.
    pub reps: &'a RepLedger,
}

impl Ledgers<'_> {
    /// The delta that takes back the decision remembered under a key, as one that should never have been made: the day's
    /// count and the place in the caps are given back, the turn too while it is among the pool's last 1,000, and the key is
    /// free for another decision. `None` when no decision is remembered.
    ///
    /// Apply it like any other delta. A second time is refused, as its revision is stale then. A lead that is only
    /// returned is a different case: it stays counted.
    ///
    /// ```
    /// use leadkit::assign::{AssignRules, Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    /// use serde_json::json;
    ///
    /// let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// let assigner = Assigner::load(rules)?;
    /// let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
    /// let roster = Roster::compile(&reps, &Default::default())?;
    /// let (mut pool, mut counts) = (Ledger::new("p".into()), RepLedger::default());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    ///
    /// let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// let tables = HostTables::default();
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// let wrong = assigner.assign(&facts, &roster, Ledgers { pool: &pool, reps: &counts });
    /// wrong.delta().apply_to(&mut pool, &mut counts)?;
    /// assert_eq!(counts.assigned_on(&"li".into(), "2026-03-02".parse().unwrap()), 1);
    ///
    /// let back = Ledgers { pool: &pool, reps: &counts }.take_back("L1", now).unwrap();
    /// back.apply_to(&mut pool, &mut counts)?;
    /// assert_eq!(counts.assigned_on(&"li".into(), "2026-03-02".parse().unwrap()), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn take_back(self, key: &str, now: DateTime<Utc>) -> Option<AssignDelta> {
        let decided = self.pool.decided(key, now)?;
        let counted = decided.counted.as_ref();
        let knows = self.pool.knows_turn(key);
        // A turn that is too old is not given back: the members of its classes at that time are no longer known.
        let back = |turn| self.pool.given_back(turn).filter(|_| knows);
        let also = counted.iter().flat_map(|counted| &counted.also).map(|one| Also {
            role: one.role.clone(),
            rep: one.rep.clone(),
            rep_revision: self.reps.revision(&one.rep),
            turn: one.turn.as_ref().and_then(back),
            spans: one.spans,
        });
        let also = also.collect();
        // A reward has not been counted for anybody, so nothing is taken from its owner.
        let rep = decided.kind.owner().filter(|_| counted.is_some()).cloned();
        Some(AssignDelta {
            pool: self.pool.pool().clone(),
            revision: self.pool.revision(),
            rep_revision: rep.as_ref().map_or(0, |rep| self.reps.revision(rep)),
            at: now,
            change: Some(Arc::new(Change {
                kind: decided.kind.clone(),
                // The day it was counted on, which is the one whose cap gets room again.
                date: counted.map_or(now.date_naive(), |counted| counted.date),
                key: Some(decided.key.clone()),
                rep,
                turn: counted.and_then(|counted| back(counted.turn.as_ref()?)),
                also,
                seated: SeatedOnly::default(),
                way: counted.map(|counted| counted.way).unwrap_or_default(),
                spans: counted.is_some_and(|counted| counted.spans),
                takes_back: true,
            })),
        })
    }

    /// The delta by which another reviewer is asked what the decision remembered under a key asked; `None` when it asked
    /// nobody.
    pub(crate) fn ask_instead(self, key: &str, to: &RepId, now: DateTime<Utc>) -> Option<AssignDelta> {
        let decided = self.pool.decided(key, now)?;
        let kind = decided.kind.asked_of(to)?;
        Some(AssignDelta {
            pool: self.pool.pool().clone(),
            revision: self.pool.revision(),
            rep_revision: 0,
            at: now,
            change: Some(Arc::new(Change {
                kind,
                date: now.date_naive(),
                key: Some(decided.key.clone()),
                rep: None,
                turn: None,
                also: Vec::new(),
                seated: SeatedOnly::default(),
                way: Way::default(),
                spans: false,
                takes_back: false,
            })),
        })
    }
}
