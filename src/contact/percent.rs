//! Characters as links, the bodies of web forms and web pages write them: `%2B86`, `lei%40x.cn`, `&#49;39…`.

use std::ops::Range;

/// Names of characters in web pages.
const NAMED: [(&str, char); 6] =
    [("&amp;", '&'), ("&gt;", '>'), ("&lt;", '<'), ("&nbsp;", ' '), ("&quot;", '"'), ("&apos;", '\'')];
/// Digits of the longest code of a character that is read: ASCII.
const MAX_CODE: usize = 3;

/// The character that a text begins with in its encoded form, if contact values have it in or around them, and its bytes
/// there. Others are left as they are: `100%` is a share.
pub(super) fn encoded(rest: &str) -> Option<(char, usize)> {
    if let Some(code) = rest.strip_prefix('%') {
        let c = of_code(code.get(..2)?, 16)?;
        let stands = matches!(
            c,
            '\n' | '\r' | ' ' | '"' | '(' | ')' | '+' | ',' | '-' | '/' | ':' | ';' | '<' | '>' | '@'
        );
        return stands.then_some((c, 3));
    }
    if let Some(code) = rest.strip_prefix("&#") {
        let (code, radix) = match code.strip_prefix(['x', 'X']) {
            Some(code) => (code, 16),
            None => (code, 10),
        };
        let (code, behind) =
            code.split_at_checked(code.bytes().take(MAX_CODE + 1).position(|byte| byte == b';')?)?;
        let c = of_code(code, radix).filter(|c| *c == ' ' || c.is_ascii_graphic())?;
        return Some((c, rest.len() - behind.len() + 1));
    }
    let (name, c) = NAMED.iter().find(|(name, _)| rest.starts_with(name))?;
    Some((*c, name.len()))
}

fn of_code(code: &str, radix: u32) -> Option<char> {
    let digits = !code.is_empty() && code.chars().all(|c| c.is_digit(radix));
    digits.then(|| u8::from_str_radix(code, radix).ok()).flatten().map(char::from)
}

/// A field without encoded characters, and how its places map to the original.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Their places in the text, in order, and how many bytes more they and those before them have in the field.
    places: Vec<(usize, usize)>,
}

impl Decoded {
    /// `None` when nothing is encoded.
    pub(super) fn of(field: &str) -> Option<Decoded> {
        if !field.contains(['%', '&']) {
            return None;
        }
        let mut decoded = Decoded { text: String::with_capacity(field.len()), places: Vec::new() };
        let (mut rest, mut more) = (field, 0);
        while let Some(at) = rest.find(['%', '&']) {
            let (before, sign) = rest.split_at_checked(at)?;
            decoded.text.push_str(before);
            let (c, length) = match encoded(sign) {
                Some((c, length)) => {
                    more += length - c.len_utf8();
                    decoded.places.push((decoded.text.len(), more));
                    (c, length)
                }
                None => (sign.chars().next()?, 1),
            };
            decoded.text.push(c);
            rest = sign.get(length..)?;
        }
        decoded.text.push_str(rest);
        (!decoded.places.is_empty()).then_some(decoded)
    }

    /// The bytes of the field that a range of the text stands for.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let before = self.places.partition_point(|(place, _)| *place < at);
            at + before.checked_sub(1).and_then(|last| self.places.get(last)).map_or(0, |(_, more)| *more)
        };
        place(range.start)..place(range.end)
    }
}
