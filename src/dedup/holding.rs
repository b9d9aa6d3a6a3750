//! What of an account a lead is of: the whole, or the part of each value of the rules' scope that the account is divided by.

use crate::model::{Account, Lead, LeadField, RepId, Value};
use crate::rule::read_field;
use crate::text::fold;

/// A part of an account, and who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding<'a> {
    /// The value it is held for; none for what no value names.
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
pub(super) fn scope_values(field: LeadField, lead: &Lead) -> Vec<String> {
    match read_field(field, lead) {
        Value::Null => Vec::new(),
        Value::List(items) => items.iter().map(|item| fold(item.trim())).collect(),
        value => vec![fold(value.to_string().trim())],
    }
}

/// The values of the fields that divide customers, as written, each once.
pub(crate) fn scope_texts(scope: &[LeadField], lead: &Lead) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for field in scope {
        let found = match read_field(*field, lead) {
            Value::Null => Vec::new(),
            Value::List(items) => items,
            value => vec![value.to_string()],
        };
        for text in found.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            if !texts.iter().any(|one| fold(one) == fold(text)) {
                texts.push(text.to_owned());
            }
        }
    }
    texts
}

/// The parts of an account that a lead is of, in the order of the lead's values. A value that nobody is named for is held by
/// the account's owner; a lead without a value is of what the owner holds, and without one of every part. None when all its
/// values are nobody's.
pub(crate) fn holdings<'a>(scope: &[LeadField], lead: &Lead, account: &'a Account) -> Vec<Holding<'a>> {
    let rest = || Holding { value: None, owner: account.owner.as_ref() };
    if account.owners.is_empty() {
        return vec![rest()];
    }
    let part = |(name, owner): (&'a String, &'a RepId)| Holding { value: Some(name), owner: Some(owner) };
    let values: Vec<String> = scope.iter().flat_map(|field| scope_values(*field, lead)).collect();
    let held = account.owner.is_some();
    if values.is_empty() {
        return if held { vec![rest()] } else { account.owners.iter().map(part).collect() };
    }
    let mut parts: Vec<Holding<'a>> = Vec::new();
    for value in &values {
        let is_of_it = |(name, _): &(&String, &RepId)| fold(name.trim()) == *value;
        let mut found: Vec<Holding<'a>> = account.owners.iter().filter(is_of_it).map(part).collect();
        if found.is_empty() && held {
            found.push(rest());
        }
        found.retain(|part| !parts.contains(part));
        parts.extend(found);
    }
    parts
}

/// Whether two leads are of one part of an account.
pub(crate) fn share_a_part(scope: &[LeadField], a: &Lead, b: &Lead, account: &Account) -> bool {
    let theirs = holdings(scope, b, account);
    holdings(scope, a, account).iter().any(|part| theirs.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let parts = holdings(&[LeadField::Products], &lead, &account);
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
        // Who holds the rest.
        assert_eq!(parts(Some("zhao"), &two, &["payroll"]), [part("owner", "zhao")]);
        assert_eq!(parts(Some("zhao"), &two, &[]), [part("owner", "zhao")]);
        // An account that is not divided.
        assert_eq!(parts(Some("zhao"), &[], &["crm"]), [part("owner", "zhao")]);
        assert_eq!(parts(None, &[], &["crm"]), [("owner".to_owned(), None)]);
    }
}
