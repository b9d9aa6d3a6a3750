//! How a lead goes on: each method of the intake, and what went wrong once.

use super::*;
use leadkit::calendar::{CalendarRules, Calendars, Zone};
use leadkit::model::{Absence, CloseReason, FollowUp, FollowUpKind, TenureEnd};
use leadkit::{ReassignReason, Refusal};

pub(super) const DAY: i64 = 24;

/// A team whose rules are changed by a merge with `life` and what else the case needs.
pub(super) fn team(changes: Json, reps: &[Rep]) -> Desk {
    let mut document = document(&companies());
    for (key, value) in changes.as_object().unwrap() {
        document[key] = value.clone();
    }
    let mut desk = Desk::new(&companies());
    desk.intake = Intake::load(document).unwrap();
    desk.book = desk.intake.book();
    if !reps.is_empty() {
        desk.roster = Roster::compile(reps, &Calendars::default()).unwrap();
    }
    desk
}

pub(super) fn rotation() -> Json {
    json!({"life": {"recycled_to": "rotation"}})
}

pub(super) fn rep(id: &str) -> Rep {
    Rep { id: id.into(), ..Rep::default() }
}

pub(super) fn away(id: &str, from: i64, until: i64) -> Rep {
    Rep { absences: vec![Absence { from: hour(from), until: hour(until) }], ..rep(id) }
}

impl Desk {
    pub(super) fn input(&self, id: &str, at: i64) -> Input {
        let input = self.intake.input_of(&self.book, &id.into(), hour(at)).unwrap();
        Input { trust_clock: true, ..input }
    }

    pub(super) fn lose(&mut self, id: &str, why: ReassignReason, at: i64) -> Outcome {
        let outcome = self.intake.reassign(&self.input(id, at), why, &self.roster, &self.state, hour(at));
        self.apply(&outcome);
        outcome
    }

    pub(super) fn claim(&mut self, id: &str, rep: &str, at: i64) -> Outcome {
        let outcome =
            self.intake.claim(&self.input(id, at), &rep.into(), &self.roster, &self.state, hour(at));
        self.apply(&outcome);
        outcome
    }

    pub(super) fn allot(&mut self, id: &str, rep: &str, at: i64) -> Outcome {
        let outcome =
            self.intake.allot(&self.input(id, at), &rep.into(), &self.roster, &self.state, hour(at));
        self.apply(&outcome);
        outcome
    }

    pub(super) fn release(&mut self, id: &str, at: i64) -> Outcome {
        let outcome = self.intake.release(&self.input(id, at), &self.roster, &self.state, hour(at));
        self.apply(&outcome);
        outcome
    }

    /// `owner end`, of the tenures that ended.
    pub(super) fn tenures(&self, id: &str) -> Vec<String> {
        let ended = |one: &leadkit::model::Tenure| Some(format!("{} {}", one.owner, one.end?));
        self.book.history(&id.into()).tenures.iter().filter_map(ended).collect()
    }

    pub(super) fn due_at(&self, id: &str) -> Option<chrono::DateTime<chrono::Utc>> {
        self.book.wake_up(&id.into()).map(|one| one.at)
    }

    pub(super) fn call(&mut self, id: &str, rep: &str, at: i64) {
        let name = format!("{id}-{at}");
        self.book.record_follow_up(FollowUp::new(name.as_str(), id, rep, hour(at), FollowUpKind::Call));
    }
}

// What went wrong once.

