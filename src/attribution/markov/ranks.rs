//! Channels in the order of their names.

use crate::attribution::credit_model::Paths;

/// Channels by the place of their name among all names: a chain counts by these, so that nothing it finds depends on
/// which journey came first.
#[derive(Debug)]
pub(in crate::attribution) struct Ranks {
    /// By channel number.
    ranks: Vec<u32>,
    /// By rank.
    names: Vec<String>,
}

impl Ranks {
    pub(in crate::attribution) fn of(paths: &Paths<'_>) -> Ranks {
        let mut numbers: Vec<usize> = (0..paths.channels()).collect();
        numbers.sort_by_key(|number| paths.channel(*number));
        let mut ranks = vec![0; numbers.len()];
        for (number, rank) in numbers.iter().zip(0..) {
            if let Some(place) = ranks.get_mut(*number) {
                *place = rank;
            }
        }
        let names = numbers.iter().map(|number| paths.channel(*number).unwrap_or_default().to_owned());
        Ranks { names: names.collect(), ranks }
    }

    /// The rank of a channel by its number.
    #[inline]
    pub(in crate::attribution) fn rank(&self, number: u32) -> u32 {
        self.ranks.get(number as usize).copied().unwrap_or(number)
    }

    pub(super) fn name(&self, rank: u32) -> &str {
        self.names.get(rank as usize).map_or("", String::as_str)
    }

    /// What is by rank, by number.
    pub(in crate::attribution) fn by_number(&self, by_rank: &[f64]) -> Vec<f64> {
        self.ranks.iter().map(|rank| by_rank.get(*rank as usize).copied().unwrap_or(0.0)).collect()
    }
}
