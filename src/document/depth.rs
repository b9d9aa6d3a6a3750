//! Documents nested so deeply that a recursive walk would overflow the stack.
//!
//! serde recurses for each level, and so does the drop of a [`Value`]. Measuring, skipping and freeing here
//! does not: a document of any depth gives a finding.

use std::fmt;
use std::mem;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Deepest nesting of a value that the host's own plug-ins are given.
const MAX_PARAMS: u32 = 48;
/// The number of levels of an unwanted value that are freed by recursion; deeper levels are not freed at all.
const MAX_SKIPPED: u32 = 128;

/// Whether lists and objects are nested deeper. O(nodes).
pub(crate) fn deeper_than(document: &Value, limit: usize) -> bool {
    let mut left = vec![(document, 0)];
    while let Some((node, depth)) = left.pop() {
        if depth > limit {
            return true;
        }
        match node {
            Value::Array(items) => left.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => left.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    false
}

/// Frees a document level by level: the usual way recurses as deep as it is nested.
pub(crate) fn dismantle(document: Value) {
    let mut left = vec![document];
    while let Some(node) = left.pop() {
        match node {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.into_iter().map(|(_, member)| member)),
            _ => {}
        }
    }
}

/// Reads a value of any kind that is nested no deeper than parameters of plug-ins may be.
///
/// # Errors
/// When it is nested deeper.
pub(crate) fn read_params<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Bounded { levels: MAX_PARAMS }
        .deserialize(deserializer)?
        .ok_or_else(|| Error::custom(format_args!("the value is nested deeper than {MAX_PARAMS} levels")))
}

/// Reads a value nested in at most this number of lists and objects; `None` when it is nested deeper.
#[derive(Clone, Copy)]
pub(crate) struct Bounded {
    pub(crate) levels: u32,
}

impl Bounded {
    fn inner(self) -> Option<Bounded> {
        self.levels.checked_sub(1).map(|levels| Bounded { levels })
    }
}

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Option<Value>, E> {
        Ok(Some(Value::Bool(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<Value>, E> {
        Ok(Some(Value::from(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<Value>, E> {
        Ok(Some(Value::from(number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<Value>, E> {
        Ok(Some(Number::from_f64(number).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(Some(Value::from(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Option<Value>, E> {
        Ok(Some(Value::String(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Value>, A::Error> {
        let Some(inner) = self.inner() else {
            skip_list(&mut list);
            return Ok(None);
        };
        let mut items = super::list::first_room(list.size_hint());
        while let Some(item) = list.next_element_seed(inner)? {
            // The rest is skipped too, so that the caller continues after it.
            let Some(item) = item else {
                skip_list(&mut list);
                return Ok(None);
            };
            items.push(item);
        }
        Ok(Some(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Option<Value>, A::Error> {
        let Some(inner) = self.inner() else {
            skip_object(&mut object);
            return Ok(None);
        };
        let mut members = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let Some(member) = object.next_value_seed(inner)? else {
                skip_object(&mut object);
                return Ok(None);
            };
            members.insert(key, member);
        }
        Ok(Some(Value::Object(members)))
    }
}

/// Passes over a value.
///
/// A deserializer that holds the value itself frees it by calling itself, level by level. What is nested too deeply
/// for that is forgotten: memory that is lost is better than a process that is.
pub(crate) struct Skip {
    levels: u32,
}

impl Skip {
    pub(crate) const fn new() -> Skip {
        Skip { levels: MAX_SKIPPED }
    }
}

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !mem::needs_drop::<D>() {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        match self.levels.checked_sub(1) {
            Some(levels) => deserializer.deserialize_any(Skip { levels }),
            None => {
                mem::forget(deserializer);
                Ok(())
            }
        }
    }
}

macro_rules! pass_over {
    ($($method:ident($value:ty))*) => {
        $(fn $method<E>(self, _: $value) -> Result<(), E> {
            Ok(())
        })*
    };
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    pass_over!(visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str));

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Skip { levels: self.levels })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while object.next_key::<IgnoredAny>()?.is_some() {
            object.next_value_seed(Skip { levels: self.levels })?;
        }
        Ok(())
    }
}

/// Passes over what is left of a list, as far as it can be read.
pub(crate) fn skip_list<'de, A: SeqAccess<'de>>(list: &mut A) {
    while let Ok(Some(())) = list.next_element_seed(Skip::new()) {}
}

/// Passes over what is left of an object, as far as it can be read.
pub(crate) fn skip_object<'de, A: MapAccess<'de>>(object: &mut A) {
    while let Ok(Some(_)) = object.next_key::<IgnoredAny>() {
        if object.next_value_seed(Skip::new()).is_err() {
            return;
        }
    }
}
