//! What can be said about a phone number: its quality, its kind and what is wrong with it.

use std::fmt;

use crate::model::open_enum::closed_enum;
use crate::text::codes;
use serde::{Deserialize, Serialize};

/// Whether a number can be called, as far as the numbering plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PhoneQuality {
    /// The number is in a range that the plan has assigned.
    Ok,
    /// The text is not a phone number.
    Malformed(PhoneFault),
    /// The length is possible in the country, but the number is in no assigned range.
    /// [`Phone::fault`](super::Phone::fault) says what is probably wrong.
    PossibleNotAssigned,
    /// The number belongs to a country whose plan is not known here and no oracle answered, or its country is a guess:
    /// [`Phone::fault`](super::Phone::fault) is [`PhoneFault::AssumedCountry`] then.
    UnknownCountry,
}

codes! {
    PhoneQuality {
        PhoneQuality::Ok => "ok",
        PhoneQuality::Malformed(_) => "malformed",
        PhoneQuality::PossibleNotAssigned => "possible_not_assigned",
        PhoneQuality::UnknownCountry => "unknown_country",
    }
}

impl fmt::Display for PhoneQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PhoneQuality::Ok => f.write_str("the number is in an assigned range"),
            PhoneQuality::Malformed(fault) => write!(f, "not a phone number: {fault}"),
            PhoneQuality::PossibleNotAssigned => f.write_str("the number is in no assigned range"),
            PhoneQuality::UnknownCountry => f.write_str("the numbering plan of its country is not known"),
        }
    }
}

closed_enum! {
    /// What kind of line a number is.
    PhoneKind {
        /// Mobile number (手机).
        Mobile = "mobile",
        /// Fixed line (固定电话).
        Landline = "landline",
        /// Toll-free number, for which the callee pays: 800.
        TollFree = "toll_free",
        /// Both sides pay: 400, 950, 1010.
        SharedCost = "shared_cost",
        /// Information services at a surcharge: 160, 168.
        PremiumRate = "premium_rate",
        /// A service number: 95588, 10086, 12345, with or without a trunk code. It reaches an
        /// organisation, never a person.
        Service = "service",
        /// Voice over IP, as other countries' plans know it.
        Voip = "voip",
        /// The numbering plan does not tell the kind of line.
        Unknown = "unknown",
    }
}

/// What is wrong with a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PhoneFault {
    /// The text is blank.
    Empty,
    /// The text has no digit.
    NoDigits,
    /// Fewer digits than any number has.
    TooShort,
    /// More digits than any number has.
    TooLong,
    /// A letter or symbol is between the digits, as in `138O0138000`.
    UnexpectedCharacter,
    /// Some digits are hidden: `138****8000`.
    Masked,
    /// More than one number in the field.
    SeveralNumbers,
    /// The country code after `+` or `00` is not assigned.
    UnknownCountryCode,
    /// A mobile number that lacks digits.
    MobileTooShort,
    /// A mobile number with too many digits.
    MobileTooLong,
    /// A local number without its area code.
    MissingAreaCode,
    /// The area code is known, but numbers of that city have another length.
    SubscriberLength,
    /// No operator or city has this prefix.
    UnassignedPrefix,
    /// The country is a guess: its code is in brackets without `+` or `00`, as in `(44) 7400 183652` (its own country's code is
    /// not a guess, as `(86)` in China), or the country that is stated may have the number too. Its key counts for lists and
    /// to forget a person; in the second case it joins only records that state the number in the same doubt.
    AssumedCountry,
    /// It is another kind of number: a date, or what its label says, such as a QQ account, a card or a post code.
    OtherNumber,
}

codes! {
    PhoneFault {
        PhoneFault::Empty => "empty",
        PhoneFault::NoDigits => "no_digits",
        PhoneFault::TooShort => "too_short",
        PhoneFault::TooLong => "too_long",
        PhoneFault::UnexpectedCharacter => "unexpected_character",
        PhoneFault::Masked => "masked",
        PhoneFault::SeveralNumbers => "several_numbers",
        PhoneFault::UnknownCountryCode => "unknown_country_code",
        PhoneFault::MobileTooShort => "mobile_too_short",
        PhoneFault::MobileTooLong => "mobile_too_long",
        PhoneFault::MissingAreaCode => "missing_area_code",
        PhoneFault::SubscriberLength => "subscriber_length",
        PhoneFault::UnassignedPrefix => "unassigned_prefix",
        PhoneFault::AssumedCountry => "assumed_country",
        PhoneFault::OtherNumber => "other_number",
    }
}

impl fmt::Display for PhoneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PhoneFault::Empty => "the field is empty",
            PhoneFault::NoDigits => "there is no digit",
            PhoneFault::TooShort => "there are too few digits",
            PhoneFault::TooLong => "there are too many digits",
            PhoneFault::UnexpectedCharacter => "there is a letter or symbol between the digits",
            PhoneFault::Masked => "digits are hidden",
            PhoneFault::SeveralNumbers => "the field holds more than one number",
            PhoneFault::UnknownCountryCode => "the country code is not assigned",
            PhoneFault::MobileTooShort => "a mobile number has 11 digits, and some are missing",
            PhoneFault::MobileTooLong => "a mobile number has 11 digits, and there are more",
            PhoneFault::MissingAreaCode => "the area code is missing",
            PhoneFault::SubscriberLength => "numbers with this area code have another length",
            PhoneFault::UnassignedPrefix => "the prefix is not assigned",
            PhoneFault::AssumedCountry => "it may belong to another country",
            PhoneFault::OtherNumber => "the number is a date, a QQ account, a card number or a post code",
        })
    }
}

impl std::error::Error for PhoneFault {}
