//! From a table to journeys.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use leadkit::attribution::{Conversion, Journeys, Step};
use leadkit::model::{Currency, Money};

use super::table::{CellError, Decimal, Faults, Row, Table};

/// Most decimals of values that are divided exactly.
const MAX_DECIMALS: usize = 6;
/// Most decimals of values that are divided in real numbers: more than these hold.
const MAX_REAL_DECIMALS: usize = 18;

/// Journeys, and how their values are to be written.
pub(crate) struct Input {
    pub(crate) journeys: Journeys,
    /// How many decimals a unit of value has.
    pub(crate) decimals: usize,
    pub(crate) has_values: bool,
    /// Whether a value has more decimals than that, and was rounded to them.
    pub(crate) is_rounded: bool,
    /// Touches that follow the last conversion of their customer and are in no journey.
    pub(crate) left_over: usize,
    /// Times without a zone, when others have one.
    pub(crate) without_zone: usize,
}

/// Values of a table, in one unit.
struct Values<'t, 'a> {
    table: &'t Table<'a>,
    column: usize,
    decimals: usize,
    is_rounded: bool,
    exactly: bool,
}

impl<'t, 'a> Values<'t, 'a> {
    /// Exact values are in the smallest unit of the table, hundredths at least. Others are in the smallest unit in which
    /// 64 bits hold them all together.
    fn new(table: &'t Table<'a>, column: usize, exactly: bool) -> Values<'t, 'a> {
        let all = || table.rows.iter().filter_map(|row| table.decimal(row, column).ok().flatten());
        let most = all().map(|value| value.decimals()).max().unwrap_or(0).max(2);
        let mut decimals = most.min(if exactly { MAX_DECIMALS } else { MAX_REAL_DECIMALS });
        if !exactly {
            let together: f64 = all().map(|value| value.size()).sum();
            while decimals > 0 && together * 10f64.powi(decimals as i32) >= 4e18 {
                decimals -= 1;
            }
        }
        Values { table, column, decimals, is_rounded: most > decimals, exactly }
    }

    /// No journeys yet.
    fn input(&self) -> Input {
        Input {
            journeys: Journeys::new(),
            decimals: self.decimals,
            has_values: self.table.has(self.column),
            is_rounded: self.is_rounded,
            left_over: 0,
            without_zone: 0,
        }
    }

    fn money(&self, row: &Row<'a>) -> Result<Option<Money>, CellError> {
        let Some(value) = self.table.decimal(row, self.column)? else { return Ok(None) };
        let error = |wanted: String| self.table.error(row, self.column, wanted);
        if self.exactly && value.decimals() > MAX_DECIMALS {
            return Err(error(format!(
                "at most {MAX_DECIMALS} digits after the point, because --cents divides nothing smaller: round it, or \
                 leave out --cents"
            )));
        }
        let too_large = || error(format!("a value that fits into 64 bits with {} decimals", self.decimals));
        value.in_units(self.decimals).map(|minor| Some(money(minor))).ok_or_else(too_large)
    }
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::default())
}

/// Whether a value is there and is not zero.
fn is_worth(value: Option<Decimal<'_>>) -> bool {
    value.is_some_and(|value| !value.is_zero())
}

const PATH_COLUMNS: &[&[&str]] = &[
    &["path", "paths", "journey"],
    &["conversions", "conversion", "total_conversions"],
    &["value", "total_conversion_value", "conversion_value"],
    &["nulls", "null", "total_null"],
];

/// Reads aggregated paths.
pub(crate) fn read_paths(text: &str, exactly: bool) -> Result<Input, Box<dyn Error>> {
    let table = Table::read(text, PATH_COLUMNS, 2)?;
    let values = Values::new(&table, 2, exactly);
    let mut input = values.input();
    let journeys = &mut input.journeys;
    let mut faults = Faults::default();
    for row in &table.rows {
        let channels = faults.keep(channels(&table, row).map(Some)).unwrap_or_default();
        let (count, nulls) = (table.count(row, 1), table.count(row, 3));
        if table.cell(row, 1).is_none() && table.cell(row, 3).is_none() {
            faults.add(table.error(row, 1, "how many conversions the path has, 0 for none"));
        }
        let mut value = faults.keep(values.money(row));
        if matches!(count, Ok(None | Some(0))) && value.is_some() {
            if is_worth(table.decimal(row, 2).unwrap_or_default()) {
                faults.add(table.error(row, 2, "0 where there is no conversion"));
            }
            value = None;
        }
        let (count, nulls) = (faults.keep(count), faults.keep(nulls));
        if !faults.is_empty() {
            continue;
        }
        let end = Conversion {
            count: count.unwrap_or(0),
            nulls: nulls.unwrap_or(0),
            value,
            ..Conversion::default()
        };
        let mut steps = channels.iter().map(|channel| Step { channel, ..Step::default() });
        let pushed = steps.try_for_each(|step| journeys.push(step));
        pushed
            .and_then(|()| journeys.end_journey(&end))
            .map_err(|error| format!("line {}: {error}", row.line))?;
    }
    faults.check()?;
    Ok(input)
}

