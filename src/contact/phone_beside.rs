//! What is written next to a whole number: labels, other digits, further extensions.

use super::fault::{PhoneFault, PhoneQuality};
use super::phone::{Phone, check_cn_mobile, numbering_country};
use super::phone_alone::numbers_alone;
use super::phone_field::{MAX_GROUPS, MIN_REPORTED, Piece, Reader, Segment, is_read, segment_length};
use super::phone_label::Label;
use super::phone_runs::{Gap, Group, Run};
use super::scan::{MAX_BARE_EXTENSION, digit_value};
use super::value::ContactValue;

/// Fewest digits of a number with its country or area code.
const MIN_NUMBER: usize = 7;

/// What separates two extensions of one number.
const JOINS: [&str; 14] = ["、", "/", "／", ",", "，", "-", "~", "～", "或", "或者", "和", "及", "至", "or"];

/// A number of two segments.
pub(super) struct Divided {
    /// The number of groups in the second segment.
    pub(super) groups: usize,
    pub(super) end: usize,
    pub(super) phone: Phone,
    /// The first segment belongs to it, not to the number before.
    pub(super) is_own: bool,
}

impl Reader<'_, '_> {
    /// A word before the digits says that they are something else; a whole number among them is still a number.
    pub(super) fn take_labelled(&mut self, run: &Run, end: usize) {
        let groups = run.groups.as_slice();
        let mut alone = numbers_alone(self.field, self.options, groups, run.continues());
        alone.retain(|one| run.label == Label::Either || one.from > 0);
        let mut at = 0;
        let other = |reader: &mut Reader<'_, '_>, from: usize, to: usize, end: Option<usize>| {
            let left = groups.get(from..to).unwrap_or_default();
            if let Some((first, last)) = left.first().zip(left.last()) {
                let digits = left.iter().map(|group| group.digits).sum();
                let span = first.start..end.unwrap_or(last.end);
                reader.push(span, Phone::malformed(PhoneFault::OtherNumber), digits);
            }
        };
        for one in alone {
            other(self, at, one.from, None);
            if let Some((first, last)) = groups.get(one.from).zip(groups.get(one.to - 1)) {
                self.push(first.start..last.end, one.phone, MIN_REPORTED);
            }
            at = one.to;
        }
        other(self, at, groups.len(), Some(end));
    }

    /// Takes the whole numbers of a segment; the other digits next to them are reported when they are long enough to be
    /// a number, and have no key: where two readings are possible there is none.
    pub(super) fn take_alone(&mut self, segment: &Segment<'_>, run: &Run) -> bool {
        let groups = segment.groups;
        let is_end = groups.last().map(|group| group.end) == run.groups.last().map(|group| group.end);
        let alone = numbers_alone(self.field, self.options, groups, is_end && run.continues());
        if alone.is_empty() {
            return false;
        }
        let mut at = 0;
        for one in alone {
            self.take_left(groups.get(at..one.from).unwrap_or_default(), None, run);
            if let Some((first, last)) = groups.get(one.from).zip(groups.get(one.to - 1)) {
                let is_last = one.to == groups.len();
                // An extension with its mark behind the last number.
                let span = first.start..if is_last { segment.end } else { last.end };
                let phone =
                    if is_last && span.end > last.end { self.parse(span.start, span.end) } else { one.phone };
                self.push(span, phone, MIN_REPORTED);
            }
            at = one.to;
        }
        self.take_left(groups.get(at..).unwrap_or_default(), Some(segment.end), run);
        true
    }

    pub(super) fn take_left(&mut self, groups: &[Group], end: Option<usize>, run: &Run) {
        let own = groups.last().map_or(0, |group| group.end);
        let left = Segment { groups, end: end.unwrap_or(own) };
        if left.digits() < MIN_REPORTED {
            return;
        }
        let from = self.pieces.len();
        self.take_segment(&left, run, true);
        for piece in self.pieces.iter_mut().skip(from) {
            let phone = &mut piece.value.value;
            if !is_read(phone) && phone.key().is_some() {
                *phone = Phone::malformed(phone.fault().unwrap_or(PhoneFault::SeveralNumbers));
            }
        }
    }

