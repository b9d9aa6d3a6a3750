//! Reading calendars: every mistake at once.

use super::check::check;
use super::{CalendarRules, Calendars};
use crate::document::{Document, check_reference, document};
use crate::error::Report;

/// Only conditions nest in other documents, and a calendar has none.
const FLAT: &str = "write it flat: lists and objects of a calendar are at most six deep";

document!(CalendarRules);

impl Document for CalendarRules {
    const NAME: &'static str = "calendar";
    const WHEN_TOO_DEEP: &'static str = FLAT;

    fn check(&self, report: &mut Report) {
        check(self, report);
    }
}

document!(Calendars);

impl Document for Calendars {
    const NAME: &'static str = "calendars";
    const WHEN_TOO_DEEP: &'static str = FLAT;

    fn check(&self, report: &mut Report) {
        for (id, calendar) in &self.0 {
            report.within(id, |report| {
                check_reference("calendar", id, report);
                check(calendar, report);
            });
        }
    }
}
