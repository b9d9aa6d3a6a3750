//! What was, when: pauses, covers, plans and returns are judged by the history, not by what stands there now.

use expect_test::expect;
use leadkit::book::Book;
use leadkit::follow_up::{FollowUpRules, HeldParts, ProtectionRules};
use leadkit::model::{Account, Effect, Rep, RepId, Value};

use super::*;

/// Reminded after 20 h, missed after 24, the manager hears of it then, and it is taken after 72.
fn talk() -> FollowUpPolicies {
    node(json!({"id": "talk", "within": "24h", "ladder": [
        {"step": "remind_owner", "within": "20h"}, {"step": "copy_manager", "within": "24h"},
        {"step": "recycle", "within": "72h"},
    ]}))
}

#[test]
fn a_pause_after_the_deadline_stops_the_later_rungs() {
    let policies = talk();
    // Late on Tuesday at ten; the customer asks on Tuesday at noon for time: the lead is not taken on Thursday.
    let case = Case::owned("li", "03-02 10:00").paused("03-03 12:00", None, "asks for time");
    let report = case.look(&policies, "03-06 09:00");
    assert_eq!(
        (violations(&report), steps(&report)),
        (vec!["late_follower talk li".into()], vec!["copy_manager 03-03 10:00:01".into()])
    );
    // Two days less two hours of it were left when the pause began: it goes on with them.
    let case = Case::owned("li", "03-02 10:00").paused("03-03 12:00", Some("03-05 12:00"), "asks for time");
    assert_eq!(steps(&case.look(&policies, "03-09 09:59")), ["copy_manager 03-03 10:00:01"]);
    let report = case.look(&policies, "03-09 10:01");
    assert_eq!(steps(&report), ["copy_manager 03-03 10:00:01", "recycle 03-09 10:00:01"]);
    expect!["action 2026-03-09T10:00:01+08:00: lead L1 goes from li to pool claims_gd (lead), `talk` of `p`: deadline_missed, paused from 2026-03-03T04:00:00Z to 2026-03-05T04:00:00Z: asks for time"]
        .assert_eq(&report.actions[1].to_string());
    assert!(report.violations[0].pauses.is_empty(), "what came after is no excuse");
    // What does not pause goes on.
    let strict = node(
        json!({"id": "talk", "within": "24h", "pauses": false, "ladder": [{"step": "recycle", "within": "72h"}]}),
    );
    assert_eq!(steps(&case.look(&strict, "03-06 09:00")), ["recycle 03-05 10:00:01"]);
}

#[test]
fn a_cover_after_the_deadline_stops_the_later_rungs() {
    let policies = talk();
    let case = Case::owned("li", "03-02 10:00").tenure("wang", t("03-03 12:00"), Acquisition::Cover);
    let report = case.look(&policies, "03-05 11:00");
    // wang has a day of their own and misses it; li is away.
    assert_eq!(violations(&report), ["late_follower talk li", "late_follower talk wang"]);
    assert_eq!(steps(&report), ["copy_manager 03-03 10:00:01", "copy_manager 03-04 12:00:01"]);
    // Nobody stands in for an owner who has lost the lead.
    let lost = case.owner("zhao", t("03-05 12:00"));
    let owners: Vec<String> = lost
        .look(&policies, "03-05 13:00")
        .deadlines
        .iter()
        .map(|one| one.owner.clone().unwrap().to_string())
        .collect();
    assert_eq!(owners, ["zhao"]);
}

#[test]
fn what_is_due_before_a_date_waits_for_a_pause_as_well() {
    let policies = node(json!({
        "id": "renew", "anchor": {"date": "2026-03-20T02:00:00Z"}, "within": "10d", "clock": "elapsed", "before": true,
    }));
    let case = Case::owned("li", "03-02 10:00");
    assert_eq!(due(&case.look(&policies, "03-11 10:00"), "renew"), "03-10 10:00");
    let paused = case.paused("03-09 10:00", Some("03-12 10:00"), "a fair");
    assert_eq!(due(&paused.look(&policies, "03-13 10:00"), "renew"), "03-12 10:00");
    assert_eq!(states(&paused.look(&policies, "03-12 09:00")), ["renew open"]);
}

