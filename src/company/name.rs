//! A company name and its parts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::gazetteer::Gazetteer;
use super::parse::Parsed;
use crate::model::Region;

/// The parts of a company name. All texts are [folded](crate::text::fold).
///
/// ```
/// use leadkit::company::{CompanyName, Gazetteer};
///
/// let gazetteer = Gazetteer::builtin();
/// let branch = CompanyName::parse("成都腾祥建设工程有限公司汽修分公司", &gazetteer);
/// assert_eq!((branch.brand(), branch.branch()), ("腾祥", Some("汽修分公司")));
///
/// let foreign = CompanyName::parse("Nestlé (China) Holdings Pty Limited", &gazetteer);
/// assert_eq!(foreign.normalised(), "nestle china holdings private ltd");
/// assert_eq!(foreign.legal_form(), Some("private ltd"));
/// assert_eq!(foreign.region().map(|r| r.to_string()).as_deref(), Some("CN"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyName {
    core: String,
    brand: String,
    industry: Option<String>,
    region: Option<Region>,
    legal_forms: Vec<String>,
    branch: Option<String>,
    group: Option<String>,
    numbers: Vec<String>,
    acronym: Option<String>,
    #[serde(skip)]
    origin: Origin,
}

/// The text and the tables a name was read with. They do not count when two names are compared.
#[derive(Clone, Default)]
struct Origin(Option<Read>);

#[derive(Clone)]
pub(super) struct Read {
    pub(super) written: String,
    pub(super) folded: String,
    pub(super) gazetteer: Gazetteer,
    /// Every place that it names, in order, each once.
    pub(super) places: Vec<Region>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Origin) -> bool {
        true
    }
}

impl Eq for Origin {}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

impl CompanyName {
    /// Reads a name. Never fails: text that is not understood is the brand. Linear in the name.
    ///
    /// ```
    /// use leadkit::company::{CompanyName, Gazetteer};
    ///
    /// let name = CompanyName::parse("北京纷扬科技有限公司深圳分公司", &Gazetteer::builtin());
    /// assert_eq!((name.brand(), name.industry()), ("纷扬", Some("科技")));
    /// assert_eq!(name.branch(), Some("深圳分公司"));
    /// // A name that the tables do not know is all brand.
    /// assert_eq!(CompanyName::parse("Juniper Moss", &Gazetteer::builtin()).brand(), "juniper moss");
    /// ```
    #[must_use]
    pub fn parse(name: &str, gazetteer: &Gazetteer) -> CompanyName {
        let mut parsed = Parsed::default();
        parsed.parse(name, gazetteer);
        let read = CompanyName::from_parsed(&parsed, gazetteer);
        let places = parsed.places();
        let folded = parsed.cleaned.into_folded();
        let origin = Read { written: name.to_owned(), folded, gazetteer: gazetteer.clone(), places };
        CompanyName { origin: Origin(Some(origin)), ..read }
    }

    fn from_parsed(parsed: &Parsed, gazetteer: &Gazetteer) -> CompanyName {
        let part =
            |range: std::ops::Range<usize>| parsed.cleaned.text.get(range).unwrap_or_default().to_owned();
        let filled = |text: String| (!text.is_empty()).then_some(text);
        let mut core = String::with_capacity(parsed.cleaned.text.len());
        parsed.core_into(&mut core);
        let legal_forms = form_names(parsed, gazetteer).map(str::to_owned).collect();
        let brand = part(parsed.brand.clone());
        CompanyName {
            numbers: numbers_of(&core),
            acronym: acronym_of(&core),
            industry: filled(part(parsed.industry.clone())),
            region: parsed.region(),
            branch: filled(part(parsed.branch.clone())),
            group: parsed.groups.first().map(|r| part(r.clone())),
            legal_forms,
            core,
            brand,
            origin: Origin::default(),
        }
    }

    /// The name without legal forms and punctuation: `北京纷扬科技`.
    #[must_use]
    pub fn core(&self) -> &str {
        &self.core
    }

    /// The brand of the company (字号). Empty only for an empty name.
    #[must_use]
    pub fn brand(&self) -> &str {
        &self.brand
    }

    /// The industry (行业), as written.
    #[must_use]
    pub fn industry(&self) -> Option<&str> {
        self.industry.as_deref()
    }

    /// The smallest region that the name refers to.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// The (last) legal form in its canonical spelling: 有限责任公司 → 有限公司, `Incorporated` → `inc`.
    #[must_use]
    pub fn legal_form(&self) -> Option<&str> {
        self.legal_forms.last().map(String::as_str)
    }

    /// Every legal form named, canonical, in the order of the name.
    #[must_use]
    pub fn legal_forms(&self) -> &[String] {
        &self.legal_forms
    }

