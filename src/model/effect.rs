//! What a decision asks the host to do, and the records it refers to.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::text::{Code, codes, moment};

use super::open_enum::closed_enum;
use super::{
    AccountId, Acquisition, ContactId, ConversionRecord, LeadId, LeadStatus, OpportunityId, PhoneNumber,
    PoolId, RepId, TenureEnd, Value, mask_email, mask_id, mask_phone,
};

/// A record a decision refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordRef {
    /// A lead, by its id.
    Lead(LeadId),
    /// An account, by its id.
    Account(AccountId),
    /// A person by contact id, wherever the contact stands.
    Contact(ContactId),
    /// A contact at one account: who stands at several accounts has a row at each, and what they say may differ.
    ContactAt {
        /// The contact.
        contact: ContactId,
        /// The account of the row.
        account: AccountId,
    },
    /// An opportunity, by its id.
    Opportunity(OpportunityId),
}

impl RecordRef {
    /// The identifier, whatever kind of record it is.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            RecordRef::Account(id) => id.as_str(),
            RecordRef::Contact(id) | RecordRef::ContactAt { contact: id, .. } => id.as_str(),
            RecordRef::Opportunity(id) => id.as_str(),
            RecordRef::Lead(id) => id.as_str(),
        }
    }

    /// What it names once one record has become another: a row of a contact follows its contact and its account. `None` where
    /// it stays as it is.
    pub(crate) fn following(&self, from: &RecordRef, to: &RecordRef) -> Option<RecordRef> {
        if self == from {
            return Some(to.clone());
        }
        let RecordRef::ContactAt { contact, account } = self else { return None };
        let [of_contact, of_account] =
            [RecordRef::Contact(contact.clone()), RecordRef::Account(account.clone())];
        match to {
            RecordRef::Contact(contact) if of_contact == *from => {
                Some(RecordRef::ContactAt { contact: contact.clone(), account: account.clone() })
            }
            RecordRef::Account(account) if of_account == *from => {
                Some(RecordRef::ContactAt { contact: contact.clone(), account: account.clone() })
            }
            _ => None,
        }
    }

    /// The contact that it names, wherever that stands or at one account.
    pub(crate) fn contact(&self) -> Option<&ContactId> {
        match self {
            RecordRef::Contact(id) | RecordRef::ContactAt { contact: id, .. } => Some(id),
            _ => None,
        }
    }

    /// It, and the records that it follows.
    pub(crate) fn with_followed(&self) -> impl Iterator<Item = RecordRef> + use<> {
        let followed = match self {
            RecordRef::ContactAt { contact, account } => {
                Some([RecordRef::Contact(contact.clone()), RecordRef::Account(account.clone())])
            }
            _ => None,
        };
        std::iter::once(self.clone()).chain(followed.into_iter().flatten())
    }
}

impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordRef::Lead(id) => write!(f, "lead {id}"),
            RecordRef::Account(id) => write!(f, "account {id}"),
            RecordRef::Contact(id) => write!(f, "contact {id}"),
            RecordRef::ContactAt { contact, account } => write!(f, "contact {contact} at account {account}"),
            RecordRef::Opportunity(id) => write!(f, "opportunity {id}"),
        }
    }
}

/// How two records are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkKind {
    /// The lead belongs to the account.
    BelongsTo,
    /// The lead is collected (归集) under the other.
    CollectedUnder,
    /// The lead is another entry of the other.
    ReentryOf,
    /// The lead is the same submission as the other's, sent again.
    ResubmissionOf,
    /// The lead is of the same customer as the other but separate: another person or company with a value in common, or the same
    /// company again.
    RelatedTo,
    /// The record was merged into the other and is no longer kept by itself.
    MergedInto,
}

impl LinkKind {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [LinkKind] = &[
        LinkKind::BelongsTo,
        LinkKind::CollectedUnder,
        LinkKind::ReentryOf,
        LinkKind::ResubmissionOf,
        LinkKind::RelatedTo,
        LinkKind::MergedInto,
    ];

    /// The value as it is written in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            LinkKind::BelongsTo => "belongs_to",
            LinkKind::CollectedUnder => "collected_under",
            LinkKind::ReentryOf => "reentry_of",
            LinkKind::ResubmissionOf => "resubmission_of",
            LinkKind::RelatedTo => "related_to",
            LinkKind::MergedInto => "merged_into",
        }
    }
}

