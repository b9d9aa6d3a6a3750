//! Two workers over one book and one state: in random interleavings, and as threads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Barrier, Mutex};
use std::thread;

use chrono::{DateTime, Utc};
use leadkit::blacklist::{BlacklistCheck, SubmissionKey};
use leadkit::model::{Effect, Lead, LeadId};
use leadkit::{Basis, Intake, Outcome, Route, State};

use super::{Desk, stream};
use crate::oracle::assign::Seeded;
use crate::support::hour;

/// How a worker commits what it has decided.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Protocol {
    /// The basis is checked on what is there now.
    Basis,
    /// The ledgers alone are compared and swapped.
    LedgersOnly,
    /// Nothing is checked.
    Nothing,
}

/// What happened.
#[derive(Debug, Default)]
struct Tally {
    refused: BTreeMap<&'static str, usize>,
    /// People with two live leads that are not one.
    double_subjects: usize,
    /// People whose live leads have two owners.
    double_owners: usize,
}

/// Workers take leads in turn, decide on what they see, and commit later, when the other may have committed too.
fn run(protocol: Protocol, seed: u64, leads: &[(Lead, chrono::DateTime<chrono::Utc>)]) -> (Desk, Tally) {
    let (mut desk, mut random, mut tally) = (Desk::new(), Seeded(seed), Tally::default());
    let mut waiting: Vec<_> = leads.iter().rev().collect();
    let mut in_hand: [Option<(&Lead, Outcome, Basis)>; 2] = [None, None];
    while !waiting.is_empty() || in_hand.iter().any(Option::is_some) {
        let worker = random.below(2);
        match in_hand[worker].take() {
            None => {
                if let Some((lead, now)) = waiting.pop() {
                    let (outcome, basis) = decide(&desk, lead, *now);
                    in_hand[worker] = Some((lead, outcome, basis));
                }
            }
            Some((lead, outcome, basis)) => {
                let rows = desk.book.rows(&desk.intake.probe(lead));
                let conflict = match protocol {
                    Protocol::Basis => basis.check(&rows, &desk.state).err().map(|one| one.code()),
                    Protocol::LedgersOnly => {
                        desk.state.clone().apply(outcome.delta()).err().map(|_| "ledger")
                    }
                    Protocol::Nothing => None,
                };
                if let Some(code) = conflict {
                    *tally.refused.entry(code).or_default() += 1;
                    let (again, basis) = decide(&desk, lead, outcome.at());
                    in_hand[worker] = Some((lead, again, basis));
                    continue;
                }
                if protocol == Protocol::Basis {
                    // What is committed is what would be decided now: the workers might have taken turns.
                    let now = desk.intake.process(&desk.input(lead), &desk.roster, &desk.state, outcome.at());
                    // But for bursts: that one more came from an address meanwhile makes no decision wrong.
                    let is_listed = |one: &Outcome| {
                        one.effects()
                            .iter()
                            .any(|effect| matches!(effect, Effect::AddTag { tag, .. } if tag == "burst"))
                    };
                    if !is_listed(&now) && !is_listed(&outcome) {
                        let (route, effects) = (outcome.route(), outcome.effects());
                        assert_eq!((now.route(), now.effects()), (route, effects), "{}", lead.id);
                    }
                    desk.commit(lead, &outcome);
                } else {
                    let _ = desk.state.apply(outcome.delta());
                    desk.book.insert_lead(lead.clone());
                    outcome.apply_to(&mut desk.book);
                    crate::support::review_next(
                        &desk.intake,
                        &outcome,
                        &mut desk.book,
                        &desk.roster,
                        &mut desk.state,
                    );
                }
            }
        }
    }
    count(&desk, &mut tally);
    (desk, tally)
}

/// What a worker decides on what it sees now.
fn decide(desk: &Desk, lead: &Lead, now: DateTime<Utc>) -> (Outcome, Basis) {
    let input = desk.input(lead);
    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, now);
    let basis = outcome.basis(&input.rows);
    (outcome, basis)
}

/// Everybody by a mobile, and their live leads.
fn people(desk: &Desk) -> BTreeMap<String, BTreeSet<LeadId>> {
    let mut people: BTreeMap<String, BTreeSet<LeadId>> = BTreeMap::new();
    let live = |lead: &&Lead| lead.is_on_file() && !lead.has_ended();
    for lead in desk.book.leads().filter(live) {
        let keys = desk.intake.probe(lead).keys.into_iter().filter(|key| key.kind.as_str() == "phone");
        keys.for_each(|key| people.entry(key.value).or_default().extend([lead.id.clone()]));
    }
    people
}

fn count(desk: &Desk, tally: &mut Tally) {
    for leads in people(desk).values().filter(|leads| leads.len() > 1) {
        tally.double_subjects += 1;
        let owners: BTreeSet<_> =
            leads.iter().filter_map(|id| desk.book.lead(id).unwrap().owner.clone()).collect();
        tally.double_owners += usize::from(owners.len() > 1);
    }
}

