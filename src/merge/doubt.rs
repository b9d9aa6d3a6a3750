//! What a person should decide before records are merged.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{ContactId, RecordRef};
use crate::text::codes;

/// Why a person should review a merge before it is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeDoubt {
    /// A block leaves a field blank that another record fills: that value is lost.
    Lost {
        /// The field, as conflicts name it.
        field: String,
    },
    /// The records differ, and one of the values is lost.
    Contradiction {
        /// The field, as conflicts name it.
        field: String,
    },
    /// One of the answers may protect somebody, and it is unknown which: records say both yes and no, or one holds a refusal
    /// (`Unqualified - do not call`) that another does not. A person must [decide this very conflict](MergeDoubt::needs_own_answer).
    Opposed {
        /// The field, as conflicts name it.
        field: String,
    },
    /// Two people of the merged account would share an id, which happens if two exports number their contacts
    /// independently. The plan has no effects until one of the two gets another id.
    SharedContactId {
        /// The id; blank when contacts have none.
        contact: ContactId,
    },
    /// One account names another of the merge as its parent: they may be two companies. The merged account does not name
    /// itself.
    Parent {
        /// The account that names a parent.
        record: RecordRef,
        /// The account that it names.
        parent: RecordRef,
    },
    /// By their names, mobile numbers or e-mail addresses, two leads belong to two people.
    OtherPerson {
        /// The one that comes first in the plan.
        record: RecordRef,
        /// The one that comes after it in the plan.
        other: RecordRef,
    },
}

codes! {
    MergeDoubt {
        MergeDoubt::Lost { .. } => "lost",
        MergeDoubt::Contradiction { .. } => "contradiction",
        MergeDoubt::Opposed { .. } => "opposed",
        MergeDoubt::SharedContactId { .. } => "shared_contact_id",
        MergeDoubt::Parent { .. } => "parent",
        MergeDoubt::OtherPerson { .. } => "other_person",
    }
}

impl MergeDoubt {
    /// The field it is about; `None` when it is about whole records.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            MergeDoubt::Lost { field }
            | MergeDoubt::Contradiction { field }
            | MergeDoubt::Opposed { field } => Some(field),
            MergeDoubt::SharedContactId { .. }
            | MergeDoubt::Parent { .. }
            | MergeDoubt::OtherPerson { .. } => None,
        }
    }

    /// Whether a blanket approval of doubtful merges does not cover this doubt. Either a person approves this very
    /// field, or a rule in [`MergeRules::fields`](super::MergeRules::fields) names it; for a shared contact id, one of
    /// the two people gets another id.
    ///
    /// ```
    /// use leadkit::contact::PhoneOptions;
    /// use leadkit::merge::{MergeDoubt, MergePlan, MergeRules, Merger, Survivorship};
    /// use leadkit::model::{Account, Value};
    ///
    /// let account = |id: &str, answer: &str| Account {
    ///     id: id.into(),
    ///     attributes: [("Deceased".to_owned(), Value::from(answer))].into(),
    ///     ..Account::default()
    /// };
    /// let accounts = [account("A1", "no"), account("A2", "yes")];
    /// let mut rules = MergeRules::default();
    /// let plan = MergePlan::for_accounts(&accounts, &Merger::compile(&rules)?, &PhoneOptions::default()).unwrap();
    /// assert_eq!(plan.doubts(), [MergeDoubt::Opposed { field: "attributes.Deceased".to_owned() }]);
    /// assert!(plan.needs_own_answer());
    ///
    /// rules.fields.insert("attributes.Deceased".to_owned(), Survivorship::Refusal);
    /// let plan = MergePlan::for_accounts(&accounts, &Merger::compile(&rules)?, &PhoneOptions::default()).unwrap();
    /// assert_eq!(plan.merged().attributes["Deceased"], Value::from("yes"));
    /// assert!(!plan.needs_own_answer());
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn needs_own_answer(&self) -> bool {
        matches!(self, MergeDoubt::Opposed { .. } | MergeDoubt::SharedContactId { .. })
    }
}

impl fmt::Display for MergeDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MergeDoubt::Lost { field } => write!(f, "`{field}` of one record is lost"),
            MergeDoubt::Contradiction { field } => write!(f, "the records say different things in `{field}`"),
            MergeDoubt::Opposed { field } => {
                write!(f, "the records differ in `{field}`, and one of the answers may protect somebody")
            }
            MergeDoubt::SharedContactId { contact } if contact.is_blank() => {
                f.write_str("several contacts have no id: give each an id of its own")
            }
            MergeDoubt::SharedContactId { contact } => {
                write!(f, "contact {contact} is two people: give one of them another id")
            }
            MergeDoubt::Parent { record, parent } => {
                write!(f, "{record} names {parent} as its parent: they may be two companies")
            }
            MergeDoubt::OtherPerson { record, other } => {
                write!(
                    f,
                    "{record} and {other} belong to two people, judging by name, mobile number or e-mail address"
                )
            }
        }
    }
}
