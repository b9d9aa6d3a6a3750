//! All the numbers of a phone field.

use std::ops::Range;

use super::cn_plan;
use super::coded::Coded;
use super::dialled::read_named;
use super::fault::{PhoneFault, PhoneKind, PhoneQuality};
use super::moment::is_compact_date;
use super::named_country::Named;
use super::no_value::has_no_value;
use super::percent::Decoded;
use super::phone::{Phone, PhoneOptions};
use super::phone_label::Label;
use super::phone_runs::{Gap, Group, Item, Items, Run, opened};
use super::scan::{
    MAX_BARE_EXTENSION, digit_value, is_closing, is_hidden, is_invisible, is_lookalike, is_opening, narrow,
};
use super::value::{ContactValue, MAX_FIELD, MAX_VALUES, REVERSED, head, trimmed};

/// Fewest digits that are reported when they are not a number and the field holds one.
pub(super) const MIN_REPORTED: usize = 5;
/// Most groups of one number or of several that only blanks divide.
pub(super) const MAX_GROUPS: usize = 16;
/// Most digits of one number with its extension.
const MAX_DIGITS: usize = 26;
/// Bytes of a number written plainly.
const MAX_PLAIN: usize = 24;

/// Reads every number of a field as people write it.
///
/// A field may hold several numbers, divided by `/`, `、`, `,`, `;`, `|`, `:::`, line breaks, words or blanks; names and
/// notes next to them, in brackets or not; labels; format characters; and numbers that a spreadsheet has typed again
/// (`1.3976428531E+10`, `13976428531.0`, `'13976428531`). Values come in the order of the text, at most 64 of them from
/// the first 16 KiB; the rest is one value that cannot be read. A blank field has none, and neither
/// has one that says so (`无`, `N/A`).
///
/// An unreadable value is a malformed [`Phone`]. If two readings are possible, none is returned, because a wrong number
/// is worse than no number. Short digits of a note next to a number (`2号楼`) are not a value.
///
/// A local number gets the area code of the city in [`PhoneOptions::default_region`], or of the landline before it in
/// the same list.
///
/// ```
/// use leadkit::contact::{PhoneOptions, read_phones};
///
/// let field = "139 7642 8531(何望) / 028-87654321(总机)";
/// let found = read_phones(field, &PhoneOptions::default());
/// let keys: Vec<_> = found.iter().map(|one| one.value.key()).collect();
/// assert_eq!(keys, [Some("+8613976428531"), Some("+862887654321")]);
/// assert_eq!(&field[found[1].span.clone()], "028-87654321");
/// ```
#[must_use]
pub fn read_phones(field: &str, options: &PhoneOptions<'_>) -> Vec<ContactValue<Phone>> {
    read_phones_as(field, options, |_, found| found)
}

/// The same, read again by `again`, which receives the field as it was read: without encoded characters, and with every
/// code right before its number.
pub(super) fn read_phones_as(
    field: &str,
    options: &PhoneOptions<'_>,
    again: impl Fn(&str, Vec<ContactValue<Phone>>) -> Vec<ContactValue<Phone>>,
) -> Vec<ContactValue<Phone>> {
    if let Some(phone) = plain_phone(field, options) {
        return again(field, vec![ContactValue { span: trimmed(field), value: phone }]);
    }
    let decoded = Decoded::of(field);
    let text = decoded.as_ref().map_or(field, |decoded| &decoded.text);
    let coded =
        (text.len() <= MAX_FIELD && !text.contains(REVERSED)).then(|| Coded::of(text, options)).flatten();
    let text = coded.as_ref().map_or(text, |coded| &coded.text);
    let named = (text.len() <= MAX_FIELD).then(|| Named::of(text)).flatten();
    let text = named.as_ref().map_or(text, |named| &named.text);
    let mut found = match &named {
        None => again(text, read_all(text, options)),
        Some(named) => read_named(named, read_all(text, options), options, again),
    };
    if let Some(coded) = &coded {
        coded.doubt(&mut found, options);
    }
    for one in &mut found {
        one.span = coded.as_ref().map_or_else(|| one.span.clone(), |coded| coded.original(&one.span));
        one.span = decoded.as_ref().map_or_else(|| one.span.clone(), |decoded| decoded.original(&one.span));
    }
    found
}

