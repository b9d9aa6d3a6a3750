//! What is held and for how long, what comes in at once, and what two workers may not both carry out.

use super::continues::{DAY, rep, team};
use super::*;
use leadkit::calendar::{CalendarRules, UtcOffset, Zone};
use leadkit::model::{CloseReason, FollowUp, FollowUpKind};
use leadkit::{Arrival, ReassignReason, Refusal};

fn office() -> Calendars {
    let hours = CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA));
    Calendars([("office".to_owned(), hours)].into_iter().collect())
}

fn flood(count: usize) -> Json {
    json!({"rules": [{"id": "flood", "check": {"burst": {"by": "ip24", "count": count, "window": "10m"}}}]})
}

fn from_network(id: &str, minute: i64) -> Lead {
    let created_at = hour(0) + chrono::TimeDelta::minutes(minute);
    let number = 61_853 + 101 * (minute % 60);
    Lead { ip: Some("203.0.113.7".parse().unwrap()), created_at, ..caller(id, 0, &format!("139274{number}")) }
}

/// Whoever fills in a form may write any tag: it is no reviewer's word, neither now nor later.
#[test]
fn a_form_that_says_it_is_released_is_blocked_all_the_same() {
    let rules = json!({"rules": [{"id": "l", "category": "c", "severity": "block",
        "check": {"list": {"phones": ["13612349871"]}}}]});
    let desk = team(json!({"blacklist": rules}), &[]);
    let tags = vec!["released".to_owned(), "vip".to_owned()];
    let lead = Lead { tags, ..caller("L1", 0, "13812349876") };
    let (mut book, state) = (desk.intake.book(), State::default());
    book.insert_lead(lead.clone());
    let outcome = desk.intake.process(&Input { lead, ..Input::default() }, &desk.roster, &state, hour(0));
    outcome.apply_to(&mut book);
    assert_eq!(book.lead(&"L1".into()).unwrap().tags, ["vip"]);
    let listed = Lead { phones: vec!["13612349871".into()], ..book.lead(&"L1".into()).unwrap().clone() };
    book.insert_lead(listed);
    let input = desk.intake.input_of(&book, &"L1".into(), hour(1)).unwrap();
    assert_eq!(desk.intake.review(&input, &desk.roster, &state, hour(1)).route().code(), "blocked");
}

#[test]
fn a_burst_by_night_holds_those_that_waited_too() {
    // Twelve hours before the first Monday's office hours begin.
    let reps = ["li", "wang"].map(|id| Rep { hours: Some("office".into()), ..rep(id) });
    let mut desk = team(json!({"blacklist": flood(3), "life": {"calendar": "office"}}), &[]);
    desk.roster = Roster::compile(&reps, &office()).unwrap();
    let night = 12;
    let at = |id: &str, minute: i64| from_network(id, night * 60 + minute);
    let routes = [("L1", 0), ("L2", 1), ("L3", 2)]
        .map(|(id, minute)| desk.submit(&at(id, minute)).outcome.route().code().to_owned());
    assert_eq!(routes, ["unassigned", "unassigned", "awaiting_review"]);
    for id in ["L1", "L2", "L3"] {
        assert!(desk.lead(id).tags.iter().any(|tag| tag == "burst"), "{id}");
        assert!(desk.book.desk().reviews.contains_key(&(id.into(), "burst".into())), "{id}");
    }
    // The first two were to be tried at the opening: they wait for the reviewers too, two hours of work.
    let opening = desk.due_at("L1").unwrap();
    let until = opening + chrono::TimeDelta::hours(2);
    assert_eq!(desk.due_at("L3"), Some(until));
    let input = desk.intake.input_of(&desk.book, &"L1".into(), opening).unwrap();
    let outcome = desk.intake.review(&input, &desk.roster, &desk.state, opening);
    assert_eq!(outcome.route(), &Route::AwaitingReview { reviewer: None, until: Some(until), then: None });
    assert_eq!(outcome.reason().to_string(), "burst");
    desk.apply(&outcome);
    // Who serves the waiting line does not get round it.
    let served = desk.intake.serve(&[input], &desk.roster, &desk.state, opening);
    assert_eq!(served[0].route().code(), "awaiting_review");
    for id in ["L1", "L3"] {
        let input = desk.intake.input_of(&desk.book, &id.into(), until).unwrap();
        let outcome = desk.intake.review(&input, &desk.roster, &desk.state, until);
        assert_eq!(outcome.route().code(), "assigned", "{}", outcome.explain());
        desk.apply(&outcome);
    }
}

