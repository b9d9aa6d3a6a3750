//! Fair to the lead and to the reps: who waits, for how long, and what is left where it is.

use super::continues::{DAY, rep, rotation, team};
use super::*;
use leadkit::model::{Acquisition, History, OwnerState, Tenure, TenureEnd};
use leadkit::{ReassignReason, Refusal, assign::SkipReason};

const SECOND: &str = "13927461853";
const THIRD: &str = "15088672341";

fn full(id: &str) -> Rep {
    Rep { holding: 1, holding_cap: Some(1), ..rep(id) }
}

impl Desk {
    fn hand_over(&mut self, ids: &[&str], from: &str, to: Option<&str>, at: i64) -> Vec<Outcome> {
        let inputs: Vec<Input> = ids.iter().map(|id| self.input(id, at)).collect();
        let to = to.map(Into::into);
        let outcomes =
            self.intake.hand_over(&inputs, &from.into(), to.as_ref(), &self.roster, &self.state, hour(at));
        outcomes.iter().for_each(|outcome| self.apply(outcome));
        outcomes
    }

    fn staffed(&mut self, reps: &[Rep]) {
        self.roster = Roster::compile(reps, &Calendars::default()).unwrap();
    }
}

// The cool-down of claims.

/// A lead that li gave back at hour 1, by rules whose pool and life say so much of the cool-down.
fn given_back(pool: Json, life: Json) -> Desk {
    let mut desk =
        team(json!({"assign": {"pools": {"leads": pool}}, "life": life}), &["li", "wang"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    drop(desk.lose("L1", ReassignReason::Returned, 1));
    assert_eq!(desk.owner("L1"), "-");
    desk
}

fn to_all() -> Json {
    json!({"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]})
}

#[test]
fn who_gave_a_lead_up_claims_it_again_once_the_cool_down_of_its_life_is_over() {
    for (life, days) in [(json!({}), 30), (json!({"cool_down_days": 7}), 7)] {
        let mut desk = given_back(to_all(), life);
        let early = desk.claim("L1", "li", 1 + days * DAY - 1);
        assert_eq!(early.refusal(), Some(&Refusal::CoolDown { until: hour(1 + days * DAY) }));
        assert_eq!(desk.claim("L1", "li", 1 + days * DAY).refusal(), None, "after {days} days");
        assert_eq!(desk.owner("L1"), "li");
    }
}

#[test]
fn where_a_pool_has_a_cool_down_of_its_own_it_is_the_pool_s() {
    for (days, hours, ends) in [(0, 2, 3), (60, 0, 1 + 60 * DAY)] {
        let mut pool = to_all();
        (pool["claim_cool_down_days"], pool["claim_cool_down_hours"]) = (json!(days), json!(hours));
        let mut desk = given_back(pool, json!({}));
        let early = desk.claim("L1", "li", ends - 1);
        assert_eq!(early.refusal(), Some(&Refusal::CoolDown { until: hour(ends) }));
        assert_eq!(desk.claim("L1", "li", ends).refusal(), None);
    }
}

/// A number that is set is set, 0 too; from either preset, and from what it writes.
#[test]
fn the_cool_down_is_the_pool_s_where_that_sets_one_else_that_of_life() {
    let set = |pool: &[(&str, u32)], life: &[(&str, u32)]| {
        let mut of_presets = [Rules::b2b(), Rules::b2c()].map(|preset| {
            let mut rules = serde_json::to_value(preset).unwrap();
            pool.iter().for_each(|(key, number)| rules["assign"]["pools"]["leads"][key] = json!(number));
            life.iter().for_each(|(key, number)| rules["life"][key] = json!(number));
            let read = Rules::load(rules).unwrap();
            let written = Rules::from_json_str(&serde_json::to_string(&read).unwrap()).unwrap();
            assert_eq!(written, read);
            Intake::compile(&written).unwrap().claim_cool_down(&lead("L1", 0)).num_hours()
        });
        of_presets.sort_unstable();
        of_presets
    };
    let (days, hours) = ("claim_cool_down_days", "claim_cool_down_hours");
    assert_eq!(set(&[], &[]), [720; 2], "as the presets say");
    assert_eq!(set(&[], &[("cool_down_days", 7)]), [168; 2], "life sets it");
    assert_eq!(set(&[], &[("cool_down_days", 0)]), [0; 2], "life sets none");
    assert_eq!(set(&[(days, 3)], &[]), [72; 2], "the pool sets it");
    assert_eq!(set(&[(hours, 5)], &[("cool_down_days", 7)]), [5; 2], "both do, and the pool's counts");
    assert_eq!(set(&[(days, 0)], &[("cool_down_days", 7)]), [0; 2], "the pool sets none");
    assert_eq!(set(&[(days, 0), (hours, 0)], &[]), [0; 2], "nor hours");
}

#[test]
fn a_cool_down_of_no_time_lets_the_last_owner_claim_at_once() {
    let none = || json!({"cool_down_days": 0});
    let of_pool = json!({"rules": to_all()["rules"], "claim_cool_down_days": 0});
    for (pool, life) in [(of_pool.clone(), json!({})), (of_pool, none()), (to_all(), none())] {
        let mut desk = given_back(pool, life);
        assert_eq!(desk.claim("L1", "li", 1).refusal(), None);
        assert_eq!(desk.owner("L1"), "li");
    }
}

#[test]
fn without_any_rules_of_assignment_a_claim_waits_out_the_cool_down_too() {
    let pools = json!([{"id": "sea", "zone": "+08:00"}]);
    let intake = Intake::load(json!({"life": {"cool_down_days": 2}, "pools": pools})).unwrap();
    let roster = Roster::compile(&[rep("li")], &Calendars::default()).unwrap();
    let tenure = Tenure {
        lead: "L1".into(),
        owner: "li".into(),
        from: hour(0),
        until: Some(hour(1)),
        acquisition: Acquisition::Claimed,
        end: Some(TenureEnd::Returned),
        close_reason: None,
    };
    let lead = Lead { pool: Some("leads".into()), ..caller("L1", 0, MOBILE) };
    let history = History { tenures: vec![tenure], ..History::default() };
    let input = Input { lead, history, ..Input::default() };
    let claim = |at| intake.claim(&input, &"li".into(), &roster, &State::default(), hour(at));
    let until = hour(1 + 2 * DAY);
    assert_eq!(claim(2 * DAY).refusal(), Some(&Refusal::CoolDown { until }));
    assert_eq!(claim(1 + 2 * DAY).refusal(), None);
}

// The waiting line.

/// L1 is the older lead, and L2 waits for longer: an owner had L1 until a while ago.
#[test]
fn a_lead_that_came_back_waits_from_its_return_and_one_given_by_mistake_from_its_beginning() {
    for (end, first) in [(TenureEnd::Returned, "L2"), (TenureEnd::Left, "L2"), (TenureEnd::Revoked, "L1")] {
        let mut desk = team(json!({}), &[rep("wang")]);
        desk.book.insert_lead(caller("L1", 0, MOBILE));
        desk.book.insert_lead(caller("L2", 10, SECOND));
        let tenure = Tenure {
            lead: "L1".into(),
            owner: "li".into(),
            from: hour(1),
            until: Some(hour(20)),
            acquisition: Acquisition::AutoAssigned,
            end: Some(end),
            close_reason: None,
        };
        let history = History { tenures: vec![tenure], ..History::default() };
        desk.book.insert_life(&"L1".into(), history, Vec::new());
        let line = [desk.input("L1", 30), desk.input("L2", 30)];
        let served = desk.intake.serve(&line, &desk.roster, &desk.state, hour(30));
        assert_eq!(served[0].lead().as_str(), first, "{end}");
    }
}

// Hand-overs.

/// li works on a lead; whoever is meant to have it has no room, and neither has anybody else.
#[test]
fn a_hand_over_to_who_is_full_leaves_a_worked_lead_where_it_is_and_says_why() {
    for (to, why) in [
        (Some("wang"), Refusal::Rep(SkipReason::HoldingCap { held: 1, limit: 1 })),
        (None, Refusal::NobodyElse),
    ] {
        let mut desk = team(json!({}), &[rep("li"), rep("wang"), rep("zhao")]);
        desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
        desk.call("L1", "li", 1);
        desk.staffed(&[rep("li"), full("wang"), full("zhao")]);
        let before = (desk.lead("L1").clone(), desk.book.history(&"L1".into()).clone());
        let outcomes = desk.hand_over(&["L1"], "li", to, 2);
        assert_eq!((outcomes[0].refusal(), outcomes[0].effects()), (Some(&why), &[][..]));
        assert!(outcomes[0].delta().is_empty());
        assert_eq!((desk.lead("L1"), desk.book.history(&"L1".into())), (&before.0, &before.1));
        // Room is found: the same order is carried out.
        desk.staffed(&[rep("li"), rep("wang"), full("zhao")]);
        assert_eq!(desk.hand_over(&["L1"], "li", to, 3)[0].refusal(), None);
        assert_eq!(desk.owner("L1"), "wang");
        // A leaver's lead waits in line all the same: nobody keeps it.
        desk.staffed(&[full("li"), Rep { active: false, ..rep("wang") }, full("zhao")]);
        let left = desk.hand_over(&["L1"], "wang", None, 4);
        assert_eq!((left[0].refusal(), left[0].route().code()), (None, "unassigned"), "{}", left[0]);
    }
}

#[test]
fn a_hand_over_to_who_lost_the_lead_or_by_rules_that_give_it_to_nobody_leaves_it_where_it_is() {
    let mut desk = team(rotation(), &["li", "wang"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    drop(desk.lose("L1", ReassignReason::Returned, 1));
    assert_eq!(desk.owner("L1"), "wang");
    desk.call("L1", "wang", 2);
    let back = desk.hand_over(&["L1"], "wang", Some("li"), 3);
    assert_eq!(back[0].refusal(), Some(&Refusal::Rep(SkipReason::PreviousOwner)));
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("wang", LeadStatus::Following));
    assert_eq!(desk.hand_over(&["L1"], "wang", None, 3)[0].refusal(), Some(&Refusal::NobodyElse));
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("wang", LeadStatus::Following));
}

/// What was converted: asked or answered, its owner is told nothing, and whoever ordered it reads why.
#[test]
fn a_customer_whom_nobody_can_take_over_stays_and_the_refusal_says_why() {
    for answered in [false, true] {
        let mut desk = team(json!({}), &["li", "wang"].map(rep));
        desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
        desk.submit(&Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", 0, MOBILE) });
        assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("li", LeadStatus::Converted));
        if answered {
            desk.call("L1", "li", 1);
        }
        desk.staffed(&[rep("li"), full("wang")]);
        let told = desk.told();
        let (full, none) = (Refusal::Rep(SkipReason::HoldingCap { held: 1, limit: 1 }), Refusal::NobodyElse);
        for (to, why) in [(Some("wang"), full), (None, none)] {
            let outcomes = desk.hand_over(&["L1"], "li", to, 2);
            assert_eq!((outcomes[0].refusal(), outcomes[0].effects()), (Some(&why), &[][..]), "{answered}");
        }
        let account = desk.book.account(&"A1".into()).unwrap().owner.clone();
        assert_eq!((desk.owner("L1"), account), ("li", Some("li".into())));
        assert_eq!((desk.told(), desk.lead("L1").tags.len()), (told, 0));
    }
}

// Decisions that are taken back.

/// L2, which wang lost, turns out to be L1: what li was given by mistake is given back all the same.
#[test]
fn a_wrong_decision_is_taken_back_after_another_lead_was_joined_with_it() {
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    desk.submit(&caller("L1", 0, MOBILE));
    let owner = desk.owner("L1").to_owned();
    desk.submit(&caller("L2", 1, SECOND));
    let other = desk.owner("L2").to_owned();
    drop(desk.lose("L2", ReassignReason::Returned, 2));
    desk.call("L1", &owner, 2);
    let mut lead = desk.lead("L1").clone();
    lead.phones.push(SECOND.into());
    desk.book.insert_lead(lead);
    drop(desk.review("L1", 3));
    assert_eq!(desk.lead("L2").folded_into, Some("L1".into()));
    assert_eq!((desk.owner("L1"), desk.tenures("L1")), (owner.as_str(), vec![format!("{other} returned")]));

    let (rep, day) = (owner.as_str().into(), hour(0).date_naive());
    assert_eq!(desk.state.reps.assigned_on(&rep, day), 1);
    let wrong = desk.intake.revoke(&desk.input("L1", 4), &desk.roster, &desk.state, hour(4));
    let assign = wrong.delta().assign.as_ref().unwrap();
    assert!(assign.takes_back() && assign.rep() == Some(&rep));
    // What a host with a database fetches for it is enough.
    let keys = desk.intake.storage_keys(&desk.input("L1", 4), &desk.roster);
    assert!(keys.decisions.iter().any(|key| Some(key.as_str()) == assign.key()), "{:?}", keys.decisions);
    desk.apply(&wrong);
    assert_eq!(desk.state.reps.assigned_on(&rep, day), 0, "the day's count");
    assert_eq!(desk.roster.holding(&rep, &desk.state.reps), 0, "the place");
}

/// li goes away for a month and wang, whom the rules find, has the lead: by a decision that names whom it was in place of.
#[test]
fn what_went_to_another_because_its_owner_was_away_is_taken_back() {
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    desk.staffed(&[super::continues::away("li", 1, 30 * DAY), rep("wang")]);
    drop(desk.review("L1", 2));
    let (wang, day) = ("wang".into(), hour(0).date_naive());
    assert_eq!((desk.owner("L1"), desk.state.reps.assigned_on(&wang, day)), ("wang", 1));
    let wrong = desk.intake.revoke(&desk.input("L1", 3), &desk.roster, &desk.state, hour(3));
    let assign = wrong.delta().assign.as_ref().unwrap();
    let keys = desk.intake.storage_keys(&desk.input("L1", 3), &desk.roster);
    assert!(keys.decisions.iter().any(|key| Some(key.as_str()) == assign.key()), "{:?}", keys.decisions);
    assert!(assign.takes_back());
    desk.state.apply(wrong.delta()).unwrap();
    assert_eq!(desk.state.reps.assigned_on(&wang, day), 0);
}

/// Of a lead that many had, who may stand in from now on is read for each of its customer's owners, and what was decided before
/// for those who had it.
#[test]
fn what_is_read_of_a_lead_with_a_long_life_does_not_multiply() {
    let desk = team(json!({}), &[rep("li")]);
    let tenure = |number: i64| Tenure {
        lead: "L1".into(),
        owner: "wang".into(),
        from: hour(number),
        until: Some(hour(number + 1)),
        acquisition: Acquisition::AutoAssigned,
        end: Some(TenureEnd::Returned),
        close_reason: None,
    };
    let history = History { tenures: (0..20).map(tenure).collect(), ..History::default() };
    let leads = (0..30).map(|number| owned(lead(&format!("M{number}"), 0), &format!("r{number}"))).collect();
    let rows = leadkit::dedup::Rows { leads, ..Default::default() };
    let input = Input { lead: caller("L1", 0, MOBILE), history, rows, ..Input::default() };
    let keys = desk.intake.storage_keys(&input, &desk.roster);
    assert!(keys.decisions.len() < 200, "{}", keys.decisions.len());
}

// Owners on file.

/// What comes for somebody's account while the owner has left, is at a cap, or is on leave.
#[test]
fn an_owner_who_left_gets_nothing_more_and_one_who_is_full_or_away_keeps_the_customer() {
    let li = Rep { deputy: Some("wang".into()), ..super::continues::away("li", 0, 30 * DAY) };
    for (li, owner, helper, why) in [
        (gone("li"), "wang", None, "left"),
        (full("li"), "li", None, "full: whose customer it is counts for more than a cap"),
        (li, "li", Some("wang"), "on leave"),
    ] {
        let mut desk = team(json!({}), &[li, rep("wang")]);
        desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
        desk.submit(&Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", 1, MOBILE) });
        assert_eq!((desk.owner("L1"), desk.lead("L1").status), (owner, LeadStatus::Converted), "{why}");
        let account = desk.book.account(&"A1".into()).unwrap().owner.clone();
        assert_eq!(account, Some(owner.into()), "{why}");
        let cover = desk.book.history(&"L1".into()).cover().map(|one| one.owner.to_string());
        assert_eq!(cover.as_deref(), helper, "{why}");
        assert_eq!(desk.state.reps.assigned_on(&owner.into(), hour(1).date_naive()), 1, "{why}");
    }
}

// Reviewers who leave.

/// A director decides about every lead; if not, the rules below do.
fn directed() -> Json {
    json!({
        "pools": [{"id": "leads", "admins": ["chief"]}],
        "assign": {"pools": {"leads": {"rules": [
            {"id": "director", "then": {"reviewer": {"by": "boss"}}},
            {"id": "all", "then": {"reps": ["li", "wang"]}},
        ]}}},
    })
}

fn asked_of(desk: &Desk, id: &str) -> String {
    let request = &desk.book.desk().reviews[&(id.into(), "assignment_review".into())];
    request.reviewer.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn gone(id: &str) -> Rep {
    Rep { active: false, ..rep(id) }
}

#[test]
fn what_a_reviewer_was_asked_goes_to_who_takes_over_from_them() {
    let mut desk = team(directed(), &["boss", "chief", "deputy", "li", "wang"].map(rep));
    desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!((desk.owner("L1"), asked_of(&desk, "L1")), ("-", "boss".to_owned()));
    desk.staffed(&[gone("boss"), rep("chief"), rep("deputy"), rep("li"), rep("wang")]);
    let moved = desk.hand_over(&["L1"], "boss", Some("deputy"), 10);
    let until = Some(hour(10 + 2 * DAY));
    let route = Route::AwaitingReview { reviewer: Some("deputy".into()), until, then: None };
    assert_eq!((moved.len(), moved[0].route()), (1, &route));
    assert_eq!((asked_of(&desk, "L1"), desk.due_at("L1")), ("deputy".to_owned(), until));
    // Again is nothing: the leaver is asked nothing any more.
    assert_eq!(desk.hand_over(&["L1"], "boss", Some("deputy"), 11), []);
    // Looked at meanwhile, it still waits for the one who is asked now, and for nobody for longer.
    let looked = desk.review("L1", 12);
    assert_eq!((looked.route(), looked.effects()), (&route, &[][..]));
    let claimed = desk.intake.claim(&desk.input("L1", 13), &"li".into(), &desk.roster, &desk.state, hour(13));
    assert_eq!(claimed.refusal(), Some(&Refusal::AwaitingReview));
    let late = desk.review("L1", 10 + 2 * DAY);
    assert_eq!(late.route().code(), "assigned", "{late}");
}

#[test]
fn without_another_reviewer_what_a_leaver_was_asked_goes_by_the_rules() {
    for to in [None, Some("nobody"), Some("absentee"), Some("other")] {
        let mut desk = team(directed(), &["boss", "chief", "li", "wang"].map(rep));
        desk.submit(&caller("L1", 0, MOBILE));
        desk.submit(&caller("L2", 1, SECOND));
        let absentee = super::continues::away("absentee", 0, 90 * DAY);
        desk.staffed(&[gone("boss"), gone("other"), absentee, rep("chief"), rep("li"), rep("wang")]);
        let moved = desk.hand_over(&["L1", "L2"], "boss", to, 10);
        let owners = ["L1", "L2"].map(|id| desk.owner(id).to_owned());
        assert_eq!((moved.len(), owners), (2, ["li".to_owned(), "wang".to_owned()]), "{to:?}");
        assert!(desk.told().contains(&"chief review_missed lead L1".to_owned()), "{:?}", desk.told());
    }
}

/// The reviewer is there: nobody else decides because of an order that cannot be carried out.
#[test]
fn a_reviewer_who_is_there_keeps_what_they_were_asked_when_nobody_takes_over() {
    let mut desk = team(directed(), &["boss", "chief", "deputy", "li", "wang"].map(rep));
    desk.submit(&caller("L1", 0, MOBILE));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L2", 1, SECOND) });
    desk.staffed(&[rep("boss"), rep("chief"), rep("deputy"), gone("other"), rep("li"), rep("wang")]);
    assert_eq!(desk.roster.owner_state(&"boss".into(), &desk.state.reps, hour(10)), OwnerState::Active);
    for (to, why) in [(None, Refusal::NobodyElse), (Some("other"), Refusal::Rep(SkipReason::Inactive))] {
        let outcomes = desk.hand_over(&["L1", "L2"], "boss", to, 10);
        assert_eq!(outcomes.len(), 1, "L2 is not the reviewer's");
        assert_eq!((outcomes[0].refusal(), outcomes[0].effects()), (Some(&why), &[][..]));
    }
    assert_eq!((asked_of(&desk, "L1"), desk.due_at("L1")), ("boss".to_owned(), Some(hour(2 * DAY))));
    let moved = desk.hand_over(&["L1", "L2"], "boss", Some("deputy"), 10);
    assert_eq!((moved.len(), asked_of(&desk, "L1").as_str()), (1, "deputy"));
    let _ = desk.submit(&caller("L3", 11, THIRD));
    assert_eq!(asked_of(&desk, "L3"), "boss", "who is still the one whom the rules name");
}
