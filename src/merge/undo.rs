//! Undoing a merge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::MergeError;
use super::record::{
    Fields, Mergeable, fields_of, members_of, row_at, same_field, same_record, with_fields, with_members,
};
use super::values::show;
use crate::model::{Contact, ContactId, RecordRef, Value};
use crate::order;

/// What a host stores to undo a merge: the records as they were, and the survivor as the merge left it.
///
/// Owned and serialisable; the format is versioned. It holds contact values whole, as the records do; `Debug` masks
/// those of the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UndoRecord<R> {
    format: u16,
    before: R,
    merged: R,
    /// By id.
    others: Vec<R>,
    /// Rows of contacts that went into another, with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    united: Vec<(RecordRef, RecordRef)>,
    /// The places of the others in the list that the merge was applied to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<usize>,
}

/// The separate records after a merge is undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Restored<R> {
    /// The survivor: as it was before the merge, with later changes of other fields.
    pub survivor: R,
    /// The records that were merged away, by id.
    pub others: Vec<R>,
    /// Fields changed both by the merge and since then: the survivor keeps the newer value.
    pub conflicts: Vec<UndoConflict>,
}

/// A field that was changed by the merge and again since then. The newer value stays.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UndoConflict {
    /// The field; `contacts.C1.name` for one of a contact, `contacts.C1` for a contact that was taken out.
    pub field: String,
    /// The value before the merge; null when it was blank.
    pub before: Value,
    /// The value the merge gave it.
    pub merged: Value,
    /// The value it has now, and keeps.
    pub now: Value,
}

impl fmt::Display for UndoConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, merged, now] = [&self.before, &self.merged, &self.now]
            .map(|value| if value.is_blank() { "blank".to_owned() } else { show(&self.field, value) });
        write!(f, "`{}` was {before}, the merge made it {merged}, and it is {now} now: it stays", self.field)
    }
}

impl fmt::Debug for UndoConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UndoConflict({self})")
    }
}

impl<R> UndoRecord<R> {
    /// The newest format that this version of the crate reads.
    pub const FORMAT: u16 = 1;

    pub(super) fn new(
        before: R,
        merged: R,
        others: Vec<R>,
        united: Vec<(RecordRef, RecordRef)>,
    ) -> UndoRecord<R> {
        UndoRecord { format: Self::FORMAT, before, merged, others, united, places: Vec::new() }
    }

    /// The rows of contacts that went into another, with it.
    pub(super) fn united(&self) -> &[(RecordRef, RecordRef)] {
        &self.united
    }

    /// The rows of contacts that went into another.
    pub(super) fn absorbed(&self) -> BTreeSet<&RecordRef> {
        order::set(self.united.iter().map(|(row, _)| row))
    }

    pub(super) fn with_places(self, places: Vec<usize>) -> UndoRecord<R> {
        UndoRecord { places, ..self }
    }

    /// The survivor as the merge left it.
    #[must_use]
    pub fn merged(&self) -> &R {
        &self.merged
    }

    /// The records as they were: the survivor first, then the others by id.
    pub fn originals(&self) -> impl Iterator<Item = &R> {
        std::iter::once(&self.before).chain(&self.others)
    }
}

