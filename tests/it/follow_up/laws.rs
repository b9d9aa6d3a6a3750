//! Laws over random lives, and two oracles: one that steps through the hours, one that counts half hours.

use std::collections::BTreeSet;

use chrono::{Datelike, FixedOffset, TimeDelta, Timelike, Weekday};
use leadkit::calendar::{Calendar, CalendarRules, Clock, DayWindow};
use leadkit::follow_up::{FlowRules, FollowUpRules, NodeKind, NodeState, ProtectionRules};
use proptest::prelude::*;

use super::*;

/// A Monday; the National Day's days off begin ten days later.
const START: &str = "09-21 00:00";
/// Hours that a life is looked at.
const HOURS: i64 = 21 * 24;

/// Opening hours on whole hours, so that everything happens on whole hours.
fn hours() -> CalendarRules {
    CalendarRules::china().with_hours([DayWindow::hours(9, 12), DayWindow::hours(13, 18)])
}

fn policies() -> FollowUpPolicies {
    let rules = FollowUpRules::load(json!({
        "policies": [
            {"id": "steps", "nodes": [
                {"id": "talk", "within": "4h", "ladder": [
                    {"step": "remind_owner", "within": "2h"}, {"step": "copy_manager", "within": "4h"},
                    {"step": "high_risk", "within": "9h"}, {"step": "recycle", "within": "30h"}]},
                {"id": "offer", "kind": "convert", "within": "3d", "anchor": {"stage_entry": "mql"},
                    "met_by": {"stages": ["sql"]}, "ladder": [{"step": "reassign", "within": "4d"}]},
                {"id": "again", "within": "2d", "anchor": "last_follow_up", "planned_moves": true},
                {"id": "care", "kind": "remind", "within": "3d", "anchor": "last_activity",
                    "ladder": [{"step": "remind_owner", "within": "3d"}]},
            ]},
            {"id": "raw", "nodes": [
                {"id": "cleansing", "within": "48h", "clock": "elapsed", "anchor": "created", "pauses": false},
                {"id": "talk", "within": "6h", "clock": "elapsed"},
                {"id": "stay", "kind": "remind", "within": "5d", "clock": "elapsed", "anchor": {"pool_entry": "public_active"},
                    "ladder": [{"step": "recycle", "within": "5d", "to": "public_general"}]},
                {"id": "renew", "within": "5d", "before": true, "anchor": "contract_end"},
            ]},
        ],
        "rhythm_days": [3, 5], "active_stay": "9d", "general_stay": "11d",
    }))
    .unwrap();
    with_pools(FollowUpRules {
        calendar: hours(),
        protection: Some(ProtectionRules { remind_days: Some(1), ..ProtectionRules::days(6, 2, 12) }),
        flows: FlowRules::usual(),
        ..rules
    })
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Owner(u8),
    Return,
    Cover(u8),
    Call(u8),
    Stage(u8),
    Visit,
    Pause,
    Resume,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0u8..3).prop_map(Event::Owner),
        1 => Just(Event::Return),
        1 => (0u8..3).prop_map(Event::Cover),
        4 => (0u8..3).prop_map(Event::Call),
        2 => (0u8..3).prop_map(Event::Stage),
        2 => Just(Event::Visit),
        1 => Just(Event::Pause),
        1 => Just(Event::Resume),
    ]
}

/// What happens to a lead, on whole hours, in order.
fn life() -> impl Strategy<Value = (Vec<(i64, Event)>, Option<i64>)> {
    let events = prop::collection::vec((0..HOURS * 2 / 3, event()), 0..14);
    (events, prop::option::of(HOURS / 2..HOURS)).prop_map(|(mut events, contract_end)| {
        events.sort_by_key(|(hours, _)| *hours);
        (events, contract_end)
    })
}

fn after(hours: i64) -> DateTime<Utc> {
    t(START) + TimeDelta::hours(hours)
}

const REPS: [&str; 3] = ["li", "wang", "zhao"];

