//! A field that holds more than a name: remarks behind the legal form, former and second names.

use super::clean::clean_folded;
use super::gazetteer::{Gazetteer, Tables};
use super::tables::{find_unspaced, is_unspaced};
use crate::text::{fold, slips, written_out};

/// The parts of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written<'t> {
    /// The name itself.
    pub(crate) name: &'t str,
    /// Other names of the company: former ones, a second one, the name in another script.
    pub(crate) others: Vec<&'t str>,
    /// A part of the company that is not a branch.
    part: Option<&'t str>,
}

impl Gazetteer {
    /// The names of a company that are written in one field: the name, then former and second names and the name in
    /// another script, [folded](crate::text::fold) and without remarks. At least one.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builtin();
    /// assert_eq!(gazetteer.names_in("Brontek LLC (formerly Kalvex Inc)"), ["brontek llc", "kalvex inc"]);
    /// assert_eq!(gazetteer.names_in("杭州栖岸科技有限公司（已注销）"), ["杭州栖岸科技有限公司"]);
    /// ```
    #[must_use]
    pub fn names_in(&self, field: &str) -> Vec<String> {
        let folded = fold(field);
        let written = taken_apart(&folded, &self.tables);
        std::iter::once(written.name).chain(written.others).map(str::to_owned).collect()
    }

    /// The part of a company that stands behind its legal form in a [folded](crate::text::fold) field, and is neither a remark
    /// nor a branch: `业务部`, `加油一号船`. The rest of the field names the whole company.
    pub(crate) fn part_behind<'t>(&self, folded: &'t str) -> Option<&'t str> {
        taken_apart(folded, &self.tables).part
    }

    /// The names of a field besides the first, and all of them as ASCII writes out their letters. Cheap for a field that
    /// holds one name in one spelling.
    pub(crate) fn other_names(&self, field: &str) -> Vec<String> {
        let is_one = holds_one_name(field);
        let mut others = if is_one { Vec::new() } else { self.names_in(field).split_off(1) };
        if let Some(written_out) = written_out(field) {
            others.extend(if is_one { vec![written_out] } else { self.names_in(&written_out) });
        }
        others
    }
}

/// The text next to a name.
enum Beside<'t> {
    Name(&'t str),
    Part(&'t str),
    Note,
}

/// The most cuts in a name: the text next to a name is short.
const MAX_CUTS: usize = 6;
/// Most separators of a field whose two sides are examined, for all cuts together. Each takes a look at the whole name.
const MAX_LOOKS: usize = 32;
/// Most bytes that these looks read: of a field that is far longer than a name, few separators are examined.
const MAX_LOOKED_AT: usize = 8 * 1024;

const SEPARATORS: [char; 11] = ['/', '|', ';', '\n', '\t', ',', ':', '、', '-', '–', '—'];

/// Takes a [folded](crate::text::fold) field apart. Linear in the field, and fast when it holds only a name.
pub(crate) fn taken_apart<'t>(folded: &'t str, tables: &Tables) -> Written<'t> {
    let mut name = folded.trim();
    name = name.strip_prefix("m/s").map_or(name, |rest| rest.trim_start_matches(['.', ' ']));
    let (mut others, mut part) = (Vec::new(), None);
    let mut looks = (MAX_LOOKED_AT / name.len().max(1)).clamp(2, MAX_LOOKS);
    if !is_plain(name) {
        for _ in 0..MAX_CUTS {
            let cut = bracket_cut(name, tables).or_else(|| separator_cut(name, tables, &mut looks));
            let Some((before, beside)) = cut.or_else(|| word_cut(name, tables)) else { break };
            name = before;
            match beside {
                Beside::Name(other) => others.push(other.trim()),
                Beside::Part(behind) => part = Some(behind),
                Beside::Note => {}
            }
        }
    }
    others.reverse();
    Written { name, others, part }
}

/// Whether a field as it was written surely holds one name.
pub(crate) fn holds_one_name(field: &str) -> bool {
    (field.is_ascii() || !field.contains(['（', '［', '【', '／', '｜', '；', '，', '：', '＼']))
        && is_plain(field)
}

/// Nothing follows the legal form, and there is no separator.
fn is_plain(name: &str) -> bool {
    // One pass without a branch: nearly every name passes unchanged.
    let (mut parted, mut dash, mut other, mut mark) = (false, false, false, false);
    for byte in name.bytes() {
        parted |= matches!(byte, b'(' | b')' | b'[' | b']' | b'/' | b'|' | b';' | b'\n' | b'\t');
        dash |= byte == b'-';
        other |= !byte.is_ascii();
        mark |= byte == 0xE3;
    }
    if parted || dash && name.contains(" - ") || mark && name.contains('、') {
        return false;
    }
    if !other || !name.contains(is_unspaced) {
        return announced_at(name).is_none();
    }
    match find_unspaced(name, COMPANY) {
        Some(at) => at + COMPANY.len() == name.len(),
        None => !name.contains(['-', '–', '—', ' ']),
    }
}

const COMPANY: &str = "公司";

