//! Local time as data: no time-zone database, no environment.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Finding;
use crate::order;

/// How far local time is ahead of UTC, in whole seconds, within ±24 hours. Written `+08:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UtcOffset(i32);

/// Why a text is not a [`UtcOffset`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an offset from UTC such as `+08:00`, within a day")]
pub struct UtcOffsetError(String);

impl UtcOffsetError {
    pub(crate) fn to_finding(&self) -> Finding {
        // `Asia/Shanghai`, `Etc/GMT+8`
        let is_name = self.0.contains('/') && self.0.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_name {
            let message = format!("`{}` is the name of a zone: zones are offsets from UTC", self.0);
            let help = "write the offset, such as `\"+08:00\"`; or `{\"transitions\": …}` where it changes";
            return Finding::new("bad_value", message, help);
        }
        Finding::new("bad_value", self, "write it as `\"+08:00\"`")
    }
}

impl UtcOffset {
    /// No offset.
    pub const UTC: UtcOffset = UtcOffset(0);
    /// China: +08:00.
    pub const CHINA: UtcOffset = UtcOffset(8 * 3600);

    /// An offset in seconds; `None` unless it is within a day.
    #[must_use]
    pub const fn from_seconds(seconds: i32) -> Option<UtcOffset> {
        if seconds > -86_400 && seconds < 86_400 { Some(UtcOffset(seconds)) } else { None }
    }

    /// The offset in seconds.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }
}

impl FromStr for UtcOffset {
    type Err = UtcOffsetError;

    fn from_str(text: &str) -> Result<UtcOffset, UtcOffsetError> {
        let parse = || {
            let (sign, rest) = match text.as_bytes().first()? {
                b'+' => (1, text.get(1..)?),
                b'-' => (-1, text.get(1..)?),
                _ => return None,
            };
            let mut parts = rest.split(':');
            let mut number = |limit: i32| -> Option<i32> {
                let part = parts.next()?;
                let two_digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
                part.parse::<i32>().ok().filter(|n| two_digits && *n < limit)
            };
            let (hours, minutes) = (number(24)?, number(60)?);
            let seconds = match parts.next() {
                None => 0,
                Some(part) if part.len() == 2 => part.parse::<i32>().ok().filter(|n| (0..60).contains(n))?,
                Some(_) => return None,
            };
            if parts.next().is_some() {
                return None;
            }
            UtcOffset::from_seconds(sign * (hours * 3600 + minutes * 60 + seconds))
        };
        parse().ok_or_else(|| UtcOffsetError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { '-' } else { '+' }, self.0.abs());
        write!(f, "{sign}{:02}:{:02}", size / 3600, size / 60 % 60)?;
        if size % 60 != 0 {
            write!(f, ":{:02}", size % 60)?;
        }
        Ok(())
    }
}

impl fmt::Debug for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for UtcOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcOffset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UtcOffset, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|error: UtcOffsetError| serde::de::Error::custom(error.to_finding()))
    }
}

/// What local time is, at every moment.
///
/// A document may write a fixed offset alone, as `"+08:00"`, for `{"fixed": "+08:00"}`.
///
/// ```
/// use leadkit::calendar::{UtcOffset, Zone};
///
/// let zone = Zone::Fixed(UtcOffset::CHINA);
/// let late = "2026-03-01T16:30:00Z".parse()?;
/// assert_eq!(zone.date(late).to_string(), "2026-03-02");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Zone {
    /// One offset for ever.
    Fixed(UtcOffset),
    /// Offsets that change.
    Transitions(Transitions),
}

impl Default for Zone {
    fn default() -> Self {
        Zone::Fixed(UtcOffset::UTC)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ZoneKind {
    Fixed(UtcOffset),
    Transitions(Transitions),
}

impl From<ZoneKind> for Zone {
    fn from(kind: ZoneKind) -> Zone {
        match kind {
            ZoneKind::Fixed(offset) => Zone::Fixed(offset),
            ZoneKind::Transitions(transitions) => Zone::Transitions(transitions),
        }
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ZoneKey {
    Fixed,
    Transitions,
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ZoneVisitor)
        } else {
            ZoneKind::deserialize(deserializer).map(Zone::from)
        }
    }
}

struct ZoneVisitor;

impl<'de> Visitor<'de> for ZoneVisitor {
    type Value = Zone;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a zone such as `\"+08:00\"`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Zone, E> {
        text.parse().map(Zone::Fixed).map_err(|error: UtcOffsetError| E::custom(error.to_finding()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Zone, A::Error> {
        let zone = match map.next_key()? {
            Some(ZoneKey::Fixed) => Zone::Fixed(map.next_value()?),
            Some(ZoneKey::Transitions) => Zone::Transitions(map.next_value()?),
            None => {
                let help = "write an offset, such as `\"+08:00\"`";
                return Err(A::Error::custom(Finding::new("missing_key", "the zone is empty", help)));
            }
        };
        match map.next_key::<ZoneKey>()? {
            None => Ok(zone),
            Some(_) => {
                let message = "expected one key, found `fixed` and `transitions`";
                Err(A::Error::custom(Finding::new("wrong_type", message, "keep one of them")))
            }
        }
    }
}

/// Offsets that change at given moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transitions {
    /// The offset before the first change.
    before: UtcOffset,
    /// Changes in ascending order: from that moment on, the offset.
    changes: Vec<(DateTime<Utc>, UtcOffset)>,
}

impl Transitions {
    /// A zone that starts at an offset and changes it; the changes are put in order, the last of two at the same
    /// moment holds.
    #[must_use]
    pub fn new(
        before: UtcOffset,
        changes: impl IntoIterator<Item = (DateTime<Utc>, UtcOffset)>,
    ) -> Transitions {
        Transitions { before, changes: order::map(changes).into_iter().collect() }
    }
}

impl<'de> Deserialize<'de> for Transitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Transitions, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            before: UtcOffset,
            changes: Vec<(DateTime<Utc>, UtcOffset)>,
        }
        let raw = Raw::deserialize(deserializer)?;
        Ok(Transitions::new(raw.before, raw.changes))
    }
}