/// The channels of a path.
fn channels<'a>(table: &Table<'a>, row: &Row<'a>) -> Result<Vec<&'a str>, CellError> {
    let Some(path) = table.cell(row, 0) else { return Ok(Vec::new()) };
    if ["->", "=>", "→", "⇒", "＞"].iter().any(|arrow| path.contains(arrow)) {
        return Err(table.error(row, 0, "channels with ` > ` between them; this is not an arrow"));
    }
    let parts: Vec<&str> = path.split('>').collect();
    let channels: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
    if channels.contains(&"") {
        return Err(table.error(row, 0, "channels with ` > ` between, none of them empty"));
    }
    // Without blanks nobody knows whether it stands between channels or in the name of one.
    let is_apart = |pair: &[&str]| pair[0].ends_with(' ') || pair[1].starts_with(' ');
    if !parts.windows(2).all(is_apart) {
        return Err(table.error(row, 0, "channels with ` > ` between, blanks included"));
    }
    match channels.iter().find(|channel| Journeys::RESERVED.contains(channel)) {
        Some(reserved) => {
            Err(table.error(row, 0, format!("another name than `{reserved}`, which is reserved")))
        }
        None => Ok(channels),
    }
}

const EVENT_COLUMNS: &[&[&str]] = &[
    &["journey", "user", "id"],
    &["time", "timestamp", "date"],
    &["channel", "source"],
    &["conversions", "conversion"],
    &["value"],
];

/// One line of a table of events.
struct Event<'a> {
    line: usize,
    time: DateTime<Utc>,
    has_zone: bool,
    /// `None` for a line that only ends a journey.
    channel: Option<&'a str>,
    end: Option<Conversion>,
    value: Option<Money>,
}

const MOMENTS: [&str; 5] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
];
const DAYS: [&str; 2] = ["%Y-%m-%d", "%Y/%m/%d"];

/// A time, and whether it has a zone; without one it is UTC.
fn read_time(text: &str) -> Option<(DateTime<Utc>, bool)> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some((time.to_utc(), true));
    }
    let mut moments = MOMENTS.iter().filter_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let mut days = DAYS.iter().filter_map(|format| NaiveDate::parse_from_str(text, format).ok());
    let local = moments.next().or_else(|| Some(days.next()?.and_time(NaiveTime::MIN)))?;
    Some((local.and_utc(), false))
}

const ENDS: [&str; 2] = ["(conversion)", "(null)"];

/// Reads one line; `marked` says whether the table marks conversions at all.
fn read_event<'a>(
    table: &Table<'a>,
    values: &Values<'_, 'a>,
    row: &Row<'a>,
    marked: bool,
    faults: &mut Faults,
) -> Option<Event<'a>> {
    let time = table.cell(row, 1).and_then(read_time);
    if time.is_none() {
        let wanted = "a time such as `2026-03-01 09:30:00` or `2026-03-01T09:30:00+08:00`";
        faults.add(table.error(row, 1, wanted));
    }
    let (time, has_zone) = (time.map(|(time, _)| time), time.is_some_and(|(_, has_zone)| has_zone));
    let channel = table.cell(row, 2);
    if channel.is_none() {
        faults.add(table.error(row, 2, "the name of a channel"));
    }
    let reserved = |name: &&str| Journeys::RESERVED.contains(name) && !ENDS.contains(name);
    if channel.as_ref().is_some_and(reserved) {
        faults.add(table.error(row, 2, "another name, because this one is reserved"));
    }
    let count = table.count(row, 3);
    let is_known = count.is_ok();
    let count = faults.keep(count);
    let value = faults.keep(values.money(row));
    let is_worth = is_worth(table.decimal(row, 4).unwrap_or_default());
    let (converts, ends_in_nothing) = (channel == Some(ENDS[0]), channel == Some(ENDS[1]));
    let conversions = if converts { count.unwrap_or(1) } else { count.unwrap_or(0) };
    if converts && conversions == 0 {
        faults.add(table.error(
            row,
            3,
            "at least 1 on a line `(conversion)`: leave the cell or the line out",
        ));
    } else if ends_in_nothing && conversions > 0 {
        faults.add(table.error(row, 3, "nothing on a line `(null)`, which is no conversion"));
    } else if marked && is_known && conversions == 0 && is_worth {
        faults.add(table.error(row, 4, "no value where there is no conversion"));
    }
    let end = (conversions > 0 || ends_in_nothing).then(|| Conversion {
        count: if ends_in_nothing { 0 } else { conversions },
        nulls: u64::from(ends_in_nothing),
        value,
        at: time,
        ..Conversion::default()
    });
    let channel = channel.filter(|channel| !ENDS.contains(channel));
    Some(Event { line: row.line, time: time?, has_zone, channel, end, value })
}

