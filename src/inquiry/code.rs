//! Inquiry codes: identifiers that say what an inquiry is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::Unique;
use crate::error::Report;
use crate::model::open_enum::closed_enum;
use crate::rule::{Registry, RulesDocument, RulesVersion, rules_document};

closed_enum! {
    /// What a part of an inquiry code says.
    CodePart {
        /// Class of the inquiry.
        Class = "class",
        /// Sales region.
        Region = "region",
        /// Province of the customer.
        Province = "province",
        /// Customer.
        Customer = "customer",
        /// Department that handles it.
        Department = "department",
        /// Product.
        Product = "product",
        /// Year, in two or four digits.
        Year = "year",
        /// Month, 01 to 12.
        Month = "month",
        /// Serial number.
        Serial = "serial",
    }
}

impl CodePart {
    fn is_number(self) -> bool {
        matches!(self, CodePart::Year | CodePart::Month | CodePart::Serial)
    }
}

/// A part of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodePartRule {
    /// What it says.
    pub part: CodePart,
    /// Its length in characters; `None` for any. Years have 2 or 4, months 2, serial numbers 1 to 9 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u8>,
}

/// The make-up of inquiry codes as data.
///
/// The default is class and region, province and customer, department, product with year and month, serial
/// number: `EHD-GDXH-IND-CRM202603-0007`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodeRules {
    /// Format of the document: 1.
    pub format: u16,
    /// Your name of this revision.
    pub revision: String,
    /// What stands between the segments. No value may hold a character of it.
    pub separator: String,
    /// The segments, each of parts that stand side by side. At most one part of a segment has no width.
    pub segments: Vec<Vec<CodePartRule>>,
}

impl Default for CodeRules {
    fn default() -> Self {
        let fixed = |part, width| CodePartRule { part, width: Some(width) };
        let free = |part| CodePartRule { part, width: None };
        CodeRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            separator: "-".to_owned(),
            segments: vec![
                vec![fixed(CodePart::Class, 1), free(CodePart::Region)],
                vec![fixed(CodePart::Province, 2), free(CodePart::Customer)],
                vec![free(CodePart::Department)],
                vec![free(CodePart::Product), fixed(CodePart::Year, 4), fixed(CodePart::Month, 2)],
                vec![fixed(CodePart::Serial, 4)],
            ],
        }
    }
}

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
                "use a sign that is no letter, digit or space, such as `-`",
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
                        "two parts of the segment have no width: nobody can tell where one ends",
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

/// Why something is no inquiry code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeError {
    /// A part is missing.
    #[error("`{part}` is missing")]
    Missing {
        /// The part.
        part: CodePart,
    },
    /// The code has no such part.
    #[error("the code has no `{part}`")]
    Unused {
        /// The part.
        part: CodePart,
    },
    /// A value cannot stand in the code.
    #[error("`{value}` cannot be a `{part}`: {reason}")]
    Value {
        /// The part.
        part: CodePart,
        /// The value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text has another number of segments.
    #[error("`{text}` has {found} segments, a code has {expected}")]
    Segments {
        /// The text.
        text: String,
        /// How many it has.
        found: usize,
        /// How many a code has.
        expected: usize,
    },
    /// A segment is too short for its parts, or too long.
    #[error("segment {index} `{segment}` does not have the length of its parts")]
    Length {
        /// Which segment, from 1.
        index: usize,
        /// Its text.
        segment: String,
    },
    /// The code is in use.
    #[error("the code `{code}` is in use")]
    Duplicate {
        /// The code.
        code: String,
    },
    /// All serial numbers are used.
    #[error("no serial number is left for `{code}`")]
    SerialsUsedUp {
        /// The code with the last serial number.
        code: String,
    },
}

/// An inquiry code: its text and what the text says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InquiryCode {
    text: String,
    values: BTreeMap<CodePart, String>,
}

impl InquiryCode {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What a part of it says; numbers with their leading zeros.
    #[must_use]
    pub fn value(&self, part: CodePart) -> Option<&str> {
        self.values.get(&part).map(String::as_str)
    }

