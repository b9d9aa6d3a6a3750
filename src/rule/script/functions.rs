//! The functions scripts may call, and nothing else. Transcendental ones come from `libm`.
//!
//! A missing value is `()`. Functions of texts, lists and times accept it: their result is false or
//! missing again.

use std::ops::{Range, RangeInclusive};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rhai::{Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString as Text, Position};

use super::guard;
use super::live;

/// A function as the checks know it: its name, how many values it takes, what it is for.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) takes: &'static [usize],
    /// Only in full scripts.
    pub(super) program_only: bool,
}

const fn known(name: &'static str, takes: &'static [usize]) -> Known {
    Known { name, takes, program_only: false }
}

/// Every function of the whitelist.
pub(super) const FUNCTIONS: &[Known] = &[
    known("abs", &[1]),
    known("attr", &[1]),
    known("ceil", &[1]),
    known("clamp", &[3]),
    known("contains", &[2]),
    known("count", &[2]),
    known("date", &[1]),
    known("days_since", &[1]),
    known("ends_with", &[2]),
    known("exp", &[1]),
    known("float", &[1]),
    known("floor", &[1]),
    known("has", &[2]),
    known("hours_since", &[1]),
    known("int", &[1]),
    known("known", &[1]),
    known("last", &[1]),
    known("len", &[1]),
    known("ln", &[1]),
    known("log10", &[1]),
    known("lower", &[1]),
    known("max", &[2]),
    known("min", &[2]),
    known("or", &[2]),
    known("pow", &[2]),
    Known { name: "reason", takes: &[2], program_only: true },
    known("round", &[1]),
    known("sqrt", &[1]),
    known("starts_with", &[2]),
    known("text", &[1]),
    known("trim", &[1]),
    known("upper", &[1]),
];

type Answer<T> = Result<T, Box<EvalAltResult>>;

fn refuse<T>(message: impl Into<String>) -> Answer<T> {
    Err(EvalAltResult::ErrorRuntime(message.into().into(), Position::NONE).into())
}

fn finite(number: FLOAT, what: &str) -> Answer<FLOAT> {
    if number.is_finite() {
        Ok(number)
    } else {
        refuse(format!(
            "`{what}` gives no finite number\nkeep its values in range with `clamp(x, low, high)`"
        ))
    }
}

fn whole(number: FLOAT) -> Answer<INT> {
    // 2^63 itself is the first number that does not fit.
    let limit = 9_223_372_036_854_775_808.0;
    if number.is_finite() && (-limit..limit).contains(&number) {
        Ok(number as INT)
    } else {
        refuse("the number is too large to be whole\nuse it as it is, without `int`")
    }
}

pub(super) fn register(engine: &mut Engine) {
    numbers(engine);
    texts(engine);
    lists(engine);
    facts(engine);
    guard::register(engine);
}

fn numbers(engine: &mut Engine) {
    engine.register_fn("abs", |x: INT| {
        x.checked_abs().map_or_else(|| refuse("the number is too large\nuse `float(x)`"), Ok)
    });
    engine.register_fn("abs", |x: FLOAT| x.abs());
    engine.register_fn("min", |a: INT, b: INT| a.min(b));
    engine.register_fn("max", |a: INT, b: INT| a.max(b));
    engine.register_fn("min", |a: FLOAT, b: FLOAT| a.min(b));
    engine.register_fn("max", |a: FLOAT, b: FLOAT| a.max(b));
    engine.register_fn("min", |a: INT, b: FLOAT| (a as FLOAT).min(b));
    engine.register_fn("max", |a: INT, b: FLOAT| (a as FLOAT).max(b));
    engine.register_fn("min", |a: FLOAT, b: INT| a.min(b as FLOAT));
    engine.register_fn("max", |a: FLOAT, b: INT| a.max(b as FLOAT));
    engine.register_fn("clamp", |x: Dynamic, low: Dynamic, high: Dynamic| -> Answer<Dynamic> {
        if let (Ok(x), Ok(low), Ok(high)) = (x.as_int(), low.as_int(), high.as_int()) {
            return if low <= high {
                Ok(x.clamp(low, high).into())
            } else {
                refuse("the ends of `clamp` are reversed\nwrite the lower one first: `clamp(x, low, high)`")
            };
        }
        let (x, low, high) = (number(&x, "clamp")?, number(&low, "clamp")?, number(&high, "clamp")?);
        if low <= high {
            Ok(x.clamp(low, high).into())
        } else {
            refuse("the ends of `clamp` are reversed\nwrite the lower one first: `clamp(x, low, high)`")
        }
    });
    for (name, round) in
        [("floor", libm::floor as fn(FLOAT) -> FLOAT), ("ceil", libm::ceil), ("round", libm::round)]
    {
        engine.register_fn(name, move |x: FLOAT| round(x));
        engine.register_fn(name, |x: INT| x);
    }
    for (name, function) in [
        ("sqrt", libm::sqrt as fn(FLOAT) -> FLOAT),
        ("exp", libm::exp),
        ("ln", libm::log),
        ("log10", libm::log10),
    ] {
        engine.register_fn(name, move |x: FLOAT| finite(function(x), name));
        engine.register_fn(name, move |x: INT| finite(function(x as FLOAT), name));
    }
    engine.register_fn("pow", |x: Dynamic, y: Dynamic| -> Answer<FLOAT> {
        finite(libm::pow(number(&x, "pow")?, number(&y, "pow")?), "pow")
    });
    engine.register_fn("int", |x: INT| x);
    engine.register_fn("int", whole);
    engine.register_fn("int", |x: bool| INT::from(x));
    engine.register_fn("int", |text: Text| match text.trim().parse::<INT>() {
        Ok(number) => Dynamic::from(number),
        Err(_) => Dynamic::UNIT,
    });
    engine.register_fn("float", |x: FLOAT| x);
    engine.register_fn("float", |x: INT| x as FLOAT);
    engine.register_fn("float", |text: Text| match text.trim().parse::<FLOAT>() {
        Ok(number) if number.is_finite() => Dynamic::from(number),
        _ => Dynamic::UNIT,
    });
    for name in ["abs", "floor", "ceil", "round", "int", "float"] {
        engine.register_fn(name, |(): ()| ());
    }
}

