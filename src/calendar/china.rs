//! China's days off and make-up working days, 2023 to 2026.
//!
//! From the yearly notices of the State Council's General Office on the arrangement of holidays (国务院办公厅关于部分节
//! 假日安排的通知) for 2023 to 2026. Spans include the weekend days in them, which matter where Saturdays are worked.
//!
//! 2023-12-30 and 31 are not among them though some lists of holidays have them: the notice for 2024 gives January 1 off,
//! "together with the weekend" (与周末连休), so the two days are the ordinary weekend. Elsewhere a notice names the weekend
//! days as part of a span, and so do these data.

use chrono::{Days, NaiveDate};

use super::{Coverage, DayOverride};

/// The name that documents know it by.
pub(super) const ID: &str = "cn";
/// Version of [`CalendarRules::china`](super::CalendarRules::china).
pub(super) const VERSION: &str = "cn-2023-2026";

/// Month and day.
type Date = (u32, u32);

struct Year {
    year: i32,
    /// First and last date of every holiday.
    off: &'static [(Date, Date)],
    /// Weekend days that are worked (调休上班).
    make_up: &'static [Date],
}

const fn day(month: u32, day: u32) -> (Date, Date) {
    ((month, day), (month, day))
}

const YEARS: [Year; 4] = [
    Year {
        year: 2023,
        off: &[
            ((1, 1), (1, 2)),
            ((1, 21), (1, 27)),
            day(4, 5),
            ((4, 29), (5, 3)),
            ((6, 22), (6, 24)),
            ((9, 29), (10, 6)),
        ],
        make_up: &[(1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)],
    },
    Year {
        year: 2024,
        off: &[
            day(1, 1),
            ((2, 10), (2, 17)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            day(6, 10),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ],
        make_up: &[(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    },
    Year {
        year: 2025,
        off: &[
            day(1, 1),
            ((1, 28), (2, 4)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((5, 31), (6, 2)),
            ((10, 1), (10, 8)),
        ],
        make_up: &[(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    },
    Year {
        year: 2026,
        off: &[
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ],
        make_up: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    },
];

/// The dates that differ from their weekday.
pub(super) fn dates() -> impl Iterator<Item = (NaiveDate, DayOverride)> {
    YEARS.iter().flat_map(|year| {
        let date = |(month, day): Date| NaiveDate::from_ymd_opt(year.year, month, day);
        let off = year.off.iter().flat_map(move |(first, last)| {
            let last = date(*last);
            std::iter::successors(date(*first), |one| one.checked_add_days(Days::new(1)))
                .take_while(move |one| last.is_some_and(|last| *one <= last))
                .map(|one| (one, DayOverride::Off))
        });
        let make_up = year.make_up.iter().filter_map(move |one| Some((date(*one)?, DayOverride::Work)));
        off.chain(make_up)
    })
}

/// The years that are known.
pub(super) fn coverage() -> Option<Coverage> {
    let (first, last) = (YEARS.first()?, YEARS.last()?);
    let from = NaiveDate::from_ymd_opt(first.year, 1, 1)?;
    Some(Coverage { from, through: NaiveDate::from_ymd_opt(last.year, 12, 31)? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{Datelike, Weekday};

    use super::*;

    #[test]
    fn every_year_has_its_number_of_weekdays_off_and_of_make_up_days() {
        let all: BTreeMap<NaiveDate, DayOverride> = dates().collect();
        assert_eq!(all.len(), dates().count(), "no date is repeated");
        let is_weekend = |date: &NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        for (year, off, make_up) in [(2023, 18, 7), (2024, 19, 8), (2025, 18, 5), (2026, 19, 6)] {
            let of = |what: DayOverride, weekend: bool| {
                all.iter()
                    .filter(|(date, one)| date.year() == year && **one == what && is_weekend(date) == weekend)
                    .count()
            };
            assert_eq!((of(DayOverride::Off, false), of(DayOverride::Work, true)), (off, make_up), "{year}");
            assert_eq!(of(DayOverride::Work, false), 0);
        }
    }
}
