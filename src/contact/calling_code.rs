//! Country codes of the international numbering plan, and the trunk codes behind them.

/// Country codes of three digits as ranges (ITU-T E.164 list of assigned codes).
const THREE: [(u16, u16); 32] = [
    (211, 213),
    (216, 216),
    (218, 218),
    (220, 258),
    (260, 269),
    (290, 291),
    (297, 299),
    (350, 359),
    (370, 378),
    (380, 383),
    (385, 387),
    (389, 389),
    (420, 421),
    (423, 423),
    (500, 509),
    (590, 599),
    (670, 670),
    (672, 683),
    (685, 692),
    (800, 800),
    (808, 808),
    (850, 850),
    (852, 853),
    (855, 856),
    (870, 870),
    (878, 878),
    (880, 883),
    (886, 886),
    (888, 888),
    (960, 968),
    (970, 977),
    (979, 979),
];
const THREE_TAIL: [(u16, u16); 2] = [(992, 996), (998, 998)];
const TWO: [u16; 42] = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94,
];
const TWO_TAIL: [u16; 2] = [95, 98];

/// Codes of countries where a `0` is dialled before a number inside the country and is not part of it (ITU-T E.164 national
/// numbering plans). Sorted.
const TRUNK_ZERO: [u16; 103] = [
    20, 27, 31, 32, 33, 40, 41, 43, 44, 46, 49, 51, 53, 54, 55, 57, 58, 60, 61, 62, 63, 64, 66, 81, 82, 84,
    90, 91, 92, 93, 94, 95, 98, 211, 212, 213, 218, 231, 232, 233, 234, 243, 249, 250, 251, 252, 254, 255,
    256, 260, 261, 262, 263, 264, 265, 291, 353, 355, 358, 359, 370, 373, 374, 375, 377, 380, 381, 382, 383,
    385, 386, 387, 389, 421, 423, 508, 590, 591, 593, 594, 595, 596, 598, 686, 850, 855, 856, 880, 886, 961,
    962, 963, 964, 966, 967, 970, 971, 972, 976, 977, 994, 995, 996,
];

/// Countries where `00` dials abroad and nothing else does (ITU-T operational bulletin, dialling procedures). Sorted.
const DIAL_00: [&str; 68] = [
    "AE", "AL", "AM", "AR", "AT", "AZ", "BA", "BD", "BE", "BG", "BH", "CH", "CR", "CY", "CZ", "DE", "DK",
    "DZ", "EC", "EE", "EG", "ES", "ET", "FR", "GB", "GE", "GH", "GR", "HR", "HU", "IE", "IN", "IQ", "IR",
    "IS", "IT", "JO", "KW", "LB", "LI", "LK", "LT", "LU", "LV", "MA", "MC", "ME", "MK", "MM", "MT", "MY",
    "NL", "NO", "NP", "NZ", "OM", "PH", "PK", "PL", "PT", "QA", "RO", "RS", "SA", "SE", "TR", "VN", "ZA",
];

/// Digits of a national number, where a plan has few lengths (ITU-T E.164 national numbering plans). Sorted.
const LENGTHS: [(u16, usize, usize); 18] = [
    (7, 10, 10),
    (33, 9, 9),
    (34, 9, 9),
    (44, 9, 10),
    (60, 8, 10),
    (61, 9, 9),
    (63, 8, 10),
    (65, 8, 8),
    (66, 8, 9),
    (81, 9, 10),
    (84, 9, 10),
    (90, 10, 10),
    (91, 10, 10),
    (852, 8, 8),
    (853, 8, 8),
    (886, 8, 9),
    (966, 8, 9),
    (971, 8, 9),
];

/// A national number without the second of two equal country codes (`+91 91 98765 43210`), where no other reading
/// explains its length.
pub(super) fn once(code: u16, national: &[u8]) -> &[u8] {
    let row = LENGTHS.binary_search_by_key(&code, |row| row.0).ok().and_then(|at| LENGTHS.get(at));
    let Some((_, least, most)) = row else { return national };
    let rest = national.strip_prefix(code.to_string().as_bytes());
    rest.filter(|rest| national.len() > *most && (*least..=*most).contains(&rest.len())).unwrap_or(national)
}

/// Whether a number that begins with `00` in a country is a number abroad.
pub(super) fn dials_out_by_00(country: &str) -> bool {
    DIAL_00.binary_search(&country).is_ok()
}

/// Whether a 0 that is not part of the number is dialled before numbers with a code inside their country.
pub(super) fn has_trunk_zero(code: u16) -> bool {
    TRUNK_ZERO.binary_search(&code).is_ok()
}

/// A national number without the trunk code that people leave before it, as in `+44 (0)20 7946 0958`. The rest has no
/// trunk code: a second call changes nothing.
///
/// Where the trunk code is a digit that numbers may begin with (8 in Russia), the length decides. Numbers of Italy and of
/// countries without a trunk code keep their zero.
pub(super) fn without_trunk(code: u16, national: &[u8]) -> &[u8] {
    let mut national = national;
    loop {
        national = match (code, national, national.len()) {
            // Landlines of Rwanda begin with `06`.
            (250, [b'0', b'6', ..], _) => return national,
            (1 | 692, [b'1', rest @ ..], _)
            | (36, [b'0', b'6', rest @ ..], _)
            | (7, [b'8', rest @ ..], 11)
            | (375, [b'8', b'0', rest @ ..], 11)
            | (375, [b'8', rest @ ..], 10)
            | (370 | 993, [b'8', rest @ ..], 9)
            | (241, [b'0', rest @ ..], 9) => rest,
            (_, [b'0', rest @ ..], _) if has_trunk_zero(code) => rest,
            _ => return national,
        };
    }
}

/// Splits an international number into country code and national number; `None` when no country has the code.
pub(super) fn split(digits: &[u8]) -> Option<(u16, &[u8])> {
    let value = |len: usize| {
        let (head, rest) = digits.split_at_checked(len)?;
        Some((head.iter().fold(0u16, |n, d| n * 10 + u16::from(d - b'0')), rest))
    };
    let (one, rest) = value(1)?;
    if matches!(one, 1 | 7) {
        return Some((one, rest));
    }
    let (two, rest) = value(2)?;
    if TWO.contains(&two) || TWO_TAIL.contains(&two) {
        return Some((two, rest));
    }
    let (three, rest) = value(3)?;
    THREE.iter().chain(&THREE_TAIL).any(|(from, to)| (*from..=*to).contains(&three)).then_some((three, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_codes_are_dropped_once_and_for_all() {
        assert!(TRUNK_ZERO.is_sorted() && DIAL_00.is_sorted() && LENGTHS.is_sorted());
        for (code, written, national) in [
            (44, "02079460958", "2079460958"),
            (44, "2079460958", "2079460958"),
            (39, "0618349275", "0618349275"),
            (1, "16502530000", "6502530000"),
            (7, "89123456789", "9123456789"),
            (7, "8123456789", "8123456789"),
            (36, "0612345678", "12345678"),
            (375, "80291234567", "291234567"),
            (370, "861234567", "61234567"),
            (250, "06591344", "06591344"),
            (250, "0788123456", "788123456"),
            (241, "062768605", "62768605"),
            (34, "091123456", "091123456"),
            (44, "000", ""),
        ] {
            let dropped = without_trunk(code, written.as_bytes());
            assert_eq!(dropped, national.as_bytes(), "+{code} {written}");
            assert_eq!(without_trunk(code, dropped), dropped);
        }
    }
}
