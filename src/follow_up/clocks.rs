//! Deadlines with pauses, and the rule for days off.

use chrono::{DateTime, FixedOffset, NaiveDate, Offset, SecondsFormat, TimeDelta, Utc};

use crate::calendar::{Amount, Calendar, CalendarError, Clock, Span};
use crate::model::Pause;

/// A moment in the calendar's local time.
pub(super) fn local(calendar: &Calendar, at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let seconds = calendar.zone().offset_at(at).seconds();
    // RFC 3339 has no seconds in an offset, as local mean time had; and local time cannot show the last hours of
    // chrono's range.
    let offset = FixedOffset::east_opt(seconds)
        .filter(|offset| seconds % 60 == 0 && at.naive_utc().checked_add_offset(*offset).is_some());
    at.with_timezone(&offset.unwrap_or_else(|| Utc.fix()))
}

/// A local moment as reports write it.
pub(super) fn text(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// An allowance in seconds; a working day is 24 hours that count.
pub(super) fn seconds(amount: Amount) -> i64 {
    match amount {
        Amount::Time(span) => span.as_seconds().into(),
        Amount::Workdays(days) => i64::from(days) * 86_400,
    }
}

fn span(seconds: i64) -> Span {
    Span::seconds(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX))
}

/// The pauses in order, those that touch or overlap as one; empty ones left out.
pub(super) fn merged(mut pauses: Vec<Pause>) -> Vec<Pause> {
    pauses.retain(|pause| pause.until.is_none_or(|until| pause.from < until));
    pauses.sort_by(|a, b| (a.from, a.until, &a.reason).cmp(&(b.from, b.until, &b.reason)));
    let mut merged: Vec<Pause> = Vec::new();
    for pause in pauses {
        match merged.last_mut() {
            Some(last) if last.until.is_none_or(|until| pause.from <= until) => {
                last.until = last.until.zip(pause.until).map(|(a, b)| a.max(b));
                if last.reason != pause.reason {
                    last.reason = format!("{}, {}", last.reason, pause.reason);
                }
            }
            _ => merged.push(pause),
        }
    }
    merged
}

/// When a clock is paused.
#[derive(Debug)]
pub(super) struct Stops {
    /// In order, none touching another.
    all: Vec<Pause>,
    /// Those that add time, if not all do.
    counted: Option<Vec<Pause>>,
}

impl Stops {
    /// On a clock of days only pauses count in which somebody would have worked: a night in which nobody works a minute
    /// is not part of a day's allowance, and a pause over it adds nothing.
    ///
    /// O(p·log p) in the pauses, and on such a clock a look at the calendar for each.
    pub(super) fn new(calendar: &Calendar, clock: Clock, pauses: Vec<Pause>) -> Stops {
        let all = merged(pauses);
        let is_of_days = matches!(clock, Clock::Workday | Clock::SameTime);
        let is_of_work = |pause: &&Pause| {
            let open = pause.until.map(|until| calendar.between(pause.from, until, Clock::OfficeHours));
            !matches!(open, Some(Ok(open)) if open <= TimeDelta::zero())
        };
        let counted = is_of_days.then(|| all.iter().filter(is_of_work).cloned().collect());
        Stops { all, counted }
    }

    pub(super) fn all(&self) -> &[Pause] {
        &self.all
    }

    fn counted(&self) -> &[Pause] {
        self.counted.as_deref().unwrap_or(&self.all)
    }

    /// The moment itself, or the end of the pause it is in; `None` while that lasts.
    pub(super) fn held(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let last = self.all.partition_point(|pause| pause.from < at).checked_sub(1);
        match last.and_then(|last| self.all.get(last)) {
            Some(pause) if pause.until.is_none_or(|until| at < until) => pause.until,
            _ => Some(at),
        }
    }
}

/// When so much time has passed since a start, without the pauses; `None` while a pause lasts whose end nobody
/// knows. Nothing falls due in a pause.
///
/// O(log p) in the pauses, and a look at the calendar for each that is in between.
pub(super) fn due(
    calendar: &Calendar,
    start: DateTime<Utc>,
    amount: Amount,
    clock: Clock,
    stops: &Stops,
) -> Result<Option<DateTime<Utc>>, CalendarError> {
    let due = counted(calendar, start, amount, clock, stops.counted())?;
    Ok(due.and_then(|due| stops.held(due)))
}

fn counted(
    calendar: &Calendar,
    start: DateTime<Utc>,
    amount: Amount,
    clock: Clock,
    pauses: &[Pause],
) -> Result<Option<DateTime<Utc>>, CalendarError> {
    let first = pauses.partition_point(|pause| pause.until.is_some_and(|until| until <= start));
    let touching = pauses.get(first..).unwrap_or_default();
    let Some(next) = touching.first() else {
        return calendar.add(start, amount, clock).map(|due| Some(due.at()));
    };
    let clock = if clock == Clock::SameTime {
        let due = calendar.add(start, amount, clock)?.at();
        // A pause that begins once it is due changes nothing.
        if due <= next.from {
            return Ok(Some(due));
        }
        // Whole dates cannot be split; counted minutes of working days can.
        Clock::Workday
    } else {
        clock
    };
    let (mut at, mut left) = (start, seconds(amount));
    for pause in touching {
        if pause.from > at {
            let used = calendar.between(at, pause.from, clock)?.num_seconds();
            if used >= left {
                break;
            }
            left -= used;
        }
        match pause.until {
            Some(until) => at = until,
            None => return Ok(None),
        }
    }
    calendar.add(at, span(left), clock).map(|due| Some(due.at()))
}

/// A moment so many seconds after a deadline that was moved, or before it, without the pauses after it.
pub(super) fn shifted(
    calendar: &Calendar,
    at: DateTime<Utc>,
    seconds: i64,
    clock: Clock,
    stops: &Stops,
) -> Result<Option<DateTime<Utc>>, CalendarError> {
    let clock = if clock == Clock::SameTime { Clock::Workday } else { clock };
    match seconds {
        0 => Ok(stops.held(at)),
        1.. => due(calendar, at, span(seconds).into(), clock, stops),
        _ => calendar.subtract(at, span(seconds.saturating_neg()), clock).map(|due| Some(due.at())),
    }
}

/// The moment itself on a working day, and in a night shift that runs over from one; else the first opening of the next one: on
/// a day off nothing fires.
pub(super) fn on_a_workday(calendar: &Calendar, at: DateTime<Utc>) -> Result<DateTime<Utc>, CalendarError> {
    let date = calendar.zone().date(at);
    if calendar.is_workday(date)? || calendar.is_open(at)? { Ok(at) } else { opening_of(calendar, date) }
}

/// The first opening of a date, or of the next working day when it is a day off.
pub(super) fn opening_of(calendar: &Calendar, date: NaiveDate) -> Result<DateTime<Utc>, CalendarError> {
    calendar.next_opening(calendar.zone().start_of_day(calendar.nth_workday(date, 0)?))
}

/// The first moment at which something counts as missed: acting exactly at the deadline is in time, and records have
/// whole seconds.
pub(super) fn after(due: DateTime<Utc>) -> DateTime<Utc> {
    due.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(due)
}