    /// All its parts.
    #[must_use]
    pub fn values(&self) -> &BTreeMap<CodePart, String> {
        &self.values
    }
}

impl fmt::Display for InquiryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Writes and reads inquiry codes. What it writes it reads back as the same parts.
///
/// ```
/// use std::collections::BTreeMap;
/// use leadkit::inquiry::{CodeFormat, CodePart, CodeRules};
///
/// let format = CodeFormat::compile(&CodeRules::default())?;
/// let code = format.parse("EHD-GDXH-IND-CRM202603-0007")?;
/// assert_eq!(code.value(CodePart::Product), Some("CRM"));
/// assert_eq!(code.value(CodePart::Month), Some("03"));
/// assert_eq!(format.build(code.values().clone())?, code);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CodeFormat {
    rules: CodeRules,
    version: RulesVersion,
}

impl CodeFormat {
    fn compile_into(rules: &CodeRules, report: &mut Report) -> CodeFormat {
        check(rules, report);
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        CodeFormat { rules: rules.clone(), version }
    }

    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Builds a code from its parts. Numbers get their leading zeros.
    ///
    /// # Errors
    /// When a part is missing, is not one of the code's, or has a value that cannot stand there.
    pub fn build(&self, mut values: BTreeMap<CodePart, String>) -> Result<InquiryCode, CodeError> {
        let parts = || self.rules.segments.iter().flatten();
        if let Some(part) = values.keys().find(|part| !parts().any(|rule| rule.part == **part)) {
            return Err(CodeError::Unused { part: *part });
        }
        let mut text = String::new();
        for (index, segment) in self.rules.segments.iter().enumerate() {
            if index > 0 {
                text.push_str(&self.rules.separator);
            }
            for rule in segment {
                let value = values.get_mut(&rule.part).ok_or(CodeError::Missing { part: rule.part })?;
                if let (true, Some(width)) = (rule.part.is_number(), rule.width) {
                    *value = format!("{value:0>width$}", width = usize::from(width));
                }
                self.check_value(rule, value)?;
                text.push_str(value);
            }
        }
        Ok(InquiryCode { text, values })
    }

    /// Reads a code.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(&self, text: &str) -> Result<InquiryCode, CodeError> {
        let shown = || text.chars().take(80).collect::<String>();
        let segments: Vec<&str> = if self.rules.separator.is_empty() {
            vec![text]
        } else {
            text.split(self.rules.separator.as_str()).collect()
        };
        let (found, expected) = (segments.len(), self.rules.segments.len());
        if found != expected {
            return Err(CodeError::Segments { text: shown(), found, expected });
        }
        let mut values = BTreeMap::new();
        for (index, (segment, rules)) in segments.into_iter().zip(&self.rules.segments).enumerate() {
            let fixed: usize = rules.iter().filter_map(|rule| rule.width).map(usize::from).sum();
            let free = segment.chars().count().checked_sub(fixed);
            let has_free = rules.iter().any(|rule| rule.width.is_none());
            let free = match free {
                Some(free) if has_free == (free > 0) => free,
                _ => {
                    let segment = segment.chars().take(80).collect();
                    return Err(CodeError::Length { index: index + 1, segment });
                }
            };
            let mut rest = segment.chars();
            for rule in rules {
                let width = rule.width.map_or(free, usize::from);
                let value: String = rest.by_ref().take(width).collect();
                self.check_value(rule, &value)?;
                values.insert(rule.part, value);
            }
        }
        Ok(InquiryCode { text: text.to_owned(), values })
    }

    fn check_value(&self, rule: &CodePartRule, value: &str) -> Result<(), CodeError> {
        let shown = || value.chars().take(40).collect();
        let fail = |reason: &str| {
            Err(CodeError::Value { part: rule.part, value: shown(), reason: reason.to_owned() })
        };
        if value.is_empty() {
            return fail("it is empty");
        }
        if value.chars().any(|c| self.rules.separator.contains(c)) {
            return fail("it holds the separator");
        }
        if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return fail("it holds a space or a control character");
        }
        if rule.part.is_number() && !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return fail("it should be digits");
        }
        if rule.width.is_some_and(|width| value.chars().count() != usize::from(width)) {
            return fail("it does not have the length of its part");
        }
        if rule.part == CodePart::Month && !value.parse().is_ok_and(|month: u8| (1..=12).contains(&month)) {
            return fail("it should be 01 to 12");
        }
        Ok(())
    }

    fn serial_width(&self) -> Option<u8> {
        self.rules.segments.iter().flatten().find(|rule| rule.part == CodePart::Serial)?.width
    }
}

