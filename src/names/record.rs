//! One name as the index keeps it: a few bytes of what the parser found, then the name without its legal form.

use rustc_hash::FxHashMap;

use crate::company::{Gazetteer, Parsed, numbers_of};
use crate::model::Region;
use crate::text::has_two_spellings;

/// Bytes of text that are kept; of a longer name only the beginning is kept.
pub(super) const MAX_TEXT: usize = 240;
pub(super) const HEADER: usize = 11;

pub(super) const GROUP: u8 = 1;
/// The legal form of a joint-stock company is named.
pub(super) const JOINT_STOCK: u8 = 2;
pub(super) const JOINT_STOCK_HINT: u8 = 4;
/// Written in a script without spaces.
pub(super) const UNSPACED: u8 = 8;
/// Written with letters that ASCII writes in two ways.
pub(super) const TWO_SPELLINGS: u8 = 16;
/// The value in place of a legal form when the name has none.
pub(super) const NO_FORM: u8 = 255;

/// Regions seen so far, so that a record holds two bytes for one.
#[derive(Debug, Clone, Default)]
pub(super) struct Regions {
    pub(super) list: Vec<Region>,
    known: FxHashMap<Region, u16>,
}

impl Regions {
    /// Number of a region, counted from 1; 0 for none (or for more regions than there are numbers).
    pub(super) fn number(&mut self, region: Option<Region>) -> u16 {
        let Some(region) = region else { return 0 };
        if let Some(number) = self.known.get(&region) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.list.len() + 1) else { return 0 };
        self.list.push(region);
        self.known.insert(region, number);
        number
    }

    pub(super) fn get(&self, number: u16) -> Option<Region> {
        self.list.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// Buffers for reading names.
#[derive(Debug, Clone, Default)]
pub(super) struct Reader {
    parsed: Parsed,
    core: String,
}

impl Reader {
    /// For the other reading of a name whose place was [moved](Self::moved_place).
    pub(super) fn keeping_place() -> Reader {
        Reader { parsed: Parsed::keeping_place(), core: String::new() }
    }

    /// Whether the name that was read last is short and ends with a place, which is read as if it stood in front.
    pub(super) fn moved_place(&self) -> bool {
        self.parsed.moved_place
    }

    /// Parses a name and appends its record to `out`. Returns the region it refers to.
    pub(super) fn read(
        &mut self,
        name: &str,
        gazetteer: &Gazetteer,
        region_number: impl FnOnce(Option<Region>) -> u16,
        out: &mut Vec<u8>,
    ) -> Option<Region> {
        let parsed = &mut self.parsed;
        parsed.parse(name, gazetteer);
        self.core.clear();
        // Leaving the form out shifts what follows, so the borders are carried through the cut.
        let mut marks = [parsed.brand.start, parsed.brand.end, parsed.industry.end, parsed.branch.start];
        parsed.core_with_marks(&mut self.core, &mut marks);
        let core = &mut self.core;
        if core.len() > MAX_TEXT {
            let cut = (0..=MAX_TEXT).rev().find(|i| core.is_char_boundary(*i)).unwrap_or(0);
            core.truncate(cut);
        }
        // Of several forms the last belongs to the company.
        let form = parsed.forms.iter().max_by_key(|(r, _)| r.start).map(|(_, id)| *id);
        let mut flags = 0;
        // 股份 alone is noted among the groups and hints at the legal form instead.
        let hints = usize::from(parsed.joint_stock_hint);
        if parsed.groups.len() > hints {
            flags |= GROUP;
        }
        if form.is_some_and(|id| gazetteer.is_joint_stock(id)) {
            flags |= JOINT_STOCK;
        }
        if parsed.joint_stock_hint {
            flags |= JOINT_STOCK_HINT;
        }
        if core.chars().any(crate::company::is_unspaced) {
            flags |= UNSPACED;
        }
        if has_two_spellings(name) {
            flags |= TWO_SPELLINGS;
        }
        let numbers = number_hash(&numbers_of(core));
        // The text is at most 240 bytes, so that each border fits into one.
        let [brand, brand_end, industry_end, branch] = marks.map(|m| m.min(core.len()) as u8);
        let region = region_number(parsed.region()).to_le_bytes();
        // 255 is reserved: it means that there is none.
        let form = form.map_or(NO_FORM, |id| id.min(254) as u8);
        let numbers = numbers.to_le_bytes();
        let [r0, r1] = region;
        let [n0, n1] = numbers;
        out.extend([brand, brand_end, industry_end, branch, form, flags, r0, r1, n0, n1, core.len() as u8]);
        out.extend(core.as_bytes());
        parsed.region()
    }
}

impl Reader {
    /// Brand and industry of the name that was read last: what its [gram keys](crate::company::keys_for_storage)
    /// are made of.
    pub(super) fn parts(&self) -> [&str; 2] {
        let part =
            |range: &std::ops::Range<usize>| self.parsed.cleaned.text.get(range.clone()).unwrap_or_default();
        [part(&self.parsed.brand), part(&self.parsed.industry)]
    }

    pub(super) fn parsed(&self) -> &Parsed {
        &self.parsed
    }
}

/// 16 bits of the numbers of a name, never 0 when there are any.
fn number_hash(numbers: &[String]) -> u16 {
    if numbers.is_empty() {
        return 0;
    }
    // FNV-1a, a blank after each number so that 1 2 is not 12. A collision only hides a conflict.
    let hash = numbers
        .iter()
        .flat_map(|n| n.bytes().chain([b' ']))
        .fold(0x811c_9dc5u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    ((hash ^ hash >> 16) as u16).max(1)
}

/// A view of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) text: &'a str,
    pub(super) brand: &'a str,
    pub(super) industry: &'a str,
    pub(super) branch: &'a str,
    pub(super) form: u8,
    pub(super) flags: u8,
    pub(super) region: u16,
    pub(super) numbers: u16,
}

impl<'a> View<'a> {
    /// Reads the record that starts a slice. A damaged record reads as an empty name.
    pub(super) fn new(bytes: &'a [u8]) -> View<'a> {
        let none = View {
            text: "",
            brand: "",
            industry: "",
            branch: "",
            form: NO_FORM,
            flags: 0,
            region: 0,
            numbers: 0,
        };
        // Nothing here may panic: an index from a file is checked for damage, not for malice.
        let Some((&[brand, brand_end, industry_end, branch, form, flags, r0, r1, n0, n1, len], rest)) =
            bytes.split_first_chunk::<HEADER>()
        else {
            return none;
        };
        let Some(text) = rest.get(..usize::from(len)).and_then(|t| std::str::from_utf8(t).ok()) else {
            return none;
        };
        let part = |from: u8, to: u8| text.get(usize::from(from)..usize::from(to)).unwrap_or_default().trim();
        View {
            text,
            brand: part(brand, brand_end),
            industry: part(brand_end, industry_end),
            branch: part(branch, len),
            form,
            flags,
            region: u16::from_le_bytes([r0, r1]),
            numbers: u16::from_le_bytes([n0, n1]),
        }
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The bytes of the record that starts at an offset.
pub(super) fn slice(bytes: &[u8], offset: usize) -> &[u8] {
    let rest = bytes.get(offset..).unwrap_or_default();
    let text = rest.get(HEADER - 1).map_or(0, |len| usize::from(*len));
    rest.get(..HEADER + text).unwrap_or_default()
}
