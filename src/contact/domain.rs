//! Mail domains: canonical form, sub-domains, public providers, likely typos.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::email_fault::EmailFault;
use super::punycode;
use super::scan::is_invisible;
use crate::text::similarity::osa;

/// Octets of a label and of a whole name (RFC 1035).
const MAX_LABEL: usize = 63;
const MAX_DOMAIN: usize = 253;
/// No name has more characters than this in any spelling; longer text is not normalised at all.
const MAX_TYPED: usize = 1024;

/// Top-level names that never resolve (RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 9476).
const RESERVED: [&str; 9] =
    ["alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"];

/// Public mail providers: their domain says nothing of the sender's company.
const PUBLIC: [&str; 86] = [
    "126.com",
    "139.com",
    "163.com",
    "163.net",
    "188.com",
    "189.cn",
    "189.com",
    "21cn.com",
    "263.net",
    "88.com",
    "aim.com",
    "aliyun.com",
    "aol.com",
    "bellsouth.net",
    "btinternet.com",
    "chinaren.com",
    "comcast.net",
    "cox.net",
    "daum.net",
    "email.com",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hanmail.net",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.it",
    "icloud.com",
    "inbox.com",
    "kakao.com",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.cn",
    "live.com",
    "live.fr",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.cn",
    "msn.com",
    "nate.com",
    "naver.com",
    "netease.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.fr",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "sbcglobal.net",
    "sina.cn",
    "sina.com",
    "sina.com.cn",
    "sohu.com",
    "t-online.de",
    "tom.com",
    "verizon.net",
    "wanadoo.fr",
    "web.de",
    "wo.cn",
    "wo.com.cn",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.cn",
    "yandex.ru",
    "yeah.net",
    "ymail.com",
    "zoho.com",
];

/// Labels below which a provider's own people have their mailboxes.
const STAFF: [&str; 6] = ["corp", "inc", "office", "staff", "hr", "team"];

/// Names whose near misses are looked for. Shorter ones (`qq`, `163`) have too many true neighbours.
const TYPED_WRONG: [(&str, &str); 15] = [
    ("gmail", "gmail.com"),
    ("hotmail", "hotmail.com"),
    ("outlook", "outlook.com"),
    ("yahoo", "yahoo.com"),
    ("icloud", "icloud.com"),
    ("foxmail", "foxmail.com"),
    ("aliyun", "aliyun.com"),
    ("protonmail", "protonmail.com"),
    ("googlemail", "googlemail.com"),
    ("qq", "qq.com"),
    ("163", "163.com"),
    ("126", "126.com"),
    ("139", "139.com"),
    ("sina", "sina.com"),
    ("sohu", "sohu.com"),
];

/// Endings that are no top-level domain and stand for `.com`.
const NOT_COM: [&str; 16] = [
    "com.com", "con", "cmo", "ocm", "cpm", "vom", "xom", "comm", "coom", "ccom", "c0m", "cim", "clm", "cok",
    "ocom", "como",
];

/// Real names one letter away from a provider: no typos.
const REAL_NEIGHBOURS: [&str; 14] = [
    "cloud", "email", "fmail", "gail", "gmai", "hmail", "jmail", "mail", "qmail", "tmail", "umail", "ymail",
    "yahoos", "zmail",
];

/// The canonical form of a domain name: lower case, full-width folded, international labels in ASCII (`xn--`).
///
/// Time is linear in the text, at most 1024 characters of it.
///
/// ```
/// use leadkit::contact::canonical_domain;
///
/// assert_eq!(canonical_domain("Example.COM").as_deref(), Ok("example.com"));
/// assert_eq!(canonical_domain("例子.中国").as_deref(), Ok("xn--fsqu00a.xn--fiqs8s"));
/// assert!(canonical_domain("localhost").is_err());
/// ```
///
/// # Errors
/// What no mail can be sent to: a bare host, an address literal, a reserved or impossible top-level name, a label
/// that is empty, too long, or holds anything but letters, digits and inner hyphens.
pub fn canonical_domain(text: &str) -> Result<String, EmailFault> {
    if text.starts_with('[') {
        return Err(EmailFault::AddressLiteral);
    }
    if text.is_empty() {
        return Err(EmailFault::NoDomain);
    }
    if text.len() > MAX_TYPED {
        return Err(EmailFault::DomainTooLong);
    }
    let mut out = String::with_capacity(text.len());
    let (mut labels, mut last) = (0, 0);
    for label in text.split(['.', '。', '．', '｡']) {
        if labels > 0 {
            out.push('.');
        }
        last = out.len();
        push_label(label, &mut out)?;
        labels += 1;
    }
    if out.len() > MAX_DOMAIN {
        return Err(EmailFault::DomainTooLong);
    }
    let top = out.get(last..).unwrap_or_default();
    if top.bytes().all(|b| b.is_ascii_digit()) {
        return Err(EmailFault::TopLevel);
    }
    if labels < 2 {
        return Err(EmailFault::BareHost);
    }
    if RESERVED.contains(&top) {
        return Err(EmailFault::Reserved);
    }
    // ICANN gives out only letters, two or more, and international labels.
    let possible = top.starts_with("xn--") || (top.len() >= 2 && top.bytes().all(|b| b.is_ascii_lowercase()));
    if possible { Ok(out) } else { Err(EmailFault::TopLevel) }
}

