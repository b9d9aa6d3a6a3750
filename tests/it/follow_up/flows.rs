//! Where leads go: flows, pools by region, the leads of an event.

use std::collections::BTreeMap;

use expect_test::expect;
use leadkit::follow_up::{EventPlace, EventRules, FlowTarget, FlowTrigger, FollowUpFault, FollowUpRules};
use leadkit::model::{Effect, PoolKind, Value};
use leadkit::pipeline::{Actor, Role};

use super::*;

fn flow(
    policies: &FollowUpPolicies,
    case: &Case,
    on: FlowTrigger,
    actor: Actor,
) -> Option<leadkit::follow_up::FlowMove> {
    case.with_facts(t("03-09 10:00"), |facts| policies.flow(&on, facts, &actor, &case.options))
}

/// Every flow of the preset, with its actor and its reason.
#[test]
fn the_flows_of_the_presets() {
    let policies = with_pools(FollowUpRules::nodes());
    let owned = Case::owned("li", "03-02 10:00");
    let free = owned.clone().lost(t("03-05 10:00"), TenureEnd::Recycled);
    let mut moves = String::new();
    for (on, case, actor) in [
        (FlowTrigger::NotMql, &owned, Actor::new("ann", Role::Sdr)),
        (FlowTrigger::NotSqlInTime, &owned, Actor::system("rules")),
        (FlowTrigger::Sql, &owned, Actor::new("li", Role::Sales)),
        (FlowTrigger::ProtectionLost, &owned, Actor::system("rules")),
        (FlowTrigger::NewNeed, &free, Actor::system("web form")),
        (FlowTrigger::StayOver, &free, Actor::system("rules")),
        (FlowTrigger::Returned, &owned, Actor::new("li", Role::Sales)),
    ] {
        let one = flow(&policies, case, on, actor).unwrap();
        let effects: Vec<String> = one.effects.iter().map(ToString::to_string).collect();
        moves.push_str(&format!("{one}\n    {}\n", effects.join("\n    ")));
    }
    expect![[r#"
        2026-03-09T02:00:00Z lead L1 goes to pool nurture_gd (nurture): not_mql by ann (sdr), flow `not_mql_nurture`
            notify li about lead L1 (not_mql)
            set the status of lead L1 to unassigned
            move lead L1 to pool nurture_gd
            wake lead L1 up at 2026-04-08T02:00:00Z (nurture)
        2026-03-09T02:00:00Z lead L1 goes to pool nurture_gd (nurture): not_sql_in_time by rules (system), flow `no_sql_nurture`
            notify li about lead L1 (not_sql_in_time)
            set the status of lead L1 to unassigned
            move lead L1 to pool nurture_gd
            wake lead L1 up at 2026-04-08T02:00:00Z (nurture)
        2026-03-09T02:00:00Z lead L1 stays where it is: sql by li (sales), flow `sql_manager`
            notify hua about lead L1 (sql)
        2026-03-09T02:00:00Z lead L1 goes to pool nurture_gd (nurture), not to li again: protection_lost by rules (system), flow `unprotected_nurture`
            notify li about lead L1 (protection_lost)
            set the status of lead L1 to unassigned
            move lead L1 to pool nurture_gd
            wake lead L1 up at 2026-04-08T02:00:00Z (nurture)
        2026-03-09T02:00:00Z lead L1 goes to a rep by the rules, not to li again: new_need by web form (system), flow `new_need_assign`
            wake lead L1 up at 2026-03-09T02:00:00Z (new_need)
        2026-03-09T02:00:00Z lead L1 goes to pool general (public_general): stay_over by rules (system), flow `stay_general`
            move lead L1 to pool general
            wake lead L1 up at 2027-03-09T02:00:00Z (pool_stay)
        2026-03-09T02:00:00Z lead L1 goes to pool claims_gd (lead): returned by li (sales), flow `return_leads`
            end the tenure of li of lead L1 (returned)
            set the status of lead L1 to unassigned
            move lead L1 to pool claims_gd
            notify hua about lead L1 (lead_in_pool)
            wake lead L1 up at 2026-03-12T02:00:00Z (pool_stay)
    "#]].assert_eq(&moves);
    assert_eq!(flow(&policies, &owned, FlowTrigger::from("merged"), Actor::system("x")), None);
}

#[test]
fn the_pool_is_chosen_by_the_region_not_by_where_the_lead_lay() {
    let policies = with_pools(FollowUpRules::nodes());
    let mut case = Case::owned("li", "03-02 10:00");
    case.lead.pool = Some("nurture".into());
    let to = |case: &Case| {
        let moved = flow(&policies, case, FlowTrigger::NotMql, Actor::system("rules")).unwrap();
        moved.pool.map(|pool| pool.to_string())
    };
    // So is that of a lead that is given back: whose region has one, goes there.
    let returned = |region: &str| {
        let mut case = Case::owned("li", "03-02 10:00");
        case.lead.region = region.parse().ok();
        let moved = flow(&policies, &case, FlowTrigger::Returned, Actor::new("li", Role::Sales)).unwrap();
        moved.pool.map(|pool| pool.to_string())
    };
    assert_eq!(returned("CN-GD-440300").as_deref(), Some("claims_gd"));
    assert_eq!(returned("CN-BJ").as_deref(), Some("claims"));
    assert_eq!(to(&case).as_deref(), Some("nurture_gd"));
    case.lead.region = "CN-BJ".parse().ok();
    assert_eq!(to(&case).as_deref(), Some("nurture"));
    case.lead.region = None;
    assert_eq!(to(&case).as_deref(), Some("nurture"));
    // No pool can take it: it stays, and the fault says what is missing.
    let policies = compiled(&FollowUpRules { pools: Vec::new(), ..FollowUpRules::nodes() });
    let moved = flow(&policies, &case, FlowTrigger::NotMql, Actor::system("rules")).unwrap();
    assert_eq!(
        (moved.pool.as_ref(), moved.effects.len(), &moved.to),
        (None, 0, &FlowTarget::Pool(PoolKind::Nurture))
    );
    assert!(matches!(&moved.faults[..], [FollowUpFault::NoPool { region: None, .. }]));
    assert_eq!(
        moved.faults[0].to_string(),
        "no pool of the kind `nurture` serves leads without a region: add one to `pools`"
    );
}

#[test]
fn a_flow_has_a_condition_and_the_first_that_holds_counts() {
    let rules = FollowUpRules::load(json!({"pools": pools(), "flows": [
        {"id": "vip", "on": "returned", "when": {"field": "products", "in": ["press"]}, "to": "assign", "another_owner": true, "reason": "vip"},
        {"id": "rest", "on": "returned", "to": {"pool": "public_active"}, "reason": "returned"},
    ]}))
    .unwrap();
    let policies = compiled(&rules);
    let mut case = Case::owned("li", "03-02 10:00");
    let back =
        |case: &Case| flow(&policies, case, FlowTrigger::Returned, Actor::new("li", Role::Sales)).unwrap();
    assert_eq!(back(&case).flow.as_str(), "rest");
    case.lead.products = vec!["press".into()];
    let vip = back(&case);
    assert_eq!((vip.flow.as_str(), vip.excluded.unwrap().as_str()), ("vip", "li"));
}

/// Of a hundred leads of an event, 20 stay with the sellers who met them (12 of them named accounts), 30 are active, 15
/// general, 35 regional.
#[test]
fn a_hundred_leads_of_an_event() {
    let policies = with_pools(FollowUpRules { event: Some(EventRules::usual()), ..FollowUpRules::default() });
    let groups: [(usize, &[&str]); 7] = [
        (12, &["on_site", "named_profile"]),
        (8, &["on_site", "worth_calling"]),
        (22, &["worth_calling", "named_profile"]),
        (8, &["worth_calling", "named_profile", "key_person"]),
        (15, &["worth_calling", "key_person"]),
        (20, &["key_person"]), // not worth a call: the region, whoever it is
        (15, &["worth_calling"]),
    ];
    let leads = groups.iter().flat_map(|(count, yes)| std::iter::repeat_n(*yes, *count));
    let (mut counts, mut named, mut converted) = (BTreeMap::<EventPlace, usize>::new(), 0, 0);
    let mut pools = BTreeMap::<String, usize>::new();
    for yes in leads {
        let mut case = Case::new("03-02 10:00");
        if yes.contains(&"on_site") {
            case = case.owner("li", t("03-02 10:00"));
        }
        case.lead.attributes = yes.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
        let route = case.with_facts(t("03-02 12:00"), |facts| policies.route_event(facts)).unwrap();
        *counts.entry(route.place).or_default() += 1;
        named += usize::from(route.place == EventPlace::Protected && route.is_named);
        converted += usize::from(route.converts);
        *pools.entry(route.pool.as_ref().map_or("-".into(), ToString::to_string)).or_default() += 1;
        let tags = route.effects.iter().filter(|effect| matches!(effect, Effect::AddTag { .. })).count();
        assert_eq!(tags, usize::from(yes.contains(&"named_profile")), "{route}");
        assert!(route.faults.is_empty());
    }
    let count = |place| counts.get(&place).copied().unwrap_or_default();
    assert_eq!((count(EventPlace::Protected), named), (20, 12));
    assert_eq!(
        (count(EventPlace::Active), count(EventPlace::General), count(EventPlace::Regional)),
        (30, 15, 35)
    );
    assert_eq!((count(EventPlace::Sales), converted), (0, 45));
    let pools: Vec<_> = pools.iter().map(|(pool, count)| (pool.as_str(), *count)).collect();
    assert_eq!(pools, [("-", 20), ("active", 30), ("general", 15), ("nurture_gd", 35)]);
}

/// Nobody met it: the rules after say where it goes, and a fault says what is missing.
#[test]
fn a_lead_that_nobody_met_on_site_is_not_protected() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::new("03-02 10:00");
    for yes in ["on_site", "worth_calling", "visit_need"] {
        case.lead.attributes.insert(yes.into(), Value::Bool(true));
    }
    let route = case.with_facts(t("03-02 12:00"), |facts| policies.route_event(facts)).unwrap();
    assert_eq!((route.place, &route.faults[..]), (EventPlace::Sales, &[FollowUpFault::NoOwner][..]));
}

/// A rep who sends their own lead away gives it back; from anybody else it is taken.
#[test]
fn the_tenure_of_who_gives_a_lead_up_ends_as_returned() {
    let policies = with_pools(FollowUpRules::nodes());
    let owned = Case::owned("li", "03-02 10:00");
    let returned = |by: &str| {
        let moved = flow(&policies, &owned, FlowTrigger::NotMql, Actor::new(by, Role::Sdr)).unwrap();
        moved.effects.iter().any(|effect| effect.to_string() == "end the tenure of li of lead L1 (returned)")
    };
    assert!(returned("li") && !returned("ann"));
}

#[test]
fn a_visit_goes_to_sales_and_the_rules_may_say_otherwise() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::new("03-02 10:00");
    for yes in ["worth_calling", "visit_need", "named_profile"] {
        case.lead.attributes.insert(yes.into(), Value::Bool(true));
    }
    let route =
        |policies: &FollowUpPolicies| case.with_facts(t("03-02 12:00"), |facts| policies.route_event(facts));
    expect!["lead L1: sales, a named account; rule `visit_need`"]
        .assert_eq(&route(&policies).unwrap().to_string());
    assert!(route(&with_pools(FollowUpRules::nodes())).is_none());
}

