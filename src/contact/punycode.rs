//! Punycode (RFC 3492): a label of an internationalised domain name as ASCII, and back.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;
/// No label is longer (RFC 1035); it also bounds the quadratic insertion of the decoder.
const MAX_LABEL: usize = 63;

/// Bias adaptation, RFC 3492 section 6.1.
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points.max(1);
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

fn digit(value: u32) -> Option<char> {
    char::from_digit(value, BASE).map(|c| match c {
        // RFC 3492 counts a..z then 0..9, `from_digit` the other way round.
        '0'..='9' => char::from(b'a' + u8::try_from(value).unwrap_or_default()),
        _ if value < 26 => char::from(b'a' + u8::try_from(value).unwrap_or_default()),
        _ => char::from(b'0' + u8::try_from(value - 26).unwrap_or_default()),
    })
}

/// The Punycode of a label, without `xn--`; `None` when it is longer than a label may be.
pub(super) fn encode(label: &str) -> Option<String> {
    let count = u32::try_from(label.chars().take(MAX_LABEL + 1).count()).ok()?;
    if count > u32::try_from(MAX_LABEL).ok()? {
        return None;
    }
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    let mut handled = basic;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (INITIAL_N, 0u32, INITIAL_BIAS);
    while handled < count {
        let next = label.chars().map(u32::from).filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c == n {
                let mut q = delta;
                let mut k = BASE;
                loop {
                    let t = threshold(k, bias);
                    if q < t {
                        break;
                    }
                    out.push(digit(t + (q - t) % (BASE - t))?);
                    q = (q - t) / (BASE - t);
                    k += BASE;
                }
                out.push(digit(q)?);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(out)
}

/// The label behind a Punycode text (without `xn--`), when it is one.
pub(super) fn decode(code: &str) -> Option<String> {
    if code.len() > MAX_LABEL || !code.is_ascii() {
        return None;
    }
    let (basic, extended) = code.rsplit_once('-').unwrap_or(("", code));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (INITIAL_N, 0u32, INITIAL_BIAS);
    let mut bytes = extended.bytes();
    while bytes.len() > 0 {
        let start = i;
        let mut weight = 1u32;
        let mut k = BASE;
        loop {
            let value = match bytes.next()?.to_ascii_lowercase() {
                c @ b'a'..=b'z' => u32::from(c - b'a'),
                c @ b'0'..=b'9' => u32::from(c - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(value.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if value < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let len = u32::try_from(out.len()).ok()? + 1;
        bias = adapt(i - start, len, start == 0);
        n = n.checked_add(i / len)?;
        i %= len;
        out.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_go_both_ways() {
        // ICANN's test names and registered top-level domains.
        for (label, code) in [
            ("例子", "fsqu00a"),
            ("中国", "fiqs8s"),
            ("παράδειγμα", "hxajbheg2az3al"),
            ("münchen", "mnchen-3ya"),
            ("рф", "p1ai"),
            ("한국", "3e0b707e"),
        ] {
            assert_eq!(encode(label).as_deref(), Some(code));
            assert_eq!(decode(code).as_deref(), Some(label));
        }
    }

    #[test]
    fn what_is_no_punycode_is_refused() {
        for code in ["a", "99999999", "é", "--!"] {
            assert!(decode(code).is_none_or(|text| encode(&text).is_some()), "{code}");
        }
        assert_eq!(encode(&"中".repeat(64)), None);
    }

    proptest::proptest! {
        #[test]
        fn every_label_comes_back(label in "\\PC{1,20}") {
            if let Some(code) = encode(&label)
                && code.len() <= MAX_LABEL
                && !label.is_ascii()
            {
                proptest::prop_assert_eq!(decode(&code), Some(label));
            }
        }

        #[test]
        fn any_text_decodes_without_a_panic(code in "[-a-z0-9]{0,63}|\\PC{0,30}") {
            let _ = decode(&code);
        }
    }
}
