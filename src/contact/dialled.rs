//! One number as it is dialled in a country.

use super::fault::{PhoneFault, PhoneKind, PhoneQuality};
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

/// A number beside which the field names a country, read as it is of a person who states that country. A mobile number of
/// China keeps its key.
fn as_said(written: &str, read: Phone, said: Said, options: &PhoneOptions<'_>) -> Phone {
    let country = match said {
        Said::In(country) if is_abroad(&country, options) => country,
        Said::Perhaps(country) if is_abroad(&country, options) && !read.is_ok() => country,
        Said::In(_) | Said::Perhaps(_) => return read,
        Said::Several => return read.doubted(written),
    };
    // A local number is completed by its city.
    let is_left = read.key().is_some() || read.fault() == Some(PhoneFault::MissingAreaCode);
    match dialled_in(written, &read, &PhoneOptions { default_region: country, ..*options }) {
        Some(there) if there.key().is_some() => there,
        Some(there) if !is_left => there,
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
        return may_be_national(&options.default_region, digits.as_bytes(), options)
            .then(|| read.clone().doubted(written));
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
        return Some(if is_known { phone } else { phone.doubted(written) });
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
pub(super) fn may_be_national(country: &Region, digits: &[u8], options: &PhoneOptions<'_>) -> bool {
    let country = numbering_country(country);
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..).unwrap_or_default();
    let is_known = || {
        let number = std::str::from_utf8(digits).ok()?;
        options.oracle?.judge(number, country).map(|answer| answer.quality == PhoneQuality::Ok)
    };
    is_known() == Some(true)
        || match digits {
            [b'1', b'5'..=b'7', ..] if country == "DE" => true,
            // An area code of two digits and a mobile number.
            [b'1', _, b'9', ..] if country == "BR" => true,
            [b'1', national @ ..] => plan_code(country) == Some(1) && fits_plan(1, national),
            _ => false,
        }
}
