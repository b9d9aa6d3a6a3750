//! Sums of many small numbers.
#![expect(clippy::indexing_slicing, reason = "channel numbers are below the number of channels")]

/// How many additions a partial sum takes before it is added to the whole.
const CHUNK: usize = 2_048;
/// Touches of one journey that are added at once.
pub(super) const PIECE: usize = 1_024;

/// The sum of weights, all at least 0, with the rounding errors of its additions (Knuth's two-sum), so that parts of it
/// sum to 1 however many they are.
#[inline]
pub(super) fn sum_of(weights: &[f64]) -> f64 {
    if weights.len() <= PIECE { weights.iter().sum() } else { long_sum(weights) }
}

#[cold]
fn long_sum(weights: &[f64]) -> f64 {
    let (mut whole, mut lost) = (0.0, 0.0);
    for piece in weights.chunks(PIECE / 8) {
        let part: f64 = piece.iter().sum();
        let sum = whole + part;
        // What rounding lost, exactly (Knuth's two-sum); plain sums within a piece keep this off the usual path.
        let added = sum - whole;
        lost += (whole - (sum - added)) + (part - added);
        whole = sum;
    }
    // Too large to be summed: no error is reported.
    if whole.is_finite() { whole + lost } else { whole }
}

/// Conversions and value by channel. Partial sums of a chunk are added with their rounding error (Knuth's two-sum), so
/// the error does not grow with the number of journeys.
#[derive(Debug)]
pub(super) struct Sums {
    part: Vec<[f64; 2]>,
    whole: Vec<[f64; 2]>,
    lost: Vec<[f64; 2]>,
    chunk: usize,
    left: usize,
}

impl Sums {
    pub(super) fn new(channels: usize) -> Sums {
        let zeros = vec![[0.0; 2]; channels];
        // Adding up visits every channel: chunks are long enough to make that negligible.
        let chunk = CHUNK.max(channels);
        Sums { part: zeros.clone(), whole: zeros.clone(), lost: zeros, chunk, left: chunk }
    }

    #[inline]
    pub(super) fn add(&mut self, channel: u32, conversions: f64, value: f64) {
        let part = &mut self.part[channel as usize];
        part[0] += conversions;
        part[1] += value;
    }

    /// Adds a long list in pieces, so that a journey of any length is summed as exactly as many short ones.
    pub(super) fn add_all(&mut self, parts: impl Iterator<Item = (u32, f64, f64)>) {
        let mut left = PIECE;
        for (channel, conversions, value) in parts {
            self.add(channel, conversions, value);
            left -= 1;
            if left == 0 {
                self.flush();
                left = PIECE;
            }
        }
    }

    /// Marks the end of a journey.
    #[inline]
    pub(super) fn step(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            self.flush();
        }
    }

    #[cold]
    fn flush(&mut self) {
        self.left = self.chunk;
        for ((part, whole), lost) in self.part.iter_mut().zip(&mut self.whole).zip(&mut self.lost) {
            for ((part, whole), lost) in part.iter_mut().zip(whole).zip(lost) {
                let sum = *whole + *part;
                let added = sum - *whole;
                *lost += (*whole - (sum - added)) + (*part - added);
                *whole = sum;
                *part = 0.0;
            }
        }
    }

    /// Conversions and value by channel.
    pub(super) fn finish(mut self) -> Vec<[f64; 2]> {
        self.flush();
        self.whole
            .iter()
            .zip(&self.lost)
            .map(|(whole, lost)| [whole[0] + lost[0], whole[1] + lost[1]])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Summed with their errors, so that the sum itself hides none.
    fn exactly(parts: impl Iterator<Item = f64>) -> f64 {
        let (mut whole, mut lost) = (0.0f64, 0.0f64);
        for part in parts {
            let sum = whole + part;
            lost += if whole >= part { (whole - sum) + part } else { (part - sum) + whole };
            whole = sum;
        }
        whole + lost
    }

    #[test]
    fn shares_of_a_million_touches_sum_to_one() {
        for weight in [0.1, 1.0 / 3.0, 0.7, 1e-9] {
            for length in [1_000, 1_025, 100_000, 1_000_000] {
                let mut weights = vec![weight; length];
                weights.iter_mut().step_by(3).for_each(|one| *one *= 0.7);
                let sum = sum_of(&weights);
                let shares = exactly(weights.iter().map(|one| one / sum));
                assert!((shares - 1.0).abs() <= 1e-12, "{weight} {length} {}", shares - 1.0);
                let mut sums = Sums::new(2);
                sums.add_all(weights.iter().zip(0u32..).map(|(one, place)| (place % 2, one / sum, 0.0)));
                let found = sums.finish();
                assert!((found[0][0] + found[1][0] - 1.0).abs() <= 1e-12, "{weight} {length} {found:?}");
            }
        }
        assert_eq!(sum_of(&vec![f64::MAX; 2_000]), f64::INFINITY);
    }
}
