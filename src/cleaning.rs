//! Data cleaning as proposals: nothing is changed silently.
//!
//! ```
//! use leadkit::cleaning::CleaningRules;
//! use leadkit::company::Gazetteer;
//! use leadkit::model::Lead;
//!
//! // The column in which this host keeps addresses.
//! let rules = CleaningRules { addresses: vec!["office".into()], ..CleaningRules::default() };
//! let mut lead = Lead::default();
//! lead.attributes.insert("office".into(), "广东省深圳市南山区科技园1号".into());
//! for proposal in rules.proposals(&lead, &Gazetteer::builtin()) {
//!     // The host decides; this one accepts every proposal.
//!     if let Some(field) = leadkit::model::LeadField::from_name(&proposal.field) {
//!         field.set(&mut lead, &proposal.to)?;
//!     }
//! }
//! assert_eq!((lead.province.as_deref(), lead.city.as_deref()), (Some("广东省"), Some("深圳市")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::company::{Gazetteer, region_path};
use crate::model::{Lead, Value};
use crate::text::Code;

/// Which [custom attributes](crate::model::Lead::attributes) hold an age, an address or a date; each is named without
/// `attributes.`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CleaningRules {
    /// Columns with an age in years.
    pub ages: Vec<String>,
    /// Columns with a Chinese address, as one text.
    pub addresses: Vec<String>,
    /// Columns with a date or a time.
    pub dates: Vec<String>,
}

impl Default for CleaningRules {
    /// The columns `age`, `address`, `birthday` and `date`.
    fn default() -> Self {
        CleaningRules {
            ages: vec!["age".to_owned()],
            addresses: vec!["address".to_owned()],
            dates: vec!["birthday".to_owned(), "date".to_owned()],
        }
    }
}

/// A proposed change: this field should have that value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cleaning {
    /// The field, as rules name it.
    pub field: String,
    /// The value on file now.
    pub from: Value,
    /// The value it should have; null when the present one cannot be true.
    pub to: Value,
    /// Which check proposes it: `impossible_age`, `address_parts` or `iso_date`.
    pub code: Code,
}

/// Ages a person can have, in years.
const AGES: std::ops::RangeInclusive<f64> = 0.0..=120.0;
const DATES: [&str; 7] =
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y"];
const TIMES: [&str; 4] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"];

impl CleaningRules {
    /// Proposals that would make the lead cleaner. The host decides, and shows who decided.
    ///
    /// Ages outside 0 to 120 are proposed to be dropped, addresses are split into province, city and district where
    /// the lead names none, dates become ISO 8601. Dates that can be read two ways (`03/04/2026`) are left alone.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    /// use leadkit::model::{Lead, Value};
    /// use leadkit::cleaning::CleaningRules;
    ///
    /// let mut lead = Lead::default();
    /// lead.attributes.insert("age".into(), Value::Integer(150));
    /// lead.attributes.insert("address".into(), "广东省深圳市南山区科技园1号".into());
    /// lead.attributes.insert("birthday".into(), "1990年3月1日".into());
    /// let proposals = CleaningRules::default().proposals(&lead, &Gazetteer::builtin());
    /// let said: Vec<String> = proposals.iter().map(|p| format!("{}={}", p.field, p.to)).collect();
    /// assert_eq!(said, [
    ///     "attributes.age=null", "province=广东省", "city=深圳市", "region=CN-GD-440305",
    ///     "attributes.birthday=1990-03-01",
    /// ]);
    /// ```
    #[must_use]
    pub fn proposals(&self, lead: &Lead, gazetteer: &Gazetteer) -> Vec<Cleaning> {
        let mut proposals = Vec::new();
        let mut propose = |field: String, from: Value, to: Value, code: &'static str| {
            if from != to {
                proposals.push(Cleaning { field, from, to, code: code.into() });
            }
        };
        let column = |name: &String| Some((format!("attributes.{name}"), lead.attributes.get(name)?));
        for (field, value) in self.ages.iter().filter_map(column) {
            let age = match value {
                Value::Integer(age) => Some(*age as f64),
                Value::Number(age) => Some(*age),
                Value::Text(text) => text.trim().parse().ok(),
                _ => None,
            };
            if age.is_some_and(|age| !AGES.contains(&age)) {
                propose(field, value.clone(), Value::Null, "impossible_age");
            }
        }
        for (_, value) in self.addresses.iter().filter_map(column) {
            let Value::Text(address) = value else { continue };
            let Some(region) = gazetteer.region_of(address) else { continue };
            let path = region_path(&region);
            let parts = [("province", &lead.province, path.first()), ("city", &lead.city, path.get(1))];
            for (field, known, part) in parts {
                let named = known.as_ref().is_some_and(|text| !text.trim().is_empty());
                if let (false, Some(part)) = (named, part) {
                    propose(field.to_owned(), Value::Null, Value::from(*part), "address_parts");
                }
            }
            if lead.region.is_none() {
                propose("region".to_owned(), Value::Null, Value::Text(region.to_string()), "address_parts");
            }
        }
        for (field, value) in self.dates.iter().filter_map(column) {
            let Value::Text(text) = value else { continue };
            if let Some(date) = iso(text.trim()) {
                propose(field, value.clone(), Value::Text(date), "iso_date");
            }
        }
        proposals
    }
}

/// A date or time in ISO 8601; `None` when it is in none of the forms that can be read one way only.
fn iso(text: &str) -> Option<String> {
    if DateTime::parse_from_rfc3339(text).is_ok() {
        return Some(text.to_owned());
    }
    let date = DATES.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    let time = || TIMES.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    match date {
        // `%Y` also reads `26-03-01` as the year 26.
        Some(date) => (chrono::Datelike::year(&date) >= 1000).then(|| date.to_string()),
        None => time().map(|time| time.format("%Y-%m-%dT%H:%M:%S").to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_read_one_way_is_proposed() {
        for (text, wanted) in [
            ("2026/3/1", Some("2026-03-01")),
            ("1.3.2026", Some("2026-03-01")),
            ("20260301", Some("2026-03-01")),
            ("2026-03-01 09:05", Some("2026-03-01T09:05:00")),
            ("2026-03-01T09:05:00+08:00", Some("2026-03-01T09:05:00+08:00")),
            ("03/04/2026", None),
            ("26-03-01", None),
            ("2026-02-30", None),
            ("soon", None),
        ] {
            assert_eq!(iso(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_clean_is_left_alone() {
        let mut lead = Lead { province: Some("广东".into()), ..Lead::default() };
        lead.attributes.insert("age".into(), Value::Integer(120));
        lead.attributes.insert("birthday".into(), "1990-03-01".into());
        lead.attributes.insert("address".into(), Value::Integer(5));
        assert_eq!(CleaningRules::default().proposals(&lead, &Gazetteer::builtin()), []);
    }
}
