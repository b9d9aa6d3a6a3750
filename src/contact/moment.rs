//! Dates and times, which look like numbers next to phone numbers: `2026-03-02 10:30`.

use super::scan::{digit_value, is_dash, is_invisible, narrow};

/// Reads a text and skips invisible characters.
#[derive(Clone, Copy)]
struct Cursor<'t> {
    rest: &'t str,
}

impl Cursor<'_> {
    fn peek(self) -> Option<(char, usize)> {
        let mut at = 0;
        for c in self.rest.chars() {
            at += c.len_utf8();
            if !is_invisible(c) {
                return Some((narrow(c), at));
            }
        }
        None
    }

    fn skip(&mut self, fits: impl Fn(char) -> bool) -> Option<char> {
        let (c, len) = self.peek().filter(|(c, _)| fits(*c))?;
        self.rest = self.rest.get(len..).unwrap_or_default();
        Some(c)
    }

    fn is_digit(self) -> bool {
        self.peek().is_some_and(|(c, _)| digit_value(c).is_some())
    }

    /// The value of the digits that follow, when their count and their value are in the given ranges.
    fn number(
        &mut self,
        digits: std::ops::RangeInclusive<usize>,
        values: std::ops::RangeInclusive<u32>,
    ) -> Option<u32> {
        let (mut value, mut count) = (0u32, 0usize);
        while let Some(digit) = self.peek().and_then(|(c, _)| digit_value(c)) {
            self.skip(|_| true);
            (value, count) = (value * 10 + u32::from(digit), count + 1);
            if count > *digits.end() {
                return None;
            }
        }
        (digits.contains(&count) && values.contains(&value)).then_some(value)
    }
}

fn divides(c: char) -> bool {
    is_dash(c) && c != '_' || matches!(c, '/' | '.')
}

/// `2026-03-02`, `2026/3/2`, `02.03.2026`.
fn date(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut tried = *cursor;
    if tried.number(4..=4, 1900..=2099).is_some() {
        let sign = tried.skip(divides)?;
        tried.number(1..=2, 1..=12)?;
        tried.skip(|c| c == sign)?;
        tried.number(1..=2, 1..=31)?;
        *cursor = tried;
        return Some(());
    }
    let mut tried = *cursor;
    let first = tried.number(1..=2, 1..=31)?;
    let sign = tried.skip(divides)?;
    let second = tried.number(1..=2, 1..=31)?;
    tried.skip(|c| c == sign)?;
    tried.number(4..=4, 1900..=2099)?;
    let mut after = tried;
    let continues = after.skip(divides).is_some() && after.is_digit();
    if first.min(second) > 12 || continues {
        return None;
    }
    *cursor = tried;
    Some(())
}

/// `20260302`, with a time behind it.
fn compact_date(cursor: &mut Cursor<'_>) -> Option<()> {
    let value = cursor.number(8..=8, 19_000_101..=20_991_231)?;
    is_date(value).then_some(())
}

fn is_date(value: u32) -> bool {
    (19_000_101..=20_991_231).contains(&value)
        && (1..=12).contains(&(value / 100 % 100))
        && (1..=31).contains(&(value % 100))
}

/// Whether eight digits are those of a day: `20260302`.
pub(super) fn is_compact_date(digits: &str) -> bool {
    digits.len() == 8 && digits.parse().is_ok_and(is_date)
}

/// `10:30`, `10:30:00.000`, with its zone.
fn time(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut tried = *cursor;
    tried.number(1..=2, 0..=24)?;
    tried.skip(|c| c == ':')?;
    tried.number(2..=2, 0..=59)?;
    let mut seconds = tried;
    if seconds.skip(|c| c == ':').is_some() && seconds.number(2..=2, 0..=60).is_some() {
        tried = seconds;
        if seconds.skip(|c| matches!(c, '.' | ',')).is_some() && seconds.number(1..=9, 0..=u32::MAX).is_some()
        {
            tried = seconds;
        }
    }
    let mut zone = tried;
    if zone.skip(|c| c == '+').is_some() || zone.skip(is_dash).is_some() {
        let begin = zone;
        let colon = zone.number(2..=2, 0..=14).and_then(|_| zone.skip(|c| c == ':'));
        let mut compact = begin;
        // `9:00-18:00` is not a zone: a time follows, which is not a number either.
        if colon.is_some() && zone.number(2..=2, 0..=59).is_some() {
            tried = zone;
        } else if compact.number(4..=4, 0..=1400).is_some() {
            tried = compact;
        }
    }
    *cursor = tried;
    Some(())
}

/// Bytes of the date, the time or both at the head of a text that begins with a digit.
pub(super) fn moment(text: &str) -> Option<usize> {
    let begin = Cursor { rest: text };
    let end = |cursor: Cursor<'_>| text.len() - cursor.rest.len();
    let mut cursor = begin;
    let dated = date(&mut cursor).is_some();
    if !dated {
        cursor = begin;
        if compact_date(&mut cursor).is_none() {
            cursor = begin;
            return time(&mut cursor).map(|()| end(cursor));
        }
    }
    let mut later = cursor;
    let apart = later.skip(|c| matches!(c, ' ' | 'T' | 't')).is_some();
    if (apart || dated) && time(&mut later).is_some() {
        return Some(end(later));
    }
    dated.then(|| end(cursor))
}
