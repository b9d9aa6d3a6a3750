//! Fields in which records contradict each other.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::doubt::MergeDoubt;
use super::rules::MergeRules;
use super::values::show;
use crate::model::{ExternalIdKind, RecordRef, Region, Safeguard, Value, may_protect};

/// A field in which the records differ: one of the values is lost unless the merge is undone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldConflict {
    /// The field; `contacts.C1.name` for one of a contact.
    pub field: String,
    /// The value that stays; null when a block left it blank.
    pub kept: Value,
    /// The values that are dropped, each with its record.
    pub dropped: Vec<(RecordRef, Value)>,
}

/// Lifecycle and origin of each record: undoing the merge brings them back, and nothing is lost meanwhile.
const OF_EACH: [&str; 13] = [
    "acquisition",
    "close_reason",
    "collected_under",
    "created_at",
    "filed_at",
    "folded_into",
    "ip",
    "lead",
    "stage",
    "status",
    "first_utm",
    "source",
    "utm",
];

/// Where an identifier of a person or an event is kept next to the first, so that the record is found by both.
pub(super) fn beside(field: &str) -> Option<String> {
    match field.strip_prefix("external_ids.") {
        Some(name) => {
            (ExternalIdKind::of(name) != ExternalIdKind::Other).then(|| format!("other_ids.{name}"))
        }
        None => (field == "wechat").then(|| "other_ids.wechat".to_owned()),
    }
}

impl FieldConflict {
    /// The doubt about it under some rules, for a survivor with an owner or without.
    pub(super) fn doubt(&self, has_owner: bool, rules: &MergeRules) -> Option<MergeDoubt> {
        let field = &self.field;
        let of_contact = field.strip_prefix("contacts.").and_then(|rest| rest.rsplit_once('.'));
        // The groups by their own names, and never a custom attribute with such a name.
        let name = match of_contact {
            Some((_, member)) => member,
            None if field.starts_with("attributes.") => "",
            None => field.split('.').next().unwrap_or_default(),
        };
        let in_a_pool = name == "pool" && has_owner;
        let is_wider =
            |value: &Value| region(value).zip(region(&self.kept)).is_some_and(|(a, b)| a.contains(&b));
        let is_precise = name == "region" && self.dropped.iter().all(|(_, value)| is_wider(value));
        if OF_EACH.contains(&name) || beside(field).is_some() || in_a_pool || is_precise {
            return None;
        }
        let (field, is_open) = (field.clone(), !rules.has_own_rule(field));
        Some(match self.kept.is_blank() {
            _ if is_open && self.may_lose_a_refusal() => MergeDoubt::Opposed { field },
            true => MergeDoubt::Lost { field },
            false => MergeDoubt::Contradiction { field },
        })
    }

    /// Whether one of the answers may protect somebody, and nothing says that it is the one that stays.
    fn may_lose_a_refusal(&self) -> bool {
        let answers = || self.dropped.iter().map(|(_, value)| value).chain([&self.kept]);
        match self.field.strip_prefix("attributes.") {
            Some(name) => match Safeguard::of_answers(name, answers()) {
                Some(asks) => !asks.protects(&self.kept) && answers().any(|answer| asks.protects(answer)),
                None => may_protect(name, answers()),
            },
            // A firm may be called so.
            None => self.field != "company" && may_protect("", answers()),
        }
    }
}

impl fmt::Display for FieldConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kept.is_blank() {
            write!(f, "`{}` is left blank", self.field)?;
        } else {
            write!(f, "`{}` is {}", self.field, show(&self.field, &self.kept))?;
        }
        for (number, (record, value)) in self.dropped.iter().enumerate() {
            let join = if number == 0 { ", but" } else { " and" };
            write!(f, "{join} {} in {record}", show(&self.field, value))?;
        }
        Ok(())
    }
}

// Debug must not show contact values whole either.

impl fmt::Debug for FieldConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldConflict({self})")
    }
}

fn region(value: &Value) -> Option<Region> {
    if let Value::Text(text) = value { text.parse().ok() } else { None }
}
