//! From when a clock runs.

use expect_test::expect;

use super::*;

fn talk(anchor: Json, within: &str) -> FollowUpPolicies {
    node(json!({"id": "talk", "anchor": anchor, "within": within}))
}

#[test]
fn a_change_of_owner_restarts_and_taking_it_again_does_not() {
    let policies = talk(json!("owner_change"), "3d");
    let case = Case::owned("li", "03-02 10:00");
    // Given back after two days, taken again the day after: the third day is left.
    let back = case.clone().lost(t("03-04 10:00"), TenureEnd::Returned);
    assert!(back.look(&policies, "03-04 11:00").deadlines.is_empty());
    let again = back.clone().owner("li", t("03-05 09:00"));
    assert_eq!(due(&again.look(&policies, "03-05 09:30"), "talk"), "03-06 09:00");
    assert_eq!(violations(&again.look(&policies, "03-06 09:00")), [""; 0]);
    let report = again.look(&policies, "03-06 09:01");
    expect!["late_follower: li on lead L1, `talk` of `p` due 2026-03-06T09:00:00+08:00: 3d on the clock `workday` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`, paused from 2026-03-04T02:00:00Z to 2026-03-05T01:00:00Z: given back by li; still open"].assert_eq(&report.violations[0].to_string());
    // Somebody in between had it: a real change, twice.
    let other = back.owner("wang", t("03-05 09:00")).owner("li", t("03-06 09:00"));
    assert_eq!(due(&other.look(&policies, "03-06 09:30"), "talk"), "03-11 09:00");
    // A new cycle begins anew.
    let mut cycle = case.lost(t("03-04 10:00"), TenureEnd::Returned).owner("li", t("03-05 09:00"));
    cycle.history.cycle_started_at = Some(t("03-05 08:00"));
    assert_eq!(due(&cycle.look(&policies, "03-05 09:30"), "talk"), "03-10 09:00");
    // A decision that was taken back is none.
    let mut revoked = Case::owned("li", "03-02 10:00")
        .lost(t("03-02 11:00"), TenureEnd::Revoked)
        .owner("wang", t("03-02 11:00"));
    revoked.history.tenures[0].end = Some(TenureEnd::Revoked);
    assert_eq!(violations(&revoked.look(&policies, "03-05 12:00")), ["late_follower talk wang"]);
}

#[test]
fn violations_stay_with_who_was_late() {
    let policies = talk(json!("owner_change"), "1d");
    let case = Case::owned("li", "03-02 10:00")
        .owner("wang", t("03-04 10:00"))
        .call("wang", "03-06 10:00")
        .owner("zhao", t("03-06 11:00"));
    let report = case.look(&policies, "03-06 12:00");
    assert_eq!(violations(&report), ["late_follower talk li", "late_follower talk wang"]);
    assert_eq!(report.violations[0].closed_at.unwrap(), t("03-04 10:00"));
    assert_eq!((report.violations[1].overdue(t("03-20 10:00")).num_hours(), report.labels.len()), (24, 0));
    let told = report.violations[1].clone().with_reason("he was ill");
    expect!["late_follower: wang on lead L1, `talk` of `p` due 2026-03-05T10:00:00+08:00: 1d on the clock `workday` after 2026-03-04T10:00:00+08:00, by the calendar `cn-2023-2026`; done 2026-03-06T10:00:00+08:00, 1d late; reason: he was ill"].assert_eq(&told.to_string());
}

#[test]
fn who_stands_in_has_the_deadline_and_the_owners_clock_stands() {
    let policies = talk(json!("owner_change"), "3d");
    let case = Case::owned("li", "03-02 10:00").tenure("wang", t("03-03 10:00"), Acquisition::Cover);
    let report = case.look(&policies, "03-04 10:00");
    let shown: Vec<String> =
        report.deadlines.iter().map(|one| format!("{} {}", one.owner.as_ref().unwrap(), one.state)).collect();
    assert_eq!(shown, ["wang open", "li paused"]);
    assert_eq!(due(&report, "talk"), "03-06 10:00");
    // What the deputy does is done.
    let called = case.call("wang", "03-04 11:00").look(&policies, "03-20 10:00");
    assert_eq!(
        (states(&called), violations(&called).len()),
        (vec!["talk met".to_owned(), "talk met".to_owned()], 0)
    );
}