#[test]
fn a_recycled_lead_does_not_go_to_the_same_rep_again() {
    let mut desk = team(rotation(), &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let mut had = vec![desk.owner("L1").to_owned()];
    for at in [DAY, 2 * DAY] {
        drop(desk.lose("L1", ReassignReason::DeadlineMissed, at));
        assert!(!had.contains(&desk.owner("L1").to_owned()), "{had:?} {}", desk.owner("L1"));
        had.push(desk.owner("L1").to_owned());
    }
    assert_eq!(desk.tenures("L1"), [format!("{} recycled", had[0]), format!("{} recycled", had[1])]);
}

#[test]
fn a_lead_of_an_owner_on_leave_for_a_month_is_covered() {
    let li = Rep { deputy: Some("wang".into()), ..away("li", 0, 30 * DAY) };
    let mut desk = team(json!({}), &[li, rep("wang"), rep("zhao")]);
    desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
    desk.submit(&Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", 1, MOBILE) });
    assert_eq!(
        (desk.owner("L1"), desk.lead("L1").status),
        ("li", LeadStatus::Converted),
        "the rep stays the owner"
    );
    let history = desk.book.history(&"L1".into());
    assert_eq!(history.cover().unwrap().owner.as_str(), "wang");
    let deadlines: Vec<_> = history.deadlines.iter().map(|one| one.owner.as_str()).collect();
    assert_eq!(deadlines, ["wang"], "nobody waits for who cannot come");
    assert_eq!(desk.told(), ["wang cover lead L1", "li covered lead L1"]);
}

#[test]
fn a_released_lead_leaves_the_invalid_pool_and_is_not_blocked_again() {
    let blocks = json!({"blacklist": {"rules": [{"id": "l", "category": "c", "severity": "block",
        "check": {"list": {"phones": [MOBILE]}}}]}});
    let mut desk = team(blocks, &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!(
        (desk.lead("L1").status, desk.lead("L1").pool.as_ref().unwrap().as_str()),
        (LeadStatus::Invalid, "invalid")
    );
    let released = desk.release("L1", 5);
    assert_eq!(released.route().code(), "assigned", "{}", released.explain());
    let lead = desk.lead("L1");
    assert_eq!((lead.status, &lead.close_reason, &lead.pool), (LeadStatus::Pending, &None, &None));
    assert_eq!(lead.tags, ["released"], "the tag of what is blocked is gone");
    assert_eq!(desk.book.history(&"L1".into()).cycle, 1);
    assert!(desk.review("L1", 6).effects().is_empty(), "the reviewer's word stands, without another rule");
    // Not ready: it is nurtured and not left where it was.
    desk.submit(&Lead { tags: vec!["cold".into()], ..caller("L2", 0, "+86 138 1234 9876") });
    drop(desk.release("L2", 30));
    assert_ne!(desk.lead("L2").pool, Some("invalid".into()));
}

#[test]
fn a_released_lead_is_not_collected_under_a_blocked_one() {
    let mail = "li.na@qixi.com.cn";
    let blocks = json!({"blacklist": {"rules": [{"id": "l", "category": "c", "severity": "block",
        "check": {"list": {"emails": [mail]}}}]}});
    let mut desk = team(blocks, &[]);
    let form = |id, hour| Lead { emails: vec![mail.into()], ..caller(id, hour, MOBILE) };
    desk.submit(&form("L1", 0));
    desk.submit(&form("L2", 30));
    let released = desk.release("L2", 40);
    assert_eq!(released.route().code(), "assigned", "{}", released.explain());
    // And the one released later is the same person's.
    drop(desk.release("L1", 50));
    let live: Vec<&str> =
        desk.book.leads().filter(|one| one.is_on_file()).map(|one| one.id.as_str()).collect();
    assert_eq!(live.len(), 1, "{live:?}");
}

#[test]
fn a_wrong_assignment_is_taken_back_with_turn_count_and_cap() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let wrong = desk.owner("L1").to_owned();
    let day = hour(0).date_naive();
    assert_eq!(desk.state.reps.assigned_on(&wrong.as_str().into(), day), 1);
    let outcome = desk.intake.revoke(&desk.input("L1", 2), &desk.roster, &desk.state, hour(2));
    desk.apply(&outcome);
    let right = desk.owner("L1").to_owned();
    assert!(right != wrong && right != "-", "{right}");
    let counts = |rep: &str| {
        let rep = rep.into();
        (desk.state.reps.assigned_on(&rep, day), desk.roster.holding(&rep, &desk.state.reps))
    };
    assert_eq!((counts(&wrong), counts(&right)), ((0, 0), (1, 1)));
    assert_eq!(desk.tenures("L1"), [format!("{wrong} revoked")]);
    assert_eq!(
        desk.told(),
        [
            format!("{wrong} assigned lead L1"),
            format!("{wrong} revoked lead L1"),
            format!("{right} assigned lead L1")
        ]
    );
    assert_eq!(desk.book.history(&"L1".into()).previous_owners().count(), 0, "not held against the rep");
    // The turn too: the next two leads go to the two others.
    desk.submit(&caller("L2", 3, "13927461853"));
    desk.submit(&caller("L3", 4, "15088672341"));
    assert!(
        desk.owner("L2") != right && desk.owner("L3") != right,
        "{} {}",
        desk.owner("L2"),
        desk.owner("L3")
    );
    assert!([desk.owner("L2"), desk.owner("L3")].contains(&wrong.as_str()));
}

#[test]
fn a_daily_claim_cap_is_kept() {
    let assign = json!({"pools": {"leads": {"daily_claim_cap": 2, "rules": [{"id": "all", "then": {"reps": ["zhao"]}}]}}});
    let mut desk = team(json!({"assign": assign}), &[]);
    for (id, phone) in [("L1", MOBILE), ("L2", "13927461853"), ("L3", "15088672341")] {
        desk.book.insert_lead(caller(id, 0, phone));
    }
    assert_eq!(desk.claim("L1", "li", 1).refusal(), None);
    assert_eq!(desk.claim("L2", "li", 2).refusal(), None);
    let third = desk.claim("L3", "li", 3);
    assert_eq!(third.refusal().unwrap().reason(), "daily_claim_cap", "{third}");
    assert_eq!(desk.owner("L3"), "-");
    assert_eq!(desk.claim("L3", "wang", 4).refusal(), None, "another's day");
}

#[test]
fn an_unknown_pool_is_its_own_reason() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&Lead { pool: Some("laeds".into()), ..caller("L1", 0, MOBILE) });
    let looked = desk.review("L1", 1);
    assert!(matches!(looked.route(), Route::Unassigned { reason, .. } if reason == "unknown_pool"));
    assert!(desk.due_at("L1").is_some(), "a wake-up always");
}

