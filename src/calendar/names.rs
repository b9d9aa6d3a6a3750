//! Zones by their names in the IANA time zone database.

use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{Transitions, UtcOffset};
use crate::text;

/// The first second of 1900, of 2099 and of 2100. The database as it is built into chrono-tz ends with 2099: a zone that
/// has summer time until then seems to have none in 2100.
const FROM: i64 = -2_208_988_800;
const LAST_YEAR: i64 = 4_070_908_800;
const UNTIL: i64 = 4_102_444_800;
const DAY: i64 = 86_400;

/// Zones that were read before: the same for everybody, and a document may name one thousands of times.
static READ: [OnceLock<Transitions>; TZ_VARIANTS.len()] = [const { OnceLock::new() }; TZ_VARIANTS.len()];

/// The zone of a name.
pub(super) fn find(name: &str) -> Option<Transitions> {
    let zone = Tz::from_str(name).ok()?;
    let slot = TZ_VARIANTS.iter().position(|one| *one == zone).and_then(|index| READ.get(index))?;
    Some(slot.get_or_init(|| read(zone)).clone())
}

/// The name that a misspelt one most probably means.
pub(super) fn closest_to(name: &str) -> Option<&'static str> {
    text::closest(name, TZ_VARIANTS.iter().map(|zone| zone.name()))
}

/// The database gives the offset of a moment, not its changes: sample once a day, then narrow down to the second.
fn read(zone: Tz) -> Transitions {
    let offset = |second: i64| {
        let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second);
        zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
    };
    let of = |seconds: i32| UtcOffset::from_seconds(seconds).unwrap_or_default();
    let first = offset(FROM);
    let (mut held, mut changes) = (first, Vec::new());
    for day in (FROM + DAY..=UNTIL).step_by(DAY as usize) {
        let now = offset(day);
        if now != held {
            // The change is later than `before`, and not later than `change`.
            let (mut before, mut change) = (day - DAY, day);
            while change - before > 1 {
                let middle = i64::midpoint(before, change);
                if offset(middle) == held { before = middle } else { change = middle }
            }
            changes.push((DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(change), of(now)));
            held = now;
        }
    }
    let continues = changes.last().is_some_and(|(change, _)| change.timestamp() >= LAST_YEAR);
    let zone = Transitions::new(of(first), changes);
    let until = DateTime::from_timestamp(UNTIL, 0).filter(|_| continues);
    until.into_iter().fold(zone, Transitions::with_until)
}
