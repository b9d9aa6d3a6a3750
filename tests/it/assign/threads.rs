//! Two workers and one ledger, in real threads: what compare-and-swap saves.

use std::collections::BTreeMap;
use std::sync::{Barrier, Mutex};

use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster, Strategy};
use leadkit::calendar::Calendars;
use leadkit::rule::{FactContext, Facts, HostTables};

use super::desk::{lead, monday, reps, sharing};

const LEADS: usize = 400;
const REPS: [&str; 4] = ["a", "b", "c", "d"];

/// What a table of a database holds: the state, and who got each lead.
#[derive(Clone)]
struct Stored {
    ledger: Ledger,
    reps: RepLedger,
    owners: BTreeMap<String, String>,
}

fn empty() -> Stored {
    Stored { ledger: Ledger::new("p".into()), reps: RepLedger::default(), owners: BTreeMap::new() }
}

fn engine() -> (Assigner, Roster) {
    let members: Vec<(&str, u32)> = REPS.iter().map(|id| (*id, 1)).collect();
    let assigner = Assigner::compile(&sharing(&members, Strategy::FairShare)).unwrap();
    (assigner, Roster::compile(&reps(&REPS), &Calendars::default()).unwrap())
}

/// Two threads take every other lead each. They decide on what they have read and then write; with `swaps` only if nobody
/// wrote meanwhile, else they write what they have. Returns what is stored and how often a worker had to decide again.
fn two_workers(swaps: bool) -> (Stored, usize) {
    let (assigner, roster) = engine();
    let table = Mutex::new(empty());
    let again = Mutex::new(0);
    // Both read before either writes, now and then: threads alone might never meet.
    let meet = Barrier::new(2);
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (assigner, roster, table, again, meet) = (&assigner, &roster, &table, &again, &meet);
            scope.spawn(move || {
                let tables = HostTables::default();
                for (round, number) in (worker..LEADS).step_by(2).enumerate() {
                    let lead = lead(&format!("L{number:03}"));
                    let facts = Facts::new(&lead, &FactContext::new(&tables, monday()));
                    let mut first = true;
                    loop {
                        let read = table.lock().unwrap().clone();
                        if first && round % 10 == 0 {
                            meet.wait();
                        }
                        first = false;
                        let ledgers = Ledgers { pool: &read.ledger, reps: &read.reps };
                        let decided = assigner.assign(&facts, roster, ledgers);
                        let owner = decided.owner().unwrap().to_string();
                        let mut now = table.lock().unwrap();
                        if swaps {
                            let Stored { ledger, reps, owners } = &mut *now;
                            if decided.delta().apply_to(ledger, reps).is_err() {
                                *again.lock().unwrap() += 1;
                                continue;
                            }
                            owners.insert(lead.id.to_string(), owner);
                        } else {
                            // The last to write wins: what the other wrote is gone, except the owner it reported.
                            let mut mine = read;
                            decided.delta().apply_to(&mut mine.ledger, &mut mine.reps).unwrap();
                            now.ledger = mine.ledger;
                            now.reps = mine.reps;
                            now.owners.insert(lead.id.to_string(), owner);
                        }
                        break;
                    }
                }
            });
        }
    });
    let again = *again.lock().unwrap();
    (table.into_inner().unwrap(), again)
}

fn per_rep(stored: &Stored) -> Vec<usize> {
    REPS.iter().map(|rep| stored.owners.values().filter(|owner| owner == rep).count()).collect()
}

#[test]
fn with_compare_and_swap_no_turn_is_given_twice_and_no_lead_is_lost() {
    let (stored, again) = two_workers(true);
    assert_eq!(stored.owners.len(), LEADS);
    assert_eq!(per_rep(&stored), [100; 4], "a hundred each, whoever decided");
    assert_eq!(stored.ledger.revision(), LEADS as u64);
    let counted: u32 =
        REPS.iter().map(|rep| stored.ledger.assigned_on(&(*rep).into(), monday().date_naive())).sum();
    assert_eq!(counted as usize, LEADS);
    assert!(again >= 10, "they met {again} times");
    println!("compare and swap: {LEADS} leads, {again} decided again, no turn given twice, none lost");
}

#[test]
fn without_it_turns_are_given_twice_and_decisions_are_lost() {
    let (stored, _) = two_workers(false);
    let remembered = stored.owners.keys().filter(|id| stored.ledger.decision(id).is_some()).count();
    let lost = LEADS - remembered;
    assert!(lost >= 10, "{lost}");
    assert!(stored.ledger.revision() < LEADS as u64);
    println!(
        "without: of {LEADS} leads {lost} decisions are not in the ledger, as many turns were given twice; leads by rep: {:?}",
        per_rep(&stored)
    );
}
