//! China's numbering plan (E.164 country code 86), on national digits without the trunk 0.

use super::area_codes::{AREA_CODES, AreaCode, GUESTS};
use super::fault::{PhoneFault, PhoneKind, PhoneQuality};

/// The judgement of a national number by the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judgement {
    pub(super) quality: PhoneQuality,
    pub(super) kind: PhoneKind,
    /// The likely fault of a number that is possible but not assigned.
    pub(super) hint: Option<PhoneFault>,
}

const fn ok(kind: PhoneKind) -> Judgement {
    Judgement { quality: PhoneQuality::Ok, kind, hint: None }
}

const fn unassigned(hint: PhoneFault) -> Judgement {
    Judgement { quality: PhoneQuality::PossibleNotAssigned, kind: PhoneKind::Unknown, hint: Some(hint) }
}

const fn malformed(fault: PhoneFault) -> Judgement {
    Judgement { quality: PhoneQuality::Malformed(fault), kind: PhoneKind::Unknown, hint: None }
}

/// Fewest national digits that can be a whole number; shorter ones are only dialled inside a city or network.
pub(super) const MIN_NATIONAL: usize = 7;
/// Most national digits (toll-free through an international gateway: `10 800 xxx xxxx`).
pub(super) const MAX_NATIONAL: usize = 12;

/// Whether 11 digits are a mobile number of an assigned segment.
///
/// Segments of the public mobile network: 13x, 145, 147, 15x without 154, 162, 165–167, 170–173, 175–178, 18x,
/// 19x without 194, and satellite 1740[0-5]; 1610 is opened with the latest plan.
pub(super) fn is_mobile(digits: &[u8]) -> bool {
    let &[b'1', b, c, d, e, _, _, _, _, _, _] = digits else { return false };
    match b {
        b'3' | b'8' => true,
        b'4' => matches!(c, b'5' | b'7'),
        b'5' | b'9' => c != b'4',
        b'6' => matches!(c, b'2' | b'5'..=b'7') || (c, d) == (b'1', b'0'),
        b'7' => {
            matches!(c, b'0'..=b'3' | b'5'..=b'8') || (c == b'4' && d == b'0' && matches!(e, b'0'..=b'5'))
        }
        _ => false,
    }
}

/// Whether the digits have the shape of a mobile number, assigned or not.
pub(super) fn is_mobile_shape(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'3'..=b'9', ..]) && digits.len() == 11
}

/// The trunk code at the head of a national number, with the rest: `755 26718888`.
fn split_area(digits: &[u8]) -> Option<(&AreaCode, &[u8])> {
    let two = matches!(digits, [b'1', b'0', ..] | [b'2', ..]);
    let (head, rest) = digits.split_at_checked(if two { 2 } else { 3 })?;
    let code = head.iter().fold(0u16, |n, d| n * 10 + u16::from(d - b'0'));
    let at = AREA_CODES.binary_search_by_key(&code, |row| row.0).ok()?;
    Some((AREA_CODES.get(at)?, rest))
}

/// GB/T 2260 code of a landline's trunk code.
pub(super) fn landline_gbt2260(digits: &[u8]) -> Option<u32> {
    split_area(digits).map(|(row, _)| row.2)
}

/// The trunk code of a landline, without its 0.
pub(super) fn area_code(digits: &[u8]) -> Option<u16> {
    split_area(digits).map(|(row, _)| row.0)
}

/// Whether this count of digits behind a trunk code makes a local number, or one with a digit too many or too few.
pub(super) fn is_nearly_local(code: u16, digits: usize) -> bool {
    let row = AREA_CODES.binary_search_by_key(&code, |row| row.0).ok().and_then(|at| AREA_CODES.get(at));
    row.is_some_and(|(_, lengths, _)| {
        lengths & 1 != 0 && (6..=8).contains(&digits) || lengths & 2 != 0 && (7..=9).contains(&digits)
    })
}

