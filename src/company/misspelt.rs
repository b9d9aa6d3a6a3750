//! Legal forms with a typing error: a third of the characters of a Chinese company name are its legal form.

use std::sync::LazyLock;

use super::gazetteer::Tables;
use super::tables::{find_unspaced, is_unspaced};
use crate::text::{is_mistaken, slips};

const LIMITED: &str = "有限公司";

/// The other forms of Chinese names, and those of Japanese and Korean ones.
const WITHOUT_SPACES: [&str; 3] = ["有限责任公司", "株式会社", "주식회사"];

/// A long form of names in words, and a quick check that excludes most words as its last one.
struct LongForm {
    text: &'static str,
    last: &'static [u8],
    letters: u32,
    /// Most typing errors in the form.
    most: u8,
}

static IN_WORDS: LazyLock<[LongForm; 17]> = LazyLock::new(|| {
    LONG_FORMS.map(|text| {
        let last = text.rsplit(' ').next().unwrap_or(text).as_bytes();
        LongForm { text, last, letters: letters(last), most: if text.len() > 10 { 2 } else { 1 } }
    })
});

/// Which of 32 kinds of byte are in a word: a slip adds one and takes one away.
fn letters(word: &[u8]) -> u32 {
    word.iter().fold(0, |all, byte| all | 1 << (byte & 31))
}

const LONG_FORMS: [&str; 17] = [
    "limited",
    "incorporated",
    "corporation",
    "company",
    "gmbh",
    "private limited",
    "public limited company",
    "limited liability company",
    "aktiengesellschaft",
    "gesellschaft mit beschrankter haftung",
    "haftungsbeschrankt",
    "spolka z ograniczona odpowiedzialnoscia",
    "sociedad de responsabilidad limitada",
    "sociedad anonima",
    "societe a responsabilite limitee",
    "societa a responsabilita limitata",
    "limitada",
];

impl Tables {
    /// The misspelt legal form of at least so many letters that ends a text in words: its length in bytes, and which
    /// it is.
    pub(super) fn misspelt_form(&self, text: &str, least: usize) -> Option<(usize, u32)> {
        if text.ends_with(is_unspaced) {
            return None;
        }
        let own = text.rsplit(' ').next()?.as_bytes();
        let own_letters = letters(own);
        let found = IN_WORDS.iter().filter_map(|form| {
            let LongForm { text: whole, last, .. } = *form;
            if whole.len() < least
                || own.len().abs_diff(last.len()) > 2
                // The slip is at one end at most.
                || own.first() != last.first() && own.last() != last.last()
                || (own_letters ^ form.letters).count_ones() > 2 * u32::from(form.most)
            {
                return None;
            }
            Some((slip_behind(text, whole, form.most)?, self.forms.whole(whole)?))
        });
        found.max_by_key(|(len, _)| *len)
    }
}

/// Bytes at the end of the text, from a space on, that are the form with so many slips.
fn slip_behind(text: &str, form: &str, most: u8) -> Option<usize> {
    let count = form.chars().count();
    let wanted: Vec<char> = form.chars().collect();
    let tails = text.char_indices().rev().filter(|(_, c)| *c == ' ');
    let tails = tails.filter_map(|(at, _)| text.get(at + 1..)).skip_while(|tail| tail.len() + 2 < form.len());
    let mut tails = tails.take_while(|tail| tail.chars().count() <= count + 2);
    tails.find_map(|tail| {
        let written: Vec<char> = tail.chars().collect();
        let slips = slips(&written, &wanted)?;
        (slips.count() <= most && slips.other <= 1).then_some(tail.len())
    })
}

