//! Assignment over a lead's life, as a team would say it: groups by what reps are, a pool's total, a leaver with 300 leads.

use super::*;
use leadkit::Outcome;
use leadkit::model::TenureEnd;

fn rep(id: &str) -> Rep {
    Rep { id: id.into(), ..Rep::default() }
}

/// A desk of companies with other assignment rules and another team.
fn team(assign: Json, life: Json, reps: &[Rep]) -> Desk {
    let mut document = document(&companies());
    document["assign"] = assign;
    document["life"] = life;
    let mut desk = Desk::new(&companies());
    desk.intake = Intake::load(document).unwrap();
    desk.book = desk.intake.book();
    desk.roster = Roster::compile(reps, &Calendars::default()).unwrap();
    desk
}

fn phone(number: usize) -> String {
    format!("139{:08}", 27_461_853 + 7_919 * number)
}

impl Desk {
    fn input_of(&self, id: &str, at: i64) -> Input {
        Input { trust_clock: true, ..self.intake.input_of(&self.book, &id.into(), hour(at)).unwrap() }
    }

    fn served(&mut self, ids: &[&str], at: i64) -> Vec<String> {
        let inputs: Vec<Input> = ids.iter().map(|id| self.input_of(id, at)).collect();
        let outcomes = self.intake.serve(&inputs, &self.roster, &self.state, hour(at));
        outcomes.iter().for_each(|outcome| self.apply(outcome));
        outcomes.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn large_companies_go_to_seniors_and_the_others_to_everybody() {
    let assign = json!({
        "groups": {"seniors": {"when": {"field": "rep.level", "eq": "senior"}}},
        "pools": {"leads": {"rules": [
            {"id": "large", "when": {"field": "employee_count", "ge": 1000}, "then": {"group": {"id": "seniors"}}},
            {"id": "rest", "then": "everybody"},
        ]}},
    });
    let senior = |id| Rep { level: Some("senior".into()), ..rep(id) };
    let mut desk = team(assign, json!({}), &[rep("li"), senior("wang"), senior("zhao")]);
    let owners: Vec<String> = (0..6)
        .map(|n| {
            let id = format!("L{n}");
            let size = if n % 2 == 0 { 5_000 } else { 50 };
            desk.submit(&Lead { employee_count: Some(size), ..caller(&id, n, &phone(n as usize)) });
            desk.owner(&id).to_owned()
        })
        .collect();
    assert_eq!(owners, ["wang", "li", "zhao", "wang", "wang", "zhao"]);
    // wang is a senior no longer: the next large one is zhao's, and nobody's turn moved by it.
    desk.roster = Roster::compile(&[rep("li"), rep("wang"), senior("zhao")], &Calendars::default()).unwrap();
    desk.submit(&Lead { employee_count: Some(9_000), ..caller("L9", 9, &phone(9)) });
    assert_eq!(desk.owner("L9"), "zhao");
}

#[test]
fn a_pool_s_total_is_reached_and_the_next_day_the_best_of_those_who_waited_come_first() {
    let assign =
        json!({"pools": {"leads": {"total_daily_cap": 2, "rules": [{"id": "all", "then": "everybody"}]}}});
    let mut desk = team(assign, json!({}), &[rep("li"), rep("wang")]);
    for n in 0..4_usize {
        desk.submit(&caller(&format!("L{n}"), n as i64, &phone(n)));
    }
    let owners = ["L0", "L1", "L2", "L3"].map(|id| desk.owner(id).to_owned());
    assert_eq!(owners, ["li", "wang", "-", "-"]);
    let waits = desk.book.wake_up(&"L2".into()).unwrap();
    assert_eq!(waits.at, hour(24), "until the pool's next day");
    assert_eq!(
        desk.served(&["L3", "L2"], 24),
        ["lead L2 is assigned to li", "lead L3 is assigned to wang"],
        "who waits longest"
    );
}

#[test]
fn a_leaver_with_three_hundred_leads_is_followed_by_the_others_to_each_a_share() {
    let assign = json!({"pools": {"leads": {"rules": [{"id": "all", "then": "everybody"}]}}});
    let weighted = |id, weight| Rep { weight, ..rep(id) };
    let all = [
        rep("li"),
        weighted("wang", 1),
        weighted("zhao", 2),
        Rep { holding_cap: Some(40), ..weighted("sun", 2) },
    ];
    let mut desk = team(assign, json!({}), &all);
    let ids: Vec<String> = (0..300).map(|n| format!("L{n:03}")).collect();
    for (n, id) in ids.iter().enumerate() {
        desk.book.insert_lead(owned(caller(id, (n / 30) as i64, &phone(n)), "li"));
    }
    let inputs: Vec<Input> = ids.iter().map(|id| desk.input_of(id, 24)).collect();
    let outcomes = desk.intake.hand_over(&inputs, &"li".into(), None, &desk.roster, &desk.state, hour(24));
    assert_eq!(outcomes.len(), 300);
    for outcome in &outcomes {
        desk.state.apply(outcome.delta()).unwrap();
        outcome.apply_to(&mut desk.book);
    }
    let count = |rep: &str| ids.iter().filter(|id| desk.owner(id) == rep).count();
    // sun has room for 40; what is left goes 1 to 2.
    let (wang, zhao, sun, left) = (count("wang"), count("zhao"), count("sun"), count("li") + count("-"));
    assert_eq!((sun, left, wang + zhao), (40, 0, 260));
    assert!(wang.abs_diff(260 / 3) <= 2, "{wang} and {zhao}");
    let ends = |outcome: &Outcome| {
        outcome.effects().iter().any(|one| match one {
            Effect::EndTenure { rep, end, .. } => rep.as_str() == "li" && *end == TenureEnd::HandedOver,
            _ => false,
        })
    };
    assert!(outcomes.iter().all(ends), "each tenure ends `handed_over`");
    // Again is nothing: the rep has none left.
    let again: Vec<Outcome> = desk.intake.hand_over(
        &[desk.input_of("L000", 25)],
        &"li".into(),
        None,
        &desk.roster,
        &desk.state,
        hour(25),
    );
    assert!(again.is_empty());
}

#[test]
fn two_waiting_leads_of_one_customer_are_served_to_one_rep() {
    let assign = json!({"pools": {"leads": {"rules": [{"id": "all", "then": "everybody"}]}}});
    let mut desk = team(assign, json!({}), &[rep("li"), rep("wang")]);
    // Surely different companies: two subjects of one person.
    let of =
        |company: &str, id: &str, at: i64| Lead { company: Some(company.into()), ..caller(id, at, MOBILE) };
    desk.book.insert_lead(of("Acme Trading Ltd", "L1", 0));
    desk.book.insert_lead(of("Fenyang Robotics Inc", "L2", 1));
    desk.book.insert_lead(caller("L3", 2, &phone(3)));
    desk.served(&["L1", "L2", "L3"], 5);
    assert_eq!(["L1", "L2", "L3"].map(|id| desk.owner(id).to_owned()), ["li", "li", "wang"]);
}

/// Who stands beside the owner is told when the owner has the lead no more, and the host counts again what they hold.
#[test]
fn a_companion_is_told_when_the_owner_has_the_lead_no_more() {
    let rule = json!({"id": "all", "then": {"reps": ["li", "wang"]}, "also": [{"role": "presales", "group": "presales"}]});
    let assign = json!({
        "groups": {"presales": {"members": [{"rep": "chen"}]}},
        "pools": {"leads": {"rules": [rule]}},
    });
    let ways: [fn(&mut Desk, &str); 3] = [
        |desk, _| drop(desk.lose("L1", leadkit::ReassignReason::Returned, 2)),
        |desk, _| drop(desk.allot("L1", "zhao", 2)),
        |desk, owner| {
            desk.call("L1", owner, 1);
            let reason = leadkit::model::CloseReason::NoIntent;
            let closed = desk.intake.close(&desk.input("L1", 2), reason, &desk.roster, &desk.state, hour(2));
            desk.apply(&closed);
        },
    ];
    for (number, way) in ways.into_iter().enumerate() {
        let mut desk = team(assign.clone(), json!({}), &["li", "wang", "zhao", "chen"].map(rep));
        desk.submit(&caller("L1", 0, &phone(0)));
        let owner = desk.owner("L1").to_owned();
        assert_eq!(
            desk.told().iter().filter(|told| *told == "chen companion lead L1").count(),
            1,
            "{:?}",
            desk.told()
        );
        way(&mut desk, &owner);
        let ended =
            |desk: &Desk| desk.told().iter().filter(|told| *told == "chen companion_ended lead L1").count();
        assert_eq!(ended(&desk), 1, "{number}: {:?}", desk.told());
        // Until the host counts again, the lead fills the companion's place.
        assert!(desk.roster.holding(&"chen".into(), &desk.state.reps) >= 1);
        desk.roster.count("chen", 0, 0);
        desk.state.reps.counted(&"chen".into());
        assert_eq!(desk.roster.holding(&"chen".into(), &desk.state.reps), 0);
        // Told once, whatever happens later to a lead that has another owner.
        desk.submit(&caller("L2", 3, &phone(1)));
        assert_eq!(ended(&desk), 1, "{number}: {:?}", desk.told());
    }
}
