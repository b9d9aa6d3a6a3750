//! Objects whose keys must not be repeated.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::document::{Finding, MAX_NAMED, too_many};

/// An object that is refused when a key is repeated, whatever format it is read from.
pub(super) struct Once<K, V>(pub(super) BTreeMap<K, V>);

impl<'de, K: Deserialize<'de> + Ord + fmt::Display, V: Deserialize<'de>> Deserialize<'de> for Once<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Once<K, V>, D::Error> {
        struct Object<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord + fmt::Display, V: Deserialize<'de>> Visitor<'de> for Object<K, V> {
            type Value = BTreeMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BTreeMap<K, V>, A::Error> {
                let mut read = BTreeMap::new();
                while let Some(key) = map.next_key::<K>()? {
                    if read.contains_key(&key) {
                        let message = format!("`{key}` is repeated");
                        return Err(A::Error::custom(Finding::new("bad_value", message, "keep one of them")));
                    }
                    if read.len() == MAX_NAMED {
                        return Err(too_many());
                    }
                    let value = map.next_value()?;
                    read.insert(key, value);
                }
                Ok(read)
            }
        }

        deserializer.deserialize_map(Object(PhantomData)).map(Once)
    }
}

/// Reads an object, and refuses it when a key is repeated.
pub(super) fn read_once<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    Once::deserialize(deserializer).map(|Once(read)| read)
}
