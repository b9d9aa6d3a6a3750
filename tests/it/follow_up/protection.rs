//! Protection: default length, extension, hard stop.

use expect_test::expect;
use leadkit::calendar::{CalendarRules, UtcOffset, Zone};
use leadkit::follow_up::{FollowUpRules, ProtectionRules};
use proptest::prelude::*;

use super::*;

fn policies(protection: ProtectionRules) -> FollowUpPolicies {
    with_pools(FollowUpRules {
        calendar: CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA)),
        protection: Some(protection),
        flows: leadkit::follow_up::FlowRules::usual(),
        ..FollowUpRules::default()
    })
}

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T10:00:00+08:00").parse().unwrap()
}

/// The example of a CRM's handbook (红圈): 10 days, 3 more from each activity, 20 at most.
#[test]
fn the_protection_of_the_handbook() {
    let policies = policies(ProtectionRules::days(10, 3, 20));
    let mut case = Case::created_at(at("2019-03-25")).owner("li", at("2019-03-25"));
    let through =
        |case: &Case, now: &str| case.at(&policies, at(now)).protection.unwrap().through.to_string();
    assert_eq!(through(&case, "2019-03-25"), "2019-04-04");
    for (act, recycled_at) in
        [("2019-03-28", "2019-04-04"), ("2019-04-02", "2019-04-05"), ("2019-04-05", "2019-04-08")]
    {
        case = case.follow_up("li", FollowUpKind::Record, at(act));
        assert_eq!(through(&case, act), recycled_at, "{act}");
    }
    // Act every day: it ends on the twentieth.
    for day in 6..=30 {
        case = case.follow_up("li", FollowUpKind::Record, at(&format!("2019-04-{day:02}")));
        assert!(through(&case, "2019-04-30").as_str() <= "2019-04-14", "{day}");
    }
    assert_eq!(through(&case, "2019-04-14"), "2019-04-14");
    let report = case.at(&policies, at("2019-04-15"));
    expect![[r#"
        lead L1
          action 2019-04-15T00:00:00+08:00: lead L1 goes from li to pool nurture_gd (nurture), not to li again, `protection` of `protection`: protection_lost
          protection: it was li's from 2019-03-25 through 2019-04-14, record on 2019-04-02 extends it to 2019-04-05, record on 2019-04-05 extends it to 2019-04-08, record on 2019-04-06 extends it to 2019-04-09, record on 2019-04-07 extends it to 2019-04-10, record on 2019-04-08 extends it to 2019-04-11, record on 2019-04-09 extends it to 2019-04-12, record on 2019-04-10 extends it to 2019-04-13, record on 2019-04-11 extends it to 2019-04-14, at most through 2019-04-14
          next look 2019-05-15T10:00:00+08:00: reminder"#]].assert_eq(&report.to_string());
    assert_eq!(
        report.actions[0].effects.iter().map(|effect| effect.code()).collect::<Vec<_>>(),
        ["notify", "set_status", "move_to_pool", "set_next_wake_up"]
    );
}

#[test]
fn what_is_lost_is_not_won_back_and_a_day_off_waits() {
    let policies = policies(ProtectionRules { remind_days: Some(2), ..ProtectionRules::days(4, 3, 9) });
    let case = Case::owned("li", "03-02 10:00");
    // Through Friday: reminded on Wednesday, lost on Saturday, taken on Monday.
    let report = case.look(&policies, "03-04 09:00");
    expect!["reminder 2026-03-04T09:00:00+08:00: li, the protection ends 2026-03-07T00:00:00+08:00"]
        .assert_eq(&report.reminders_due[0].to_string());
    assert!(case.look(&policies, "03-07 12:00").actions.is_empty());
    assert_eq!(steps(&case.look(&policies, "03-09 09:00")), ["recycle 03-09 09:00:00"]);
    // An act on the Sunday comes too late.
    let late = case.clone().call("li", "03-08 10:00");
    assert_eq!(steps(&late.look(&policies, "03-09 09:00")), ["recycle 03-09 09:00:00"]);
    assert!(late.look(&policies, "03-08 10:00").protection.unwrap().is_lost);
    // An open opportunity holds it.
    let mut held = case;
    held.options.opportunity_since = Some(held.lead.created_at);
    assert!(held.look(&policies, "03-09 09:00").actions.is_empty());
}

#[test]
fn only_what_qualifies_extends() {
    let rules = ProtectionRules {
        follow_ups: [FollowUpKind::Call].into(),
        activities: ["visit".to_owned()].into(),
        ..ProtectionRules::days(4, 3, 20)
    };
    let policies = policies(rules);
    let case = Case::owned("li", "03-02 10:00");
    let through = |case: Case| {
        case.look(&policies, "03-06 12:00").protection.unwrap().through.format("%m-%d").to_string()
    };
    assert_eq!(through(case.clone().follow_up("li", FollowUpKind::Record, t("03-05 10:00"))), "03-06");
    assert_eq!(through(case.clone().call("wang", "03-05 10:00")), "03-06");
    assert_eq!(through(case.clone().active("page_visit", t("03-05 10:00"))), "03-06");
    assert_eq!(through(case.clone().active("visit", t("03-05 10:00"))), "03-08");
    assert_eq!(through(case.call("li", "03-06 10:00")), "03-09");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However somebody acts: it never ends earlier than it did, nor after the hard stop, nor before the default.
    #[test]
    fn an_extension_never_shortens(
        (days, more) in (1u32..15, 0u32..15),
        extends in 0u32..8,
        acts in prop::collection::vec(0i64..40 * 24, 0..12),
    ) {
        let policies = policies(ProtectionRules::days(days, extends, days + more));
        let start = t("03-02 10:00");
        let mut case = Case::owned("li", "03-02 10:00");
        for hours in acts {
            case = case.follow_up("li", FollowUpKind::Call, start + chrono::TimeDelta::hours(hours));
        }
        let mut last = None;
        for hours in (0..45 * 24).step_by(7) {
            let report = case.at(&policies, start + chrono::TimeDelta::hours(hours));
            let protection = report.protection.unwrap();
            prop_assert!(last <= Some(protection.through), "shorter");
            prop_assert!(protection.through <= protection.at_most);
            let length = (protection.through - protection.from).num_days();
            prop_assert!((i64::from(days)..=i64::from(days + more)).contains(&length));
            prop_assert!(protection.extensions.iter().all(|one| one.through <= protection.through));
            last = Some(protection.through);
        }
    }
}
