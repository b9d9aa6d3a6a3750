//! What is kept from one decision to the next makes it quick and never different: an engine that keeps everything, one
//! whose state is written down and read again before every decision, and the slow definition give every lead to the same
//! rep, with the same reasons and the same bytes.

use chrono::{DateTime, Utc};
use leadkit::assign::{
    AssignDelta, AssignOptions, AssignRule, AssignTarget, Assigner, Assignment, CompanionRule, GroupMember,
    Ledger, PoolRules, RepGroup, Roster, Strategy,
};
use leadkit::calendar::{CalendarRules, Calendars, UtcOffset, Zone};
use leadkit::model::{Absence, Lead, Region, Rep};
use leadkit::rule::{Condition, MatchFacts, MatchKind, MatchLabel};

use super::desk::{Desk, PROVINCES, hours, lead, monday, rule};
use crate::oracle::assign::{Seeded, Shares};

const REGIONS: [&str; 6] = ["CN-GD", "CN-BJ", "CN-SH", "CN-ZJ", "CN-FJ", "CN-SC"];

fn region(index: usize) -> Region {
    REGIONS[index].parse().unwrap()
}

/// A team in which nearly everything differs.
fn team(random: &mut Seeded, count: usize) -> Vec<Rep> {
    (0..count)
        .map(|index| {
            let mut away = Vec::new();
            for _ in 0..random.below(3) {
                let from = monday() + hours(random.below(60) as i64);
                away.push(Absence { from, until: from + hours(1 + random.below(12) as i64) });
            }
            Rep {
                weight: random.below(5) as u32,
                territories: (0..random.below(3)).map(|_| region(random.below(6))).collect(),
                skills: if random.percent(40) { ["erp".to_owned()].into() } else { Default::default() },
                hours: random.percent(30).then(|| "office".into()),
                absences: away,
                daily_cap: random.percent(20).then(|| random.below(6) as u32),
                weekly_cap: random.percent(10).then(|| 4 + random.below(6) as u32),
                holding: random.below(3) as u32,
                untouched: random.below(3) as u32,
                holding_cap: random.percent(20).then(|| 3 + random.below(10) as u32),
                active: random.percent(95),
                ..super::desk::rep(&format!("r{index:02}"))
            }
        })
        .collect()
}

fn compile(team: &[Rep]) -> Roster {
    let office = CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA));
    let calendars: Calendars = [("office", office)].into_iter().collect();
    Roster::compile(team, &calendars).unwrap()
}

/// Two rules that share one group's turns, of which one asks for a skill.
fn rules(random: &mut Seeded, count: usize, strategy: Strategy) -> leadkit::assign::AssignRules {
    let mut members = Vec::new();
    for index in (0..count).filter(|index| index % 10 != 7) {
        let weight = random.percent(20).then(|| random.below(4) as u32);
        members.push(GroupMember { rep: format!("r{index:02}").as_str().into(), weight });
    }
    let to_group = || AssignTarget::Group { id: "g".into(), strategy: None };
    let erp: Condition =
        serde_json::from_value(serde_json::json!({"field": "products", "eq": "erp"})).unwrap();
    let skilled = AssignRule { when: erp, skills: ["ERP".to_owned()].into(), ..rule("erp", to_group()) };
    let mut rest = rule("rest", to_group());
    if random.percent(30) {
        rest.also = vec![CompanionRule { role: "second".into(), group: "g".into() }];
    }
    let pool = PoolRules {
        zone: Zone::Fixed(UtcOffset::CHINA),
        daily_assign_cap: random.percent(50).then(|| 2 + random.below(8) as u32),
        catch_up: if random.percent(20) { 1 + random.below(3) as u32 } else { 0 },
        total_daily_cap: random.percent(20).then(|| 40 + random.below(60) as u32),
        untouched_limit: random.percent(30).then(|| 2 + random.below(6) as u32),
        strategy,
        serve_unknown_region: random.percent(50),
        rules: vec![skilled, rest],
        ..PoolRules::default()
    };
    let group = RepGroup { members, ..RepGroup::default() };
    leadkit::assign::AssignRules {
        pools: [("p".into(), pool.clone()), ("q".into(), pool)].into(),
        groups: [("g".into(), group)].into(),
        ..leadkit::assign::AssignRules::default()
    }
}

fn written_and_read(desk: &mut Desk) {
    let text = serde_json::to_string(&desk.ledger).unwrap();
    desk.ledger = serde_json::from_str(&text).unwrap();
    desk.reps = serde_json::from_str(&serde_json::to_string(&desk.reps).unwrap()).unwrap();
}

/// A lead; what it was matched to, if it is a reward; and what there is to say beside.
type Visit = (Lead, Option<MatchFacts>, AssignOptions);

