//! Contact values as the host holds them, which never show themselves whole in a debug print.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a text newtype whose `Debug` is masked.
macro_rules! masked {
    ($($(#[$doc:meta])* $name:ident($mask:path))*) => {$(
        $(#[$doc])*
        ///
        /// Held as written; `Debug` masks it and there is no `Display`, so that it cannot slip into a log.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The whole value.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The value with its middle hidden, fit for logs and explanations.
            #[must_use]
            pub fn to_masked(&self) -> String {
                $mask(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_masked())
            }
        }
    )*};
}

masked! {
    /// A phone number.
    PhoneNumber(mask_phone)
    /// An e-mail address.
    EmailAddress(mask_email)
    /// A WeChat id.
    WechatId(mask_id)
}

/// Hides the middle of a phone number: `138****1234`, `+86138****1234`.
///
/// Numbers of seven digits or fewer keep only the last two.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    let count = phone.chars().count();
    if count > 7 { mask(phone, count - 8, 4) } else { mask(phone, 0, 2) }
}

/// Hides the local part of an e-mail address but for its first character: `z****@example.com`.
#[must_use]
pub fn mask_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let domain: String = domain.chars().take(64).collect();
            format!("{}****@{domain}", local.chars().next().map(String::from).unwrap_or_default())
        }
        None => mask(email, 1, 0),
    }
}

/// Hides everything but the first and the last two characters of an identifier.
#[must_use]
pub fn mask_id(id: &str) -> String {
    if id.chars().count() > 4 { mask(id, 2, 2) } else { mask(id, 0, 0) }
}

fn mask(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    let shown_head: String = text.chars().take(head.min(8)).collect();
    let shown_tail: String = text.chars().skip(count.saturating_sub(tail)).collect();
    format!("{shown_head}****{shown_tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_a_whole_value() {
        assert_eq!(format!("{:?}", PhoneNumber::from("13812341234")), "138****1234");
        assert_eq!(format!("{:?}", PhoneNumber::from("+8613812341234")), "+86138****1234");
        assert_eq!(format!("{:?}", PhoneNumber::from("95588")), "****88");
        assert_eq!(format!("{:?}", EmailAddress::from("zhang@example.com")), "z****@example.com");
        assert_eq!(format!("{:?}", EmailAddress::from("no at sign")), "n****");
        assert_eq!(format!("{:?}", WechatId::from("wxid_zhang")), "wx****ng");
        assert_eq!(format!("{:?}", WechatId::from("")), "****");
    }
}
