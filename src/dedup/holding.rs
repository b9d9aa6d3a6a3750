//! Which part of an account a lead belongs to: the whole, or the part of each value of the rules' scope that divides the
//! account.

use super::target::LeadKey;
use super::written::written;
use crate::contact::says_nothing;
use crate::model::{Account, Lead, RepId};
use crate::text::fold;

/// A part of an account, and who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding<'a> {
    /// The value it is held for; `None` for the rest.
    value: Option<&'a str>,
    pub(crate) owner: Option<&'a RepId>,
}

impl Holding<'_> {
    /// The field of the account that says who has it.
    pub(crate) fn field(&self) -> String {
        self.value.map_or_else(|| "owner".to_owned(), |value| format!("owners.{value}"))
    }
}

/// The values of a field that divides customers, as two spellings share them.
pub(super) fn scope_values(key: &LeadKey, lead: &Lead) -> Vec<String> {
    texts_of(key, lead).iter().map(|text| fold(text)).collect()
}

/// The text of a field, without blanks and words for none: an empty form field names nothing.
fn texts_of(key: &LeadKey, lead: &Lead) -> Vec<String> {
    let texts = written(lead, key).into_iter().map(|text| text.trim().to_owned());
    texts.filter(|text| !fold(text).trim().is_empty() && !says_nothing(text)).collect()
}

/// The values of the fields that divide customers, as written, each once.
pub(crate) fn scope_texts(scope: &[LeadKey], lead: &Lead) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for key in scope {
        for text in texts_of(key, lead) {
            if !texts.iter().any(|one| fold(one) == fold(&text)) {
                texts.push(text);
            }
        }
    }
    texts
}

