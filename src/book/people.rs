//! The people who came in with a phone number and were folded: together they show whether the number is one person's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rustc_hash::FxHashMap;

use crate::dedup::{MatchKey, MatchKeyKind, NumberPeople, Probe};
use crate::model::Lead;
use crate::rule::{HostTables, cut_lead_on_file, visit_phone_keys};

/// So many names are enough.
const MAX_NAMES: usize = 20;

/// The names of folded entries by number, each as often as it came. Looked up by number only, never iterated.
#[derive(Clone, Default)]
pub(super) struct People(FxHashMap<String, BTreeMap<String, usize>>);

impl People {
    pub(super) fn add(&mut self, lead: &Lead, tables: &HostTables) {
        visit(lead, tables, |number, name| {
            *self.0.entry(number.to_owned()).or_default().entry(name.to_owned()).or_default() += 1;
        });
    }

    pub(super) fn remove(&mut self, lead: &Lead, tables: &HostTables) {
        visit(lead, tables, |number, name| {
            let Some(names) = self.0.get_mut(number) else { return };
            if let Some(times) = names.get_mut(name) {
                *times = times.saturating_sub(1);
            }
            names.retain(|_, times| *times > 0);
            if names.is_empty() {
                self.0.remove(number);
            }
        });
    }

    /// The people of the numbers of a lead.
    pub(super) fn of(&self, probe: &Probe) -> Vec<NumberPeople> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let numbers = probe.keys.iter().filter(|key| key.kind == MatchKeyKind::Phone);
        let people = |number: &MatchKey| {
            let names: BTreeSet<String> =
                self.0.get(&number.value)?.keys().take(MAX_NAMES).cloned().collect();
            Some(NumberPeople { number: number.clone(), names })
        };
        numbers.filter_map(people).collect()
    }
}

impl fmt::Debug for People {
    /// Numbers are not for showing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "People({} numbers)", self.0.len())
    }
}

fn visit(lead: &Lead, tables: &HostTables, mut visit: impl FnMut(&str, &str)) {
    let name = lead.name.as_deref().filter(|name| !name.trim().is_empty());
    if let (Some(name), Some(_)) = (name, &lead.folded_into) {
        let cut = cut_lead_on_file(lead);
        visit_phone_keys(cut.as_deref().unwrap_or(lead), tables, |number| visit(number, name));
    }
}
