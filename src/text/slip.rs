//! Typing errors: whether one text is another with one or two slips, and how such slips arise.

use super::alike::is_mistaken;

/// The slips that turn one text into another, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slips {
    /// With a reason: neighbours swapped, a character doubled, one of like sound or shape, or a neighbouring key.
    pub(crate) explained: u8,
    /// A character that is missing, or too many.
    pub(crate) loose: u8,
    /// Another character, for no reason.
    pub(crate) other: u8,
    /// Where in the second text the first slip without a reason is.
    pub(crate) place: u8,
}

impl Slips {
    pub(crate) fn count(&self) -> u8 {
        self.explained + self.loose + self.other
    }

    pub(crate) fn add(&mut self, more: Slips) {
        self.explained += more.explained;
        self.loose += more.loose;
        self.other += more.other;
    }

    fn worth(&self) -> u8 {
        self.explained + 2 * self.loose + 3 * self.other
    }
}

/// Most slips of one name.
const MAX: u8 = 2;

/// The likeliest one or two slips between two texts; nothing when they are equal, when it takes more, or when a
/// number differs: the second company is not the third.
pub(crate) fn slips(a: &[char], b: &[char]) -> Option<Slips> {
    slips_in_spellings(a, b, false)
}

/// The same. `written_out`: one of the texts had letters with [two spellings](super::spelling) before it was folded, so that
/// a second letter of the other one may be the rest of such a letter.
pub(crate) fn slips_in_spellings(a: &[char], b: &[char], written_out: bool) -> Option<Slips> {
    if a == b || a.len().abs_diff(b.len()) > usize::from(MAX) {
        return None;
    }
    walk(a, b, None, 0, MAX, written_out)
}

fn walk(
    a: &[char],
    b: &[char],
    before: Option<char>,
    place: u8,
    left: u8,
    written_out: bool,
) -> Option<Slips> {
    let same = a.iter().zip(b).take_while(|(c, d)| c == d).count();
    let before = same.checked_sub(1).and_then(|last| a.get(last)).copied().or(before);
    let place = place.saturating_add(same as u8);
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    if a.is_empty() && b.is_empty() {
        return Some(Slips { place, ..Slips::default() });
    }
    if left == 0 || a.len().abs_diff(b.len()) > usize::from(left) {
        return None;
    }
    let go_on = |a: &[char], b: &[char], skipped: u8, slip: Slips| {
        let last = if skipped == 0 { before } else { None };
        let mut all = walk(a, b, last, place.saturating_add(skipped), left - 1, written_out)?;
        if slip.loose + slip.other > 0 || all.loose + all.other == 0 {
            all.place = place;
        }
        all.add(slip);
        Some(all)
    };
    let explained = Slips { explained: 1, ..Slips::default() };
    let mut best: Option<Slips> = None;
    let mut offer = |found: Option<Slips>| {
        if let Some(found) = found
            && best.is_none_or(|best| found.worth() < best.worth())
        {
            best = Some(found);
        }
    };
    if let ([p, q, x @ ..], [r, s, y @ ..]) = (a, b)
        && p == s
        && q == r
        && !is_digit(*p)
        && !is_digit(*q)
    {
        offer(go_on(x, y, 2, explained));
    }
    if let ([p, x @ ..], [q, y @ ..]) = (a, b)
        && !(is_digit(*p) && is_digit(*q))
    {
        let slip = if is_mistaken(*p, *q) { explained } else { Slips { other: 1, ..Slips::default() } };
        offer(go_on(x, y, 1, slip));
    }
    let one_more = |c: char, next: Option<&char>| {
        let double = before == Some(c) || next == Some(&c);
        // Müller and Mueller are one, Muller and Mueller are two.
        let rest = written_out && c == 'e' && matches!(before, Some('a' | 'o' | 'u'));
        if double || rest { explained } else { Slips { loose: 1, ..Slips::default() } }
    };
    if let [p, x @ ..] = a
        && !is_digit(*p)
    {
        offer(go_on(x, b, 0, one_more(*p, x.first())));
    }
    if let [q, y @ ..] = b
        && !is_digit(*q)
    {
        offer(go_on(a, y, 1, one_more(*q, y.first())));
    }
    best
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && "〇一二三四五六七八九十百".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &str, b: &str) -> Option<(u8, u8, u8)> {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        slips(&chars(a), &chars(b)).map(|s| (s.explained, s.loose, s.other))
    }

    #[test]
    fn a_letter_written_out_is_no_slip_only_where_one_was() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        let found = |written_out| slips_in_spellings(&chars("muller"), &chars("mueller"), written_out);
        let kinds = |found: Option<Slips>| found.map(|s| (s.explained, s.loose, s.other));
        assert_eq!(kinds(found(true)), Some((1, 0, 0)));
        assert_eq!(kinds(found(false)), Some((0, 1, 0)));
    }

    #[test]
    fn slips_have_their_kinds() {
        for (a, b, want) in [
            ("brontek", "brontak", Some((1, 0, 0))),
            ("brontek", "brotnek", Some((1, 0, 0))),
            ("brontek", "bronttek", Some((1, 0, 0))),
            ("brontek", "brontk", Some((0, 1, 0))),
            ("brontek", "brontxp", Some((0, 0, 2))),
            ("muller", "mueller", Some((0, 1, 0))),
            ("杭州栖岸科技", "杭州栖安科技", Some((1, 0, 0))),
            ("杭州栖岸科技", "杭州岸栖科技", Some((1, 0, 0))),
            ("杭州栖岸科技", "杭州岸科技", Some((0, 1, 0))),
            ("杭州栖岸科技", "杭州栖水科技", Some((0, 0, 1))),
            ("杭州栖岸科技", "杭洲栖安科技", Some((2, 0, 0))),
            ("第二建筑", "第三建筑", None),
            ("route 66", "route 67", None),
            ("brontek", "brontek", None),
            ("brontek", "kalvex", None),
        ] {
            assert_eq!(of(a, b), want, "{a} {b}");
        }
    }
}
