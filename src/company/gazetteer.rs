//! The tables that company names are parsed with.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use super::clean::clean;
use super::regions::{Level, Places};
use super::remarks::Remarks;
use super::tables::Phrases;

use crate::contact::StatedCountry;
use crate::model::Region;
use crate::text::{fold, spellings};

const CHINA: &str = include_str!("data/regions_cn.tsv");
const WORLD: &str = include_str!("data/regions_world.tsv");
const FORMS: &str = include_str!("data/legal_forms.tsv");
const INDUSTRIES: &str = include_str!("data/industries.txt");
const LISTINGS: &str = include_str!("data/listings.txt");
const BRANCHES: &str = include_str!("data/branches.txt");
const REMARKS: &str = include_str!("data/notes.txt");

/// Legal forms that are too general to contradict another.
const OPEN_FORMS: [&str; 4] = ["公司", "company", "trust", "fund"];

/// Legal forms that are written for one another.
const KINDS: [&[&str]; 4] = [
    &["ltd", "co ltd", "private ltd", "co ltd th", "co ltd vn"],
    &["inc", "corp", "inc ph"],
    &["as", "as tr"],
    &["gmbh co kg", "kg"],
];

/// Regions, legal forms, industries, branch endings and the host's aliases. Cheap to clone (shared).
///
/// [`Gazetteer::builtin`] holds the crate's own tables: provinces, cities, counties and districts of China with
/// their GB/T 2260 codes, countries, states of the US, and the legal forms of some sixty jurisdictions. A host adds
/// its own through [`Gazetteer::builder`].
///
/// ```
/// use leadkit::company::Gazetteer;
///
/// let gazetteer = Gazetteer::builder().alias("纷享销客", "北京纷扬科技有限责任公司").build();
/// assert_eq!(gazetteer.alias_of("紛享銷客"), Some("北京纷扬科技有限责任公司"));
/// assert_eq!(gazetteer.region_of("广东省深圳市").map(|r| r.to_string()).as_deref(), Some("CN-GD-440300"));
/// assert_eq!(gazetteer.region_of("粤"), gazetteer.region_of("Guangdong"));
/// ```
#[derive(Debug, Clone)]
pub struct Gazetteer {
    pub(super) tables: Arc<Tables>,
}

/// The shared tables of a [`Gazetteer`].
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) places: Places,
    pub(super) forms: Phrases,
    /// Forms that may also be in front of the name.
    pub(super) leading: Phrases,
    /// Forms that are too short to count except in brackets: `(株)`.
    pub(super) bracketed: Phrases,
    /// Canonical names of the forms, by id.
    pub(super) form_names: Vec<Box<str>>,
    /// How each form is written, by id.
    spellings: Vec<Vec<Box<str>>>,
    pub(super) industries: Phrases,
    pub(super) branches: Phrases,
    pub(super) groups: Phrases,
    /// Notes that lists of securities add behind a name.
    pub(super) listings: Phrases,
    pub(super) remarks: Remarks,
    /// Folded alias → company name.
    aliases: FxHashMap<Box<str>, Box<str>>,
}

static BUILTIN: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer { tables: Arc::new(Tables::builtin()) });

