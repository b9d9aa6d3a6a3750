//! Countries that a phone field names beside its numbers: `60987654 (HK)`, `Germany 0152…`, `15254599371（德国）`.

use std::ops::Range;

use super::country::{country_of_code, country_of_name, flag};
use super::phone_label::{Label, before as before_number, is_phone_word};
use super::scan::{digit_value, is_closing, is_opening, narrow};
use crate::model::Region;
use crate::text::is_ideograph;

/// Most bytes of a text that may be the name of a country with the label of the number.
const MAX_NAME: usize = 80;
/// Fewest letters of a Latin name: shorter ones are codes, which stand in capitals.
const MIN_LATIN: usize = 4;
/// Codes of countries in capitals that mean something else next to a number: `NO 1`, `ID 1`, `PH` for phone.
const WORDS: [&str; 8] = ["AT", "BE", "ID", "IN", "IS", "MO", "NO", "PH"];
/// Codes that a title or a department is called as well: a number of the forms' country has no need of them.
const DOUBTFUL: [&str; 8] = ["AI", "CA", "IT", "MY", "PR", "SA", "SE", "VC"];
/// What people write around the name of a country, beside the labels of numbers.
const LATIN_AROUND: [&str; 8] = ["area", "code", "country", "from", "in", "nation", "region", "the"];
const HAN_BEHIND: [&str; 12] =
    ["手机号", "手机", "手機", "电话", "電話", "号码", "號碼", "号", "的", "那边", "区号", "当地"];
const HAN_BEFORE: [&str; 6] = ["国家", "地区", "國家", "地區", "人在", "在"];

/// A country that a field says a number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// This one.
    In(Region),
    /// Perhaps this one: the word may mean something else.
    Perhaps(Region),
    /// One of several.
    Several,
}

/// A field without the countries that it names, with every byte in its place.
pub(super) struct Named {
    pub(super) text: String,
    /// Where a country is named.
    places: Vec<(Range<usize>, Said)>,
}

impl Named {
    /// `None` when no country is named.
    pub(super) fn of(field: &str) -> Option<Named> {
        let is_candidate = |c: char| c.is_alphabetic() || is_flag_letter(c);
        if !field.contains(is_candidate) {
            return None;
        }
        let places: Vec<(Range<usize>, Said)> =
            words(field).filter_map(|place| Some((place.clone(), said(field, &place)?))).collect();
        if places.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(field.len());
        let mut at = 0;
        for (place, _) in &places {
            let place = with_brackets(field, place);
            text.push_str(field.get(at..place.start).unwrap_or_default());
            text.extend(std::iter::repeat_n(' ', place.len()));
            at = place.end;
        }
        text.push_str(field.get(at..).unwrap_or_default());
        Some(Named { text, places })
    }

    /// The country of the number at a place: of the only one every country that the field names, else one that stands next to it.
    pub(super) fn of_number(&self, number: &Range<usize>, is_only: bool) -> Option<Said> {
        // Between two numbers it stands before the second.
        let is_next = |place: &Range<usize>| {
            let leads = || self.text.get(place.end..).unwrap_or_default().trim_start_matches(is_between);
            let between = if place.end <= number.start {
                place.end..number.start
            } else if leads().starts_with(|c| digit_value(c).is_some()) {
                return false;
            } else {
                number.end..place.start
            };
            self.text.get(between).is_some_and(|text| text.chars().all(is_between))
        };
        let mut own =
            self.places.iter().filter(|(place, _)| is_only || is_next(place)).map(|(_, said)| *said);
        let first = own.next()?;
        Some(own.fold(first, |said, other| if said == other { said } else { Said::Several }))
    }
}

/// Whether a sign may stand between a number and its country.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(narrow(c), ':' | '-') || is_opening(narrow(c))
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// The kind of writing of a character that may belong to a name.
#[derive(PartialEq, Clone, Copy)]
enum Script {
    Flag,
    Han,
    Other,
}

/// The texts between digits and signs, each in one script.
fn words(field: &str) -> impl Iterator<Item = Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Script> = None;
    for (at, c) in field.char_indices() {
        let end = at + c.len_utf8();
        let script = match c {
            _ if is_flag_letter(c) => Some(Script::Flag),
            _ if is_ideograph(c) => Some(Script::Han),
            _ if c.is_alphabetic() => Some(Script::Other),
            ' ' | '.' | '\'' | '’' | '&' => open.filter(|script| *script == Script::Other),
            _ => None,
        };
        match (script, found.last_mut()) {
            (Some(script), Some(last)) if open == Some(script) => {
                last.end = end;
                // Two letters are one flag.
                if script == Script::Flag {
                    open = None;
                    continue;
                }
            }
            (Some(_), _) => found.push(at..end),
            (None, _) => {}
        }
        open = script;
    }
    found.into_iter()
}

/// The country that a text names, if it does nothing else.
fn said(field: &str, place: &Range<usize>) -> Option<Said> {
    let text = field.get(place.clone()).filter(|text| text.len() <= MAX_NAME)?;
    if let Some(country) = flag(text) {
        return Some(Said::In(country));
    }
    let trimmed = text.trim_end();
    let before = field.get(..place.start)?.chars().next_back();
    let behind = field.get(place.start + trimmed.len()..)?.chars().next();
    if text.chars().all(is_ideograph) {
        let bare = HAN_BEHIND.iter().fold(text, |text, label| text.strip_suffix(label).unwrap_or(text));
        let bare = HAN_BEFORE.iter().fold(bare, |text, label| text.strip_prefix(label).unwrap_or(text));
        return country_of_name(bare).map(Said::In);
    }
    // A part of an account or an address: `germany88`, `lei@us.cn`, `us_lei`.
    let belongs = |c: char| c.is_ascii_digit() || matches!(c, '@' | '_' | '＠');
    if before.is_some_and(belongs) || behind.is_some_and(belongs) {
        return None;
    }
    let is_around = |word: &&str| {
        let word = word.trim_end_matches('.').to_lowercase();
        !LATIN_AROUND.contains(&word.as_str()) && !is_phone_word(&word)
    };
    let words: Vec<&str> = trimmed.split_whitespace().filter(is_around).collect();
    if let [word] = words.as_slice() {
        let code: String = word.chars().filter(|c| *c != '.').collect();
        if let Some(country) = country_of_code(&code) {
            // `SN 2026718843` is a serial number.
            let is_other =
                WORDS.contains(&code.as_str()) || before_number(&code, false).label != Label::Phone;
            let is_doubtful = DOUBTFUL.contains(&code.as_str());
            let said = if is_doubtful { Said::Perhaps(country) } else { Said::In(country) };
            return Some(said).filter(|_| !is_other);
        }
    }
    let name = words.join(" ");
    let country = country_of_name(&name)?;
    (name.chars().filter(|c| c.is_alphabetic()).count() >= MIN_LATIN).then_some(Said::In(country))
}

/// A place with the brackets around it.
fn with_brackets(field: &str, place: &Range<usize>) -> Range<usize> {
    let before = field.get(..place.start).unwrap_or_default().trim_end();
    let behind = field.get(place.end..).unwrap_or_default();
    let behind = behind.trim_start();
    let open = before.chars().next_back().filter(|c| is_opening(narrow(*c)));
    let close = behind.chars().next().filter(|c| is_closing(narrow(*c)));
    match open.zip(close) {
        Some((open, close)) => before.len() - open.len_utf8()..field.len() - behind.len() + close.len_utf8(),
        None => place.clone(),
    }
}
