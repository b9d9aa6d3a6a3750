//! Matching rules as data.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, Utc};
use serde::{Deserialize, Serialize};

use super::Label;
use super::action::MatchAction;
use super::comparator::Comparator;
use crate::calendar::Zone;
use crate::error::{Diagnostic, Report, RuleErrors};
use crate::model::RuleId;
use crate::model::open_enum::closed_enum;
use crate::rule::{Condition, RulesVersion};

/// What makes a lead the same as a record on file, and what follows.
///
/// Start from a preset: [`DedupRules::to_b`] (the default) or [`DedupRules::to_c`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DedupRules {
    /// Format of the document.
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// The rules; the first that hits decides.
    pub rules: Vec<MatchRule>,
    /// Lead fields that a re-entry updates on the record, when it brings a value.
    pub update: Vec<KeyFact>,
    /// Lead fields whose change is a key change: they decide on who should own the lead.
    pub decisive: Vec<KeyFact>,
    /// A key shared by more records than this is no key: a switchboard number, a public mail domain.
    pub crowded_key: u32,
    /// Zone in which calendar months are counted.
    pub zone: Zone,
    /// Whether a lead that only shares its company with another lead waits for a person.
    pub hold_tag_only: bool,
}

/// One matching rule: lead field against record field, and what a hit means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRule {
    /// Identifier, unique in the document.
    pub id: RuleId,
    /// Which leads the rule is for; all when left out.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// What is compared on the lead.
    pub lead: LeadKey,
    /// What it is compared with.
    pub target: Target,
    /// How.
    #[serde(default)]
    pub comparator: Comparator,
    /// How long after its creation a record still counts; for ever when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What follows.
    pub action: MatchAction,
    /// Labels that a lead gets when this rule decides, such as `reward`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub labels: BTreeSet<Label>,
}

closed_enum! {
    /// A field of the lead that can identify it.
    LeadKey {
        /// Any of its phone numbers.
        Phone = "phone",
        /// Any of its e-mail addresses.
        Email = "email",
        /// Its WeChat id.
        Wechat = "wechat",
        /// The domain of any of its e-mail addresses that is not a public mail domain.
        Domain = "domain",
        /// Its company name.
        Company = "company",
    }
}

closed_enum! {
    /// A field of the records on file.
    Target {
        /// Phone numbers of leads.
        LeadPhone = "lead.phone",
        /// E-mail addresses of leads.
        LeadEmail = "lead.email",
        /// WeChat ids of leads.
        LeadWechat = "lead.wechat",
        /// Company names of leads.
        LeadCompany = "lead.company",
        /// Company names and aliases of accounts.
        AccountCompany = "account.company",
        /// Domains of accounts.
        AccountDomain = "account.domain",
        /// Phone numbers of the contacts of accounts.
        ContactPhone = "contact.phone",
        /// E-mail addresses of the contacts of accounts.
        ContactEmail = "contact.email",
        /// WeChat ids of the contacts of accounts.
        ContactWechat = "contact.wechat",
    }
}

impl Target {
    /// The lead field that can be compared with it.
    #[must_use]
    pub fn lead_key(self) -> LeadKey {
        match self {
            Target::LeadPhone | Target::ContactPhone => LeadKey::Phone,
            Target::LeadEmail | Target::ContactEmail => LeadKey::Email,
            Target::LeadWechat | Target::ContactWechat => LeadKey::Wechat,
            Target::LeadCompany | Target::AccountCompany => LeadKey::Company,
            Target::AccountDomain => LeadKey::Domain,
        }
    }

    /// Whether the records are leads; else they are accounts.
    #[must_use]
    pub fn is_lead(self) -> bool {
        matches!(self, Target::LeadPhone | Target::LeadEmail | Target::LeadWechat | Target::LeadCompany)
    }
}

/// How long after its creation a record still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Calendar months. The end is included; a day the month does not have is its last.
    pub months: u32,
}

impl Window {
    /// Whether a record created then still counts now.
    pub(crate) fn covers(self, created_at: DateTime<Utc>, now: DateTime<Utc>, zone: &Zone) -> bool {
        let end = zone.local(created_at).checked_add_months(Months::new(self.months));
        end.is_none_or(|end| now <= zone.first_moment(end))
    }
}

closed_enum! {
    /// A fact of a lead that a re-entry may update. Never its id, creation time or owner.
    KeyFact {
        /// Name.
        Name = "name",
        /// Title.
        Title = "title",
        /// Company name.
        Company = "company",
        /// Country.
        Country = "country",
        /// Province.
        Province = "province",
        /// City.
        City = "city",
        /// Scenario.
        Scenario = "scenario",
        /// Products of interest.
        Products = "products",
        /// Message.
        Message = "message",
    }
}

impl Default for DedupRules {
    fn default() -> Self {
        DedupRules::to_b()
    }
}

