//! How much is counted up to a moment, and where a count is reached: a timeline seen through a zone.

use super::Zone;
use super::timeline::Timeline;

const DAY: i64 = 86_400;

/// The periods of a zone in which local time runs evenly. Seconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Periods {
    /// Where each but the first begins.
    starts: Vec<i64>,
    /// How far each is ahead of UTC; one more than there are starts.
    offsets: Vec<i64>,
    /// From then on nothing is known.
    until: Option<i64>,
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

    /// The first second of which nothing is known.
    pub(super) fn until(&self) -> Option<i64> {
        self.until
    }

    /// Whether the offset does not change between two moments.
    pub(super) fn is_even(&self, from: i64, until: i64) -> bool {
        self.at(from) == self.at(until)
    }

    /// The days that the wall never shows, since 1970.
    pub(super) fn skipped_days(&self) -> impl Iterator<Item = i64> {
        self.changes().flat_map(|(moment, before, after)| {
            let first = (moment + before + DAY - 1).div_euclid(DAY);
            first..(moment + after).div_euclid(DAY)
        })
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

/// A count over all moments that grows when the wall shows a time that counts.
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
            // Where the wall jumps, the count does not.
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
