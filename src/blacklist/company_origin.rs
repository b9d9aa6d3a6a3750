//! What a burst of one company is counted by: the many ways in which a class writes the name of its school are one.

use super::nobodys::has_company;
use crate::company::{exact_key, place_key};
use crate::rule::Facts;

/// What a school is called, as far as its name goes; what stands behind is a form or a class.
const SCHOOLS: [&str; 9] = ["大学", "学院", "中学", "小学", "高中", "初中", "职校", "技校", "学校"];
/// Digits as names of schools write them.
const NUMERALS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// What the lead's company is counted by; `None` for a lead that names none.
pub(super) fn company_origin(facts: &Facts<'_>) -> Option<String> {
    let name = facts.company().filter(|_| has_company(facts))?;
    // A firm that sells to schools is none.
    let is_firm = !name.legal_forms().is_empty();
    let school = name.folded().filter(|_| !is_firm).and_then(school);
    let key = || Some(exact_key(name)).filter(|key| !key.is_empty());
    school.or_else(|| place_key(name)).or_else(key)
}

/// The school that a folded name begins with: `杭州市第7中学高一(3)班` and `杭州七中` are one.
fn school(folded: &str) -> Option<String> {
    let name: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    let name = numerals(&name);
    let ends = |word: &str| name.find(word).map(|at| at + word.len());
    // `七中`
    let middle = name.match_indices('中').map(|(at, _)| at).find(|at| {
        name.get(..*at).is_some_and(|before| before.ends_with(|c: char| c == '十' || NUMERALS.contains(&c)))
    });
    let end =
        SCHOOLS.iter().filter_map(|word| ends(word)).chain(middle.map(|at| at + '中'.len_utf8())).min()?;
    let name = name.get(..end)?;
    let name = name.rsplit('省').next().unwrap_or(name);
    let kept: String = name.chars().filter(|c| !matches!(c, '市' | '区' | '县' | '第')).collect();
    let kept = kept.strip_suffix("中学").map_or(kept.clone(), |head| format!("{head}中"));
    // `学校` alone names none.
    (kept.chars().count() > 2).then_some(kept)
}

/// Numbers up to 99 as they are spoken: `14` is `十四`.
fn numerals(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = rest.get(..digits).and_then(|number| number.parse::<usize>().ok());
        match number.filter(|number| (1..100).contains(number)) {
            Some(number) => {
                let (tens, ones) = (number / 10, number % 10);
                spoken.extend(NUMERALS.get(tens).filter(|_| tens > 1));
                spoken.extend(Some('十').filter(|_| tens > 0));
                spoken.extend(NUMERALS.get(ones).filter(|_| ones > 0));
            }
            None if digits > 0 => spoken.push_str(rest.get(..digits).unwrap_or_default()),
            None => spoken.push(first),
        }
        rest = rest.get(digits.max(first.len_utf8())..).unwrap_or_default();
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::{CompanyName, Gazetteer};

    #[test]
    fn the_ways_to_write_a_school_are_one() {
        let gazetteer = Gazetteer::builtin();
        let school_of = |text: &str| CompanyName::parse(text, &gazetteer).folded().and_then(school);
        for written in [
            "杭州市第七中学",
            "杭州第七中学",
            "杭州七中",
            "杭州7中",
            "杭州市第7中学",
            "杭州第七中学高一(3)班",
            "杭州七中高一3班",
            "杭州市第七中学 高二年级",
            "浙江省杭州市第七中学",
        ] {
            assert_eq!(school_of(written).as_deref(), Some("杭州七中"), "{written}");
        }
        assert_eq!(school_of("杭州第十四中学"), school_of("杭州14中"));
        for other in ["杭州八中", "杭州第七小学", "宁波七中"] {
            assert_ne!(school_of(other), school_of("杭州七中"), "{other}");
        }
        for none in ["星河", "中国", "学校", "华中数控"] {
            assert_eq!(school_of(none), None, "{none}");
        }
    }
}
