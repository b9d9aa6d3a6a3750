//! The numbering plans of all countries, by Google's metadata.

use rlibphonenumber::errors::{ParseError, ValidationError};
use rlibphonenumber::{PhoneNumber, PhoneNumberType, Region};

use super::fault::{PhoneFault, PhoneKind, PhoneQuality};
use super::phone::{OracleAnswer, PhoneOracle};

/// Judges the numbers of all countries by the metadata of Google's libphonenumber, as the crate `rlibphonenumber` carries
/// them. Feature `phone-world`.
///
/// The metadata decides what a number without a country code means and how its country dials abroad: `0086` is
/// read as China's code only where `00` is dialled.
///
/// ```
/// use leadkit::contact::{Phone, PhoneKind, PhoneOptions, PhoneQuality, WorldPhones};
///
/// let options = PhoneOptions { default_region: "GB".parse()?, oracle: Some(&WorldPhones) };
/// let mobile = Phone::parse("07400 123456", &options);
/// assert_eq!((mobile.key(), mobile.kind()), (Some("+447400123456"), PhoneKind::Mobile));
/// assert_eq!(Phone::parse("+44 7400 12345678", &options).quality().code(), "malformed");
/// # Ok::<(), leadkit::model::RegionError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct WorldPhones;

impl PhoneOracle for WorldPhones {
    fn judge(&self, number: &str, country: &str) -> Option<OracleAnswer> {
        let country = Region::try_from(country).ok();
        let answer = |quality, kind, e164| Some(OracleAnswer { quality, kind, e164 });
        let number = match PhoneNumber::parse(number, country) {
            Ok(number) => number,
            Err(error) => {
                let fault = match error {
                    ParseError::InvalidCountryCode => PhoneFault::UnknownCountryCode,
                    ParseError::TooLongNsn => PhoneFault::TooLong,
                    _ => PhoneFault::TooShort,
                };
                return answer(PhoneQuality::Malformed(fault), PhoneKind::Unknown, None);
            }
        };
        if number.is_valid() {
            return answer(PhoneQuality::Ok, kind_of(number.get_type()), Some(number.to_string()));
        }
        let quality = match number.is_possible_with_reason() {
            Ok(_) => PhoneQuality::PossibleNotAssigned,
            Err(ValidationError::InvalidCountryCode) => {
                PhoneQuality::Malformed(PhoneFault::UnknownCountryCode)
            }
            Err(ValidationError::TooShort) => PhoneQuality::Malformed(PhoneFault::TooShort),
            Err(ValidationError::TooLong) => PhoneQuality::Malformed(PhoneFault::TooLong),
            Err(_) => PhoneQuality::Malformed(PhoneFault::SubscriberLength),
        };
        let e164 = (quality == PhoneQuality::PossibleNotAssigned).then(|| number.to_string());
        answer(quality, PhoneKind::Unknown, e164)
    }
}

fn kind_of(kind: PhoneNumberType) -> PhoneKind {
    match kind {
        PhoneNumberType::FixedLine => PhoneKind::Landline,
        PhoneNumberType::Mobile => PhoneKind::Mobile,
        PhoneNumberType::TollFree => PhoneKind::TollFree,
        PhoneNumberType::PremiumRate => PhoneKind::PremiumRate,
        PhoneNumberType::SharedCost => PhoneKind::SharedCost,
        PhoneNumberType::VoIP => PhoneKind::Voip,
        PhoneNumberType::UAN | PhoneNumberType::VoiceMail => PhoneKind::Service,
        // In some plans nobody can tell mobile from fixed.
        _ => PhoneKind::Unknown,
    }
}
