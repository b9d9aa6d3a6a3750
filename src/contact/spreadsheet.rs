//! Numbers that a spreadsheet has typed again: `1.3976428531E+10`.

use super::scan::{digit_value, is_invisible, narrow};

/// Most digits before the exponent; longer ones are not phone numbers.
const MAX_MANTISSA: usize = 20;

/// A number in scientific notation.
pub(super) struct Scientific {
    /// Bytes of it.
    pub(super) len: usize,
    /// All its digits; `None` when the notation has dropped some.
    pub(super) digits: Option<String>,
}

/// Reads a number in scientific notation at the head of a text that starts with a digit.
pub(super) fn scientific(text: &str) -> Option<Scientific> {
    let mut digits = String::new();
    // Digits behind the decimal sign, once there is one.
    let mut decimals: Option<usize> = None;
    let mut exponent: Option<usize> = None;
    let mut signed = false;
    let mut len = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if let Some(value) = digit_value(c) {
            match &mut exponent {
                Some(exponent) => *exponent = *exponent * 10 + usize::from(value),
                None => {
                    digits.push(char::from(b'0' + value));
                    decimals = decimals.map(|count| count + 1);
                }
            }
            if digits.len() > MAX_MANTISSA || exponent.is_some_and(|exponent| exponent > 99) {
                return None;
            }
            if exponent.is_some() {
                len = end;
            }
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        match narrow(c) {
            '.' | ',' if decimals.is_none() && exponent.is_none() => decimals = Some(0),
            'e' | 'E' if exponent.is_none() => exponent = Some(0),
            '+' if exponent.is_some() && len == 0 && !signed => signed = true,
            c if len > 0 && c.is_ascii_alphanumeric() => return None,
            _ => break,
        }
    }
    let decimals = decimals.unwrap_or(0);
    if len == 0 {
        return None;
    }
    let exponent = exponent?;
    // Zeros after the last place of a whole number come from the notation.
    let surplus = decimals.saturating_sub(exponent);
    let whole = digits.len() - surplus.min(digits.len());
    let zeros = digits.get(whole..).is_some_and(|tail| tail.bytes().all(|digit| digit == b'0'));
    let digits = (decimals >= exponent && zeros).then(|| digits.get(..whole).unwrap_or_default().to_owned());
    Some(Scientific { len, digits })
}
