//! From typed text to digits: one pass, no allocation, any script.

use super::fault::PhoneFault;

/// Digits kept of one number; more are not a number anywhere (E.164 allows 15, `00` and a trunk 0 included).
const CAPACITY: usize = 24;
/// Most digits of an extension.
pub(super) const MAX_EXTENSION: usize = 10;
/// Most digits after `-`, `,` or `*` that are read as an extension and not as a second number.
pub(super) const MAX_BARE_EXTENSION: usize = 6;
/// Fewest digits before a bracket that is not part of the number, as it is in `+44 (0)20` and `(010) 8344`.
const MIN_BEFORE_BRACKET: usize = 9;
/// Separators whose place is remembered.
const MAX_SPLITS: usize = 8;

/// A short run of ASCII digits, on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digits {
    bytes: [u8; CAPACITY],
    len: u8,
    /// More digits came than fit.
    overflow: bool,
}

impl Digits {
    pub(super) const EMPTY: Digits = Digits { bytes: [0; CAPACITY], len: 0, overflow: false };

    pub(super) fn push(&mut self, digit: u8) {
        match self.bytes.get_mut(usize::from(self.len)) {
            Some(slot) => {
                *slot = b'0' + digit;
                self.len += 1;
            }
            None => self.overflow = true,
        }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub(super) fn overflows(&self) -> bool {
        self.overflow
    }
}

/// Where an extension may begin, or a second number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split {
    /// Digits before the separator.
    pub(super) at: usize,
    /// The separator is a dash or star, after which extensions are written; otherwise it is a blank.
    pub(super) dash: bool,
    /// A bracket is opened, far enough from the beginning not to be part of the number.
    pub(super) bracket: bool,
}

/// The parts of a phone field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan {
    pub(super) digits: Digits,
    /// A `+` comes before the digits.
    pub(super) plus: bool,
    /// The number of digits in a bracket at the beginning: 2 for `(86) 139…`.
    pub(super) bracketed: usize,
    /// Digits after an explicit extension mark.
    pub(super) extension: Digits,
    /// There is a star between two digits.
    pub(super) star: bool,
    /// There is a star anywhere: before a whole number it marks what must be filled in, behind one a footnote.
    pub(super) starred: bool,
    /// A letter that may be a mistyped digit is attached to the end.
    pub(super) letter_attached: bool,
    /// The text is cut off right behind the last digit.
    pub(super) cut: bool,
    /// Signs between two digits hide others: `139••••8531`.
    pub(super) hidden: bool,
    /// A bar comes right before the first digit: it is a separator, or a mistyped 1.
    pub(super) barred: bool,
    splits: [Split; MAX_SPLITS],
    split_count: usize,
}

impl Scan {
    pub(super) fn splits(&self) -> &[Split] {
        self.splits.get(..self.split_count).unwrap_or_default()
    }

    /// Fewest digits that an extension can follow: 5, as in `95588`; after a `+` or a trunk 0 more are required.
    fn min_head(&self) -> usize {
        match self.digits.as_slice() {
            [b'0', b'0', ..] => 9,
            [b'0', ..] => 7,
            _ if self.plus => 7,
            _ => 5,
        }
    }

    fn note_split(&mut self, dash: bool, opens: bool) {
        let at = self.digits.len();
        let bracket = opens && at >= MIN_BEFORE_BRACKET;
        if let Some(last) = self.split_count.checked_sub(1).and_then(|i| self.splits.get_mut(i))
            && last.at == at
        {
            last.dash |= dash;
            last.bracket |= bracket;
        } else if let Some(slot) = self.splits.get_mut(self.split_count)
            && at > 0
        {
            *slot = Split { at, dash, bracket };
            self.split_count += 1;
        }
    }
}

/// First code points of the decimal digit rows of Unicode 17 (general category `Nd`), without the mathematical ones.
const DIGIT_ROWS: [u32; 72] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30,
    0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0,
    0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130,
    0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The value of a decimal digit of any script.