/// The parts of an account that a lead belongs to, in the order of the lead's values. A value that nobody is named for is
/// held by the account's owner; a lead without a value belongs to the owner's part, or without an owner to every part. Empty
/// when all its values belong to nobody.
pub(crate) fn holdings<'a>(scope: &[LeadKey], lead: &Lead, account: &'a Account) -> Vec<Holding<'a>> {
    let rest = || Holding { value: None, owner: account.owner.as_ref() };
    // Not divided: the account is one part, whatever the lead names.
    if account.owners.is_empty() {
        return vec![rest()];
    }
    let part = |(name, owner): (&'a String, &'a RepId)| Holding { value: Some(name), owner: Some(owner) };
    let fields = scope.iter().map(|key| scope_values(key, lead)).filter(|values| !values.is_empty());
    let fields: Vec<Vec<String>> = fields.collect();
    // A lead that names no part belongs to the rest; if nobody holds that, to every part, and a person has to decide.
    if fields.is_empty() {
        return if account.owner.is_some() {
            vec![rest()]
        } else {
            account.owners.iter().map(part).collect()
        };
    }
    let names_a_part =
        |values: &Vec<String>| values.iter().any(|value| account.parts_of(value).next().is_some());
    // The account is divided by the fields whose values name its parts: other fields do not matter then.
    let divides: Vec<&Vec<String>> = fields.iter().filter(|values| names_a_part(values)).collect();
    let divides = if divides.is_empty() { fields.iter().collect() } else { divides };
    let mut parts: Vec<Holding<'a>> = Vec::new();
    for value in divides.into_iter().flatten() {
        let found = account.holders_of(value).map(|(value, owner)| Holding { value, owner: Some(owner) });
        // Two values may belong to one part.
        for part in found {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
}

/// Whether two leads are in one scope, so that they have one owner: each field is blank on both sides, or has a value in
/// common. A lead without a value may follow one that has a value, but not take it along.
pub(crate) fn share_scope(scope: &[LeadKey], a: &Lead, b: &Lead) -> bool {
    scope.iter().all(|key| {
        let (ours, theirs) = (scope_values(key, a), scope_values(key, b));
        (ours.is_empty() && theirs.is_empty()) || ours.iter().any(|one| theirs.contains(one))
    })
}

/// Whether every value that a lead names is also named by the other.
pub(crate) fn is_within(scope: &[LeadKey], one: &Lead, other: &Lead) -> bool {
    scope.iter().all(|key| {
        let wider = scope_values(key, other);
        scope_values(key, one).iter().all(|value| wider.contains(value))
    })
}

/// Whether the other lead belongs to every part of the account that this lead belongs to.
pub(crate) fn is_of_parts_of(scope: &[LeadKey], one: &Lead, other: &Lead, account: &Account) -> bool {
    let wider = holdings(scope, other, account);
    holdings(scope, one, account).iter().all(|part| wider.contains(part))
}

/// Whether two leads belong to one part of an account.
pub(crate) fn share_a_part(scope: &[LeadKey], a: &Lead, b: &Lead, account: &Account) -> bool {
    let theirs = holdings(scope, b, account);
    holdings(scope, a, account).iter().any(|part| theirs.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LeadField;

    fn parts(
        owner: Option<&str>,
        owners: &[(&str, &str)],
        products: &[&str],
    ) -> Vec<(String, Option<String>)> {
        let account = Account {
            owner: owner.map(Into::into),
            owners: owners.iter().map(|(value, rep)| ((*value).to_owned(), (*rep).into())).collect(),
            ..Account::default()
        };
        let lead =
            Lead { products: products.iter().map(|one| (*one).to_owned()).collect(), ..Lead::default() };
        let parts = holdings(&[LeadKey::Field(LeadField::Products)], &lead, &account);
        parts.iter().map(|part| (part.field(), part.owner.map(ToString::to_string))).collect()
    }

    #[test]
    fn a_lead_is_of_what_its_values_name() {
        let two = [("CRM", "li"), ("erp", "wang")];
        let part = |field: &str, owner: &str| (field.to_owned(), Some(owner.to_owned()));
        let all = || vec![part("owners.CRM", "li"), part("owners.erp", "wang")];
        assert_eq!(parts(None, &two, &["crm"]), [part("owners.CRM", "li")]);
        assert_eq!(parts(None, &two, &["crm", "CRM "]), [part("owners.CRM", "li")]);
        assert_eq!(
            parts(None, &two, &["erp", "crm"]),
            [part("owners.erp", "wang"), part("owners.CRM", "li")]
        );
        assert_eq!(parts(None, &two, &["payroll"]), []);
        assert_eq!(parts(None, &two, &["payroll", "crm"]), [part("owners.CRM", "li")]);
        assert_eq!(parts(None, &two, &[]), all());
        // The holder of the rest.
        assert_eq!(parts(Some("zhao"), &two, &["payroll"]), [part("owner", "zhao")]);
        assert_eq!(parts(Some("zhao"), &two, &[]), [part("owner", "zhao")]);
        // An empty form field.
        assert_eq!(parts(None, &two, &["", " "]), all());
        assert_eq!(parts(None, &two, &["暂无", "N/A"]), all());
        assert_eq!(parts(Some("zhao"), &two, &["crm", ""]), [part("owners.CRM", "li")]);
        // An account that is not divided.
        assert_eq!(parts(Some("zhao"), &[], &["crm"]), [part("owner", "zhao")]);
        assert_eq!(parts(None, &[], &["crm"]), [("owner".to_owned(), None)]);
    }
    /// A field whose values name no part does not matter next to one whose values do.
    #[test]
    fn a_field_that_divides_nothing_calls_nobody() {
        let account = Account {
            owner: Some("zhao".into()),
            owners: [("crm".to_owned(), "li".into())].into(),
            ..Account::default()
        };
        for (products, scenario, wanted) in [
            (&["crm"][..], Some("sme"), "owners.crm"),
            (&["crm"], None, "owners.crm"),
            (&["payroll"], Some("sme"), "owner"),
            (&[], Some("sme"), "owner"),
            (&["sme"], Some("crm"), "owners.crm"),
        ] {
            let lead = Lead {
                products: products.iter().map(|one| (*one).to_owned()).collect(),
                scenario: scenario.map(str::to_owned),
                ..Lead::default()
            };
            let scope = [LeadField::Products, LeadField::Scenario].map(LeadKey::Field);
            let parts = holdings(&scope, &lead, &account);
            let fields: Vec<String> = parts.iter().map(Holding::field).collect();
            assert_eq!(fields, [wanted], "{products:?} {scenario:?}");
        }
    }
}
