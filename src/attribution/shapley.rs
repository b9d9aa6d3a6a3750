//! Shapley values.
#![expect(
    clippy::indexing_slicing,
    reason = "indexes are subsets of as many channels as the tables are made for"
)]

use super::credit_model::{CreditModel, Fit, Path, Paths};
use super::error::CreditError;
use super::journeys::Journey;
use super::markov::Ranks;
use super::models::UniqueLinear;

/// Most players of a general game: its table then has a million entries.
const MAX_PLAYERS: usize = 20;

/// The Shapley values of a game that is given by the worth of every coalition.
///
/// `worth[s]` is what the players whose bits are set in `s` achieve together, so there are 2ⁿ of them for n players,
/// at most 20; `worth[0]` is usually 0. The values sum to `worth[2ⁿ − 1] − worth[0]`. O(2ⁿ), for a million coalitions
/// some milliseconds.
///
/// The value of player i is the sum over coalitions S without i of `|S|!·(n−|S|−1)!/n!·(v(S∪i) − v(S))` (Shapley,
/// "A value for n-person games", 1953).
///
/// ```
/// use leadkit::attribution::shapley_values;
///
/// // The glove game: player 0 has a left glove, 1 and 2 have a right one.
/// let pairs = [0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0];
/// let values = shapley_values(&pairs)?;
/// assert!((values[0] - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), leadkit::attribution::CreditError>(())
/// ```
///
/// # Errors
/// When the number of coalitions is not a power of two or is too large, or a worth or a value is not finite.
pub fn shapley_values(worth: &[f64]) -> Result<Vec<f64>, CreditError> {
    let players = worth.len().trailing_zeros() as usize;
    if !worth.len().is_power_of_two() {
        return Err(CreditError::custom(format!(
            "{} coalitions are not a power of two: give the worth of every set of players",
            worth.len()
        )));
    }
    if players > MAX_PLAYERS {
        return Err(CreditError::TooManyChannels { channels: players, most: MAX_PLAYERS });
    }
    // Before any sum: afterwards it would be in every value, and its origin could not be found.
    if let Some(index) = worth.iter().position(|worth| !worth.is_finite()) {
        return Err(CreditError::custom(format!("the worth of coalition {index} is not finite")));
    }
    let values = values_of(worth.to_vec(), players);
    // Finite worths may sum beyond the largest float.
    if values.iter().any(|value| !value.is_finite()) {
        return Err(CreditError::custom(
            "the values of the game are too large for floats: scale the worth down",
        ));
    }
    Ok(values)
}

/// The values of a game whose table is used up.
fn values_of(mut worth: Vec<f64>, players: usize) -> Vec<f64> {
    if players == 0 {
        return Vec::new();
    }
    // weight[s] = s!·(n−s−1)!/n! for a coalition of s players that another one joins.
    let mut joins = vec![1.0 / players as f64; players];
    for size in 1..players {
        joins[size] = joins[size - 1] * size as f64 / (players - size) as f64;
    }
    // Summed over all coalitions: those with the player count for what they are worth when it has joined, and what they
    // would have been worth to the next one is taken from everybody alike.
    let mut without = 0.0;
    for (coalition, worth) in worth.iter_mut().enumerate() {
        let size = coalition.count_ones() as usize;
        let joined = if size > 0 { joins[size - 1] } else { 0.0 };
        let joining = if size < players { joins[size] } else { 0.0 };
        without += joining * *worth;
        *worth *= joined + joining;
    }
    // The upper half of the table has the last player; both halves are then added, which leaves that player out: O(2ⁿ) in all.
    let mut values = vec![0.0; players];
    let mut length = worth.len();
    for player in (0..players).rev() {
        length /= 2;
        let (low, high) = worth[..2 * length].split_at_mut(length);
        values[player] = high.iter().sum::<f64>() - without;
        for (low, high) in low.iter_mut().zip(high) {
            *low += *high;
        }
    }
    values
}

/// Turns what each exact set has into what its subsets have together.
fn sum_over_subsets(table: &mut [f64]) {
    let mut half = 1;
    while half < table.len() {
        for block in table.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (high, low) in high.iter_mut().zip(low) {
                *high += *low;
            }
        }
        half *= 2;
    }
}

/// The game of conversion rates, which has no shorter form.
#[derive(Debug, Clone, Copy)]
pub(super) struct RateGame;

impl CreditModel for RateGame {
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        UniqueLinear.weigh(journey, weights)
    }

    fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
        // Only channels that occur are players: names may be known that no path uses.
        let ranks = Ranks::of(paths);
        let mut occurs = vec![false; paths.channels()];
        paths.visit(&mut |path| {
            path.journey.channels.iter().for_each(|channel| occurs[ranks.rank(*channel) as usize] = true);
        })?;
        // In the order of their names, so that no sum depends on which journey came first.
        let mut players = 0;
        let by_rank: Vec<Option<usize>> = occurs
            .iter()
            .map(|occurs| {
                players += usize::from(*occurs);
                occurs.then(|| players - 1)
            })
            .collect();
        let player: Vec<Option<usize>> =
            (0..paths.channels() as u32).map(|channel| by_rank[ranks.rank(channel) as usize]).collect();
        if players > MAX_PLAYERS {
            return Err(CreditError::TooManyChannels { channels: players, most: MAX_PLAYERS });
        }
        // The total over the subsets of each set; one table at a time, because they are large.
        let together = |of: &dyn Fn(&Path<'_>) -> f64| -> Result<Vec<f64>, CreditError> {
            let mut table = vec![0.0; 1 << players];
            paths.visit(&mut |path| {
                let channels = path.journey.channels.iter();
                let set = channels
                    .filter_map(|channel| player[*channel as usize])
                    .fold(0, |set, one| set | 1 << one);
                let set: usize = set;
                table[set] += of(path);
            })?;
            sum_over_subsets(&mut table);
            Ok(table)
        };
        let journeys = together(&|path| (path.conversions + path.nulls) as f64)?;
        let rate = |of: &dyn Fn(&Path<'_>) -> f64| -> Result<Vec<f64>, CreditError> {
            let mut worth = together(of)?;
            for (part, all) in worth.iter_mut().zip(&journeys) {
                // A set within which no journey stays has no rate, and counts as converting nobody.
                *part = if *all > 0.0 { *part / all } else { 0.0 };
            }
            let values = values_of(worth, players);
            Ok(player.iter().map(|player| player.map_or(0.0, |player| values[player])).collect())
        };
        let effects = rate(&|path| path.conversions as f64)?;
        let values = rate(&|path| path.value)?;
        // A channel that lowers the rate is shown with its effect, and gets nothing.
        let positive = |values: &[f64]| values.iter().map(|value| value.max(0.0)).collect::<Vec<f64>>();
        Ok(Some(Fit {
            conversions: positive(&effects),
            values: positive(&values),
            effects: Some(effects),
            value_effects: values.iter().any(|value| *value != 0.0).then_some(values),
            // Three tables, each summed over its subsets player by player.
            work: 3 * (players as u64) * (1u64 << players) / 2,
            ..Fit::default()
        }))
    }
}
