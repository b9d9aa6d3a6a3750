//! Merge rules as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::{Report, RuleErrors};
use crate::model::open_enum::closed_enum;
use crate::rule::RulesVersion;

/// Which of several records survives, and which value each of its fields gets.
///
/// The default is what a team would start with: the record with a closed deal or an owner survives, else the oldest;
/// its values stay where it has some; lists are united; address, holding and origin are each taken from one record.
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
    /// Format of the document.
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// What makes a record the survivor: the first test that tells two records apart decides, then the smaller id.
    pub survivor: Vec<SurvivorTest>,
    /// The rule of a field that none is given for.
    pub default: Survivorship,
    /// The rules of fields: one field (`company`, `utm.source`, `attributes.tax_no`), or with `source`, `utm`,
    /// `external_ids` or `attributes` every part that has no rule of its own.
    pub fields: BTreeMap<String, Survivorship>,
    /// Fields that are taken together from one record. No field stands in two blocks or also in `fields`.
    pub blocks: Vec<MergeBlock>,
    /// Whether the names of the accounts that are merged away become aliases of the survivor.
    pub names_become_aliases: bool,
    /// The field that tells how recent a record's values are: a timestamp. A record without it counts by
    /// `created_at`.
    pub recency: String,
    /// The fields that name a record's source for `source_priority`; the first that is not blank counts.
    pub source: Vec<String>,
}

closed_enum! {
    /// A test that prefers one record to another as the survivor.
    SurvivorTest {
        /// A lead that is neither invalid nor voided. Every account passes.
        Valid = "valid",
        /// An account with a closed deal; a converted lead.
        HasDeal = "has_deal",
        /// A record that somebody holds.
        HasOwner = "has_owner",
        /// The record with the most fields that hold something (each contact counts as one).
        MostComplete = "most_complete",
        /// The record created first.
        Oldest = "oldest",
        /// The record created last.
        Newest = "newest",
    }
}

/// Which value a field of the survivor gets. Blank values never win over others.
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
    /// The value of the record whose source stands first in the list. Sources are compared folded; one that is not
    /// listed comes last.
    SourcePriority(Vec<String>),
    /// The greatest number or the latest time.
    Max,
    /// The least number or the earliest time.
    Min,
    /// The sum of the numbers, which saturates; of whole numbers a whole number.
    Sum,
    /// All items of the lists, each once by its canonical form; of texts, the distinct ones, one a line.
    Union,
}

/// Fields that only make sense together, such as the parts of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeBlock {
    /// Name, unique in the document.
    pub name: String,
    /// The fields, named as in [`MergeRules::fields`].
    pub fields: Vec<String>,
    /// Which record they are taken from: `non_empty`, `newest`, `oldest`, `longest` or `source_priority`.
    #[serde(default)]
    pub rule: Survivorship,
}

/// What a field holds, as far as rules must know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    FreeText,
    Whole,
    Time,
    List,
    Anything,
}

/// Fields of accounts and leads. Not `id`, and not `contacts`, which are always united by person.
const FIELDS: &[(&str, Holds)] = &[
    ("acquisition", Holds::Text),
    ("aliases", Holds::List),
    ("business_model", Holds::Text),
    ("city", Holds::Text),
    ("closed_deal_at", Holds::Time),
    ("company", Holds::Text),
    ("country", Holds::Text),
    ("created_at", Holds::Time),
    ("domain", Holds::Text),
    ("emails", Holds::List),
    ("employee_count", Holds::Whole),
    ("industry", Holds::List),
    ("ip", Holds::Text),
    ("job_function", Holds::Text),
    ("maturity", Holds::Text),
    ("message", Holds::FreeText),
    ("name", Holds::Text),
    ("next_follow_up", Holds::Time),
    ("owner", Holds::Text),
    ("phones", Holds::List),
    ("pool", Holds::Text),
    ("products", Holds::List),
    ("province", Holds::Text),
    ("region", Holds::Text),
    ("registration_number", Holds::Text),
    ("registry_status", Holds::Text),
    ("scenario", Holds::FreeText),
    ("source.campaign", Holds::Text),
    ("source.channel_type", Holds::Text),
    ("source.class", Holds::Text),
    ("source.page", Holds::Text),
    ("source.pipeline", Holds::Text),
    ("source.primary", Holds::Text),
    ("source.secondary", Holds::Text),
    ("stage", Holds::Text),
    ("status", Holds::Text),
    ("tags", Holds::List),
    ("tier", Holds::Text),
    ("title", Holds::Text),
    ("utm.ad_plan", Holds::Text),
    ("utm.ad_unit", Holds::Text),
    ("utm.campaign", Holds::Text),
    ("utm.content", Holds::Text),
    ("utm.keyword", Holds::Text),
    ("utm.medium", Holds::Text),
    ("utm.source", Holds::Text),
    ("utm.term", Holds::Text),
    ("wechat", Holds::Text),
];
/// Fields that have parts.
const GROUPS: &[(&str, Holds)] = &[
    ("attributes", Holds::Anything),
    ("external_ids", Holds::Text),
    ("source", Holds::Text),
    ("utm", Holds::Text),
];

