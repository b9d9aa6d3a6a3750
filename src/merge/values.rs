//! Which of several values a field gets, and how values are compared and shown.

use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::record::{Fields, is_blank};
use super::rules::Survivorship;
use crate::company::{CompanyName, Gazetteer, exact_key};
use crate::contact::{
    PhoneOptions, email_keys, email_note, name_spelling, phone_keys, phone_note, site_domain, wechat_keys,
};
use crate::model::{
    ExternalIdKind, OpenGroup, Safeguard, Value, holds_refusal, mask_email, mask_id, mask_phone, yes_or_no,
};
use crate::order;
use crate::text::{agree_in_a_spelling, fold, scrubbed};

/// Most characters of a value that are shown.
const SHOWN: usize = 60;

/// One record as the rules see it. Slices of them are in order: the survivor, then the most recent, then by id.
pub(super) struct View {
    pub(super) fields: Fields,
    /// Fields whose values lose their meaning by the merge.
    pub(super) forgotten: BTreeSet<String>,
    pub(super) recency: DateTime<Utc>,
    /// Folded.
    pub(super) source: Option<String>,
    /// By its status: 2 for a record that continues, 1 for one that ended and is still found, else 0.
    pub(super) standing: u8,
}

impl View {
    /// The field's value unless it is blank.
    pub(super) fn filled(&self, name: &str) -> Option<&Value> {
        self.known(name).filter(|value| !is_blank(name, value))
    }

    /// The field's value, also a blank one.
    pub(super) fn known(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|_| !self.forgotten.contains(name))
    }
}

/// What a rule made of a field: the value and the views it came from.
pub(super) struct Choice {
    pub(super) value: Value,
    pub(super) from: Vec<usize>,
    /// Whether a value that differs was dropped.
    pub(super) drops: bool,
}

/// Applies a rule to a field; `None` when it is blank in every view.
pub(super) fn choose(
    rule: &Survivorship,
    name: &str,
    views: &[View],
    phones: &PhoneOptions<'_>,
) -> Option<Choice> {
    let filled: Vec<(usize, &Value)> =
        views.iter().enumerate().filter_map(|(index, view)| Some((index, view.filled(name)?))).collect();
    let (first, first_value) = *filled.first()?;
    let all = || filled.iter().map(|(index, _)| *index).collect::<Vec<_>>();
    match rule {
        Survivorship::Union => {
            if let Some(value) = union(name, &filled, phones) {
                return Some(Choice { value, from: all(), drops: false });
            }
        }
        Survivorship::Sum => {
            if let Some(value) = sum(&filled) {
                let value = if filled.len() == 1 { first_value.clone() } else { value };
                return Some(Choice { value, from: all(), drops: false });
            }
        }
        _ => {}
    }
    let differ = filled.iter().any(|(_, value)| !agree(name, first_value, value, phones));
    let drops = differ && !matches!(rule, Survivorship::Max | Survivorship::Min);
    let rank = |index: usize, value: &Value| match rule {
        Survivorship::Max => Rank::Value(value.clone()),
        Survivorship::Min => Rank::Least(value.clone()),
        Survivorship::Longest => Rank::Number(length(value)),
        Survivorship::Refusal => Rank::Number(Safeguard::Refusal.protects(value).into()),
        Survivorship::Consent => Rank::Number(Safeguard::Consent.protects(value).into()),
        rule => views.get(index).map_or(Rank::Number(0), |view| rank_of_view(rule, view)),
    };
    let mut best = (first, first_value);
    for (index, value) in filled.iter().skip(1) {
        if rank(*index, value).above(&rank(best.0, best.1)) {
            best = (*index, value);
        }
    }
    Some(Choice { value: best.1.clone(), from: vec![best.0], drops })
}

/// The place of the view that a block is taken from; `None` when all of it is blank everywhere.
pub(super) fn choose_view(rule: &Survivorship, names: &[String], views: &[(usize, &View)]) -> Option<usize> {
    let filled = |view: &View| names.iter().filter(|name| view.filled(name).is_some()).count();
    let rank = |view: &View| match rule {
        Survivorship::Longest => Rank::Number(filled(view) as i64),
        rule => rank_of_view(rule, view),
    };
    let mut candidates = views.iter().filter(|(_, view)| filled(view) > 0);
    let mut best = candidates.next()?;
    for candidate in candidates {
        if rank(candidate.1).above(&rank(best.1)) {
            best = candidate;
        }
    }
    Some(best.0)
}

/// How much a rule prefers something.
enum Rank {
    Number(i64),
    Time(DateTime<Utc>),
    Value(Value),
    Least(Value),
}

