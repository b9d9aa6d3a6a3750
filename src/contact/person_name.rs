//! Whether two names can be one person's.

use crate::text::fold;

/// Titles people are addressed by, behind a Chinese and before a Latin name.
const BEHIND: [&str; 12] =
    ["先生", "女士", "小姐", "太太", "老师", "经理", "总监", "主任", "老板", "同学", "医生", "总"];
const BEFORE: [&str; 10] = ["mr", "mrs", "ms", "miss", "dr", "herr", "frau", "mme", "sr", "sra"];

/// Bytes of a name that are compared.
const MAX_NAME: usize = 128;

/// Whether two names of people cannot be one person's. Names that are blank, that one title or surname leaves open, or
/// of which one is the other shortened tell nobody apart. The first 128 bytes of each are compared.
///
/// ```
/// use leadkit::contact::are_two_people;
///
/// assert!(are_two_people("张伟", "李娜"));
/// assert!(are_two_people("张伟", "张丽"));
/// assert!(!are_two_people("张先生", "张伟"));
/// assert!(!are_two_people("Anna Schmidt", "schmidt, anna"));
/// assert!(!are_two_people("A. Schmidt", "Anna Schmidt"));
/// ```
#[must_use]
pub fn are_two_people(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let (short, long) =
        if a.concat().chars().count() <= b.concat().chars().count() { (a, b) } else { (b, a) };
    if is_unspaced(&short.concat()) || is_unspaced(&long.concat()) {
        // A surname alone, or a name inside a longer one.
        return !long.concat().contains(&short.concat());
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

fn is_unspaced(text: &str) -> bool {
    text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c))
}

/// The words of a name without titles, folded.
fn words(name: &str) -> Vec<String> {
    let end = (0..=MAX_NAME.min(name.len())).rev().find(|at| name.is_char_boundary(*at));
    let folded = fold(end.and_then(|end| name.get(..end)).unwrap_or_default());
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !BEFORE.contains(word))
        .map(str::to_owned)
        .collect();
    for word in &mut words {
        if is_unspaced(word)
            && let Some(bare) = BEHIND.iter().find_map(|title| word.strip_suffix(fold(title).as_str()))
        {
            *word = bare.to_owned();
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_one_person_is_left_as_one() {
        for (a, b) in [
            ("", "张伟"),
            ("先生", "张伟"),
            ("张", "张伟"),
            ("张总", "张伟"),
            ("Mr. Smith", "John Smith"),
            ("SMITH John", "john smith"),
            ("J Smith", "John Smith"),
            ("王小明（采购）", "王小明"),
            ("Anna", "Anna Maria Berg"),
        ] {
            assert!(!are_two_people(a, b) && !are_two_people(b, a), "{a} / {b}");
        }
    }

    #[test]
    fn two_people_are_two() {
        for (a, b) in [
            ("张伟", "张强"),
            ("张先生", "李女士"),
            ("John Smith", "Jane Smith"),
            ("Anna Berg", "Anna Thal"),
            ("王小明", "Wang Da"),
        ] {
            assert!(are_two_people(a, b) && are_two_people(b, a), "{a} / {b}");
        }
    }
}
