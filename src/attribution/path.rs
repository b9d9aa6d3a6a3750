//! From a journey to the path a model sees.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashSet;

use super::credit_model::Path;
use super::error::CreditError;
use super::journeys::{Journey, Journeys, NONE, UNTIMED};
use super::rules::{Anchor, LookBack, ModelRules, PathTransform};
use crate::model::Attributes;
use crate::rule::{FactSource, FactValue, Field, Predicate};
use chrono::{DateTime, Utc};

const DAY: i64 = 86_400_000_000;

/// Prepares journeys before a model weighs them.
#[derive(Debug)]
pub(super) struct Preparation<'a> {
    look_back: LookBack,
    filter: Option<&'a Predicate>,
    transform: PathTransform,
    /// By channel number: not seen.
    ignored: Vec<bool>,
    /// By channel number: pushes others aside; is pushed aside.
    preferred: Vec<bool>,
    aside: Vec<bool>,
    /// Whether every journey is seen as it is.
    trivial: bool,
    /// Touches the filter failed for, and what it said first.
    faults: Cell<u64>,
    /// Journeys up to here have been looked at: their faults are counted.
    looked_at: Cell<usize>,
    first_fault: RefCell<String>,
}

/// The touches that are left of a journey.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    kept: Vec<u32>,
    channels: Vec<u32>,
    times: Vec<i64>,
    campaigns: Vec<u32>,
    seen: FxHashSet<u32>,
}

fn flags<'a>(journeys: &Journeys, names: impl IntoIterator<Item = &'a String>) -> Vec<bool> {
    let mut flags = vec![false; journeys.channels.len()];
    for name in names {
        let number = journeys.channels.number(name);
        if let Some(flag) = number.and_then(|number| flags.get_mut(number as usize)) {
            *flag = true;
        }
    }
    flags
}

fn is(flags: &[bool], channel: u32) -> bool {
    flags.get(channel as usize).copied().unwrap_or(false)
}

