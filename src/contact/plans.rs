//! How long the numbers of other countries are.

/// A number as it is dialled inside a country, with the calling code in front and no `+`; `None` if the plan is not
/// known or the number does not fit it. Only lengths are known here: whether the number exists, an oracle says.
pub(super) fn in_full(country: &str, digits: &str) -> Option<String> {
    let (_, code, _, _, has_trunk) = PLANS.iter().find(|(name, ..)| *name == country)?;
    let national = if *has_trunk { digits.strip_prefix('0')? } else { digits };
    let national = national.strip_prefix('1').filter(|_| *code == 1).unwrap_or(national);
    fits_plan(*code, national.as_bytes()).then(|| format!("{code}{national}"))
}

/// Country, calling code, digits without the trunk 0 (least and most), and whether the 0 is dialled before them (ITU-T E.164
/// national numbering plans). Countries where it may be left out, or where the length does not tell, are not there.
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
    let is_american =
        || [0, 3].iter().all(|at| number.get(*at).is_some_and(|digit| (b'2'..=b'9').contains(digit)));
    let fits = |(_, plan, least, most, _): &(&str, u16, usize, usize, bool)| {
        *plan == code && (*least..=*most).contains(&number.len())
    };
    number.first() != Some(&b'0') && PLANS.iter().any(fits) && (code != 1 || is_american())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_sorted() {
        assert!(PLANS.is_sorted());
    }
}
