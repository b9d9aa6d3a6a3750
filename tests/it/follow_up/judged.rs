//! Who is judged, by what, and from when on: conversions, imports, late records, scores, stand-ins, rules that come later.

use leadkit::calendar::CalendarRules;
use leadkit::follow_up::{FollowUpRules, LookReason, NodeState, ReminderKind};
use leadkit::model::Absence;
use leadkit::rule::ScoreFacts;

use super::*;

/// The rules have converted it to the owner's account: only speaking to the customer is left to do.
#[test]
fn the_owner_of_a_converted_lead_owes_the_first_contact_and_no_conversion() {
    let converted = |rules: FollowUpRules| {
        let mut case = Case::owned("li", "03-02 09:20");
        (case.lead.status, case.options.awaits_answer) = (LeadStatus::Converted, true);
        (case, with_pools(rules))
    };
    let (mut case, nodes) = converted(FollowUpRules::nodes());
    for now in ["03-02 09:20", "03-03 09:21", "03-05 09:21", "03-20 10:00"] {
        let report = case.keep(&nodes, now);
        let late: &[&str] = if now == "03-02 09:20" { &[] } else { &["late_follower first_contact li"] };
        assert_eq!(violations(&report), late, "{now}: {report}");
        assert!(states(&report).contains(&"mql met".to_owned()), "{report}");
    }
    let (case, b2b) = converted(FollowUpRules::b2b());
    let report = case.call("li", "03-02 10:00").look(&b2b, "03-30 10:00");
    assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");

    // The previous owner, who did not convert it, is as late as before; the owner it was converted to is not.
    let mut case = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00");
    let (nodes, late) = (with_pools(FollowUpRules::nodes()), ["late_converter mql li"]);
    assert_eq!(violations(&case.keep(&nodes, "03-06 10:00")), late);
    case = case.owner("wang", t("03-09 10:00"));
    (case.lead.status, case.options.awaits_answer) = (LeadStatus::Converted, true);
    let report = case.keep(&nodes, "03-09 10:00");
    assert_eq!(report.violations[0].done_at, None, "{report}");
    let report = case.call("wang", "03-09 11:00").keep(&nodes, "03-20 10:00");
    assert_eq!(violations(&report), late);
}

/// The rows of another system may be years old: what is due of them begins with the import.
#[test]
fn an_import_accuses_nobody() {
    let marketing = with_pools(FollowUpRules::marketing());
    let old = "2025-03-02T02:00:00Z".parse().unwrap();
    let mut owned = Case::created_at(old).owner("li", t("03-02 10:00"));
    let mut free = Case::created_at(old);
    free.lead.pool = Some("claims_gd".into());
    for case in [&mut owned, &mut free] {
        case.lead.filed_at = Some(t("03-02 10:00"));
        let report = case.keep(&marketing, "03-02 10:00");
        assert!(report.violations.is_empty() && report.effects().is_empty(), "{report}");
        assert!(report.next_wakeup.unwrap().at.to_utc() > t("03-02 10:00"));
    }
    assert_eq!(violations(&owned.look(&marketing, "03-04 10:01")), ["late_follower cleansing li"]);
    // A rep who brings their history along is not late for it either.
    let mut brought = Case::created_at(old).tenure("li", old, Acquisition::AutoAssigned);
    (brought.lead.owner, brought.lead.filed_at) = (Some("li".into()), Some(t("03-02 10:00")));
    let b2b = with_pools(FollowUpRules::b2b());
    assert_eq!(due(&brought.look(&b2b, "03-02 10:00"), "follow_up"), "03-05 10:00");
    assert!(brought.look(&b2b, "03-02 10:00").violations.is_empty());
}

