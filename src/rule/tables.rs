//! The host's own tables, which complement the rules.

use std::sync::Arc;

use crate::company::Gazetteer;
use crate::contact::{PhoneOptions, PhoneOracle, PhoneSegments, without_city};
use crate::model::Region;
use crate::names::NameJudge;

/// The host's own tables: what names and numbers are read with.
///
/// ```
/// use leadkit::rule::HostTables;
///
/// let tables = HostTables { default_region: "US".parse()?, ..HostTables::default() };
/// assert_eq!(tables.phone_options().default_region.to_string(), "US");
/// # Ok::<(), leadkit::model::RegionError>(())
/// ```
///
/// With the feature `phone-world`, numbers of every country are judged by Google's metadata:
///
/// ```
/// # #[cfg(feature = "phone-world")] {
/// use std::sync::Arc;
///
/// use leadkit::contact::WorldPhones;
/// use leadkit::model::Lead;
/// use leadkit::rule::HostTables;
/// use leadkit::{Intake, Rules};
///
/// let tables = HostTables {
///     default_region: "GB".parse()?,
///     oracle: Some(Arc::new(WorldPhones)),
///     ..HostTables::default()
/// };
/// let intake = Intake::compile(&Rules::b2b())?.with_tables(tables);
/// let lead = Lead { phones: vec!["07400 123456".into()], ..Lead::default() };
/// assert!(intake.probe(&lead).keys.iter().any(|key| key.value == "+447400123456"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct HostTables {
    /// Regions, legal forms and aliases that company names are read with.
    pub gazetteer: Gazetteer,
    /// Where phone numbers were issued, by their prefix; `None` knows of none.
    pub phone_segments: Option<PhoneSegments>,
    /// Where a phone number without a country code is dialled; China by default. Of another country
    /// the lengths of numbers are known, and only an [oracle](Self::oracle) knows which of them exist, and those of countries
    /// whose lengths are ambiguous: without one such a number has no key, so it matches nothing and is not a usable contact.
    pub default_region: Region,
    /// Judges phone numbers of other countries; `None` leaves their existence open.
    pub oracle: Option<Arc<dyn PhoneOracle>>,
    /// Weights for comparing company names, trained on the host's own pairs; `None` is the built-in ones.
    pub name_judge: Option<Arc<NameJudge>>,
}

impl Default for HostTables {
    /// The crate's own gazetteer, Chinese numbers, no segments and no oracle.
    fn default() -> Self {
        HostTables {
            gazetteer: Gazetteer::builtin(),
            phone_segments: None,
            default_region: Region::CN,
            oracle: None,
            name_judge: None,
        }
    }
}

impl HostTables {
    /// How phone numbers are read. A city in [`default_region`](Self::default_region) does not complete local numbers: leads
    /// come from other cities.
    #[must_use]
    pub fn phone_options(&self) -> PhoneOptions<'_> {
        PhoneOptions {
            default_region: without_city(&self.default_region),
            oracle: self.oracle.as_deref().map(|oracle| oracle as &dyn PhoneOracle),
        }
    }

    /// Whether both read names and numbers alike, so that the keys of a record are the same.
    pub(crate) fn reads_as(&self, other: &HostTables) -> bool {
        let oracle = |tables: &HostTables| tables.oracle.as_ref().map(Arc::as_ptr).map(<*const _>::addr);
        self.gazetteer.is(&other.gazetteer)
            && self.default_region == other.default_region
            && oracle(self) == oracle(other)
    }
}
