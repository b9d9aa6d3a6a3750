//! Country codes that are apart from the number they belong to: `+1 (United States) 415…`, `60987354, +852`, `wa.me/1415…`.

use std::ops::Range;

use super::calling_code;
use super::cn_plan;
use super::country::{country_of_calling_code, country_of_code};
use super::dialled::may_be_national;
use super::fault::PhoneQuality;
use super::moment::moment;
use super::phone::{Phone, PhoneOptions, is_coded};
use super::phone_label::{Label, before};
use super::plans::{fits_plan, is_known_code};
use super::scan::{digit_value, is_blank, is_closing, is_dash, is_invisible, is_opening, narrow};
use super::value::ContactValue;

/// Most characters between a code and its number.
const MAX_BETWEEN: usize = 40;
/// Fewest digits of a number behind a code.
const MIN_NUMBER: usize = 5;
/// Fewest digits of a number with its code in a link.
const MIN_LINKED: usize = 8;
/// Most digits of a number of one country.
const MAX_NUMBER: usize = 12;
/// Most digits of a number with its code (ITU-T E.164).
const MAX_DIGITS: usize = 15;
/// Words that count people and things: `+1人` is not a code.
const COUNTED: &str = "人个位名套台次岁号天周月年楼层%";
/// What a link to a chat begins with, and what precedes the number in it, which has its code, without `+`.
const LINKS: [(&str, &str); 3] =
    [("wa.me/", "wa.me/"), ("whatsapp.com/", "phone="), ("whatsapp://", "phone=")];
/// Names of chats that know only numbers with their code, as they are written before such a number.
const CHATS: [&str; 3] = ["whatsapp", "whats app", "wa"];
const CHINA: u16 = 86;

