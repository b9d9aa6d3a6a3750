//! What teams ask for first, line by line.

use chrono::TimeDelta;
use leadkit::assign::{
    AssignOptions, AssignRule, AssignRules, AssignTarget, Assigner, AssignmentKind, Ledger, PoolRules,
    Roster, SkipReason, Strategy, TurnList,
};
use leadkit::calendar::{CalendarRules, Calendars};
use leadkit::model::{Acquisition, Effect, History, Lead, Rep, RepId, Tenure, TenureEnd};
use leadkit::rule::{AccountFacts, FactContext, Facts, MatchFacts, MatchKind};
use serde_json::{Value as Json, json};

use super::desk::{Desk, hours, lead, matched, monday, rep, reps, rule, sharing, to_group, with_pool};
use crate::support::at;

fn load(rules: Json, team: &[Rep]) -> Desk {
    Desk::new(&AssignRules::load(rules).unwrap(), team)
}

fn day() -> chrono::NaiveDate {
    monday().date_naive()
}

// Groups by what reps are.

#[test]
fn a_group_is_who_a_condition_holds_for_of_each_kind_of_field() {
    let team = Rep::load_all(json!([
        {"id": "ann", "team": "east", "department": ["Shanghai", "Key accounts"], "level": "senior", "manager": "boss",
         "title": "Director", "skills": ["erp", "english"], "territories": ["CN-SH"], "joined_at": "2024-01-01T00:00:00Z",
         "weight": 3, "worked": 20, "won": 10, "attributes": {"grade": 7, "mentor": true}},
        {"id": "bo", "team": "west", "department": ["Chengdu"], "level": "junior", "joined_at": "2026-02-01T00:00:00Z",
         "worked": 20, "won": 1, "attributes": {"grade": 3}},
        {"id": "cy", "team": "east"},
        {"id": "off", "team": "east", "level": "senior", "active": false},
    ]))
    .unwrap();
    for (when, expected) in [
        (json!({"field": "rep.team", "eq": "east"}), "ann cy"),
        (json!({"field": "rep.department", "eq": "Key accounts"}), "ann"),
        (json!({"field": "rep.level", "in": ["senior", "junior"]}), "ann bo"),
        (json!({"field": "rep.manager", "eq": "boss"}), "ann"),
        (json!({"field": "rep.title", "contains": "irect"}), "ann"),
        (json!({"field": "rep.skills", "eq": "erp"}), "ann"),
        (json!({"field": "rep.territories", "exists": true}), "ann"),
        (json!({"field": "rep.joined_at", "older_than": "365d"}), "ann"),
        (json!({"field": "rep.weight", "ge": 2}), "ann"),
        (json!({"field": "rep.conversion", "ge": 0.5}), "ann"),
        (json!({"field": "rep.won", "ge": 1}), "ann bo"),
        (json!({"field": "rep.worked", "ge": 1}), "ann bo"),
        (json!({"field": "rep.id", "eq": "bo"}), "bo"),
        (json!({"field": "attributes.grade", "ge": 5}), "ann"),
        (json!({"field": "attributes.mentor", "eq": true}), "ann"),
        (json!({"all": []}), "ann bo cy"),
    ] {
        let rules = json!({"groups": {"g": {"when": when}}, "pools": {"p": {"match_territory": false,
            "rules": [{"id": "all", "then": {"group": {"id": "g"}}}]}}});
        let desk = load(rules, &team);
        let lead = lead("L");
        let facts = Facts::new(&lead, &FactContext::new(&desk.tables, monday()));
        let explained = desk.assigner.explain(&facts, &desk.roster, desk.ledgers());
        let reps = &explained.rules[0].reps;
        let eligible: Vec<&str> =
            reps.iter().filter(|(_, no)| no.is_none()).map(|(id, _)| id.as_str()).collect();
        assert_eq!(eligible.join(" "), expected, "{when}");
    }
}