#[test]
fn a_lead_in_a_public_pool_is_assigned_by_the_same_rules_once_it_is_ready() {
    let pools = json!({"pools": [{"id": "public", "kind": "public_active", "assigns_from": "leads"}]});
    let mut desk = team(pools, &[]);
    desk.submit(&Lead { pool: Some("public".into()), ..caller("L1", 0, MOBILE) });
    assert_ne!(desk.owner("L1"), "-");
}

// Each method.

#[test]
fn consumers_a_missed_deadline_gives_the_lead_to_the_next_in_rotation_at_once() {
    let mut desk = team(rotation(), &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let first = desk.owner("L1").to_owned();
    assert_eq!(desk.book.overdue(hour(DAY)), ["L1".into()]);
    let outcome = desk.lose("L1", ReassignReason::DeadlineMissed, DAY);
    assert!(matches!(outcome.route(), Route::Assigned { .. }));
    assert_ne!(desk.owner("L1"), first);
    assert_eq!(
        (desk.lead("L1").status, desk.tenures("L1")),
        (LeadStatus::Pending, vec![format!("{first} recycled")])
    );
    let told = [
        format!("{first} assigned lead L1"),
        format!("{first} deadline_missed lead L1"),
        format!("{} taken_over lead L1", desk.owner("L1")),
    ];
    assert_eq!(desk.told(), told);
    assert_eq!(desk.book.history(&"L1".into()).deadlines.len(), 1, "the next one's runs from now");
    assert_eq!(desk.book.overdue(hour(2 * DAY - 1)), []);
}

#[test]
fn companies_a_returned_lead_lies_in_the_pool_of_its_region_and_after_three_days_goes_by_rules() {
    let pools = json!({"pools": [
        {"id": "south", "region": "CN-GD", "admins": ["boss"]},
        {"id": "china", "region": "CN", "admins": ["chief"]},
    ]});
    let mut desk = team(pools, &[]);
    desk.submit(&Lead { region: Some("CN-GD".parse().unwrap()), ..caller("L1", 0, MOBILE) });
    let first = desk.owner("L1").to_owned();
    let outcome = desk.lose("L1", ReassignReason::Returned, 5);
    assert_eq!(outcome.route(), &Route::ToPool { pool: "south".into() });
    let lead = desk.lead("L1");
    assert_eq!((lead.status, &lead.owner), (LeadStatus::Unassigned, &None));
    assert_eq!(desk.tenures("L1"), [format!("{first} returned")], "it stands on the tenure");
    assert_eq!(desk.told(), [format!("{first} assigned lead L1"), "boss lead_in_pool lead L1".to_owned()]);
    assert_eq!(desk.due_at("L1"), Some(hour(5 + 3 * DAY)));
    assert!(desk.review("L1", 9).effects().is_empty(), "a new activity does not end its stay");
    let given = desk.review("L1", 5 + 3 * DAY);
    assert!(matches!(given.route(), Route::Assigned { .. }), "{}", given.explain());
    assert_ne!(desk.owner("L1"), first);
}

#[test]
fn a_rep_claims_a_lead_from_its_pool_and_who_lost_it_may_not() {
    let mut desk = team(
        json!({"assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}}}),
        &[],
    );
    desk.submit(&caller("L1", 0, MOBILE));
    drop(desk.lose("L1", ReassignReason::Returned, 5));
    let refused = desk.claim("L1", "li", 6);
    assert_eq!(refused.refusal(), Some(&Refusal::CoolDown { until: hour(5 + 30 * DAY) }));
    assert_eq!((refused.effects().len(), desk.owner("L1")), (0, "-"));
    let claimed = desk.claim("L1", "wang", 7);
    assert_eq!((desk.owner("L1"), claimed.refusal()), ("wang", None));
    assert_eq!(desk.lead("L1").acquisition.as_ref().unwrap().as_str(), "claimed");
    assert_eq!(desk.roster.holding(&"wang".into(), &desk.state.reps), 1);
    assert_eq!(desk.claim("L1", "zhao", 8).refusal(), Some(&Refusal::Owned { owner: "wang".into() }));
    // A month later nothing keeps the rep from it, in the same cycle either.
    drop(desk.lose("L1", ReassignReason::Returned, 9));
    let refused = desk.claim("L1", "wang", 9 + 30 * DAY - 1);
    assert_eq!(refused.refusal(), Some(&Refusal::CoolDown { until: hour(9 + 30 * DAY) }));
    assert_eq!(desk.claim("L1", "wang", 9 + 30 * DAY).refusal(), None);
    assert_eq!(desk.owner("L1"), "wang");
}

#[test]
fn a_claim_is_refused_where_leads_are_only_assigned_and_for_what_has_ended() {
    let pools = json!({"pools": [{"id": "closed", "mode": "assign_only"}]});
    let mut desk = team(pools, &[]);
    desk.book.insert_lead(Lead { pool: Some("closed".into()), ..caller("L1", 0, MOBILE) });
    assert_eq!(desk.claim("L1", "li", 1).refusal().unwrap().code(), "assign_only");
    desk.book.insert_lead(Lead { status: LeadStatus::Invalid, ..caller("L2", 0, "13927461853") });
    assert_eq!(desk.claim("L2", "li", 1).refusal(), Some(&Refusal::Ended));
    desk.book.insert_lead(caller("L3", 0, "15088672341"));
    assert_eq!(desk.claim("L3", "nobody", 1).refusal().unwrap().reason(), "unknown_rep");
    assert!(desk.told().is_empty());
}

#[test]
fn a_director_allots_a_lead_even_to_who_lost_it_and_the_owner_before_is_told() {
    let mut desk = team(rotation(), &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let first = desk.owner("L1").to_owned();
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, DAY));
    let second = desk.owner("L1").to_owned();
    let outcome = desk.allot("L1", &first, DAY + 1);
    assert_eq!(outcome.route(), &Route::Assigned { owner: first.as_str().into() });
    assert_eq!(
        (desk.owner("L1"), desk.lead("L1").acquisition.as_ref().unwrap().as_str()),
        (first.as_str(), "assigned_by_admin")
    );
    let told = desk.told();
    assert_eq!(told[3..], [format!("{second} lead_taken lead L1"), format!("{first} allotted lead L1")]);
    assert_eq!(desk.book.history(&"L1".into()).deadlines[0].due_at, hour(2 * DAY + 1), "the time starts now");
}

#[test]
fn a_lead_is_closed_with_a_reason_that_stands_on_the_tenure() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let owner = desk.owner("L1").to_owned();
    let outcome =
        desk.intake.close(&desk.input("L1", 5), CloseReason::NoIntent, &desk.roster, &desk.state, hour(5));
    desk.apply(&outcome);
    let tenure = &desk.book.history(&"L1".into()).tenures[0];
    assert_eq!((tenure.end, &tenure.close_reason), (Some(TenureEnd::Invalid), &Some(CloseReason::NoIntent)));
    assert_eq!((desk.lead("L1").status, tenure.owner.as_str()), (LeadStatus::Invalid, owner.as_str()));
    assert_eq!((desk.due_at("L1"), desk.book.overdue(hour(900))), (None, vec![]));
    // It is found by its keys, and a new entry begins a new cycle, not with that rep while others are there.
    let again = desk.submit(&caller("L2", 40 * DAY, MOBILE));
    assert_eq!(again.outcome.route().folded_into().unwrap().as_str(), "L1");
    assert_ne!(desk.owner("L1"), owner);
}

#[test]
fn the_leads_of_a_rep_who_leaves_are_handed_over_with_their_accounts() {
    let mut desk = team(json!({}), &[rep("li"), rep("wang"), Rep { holding_cap: Some(1), ..rep("zhao") }]);
    desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
    let converted =
        Lead { status: LeadStatus::Converted, account: Some("A1".into()), ..caller("L1", 0, MOBILE) };
    desk.book.insert_lead(Lead { owner: Some("li".into()), ..converted });
    for (id, phone) in [("L2", "13927461853"), ("L3", "15088672341")] {
        desk.submit(&Lead { owner: Some("li".into()), ..caller(id, 0, phone) });
    }
    let mut inputs: Vec<Input> = ["L1", "L2", "L3"].map(|id| desk.input(id, 5)).to_vec();
    inputs[0].rows.accounts = desk.book.accounts().cloned().collect();
    let outcomes = desk.intake.hand_over(
        &inputs,
        &"li".into(),
        Some(&"zhao".into()),
        &desk.roster,
        &desk.state,
        hour(5),
    );
    outcomes.iter().for_each(|outcome| desk.apply(outcome));
    assert_eq!(desk.book.account(&"A1".into()).unwrap().owner, Some("zhao".into()));
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("zhao", LeadStatus::Converted));
    // The rep may have one: the others go by the rules, each on the state that the one before left.
    assert_eq!((desk.owner("L2"), desk.owner("L3")), ("wang", "wang"));
    assert_eq!(desk.tenures("L2"), ["li handed_over"]);
}

