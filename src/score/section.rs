//! Rules that follow one another, and the limits their points share.

use super::account::{Number, Posting, Postings, Why};
use super::line::ScoreAxis;
use crate::model::Points;

/// Rules that follow one another, and the limits their points share.
#[derive(Debug, Clone)]
pub(super) struct Section<T> {
    pub(super) rules: Vec<T>,
    pub(super) limits: Option<Limits>,
}

#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) group: Number,
    pub(super) min: Option<Points>,
    pub(super) max: Option<Points>,
}

impl Limits {
    /// Adds a line when the points since `start` are outside.
    #[inline(never)]
    pub(super) fn apply(&self, axis: ScoreAxis, start: usize, lines: &mut Postings) {
        if lines.len() == start {
            return;
        }
        let sum = lines.sum_after(start);
        let limit = match (self.min, self.max) {
            (_, Some(max)) if sum > max => max,
            (Some(min), _) if sum < min => min,
            _ => return,
        };
        let why = Why::GroupLimit { group: self.group, limit };
        lines.push(Posting { axis, points: limit - sum, why });
    }
}
