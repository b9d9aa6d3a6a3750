//! The people who came in with a phone number, a mailbox or a WeChat id and were folded: together they show whether it is one
//! person's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rustc_hash::FxHashMap;

use crate::dedup::{KeyPeople, MatchKey, Probe};
use crate::model::Lead;
use crate::rule::{FactContext, Facts, HostTables};

/// Keep at most this many names per key.
const MAX_NAMES: usize = 20;

/// The names of folded entries by key, each as often as it came. Looked up by key only, never iterated.
#[derive(Clone, Default)]
pub(super) struct People(FxHashMap<MatchKey, BTreeMap<String, usize>>);

impl People {
    pub(super) fn add(&mut self, lead: &Lead, tables: &HostTables) {
        visit(lead, tables, |key, name| {
            *self.0.entry(key).or_default().entry(name.to_owned()).or_default() += 1;
        });
    }

    pub(super) fn remove(&mut self, lead: &Lead, tables: &HostTables) {
        visit(lead, tables, |key, name| {
            let Some(names) = self.0.get_mut(&key) else { return };
            if let Some(times) = names.get_mut(name) {
                *times = times.saturating_sub(1);
            }
            names.retain(|_, times| *times > 0);
            if names.is_empty() {
                self.0.remove(&key);
            }
        });
    }

    /// The people of the keys of a lead.
    pub(super) fn of(&self, probe: &Probe) -> Vec<KeyPeople> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let people = |key: &MatchKey| {
            let names: BTreeSet<String> = self.0.get(key)?.keys().take(MAX_NAMES).cloned().collect();
            Some(KeyPeople { key: key.clone(), names })
        };
        probe.keys.iter().filter_map(people).collect()
    }
}

impl fmt::Debug for People {
    /// `Debug` hides contact values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "People({} keys)", self.0.len())
    }
}

fn visit(lead: &Lead, tables: &HostTables, mut visit: impl FnMut(MatchKey, &str)) {
    let name = lead.name.as_deref().filter(|name| !name.trim().is_empty());
    if let (Some(name), Some(_)) = (name, &lead.folded_into) {
        let facts = Facts::new(lead, &FactContext::new(tables, lead.created_at));
        Probe::of_contacts(&facts).into_iter().for_each(|key| visit(key, name));
    }
}
