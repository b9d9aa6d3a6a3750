//! Dividing whole minor units by weights, to the last one.
#![expect(clippy::indexing_slicing, reason = "all lists have one length, checked on entry")]

/// Floats hold whole numbers exactly below this.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Totals below this are divided by a float estimate that is then corrected exactly.
const ESTIMATED: u64 = 1 << 50;

/// Divides by largest remainder; keeps its memory between calls.
#[derive(Debug, Default)]
pub(super) struct Divider {
    units: Vec<u64>,
    remainders: Vec<(u64, u32)>,
    pub(super) parts: Vec<i64>,
}

impl Divider {
    /// Divides `total` minor units in proportion to `weights` into `parts`, which sum to it exactly. Equal remainders
    /// favour the earlier part; a negative total is divided like its opposite. All parts are zero when no weight
    /// is above zero.
    ///
    /// Weights that are whole numbers count exactly; others to one part in 2^40 of the largest, for up to four
    /// million weights.
    #[inline]
    pub(super) fn divide(&mut self, total: i64, weights: &[f64]) {
        self.parts.clear();
        self.parts.resize(weights.len(), 0);
        // Most conversions have few touches: these need neither memory nor a sort.
        if total.unsigned_abs() < ESTIMATED && divide_few(total, weights, &mut self.parts) {
            return;
        }
        let Some(sum) = whole_units(weights, &mut self.units) else { return };
        let magnitude = total.unsigned_abs();
        let mut given = 0u64;
        self.remainders.clear();
        for (index, units) in self.units.iter().enumerate() {
            if *units == 0 {
                continue;
            }
            let (quota, rest) = estimate(magnitude, *units, sum);
            self.parts[index] = quota as i64;
            given += quota;
            self.remainders.push((rest, index as u32));
        }
        // There are fewer units left than remainders above zero.
        let left = (magnitude - given) as usize;
        if left > 0 {
            let by_rest = |a: &(u64, u32), b: &(u64, u32)| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
            // Which parts get a unit matters, not their order: selecting is linear.
            if left < self.remainders.len() {
                self.remainders.select_nth_unstable_by(left, by_rest);
            }
            for (_, index) in self.remainders.iter().take(left) {
                let part = &mut self.parts[*index as usize];
                *part = part.wrapping_add(1);
            }
        }
        if total < 0 {
            self.parts.iter_mut().for_each(|part| *part = part.wrapping_neg());
        }
    }
}

/// The same for few weights; false when there are more. A copy for each number of them, without memory of its own and
/// without loops whose length the processor would have to guess.
#[inline]
fn divide_few(total: i64, weights: &[f64], parts: &mut [i64]) -> bool {
    match weights.len() {
        1 => divide_exactly::<1>(total, weights, parts),
        2 => divide_exactly::<2>(total, weights, parts),
        3 => divide_exactly::<3>(total, weights, parts),
        4 => divide_exactly::<4>(total, weights, parts),
        5 => divide_exactly::<5>(total, weights, parts),
        6 => divide_exactly::<6>(total, weights, parts),
        7 => divide_exactly::<7>(total, weights, parts),
        8 => divide_exactly::<8>(total, weights, parts),
        _ => false,
    }
}

fn divide_exactly<const N: usize>(total: i64, weights: &[f64], parts: &mut [i64]) -> bool {
    let (Ok(weights), Ok(parts)) = (<&[f64; N]>::try_from(weights), <&mut [i64; N]>::try_from(parts)) else {
        return false;
    };
    let (mut units, mut quotas, mut rests) = ([0u64; N], [0u64; N], [0u64; N]);
    let Some(sum) = small_units(weights, &mut units) else { return true };
    let magnitude = total.unsigned_abs();
    let per_unit = magnitude as f64 / sum as f64;
    // Fewer than N in the end, as each remainder is less than a unit.
    let mut left = magnitude;
    for index in 0..N {
        (quotas[index], rests[index]) = near(magnitude, units[index], sum, per_unit);
        left -= quotas[index];
    }
    for index in 0..N {
        // Chosen by how many come before it, without a branch: remainders are random, and guesses at them cost more.
        let mut before = 0u64;
        for other in 0..N {
            let comes_first =
                if other < index { rests[other] >= rests[index] } else { rests[other] > rests[index] };
            before += u64::from(comes_first);
        }
        parts[index] = (quotas[index] + u64::from(before < left)) as i64 * total.signum();
    }
    true
}

