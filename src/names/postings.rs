//! The records that hold a gram: one open-addressing table of lists, each a chain of delta-coded chunks.
//!
//! A list grows by appending to its last chunk; a full chunk is sealed and a larger one opened, so that a name is
//! added without touching what is there already. Records are only ever appended in ascending order.

#![expect(clippy::indexing_slicing, reason = "a numeric kernel: every place comes from the table's own size")]

/// A gram: its kind and text packed into 48 bits, never 0.
pub(super) type Gram = u64;

const KEY_BITS: u32 = 48;
const KEY: u64 = (1 << KEY_BITS) - 1;
const NONE: u32 = u32::MAX;
/// Bytes of data in a chunk, by level; four more for the link to the next.
const SIZES: [u16; 16] = [4, 6, 9, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 960];
const LINK: usize = 4;

#[derive(Debug, Clone, Copy)]
struct List {
    /// Gram in the low 48 bits (0: the place is free), then 12 bits of room in the last chunk, 4 bits of its level.
    key: u64,
    /// Live records with the gram.
    live: u32,
    /// The record appended last.
    last: u32,
    /// First chunk; none while there is at most one record, which is then `last`.
    head: u32,
    /// Where the next byte goes.
    tail: u32,
}

const FREE: List = List { key: 0, live: 0, last: 0, head: NONE, tail: 0 };

#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    table: Vec<List>,
    used: usize,
    arena: Vec<u8>,
    /// Buffer of `push_all`.
    places: Vec<usize>,
}

/// Spreads a key over the table (multiply by an odd constant, then take the high part of the product with the size).
fn place(gram: Gram, size: usize) -> usize {
    let mixed = (gram ^ gram >> 23).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((u128::from(mixed) * size as u128) >> 64) as usize
}

impl Postings {
    fn find(&self, gram: Gram) -> Option<usize> {
        if self.table.is_empty() {
            return None;
        }
        let mut at = place(gram, self.table.len());
        // Ends at a free place: the table is never more than six sevenths full.
        loop {
            let found = self.table[at].key & KEY;
            if found == gram {
                return Some(at);
            }
            if found == 0 {
                return None;
            }
            at += 1;
            if at == self.table.len() {
                at = 0;
            }
        }
    }

    /// Live records with the gram.
    pub(super) fn live(&self, gram: Gram) -> u32 {
        self.find(gram).map_or(0, |at| self.table[at].live)
    }

    fn find_or_add(&mut self, gram: Gram) -> usize {
        let mut at = place(gram, self.table.len());
        loop {
            let found = self.table[at].key & KEY;
            if found == gram {
                return at;
            }
            if found == 0 {
                self.table[at].key = gram;
                self.used += 1;
                return at;
            }
            at += 1;
            if at == self.table.len() {
                at = 0;
            }
        }
    }

    /// A third more places. Keys keep their order in the table, so this is one sweep.
    fn grow(&mut self) {
        let size = (self.table.len() + self.table.len() / 3).max(64);
        self.resize(size);
    }

    fn resize(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.table, vec![FREE; size]);
        for list in old.into_iter().filter(|l| l.key != 0) {
            let mut at = place(list.key & KEY, size);
            while self.table[at].key != 0 {
                at += 1;
                if at == size {
                    at = 0;
                }
            }
            self.table[at] = list;
        }
    }

    /// Appends a record, which must be larger than every record so far, to the lists of its grams.
    ///
    /// The places of all grams are read ahead of the work on any: in a large index each is a cache miss, and misses
    /// that do not wait for one another cost little more than one.
    pub(super) fn push_all(&mut self, grams: &[Gram], record: u32) {
        while (self.used + grams.len()) * 7 >= self.table.len() * 6 {
            self.grow();
        }
        let size = self.table.len();
        let ahead = grams.iter().fold(0, |all, gram| all ^ self.table[place(*gram, size)].key);
        std::hint::black_box(ahead);
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend(grams.iter().map(|gram| self.find_or_add(*gram)));
        let ahead = places.iter().fold(0, |all, at| {
            let tail = self.table[*at].tail as usize;
            all ^ self.arena.get(tail).copied().unwrap_or(0)
        });
        std::hint::black_box(ahead);
        for at in &places {
            self.append(*at, record);
        }
        self.places = places;
    }

    /// Bytes of the lists.
    pub(super) fn bytes_used(&self) -> usize {
        self.arena.len()
    }

    fn append(&mut self, at: usize, record: u32) {
        let mut list = self.table[at];
        if list.head == NONE && list.tail == 0 {
            // One record needs no chunk, it is kept in `last`; most grams of an index are had by a single name.
            list.tail = 1;
        } else if list.head == NONE {
            // The second record opens the first chunk; the first becomes a step from 0, where reading starts.
            list.head = self.arena.len() as u32;
            list.tail = self.open(0);
            list.key = (list.key & KEY) | u64::from(SIZES[0]) << KEY_BITS;
            let first = list.last;
            self.write(&mut list, first);
            self.write(&mut list, record - first);
        } else {
            let step = record - list.last;
            self.write(&mut list, step);
        }
        list.last = record;
        list.live += 1;
        self.table[at] = list;
    }

    fn open(&mut self, level: usize) -> u32 {
        let at = self.arena.len();
        let more = SIZES[level] as usize + LINK;
        // Grow by a quarter at a time: doubling would waste half of a large index.
        if self.arena.capacity() - at < more {
            self.arena.reserve_exact((at / 5).max(1 << 12).max(more));
        }
        self.arena.resize(at + more, 0);
        at as u32
    }

    fn write(&mut self, list: &mut List, mut value: u32) {
        loop {
            // Seven bits a byte, the lowest first; the high bit says that more follow, maybe in the next chunk.
            let byte = if value < 128 { value as u8 } else { value as u8 | 128 };
            let mut room = (list.key >> KEY_BITS) & 0xfff;
            if room == 0 {
                // Chunks grow with the list: long lists follow few links, and short ones waste little.
                let level = ((list.key >> 60) as usize + 1).min(SIZES.len() - 1);
                let next = self.open(level);
                let link = list.tail as usize;
                self.arena[link..link + LINK].copy_from_slice(&next.to_le_bytes());
                list.tail = next;
                room = u64::from(SIZES[level]);
                list.key = (list.key & KEY) | (level as u64) << 60;
            }
            self.arena[list.tail as usize] = byte;
            list.tail += 1;
            list.key = (list.key & !(0xfff << KEY_BITS)) | (room - 1) << KEY_BITS;
            if value < 128 {
                return;
            }
            value >>= 7;
        }
    }

    /// One record with the gram is gone: the list keeps it until the next rebuild, the count does not.
    pub(super) fn forget(&mut self, gram: Gram) {
        if let Some(at) = self.find(gram) {
            let list = &mut self.table[at];
            list.live = list.live.saturating_sub(1);
            // An emptied list must not look like a fresh one.
            list.tail = list.tail.max(1);
        }
    }

    /// The records of a gram, ascending; removed ones are still among them.
    pub(super) fn records(&self, gram: Gram) -> RecordTable<'_> {
        let Some(at) = self.find(gram) else { return RecordTable::empty(&self.arena) };
        let list = self.table[at];
        if list.head == NONE {
            // Never appended to, or a single record.
            let single = if list.tail == 0 { NONE } else { list.last };
            return RecordTable { arena: &self.arena, at: 0, left: 0, level: 0, end: 0, next: single };
        }
        let mut records = RecordTable {
            arena: &self.arena,
            at: list.head,
            left: u32::from(SIZES[0]),
            level: 0,
            end: list.tail,
            next: 0,
        };
        records.advance();
        records
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.table.capacity() * size_of::<List>() + self.arena.capacity()
    }

    /// Frees the memory that was reserved for growth.
    pub(super) fn shrink(&mut self) {
        let least = (self.used * 7 / 6 + 2).max(1);
        if least < self.table.len() {
            self.resize(least);
        }
        self.table.shrink_to_fit();
        self.arena.shrink_to_fit();
    }
}