#[test]
fn the_first_of_a_burst_are_listed_as_long_as_it_is_new_and_stay_with_who_has_them() {
    let life = json!({"recycled_to": "rotation"});
    let mut desk = team(json!({"blacklist": flood(3), "life": life}), &["li", "wang"].map(rep));
    let mut listed = Vec::new();
    for minute in 0..8 {
        let decided = desk.submit(&from_network(&format!("L{minute}"), minute)).outcome;
        listed.push(decided.effects().iter().filter(|effect| effect.code() == "request_review").count());
    }
    // The third lists those before it, and so does each until twice as many came: by then all of them are flagged as they come.
    assert_eq!(listed, [0, 0, 3, 4, 5, 1, 1, 1]);
    assert!(["L0", "L1"].iter().all(|id| desk.owner(id) != "-" && desk.lead(id).tags == ["burst"]));
    // Who had one of them and lost it: it goes on as any other, and is not held again.
    drop(desk.lose("L0", ReassignReason::OwnerGone, 1));
    assert_ne!(desk.owner("L0"), "-");
    // Noted only, a burst holds nobody.
    let mut noted = flood(2);
    noted["rules"][0]["severity"] = json!("pass");
    let mut desk = team(json!({"blacklist": noted}), &["li", "wang"].map(rep));
    for minute in 0..4 {
        let route = desk.submit(&from_network(&format!("L{minute}"), minute)).outcome.route().code();
        assert_eq!(route, "assigned");
    }
}

#[test]
fn who_nobody_may_contact_is_asked_about_for_a_day_and_then_nurtured() {
    let stop = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": MOBILE, "channels": ["phone"], "reason": "asked", "basis": "objection", "since": "2020-01-01T00:00:00Z"}]}}}]});
    let mut desk = team(json!({"blacklist": stop}), &["li", "wang"].map(rep));
    let held = desk.submit(&caller("L1", 0, MOBILE)).outcome;
    assert_eq!(
        (held.route().code(), held.reason().to_string().as_str()),
        ("awaiting_review", "no_allowed_channel")
    );
    assert_eq!(desk.due_at("L1"), Some(hour(DAY)));
    assert_eq!(desk.review("L1", DAY).route().code(), "nurture");
    assert!(desk.due_at("L1").is_some_and(|at| at > hour(10 * DAY)));
    // Somebody has asked the person again, and takes the objection from the list.
    desk.intake = team(json!({}), &[]).intake;
    assert_eq!(desk.review("L1", 2 * DAY).route().code(), "assigned");
}

/// A rep who has a lead that nobody may contact any more is told, and is not reminded of a call that they must not make.
#[test]
fn an_objection_takes_a_lead_from_its_owner() {
    let stop = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": MOBILE, "channels": ["all"], "reason": "asked", "basis": "objection", "since": "2020-01-01T00:00:00Z"}]}}}]});
    let told = |outcome: &leadkit::Outcome| {
        outcome
            .effects()
            .iter()
            .filter(|effect| effect.code() == "notify")
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    // The rep brings it, and has it already.
    let mut desk = team(json!({"blacklist": stop}), &["li", "wang"].map(rep));
    let held = desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) }).outcome;
    assert_eq!((held.route().code(), desk.owner("L1")), ("awaiting_review", "-"));
    assert_eq!((told(&held).len(), desk.due_at("L1")), (1, Some(hour(DAY))));
    assert_eq!(desk.review("L1", DAY).route().code(), "nurture");

    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    drop(desk.submit(&caller("L1", 0, MOBILE)));
    assert_ne!(desk.owner("L1"), "-");
    desk.intake = team(json!({"blacklist": stop}), &[]).intake;
    let held = desk.review("L1", 2);
    assert_eq!((held.route().code(), desk.owner("L1")), ("awaiting_review", "-"));
    assert_eq!((told(&held).len(), desk.due_at("L1")), (1, Some(hour(DAY + 2))));
    assert_eq!(desk.lead("L1").status.as_str(), "unassigned");
    let nurtured = desk.review("L1", DAY + 2);
    assert_eq!((nurtured.route().code(), told(&nurtured).len()), ("nurture", 0));
}