fn visitor(random: &mut Seeded, number: usize, count: usize) -> Visit {
    let visitor = Lead {
        region: random.percent(80).then(|| region(random.below(6))),
        products: if random.percent(30) { vec!["erp".to_owned()] } else { Vec::new() },
        ..lead(&format!("L{number}"))
    };
    let mut some = |percent| -> Vec<leadkit::model::RepId> {
        let mut reps = Vec::new();
        while random.percent(percent) {
            reps.push(format!("r{:02}", random.below(count)).as_str().into());
        }
        reps
    };
    let options = AssignOptions {
        previous_owners: some(30),
        excluded: some(15).into_iter().collect(),
        ..AssignOptions::default()
    };
    let reward = MatchFacts {
        kind: Some(MatchKind::AssignByRules),
        labels: [MatchLabel::Reward].into(),
        ..MatchFacts::default()
    };
    (visitor, random.percent(15).then_some(reward), options)
}

/// Everybody who may take the lead, with the weight, by the explanation, which asks rep by rep.
fn eligible(desk: &Desk, (lead, matched, options): &Visit, now: DateTime<Utc>) -> Vec<String> {
    let context = leadkit::rule::FactContext::new(&desk.tables, now);
    let mut facts = leadkit::rule::Facts::new(lead, &context);
    matched.iter().for_each(|matched| facts.set_match(matched.clone()));
    let explained = desk.assigner.explain_with(&facts, &desk.roster, desk.ledgers(), options);
    let last = explained.rules.last().unwrap();
    last.reps.iter().filter(|(_, no)| no.is_none()).map(|(rep, _)| rep.to_string()).collect()
}

fn weight_of(rules: &leadkit::assign::AssignRules, team: &[Rep], id: &str) -> u32 {
    let member = rules.groups["g"].members.iter().find(|one| one.rep.as_str() == id).unwrap();
    member.weight.unwrap_or_else(|| team.iter().find(|rep| rep.id.as_str() == id).unwrap().weight)
}

/// What each rep has to do, as a part of their room for it.
fn loads(
    desk: &Desk,
    rules: &leadkit::assign::AssignRules,
    team: &[Rep],
    strategy: Strategy,
) -> std::collections::BTreeMap<String, (u64, u64)> {
    let members = &rules.groups["g"].members;
    let is_member = |rep: &&Rep| rep.active && members.iter().any(|one| one.rep == rep.id);
    let most = team.iter().filter(is_member).filter_map(|rep| rep.holding_cap).max().unwrap_or(1);
    let load = |rep: &Rep| {
        let open = u64::from(desk.roster.holding(&rep.id, &desk.reps));
        let load = match strategy {
            Strategy::LeastLoaded => (open, 1),
            Strategy::LowestLoadRatio => (open, u64::from(rep.holding_cap.unwrap_or(most))),
            _ => (0, 1),
        };
        (rep.id.to_string(), load)
    };
    team.iter().map(load).collect()
}

#[test]
fn what_is_kept_gives_every_lead_as_a_state_that_was_just_read_and_as_the_definition() {
    let (given, skips) = compared(0..12, 40, 90);
    assert!(given > 150 && skips > 500, "{given} {skips}");
}

/// Days, weeks and months begin, and who rested through the last takes part again.
#[test]
fn the_same_over_months_in_which_everybody_reaches_caps() {
    let (given, skips) = compared(20..26, 60, 3 * 24 * 60);
    assert!(given > 150 && skips > 300, "{given} {skips}");
}

#[test]
#[ignore = "takes a while: cargo test --release --test long -- --ignored --nocapture"]
fn the_same_of_hundreds_of_teams() {
    for minutes in [90, 6 * 60, 3 * 24 * 60] {
        let (given, skips) = compared(1_000..1_100, 120, minutes);
        println!("{given} leads given, {skips} reps skipped, no difference");
    }
}

