//! Where numbers may be in a phone field: groups of digits, and what separates them.

use std::ops::Range;

use super::moment::moment;
use super::phone::{Phone, PhoneOptions};
use super::phone_label::{Before, Label, before};
use super::scan::{
    self, MAX_BARE_EXTENSION, MAX_EXTENSION, Signs, digit_value, is_blank, is_closing, is_dash, is_invisible,
    is_lookalike, is_opening, narrow,
};
use super::spreadsheet::{Scientific, scientific};

/// Characters looked through for the end of a bracket.
const MAX_BRACKET: usize = 24;

/// Units that follow the digits of an amount, a date or an address.
const UNITS: &str =
    "元块万千百亿天日月年时点分秒岁号號楼层室栋座幢弄户人个位名套台件只平米斤吨升度折期届次%‰℃°$€£¥円원×";

/// Those of an amount of money.
const MONEY: &str = "元亿$€£¥円원";

/// A separator of two groups of digits, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// Nothing, or only invisible characters.
    None,
    /// One dot.
    Dot,
    Blank,
    /// A dash, behind which extensions are written too.
    Dash,
    /// Signs that hide digits: `139••••8531`.
    Hidden,
    /// A separator of lists that people write before extensions: `,` `/` `#` `~`.
    Comma,
    /// Another separator of lists.
    List,
    /// A separator that never leads an extension: a line break, a tab.
    Line,
}

/// Digits without a gap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: usize,
    /// All digits are zeros.
    pub(super) zeros: bool,
    /// A `+` comes before it.
    pub(super) plus: bool,
    /// The text before it.
    pub(super) gap: Gap,
    /// A bracket is opened before it.
    pub(super) bracket: bool,
}

/// Groups of digits with no text between them.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) groups: Vec<Group>,
    /// End of an extension with its mark: `转801`.
    pub(super) extension: Option<usize>,
    /// A lone letter before it may be a mistyped digit.
    pub(super) lookalike_before: bool,
    /// A bar comes right before it: it is a separator, or a mistyped 1.
    pub(super) barred: bool,
    /// A star comes right before it.
    pub(super) starred: bool,
    /// Latin letters that are not a label are attached before it: `HZ-1234567`.
    pub(super) token: bool,
    /// The visible character attached behind it.
    pub(super) attached: Option<char>,
    /// One or two letters lead from the run before to this one without a blank.
    pub(super) glued: bool,
    /// It is in a bracket with text.
    pub(super) note: bool,
    /// The kind of number that the text before it names.
    pub(super) label: Label,
    /// A sign of money comes before it.
    pub(super) price: bool,
}

impl Run {
    /// A run without digits yet.
    fn new(note: bool) -> Run {
        Run {
            groups: Vec::new(),
            extension: None,
            lookalike_before: false,
            barred: false,
            starred: false,
            token: false,
            attached: None,
            glued: false,
            note,
            label: Label::Phone,
            price: false,
        }
    }

    /// Whether it counts or pays something: `24h`, `100%`, `¥50`, `1203室`.
    pub(super) fn is_amount(&self) -> bool {
        self.price || self.is_counted()
    }

    /// A unit, or a letter that may be one, follows.
    pub(super) fn is_counted(&self) -> bool {
        self.attached.is_some_and(|c| c.is_ascii_alphabetic() || UNITS.contains(c))
    }

    /// An amount of money of any length.
    pub(super) fn is_money(&self) -> bool {
        self.price || self.attached.is_some_and(|c| MONEY.contains(c))
    }

    /// Whether something is written right behind its last digit.
    pub(super) fn continues(&self) -> bool {
        self.attached.is_some() || self.extension.is_some()
    }

    /// Adds a digit: to the last group when nothing separates the two.
    fn add(&mut self, digit: Group) {
        match self.groups.last_mut() {
            Some(group) if digit.gap == Gap::None && !digit.plus => {
                group.end = digit.end;
                group.digits += 1;
                group.zeros &= digit.zeros;
            }
            _ => self.groups.push(digit),
        }
    }
}

/// Where the bracket before a group is opened, if there is one: what it holds may be the code of a country.
pub(super) fn opened(field: &str, start: usize) -> usize {
    let before = field.get(..start).unwrap_or_default().char_indices().rev().take(MAX_BRACKET);
    let mut seen = before.filter(|(_, c)| !is_invisible(*c) && !c.is_whitespace());
    let Some((at, _)) = seen.next().filter(|(_, c)| is_opening(narrow(*c))) else { return start };
    // `+(86)`
    seen.next().filter(|(_, c)| narrow(*c) == '+').map_or(at, |(plus, _)| plus)
}

