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
        let field = field.replace("\\u{200f}", "\u{200f}").replace("\\r\\n", "\r\n").replace("\\\\", "\\");
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
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}