/// Words between two names, without any mark.
const ANNOUNCING: [&[u8]; 4] = [b"formerly", b"fka", b"dba", b"aka"];

/// Where the first word is that announces another name, its space in front included.
fn announced_at(name: &str) -> Option<usize> {
    // Each of them ends in one of two letters, as few words do.
    let may_end =
        |pair: &[u8]| pair.last() == Some(&b' ') && matches!(pair.first(), Some(b'a' | b'A' | b'y' | b'Y'));
    if !name.as_bytes().windows(2).fold(false, |found, pair| found | may_end(pair)) {
        return None;
    }
    let mut end = 0;
    name.as_bytes().split(|byte| *byte == b' ').find_map(|word| {
        let start = end;
        end += word.len() + 1;
        // The first and the last word have no name on either side.
        let inside = start > 0 && end <= name.len();
        (inside && ANNOUNCING.iter().any(|known| word.eq_ignore_ascii_case(known))).then(|| start - 1)
    })
}

/// A bracket that ends the field and is not part of the name.
fn bracket_cut<'t>(name: &'t str, tables: &Tables) -> Option<(&'t str, Beside<'t>)> {
    let body = name.trim_end_matches([' ', '.', ',']);
    let (open, close) = match body.chars().next_back()? {
        ')' => ('(', ')'),
        ']' => ('[', ']'),
        '】' => ('【', '】'),
        _ => return None,
    };
    let at = matching(body, open, close)?;
    let inner = body.get(at + open.len_utf8()..body.len() - close.len_utf8())?.trim();
    let before = body.get(..at)?.trim_end();
    if before.is_empty() {
        return None;
    }
    beside(before, inner, tables, Mark::Bracket).map(|beside| (before, beside))
}

/// Where the bracket that ends the text opens.
fn matching(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices().rev() {
        if c == close {
            depth += 1;
        } else if c == open {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Most separators that are examined for one cut.
const MAX_SEPARATORS: usize = 24;

/// The first separator behind which something other than the name follows. `looks` is how many may still be examined.
fn separator_cut<'t>(name: &'t str, tables: &Tables, looks: &mut usize) -> Option<(&'t str, Beside<'t>)> {
    let spaced = name.chars().any(is_unspaced);
    let places = name.char_indices().filter(|(_, c)| SEPARATORS.contains(c) || spaced && *c == ' ');
    // Behind each the whole rest is read: a text with thousands of separators is not a name.
    places.take(MAX_SEPARATORS.min(*looks)).find_map(|(at, c)| {
        *looks = looks.saturating_sub(1);
        let before = name.get(..at)?.trim_end();
        let behind = name.get(at + c.len_utf8()..)?;
        let loose = matches!(c, '-' | '–' | '—' | ',' | ':' | ' ');
        let alone = behind.starts_with(' ') && name.get(..at)?.ends_with(' ');
        let mark = if loose { Mark::Loose { alone } } else { Mark::Firm };
        let behind = behind.trim_start_matches(|c: char| c == ' ' || SEPARATORS.contains(&c)).trim_end();
        if before.is_empty() || behind.is_empty() {
            return None;
        }
        beside(before, behind, tables, mark).map(|beside| (before, beside))
    })
}

/// The text right behind the legal form, or behind a word that announces another name.
fn word_cut<'t>(name: &'t str, tables: &Tables) -> Option<(&'t str, Beside<'t>)> {
    if name.is_ascii() {
        let at = announced_at(name)?;
        let (before, behind) = (name.get(..at)?, name.get(at..)?.trim_start());
        return other_name(behind, tables).map(|other| (before, Beside::Name(other)));
    }
    let end = find_unspaced(name, COMPANY).filter(|at| *at >= 2 * COMPANY.len() / 2)? + COMPANY.len();
    let (before, behind) = name.split_at_checked(end)?;
    if behind.starts_with(['(', '[', '【']) || behind.is_empty() || is_branch(behind, tables) {
        return None;
    }
    beside(before, behind, tables, Mark::None).map(|beside| (before, beside))
}

/// How two parts of a field are separated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Bracket,
    /// `/`, `|`, a new line.
    Firm,
    /// `-`, `,`, a space; alone between two spaces or not.
    Loose {
        alone: bool,
    },
    None,
}

