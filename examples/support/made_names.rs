//! Names as people mistype them, and names of sister companies: made from registered ones, to measure with.

use std::collections::BTreeMap;

use leadkit::company::{CompanyName, Gazetteer};

const SOUNDS: &str = include_str!("../../src/text/data/sounds.tsv");
const SHAPES: &str = include_str!("../../src/text/data/shapes.txt");

/// Numbers that look random and are the same every time (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count.max(1) as u128) >> 64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

/// Makes keying errors: in Chinese a character of the same or nearly the same sound or of like shape, in words a key
/// beside it or another vowel; in both a character swapped with its neighbour, missing or double.
pub(crate) struct Typist {
    like: BTreeMap<char, Vec<Vec<char>>>,
}

impl Typist {
    pub(crate) fn new() -> Typist {
        let mut like: BTreeMap<char, Vec<Vec<char>>> = BTreeMap::new();
        let mut add = |group: Vec<char>| {
            for c in &group {
                let others: Vec<char> = group.iter().copied().filter(|other| other != c).collect();
                if !others.is_empty() {
                    like.entry(*c).or_default().push(others);
                }
            }
        };
        let data = |text: &'static str| text.lines().filter(|line| !line.starts_with('#'));
        let mut near: BTreeMap<String, Vec<char>> = BTreeMap::new();
        for (syllable, chars) in data(SOUNDS).filter_map(|line| line.split_once('\t')) {
            add(chars.chars().collect());
            let plain = syllable.replace("zh", "z").replace("ch", "c").replace("sh", "s");
            let plain = plain.strip_suffix("ng").map(|rest| format!("{rest}n")).unwrap_or(plain);
            near.entry(plain).or_default().extend(chars.chars());
        }
        near.into_values().for_each(&mut add);
        data(SHAPES).for_each(|line| add(line.chars().collect()));
        Typist { like }
    }

    /// The name with one error, or (three times in ten) with two.
    pub(crate) fn mistype(&self, name: &str, random: &mut Random) -> String {
        let mut chars: Vec<char> = name.chars().collect();
        let errors = if random.below(10) < 3 { 2 } else { 1 };
        for _ in 0..errors {
            for _ in 0..20 {
                let at = random.below(chars.len());
                if self.slip(&mut chars, at, random) {
                    break;
                }
            }
        }
        chars.into_iter().collect()
    }

