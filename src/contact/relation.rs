//! Names by which the writer is somebody else than the person who is named: 王小明妈妈, `John Smith's wife`.

use std::borrow::Cow;

use crate::text::fold;

/// Relatives, behind a name, and the word that all words for one share.
const RELATIVES: [(&str, &str); 37] = [
    ("妈妈", "mother"),
    ("母亲", "mother"),
    ("爸爸", "father"),
    ("父亲", "father"),
    ("家长", "parent"),
    ("监护人", "parent"),
    ("爱人", "spouse"),
    ("老婆", "wife"),
    ("妻子", "wife"),
    ("老公", "husband"),
    ("丈夫", "husband"),
    ("儿子", "son"),
    ("女儿", "daughter"),
    ("哥哥", "brother"),
    ("弟弟", "brother"),
    ("姐姐", "sister"),
    ("妹妹", "sister"),
    ("奶奶", "grandmother"),
    ("姥姥", "grandmother"),
    ("外婆", "grandmother"),
    ("爷爷", "grandfather"),
    ("姥爷", "grandfather"),
    ("外公", "grandfather"),
    ("亲戚", "relative"),
    ("家属", "relative"),
    ("お母さん", "mother"),
    ("お父さん", "father"),
    ("保護者", "parent"),
    ("어머니", "mother"),
    ("엄마", "mother"),
    ("아버지", "father"),
    ("아빠", "father"),
    ("학부모", "parent"),
    ("보호자", "parent"),
    ("母", "mother"),
    ("父", "father"),
    ("妻", "wife"),
];

/// The same as Latin words, of which some are names too where no `of` follows.
const LATIN: [(&str, &str); 37] = [
    ("mother", "mother"),
    ("mom", "mother"),
    ("mum", "mother"),
    ("mutter", "mother"),
    ("madre", "mother"),
    ("mere", "mother"),
    ("mae", "mother"),
    ("father", "father"),
    ("dad", "father"),
    ("vater", "father"),
    ("padre", "father"),
    ("pere", "father"),
    ("pai", "father"),
    ("parent", "parent"),
    ("parents", "parent"),
    ("eltern", "parent"),
    ("guardian", "parent"),
    ("wife", "wife"),
    ("ehefrau", "wife"),
    ("esposa", "wife"),
    ("femme", "wife"),
    ("husband", "husband"),
    ("ehemann", "husband"),
    ("esposo", "husband"),
    ("mari", "husband"),
    ("spouse", "spouse"),
    ("son", "son"),
    ("sohn", "son"),
    ("hijo", "son"),
    ("daughter", "daughter"),
    ("tochter", "daughter"),
    ("hija", "daughter"),
    ("brother", "brother"),
    ("bruder", "brother"),
    ("sister", "sister"),
    ("schwester", "sister"),
    ("assistant", "assistant"),
];
/// Those that nobody is called by: they tell a relative behind a name as well.
const NO_NAMES: [&str; 16] = [
    "mother", "mom", "mum", "mutter", "father", "dad", "vater", "parent", "parents", "eltern", "wife",
    "ehefrau", "husband", "ehemann", "daughter", "tochter",
];
/// What stands between such a word and the name behind it.
const OF: [&str; 10] = ["of", "von", "vom", "de", "del", "da", "do", "di", "of:", "to"];
/// What makes the word before it a possessor, between Chinese or Japanese words.
const POSSESSIVES: [char; 2] = ['的', 'の'];

/// Who the writer is to the person who is named; `None` when the writer is that person.
pub(super) fn relation(name: &str) -> Option<Cow<'static, str>> {
    // No word of the tables is in most names, and a name in one script has none of the other's.
    let folded = fold(name);
    if folded.contains("c/o") {
        return Some(Cow::Borrowed("c/o"));
    }
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "s")
        .collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let next = words.get(at + 1).copied();
        if word.is_ascii() {
            let (_, kind) = LATIN.iter().find(|(one, _)| one == word)?;
            let is_of = next.is_some_and(|next| OF.contains(&next)) && words.len() > at + 2;
            return (is_of || at > 0 && NO_NAMES.contains(word)).then_some(Cow::Borrowed(*kind));
        }
        unspaced(word, at > 0)
    })
}

/// The same of a word that is written without blanks; a relative alone is one only behind another word.
fn unspaced(word: &str, is_behind: bool) -> Option<Cow<'static, str>> {
    if let Some((whose, who)) = word.rsplit_once(POSSESSIVES)
        && !whose.is_empty()
        && !who.is_empty()
    {
        let known = RELATIVES.iter().find(|(one, _)| fold(one) == who);
        return Some(known.map_or_else(|| Cow::Owned(who.to_owned()), |(_, kind)| Cow::Borrowed(*kind)));
    }
    RELATIVES.iter().find_map(|(one, kind)| {
        let named = word.strip_suffix(fold(one).as_str())?;
        // 母 and 父 end names of people too.
        let is_long = one.chars().nth(1).is_some();
        (is_long && !named.is_empty() || is_behind && named.is_empty()).then_some(Cow::Borrowed(*kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_is_not_who_is_named() {
        for (name, expected) in [
            ("王小明妈妈", "mother"),
            ("王小明的母亲", "mother"),
            ("王小明（爸爸）", "father"),
            ("王总的朋友", "朋友"),
            ("田中の妻", "wife"),
            ("Wife of Pat Lee", "wife"),
            ("Son of Pat Lee", "son"),
            ("Madre de Ana López", "mother"),
            ("Pat Lee (mother)", "mother"),
            ("Ann Moe, c/o Pat Lee", "c/o"),
        ] {
            assert_eq!(relation(name).as_deref(), Some(expected), "{name}");
        }
        for name in
            ["妈妈", "家长", "王小明", "Mother Teresa", "Son Heung-min", "Nguyen Van Son", "Mari Berg", ""]
        {
            assert_eq!(relation(name), None, "{name}");
        }
    }
}
