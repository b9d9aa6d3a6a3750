//! Takes a name apart. One pass over reusable buffers: the index parses hundreds of thousands of names a second.

use std::ops::Range;

use super::clean::Cleaned;
use super::gazetteer::{Gazetteer, Tables};
use super::misspelt::repaired;
use super::tables::{Start, Tail, find_unspaced, is_unspaced};
use super::written::taken_apart;
use crate::model::Region;

/// A legal form that was found: its place and its number.
pub(crate) type Form = (Range<usize>, u32);

/// The parts of a name as byte ranges of its cleaned text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parsed {
    pub(crate) cleaned: Cleaned,
    pub(crate) forms: Vec<Form>,
    pub(crate) regions: Vec<(Range<usize>, Region)>,
    pub(crate) groups: Vec<Range<usize>>,
    /// Notes of lists of securities: no part of the name.
    listings: Vec<Range<usize>>,
    pub(crate) brand: Range<usize>,
    pub(crate) industry: Range<usize>,
    pub(crate) branch: Range<usize>,
    /// `XX股份` without 公司 behind it: short for a joint-stock company.
    pub(crate) joint_stock_hint: bool,
    /// A place that ends the name, without brackets.
    place_behind: Option<Range<usize>>,
    /// Read a place that ends a short name as written there: 融创中国 is short for 融创中国控股有限公司.
    keeps_place: bool,
    /// The place that ends a short name was moved to the front: the name has another reading.
    pub(crate) moved_place: bool,
}

const MAX_FORMS: usize = 4;
/// Letters of a legal form that is recognised with a slip anywhere in the name.
const LONG_FORM: usize = 6;

impl Parsed {
    /// For the reading of a short name in which a place behind stays where it is.
    pub(crate) fn keeping_place() -> Parsed {
        Parsed { keeps_place: true, ..Parsed::default() }
    }

    /// Cleans the name and finds its parts. The brand is never empty unless the name is.
    pub(crate) fn parse(&mut self, name: &str, gazetteer: &Gazetteer) {
        let tables = &*gazetteer.tables;
        self.cleaned.read(name, |folded| taken_apart(folded, tables).name);
        for range in &mut self.cleaned.brackets {
            // A bracket after a word starts at the space between them.
            while self.cleaned.text.get(range.clone()).is_some_and(|t| t.starts_with(' ')) {
                range.start += 1;
            }
        }
        let bracket = self.cleaned.brackets.iter().find(|range| {
            let text = self.cleaned.text.get((*range).clone()).unwrap_or_default();
            range.start > 0 && tables.places.exactly(text).is_some()
        });
        if let Some(range) = bracket.cloned() {
            self.place_in_front(range, tables);
        }
        if self.cleaned.unspaced
            && let Some(text) = repaired(&self.cleaned.text)
        {
            self.cleaned.text = text;
            self.cleaned.brackets.clear();
        }
        let start = self.read_parts(name, tables);
        let short = self.forms.is_empty();
        self.moved_place = false;
        if let Some(range) = self.place_behind.take()
            && start == 0
            && !(short && self.keeps_place)
            && self.place_in_front(range, tables)
        {
            self.read_parts(name, tables);
            self.moved_place = short;
        }
        let brand = self.brand.clone();
        let outside = |i: usize| self.left_out().all(|r| !r.contains(&i));
        if !self.cleaned.text.char_indices().any(|(i, c)| c != ' ' && outside(i)) {
            // Nothing but forms, as in `(주)有限公司`: the text left as the brand is the name.
            self.forms.retain(|(r, _)| r.end <= brand.start || r.start >= brand.end);
        }
    }

