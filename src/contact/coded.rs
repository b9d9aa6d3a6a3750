//! Country codes that are apart from the number they belong to: `+1 (United States) 415…`, `🇺🇸 415…`, `wa.me/1415…`.

use std::ops::Range;

use super::calling_code;
use super::cn_plan;
use super::country::{code_of_name, code_of_word};
use super::moment::moment;
use super::phone_label::{Label, before};
use super::plans::fits_plan;
use super::scan::{digit_value, is_blank, is_closing, is_dash, is_invisible, is_opening, narrow};

/// Most characters between a code and its number.
const MAX_BETWEEN: usize = 40;
/// Fewest digits of a number behind a code.
const MIN_NUMBER: usize = 5;
/// Fewest digits of a number with its code in a link.
const MIN_LINKED: usize = 8;
/// Characters of the longest country name that is looked for before a number.
const MAX_NAME: usize = 8;
/// Words that count people and things: `+1人` is not a code.
const COUNTED: &str = "人个位名套台次岁号天周月年楼层%";
/// The text before the number in a link to a chat. The number has its code, without `+`.
const LINKS: [&str; 3] = ["wa.me/", "whatsapp.com/send?phone=", "whatsapp.com/send/?phone="];
/// Names of chats that know only numbers with their code, as they are written before such a number.
const CHATS: [&str; 3] = ["whatsapp", "whats app", "wa"];
/// What people write between the name of a country and a number.
const LABELS: [&str; 6] = ["手机号", "手机", "电话", "號碼", "号码", "電話"];
/// Codes of countries in capitals that mean something else before a number: `NO 1`, `ID 1`, `PH` for phone.
const WORDS: [&str; 8] = ["AT", "BE", "ID", "IN", "IS", "MO", "NO", "PH"];
const CHINA: u16 = 86;

/// A field in which every code is right before its number, and how its places map to the original.
pub(super) struct Coded {
    pub(super) text: String,
    /// Where the text has parts of the field: first byte in the text, first byte in the field, number of bytes.
    kept: Vec<(usize, usize, usize)>,
    /// The field has a code of another country, and it is unclear which number the code belongs to.
    pub(super) is_open: bool,
}

/// A change to a part of the field.
struct Edit {
    /// Bytes that are left out.
    out: Range<usize>,
    /// The text that replaces them.
    put: String,
}

impl Coded {
    /// `None` when no code is apart from its number.
    pub(super) fn of(field: &str) -> Option<Coded> {
        let mut reader = Reader { chars: Vec::new(), edits: Vec::new(), is_open: false, field };
        let is_candidate =
            |c: char| matches!(c, '+' | '＋' | '\u{1F1E6}'..='\u{1F1FF}') || c.is_alphabetic() || c == '0';
        if !field.contains(is_candidate) {
            return None;
        }
        reader.chars = field.char_indices().filter(|(_, c)| !is_invisible(*c)).collect();
        reader.read();
        let Reader { mut edits, is_open, .. } = reader;
        if edits.is_empty() && !is_open {
            return None;
        }
        let mut coded = Coded { text: String::with_capacity(field.len() + 8), kept: Vec::new(), is_open };
        edits.sort_by_key(|edit| edit.out.start);
        let mut at = 0;
        for Edit { out, put } in edits {
            coded.keep(field, at..out.start);
            coded.text.push_str(&put);
            at = at.max(out.end);
        }
        coded.keep(field, at..field.len());
        Some(coded)
    }

    fn keep(&mut self, field: &str, part: Range<usize>) {
        if let Some(text) = field.get(part.clone()).filter(|text| !text.is_empty()) {
            self.kept.push((self.text.len(), part.start, text.len()));
            self.text.push_str(text);
        }
    }

    /// The bytes of the field that a range of the text stands for.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let overlaps =
            |(there, _, count): &&(usize, usize, usize)| *there < range.end && range.start < there + count;
        let place = |at: usize, (there, here, count): &(usize, usize, usize)| {
            here + at.saturating_sub(*there).min(*count)
        };
        let mut parts = self.kept.iter().filter(overlaps);
        let Some(first) = parts.next() else { return 0..0 };
        let last = parts.next_back().unwrap_or(first);
        place(range.start, first)..place(range.end, last)
    }
}

