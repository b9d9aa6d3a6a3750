//! Two workers look at one lead: one of them acts.

use leadkit::follow_up::{FollowUpRecord, FollowUpRules};

use super::*;

/// A row of a host: what it stores is stored if the record was made from what is there.
struct Row {
    record: FollowUpRecord,
    done: Vec<String>,
}

impl Row {
    fn commit(&mut self, report: &FollowUpReport) -> bool {
        let follows = report.record.follows(&self.record);
        if follows {
            self.done.extend(asked(report));
            self.record = report.record.clone();
        }
        follows
    }
}

#[test]
fn of_two_workers_one_acts_and_the_other_looks_again() {
    let policies = with_pools(FollowUpRules::nodes());
    let case = Case::owned("li", "03-02 10:00");
    let mut row = Row { record: FollowUpRecord::default(), done: Vec::new() };
    let look = |record: &FollowUpRecord, now: &str| {
        let mut case = case.clone();
        case.options.record = record.clone();
        case.look(&policies, now)
    };
    // Both read, both look, one writes.
    let (one, other) = (look(&row.record, "03-03 12:00"), look(&row.record, "03-03 12:00"));
    assert_eq!(asked(&one), asked(&other));
    assert!(row.commit(&one) && !row.commit(&other));
    // Again: nothing is left to do but what the tag still asks for.
    let again = look(&row.record, "03-03 12:00");
    assert!(asked(&again).iter().all(|one| one.starts_with("tag ")), "{again}");
    assert!(row.commit(&again));
    // The slower one, with what it read before the other wrote.
    let slow = look(&one.record, "03-04 12:00");
    let fast = look(&row.record, "03-04 12:00");
    assert!(row.commit(&fast) && !row.commit(&slow));
    let told = |what: &str| row.done.iter().filter(|one| one.contains(what)).count();
    // Of the first contact and of the next step.
    assert_eq!((told("deadline_missed"), told("high_risk"), told("deadline_reminder")), (1, 1, 2));
}

/// A record is written as one that was read, whatever else it holds.
#[test]
fn every_look_counts_its_record() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::owned("li", "03-02 10:00");
    for looks in 1..5u64 {
        let before = case.options.record.clone();
        let report = case.keep(&policies, "03-05 12:00");
        assert_eq!(report.record.revision, looks);
        assert!(report.record.follows(&before) && !before.follows(&report.record));
    }
}
