//! How much is counted up to a local time, and where a count is reached: no zone, no coverage.
//!
//! A week that repeats for ever is closed arithmetic; the dates that differ from it carry the sum up to them. So both
//! questions cost a binary search over those dates, however far away the answer is.

const DAY: i64 = 86_400;

/// The counted time of a day: spans of its seconds, apart and in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    spans: Box<[Span]>,
    total: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    from: u32,
    until: u32,
    /// Seconds counted before it.
    before: u32,
}

impl Shape {
    /// From spans in any order, cut to the day; overlaps count once.
    pub(super) fn new(spans: impl IntoIterator<Item = (u32, u32)>) -> Shape {
        let mut spans: Vec<(u32, u32)> = spans
            .into_iter()
            .map(|(from, until)| (from, until.min(DAY as u32)))
            .filter(|(from, until)| from < until)
            .collect();
        spans.sort_unstable();
        let mut apart: Vec<Span> = Vec::new();
        let mut total = 0;
        for (from, until) in spans {
            match apart.last_mut() {
                Some(last) if from <= last.until => {
                    total += until.saturating_sub(last.until);
                    last.until = last.until.max(until);
                }
                _ => {
                    apart.push(Span { from, until, before: total });
                    total += until - from;
                }
            }
        }
        Shape { spans: apart.into(), total }
    }

    fn last(&self, before: impl Fn(&Span) -> bool) -> Option<&Span> {
        let index = self.spans.partition_point(before);
        index.checked_sub(1).and_then(|index| self.spans.get(index))
    }

    /// Counted seconds before a second of the day.
    fn before(&self, second: u32) -> u32 {
        self.last(|span| span.from < second)
            .map_or(0, |span| span.before + second.min(span.until) - span.from)
    }

    /// The first second by which so many have been counted, from 1 to all.
    fn reach(&self, count: u32) -> u32 {
        self.last(|span| span.before < count).map_or(0, |span| span.from + (count - span.before))
    }

    /// The last second before which no more than so many have been counted, from 0 to all but one.
    fn leave(&self, count: u32) -> u32 {
        self.last(|span| span.before <= count).map_or(0, |span| span.from + (count - span.before))
    }

    /// The end of the span that holds a second.
    fn end_of_span(&self, second: u32) -> Option<u32> {
        self.last(|span| span.from <= second).filter(|span| second < span.until).map(|span| span.until)
    }
}

/// A date that differs from its weekday.
#[derive(Debug, Clone, Copy)]
struct Date {
    day: i64,
    shape: usize,
    /// Counted before the date, and through it.
    before: i64,
    through: i64,
    /// What to add to the count of the weeks on the days after it.
    shift: i64,
}

/// A week and the dates that differ from it. Days are counted from 1970-01-01, seconds from its midnight.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    shapes: Vec<Shape>,
    /// From Monday.
    week: [usize; 7],
    /// Counted in a week before its Monday, Tuesday …, and in all of it.
    sums: [i64; 8],
    dates: Vec<Date>,
}

/// 1970-01-01 was a Thursday.
const MONDAY: i64 = 3;

/// 0 for Monday.
pub(super) fn weekday(day: i64) -> usize {
    (day + MONDAY).rem_euclid(7) as usize
}

impl Timeline {
    /// From shapes, by index: those of the week, and those of dates in ascending order.
    pub(super) fn new(
        shapes: Vec<Shape>,
        week: [usize; 7],
        dates: impl IntoIterator<Item = (i64, usize)>,
    ) -> Timeline {
        let total = |shape: usize| shapes.get(shape).map_or(0, |shape| i64::from(shape.total));
        let mut sums = [0; 8];
        let mut sum = 0;
        for (slot, shape) in sums.iter_mut().skip(1).zip(week) {
            sum += total(shape);
            *slot = sum;
        }
        let mut timeline = Timeline { shapes: Vec::new(), week, sums, dates: Vec::new() };
        for (day, shape) in dates {
            let shift = timeline.dates.last().map_or(0, |date| date.shift);
            let before = shift + timeline.weeks(day);
            let through = before + total(shape);
            let shift = through - timeline.weeks(day + 1);
            timeline.dates.push(Date { day, shape, before, through, shift });
        }
        timeline.shapes = shapes;
        timeline
    }