#[test]
fn the_waiting_line_serves_the_best_lead_and_of_equals_the_one_that_waits_longest() {
    let score = json!({"score": {"maturity": {"cells": ["A4", "B4"]}, "fit": {"rules": [
        {"id": "all", "points": 70}, {"id": "vip", "when": {"field": "tags", "eq": "vip"}, "points": 30}]}},
        "life": {"untouched_limit": 2}});
    let li = || Rep { untouched: 0, ..rep("li") };
    let mut desk = team(score, &[li()]);
    for (id, at, phone, vip) in
        [("L1", 3, MOBILE, false), ("L2", 1, "13927461853", false), ("L3", 9, "15088672341", true)]
    {
        let tags = if vip { vec!["vip".to_owned()] } else { Vec::new() };
        desk.book.insert_lead(Lead { tags, ..caller(id, at, phone) });
    }
    let inputs: Vec<Input> = ["L1", "L2", "L3"].map(|id| desk.input(id, 10)).to_vec();
    let outcomes = desk.intake.serve(&inputs, &desk.roster, &desk.state, hour(10));
    let served: Vec<(&str, &str)> =
        outcomes.iter().map(|one| (one.lead().as_str(), one.route().code())).collect();
    assert_eq!(served, [("L3", "assigned"), ("L2", "assigned"), ("L1", "unassigned")]);
    outcomes.iter().for_each(|outcome| desk.apply(outcome));
    assert_eq!(
        desk.book.history(&"L2".into()).deadlines[0].started_at,
        hour(10),
        "its time starts when it is given"
    );
    // The rep holds two untouched leads; then has spoken to one.
    let again = |desk: &Desk| desk.intake.serve(&[desk.input("L1", 11)], &desk.roster, &desk.state, hour(11));
    assert_eq!(again(&desk)[0].route().code(), "unassigned");
    desk.roster =
        Roster::compile(&[Rep { holding: 2, untouched: 1, ..rep("li") }], &Calendars::default()).unwrap();
    desk.state.reps = desk.state.reps.clone().with_fresh_holdings();
    assert_eq!(again(&desk)[0].route().code(), "assigned");
}

