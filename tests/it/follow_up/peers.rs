//! Pools, caps and shares as peers do them, and what is done here: the same, or where they leave a hole, what fills it.
//!
//! | peer | case | here |
//! |---|---|---|
//! | CordysCRM | capacity 10, owned 8, batch of 3: refused, 2 left | claims come one by one: two are granted, the third is refused; a host that takes batches asks for the room first |
//! | CordysCRM | no capacity: no limit | the same |
//! | CordysCRM | 5 claims a day, 4 claimed, batch of 2: refused | one by one: the fifth is granted, the sixth refused |
//! | CordysCRM | leads given back no longer count for the day: claim 5, return 5, claim 5 (hole) | a claim counts for its day, whatever becomes of the lead |
//! | CordysCRM | the last owner waits 7 days before claiming again | the same, by `cool_down_days` and the pool's `claim_cool_down_days`; 30 by default |
//! | CordysCRM | only the last owner waits (hole) | so does every previous owner |
//! | CordysCRM | a manager's assignment is held to the capacity, not to the claims of the day nor to the cool-down | the same, and it is on record as the manager's |
//! | CordysCRM | a record without a time counts as due for recycling (hole) | the clock starts with the creation, which every lead has |
//! | Zendesk | by percent of the capacity: who is less busy | `lowest_load_ratio`, the same |
//! | Zendesk | by spare room: 1 of 2 and 8 of 10 give to the second | no such strategy: `least_loaded` counts open leads and gives to the first |
//! | Chili Piper | weights 200, 100, 100 and 60 meetings: 30, 15, 15 | `fair_share`, the same |

use leadkit::assign::{AssignOptions, SkipReason, Strategy};
use leadkit::follow_up::FollowUpRules;
use leadkit::model::{Effect, Rep};
use leadkit::{Input, Intake, Rules, State};

use super::*;
use crate::assign::desk::{Desk, lead, monday, rep, reps, sharing};

fn claim(desk: &mut Desk, id: &str, by: &str) -> Result<(), SkipReason> {
    let lead = lead(id);
    let facts = Facts::new(&lead, &FactContext::new(&desk.tables, monday()));
    let options = AssignOptions::default();
    let delta = desk.assigner.claim(&facts, &by.into(), &desk.roster, desk.ledgers(), &options)?;
    delta.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    Ok(())
}

#[test]
fn capacity_is_what_is_left_of_the_smaller_cap() {
    let rep = Rep { holding: 8, holding_cap: Some(10), ..rep("a") };
    let policies = with_pools(FollowUpRules { holding_cap: None, ..FollowUpRules::b2b() });
    assert_eq!(policies.room(&rep), Some(2), "a batch of three is refused");
    assert_eq!(policies.room(&Rep { holding_cap: None, ..rep.clone() }), None);
    // One by one, the third is refused.
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &[rep]);
    assert_eq!((claim(&mut desk, "L1", "a"), claim(&mut desk, "L2", "a")), (Ok(()), Ok(())));
    assert!(claim(&mut desk, "L3", "a").unwrap_err().is_cap());
    let free = Rep { holding: 800, ..crate::assign::desk::rep("a") };
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &[free]);
    assert!((0..50).all(|n| claim(&mut desk, &format!("L{n}"), "a").is_ok()), "no limit");
}

#[test]
fn a_claim_counts_for_its_day_whatever_becomes_of_the_lead() {
    let mut rules = sharing(&[("a", 1)], Strategy::FairShare);
    rules.pools.get_mut("p").unwrap().daily_claim_cap = Some(5);
    let mut desk = Desk::new(&rules, &reps(&["a"]));
    for n in 0..5 {
        claim(&mut desk, &format!("L{n}"), "a").unwrap();
    }
    // All five were given back meanwhile: the host says that the rep holds none.
    desk.roster = crate::assign::desk::roster(&reps(&["a"]));
    let refused = claim(&mut desk, "L6", "a").unwrap_err();
    assert!(matches!(refused, SkipReason::DailyClaimCap { used: 5, limit: 5, .. }), "{refused}");
    // The rules still assign to the rep.
    assert_eq!(desk.run(10, 1, monday()), ["a"]);
}

/// A lead that two reps have given back, in the pool where reps claim it.
fn given_back_by(ann: &str, bo: &str) -> Input {
    let case = Case::owned("ann", "03-02 10:00")
        .lost(t(ann), TenureEnd::Returned)
        .owner("bo", t(ann))
        .lost(t(bo), TenureEnd::Returned);
    let mut lead = case.lead.clone();
    (lead.pool, lead.message, lead.phones) =
        (Some("leads".into()), Some("hi".into()), vec!["13812349876".into()]);
    Input { lead, history: case.history, trust_clock: true, ..Input::default() }
}

