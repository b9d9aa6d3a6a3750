//! A generated season: what comes in, what reps do, and what is left of it at the end.

use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

use chrono::{DateTime, FixedOffset, TimeDelta};
use leadkit::calendar::{CalendarRules, Calendars};
use leadkit::model::{LeadStatus, Rep, RepId};

use super::Verdict;
use super::desk::{Desk, Row};
use super::options::Options;
use quarter::Quarter;

mod office;
mod quarter;
mod random;

/// Twenty weeks, from before the National Day until after the Spring Festival: two weeks off, and four working weekends.
const DAYS: i64 = 140;
const START: &str = "2024-09-23T00:00:00+08:00";
/// The days off of the National Day and of the Spring Festival, by the day of the season.
const FESTIVALS: [std::ops::Range<i64>; 2] = [8..15, 127..135];
/// So many leads a rep can speak to in the season.
const LEADS_A_REP: usize = 500;

/// Lives a quarter twice, the second time from a state that is saved and read again every day.
pub(crate) fn run(
    options: &Options,
    count: usize,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Verdict, Box<dyn Error>> {
    let first = live(options, count, false)?;
    print(&first, count, options.seed, out)?;
    let second = live(options, count, true)?;
    let is_same = (first.text, first.lines) == (second.text, second.lines);
    writeln!(out, "replay\t{}", if is_same { "byte-identical" } else { "differs" })?;
    let mut desk = first.desk;
    if !is_same {
        let at = desk.now();
        desk.differs(at, "the quarter is another when its state is saved and read again".to_owned());
    }
    super::verdict(&desk, notes)
}

/// What came of a quarter.
struct Lived {
    desk: Desk,
    /// Of all that was printed.
    text: u64,
    lines: usize,
    events: BTreeMap<&'static str, usize>,
    routes: BTreeMap<String, usize>,
    days: i64,
}

fn start() -> Result<DateTime<FixedOffset>, Box<dyn Error>> {
    DateTime::parse_from_rfc3339(START).map_err(|error| error.to_string().into())
}

/// A team that can speak to everybody.
fn team(count: usize) -> Vec<Rep> {
    let teams = ["east", "south", "north"];
    let many = (count / LEADS_A_REP).max(6);
    let id = |number: usize| RepId::from(format!("rep{:02}", number % many).as_str());
    let rep = |number: usize| Rep {
        id: id(number),
        team: Some(teams[number % teams.len()].into()),
        deputy: number.is_multiple_of(2).then(|| id(number + 1)),
        hours: Some("office".into()),
        ..Rep::default()
    };
    (0..many).map(rep).collect()
}

fn live(options: &Options, count: usize, saves: bool) -> Result<Lived, Box<dyn Error>> {
    let calendars = Calendars([("office".to_owned(), CalendarRules::china())].into_iter().collect());
    let mut desk = Desk::with(&options.rules, &team(count), &calendars, false)?;
    desk.follow_by(options.policies().as_ref())?;
    let mut lived = Hasher64::default();
    let mut quarter = Quarter::new(options.seed, count, start()?);
    for line in quarter.accounts() {
        lived.take(&desk.live(&line)?);
    }
    for hour in 0..DAYS * 24 {
        let at = start()? + TimeDelta::hours(hour);
        if saves && hour % 24 == 0 {
            let saved = serde_json::to_string(&desk.state)?;
            desk.state = serde_json::from_str(&saved)?;
        }
        for line in quarter.hour(at, hour, &desk) {
            lived.take(&desk.live(&line)?);
        }
        // What reps do depends on what they have by then.
        while let Some(line) = quarter.next_act(&desk) {
            lived.take(&desk.live(&line)?);
        }
    }
    desk.pass((start()? + TimeDelta::days(DAYS)).to_utc())?;
    lived.take(&desk.take_rows());
    let mut tables = Vec::new();
    super::print::leads(&desk, *start()?.offset(), &mut tables)?;
    super::print::accounts(&desk, &mut tables)?;
    super::print::notified(&desk, &mut tables)?;
    lived.hasher.write(&tables);
    desk.check_all();
    let Hasher64 { hasher, lines, events, routes } = lived;
    Ok(Lived { desk, text: hasher.finish(), lines, events, routes, days: DAYS })
}

/// Everything that is printed, as one number.
#[derive(Default)]
struct Hasher64 {
    hasher: DefaultHasher,
    lines: usize,
    events: BTreeMap<&'static str, usize>,
    routes: BTreeMap<String, usize>,
}

impl Hasher64 {
    fn take(&mut self, rows: &[Row]) {
        for row in rows {
            let Row { at, event, lead, route, owner, pool, status, reason, .. } = row;
            (at.timestamp_millis(), event, lead, route, owner, pool, status, reason).hash(&mut self.hasher);
            self.lines += 1;
            *self.events.entry(event).or_default() += 1;
            if *event == "submit" {
                *self.routes.entry(route.clone()).or_default() += 1;
            }
        }
    }
}

fn print(lived: &Lived, count: usize, seed: u64, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let Lived { desk, lines, events, routes, days, .. } = lived;
    writeln!(out, "# {count} leads over {days} days, seed {seed}: {lines} things that happened")?;
    table("event", events.iter().map(|(key, count)| (key.to_string(), *count)), out)?;
    table("route of what came in", routes.iter().map(|(key, count)| (key.clone(), *count)), out)?;
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for lead in desk.book.leads() {
        let end = match (lead.status, &lead.folded_into, &lead.close_reason) {
            (LeadStatus::Voided, Some(_), _) => "folded".to_owned(),
            (LeadStatus::Invalid, _, Some(reason)) => format!("invalid {reason}"),
            (LeadStatus::Unassigned, ..) => {
                format!("in {}", lead.pool.as_ref().map_or("no pool", |pool| pool.as_str()))
            }
            (status, ..) => status.to_string(),
        };
        *ends.entry(end).or_default() += 1;
    }
    table("end", ends.into_iter(), out)?;
    let mut waits: Vec<i64> = desk
        .book
        .leads()
        .filter_map(|lead| {
            let first = desk.book.history(&lead.id).follow_ups.first()?;
            Some((first.time - lead.created_at).num_minutes())
        })
        .collect();
    waits.sort_unstable();
    let hours = |part: usize| {
        let at = (waits.len() * part / 100).min(waits.len().saturating_sub(1));
        waits.get(at).map_or(0.0, |minutes| *minutes as f64 / 60.0)
    };
    writeln!(
        out,
        "# hours to the first contact, of {} leads\nmedian\t{:.1}\n90 of 100\t{:.1}",
        waits.len(),
        hours(50),
        hours(90)
    )?;
    let mut told: BTreeMap<&RepId, usize> = BTreeMap::new();
    for one in &desk.book.desk().notices {
        *told.entry(&one.rep).or_default() += 1;
    }
    writeln!(out, "# notices a day")?;
    for (rep, notices) in told {
        writeln!(out, "{rep}\t{:.1}", notices as f64 / *days as f64)?;
    }
    super::policies::counts(desk, out)?;
    writeln!(out, "# laws\nbroken\t{}", desk.broken().len())?;
    Ok(())
}

fn table(
    title: &str,
    counts: impl Iterator<Item = (String, usize)>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "# {title}")?;
    for (name, count) in counts {
        writeln!(out, "{name}\t{count}")?;
    }
    Ok(())
}