/// Forms of few people, many of them at the same time. Half are the same form; nobody brings an owner.
fn rush(seed: u64) -> Vec<(Lead, chrono::DateTime<chrono::Utc>)> {
    let mut leads = stream(seed, 80);
    for (lead, _) in &mut leads {
        (lead.owner, lead.pool) = (None, None);
    }
    leads
}

#[test]
fn with_the_basis_no_two_workers_give_one_person_two_owners() {
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..40 {
        let (desk, tally) = run(Protocol::Basis, seed, &rush(seed));
        assert_eq!((tally.double_subjects, tally.double_owners), (0, 0), "seed {seed}");
        assert_eq!(desk.book.leads().count(), 80);
        tally.refused.into_iter().for_each(|(code, times)| *refused.entry(code).or_default() += times);
    }
    println!("with the basis: 0 double owners; refused and decided again: {refused:?}");
    assert!(refused["rows"] > 20 && refused["ledger"] > 20, "{refused:?}");
}

#[test]
fn without_it_they_do() {
    let (mut alone, mut nothing) = (Tally::default(), Tally::default());
    for seed in 0..40 {
        for (protocol, sum) in [(Protocol::LedgersOnly, &mut alone), (Protocol::Nothing, &mut nothing)] {
            let (_, tally) = run(protocol, seed, &rush(seed));
            sum.double_subjects += tally.double_subjects;
            sum.double_owners += tally.double_owners;
        }
    }
    println!(
        "without the basis, in 40 runs of 80 forms: {} people are two leads, {} have two owners; when the ledgers are \
         compared and swapped: {} and {}",
        nothing.double_subjects, nothing.double_owners, alone.double_subjects, alone.double_owners,
    );
    assert!(nothing.double_subjects > 0 && nothing.double_owners > 0 && alone.double_subjects > 0);
}

/// Commits what a thread has decided, deciding again as long as something has changed. Gives back how often.
fn commit_at_last(host: &Mutex<Desk>, lead: &Lead, decided: (Outcome, Basis)) -> usize {
    let (mut outcome, mut basis) = decided;
    for refused in 0.. {
        let mut desk = host.lock().unwrap();
        let rows = desk.book.rows(&desk.intake.probe(lead));
        if basis.check(&rows, &desk.state).is_ok() {
            desk.commit(lead, &outcome);
            return refused;
        }
        drop(desk);
        (outcome, basis) = decide_apart(host, lead, outcome.at());
    }
    unreachable!()
}

/// Fetches under the lock, and decides while others may commit.
fn decide_apart(host: &Mutex<Desk>, lead: &Lead, now: DateTime<Utc>) -> (Outcome, Basis) {
    let desk = host.lock().unwrap();
    let (input, intake, roster) = (desk.input(lead), desk.intake.clone(), desk.roster.clone());
    let rows = desk.state.rows(&intake.storage_keys(&input, &desk.roster));
    drop(desk);
    let outcome = intake.process(&input, &roster, &State::from_rows(rows).unwrap(), now);
    let basis = outcome.basis(&input.rows);
    (outcome, basis)
}

#[test]
fn two_threads_give_each_person_one_owner() {
    let mut refused = 0;
    for seed in 0..6 {
        let leads = rush(seed);
        let (host, together) = (Mutex::new(Desk::new()), Barrier::new(2));
        let work = |worker: usize| -> usize {
            let mine = leads.iter().skip(worker).step_by(2);
            mine.map(|(lead, now)| {
                let decided = decide_apart(&host, lead, *now);
                // Both have read before either writes.
                together.wait();
                commit_at_last(&host, lead, decided)
            })
            .sum()
        };
        refused += thread::scope(|scope| {
            let other = scope.spawn(|| work(1));
            work(0) + other.join().unwrap()
        });
        let desk = host.into_inner().unwrap();
        let mut tally = Tally::default();
        count(&desk, &mut tally);
        assert_eq!((tally.double_subjects, tally.double_owners), (0, 0), "seed {seed}");
        assert_eq!(desk.book.leads().count(), leads.len());
    }
    assert!(refused > 20, "they hardly met: {refused}");
}

/// Two forms at the same moment, one of which commits first.
fn meeting(first: &Lead, second: &Lead) -> (Desk, leadkit::intake::Conflict) {
    let mut desk = Desk::new();
    let [(outcome, _), (_, basis)] = [first, second].map(|lead| decide(&desk, lead, hour(1)));
    desk.commit(first, &outcome);
    let rows = desk.book.rows(&desk.intake.probe(second));
    let conflict = basis.check(&rows, &desk.state).unwrap_err();
    let (again, _) = decide(&desk, second, hour(1));
    desk.commit(second, &again);
    (desk, conflict)
}