/// A phone system writes late: what was done in time was not missed, whoever knew of it when.
#[test]
fn a_call_whose_record_comes_late_takes_the_violation_off() {
    let nodes = with_pools(FollowUpRules::nodes());
    let mut case = Case::owned("li", "03-02 10:00");
    assert_eq!(violations(&case.keep(&nodes, "03-03 10:01")), ["late_follower first_contact li"]);
    // The owner called too late, as far as anybody knows; then the record of the first call comes.
    let mut called = case.clone().call("li", "03-04 09:00");
    assert_eq!(called.keep(&nodes, "03-04 09:00").violations[0].done_at.unwrap(), t("03-04 09:00"));
    for case in [&mut case, &mut called] {
        *case = case.clone().call("li", "03-03 09:00");
        let report = case.keep(&nodes, "03-04 10:00");
        assert!(report.violations.is_empty() && report.labels.is_empty(), "{report}");
        assert!(case.look(&nodes, "03-04 11:00").violations.is_empty());
    }
    // One that was too late by a minute is too late however it became known.
    let mut late = Case::owned("li", "03-02 10:00");
    late.pass(&nodes, "03-03 10:01");
    let report = late.call("li", "03-03 10:01").keep(&nodes, "03-04 10:00");
    assert_eq!(violations(&report), ["late_follower first_contact li"]);
}

/// The example of the docs: half an hour for an A. Without the score that is a fault, and not a policy that never holds.
#[test]
fn a_policy_by_level_holds_once_the_score_is_handed_in_and_is_a_fault_until_then() {
    let policies = of(json!([{"id": "hot", "when": {"field": "score.grade", "eq": "A"}, "nodes": [
        {"id": "talk", "within": "30m", "ladder": [{"step": "copy_manager", "within": "30m"}]}]}]));
    let case = Case::owned("li", "03-02 10:00");
    let look = |grade: Option<&'static str>| {
        let tables = HostTables::default();
        let now = t("03-02 11:00");
        let context =
            FactContext { tables: &tables, activities: &case.activities, history: &case.history, now };
        let mut facts = Facts::new(&case.lead, &context);
        if let Some(grade) = grade {
            facts.set_score(ScoreFacts { grade, ..ScoreFacts::default() });
        }
        policies.evaluate_with(&facts, &case.options)
    };
    assert_eq!(violations(&look(Some("A"))), ["late_follower talk li"]);
    let report = look(Some("B"));
    assert!(report.violations.is_empty() && report.faults.is_empty(), "{report}");
    let report = look(None);
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        ["rule hot failed: `score.grade` is not known: the score was not passed in\n    \
          help: store it when the lead is decided, and call `Facts::set_score` before each look"]
    );
    // Whether there is one may be asked of any lead.
    let scored = of(json!([{"id": "p", "when": {"field": "score.grade", "exists": false}, "nodes": [
        {"id": "talk", "within": "30m"}]}]));
    assert!(case.look(&scored, "03-02 11:00").faults.is_empty());
    assert_eq!(case.look(&scored, "03-02 11:00").violations.len(), 1);
}

/// Who stands in and misses it is replaced; the owner, who is away, loses nothing.
#[test]
fn a_stand_in_who_misses_the_deadline_is_replaced_and_the_owner_keeps_the_lead() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("li", "03-02 10:00").tenure("wang", t("03-03 09:00"), Acquisition::Cover);
    let away = Absence { from: t("03-03 09:00"), until: t("03-16 09:00") };
    case.options.absences = [("li".into(), vec![away])].into();
    let report = case.keep(&policies, "03-06 09:01");
    assert_eq!(violations(&report), ["late_follower follow_up wang"], "{report}");
    let taken = report.actions.iter().find(|one| one.takes_away()).unwrap();
    assert_eq!((taken.step.as_str(), taken.owner.as_ref().unwrap().as_str()), ("reassign", "wang"));
    assert!(asked(&report).iter().all(|one| !one.contains("move lead")), "{:?}", asked(&report));
}

