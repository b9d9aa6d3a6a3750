//! What a person has refused stays refused when he or she comes in again.

use leadkit::dedup::DedupRules;
use leadkit::model::{Effect, Lead, Value};

use super::{NOW, resolve, with_phone};
use crate::support::book;

/// What becomes of a custom attribute of a record on file when an entry of the same person says something else: the value that is
/// written, or the one that is shown to somebody.
fn becomes(rules: &DedupRules, name: &str, known: Value, found: Value) -> Option<(bool, Value)> {
    let with = |mut lead: Lead, value: Value| {
        lead.attributes.insert(name.to_owned(), value);
        lead
    };
    let record = with(with_phone("L1", "2026-04-01T02:00:00Z", "13812349876", Some("li")), known);
    let entry = with(with_phone("L2", NOW, "13812349876", None), found);
    let field = format!("attributes.{name}");
    resolve(rules, &entry, &book(&[], &[record])).effects().iter().find_map(|effect| match effect {
        Effect::UpdateField { field: one, value, .. } if *one == field => Some((true, value.clone())),
        Effect::RecordConflict { field: one, found, .. } if *one == field => Some((false, found.clone())),
        _ => None,
    })
}

#[test]
fn a_withdrawal_gets_through_and_a_new_yes_is_shown() {
    let text = |text: &str| Value::from(text);
    for rules in [DedupRules::b2b(), DedupRules::b2c()] {
        for (name, refused, allowed) in [
            ("consent", text("withdrawn"), text("yes")),
            ("do_not_contact", Value::Bool(true), Value::Bool(false)),
            ("HasOptedOutOfEmail", text("since May"), text("no")),
            ("营销同意", text("已撤回"), text("是")),
        ] {
            let of = |known: &Value, found: &Value| becomes(&rules, name, known.clone(), found.clone());
            assert_eq!(of(&refused, &allowed), Some((false, allowed.clone())), "{name}");
            assert_eq!(of(&allowed, &refused), Some((true, refused.clone())), "{name}");
            assert_eq!(
                of(&Value::Null, &allowed),
                Some((true, allowed.clone())),
                "{name}: nobody was asked before"
            );
        }
        let plain = becomes(&rules, "budget", text("10"), text("20"));
        assert_eq!(plain, Some((true, text("20"))), "what protects nobody is written as before");
    }
}
