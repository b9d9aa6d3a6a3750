//! A scenario as it is written.

use std::collections::BTreeSet;
use std::error::Error;

use chrono::{DateTime, Utc, Weekday};
use leadkit::assign::Strategy;
use leadkit::calendar::{CalendarRules, Calendars, DayWindow, WeeklyWindow, Zone};
use leadkit::model::{Lead, Region, Rep};
use serde::Deserialize;
use serde_json::{Map, Value};

const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// A rep, and from when to when he is there.
pub(crate) struct Seller {
    pub(crate) rep: Rep,
    pub(crate) joins: Option<DateTime<Utc>>,
    pub(crate) leaves: Option<DateTime<Utc>>,
}

pub(crate) struct Scenario {
    pub(crate) strategy: Strategy,
    pub(crate) zone: Zone,
    pub(crate) daily_assign_cap: Option<u32>,
    pub(crate) calendars: Calendars,
    pub(crate) sellers: Vec<Seller>,
    /// In time order.
    pub(crate) leads: Vec<Lead>,
    /// Whether territories are names and not regions.
    pub(crate) has_names: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    strategy: Strategy,
    #[serde(default)]
    zone: Zone,
    #[serde(default)]
    daily_assign_cap: Option<u32>,
    #[serde(default)]
    calendars: Map<String, Value>,
    reps: Vec<Map<String, Value>>,
    leads: Vec<Map<String, Value>>,
}

impl Scenario {
    pub(crate) fn read(bytes: &[u8]) -> Result<Scenario, Box<dyn Error>> {
        let mut written: Written = serde_json::from_slice(bytes)?;
        let named = |map: &Map<String, Value>, key: &str| match map.get(key) {
            Some(Value::Array(items)) => items.iter().any(is_name),
            Some(value) => is_name(value),
            None => false,
        };
        let has_names = written.reps.iter().any(|rep| named(rep, "territories"))
            || written.leads.iter().any(|lead| named(lead, "territory"));
        let mut calendars = Calendars::default();
        for (id, rules) in written.calendars {
            let rules = CalendarRules::load(rules).map_err(|errors| format!("calendars.{id}: {errors}"))?;
            calendars.0.insert(id, rules);
        }
        let mut mistakes = Vec::new();
        let mut sellers = Vec::new();
        for (index, mut map) in written.reps.drain(..).enumerate() {
            match seller(&mut map, &written.zone, has_names, &mut calendars) {
                Ok(seller) => sellers.push(seller),
                Err(error) => mistakes.push(format!("reps[{index}]: {error}")),
            }
        }
        let mut leads = Vec::new();
        for (index, mut map) in written.leads.drain(..).enumerate() {
            match lead(&mut map, index, has_names) {
                Ok(lead) => leads.push(lead),
                Err(error) => mistakes.push(format!("leads[{index}]: {error}")),
            }
        }
        let mut ids = BTreeSet::new();
        mistakes.extend(
            sellers
                .iter()
                .filter(|one| !ids.insert(one.rep.id.clone()))
                .map(|one| format!("two reps `{}`", one.rep.id)),
        );
        if !mistakes.is_empty() {
            return Err(mistakes.join("\n").into());
        }
        leads.sort_by_key(|lead| lead.created_at);
        let Written { strategy, zone, daily_assign_cap, .. } = written;
        Ok(Scenario { strategy, zone, daily_assign_cap, calendars, sellers, leads, has_names })
    }
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Region>().is_err())
}

fn rename(map: &mut Map<String, Value>, from: &str, to: &str) {
    if !map.contains_key(to)
        && let Some(value) = map.remove(from)
    {
        map.insert(to.to_owned(), value);
    }
}

fn time(map: &mut Map<String, Value>, key: &str) -> Result<Option<DateTime<Utc>>, String> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            text.parse().map(Some).map_err(|_| format!("{key}: found `{text}`, expected a moment"))
        }
        Some(other) => Err(format!("{key}: found {other}, expected a moment")),
    }
}

fn seller(
    map: &mut Map<String, Value>,
    zone: &Zone,
    has_names: bool,
    calendars: &mut Calendars,
) -> Result<Seller, String> {
    rename(map, "name", "id");
    let (joins, leaves) = (time(map, "joins")?, time(map, "leaves")?);
    if let Some(Value::String(hours)) = map.get("hours")
        && !calendars.0.contains_key(hours)
        && let Ok(window) = hours.parse::<DayWindow>()
    {
        let weekly = vec![WeeklyWindow { days: DAYS.to_vec(), hours: vec![window] }];
        let rules = CalendarRules { zone: zone.clone(), weekly, ..CalendarRules::default() };
        calendars.0.insert(hours.clone(), rules);
    }
    if has_names && let Some(Value::Array(names)) = map.remove("territories") {
        map.insert("skills".to_owned(), Value::Array(names));
    }
    let mut reps =
        Rep::load_all(Value::Array(vec![Value::Object(map.clone())])).map_err(|e| e.to_string())?;
    let rep = reps.pop().ok_or("it is no rep")?;
    Ok(Seller { rep, joins, leaves })
}

fn lead(map: &mut Map<String, Value>, index: usize, has_names: bool) -> Result<Lead, String> {
    rename(map, "at", "created_at");
    rename(map, "time", "created_at");
    match has_names {
        true => {
            if let Some(name) = map.remove("territory") {
                map.insert("industry".to_owned(), Value::Array(vec![name]));
            }
        }
        false => rename(map, "territory", "region"),
    }
    if !map.contains_key("id") {
        map.insert("id".to_owned(), Value::String(format!("L{}", index + 1)));
    }
    if !map.contains_key("created_at") {
        return Err("`at` is missing: when the lead came".to_owned());
    }
    Lead::from_json(Value::Object(map.clone()))
        .map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
