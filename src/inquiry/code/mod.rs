//! Inquiry codes: identifiers that describe an inquiry.

mod compile;
mod engine;
mod error;
mod preset;
mod register;
mod rules;

pub use engine::{CodeFormat, InquiryCode};
pub use error::CodeError;
pub use register::CodeRegister;
pub use rules::{CodePart, CodePartRule, CodeRules};