#[test]
fn after_three_owners_a_lead_is_nurtured_and_the_admin_told() {
    let changes = json!({"life": {"recycled_to": "rotation"}, "pools": [{"id": "leads", "admins": ["boss"]}],
        "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li", "wang", "zhao", "chen"]}}]}}}});
    let mut desk = team(changes, &["li", "wang", "zhao", "chen"].map(rep));
    desk.submit(&caller("L1", 0, MOBILE));
    for n in 1..=3 {
        drop(desk.lose("L1", ReassignReason::DeadlineMissed, n * DAY));
    }
    assert_eq!((desk.owner("L1"), desk.lead("L1").pool.clone()), ("-", Some("nurture".into())));
    assert_eq!(desk.due_at("L1"), Some(hour(33 * DAY)), "next look in 30 days");
    assert!(desk.told().contains(&"boss owners_exhausted lead L1".to_owned()), "{:?}", desk.told());
    // The next look begins a new cycle, not with who lost it last while anybody else is there.
    let last = desk.tenures("L1").pop().unwrap();
    let looked = desk.review("L1", 33 * DAY);
    assert!(matches!(looked.route(), Route::Assigned { .. }), "{}", looked.explain());
    assert_eq!(desk.book.history(&"L1".into()).cycle, 1);
    assert!(!last.starts_with(desk.owner("L1")), "{last}: {}", desk.owner("L1"));
}