#[test]
fn a_group_reads_reps_and_a_rule_leads_and_neither_the_other() {
    for (rules, path) in [
        (json!({"groups": {"g": {"when": {"field": "company", "exists": true}}}}), "groups.g.when"),
        (
            json!({"pools": {"p": {"rules": [{"id": "a", "when": {"field": "rep.team", "eq": "x"}, "then": "everybody"}]}}}),
            "pools.p.rules[0].when",
        ),
    ] {
        let errors = AssignRules::load(rules).unwrap_err();
        let found = &errors.diagnostics()[0];
        assert_eq!((found.code.as_ref(), found.path.as_str()), ("field_not_filled_yet", path));
    }
    let errors =
        AssignRules::load(json!({"groups": {"g": {"when": {"field": "rep.tema", "eq": "x"}}}})).unwrap_err();
    assert!(errors.iter().any(|found| found.help.as_deref() == Some("did you mean `rep.team`?")), "{errors}");
}

#[test]
fn named_members_and_those_of_the_condition_share_the_same_turns() {
    let rules = json!({"groups": {"g": {"members": [{"rep": "a", "weight": 2}], "when": {"field": "rep.level", "eq": "senior"}}},
        "pools": {"p": {"rules": [{"id": "all", "then": {"group": {"id": "g"}}}]}}});
    let team = [rep("a"), Rep { level: Some("senior".into()), ..rep("b") }, rep("c")];
    assert_eq!(load(rules, &team).run(0, 6, monday()).concat(), "abaaba");
}

// Facts of the matched account.

#[test]
fn rules_read_the_matched_account_and_its_owner_s_team() {
    let rules = json!({"pools": {"p": {"rules": [
        {"id": "tier", "when": {"field": "match.tier", "eq": "A"}, "then": {"rep": "a"}},
        {"id": "mature", "when": {"field": "match.maturity", "eq": "ready"}, "then": {"rep": "b"}},
        {"id": "region", "when": {"field": "match.region", "eq": "CN-GD"}, "then": {"rep": "c"}},
        {"id": "team", "when": {"field": "match.owner_team", "eq": "east"}, "then": {"rep": "d"}},
    ]}}});
    let desk = load(rules, &reps(&["a", "b", "c", "d"]));
    let ask = |account: AccountFacts, team: Option<&str>| {
        let facts = MatchFacts {
            kind: Some(MatchKind::AssignByRules),
            account,
            owner_team: team.map(Into::into),
            ..MatchFacts::default()
        };
        desk.ask(&lead("L"), Some(facts), monday(), &AssignOptions::default())
            .owner()
            .map(ToString::to_string)
    };
    let none = AccountFacts::default();
    assert_eq!(ask(AccountFacts { tier: Some("A".into()), ..none.clone() }, None).as_deref(), Some("a"));
    assert_eq!(
        ask(AccountFacts { maturity: Some("ready".into()), ..none.clone() }, None).as_deref(),
        Some("b")
    );
    assert_eq!(
        ask(AccountFacts { region: Some("CN-GD-440300".parse().unwrap()), ..none.clone() }, None).as_deref(),
        Some("c")
    );
    assert_eq!(ask(none.clone(), Some("east")).as_deref(), Some("d"));
    assert_eq!(ask(none, None), None);
}

// Pool totals; caps per day, week or month.

#[test]
fn a_pool_has_a_total_a_day_beside_the_cap_of_each_rep() {
    let pool =
        PoolRules { total_daily_cap: Some(3), rules: vec![rule("all", to_group())], ..PoolRules::default() };
    let mut desk = Desk::new(&with_pool(&[("a", 1), ("b", 1)], pool), &reps(&["a", "b"]));
    assert_eq!(desk.run(0, 4, monday()), ["a", "b", "a", "-"]);
    let refused = desk.take(&lead("X"), monday());
    assert_eq!(*refused.kind(), AssignmentKind::AllCapped { frees_at: Some(at("2026-03-03T00:00:00Z")) });
    assert_eq!(refused.skipped()["pool_total_cap"], 2);
    assert_eq!(desk.ledger.assigned_in_all(day()), 3);
    assert_eq!(desk.run(10, 2, at("2026-03-03T00:00:00Z")), ["b", "a"]);
}

