//! Spans of time as rules write them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::leap::folded;
use crate::document::Finding;

/// A length of time in whole seconds, written `90s`, `15m`, `24h`, `7d` or `2w`; a day is 24 hours. At most 36,525 days.
///
/// ```
/// use leadkit::calendar::Span;
///
/// let span: Span = "24h".parse()?;
/// assert_eq!(span, "1d".parse()?);
/// assert_eq!(span.to_string(), "1d");
/// # Ok::<(), leadkit::calendar::SpanError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u32);

/// Why a text is not a [`Span`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is {}", self.why())]
pub struct SpanError {
    text: String,
    is_too_long: bool,
}

impl SpanError {
    fn why(&self) -> &'static str {
        if self.is_too_long { "longer than a hundred years" } else { "not a span of time such as `7d`" }
    }

    /// Whether it is a span, but longer than a hundred years.
    pub(super) fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// How to write the span instead.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// assert_eq!("3 days".parse::<Span>().unwrap_err().help(), "write `\"3d\"`");
    /// ```
    #[must_use]
    pub fn help(&self) -> String {
        if self.is_too_long {
            return format!("write at most `\"{}\"`", Span(MAX_SECONDS));
        }
        let text = self.text.trim().to_lowercase();
        if text.starts_with(['-', '−']) {
            return "leave the sign out: it cannot be negative".to_owned();
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at_checked(digits).unwrap_or_default();
        let count = count.parse::<u32>().ok();
        let days = |days: u32| count.map(|count| format!("{}d", count.saturating_mul(days)));
        let (meant, why) = match unit.trim_start() {
            "second" | "seconds" | "sec" | "secs" | "s" | "秒" => (count.map(|n| format!("{n}s")), ""),
            "minute" | "minutes" | "min" | "mins" | "m" | "分钟" => (count.map(|n| format!("{n}m")), ""),
            "hour" | "hours" | "hr" | "hrs" | "h" | "小时" => (count.map(|n| format!("{n}h")), ""),
            "day" | "days" | "d" | "天" | "日" => (days(1), ""),
            "week" | "weeks" | "w" | "周" => (count.map(|n| format!("{n}w")), ""),
            "month" | "months" | "mo" | "月" | "个月" => (days(30), ": months differ in length"),
            "year" | "years" | "y" | "年" => (days(365), ": years differ in length"),
            _ => (None, ""),
        };
        match meant.filter(|meant| meant.parse::<Span>().is_ok()) {
            Some(meant) => format!("write `\"{meant}\"`{why}"),
            None => match in_parts(&text) {
                Some(span) => format!("write `\"{span}\"`"),
                None => EXAMPLE.to_owned(),
            },
        }
    }
}