#[test]
fn when_nobody_is_left_a_lead_is_nurtured_and_waits_for_nobody_who_cannot_come() {
    let mut desk = team(rotation(), &[rep("li"), rep("wang")]);
    desk.submit(&caller("L1", 0, MOBILE));
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, DAY));
    let outcome = desk.lose("L1", ReassignReason::DeadlineMissed, 2 * DAY);
    assert_eq!(outcome.route(), &Route::Nurture { pool: "nurture".into() });
    assert_eq!(desk.due_at("L1"), Some(hour(32 * DAY)));
}

#[test]
fn ninety_days_who_lost_it_last_gets_it_only_when_nobody_else_can() {
    let lost = |days: i64, reps: &[Rep]| {
        let mut desk = team(json!({}), reps);
        desk.submit(&caller("L1", 0, MOBILE));
        let loser = desk.owner("L1").to_owned();
        drop(desk.lose("L1", ReassignReason::Returned, 5));
        // The others' turns, so that the loser's is next.
        for (n, phone) in ["13927461853", "15088672341"].iter().enumerate() {
            desk.submit(&caller(&format!("X{n}"), 6, phone));
        }
        desk.submit(&caller("L2", days * DAY, MOBILE));
        (loser, desk.owner("L1").to_owned())
    };
    let three = ["li", "wang", "zhao"].map(rep);
    let (loser, owner) = lost(60, &three);
    assert_ne!(owner, loser);
    let (loser, owner) = lost(100, &three);
    assert_eq!(owner, loser, "after ninety days it is the loser's turn");
    let (loser, owner) = lost(60, &[rep("li")]);
    assert_eq!(owner, loser, "nobody else can take it");
}

#[test]
fn an_owner_away_for_an_hour_is_waited_for() {
    let mut desk = team(json!({}), &[away("li", 0, 3), rep("wang")]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 2, MOBILE) });
    assert_eq!(desk.owner("L1"), "li");
    let deadline = &desk.book.history(&"L1".into()).deadlines[0];
    assert_eq!((deadline.started_at, deadline.due_at), (hour(3), hour(3 + DAY)), "it starts at the return");
    assert_eq!(desk.due_at("L1"), Some(hour(3)), "`next` says until when");
    assert_eq!(desk.told(), ["li lead_waits lead L1"]);
}

#[test]
fn without_a_deputy_the_team_covers_and_without_a_team_the_cover_becomes_the_owner() {
    let of = |team: &str, rep: Rep| Rep { team: Some(team.into()), ..rep };
    let typed = || Lead { owner: Some("li".into()), ..caller("L1", 2, MOBILE) };
    let mut desk = team(
        json!({}),
        &[of("east", away("li", 0, 9 * DAY)), of("west", rep("wang")), of("east", rep("zhao"))],
    );
    desk.submit(&typed());
    assert_eq!(desk.owner("L1"), "li");
    assert_eq!(desk.book.history(&"L1".into()).cover().unwrap().owner.as_str(), "zhao");
    let mut desk = team(json!({}), &[away("li", 0, 9 * DAY), rep("wang")]);
    desk.submit(&typed());
    assert_eq!(desk.owner("L1"), "wang");
    assert!(desk.book.history(&"L1".into()).cover().is_none());
    // Nobody else at all: the owner is waited for, and every day another rep is sought who may have come.
    let mut desk = team(json!({}), &[away("li", 0, 9 * DAY)]);
    desk.submit(&typed());
    assert_eq!((desk.owner("L1"), desk.due_at("L1")), ("li", Some(hour(2 + DAY))));
    assert_eq!(desk.book.history(&"L1".into()).deadlines[0].started_at, hour(9 * DAY));
}

#[test]
fn an_owner_who_is_back_has_the_lead_again_and_the_cover_is_not_held_against_the_deputy() {
    let li = Rep { deputy: Some("wang".into()), ..away("li", 0, 9 * DAY) };
    let mut desk = team(rotation(), &[li, rep("wang")]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 2, MOBILE) });
    assert_eq!(desk.book.due(hour(9 * DAY)), ["L1".into()]);
    drop(desk.review("L1", 9 * DAY));
    let history = desk.book.history(&"L1".into());
    assert!(history.cover().is_none());
    assert_eq!(history.deadlines.iter().map(|one| one.owner.as_str()).collect::<Vec<_>>(), ["li"]);
    assert_eq!(history.deadlines[0].started_at, hour(9 * DAY));
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, 10 * DAY));
    assert_eq!(desk.owner("L1"), "wang", "a cover during leave is not a lost tenure");
}

