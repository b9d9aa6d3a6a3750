//! E-mail addresses, checked for one purpose: whether a lead can be reached there.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::domain::{self, canonical_domain, is_letter, is_public_mail_domain, suggest_domain};
use super::email_fault::EmailFault;
use super::scan::is_invisible;
use crate::model::mask_email;

const MAX_LOCAL: usize = 64;
const MAX_ADDRESS: usize = 254;
/// Longer fields are refused unread.
const MAX_TYPED: usize = 4096;

/// A usable e-mail address, held as its canonical key.
///
/// The check differs from RFC 5321, because a form field holds what people type:
/// * refused although legal: quoted local parts, comments, address literals, hosts without a dot, top-level
///   names that cannot exist (one letter, digits, a hyphen) or never resolve (`.test`, `.local`);
/// * accepted although not literally an address: blanks around it, full-width letters, `＠` and `。`, which
///   Chinese input methods produce;
/// * local parts are limited to 64 octets and addresses to 254, as written in the RFC, which some checkers do not insist on.
///
/// Compared with a validator such as Python's `email_validator`, [`read_emails`](super::read_emails) differs for these
/// reasons: a form field holds what people paste (names, brackets, notes, blanks, a final dot, a direction mark), which
/// is not part of the address; and an address that no server accepts (a top-level name of one letter or with a hyphen,
/// more than 64 octets before the `@`) is refused even though its syntax is valid.
///
/// The key has everything in lower case and international domains in ASCII, so that two spellings of one address are
/// equal. Dots and `+tags` are kept: only some providers ignore them, and [`person_key`](Email::person_key) does. Time
/// is linear in the text, at most 4 KiB of it.
///
/// ```
/// use leadkit::contact::{Email, EmailFault};
///
/// let email = Email::parse(" Zhang.San@Example.COM ")?;
/// assert_eq!(email.key(), "zhang.san@example.com");
/// assert_eq!(email.domain(), "example.com");
/// assert_eq!(Email::parse("zhang@localhost"), Err(EmailFault::BareHost));
/// # Ok::<(), EmailFault>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email {
    key: Box<str>,
}

impl Email {
    /// Reads and checks an address.
    ///
    /// ```
    /// use leadkit::contact::{Email, EmailFault};
    ///
    /// let email = Email::parse(" Lei.Li@GMail.com ")?;
    /// assert_eq!((email.key(), email.is_public()), ("lei.li@gmail.com", true));
    /// assert_eq!(Email::parse("lei.li"), Err(EmailFault::NoAt));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(raw: &str) -> Result<Email, EmailFault> {
        if raw.len() > MAX_TYPED {
            return Err(EmailFault::TooLong);
        }
        if raw.chars().any(|c| c.is_control() && c != '\t') {
            return Err(EmailFault::ControlCharacter);
        }
        if raw.chars().any(is_invisible) {
            return Err(EmailFault::InvisibleCharacter);
        }
        let text = raw.trim();
        if text.is_empty() {
            return Err(EmailFault::Empty);
        }
        let (local, domain) = split(text)?;
        let local = check_local(local)?;
        let domain = canonical_domain(domain)?;
        if local.len() + 1 + domain.len() > MAX_ADDRESS {
            return Err(EmailFault::TooLong);
        }
        Ok(Email { key: [local.as_str(), "@", &domain].concat().into() })
    }

    /// The canonical key: `local@domain` in lower case, the domain in ASCII.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The part before the `@`, in canonical form.
    #[must_use]
    pub fn local(&self) -> &str {
        self.key.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the `@`, in lower case and ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.key.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether the address belongs to a public provider, so that its domain does not identify the company.
    ///
    /// ```
    /// use leadkit::contact::Email;
    ///
    /// assert!(Email::parse("wang@qq.com")?.is_public());
    /// assert!(!Email::parse("wang@huawei.com")?.is_public());
    /// # Ok::<(), leadkit::contact::EmailFault>(())
    /// ```
    #[must_use]
    pub fn is_public(&self) -> bool {
        is_public_mail_domain(self.domain())
    }

    /// Whether the mailbox is read by a team (`info@`, `sales@`), so that it does not identify a person.
    #[must_use]
    pub fn is_role(&self) -> bool {
        super::role::is_role(self.local())
    }

    /// Whether only servers with SMTPUTF8 (RFC 6531) can deliver: the local part is not ASCII.
    ///
    /// ```
    /// use leadkit::contact::Email;
    ///
    /// assert!(Email::parse("王@huawei.com")?.needs_smtputf8());
    /// assert!(!Email::parse("wang@huawei.com")?.needs_smtputf8());
    /// # Ok::<(), leadkit::contact::EmailFault>(())
    /// ```
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.local().is_ascii()
    }

    /// The address that was probably meant when the domain looks mistyped.
    #[must_use]
    pub fn suggestion(&self) -> Option<Email> {
        let domain = suggest_domain(self.domain())?;
        Some(Email { key: format!("{}@{domain}", self.local()).into() })
    }
}

