//! The four policies, ladders, pauses and days off, each a worked case with its evidence.

use expect_test::{Expect, expect};
use leadkit::follow_up::{FollowUpFault, FollowUpRules, LookReason};

use super::*;

fn check(report: &FollowUpReport, expected: &Expect) {
    expected.assert_eq(&report.to_string());
}

/// 2026-03-02 is a Monday.
#[test]
fn nodes_first_contact_then_mql_then_convert() {
    let policies = with_pools(FollowUpRules::nodes());
    let case = Case::owned("ann", "03-02 10:00");
    check(
        &case.look(&policies, "03-02 11:00"),
        &expect![[r#"
        lead L1
          deadline: ann, `first_contact` of `nodes` due 2026-03-03T10:00:00+08:00: 1d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
          deadline: ann, `mql` of `nodes` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
          next look 2026-03-03T06:00:00+08:00: reminder"#]],
    );
    // Nobody called: reminded after 20 h, the manager after 24, at risk after 48.
    check(
        &case.look(&policies, "03-04 12:00"),
        &expect![[r#"
            lead L1
              deadline: ann, `first_contact` of `nodes` due 2026-03-03T10:00:00+08:00: 1d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; overdue
              deadline: ann, `mql` of `nodes` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
              reminder 2026-03-03T06:00:00+08:00: ann, `first_contact` of `nodes` is due 2026-03-03T10:00:00+08:00
              reminder 2026-03-04T10:00:00+08:00: ann, `mql` of `nodes` is due 2026-03-05T10:00:00+08:00
              late_follower: ann on lead L1, `first_contact` of `nodes` due 2026-03-03T10:00:00+08:00: 1d on the clock `workday` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-03-03T10:00:01+08:00: hua is told about ann, `first_contact` of `nodes`: deadline_missed
              action 2026-03-04T10:00:01+08:00: lead L1 is at high risk, `first_contact` of `nodes`: deadline_missed
              next look 2026-03-05T10:00:01+08:00: deadline"#]],
    );
    // Called too late, judged in time, handed to sales: their clock runs from there.
    let case = case
        .call("ann", "03-04 14:00")
        .stage("mql", t("03-05 09:30"))
        .owner("li", t("03-05 10:00"))
        .call("li", "03-05 15:00");
    check(
        &case.look(&policies, "03-06 09:00"),
        &expect![[r#"
        lead L1
          deadline: li, `first_contact` of `nodes` due 2026-03-06T10:00:00+08:00: 1d on the clock `workday`, chosen by the size, after 2026-03-05T10:00:00+08:00, by the calendar `cn-2023-2026`; met 2026-03-05T15:00:00+08:00
          deadline: li, `convert` of `nodes` due 2026-03-16T10:00:00+08:00: 7d on the clock `workday`, chosen by the size, after 2026-03-05T10:00:00+08:00, by the calendar `cn-2023-2026`; open
          late_follower: ann on lead L1, `first_contact` of `nodes` due 2026-03-03T10:00:00+08:00: 1d on the clock `workday` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; done 2026-03-04T14:00:00+08:00, 1d 4h late
          next look 2026-03-13T10:00:00+08:00: reminder"#]],
    );
    // Seven days later, and a weekend each: nothing came of it.
    check(
        &case.look(&policies, "03-18 09:00"),
        &expect![[r#"
            lead L1
              deadline: li, `first_contact` of `nodes` due 2026-03-06T10:00:00+08:00: 1d on the clock `workday`, chosen by the size, after 2026-03-05T10:00:00+08:00, by the calendar `cn-2023-2026`; met 2026-03-05T15:00:00+08:00
              deadline: li, `convert` of `nodes` due 2026-03-16T10:00:00+08:00: 7d on the clock `workday`, chosen by the size, after 2026-03-05T10:00:00+08:00, by the calendar `cn-2023-2026`; overdue
              reminder 2026-03-13T10:00:00+08:00: li, `convert` of `nodes` is due 2026-03-16T10:00:00+08:00
              late_follower: ann on lead L1, `first_contact` of `nodes` due 2026-03-03T10:00:00+08:00: 1d on the clock `workday` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; done 2026-03-04T14:00:00+08:00, 1d 4h late
              late_converter: li on lead L1, `convert` of `nodes` due 2026-03-16T10:00:00+08:00: 7d on the clock `workday` after 2026-03-05T10:00:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-03-16T10:00:01+08:00: hua is told about li, `convert` of `nodes`: deadline_missed
              action 2026-03-17T10:00:01+08:00: lead L1 is at high risk, `convert` of `nodes`: deadline_missed
              next look 2026-04-16T10:00:01+08:00: reminder"#]],
    );
}

#[test]
fn b2c_an_hour_of_work_then_the_next_rep() {
    let policies = with_pools(FollowUpRules::b2c());
    let case = Case::owned("li", "03-06 17:30");
    let report = case.look(&policies, "03-06 17:45");
    assert_eq!(due(&report, "follow_up"), "03-09 09:30"); // half an hour is left on Monday
    assert_eq!(due(&report, "convert"), "03-10 17:30");
    check(
        &case.look(&policies, "03-09 10:00"),
        &expect![[r#"
            lead L1
              deadline: li, `follow_up` of `b2c` due 2026-03-09T09:30:00+08:00: 1h on the clock `office_hours`, chosen by the size, after 2026-03-06T17:30:00+08:00, by the calendar `cn-2023-2026`; overdue
              deadline: li, `convert` of `b2c` due 2026-03-10T17:30:00+08:00: 2d on the clock `workday`, chosen by the size, after 2026-03-06T17:30:00+08:00, by the calendar `cn-2023-2026`; open
              reminder 2026-03-09T09:15:00+08:00: li, `follow_up` of `b2c` is due 2026-03-09T09:30:00+08:00
              late_follower: li on lead L1, `follow_up` of `b2c` due 2026-03-09T09:30:00+08:00: 1h on the clock `office_hours` after 2026-03-06T17:30:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-03-09T09:30:01+08:00: lead L1 goes from li to the next rep, `follow_up` of `b2c`: deadline_missed
              next look 2026-03-09T17:30:00+08:00: reminder"#]],
    );
    // The owner called in the first hour and then did nothing.
    let case = case.call("li", "03-06 17:50");
    check(
        &case.look(&policies, "03-10 18:00"),
        &expect![[r#"
            lead L1
              deadline: li, `follow_up` of `b2c` due 2026-03-09T09:30:00+08:00: 1h on the clock `office_hours`, chosen by the size, after 2026-03-06T17:30:00+08:00, by the calendar `cn-2023-2026`; met 2026-03-06T17:50:00+08:00
              deadline: li, `convert` of `b2c` due 2026-03-10T17:30:00+08:00: 2d on the clock `workday`, chosen by the size, after 2026-03-06T17:30:00+08:00, by the calendar `cn-2023-2026`; overdue
              reminder 2026-03-09T17:30:00+08:00: li, `convert` of `b2c` is due 2026-03-10T17:30:00+08:00
              late_converter: li on lead L1, `convert` of `b2c` due 2026-03-10T17:30:00+08:00: 2d on the clock `workday` after 2026-03-06T17:30:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-03-10T17:30:01+08:00: lead L1 goes from li to the next rep, `convert` of `b2c`: deadline_missed
              next look 2026-04-09T17:30:01+08:00: reminder"#]],
    );
}

#[test]
fn b2b_three_days_then_the_pool_of_the_region() {
    let policies = with_pools(FollowUpRules::b2b());
    let case = Case::owned("li", "03-02 10:00");
    check(
        &case.look(&policies, "03-05 10:00"),
        &expect![[r#"
            lead L1
              deadline: li, `care` of `b2b` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
              deadline: li, `follow_up` of `b2b` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
              deadline: li, `convert` of `b2b` due 2026-03-20T10:00:00+08:00: 14d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
              reminder 2026-03-04T10:00:00+08:00: li, `follow_up` of `b2b` is due 2026-03-05T10:00:00+08:00
              next look 2026-03-05T10:00:01+08:00: deadline"#]],
    );
    check(
        &case.look(&policies, "03-05 10:01"),
        &expect![[r#"
            lead L1
              deadline: li, `care` of `b2b` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; reached
              deadline: li, `follow_up` of `b2b` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; overdue
              deadline: li, `convert` of `b2b` due 2026-03-20T10:00:00+08:00: 14d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; open
              reminder 2026-03-04T10:00:00+08:00: li, `follow_up` of `b2b` is due 2026-03-05T10:00:00+08:00
              late_follower: li on lead L1, `follow_up` of `b2b` due 2026-03-05T10:00:00+08:00: 3d on the clock `workday` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-03-05T10:00:01+08:00: hua is told about li, `follow_up` of `b2b`: deadline_missed
              action 2026-03-05T10:00:01+08:00: lead L1 goes from li to pool claims_gd (lead), `follow_up` of `b2b`: deadline_missed
              next look 2026-03-18T10:00:00+08:00: reminder"#]],
    );
    // An open opportunity holds the lead: the owner is late, and keeps it.
    let mut held = case.clone();
    held.options.opportunity_since = Some(held.lead.created_at);
    assert_eq!(steps(&held.look(&policies, "03-05 10:01")), ["copy_manager 03-05 10:00:01"]);
    // Fourteen days: it was spoken to and came to nothing.
    let case = case.call("li", "03-03 10:00");
    let report = case.look(&policies, "03-20 11:00");
    assert_eq!(violations(&report), ["late_converter convert li"]);
    expect!["action 2026-03-20T10:00:01+08:00: lead L1 goes from li to pool claims_gd (lead), `convert` of `b2b`: deadline_missed"].assert_eq(&report.actions.last().unwrap().to_string());
}

#[test]
fn marketing_cleanses_in_48_hours_whatever_day_it_is() {
    let policies = with_pools(FollowUpRules::marketing());
    // A lead of Saturday that is first phoned on Monday is late.
    let case = Case::new("03-07 09:00");
    let due_ = case.look(&policies, "03-07 12:00");
    assert_eq!(due(&due_, "cleansing"), "03-09 09:00");
    let late = case.clone().owner("ann", t("03-09 09:10")).call("ann", "03-09 09:20");
    check(
        &late.look(&policies, "03-09 09:30"),
        &expect![[r#"
            lead L1
              deadline: ann, `cleansing` of `marketing` due 2026-03-09T09:00:00+08:00: 2d on the clock `elapsed` after 2026-03-07T09:00:00+08:00, by the calendar `cn-2023-2026`; met_late 2026-03-09T09:20:00+08:00
              deadline: ann, `mql` of `marketing` due 2026-03-18T09:10:00+08:00: 7d on the clock `workday`, chosen by the size, after 2026-03-09T09:10:00+08:00, by the calendar `cn-2023-2026`; open
              late_follower: nobody on lead L1, `cleansing` of `marketing` due 2026-03-09T09:00:00+08:00: 2d on the clock `elapsed` after 2026-03-07T09:00:00+08:00, by the calendar `cn-2023-2026`; done 2026-03-09T09:20:00+08:00, 20m late
              next look 2026-03-17T09:10:00+08:00: reminder"#]],
    );
    let timely = case.owner("ann", t("03-08 09:00")).call("ann", "03-08 10:00");
    assert_eq!(violations(&timely.look(&policies, "03-09 09:30")), [""; 0]);
    // With sales for seven days, then nurture.
    let sales = timely.stage("mql", t("03-09 10:00")).owner("li", t("03-09 10:00"));
    check(
        &sales.look(&policies, "03-18 10:01"),
        &expect![[r#"
            lead L1
              deadline: li, `cleansing` of `marketing` due 2026-03-09T09:00:00+08:00: 2d on the clock `elapsed` after 2026-03-07T09:00:00+08:00, by the calendar `cn-2023-2026`; met 2026-03-08T10:00:00+08:00
              deadline: li, `sql` of `marketing` due 2026-03-18T10:00:00+08:00: 7d on the clock `workday`, chosen by the size, after 2026-03-09T10:00:00+08:00, by the calendar `cn-2023-2026`; overdue
              reminder 2026-03-17T10:00:00+08:00: li, `sql` of `marketing` is due 2026-03-18T10:00:00+08:00
              late_converter: li on lead L1, `sql` of `marketing` due 2026-03-18T10:00:00+08:00: 7d on the clock `workday` after 2026-03-09T10:00:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-03-18T10:00:01+08:00: lead L1 goes from li to pool nurture_gd (nurture), `sql` of `marketing`: deadline_missed
              next look 2026-04-17T10:00:01+08:00: reminder"#]],
    );
}

#[test]
fn half_a_year_in_the_active_pool_then_the_general_one() {
    let policies = with_pools(FollowUpRules::marketing());
    let mut case = Case::owned("li", "01-05 10:00")
        .call("li", "01-05 11:00")
        .lost(t("01-06 10:00"), TenureEnd::Returned);
    case.lead.pool = Some("active".into());
    let report = case.look(&policies, "01-06 11:00");
    // Nothing is due before half a year has passed.
    assert_eq!(report.next_wakeup.unwrap().to_string(), "next look 2026-07-06T09:00:00+08:00: ladder");
    // 180 days after January 6 is July 5, a Sunday.
    assert_eq!(steps(&case.look(&policies, "07-05 12:00")), [""; 0]);
    let report = case.look(&policies, "07-06 09:00");
    expect!["action 2026-07-06T09:00:00+08:00: lead L1 goes from nobody to pool general (public_general), `stay` of `marketing`: stay_over"].assert_eq(&report.actions[0].to_string());
}

#[test]
fn on_a_day_off_nothing_fires_and_the_deadline_stays() {
    // Due on the Saturday before the National Day's long week: 2026-09-30 + 24 h day and night is October 1.
    let policies = node(json!({
        "id": "answer", "within": "24h", "clock": "elapsed",
        "ladder": [{"step": "remind_owner", "within": "20h"}, {"step": "recycle", "within": "24h"}],
    }));
    let case = Case::owned("li", "09-30 10:00");
    for day in ["10-01 12:00", "10-04 12:00", "10-07 23:59", "10-08 08:59"] {
        let report = case.look(&policies, day);
        assert!(report.violations.is_empty() && report.reminders_due.is_empty(), "{day}: {report}");
        assert!(report.actions.is_empty() && report.labels.is_empty(), "{day}");
        assert_eq!(report.next_wakeup.unwrap().at, t("10-08 09:00"), "{day}");
    }
    check(
        &case.look(&policies, "10-08 09:00"),
        &expect![[r#"
            lead L1
              deadline: li, `answer` of `p` due 2026-10-01T10:00:00+08:00: 1d on the clock `elapsed` after 2026-09-30T10:00:00+08:00, by the calendar `cn-2023-2026`; overdue
              reminder 2026-10-08T09:00:00+08:00: li, `answer` of `p` is due 2026-10-01T10:00:00+08:00
              late_follower: li on lead L1, `answer` of `p` due 2026-10-01T10:00:00+08:00: 1d on the clock `elapsed` after 2026-09-30T10:00:00+08:00, by the calendar `cn-2023-2026`; still open
              action 2026-10-08T09:00:00+08:00: lead L1 goes from li to pool claims_gd (lead), `answer` of `p`: deadline_missed
              next look 2026-11-09T09:00:00+08:00: reminder"#]],
    );
}

#[test]
fn the_clock_stands_while_the_customer_asks_to_wait() {
    let policies = with_pools(FollowUpRules::b2b());
    let case = Case::owned("li", "03-02 10:00").paused("03-03 10:00", None, "the customer is at a fair");
    let report = case.look(&policies, "03-12 10:00");
    assert_eq!(states(&report), ["care paused", "convert paused", "follow_up paused"]);
    assert_eq!((violations(&report), report.next_wakeup.unwrap().reason), (vec![], LookReason::Reminder));
    // One day was used; two are left after the pause.
    let case = Case::owned("li", "03-02 10:00").paused(
        "03-03 10:00",
        Some("03-06 10:00"),
        "the customer is at a fair",
    );
    check(
        &case.look(&policies, "03-10 10:30"),
        &expect![[r#"
            lead L1
              deadline: li, `care` of `b2b` due 2026-03-10T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`, paused from 2026-03-03T02:00:00Z to 2026-03-06T02:00:00Z: the customer is at a fair; reached
              deadline: li, `follow_up` of `b2b` due 2026-03-10T10:00:00+08:00: 3d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`, paused from 2026-03-03T02:00:00Z to 2026-03-06T02:00:00Z: the customer is at a fair; overdue
              deadline: li, `convert` of `b2b` due 2026-03-25T10:00:00+08:00: 14d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`, paused from 2026-03-03T02:00:00Z to 2026-03-06T02:00:00Z: the customer is at a fair; open
              reminder 2026-03-09T10:00:00+08:00: li, `follow_up` of `b2b` is due 2026-03-10T10:00:00+08:00
              late_follower: li on lead L1, `follow_up` of `b2b` due 2026-03-10T10:00:00+08:00: 3d on the clock `workday` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`, paused from 2026-03-03T02:00:00Z to 2026-03-06T02:00:00Z: the customer is at a fair; still open
              action 2026-03-10T10:00:01+08:00: hua is told about li, `follow_up` of `b2b`: deadline_missed, paused from 2026-03-03T02:00:00Z to 2026-03-06T02:00:00Z: the customer is at a fair
              action 2026-03-10T10:00:01+08:00: lead L1 goes from li to pool claims_gd (lead), `follow_up` of `b2b`: deadline_missed, paused from 2026-03-03T02:00:00Z to 2026-03-06T02:00:00Z: the customer is at a fair
              next look 2026-03-23T10:00:00+08:00: reminder"#]],
    );
    // What does not pause runs on.
    let marketing = with_pools(FollowUpRules::marketing());
    assert_eq!(due(&case.look(&marketing, "03-03 12:00"), "cleansing"), "03-04 10:00");
}

#[test]
fn a_condition_says_for_which_leads() {
    let policies = of(json!([
        {"id": "vip", "when": {"field": "products", "in": ["press"]}, "nodes": [{"id": "first_contact", "within": "1h"}]},
        {"id": "all", "nodes": [{"id": "first_contact", "within": "24h"}]},
    ]));
    let mut case = Case::owned("li", "03-02 10:00");
    assert_eq!(due(&case.look(&policies, "03-02 10:10"), "first_contact"), "03-03 10:00");
    // Both run, and the earlier acts.
    case.lead.products = vec!["press".into()];
    let report = case.look(&policies, "03-03 10:30");
    assert_eq!(states(&report), ["first_contact overdue", "first_contact superseded"]);
    assert_eq!(report.violations.len(), 1);
    expect!["deadline: li, `first_contact` of `all` due 2026-03-03T10:00:00+08:00: 1d on the clock `workday`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; `vip` is due earlier"].assert_eq(&report.deadlines[1].to_string());
}

#[test]
fn one_step_takes_a_lead_away_the_first() {
    let rung = |step: &str, within: &str| json!([{"step": step, "within": within}]);
    let policies = of(json!([
        {"id": "a", "nodes": [{"id": "talk", "within": "4h", "ladder": rung("recycle", "4h")}]},
        {"id": "b", "nodes": [{"id": "offer", "kind": "convert", "within": "2h", "ladder": rung("reassign", "3h")}]},
    ]));
    let report = Case::owned("li", "03-02 09:00").look(&policies, "03-03 09:00");
    assert_eq!(violations(&report), ["late_converter offer li", "late_follower talk li"]);
    assert_eq!(steps(&report), ["reassign 03-02 12:00:01"]);
}

#[test]
fn a_planned_date_reminds_and_moves_nothing_unless_it_is_said() {
    let rules = json!({"id": "talk", "within": "24h"});
    let mut case = Case::owned("li", "03-02 10:00").planned("li", "03-03 09:00", "03-05 15:00");
    case.lead.next_follow_up = Some(t("03-05 15:00"));
    let report = case.look(&node(rules), "03-05 15:00");
    assert_eq!(due(&report, "talk"), "03-03 10:00");
    expect!["reminder 2026-03-05T15:00:00+08:00: li, a follow-up is planned for 2026-03-05T15:00:00+08:00"]
        .assert_eq(&report.reminders_due[0].to_string());
    let moves = node(json!({"id": "talk", "within": "24h", "planned_moves": true}));
    assert_eq!(due(&case.look(&moves, "03-05 14:00"), "talk"), "03-05 15:00");
    // Once the owner spoke to the lead that day, nobody reminds them.
    let case = case.call("li", "03-05 09:00");
    assert!(case.look(&moves, "03-05 16:00").reminders_due.is_empty());
}

#[test]
fn three_silent_days_ask_for_care() {
    let policies = with_pools(FollowUpRules::b2b());
    let case =
        Case::owned("li", "03-02 10:00").call("li", "03-02 11:00").active("page_visit", t("03-03 10:00"));
    assert!(case.look(&policies, "03-06 09:59").reminders_due.is_empty());
    let report = case.look(&policies, "03-06 10:00");
    expect!["reminder 2026-03-06T10:00:00+08:00: li, `care` of `b2b` since 2026-03-06T10:00:00+08:00"]
        .assert_eq(&report.reminders_due[0].to_string());
    // A new visit, and a call, end it.
    assert!(
        case.clone()
            .active("reply", t("03-06 12:00"))
            .look(&policies, "03-06 12:00")
            .reminders_due
            .is_empty()
    );
    assert!(case.call("li", "03-06 12:00").look(&policies, "03-06 12:00").reminders_due.is_empty());
}

#[test]
fn the_tracking_schedule_goes_on_after_the_deal() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("li", "01-05 10:00").lost(t("01-08 10:00"), TenureEnd::Converted);
    case.lead.owner = Some("li".into());
    case.options.closed_at = Some(t("01-08 10:00"));
    // 30 days later is a Saturday.
    let report = case.look(&policies, "02-06 10:00");
    expect!["next look 2026-02-09T09:00:00+08:00: reminder"]
        .assert_eq(&report.next_wakeup.unwrap().to_string());
    expect!["reminder 2026-02-09T09:00:00+08:00: li, `month` after the closing, 2026-02-07T10:00:00+08:00"]
        .assert_eq(&case.look(&policies, "02-09 09:00").reminders_due[0].to_string());
    let case = case.call("li", "02-10 10:00");
    let report = case.look(&policies, "02-10 11:00");
    assert!(report.reminders_due.is_empty());
    assert_eq!(report.next_wakeup.unwrap().at, t("04-08 10:00"));
}

#[test]
fn the_end_of_a_calendar_is_told_and_the_lead_is_not_stuck() {
    let policies = with_pools(FollowUpRules::nodes());
    let case = Case::owned("li", "12-31 16:00");
    let report = case.look(&policies, "12-31 17:00");
    assert!(matches!(&report.faults[0], FollowUpFault::Calendar { node, .. } if node == "first_contact"));
    expect!["the due time of `first_contact` of `nodes` is not known: the calendar `cn-2023-2026` ends with 2026-12-31; add the days off and the make-up days of the years after it to `overrides`, and the years to `known_years`; move `coverage.through` where it is given"].assert_eq(&report.faults[0].to_string());
    assert_eq!(states(&report), ["first_contact unknown", "mql unknown"]);
    expect!["next look 2027-01-01T17:00:00+08:00: calendar"]
        .assert_eq(&report.next_wakeup.unwrap().to_string());
}

#[test]
fn the_calendar_is_the_owners_and_an_unknown_one_is_told() {
    let mut rules = FollowUpRules::b2c();
    let late =
        leadkit::calendar::CalendarRules::china().with_hours([leadkit::calendar::DayWindow::hours(12, 21)]);
    rules.calendars.insert("late".into(), late);
    let policies = with_pools(rules);
    let mut case = Case::owned("li", "03-02 10:00");
    case.options.calendar = Some("late".into());
    assert_eq!(due(&case.look(&policies, "03-02 10:30"), "follow_up"), "03-02 13:00");
    case.options.calendar = Some("lat".into());
    let report = case.look(&policies, "03-02 10:30");
    assert_eq!(due(&report, "follow_up"), "03-02 11:00");
    assert_eq!(report.faults[0].to_string(), "there is no calendar `lat`: add it to `calendars`");
}

#[test]
fn effects_put_tags_right_and_tell_each_thing_once() {
    let policies = with_pools(FollowUpRules::nodes());
    let mut case = Case::owned("li", "03-02 10:00");
    let report = case.look(&policies, "03-04 12:00");
    let codes: Vec<String> = report.effects().iter().map(ToString::to_string).collect();
    expect![[r#"
        [
            "tag lead L1 with `overdue.first_contact`",
            "notify li about lead L1 (deadline_reminder)",
            "notify hua about lead L1 (deadline_missed)",
            "tag lead L1 with `high_risk`",
        ]
    "#]]
    .assert_debug_eq(&codes);
    // The host has done it; only tags remain to be seen to.
    case.options.record = report.record.clone();
    assert_eq!(case.look(&policies, "03-04 12:00").effects().len(), 1);
    case.lead.tags = vec!["overdue.first_contact".into(), "high_risk".into(), "vip".into()];
    assert!(case.look(&policies, "03-04 12:00").effects().is_empty());
    // Once the owner has called, the label goes, and so does the ladder's mark.
    let done = case.call("li", "03-04 13:00").look(&policies, "03-04 13:00");
    let codes: Vec<String> = done.effects().iter().map(ToString::to_string).collect();
    assert_eq!(
        codes,
        ["take the tag `overdue.first_contact` from lead L1", "take the tag `high_risk` from lead L1"]
    );
}

#[test]
fn speed_to_first_contact_is_counted_by_rep_source_and_hour() {
    let policies = with_pools(FollowUpRules::nodes());
    let mut table = leadkit::follow_up::SpeedTable::default();
    for (from, call, source) in [
        ("03-02 10:00", "03-02 10:30", "web"),
        ("03-03 10:10", "03-03 12:10", "web"),
        ("03-02 17:50", "03-03 09:10", "expo"),
    ] {
        let mut case = Case::owned("li", from).call("li", call);
        case.lead.source.primary = Some(source.into());
        case.history.follow_ups[0].call_start = Some(t(call) - chrono::TimeDelta::seconds(90));
        let first = case.look(&policies, "03-05 10:00").first_contacts.remove(0);
        assert_eq!(first.call_gap_seconds, Some(90));
        if source == "expo" {
            expect!["first contact: li 2026-03-03T09:10:00+08:00, 920 min after 2026-03-02T17:50:00+08:00, 20 min of working time, recorded 90 s after the call began"].assert_eq(&first.to_string());
        }
        table.add(&first);
    }
    let rows: Vec<_> = table
        .rows()
        .map(|row| (row.source, row.hour, row.count, row.median_seconds, row.longest_seconds))
        .collect();
    assert_eq!(rows, [("expo", 17, 1, Some(55_200), Some(55_200)), ("web", 10, 2, Some(1_800), Some(7_200))]);
}

#[test]
fn a_violation_names_the_calendar_it_was_counted_by() {
    let policies = with_pools(FollowUpRules::nodes());
    let report = Case::owned("ann", "03-02 10:00").look(&policies, "03-04 12:00");
    let china = leadkit::calendar::Calendar::china();
    assert_eq!(report.violations[0].calendar_fingerprint, china.version().fingerprint);
    // Other hours of work under the same name are another calendar.
    let mut rules = FollowUpRules::nodes();
    rules.calendar = leadkit::calendar::CalendarRules::office_hours(leadkit::calendar::Zone::default());
    let other = FollowUpPolicies::compile(&rules).unwrap();
    let report = Case::owned("ann", "03-02 10:00").look(&other, "03-04 12:00");
    assert_ne!(report.violations[0].calendar_fingerprint, china.version().fingerprint);
    assert_ne!(report.violations[0].calendar_fingerprint, Default::default());
}