fn push_label(label: &str, out: &mut String) -> Result<(), EmailFault> {
    if label.is_empty() {
        return Err(EmailFault::EmptyLabel);
    }
    let start = out.len();
    if label.is_ascii() {
        out.extend(label.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        let folded = fold(label);
        if folded.is_ascii() {
            out.push_str(&folded);
        } else {
            check_characters(&folded)?;
            out.push_str("xn--");
            out.push_str(&punycode::encode(&folded).ok_or(EmailFault::LabelTooLong)?);
        }
    }
    let done = out.get(start..).unwrap_or_default();
    check_characters(done)?;
    if done.len() > MAX_LABEL {
        return Err(EmailFault::LabelTooLong);
    }
    if let Some(code) = done.strip_prefix("xn--") {
        let decoded = punycode::decode(code).filter(|text| !text.is_ascii() && fold(text) == *text);
        let decoded = decoded.ok_or(EmailFault::Punycode)?;
        check_characters(&decoded).map_err(|_| EmailFault::Punycode)?;
        if punycode::encode(&decoded).as_deref() != Some(code) {
            return Err(EmailFault::Punycode);
        }
    }
    Ok(())
}

fn check_characters(label: &str) -> Result<(), EmailFault> {
    if label.starts_with('-') || label.ends_with('-') {
        return Err(EmailFault::Hyphen);
    }
    if label.chars().next().is_some_and(is_combining_mark) {
        return Err(EmailFault::DomainCharacter);
    }
    let fits = |c: char| c == '-' || if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_letter(c) };
    if label.chars().all(fits) { Ok(()) } else { Err(EmailFault::DomainCharacter) }
}

/// A letter, digit or mark of any script.
pub(super) fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_invisible(c) && !is_conjoining(c)
}

/// Parts of Korean syllables that are no letters by themselves (IDNA 2008 disallows them).
fn is_conjoining(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}')
}

