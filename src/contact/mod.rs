//! Phones, e-mail addresses and WeChat ids: read what people type, judge it, give it a canonical key.

mod area_codes;
mod calling_code;
mod cn_plan;
mod fault;
mod key;
mod phone;
mod scan;
mod segments;

pub use fault::{PhoneFault, PhoneKind, PhoneQuality};
pub use phone::{OracleAnswer, Phone, PhoneOptions, PhoneOracle, check_cn_mobile};
pub use segments::{PhoneSegments, SegmentError};