/// A new need is told twice in one second: the lead is looked at once, and what it waits for since then stays.
#[test]
fn a_flow_that_comes_twice_takes_nothing_back() {
    use leadkit::{Intake, Roster, Rules, State};

    let intake = Intake::compile(&Rules::b2b()).unwrap();
    let policies = compiled(&FollowUpRules::b2b());
    let (roster, mut state, now) = (Roster::default(), State::default(), t("03-09 10:00"));
    let mut book = intake.book();
    let phones = vec!["13812349876".into()];
    let company = Some("深圳市星河软件有限公司".to_owned());
    book.insert_lead(Lead {
        phones,
        company,
        message: Some("请报价".into()),
        ..Case::new("03-02 10:00").lead
    });
    let id = "L1".into();
    for _ in 0..2 {
        let input = intake.input_of(&book, &id, now).unwrap();
        let tables = HostTables::default();
        let context = FactContext::new(&tables, now);
        let facts = Facts::new(&input.lead, &context);
        let (on, actor) = (FlowTrigger::NewNeed, Actor::system("web form"));
        let moved = policies.flow(&on, &facts, &actor, &FollowUpOptions::default()).unwrap();
        assert_eq!(moved.decision(), "flow L1 new_need_assign - 2026-03-09T02:00:00Z");
        book.apply_effects(&moved.decision(), &moved.effects, now);
        if book.take_wake_up(&id, now).is_some_and(|woken| woken.at <= now) {
            let input = leadkit::Input { wake_up: Some("new_need".into()), ..input };
            let outcome = intake.review(&input, &roster, &state, now);
            state.apply(outcome.delta()).unwrap();
            outcome.apply_to(&mut book);
        }
        assert!(book.lead(&id).unwrap().owner.is_none());
        assert!(book.wake_up(&id).unwrap().at > now);
    }
}

