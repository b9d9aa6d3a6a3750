//! What once went wrong: calendars that end, pauses nobody ends, pools that are not there, nights.

use leadkit::calendar::{CalendarRules, Calendars};
use leadkit::follow_up::{FollowUpRules, ReminderKind};
use leadkit::model::{Pool, Rep};

use super::*;

const PRESETS: [fn() -> FollowUpRules; 4] =
    [FollowUpRules::nodes, FollowUpRules::b2c, FollowUpRules::b2b, FollowUpRules::marketing];

/// Who is told what, of what is new.
fn told(report: &FollowUpReport) -> Vec<String> {
    let new = report.reminders_due.iter().filter(|one| one.is_new);
    new.filter_map(|one| Some(format!("{} {}", one.receiver.as_ref()?, one.kind))).collect()
}

/// The calendar that comes with the crate ends with 2026. What is due after that nobody can tell: the lead is looked at
/// each day, its owner and the owner's manager are told once, and all of it continues as soon as the calendar does.
#[test]
fn a_lead_past_the_end_of_the_calendar_is_looked_at_each_day() {
    for preset in PRESETS {
        let policies = with_pools(preset());
        let mut case = Case::owned("li", "12-31 17:30");
        let report = case.keep(&policies, "12-31 17:31");
        let next = report.next_wakeup.clone().unwrap();
        assert!(next.at.to_utc() <= t("12-31 17:31") + chrono::TimeDelta::days(1), "{report}");
        let (mut now, mut heard, mut looks) = (next.at.to_utc(), told(&report), 0);
        while looks < 10 {
            let report = case.at(&policies, now);
            heard.extend(told(&report));
            case.options.record = report.record.clone();
            let next = report.next_wakeup.unwrap();
            assert!(next.at.to_utc() <= now + chrono::TimeDelta::days(1), "{now}: {next:?}");
            (now, looks) = (next.at.to_utc(), looks + 1);
        }
        let of_calendar: Vec<&String> = heard.iter().filter(|one| one.ends_with("calendar")).collect();
        assert_eq!(of_calendar, ["hua calendar", "li calendar"], "once each");
        // Another year is added: what is due is due.
        let calendar = CalendarRules { known_years: (2023..=2027).collect(), ..CalendarRules::china() };
        let longer = with_pools(FollowUpRules { calendar, ..preset() });
        let report = case.at(&longer, now);
        assert!(report.deadlines.iter().all(|one| one.due_at.is_some()), "{report}");
    }
}

#[test]
fn a_lead_recycled_at_the_end_of_the_calendar_lies_for_as_long_as_ever() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("li", "12-24 10:00");
    let report = case.keep(&policies, "12-30 10:01");
    assert!(
        asked(&report).contains(&"wake lead L1 up at 2027-01-02T02:01:00Z (pool_stay)".to_owned()),
        "{:?}",
        asked(&report)
    );
}

/// Who asked to wait did not ask the next owner, and whoever writes again waits no more.
#[test]
fn a_pause_without_an_end_ends_with_the_owner_and_with_what_the_customer_does() {
    let policies = with_pools(FollowUpRules::b2b());
    let paused = Case::owned("li", "03-02 10:00").paused("03-02 10:05", None, "after the fair");
    let is = |case: &Case, state: &str| {
        let states = states(&case.look(&policies, "03-20 10:00"));
        assert!(states.contains(&state.to_owned()), "{states:?}");
    };
    is(&paused, "follow_up paused");
    let given = paused.clone().owner("wang", t("03-04 10:00"));
    assert_eq!(due(&given.look(&policies, "03-04 11:00"), "follow_up"), "03-09 10:00");
    let written = paused.clone().active("form_submit", t("03-04 10:00"));
    is(&written, "follow_up overdue");
    // One whose end is known lasts until then, whoever has the lead.
    let until = Case::owned("li", "03-02 10:00").paused("03-02 10:05", Some("03-16 10:05"), "at a fair");
    let given = until.owner("wang", t("03-04 10:00"));
    assert_eq!(due(&given.look(&policies, "03-04 11:00"), "follow_up"), "03-19 10:05");
}

/// A way out that no pool takes is tried again until one does.
#[test]
fn a_recycle_that_found_no_pool_is_tried_again() {
    let pools = Pool::load_all(json!([{"id": "claims_gd", "kind": "lead", "region": "CN-GD"}])).unwrap();
    let policies = compiled(&FollowUpRules { pools, ..FollowUpRules::b2b() });
    let mut case = Case::owned("li", "03-02 10:00");
    case.lead.region = "CN-BJ".parse().ok();
    for now in ["03-05 10:01", "03-05 11:00"] {
        let report = case.keep(&policies, now);
        assert!(!report.faults.is_empty(), "{report}");
        assert!(!asked(&report).iter().any(|one| one.contains("move lead L1")), "{:?}", asked(&report));
    }
    case.lead.region = "CN-GD".parse().ok();
    let report = case.keep(&policies, "03-06 10:00");
    assert!(asked(&report).iter().any(|one| one.contains("claims_gd")), "{:?}", asked(&report));
}