impl<R: Mergeable> UndoRecord<R> {
    /// Separates the records again, given the survivor as it is now.
    ///
    /// An unchanged survivor is restored exactly. Later changes to other fields stay, and so do contacts added since;
    /// changes to a contact that came from another account move back with it. A person who was removed since, or moved to
    /// another record, stays so and is reported. In lists, later additions and removals of
    /// items are kept. A field changed both by the merge and later keeps the newer value and is reported. O(n log n) in
    /// fields and contacts.
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergePlan, MergeRules, Merger};
    /// # use leadkit::model::Account;
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// # let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// let undo = plan.apply(&mut accounts)?;
    /// // The domain was filled in since the merge: it stays.
    /// accounts[0].domain = Some("acme.com".into());
    /// let restored = undo.restore(&accounts[0])?;
    /// assert_eq!(restored.survivor.domain.as_deref(), Some("acme.com"));
    /// assert_eq!(restored.others[0].id.as_str(), "A1");
    /// assert!(restored.conflicts.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the format is not known or the record is not the survivor.
    pub fn restore(&self, current: &R) -> Result<Restored<R>, MergeError> {
        if self.format != Self::FORMAT {
            return Err(MergeError::UnknownFormat { format: self.format });
        }
        if current.id() != self.before.id() {
            let (record, survivor) = (current.reference(), self.before.reference());
            return Err(MergeError::NotTheSurvivor { record, survivor });
        }
        let mut others = self.others.clone();
        let mut conflicts = Vec::new();
        if same_record(current, &self.merged) {
            return Ok(Restored { survivor: self.before.clone(), others, conflicts });
        }
        let [before, after, now] = [&self.before, &self.merged, current].map(fields_of);
        let changes = three_way(&before, &after, &now, "", &mut conflicts);
        let mut survivor = with_fields(current, &changes);
        survivor.set_contacts(self.restore_contacts(current, &mut others, &mut conflicts));
        order::sort_by(&mut conflicts, |a, b| a.field.cmp(&b.field));
        Ok(Restored { survivor, others, conflicts })
    }

    /// Undoes the merge in a list of records: the survivor is restored in place, the others come back, in their
    /// old places when nothing has moved since.
    ///
    /// For one merge that is kept by itself. Of several merges of one record the last is undone first, and this record alone
    /// cannot distinguish a later merge from manual changes: keep them in a [`MergeLog`](super::MergeLog), which refuses
    /// another order.
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergePlan, MergeRules, Merger};
    /// # use leadkit::model::Account;
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// # let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// let undo = plan.apply(&mut accounts)?;
    /// undo.undo(&mut accounts)?;
    /// assert_eq!(accounts.len(), 2);
    /// // A second time, there is nothing left to undo.
    /// let again = undo.undo(&mut accounts).unwrap_err();
    /// assert_eq!(again.to_string(), "account A1 already exists, so it cannot be restored");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`restore`](UndoRecord::restore); also when the survivor is not there, is there twice, or another is there
    /// already. Nothing has happened then.
    pub fn undo(&self, records: &mut Vec<R>) -> Result<Vec<UndoConflict>, MergeError> {
        let missing = || MergeError::Missing { record: self.before.reference() };
        let mut found = records.iter_mut().filter(|record| record.id() == self.before.id());
        let current = found.next().ok_or_else(missing)?;
        if found.next().is_some() {
            return Err(MergeError::SameId { record: self.before.reference() });
        }
        let ids = order::set(self.others.iter().map(|other| other.id()));
        let restored = self.restore(current)?;
        if let Some(back) = records.iter().find(|record| ids.contains(record.id())) {
            return Err(MergeError::AlreadyBack { record: back.reference() });
        }
        if let Some(survivor) = records.iter_mut().find(|record| record.id() == self.before.id()) {
            *survivor = restored.survivor;
        }
        let places = self.places.iter().copied().chain(std::iter::repeat(usize::MAX));
        let mut placed: Vec<(usize, R)> = places.zip(restored.others).collect();
        order::sort_by_key(&mut placed, |(place, _)| *place);
        for (place, other) in placed {
            records.insert(place.min(records.len()), other);
        }
        Ok(restored.conflicts)
    }

    /// The survivor's contacts; those of the others get what changed in them since.
    fn restore_contacts(
        &self,
        current: &R,
        others: &mut [R],
        conflicts: &mut Vec<UndoConflict>,
    ) -> Vec<Contact> {
        let (before, after, now) = (self.before.contacts(), self.merged.contacts(), current.contacts());
        if now == after {
            return before.to_vec();
        }
        let left = self.leave_out(current, others);
        let gone = |id: &str| UndoConflict {
            field: format!("contacts.{id}"),
            before: id.into(),
            merged: id.into(),
            now: Value::Null,
        };
        conflicts.extend(left.iter().map(|id| gone(id.as_str())));
        if before == after {
            return now.to_vec();
        }
        // The row that moved to the survivor, and the position of its record.
        let mut moved: BTreeMap<String, (Contact, usize)> = BTreeMap::new();
        let absorbed = self.absorbed();
        for (place, other) in others.iter().enumerate() {
            let stays = |one: &&Contact| !absorbed.contains(&row_at(&one.id, &other.reference()));
            for contact in other.contacts().iter().filter(stays) {
                moved.entry(contact.id.to_string()).or_insert_with(|| (contact.clone(), place));
            }
        }
        let (Some(was), Some(made), Some(is)) = (by_id(before), by_id(after), by_id(now)) else {
            // Indistinguishable contacts are one field.
            let ids = |contacts: &[Contact]| Value::List(contacts.iter().map(|c| c.id.to_string()).collect());
            conflicts.push(UndoConflict {
                field: "contacts".to_owned(),
                before: ids(before),
                merged: ids(after),
                now: ids(now),
            });
            return now.to_vec();
        };
        let is_told = |contact: &Contact| left.contains(&contact.id);
        let mut own = Vec::new();
        let mut edits: Vec<Edit<'_>> = Vec::new();
        for contact in before {
            let id = contact.id.as_str();
            match (made.get(id), is.get(id)) {
                (Some(after), Some(now)) => edits.push((contact, *after, *now, None)),
                (Some(after), None) if *after != contact && !is_told(after) => conflicts.push(gone(id)),
                (Some(_), None) => {}
                (None, _) => own.push(contact.clone()),
            }
        }
        for contact in after.iter().filter(|contact| !was.contains_key(contact.id.as_str())) {
            let id = contact.id.as_str();
            match (moved.get(id), is.get(id)) {
                (Some((original, origin)), Some(now)) => {
                    edits.push((original, contact, *now, Some(*origin)));
                }
                _ if is_told(contact) => {}
                _ => conflicts.push(gone(id)),
            }
        }
        restore_edits(edits, &mut own, others, conflicts);
        let added = now.iter().filter(|contact| {
            !made.contains_key(contact.id.as_str()) && !was.contains_key(contact.id.as_str())
        });
        own.extend(added.cloned());
        own
    }
}