/// The span of `1.5h`, `2h30m` and `1 day 4 hours`.
fn in_parts(text: &str) -> Option<Span> {
    let (mut left, mut thousandths) = (text, 0_u64);
    while !left.trim_start().is_empty() {
        let part = left.trim_start();
        let (number, rest) = part.split_at(part.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let rest = rest.trim_start();
        let (unit, rest) = rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
        let unit = unit.trim_end_matches([' ', ',', '又']);
        let factor = match unit {
            "s" | "sec" | "second" | "seconds" | "秒" => 1,
            "m" | "min" | "minute" | "minutes" | "分" | "分钟" => 60,
            "h" | "hr" | "hour" | "hours" | "小时" => 3_600,
            "d" | "day" | "days" | "天" | "日" => 86_400,
            "w" | "week" | "weeks" | "周" => 604_800,
            _ => return None,
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let of_thousand =
            (1..=3).contains(&part.len()).then(|| format!("{part:0<3}").parse::<u64>().ok())??;
        let number = whole.parse::<u32>().ok().map(|whole| u64::from(whole) * 1_000 + of_thousand)?;
        thousandths = thousandths.saturating_add(number * factor);
        left = rest;
    }
    let seconds =
        u32::try_from(thousandths / 1_000).ok().filter(|seconds| (1..=MAX_SECONDS).contains(seconds))?;
    thousandths.is_multiple_of(1_000).then_some(Span(seconds))
}

const EXAMPLE: &str = "write a whole number and a unit, such as `\"7d\"`";

const UNITS: [(char, u32); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
const MAX_SECONDS: u32 = 36_525 * 86_400;

impl Span {
    /// Whole seconds; more than 36,525 days are 36,525 days.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// assert_eq!(Span::seconds(90).to_string(), "90s");
    /// ```
    #[must_use]
    pub const fn seconds(seconds: u32) -> Span {
        Span(if seconds > MAX_SECONDS { MAX_SECONDS } else { seconds })
    }

    /// Whole minutes; more than 36,525 days are 36,525 days.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// assert_eq!(Span::minutes(15).as_seconds(), 900);
    /// ```
    #[must_use]
    pub const fn minutes(minutes: u32) -> Span {
        Span::seconds(minutes.saturating_mul(60))
    }

    /// Whole hours; more than 36,525 days are 36,525 days.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// assert_eq!(Span::hours(24), Span::days(1));
    /// ```
    #[must_use]
    pub const fn hours(hours: u32) -> Span {
        Span::seconds(hours.saturating_mul(3_600))
    }

    /// Days of 24 hours; more than 36,525 are 36,525.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// assert_eq!(Span::days(40_000), Span::days(36_525));
    /// assert_eq!(Span::hours(u32::MAX), Span::days(36_525));
    /// ```
    #[must_use]
    pub const fn days(days: u32) -> Span {
        Span::seconds(days.saturating_mul(86_400))
    }

    /// The length in whole seconds, up to 36,525 days of 86,400.
    #[must_use]
    pub const fn as_seconds(self) -> u32 {
        self.0
    }

    /// The moment this long before another; a leap second is the end of the second before it.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// let noon = "2026-03-02T12:00:00Z".parse().unwrap();
    /// assert_eq!(Span::hours(13).before(noon).to_rfc3339(), "2026-03-01T23:00:00+00:00");
    /// assert_eq!(Span::days(1).after(noon).to_rfc3339(), "2026-03-03T12:00:00+00:00");
    /// ```
    #[must_use]
    pub fn before(self, at: DateTime<Utc>) -> DateTime<Utc> {
        folded(at).checked_sub_signed(TimeDelta::seconds(self.0.into())).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// The moment this long after another; a leap second is the end of the second before it.
    ///
    /// ```
    /// use leadkit::calendar::Span;
    ///
    /// let at = "2026-03-02T10:00:00Z".parse().unwrap();
    /// assert_eq!(Span::hours(36).after(at).to_string(), "2026-03-03 22:00:00 UTC");
    /// ```
    #[must_use]
    pub fn after(self, at: DateTime<Utc>) -> DateTime<Utc> {
        folded(at).checked_add_signed(TimeDelta::seconds(self.0.into())).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Span, SpanError> {
        let parse = || {
            let (unit, factor) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
            let digits = text.strip_suffix(unit)?;
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            // A number that does not fit into `u32` is too long in every unit.
            is_number.then(|| digits.parse::<u32>().ok().and_then(|count| count.checked_mul(factor)))
        };
        let error = |is_too_long| SpanError { text: text.chars().take(40).collect(), is_too_long };
        let seconds = parse().ok_or_else(|| error(false))?;
        seconds.filter(|seconds| *seconds <= MAX_SECONDS).map(Span).ok_or_else(|| error(true))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Weeks are read but not written: of 14d and 2w, people think in 14d.
        let (unit, factor) = UNITS
            .into_iter()
            .skip(1)
            .find(|(_, factor)| self.0 != 0 && self.0.is_multiple_of(*factor))
            .unwrap_or(('s', 1));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_str(SpanVisitor)
    }
}

struct SpanVisitor;

impl Visitor<'_> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time such as `\"7d\"`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
        text.parse().map_err(|error: SpanError| E::custom(Finding::new("bad_value", &error, error.help())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Span, E> {
        let help = format!("add a unit: `\"{number}d\"` are {number} days");
        Err(E::custom(Finding::new(
            "wrong_type",
            format!("`{number}` is a span of time without a unit"),
            help,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_write() {
        for (text, seconds, written) in [
            ("90s", 90, "90s"),
            ("60m", 3_600, "1h"),
            ("24h", 86_400, "1d"),
            ("2w", 1_209_600, "14d"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.as_seconds(), span.to_string().as_str()), (seconds, written));
        }
        for (text, help) in [
            ("3 months", "write `\"90d\"`: months differ in length"),
            ("15 min", "write `\"15m\"`"),
            ("7 Days", "write `\"7d\"`"),
            ("2个月", "write `\"60d\"`: months differ in length"),
            ("soon", super::EXAMPLE),
            ("999999999 years", super::EXAMPLE),
            ("1.5h", "write `\"90m\"`"),
            ("2h30m", "write `\"150m\"`"),
            ("1 day, 4 hours", "write `\"28h\"`"),
            ("0.0001h", super::EXAMPLE),
            ("1.5", super::EXAMPLE),
            ("40000d", "write at most `\"36525d\"`"),
        ] {
            assert_eq!(text.parse::<Span>().unwrap_err().help(), help);
        }
        for bad in ["", "24", "h", "-1h", "1.5h", "1 h", "99999999999d", "4000000000s", "+1h"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