    fn slip(&self, chars: &mut Vec<char>, at: usize, random: &mut Random) -> bool {
        let c = chars[at];
        if !c.is_alphabetic() {
            return false;
        }
        match random.below(6) {
            0 if at + 1 < chars.len() && chars[at + 1] != c && chars[at + 1].is_alphabetic() => {
                chars.swap(at, at + 1)
            }
            1 if chars.len() > 4 => drop(chars.remove(at)),
            2 => chars.insert(at, c),
            3..=5 => match self.other(c, random) {
                Some(other) => chars[at] = other,
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn other(&self, c: char, random: &mut Random) -> Option<char> {
        if !c.is_ascii() {
            return random.pick(self.like.get(&c)?).and_then(|group| random.pick(group)).copied();
        }
        let lower = c.to_ascii_lowercase();
        let vowels = ['a', 'e', 'i', 'o', 'u'];
        let other = if vowels.contains(&lower) && random.below(2) == 0 {
            *random.pick(&vowels)?
        } else {
            let rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
            let row = rows.iter().find(|row| row.contains(lower))?;
            let keys: Vec<char> = row.chars().collect();
            let place = keys.iter().position(|key| *key == lower)?;
            if random.below(2) == 0 { *keys.get(place + 1)? } else { *keys.get(place.checked_sub(1)?)? }
        };
        (other != lower).then(|| if c.is_ascii_uppercase() { other.to_ascii_uppercase() } else { other })
    }
}

/// A name made from another, and how.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
}

const BUSINESS: [&str; 12] =
    ["信息", "生物", "新能源", "智能", "环保", "医疗", "文化", "贸易", "食品", "物流", "建筑", "教育"];
const WORDS: [&str; 12] = [
    "Trading",
    "Medical",
    "Digital",
    "Energy",
    "Logistics",
    "Capital",
    "Realty",
    "Foods",
    "Data",
    "Marine",
    "Textile",
    "Mining",
];
const PLACES: [&str; 8] = ["北京", "广州", "成都", "武汉", "南京", "西安", "沈阳", "昆明"];

fn is_chinese(name: &str) -> bool {
    name.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// A full registered name that is no branch, with a brand to vary.
fn registered(name: &str, gazetteer: &Gazetteer) -> Option<CompanyName> {
    let parsed = CompanyName::parse(name, gazetteer);
    let has_brand = parsed.brand().chars().count() >= 2;
    (parsed.legal_form().is_some() && parsed.branch().is_none() && has_brand).then_some(parsed)
}

/// Another company with nearly the same name: a word inserted, exchanged or added, another number, place or legal form.
pub(crate) fn sibling(name: &str, gazetteer: &Gazetteer, random: &mut Random) -> Option<Made> {
    let parsed = registered(name, gazetteer)?;
    let form = parsed.legal_form()?;
    let core = parsed.core();
    let (name, kind) = if is_chinese(name) {
        let industry = parsed.industry().filter(|industry| core.ends_with(industry))?;
        let head = core.strip_suffix(industry)?;
        let word = *random.pick(&BUSINESS)?;
        if core.contains(word) {
            return None;
        }
        match random.below(5) {
            0 => (format!("{head}{word}{industry}{form}"), "word_inserted"),
            1 => (format!("{head}{industry}{word}{form}"), "word_added"),
            2 => (format!("{head}{word}{form}"), "word_exchanged"),
            3 => {
                let place = PLACES.iter().find(|place| core.starts_with(*place))?;
                let other = *random.pick(&PLACES).filter(|other| *other != place)?;
                (format!("{}{form}", core.replacen(place, other, 1)), "place")
            }
            _ => {
                let other = if form == "有限公司" { "股份有限公司" } else { "有限公司" };
                (format!("{core}{other}"), "legal_form")
            }
        }
    } else {
        let words: Vec<&str> = core.split(' ').collect();
        let word = *random.pick(&WORDS)?;
        if words.len() < 2 || words.contains(&word.to_lowercase().as_str()) {
            return None;
        }
        let (last, rest) = words.split_last()?;
        match random.below(5) {
            0 => (format!("{} {word} {last} {form}", rest.join(" ")), "word_inserted"),
            1 => (format!("{core} {word} {form}"), "word_added"),
            2 => (format!("{} {word} {form}", rest.join(" ")), "word_exchanged"),
            3 => (format!("{core} II {form}"), "number"),
            _ => {
                let other = if form == "llc" { "Inc" } else { "LLC" };
                (format!("{core} {other}"), "legal_form")
            }
        }
    };
    Some(Made { name, kind })
}

/// The same company as people write it: without legal form, with it spelt otherwise, with a remark, the place elsewhere.
pub(crate) fn variant(name: &str, gazetteer: &Gazetteer, random: &mut Random) -> Option<Made> {
    let parsed = registered(name, gazetteer)?;
    let form = parsed.legal_form()?;
    let core = parsed.core();
    let (name, kind) = if is_chinese(name) {
        match random.below(5) {
            0 => (core.to_owned(), "without_form"),
            1 if form == "有限公司" => (format!("{core}有限责任公司"), "form_spelt"),
            2 => {
                let place = PLACES.iter().find(|place| core.starts_with(*place))?;
                let rest = core.strip_prefix(place)?;
                (
                    format!("{}（{place}）{}{form}", parsed.brand(), rest.strip_prefix(parsed.brand())?),
                    "place_moved",
                )
            }
            3 => (format!("{name}（{}）", random.pick(&["已注销", "老客户", "总部"])?), "remark"),
            _ => (format!("{name}{}", random.pick(&["采购部", "-张经理", " 李工"])?), "remark"),
        }
    } else {
        match random.below(4) {
            0 => (core.to_owned(), "without_form"),
            1 if form == "ltd" => (format!("{core} Limited"), "form_spelt"),
            1 if form == "inc" => (format!("{core}, Incorporated"), "form_spelt"),
            2 => (format!("{name} (dissolved)"), "remark"),
            _ => (name.to_uppercase(), "case"),
        }
    };
    Some(Made { name, kind })
}