impl fmt::Display for LinkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkKind::BelongsTo => "belongs to",
            LinkKind::CollectedUnder => "is collected under",
            LinkKind::ReentryOf => "is a re-entry of",
            LinkKind::ResubmissionOf => "is a resubmission of",
            LinkKind::RelatedTo => "is related to",
            LinkKind::MergedInto => "was merged into",
        })
    }
}

/// A link between two records: the first belongs to the second, in the way that its kind says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The record that points, such as the lead that was folded.
    pub from: RecordRef,
    /// How the two records are related.
    pub kind: LinkKind,
    /// The record that is pointed at, such as the lead on file.
    pub to: RecordRef,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.from, self.kind, self.to)
    }
}

closed_enum! {
    /// Why one lead is folded into another.
    FoldKind {
        /// Another system delivered the same record again.
        SameRecord = "same_record",
        /// The same submission was sent again.
        Resubmission = "resubmission",
        /// The same person came in again.
        Reentry = "re_entry",
        /// It is collected (归集) under the earliest lead with the same contact value.
        Collected = "collected",
        /// Two records on file turned out to be one.
        Joined = "joined",
    }
}

impl FoldKind {
    /// How the folded lead is linked to the other.
    #[must_use]
    pub fn link(self) -> LinkKind {
        match self {
            FoldKind::SameRecord | FoldKind::Resubmission => LinkKind::ResubmissionOf,
            FoldKind::Reentry => LinkKind::ReentryOf,
            FoldKind::Collected => LinkKind::CollectedUnder,
            FoldKind::Joined => LinkKind::MergedInto,
        }
    }
}

