//! A generated season: what comes in, what reps do, and what is left of it at the end.

use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::time::Instant;

use chrono::{DateTime, FixedOffset, TimeDelta};
use leadkit::State;
use leadkit::calendar::{Amount, CalendarRules, Calendars};
use leadkit::follow_up::{Anchor, EventRules, FollowUpRules, NodeKind, NodeRules, PolicyRules, Rung, Step};
use leadkit::model::{LeadStatus, Rep, RepId};

use leadkit::rule::Condition;

use super::Verdict;
use super::desk::{Desk, Row};
use super::laws::Broken;
use super::options::Options;
use super::policies::{Found, Policies};
use super::spent::Spent;
use quarter::Quarter;
use seasons::{Season, live_all, seasons};

mod office;
mod quarter;
mod random;
mod seasons;

/// Twenty weeks, from before the National Day until after the Spring Festival: two weeks off, and four working weekends.
const DAYS: i64 = 140;
const START: &str = "2024-09-23T00:00:00+08:00";
/// The days off of the National Day and of the Spring Festival, by the day of the season.
const FESTIVALS: [std::ops::Range<i64>; 2] = [8..15, 127..135];
/// So many leads a rep can speak to in the season.
const LEADS_A_REP: usize = 500;

/// So many leads take long: how far it is, and what took the time, is told on the way.
const LONG: usize = 10_000;

/// What becomes of a state overnight.
type Night = fn(&State) -> Result<State, Box<dyn Error>>;

/// It is saved and read again.
fn saved_and_read(state: &State) -> Result<State, Box<dyn Error>> {
    Ok(serde_json::from_str(&serde_json::to_string(state)?)?)
}