/// The group a field is part of.
pub(super) fn group_of(field: &str) -> Option<&str> {
    let (group, _) = field.split_once('.')?;
    GROUPS.iter().any(|(name, _)| *name == group).then_some(group)
}

fn holds(field: &str) -> Option<Holds> {
    let known = FIELDS.iter().chain(GROUPS).find(|(name, _)| *name == field);
    let part = || match field.split_once('.') {
        Some(("attributes", part)) if !part.is_empty() => Some(Holds::Anything),
        Some(("external_ids", part)) if !part.is_empty() => Some(Holds::Text),
        _ => None,
    };
    known.map(|(_, holds)| *holds).or_else(part)
}

fn known_fields() -> impl Iterator<Item = &'static str> + Clone {
    FIELDS.iter().chain(GROUPS).map(|(name, _)| *name)
}

impl Default for MergeRules {
    fn default() -> Self {
        let field = |(name, rule): (&str, Survivorship)| (name.to_owned(), rule);
        let block = |name: &str, fields: &[&str], rule| MergeBlock {
            name: name.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            rule,
        };
        MergeRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            survivor: vec![
                SurvivorTest::Valid,
                SurvivorTest::HasDeal,
                SurvivorTest::HasOwner,
                SurvivorTest::Oldest,
                SurvivorTest::MostComplete,
            ],
            default: Survivorship::NonEmpty,
            fields: [
                ("created_at", Survivorship::Min),
                ("closed_deal_at", Survivorship::Max),
                ("aliases", Survivorship::Union),
                ("phones", Survivorship::Union),
                ("emails", Survivorship::Union),
                ("products", Survivorship::Union),
                ("tags", Survivorship::Union),
                ("message", Survivorship::Union),
                ("employee_count", Survivorship::Newest),
                ("registry_status", Survivorship::Newest),
            ]
            .map(field)
            .into(),
            blocks: vec![
                block("address", &["country", "province", "city", "region"], Survivorship::Longest),
                block(
                    "holding",
                    &["owner", "pool", "acquisition", "status", "stage", "next_follow_up"],
                    Survivorship::NonEmpty,
                ),
                block("origin", &["source", "utm"], Survivorship::Oldest),
            ],
            names_become_aliases: true,
            recency: "created_at".to_owned(),
            source: vec!["source.primary".to_owned(), "attributes.source".to_owned()],
        }
    }
}

