//! Sums of many small numbers.
#![expect(clippy::indexing_slicing, reason = "channel numbers are below the number of channels")]

/// How many additions a partial sum takes before it is added to the whole.
const CHUNK: usize = 2_048;

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
        // Adding up takes a look at each channel: chunks that are long enough for it not to count.
        let chunk = CHUNK.max(channels);
        Sums { part: zeros.clone(), whole: zeros.clone(), lost: zeros, chunk, left: chunk }
    }

    #[inline]
    pub(super) fn add(&mut self, channel: u32, conversions: f64, value: f64) {
        let part = &mut self.part[channel as usize];
        part[0] += conversions;
        part[1] += value;
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