/// Lives the seasons. Some are lived twice, the second time from a state that is saved and read again every day.
pub(crate) fn run(
    options: &Options,
    count: usize,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Verdict, Box<dyn Error>> {
    run_with(options, count, saved_and_read, out, notes)
}

pub(super) fn run_with(
    options: &Options,
    count: usize,
    night: Night,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Verdict, Box<dyn Error>> {
    let seasons = seasons(count, options.seed);
    let (mut all, mut differs, begun) = (Lived::default(), Vec::new(), Instant::now());
    let said = |options: &Options, season: Season, saves: bool| {
        live(options, season, saves.then_some(night)).map_err(|error| error.to_string())
    };
    live_all(options, &seasons, &said, &mut |season, lived, is_same| {
        if count >= LONG {
            let (at, of, seconds) = (season.number + 1, seasons.len(), begun.elapsed().as_secs());
            let Lived { lines, broken, .. } = &lived;
            let (leads, broken) = (season.leads, broken.len());
            writeln!(
                notes,
                "season {at} of {of}: {leads} leads, {lines} things that happened, {broken} broken; {seconds} s so far"
            )?;
        }
        differs.extend((!is_same).then_some(season.seed));
        all.add(lived);
        Ok(())
    })?;
    print(&all, count, options.seed, out)?;
    let replayed = seasons.iter().filter(|season| season.is_replayed).count();
    let of = if replayed < seasons.len() {
        format!("\t{replayed} of {} seasons", seasons.len())
    } else {
        String::new()
    };
    writeln!(out, "replay\t{}{of}", if differs.is_empty() { "byte-identical" } else { "differs" })?;
    for seed in differs {
        let what = format!("the season of seed {seed} is another when its state is saved and read again");
        all.broken.push(Broken::differs(start()?.to_utc(), what));
    }
    for broken in &all.broken {
        writeln!(notes, "{}", super::print::printable(&broken.to_string()))?;
    }
    if count >= LONG {
        writeln!(notes, "time of all lives: {}", all.spent)?;
    }
    Ok(if all.broken.is_empty() { Verdict::Lawful } else { Verdict::Broken })
}

/// What came of one season, or of several.
#[derive(Default)]
struct Lived {
    /// Of all that was printed.
    text: u64,
    lines: usize,
    seasons: usize,
    events: BTreeMap<&'static str, usize>,
    routes: BTreeMap<String, usize>,
    /// How leads stand at the end.
    ends: BTreeMap<String, usize>,
    /// Leads by the minutes that they waited for the first contact.
    waits: BTreeMap<i64, usize>,
    told: BTreeMap<RepId, usize>,
    found: Option<Found>,
    broken: Vec<Broken>,
    spent: Spent,
}

impl Lived {
    fn add(&mut self, season: Lived) {
        self.lines += season.lines;
        self.seasons += season.seasons;
        add(&mut self.events, season.events);
        add(&mut self.routes, season.routes);
        add(&mut self.ends, season.ends);
        add(&mut self.waits, season.waits);
        add(&mut self.told, season.told);
        match (&mut self.found, season.found) {
            (Some(found), Some(more)) => found.add(more),
            (found, more) => *found = found.take().or(more),
        }
        self.broken.extend(season.broken);
        self.spent.join(&season.spent);
    }

    /// Whether the same was printed in both.
    fn is_same(&self, other: &Lived) -> bool {
        (self.text, self.lines) == (other.text, other.lines)
    }

    /// Counts what a season has come to.
    fn count(&mut self, desk: &Desk) {
        self.seasons = 1;
        for lead in desk.book.leads() {
            let end = match (lead.status, &lead.folded_into, &lead.close_reason) {
                (LeadStatus::Voided, Some(_), _) => "folded".to_owned(),
                (LeadStatus::Invalid, _, Some(reason)) => format!("invalid {reason}"),
                (LeadStatus::Unassigned, ..) => {
                    format!("in {}", lead.pool.as_ref().map_or("no pool", |pool| pool.as_str()))
                }
                (status, ..) => status.to_string(),
            };
            *self.ends.entry(end).or_default() += 1;
            if let Some(first) = desk.book.history(&lead.id).follow_ups.first() {
                *self.waits.entry((first.time - lead.created_at).num_minutes()).or_default() += 1;
            }
        }
        for one in &desk.book.desk().notices {
            *self.told.entry(one.rep.clone()).or_default() += 1;
        }
        self.found = Found::of(desk);
        self.broken = desk.broken().to_vec();
        self.spent.join(&desk.spent);
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, usize>, more: BTreeMap<K, usize>) {
    more.into_iter().for_each(|(key, count)| *counts.entry(key).or_default() += count);
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
        manager: Some(format!("head_{}", teams[number % teams.len()]).as_str().into()),
        deputy: number.is_multiple_of(2).then(|| id(number + 1)),
        hours: Some("office".into()),
        ..Rep::default()
    };
    (0..many).map(rep).collect()
}

/// The policies with what is asked of customers whose contract ends, and with the ways of those who were at a fair.
fn with_customers(rules: FollowUpRules) -> FollowUpRules {
    let renew = NodeRules {
        anchor: Anchor::ContractEnd,
        before: true,
        ladder: vec![
            Rung::new(Step::RemindOwner, Amount::days(40)),
            Rung::new(Step::CopyManager, Amount::days(10)),
        ],
        ..NodeRules::new("renew", NodeKind::Remind, Amount::days(30))
    };
    let (when, calendar) = (Condition::default(), None);
    let policy = PolicyRules { id: "renewals".into(), when, calendar, nodes: vec![renew] };
    let policies = rules.policies.into_iter().chain([policy]).collect();
    let event = rules.event.or_else(|| Some(EventRules::usual()));
    FollowUpRules { policies, event, ..rules }
}

fn live(options: &Options, season: Season, night: Option<Night>) -> Result<Lived, Box<dyn Error>> {
    let Season { leads: count, seed, .. } = season;
    let calendars = Calendars([("office".to_owned(), CalendarRules::china())].into_iter().collect());
    let mut desk = Desk::with(&options.rules, &team(count), &calendars, false)?;
    desk.follow_by(options.policies().map(with_customers).as_ref())?;
    let mut lived = Hasher64::default();
    let mut quarter = Quarter::new(seed, count, start()?);
    for line in quarter.accounts() {
        lived.take(&desk.live(&line)?);
    }
    for hour in 0..DAYS * 24 {
        let at = start()? + TimeDelta::hours(hour);
        if let Some(night) = night.filter(|_| hour % 24 == 0) {
            let begun = Instant::now();
            desk.state = night(&desk.state)?;
            desk.policies.iter_mut().try_for_each(Policies::save_and_read)?;
            desk.spent.add("saving and reading", begun);
        }
        let begun = Instant::now();
        let lines = quarter.hour(at, hour, &desk);
        desk.spent.add("drawing what comes in", begun);
        for line in lines {
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
    let begun = Instant::now();
    desk.check_all();
    desk.spent.add("laws", begun);
    let Hasher64 { hasher, lines, events, routes } = lived;
    let mut lived = Lived { text: hasher.finish(), lines, events, routes, ..Lived::default() };
    lived.count(&desk);
    Ok(lived)
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
    let Lived { lines, seasons, events, routes, ends, waits, told, .. } = lived;
    let of = if *seasons > 1 { format!("in {seasons} seasons of") } else { "over".to_owned() };
    writeln!(out, "# {count} leads {of} {DAYS} days, seed {seed}: {lines} things that happened")?;
    table("event", events, out)?;
    table("route of what came in", routes, out)?;
    table("end", ends, out)?;
    let contacts: usize = waits.values().sum();
    let hours = |part: usize| {
        let (mut seen, at) = (0, (contacts * part / 100).min(contacts.saturating_sub(1)));
        let wait = waits.iter().find(|(_, count)| {
            seen += **count;
            seen > at
        });
        wait.map_or(0.0, |(minutes, _)| *minutes as f64 / 60.0)
    };
    let (median, most) = (hours(50), hours(90));
    writeln!(
        out,
        "# hours to the first contact, of {contacts} leads\nmedian\t{median:.1}\n90 of 100\t{most:.1}"
    )?;
    writeln!(out, "# notices a day")?;
    for (rep, notices) in told {
        writeln!(out, "{rep}\t{:.1}", *notices as f64 / (DAYS * *seasons as i64) as f64)?;
    }
    if let Some(found) = &lived.found {
        found.print(out)?;
    }
    writeln!(out, "# laws\nbroken\t{}", lived.broken.len())?;
    Ok(())
}

fn table<K: std::fmt::Display>(
    title: &str,
    counts: &BTreeMap<K, usize>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "# {title}")?;
    counts.iter().try_for_each(|(name, count)| writeln!(out, "{name}\t{count}"))
}
