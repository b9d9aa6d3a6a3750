//! Letters that ASCII spells in two ways: people write `Müller` as `Muller` and as `Mueller`.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A text with `ä ö ü ø å` written out as `ae oe ue oe aa`; `None` for a text that has none of them. [Folding](super::fold)
/// gives the other spelling, without the second letter.
///
/// Only a text that has the letters has two spellings. `Mueller` is not read as `Muller`, so `Bauer` and `Baur` stay apart.
pub(crate) fn written_out(text: &str) -> Option<String> {
    if !has_two_spellings(text) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 4);
    let mut letters = text.nfc().peekable();
    let mut is_written_out = false;
    while let Some(c) = letters.next() {
        let [first, second] = match c {
            'ä' => ['a', 'e'],
            'ö' | 'ø' => ['o', 'e'],
            'ü' => ['u', 'e'],
            'å' => ['a', 'a'],
            'Ä' => ['A', 'E'],
            'Ö' | 'Ø' => ['O', 'E'],
            'Ü' => ['U', 'E'],
            'Å' => ['A', 'A'],
            _ => {
                out.push(c);
                continue;
            }
        };
        is_written_out = true;
        out.push(first);
        // Capitals tell some legal forms: `Übel` is `Uebel`, `ÜBEL` is `UEBEL`.
        let is_capital = second.is_uppercase() && letters.peek().is_some_and(|next| next.is_uppercase());
        out.push(if is_capital { second } else { second.to_ascii_lowercase() });
    }
    is_written_out.then_some(out)
}

/// Whether a text may have such letters: they are in it, or the marks that make them of plain ones.
pub(crate) fn has_two_spellings(text: &str) -> bool {
    let is_one = |c: char| {
        matches!(c, 'ä' | 'ö' | 'ü' | 'ø' | 'å' | 'Ä' | 'Ö' | 'Ü' | 'Ø' | 'Å')
            || matches!(c, '\u{308}' | '\u{30a}' | '\u{212b}')
    };
    !text.is_ascii() && text.chars().any(is_one)
}

/// A text, and the text [written out](written_out) where that is another one.
pub(crate) fn spellings(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    std::iter::once(Cow::Borrowed(text)).chain(written_out(text).map(Cow::Owned))
}

/// Whether two texts agree in some spelling of each.
pub(crate) fn agree_in_a_spelling(a: &str, b: &str, agree: impl Fn(&str, &str) -> bool) -> bool {
    spellings(a).any(|a| spellings(b).any(|b| agree(&a, &b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn letters_are_written_out_and_others_stay() {
        for (text, want) in [
            ("Müller", Some("Mueller")),
            ("MÜLLER ÖL", Some("MUELLER OEL")),
            ("Mu\u{308}ller", Some("Mueller")),
            ("Österreich", Some("Oesterreich")),
            ("Ørsted Åse \u{212b}", Some("Oersted Aase Aa")),
            ("Mueller", None),
            ("Straße", None),
            ("Nestlé", None),
            ("栖岸科技", None),
            ("", None),
        ] {
            assert_eq!(written_out(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn what_has_the_letters_meets_both_spellings_and_these_do_not_meet() {
        let agree = |a: &str, b: &str| agree_in_a_spelling(a, b, |a, b| fold(a) == fold(b));
        assert!(
            agree("Müller", "mueller") && agree("Muller", "MÜLLER") && agree("Jörg Mueller", "Joerg Müller")
        );
        assert!(!agree("Muller", "Mueller") && !agree("Bauer", "Baur"));
    }
}
