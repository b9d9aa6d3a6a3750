//! The results of duplicate matching that later engines read.

use std::collections::BTreeSet;

use crate::model::open_enum::closed_enum;
use crate::model::{RecordRef, Region, RepId, TeamId};

closed_enum! {
    /// The decision of duplicate matching about a lead; `match.action` in rules.
    MatchKind {
        /// No record on file matches.
        New = "new",
        /// It belongs to a record that has an owner.
        ToOwner = "to_owner",
        /// It belongs to a record without an owner.
        AssignByRules = "assign_by_rules",
        /// It is collected (归集) under an earlier lead.
        Collected = "collected",
        /// It shares a contact value with a record and is somebody else: the record's owner gets it too.
        SameOwner = "same_owner",
        /// It may belong to records of several owners: a person decides.
        Held = "held",
        /// It is on file, and a fact that decides on ownership has changed.
        KeyChange = "key_change",
        /// It is marked as similar, and continues as if it were new.
        TagOnly = "tag_only",
        /// A script chose a code of the host.
        Custom = "custom",
    }
}

impl MatchKind {
    /// Whether the lead goes to the owner that matching found, before any assignment rule is tried.
    #[must_use]
    pub fn gives_owner(self) -> bool {
        matches!(
            self,
            MatchKind::ToOwner | MatchKind::Collected | MatchKind::KeyChange | MatchKind::SameOwner
        )
    }
}

closed_enum! {
    /// What a lead is to the host, after matching.
    MatchLabel {
        /// Nothing matches (纯新).
        BrandNew = "brand_new",
        /// Something matches, and no deal was ever closed (新客).
        NewCustomer = "new_customer",
        /// A deal was closed before (老客).
        ExistingCustomer = "existing_customer",
        /// The same lead is on file.
        Duplicate = "duplicate",
        /// Collected under the earliest lead (归集).
        CollectedToEarliest = "collected_to_earliest",
        /// Several records match (一拖N).
        OneToMany = "one_to_many",
        /// The owner on file gets it (归属分配).
        ByOwner = "by_owner",
        /// Assigned by region (地区分配); for rules that say so.
        ByRegion = "by_region",
        /// A reward (发牌): outside quotas, takes no turn; for rules that say so.
        Reward = "reward",
        /// Two owners claim one company (撞单).
        Collision = "collision",
    }
}

/// The fields of the account a lead belongs to, as rules read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFacts {
    /// The account's tier; `None` when it has none.
    pub tier: Option<String>,
    /// The account's maturity; `None` when it has none.
    pub maturity: Option<String>,
    /// Where the account is; `None` when not known.
    pub region: Option<Region>,
}

/// What duplicate matching adds to the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchFacts {
    /// The decision; `None` while a rule's script is still choosing.
    pub kind: Option<MatchKind>,
    /// Owner of the record the lead belongs to; `None` when nobody has it.
    pub owner: Option<RepId>,
    /// The record that decides; `None` when nothing matches.
    pub record: Option<RecordRef>,
    /// What the lead is to the host.
    pub labels: BTreeSet<MatchLabel>,
    /// Number of records on file that match.
    pub count: i64,
    /// Fields of the account the lead belongs to.
    pub account: AccountFacts,
    /// Team of that owner; `None` when the owner has none.
    pub owner_team: Option<TeamId>,
}

impl MatchFacts {
    /// The labels as rules read them.
    pub(crate) fn label_texts(&self) -> Vec<String> {
        self.labels.iter().map(|label| label.as_str().to_owned()).collect()
    }
}