/// Time alone makes conditions true and false: the lead is looked at then.
#[test]
fn a_condition_with_a_window_is_looked_at_when_it_turns() {
    let visit = json!({"field": "activity.count.page_visit.7d", "ge": 1});
    let policies = of(json!([
        {"id": "warm", "when": visit, "nodes": [{"id": "talk", "within": "24h"}]},
        {"id": "cold", "when": {"not": visit}, "nodes": [
            {"id": "wake", "within": "24h", "ladder": [{"step": "remind_owner", "within": "20h"}]}]},
    ]));
    let mut case =
        Case::owned("li", "03-02 10:00").active("page_visit", t("03-02 10:00")).call("li", "03-02 11:00");
    let next = case.keep(&policies, "03-02 11:00").next_wakeup.unwrap();
    assert_eq!((next.at.to_utc(), next.reason), (t("03-09 10:00") + second(1), LookReason::Condition));
    let report = case.keep(&policies, "03-09 10:01");
    assert_eq!(due(&report, "wake"), "03-10 10:01");
}

fn second(count: i64) -> chrono::TimeDelta {
    chrono::TimeDelta::seconds(count)
}

/// A host that looks when it is told to finds what one finds that looks every hour, whatever windows conditions have.
#[test]
fn whoever_looks_when_told_to_misses_no_turn_of_a_condition() {
    let conditions = [
        json!({"field": "activity.count.page_visit.3d", "ge": 2}),
        json!({"not": {"field": "activity.count.page_visit.2d", "between": [1, 2]}}),
        json!({"field": "activity.last", "older_than": "50h"}),
        json!({"any": [{"field": "activity.last", "within": "30h"}, {"field": "created_at", "older_than": "9d"}]}),
        json!({"all": [{"field": "activity.count.page_visit.1d", "eq": 0}, {"not": {"field": "activity.last", "older_than": "4d"}}]}),
        json!({"script": "count(\"page_visit\", 2) >= 1"}),
    ];
    let mut turns = 0;
    for (index, when) in conditions.iter().enumerate() {
        let policies = of(json!([{"id": "p", "when": when, "nodes": [{"id": "talk", "within": "900h"}]}]));
        for seed in 0..8_i64 {
            let mut case = Case::owned("li", "03-02 10:00");
            for visit in 0..5 {
                let at = (seed * 37 + visit * visit * 29 + visit * 11 * (seed % 3)) % 200;
                case = case.active("page_visit", t("03-02 10:00") + chrono::TimeDelta::hours(at));
            }
            let holds = |now| !case.at(&policies, now).deadlines.is_empty();
            let mut hour = t("03-02 10:00");
            let mut announced = case.at(&policies, hour).next_wakeup.unwrap().at.to_utc();
            let mut held = holds(hour);
            while hour < t("03-20 10:00") {
                let before = hour;
                hour += chrono::TimeDelta::hours(1);
                let news = case.activities.iter().any(|one| before < one.time && one.time <= hour);
                if announced <= hour || news {
                    // A host looks: what it is told to, and after what has happened.
                    held = holds(hour);
                    announced = case.at(&policies, hour).next_wakeup.unwrap().at.to_utc();
                    turns += 1;
                }
                let is_script = when.get("script").is_some();
                assert!(held == holds(hour) || is_script, "{index} {seed} {hour}: {when}");
                assert!(announced <= hour + chrono::TimeDelta::days(1) || !is_script);
            }
        }
    }
    assert!(turns > 100);
}

