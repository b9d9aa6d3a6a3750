//! How far local time is ahead of UTC.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Finding;

/// How far local time is ahead of UTC, in whole seconds, within ±24 hours. Written `+08:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UtcOffset(i32);

/// Why a text is not a [`UtcOffset`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an offset from UTC such as `+08:00`, within a day")]
pub struct UtcOffsetError(String);

impl UtcOffsetError {
    pub(crate) fn to_finding(&self) -> Finding {
        // `Asia/Shanghai`, where one offset holds for ever.
        if self.0.contains('/') && self.0.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let message = format!("`{}` is the name of a zone, expected an offset from UTC", self.0);
            return Finding::new("bad_value", message, "write the offset, such as `\"+08:00\"`");
        }
        let help = match meant(&self.0) {
            Some(offset) => format!("write `\"{offset}\"`"),
            None => "write it as `\"+08:00\"`".to_owned(),
        };
        Finding::new("bad_value", self, help)
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
    let number = |text: &str, limit: i32| text.parse::<i32>().ok().filter(|n| (0..limit).contains(n));
    UtcOffset::from_seconds(sign * (number(hours, 24)? * 3600 + number(minutes, 60)? * 60))
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

#[cfg(test)]
mod tests {
    use super::*;

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
        for nothing in ["", "soon", "+99", "+8:99", "é8"] {
            assert_eq!(meant(nothing), None, "{nothing}");
        }
    }
}
