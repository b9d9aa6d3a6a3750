//! Numbers as they are dialled in the country that a person states.

use super::country::{StatedCountry, calling_code_of};
use super::dialled::{dialled_in, is_abroad, is_mobile_of_china};
use super::phone::{Phone, PhoneOptions, is_coded, numbering_country};
use super::phone_field::{read_phones, read_phones_as};
use super::scan::{is_closing, is_opening, narrow};
use super::value::ContactValue;
use crate::model::Region;

/// The numbers in a field of a person who states their country: as they are dialled there.
pub(crate) fn read_phones_of(
    text: &str,
    stated: StatedCountry,
    options: &PhoneOptions<'_>,
) -> Vec<ContactValue<Phone>> {
    if stated == StatedCountry::Unknown {
        return read_phones_as(text, options, in_no_country);
    }
    match planned(stated.plan(), options) {
        Some(country) => {
            read_phones_as(text, options, |text, found| in_country(text, found, country, options))
        }
        None => read_phones(text, options),
    }
}

/// The numbers of a person whose stated country is not understood: only a number with a country code and a whole mobile
/// number of China are certain; any other is a guess.
fn in_no_country(text: &str, mut found: Vec<ContactValue<Phone>>) -> Vec<ContactValue<Phone>> {
    for one in &mut found {
        let written = text.get(one.span.clone()).unwrap_or_default();
        if !is_mobile_of_china(written, &one.value) {
            one.value = one.value.clone().doubted(written);
        }
    }
    found
}

/// Whether the numbers of a person who states their country are read in another way than [`read_phones`] reads them.
pub(crate) fn is_planned(stated: StatedCountry, options: &PhoneOptions<'_>) -> bool {
    stated == StatedCountry::Unknown || planned(stated.plan(), options).is_some()
}

/// The country by whose plan numbers are read: the one that is stated, else that of the host's forms. `read_phones` knows
/// China's plan, and the host's oracle has judged the numbers by the forms' country before.
fn planned(region: Option<Region>, options: &PhoneOptions<'_>) -> Option<Region> {
    let forms = Some(options.default_region)
        .filter(|forms| options.oracle.is_none() && numbering_country(forms) != "CN");
    region.filter(|region| is_abroad(region, options)).or(forms)
}

/// The numbers of a field as they are dialled in a country, read before as in the country of `options`: what is written with a
/// country code, and a whole mobile number of China, stays what it is. Without an [oracle](super::PhoneOracle) a number whose
/// plan is not known has no key: a wrong key is worse than none.
fn in_country(
    text: &str,
    found: Vec<ContactValue<Phone>>,
    country: Region,
    options: &PhoneOptions<'_>,
) -> Vec<ContactValue<Phone>> {
    let abroad = PhoneOptions { default_region: country, ..*options };
    let read = |one: ContactValue<Phone>| {
        let written = text.get(one.span.clone()).unwrap_or_default();
        let phone = dialled_in(written, &one.value, &abroad);
        ContactValue { value: phone.unwrap_or(one.value), ..one }
    };
    found.into_iter().map(read).collect()
}

/// The country of a phone value that is a country code and nothing else: `+852`, `(0049)`.
pub(crate) fn country_of_lone_code(value: &str) -> Option<Region> {
    let text =
        value.trim_matches(|c: char| c.is_whitespace() || is_opening(narrow(c)) || is_closing(narrow(c)));
    is_coded(text).then(|| StatedCountry::read(text, |_| None).region()).flatten()
}

