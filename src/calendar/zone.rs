//! Local time as data: no time-zone database, no environment.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Transitions, UtcOffset};
use crate::document::Finding;

/// A time zone: the offset of local time at every moment.
///
/// A document may write a fixed offset alone, as `"+08:00"`, for `{"fixed": "+08:00"}`, and `"UTC"`. With feature
/// `chrono-tz` it may name a zone of the IANA database, as `"Asia/Shanghai"`; it is written back as its offsets.
/// Without the feature, offsets that change are [`Transitions`].
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
    /// One offset for all time.
    Fixed(UtcOffset),
    /// Offsets that change, as with summer time.
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
        text.parse().map_err(|error: ZoneError| E::custom(error.to_finding()))
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

/// Why a text is not a [`Zone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneError {
    text: String,
    kind: ZoneErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ZoneErrorKind {
    /// Neither an offset nor a name.
    Offset,
    /// A zone with spaces around it.
    Spaces,
    /// A name, and the feature is off.
    #[cfg_attr(feature = "chrono-tz", allow(dead_code))]
    NeedsFeature,
    /// A name that the database does not have, and the nearest names.
    #[cfg_attr(not(feature = "chrono-tz"), allow(dead_code))]
    Unknown(Option<&'static str>),
}

impl ZoneError {
    /// How to write the zone instead.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.kind {
            ZoneErrorKind::Offset => match self.text.parse::<UtcOffset>() {
                Err(error) => error.help(),
                Ok(offset) => format!("write `\"{offset}\"`"),
            },
            ZoneErrorKind::Spaces => format!("write `\"{}\"`", self.text.trim()),
            ZoneErrorKind::NeedsFeature => {
                "turn on the feature `chrono-tz` of leadkit, or write the offset, such as `\"+08:00\"`; \
                 `{\"transitions\": …}` where it changes"
                    .to_owned()
            }
            // Abbreviations are ambiguous: CST is China's and Chicago's.
            ZoneErrorKind::Unknown(_) if self.text.len() <= 4 => {
                "write the name of a place, such as `\"Asia/Shanghai\"`, or an offset".to_owned()
            }
            ZoneErrorKind::Unknown(Some(close)) => format!("did you mean `{close}`?"),
            ZoneErrorKind::Unknown(None) => {
                "write a name such as `\"Asia/Shanghai\"`, or an offset".to_owned()
            }
        }
    }

    pub(crate) fn to_finding(&self) -> Finding {
        match (&self.kind, self.text.parse::<UtcOffset>()) {
            (ZoneErrorKind::Offset, Err(error)) => error.to_finding(),
            _ => Finding::new("bad_value", self, self.help()),
        }
    }
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match &self.kind {
            ZoneErrorKind::Offset => {
                write!(f, "`{text}` is not an offset from UTC such as `+08:00`, within a day")
            }
            ZoneErrorKind::NeedsFeature => {
                write!(
                    f,
                    "`{text}` is not an offset such as `+08:00`; zone names need the feature `chrono-tz`"
                )
            }
            ZoneErrorKind::Spaces => write!(f, "`{text}` has spaces around the zone"),
            ZoneErrorKind::Unknown(_) => write!(f, "there is no zone `{text}`"),
        }
    }
}

impl std::error::Error for ZoneError {}

/// An offset such as `+08:00`, `UTC`, or with feature `chrono-tz` the name of a zone, such as `Asia/Shanghai`.
impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Zone, ZoneError> {
        if let Ok(offset) = text.parse() {
            return Ok(Zone::Fixed(offset));
        }
        if text.eq_ignore_ascii_case("UTC") || text.eq_ignore_ascii_case("Z") {
            return Ok(Zone::default());
        }
        let trimmed = text.trim();
        let kind = match looks_like_a_name(trimmed) {
            _ if trimmed != text && trimmed.parse::<Zone>().is_ok() => Err(ZoneErrorKind::Spaces),
            true => Self::of_name(trimmed),
            false => Err(ZoneErrorKind::Offset),
        };
        kind.map_err(|kind| ZoneError { text: text.chars().take(40).collect(), kind })
    }
}

