//! The plan of a merge, and its application.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::conflict::FieldConflict;
use super::doubt::MergeDoubt;
use super::error::MergeError;
use super::record::{Mergeable, same, same_record};
use super::rules::{SurvivorTest, Survivorship};
use super::undo::UndoRecord;
use super::values::show;
use crate::model::{ContactId, Effect, RecordRef, Value};
use crate::rule::RulesVersion;

/// The plan of a merge: nothing has happened yet.
///
/// It does not depend on the order of the records. `Display` describes it in sentences, contact values masked.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MergePlan<R> {
    pub(super) version: RulesVersion,
    pub(super) because: Option<SurvivorTest>,
    /// The survivor first, then the others by id.
    pub(super) records: Vec<RecordRef>,
    pub(super) decisions: Vec<FieldDecision>,
    pub(super) contacts: Vec<ContactDecision>,
    pub(super) conflicts: Vec<FieldConflict>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) doubts: Vec<MergeDoubt>,
    pub(super) effects: Vec<Effect>,
    pub(super) undo: UndoRecord<R>,
}

/// What one field of the survivor gets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldDecision {
    /// The field as rules name it: `tier`, `utm.source`, `attributes.tax_no`.
    pub field: String,
    /// The block it was decided with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// The rule that decided, its own or that of its block.
    pub rule: Survivorship,
    /// The records the value is from.
    pub from: Vec<RecordRef>,
    /// The survivor's value; null when it had none.
    pub before: Value,
    /// Its value after the merge; null when it has none.
    pub after: Value,
}

/// A contact of the merged account that moves to the survivor or is united with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactDecision {
    /// The contact that stays on the survivor.
    pub contact: ContactId,
    /// The account that it was on before.
    pub from: RecordRef,
    /// The contacts of other accounts that are the same person and are merged into it.
    pub united: Vec<ContactId>,
}

impl<R> MergePlan<R> {
    /// The version of the rules it was made by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The test that chose the survivor over the last of the others; `None` if the id decided, or there is no other.
    #[must_use]
    pub fn decided_by(&self) -> Option<SurvivorTest> {
        self.because
    }

    /// All records, the survivor first, then the others by id.
    #[must_use]
    pub fn records(&self) -> &[RecordRef] {
        &self.records
    }

    /// The records that go into the survivor, by id.
    #[must_use]
    pub fn merged_away(&self) -> &[RecordRef] {
        self.records.get(1..).unwrap_or_default()
    }

    /// What each field gets, by name; fields that are blank in every record are left out.
    #[must_use]
    pub fn decisions(&self) -> &[FieldDecision] {
        &self.decisions
    }

    /// The contacts that move to the survivor or are united with others, in the survivor's order.
    #[must_use]
    pub fn contacts(&self) -> &[ContactDecision] {
        &self.contacts
    }

    /// The fields in which the records differ.
    #[must_use]
    pub fn conflicts(&self) -> &[FieldConflict] {
        &self.conflicts
    }

    /// What a person should decide before the plan is applied: values that are lost, records that contradict each
    /// other, leads of two people. Empty when nothing is lost but what follows from the rules: names that become aliases,
    /// ids that are kept next to the first, the status, stage and origin of each lead, values that `max`, `min`, `sum` or
    /// `union` made one.
    ///
    /// ```
    /// use leadkit::contact::PhoneOptions;
    /// use leadkit::merge::{MergeDoubt, MergePlan, MergeRules, Merger};
    /// use leadkit::model::{Account, Value};
    ///
    /// let account = |id: &str, refuses: &str| Account {
    ///     id: id.into(),
    ///     attributes: [("do_not_call".to_owned(), Value::from(refuses))].into(),
    ///     ..Account::default()
    /// };
    /// let merger = Merger::compile(&MergeRules::default())?;
    /// let accounts = [account("A1", "no"), account("A2", "yes")];
    /// let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default()).unwrap();
    /// // The refusal is kept, and somebody is asked.
    /// assert_eq!(plan.merged().attributes["do_not_call"], Value::from("yes"));
    /// assert!(plan.is_ambiguous());
    /// assert_eq!(plan.doubts(), [MergeDoubt::Contradiction { field: "attributes.do_not_call".to_owned() }]);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn doubts(&self) -> &[MergeDoubt] {
        &self.doubts
    }

    /// Whether a person should decide before the plan is applied.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// Whether a blanket approval is not enough to apply the plan, because one of its doubts
    /// [needs a separate answer](MergeDoubt::needs_own_answer).
    #[must_use]
    pub fn needs_own_answer(&self) -> bool {
        self.doubts.iter().any(MergeDoubt::needs_own_answer)
    }

    /// What the host applies in its transaction: fields of the survivor and its contacts, contacts that move, links of
    /// what is merged away. Nothing while [one contact id is two people](MergeDoubt::SharedContactId).
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The survivor as it will be.
    #[must_use]
    pub fn merged(&self) -> &R {
        self.undo.merged()
    }

    /// What the host keeps to undo the merge.
    #[must_use]
    pub fn undo(&self) -> &UndoRecord<R> {
        &self.undo
    }
}

