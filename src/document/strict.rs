//! A document as serde reads it: stricter than `serde_json`, with better words, and with the place of a mistake.
//!
//! A struct is read from an object only (`serde_json` takes a list too, so that `"dedup": []` would be the default),
//! and where one of several names is expected, the message lists them.
//!
//! `derive(Deserialize)` is compiled once for each deserializer it meets, and that is much of this crate: its own
//! structs are read through this one alone.

use std::cell::{OnceCell, RefCell};

use rustc_hash::FxHashMap;
use serde::Deserializer;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess};
use serde::de::{Unexpected, VariantAccess, Visitor};
use serde_json::{Error, Value};

use super::finding::{Finding, OBJECT, Wanted, found, listed, one_of};
use super::node::{Member, Members as Object, Node};

/// Types whose default has no id: a list of `{}` would be a hundred times as large in memory as in its text.
const NAMED: [&str; 3] = ["AssignRule", "Pool", "Rep"];

/// One step of a path into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Member(String),
    Item(usize),
}

impl Step {
    pub(super) fn of<'v, 't>(&self, node: &'v Node<'t>) -> Option<&'v Node<'t>> {
        match self {
            Step::Member(name) => node.get(name),
            Step::Item(index) => node.item(*index),
        }
    }
}

/// Why a document cannot be read.
#[derive(Debug)]
pub(crate) struct Misread {
    /// Where.
    pub(super) steps: Vec<Step>,
    pub(super) error: Error,
}

/// Shortest list or object of which it is noted how much is known to be right.
const MIN_NOTED: usize = 16;

/// How much of long lists and objects is known to be right and need not be read again, by where their content is
/// in memory. It is only looked up; what it is wrong about, the last reading of the whole document finds.
#[derive(Default)]
pub(super) struct Known(RefCell<FxHashMap<usize, usize>>);

impl Known {
    fn note(&self, address: Option<usize>, count: usize) {
        if let Some(address) = address.filter(|_| count >= MIN_NOTED) {
            self.0.borrow_mut().insert(address, count);
        }
    }

    fn count(&self, address: Option<usize>) -> usize {
        address.and_then(|address| self.0.borrow().get(&address).copied()).unwrap_or_default()
    }
}

/// Reads a struct from a value, which must not be nested deeply.
pub(crate) fn read_struct<T: DeserializeOwned>(value: &Value) -> Result<T, Misread> {
    read_document(&Node::of(value))
}

/// Reads a struct.
pub(super) fn read_document<T: DeserializeOwned>(document: &Node<'_>) -> Result<T, Misread> {
    read(document, None)
}

/// Reads a struct to find the next mistake: without what is known to be right, which is more after each reading.
pub(super) fn find_misread<T: DeserializeOwned>(document: &Node<'_>, known: &Known) -> Option<Misread> {
    read::<T>(document, Some(known)).err()
}

fn read<T: DeserializeOwned>(document: &Node<'_>, known: Option<&Known>) -> Result<T, Misread> {
    let failed = OnceCell::new();
    match T::deserialize(Strict { node: document, place: &Place::Top, failed: &failed, known }) {
        Ok(read) => Ok(read),
        Err(error) => Err(Misread { steps: failed.into_inner().unwrap_or_default(), error }),
    }
}

/// A place in the document, linked to those above.
enum Place<'p> {
    Top,
    Member(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    fn steps(&self) -> Vec<Step> {
        let (above, step) = match self {
            Place::Top => return Vec::new(),
            Place::Member(above, name) => (above, Step::Member((*name).to_owned())),
            Place::Item(above, index) => (above, Step::Item(*index)),
        };
        let mut steps = above.steps();
        steps.push(step);
        steps
    }
}

/// A node of a document, ready to be read.
#[derive(Clone, Copy)]
struct Strict<'v, 'p> {
    node: &'v Node<'v>,
    place: &'p Place<'p>,
    /// Where the first mistake was met.
    failed: &'p OnceCell<Vec<Step>>,
    known: Option<&'p Known>,
}