#[test]
fn caps_count_a_week_from_monday_and_a_calendar_month() {
    let pool = |weekly, monthly| PoolRules {
        weekly_assign_cap: weekly,
        monthly_assign_cap: monthly,
        rules: vec![rule("all", to_group())],
        ..PoolRules::default()
    };
    let mut desk = Desk::new(&with_pool(&[("a", 1)], pool(Some(2), None)), &reps(&["a"]));
    // Wednesday and Sunday of one week, Monday of the next.
    assert_eq!(desk.run(0, 1, at("2026-03-04T02:00:00Z")), ["a"]);
    assert_eq!(desk.run(1, 2, at("2026-03-08T02:00:00Z")), ["a", "-"]);
    let refused = desk.take(&lead("X"), at("2026-03-08T02:00:00Z"));
    assert_eq!(*refused.kind(), AssignmentKind::AllCapped { frees_at: Some(at("2026-03-09T00:00:00Z")) });
    assert_eq!(desk.run(3, 1, at("2026-03-09T00:00:00Z")), ["a"]);

    let team = [Rep { monthly_cap: Some(2), ..rep("a") }];
    let mut desk = Desk::new(&with_pool(&[("a", 1)], pool(None, Some(9))), &team);
    assert_eq!(desk.run(0, 1, at("2026-03-02T02:00:00Z")), ["a"]);
    assert_eq!(desk.run(1, 2, at("2026-03-30T02:00:00Z")), ["a", "-"]);
    let refused = desk.take(&lead("X"), at("2026-03-31T02:00:00Z"));
    assert_eq!(refused.kind().to_string(), "stays: everybody at work is at a cap until 2026-04-01T00:00:00Z");
    // What is taken back does not count; the rest is stored and read again.
    let back = desk.ledgers().take_back("L1", at("2026-03-31T02:00:00Z")).unwrap();
    back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
    desk.reps = serde_json::from_str(&serde_json::to_string(&desk.reps).unwrap()).unwrap();
    assert_eq!(desk.run(4, 2, at("2026-03-31T02:00:00Z")), ["a", "-"]);
}

// Claims.

#[test]
fn a_claim_waits_out_the_cool_down_after_a_loss() {
    for previous in ["none", "all"] {
        for (days, more) in [(30, 0), (0, 36), (1, 12)] {
            let pool = json!({"claim_cool_down_days": days, "claim_cool_down_hours": more, "previous_owners": previous});
            a_claim_waits(json!({"pools": {"p": pool}}), hours(days * 24 + more));
        }
    }
}

fn a_claim_waits(rules: serde_json::Value, cool_down: TimeDelta) {
    let desk = load(rules, &reps(&["a", "b"]));
    let ended = at("2026-03-01T02:00:00Z");
    let lost = Tenure {
        lead: "L".into(),
        owner: "a".into(),
        from: ended - hours(5),
        until: Some(ended),
        acquisition: Acquisition::AutoAssigned,
        end: Some(TenureEnd::Returned),
        close_reason: None,
    };
    let history = History { tenures: vec![lost], ..History::default() };
    let lead = lead("L");
    let claim = |rep: &str, now| {
        let facts =
            Facts::new(&lead, &FactContext { history: &history, ..FactContext::new(&desk.tables, now) });
        let options = AssignOptions::default();
        desk.assigner.claim(&facts, &rep.into(), &desk.roster, desk.ledgers(), &options).map(drop)
    };
    let until = ended + cool_down;
    let refused = claim("a", monday()).unwrap_err();
    assert_eq!(refused, SkipReason::CoolDown { until });
    let told = if cool_down < hours(48) { "2026-03-02T14:00:00Z" } else { "2026-03-31T02:00:00Z" };
    assert_eq!(refused.to_string(), format!("may claim it again from {told}"));
    assert_eq!((claim("b", monday()), claim("a", until)), (Ok(()), Ok(())));
}

// A lead that needs several people, or weighs more.

