//! A fingerprint of a rules document's content.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::order;

/// 128 bits that name the content of a rules document: two documents that say the same have the same.
///
/// It is taken over the canonical JSON of the rules (keys sorted, defaults left out), by FNV-1a. It distinguishes versions
/// apart; it does not protect against somebody who forges one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fingerprint(u128);

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl Fingerprint {
    /// The fingerprint of a rules struct.
    ///
    /// ```
    /// use leadkit::rule::Fingerprint;
    /// use leadkit::score::ScoreRules;
    ///
    /// let rules = ScoreRules::default();
    /// let print = Fingerprint::of(&rules);
    /// assert_eq!(print, Fingerprint::of(&rules.clone()));
    /// assert_ne!(print, Fingerprint::of(&ScoreRules { revision: "2".into(), ..rules }));
    /// ```
    #[must_use]
    pub fn of<T: Serialize + Default>(rules: &T) -> Fingerprint {
        Fingerprint::without(&[], rules)
    }

    /// The fingerprint of the values under all keys but some.
    pub(crate) fn without<T: Serialize + Default>(keys: &[&str], rules: &T) -> Fingerprint {
        let text = compact(rules);
        let defaults = serde_json::to_value(T::default()).unwrap_or(Value::Null);
        let mut walk = Walk { text: &text, ends: ends(&text), hash: OFFSET_BASIS };
        walk.feed_value(0, &defaults, keys);
        Fingerprint(walk.hash)
    }
}

/// Compact JSON in a buffer just as long: a rules document may be large, and as a tree of values it is many times as
/// large.
fn compact<T: Serialize>(rules: &T) -> String {
    let mut length = Length(0);
    if serde_json::to_writer(&mut length, rules).is_err() {
        return "null".to_owned();
    }
    let mut text = Vec::with_capacity(length.0);
    let written = serde_json::to_writer(&mut text, rules).is_ok();
    String::from_utf8(text).ok().filter(|_| written).unwrap_or_else(|| "null".to_owned())
}

struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Where each list and object of compact JSON begins and ends, in the order of their beginnings.
fn ends(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut ends, mut open) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_text(bytes, at);
                continue;
            }
            b'{' | b'[' => {
                open.push(ends.len());
                ends.push((at, at));
            }
            b'}' | b']' => {
                let begun = open.pop().and_then(|index| ends.get_mut(index));
                begun.into_iter().for_each(|(_, end)| *end = at + 1);
            }
            _ => {}
        }
        at += 1;
    }
    ends
}

/// Where a text in quotes ends that begins at a place.
fn end_of_text(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(inner) = bytes.get(at).filter(|inner| **inner != b'"') {
        at += if *inner == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// Feeds compact JSON to a hash, with its keys sorted and without defaults.
struct Walk<'t> {
    text: &'t str,
    ends: Vec<(usize, usize)>,
    hash: u128,
}

/// One member of an object.
struct Member<'t> {
    key: Cow<'t, str>,
    /// The key as it is written.
    written: &'t str,
    /// Where the value begins.
    at: usize,
}

impl<'t> Walk<'t> {
    fn end_of_value(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        match bytes.get(at) {
            Some(b'"') => end_of_text(bytes, at),
            Some(b'{' | b'[') => {
                let place = self.ends.binary_search_by_key(&at, |(begin, _)| *begin).ok();
                place.and_then(|place| self.ends.get(place)).map_or(at + 1, |(_, end)| *end)
            }
            _ => {
                let more = |byte: &&u8| !matches!(byte, b',' | b'}' | b']');
                at + bytes.get(at..).unwrap_or_default().iter().take_while(more).count()
            }
        }
    }

