//! Contact values as the host holds them, which never show themselves whole in a debug print.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text;

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
            /// The whole value, unmasked: keep it out of logs.
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
/// Only digits are shown, and less than half of them on either side: numbers of ten digits or fewer keep the last
/// three or two, those of four none; what is longer than a number keeps the last four.
///
/// ```
/// use leadkit::model::mask_phone;
///
/// assert_eq!(mask_phone("13812341234"), "138****1234");
/// assert_eq!(mask_phone("95588"), "****88");
/// ```
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    text::mask_phone(phone)
}

/// Hides the local part of an e-mail address but for its first character: `z****@example.com`.
///
/// A text that is not an address, such as `@zhang.san`, shows its first letter at most.
///
/// ```
/// use leadkit::model::mask_email;
///
/// assert_eq!(mask_email("zhang.san@example.com"), "z****@example.com");
/// ```
#[must_use]
pub fn mask_email(email: &str) -> String {
    text::mask_email(email)
}

/// Hides an identifier but for its first and last two characters; of one of seven characters or fewer, for the first
/// and the last; and all of one of four.
///
/// ```
/// use leadkit::model::mask_id;
///
/// assert_eq!(mask_id("zhangwei_88"), "zh****88");
/// assert_eq!(mask_id("wx12"), "****");
/// ```
#[must_use]
pub fn mask_id(id: &str) -> String {
    text::mask_id(id)
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

    #[test]
    fn no_half_of_a_value_is_shown() {
        for (masked, shown) in [
            (mask_phone("13812341234/13912345678"), "****5678"),
            (mask_phone("13812341234 13912345678"), "****5678"),
            (mask_phone("手机：13812341234（王）"), "138****1234"),
            (mask_phone("82345678"), "****678"),
            (mask_phone("+123456789012345"), "+12345****2345"),
            (mask_phone("1234"), "****"),
            (mask_phone("zhang_san"), "****"),
            (mask_email("@zhang.san"), "****"),
            (mask_email("zhang@zhang san.com"), "z****"),
            (mask_email("zhang.san@"), "z****"),
            (mask_id("zhang"), "z****g"),
            (mask_id("zhan"), "****"),
            (mask_id("zhangsan"), "zh****an"),
        ] {
            assert_eq!(masked, shown);
        }
    }
}
