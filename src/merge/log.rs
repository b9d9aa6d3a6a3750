//! Merges in the order they were made.

use serde::{Deserialize, Serialize};

use super::error::MergeError;
use super::record::{Mergeable, row_at};
use super::undo::{UndoConflict, UndoRecord};
use super::undo_effects::effects;
use crate::model::{Effect, RecordRef};
use crate::order;

/// Merges that can still be undone, in the order they were made: of several merges of one record, only the last
/// can be.
///
/// An [`UndoRecord`] cannot distinguish a later merge from a manual change. Two merges of one
/// survivor undone in the wrong order may leave values of the first behind. The log refuses that order.
///
/// ```
/// use leadkit::contact::PhoneOptions;
/// use leadkit::merge::{MergeLog, MergePlan, MergeRules, Merger};
/// use leadkit::model::Lead;
///
/// let merger = Merger::compile(&MergeRules::default())?;
/// let lead = |id: &str| Lead { id: id.into(), tags: vec![id.to_owned()], ..Lead::default() };
/// let mut leads = vec![lead("L1"), lead("L2"), lead("L3")];
/// let before = leads.clone();
/// let mut log = MergeLog::default();
/// for _ in 0..2 {
///     let plan = MergePlan::for_leads(&leads[..2], &merger, &PhoneOptions::default()).unwrap();
///     log.push(plan.apply(&mut leads).unwrap());
/// }
/// assert_eq!(log.undo(0, &mut leads).unwrap_err().to_string(), "lead L1 has been merged again since: undo that merge first");
/// log.undo(1, &mut leads).unwrap();
/// log.undo(0, &mut leads).unwrap();
/// assert_eq!(leads, before);
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MergeLog<R>(Vec<UndoRecord<R>>);

impl<R> Default for MergeLog<R> {
    fn default() -> Self {
        MergeLog(Vec::new())
    }
}

impl<R> MergeLog<R> {
    /// Adds a merge, which must be the latest.
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergeLog, MergePlan, MergeRules, Merger};
    /// # use leadkit::model::Account;
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// # let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// let mut log = MergeLog::default();
    /// log.push(plan.apply(&mut accounts)?);
    /// assert_eq!(log.iter().next().unwrap().merged().id.as_str(), "A2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn push(&mut self, undo: UndoRecord<R>) {
        self.0.push(undo);
    }

    /// The merges, the earliest first.
    pub fn iter(&self) -> std::slice::Iter<'_, UndoRecord<R>> {
        self.0.iter()
    }
}

impl<'l, R> IntoIterator for &'l MergeLog<R> {
    type Item = &'l UndoRecord<R>;
    type IntoIter = std::slice::Iter<'l, UndoRecord<R>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<R: Mergeable> MergeLog<R> {
    /// Undoes the merge at an index, from 0, in the records, as [`UndoRecord::undo`] does, and removes it from the log.
    /// O(records of the log).
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergeError, MergeLog, MergePlan, MergeRules, Merger};
    /// # use leadkit::model::Account;
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// # let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// let mut log = MergeLog::default();
    /// log.push(plan.apply(&mut accounts)?);
    /// assert!(log.undo(0, &mut accounts)?.is_empty(), "nothing has changed since");
    /// assert_eq!(accounts.len(), 2);
    /// assert_eq!(log.undo(0, &mut accounts), Err(MergeError::NotInLog { place: 0 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such merge, or one of its records was merged again since; else as [`UndoRecord::undo`]. Nothing
    /// has happened then.
    pub fn undo(&mut self, place: usize, records: &mut Vec<R>) -> Result<Vec<UndoConflict>, MergeError> {
        let conflicts = self.last_of(place)?.undo(records)?;
        self.0.remove(place);
        Ok(conflicts)
    }

    /// The effects that undo the merge at a position, from 0, given the survivor as it is now;
    /// and the fields changed both by the merge and since then, which keep the newer value. The merge is removed from
    /// the log. O(records of the log).
    ///
    /// The merge's changes of the survivor and its contacts are reverted, and every record that was merged away is separate
    /// again, with the leads, opportunities, links and activities that came from there. Later changes stay.
    ///
    /// ```
    /// use leadkit::book::Book;
    /// use leadkit::contact::PhoneOptions;
    /// use leadkit::merge::{MergeLog, MergePlan, MergeRules, Merger};
    /// use leadkit::model::{Account, Lead};
    ///
    /// let account = |id: &str| Account { id: id.into(), company: "Acme Ltd".into(), ..Account::default() };
    /// let accounts = [account("A1"), account("A2")];
    /// let mut book = Book::new();
    /// accounts.iter().for_each(|account| book.insert_account(account.clone()));
    /// book.insert_lead(Lead { id: "L1".into(), account: Some("A2".into()), ..Lead::default() });
    ///
    /// let merger = Merger::compile(&MergeRules::default())?;
    /// let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default()).unwrap();
    /// let mut log = MergeLog::default();
    /// log.push(plan.undo().clone());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// book.apply_effects("merge 1", plan.effects(), now);
    /// assert_eq!(book.lead(&"L1".into()).unwrap().account, Some("A1".into()));
    ///
    /// let (effects, conflicts) = log.undo_effects(0, book.account(&"A1".into()).unwrap()).unwrap();
    /// assert!(conflicts.is_empty());
    /// book.apply_effects("undo of merge 1", &effects, now);
    /// assert_eq!(book.accounts().cloned().collect::<Vec<_>>(), accounts);
    /// assert_eq!(book.lead(&"L1".into()).unwrap().account, Some("A2".into()));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such merge, or one of its records was merged again since; else as [`UndoRecord::restore`]. Nothing
    /// has happened then.
    pub fn undo_effects(
        &mut self,
        place: usize,
        current: &R,
    ) -> Result<(Vec<Effect>, Vec<UndoConflict>), MergeError> {
        let undo = self.last_of(place)?;
        let restored = undo.restore(current)?;
        let effects = effects(undo, &restored, current);
        self.0.remove(place);
        Ok((effects, restored.conflicts))
    }

    /// Removes every merge that holds the record, for a person who is erased: it can no longer be undone. O(records of the
    /// log).
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergeLog, MergePlan, MergeRules, Merger};
    /// # use leadkit::model::{Account, RecordRef};
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// # let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// let mut log = MergeLog::default();
    /// log.push(plan.apply(&mut accounts)?);
    /// // Account A1 must be forgotten.
    /// log.forget(&RecordRef::Account("A1".into()));
    /// assert_eq!(log.iter().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget(&mut self, record: &RecordRef) {
        let holds = |one: &R| {
            let rows = one.contacts().iter().map(|contact| row_at(&contact.id, &one.reference()));
            let mut records = rows.flat_map(|row| row.with_followed().collect::<Vec<_>>());
            one.reference() == *record || records.any(|one| one == *record)
        };
        self.0.retain(|undo| !undo.originals().chain([undo.merged()]).any(holds));
    }

    /// The merge at a place, if none of its records was merged again since.
    fn last_of(&self, place: usize) -> Result<&UndoRecord<R>, MergeError> {
        let undo = self.0.get(place).ok_or(MergeError::NotInLog { place })?;
        let own = order::set(undo.originals().map(|record| record.id()));
        let later = self.0.iter().skip(place + 1).flat_map(UndoRecord::originals);
        match later.into_iter().find(|record| own.contains(record.id())) {
            Some(again) => Err(MergeError::MergedSince { record: again.reference() }),
            None => Ok(undo),
        }
    }
}
