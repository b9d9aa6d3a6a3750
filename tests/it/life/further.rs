//! How a lead goes on, further: accounts that nobody answers for, opportunities, calendars, imports, people who are
//! forgotten, and what is no lead.

use super::continues::{DAY, away, rep, rotation, team};
use super::*;
use leadkit::book::NoticeRules;
use leadkit::intake::ErasureKey;
use leadkit::model::{CloseReason, Opportunity};
use leadkit::{ReassignReason, Refusal};

fn acme(desk: &mut Desk) {
    acme_at(desk, 0);
}

fn acme_at(desk: &mut Desk, at: i64) {
    desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
    desk.submit(&Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", at, MOBILE) });
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("li", LeadStatus::Converted));
}

fn owner_of_account(desk: &Desk) -> String {
    desk.book.account(&"A1".into()).unwrap().owner.as_ref().unwrap().to_string()
}

#[test]
fn a_converted_lead_that_nobody_answers_goes_on_with_its_account() {
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    acme(&mut desk);
    let mut had = vec!["li".to_owned()];
    for day in 1..3 {
        assert_eq!(desk.book.overdue(hour(day * DAY)), ["L1".into()]);
        drop(desk.lose("L1", ReassignReason::DeadlineMissed, day * DAY));
        let owner = desk.owner("L1").to_owned();
        assert!(!had.contains(&owner), "{had:?} {owner}");
        assert_eq!((desk.lead("L1").status, owner_of_account(&desk)), (LeadStatus::Converted, owner.clone()));
        let told = desk.told();
        assert_eq!(
            told[told.len() - 2..],
            [
                format!("{} deadline_missed lead L1", had.last().unwrap()),
                format!("{owner} taken_over lead L1"),
            ]
        );
        had.push(owner);
    }
    // After three, the last of them is reminded, and the pool's administrator is told; the owner's time begins anew after
    // thirty days.
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, 3 * DAY));
    assert_eq!(desk.owner("L1"), had[2]);
    assert_eq!(desk.told().pop().unwrap(), format!("{} nobody_answers lead L1", had[2]));
    assert!(desk.told().iter().any(|told| told.ends_with("owners_exhausted lead L1")), "{:?}", desk.told());
    let tenures = desk.tenures("L1");
    assert_eq!(
        (desk.book.overdue(hour(33 * DAY - 1)), desk.book.overdue(hour(33 * DAY))),
        (vec![], vec!["L1".into()])
    );
    assert_eq!(tenures, ["li recycled", "wang recycled"], "nobody lost it and got it at once");
    // The owner answers: nothing more is due.
    desk.call("L1", &had[2], 3 * DAY + 1);
    assert_eq!((desk.book.overdue(hour(900)), desk.lead("L1").status), (vec![], LeadStatus::Converted));
}

#[test]
fn a_customer_whom_nobody_answers_at_night_goes_on_at_the_opening() {
    let works = |id: &str| Rep { hours: Some("office".into()), ..rep(id) };
    let mut desk = team(json!({"life": {"first_contact_hours": 1}}), &[]);
    desk.roster = Roster::compile(&["li", "wang"].map(works), &office()).unwrap();
    acme_at(&mut desk, 17);
    assert_eq!(desk.book.overdue(hour(18)), ["L1".into()]);
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, 18));
    for at in 18..DAY + 9 {
        assert_eq!(desk.book.overdue(hour(at)), [], "{at}");
        assert!(desk.review("L1", at).effects().is_empty(), "the owner's time is set, whoever looks");
    }
    assert_eq!((desk.owner("L1"), &desk.lead("L1").tags[..]), ("li", &["nobody_answers".to_owned()][..]));
    assert_eq!(desk.told(), ["li account_lead lead L1", "li nobody_answers lead L1"], "once in the night");
    // The owner's time is over when the next rep opens.
    assert_eq!(desk.book.overdue(hour(DAY + 9)), ["L1".into()]);
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, DAY + 9));
    assert_eq!((desk.owner("L1"), owner_of_account(&desk)), ("wang", "wang".to_owned()));
    assert!(desk.lead("L1").tags.is_empty(), "nothing is said of wang yet");
}

