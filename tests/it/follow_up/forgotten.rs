//! Nobody and nothing is forgotten: past the end of a calendar, past the end of a ladder, with nobody to tell.

use leadkit::calendar::CalendarRules;
use leadkit::follow_up::{FollowUpFault, FollowUpReport, FollowUpRules, ProtectionRules, ReminderKind};
use leadkit::model::Absence;

use super::*;

fn customer(closed: &str) -> Case {
    let mut case = Case::owned("li", "01-05 10:00").lost(t(closed), TenureEnd::Converted);
    case.lead.owner = Some("li".into());
    case.options.closed_at = Some(t(closed));
    case
}

/// A host that looks only when it is told to, until a moment; the names of the reminders of each look.
fn reminded(case: &mut Case, policies: &FollowUpPolicies, from: &str, until: DateTime<Utc>) -> Vec<String> {
    let (mut now, mut said) = (t(from), Vec::new());
    while now <= until {
        let report = case.at(policies, now);
        let new = report.reminders_due.iter().filter(|one| one.is_new);
        said.extend(new.map(|one| format!("{} {}", one.node, one.fires_at.format("%Y-%m-%d"))));
        case.options.record = report.record;
        let Some(next) = report.next_wakeup else { break };
        assert!(next.at > now);
        now = next.at.to_utc();
    }
    said
}

/// The calendar ends in 2026: what a customer is owed after that is looked at until somebody adds the years to come.
#[test]
fn a_customer_is_asked_for_again_once_the_calendar_goes_on() {
    let b2b = with_pools(FollowUpRules::b2b());
    let mut case = customer("01-08 10:00");
    let report = case.keep(&b2b, "04-08 10:00");
    assert_eq!(report.reminders_due[0].node, "month");
    let until = t("12-31 10:00") + chrono::TimeDelta::days(400);
    let said = reminded(&mut case.clone(), &b2b, "04-08 10:01", until);
    assert!(said.is_empty(), "the calendar does not say when: {said:?}");
    let last = case.look(&b2b, "12-31 10:00");
    assert!(matches!(&last.faults[..], [FollowUpFault::Calendar { .. }, ..]), "{last}");
    assert_eq!(last.next_wakeup.unwrap().reason.as_str(), "rhythm");
    // Somebody adds the years.
    let calendar = CalendarRules { known_years: (2023..=2030).collect(), ..CalendarRules::china() };
    let longer = with_pools(FollowUpRules { calendar, ..FollowUpRules::b2b() });
    let said = reminded(&mut case, &longer, "04-08 10:01", t("12-31 10:00") + chrono::TimeDelta::days(800));
    assert_eq!(said, ["year 2027-01-08", "second_year_half 2027-07-07", "third_year 2029-01-08"]);
    // The end of a contract, and a moment of a policy.
    for anchor in [json!("contract_end"), json!({"date": "2027-06-30T02:00:00Z"})] {
        let policies =
            node(json!({"id": "renew", "anchor": anchor, "within": "30d", "before": true, "ladder": [
            {"step": "remind_owner", "within": "30d"}]}));
        let mut case = customer("01-08 10:00");
        case.options.contract_end = Some("2027-06-30T02:00:00Z".parse().unwrap());
        let report = case.look(&policies, "11-27 10:00");
        assert!(report.next_wakeup.is_some(), "{report}");
    }
    // A customer of whom nothing is to be told is not looked at.
    let told = node(json!({"id": "talk", "within": "24h"}));
    assert!(customer("01-08 10:00").look(&told, "11-27 10:00").next_wakeup.is_none());
    // Nor is what ended before the calendar did: it was not missed.
    let long = node(json!({"id": "talk", "within": "300d"}));
    let ended = Case::owned("li", "11-02 10:00").lost(t("11-20 10:00"), TenureEnd::Invalid);
    let report = ended.look(&long, "11-27 10:00");
    assert!(report.next_wakeup.is_none() && report.faults.is_empty(), "{report}");
}

