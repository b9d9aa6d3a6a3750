//! What running scripts read and write besides their variables: the moment, the lead's activities and columns for
//! calls whose names are not known beforehand, and reasons.
//!
//! Native functions are shared by all threads and cannot borrow, so this is kept per thread. It is set before a
//! script runs and cleared after it; none of it outlives a run.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rhai::{Dynamic, FLOAT, INT};

use super::limits::MAX_READ;
use super::value::value;
use crate::calendar::Span;
use crate::model::{Attributes, Points};
use crate::rule::fact_value::attribute as fact;

/// Most reasons one run gives.
const MAX_REASONS: usize = 64;

/// A reason a full script gives for points.
pub(crate) type Reason = (Points, String);

/// Times of activities by kind, in order.
pub(super) type Times = BTreeMap<String, Vec<DateTime<Utc>>>;

#[derive(Default)]
struct Live {
    now: DateTime<Utc>,
    /// Only for scripts that read them by names of their own.
    activities: Option<Arc<Times>>,
    attributes: Option<Arc<Attributes>>,
    reasons: Vec<Reason>,
}

thread_local! {
    static LIVE: RefCell<Live> = RefCell::default();
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Begins a run: no text is read yet.
pub(super) fn begin_reading() {
    READ.set(0);
}

/// How much text the functions of the run have read, in bytes.
pub(super) fn has_read() -> usize {
    READ.get()
}

/// Counts the text a function reads. Operations alone do not bound the time of functions that read long texts.
pub(super) fn read(text: &str) -> Result<(), String> {
    let read = READ.get().saturating_add(text.len());
    READ.set(read);
    if read > MAX_READ {
        Err(format!(
            "the script reads more than {MAX_READ} bytes of text\nread each text once, outside of loops"
        ))
    } else {
        Ok(())
    }
}

/// Clears the data of a run, also when it panicked.
pub(super) struct Guard(());

impl Drop for Guard {
    fn drop(&mut self) {
        LIVE.with_borrow_mut(|live| *live = Live::default());
    }
}

/// Sets the data that the next run reads.
pub(super) fn begin(
    now: DateTime<Utc>,
    activities: Option<Arc<Times>>,
    attributes: Option<Arc<Attributes>>,
) -> Guard {
    LIVE.with_borrow_mut(|live| *live = Live { now, activities, attributes, reasons: Vec::new() });
    Guard(())
}

impl Guard {
    /// Ends the run; returns its reasons.
    pub(super) fn into_reasons(self) -> Vec<Reason> {
        LIVE.with_borrow_mut(|live| std::mem::take(&mut live.reasons))
    }
}

pub(super) fn now() -> INT {
    LIVE.with_borrow(|live| live.now.timestamp())
}

pub(super) fn attribute(name: &str) -> Dynamic {
    LIVE.with_borrow(|live| {
        let found = live.attributes.as_ref().and_then(|attributes| attributes.get(name));
        found.map_or(Dynamic::UNIT, |found| value(&fact(found)))
    })
}

pub(super) fn count(kind: &str, days: INT) -> INT {
    LIVE.with_borrow(|live| {
        let since = Span::days(u32::try_from(days.max(0)).unwrap_or(u32::MAX)).before(live.now);
        let Some(times) = live.activities.as_ref().and_then(|activities| activities.get(kind)) else {
            return 0;
        };
        let until = |moment: DateTime<Utc>, included: bool| {
            times.partition_point(|time| *time < moment || included && *time == moment)
        };
        until(live.now, true).saturating_sub(until(since, false)) as INT
    })
}

pub(super) fn last(kind: &str) -> Option<INT> {
    LIVE.with_borrow(|live| live.activities.as_ref()?.get(kind)?.last().map(DateTime::timestamp))
}

pub(super) fn reason(points: FLOAT, text: &str) -> Result<(), String> {
    let points = Points::from_f64(points)
        .ok_or("a reason must give a finite number of points\nlook at what it divides by")?;
    LIVE.with_borrow_mut(|live| {
        if live.reasons.len() == MAX_REASONS {
            return Err(format!(
                "a script gives at most {MAX_REASONS} reasons\nadd up the points and give one reason for them"
            ));
        }
        live.reasons.push((points, text.to_owned()));
        Ok(())
    })
}