/// One change the host should make in the transaction that stores a decision.
///
/// Engines never act: they return effects. Effects hold identifiers, codes and values only, so a host can store, replay
/// or translate them; `Display` is an English sentence without contact values, and `Debug` shows it with the values
/// masked. [`Book`](crate::book::Book) applies every one of them in memory, as a host's SQL does.
///
/// | effect | its fields | what to write | twice |
/// |---|---|---|---|
/// | `add_tag` | `lead: LeadId`, `tag: String` | one more of the lead's tags, a set | once |
/// | `remove_tag` | `lead: LeadId`, `tag: String` | one less | once |
/// | `move_to_pool` | `lead: LeadId`, `pool: PoolId` | pool; owner gone, its tenure ended `recycled`, its deadlines removed | once |
/// | `set_owner` | `lead: LeadId`, `owner: RepId`, `acquisition: Acquisition` | owner, acquisition; the tenure before ended `handed_over`, a new one begun and the wake-up removed, unless the rep has an open tenure; no pool | by key |
/// | `set_status` | `lead: LeadId`, `status: LeadStatus` | status; `invalid` and `voided` end the tenure, and no wake-up is left; `voided` leaves the key index; `converted` stands only beside an owner: the same decision sets one, or the lead has one | once |
/// | `update_field` | `record: RecordRef`, `field: String`, `value: Value`, `replaces: Value` | one field of the record, see below; `replaces` goes to its history. Of an account `owner`, `owners.VALUE` and `pool` only where `replaces` still stands (`UPDATE accounts SET owner = NULL WHERE id = 'A1' AND owner = 'li'`), and a pool only when nobody holds the account or a part of it: what was decided on an older row takes nothing from another. Of a contact at an account (`contact_at`), in that row alone: `UPDATE account_contacts SET title = 'CEO' WHERE contact = 'C1' AND account = 'A1'`. Of a contact (`contact`), in every row of theirs: where one row holds `replaces`, a row that says something else keeps it, but its lists lose what went and gain what came | once |
/// | `add_value` | `record: RecordRef`, `field: String`, `value: Value::Text` | one more value of a list, unless it is there in whatever writing; a new key of the record | once |
/// | `record_conflict` | `record: RecordRef`, `field: String`, `kept: Value`, `found: Value`, `entry: LeadId` | a row for a person to look at: the record keeps `kept`, the entry says `found` | by key |
/// | `link` | [`Link`]: `from: RecordRef`, `kind: LinkKind`, `to: RecordRef` | a row, unique by all three | once |
/// | `end_tenure` | `lead: LeadId`, `rep: RepId`, `end: TenureEnd` | the rep's open tenure ends so, the open deadlines of the rep are removed; if that rep is the owner, the lead has none and no wake-up | once |
/// | `cover` | `lead: LeadId`, `rep: RepId`, `until: Option<DateTime<Utc>>` | a tenure of acquisition `cover` for the rep in addition to the owner's; the owner's open deadlines are removed; `until` is the owner's return | by key |
/// | `pass_on` | `lead: LeadId`, `partner: RepId`, `until: DateTime<Utc>` | a tenure of acquisition `passed_on` for the partner in addition to the owner's, unless there is one; in place of the owner's open deadlines and the partner's the first-contact deadline of the partner, due at `until` | once |
/// | `fold` | `entry: LeadId`, `subject: LeadId`, `kind: FoldKind` | entry: status `voided`, `folded_into`, of kind `collected` also `collected_under`; no owner, pool, deadline, wake-up; its keys leave the key index; its activities (not of kind `same_record`), and what points at it, go to the subject; the tenures of its cycle that had ended are in the subject's history too | once |
/// | `start_cycle` | `lead: LeadId`, `at: DateTime<Utc>` | status `unassigned`, no close reason, no owner, no pool, its tenure ended `recycled`, its deadlines removed; cycle + 1 | by key |
/// | `erase` | `lead: LeadId` | of the lead's row id and `created_at`, with status `voided` and close reason `erased`; its keys, history, activities, open reviews, and contacts that came of it are deleted, values in its history and conflicts emptied | once |
/// | `convert` | [`ConversionRecord`]: `lead: LeadId`, `account: AccountId`, `contact: Option<ContactId>`, `opportunity: Option<OpportunityId>`, `at: DateTime<Utc>`, `by: Option<RepId>`, `rule: Option<RuleId>` | a conversion record, unique by lead; the lead's account; with `by`, the open deadlines of the lead are done at `at` | once |
/// | `add_contact` | `account: AccountId`, `contact: ContactId`, `from: LeadId`, `phones: Vec<PhoneNumber>` | a contact of the account, unique by id, with these phones and the lead's name, title, function, e-mails, WeChat and identifiers of people (`external_ids`), since the time of the decision; its keys lead to the account | once |
/// | `move_contact` | `contact: ContactId`, `from: AccountId`, `to: Option<AccountId>`, `is_proposal: bool` | the contact's account, and a row of moves: contact, both accounts, when; a proposal is shown to the owner and nothing is written | once |
/// | `repoint` | `from: RecordRef`, `to: RecordRef`, of one kind | every row that points at the first record points at the second: links, conflicts, histories, open reviews, folded leads; of leads also opportunities; of accounts also opportunities, leads, conversions, contacts, proposals, moves; of contacts conversions, proposals and moves; of a contact at an account the same, with that account. What names a contact at an account follows both. Where a link says `merged_into`, the first leaves the key index, and of leads its activities and follow-ups go to the second, in whose history its ended tenures are too; of a contact at an account, the row leaves the account, and after its last row what names the contact follows too; its row is kept, and every pointer that moves gets `merged_from`, the first record. Nothing happens if the second is a lead, an account or a contact at an account that is not on file | once |
/// | `unmerge` | `record: RecordRef`, `from: RecordRef`, of one kind | the link `merged_into` goes; the record's row is kept by itself again as it was, in the key index; every pointer with `merged_from` the record that still points at `from` points at the record again, contacts with what has changed on them since; one who no longer stands at `from` stays where they are. Nothing where `from` was merged away itself, or the account of a contact is not on file | once |
/// | `notify` | `rep: RepId`, `code: Code`, `about: RecordRef` | a notice, unique by (rep, code, about, key of the effect) | by key |
/// | `record_activation` | `lead: LeadId`, `entry: LeadId`, `at: DateTime<Utc>` | the lead's last activity (`last_active_at`), if it is later | once |
/// | `start_deadlines` | `lead: LeadId`, `from: DateTime<Utc>` | the first-contact deadline of the rep who covers the lead, else of its owner, due `life.first_contact_hours` after `from`; it takes the place of an open one | once |
/// | `set_next_wake_up` | `lead: LeadId`, `at: DateTime<Utc>`, `code: Code` | when the host calls `review` for the lead, and forgets the time as it does; one a lead | once |
/// | `request_review` | `lead: LeadId`, `reviewer: Option<RepId>`, `code: Code` | an entry in the reviewers' list, unique by (lead, code) while it is open; asked again, it has the reviewer named last | once |
///
/// The fields of `update_field` and `add_value`, and what [`Value`] they come with:
///
/// | record | `update_field` | `add_value`, always `Value::Text` |
/// |---|---|---|
/// | lead | a [`LeadField`](super::LeadField) by its name with a value of its [type](super::LeadField::kind): `Text` (also regions and names of enumerations), `List` for texts, `Integer`, `Timestamp`; `attributes.NAME` with any value; `external_ids.NAME` and `click_ids.NAME` with `Text`; `other_ids.NAME` with `List` | `phones`, `emails`, `products`, `tags`; `wechat` and `external_ids.NAME`: the first fills the field, a further one goes to `other_ids` under `wechat` or `NAME` |
/// | account | `company`, `domain`, `region`, `owner`, `pool`, `partner`, `maturity`, `tier`, `registration_number`, `owners.VALUE` with `Text`; `aliases` with `List`; `created_at`, `closed_deal_at` and `protected_until` with `Timestamp`; `attributes.NAME` with any value | `aliases` |
/// | opportunity | `owner` with `Text` | none |
/// | contact, contact at an account | `name`, `title`, `wechat`, `job_function`, `buying_role`, `lead` with `Text`; `since` with `Timestamp`; `phones`, `emails`, `external_ids.NAME` with `List` | `phones`, `emails`, `external_ids.NAME` |
///
/// `Value::Null` clears a field.
///
/// A host stores the [key](super::EffectKey) of every effect it has applied and skips the effect when the key comes again: a
/// late repeat must not undo what happened in between. "once": without keys, writing it twice in a row leaves what
/// writing it once leaves; "by key": it does not.
///
/// ```
/// use leadkit::model::{Acquisition, Effect};
///
/// let effect = Effect::SetOwner {
///     lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned,
/// };
/// assert_eq!(effect.to_string(), "make li the owner of lead L1 (auto_assigned)");
/// // Match on it to write SQL, or store it as JSON to replay it.
/// let Effect::SetOwner { lead, owner, .. } = &effect else { unreachable!() };
/// let sql = format!("UPDATE leads SET owner = '{owner}' WHERE id = '{lead}'");
/// assert_eq!(sql, "UPDATE leads SET owner = 'li' WHERE id = 'L1'");
/// assert_eq!(serde_json::from_str::<Effect>(&serde_json::to_string(&effect)?)?, effect);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// Add a tag to the lead.
    AddTag {
        /// The lead that gets the tag.
        lead: LeadId,
        /// The tag to add, as the host or a preset names it.
        tag: String,
    },
    /// Move the lead into a pool; it has no owner there.
    MoveToPool {
        /// The lead that moves.
        lead: LeadId,
        /// The pool that it moves into.
        pool: PoolId,
    },
    /// Give the lead to an owner.
    SetOwner {
        /// The lead that is given.
        lead: LeadId,
        /// The rep who owns it from now on.
        owner: RepId,
        /// How the rep gets it.
        acquisition: Acquisition,
    },
    /// End a rep's tenure of the lead.
    EndTenure {
        /// The lead that was held.
        lead: LeadId,
        /// The rep whose tenure ends.
        rep: RepId,
        /// How the tenure ends.
        end: TenureEnd,
    },
    /// Let a rep stand in for the lead's owner, who stays the owner.
    Cover {
        /// The lead to look after.
        lead: LeadId,
        /// The rep who stands in.
        rep: RepId,
        /// When the owner is back; `None` when not known.
        until: Option<DateTime<Utc>>,
    },
    /// Let a partner work on the lead, whose owner stays the owner.
    PassOn {
        /// The lead to work on.
        lead: LeadId,
        /// The partner who works on it.
        partner: RepId,
        /// When the partner's answer is due, in UTC.
        until: DateTime<Utc>,
    },
    /// Set the status of the lead.
    SetStatus {
        /// The lead whose status changes.
        lead: LeadId,
        /// The status that it gets.
        status: LeadStatus,
    },
    /// Remove a tag from the lead.
    RemoveTag {
        /// The lead that loses the tag.
        lead: LeadId,
        /// The tag to remove.
        tag: String,
    },
    /// Write one field of a record.
    UpdateField {
        /// The record to write.
        record: RecordRef,
        /// The field, as the table above names it.
        field: String,
        /// The value that the field gets; null clears it.
        value: Value,
        /// The value that it had; null when it was blank.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        replaces: Value,
    },
    /// Add one value to a list field of a record, unless it is already there.
    AddValue {
        /// The record to write.
        record: RecordRef,
        /// The list field, as the table above names it.
        field: String,
        /// The value to add.
        value: Value,
    },
    /// Show somebody that an entry has a different value from the one the record keeps.
    RecordConflict {
        /// The record on file, which keeps its value.
        record: RecordRef,
        /// The field in which the two differ.
        field: String,
        /// The value that the record keeps.
        kept: Value,
        /// The value that the entry brought.
        found: Value,
        /// The lead that brought it.
        entry: LeadId,
    },
    /// The entry is the same lead as the subject: the entry ends, and the subject continues.
    Fold {
        /// The lead that ends: it was folded.
        entry: LeadId,
        /// The lead that continues and keeps what both brought.
        subject: LeadId,
        /// Why the two are one lead.
        kind: FoldKind,
    },
    /// Start a new cycle of a lead that had ended, was given back or was dormant.
    StartCycle {
        /// The lead that begins anew.
        lead: LeadId,
        /// When the cycle begins, in UTC.
        at: DateTime<Utc>,
    },
    /// Erase the lead and keep only that it was erased: the person asked to be forgotten.
    Erase {
        /// The lead to erase.
        lead: LeadId,
    },
    /// Make the person of a lead a contact of an account: name, title, function, e-mails and WeChat as the lead has them,
    /// and the phones of the effect, since the time of the decision.
    AddContact {
        /// The account that gets the contact.
        account: AccountId,
        /// The id of the new contact.
        contact: ContactId,
        /// The lead whose person it is.
        from: LeadId,
        /// The phone numbers of the contact: the lead's, with their country codes where the account is in another country than
        /// the lead.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        phones: Vec<PhoneNumber>,
    },
    /// Move a person to another account.
    MoveContact {
        /// The contact of the person.
        contact: ContactId,
        /// The account the person is on file with.
        from: AccountId,
        /// The account the person goes to; `None` when it is not on file yet.
        to: Option<AccountId>,
        /// Whether the move is only proposed to the owner.
        is_proposal: bool,
    },
    /// Make everything that points at one record point at another.
    Repoint {
        /// The record that rows point at now.
        from: RecordRef,
        /// The record that they point at afterwards.
        to: RecordRef,
    },
    /// Undo a merge: make the record separate again, and point its references back at it.
    Unmerge {
        /// The record that was merged away.
        record: RecordRef,
        /// The record it was merged into.
        from: RecordRef,
    },
    /// Call `review` for the lead at that time, which replaces the time set before; if the code begins with `retry`, the lead
    /// waits for a rep with capacity: call `serve` with it and all other waiting leads.
    SetNextWakeUp {
        /// The lead to review.
        lead: LeadId,
        /// When to review it, in UTC.
        at: DateTime<Utc>,
        /// What for: a [`WakeUpCode`](super::WakeUpCode), or a code of the rules.
        code: Code,
    },
    /// Store a link between two records.
    Link(Link),
    /// Record that a lead became a customer record.
    Convert(ConversionRecord),
    /// Tell a rep what happened.
    Notify {
        /// The rep who is told.
        rep: RepId,
        /// What it is about, as a code the host translates.
        code: Code,
        /// The record that it happened to.
        about: RecordRef,
    },
    /// Record that a known lead came in again.
    RecordActivation {
        /// The lead on file that is active again.
        lead: LeadId,
        /// The lead that came in and matched it.
        entry: LeadId,
        /// When it came in, in UTC.
        at: DateTime<Utc>,
    },
    /// Start the follow-up deadlines of the lead; an open deadline for the first contact starts again.
    StartDeadlines {
        /// The lead whose deadlines start.
        lead: LeadId,
        /// When their clocks start, in UTC.
        from: DateTime<Utc>,
    },
    /// Ask somebody to review the lead and decide.
    RequestReview {
        /// The lead to decide on.
        lead: LeadId,
        /// Who decides; `None` leaves it to the host's reviewers.
        reviewer: Option<RepId>,
        /// What it is about, as a code the host translates.
        code: Code,
    },
}

