//! Lexicons: words that a text must not contain, however they are written.
//!
//! The text is folded once ([`fold`](crate::text::fold): width, case, compatibility forms, accents and piled-up marks,
//! invisible characters, traditional characters) and read by one automaton for all lists. Lists with such a setting are read
//! again without signs between the characters, and with repeated characters squeezed.
//!
//! Out of scope: letters or digits as separators, words written backwards, look-alike letters of other scripts, leet and
//! pinyin; and words that appear by chance inside others in a script without blanks, unless an allowed phrase covers them.

mod cover;
mod edges;
mod evasion;
mod hit;
mod loose;
mod matcher;
mod phrase_cover;
mod phrases;
mod room;
mod squeeze;
mod words;

pub use hit::LexiconHit;
pub use matcher::Lexicon;
pub use phrases::harmless_phrases;
pub(super) use words::Words;
