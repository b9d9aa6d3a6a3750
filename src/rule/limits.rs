//! How much of a lead the engines read.

use std::collections::BTreeMap;

use crate::model::{Account, Activity, Contact, EmailAddress, Lead, LeadField, PhoneNumber, Value, WechatId};
use crate::text::head;

/// How much of a lead, of its activities and of the rows on file the engines read. Stored values are never cut:
/// [`Facts::lead`](super::Facts::lead) is the lead as it is, and effects write whole values. The blacklist flags a lead
/// that is not read to the end, and the [resolution](crate::dedup::Resolution::oversized) names such rows.
///
/// | Field | Read |
/// |---|---|
/// | `phones`, `emails` | the first [`VALUES`](LeadLimits::VALUES), each up to [`TEXT`](LeadLimits::TEXT) bytes |
/// | `wechat`, `company`, `name`, `title` and every other single text but ids | the first [`TEXT`](LeadLimits::TEXT) bytes |
/// | `id`, `owner`, `pool` and other ids of records | whole; a longer one than [`TEXT`](LeadLimits::TEXT) is an error when it is read from a document or a table |
/// | `message` | the first [`MESSAGE`](LeadLimits::MESSAGE) bytes |
/// | `industry`, `products`, `tags` | the first [`ITEMS`](LeadLimits::ITEMS), each up to [`TEXT`](LeadLimits::TEXT) bytes |
/// | `attributes` | texts as `message`, lists as `tags` |
/// | `external_ids`, `other_ids` | the first [`VALUES`](LeadLimits::VALUES) by name, names and values up to [`TEXT`](LeadLimits::TEXT) bytes |
/// | `content` of an activity | the first [`MESSAGE`](LeadLimits::MESSAGE) bytes; its other texts as `title` |
/// | `company`, `domain` and `aliases` of an account | as `company`; the first [`ITEMS`](LeadLimits::ITEMS) aliases |
/// | `contacts` of an account | the first [`CONTACTS`](LeadLimits::CONTACTS), each as a lead |
///
/// A pattern reads of a text what the table says if it is short, and else the first [`TEXT`](LeadLimits::TEXT) bytes.
/// Short are words joined by `|`, after `(?i)` or not, and what has at most 2 KiB compiled where `\d`, `\w` and the like are
/// those of ASCII: `\d{11}` and `[\w.]+@\w+` are, `a[ab]{900}c` and `\p{Han}{2,4}` are not.
///
/// A lead on file is read like an incoming lead. Of two names of people the first 128 bytes are compared.
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
    /// Bytes of a text that is neither a message nor an attribute.
    pub const TEXT: usize = 4 * 1024;
    /// Bytes of a message or of a text among the attributes.
    pub const MESSAGE: usize = 64 * 1024;
    /// Phone numbers, and e-mail addresses.
    pub const VALUES: usize = 64;
    /// Items of any other list.
    pub const ITEMS: usize = 256;
    /// People of one account.
    pub const CONTACTS: usize = 1024;
}

/// The lead as far as it is read, and the names of the fields that are cut.
#[derive(Debug)]
pub(super) struct CutLead {
    pub(super) lead: Lead,
    pub(super) fields: Vec<String>,
}

impl CutLead {
    /// `None` when the lead and its activities are read whole.
    pub(super) fn of(lead: &Lead, activities: &[Activity]) -> Option<Box<CutLead>> {
        let is_long = lead_exceeds(lead);
        let are_long = activities.iter().any(activity_exceeds);
        (is_long || are_long).then(|| {
            let mut cut = CutLead::cut(lead);
            cut.fields.extend(are_long.then(|| "activities".to_owned()));
            cut
        })
    }