impl<R: Mergeable> MergePlan<R> {
    /// Applies the plan: the survivor changes in place, the others are removed. O(n log m) for m records of
    /// the plan among n.
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergePlan, MergeRules, Merger};
    /// # use leadkit::model::Account;
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// # let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// // A1 goes into A2, which has an owner.
    /// let before = accounts.clone();
    /// let undo = plan.apply(&mut accounts)?;
    /// assert_eq!(accounts.iter().map(|account| account.id.as_str()).collect::<Vec<_>>(), ["A2"]);
    /// undo.undo(&mut accounts)?;
    /// assert_eq!(accounts, before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When one of the records is missing, present twice, or has changed since the plan was made; nothing has
    /// happened then.
    pub fn apply(&self, records: &mut Vec<R>) -> Result<UndoRecord<R>, MergeError> {
        let originals: Vec<&R> = self.undo.originals().collect();
        let wanted: BTreeMap<&str, usize> =
            originals.iter().enumerate().map(|(number, original)| (original.id(), number)).collect();
        let mut places: Vec<Option<usize>> = vec![None; originals.len()];
        for (place, record) in records.iter().enumerate() {
            let Some(number) = wanted.get(record.id()) else { continue };
            let (Some(found), Some(original)) = (places.get_mut(*number), originals.get(*number)) else {
                continue;
            };
            if found.replace(place).is_some() {
                return Err(MergeError::SameId { record: original.reference() });
            }
            if !same_record(record, *original) {
                return Err(MergeError::Changed { record: original.reference() });
            }
        }
        if let Some((_, missing)) = places.iter().zip(&originals).find(|(place, _)| place.is_none()) {
            return Err(MergeError::Missing { record: missing.reference() });
        }
        let mut places = places.into_iter().flatten();
        if let Some(survivor) = places.next().and_then(|place| records.get_mut(place)) {
            *survivor = self.merged().clone();
        }
        let left: Vec<usize> = places.collect();
        let gone: BTreeSet<usize> = left.iter().copied().collect();
        let mut place = 0;
        records.retain(|_| {
            place += 1;
            !gone.contains(&(place - 1))
        });
        Ok(self.undo.clone().with_places(left))
    }
}

impl FieldDecision {
    /// Whether the survivor gets another value than it had.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !same(&self.before, &self.after)
    }
}

pub(super) fn list(records: &[RecordRef]) -> String {
    let names: Vec<String> = records.iter().map(RecordRef::to_string).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl fmt::Display for FieldDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = list(&self.from);
        let after = show(&self.field, &self.after);
        match (self.is_change(), self.after.is_blank()) {
            (true, true) if self.from.is_empty() => write!(f, "`{}` becomes blank", self.field)?,
            (true, true) => write!(f, "`{}` becomes blank, as in {from}", self.field)?,
            (true, false) => write!(f, "`{}` becomes {after}, from {from}", self.field)?,
            (false, _) => write!(f, "`{}` stays {after}", self.field)?,
        }
        match &self.block {
            Some(block) => write!(f, " (block `{block}`, {})", self.rule),
            None => write!(f, " ({})", self.rule),
        }
    }
}

impl fmt::Display for ContactDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contact {} of {}", self.contact, self.from)?;
        if self.united.is_empty() {
            return f.write_str(" moves");
        }
        let united: Vec<&str> = self.united.iter().map(ContactId::as_str).collect();
        write!(f, " is the same person as contact {}", united.join(", "))
    }
}

impl<R> fmt::Display for MergePlan<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let survivor = list(self.records.get(..1).unwrap_or_default());
        if self.merged_away().is_empty() {
            return write!(f, "there is nothing to merge into {survivor}");
        }
        write!(f, "merge {} into {survivor}, which ", list(self.merged_away()))?;
        f.write_str(match self.because {
            Some(SurvivorTest::Valid) => "is valid",
            Some(SurvivorTest::HasDeal) => "has a deal",
            Some(SurvivorTest::HasOwner) => "has an owner",
            Some(SurvivorTest::MostComplete) => "is the most complete",
            Some(SurvivorTest::Oldest) => "is the oldest",
            Some(SurvivorTest::Newest) => "is the newest",
            None => "has the smallest id",
        })?;
        for decision in self.decisions.iter().filter(|decision| decision.is_change()) {
            write!(f, "\n  {decision}")?;
        }
        for contact in &self.contacts {
            write!(f, "\n  {contact}")?;
        }
        for conflict in &self.conflicts {
            let is_doubt = self.doubts.iter().any(|doubt| doubt.field() == Some(conflict.field.as_str()));
            let what = if is_doubt { "ambiguous" } else { "conflict" };
            write!(f, "\n  {what}: {conflict}")?;
        }
        for doubt in self.doubts.iter().filter(|doubt| doubt.field().is_none()) {
            write!(f, "\n  ambiguous: {doubt}")?;
        }
        Ok(())
    }
}

// Debug must not show contact values whole either.

impl fmt::Debug for FieldDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldDecision({self})")
    }
}

impl<R> fmt::Debug for MergePlan<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MergePlan({self})")
    }
}