/// wang may have the customer every morning, and never can: each day wang is away while the office is open.
#[test]
fn who_runs_the_pool_is_told_once_of_a_customer_whom_no_opening_helps() {
    let works = |id: &str| Rep { hours: Some("office".into()), ..rep(id) };
    let mut desk = team(json!({"life": {"first_contact_hours": 1}}), &[]);
    desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
    let staffed = |desk: &mut Desk, wang: Rep| {
        desk.roster = Roster::compile(&[works("li"), wang], &office()).unwrap();
    };
    staffed(&mut desk, works("wang"));
    acme_at(&mut desk, 17);
    let mut tries = Vec::new();
    for at in 18..12 * DAY {
        let (day, is_open) = (at - at % DAY, (9..18).contains(&(at % DAY)));
        let absences = if is_open { away("wang", day + 9, day + 18).absences } else { Vec::new() };
        staffed(&mut desk, Rep { absences, ..works("wang") });
        if !desk.book.overdue(hour(at)).is_empty() {
            drop(desk.lose("L1", ReassignReason::DeadlineMissed, at));
            tries.push(at);
        }
    }
    assert_eq!(desk.owner("L1"), "li");
    let told = |what: &str| desk.told().iter().filter(|told| told.contains(what)).count();
    assert_eq!((told("nobody_answers"), told("owners_exhausted")), (1, 1), "{:?}", desk.told());
    let told_at =
        desk.book.desk().notices.iter().find(|one| one.code.as_ref() == "owners_exhausted").unwrap().at;
    let waited = (told_at - hour(18)).num_hours();
    assert!((2 * DAY..=5 * DAY).contains(&waited), "{waited} hours, tried at {tries:?}");
    assert!(tries.len() >= 4 && tries.len() <= 24, "at openings, not each hour: {tries:?}");
}

/// li is reminded once: not before being back, and not a second time.
#[test]
fn an_owner_who_was_away_is_reminded_too() {
    let works = |id: &str| Rep { hours: Some("office".into()), ..rep(id) };
    let li = Rep { absences: away("li", 0, 10).absences, ..works("li") };
    let mut desk = team(json!({"life": {"first_contact_hours": 10}}), &[]);
    desk.roster = Roster::compile(&[li, works("wang")], &office()).unwrap();
    acme_at(&mut desk, 9);
    assert_eq!(desk.book.history(&"L1".into()).deadlines[0].started_at, hour(10));
    let told = |desk: &Desk| desk.told().iter().filter(|told| told.contains("nobody_answers")).count();
    assert_eq!((desk.book.overdue(hour(20)), told(&desk)), (vec!["L1".into()], 0));
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, 20));
    assert_eq!((desk.owner("L1"), told(&desk)), ("li", 1));
    drop(desk.lose("L1", ReassignReason::DeadlineMissed, 21));
    assert_eq!((desk.owner("L1"), told(&desk)), ("li", 1));
}

#[test]
fn the_deputy_answers_first_for_an_account() {
    let li = Rep { deputy: Some("zhao".into()), ..rep("li") };
    let mut desk = team(json!({}), &[li, rep("wang"), rep("zhao")]);
    acme(&mut desk);
    let outcome = desk.lose("L1", ReassignReason::DeadlineMissed, DAY);
    assert_eq!(outcome.route(), &Route::Converted { owner: "zhao".into(), account: "A1".into() });
    assert_eq!(desk.roster.holding(&"zhao".into(), &desk.state.reps), 1, "it counts for zhao's caps");
}

#[test]
fn the_accounts_of_a_rep_who_leaves_go_on_by_the_rules() {
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    acme(&mut desk);
    desk.roster =
        Roster::compile(&[Rep { active: false, ..rep("li") }, rep("wang")], &Calendars::default()).unwrap();
    let inputs = [desk.input("L1", 5)];
    let outcomes = desk.intake.hand_over(&inputs, &"li".into(), None, &desk.roster, &desk.state, hour(5));
    outcomes.iter().for_each(|outcome| desk.apply(outcome));
    assert_eq!((desk.owner("L1"), owner_of_account(&desk)), ("wang", "wang".to_owned()));
    assert_eq!(desk.told(), ["li account_lead lead L1", "wang handed_over lead L1"]);
    assert_eq!(desk.tenures("L1"), ["li left"]);
}

