//! Where something is: ISO 3166-2, and inside China the GB/T 2260 code of the city or district.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Report;
use crate::text::scrubbed;

/// A country, a province or state in it, or (in China) a city or district of the province.
///
/// Text form: `CN`, `CN-GD`, `CN-GD-440300`, `US-CA`. The last part is the six-digit GB/T 2260 code; the
/// province of a code is known, so `CN-440300` and `440300` read as `CN-GD-440300`. Lower case is accepted.
///
/// All users of regions (leads, names, phone segments, territories, pools) share this type, and
/// compare by one method: [`Region::contains`].
///
/// ```
/// use leadkit::model::Region;
///
/// let shenzhen: Region = "440300".parse()?;
/// let guangdong: Region = "CN-GD".parse()?;
/// assert_eq!(shenzhen.to_string(), "CN-GD-440300");
/// assert!(guangdong.contains(&shenzhen) && !shenzhen.contains(&guangdong));
/// # Ok::<(), leadkit::model::RegionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    country: [u8; 2],
    /// ISO 3166-2 part, space-padded; blank when only the country is known.
    subdivision: [u8; 3],
    /// GB/T 2260 code of a city or district; 0 when unknown.
    code: u32,
}

/// Why a text is not a [`Region`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a region: {reason}")]
pub struct RegionError {
    text: String,
    reason: &'static str,
}

/// The first two digits of a GB/T 2260 code and the ISO 3166-2:CN letters of the same province.
const PROVINCES: [(u32, &str); 34] = [
    (11, "BJ"),
    (12, "TJ"),
    (13, "HE"),
    (14, "SX"),
    (15, "NM"),
    (21, "LN"),
    (22, "JL"),
    (23, "HL"),
    (31, "SH"),
    (32, "JS"),
    (33, "ZJ"),
    (34, "AH"),
    (35, "FJ"),
    (36, "JX"),
    (37, "SD"),
    (41, "HA"),
    (42, "HB"),
    (43, "HN"),
    (44, "GD"),
    (45, "GX"),
    (46, "HI"),
    (50, "CQ"),
    (51, "SC"),
    (52, "GZ"),
    (53, "YN"),
    (54, "XZ"),
    (61, "SN"),
    (62, "GS"),
    (63, "QH"),
    (64, "NX"),
    (65, "XJ"),
    (71, "TW"),
    (81, "HK"),
    (82, "MO"),
];

/// The countries of ISO 3166-1, and Kosovo by the code that is used for it.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO \
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW \
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK";

/// The states, district and outlying areas of ISO 3166-2:US.
const STATES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH \
    OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI";

fn is_listed(codes: &str, code: &str) -> bool {
    codes.split_ascii_whitespace().any(|one| one == code)
}

impl Region {
    /// China as a whole.
    pub const CN: Region = Region { country: *b"CN", subdivision: *b"   ", code: 0 };

    /// The region of a six-digit GB/T 2260 code: a province (`440000`), city (`440300`) or district (`440305`).
    ///
    /// ```
    /// use leadkit::model::Region;
    ///
    /// assert_eq!(Region::from_gbt2260(440305)?.to_string(), "CN-GD-440305");
    /// assert_eq!(Region::from_gbt2260(440000)?.to_string(), "CN-GD");
    /// assert!(Region::from_gbt2260(990000).is_err(), "no province has the code 99");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the code is not six digits long or names no province.
    pub fn from_gbt2260(code: u32) -> Result<Region, RegionError> {
        let fail = |reason| RegionError { text: code.to_string(), reason };
        if !(100_000..=999_999).contains(&code) {
            return Err(fail("a GB/T 2260 code has six digits"));
        }
        let (_, letters) = PROVINCES
            .iter()
            .find(|(digits, _)| *digits == code / 10_000)
            .ok_or_else(|| fail("no province has this GB/T 2260 code"))?;
        let code = if code.is_multiple_of(10_000) { 0 } else { code };
        Ok(Region { country: *b"CN", subdivision: pad(letters), code })
    }

    /// ISO 3166-1 alpha-2 code of the country.
    #[must_use]
    pub fn country(&self) -> &str {
        std::str::from_utf8(&self.country).unwrap_or_default()
    }

