//! Phones, e-mail addresses and WeChat ids: read what people type, judge it, give it a canonical key.
//!
//! * [`read_phones`] and [`read_emails`] read a field as people fill it in: every value, with its place. They are what the
//!   engines read leads with.
//! * [`Phone`] knows China's numbering plan; for other countries it uses a [`PhoneOracle`]. [`PhoneSegments`] adds the
//!   region of mobile numbers; [`check_cn_mobile`] is a quick test for Chinese mobile numbers.
//! * [`Email`] is a check for leads, which differs from the RFC; [`canonical_domain`], [`is_subdomain_of`],
//!   [`is_public_mail_domain`] and [`suggest_domain`] are its tools.
//! * [`Wechat`] reads one id, or a phone or QQ number that stands for one; [`read_wechats`] all of a field.
//! * [`fake_phone`], [`fake_email`], [`fake_wechat`], [`fake_name`] and [`fake_company`] report values that are
//!   well-formed but look invented.
//!
//! A field that says it holds no value (`无`, `N/A`, `微信同号`, `same as phone`) is read as a blank one.
//!
//! A canonical key is the one spelling that lists, deduplication and indexes compare: parsing a key gives the same
//! key. Every fault and reason has a stable `code()` and an English text. `Debug` masks the values.
//!
//! ```
//! use leadkit::contact::{PhoneOptions, fake_phone, read_emails, read_phones};
//!
//! // A form field as people fill it in.
//! let phones = read_phones("张三 138 1234 9876 / 0755-26718888转801", &PhoneOptions::default());
//! let keys: Vec<_> = phones.iter().map(|found| found.value.key().unwrap()).collect();
//! assert_eq!(keys, ["+8613812349876", "+8675526718888"]);
//! assert_eq!(phones[1].value.extension(), Some("801"));
//!
//! let emails = read_emails("Lei Li <Lei@Xinghe.com>; ann@nowhere");
//! assert_eq!(emails[0].value.as_ref().unwrap().key(), "lei@xinghe.com");
//! assert!(emails[1].value.is_err());
//!
//! // Well-formed, but invented.
//! let invented = &read_phones("13888888888", &PhoneOptions::default())[0].value;
//! assert_eq!(fake_phone(invented)[0].to_string(), "the digit `8` appears 9 times in a row");
//! ```
//!
//! # How numbers are judged
//! The yardstick is what libphonenumber says about a number, with these deliberate differences:
//! * Extensions after 转, 分机, `-`, `/` and `*` are split off; libphonenumber refuses them or runs the digits together.
//! * A letter between digits (`138O0138000`) and a hidden digit (`138****8000`) make a number malformed; they are not skipped.
//! * Service numbers (`95588`, `10086`) are [`PhoneQuality::Ok`] of kind [`PhoneKind::Service`], without
//!   [`Phone::e164`]. A government hotline behind an area code (`0755-12345`) is one too, and can be dialled from abroad.
//! * All trunk zeros and the old carrier selection codes (`17951`) are dropped, so that keys are stable.
//! * A number too short or too long for any plan has no key.
//! * Masked digits (`139••••8531`) are not a number; a single symbol between digits separates two. A date is
//!   not a number either.
//! * A country code in brackets without `+` (`(44) 7400 183652`) is read as one where the number does not belong to the country
//!   of the field, but as a guess: [`PhoneQuality::UnknownCountry`] with [`PhoneFault::AssumedCountry`], whoever judges.
//! * A code alone belongs to the next number (`+1 (United States) 415…`, `wa.me/1415…`). Where it is not clear to which, the
//!   number is such a guess.
//! * A country is stated in the lead's own field, beside the number, or as a code in brackets: it means the same. A mobile number
//!   of China keeps its key; where the country may have that very number, or is not understood and the number is no mobile
//!   number, it is such a guess. Any other number without its code is read as it is dialled in that country, where that has such
//!   a number: `010-62641234 (UK)` is `+441062641234`.
//! * The key of a guess counts for lists and to forget a person; records are joined by no guess.
//! * A truncated value (`+44 20 7946…`, `lei@xinghe.co…`) is not read as a value, because the rest is unknown.
//! * Another country's number is [`PhoneQuality::UnknownCountry`] unless you provide an oracle: `WorldPhones` (feature
//!   `phone-world`) or the host's implementation. The oracle's answer wins, even if it differs from the above. A number
//!   that is written with its country code has the same [key](Phone::key) with and without an oracle, so that keys stay
//!   when the feature is turned on or off; only a number without a code gets one from the oracle.

mod area_codes;
mod calling_code;
mod canonical;
mod cn_plan;
mod coded;
mod country;
mod dialled;
mod domain;
mod email;
mod email_fault;
mod email_field;
mod email_kind;
mod email_text;
mod fake;
mod fake_wechat;
mod fault;
mod key;
mod mash;
mod moment;
mod named_country;
mod no_value;
mod nobody;
mod note;
mod percent;
mod person;
mod person_name;
mod phone;
mod phone_alone;
mod phone_beside;
mod phone_code;
mod phone_field;
mod phone_label;
mod phone_runs;
mod plans;
mod punycode;
mod relation;
mod role;
mod scan;
mod segments;
mod services;
mod site;
mod spreadsheet;
mod stated;
mod value;
mod wechat;
mod wechat_called;
mod wechat_field;
mod wechat_words;
#[cfg(feature = "phone-world")]
mod world;

pub(crate) use canonical::{email_keys, phone_keys, wechat_keys};
pub(crate) use country::StatedCountry;
pub use domain::{canonical_domain, is_public_mail_domain, is_subdomain_of, suggest_domain};
pub use email::Email;
pub use email_fault::EmailFault;
pub(crate) use email_field::plain_email;
pub use email_field::read_emails;
pub use email_kind::EmailKind;
pub use fake::{FakeReason, fake_company, fake_digits, fake_email, fake_name, fake_phone, keyboard_mash};
pub(crate) use fake::{fake_folded_company, is_sample_mailbox, is_sample_phone};
pub use fake_wechat::fake_wechat;
pub use fault::{PhoneFault, PhoneKind, PhoneQuality};
pub(crate) use no_value::has_no_value;
pub use nobody::names_company;
pub(crate) use nobody::{
    folded_names_company, is_nobodys_email, is_nobodys_wechat, names_nobody, names_nothing, says_nothing,
};
pub(crate) use note::{email_note, note, phone_note};
pub(crate) use person::{person_keys, person_of};
pub use person_name::are_two_people;
pub(crate) use person_name::{name_key, name_spelling, name_words};
pub use phone::{OracleAnswer, Phone, PhoneOptions, PhoneOracle, check_cn_mobile};
pub(crate) use phone::{is_coded, without_city};
pub(crate) use phone_field::plain_phone;
pub use phone_field::read_phones;
pub use segments::{PhoneSegments, SegmentError};
pub(crate) use site::site_domain;
pub(crate) use stated::{country_of_lone_code, is_planned, read_phones_beside, read_phones_of};
pub use value::ContactValue;
pub(crate) use value::without;
pub use wechat::{Wechat, WechatFault, WechatKind};
pub(crate) use wechat_called::{called_wechats, is_qq_account};
pub use wechat_field::read_wechats;
pub(crate) use wechat_field::wechat_ids;
#[cfg(feature = "phone-world")]
pub use world::WorldPhones;
