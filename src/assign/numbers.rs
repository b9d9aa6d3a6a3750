//! Sets of numbers that are short, in memory and as text: thousands of classes that take part are a few hundred letters.

use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The last digit of a number, of base 16, is one of the first half; those before it are of the second.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
/// More numbers than reps ever make classes: a text that names more was not written by this crate.
const MAX_NUMBERS: u32 = 1 << 20;
/// Runs of more numbers are written by how many they are.
const MAX_SINGLE: u32 = 4;

/// A set of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers(Arc<[Run]>);

/// Numbers without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: u32,
    last: u32,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers(Arc::from([]))
    }
}

impl Numbers {
    /// By number.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().flat_map(|run| run.first..=run.last)
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let place = self.0.partition_point(|run| run.last < number);
        self.0.get(place).is_some_and(|run| run.first <= number)
    }

    fn read(text: &str) -> Option<Numbers> {
        let (mut runs, mut count) = (Vec::<Run>::new(), 0_u32);
        let mut letters = text.bytes().peekable();
        while letters.peek().is_some() {
            let more =
                if letters.next_if_eq(&b'-').is_some() { Some(read_digits(&mut letters)?) } else { None };
            match (more, runs.last_mut()) {
                (Some(more), Some(run)) => {
                    run.last = run.last.checked_add(more)?;
                    count = count.checked_add(more)?;
                }
                // A run begins with a number; a text without one was not written by this crate.
                (Some(_), None) => return None,
                (None, last) => {
                    let passed = read_digits(&mut letters)?;
                    let next = last.as_ref().map_or(Some(0), |run| run.last.checked_add(1))?;
                    let number = next.checked_add(passed)?;
                    count = count.checked_add(1)?;
                    // Joined to its neighbour, so that equal sets are equal runs however they were written.
                    match last.filter(|_| passed == 0) {
                        Some(run) => run.last = number,
                        None => runs.push(Run { first: number, last: number }),
                    }
                }
            }
        }
        // A short text can name billions: refuse it before walking through them.
        (count <= MAX_NUMBERS).then(|| Numbers(runs.into()))
    }
}

impl FromIterator<u32> for Numbers {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Numbers {
        let mut numbers = Vec::from_iter(numbers);
        numbers.sort_unstable();
        numbers.dedup();
        let runs = numbers.chunk_by(|one, other| one.checked_add(1) == Some(*other));
        let run = |run: &[u32]| Some(Run { first: *run.first()?, last: *run.last()? });
        Numbers(runs.filter_map(run).collect())
    }
}

impl Serialize for Numbers {
    /// Of each number how many are passed over before it; of a long run, after `-`, how many follow it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut text, mut next) = (String::new(), 0);
        for Run { first, last } in self.0.iter() {
            write_digits(first.saturating_sub(next), &mut text);
            match last.saturating_sub(*first) {
                more @ 0..MAX_SINGLE => (0..more).for_each(|_| write_digits(0, &mut text)),
                more => {
                    text.push('-');
                    write_digits(more, &mut text);
                }
            }
            next = last.saturating_add(1);
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Numbers, D::Error> {
        let text = String::deserialize(deserializer)?;
        Numbers::read(&text).ok_or_else(|| D::Error::custom(format_args!("`{text}` is not a set of numbers")))
    }
}

fn write_digits(number: u32, text: &mut String) {
    let digits = (0..8).rev().map(|place| (place, (number >> (4 * place)) & 15));
    for (place, digit) in digits.skip_while(|(place, digit)| *place > 0 && *digit == 0) {
        let half = if place > 0 { 16 } else { 0 };
        text.extend(DIGITS.get((digit + half) as usize).map(|digit| char::from(*digit)));
    }
}

fn read_digits(letters: &mut impl Iterator<Item = u8>) -> Option<u32> {
    let mut number = 0_u32;
    for letter in letters {
        let digit = char::from(letter).to_digit(32).filter(|_| !letter.is_ascii_uppercase())?;
        number = number.checked_mul(16)?.checked_add(digit & 15)?;
        if digit < 16 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::Numbers;

    fn written(numbers: impl IntoIterator<Item = u32>) -> String {
        serde_json::to_value(Numbers::from_iter(numbers)).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn runs_and_gaps_are_short() {
        assert_eq!(written([]), "");
        assert_eq!(written([300, 0, 1, 2, 7]), "0004hi4");
        assert_eq!(written(0..4_000), "0-vpf");
        assert_eq!(written((0..1_500).map(|number| number * 3)).len(), 1_500);
    }

    #[test]
    fn what_nobody_writes_is_refused() {
        for text in ["-5", "0-", "g", "x", "0-vvvvvvvf", "vvvvvvvvvf", "0 1", "A0", "0-vvvvf0-vvvvf"] {
            let read = serde_json::from_value::<Numbers>(json!(text));
            assert!(read.is_err(), "{text}: {read:?}");
        }
    }

    proptest! {
        #[test]
        fn a_set_is_read_as_it_was_written(
            numbers in prop::collection::btree_set(prop_oneof![0..60_u32, 0..5_000_u32, any::<u32>()], 0..80),
            others in prop::collection::vec(0..70_u32, 20),
        ) {
            let read: Numbers = serde_json::from_value(json!(written(numbers.iter().copied()))).unwrap();
            prop_assert_eq!(BTreeSet::from_iter(read.iter()), numbers.clone());
            prop_assert_eq!(&read, &Numbers::from_iter(numbers.iter().copied()));
            for other in others {
                prop_assert_eq!(read.contains(other), numbers.contains(&other));
            }
        }
    }
}