impl<R: Mergeable> UndoRecord<R> {
    /// Who was taken out of the survivor or moved to another record since comes back to none of the others, nor does a row that
    /// went into theirs: the ids of those people at the survivor.
    fn leave_out(&self, current: &R, others: &mut [R]) -> BTreeSet<ContactId> {
        let mut left = BTreeSet::new();
        let (Some(after), Some(now)) = (by_id(self.merged.contacts()), by_id(current.contacts())) else {
            return left;
        };
        let into: BTreeMap<&RecordRef, &RecordRef> =
            order::map(self.united.iter().map(|(row, kept)| (row, kept)));
        // Two contacts of one id at one record share a row: which of them has left is unknown, and both come back.
        for other in others.iter_mut().filter(|other| by_id(other.contacts()).is_some()) {
            let reference = other.reference();
            let person = |contact: &Contact| {
                let row = row_at(&contact.id, &reference);
                into.get(&row).copied().unwrap_or(&row).contact().cloned()
            };
            let has_left = |id: &ContactId| after.contains_key(id.as_str()) && !now.contains_key(id.as_str());
            let (gone, stay): (Vec<_>, Vec<_>) = other
                .contacts()
                .iter()
                .map(|one| (one.clone(), person(one).filter(has_left)))
                .partition(|(_, id)| id.is_some());
            if !gone.is_empty() {
                left.extend(gone.into_iter().filter_map(|(_, id)| id));
                other.set_contacts(stay.into_iter().map(|(one, _)| one).collect());
            }
        }
        left
    }
}

/// The contacts by id; `None` when one has none or two have the same.
pub(super) fn by_id(contacts: &[Contact]) -> Option<BTreeMap<&str, &Contact>> {
    let by_id = order::map(contacts.iter().map(|contact| (contact.id.as_str(), contact)));
    (by_id.len() == contacts.len() && contacts.iter().all(|contact| !contact.id.is_blank())).then_some(by_id)
}

/// A contact before the merge, after it, and now; and, of the others, the record it comes back to.
type Edit<'c> = (&'c Contact, &'c Contact, &'c Contact, Option<usize>);

/// Takes the merge out of each contact, and puts it back where it came from.
fn restore_edits<R: Mergeable>(
    edits: Vec<Edit<'_>>,
    own: &mut Vec<Contact>,
    others: &mut [R],
    conflicts: &mut Vec<UndoConflict>,
) {
    let mut back: BTreeMap<usize, BTreeMap<ContactId, Contact>> = BTreeMap::new();
    for (original, after, now, origin) in edits {
        let contact = restore_contact(original, after, now, conflicts);
        match origin {
            Some(place) => drop(back.entry(place).or_default().insert(contact.id.clone(), contact)),
            None => own.push(contact),
        }
    }
    // Each list is written once.
    for (place, restored) in back {
        let Some(other) = others.get_mut(place) else { continue };
        let contacts = other.contacts().iter().map(|known| restored.get(&known.id).unwrap_or(known).clone());
        let contacts = contacts.collect();
        other.set_contacts(contacts);
    }
}

