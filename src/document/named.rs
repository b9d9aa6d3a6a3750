//! Lists and objects of what is named, such as reps, pools and groups.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::finding::Finding;
use super::list::{first_room, make_room};

/// The most that a document may name of one kind, such as reps, pools or groups: each is some ten bytes of text and hundreds
/// in memory.
pub(crate) const MAX_NAMED: usize = 1 << 16;

/// Reads a list of what is named, at most [`MAX_NAMED`] of them.
pub(crate) fn read_named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(Named(PhantomData))
}

/// Reads an object of any keys, at most [`MAX_NAMED`] of them; of several members with one key the last stays. A map that grows member by member has
/// nodes that are half empty; one that is made of a list has full ones.
pub(crate) fn read_map<'de, D: Deserializer<'de>, K: Deserialize<'de> + Ord, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<K, V>, D::Error> {
    deserializer.deserialize_map(Object(PhantomData)).map(BTreeMap::from_iter)
}

/// The error of a list or an object of more than [`MAX_NAMED`].
pub(crate) fn too_many<E: Error>() -> E {
    let message = format!("expected at most {MAX_NAMED} items, found more");
    E::custom(Finding::new("bad_value", message, "name fewer"))
}

fn room_for_one<T, E: Error>(items: &mut Vec<T>, left: Option<usize>) -> Result<(), E> {
    if items.len() == MAX_NAMED {
        return Err(too_many());
    }
    make_room(items, left);
    Ok(())
}

struct Named<T>(PhantomData<T>);

struct Object<K, V>(PhantomData<(K, V)>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = first_room(list.size_hint());
        while let Some(item) = list.next_element()? {
            room_for_one(&mut items, list.size_hint())?;
            items.push(item);
        }
        Ok(items)
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
            room_for_one(&mut members, object.size_hint())?;
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_a_document_may_name_are_read() {
        let text = r#"{"b": 1, "a": 2, "b": 3}"#;
        let map: BTreeMap<String, u8> = read_map(&mut serde_json::Deserializer::from_str(text)).unwrap();
        assert_eq!(map, BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 3)]));
        let members = |most: usize| {
            let text: Vec<String> = (0..most).map(|one| format!("\"{one}\": 0")).collect();
            let text = format!("{{{}}}", text.join(","));
            read_map::<_, String, u8>(&mut serde_json::Deserializer::from_str(&text)).map(|map| map.len())
        };
        assert_eq!(members(MAX_NAMED).unwrap(), MAX_NAMED);
        assert!(members(MAX_NAMED + 1).unwrap_err().to_string().contains("at most 65536 items"));
        let items = |most: usize| {
            let text = format!("[{}]", vec!["0"; most].join(","));
            read_named::<_, u8>(&mut serde_json::Deserializer::from_str(&text)).map(|items| items.len())
        };
        assert_eq!(items(MAX_NAMED).unwrap(), MAX_NAMED);
        assert!(items(MAX_NAMED + 1).unwrap_err().to_string().contains("at most 65536 items"));
    }
}
