//! The key by which a burst of one company is counted.

use super::nobodys::is_nobodys_company;
use super::school::school;
use crate::company::{CompanyName, exact_key, place_key};
use crate::rule::Facts;

/// What shows an institution if the name has no legal form, in any script without blanks: at the end of the name, or before a
/// part of it (`…医院骨科`).
const INSTITUTIONS: &str = "大学 学院 中学 小学 学校 幼儿园 医院 卫生院 银行 信用社 协会 学会 商会 联合会 基金会 委员会 研究院 \
    研究所 设计院 科学院 出版社 报社 电视台 法院 检察院 公安局 管理局 税务局 教育局 人民政府 办事处 \
    办公室 图书馆 博物馆 体育馆 事务所 合作社 服务中心 工厂 集团 部队 大酒店 病院 高校 대학교 학교";
/// The same in scripts with blanks, folded, as a word of the name.
const INSTITUTION_WORDS: &str = "university college school institute academy hospital clinic bank association foundation society \
    ministry council church museum library federation chamber universitat hochschule schule gymnasium \
    krankenhaus klinikum verein universite ecole lycee hopital universidad colegio escuela universita \
    университет";

/// The key by which the lead's company is counted; `None` for a lead that names none, or only what strangers write alike.
pub(super) fn company_origin(facts: &Facts<'_>) -> Option<String> {
    let name = facts.company().filter(|_| facts.names_company())?;
    let folded = facts.company_folded()?;
    // A firm that sells to schools is not a school.
    let is_firm = !name.legal_forms().is_empty();
    let school = if is_firm { None } else { school(folded) };
    let key = || Some(exact_key(name)).filter(|key| !key.is_empty());
    school.or_else(|| if is_one(name, folded) { place_key(name).or_else(key) } else { None })
}

/// Whether a name is that of one company or institution, as far as its words show: a legal form, a place or what
/// institutions are called. `家长`, `Privat` and `xx公司` are what strangers write.
fn is_one(name: &CompanyName, folded: &str) -> bool {
    let has_form = !name.legal_forms().is_empty() || name.is_group() || name.branch().is_some();
    if has_form || name.region().is_some() {
        return !is_nobodys_company(name.brand());
    }
    let letters: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    // The word alone, and 我的学校, name no particular school.
    let tells = |word: &str| {
        letters.find(word).and_then(|at| letters.get(..at)).is_some_and(|before| !is_nobodys_company(before))
    };
    let is_kind = |word: &str| INSTITUTION_WORDS.split(' ').any(|kind| kind == word);
    let mut words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    INSTITUTIONS.split(' ').any(tells)
        || words.clone().any(is_kind) && words.any(|word| !is_kind(word) && !is_nobodys_company(word))
}
