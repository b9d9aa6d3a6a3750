//! Whether two names can be one person's.

use std::borrow::Cow;

use super::relation::relation;
use crate::text::{agree_in_a_spelling, fold, spellings};

/// Titles people are addressed by, behind a Chinese and before a Latin name.
const BEHIND: [&str; 14] = [
    "先生", "女士", "小姐", "太太", "老师", "经理", "总监", "主任", "老板", "同学", "医生", "教授", "博士",
    "总",
];
const BEFORE: [&str; 12] =
    ["mr", "mrs", "ms", "miss", "dr", "prof", "professor", "herr", "frau", "mme", "sr", "sra"];

/// What tells generations of one name apart, behind it, and the form that its spellings share. In front of a name `Sr.` is
/// the title of a Spaniard.
const GENERATIONS: [(&str, &str); 15] = [
    ("sr", "sr"),
    ("snr", "sr"),
    ("sen", "sr"),
    ("senior", "sr"),
    ("jr", "jr"),
    ("jnr", "jr"),
    ("jun", "jr"),
    ("junior", "jr"),
    ("filho", "filho"),
    ("neto", "neto"),
    ("ii", "ii"),
    ("2nd", "ii"),
    ("iii", "iii"),
    ("3rd", "iii"),
    ("iv", "iv"),
];

/// Degrees behind a Latin name of two words or more: `Md` before a name is a name.
const DEGREES: [&str; 11] = ["phd", "md", "mba", "msc", "bsc", "llm", "cpa", "cfa", "pmp", "esq", "dphil"];

/// Departments that people write beside a Chinese name.
const DEPARTMENTS: [&str; 20] = [
    "采购", "財務", "财务", "销售", "銷售", "行政", "人事", "技术", "技術", "市场", "市場", "运营", "客服",
    "前台", "仓库", "物流", "生产", "研发", "法务", "设备",
];

/// Signs that people write for an apostrophe.
const APOSTROPHES: [char; 7] = ['\'', '\u{2019}', '\u{2018}', '\u{2BC}', '\u{B4}', '`', '\u{2032}'];

/// Titles of men, and of women: a person addressed by one is not a person addressed by another.
const OF_MEN: [&str; 3] = ["先生", "mr", "herr"];
const OF_WOMEN: [&str; 9] = ["女士", "小姐", "太太", "mrs", "ms", "miss", "frau", "mme", "sra"];

/// Chinese surnames of two characters, in either script: such a name may be a surname alone.
const SURNAMES_OF_TWO: [&str; 50] = [
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "东方", "東方", "皇甫", "尉迟", "尉遲",
    "公孙", "公孫", "慕容", "令狐", "宇文", "长孙", "長孫", "司徒", "司空", "端木", "百里", "南宫", "南宮",
    "西门", "西門", "东郭", "東郭", "呼延", "轩辕", "軒轅", "独孤", "獨孤", "申屠", "闻人", "聞人", "澹台",
    "淳于", "仲孙", "仲孫", "钟离", "鍾離", "鲜于", "鮮于", "赫连", "赫連", "濮阳", "濮陽",
];

/// Bytes of a name that are compared.
const MAX_NAME: usize = 128;

/// Whether two names cannot belong to one person. Names that are blank, of only a title or surname, or
/// of which one abbreviates the other do not distinguish people; a man's and a woman's title do, and so does a given name of
/// two Chinese characters with the first of them alone (`陈静`, `陈静怡`), what tells father from son (`Sr`, `Jr`, `III`), given on
/// both sides or on one, and a word by which the writer is a relative of the person who is named (`王小明妈妈`).
/// The first 128 bytes of each are compared. A name is met by either spelling of its letters in ASCII: `Jörg` by `Jorg` and
/// by `Joerg`, which are two people to one another.
///
/// ```
/// use leadkit::contact::are_two_people;
///
/// assert!(are_two_people("张伟", "李娜"));
/// assert!(are_two_people("张伟", "张丽"));
/// assert!(are_two_people("John Smith Sr", "John Smith Jr"));
/// assert!(are_two_people("王小明妈妈", "王小明"));
/// assert!(!are_two_people("张先生", "张伟"));
/// assert!(!are_two_people("Anna Schmidt", "schmidt, anna"));
/// assert!(!are_two_people("A. Schmidt", "Anna Schmidt"));
/// assert!(!are_two_people("Jörg Brandt", "Joerg Brandt"));
/// ```
#[must_use]
pub fn are_two_people(a: &str, b: &str) -> bool {
    if relation(a) != relation(b) {
        return true;
    }
    let may_be_one = |a: &str, b: &str| {
        let (ours, theirs) = (words(a), words(b));
        ours.is_empty() || theirs.is_empty() || !are_two_names(ours, theirs)
    };
    let says_nothing = |name: &str| words(name).is_empty();
    !agree_in_a_spelling(a, b, may_be_one)
        || !says_nothing(a)
            && !says_nothing(b)
            && is_of_a_woman(a).zip(is_of_a_woman(b)).is_some_and(|(a, b)| a != b)
}