impl MergeRules {
    /// Reads the rules from a document.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn load(document: serde_json::Value) -> Result<MergeRules, RuleErrors> {
        let mut report = Report::new();
        let rules = crate::rule::load_into(document, &mut report, |rules: &MergeRules, report| {
            rules.check(report);
        });
        report.finish()?;
        Ok(rules.unwrap_or_default())
    }

    /// Reports what the type system cannot.
    pub(crate) fn check(&self, report: &mut Report) {
        RulesVersion::check(self.format, report);
        report.within("survivor", |report| {
            for (index, test) in self.survivor.iter().enumerate() {
                if self.survivor.iter().take(index).any(|earlier| earlier == test) {
                    report.item(index, |report| {
                        let message = format!("`{test}` stands here twice: the second decides nothing");
                        report.warning("duplicate_test", message, "keep one");
                    });
                }
            }
        });
        report.within("default", |report| {
            if matches!(self.default, Survivorship::Sum | Survivorship::Max | Survivorship::Min) {
                let help = "give it to single fields and keep `non_empty` here";
                report.error("wrong_rule", "only numbers and times have this rule, not every field", help);
            }
            check_sources(&self.default, report);
        });
        let mut in_blocks = BTreeMap::new();
        report.within("blocks", |report| self.check_blocks(&mut in_blocks, report));
        report.within("fields", |report| {
            for (name, rule) in &self.fields {
                report.within(name, |report| check_field(name, rule, &in_blocks, report));
            }
        });
        report.within("recency", |report| match holds(&self.recency) {
            Some(Holds::Time | Holds::Anything) => {}
            Some(_) => {
                let message = format!("`{}` is no time", self.recency);
                report.error("wrong_field", message, "use `created_at` or one of your attributes");
            }
            None => report.unknown_name("unknown_field", "field", &self.recency, known_fields()),
        });
        report.within("source", |report| {
            for (index, name) in self.source.iter().enumerate() {
                if holds(name).is_none() {
                    report.item(index, |report| {
                        report.unknown_name("unknown_field", "field", name, known_fields());
                    });
                }
            }
        });
    }

    fn check_blocks<'r>(&'r self, in_blocks: &mut BTreeMap<&'r str, &'r str>, report: &mut Report) {
        let mut names = BTreeSet::new();
        for (index, block) in self.blocks.iter().enumerate() {
            report.item(index, |report| {
                if !names.insert(block.name.as_str()) {
                    report.within("name", |report| {
                        let message = format!("there are two blocks `{}`", block.name);
                        report.error("duplicate_id", message, "rename one");
                    });
                }
                report.within("rule", |report| {
                    use Survivorship::{Max, Min, Sum, Union};
                    if matches!(block.rule, Max | Min | Sum | Union) {
                        let help = "use `non_empty`, `newest`, `oldest`, `longest` or `source_priority`";
                        report.error("wrong_rule", "a block is taken from one record", help);
                    }
                    check_sources(&block.rule, report);
                });
                report.within("fields", |report| {
                    for (index, name) in block.fields.iter().enumerate() {
                        report.item(index, |report| {
                            if holds(name).is_none() {
                                report.unknown_name("unknown_field", "field", name, known_fields());
                            } else if let Some(other) = in_blocks.insert(name, &block.name) {
                                let message = format!("`{name}` stands in block `{other}` already");
                                report.error("two_blocks", message, "keep it in one block");
                            }
                        });
                    }
                });
            });
        }
    }
}

fn check_field(name: &str, rule: &Survivorship, in_blocks: &BTreeMap<&str, &str>, report: &mut Report) {
    if name == "id" || name == "contacts" {
        let message = if name == "id" {
            "the id is the survivor's".to_owned()
        } else {
            "contacts are always united by person".to_owned()
        };
        report.error("fixed_field", message, "leave it out");
        return;
    }
    let Some(holds) = holds(name) else {
        report.unknown_name("unknown_field", "field", name, known_fields());
        return;
    };
    let group = group_of(name).and_then(|group| in_blocks.get(group));
    if let Some(block) = in_blocks.get(name).or(group) {
        let message = format!("`{name}` stands in block `{block}` too");
        report.error("two_rules", message, "a field has a rule of its own or stands in a block");
    }
    let fits = match rule {
        Survivorship::Max | Survivorship::Min => {
            matches!(holds, Holds::Whole | Holds::Time | Holds::Anything)
        }
        Survivorship::Sum => matches!(holds, Holds::Whole | Holds::Anything),
        Survivorship::Union => matches!(holds, Holds::List | Holds::FreeText | Holds::Anything),
        _ => true,
    };
    if !fits {
        let (what, help) = match holds {
            Holds::Whole => ("a number", "`max`, `min`, `sum`, `newest`, `oldest` and `non_empty` fit"),
            Holds::Time => ("a time", "`max`, `min`, `newest`, `oldest` and `non_empty` fit"),
            Holds::List => ("a list", "`union`, `longest`, `newest`, `oldest` and `non_empty` fit"),
            _ => ("a text", "`non_empty`, `newest`, `oldest`, `longest` and `source_priority` fit"),
        };
        report.error("wrong_rule", format!("`{name}` is {what}: the rule does not fit"), help);
    }
    check_sources(rule, report);
}

fn check_sources(rule: &Survivorship, report: &mut Report) {
    if matches!(rule, Survivorship::SourcePriority(sources) if sources.is_empty()) {
        report.error("no_sources", "the list of sources is empty", "name the sources, the best first");
    }
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
        })
    }
}