    /// The place of a company is written in front, in brackets or behind. In scripts without spaces it is moved to the
    /// front, so that all three spellings are one name. A name that starts with a place stays.
    fn place_in_front(&mut self, place: Range<usize>, tables: &Tables) -> bool {
        let text = &self.cleaned.text;
        if !self.cleaned.unspaced || tables.places.at_head(&Start::new(text)).last.is_some() {
            return false;
        }
        let (Some(before), Some(named), Some(behind)) =
            (text.get(..place.start), text.get(place.clone()), text.get(place.end..))
        else {
            return false;
        };
        let text = [named, before.trim(), behind.trim_start()].concat();
        let gap = before.len() - before.trim().len();
        self.cleaned.brackets.retain(|range| range.start != place.start);
        for range in &mut self.cleaned.brackets {
            if range.start < place.start {
                *range = range.start + place.len()..range.end + place.len();
            } else {
                *range = range.start - gap..range.end - gap;
            }
        }
        self.cleaned.text = text;
        true
    }

    /// Finds the parts of the cleaned text. Returns where the name starts behind its legal forms and places.
    fn read_parts(&mut self, name: &str, tables: &Tables) -> usize {
        self.forms.clear();
        self.regions.clear();
        self.groups.clear();
        self.listings.clear();
        self.joint_stock_hint = false;
        self.place_behind = None;
        self.read_brackets(tables);
        let end = self.split_branch(tables);
        let end = self.strip_tail(tables, end);
        let start = self.strip_head(name, tables, end);
        let end = self.region_at_tail(tables, start, end);
        self.split_industry(tables, start, end);
        start
    }

    fn part(&self, range: Range<usize>) -> &str {
        self.cleaned.text.get(range).unwrap_or_default()
    }

    /// Text in brackets may be a region, a legal form or the group mark; else it belongs to the name.
    fn read_brackets(&mut self, tables: &Tables) {
        let brackets = std::mem::take(&mut self.cleaned.brackets);
        for range in brackets.iter().cloned() {
            let text = self.part(range.clone());
            if let Some(region) = tables.places.exactly(text) {
                self.regions.push((range, region));
            } else if let Some(form) = tables.forms.whole(text).or_else(|| tables.bracketed.whole(text)) {
                if range.len() < self.cleaned.text.len() {
                    self.forms.push((range, form));
                }
            } else if tables.groups.whole(text).is_some() {
                self.groups.push(range);
            }
        }
        self.cleaned.brackets = brackets;
    }

    /// A recognised bracket that ends at `end`: where it starts.
    fn bracket_ending_at(&self, end: usize) -> Option<usize> {
        let found = self.forms.iter().map(|(r, _)| r).chain(self.regions.iter().map(|(r, _)| r));
        found.chain(&self.groups).find(|r| r.end == end && r.start > 0).map(|r| r.start)
    }

    /// `…有限公司汽修分公司`: the text after the first 公司 is a branch. Returns the end of the parent's name.
    fn split_branch(&mut self, tables: &Tables) -> usize {
        let end = self.cleaned.text.len();
        self.branch = end..end;
        let markers: &[(&str, bool)] =
            if self.cleaned.unspaced { &[("公司", true), ("银行", false)] } else { &[] };
        for (marker, forms) in markers.iter().copied() {
            let Some(at) = find_unspaced(&self.cleaned.text, marker).filter(|at| *at >= 6) else { continue };
            let inner = at + marker.len();
            let rest = self.part(inner..end);
            if rest.is_empty() {
                continue;
            }
            let known = |r: &Range<usize>| r.start <= inner && r.end >= end;
            let is_part = tables.forms.whole(rest).is_none()
                && tables.groups.whole(rest).is_none()
                && !self.forms.iter().any(|(r, _)| known(r))
                && !self.regions.iter().any(|(r, _)| known(r))
                && !self.groups.iter().any(known)
                && (forms || tables.branches.suffix(rest).is_some());
            // 集团公司股份有限公司: the second form belongs to the first.
            let stacked = tables.forms.prefix(rest).is_some_and(|(len, _)| len == rest.len());
            if is_part && !stacked {
                self.branch = inner..end;
                return inner;
            }
        }
        let Some((len, _)) = tables.branches.suffix(&self.cleaned.text) else { return end };
        let before = self.part(0..end - len).trim_end();
        let place = tables.places.at_tail(&Tail::new(before)).map_or(0, |(len, _)| len);
        let cut = before.len() - place;
        if place > 0 && cut >= 6 {
            self.branch = cut..end;
            return self.part(0..cut).trim_end().len();
        }
        let parent = before.len();
        if before.chars().count() >= 2 && parent >= 4 {
            self.branch = end - len..end;
            return parent;
        }
        end
    }