/// An item of a field.
pub(super) enum Item {
    Run(Run),
    /// A number in scientific notation from this byte on.
    Scientific(usize, Scientific),
}

/// Reads the items of a field one by one.
pub(super) struct Items<'t, 'o> {
    text: &'t str,
    options: &'t PhoneOptions<'o>,
    at: usize,
    /// End of the item before.
    last: usize,
    /// Something is attached to the digits of the item before.
    attached: bool,
    bracket: Bracket,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Outside,
    Open,
    WithText,
}

impl<'t, 'o> Items<'t, 'o> {
    pub(super) fn new(text: &'t str, options: &'t PhoneOptions<'o>) -> Items<'t, 'o> {
        Items { text, options, at: 0, last: 0, attached: false, bracket: Bracket::Outside }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The digits from the place reached on, with the `+` and the brackets that are open before them.
    fn run(&mut self, plus: Option<usize>, mut brackets: usize) -> Run {
        let mut run = Run::new(self.bracket == Bracket::WithText);
        let mut gap = Gap::None;
        let mut next_plus = plus;
        let mut bracket = false;
        let mut signs = Signs::default();
        while let Some(c) = self.rest().chars().next() {
            let (start, end) = (self.at, self.at + c.len_utf8());
            let folded = narrow(c);
            if let Some(value) = digit_value(c) {
                // A number in scientific notation is an item of its own.
                if gap != Gap::None
                    && next_plus.is_none()
                    && (scientific(self.rest()).is_some() || gap != Gap::Dot && moment(self.rest()).is_some())
                {
                    break;
                }
                if signs.hide() && gap <= Gap::Dash {
                    gap = Gap::Hidden;
                }
                signs = Signs::default();
                let plus = next_plus.is_some();
                let start = next_plus.take().unwrap_or(start);
                run.add(Group { start, end, digits: 1, zeros: value == 0, plus, gap, bracket });
                (gap, bracket) = (Gap::None, false);
            } else if is_invisible(c) {
                // The characters that make a keycap of a digit belong to it.
                if gap == Gap::None
                    && matches!(c, '\u{FE0F}' | '\u{20E3}')
                    && let Some(group) = run.groups.last_mut()
                {
                    group.end = end;
                }
            } else if let Some(stronger) = self.gap_of(folded, gap, end) {
                gap = gap.max(stronger);
                signs.add(folded);
            } else if folded == '+' {
                // `139…+138…` is a list, `139… +86138…` a country code.
                let leads = self.next_digit(end);
                if leads && (gap != Gap::None || run.groups.is_empty()) {
                    next_plus = Some(start);
                } else if !run.groups.is_empty() {
                    gap = gap.max(Gap::List);
                }
            } else if is_opening(folded) && self.closes(end) {
                (brackets, bracket) = (brackets + 1, true);
                gap = gap.max(Gap::Blank);
            } else if is_closing(folded) && brackets > 0 {
                brackets -= 1;
                gap = gap.max(Gap::Blank);
            } else if folded == '*' {
                self.star(&mut run, &mut gap, start..end);
            } else {
                break;
            }
            self.at = end;
        }
        if gap == Gap::None {
            run.attached = self.rest().chars().next().map(narrow);
        }
        self.take_extension(&mut run);
        (self.last, self.attached) = (self.at, run.attached.is_some());
        run
    }

    fn gap_of(&self, folded: char, gap: Gap, end: usize) -> Option<Gap> {
        Some(match folded {
            '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\\' => Gap::Line,
            _ if is_opening(folded) || is_closing(folded) => return None,
            '.' if gap == Gap::None && self.next_digit(end) => Gap::Dot,
            ',' | '/' | '#' | '~' | '\u{223C}' | '\u{301C}' => Gap::Comma,
            '、' | ';' | '|' | '&' => Gap::List,
            _ if is_dash(folded) => Gap::Dash,
            _ if is_blank(folded) => Gap::Blank,
            _ => return None,
        })
    }

    /// One star between digits is a dash; several hide digits and belong to the group.
    fn star(&self, run: &mut Run, gap: &mut Gap, star: Range<usize>) {
        let before = self.text.get(..star.start).unwrap_or_default();
        if *gap == Gap::None && self.next_digit(star.end) && !before.ends_with(['*', '＊']) {
            *gap = Gap::Dash;
        } else if let Some(group) = run.groups.last_mut() {
            group.end = star.end;
            *gap = Gap::None;
        }
    }

    fn next_digit(&self, from: usize) -> bool {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.chars().find(|c| !is_invisible(*c)).is_some_and(|c| digit_value(c).is_some())
    }

    /// Whether a bracket opened before this place holds nothing but a number.
    fn closes(&self, from: usize) -> bool {
        for c in self.text.get(from..).unwrap_or_default().chars().take(MAX_BRACKET) {
            let folded = narrow(c);
            if is_closing(folded) {
                return true;
            }
            let fits = digit_value(c).is_some()
                || is_invisible(c)
                || folded == '+'
                || is_dash(folded)
                || (is_blank(folded) && !is_opening(folded));
            if !fits {
                return false;
            }
        }
        false
    }

    /// An extension with its mark behind the run. As many digits as a number has are one when they are not a number.
    fn take_extension(&mut self, run: &mut Run) {
        // `（转801）`
        let inner = self.rest().trim_start_matches(' ');
        let opened = inner.strip_prefix(['(', '（', '[', '【']).map(|inner| inner.trim_start_matches(' '));
        let Some(after) = scan::after_mark(opened.unwrap_or(self.rest())) else { return };
        let mut count = 0;
        let mut end = self.text.len() - after.len();
        let first =
            after.char_indices().find(|(_, c)| digit_value(*c).is_some()).map_or(after.len(), |(at, _)| at);
        let (fluff, digits) = after.split_at_checked(first).unwrap_or_default();
        let is_fluff = |c: char| {
            is_invisible(c)
                || is_blank(narrow(c)) && !matches!(c, '\n' | '\r')
                || matches!(narrow(c), ':' | '#' | '=' | '-' | '号' | '號' | '码' | '碼')
        };
        if !fluff.chars().all(is_fluff) {
            return;
        }
        end += fluff.len();
        let begin = end;
        for c in digits.chars() {
            if digit_value(c).is_some() {
                count += 1;
            } else if !is_invisible(c) {
                break;
            }
            end += c.len_utf8();
        }
        let number = self.text.get(begin..end).unwrap_or_default();
        if opened.is_some() {
            let rest = self.text.get(end..).unwrap_or_default();
            let Some(behind) = rest.trim_start_matches(' ').strip_prefix([')', '）', ']', '】']) else {
                return;
            };
            end = self.text.len() - behind.len();
        }
        let is_short = count <= MAX_BARE_EXTENSION;
        let is_extension =
            (1..=MAX_EXTENSION).contains(&count) && (is_short || !Phone::parse(number, self.options).is_ok());
        if is_extension {
            run.extension = Some(end);
            run.attached = None;
            self.at = end;
        }
    }
}

impl Iterator for Items<'_, '_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let mut before_it = ' ';
        // Latin letters and characters that look like digits, in a row.
        let mut letters = 0usize;
        let mut only_letters = self.attached;
        let mut plus: Option<usize> = None;
        let mut brackets = 0usize;
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            if digit_value(c).is_some() {
                if plus.is_none()
                    && let Some(found) = scientific(self.rest())
                {
                    self.at += found.len;
                    (self.last, self.attached) = (self.at, false);
                    return Some(Item::Scientific(start, found));
                }
                if plus.is_none()
                    && let Some(length) = moment(self.rest())
                {
                    self.at += length;
                    (self.last, self.attached) = (self.at, false);
                    (before_it, letters, only_letters) = (' ', 0, false);
                    continue;
                }
                let between = self.text.get(self.last..start).unwrap_or_default();
                let follows = self.last > 0;
                let mut run = self.run(plus, brackets);
                let looks = is_lookalike(before_it) && letters == 1;
                run.lookalike_before = looks && before_it != '|';
                // Between two values `|` is a separator.
                run.barred = looks && before_it == '|' && !follows;
                run.starred = before_it == '*';
                run.glued = only_letters && (1..=2).contains(&letters);
                run.price = matches!(before_it, '¥' | '￥' | '$' | '€' | '£' | '₩' | '₹');
                let Before { label, token } = before(between, follows);
                (run.label, run.token) = (label, token);
                return Some(Item::Run(run));
            }
            self.at += c.len_utf8();
            if is_invisible(c) {
                continue;
            }
            let folded = narrow(c);
            match folded {
                '(' | '[' | '【' if self.closes(self.at) => brackets += 1,
                '(' | '[' | '【' | '{' | '<' => self.bracket = Bracket::Open,
                ')' | ']' | '】' | '}' | '>' => (self.bracket, brackets) = (Bracket::Outside, 0),
                '+' => plus = Some(start),
                _ if is_blank(folded) || is_dash(folded) => {}
                _ => {
                    (plus, brackets) = (None, 0);
                    if folded.is_alphabetic() && self.bracket == Bracket::Open {
                        self.bracket = Bracket::WithText;
                    }
                }
            }
            let letter = folded.is_ascii_alphabetic() || is_lookalike(folded);
            letters = if letter { letters + 1 } else { 0 };
            only_letters &= letter;
            before_it = folded;
        }
        None
    }
}
