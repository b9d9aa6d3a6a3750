//! A mobile number that many people share belongs to nobody: the sixth of them is a separate lead.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const PEOPLE: [&str; 7] = ["陈明", "李娜", "王芳", "刘洋", "周涛", "吴静", "秦岚"];

fn person(number: usize, name: &str, company: Option<&str>) -> Lead {
    let lead = Lead {
        name: Some(name.into()),
        company: company.map(Into::into),
        ..caller(&format!("L{number}"), number as i64, MOBILE)
    };
    Lead { emails: vec![format!("p{number}@example-{number}.com").as_str().into()], ..lead }
}

impl Desk {
    /// Who goes on, with the entries that were folded into each.
    fn live(&self) -> Vec<(String, usize)> {
        let on_file = self.book.leads().filter(|lead| lead.is_on_file());
        let folded = |into: &Lead| {
            self.book.leads().filter(|lead| lead.folded_into.as_ref() == Some(&into.id)).count()
        };
        on_file.map(|lead| (lead.id.to_string(), folded(lead))).collect()
    }

    /// Every name that is on file: on a lead that goes on, in a conflict, or on an entry that was folded.
    fn names(&self) -> BTreeSet<String> {
        self.book.leads().filter_map(|lead| lead.name.clone()).collect()
    }
}

#[test]
fn the_sixth_person_on_one_mobile_number_is_a_separate_lead() {
    for company in [None, Some("武汉博远软件有限公司")] {
        let mut desk = Desk::new(&companies());
        for (number, name) in PEOPLE.iter().enumerate().take(5) {
            desk.submit(&person(number, name, company));
        }
        assert_eq!(desk.live(), [("L0".to_owned(), 4)]);
        let sixth = desk.submit(&person(5, PEOPLE[5], company));
        assert!(sixth.reviews.is_empty(), "{:?}", sixth.outcome.to_string());
        assert_eq!(desk.live(), [("L0".to_owned(), 4), ("L5".to_owned(), 0)]);
        assert_eq!(sixth.outcome.resolution().unwrap().crowded().len(), 1);
        // A new fact of either joins nothing: the number tells no more.
        let _ = desk.review("L0", 10);
        let _ = desk.review("L5", 10);
        assert_eq!(desk.live().len(), 2);
    }
}

/// The same of any value that names one person: what many people have in common is nobody's.
#[test]
fn the_sixth_person_with_one_mailbox_or_account_is_a_separate_lead() {
    let mailbox = |lead: &mut Lead| lead.emails = vec!["zhang.wei88@gmail.com".into()];
    let account = |lead: &mut Lead| lead.wechat = Some("zhang_wei88".into());
    for share in [&mailbox as &dyn Fn(&mut Lead), &account] {
        let mut desk = Desk::new(&companies());
        let mut last = None;
        for (number, name) in PEOPLE.iter().enumerate().take(6) {
            let mut lead = person(number, name, None);
            lead.phones = vec![format!("1392746185{number}").as_str().into()];
            share(&mut lead);
            last = Some(desk.submit(&lead));
        }
        assert_eq!(desk.live(), [("L0".to_owned(), 4), ("L5".to_owned(), 0)]);
        assert_eq!(last.unwrap().outcome.resolution().unwrap().crowded().len(), 1);
    }
}

#[test]
fn one_person_who_comes_in_a_hundred_times_is_one() {
    let mut desk = Desk::new(&companies());
    for number in 0..100 {
        let name = if number % 2 == 0 { "陈明" } else { "明" };
        desk.submit(&person(number, name, None));
    }
    assert_eq!(desk.live(), [("L0".to_owned(), 99)]);
}

#[test]
fn who_was_forgotten_counts_no_more() {
    let mut desk = Desk::new(&companies());
    for (number, name) in PEOPLE.iter().enumerate().take(5) {
        desk.submit(&person(number, name, None));
    }
    desk.book.apply_effects("forget", &[Effect::Erase { lead: "L4".into() }], hour(6));
    desk.submit(&person(6, PEOPLE[6], None));
    assert_eq!(desk.live()[0], ("L0".to_owned(), 4), "three of the five, and the new one");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes when, and in whatever order they are filed: five are one lead, the others each their own, nobody is lost.
    #[test]
    fn five_are_one_and_each_further_one_is_separate_in_any_order(
        people in Just(PEOPLE.to_vec()).prop_shuffle(),
        filed in Just((0..PEOPLE.len()).collect::<Vec<_>>()).prop_shuffle(),
        many in 2..=PEOPLE.len(),
    ) {
        let mut desk = Desk::new(&companies());
        for number in filed.into_iter().filter(|number| *number < many) {
            desk.submit(&person(number, people[number], None));
        }
        let mut sizes: Vec<usize> = desk.live().into_iter().map(|(_, folded)| folded + 1).collect();
        sizes.sort_unstable();
        let mut wanted = vec![1; many.saturating_sub(5)];
        wanted.push(many.min(5));
        prop_assert_eq!(sizes, wanted);
        prop_assert_eq!(desk.names().len(), many);
    }
}
