//! However a contact value is written, it is the same person: mobiles, landlines, mail, WeChat, and what spreadsheets make of
//! numbers.

use std::collections::BTreeSet;

use leadkit::dedup::{MatchKey, Rows};
use proptest::prelude::*;

use super::effect_rows::{all_of, of_a_fold};
use super::*;

/// A value, and the ways in which people and programs write it.
struct Written {
    plain: &'static str,
    field: &'static str,
    ways: &'static [&'static str],
}

const WRITTEN: [Written; 5] = [
    Written {
        plain: "13812349876",
        field: "phones",
        ways: &[
            "+86 138 1234 9876",
            "0086-138-1234-9876",
            "138.1234.9876",
            "(+86)13812349876",
            "１３８１２３４９８７６",
            "13812349876（李娜）",
            "李娜 13812349876",
            "手机：13812349876",
            "tel:+8613812349876",
            "13812349876。",
            "\u{202a}13812349876\u{202c}",
            "138\u{a0}1234\u{a0}9876",
            "13812349876.0",
            "1.3812349876E+10",
            "'13812349876",
        ],
    },
    Written {
        plain: "010-62648835",
        field: "phones",
        ways: &[
            "(010) 62648835",
            "+86 10 6264 8835",
            "010 6264 8835",
            "０１０－６２６４８８３５",
            "010-62648835（前台）",
            "电话：010-62648835",
        ],
    },
    Written {
        plain: "li.na@gmail.com",
        field: "emails",
        ways: &[
            "LI.NA@Gmail.com",
            "Li Na <li.na@gmail.com>",
            "mailto:li.na@gmail.com",
            "li.na@gmail.com;",
            "li.na＠gmail.com",
            "<li.na@gmail.com>",
            "邮箱: li.na@gmail.com。",
        ],
    },
    Written {
        plain: "zoe_wx_2026",
        field: "wechat",
        ways: &["微信: zoe_wx_2026", "WeChat：zoe_wx_2026", " zoe_wx_2026 ", "zoe_wx_2026（Zoe）"],
    },
    Written {
        plain: "+14155552671",
        field: "phones",
        ways: &["+1 415 555 2671", "+1 (415) 555-2671", "001-415-555-2671", "tel:+1-415-555-2671"],
    },
];

fn with(mut lead: Lead, field: &str, text: &str) -> Lead {
    match field {
        "phones" => lead.phones.push(text.into()),
        "emails" => lead.emails.push(text.into()),
        _ => lead.wechat = Some(text.into()),
    }
    lead
}

fn keys(intake: &Intake, field: &str, text: &str) -> BTreeSet<MatchKey> {
    intake.probe(&with(Lead::default(), field, text)).keys.into_iter().collect()
}

#[test]
fn every_writing_has_the_keys_of_the_plain_value() {
    let intake = Desk::new(&companies()).intake;
    for Written { plain, field, ways } in WRITTEN {
        let wanted = keys(&intake, field, plain);
        assert!(!wanted.is_empty(), "{plain}");
        for way in ways {
            assert_eq!(keys(&intake, field, way), wanted, "{way:?} is not {plain}");
        }
    }
}

/// Who is whose story after these came in, one after another.
fn subjects(rules: &Json, entries: &[Lead]) -> Vec<String> {
    let mut desk = Desk::new(rules);
    entries.iter().for_each(|entry| drop(desk.submit(entry)));
    let root = |lead: &Lead| format!("{} {}", lead.id, lead.folded_into.as_ref().unwrap_or(&lead.id));
    desk.book.leads().map(root).collect()
}

/// What the rules of both presets fold is folded in every writing, whichever of the two comes first.
#[test]
fn the_way_a_value_is_written_never_changes_the_subject() {
    for rules in [companies(), consumers()] {
        let intake = Desk::new(&rules);
        for Written { plain, field, ways } in WRITTEN {
            let filed = with(Lead { name: Some("李娜".into()), ..lead("L1", 0) }, field, plain);
            let subject = |filed: &Lead, text: &str| {
                let entry = with(Lead { name: Some("李娜".into()), ..lead("L2", 30) }, field, text);
                let mut book = crate::support::book(&[], std::slice::from_ref(filed));
                let rows = book.rows(&intake.intake.probe(&entry));
                let input = Input { lead: entry.clone(), rows, ..Input::default() };
                let outcome = intake.intake.process(&input, &intake.roster, &intake.state, hour(30));
                book.insert_lead(entry);
                outcome.apply_to(&mut book);
                book.lead(&"L2".into()).unwrap().folded_into.clone()
            };
            let wanted = subject(&filed, plain);
            let is_strong = !plain.starts_with("010");
            assert_eq!(wanted.is_some(), is_strong, "{plain}");
            for way in ways {
                assert_eq!(subject(&filed, way), wanted, "{way:?} after {plain}");
                let filed = with(Lead { name: Some("李娜".into()), ..lead("L1", 0) }, field, way);
                assert_eq!(subject(&filed, plain), wanted, "{plain} after {way:?}");
            }
        }
    }
}

