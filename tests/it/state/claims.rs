//! Claims are counted apart, and a wrong decision is taken back.

use chrono::{NaiveDate, TimeDelta};
use leadkit::assign::{AssignOptions, LedgerError, Ledgers, SkipReason, Strategy, TurnList};
use leadkit::model::{Lead, RepId};
use leadkit::rule::{FactContext, Facts};

use crate::assign::desk::{Desk, lead, monday, reps, sharing};
use crate::oracle::assign::Seeded;

fn day() -> NaiveDate {
    monday().date_naive()
}

/// Three reps; a rep claims two leads a day, and is assigned three.
fn desk() -> Desk {
    let mut rules = sharing(&[("a", 3), ("b", 2), ("c", 1)], Strategy::FairShare);
    let pool = rules.pools.get_mut("p").unwrap();
    (pool.daily_assign_cap, pool.daily_claim_cap) = (Some(3), Some(2));
    Desk::new(&rules, &reps(&["a", "b", "c"]))
}

impl Desk {
    fn claim(&mut self, lead: &Lead, rep: &str, days: i64) -> Result<(), SkipReason> {
        let facts = Facts::new(lead, &FactContext::new(&self.tables, monday() + TimeDelta::days(days)));
        let options = AssignOptions::default();
        let delta = self.assigner.claim(&facts, &rep.into(), &self.roster, self.ledgers(), &options)?;
        delta.apply_to(&mut self.ledger, &mut self.reps).unwrap();
        assert!(delta.apply_to(&mut self.ledger, &mut self.reps).is_err(), "twice");
        Ok(())
    }
}

#[test]
fn claims_have_a_cap_of_their_own() {
    let mut desk = desk();
    let a: RepId = "a".into();
    desk.claim(&lead("C1"), "a", 0).unwrap();
    desk.claim(&lead("C2"), "a", 0).unwrap();
    let refused = desk.claim(&lead("C3"), "a", 0).unwrap_err();
    assert_eq!(refused, SkipReason::DailyClaimCap { used: 2, limit: 2, date: day() });
    assert!(refused.is_cap());
    // What was claimed is not assigned: three more are.
    assert_eq!(desk.run(0, 9, monday()).iter().filter(|owner| *owner == "a").count(), 3);
    assert_eq!((desk.ledger.claimed_on(&a, day()), desk.ledger.assigned_on(&a, day())), (2, 3));
    assert_eq!((desk.reps.claimed_on(&a, day()), desk.reps.assigned_on(&a, day())), (2, 3));
    assert_eq!(desk.roster.holding(&a, &desk.reps), 5);
    // Others claim, and the next day is another day.
    desk.claim(&lead("C3"), "b", 0).unwrap();
    desk.claim(&lead("C4"), "a", 1).unwrap();
    assert_eq!(desk.assigner.daily_claim_cap(&"p".into()), Some(2));
}

#[test]
fn a_claim_is_refused_for_the_same_reasons_as_an_assignment() {
    let mut team = reps(&["a", "b", "c"]);
    team[1].active = false;
    (team[2].holding, team[2].holding_cap) = (5, Some(5));
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &team);
    assert_eq!(desk.claim(&lead("L"), "b", 0), Err(SkipReason::Inactive));
    assert_eq!(desk.claim(&lead("L"), "c", 0), Err(SkipReason::HoldingCap { held: 5, limit: 5 }));
    assert_eq!(desk.claim(&lead("L"), "z", 0), Err(SkipReason::UnknownRep));
    let options = AssignOptions { previous_owners: vec!["a".into()], ..AssignOptions::default() };
    let lead = lead("L");
    let facts = Facts::new(&lead, &FactContext::new(&desk.tables, monday()));
    let refused = desk.assigner.claim(&facts, &"a".into(), &desk.roster, desk.ledgers(), &options);
    assert_eq!(refused.unwrap_err(), SkipReason::PreviousOwner);
    assert_eq!(desk.ledger.revision(), 0);
    desk.claim(&lead, "a", 0).unwrap();
}