/// `Asia/Shanghai`, `Etc/GMT+8` and `PRC`, but not `UTC+8`.
fn looks_like_a_name(text: &str) -> bool {
    let is_offset = ["UTC", "GMT", "utc", "gmt"].iter().any(|name| text.starts_with(name))
        && text.contains(|c: char| c.is_ascii_digit());
    let fits = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(fits) && !is_offset
}

impl Zone {
    #[cfg(feature = "chrono-tz")]
    fn of_name(name: &str) -> Result<Zone, ZoneErrorKind> {
        let zone = super::names::find(name);
        let zone = zone.ok_or_else(|| ZoneErrorKind::Unknown(super::names::closest_to(name)))?;
        Ok(if zone.changes().is_empty() { Zone::Fixed(zone.before()) } else { Zone::Transitions(zone) })
    }

    #[cfg(not(feature = "chrono-tz"))]
    fn of_name(_: &str) -> Result<Zone, ZoneErrorKind> {
        Err(ZoneErrorKind::NeedsFeature)
    }

    /// The zone of a name in the IANA database, such as `Asia/Shanghai`, with its offsets from 1900 through 2099. Before
    /// 1900 the first of them holds. A zone whose offset does not change any more in 2099 keeps the last one; of one
    /// that still has summer time, nothing is known from 2100 on ([`Transitions::until`]), and a calendar says so
    /// ([`CalendarError::AfterZone`](super::CalendarError::AfterZone)).
    ///
    /// The first call for a name computes its offsets; later ones look them up.
    ///
    /// ```
    /// # #[cfg(feature = "chrono-tz")] {
    /// use leadkit::calendar::Zone;
    ///
    /// let new_york = Zone::named("America/New_York")?;
    /// assert_eq!(new_york.offset_at("2026-07-01T00:00:00Z".parse().unwrap()).to_string(), "-04:00");
    /// assert_eq!(new_york.offset_at("2099-07-01T00:00:00Z".parse().unwrap()).to_string(), "-04:00");
    /// let Zone::Transitions(transitions) = new_york else { unreachable!() };
    /// assert_eq!(transitions.until(), Some("2100-01-01T00:00:00Z".parse().unwrap()));
    /// let error = Zone::named("America/NewYork").unwrap_err();
    /// assert_eq!(error.help(), "did you mean `America/New_York`?");
    /// # }
    /// # Ok::<(), leadkit::calendar::ZoneError>(())
    /// ```
    ///
    /// # Errors
    /// When the database has no such name, with the nearest names.
    #[cfg(feature = "chrono-tz")]
    pub fn named(name: &str) -> Result<Zone, ZoneError> {
        Self::of_name(name).map_err(|kind| ZoneError { text: name.chars().take(40).collect(), kind })
    }

    /// The offset at a moment; after [`Transitions::until`], the last. O(log n) in the transitions.
    ///
    /// ```
    /// use leadkit::calendar::{UtcOffset, Zone};
    ///
    /// let zone: Zone = "+08:00".parse()?;
    /// assert_eq!(zone.offset_at("2026-03-02T00:00:00Z".parse().unwrap()), UtcOffset::CHINA);
    /// # Ok::<(), leadkit::calendar::ZoneError>(())
    /// ```
    #[must_use]
    pub fn offset_at(&self, at: DateTime<Utc>) -> UtcOffset {
        match self {
            Zone::Fixed(offset) => *offset,
            Zone::Transitions(zone) => {
                let passed = zone.changes().partition_point(|(moment, _)| *moment <= at);
                match passed.checked_sub(1).and_then(|last| zone.changes().get(last)) {
                    Some((_, offset)) => *offset,
                    None => zone.before(),
                }
            }
        }
    }

    /// The local time at a moment; clamped to the first or last representable time.
    ///
    /// ```
    /// use leadkit::calendar::{UtcOffset, Zone};
    ///
    /// let china = Zone::Fixed(UtcOffset::CHINA);
    /// assert_eq!(china.local("2026-03-02T20:30:00Z".parse().unwrap()).to_string(), "2026-03-03 04:30:00");
    /// ```
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = self.offset_at(at);
        let edge = if offset < UtcOffset::UTC { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
        offset.fixed().and_then(|offset| at.naive_utc().checked_add_offset(offset)).unwrap_or(edge)
    }