#[test]
fn an_open_opportunity_holds_its_lead_and_goes_with_it() {
    let mut desk = team(rotation(), &["li", "wang", "zhao"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    let open = Opportunity {
        id: "O1".into(),
        lead: Some("L1".into()),
        owner: Some("li".into()),
        ..Opportunity::default()
    };
    desk.book.insert_opportunity(open.clone());
    assert_eq!(desk.book.overdue(hour(9 * DAY)), []);
    let held = Refusal::OpenOpportunity { opportunity: "O1".into() };
    for why in [ReassignReason::DeadlineMissed, ReassignReason::Returned] {
        let refused = desk.lose("L1", why, DAY);
        assert_eq!((refused.refusal(), refused.effects().len(), desk.owner("L1")), (Some(&held), 0, "li"));
    }
    assert_eq!(desk.claim("L1", "wang", DAY).refusal(), Some(&held));
    let outcomes = desk.intake.hand_over(
        &[desk.input("L1", DAY)],
        &"li".into(),
        Some(&"wang".into()),
        &desk.roster,
        &desk.state,
        hour(DAY),
    );
    outcomes.iter().for_each(|outcome| desk.apply(outcome));
    assert_eq!(desk.owner("L1"), "wang");
    assert_eq!(desk.book.opportunity(&"O1".into()).unwrap().owner, Some("wang".into()));
    // An entry that takes its lead in takes it along.
    let folded = Effect::Fold { entry: "L1".into(), subject: "L9".into(), kind: FoldKind::Joined };
    let mut book = desk.book.clone();
    book.insert_lead(caller("L9", 0, "13927461853"));
    book.apply_effects("by hand", &[folded], hour(DAY));
    assert_eq!(book.history(&"L9".into()).opportunities, ["O1".into()]);
    // Lost, it holds nothing any more, and who lost it does not get it.
    desk.book.insert_opportunity(Opportunity { lost_at: Some(hour(2 * DAY)), ..open });
    drop(desk.lose("L1", ReassignReason::Returned, 2 * DAY));
    assert!(!["li", "wang", "-"].contains(&desk.owner("L1")), "{}", desk.owner("L1"));
}

#[test]
fn a_claim_that_is_taken_back_gives_its_day_s_count_back() {
    let assign = json!({"pools": {"leads": {"daily_claim_cap": 1, "rules": [{"id": "all", "then": {"reps": ["zhao"]}}]}}});
    let mut desk = team(json!({"assign": assign}), &[]);
    for (id, phone) in [("L1", MOBILE), ("L2", "13927461853")] {
        desk.book.insert_lead(caller(id, 0, phone));
    }
    let claimed = desk.claim("L1", "li", 1);
    assert_eq!(claimed.reason().to_string(), "claim");
    assert_eq!(desk.claim("L2", "li", 2).refusal().unwrap().reason(), "daily_claim_cap");
    let wrong = desk.intake.revoke(&desk.input("L1", 3), &desk.roster, &desk.state, hour(3));
    desk.apply(&wrong);
    let (li, day) = ("li".into(), hour(0).date_naive());
    assert_eq!((desk.state.reps.claimed_on(&li, day), desk.roster.holding(&li, &desk.state.reps)), (0, 0));
    assert_eq!(desk.claim("L2", "li", 4).refusal(), None);
    assert_eq!(desk.owner("L1"), "zhao", "and the lead has a new decision");
}

#[test]
fn acts_of_people_say_that_they_are() {
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    assert_eq!(desk.allot("L1", "wang", 1).reason().to_string(), "allot");
    let outcomes = desk.intake.hand_over(
        &[desk.input("L1", 2)],
        &"wang".into(),
        Some(&"zhao".into()),
        &desk.roster,
        &desk.state,
        hour(2),
    );
    assert_eq!(outcomes[0].reason().to_string(), "hand_over");
    let converted =
        desk.intake.convert(&desk.input("L1", 3), &"A9".into(), &desk.roster, &desk.state, hour(3));
    assert_eq!((converted.reason().to_string(), converted.reason().code()), ("convert".to_owned(), "person"));
    desk.book.insert_account(account("A9", "Borealis Ltd", Some("wang")));
    desk.apply(&converted);
    assert_eq!((desk.lead("L1").status, desk.book.overdue(hour(900))), (LeadStatus::Converted, vec![]));
    assert_eq!(desk.due_at("L1"), None);
    let again = desk.intake.convert(&desk.input("L1", 4), &"A9".into(), &desk.roster, &desk.state, hour(4));
    assert_eq!(again.refusal(), Some(&Refusal::Ended));
    desk.submit(&Lead { tags: vec!["cold".into()], ..caller("L2", 5, "13927461853") });
    let nobody_s =
        desk.intake.convert(&desk.input("L2", 6), &"A9".into(), &desk.roster, &desk.state, hour(6));
    assert_eq!(nobody_s.refusal(), Some(&Refusal::NoOwner));
}

/// From nine to six, Monday to Friday, in Greenwich.
fn office() -> Calendars {
    let hours = leadkit::calendar::CalendarRules::office_hours(leadkit::calendar::Zone::default());
    Calendars([("office".to_owned(), hours)].into_iter().collect())
}

/// Friday at five in the afternoon.
const FRIDAY: i64 = 4 * DAY + 17;

#[test]
fn patience_runs_in_the_owner_s_working_time() {
    let works = |rep: Rep| Rep { hours: Some("office".into()), ..rep };
    // Until Monday at ten the owner is away for two hours of work, and for more than two days by the clock.
    for (hours, is_covered) in [(Some("office"), false), (None, true)] {
        let li = Rep { deputy: Some("wang".into()), ..away("li", 0, 7 * DAY + 10) };
        let li = if hours.is_some() { works(li) } else { li };
        let mut desk = team(json!({}), &[]);
        desk.roster = Roster::compile(&[li, rep("wang")], &office()).unwrap();
        desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", FRIDAY, MOBILE) });
        assert_eq!(desk.book.history(&"L1".into()).cover().is_some(), is_covered, "{hours:?}");
        assert_eq!(desk.owner("L1"), "li");
    }
}

#[test]
fn stays_run_in_working_time_where_the_rules_name_a_calendar_or_there_is_one_only() {
    let stay_by = |calendars: &Calendars, life: Json| {
        let mut desk = team(json!({"life": life}), &[]);
        desk.roster = Roster::compile(&["li", "wang"].map(rep), calendars).unwrap();
        desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
        drop(desk.lose("L1", ReassignReason::Returned, FRIDAY));
        desk.due_at("L1").unwrap()
    };
    let stay = |life| stay_by(&office(), life);
    // Three working days from Friday afternoon end on Wednesday; seventy-two hours on Monday.
    assert_eq!(stay(json!({"calendar": "office"})), hour(FRIDAY + 5 * DAY));
    assert_eq!(stay(json!({})), hour(FRIDAY + 5 * DAY), "no other calendar may be meant");
    assert_eq!(stay_by(&Calendars::default(), json!({})), hour(FRIDAY + 3 * DAY));
    let mut two = office();
    two.0.insert("shop".to_owned(), two.0["office"].clone());
    assert_eq!(stay_by(&two, json!({})), hour(FRIDAY + 3 * DAY), "nobody says which");
    assert_eq!(stay_by(&two, json!({"calendar": "office"})), hour(FRIDAY + 5 * DAY));
    assert_eq!(stay(json!({"calendar": "nobody's"})), hour(FRIDAY + 3 * DAY));
    let errors = Rules::load(json!({"life": {"calendar": " "}})).unwrap_err();
    assert_eq!(errors.diagnostics()[0].path, "life.calendar");
}

#[test]
fn a_collision_that_no_reviewer_decides_ends_by_the_rule_of_ownership() {
    for (method, owner, subject) in [("window", "li", "L1"), ("last", "wang", "L2")] {
        for updated in ["L1", "L2"] {
            let mut desk = team(json!({"life": {"ownership": {"method": method}}}), &["li", "wang"].map(rep));
            let mail = "li.na@qixi.com.cn";
            desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
            let second = Lead { phones: vec![], emails: vec![mail.into()], ..caller("L2", 1, MOBILE) };
            desk.submit(&Lead { owner: Some("wang".into()), ..second });
            desk.call("L1", "li", 2);
            desk.call("L2", "wang", 2);
            let mut lead = desk.lead(updated).clone();
            (lead.phones, lead.emails) = (vec![MOBILE.into()], vec![mail.into()]);
            desk.book.insert_lead(lead);
            drop(desk.review(updated, 3));
            assert_eq!(desk.lead(updated).tags, ["collision"]);
            assert_eq!(desk.due_at(updated), Some(hour(3 + DAY)));
            drop(desk.review(updated, 3 + DAY));
            let live: Vec<(&str, &str)> = desk
                .book
                .leads()
                .filter(|one| one.is_on_file())
                .map(|one| (one.id.as_str(), one.owner.as_ref().unwrap().as_str()))
                .collect();
            assert_eq!(live, [(subject, owner)], "{method}, {updated} was updated");
        }
    }
}

#[test]
fn an_import_takes_in_nothing_on_file_and_tells_each_owner_once() {
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 50, MOBILE) });
    let row = |lead: Lead, desk: &Desk| {
        let rows = desk.book.rows(&desk.intake.probe(&lead));
        Input { lead, rows, ..Input::default() }
    };
    let old = |id: &str, phone: &str| Lead { created_at: hour(-90 * DAY), ..caller(id, 0, phone) };
    let rows = [
        row(old("M1", "13927461853"), &desk),
        row(owned(old("M2", "15088672341"), "wang"), &desk),
        row(owned(old("M3", "15901337462"), "wang"), &desk),
        row(Lead { status: LeadStatus::Invalid, ..old("M4", "15901337463") }, &desk),
        row(caller("L1", 0, MOBILE), &desk),
    ];
    let outcomes = desk.intake.import(&rows, false, &desk.roster, &desk.state, hour(60));
    let routes: Vec<&str> = outcomes.iter().map(|one| one.route().code()).collect();
    assert_eq!(routes, ["to_pool", "to_owner", "to_owner", "voided", "unassigned"]);
    assert_eq!(outcomes[4].refusal(), Some(&Refusal::OnFile));
    for (input, outcome) in rows.iter().zip(&outcomes).take(4) {
        desk.book.insert_lead(input.lead.clone());
        desk.apply(outcome);
    }
    assert_eq!(desk.told(), ["wang imported lead M2"]);
    assert_eq!(desk.book.overdue(hour(60 + DAY - 1)), ["L1".into()]);
    assert_eq!(
        desk.book.overdue(hour(60 + DAY)),
        ["L1", "M2", "M3"].map(leadkit::model::LeadId::from),
        "what runs begins now"
    );
    let wake_up = desk.due_at("M1").unwrap();
    assert!(wake_up > hour(60) && wake_up <= hour(60 + 30 * DAY + 1), "{wake_up}");
    // Rows that the rules assign: an older row of somebody on file is folded into the record, not the other way round.
    for (id, phone, route) in [("M5", MOBILE, "folded"), ("M6", "13764028315", "assigned")] {
        let input = row(old(id, phone), &desk);
        let outcomes =
            desk.intake.import(std::slice::from_ref(&input), true, &desk.roster, &desk.state, hour(61));
        assert_eq!(outcomes[0].route().code(), route, "{}", outcomes[0].explain());
        assert!(outcomes[0].delta().windows.is_empty(), "no submission");
    }
}