fn split(text: &str) -> Result<(&str, &str), EmailFault> {
    if text.ends_with('>') || text.starts_with('<') {
        return Err(EmailFault::DisplayName);
    }
    if text.contains('"') {
        return Err(EmailFault::QuotedLocalPart);
    }
    let (local, domain) = text.split_once(['@', '＠', '﹫']).ok_or(EmailFault::NoAt)?;
    if domain.contains(['@', '＠', '﹫']) {
        return Err(EmailFault::SeveralAt);
    }
    if local.is_empty() {
        return Err(EmailFault::NoLocalPart);
    }
    if domain.is_empty() {
        return Err(EmailFault::NoDomain);
    }
    Ok((local, domain))
}

/// Characters that word processors and input methods write for an apostrophe.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{2032}' | '\u{00B4}')
}

fn check_local(typed: &str) -> Result<String, EmailFault> {
    // `o’brien` is o'brien.
    let plain: String;
    let typed = if typed.contains(is_apostrophe) {
        let chars: Vec<char> = typed.chars().collect();
        let is_latin =
            |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_alphabetic);
        let inside = |at: usize| is_latin(at.checked_sub(1)) && is_latin(at.checked_add(1));
        let fold = |(at, c): (usize, &char)| if is_apostrophe(*c) && inside(at) { '\'' } else { *c };
        plain = chars.iter().enumerate().map(fold).collect();
        plain.as_str()
    } else {
        typed
    };
    let local = if typed.is_ascii() { typed.to_ascii_lowercase() } else { domain::fold(typed) };
    // The standard allows it, but nobody uses it: it marks what is not shown.
    if local.contains(['*', '•', '·', '●', '○', '■', '…', '×']) || local.contains("##") {
        return Err(EmailFault::Masked);
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(EmailFault::LocalDot);
    }
    // `atext` of RFC 5322, and letters of any script (RFC 6531).
    let fits = |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
        } else {
            is_letter(c)
        }
    };
    // A question mark replaces a lost letter, a bar separates, braces hold several values or a template's variable.
    if !local.chars().all(fits)
        || local.contains(['?', '|', '{', '}']) && local.contains(|c: char| c.is_alphanumeric())
    {
        return Err(EmailFault::LocalCharacter);
    }
    if local.len() > MAX_LOCAL {
        return Err(EmailFault::LocalTooLong);
    }
    Ok(local)
}

impl fmt::Debug for Email {
    /// The address is masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", mask_email(&self.key))
    }
}

impl std::str::FromStr for Email {
    type Err = EmailFault;

    fn from_str(text: &str) -> Result<Email, EmailFault> {
        Email::parse(text)
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.key)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Email, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Email::parse(&text).map_err(serde::de::Error::custom)
    }
}
