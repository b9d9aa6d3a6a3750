//! Long lists and objects, read into exactly as much memory.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Bytes of room that are made before anything is read.
const FIRST: usize = 1 << 20;

/// Reads a list. serde makes room for a mebibyte at most and then for twice as much again and again, of which a half
/// may stay empty; here the room never exceeds what the list says it is long, unless twice as much is too little.
pub(crate) fn read_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List(PhantomData))
}

/// Reads a list that may be null.
pub(crate) fn read_list_if_any<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    deserializer.deserialize_option(IfAny(PhantomData))
}

/// Reads an object of any keys; of several members with one key the last stays. A map that grows member by member has
/// nodes that are half empty; one that is made of a list has full ones.
pub(crate) fn read_map<'de, D: Deserializer<'de>, K: Deserialize<'de> + Ord, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<K, V>, D::Error> {
    deserializer.deserialize_map(Object(PhantomData)).map(BTreeMap::from_iter)
}

struct List<T>(PhantomData<T>);

struct IfAny<T>(PhantomData<T>);

struct Object<K, V>(PhantomData<(K, V)>);

/// Room for one more item. What a stranger claims is believed as far as that many came already.
fn make_room<T>(items: &mut Vec<T>, left: Option<usize>) {
    if items.len() == items.capacity() {
        let more = left.map_or(usize::MAX, |left| left.saturating_add(1)).min(items.len().max(4));
        items.reserve_exact(more);
    }
}

/// Room that is made before anything is read.
pub(super) fn first_room<T>(left: Option<usize>) -> Vec<T> {
    Vec::with_capacity(left.unwrap_or(0).min(FIRST / size_of::<T>().max(1)))
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = first_room(list.size_hint());
        while let Some(item) = list.next_element()? {
            make_room(&mut items, list.size_hint());
            items.push(item);
        }
        Ok(items)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for IfAny<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Vec<T>>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<Vec<T>>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
        read_list(deserializer).map(Some)
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Object<K, V> {
    type Value = Vec<(K, V)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Vec<(K, V)>, A::Error> {
        let mut members = first_room(object.size_hint());
        while let Some(member) = object.next_entry()? {
            make_room(&mut members, object.size_hint());
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read_struct;

    #[derive(serde::Deserialize)]
    struct Long {
        #[serde(deserialize_with = "read_list")]
        items: Vec<[[u64; 32]; 8]>,
    }

    #[test]
    fn the_room_is_as_long_as_the_list() {
        for length in [0, 1, 5, 512, 513, 1_200] {
            let item = serde_json::json!(vec![vec![7; 32]; 8]);
            let read = read_struct::<Long>(&serde_json::json!({"items": vec![item; length]})).unwrap();
            assert_eq!((read.items.len(), read.items.capacity()), (length, length));
        }
        let read: Vec<u8> = read_list(&mut serde_json::Deserializer::from_str("[1, 2, 3, 4, 5]")).unwrap();
        assert_eq!(read, [1, 2, 3, 4, 5]);
        let none: Option<Vec<u8>> =
            read_list_if_any(&mut serde_json::Deserializer::from_str("null")).unwrap();
        assert_eq!(none, None);
        let text = r#"{"b": 1, "a": 2, "b": 3}"#;
        let map: BTreeMap<String, u8> = read_map(&mut serde_json::Deserializer::from_str(text)).unwrap();
        assert_eq!(map, BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 3)]));
    }
}