struct Reader<'t> {
    field: &'t str,
    /// The visible characters of the field, with their places.
    chars: Vec<(usize, char)>,
    edits: Vec<Edit>,
    is_open: bool,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while at < self.chars.len() {
            at = self.step(at).unwrap_or(0).max(at + 1);
        }
    }

    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|(_, c)| narrow(*c))
    }

    fn digit(&self, at: usize) -> Option<u8> {
        self.chars.get(at).and_then(|(_, c)| digit_value(*c)).map(|digit| b'0' + digit)
    }

    fn place(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.field.len(), |(place, _)| *place)
    }

    /// Reads the item that begins at a character and returns where the next one begins.
    fn step(&mut self, at: usize) -> Option<usize> {
        let c = self.char(at)?;
        if c == '+' || c == '0' {
            return self.code(at);
        }
        if let Some(edit) = self.linked(at) {
            self.edits.push(edit);
            return None;
        }
        self.named(at)
    }

    /// The digits from a character on that may be one number, and where the last of them is.
    fn number(&self, from: usize) -> (Vec<u8>, usize) {
        let mut digits = Vec::new();
        let mut end = from;
        for at in from.. {
            match (self.digit(at), self.char(at)) {
                (Some(digit), _) => {
                    digits.push(digit);
                    end = at + 1;
                }
                (None, Some(c)) if is_blank(c) && c != '\n' || is_dash(c) => {}
                _ => break,
            }
        }
        (digits, end)
    }

    /// A `+` or `00` with a calling code and nothing else: `+1 (US) 415…`, `60987654 (+852)`.
    fn code(&mut self, at: usize) -> Option<usize> {
        let from = if self.char(at) == Some('+') { at + 1 } else { at + 2 };
        let is_dialled = from == at + 2;
        let before = (0..at).rev().find(|at| self.char(*at).is_some_and(|c| !is_blank(c) || is_opening(c)));
        let follows = before.is_some_and(|before| self.digit(before).is_some());
        if follows
            || is_dialled
                && (self.char(at + 1) != Some('0') || before.is_some_and(|c| self.char(c) == Some('+')))
        {
            return None;
        }
        let digits: Vec<u8> = (from..).map_while(|at| self.digit(at)).take(4).collect();
        let end = from + digits.len();
        let (code, rest) = calling_code::split(&digits)?;
        if !rest.is_empty() {
            return None;
        }
        if before == at.checked_sub(1)
            && self.char(end).is_some_and(is_closing)
            && let Some(edits) = self.behind_number(before?, end)
        {
            self.edits.extend(edits);
            return Some(end);
        }
        let next = (end..end + MAX_BETWEEN).find(|at| self.digit(*at).is_some())?;
        let between = self.field.get(self.place(end)..self.place(next))?;
        let (number, number_end) = self.number(next);
        let is_counted = self.char(end).is_some_and(|c| COUNTED.contains(c));
        let is_moment = moment(self.field.get(self.place(next)..)?).is_some();
        if is_counted
            || is_moment
            || number.len() < MIN_NUMBER
            || between.contains(['+', '＋'])
            || !between.chars().any(parts)
        {
            return None;
        }
        if !is_before_phone(between)
            || between.contains(['@', '＠', '﹫'])
            || self.char(number_end) == Some('@')
        {
            self.is_open |= code != CHINA;
            return Some(end);
        }
        let opens = next.checked_sub(1).filter(|at| *at >= end && self.char(*at).is_some_and(is_opening));
        let out = self.place(end)..self.place(opens.unwrap_or(next));
        self.edits.push(Edit { out, put: " ".to_owned() });
        Some(next)
    }

    /// `60987654 (+852)`: the code behind the number, unless another number follows. `open` is its bracket.
    fn behind_number(&self, open: usize, end: usize) -> Option<[Edit; 2]> {
        let follows = (end + 1..).find(|at| self.char(*at) != Some(' '))?;
        if self.digit(follows).is_some() || self.char(follows) == Some('+') {
            return None;
        }
        let fits =
            |at: &usize| self.digit(*at).is_some() || self.char(*at).is_some_and(|c| c == ' ' || is_dash(c));
        let count = (0..open).rev().take_while(fits).count();
        let start = (open - count..open).find(|at| self.digit(*at).is_some())?;
        let (number, number_end) = self.number(start);
        let before = start.checked_sub(1).and_then(|at| self.char(at));
        let is_apart = before.is_none_or(|c| c != '+' && !c.is_alphanumeric());
        let is_first = self.edits.iter().all(|edit| edit.out.end <= self.place(start));
        let is_whole = number.len() >= MIN_NUMBER && number_end <= open && is_first;
        let code = self.field.get(self.place(open + 1)..self.place(end))?;
        (is_apart && is_whole && !number.starts_with(b"00")).then(|| {
            let put = format!("{code} ");
            [
                Edit { out: self.place(start)..self.place(start), put },
                Edit { out: self.place(number_end)..self.place(end + 1), put: String::new() },
            ]
        })
    }

    /// `wa.me/14155552671`, `WhatsApp 85260987654`: a `+` belongs before the digits.
    fn linked(&self, at: usize) -> Option<Edit> {
        self.digit(at)?;
        let before = at.checked_sub(1)?;
        if self.digit(before).is_some() {
            return None;
        }
        let digits: Vec<u8> = (at..).map_while(|at| self.digit(at)).collect();
        let text = self.field.get(..self.place(at))?;
        let from = text.char_indices().rev().take(MAX_BETWEEN).last().map_or(0, |(from, _)| from);
        let text = text.get(from..)?.to_ascii_lowercase();
        let put = || Edit { out: self.place(at)..self.place(at), put: "+".to_owned() };
        if digits.len() >= MIN_LINKED && LINKS.iter().any(|link| text.ends_with(link)) {
            return Some(Edit { put: " +".to_owned(), ..put() });
        }
        let label = text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '+');
        let is_chat = CHATS.iter().any(|chat| {
            label.strip_suffix(chat).is_some_and(|head| !head.ends_with(|c: char| c.is_ascii_alphanumeric()))
        });
        let (code, number) = calling_code::split(&digits)?;
        let fits = is_chat && code != CHINA && fits_plan(code, number) && !cn_plan::is_mobile(&digits);
        fits.then(put)
    }

    /// `🇺🇸 (415) 555-2671`, `US 4155552671`, `香港 60987654`: a country right before a number of its plan.
    fn named(&mut self, at: usize) -> Option<usize> {
        let is_start = |c: char| {
            c.is_ascii_uppercase() || matches!(c, '\u{1F1E6}'..='\u{1F1FF}' | '\u{3400}'..='\u{9FFF}')
        };
        let first = self.char(at).filter(|c| is_start(*c))?;
        let inside = |c: char| match first {
            '\u{1F1E6}'..='\u{1F1FF}' => is_start(c) && !c.is_ascii() && c > '\u{9FFF}',
            'A'..='Z' => c.is_ascii_alphanumeric(),
            _ => ('\u{3400}'..='\u{9FFF}').contains(&c),
        };
        let same = |at: usize| self.char(at).is_some_and(inside);
        if at.checked_sub(1).is_some_and(same) {
            return None;
        }
        let length = (at..at + MAX_NAME + 1).take_while(|at| same(*at)).count();
        let end = at + length;
        let next = (end..)
            .find(|at| self.char(*at).is_none_or(|c| !matches!(c, ' ' | ':' | '-') && !is_opening(c)))?;
        let (number, _) = self.number(next);
        let dials_abroad = number.starts_with(b"00") || number.len() < MIN_NUMBER;
        if self.digit(next).is_none() || dials_abroad {
            return Some(end);
        }
        let word: String = (at..end).filter_map(|at| self.char(at)).collect();
        let name = LABELS.iter().find_map(|label| word.strip_suffix(label)).unwrap_or(&word);
        let is_latin = first.is_ascii();
        // `US4155552671` may be anything, and so may a text that only looks like a country.
        if is_latin && (end == next || WORDS.contains(&word.as_str())) {
            return Some(end);
        }
        let code = code_of_word(&word).or_else(|| code_of_name(name).filter(|_| !is_latin));
        let code = code.filter(|code| *code != CHINA)?;
        let significant =
            number.iter().position(|digit| *digit != b'0').and_then(|from| number.get(from..))?;
        let is_flag = !is_latin && first > '\u{9FFF}';
        if cn_plan::is_mobile(&number) || !fits_plan(code, significant) {
            self.is_open |= is_flag;
            return Some(end);
        }
        let opens = next.checked_sub(1).filter(|at| *at >= end && self.char(*at).is_some_and(is_opening));
        let out = self.place(at)..self.place(opens.unwrap_or(next));
        self.edits.push(Edit { out, put: format!("+{code} ") });
        Some(next)
    }
}

/// Whether a character ends a row of digits and the signs between them.
fn parts(c: char) -> bool {
    let c = narrow(c);
    c.is_alphabetic()
        || matches!(c, ':' | '=' | '<' | '>' | '{' | '}' | '"' | '?' | '!' | '\u{1F1E6}'..='\u{1F1FF}')
}

/// Whether the text before a number says that it is a phone number, or does not say otherwise.
fn is_before_phone(between: &str) -> bool {
    let said = before(between, false);
    let word = between.rsplit(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty());
    let is_country = || word.is_some_and(|word| code_of_word(word).is_some());
    said.label == Label::Phone && (!said.token || is_country())
}