#[test]
fn a_cover_does_not_restart_what_the_owner_had_done() {
    let policies = with_pools(FollowUpRules::b2b());
    let case = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00").tenure(
        "wang",
        t("03-03 10:00"),
        Acquisition::Cover,
    );
    let report = case.look(&policies, "03-09 09:00");
    assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");
    let of_wang: Vec<&str> = report
        .deadlines
        .iter()
        .filter(|one| one.owner == Some("wang".into()))
        .map(|one| one.node.as_str())
        .collect();
    assert_eq!(of_wang, ["care", "convert"], "the owner had followed up, and had not converted");
    // What the owner had not done is the deputy's to do.
    let open = Case::owned("li", "03-02 10:00").tenure("wang", t("03-03 10:00"), Acquisition::Cover);
    assert_eq!(violations(&open.look(&policies, "03-09 09:00")), ["late_follower follow_up wang"]);
    // So it is with a stage, a date and an activity.
    for anchor in
        [json!({"stage_entry": "mql"}), json!({"date": "2026-03-02T03:00:00Z"}), json!("last_activity")]
    {
        let policies = node(json!({"id": "talk", "anchor": anchor, "within": "1d"}));
        let case = Case::owned("li", "03-02 10:00")
            .stage("mql", t("03-02 10:30"))
            .active("reply", t("03-02 10:30"))
            .call("li", "03-02 12:00")
            .tenure("wang", t("03-03 10:00"), Acquisition::Cover);
        let report = case.look(&policies, "03-09 09:00");
        assert!(report.violations.is_empty(), "{anchor}: {report}");
        // A new activity is the deputy's.
        if anchor == json!("last_activity") {
            let again = case.active("reply", t("03-04 10:00"));
            assert_eq!(violations(&again.look(&policies, "03-09 09:00")), ["late_follower talk wang"]);
        }
    }
}

#[test]
fn a_plan_moves_no_deadline_that_has_passed() {
    let rungs = json!([{"step": "remind_owner", "within": "20h"}, {"step": "recycle", "within": "24h"}]);
    let policies = node(json!({"id": "talk", "within": "24h", "planned_moves": true, "ladder": rungs}));
    let case = Case::owned("li", "03-02 10:00");
    assert_eq!(violations(&case.look(&policies, "03-04 10:00")), ["late_follower talk li"]);
    // Too late: the owner was late already.
    let late = case.clone().planned("li", "03-04 10:00", "03-20 15:00");
    assert_eq!(violations(&late.look(&policies, "03-04 10:01")), ["late_follower talk li"]);
    assert_eq!(due(&late.look(&policies, "03-04 10:01"), "talk"), "03-03 10:00");
    // In time: the ladder moves with its deadline.
    let moved = case.clone().planned("li", "03-03 09:00", "03-05 15:00");
    let report = moved.look(&policies, "03-04 11:00");
    assert_eq!(
        (due(&report, "talk"), violations(&report), steps(&report)),
        ("03-05 15:00".into(), vec![], vec![])
    );
    let report = moved.look(&policies, "03-05 15:01");
    assert_eq!(steps(&report), ["recycle 03-05 15:00:01"]);
    let reminded: Vec<String> =
        report.reminders_due.iter().map(|one| one.fires_at.format("%m-%d %H:%M").to_string()).collect();
    assert_eq!(reminded, ["03-05 11:00", "03-05 15:00"], "of the deadline, and of the plan");
    // Planned again before it was due; the plan of somebody else, and a plan after it, move nothing.
    let twice = moved.clone().planned("li", "03-05 10:00", "03-09 10:00").planned(
        "wang",
        "03-05 11:00",
        "03-19 10:00",
    );
    assert_eq!(due(&twice.look(&policies, "03-09 09:00"), "talk"), "03-09 10:00");
    // The owner before was late, whatever the next one plans.
    let next = case.owner("wang", t("03-05 10:00")).planned("wang", "03-05 10:30", "03-20 15:00");
    let report = next.look(&policies, "03-05 11:00");
    assert_eq!(
        (violations(&report), due(&report, "talk")),
        (vec!["late_follower talk li".into()], "03-20 15:00".into())
    );
    // Of the date on the lead nobody knows when it was written.
    let mut bare = Case::owned("li", "03-02 10:00");
    bare.lead.next_follow_up = Some(t("03-20 15:00"));
    assert_eq!(violations(&bare.look(&policies, "03-04 10:00")), ["late_follower talk li"]);
    // The date that a follow-up names moves to the end of its day.
    let policies = node(json!({"id": "offer", "kind": "convert", "within": "24h", "planned_moves": true}));
    let mut dated = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00");
    dated.history.follow_ups[0].next_date = "2026-03-06".parse().ok();
    assert_eq!(due(&dated.look(&policies, "03-05 10:00"), "offer"), "03-07 00:00");
}

