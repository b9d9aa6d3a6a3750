//! The codes in use.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::engine::{CodeFormat, InquiryCode};
use super::error::CodeError;
use super::rules::CodePart;

/// The codes in use. No code is issued twice.
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
    ///
    /// ```
    /// # use leadkit::inquiry::{CodeFormat, CodeRegister, CodeRules};
    /// # let format = CodeFormat::compile(&CodeRules::default())?;
    /// let mut register = CodeRegister::default();
    /// register.add(&format.parse("EHD-GDXH-IND-CRM202603-0007")?)?;
    /// assert!(register.contains("EHD-GDXH-IND-CRM202603-0007"));
    /// assert!(!register.contains("EHD-GDXH-IND-CRM202603-0008"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// The codes in use, in byte order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(String::as_str)
    }

    /// Registers a code. O(log codes).
    ///
    /// ```
    /// # use leadkit::inquiry::{CodeFormat, CodeRegister, CodeRules};
    /// # let format = CodeFormat::compile(&CodeRules::default())?;
    /// let (mut register, code) = (CodeRegister::default(), format.parse("EHD-GDXH-IND-CRM202603-0007")?);
    /// register.add(&code)?;
    /// assert_eq!(
    ///     register.add(&code).unwrap_err().to_string(),
    ///     "the code `EHD-GDXH-IND-CRM202603-0007` is in use",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Issues the code of these parts with the next serial number; a serial number among them is ignored.
    ///
    /// ```
    /// # use leadkit::inquiry::{CodeFormat, CodeRegister, CodeRules};
    /// # let format = CodeFormat::compile(&CodeRules::default())?;
    /// let mut register = CodeRegister::default();
    /// let code = format.parse("EHD-GDXH-IND-CRM202603-0007")?;
    /// register.add(&code)?;
    /// let next = register.issue(&format, code.values().clone())?;
    /// assert_eq!(next.as_str(), "EHD-GDXH-IND-CRM202603-0008");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the parts are not those of a code, or all serial numbers are used. The register is then unchanged.
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
        // Built once for its canonical parts, by which the last serial number is kept.
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