/// A total divided among a first part, some in the middle that weigh the same, and a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) first: i64,
    /// Each in the middle.
    pub(super) middle: i64,
    /// So many in the middle, from the first of them, get one unit more: of the sign of the total.
    pub(super) more: usize,
    pub(super) last: i64,
}

/// The same as [`Divider::divide`] for the weights first, `between` times middle, last, in constant time. The weights sum
/// to less than 2^62 and not to zero.
#[inline]
pub(super) fn divide_ends(total: i64, [first, middle, last]: [u64; 3], between: usize) -> Ends {
    let between = between as u64;
    let sum = first + middle * between + last;
    let (magnitude, sign) = (total.unsigned_abs(), total.signum());
    let per_unit = magnitude as f64 / sum as f64;
    let part = |units: u64| {
        if magnitude < ESTIMATED {
            near(magnitude, units, sum, per_unit)
        } else {
            estimate(magnitude, units, sum)
        }
    };
    let [(first, first_rest), (middle, middle_rest), (last, last_rest)] = [first, middle, last].map(part);
    let left = magnitude - first - middle * between - last;
    // Each gets a unit if fewer come before it than there are units left; of equals, the earlier ones.
    let all = |come_first: bool| if come_first { between } else { 0 };
    let before_first = all(middle_rest > first_rest) + u64::from(last_rest > first_rest);
    let before_middle = u64::from(first_rest >= middle_rest) + u64::from(last_rest > middle_rest);
    let before_last = all(middle_rest >= last_rest) + u64::from(first_rest >= last_rest);
    let signed = |part: u64| (part as i64).wrapping_mul(sign);
    Ends {
        first: signed(first + u64::from(before_first < left)),
        middle: signed(middle),
        more: left.saturating_sub(before_middle).min(between) as usize,
        last: signed(last + u64::from(before_last < left)),
    }
}

/// The same as [`whole_units`], into an array.
#[inline]
fn small_units<const N: usize>(weights: &[f64; N], units: &mut [u64; N]) -> Option<u64> {
    let (mut sum, mut most, mut whole) = (0.0, 0.0f64, true);
    for (units, weight) in units.iter_mut().zip(weights) {
        // Signed, because a processor converts these at once; larger ones are scaled below.
        let signed = *weight as i64;
        *units = signed as u64;
        whole &= signed as f64 == *weight;
        most = most.max(*weight);
        sum += *weight;
    }
    if most <= 0.0 {
        return None;
    }
    // Whole weights are kept as they are, so that thirds and percentages divide without any error.
    if !whole || sum >= EXACT {
        scale(weights, most, units);
    }
    Some(units.iter().sum())
}

/// Weights in parts of the largest: a power of two of them, so that scaling loses nothing, and few enough for the sum to
/// stay below 2^62.
fn scale(weights: &[f64], most: f64, units: &mut [u64]) {
    // Each weight gets as many bits as keep the sum of all below 2^62.
    let bits = 62 - (usize::BITS - weights.len().leading_zeros()).min(40);
    let exponent = (bits as i32 - 1 - exponent_of(most)).min(2_000);
    // Within this a factor is a float, and a product rounds like `ldexp`.
    let factor =
        (-1_000..=1_000).contains(&exponent).then(|| f64::from_bits(((1_023 + exponent) as u64) << 52));
    for (units, weight) in units.iter_mut().zip(weights) {
        let scaled = factor.map_or_else(|| libm::ldexp(*weight, exponent), |factor| weight * factor);
        *units = round(scaled);
    }
}

/// To the nearest whole number, halves up; the number is at least 0 and below 2^62.
#[inline]
fn round(number: f64) -> u64 {
    // Signed, because a processor converts these at once.
    let whole = number as i64;
    whole as u64 + u64::from(number - whole as f64 >= 0.5)
}

/// Reads weights as whole numbers in the same proportion, and their sum; `None` when none is above zero.
#[inline]
pub(super) fn whole_units(weights: &[f64], into: &mut Vec<u64>) -> Option<u64> {
    into.clear();
    let mut sum = 0.0;
    let mut most = 0.0f64;
    let mut whole = true;
    for weight in weights {
        let units = *weight as u64;
        whole &= units as f64 == *weight;
        most = most.max(*weight);
        sum += *weight;
        into.push(units);
    }
    if most <= 0.0 {
        return None;
    }
    if !whole || sum >= EXACT {
        scale(weights, most, into);
    }
    let sum = into.iter().sum();
    (sum > 0).then_some(sum)
}