#[test]
fn a_stage_is_counted_from_its_entry_under_each_owner() {
    let policies = node(json!({
        "id": "convert", "kind": "convert", "anchor": {"stage_entry": "mql"}, "within": "2d",
        "met_by": {"stages": ["sql"]},
    }));
    let case = Case::owned("ann", "03-02 10:00");
    assert!(case.look(&policies, "03-02 12:00").deadlines.is_empty());
    let case = case.stage("mql", t("03-03 10:00"));
    assert_eq!(due(&case.look(&policies, "03-03 12:00"), "convert"), "03-05 10:00");
    let case = case.owner("li", t("03-04 10:00"));
    assert_eq!(due(&case.look(&policies, "03-04 12:00"), "convert"), "03-06 10:00");
    let sql = case.clone().stage("sql", t("03-05 10:00"));
    assert_eq!(states(&sql.look(&policies, "03-05 12:00")), ["convert met"]);
    // A later owner of a sales-qualified lead has nothing to convert.
    assert!(sql.owner("wang", t("03-06 10:00")).look(&policies, "03-06 12:00").deadlines.is_empty());
    // Back, and in again: once more.
    let again = case.stage("lead", t("03-05 10:00")).stage("mql", t("03-09 10:00"));
    assert_eq!(due(&again.look(&policies, "03-09 12:00"), "convert"), "03-11 10:00");
    assert_eq!(
        violations(&again.look(&policies, "03-12 12:00")).len(),
        2,
        "one for each time it was in the stage"
    );
}

#[test]
fn each_activity_and_each_follow_up_starts_a_clock() {
    let policies = talk(json!("last_activity"), "4h");
    let case = Case::owned("li", "03-02 09:00").call("li", "03-02 09:30").active("reply", t("03-03 10:00"));
    assert_eq!(due(&case.look(&policies, "03-03 10:30"), "talk"), "03-03 15:30");
    assert_eq!(violations(&case.look(&policies, "03-03 16:00")), ["late_follower talk li"]);
    let policies = talk(json!("last_follow_up"), "3d");
    assert_eq!(due(&case.look(&policies, "03-03 10:30"), "talk"), "03-05 09:30");
    let called = case.call("li", "03-04 10:00");
    assert_eq!(due(&called.look(&policies, "03-04 10:30"), "talk"), "03-09 10:00");
    assert_eq!(violations(&called.look(&policies, "03-09 11:00")), ["late_follower talk li"]);
    assert_eq!(violations(&called.look(&policies, "03-09 10:00")), [""; 0], "at the deadline is in time");
}

#[test]
fn a_contract_asks_before_it_ends_and_a_date_after() {
    let policies = node(json!({
        "id": "renew", "anchor": "contract_end", "within": "30d", "clock": "elapsed", "before": true,
        "ladder": [{"step": "remind_owner", "within": "60d"}, {"step": "copy_manager", "within": "20d"}],
    }));
    let mut case = Case::owned("li", "01-05 10:00").call("li", "01-05 11:00");
    assert!(case.look(&policies, "02-02 10:00").deadlines.is_empty());
    case.options.contract_end = Some(t("06-30 10:00"));
    let report = case.look(&policies, "05-06 10:00");
    assert_eq!((due(&report, "renew"), report.reminders_due.len()), ("05-31 10:00".into(), 1));
    expect!["deadline: li, `renew` of `p` due 2026-05-31T10:00:00+08:00: 30d on the clock `elapsed` before 2026-06-30T10:00:00+08:00, by the calendar `cn-2023-2026`; open"].assert_eq(&report.deadlines[0].to_string());
    // A Sunday: it is on record on Monday, and the manager hears of it ten days later.
    let report = case.look(&policies, "06-10 11:00");
    expect!["late_follower: li on lead L1, `renew` of `p` due 2026-05-31T10:00:00+08:00: 30d on the clock `elapsed` before 2026-06-30T10:00:00+08:00, by the calendar `cn-2023-2026`; still open"].assert_eq(&report.violations[0].to_string());
    assert_eq!(steps(&report), ["copy_manager 06-10 10:00:01"]);
    assert!(case.call("li", "05-20 10:00").look(&policies, "06-10 11:00").violations.is_empty());

    let policies = talk(json!({"date": "2026-03-10T02:00:00Z"}), "1d");
    let case = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00");
    assert_eq!(due(&case.look(&policies, "03-02 12:00"), "talk"), "03-11 10:00");
    assert_eq!(states(&case.look(&policies, "03-12 12:00")), ["talk overdue"]);
}

#[test]
fn only_the_edit_of_a_key_field_is_a_follow_up() {
    let edited =
        Case::owned("li", "03-02 10:00").follow_up("li", FollowUpKind::KeyFieldEdit, t("03-02 11:00"));
    let look = |fields: Json| {
        let rules = json!({"policies": [{"id": "p", "nodes": [{"id": "talk", "within": "1d"}]}], "key_fields": fields});
        states(&edited.look(&compiled(&FollowUpRules::load(rules).unwrap()), "03-02 12:00"))
    };
    assert_eq!(
        (look(json!(["budget"])), look(json!([]))),
        (vec!["talk met".into()], vec!["talk met".into()])
    );
    assert_eq!(look(json!(["need"])), ["talk open"]);
    // What somebody else does is not the owner's.
    let other = Case::owned("li", "03-02 10:00").call("wang", "03-02 11:00");
    assert_eq!(states(&other.look(&talk(json!("owner_change"), "1d"), "03-02 12:00")), ["talk open"]);
}