#[test]
fn an_owner_on_whose_lead_nothing_is_due_is_reminded_and_then_the_manager() {
    for rules in [FollowUpRules::nodes(), FollowUpRules::b2b()] {
        let policies = with_pools(rules);
        let mut case =
            Case::owned("li", "03-02 10:00").call("li", "03-02 11:00").stage("sql", t("03-05 10:00"));
        let (mut now, mut idle) = (t("03-05 10:00"), Vec::new());
        while now < t("09-20 10:00") {
            let report = case.at(&policies, now);
            let new = report.reminders_due.iter().filter(|one| one.is_new && one.kind == ReminderKind::Idle);
            idle.extend(
                new.map(|one| format!("{} {}", one.fires_at.format("%m-%d"), one.receiver.as_ref().unwrap())),
            );
            case.options.record = report.record;
            let next = report.next_wakeup.unwrap();
            assert_ne!(next.reason.as_str(), "rhythm", "something is to come");
            now = next.at.to_utc();
        }
        assert!(idle.len() >= 4, "{idle:?}");
        assert!(idle[0].ends_with(" li"), "{idle:?}");
        assert!(idle[1].ends_with(" hua") && idle[2].ends_with(" li"), "{idle:?}");
        // A call ends it, and the next silence begins.
        let called = case.clone().call("li", "09-21 09:00");
        let report = called.look(&policies, "09-21 09:30");
        assert!(report.reminders_due.iter().all(|one| one.kind != ReminderKind::Idle), "{report}");
    }
    // While the customer asks to wait, and while an opportunity holds it, nobody is late, and its owner is asked at the rhythm.
    let policies = with_pools(FollowUpRules::nodes());
    let paused = Case::owned("li", "03-02 10:00").paused("03-02 11:00", None, "after the fair");
    let mut held = Case::owned("li", "03-02 10:00").call("li", "03-02 11:00");
    held.options.opportunity_since = Some(t("03-02 12:00"));
    for mut case in [paused, held] {
        case.options.manager = Some("hua".into());
        let idle = |report: &FollowUpReport| -> Vec<String> {
            let idle = report.reminders_due.iter().filter(|one| one.kind == ReminderKind::Idle);
            idle.filter_map(|one| one.receiver.as_ref()).map(ToString::to_string).collect()
        };
        assert_eq!(idle(&case.look(&policies, "03-20 10:00")), [""; 0]);
        let report = case.look(&policies, "04-07 10:00");
        assert_eq!((idle(&report), report.violations.len()), (vec!["li".to_owned()], 0), "{report}");
        assert_eq!(idle(&case.look(&policies, "06-02 10:00")), ["hua", "li"]);
    }
}

/// What the stage `opportunity` meets is met by an opportunity that is open.
#[test]
fn who_has_an_opportunity_open_is_no_late_converter() {
    for rules in
        [FollowUpRules::nodes(), FollowUpRules::b2c(), FollowUpRules::b2b(), FollowUpRules::marketing()]
    {
        let policies = with_pools(rules);
        let case = Case::owned("li", "03-02 10:00").stage("mql", t("03-02 10:30")).call("li", "03-02 10:40");
        let mut said = case.clone();
        said.options.opportunity_since = Some(t("03-02 12:00"));
        let mut known = case.clone();
        known.history.opportunities = vec!["O1".into()];
        for case in [&said, &known] {
            let report = case.look(&policies, "04-20 10:00");
            assert!(report.violations.is_empty() && report.labels.is_empty(), "{report}");
        }
        // Opened too late, by the look that found it: done, late.
        let mut late = case.clone();
        late.pass(&policies, "03-24 10:00");
        assert!(!late.options.record.violations.is_empty());
        late.history.opportunities = vec!["O1".into()];
        let report = late.keep(&policies, "03-24 12:00");
        assert!(report.violations.iter().all(|one| one.done_at.unwrap() == t("03-24 12:00")), "{report}");
        // Lost again, it was opened all the same.
        late.history.opportunities.clear();
        assert!(late.look(&policies, "03-25 12:00").labels.is_empty());
    }
}

/// Off for ten days: not a minute of them counts for the owner.
#[test]
fn time_in_which_a_policy_does_not_hold_is_nobodys() {
    let policies = of(json!([{"id": "hot", "when": {"field": "products", "in": ["press"]}, "nodes": [
        {"id": "talk", "within": "24h", "ladder": [{"step": "remind_owner", "within": "20h"}, {"step": "reassign", "within": "24h"}]}]}]));
    let mut case = Case::owned("li", "03-02 10:00");
    case.lead.products = vec!["press".into()];
    case.pass(&policies, "03-02 10:00");
    case.lead.products.clear();
    case.pass(&policies, "03-02 11:00");
    case.lead.products = vec!["press".into()];
    let report = case.keep(&policies, "03-12 11:00");
    assert!(report.violations.is_empty() && report.actions.is_empty(), "{report}");
    assert_eq!(due(&report, "talk"), "03-13 10:00");
    assert_eq!(report.next_wakeup.unwrap().at, t("03-13 06:00"));
    let report = case.keep(&policies, "03-13 10:01");
    assert_eq!(violations(&report), ["late_follower talk li"]);
    // What was missed before it was off stays where it was.
    case.lead.products.clear();
    case.pass(&policies, "03-13 11:00");
    case.lead.products = vec!["press".into()];
    let report = case.keep(&policies, "03-20 11:00");
    assert_eq!((violations(&report).len(), due(&report, "talk")), (1, "03-13 10:00".into()));
}