codes! {
    Effect {
        Effect::AddTag { .. } => "add_tag",
        Effect::RemoveTag { .. } => "remove_tag",
        Effect::MoveToPool { .. } => "move_to_pool",
        Effect::SetOwner { .. } => "set_owner",
        Effect::EndTenure { .. } => "end_tenure",
        Effect::Cover { .. } => "cover",
        Effect::PassOn { .. } => "pass_on",
        Effect::SetStatus { .. } => "set_status",
        Effect::UpdateField { .. } => "update_field",
        Effect::AddValue { .. } => "add_value",
        Effect::RecordConflict { .. } => "record_conflict",
        Effect::Fold { .. } => "fold",
        Effect::StartCycle { .. } => "start_cycle",
        Effect::AddContact { .. } => "add_contact",
        Effect::MoveContact { .. } => "move_contact",
        Effect::Repoint { .. } => "repoint",
        Effect::Unmerge { .. } => "unmerge",
        Effect::SetNextWakeUp { .. } => "set_next_wake_up",
        Effect::Erase { .. } => "erase",
        Effect::Link(..) => "link",
        Effect::Convert(..) => "convert",
        Effect::Notify { .. } => "notify",
        Effect::RecordActivation { .. } => "record_activation",
        Effect::StartDeadlines { .. } => "start_deadlines",
        Effect::RequestReview { .. } => "request_review",
    }
}

