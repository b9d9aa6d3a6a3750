//! What the time of a life was spent with.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

/// Time by phase. It goes into no table that is compared: two lives take as long as they take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spent(BTreeMap<&'static str, Duration>);

impl Spent {
    /// Adds the time since a phase began.
    pub(crate) fn add(&mut self, phase: &'static str, begun: Instant) {
        *self.0.entry(phase).or_default() += begun.elapsed();
    }

    /// Adds what another life took.
    pub(crate) fn join(&mut self, other: &Spent) {
        other.0.iter().for_each(|(phase, time)| *self.0.entry(phase).or_default() += *time);
    }
}

impl fmt::Display for Spent {
    /// The longest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut phases = Vec::from_iter(&self.0);
        phases.sort_by_key(|(_, time)| std::cmp::Reverse(**time));
        for (index, (phase, time)) in phases.into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{phase} {:.1} s", time.as_secs_f64())?;
        }
        Ok(())
    }
}