pub(super) fn digit_value(c: char) -> Option<u8> {
    let code = u32::from(c);
    if code < 0x80 {
        return u8::try_from(c).ok().filter(u8::is_ascii_digit).map(|b| b - b'0');
    }
    // Mathematical digits: five rows of ten.
    if (0x1D7CE..=0x1D7FF).contains(&code) {
        return u8::try_from((code - 0x1D7CE) % 10).ok();
    }
    let row = DIGIT_ROWS.partition_point(|&start| start <= code).checked_sub(1)?;
    let value = code - DIGIT_ROWS.get(row)?;
    u8::try_from(value).ok().filter(|v| *v < 10)
}

/// Full-width ASCII to ASCII, the ideographic space to a blank.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Characters without a shape of their own: zero-width, direction marks, keycaps.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{20E3}'
        // Letters by their category, blank to the eye: the fillers of Hangul, two vowels of Khmer.
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

pub(super) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '\u{FE58}' | '\u{FE63}' | '\u{2E3A}' | '\u{2500}' | '_'
    )
}

/// Whether a folded character opens one of the brackets around parts of a number.
pub(super) fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '【')
}

pub(super) fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '】')
}

pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_opening(c) || is_closing(c) || matches!(c, '.' | '·' | '•' | '"' | '\'' | '。')
}

/// Letters that are typed or read for a digit.
pub(super) fn is_lookalike(c: char) -> bool {
    matches!(
        c,
        'O' | 'o' | 'I' | 'l' | 'i' | 'L' | 'B' | 'S' | 's' | 'Z' | 'z' | '|' | '?' | 'q' | 'Q' | 'D' | 'G'
    )
}

/// Whether a text begins with a sign for an omission: `…`, three dots or more.
pub(super) fn is_cut(rest: &str) -> bool {
    let mut visible = rest.chars().filter(|c| !is_invisible(*c)).map(narrow);
    match visible.next() {
        Some('…' | '⋯' | '‥') => true,
        Some('.') => visible.next() == Some('.') && visible.next() == Some('.'),
        _ => false,
    }
}

/// Signs since the last digit that hide digits when there are several. One sign only divides.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    dots: usize,
    bullets: usize,
    lows: usize,
    dashes: usize,
    letters: usize,
}

impl Signs {
    /// Counts a folded character; whether it is one of the signs.
    pub(super) fn add(&mut self, c: char) -> bool {
        let count = match c {
            '.' => &mut self.dots,
            '•' | '·' | '*' | '∙' | '⋅' => &mut self.bullets,
            '_' => &mut self.lows,
            '●' | '○' | '■' | '□' | '×' | '◆' | '▪' => {
                self.bullets += 2;
                return true;
            }
            _ if is_dash(c) => &mut self.dashes,
            _ => return false,
        };
        *count += 1;
        true
    }

    /// Whether they hide digits between two that are shown.
    pub(super) fn hide(&self) -> bool {
        self.dots > 1 || self.bullets > 1 || self.lows > 1 || self.dashes > 2
    }
}

/// Whether the text behind a number begins with signs that hide its last digits: `1397642••••`, `+44 20 7946 xxxx`.
pub(super) fn is_hidden(rest: &str) -> bool {
    if is_cut(rest) {
        return true;
    }
    let mut signs = Signs::default();
    let (mut apart, mut next) = (false, None);
    for c in rest.chars().filter(|c| !is_invisible(*c)).map(narrow) {
        if matches!(c, 'x' | 'X' | '?') {
            signs.letters += 1;
        } else if c == ' ' && signs.letters == 0 {
            apart = true;
        } else if !signs.add(c) {
            next = Some(c);
            break;
        }
    }
    let continues = next.is_some_and(|c| c.is_alphabetic());
    let digit = next.is_some_and(|c| digit_value(c).is_some());
    signs.bullets > 1
        || signs.lows > 1 && !apart
        || signs.dashes > 2 && (digit || next.is_none())
        || signs.letters > 1 && !continues
}

