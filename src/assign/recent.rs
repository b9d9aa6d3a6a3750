//! The reps who were given leads of a pool lately, or gave them back.

use std::collections::VecDeque;

use crate::model::RepId;

const REMEMBERED: usize = 256;

/// The reps whose counts in a pool changed, by the resulting revision. As [`Changes`](super::changes::Changes), no part of
/// the state.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    /// From this revision on nothing is missing.
    from: u64,
    reps: VecDeque<(u64, RepId)>,
}

impl Recent {
    pub(super) fn from(revision: u64) -> Recent {
        Recent { from: revision, reps: VecDeque::new() }
    }

    pub(super) fn note(&mut self, revision: u64, rep: &RepId) {
        if self.reps.len() >= REMEMBERED
            && let Some((revision, _)) = self.reps.pop_front()
        {
            // What changed at the dropped revision is gone; what came after it is still complete.
            self.from = revision;
        }
        self.reps.push_back((revision, rep.clone()));
    }

    /// The reps whose counts changed after a revision; `None` when that is not known.
    pub(super) fn since(&self, revision: u64) -> Option<impl Iterator<Item = &RepId>> {
        let after = self.reps.partition_point(|(at, _)| *at <= revision);
        (revision >= self.from).then(|| self.reps.iter().skip(after).map(|(_, rep)| rep))
    }
}

impl PartialEq for Recent {
    fn eq(&self, _: &Recent) -> bool {
        true
    }
}