fn read_all(field: &str, options: &PhoneOptions<'_>) -> Vec<ContactValue<Phone>> {
    let mut found = Reader::read(field, options);
    found.iter_mut().for_each(|one| one.span = with_brackets(field, &one.span));
    found
}

/// The bytes of a value with both of its brackets, where they hold one: `(139)27461853`, `0755-26718843（8001）`.
fn with_brackets(field: &str, span: &Range<usize>) -> Range<usize> {
    let signs = || field.get(span.clone()).unwrap_or_default().chars().map(narrow);
    let (opening, closing) =
        (signs().filter(|c| is_opening(*c)).count(), signs().filter(|c| is_closing(*c)).count());
    let start = if closing > opening { opened(field, span.start) } else { span.start };
    let mut behind = field.get(span.end..).unwrap_or_default().chars();
    let end = match behind.find(|c| !is_invisible(*c) && *c != ' ') {
        Some(c) if opening > closing && is_closing(narrow(c)) => field.len() - behind.as_str().len(),
        _ => span.end,
    };
    start..end
}

/// The number of a field that holds nothing else, written as most are.
#[inline]
pub(crate) fn plain_phone(field: &str, options: &PhoneOptions<'_>) -> Option<Phone> {
    let fits = |(at, byte): (usize, &u8)| {
        byte.is_ascii_digit() || matches!(byte, b' ' | b'-') || (at == 0 && *byte == b'+')
    };
    if field.len() > MAX_PLAIN || !field.as_bytes().iter().enumerate().all(fits) {
        return None;
    }
    let phone = Phone::parse(field, options);
    // Two service numbers side by side look like a landline; they are read more carefully below.
    let text = field.trim_ascii();
    let landline = phone.kind() == PhoneKind::Landline && text.contains(' ');
    // `+85221234567 1203`
    let head = text.split(' ').next().unwrap_or_default();
    let several = landline || text.starts_with('+') && head.len() > 10 && head.len() < text.len();
    (is_read(&phone) && !several).then_some(phone)
}

/// Whether a text holds a whole number.
pub(super) fn is_read(phone: &Phone) -> bool {
    match phone.quality() {
        PhoneQuality::Ok => true,
        PhoneQuality::UnknownCountry => phone.key().is_some(),
        _ => false,
    }
}

/// Whether a number has three digits: 110, 120.
fn is_emergency(phone: &Phone) -> bool {
    phone.kind() == PhoneKind::Service && phone.national().is_some_and(|national| national.len() <= 3)
}

/// Whether a number could as well be an amount.
fn is_weak(phone: &Phone) -> bool {
    let short = phone.national().is_none_or(|national| national.len() <= 8);
    phone.key().is_some() && (short || phone.quality() == PhoneQuality::PossibleNotAssigned)
}

/// Whether a number is a landline without its trunk code: about ten digits, which may be an amount.
fn is_untrunked(phone: &Phone, text: Option<&str>) -> bool {
    let typed = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    phone.kind() == PhoneKind::Landline
        && text.is_some_and(|text| !text.starts_with('+') && phone.national() == Some(&typed(text)))
}

/// A value with the facts that decide whether it is kept.
pub(super) struct Piece {
    pub(super) value: ContactValue<Phone>,
    pub(super) digits: usize,
}

pub(super) struct Reader<'t, 'o> {
    pub(super) field: &'t str,
    pub(super) options: &'t PhoneOptions<'o>,
    pub(super) pieces: Vec<Piece>,
}

/// Groups between two separators of lists.
pub(super) struct Segment<'g> {
    pub(super) groups: &'g [Group],
    /// End, the extension included.
    pub(super) end: usize,
}

impl Run {
    /// The `count` groups from `at` on; with the last one its extension.
    pub(super) fn segment(&self, at: usize, count: usize) -> Segment<'_> {
        let groups = self.groups.get(at..at + count).unwrap_or_default();
        let own = groups.last().map_or(0, |group| group.end);
        let is_last = at + count >= self.groups.len();
        Segment { groups, end: self.extension.filter(|_| is_last).unwrap_or(own) }
    }
}

