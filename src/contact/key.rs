//! The canonical key of a phone number, on the stack.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::mask_phone;

/// `+`, then at most 15 digits.
const CAPACITY: usize = 16;

/// `+` and digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    bytes: [u8; CAPACITY],
    len: u8,
}

impl Key {
    /// Joins a country code and a number; `None` when they are too long or hold anything but digits.
    pub(super) fn new(code: &[u8], number: &[u8]) -> Option<Key> {
        let mut key = Key { bytes: [0; CAPACITY], len: 0 };
        for byte in b"+".iter().chain(code).chain(number) {
            if key.len > 0 && !byte.is_ascii_digit() {
                return None;
            }
            *key.bytes.get_mut(usize::from(key.len))? = *byte;
            key.len += 1;
        }
        (key.len > 1).then_some(key)
    }

    pub(super) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The digits after `+`.
    pub(super) fn digits(&self) -> &[u8] {
        self.bytes.get(1..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_phone(self.as_str()))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.strip_prefix('+')
            .and_then(|digits| Key::new(b"", digits.as_bytes()))
            .ok_or_else(|| serde::de::Error::custom("a phone key is `+` and up to 15 digits"))
    }
}
