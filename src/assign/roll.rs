//! Who of a list takes part, kept from one decision to the next.
//!
//! Reading a whole list takes a while when it is long. What was read is kept beside the ledger, and the next decision looks
//! again only at those who came or went since, were given something or gave it back. When the rules, the roster or the date
//! are others, or nobody knows what happened meanwhile, it reads the list again: what is kept makes decisions quick and
//! never different.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::class::{Class, ClassKey, TurnTable};
use super::load::{Load, LoadOf};
use crate::document::Digest;
use crate::model::{Region, RepId};
use crate::rule::{Fault, Fingerprint};

/// The code of who is away; all others who rest are at a cap.
pub(super) const ABSENT: &str = "absent";

/// What a list was read on.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub(super) rules: Fingerprint,
    /// Names the reps as they were compiled.
    pub(super) roster: Digest,
    pub(super) table: TurnTable,
    pub(super) by: LoadOf,
    pub(super) date: NaiveDate,
    /// How many untouched leads make busy, and whether those are among them that came since the host counted.
    pub(super) busy: (Option<u32>, bool),
    pub(super) moment: Moment,
}

/// What a list was read on that passes with every decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    /// Of the counts of all reps.
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
    /// What territories reps of the kinds have: asked once for all kinds that have the same.
    pub(super) grounds: Vec<Vec<Region>>,
    by_class: BTreeMap<u32, usize>,
    /// Those of a kind who take no part, each with the reason.
    pub(super) resting: BTreeMap<RepId, (usize, &'static str)>,
    /// Those who are of no kind, by reason.
    pub(super) outside: BTreeMap<&'static str, u32>,
    /// Of the condition that says who belongs to it.
    pub(super) fault: Option<Fault>,
    /// The greatest holding cap of those who belong to it: the room of who has none.
    pub(super) room: u32,
    /// What each has to do, where that decides.
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
    /// The class of those who take part.
    pub(super) class: Option<u32>,
    /// How many they are.
    pub(super) seated: u32,
    /// Those who do not, by reason.
    pub(super) resting: BTreeMap<&'static str, u32>,
}

/// Somebody who takes part no longer, or again, or for another reason not, or has more or less to do.
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

/// What is different since a list was read.
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
    /// It is no part of what a delta says.
    fn eq(&self, _: &Hint) -> bool {
        true
    }
}

impl Eq for Hint {}

impl Roll {
    /// A list of nobody.
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

    /// Somebody of a kind takes no part.
    pub(super) fn rest(&mut self, rep: &RepId, kind: usize, code: &'static str) {
        self.resting.insert(rep.clone(), (kind, code));
        if let Some(kind) = self.kinds.get_mut(kind) {
            add(&mut kind.resting, code, 1);
        }
    }

    /// What is different, after the seats were changed.
    pub(super) fn apply(&mut self, patch: &Patch, classes: &BTreeMap<u32, Class>) {
        self.basis.moment = patch.moment;
        for one in &patch.changed {
            // Out under the old reason first: a rep may rest on for another one.
            if let Some((kind, code)) = self.resting.remove(&one.rep)
                && let Some(count) = self.kinds.get_mut(kind).and_then(|kind| kind.resting.get_mut(code))
            {
                *count = count.saturating_sub(1);
            }
            if let Some(code) = one.now {
                self.rest(&one.rep, one.kind, code);
            }
        }
        // The counts of the classes move only when somebody comes or goes, not with a reason or a load.
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

    /// What a rep has to do, as far as it decides.
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
