//! Counting the steps of journeys.
#![expect(clippy::indexing_slicing, reason = "numbers of states and steps come from the tables they index")]

use rustc_hash::FxHashMap;

use super::fit::MAX_ORDER;
use super::ranks::Ranks;
use crate::attribution::credit_model::{Path, Paths};
use crate::attribution::error::CreditError;

/// The last channels, oldest first; 0 is the start, a channel its rank plus 1. Shorter orders leave the first
/// places 0.
pub(super) type Tuple = [u32; MAX_ORDER as usize];

const LAST: usize = MAX_ORDER as usize - 1;

/// How often journeys took each step, for chains of one order.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) order: u8,
    pub(super) channels: usize,
    /// Distinct; the first is the start.
    pub(super) states: Vec<Tuple>,
    /// Journeys that ended in conversions or in nothing after a state, and what they were worth.
    pub(super) ends: Vec<Ends>,
    /// Steps from state to state.
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends {
    pub(super) conversions: u64,
    pub(super) nulls: u64,
    pub(super) value: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) count: u64,
}

impl Counts {
    /// Counts all paths. One lookup a touch.
    pub(super) fn of(paths: &Paths<'_>, ranks: &Ranks, order: u8) -> Result<Counts, CreditError> {
        let mut counts = Counts {
            order,
            channels: paths.channels(),
            states: vec![[0; MAX_ORDER as usize]],
            ends: vec![Ends::default()],
            steps: Vec::new(),
        };
        let mut tables = Tables::default();
        paths.visit(&mut |path| counts.add(path, ranks, &mut tables))?;
        Ok(counts)
    }

    fn add(&mut self, path: &Path<'_>, ranks: &Ranks, tables: &mut Tables) {
        let times = path.conversions + path.nulls;
        if times == 0 {
            return;
        }
        let mut state = 0u32;
        for channel in path.journey.channels {
            let channel = ranks.rank(*channel);
            // Both fit: there are fewer than 2^32 states and channels.
            let key = u64::from(state) << 32 | u64::from(channel);
            let step = match tables.steps.get(&key) {
                Some(step) => *step,
                None => self.new_step(key, state, channel, tables),
            };
            let step = &mut self.steps[step as usize];
            step.count += times;
            state = step.to;
        }
        // An end is counted at the state it follows: conversion and null have no states of their own.
        let ends = &mut self.ends[state as usize];
        ends.conversions += path.conversions;
        ends.nulls += path.nulls;
        ends.value += path.value;
    }

    #[cold]
    fn new_step(&mut self, key: u64, from: u32, channel: u32, tables: &mut Tables) -> u32 {
        let mut tuple = self.states[from as usize];
        // The oldest channel is dropped. Places beyond the order are cleared: histories that agree up to there are one.
        tuple.copy_within(1.., 0);
        tuple[LAST] = channel + 1;
        tuple[..MAX_ORDER as usize - usize::from(self.order)].fill(0);
        let to = *tables.states.entry(tuple).or_insert_with(|| {
            self.states.push(tuple);
            self.ends.push(Ends::default());
            (self.states.len() - 1) as u32
        });
        // By state and channel, so that a touch costs one lookup and no history is assembled twice.
        let number = self.steps.len() as u32;
        self.steps.push(Step { from, to, count: 0 });
        tables.steps.insert(key, number);
        number
    }
}

/// Hash tables that are looked into and never iterated.
#[derive(Default)]
struct Tables {
    steps: FxHashMap<u64, u32>,
    states: FxHashMap<Tuple, u32>,
}

/// The channel a state ends in; `None` for the start.
pub(super) fn last_channel(state: &Tuple) -> Option<u32> {
    state[LAST].checked_sub(1)
}