/// Leads up to so many minutes apart.
fn compared(seeds: std::ops::Range<u64>, leads: usize, minutes: usize) -> (usize, u32) {
    let (mut given, mut skips) = (0, 0);
    for seed in seeds {
        let mut random = Seeded(seed);
        let strategy = match seed % 6 {
            2 => Strategy::SmoothWeighted,
            4 => Strategy::LeastLoaded,
            5 => Strategy::LowestLoadRatio,
            _ => Strategy::FairShare,
        };
        let count = 2 + random.below(24);
        let mut team = team(&mut random, count);
        let rules = rules(&mut random, count, strategy);
        let mut kept = Desk::new(&rules, &[]);
        kept.roster = compile(&team);
        let mut read = kept.clone();
        let mut shares = Shares::default();
        let catches_up = rules.pools.values().any(|pool| pool.catch_up > 0);
        let mut definition_holds = strategy != Strategy::SmoothWeighted && !catches_up;
        let mut now = monday();
        for number in 0..leads {
            now += chrono::TimeDelta::minutes(random.below(minutes) as i64);
            // Somebody changes: the roster is another.
            if random.percent(3) {
                let who = random.below(count);
                let holding = team[who].holding;
                team[who] = Rep { holding, ..self::team(&mut random, count).swap_remove(who) };
                kept.roster = compile(&team);
                read.roster = kept.roster.clone();
            }
            // Somebody's leads are counted anew: a roster that is told so is as one that is compiled.
            if random.percent(8) {
                let who = random.below(count);
                let (holding, untouched) = (random.below(4) as u32, random.below(2) as u32);
                team[who] = Rep { holding, untouched, ..team[who].clone() };
                kept.roster.count(team[who].id.as_str(), holding, untouched);
                read.roster = compile(&team);
                for desk in [&mut kept, &mut read] {
                    desk.reps.counted(&team[who].id);
                }
            }
            // Another pool gives the same reps leads.
            if random.percent(10) {
                let (other, _, options) = visitor(&mut random, 10_000 + number, count);
                let elsewhere = Desk { ledger: Ledger::new("q".into()), ..kept.clone() };
                let one = elsewhere.ask(&other, None, now, &options);
                if kept.reps.apply(one.delta()).is_ok() {
                    read.reps.apply(one.delta()).unwrap();
                }
            }
            // A decision is taken back.
            if random.percent(4)
                && let Some(back) = kept.ledgers().take_back(&format!("L{}", random.below(number + 1)), now)
            {
                written_and_read(&mut read);
                back.apply_to(&mut kept.ledger, &mut kept.reps).unwrap();
                let stored = serde_json::to_string(&back).unwrap();
                let back: leadkit::assign::AssignDelta = serde_json::from_str(&stored).unwrap();
                back.apply_to(&mut read.ledger, &mut read.reps).unwrap();
                definition_holds = false;
            }
            // Everybody is seated ahead of the lead.
            if random.percent(10) {
                let seats = kept.assigner.seat(&kept.roster, kept.ledgers(), now);
                written_and_read(&mut read);
                assert_eq!(seats, read.assigner.seat(&read.roster, read.ledgers(), now), "seed {seed}");
                let stored = serde_json::to_string(&seats).unwrap();
                seats.apply_to(&mut kept.ledger, &mut kept.reps).unwrap();
                let seats: AssignDelta = serde_json::from_str(&stored).unwrap();
                seats.apply_to(&mut read.ledger, &mut read.reps).unwrap();
            }
            let visit = visitor(&mut random, number, count);
            let who = eligible(&kept, &visit, now);
            written_and_read(&mut read);
            let loads = loads(&kept, &rules, &team, strategy);
            let load = |id: &str| loads[id];
            let (visitor, matched, options) = &visit;
            let one = kept.ask(visitor, matched.clone(), now, options);
            let two = read.ask(visitor, matched.clone(), now, options);
            assert_eq!(one, two, "seed {seed}, lead {number}");
            let stored = serde_json::to_string(&two).unwrap();
            assert_eq!(serde_json::to_string(&one).unwrap(), stored, "seed {seed}, lead {number}");
            kept.apply(&one);
            read.apply(&serde_json::from_str::<Assignment>(&stored).unwrap());
            let text = serde_json::to_string(&kept.ledger).unwrap();
            assert_eq!(text, serde_json::to_string(&read.ledger).unwrap(), "seed {seed}, lead {number}");
            if definition_holds && one.repeats().is_none() {
                let mut weighted: Vec<(&str, u32)> =
                    who.iter().map(|id| (id.as_str(), weight_of(&rules, &team, id))).collect();
                // A reward takes no turn.
                let mut tried = shares.clone();
                let expected = if weighted.is_empty() { None } else { tried.give_by(&weighted, &load) };
                assert_eq!(one.owner().map(ToString::to_string), expected, "seed {seed}, lead {number}");
                for companion in one.companions() {
                    let before = if matched.is_some() { &shares } else { &tried };
                    let mut beside = before.clone();
                    weighted.retain(|(id, _)| Some(*id) != expected.as_deref());
                    let second = if weighted.is_empty() { None } else { beside.give_by(&weighted, &load) };
                    let found = companion.rep.as_ref().map(ToString::to_string);
                    assert_eq!(found, second, "seed {seed}, companion of lead {number}");
                    tried = beside;
                }
                if matched.is_none() {
                    shares = tried;
                }
            }
            given += usize::from(one.owner().is_some());
            skips += one.skipped().values().sum::<u32>();
        }
    }
    (given, skips)
}