/// The text behind a name, if it is not part of it.
fn beside<'t>(before: &str, behind: &'t str, tables: &Tables, mark: Mark) -> Option<Beside<'t>> {
    let remarks = &tables.remarks;
    let text = clean_folded(behind);
    if text.is_empty() || belongs(&text, tables) {
        return None;
    }
    if let Some(other) = other_name(behind, tables) {
        return Some(Beside::Name(other));
    }
    let complete = ends_with_form(before, tables);
    let asian = has_letters(before, is_unspaced, 2);
    let firm = matches!(mark, Mark::Bracket | Mark::Firm);
    if remarks.notes.whole(&text).is_some() && (firm || complete || mark != Mark::None) {
        return Some(Beside::Note);
    }
    if is_contact(behind) && (complete || firm) {
        return Some(Beside::Note);
    }
    let latin = |c: char| c.is_alphabetic() && !is_unspaced(c);
    if asian && has_letters(behind, latin, 3) && !has_letters(behind, is_unspaced, 1) {
        return (firm || complete).then_some(Beside::Name(behind));
    }
    if !asian && has_letters(behind, is_unspaced, 2) && firm {
        return Some(Beside::Name(behind));
    }
    if asian && complete {
        let branch = is_branch(&text, tables);
        let second = text.contains(COMPANY) || tables.forms.suffix(&text).is_some();
        if second && firm && tables.branches.suffix(&text).is_none() {
            return Some(Beside::Name(behind));
        }
        let is_part = mark == Mark::None || remarks.departments.suffix(&text).is_some();
        let is_person = remarks.titles.suffix(&text).is_some();
        let note = if is_part && !is_person { Beside::Part(behind) } else { Beside::Note };
        return (!branch && !second).then_some(note);
    }
    if asian {
        let person = remarks.titles.suffix(&text).is_some() && (2..=4).contains(&text.chars().count());
        return (person && mark != Mark::None).then_some(Beside::Note);
    }
    let parts_names = firm || mark == Mark::Loose { alone: true };
    let second = tables.forms.suffix(&text).is_some_and(|(len, _)| len + 2 < text.len());
    if complete && second && parts_names && mark != Mark::Bracket {
        return Some(Beside::Name(behind));
    }
    // `(FL)` and `(NY)`: where it is registered.
    let state = mark == Mark::Bracket && text.len() == 2 && text.bytes().all(|c| c.is_ascii_lowercase());
    if complete && state {
        return Some(Beside::Note);
    }
    let person = remarks.titles.prefix(&text).is_some_and(|(len, _)| len < text.len());
    let part = remarks.departments.suffix(&text).is_some();
    let note = if part && !person { Beside::Part(behind) } else { Beside::Note };
    (complete && mark != Mark::None && (person || part)).then_some(note)
}

/// A part that is registered on its own, by the word that ends it, a slip in that word forgiven.
fn is_branch(text: &str, tables: &Tables) -> bool {
    let remarks = &tables.remarks;
    if remarks.departments.suffix(text).is_some() {
        return false;
    }
    let known = tables.branches.suffix(text).is_some() || remarks.behind.suffix(text).is_some();
    known
        || remarks.titles.suffix(text).is_none()
            && remarks.notes.whole(text).is_none()
            && is_nearly_branch(text)
}

fn is_nearly_branch(text: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "分公司",
        "支公司",
        "分行",
        "支行",
        "分理处",
        "储蓄所",
        "分店",
        "办事处",
        "营业部",
        "营业厅",
        "门市部",
        "加油站",
    ];
    // An ending, and one character too many.
    let from = text.char_indices().rev().take(4).last().map_or(0, |(at, _)| at);
    let chars: Vec<char> = text.get(from..).unwrap_or_default().chars().collect();
    ENDINGS.iter().any(|ending| {
        let wanted: Vec<char> = ending.chars().collect();
        let sizes = if wanted.len() > 2 { wanted.len() - 1..=wanted.len() + 1 } else { 2..=3 };
        sizes.into_iter().any(|size| {
            let tail = chars.len().checked_sub(size).and_then(|from| chars.get(from..));
            tail.and_then(|tail| slips(tail, &wanted))
                .is_some_and(|found| found.count() == 1 && found.other == 0)
        })
    })
}

/// A region, a legal form or the mark of a group belongs to the name.
fn belongs(text: &str, tables: &Tables) -> bool {
    tables.forms.whole(text).is_some()
        || tables.bracketed.whole(text).is_some()
        || tables.groups.whole(text).is_some()
        || tables.listings.whole(text).is_some()
        || tables.places.exactly(text).is_some()
}

/// The name that `formerly` or 原 announces.
fn other_name<'t>(text: &'t str, tables: &Tables) -> Option<&'t str> {
    let (len, _) = tables.remarks.former.prefix(text)?;
    let rest = text.get(len..)?.trim_start_matches([':', ' ', '.', '"', '是', '为']);
    let letters = rest.chars().filter(|c| c.is_alphanumeric()).count();
    let least = if rest.chars().any(is_unspaced) { 4 } else { 3 };
    (letters >= least).then_some(rest)
}

fn ends_with_form(name: &str, tables: &Tables) -> bool {
    let name = name.trim_end_matches([' ', '.', ',', ')']);
    if name.ends_with(COMPANY) {
        return true;
    }
    let text = clean_folded(name);
    tables.forms.suffix(&text).is_some_and(|(len, _)| len < text.len())
        || tables.forms.prefix(&text).is_some_and(|(len, _)| len < text.len() && len > 2)
}

fn has_letters(text: &str, kind: impl Fn(char) -> bool, least: usize) -> bool {
    text.chars().filter(|c| kind(*c)).take(least).count() == least
}

/// A phone number or an address.
fn is_contact(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits >= 7 && letters <= 4 || text.contains('@')
}