#[test]
fn of_rows_that_come_in_at_one_moment_the_first_goes_on_whatever_their_ids() {
    for ids in [["L9", "L10"], ["L10", "L9"]] {
        let mut desk = team(json!({}), &["li", "wang"].map(rep));
        for (id, day) in ids.into_iter().zip([-90, -20]) {
            let row = Lead { created_at: hour(day * DAY), ..caller(id, 0, MOBILE) };
            let rows = desk.book.rows(&desk.intake.probe(&row));
            let input = Input { lead: row.clone(), rows, ..Input::default() };
            let outcome = desk
                .intake
                .import(std::slice::from_ref(&input), true, &desk.roster, &desk.state, hour(60))
                .remove(0);
            desk.book.insert_lead(row);
            desk.apply(&outcome);
        }
        assert_eq!(desk.lead(ids[1]).folded_into, Some(ids[0].into()), "{ids:?}");
        assert_eq!(desk.lead(ids[0]).folded_into, None);
    }
}

#[test]
fn who_asks_to_be_forgotten_leaves_nothing_and_comes_back_only_himself() {
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    let form = Lead { name: Some("Ann".into()), ..caller("L1", 0, MOBILE) };
    desk.submit(&form);
    desk.submit(&Lead {
        id: "L2".into(),
        message: Some("once more".into()),
        created_at: hour(1),
        ..form.clone()
    });
    assert_eq!(desk.lead("L2").folded_into, Some("L1".into()));
    let key = ErasureKey::new(*b"0123456789abcdef");
    let hashes = desk.intake.erasure_hashes(desk.lead("L1"), &key);
    assert_eq!(hashes, desk.intake.erasure_hashes(&form, &key));
    assert_ne!(hashes, desk.intake.erasure_hashes(&form, &ErasureKey::new(*b"another key, see")));
    assert!(!format!("{key:?}").contains("0123"));

    let outcome =
        desk.intake.forget(&desk.input("L1", 5), &["L2".into()], &desk.roster, &desk.state, hour(5));
    desk.apply(&outcome);
    for id in ["L1", "L2"] {
        let left = desk.lead(id);
        assert_eq!((left.status, left.close_reason.clone()), (LeadStatus::Voided, Some(CloseReason::Erased)));
        let empty = Lead {
            id: id.into(),
            created_at: left.created_at,
            status: left.status,
            close_reason: left.close_reason.clone(),
            folded_into: left.folded_into.clone(),
            ..Lead::default()
        };
        assert_eq!(*left, empty);
        assert_eq!(desk.book.history(&id.into()), &leadkit::model::History::default());
    }
    assert_eq!((desk.due_at("L1"), desk.book.overdue(hour(900))), (None, vec![]));
    let saved = serde_json::to_string(&desk.state).unwrap();
    assert!(!saved.contains("L1") && !saved.contains("L2"), "{saved}");
    assert_eq!(serde_json::from_str::<State>(&saved).unwrap(), desk.state);

    // The person may write again, at once and with the same words.
    let again = desk.submit(&Lead { id: "L3".into(), created_at: hour(6), ..form });
    assert_eq!(again.outcome.route().code(), "assigned", "{}", again.outcome.explain());
    assert_eq!(again.outcome.verdict().resubmission_of(), None);
}