impl Rank {
    fn above(&self, other: &Rank) -> bool {
        match (self, other) {
            (Rank::Number(a), Rank::Number(b)) => a > b,
            (Rank::Time(a), Rank::Time(b)) => a > b,
            (Rank::Value(a), Rank::Value(b)) => compare(a, b) == Ordering::Greater,
            (Rank::Least(a), Rank::Least(b)) => compare(a, b) == Ordering::Less,
            _ => false,
        }
    }
}

fn rank_of_view(rule: &Survivorship, view: &View) -> Rank {
    match rule {
        Survivorship::Newest => Rank::Time(view.recency),
        Survivorship::Oldest => Rank::Least(Value::Timestamp(view.recency)),
        Survivorship::SourcePriority(sources) => {
            let place = sources.iter().position(|source| Some(fold(source.trim())) == view.source);
            Rank::Number(place.map_or(i64::MIN, |place| -(place as i64)))
        }
        // The order of the views decides.
        _ => Rank::Number(0),
    }
}

/// By type, numbers as one type, then by value.
fn compare(a: &Value, b: &Value) -> Ordering {
    let class = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Integer(_) | Value::Number(_) => 2,
        Value::Timestamp(_) => 3,
        Value::Text(_) => 4,
        Value::List(_) => 5,
    };
    let float = |value: &Value| match value {
        Value::Integer(number) => *number as f64,
        Value::Number(number) => *number,
        _ => 0.0,
    };
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => a.cmp(b),
        _ => class(a).cmp(&class(b)).then_with(|| float(a).total_cmp(&float(b))),
    }
}

fn length(value: &Value) -> i64 {
    match value {
        Value::List(items) => items.len() as i64,
        Value::Text(text) => text.trim().chars().count() as i64,
        other => other.to_string().chars().count() as i64,
    }
}

/// The sum of the numbers, in order of their size, so that the order of the records does not show in the last bit;
/// `None` when one of them is not a number.
fn sum(filled: &[(usize, &Value)]) -> Option<Value> {
    let mut whole: i128 = 0;
    let mut parts = Vec::new();
    for (_, value) in filled {
        match value {
            Value::Integer(number) => whole += i128::from(*number),
            Value::Number(number) if number.is_finite() => parts.push(*number),
            _ => return None,
        }
    }
    if parts.is_empty() {
        let least = whole.clamp(i64::MIN.into(), i64::MAX.into());
        return i64::try_from(least).ok().map(Value::Integer);
    }
    parts.push(whole as f64);
    order::sort_by(&mut parts, f64::total_cmp);
    let total: f64 = parts.iter().sum();
    Some(Value::Number(total.clamp(f64::MIN, f64::MAX)))
}

/// All items, each once; `None` when a value is neither text nor list.
fn union(name: &str, filled: &[(usize, &Value)], phones: &PhoneOptions<'_>) -> Option<Value> {
    let mut items = Vec::new();
    let mut is_list = false;
    for (_, value) in filled {
        match value {
            Value::Text(text) => items.push(text.clone()),
            Value::List(list) => {
                items.extend(list.iter().cloned());
                is_list = true;
            }
            _ => return None,
        }
    }
    if filled.len() == 1 {
        return filled.first().map(|(_, value)| (*value).clone());
    }
    if is_list {
        return Some(Value::List(distinct(name, items, phones)));
    }
    // A text that was united before consists of lines: uniting it again adds nothing.
    let lines = items.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
    Some(Value::Text(distinct(name, lines, phones).join("\n")))
}

/// The items that differ in canonical form or in the note beside the value, in their order; blank ones are dropped, and so are
/// those that add no note to a value.
pub(super) fn distinct(name: &str, items: Vec<String>, phones: &PhoneOptions<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut kept = items;
    kept.retain(|item| {
        if item.trim().is_empty() {
            return false;
        }
        let note = note_of(name, item, phones);
        match seen.entry(canonical(name, item, phones)) {
            Entry::Vacant(vacant) => drop(vacant.insert([note].into())),
            Entry::Occupied(mut known) => return !note.is_empty() && known.get_mut().insert(note),
        }
        true
    });
    kept
}

/// What stands beside the value of a contact field: `Sam Hill` in `Sam Hill <pa@acme.com>`.
fn note_of(name: &str, text: &str, phones: &PhoneOptions<'_>) -> String {
    match leaf(name) {
        "phones" => phone_note(text, phones),
        "emails" => email_note(text),
        _ => String::new(),
    }
}