/// The clock of who is away stands, of the owner before as of the present one, and that of who stands in runs.
#[test]
fn the_clock_of_who_is_away_stands() {
    let policies = node(json!({"id": "talk", "within": "24h"}));
    let away = |from: &str, until: &str| vec![Absence { from: t(from), until: t(until) }];
    let mut case = Case::owned("li", "03-02 10:00");
    case.options.absences = [("li".into(), away("03-02 12:00", "03-04 12:00"))].into();
    let report = case.look(&policies, "03-03 10:00");
    assert_eq!(due(&report, "talk"), "03-05 10:00");
    assert!(report.deadlines[0].to_string().contains("li is away"), "{report}");
    let case = case.owner("wang", t("03-05 09:00"));
    let report = case.look(&policies, "03-05 11:00");
    assert_eq!((violations(&report).len(), due(&report, "talk")), (0, "03-06 09:00".into()));
    let mut covered = Case::owned("li", "03-02 10:00").tenure("wang", t("03-02 12:00"), Acquisition::Cover);
    covered.options.absences = [("li".into(), away("03-02 12:00", "03-09 12:00"))].into();
    assert_eq!(violations(&covered.look(&policies, "03-03 12:01")), ["late_follower talk wang"]);
}

/// Protection comes first: what was missed takes the lead away when the protection is over.
#[test]
fn a_protected_lead_stays_with_its_owner_whatever_they_miss() {
    for (rules, goes) in [(FollowUpRules::b2b(), "recycle"), (FollowUpRules::b2c(), "reassign")] {
        let protection = Some(ProtectionRules::days(30, 0, 90));
        let policies = with_pools(FollowUpRules { protection, ..rules });
        let mut case = Case::owned("li", "03-02 10:00");
        for now in ["03-05 10:01", "03-25 10:00", "04-01 23:59"] {
            let report = case.keep(&policies, now);
            assert!(report.actions.iter().all(|one| !one.takes_away()), "{now}: {report}");
            assert!(!report.violations.is_empty());
        }
        assert_eq!(case.look(&policies, "04-01 23:59").next_wakeup.unwrap().at, t("04-02 00:00"));
        let report = case.keep(&policies, "04-02 00:00");
        let takers: Vec<String> = report
            .actions
            .iter()
            .filter(|one| one.takes_away())
            .map(|one| format!("{} {}", one.step, one.node))
            .collect();
        assert_eq!(takers, [format!("{goes} follow_up")]);
    }
    // What nobody missed goes the way of what is not protected any more.
    let policies = with_pools(FollowUpRules {
        protection: Some(ProtectionRules::days(30, 0, 90)),
        ..FollowUpRules::nodes()
    });
    let report = Case::owned("li", "03-02 10:00").look(&policies, "04-02 00:00");
    let taker = report.actions.iter().find(|one| one.takes_away()).unwrap();
    assert_eq!(
        (taker.reason.as_ref(), taker.pool.as_ref().unwrap().as_str()),
        ("protection_lost", "nurture_gd")
    );
}

#[test]
fn an_escalation_to_nobody_is_a_fault_and_is_tried_again() {
    let policies = with_pools(FollowUpRules::nodes());
    let mut case = Case::owned("li", "03-02 10:00");
    case.options.manager = None;
    let report = case.keep(&policies, "03-03 12:00");
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, ["nobody is told: `li` has no `manager`; set one"]);
    assert!(asked(&report).iter().all(|one| !one.contains("deadline_missed")), "{report}");
    case.options.manager = Some("hua".into());
    let report = case.keep(&policies, "03-03 12:30");
    assert_eq!(asked(&report)[1..], ["notify hua about lead L1 (deadline_missed)"], "{report}");
    assert!(report.faults.is_empty());
    assert!(case.look(&policies, "03-03 12:31").actions.iter().all(|one| !one.is_new));
    // Where nobody holds the lead, who runs its pool hears of it.
    let marketing = with_pools(FollowUpRules::marketing());
    let mut free = Case::new("03-02 10:00");
    (free.lead.pool, free.options.manager) = (Some("claims_gd".into()), None);
    let report = free.look(&marketing, "03-05 10:00");
    assert!(asked(&report).contains(&"notify hua about lead L1 (deadline_missed)".to_owned()), "{report}");
}

