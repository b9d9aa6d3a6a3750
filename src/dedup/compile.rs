//! From rules to a deduplicator: load, lint, compile, and what the type system cannot check.

use std::collections::BTreeSet;
use std::fmt;

use super::action::RuleAction;
use super::comparator::Comparator;
use super::composite::Composites;
use super::deduplicator::Deduplicator;
use super::part::Part;
use super::plan::Plan;
use super::probe::MatchKeyKind;
use super::rules::{Comparison, DedupRules, MatchRule};
use super::target::{LeadKey, MatchTarget};
use crate::document::{Unique, reserved};
use crate::error::Report;
use crate::model::{ExternalIdKind, FieldType, LeadField};
use crate::rule::{Registry, RulesDocument, RulesVersion, Scope, rules_document};
use crate::text::fold;

rules_document!(DedupRules => Deduplicator);

impl RulesDocument for DedupRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        Deduplicator::compile_into(self, report);
    }
}

impl DedupRules {
    /// Reports the mistakes that the type system cannot find.
    fn check(&self, report: &mut Report) {
        RulesVersion::check(self.format, report);
        if self.crowded_key == 0 {
            report.within("crowded_key", |report| {
                report.error("no_key_left", "`crowded_key` must be at least 1", "20 is usual");
            });
        }
        let mut ids = Unique::ids("rule");
        report.within("rules", |report| {
            for (index, rule) in self.rules.iter().enumerate() {
                report.item(index, |report| {
                    report.within("id", |report| ids.check(rule.id.as_str(), report));
                    rule.check(report);
                });
            }
        });
        report.within("update", |report| {
            // Keys and lists only grow, and lifecycle fields belong to one record: none of them is overwritten.
            let unfit = |field: &LeadField| {
                let is_kept = Part::of(*field) != Part::Description;
                is_kept.then(|| format!("a re-entry never overwrites `{field}`"))
            };
            check_fields(&self.update, unfit, report);
        });
        report.within("scope", |report| {
            check_fields(&self.scope, divides_nobody, report);
        });
        report.within("decisive", |report| {
            let unfit = |field: &LeadField| {
                (!is_of_customer(*field)).then(|| format!("`{field}` cannot decide who the owner is"))
            };
            check_fields(&self.decisive, unfit, report);
        });
    }
}

impl Deduplicator {
    pub(crate) fn compile_into(rules: &DedupRules, report: &mut Report) -> Deduplicator {
        rules.check(report);
        let (conditions, plans) = report.within("rules", |report| {
            let compile = |(index, rule): (usize, &MatchRule)| {
                report.item(index, |report| {
                    let when = report.within("when", |report| rule.when.compile(Scope::Dedup, report));
                    (when, Plan::compile(&rule.action, &rule.target, report))
                })
            };
            rules.rules.iter().enumerate().map(compile).unzip()
        });
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        let like = rules.rules.iter().any(|rule| rule.threshold().is_some());
        // Only rules with a threshold compare names that are not equal.
        let judge = like.then(Box::default);
        let composites = Composites::compile(&rules.rules);
        let wanted = wanted(rules, &composites);
        Deduplicator { rules: rules.clone(), conditions, plans, wanted, judge, composites, version }
    }
}

/// The kinds of key that rows are fetched by.
fn wanted(rules: &DedupRules, composites: &Composites) -> Vec<MatchKeyKind> {
    // The same record, and a repeated submission, are recognised whatever the rules compare.
    let mut wanted = vec![
        MatchKeyKind::RecordId,
        MatchKeyKind::PersonId,
        MatchKeyKind::Phone,
        MatchKeyKind::Email,
        MatchKeyKind::Wechat,
    ];
    let may_change = |rule: &MatchRule| match &rule.action {
        RuleAction::KeyChange => true,
        // A script may choose `key_change` for a lead.
        RuleAction::Custom { .. } => rule.target.is_lead(),
        _ => false,
    };
    if rules.rules.iter().any(may_change) {
        // The owner of the company that the lead names now is the new owner.
        wanted.push(MatchKeyKind::CompanyExact);
    }
    // Composite rules are found by the keys they make of their fields.
    let plain = rules.rules.iter().enumerate().filter(|(place, _)| composites.of_rule(*place).is_none());
    wanted.extend(plain.filter_map(|(_, rule)| rule.lead.kind()));
    wanted
}