#[test]
fn a_lead_needs_two_seniors_and_presales_and_each_takes_a_turn() {
    let rules = json!({
        "groups": {"seniors": {"members": [{"rep": "a"}, {"rep": "b"}, {"rep": "c"}]},
                   "presales": {"members": [{"rep": "x"}, {"rep": "y"}]}},
        "pools": {"p": {"daily_assign_cap": 3, "rules": [{"id": "big", "then": {"group": {"id": "seniors"}},
            "also": [{"role": "second", "group": "seniors"}, {"role": "presales", "group": "presales"}]}]}},
    });
    let mut desk = load(rules, &reps(&["a", "b", "c", "x", "y"]));
    let said: Vec<String> =
        (0..4).map(|n| desk.take(&lead(&format!("L{n}")), monday()).to_string()).collect();
    assert_eq!(
        said,
        [
            "lead L0 goes to a from pool p by rule big, with b (second), with x (presales)",
            "lead L1 goes to c from pool p by rule big, with b (second), with y (presales)",
            "lead L2 goes to a from pool p by rule big, with c (second), with x (presales)",
            "lead L3 goes to b from pool p by rule big, with c (second), with y (presales)",
        ]
    );
    // Each counts for the caps: b and c are at the cap of 3.
    let counts = ["a", "b", "c", "x"].map(|rep| desk.ledger.assigned_on(&RepId::from(rep), day()));
    assert_eq!(counts, [2, 3, 3, 2]);
    let last = desk.take(&lead("L4"), monday());
    assert_eq!(last.owner().unwrap().as_str(), "a");
    assert_eq!(last.companions()[0].rep, None, "nobody is left for the second");
    assert!(last.to_string().contains("without second: nobody is eligible"), "{last}");
    let told = last.effects();
    let told = told.iter().filter_map(|one| match one {
        Effect::Notify { rep, code, .. } => Some(format!("{rep} {code}")),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), ["x companion", "a companion_missing"]);
    // The same request has the same answer, and taking it back gives all turns and counts back.
    let again = desk.take(&lead("L0"), monday());
    assert_eq!(again.companions().len(), 2);
    assert!(again.delta().is_empty());
    let before = desk.reps.assigned_on(&"x".into(), day());
    let back = desk.ledgers().take_back("L0", monday()).unwrap();
    assert_eq!(back.reps().map(|(rep, _)| rep.as_str()).collect::<Vec<_>>(), ["a", "b", "x"]);
    back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    assert_eq!(desk.reps.assigned_on(&"x".into(), day()), before - 1);
    for list in ["seniors", "presales"] {
        let sum: i64 = desk.ledger.credits(&TurnList::Group(list.into())).map(|(_, units)| units).sum();
        assert_eq!(sum, 0, "{list}");
    }
    desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
}

#[test]
fn a_lead_that_counts_as_three_pays_three_turns() {
    let mut rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
    let big = AssignRule {
        when: serde_json::from_value(json!({"field": "employee_count", "ge": 1000})).unwrap(),
        units: 3,
        ..rule("big", to_group())
    };
    rules.pools.get_mut("p").unwrap().rules.insert(0, big);
    for strategy in [Strategy::FairShare, Strategy::SmoothWeighted] {
        rules.pools.get_mut("p").unwrap().strategy = strategy;
        let mut desk = Desk::new(&rules, &reps(&["a", "b"]));
        let big = Lead { employee_count: Some(5_000), ..lead("B") };
        assert_eq!(desk.take(&big, monday()).owner().unwrap().as_str(), "a");
        assert_eq!(desk.run(0, 6, monday()).concat(), "bbbaba", "{strategy}");
        assert_eq!(desk.ledger.assigned_on(&"a".into(), day()), 3, "caps count it as one");
        desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
    }
    let errors =
        AssignRules::load(json!({"pools": {"p": {"rules": [{"id": "a", "then": "everybody", "units": 0}]}}}));
    assert_eq!(errors.unwrap_err().diagnostics()[0].path, "pools.p.rules[0].units");
}

// Windows over midnight; strict readers.

#[test]
fn a_night_shift_from_22_to_6_takes_leads_on_both_sides_of_midnight() {
    let night: CalendarRules =
        serde_json::from_value(json!({"weekly": [{"days": "Mon-Sun", "hours": "22:00-06:00"}]})).unwrap();
    let calendars: Calendars = [("night", night)].into_iter().collect();
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &[]);
    desk.roster = Roster::compile(&[Rep { hours: Some("night".into()), ..rep("a") }], &calendars).unwrap();
    for (moment, expected) in [
        ("2026-03-02T21:59:59Z", "-"),
        ("2026-03-02T22:00:00Z", "a"),
        ("2026-03-02T23:59:59Z", "a"),
        ("2026-03-03T00:00:00Z", "a"),
        ("2026-03-03T05:59:59Z", "a"),
        ("2026-03-03T06:00:00Z", "-"),
    ] {
        assert_eq!(desk.run(0, 1, at(moment)), [expected], "{moment}");
        desk.ledger = Ledger::new("p".into());
    }
}

