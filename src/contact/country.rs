//! The country that a person states, in any spelling.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::nobody::names_nothing;
use crate::model::Region;
use crate::order;
use crate::text::{fold, spellings};

/// Bytes of the longest statement that is looked at.
const MAX_TEXT: usize = 120;
/// Parts of what a list asks for, as folded.
const PROMPTS: [&str; 8] = ["请", "选择", "国家", "地区", "所在", "您的", "你的", "或"];
const PROMPT_WORDS: [&str; 12] =
    ["a", "an", "choose", "country", "nation", "one", "option", "or", "please", "region", "select", "your"];
/// First of the 26 signs that flags consist of, for `A`.
const FIRST_FLAG_LETTER: u32 = 0x1F1E6;

/// The country in which the numbers of a person are dialled, as far as the person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatedCountry {
    /// The person says nothing.
    Unstated,
    /// In a country.
    In(Region),
    /// In one of several countries with one numbering plan (`US, CA`), of which this is the first.
    Among(Region),
    /// The statement is not understood, or names countries with several plans.
    Unknown,
}

impl StatedCountry {
    /// The country that a text names. `region_of` reads texts that do not name a country: a city, an address.
    ///
    /// It understands ISO 3166 codes (`US`, `USA`, `840`), English, Chinese and some native names, flags, calling codes
    /// (`+1`), locales (`en-US`), and several of these at once (`United States (US)`, `中国 China`).
    pub(crate) fn read(text: &str, region_of: impl Fn(&str) -> Option<Region>) -> StatedCountry {
        let text = text.trim();
        if text.is_empty() || flag(text).is_none() && (names_nothing(text) || is_prompt(text)) {
            return StatedCountry::Unstated;
        }
        // A locale looks like a region: `pt-BR`.
        let found = locale(text).or_else(|| region_of(text));
        found.map_or_else(|| countries(text), StatedCountry::In)
    }

    /// The country, if it is known.
    pub(crate) fn region(self) -> Option<Region> {
        match self {
            StatedCountry::In(region) => Some(region),
            _ => None,
        }
    }

    /// A country whose numbering plan the person means, if one is known.
    pub(crate) fn plan(self) -> Option<Region> {
        match self {
            StatedCountry::In(region) | StatedCountry::Among(region) => Some(region),
            _ => None,
        }
    }
}

impl From<Option<Region>> for StatedCountry {
    fn from(region: Option<Region>) -> StatedCountry {
        region.map_or(StatedCountry::Unstated, StatedCountry::In)
    }
}

/// Whether a text is the first line of a list from which nothing was chosen: its title, or what it asks for.
fn is_prompt(text: &str) -> bool {
    let folded = normal(text);
    !folded.is_empty()
        && folded.split_whitespace().all(|word| {
            let rest = PROMPTS.iter().fold(word.to_owned(), |rest, part| rest.replace(part, ""));
            rest.is_empty() || PROMPT_WORDS.contains(&word)
        })
}

/// A country by its code in capital letters.
pub(super) fn country_of_code(word: &str) -> Option<Region> {
    TABLE.codes.get(word).copied()
}

/// A country by one of its names, or by a code in any letters.
pub(super) fn country_of_name(name: &str) -> Option<Region> {
    TABLE.names.get(normal(name).as_str()).copied()
}

/// The country that has most of the numbers with a calling code.
pub(super) fn country_of_calling_code(code: u16) -> Option<Region> {
    TABLE.by_calling.get(&code).copied()
}

/// The calling code of a country.
pub(super) fn calling_code_of(country: &Region) -> Option<u16> {
    TABLE.calling.get(country.country()).copied()
}

/// Tables of names and codes of countries.
struct Table {
    /// By name, ISO codes and numbers, as [`normal`] leaves them.
    names: BTreeMap<String, Region>,
    /// By calling code: the country that has most of its numbers.
    by_calling: BTreeMap<u16, Region>,
    /// Calling code by ISO alpha-2 code.
    calling: BTreeMap<&'static str, u16>,
    /// By ISO alpha-2 and alpha-3 code in capitals, and by abbreviations that people write for them.
    codes: BTreeMap<&'static str, Region>,
}