#[test]
fn what_is_no_lead_goes_to_a_queue_and_the_account_s_owner_is_told() {
    let elsewhere = json!([
        {"id": "test", "when": {"field": "name", "eq": "test"}, "then": "void"},
        {"id": "invoices", "when": {"field": "message", "contains": "invoice"}, "then": {"queue": "invoice"}},
    ]);
    let mut desk = team(json!({"elsewhere": elsewhere}), &["li", "wang"].map(rep));
    desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("wang")));
    let asks = Lead {
        company: Some("Acme Trading Ltd".into()),
        message: Some("where is my invoice".into()),
        ..caller("L1", 0, MOBILE)
    };
    let sent = desk.submit(&asks).outcome;
    assert_eq!(
        (sent.route(), sent.reason().to_string().as_str()),
        (&Route::Elsewhere { queue: "invoice".into() }, "invoices")
    );
    assert_eq!(desk.told(), ["wang elsewhere lead L1"]);
    assert!(desk.book.desk().conversions.is_empty() && !desk.lead("L1").is_on_file());
    assert!(desk.book.desk().reviews.contains_key(&("L1".into(), "invoice".into())));
    let test = desk.submit(&Lead { name: Some("test".into()), ..caller("L2", 1, "13927461853") }).outcome;
    assert_eq!((test.route(), test.delta().is_empty()), (&Route::Voided, true));
    let errors = Rules::load(json!({"elsewhere": [
        {"id": "a", "when": {"field": "nmae", "eq": "x"}, "then": {"queue": " "}}, {"id": "a", "when": {}, "then": "void"}]}))
    .unwrap_err();
    let paths: Vec<&str> = errors.iter().map(|one| one.path.as_str()).collect();
    for path in ["elsewhere[0].then", "elsewhere[0].when", "elsewhere[1].id"] {
        assert!(paths.iter().any(|found| found.starts_with(path)), "{path}: {paths:?}");
    }
}

