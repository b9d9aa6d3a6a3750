//! Codes in front of a number that are not part of it.

use super::cn_plan;
use super::phone_alone::numbers_alone;
use super::phone_field::{Reader, segment_length};
use super::phone_runs::{Gap, Group, Run};
use super::scan::digit_value;

/// Digits of the longest code of a country.
const MAX_CODE: usize = 3;

impl Reader<'_, '_> {
    /// `粤B12345 13927461853`: the letters belong to the code before a whole number. The code and the rest of the run.
    pub(super) fn code_before(&self, run: &Run) -> Option<(Group, Run)> {
        let (code, rest) = run.groups.split_first().filter(|_| run.lookalike_before || run.token)?;
        let next = rest.first().filter(|next| next.gap == Gap::Blank)?;
        // `vip13927461853 15088672341`
        if code.plus || next.plus || !run.lookalike_before && code.digits >= cn_plan::MIN_NATIONAL {
            return None;
        }
        let here = rest.get(..segment_length(rest))?;
        let continues = here.len() == rest.len() && run.continues();
        let alone = numbers_alone(self.field, self.options, here, continues);
        alone.first().filter(|one| one.from == 0)?;
        let groups = rest.to_vec();
        let rest =
            Run { groups, lookalike_before: false, starred: false, token: false, glued: false, ..*run };
        Some((*code, rest))
    }

    /// How many codes stand before a number that has them already. Counted in one go: thousands of `+1 +1 +1` are as many
    /// calls otherwise.
    pub(super) fn doubled_codes(&self, run: &Run) -> usize {
        let pairs = run.groups.iter().zip(run.groups.iter().skip(1));
        pairs.take_while(|(code, next)| self.is_doubled(code, next)).count()
    }

    /// `+91-+91-9876543210`: a list of countries has put the code before a number that has it already.
    fn is_doubled(&self, code: &Group, next: &Group) -> bool {
        let digits = |group: &Group| -> Vec<u8> {
            let text = self.field.get(group.start..group.end).unwrap_or_default();
            text.chars().filter_map(digit_value).collect()
        };
        code.plus && next.plus && code.digits <= MAX_CODE && digits(next).starts_with(&digits(code))
    }
}
