//! A short name for what a rules document says.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// 128 bits that name the content of a rules document: two documents that say the same have the same.
///
/// It is taken over the canonical JSON of the rules (keys sorted, defaults left out), by FNV-1a. It tells versions
/// apart; it does not protect against somebody who forges one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fingerprint(u128);

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl Fingerprint {
    /// The fingerprint of a rules struct.
    #[must_use]
    pub fn of<T: Serialize + Default>(rules: &T) -> Fingerprint {
        Fingerprint::without(&[], rules)
    }

    /// The fingerprint of what stands under all keys but some.
    pub(crate) fn without<T: Serialize + Default>(keys: &[&str], rules: &T) -> Fingerprint {
        let mut document = serde_json::to_value(rules).unwrap_or(Value::Null);
        if let Value::Object(members) = &mut document {
            members.retain(|key, _| !keys.contains(&key.as_str()));
        }
        drop_defaults(&mut document, &serde_json::to_value(T::default()).unwrap_or(Value::Null));
        let mut hash = OFFSET_BASIS;
        feed(&mut hash, &document);
        Fingerprint(hash)
    }
}

fn drop_defaults(document: &mut Value, defaults: &Value) {
    if let (Value::Object(document), Value::Object(defaults)) = (document, defaults) {
        document.retain(|key, value| defaults.get(key) != Some(value));
        for (key, value) in document {
            if let Some(default) = defaults.get(key) {
                drop_defaults(value, default);
            }
        }
    }
}

/// Feeds the value with its keys sorted, whatever order serde_json keeps them in.
fn feed(hash: &mut u128, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&str> = members.keys().map(String::as_str).collect();
            keys.sort_unstable();
            feed_bytes(hash, b"{");
            for key in keys {
                feed_scalar(hash, key);
                members.get(key).into_iter().for_each(|member| feed(hash, member));
            }
            feed_bytes(hash, b"}");
        }
        Value::Array(items) => {
            feed_bytes(hash, b"[");
            items.iter().for_each(|item| feed(hash, item));
            feed_bytes(hash, b"]");
        }
        scalar => feed_scalar(hash, scalar),
    }
}

/// Feeds a value that is no list and no object, as it is written in JSON.
fn feed_scalar<T: Serialize + ?Sized>(hash: &mut u128, scalar: &T) {
    // Writing to a hash does not fail.
    let _ = serde_json::to_writer(Feed(hash), scalar);
    feed_bytes(hash, b",");
}

/// Takes text as it is written, so that none of it is kept.
struct Feed<'h>(&'h mut u128);

impl std::io::Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        feed_bytes(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn feed_bytes(hash: &mut u128, bytes: &[u8]) {
    for byte in bytes {
        *hash = (*hash ^ u128::from(*byte)).wrapping_mul(PRIME);
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let hexadecimal = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hexadecimal
            .then(|| u128::from_str_radix(&text, 16).ok())
            .flatten()
            .map(Fingerprint)
            .ok_or_else(|| serde::de::Error::custom("a fingerprint is 32 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize, Default)]
    struct Sample {
        limit: u32,
        tags: Vec<String>,
        weights: BTreeMap<String, u32>,
    }

    #[test]
    fn defaults_do_not_count_and_everything_else_does() {
        let same = Fingerprint::of(&Sample::default());
        assert_eq!(same, Fingerprint::of(&BTreeMap::<String, u32>::new()));
        let mut seen = vec![same];
        for (limit, tags) in [(1, vec![]), (0, vec!["a"]), (0, vec!["a", "b"]), (0, vec!["ab"]), (10, vec![])]
        {
            let tags = tags.into_iter().map(String::from).collect();
            seen.push(Fingerprint::of(&Sample { limit, tags, ..Sample::default() }));
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 6);
    }

    #[test]
    fn text_round_trips() {
        let print = Fingerprint::of(&Sample { limit: 7, ..Sample::default() });
        let text = serde_json::to_string(&print).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), print);
    }
}