/// The greatest power of two that is at most the number.
fn exponent_of(number: f64) -> i32 {
    match (number.to_bits() >> 52) as i32 & 0x7ff {
        0 => libm::frexp(number).1 - 1,
        biased => biased - 1_023,
    }
}

/// Quotient and remainder of `magnitude · units / sum`, exactly.
#[inline]
pub(super) fn estimate(magnitude: u64, units: u64, sum: u64) -> (u64, u64) {
    let product = u128::from(magnitude) * u128::from(units);
    if let Ok(product) = u64::try_from(product) {
        return (product / sum, product % sum);
    }
    if magnitude >= ESTIMATED {
        // Both fit: units are at most the sum.
        return ((product / u128::from(sum)) as u64, (product % u128::from(sum)) as u64);
    }
    near(magnitude, units, sum, magnitude as f64 / sum as f64)
}

/// The same by an estimate, `per_unit` being `magnitude / sum`; the magnitude is below 2^50 and the sum below 2^62. The
/// estimate is off by one at most, so the remainder fits into 64 bits although the product does not, and is corrected
/// exactly. A division of 128 bits takes ten times as long.
#[inline]
fn near(magnitude: u64, units: u64, sum: u64, per_unit: f64) -> (u64, u64) {
    // Signed, because a processor converts these at once.
    let quota = (units as i64 as f64 * per_unit) as i64 as u64;
    let rest = magnitude.wrapping_mul(units).wrapping_sub(quota.wrapping_mul(sum)) as i64;
    let sum = sum as i64;
    let low = i64::from(rest < 0);
    let rest = rest + low * sum;
    let high = i64::from(rest >= sum);
    ((quota as i64 - low + high) as u64, (rest - high * sum) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::largest_remainder;
    use proptest::prelude::*;

    fn divided(total: i64, weights: &[f64]) -> Vec<i64> {
        let mut divider = Divider::default();
        divider.divide(total, weights);
        divider.parts
    }

    #[test]
    fn ties_favour_what_stands_first_and_signs_mirror() {
        assert_eq!(divided(1_000, &[1.0, 1.0, 1.0]), [334, 333, 333]);
        assert_eq!(divided(-1_000, &[1.0, 1.0, 1.0]), [-334, -333, -333]);
        assert_eq!(divided(7, &[0.0, 0.0]), [0, 0]);
        assert_eq!(divided(i64::MIN, &[1.0]), [i64::MIN]);
        assert_eq!(divided(i64::MAX, &[1.0, 1.0]), [i64::MAX / 2 + 1, i64::MAX / 2]);
        assert_eq!(divided(10, &[1e300, 1e-300]), [10, 0]);
        assert_eq!(divided(10, &[1e-310, 1e-310]), [5, 5]);
    }

    proptest! {
        #[test]
        fn whole_weights_agree_with_integer_arithmetic(
            total in prop_oneof![0i64..2_000, 0..i64::MAX],
            weights in prop::collection::vec(0u64..1 << 45, 1..30),
        ) {
            let floats: Vec<f64> = weights.iter().map(|weight| *weight as f64).collect();
            let wanted = largest_remainder(total as u64, &weights)
                .map_or(vec![0; weights.len()], |parts| parts.into_iter().map(|part| part as i64).collect());
            prop_assert_eq!(divided(total, &floats), wanted);
        }

        #[test]
        fn ends_are_divided_like_their_weights(
            total in prop_oneof![-300i64..300, -(1i64 << 52)..1 << 52, Just(i64::MIN), Just(i64::MAX)],
            units in [0u64..5, 0u64..5, 0u64..5],
            between in 0usize..9,
        ) {
            let [first, middle, last] = units;
            prop_assume!(first + last + middle * between as u64 > 0);
            let mut weights = vec![first as f64];
            weights.resize(between + 1, middle as f64);
            weights.push(last as f64);
            let ends = divide_ends(total, units, between);
            let mut got = vec![ends.first];
            got.extend((0..between).map(|index| ends.middle + i64::from(index < ends.more) * total.signum()));
            got.push(ends.last);
            prop_assert_eq!(got, divided(total, &weights));
        }

        #[test]
        fn any_weights_sum_and_stay_near_their_quota(
            total in -(1i64 << 40)..1 << 40,
            weights in prop::collection::vec(0.0f64..1e6, 1..30),
        ) {
            let sum: f64 = weights.iter().sum();
            prop_assume!(sum > 0.0);
            let parts = divided(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                let quota = total as f64 * weight / sum;
                prop_assert!((*part as f64 - quota).abs() <= 1.0 + quota.abs() * 1e-11);
            }
        }
    }
}
