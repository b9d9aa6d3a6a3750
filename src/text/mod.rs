//! Text as people write it, made comparable: folding, codes, and suggestions for misspelt words.
//!
//! [`fold`] maps every spelling of the same text to one string; [`Folded`] also remembers where each piece came
//! from, so that a hit in the folded text can be shown in the original. [`closest`] is the "did you mean" of every diagnostic.
//!
//! ```
//! use leadkit::text;
//!
//! assert_eq!(text::fold("ＬＥＮＯＶＯ 聯想集團"), "lenovo 联想集团");
//! assert_eq!(text::fold("Société Générale"), "societe generale");
//! assert_eq!(text::closest("regoin", ["region", "brand"]), Some("region"));
//! ```

mod alike;
mod closest;
mod code;
mod fold;
mod habit;
mod mask;
pub(crate) mod path;
mod sentence;
pub(crate) mod similarity;
mod sip;
mod slip;
mod spelling;
mod traditional;
mod words;

pub(crate) use alike::is_mistaken;
pub use closest::closest;
pub use code::Code;
pub(crate) use code::codes;
pub use fold::{Folded, fold};
pub(crate) use fold::{fold_into, is_ideograph};
pub(crate) use habit::meant;
pub(crate) use mask::{MaskedIds, Scrubbed, mask_email, mask_id, mask_phone, scrubbed, shown_address};
pub(crate) use sentence::{list, moment};
pub(crate) use sip::sip_hash;
pub(crate) use slip::{Slips, slips, slips_in_spellings};
pub(crate) use spelling::{agree_in_a_spelling, has_two_spellings, spellings, written_out};
pub(crate) use words::is_common_word;

/// The first bytes of a text, whole characters only.
pub(crate) fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// Whether there is nothing but white space. Most texts begin with a letter, digit or ideograph, which is seen at once.
#[inline]
pub(crate) fn is_blank(text: &str) -> bool {
    // The last white space of Unicode is U+3000, which begins with the byte E3.
    match text.as_bytes().first() {
        None => true,
        Some(first) => !first.is_ascii_graphic() && *first < 0xE4 && is_white(text),
    }
}

#[inline(never)]
fn is_white(text: &str) -> bool {
    text.trim_start().is_empty()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_blank_when_nothing_is_left_of_it_trimmed() {
        for one in (0..=char::MAX as u32).filter_map(char::from_u32) {
            for text in [String::from(one), format!("{one}x"), format!("{one}\u{3000}")] {
                assert_eq!(super::is_blank(&text), text.trim().is_empty(), "{text:?}");
            }
        }
    }
}