#[test]
fn a_misspelt_key_of_a_rep_a_pool_or_a_calendar_is_an_error() {
    assert!(Rep::load_all(json!([{"id": "a", "weigth": 2}])).is_err());
    assert!(leadkit::model::Pool::load_all(json!([{"id": "p", "daily_asign_cap": 2}])).is_err());
    assert!(CalendarRules::load(json!({"wekly": []})).is_err());
}

// Rewards.

#[test]
fn a_reward_goes_to_who_deserves_it_outside_quotas() {
    let rules = json!({
        "groups": {"deserving": {"when": {"all": [{"field": "rep.won", "ge": 5}, {"field": "rep.conversion", "ge": 0.25}]}}},
        "pools": {"p": {"daily_assign_cap": 0, "rules": [
            {"id": "reward", "when": {"field": "source.class", "eq": "referral"}, "then": {"group": {"id": "deserving"}}, "reward": true},
            {"id": "all", "then": "everybody"},
        ]}},
    });
    let team = [
        Rep { won: 9, worked: 100, ..rep("many") },
        Rep { won: 6, worked: 20, holding: 50, holding_cap: Some(50), daily_cap: Some(0), ..rep("best") },
        Rep { won: 1, worked: 1, ..rep("lucky") },
    ];
    let mut desk = load(rules, &team);
    let referred = json!({"id": "R", "created_at": "2026-03-02T02:00:00Z", "source": {"class": "referral"}});
    let referred = Lead::from_json(referred).unwrap();
    let given = desk.take(&referred, monday());
    assert_eq!(given.owner().map(RepId::as_str), Some("best"), "{given}");
    assert_eq!(desk.ledger.assigned_on(&"best".into(), day()), 0);
    assert_eq!(
        (
            desk.reps.revision(&"best".into()),
            desk.ledger.credits(&TurnList::Group("deserving".into())).count()
        ),
        (0, 0)
    );
    assert_eq!(desk.take(&lead("L"), monday()).owner(), None, "other leads know the caps");
}

#[test]
fn rewards_take_turns_among_those_who_deserve_them() {
    let rules = json!({
        "groups": {"deserving": {"when": {"field": "rep.won", "ge": 5}}},
        "pools": {"p": {"daily_assign_cap": 2, "rules": [
            {"id": "reward", "when": {"field": "source.class", "eq": "referral"}, "then": {"group": {"id": "deserving"}}, "reward": true},
            {"id": "all", "then": {"group": {"id": "deserving"}}},
        ]}},
    });
    // One is at a cap and one far ahead: neither matters to what lies outside quotas.
    let team = ["a", "b", "c"].map(|id| Rep { won: 9, worked: 10, ..rep(id) });
    let team =
        [Rep { holding: 9, holding_cap: Some(9), ..team[0].clone() }, team[1].clone(), team[2].clone()];
    let mut desk = load(rules, &team);
    let mut rewarded = String::new();
    for number in 0..12 {
        desk.run(number, 1, monday());
        let json = json!({"id": format!("R{number}"), "created_at": "2026-03-02T02:00:00Z", "source": {"class": "referral"}});
        let given = desk.take(&Lead::from_json(json).unwrap(), monday());
        rewarded += given.owner().unwrap().as_str();
    }
    assert_eq!(rewarded, "abcabcabcabc");
    assert_eq!(desk.ledger.assigned_on(&"a".into(), day()), 0);
    // What the group is owed of other leads is not touched: two each for b and c, who have room.
    let credits: i64 =
        desk.ledger.credits(&TurnList::Group("deserving".into())).map(|(_, units)| units).sum();
    assert_eq!(credits, 0);
}

#[test]
fn a_condition_that_fails_is_told_with_its_rule_wherever_it_stands() {
    let fails = json!({"script": "1 / 0 > 1"});
    let group = |when: &Json| json!({"g": {"when": when}, "h": {"members": [{"rep": "a"}]}});
    let to_tiers = json!({"tiers": [{"when": fails, "group": "h"}]});
    for (groups, then) in
        [(group(&json!({"all": []})), to_tiers), (group(&fails), json!({"group": {"id": "g"}}))]
    {
        let rules = json!({"groups": groups, "pools": {"p": {"rules": [{"id": "r", "then": then}]}}});
        let mut desk = load(rules, &reps(&["a", "b"]));
        // The first time, and when what was read is kept.
        for number in 0..2 {
            let given = desk.take(&lead(&format!("L{number}")), monday());
            assert_eq!(given.owner(), None);
            let faults = given.faults();
            assert_eq!((faults.len(), faults[0].rule.as_str()), (1, "r"), "{given}");
            assert!(faults[0].fault.message.contains("zero"), "{}", faults[0].fault.message);
        }
    }
}

