//! Where reading a lead form differs from a common checker of addresses, each kind with its reason.

use std::collections::BTreeSet;

use leadkit::contact::read_emails;

use crate::support::data;

#[test]
fn every_difference_has_its_reason() {
    let mut kinds = BTreeSet::new();
    for line in data("contact_emails_differ.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [kind, field, checker, read, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let field = unescaped(field);
        let found: Vec<String> = read_emails(&field)
            .into_iter()
            .map(|one| match one.value {
                Ok(email) => email.key().to_owned(),
                Err(fault) => format!("!{}", fault.code()),
            })
            .collect();
        assert_eq!(found, [read], "{line}");
        // It differs: an address that the checker refuses, or a fault that it does not see. Of an address over two lines
        // nothing is read, though its last line looks like one.
        assert_eq!(checker == "valid" || kind == "folded", read.starts_with('!'), "{line}");
        assert!(why.len() > 20, "{line}");
        kinds.insert(kind.to_owned());
    }
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

/// The text behind `\r`, `\n`, `\\` and `\u{hex}`.
fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut rest = field.chars();
    while let Some(c) = rest.next() {
        text.push(match (c, if c == '\\' { rest.next() } else { None }) {
            (_, Some('r')) => '\r',
            (_, Some('n')) => '\n',
            (_, Some('u')) => {
                let hex: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap()
            }
            (_, Some(other)) => other,
            _ => c,
        });
    }
    text
}

/// `@` said for `at` is no part of the address behind it; one between two words makes them an address.
#[test]
fn a_word_behind_a_lone_sign_has_its_own() {
    for (field, key) in [
        ("call me @ leiwang@163.com", "leiwang@163.com"),
        ("reach us @ info@xinghe.cn", "info@xinghe.cn"),
        ("lei.wang @ 163.com", "lei.wang@163.com"),
    ] {
        let found: Vec<String> = read_emails(field)
            .into_iter()
            .flat_map(|one| one.value)
            .map(|email| email.key().to_owned())
            .collect();
        assert_eq!(found, [key], "{field}");
    }
}
