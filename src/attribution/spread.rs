//! Paying many amounts in one fixed proportion.
#![expect(clippy::indexing_slicing, reason = "all lists have one length")]

use super::cents::{estimate, whole_units};

/// Divides one amount after another in the same proportion. Units that are left over go to those furthest behind what
/// they should have had of all amounts so far, so that sums follow the proportion as closely as each amount does.
#[derive(Debug)]
pub(super) struct Spread {
    units: Vec<u64>,
    sum: u64,
    /// How far each is behind, in parts of `sum`.
    behind: Vec<i128>,
    parts: Vec<i64>,
    order: Vec<u32>,
}

impl Spread {
    /// A proportion; at least one weight must be above zero for anything to be paid.
    pub(super) fn new(weights: &[f64]) -> Spread {
        let mut units = Vec::new();
        let sum = whole_units(weights, &mut units).unwrap_or(0);
        Spread {
            behind: vec![0; units.len()],
            parts: vec![0; units.len()],
            order: (0..units.len() as u32).filter(|index| units[*index as usize] > 0).collect(),
            units,
            sum,
        }
    }

    /// Divides an amount; the parts sum to it and have its sign. Of equals, the first.
    pub(super) fn pay(&mut self, amount: i64) -> &[i64] {
        self.parts.fill(0);
        if self.sum == 0 || amount == 0 {
            return &self.parts;
        }
        let (magnitude, sign) = (amount.unsigned_abs(), i128::from(amount.signum()));
        let mut left = magnitude;
        for index in &self.order {
            let index = *index as usize;
            // Everybody gets the whole units; the fraction is carried over.
            let (quota, rest) = estimate(magnitude, self.units[index], self.sum);
            self.parts[index] = (quota as i64).wrapping_mul(amount.signum());
            self.behind[index] += sign * i128::from(rest);
            left -= quota;
        }
        let left = left as usize;
        if left > 0 {
            let behind = &self.behind;
            let first = |a: &u32, b: &u32| {
                // The furthest behind first; a refund is taken from the furthest ahead.
                let [x, y] = [behind[*a as usize] * sign, behind[*b as usize] * sign];
                y.cmp(&x).then(a.cmp(b))
            };
            if left < self.order.len() {
                // The list keeps this order, which means nothing later: ties go by index.
                self.order.select_nth_unstable_by(left, first);
            }
            for index in &self.order[..left] {
                let index = *index as usize;
                self.parts[index] = self.parts[index].wrapping_add(amount.signum());
                self.behind[index] -= sign * i128::from(self.sum);
            }
        }
        &self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cent_at_a_time_goes_round() {
        let mut spread = Spread::new(&[1.0, 1.0, 0.0, 2.0]);
        let paid: Vec<usize> =
            (0..8).map(|_| spread.pay(1).iter().position(|part| *part == 1).unwrap()).collect();
        assert_eq!(paid, [3, 0, 1, 3, 3, 0, 1, 3]);
    }

    proptest! {
        #[test]
        fn amounts_sum_and_totals_follow_the_proportion(
            weights in prop::collection::vec(0u32..100, 1..8),
            amounts in prop::collection::vec(prop_oneof![0i64..50, 0i64..1_000_000, Just(i64::MAX / 64)], 1..60),
        ) {
            let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
            prop_assume!(sum > 0);
            let floats: Vec<f64> = weights.iter().map(|weight| f64::from(*weight)).collect();
            let mut spread = Spread::new(&floats);
            let mut totals = vec![0i128; weights.len()];
            for amount in &amounts {
                let parts = spread.pay(*amount);
                prop_assert_eq!(parts.iter().sum::<i64>(), *amount);
                prop_assert!(parts.iter().all(|part| *part >= 0));
                totals.iter_mut().zip(parts).for_each(|(total, part)| *total += i128::from(*part));
            }
            let all: i128 = amounts.iter().map(|amount| i128::from(*amount)).sum();
            for (total, weight) in totals.iter().zip(&weights) {
                let off = total * i128::from(sum) - all * i128::from(*weight);
                prop_assert!(off.abs() < 2 * i128::from(sum), "{totals:?} {weights:?}");
            }
        }
    }
}