#[test]
fn who_takes_it_again_is_not_judged_for_time_not_held() {
    let policies = with_pools(FollowUpRules {
        protection: Some(ProtectionRules::days(30, 0, 30)),
        ..FollowUpRules::b2b()
    });
    let mut case = Case::owned("li", "03-02 10:00")
        .call("li", "03-02 11:00")
        .lost(t("03-03 10:00"), TenureEnd::Returned);
    case.pass(&policies, "03-03 10:00");
    case.pass(&policies, "04-10 10:00");
    let again = case.owner("li", t("04-13 10:00"));
    let report = again.look(&policies, "04-13 10:00");
    assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");
    // One of fourteen working days was used.
    assert_eq!(due(&report, "convert"), "04-30 10:00");
    let protection = report.protection.unwrap();
    assert_eq!(
        (protection.from, protection.through),
        ("2026-03-02".parse().unwrap(), "2026-05-12".parse().unwrap())
    );
    // Taken from the rep, and given again: that is a change of owner.
    let taken = Case::owned("li", "03-02 10:00")
        .lost(t("03-06 10:00"), TenureEnd::Recycled)
        .owner("li", t("04-13 10:00"));
    let report = taken.look(&policies, "04-13 10:00");
    assert_eq!(
        (violations(&report), due(&report, "follow_up")),
        (vec!["late_follower follow_up li".into()], "04-16 10:00".into())
    );
    assert!(report.actions.is_empty(), "{report}");
}

#[test]
fn a_tenure_that_nobody_ended_ends_with_the_next() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::new("03-02 10:00").tenure("li", t("03-02 10:00"), Acquisition::AutoAssigned).tenure(
        "wang",
        t("03-03 10:00"),
        Acquisition::AutoAssigned,
    );
    case.lead.owner = Some("wang".into());
    let report = case.call("wang", "03-03 11:00").look(&policies, "03-05 11:00");
    assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");
    assert!(report.deadlines.iter().all(|one| one.owner == Some("wang".into())), "{report}");
}

#[test]
fn without_a_first_follow_up_its_clock_runs_from_the_change_of_owner() {
    let policies = node(json!({
        "id": "silent", "anchor": "last_follow_up", "within": "7d", "clock": "elapsed",
        "ladder": [{"step": "recycle", "within": "7d"}],
    }));
    let case = Case::owned("li", "03-02 10:00");
    assert_eq!(due(&case.look(&policies, "03-02 10:00"), "silent"), "03-09 10:00");
    let report = case.look(&policies, "03-09 10:01");
    assert_eq!(
        (violations(&report), steps(&report)),
        (vec!["late_follower silent li".into()], vec!["recycle 03-09 10:00:01".into()])
    );
    assert_eq!(due(&case.call("li", "03-04 10:00").look(&policies, "03-05 10:00"), "silent"), "03-11 10:00");
}