/// Marks that are attached to the digits. Japan writes 内線, Korea 내선, Russia доб, Thailand ต่อ.
const MARKS: [&str; 14] = [
    "转分机",
    "轉分機",
    "转接",
    "轉接",
    "转",
    "轉",
    "分机",
    "分機",
    "内线",
    "內線",
    "内線",
    "내선",
    "доб",
    "ต่อ",
];

/// The text after an extension mark at the head of `text`.
pub(super) fn after_mark(text: &str) -> Option<&str> {
    if let Some(rest) = MARKS.iter().find_map(|mark| text.strip_prefix(mark)) {
        return Some(rest);
    }
    let mut word = [0u8; 9];
    let mut len = 0;
    let mut rest = text;
    for c in text.chars() {
        let folded = narrow(c);
        if !folded.is_ascii_alphabetic() {
            break;
        }
        *word.get_mut(len)? = u8::try_from(folded.to_ascii_lowercase()).ok()?;
        len += 1;
        rest = rest.get(c.len_utf8()..)?;
    }
    let known: [&[u8]; 8] = [b"x", b"ext", b"extn", b"extension", b"xtn", b"anexo", b"ramal", b"poste"];
    known.contains(&word.get(..len)?).then_some(rest)
}

/// Reads the digits of an extension: fluff, digits, and what follows the last of them.
fn read_extension(text: &str) -> (Digits, &str) {
    let mut digits = Digits::EMPTY;
    let (mut rest, mut behind) = (text, text);
    let mut dashed = false;
    for c in text.chars() {
        let folded = narrow(c);
        let value = digit_value(c);
        if let Some(value) = value {
            // `801-2`: a second extension, or a row of them.
            if dashed {
                break;
            }
            digits.push(value);
        } else if is_dash(folded) && digits.len() > 0 {
            dashed = true;
        } else if !(is_invisible(c)
            || is_dash(folded)
            || is_blank(folded)
            || (digits.len() == 0 && matches!(folded, ':' | '#' | '=' | '号' | '號' | '：')))
        {
            break;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if value.is_some() {
            behind = rest;
        }
    }
    (digits, behind)
}

/// Whether a further whole number stands in the text (at least 7 digits before any letter run ends it).
fn holds_number(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars() {
        if digit_value(c).is_some() {
            run += 1;
        } else if !(is_invisible(c) || is_dash(narrow(c)) || is_blank(narrow(c))) {
            run = 0;
        }
        if run >= 7 {
            return true;
        }
    }
    false
}

/// Splits a field into number and extension.
///
/// A label before the number (`Tel:`, `电话：`, `☎`) and a remark after it (`（王先生）`) are dropped. Time is linear
/// in the text.
pub(super) fn scan(raw: &str) -> Result<Scan, PhoneFault> {
    let mut out = Scan {
        digits: Digits::EMPTY,
        plus: false,
        bracketed: 0,
        extension: Digits::EMPTY,
        star: false,
        starred: false,
        letter_attached: false,
        cut: false,
        hidden: false,
        barred: false,
        splits: [Split { at: 0, dash: false, bracket: false }; MAX_SPLITS],
        split_count: 0,
    };
    let mut blank = true;
    let mut lead = BeforeDigits { before: ' ', letters: 0, opened: false };
    // The previous visible character is a digit.
    let mut attached = false;
    // A star follows the last digit.
    let mut star_behind = false;
    let mut signs = Signs::default();
    for (at, c) in raw.char_indices() {
        if let Some(value) = digit_value(c) {
            if out.digits.len() == 0 && is_lookalike(lead.before) && lead.letters == 1 {
                if lead.before != '|' {
                    return Err(PhoneFault::UnexpectedCharacter);
                }
                out.barred = true;
            }
            out.digits.push(value);
            out.star |= star_behind;
            out.hidden |= signs.hide();
            signs = Signs::default();
            (blank, attached, star_behind, out.cut) = (false, true, false, false);
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        let folded = narrow(c);
        blank &= folded.is_whitespace();
        if out.digits.len() == 0 {
            lead.read(folded, &mut out);
            continue;
        }
        let rest = raw.get(at..).unwrap_or_default();
        if attached {
            out.cut = is_hidden(rest);
            attached = false;
        }
        let is_sign = signs.add(folded);
        if is_dash(folded) || folded == '*' {
            out.starred |= folded == '*';
            star_behind |= folded == '*';
            out.note_split(true, false);
        } else if is_blank(folded) || is_sign {
            if lead.opened && is_closing(folded) {
                (out.bracketed, lead.opened) = (out.digits.len(), false);
            }
            out.note_split(false, is_opening(folded));
        } else if let Some((mark_rest, explicit)) = extension_mark(rest, folded) {
            if explicit || out.digits.len() >= out.min_head() {
                return out.with_extension(mark_rest, explicit);
            }
            // Too early for an extension: `010/8344 2922`, `+49 (0)30 / 1834927`.
            out.note_split(false, false);
        } else {
            return remark(out, rest, folded);
        }
    }
    match (blank, out.digits.len(), out.starred) {
        (true, ..) => Err(PhoneFault::Empty),
        (_, 0, true) => Err(PhoneFault::Masked),
        (_, 0, _) => Err(PhoneFault::NoDigits),
        _ => Ok(out),
    }
}

/// The text before the first digit.
struct BeforeDigits {
    /// The last visible character.
    before: char,
    /// Letters in a row up to it.
    letters: usize,
    /// A bracket is opened, and nothing else follows.
    opened: bool,
}

impl BeforeDigits {
    fn read(&mut self, folded: char, out: &mut Scan) {
        match folded {
            '+' => out.plus = true,
            '*' => out.starred = true,
            _ if is_blank(folded) || is_dash(folded) => {}
            _ => out.plus = false,
        }
        self.opened = is_opening(folded) || self.opened && folded.is_whitespace();
        let is_letter = folded.is_alphabetic() || is_lookalike(folded);
        self.letters = if is_letter { self.letters + 1 } else { 0 };
        self.before = folded;
    }
}

impl Scan {
    /// Ends the number with the extension in the text behind its mark.
    fn with_extension(mut self, text: &str, explicit: bool) -> Result<Scan, PhoneFault> {
        let (extension, behind) = read_extension(text);
        let longest = if explicit { MAX_EXTENSION } else { MAX_BARE_EXTENSION };
        if extension.len() > longest || holds_number(behind) {
            return Err(PhoneFault::SeveralNumbers);
        }
        self.cut = extension.len() > 0 && is_cut(behind);
        self.extension = extension;
        Ok(self)
    }
}

/// The text after an extension mark or list separator, and whether the mark can mean nothing else.
fn extension_mark(rest: &str, folded: char) -> Option<(&str, bool)> {
    if matches!(folded, ',' | '、' | ';' | '/' | '#' | '~' | '\u{223C}' | '\u{301C}' | '|' | '&') {
        // `,,8001`: a phone that dials waits at each of them.
        let after = rest.get(rest.chars().next()?.len_utf8()..)?.trim_start_matches(',');
        let skipped = after.trim_start();
        return Some((after_mark(skipped).unwrap_or(after), false));
    }
    after_mark(rest).map(|after| (after, true))
}

/// Ends the number at a remark, unless more of its digits follow the remark.
fn remark(mut out: Scan, rest: &str, folded: char) -> Result<Scan, PhoneFault> {
    if holds_number(rest) && out.digits.len() >= 7 {
        return Err(PhoneFault::SeveralNumbers);
    }
    let attached = out.splits().last().is_none_or(|split| split.at != out.digits.len());
    if attached && (is_lookalike(folded) || folded.is_ascii_alphabetic()) {
        if rest.chars().any(|c| digit_value(c).is_some()) {
            return Err(PhoneFault::UnexpectedCharacter);
        }
        out.letter_attached = true;
    } else if out.digits.len() < 7 && rest.chars().any(|c| digit_value(c).is_some()) {
        return Err(PhoneFault::UnexpectedCharacter);
    }
    Ok(out)
}