/// Whether the words of two names are of two people.
fn are_two_names(a: Vec<String>, b: Vec<String>) -> bool {
    let in_order = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    let [ours, theirs] = [&a, &b].map(|words| words.iter().find(|word| is_generation(word)));
    if ours != theirs {
        return true;
    }
    // 采购 王小明, 王小明（采购）.
    if in_order(&a) == in_order(&b) {
        return false;
    }
    let (short, long) =
        if a.concat().chars().count() <= b.concat().chars().count() { (a, b) } else { (b, a) };
    if is_unspaced(&short.concat()) || is_unspaced(&long.concat()) {
        // A surname alone, or a name inside a longer one.
        let (short, long) = (short.concat(), long.concat());
        return !long.contains(&short) || has_longer_given_name(&short, &long);
    }
    // Each word of the shorter name is a word of the longer, or its initial.
    let mut left = long;
    !short.iter().all(|word| {
        let fits = |other: &String| {
            other == word
                || (word.chars().count() == 1 && other.starts_with(word.as_str()))
                || (other.chars().count() == 1 && word.starts_with(other.as_str()))
        };
        let place = left.iter().position(|other| other == word).or_else(|| left.iter().position(fits));
        place.map(|place| left.swap_remove(place)).is_some()
    })
}

/// Whether of two Chinese names of one surname the one has a given name of two characters, and the other only the first of
/// them: nobody shortens a given name so. One that is doubled (`伟伟`) is what friends call a person who has it once.
fn has_longer_given_name(short: &str, long: &str) -> bool {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let [ours, theirs]: [Vec<char>; 2] =
        [short, long].map(|name| name.chars().filter(|c| is_han(*c)).collect());
    let ([surname, given], [other_surname, first, second]) = (ours.as_slice(), theirs.as_slice()) else {
        return false;
    };
    let is_all_han = short.chars().chain(long.chars()).all(is_han);
    is_all_han
        && (surname, given) == (other_surname, first)
        && first != second
        && !SURNAMES_OF_TWO.contains(&short)
}

/// A name in the form that its spellings share, whatever the titles, degrees, signs and blanks in it, the order of its words
/// and what is remarked in brackets; blank when it is a title alone. Who shares it can still be [two
/// people](are_two_people): 王先生 and 王女士, 王伟（采购） and 王伟（财务）.
pub(crate) fn name_key(name: &str) -> String {
    let mut words = words(&without_remarks(compared(name)));
    // 王小明-采购: where a whole name is left, a department is a remark.
    let is_name = |word: &String| is_unspaced(word) && word.chars().count() > 1 && !is_department(word);
    if words.iter().any(is_name) {
        words.retain(|word| !is_department(word));
    }
    if words.iter().all(|word| is_unspaced(word)) {
        return words.concat();
    }
    words.sort();
    words.join(" ")
}

/// Whether a word is a department or the job there: 采购, 财务部.
fn is_department(word: &str) -> bool {
    let bare = word.strip_suffix("部门").or_else(|| word.strip_suffix(['部', '处', '科'])).unwrap_or(word);
    DEPARTMENTS.iter().any(|one| fold(one) == bare)
}

/// A name as it is spelled, whatever the signs in it and the order of its words: two spellings of it say the same.
pub(crate) fn name_spelling(name: &str) -> String {
    let mut folded = fold(name);
    folded.retain(|c| !APOSTROPHES.contains(&c));
    let mut words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.iter().all(|word| is_unspaced(word)) {
        return words.concat();
    }
    words.sort_unstable();
    words.join(" ")
}

