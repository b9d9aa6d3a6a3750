//! Lines of the output.

use std::fmt::Write as _;
use std::io::Write;
use std::ops::Range;

pub(super) const HEADER: &str = "line\tseverity\trule\tmatched\tspan_start\tspan_end\tnormalised";

/// What is said about one part of a line.
pub(super) struct Finding {
    pub(super) severity: &'static str,
    pub(super) rule: String,
    pub(super) span: Option<Range<usize>>,
    pub(super) normalised: String,
}

impl Finding {
    pub(super) fn new(
        severity: &'static str,
        rule: impl Into<String>,
        span: Range<usize>,
        normalised: &str,
    ) -> Finding {
        Finding { severity, rule: rule.into(), span: Some(span), normalised: normalised.to_owned() }
    }

    /// About the line as a whole.
    pub(super) fn whole(severity: &'static str, rule: &str) -> Finding {
        Finding { severity, rule: rule.into(), span: None, normalised: "-".into() }
    }
}

pub(super) fn finding(
    out: &mut impl Write,
    line: usize,
    text: &str,
    finding: &Finding,
) -> std::io::Result<()> {
    let Finding { severity, rule, span, normalised } = finding;
    let span = span.clone().unwrap_or(0..0);
    let matched = match text.get(span.clone()).unwrap_or_default() {
        "" => "-".to_owned(),
        matched => escaped(matched),
    };
    writeln!(out, "{line}\t{severity}\t{rule}\t{matched}\t{}\t{}\t{normalised}", span.start, span.end)
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