    /// `转801、802`, `转801-802`: another extension of the number before, as long as the first.
    pub(super) fn take_sibling(&mut self, segment: &Segment<'_>) -> bool {
        let span = segment.start()..segment.end;
        let Some(known) = self.pieces.last().map(|piece| &piece.value) else { return false };
        let between = self.field.get(known.span.end..span.start).unwrap_or_default();
        let listed = JOINS.contains(&between.trim_matches(' '));
        let alike = known.value.extension().is_some_and(|one| one.len() == segment.digits());
        if !listed || !alike || known.value.key().is_none() {
            return false;
        }
        let text = self.field.get(span.clone()).unwrap_or_default();
        let digits: String =
            text.chars().filter_map(digit_value).map(|digit| char::from(b'0' + digit)).collect();
        let value = known.value.with_extension(&digits);
        self.pieces.push(Piece { value: ContactValue { span, value }, digits: MIN_REPORTED });
        true
    }

    /// `1.139… 2.150…`: the first item of a numbered list, and the groups behind it.
    pub(super) fn numbered<'g>(&self, groups: &'g [Group]) -> Option<(&'g [Group], &'g [Group])> {
        let leads = |number: &Group, next: &Group| number.digits <= 2 && next.gap == Gap::Dot;
        let (number, after) = groups.split_first()?;
        if groups.len() > MAX_GROUPS || !leads(number, after.first()?) {
            return None;
        }
        let next = (1..after.len()).find(|at| {
            let pair = after.get(*at).zip(after.get(at + 1));
            pair.is_some_and(|(number, next)| number.gap == Gap::Blank && leads(number, next))
        })?;
        let (item, rest) = after.split_at_checked(next)?;
        let is_whole = is_read(&self.parse(item.first()?.start, item.last()?.end));
        is_whole.then_some((item, rest))
    }

    /// A number that a separator of lists divides behind its first digits, which are not a number: `010/83442922`,
    /// `+49 (0)30 / 1834927`. The rest begins at group `at`.
    pub(super) fn divided(&self, here: &Segment<'_>, run: &Run, at: usize) -> Option<Divided> {
        let rest = run.groups.get(at..).filter(|rest| !rest.is_empty())?;
        let trunk = self.text(here).starts_with('0');
        let most = if trunk || here.groups.first()?.plus { MIN_NUMBER } else { MIN_REPORTED };
        if here.digits() >= most {
            return None;
        }
        let next = run.segment(at, segment_length(rest));
        let phone = self.parse(here.start(), next.end);
        let is_own = phone.is_ok() && (trunk || !is_read(&self.parse(next.start(), next.end)));
        // `86` in the line or the cell before a mobile number of China, in another country: it is not a number of that
        // country.
        let is_abroad = || {
            self.text(here) == "86"
                && numbering_country(&self.options.default_region) != "CN"
                && check_cn_mobile(self.text(&next)).is_some()
        };
        let found = Divided { groups: next.groups.len(), end: next.end, phone, is_own };
        (is_read(&found.phone) || is_abroad()).then_some(found)
    }

    /// Takes a few digits behind a number as its extension: `028-87654321/801`.
    pub(super) fn extends(&mut self, segment: &Segment<'_>, run: &Run) -> bool {
        let leads = matches!(segment.gap(), Gap::Comma | Gap::List);
        if !leads || segment.digits() > MAX_BARE_EXTENSION {
            return false;
        }
        // `139…/24h`, `139…；2：150…`
        if (run.is_amount() || run.attached == Some(':'))
            && run.groups.last().map(|group| group.end) == segment.groups.last().map(|group| group.end)
        {
            return false;
        }
        let Some(start) = self.pieces.last().map(|piece| piece.value.span.start) else { return false };
        // `、95588` continues the list.
        if segment.gap() == Gap::List && self.parse(segment.start(), segment.end).is_ok() {
            return false;
        }
        let phone = self.parse(start, segment.end);
        let Some(piece) = self.pieces.last_mut() else { return false };
        let known = &piece.value.value;
        let sound = matches!(known.quality(), PhoneQuality::Ok | PhoneQuality::UnknownCountry);
        let same = sound && known.extension().is_none() && known.key() == phone.key();
        if run.attached.is_none() && segment.groups.len() == 1 && self.take_sibling(segment) {
            return true;
        }
        let Some(piece) = self.pieces.last_mut() else { return false };
        if same && phone.extension().is_some() {
            piece.value.value = phone;
            piece.value.span.end = segment.end;
            return true;
        }
        false
    }
}