/// The country that a calling code is read as where several countries share it.
const MAIN: [&str; 11] = ["US", "RU", "GB", "NO", "AU", "MA", "FI", "IT", "FR", "CW", "GP"];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut names, mut by_calling) = (Vec::new(), Vec::new());
    let (mut calling, mut codes) = (Vec::new(), Vec::new());
    for line in include_str!("data/countries.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or_default();
        let (alpha_2, alpha_3, number, code, written) = (next(), next(), next(), next(), next());
        let Ok(region) = alpha_2.parse::<Region>() else { continue };
        let code: u16 = code.parse().unwrap_or_default();
        names.extend([alpha_2, alpha_3, number].map(|name| (normal(name), region)));
        let written = written.split('|').flat_map(spellings);
        names.extend(written.map(|name| (normal(&name), region)));
        calling.push((alpha_2, code));
        codes.extend([(alpha_2, region), (alpha_3, region)]);
        by_calling.push((code, region, MAIN.contains(&alpha_2)));
    }
    codes.extend(
        [("UK", "GB"), ("UAE", "AE"), ("KSA", "SA")]
            .into_iter()
            .filter_map(|(word, country)| Some((word, country.parse::<Region>().ok()?))),
    );
    // The main country of a code is entered last.
    order::sort_by_key(&mut by_calling, |(.., is_main)| *is_main);
    Table {
        names: order::map(names.into_iter().filter(|(name, _)| !name.is_empty())),
        by_calling: order::map(by_calling.into_iter().map(|(code, region, _)| (code, region))),
        calling: order::map(calling),
        codes: order::map(codes),
    }
});

/// A name in small letters with one blank between words, without signs and the article.
fn normal(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    for c in fold(name).chars() {
        match c {
            '\'' | '’' | '.' => {}
            '&' => words.push_str(" and "),
            _ if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => words.push(c),
            _ => words.push(' '),
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    words.strip_prefix(&["the"]).unwrap_or(&words).join(" ")
}

/// `en-US`, `zh_CN`: a language in small letters and a country in capitals.
fn locale(text: &str) -> Option<Region> {
    let (language, country) = text.split_once(['-', '_'])?;
    let fits = language.len() == 2
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase());
    country.parse().ok().filter(|region: &Region| fits && region.is_known())
}

/// A flag: two signs, one for each letter of the ISO code.
pub(super) fn flag(text: &str) -> Option<Region> {
    let letter = |c: char| {
        let place = u32::from(c).checked_sub(FIRST_FLAG_LETTER).filter(|place| *place < 26)?;
        u8::try_from(place).ok().map(|place| char::from(b'A' + place))
    };
    let mut letters = text.chars().map(letter);
    let code: String = [letters.next()??, letters.next()??].iter().collect();
    code.parse().ok().filter(Region::is_known)
}

/// What a statement says whose parts name a country, or several.
fn countries(text: &str) -> StatedCountry {
    if text.len() > MAX_TEXT {
        return StatedCountry::Unknown;
    }
    if let Some(region) = one(text) {
        return StatedCountry::In(region);
    }
    let parts = parts(text);
    let mut named = parts.iter().filter_map(|part| one(part));
    let Some(first) = named.next() else { return StatedCountry::Unknown };
    let code = calling_code_of(&first);
    named.fold(StatedCountry::In(first), |found, other| match found {
        _ if other == first => found,
        StatedCountry::In(_) | StatedCountry::Among(_) if calling_code_of(&other) == code => {
            StatedCountry::Among(first)
        }
        _ => StatedCountry::Unknown,
    })
}

/// A country by one of its names or codes.
fn one(part: &str) -> Option<Region> {
    let part = part.trim();
    if let Some(region) = flag(part).filter(|_| part.chars().count() == 2) {
        return Some(region);
    }
    let digits = part.strip_prefix(['+', '＋']);
    let number = digits.unwrap_or(part);
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        let by_calling = || {
            let code = number.trim_start_matches("00").parse().ok()?;
            TABLE.by_calling.get(&code).copied()
        };
        let by_number = || TABLE.names.get(number).copied().filter(|_| digits.is_none());
        return match (by_calling(), by_number()) {
            // 376 is Israel's number and Andorra's calling code.
            (Some(a), Some(b)) if a != b => None,
            (a, b) => a.or(b),
        };
    }
    TABLE.names.get(normal(part).as_str()).copied()
}