/// The next entry of a person who objects joins their lead: one lead is held, and its owner is told.
#[test]
fn the_next_entry_of_a_person_who_objects_joins_their_lead() {
    let stop = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": MOBILE, "channels": ["all"], "reason": "asked", "basis": "objection", "since": "2020-01-01T00:00:00Z"}]}}}]});
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    drop(desk.submit(&caller("L1", 0, MOBILE)));
    let owner = desk.owner("L1").to_owned();
    assert_ne!(owner, "-");
    desk.intake = team(json!({"blacklist": stop}), &[]).intake;
    let next = desk.submit(&caller("L2", 60, MOBILE)).outcome;
    assert_eq!(next.route().code(), "folded");
    assert_eq!(desk.lead("L2").folded_into.as_ref().map(|id| id.as_str()), Some("L1"));
    assert_eq!((desk.owner("L1"), desk.lead("L1").status.as_str()), ("-", "unassigned"));
    assert!(desk.due_at("L1").is_some());
}

/// Nobody gives a rep a person whom they may not call.
#[test]
fn who_refused_every_channel_is_given_to_nobody() {
    let stop = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": MOBILE, "channels": ["all"], "reason": "asked", "basis": "objection", "since": "2020-01-01T00:00:00Z"}]}}}]});
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    drop(desk.submit(&caller("L1", 0, MOBILE)));
    let owner = desk.owner("L1").to_owned();
    let other = if owner == "li" { "wang" } else { "li" };
    desk.intake = team(json!({"blacklist": stop}), &[]).intake;
    let input = desk.intake.input_of(&desk.book, &"L1".into(), hour(1)).unwrap();
    let state = State::default();
    let allotted = desk.intake.allot(&input, &other.into(), &desk.roster, &state, hour(1));
    assert_eq!(allotted.refusal().map(Refusal::code), Some("no_allowed_channel"));
    let handed = desk.intake.hand_over(
        std::slice::from_ref(&input),
        &owner.as_str().into(),
        Some(&other.into()),
        &desk.roster,
        &state,
        hour(1),
    );
    assert_eq!(handed[0].route().code(), "awaiting_review");
    let nobodys = Input { lead: Lead { owner: None, pool: Some("leads".into()), ..input.lead }, ..input };
    let claimed = desk.intake.claim(&nobodys, &other.into(), &desk.roster, &state, hour(1));
    assert_eq!(claimed.refusal().map(Refusal::code), Some("no_allowed_channel"));
}