    /// Legal forms and group marks behind the name, however many are stacked.
    fn strip_tail(&mut self, tables: &Tables, mut end: usize) -> usize {
        let mut hint = true;
        for _ in 0..MAX_FORMS + 2 {
            end = self.part(0..end).trim_end().len();
            if let Some(start) = self.bracket_ending_at(end) {
                end = start;
                hint = false;
                continue;
            }
            let text = self.part(0..end);
            // Acquisition Corp. III: the number belongs to the name, the form before it is still the form.
            if hint
                && text.ends_with(|c: char| c.is_ascii_digit() || matches!(c, 'i' | 'v' | 'x'))
                && let Some((before, number)) = text.rsplit_once(' ')
                && is_numeral(number)
                && let Some((len, form)) = tables.forms.suffix(before).filter(|(len, _)| *len < before.len())
            {
                self.forms.push((before.len() - len..before.len(), form));
                break;
            }
            let tail = Tail::new(text);
            let form = tables.forms.at_end(&tail).filter(|(len, _)| *len < end);
            // Of `pricate limited` only the end is correctly written.
            let cut = match form {
                None => true,
                Some((len, _)) => len == "limited".len() && is_nearly_private(text),
            };
            // Behind another form only a long one is certainly a form.
            let least = if hint { 0 } else { LONG_FORM };
            let slip = cut.then(|| tables.misspelt_form(text, least).filter(|(len, _)| *len < end));
            if let Some((len, form)) = slip.flatten().or(form) {
                self.forms.push((end - len..end, form));
                end -= len;
            } else if let Some((len, _)) = tables.groups.at_end(&tail).filter(|(len, _)| *len < end) {
                self.groups.push(end - len..end);
                end -= len;
            } else if let Some((len, _)) = tables.listings.at_end(&tail).filter(|(len, _)| *len + 2 < end) {
                self.listings.push(end - len..end);
                end -= len;
                continue;
            } else if hint && text.ends_with("股份") && text.chars().count() >= 4 {
                self.joint_stock_hint = true;
                self.groups.push(end - "股份".len()..end);
                end -= "股份".len();
            } else {
                break;
            }
            hint = false;
        }
        end
    }

    /// Legal forms and places in front of the name.
    fn strip_head(&mut self, name: &str, tables: &Tables, end: usize) -> usize {
        let whole = Start::new(self.part(0..end));
        let bracketed =
            self.forms.iter().map(|(r, _)| r).find(|r| r.start == 0 && r.end < end).map(|r| r.end);
        let form = if bracketed.is_some() { None } else { self.form_in_front(name, tables, &whole) };
        let behind_form = bracketed.or(form.map(|(len, _)| len)).unwrap_or_default();
        let rest = self.part(behind_form..end).trim_start();
        let named = end - rest.len();
        let article = rest.strip_prefix("the ").is_some_and(|rest| rest.len() > 2);
        let mut start = if article { named + "the ".len() } else { named };
        let text = self.part(start..end);
        let head = if start == 0 { whole } else { Start::new(text) };
        let head = tables.places.at_head(&head);
        // A lone character is not a brand: 上海石 is a name, not 石 in Shanghai. Nor is an industry: 锦江 is what
        // 成都锦江食品 is called, though it is a district of Chengdu.
        let leaves_name = |len: usize| text.get(len..).is_some_and(|rest| rest.chars().nth(1).is_some());
        let leaves_brand = |len: usize| !text.get(len..).is_some_and(|rest| is_industry(rest, tables));
        let whole = head.last.filter(|(len, _)| leaves_name(*len));
        let place = match (whole, head.before.filter(|(len, _)| leaves_name(*len))) {
            (Some((len, _)), Some(outer)) if !leaves_brand(len) => Some(outer),
            (whole, _) => whole,
        };
        let place =
            place.map(|(len, region)| (len, text.get(..len).unwrap_or_default().trim_end().len(), region));
        self.forms.extend(form.map(|(len, form)| (0..len, form)));
        self.listings.extend(article.then_some(named..named + "the".len()));
        if let Some((len, written, region)) = place {
            self.regions.insert(0, (start..start + written, region));
            start += len;
        }
        start
    }

