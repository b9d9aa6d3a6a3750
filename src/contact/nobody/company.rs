//! What stands in place of a company's name and names none.

use super::super::domain::is_public_mail_domain;
use super::super::fake::company_placeholder;
use super::super::no_value::folded_has_no_value;
use super::id::is_unfilled;
use super::words::NO_VALUES;
use crate::text::fold;

/// What people without a company answer, and programs that know none, beside words for none, folded: letters and digits alone.
const NO_COMPANY: [&str; 130] = [
    "个人",
    "个体",
    "个体户",
    "个体工商户",
    "学生",
    "在校学生",
    "大学生",
    "自由职业",
    "自由职业者",
    "自由人",
    "自雇",
    "待业",
    "无业",
    "退休",
    "家庭主妇",
    "私人",
    "本人",
    "自己",
    "其他",
    "其它",
    "请选择",
    "自己家",
    "个人用户",
    "个人使用",
    "个人买家",
    "self",
    "selfemployed",
    "freelance",
    "freelancer",
    "private",
    "privateperson",
    "individual",
    "personal",
    "student",
    "retired",
    "unemployed",
    "other",
    "home",
    "家长",
    "业主",
    "自用",
    "散客",
    "privat",
    "particulier",
    "household",
    "households",
    "privatehousehold",
    "privateindividual",
    "privatecustomer",
    "consumer",
    "enduser",
    "nocompany",
    "nocompanyname",
    "companyname",
    "notacompany",
    "notlisted",
    "unlisted",
    "tba",
    "tbc",
    "tobeconfirmed",
    "tobedetermined",
    "pending",
    "soleproprietor",
    "housewife",
    "pensioner",
    "privatperson",
    "privathaushalt",
    "privatkunde",
    "keinefirma",
    "selbststandig",
    "selbstandig",
    "freiberufler",
    "freiberuflich",
    "hausfrau",
    "rentner",
    "schuler",
    "particuliers",
    "independant",
    "autoentrepreneur",
    "sansemploi",
    "etudiant",
    "retraite",
    "particular",
    "particulares",
    "autonomo",
    "estudiante",
    "jubilado",
    "desempleado",
    "ninguna",
    "ninguno",
    "nessuna",
    "nessuno",
    "privato",
    "pensionato",
    "studente",
    "pessoafisica",
    "estudante",
    "aposentado",
    "nenhuma",
    "zzp",
    "zelfstandige",
    "osobaprywatna",
    "brak",
    "soukromaosoba",
    "sahis",
    "bireysel",
    "частноелицо",
    "физлицо",
    "физическоелицо",
    "самозанятыи",
    "студент",
    "пенсионер",
    "домохозяика",
    "个人事业主",
    "主妇",
    "学生さん",
    "个人宅",
    "フリーランス",
    "개인",
    "프리랜서",
    "학생",
    "주부",
    "待定",
    "暂定",
    "待确认",
    "无公司",
    "没公司",
    "无单位",
    "没有单位",
    "个人客户",
];
/// Letters of the longest of them, and more.
const MAX_LETTERS: usize = 64;

/// Whether a name is that of a company: not that there is none (`无`, `N/A`), what the person is instead (个人, `Self-employed`), a
/// field that nobody filled in, or the domain of a public mail service. A name that says nothing is shared by strangers, so
/// records are not compared by it.
///
/// ```
/// use leadkit::contact::names_company;
///
/// assert!(names_company("北京纷扬科技有限公司") && names_company("Private Label GmbH"));
/// assert!(!names_company("个人") && !names_company("N/A") && !names_company("gmail.com"));
/// ```
#[must_use]
pub fn names_company(name: &str) -> bool {
    folded_names_company(name, &fold(name))
}

/// The same for a name that is folded already.
pub(crate) fn folded_names_company(name: &str, folded: &str) -> bool {
    let mut letters = folded.chars().filter(|c| c.is_alphanumeric());
    let start: String = letters.by_ref().take(MAX_LETTERS).collect();
    let is_whole = letters.next().is_none();
    let is_listed = || is_whole && (NO_COMPANY.contains(&&*start) || NO_VALUES.contains(&&*start));
    let host = folded.trim().trim_start_matches('@').trim_start_matches("www.");
    !start.is_empty()
        && !is_listed()
        && !is_unfilled(name.trim())
        && !folded_has_no_value(name, folded)
        && company_placeholder(folded).is_none()
        && !is_public_mail_domain(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_listed_as_folding_leaves_them() {
        for word in NO_COMPANY {
            assert_eq!(fold(word), word);
            assert!(word.chars().all(char::is_alphanumeric), "{word}");
        }
    }

    #[test]
    fn what_names_nobody_names_no_company() {
        for name in [
            "N/A",
            "个人",
            "--",
            "[not provided]",
            "(not provided)",
            "无",
            "TBD",
            "None",
            "Unknown",
            "gmail.com",
            "@QQ.com",
            "Household",
            "Self employed",
            "Student",
            "Freelance",
            "Private person",
            "Test",
            "",
            " ",
            "個人",
            "физ. лицо",
        ] {
            assert!(!names_company(name), "{name}");
        }
        for name in [
            "深圳市星河软件有限公司",
            "Private Label GmbH",
            "学生之家",
            "无锡一中",
            "Home Depot",
            "其他山",
            "Household Goods Ltd",
            "acme.com",
            "Gmail Partners Ltd",
            "360",
            "A.O. Smith",
        ] {
            assert!(names_company(name), "{name}");
        }
    }
}
