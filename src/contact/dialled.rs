//! One number as it is dialled in a country.

use super::country::calling_code_of;
use super::fault::{PhoneKind, PhoneQuality};
use super::named_country::{Named, Said};
use super::phone::{Phone, PhoneOptions, is_coded, numbering_country};
use super::plans::{dials_trunk, fits_plan, in_full, is_known, plan_code};
use super::scan::digit_value;
use super::value::ContactValue;
use crate::model::Region;

/// Fewest digits of a number with its area code.
const MIN_DIGITS: usize = 7;

/// The numbers of a field that names countries: one of which it says the country is read as dialled there.
pub(super) fn read_named(
    named: &Named,
    found: Vec<ContactValue<Phone>>,
    options: &PhoneOptions<'_>,
    again: impl Fn(&str, Vec<ContactValue<Phone>>) -> Vec<ContactValue<Phone>>,
) -> Vec<ContactValue<Phone>> {
    let is_only = found.len() == 1;
    let read = |one: ContactValue<Phone>| match named.of_number(&one.span, is_only) {
        Some(said) => {
            let written = named.text.get(one.span.clone()).unwrap_or_default();
            vec![ContactValue { value: as_said(written, one.value, said, options), ..one }]
        }
        None => again(&named.text, vec![one]),
    };
    found.into_iter().flat_map(read).collect()
}

/// A number beside which the field itself names a country. Where its digits are a number of China as well, the two contradict
/// each other, and nobody knows which is meant.
pub(super) fn as_said(written: &str, read: Phone, said: Said, options: &PhoneOptions<'_>) -> Phone {
    let is_native = read.key().is_some() && !is_coded(written);
    let doubted = |mut phone: Phone| {
        phone.doubt(written);
        phone
    };
    let country = match said {
        Said::Several => return doubted(read),
        Said::Perhaps(_) if is_native => return read,
        Said::In(country) | Said::Perhaps(country) => country,
    };
    if !is_abroad(&country, options) {
        return read;
    }
    let code = calling_code_of(&country);
    let agrees = read.key().is_some() && read.calling_code() == code;
    let abroad = PhoneOptions { default_region: country, ..*options };
    match dialled_in(written, &read, &abroad) {
        Some(phone) if phone.key().is_some() && phone.calling_code() == code => phone,
        _ if agrees => read,
        Some(phone) if phone.key().is_none() => phone,
        _ if is_native => doubted(read),
        _ => read,
    }
}

/// Whether numbers are dialled in a country in another way than in that of the options.
pub(super) fn is_abroad(country: &Region, options: &PhoneOptions<'_>) -> bool {
    numbering_country(country) != numbering_country(&options.default_region)
}

/// A number as it is dialled in the country of the options; `None` for a number of another country.
pub(super) fn dialled_in(written: &str, read: &Phone, options: &PhoneOptions<'_>) -> Option<Phone> {
    let digits: String =
        written.chars().filter_map(digit_value).map(|digit| char::from(b'0' + digit)).collect();
    if is_coded(written) || digits.len() < MIN_DIGITS {
        return None;
    }
    let country = numbering_country(&options.default_region).to_owned();
    let is_trunk = digits.starts_with('0') && dials_trunk(&country);
    if is_mobile_of_china(written, read) && !is_trunk {
        return may_be_national(&country, &digits, options).then(Phone::of_doubtful_country);
    }
    let phone = Phone::parse(written, options);
    if phone.key().is_some() {
        return Some(phone);
    }
    // Nobody dials a 0 first in that country: it is a number of another one.
    if digits.starts_with('0') && !is_trunk {
        return None;
    }
    let whole = in_full(&country, &digits).map(|whole| Phone::parse(&format!("+{whole}"), options));
    // A whole mobile number of China may be one in any country.
    let of_china = || {
        let phone = Phone::parse(written, &PhoneOptions::default());
        is_mobile_of_china(written, &phone).then_some(phone)
    };
    if whole.is_none()
        && let Some(phone) = of_china()
    {
        let is_known = !is_trunk || options.oracle.is_some() || is_known(&country);
        return Some(if is_known { phone } else { Phone::of_doubtful_country() });
    }
    Some(whole.filter(|phone| phone.key().is_some()).unwrap_or(phone))
        .filter(|phone| matches!(phone.quality(), PhoneQuality::Ok | PhoneQuality::UnknownCountry))
}

/// Whether a number is a mobile number of China, divided as people divide one: `1-310-555-1234` is not, 13105551234 is.
pub(super) fn is_mobile_of_china(written: &str, read: &Phone) -> bool {
    let first = written.trim_start_matches(|c: char| digit_value(c).is_none());
    read.is_ok()
        && read.kind() == PhoneKind::Mobile
        && read.calling_code() == Some(86)
        && first.chars().take(3).filter(|c| digit_value(*c).is_some()).count() == 3
}

/// Whether the eleven digits of a mobile number of China are also a number of another country, without the trunk 0 where
/// it has one.
fn may_be_national(country: &str, digits: &str, options: &PhoneOptions<'_>) -> bool {
    let digits = digits.trim_start_matches('0');
    let is_known = options
        .oracle
        .and_then(|oracle| oracle.judge(digits, country))
        .is_some_and(|answer| answer.quality == PhoneQuality::Ok);
    is_known
        || match digits.as_bytes() {
            [b'1', b'5'..=b'7', ..] if country == "DE" => true,
            // An area code of two digits and a mobile number.
            [b'1', _, b'9', ..] if country == "BR" => true,
            [b'1', national @ ..] => plan_code(country) == Some(1) && fits_plan(1, national),
            _ => false,
        }
}
