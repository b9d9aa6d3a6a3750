//! What holds over random entries in random orders.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::effect_rows::{all_of, of_a_fold};
use super::*;
use leadkit::dedup::Rows;
use leadkit::model::{LeadField, Value};

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
            ..full(&format!("L{n}"), hours, n)
        };
        drawn.into_iter().enumerate().map(build).collect()
    })
}

/// Everything else that a form may bring, of few different values.
fn full(id: &str, hours: i64, n: usize) -> Lead {
    let some = |values: [&str; 3]| Some(values[(n + hours.unsigned_abs() as usize) % 3].to_owned());
    let mut lead = lead(id, hours);
    lead.title = some(["CEO", "CIO", "采购"]);
    lead.job_function = some(["it", "finance", "manager"]).as_deref().map(Into::into);
    lead.country = some(["中国", "China", "CN"]);
    lead.province = some(["广东", "四川", "北京"]);
    lead.city = some(["深圳", "成都", "北京"]);
    lead.region = some(["CN-GD", "CN-SC", "CN-BJ"]).map(|code| code.parse().unwrap());
    lead.industry = vec![some(["制造业", "信息", "零售"]).unwrap()];
    lead.employee_count = Some(100 + u32::try_from(n % 3).unwrap());
    lead.business_model = some(["direct", "agent", "dealer"]).as_deref().map(Into::into);
    lead.registry_status = some(["active", "revoked", "deregistered"]).as_deref().map(Into::into);
    lead.scenario = some(["换系统", "第一次上", "试用"]);
    lead.message = some(["请报价", "请演示", "请回电"]);
    lead.tags = vec![some(["hot", "fair", "vip"]).unwrap()];
    lead.wechat = Some(format!("wx_person_{}", n % 5).as_str().into()).filter(|_| n.is_multiple_of(2));
    let date = Value::Timestamp(hour(hours));
    lead.attributes.insert("consent".into(), Value::from(format!("given {}", n % 2)));
    lead.attributes.insert("budget".into(), Value::from(i64::try_from(n % 3).unwrap()));
    lead.attributes.insert("fair_date".into(), date);
    lead.attributes
        .insert("interests".into(), Value::List(vec![format!("i{}", n % 2), format!("j{}", n % 3)]));
    lead.external_ids.insert("clue_id".into(), format!("clue-{n}"));
    lead.external_ids.insert("openid".into(), format!("o-{}", n % 4));
    lead.external_ids.insert("customer_no".into(), format!("c-{}", n % 3));
    lead.click_ids.insert("gclid".into(), format!("g-{}", n % 3));
    lead
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

/// Fields that tell of one entry alone, or of what became of it: they stay with it.
fn is_of_the_entry(field: LeadField) -> bool {
    use LeadField as F;
    let told = [
        F::Id,
        F::CreatedAt,
        F::FiledAt,
        F::Status,
        F::CloseReason,
        F::FoldedInto,
        F::CollectedUnder,
        F::Account,
    ];
    let held = [F::LastActiveAt, F::Stage, F::Owner, F::Pool, F::Acquisition, F::NextFollowUp, F::Ip];
    let name = field.as_str();
    told.contains(&field) || held.contains(&field) || name.starts_with("source.") || name.starts_with("utm.")
}

/// Every value of an entry, by its name: each item of a list alone.
fn values_of(entry: &Lead) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for field in LeadField::ALL.iter().filter(|field| !is_of_the_entry(**field)) {
        match field.get(entry) {
            Value::Null => {}
            // An industry is one path.
            Value::List(items) if *field != LeadField::Industry => {
                all.extend(items.into_iter().map(|item| (field.as_str().to_owned(), Value::from(item))));
            }
            value => all.push((field.as_str().to_owned(), value)),
        }
    }
    all.extend(entry.attributes.iter().map(|(name, value)| (format!("attributes.{name}"), value.clone())));
    for (group, ids) in [("external_ids", &entry.external_ids), ("click_ids", &entry.click_ids)] {
        all.extend(ids.iter().map(|(name, id)| (format!("{group}.{name}"), Value::from(id.clone()))));
    }
    all
}

/// A value as two spellings share it, read here by hand: digits of a number, an address in lower case.
fn plain(field: &str, value: &Value) -> String {
    let text = value.to_string();
    if field != "phones" {
        return text.trim().to_lowercase();
    }
    let digit =
        |c: char| c.to_digit(10).or_else(|| (c as u32).checked_sub(0xFF10).filter(|digit| *digit < 10));
    let digits: String = text.chars().filter_map(digit).map(|digit| digit.to_string()).collect();
    digits.trim_start_matches("86").to_owned()
}