/// Reads touches one a line.
pub(crate) fn read_events(text: &str, full_history: bool, exactly: bool) -> Result<Input, Box<dyn Error>> {
    let table = Table::read(text, EVENT_COLUMNS, 3)?;
    let values = Values::new(&table, 4, exactly);
    let is_end = |row: &Row<'_>| table.cell(row, 2).is_some_and(|channel| ENDS.contains(&channel));
    let marked = table.has(3) || table.rows.iter().any(is_end);
    if full_history && !marked {
        return Err(
            "--full-history has no effect: the table marks no conversions, so each journey has one".into()
        );
    }
    // Journeys in the order they first appear.
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut customers: Vec<Vec<Event<'_>>> = Vec::new();
    let mut faults = Faults::default();
    for row in &table.rows {
        let event = read_event(&table, &values, row, marked, &mut faults);
        let Some(id) = table.cell(row, 0) else {
            faults.add(table.error(row, 0, "the name of a journey"));
            continue;
        };
        let next = customers.len();
        let number = *numbers.entry(id).or_insert(next);
        if number == next {
            customers.push(Vec::new());
        }
        if let (false, Some(Some(_))) = (marked, event.as_ref().map(|event| event.value))
            && let Some(first) = customers[number].iter().find(|event| event.value.is_some())
        {
            let wanted = format!(
                "one value a journey, and line {} has it: mark conversions with a column `conversions`",
                first.line
            );
            faults.add(table.error(row, 4, wanted));
        }
        customers[number].extend(event);
    }
    faults.check()?;
    let mut input = values.input();
    let without_zone = customers.iter().flatten().filter(|event| !event.has_zone).count();
    if customers.iter().flatten().any(|event| event.has_zone) {
        input.without_zone = without_zone;
    }
    for mut events in customers {
        events.sort_by_key(|event| event.time);
        if !marked {
            end_with_last(&mut events);
        }
        add_customer(&mut input, &events, full_history)?;
    }
    Ok(input)
}

/// Without marks a journey is one conversion at its last touch.
fn end_with_last(events: &mut [Event<'_>]) {
    let value = events.iter().find_map(|event| event.value);
    if let Some(last) = events.last_mut() {
        last.end = Some(Conversion { value, at: Some(last.time), ..Conversion::default() });
    }
}

/// Adds the journeys of one customer; none is left open for the next.
fn add_customer(input: &mut Input, events: &[Event<'_>], full_history: bool) -> Result<(), Box<dyn Error>> {
    let journeys = &mut input.journeys;
    // Touches since the last end, and whether a conversion came before them.
    let (mut open, mut converted) = (0, false);
    for event in events {
        let at = |error| format!("line {}: {error}", event.line);
        if let Some(channel) = event.channel {
            journeys.push(Step { channel, time: Some(event.time), campaign: None }).map_err(at)?;
            open += 1;
        }
        if let Some(end) = &event.end {
            if full_history { journeys.end_and_continue(end) } else { journeys.end_journey(end) }
                .map_err(at)?;
            converted |= end.count > 0;
            open = 0;
        }
    }
    if let (1.., Some(last)) = (open, events.last()) {
        if full_history && converted {
            input.left_over += open;
        } else {
            let end = Conversion { at: Some(last.time), ..Conversion::null() };
            journeys.end_journey(&end).map_err(|error| format!("line {}: {error}", last.line))?;
        }
    }
    journeys.discard_open();
    Ok(())
}
