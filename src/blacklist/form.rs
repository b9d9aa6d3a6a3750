//! What the host knows about a form: a hidden field, and how long it took to fill in.

use super::found::Found;
use super::reason::HitReason;
use super::rules::{ElapsedCheck, HoneypotCheck};
use crate::contact::has_no_value;
use crate::model::Value;
use crate::rule::{Facts, Fault};
use crate::text::fold;

/// The fields that only a machine fills in.
pub(super) fn find_filled(check: &HoneypotCheck, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
    for name in &check.attributes {
        if facts.read().attributes.get(name).is_some_and(is_filled) {
            found(Found::at(format!("attributes.{name}"), None, None, HitReason::Honeypot));
        }
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_filled) => *is_filled,
        Value::Integer(number) => *number != 0,
        Value::Number(number) => *number != 0.0,
        Value::Text(text) => is_written(text),
        Value::List(items) => items.iter().any(|item| is_written(item)),
        _ => true,
    }
}

/// Whether a text means more than no, none or an empty list, as tables and programs write them: `0.0`, `[]`, `""`.
fn is_written(text: &str) -> bool {
    let folded = fold(text);
    let text = folded.trim();
    let no = ["false", "f", "no", "n", "off", "否"];
    let is_zero = text.parse::<f64>().is_ok_and(|number| number == 0.0);
    text.contains(char::is_alphanumeric) && !is_zero && !no.contains(&text) && !has_no_value(text)
}

/// Whether nobody fills in a form so quickly.
///
/// # Errors
/// When the attribute is present but is not a number of milliseconds.
pub(super) fn too_quick(check: &ElapsedCheck, facts: &Facts<'_>) -> Result<Option<Found>, Fault> {
    let name = &check.attribute;
    let elapsed = match facts.read().attributes.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Integer(number)) => Some(*number as f64),
        Some(Value::Number(number)) => Some(*number),
        // Columns of a table are text. `0` is the fastest machine's time, although in other fields it means no value.
        Some(Value::Text(text)) => match milliseconds(text) {
            None if has_no_value(text) || text.trim().is_empty() => return Ok(None),
            elapsed => elapsed,
        },
        Some(_) => None,
    };
    // A clock was set back in between.
    let Some(elapsed) = elapsed.filter(|elapsed| *elapsed >= 0.0) else {
        return Err(Fault {
            help: Some(
                "set it to the milliseconds from showing the form to submitting it, such as 5200".to_owned(),
            ),
            ..Fault::new(format!("`attributes.{name}` is not a number of milliseconds"))
        });
    };
    let is_quick = elapsed < f64::from(check.below_ms);
    let ms = elapsed as u32;
    let reason = HitReason::Elapsed { ms };
    Ok(is_quick.then(|| Found::at(format!("attributes.{name}"), None, None, reason)))
}

/// Milliseconds as a table writes them: `5200`, `5,200`, `5.200`, `5200ms`, `５２００`.
fn milliseconds(text: &str) -> Option<f64> {
    let text = fold(text);
    let text = text.trim();
    let number = text.strip_suffix("ms").unwrap_or(text).trim_end();
    // A dot before three digits separates thousands, as a comma does: no clock counts thousandths of milliseconds.
    let behind = number.rsplit_once('.').map_or("", |(_, behind)| behind);
    let pointed = if behind.len() == 3 { number.replace('.', ",") } else { String::new() };
    let number = if pointed.is_empty() { number } else { &pointed };
    let mut groups = number.split(',');
    let first = groups.next().unwrap_or_default();
    let is_group = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = number.contains(',').then(|| (1..=3).contains(&first.len()) && groups.all(is_group));
    let plain = if grouped.unwrap_or(true) { number.replace(',', "") } else { return None };
    plain.parse::<f64>().ok().filter(|number| number.is_finite())
}
