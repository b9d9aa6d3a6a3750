//! How two values are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How two values are compared. In a document `"exact"`, `"folded"`, `"phone"`, `"domain"`, `"person_name"`,
/// `{"company": {"threshold": 0.8}}` or `{"similar": {"threshold": 0.9}}`.
///
/// A blank value, or a word for none (`暂无`, `N/A`, `000000`), never equals anything. For fields that hold several
/// values, one equal pair is enough.
///
/// ```
/// use leadkit::book::Book;
/// use leadkit::dedup::{Comparator, DedupRules, Deduplicator, LeadKey, RuleAction, MatchRule, MatchTarget};
/// use leadkit::model::{Account, Lead, OwnerState};
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let rules = DedupRules {
///     rules: vec![MatchRule {
///         comparator: Comparator::Company { threshold: 0.9 },
///         ..MatchRule::new("company", LeadKey::Company, MatchTarget::AccountCompany, RuleAction::Convert)
///     }],
///     ..DedupRules::empty()
/// };
/// let matching = Deduplicator::compile(&rules)?;
/// let mut book = Book::new();
/// for (id, company) in [("A1", "北京纷扬科技有限公司"), ("A2", "北京飞扬科技有限公司")] {
///     book.insert_account(Account { id: id.into(), company: company.into(), ..Account::default() });
/// }
///
/// let lead = Lead { id: "L1".into(), company: Some("纷扬科技".into()), ..Lead::default() };
/// let tables = HostTables::default();
/// let now = "2026-03-01T09:00:00Z".parse().unwrap();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, now));
/// let resolution = matching.resolve(&facts, &book.rows(&matching.probe(&facts)), &|_| OwnerState::Active);
/// assert_eq!(resolution.matches().len(), 1);
/// assert_eq!(resolution.matches()[0].evidence, "纷扬科技 ~ 北京纷扬科技有限公司");
/// assert!(resolution.matches()[0].similarity.unwrap() > 0.9);
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Comparator {
    /// As written, ignoring leading and trailing spaces.
    Exact,
    /// In canonical form: phones as E.164, e-mails and domains in lower case, WeChat ids folded, company names by
    /// the key every spelling of one registered name shares; names of people without titles, degrees, apostrophes and remarks in brackets,
    /// in whatever order of their words, unless [they are two people](crate::contact::are_two_people);
    /// cities, provinces and countries as the place they are (`Shanghai` and `上海市`, `CN` and `中国`), else with or without
    /// 市 or 省; a region, and a city or province that is compared with one, as the place
    /// it is: `CN-BJ-110108`, `CN-BJ`, `北京` and `北京市` agree, and two cities of a province do not; any other text without
    /// its case, width and accents. A custom attribute
    /// that is compared with such a field is read as that field is.
    #[default]
    Folded,
    /// Phone numbers as E.164: for custom attributes on both sides that hold numbers.
    Phone,
    /// Domains, also of addresses of sites and mail: for custom attributes on both sides.
    Domain,
    /// Names that may belong to one person, by [`are_two_people`](crate::contact::are_two_people): `A. Schmidt` and
    /// `Anna Schmidt`. Only together with a comparison of another kind, whose key the words of the name narrow down.
    PersonName,
    /// Texts that are similar by Jaro-Winkler over their folded characters. Fetches nothing: only together with a comparison of
    /// another kind.
    Similar {
        /// Least similarity, above 0 and at most 1.
        threshold: f64,
    },
    /// Company names that are probably one company; only for the lead's company.
    ///
    /// Compares the threshold with the probability that the record is the company the lead means, see
    /// [`NameJudge`](crate::names::NameJudge); names that are equal in canonical form have probability 1. Several
    /// equally likely records share the probability that one of them is meant; unless another key or the region
    /// distinguishes them, they decide nothing and are [ambiguous](super::Match::ambiguous).
    ///
    /// A record of another company (a sister, a branch, another legal form), as far as the names show, is matched by a rule
    /// that marks and by no other, whatever the threshold: see [`Relation`](crate::names::Relation).
    ///
    /// Measured on held-out names, looked up by stored keys, at a threshold of 0.85 (0.5 in brackets). Among 10,000 and
    /// 100,000 Chinese names, 98.7 % (97.9 %) and 97.8 % (96.0 %) of the best records that reached the threshold were
    /// right; of the names that had a record, 89.9 % (93.5 %) and 83.4 % (89.4 %) were found. Among as many English
    /// names, 99.9 % (99.8 %) and 99.4 % (99.2 %) were right, and 90.6 % (91.2 %) and 90.2 % (90.9 %) were found.
    Company {
        /// Least probability, above 0 and at most 1. 0.85 is good for conversions, 0.5 for marks.
        threshold: f64,
    },
}

impl Comparator {
    /// Least probability with which the presets convert a lead.
    pub(super) const SURE: Comparator = Comparator::Company { threshold: Comparator::SURE_THRESHOLD };
    pub(super) const SURE_THRESHOLD: f64 = 0.85;
    /// Least probability with which the presets mark one.
    pub(super) const LIKELY: Comparator = Comparator::Company { threshold: 0.5 };

    /// The threshold, when names are compared by likeness.
    pub(super) fn threshold(self) -> Option<f64> {
        match self {
            Comparator::Company { threshold } => Some(threshold),
            _ => None,
        }
    }

    /// The name in a document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Comparator::Exact => "exact",
            Comparator::Folded => "folded",
            Comparator::Phone => "phone",
            Comparator::Domain => "domain",
            Comparator::PersonName => "person_name",
            Comparator::Similar { .. } => "similar",
            Comparator::Company { .. } => "company",
        }
    }

    /// Whether equal values share a key, so that a database can fetch by it.
    pub(super) fn makes_keys(self) -> bool {
        // Likeness needs both texts, so no database can fetch rows by it.
        !matches!(self, Comparator::PersonName | Comparator::Similar { .. })
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Comparator::Company { threshold } | Comparator::Similar { threshold } => {
                write!(f, "{}({threshold})", self.name())
            }
            _ => f.write_str(self.name()),
        }
    }
}
