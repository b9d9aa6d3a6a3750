//! A document in memory, in about a fifth of what a [`Value`] takes: its objects are lists ordered by key, and texts
//! that need no unescaping stay in the text of the document.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::depth::dismantle;
use super::toml_date::TOML_DATE;

/// The key under which `serde_json` hands on a number when a crate of the build turns on `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// A node of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Node<'t> {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    #[expect(clippy::box_collection, reason = "most nodes are no lists, and a pointer is a third of one")]
    List(Box<Vec<Node<'t>>>),
    Object(Members<'t>),
}

/// The members of an object, in the order of their keys.
#[expect(clippy::box_collection, reason = "most nodes are no objects, and a pointer is a third of a list")]
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Members<'t>(Box<Vec<Member<'t>>>);

pub(super) type Member<'t> = (Cow<'t, str>, Node<'t>);

impl<'t> Members<'t> {
    /// Of several members with one key the last stays, as everywhere in JSON.
    fn of(mut members: Vec<Member<'t>>) -> Members<'t> {
        let is_ordered = |pair: &[Member<'_>]| matches!(pair, [(a, _), (b, _)] if a < b);
        if !members.windows(2).all(is_ordered) {
            members.reverse();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            members.dedup_by(|(later, _), (first, _)| later == first);
        }
        members.shrink_to_fit();
        Members(Box::new(members))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Member<'t>> {
        self.0.iter()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_ref())
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Node<'t>> {
        self.0.iter().map(|(_, member)| member)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(key, _)| key.as_ref().cmp(name))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        self.0.get(self.place(name).ok()?).map(|(_, member)| member)
    }

    pub(super) fn insert(&mut self, name: &str, member: Node<'t>) {
        match self.place(name) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = member;
                }
            }
            Err(at) => self.0.insert(at, (Cow::Owned(name.to_owned()), member)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Node<'t>> {
        self.place(name).ok().map(|at| self.0.remove(at).1)
    }
}

impl<'t> Node<'t> {
    /// An object; a date of TOML, which is an object with a special key, is the text of the date.
    pub(super) fn object(mut members: Vec<Member<'t>>) -> Node<'t> {
        match members.pop() {
            Some((key, date)) if members.is_empty() && key == TOML_DATE => date,
            Some(last) => {
                members.push(last);
                Node::Object(Members::of(members))
            }
            None => Node::Object(Members::default()),
        }
    }

    pub(super) fn list(mut items: Vec<Node<'t>>) -> Node<'t> {
        items.shrink_to_fit();
        Node::List(Box::new(items))
    }

    /// The content of a value, without copies of its texts.
    pub(super) fn of(value: &'t Value) -> Node<'t> {
        match value {
            Value::Null => Node::Null,
            Value::Bool(flag) => Node::Bool(*flag),
            Value::Number(number) => Node::Number(number.clone()),
            Value::String(text) => Node::Text(Cow::Borrowed(text)),
            Value::Array(items) => Node::list(items.iter().map(Node::of).collect()),
            Value::Object(members) => Node::object(
                members.iter().map(|(key, member)| (Cow::Borrowed(key.as_str()), Node::of(member))).collect(),
            ),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        self.as_object()?.get(name)
    }

    pub(super) fn item(&self, index: usize) -> Option<&Node<'t>> {
        match self {
            Node::List(items) => items.get(index),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Node<'t>> {
        match self {
            Node::Object(members) => {
                let at = members.place(name).ok()?;
                members.0.get_mut(at).map(|(_, member)| member)
            }
            _ => None,
        }
    }

    pub(super) fn item_mut(&mut self, index: usize) -> Option<&mut Node<'t>> {
        match self {
            Node::List(items) => items.get_mut(index),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&Members<'t>> {
        match self {
            Node::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Node::List(_))
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Node::Object(_))
    }

    /// Whether lists and objects are nested deeper. O(nodes).
    pub(super) fn is_deeper_than(&self, limit: usize) -> bool {
        let mut left = vec![(self, 0)];
        while let Some((node, depth)) = left.pop() {
            if depth > limit {
                return true;
            }
            match node {
                Node::List(items) => left.extend(items.iter().map(|item| (item, depth + 1))),
                Node::Object(members) => left.extend(members.values().map(|member| (member, depth + 1))),
                _ => {}
            }
        }
        false
    }

    /// A key of a list or object that is longer, in bytes. O(nodes).
    pub(super) fn long_key(&self, most: usize) -> Option<&str> {
        let mut left = vec![self];
        while let Some(node) = left.pop() {
            match node {
                Node::List(items) => left.extend(items.iter()),
                Node::Object(members) => {
                    let is_long = |(key, member): &&Member<'_>| {
                        key.len() > most && (member.is_list() || member.is_object())
                    };
                    if let Some((key, _)) = members.iter().find(is_long) {
                        return Some(key);
                    }
                    left.extend(members.values());
                }
                _ => {}
            }
        }
        None
    }
}

impl Node<'static> {
    /// A value, of which lists and objects nested deeper than so many levels are empty. It is taken apart on the way:
    /// it and the node are never there whole at the same time.
    pub(super) fn bounded(value: Value, levels: usize) -> Node<'static> {
        let inner = levels.checked_sub(1);
        match (value, inner) {
            (Value::Null, _) => Node::Null,
            (Value::Bool(flag), _) => Node::Bool(flag),
            (Value::Number(number), _) => Node::Number(number),
            (Value::String(text), _) => Node::Text(Cow::Owned(text)),
            (Value::Array(items), Some(inner)) => {
                Node::list(items.into_iter().map(|item| Node::bounded(item, inner)).collect())
            }
            (Value::Object(members), Some(inner)) => {
                let bounded = |(key, member)| (Cow::Owned(key), Node::bounded(member, inner));
                Node::object(members.into_iter().map(bounded).collect())
            }
            (list_or_object, None) => {
                let empty =
                    if list_or_object.is_array() { Node::list(Vec::new()) } else { Node::object(Vec::new()) };
                dismantle(list_or_object);
                empty
            }
        }
    }
}

