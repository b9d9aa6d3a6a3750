//! Amounts of time that rules allow.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Clock, Span};
use crate::document::Finding;

/// An allowed amount of time: a length of time (`90m`, `24h`, `3d`), or a number of working days (`7wd`).
///
/// It is read as a whole number and a unit without anything between: `s`, `m`, `h`, `d`, `w` as in [`Span`], and `wd`.
/// At most it is 36,525 days or working days, a hundred years. Other spellings are refused with a suggestion.
///
/// ```
/// use leadkit::calendar::{Amount, Clock, Span};
///
/// assert_eq!("24h".parse(), Ok(Amount::hours(24)));
/// assert_eq!("7wd".parse(), Ok(Amount::workdays(7)));
/// assert_eq!("7 working days".parse::<Amount>().unwrap_err().help(), "write `\"7wd\"`");
/// assert_eq!(Amount::from(Span::hours(2)).default_clock(), Clock::OfficeHours);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Amount {
    /// A length of time; a day is 24 hours.
    Time(Span),
    /// Working days. On [`Clock::Workday`] each is 24 counted hours; on [`Clock::SameTime`] one date. The other clocks
    /// reject them.
    Workdays(u32),
}

impl Amount {
    /// Whole minutes; more than 36,525 days are 36,525 days.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    ///
    /// assert_eq!(Amount::minutes(90), "90m".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn minutes(minutes: u32) -> Amount {
        Amount::Time(Span::minutes(minutes))
    }

    /// Whole hours; more than 36,525 days are 36,525 days.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    ///
    /// assert_eq!(Amount::hours(24), "24h".parse()?);
    /// assert_eq!(Amount::hours(24), Amount::days(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn hours(hours: u32) -> Amount {
        Amount::Time(Span::hours(hours))
    }

    /// Days of 24 hours; more than 36,525 are 36,525.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    ///
    /// assert_eq!(Amount::days(3).to_string(), "3d");
    /// ```
    #[must_use]
    pub const fn days(days: u32) -> Amount {
        Amount::Time(Span::days(days))
    }

    /// Working days; more than 36,525 are 36,525.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    ///
    /// assert_eq!(Amount::workdays(7).to_string(), "7wd");
    /// assert_ne!(Amount::workdays(7), Amount::days(7));
    /// ```
    #[must_use]
    pub const fn workdays(days: u32) -> Amount {
        Amount::Workdays(if days > MAX_WORKDAYS { MAX_WORKDAYS } else { days })
    }

    /// The clock for an amount of this size when no clock is named: less than 24 hours are
    /// [`OfficeHours`](Clock::OfficeHours), the rest [`Workday`](Clock::Workday).
    ///
    /// ```
    /// use leadkit::calendar::{Amount, Clock};
    ///
    /// assert_eq!(Amount::minutes(1_439).default_clock(), Clock::OfficeHours);
    /// assert_eq!(Amount::hours(24).default_clock(), Clock::Workday);
    /// assert_eq!(Amount::workdays(0).default_clock(), Clock::Workday);
    /// ```
    #[must_use]
    pub fn default_clock(self) -> Clock {
        match self {
            Amount::Time(span) if span < Span::hours(24) => Clock::OfficeHours,
            _ => Clock::Workday,
        }
    }
}

impl From<Span> for Amount {
    fn from(span: Span) -> Amount {
        Amount::Time(span)
    }
}

/// Why a text is not an [`Amount`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {why}")]
pub struct AmountError {
    text: String,
    why: &'static str,
    help: String,
}

impl AmountError {
    /// How to write the amount instead.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

/// As many working days as there are days in the hundred years that a span may take.
pub(super) const MAX_WORKDAYS: u32 = 36_525;

/// The number of `7wd`, or of another spelling; `None` in it for one that is too large.
fn workdays(text: &str, units: &[&str]) -> Option<Option<u32>> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at_checked(digits)?;
    let count = units.contains(&unit).then_some(count).filter(|count| !count.is_empty())?;
    Some(count.parse().ok().filter(|count| *count <= MAX_WORKDAYS))
}

const NO_AMOUNT: &str = "is not an amount of time such as `24h`, `3d` or `7wd`";
const TOO_LONG: &str = "is longer than a hundred years";

const SPELLINGS: [&str; 10] = [
    "wd",
    "working day",
    "working days",
    "workday",
    "workdays",
    "business day",
    "business days",
    "bd",
    "个工作日",
    "工作日",
];

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Amount, AmountError> {
        if let Some(Some(count)) = workdays(text, &["wd"]) {
            return Ok(Amount::Workdays(count));
        }
        text.parse().map(Amount::Time).map_err(|error: super::SpanError| {
            let lower = text.trim().to_lowercase();
            let (count, unit) = lower.split_at(lower.bytes().take_while(u8::is_ascii_digit).count());
            let meant = workdays(&format!("{count}{}", unit.trim_start()), &SPELLINGS);
            let (why, help) = match meant {
                Some(Some(count)) => (NO_AMOUNT, format!("write `\"{count}wd\"`")),
                Some(None) => (TOO_LONG, format!("write at most `\"{MAX_WORKDAYS}wd\"`")),
                None if error.is_too_long() => (TOO_LONG, error.help()),
                None => (NO_AMOUNT, error.help()),
            };
            AmountError { text: text.chars().take(40).collect(), why, help }
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Time(span) => fmt::Display::fmt(span, f),
            Amount::Workdays(count) => write!(f, "{count}wd"),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        deserializer.deserialize_str(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of time such as `\"24h\"` or `\"7wd\"`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Amount, E> {
        text.parse().map_err(|error: AmountError| E::custom(Finding::new("bad_value", &error, error.help())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Amount, E> {
        let message = format!("`{number}` is an amount of time without a unit");
        let help = format!("add a unit: `\"{number}h\"` are {number} hours, `\"{number}wd\"` working days");
        Err(E::custom(Finding::new("wrong_type", message, help)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_and_write() {
        for text in ["0s", "90m", "1d", "36h", "0wd", "7wd", "36525wd"] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
        for (bad, help) in [
            ("7 workdays", "write `\"7wd\"`"),
            ("3个工作日", "write `\"3wd\"`"),
            ("3 days", "write `\"3d\"`"),
            ("wd", "write a whole number and a unit, such as `\"7d\"`"),
            ("-7wd", "leave the sign out: it cannot be negative"),
            ("1.5h", "write `\"90m\"`"),
        ] {
            assert_eq!(bad.parse::<Amount>().unwrap_err().help(), help, "{bad}");
        }
        for (long, help) in [
            ("200000d", "write at most `\"36525d\"`"),
            ("99999999999h", "write at most `\"36525d\"`"),
            ("99999wd", "write at most `\"36525wd\"`"),
            ("99999 working days", "write at most `\"36525wd\"`"),
        ] {
            let error = long.parse::<Amount>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{long}` is longer than a hundred years"));
            assert_eq!(error.help(), help);
        }
        assert_eq!(Amount::workdays(u32::MAX).to_string().parse(), Ok(Amount::Workdays(36_525)));
    }
}
