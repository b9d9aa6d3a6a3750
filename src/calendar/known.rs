//! Which dates a calendar knows.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{CalendarRules, Coverage, CoverageSource, china};

/// The dates that a calendar knows, and what sets the first and the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) dates: Coverage,
    pub(super) sources: [CoverageSource; 2],
}

/// The dates that are known: as given, else from the first shift to the last, else those of the holidays. Where there
/// are holidays, a year that is not declared to be known is not, whatever the coverage. `None` is for ever.
pub(super) fn known(rules: &CalendarRules) -> Option<Known> {
    let with = |source| move |dates| Known { dates, sources: [source; 2] };
    if let Some(shifts) = &rules.shifts {
        let listed = || Some(Coverage { from: *shifts.keys().next()?, through: *shifts.keys().next_back()? });
        return rules.coverage.or_else(listed).map(with(CoverageSource::Shifts));
    }
    let Some(dates) = said(rules) else { return rules.coverage.map(with(CoverageSource::Given)) };
    // If the days off beyond an end are known, the end is that of the coverage.
    let known = years_said(rules).unwrap_or(dates);
    let source = |is_inside| if is_inside { CoverageSource::Given } else { CoverageSource::Holidays };
    Some(Known { dates, sources: [source(dates.from > known.from), source(dates.through < known.through)] })
}

/// The years of the holidays that come with the crate, where the calendar has them.
pub(super) fn shipped(rules: &CalendarRules) -> Option<Coverage> {
    let has_holidays = rules.shifts.is_none() && rules.holidays.as_deref() == Some(china::ID);
    has_holidays.then(china::coverage).flatten()
}

/// The part of the coverage in which the days off are known: the years of the holidays, and the known years next to
/// them. Without coverage, all of it. `None` without holidays, and when there is no such part.
pub(super) fn said(rules: &CalendarRules) -> Option<Coverage> {
    let whole = years_said(rules)?;
    Some(match rules.coverage {
        Some(given) => {
            Coverage { from: given.from.max(whole.from), through: given.through.min(whole.through) }
        }
        None => whole,
    })
}

/// Those years, whole.
fn years_said(rules: &CalendarRules) -> Option<Coverage> {
    let (shipped, given) = (shipped(rules)?, rules.coverage);
    let own = shipped.from.year()..=shipped.through.year();
    let covered =
        |year: &i32| given.is_none_or(|given| (given.from.year()..=given.through.year()).contains(year));
    let years: BTreeSet<i32> = own.clone().chain(rules.known_years.iter().copied()).collect();
    let anchor = years.range(own).find(|year| covered(year)).or(years.iter().find(|year| covered(year)))?;
    let next_to = |step: i32| {
        let mut year = *anchor;
        while let Some(next) = year.checked_add(step).filter(|next| years.contains(next)) {
            year = next;
        }
        year
    };
    Some(Coverage {
        from: NaiveDate::from_ymd_opt(next_to(-1), 1, 1)?,
        through: NaiveDate::from_ymd_opt(next_to(1), 12, 31)?,
    })
}

/// The days that are off by law in every year and never on another date.
const BY_LAW: [(u32, u32); 3] = [(1, 1), (5, 1), (10, 1)];

/// The known days off by law that are outside the years of the holidays and not in `overrides`.
pub(super) fn unsaid(rules: &CalendarRules) -> Vec<NaiveDate> {
    let (Some(shipped), Some(said)) = (shipped(rules), said(rules)) else { return Vec::new() };
    let dates = rules
        .known_years
        .iter()
        .flat_map(|year| BY_LAW.map(|(month, day)| NaiveDate::from_ymd_opt(*year, month, day)))
        .flatten();
    let is_within = |of: Coverage, date: &NaiveDate| of.from <= *date && *date <= of.through;
    dates
        .filter(|date| is_within(said, date) && !is_within(shipped, date))
        .filter(|date| !rules.overrides.contains_key(date))
        .collect()
}