    fn part(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b'}')
    }

    /// Feeds the value at a place, without what is as in `defaults` and without members of some keys; gives back where
    /// it ends.
    fn feed_value(&mut self, at: usize, defaults: &Value, without: &[&str]) -> usize {
        let end = self.end_of_value(at);
        match self.byte(at) {
            b'{' => {
                self.feed(b"{");
                for Member { key, written, at } in self.members(at) {
                    let default = defaults.get(&*key);
                    if without.contains(&&*key) || default.is_some_and(|default| self.is(at, default)) {
                        continue;
                    }
                    self.feed(written.as_bytes());
                    self.feed(b",");
                    self.feed_value(at, default.unwrap_or(&Value::Null), &[]);
                }
                self.feed(b"}");
            }
            b'[' => {
                self.feed(b"[");
                let mut at = at + 1;
                while at + 1 < end {
                    at = self.feed_value(at, &Value::Null, &[]) + 1;
                }
                self.feed(b"]");
            }
            _ => {
                let scalar = self.part(at, end);
                self.feed(scalar.as_bytes());
                self.feed(b",");
            }
        }
        end
    }

    /// The members of the object at a place, by key.
    fn members(&self, at: usize) -> Vec<Member<'t>> {
        let mut members = Vec::new();
        let mut at = at + 1;
        while self.byte(at) == b'"' {
            let end = end_of_text(self.text.as_bytes(), at);
            let written = self.part(at, end);
            let inner = self.part(at + 1, end - 1);
            let key = match inner.contains('\\') {
                true => Cow::Owned(serde_json::from_str(written).unwrap_or_default()),
                false => Cow::Borrowed(inner),
            };
            members.push(Member { key, written, at: end + 1 });
            // A comma, or the closing bracket.
            at = self.end_of_value(end + 1) + 1;
        }
        if !members.is_sorted_by(|a: &Member<'_>, b| a.key <= b.key) {
            order::sort_by(&mut members, |a, b| a.key.cmp(&b.key));
        }
        members
    }

    /// Whether the value at a place is this one. One value is of one length, in whatever order its keys are.
    fn is(&self, at: usize, value: &Value) -> bool {
        let text = self.part(at, self.end_of_value(at));
        let mut length = Length(0);
        serde_json::to_writer(&mut length, value).is_ok()
            && text.len() == length.0
            && serde_json::from_str::<Value>(text).is_ok_and(|read| read == *value)
    }

    fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
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
    use proptest::prelude::*;
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

    /// The obvious way: the whole document as a tree of values.
    fn obvious(without: &[&str], rules: &impl Serialize, defaults: &Value) -> u128 {
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
        fn written(value: &Value, out: &mut String) {
            match value {
                Value::Object(members) => {
                    out.push('{');
                    let sorted: BTreeMap<_, _> = members.iter().collect();
                    for (key, member) in sorted {
                        out.push_str(&format!("{},", Value::from(key.as_str())));
                        written(member, out);
                    }
                    out.push('}');
                }
                Value::Array(items) => {
                    out.push('[');
                    items.iter().for_each(|item| written(item, out));
                    out.push(']');
                }
                scalar => out.push_str(&format!("{scalar},")),
            }
        }
        let mut document = serde_json::to_value(rules).unwrap();
        if let Value::Object(members) = &mut document {
            members.retain(|key, _| !without.contains(&key.as_str()));
        }
        drop_defaults(&mut document, defaults);
        let mut out = String::new();
        written(&document, &mut out);
        let read = |hash: u128, byte: u8| (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        out.bytes().fold(OFFSET_BASIS, read)
    }

    #[derive(Serialize, Default)]
    struct Tree {
        z: Value,
        a: BTreeMap<String, Value>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        m: Vec<Value>,
        s: Sample,
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i32>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-z\"\\\\{}\\[\\],: é\n]{0,6}".prop_map(Value::from),
            Just(Value::Null),
            Just(serde_json::json!({"limit": 0, "tags": [], "weights": {}})),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            let members = prop::collection::btree_map("[a-z\"\\\\é]{0,3}", inner.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                members.prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_that_of_the_whole_tree(
            z in json(), m in prop::collection::vec(json(), 0..3), limit in 0..2_u32,
            a in prop::collection::btree_map("[a-z\"\\\\é]{0,3}", json(), 0..4),
        ) {
            let tree = Tree { z, a, m, s: Sample { limit, ..Sample::default() } };
            let defaults = serde_json::to_value(Tree::default()).unwrap();
            for without in [&[][..], &["a"], &["s", "z"]] {
                prop_assert_eq!(Fingerprint::without(without, &tree).0, obvious(without, &tree, &defaults));
            }
        }
    }

    #[test]
    fn text_round_trips() {
        let print = Fingerprint::of(&Sample { limit: 7, ..Sample::default() });
        let text = serde_json::to_string(&print).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), print);
    }
}