    /// Counted before a day if no date differed.
    fn weeks(&self, day: i64) -> i64 {
        let [.., week] = self.sums;
        let before = self.sums.get(weekday(day)).copied().unwrap_or_default();
        (day + MONDAY).div_euclid(7) * week + before
    }

    fn of_weekday(&self, day: i64) -> usize {
        self.week.get(weekday(day)).copied().unwrap_or_default()
    }

    fn shape(&self, index: usize) -> Option<&Shape> {
        self.shapes.get(index)
    }

    /// Counted before a day, and its shape.
    fn start_of(&self, day: i64) -> (i64, usize) {
        let index = self.dates.partition_point(|date| date.day <= day);
        match index.checked_sub(1).and_then(|index| self.dates.get(index)) {
            Some(date) if date.day == day => (date.before, date.shape),
            Some(date) => (date.shift + self.weeks(day), self.of_weekday(day)),
            None => (self.weeks(day), self.of_weekday(day)),
        }
    }

    /// Counted before a local second.
    pub(super) fn before(&self, second: i64) -> i64 {
        let (day, second) = split(second);
        let (before, shape) = self.start_of(day);
        before + self.shape(shape).map_or(0, |shape| i64::from(shape.before(second)))
    }

    /// Counted before a day.
    pub(super) fn before_day(&self, day: i64) -> i64 {
        self.start_of(day).0
    }

    /// Whether anything is counted of a day.
    pub(super) fn counts(&self, day: i64) -> bool {
        self.shape(self.start_of(day).1).is_some_and(|shape| shape.total > 0)
    }

    /// Where the span of counted time that holds a local second ends; that may be the end of the day.
    pub(super) fn end_of_span(&self, second: i64) -> Option<i64> {
        let (day, second) = split(second);
        let end = self.shape(self.start_of(day).1)?.end_of_span(second)?;
        Some(day * DAY + i64::from(end))
    }

    /// The first day by whose end so much is counted, the count before it, and its shape. `None` when that never is,
    /// or always was.
    fn find_day(&self, count: i64) -> Option<(i64, i64, usize)> {
        let index = self.dates.partition_point(|date| date.through < count);
        let shift = index.checked_sub(1).and_then(|index| self.dates.get(index)).map_or(0, |date| date.shift);
        let next = self.dates.get(index);
        let [.., week] = self.sums;
        if week > 0 {
            // In the weeks alone: the first day before whose end `wanted` are counted.
            let wanted = count - shift;
            let weeks = (wanted - 1).div_euclid(week);
            let left = wanted - weeks * week;
            let day = weeks * 7 - MONDAY + self.sums.partition_point(|sum| *sum < left) as i64 - 1;
            if next.is_none_or(|next| day < next.day) {
                return Some((day, shift + self.weeks(day), self.of_weekday(day)));
            }
        } else if index == 0 && count <= 0 {
            return None;
        }
        next.map(|date| (date.day, date.before, date.shape))
    }

    /// The first day by whose end so much is counted.
    pub(super) fn day_of(&self, count: i64) -> Option<i64> {
        self.find_day(count).map(|(day, ..)| day)
    }

    /// The first local second by which so much is counted.
    pub(super) fn reach(&self, count: i64) -> Option<i64> {
        let (day, before, shape) = self.find_day(count)?;
        Some(day * DAY + i64::from(self.shape(shape)?.reach(u32::try_from(count - before).ok()?)))
    }

    /// The last local second before which no more than so much is counted.
    pub(super) fn leave(&self, count: i64) -> Option<i64> {
        let (day, before, shape) = self.find_day(count + 1)?;
        Some(day * DAY + i64::from(self.shape(shape)?.leave(u32::try_from(count - before).ok()?)))
    }
}

fn split(second: i64) -> (i64, u32) {
    (second.div_euclid(DAY), second.rem_euclid(DAY) as u32)
}
