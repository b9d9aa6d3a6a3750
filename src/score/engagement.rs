//! The dynamic score: from activities to lines.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::{FxHashMap, FxHashSet};

use super::account::{Entries, Entry, Number, Why};
use super::compile::CompiledAward;
use super::outcome::Axis;
use super::rules::{Burst, Decay, Frequency};
use super::session::Work;
use super::source::{EventSource, LeadSource, Slot};
use crate::calendar::Span;
use crate::model::{Activity, LeadId, Points, RuleId};
use crate::rule::{FactSource, FactValue, Fault, Field, Predicate, ScriptSession};

/// Up to so many activities are compared with one another; more are hashed.
const FEW: usize = 48;
/// Numbers the kinds that rules name; every other kind has this number.
const OTHER_KIND: u16 = u16::MAX;

#[derive(Debug, Default, Clone)]
pub(super) struct Kinds(FxHashMap<Arc<str>, u16>);

impl Kinds {
    pub(super) fn number(&mut self, kind: &Arc<str>) -> u16 {
        // More than 65,535 kinds share the last number; rules then compare the names.
        let next = u16::try_from(self.0.len()).unwrap_or(OTHER_KIND);
        *self.0.entry(Arc::clone(kind)).or_insert(next)
    }

    fn find(&self, kind: &str) -> u16 {
        self.0.get(kind).copied().unwrap_or(OTHER_KIND)
    }

    /// Notes the activities of the lead, each id once, from the earliest to the latest.
    #[inline(never)]
    pub(super) fn fill(&self, lead: &LeadId, activities: &[Activity], slots: &mut Vec<Slot>) {
        slots.clear();
        let own = |activity: &Activity| activity.lead == *lead || activity.lead.is_blank();
        for (index, activity) in (0u32..).zip(activities) {
            if own(activity) {
                slots.push(Slot { index, kind: self.find(&activity.kind) });
            }
        }
        let at = |slot: &Slot| activities.get(slot.index as usize);
        let order = |a: &Slot, b: &Slot| match (at(a), at(b)) {
            (Some(a), Some(b)) => in_order(a, b),
            _ => Ordering::Equal,
        };
        if !slots.is_sorted_by(|a, b| order(a, b).is_le()) {
            slots.sort_by(order);
        }
        once_each(activities, slots);
    }
}

/// Keeps the earliest of the activities that share an id; blank ids share nothing.
fn once_each(activities: &[Activity], slots: &mut Vec<Slot>) {
    let id = |slot: &Slot| activities.get(slot.index as usize).map_or("", |activity| activity.id.as_str());
    if slots.len() > FEW {
        let mut seen = FxHashSet::default();
        slots.retain(|slot| id(slot).trim().is_empty() || seen.insert(id(slot)));
        return;
    }
    let mut kept = 0;
    for index in 0..slots.len() {
        let Some(slot) = slots.get(index).copied() else { break };
        let text = id(&slot);
        let again = || slots.iter().take(kept).any(|known| id(known) == text);
        if text.trim().is_empty() || !again() {
            slots.swap(kept, index);
            kept += 1;
        }
    }
    slots.truncate(kept);
}

/// A total order of activities that does not depend on the order they came in.
fn in_order(a: &Activity, b: &Activity) -> Ordering {
    let written = |activity: &Activity| serde_json::to_string(activity).unwrap_or_default();
    a.time
        .cmp(&b.time)
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.kind.cmp(&b.kind))
        .then_with(|| written(a).cmp(&written(b)))
}

#[derive(Debug, Clone)]
pub(super) struct CompiledEngagementRule {
    pub(super) id: RuleId,
    pub(super) number: Number,
    pub(super) kind: Arc<str>,
    pub(super) kind_name: Number,
    pub(super) kind_number: u16,
    /// None when it always holds.
    pub(super) when: Option<Predicate>,
    pub(super) points: CompiledAward,
    pub(super) event_cap: Option<Points>,
    pub(super) cap: Option<Points>,
    pub(super) frequency: Option<Frequency>,
    pub(super) dedup_by: Option<Field>,
    pub(super) burst: Option<Burst>,
    pub(super) window: Option<Span>,
    pub(super) decay: Decay,
}

/// What a rule gives before its cap.
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
        lines: &mut Entries,
    ) -> Result<(), Fault> {
        let Some(Tally { points, count, last }) = self.tally(lead, work)? else { return Ok(()) };
        let (axis, rule) = (Axis::Engagement, self.number);
        lines.push(Entry { axis, points, why: Why::Activity { rule, kind: self.kind_name, count, last } });
        if let Some(cap) = self.cap {
            let capped = points.clamp(-cap, cap);
            if capped != points {
                lines.push(Entry { axis, points: capped - points, why: Why::RuleCap { rule, cap } });
            }
        }
        Ok(())
    }

    fn tally(&self, lead: LeadSource<'_>, work: &mut Work) -> Result<Option<Tally>, Fault> {
        let Work { scripts, picked, .. } = work;
        picked.clear();
        for slot in lead.events.slots {
            if slot.kind != self.kind_number {
                continue;
            }
            let Some(activity) = lead.events.at(slot.index) else { continue };
            if slot.kind == OTHER_KIND && activity.kind != *self.kind {
                continue;
            }
            let holds = match &self.when {
                None => true,
                Some(when) => when.eval_in(&EventSource::new(lead, activity), scripts)?,
            };
            if holds {
                picked.push(slot.index);
            }
        }
        if picked.is_empty() {
            return Ok(None);
        }
        if let Some(field) = &self.dedup_by {
            first_of_each(field, lead, picked);
        }
        if let Some(burst) = self.burst {
            without_bursts(burst, lead, picked);
        }
        if let Some(frequency) = self.frequency {
            at_most(frequency, lead, picked);
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
    /// The share of the points that is left at an age.
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
    let times: Vec<DateTime<Utc>> = picked.iter().map(|index| time(lead, *index)).collect();
    let mut index: usize = 0;
    // The last activity of a burst that began at an earlier one.
    let mut burst_end = 0;
    picked.retain(|slot| {
        let keep = index == 0 || index > burst_end;
        let end = index.saturating_add(reach);
        if times.get(end).is_some_and(|end| *end - time(lead, *slot) <= within) {
            burst_end = end;
        }
        index += 1;
        keep
    });
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