/// The parts of a statement: between signs, in and outside brackets, in Chinese and in Latin script, flags.
fn parts(text: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum Script {
        Han,
        Flag,
        Code,
        Other,
    }
    let mut parts: Vec<String> = vec![String::new()];
    let mut last: Option<Script> = None;
    for c in text.chars() {
        let script = match c {
            '(' | ')' | '（' | '）' | '[' | ']' | '/' | '／' | ',' | '，' | ';' | '；' | '、' | '|' | ':'
            | '：' | '\n' | '-' | '–' | '—' => {
                parts.push(String::new());
                last = None;
                continue;
            }
            _ if c.is_whitespace() => last.unwrap_or(Script::Other),
            '\u{1F1E6}'..='\u{1F1FF}' => Script::Flag,
            '\u{3400}'..='\u{9FFF}' => Script::Han,
            '+' | '＋' => Script::Code,
            _ if c.is_ascii_digit() && last == Some(Script::Code) => Script::Code,
            _ => Script::Other,
        };
        if last.is_some_and(|last| last != script) {
            parts.push(String::new());
        }
        last = Some(script);
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> StatedCountry {
        StatedCountry::read(text, |text| text.parse().ok().filter(Region::is_known))
    }

    #[test]
    fn a_country_is_understood_as_pickers_and_people_write_it() {
        for (country, texts) in [
            (
                "US",
                &[
                    "US",
                    "us",
                    "USA",
                    "U.S",
                    "U.S.A.",
                    "United States (US)",
                    "The United States",
                    "+1",
                    "1",
                    "840",
                    "🇺🇸",
                    "🇺🇸 United States",
                    "en-US",
                    "美利坚合众国",
                    "美国 USA",
                    "United States of America (the)",
                    "United States +1",
                    "001",
                ][..],
            ),
            ("PR", &["Puerto Rico", "PRI"]),
            (
                "KR",
                &[
                    "KOR",
                    "Republic of Korea",
                    "Korea (South)",
                    "Korea Republic",
                    "大韩民国",
                    "Korea, Republic of",
                    "+82",
                ],
            ),
            (
                "HK",
                &[
                    "Hong Kong SAR China",
                    "Hong Kong (SAR)",
                    "HK (香港)",
                    "HKG",
                    "+852",
                    "344",
                    "中国香港",
                    "🇭🇰",
                ],
            ),
            ("MO", &["Macao SAR China", "Macau"]),
            ("TW", &["Taiwan, Province of China", "Taiwan (Province of China)", "臺灣"]),
            ("RU", &["Russian Federation", "The Russian Federation", "RUS", "7"]),
            ("NL", &["The Netherlands", "Netherlands (the)", "nl-NL"]),
            (
                "GB",
                &["Scotland", "UK", "U.K.", "United Kingdom of Great Britain and Northern Ireland", "GBR"],
            ),
            ("SA", &["KSA", "Saudi Arabia (KSA)"]),
            ("TH", &["ประเทศไทย", "THA"]),
            ("BR", &["pt-BR", "Brasil"]),
            ("CI", &["Côte d’Ivoire", "Cote d'Ivoire"]),
            ("BA", &["Bosnia & Herzegovina", "Bosnia and Herzegovina"]),
            (
                "CN",
                &[
                    "CHN",
                    "中国大陆",
                    "中国 China",
                    "China (CN)",
                    "P.R. China",
                    "zh-CN",
                    "+86",
                    "86",
                    "中国（China）",
                    "全国",
                    "华南",
                ],
            ),
        ] {
            for text in texts {
                let expected = StatedCountry::In(country.parse().unwrap());
                assert_eq!(read(text), expected, "{text}");
            }
        }
        // A list from which nothing was chosen.
        let unchosen = [
            "请选择",
            "-- 请选择 --",
            "请选择国家/地区",
            "Please select",
            "-- Select --",
            "Select a country",
            "Country",
            "国家",
            "国家/地区",
            "所在国家",
            "Country/Region",
            "未知",
        ];
        for text in unchosen.into_iter().chain(["", " ", "无", "N/A", "-", "unknown", "{{country}}", "0"]) {
            assert_eq!(read(text), StatedCountry::Unstated, "{text}");
        }
        for text in ["US, CA", "USA/Canada", "🇺🇸 / 🇨🇦"] {
            let expected = StatedCountry::Among("US".parse().unwrap());
            assert_eq!(read(text), expected, "{text}");
            assert_eq!((expected.region(), expected.plan()), (None, "US".parse().ok()));
        }
        for text in ["Overseas", "海外", "Other", "其他", "EMEA", "China/US", "Atlantis", "376", "999"] {
            assert_eq!(read(text), StatedCountry::Unknown, "{text}");
        }
    }

    #[test]
    fn every_country_is_known_by_its_codes() {
        for (name, region) in &TABLE.names {
            assert!(region.is_known(), "{name}");
        }
        for (country, code) in &TABLE.calling {
            assert!(country.parse::<Region>().unwrap().is_known() && *code > 0, "{country}");
            assert!(TABLE.by_calling.contains_key(code), "{country}");
            let digits = code.to_string();
            let split = super::super::calling_code::split(digits.as_bytes());
            assert_eq!(split.map(|(code, rest)| (code, rest.len())), Some((*code, 0)), "{country}");
        }
        for (_, code, country) in super::super::plans::PLANS.map(|(country, code, ..)| ((), code, country)) {
            assert_eq!(TABLE.calling.get(country), Some(&code), "{country}");
        }
    }
}