impl DedupRules {
    /// For sales to consumers: the same phone or WeChat among the leads of the last three months is the same lead.
    #[must_use]
    pub fn to_c() -> DedupRules {
        let window = Some(Window { months: 3 });
        let rule = |id: &str, lead, target| MatchRule {
            window,
            ..MatchRule::new(id, lead, target, MatchAction::Reenter)
        };
        DedupRules {
            rules: vec![
                rule("lead-phone", LeadKey::Phone, Target::LeadPhone),
                rule("lead-wechat", LeadKey::Wechat, Target::LeadWechat),
            ],
            ..DedupRules::empty()
        }
    }

    /// For sales to companies: ① company ~ account, ② phone = account's contact, ③ phone = lead, ④ company ~ lead.
    ///
    /// Companies are compared by [likeness](Comparator::Company): a lead is converted at a probability of 0.85 and
    /// marked at 0.5. [`Comparator::Folded`] in their place takes only spellings of one registered name.
    #[must_use]
    pub fn to_b() -> DedupRules {
        use {LeadKey::Company, LeadKey::Phone, MatchAction::Convert};
        let like = |comparator, rule| MatchRule { comparator, ..rule };
        DedupRules {
            rules: vec![
                like(
                    Comparator::SURE,
                    MatchRule::new("account-company", Company, Target::AccountCompany, Convert),
                ),
                MatchRule::new("contact-phone", Phone, Target::ContactPhone, Convert),
                MatchRule::new("lead-phone", Phone, Target::LeadPhone, MatchAction::Collect),
                like(
                    Comparator::LIKELY,
                    MatchRule::new("lead-company", Company, Target::LeadCompany, MatchAction::TagOnly),
                ),
            ],
            ..DedupRules::empty()
        }
    }

    /// [`to_b`](DedupRules::to_b), with WeChat beside the phone.
    #[must_use]
    pub fn to_b_extended() -> DedupRules {
        let mut rules = DedupRules::to_b();
        let wechat = |id: &str, target, action| MatchRule::new(id, LeadKey::Wechat, target, action);
        rules.rules.insert(2, wechat("contact-wechat", Target::ContactWechat, MatchAction::Convert));
        rules.rules.insert(4, wechat("lead-wechat", Target::LeadWechat, MatchAction::Collect));
        rules
    }

    /// No rules: every lead is new.
    #[must_use]
    pub fn empty() -> DedupRules {
        DedupRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            rules: Vec::new(),
            update: KeyFact::ALL.to_vec(),
            decisive: vec![KeyFact::Company],
            crowded_key: 20,
            zone: Zone::default(),
            hold_tag_only: false,
        }
    }

    /// Reads the rules from a document.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn load(document: serde_json::Value) -> Result<DedupRules, RuleErrors> {
        let mut report = Report::new();
        let rules = crate::rule::load_into(document, &mut report, |rules, report| {
            drop(super::Deduplicator::compile_into(rules, report));
        });
        report.finish()?;
        Ok(rules.unwrap_or_default())
    }

    /// What the rules hardly mean, such as conditions that never hold. Errors are listed too.
    #[must_use]
    pub fn lint(&self) -> Vec<Diagnostic> {
        let mut report = Report::new();
        drop(super::Deduplicator::compile_into(self, &mut report));
        report.into_diagnostics()
    }

    /// Reports what the type system cannot.
    pub(crate) fn check(&self, report: &mut Report) {
        RulesVersion::check(self.format, report);
        if self.crowded_key == 0 {
            report.within("crowded_key", |report| {
                report.error("no_key_left", "no key is shared by fewer than one record", "20 is usual");
            });
        }
        let mut seen = BTreeSet::new();
        report.within("rules", |report| {
            for (index, rule) in self.rules.iter().enumerate() {
                report.item(index, |report| rule.check(&mut seen, report));
            }
        });
    }
}

impl MatchRule {
    /// A rule for all leads without a window, comparing canonical forms.
    #[must_use]
    pub fn new(id: &str, lead: LeadKey, target: Target, action: MatchAction) -> MatchRule {
        MatchRule {
            id: id.into(),
            when: Condition::default(),
            lead,
            target,
            comparator: Comparator::Folded,
            window: None,
            action,
            labels: BTreeSet::new(),
        }
    }

    fn check<'r>(&'r self, seen: &mut BTreeSet<&'r RuleId>, report: &mut Report) {
        if self.id.is_blank() {
            report.within("id", |report| {
                report.error("blank_id", "the rule has no name", "name it: decisions and explanations do");
            });
        }
        if !seen.insert(&self.id) {
            report.within("id", |report| {
                report.error("duplicate_id", format!("there are two rules `{}`", self.id), "rename one");
            });
        }
        if self.target.lead_key() != self.lead {
            report.within("target", |report| {
                let fitting: Vec<String> = Target::ALL
                    .iter()
                    .filter(|target| target.lead_key() == self.lead)
                    .map(|target| format!("`{target}`"))
                    .collect();
                report.error(
                    "wrong_target",
                    format!("`{}` of a lead cannot be compared with `{}`", self.lead, self.target),
                    format!("compare it with {}", fitting.join(" or ")),
                );
            });
        }
        report.within("comparator", |report| self.comparator.check(self.lead, report));
        self.action.check(self.target, report);
    }
}
