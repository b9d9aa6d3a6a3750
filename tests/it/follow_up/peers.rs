//! Pools, caps and shares as peers do them, and what is done here where they leave a hole.
//!
//! | peer | case | here |
//! |---|---|---|
//! | CordysCRM | capacity 10, owned 8, batch of 3: refused, 2 left; no capacity: no limit | the same |
//! | CordysCRM | 5 claims a day, 4 claimed, batch of 2: refused | the same |
//! | CordysCRM | leads given back no longer count for the day: claim 5, return 5, claim 5 (hole) | a claim counts for its day, whatever becomes of the lead |
//! | CordysCRM | only the last owner waits before he claims again (hole) | every owner who lost it in the cycle is a previous owner |
//! | CordysCRM | a manager's assignment is held to the capacity, not to the claims of the day | the same |
//! | CordysCRM | a record without a time counts as due for recycling (hole) | the clock starts with the creation, which every lead has |
//! | Zendesk | by percent of the capacity: who is less busy | `lowest_load_ratio`, the same |
//! | Zendesk | by spare room: 1 of 2 and 8 of 10 give to the second | no such strategy: `least_loaded` counts open leads and gives to the first |
//! | Chili Piper | weights 200, 100, 100 and 60 meetings: 30, 15, 15 | `fair_share`, the same |

use leadkit::assign::{AssignOptions, SkipReason, Strategy};
use leadkit::follow_up::FollowUpRules;
use leadkit::model::Rep;

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
}

#[test]
fn a_claim_counts_for_its_day_whatever_becomes_of_the_lead() {
    let mut rules = sharing(&[("a", 1)], Strategy::FairShare);
    rules.pools.get_mut("p").unwrap().daily_claim_cap = Some(5);
    let mut desk = Desk::new(&rules, &reps(&["a"]));
    for n in 0..5 {
        claim(&mut desk, &format!("L{n}"), "a").unwrap();
    }
    // All five were given back meanwhile: the host says that he holds none.
    desk.roster = crate::assign::desk::roster(&reps(&["a"]));
    let refused = claim(&mut desk, "L6", "a").unwrap_err();
    assert!(matches!(refused, SkipReason::DailyClaimCap { used: 5, limit: 5, .. }), "{refused}");
    // A manager may still assign.
    assert_eq!(desk.run(10, 1, monday()), ["a"]);
}

#[test]
fn every_owner_who_lost_it_is_a_previous_owner() {
    let case = Case::owned("ann", "03-02 10:00")
        .lost(t("03-03 10:00"), TenureEnd::Returned)
        .owner("bo", t("03-03 11:00"))
        .lost(t("03-04 10:00"), TenureEnd::Returned);
    let before: Vec<&str> = case.history.previous_owners().map(|rep| rep.as_str()).collect();
    assert_eq!(before, ["ann", "bo"]);
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
