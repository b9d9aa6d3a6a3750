//! Tenures: one at a time, none lost, apart from the lead's status.

use leadkit::model::{Acquisition, CloseReason, Lead, LeadStatus, TenureEnd};
use leadkit::pipeline::{TenureError, TenureLog};
use proptest::prelude::*;

use crate::support::hour;

#[test]
fn status_and_tenure_are_apart() {
    let mut log = TenureLog::new("L1");
    log.open("R1", Acquisition::Claimed, hour(0)).unwrap();
    log.close(TenureEnd::Returned, None, hour(24)).unwrap();
    log.open("R2", Acquisition::AutoAssigned, hour(25)).unwrap();
    let lead = Lead { id: "L1".into(), status: LeadStatus::Following, ..Lead::default() };
    assert_eq!(lead.status, LeadStatus::Following);
    assert_eq!(log.last_end_of(&"R1".into()), Some(TenureEnd::Returned));
    assert_eq!(log.last_end_of(&"R2".into()), None);
    assert_eq!(log.owner_at(hour(24)), None, "between two tenures nobody holds it");
}

#[test]
fn one_tenure_at_a_time() {
    let mut log = TenureLog::new("L1");
    let said = |result: Result<(), TenureError>| result.unwrap_err().to_string();
    assert_eq!(said(log.close(TenureEnd::Returned, None, hour(0))), "nobody holds lead L1");
    log.open("R1", Acquisition::Imported, hour(5)).unwrap();
    assert_eq!(
        said(log.open("R2", Acquisition::Claimed, hour(6))),
        "R1 holds lead L1: end that tenure first"
    );
    assert_eq!(said(log.hand_over("R1", hour(6))), "R1 already holds the lead");
    assert_eq!(
        said(log.hand_over("R2", hour(4))),
        "2026-03-02T04:00:00Z is earlier than 2026-03-02T05:00:00Z, the last change of owner"
    );
    assert_eq!(
        said(log.close(TenureEnd::Invalid, None, hour(6))),
        "a tenure that ends as `invalid` needs a close reason"
    );
    assert_eq!(
        said(log.close(TenureEnd::Recycled, Some(CloseReason::NoIntent), hour(6))),
        "a tenure that ends as `recycled` takes no close reason"
    );
    log.hand_over("R2", hour(6)).unwrap();
    let [first, second] = log.tenures() else { panic!("{log:?}") };
    assert_eq!((first.end, first.until), (Some(TenureEnd::HandedOver), Some(hour(6))));
    assert_eq!((&second.acquisition, second.from), (&Acquisition::OwnerChanged, hour(6)));
    log.close(TenureEnd::Invalid, Some(CloseReason::Competitor), hour(7)).unwrap();
    assert!(log.current().is_none());
    let json = serde_json::to_value(&log).unwrap();
    assert_eq!(serde_json::from_value::<TenureLog>(json.clone()).unwrap(), log);
    for (pointer, value) in [
        ("/tenures/0/until", serde_json::json!("2026-03-02T06:30:00Z")),
        ("/tenures/0/until", serde_json::Value::Null),
        ("/tenures/1/close_reason", serde_json::Value::Null),
        ("/tenures/1/lead", serde_json::json!("L2")),
    ] {
        let mut broken = json.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(serde_json::from_value::<TenureLog>(broken).is_err(), "{pointer}");
    }
}

proptest! {
    #[test]
    fn tenures_never_overlap_and_past_ones_never_change(
        steps in prop::collection::vec((0usize..3, 0usize..3, -2i64..10), 0..40)
    ) {
        let mut log = TenureLog::new("L1");
        let mut now = 0;
        for (what, who, later) in steps {
            now += later;
            let before = log.clone();
            let owner = ["R1", "R2", "R3"][who];
            let result = match what {
                0 => log.open(owner, Acquisition::Claimed, hour(now)),
                1 => log.close(TenureEnd::Returned, None, hour(now)),
                _ => log.hand_over(owner, hour(now)),
            };
            if result.is_err() {
                prop_assert_eq!(&log, &before);
            }
            let ended = before.tenures().iter().filter(|tenure| tenure.until.is_some()).count();
            prop_assert_eq!(&log.tenures()[..ended], &before.tenures()[..ended]);
            prop_assert!(log.tenures().iter().filter(|tenure| tenure.until.is_none()).count() <= 1);
            for pair in log.tenures().windows(2) {
                prop_assert!(pair[0].until.is_some_and(|until| until <= pair[1].from));
            }
            let held = log.tenures().iter().filter(|t| t.from <= hour(now) && t.until.is_none_or(|u| hour(now) < u));
            prop_assert_eq!(held.count(), usize::from(log.owner_at(hour(now)).is_some()));
            let json = serde_json::to_string(&log).unwrap();
            prop_assert_eq!(&serde_json::from_str::<TenureLog>(&json).unwrap(), &log);
        }
    }
}