/// The text with the misspelt 有限公司 in it corrected; `None` without one. Only the one place is corrected
/// where a slip makes a legal form: a name that holds one already is left alone.
pub(super) fn repaired(text: &str) -> Option<String> {
    if let Some(at) = find_unspaced(text, LIMITED) {
        return repaired_shares(text, at);
    }
    // Of four characters one slip leaves one of these.
    if !text.contains(['有', '限', '株', '式', '주', '식']) {
        return repaired_company(text);
    }
    if WITHOUT_SPACES.iter().any(|form| text.contains(form)) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let find = |form: &str| {
        let wanted: Vec<char> = form.chars().collect();
        let windows = [wanted.len(), wanted.len() - 1, wanted.len() + 1]
            .into_iter()
            .flat_map(|size| chars.windows(size).enumerate().map(move |(at, window)| (at, size, window)));
        let fitting = windows.filter_map(|(at, size, window)| {
            let whole = window.first() == wanted.first() || window.last() == wanted.last();
            let found = (at >= 2 && whole).then(|| slips(window, &wanted)).flatten()?;
            let ends = at + size == chars.len();
            let worth = found.loose + if ends { found.other } else { 2 * found.other };
            (found.count() == 1).then_some((worth, !ends, size, at, at + size))
        });
        fitting.min().map(|(.., from, to)| (from, to))
    };
    let put = |from: usize, to: usize, form: &str| {
        let part = |range: &[char]| range.iter().collect::<String>();
        let (before, behind) = (chars.get(..from).unwrap_or_default(), chars.get(to..).unwrap_or_default());
        [part(before), form.to_owned(), part(behind)].concat()
    };
    let forms = ["有限责任公司", "有限公司", "株式会社", "주식회사"];
    if let Some((form, (from, to))) = forms.iter().find_map(|form| Some((form, find(form)?))) {
        let text = put(from, to, form);
        let shares = text.find(LIMITED).and_then(|at| repaired_shares(&text, at));
        return Some(shares.unwrap_or(text));
    }
    repaired_company(text)
}

/// 公司 alone, at the end.
fn repaired_company(text: &str) -> Option<String> {
    let mut back = text.char_indices().rev();
    let ((_, q), (at, p)) = (back.next()?, back.next()?);
    let slip = (p, q) == ('司', '公')
        || q == '司' && p != '公' && is_mistaken(p, '公')
        || p == '公' && q != '司' && is_mistaken(q, '司');
    let before = text.get(..at).filter(|before| slip && before.chars().nth(2).is_some())?;
    Some([before, "公司"].concat())
}

/// 股份 in front of the 有限公司 at a byte, with a slip.
fn repaired_shares(text: &str, at: usize) -> Option<String> {
    let (before, behind) = text.split_at_checked(at)?;
    let mut back = before.chars().rev();
    let (last, first) = (back.next()?, back.next()?);
    let cut = match (first, last) {
        ('股', '份') => return None,
        ('份', '股') => "份股".len(),
        (other, '份') if is_mistaken(other, '股') => other.len_utf8() + last.len_utf8(),
        ('股', other) if is_mistaken(other, '份') => first.len_utf8() + last.len_utf8(),
        (_, '份') => last.len_utf8(),
        _ => return None,
    };
    let head = before.get(..before.len() - cut)?;
    (head.chars().nth(1).is_some()).then(|| [head, "股份", behind].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_in_a_legal_form_is_put_right() {
        for written in [
            "栖岸科技有线公司",
            "栖岸科技有限公",
            "栖岸科技有限司",
            "栖岸科技限公司",
            "栖岸科技有限公公司",
            "栖岸科技有公限司",
            "栖岸科技有限公可",
        ] {
            assert_eq!(repaired(written).as_deref(), Some("栖岸科技有限公司"), "{written}");
        }
        assert_eq!(repaired("栖岸科技份有限公司").as_deref(), Some("栖岸科技股份有限公司"));
        assert_eq!(repaired("栖岸有线公司苏州分公司").as_deref(), Some("栖岸有限公司苏州分公司"));
        for right in ["栖岸科技有限公司", "蒲城县医药公司", "栖岸控股有限公司", "中国银行", ""]
        {
            assert_eq!(repaired(right), None, "{right}");
        }
    }
}