/// What was submitted and is neither on the lead whose story it is, nor in its history, nor shown to anybody.
fn lost(desk: &Desk, entries: &[Lead]) -> Vec<String> {
    let roots = subjects(desk);
    let mut lost = Vec::new();
    for entry in entries {
        let subject = desk.lead(&roots[entry.id.as_str()]);
        let of_subject = |record: &RecordRef| *record == RecordRef::Lead(subject.id.clone());
        let notes = desk.book.desk();
        let conflicts = notes.conflicts.iter().filter(|one| of_subject(&one.record));
        let shown = conflicts.flat_map(|one| [(&one.field, &one.kept), (&one.field, &one.found)]);
        let replaced = notes.replaced.iter().filter(|one| of_subject(&one.record));
        let mut kept: Vec<(String, Value)> = values_of(subject);
        kept.extend(shown.map(|(field, value)| (field.clone(), value.clone())));
        kept.extend(replaced.map(|one| (one.field.clone(), one.value.clone())));
        for (name, ids) in &subject.other_ids {
            let field = if name == "wechat" { name.clone() } else { format!("external_ids.{name}") };
            kept.extend(ids.iter().map(|id| (field.clone(), Value::from(id.clone()))));
        }
        let kept: BTreeSet<(&str, String)> =
            kept.iter().map(|(field, value)| (field.as_str(), plain(field, value))).collect();
        for (field, value) in values_of(entry) {
            if !kept.contains(&(field.as_str(), plain(&field, &value))) {
                lost.push(format!("{}: {field} {value}", entry.id));
            }
        }
        let keys = |lead: &Lead| {
            let strong = |key: &leadkit::dedup::MatchKey| {
                !key.kind.as_str().starts_with("company") && key.kind.as_str() != "domain"
            };
            desk.intake.probe(lead).keys.into_iter().filter(strong).collect::<BTreeSet<_>>()
        };
        if !keys(entry).is_subset(&keys(subject)) {
            lost.push(format!("{}: keys {:?}", entry.id, keys(entry)));
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
    fn converted_stands_only_beside_an_owner(entries in entries()) {
        let mut desk = Desk::new(&companies());
        desk.book.insert_account(account("A1", "Acme Trading Ltd", None));
        desk.book.insert_account(account("A2", "Quellmark Energy GmbH", Some("gone")));
        for entry in &entries {
            desk.submit(entry);
        }
        for lead in desk.book.leads().filter(|lead| lead.status == LeadStatus::Converted) {
            prop_assert!(lead.owner.is_some(), "{}", lead.id);
        }
    }

    #[test]
    fn one_live_record_is_left_for_each_strong_key(entries in entries(), to_companies in any::<bool>()) {
        let desk = run(&if to_companies { companies() } else { consumers() }, &entries);
        let live: Vec<&Lead> = desk.book.leads().filter(|one| one.is_on_file() && !one.has_ended()).collect();
        let strong = |lead: &Lead| -> BTreeSet<String> {
            let probe = desk.intake.probe(lead);
            let named = probe.keys.iter().filter(|key| {
                ["phone", "email", "wechat", "person_id"].contains(&key.kind.as_str())
            });
            named.map(|key| format!("{}:{}", key.kind, key.value)).collect()
        };
        for (n, a) in live.iter().enumerate() {
            for b in &live[n + 1..] {
                if strong(a).is_disjoint(&strong(b)) {
                    continue;
                }
                let of = |lead: &Lead| if to_companies { lead.company.clone() } else { lead.name.clone() };
                // Both are named and surely different: two subjects of one owner.
                let are_two = of(a).zip(of(b)).is_some_and(|(a, b)| a != b);
                prop_assert!(are_two, "{} and {} are one", a.id, b.id);
                let owners = a.owner.as_ref().zip(b.owner.as_ref());
                prop_assert!(owners.is_none_or(|(a, b)| a == b), "{} and {}: {owners:?}", a.id, b.id);
            }
        }
    }

    #[test]
    fn each_live_lead_has_an_owner_or_a_wake_up(entries in entries(), to_companies in any::<bool>()) {
        let desk = run(&if to_companies { companies() } else { consumers() }, &entries);
        for lead in desk.book.leads().filter(|lead| lead.is_on_file() && !lead.has_ended()) {
            let mut deadlines = desk.book.history(&lead.id).deadlines.iter();
            let is_worked = lead.owner.is_some() && deadlines.any(|one| one.done_at.is_none());
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
        let once = all_of(&desk.book);
        outcome.apply_to(&mut desk.book);
        prop_assert_eq!(&all_of(&desk.book), &once);
        // By another name too, where no key makes it once.
        desk.book.apply_effects("again", &of_a_fold(&outcome), hour(2_600));
        prop_assert_eq!(&all_of(&desk.book), &once);
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