impl Tables {
    fn builtin() -> Tables {
        let mut tables = Tables::default();
        for (code, names) in lines(CHINA).filter_map(|l| l.split_once('\t')) {
            if let Ok(code) = code.parse() {
                tables.places.add_chinese(code, names);
            }
        }
        for (code, names) in lines(WORLD).filter_map(|l| l.split_once('\t')) {
            let Ok(region) = code.parse::<Region>() else { continue };
            let level = if region.subdivision().is_some() { Level::Province } else { Level::Country };
            for name in names.split('|') {
                tables.places.add_spellings(name, region, level);
            }
        }
        for line in lines(FORMS) {
            let mut columns = line.split('\t');
            let (Some(name), Some(place), Some(written)) = (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            tables.add_form(name, written.split('|'), place.starts_with('^'));
        }
        for word in lines(INDUSTRIES).flat_map(str::split_whitespace) {
            tables.industries.add(word, 0);
        }
        for line in lines(BRANCHES) {
            match line.strip_prefix("behind ") {
                Some(words) => words.split(' ').for_each(|word| tables.remarks.behind.add_last(word, 0)),
                None => line.split_whitespace().for_each(|word| tables.branches.add(word, 0)),
            }
        }
        lines(REMARKS).for_each(|line| tables.remarks.add(line));
        for word in [
            "集团",
            "企业集团",
            "控股集团",
            "集团控股",
            "集团总",
            "group",
            "holdings",
            "holding",
            "groupe",
            "gruppe",
        ] {
            tables.groups.add(word, 0);
        }
        for line in lines(LISTINGS) {
            line.split('|').for_each(|phrase| tables.listings.add_last(&clean(phrase), 0));
        }
        tables
    }

    fn add_form<'a>(&mut self, name: &str, written: impl Iterator<Item = &'a str>, leads: bool) {
        let id = match self.form_names.iter().position(|n| &**n == name) {
            Some(i) => i as u32,
            None => {
                self.form_names.push(name.into());
                self.spellings.push(Vec::new());
                self.form_names.len() as u32 - 1
            }
        };
        for phrase in written.flat_map(spellings) {
            if let Some(inner) = phrase.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
                self.bracketed.add_first(&clean(inner), id);
                continue;
            }
            let phrase = clean(&phrase);
            self.forms.add(&phrase, id);
            if let Some(spellings) = self.spellings.get_mut(id as usize) {
                spellings.push(phrase.as_str().into());
            }
            if leads {
                self.leading.add_first(&phrase, id);
            }
        }
    }
}