fn restore_contact(
    before: &Contact,
    after: &Contact,
    now: &Contact,
    conflicts: &mut Vec<UndoConflict>,
) -> Contact {
    if now == after {
        return before.clone();
    }
    let prefix = format!("contacts.{}.", before.id);
    let [was, made, is] = [before, after, now].map(members_of);
    let changes = three_way(&was, &made, &is, &prefix, conflicts);
    with_members(now, &changes)
}

/// The changes in `now` that revert the step from `before` to `after`.
fn three_way(
    before: &Fields,
    after: &Fields,
    now: &Fields,
    prefix: &str,
    conflicts: &mut Vec<UndoConflict>,
) -> BTreeMap<String, Option<Value>> {
    let names = order::set(before.keys().chain(after.keys()).map(String::as_str));
    let mut changes = BTreeMap::new();
    for name in names {
        let [was, made, is] = [before, after, now].map(|fields| fields.get(name));
        if same_field(was, made) || same_field(is, was) {
            continue;
        }
        // A database may store nothing for a blank text.
        let is_blank = |value: Option<&Value>| value.is_none_or(Value::is_blank);
        if same_field(is, made) || is_blank(is) && is_blank(made) {
            changes.insert(name.to_owned(), was.cloned());
        } else if let Some(items) = three_way_list(was, made, is) {
            let value = (was.is_some() || !items.is_empty()).then_some(Value::List(items));
            changes.insert(name.to_owned(), value);
        } else {
            let [before, merged, now] = [was, made, is].map(|value| value.cloned().unwrap_or_default());
            conflicts.push(UndoConflict { field: format!("{prefix}{name}"), before, merged, now });
        }
    }
    changes
}

/// The items before the merge, with those added since and without those taken out since; `None` when one of the
/// values is not a list, an item is repeated, or the items were put in another order: then it is a conflict.
fn three_way_list(was: Option<&Value>, made: Option<&Value>, is: Option<&Value>) -> Option<Vec<String>> {
    let items = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::List(items)) => {
            let distinct = order::set(items.iter().map(String::as_str));
            (distinct.len() == items.len()).then(|| items.clone())
        }
        Some(_) => None,
    };
    three_way_items(&items(was)?, &items(made)?, &items(is)?)
}

/// The same of items that are distinct. O(n log n) comparisons.
fn three_way_items<T: Ord + Clone>(was: &[T], made: &[T], is: &[T]) -> Option<Vec<T>> {
    let [of_was, of_made, of_is] = [was, made, is].map(sorted);
    let has = |items: &[&T], item: &&T| items.binary_search(item).is_ok();
    let kept = is.iter().filter(|item| has(&of_made, item));
    if !kept.eq(made.iter().filter(|item| has(&of_is, item))) {
        return None;
    }
    let stays = |item: &&T| has(&of_is, item) || !has(&of_made, item);
    let is_new = |item: &&T| !has(&of_made, item) && !has(&of_was, item);
    Some(was.iter().filter(stays).chain(is.iter().filter(is_new)).cloned().collect())
}

/// Searched by halves. A tree compares with item by item of each node, and at some lengths takes a whole level more.
fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut sorted: Vec<&T> = items.iter().collect();
    order::sort_by(&mut sorted, Ord::cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::cmp::Ordering;

    use super::*;

    thread_local! {
        static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    /// An item that counts how often it is compared.
    #[derive(Clone, Debug)]
    struct Counted(usize);

    impl Ord for Counted {
        fn cmp(&self, other: &Counted) -> Ordering {
            COMPARED.with(|count| count.set(count.get() + 1));
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for Counted {
        fn partial_cmp(&self, other: &Counted) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl PartialEq for Counted {
        fn eq(&self, other: &Counted) -> bool {
            self.cmp(other).is_eq()
        }
    }

    impl Eq for Counted {}

    #[test]
    fn twice_as_many_items_are_compared_little_more_than_twice_as_often() {
        let compared = |n: usize| {
            let items = |range: std::ops::Range<usize>| range.map(Counted).collect::<Vec<_>>();
            let (was, made, is) = (items(0..n), items(0..2 * n), items(n / 2..3 * n));
            COMPARED.with(|count| count.set(0));
            let left = three_way_items(&was, &made, &is).unwrap();
            assert_eq!(left.len(), n / 2 + n);
            COMPARED.with(Cell::get)
        };
        let (once, twice) = (compared(1_000), compared(2_000));
        // Each item is looked up in lists that take one step more of 10 when they are twice as long: 2 · 11 / 10. Each item with
        // each would be four times as often.
        assert!(once > 1_000 && twice * 10 < once * 22, "{once} comparisons, then {twice}");
    }
}
