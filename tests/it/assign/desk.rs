//! An engine with its state, and what it is made of.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::assign::{
    AssignOptions, AssignRule, AssignRules, AssignTarget, Assigner, Assignment, GroupMember, Ledger, Ledgers,
    PoolRules, RepGroup, RepLedger, Roster, Strategy,
};
use leadkit::calendar::Calendars;
use leadkit::model::{Lead, Rep};
use leadkit::rule::{FactContext, Facts, HostTables, MatchFacts, MatchKind};

use crate::support::at;

pub(crate) const PROVINCES: [&str; 31] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
];

/// Monday, 10:00 in China.
pub(crate) fn monday() -> DateTime<Utc> {
    at("2026-03-02T02:00:00Z")
}

pub(crate) fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

pub(crate) fn rep(id: &str) -> Rep {
    Rep { id: id.into(), ..Rep::default() }
}

pub(crate) fn reps(ids: &[&str]) -> Vec<Rep> {
    ids.iter().map(|id| rep(id)).collect()
}

pub(crate) fn roster(reps: &[Rep]) -> Roster {
    Roster::compile(reps, &Calendars::default()).unwrap()
}

pub(crate) fn group(members: &[(&str, u32)]) -> RepGroup {
    let members =
        members.iter().map(|(id, weight)| GroupMember { rep: (*id).into(), weight: Some(*weight) }).collect();
    RepGroup { members, ..RepGroup::default() }
}

pub(crate) fn to_group() -> AssignTarget {
    AssignTarget::Group { id: "g".into(), strategy: None }
}

pub(crate) fn rule(id: &str, then: AssignTarget) -> AssignRule {
    AssignRule { id: id.into(), then, ..AssignRule::default() }
}

/// Rules of pool `p` that share every lead among one group, `g`.
pub(crate) fn sharing(members: &[(&str, u32)], strategy: Strategy) -> AssignRules {
    let pool = PoolRules { strategy, rules: vec![rule("share", to_group())], ..PoolRules::default() };
    with_pool(members, pool)
}

pub(crate) fn with_pool(members: &[(&str, u32)], pool: PoolRules) -> AssignRules {
    AssignRules {
        pools: [("p".into(), pool)].into(),
        groups: [("g".into(), group(members))].into(),
        ..AssignRules::default()
    }
}

/// An engine with its state, moved along lead by lead.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) assigner: Assigner,
    pub(crate) roster: Roster,
    pub(crate) ledger: Ledger,
    pub(crate) reps: RepLedger,
    pub(crate) tables: HostTables,
}

impl Desk {
    pub(crate) fn new(rules: &AssignRules, reps: &[Rep]) -> Desk {
        let assigner = Assigner::compile(rules).unwrap();
        Desk {
            assigner,
            roster: roster(reps),
            ledger: Ledger::new("p".into()),
            reps: RepLedger::default(),
            tables: HostTables::default(),
        }
    }

    pub(crate) fn ledgers(&self) -> Ledgers<'_> {
        Ledgers { pool: &self.ledger, reps: &self.reps }
    }

    /// Decides without moving the state.
    pub(crate) fn ask(
        &self,
        lead: &Lead,
        matched: Option<MatchFacts>,
        now: DateTime<Utc>,
        options: &AssignOptions,
    ) -> Assignment {
        let mut facts = Facts::new(lead, &FactContext::new(&self.tables, now));
        if let Some(matched) = matched {
            facts.set_match(matched);
        }
        self.assigner.assign_with(&facts, &self.roster, self.ledgers(), options)
    }

    pub(crate) fn apply(&mut self, assignment: &Assignment) {
        assignment.delta().apply_to(&mut self.ledger, &mut self.reps).unwrap();
    }

    pub(crate) fn take(&mut self, lead: &Lead, now: DateTime<Utc>) -> Assignment {
        self.take_with(lead, None, now, &AssignOptions::default())
    }

    pub(crate) fn take_with(
        &mut self,
        lead: &Lead,
        matched: Option<MatchFacts>,
        now: DateTime<Utc>,
        options: &AssignOptions,
    ) -> Assignment {
        let assignment = self.ask(lead, matched, now, options);
        self.apply(&assignment);
        assignment
    }

    /// Takes leads `from`, `from + 1`, … and names their owners, `-` for none.
    pub(crate) fn run(&mut self, from: usize, count: usize, now: DateTime<Utc>) -> Vec<String> {
        (from..from + count)
            .map(|index| {
                let assignment = self.take(&lead(&format!("L{index}")), now);
                assignment.owner().map_or("-".to_owned(), ToString::to_string)
            })
            .collect()
    }
}

pub(crate) fn lead(id: &str) -> Lead {
    Lead { id: id.into(), ..Lead::default() }
}

pub(crate) fn matched(kind: MatchKind, owner: &str) -> Option<MatchFacts> {
    Some(MatchFacts { kind: Some(kind), owner: Some(owner.into()), ..MatchFacts::default() })
}