/// The whole of a life up to a moment, as a host has it then.
fn told((events, contract_end): &(Vec<(i64, Event)>, Option<i64>), now: DateTime<Utc>) -> Case {
    let mut case = Case::new(START);
    case.lead.pool = Some("active".into());
    case.options.contract_end = contract_end.map(after);
    for (hours, event) in events.iter().filter(|(hours, _)| after(*hours) <= now) {
        let at = after(*hours);
        let rep = |one: u8| REPS[usize::from(one)];
        case = match *event {
            Event::Owner(one) => case.owner(rep(one), at),
            Event::Return => {
                let mut case = case.lost(at, TenureEnd::Returned);
                case.lead.pool = Some("active".into());
                case
            }
            Event::Cover(one) if case.lead.owner.is_some() => case.tenure(rep(one), at, Acquisition::Cover),
            Event::Cover(_) => case,
            Event::Call(one) => case.follow_up(rep(one), FollowUpKind::Call, at),
            Event::Stage(one) => case.stage(["mql", "sql", "lead"][usize::from(one)], at),
            Event::Visit => case.active("page_visit", at),
            Event::Pause => {
                case.options.pauses.push(Pause { from: at, until: None, reason: "waits".into() });
                case
            }
            Event::Resume => {
                case.options
                    .pauses
                    .iter_mut()
                    .filter(|pause| pause.until.is_none())
                    .for_each(|pause| pause.until = Some(at));
                case
            }
        };
    }
    case
}

/// What a look says has happened: each with a name of its own.
fn happened(report: &FollowUpReport) -> BTreeSet<String> {
    let violations = report.violations.iter().map(|one| format!("violation {}", one.key()));
    let reminders = report.reminders_due.iter().map(|one| format!("reminder {}", one.key()));
    let actions = report.actions.iter().map(|one| format!("action {}", one.key()));
    violations.chain(reminders).chain(actions).collect()
}