    /// The local date at a moment.
    ///
    /// ```
    /// use leadkit::calendar::{UtcOffset, Zone};
    ///
    /// let china = Zone::Fixed(UtcOffset::CHINA);
    /// assert_eq!(china.date("2026-03-02T20:30:00Z".parse().unwrap()).to_string(), "2026-03-03");
    /// ```
    #[must_use]
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The first moment at which local time is this time or a later one of that day.
    ///
    /// A time shown twice is its first showing; a time that is skipped is the moment of the skip. O(log n) in the
    /// transitions, and O(n) in those of the two days around it.
    ///
    /// ```
    /// use leadkit::calendar::{Transitions, UtcOffset, Zone};
    ///
    /// let spring = ("2026-03-29T01:00:00Z".parse()?, "+02:00".parse().unwrap());
    /// let berlin = Zone::Transitions(Transitions::new("+01:00".parse().unwrap(), [spring]));
    /// assert_eq!(berlin.first_moment("2026-03-29T02:30:00".parse()?).to_rfc3339(), "2026-03-29T01:00:00+00:00");
    /// assert_eq!(berlin.first_moment("2026-03-29T03:30:00".parse()?).to_rfc3339(), "2026-03-29T01:30:00+00:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn first_moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let at = |offset: UtcOffset| {
            let early = offset > UtcOffset::UTC;
            let edge = if early { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
            offset
                .fixed()
                .and_then(|offset| local.checked_sub_offset(offset))
                .map_or(edge, |utc| utc.and_utc())
        };
        match self {
            Zone::Fixed(offset) => at(*offset),
            Zone::Transitions(zone) => {
                // Each offset holds from its own change up to the next; the first period to reach the time has it.
                // Offsets are within a day, so a period that ended a day before cannot reach it.
                let passed = local.and_utc().checked_sub_signed(TimeDelta::days(1));
                let passed = passed.map_or(0, |edge| zone.changes().partition_point(|(at, _)| *at <= edge));
                let (old, left) = zone.changes().split_at_checked(passed).unwrap_or((&[], zone.changes()));
                let first = old.last().map_or((None, zone.before()), |(at, offset)| (Some(*at), *offset));
                let starts = left.iter().map(|(moment, offset)| (Some(*moment), *offset));
                let ends = left.iter().map(|(moment, _)| Some(*moment)).chain([None]);
                for ((start, offset), end) in std::iter::once(first).chain(starts).zip(ends) {
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
    ///
    /// ```
    /// use leadkit::calendar::{UtcOffset, Zone};
    ///
    /// let china = Zone::Fixed(UtcOffset::CHINA);
    /// assert_eq!(china.start_of_day("2026-03-02".parse()?).to_rfc3339(), "2026-03-01T16:00:00+00:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn start_of_day(&self, date: NaiveDate) -> DateTime<Utc> {
        self.first_moment(date.and_time(NaiveTime::MIN))
    }

    /// The first moment of the local day after that of `at`: when daily caps are reset.
    ///
    /// ```
    /// use leadkit::calendar::{UtcOffset, Zone};
    ///
    /// let china = Zone::Fixed(UtcOffset::CHINA);
    /// let next = china.next_midnight("2026-03-02T15:00:00Z".parse()?);
    /// assert_eq!(next.to_rfc3339(), "2026-03-02T16:00:00+00:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
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
    fn zones_are_read_long_and_short() {
        let read = |text: &str| serde_json::from_str::<Zone>(text);
        assert_eq!(read("\"+08:00\"").unwrap(), Zone::Fixed(UtcOffset::CHINA));
        for zone in [Zone::Fixed(UtcOffset::CHINA), new_york_2024()] {
            assert_eq!(read(&serde_json::to_string(&zone).unwrap()).unwrap(), zone);
        }
        for utc in ["\"UTC\"", "\"utc\"", "\"Z\""] {
            assert_eq!(read(utc).unwrap(), Zone::default());
        }
        #[cfg(feature = "chrono-tz")]
        assert!(!read("\"CST\"").unwrap_err().to_string().contains("did you mean"));
        #[cfg(not(feature = "chrono-tz"))]
        assert!(
            read("\"Asia/Shanghai\"").unwrap_err().to_string().contains("feature `chrono-tz` of leadkit")
        );
        for bad in ["{}", "\"UTC+8\"", "\"Asia/Shangai\"", "8", "{\"fixed\": \"+08:00\", \"transitions\": 1}"]
        {
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
