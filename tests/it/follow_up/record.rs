//! What earlier looks found: nothing is asked for twice, nothing is lost, and what is on record stays.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use leadkit::follow_up::FollowUpRules;
use leadkit::model::OpportunityId;
use proptest::prelude::*;

use super::*;

fn hot() -> FollowUpPolicies {
    of(json!([{"id": "hot", "when": {"field": "products", "in": ["press"]}, "nodes": [
        {"id": "first_contact", "within": "1h", "ladder": [
            {"step": "remind_owner", "within": "45m"}, {"step": "copy_manager", "within": "1h"},
            {"step": "reassign", "within": "1h"}]},
    ]}]))
}

#[test]
fn an_act_whose_moment_lies_before_the_last_look_is_not_lost() {
    // An opportunity held the lead; once it is lost, what was due meanwhile is done.
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("li", "03-02 10:00");
    case.history.opportunities = vec![OpportunityId::from("O1")];
    case.pass(&policies, "03-05 10:01");
    case.pass(&policies, "04-01 10:00");
    case.history.opportunities.clear();
    let report = case.keep(&policies, "04-02 10:00");
    let said = asked(&report);
    assert!(said.contains(&"move lead L1 to pool claims_gd".to_owned()), "{said:?}");
    assert!(
        said.contains(&"wake lead L1 up at 2026-04-08T02:00:00Z (pool_stay)".to_owned()),
        "from now on: {said:?}"
    );
    assert!(!said.contains(&"notify hua about lead L1 (deadline_missed)".to_owned()), "she knows: {said:?}");
    // Once: nobody holds it then.
    let mut case = case.lost(t("04-02 10:00"), TenureEnd::Recycled);
    case.lead.pool = Some("claims_gd".into());
    let again = case.keep(&policies, "04-03 10:00");
    assert!(again.actions.is_empty() && asked(&again).is_empty(), "{again}");
    // One that could not be carried out is followed by the next, not by itself.
    let mut stays = Case::owned("li", "03-02 10:00");
    let step = |report: &FollowUpReport| {
        report.actions.iter().find(|one| one.takes_away() && one.is_new).map(|one| one.node.clone())
    };
    let steps = ["03-05 10:01", "03-06 10:00", "03-20 10:01", "03-23 10:00"]
        .map(|now| step(&stays.keep(&policies, now)));
    assert_eq!(steps, [Some("follow_up".into()), None, Some("convert".into()), None]);

    // A record of a call that comes late undoes nothing, and what is due after it is done.
    let policies = node(json!({"id": "talk", "within": "24h", "pauses": true, "ladder": [
        {"step": "copy_manager", "within": "24h"}, {"step": "high_risk", "within": "30h"}]}));
    let mut case = Case::owned("li", "03-02 10:00").paused("03-03 09:00", Some("03-04 12:00"), "waits");
    case.pass(&policies, "03-04 09:00");
    // The pause is withdrawn: it was due the day before.
    case.options.pauses.clear();
    assert_eq!(
        asked(&case.keep(&policies, "03-04 09:30")),
        [
            "tag lead L1 with `overdue.talk`",
            "notify hua about lead L1 (deadline_missed)",
            "tag lead L1 with `high_risk`"
        ]
    );
}

#[test]
fn a_condition_that_comes_true_counts_from_then() {
    let policies = hot();
    let mut case = Case::owned("li", "03-02 09:00");
    case.pass(&policies, "03-02 09:00");
    case.lead.products = vec!["press".into()];
    let report = case.keep(&policies, "03-02 14:30");
    assert_eq!((violations(&report), due(&report, "first_contact")), (vec![], "03-02 15:30".into()));
    // It comes and goes: nobody is judged for the forty minutes in which it did not hold, and nobody is given more.
    case.lead.products.clear();
    assert!(case.keep(&policies, "03-02 14:40").deadlines.is_empty());
    case.lead.products = vec!["press".into()];
    let report = case.keep(&policies, "03-02 15:20");
    assert_eq!(due(&report, "first_contact"), "03-02 16:10");
    let report = case.keep(&policies, "03-02 16:00");
    assert_eq!(asked(&report), ["notify li about lead L1 (deadline_reminder)"]);
    let report = case.keep(&policies, "03-02 17:00");
    assert_eq!(violations(&report), ["late_follower first_contact li"]);
    assert_eq!(report.violations[0].started_at, t("03-02 14:30"));
    let said = report.violations[0].to_string();
    assert!(
        said.contains("paused from 2026-03-02T06:40:00Z to 2026-03-02T07:20:00Z: `hot` does not apply"),
        "{said}"
    );
    assert_eq!(
        asked(&report),
        ["tag lead L1 with `overdue.first_contact`", "notify hua about lead L1 (deadline_missed)",]
    );
    assert!(
        report.actions.iter().any(|one| one.is_new && one.takes_away()),
        "the host gives it to the next rep"
    );
    // Who had called before had made the first contact.
    let mut called = Case::owned("li", "03-02 09:00").call("li", "03-02 11:00");
    called.pass(&policies, "03-02 09:00");
    called.lead.products = vec!["press".into()];
    assert_eq!(states(&called.keep(&policies, "03-02 14:30")), ["first_contact met"]);
    // No owner is judged by a policy that did not hold during their tenure.
    let mut next = Case::owned("li", "03-02 09:00");
    next.pass(&policies, "03-02 09:00");
    let mut next = next.owner("wang", t("03-03 09:00"));
    next.lead.products = vec!["press".into()];
    next.pass(&policies, "03-03 09:00");
    assert_eq!(violations(&next.keep(&policies, "03-03 10:30")), ["late_follower first_contact wang"]);
}