/// The digits of the trunk code at the head of a landline.
pub(super) fn area_length(digits: &[u8]) -> usize {
    split_area(digits).map_or(0, |(_, rest)| digits.len() - rest.len())
}

/// The trunk code of a city by the GB/T 2260 code of the city or of one of its parts; `None` when the city has several
/// trunk codes or none.
pub(super) fn area_code_of(gbt2260: u32) -> Option<u16> {
    let province = gbt2260 / 10_000;
    let city = match province {
        // Cities without a level in between, and a province with one code.
        11 | 12 | 31 | 46 | 50 => province * 10_000,
        _ => gbt2260 / 100 * 100,
    };
    // Otherwise a province has no area code.
    if city % 10_000 == 0 && !matches!(province, 11 | 12 | 31 | 46 | 50) {
        return None;
    }
    if let Ok(at) = GUESTS.binary_search_by_key(&city, |row| row.0) {
        return GUESTS.get(at).map(|row| row.1);
    }
    let mut codes = AREA_CODES.iter().filter(|row| row.2 == city).map(|row| row.0);
    codes.next().filter(|_| codes.next().is_none())
}

fn landline(digits: &[u8]) -> Option<Judgement> {
    let (&(code, lengths, _), rest) = split_area(digits)?;
    let whole = match rest.len() {
        7 => lengths & 1 != 0,
        8 => lengths & 2 != 0,
        _ => false,
    };
    if whole {
        // 10-800 and 21-800 are gateways of toll-free numbers, and 021 has no subscriber numbers that begin with 0.
        let gateway = match code {
            10 => matches!(rest, [b'1' | b'8', b'0', b'0', ..]),
            21 => matches!(rest, [b'1' | b'8', b'0', b'0', ..] | [b'0', ..]),
            _ => false,
        };
        return Some(if gateway {
            unassigned(PhoneFault::UnassignedPrefix)
        } else {
            ok(PhoneKind::Landline)
        });
    }
    // Service numbers of one city: 0755-12345 (government), 021-95588 (national), 010-96156 (local).
    let service = matches!(
        (rest, rest.len()),
        ([b'1', b'0', b'0', ..] | [b'1', b'2', b'3', ..], 5) | ([b'9', b'5' | b'6', ..], 5 | 6)
    );
    Some(if service { ok(PhoneKind::Service) } else { unassigned(PhoneFault::SubscriberLength) })
}

/// Service numbers dialled without a trunk code.
pub(super) fn is_short_service(digits: &[u8]) -> bool {
    match digits {
        [b'1', b'1', b'0' | b'4' | b'9'] | [b'1', b'2', b'0' | b'2'] => true,
        [b'1', b'0', b'0' | b'1', _, _] => true,
        [b'1', b'1', b'1' | b'6' | b'8', _, _] | [b'1', b'2', b'1'..=b'3', _, _] => true,
        [b'9', b'5', b'1', b'0', b'5', _, _, _] => true,
        [b'9', b'5' | b'6', rest @ ..] => matches!(rest.len(), 3 | 4),
        _ => false,
    }
}

/// Whether no number of the plan is the beginning of another.
pub(super) fn is_complete(digits: &[u8]) -> bool {
    (b'0'..=b'9').all(|digit| {
        let longer: Vec<u8> = digits.iter().copied().chain([digit]).collect();
        judge(&longer).quality != PhoneQuality::Ok
    })
}

