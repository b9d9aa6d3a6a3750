//! Which reps of a list take part, kept from one decision to the next.
//!
//! Reading a whole list takes a while when it is long. What was read is kept with the ledger, and the next decision looks
//! again only at reps who joined or left since, were given something or gave it back. When the rules, the roster or the date
//! are different, or the changes meanwhile are not known, it reads the list again: keeping it makes decisions quick and
//! never changes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::class::{Class, ClassKey, TurnTable};
use super::load::{Load, LoadOf};
use crate::document::Digest;
use crate::model::{Region, RepId};
use crate::rule::{Fault, Fingerprint};

/// The code of a rep who is away; all others who rest are at a cap.
pub(super) const ABSENT: &str = "absent";

/// The inputs from which a list was read.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub(super) rules: Fingerprint,
    /// Names the reps as they were compiled.
    pub(super) roster: Digest,
    pub(super) table: TurnTable,
    pub(super) by: LoadOf,
    pub(super) date: NaiveDate,
    /// How many untouched leads make a rep busy, and whether leads since the host's count are among them.
    pub(super) busy: (Option<u32>, bool),
    pub(super) moment: Moment,
}

/// The inputs of a list that change with every decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    /// The digest of the counts of all reps.
    pub(super) reps: Digest,
    /// Of the holdings that were counted anew since the roster was compiled.
    pub(super) holdings: Digest,
    /// Of the pool's ledger.
    pub(super) revision: u64,
}

/// A list as it was read.
#[derive(Debug, Clone)]
pub(super) struct Roll {
    pub(super) basis: Basis,
    pub(super) kinds: Vec<Kind>,
    /// What territories reps of the kinds have: read once for all kinds that have the same.
    pub(super) grounds: Vec<Vec<Region>>,
    by_class: BTreeMap<u32, usize>,
    /// The reps of a kind who do not take part, each with the reason.
    pub(super) resting: BTreeMap<RepId, (usize, &'static str)>,
    /// The reps without a kind, by reason.
    pub(super) outside: BTreeMap<&'static str, u32>,
    /// The fault of the condition that says who belongs to it.
    pub(super) fault: Option<Fault>,
    /// The greatest holding cap of those who belong to it: the room of a rep without one.
    pub(super) room: u32,
    /// The load of each, if that decides.
    pub(super) loads: BTreeMap<RepId, Load>,
}

/// Reps who differ in nothing but absences, caps and what they had before.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub(super) key: ClassKey,
    /// Any of them, by the place in the roster.
    pub(super) slot: usize,
    /// Their territories, by the place among the grounds.
    pub(super) ground: usize,
    /// The class of the reps who take part.
    pub(super) class: Option<u32>,
    /// The number of reps.
    pub(super) seated: u32,
    /// The reps who do not take part, by reason.
    pub(super) resting: BTreeMap<&'static str, u32>,
}

/// A rep who no longer takes part, or does again, or whose reason or load has changed.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    pub(super) rep: RepId,
    pub(super) kind: usize,
    pub(super) before: Option<&'static str>,
    pub(super) now: Option<&'static str>,
    pub(super) load: Load,
}

impl Changed {
    /// Whether the rep takes part now and did not before, or the other way round.
    pub(super) fn changes_membership(&self) -> bool {
        self.before.is_some() != self.now.is_some()
    }
}

/// What has changed since a list was read.
#[derive(Debug)]
pub(super) struct Patch {
    pub(super) moment: Moment,
    pub(super) changed: Vec<Changed>,
}

/// What was read for a decision, handed to the ledger with its delta. A delta that was stored has none.
#[derive(Debug, Clone, Default)]
pub(super) enum Hint {
    #[default]
    None,
    Roll(Arc<Roll>),
    Patch(Arc<Patch>),
}

impl PartialEq for Hint {
    /// A delta does not contain it.
    fn eq(&self, _: &Hint) -> bool {
        true
    }
}

impl Eq for Hint {}

impl Roll {
    /// An empty list.
    pub(super) fn new(basis: Basis) -> Roll {
        Roll {
            basis,
            kinds: Vec::new(),
            grounds: Vec::new(),
            by_class: BTreeMap::new(),
            resting: BTreeMap::new(),
            outside: BTreeMap::new(),
            fault: None,
            room: 1,
            loads: BTreeMap::new(),
        }
    }

    pub(super) fn table(&self) -> TurnTable {
        self.basis.table
    }

    /// A rep of a kind does not take part.
    pub(super) fn rest(&mut self, rep: &RepId, kind: usize, code: &'static str) {
        self.resting.insert(rep.clone(), (kind, code));
        if let Some(kind) = self.kinds.get_mut(kind) {
            add(&mut kind.resting, code, 1);
        }
    }

    /// The changes, after the seats were changed.
    pub(super) fn apply(&mut self, patch: &Patch, classes: &BTreeMap<u32, Class>) {
        self.basis.moment = patch.moment;
        for one in &patch.changed {
            // Remove the old reason first: a rep may still be resting for another one.
            if let Some((kind, code)) = self.resting.remove(&one.rep)
                && let Some(count) = self.kinds.get_mut(kind).and_then(|kind| kind.resting.get_mut(code))
            {
                *count = count.saturating_sub(1);
            }
            if let Some(code) = one.now {
                self.rest(&one.rep, one.kind, code);
            }
        }
        // The counts of the classes change only when a rep joins or leaves, not with a reason or a load.
        if patch.changed.iter().any(Changed::changes_membership) {
            self.number(classes);
        }
    }

    /// Notes the class of each kind.
    pub(super) fn number(&mut self, classes: &BTreeMap<u32, Class>) {
        // By key: the order of the kinds changes with each reading, the numbers of the classes never do.
        let mut numbers: BTreeMap<ClassKey, u32> = BTreeMap::new();
        numbers.extend(classes.iter().map(|(number, class)| (class.key(), *number)));
        self.by_class.clear();
        for (index, kind) in self.kinds.iter_mut().enumerate() {
            kind.class = numbers.get(&kind.key).copied();
            kind.seated = kind.class.and_then(|class| classes.get(&class)).map_or(0, |class| class.count);
            self.by_class.extend(kind.class.map(|class| (class, index)));
        }
    }

    /// The load of a rep, as far as it decides.
    pub(super) fn load(&self, rep: &RepId) -> Load {
        self.loads.get(rep).copied().unwrap_or_default()
    }

    pub(super) fn kind_of(&self, class: u32) -> Option<usize> {
        self.by_class.get(&class).copied()
    }
}

/// Adds to a count.
pub(super) fn add<K: Ord>(counts: &mut BTreeMap<K, u32>, code: K, count: u32) {
    if count > 0 {
        let counted = counts.entry(code).or_default();
        *counted = counted.saturating_add(count);
    }
}