/// A field in which every code is right before its number, and how its places map to the original.
pub(super) struct Coded {
    pub(super) text: String,
    /// Where the text has parts of the field: first byte in the text, first byte in the field, number of bytes.
    kept: Vec<(usize, usize, usize)>,
    /// Codes of other countries of which it is unclear to which number they belong.
    open: Vec<u16>,
    /// Codes of other countries that stand before a number as codes do, divided from it by signs.
    leading: Vec<u16>,
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
    pub(super) fn of(field: &str, options: &PhoneOptions<'_>) -> Option<Coded> {
        let is_candidate =
            |c: char| matches!(c, '+' | '＋' | '0' | '/') || c.is_alphabetic() || is_opening(narrow(c));
        if !field.contains(is_candidate) {
            return None;
        }
        let chars = field.char_indices().filter(|(_, c)| !is_invisible(*c)).collect();
        let mut reader = Reader {
            field,
            options,
            chars,
            edits: Vec::new(),
            open: Vec::new(),
            leading: Vec::new(),
            loose: Vec::new(),
        };
        reader.read();
        let Reader { mut edits, open, leading, .. } = reader;
        if edits.is_empty() && open.is_empty() && leading.is_empty() {
            return None;
        }
        let text = String::with_capacity(field.len() + 8);
        let mut coded = Coded { text, kept: Vec::new(), open, leading };
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

    /// Makes guesses of the numbers of a field with a code of another country that none of them was read with, where that country
    /// may have them.
    pub(super) fn doubt(&self, found: &mut [ContactValue<Phone>], options: &PhoneOptions<'_>) {
        let written = |one: &ContactValue<Phone>| self.text.get(one.span.clone()).unwrap_or_default();
        // A number that is cut off has its code too.
        let is_spoilt = |one: &ContactValue<Phone>| one.value.key().is_none() && is_coded(written(one));
        let is_of = |code: u16| {
            move |one: &ContactValue<Phone>| one.value.calling_code() == Some(code) || is_spoilt(one)
        };
        let has_number = |code: &&u16| found.iter().any(is_of(**code));
        let mut open = self.open.clone();
        open.extend(self.leading.iter().filter(|code| !has_number(code)));
        if open.is_empty() {
            return;
        }
        for one in found {
            let written = self.text.get(one.span.clone()).unwrap_or_default();
            let digits: Vec<u8> = written.chars().filter_map(digit_value).map(|digit| b'0' + digit).collect();
            if open.iter().any(|code| is_of_code(*code, &digits, options)) {
                one.value = one.value.clone().doubted(written);
            }
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

/// Whether digits may be a number of the country with a code. A whole mobile number of China is one of another country only
/// where that has such numbers.
fn is_of_code(code: u16, digits: &[u8], options: &PhoneOptions<'_>) -> bool {
    if code == CHINA {
        return true;
    }
    if cn_plan::is_mobile(digits) {
        let country = country_of_calling_code(code);
        return country.is_some_and(|country| may_be_national(&country, digits, options));
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    fits_plan(code, digits.get(zeros..).unwrap_or_default()) || !is_known_code(code)
}

/// Whether the digits behind a sign are a calling code and a possible number of that country. A mobile number of China behind
/// the code of North America is whole too, of whichever of the two it is.
fn is_whole(digits: &[u8]) -> bool {
    let Some((code, typed)) = calling_code::split(digits) else { return false };
    let national = calling_code::without_trunk(code, calling_code::once(code, typed));
    match code {
        CHINA => cn_plan::judge(cn_plan::national(typed)).quality == PhoneQuality::Ok,
        1 if cn_plan::is_mobile(typed) => true,
        _ if is_known_code(code) => fits_plan(code, national),
        _ => (MIN_LINKED..=MAX_DIGITS).contains(&digits.len()),
    }
}

struct Reader<'t, 'o> {
    field: &'t str,
    options: &'t PhoneOptions<'o>,
    /// The visible characters of the field, with their places.
    chars: Vec<(usize, char)>,
    edits: Vec<Edit>,
    open: Vec<u16>,
    leading: Vec<u16>,
    /// Codes before which no number stands, each with its sign and brackets.
    loose: Vec<(Range<usize>, u16)>,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        let mut at = 0;
        while at < self.chars.len() {
            at = self.step(at).unwrap_or(0).max(at + 1);
        }
        self.open.extend(self.begins_with_code());
        let codes: Vec<u16> = self.loose.iter().map(|(_, code)| *code).collect();
        if let [code] = codes.as_slice()
            && let Some(edits) = self.of_only_number(*code)
        {
            self.edits = edits;
        } else {
            self.open.extend(codes.into_iter().filter(|code| *code != CHINA));
        }
    }

    /// `60987354, +852`, `15254599371 区号+49`: the only code belongs to the only number.
    fn of_only_number(&self, code: u16) -> Option<Vec<Edit>> {
        let (place, _) = self.loose.first().filter(|_| self.edits.is_empty() && self.leading.is_empty())?;
        let mut numbers: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        let mut at = 0;
        while at < self.chars.len() {
            if place.contains(&at) {
                at = place.end;
                continue;
            }
            let own = at..if at < place.start { place.start } else { self.chars.len() };
            let (digits, end) = self.number_in(own);
            if !digits.is_empty() {
                numbers.push((at..end, digits));
            }
            at = end.max(at + 1);
        }
        numbers.retain(|(_, digits)| digits.len() >= MIN_NUMBER);
        let [(number, digits)] = numbers.as_slice() else { return None };
        let is_coded = digits.starts_with(b"00")
            || number.start.checked_sub(1).and_then(|at| self.char(at)) == Some('+');
        if is_coded || !is_of_code(code, digits, self.options) || digits.len() > MAX_NUMBER {
            return None;
        }
        let start = self.place(number.start);
        Some(vec![
            Edit { out: start..start, put: format!("+{code} ") },
            Edit { out: self.place(place.start)..self.place(place.end), put: " ".to_owned() },
        ])
    }

    /// Whether digits are a number of the forms' own country.
    fn is_own(&self, digits: &[u8]) -> bool {
        std::str::from_utf8(digits).is_ok_and(|digits| Phone::parse(digits, self.options).is_ok())
    }

    /// `49/15254599371`: a code without its sign, or the number of an item.
    fn begins_with_code(&self) -> Option<u16> {
        let digits: Vec<u8> = (0..).map_while(|at| self.digit(at)).take(4).collect();
        let end = digits.len();
        let (code, _) =
            calling_code::split(&digits).filter(|(code, rest)| rest.is_empty() && *code != CHINA)?;
        let is_divided = matches!(self.char(end), Some('/' | '+'));
        (end > 1 && is_divided && cn_plan::is_mobile(&self.number(end + 1).0)).then_some(code)
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
            return self.slashed(at).or_else(|| self.code(at));
        }
        if is_opening(c) {
            return self.in_brackets(at);
        }
        let edit = self.linked(at)?;
        self.edits.push(edit);
        None
    }

    /// `60987354 (852)`: a code without its sign, in brackets behind a number that needs one and is of that country. Behind a mobile
    /// number of China it may be one where the country has that number too; behind any other it is an extension, an age, a
    /// room.
    fn in_brackets(&mut self, at: usize) -> Option<usize> {
        let digits: Vec<u8> = (at + 1..).map_while(|at| self.digit(at)).take(4).collect();
        let end = at + 1 + digits.len();
        let (code, rest) = calling_code::split(&digits)?;
        let ends = (end + 1..).find(|at| self.char(*at) != Some(' '))?;
        let follows = self.digit(ends).is_some();
        let is_closed = self.char(end).is_some_and(is_closing);
        if digits.len() < 2 || !rest.is_empty() || !is_closed || follows {
            return None;
        }
        let count = (0..at)
            .rev()
            .take_while(|at| {
                self.digit(*at).is_some() || self.char(*at).is_some_and(|c| c == ' ' || is_dash(c))
            })
            .count();
        let (number, _) = self.number_in(at - count..at);
        if cn_plan::is_mobile(&number) && code != CHINA && is_of_code(code, &number, self.options) {
            self.open.push(code);
            return Some(end + 1);
        }
        if number.len() < MIN_LINKED || !fits_plan(code, &number) || self.is_own(&number) {
            return None;
        }
        self.loose.push((at..end + 1, code));
        Some(end + 1)
    }

    /// A code behind which no number stands.
    fn leave(&mut self, at: usize, end: usize, code: u16) -> Option<usize> {
        let is_counted = self.char(end).is_some_and(|c| COUNTED.contains(c));
        // `13927461853 +1`: the person brings a guest.
        if is_counted || code == 1 {
            return None;
        }
        let opens = at.checked_sub(1).filter(|at| self.char(*at).is_some_and(is_opening));
        let closes = self.char(end).is_some_and(is_closing);
        self.loose.push((opens.unwrap_or(at)..end + usize::from(closes), code));
        Some(end)
    }

    /// The digits from a character on that may be one number, and where the last of them is.
    fn number(&self, from: usize) -> (Vec<u8>, usize) {
        self.number_in(from..self.chars.len())
    }

    fn number_in(&self, range: Range<usize>) -> (Vec<u8>, usize) {
        let mut digits = Vec::new();
        let mut end = range.start;
        for at in range {
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

    /// `+49/151/29437816`: a number behind its sign and code goes on behind a divider until it is one of that country. Only
    /// behind a whole number does a divider part two.
    fn slashed(&mut self, at: usize) -> Option<usize> {
        let from = match (self.char(at)?, self.char(at + 1)) {
            ('+', _) => at + 1,
            ('0', Some('0')) => at + 2,
            _ => return None,
        };
        let before = (0..at).rev().find_map(|at| self.char(at).filter(|c| !is_blank(*c)));
        if before.is_some_and(|c| c.is_alphanumeric() || is_dash(c) || c == '+') && from == at + 2 {
            return None;
        }
        let mut digits = Vec::new();
        let mut dividers = Vec::new();
        // Where each part ends: the digits up to there, the dividers in front, and the place behind the last digit.
        let mut parts: Vec<(usize, usize, usize)> = Vec::new();
        let mut end = from;
        for at in from..from + MAX_BETWEEN {
            match (self.digit(at), self.char(at)) {
                (Some(digit), _) => {
                    digits.push(digit);
                    end = at + 1;
                }
                (None, Some('/' | '\\' | '|')) => {
                    parts.push((digits.len(), dividers.len(), end));
                    dividers.push(at);
                }
                (None, Some(c)) if is_blank(c) && c != '\n' || is_dash(c) || c == '.' => {}
                _ => break,
            }
        }
        parts.push((digits.len(), dividers.len(), end));
        let is_whole = |(count, ..): &&(usize, usize, usize)| digits.get(..*count).is_some_and(is_whole);
        let (first, more) = parts.split_first()?;
        let (_, inside, end) = *more.iter().rev().find(is_whole).filter(|_| !is_whole(&first))?;
        for divider in dividers.into_iter().take(inside) {
            self.edits.push(Edit { out: self.place(divider)..self.place(divider + 1), put: " ".to_owned() });
        }
        Some(end)
    }

    /// A `+` or `00` with a calling code and nothing else: `+1 (US) 415…`, `60987654 (+852)`.
    fn code(&mut self, at: usize) -> Option<usize> {
        let from = if self.char(at) == Some('+') { at + 1 } else { at + 2 };
        let is_dialled = from == at + 2;
        let before = (0..at).rev().find(|at| self.char(*at).is_some_and(|c| !is_blank(c) || is_opening(c)));
        let follows = before.is_some_and(|before| self.digit(before).is_some());
        // `138-8611-0057` ends in its own digits, `转0049` is an extension.
        let is_inside = |c: char| is_dash(c) || c.is_alphabetic() || matches!(c, '+' | '/' | '.');
        if is_dialled
            && (follows
                || self.char(at + 1) != Some('0')
                || before.and_then(|at| self.char(at)).is_some_and(is_inside))
        {
            return None;
        }
        let digits: Vec<u8> = (from..).map_while(|at| self.digit(at)).take(4).collect();
        let end = from + digits.len();
        let (code, rest) = calling_code::split(&digits)?;
        if !rest.is_empty() {
            return None;
        }
        if before.is_some()
            && before == at.checked_sub(1)
            && self.char(end).is_some_and(is_closing)
            && let Some(edits) = self.behind_number(before?, end, code)
        {
            self.edits.extend(edits);
            return Some(end);
        }
        let Some(next) = (end..end + MAX_BETWEEN).find(|at| self.digit(*at).is_some()) else {
            return self.leave(at, end, code);
        };
        let between = self.field.get(self.place(end)..self.place(next))?;
        let (number, number_end) = self.number(next);
        let is_counted = self.char(end).is_some_and(|c| COUNTED.contains(c));
        let is_moment = moment(self.field.get(self.place(next)..)?).is_some();
        // `+49+15254599371`: the sign is written twice.
        let is_doubled = between.contains(['+', '＋']) && cn_plan::is_mobile(&number);
        if is_counted || is_moment {
            return None;
        }
        // `+49 7071 / 183492`: the number goes on behind the sign.
        let is_short = number.len() < MIN_NUMBER && (follows || between.chars().any(|c| !is_blank(c)));
        if is_short || between.contains(['+', '＋']) && !is_doubled {
            return self.leave(at, end, code);
        }
        if follows || !(is_doubled || between.chars().any(parts)) {
            self.leading.extend(Some(code).filter(|code| *code != CHINA));
            return None;
        }
        if !is_before_phone(between)
            || between.contains(['@', '＠', '﹫'])
            || self.char(number_end) == Some('@')
        {
            self.open.extend(Some(code).filter(|code| *code != CHINA));
            return Some(end);
        }
        let opens = next.checked_sub(1).filter(|at| *at >= end && self.char(*at).is_some_and(is_opening));
        let out = self.place(end)..self.place(opens.unwrap_or(next));
        self.edits.push(Edit { out, put: " ".to_owned() });
        Some(next)
    }

    /// `60987654 (+852)`: the code behind the number, unless another number follows. `open` is its bracket.
    fn behind_number(&self, open: usize, end: usize, code: u16) -> Option<[Edit; 2]> {
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
        let sign = self.field.get(self.place(open + 1)..self.place(end))?;
        (is_apart && is_whole && !number.starts_with(b"00") && is_of_code(code, &number, self.options)).then(
            || {
                let put = format!("{sign} ");
                [
                    Edit { out: self.place(start)..self.place(start), put },
                    Edit { out: self.place(number_end)..self.place(end + 1), put: String::new() },
                ]
            },
        )
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
        if digits.len() >= MIN_LINKED && is_link(&text) {
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
}

/// Whether a text in lower case ends with a link up to its number.
fn is_link(text: &str) -> bool {
    let word = text.rsplit(|c: char| !c.is_ascii_graphic()).next().unwrap_or_default();
    LINKS.iter().any(|(host, last)| {
        let head = word.split_once(host).map(|(head, _)| head);
        word.ends_with(last) && head.is_some_and(|head| !head.ends_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// Whether a character ends a row of digits and the signs between them.
fn parts(c: char) -> bool {
    let c = narrow(c);
    let is_sign = !c.is_ascii() && !is_blank(c) && !is_dash(c) && !matches!(c, '、' | '，' | '；');
    c.is_alphabetic()
        || is_sign
        || matches!(c, ':' | '=' | '<' | '>' | '{' | '}' | '"' | '?' | '!' | '\\' | '…')
}

/// Whether the text before a number says that it is a phone number, or does not say otherwise.
fn is_before_phone(between: &str) -> bool {
    let said = before(between, false);
    let word = between.rsplit(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty());
    let is_country = || word.is_some_and(|word| country_of_code(word).is_some());
    said.label == Label::Phone && (!said.token || is_country())
}
