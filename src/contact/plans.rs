//! How long the numbers of other countries are.

use super::calling_code::has_trunk_zero;
use super::country::calling_code_of;

/// A number as it is dialled inside a country, with the calling code in front and no `+`; `None` if the plan is not
/// known or the number does not fit it. Only lengths are known here: whether the number exists, an oracle says.
pub(super) fn in_full(country: &str, digits: &str) -> Option<String> {
    // Puerto Rico and others number as the United States do.
    let plan = if plan_code(country) == Some(1) { "US" } else { country };
    let (_, code, _, _, has_trunk) = PLANS.iter().find(|(name, ..)| *name == plan)?;
    let national = match digits.strip_prefix('0') {
        // India dials it before some numbers only.
        Some(national) if *has_trunk || has_trunk_zero(*code) => national,
        None if *has_trunk => return None,
        _ => digits,
    };
    let national = national.strip_prefix('1').filter(|_| *code == 1).unwrap_or(national);
    fits_plan(*code, national.as_bytes()).then(|| format!("{code}{national}"))
}

/// The calling code of a country.
pub(super) fn plan_code(country: &str) -> Option<u16> {
    calling_code_of(&country.parse().ok()?)
}

/// Whether a 0 may be dialled before the numbers of a country, as far as is known.
pub(super) fn dials_trunk(country: &str) -> bool {
    plan_code(country) != Some(1)
        && PLANS
            .iter()
            .find(|(name, ..)| *name == country)
            .is_none_or(|(_, code, _, _, has_trunk)| *has_trunk || has_trunk_zero(*code))
}

/// Whether the plan of a country is known.
pub(super) fn is_known(country: &str) -> bool {
    plan_code(country) == Some(1) || PLANS.iter().any(|(name, ..)| *name == country)
}

/// Whether the plan of a country with this calling code is known.
pub(super) fn is_known_code(code: u16) -> bool {
    PLANS.iter().any(|(_, plan, ..)| *plan == code)
}

/// Country, calling code, digits without the trunk 0 (least and most), and whether the 0 is dialled before them (ITU-T E.164
/// national numbering plans). Countries where it may be left out, or where the length does not decide, are not there.
pub(super) const PLANS: [(&str, u16, usize, usize, bool); 38] = [
    ("AE", 971, 8, 9, true),
    ("AT", 43, 9, 12, true),
    ("AU", 61, 9, 9, true),
    ("BE", 32, 8, 9, true),
    ("CA", 1, 10, 10, false),
    ("CH", 41, 9, 9, true),
    ("DE", 49, 9, 11, true),
    ("DK", 45, 8, 8, false),
    ("EG", 20, 8, 10, true),
    ("ES", 34, 9, 9, false),
    ("FI", 358, 8, 10, true),
    ("FR", 33, 9, 9, true),
    ("GB", 44, 9, 10, true),
    ("HK", 852, 8, 8, false),
    ("ID", 62, 9, 11, true),
    ("IE", 353, 8, 9, true),
    ("IL", 972, 8, 9, true),
    ("IN", 91, 10, 10, false),
    ("JP", 81, 9, 10, true),
    ("KR", 82, 8, 10, true),
    ("MO", 853, 8, 8, false),
    ("MX", 52, 10, 10, false),
    ("MY", 60, 8, 10, true),
    ("NL", 31, 9, 9, true),
    ("NO", 47, 8, 8, false),
    ("NZ", 64, 8, 10, true),
    ("PH", 63, 8, 10, true),
    ("PL", 48, 9, 9, false),
    ("PT", 351, 9, 9, false),
    ("SA", 966, 8, 9, true),
    ("SE", 46, 7, 9, true),
    ("SG", 65, 8, 8, false),
    ("TH", 66, 8, 9, true),
    ("TR", 90, 10, 10, true),
    ("TW", 886, 8, 9, true),
    ("US", 1, 10, 10, false),
    ("VN", 84, 9, 10, true),
    ("ZA", 27, 9, 9, true),
];

/// Whether digits behind a calling code are a number of a plan that is known: as many as there are, no trunk 0 first, and in
/// North America an area code and an exchange.
pub(super) fn fits_plan(code: u16, number: &[u8]) -> bool {
    let fits = |(_, plan, least, most, _): &(&str, u16, usize, usize, bool)| {
        *plan == code && (*least..=*most).contains(&number.len())
    };
    number.first() != Some(&b'0') && PLANS.iter().any(fits) && (code != 1 || is_american(number))
}