/// A night shift of Friday runs into Saturday: who is at work is not let off until Monday.
#[test]
fn a_deadline_after_midnight_passes_in_the_shift_that_runs_over_from_a_working_day() {
    let night: CalendarRules = serde_json::from_value(json!({
        "zone": "+08:00", "weekly": [{"days": "Mon-Fri", "hours": "22:00-06:00"}], "holidays": "cn",
    }))
    .unwrap();
    let calendars = Calendars([("night".to_owned(), night)].into());
    let calendars = calendars.0.into_iter().map(|(id, rules)| (id.as_str().into(), rules)).collect();
    let policies = with_pools(FollowUpRules { calendars, ..FollowUpRules::b2c() });
    let mut case = Case::owned("li", "03-06 23:30");
    case.options.calendar = Some("night".into());
    let report = case.keep(&policies, "03-06 23:40");
    assert_eq!(due(&report, "follow_up"), "03-07 00:30");
    let report = case.keep(&policies, "03-07 00:31");
    assert_eq!(violations(&report), ["late_follower follow_up li"], "{report}");
    assert!(steps(&report).contains(&"reassign 03-07 00:30:01".to_owned()), "{:?}", steps(&report));
    // Past the shift it is a day off.
    let mut case = Case::owned("li", "03-07 05:50");
    case.options.calendar = Some("night".into());
    assert_eq!(due(&case.look(&policies, "03-07 05:55"), "follow_up"), "03-09 22:50");
}

/// A pause moves the deadline; a rung that was told of it is not told of again.
#[test]
fn whoever_pauses_and_resumes_is_reminded_once() {
    let policies = node(json!({"id": "call", "within": "8h", "clock": "elapsed",
        "ladder": [{"step": "remind_owner", "within": "1h"}]}));
    let mut case = Case::owned("li", "03-02 10:00");
    let mut heard = told(&case.keep(&policies, "03-02 11:00"));
    for (from, until) in [("11:10", "11:20"), ("11:30", "11:40"), ("12:00", "12:30")] {
        case = case.paused(&format!("03-02 {from}"), Some(&format!("03-02 {until}")), "a call");
        heard.extend(told(&case.keep(&policies, &format!("03-02 {from}"))));
        heard.extend(told(&case.keep(&policies, &format!("03-02 {until}"))));
    }
    assert_eq!(heard, ["li deadline"]);
    // The next owner has a clock of their own.
    let mut case = case.owner("wang", t("03-02 14:00"));
    assert_eq!(told(&case.keep(&policies, "03-02 15:00")), ["wang deadline"]);
}

#[test]
fn a_stage_that_is_told_again_while_the_lead_is_in_it_begins_nothing_anew() {
    let policies = with_pools(FollowUpRules::nodes());
    let once = Case::owned("li", "03-02 10:00").call("li", "03-02 10:30").stage("mql", t("03-03 10:00"));
    let again = once.clone().stage("mql", t("03-05 10:00")).stage("mql", t("03-09 10:00"));
    let (one, two) = (once.look(&policies, "03-10 10:00"), again.look(&policies, "03-10 10:00"));
    assert_eq!(due(&one, "convert"), due(&two, "convert"));
}

/// Three have had it: it is left alone, and who runs the pool hears of it.
#[test]
fn a_lead_that_three_owners_have_lost_is_nurtured() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("a", "03-02 10:00");
    for (rep, at, expected) in [
        ("a", "03-02 10:00", "claims_gd"),
        ("b", "03-10 10:00", "claims_gd"),
        ("c", "03-18 10:00", "nurture_gd"),
    ] {
        if rep != "a" {
            case = case.owner(rep, t(at));
        }
        let now = t(at) + chrono::TimeDelta::days(6);
        let report = case.at(&policies, now);
        case.options.record = report.record.clone();
        let asked = asked(&report);
        assert!(asked.iter().any(|one| one.contains(expected)), "{rep}: {asked:?}");
        let told = asked.iter().any(|one| one.contains("hua") && one.contains("owners_exhausted"));
        assert_eq!(told, rep == "c", "{asked:?}");
        case = case.lost(now, TenureEnd::Recycled);
    }
}

#[test]
fn a_manager_who_has_left_is_not_told() {
    let rep = |id: &str, active: bool| Rep { id: id.into(), active, ..Rep::default() };
    let li = Rep { manager: Some("hua".into()), ..rep("li", true) };
    let lead = Lead { owner: Some("li".into()), ..Lead::default() };
    for (hua, manager) in [(Some(rep("hua", true)), true), (Some(rep("hua", false)), false), (None, true)] {
        let team: Vec<&Rep> = [&li].into_iter().chain(&hua).collect();
        let options = FollowUpOptions::of_team(&lead, History::EMPTY, |id| {
            team.iter().copied().find(|rep| rep.id == *id)
        });
        assert_eq!(options.manager.is_some(), manager);
    }
}

/// What an opportunity holds, and what waits, still asks something of somebody.
#[test]
fn nothing_that_is_held_is_forgotten() {
    for preset in PRESETS {
        let policies = with_pools(preset());
        let mut case = Case::owned("li", "03-02 10:00");
        case.options.opportunity_since = Some(t("03-02 10:01"));
        let (mut now, mut asked) = (t("03-02 10:02"), 0);
        while now < t("11-01 10:00") {
            let report = case.at(&policies, now);
            let idle = |one: &&leadkit::follow_up::Reminder| one.is_new && one.kind == ReminderKind::Idle;
            asked += report.reminders_due.iter().filter(idle).count();
            case.options.record = report.record.clone();
            now = report.next_wakeup.unwrap().at.to_utc();
        }
        // After 30, 60 and 90 days at the latest, from the second time on the manager too.
        assert!(asked >= 5, "{asked}");
    }
}
