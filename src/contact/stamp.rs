//! Dates and times of day, which people and exports write beside numbers.

use std::ops::RangeInclusive;

use super::scan::{digit_value, narrow};

/// Bytes of a date (`2026-03-02`, `2026/3/2`) or a time of day (`10:30`, `10:30:05`) at the head of a text.
pub(super) fn stamp(text: &str) -> Option<usize> {
    date(text).or_else(|| time(text))
}

/// Whether digits are a date written without signs: `20260302`.
pub(super) fn is_compact_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    digits.len() == 8
        && number(0..4).is_some_and(|year| (1990..=2060).contains(&year))
        && number(4..6).is_some_and(|month| (1..=12).contains(&month))
        && number(6..8).is_some_and(|day| (1..=31).contains(&day))
}

fn date(text: &str) -> Option<usize> {
    let mut rest = Rest { text, at: 0 };
    rest.number(4..=4, 1900..=2099)?;
    let sign = rest.sign(&['-', '/', '.'])?;
    rest.number(1..=2, 1..=12)?;
    rest.sign(&[sign])?;
    rest.number(1..=2, 1..=31)?;
    (!rest.goes_on(&['-', '/', '.'])).then_some(rest.at)
}

fn time(text: &str) -> Option<usize> {
    let mut rest = Rest { text, at: 0 };
    rest.number(1..=2, 0..=23)?;
    rest.sign(&[':'])?;
    rest.number(2..=2, 0..=59)?;
    if rest.goes_on(&[':']) {
        rest.sign(&[':'])?;
        rest.number(2..=2, 0..=60)?;
    }
    (!rest.goes_on(&[':'])).then_some(rest.at)
}

/// A text that is read from its head.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl Rest<'_> {
    fn chars(&self) -> impl Iterator<Item = char> {
        self.text.get(self.at..).unwrap_or_default().chars()
    }

    /// A whole number of so many digits.
    fn number(&mut self, digits: RangeInclusive<usize>, values: RangeInclusive<u32>) -> Option<u32> {
        let (mut value, mut count, mut length) = (0_u32, 0, 0);
        for c in self.chars() {
            let Some(digit) = digit_value(c) else { break };
            count += 1;
            if count > *digits.end() {
                return None;
            }
            value = value * 10 + u32::from(digit);
            length += c.len_utf8();
        }
        self.at += length;
        (digits.contains(&count) && values.contains(&value)).then_some(value)
    }

    fn sign(&mut self, signs: &[char]) -> Option<char> {
        let c = self.chars().next()?;
        let sign = narrow(c);
        self.at += c.len_utf8();
        signs.contains(&sign).then_some(sign)
    }

    /// Whether one of the signs follows, and a digit behind it.
    fn goes_on(&self, signs: &[char]) -> bool {
        let mut chars = self.chars();
        chars.next().is_some_and(|c| signs.contains(&narrow(c)))
            && chars.next().is_some_and(|c| digit_value(c).is_some())
    }
}
