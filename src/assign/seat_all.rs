//! Seats for everybody, ahead of the first lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::assigner::Assigner;
use super::class::TurnTable;
use super::counts::Way;
use super::delta::{AssignDelta, Change};
use super::kind::AssignmentKind;
use super::ledgers::Ledgers;
use super::load::LoadOf;
use super::plan::{PoolPlan, Sharing, TargetPlan};
use super::roster::Roster;
use super::rules::Strategy;
use super::seating::{Seated, SeatedOnly};
use super::standing::{Share, Standing};
use super::turn::TurnList;

impl Sharing {
    /// The kind of turns; `None` when it is shared otherwise.
    pub(super) fn table(&self) -> Option<TurnTable> {
        match self.strategy {
            _ if self.custom.is_some() => None,
            Strategy::FairShare | Strategy::LeastLoaded | Strategy::LowestLoadRatio => {
                Some(TurnTable::Credit)
            }
            Strategy::SmoothWeighted => Some(TurnTable::Smooth),
            Strategy::Sticky => None,
        }
    }

    /// The load that decides before the turns.
    pub(super) fn load(&self) -> LoadOf {
        match self.strategy {
            _ if self.custom.is_some() => LoadOf::Nothing,
            Strategy::LeastLoaded => LoadOf::Leads,
            Strategy::LowestLoadRatio => LoadOf::Ratio,
            Strategy::FairShare | Strategy::SmoothWeighted | Strategy::Sticky => LoadOf::Nothing,
        }
    }

    /// As [`table`](Self::table), if a turn is taken however the lead is given.
    pub(super) fn table_of_turns(&self) -> TurnTable {
        match self.strategy {
            Strategy::SmoothWeighted => TurnTable::Smooth,
            _ => TurnTable::Credit,
        }
    }
}

impl PoolPlan {
    /// The lists that share leads by turns, and the kind of turns.
    fn lists(&self) -> Vec<(&Sharing, TurnTable)> {
        let mut lists = Vec::new();
        for rule in &self.rules {
            let turns = |group: &Sharing| group.table().or(rule.takes_turn.then(|| group.table_of_turns()));
            let groups: Vec<&Sharing> = match &rule.target {
                TargetPlan::Shared(group) => vec![group],
                TargetPlan::Tiers(tiers) => tiers.iter().map(|(_, group)| group).collect(),
                _ => Vec::new(),
            };
            let groups = groups.into_iter().chain(rule.also.iter().map(|(_, group)| group));
            lists.extend(groups.filter_map(|group| Some((group, turns(group)?))));
        }
        // Leads that go to their owner may take a turn too.
        lists.extend(self.owner_turn.as_deref().map(|group| (group, group.table_of_turns())));
        lists
    }
}

impl Assigner {
    /// Seats all reps who share leads of the ledger's pool by turns, ahead of the first lead, and those who joined or left
    /// since.
    ///
    /// A decision does that by itself, so this call is optional: no lead goes to another rep, and no credit moves. But
    /// the first decision among many reps names each of them in its delta. Where deltas are stored one by one, call it when
    /// the rules or the roster were compiled; the deltas of decisions then stay short. Empty when everybody sits.
    ///
    /// ```
    /// use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// use leadkit::model::Rep;
    /// use serde_json::json;
    ///
    /// let assigner = Assigner::load(json!({"pools": {"p": {"rules": [{"id": "all", "then": "everybody"}]}}}))?;
    /// let reps: Vec<Rep> = (0..100).map(|n| Rep { id: format!("r{n}").as_str().into(), ..Rep::default() }).collect();
    /// let roster = Roster::compile(&reps, &Default::default())?;
    /// let (mut ledger, mut counts) = (Ledger::new("p".into()), RepLedger::default());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    ///
    /// assigner.seat(&roster, Ledgers { pool: &ledger, reps: &counts }, now).apply_to(&mut ledger, &mut counts)?;
    /// assert!(assigner.seat(&roster, Ledgers { pool: &ledger, reps: &counts }, now).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seat(&self, roster: &Roster, ledgers: Ledgers<'_>, now: DateTime<Utc>) -> AssignDelta {
        let ledger = ledgers.pool;
        let pool = self.plan(ledger.pool());
        let question = pool.nobody(roster, ledgers, now);
        let (mut seen, mut seated) = (BTreeSet::<&TurnList>::new(), SeatedOnly::default());
        for (group, table) in pool.lists() {
            // Rules for one group share its turns, so it is seated once.
            if seen.insert(&group.list) {
                let (list, members, rules) = (&group.list, &group.members, self.version.fingerprint);
                let (by, is_reward) = (group.load(), group.is_reward);
                let share = Share { list, members, table, by, units: 1, rules, is_reward };
                let seating = Standing::of(&question, share).seating;
                if !seating.is_empty() {
                    seated.seated.push(Seated { list: list.clone(), seating });
                }
            }
        }
        // Without a change the revision stays, so seating twice costs nothing and makes nothing stale.
        let change = (!seated.is_empty()).then(|| {
            Arc::new(Change {
                // A change has a kind; no lead is decided on here.
                kind: AssignmentKind::NoRuleMatched,
                date: question.date,
                key: None,
                rep: None,
                turn: None,
                way: Way::Assigned,
                spans: false,
                also: Vec::new(),
                seated,
                takes_back: false,
            })
        });
        AssignDelta {
            pool: ledger.pool().clone(),
            revision: ledger.revision(),
            rep_revision: 0,
            at: now,
            change,
        }
    }
}