fn form(id: &str, message: &str) -> Lead {
    Lead {
        id: id.into(),
        created_at: hour(1),
        phones: vec!["13812349876".into()],
        message: Some(message.to_owned()),
        ..Lead::default()
    }
}

#[test]
fn the_same_form_from_two_workers_gives_one_subject() {
    let (desk, conflict) = meeting(&form("L1", "请给我打电话，谢谢"), &form("L2", "请给我打电话，谢谢"));
    assert_eq!(conflict, leadkit::intake::Conflict::Rows);
    assert_eq!(desk.book.lead(&"L2".into()).unwrap().folded_into, Some("L1".into()));
}

#[test]
fn two_forms_of_one_person_give_one_subject() {
    let (desk, conflict) =
        meeting(&form("L1", "请给我打电话，谢谢"), &form("L2", "我想了解一下贵公司的价格"));
    assert_eq!(conflict, leadkit::intake::Conflict::Rows);
    assert_eq!(desk.book.lead(&"L2".into()).unwrap().folded_into, Some("L1".into()));
}

#[test]
fn a_form_without_a_contact_key_is_told_by_its_submission() {
    let typed = |id: &str| Lead {
        phones: Vec::new(),
        name: Some("王芳".into()),
        wechat: None,
        ..form(id, "我想了解一下贵公司的价格和服务")
    };
    let mut rules = super::rules(None);
    for rule in &mut rules.blacklist.rules {
        if let BlacklistCheck::Resubmission(check) = &mut rule.check {
            check.by.insert(SubmissionKey::Text);
        }
    }
    let mut desk = Desk { intake: Intake::compile(&rules).unwrap(), ..Desk::new() };
    let landline =
        |id: &str| Lead { phones: vec!["139 2746 185".into(), "010-62648835".into()], ..typed(id) };
    let (first, second) = (landline("L1"), Lead { phones: vec!["010-62648836".into()], ..typed("L2") });
    let [(first_outcome, _), (outcome, basis)] = [&first, &second].map(|lead| decide(&desk, lead, hour(1)));
    assert!(!basis.submissions().is_empty(), "{}", outcome.explain());
    desk.commit(&first, &first_outcome);
    let rows = desk.book.rows(&desk.intake.probe(&second));
    let conflict = basis.check(&rows, &desk.state).unwrap_err();
    assert_eq!(conflict, leadkit::intake::Conflict::Submission);
    let (again, _) = decide(&desk, &second, hour(1));
    assert_eq!(again.verdict().resubmission_of(), Some(&"L1".into()));
}

#[test]
fn a_burst_never_conflicts() {
    let mut desk = Desk::new();
    let from_page = |id: &str, phone: &str| Lead {
        phones: vec![phone.into()],
        source: leadkit::model::Source { page: Some("/1".into()), ..Default::default() },
        ip: Some([203, 0, 113, 7].into()),
        ..form(id, &format!("消息{id}与其他的都不一样"))
    };
    let (first, second) = (from_page("L1", "13812349876"), from_page("L2", "15088672341"));
    let (outcome, basis) = decide(&desk, &second, hour(1));
    let (other, _) = decide(&desk, &first, hour(1));
    desk.commit(&first, &other);
    let rows = desk.book.rows(&desk.intake.probe(&second));
    assert!(matches!(outcome.route(), Route::Nurture { .. }), "no turn is taken: {}", outcome.route());
    assert_eq!(basis.check(&rows, &desk.state), Ok(()));
}

#[test]
fn a_row_that_changed_is_a_conflict_and_rows_in_another_order_are_none() {
    let mut desk = Desk::after(4, 40);
    let lead = Lead {
        message: Some("又有一个新的问题想问".into()),
        created_at: hour(40),
        ..stream(4, 40)[7].0.clone()
    };
    let lead = Lead { id: "X".into(), ..lead };
    let input = desk.input(&lead);
    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(40));
    assert!(!input.rows.leads.is_empty());
    let basis = outcome.basis(&input.rows);
    let mut rows = input.rows.clone();
    rows.leads.reverse();
    assert_eq!(basis.check(&rows, &desk.state), Ok(()));
    rows.leads[0].tags.push("new".into());
    assert_eq!(basis.check(&rows, &desk.state), Err(leadkit::intake::Conflict::Rows));
    let text = serde_json::to_string(&basis).unwrap();
    assert_eq!(serde_json::from_str::<leadkit::Basis>(&text).unwrap(), basis);
    // Somebody else is given a lead from the pool.
    let other = Lead {
        id: "Y".into(),
        tags: vec!["warm".into()],
        phones: vec!["15088672341".into()],
        ..lead.clone()
    };
    if basis.ledger().is_some() {
        let _ = desk.submit(&other, hour(40));
        assert_eq!(basis.check(&input.rows, &desk.state).unwrap_err().code(), "ledger");
    }
}