/// The form in which two spellings of one value are the same.
pub(super) fn canonical(name: &str, text: &str, phones: &PhoneOptions<'_>) -> String {
    let is_id = |part: &str| ExternalIdKind::of(part) != ExternalIdKind::Other;
    if let Some((OpenGroup::ExternalIds | OpenGroup::OtherIds, part)) = OpenGroup::split(name)
        && is_id(part)
    {
        // Case distinguishes them.
        return text.trim().to_owned();
    }
    let key = match leaf(name) {
        "phones" => phone_keys(text, phones),
        "emails" => email_keys(text),
        "wechat" => wechat_keys(text),
        "company" | "aliases" => {
            Some(exact_key(&CompanyName::parse(text, &Gazetteer::builtin()))).filter(|key| !key.is_empty())
        }
        "name" => Some(name_spelling(text)).filter(|key| !key.is_empty()),
        "domain" => site_domain(text),
        // Digits may be written in groups.
        "registration_number" => Some(fold(text).chars().filter(|c| c.is_alphanumeric()).collect())
            .filter(|key: &String| !key.is_empty()),
        "" => day(text),
        _ => None,
    };
    key.unwrap_or_else(|| fold(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A day as it is written with the year first: `2026-01-01`, `2026/1/1`, `2026.01.01`, `2026年1月1日`. Of days
/// that begin with another number nobody knows which is the month.
fn day(text: &str) -> Option<String> {
    let text = fold(text);
    let text = text.trim().trim_end_matches(['日', '号']);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let is_number = |part: &str, most| part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    date.filter(|_| is_day).map(|date| date.to_string())
}

/// Whether two values mean the same.
pub(super) fn agree(name: &str, a: &Value, b: &Value, phones: &PhoneOptions<'_>) -> bool {
    if Safeguard::of_field(name).is_some()
        && let (Some(a), Some(b)) = (yes_or_no(a), yes_or_no(b))
    {
        return a == b;
    }
    match (a, b) {
        // `Ann Lee (opted out)`: a remark that refuses something is more than a remark.
        (Value::Text(a), Value::Text(b)) if holds_refusal(a) != holds_refusal(b) => false,
        (Value::Text(a), Value::Text(b)) => {
            agree_in_a_spelling(a, b, |a, b| canonical(name, a, phones) == canonical(name, b, phones))
        }
        (Value::List(a), Value::List(b)) => {
            let all = |items: &[String]| -> Vec<(String, String)> {
                let one = |item: &String| (canonical(name, item, phones), note_of(name, item, phones));
                items.iter().map(one).collect()
            };
            all(a) == all(b)
        }
        // A database may hold a number as text.
        (Value::Text(text), number @ (Value::Integer(_) | Value::Number(_)))
        | (number @ (Value::Integer(_) | Value::Number(_)), Value::Text(text)) => {
            text.trim() == number.to_string()
        }
        (a, b) => compare(a, b) == Ordering::Equal,
    }
}

/// The last part of `contacts.C1.phones`; nothing for custom attributes, whatever they are called.
fn leaf(name: &str) -> &str {
    if OpenGroup::split(name).is_some() {
        return "";
    }
    name.rsplit('.').next().unwrap_or(name)
}

/// A value for people to read: contact values, names and custom attributes masked (except short numbers, yes and no),
/// everything cut to 60 characters.
pub(super) fn show(name: &str, value: &Value) -> String {
    let one = |text: &str| match leaf(name) {
        "phones" => mask_phone(text),
        "emails" => mask_email(text),
        "" if text.len() < 7 && text.bytes().all(|byte| byte.is_ascii_digit()) => text.to_owned(),
        "" if yes_or_no(&Value::from(text)).is_some() => text.to_owned(),
        "" | "wechat" | "name" | "ip" | "message" => mask_id(text),
        _ if name.starts_with("external_ids.") || name.starts_with("click_ids.") => mask_id(text),
        _ => cut(&scrubbed(text)),
    };
    match value {
        Value::Text(text) => format!("`{}`", one(text)),
        Value::List(items) => {
            let shown: Vec<String> = items.iter().take(4).map(|item| format!("`{}`", one(item))).collect();
            let more = if items.len() > 4 { format!(" and {} more", items.len() - 4) } else { String::new() };
            format!("[{}{more}]", shown.join(", "))
        }
        // A phone number may be in a custom attribute as a number.
        Value::Integer(_) | Value::Number(_) if leaf(name).is_empty() => {
            let text = value.to_string();
            if text.len() >= 7 { mask_phone(&text) } else { text }
        }
        other => other.to_string(),
    }
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