#[test]
fn a_deadline_that_the_cover_missed_is_not_the_owner_s_who_came_back_early() {
    let li = |until| Rep { deputy: Some("wang".into()), ..away("li", 1, until) };
    let mut desk = team(rotation(), &[li(40 * DAY), rep("wang"), rep("zhao")]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 2, MOBILE) });
    assert_eq!(desk.book.history(&"L1".into()).cover().unwrap().owner.as_str(), "wang");
    // Back long before the date that was given, and nobody has looked at the lead since.
    desk.roster = Roster::compile(&[li(5), rep("wang"), rep("zhao")], &Calendars::default()).unwrap();
    let outcome = desk.lose("L1", ReassignReason::DeadlineMissed, 2 + DAY);
    assert_eq!(
        (desk.owner("L1"), outcome.explain().contains("wang missed")),
        ("li", true),
        "{}",
        outcome.explain()
    );
    assert!(desk.book.history(&"L1".into()).cover().is_none());
    let history = desk.book.history(&"L1".into());
    let due: Vec<_> = history.deadlines.iter().map(|one| (one.owner.as_str(), one.started_at)).collect();
    assert_eq!(due, [("li", hour(2 + DAY))], "the owner's own time runs from now on");
    assert_eq!(desk.told()[2..], ["wang deadline_missed lead L1", "li cover_ended lead L1"]);
}

#[test]
fn who_let_a_cover_lapse_comes_after_everybody_else_in_the_cycle_and_lost_nothing() {
    let next = |lapses: bool, others: &[&str]| {
        let li = Rep { deputy: Some("wang".into()), ..away("li", 0, 9 * DAY) };
        let there = [li, rep("wang")];
        let mut desk = team(rotation(), &there);
        desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 2, MOBILE) });
        assert_eq!(desk.book.history(&"L1".into()).cover().unwrap().owner.as_str(), "wang");
        if lapses {
            drop(desk.lose("L1", ReassignReason::DeadlineMissed, 2 + DAY));
        }
        // li is back, others have come, and he misses it too.
        let reps: Vec<Rep> = there.into_iter().chain(others.iter().map(|id| rep(id))).collect();
        desk.roster = Roster::compile(&reps, &Calendars::default()).unwrap();
        drop(desk.review("L1", 9 * DAY));
        drop(desk.lose("L1", ReassignReason::DeadlineMissed, 10 * DAY));
        let history = desk.book.history(&"L1".into());
        assert_eq!(history.previous_owners().map(|rep| rep.as_str()).collect::<Vec<_>>(), ["li"]);
        desk.owner("L1").to_owned()
    };
    assert_eq!(next(false, &["zhao"]), "wang", "it is his turn");
    assert_eq!(next(true, &["zhao"]), "zhao");
    assert_eq!(next(true, &[]), "wang", "nobody else is there");
}

#[test]
fn two_looks_at_one_moment_are_two_decisions() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&Lead { tags: vec!["cold".into()], ..caller("L1", 0, MOBILE) });
    let mut warm = desk.lead("L1").clone();
    warm.tags.clear();
    desk.book.insert_lead(warm);
    drop(desk.review("L1", 5));
    // At the same moment the owner goes away: somebody stands in, and the deadline runs.
    let li = Rep { deputy: Some("wang".into()), ..away(desk.owner("L1"), 5, 30 * DAY) };
    desk.roster = Roster::compile(&[li, rep("wang")], &Calendars::default()).unwrap();
    drop(desk.review("L1", 5));
    assert_eq!(desk.book.history(&"L1".into()).deadlines.len(), 1);
}

#[test]
fn two_wake_ups_of_one_moment_are_two_causes() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&Lead { tags: vec!["cold".into()], ..caller("L1", 0, MOBILE) });
    // A host has it looked at; then something else has it looked at within the second.
    for decision in ["fair", "call"] {
        let (lead, at) = ("L1".into(), hour(5));
        desk.book.apply_effects(decision, &[Effect::SetNextWakeUp { lead, at, code: "sales".into() }], at);
        drop(desk.review("L1", 5));
        assert_eq!(desk.due_at("L1"), Some(hour(5 + 30 * DAY)), "{decision}");
    }
    assert_eq!(desk.book.history(&"L1".into()).wake_ups, 2);
}

