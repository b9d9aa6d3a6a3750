//! What is wrong with a calendar, and what is valid but looks like a mistake.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Weekday};

use super::{CalendarRules, Coverage, DayOverride, DayWindow, Zone, china};
use crate::error::Report;

/// Most windows of one day.
const MAX_WINDOWS: usize = 48;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// The windows of each weekday, from Monday: `MAX_WINDOWS` and one more at most.
pub(super) fn hours_of_week(rules: &CalendarRules) -> [Vec<DayWindow>; 7] {
    let mut week: [Vec<DayWindow>; 7] = Default::default();
    for weekly in &rules.weekly {
        for (hours, day) in week.iter_mut().zip(WEEK) {
            if weekly.days.contains(&day) {
                let room = (MAX_WINDOWS + 1).saturating_sub(hours.len());
                hours.extend(weekly.hours.iter().take(room));
            }
        }
    }
    week
}

/// The weekday whose hours a make-up day has: its own, or the nearest before it that has some.
pub(super) fn worked_like(day: usize, week: &[Vec<DayWindow>; 7]) -> Option<usize> {
    (0..7).map(|back| (day + 7 - back) % 7).find(|day| week.get(*day).is_some_and(|hours| !hours.is_empty()))
}

/// Reports what is wrong with a calendar, and what is valid but looks like a mistake.
pub(super) fn check(rules: &CalendarRules, report: &mut Report) {
    let week = hours_of_week(rules);
    report.within("weekly", |report| {
        for (index, weekly) in rules.weekly.iter().enumerate() {
            report.item(index, |report| {
                report.within("hours", |report| check_windows(&weekly.hours, report));
                if weekly.days.is_empty() || weekly.hours.is_empty() {
                    report.warning("no_effect", "these are hours of no day", "write both `days` and `hours`");
                }
            });
        }
        for (hours, day) in week.iter().zip(WEEK) {
            if hours.len() > MAX_WINDOWS {
                let message = format!("{day} has more than {MAX_WINDOWS} windows");
                report.error("too_many", message, "join windows that touch");
            }
        }
    });
    if let Some(name) = rules.holidays.as_deref() {
        report.within("holidays", |report| {
            if name != china::ID {
                report.unknown_name("unknown_calendar", "set of holidays", name, std::iter::once(china::ID));
            }
        });
        if name == china::ID && rules.zone == Zone::default() {
            let message = format!("the days off of `{name}` are counted in UTC");
            report.within("zone", |r| r.warning("zone", message, "write `\"zone\": \"+08:00\"`"));
        }
    }
    if let Some(Coverage { from, through }) = rules.coverage
        && through < from
    {
        let message = format!("the coverage ends on {through}, before it begins on {from}");
        report.within("coverage", |r| r.error("inverted_span", message, "swap `from` and `through`"));
    }
    if rules.shifts.as_ref().is_some_and(BTreeMap::is_empty) && rules.coverage.is_none() {
        let help = "add the dates on duty, or leave `shifts` out";
        report.within("shifts", |r| r.error("empty", "the shift roster has no date", help));
    }
    let known = coverage(rules);
    let lists = [("overrides", Some(&rules.overrides)), ("shifts", rules.shifts.as_ref())];
    for (name, dates) in lists {
        report.within(name, |report| {
            for (date, one) in dates.into_iter().flatten() {
                report.within(&date.to_string(), |report| check_date(*date, one, &week, known, report));
            }
        });
    }
    let never = week.iter().all(Vec::is_empty)
        && !rules.overrides.values().chain(rules.shifts.iter().flat_map(BTreeMap::values)).any(is_work);
    if never {
        let help = "write `\"weekly\": [{\"days\": \"Mon-Fri\", \"hours\": \"09:00-18:00\"}]`";
        report.warning("never_open", "the calendar never opens", help);
    }
}

fn is_work(date: &DayOverride) -> bool {
    *date != DayOverride::Off
}

fn check_date(
    date: NaiveDate,
    one: &DayOverride,
    week: &[Vec<DayWindow>; 7],
    known: Option<Coverage>,
    report: &mut Report,
) {
    let hours = |day: &Weekday| week.get(day.num_days_from_monday() as usize);
    match one {
        DayOverride::Off => {}
        DayOverride::Work if week.iter().all(Vec::is_empty) => {
            let help = "write `weekly`, or the hours of the date: `{\"windows\": \"09:00-18:00\"}`";
            report.error("no_hours", "the date is worked in the usual hours, and there are none", help);
        }
        DayOverride::Work => {}
        DayOverride::WorkAs(day) => {
            if hours(day).is_none_or(Vec::is_empty) {
                let message = format!("the date is worked like {day}, on which there is no work");
                report.warning("no_effect", message, "write `\"off\"`, or a day that has hours");
            }
        }
        DayOverride::Windows(windows) => report.within("windows", |report| {
            if windows.len() > MAX_WINDOWS {
                let message = format!("the date has more than {MAX_WINDOWS} windows");
                report.error("too_many", message, "join windows that touch");
            }
            check_windows(windows, report);
        }),
    }
    if known.is_some_and(|known| date < known.from || known.through < date) {
        report.warning("no_effect", "the date lies outside the coverage", "widen `coverage`");
    }
}

fn check_windows(windows: &[DayWindow], report: &mut Report) {
    for (index, window) in windows.iter().enumerate() {
        report.item(index, |report| {
            if window.seconds() == 0 {
                let message = format!("the window `{window}` ends when it starts");
                report.error("empty", message, "write `\"00:00-24:00\"` for the whole day");
            }
            if !window.is_whole() {
                report.error("bad_value", "the window has fractions of a second", "write whole seconds");
            }
        });
    }
}

/// The dates that are known: as given, else from the first shift to the last, else those of the holidays.
pub(super) fn coverage(rules: &CalendarRules) -> Option<Coverage> {
    let shifts = rules.shifts.as_ref().and_then(|shifts| {
        let (first, last) = (shifts.first_key_value()?, shifts.last_key_value()?);
        Some(Coverage { from: *first.0, through: *last.0 })
    });
    let holidays =
        || rules.holidays.as_deref().filter(|name| *name == china::ID).and_then(|_| china::coverage());
    rules.coverage.or(shifts).or_else(holidays)
}