fn number(value: &Dynamic, what: &str) -> Answer<FLOAT> {
    match (value.as_int(), value.as_float()) {
        (Ok(whole), _) => Ok(whole as FLOAT),
        (_, Ok(number)) => Ok(number),
        _ => refuse(format!("`{what}` takes numbers\nconvert with `int(x)` or `float(x)`")),
    }
}

/// Counts the text that a function reads.
fn read(text: &Text) -> Answer<()> {
    live::read(text).or_else(refuse)
}

fn texts(engine: &mut Engine) {
    engine.register_fn("len", |text: Text| read(&text).map(|()| text.chars().count() as INT));
    engine.register_fn("lower", |text: Text| read(&text).map(|()| Text::from(text.to_lowercase())));
    engine.register_fn("upper", |text: Text| read(&text).map(|()| Text::from(text.to_uppercase())));
    engine.register_fn("trim", |text: Text| read(&text).map(|()| Text::from(text.trim())));
    for name in ["lower", "upper", "trim"] {
        engine.register_fn(name, |(): ()| ());
    }
    for name in ["contains", "has"] {
        engine.register_fn(name, |text: Text, part: Text| read(&text).map(|()| text.contains(part.as_str())));
        engine.register_fn(name, |(): (), _: Dynamic| false);
    }
    engine.register_fn("starts_with", |text: Text, part: Text| {
        read(&part).map(|()| text.starts_with(part.as_str()))
    });
    engine.register_fn("ends_with", |text: Text, part: Text| {
        read(&part).map(|()| text.ends_with(part.as_str()))
    });
    for name in ["starts_with", "ends_with"] {
        engine.register_fn(name, |(): (), _: Text| false);
    }
    engine.register_fn("text", |text: Text| text);
    engine.register_fn("text", |number: INT| Text::from(number.to_string()));
    engine.register_fn("text", |number: FLOAT| Text::from(number.to_string()));
    engine.register_fn("text", |flag: bool| Text::from(if flag { "true" } else { "false" }));
    engine.register_fn("text", |(): ()| Text::new());
}