/// What is no reason to block a lead is one tag on it, whatever was found, and nobody is told. It goes when its reason does.
#[test]
fn a_flag_is_marked_until_what_it_says_is_put_right() {
    let list = json!({"rules": [
        {"id": "phone", "check": {"phone_format": {}}}, {"id": "fake", "check": {"fake": {}}},
        {"id": "again", "category": "c", "severity": "flag", "check": {"resubmission": {}}},
        {"id": "words", "severity": "flag", "check": {"lexicon": {"words": ["代理"]}}}]});
    let mut desk = team(json!({"blacklist": list}), &["li", "wang"].map(rep));
    let marked = |desk: &Desk, id: &str| desk.lead(id).tags.clone();
    let plain = caller("L1", 0, MOBILE);
    let first = desk.submit(&plain);
    assert_eq!((first.outcome.route().code(), marked(&desk, "L1")), ("assigned", vec![]));
    let notices =
        |outcome: &leadkit::Outcome| outcome.effects().iter().filter(|one| one.code() == "notify").count();
    let odd = Lead {
        phones: vec!["13612349871".into(), "139 2746 185".into()],
        message: Some("寻求代理".into()),
        tags: vec!["flagged".to_owned()],
        ..caller("L2", 1, "13612349871")
    };
    let second = desk.submit(&odd);
    assert_eq!(
        (second.outcome.route().code(), marked(&desk, "L2")),
        ("assigned", vec!["flagged".to_owned()])
    );
    assert_eq!(notices(&second.outcome), notices(&first.outcome));
    // Looked at again it has the tag already.
    assert!(desk.review("L2", 2).effects().is_empty());
    // A second entry of the same person is no flag of his lead.
    drop(desk.submit(&Lead { id: "L3".into(), ..caller("L3", 2, MOBILE) }));
    assert_eq!(marked(&desk, "L1"), [""; 0]);
    // Its owner finds out the number, and what it asks for is no longer looked for.
    let found = Lead { phones: vec!["13612349871".into()], ..desk.lead("L2").clone() };
    desk.book.insert_lead(found);
    desk.intake =
        team(json!({"blacklist": {"rules": [{"id": "phone", "check": {"phone_format": {}}}]}}), &[]).intake;
    drop(desk.review("L2", 3));
    assert_eq!(marked(&desk, "L2"), [""; 0]);
}

/// One channel is left: whoever gets the lead sees which one is not.
#[test]
fn a_refused_channel_is_marked_until_it_is_allowed_again() {
    let stop = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": MOBILE, "channels": ["phone"], "reason": "asked", "basis": "objection", "since": "2020-01-01T00:00:00Z"}]}}}]});
    let mut desk = team(json!({"blacklist": stop}), &["li", "wang"].map(rep));
    let lead = Lead { emails: vec!["lei@xinghe.cn".into()], ..caller("L1", 0, MOBILE) };
    assert_eq!(desk.submit(&lead).outcome.route().code(), "assigned");
    assert_eq!(desk.lead("L1").tags, ["do_not_contact_phone"]);
    assert!(desk.review("L1", 1).effects().iter().all(|effect| effect.code() != "add_tag"));
    desk.intake = team(json!({}), &[]).intake;
    drop(desk.review("L1", 2));
    assert!(desk.lead("L1").tags.is_empty());
}

/// Scripts send rubbish first: those before it are listed though the lead that shows the burst is blocked.
#[test]
fn a_blocked_lead_lists_the_burst_that_it_begins() {
    let mut desk = team(json!({"blacklist": flood(3)}), &["li", "wang"].map(rep));
    for minute in 0..2 {
        drop(desk.submit(&from_network(&format!("L{minute}"), minute)));
    }
    let rubbish = Lead { phones: vec!["123".into()], ..from_network("L2", 2) };
    assert_eq!(desk.submit(&rubbish).outcome.route().code(), "blocked");
    assert!(["L0", "L1"].iter().all(|id| desk.lead(id).tags == ["burst"]));
}

#[test]
fn of_two_owners_the_hottest_leads_are_asked_about_for_half_an_hour() {
    let points = |points: i64| {
        json!({"fit": {"rules": [{"id": "all", "points": points}]},
            "engagement": {"rules": [{"id": "hot", "kind": "consult", "points": points}]}})
    };
    let account = |id: &str, owner: &str| {
        at_company(
            account(id, &format!("{owner} Trading Ltd"), Some(owner)),
            contact(&format!("C{id}"), "X", MOBILE),
        )
    };
    for (score, minutes) in [(points(100), 30), (points(60), 4 * 60)] {
        let mut desk = team(json!({"score": score}), &["li", "wang"].map(rep));
        desk.book.insert_account(account("A1", "li"));
        desk.book.insert_account(account("A2", "wang"));
        let activity = json!({"id": "V1", "lead": "L1", "kind": "consult", "time": hour(0)});
        let arrival = Arrival {
            activities: vec![serde_json::from_value(activity).unwrap()],
            ..Arrival::new(caller("L1", 0, MOBILE))
        };
        let decided =
            desk.intake.process_batch(&[arrival], &mut desk.book, &desk.roster, &mut desk.state).unwrap();
        let outcome = &decided[0].outcome;
        let until = hour(0) + chrono::TimeDelta::minutes(minutes);
        let Route::AwaitingReview { until: Some(set), then: Some(_), .. } = outcome.route() else {
            panic!("{}", outcome.explain())
        };
        assert_eq!(*set, until, "{}", outcome.explain());
    }
}