impl Segment<'_> {
    pub(super) fn start(&self) -> usize {
        self.groups.first().map_or(self.end, |group| group.start)
    }

    pub(super) fn digits(&self) -> usize {
        self.groups.iter().map(|group| group.digits).sum()
    }

    /// Where the text ends that decides whether the segment is one number: digits beyond those of any number change
    /// nothing about it.
    fn end_of_number(&self) -> usize {
        let mut digits = 0;
        let beyond = self.groups.iter().find(|group| {
            digits += group.digits;
            digits > MAX_DIGITS
        });
        beyond.map_or(self.end, |group| group.end.min(self.end))
    }

    pub(super) fn gap(&self) -> Gap {
        self.groups.first().map_or(Gap::None, |group| group.gap)
    }
}

impl<'t, 'o> Reader<'t, 'o> {
    fn read(field: &'t str, options: &'t PhoneOptions<'o>) -> Vec<ContactValue<Phone>> {
        let text = head(field);
        let report = |fault| vec![ContactValue { span: trimmed(field), value: Phone::malformed(fault) }];
        if text.contains(REVERSED) {
            return report(PhoneFault::UnexpectedCharacter);
        }
        let mut reader = Reader { field: text, options, pieces: Vec::new() };
        let (end, items) = reader.take_all();
        reader.pieces.truncate(MAX_VALUES);
        let any = reader.pieces.iter().any(|piece| is_read(&piece.value.value));
        // Next to a number the digits of 110 or 120 are those of a room.
        if reader.pieces.iter().any(|piece| is_read(&piece.value.value) && !is_emergency(&piece.value.value))
        {
            reader.pieces.retain(|piece| !is_emergency(&piece.value.value));
        }
        if any || reader.pieces.iter().any(|piece| piece.digits >= MIN_REPORTED) {
            reader.pieces.retain(|piece| is_read(&piece.value.value) || piece.digits >= MIN_REPORTED);
        }
        if !any && reader.pieces.len() <= 1 && field.len() <= MAX_FIELD {
            let phone = Phone::parse(text, options);
            let piece = reader.pieces.pop();
            return match (phone.fault(), phone.key(), piece) {
                (Some(PhoneFault::Empty), ..) => Vec::new(),
                (Some(PhoneFault::NoDigits), ..) if has_no_value(field) => Vec::new(),
                (_, _, Some(piece)) if piece.value.value.key().is_some() => vec![piece.value],
                (_, _, Some(piece)) if items > 1 || piece.knows_better() => vec![piece.value],
                (Some(_), None, _) => vec![ContactValue { span: trimmed(field), value: phone }],
                (None, _, Some(piece)) => vec![piece.value],
                _ => report(PhoneFault::UnexpectedCharacter),
            };
        }
        let mut values: Vec<ContactValue<Phone>> =
            reader.pieces.into_iter().map(|piece| piece.value).collect();
        let more = values.len() >= MAX_VALUES && text.get(end..).is_some_and(|rest| !rest.trim().is_empty());
        if field.len() > MAX_FIELD || more {
            let rest = values.last().map_or(0, |value| value.span.end);
            let fault = if values.is_empty() { PhoneFault::TooLong } else { PhoneFault::SeveralNumbers };
            values.truncate(MAX_VALUES - 1);
            values.push(ContactValue { span: rest..field.len(), value: Phone::malformed(fault) });
        }
        values
    }