#[test]
fn who_is_waited_for_has_missed_nothing_by_a_clock_of_the_host() {
    let mut desk = team(rotation(), &[rep("li")]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    let with = |desk: &mut Desk, from: i64, until: i64| {
        desk.roster = Roster::compile(&[away("li", from, until)], &Calendars::default()).unwrap();
    };
    with(&mut desk, 5, 10 * DAY);
    drop(desk.review("L1", 5));
    let started = |desk: &Desk| desk.book.history(&"L1".into()).deadlines[0].started_at;
    assert_eq!(started(&desk), hour(10 * DAY), "the owner is waited for");
    // A new absence, said without what came before it.
    with(&mut desk, 30, 12 * DAY);
    let outcome = desk.lose("L1", ReassignReason::DeadlineMissed, 30);
    assert_eq!((desk.owner("L1"), outcome.route().code()), ("li", "to_owner"));
    assert_eq!(started(&desk), hour(12 * DAY));
    assert!(desk.told().iter().all(|told| !told.contains("owners_exhausted")), "{:?}", desk.told());
}

#[test]
fn open_leads_with_a_deadline_inside_an_absence_are_covered_too() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    let li = Rep { deputy: Some("zhao".into()), ..away("li", 5, 30 * DAY) };
    desk.roster = Roster::compile(&[li, rep("wang"), rep("zhao")], &Calendars::default()).unwrap();
    drop(desk.review("L1", 5));
    assert_eq!(
        (desk.owner("L1"), desk.book.history(&"L1".into()).cover().unwrap().owner.as_str()),
        ("li", "zhao")
    );
    assert!(desk.review("L1", 6).effects().is_empty(), "once");
}

#[test]
fn deadlines_run_by_the_simple_clocks_of_the_rules() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    let due = |desk: &Desk| {
        let open = |one: &&leadkit::model::StepDeadline| one.done_at.is_none();
        desk.book.history(&"L1".into()).deadlines.iter().find(open).map(|one| one.due_at)
    };
    assert_eq!(due(&desk), Some(hour(DAY)));
    let mut at = 3;
    for days in [3, 7, 7] {
        desk.call("L1", "li", at);
        assert_eq!(due(&desk), Some(hour(at + days * DAY)));
        at += DAY;
    }
    assert_eq!(desk.lead("L1").status, LeadStatus::Following);
    let consumers = leadkit::LifeRules::b2c();
    assert_eq!((consumers.first_contact_hours, consumers.follow_up_hours), (1, vec![48]));
    let life = serde_json::to_value(leadkit::LifeRules::b2c()).unwrap();
    let mut desk = team(json!({"life": life}), &[]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    assert_eq!(due(&desk), Some(hour(1)));
}

#[test]
fn after_three_tries_who_runs_the_pool_is_told_once() {
    let changes = json!({"pools": [{"id": "leads", "admins": ["boss"]}]});
    let mut desk = team(changes, &[Rep { active: false, ..rep("li") }]);
    desk.submit(&caller("L1", 0, MOBILE));
    for _ in 0..5 {
        let at = (desk.due_at("L1").unwrap() - hour(0)).num_hours();
        drop(desk.review("L1", at));
    }
    assert_eq!(desk.told(), ["boss nobody_gets_it lead L1"]);
    assert!(desk.due_at("L1").is_some(), "a wake-up always");
}

#[test]
fn a_calendar_that_the_roster_does_not_have_is_told() {
    let rules = Rules::load(json!({"life": {"calendar": "ofice"}})).unwrap();
    let hours = CalendarRules::office_hours(Zone::default());
    let calendars = Calendars([("office".to_owned(), hours)].into_iter().collect());
    let roster = Roster::compile(&[], &calendars).unwrap();
    let [warning] = &rules.lint_with(&roster)[..] else { panic!() };
    assert_eq!((warning.code.as_ref(), warning.path.as_str()), ("unknown_calendar", "life.calendar"));
    assert_eq!(warning.help.as_deref(), Some("did you mean `office`?"));
    let rules = Rules::load(json!({"life": {"calendar": "office"}})).unwrap();
    assert!(rules.lint_with(&roster).is_empty());
}

#[test]
fn wrong_life_rules_are_refused_with_their_place() {
    let errors = Rules::load(json!({
        "life": {"patience_hour": 2, "first_contact_hours": 0, "follow_up_hours": [], "owners_per_cycle": 0},
        "assign": {"pools": {"leads": {}}},
        "pools": [{"id": "a", "assigns_from": "laeds"}, {"id": "a"}],
    }))
    .unwrap_err();
    let found: Vec<String> = errors.iter().map(|one| format!("{} {}", one.code, one.path)).collect();
    let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "duplicate_id pools[1].id",
            "no_clock life.follow_up_hours",
            "out_of_range life.first_contact_hours",
            "out_of_range life.owners_per_cycle",
            "unknown_key life.patience_hour",
            "unknown_pool pools[0].assigns_from",
        ]
    );
}
