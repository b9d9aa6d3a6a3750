//! Regular expressions over the texts of a lead.

use regex::Regex;

use super::found::Found;
use super::reason::HitReason;
use super::rules::PatternCheck;
use super::texts::Text;
use crate::error::Report;
use crate::rule::compile_pattern;

/// Compiled patterns with their sources.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(Vec<Regex>);

impl Patterns {
    pub(super) fn compile(check: &PatternCheck, report: &mut Report) -> Patterns {
        let mut patterns = Patterns::default();
        report.within("patterns", |report| {
            if check.patterns.is_empty() {
                report.error("empty_list", "there are no patterns", "add one, or remove the rule");
            }
            for (index, source) in check.patterns.iter().enumerate() {
                report.item(index, |report| match compile_pattern(source) {
                    Ok(regex) if regex.is_match("") => report.error(
                        "matches_every_lead",
                        "the pattern matches the empty text",
                        "ask for at least one character",
                    ),
                    Ok(regex) => {
                        if is_between_slashes(source) {
                            let help = "write it without them; `(?i)` in front makes case no difference";
                            report.warning("slashes", "the slashes are looked for in the text too", help);
                        }
                        patterns.0.push(regex);
                    }
                    Err(error) => report.error(error.code(), error.to_string(), error.help()),
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
                    let found_at = Found::at(one.field(), one.index, Some(place.range()), HitReason::Pattern);
                    found(found_at.entry(pattern.as_str().chars().take(60).collect()));
                }
            }
        }
    }
}

/// Whether a pattern is written as other languages do: `/spam/i`.
fn is_between_slashes(source: &str) -> bool {
    let inner = source.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    inner.is_some_and(|(inner, flags)| {
        !inner.is_empty() && flags.bytes().all(|flag| b"gimsuxy".contains(&flag))
    })
}
