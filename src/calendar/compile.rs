//! From the data of a calendar to its two measures, which answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::Value;

use super::bounds::{Bounds, day_number};
use super::check::{check, hours_of_week, worked_like};
use super::known::known;
use super::measure::{Measure, Periods};
use super::timeline::{Shape, Timeline, weekday};
use super::window::DAY;
use super::{Calendar, CalendarRules, DayOverride, DayWindow, china};
use crate::document::{RulesVersion, load_engine};
use crate::error::{Report, RuleErrors};

impl Calendar {
    /// Validates and compiles the rules. O(n·log n) in their dates and in the changes of the zone.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, DayWindow, Zone};
    ///
    /// let late = CalendarRules::weekdays(Zone::default(), [DayWindow::hours(13, 22)]);
    /// let late = Calendar::compile(&late)?;
    /// assert_eq!(late.is_open("2026-03-02T12:00:00Z".parse().unwrap()), Ok(false));
    /// let errors = Calendar::compile(&CalendarRules::weekdays(Zone::default(), [DayWindow::hours(9, 9)]));
    /// assert_eq!(errors.unwrap_err().diagnostics()[0].code, "empty");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in them.
    pub fn compile(rules: &CalendarRules) -> Result<Calendar, RuleErrors> {
        let mut report = Report::new();
        let calendar = Self::compile_into(rules, &mut report);
        report.finish().map_err(|errors| errors.of("calendar"))?;
        Ok(calendar)
    }

    /// Reads the rules from a document and compiles them: [`CalendarRules::load`] and [`compile`](Self::compile) in
    /// one call.
    ///
    /// ```
    /// use leadkit::calendar::Calendar;
    /// use serde_json::json;
    ///
    /// let calendar = Calendar::load(json!({
    ///     "zone": "+08:00", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}], "holidays": "cn",
    /// }))?;
    /// assert_eq!(calendar.is_workday("2026-10-01".parse().unwrap()), Ok(false));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in the document.
    pub fn load(document: Value) -> Result<Calendar, RuleErrors> {
        load_engine(document, &Calendar::compile_into)
    }

    pub(crate) fn compile_into(rules: &CalendarRules, report: &mut Report) -> Calendar {
        check(rules, report);
        build(rules)
    }

    /// China's working days of 2023 to 2026: [`CalendarRules::china`], compiled.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// assert_eq!(&*china.version().revision, "cn-2023-2026");
    /// assert_eq!(china.coverage(), Some(("2023-01-01".parse()?, "2026-12-31".parse()?)));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn china() -> Calendar {
        build(&CalendarRules::china())
    }
}

/// Windows of a day by index: 0 to 6 the weekdays, 7 none, then those of single dates.
struct Hours {
    of: Vec<Vec<(u32, u32)>>,
    /// From Monday, indexes into `of`.
    week: [usize; 7],
    dates: BTreeMap<i64, usize>,
}

const NONE: usize = 7;

fn hours(rules: &CalendarRules, periods: &Periods) -> Hours {
    let week = hours_of_week(rules);
    let bounds = |windows: &[DayWindow]| windows.iter().map(DayWindow::bounds).collect::<Vec<_>>();
    let mut of: Vec<Vec<(u32, u32)>> = week.iter().map(|windows| bounds(windows)).collect();
    of.push(Vec::new());
    let mut dates = BTreeMap::new();
    let mut add = |date: NaiveDate, one: &DayOverride| {
        let day = day_number(date);
        let hours = match one {
            DayOverride::Off => NONE,
            DayOverride::Work => worked_like(weekday(day), &week).unwrap_or(NONE),
            DayOverride::WorkAs(day) => day.num_days_from_monday() as usize,
            DayOverride::Windows(windows) => {
                of.push(bounds(windows));
                of.len() - 1
            }
        };
        dates.insert(day, hours);
    };
    // On a roster there are no weekly hours and no holidays.
    if let Some(shifts) = &rules.shifts {
        shifts.iter().for_each(|(date, one)| add(*date, one));
    } else if rules.holidays.as_deref() == Some(china::ID) {
        china::dates().for_each(|(date, one)| match (one, rules.make_up_as) {
            (DayOverride::Work, Some(day)) => add(date, &DayOverride::WorkAs(day)),
            (one, _) => add(date, &one),
        });
    }
    let week = if rules.shifts.is_some() {
        [NONE; 7]
    } else {
        rules.overrides.iter().for_each(|(date, one)| add(*date, one));
        [0, 1, 2, 3, 4, 5, 6]
    };
    // A date that local time never shows is not a working day: no night starts on it either.
    dates.extend(periods.skipped_days().into_iter().map(|day| (day, NONE)));
    Hours { of, week, dates }
}