impl Zone {
    /// The offset at a moment. O(log n) in the transitions.
    #[must_use]
    pub fn offset_at(&self, at: DateTime<Utc>) -> UtcOffset {
        match self {
            Zone::Fixed(offset) => *offset,
            Zone::Transitions(zone) => {
                let passed = zone.changes.partition_point(|(moment, _)| *moment <= at);
                match passed.checked_sub(1).and_then(|last| zone.changes.get(last)) {
                    Some((_, offset)) => *offset,
                    None => zone.before,
                }
            }
        }
    }

    /// What the clock on the wall shows at a moment; the first or last representable time when it would run over.
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let shift = TimeDelta::seconds(self.offset_at(at).seconds().into());
        let edge = if shift < TimeDelta::zero() { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
        at.naive_utc().checked_add_signed(shift).unwrap_or(edge)
    }

    /// The local date at a moment.
    #[must_use]
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The first moment at which the wall shows this time or a later one of that day.
    ///
    /// A time shown twice is its first showing; a time that is skipped is the moment of the skip.
    #[must_use]
    pub fn first_moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let at = |offset: UtcOffset| {
            let shift = TimeDelta::seconds(offset.seconds().into());
            let early = shift > TimeDelta::zero();
            let edge = if early { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
            local.checked_sub_signed(shift).map_or(edge, |utc| utc.and_utc())
        };
        match self {
            Zone::Fixed(offset) => at(*offset),
            Zone::Transitions(zone) => {
                // Each offset holds from its own change up to the next; the first period to reach the time has it.
                let starts = zone.changes.iter().map(|(moment, offset)| (Some(*moment), *offset));
                let ends = zone.changes.iter().map(|(moment, _)| Some(*moment)).chain([None]);
                for ((start, offset), end) in std::iter::once((None, zone.before)).chain(starts).zip(ends) {
                    let moment = at(offset);
                    if end.is_none_or(|end| moment < end) {
                        return start.map_or(moment, |start| moment.max(start));
                    }
                }
                DateTime::<Utc>::MAX_UTC
            }
        }
    }

    /// The first moment of a local day.
    #[must_use]
    pub fn start_of_day(&self, date: NaiveDate) -> DateTime<Utc> {
        self.first_moment(date.and_time(NaiveTime::MIN))
    }

    /// The first moment of the local day after the one of `at`: when daily caps free.
    #[must_use]
    pub fn next_midnight(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.date(at).checked_add_days(Days::new(1)) {
            Some(next) => self.start_of_day(next),
            None => DateTime::<Utc>::MAX_UTC,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn new_york_2024() -> Zone {
        Zone::Transitions(Transitions::new(
            "-05:00".parse().unwrap(),
            [
                (at("2024-03-10T07:00:00Z"), "-04:00".parse().unwrap()),
                (at("2024-11-03T06:00:00Z"), "-05:00".parse().unwrap()),
            ],
        ))
    }

    #[test]
    fn offsets_read_and_write() {
        for text in ["+08:00", "-05:30", "+00:00", "+05:45", "-00:00:30"] {
            assert_eq!(text.parse::<UtcOffset>().unwrap().to_string(), text);
        }
        for bad in ["", "8", "+8:00", "+24:00", "+08:60", "08:00", "+08:00:00:00", "+-8:00", "＋08:00"] {
            assert!(bad.parse::<UtcOffset>().is_err(), "{bad}");
        }
    }

    #[test]
    fn zones_are_read_long_and_short() {
        let read = |text: &str| serde_json::from_str::<Zone>(text);
        assert_eq!(read("\"+08:00\"").unwrap(), Zone::Fixed(UtcOffset::CHINA));
        for zone in [Zone::Fixed(UtcOffset::CHINA), new_york_2024()] {
            assert_eq!(read(&serde_json::to_string(&zone).unwrap()).unwrap(), zone);
        }
        for bad in ["{}", "\"Asia/Shanghai\"", "8", "{\"fixed\": \"+08:00\", \"transitions\": 1}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_of_23_and_25_hours() {
        let zone = new_york_2024();
        let length = |from: &str| {
            let start = zone.start_of_day(from.parse().unwrap());
            (zone.next_midnight(start) - start).num_hours()
        };
        assert_eq!(length("2024-03-09"), 24);
        assert_eq!(length("2024-03-10"), 23);
        assert_eq!(length("2024-11-03"), 25);
    }

    #[test]
    fn a_skipped_time_is_the_skip_and_a_repeated_one_its_first_showing() {
        let zone = new_york_2024();
        let first = |text: &str| zone.first_moment(text.parse().unwrap());
        assert_eq!(first("2024-03-10T02:30:00"), at("2024-03-10T07:00:00Z"));
        assert_eq!(first("2024-11-03T01:30:00"), at("2024-11-03T05:30:00Z"));
        assert_eq!(zone.local(at("2024-07-01T00:00:00Z")).to_string(), "2024-06-30 20:00:00");
    }
}