#[test]
fn the_hottest_leads_lie_in_the_pool_for_four_hours() {
    let score = json!({"fit": {"rules": [{"id": "all", "points": 100}]},
        "engagement": {"rules": [{"id": "hot", "kind": "consult", "points": 100}]}});
    for (activities, hours) in [(1, 4), (0, 72)] {
        let mut desk = team(json!({"score": score}), &["li", "wang"].map(rep));
        let activity = json!({"id": "V1", "lead": "L1", "kind": "consult", "time": hour(0)});
        let arrival = Arrival {
            activities: vec![serde_json::from_value(activity).unwrap(); activities],
            ..Arrival::new(caller("L1", 0, MOBILE))
        };
        drop(desk.intake.process_batch(&[arrival], &mut desk.book, &desk.roster, &mut desk.state).unwrap());
        drop(desk.lose("L1", ReassignReason::Returned, 1));
        assert_eq!(desk.due_at("L1"), Some(hour(1 + hours)));
    }
}

#[test]
fn more_than_two_hundred_rows_of_one_moment_are_an_import() {
    let rows = |count: i64| -> Vec<Arrival> {
        let row = |number: i64| {
            Arrival::new(caller(&format!("M{number:03}"), 0, &format!("139274{}", 61_853 + 37 * number)))
        };
        (0..count).map(row).collect()
    };
    let routes = |count: i64| {
        let mut desk = team(json!({"life": {"untouched_limit": 200}}), &["li", "wang"].map(rep));
        desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 50, "13927461853") });
        let decided =
            desk.intake.process_batch(&rows(count), &mut desk.book, &desk.roster, &mut desk.state).unwrap();
        assert_eq!(decided.len(), count as usize);
        let mut routes: Vec<&str> = decided.iter().map(|one| one.outcome.route().code()).collect();
        routes.sort_unstable();
        routes.dedup();
        (routes.join(" "), desk.told().len(), desk.lead("L1").folded_into.is_some())
    };
    // As forms each is decided, and the first of them, which is older, takes in whom it is; as rows none takes in anybody.
    assert_eq!(routes(200).0, "assigned to_owner");
    assert_eq!(routes(201), ("to_pool".to_owned(), 0, false));
    // Rows that are on file are known.
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    for _ in 0..2 {
        drop(desk.intake.process_batch(&rows(201), &mut desk.book, &desk.roster, &mut desk.state).unwrap());
    }
    assert_eq!(desk.book.leads().count(), 201);
}

#[test]
fn a_mailbox_of_a_branch_is_of_the_company_s_domain() {
    let domain = |domain: &str, mail: &str| {
        let mut desk = team(json!({}), &["li", "wang"].map(rep));
        let known =
            Account { domain: Some(domain.into()), ..account("A1", "Acme Trading Ltd", Some("wang")) };
        desk.book.insert_account(known);
        let entry = Lead { emails: vec![mail.into()], ..lead("L1", 0) };
        desk.submit(&entry).outcome.route().code().to_owned()
    };
    for mail in ["x@acme.com", "x@mail.acme.com", "x@cn.mail.acme.com"] {
        assert_eq!(domain("acme.com", mail), "converted", "{mail}");
    }
    assert_eq!(domain("acme.com.cn", "x@mail.acme.com.cn"), "converted");
    assert_eq!(domain("mail.acme.com", "x@acme.com"), "assigned", "the company is more than its branch");
    assert_eq!(domain("com.cn", "x@acme.com.cn"), "assigned", "a registry is no company");
    assert_eq!(domain("cme.com", "x@acme.com"), "assigned");
}

