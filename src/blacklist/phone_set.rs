//! Millions of phone numbers in little memory.

use std::fmt;

/// First and last seven digits of a Chinese mobile number, its segment (号段).
const FIRST_SEGMENT: u64 = 1_300_000;
const SEGMENTS: usize = 700_000;
/// Subscriber numbers of a segment.
const TAILS: u64 = 10_000;
/// Tails that are compared one by one: two lines of the cache.
const FEW_TAILS: usize = 64;

/// A set of phone numbers by their canonical keys, for lists of millions: about two bytes for a Chinese mobile number
/// in addition to 2.8 MB, eight for any other.
///
/// A Chinese mobile number is found by its segment, seven digits, and the four digits behind it. The set is exact: it
/// never claims to hold a number that it does not hold. It is built once; hand a new one in when the list has changed.
///
/// ```
/// use leadkit::blacklist::PhoneSet;
///
/// let set: PhoneSet = ["+8613927461853", "+16502530000"].into_iter().collect();
/// assert!(set.contains("+8613927461853") && set.contains("+16502530000"));
/// assert!(!set.contains("+8613927461854"));
/// assert_eq!(set.len(), 2);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PhoneSet {
    /// Where the tails of each segment begin; one more at the end. Empty without mobile numbers.
    starts: Vec<u32>,
    tails: Vec<u16>,
    others: Vec<u64>,
    left_out: usize,
}

impl fmt::Debug for PhoneSet {
    /// Shows how many there are, not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneSet").field("numbers", &self.len()).finish_non_exhaustive()
    }
}

/// Where a number is kept.
enum Place {
    Mobile { segment: usize, tail: u16 },
    Other(u64),
}

impl Place {
    /// The place of a key; `None` for a text that is not a key.
    #[inline]
    fn of(key: &str) -> Option<Place> {
        if let Some(place) = Place::of_mobile(key.as_bytes()) {
            return Some(place);
        }
        let digits = key.strip_prefix('+')?.as_bytes();
        if digits.is_empty() || digits.len() > 15 {
            return None;
        }
        let mut number = 0_u64;
        for digit in digits {
            let value = digit.wrapping_sub(b'0');
            if value > 9 {
                return None;
            }
            number = number * 10 + u64::from(value);
        }
        // A leading 0 would be lost; no key has one.
        (digits.first() != Some(&b'0')).then(|| Place::of_number(number, digits.len()))
    }

    /// The place of `+861` and ten digits, read eight at a time; `None` for any other key.
    #[inline]
    fn of_mobile(key: &[u8]) -> Option<Place> {
        let (head, digits) = key.split_first_chunk::<4>()?;
        let (eight, two) = digits.split_first_chunk::<8>()?;
        let two: [u8; 2] = two.try_into().ok()?;
        if head != b"+861" || !two.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let [tens, ones] = two.map(|digit| u64::from(digit - b'0'));
        let number = 10_000_000_000 + eight_digits(*eight)? * 100 + tens * 10 + ones;
        let segment = (number / TAILS).checked_sub(FIRST_SEGMENT)? as usize;
        (segment < SEGMENTS).then_some(Place::Mobile { segment, tail: (number % TAILS) as u16 })
    }

    #[inline]
    fn of_number(number: u64, digits: usize) -> Place {
        let national = number.wrapping_sub(86_00000000000);
        let segment = (national / TAILS).wrapping_sub(FIRST_SEGMENT) as usize;
        if digits == 13 && segment < SEGMENTS {
            Place::Mobile { segment, tail: (national % TAILS) as u16 }
        } else {
            Place::Other(number)
        }
    }
}

/// The number that eight ASCII digits are; `None` when one of them is not a digit. Pairs, then fours, then all of them are
/// put together at once in one word.
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    let word = u64::from_le_bytes(text);
    let digits = word.wrapping_sub(0x3030_3030_3030_3030);
    // A byte above 9 sets its high bit when 0x76 is added, a byte below 0 has it set already.
    let above = digits.wrapping_add(0x7676_7676_7676_7676) | digits;
    if above & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF)
}

/// Whether the tails of a segment hold one. Few are compared all together, without a branch that may be guessed wrong.
#[inline]
fn holds(tails: &[u16], tail: u16) -> bool {
    if tails.len() > FEW_TAILS {
        return tails.binary_search(&tail).is_ok();
    }
    tails.iter().fold(false, |found, one| found | (*one == tail))
}

impl PhoneSet {
    /// Whether a number is in the set, by its [key](crate::contact::Phone::key). Allocates nothing.
    ///
    /// ```
    /// use leadkit::blacklist::PhoneSet;
    /// use leadkit::contact::{Phone, PhoneOptions};
    ///
    /// let set: PhoneSet = ["+8613927461853", "+8675526718888"].into_iter().collect();
    /// let phone = Phone::parse("139 2746 1853", &PhoneOptions::default());
    /// assert!(set.contains(phone.key().unwrap()));
    /// assert!(!set.contains("139 2746 1853"), "a number as typed is no key");
    /// ```
    #[must_use]
    #[inline]
    pub fn contains(&self, key: &str) -> bool {
        match Place::of(key) {
            Some(Place::Mobile { segment, tail }) => {
                let (Some(from), Some(to)) = (self.starts.get(segment), self.starts.get(segment + 1)) else {
                    return false;
                };
                let tails = self.tails.get(*from as usize..*to as usize).unwrap_or_default();
                holds(tails, tail)
            }
            Some(Place::Other(number)) => self.others.binary_search(&number).is_ok(),
            None => false,
        }
    }

    /// How many different numbers the set holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tails.len() + self.others.len()
    }

    /// Whether it holds no number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Texts that were left out when the set was built, because they are not keys. Above 0, somebody has collected
    /// numbers as they are written, which no rule will ever find.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Bytes of heap memory that it takes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.tails) + size_of_val(&*self.others)
    }
}

impl<'k> FromIterator<&'k str> for PhoneSet {
    /// Keys in any order, each as often as it comes. A text that is not a key (`+` and digits) is
    /// [left out](PhoneSet::left_out).
    fn from_iter<I: IntoIterator<Item = &'k str>>(keys: I) -> PhoneSet {
        let (mut mobiles, mut others): (Vec<u64>, Vec<u64>) = (Vec::new(), Vec::new());
        let mut left_out = 0;
        for place in keys.into_iter().map(Place::of) {
            match place {
                Some(Place::Mobile { segment, tail }) => {
                    mobiles.push(segment as u64 * TAILS + u64::from(tail));
                }
                Some(Place::Other(number)) => others.push(number),
                None => left_out += 1,
            }
        }
        mobiles.sort_unstable();
        mobiles.dedup();
        others.sort_unstable();
        others.dedup();
        others.shrink_to_fit();
        let tails = Vec::with_capacity(mobiles.len());
        let mut set = PhoneSet { starts: Vec::new(), tails, others, left_out };
        if !mobiles.is_empty() {
            set.starts.reserve_exact(SEGMENTS + 1);
        }
        for number in mobiles {
            let segment = (number / TAILS) as usize;
            while set.starts.len() <= segment {
                set.starts.push(set.tails.len() as u32);
            }
            set.tails.push((number % TAILS) as u16);
        }
        while !set.tails.is_empty() && set.starts.len() <= SEGMENTS {
            set.starts.push(set.tails.len() as u32);
        }
        set
    }
}