/// The numbers of a field beside another that holds the code of their country.
pub(crate) fn read_phones_beside(
    text: &str,
    country: Region,
    options: &PhoneOptions<'_>,
) -> Vec<ContactValue<Phone>> {
    if !is_abroad(&country, options) {
        return read_phones(text, options);
    }
    let abroad = PhoneOptions { default_region: country, ..*options };
    let read = |one: ContactValue<Phone>| {
        let written = text.get(one.span.clone()).unwrap_or_default();
        let value = match dialled_in(written, &one.value, &abroad) {
            // The code is written: a number that both countries have is of this one.
            Some(there) if there.is_assumed() => {
                let code = calling_code_of(&country).unwrap_or_default();
                Phone::parse(&format!("+{code} {written}"), options)
            }
            Some(there) if there.key().is_some() || one.value.key().is_none() => there,
            _ => one.value,
        };
        ContactValue { value, ..one }
    };
    read_phones_as(text, options, |_, found| found).into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_divided_from_a_whole_number_is_taken_for_one() {
        let options = PhoneOptions::default();
        for (written, expected) in [
            ("852-60987654", "+85260987654"),
            ("852 6098 7654", "+85260987654"),
            ("886-912345678", "+886912345678"),
            ("853 66123456", "+85366123456"),
            ("1-415-555-2671", "+14155552671"),
            ("44 7911 123457", "+447911123457"),
            ("65 91234568", "+6591234568"),
            ("香港：852-60987654", "+85260987654"),
        ] {
            let found = read_phones(written, &options);
            let keys: Vec<&str> = found.iter().filter_map(|one| one.value.key()).collect();
            assert_eq!(keys, [expected], "{written}");
            assert!(found.iter().all(|one| one.value.is_assumed()), "{written}");
        }
        // Of China, of no plan, or only a digit too short.
        for written in
            ["139-27461853", "21-55551234", "1-800-2671", "44 2026 05", "852-6098765", "1-123-456-7890"]
        {
            let found = read_phones(written, &options);
            assert!(!found.iter().any(|one| one.value.is_assumed()), "{written}: {found:?}");
        }
    }

    #[test]
    fn a_number_is_read_in_the_country_of_the_forms_without_an_oracle() {
        for (country, written, expected) in [
            ("US", "(650) 253-0000", Some("+16502530000")),
            ("US", "1 650 253 0000", Some("+16502530000")),
            ("US", "253 0000", None),
            ("US", "150 253 0000", None),
            ("US", "13927461853", Some("+8613927461853")),
            ("GB", "020 7946 0958", Some("+442079460958")),
            ("CN-HK", "2123 4567", Some("+85221234567")),
            ("CN-HK", "1. (0086)198 4340 2877", Some("+8619843402877")),
        ] {
            let options = PhoneOptions { default_region: country.parse().unwrap(), oracle: None };
            let stated = StatedCountry::In(options.default_region);
            for stated in [StatedCountry::Unstated, stated] {
                let found = read_phones_of(written, stated, &options);
                let keys: Vec<&str> = found.iter().filter_map(|one| one.value.key()).collect();
                assert_eq!(keys, Vec::from_iter(expected), "{country} {written}");
            }
        }
    }

    #[test]
    fn a_number_is_read_in_the_country_that_is_stated() {
        let options = PhoneOptions::default();
        for (country, written, expected) in [
            ("US", "(212) 555-0123", Some("+12125550123")),
            ("US", "(415) 555-2671", Some("+14155552671")),
            ("US", "1-415-555-2671", Some("+14155552671")),
            ("US", "+1 415 555 2671", Some("+14155552671")),
            ("US", "13927461853", Some("+8613927461853")),
            ("US", "0755-26718843", Some("+8675526718843")),
            ("US", "555-2671", None),
            ("GB", "07911 123457", Some("+447911123457")),
            ("GB", "020 7946 0958", Some("+442079460958")),
            ("FR", "06 12 34 56 78", Some("+33612345678")),
            ("DE", "0221 6123456", Some("+492216123456")),
            ("JP", "090-6123-4567", Some("+819061234567")),
            ("KR", "010-2345-6780", Some("+821023456780")),
            ("SG", "9123 4568", Some("+6591234568")),
            ("CN-HK", "6098 7654", Some("+85260987654")),
            ("CN-TW", "0912-345-679", Some("+886912345679")),
            ("BR", "(11) 91234-5678", None),
        ] {
            let country: Region = country.parse().unwrap();
            let found = in_country(written, read_phones(written, &options), country, &options);
            let keys: Vec<&str> = found.iter().filter_map(|one| one.value.key()).collect();
            assert_eq!(keys, Vec::from_iter(expected), "{country} {written}");
        }
    }
}