#[test]
fn who_is_forgotten_by_a_folded_entry_is_forgotten_whole_and_stays_so() {
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    desk.submit(&caller("L1", 0, MOBILE));
    desk.submit(&Lead { emails: vec!["ann@gmail.com".into()], ..caller("L2", 1, MOBILE) });
    assert_eq!(desk.lead("L1").emails.len(), 1);
    let outcome = desk.intake.forget(&desk.input("L2", 2), &[], &desk.roster, &desk.state, hour(2));
    desk.apply(&outcome);
    for id in ["L1", "L2"] {
        assert_eq!((desk.lead(id).emails.len(), desk.lead(id).phones.len()), (0, 0), "{id}");
        assert_eq!(desk.lead(id).close_reason, Some(CloseReason::Erased));
    }
    // What comes late of somebody who knew the person is not written.
    let write = |field: &str, value: &str| Effect::UpdateField {
        record: RecordRef::Lead("L1".into()),
        field: field.to_owned(),
        value: value.into(),
        replaces: leadkit::model::Value::Null,
    };
    let add = Effect::AddValue {
        record: RecordRef::Lead("L1".into()),
        field: "phones".to_owned(),
        value: MOBILE.into(),
    };
    let before = desk.lead("L1").clone();
    desk.book.apply_effects(
        "late",
        &[write("name", "Ann"), write("close_reason", "no_intent"), add],
        hour(3),
    );
    desk.book.record_follow_up(FollowUp::new("F1", "L1", "li", hour(3), FollowUpKind::Call));
    assert_eq!(desk.lead("L1"), &before);
    assert!(desk.book.history(&"L1".into()).follow_ups.is_empty());
}

#[test]
fn two_workers_do_not_both_claim_release_or_return() {
    let two = |first: &dyn Fn(&Desk) -> Outcome, second: &dyn Fn(&Desk) -> Outcome, desk: &mut Desk| {
        // Both read, then both write: the second finds that what it decided on is another.
        let (one, other) = (first(desk), second(desk));
        let rows = |desk: &Desk| desk.book.rows(&desk.intake.probe(desk.lead("L1")));
        let fetched = rows(desk);
        assert_eq!(other.basis(&fetched).check(&rows(desk), &desk.state), Ok(()));
        desk.apply(&one);
        assert!(other.basis(&fetched).check(&rows(desk), &desk.state).is_err(), "{}", other.explain());
        // Decided anew it does no harm.
        let again = second(desk);
        desk.apply(&again);
        again
    };
    let claim = |rep: &'static str| {
        move |desk: &Desk| {
            desk.intake.claim(&desk.input("L1", 2), &rep.into(), &desk.roster, &desk.state, hour(2))
        }
    };
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    desk.submit(&Lead { owner: Some("zhao".into()), ..caller("L1", 0, MOBILE) });
    drop(desk.lose("L1", ReassignReason::Returned, 1));
    let again = two(&claim("li"), &claim("wang"), &mut desk);
    assert_eq!(again.refusal(), Some(&Refusal::Owned { owner: "li".into() }));
    assert_eq!(desk.owner("L1"), "li");

    let back = |desk: &Desk| {
        desk.intake.reassign(
            &desk.input("L1", 2),
            ReassignReason::Returned,
            &desk.roster,
            &desk.state,
            hour(2),
        )
    };
    let allot = |desk: &Desk| {
        desk.intake.allot(&desk.input("L1", 2), &"zhao".into(), &desk.roster, &desk.state, hour(2))
    };
    let mut desk = team(json!({"life": {"recycled_to": "rotation"}}), &["li", "wang", "zhao"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    drop(two(&back, &allot, &mut desk));
    assert_eq!(desk.owner("L1"), "zhao");
    assert_eq!(desk.book.history(&"L1".into()).tenures.iter().filter(|one| one.until.is_none()).count(), 1);
}
