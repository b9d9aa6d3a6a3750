//! Merges in the order they were made.

use serde::{Deserialize, Serialize};

use super::error::MergeError;
use super::record::Mergeable;
use super::undo::{UndoConflict, UndoRecord};
use crate::order;

/// Merges that may still be taken back, in the order they were made: of several merges of one record, only the last
/// can be.
///
/// An [`UndoRecord`] cannot tell a later merge from a change that somebody made by hand, so that two merges of one
/// survivor taken back in the wrong order may leave values of the first behind. The log knows, and refuses.
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
/// assert_eq!(log.undo(0, &mut leads).unwrap_err().to_string(), "lead L1 was merged again since: take that back first");
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
    /// Adds a merge that was made after all others.
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
    /// Takes the merge at a place, from 0, back among the records, as [`UndoRecord::undo`] does, and out of the log.
    /// O(records of the log).
    ///
    /// # Errors
    /// When there is no such merge, or one of its records was merged again since; else as [`UndoRecord::undo`]. Nothing
    /// has happened then.
    pub fn undo(&mut self, place: usize, records: &mut Vec<R>) -> Result<Vec<UndoConflict>, MergeError> {
        let undo = self.0.get(place).ok_or(MergeError::NotInLog { place })?;
        let own = order::set(undo.originals().map(|record| record.id()));
        let later = self.0.iter().skip(place + 1).flat_map(UndoRecord::originals);
        if let Some(again) = later.into_iter().find(|record| own.contains(record.id())) {
            return Err(MergeError::MergedSince { record: again.reference() });
        }
        let conflicts = undo.undo(records)?;
        self.0.remove(place);
        Ok(conflicts)
    }
}