/// The fields of the corpus: a lead with all that is read in one of them is the same as one with the field as it stands.
#[test]
fn a_field_of_several_values_is_as_good_as_its_values() {
    let text = std::fs::read_to_string("tests/data/contact_fields.tsv").unwrap();
    let desk = Desk::new(&companies());
    let mut compared = 0;
    for row in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let cells: Vec<&str> = row.split('\t').collect();
        let field = if cells[0] == "phone" { "phones" } else { "emails" };
        let read: Vec<&str> =
            cells[2].split(' ').filter(|one| !one.starts_with('!') && *one != "-").collect();
        // A guess joins nobody.
        let read: Vec<&str> = read.into_iter().filter(|one| !one.ends_with('?')).collect();
        if read.is_empty() || cells[1].contains('\\') {
            continue;
        }
        let of =
            |id: &str, texts: &[&str]| texts.iter().fold(lead(id, 9), |lead, text| with(lead, field, text));
        let each: Vec<Lead> = (0i64..)
            .zip(&read)
            .map(|(hour, key)| with(lead(&format!("K{hour}"), hour), field, key))
            .collect();
        let book = crate::support::book(&[], &each);
        let decided = |entry: Lead| {
            let rows = book.rows(&desk.intake.probe(&entry));
            let input = Input { lead: entry, rows: Rows { ..rows }, ..Input::default() };
            let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(9));
            let subject = outcome.resolution().map(|found| found.subject().clone());
            (subject, outcome.route().code())
        };
        assert_eq!(decided(of("L9", &[cells[1]])), decided(of("L9", &read)), "{row}");
        compared += 1;
    }
    assert!(compared > 60, "{compared}");
}