#[test]
fn edits_of_other_fields_are_no_contact() {
    let rules = FollowUpRules::load(json!({
        "policies": [{"id": "p", "nodes": [
            {"id": "talk", "within": "24h"},
            {"id": "again", "anchor": "last_follow_up", "within": "3d"},
        ]}],
        "key_fields": ["need"],
        "protection": {"days": 4, "extends_days": 3, "max_days": 20},
        "tracking": {"reminders": [{"id": "month", "after": "30d"}]},
    }));
    let policies = with_pools(rules.unwrap());
    let edit = |field: &str| {
        let mut case = Case::owned("li", "03-02 10:00")
            .follow_up("li", FollowUpKind::KeyFieldEdit, t("03-03 09:00"))
            .follow_up("li", FollowUpKind::KeyFieldEdit, t("03-05 15:00"));
        case.history.follow_ups.iter_mut().for_each(|one| one.key_fields_changed = vec![field.to_owned()]);
        case.lead.next_follow_up = Some(t("03-05 09:00"));
        case.options.closed_at = Some(t("02-01 10:00"));
        let report = case.look(&policies, "03-05 16:00");
        (
            states(&report),
            report.first_contacts.iter().any(|first| first.at.is_some()),
            report.protection.unwrap().extensions.len(),
            report.reminders_due.iter().map(|one| one.kind.to_string()).collect::<Vec<_>>(),
        )
    };
    let missed = ["talk overdue", "again overdue"].map(str::to_owned).to_vec();
    assert_eq!(edit("budget"), (missed, false, 0, vec!["tracking".into(), "planned".into()]));
    let met = ["talk met", "again open"].map(str::to_owned).to_vec();
    assert_eq!(edit("need"), (met, true, 1, vec![]));
}

#[test]
fn a_call_back_on_the_same_day_is_reminded() {
    let policies = with_pools(FollowUpRules::b2b());
    let reminded = |case: &Case, now: &str| {
        let planned = case.look(&policies, now).reminders_due.into_iter().filter(|one| one.policy.is_none());
        planned.map(|one| one.fires_at.format("%m-%d %H:%M").to_string()).collect::<Vec<_>>()
    };
    let called = Case::owned("li", "03-02 09:00").call("li", "03-02 09:30");
    let mut bare = called.clone();
    bare.lead.next_follow_up = Some(t("03-02 16:00"));
    for case in [bare, called.clone().planned("li", "03-02 09:30", "03-02 16:00")] {
        assert_eq!(case.look(&policies, "03-02 10:00").next_wakeup.unwrap().at, t("03-02 16:00"));
        assert_eq!(reminded(&case, "03-02 16:30"), ["03-02 16:00"]);
        assert!(reminded(&case.call("li", "03-02 16:10"), "03-02 16:30").is_empty());
    }
    // The rep calls back early, as planned.
    let early = called.clone().planned("li", "03-02 09:30", "03-02 16:00").call("li", "03-02 15:00");
    assert!(reminded(&early, "03-02 16:30").is_empty());
    // A date of the same day, named in the call.
    let mut dated = called;
    dated.history.follow_ups[0].next_date = "2026-03-02".parse().ok();
    assert_eq!(reminded(&dated, "03-02 10:00"), ["03-02 09:30"]);
    assert!(reminded(&dated.call("li", "03-02 15:00"), "03-02 16:00").is_empty());
}

#[test]
fn care_is_asked_for_whenever_a_lead_is_silent() {
    let policies = with_pools(FollowUpRules::b2b());
    let cared = |case: &Case, now: &str| {
        let care = case.look(&policies, now).reminders_due.into_iter().filter(|one| one.node == "care");
        care.map(|one| one.fires_at.format("%m-%d %H:%M").to_string()).collect::<Vec<_>>()
    };
    let case = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00");
    assert!(cared(&case, "03-05 10:59").is_empty());
    assert_eq!(cared(&case, "03-05 11:00"), ["03-05 11:00"]);
    // A call ends the silence; the next begins with it.
    let again = case.call("li", "03-05 14:00");
    assert!(cared(&again, "03-05 14:00").is_empty());
    assert_eq!(cared(&again, "03-18 09:00"), ["03-10 14:00"]);
}

