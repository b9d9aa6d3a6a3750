//! The dynamic score once more, slow and obvious: one plain list per step of the documented order.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::{Activity, Points};
use leadkit::score::{Award, Burst, Decay, EngagementRule, EngagementRules, Frequency};

/// The total of the axis. Rules have fixed points and no conditions; a dedup key is the page.
pub(crate) fn engagement(
    rules: &EngagementRules,
    lead: &str,
    all: &[Activity],
    as_of: DateTime<Utc>,
) -> Points {
    let mut own: Vec<Activity> =
        all.iter().filter(|a| a.lead.as_str() == lead || a.lead.as_str().is_empty()).cloned().collect();
    own.sort_by_key(|a| (a.time, a.id.clone(), a.kind.clone(), serde_json::to_string(a).unwrap()));
    let mut once: Vec<Activity> = Vec::new();
    for activity in own {
        let again = once.iter().any(|known| known.id == activity.id) && !activity.id.as_str().is_empty();
        if !again {
            once.push(activity);
        }
    }
    let mut groups: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut total = 0;
    for rule in &rules.rules {
        if let Some(points) = of_rule(rule, &once, as_of) {
            match &rule.group {
                Some(group) => groups.entry(group).or_default().push(points),
                None => total += points,
            }
        }
    }
    for (id, points) in groups {
        let group = rules.groups.iter().find(|group| group.id == id).unwrap();
        let sum: i64 = points.iter().sum();
        let low = group.min.map_or(i64::MIN, Points::thousandths);
        let high = group.max.map_or(i64::MAX, Points::thousandths);
        total += sum.clamp(low, high);
    }
    Points::from_thousandths(total.clamp(0, 100_000))
}

/// Thousandths; `None` when no activity counts.
fn of_rule(rule: &EngagementRule, own: &[Activity], as_of: DateTime<Utc>) -> Option<i64> {
    let mut list: Vec<&Activity> = own.iter().filter(|a| a.kind == rule.kind).collect();
    if rule.dedup_by.is_some() {
        let all = list.clone();
        let earlier = |i: usize| all[..i].iter().any(|a| a.page == all[i].page);
        list = (0..all.len()).filter(|i| all[*i].page.is_none() || !earlier(*i)).map(|i| all[i]).collect();
    }
    if let Some(burst) = rule.burst {
        list = without_bursts(&list, burst);
    }
    if let Some(frequency) = rule.frequency {
        list = at_most(&list, frequency);
    }
    if let Some(window) = rule.window {
        list.retain(|a| (as_of - a.time).num_milliseconds() <= i64::from(window.as_seconds()) * 1_000);
    }
    if list.is_empty() {
        return None;
    }
    let Award::Fixed(points) = rule.points else { panic!("fixed points only") };
    let mut sum = 0.0;
    for activity in &list {
        let age = ((as_of - activity.time).num_milliseconds() as f64 / 1_000.0).max(0.0);
        let left = match &rule.decay {
            Decay::None => 1.0,
            Decay::HalfLife(span) => power_of_two(-age / f64::from(span.as_seconds())),
            Decay::Step(steps) => {
                let mut left = 1.0;
                for step in steps {
                    if age >= f64::from(step.after.as_seconds()) {
                        left = step.keep;
                    }
                }
                left
            }
            _ => panic!("unknown decay"),
        };
        sum += points.thousandths() as f64 * left;
    }
    let rounded = sum.round_ties_even() as i64;
    let cap = rule.cap.map_or(i64::MAX, Points::thousandths);
    Some(rounded.clamp(-cap, cap))
}

/// `2^x` from the crate's own half-life would prove nothing; std's agrees to far more than a thousandth.
fn power_of_two(x: f64) -> f64 {
    x.exp2()
}

/// Draws a line between neighbours whenever some burst holds both; each connected run counts once.
fn without_bursts<'a>(list: &[&'a Activity], burst: Burst) -> Vec<&'a Activity> {
    let n = burst.at_least as usize;
    let within = TimeDelta::seconds(burst.within.as_seconds().into());
    let mut linked = vec![false; list.len()];
    for window in 0..list.len() {
        if window + n <= list.len() && list[window + n - 1].time - list[window].time <= within {
            linked[window + 1..window + n].fill(true);
        }
    }
    (0..list.len()).filter(|index| !linked[*index]).map(|index| list[index]).collect()
}

fn at_most<'a>(list: &[&'a Activity], frequency: Frequency) -> Vec<&'a Activity> {
    let mut kept: Vec<&Activity> = Vec::new();
    for activity in list {
        let together = kept.iter().filter(|known| match frequency.within {
            None => true,
            Some(within) => activity.time - known.time < TimeDelta::seconds(within.as_seconds().into()),
        });
        if together.count() < frequency.most as usize {
            kept.push(activity);
        }
    }
    kept
}
