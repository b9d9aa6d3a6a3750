//! Which reps' counts have changed since a remembered revision.

use std::collections::VecDeque;

use serde::Serialize;

use crate::document::Digest;
use crate::model::RepId;

/// Changes that are remembered: a reader who looks at the counts less often reads them all.
const REMEMBERED: usize = 256;

/// What happened to counts since they were read, so that a reader who knew them then need not read them all again. It is
/// not part of the state: it makes decisions quick and never changes them.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    now: Digest,
    /// The digest before each change, and whose counts changed, oldest first.
    recent: VecDeque<(Digest, RepId)>,
}

impl Changes {
    /// For counts that were just read: nothing is known of others.
    pub(super) fn of<T: Serialize + ?Sized>(counts: &T) -> Changes {
        Changes { now: Digest::of(counts), recent: VecDeque::new() }
    }

    /// The digest that names the counts.
    pub(super) fn now(&self) -> Digest {
        self.now
    }

    /// The counts of a rep changed.
    pub(super) fn note<T: Serialize>(&mut self, rep: &RepId, change: &T) {
        if self.recent.len() >= REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((self.now, rep.clone()));
        // Chained: naming the new state costs as much as the change, not as all counts.
        self.now = Digest::of(&(self.now.bits(), rep, change));
    }

    /// The reps whose counts have changed since; `None` when that is not known.
    pub(super) fn since(&self, then: Digest) -> Option<impl Iterator<Item = &RepId>> {
        let from = match self.now == then {
            true => self.recent.len(),
            false => self.recent.iter().rposition(|(before, _)| *before == then)?,
        };
        Some(self.recent.iter().skip(from).map(|(_, rep)| rep))
    }
}

impl PartialEq for Changes {
    /// Counts are equal, whatever their history.
    fn eq(&self, _: &Changes) -> bool {
        true
    }
}

impl Eq for Changes {}
