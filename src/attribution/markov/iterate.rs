//! Large chains: iteration with a bound of the error.
#![expect(clippy::indexing_slicing, reason = "numbers of states come from the tables they index")]

use super::chain::Chain;
use super::fit::Remaining;
use crate::attribution::error::CreditError;

/// Right sides that are solved together: what a state holds of them is one run of memory.
const WIDTH: usize = 20;
/// Sweeps between two looks at the error.
const SWEEPS: usize = 8;
/// Looks after which the iteration gives up.
const MAX_LOOKS: usize = 2_000;
/// The error of the probability to convert that is aimed at, relative to it, and the one that is accepted.
const WANTED: f64 = 1e-13;
const ACCEPTED: f64 = 1e-10;
/// Most work for one chain, in all sweeps, blocks of channels and passes together. A unit is one transition followed
/// for [`WIDTH`] right sides at once, which takes 5 to 10 ns: two seconds together.
const MAX_WORK: u64 = 200_000_000;
/// The extra cost of a transition when its target is not in the processor's cache.
const MISS: u64 = 5;
/// States whose right sides, 160 bytes each, stay in a cache of a mebibyte together.
const MAX_CACHED: usize = 6_000;
/// The distance in states up to which a processor fetches the next one by itself.
const AHEAD: u32 = 8;

/// The work that is left. The cost of an iteration is not known before, so it is paid for sweep by sweep.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Default for Budget {
    fn default() -> Budget {
        Budget(MAX_WORK)
    }
}

impl Budget {
    /// How much of a whole budget is gone.
    pub(super) fn spent(&self) -> u64 {
        MAX_WORK.saturating_sub(self.0)
    }

    /// Whether so much work is left.
    fn has(&self, work: u64) -> bool {
        work <= self.0
    }

    /// Takes the work off; false when there is not so much left.
    fn spend(&mut self, work: u64) -> bool {
        let enough = self.has(work);
        self.0 = self.0.saturating_sub(work);
        enough
    }
}

/// The cost of one round: its sweeps and the check after them. A state costs as much as a transition.
fn look_cost(chain: &Chain) -> u64 {
    let near = (chain.transitions() + chain.states()) as u64;
    let far = if chain.states() > MAX_CACHED { MISS.saturating_mul(far_targets(chain)) } else { 0 };
    (SWEEPS as u64 + 1).saturating_mul(near.saturating_add(far))
}

/// Transitions that lead far away from where the one before led.
fn far_targets(chain: &Chain) -> u64 {
    let mut before = 0;
    let is_far = |target: &&u32| target.abs_diff(std::mem::replace(&mut before, **target)) > AHEAD;
    chain.targets.iter().filter(is_far).count() as u64
}

