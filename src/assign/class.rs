//! Reps who are owed more at the same time and by the same amount.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::document::{Digest, is_default};

/// One lead in the units credit is counted in.
pub const ONE_LEAD: i64 = 1 << 32;

/// The unit of turns: credits of fair shares, or smooth weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TurnTable {
    Credit,
    Smooth,
}

/// As how many leads one lead may count at most.
pub(super) const MAX_UNITS: u32 = 100;

/// What the members of a class have in common: all that decides whether one of them may take a lead, except what
/// is individual, and the weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassKey {
    /// Of territories, skills and working time.
    pub(super) of: Digest,
    pub(super) weight: u32,
}

/// A class and what each of its members was owed since it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
// In the order of the fields: a turn moves thousands of classes, and what it asks of one stands in one place.
#[repr(C)]
pub(super) struct Class {
    pub(super) of: Digest,
    pub(super) weight: u32,
    /// Members who take part.
    #[serde(skip)]
    pub(super) count: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) credit: i64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) smooth: i64,
    /// By the date through which some rested: the sum of the class when they came back. Kept until each of them is seated
    /// anew.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) since: BTreeMap<NaiveDate, Since>,
    /// Members who rest, by the date through which they do.
    #[serde(skip)]
    pub(super) resting: BTreeMap<NaiveDate, u32>,
}

/// What a class was owed when those who rested through a date came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) credit: i64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) smooth: i64,
    /// Members who were not seated anew since.
    #[serde(skip)]
    pub(super) count: u32,
}

impl Class {
    pub(super) fn new(key: ClassKey) -> Class {
        let (since, resting) = (BTreeMap::new(), BTreeMap::new());
        Class { of: key.of, weight: key.weight, credit: 0, smooth: 0, since, count: 0, resting }
    }

    /// A day has begun: a rep who rested through an earlier one takes part again. No seat changes.
    pub(super) fn wake(&mut self, today: NaiveDate) -> bool {
        let mut woke = false;
        while let Some(entry) = self.resting.first_entry()
            && *entry.key() < today
        {
            let (through, count) = entry.remove_entry();
            // The sum at this moment: the member shares in what the class gains from now on, not in what it has
            // gained before.
            self.since.insert(through, Since { credit: self.credit, smooth: self.smooth, count });
            self.count = self.count.saturating_add(count);
            woke = true;
        }
        woke
    }

    /// Whether it has no members.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0 && self.resting.is_empty()
    }

    pub(super) fn key(&self) -> ClassKey {
        ClassKey { of: self.of, weight: self.weight }
    }

    #[inline]
    pub(super) fn owed(&self, table: TurnTable) -> i64 {
        match table {
            TurnTable::Credit => self.credit,
            TurnTable::Smooth => self.smooth,
        }
    }

    #[inline]
    pub(super) fn owed_mut(&mut self, table: TurnTable) -> &mut i64 {
        match table {
            TurnTable::Credit => &mut self.credit,
            TurnTable::Smooth => &mut self.smooth,
        }
    }
}

/// Of one turn what those of each weight are owed more: a division for each weight, and not for each of thousands of classes.
pub(super) struct Gains {
    table: TurnTable,
    total: u64,
    units: u32,
    /// By the last digits of the weight. Nobody of weight 0 is owed anything.
    known: [(u32, i64); 16],
}

impl Gains {
    pub(super) fn new(table: TurnTable, total: u64, units: u32) -> Gains {
        Gains { table, total, units, known: [(0, 0); 16] }
    }

    #[inline]
    pub(super) fn of(&mut self, weight: u32) -> i64 {
        let Gains { table, total, units, .. } = *self;
        match self.known.get_mut(weight as usize % 16) {
            Some((known, gained)) if *known == weight => *gained,
            Some(known) => {
                *known = (weight, gain(table, weight, total, units));
                known.1
            }
            None => gain(table, weight, total, units),
        }
    }
}

/// What somebody of a weight is owed more for a turn of so many leads: in credit ⌊weight · leads / total⌋, in smooth
/// weights the weight for each lead.
pub(super) fn gain(table: TurnTable, weight: u32, total: u64, units: u32) -> i64 {
    match table {
        TurnTable::Smooth => i64::from(weight).saturating_mul(i64::from(units)),
        // No product overflows: both factors are below 2³³ and the weight below 2³².
        TurnTable::Credit if units == 1 => {
            let gained = u64::from(weight) * ONE_LEAD.unsigned_abs() / total.max(1);
            i64::try_from(gained).unwrap_or(ONE_LEAD)
        }
        TurnTable::Credit => {
            // Several leads at once do not fit into 64 bits once a weight multiplies them.
            let leads = u128::from(units) * u128::from(ONE_LEAD.unsigned_abs());
            let gained = u128::from(weight) * leads / u128::from(total.max(1));
            i64::try_from(gained).unwrap_or(i64::MAX)
        }
    }
}
