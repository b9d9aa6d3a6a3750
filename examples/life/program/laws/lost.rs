//! Law 3: nothing is lost. Every value that ever came in, read here by hand, so that the law does not lean on what it watches.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::Intake;
use leadkit::book::Book;
use leadkit::model::{Lead, LeadField, LeadId, Value};

use super::{Clause, Laws, Seen, mask};

/// Fields that tell of one entry alone, or of what became of it.
const OF_THE_ENTRY: [LeadField; 15] = [
    LeadField::Id,
    LeadField::CreatedAt,
    LeadField::FiledAt,
    LeadField::Ip,
    LeadField::Status,
    LeadField::CloseReason,
    LeadField::FoldedInto,
    LeadField::CollectedUnder,
    LeadField::Account,
    LeadField::LastActiveAt,
    LeadField::Owner,
    LeadField::Pool,
    LeadField::Acquisition,
    LeadField::NextFollowUp,
    LeadField::Stage,
];

/// Fields whose values are compared by the keys that they make.
const CONTACTS: [&str; 3] = ["phones", "emails", "wechat"];

/// Tags that say what reviewers or the engine have decided.
const MARKS: [&str; 6] =
    ["released", "collision", "owners_exhausted", "nobody_answers", "burst", "contact_unusable"];

pub(super) type Items = BTreeSet<(String, String)>;

impl Laws {
    /// Everything that came in is on the subject, in its history, or in a conflict. What another value took the place of is
    /// in the history under its own field; nothing else is excused.
    pub(crate) fn check_nothing_lost(&mut self, seen: &Seen<'_>) {
        let (book, intake) = (seen.book, seen.intake);
        let mut beside: BTreeMap<&str, Vec<(&str, &Value)>> = BTreeMap::new();
        for one in &book.desk().conflicts {
            let kept = beside.entry(one.record.id()).or_default();
            kept.extend([(one.field.as_str(), &one.kept), (one.field.as_str(), &one.found)]);
        }
        for one in &book.desk().replaced {
            beside.entry(one.record.id()).or_default().push((one.field.as_str(), &one.value));
        }
        let mut lost = Vec::new();
        for (id, entry) in &self.entries {
            let Some(subject) = subject_of(book, id) else {
                if self.order.contains_key(id) && !self.forgotten.contains(id) {
                    lost.push((id.clone(), format!("lead {id} is on file no more")));
                }
                continue;
            };
            if self.forgotten.contains(&subject.id) {
                continue;
            }
            let mut kept = values_of(subject);
            // What was shown to somebody of the entry itself, before it was folded.
            for record in [subject.id.as_str(), id.as_str()] {
                for (field, value) in beside.get(record).into_iter().flatten() {
                    kept.extend(plain(field, value));
                }
            }
            // Another writing of a value that is there: read by the engine, value by value.
            let keys = Keys { intake, of: subject, kept: &kept };
            let missing = entry.values.iter().find(|one| !kept.contains(*one) && !keys.has(one));
            if let Some((field, value)) = missing {
                let what = format!("lead {id}: `{field}` {} is not on lead {}", mask(value), subject.id);
                lost.push((id.clone(), what));
            }
        }
        for (id, what) in lost {
            self.report(Clause::ValueLost, id.as_str(), seen.now, what);
        }
        let mut undone = Vec::new();
        for (id, activity) in &self.activities {
            let Some(subject) = subject_of(book, id).filter(|one| !self.forgotten.contains(&one.id)) else {
                continue;
            };
            // What was delivered twice did nothing twice.
            let stays = self.same_records.contains(id) && has(book, id, activity);
            if !has(book, &subject.id, activity) && !stays {
                let what = format!("lead {id}: what it did ({activity}) is not on lead {}", subject.id);
                undone.push((id.clone(), what));
            }
        }
        for (id, what) in undone {
            self.report(Clause::ActivityLost, id.as_str(), seen.now, what);
        }
    }
}

