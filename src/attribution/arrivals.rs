//! How each lead arrived, as far as it is known.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::records::Records;
use super::sets::{RecordSets, lead};
use super::visit::Visit;
use crate::model::{Lead, LeadId, LinkKind, RecordRef};

/// A lead that came.
pub(super) struct Arrival<'a> {
    pub(super) visit: Cow<'a, Visit>,
    /// Whether the visit was kept, and is not read from the record.
    pub(super) is_kept: bool,
    /// Whether the arrival is certain: the visit was kept, or nothing was merged into the record.
    pub(super) is_known: bool,
}

/// Every lead that came.
pub(super) struct Arrivals<'a> {
    /// In order of time, those of one moment by id; one a lead.
    pub(super) list: Vec<Arrival<'a>>,
    /// The number of visits that were kept twice.
    pub(super) repeats: usize,
    /// The number of leads with a blank id.
    pub(super) without_id: usize,
}

impl<'a> Arrivals<'a> {
    /// Leads and visits with an id.
    pub(super) fn of(records: &Records<'a>, leads: &[Lead]) -> Arrivals<'a> {
        let mut kept: BTreeMap<&LeadId, &'a Visit> = BTreeMap::new();
        let (mut repeats, mut without_id) = (0, leads.iter().filter(|one| one.id.is_blank()).count());
        for one in records.visits {
            if one.lead.is_blank() {
                without_id += 1;
                continue;
            }
            // Of several that differ the earliest, whatever their order.
            let earliest = kept.entry(&one.lead).or_insert(one);
            repeats += usize::from(!std::ptr::eq(*earliest, one));
            if (one.at, one) < (earliest.at, *earliest) {
                *earliest = one;
            }
        }
        // Links say what became of an entry if its visit does not.
        let told = Told::by(records);
        let unkept = leads.iter().filter(|one| !one.id.is_blank() && !kept.contains_key(&one.id));
        let mut list: Vec<Arrival<'a>> = unkept
            .map(|one| Arrival {
                visit: Cow::Owned(told.visit(one)),
                is_kept: false,
                is_known: !told.grown.contains(&one.id),
            })
            .collect();
        list.extend(kept.values().map(|one| Arrival {
            visit: told.decided(one),
            is_kept: true,
            is_known: true,
        }));
        // By time, ties by id: a key belongs to the first who came with it.
        list.sort_by(|a, b| (a.visit.at, &a.visit.lead).cmp(&(b.visit.at, &b.visit.lead)));
        Arrivals { list, repeats, without_id }
    }

    /// Leads that came as one person: entries of a lead that was on file when they came, and those that one contact
    /// came from. Leads merged since are not among them, so that no merge changes what touches show.
    pub(super) fn persons(&self, records: &Records<'_>) -> RecordSets {
        let mut sets = RecordSets::default();
        for one in &self.list {
            sets.add(lead(&one.visit.lead));
            one.visit.entry_of.iter().for_each(|subject| sets.join(lead(&one.visit.lead), lead(subject)));
        }
        let of_accounts = records.accounts.iter().flat_map(|account| &account.contacts);
        let came_of =
            of_accounts.chain(records.contacts).filter_map(|one| Some((&one.id, one.lead.as_ref()?)));
        let became = records.conversions.iter().filter_map(|one| Some((one.contact.as_ref()?, &one.lead)));
        for (contact, of) in came_of.chain(became) {
            sets.join(lead(of), RecordRef::Contact(contact.clone()));
        }
        sets
    }
}

/// What links say about leads whose visits were not kept.
struct Told<'a> {
    /// Leads that others were merged into.
    grown: BTreeSet<&'a LeadId>,
    /// For each merged lead, the lead it was merged into.
    merged: BTreeSet<(&'a LeadId, &'a LeadId)>,
    /// The lead on file that one is an entry of, and whether it was sent again.
    entries: BTreeMap<&'a LeadId, (&'a LeadId, bool)>,
}

impl<'a> Told<'a> {
    fn by(records: &Records<'a>) -> Told<'a> {
        let mut told = Told { grown: BTreeSet::new(), merged: BTreeSet::new(), entries: BTreeMap::new() };
        for link in records.links {
            let (RecordRef::Lead(from), RecordRef::Lead(to)) = (&link.from, &link.to) else { continue };
            if from == to || from.is_blank() || to.is_blank() {
                continue;
            }
            match link.kind {
                LinkKind::MergedInto => {
                    // It may hold the links of the lead merged into it, so it no longer says how it came itself.
                    told.grown.insert(to);
                    told.merged.insert((from, to));
                }
                LinkKind::ReentryOf | LinkKind::ResubmissionOf => {
                    let found = (to, link.kind == LinkKind::ResubmissionOf);
                    let entry = told.entries.entry(from).or_insert(found);
                    // Of several the one with the lowest id, whatever their order.
                    *entry = (*entry).min(found);
                }
                _ => {}
            }
        }
        told
    }

    /// A visit, with the decision that links show if the host did not say it.
    fn decided(&self, one: &'a Visit) -> Cow<'a, Visit> {
        match self.entries.get(&one.lead).filter(|_| one.entry_of.is_none()) {
            Some((subject, is_resent)) => {
                let entry_of = Some((*subject).clone());
                Cow::Owned(Visit { entry_of, is_resent: *is_resent, ..one.clone() })
            }
            None => Cow::Borrowed(one),
        }
    }

    /// How a lead arrived, according to its own record.
    fn visit(&self, one: &Lead) -> Visit {
        let folded = one.folded_into.as_ref().filter(|into| !self.merged.contains(&(&one.id, *into)));
        let (entry_of, is_resent) = match self.entries.get(&one.id) {
            Some((subject, is_resent)) => (Some((*subject).clone()), *is_resent),
            None => (folded.cloned(), false),
        };
        Visit { entry_of, is_resent, ..Visit::of(one) }
    }
}
