//! Matching rules as data.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, Utc};
use serde::{Deserialize, Serialize};

use super::action::RuleAction;
use super::comparator::Comparator;
use super::target::{LeadKey, MatchTarget};
use crate::calendar::Zone;
use crate::document::read_list;
use crate::model::{FieldType, LeadField, RuleId};
use crate::rule::Condition;
use crate::rule::MatchLabel;

/// What makes a lead the same as a record on file, and what follows.
///
/// Start from a preset: [`DedupRules::b2b`] (the default) or [`DedupRules::b2c`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DedupRules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// The rules; the first that hits decides. A document with rules has only these, and none of the preset's. A
    /// mark (`tag_only`) decides where no later rule does more.
    ///
    /// Where none gives the lead to anybody, it goes to the owner of another live lead of the same person, within the
    /// [scope](DedupRules::scope): a customer has one owner, and what comes in takes no lead on file from that owner.
    #[serde(deserialize_with = "read_list")]
    pub rules: Vec<MatchRule>,
    /// Lead fields in which a re-entry's newer value takes the place of the record's. Values of lists are always added,
    /// fields that were blank are always filled, and any other difference is shown to a person.
    pub update: Vec<LeadField>,
    /// Lead fields whose change is a key change: they decide who should own the lead.
    pub decisive: Vec<LeadField>,
    /// Fields of leads within which one customer has one owner, such as `products` or `attributes.brand`: a lead on
    /// file with different values there is a separate need, and only marks the entry. Case and width do not count. A
    /// field that is blank, or holds a word for none, is in every scope: such a lead goes to the rep who has the person
    /// in any, and takes no other lead with it.
    ///
    /// An account has its owners per value in [`owners`](crate::model::Account::owners).
    ///
    /// ```
    /// use leadkit::dedup::{Deduplicator, LeadKey};
    ///
    /// let matching = Deduplicator::load(serde_json::json!({"scope": ["products", "attributes.brand"]}))?;
    /// // What a person is reached or known by divides no customers.
    /// let errors = Deduplicator::load(serde_json::json!({"scope": ["phone"]})).unwrap_err();
    /// assert!(errors.to_string().contains("`phone` identifies a person: customers cannot be divided by it"));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<LeadKey>,
    /// A key shared by more records than this is ignored: a switchboard number, a public mail domain. At least 1; 20 by
    /// default.
    pub crowded_key: u32,
    /// Zone in which calendar months are counted.
    pub zone: Zone,
    /// Whether a lead that only shares its company with another lead waits for a person; `false` by default.
    pub hold_tag_only: bool,
}