/// The conversions that remain without each channel.
///
/// With a channel removed, `b = P·b + r` is solved by Gauss–Seidel sweeps for a block of channels at once. What is left
/// over, `e`, bounds the error at the start by `Σ visits·|e|`: a chain without the channel visits no state more often
/// than the whole chain does, and those visits are known from the data.
pub(super) fn remaining(
    chain: &Chain,
    has_value: bool,
    budget: &mut Budget,
    channel_name: &dyn Fn(u32) -> String,
) -> Result<Vec<Remaining>, CreditError> {
    let mut used = vec![false; chain.channels()];
    for channel in chain.channel.iter().filter_map(|channel| channel.checked_sub(1)) {
        used[channel as usize] = true;
    }
    let whole = Remaining { conversions: chain.conversion_rate(), value: dot(&chain.value, &chain.visits) };
    // A channel that is on no path has no removal effect.
    let mut all = vec![whole; chain.channels()];
    let used: Vec<u32> = (0..chain.channels() as u32).filter(|channel| used[*channel as usize]).collect();
    let order = chain.order();
    let named = |stop| match stop {
        Stop::OutOfBudget => {
            CreditError::ChainTooLarge { channels: used.len(), transitions: chain.transitions(), order }
        }
        Stop::NotConverged { channel, error } => {
            CreditError::NotConverged { channel: channel_name(channel), error: format!("{error:.1e}"), order }
        }
    };
    // Every solution takes at least one look: a budget that cannot be enough is refused before any work is done.
    let solutions = used.len().div_ceil(WIDTH) as u64 * if has_value { 2 } else { 1 };
    let look = look_cost(chain);
    if !budget.has(solutions.saturating_mul(look)) {
        return Err(named(Stop::OutOfBudget));
    }
    let mut values = vec![[0.0f64; WIDTH]; chain.states()];
    for block in used.chunks(WIDTH) {
        let mut solve = |rewards: &[f64]| solve(chain, block, rewards, &mut values, look, budget);
        let found = solve(&chain.converts).map_err(named)?;
        for (channel, found) in block.iter().zip(found) {
            all[*channel as usize].conversions = found;
        }
        if has_value {
            let found = solve(&chain.value).map_err(named)?;
            for (channel, found) in block.iter().zip(found) {
                all[*channel as usize].value = found;
            }
        }
    }
    Ok(all)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Why an iteration ends without a result.
enum Stop {
    OutOfBudget,
    NotConverged { channel: u32, error: f64 },
}

/// For each channel of the block: the expected reward from the start when the channel is removed.
fn solve(
    chain: &Chain,
    block: &[u32],
    rewards: &[f64],
    values: &mut [[f64; WIDTH]],
    look: u64,
    budget: &mut Budget,
) -> Result<Vec<f64>, Stop> {
    let states = chain.states();
    // Which right side a state is removed from.
    let side = |state: usize| block.binary_search(&chain.channel[state].checked_sub(1)?).ok();
    let sides: Vec<Option<usize>> = (0..states).map(side).collect();
    values.fill([0.0; WIDTH]);
    // In absolute values: refunds may cancel the sum, and the error must be small in proportion to its terms.
    let scale =
        rewards.iter().zip(&chain.visits).map(|(reward, visits)| (reward * visits).abs()).sum::<f64>();
    let mut bounds = [0.0f64; WIDTH];
    for _ in 0..MAX_LOOKS {
        if !budget.spend(look) {
            return Err(Stop::OutOfBudget);
        }
        for _ in 0..SWEEPS {
            for state in (0..states).rev() {
                // In place: later states use what the sweep has found already.
                values[state] = follow(chain, state, values, rewards, sides[state]);
            }
        }
        bounds = correct(chain, values, rewards, &sides);
        if bounds[..block.len()].iter().all(|bound| *bound <= WANTED * scale) {
            return Ok(values[0][..block.len()].to_vec());
        }
    }
    // Slower than wanted; still accurate if the bound says so.
    let worst = bounds[..block.len()].iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    match worst {
        Some((at, bound)) if *bound > ACCEPTED * scale => {
            Err(Stop::NotConverged { channel: block[at], error: bound / scale })
        }
        _ => Ok(values[0][..block.len()].to_vec()),
    }
}

/// One step on from a state, for all right sides.
#[inline]
fn follow(
    chain: &Chain,
    state: usize,
    values: &[[f64; WIDTH]],
    rewards: &[f64],
    removed_from: Option<usize>,
) -> [f64; WIDTH] {
    let mut sum = [rewards[state]; WIDTH];
    let mut stays = 0.0;
    let row = chain.row(state);
    for (target, probability) in chain.targets[row.clone()].iter().zip(&chain.probabilities[row]) {
        let target = *target as usize;
        if target == state {
            // A state that leads to itself remains in the end: it is solved exactly.
            stays = *probability;
            continue;
        }
        for (sum, value) in sum.iter_mut().zip(&values[target]) {
            *sum += probability * value;
        }
    }
    if stays > 0.0 {
        let left = 1.0 / (1.0 - stays);
        sum.iter_mut().for_each(|sum| *sum *= left);
    }
    // A journey that reaches a removed channel is lost: for this right side nothing follows.
    if let Some(side) = removed_from {
        sum[side] = 0.0;
    }
    sum
}

/// Adds to every state the constant that makes the weighted sum of what is left over zero, which long journeys need,
/// and returns the bound of the error at the start that remains.
fn correct(
    chain: &Chain,
    values: &mut [[f64; WIDTH]],
    rewards: &[f64],
    sides: &[Option<usize>],
) -> [f64; WIDTH] {
    let mut left_over = [0.0f64; WIDTH];
    let mut leaves = [0.0f64; WIDTH];
    let mut bounds = [0.0f64; WIDTH];
    for state in 0..chain.states() {
        let mut rest = [rewards[state]; WIDTH];
        let mut out = [chain.converts[state] + chain.nulls[state]; WIDTH];
        for entry in chain.row(state) {
            let (target, probability) = (chain.targets[entry] as usize, chain.probabilities[entry]);
            for (rest, value) in rest.iter_mut().zip(&values[target]) {
                *rest += probability * value;
            }
            // A step into the removed channel leaves the chain.
            if let Some(side) = sides[target] {
                out[side] += probability;
            }
        }
        let visits = chain.visits[state];
        for side in 0..WIDTH {
            if sides[state] != Some(side) {
                // Weighted by visits: that is how much an error here can matter at the start.
                let error = rest[side] - values[state][side];
                left_over[side] += visits * error;
                bounds[side] += visits * error.abs();
                leaves[side] += visits * out[side];
            }
        }
    }
    // One shift for all states under which the weighted errors sum to 0: a shift of 1 changes that sum by what leaves
    // the chain.
    let mut shift = [0.0f64; WIDTH];
    for side in 0..WIDTH {
        if leaves[side] > 0.0 {
            shift[side] = left_over[side] / leaves[side];
        }
    }
    for (state, values) in values.iter_mut().enumerate() {
        for side in 0..WIDTH {
            if sides[state] != Some(side) {
                values[side] += shift[side];
            }
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::super::count::{Counts, Ends, Step};
    use super::*;

    /// Journeys over `channels` channels, each state leading to some before and behind it.
    fn chain(channels: u32) -> Chain {
        chain_of(channels, &[1, 2, channels - 3, channels - 1])
    }

    /// Journeys over `channels` channels, each state leading so many steps on.
    fn chain_of(channels: u32, leads: &[u32]) -> Chain {
        let mut counts = Counts {
            order: 1,
            channels: channels as usize,
            states: vec![[0; 4]],
            ends: vec![Ends::default()],
            steps: Vec::new(),
        };
        for channel in 0..channels {
            counts.states.push([0, 0, 0, channel + 1]);
            let conversions = u64::from(channel % 7);
            counts.ends.push(Ends { conversions, nulls: 1, value: f64::from(channel) });
            counts.steps.push(Step { from: 0, to: channel + 1, count: 3 });
            for step in leads {
                counts.steps.push(Step { from: channel + 1, to: (channel + step) % channels + 1, count: 5 });
            }
        }
        Chain::new(&counts)
    }

    /// The rest of a budget, and whether the budget was enough.
    fn spent(chain: &Chain, has_value: bool, budget: u64) -> (u64, bool) {
        let mut left = Budget(budget);
        let found = remaining(chain, has_value, &mut left, &|channel| channel.to_string());
        match &found {
            Ok(all) => assert!(all.iter().all(|rest| rest.conversions > 0.0)),
            Err(CreditError::ChainTooLarge { channels: 100, transitions: 500, order: 1 }) => {}
            Err(error) => panic!("{error}"),
        }
        (budget - left.0, found.is_ok())
    }

    /// What leads far costs more where a cache does not hold all states, and nothing more where it does.
    #[test]
    fn far_targets_cost_more_in_large_chains() {
        for (channels, cached) in [(5_999, true), (6_000, false)] {
            let states = u64::from(channels) + 1;
            // All targets of a state and of the next are near, but for those around the end.
            let near = chain(channels);
            let far = far_targets(&near);
            assert!(far < 20, "{far}");
            let more = if cached { 0 } else { MISS * far };
            assert_eq!(look_cost(&near), 9 * (5 * u64::from(channels) + states + more));
            // Both targets of a state are far from the one before.
            let scattered = chain_of(channels, &[1, channels / 2]);
            let far = far_targets(&scattered);
            assert!(far.abs_diff(2 * states) < 10, "{far}");
            let more = if cached { 0 } else { MISS * far };
            assert_eq!(look_cost(&scattered), 9 * (3 * u64::from(channels) + states + more));
        }
    }

    #[test]
    fn work_is_counted_over_sweeps_blocks_and_passes() {
        let chain = chain(100);
        let look = look_cost(&chain);
        assert_eq!(look, 9 * (500 + 101));
        let (conversions, _) = spent(&chain, false, u64::MAX);
        let (both, _) = spent(&chain, true, u64::MAX);
        // Five blocks of twenty channels, each with some looks; value is a pass of its own.
        assert_eq!(conversions % look, 0);
        assert!(conversions >= 5 * 2 * look, "{}", conversions / look);
        assert!(both >= conversions + 5 * 2 * look, "{} {}", both / look, conversions / look);
        for (has_value, needed) in [(false, conversions), (true, both)] {
            assert_eq!(spent(&chain, has_value, needed), (needed, true));
            assert!(!spent(&chain, has_value, needed - 1).1);
            // Less than one look a block is refused before any work is done.
            let least = 5 * look * if has_value { 2 } else { 1 };
            assert_eq!(spent(&chain, has_value, least - 1), (0, false));
        }
    }
}
