//! Small chains: the fundamental matrix.
#![expect(clippy::indexing_slicing, reason = "a matrix of as many rows and columns as there are states")]

use super::chain::Chain;
use super::fit::Remaining;

/// `I − Q` factorised as `L·U`. Every pivot is summed from what leaves the state instead of being subtracted from 1
/// (Grassmann, Taksar and Heyman, 1985), so no digit cancels, however long journeys are.
struct Factors {
    size: usize,
    /// Below the diagonal `−L`, above it `−U`; all at least 0.
    entries: Vec<f64>,
    pivots: Vec<f64>,
}

impl Factors {
    fn of(chain: &Chain) -> Factors {
        let size = chain.states();
        let mut entries = vec![0.0; size * size];
        // Per state, what leaves the states still in the system: the ends, and soon those eliminated.
        let mut leaves: Vec<f64> = chain.converts.iter().zip(&chain.nulls).map(|(a, b)| a + b).collect();
        for state in 0..size {
            for entry in chain.row(state) {
                entries[state * size + chain.targets[entry] as usize] = chain.probabilities[entry];
            }
        }
        let mut pivots = vec![1.0; size];
        for k in 0..size {
            let (above, below) = entries.split_at_mut((k + 1) * size);
            let pivot_row = &above[k * size..];
            let pivot = leaves[k] + pivot_row[k + 1..].iter().sum::<f64>();
            // Zero only for a state nothing leaves, which no journey makes.
            pivots[k] = if pivot > 0.0 { pivot } else { 1.0 };
            // A step to `k` is replaced by the step that follows it: to a later state, or out.
            let leave = leaves[k];
            for (row, leaves) in below.chunks_exact_mut(size).zip(&mut leaves[k + 1..]) {
                let factor = row[k] / pivots[k];
                row[k] = factor;
                if factor > 0.0 {
                    *leaves += factor * leave;
                    for (entry, above) in row[k + 1..].iter_mut().zip(&pivot_row[k + 1..]) {
                        *entry += factor * above;
                    }
                }
            }
        }
        Factors { size, entries, pivots }
    }

    /// Solves `(I − Q)·x = b` for many columns at once: `columns` holds `width` values a state.
    fn solve(&self, columns: &mut [f64], width: usize) {
        for i in 0..self.size {
            let (done, rest) = columns.split_at_mut(i * width);
            let row = &self.entries[i * self.size..];
            for (k, known) in done.chunks_exact(width).enumerate() {
                add_scaled(&mut rest[..width], known, row[k]);
            }
        }
        for i in (0..self.size).rev() {
            let (rest, done) = columns.split_at_mut((i + 1) * width);
            let own = &mut rest[i * width..];
            let row = &self.entries[i * self.size + i + 1..];
            for (known, factor) in done.chunks_exact(width).zip(row) {
                add_scaled(own, known, *factor);
            }
            own.iter_mut().for_each(|value| *value /= self.pivots[i]);
        }
    }
}

fn add_scaled(to: &mut [f64], from: &[f64], factor: f64) {
    if factor != 0.0 {
        for (to, from) in to.iter_mut().zip(from) {
            *to += factor * from;
        }
    }
}

/// The conversions that remain without each channel: with `G` the states that end in the channel and `N` the fundamental
/// matrix, a journey first meets `G` in the states `N[0,G]·N[G,G]⁻¹`, and what would have followed from there is lost. For
/// a single state that is `N[0,c] / N[c,c] · b[c]`.
pub(super) fn remaining(chain: &Chain) -> Vec<Remaining> {
    let size = chain.states();
    let factors = Factors::of(chain);
    let mut fundamental = vec![0.0; size * size];
    for state in 0..size {
        // Solved for every unit vector together, so that the factors are read once.
        fundamental[state * size + state] = 1.0;
    }
    factors.solve(&mut fundamental, size);
    let expected = |rewards: &[f64], state: usize| -> f64 {
        // Visits to each state starting from this one.
        let row = &fundamental[state * size..(state + 1) * size];
        row.iter().zip(rewards).map(|(visits, reward)| visits * reward).sum()
    };
    let converts: Vec<f64> = (0..size).map(|state| expected(&chain.converts, state)).collect();
    let value: Vec<f64> = (0..size).map(|state| expected(&chain.value, state)).collect();
    let all = Remaining { conversions: chain.conversion_rate(), value: value[0] };
    let mut by_channel: Vec<Vec<usize>> = vec![Vec::new(); chain.channels()];
    for (state, channel) in chain.channel.iter().enumerate() {
        if let Some(channel) = channel.checked_sub(1) {
            by_channel[channel as usize].push(state);
        }
    }
    by_channel
        .iter()
        .map(|group| {
            let first_met = first_met(&fundamental, size, group);
            let lost = |follows: &[f64]| -> f64 {
                first_met.iter().zip(group).map(|(met, state)| met * follows[*state]).sum()
            };
            Remaining { conversions: all.conversions - lost(&converts), value: all.value - lost(&value) }
        })
        .collect()
}

/// The probability that each state of the group is the first of it that a journey meets: `h·N[G,G] = N[0,G]`.
fn first_met(fundamental: &[f64], size: usize, group: &[usize]) -> Vec<f64> {
    let n = group.len();
    // The transposed system, with its right side as the last column.
    let width = n + 1;
    let mut rows = vec![0.0; n * width];
    for (i, column) in group.iter().enumerate() {
        for (j, row) in group.iter().enumerate() {
            rows[i * width + j] = fundamental[row * size + column];
        }
        rows[i * width + n] = fundamental[*column];
    }
    for k in 0..n {
        // Pivots by size, of equals the first, so that the same rows give the same digits.
        let largest = (k..n)
            .max_by(|a, b| rows[a * width + k].abs().total_cmp(&rows[b * width + k].abs()).then(b.cmp(a)));
        let largest = largest.unwrap_or(k);
        // Not in a chain of journeys, whose principal minors are all above 0; it must not divide.
        if rows[largest * width + k] == 0.0 {
            continue;
        }
        if largest != k {
            for column in 0..width {
                rows.swap(k * width + column, largest * width + column);
            }
        }
        let (above, below) = rows.split_at_mut((k + 1) * width);
        let pivot_row = &above[k * width..];
        for row in below.chunks_exact_mut(width) {
            let factor = row[k] / pivot_row[k];
            if factor != 0.0 {
                for (entry, above) in row[k..].iter_mut().zip(&pivot_row[k..]) {
                    *entry -= factor * above;
                }
            }
        }
    }
    let mut met = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i * width + j] * met[j]).sum();
        let pivot = rows[i * width + i];
        met[i] = if pivot == 0.0 { 0.0 } else { (rows[i * width + n] - known) / pivot };
    }
    met
}
