//! Ten thousand reps of whom nearly nobody may have the lead: a decision stays short.

use std::collections::BTreeSet;

use leadkit::assign::{AssignOptions, AssignTarget, PoolRules, TurnList};
use leadkit::model::{Rep, RepId};

use super::desk::{Desk, lead, monday, rep, rule, with_pool};
use crate::oracle::assign::Seeded;

const REPS: usize = 10_000;

fn desk(reps: &[Rep], untouched_limit: Option<u32>) -> Desk {
    let rules = vec![rule("all", AssignTarget::Everybody)];
    let pool = PoolRules { untouched_limit, rules, ..PoolRules::default() };
    let mut desk = Desk::new(&with_pool(&[("g", 1)], pool), reps);
    let seated = desk.assigner.seat(&desk.roster, desk.ledgers(), monday());
    seated.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    desk
}

fn id(number: usize) -> RepId {
    format!("r{number:05}").as_str().into()
}

fn longest(desk: &mut Desk, options: &dyn Fn(usize) -> AssignOptions) -> usize {
    let mut longest = 0;
    for number in 0..60 {
        let given = desk.take_with(&lead(&format!("L{number}")), None, monday(), &options(number));
        assert!(given.owner().is_some(), "{given}");
        longest = longest.max(serde_json::to_vec(given.delta()).unwrap().len());
    }
    let list = TurnList::Rule("all".into());
    assert_eq!(desk.ledger.credits(&list).map(|(_, units)| units).sum::<i64>(), 0);
    longest
}

#[test]
fn a_delta_is_short_however_many_are_busy_or_ruled_out() {
    // One in a hundred has room.
    let busy = |number: usize| if number.is_multiple_of(100) { 0 } else { 5 };
    let team: Vec<Rep> = (0..REPS)
        .map(|number| Rep { holding: busy(number), untouched: busy(number), ..rep(id(number).as_str()) })
        .collect();
    let of_busy = longest(&mut desk(&team, Some(5)), &|_| AssignOptions::default());
    // Three thousand are ruled out; all but a team of five are, for a cover.
    let team: Vec<Rep> = (0..REPS).map(|number| rep(id(number).as_str())).collect();
    let without = |out: std::ops::Range<usize>| AssignOptions {
        excluded: out.map(id).collect(),
        ..AssignOptions::default()
    };
    let of_many = longest(&mut desk(&team, None), &|number| without(100 * number..100 * number + 3_000));
    let of_all_but_few = longest(&mut desk(&team, None), &|_| without(5..REPS));
    println!(
        "{of_busy} bytes with 9,900 of 10,000 reps busy, {of_many} without 3,000, {of_all_but_few} among 5"
    );
    assert!(of_busy.max(of_many).max(of_all_but_few) <= 1_024, "{of_busy} {of_many} {of_all_but_few}");
}

/// What no rule of the pool asks for sets nobody apart: skills of a hundred kinds, territories where they are not matched.
#[test]
fn what_no_rule_asks_for_makes_no_classes() {
    let team: Vec<Rep> = (0..REPS)
        .map(|number| Rep {
            skills: [format!("s{}", number % 97), format!("t{}", number % 31)].into(),
            territories: [format!("CN-{}", ["GD", "BJ", "SH", "ZJ"][number % 4]).parse().unwrap()].into(),
            ..rep(id(number).as_str())
        })
        .collect();
    let rules = vec![rule("all", AssignTarget::Everybody)];
    let pool = PoolRules { match_territory: false, rules, ..PoolRules::default() };
    let mut desk = Desk::new(&with_pool(&[("g", 1)], pool), &team);
    let seated = desk.assigner.seat(&desk.roster, desk.ledgers(), monday());
    seated.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    let longest = longest(&mut desk, &|_| AssignOptions::default());
    assert!(longest <= 1_024, "{longest} bytes");
}

/// However many are ruled out of however many, nobody gets much more or less than their share of the leads they could have
/// had.
#[test]
fn many_share_fairly_though_many_are_ruled_out() {
    const COUNT: usize = 120;
    let weight = |number: usize| 1 + number as u32 % 4;
    let team: Vec<Rep> =
        (0..COUNT).map(|number| Rep { weight: weight(number), ..rep(id(number).as_str()) }).collect();
    let (mut desk, mut random) = (desk(&team, None), Seeded(7));
    let (mut got, mut fair) = ([0.0; COUNT], [0.0; COUNT]);
    for number in 0..6_000 {
        let excluded: BTreeSet<usize> = (0..90).map(|_| random.below(COUNT)).collect();
        let total: u32 = (0..COUNT).filter(|one| !excluded.contains(one)).map(weight).sum();
        (0..COUNT)
            .filter(|one| !excluded.contains(one))
            .for_each(|one| fair[one] += f64::from(weight(one)) / f64::from(total));
        let options =
            AssignOptions { excluded: excluded.into_iter().map(id).collect(), ..AssignOptions::default() };
        let given = desk.take_with(&lead(&format!("L{number}")), None, monday(), &options);
        got[given.owner().unwrap().as_str()[1..].parse::<usize>().unwrap()] += 1.0;
    }
    let off = (0..COUNT).map(|one| f64::abs(got[one] - fair[one])).fold(0.0, f64::max);
    println!(
        "of {} to {} leads the share of nobody is off by more than {off:.1}",
        fair[0].round(),
        fair[3].round()
    );
    assert!(off <= 8.0, "{off}");
}

/// Among few the shares are exact, however many are ruled out; and a decision that named them is taken back whole.
#[test]
fn few_share_fairly_however_many_are_ruled_out_and_a_turn_is_given_back() {
    let team: Vec<Rep> = (0..200).map(|number| rep(id(number).as_str())).collect();
    let mut desk = desk(&team, None);
    let options = AssignOptions { excluded: (5..200).map(id).collect(), ..AssignOptions::default() };
    let mut owners = Vec::new();
    for number in 0..25 {
        let given = desk.take_with(&lead(&format!("L{number}")), None, monday(), &options);
        owners.extend(given.owner().cloned());
    }
    for number in 0..5 {
        assert_eq!(owners.iter().filter(|owner| **owner == id(number)).count(), 5, "{number}");
    }
    let list = TurnList::Rule("all".into());
    let owed = |desk: &Desk| -> Vec<(RepId, i64)> {
        desk.ledger
            .credits(&list)
            .map(|(rep, units)| (rep.clone(), units))
            .filter(|(_, units)| *units != 0)
            .collect()
    };
    let before = owed(&desk);
    let _ = desk.take_with(&lead("M"), None, monday(), &options);
    assert_ne!(owed(&desk), before);
    let back = desk.ledgers().take_back("M", monday()).unwrap();
    back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    assert_eq!(owed(&desk), before);
}
