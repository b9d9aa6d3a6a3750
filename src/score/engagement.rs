//! The dynamic score: from activities to lines.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{Number, Posting, Postings, Why};
use super::line::ScoreAxis;
use super::points::CompiledAward;
use super::rules::{Burst, Decay, Frequency};
use super::scratch::Work;
use super::source::{EventSource, LeadSource};
use crate::calendar::Span;
use crate::model::{Activity, Points, RuleId};
use crate::rule::{FactSource, FactValue, Fault, Field, Predicate, ScriptSession};

#[derive(Debug, Clone)]
pub(super) struct CompiledEngagementRule {
    pub(super) id: RuleId,
    pub(super) number: Number,
    /// The number of its kind among [`Kinds`](super::events::Kinds), and in the table of names.
    pub(super) kind: u32,
    pub(super) kind_name: Number,
    /// `None` when it always holds.
    pub(super) when: Option<Box<Predicate>>,
    pub(super) points: CompiledAward,
    pub(super) event_cap: Option<Points>,
    pub(super) cap: Option<Points>,
    // Stored separately, because few rules have them.
    pub(super) frequency: Option<Box<Frequency>>,
    pub(super) dedup_by: Option<Box<Field>>,
    pub(super) burst: Option<Box<Burst>>,
    pub(super) window: Option<Span>,
    pub(super) decay: Decay,
}

/// The points of a rule before its cap.
struct Tally {
    points: Points,
    count: u32,
    last: DateTime<Utc>,
}

impl CompiledEngagementRule {
    /// Adds the lines of the rule.
    pub(super) fn run(
        &self,
        lead: LeadSource<'_>,
        work: &mut Work,
        lines: &mut Postings,
    ) -> Result<(), Fault> {
        let Some(Tally { points, count, last }) = self.tally(lead, work)? else { return Ok(()) };
        let (axis, rule) = (ScoreAxis::Engagement, self.number);
        lines.push(Posting { axis, points, why: Why::Activity { rule, kind: self.kind_name, count, last } });
        if let Some(cap) = self.cap {
            let capped = points.clamp(-cap, cap);
            if capped != points {
                lines.push(Posting { axis, points: capped - points, why: Why::RuleCap { rule, cap } });
            }
        }
        Ok(())
    }

    fn tally(&self, lead: LeadSource<'_>, work: &mut Work) -> Result<Option<Tally>, Fault> {
        let Work { scripts, picked, .. } = work;
        picked.clear();
        let of_kind = lead.events.of_kind(self.kind);
        match &self.when {
            None => picked.extend_from_slice(of_kind),
            Some(when) => {
                for index in of_kind {
                    let Some(activity) = lead.events.at(*index) else { continue };
                    if when.eval_in(&EventSource::new(lead, activity), scripts)? {
                        picked.push(*index);
                    }
                }
            }
        }
        if picked.is_empty() {
            return Ok(None);
        }
        if let Some(field) = &self.dedup_by {
            first_of_each(field, lead, picked);
        }
        if let Some(burst) = self.burst.as_deref() {
            without_bursts(*burst, lead, picked);
        }
        if let Some(frequency) = self.frequency.as_deref() {
            at_most(*frequency, lead, picked);
        }
        if let Some(window) = self.window {
            let since = window.before(lead.as_of);
            picked.retain(|index| time(lead, *index) >= since);
        }
        let (Some(last), Ok(count)) = (picked.last(), u32::try_from(picked.len())) else { return Ok(None) };
        let points = self.sum(lead, picked, scripts)?;
        Ok(Some(Tally { points, count, last: time(lead, *last) }))
    }