/// The codes in use. No code is given out twice.
///
/// ```
/// use leadkit::inquiry::{CodeFormat, CodePart, CodeRegister, CodeRules};
///
/// let format = CodeFormat::compile(&CodeRules::default())?;
/// let mut register = CodeRegister::default();
/// let first = format.parse("EHD-GDXH-IND-CRM202603-0007")?;
/// register.add(&first)?;
/// assert_eq!(register.add(&first).unwrap_err().to_string(), "the code `EHD-GDXH-IND-CRM202603-0007` is in use");
/// let next = register.issue(&format, first.values().clone())?;
/// assert_eq!(next.value(CodePart::Serial), Some("0008"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CodeRegister {
    codes: BTreeSet<String>,
    /// The greatest serial number given out, by what the rest of the code says.
    #[serde(default)]
    serials: Vec<(BTreeMap<CodePart, String>, u32)>,
}

impl CodeRegister {
    /// Whether the code is in use.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// The codes in use, by their bytes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(String::as_str)
    }

    /// Takes a code into use. O(log codes).
    ///
    /// # Errors
    /// When it is in use. The register is then as it was.
    pub fn add(&mut self, code: &InquiryCode) -> Result<(), CodeError> {
        if !self.codes.insert(code.text.clone()) {
            return Err(CodeError::Duplicate { code: code.text.clone() });
        }
        if let Some(serial) = code.value(CodePart::Serial).and_then(|serial| serial.parse::<u32>().ok()) {
            let mut rest = code.values.clone();
            rest.remove(&CodePart::Serial);
            match self.serials.binary_search_by(|(known, _)| known.cmp(&rest)) {
                Ok(at) => {
                    if let Some((_, last)) = self.serials.get_mut(at) {
                        *last = (*last).max(serial);
                    }
                }
                Err(at) => self.serials.insert(at, (rest, serial)),
            }
        }
        Ok(())
    }

    /// Gives out the code of these parts with the next serial number; a serial number among them is ignored.
    ///
    /// # Errors
    /// When the parts make no code, or all serial numbers are used. The register is then as it was.
    pub fn issue(
        &mut self,
        format: &CodeFormat,
        mut values: BTreeMap<CodePart, String>,
    ) -> Result<InquiryCode, CodeError> {
        let Some(width) = format.serial_width() else {
            let code = format.build(values)?;
            self.add(&code)?;
            return Ok(code);
        };
        values.insert(CodePart::Serial, "0".to_owned());
        // Built once for the canonical parts, which is what the last serial number is kept by.
        let mut rest = format.build(values)?.values;
        rest.remove(&CodePart::Serial);
        let last = match self.serials.binary_search_by(|(known, _)| known.cmp(&rest)) {
            Ok(at) => self.serials.get(at).map_or(0, |(_, last)| *last),
            Err(_) => 0,
        };
        let most = 10u32.saturating_pow(width.into()) - 1;
        if last >= most {
            rest.insert(CodePart::Serial, last.to_string());
            return Err(CodeError::SerialsUsedUp { code: format.build(rest)?.text });
        }
        rest.insert(CodePart::Serial, (last + 1).to_string());
        let code = format.build(rest)?;
        self.add(&code)?;
        Ok(code)
    }
}