#[test]
fn violations_neither_vanish_nor_double_when_a_condition_changes() {
    let is_raw = json!({"field": "stage", "eq": "lead"});
    let raw = json!({"id": "raw", "when": is_raw, "nodes": [{"id": "first_contact", "within": "24h"}]});
    let later =
        json!({"id": "later", "when": {"not": is_raw}, "nodes": [{"id": "first_contact", "within": "30h"}]});
    let vip = json!({"id": "vip", "when": {"field": "products", "in": ["press"]}, "nodes": [{"id": "first_contact", "within": "1h"}]});
    let all = json!({"id": "all", "nodes": [{"id": "first_contact", "within": "24h"}]});
    for policies in [json!([raw]), json!([raw, later]), json!([vip, all])] {
        let policies = of(policies);
        let mut case = Case::owned("li", "03-02 10:00").stage("lead", t("03-02 10:00"));
        let before = case.keep(&policies, "03-04 10:00").violations;
        assert_eq!(before.len(), 1);
        let mut case = case.stage("mql", t("03-04 11:00"));
        case.lead.products = vec!["press".into()];
        for now in ["03-04 12:00", "03-09 12:00"] {
            let after = case.keep(&policies, now).violations;
            assert_eq!(after.len(), 1, "{after:?}");
            assert_eq!((after[0].key(), &after[0].policy), (before[0].key(), &before[0].policy));
            assert_eq!((after[0].deadline, &after[0].snapshot), (before[0].deadline, &before[0].snapshot));
        }
        // Without a record the key is the same: whatever policy asks for it, the step is missed once.
        case.options.record = Default::default();
        let keys: BTreeSet<String> =
            case.look(&policies, "03-09 12:00").violations.iter().map(|one| one.key()).collect();
        assert!(keys.is_subset(&[before[0].key()].into()), "{keys:?}");
    }
    // What nobody asks for any more is closed, and its label goes.
    let policies = of(json!([raw]));
    let mut case = Case::owned("li", "03-02 10:00").stage("lead", t("03-02 10:00"));
    case.pass(&policies, "03-04 10:00");
    case.lead.tags = vec!["overdue.first_contact".into()];
    let mut case = case.stage("mql", t("03-04 11:00"));
    let report = case.keep(&policies, "03-04 11:00");
    assert_eq!(report.violations[0].closed_at.unwrap(), t("03-04 11:00"));
    assert_eq!(asked(&report), ["take the tag `overdue.first_contact` from lead L1"]);
    // It is asked for again, and done at last.
    let back = case.stage("lead", t("03-05 10:00"));
    assert!(back.look(&policies, "03-05 10:00").violations[0].closed_at.is_none());
    let done = back.call("li", "03-05 11:00").look(&policies, "03-05 12:00");
    assert_eq!(done.violations[0].done_at.unwrap(), t("03-05 11:00"));
}

#[test]
fn what_is_on_record_keeps_its_reason_and_goes_with_a_revoked_decision() {
    let policies = node(json!({"id": "talk", "within": "24h"}));
    let mut case = Case::owned("li", "03-02 10:00");
    case.pass(&policies, "03-04 10:00");
    case.options.record.violations[0].reason = Some("he was ill".into());
    let report = case.look(&policies, "03-05 10:00");
    assert_eq!(report.violations[0].reason.as_deref(), Some("he was ill"));
    // A new cycle closes what was open in the one before, and keeps it.
    let mut cycle = case.clone().lost(t("03-06 10:00"), TenureEnd::Recycled);
    (cycle.history.cycle, cycle.history.cycle_started_at) = (1, Some(t("03-09 10:00")));
    let report = cycle.keep(&policies, "03-09 10:00");
    assert_eq!(report.violations[0].closed_at.unwrap(), t("03-09 10:00"));
    assert!(report.record.told.is_empty());
    // As if the rep had never had it.
    let mut revoked = case.lost(t("03-05 10:00"), TenureEnd::Revoked);
    assert!(revoked.keep(&policies, "03-05 10:00").violations.is_empty());
}