/// Whatever a lead that nobody has was woken for, it waits for something again.
#[test]
fn whoever_is_woken_and_stays_is_looked_at_again() {
    use leadkit::{Input, Intake, Roster, Route, Rules, State};

    let (roster, state, now) = (Roster::default(), State::default(), t("03-09 10:00"));
    for rules in [Rules::b2b(), Rules::b2c()] {
        let intake = Intake::compile(&rules).unwrap();
        let pools: Vec<Option<&str>> =
            rules.pools.iter().map(|pool| Some(pool.id.as_str())).chain([None]).collect();
        for pool in pools.into_iter().filter(|pool| *pool != Some("invalid")) {
            for code in ["new_need", "sales", "pool_stay", "nurture", "not_mql", "of the host"] {
                let mut lead = Case::new("03-02 10:00").lead;
                (lead.phones, lead.message) = (vec!["13812349876".into()], Some("请报价".into()));
                lead.company = Some("深圳市星河软件有限公司".into());
                lead.pool = pool.map(Into::into);
                let input = Input { lead, wake_up: Some(code.into()), ..Input::default() };
                let outcome = intake.review(&input, &roster, &state, now);
                let waits = outcome
                    .effects()
                    .iter()
                    .any(|effect| matches!(effect, Effect::SetNextWakeUp { at, .. } if *at > now));
                assert!(waits || matches!(outcome.route(), Route::Blocked), "{pool:?} {code}: {outcome}");
            }
        }
    }
}