#[test]
fn a_stay_counts_from_the_entry_into_the_pool() {
    let policies = with_pools(FollowUpRules::b2b());
    // Nobody's since January 5, in nurture until June 19, then in the active pool.
    let mut case = Case::new("01-05 10:00");
    case.lead.pool = Some("nurture".into());
    case.pass(&policies, "01-05 10:00");
    case.lead.pool = Some("active".into());
    let mut told = case.clone();
    let report = case.keep(&policies, "06-19 10:00");
    assert_eq!(due(&report, "stay"), "12-16 10:00");
    assert_eq!(due(&case.keep(&policies, "06-22 10:00"), "stay"), "12-16 10:00");
    // Or the host knows.
    (told.options.record, told.options.pool_since) = (Default::default(), Some(t("06-19 10:00")));
    assert_eq!(due(&told.look(&policies, "06-20 10:00"), "stay"), "12-16 10:00");
    // Without either it has been nobody's for so long.
    told.options.pool_since = None;
    assert_eq!(due(&told.look(&policies, "06-20 10:00"), "stay"), "07-04 10:00");
}

#[test]
fn evidence_is_of_the_deadline() {
    let policies = node(json!({"id": "talk", "within": "24h"}));
    let mut case = Case::owned("li", "03-02 10:00").stage("lead", t("03-02 10:00"));
    case.lead.products = vec!["press".into()];
    case.pass(&policies, "03-03 11:00");
    let mut case =
        case.stage("mql", t("03-09 10:00")).owner("wang", t("03-10 10:00")).call("wang", "03-10 11:00");
    case.lead.products = vec!["lathe".into()];
    let shown = |case: &Case| {
        let report = case.look(&policies, "03-11 09:00");
        let snapshot = report.violations[0].snapshot.clone();
        let text = |name: &str| snapshot.get(name).map(Value::to_string).unwrap_or_default();
        ["owner", "stage", "status", "products"].map(text).join(" ")
    };
    assert_eq!(shown(&case), "li lead pending press");
    // Without a record, what has no history is as it is now.
    case.options.record = Default::default();
    assert_eq!(shown(&case), "li lead pending lathe");
}