/// What ends the condition of a policy may be what it asked for.
#[test]
fn the_call_that_ends_a_condition_is_on_record_as_what_was_done() {
    let policies = of(json!([{"id": "p", "when": {"field": "status", "eq": "pending"}, "nodes": [
        {"id": "talk", "within": "24h"}]}]));
    let missed = |policies: &FollowUpPolicies| {
        let mut case = Case::owned("li", "03-02 10:00");
        assert_eq!(violations(&case.keep(policies, "03-03 10:01")).len(), 1);
        case
    };
    let mut case = missed(&policies).call("li", "03-04 10:00");
    case.lead.status = LeadStatus::Following;
    for now in ["03-04 10:00", "03-09 10:00"] {
        let report = case.keep(&policies, now);
        let one = &report.violations[0];
        assert_eq!((one.done_at.unwrap().to_utc(), one.closed_at), (t("03-04 10:00"), None), "{now}");
    }
    // In time, and known later: it was not missed.
    let mut case = missed(&policies).call("li", "03-03 09:00");
    case.lead.status = LeadStatus::Following;
    assert!(case.keep(&policies, "03-04 10:00").violations.is_empty());
    // Nobody called, and it is somebody else's business: it ends without.
    let mut case = missed(&policies);
    case.lead.status = LeadStatus::Following;
    case.pass(&policies, "03-05 10:00");
    let one = &case.call("li", "03-09 10:00").keep(&policies, "03-09 11:00").violations[0];
    assert_eq!((one.done_at, one.closed_at.unwrap().to_utc()), (None, t("03-05 10:00")));
}

/// Rules that come to leads that are on file already count from when they are in force.
#[test]
fn nobody_is_late_by_rules_that_were_not_in_force() {
    let live_since = Some("2026-03-02T00:00:00Z".parse().unwrap());
    let old = "2025-06-02T02:00:00Z".parse().unwrap();
    let called = Case::created_at(old).owner("li", old).call("li", "02-27 11:00");
    let silent = Case::created_at(old).owner("li", old);
    for rules in
        [FollowUpRules::nodes(), FollowUpRules::b2c(), FollowUpRules::b2b(), FollowUpRules::marketing()]
    {
        let before = with_pools(rules.clone());
        assert!(!called.look(&before, "03-02 10:00").violations.is_empty());
        let policies = with_pools(FollowUpRules { live_since, ..rules });
        for case in [&called, &silent] {
            let report = case.look(&policies, "03-02 09:00");
            assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");
            assert!(report.effects().is_empty() && report.next_wakeup.is_some());
        }
        // The owner has spoken to it already; one who has not does so now.
        let owes = |case: &Case| {
            let report = case.look(&policies, "03-02 10:00");
            report.deadlines.iter().any(|one| one.kind.as_str() == "follow" && one.state == NodeState::Open)
        };
        assert!(owes(&silent) && !owes(&called));
        assert!(!silent.look(&policies, "03-20 10:00").violations.is_empty());
    }
    let b2c = with_pools(FollowUpRules { live_since, ..FollowUpRules::b2c() });
    assert_eq!(due(&called.look(&b2c, "03-02 10:00"), "convert"), "03-04 08:00");
    // How fast they were does not depend on it.
    let first = called.look(&b2c, "03-02 10:00").first_contacts;
    assert_eq!(first[0].from.to_utc(), old);
}

/// A rep who gets a customer shortly before the contract ends is not late, and is told.
#[test]
fn a_new_owner_within_the_time_before_a_contract_ends_is_reminded() {
    let policies = node(json!({"id": "renew", "kind": "convert", "anchor": "contract_end", "within": "30d",
        "before": true, "clock": "elapsed", "met_by": {"follow_ups": ["call"]}, "ladder": [
            {"step": "remind_owner", "within": "90d"}, {"step": "remind_owner", "within": "60d"},
            {"step": "remind_owner", "within": "30d"}, {"step": "copy_manager", "within": "30d"},
            {"step": "recycle", "within": "1h", "to": "public_active"}]}));
    let mut case = Case::owned("li", "05-11 10:00");
    case.options.contract_end = Some(t("05-30 10:00"));
    let report = case.keep(&policies, "05-11 10:00");
    assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");
    let heard: Vec<&str> = report.reminders_due.iter().map(|one| one.node.as_str()).collect();
    assert_eq!(heard, ["renew"], "of three reminders one");
    assert_eq!((states(&report), due(&report, "renew")), (vec!["renew open".into()], "05-30 10:00".into()));
    assert!(case.clone().call("li", "05-12 10:00").look(&policies, "06-01 10:00").actions.is_empty());
    // The owner let it end: they are not late, and the ladder takes the customer away.
    let report = case.keep(&policies, "06-01 10:00");
    assert!(report.violations.is_empty());
    assert_eq!(steps(&report).len(), 1, "{report}");
    // On a contract that had ended before the owner came nothing is due.
    let mut after = Case::owned("li", "06-02 10:00");
    after.options.contract_end = Some(t("05-30 10:00"));
    assert!(after.look(&policies, "06-02 11:00").deadlines.is_empty());
}

