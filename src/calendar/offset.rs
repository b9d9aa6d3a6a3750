//! How far local time is ahead of UTC.

use std::fmt;
use std::str::FromStr;

use chrono::FixedOffset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Finding;

/// How far local time is ahead of UTC, in whole seconds, within ±24 hours. Written `+08:00`.
///
/// ```
/// use leadkit::calendar::UtcOffset;
///
/// let nepal: UtcOffset = "+05:45".parse()?;
/// assert_eq!(nepal.seconds(), 20_700);
/// assert_eq!(UtcOffset::from_seconds(-12_600).unwrap().to_string(), "-03:30");
/// assert_eq!(UtcOffset::from_seconds(86_400), None);
/// # Ok::<(), leadkit::calendar::UtcOffsetError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UtcOffset(i32);

/// Why a text is not a [`UtcOffset`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an offset from UTC such as `+08:00`, within a day")]
pub struct UtcOffsetError(String);

impl UtcOffsetError {
    /// How to write the offset instead.
    ///
    /// ```
    /// use leadkit::calendar::UtcOffset;
    ///
    /// assert_eq!("UTC+8".parse::<UtcOffset>().unwrap_err().help(), "write `\"+08:00\"`");
    /// ```
    #[must_use]
    pub fn help(&self) -> String {
        match meant(&self.0) {
            Some(offset) => format!("write `\"{offset}\"`"),
            None if self.is_name() => "write the offset, such as `\"+08:00\"`".to_owned(),
            None => "write it as `\"+08:00\"`".to_owned(),
        }
    }

    /// `Asia/Shanghai`, where one offset holds for ever.
    fn is_name(&self) -> bool {
        self.0.contains('/') && self.0.starts_with(|c: char| c.is_ascii_alphabetic())
    }

    pub(crate) fn to_finding(&self) -> Finding {
        if self.is_name() {
            let message = format!("`{}` is the name of a zone, expected an offset from UTC", self.0);
            return Finding::new("bad_value", message, self.help());
        }
        Finding::new("bad_value", self, self.help())
    }
}

/// The offset of `UTC+8`, `+8:00`, `+0800` and `8`.
fn meant(text: &str) -> Option<UtcOffset> {
    let text = text.trim();
    let bare = ["UTC", "GMT", "utc", "gmt"].into_iter().find_map(|name| text.strip_prefix(name));
    let bare = bare.unwrap_or(text).trim();
    let (sign, digits) = match bare.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, bare.strip_prefix(['+', '＋']).unwrap_or(bare)),
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 3 | 4) => digits.split_at_checked(digits.len() - 2)?,
        (None, _) => (digits, "0"),
    };
    UtcOffset::from_seconds(sign * (digits_below(hours, 24)? * 3600 + digits_below(minutes, 60)? * 60))
}

/// A number of digits alone: `str::parse` takes a sign too.
fn digits_below(text: &str, limit: i32) -> Option<i32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number < limit)
}

fn two_digits(text: &str, limit: i32) -> Option<i32> {
    digits_below(text, limit).filter(|_| text.len() == 2)
}

impl UtcOffset {
    /// Offset 0: local time is UTC.
    pub const UTC: UtcOffset = UtcOffset(0);
    /// China: +08:00.
    pub const CHINA: UtcOffset = UtcOffset(8 * 3600);

    /// An offset in seconds; `None` unless it is within a day.
    ///
    /// ```
    /// use leadkit::calendar::UtcOffset;
    ///
    /// assert_eq!(UtcOffset::from_seconds(8 * 3600), Some(UtcOffset::CHINA));
    /// assert_eq!(UtcOffset::from_seconds(86_400), None);
    /// ```
    #[must_use]
    pub const fn from_seconds(seconds: i32) -> Option<UtcOffset> {
        if seconds > -86_400 && seconds < 86_400 { Some(UtcOffset(seconds)) } else { None }
    }

    /// Seconds ahead of UTC, −86,399 to 86,399; negative west of Greenwich.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }
}

impl UtcOffset {
    /// The same for chrono.
    pub(super) fn fixed(self) -> Option<FixedOffset> {
        FixedOffset::east_opt(self.0)
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
            let (hours, minutes) = (two_digits(parts.next()?, 24)?, two_digits(parts.next()?, 60)?);
            let seconds = match parts.next() {
                None => 0,
                Some(part) => two_digits(part, 60)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_read_and_write() {
        for text in ["+08:00", "-05:30", "+00:00", "+05:45", "-00:00:30"] {
            assert_eq!(text.parse::<UtcOffset>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "8",
            "+8:00",
            "+24:00",
            "+08:60",
            "08:00",
            "+08:00:00:00",
            "+-8:00",
            "＋08:00",
            "+08:00:+5",
            "+08:+0",
        ] {
            assert!(bad.parse::<UtcOffset>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_people_write_instead_is_told_as_it_should_be() {
        for (written, right) in [
            ("UTC+8", "+08:00"),
            ("GMT-3:30", "-03:30"),
            ("+0800", "+08:00"),
            ("8", "+08:00"),
            ("-930", "-09:30"),
        ] {
            assert_eq!(meant(written).unwrap().to_string(), right);
        }
        for nothing in ["", "soon", "+99", "+8:99", "é8", "8:+5"] {
            assert_eq!(meant(nothing), None, "{nothing}");
        }
    }
}
