//! Whole numbers among other digits: what can be read in one way only.

use super::calling_code;
use super::fault::{PhoneKind, PhoneQuality};
use super::phone::{Phone, PhoneOptions};
use super::phone_runs::{Gap, Group, opened};
use super::scan::{digit_value, is_opening, narrow};

/// Most groups of one number: country code, area code and three of the subscriber's.
const MAX_PARTS: usize = 5;
/// Most groups that are looked through.
const MAX_LOOKED: usize = 64;
/// Digits of a number of another country that nobody divides at the end only.
const MIN_FOREIGN: usize = 10;

/// A number that is alone among groups of digits.
pub(super) struct Alone {
    /// Its groups.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) phone: Phone,
}

/// The numbers that are alone between blanks, in their order, when they do not overlap: a mobile number of eleven digits
/// in one piece or in three, a landline with its trunk code, 400 and 800 numbers, a `+` with all the digits behind it.
/// `after` says that something is written right behind the last group.
pub(super) fn numbers_alone(
    field: &str,
    options: &PhoneOptions<'_>,
    groups: &[Group],
    after: bool,
) -> Vec<Alone> {
    let mut found: Vec<Alone> = Vec::new();
    if groups.len() > MAX_LOOKED {
        return found;
    }
    for from in 0..groups.len() {
        // The longest wins: `86 139…` is one number.
        let longest = (from + 1..=groups.len().min(from + MAX_PARTS)).rev().filter_map(|to| {
            Some(Alone { from, to, phone: whole(field, options, groups, from..to, after)? })
        });
        for one in longest {
            let inside = |known: &Alone| known.from <= one.from && one.to <= known.to;
            if found.iter().any(|known| inside(known) && known.phone.key() == one.phone.key()) {
                continue;
            }
            found.push(one);
        }
    }
    // If two of them share a group there are two readings.
    let shares = |at: usize| found.iter().filter(|one| (one.from..one.to).contains(&at)).count() > 1;
    if (0..groups.len()).any(shares) { Vec::new() } else { found }
}

fn whole(
    field: &str,
    options: &PhoneOptions<'_>,
    groups: &[Group],
    range: std::ops::Range<usize>,
    after: bool,
) -> Option<Phone> {
    let part = groups.get(range.clone())?;
    let (first, last) = (part.first()?, part.last()?);
    let digits: usize = part.iter().map(|group| group.digits).sum();
    if !(10..=17).contains(&digits) || part.iter().skip(1).any(|group| group.plus || group.gap > Gap::Dash) {
        return None;
    }
    let single = part.len() == 1;
    let divides = |gap: Gap| gap == Gap::Blank || gap >= Gap::Comma || single && gap == Gap::Dash;
    let next = groups.get(range.end);
    if range.start > 0 && !divides(first.gap) || next.is_some_and(|next| !divides(next.gap)) {
        return None;
    }
    let text = field.get(opened(field, first.start)..last.end)?;
    // A country code comes before it: `+44 13976428531`, `+1 (0) 212 664 7665`.
    let before = range.start.checked_sub(1).and_then(|at| groups.get(at));
    let abroad = |group: &Group| {
        group.plus && group.digits <= 4
            || field.get(group.start..group.end).is_some_and(|text| text.starts_with("00"))
    };
    let trunk = before.filter(|group| group.digits == 1 && group.zeros && group.gap < Gap::Comma);
    let code =
        if trunk.is_some() { range.start.checked_sub(2).and_then(|at| groups.get(at)) } else { before };
    if code.is_some_and(abroad) && first.gap < Gap::Comma {
        return None;
    }
    // `(49)17699401599` may as well be a foreign number, and so may `86 13927461853` wherever China is abroad.
    let coded = |group: &Group| {
        let text = field.get(group.start..group.end).unwrap_or_default();
        let digits: Vec<u8> = text.chars().filter_map(digit_value).map(|digit| b'0' + digit).collect();
        let behind = field.get(group.end..first.start).unwrap_or_default();
        let apart = behind.contains([')', '）', ']', '】']) || first.gap == Gap::Dash;
        let code = calling_code::split(&digits);
        code.is_some_and(|(code, rest)| (apart && digits.len() >= 2 || code == 86) && rest.is_empty())
    };
    if before.is_some_and(coded) {
        return None;
    }
    let phone = Phone::parse(text, options);
    if phone.extension().is_some() {
        return None;
    }
    let lengths: Vec<usize> = part.iter().map(|group| group.digits).collect();
    let body = match lengths.as_slice() {
        // `+86`, `0086`, `86`, `0`.
        [code, body @ ..] if *code <= 4 && body.iter().sum::<usize>() == 11 => body,
        all => all,
    };
    // Of a number with a guessed country, everything else is known.
    let quality = if phone.is_assumed() { PhoneQuality::Ok } else { phone.quality() };
    let fits = match (quality, phone.kind()) {
        (PhoneQuality::Ok, PhoneKind::Mobile) if phone.calling_code() == Some(86) => {
            single || matches!(body, [11] | [3, 4, 4] | [3, 8] | [7, 4])
        }
        (PhoneQuality::Ok, PhoneKind::Landline) if phone.calling_code() == Some(86) => {
            text.trim_start_matches(|c| is_opening(narrow(c))).starts_with('0') || first.plus
        }
        (PhoneQuality::Ok, PhoneKind::SharedCost | PhoneKind::TollFree) => {
            digits == 10 && matches!(lengths.as_slice(), [10] | [3, 3, 4] | [3, 4, 3] | [4, 3, 3] | [3, 7])
        }
        (PhoneQuality::Ok | PhoneQuality::UnknownCountry, _) if phone.calling_code() != Some(86) => {
            single && phone.key().is_some() && (first.plus && digits >= MIN_FOREIGN || phone.is_ok())
        }
        _ => false,
    };
    // A person who writes a number in groups may have typed a digit too many: `139 2746 1853 2`.
    let typed =
        next.is_some_and(|next| next.digits == 1 && next.gap == Gap::Blank && range.end + 1 == groups.len());
    (fits && (single || !typed || after)).then_some(phone)
}
