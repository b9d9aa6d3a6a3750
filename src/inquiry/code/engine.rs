//! Writing and reading inquiry codes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::CodeError;
use super::rules::{CodePart, CodePartRule, CodeRules};
use crate::rule::RulesVersion;

/// An inquiry code: its text and its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InquiryCode {
    pub(super) text: String,
    pub(super) values: BTreeMap<CodePart, String>,
}

impl InquiryCode {
    /// The whole code as it is written, separators included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value of one part; numbers keep their leading zeros.
    ///
    /// ```
    /// # use leadkit::inquiry::{CodeFormat, CodePart, CodeRules};
    /// # let format = CodeFormat::compile(&CodeRules::default())?;
    /// let code = format.parse("EHD-GDXH-IND-CRM202603-0007")?;
    /// assert_eq!(code.value(CodePart::Serial), Some("0007"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn value(&self, part: CodePart) -> Option<&str> {
        self.values.get(&part).map(String::as_str)
    }

    /// The value of each part; numbers keep their leading zeros.
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

/// Builds and parses inquiry codes. Parsing a code that it built gives the same parts.
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
    pub(super) rules: CodeRules,
    pub(super) version: RulesVersion,
}

impl CodeFormat {
    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Builds a code from its parts. Numbers get their leading zeros.
    ///
    /// ```
    /// # use leadkit::inquiry::{CodeFormat, CodePart, CodeRules};
    /// # let format = CodeFormat::compile(&CodeRules::default())?;
    /// let mut values = format.parse("EHD-GDXH-IND-CRM202603-0007")?.values().clone();
    /// values.insert(CodePart::Serial, "8".into());
    /// assert_eq!(format.build(values.clone())?.to_string(), "EHD-GDXH-IND-CRM202603-0008");
    /// values.remove(&CodePart::Serial);
    /// assert_eq!(format.build(values).unwrap_err().to_string(), "`serial` is missing");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a part is missing, does not belong to the code, or has a value that is not allowed.
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
    /// ```
    /// # use leadkit::inquiry::{CodeFormat, CodeRules};
    /// # let format = CodeFormat::compile(&CodeRules::default())?;
    /// assert_eq!(format.parse("EHD-GDXH-IND-CRM202603-0007")?.as_str(), "EHD-GDXH-IND-CRM202603-0007");
    /// assert_eq!(format.parse("EHD-GDXH").unwrap_err().to_string(), "`EHD-GDXH` has 2 segments, a code has 5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the text is not a code.
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
            return fail("it contains the separator");
        }
        if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return fail("it contains a space or a control character");
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

    pub(super) fn serial_width(&self) -> Option<u8> {
        self.rules.segments.iter().flatten().find(|rule| rule.part == CodePart::Serial)?.width
    }
}