/// A name without what stands in brackets, where a whole name is left.
fn without_remarks(name: &str) -> Cow<'_, str> {
    if !name.contains(['(', '（', '[', '［', '【', '〔']) {
        return Cow::Borrowed(name);
    }
    let (mut bare, mut depth) = (String::with_capacity(name.len()), 0_usize);
    for c in name.chars() {
        match c {
            '(' | '（' | '[' | '［' | '【' | '〔' => depth += 1,
            ')' | '）' | ']' | '］' | '】' | '〕' if depth > 0 => {
                depth -= 1;
                bare.push(' ');
            }
            c if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let left = words(&bare);
    let is_whole = if is_unspaced(&bare) { left.concat().chars().count() > 1 } else { left.len() > 1 };
    if is_whole { Cow::Owned(bare) } else { Cow::Borrowed(name) }
}

/// Words and letters of which two names that [can be one person's](are_two_people) have one in common: each word and
/// its initial, and each character of a name that is written without blanks. O(n).
pub(crate) fn name_words(name: &str) -> Vec<String> {
    spellings(name).flat_map(|name| words_of_spelling(&name)).collect()
}

fn words_of_spelling(name: &str) -> Vec<String> {
    let words = words(name);
    let whole = words.concat();
    if is_unspaced(&whole) {
        let characters: Vec<String> = whole.chars().map(String::from).collect();
        return [characters, words, vec![whole]].concat();
    }
    let initial = |word: &String| word.chars().next().map(|first| format!("{first}."));
    words.iter().filter_map(initial).chain(words.iter().cloned()).collect()
}

/// Whether the title in a name is a woman's; `None` when it has no title that shows it.
fn is_of_a_woman(name: &str) -> Option<bool> {
    let folded = fold(compared(name));
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    let has = |word: &str, titles: &[&str]| {
        titles
            .iter()
            .any(|title| word == *title || (!title.is_ascii() && word.ends_with(fold(title).as_str())))
    };
    words.find_map(|word| match (has(word, &OF_WOMEN), has(word, &OF_MEN)) {
        (false, false) => None,
        (is_a_woman, _) => Some(is_a_woman),
    })
}

fn is_unspaced(text: &str) -> bool {
    text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c))
}

/// As much of a name as is compared.
fn compared(name: &str) -> &str {
    let end = (0..=MAX_NAME.min(name.len())).rev().find(|at| name.is_char_boundary(*at));
    end.and_then(|end| name.get(..end)).unwrap_or_default()
}

/// Whether a word, as [`words`] has them, tells a generation.
fn is_generation(word: &str) -> bool {
    GENERATIONS.iter().any(|(_, shared)| *shared == word)
}

