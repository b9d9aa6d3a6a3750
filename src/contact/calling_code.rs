//! Country codes of the international numbering plan.

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
