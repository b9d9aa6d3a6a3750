//! Contact values with their middle hidden, and texts in which they are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Most digits a phone number has, its country code included.
const MAX_DIGITS: usize = 15;
/// Fewest digits that may be a phone number when they stand in a text.
const MIN_DIGITS: usize = 7;
/// Longest mail domain that is shown.
const MAX_DOMAIN_LEN: usize = 64;

/// Hides the middle of a phone number: `138****1234`, `+86138****1234`.
///
/// Only digits are shown, and less than half of them on either side: numbers of ten digits or fewer keep the last
/// three or two, those of four none; what is longer than a number keeps the last four.
pub(crate) fn mask_phone(phone: &str) -> String {
    let digits = || phone.chars().filter(|c| c.is_numeric());
    let count = digits().count();
    let (head, tail) = match count {
        0..=4 => (0, 0),
        5..=7 => (0, 2),
        8 | 9 => (0, 3),
        10 => (2, 3),
        11..=MAX_DIGITS => ((count - 8).min(5), 4),
        // More digits than one number has.
        _ => (0, 4),
    };
    let mut masked = String::with_capacity("+".len() + head + "****".len() + tail);
    if head > 0 && phone.trim_start().starts_with('+') {
        masked.push('+');
    }
    masked.extend(digits().take(head));
    masked.push_str("****");
    masked.extend(digits().skip(count - tail));
    masked
}

/// Hides the local part of an e-mail address but for its first character: `z****@example.com`.
///
/// A text that is not an address, such as `@zhang.san`, shows its first letter at most.
pub(crate) fn mask_email(email: &str) -> String {
    let first = |text: &str| text.chars().next().filter(|c| *c != '@').map(String::from).unwrap_or_default();
    match email.trim().rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() && is_domain(domain) => {
            format!("{}****@{domain}", first(local))
        }
        _ => format!("{}****", first(email)),
    }
}

fn is_domain(text: &str) -> bool {
    let labels = text
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    labels && text.contains('.') && text.chars().count() <= MAX_DOMAIN_LEN
}

/// Hides an identifier but for its first and last two characters; of one of seven characters or fewer, for the first
/// and the last; and all of one of four.
pub(crate) fn mask_id(id: &str) -> String {
    match id.chars().count() {
        0..=4 => mask(id, 0, 0),
        5..=7 => mask(id, 1, 1),
        _ => mask(id, 2, 2),
    }
}

fn mask(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    let shown_head: String = text.chars().take(head).collect();
    let shown_tail: String = text.chars().skip(count.saturating_sub(tail)).collect();
    format!("{shown_head}****{shown_tail}")
}

/// A text in which whatever looks like a phone number, an e-mail address or a WeChat id is masked, for debug prints and
/// for messages that repeat what somebody wrote. Dates stay.
pub(crate) fn scrubbed(text: &str) -> Cow<'_, str> {
    if !text.contains('@')
        && !text.contains(['w', 'W'])
        && text.chars().filter(|c| c.is_numeric()).nth(MIN_DIGITS - 1).is_none()
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    // An address is a word; a number may be several.
    for word in text.split_inclusive(|c: char| c.is_whitespace() || ",;，；<>()（）\"'`[]{}".contains(c))
    {
        let end = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '@').len();
        let (own, after) = word.split_at(end);
        if own.contains('@') {
            out.push_str(&mask_email(own));
            out.push_str(after);
        } else if is_wechat(own) {
            out.push_str(&mask_id(own));
            out.push_str(after);
        } else {
            out.push_str(word);
        }
    }
    Cow::Owned(without_numbers(&out))
}

/// What of a value in place of an IP address or network is shown: all of one that is nearly an address, `203.0.113.*`.
pub(crate) fn shown_address(text: &str) -> String {
    let head: String = text.chars().take(60).collect();
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/' | '*' | '-');
    let is_address = head.matches('.').count() >= 3 || head.matches(':').count() >= 2;
    if is_address && head.chars().all(is_part) { head } else { scrubbed(&head).into_owned() }
}