#[test]
fn every_previous_owner_waits_before_claiming_again() {
    let refused = |days: u32, by: &str, now: &str| {
        let mut rules = Rules::b2b();
        rules.life.cool_down_days = days;
        rules.assign.pools.values_mut().for_each(|pool| pool.claim_cool_down_days = Some(days));
        let intake = Intake::compile(&rules).unwrap();
        let roster = crate::assign::desk::roster(&reps(&["ann", "bo", "cy"]));
        let input = given_back_by("03-03 10:00", "03-04 10:00");
        let outcome = intake.claim(&input, &by.into(), &roster, &State::default(), t(now));
        outcome.refusal().map(|refusal| refusal.reason().to_string())
    };
    let cool_down = Some("cool_down".to_owned());
    // The last one: three days after, and on the seventh day.
    assert_eq!(refused(7, "bo", "03-07 10:00"), cool_down);
    assert_eq!(refused(7, "bo", "03-11 10:01"), None);
    // The owner before as well, for as long; by default thirty days.
    assert_eq!(refused(7, "ann", "03-05 10:00"), cool_down);
    assert_eq!((refused(7, "ann", "03-10 10:01"), refused(30, "ann", "03-10 10:01")), (None, cool_down));
    assert_eq!(refused(30, "cy", "03-05 10:00"), None);
}

/// A manager's word counts for more than the claims of the day and the cool-down, and not for more than the capacity.
#[test]
fn a_manager_assigns_within_the_capacity() {
    let mut rules = Rules::b2b();
    rules.assign.pools.values_mut().for_each(|pool| pool.daily_claim_cap = Some(0));
    let intake = Intake::compile(&rules).unwrap();
    let input = given_back_by("03-03 10:00", "03-04 10:00");
    let roster =
        |held: u32| crate::assign::desk::roster(&[Rep { holding: held, holding_cap: Some(10), ..rep("bo") }]);
    let (bo, state, now) = ("bo".into(), State::default(), t("03-05 10:00"));
    assert!(
        intake.claim(&input, &bo, &roster(0), &state, now).refusal().is_some(),
        "the rep gave it back yesterday"
    );
    let allotted = intake.allot(&input, &bo, &roster(9), &state, now);
    assert_eq!((allotted.refusal(), allotted.route().owner()), (None, Some(&bo)));
    let given = |effect: &Effect| {
        matches!(effect, Effect::SetOwner { acquisition: Acquisition::AssignedByAdmin, .. })
    };
    assert!(allotted.effects().iter().any(given), "{:?}", allotted.effects());
    let full = intake.allot(&input, &bo, &roster(10), &state, now);
    assert!(full.refusal().is_some_and(|refusal| refusal.reason() == "holding_cap"), "{full:?}");
}

#[test]
fn a_lead_without_tenures_has_the_time_since_its_creation() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut bare = Case::new("03-02 10:00");
    bare.lead.owner = Some("li".into());
    assert_eq!(due(&bare.look(&policies, "03-02 10:00"), "follow_up"), "03-05 10:00");
    assert!(bare.look(&policies, "03-05 10:00").actions.is_empty(), "not before its time");
    assert_eq!(steps(&bare.look(&policies, "03-05 10:01")).last().unwrap(), "recycle 03-05 10:00:01");
}

#[test]
fn who_is_less_busy_by_percent_and_by_number() {
    let team = [
        Rep { holding: 1, holding_cap: Some(2), ..rep("a") },
        Rep { holding: 8, holding_cap: Some(10), ..rep("b") },
    ];
    let first = |strategy| Desk::new(&sharing(&[("a", 1), ("b", 1)], strategy), &team).run(0, 1, monday());
    assert_eq!(first(Strategy::LowestLoadRatio), ["a"]);
    assert_eq!(first(Strategy::LeastLoaded), ["a"]);
    // Three of four is more of a day's work than four of ten.
    let team = [
        Rep { holding: 3, holding_cap: Some(4), ..rep("a") },
        Rep { holding: 4, holding_cap: Some(10), ..rep("b") },
    ];
    let first = |strategy| Desk::new(&sharing(&[("a", 1), ("b", 1)], strategy), &team).run(0, 1, monday());
    assert_eq!(
        (first(Strategy::LowestLoadRatio), first(Strategy::LeastLoaded)),
        (vec!["b".to_owned()], vec!["a".to_owned()])
    );
}

#[test]
fn weights_share_sixty_meetings() {
    let weights = [("mary", 200), ("joe", 100), ("stacy", 100)];
    let owners = Desk::new(&sharing(&weights, Strategy::FairShare), &reps(&["joe", "mary", "stacy"])).run(
        0,
        60,
        monday(),
    );
    let count = |rep: &str| owners.iter().filter(|owner| *owner == rep).count();
    assert_eq!((count("mary"), count("joe"), count("stacy")), (30, 15, 15));
}
