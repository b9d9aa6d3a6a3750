//! The data of the candidate stage about a record, in one byte.

use super::record::{JOINT_STOCK, NO_FORM, View};

/// The value of a removed record: a live one has at least one gram, else it would not be found.
pub(super) const REMOVED: u8 = 0;
const SIZE: u8 = 63;
const LIKELY: u8 = 64;
const UNLIKELY: u8 = 128;

/// The data of the candidate stage about a record: the number of its grams, whether it is a joint-stock company (those
/// are the ones people abbreviate) and whether it is a branch (those are rarely meant when no branch is named).
pub(super) fn size_of_record(grams: usize, view: &View<'_>) -> u8 {
    let mut size = grams.min(SIZE.into()) as u8;
    if view.has(JOINT_STOCK) {
        size |= LIKELY;
    }
    if !view.branch.is_empty() {
        size |= UNLIKELY;
    }
    size
}

/// Partial cosine in integers: what is shared counts against the size of both. A record whose kind is more (or less)
/// likely to be meant, see [`size_of_record`], goes up (or down). The result is indexed by the byte of a record.
pub(super) fn factors(query: u32, view: &View<'_>) -> [u32; 256] {
    let wanted = wanted(view);
    std::array::from_fn(|record| {
        let record = record as u8;
        if record == REMOVED {
            return 0;
        }
        let up = if record & wanted & LIKELY != 0 { 26 } else { 16 };
        let down = if record & wanted & UNLIKELY != 0 { 28 } else { 16 };
        65_536 * up / down / (query + 2 * u32::from(record & SIZE) + 8)
    })
}

/// Which kinds of record are more or less likely for a query.
fn wanted(query: &View<'_>) -> u8 {
    let mut wanted = 0;
    if query.form == NO_FORM || query.has(JOINT_STOCK) {
        wanted |= LIKELY;
    }
    if query.branch.is_empty() {
        wanted |= UNLIKELY;
    }
    wanted
}