#[test]
fn who_met_a_lead_is_found_by_a_number_as_by_a_text() {
    let rules = json!({"pools": {"p": {"rules": [{"id": "met", "then": {"rep_in": "attributes.met_by"}}]}}});
    for (met_by, expected) in
        [(json!(7), Some("7")), (json!("7"), Some("7")), (json!(" ann "), Some("ann")), (json!(true), None)]
    {
        let mut desk = load(rules.clone(), &reps(&["7", "ann"]));
        let met = json!({"id": "L", "created_at": "2026-03-02T02:00:00Z", "attributes": {"met_by": met_by}});
        let given = desk.take(&Lead::from_json(met).unwrap(), monday());
        assert_eq!(given.owner().map(RepId::as_str), expected, "{met_by}");
        assert!(given.faults().is_empty(), "{met_by}");
    }
}

#[test]
fn a_rep_whom_a_lead_names_and_nobody_knows_is_told_with_whom_may_be_meant() {
    let rules = json!({"pools": {"p": {"rules": [{"id": "met", "then": {"rep_in": "attributes.met_by"}}]}}});
    let mut desk = load(rules, &reps(&["ann", "bob"]));
    let met = json!({"id": "L", "created_at": "2026-03-02T02:00:00Z", "attributes": {"met_by": "Ann"}});
    let given = desk.take(&Lead::from_json(met).unwrap(), monday());
    assert_eq!((given.owner(), given.skipped()["unknown_rep"]), (None, 1));
    let faults: Vec<String> = given.faults().iter().map(ToString::to_string).collect();
    assert_eq!(faults, ["rule met failed: the roster has no rep `Ann`\n    help: did you mean `ann`?"]);
}

#[test]
fn an_explanation_is_of_the_very_decision_or_refused() {
    use leadkit::assign::LedgerError;
    let rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
    let mut desk = Desk::new(&rules, &reps(&["a", "b"]));
    let options = AssignOptions::default();
    let (first, tables) = (lead("L0"), leadkit::rule::HostTables::default());
    let facts = Facts::new(&first, &FactContext::new(&tables, monday()));
    let decided = desk.take(&first, monday());
    let repeated = desk.take(&first, monday());
    let explain = |desk: &Desk, of, facts: &Facts<'_>| {
        desk.assigner.explain_decision(of, facts, &desk.roster, desk.ledgers(), &options)
    };
    assert!(matches!(explain(&desk, &decided, &facts), Err(LedgerError::StaleLedger { .. })));
    assert_eq!(explain(&desk, &repeated, &facts).unwrap().kind, *decided.kind());
    let other = lead("L1");
    let of_other = Facts::new(&other, &FactContext::new(&tables, monday()));
    let error = explain(&desk, &repeated, &of_other).unwrap_err();
    assert_eq!(error.to_string(), "the decision is about lead `L0`, not about lead `L1`");
    desk.assigner = Assigner::compile(&AssignRules { revision: "2".into(), ..rules }).unwrap();
    assert!(matches!(explain(&desk, &repeated, &facts), Err(LedgerError::OtherRules)));
}

// Strategies.

#[test]
fn the_same_company_sticks_to_the_same_rep_and_only_theirs_move_when_they_go() {
    let ids = ["a", "b", "c", "d"];
    let members: Vec<(&str, u32)> = ids.iter().map(|id| (*id, 1)).collect();
    let mut desk = Desk::new(&sharing(&members, Strategy::Sticky), &reps(&ids));
    let company = |n: usize, id: &str| Lead { company: Some(format!("Company {n} Trading Ltd")), ..lead(id) };
    let owners = |desk: &mut Desk, round: &str| -> Vec<String> {
        let owner = |n| desk.take(&company(n, &format!("{round}{n}")), monday()).owner().unwrap().to_string();
        (0..60).map(owner).collect()
    };
    let first = owners(&mut desk, "x");
    assert_eq!(owners(&mut desk, "y"), first);
    assert!(ids.iter().all(|id| first.iter().filter(|owner| owner == id).count() >= 5), "{first:?}");
    desk.roster = super::desk::roster(&reps(&["a", "b", "d"]));
    for (before, after) in first.iter().zip(owners(&mut desk, "z")) {
        assert!(before == "c" || *before == after, "{before} {after}");
    }
    assert_eq!(desk.ledger.credits(&TurnList::Group("g".into())).count(), 0, "it takes no turn");
}

