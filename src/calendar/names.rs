//! Zones by their names in the IANA time zone database.

use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{Transitions, UtcOffset};
use crate::text;

/// The first second of 1900 and of 2101, between which changes are looked for.
const FROM: i64 = -2_208_988_800;
const UNTIL: i64 = 4_133_980_800;
const DAY: i64 = 86_400;

/// Zones that were asked for: the same for everybody, and a document may name one thousands of times.
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

/// The database gives the offset of a moment, not its changes: look once a day, then narrow down to the second.
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
            // The change is after `before`, and not after `change`.
            let (mut before, mut change) = (day - DAY, day);
            while change - before > 1 {
                let middle = i64::midpoint(before, change);
                if offset(middle) == held { before = middle } else { change = middle }
            }
            changes.push((DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(change), of(now)));
            held = now;
        }
    }
    Transitions::new(of(first), changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Zone;

    #[test]
    fn every_change_that_looking_every_hour_finds_is_found() {
        for name in ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "Asia/Gaza"] {
            let (tz, zone) = (Tz::from_str(name).unwrap(), Zone::Transitions(find(name).unwrap()));
            for second in (FROM..UNTIL).step_by(3_600) {
                let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second);
                let wanted = tz.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
                assert_eq!(zone.offset_at(at).seconds(), wanted, "{name} at {at}");
            }
        }
    }

    #[test]
    fn a_zone_that_never_changes_is_fixed() {
        assert_eq!(Zone::named("Etc/GMT-8"), Ok(Zone::Fixed(UtcOffset::CHINA)));
        assert_eq!(find("Asia/Shangai"), None);
        assert_eq!(closest_to("Asia/Shangai"), Some("Asia/Shanghai"));
    }
}