fn lines(data: &str) -> impl Iterator<Item = &str> {
    data.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

impl Gazetteer {
    /// Whether the tables are the same object, not only equal.
    pub(crate) fn is(&self, other: &Gazetteer) -> bool {
        Arc::ptr_eq(&self.tables, &other.tables)
    }

    /// The crate's own tables.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builtin();
    /// assert_eq!(gazetteer.region_of("深圳").unwrap().to_string(), "CN-GD-440300");
    /// assert_eq!(gazetteer.alias_of("鹅厂"), None, "aliases come from the host");
    /// ```
    #[must_use]
    pub fn builtin() -> Gazetteer {
        BUILTIN.clone()
    }

    /// Starts from the crate's own tables and adds the host's.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builder().alias("鹅厂", "腾讯科技（深圳）有限公司").industry("储能").build();
    /// assert_eq!(gazetteer.alias_of("鹅厂"), Some("腾讯科技（深圳）有限公司"));
    /// // The built-in tables are there too.
    /// assert!(gazetteer.region_of("深圳").is_some());
    /// ```
    #[must_use]
    pub fn builder() -> GazetteerBuilder {
        GazetteerBuilder { tables: Tables::clone(&BUILTIN.tables) }
    }

    /// The region of a place name or address in Chinese, or of a place name in Latin letters.
    ///
    /// Understands full and short names (`广东省`, `广东`, `深圳`), one-letter province names alone (`粤`), romanised
    /// provinces and cities (`Guangdong`, `Shenzhen, Guangdong`), chains (`广东省深圳市南山区`), ISO 3166 and
    /// GB/T 2260 codes (`CN-GD`, `440300`). A name with several readings gives the most important one (`吉林` is the
    /// province), and nothing when two are equally important (`朝阳区`).
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builtin();
    /// let region = |text| gazetteer.region_of(text).map(|region| region.to_string());
    /// assert_eq!(region("广东省深圳市南山区科技园1号").as_deref(), Some("CN-GD-440305"));
    /// assert_eq!(region("Shenzhen").as_deref(), Some("CN-GD-440300"));
    /// assert_eq!(region("nowhere"), None);
    /// ```
    #[must_use]
    pub fn region_of(&self, text: &str) -> Option<Region> {
        let cleaned = clean(text);
        self.tables.places.of_text(&cleaned).or_else(|| text.parse().ok().filter(Region::is_known))
    }

    /// What the country field of a record says.
    pub(crate) fn country_of(&self, stated: Option<&str>) -> StatedCountry {
        let read = |text| StatedCountry::read(text, |text| self.region_of(text));
        stated.map_or(StatedCountry::Unstated, read)
    }

    /// The region that a city or address of a record names, in the country that the record states, where it states one.
    ///
    /// A place in another country is never returned, and two letters alone are not a country: `CA` with `US` is a
    /// state, and without a country it may be that or Canada, so it decides nothing.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builtin();
    /// let read = |text: &str, country: &str| {
    ///     gazetteer.place_in(text, gazetteer.region_of(country).as_ref()).map(|region| region.to_string())
    /// };
    /// assert_eq!(read("深圳", "China").as_deref(), Some("CN-GD-440300"));
    /// assert_eq!((read("深圳", "US"), read("NO", "China"), read("CA", "")), (None, None, None));
    /// ```
    #[must_use]
    pub fn place_in(&self, text: &str, country: Option<&Region>) -> Option<Region> {
        let (text, places) = (text.trim(), &self.tables.places);
        let outer = country.map(|country| country.within_china());
        let named = match &outer {
            Some(outer) => places.of_text_in(&clean(text), outer),
            None => places.of_text(&clean(text)),
        };
        let lies_there = |region: &Region| outer.is_none_or(|outer| outer.contains(region));
        let written = || {
            text.parse()
                .ok()
                .filter(|region: &Region| text.len() > 2 && region.is_known() && lies_there(region))
        };
        named.or_else(written)
    }

    /// The region that a province or state of a record names: as [`place_in`](Gazetteer::place_in), or by its code in
    /// the country that the record states.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builtin();
    /// let read = |text: &str, country: &str| {
    ///     gazetteer.province_in(text, gazetteer.region_of(country).as_ref()).map(|region| region.to_string())
    /// };
    /// assert_eq!(read("CA", "US").as_deref(), Some("US-CA"));
    /// assert_eq!(read("GD", "中国").as_deref(), Some("CN-GD"));
    /// assert_eq!(read("BY", "Germany").as_deref(), Some("DE-BY"));
    /// assert_eq!((read("ZZ", "US"), read("CA", "")), (None, None));
    /// ```
    #[must_use]
    pub fn province_in(&self, text: &str, country: Option<&Region>) -> Option<Region> {
        let text = text.trim();
        let is_code = (1..=3).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphanumeric());
        let by_code = || {
            let country = country.filter(|_| is_code)?;
            let region: Region = format!("{}-{text}", country.country()).parse().ok()?;
            Some(region).filter(|region| region.is_known() && country.contains(region))
        };
        self.place_in(text, country).or_else(by_code)
    }

    /// Whether a legal form (by its number) is that of a joint-stock company.
    pub(crate) fn is_joint_stock(&self, form: u32) -> bool {
        self.form_name(form) == Some("股份有限公司")
    }

    /// Whether two legal forms (by their numbers) are of different kinds: people do not write `Inc` for `LLC`, but many
    /// write `Corp` for `Inc`, and 公司 may be any of them.
    pub(crate) fn are_other_forms(&self, a: u8, b: u8) -> bool {
        let kind = |form: u8| {
            let name = self.form_name(form.into())?;
            if OPEN_FORMS.contains(&name) {
                return None;
            }
            Some(
                KINDS
                    .iter()
                    .find_map(|kind| kind.contains(&name).then(|| kind.first()))
                    .flatten()
                    .map_or(name, |n| n),
            )
        };
        a != b && matches!((kind(a), kind(b)), (Some(a), Some(b)) if a != b)
    }

    /// Canonical name of a legal form.
    pub(crate) fn form_name(&self, form: u32) -> Option<&str> {
        self.tables.form_names.get(form as usize).map(|n| &**n)
    }

    /// How a legal form is written.
    pub(crate) fn spellings_of(&self, form: u32) -> impl Iterator<Item = &str> {
        self.tables.spellings.get(form as usize).into_iter().flatten().map(|phrase| &**phrase)
    }

    /// The company that an alias (brand, product or former name) means.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builder().alias("Big Blue", "International Business Machines Corp").build();
    /// assert_eq!(gazetteer.alias_of("BIG BLUE"), Some("International Business Machines Corp"));
    /// assert_eq!(gazetteer.alias_of("Blue"), None);
    /// ```
    #[must_use]
    pub fn alias_of(&self, name: &str) -> Option<&str> {
        if self.tables.aliases.is_empty() {
            return None;
        }
        self.tables.aliases.get(fold(name).trim()).map(|target| &**target)
    }
}