impl Effect {
    /// The record it changes or refers to.
    #[must_use]
    pub fn target(&self) -> RecordRef {
        match self {
            Effect::AddTag { lead, .. }
            | Effect::RemoveTag { lead, .. }
            | Effect::MoveToPool { lead, .. }
            | Effect::SetOwner { lead, .. }
            | Effect::EndTenure { lead, .. }
            | Effect::Cover { lead, .. }
            | Effect::PassOn { lead, .. }
            | Effect::SetStatus { lead, .. }
            | Effect::Fold { entry: lead, .. }
            | Effect::StartCycle { lead, .. }
            | Effect::Erase { lead }
            | Effect::SetNextWakeUp { lead, .. }
            | Effect::RecordActivation { lead, .. }
            | Effect::StartDeadlines { lead, .. }
            | Effect::RequestReview { lead, .. } => RecordRef::Lead(lead.clone()),
            Effect::UpdateField { record, .. }
            | Effect::AddValue { record, .. }
            | Effect::RecordConflict { record, .. } => record.clone(),
            Effect::AddContact { account, .. } => RecordRef::Account(account.clone()),
            Effect::MoveContact { contact, .. } => RecordRef::Contact(contact.clone()),
            Effect::Repoint { from, .. } => from.clone(),
            Effect::Unmerge { record, .. } => record.clone(),
            Effect::Link(link) => link.from.clone(),
            Effect::Convert(record) => RecordRef::Lead(record.lead.clone()),
            Effect::Notify { about, .. } => about.clone(),
        }
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Effect({self}")?;
        let masked = |field, value| MaskedValue { field, value };
        match self {
            Effect::UpdateField { field, value, replaces, .. } => {
                write!(f, ": {:?} for {:?}", masked(field, value), masked(field, replaces))?;
            }
            Effect::AddValue { field, value, .. } => write!(f, ": {:?}", masked(field, value))?,
            Effect::RecordConflict { field, kept, found, .. } => {
                write!(f, ": {:?}, not {:?}", masked(field, kept), masked(field, found))?;
            }
            Effect::RecordActivation { at: moment, .. } | Effect::StartDeadlines { from: moment, .. } => {
                write!(f, ", {moment:?}")?;
            }
            Effect::Convert(record) => write!(f, ": {record:?}")?,
            _ => {}
        }
        f.write_str(")")
    }
}

/// The value of a field; `Debug` masks it when it is a contact value.
pub(crate) struct MaskedValue<'e> {
    pub(crate) field: &'e str,
    pub(crate) value: &'e Value,
}

