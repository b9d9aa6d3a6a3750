//! Places as rules compare them: by name, and as regions.

use std::collections::BTreeSet;

use super::target::{AccountField, LeadKey, MatchTarget};
use super::written::written;
use crate::contact::StatedCountry;
use crate::model::{Lead, LeadField, Region};
use crate::order;
use crate::rule::HostTables;
use crate::text::fold;

/// What follows the name of a place and is left out as often.
const KINDS_OF_PLACE: [&str; 7] =
    ["特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市"];

/// The name of a city or province, folded, without signs and without 市 or 省.
fn name_key(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
    // People leave the kind out as often as they write it. A name of one sign is kept whole: without 市 it would say
    // nothing.
    let bare = KINDS_OF_PLACE.iter().find_map(|kind| name.strip_suffix(kind));
    bare.filter(|bare| bare.chars().count() > 1).map_or_else(|| name.clone(), str::to_owned)
}

/// Options that forms offer to people whose place is not in their list: two people who choose such an option do not
/// share a place.
const NO_PLACES: [&str; 20] = [
    "其他",
    "其它",
    "其他地区",
    "其他城市",
    "海外",
    "国外",
    "境外",
    "全国",
    "全球",
    "不限",
    "other",
    "others",
    "elsewhere",
    "overseas",
    "abroad",
    "nationwide",
    "worldwide",
    "global",
    "international",
    "andere",
];

