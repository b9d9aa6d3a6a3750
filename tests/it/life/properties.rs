//! What holds over random entries in random orders.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use leadkit::dedup::Rows;

/// Entries that share few phones, mailboxes, names and companies, each a way of writing it.
fn entries() -> impl Strategy<Value = Vec<Lead>> {
    let one = (
        prop::option::of((0u8..3, 0u8..4)),
        prop::option::of((0u8..2, 0u8..2)),
        prop::option::of(0u8..3),
        prop::option::of(0u8..2),
        0i64..2_500,
        prop::option::of(0u8..3),
    );
    prop::collection::vec(one, 1..9).prop_map(|drawn| {
        let build = |(n, (phone, email, name, company, hours, owner)): (usize, Drawn)| Lead {
            phones: phone.map(|(which, way)| written_phone(which, way).as_str().into()).into_iter().collect(),
            emails: email.map(|(which, way)| written_email(which, way).as_str().into()).into_iter().collect(),
            name: name.map(|name| ["张伟", "李娜", "王芳"][usize::from(name)].to_owned()),
            company: company.map(|company| {
                ["Acme Trading Ltd", "Quellmark Energy GmbH"][usize::from(company)].to_owned()
            }),
            owner: owner.filter(|owner| *owner == 0).map(|_| "li".into()),
            products: vec![format!("p{}", n % 3)],
            ..lead(&format!("L{n}"), hours)
        };
        drawn.into_iter().enumerate().map(build).collect()
    })
}

type Drawn = (Option<(u8, u8)>, Option<(u8, u8)>, Option<u8>, Option<u8>, i64, Option<u8>);

fn written_phone(which: u8, way: u8) -> String {
    let digits = ["13812349876", "13927461853", "13700246802"][usize::from(which)];
    match way {
        0 => digits.to_owned(),
        1 => format!("+86 {digits}"),
        2 => format!("{}-{}-{}", &digits[..3], &digits[3..7], &digits[7..]),
        _ => digits.chars().map(|c| char::from_u32(c as u32 - 0x30 + 0xFF10).unwrap()).collect(),
    }
}

fn written_email(which: u8, way: u8) -> String {
    let plain = ["zhang.wei@qixi.com.cn", "li.na@gmail.com"][usize::from(which)];
    if way == 0 { plain.to_owned() } else { plain.to_uppercase() }
}

/// Submits in order of time, as a stream comes in.
fn run(rules: &Json, entries: &[Lead]) -> Desk {
    let mut desk = Desk::new(rules);
    let mut ordered: Vec<&Lead> = entries.iter().collect();
    ordered.sort_by(|a, b| a.seniority().cmp(&b.seniority()));
    ordered.into_iter().for_each(|entry| drop(desk.submit(entry)));
    desk
}

/// Who is whose story: each lead's root, and whether it is live.
fn subjects(desk: &Desk) -> BTreeMap<String, String> {
    let root = |lead: &Lead| lead.folded_into.as_ref().unwrap_or(&lead.id).to_string();
    desk.book.leads().map(|lead| (lead.id.to_string(), root(lead))).collect()
}