impl<'v, 'p> Strict<'v, 'p> {
    /// A node below.
    fn below<'q>(&'q self, node: &'v Node<'v>, place: &'q Place<'q>) -> Strict<'v, 'q> {
        Strict { node, place, failed: self.failed, known: self.known }
    }

    fn read<S: DeserializeSeed<'v>>(self, seed: S) -> Result<S::Value, Error> {
        self.noted(seed.deserialize(self))
    }

    /// Notes the place of a mistake, unless it was noted further down.
    fn noted<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.note();
        }
        result
    }

    #[cold]
    fn note(self) {
        self.failed.get_or_init(|| self.place.steps());
    }

    fn refusal(self, expected: &str, help: String) -> Finding {
        let message = format!("expected {expected}, found {}", found(self.node));
        Finding::new("wrong_type", message, help)
    }

    fn no_object(self, fields: &[&str]) -> Error {
        let help = match fields {
            [] => "write `{}`".to_owned(),
            [first, ..] => format!("write `{{\"{first}\": …}}`"),
        };
        Error::custom(self.refusal(OBJECT, help).wanting(Wanted::Object))
    }

    /// The name that was chosen, and what belongs to it.
    fn choice(self, variants: &[&str]) -> Result<Choice<'v, 'p>, Error> {
        match self.node {
            Node::Text(name) => Ok(Choice { whole: self, name, content: None }),
            Node::Object(members) => {
                let mut choices = members.iter();
                match (choices.next(), choices.next()) {
                    (Some((name, content)), None) => Ok(Choice { whole: self, name, content: Some(content) }),
                    (None, _) => {
                        let message = format!("the object is empty: expected one of {}", listed(variants));
                        Err(Error::custom(Finding::new("missing_key", message, "name one of them")))
                    }
                    _ => {
                        let names: Vec<&str> = members.keys().collect();
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
            _ => Err(Error::custom(self.refusal(&one_of(variants), "name one of them".to_owned()))),
        }
    }
}

impl<'de> Strict<'de, '_> {
    fn items<V: Visitor<'de>>(self, items: &'de [Node<'de>], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Items { list: self, left: items.iter(), index: 0, address: None })
    }

    /// As `items`, for a list as long as it likes.
    fn open_items<V: Visitor<'de>>(self, items: &'de [Node<'de>], visitor: V) -> Result<V::Value, Error> {
        let Some(known) = self.known else { return self.items(items, visitor) };
        let address = Some(items.as_ptr() as usize);
        let index = known.count(address).min(items.len());
        let left = items.get(index..).unwrap_or_default().iter();
        visitor.visit_seq(Items { list: self, left, index, address })
    }

    fn members<V: Visitor<'de>>(self, members: &'de Object<'de>, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Members {
            object: self,
            left: members.iter(),
            value: None,
            count: 0,
            address: None,
        })
    }

    /// As `members`, for an object of any keys.
    fn open_members<V: Visitor<'de>>(self, members: &'de Object<'de>, visitor: V) -> Result<V::Value, Error> {
        let Some(known) = self.known else { return self.members(members, visitor) };
        let first = members.keys().next().filter(|key| !key.is_empty());
        let address = first.map(|key| key.as_ptr() as usize);
        let count = known.count(address);
        let mut left = members.iter();
        if let Some(last) = count.checked_sub(1) {
            left.nth(last);
        }
        visitor.visit_map(Members { object: self, left, value: None, count, address })
    }

    fn scalar<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Null => visitor.visit_unit(),
            Node::Bool(flag) => visitor.visit_bool(*flag),
            Node::Number(number) => number.deserialize_any(visitor),
            Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::List(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            Node::Object(_) => Err(Error::invalid_type(Unexpected::Map, &visitor)),
        }
    }
}