/// Width, compatibility forms and case folded until nothing changes any more.
pub(super) fn fold(text: &str) -> String {
    let mut folded = text.to_owned();
    // Lower case and composition can undo each other once; real text is stable after one round.
    for _ in 0..4 {
        let next: String = folded.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// Whether `domain` is `parent` or lies below it. Whole labels are compared, ASCII case is ignored.
///
/// ```
/// use leadkit::contact::is_subdomain_of;
///
/// assert!(is_subdomain_of("mail.example.com", "example.com"));
/// assert!(!is_subdomain_of("notexample.com", "example.com"));
/// ```
#[must_use]
pub fn is_subdomain_of(domain: &str, parent: &str) -> bool {
    if parent.is_empty() {
        return false;
    }
    let Some(start) = domain.len().checked_sub(parent.len()) else { return false };
    let Some(tail) = domain.get(start..) else { return false };
    tail.eq_ignore_ascii_case(parent)
        && (start == 0 || domain.get(..start).is_some_and(|head| head.ends_with('.')))
}

/// Whether a canonical domain belongs to a public mail provider (Gmail, QQ, 163, the carriers' 139 and 189, ...),
/// so that it says nothing of the sender's company.
///
/// What lies below a provider's domain is another mailbox of it (`vip.163.com`, `qy.139.com`), unless it is its own people's
/// (`corp.`, `staff.`).
///
/// ```
/// use leadkit::contact::is_public_mail_domain;
///
/// assert!(is_public_mail_domain("126.com") && is_public_mail_domain("vip.126.com"));
/// assert!(!is_public_mail_domain("corp.sina.com") && !is_public_mail_domain("jingye-x.cn"));
/// ```
#[must_use]
pub fn is_public_mail_domain(domain: &str) -> bool {
    let is_provider = |domain: &str| PUBLIC.binary_search(&domain).is_ok();
    let mut below = domain;
    while !is_provider(below) {
        match below.split_once('.') {
            Some((label, above)) if !STAFF.contains(&label) => below = above,
            _ => return false,
        }
    }
    true
}

/// The provider that a mistyped domain probably means: `gmial.com`, `gmail.con` and `qq.cmo` have a suggestion.
///
/// One slip in the name (a letter wrong, missing, doubled or swapped with its neighbour), a known misspelling
/// of `.com`, or both. Providers with short names are only corrected in their ending, because their
/// neighbours (`aq.com`, `136.com`) are real.
///
/// ```
/// use leadkit::contact::suggest_domain;
///
/// assert_eq!(suggest_domain("gmial.com"), Some("gmail.com"));
/// assert_eq!(suggest_domain("qq.con"), Some("qq.com"));
/// assert_eq!(suggest_domain("mail.com"), None);
/// ```
#[must_use]
pub fn suggest_domain(domain: &str) -> Option<&'static str> {
    let (name, ending) = domain.split_once('.')?;
    // `gmaіl.com` with a Cyrillic letter is nobody's but looks like a provider's.
    if let Some(code) = name.strip_prefix("xn--") {
        let plain = in_latin(&punycode::decode(code)?)?;
        let known = TYPED_WRONG.iter().find(|(provider, _)| *provider == plain).map(|(_, whole)| *whole);
        return known.filter(|_| ending == "com" || NOT_COM.contains(&ending));
    }
    let wrong_ending = NOT_COM.contains(&ending) || matches!(ending, "co" | "cm" | "om");
    if (ending != "com" && !wrong_ending) || is_public_mail_domain(domain) {
        return None;
    }
    if let Some((_, whole)) = TYPED_WRONG.iter().find(|(provider, _)| *provider == name) {
        return wrong_ending.then_some(*whole);
    }
    if REAL_NEIGHBOURS.contains(&name) || matches!(ending, "co" | "cm" | "om") {
        return None;
    }
    TYPED_WRONG
        .iter()
        .find(|(provider, _)| {
            provider.len() >= 5
                && name.len() <= 12
                && may_be_a_slip(name, provider)
                && osa(name, provider) == 1
        })
        .map(|(_, whole)| *whole)
}

/// Letters without their marks, those of other scripts as the Latin ones they look like.
fn in_latin(text: &str) -> Option<String> {
    let letter = |c: char| match c {
        'а' | 'α' => 'a',
        'е' => 'e',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'у' => 'y',
        'х' => 'x',
        'і' | 'ι' | 'ı' => 'i',
        'ѕ' => 's',
        'ј' => 'j',
        'ԛ' => 'q',
        'һ' => 'h',
        'ԁ' => 'd',
        'ӏ' => 'l',
        'м' => 'm',
        'т' | 'τ' => 't',
        'к' | 'κ' => 'k',
        'ν' => 'v',
        c => c,
    };
    let plain: String = text.nfd().filter(|c| !is_combining_mark(*c)).map(letter).collect();
    plain.is_ascii().then_some(plain)
}

/// Whether two ASCII words agree at both ends so far that one slip may explain the rest; a cheap look before the
/// distance is computed.
fn may_be_a_slip(a: &str, b: &str) -> bool {
    let (long, short) = (a.len().max(b.len()), a.len().min(b.len()));
    let head = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let tail = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    long - short <= 1 && head + tail + 2 >= long
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_list_is_sorted_and_canonical() {
        assert!(PUBLIC.is_sorted());
        for domain in PUBLIC {
            assert_eq!(canonical_domain(domain).as_deref(), Ok(domain));
        }
    }

    #[test]
    fn no_provider_is_a_typo_of_another() {
        for domain in PUBLIC {
            assert_eq!(suggest_domain(domain), None, "{domain}");
        }
    }

    #[test]
    fn slips_are_found_and_real_neighbours_left_alone() {
        for (typed, meant) in [
            ("gmial.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("163.cmo", "163.com"),
            ("gmail.com.com", "gmail.com"),
            ("xn--gmal-n9d.com", "gmail.com"),
        ] {
            assert_eq!(suggest_domain(typed), Some(meant), "{typed}");
        }
        for real in
            ["mail.com", "email.com", "cloud.com", "aq.com", "136.com", "163.net", "gmail.cn", "company.co"]
        {
            assert_eq!(suggest_domain(real), None, "{real}");
        }
    }
}