    /// The branch or office (分公司, 办事处) with its own name: a separate entity; the rest of the name is the parent.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// The group mark as written (集团, `holdings`).
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Whether the name calls itself a group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.group.is_some()
    }

    /// Numbers in the name, in order, in digits: 第二 → `2`. Two names of one company agree in them.
    #[must_use]
    pub fn numbers(&self) -> &[String] {
        &self.numbers
    }

    /// Initials of a name of two or more Latin words: `International Business Machines` → `ibm`.
    #[must_use]
    pub fn acronym(&self) -> Option<&str> {
        self.acronym.as_deref()
    }

    /// The text and the tables it was read with; `None` when it was deserialised.
    pub(super) fn origin(&self) -> Option<&Read> {
        self.origin.0.as_ref()
    }

    /// The whole name, folded; nothing when it was deserialised.
    pub(crate) fn folded(&self) -> Option<&str> {
        self.origin().map(|read| read.folded.as_str())
    }

    /// Every place in the name, in its order; `None` for a name without one, and when it was deserialised.
    pub(super) fn places(&self) -> Option<&[Region]> {
        self.origin().map(|read| &*read.places).filter(|places| !places.is_empty())
    }

    /// The core, then the canonical legal forms.
    pub(super) fn core_and_forms(&self) -> String {
        let mut out = self.core.clone();
        for form in &self.legal_forms {
            let spaced = |c: Option<char>| c.is_some_and(|c| !super::tables::is_unspaced(c));
            if spaced(out.chars().next_back()) && spaced(form.chars().next()) {
                out.push(' ');
            }
            out.push_str(form);
        }
        out
    }
}

/// Canonical names of the legal forms, in the order of the name; two words for one form (PT … Tbk) count once.
pub(super) fn form_names<'g>(parsed: &Parsed, gazetteer: &'g Gazetteer) -> impl Iterator<Item = &'g str> {
    let forms = &parsed.forms;
    let mut last: Option<(usize, u32)> = None;
    let in_order = std::iter::from_fn(move || {
        let form = forms.iter().map(|(range, id)| (range.start, *id));
        last = form.filter(|form| last.is_none_or(|last| *form > last)).min();
        last
    });
    let mut before = None;
    in_order.filter_map(move |(_, id)| {
        let name = gazetteer.tables.form_names.get(id as usize)?;
        (before.replace(name) != Some(name)).then_some(&**name)
    })
}

/// Numbers of a cleaned text: runs of digits without leading zeros, and Chinese ordinals (第二, 二厂, 四局).
pub(crate) fn numbers_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !may_hold_numbers(text) {
        return found;
    }
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let mut run = String::from(c);
            while let Some(d) = chars.next_if(char::is_ascii_digit) {
                run.push(d);
            }
            let trimmed = run.trim_start_matches('0');
            found.push(if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() });
            before = '0';
            continue;
        }
        if let Some(mut value) = chinese_digit(c) {
            let mut ten = c == '十';
            while let Some(d) = chars.next_if(|d| chinese_digit(*d).is_some()) {
                let digit = chinese_digit(d).unwrap_or_default();
                value = match (d == '十', ten) {
                    (true, false) => value * 10,
                    (_, true) => value + digit,
                    _ => value * 10 + digit,
                };
                ten |= d == '十';
            }
            let counted = chars.peek().is_some_and(|n| "厂局院店建公号处队所冶航汽".contains(*n));
            if before == '第' || counted && value > 0 {
                found.push(value.to_string());
            }
            before = c;
            continue;
        }
        before = c;
    }
    let last = text.rsplit(' ').next().filter(|l| l.len() < text.len());
    if let Some(value) = last.and_then(roman) {
        found.push(value.to_owned());
    }
    found
}

/// Cheap and never wrongly false: digits, Chinese ones, or a last word that may be a Roman one.
fn may_hold_numbers(text: &str) -> bool {
    let roman = text.ends_with(['i', 'v', 'x']);
    roman || text.chars().any(|c| if c.is_ascii() { c.is_ascii_digit() } else { chinese_digit(c).is_some() })
}

fn chinese_digit(c: char) -> Option<u64> {
    Some(match c {
        '零' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        _ => return None,
    })
}

fn roman(word: &str) -> Option<&'static str> {
    let all =
        ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi"];
    let values = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"];
    let at = all.iter().position(|r| *r == word)?;
    values.get(at).copied()
}

fn acronym_of(core: &str) -> Option<String> {
    let mut initials = String::new();
    for word in core.split(' ').filter(|w| !matches!(*w, "and" | "of" | "the" | "de" | "und")) {
        let Some(initial) = word.chars().next() else { continue };
        if !initial.is_ascii_alphabetic() {
            return None;
        }
        initials.push(initial);
    }
    (initials.len() > 1).then_some(initials)
}