fn has(book: &Book, lead: &LeadId, activity: &str) -> bool {
    book.activities(lead).iter().any(|one| one.id.as_str() == activity)
}

fn subject_of<'b>(book: &'b Book, id: &LeadId) -> Option<&'b Lead> {
    let filed = book.lead(id)?;
    match &filed.folded_into {
        Some(into) => book.lead(into),
        None => Some(filed),
    }
}

/// Contact values that are kept, as the engine reads them.
struct Keys<'k> {
    intake: &'k Intake,
    of: &'k Lead,
    kept: &'k Items,
}

impl Keys<'_> {
    /// Whether every key that a value makes is made by one that is kept under the same field.
    fn has(&self, (field, value): &(String, String)) -> bool {
        if !CONTACTS.contains(&field.as_str()) {
            return false;
        }
        let folded = value.to_lowercase();
        if self.kept.iter().any(|(of, text)| of == field && text.to_lowercase() == folded) {
            return true;
        }
        let keys = |text: &str| -> BTreeSet<String> {
            let mut lead = Lead {
                country: self.of.country.clone(),
                province: self.of.province.clone(),
                city: self.of.city.clone(),
                ..Lead::default()
            };
            match field.as_str() {
                "phones" => lead.phones.push(text.into()),
                "emails" => lead.emails.push(text.into()),
                _ => lead.wechat = Some(text.into()),
            }
            let keys = self.intake.probe(&lead).keys;
            keys.iter().map(|key| format!("{} {}", key.kind, key.value)).collect()
        };
        let wanted = keys(value);
        let kept: BTreeSet<String> =
            self.kept.iter().filter(|(of, _)| of == field).flat_map(|(_, text)| keys(text)).collect();
        !wanted.is_empty() && wanted.is_subset(&kept)
    }
}

/// Where an entry came from is its own.
pub(crate) fn is_of_the_entry(name: &str) -> bool {
    OF_THE_ENTRY.iter().any(|field| field.as_str() == name)
        || ["source.", "utm.", "first_utm."].iter().any(|group| name.starts_with(group))
}

/// What a person says of one field.
pub(super) fn value_of(field: &str, value: &Value) -> Vec<(String, String)> {
    if is_of_the_entry(field) { Vec::new() } else { plain(field, value) }
}

pub(super) fn values_of(lead: &Lead) -> Items {
    let fields = LeadField::ALL.iter().filter(|field| !is_of_the_entry(field.as_str()));
    let mut values: Items = fields.flat_map(|field| plain(field.as_str(), &field.get(lead))).collect();
    for (name, value) in &lead.attributes {
        values.extend(plain(&format!("attributes.{name}"), value));
    }
    for (group, ids) in [("external_ids", &lead.external_ids), ("click_ids", &lead.click_ids)] {
        for (name, id) in ids {
            values.extend(plain(&format!("{group}.{name}"), &Value::from(id.clone())));
        }
    }
    for (name, ids) in &lead.other_ids {
        let field = if name == "wechat" { name.clone() } else { format!("external_ids.{name}") };
        values.extend(ids.iter().flat_map(|id| plain(&field, &Value::from(id.clone()))));
    }
    values
}

/// The items of a value, as they compare: contact values as they are written, for the engine reads their signs; the rest in
/// lower case.
fn plain(field: &str, value: &Value) -> Vec<(String, String)> {
    let items = match value {
        Value::List(items) => items.clone(),
        Value::Null => Vec::new(),
        // Texts that were united are lines.
        other => other.to_string().lines().map(str::to_owned).collect(),
    };
    // Case may tell a country from a word: `60987354 (HK)`.
    let item = |item: &String| {
        if CONTACTS.contains(&field) { item.trim().to_owned() } else { item.trim().to_lowercase() }
    };
    // A mark of reviewers is no value that an entry brings.
    let is_mark = |item: &String| field == "tags" && MARKS.contains(&item.as_str());
    let items = items.iter().map(item).filter(|item| !item.is_empty() && !is_mark(item));
    items.map(|item| (field.to_owned(), item)).collect()
}
