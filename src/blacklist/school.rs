//! The many ways in which a class writes the name of its school.

use super::nobodys::is_nobodys_company;

/// The words that end the name of a school.
const SCHOOLS: [&str; 9] = ["大学", "学院", "中学", "小学", "高中", "初中", "职校", "技校", "学校"];
/// Digits as names of schools write them.
const NUMERALS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// The words that end the name of a form, a class or a site of a school.
const FORMS: [&str; 8] = ["班", "年级", "级", "系", "专业", "校区", "学生", "师生"];
/// The divisions of one school.
const DIVISIONS: [&str; 4] = ["小学", "初中", "高中", "国际"];
/// The words that end the name of a faculty: 计算机学院 is one of the university before it, 城市学院 is a school of its own.
const SUBJECTS: &str = "医 药 法 商 文 理 工 农 林 机 信息 软件 管理 经济 经管 金融 会计 外语 外国语 人文 新闻 传播 教育 \
    体育 音乐 美术 艺术 设计 材料 机械 电气 土木 建筑 化 物理 数 生命 环境 技术 科学 工程 马克思主义";
/// The words before a number that begin the name of a class behind that of the school: 高一, 初三.
const STAGES: [char; 5] = ['高', '初', '小', '大', '研'];

/// The school that a folded name is one of, with or without a class of it: `杭州市第7中学高一(3)班` and `杭州七中` are one. What goes
/// on otherwise is another institution: a hospital, a press, the office of a quarter that is called after a university.
pub(super) fn school(folded: &str) -> Option<String> {
    let name: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    let name = numerals(&name);
    let mut words: Vec<(usize, &str)> = SCHOOLS.iter().flat_map(|word| name.match_indices(word)).collect();
    // `七中`
    let is_numbered =
        |(at, _): &(usize, &str)| name.get(..*at).is_some_and(|before| before.ends_with(is_numeral));
    words.extend(name.match_indices('中').filter(is_numbered));
    words.sort_unstable_by_key(|(at, word)| at + word.len());
    let end = words.into_iter().find_map(|(at, word)| {
        let end = at + word.len();
        // 学校 and 我的学校 name no particular school.
        let is_named = !is_nobodys_company(name.get(..at)?);
        (is_named && is_of_school(name.get(end..)?)).then_some(end)
    })?;
    let name = name.get(..end)?;
    let name = name.rsplit('省').next().unwrap_or(name);
    let kept: String = name.chars().filter(|c| !matches!(c, '市' | '区' | '县' | '第')).collect();
    let kept = kept.strip_suffix("中学").map_or(kept.clone(), |head| format!("{head}中"));
    (kept.chars().count() > 2).then_some(kept)
}

fn is_numeral(c: char) -> bool {
    c == '十' || c.is_ascii_digit() || NUMERALS.contains(&c)
}

/// Whether the text behind the name of a school names a part of it, not another institution.
fn is_of_school(behind: &str) -> bool {
    let behind = behind_faculty(behind);
    if let Some(class) = DIVISIONS.iter().find_map(|division| behind.strip_prefix(division)) {
        return class == "部" || !class.is_empty() && is_of_school(class);
    }
    let has_school = behind.contains("附属") || SCHOOLS.iter().any(|word| behind.contains(word));
    let is_form = FORMS.iter().any(|form| behind.ends_with(form));
    let class = behind.strip_prefix(STAGES).unwrap_or(behind);
    // `三院` is a hospital.
    let is_class = class.starts_with(is_numeral) && !behind.ends_with(['院', '店', '厂', '园', '校']);
    behind.is_empty() || !has_school && (is_form || is_class)
}

/// The text behind the faculty that it begins with, if it begins with one.
fn behind_faculty(text: &str) -> &str {
    let faculty = text
        .split_once("学院")
        .filter(|(subject, _)| SUBJECTS.split(' ').any(|word| subject.ends_with(word)));
    faculty.map_or(text, |(_, behind)| behind)
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
    use crate::text::fold;

    #[test]
    fn the_ways_to_write_a_school_are_one() {
        for (one, ways) in [
            (
                "杭州七中",
                "杭州市第七中学 杭州第七中学 杭州七中 杭州7中 杭州市第7中学 杭州第七中学高一(3)班 杭州七中高一3班 杭州市第七中学高二年级 \
                 浙江省杭州市第七中学 杭州七中2023级 杭州七中（高中部） 杭州七中初中三班 杭州七中学生",
            ),
            (
                "浙江大学",
                "浙江大学 浙江大学计算机系 浙江大学计算机学院 浙江大学医学院 浙江大学计算机科学与技术学院 浙江大学紫金港校区 浙江大学2023级软件工程 浙江大学软件学院2023级 浙江大学管理学院会计系",
            ),
            ("清华大学附属中", "清华大学附属中学 清华大学附属中学高一(3)班"),
            ("浙江大学城学院", "浙江大学城市学院 浙江大学城市学院计算机系"),
        ] {
            for way in ways.split_whitespace() {
                assert_eq!(school(&fold(way)).as_deref(), Some(one), "{way}");
            }
        }
        let own = "杭州七中 杭州十四中 杭州第七小学 宁波七中 浙江大学 浙江大学城市学院 清华大学附属中学 复旦大学 深圳大学 深圳大学附属中学 华东师范大学第二附属中学";
        let own: Vec<_> = own.split_whitespace().map(|name| school(&fold(name)).unwrap()).collect();
        let different: std::collections::BTreeSet<_> = own.iter().collect();
        assert_eq!(different.len(), own.len(), "{own:?}");
        assert_eq!(school("杭州第十四中学"), school("杭州14中"));
    }

    #[test]
    fn what_is_called_after_a_school_is_none() {
        for name in "星河 中国 学校 我的学校 华中数控 复旦大学附属中山医院 复旦大学附属华山医院 浙江大学出版社 浙江大学医学院附属第一医院 浙江大学医学院附属第一医院护理班 深圳大学城管理办公室 \
                     深圳大学总医院 北京大学口腔医院 北京大学三院 杭州学院路餐饮 杭州市第一中学教育集团 哈尔滨工业大学（深圳）"
            .split_whitespace()
        {
            assert_eq!(school(&fold(name)), None, "{name}");
        }
    }
}