/// Before the first contact the owner is asked for that, and not for care.
#[test]
fn nobody_is_asked_for_care_of_a_lead_they_have_yet_to_call() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("li", "03-02 10:00");
    let mut kinds = Vec::new();
    let mut now = t("03-02 10:00");
    while now <= t("03-05 10:01") {
        let report = case.at(&policies, now);
        let new = report.reminders_due.iter().filter(|one| one.is_new);
        kinds.extend(new.map(|one| one.kind));
        case.options.record = report.record;
        now = report.next_wakeup.unwrap().at.to_utc();
    }
    assert_eq!(kinds, [ReminderKind::Deadline]);
    let called = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00");
    let report = called.look(&policies, "03-05 11:00");
    assert!(report.reminders_due.iter().any(|one| one.kind == ReminderKind::Care), "{report}");
}

/// A pause in which nobody would have worked gives no time, and nothing falls due in it.
#[test]
fn a_pause_over_the_night_moves_no_deadline_of_a_day() {
    let calendar = CalendarRules::office_hours("+08:00".parse().unwrap());
    let rules = json!([{"id": "p", "nodes": [{"id": "day", "within": "1d"}, {"id": "hours", "within": "9h", "kind": "convert"}]}]);
    let rules = FollowUpRules {
        calendar,
        ..FollowUpRules::load(json!({"policies": rules})).unwrap_or_else(|errors| panic!("{errors}"))
    };
    let policies = with_pools(rules);
    let plain = Case::owned("li", "03-05 09:00").look(&policies, "03-05 10:00");
    let paused = Case::owned("li", "03-05 09:00").paused("03-05 18:00", Some("03-06 09:00"), "night");
    let report = paused.look(&policies, "03-05 19:00");
    for node in ["day", "hours"] {
        assert_eq!(due(&report, node), due(&plain, node));
    }
    // A working day of it does.
    let paused = Case::owned("li", "03-04 09:00").paused("03-04 18:00", Some("03-05 18:00"), "a fair");
    assert_eq!(due(&paused.look(&policies, "03-05 19:00"), "day"), "03-06 09:00");
    // Nothing falls due while it lasts.
    let paused = Case::owned("li", "03-04 20:00").paused("03-05 19:00", Some("03-06 08:00"), "night");
    assert_eq!(due(&paused.look(&policies, "03-05 19:30"), "day"), "03-06 08:00");
}

/// Half a year after it was lost first it is not nurtured once more.
#[test]
fn a_lead_that_is_lost_again_after_half_a_year_goes_to_the_general_pool() {
    let policies = with_pools(FollowUpRules::marketing());
    let lost = Case::owned("li", "01-05 10:00").call("li", "01-05 11:00");
    let goes = |case: &Case, now: &str, pool: &str, reason: &str| {
        let report = case.look(&policies, now);
        let taken = report.actions.iter().find(|one| one.takes_away()).unwrap();
        assert_eq!(
            (taken.pool.as_ref().unwrap().as_str(), taken.reason.as_ref()),
            (pool, reason),
            "{report}"
        );
    };
    goes(&lost, "01-15 10:00", "nurture_gd", "deadline_missed");
    let again = |at: &str| lost.clone().lost(t("01-15 10:00"), TenureEnd::Recycled).owner("wang", t(at));
    goes(&again("03-02 10:00"), "03-20 10:00", "nurture_gd", "deadline_missed");
    goes(&again("07-20 10:00"), "08-05 10:00", "general", "lost_again");
}
