//! Attribution done again, slowly and in another way.

use std::collections::BTreeMap;

use crate::attribution::support::PathRow;

/// Probability to convert and expected value of a chain of an order, without a channel if one is named: the chain's
/// linear equations over maps, solved by elimination.
pub(crate) fn chain(rows: &[PathRow], order: usize, removed: Option<usize>) -> (f64, f64) {
    type State = Vec<usize>;
    let mut steps: BTreeMap<State, BTreeMap<State, f64>> = BTreeMap::new();
    let mut ends: BTreeMap<State, (f64, f64, f64)> = BTreeMap::new();
    for row in rows {
        let times = (row.conversions + row.nulls) as f64;
        let mut state: State = Vec::new();
        for channel in &row.channels {
            let mut next = state.clone();
            next.push(*channel);
            if next.len() > order {
                next.remove(0);
            }
            *steps.entry(state).or_default().entry(next.clone()).or_default() += times;
            state = next;
        }
        let end = ends.entry(state).or_default();
        end.0 += row.conversions as f64;
        end.1 += row.nulls as f64;
        end.2 += row.value as f64;
    }
    let mut states: Vec<State> = steps.keys().chain(ends.keys()).cloned().collect();
    states.sort();
    states.dedup();
    let number: BTreeMap<&State, usize> = states.iter().zip(0..).collect();
    let size = states.len();
    // x = P·x + r, as rows of (I − P | r for conversions | r for value).
    let mut rows = vec![vec![0.0; size + 2]; size];
    for (index, state) in states.iter().enumerate() {
        rows[index][index] = 1.0;
        let end = ends.get(state).copied().unwrap_or_default();
        let none = BTreeMap::new();
        let onward = steps.get(state).unwrap_or(&none);
        let leaving = onward.values().sum::<f64>() + end.0 + end.1;
        if leaving == 0.0 {
            continue;
        }
        for (next, count) in onward {
            if removed.is_none_or(|removed| next.last() != Some(&removed)) {
                rows[index][number[next]] -= count / leaving;
            }
        }
        rows[index][size] = end.0 / leaving;
        rows[index][size + 1] = end.2 / leaving;
    }
    let solved = eliminate(rows);
    let start = number[&Vec::new()];
    solved[start]
}

/// Gauss–Jordan, each column by the row that is largest there.
fn eliminate(mut rows: Vec<Vec<f64>>) -> Vec<(f64, f64)> {
    let size = rows.len();
    for column in 0..size {
        let largest =
            (column..size).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs())).unwrap();
        rows.swap(column, largest);
        let pivot = rows[column][column];
        let above: Vec<f64> = rows[column].iter().map(|entry| entry / pivot).collect();
        for (other, entries) in rows.iter_mut().enumerate() {
            let factor = entries[column];
            if other == column {
                entries.copy_from_slice(&above);
            } else if factor != 0.0 {
                for (entry, above) in entries[column..].iter_mut().zip(&above[column..]) {
                    *entry -= factor * above;
                }
            }
        }
    }
    rows.iter().map(|row| (row[size], row[size + 1])).collect()
}

/// Shapley values by going through every order in which the players can come.
pub(crate) fn shapley_by_orders(worth: &[f64]) -> Vec<f64> {
    let players = worth.len().trailing_zeros() as usize;
    let mut values = vec![0.0; players];
    let mut orders = 0.0;
    permute(&mut (0..players).collect::<Vec<_>>(), 0, &mut |order| {
        orders += 1.0;
        let mut set = 0usize;
        for player in order {
            let before = worth[set];
            set |= 1 << player;
            values[*player] += worth[set] - before;
        }
    });
    values.into_iter().map(|value| value / orders).collect()
}

fn permute(order: &mut Vec<usize>, fixed: usize, visit: &mut dyn FnMut(&[usize])) {
    if fixed == order.len() {
        visit(order);
        return;
    }
    for other in fixed..order.len() {
        order.swap(fixed, other);
        permute(order, fixed + 1, visit);
        order.swap(fixed, other);
    }
}

/// Hamilton's method in fractions: the exact quotas' floors, then one more for the largest remainders.
pub(crate) fn hamilton(total: i64, weights: &[u64]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let magnitude = u128::from(total.unsigned_abs());
    let mut parts: Vec<i64> =
        weights.iter().map(|weight| (magnitude * u128::from(*weight) / sum) as i64).collect();
    let left = magnitude as i64 - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(magnitude * u128::from(weights[*index]) % sum));
    for index in order.into_iter().take(left as usize) {
        parts[index] += 1;
    }
    parts.into_iter().map(|part| part * total.signum()).collect()
}