    /// Reads item by item up to a limit; returns where it stopped and the number of items.
    fn take_all(&mut self) -> (usize, usize) {
        let (mut end, mut items) = (0, 0);
        let mut kept: Option<Run> = None;
        // The item before was faulty to its end.
        let mut spoilt = false;
        for item in Items::new(self.field, self.options) {
            items += 1;
            match item {
                Item::Run(run) => {
                    let before = kept.take();
                    let broken = run.glued
                        && before
                            .as_ref()
                            .map_or(spoilt, |before| !(self.ends_whole(before) && self.begins_whole(&run)));
                    if broken {
                        end = run.groups.last().map_or(end, |group| group.end);
                        kept = self.spoil(before, run);
                        spoilt = kept.is_none();
                    } else {
                        if let Some(before) = before {
                            end = self.take(&before);
                        }
                        spoilt = false;
                        kept = Some(run);
                    }
                }
                Item::Scientific(start, found) => {
                    if let Some(before) = kept.take() {
                        self.take(&before);
                    }
                    spoilt = false;
                    end = start + found.len;
                    let phone = match &found.digits {
                        Some(digits) => Phone::parse(digits, self.options),
                        None => Phone::malformed(PhoneFault::Masked),
                    };
                    self.push(start..end, phone, MIN_REPORTED);
                }
            }
            if self.pieces.len() >= MAX_VALUES {
                return (end, items);
            }
        }
        if let Some(last) = kept.take() {
            end = self.take(&last);
        }
        (end, items)
    }

    pub(super) fn push(&mut self, span: std::ops::Range<usize>, value: Phone, digits: usize) {
        // Nobody knows how a cut-off number continues: `+44 20 7946…`.
        let cut = is_hidden(self.field.get(span.end..).unwrap_or_default()) && !value.is_complete();
        let value = if cut && value.key().is_some() { Phone::malformed(PhoneFault::Masked) } else { value };
        self.pieces.push(Piece { value: ContactValue { span, value }, digits });
    }

    pub(super) fn parse(&self, start: usize, end: usize) -> Phone {
        let text = self.field.get(opened(self.field, start)..end).unwrap_or_default();
        Phone::parse(text, self.options)
    }

