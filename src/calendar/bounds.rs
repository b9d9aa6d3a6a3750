//! The dates that a calendar knows, and the moments at which local time shows them.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::CoverageSource;
use super::known::Known;
use super::measure::{Periods, Piece};

const DAY: i64 = 86_400;
/// 1970-01-01 in chrono's days of the common era.
pub(super) const EPOCH: i64 = 719_163;

/// Days since 1970-01-01.
pub(super) fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - EPOCH
}

/// The timeline that is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Office,
    Workdays,
}

/// The dates that are known.
///
/// Local time that falls back over midnight leaves them and comes back, or comes to them twice. Of the dates in between
/// nothing is known, so their moments are in pieces, and nothing is counted from one to another.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub(super) from: NaiveDate,
    pub(super) through: NaiveDate,
    /// The sources of the first date and the last.
    pub(super) sources: [CoverageSource; 2],
    /// Their days since 1970.
    pub(super) first_day: i64,
    pub(super) last_day: i64,
    /// The moments of these dates, apart and in order.
    days: Box<[Piece]>,
    /// The same with the last night, on the morning after: office hours are known until then.
    office: Box<[Piece]>,
}

impl Bounds {
    /// From the known dates and the seconds of the morning after until which the last night runs.
    pub(super) fn new(known: &Known, night: u32, periods: &Periods) -> Bounds {
        let (from, through) = (known.dates.from, known.dates.through);
        let (first_day, last_day) = (day_number(from), day_number(through));
        let (begin, end) = (first_day * DAY, (last_day + 1) * DAY);
        let pieces = |end| periods.showing(begin, end).into();
        Bounds {
            from,
            through,
            sources: known.sources,
            first_day,
            last_day,
            days: pieces(end),
            office: pieces(end + i64::from(night)),
        }
    }

    /// The piece that a moment is in, or which ends with it.
    pub(super) fn piece(&self, of: Count, at: DateTime<Utc>) -> Option<Piece> {
        let pieces = match of {
            Count::Office => &self.office,
            Count::Workdays => &self.days,
        };
        let second = at.timestamp();
        let passed = pieces.partition_point(|piece| piece.start <= second);
        let piece = pieces.get(passed.checked_sub(1)?)?;
        let is_within = second < piece.end || second == piece.end && at.timestamp_subsec_nanos() == 0;
        is_within.then_some(*piece)
    }

    /// Whether a local time is before the first date.
    pub(super) fn is_before(&self, wall: i64) -> bool {
        wall < self.first_day * DAY
    }
}
