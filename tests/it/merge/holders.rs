//! Who holds each part of merged accounts.

use std::collections::BTreeSet;

use leadkit::merge::MergeDoubt;
use leadkit::model::Account;
use proptest::prelude::*;

use super::{account, accounts, accounts_plan, merger};

fn held(id: &str, day: u32, owner: Option<&str>, owners: &[(&str, &str)]) -> Account {
    Account {
        owner: owner.map(Into::into),
        owners: owners.iter().map(|(part, rep)| ((*part).to_owned(), (*rep).into())).collect(),
        ..account(id, day)
    }
}

/// A part that nobody is named for is the owner's: to give it to another is a contradiction.
#[test]
fn a_part_of_the_rest_has_an_owner_too() {
    let part = |field: &str| MergeDoubt::Contradiction { field: field.into() };
    let (li, none) = (Some("li"), None);
    type Held<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)]);
    let cases: [(Held<'_>, Held<'_>, Vec<MergeDoubt>); 8] = [
        ((li, &[]), (li, &[("hr", "zhao")]), vec![part("owners.hr")]),
        ((li, &[("hr", "zhao")]), (li, &[]), vec![part("owners.hr")]),
        ((none, &[("crm", "li")]), (Some("wang"), &[]), vec![part("owners.crm")]),
        ((none, &[("crm", "wang")]), (Some("wang"), &[]), vec![]),
        ((li, &[("crm", "wang")]), (li, &[("CRM ", "wang")]), vec![]),
        ((none, &[("crm", "li")]), (none, &[("erp", "wang")]), vec![]),
        ((li, &[]), (Some("wang"), &[("hr", "li")]), vec![part("owner")]),
        ((li, &[("crm", "wang")]), (Some("zhao"), &[("erp", "li")]), vec![part("owner"), part("owners.crm")]),
    ];
    for (first, second, doubts) in cases {
        let accounts = [held("A1", 1, first.0, first.1), held("A2", 2, second.0, second.1)];
        let plan = accounts_plan(&accounts, &merger());
        assert_eq!(plan.doubts(), doubts, "{first:?} and {second:?}: {plan}");
    }
}

/// Who holds a part, by hand: the reps named for it in whatever spelling, else the owner.
fn holders(account: &Account, part: &str) -> BTreeSet<String> {
    let named = account.owners.iter().filter(|(name, _)| name.trim().to_lowercase() == part);
    let named: BTreeSet<String> = named.map(|(_, rep)| rep.to_string()).collect();
    if named.is_empty() { account.owner.iter().map(ToString::to_string).collect() } else { named }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nobody_loses_a_part_unasked(accounts in accounts()) {
        let plan = accounts_plan(&accounts, &merger());
        let asked = |part: &str| plan.doubts().iter().filter_map(MergeDoubt::field).any(|field| {
            field == "owner" || field.strip_prefix("owners.").is_some_and(|name| name.trim().to_lowercase() == part)
        });
        for part in ["crm", "erp", "hr", "payroll"] {
            let after = holders(plan.merged(), part);
            for account in &accounts {
                let before = holders(account, part);
                prop_assert!(before.is_empty() || before == after || asked(part), "{} of {}: {}", part, account.id, plan);
            }
        }
        // And nobody is asked about a part that is the same rep's everywhere.
        for doubt in plan.doubts().iter().filter_map(MergeDoubt::field) {
            let Some(part) = doubt.strip_prefix("owners.") else { continue };
            let part = part.trim().to_lowercase();
            let reps: BTreeSet<String> = accounts.iter().flat_map(|account| holders(account, &part)).collect();
            prop_assert!(reps.len() > 1, "{}: {}", doubt, plan);
        }
    }
}