/// One matching rule: what is compared, and what a hit means.
///
/// A rule of several comparisons hits a record when all of them hold. They share one key, so that a database fetches no
/// row for which only some of them hold, and `crowded_key` counts the records that agree in all of them. Rules of several
/// comparisons, and of a field that is not a key by itself, need keys that only they know: store what `lead_keys` and
/// `account_keys` of the deduplicator give, and renew them when the rules change.
///
/// ```
/// use leadkit::book::Book;
/// use leadkit::dedup::Deduplicator;
/// use leadkit::model::{Account, Lead, OwnerState};
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let matching = Deduplicator::load(serde_json::json!({"rules": [{
///     "id": "company-product",
///     "lead": "company", "target": "account.company",
///     "and": [{"lead": "products", "target": "account.attributes.product"}],
///     "action": "convert",
/// }]}))?;
/// let mut book = Book::new().with_matching(&matching);
/// for (id, product, owner) in [("A1", "crm", "li"), ("A2", "erp", "wang")] {
///     book.insert_account(Account {
///         id: id.into(),
///         company: "北京纷扬科技有限公司".into(),
///         owner: Some(owner.into()),
///         attributes: [("product".to_owned(), product.into())].into(),
///         ..Account::default()
///     });
/// }
///
/// let lead = Lead {
///     id: "L1".into(),
///     company: Some("北京纷扬科技有限公司".into()),
///     products: vec!["ERP".into()],
///     ..Lead::default()
/// };
/// let tables = HostTables::default();
/// let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-01T09:00:00Z".parse().unwrap()));
/// let rows = book.rows(&matching.probe(&facts));
/// assert_eq!(rows.accounts.len(), 1);
/// let resolution = matching.resolve(&facts, &rows, &|_| OwnerState::Active);
/// assert_eq!(resolution.action().owner().unwrap().as_str(), "wang");
/// assert_eq!(resolution.matches()[0].evidence, "北京纷扬科技有限公司 · ERP");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRule {
    /// Identifier, unique in the document; matches and decisions name it.
    pub id: RuleId,
    /// Which leads the rule is for; all when left out.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// The value of the lead that is compared.
    pub lead: LeadKey,
    /// The field of records that it is compared with.
    pub target: MatchTarget,
    /// When the two values agree: equal, or alike from a threshold on.
    #[serde(default)]
    pub comparator: Comparator,
    /// What must agree too, of the same record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub and: Vec<Comparison>,
    /// How old a record may be to count; of any age when left out. For re-entries see [`ReentryWindow`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ReentryWindow>,
    /// What happens to a lead that matches.
    pub action: RuleAction,
    /// Labels that a lead gets when this rule decides, such as `reward`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub labels: BTreeSet<MatchLabel>,
}

/// A further comparison of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The value of the lead that is compared.
    pub lead: LeadKey,
    /// The field of the record that it is compared with.
    pub target: MatchTarget,
    /// When the two values agree: equal, or alike from a threshold on.
    #[serde(default)]
    pub comparator: Comparator,
}

impl Comparison {
    /// Whether a list of leads is compared with a custom attribute.
    pub(super) fn is_list_beside_attribute(&self) -> bool {
        let is_list =
            |key: &LeadKey| matches!(key, LeadKey::Field(field) if field.kind() == FieldType::Texts);
        let of_record = self.target.as_lead_key();
        match (&self.lead, &self.target) {
            (lead, MatchTarget::LeadAttribute(_) | MatchTarget::AccountAttribute(_)) => is_list(lead),
            (LeadKey::Attribute(_), _) => of_record.as_ref().is_some_and(is_list),
            _ => false,
        }
    }

    /// A comparison of canonical forms.
    ///
    /// ```
    /// use leadkit::dedup::{
    ///     Comparator, Comparison, DedupRules, Deduplicator, LeadKey, MatchRule, MatchTarget, RuleAction,
    /// };
    /// use leadkit::model::LeadField;
    ///
    /// // The same name in the same city: a second comparison of a rule.
    /// let field = |field| (LeadKey::Field(field), MatchTarget::LeadField(field));
    /// let ((name, on_file), (city, its_city)) = (field(LeadField::Name), field(LeadField::City));
    /// let rule = MatchRule {
    ///     and: vec![Comparison::new(city, its_city)],
    ///     ..MatchRule::new("name-city", name, on_file, RuleAction::TagOnly)
    /// };
    /// assert_eq!(rule.and[0].comparator, Comparator::Folded);
    /// let rules = DedupRules { rules: vec![rule], ..DedupRules::empty() };
    /// assert!(Deduplicator::compile(&rules).is_ok());
    /// ```
    #[must_use]
    pub fn new(lead: LeadKey, target: MatchTarget) -> Comparison {
        Comparison { lead, target, comparator: Comparator::Folded }
    }
}

/// How old a record may be to count; of `reenter` and `key_change`, how long an unowned lead is idle before a new cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReentryWindow {
    /// Calendar months. The end is included; a day the month does not have is its last.
    pub months: u32,
}

impl ReentryWindow {
    /// Whether a record created then still counts now.
    pub(crate) fn covers(self, created_at: DateTime<Utc>, now: DateTime<Utc>, zone: &Zone) -> bool {
        let end = zone.local(created_at).checked_add_months(Months::new(self.months));
        end.is_none_or(|end| now <= zone.first_moment(end))
    }
}

impl MatchRule {
    /// Everything that is compared.
    pub(super) fn comparisons(&self) -> impl Iterator<Item = Comparison> {
        let first =
            Comparison { lead: self.lead.clone(), target: self.target.clone(), comparator: self.comparator };
        std::iter::once(first).chain(self.and.iter().cloned())
    }

    /// The least probability of names that are compared by likeness.
    pub(super) fn threshold(&self) -> Option<f64> {
        let further = self.and.iter().map(|one| one.comparator);
        std::iter::once(self.comparator).chain(further).find_map(Comparator::threshold)
    }

    /// A rule for all leads without a window, comparing canonical forms.
    ///
    /// ```
    /// use leadkit::dedup::{DedupRules, Deduplicator, LeadKey, MatchRule, MatchTarget, RuleAction};
    ///
    /// // A lead with the phone of an account's contact goes to the owner of the account.
    /// let rule = MatchRule::new("phone", LeadKey::Phone, MatchTarget::ContactPhone, RuleAction::Convert);
    /// let rules = DedupRules { rules: vec![rule.clone()], ..DedupRules::empty() };
    /// assert!(Deduplicator::compile(&rules).is_ok());
    ///
    /// // Both sides of a comparison must be of one kind.
    /// let mixed = MatchRule { target: MatchTarget::ContactEmail, ..rule };
    /// let errors = Deduplicator::compile(&DedupRules { rules: vec![mixed], ..DedupRules::empty() }).unwrap_err();
    /// assert_eq!(
    ///     errors.diagnostics()[0].message,
    ///     "`phone` of a lead is a phone number, `contact.email` is an e-mail address: they are never equal",
    /// );
    /// ```
    #[must_use]
    pub fn new(id: &str, lead: LeadKey, target: MatchTarget, action: RuleAction) -> MatchRule {
        MatchRule {
            id: id.into(),
            when: Condition::default(),
            lead,
            target,
            comparator: Comparator::Folded,
            and: Vec::new(),
            window: None,
            action,
            labels: BTreeSet::new(),
        }
    }
}