    pub(super) fn text(&self, segment: &Segment<'_>) -> &'t str {
        self.field.get(segment.start()..segment.end).unwrap_or_default()
    }

    /// Whether the last number of a run is whole.
    fn ends_whole(&self, run: &Run) -> bool {
        let groups = run.groups.get(last_segment(&run.groups)..).unwrap_or_default();
        groups.first().zip(groups.last()).is_some_and(|(a, z)| is_read(&self.parse(a.start, z.end)))
    }

    /// Whether the first number of a run is whole.
    fn begins_whole(&self, run: &Run) -> bool {
        let groups = run.groups.get(..segment_length(&run.groups)).unwrap_or_default();
        groups.first().zip(groups.last()).is_some_and(|(a, z)| is_read(&self.parse(a.start, z.end)))
    }

    /// Two runs with a letter between their digits meet in a number that is mistyped; the others are sound. The rest of
    /// the second run is returned.
    fn spoil(&mut self, before: Option<Run>, run: Run) -> Option<Run> {
        let length = segment_length(&run.groups);
        let end = run.groups.get(..length).and_then(<[Group]>::last).map_or(0, |group| group.end);
        match before {
            Some(before) => {
                let cut = last_segment(&before.groups);
                let start = before.groups.get(cut).map_or(end, |group| group.start);
                let sound = before.groups.get(..cut).unwrap_or_default().to_vec();
                self.take(&Run { groups: sound, extension: None, attached: None, ..before });
                self.push(start..end, Phone::malformed(PhoneFault::UnexpectedCharacter), MIN_REPORTED);
            }
            None => {
                if let Some(piece) = self.pieces.last_mut() {
                    piece.value.span.end = end;
                }
            }
        }
        let groups = run.groups.get(length..).unwrap_or_default().to_vec();
        let rest = Run { groups, lookalike_before: false, starred: false, token: false, glued: false, ..run };
        (!rest.groups.is_empty()).then_some(rest)
    }

    /// Reads the numbers of a run and returns its end.
    fn take(&mut self, run: &Run) -> usize {
        if let Some(groups) = without_decimals(&run.groups) {
            return self.take_groups(&Run { groups, ..*run });
        }
        self.take_groups(run)
    }

    fn take_groups(&mut self, run: &Run) -> usize {
        let (Some(first), Some(last)) = (run.groups.first(), run.groups.last()) else { return 0 };
        let end = run.extension.unwrap_or(last.end);
        let digits = run.groups.iter().map(|group| group.digits).sum();
        if run.label != Label::Phone {
            self.take_labelled(run, end);
            return end;
        }
        if run.attached == Some('@') {
            // The text before the address is not part of it.
            let own = run.groups.iter().rposition(|group| group.gap == Gap::Blank || group.gap >= Gap::Comma);
            if let Some((before, address)) = own.and_then(|at| run.groups.split_at_checked(at))
                && !before.is_empty()
            {
                self.take_groups(&Run { groups: before.to_vec(), extension: None, attached: None, ..*run });
                let start = address.first().map_or(end, |group| group.start);
                let digits = address.iter().map(|group| group.digits).sum();
                self.push(start..end, Phone::malformed(PhoneFault::UnexpectedCharacter), digits);
                return end;
            }
            self.push(first.start..end, Phone::malformed(PhoneFault::UnexpectedCharacter), digits);
            return end;
        }
        if let Some((code, rest)) = self.code_before(run) {
            self.push(code.start..code.end, Phone::malformed(PhoneFault::UnexpectedCharacter), code.digits);
            return self.take_groups(&rest);
        }
        let doubled = self.doubled_codes(run);
        if doubled > 0 {
            let groups = run.groups.get(doubled..).unwrap_or_default().to_vec();
            return self.take_groups(&Run { groups, ..*run });
        }
        if self.take_thousands(run) {
            return end;
        }
        if run.groups.len() == 1 && run.extension.is_none() && run.attached.is_none() {
            let only = Segment { groups: &run.groups, end };
            if only.digits() <= MAX_BARE_EXTENSION && self.take_sibling(&only) {
                return end;
            }
        }
        let from = self.pieces.len();
        let mut at = 0;
        // The separators of lists cut first; what is between them may still be several numbers.
        while let Some(rest) = run.groups.get(at..).filter(|rest| !rest.is_empty()) {
            if self.pieces.len() >= from + MAX_VALUES {
                break;
            }
            let count = segment_length(rest);
            let here = run.segment(at, count);
            at += count;
            let divided = self.divided(&here, run, at);
            if divided.as_ref().is_none_or(|divided| !divided.is_own) && self.extends(&here, run) {
                continue;
            }
            if let Some(divided) = divided {
                at += divided.groups;
                self.push(here.start()..divided.end, divided.phone, MIN_REPORTED);
                continue;
            }
            self.take_segment(&here, run, self.pieces.len() > from);
        }
        self.judge_edges(run, from);
        end
    }

    /// Characters attached to a run make a doubtful number unreadable.
    fn judge_edges(&mut self, run: &Run, from: usize) {
        let start = run.groups.first().map_or(0, |group| group.start);
        let bad_before = run.lookalike_before || run.barred && self.lacks_one(from);
        let bad_after = run.attached.is_some_and(|c| c.is_ascii_alphabetic() || is_lookalike(c));
        // `***27461853`: a star before a whole number belongs to the form, elsewhere it hides a digit.
        let written = self.pieces.get(from).map(|piece| piece.value.span.clone());
        let is_hidden = run.starred
            && written.is_some_and(|span| span.start == start && !self.parse(start, span.end).is_complete());
        let count = self.pieces.len();
        for (index, piece) in self.pieces.iter_mut().enumerate().skip(from) {
            let phone = &mut piece.value.value;
            let first = index == from && bad_before && piece.value.span.start == start;
            let last = index + 1 == count && bad_after && !is_read(phone);
            // A note's digits are a phone number only when they are a whole one.
            let note = run.note && !is_read(phone) && phone.key().is_some();
            let token =
                run.token && piece.value.span.start == start && !is_read(phone) && phone.key().is_some();
            if index == from && is_hidden {
                *phone = Phone::malformed(PhoneFault::Masked);
            } else if first || last || note || token {
                *phone = Phone::malformed(PhoneFault::UnexpectedCharacter);
            } else if run.is_money() && is_untrunked(phone, self.field.get(piece.value.span.clone()))
                || is_weak(phone)
                    && (run.price && piece.value.span.start == start
                        || run.is_counted() && index + 1 == count)
            {
                // `10000元`, `¥1680-2000`: a price is not a service number.
                *phone = Phone::malformed(PhoneFault::OtherNumber);
            }
        }
    }

    /// Whether the digits of a piece make a mobile number when a 1 is put before them.
    fn lacks_one(&self, piece: usize) -> bool {
        let Some(piece) = self.pieces.get(piece) else { return false };
        let text = self.field.get(piece.value.span.clone()).unwrap_or_default();
        let digits: Vec<u8> = text.chars().filter_map(digit_value).map(|digit| b'0' + digit).collect();
        cn_plan::lacks_one(&digits)
    }

    /// `13,976,428,531`: a number to which a spreadsheet added thousands separators.
    fn take_thousands(&mut self, run: &Run) -> bool {
        let [first, more @ ..] = run.groups.as_slice() else { return false };
        let Some(last) = more.last() else { return false };
        let fits = first.digits <= 3 && more.iter().all(|group| group.digits == 3 && group.gap == Gap::Comma);
        if !fits || more.len() < 3 {
            return false;
        }
        let text = self.field.get(first.start..last.end).unwrap_or_default();
        if text.chars().any(char::is_whitespace) || text.contains(['/', '#', '~']) {
            return false;
        }
        let plain: String = text.chars().filter(|c| digit_value(*c).is_some()).collect();
        let phone = Phone::parse(&plain, self.options);
        if is_read(&phone) {
            let is_amount = run.is_money() && is_untrunked(&phone, Some(&plain));
            let phone = if is_amount { Phone::malformed(PhoneFault::OtherNumber) } else { phone };
            self.push(first.start..last.end, phone, MIN_REPORTED);
            return true;
        }
        false
    }

    /// Reads the numbers of a segment, those after which something is left one by one, as far as values are kept.
    pub(super) fn take_segment(&mut self, segment: &Segment<'_>, run: &Run, listed: bool) {
        let most = self.pieces.len() + MAX_VALUES;
        let mut left = self.take_first(segment, run, listed);
        while let Some(segment) = left.filter(|_| self.pieces.len() <= most) {
            left = self.take_first(&segment, run, listed);
        }
    }

    /// Reads a segment, or only what it begins with; then what is left of it.
    fn take_first<'g>(&mut self, segment: &Segment<'g>, run: &Run, listed: bool) -> Option<Segment<'g>> {
        let groups = segment.groups;
        let phone = self.parse(segment.start(), segment.end_of_number());
        let split_plus = groups.iter().skip(1).any(|group| group.plus);
        if self.are_two_services(groups) {
            for group in groups {
                self.push(group.start..group.end, self.parse(group.start, group.end), MIN_REPORTED);
            }
            return None;
        }
        if is_read(&phone) && !split_plus {
            let is_end = groups.last().map(|group| group.end) == run.groups.last().map(|group| group.end);
            // `13976428531-9点`, `+442079460958 1203`: the digits that follow are not part of the number.
            if phone.extension().is_some() && is_end && run.extension.is_none() && run.is_amount() {
                let own = groups.iter().rev().skip(1).find(|group| group.end > segment.start());
                let end = own.map_or(segment.end, |group| group.end);
                self.push(segment.start()..end, phone.without_extension(), MIN_REPORTED);
                return None;
            }
            let headed = groups.first().is_some_and(|first| first.plus && first.digits >= 10)
                && groups.get(1).is_some_and(|next| next.gap == Gap::Blank)
                && phone.calling_code() != Some(86)
                && phone.extension().is_none();
            if !headed || !self.take_alone(segment, run) {
                self.push(segment.start()..segment.end, phone, MIN_REPORTED);
            }
            return None;
        }
        if let Some(parts) = self.parts(segment) {
            for (start, end, phone) in parts {
                self.push(start..end, phone, MIN_REPORTED);
            }
            return None;
        }
        if let Some((item, rest)) = self.numbered(groups) {
            let span = item.first().map_or(0, |group| group.start)..item.last().map_or(0, |group| group.end);
            self.push(span.clone(), self.parse(span.start, span.end), MIN_REPORTED);
            return Some(Segment { groups: rest, end: segment.end });
        }
        if let Some(rest) = self.without_stub(segment, run) {
            return Some(rest);
        }
        // Brackets may hold a note of digits: `139… (2026-05-01)`.
        let noted = (1..groups.len().min(MAX_GROUPS)).find_map(|at| {
            let (before, after) = groups.split_at_checked(at)?;
            let (first, last) = (before.first()?, before.last()?);
            let phone = after.first()?.bracket.then(|| self.parse(first.start, last.end)).filter(is_read)?;
            Some((first.start..last.end, phone, after))
        });
        if let Some((span, phone, after)) = noted {
            self.push(span, phone, MIN_REPORTED);
            return Some(Segment { groups: after, end: segment.end });
        }
        if self.take_alone(segment, run) {
            return None;
        }
        let digits = segment.digits();
        let phone = if phone.fault() == Some(PhoneFault::MissingAreaCode) {
            self.completed(segment, run, listed).unwrap_or(phone)
        } else if split_plus || is_read(&phone) {
            Phone::malformed(PhoneFault::SeveralNumbers)
        } else {
            phone
        };
        self.push(segment.start()..segment.end, phone, digits);
        None
    }

    /// A segment without the digits that begin a note (`139… 9点后`) or number the items of a list (`1. 139… 2) 150…`).
    fn without_stub<'g>(&self, segment: &Segment<'g>, run: &Run) -> Option<Segment<'g>> {
        let groups = segment.groups;
        let is_whole = |groups: &[Group]| {
            groups.first().zip(groups.last()).is_some_and(|(a, z)| is_read(&self.parse(a.start, z.end)))
        };
        if groups.len() > MAX_GROUPS {
            return None;
        }
        let (first, after) = groups.split_first()?;
        let (last, before) = groups.split_last()?;
        let between = self.field.get(first.end..after.first()?.start)?;
        // `1.13927461853` numbers an item, `08.0093.6147.0` means something else.
        let sure = between.contains(char::is_whitespace)
            || after.first().zip(after.last()).is_some_and(|(a, z)| self.parse(a.start, z.end).is_ok());
        if first.digits <= 2 && between.starts_with('.') && sure && is_whole(after) {
            return Some(Segment { groups: after, end: segment.end });
        }
        let is_end = run.groups.last().is_some_and(|group| group.end == last.end);
        let leads = !is_end || run.attached.is_some_and(|c| !c.is_ascii_alphabetic() && !is_lookalike(c));
        let stub = leads && last.digits <= 2 && last.gap == Gap::Blank && run.extension.is_none();
        (stub && is_whole(before))
            .then(|| Segment { groups: before, end: before.last().map_or(0, |group| group.end) })
    }

    /// `95588 10086` and the like, whose digits in one row are a landline's.
    fn are_two_services(&self, groups: &[Group]) -> bool {
        let is_service = |group: &Group| {
            let phone = self.parse(group.start, group.end);
            phone.is_ok() && phone.kind() == PhoneKind::Service
        };
        groups.len() == 2 && groups.iter().all(is_service)
    }

    /// The numbers that groups divided by blanks and dashes are, when there is one way to see them.
    fn parts(&self, segment: &Segment<'_>) -> Option<Vec<(usize, usize, Phone)>> {
        let groups = segment.groups;
        let count = groups.len();
        if !(2..=MAX_GROUPS).contains(&count) {
            return None;
        }
        // For each end: the fewest numbers before it, in how many ways, and where the last of them begins.
        let mut best: Vec<Option<(usize, usize, usize)>> = vec![None; count + 1];
        *best.first_mut()? = Some((0, 1, 0));
        for to in 1..=count {
            let mut here: Option<(usize, usize, usize)> = None;
            for from in (0..to).rev() {
                let part = groups.get(from..to)?;
                if part.iter().map(|group| group.digits).sum::<usize>() > MAX_DIGITS {
                    break;
                }
                let Some(&Some((numbers, ways, _))) = best.get(from) else { continue };
                if !self.is_part(part, to == count, segment.end) {
                    continue;
                }
                let found = (numbers + 1, ways, from);
                here = Some(match here {
                    Some(known) if known.0 < found.0 => known,
                    Some(known) if known.0 == found.0 => (known.0, known.1 + found.1, known.2),
                    _ => found,
                });
            }
            *best.get_mut(to)? = here;
        }
        let (numbers, ways, _) = (*best.get(count)?)?;
        if ways != 1 || numbers < 2 {
            return None;
        }
        let mut parts = Vec::with_capacity(numbers);
        let mut to = count;
        while to > 0 {
            let (_, _, from) = (*best.get(to)?)?;
            let start = groups.get(from)?.start;
            let end = if to == count { segment.end } else { groups.get(to - 1)?.end };
            parts.push((start, end, self.parse(start, end)));
            to = from;
        }
        parts.reverse();
        Some(parts)
    }

    /// Whether groups are one number among several. Service numbers are too short to be distinguished from other digits,
    /// unless both sides are.
    fn is_part(&self, part: &[Group], last: bool, end: usize) -> bool {
        let (Some(first), Some(tail)) = (part.first(), part.last()) else { return false };
        if part.iter().skip(1).any(|group| group.plus) {
            return false;
        }
        let phone = self.parse(first.start, if last { end } else { tail.end });
        let service = phone.kind() == PhoneKind::Service && part.len() > 1;
        is_read(&phone) && !service
    }

    /// A local number with the area code of its city, or of the landline before it in the list.
    fn completed(&self, segment: &Segment<'_>, run: &Run, listed: bool) -> Option<Phone> {
        if run.note || run.token || run.is_amount() || segment.groups.iter().any(|group| group.plus) {
            return None;
        }
        // `2026-05-01` is a date.
        if segment.groups.len() > 2 {
            return None;
        }
        let text = self.field.get(segment.start()..segment.end)?;
        if is_compact_date(text) {
            return None;
        }
        let neighbour = self.pieces.last().filter(|_| listed).and_then(|piece| piece.value.value.area_code());
        let city = self.options.default_region;
        let province = || city.province_code().map(|province| province * 10_000);
        let own = city.gbt2260().or_else(province).and_then(cn_plan::area_code_of);
        let code = match (own, neighbour) {
            (Some(own), Some(neighbour)) if own != neighbour => return None,
            (own, neighbour) => own.or(neighbour)?,
        };
        let phone = Phone::parse(&format!("0{code} {text}"), self.options);
        (phone.is_ok() && phone.kind() == PhoneKind::Landline).then_some(phone)
    }
}

