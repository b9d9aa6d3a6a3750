//! The format of inquiry codes as data.

use serde::{Deserialize, Serialize};

use crate::model::open_enum::closed_enum;

closed_enum! {
    /// The meaning of a part of an inquiry code.
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
    pub(super) fn is_number(self) -> bool {
        matches!(self, CodePart::Year | CodePart::Month | CodePart::Serial)
    }
}

/// One part of a segment, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodePartRule {
    /// Which fact about the inquiry the part says.
    pub part: CodePart,
    /// Its length in characters; `None` for any. Years have 2 or 4, months 2, serial numbers 1 to 9 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u8>,
}

/// The format of inquiry codes as data.
///
/// The default is class and region, province and customer, department, product with year and month, serial
/// number: `EHD-GDXH-IND-CRM202603-0007`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodeRules {
    /// Format of the document: 1.
    pub format: u16,
    /// The host's name of this revision; every code's version echoes it.
    pub revision: String,
    /// The text between the segments. No value may contain a character of it.
    pub separator: String,
    /// The segments, each a list of adjacent parts. At most one part of a segment has no width.
    pub segments: Vec<Vec<CodePartRule>>,
}