impl MatchRule {
    fn check(&self, report: &mut Report) {
        check_comparison(&self.lead, &self.target, self.comparator, report);
        report.within("and", |report| {
            for (index, one) in self.and.iter().enumerate() {
                report.item(index, |report| {
                    check_comparison(&one.lead, &one.target, one.comparator, report);
                    self.check_beside(index, one, report);
                });
            }
        });
        if self.comparisons().all(|one| !one.comparator.makes_keys()) {
            report.within("comparator", |report| {
                report.error(
                    "no_key",
                    "no comparison requires equal values, so a database cannot fetch the records",
                    "add a comparison to `and` that is `exact` or `folded`, such as of the phone",
                );
            });
        }
        let is_similar = |one: &Comparison| matches!(one.comparator, Comparator::Similar { .. });
        let narrows = |one: &Comparison| match one.comparator {
            Comparator::Similar { .. } => false,
            // The words of the name are part of the key.
            Comparator::PersonName => true,
            _ => !is_broad(&one.lead),
        };
        let has_key = self.comparisons().any(|one| one.comparator.makes_keys());
        // A mark moves no lead, and another warning covers rules that only mark without a person.
        let decides = matches!(self.action, RuleAction::Convert | RuleAction::SameOwner);
        let has_likeness = self.comparisons().any(|one| is_similar(&one));
        if has_key && (has_likeness || decides) && !self.comparisons().any(|one| narrows(&one)) {
            report.within("comparator", |report| {
                report.warning(
                    "broad_key",
                    "the values compared here are shared by many records, and a value that more than `crowded_key` records share is not used as a key",
                    "compare a phone, an e-mail address, a domain or a company too",
                );
            });
        }
        self.action.check(&self.target, report);
        let is_of_a_person = |one: Comparison| {
            use LeadKey::{Email, PersonId, Phone, Wechat};
            matches!(one.lead, Phone | Email | Wechat | PersonId) && one.target.kind().is_some()
        };
        if self.action.is_of_a_person() && !self.comparisons().any(is_of_a_person) {
            report.within("action", |report| {
                let message = format!("nothing here identifies one person, so `{}` only marks", self.action);
                report.warning(
                    "only_marks",
                    message,
                    "compare a phone, an e-mail address or a WeChat id too",
                );
            });
        }
    }

    /// What a further comparison must not be after those before it.
    fn check_beside(&self, index: usize, one: &Comparison, report: &mut Report) {
        if one.target.is_lead() != self.target.is_lead() {
            report.within("target", |report| {
                let message = format!(
                    "`{}` and `{}` are fields of different kinds of records",
                    self.target, one.target
                );
                report.error(
                    "two_objects",
                    message,
                    "compare with one record: all of leads, or of accounts and contacts",
                );
            });
        }
        let is_same = |earlier: &Comparison| (&earlier.lead, &earlier.target) == (&one.lead, &one.target);
        // The rule's own comparison comes first, so this one has the place `index + 1`.
        if self.comparisons().take(index + 1).any(|earlier| is_same(&earlier)) {
            let message = format!("`{}` is already compared with `{}`", one.lead, one.target);
            report.error("same_comparison", message, "keep one");
        }
    }
}

/// Whether a value of the field is shared by many who have nothing else in common.
fn is_broad(field: &LeadKey) -> bool {
    use LeadField::{
        BusinessModel, City, Country, Industry, JobFunction, Products, Province, Region, Scenario, Title,
    };
    let LeadKey::Field(field) = field else { return false };
    let broad =
        [City, Province, Country, Region, Products, Industry, JobFunction, BusinessModel, Scenario, Title];
    broad.contains(field) || field.as_str().contains('.')
}

