//! Lives that once broke a law, shrunk and kept as files: under every document and every way to follow up they hold all.

use super::{program::Verdict, run};

/// The life, and what was wrong with it.
const LIVES: [(&str, &str); 10] = [
    ("answered_merged_into_customer", "a customer was answered by the lead merged into it, and still chased"),
    ("back_when_converted", "an owner came back at the moment of a conversion, and his time did not begin"),
    ("cover_hears_of_entry_when_converted", "who stood in did not hear of the entry that led to an account"),
    (
        "customer_and_two_people",
        "a lead that went along with an account was left with its mark of a collision",
    ),
    ("dispute_of_recycled_lead", "a lead of nobody took in one with an open opportunity of somebody"),
    ("disputed_goes_along", "a disputed lead that went along lost the time at which the dispute ends"),
    (
        "overdue_when_deal_ends",
        "what was due while an opportunity held the lead was not missed when it ended",
    ),
    ("person_of_two_accounts", "of a person in two accounts one lead stayed with the owner before"),
    ("protected_given_back", "a rep gave back a customer, and with it an account that a deal protects"),
    ("rows_of_one_moment", "of two rows of one moment the second took in the first"),
];

#[test]
fn no_life_that_once_broke_a_law_breaks_one() {
    let mut broken = Vec::new();
    for (name, what) in LIVES {
        let path = format!("{}/tests/data/life/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let life = std::fs::read(&path).unwrap();
        for rules in ["b2b", "b2c"] {
            for follow_up in ["none", "b2b", "nodes"] {
                let words = format!("--rules {rules} --follow-up {follow_up}");
                let (_, notes, verdict) = run(&life, &words).unwrap();
                if verdict != Verdict::Lawful {
                    broken.push(format!("{name} {words}: {what}\n{notes}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