#[test]
fn what_comes_before_a_date_is_missed_by_who_held_the_lead_then() {
    let policies = node(json!({
        "id": "renew", "anchor": {"date": "2026-03-20T02:00:00Z"}, "within": "10d", "clock": "elapsed", "before": true,
    }));
    // li, wang for a moment, and li again before it is due.
    let mut case =
        Case::owned("li", "03-02 10:00").owner("wang", t("03-05 10:00")).owner("li", t("03-05 10:00"));
    for now in ["03-11 10:00", "03-11 10:00", "03-16 10:00"] {
        let report = case.keep(&policies, now);
        assert_eq!(violations(&report), ["late_follower renew li"]);
        assert!(report.violations[0].closed_at.is_none(), "{now}: {report}");
    }
}

#[test]
fn two_rungs_of_one_step_have_keys_of_their_own() {
    let rung = |step: &str, within: &str| json!({"step": step, "within": within});
    let ladder = json!([
        rung("remind_owner", "3d"),
        rung("remind_owner", "5d"),
        rung("copy_manager", "5d"),
        rung("copy_manager", "7d"),
    ]);
    let policies = node(json!({"id": "talk", "within": "3d", "ladder": ladder}));
    let mut case = Case::owned("li", "03-02 10:00");
    let mut said = Vec::new();
    for now in ["03-05 12:00", "03-09 12:00", "03-11 12:00"] {
        let report = case.keep(&policies, now);
        said.push(asked(&report).iter().filter(|one| one.starts_with("notify")).count());
        let keys: BTreeSet<String> = report
            .actions
            .iter()
            .map(|one| one.key())
            .chain(report.reminders_due.iter().map(|one| one.key()))
            .collect();
        assert_eq!(keys.len(), report.actions.len() + report.reminders_due.len());
    }
    assert_eq!(said, [1, 2, 1]);
    // The same step at the same time is a mistake.
    let twice = json!({"policies": [{"id": "p", "nodes": [
        {"id": "talk", "within": "1d", "ladder": [rung("copy_manager", "1d"), rung("copy_manager", "24h")]}]}]});
    let errors = FollowUpRules::load(twice).unwrap_err().to_string();
    assert!(errors.contains("error[duplicate_rung] at policies[0].nodes[0].ladder[1].step: `copy_manager` happens after 1d already"), "{errors}");
}

#[test]
fn nodes_of_one_name_are_one_step_until_it_is_done() {
    // A reminder is no deadline, whatever its name.
    let policies = of(json!([
        {"id": "a", "nodes": [{"id": "talk", "kind": "remind", "within": "1d"}]},
        {"id": "b", "nodes": [{"id": "talk", "within": "2d", "ladder": [{"step": "recycle", "within": "2d"}]}]},
    ]));
    let report = Case::owned("li", "03-02 10:00").look(&policies, "03-06 10:00");
    assert_eq!((violations(&report).len(), steps(&report)), (1, vec!["recycle 03-04 10:00:01".to_owned()]));
    // One is met by an edit, the other wants a call.
    let policies = of(json!([
        {"id": "a", "nodes": [{"id": "talk", "within": "1d"}]},
        {"id": "b", "nodes": [{"id": "talk", "within": "2d", "met_by": {"follow_ups": ["call"]}, "ladder": [{"step": "recycle", "within": "2d"}]}]},
    ]));
    let edited =
        |at: &str| Case::owned("li", "03-02 10:00").follow_up("li", FollowUpKind::KeyFieldEdit, t(at));
    let in_time = edited("03-02 11:00");
    assert_eq!(states(&in_time.look(&policies, "03-02 12:00")), ["talk met", "talk open"]);
    let report = in_time.look(&policies, "03-06 10:00");
    assert_eq!((violations(&report), steps(&report).len()), (vec!["late_follower talk li".into()], 1));
    assert_eq!(report.violations[0].policy.as_str(), "b");
    // Late with the first: the step is missed once, and the ladder of the other goes on.
    let late = edited("03-03 15:00");
    for now in ["03-03 12:00", "03-03 16:00", "03-06 10:00"] {
        let report = late.look(&policies, now);
        let of: Vec<&str> = report.violations.iter().map(|one| one.policy.as_str()).collect();
        assert_eq!(of, ["a"], "{now}");
    }
    assert_eq!(steps(&late.look(&policies, "03-06 10:00")), ["recycle 03-04 10:00:01"]);
    // A call does both.
    assert!(
        Case::owned("li", "03-02 10:00")
            .call("li", "03-02 11:00")
            .look(&policies, "03-06 10:00")
            .actions
            .is_empty()
    );
}

