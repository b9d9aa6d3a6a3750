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

/// A rep, and from when to when they are there.
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
    /// The territories, where they are names and not regions.
    pub(crate) names: BTreeSet<String>,
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
        let territories = Territories::of(&written);
        let has_names = !territories.names.is_empty();
        let mut calendars = Calendars::default();
        for (id, rules) in written.calendars {
            let rules = CalendarRules::load(rules).map_err(|errors| format!("calendars.{id}: {errors}"))?;
            calendars.0.insert(id, rules);
        }
        let mut mistakes = territories.mixed();
        let mut sellers = Vec::new();
        for (index, mut map) in written.reps.drain(..).enumerate() {
            match seller(&mut map, &written.zone, &territories, &mut calendars) {
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
        let names = territories.names;
        Ok(Scenario { strategy, zone, daily_assign_cap, calendars, sellers, leads, names })
    }

    /// What a rep who serves a territory has among their skills, where territories are names.
    pub(crate) fn serves(territory: &str) -> String {
        format!("territory: {territory}")
    }
}

/// What the territories of a scenario are.
struct Territories {
    names: BTreeSet<String>,
    regions: BTreeSet<String>,
}

/// Whom a lead without a territory goes to.
pub(crate) const NOWHERE: &str = "no territory";

impl Territories {
    fn of(written: &Written) -> Territories {
        let reps = written.reps.iter().filter_map(|rep| rep.get("territories"));
        let of_reps = reps.filter_map(Value::as_array).flatten();
        let of_leads = written.leads.iter().filter_map(|lead| lead.get("territory"));
        let all = of_reps.chain(of_leads).filter_map(Value::as_str).map(str::to_owned);
        let (regions, names) = all.partition(|text| text.parse::<Region>().is_ok());
        Territories { names, regions }
    }

    /// A misspelt region is no name.
    fn mixed(&self) -> Vec<String> {
        let known: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        let said = |name: &String| match leadkit::text::closest(name, known.iter().copied()) {
            Some(meant) => format!("`{name}` is no region, and others are: did you mean `{meant}`?"),
            None => format!("`{name}` is no region, and others are: write regions or names, not both"),
        };
        let names = self.names.iter().filter(|_| !known.is_empty());
        names.map(said).collect()
    }

    /// The territories a rep serves, beside the skills they have.
    fn served(&self, map: &mut Map<String, Value>) {
        let named = map.remove("territories").and_then(|names| names.as_array().cloned()).unwrap_or_default();
        let named: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
        let everywhere = self.names.iter().map(String::as_str).chain([NOWHERE]);
        let serves: Vec<&str> = if named.is_empty() { everywhere.collect() } else { named };
        let mut skills = map.get("skills").and_then(Value::as_array).cloned().unwrap_or_default();
        skills.extend(serves.into_iter().map(|name| Value::String(Scenario::serves(name))));
        map.insert("skills".to_owned(), Value::Array(skills));
    }
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
    territories: &Territories,
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
    if !territories.names.is_empty() {
        territories.served(map);
    }
    let mut reps =
        Rep::load_all(Value::Array(vec![Value::Object(map.clone())])).map_err(|e| e.to_string())?;
    let rep = reps.pop().ok_or("it is no rep")?;
    Ok(Seller { rep, joins, leaves })
}

fn lead(map: &mut Map<String, Value>, index: usize, has_names: bool) -> Result<Lead, String> {
    rename(map, "at", "created_at");
    rename(map, "time", "created_at");
    match map.remove("territory") {
        Some(name) if has_names => {
            let attributes = map.entry("attributes").or_insert_with(|| Value::Object(Map::new()));
            let attributes = attributes.as_object_mut().ok_or("`attributes` is no object")?;
            attributes.insert("territory".to_owned(), name);
        }
        Some(region) => {
            let key = if map.contains_key("region") { "territory" } else { "region" };
            map.insert(key.to_owned(), region);
        }
        None => {}
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