#[test]
fn a_lead_given_without_a_turn_takes_one_where_the_rule_says_so() {
    let mut rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
    let pool = rules.pools.get_mut("p").unwrap();
    let least = AssignTarget::Group { id: "g".into(), strategy: Some(Strategy::LeastLoaded) };
    let when = serde_json::from_value(json!({"field": "products", "eq": "erp"})).unwrap();
    pool.rules.insert(0, AssignRule { when, takes_turn: true, ..rule("least", least) });
    let team = [Rep { holding: 9, ..rep("a") }, rep("b")];
    let mut desk = Desk::new(&rules, &team);
    for n in 0..3 {
        let erp = Lead { products: vec!["erp".into()], ..lead(&format!("E{n}")) };
        assert_eq!(desk.take(&erp, monday()).owner().unwrap().as_str(), "b");
    }
    assert_eq!(desk.run(0, 5, monday()).concat(), "aaaab", "b had three turns");
}

#[test]
fn the_best_leads_go_to_seniors_and_fall_to_the_next_tier_when_nobody_is_there() {
    let rules = json!({
        "groups": {"seniors": {"when": {"field": "rep.level", "eq": "senior"}}, "juniors": {"when": {"field": "rep.level", "eq": "junior"}}},
        "pools": {"p": {"daily_assign_cap": 2, "rules": [{"id": "tiers", "then": {"tiers": [
            {"when": {"field": "employee_count", "ge": 1000}, "group": "seniors"}, {"group": "juniors"}]}}]}},
    });
    let level = |level: &str, id| Rep { level: Some(level.into()), ..rep(id) };
    let mut desk = load(rules, &[level("senior", "s"), level("junior", "j")]);
    let mut give = |id: &str, size| {
        let lead = Lead { employee_count: Some(size), ..lead(id) };
        desk.take(&lead, monday()).owner().map_or("-".to_owned(), ToString::to_string)
    };
    assert_eq!(
        [give("L0", 10), give("L1", 5_000), give("L2", 5_000), give("L3", 5_000)],
        ["j", "s", "s", "j"]
    );
    assert_eq!([give("L4", 10), give("L5", 5_000)], ["-", "-"], "juniors' leads never go up");
}

#[test]
fn shares_follow_results_within_bounds() {
    let rules = json!({"groups": {"g": {"when": {"all": []}, "by_results": {"least": 5, "most": 20, "steady": 20}}},
        "pools": {"p": {"rules": [{"id": "all", "then": {"group": {"id": "g"}}}]}}});
    // 10 of 100 on average; twice that; nothing yet; far below.
    let team = [
        Rep { worked: 100, won: 10, ..rep("mean") },
        Rep { worked: 980, won: 200, ..rep("twice") },
        rep("new"),
        Rep { worked: 2_000, won: 98, ..rep("half") },
    ];
    let mut desk = load(rules, &team);
    let owners = desk.run(0, 400, monday());
    let count = |id: &str| owners.iter().filter(|owner| *owner == id).count();
    // Average 308 of 3,080: weights 10, 20, 10 and 5.
    assert_eq!([count("mean"), count("twice"), count("new"), count("half")], [89, 178, 89, 44]);
}

