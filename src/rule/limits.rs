//! How much of a lead the engines read.

use crate::model::{Lead, LeadField, Value};

/// How much of a lead the engines read. What is stored is never cut: [`Facts::lead`](super::Facts::lead) is the lead
/// as it is, effects write whole values, and the blacklist flags a lead of which something is not read.
///
/// | Field | Read |
/// |---|---|
/// | `phones`, `emails` | the first [`VALUES`](LeadLimits::VALUES), each up to [`TEXT`](LeadLimits::TEXT) bytes |
/// | `wechat`, `company`, `name`, `title` and every other single text but ids | the first [`TEXT`](LeadLimits::TEXT) bytes |
/// | `message` | the first [`MESSAGE`](LeadLimits::MESSAGE) bytes |
/// | `industry`, `products`, `tags` | the first [`ITEMS`](LeadLimits::ITEMS), each up to [`TEXT`](LeadLimits::TEXT) bytes |
/// | `attributes` | texts as `message`, lists as `tags` |
///
/// Texts are cut before the character that would not fit.
///
/// ```
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables, LeadLimits};
///
/// let lead = Lead { company: Some("x".repeat(1 << 20)), ..Lead::default() };
/// let tables = HostTables::default();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-10T09:00:00Z".parse().unwrap()));
/// assert_eq!(facts.oversized(), ["company"]);
/// assert!(facts.company().unwrap().core().len() <= LeadLimits::TEXT);
/// assert_eq!(facts.lead().company.as_ref().unwrap().len(), 1 << 20);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LeadLimits;

impl LeadLimits {
    /// Bytes of a text.
    pub const TEXT: usize = 4 * 1024;
    /// Bytes of a message or of a text among the attributes.
    pub const MESSAGE: usize = 64 * 1024;
    /// Phone numbers, and e-mail addresses.
    pub const VALUES: usize = 64;
    /// Items of any other list.
    pub const ITEMS: usize = 256;
}

/// What is compared whole: ids of other records.
const IDS: [LeadField; 4] = [LeadField::Id, LeadField::Owner, LeadField::Pool, LeadField::SourceCampaign];

/// The lead as far as it is read, and the names of the fields that are cut.
#[derive(Debug)]
pub(super) struct CutLead {
    pub(super) lead: Lead,
    pub(super) fields: Vec<String>,
}

impl CutLead {
    /// Nothing when the lead is read whole.
    pub(super) fn of(lead: &Lead) -> Option<Box<CutLead>> {
        let is_long = LeadField::ALL.iter().any(|field| exceeds(*field, lead))
            || lead.attributes.values().any(attribute_exceeds);
        is_long.then(|| CutLead::cut(lead))
    }

    #[cold]
    fn cut(whole: &Lead) -> Box<CutLead> {
        let mut cut = Box::new(CutLead { lead: whole.clone(), fields: Vec::new() });
        for field in LeadField::ALL.iter().filter(|field| exceeds(**field, whole)) {
            cut.fields.push(field.as_str().to_owned());
            let value = match field.get(whole) {
                Value::Text(text) => Value::from(head(&text, most_of(*field))),
                Value::List(items) => Value::List(heads(&items, most_items(*field))),
                value => value,
            };
            // A text that is cut is a text.
            let _ = field.set(&mut cut.lead, &value);
        }
        for (name, value) in &mut cut.lead.attributes {
            if attribute_exceeds(value) {
                cut.fields.push(format!("attributes.{}", head(name, 64)));
                *value = match &*value {
                    Value::Text(text) => Value::from(head(text, LeadLimits::MESSAGE)),
                    Value::List(items) => Value::List(heads(items, LeadLimits::ITEMS)),
                    other => other.clone(),
                };
            }
        }
        cut
    }
}

fn most_of(field: LeadField) -> usize {
    if field == LeadField::Message { LeadLimits::MESSAGE } else { LeadLimits::TEXT }
}

fn most_items(field: LeadField) -> usize {
    match field {
        LeadField::Phones | LeadField::Emails => LeadLimits::VALUES,
        _ => LeadLimits::ITEMS,
    }
}

#[inline]
fn exceeds(field: LeadField, lead: &Lead) -> bool {
    match field {
        LeadField::Phones => are_long(field, lead.phones.iter().map(|one| one.as_str().len())),
        LeadField::Emails => are_long(field, lead.emails.iter().map(|one| one.as_str().len())),
        _ if IDS.contains(&field) => false,
        _ => match field.texts(lead) {
            Some(items) => are_long(field, items.iter().map(String::len)),
            None => field.text(lead).is_some_and(|text| text.len() > most_of(field)),
        },
    }
}

fn are_long(field: LeadField, mut lengths: impl ExactSizeIterator<Item = usize>) -> bool {
    lengths.len() > most_items(field) || lengths.any(|length| length > LeadLimits::TEXT)
}

fn attribute_exceeds(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.len() > LeadLimits::MESSAGE,
        Value::List(items) => {
            items.len() > LeadLimits::ITEMS || items.iter().any(|item| item.len() > LeadLimits::TEXT)
        }
        _ => false,
    }
}

fn heads(items: &[String], most: usize) -> Vec<String> {
    items.iter().take(most).map(|item| head(item, LeadLimits::TEXT).to_owned()).collect()
}

/// The first bytes of a text, whole characters only.
fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}
