//! Why a text is not a usable e-mail address.

use crate::text::codes;
use serde::{Deserialize, Serialize};

/// Why a text is not an e-mail address that a lead can be reached at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmailFault {
    /// The text is blank.
    #[error("the field is empty")]
    Empty,
    /// A line break or another control character.
    #[error("there is a line break or control character")]
    ControlCharacter,
    /// A zero-width character or direction mark.
    #[error("there is an invisible character")]
    InvisibleCharacter,
    /// There is no `@`.
    #[error("there is no `@`")]
    NoAt,
    /// There is more than one `@`.
    #[error("there is more than one `@`")]
    SeveralAt,
    /// A display name or angle brackets around the address.
    #[error("there is a name or angle bracket around the address")]
    DisplayName,
    /// There is nothing before the `@`.
    #[error("there is nothing before the `@`")]
    NoLocalPart,
    /// The part before the `@` is in quotation marks.
    #[error("the part before the `@` is quoted")]
    QuotedLocalPart,
    /// A character that is not allowed before the `@`.
    #[error("a character before the `@` is not allowed")]
    LocalCharacter,
    /// Characters that are hidden: `z***g`, `…ng`.
    #[error("characters before the `@` are hidden")]
    Masked,
    /// The end is not shown: `zhang@exam…`, `zhang@example.co...`.
    #[error("the address is cut off: its end is missing")]
    CutOff,
    /// A dot at the edge of the local part, or two in a row.
    #[error("a dot before the `@` is at an edge or next to another dot")]
    LocalDot,
    /// More than 64 octets before the `@`.
    #[error("the part before the `@` is longer than 64 bytes")]
    LocalTooLong,
    /// There is nothing after the `@`.
    #[error("there is nothing after the `@`")]
    NoDomain,
    /// The domain is an IP address in brackets.
    #[error("the domain is an address literal")]
    AddressLiteral,
    /// The domain has no dot, so it has no top-level domain.
    #[error("the domain has no top-level part")]
    BareHost,
    /// A top-level domain that cannot exist: digits, one letter, or a hyphen.
    #[error("the top-level domain cannot exist")]
    TopLevel,
    /// A domain that is reserved for other uses: `.test`, `.local`, ...
    #[error("the top-level domain is reserved")]
    Reserved,
    /// A dot at the edge of the domain, or two in a row.
    #[error("a dot in the domain is at an edge or next to another dot")]
    EmptyLabel,
    /// A label that begins or ends with a hyphen.
    #[error("a part of the domain begins or ends with a hyphen")]
    Hyphen,
    /// A character that is not allowed in a domain.
    #[error("a character of the domain is not allowed")]
    DomainCharacter,
    /// An `xn--` label that cannot be decoded.
    #[error("an `xn--` part of the domain cannot be decoded")]
    Punycode,
    /// A label of more than 63 octets.
    #[error("a part of the domain is longer than 63 bytes")]
    LabelTooLong,
    /// A domain of more than 253 octets.
    #[error("the domain is longer than 253 bytes")]
    DomainTooLong,
    /// More than 254 octets in all.
    #[error("the address is longer than 254 bytes")]
    TooLong,
}

codes! {
    EmailFault {
        EmailFault::Empty => "empty",
        EmailFault::ControlCharacter => "control_character",
        EmailFault::InvisibleCharacter => "invisible_character",
        EmailFault::NoAt => "no_at",
        EmailFault::SeveralAt => "several_at",
        EmailFault::DisplayName => "display_name",
        EmailFault::NoLocalPart => "no_local_part",
        EmailFault::QuotedLocalPart => "quoted_local_part",
        EmailFault::LocalCharacter => "local_character",
        EmailFault::Masked => "masked",
        EmailFault::CutOff => "cut_off",
        EmailFault::LocalDot => "local_dot",
        EmailFault::LocalTooLong => "local_too_long",
        EmailFault::NoDomain => "no_domain",
        EmailFault::AddressLiteral => "address_literal",
        EmailFault::BareHost => "bare_host",
        EmailFault::TopLevel => "top_level",
        EmailFault::Reserved => "reserved",
        EmailFault::EmptyLabel => "empty_label",
        EmailFault::Hyphen => "hyphen",
        EmailFault::DomainCharacter => "domain_character",
        EmailFault::Punycode => "punycode",
        EmailFault::LabelTooLong => "label_too_long",
        EmailFault::DomainTooLong => "domain_too_long",
        EmailFault::TooLong => "too_long",
    }
}