/// The words of a name without titles and degrees, folded. `O'Neil` is one word, and the spellings of a generation are one.
fn words(name: &str) -> Vec<String> {
    let mut folded = fold(compared(name));
    folded.retain(|c| !APOSTROPHES.contains(&c));
    let mut words: Vec<String> = Vec::new();
    // `Smith Sr., John`, `John Smith, Sr.`: what begins the name, or its second part, is no generation.
    for part in folded.split(',') {
        let in_part = || part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let is_alone = !words.is_empty() && in_part().nth(1).is_none();
        let mut is_behind = is_alone;
        for word in in_part() {
            let generation = GENERATIONS.iter().find(|(spelling, _)| is_behind && *spelling == word);
            if let Some((_, shared)) = generation {
                words.push((*shared).to_owned());
            } else if !BEFORE.contains(&word) {
                words.push(word.to_owned());
                is_behind = true;
            }
        }
    }
    for word in &mut words {
        if is_unspaced(word)
            && let Some(bare) = BEHIND.iter().find_map(|title| word.strip_suffix(fold(title).as_str()))
        {
            *word = bare.to_owned();
        }
    }
    words.retain(|word| !word.is_empty());
    while words.len() > 2 {
        let ends_in = |two: [&str; 2]| words.ends_with(&two.map(str::to_owned));
        let degree = match words.last() {
            _ if ends_in(["ph", "d"]) => 2,
            Some(word) if DEGREES.contains(&word.as_str()) => 1,
            _ => break,
        };
        words.truncate(words.len() - degree);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_a_man_from_a_woman() {
        for (a, b) in [("王先生", "王女士"), ("Mr. Lee", "Mrs Lee"), ("Herr Schmidt", "Frau Schmidt")] {
            assert!(are_two_people(a, b), "{a} {b}");
        }
        for (a, b) in [("王先生", "王强"), ("王女士", "王小姐"), ("Ms Lee", "Pat Lee"), ("先生", "王女士")]
        {
            assert!(!are_two_people(a, b), "{a} {b}");
        }
    }

    #[test]
    fn spellings_of_a_name_share_its_key() {
        for (a, b) in [
            ("张伟", "张 伟"),
            ("张伟先生", "张伟"),
            ("Lee, Pat", "Pat Lee"),
            ("Mr. Pat Lee", "PAT  LEE"),
            ("先生", ""),
            ("Müller", "Muller"),
            ("王小明（采购）", "王小明"),
            ("[VIP] 王小明", "王小明"),
            ("Robert (Bob) Smith", "Smith, Robert"),
            ("Pat O'Neil", "Pat ONeil"),
            ("Pat O’Neil", "ONEIL, Pat"),
            ("Anna Berg, PhD", "Anna Berg"),
            ("Prof. Dr. Anna Berg, Ph.D., MBA", "Berg Anna"),
            ("王小明博士", "王小明"),
            ("王小明-采购", "王小明"),
            ("王小明/采购部", "王小明（采购）"),
            ("采购 王小明", "王小明"),
        ] {
            assert_eq!(name_key(a), name_key(b), "{a} {b}");
            assert!(!are_two_people(a, b), "{a} {b}");
        }
        // What is left beside a remark must be a name, and a first name is no degree.
        for (a, b) in [
            ("张伟", "张丽"),
            ("王（小明）", "王"),
            ("Anna (Berg)", "Anna"),
            ("Md Rahman", "Rahman"),
            ("Rahman, Md", "Rahman"),
            ("John Smith Jr", "John Smith III"),
            ("王-采购", "王"),
            ("采购部", "财务部"),
        ] {
            assert_ne!(name_key(a), name_key(b), "{a} {b}");
        }
        assert!(are_two_people("王伟（采购）", "王伟（财务）"));
        assert!(are_two_people("王伟-采购", "王伟/财务"));
    }

    #[test]
    fn who_can_be_one_person_shares_a_word() {
        for (a, b) in [
            ("张伟", "张先生"),
            ("王小明", "小明"),
            ("Anna Schmidt", "A. Schmidt"),
            ("A. S.", "Anna Schmidt"),
            ("schmidt, anna", "Anna Schmidt"),
        ] {
            assert!(!are_two_people(a, b), "{a} {b}");
            let theirs = name_words(b);
            assert!(name_words(a).iter().any(|word| theirs.contains(word)), "{a} {b}");
        }
    }

    #[test]
    fn what_can_be_one_person_is_left_as_one() {
        for (a, b) in [
            ("", "张伟"),
            ("先生", "张伟"),
            ("张", "张伟"),
            ("张总", "张伟"),
            ("王强", "王强强"),
            ("小明", "王小明"),
            ("欧阳", "欧阳娜"),
            ("歐陽先生", "歐陽娜"),
            ("田中", "田中太郎"),
            ("Mr. Smith", "John Smith"),
            ("SMITH John", "john smith"),
            ("J Smith", "John Smith"),
            ("王小明（采购）", "王小明"),
            ("Anna", "Anna Maria Berg"),
            ("Sr. Juan Pérez", "Juan Pérez"),
            ("Pérez, Sr. Juan", "Juan Pérez"),
            ("Sra. Ana López", "Ana López"),
            ("John Smith Jr", "SMITH, John, Junior"),
            ("J. Smith III", "John Smith 3rd"),
            ("Junior", "Junior Pereira"),
            ("Nguyen Van Son", "Son Nguyen Van"),
            ("Father John Smith", "John Smith"),
        ] {
            assert!(!are_two_people(a, b) && !are_two_people(b, a), "{a} / {b}");
        }
    }

    #[test]
    fn two_people_are_two() {
        for (a, b) in [
            ("张伟", "张强"),
            ("张先生", "李女士"),
            ("陈静", "陈静怡"),
            ("陈静女士", "陈静怡"),
            ("John Smith", "Jane Smith"),
            ("Anna Berg", "Anna Thal"),
            ("王小明", "Wang Da"),
            ("John Smith Sr", "John Smith Jr"),
            ("John Smith", "John Smith Jr."),
            ("Smith Jr., John", "John Smith, Sr."),
            ("John Smith II", "John Smith III"),
            ("José Silva Filho", "José Silva"),
            ("Dr. John Smith Snr, MD", "Dr. John Smith, MD"),
            ("王小明妈妈", "王小明"),
            ("王小明妈妈", "王小明爸爸"),
            ("王小明的母亲", "王小明"),
            ("王小明（家长）", "王小明"),
            ("王总的助理", "王总"),
            ("Mother of John Smith", "John Smith"),
            ("John Smith's wife", "John Smith"),
            ("Anna Berg c/o John Smith", "John Smith"),
            ("김민수 어머니", "김민수"),
            ("田中太郎の母", "田中太郎"),
        ] {
            assert!(are_two_people(a, b) && are_two_people(b, a), "{a} / {b}");
        }
    }
}