impl fmt::Debug for MaskedValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is = |name: &str| self.field.rsplit('.').next().unwrap_or_default().starts_with(name);
        let mask: fn(&str) -> String = if is("phone") {
            mask_phone
        } else if is("email") {
            mask_email
        } else if is("wechat")
            || ["external_ids.", "other_ids.", "click_ids."].iter().any(|of| self.field.starts_with(of))
        {
            mask_id
        } else {
            return write!(f, "{:?}", self.value);
        };
        match self.value {
            Value::Text(text) => f.write_str(&mask(text)),
            Value::List(items) => f.debug_list().entries(items.iter().map(|item| mask(item))).finish(),
            value => write!(f, "{value:?}"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::RemoveTag { lead, tag } => write!(f, "take the tag `{tag}` from lead {lead}"),
            Effect::AddValue { record, field, .. } => write!(f, "add a value to `{field}` of {record}"),
            Effect::RecordConflict { record, field, entry, .. } => {
                write!(f, "record a conflict: lead {entry} has a different `{field}` from {record}")
            }
            Effect::Fold { entry, subject, kind } => {
                write!(f, "fold lead {entry} into lead {subject} ({kind})")
            }
            Effect::StartCycle { lead, .. } => write!(f, "begin a new cycle of lead {lead}"),
            Effect::AddContact { account, contact, from, .. } => {
                write!(f, "make the person of lead {from} contact {contact} of account {account}")
            }
            Effect::MoveContact { contact, from, to, is_proposal } => {
                f.write_str(if *is_proposal { "propose to move" } else { "move" })?;
                write!(f, " contact {contact} from account {from}")?;
                match to {
                    Some(to) => write!(f, " to account {to}"),
                    None => f.write_str(" to an account that is not on file"),
                }
            }
            Effect::Repoint { from, to } => write!(f, "redirect every reference to {from} to {to}"),
            Effect::Unmerge { record, from } => {
                write!(f, "separate {record} from {from}")
            }
            Effect::SetNextWakeUp { lead, at, code } => {
                write!(f, "wake lead {lead} up at {} ({code})", moment(*at))
            }
            Effect::Erase { lead } => write!(f, "erase lead {lead}"),
            Effect::AddTag { lead, tag } => write!(f, "tag lead {lead} with `{tag}`"),
            Effect::MoveToPool { lead, pool } => write!(f, "move lead {lead} to pool {pool}"),
            Effect::SetOwner { lead, owner, acquisition } => {
                write!(f, "make {owner} the owner of lead {lead} ({acquisition})")
            }
            Effect::EndTenure { lead, rep, end } => {
                write!(f, "end the tenure of {rep} of lead {lead} ({end})")
            }
            Effect::Cover { lead, rep, .. } => write!(f, "let {rep} cover lead {lead} for its owner"),
            Effect::PassOn { lead, partner, until } => {
                write!(f, "let {partner} work on lead {lead}, to answer by {}", moment(*until))
            }
            Effect::SetStatus { lead, status } => write!(f, "set the status of lead {lead} to {status}"),
            Effect::UpdateField { record, field, .. } => {
                write!(f, "update `{field}` of {record}")
            }
            Effect::Link(link) => write!(f, "link: {link}"),
            Effect::Convert(record) => {
                write!(f, "file the conversion of lead {} to account {}", record.lead, record.account)
            }
            Effect::Notify { rep, code, about } => write!(f, "notify {rep} about {about} ({code})"),
            Effect::RecordActivation { lead, entry, .. } => {
                write!(f, "record that lead {lead} came in again as {entry}")
            }
            Effect::StartDeadlines { lead, .. } => write!(f, "start the follow-up deadlines of lead {lead}"),
            Effect::RequestReview { lead, reviewer: Some(rep), code } => {
                write!(f, "ask {rep} to review lead {lead} ({code})")
            }
            Effect::RequestReview { lead, reviewer: None, code } => {
                write!(f, "ask for a review of lead {lead} ({code})")
            }
        }
    }
}