impl<'a> Preparation<'a> {
    pub(super) fn new(
        journeys: &Journeys,
        look_back: LookBack,
        filter: Option<&'a Predicate>,
        transform: PathTransform,
        model: &ModelRules,
    ) -> Preparation<'a> {
        let (preferred, over) = match &model.prefer {
            Some(prefer) => (flags(journeys, &prefer.channels), flags(journeys, &prefer.over)),
            None => (Vec::new(), Vec::new()),
        };
        let ignored = flags(journeys, &model.ignore);
        let any = |flags: &[bool]| flags.iter().any(|flag| *flag);
        // Late touches are after the conversion: they have to be cut even without a look-back.
        let anchored = look_back.anchor == Anchor::Conversion
            && look_back.days.is_none()
            && !journeys.has_late_touches();
        // Most models see journeys unchanged: without this, each would be copied for each model.
        let trivial = anchored
            && look_back.steps.is_none()
            && filter.is_none()
            && transform == PathTransform::AsIs
            && !any(&ignored)
            // No touch is displaced unless channels of both kinds occur.
            && !(any(&preferred) && any(&over));
        Preparation {
            look_back,
            filter,
            transform,
            ignored,
            preferred,
            aside: over,
            trivial,
            faults: Cell::new(0),
            looked_at: Cell::new(0),
            first_fault: RefCell::default(),
        }
    }

    /// Shows every journey as the model sees it, and which of its touches are left: all when the list is empty and the
    /// path is not.
    #[inline]
    pub(super) fn each(
        &self,
        journeys: &Journeys,
        visit: impl FnMut(&Journey<'_>, &[u32]) -> Result<(), CreditError>,
    ) -> Result<(), CreditError> {
        self.each_in(journeys, 0..journeys.len(), visit)
    }

    /// The same for some journeys; the range may end after the last.
    #[inline]
    pub(super) fn each_in(
        &self,
        journeys: &Journeys,
        range: std::ops::Range<usize>,
        mut visit: impl FnMut(&Journey<'_>, &[u32]) -> Result<(), CreditError>,
    ) -> Result<(), CreditError> {
        if self.trivial {
            for journey in journeys.range(range) {
                visit(&journey, &[])?;
            }
            return Ok(());
        }
        let mut scratch = Scratch::default();
        for journey in journeys.range(range) {
            let (path, kept) = self.prepare(journey, &mut scratch)?;
            visit(&path, kept)?;
        }
        Ok(())
    }

    /// Shows every path that is not empty, as often as `times` says the journey was taken.
    pub(super) fn each_path(
        &self,
        journeys: &Journeys,
        times: &dyn Fn(&Journey<'_>) -> (u64, u64, f64),
        visit: &mut dyn FnMut(&Path<'_>),
    ) -> Result<(), CreditError> {
        self.each(journeys, |journey, _| {
            if !journey.is_empty() {
                let (conversions, nulls, value) = times(journey);
                visit(&Path { journey: *journey, conversions, nulls, value });
            }
            Ok(())
        })
    }

    /// For how many touches the filter failed, and what it said first.
    pub(super) fn faults(&self) -> (u64, String) {
        (self.faults.get(), self.first_fault.borrow().clone())
    }

    /// The path of one journey, and which of its touches are left.
    pub(super) fn prepare<'s>(
        &self,
        journey: Journey<'s>,
        scratch: &'s mut Scratch,
    ) -> Result<(Journey<'s>, &'s [u32]), CreditError> {
        self.keep(&journey, scratch)?;
        let Scratch { kept, channels, times, campaigns, .. } = scratch;
        fn pick<T: Copy>(column: &[T], kept: &[u32], into: &mut Vec<T>) {
            into.clear();
            into.extend(kept.iter().filter_map(|touch| column.get(*touch as usize).copied()));
        }
        pick(journey.channels, kept, channels);
        pick(journey.times, kept, times);
        pick(journey.campaigns, kept, campaigns);
        Ok((Journey { channels, times, campaigns, ..journey }, kept))
    }

    fn keep(&self, journey: &Journey<'_>, scratch: &mut Scratch) -> Result<(), CreditError> {
        let kept = &mut scratch.kept;
        kept.clear();
        let (from, until) = self.window(journey)?;
        kept.extend(from as u32..until as u32);
        if let Some(filter) = self.filter {
            // However often a model looks at a journey, a failing touch counts once.
            let is_new = journey.index >= self.looked_at.get();
            self.looked_at.set(self.looked_at.get().max(journey.index + 1));
            kept.retain(|touch| match filter.eval(&TouchFacts { journey, touch: *touch as usize }) {
                Ok(counts) => counts,
                // A fault must not move money: the touch is kept, and the answer says so.
                Err(fault) => {
                    if is_new && self.faults.replace(self.faults.get() + 1) == 0 {
                        *self.first_fault.borrow_mut() = fault.to_string();
                    }
                    true
                }
            });
        }
        let channel = |touch: &u32| journey.channels.get(*touch as usize).copied().unwrap_or(NONE);
        // Before preference: an ignored channel displaces no other.
        if !self.ignored.is_empty() {
            kept.retain(|touch| !is(&self.ignored, channel(touch)));
        }
        if kept.iter().any(|touch| is(&self.preferred, channel(touch))) {
            kept.retain(|touch| !is(&self.aside, channel(touch)) || is(&self.preferred, channel(touch)));
        }
        let seen = &mut scratch.seen;
        seen.clear();
        match self.transform {
            PathTransform::AsIs => {}
            PathTransform::CollapseRepeats => {
                let mut before = None;
                kept.retain(|touch| before.replace(channel(touch)) != Some(channel(touch)));
            }
            PathTransform::Unique | PathTransform::First => kept.retain(|touch| seen.insert(channel(touch))),
            // The last of each channel is the first from the end.
            PathTransform::Last => {
                kept.reverse();
                kept.retain(|touch| seen.insert(channel(touch)));
                kept.reverse();
            }
        }
        Ok(())
    }

    /// The range of the touches within the look-back.
    fn window(&self, journey: &Journey<'_>) -> Result<(usize, usize), CreditError> {
        let (mut from, mut until) = (0, journey.len());
        let timed = journey.times.first().is_some_and(|time| *time != UNTIMED);
        if timed {
            let moments = journey.moments();
            let anchor = match self.look_back.anchor {
                Anchor::Conversion => UNTIMED,
                Anchor::OpportunityCreated => moments.opportunity_created,
                Anchor::LeadCreated => moments.lead_created,
                Anchor::Order => moments.ordered,
            };
            let last = journey.times.last().copied().unwrap_or(UNTIMED);
            // An unknown milestone falls back to the conversion, and that to the last touch.
            let known = [anchor, journey.end_micros(), last].into_iter().find(|time| *time != UNTIMED);
            let anchor = known.unwrap_or(last);
            // Times ascend, as journeys are sorted when they end.
            until = journey.times.partition_point(|time| *time <= anchor);
            if let Some(days) = self.look_back.days {
                // In 128 bits, since the rules' days in microseconds may not fit into 64.
                let oldest = i128::from(anchor) - i128::from(days) * i128::from(DAY);
                from = journey.times.partition_point(|time| i128::from(*time) < oldest);
            }
        } else if !journey.is_empty()
            && (self.look_back.days.is_some() || self.look_back.anchor != Anchor::Conversion)
        {
            return Err(CreditError::NoTimes { journey: journey.index, what: "the look-back".into() });
        }
        // Of those in the window the newest: steps count back from the anchor, as days do.
        if let Some(steps) = self.look_back.steps {
            from = from.max(until.saturating_sub(steps as usize));
        }
        Ok((from.min(until), until))
    }
}

/// A touch as conditions read it.
struct TouchFacts<'a> {
    journey: &'a Journey<'a>,
    touch: usize,
}

/// The fields a condition on touches may read.
pub(super) const TOUCH_FIELDS: [&str; 3] = ["activity.channel", "activity.campaign", "activity.time"];

impl<'a> FactSource for TouchFacts<'a> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        let text = |text: Option<&'a str>| text.map_or(FactValue::Missing, FactValue::Text);
        match field.spec().name {
            "activity.channel" => text(self.journey.channel(self.touch)),
            "activity.campaign" => text(self.journey.campaign(self.touch)),
            "activity.time" => self.journey.time(self.touch).map_or(FactValue::Missing, FactValue::Time),
            _ => FactValue::Missing,
        }
    }

    /// The end of the journey: `within` and `older_than` count back from it.
    fn now(&self) -> DateTime<Utc> {
        // Relative times in a condition count from the conversion.
        self.journey.ended_at().or(self.journey.time(self.touch)).unwrap_or_default()
    }

    fn attributes(&self) -> Option<&Attributes> {
        None
    }
}