/// The lead pool, nurture and the active pool: half a year, then the general one.
#[test]
fn nurtured_leads_go_to_the_general_pool_after_half_a_year() {
    let policies = with_pools(FollowUpRules::marketing());
    let mut case = Case::owned("li", "01-05 10:00")
        .call("li", "01-05 11:00")
        .lost(t("01-06 10:00"), TenureEnd::Recycled);
    case.lead.pool = Some("nurture_gd".into());
    assert!(case.look(&policies, "07-05 10:00").actions.is_empty());
    let report = case.look(&policies, "07-10 10:00");
    assert_eq!((steps(&report).len(), report.actions[0].pool.as_ref().unwrap().as_str()), (1, "general"));
    // One call, and nothing for a week: it is nurtured.
    let idle = Case::owned("li", "01-05 10:00").call("li", "01-05 11:00").look(&policies, "01-14 10:01");
    assert_eq!(idle.actions[0].pool.as_ref().unwrap().as_str(), "nurture_gd");
    // In `nodes` the active pool has an end as well.
    let nodes = with_pools(FollowUpRules::nodes());
    let mut active = Case::new("01-05 10:00");
    active.lead.pool = Some("active".into());
    assert_eq!(active.look(&nodes, "07-10 10:00").actions[0].pool.as_ref().unwrap().as_str(), "general");
}

/// Who speaks to a lead first has the first contact, whoever owns it; who never does is counted as well.
#[test]
fn the_first_contact_is_of_who_made_it() {
    let policies = with_pools(FollowUpRules::nodes());
    let rows = |case: &Case, now: &str| {
        let mut table = leadkit::follow_up::SpeedTable::default();
        case.look(&policies, now).first_contacts.iter().for_each(|one| table.add(one));
        let shown = |row: leadkit::follow_up::SpeedRow<'_>| {
            (row.rep.to_string(), row.count, row.uncontacted, row.median_seconds)
        };
        table.rows().map(shown).collect::<Vec<_>>()
    };
    let covered = Case::owned("li", "03-02 10:00").tenure("wang", t("03-02 10:05"), Acquisition::Cover);
    let called = covered.clone().call("wang", "03-02 10:10");
    assert_eq!(rows(&called, "03-02 11:00"), [("wang".to_owned(), 1, 0, Some(300))]);
    assert_eq!(
        rows(&called.call("li", "03-05 09:30"), "03-05 10:00"),
        [("wang".to_owned(), 1, 0, Some(300))]
    );
    // The owner called before anybody stood in.
    let before = covered.clone().call("li", "03-02 10:02");
    assert_eq!(rows(&before, "03-02 11:00"), [("li".to_owned(), 1, 0, Some(120))]);
    // Nobody did.
    assert_eq!(
        rows(&covered, "03-02 11:00"),
        [("li".to_owned(), 0, 1, None), ("wang".to_owned(), 0, 1, None)]
    );
    let next = Case::owned("li", "03-02 10:00").owner("wang", t("03-03 10:00")).call("wang", "03-03 10:01");
    assert_eq!(
        rows(&next, "03-04 10:00"),
        [("li".to_owned(), 0, 1, None), ("wang".to_owned(), 1, 0, Some(60))]
    );
}

/// A customer's lead passes from hand to hand with the account, and waits for an answer again: who had it in between had
/// nothing to do.
#[test]
fn who_had_a_customers_lead_in_between_is_not_late_when_it_lives_again() {
    let policies = with_pools(FollowUpRules::b2c());
    let mut case = Case::owned("li", "03-02 10:00")
        .call("li", "03-02 10:30")
        .lost(t("03-02 10:40"), TenureEnd::Converted);
    case.lead.owner = Some("li".into());
    case.pass(&policies, "03-02 10:40");
    let mut case = case.owner("wang", t("03-03 10:00"));
    case.lead.status = LeadStatus::Converted;
    case.pass(&policies, "03-03 10:00");
    assert!(case.look(&policies, "04-09 10:00").violations.is_empty());
    // The rep is still its owner when the customer writes anew: their time begins.
    case.options.awaits_answer = true;
    let report = case.keep(&policies, "04-10 10:00");
    assert_eq!((violations(&report).len(), due(&report, "follow_up")), (0, "04-10 11:00".into()));
    let mut next = case.owner("zhao", t("04-10 10:30"));
    next.lead.status = LeadStatus::Converted;
    let report = next.keep(&policies, "04-10 12:00");
    assert_eq!(violations(&report), ["late_follower follow_up zhao"]);
}