fn moments(report: &FollowUpReport) -> Vec<DateTime<FixedOffset>> {
    let violations = report.violations.iter().map(|one| one.found_at);
    let reminders = report.reminders_due.iter().map(|one| one.fires_at);
    violations.chain(reminders).chain(report.actions.iter().map(|one| one.fires_at)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    /// A host that looks only when it is told to, and when something happens, finds what one finds that looks every hour.
    #[test]
    fn next_wake_ups_miss_nothing(life in life()) {
        let policies = policies();
        let mut stepped = BTreeSet::new();
        for hours in 0..=HOURS {
            // What happens to the lead does so on the hour, what follows from a missed deadline a second later.
            let case = told(&life, after(hours));
            stepped.extend(happened(&case.at(&policies, after(hours) + TimeDelta::seconds(1))));
        }
        let (mut woken, mut looks, mut now) = (BTreeSet::new(), 0, after(0));
        let end = after(HOURS) + TimeDelta::seconds(1);
        while now <= end {
            let report = told(&life, now).at(&policies, now);
            woken.extend(happened(&report));
            let next = report.next_wakeup.unwrap().at.with_timezone(&Utc);
            prop_assert!(next > now);
            let event = life.0.iter().map(|(hours, _)| after(*hours)).find(|at| *at > now);
            now = event.map_or(next, |event| event.min(next));
            looks += 1;
        }
        prop_assert_eq!(&woken, &stepped);
        prop_assert!(looks < 200, "{} looks", looks);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The same look twice is the same; a later look knows every earlier violation; nothing is dated on a day off or
    /// later than the look; each step of each owner is missed once; and a live lead always has a next look.
    #[test]
    fn every_look_is_lawful(life in life(), mut looks in prop::collection::vec(0..HOURS * 60, 2..12)) {
        let (policies, calendar) = (policies(), Calendar::compile(&hours()).unwrap());
        // What is known at the end, looked at from earlier moments.
        let case = told(&life, after(HOURS));
        looks.sort_unstable();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for minutes in looks {
            let now = t(START) + TimeDelta::minutes(minutes);
            let report = case.at(&policies, now);
            prop_assert_eq!(&report, &case.at(&policies, now));
            let keys: Vec<String> = report.violations.iter().map(|one| one.key()).collect();
            let set: BTreeSet<String> = keys.iter().cloned().collect();
            prop_assert_eq!(set.len(), keys.len(), "one for each");
            prop_assert!(known.is_subset(&set), "a violation is gone: {:?} {:?}", known, set);
            known = set;
            for at in moments(&report) {
                prop_assert!(at <= now);
                prop_assert!(calendar.is_workday(at.date_naive()).unwrap(), "{} is a day off", at);
            }
            let next = report.next_wakeup.as_ref().unwrap();
            prop_assert!(next.at > now && calendar.is_workday(next.at.date_naive()).unwrap());
            prop_assert!(report.actions.iter().filter(|one| one.step.takes_away()).count() <= 1);
            for one in &report.violations {
                prop_assert!(one.done_at.is_none_or(|done| done > one.deadline));
                prop_assert!(one.found_at > one.deadline);
            }
            for one in &report.deadlines {
                let is_overdue = one.due_at.is_some_and(|due| due < now) && one.done_at.is_none();
                let is_late = is_overdue && one.superseded_by.is_none() && one.kind != NodeKind::Remind;
                prop_assert_eq!(one.state == NodeState::Overdue, is_late);
            }
            let mut sorted = report.deadlines.iter().filter_map(|one| one.due_at).collect::<Vec<_>>();
            sorted.sort();
            prop_assert_eq!(sorted, report.deadlines.iter().filter_map(|one| one.due_at).collect::<Vec<_>>());
        }
    }

    /// Applying what the labels ask for leaves nothing to put right.
    #[test]
    fn tags_are_put_right_once(life in life(), hours in 0..HOURS) {
        let policies = policies();
        let mut case = told(&life, after(hours));
        case.lead.tags = vec!["overdue.nothing".into(), "vip".into()];
        let report = case.at(&policies, after(hours));
        let effects = report.effects();
        case.options.record = report.record;
        for effect in effects {
            match effect {
                leadkit::model::Effect::AddTag { tag, .. } => case.lead.tags.push(tag),
                leadkit::model::Effect::RemoveTag { tag, .. } => case.lead.tags.retain(|known| *known != tag),
                _ => {}
            }
        }
        let report = case.at(&policies, after(hours));
        prop_assert!(report.effects().is_empty());
        let overdue = case.lead.tags.iter().filter(|tag| tag.starts_with("overdue."));
        prop_assert_eq!(overdue.collect::<BTreeSet<_>>(), report.labels.iter().collect::<BTreeSet<_>>());
    }
}

/// Whether a half hour counts, from the definition of the clock and nothing of the engine.
fn counts(clock: Clock, at: DateTime<Utc>) -> bool {
    let local = at.with_timezone(&FixedOffset::east_opt(8 * 3_600).unwrap());
    let (month, day, hour) = (local.month(), local.day(), local.hour());
    let is_holiday = (month, day) >= (10, 1) && (month, day) <= (10, 7) || (month, day) == (9, 25);
    let is_made_up = matches!((month, day), (9, 20) | (10, 10));
    let weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
    let workday = is_made_up || (!weekend && !is_holiday);
    match clock {
        Clock::Elapsed => true,
        Clock::OfficeHours => workday && ((9..12).contains(&hour) || (13..18).contains(&hour)),
        _ => workday,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    /// When something is due, with pauses: against counting half hours.
    #[test]
    fn a_deadline_is_reached_by_counting(
        start in 0i64..400,
        amount in 1u32..60,
        clock in 0usize..3,
        pauses in prop::collection::vec((0i64..900, 1i64..200), 0..4),
    ) {
        let clock = [Clock::Workday, Clock::OfficeHours, Clock::Elapsed][clock];
        let half = |n: i64| t(START) + TimeDelta::minutes(30 * n);
        let policies = {
            let node = json!({"id": "talk", "within": format!("{amount}h"), "clock": clock.as_str()});
            let rules = json!({"policies": [{"id": "p", "nodes": [node]}]});
            with_pools(FollowUpRules { calendar: hours(), ..FollowUpRules::load(rules).unwrap() })
        };
        let mut case = Case::created_at(half(start)).owner("li", half(start));
        for (from, length) in &pauses {
            let (from, until) = (half(start + from), Some(half(start + from + length)));
            case.options.pauses.push(Pause { from, until, reason: "waits".into() });
        }
        // What has not begun is not known yet.
        let report = case.at(&policies, half(start + 2_000));
        let paused = |at: i64| {
            case.options.pauses.iter().any(|one| one.from <= half(at) && half(at) < one.until.unwrap())
        };
        // On working days a pause gives time when somebody would have worked in it.
        let stands = |at: i64| {
            let from = (start - 1..=at).rev().find(|at| !paused(*at)).unwrap() + 1;
            let works = |at: &i64| counts(Clock::OfficeHours, half(*at));
            paused(at) && (clock != Clock::Workday || (from..).take_while(|at| paused(*at)).any(|at| works(&at)))
        };
        let (mut left, mut at) = (2 * i64::from(amount), start);
        while left > 0 {
            left -= i64::from(counts(clock, half(at)) && !stands(at));
            at += 1;
        }
        // Nothing falls due in a pause.
        while paused(at - 1) && paused(at) {
            at += 1;
        }
        prop_assert_eq!(report.deadlines[0].due_at.unwrap(), half(at));
    }
}