    #[cold]
    fn cut(whole: &Lead) -> Box<CutLead> {
        let mut cut = Box::new(CutLead { lead: whole.clone(), fields: Vec::new() });
        for field in LeadField::ALL.iter().filter(|field| exceeds(**field, whole)) {
            cut.fields.push(field.as_str().to_owned());
            // A truncated text is still a text.
            let _ = field.set(&mut cut.lead, &read_field(*field, whole));
        }
        // An id is compared whole: cut, it might be that of another record.
        let ids = LeadField::IDS.iter().filter(|field| is_long_id(**field, whole));
        cut.fields.extend(ids.map(|field| field.as_str().to_owned()));
        if other_ids_exceed(whole) {
            cut.fields.push("other_ids".to_owned());
            let all = whole.other_ids.iter().flat_map(|(name, ids)| ids.iter().map(move |id| (name, id)));
            cut.lead.other_ids = BTreeMap::new();
            for (name, id) in all.take(LeadLimits::VALUES) {
                cut.lead.other_ids.entry(cut_text(name)).or_default().push(cut_text(id));
            }
        }
        if ids_exceed(&whole.external_ids) {
            cut.fields.push("external_ids".to_owned());
            let ids = whole.external_ids.iter().take(LeadLimits::VALUES);
            cut.lead.external_ids = ids.map(|(name, id)| (cut_text(name), cut_text(id))).collect();
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

fn lead_exceeds(lead: &Lead) -> bool {
    // Hardly any lead has a text that is too long for a field.
    let may_exceed = LeadField::has_longer(lead, LeadLimits::TEXT, LeadLimits::VALUES);
    may_exceed && LeadField::ALL.iter().any(|field| exceeds(*field, lead))
        || exceeds(LeadField::Phones, lead)
        || exceeds(LeadField::Emails, lead)
        || lead.attributes.values().any(attribute_exceeds)
        || LeadField::IDS.iter().any(|field| is_long_id(*field, lead))
        || ids_exceed(&lead.external_ids)
        || other_ids_exceed(lead)
}

fn is_long_id(field: LeadField, lead: &Lead) -> bool {
    field.text(lead).is_some_and(|text| text.len() > LeadLimits::TEXT)
}

fn other_ids_exceed(lead: &Lead) -> bool {
    let is_long = |text: &String| text.len() > LeadLimits::TEXT;
    lead.other_ids.values().map(Vec::len).sum::<usize>() > LeadLimits::VALUES
        || lead.other_ids.iter().any(|(name, ids)| is_long(name) || ids.iter().any(is_long))
}

fn ids_exceed(ids: &BTreeMap<String, String>) -> bool {
    let is_long = |text: &String| text.len() > LeadLimits::TEXT;
    ids.len() > LeadLimits::VALUES || ids.iter().any(|(name, id)| is_long(name) || is_long(id))
}

#[inline]
fn activity_exceeds(activity: &Activity) -> bool {
    let Activity { kind, channel, page, content, intent, .. } = activity;
    let is_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > LeadLimits::TEXT);
    kind.len() > LeadLimits::TEXT
        || [channel, page, intent].into_iter().any(is_long)
        || content.as_ref().is_some_and(|text| text.len() > LeadLimits::MESSAGE)
}

/// A lead on file as far as matching reads it; `None` when it reads the lead whole.
pub(crate) fn cut_lead_on_file(lead: &Lead) -> Option<Box<Lead>> {
    // A place is looked at too: it says in which country and city a number is dialled.
    let fields = [
        LeadField::Phones,
        LeadField::Emails,
        LeadField::Wechat,
        LeadField::Company,
        LeadField::Name,
        LeadField::Country,
        LeadField::Province,
        LeadField::City,
    ];
    let is_long = fields.into_iter().any(|field| exceeds(field, lead))
        || ids_exceed(&lead.external_ids)
        || other_ids_exceed(lead);
    is_long.then(|| Box::new(CutLead::cut(lead).lead))
}

/// An account on file as far as matching reads it; `None` when it reads the account whole.
pub(crate) fn cut_account(account: &Account) -> Option<Box<Account>> {
    let Account { company, aliases, domain, contacts, .. } = account;
    let names = std::iter::once(company).chain(aliases).chain(domain);
    let is_long = aliases.len() > LeadLimits::ITEMS
        || contacts.len() > LeadLimits::CONTACTS
        || names.into_iter().any(|name| name.len() > LeadLimits::TEXT)
        || contacts.iter().any(contact_exceeds);
    is_long.then(|| {
        Box::new(Account {
            company: cut_text(company),
            aliases: heads(aliases, LeadLimits::ITEMS),
            domain: domain.as_deref().map(cut_text),
            contacts: contacts.iter().take(LeadLimits::CONTACTS).map(cut_contact).collect(),
            ..account.clone()
        })
    })
}

fn contact_exceeds(contact: &Contact) -> bool {
    let Contact { phones, emails, wechat, name, .. } = contact;
    let single = [name.as_deref(), wechat.as_ref().map(WechatId::as_str)];
    are_long(LeadField::Phones, phones.iter().map(|one| one.as_str().len()))
        || are_long(LeadField::Emails, emails.iter().map(|one| one.as_str().len()))
        || single.into_iter().flatten().any(|text| text.len() > LeadLimits::TEXT)
}

fn cut_contact(contact: &Contact) -> Contact {
    let phones = contact.phones.iter().take(LeadLimits::VALUES);
    let emails = contact.emails.iter().take(LeadLimits::VALUES);
    Contact {
        phones: phones.map(|one| PhoneNumber::from(cut_text(one.as_str()))).collect(),
        emails: emails.map(|one| EmailAddress::from(cut_text(one.as_str()))).collect(),
        wechat: contact.wechat.as_ref().map(|id| WechatId::from(cut_text(id.as_str()))),
        name: contact.name.as_deref().map(cut_text),
        ..contact.clone()
    }
}

/// A field as far as it is read.
pub(crate) fn read_field(field: LeadField, lead: &Lead) -> Value {
    match field.get(lead) {
        Value::Text(text) if text.len() > most_of(field) && !LeadField::IDS.contains(&field) => {
            Value::from(head(&text, most_of(field)))
        }
        Value::List(items) => Value::List(heads(&items, most_items(field))),
        value => value,
    }
}

/// A single text as far as it is read.
#[inline]
pub(crate) fn read_text(text: &str) -> &str {
    if text.len() <= LeadLimits::TEXT { text } else { head(text, LeadLimits::TEXT) }
}

/// A message as far as it is read.
#[inline]
pub(super) fn read_message(text: &str) -> &str {
    if text.len() <= LeadLimits::MESSAGE { text } else { head(text, LeadLimits::MESSAGE) }
}

fn cut_text(text: impl AsRef<str>) -> String {
    read_text(text.as_ref()).to_owned()
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
        _ if LeadField::IDS.contains(&field) => false,
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
    items.iter().take(most).map(cut_text).collect()
}
