//! Phones, e-mail addresses and WeChat ids: read what people type, judge it, give it a canonical key.

mod area_codes;
mod calling_code;
mod cn_plan;
mod domain;
mod email;
mod email_fault;
mod fake;
mod fault;
mod key;
mod mash;
mod phone;
mod punycode;
mod scan;
mod segments;
mod wechat;

pub use domain::{canonical_domain, is_public_mail_domain, is_subdomain_of, suggest_domain};
pub use email::Email;
pub use email_fault::EmailFault;
pub use fake::{FakeReason, fake_company, fake_digits, fake_email, fake_name, fake_phone, keyboard_mash};
pub use fault::{PhoneFault, PhoneKind, PhoneQuality};
pub use phone::{OracleAnswer, Phone, PhoneOptions, PhoneOracle, check_cn_mobile};
pub use segments::{PhoneSegments, SegmentError};
pub use wechat::{Wechat, WechatFault, WechatKind};
