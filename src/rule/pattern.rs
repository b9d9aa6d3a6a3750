//! Regular expressions over the texts of a lead.

use std::ops::Range;

use regex::{Regex, RegexBuilder, bytes};

use super::limits::{read_message, read_text};
use super::operator::ConditionError;

/// Largest compiled pattern of a condition, in bytes.
const MAX_OF_CONDITION: usize = 256 * 1024;
/// Deepest nesting of a pattern.
const MAX_NESTING: u32 = 50;
/// Longest pattern, in bytes of source.
const MAX_SOURCE: usize = 16 * 1024;
/// Bytes within which a pattern is tried to be compiled, before the most it may have. How many it needs, nobody tells.
const SIZES: [usize; 2] = [MAX_OF_MESSAGE, 64 * 1024];
/// Largest compiled pattern that reads a message whole: the most work for a byte of text grows with what is compiled.
const MAX_OF_MESSAGE: usize = 2 * 1024;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    regex: Regex,
    size: usize,
    /// Whether it reads a message whole.
    is_short: bool,
}

impl Pattern {
    /// Compiles a pattern within the limits that every condition has.
    pub(super) fn of_condition(source: &str) -> Result<Pattern, ConditionError> {
        Pattern::within(source, MAX_OF_CONDITION)
    }

    /// The same within so many bytes.
    pub(crate) fn within(source: &str, most: usize) -> Result<Pattern, ConditionError> {
        let refuse = |reason: String, help: &str| {
            let shown: String = source.chars().take(60).collect();
            let ellipsis = if source.chars().count() > 60 { "…" } else { "" };
            Err(ConditionError::pattern(format!("pattern `{shown}{ellipsis}` {reason}"), help.to_owned()))
        };
        if source.len() > MAX_SOURCE {
            return refuse(format!("is longer than {MAX_SOURCE} bytes"), "use a list or several rules");
        }
        let sizes = SIZES.into_iter().filter(|size| *size < most).chain([most]);
        for size in sizes {
            match RegexBuilder::new(source).size_limit(size).nest_limit(MAX_NESTING).build() {
                Ok(regex) => {
                    let is_short = size <= MAX_OF_MESSAGE || is_words(source) || is_short_in_ascii(source);
                    return Ok(Pattern { regex, size, is_short });
                }
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => {
                    // The last line of a syntax error says what is wrong; the lines above draw the place.
                    let text = error.to_string();
                    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    let help = if reason.contains("not supported") {
                        "write it without look-around and back-references"
                    } else {
                        "correct it; escape a literal special character with `\\`"
                    };
                    return refuse(format!("cannot be read: {reason}"), help);
                }
            }
        }
        refuse(format!("needs more than {most} bytes"), "use fewer or smaller repetitions")
    }

    /// Bytes that it has compiled at most.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Whether it matches a text, as far as it reads it.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(self.read(text))
    }

    /// Its first place in a text, as far as it reads it.
    pub(crate) fn find(&self, text: &str) -> Option<Range<usize>> {
        self.regex.find(self.read(text)).map(|found| found.range())
    }

    fn read<'t>(&self, text: &'t str) -> &'t str {
        if self.is_short { read_message(text) } else { read_text(text) }
    }
}

/// Whether a pattern is words joined by `|`: however many, they are looked for all at once.
fn is_words(source: &str) -> bool {
    let words = source.strip_prefix("(?i)").unwrap_or(source);
    !words.contains(['[', ']', '(', ')', '{', '}', '.', '*', '+', '?', '^', '$', '\\'])
}

/// Whether a pattern is short where `\d`, `\w` and the like are those of ASCII. Over all scripts each takes kilobytes, but
/// it is still one character of the text: the work does not grow with them.
fn is_short_in_ascii(source: &str) -> bool {
    let mut builder = bytes::RegexBuilder::new(source);
    builder.unicode(false).size_limit(MAX_OF_MESSAGE).nest_limit(MAX_NESTING).build().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compiled_and_what_is_read_do_not_multiply() {
        let small = Pattern::of_condition("加我微信|casino").unwrap();
        assert_eq!(small.size(), MAX_OF_MESSAGE);
        let behind = |bytes: usize, word: &str| format!("{}{word}", "x".repeat(bytes));
        assert!(small.is_match(&behind(60_000, "casino")) && !small.is_match(&behind(70_000, "casino")));
        for (source, word) in [
            (r"\d{11}", "13812349876"),
            (r"\w+@\w+", "@b"),
            (r"(?i)casino|poker|加我微信|roulette", "Casino"),
            (r"\bq\w{3}", " quota"),
        ] {
            let common = Pattern::of_condition(source).unwrap();
            assert!(common.is_match(&behind(60_000, word)), "{source}");
            assert!(!common.is_match(&behind(70_000, word)), "{source}");
        }
        let large = Pattern::of_condition("a[ab]{900}c").unwrap();
        assert!(large.size() > MAX_OF_MESSAGE);
        let word = behind(0, "a").repeat(901) + "c";
        assert_eq!(large.find(&behind(3_000, &word)).map(|place| place.start), Some(3_000));
        assert!(!large.is_match(&behind(4_000, &word)));
    }

    #[test]
    fn a_pattern_is_compiled_within_its_bytes() {
        for (source, most, fits) in [
            ("a", 4_096, true),
            (r"\w{2}", 128 << 10, true),
            (r"\w{2}", 16 << 10, false),
            (r"\w{90}", 128 << 10, false),
        ] {
            assert_eq!(Pattern::within(source, most).is_ok(), fits, "{source} {most}");
        }
    }
}