/// Walks one list. `peek` is the next record, `u32::MAX` at the end.
#[derive(Debug, Clone)]
pub(super) struct RecordTable<'a> {
    arena: &'a [u8],
    at: u32,
    left: u32,
    level: u8,
    end: u32,
    next: u32,
}

impl<'a> RecordTable<'a> {
    fn empty(arena: &'a [u8]) -> RecordTable<'a> {
        RecordTable { arena, at: 0, left: 0, level: 0, end: 0, next: NONE }
    }

    #[inline]
    pub(super) fn peek(&self) -> u32 {
        self.next
    }

    /// Follows the link at the end of a chunk.
    #[cold]
    fn follow(&mut self) {
        let link = self.at as usize;
        let mut next = [0; LINK];
        next.copy_from_slice(&self.arena[link..link + LINK]);
        self.at = u32::from_le_bytes(next);
        self.level = (self.level + 1).min(SIZES.len() as u8 - 1);
        self.left = u32::from(SIZES[self.level as usize]);
    }

    #[inline]
    fn byte(&mut self) -> u8 {
        if self.left == 0 {
            self.follow();
        }
        let byte = self.arena[self.at as usize];
        self.at += 1;
        self.left -= 1;
        byte
    }

    #[inline]
    pub(super) fn advance(&mut self) {
        // Before any link is followed: a last chunk that is full has none yet.
        if self.at == self.end {
            self.next = NONE;
            return;
        }
        // In a long list, the only kind whose speed matters, nearly every step is one byte.
        let first = self.byte();
        if first < 128 {
            self.next = self.next.wrapping_add(u32::from(first));
            return;
        }
        let mut value = u32::from(first & 127);
        let mut shift = 7;
        loop {
            let byte = self.byte();
            value |= u32::from(byte & 127) << shift;
            if byte < 128 {
                break;
            }
            shift += 7;
        }
        self.next = self.next.wrapping_add(value);
    }

    /// Passes on every record below `end`.
    #[inline]
    pub(super) fn take_below(&mut self, end: u32, mut each: impl FnMut(u32)) {
        // Worked on in locals: the compiler keeps them in registers.
        let mut here = self.clone();
        while here.next < end {
            each(here.next);
            here.advance();
        }
        *self = here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn lists_come_back_as_they_were_pushed() {
        let mut postings = Postings::default();
        let mut want: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        let mut seed = 1u64;
        for record in 0..20_000u32 {
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let r = seed >> 33;
                let gram = 1 + if r.is_multiple_of(3) { r % 7 } else { r % 30_000 };
                let list = want.entry(gram).or_default();
                if list.last() != Some(&record) {
                    list.push(record);
                    postings.push_all(&[gram], record);
                }
            }
        }
        let check = |postings: &Postings| {
            for (gram, list) in &want {
                let mut records = postings.records(*gram);
                for record in list {
                    assert_eq!(records.peek(), *record);
                    records.advance();
                }
                assert_eq!(records.peek(), u32::MAX);
                assert_eq!(postings.live(*gram) as usize, list.len());
            }
        };
        check(&postings);
        postings.shrink();
        check(&postings);
        assert_eq!(postings.records(99_999).peek(), u32::MAX);
    }
}