    /// The legal form that a text starts with, if it counts there: its length in bytes and its number.
    fn form_in_front(&self, name: &str, tables: &Tables, text: &Start<'_>) -> Option<(usize, u32)> {
        let end = text.text().len();
        let leading = tables.leading.at_start(text).next().filter(|(len, _)| *len < end);
        leading.or_else(|| {
            let form = tables.forms.at_start(text).next().filter(|_| self.forms.is_empty())?;
            self.may_lead(name, form.0, end, tables).then_some(form)
        })
    }

    /// Whether the legal form that the text starts with is one in front of a name without one behind. `SAS Institute`
    /// is a name: a short form counts in front only in its unmistakable spelling: `S.A.`, `A/S`, `SpA`.
    fn may_lead(&self, name: &str, len: usize, end: usize, tables: &Tables) -> bool {
        let rest = self.part(len..end).trim_start();
        let form = self.part(0..len);
        if rest.chars().nth(1).is_none() || is_industry(rest, tables) {
            return false;
        }
        if !form.is_ascii() {
            return true;
        }
        if WORDS_IN_FRONT.contains(&form) {
            return false;
        }
        let first = name.split_whitespace().next().unwrap_or_default();
        let inside = first.trim_end_matches(['.', ',']);
        // The word is the form and nothing more: in `Sc[xA` the last capital belongs to another word.
        let small_inside = inside.chars().count() == form.chars().count()
            && inside.chars().next().is_some_and(char::is_uppercase)
            && inside.chars().any(char::is_lowercase)
            && inside.chars().skip(1).any(char::is_uppercase);
        let dotted = inside.contains(['.', '/']);
        (len > 2 && !NAMES_IN_FRONT.contains(&form))
            || SHORT_IN_FRONT.contains(&form)
            || dotted
            || small_inside
    }

    fn region_at_tail(&mut self, tables: &Tables, start: usize, end: usize) -> usize {
        if !self.regions.is_empty() {
            return end;
        }
        let text = self.part(start..end);
        let least = if text.starts_with(is_unspaced) { 4 } else { 2 };
        match tables.places.at_tail(&Tail::new(text)) {
            Some((len, region)) if text.len() >= len + least => {
                self.regions.push((end - len..end, region));
                self.place_behind = Some(end - len..end);
                start + self.part(start..end - len).trim_end().len()
            }
            _ => end,
        }
    }

    fn split_industry(&mut self, tables: &Tables, start: usize, end: usize) {
        let mut cut = end;
        for _ in 0..MAX_FORMS {
            let text = self.part(start..cut).trim_end();
            let Some((len, _)) = tables.industries.suffix(text) else { break };
            let rest = text.get(..text.len() - len).unwrap_or_default().trim_end();
            let least = if rest.chars().next().is_some_and(is_unspaced) { 2 } else { 1 };
            if rest.chars().count() < least {
                break;
            }
            cut = start + rest.len();
        }
        self.brand = start..cut;
        let industry = self.part(cut..end);
        let gap = industry.len() - industry.trim_start().len();
        self.industry = cut + gap..end;
    }

    /// The region a name refers to: the smallest one named.
    pub(crate) fn region(&self) -> Option<Region> {
        let mut best: Option<Region> = None;
        for (_, region) in &self.regions {
            if best.is_none_or(|b| b.contains(region)) {
                best = Some(*region);
            }
        }
        best
    }

    /// Every place that is named, in the order of the name, each once: 天津 and 北京 of `天津星河科技（北京）有限公司`.
    pub(crate) fn places(&self) -> Vec<Region> {
        let mut named: Vec<(usize, Region)> =
            self.regions.iter().map(|(range, region)| (range.start, *region)).collect();
        named.sort_by_key(|(start, _)| *start);
        let mut places: Vec<Region> = Vec::with_capacity(named.len());
        for (_, region) in named {
            if !places.contains(&region) {
                places.push(region);
            }
        }
        places
    }

