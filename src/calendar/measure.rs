//! How much is counted up to a moment, and where a count is reached: a timeline seen through a zone.

use std::collections::BTreeSet;

use super::Zone;
use super::leap::LAST;
use super::timeline::Timeline;

const DAY: i64 = 86_400;

/// The periods of a zone in which local time runs evenly. Seconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Periods {
    /// The start of each but the first.
    starts: Vec<i64>,
    /// How far each is ahead of UTC; one more than there are starts.
    offsets: Vec<i64>,
    /// The moment from which nothing is known.
    until: Option<i64>,
}

/// Seconds since 1970 from a first up to an end, at each of which local time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Periods {
    pub(super) fn new(zone: &Zone) -> Periods {
        match zone {
            Zone::Fixed(offset) => {
                Periods { starts: Vec::new(), offsets: vec![offset.seconds().into()], until: None }
            }
            Zone::Transitions(zone) => Periods {
                starts: zone.changes().iter().map(|(moment, _)| moment.timestamp()).collect(),
                offsets: std::iter::once(zone.before())
                    .chain(zone.changes().iter().map(|(_, offset)| *offset))
                    .map(|offset| offset.seconds().into())
                    .collect(),
                until: zone.until().map(|until| until.timestamp()),
            },
        }
    }

    fn at(&self, moment: i64) -> usize {
        self.starts.partition_point(|start| *start <= moment)
    }

    fn offset(&self, period: usize) -> i64 {
        self.offsets.get(period).copied().unwrap_or_default()
    }

    /// Local time ahead of UTC at a moment.
    pub(super) fn offset_at(&self, moment: i64) -> i64 {
        self.offset(self.at(moment))
    }

    /// The first unknown second.
    pub(super) fn until(&self) -> Option<i64> {
        self.until
    }

    /// The days that local time never shows, since 1970: skipped, and not shown before or after.
    pub(super) fn skipped_days(&self) -> BTreeSet<i64> {
        let skipped = self.changes().flat_map(|(moment, before, after)| {
            let first = (moment + before + DAY - 1).div_euclid(DAY);
            first..(moment + after).div_euclid(DAY)
        });
        let mut days: BTreeSet<i64> = skipped.collect();
        for (start, end, offset) in self.all() {
            let first = start.map_or(i64::MIN, |start| (start + offset).div_euclid(DAY));
            let last = end.map_or(i64::MAX, |end| (end + offset - 1).div_euclid(DAY));
            while let Some(day) = days.range(first..=last).next().copied() {
                days.remove(&day);
            }
        }
        days
    }

    /// Each period: where it begins and ends, and its offset.
    fn all(&self) -> impl Iterator<Item = (Option<i64>, Option<i64>, i64)> {
        let starts = std::iter::once(None).chain(self.starts.iter().copied().map(Some));
        let ends = self.starts.iter().copied().map(Some).chain([None]);
        starts.zip(ends).zip(&self.offsets).map(|((start, end), offset)| (start, end, *offset))
    }

    /// The moments at which local time is between two times, apart and in order.
    pub(super) fn showing(&self, begin: i64, end: i64) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (first, last, offset) in self.all() {
            let start = first.map_or(begin - offset, |first| first.max(begin - offset));
            let end = last.map_or(end - offset, |last| last.min(end - offset));
            match pieces.last_mut() {
                _ if start >= end => {}
                Some(piece) if piece.end == start => piece.end = end,
                _ => pieces.push(Piece { start, end }),
            }
        }
        pieces
    }

    /// The first moment, not before another, at which local time shows a time or a later one; and whether it is this time,
    /// not one to which local time jumps.
    pub(super) fn first_showing(&self, wall: i64, not_before: i64) -> (i64, bool) {
        // Offsets are within a day: a window that ended a day before does not reach this time.
        let mut period = self.at(not_before.max(wall - DAY));
        loop {
            let moment = wall - self.offset(period);
            match self.starts.get(period) {
                Some(end) if *end <= moment => period += 1,
                _ => {
                    let start = period.checked_sub(1).and_then(|before| self.starts.get(before)).copied();
                    let first = start.map_or(not_before, |start| start.max(not_before));
                    return (moment.max(first), moment >= first);
                }
            }
        }
    }

    /// The latest local time from one moment through another, to the nanosecond.
    pub(super) fn latest_wall(&self, from: i64, (until, nanos): (i64, u32)) -> (i64, u32) {
        let mut period = self.at(until);
        let mut latest = (until + self.offset(period), nanos);
        // Offsets are within a day: local times of two days before are past by now.
        let first = from.max(until - 2 * DAY);
        while let Some(before) = period.checked_sub(1) {
            let Some(change) = self.starts.get(before).filter(|change| **change > first) else { break };
            // The nanosecond before the change.
            latest = latest.max((change + self.offset(before) - 1, LAST));
            period = before;
        }
        latest
    }

    /// The next change of the offset after a moment.
    pub(super) fn next_change(&self, moment: i64) -> Option<i64> {
        self.starts.get(self.at(moment)).copied()
    }

    /// Each change: the moment, the offset before and after.
    pub(super) fn changes(&self) -> impl Iterator<Item = (i64, i64, i64)> {
        let offsets = self.offsets.iter().copied();
        let pairs = offsets.clone().zip(offsets.skip(1));
        self.starts.iter().zip(pairs).map(|(moment, (before, after))| (*moment, before, after))
    }
}

/// A count over all moments that grows while local time is one that counts.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    line: Timeline,
    /// For each period, what to add to the count of local time.
    bases: Vec<i64>,
    /// For each period but the last, the count at its end: never falls.
    ends: Vec<i64>,
}

impl Measure {
    pub(super) fn new(line: Timeline, periods: &Periods) -> Measure {
        let (mut bases, mut ends, mut base) = (vec![0], Vec::new(), 0);
        for (moment, before, after) in periods.changes() {
            // Where local time jumps, the count does not.
            let end = base + line.before(moment + before);
            base = end - line.before(moment + after);
            bases.push(base);
            ends.push(end);
        }
        Measure { line, bases, ends }
    }

    pub(super) fn line(&self) -> &Timeline {
        &self.line
    }

    fn base(&self, period: usize) -> i64 {
        self.bases.get(period).copied().unwrap_or_default()
    }

    /// Seconds counted before a moment.
    pub(super) fn before(&self, moment: i64, periods: &Periods) -> i64 {
        let period = periods.at(moment);
        self.base(period) + self.line.before(moment + periods.offset(period))
    }

    /// Whether the second that begins at a moment counts.
    pub(super) fn counts(&self, moment: i64, periods: &Periods) -> bool {
        self.line.end_of_span(moment + periods.offset_at(moment)).is_some()
    }

    /// The first moment by which so much is counted; a span that ends with it stays closed.
    pub(super) fn reach(&self, count: i64, periods: &Periods) -> Option<i64> {
        let period = self.ends.partition_point(|end| *end < count);
        Some(self.line.reach(count - self.base(period))? - periods.offset(period))
    }

    /// The last moment before which no more than so much is counted: the next span opens.
    pub(super) fn leave(&self, count: i64, periods: &Periods) -> Option<i64> {
        let period = self.ends.partition_point(|end| *end <= count);
        Some(self.line.leave(count - self.base(period))? - periods.offset(period))
    }
}