/// The groups without the `.0` that a spreadsheet writes behind a number; `None` without any.
fn without_decimals(groups: &[Group]) -> Option<Vec<Group>> {
    let is_decimal = |number: &Group, tail: &Group| {
        tail.gap == Gap::Dot && tail.zeros && tail.digits <= 2 && number.digits >= cn_plan::MIN_NATIONAL
    };
    let pairs = || groups.iter().zip(groups.iter().skip(1));
    if !pairs().any(|(number, tail)| is_decimal(number, tail)) {
        return None;
    }
    let kept = pairs().filter(|(number, tail)| !is_decimal(number, tail)).map(|(_, tail)| *tail);
    Some(groups.iter().take(1).copied().chain(kept).collect())
}

impl Piece {
    /// Whether its fault says more than that of the whole field.
    fn knows_better(&self) -> bool {
        matches!(self.value.value.fault(), Some(PhoneFault::OtherNumber | PhoneFault::Masked))
    }
}

/// Groups up to the first separator of lists.
pub(super) fn segment_length(groups: &[Group]) -> usize {
    let more = groups.iter().skip(1).take_while(|group| group.gap < Gap::Comma).count();
    groups.len().min(1 + more)
}

/// Where the groups behind the last separator of lists begin.
fn last_segment(groups: &[Group]) -> usize {
    groups.iter().skip(1).rposition(|group| group.gap >= Gap::Comma).map_or(0, |at| at + 1)
}