    /// ISO 3166-2 part of the province or state, without the country: `GD`.
    #[must_use]
    pub fn subdivision(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.subdivision).unwrap_or_default().trim_end();
        (!text.is_empty()).then_some(text)
    }

    /// First two digits of the GB/T 2260 code of a Chinese province.
    #[must_use]
    pub fn province_code(&self) -> Option<u32> {
        let letters = self.subdivision().filter(|_| self.country == *b"CN")?;
        PROVINCES.iter().find(|(_, known)| *known == letters).map(|(digits, _)| *digits)
    }

    /// GB/T 2260 code of the city or district.
    #[must_use]
    pub fn gbt2260(&self) -> Option<u32> {
        (self.code != 0).then_some(self.code)
    }

    /// The country alone.
    ///
    /// ```
    /// use leadkit::model::Region;
    ///
    /// let shenzhen: Region = "CN-GD-440300".parse()?;
    /// assert_eq!(shenzhen.to_country().to_string(), "CN");
    /// assert_eq!(shenzhen.to_province().to_string(), "CN-GD");
    /// # Ok::<(), leadkit::model::RegionError>(())
    /// ```
    #[must_use]
    pub fn to_country(self) -> Region {
        Region { subdivision: *b"   ", code: 0, ..self }
    }

    /// The province or state alone (the country when that is all that is known).
    #[must_use]
    pub fn to_province(self) -> Region {
        Region { code: 0, ..self }
    }

    /// The city of a district, and every other region as it is.
    #[must_use]
    pub fn to_city(self) -> Region {
        Region { code: self.code / 100 * 100, ..self }
    }

    /// Whether there is such a country by ISO 3166-1 and, in China and the United States, such a province or state. Parts of
    /// other countries are taken as they are written.
    ///
    /// ```
    /// use leadkit::model::Region;
    ///
    /// let is_known = |text: &str| text.parse::<Region>().is_ok_and(|region| region.is_known());
    /// assert!(is_known("GB") && is_known("US-CA") && is_known("DE-BY"));
    /// assert!(!is_known("EU") && !is_known("NY") && !is_known("US-XX"));
    /// ```
    #[must_use]
    pub fn is_known(&self) -> bool {
        let has_states = self.country == *b"US";
        is_listed(COUNTRIES, self.country())
            && self.subdivision().is_none_or(|state| !has_states || is_listed(STATES, state))
    }

    /// Reports a region that no lead can be in.
    pub(crate) fn check(&self, report: &mut Report) {
        if let Some((message, help)) = self.unknown() {
            report.error("unknown_region", message, help);
        }
    }

    /// For a region that no lead can be in: what is wrong with it, and what to write.
    pub(crate) fn unknown(&self) -> Option<(String, String)> {
        if self.is_known() {
            return None;
        }
        let state = format!("US-{}", self.country());
        let help = match self.country() {
            "EU" => "list its countries".to_owned(),
            country if country != "US" && is_listed(STATES, country) => {
                format!("write `{state}` for the state")
            }
            _ => "write a country of ISO 3166-1 as `CN`, or a part of one as `CN-GD` or `US-CA`".to_owned(),
        };
        Some((format!("there is no region `{self}`"), help))
    }

    /// Hong Kong, Macao and Taiwan have country codes of their own; the places in them are filed with China's.
    pub(crate) fn within_china(&self) -> Region {
        let is_there = *self == self.to_country() && is_listed("HK MO TW", self.country());
        if is_there { Region { subdivision: pad(self.country()), ..Region::CN } } else { *self }
    }

    /// Whether `other` is in this region or is this region.
    ///
    /// ```
    /// use leadkit::model::Region;
    ///
    /// let [guangdong, shenzhen, beijing]: [Region; 3] =
    ///     ["CN-GD", "CN-GD-440300", "CN-BJ"].map(|text| text.parse().unwrap());
    /// assert!(guangdong.contains(&shenzhen) && !guangdong.contains(&beijing));
    /// assert!(Region::CN.contains(&guangdong) && guangdong.contains(&guangdong));
    /// ```
    #[must_use]
    pub fn contains(&self, other: &Region) -> bool {
        self.country == other.country
            && (self.subdivision == *b"   " || self.subdivision == other.subdivision)
            && (self.code == 0
                || self.code == other.code
                || (self.code.is_multiple_of(100) && other.code / 100 == self.code / 100))
    }
}

