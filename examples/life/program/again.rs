//! What a lead brings that comes a second time under its id.

use leadkit::model::{Effect, Lead, LeadField, RecordRef, Value};

use super::laws::is_of_the_entry;

/// What is written on the record, so that nothing is lost that did not come `before`: a list gets more, a blank field
/// is filled, and where something else is known a person is shown both.
pub(super) fn added(lead: &Lead, before: &Lead, on_file: &Lead) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut compare = |field: &str, of: &dyn Fn(&Lead) -> Value| {
        let (found, came, known) = (of(lead), of(before), of(on_file));
        if found != came && found != known {
            let record = RecordRef::Lead(on_file.id.clone());
            effects.extend(of_field(record, field, found, known, lead));
        }
    };
    for field in LeadField::ALL.iter().filter(|field| !is_of_the_entry(field.as_str())) {
        compare(field.as_str(), &|one| field.get(one));
    }
    for name in lead.attributes.keys() {
        compare(&format!("attributes.{name}"), &|one| one.attributes.get(name).cloned().unwrap_or_default());
    }
    for name in lead.external_ids.keys() {
        compare(&format!("external_ids.{name}"), &|one| Value::from(one.external_ids.get(name).cloned()));
    }
    for name in lead.click_ids.keys() {
        compare(&format!("click_ids.{name}"), &|one| Value::from(one.click_ids.get(name).cloned()));
    }
    effects
}

/// What a list gets more.
pub(super) fn new_items(record: &RecordRef, field: &str, items: &[String], known: &[String]) -> Vec<Effect> {
    let new = items.iter().filter(|item| !known.contains(item));
    let add = |item: &String| {
        let (record, field, value) = (record.clone(), field.to_owned(), item.as_str().into());
        Effect::AddValue { record, field, value }
    };
    new.map(add).collect()
}

fn of_field(record: RecordRef, field: &str, found: Value, known: Value, lead: &Lead) -> Vec<Effect> {
    let field = field.to_owned();
    match (found, known) {
        (found, _) if found.is_blank() => Vec::new(),
        (Value::List(items), known) => {
            let known = if let Value::List(known) = known { known } else { Vec::new() };
            new_items(&record, &field, &items, &known)
        }
        (value, known) if known.is_blank() => {
            vec![Effect::UpdateField { record, field, value, replaces: Value::Null }]
        }
        (found, kept) => {
            vec![Effect::RecordConflict { record, field, kept, found, entry: lead.id.clone() }]
        }
    }
}