/// Whether a text names no place in particular.
pub(super) fn names_no_place(text: &str) -> bool {
    let folded = fold(text);
    NO_PLACES.contains(&folded.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// What a field that names places means by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    City,
    Province,
    Country,
}

impl Level {
    /// Of a comparison in which one side is such a field of a lead.
    pub(super) fn of(lead: &LeadKey, target: &MatchTarget) -> Option<Level> {
        let is_named =
            |field: LeadField| *lead == LeadKey::Field(field) || *target == MatchTarget::LeadField(field);
        let levels = [
            (LeadField::City, Level::City),
            (LeadField::Province, Level::Province),
            (LeadField::Country, Level::Country),
        ];
        levels.into_iter().find_map(|(field, level)| is_named(field).then_some(level))
    }

    /// A place as the gazetteer knows it, in the country of its record where that is known, else its name.
    pub(super) fn key(self, text: &str, country: Option<&str>, tables: &HostTables) -> String {
        let gazetteer = &tables.gazetteer;
        // Cities of two countries share names: the country of the record decides which is meant.
        let country = country.and_then(|country| gazetteer.region_of(country));
        let found = match self {
            Level::Country => {
                StatedCountry::read(text, |text| gazetteer.region_of(text)).region().map(nation)
            }
            Level::Province => {
                let place =
                    gazetteer.province_in(text, country.as_ref()).or_else(|| gazetteer.region_of(text));
                place.map(|place| place.within_china().to_province())
            }
            Level::City => {
                // 吉林 is a province too, and here the city.
                let bare = text.trim();
                let as_city = format!("{bare}市");
                let is_short =
                    bare.chars().count() < 4 && !bare.is_ascii() && !bare.ends_with(['市', '区', '县']);
                let texts = is_short.then_some(as_city.as_str()).into_iter().chain([bare]);
                let read = |text: &str| {
                    gazetteer.place_in(text, country.as_ref()).or_else(|| gazetteer.region_of(text))
                };
                texts.filter_map(read).next().map(|place| city(place.within_china()))
            }
        };
        // Two records may name the same place that the gazetteer lacks: then the names decide.
        found.map_or_else(|| name_key(text), |place| place.to_string())
    }
}

/// The country of a place; Hong Kong, Macau and Taiwan by themselves, as forms list them.
pub(super) fn nation(place: Region) -> Region {
    let province = place.within_china().to_province();
    if ["CN-HK", "CN-MO", "CN-TW"].contains(&province.to_string().as_str()) {
        province
    } else {
        place.to_country()
    }
}

/// Whether places are compared of which one side at least is a region: a code, and no name.
pub(super) fn is_region(lead: &LeadKey, target: &MatchTarget) -> bool {
    let region = LeadField::Region;
    let is_of_lead = *lead == LeadKey::Field(region) || *target == MatchTarget::LeadField(region);
    is_of_lead || *target == MatchTarget::AccountField(AccountField::Region)
}

/// Provinces and countries that are one city each.
const CITIES: [&str; 18] = [
    "AT-9", "CN-BJ", "CN-CQ", "CN-HK", "CN-MO", "CN-SH", "CN-TJ", "DE-BE", "DE-HB", "DE-HH", "JP-13",
    "KR-11", "MC", "RU-MOW", "RU-SPE", "SG", "TH-10", "US-DC",
];

/// Whether a place is a city or within one: a province alone is none.
pub(super) fn is_in_a_city(region: &Region) -> bool {
    let region = region.within_china();
    let (city, province) = (city(region), region.to_province());
    city != province || CITIES.contains(&province.to_string().as_str())
}

/// The places that a field of a lead names, within its country.
pub(super) fn regions(lead: &Lead, key: &LeadKey, tables: &HostTables) -> BTreeSet<Region> {
    let gazetteer = &tables.gazetteer;
    let country = gazetteer.country_of(lead.country.as_deref()).region();
    let read = |text: &str| match key {
        LeadKey::Field(LeadField::Region) => text.parse().ok(),
        LeadKey::Field(LeadField::Province) => gazetteer.province_in(text, country.as_ref()),
        LeadKey::Field(LeadField::Country) => gazetteer.country_of(Some(text)).region(),
        _ => gazetteer.place_in(text, country.as_ref()),
    };
    order::set(written(lead, key).iter().filter_map(|text| read(text)))
}

/// The city of a place, and the place itself if it is not part of one: the districts of a municipality are parts of a
/// province, and counties that a province governs itself have no city.
fn city(region: Region) -> Region {
    match region.gbt2260().map(|code| (code / 10_000, code / 100 % 100)) {
        Some((11 | 12 | 31 | 50 | 81 | 82, _)) => region.to_province(),
        Some((_, 90)) => region,
        _ => region.to_city(),
    }
}

/// The names a record of the place is filed by: its city, if known, and as some city of the province.
pub(super) fn filed_by(region: Region) -> Vec<String> {
    let region = region.within_china();
    let (city, province) = (city(region), region.to_province());
    if city == province { vec![province.to_string()] } else { vec![city.to_string(), some_city(province)] }
}

/// What an entry from the place is searched by: one without a city agrees with each of the province, and two cities never
/// agree.
pub(super) fn asked_by(region: Region) -> Vec<String> {
    let region = region.within_china();
    let (city, province) = (city(region), region.to_province());
    if city != province {
        vec![city.to_string(), province.to_string()]
    } else if province != region.to_country() {
        vec![province.to_string(), some_city(province)]
    } else {
        // A country alone is not a place within it.
        vec![province.to_string()]
    }
}

fn some_city(province: Region) -> String {
    format!("{province}-*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_province_alone_is_no_city() {
        let is_in_a_city = |text: &str| is_in_a_city(&text.parse().unwrap());
        for city in
            ["CN-ZJ-330100", "CN-ZJ-330106", "CN-SH", "CN-BJ-110108", "CN-HB-429004", "HK", "SG", "DE-BE"]
        {
            assert!(is_in_a_city(city), "{city}");
        }
        for wider in ["CN", "CN-ZJ", "CN-GX", "US-CA", "US", "DE"] {
            assert!(!is_in_a_city(wider), "{wider}");
        }
    }

    #[test]
    fn places_agree_at_the_level_that_both_have() {
        let region = |text: &str| text.parse::<Region>().unwrap();
        let agree = |entry: &str, record: &str| {
            let filed = filed_by(region(record));
            asked_by(region(entry)).iter().any(|key| filed.contains(key))
        };
        // A municipality is one city, whatever the district; a county without a city is itself.
        for (one, other) in [
            ("CN-BJ", "CN-BJ-110108"),
            ("CN-BJ-110105", "CN-BJ-110108"),
            ("CN-GD", "CN-GD-440305"),
            ("CN-GD-440300", "CN-GD-440305"),
            ("CN-HB-429004", "CN-HB"),
            ("US-CA", "US-CA"),
            ("HK", "CN-HK"),
            ("CN", "CN"),
        ] {
            assert!(agree(one, other) && agree(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("CN-GD-440300", "CN-GD-440100"),
            ("CN-HB-429004", "CN-HB-429005"),
            ("CN-GD", "CN-GX"),
            ("CN", "CN-GD"),
            ("US-CA", "CA"),
        ] {
            assert!(!agree(one, other) && !agree(other, one), "{one} {other}");
        }
    }
}