#[test]
fn contract_end_acts_on_customers() {
    let policies = node(json!({
        "id": "renew", "anchor": "contract_end", "within": "90d", "clock": "elapsed", "ladder": [
            {"step": "remind_owner", "within": "30d"}, {"step": "recycle", "within": "90d", "to": "public_active"}],
    }));
    let mut case = Case::owned("li", "01-05 10:00").lost(t("01-20 10:00"), TenureEnd::Converted);
    (case.lead.owner, case.lead.account) = (Some("li".into()), Some("A1".into()));
    assert!(case.look(&policies, "02-01 10:00").next_wakeup.is_none());
    case.options.contract_end = Some(t("03-31 10:00"));
    let report = case.look(&policies, "02-01 10:00");
    assert_eq!(
        (due(&report, "renew"), report.next_wakeup.unwrap().at.to_utc()),
        ("06-29 10:00".into(), t("04-30 10:00"))
    );
    let report = case.look(&policies, "06-29 10:01");
    assert_eq!((violations(&report), report.reminders_due.len()), (vec!["late_follower renew li".into()], 1));
    assert_eq!(report.violations[0].snapshot["status"], Value::from("converted"));
    // The account goes into the pool; the lead stays as it ended.
    let effects: Vec<String> = report.actions[0].effects.iter().map(ToString::to_string).collect();
    expect![[r#"
        [
            "notify li about lead L1 (deadline_missed)",
            "update `owner` of account A1",
            "update `pool` of account A1",
        ]
    "#]]
    .assert_debug_eq(&effects);
    // Without a word of what the owner has of it, nobody else loses what is theirs.
    for (owner, crm, erp, wanted) in [
        ("li", "", "", "- - - active"),
        ("zhao", "li", "wang", "zhao li wang "),
        ("zhao", "", "", "zhao - - "),
        ("li", "", "wang", "- - wang "),
        ("", "li", "wang", "- li wang "),
    ] {
        let named = |rep: &str| (!rep.is_empty()).then(|| RepId::from(rep));
        let owners = [("crm", crm), ("erp", erp)];
        let owners =
            owners.into_iter().filter_map(|(part, rep)| Some((part.to_owned(), named(rep)?))).collect();
        let mut book = Book::new();
        book.insert_account(Account { id: "A1".into(), owner: named(owner), owners, ..Account::default() });
        for decision in ["once", "again"] {
            book.apply_effects(decision, &report.actions[0].effects, t("06-29 10:01"));
            let account = book.account(&"A1".into()).unwrap();
            let part = |name: &str| account.owners.get(name).map_or("-", RepId::as_str);
            let owner = account.owner.as_ref().map_or("-", RepId::as_str);
            let pool = account.pool.as_ref().map_or("", |pool| pool.as_str());
            assert_eq!(format!("{owner} {} {} {pool}", part("crm"), part("erp")), wanted);
        }
    }
    // Of a divided account goes what the owner has of it, and who has the rest keeps it.
    let field = |effect: &Effect| match effect {
        Effect::UpdateField { field, value, replaces, .. } => {
            Some(format!("{field}: {value} for {replaces}"))
        }
        _ => None,
    };
    for (fields, is_all, wanted) in [
        (&["owners.crm"][..], false, &["owners.crm: null for li"][..]),
        (
            &["owners.crm", "owner"],
            true,
            &["owners.crm: null for li", "owner: null for li", "pool: active for null"],
        ),
        (&[], false, &[]),
    ] {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        case.options.held = Some(HeldParts { fields, is_all });
        let report = case.look(&policies, "06-29 10:01");
        let written: Vec<String> = report.actions[0].effects.iter().filter_map(field).collect();
        assert_eq!(written, wanted);
    }
    // The owner spoke to the customer; and what was due on the lead is not due on the customer.
    assert!(case.call("li", "04-15 10:00").look(&policies, "06-29 10:01").violations.is_empty());
    let dated = node(json!({"id": "talk", "anchor": {"date": "2026-01-10T02:00:00Z"}, "within": "30d"}));
    let ended = Case::owned("li", "01-05 10:00").lost(t("01-20 10:00"), TenureEnd::Converted);
    assert!(ended.look(&dated, "06-01 10:00").violations.is_empty());
}

#[test]
fn the_last_moment_of_time_prints() {
    let policies = with_pools(FollowUpRules {
        protection: Some(ProtectionRules::days(3, 3, 9)),
        ..FollowUpRules::b2b()
    });
    for moment in [
        "+262142-12-31T23:59:59Z",
        "+262142-12-31T18:00:00Z",
        "-262143-01-01T00:00:00Z",
        "+10000-01-01T00:00:00Z",
    ] {
        let at: DateTime<Utc> = moment.parse().unwrap();
        let mut case = Case::created_at(at).owner("li", at).follow_up("li", FollowUpKind::Call, at);
        case.lead.next_follow_up = Some(at);
        (case.options.closed_at, case.options.contract_end) = (Some(at), Some(at));
        case.options.pauses.push(Pause { from: at, until: Some(at), reason: "waits".into() });
        for now in [at, t("03-02 10:00")] {
            let report = case.at(&policies, now);
            assert!(report.to_string().starts_with("lead L1"), "{moment}");
            let read: FollowUpReport =
                serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
            assert_eq!(read, report, "{moment}");
            let mut table = leadkit::follow_up::SpeedTable::default();
            report.first_contacts.iter().for_each(|first| table.add(first));
            assert!(table.rows().count() <= 1);
        }
    }
    assert_eq!(policies.room(&Rep { holding: 150, ..Rep::default() }), Some(0));
}

#[test]
fn a_pause_after_it_was_due_does_not_change_the_same_time() {
    let policies = node(json!({"id": "talk", "within": "1wd", "clock": "same_time"}));
    let case = Case::owned("li", "03-07 10:00"); // a Saturday
    let plain = due(&case.look(&policies, "03-12 10:00"), "talk");
    assert_eq!(plain, "03-09 10:00");
    let later = case.clone().paused("03-11 10:00", Some("03-12 10:00"), "a fair");
    let report = later.look(&policies, "03-12 10:00");
    assert_eq!((due(&report, "talk"), violations(&report).len()), (plain, 1));
    // One before it is due: counted minutes of working days.
    let before = case.paused("03-09 09:00", Some("03-10 09:00"), "a fair");
    assert_eq!(due(&before.look(&policies, "03-12 10:00"), "talk"), "03-11 00:00");
}