/// Two leads of the same person, on a mobile, a landline or by mail, in whatever writing.
fn two() -> impl Strategy<Value = [Lead; 2]> {
    let one = || (0usize..5, any::<prop::sample::Index>(), 0usize..2, 0i64..3_000, any::<bool>());
    (one(), one()).prop_map(|(a, b)| {
        let build = |id: &str,
                     (which, way, name, hours, at_company): (
            usize,
            prop::sample::Index,
            usize,
            i64,
            bool,
        )| {
            let Written { plain, field, ways } = WRITTEN[which];
            let text = *way.get(ways);
            let text = if hours % 2 == 0 { plain } else { text };
            let name = Some(["李娜", "王芳"][name].to_owned());
            let company = at_company.then(|| "Acme Trading Ltd".to_owned());
            with(Lead { name, company, ..lead(id, hours) }, field, text)
        };
        [build("L1", a), build("L2", b)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whichever_of_two_is_decided_first_the_same_one_goes_on(two in two(), to_companies in any::<bool>()) {
        let rules = if to_companies { companies() } else { consumers() };
        let decided = |order: [usize; 2]| {
            let mut desk = Desk::with(&rules, &[], &two);
            for index in order {
                let input = desk.intake.input_of(&desk.book, &two[index].id, hour(3_000)).unwrap();
                if input.lead.is_on_file() {
                    let input = Input { trust_clock: true, ..input };
                    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(3_000));
                    desk.apply(&outcome);
                }
            }
            let root = |lead: &Lead| lead.folded_into.as_ref().unwrap_or(&lead.id).to_string();
            desk.book.leads().map(root).collect::<Vec<_>>()
        };
        prop_assert_eq!(decided([0, 1]), decided([1, 0]));
    }

    #[test]
    fn folding_twice_is_folding_once(two in two(), to_companies in any::<bool>()) {
        let mut desk = Desk::new(&if to_companies { companies() } else { consumers() });
        let [first, second] = two;
        let (first, second) = if first.seniority() < second.seniority() { (first, second) } else { (second, first) };
        drop(desk.submit(&first));
        let rows = desk.book.rows(&desk.intake.probe(&second));
        let at = second.created_at;
        let input = Input { lead: second.clone(), rows, trust_clock: true, ..Input::default() };
        let outcome = desk.intake.process(&input, &desk.roster, &desk.state, at);
        desk.book.insert_lead(second);
        outcome.apply_to(&mut desk.book);
        let once = all_of(&desk.book);
        outcome.apply_to(&mut desk.book);
        prop_assert_eq!(&all_of(&desk.book), &once);
        // By another name too, where no key makes it once.
        desk.book.apply_effects("again", &of_a_fold(&outcome), at);
        prop_assert_eq!(&all_of(&desk.book), &once);
    }

    #[test]
    fn a_row_of_entries_in_any_writing_has_the_subjects_of_the_plain_ones(
        picks in prop::collection::vec((0usize..5, any::<prop::sample::Index>(), 0i64..400), 1..6),
        to_companies in any::<bool>(),
    ) {
        let rules = if to_companies { companies() } else { consumers() };
        let mut hours = 0;
        let (mut plain, mut written) = (Vec::new(), Vec::new());
        for (number, (which, way, later)) in picks.iter().enumerate() {
            hours += later;
            let Written { plain: value, field, ways } = WRITTEN[*which];
            let entry = Lead { name: Some("李娜".into()), ..lead(&format!("L{number}"), hours) };
            plain.push(with(entry.clone(), field, value));
            let text: &&str = way.get(ways);
            written.push(with(entry, field, text));
        }
        prop_assert_eq!(subjects(&rules, &written), subjects(&rules, &plain));
    }
}

/// Words beside a number make nobody another person.
#[test]
fn a_number_with_words_beside_it_is_one_person() {
    for words in ["香港", "台湾", "Singapore", "PR", "AI", "CA", "VC", "（36）", "(44)"] {
        for number in ["13927461853", "15254599371"] {
            let mut desk = Desk::new(&consumers());
            let first = caller("L1", 1, number);
            desk.submit(&first);
            let outcome = desk.submit(&caller("L2", 30, &format!("{number} {words}"))).outcome;
            assert_eq!(outcome.route().folded_into(), Some(&first.id), "{number} {words}: {outcome}");
        }
    }
}

/// A lead by its id and hour.
type Entry<'a> = &'a dyn Fn(&str, i64) -> Lead;

/// A number that the stated country may have too joins nobody, whichever of the two comes first and however the country is stated.
#[test]
fn a_number_that_may_be_another_country_s_joins_only_the_same_doubt() {
    let number = "15254599371";
    let plain = |id: &str, at: i64| caller(id, at, number);
    let stated = |id: &str, at: i64| Lead { country: Some("Germany".into()), ..caller(id, at, number) };
    let beside = |id: &str, at: i64| caller(id, at, &format!("{number}（德国）"));
    let coded = |id: &str, at: i64| caller(id, at, &format!("{number} (49)"));
    let guesses: [Entry<'_>; 3] = [&stated, &beside, &coded];
    for guess in guesses {
        for (first, second) in [(guess("L1", 1), plain("L2", 30)), (plain("L1", 1), guess("L2", 30))] {
            let mut desk = Desk::new(&consumers());
            desk.submit(&first);
            let outcome = desk.submit(&second).outcome;
            assert_eq!(outcome.route().folded_into(), None, "{first:?} {second:?}: {outcome}");
        }
    }
    // Written again in whatever way, it is the same number, whichever country it is of.
    for first in guesses {
        for second in guesses {
            let mut desk = Desk::new(&consumers());
            desk.submit(&first("L1", 1));
            let outcome = desk.submit(&second("L2", 30)).outcome;
            assert_eq!(outcome.route().folded_into().map(|id| id.as_str()), Some("L1"), "{outcome}");
        }
    }
    // A sign too many makes no other country's number of it.
    let mut desk = Desk::new(&consumers());
    desk.submit(&caller("L1", 1, "13927461853"));
    assert!(desk.submit(&caller("L2", 30, "+13927461853")).outcome.route().folded_into().is_some());
    // Lists and `forget` ask for the key all the same.
    let intake = Intake::compile(&Rules::b2c()).unwrap();
    let key = leadkit::intake::ErasureKey::new(*b"kept in a vault ");
    let hashes = |lead: &Lead| intake.erasure_hashes(lead, &key);
    for guess in guesses {
        assert!(hashes(&guess("L1", 1)).iter().any(|hash| hashes(&plain("L1", 1)).contains(hash)));
    }
}

/// A code in a field of its own is the number's where its country has such a number.
#[test]
fn a_code_in_a_field_of_its_own_is_the_number_s() {
    for (code, number, key) in [
        ("+49", "15254599371", "+4915254599371"),
        ("+49", "13927461853", "+8613927461853"),
        ("+49", "030 12345678", "+493012345678"),
        ("+852", "60987654", "+85260987654"),
        ("+852", "13927461853", "+8613927461853"),
        ("+86", "13927461853", "+8613927461853"),
    ] {
        let pair = Lead { phones: vec![code.into(), number.into()], ..lead("L1", 1) };
        let keys = Intake::compile(&Rules::b2c()).unwrap().probe(&pair).keys;
        let phones: Vec<&str> =
            keys.iter().filter(|one| one.kind.as_str() == "phone").map(|one| one.value.as_str()).collect();
        assert_eq!(phones, [key], "{code} {number}");
    }
}
