//! Under which keys decisions are remembered.

use leadkit::assign::{AssignOptions, Strategy};
use leadkit::rule::{FactContext, Facts};

use super::desk::{Desk, lead, monday, reps, sharing};

/// Claims of a lead, and its later cycles, are no decisions about a lead whose id reads like them.
#[test]
fn keys_of_one_lead_are_not_those_of_another() {
    let members = [("a", 2), ("b", 1), ("c", 1)];
    let mut desk = Desk::new(&sharing(&members, Strategy::FairShare), &reps(&["a", "b", "c"]));
    let (one, two) = (lead("L1"), lead("L1 claim"));
    let facts = Facts::new(&one, &FactContext::new(&desk.tables, monday()));
    let claim =
        desk.assigner.claim(&facts, &"b".into(), &desk.roster, desk.ledgers(), &AssignOptions::default());
    claim.unwrap().apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    assert!(desk.ledger.decision("L1 claim").is_some());
    let given = desk.take(&two, monday());
    assert_eq!((given.owner().unwrap().as_str(), given.repeats()), ("a", None));
    assert!(desk.ledger.decision("\"L1 claim\"").is_some());
    assert_eq!(desk.take(&two, monday()).repeats(), Some(monday()));
    let quoted = desk.take(&lead("\"L1 claim\""), monday());
    assert_eq!(quoted.repeats(), None, "an id in quotes is another");
}
