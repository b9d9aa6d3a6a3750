//! Merge rules as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::open_enum::closed_enum;

/// Which of several records survives, and which value each of its fields gets.
///
/// The default is what a team would start with: a valid record survives, then one with a closed deal, an owner, the oldest;
/// its values are kept; phones, e-mails, products and tags are united; address, holding, protection and origin are blocks.
///
/// ```
/// use leadkit::merge::{MergeRules, Survivorship};
/// use serde_json::json;
///
/// let rules = MergeRules::load(json!({
///     "survivor": ["has_owner", "oldest"],
///     "fields": {"employee_count": "max", "industry": {"source_priority": ["registry", "form"]}},
/// }))?;
/// assert_eq!(rules.fields["employee_count"], Survivorship::Max);
///
/// let errors = MergeRules::load(json!({"fields": {"compny": "newest"}})).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `company`?"));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MergeRules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// What makes a record the survivor: the first test that distinguishes two records decides, then the smaller id.
    pub survivor: Vec<SurvivorTest>,
    /// The rule for fields without one of their own.
    pub default: Survivorship,
    /// The rules of fields: one field (`company`, `utm.source`, `attributes.tax_no`), or with `source`, `utm`,
    /// `first_utm`, `external_ids`, `click_ids` or `attributes` every part that has no rule of its own. What a document gives
    /// is added to the defaults: a field that it does not name keeps the default rule, unless one of its blocks takes the field.
    #[serde(deserialize_with = "beside_defaults")]
    pub fields: BTreeMap<String, Survivorship>,
    /// Fields that are taken together from one record. A field is in one block or in `fields`, not in both, and no field
    /// that protects a person is in a block. Of leads, `close_reason`, `collected_under` and `folded_into` always come
    /// from the record that gives the `status`, which is a live one where there is one.
    pub blocks: Vec<MergeBlock>,
    /// Whether the names of the accounts that are merged away become aliases of the survivor.
    pub names_become_aliases: bool,
    /// The timestamp field that says how recent a record's values are. A record without it counts by
    /// `created_at`.
    pub recency: String,
    /// The fields that name a record's source for `source_priority`; the first that is not blank counts.
    pub source: Vec<String>,
}

fn beside_defaults<'de, D: Deserializer<'de>>(given: D) -> Result<BTreeMap<String, Survivorship>, D::Error> {
    let given: BTreeMap<String, Survivorship> = BTreeMap::deserialize(given)?;
    let mut fields = MergeRules::default().fields;
    fields.extend(given);
    Ok(fields)
}

impl MergeRules {
    /// Whether a rule is the default one of the field.
    pub(super) fn is_default(field: &str, rule: &Survivorship) -> bool {
        MergeRules::default().fields.get(field) == Some(rule)
    }

    /// Whether a rule or a block names this very field.
    pub(super) fn has_own_rule(&self, field: &str) -> bool {
        let is_in = |block: &MergeBlock| block.fields.iter().any(|one| one == field);
        self.fields.contains_key(field) || self.blocks.iter().any(is_in)
    }
}

closed_enum! {
    /// A test that prefers one record to another as the survivor.
    SurvivorTest {
        /// A lead that is neither invalid nor voided. Every account passes.
        Valid = "valid",
        /// An account with a closed deal; a converted lead.
        HasDeal = "has_deal",
        /// A record that somebody owns.
        HasOwner = "has_owner",
        /// The record with the most fields that hold something (each contact counts as one).
        MostComplete = "most_complete",
        /// The record that was created first.
        Oldest = "oldest",
        /// The record that was created last.
        Newest = "newest",
    }
}

/// Which value a field of the survivor gets. Blank values never win over others.
///
/// Where a custom attribute asks what a person refuses or allows by its name (`do_not_contact`, `opt_out`, `unsubscribed`,
/// `consent`, `opt_in`, `勿扰`, `同意` and the like) and one of the answers protects the person, `refusal` or `consent`
/// decides, unless [`MergeRules::fields`] gives that very attribute a rule.
///
/// Where a rule leaves several values, the survivor's comes first, then the most recent, then the smaller id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Survivorship {
    /// The survivor's value; when it is blank, the most recent one.
    #[default]
    NonEmpty,
    /// The value of the most recent record.
    Newest,
    /// The value of the least recent record.
    Oldest,
    /// The text of most characters, the list of most items; of a block, the one with most fields filled.
    Longest,
    /// The value of the record whose source comes first in the list. Sources are compared folded; one that is not
    /// listed comes last.
    SourcePriority(Vec<String>),
    /// The greatest number or the latest time.
    Max,
    /// The least number or the earliest time.
    Min,
    /// The sum of the numbers, which saturates; of whole numbers a whole number.
    Sum,
    /// All items of the lists, each once by its canonical form; of texts, the distinct ones, one per line.
    Union,
    /// For an attribute that asks whether the person refuses something: prefers an answer that is neither blank nor a
    /// no, so that no refusal is lost; otherwise as `non_empty`.
    Refusal,
    /// For an attribute that asks whether the person allows something: a no, or an answer that says the consent was
    /// withdrawn; else as `non_empty`.
    Consent,
}

/// Fields that only make sense together, such as the parts of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeBlock {
    /// Name, unique in the document; decisions name it.
    pub name: String,
    /// The fields, named as in [`MergeRules::fields`].
    pub fields: Vec<String>,
    /// Which record they are taken from: `non_empty`, `newest`, `oldest`, `longest` or `source_priority`.
    #[serde(default)]
    pub rule: Survivorship,
}

impl std::fmt::Display for Survivorship {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Survivorship::NonEmpty => "non_empty",
            Survivorship::Newest => "newest",
            Survivorship::Oldest => "oldest",
            Survivorship::Longest => "longest",
            Survivorship::SourcePriority(_) => "source_priority",
            Survivorship::Max => "max",
            Survivorship::Min => "min",
            Survivorship::Sum => "sum",
            Survivorship::Union => "union",
            Survivorship::Refusal => "refusal",
            Survivorship::Consent => "consent",
        })
    }
}
