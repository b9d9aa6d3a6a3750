//! One object of a line, read key by key: what is left over is a mistake.

use leadkit::text::closest;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

/// The members of an object, and which keys were asked for.
pub(crate) struct Object {
    place: String,
    members: Map<String, Json>,
    known: Vec<&'static str>,
}

impl Object {
    pub(crate) fn new(place: &str, value: Json) -> Result<Object, String> {
        match value {
            Json::Object(members) => Ok(Object { place: place.to_owned(), members, known: Vec::new() }),
            other => Err(format!("{place}: found {}, expected an object in braces", shown(&other))),
        }
    }

    /// The place of a key, as errors name it.
    fn at(&self, key: &str) -> String {
        if self.place.is_empty() { format!("`{key}`") } else { format!("`{}.{key}`", self.place) }
    }

    pub(crate) fn take(&mut self, key: &'static str) -> Option<Json> {
        self.known.push(key);
        self.members.remove(key)
    }

    /// The value of a key that may be missing.
    pub(crate) fn maybe<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        wanted: &str,
    ) -> Result<Option<T>, String> {
        match self.take(key) {
            None | Some(Json::Null) => Ok(None),
            Some(value) => read(&self.at(key), value, wanted).map(Some),
        }
    }

    /// The value of a key that has to be there.
    pub(crate) fn need<T: DeserializeOwned>(&mut self, key: &'static str, wanted: &str) -> Result<T, String> {
        let found = self.maybe(key, wanted)?;
        found.ok_or_else(|| format!("{} is missing, expected {wanted}{}", self.at(key), self.near(key)))
    }

    /// A text that is not blank.
    pub(crate) fn name(&mut self, key: &'static str, wanted: &str) -> Result<String, String> {
        let text: String = self.need(key, wanted)?;
        if text.trim().is_empty() {
            return Err(format!("{}: found a blank text, expected {wanted}", self.at(key)));
        }
        Ok(text)
    }

    /// The key that was probably meant.
    fn near(&self, key: &str) -> String {
        let keys = self.members.keys().map(String::as_str).filter(|other| !self.known.contains(other));
        closest(key, keys).map_or(String::new(), |near| format!("; `{near}` is near: did you mean `{key}`?"))
    }

    /// The keys that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), String> {
        let Some(key) = self.members.keys().next() else { return Ok(()) };
        let place = self.at(key);
        let help = closest(key, self.known.iter().copied()).map_or_else(
            || format!("expected {}", self.known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Err(format!("{place} is no key here: {help}"))
    }

    /// The whole as a value of a type, whose keys are listed.
    pub(crate) fn into<T: DeserializeOwned>(
        mut self,
        keys: &[&'static str],
        wanted: &str,
    ) -> Result<T, String> {
        self.known.extend(keys);
        let unknown: Vec<String> =
            self.members.keys().filter(|key| !self.known.contains(&key.as_str())).cloned().collect();
        let members = std::mem::take(&mut self.members);
        if let Some(key) = unknown.into_iter().next() {
            let place = self.place.clone();
            self.members.insert(key, Json::Null);
            self.finish()?;
            return Err(format!("{place}: expected {wanted}"));
        }
        read(&self.place, Json::Object(members), wanted)
    }

    /// The members, whose keys are looked at by who reads them.
    pub(crate) fn into_members(self) -> Map<String, Json> {
        self.members
    }

    /// Fills in a value that is not given.
    pub(crate) fn fill(&mut self, key: &str, value: impl FnOnce() -> Json) {
        if !self.members.contains_key(key) {
            self.members.insert(key.to_owned(), value());
        }
    }
}

fn read<T: DeserializeOwned>(place: &str, value: Json, wanted: &str) -> Result<T, String> {
    let found = shown(&value);
    leadkit::model::load(value).map_err(|errors| {
        let inner = errors.iter().next().filter(|error| !error.path.is_empty());
        match inner {
            Some(error) => format!("{place}, `{}`: {}", error.path, error.message),
            None => format!("{place}: found {found}, expected {wanted}"),
        }
    })
}

/// A value as it stands, short.
pub(crate) fn shown(value: &Json) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 { text } else { text.chars().take(60).chain(['…']).collect() }
}