/// Every value that was ever submitted, by the lead whose story it is, as far as it has to be on it.
fn lost(desk: &Desk, entries: &[Lead]) -> Vec<String> {
    let roots = subjects(desk);
    let mut lost = Vec::new();
    for entry in entries {
        let subject = desk.lead(&roots[entry.id.as_str()]);
        let conflicts = || {
            desk.book.desk().conflicts.iter().filter(|one| one.record == RecordRef::Lead(subject.id.clone()))
        };
        let key = |lead: &Lead| {
            desk.intake
                .probe(lead)
                .keys
                .into_iter()
                .filter(|key| !key.kind.as_str().starts_with("company"))
                .filter(|key| key.kind.as_str() != "domain")
                .collect::<BTreeSet<_>>()
        };
        if !key(entry).is_subset(&key(subject)) {
            lost.push(format!("{}: keys {:?}", entry.id, key(entry)));
        }
        if !entry.products.iter().all(|one| subject.products.contains(one)) {
            lost.push(format!("{}: products", entry.id));
        }
        let shown = |field: &str, value: &str| {
            conflicts().any(|one| one.field == field && one.found == leadkit::model::Value::from(value))
        };
        if let Some(name) = &entry.name
            && subject.name.as_ref() != Some(name)
            && !shown("name", name)
        {
            lost.push(format!("{}: name {name}", entry.id));
        }
    }
    lost
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_chains_and_no_circles(entries in entries(), to_companies in any::<bool>()) {
        let desk = run(&if to_companies { companies() } else { consumers() }, &entries);
        for lead in desk.book.leads() {
            if let Some(into) = &lead.folded_into {
                let root = desk.book.lead(into).unwrap();
                prop_assert_eq!(&root.folded_into, &None, "{} into {}", lead.id, into);
                prop_assert!(root.is_on_file());
                prop_assert!(root.seniority() < lead.seniority());
                prop_assert_eq!((&lead.owner, &lead.pool, lead.status), (&None, &None, LeadStatus::Voided));
            }
        }
    }

    #[test]
    fn no_value_is_lost(entries in entries(), to_companies in any::<bool>()) {
        let desk = run(&if to_companies { companies() } else { consumers() }, &entries);
        prop_assert_eq!(lost(&desk, &entries), Vec::<String>::new());
    }

    #[test]
    fn each_live_lead_has_an_owner_or_a_wake_up(entries in entries(), to_companies in any::<bool>()) {
        let desk = run(&if to_companies { companies() } else { consumers() }, &entries);
        for lead in desk.book.leads().filter(|lead| lead.is_on_file() && !lead.has_ended()) {
            let is_worked = lead.owner.is_some() && !desk.book.history(&lead.id).deadlines.is_empty();
            prop_assert!(is_worked || desk.book.wake_up(&lead.id).is_some(), "{} is stuck", lead.id);
        }
    }

    #[test]
    fn the_way_a_contact_value_is_written_never_changes_the_subject(entries in entries()) {
        let plain: Vec<Lead> = entries
            .iter()
            .map(|entry| {
                let mut plain = entry.clone();
                let digits = |c: char| c.to_digit(10).or_else(|| (c as u32).checked_sub(0xFF10).filter(|d| *d < 10));
                for phone in &mut plain.phones {
                    let all: String = phone.as_str().chars().filter_map(digits).map(|d| d.to_string()).collect();
                    *phone = all[all.len() - 11..].into();
                }
                for email in &mut plain.emails {
                    *email = email.as_str().to_lowercase().as_str().into();
                }
                plain
            })
            .collect();
        for rules in [companies(), consumers()] {
            prop_assert_eq!(subjects(&run(&rules, &entries)), subjects(&run(&rules, &plain)));
        }
    }

    #[test]
    fn whichever_of_two_leads_is_decided_first_the_same_one_goes_on(entries in entries()) {
        let two: Vec<Lead> = entries.into_iter().take(2).map(|lead| Lead { owner: None, ..lead }).collect();
        let decided = |order: &[usize]| {
            let mut desk = Desk::with(&companies(), &[], &two);
            for index in order {
                let input = desk.intake.input_of(&desk.book, &two[*index].id, hour(3_000)).unwrap();
                if input.lead.is_on_file() {
                    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(3_000));
                    desk.apply(&outcome);
                }
            }
            subjects(&desk)
        };
        if two.len() == 2 {
            prop_assert_eq!(decided(&[0, 1]), decided(&[1, 0]));
        }
    }

    #[test]
    fn folding_twice_is_folding_once(entries in entries()) {
        let Some((last, before)) = entries.split_last() else { return Ok(()) };
        let mut desk = run(&companies(), before);
        let entry = Lead { created_at: hour(2_600), ..last.clone() };
        let rows = desk.book.rows(&desk.intake.probe(&entry));
        let input = Input { lead: entry.clone(), rows, ..Input::default() };
        let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(2_600));
        desk.book.insert_lead(entry);
        outcome.apply_to(&mut desk.book);
        let once = format!("{:?}{:?}", desk.book.leads().collect::<Vec<_>>(), desk.book.desk().notices);
        outcome.apply_to(&mut desk.book);
        let twice = format!("{:?}{:?}", desk.book.leads().collect::<Vec<_>>(), desk.book.desk().notices);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn rows_in_any_order_with_dead_ones_between_give_the_same_answer(entries in entries(), dead in 0usize..9) {
        let Some((entry, rest)) = entries.split_first() else { return Ok(()) };
        let entry = Lead { created_at: hour(2_600), ..entry.clone() };
        let mut rows: Vec<Lead> = rest.to_vec();
        let intake = Desk::new(&companies()).intake;
        let roster = Desk::new(&companies()).roster;
        let decide = |leads: Vec<Lead>| {
            let input = Input { lead: entry.clone(), rows: Rows { leads, ..Rows::default() }, ..Input::default() };
            intake.process(&input, &roster, &State::default(), hour(2_600))
        };
        let straight = decide(rows.clone());
        rows.reverse();
        let mut folded = entry.clone();
        folded.id = format!("D{dead}").as_str().into();
        folded.created_at = hour(-9);
        folded.folded_into = Some("L99".into());
        rows.insert(dead.min(rows.len()), folded);
        prop_assert_eq!(straight, decide(rows));
    }
}