#[test]
fn a_rep_without_a_cap_has_that_of_the_pool() {
    let assign = json!({"pools": {"leads": {"holding_cap": 1, "rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    let mut desk = team(json!({"assign": assign}), &[rep("li"), Rep { holding_cap: Some(2), ..rep("wang") }]);
    for (n, phone) in [MOBILE, "13927461853", "15088672341", "13764028315"].iter().enumerate() {
        desk.submit(&caller(&format!("L{n}"), n as i64, phone));
    }
    let held = |rep: &str| desk.book.leads().filter(|one| one.owner == Some(rep.into())).count();
    assert_eq!((held("li"), held("wang"), desk.owner("L3")), (1, 2, "-"));
    assert_eq!(desk.claim("L3", "li", 9).refusal().unwrap().reason(), "holding_cap");
    let presets = [Rules::b2b(), Rules::b2c()].map(|rules| rules.assign.pools["leads"].holding_cap);
    assert_eq!(presets, [Some(150), Some(50)]);
}

#[test]
fn more_than_twenty_notices_an_hour_are_a_digest() {
    let mut book = Book::new();
    let tell = |code: &str, n: u32, at: i64, book: &mut Book| {
        let about = RecordRef::Lead(format!("L{n}").as_str().into());
        let effect = Effect::Notify { rep: "li".into(), code: code.to_owned().into(), about };
        let minute = hour(0) + chrono::TimeDelta::minutes(at);
        book.apply_effects(&format!("{code} {n} {at}"), &[effect], minute);
    };
    for n in 0..25 {
        tell("re_entry", n, i64::from(n), &mut book);
    }
    tell("re_entry", 3, 25, &mut book);
    tell("re_entry", 23, 26, &mut book);
    tell("call", 1, 27, &mut book);
    tell("call", 1, 28, &mut book);
    tell("re_entry", 90, 84, &mut book);
    let rules = NoticeRules::default();
    let sent = rules.messages(&book.desk().notices);
    let alone = sent.iter().filter(|one| !one.is_digest).count();
    // Twenty, both calls, and the one after the hour.
    assert_eq!((sent.len(), alone), (24, 23));
    let digest = sent.iter().find(|one| one.is_digest).unwrap();
    assert_eq!(
        digest.to_string(),
        "li: re_entry lead L20; re_entry lead L21; re_entry lead L22; re_entry lead L23 (2 times); re_entry lead L24"
    );
    assert_eq!(sent[3].items[0].times, 2, "counted with the first");
    let told: u32 = sent.iter().flat_map(|one| &one.items).map(|item| item.times).sum();
    assert_eq!(told as usize, book.desk().notices.len(), "nothing is lost");
    let each = NoticeRules { together_minutes: 0, hourly_limit: u32::MAX, ..rules };
    assert_eq!(each.messages(&book.desk().notices).len(), book.desk().notices.len());
}

// What a generated quarter showed.

#[test]
fn a_lead_that_absorbs_a_record_of_a_rep_who_lost_it_is_not_theirs_again() {
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    let mail = "li.na@qixi.com.cn";
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    drop(desk.lose("L1", ReassignReason::Returned, 1));
    let second = Lead { phones: vec![], emails: vec![mail.into()], ..caller("L2", 2, MOBILE) };
    desk.submit(&Lead { owner: Some("li".into()), ..second });
    let mut lead = desk.lead("L1").clone();
    lead.emails.push(mail.into());
    desk.book.insert_lead(lead);
    drop(desk.review("L1", 3));
    assert_eq!(desk.lead("L2").folded_into, Some("L1".into()));
    assert!(!["li", "-"].contains(&desk.owner("L1")), "{}", desk.owner("L1"));
    assert!(desk.told().contains(&"li joined lead L1".to_owned()), "{:?}", desk.told());
}

/// What goes along with one of a list is looked at next; whatever else the rep has is handed over, at once or read anew.
#[test]
fn a_list_is_handed_over_whole_by_reading_anew_what_has_no_outcome() {
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    let acme = |id: &str, phone: &str| Lead {
        company: Some("Acme Trading Ltd".into()),
        ..owned(caller(id, 0, phone), "li")
    };
    // Two rows of one person, filed side by side.
    desk.book.insert_lead(acme("L1", MOBILE));
    desk.book.insert_lead(acme("L2", MOBILE));
    // Of the same company, and so read with those two.
    desk.book.insert_lead(acme("L3", "13612349871"));
    desk.book.insert_lead(owned(caller("L4", 0, "13512349872"), "li"));
    let ids = ["L1", "L2", "L3", "L4"];
    let mut rounds = Vec::new();
    loop {
        let inputs: Vec<Input> =
            ids.iter().filter(|id| desk.owner(id) == "li").map(|id| desk.input(id, 5)).collect();
        let to = "wang".into();
        let outcomes =
            desk.intake.hand_over(&inputs, &"li".into(), Some(&to), &desk.roster, &desk.state, hour(5));
        if outcomes.is_empty() {
            break;
        }
        outcomes.iter().for_each(|outcome| desk.apply(outcome));
        rounds.push(outcomes.iter().map(|one| one.lead().to_string()).collect::<Vec<_>>().join(" "));
    }
    assert_eq!(rounds, ["L1 L4", "L3"], "L2 goes along with L1");
    assert!(ids.iter().all(|id| desk.owner(id) != "li"));
}

#[test]
fn a_hand_over_decides_no_collision() {
    let mut desk = team(json!({}), &["li", "wang", "zhao"].map(rep));
    let mail = "li.na@qixi.com.cn";
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    let second = Lead { phones: vec![], emails: vec![mail.into()], ..caller("L2", 1, MOBILE) };
    desk.submit(&Lead { owner: Some("wang".into()), ..second });
    desk.call("L1", "li", 2);
    desk.call("L2", "wang", 2);
    let mut lead = desk.lead("L2").clone();
    lead.phones.push(MOBILE.into());
    desk.book.insert_lead(lead);
    drop(desk.review("L2", 3));
    let inputs = [desk.input("L2", 4)];
    let outcomes = desk.intake.hand_over(
        &inputs,
        &"wang".into(),
        Some(&"zhao".into()),
        &desk.roster,
        &desk.state,
        hour(4),
    );
    outcomes.iter().for_each(|outcome| desk.apply(outcome));
    assert_eq!((desk.owner("L1"), desk.owner("L2")), ("li", "zhao"));
    assert_eq!(desk.lead("L2").tags, ["collision"], "two owners, and it is said");
}

#[test]
fn an_owner_who_is_away_keeps_all_leads_of_their_customer() {
    let mut desk = team(json!({}), &["li", "wang"].map(rep));
    let of = |company: &str, id, hour| Lead { company: Some(company.into()), ..caller(id, hour, MOBILE) };
    desk.submit(&Lead { owner: Some("li".into()), ..of("Acme Trading Ltd", "L1", 0) });
    desk.roster = Roster::compile(&[away("li", 1, 30 * DAY), rep("wang")], &Calendars::default()).unwrap();
    desk.submit(&of("北京纷扬科技有限公司", "L2", 2));
    assert_eq!((desk.owner("L1"), desk.owner("L2")), ("li", "li"));
    assert_eq!(desk.book.history(&"L2".into()).cover().unwrap().owner.as_str(), "wang");
}
