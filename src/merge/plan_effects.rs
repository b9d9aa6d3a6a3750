//! What a host writes to apply a plan.

use super::conflict::FieldConflict;
use super::contacts::UnitedContact;
use super::plan::FieldDecision;
use super::record::{members_of, row_at, same_field};
use crate::model::{Effect, Link, LinkKind, RecordRef, Value};
use crate::order;

/// Whether a field holds a person's statement, not the lifecycle or origin of the lead.
fn is_said(field: &str) -> bool {
    let said = [
        "name",
        "title",
        "job_function",
        "company",
        "country",
        "province",
        "city",
        "region",
        "employee_count",
        "business_model",
        "scenario",
        "message",
    ];
    said.contains(&field) || field.starts_with("attributes.")
}

pub(super) fn effects(
    survivor: RecordRef,
    decisions: &[FieldDecision],
    conflicts: &[FieldConflict],
    united: &[UnitedContact],
    references: &[RecordRef],
) -> Vec<Effect> {
    let update = |record: &RecordRef, field: &str, value: Value, replaces: Value| Effect::UpdateField {
        record: record.clone(),
        field: field.to_owned(),
        value,
        replaces,
    };
    let link = |from, kind, to: &RecordRef| Effect::Link(Link { from, kind, to: to.clone() });
    let changed = decisions.iter().filter(|decision| decision.is_change());
    let mut effects: Vec<Effect> =
        changed.map(|one| update(&survivor, &one.field, one.after.clone(), one.before.clone())).collect();
    // A value that was recorded of a lead and that the merged one lacks is shown to a person.
    for conflict in conflicts.iter().filter(|conflict| is_said(&conflict.field)) {
        let of_leads = conflict.dropped.iter().filter_map(|(record, found)| match record {
            RecordRef::Lead(entry) => Some((entry.clone(), found.clone())),
            _ => None,
        });
        effects.extend(of_leads.map(|(entry, found)| Effect::RecordConflict {
            record: survivor.clone(),
            field: conflict.field.clone(),
            kept: conflict.kept.clone(),
            found,
            entry,
        }));
    }
    // While the accounts still stand, so that each effect names the row that it writes.
    for person in united {
        let rows = person.rows(references);
        let Some((kept, absorbed)) = rows.split_first() else { continue };
        if person.from > 0 {
            effects.push(link(kept.clone(), LinkKind::BelongsTo, &survivor));
        }
        for other in absorbed {
            effects.push(link(other.clone(), LinkKind::MergedInto, kept));
            effects.push(Effect::Repoint { from: other.clone(), to: kept.clone() });
        }
    }
    let mut others: Vec<&RecordRef> = references.iter().filter(|record| **record != survivor).collect();
    order::sort_by(&mut others, Ord::cmp);
    for other in others {
        effects.push(link(other.clone(), LinkKind::MergedInto, &survivor));
        effects.push(Effect::Repoint { from: other.clone(), to: survivor.clone() });
    }
    // After that: what the row of a person says at an account that was merged away is kept as it was.
    for person in united {
        let contact = row_at(&person.contact.id, &survivor);
        let before = members_of(&person.before);
        for (field, value) in members_of(&person.contact) {
            if field != "account" && !same_field(before.get(&field), Some(&value)) {
                let replaced = before.get(&field).cloned().unwrap_or_default();
                effects.push(update(&contact, &field, value, replaced));
            }
        }
    }
    effects
}