/// Reports values that are never equal, and a comparator that does not fit them.
fn check_comparison(lead: &LeadKey, target: &MatchTarget, comparator: Comparator, report: &mut Report) {
    let unfit = [("lead", lead.unfit()), ("target", target.unfit())];
    for (at, message) in unfit.into_iter().filter_map(|(at, message)| Some((at, message?))) {
        report.within(at, |report| {
            report.error(
                "wrong_field",
                message,
                "compare `phone`, `email`, `company`, or a field such as `city`",
            );
        });
    }
    let (ours, theirs) = (What::of_lead(lead), What::of_target(target));
    // A place is compared as a place, whether a text or a code names it.
    let is_comparable = ours.can_equal(theirs) || (lead.is_place() && target.is_place());
    if !is_comparable {
        report.within("target", |report| {
            let message = format!(
                "`{lead}` of a lead is {}, `{target}` is {}: they are never equal",
                ours.describe(),
                theirs.describe()
            );
            let names = MatchTarget::fitting(lead);
            let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
            let mut help = match names.is_empty() {
                false => format!("compare it with {}", names.join(" or ")),
                true => format!("compare it with {} or a custom attribute", ours.describe()),
            };
            if let Some(other) = target.kind().and_then(LeadKey::of_kind) {
                help.push_str(&format!(", or the lead's `{other}` with `{target}`"));
            }
            report.error("wrong_target", message, help);
        });
    }
    report.within("comparator", |report| comparator.check(lead, target, report));
}

/// The type of the values of a field.
#[derive(Clone, Copy)]
enum What {
    Key(MatchKeyKind),
    Plain(FieldType),
}

impl What {
    fn of_lead(lead: &LeadKey) -> What {
        lead.kind().map_or(What::Plain(lead.field_type()), What::Key)
    }

    fn of_target(target: &MatchTarget) -> What {
        target.kind().map_or(What::Plain(target.field_type()), What::Key)
    }

    fn is_text(self) -> bool {
        matches!(self, What::Plain(FieldType::Text | FieldType::Texts | FieldType::Any))
    }

    /// A custom attribute may hold any type that the other side has, but not an identifier, which belongs to its system.
    fn can_equal(self, other: What) -> bool {
        use FieldType::{Any, Integer, Number, Text, Texts};
        match (self, other) {
            (What::Key(a), What::Key(b)) => a == b,
            (What::Key(kind), What::Plain(plain)) | (What::Plain(plain), What::Key(kind)) => {
                // Keys of persons are `name:value`, which no plain attribute equals.
                plain == Any && kind != MatchKeyKind::PersonId
            }
            (What::Plain(a), What::Plain(b)) => {
                // A text equals a list where it equals an item, and 5 equals 5.0.
                let is_alike = |kinds: &[FieldType]| kinds.contains(&a) && kinds.contains(&b);
                a == b || a == Any || b == Any || is_alike(&[Text, Texts]) || is_alike(&[Integer, Number])
            }
        }
    }

    fn describe(self) -> &'static str {
        match self {
            What::Key(MatchKeyKind::Phone) => "a phone number",
            What::Key(MatchKeyKind::Email) => "an e-mail address",
            What::Key(MatchKeyKind::Wechat) => "a WeChat id",
            What::Key(MatchKeyKind::PersonId) => "an identifier of a person",
            What::Key(MatchKeyKind::Domain) => "a domain",
            What::Key(_) => "a company name",
            What::Plain(FieldType::Any) => "a custom attribute",
            What::Plain(kind) => kind.describe(),
        }
    }
}

impl Comparator {
    fn check(self, lead: &LeadKey, target: &MatchTarget, report: &mut Report) {
        let (ours, theirs) = (What::of_lead(lead), What::of_target(target));
        let is_key = |what: What, wanted| matches!(what, What::Key(kind) if kind == wanted);
        let may_be = |wanted| [ours, theirs].iter().all(|what| what.is_text() || is_key(*what, wanted));
        let (fits, what) = match self {
            // A text that names a place differs from its code.
            Comparator::Exact => {
                (!lead.is_place() || !target.is_place() || ours.can_equal(theirs), "what is written")
            }
            Comparator::Folded => (true, ""),
            Comparator::Company { .. } => {
                // The likeness is that of the names of record: an attribute has none.
                (*lead == LeadKey::Company && is_key(theirs, MatchKeyKind::CompanyExact), "company names")
            }
            Comparator::Phone => (may_be(MatchKeyKind::Phone), "phone numbers"),
            Comparator::Domain => (may_be(MatchKeyKind::Domain), "domains"),
            Comparator::PersonName => (ours.is_text() && theirs.is_text(), "names of people"),
            Comparator::Similar { .. } => (ours.is_text() && theirs.is_text(), "texts"),
        };
        let name = self.name();
        if !fits {
            report.within(name, |report| {
                let message = format!("`{name}` compares {what}, not `{lead}` of a lead with `{target}`");
                let help = match self {
                    Comparator::Company { .. } => {
                        "use `folded`, or compare the lead's `company` with `account.company` or `lead.company`"
                    }
                    _ => "use `folded`",
                };
                report.error("wrong_comparator", message, help);
            });
        }
        let (Comparator::Company { threshold } | Comparator::Similar { threshold }) = self else { return };
        // Negated as a whole, so that NaN is refused.
        if !(threshold > 0.0 && threshold <= 1.0) {
            report.within(name, |report| {
                report.within("threshold", |report| {
                    report.error(
                        "out_of_range",
                        format!("`threshold` must be above 0 and at most 1, found `{threshold}`"),
                        "write a number such as 0.85",
                    );
                });
            });
        }
    }
}