/// Where a visitor takes scalars only, its code for lists and objects need not be compiled.
macro_rules! read_scalars {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.scalar(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Strict<'de, '_> {
    type Error = Error;

    read_scalars!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128);
    read_scalars!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128);
    read_scalars!(deserialize_f32 deserialize_f64 deserialize_bool deserialize_unit);
    read_scalars!(deserialize_char deserialize_str deserialize_string deserialize_identifier);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::List(items) => self.items(items, visitor),
            Node::Object(members) => self.members(members, visitor),
            _ => self.scalar(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::List(items) => self.open_items(items, visitor),
            _ => self.scalar(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Object(members) => self.open_members(members, visitor),
            _ => self.scalar(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
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
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.node {
            Node::Object(members) => {
                let read = self.members(members, visitor)?;
                match NAMED.contains(&name) && members.get("id").is_none() {
                    true => Err(Error::missing_field("id")),
                    false => Ok(read),
                }
            }
            _ => Err(self.no_object(fields)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::List(items) if items.len() != length => Err(Error::invalid_length(items.len(), &visitor)),
            Node::List(items) => self.items(items, visitor),
            _ => self.scalar(visitor),
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
        visitor.visit_enum(self.choice(variants)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit_struct }
}

struct Items<'v, 'p> {
    list: Strict<'v, 'p>,
    left: std::slice::Iter<'v, Node<'v>>,
    index: usize,
    /// Where the items are, when it is noted how many are right.
    address: Option<usize>,
}

impl Items<'_, '_> {
    fn note(&self) {
        self.list.known.into_iter().for_each(|known| known.note(self.address, self.index));
    }
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(item) = self.left.next() else {
            self.note();
            return Ok(None);
        };
        let place = Place::Item(self.list.place, self.index);
        match self.list.below(item, &place).read(seed) {
            Ok(item) => {
                self.index += 1;
                Ok(Some(item))
            }
            Err(error) => {
                self.note();
                Err(error)
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Members<'v, 'p> {
    object: Strict<'v, 'p>,
    left: std::slice::Iter<'v, Member<'v>>,
    /// Of the member whose key was read.
    value: Option<(&'v str, &'v Node<'v>)>,
    /// The number of elements that were read.
    count: usize,
    /// Where the first key is, when it is noted how many members are right.
    address: Option<usize>,
}

impl Members<'_, '_> {
    fn note(&self) {
        self.object.known.into_iter().for_each(|known| known.note(self.address, self.count));
    }
}

impl<'v> Members<'v, '_> {
    #[inline(never)]
    fn next_member(&mut self) -> Option<(&'v str, &'v Node<'v>)> {
        self.value = self.left.next().map(|(key, value)| (key.as_ref(), value));
        self.value
    }

    #[inline(never)]
    fn taken(&mut self) -> Result<(&'v str, &'v Node<'v>), Error> {
        self.value.take().ok_or_else(|| Error::custom("a value is read before its key"))
    }
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((key, value)) = self.next_member() else {
            self.note();
            return Ok(None);
        };
        match seed.deserialize(BorrowedStrDeserializer::new(key)) {
            Ok(key) => Ok(Some(key)),
            Err(error) => {
                self.object.below(value, &Place::Member(self.object.place, key)).note();
                self.note();
                Err(error)
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (key, value) = self.taken()?;
        let place = Place::Member(self.object.place, key);
        match self.object.below(value, &place).read(seed) {
            Ok(value) => {
                self.count += 1;
                Ok(value)
            }
            Err(error) => {
                self.note();
                Err(error)
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// One of several names, alone or with what belongs to it.
struct Choice<'v, 'p> {
    whole: Strict<'v, 'p>,
    name: &'v str,
    content: Option<&'v Node<'v>>,
}

impl<'de> EnumAccess<'de> for Choice<'de, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.name));
        Ok((self.whole.noted(variant)?, self))
    }
}

impl Choice<'_, '_> {
    /// The place of what belongs to the name.
    fn place(&self) -> Place<'_> {
        Place::Member(self.whole.place, self.name)
    }

    fn incomplete(&self, content: &str) -> Error {
        let message = format!("`{}` needs a value", self.name);
        let help = format!("write `{{\"{}\": {content}}}`", self.name);
        self.whole.note();
        Error::custom(Finding::new("wrong_type", message, help).wanting(Wanted::Content))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None | Some(Node::Null) => Ok(()),
            Some(content) => {
                let message = format!("`{}` takes no value", self.name);
                let finding = Finding::new("wrong_type", message, format!("write `\"{}\"`", self.name));
                self.whole.below(content, &self.place()).noted(Err(Error::custom(finding)))
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        match self.content {
            Some(content) => self.whole.below(content, &self.place()).read(seed),
            None => Err(self.incomplete("…")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let Some(content) = self.content else { return Err(self.incomplete("[…]")) };
        let place = self.place();
        let list = self.whole.below(content, &place);
        list.noted(list.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Some(content) = self.content else {
            let content = fields.first().map_or("{}".to_owned(), |first| format!("{{\"{first}\": …}}"));
            return Err(self.incomplete(&content));
        };
        let place = self.place();
        let object = self.whole.below(content, &place);
        object.noted(object.deserialize_struct("", fields, visitor))
    }
}