fn lists(engine: &mut Engine) {
    engine.register_fn("len", |list: &mut Array| list.len() as INT);
    engine.register_fn("len", |(): ()| 0 as INT);
    for name in ["contains", "has"] {
        engine.register_fn(name, |list: &mut Array, wanted: Text| -> Answer<bool> {
            let mut any = list.is_empty();
            for item in list.iter() {
                if let Ok(text) = item.as_immutable_string_ref() {
                    any = true;
                    read(&text)?;
                    if *text == wanted {
                        return Ok(true);
                    }
                }
            }
            let named = wanted.trim().parse::<FLOAT>();
            let is_named = |item: &Dynamic| named.as_ref().is_ok_and(|named| is_number(item, *named));
            if any && !list.iter().any(is_named) { Ok(false) } else { never_found(list, "a text") }
        });
        engine.register_fn(name, move |list: &mut Array, wanted: INT| -> Answer<bool> {
            contains_number(list, wanted as FLOAT, |item| match item.as_int() {
                Ok(number) => number == wanted,
                Err(_) => item.as_float().is_ok_and(|number| number == wanted as FLOAT),
            })
        });
        engine.register_fn(name, move |list: &mut Array, wanted: FLOAT| -> Answer<bool> {
            contains_number(list, wanted, |item| is_number(item, wanted))
        });
        engine.register_fn(name, |list: &mut Array, wanted: bool| -> Answer<bool> {
            let mut found = list.iter().filter_map(|item| item.as_bool().ok()).peekable();
            if found.peek().is_some() || list.is_empty() {
                Ok(found.any(|flag| flag == wanted))
            } else {
                never_found(list, "true or false")
            }
        });
        // A missing value is in nothing, as in conditions.
        engine.register_fn(name, |_: &mut Array, (): ()| false);
        engine.register_fn(name, |_: Text, (): ()| false);
        engine.register_fn(name, |_: Range<INT>, (): ()| false);
        engine.register_fn(name, |_: RangeInclusive<INT>, (): ()| false);
        engine.register_fn(name, |range: Range<INT>, wanted: INT| range.contains(&wanted));
        engine.register_fn(name, |range: RangeInclusive<INT>, wanted: INT| range.contains(&wanted));
    }
    engine.register_iterator::<Array>();
    engine.register_iterator::<Range<INT>>();
    engine.register_iterator::<RangeInclusive<INT>>();
}

fn is_number(item: &Dynamic, wanted: FLOAT) -> bool {
    // An error for each item that is no number would cost more than all the rest.
    match item.as_int() {
        Ok(whole) => whole as FLOAT == wanted,
        Err(_) => item.as_float().is_ok_and(|number| number == wanted),
    }
}

fn contains_number(list: &Array, wanted: FLOAT, is_wanted: impl Fn(&Dynamic) -> bool) -> Answer<bool> {
    let has_numbers = list.iter().any(|item| item.is_int() || item.is_float());
    // The number as a text is not a number, and not silently another value either.
    let names_it = |item: &Dynamic| {
        let text = item.as_immutable_string_ref();
        text.is_ok_and(|text| text.trim().parse::<FLOAT>().is_ok_and(|number| number == wanted))
    };
    if list.iter().any(is_wanted) {
        Ok(true)
    } else if list.is_empty() || has_numbers && !list.iter().any(names_it) {
        Ok(false)
    } else {
        never_found(list, "a number")
    }
}

/// A list without any value of a kind is not silently said not to hold one.
fn never_found(list: &Array, wanted: &str) -> Answer<bool> {
    match list.iter().all(Dynamic::is_unit) {
        true => Ok(false),
        false => refuse(format!(
            "{wanted} is looked for in a list of other values\nlook for what the list holds, such as `text(x)`"
        )),
    }
}

/// The moment a text names, in epoch seconds: a date means its first moment in UTC.
pub(super) fn moment(text: &str) -> Option<INT> {
    let text = text.trim();
    let at = text.parse::<DateTime<Utc>>().ok();
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    at.or_else(day).map(|at| at.timestamp())
}

fn facts(engine: &mut Engine) {
    engine.register_fn("date", |text: Text| match moment(&text) {
        Some(at) => Ok(at),
        // Values of a lead are never shown.
        None => refuse("the text is not a date\nwrite it as `2026-03-01` or `2026-03-01T09:00:00+08:00`"),
    });
    engine.register_fn("date", |(): ()| ());
    engine.register_fn("known", |value: Dynamic| !value.is_unit());
    engine.register_fn(
        "or",
        |value: Dynamic, otherwise: Dynamic| {
            if value.is_unit() { otherwise } else { value }
        },
    );
    for (name, unit) in [("days_since", 86_400.0), ("hours_since", 3_600.0)] {
        engine.register_fn(name, move |at: INT| live::now().saturating_sub(at) as FLOAT / unit);
        engine.register_fn(name, |(): ()| ());
    }
    engine.register_fn("attr", |name: Text| live::attribute(&name));
    engine.register_fn("count", |kind: Text, days: INT| live::count(&kind, days));
    engine.register_fn("last", |kind: Text| live::last(&kind).map_or(Dynamic::UNIT, Dynamic::from));
    engine.register_fn("reason", |points: Dynamic, text: Text| -> Answer<()> {
        let points = number(&points, "reason")?;
        live::reason(points, &text).or_else(refuse)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_scripts_names_every_function() {
        let page = include_str!("../../guide/scripts.md");
        let missing: Vec<&str> = FUNCTIONS
            .iter()
            .map(|one| one.name)
            .filter(|name| !page.contains(&format!("`{name}`")))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