/// Calling code, and what the mobile numbers behind it begin with; `?` is any digit. An
/// empty text is a plan where the digits do not tell the kind of line. ITU-T E.164 national numbering plans. Sorted.
const MOBILE: [(u16, &[&str]); 45] = [
    (1, &[""]),
    (7, &["9", "70", "74", "76", "77"]),
    (20, &["10", "11", "12", "15"]),
    (27, &["6", "7", "81", "82", "83", "84", "85"]),
    (30, &["69"]),
    (31, &["61", "62", "63", "64", "65", "68"]),
    (32, &["45", "46", "47", "48", "49"]),
    (33, &["6", "7"]),
    (34, &["6", "7"]),
    (36, &["20", "30", "31", "50", "70"]),
    (39, &["3"]),
    (40, &["7"]),
    (41, &["74", "75", "76", "77", "78", "79"]),
    (
        43,
        &[
            "650", "651", "652", "653", "655", "657", "659", "660", "661", "663", "664", "665", "666", "667",
            "668", "669", "67", "68", "69",
        ],
    ),
    (44, &["71", "72", "73", "74", "75", "77", "78", "79"]),
    (45, &[""]),
    (46, &["70", "72", "73", "76", "79"]),
    (47, &["4", "9"]),
    (48, &["45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"]),
    (49, &["15", "160", "162", "163", "17"]),
    (52, &[""]),
    (55, &["??9"]),
    (
        60,
        &[
            "10", "11", "12", "131", "132", "133", "134", "135", "136", "137", "138", "139", "14", "16",
            "17", "181", "182", "183", "184", "185", "186", "187", "188", "189", "19",
        ],
    ),
    (61, &["4"]),
    (62, &["8"]),
    (63, &["9"]),
    (64, &["20", "21", "22", "26", "27", "28", "29"]),
    (65, &["8", "9"]),
    (66, &["6", "8", "9"]),
    (81, &["70", "80", "90"]),
    (82, &["10"]),
    (84, &["3", "5", "7", "81", "82", "83", "84", "85", "86", "87", "88", "89", "9"]),
    (90, &["5"]),
    (
        91,
        &[
            "6", "7", "81", "82", "83", "84", "85", "86", "87", "88", "89", "9", "800", "801", "805", "807",
            "808", "809",
        ],
    ),
    (92, &["3"]),
    (351, &["9"]),
    (353, &["82", "83", "85", "86", "87", "88", "89"]),
    (358, &["4", "50"]),
    (380, &["39", "50", "63", "66", "67", "68", "73", "9"]),
    (852, &["4", "5", "6", "7", "9"]),
    (853, &["6"]),
    (886, &["9"]),
    (966, &["5"]),
    (971, &["5"]),
    (972, &["5"]),
];
/// What the numbers that are toll-free or paid for begin with where the digits tell nothing else. Sorted.
const PAID: [(u16, &[&str]); 3] = [
    (1, &["800", "822", "833", "844", "855", "866", "877", "888", "900"]),
    (45, &["80", "90"]),
    (52, &["800", "900"]),
];

/// Whether a number of another country reaches one person as far as its plan tells: a mobile number, or one of a plan where
/// the digits do not tell. Of a country whose plan is not known here nobody knows what a switchboard looks like, and two
/// strangers who share one would be one person: no.
pub(super) fn may_be_mobile(code: u16, national: &[u8]) -> bool {
    let begins = |plans: &[(u16, &[&str])]| {
        let found = plans.iter().find(|(plan, _)| *plan == code);
        found.is_some_and(|(_, heads)| heads.iter().any(|head| begins_with(national, head.as_bytes())))
    };
    begins(&MOBILE) && !begins(&PAID) && (!is_known_code(code) || fits_plan(code, national))
}

fn begins_with(national: &[u8], head: &[u8]) -> bool {
    let fits = |(digit, wanted): (&u8, &u8)| *wanted == b'?' || digit == wanted;
    national.len() >= head.len() && national.iter().zip(head).all(fits)
}

/// Whether digits are an area code and a number of North America. Area codes with a 9 in the middle, 37x and 96x are
/// reserved, and those that end in 11 belong to services (North American Numbering Plan).
pub(super) fn is_american(number: &[u8]) -> bool {
    match number {
        [_, b'9', ..] | [b'3', b'7', ..] | [b'9', b'6', ..] | [_, b'1', b'1', ..] => false,
        [b'2'..=b'9', _, _, b'2'..=b'9', rest @ ..] => rest.len() == 6,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_sorted() {
        assert!(PLANS.is_sorted() && MOBILE.is_sorted() && PAID.is_sorted());
    }
}