impl RuleAction {
    fn check(&self, target: &MatchTarget, report: &mut Report) {
        report.within("action", |report| {
            if !self.fits(target) {
                let (objects, others) = if target.is_lead() {
                    ("leads", "`reenter`, `key_change`, `collect`, `same_owner` or `tag_only`")
                } else {
                    ("accounts", "`convert` or `tag_only`")
                };
                report.error(
                    "wrong_action",
                    format!("a match with {objects} cannot have the action `{self}`"),
                    format!("use {others}"),
                );
            }
            let RuleAction::Custom { codes, .. } = self else { return };
            report.within("custom", |report| {
                report.within("codes", |report| {
                    codes.iter().for_each(|code| check_code(code, report));
                });
            });
        });
    }
}

/// Whether the field describes a lead, so that it can divide customers or decide on the owner.
fn is_of_customer(field: LeadField) -> bool {
    // Lifecycle fields belong to one record and a key to one person: neither divides customers.
    !matches!(Part::of(field), Part::Life | Part::Key | Part::Kept)
}

/// Why customers are not divided by the field, if they are not.
fn divides_nobody(key: &LeadKey) -> Option<String> {
    use LeadKey::{Company, Domain, Email, ExternalId, Phone, Wechat};
    match key {
        Company => None,
        LeadKey::Field(field) => {
            (!is_of_customer(*field)).then(|| format!("customers cannot be divided by `{key}`"))
        }
        // A value that differs in every two leads would make every lead a separate customer.
        LeadKey::Attribute(name) if ExternalIdKind::of(name) == ExternalIdKind::Other => key.unfit(),
        LeadKey::Attribute(_) | LeadKey::PersonId | Phone | Email | Wechat | Domain | ExternalId(_) => {
            Some(format!("`{key}` identifies a person: customers cannot be divided by it"))
        }
    }
}

fn check_fields<F: Ord + fmt::Display>(
    fields: &[F],
    unfit: impl Fn(&F) -> Option<String>,
    report: &mut Report,
) {
    let mut seen = BTreeSet::new();
    for (index, field) in fields.iter().enumerate() {
        report.item(index, |report| {
            if let Some(message) = unfit(field) {
                report.error("kept_field", message, "remove it, and name only fields that describe the lead");
            } else if !seen.insert(field) {
                report.warning(
                    "duplicate_field",
                    format!("`{field}` is listed twice"),
                    "list each field once",
                );
            }
        });
    }
}

/// Reserved names: actions in rules, and actions in resolutions.
const TAKEN: [&str; 13] = [
    "same_owner",
    "held",
    "reenter",
    "key_change",
    "convert",
    "collect",
    "tag_only",
    "custom",
    "new",
    "to_owner",
    "assign_by_rules",
    "collected",
    "possible_duplicate",
];

fn check_code(code: &str, report: &mut Report) {
    if code.trim().is_empty() {
        report.error("blank_code", "the code is blank", "give it a name: it becomes a tag of the lead");
    } else if code.trim() != code || code.contains(char::is_control) {
        let message =
            format!("the code `{}` has spaces around it or control characters", code.escape_debug());
        report.error("bad_code", message, "write it as one word, such as `ask_partner`");
    } else if TAKEN.contains(&fold(code).as_str()) {
        reserved("taken_code", code, report);
    }
}