/// A value that is not nested deeply.
impl From<Value> for Node<'static> {
    fn from(value: Value) -> Node<'static> {
        Node::bounded(value, usize::MAX)
    }
}

impl From<&Node<'_>> for Value {
    fn from(node: &Node<'_>) -> Value {
        match node {
            Node::Null => Value::Null,
            Node::Bool(flag) => Value::Bool(*flag),
            Node::Number(number) => Value::Number(number.clone()),
            Node::Text(text) => Value::String(text.clone().into_owned()),
            Node::List(items) => items.iter().map(Value::from).collect(),
            Node::Object(members) => {
                let members = members.iter().map(|(key, member)| (key.clone().into_owned(), member.into()));
                Value::Object(members.collect::<Map<String, Value>>())
            }
        }
    }
}

/// As JSON.
impl fmt::Display for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value::from(self).fmt(f)
    }
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node<'de>, E> {
        Ok(Number::from_f64(number).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = object.next_key()? {
            members.push((key, object.next_value()?));
        }
        if let [(key, Node::Text(digits))] = members.as_slice()
            && key == NUMBER
        {
            return serde_json::from_str(digits).map(Node::Number).map_err(Error::custom);
        }
        Ok(Node::object(members))
    }
}

/// A key, which stays in the text of the document when it can.
struct Key<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key<'de>, D::Error> {
        match deserializer.deserialize_str(Reader)? {
            Node::Text(key) => Ok(Key(key)),
            _ => Err(Error::custom("a key is no text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Node<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_node_is_small() {
        assert_eq!((size_of::<Node<'_>>(), size_of::<Member<'_>>()), (24, 48));
    }

    #[test]
    fn what_needs_no_unescaping_stays_in_the_text() {
        let node = read(r#"{"a": "b", "c\n": ["d\u0065", null, 1, -1, 0.5, true]}"#);
        let members = node.as_object().unwrap();
        assert!(matches!(members.get("a"), Some(Node::Text(Cow::Borrowed("b")))));
        assert_eq!(Value::from(&node), json!({"a": "b", "c\n": ["de", null, 1, -1, 0.5, true]}));
        assert!(members.iter().all(|(key, _)| matches!(key, Cow::Borrowed(_)) == (key == "a")));
    }

    #[test]
    fn the_last_of_equal_keys_stays_and_keys_are_ordered() {
        let node = read(r#"{"b": 1, "a": 2, "b": 3, "a": 4, "c": 5}"#);
        assert_eq!(node.to_string(), r#"{"a":4,"b":3,"c":5}"#);
        assert_eq!(read(r#"{"a": 1, "a": 2}"#).to_string(), r#"{"a":2}"#);
    }

    #[test]
    fn members_are_put_in_and_taken_out() {
        let Node::Object(mut members) = read(r#"{"b": 1, "d": 2}"#) else { panic!() };
        for key in ["c", "a", "e", "b"] {
            members.insert(key, Node::Null);
        }
        assert_eq!(members.keys().collect::<String>(), "abcde");
        assert_eq!(members.remove("d"), Some(Node::Number(2.into())));
        assert_eq!((members.remove("x"), members.get("b")), (None, Some(&Node::Null)));
    }

    #[test]
    fn numbers_of_any_precision_and_dates_of_toml_are_values() {
        assert_eq!(read(r#"{"$serde_json::private::Number": "1.5"}"#), Node::from(json!(1.5)));
        let date = json!({"at": {TOML_DATE: "2026-03-01"}});
        assert_eq!(Node::from(date.clone()), Node::of(&json!({"at": "2026-03-01"})));
        assert_eq!(Node::of(&date), read(&date.to_string()));
    }

    #[test]
    fn what_is_nested_too_deeply_is_empty() {
        let value = json!({"a": [[1], {"b": 2}], "c": 3});
        assert_eq!(Node::bounded(value.clone(), 2).to_string(), r#"{"a":[[],{}],"c":3}"#);
        assert_eq!(Node::bounded(value.clone(), 3), Node::from(value));
        let deep = (0..20_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
        let node = Node::bounded(deep, 101);
        assert!(node.is_deeper_than(100) && !node.is_deeper_than(101));
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        let value = json!({"a": [1, {"b": null, "c": [[], {}]}], "d": "é", "": 1e300});
        assert_eq!(Value::from(&Node::from(value.clone())), value);
        assert_eq!(Value::from(&Node::of(&value)), value);
        assert_eq!(Value::from(&read(&value.to_string())), value);
    }
}