    fn sum(
        &self,
        lead: LeadSource<'_>,
        picked: &[u32],
        scripts: &mut ScriptSession,
    ) -> Result<Points, Fault> {
        let activities = picked.iter().filter_map(|index| lead.events.at(*index));
        let capped = |points: Points| self.event_cap.map_or(points, |cap| points.clamp(-cap, cap));
        let mut give = |activity: &Activity| match &self.points {
            CompiledAward::Fixed(points) => Ok(capped(*points)),
            award => award
                .give(&EventSource::new(lead, activity), &activity.attributes, scripts)
                .map(|points| capped(points.unwrap_or(Points::ZERO))),
        };
        if self.decay == Decay::None {
            if let CompiledAward::Fixed(points) = &self.points {
                let each = i128::from(capped(*points).thousandths());
                return Ok(within_limits(each * picked.len() as i128));
            }
            let mut sum: i128 = 0;
            for activity in activities {
                sum += i128::from(give(activity)?.thousandths());
            }
            return Ok(within_limits(sum));
        }
        // In the order of the activities, so that the rounding of the sum is the same everywhere.
        let mut sum = 0.0;
        for activity in activities {
            let age = lead.as_of.signed_duration_since(activity.time).max(TimeDelta::zero());
            sum += give(activity)?.thousandths() as f64 * self.decay.left(age);
        }
        Ok(within_limits(libm::rint(sum) as i128))
    }
}

/// When an activity happened.
fn time(lead: LeadSource<'_>, index: u32) -> DateTime<Utc> {
    lead.events.at(index).map_or(DateTime::<Utc>::MIN_UTC, |activity| activity.time)
}

fn within_limits(thousandths: i128) -> Points {
    let limit = i128::from(Points::LIMIT) * 1_000;
    Points::from_thousandths(i64::try_from(thousandths.clamp(-limit, limit)).unwrap_or(0))
}

impl Decay {
    /// The remaining share of the points at an age.
    fn left(&self, age: TimeDelta) -> f64 {
        match self {
            Decay::None => 1.0,
            Decay::Step(steps) => steps
                .iter()
                .rev()
                .find(|step| age >= TimeDelta::seconds(step.after.as_seconds().into()))
                .map_or(1.0, |step| step.keep),
            Decay::HalfLife(half_life) => {
                let seconds = age.num_milliseconds() as f64 / 1_000.0;
                libm::exp2(-seconds / f64::from(half_life.as_seconds().max(1)))
            }
        }
    }
}

/// Keeps the earliest activity of each value of the field, and all without a value.
fn first_of_each(field: &Field, lead: LeadSource<'_>, picked: &mut Vec<u32>) {
    let mut seen = BTreeSet::new();
    picked.retain(|index| {
        let Some(activity) = lead.events.at(*index) else { return false };
        match EventSource::new(lead, activity).fact(field) {
            FactValue::Missing => true,
            // Used as a key only: equal values are written alike.
            value => seen.insert(format!("{value:?}")),
        }
    });
}

/// Keeps the first activity of each burst.
fn without_bursts(burst: Burst, lead: LeadSource<'_>, picked: &mut Vec<u32>) {
    let reach = (burst.at_least.max(2) - 1) as usize;
    if picked.len() <= reach {
        return;
    }
    let within = TimeDelta::seconds(burst.within.as_seconds().into());
    let mut kept = 0;
    // The last activity of a burst that began at an earlier one.
    let mut burst_end = 0;
    for index in 0..picked.len() {
        let end = index + reach;
        let (Some(first), last) = (picked.get(index).copied(), picked.get(end).copied()) else { break };
        let keep = index == 0 || index > burst_end;
        if last.is_some_and(|last| time(lead, last) - time(lead, first) <= within) {
            burst_end = end;
        }
        if keep {
            // Only places that were already visited change.
            picked.swap(kept, index);
            kept += 1;
        }
    }
    picked.truncate(kept);
}

/// Keeps an activity when fewer than the most were kept in the span that ends with it.
fn at_most(frequency: Frequency, lead: LeadSource<'_>, picked: &mut Vec<u32>) {
    let most = frequency.most.max(1) as usize;
    let Some(within) = frequency.within else { return picked.truncate(most) };
    let mut kept: Vec<DateTime<Utc>> = Vec::new();
    picked.retain(|index| {
        let at = time(lead, *index);
        let blocking = kept.len().checked_sub(most).and_then(|index| kept.get(index));
        let keep = blocking.is_none_or(|time| within.after(*time) <= at);
        if keep {
            kept.push(at);
        }
        keep
    });
}