/// The skips of a decision are those of the explanation, which asks rep by rep.
#[test]
fn skips_are_counted_as_the_explanation_finds_them() {
    for seed in 100..112 {
        let mut random = Seeded(seed);
        let count = 2 + random.below(24);
        let rules = rules(&mut random, count, Strategy::FairShare);
        let mut desk = Desk::new(&rules, &[]);
        desk.roster = compile(&team(&mut random, count));
        let mut now = monday();
        for number in 0..60 {
            now += chrono::TimeDelta::minutes(random.below(120) as i64);
            let (visitor, matched, options) = visitor(&mut random, number, count);
            let context = leadkit::rule::FactContext::new(&desk.tables, now);
            let mut facts = leadkit::rule::Facts::new(&visitor, &context);
            matched.iter().for_each(|matched| facts.set_match(matched.clone()));
            let explained = desk.assigner.explain_with(&facts, &desk.roster, desk.ledgers(), &options);
            let mut expected = std::collections::BTreeMap::<&str, u32>::new();
            for reason in explained.rules.last().unwrap().reps.values() {
                if let Some(reason) = reason.as_ref().filter(|reason| reason.code() != "not_member") {
                    *expected.entry(reason.code()).or_default() += 1;
                }
            }
            let decided = desk.take_with(&visitor, matched, now, &options);
            let mut found = std::collections::BTreeMap::<&str, u32>::new();
            found.extend(decided.skipped().iter().map(|(code, count)| (&**code, *count)));
            // The explanation tells the inactive from those who do not belong, whether or not they are members.
            expected.remove("inactive");
            found.remove("inactive");
            assert_eq!(found, expected, "seed {seed}, lead {number}");
        }
    }
}

#[test]
fn a_decision_among_ten_thousand_moves_a_few_numbers() {
    for (territories, random) in [(1, None), (31, None), (31, Some(3))] {
        let mut random = random.map(Seeded);
        let provinces: Vec<Region> =
            (0..31).map(|n| format!("{}0000", PROVINCES[n]).parse().unwrap()).collect();
        let reps: Vec<Rep> = (0..10_000)
            .map(|n| Rep {
                territories: match &mut random {
                    // Three anywhere: more than four thousand classes.
                    Some(random) => (0..3).map(|_| provinces[random.below(31)]).collect(),
                    None if territories == 1 => Default::default(),
                    None => [provinces[n % 31]].into(),
                },
                ..super::desk::rep(&format!("r{n:05}"))
            })
            .collect();
        let pool = PoolRules { rules: vec![rule("all", AssignTarget::Everybody)], ..PoolRules::default() };
        let rules = leadkit::assign::AssignRules {
            pools: [("p".into(), pool)].into(),
            ..leadkit::assign::AssignRules::default()
        };
        let mut desk = Desk::new(&rules, &reps);
        desk.assigner = Assigner::compile(&rules).unwrap();
        desk.assigner
            .seat(&desk.roster, desk.ledgers(), monday())
            .apply_to(&mut desk.ledger, &mut desk.reps)
            .unwrap();
        let mut most = 0;
        for (number, province) in provinces.iter().enumerate().take(20) {
            let visitor = Lead { region: Some(*province), ..lead(&format!("L{number}")) };
            let decided = desk.take(&visitor, monday());
            assert!(decided.owner().is_some());
            most = most.max(serde_json::to_vec(decided.delta()).unwrap().len());
        }
        println!("{territories} territories: at most {most} bytes of a delta");
        assert!(most <= 1_024, "{most}");
    }
}

/// Events after a saved state, on the state that went on and on the one that was read.
fn replayed(before: usize, events: usize) {
    let members = [("a", 5), ("b", 3), ("c", 2), ("d", 1)];
    let mut desk = Desk::new(
        &super::desk::sharing(&members, Strategy::FairShare),
        &super::desk::reps(&["a", "b", "c", "d"]),
    );
    let moment = |number: usize| monday() + chrono::TimeDelta::seconds(number as i64);
    for number in 0..before {
        desk.run(number, 1, moment(number));
    }
    let saved = serde_json::to_string(&desk.ledger).unwrap();
    let mut read = Desk { ledger: serde_json::from_str(&saved).unwrap(), ..desk.clone() };
    for number in before..before + events {
        let went_on = desk.run(number, 1, moment(number));
        assert_eq!(went_on, read.run(number, 1, moment(number)));
    }
    assert_eq!(serde_json::to_string(&desk.ledger).unwrap(), serde_json::to_string(&read.ledger).unwrap());
    assert_eq!(desk.reps, read.reps);
}

#[test]
fn events_replayed_from_a_saved_state_give_the_same_bytes() {
    replayed(700, 1_500);
}

#[test]
#[ignore = "takes a while: cargo test --release --test long -- --ignored"]
fn a_million_events_replayed_from_a_saved_state_give_the_same_bytes() {
    replayed(1_000, 1_000_000);
}
