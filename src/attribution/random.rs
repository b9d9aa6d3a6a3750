//! Seeded random numbers: the same everywhere.

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    /// A separate stream for each seed and pair of numbers.
    pub(super) fn new(seed: u64, a: u64, b: u64) -> SplitMix64 {
        let mut mixed = SplitMix64(seed);
        mixed.0 = mixed.next() ^ a;
        mixed.0 = mixed.next() ^ b;
        mixed
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to but not 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// How often something that is drawn `mean` times on average is drawn: Poisson, which is what drawing many journeys
    /// with replacement gives each of them. From 60 up by the normal approximation.
    pub(super) fn poisson(&mut self, mean: u64) -> u64 {
        if mean == 0 {
            return 0;
        }
        let mean = mean as f64;
        if mean < 60.0 {
            let mut term = libm::exp(-mean);
            let mut below = term;
            let at = self.unit();
            let mut count = 0;
            // Ends in any case: the terms become too small to move the sum.
            while at >= below && count < 1_000 {
                count += 1;
                term *= mean / count as f64;
                below += term;
            }
            count
        } else {
            let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
            let normal = radius * libm::cos(std::f64::consts::TAU * self.unit());
            // A cast of a float saturates.
            libm::rint(mean + libm::sqrt(mean) * normal).max(0.0) as u64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_has_the_mean_and_the_variance_it_should() {
        for mean in [1u64, 7, 40, 500] {
            let draws: Vec<f64> =
                (0..20_000).map(|index| SplitMix64::new(3, mean, index).poisson(mean) as f64).collect();
            let average = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|draw| (draw - average) * (draw - average)).sum::<f64>()
                / draws.len() as f64;
            let mean = mean as f64;
            assert!((average - mean).abs() < 0.05 * mean, "{mean}: {average}");
            assert!((variance - mean).abs() < 0.1 * mean, "{mean}: {variance}");
        }
    }
}