/// Whether a word begins as the ids do that WeChat gives, and that people choose like them: `wxid_…`, `wx-…`.
fn is_wechat(word: &str) -> bool {
    let begins = word.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("wx"));
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    begins && (6..=20).contains(&word.len()) && word.chars().all(is_id)
}

/// Shows by `Debug` what another value shows, with what looks like a contact value masked.
pub(crate) struct Scrubbed<'t, T>(pub(crate) &'t T);

impl<T: fmt::Debug> fmt::Debug for Scrubbed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if f.alternate() { format!("{:#?}", self.0) } else { format!("{:?}", self.0) };
        // The formatter indents the lines of what is written to it.
        f.write_str(&scrubbed(&shown))
    }
}

/// Identifiers of a person in other systems by name, of which `Debug` shows the names and the ends.
pub(crate) struct MaskedIds<'t>(pub(crate) &'t BTreeMap<String, String>);

impl fmt::Debug for MaskedIds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, id)| (scrubbed(name), mask_id(id)))).finish()
    }
}

/// Masks what looks like a phone number.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().map(Some).chain([None]) {
        if let Some(c) = c.filter(|c| c.is_numeric() || "+- .()（）－".contains(*c)) {
            run.push(c);
            continue;
        }
        let own = run.trim_matches([' ', '.', '-']);
        let is_number =
            own.chars().filter(|c| c.is_numeric()).count() >= MIN_DIGITS && !begins_with_date(own);
        match run.find(own).filter(|_| is_number) {
            Some(at) => {
                out.push_str(run.get(..at).unwrap_or_default());
                out.push_str(&mask_phone(own));
                out.push_str(run.get(at + own.len()..).unwrap_or_default());
            }
            None => out.push_str(&run),
        }
        run.clear();
        out.extend(c);
    }
    out
}

/// Whether a text begins like `2026-03-01`, `01.03.2026` or `20260301`.
fn begins_with_date(text: &str) -> bool {
    let year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let short = |part: &str| (1..=2).contains(&part.len());
    let mut parts = text.split(['-', '.', ' ']);
    let (Some(first), second, third) = (parts.next(), parts.next(), parts.next()) else { return false };
    let compact = first.len() == 8 && first.get(..4).is_some_and(year) && second.is_none();
    compact
        || second.zip(third).is_some_and(|(second, third)| {
            year(first) && short(second) && short(third) || short(first) && short(second) && year(third)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_an_ip_address_is_shown() {
        for (text, shown) in [
            ("203.0.113.*", "203.0.113.*"),
            ("2001:db8::/xx", "2001:db8::/xx"),
            ("203.0.113.256", "203.0.113.256"),
            ("13812341234", "138****1234"),
            ("138.1234.1234", "138****1234"),
        ] {
            assert_eq!(shown_address(text), shown);
        }
    }

    #[test]
    fn contact_values_in_texts_are_masked_and_nothing_else() {
        for (text, shown) in [
            ("call 138 1234 1234, or zhang@example.com.", "call 138****1234, or z****@example.com."),
            ("tel:+86-138-1234-1234;ask", "tel:+86138****1234;ask"),
            ("<zhang@example.com>", "<z****@example.com>"),
            ("@zhang.san", "****"),
            ("2026-03-01 09:00", "2026-03-01 09:00"),
            ("01.03.2026 09:00", "01.03.2026 09:00"),
            ("20260301", "20260301"),
            ("13812341234/13912345678", "138****1234/139****5678"),
            ("12 rooms", "12 rooms"),
            ("wx_wangqiang77, please", "wx****77, please"),
            ("wxid_8a7b6c5d4e3f22", "wx****22"),
            ("wx-web", "w****b"),
            ("who wrote wx", "who wrote wx"),
        ] {
            assert_eq!(scrubbed(text), shown);
        }
    }
}
