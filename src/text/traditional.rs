//! Traditional → simplified, one character at a time.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

const DATA: &str = include_str!("data/traditional.tsv");

/// The CJK block that holds nearly all of the table is answered by an array.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;
/// In the array: the simplified form has no 16-bit code, see `rest`.
const ELSEWHERE: u16 = u16::MAX;

struct Table {
    /// Simplified character of `FIRST + i`, 0 for "stays as it is".
    direct: Vec<u16>,
    rest: FxHashMap<char, char>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { direct: vec![0; (LAST - FIRST + 1) as usize], rest: FxHashMap::default() };
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        let mut chars = line.chars();
        let (Some(from), Some(to)) = (chars.next(), chars.next()) else { continue };
        let slot = (from as u32).checked_sub(FIRST).and_then(|i| table.direct.get_mut(i as usize));
        match (slot, u16::try_from(to as u32)) {
            (Some(slot), Ok(to)) => *slot = to,
            (slot, _) => {
                if let Some(slot) = slot {
                    *slot = ELSEWHERE;
                }
                table.rest.insert(from, to);
            }
        }
    }
    table
});

impl Table {
    /// The simplified form of a character; `None` when it stays the same.
    #[inline]
    fn change(&self, c: char) -> Option<char> {
        let place = (c as u32).checked_sub(FIRST)?;
        match self.direct.get(place as usize) {
            Some(0) => None,
            Some(&to) if to != ELSEWHERE => char::from_u32(u32::from(to)),
            _ => self.rest.get(&c).copied(),
        }
    }
}

/// The simplified form of a character; every other character is returned as it is.
pub(super) fn simplified(c: char) -> char {
    if (c as u32) < FIRST { c } else { TABLE.change(c).unwrap_or(c) }
}

/// The characters of a text that are simplified, with their places.
pub(super) fn changes(text: &str) -> impl Iterator<Item = (usize, char, char)> {
    let table = &*TABLE;
    text.char_indices().filter_map(|(place, c)| Some((place, c, table.change(c)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_the_table_is_one_step() {
        let mut pairs = 0;
        for line in DATA.lines().filter(|line| !line.starts_with('#')) {
            let mut chars = line.chars();
            let (from, to) = (chars.next().unwrap(), chars.next().unwrap());
            assert_eq!(chars.next(), None, "{line}");
            assert_eq!(simplified(from), to, "{line}");
            assert_eq!(simplified(to), to, "a chain at {line}");
            pairs += 1;
        }
        assert!(pairs > 3000);
    }
}
