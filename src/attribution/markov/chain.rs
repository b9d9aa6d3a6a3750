//! The chain: its states and probabilities.
#![expect(clippy::indexing_slicing, reason = "numbers of states come from the tables they index")]

use super::count::{Counts, last_channel};
use super::fit::MarkovTransition;

/// Transitions by rows, the start first and states in the order of their channels.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// By state: the channel it ends in, from 1; 0 for the start.
    pub(super) channel: Vec<u32>,
    /// Where the row of each state ends.
    pub(super) rows: Vec<usize>,
    pub(super) targets: Vec<u32>,
    pub(super) probabilities: Vec<f64>,
    /// By state: probability to convert next, to end without a conversion next, value of that conversion.
    pub(super) converts: Vec<f64>,
    pub(super) nulls: Vec<f64>,
    pub(super) value: Vec<f64>,
    /// By state: visits a journey, in the data and therefore in the chain.
    pub(super) visits: Vec<f64>,
    channels: usize,
    conversion_rate: f64,
    counts: Counts,
}

impl Chain {
    pub(super) fn new(counts: &Counts) -> Chain {
        let states = counts.states.len();
        // The order of states must not depend on the order of journeys.
        let mut order: Vec<u32> = (0..states as u32).collect();
        order.sort_by_key(|state| counts.states[*state as usize]);
        let mut rank = vec![0u32; states];
        for (new, old) in order.iter().enumerate() {
            rank[*old as usize] = new as u32;
        }
        let mut steps: Vec<(u32, u32, u64)> = counts
            .steps
            .iter()
            .map(|step| (rank[step.from as usize], rank[step.to as usize], step.count))
            .collect();
        steps.sort_unstable();
        let ends = |new: usize| counts.ends[order[new] as usize];
        // All that leaves a state, ends included, has visited it: probabilities are parts of this.
        let mut leaving: Vec<u64> = (0..states).map(|new| ends(new).conversions + ends(new).nulls).collect();
        for (from, _, count) in &steps {
            leaving[*from as usize] += count;
        }
        let mut rows = vec![0; states];
        for (from, _, _) in &steps {
            rows[*from as usize] += 1;
        }
        // Counts become ends: steps are sorted by where they begin, so each row is one run.
        let mut end = 0;
        for row in &mut rows {
            end += *row;
            *row = end;
        }
        let part =
            |count: u64, state: usize| if count == 0 { 0.0 } else { count as f64 / leaving[state] as f64 };
        // Every journey leaves the start once, and nothing leads back to it.
        let journeys = leaving[0];
        let conversions: u64 = counts.ends.iter().map(|ends| ends.conversions).sum();
        // Kept for the matrix, which shows counts with probabilities.
        let mut sorted = counts.clone();
        sorted.states = order.iter().map(|old| counts.states[*old as usize]).collect();
        sorted.ends = (0..states).map(ends).collect();
        sorted.steps = steps
            .iter()
            .map(|(from, to, count)| super::count::Step { from: *from, to: *to, count: *count })
            .collect();
        Chain {
            channel: sorted
                .states
                .iter()
                .map(|state| last_channel(state).map_or(0, |channel| channel + 1))
                .collect(),
            rows,
            targets: steps.iter().map(|(_, to, _)| *to).collect(),
            probabilities: steps.iter().map(|(from, _, count)| part(*count, *from as usize)).collect(),
            converts: (0..states).map(|state| part(ends(state).conversions, state)).collect(),
            nulls: (0..states).map(|state| part(ends(state).nulls, state)).collect(),
            value: (0..states)
                .map(
                    |state| if leaving[state] == 0 { 0.0 } else { ends(state).value / leaving[state] as f64 },
                )
                .collect(),
            visits: (0..states).map(|state| part(leaving[state], 0)).collect(),
            channels: counts.channels,
            conversion_rate: if journeys == 0 { 0.0 } else { conversions as f64 / journeys as f64 },
            counts: sorted,
        }
    }

    pub(super) fn states(&self) -> usize {
        self.channel.len()
    }

    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    pub(super) fn order(&self) -> u8 {
        self.counts.order
    }

    pub(super) fn transitions(&self) -> usize {
        self.targets.len()
    }

    /// The chain's visits to a state are those of the data, because what enters a state leaves it; so its probability
    /// to convert is the rate of the data at every order.
    pub(super) fn conversion_rate(&self) -> f64 {
        self.conversion_rate
    }

    pub(super) fn row(&self, state: usize) -> std::ops::Range<usize> {
        let start = if state == 0 { 0 } else { self.rows[state - 1] };
        start..self.rows[state]
    }

    pub(super) fn matrix(&self, name: &dyn Fn(u32) -> String) -> Vec<MarkovTransition> {
        // Above order 1 a title joins channels by ` > `, so a name with that sign is quoted.
        let name = |channel| if self.counts.order > 1 { part(name(channel)) } else { name(channel) };
        // A state of a higher order near the start knows fewer channels than it could.
        let title = |state: usize| {
            let channels: Vec<String> =
                self.counts.states[state].iter().filter_map(|one| one.checked_sub(1)).map(name).collect();
            if channels.is_empty() { "(start)".to_owned() } else { channels.join(" > ") }
        };
        let mut all = Vec::with_capacity(self.transitions());
        for state in 0..self.states() {
            let from = title(state);
            for entry in self.row(state) {
                all.push(MarkovTransition {
                    from: from.clone(),
                    to: title(self.targets[entry] as usize),
                    probability: self.probabilities[entry],
                    count: self.counts.steps[entry].count,
                });
            }
            let ends = self.counts.ends[state];
            for (to, count, probability) in [
                ("(conversion)", ends.conversions, self.converts[state]),
                ("(null)", ends.nulls, self.nulls[state]),
            ] {
                if count > 0 {
                    all.push(MarkovTransition { from: from.clone(), to: to.to_owned(), probability, count });
                }
            }
        }
        all
    }
}

/// A channel as a part of the name of a state. One that could be read as several, or as one in quotes, stands in quotes.
fn part(channel: String) -> String {
    if !channel.contains(['>', '"']) {
        return channel;
    }
    format!("\"{}\"", channel.replace('\\', "\\\\").replace('"', "\\\""))
}