impl Hours {
    /// The windows that start on a day.
    fn starting_on(&self, day: i64) -> usize {
        let usual = || self.week.get(weekday(day)).copied().unwrap_or(NONE);
        self.dates.get(&day).copied().unwrap_or_else(usual)
    }

    fn windows(&self, index: usize) -> &[(u32, u32)] {
        self.of.get(index).map_or(&[], Vec::as_slice)
    }

    /// Seconds of the next morning until which the night of a day runs.
    fn night_of(&self, day: i64) -> u32 {
        let windows = self.windows(self.starting_on(day)).iter();
        windows.map(|(_, until)| until.saturating_sub(DAY)).max().unwrap_or_default()
    }

    /// The open hours of a day: the windows that start on it, and the rest of those that started the day before.
    fn open(&self, (own, day_before): (usize, usize)) -> Shape {
        let rest = self.windows(day_before).iter().filter(|(_, until)| *until > DAY);
        let rest = rest.map(|(_, until)| (0, until - DAY));
        Shape::new(self.windows(own).iter().copied().chain(rest))
    }

    fn office(&self) -> Timeline {
        let mut shapes = Vec::new();
        let mut known: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut shape = |hours: (usize, usize)| {
            *known.entry(hours).or_insert_with(|| {
                shapes.push(self.open(hours));
                shapes.len() - 1
            })
        };
        let usual = |day: usize| self.week.get(day % 7).copied().unwrap_or(NONE);
        let week: [usize; 7] = std::array::from_fn(|day| shape((usual(day), usual(day + 6))));
        // A date also affects the night that follows it.
        let days: BTreeSet<i64> = self.dates.keys().flat_map(|day| [*day, *day + 1]).collect();
        let dates: Vec<(i64, usize)> = days
            .into_iter()
            .map(|day| (day, shape((self.starting_on(day), self.starting_on(day - 1)))))
            .filter(|(day, shape)| week.get(weekday(*day)) != Some(shape))
            .collect();
        Timeline::new(shapes, week, dates)
    }

    fn workdays(&self) -> Timeline {
        let counts = |hours: usize| usize::from(self.windows(hours).iter().any(|(from, until)| from < until));
        let dates = self.dates.iter().map(|(day, hours)| (*day, counts(*hours)));
        let shapes = vec![Shape::new([]), Shape::new([(0, DAY)])];
        Timeline::new(shapes, self.week.map(counts), dates)
    }
}

/// The calendar of rules that were checked.
fn build(rules: &CalendarRules) -> Calendar {
    let periods = Periods::new(&rules.zone);
    let hours = hours(rules, &periods);
    // A night belongs to the day on which it starts, so the last one is known to its end.
    let coverage = known(rules)
        .map(|known| Bounds::new(&known, hours.night_of(day_number(known.dates.through)), &periods));
    Calendar {
        zone: rules.zone.clone(),
        version: Arc::new(RulesVersion::of(rules.format, &rules.version, rules)),
        coverage,
        office: Measure::new(hours.office(), &periods),
        workdays: Measure::new(hours.workdays(), &periods),
        periods,
    }
}
