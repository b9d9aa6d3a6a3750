//! Characters as links and the bodies of web forms write them: `%2B86`, `lei%40x.cn`.

use std::ops::Range;

/// Bytes of an encoded character.
pub(super) const ENCODED: usize = 3;

/// The character that a text begins with in its encoded form, if it is one that stands in or around contact values. Others
/// are left as they are: `100%` is a share.
pub(super) fn encoded(rest: &str) -> Option<char> {
    let code = rest.strip_prefix('%')?.get(..ENCODED - 1)?;
    if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let c = char::from(u8::from_str_radix(code, 16).ok()?);
    matches!(c, '\n' | '\r' | ' ' | '"' | '(' | ')' | '+' | ',' | '-' | '/' | ':' | ';' | '<' | '>' | '@')
        .then_some(c)
}

/// A field without encoded characters, and the way back.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Where they stand in the text, in order.
    places: Vec<usize>,
}

impl Decoded {
    /// `None` when nothing is encoded.
    pub(super) fn of(field: &str) -> Option<Decoded> {
        if !field.contains('%') {
            return None;
        }
        let mut decoded = Decoded { text: String::with_capacity(field.len()), places: Vec::new() };
        let mut rest = field;
        while let Some(at) = rest.find('%') {
            let (before, sign) = rest.split_at_checked(at)?;
            decoded.text.push_str(before);
            rest = match encoded(sign) {
                Some(c) => {
                    decoded.places.push(decoded.text.len());
                    decoded.text.push(c);
                    sign.get(ENCODED..)?
                }
                None => {
                    decoded.text.push('%');
                    sign.get(1..)?
                }
            };
        }
        decoded.text.push_str(rest);
        (!decoded.places.is_empty()).then_some(decoded)
    }

    /// The bytes of the field that a range of the text stands for.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| at + (ENCODED - 1) * self.places.partition_point(|place| *place < at);
        place(range.start)..place(range.end)
    }
}