    /// The text without its legal forms, appended to `out`; spaces only between words.
    pub(crate) fn core_into(&self, out: &mut String) {
        self.core_with_marks(out, &mut [])
    }

    /// The parts that do not belong to the core.
    fn left_out(&self) -> impl Iterator<Item = &Range<usize>> {
        self.forms.iter().map(|(r, _)| r).chain(&self.listings)
    }

    /// [`core_into`](Self::core_into) that also moves byte positions of the text to where they are in `out`.
    pub(crate) fn core_with_marks(&self, out: &mut String, marks: &mut [usize]) {
        let wanted: [usize; 4] = std::array::from_fn(|i| marks.get(i).copied().unwrap_or(usize::MAX));
        let mut moved = [usize::MAX; 4];
        let start = out.len();
        let mut at = 0;
        while at < self.cleaned.text.len() {
            if let Some(form) = self.left_out().find(|r| r.contains(&at)) {
                for (mark, to) in wanted.iter().zip(&mut moved) {
                    if (at..form.end).contains(mark) {
                        *to = out.len();
                    }
                }
                at = form.end;
                continue;
            }
            let next = self.left_out().map(|r| r.start).filter(|s| *s > at).min();
            let end = next.unwrap_or(self.cleaned.text.len());
            let mut piece = self.cleaned.text.get(at..end).unwrap_or_default();
            let mut skipped = 0;
            if out.len() == start || out.ends_with(' ') {
                let trimmed = piece.trim_start();
                skipped = piece.len() - trimmed.len();
                piece = trimmed;
            }
            for (mark, to) in wanted.iter().zip(&mut moved) {
                if (at..end).contains(mark) {
                    *to = out.len() + (mark - at).saturating_sub(skipped);
                }
            }
            out.push_str(piece);
            at = end;
        }
        while out.len() > start && out.ends_with(' ') {
            out.pop();
        }
        for (mark, to) in marks.iter_mut().zip(moved) {
            *mark = to.min(out.len());
        }
    }
}

/// Words that are legal forms behind a name and something else in front of it.
const WORDS_IN_FRONT: [&str; 12] = [
    "co",
    "company",
    "cos",
    "companies",
    "compagnie",
    "cie",
    "trust",
    "fund",
    "public",
    "limited company",
    "company limited",
    "trading",
];

/// Legal forms of two letters that start no names.
const SHORT_IN_FRONT: [&str; 4] = ["ou", "oy", "ab", "bv"];

/// Legal forms of three letters or more that names of companies start with.
const NAMES_IN_FRONT: [&str; 31] = [
    "stichting",
    "fonden",
    "stiftelsen",
    "sparebank",
    "borettslag",
    "genossenschaft",
    "yayasan",
    "sas",
    "sca",
    "snc",
    "sci",
    "spa",
    "sal",
    "sad",
    "sau",
    "ent",
    "est",
    "ska",
    "sif",
    "cic",
    "fio",
    "fie",
    "ops",
    "sac",
    "dac",
    "sae",
    "coop",
    "cooperative",
    "stiftung",
    "persero",
    "publ",
];

/// `pricate limited`: the word before the form begins or ends as `private`.
fn is_nearly_private(text: &str) -> bool {
    let word = text.rsplit(' ').nth(1).unwrap_or_default();
    (6..=8).contains(&word.len()) && (word.starts_with("pr") || word.ends_with("te"))
}

/// Whether a text consists of words for an industry.
fn is_industry(text: &str, tables: &Tables) -> bool {
    let mut rest = text.trim();
    while let Some((len, _)) = tables.industries.suffix(rest) {
        rest = rest.get(..rest.len() - len).unwrap_or_default().trim_end();
    }
    rest.is_empty() && !text.trim().is_empty()
}

/// A number behind a name: in digits, or a Roman numeral.
fn is_numeral(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 4
        && (word.bytes().all(|b| b.is_ascii_digit()) || word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')))
}