#[derive(Debug, Clone)]
enum Event {
    Owner(usize),
    Return,
    Call(usize),
    Product(bool),
    Opportunity(bool),
    Pause,
    Resume,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (0usize..2).prop_map(Event::Owner),
        1 => Just(Event::Return),
        2 => (0usize..2).prop_map(Event::Call),
        3 => any::<bool>().prop_map(Event::Product),
        2 => any::<bool>().prop_map(Event::Opportunity),
        1 => Just(Event::Pause),
        1 => Just(Event::Resume),
    ]
}

fn happen(mut case: Case, event: &Event, at: DateTime<Utc>) -> Case {
    const REPS: [&str; 2] = ["li", "wang"];
    match event {
        Event::Owner(one) => case.owner(REPS[*one], at),
        Event::Return => case.lost(at, TenureEnd::Returned),
        Event::Call(one) => case.follow_up(REPS[*one], FollowUpKind::Call, at),
        Event::Product(yes) => {
            case.lead.products = if *yes { vec!["press".into()] } else { Vec::new() };
            case
        }
        Event::Opportunity(yes) => {
            case.options.opportunity_since = Some(at).filter(|_| *yes);
            case
        }
        Event::Pause => {
            case.options.pauses.push(Pause { from: at, until: None, reason: "waits".into() });
            case
        }
        Event::Resume => {
            case.options.pauses.iter_mut().for_each(|pause| pause.until = pause.until.or(Some(at)));
            case
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever changes: what was missed stays missed, once for each step of an owner; every act is asked for once, and
    /// every one that stands has been asked for.
    #[test]
    fn nothing_is_lost_and_nothing_doubles(events in prop::collection::vec((1i64..60, event()), 1..14)) {
        let policies = of(json!([
            {"id": "vip", "when": {"field": "products", "in": ["press"]}, "nodes": [
                {"id": "talk", "within": "4h", "ladder": [{"step": "copy_manager", "within": "5h"}, {"step": "recycle", "within": "9h"}]}]},
            {"id": "all", "nodes": [
                {"id": "talk", "within": "24h", "ladder": [{"step": "remind_owner", "within": "20h"}, {"step": "recycle", "within": "48h"}]},
                {"id": "offer", "kind": "convert", "within": "3d", "ladder": [{"step": "high_risk", "within": "3d"}]}]},
            {"id": "plain", "when": {"not": {"field": "products", "in": ["press"]}}, "nodes": [{"id": "talk", "within": "30h"}]},
        ]));
        let mut case = Case::owned("li", "03-02 10:00");
        let (mut now, mut told, mut known) = (t("03-02 10:00"), BTreeSet::new(), BTreeSet::new());
        let mut due = events.iter().map(|(hours, event)| (*hours, event)).collect::<Vec<_>>().into_iter();
        let mut next_event = due.next().map(|(hours, event)| (now + TimeDelta::hours(hours), event));
        for _ in 0..200 {
            let report = case.at(&policies, now);
            for key in report.actions.iter().filter(|one| one.is_new).map(|one| one.key())
                .chain(report.reminders_due.iter().filter(|one| one.is_new).map(|one| one.key())) {
                prop_assert!(told.insert(key.clone()), "asked for twice: {key}");
            }
            for one in &report.actions {
                prop_assert!(told.contains(&one.key()), "never asked for: {one}");
            }
            let keys: BTreeSet<String> = report.violations.iter().map(|one| one.key()).collect();
            prop_assert_eq!(keys.len(), report.violations.len());
            prop_assert!(keys.is_superset(&known), "gone: {:?}", known.difference(&keys));
            // Each time an owner had the lead they miss a step once.
            let mut of_step = BTreeSet::new();
            for one in &report.violations {
                let run = case.history.tenures.iter().rposition(|tenure| tenure.from <= one.started_at && Some(&tenure.owner) == one.owner.as_ref());
                prop_assert!(of_step.insert((run, one.node.clone())), "{} twice", one.node);
            }
            known = keys;
            case.options.record = serde_json::from_str(&serde_json::to_string(&report.record).unwrap()).unwrap();
            let again = case.at(&policies, now);
            prop_assert!(again.actions.iter().all(|one| !one.is_new) && again.reminders_due.iter().all(|one| !one.is_new));
            prop_assert_eq!(&again.violations, &report.violations);
            let next = report.next_wakeup.unwrap().at.to_utc();
            prop_assert!(next > now);
            match next_event {
                Some((at, event)) if at <= next => {
                    case = happen(case, event, at);
                    now = at;
                    next_event = due.next().map(|(hours, event)| (at + TimeDelta::hours(hours), event));
                }
                None if next > t("04-10 10:00") => break,
                _ => now = next,
            }
        }
    }
}