/// Judges a national number.
pub(super) fn judge(digits: &[u8]) -> Judgement {
    if is_mobile(digits) {
        return ok(PhoneKind::Mobile);
    }
    match (digits, digits.len()) {
        ([b'4', b'0', b'0', ..], 10) => return ok(PhoneKind::SharedCost),
        ([b'8', b'0', b'0', ..], 10)
        | ([b'1', b'0', b'8', b'0', b'0', ..] | [b'2', b'1', b'8', b'0', b'0', ..], 12) => {
            return ok(PhoneKind::TollFree);
        }
        ([b'9', b'5', b'0', ..], 10 | 11) | ([b'1', b'0', b'1', b'0', ..], 8) => {
            return ok(PhoneKind::SharedCost);
        }
        ([b'1', b'6', b'0' | b'8', ..], 8) => return ok(PhoneKind::PremiumRate),
        _ => {}
    }
    if is_short_service(digits) {
        return ok(PhoneKind::Service);
    }
    if digits.len() < MIN_NATIONAL {
        return malformed(PhoneFault::TooShort);
    }
    if digits.len() > MAX_NATIONAL {
        return malformed(PhoneFault::TooLong);
    }
    // No number in any city begins with it.
    if digits.first() == Some(&b'0') {
        return malformed(PhoneFault::UnassignedPrefix);
    }
    let by_area = landline(digits);
    if let Some(judgement) = by_area
        && judgement.quality == PhoneQuality::Ok
    {
        return judgement;
    }
    match (digits, digits.len()) {
        ([b'1', b'3'..=b'9', ..], 11) => unassigned(PhoneFault::UnassignedPrefix),
        ([b'1', b'3'..=b'9', ..], 9 | 10) => unassigned(PhoneFault::MobileTooShort),
        ([b'1', b'3'..=b'9', ..], 12) => unassigned(PhoneFault::MobileTooLong),
        ([b'2'..=b'8', ..], 7 | 8) => unassigned(PhoneFault::MissingAreaCode),
        _ => by_area.unwrap_or(unassigned(PhoneFault::UnassignedPrefix)),
    }
}

/// Drops a country code written without `+`, as far as the number then fits the plan better.
pub(super) fn strip_bare_86(digits: &[u8]) -> &[u8] {
    match digits {
        [b'8', b'6', rest @ ..] if rest.len() >= MIN_NATIONAL => rest,
        _ => digits,
    }
}

/// Whether digits are those of a mobile number without its first one, for which a bar is typed: `|3927461853`.
pub(super) fn lacks_one(digits: &[u8]) -> bool {
    let mut whole = [b'1'; 11];
    let Some(rest) = whole.get_mut(1..).filter(|rest| rest.len() == digits.len()) else { return false };
    rest.copy_from_slice(digits);
    is_mobile(&whole)
}

/// The number behind the country code: without its trunk code, and without the country code again, which a list of countries
/// puts before what has it already (`+86 86 139…`). No number of the plan begins with 86.
pub(super) fn national(digits: &[u8]) -> &[u8] {
    let once = strip_trunk(digits);
    let [b'8', b'6', rest @ ..] = once else { return once };
    let twice = strip_trunk(rest);
    // `8610086` may be a local number.
    let is_doubled = twice.len() >= MIN_NATIONAL
        && judge(once).quality != PhoneQuality::Ok
        && judge(twice).quality == PhoneQuality::Ok;
    if is_doubled { twice } else { once }
}

/// Drops the trunk 0 (as often as typed) and the carrier selection codes of old IP telephony (`17951`).
///
/// A carrier's code comes before a mobile number or a trunk 0; elsewhere its digits are those of a room or a price.
pub(super) fn strip_trunk(digits: &[u8]) -> &[u8] {
    let without_zeros = |digits: &[u8]| {
        let most = digits.len().saturating_sub(MIN_NATIONAL);
        digits.iter().take(most).take_while(|digit| **digit == b'0').count()
    };
    let mut national = digits.get(without_zeros(digits)..).unwrap_or_default();
    while let [b'1', b'7', b'9', _, _, rest @ ..]
    | [b'1', b'1', b'8', _, _, rest @ ..]
    | [b'1', b'2', b'5', b'9', b'3', rest @ ..] = national
    {
        let zeros = without_zeros(rest);
        let rest = rest.get(zeros..).unwrap_or_default();
        let whole = zeros > 0 && rest.len() >= MIN_NATIONAL && judge(rest).quality == PhoneQuality::Ok;
        if !whole && !is_mobile(rest) {
            break;
        }
        national = rest;
    }
    national
}
