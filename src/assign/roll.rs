//! Which reps of a list take part, kept from one decision to the next.
//!
//! Reading a whole list takes a while when it is long. What was read is kept with the ledger, and the next decision looks
//! again only at reps who joined or left since, were given something or gave it back. When the rules, the roster or the date
//! are different, or the changes meanwhile are not known, it reads the list again: keeping it makes decisions quick and
//! never changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::class::{Class, ClassKey, TurnTable};
use super::load::{Load, LoadOf};
use super::numbered::Numbered;
use super::seat::Seat;
use super::suited::Suited;
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
    /// Those of a weight, by what leads ask for.
    pub(super) suited: Suited,
    /// How many reps those are.
    pub(super) suitable: u32,
    by_class: Numbered<usize>,
    /// Those of a kind who take no part, each with the reason.
    pub(super) resting: BTreeMap<RepId, (usize, &'static str)>,
    /// Those with a cap of 0: no lead waits for them.
    pub(super) never: Vec<RepId>,
    /// Those who are of no kind, or of one of no weight, by reason.
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
    /// The calendar of their working time.
    pub(super) hours: Option<usize>,
    /// How many they are, whether they take part or not.
    pub(super) members: u32,
    /// The class of those who take part.
    pub(super) class: Option<u32>,
    /// Where that stood when the list was read: mostly it stands there still.
    pub(super) place: usize,
    /// How many take part.
    pub(super) seated: u32,
    /// The reps who do not take part, by reason.
    pub(super) resting: BTreeMap<&'static str, u32>,
}

impl Kind {
    pub(super) fn new(key: ClassKey, slot: usize, hours: Option<usize>) -> Kind {
        Kind { key, slot, hours, members: 0, class: None, place: 0, seated: 0, resting: BTreeMap::new() }
    }
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
            suited: Suited::default(),
            suitable: 0,
            by_class: Numbered::default(),
            resting: BTreeMap::new(),
            never: Vec::new(),
            outside: BTreeMap::new(),
            fault: None,
            room: 1,
            loads: BTreeMap::new(),
        }
    }

    pub(super) fn table(&self) -> TurnTable {
        self.basis.table
    }

    /// Adds a kind, by what its reps have.
    pub(super) fn open(&mut self, kind: Kind, territories: &[Region], skills: &BTreeSet<String>) -> usize {
        let index = self.kinds.len();
        // Of a weight of 0 nobody takes a lead, whatever it asks for.
        if kind.key.weight > 0 {
            self.suited.add(index, territories, skills);
        }
        self.kinds.push(kind);
        index
    }

    /// One more is of a kind.
    pub(super) fn count(&mut self, kind: usize) {
        let Some(kind) = self.kinds.get_mut(kind) else { return };
        kind.members = kind.members.saturating_add(1);
        match kind.key.weight {
            0 => add(&mut self.outside, "zero_weight", 1),
            _ => self.suitable = self.suitable.saturating_add(1),
        }
    }

    /// How many are of some kinds.
    pub(super) fn members(&self, kinds: &[usize]) -> u32 {
        let members = kinds.iter().filter_map(|kind| self.kinds.get(*kind)).map(|kind| kind.members);
        members.fold(0, u32::saturating_add)
    }

    /// Somebody of a kind takes no part.
    pub(super) fn rest(&mut self, rep: &RepId, kind: usize, code: &'static str) {
        self.resting.insert(rep.clone(), (kind, code));
        if let Some(kind) = self.kinds.get_mut(kind) {
            add(&mut kind.resting, code, 1);
        }
    }

    /// What is different, after the seats were changed.
    pub(super) fn apply(&mut self, patch: &Patch, reps: &BTreeMap<RepId, Seat>, classes: &Numbered<Class>) {
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
        // The counts of the classes move only when somebody comes or goes, not with a reason or a load.
        for one in patch.changed.iter().filter(|one| one.changes_membership()) {
            let Some(kind) = self.kinds.get_mut(one.kind) else { continue };
            // Whoever comes to a kind of which nobody sat before has opened a class.
            let opened = reps.get(&one.rep).and_then(|seat| seat.class).filter(|_| one.now.is_none());
            let number = kind.class.or(opened);
            let class = number.and_then(|number| Some((number, classes.get(number)?)));
            match (number, class) {
                (_, Some((number, _))) => self.by_class.insert(number, one.kind),
                (Some(number), None) => self.by_class.remove_all(&[number]),
                (None, None) => {}
            }
            kind.class = class.map(|(number, _)| number);
            kind.seated = class.map_or(0, |(_, class)| class.count);
        }
    }

    /// Classes were opened or closed: notes where each stands.
    pub(super) fn place(&mut self, classes: &Numbered<Class>) {
        for (place, (number, _)) in classes.iter().enumerate() {
            if let Some(kind) = self.by_class.get_at(place, number)
                && let Some(kind) = self.kinds.get_mut(*kind)
            {
                kind.place = place;
            }
        }
    }

    /// Notes the class of each kind.
    pub(super) fn number(&mut self, classes: &Numbered<Class>) {
        // By key: the order of the kinds changes with each reading, the numbers of the classes never do.
        let kinds = self.kinds.iter().enumerate().map(|(index, kind)| (kind.key, index));
        let by_key: BTreeMap<ClassKey, usize> = kinds.collect();
        self.by_class = Numbered::default();
        self.kinds.iter_mut().for_each(|kind| (kind.class, kind.seated) = (None, 0));
        for (place, (number, class)) in classes.iter().enumerate() {
            if let Some(index) = by_key.get(&class.key())
                && let Some(kind) = self.kinds.get_mut(*index)
            {
                (kind.class, kind.place, kind.seated) = (Some(number), place, class.count);
                self.by_class.insert(number, *index);
            }
        }
    }

    /// The load of a rep, as far as it decides.
    pub(super) fn load(&self, rep: &RepId) -> Load {
        self.loads.get(rep).copied().unwrap_or_default()
    }

    pub(super) fn kind_of(&self, class: u32) -> Option<usize> {
        self.by_class.get(class).copied()
    }
}

/// Adds to a count.
pub(super) fn add<K: Ord>(counts: &mut BTreeMap<K, u32>, code: K, count: u32) {
    if count > 0 {
        let counted = counts.entry(code).or_default();
        *counted = counted.saturating_add(count);
    }
}
