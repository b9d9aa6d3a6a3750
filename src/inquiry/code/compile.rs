//! From rules to a format: what the type system cannot check.

use super::engine::CodeFormat;
use super::rules::{CodePart, CodeRules};
use crate::document::Unique;
use crate::error::Report;
use crate::rule::{Registry, RulesDocument, RulesVersion, rules_document};

rules_document!(CodeRules => CodeFormat);

impl RulesDocument for CodeRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        check(self, report);
    }
}

fn check(rules: &CodeRules, report: &mut Report) {
    RulesVersion::check(rules.format, report);
    let plain = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control();
    if (rules.separator.is_empty() && rules.segments.len() > 1) || !rules.separator.chars().all(plain) {
        report.within("separator", |report| {
            let message = format!("`{}` cannot separate segments", rules.separator.escape_debug());
            report.error(
                "bad_separator",
                message,
                "use a character that is not a letter, digit or space, such as `-`",
            );
        });
    }
    let mut parts = Unique::listed_names("part");
    report.within("segments", |report| {
        if rules.segments.is_empty() {
            report.error("no_segments", "the code has no segments", "add at least one");
        }
        for (index, segment) in rules.segments.iter().enumerate() {
            report.item(index, |report| {
                if segment.is_empty() {
                    report.error("no_parts", "the segment has no parts", "add at least one, or remove it");
                }
                if segment.iter().filter(|part| part.width.is_none()).count() > 1 {
                    report.error(
                        "ambiguous_segment",
                        "two parts of the segment have no width, so their border is ambiguous",
                        "give all but one a `width`",
                    );
                }
                for (index, rule) in segment.iter().enumerate() {
                    report.item(index, |report| {
                        parts.check(rule.part.as_str(), report);
                        let (right, help) = match (rule.part, rule.width) {
                            (CodePart::Year, width) => (matches!(width, Some(2 | 4)), "write 2 or 4"),
                            (CodePart::Month, width) => (width == Some(2), "write 2"),
                            (CodePart::Serial, width) => {
                                (width.is_some_and(|width| (1..=9).contains(&width)), "write 1 to 9")
                            }
                            (_, width) => (width != Some(0), "write at least 1, or leave it out"),
                        };
                        if !right {
                            let message = format!("`{}` cannot have that width", rule.part);
                            report.within("width", |report| report.error("bad_width", message, help));
                        }
                    });
                }
            });
        }
    });
}

impl CodeFormat {
    fn compile_into(rules: &CodeRules, report: &mut Report) -> CodeFormat {
        check(rules, report);
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        CodeFormat { rules: rules.clone(), version }
    }
}