#[test]
fn taking_a_decision_back_gives_turn_day_s_count_and_cap_back() {
    for strategy in [Strategy::FairShare, Strategy::SmoothWeighted] {
        let mut rules = sharing(&[("a", 3), ("b", 2), ("c", 1)], strategy);
        rules.pools.get_mut("p").unwrap().daily_assign_cap = Some(20);
        let mut desk = Desk::new(&rules, &reps(&["a", "b", "c"]));
        desk.run(0, 7, monday());
        let before = desk.clone();
        let wrong = desk.take(&lead("W"), monday());
        let owner = wrong.owner().unwrap().clone();
        let back = desk.ledgers().take_back("W", monday()).unwrap();
        assert!(back.takes_back() && back.rep() == Some(&owner) && back.key() == Some("W"));
        back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
        let error = back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap_err();
        assert!(matches!(error, LedgerError::StaleRepLedger { .. }), "{error}");
        // As if it had not been, but for the revisions.
        for rep in ["a", "b", "c"].map(RepId::from) {
            assert_eq!(desk.ledger.assigned_on(&rep, day()), before.ledger.assigned_on(&rep, day()));
            assert_eq!(desk.reps.assigned_on(&rep, day()), before.reps.assigned_on(&rep, day()));
            assert_eq!(desk.roster.holding(&rep, &desk.reps), before.roster.holding(&rep, &before.reps));
        }
        let (mut alone, mut together) = (before, desk);
        assert_eq!(together.run(20, 30, monday()), alone.run(20, 30, monday()));
        assert_eq!(together.ledgers().take_back("W", monday()), None, "its key is free");
    }
}

#[test]
fn a_turn_is_given_back_later_too_and_leaves_the_sum_at_zero() {
    let mut random = Seeded(9);
    let mut desk =
        Desk::new(&sharing(&[("a", 3), ("b", 2), ("c", 1)], Strategy::FairShare), &reps(&["a", "b", "c"]));
    let list = TurnList::Group("g".into());
    for n in 0..300 {
        let _ = desk.take(&lead(&format!("L{n}")), monday());
        if random.percent(30) {
            let key = format!("L{}", random.below(n + 1));
            if let Some(back) = desk.ledgers().take_back(&key, monday()) {
                back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
            }
        }
        assert_eq!(desk.ledger.credits(&list).map(|(_, units)| units).sum::<i64>(), 0);
        let saved = serde_json::to_string(&desk.ledger).unwrap();
        assert_eq!(serde_json::from_str::<leadkit::assign::Ledger>(&saved).unwrap(), desk.ledger);
    }
    let counted: u32 = ["a", "b", "c"].iter().map(|rep| desk.ledger.assigned_on(&(*rep).into(), day())).sum();
    let remembered = (0..300).filter(|n| desk.ledger.decision(&format!("L{n}")).is_some()).count();
    assert_eq!(counted as usize, remembered);
}

#[test]
fn of_the_last_thousand_decisions_the_turn_comes_back_of_older_ones_the_count() {
    let mut desk = Desk::new(&sharing(&[("a", 1), ("b", 1)], Strategy::FairShare), &reps(&["a", "b"]));
    desk.run(0, 1_001, monday());
    let credits = |desk: &Desk| -> Vec<i64> {
        desk.ledger.credits(&TurnList::Group("g".into())).map(|(_, units)| units).collect()
    };
    let before = credits(&desk);
    for (key, moves) in [("L0", false), ("L1", true)] {
        let mut desk = desk.clone();
        let back = Ledgers { pool: &desk.ledger, reps: &desk.reps }.take_back(key, monday()).unwrap();
        back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
        assert_eq!(credits(&desk) != before, moves, "{key}");
        let counted: u32 = ["a", "b"].iter().map(|rep| desk.ledger.assigned_on(&(*rep).into(), day())).sum();
        assert_eq!(counted, 1_000, "{key}");
    }
}