fn pad(letters: &str) -> [u8; 3] {
    let mut out = *b"   ";
    for (slot, byte) in out.iter_mut().zip(letters.bytes()) {
        *slot = byte;
    }
    out
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Region, RegionError> {
        let fail = |reason| RegionError { text: scrubbed(text).chars().take(40).collect(), reason };
        let upper = text.trim().to_ascii_uppercase();
        if upper.len() == 6
            && let Ok(code) = upper.parse::<u32>()
        {
            return Region::from_gbt2260(code).map_err(|e| fail(e.reason));
        }
        let mut parts = upper.split('-');
        let country = parts.next().unwrap_or_default();
        let &[a, b] = country.as_bytes() else {
            return Err(fail("it should look like `CN`, `CN-GD`, `US-CA` or `440300`"));
        };
        if !(a.is_ascii_uppercase() && b.is_ascii_uppercase()) {
            return Err(fail("the country is two letters (ISO 3166-1)"));
        }
        // ISO 3166 reserves `UK` for the United Kingdom, and forms write it.
        let written = [a, b];
        let country_code = if written == *b"UK" { *b"GB" } else { written };
        let mut region = Region { country: country_code, subdivision: *b"   ", code: 0 };
        for part in parts {
            if part.len() == 6 && country == "CN" {
                let code = part.parse().map_err(|_| fail("a GB/T 2260 code has six digits"))?;
                let named = Region::from_gbt2260(code).map_err(|e| fail(e.reason))?;
                if region.subdivision != *b"   " && region.subdivision != named.subdivision {
                    return Err(fail("the GB/T 2260 code belongs to another province"));
                }
                region = named;
            } else if region.subdivision == *b"   "
                && (1..=3).contains(&part.len())
                && part.bytes().all(|c| c.is_ascii_alphanumeric())
            {
                if country == "CN" && !PROVINCES.iter().any(|(_, letters)| *letters == part) {
                    return Err(fail("no Chinese province has this ISO 3166-2 code"));
                }
                region.subdivision = pad(part);
            } else {
                return Err(fail("after the country comes one ISO 3166-2 part of up to 3 letters or digits"));
            }
        }
        Ok(region)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.country())?;
        if let Some(subdivision) = self.subdivision() {
            write!(f, "-{subdivision}")?;
        }
        if self.code != 0 {
            write!(f, "-{:06}", self.code)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Region, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|error| {
            let help = "write a country as `DE`, or a part of one as `CN-GD`, `CN-GD-440300` or `US-CA`";
            serde::de::Error::custom(crate::document::Finding::new("bad_value", error, help))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_written_form_reads_back_as_itself() {
        for text in ["CN", "CN-GD", "CN-GD-440300", "US-CA", "GB-LND", "FR-75C"] {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.to_string(), text);
        }
        assert_eq!("440000".parse::<Region>().unwrap().to_string(), "CN-GD");
        assert_eq!("UK".parse::<Region>().unwrap().to_string(), "GB");
        assert_eq!("uk-lnd".parse::<Region>().unwrap().to_string(), "GB-LND");
        assert_eq!("cn-440305".parse::<Region>().unwrap().to_string(), "CN-GD-440305");
    }

    #[test]
    fn what_is_not_a_region_is_refused_with_its_reason() {
        for text in ["", "China", "CN-ZZ", "CN-BJ-440300", "990000", "US-CALI", "C1", "CN-GD-4403", "中国"]
        {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_region_contains_itself_and_what_lies_below() {
        let chain: Vec<Region> =
            ["CN", "CN-GD", "440300", "440305"].iter().map(|t| t.parse().unwrap()).collect();
        for (i, outer) in chain.iter().enumerate() {
            for (j, inner) in chain.iter().enumerate() {
                assert_eq!(outer.contains(inner), i <= j, "{outer} {inner}");
            }
        }
        let guangzhou: Region = "440100".parse().unwrap();
        assert!(!guangzhou.contains(&chain[3]));
    }
}