impl Default for Gazetteer {
    fn default() -> Gazetteer {
        Gazetteer::builtin()
    }
}

/// Adds a host's knowledge to the built-in tables. Empty phrases are ignored.
#[derive(Debug, Clone)]
pub struct GazetteerBuilder {
    tables: Tables,
}

impl GazetteerBuilder {
    /// A brand, product or former name and the company it stands for; a later alias replaces an earlier one.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builder().alias("纷享销客", "北京纷扬科技有限责任公司").build();
    /// assert_eq!(gazetteer.alias_of("纷享销客"), Some("北京纷扬科技有限责任公司"));
    /// ```
    #[must_use]
    pub fn alias(mut self, alias: &str, company: &str) -> GazetteerBuilder {
        let alias = fold(alias).trim().to_owned();
        if !alias.is_empty() {
            self.tables.aliases.insert(alias.into(), company.into());
        }
        self
    }

    /// Adds many aliases at once.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let table = [("鹅厂", "腾讯科技（深圳）有限公司"), ("Big Blue", "International Business Machines Corp")];
    /// let gazetteer = Gazetteer::builder().aliases(table).build();
    /// assert_eq!(gazetteer.alias_of("鹅厂"), Some("腾讯科技（深圳）有限公司"));
    /// ```
    #[must_use]
    pub fn aliases<'a>(self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> GazetteerBuilder {
        pairs.into_iter().fold(self, |builder, (alias, company)| builder.alias(alias, company))
    }

    /// Another name for a region (a development zone, a sales area named after its city).
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builder().region("亦庄开发区", "CN-BJ".parse()?).build();
    /// assert_eq!(gazetteer.region_of("亦庄开发区"), Some("CN-BJ".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn region(mut self, name: &str, region: Region) -> GazetteerBuilder {
        let level = match (region.subdivision(), region.gbt2260()) {
            (None, _) => Level::Country,
            (_, None) => Level::Province,
            (_, Some(code)) if code % 100 == 0 => Level::City,
            _ => Level::County,
        };
        self.tables.places.add_spellings(name, region, level);
        self
    }

    /// A legal form: its canonical name and how it is written. `leads`: it may also be in front of the name.
    ///
    /// ```
    /// use leadkit::company::{CompanyName, Gazetteer, exact_key};
    ///
    /// let gazetteer = Gazetteer::builder().legal_form("wmc", ["water management cooperative", "wmc"], false).build();
    /// let key = |name| exact_key(&CompanyName::parse(name, &gazetteer));
    /// assert_eq!(key("Green Hill WMC"), key("Green Hill Water Management Cooperative"));
    /// ```
    #[must_use]
    pub fn legal_form<'a>(
        mut self,
        canonical: &str,
        written: impl IntoIterator<Item = &'a str>,
        leads: bool,
    ) -> GazetteerBuilder {
        self.tables.add_form(canonical, written.into_iter(), leads);
        self
    }

    /// Adds a word for the business of a company.
    ///
    /// ```
    /// use leadkit::company::{CompanyName, Gazetteer};
    ///
    /// let gazetteer = Gazetteer::builder().industry("元宇宙").build();
    /// let name = CompanyName::parse("北京纷扬元宇宙有限公司", &gazetteer);
    /// assert_eq!((name.brand(), name.industry()), ("纷扬", Some("元宇宙")));
    /// ```
    #[must_use]
    pub fn industry(mut self, word: &str) -> GazetteerBuilder {
        let word = clean(word);
        if !word.is_empty() {
            self.tables.industries.add(&word, 0);
        }
        self
    }

    /// Finishes the tables. Sharing the result costs no copy.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    ///
    /// let gazetteer = Gazetteer::builder().alias("鹅厂", "腾讯科技（深圳）有限公司").build();
    /// let shared = gazetteer.clone();
    /// assert_eq!(shared.alias_of("鹅厂"), gazetteer.alias_of("鹅厂"));
    /// ```
    #[must_use]
    pub fn build(self) -> Gazetteer {
        Gazetteer { tables: Arc::new(self.tables) }
    }
}