#[test]
fn a_strategy_of_the_host_is_asked_and_may_not_give_to_who_may_not_have_it() {
    use leadkit::assign::{CustomStrategy, PoolView};
    use leadkit::rule::Registry;
    use std::ops::ControlFlow;
    use std::sync::Arc;

    #[derive(Debug)]
    struct Listed(Vec<RepId>);
    impl CustomStrategy for Listed {
        fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
            assert!(view.reps().all(|rep| view.weight(rep) > 0 && view.open(rep) < 10));
            for rep in &self.0 {
                if seen(rep.clone()).is_break() {
                    return;
                }
            }
        }
    }
    let registry = Registry::new().strategy("listed", |params| {
        let ids: Vec<String> =
            serde_json::from_value(params.clone()).map_err(|_| "a list of ids".to_owned())?;
        Ok(Arc::new(Listed(ids.iter().map(|id| id.as_str().into()).collect())))
    });
    let document = |params: Json| {
        json!({"groups": {"g": {"members": [{"rep": "a"}, {"rep": "b"}], "custom": {"name": "listed", "params": params}}},
            "pools": {"p": {"daily_assign_cap": 1, "rules": [{"id": "all", "then": {"group": {"id": "g"}}}]}}})
    };
    let mut desk = Desk::new(&AssignRules::default(), &reps(&["a", "b", "z"]));
    desk.assigner = Assigner::load_with(document(json!(["z", "b", "a"])), &registry).unwrap();
    assert_eq!(desk.run(0, 3, monday()), ["b", "a", "-"], "z is not a member, b then has had a turn");
    let errors = Assigner::load_with(document(json!(3)), &registry).unwrap_err();
    assert_eq!(errors.diagnostics()[0].message, "a list of ids");
    let mut misspelt = document(json!([]));
    misspelt["groups"]["g"]["custom"]["name"] = json!("lsited");
    let errors = Assigner::load_with(misspelt, &registry).unwrap_err();
    assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `listed`?"));
}

// Taking back.

#[test]
fn a_turn_is_given_back_exactly_when_nobody_came_or_went_and_leaves_zero_when_somebody_did() {
    let mut desk =
        Desk::new(&sharing(&[("a", 2), ("b", 1), ("c", 1)], Strategy::FairShare), &reps(&["a", "b", "c"]));
    let list = TurnList::Group("g".into());
    desk.run(0, 5, monday());
    let owed = |desk: &Desk| -> Vec<i64> { desk.ledger.credits(&list).map(|(_, units)| units).collect() };
    let before = owed(&desk);
    let _ = desk.take(&lead("W"), monday());
    desk.run(6, 3, monday());
    // Exact: as if the other three had come alone.
    let mut without = desk.clone();
    let back = desk.ledgers().take_back("W", monday()).unwrap();
    back.apply_to(&mut without.ledger, &mut without.reps).unwrap();
    assert_eq!(owed(&without).iter().sum::<i64>(), 0);
    assert_ne!(owed(&without), before);
    // Somebody left, somebody came.
    desk.roster = super::desk::roster(&reps(&["a", "b", "d"]));
    desk.assigner =
        Assigner::compile(&sharing(&[("a", 2), ("b", 1), ("d", 1)], Strategy::FairShare)).unwrap();
    desk.run(20, 2, monday());
    let back = desk.ledgers().take_back("W", monday()).unwrap();
    back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    assert_eq!(owed(&desk).iter().sum::<i64>(), 0);
}

#[test]
fn a_lead_that_goes_to_its_owner_takes_a_turn_where_the_pool_says_so() {
    let mut rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
    for (group, expected) in [(None, "ab"), (Some("g".into()), "bb")] {
        rules.pools.get_mut("p").unwrap().owner_takes_turn = group;
        let mut desk = Desk::new(&rules, &reps(&["a", "b", "z"]));
        let _ =
            desk.take_with(&lead("X"), matched(MatchKind::ToOwner, "a"), monday(), &AssignOptions::default());
        let _ =
            desk.take_with(&lead("Y"), matched(MatchKind::ToOwner, "z"), monday(), &AssignOptions::default());
        let more = AssignOptions { given: Some("a".into()), ..AssignOptions::default() };
        let _ = desk.take_with(&lead("Z"), None, monday(), &more);
        assert_eq!(desk.run(0, 2, monday()).concat(), expected);
    }
}

#[test]
fn an_owner_found_by_matching_stays_beside_all_this() {
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::Sticky), &reps(&["a", "b"]));
    let given =
        desk.take_with(&lead("X"), matched(MatchKind::ToOwner, "b"), monday(), &AssignOptions::default());
    assert_eq!(*given.kind(), AssignmentKind::ExistingOwner { rep: "b".into() });
}
