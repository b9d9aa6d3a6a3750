//! What is wrong with a calendar, and what is valid but looks like a mistake.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

use super::known::{known, said, shipped, unsaid};
use super::{CalendarRules, Coverage, DayOverride, DayWindow, Zone, china};
use crate::document::RulesVersion;
use crate::error::Report;
use crate::text::scrubbed;

/// The years whose dates RFC 3339 can write.
const YEARS: std::ops::RangeInclusive<i32> = 0..=9_999;

/// Most windows of one day.
const MAX_WINDOWS: usize = 48;
/// Most years that a help names.
const MAX_NAMED_YEARS: usize = 12;

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

/// The weekday whose hours a date worked as usual has: its own, or the nearest before it that has some.
pub(super) fn worked_like(day: usize, week: &[Vec<DayWindow>; 7]) -> Option<usize> {
    (0..7).map(|back| (day + 7 - back) % 7).find(|day| week.get(*day).is_some_and(|hours| !hours.is_empty()))
}

/// Reports errors in a calendar, and valid rules that look like mistakes.
pub(super) fn check(rules: &CalendarRules, report: &mut Report) {
    RulesVersion::check(rules.format, report);
    if rules.version.contains(char::is_control) {
        let help = "write it in one line, without tabs";
        report.within("version", |r| r.error("bad_value", "the version has a control character", help));
    }
    let week = hours_of_week(rules);
    report.within("weekly", |report| {
        for (index, weekly) in rules.weekly.iter().enumerate() {
            report.item(index, |report| {
                report.within("hours", |report| check_windows(&weekly.hours, report));
                if weekly.days.is_empty() || weekly.hours.is_empty() {
                    report.warning(
                        "no_effect",
                        "`days` and `hours` only work together",
                        "write both `days` and `hours`",
                    );
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
                let shown: String = name.chars().take(60).collect();
                let message = format!("there is no set of holidays `{}`", scrubbed(&shown));
                let help = "the only one is `cn`; write other days off as `\"overrides\": {\"2026-12-25\": \"off\"}`";
                report.error("unknown_calendar", message, help);
            }
        });
        if name == china::ID && rules.zone == Zone::default() {
            let message = format!("the days off of `{name}` are counted in UTC");
            report.within("zone", |r| r.warning("zone", message, "write `\"zone\": \"+08:00\"`"));
        }
    }
    if let Some(coverage) = rules.coverage {
        report.within("coverage", |report| check_coverage(rules, coverage, report));
    }
    report.within("known_years", |report| check_known_years(rules, &week, report));
    check_make_up_days(rules, &week, report);
    if rules.shifts.is_some() && !rules.overrides.is_empty() {
        let message = "there is a shift roster, so `overrides` have no effect";
        let help = "move the dates on duty to `shifts`, and leave `overrides` out";
        report.within("overrides", |report| report.warning("no_effect", message, help));
    }
    if rules.shifts.as_ref().is_some_and(BTreeMap::is_empty) && rules.coverage.is_none() {
        let help = "add the dates on duty, or leave `shifts` out";
        report.within("shifts", |r| r.error("empty", "the shift roster has no dates", help));
    }
    let known = known(rules).map(|known| known.dates);
    let lists = [("overrides", Some(&rules.overrides)), ("shifts", rules.shifts.as_ref())];
    for (name, dates) in lists {
        report.within(name, |report| {
            for (date, one) in dates.into_iter().flatten() {
                report.within(&date.to_string(), |report| {
                    check_date(*date, one, &week, report);
                    if known.is_some_and(|known| !contains(known, *date)) {
                        let help = widening(rules, *date);
                        report.warning("no_effect", "the date lies outside the coverage", help);
                    }
                });
            }
        });
    }
    let (opens, help) = match &rules.shifts {
        Some(shifts) => (shifts.values().any(is_work), "add the dates on duty to `shifts`"),
        None => (
            week.iter().any(|hours| !hours.is_empty()) || rules.overrides.values().any(is_work),
            "write `\"weekly\": [{\"days\": \"Mon-Fri\", \"hours\": \"09:00-18:00\"}]`",
        ),
    };
    if !opens {
        report.warning("never_open", "the calendar never opens", help);
    }
}

fn is_work(date: &DayOverride) -> bool {
    *date != DayOverride::Off
}

fn check_date(date: NaiveDate, one: &DayOverride, week: &[Vec<DayWindow>; 7], report: &mut Report) {
    let hours = |day: &Weekday| week.get(day.num_days_from_monday() as usize);
    if !YEARS.contains(&date.year()) {
        report.error(
            "bad_value",
            "the date lies outside the years 0 to 9999",
            "write a date in the years 0 to 9999",
        );
    }
    match one {
        DayOverride::Off => {}
        DayOverride::Work if week.iter().all(Vec::is_empty) => {
            let help = "write `weekly`, or the hours of the date: `{\"windows\": \"09:00-18:00\"}`";
            report.error("no_hours", "the date uses the usual hours, but the calendar defines none", help);
        }
        DayOverride::Work => {}
        DayOverride::WorkAs(day) => {
            if hours(day).is_none_or(Vec::is_empty) {
                let message = format!("the date is worked like {day}, which has no working hours");
                report.warning("no_effect", message, "write `\"off\"`, or a day that has hours");
            }
        }
        DayOverride::Windows(windows) => report.within("windows", |report| {
            if windows.is_empty() {
                let message = "the date has no windows, and is a day off";
                report.warning("no_effect", message, "write `\"off\"`, or the hours");
            }
            if windows.len() > MAX_WINDOWS {
                let message = format!("the date has more than {MAX_WINDOWS} windows");
                report.error("too_many", message, "join windows that touch");
            }
            check_windows(windows, report);
        }),
    }
}

fn contains(coverage: Coverage, date: NaiveDate) -> bool {
    coverage.from <= date && date <= coverage.through
}

/// The fix that brings a date into the coverage.
fn widening(rules: &CalendarRules, date: NaiveDate) -> String {
    let is_given = rules.coverage.is_none_or(|given| contains(given, date));
    match shipped(rules) {
        Some(shipped) if is_given && !contains(shipped, date) => {
            // Every year from the known ones to the date's: a year missing in between cuts off the rest.
            let known = said(rules).filter(|known| !contains(*known, date)).unwrap_or(shipped);
            let missing = match date.year() < known.from.year() {
                true => date.year()..known.from.year(),
                false => known.through.year() + 1..date.year() + 1,
            };
            let years: BTreeSet<i32> = rules.known_years.iter().copied().chain(missing).collect();
            if years.len() > MAX_NAMED_YEARS {
                return "add every year between to `known_years` when all its days off are here".to_owned();
            }
            let years: Vec<String> = years.iter().map(i32::to_string).collect();
            let (list, named) = (years.join(", "), years.join(" and "));
            format!(
                "write `\"known_years\": [{list}]` when all days off and make-up days of {named} are here"
            )
        }
        _ => "widen `coverage`".to_owned(),
    }
}

/// Whether `known_years` have any effect, and whether their dates are there.
fn check_known_years(rules: &CalendarRules, week: &[Vec<DayWindow>; 7], report: &mut Report) {
    if rules.known_years.is_empty() {
        return;
    }
    let Some(shipped) = shipped(rules) else {
        let message = match rules.shifts {
            Some(_) => "there is a shift roster, and its dates or `coverage` say how far it is known",
            None => "there are no `holidays`, so `weekly` and `overrides` already give every date",
        };
        report.warning("no_effect", message, "leave `known_years` out");
        return;
    };
    let known = said(rules);
    for year in &rules.known_years {
        let (first, last) = (NaiveDate::from_ymd_opt(*year, 1, 1), NaiveDate::from_ymd_opt(*year, 12, 31));
        let (Some(first), Some(last)) = (first.filter(|_| YEARS.contains(year)), last) else {
            let message = format!("the year {year} lies outside the years 0 to 9999");
            report.error("bad_value", message, "write a year from 0 to 9999");
            continue;
        };
        if contains(shipped, first) {
            let message = format!("the days off of {year} come with `holidays`");
            report.warning("no_effect", message, format!("leave {year} out"));
        } else if known.is_none_or(|known| last < known.from || known.through < first) {
            let message = format!("{year} is not next to the years that are known, or outside `coverage`");
            let help = "add the years between to `overrides` and `known_years`, or leave it out";
            report.warning("no_effect", message, help);
        } else if rules.overrides.range(first..=last).next().is_none() {
            let message = format!("{year} is listed as known, but `overrides` have no date in it");
            let help = format!("add the days off and the make-up days of {year} to `overrides`");
            report.warning("unknown_days_off", message, help);
        }
    }
    for date in unsaid(rules) {
        let hours = week.get(date.weekday().num_days_from_monday() as usize);
        if hours.is_some_and(|hours| !hours.is_empty()) {
            let message = format!("{date} has working hours, but it is a day off by law");
            let help = format!("add all the days off and the make-up days of {} to `overrides`", date.year());
            report.warning("unknown_days_off", message, help);
        }
    }
}

fn check_windows(windows: &[DayWindow], report: &mut Report) {
    for (index, window) in windows.iter().enumerate() {
        report.item(index, |report| {
            if window.seconds() == 0 {
                let message = format!("the window `{window}` ends when it starts");
                report.error("empty", message, "write `\"00:00-24:00\"` for the whole day");
            }
            if window.is_a_minute_short() {
                let message =
                    format!("the window `{window}` ends before midnight, and the rest of the day is closed");
                let help = format!("write `\"{}\"` when it is open until midnight", window.until_midnight());
                report.warning("not_until_midnight", message, help);
            }
            if !window.is_whole() {
                report.error("bad_value", "the window has fractions of a second", "write whole seconds");
            }
        });
    }
}

/// The mistakes in the coverage.
fn check_coverage(rules: &CalendarRules, given: Coverage, report: &mut Report) {
    let Coverage { from, through } = given;
    if through < from {
        let message = format!("the coverage ends on {through}, before it begins on {from}");
        report.error("inverted_span", message, "swap `from` and `through`");
        return;
    }
    if [from, through].iter().any(|date| !YEARS.contains(&date.year())) {
        let message = format!("the coverage from {from} through {through} leaves the years 0 to 9999");
        report.error("bad_value", message, "write dates in the years 0 to 9999");
    }
    let (Some(name), Some(shipped)) = (rules.holidays.as_deref(), shipped(rules)) else { return };
    let known =
        format!("the days off of `{name}` are known from {} through {}", shipped.from, shipped.through);
    let Some(said) = said(rules) else {
        let message = format!("the coverage is from {from} through {through}, and {known}");
        let help = "add the days off and the make-up days of those years to `overrides`, and the years to `known_years`";
        report.error("unknown_days_off", message, help);
        return;
    };
    let years = |first: i32, last: i32| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    };
    if said.through < through {
        let years = years(said.through.year() + 1, through.year());
        let message =
            format!("the coverage runs to {through}, and {known}: after {} there is no answer", said.through);
        let help = format!(
            "add the days off and the make-up days of {years} to `overrides` and the years to `known_years`, or write `\"through\": \"{}\"`",
            said.through
        );
        report.warning("unknown_days_off", message, help);
    }
    if from < said.from {
        let years = years(from.year(), said.from.year() - 1);
        let message =
            format!("the coverage begins on {from}, and {known}: before {} there is no answer", said.from);
        let help = format!(
            "add the days off and the make-up days of {years} to `overrides` and the years to `known_years`, or write `\"from\": \"{}\"`",
            said.from
        );
        report.warning("unknown_days_off", message, help);
    }
}

/// Whether it is clear which hours the make-up days have.
fn check_make_up_days(rules: &CalendarRules, week: &[Vec<DayWindow>; 7], report: &mut Report) {
    let hours = |day: Weekday| week.get(day.num_days_from_monday() as usize).map_or(&[][..], Vec::as_slice);
    let has_holidays = shipped(rules).is_some();
    if let Some(day) = rules.make_up_as {
        report.within("make_up_as", |report| {
            if rules.shifts.is_some() {
                let message = "there is a shift roster, so there are no make-up days";
                report.warning("no_effect", message, "leave `make_up_as` out");
            } else if !has_holidays {
                let message = "there are no `holidays`, so there are no make-up days";
                report.warning("no_effect", message, "leave it out, or write `\"holidays\": \"cn\"`");
            } else if hours(day).is_empty() {
                let message = format!("the make-up days are worked like {day}, which has no working hours");
                report.warning("no_effect", message, "name a day that has hours");
            }
        });
        return;
    }
    let is_open = |date: &NaiveDate| !rules.overrides.contains_key(date);
    let mut dates = china::dates().filter(|(_, one)| *one == DayOverride::Work).map(|(date, _)| date);
    if !has_holidays || !dates.any(|date| is_open(&date)) {
        return;
    }
    // If all weekdays have the same hours, there is no choice.
    let mut worked = WEEK.into_iter().filter(|day| !hours(*day).is_empty());
    let Some(first) = worked.next() else { return };
    if let Some(other) = worked.find(|day| hours(*day) != hours(first)) {
        let like = |day: Weekday| {
            let like = worked_like(day.num_days_from_monday() as usize, week).and_then(|day| WEEK.get(day));
            like.copied().unwrap_or(day)
        };
        let (saturday, sunday) = (like(Weekday::Sat), like(Weekday::Sun));
        let which = match saturday == sunday {
            true => format!("make-up days have the hours of {saturday}"),
            false => {
                format!("make-up Saturdays have the hours of {saturday}, make-up Sundays those of {sunday}")
            }
        };
        let message = format!("{first} and {other} have different hours, and {which}");
        let help = format!("say which weekday they stand in for, such as `\"make_up_as\": \"{first}\"`");
        report.warning("make_up_hours", message, help);
    }
}
