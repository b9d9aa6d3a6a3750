//! Regular expressions over the texts of a lead.

use super::found::Found;
use super::reason::HitReason;
use super::rules::PatternCheck;
use super::texts::Text;
use crate::error::Report;
use crate::rule::Pattern;

/// Most patterns of a rule and of a document, and most bytes of their sources: a compiled one takes a hundred times as much.
const MAX_OF_RULE: Amount = Amount { patterns: 1_000, bytes: 64 * 1024 };
const MAX_OF_DOCUMENT: Amount = Amount { patterns: 2_000, bytes: 256 * 1024 };

/// Largest compiled pattern, in bytes.
const MAX_COMPILED: usize = 128 * 1024;

/// Most bytes that the patterns of a document have compiled.
const MAX_TOGETHER: usize = 16 * 1024 * 1024;

/// How many patterns there are, and bytes of their sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Amount {
    patterns: usize,
    bytes: usize,
}

/// The patterns of the rules before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PatternsBefore {
    amount: Amount,
    /// Bytes of what is compiled of them.
    compiled: usize,
}

impl Amount {
    fn of(check: &PatternCheck) -> Amount {
        let bytes = check.patterns.iter().map(String::len).sum();
        Amount { patterns: check.patterns.len(), bytes }
    }

    fn and(self, other: Amount) -> Amount {
        Amount { patterns: self.patterns + other.patterns, bytes: self.bytes + other.bytes }
    }

    /// Reports patterns beyond the limits; returns whether there are any.
    fn exceeds(self, most: Amount, whose: &str, report: &mut Report) -> bool {
        let is_more = self.patterns > most.patterns || self.bytes > most.bytes;
        if is_more {
            let message = format!(
                "{whose} {} patterns of {} bytes together, at most {} of {} bytes are compiled",
                self.patterns, self.bytes, most.patterns, most.bytes
            );
            let help = "put plain words into a `lexicon` rule, and join patterns by `|`";
            report.error("too_many_patterns", message, help);
        }
        is_more
    }
}

/// Compiled patterns with their sources.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(Vec<Pattern>);

impl Patterns {
    /// Compiles the patterns of a rule; `before` are those of the rules before it.
    pub(super) fn compile(
        check: &PatternCheck,
        before: &mut PatternsBefore,
        report: &mut Report,
    ) -> Patterns {
        let mut patterns = Patterns::default();
        report.within("patterns", |report| {
            let (own, was) = (Amount::of(check), before.amount);
            let was_told = was.patterns > MAX_OF_DOCUMENT.patterns || was.bytes > MAX_OF_DOCUMENT.bytes;
            before.amount = was.and(own);
            if own.exceeds(MAX_OF_RULE, "the rule has", report)
                || was_told
                || before.amount.exceeds(MAX_OF_DOCUMENT, "the rules up to this one have", report)
            {
                return;
            }
            if check.patterns.is_empty() {
                report.error("empty_list", "there are no patterns", "add one, or remove the rule");
            }
            for (index, source) in check.patterns.iter().enumerate() {
                // Nobody reads further errors, and the one that there is too much is told once.
                if report.is_full() || before.compiled > MAX_TOGETHER {
                    break;
                }
                report.item(index, |report| {
                    patterns.0.extend(compile(source, &mut before.compiled, report));
                });
            }
        });
        patterns
    }

    /// The first place of each pattern in each text.
    pub(super) fn find(&self, texts: &[Text<'_>], found: &mut impl FnMut(Found)) {
        for one in texts {
            for pattern in &self.0 {
                if let Some(place) = pattern.find(one.text) {
                    let found_at = Found::at(one.field(), one.index, Some(place), HitReason::Pattern);
                    found(found_at.entry(pattern.as_str().chars().take(60).collect()));
                }
            }
        }
    }
}

/// Compiles one pattern, and adds to what the patterns of the document have compiled.
fn compile(source: &str, compiled: &mut usize, report: &mut Report) -> Option<Pattern> {
    let pattern = match Pattern::within(source, MAX_COMPILED) {
        Ok(pattern) => pattern,
        Err(error) => {
            report.error(error.code(), error.to_string(), error.help());
            return None;
        }
    };
    if pattern.is_match("") {
        let help = "ask for at least one character";
        report.error("matches_every_lead", "the pattern matches the empty text", help);
        return None;
    }
    *compiled += pattern.size();
    if *compiled > MAX_TOGETHER {
        let message = format!(
            "with this one the patterns of all rules need more than {} MiB compiled",
            MAX_TOGETHER >> 20
        );
        let help = r"write `[0-9]` instead of `\d` and `[a-zA-Z]` instead of `\w`, and plain words into a `lexicon` rule";
        report.error("too_many_patterns", message, help);
        return None;
    }
    if is_between_slashes(source) {
        let help = "remove them; to ignore case, begin the pattern with `(?i)`";
        report.warning("slashes", "the slashes are matched as part of the text", help);
    }
    Some(pattern)
}

/// Whether a pattern is written as other languages do: `/spam/i`.
fn is_between_slashes(source: &str) -> bool {
    let inner = source.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    inner.is_some_and(|(inner, flags)| {
        !inner.is_empty() && flags.bytes().all(|flag| b"gimsuxy".contains(&flag))
    })
}
