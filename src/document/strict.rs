//! A document as serde reads it, stricter than `serde_json` and with better words.
//!
//! A struct is read from an object only (`serde_json` takes a list too, so that `"dedup": []` would be the default),
//! and where one of several names is expected, the message lists them.

use serde::Deserializer;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Error, Map, Value, map};

use super::finding::{Finding, found, listed, one_of};

/// A node of a document, ready to be read.
#[derive(Clone, Copy)]
pub(super) struct Strict<'v>(pub(super) &'v Value);

impl Strict<'_> {
    fn refuse<T>(self, expected: &str, help: String) -> Result<T, Error> {
        let message = format!("expected {expected}, found {}", found(self.0));
        Err(Error::custom(Finding::new("wrong_type", message, help)))
    }

    fn expect_object<T>(self, fields: &[&str]) -> Result<T, Error> {
        let help = match fields {
            [] => "write `{}`".to_owned(),
            [first, ..] => format!("write `{{\"{first}\": …}}`"),
        };
        self.refuse("an object", help)
    }
}

impl<'de> Deserializer<'de> for Strict<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(members) => visitor.visit_map(Members::of(members)),
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(Members::of(members)),
            _ => self.expect_object(fields),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) if items.len() != length => Err(Error::invalid_length(items.len(), &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Choice { name, content: None }),
            Value::Object(members) => {
                let mut choices = members.iter();
                match (choices.next(), choices.next()) {
                    (Some((name, content)), None) => {
                        visitor.visit_enum(Choice { name, content: Some(content) })
                    }
                    (None, _) => {
                        let message = format!("the object is empty: expected one of {}", listed(variants));
                        Err(Error::custom(Finding::new("missing_key", message, "name one of them")))
                    }
                    _ => {
                        let names: Vec<&str> = members.keys().map(String::as_str).collect();
                        let message = format!("expected one key, found {}", listed(&names));
                        let known: Vec<&str> =
                            names.into_iter().filter(|name| variants.contains(name)).collect();
                        let help = match known.as_slice() {
                            [] => format!("write one of {}", listed(variants)),
                            [only] => format!("keep `{only}` alone"),
                            several => format!("keep one of {}", listed(several)),
                        };
                        Err(Error::custom(Finding::new("wrong_type", message, help)))
                    }
                }
            }
            _ => self.refuse(&one_of(variants), "name one of them".to_owned()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq map
        identifier
    }
}

struct Items<'v>(std::slice::Iter<'v, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Strict(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members<'v> {
    left: map::Iter<'v>,
    value: Option<&'v Value>,
}

impl<'v> Members<'v> {
    fn of(members: &'v Map<String, Value>) -> Members<'v> {
        Members { left: members.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(Strict(value)),
            None => Err(Error::custom("a value is read before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// One of several names, alone or with what belongs to it.
struct Choice<'v> {
    name: &'v str,
    content: Option<&'v Value>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        Ok((seed.deserialize(BorrowedStrDeserializer::new(self.name))?, self))
    }
}

impl Choice<'_> {
    fn incomplete<T>(&self, content: &str) -> Result<T, Error> {
        let message = format!("`{}` needs a value", self.name);
        let help = format!("write `{{\"{}\": {content}}}`", self.name);
        Err(Error::custom(Finding::new("wrong_type", message, help)))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(_) => {
                let message = format!("`{}` takes no value", self.name);
                Err(Error::custom(Finding::new("wrong_type", message, format!("write `\"{}\"`", self.name))))
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        match self.content {
            Some(content) => seed.deserialize(Strict(content)),
            None => self.incomplete("…"),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.content {
            Some(content) => Strict(content).deserialize_tuple(length, visitor),
            None => self.incomplete("[…]"),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (self.content, fields) {
            (Some(Value::Object(members)), _) => visitor.visit_map(Members::of(members)),
            (Some(content), _) => Strict(content).expect_object(fields),
            (None, []) => self.incomplete("{}"),
            (None, [first, ..]) => self.incomplete(&format!("{{\"{first}\": …}}")),
        }
    }
}
