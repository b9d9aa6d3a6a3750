//! Accounts in the form that conditions read.

use crate::model::{Account, BuyingRole, Lead, RegistryStatus, Value};

/// An account as conditions see it: its company, region, owner, pool and attributes in the fields of a lead.
///
/// Adds the columns `contact_count`, `kp_count` (contacts whose buying role is `kp`) and `closed_deal_at`, unless
/// the host has columns of these names, and fills `registry_status` and `industry` from the columns of these names.
/// O(contacts).
///
/// ```
/// use leadkit::model::{Account, Contact, Value};
/// use leadkit::inquiry::account_as_lead;
///
/// let account = Account { id: "A1".into(), contacts: vec![Contact::default()], ..Account::default() };
/// assert_eq!(account_as_lead(&account).attributes["contact_count"], Value::Integer(1));
/// ```
#[must_use]
pub fn account_as_lead(account: &Account) -> Lead {
    let mut attributes = account.attributes.clone();
    let count = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let kps = account.contacts.iter().filter(|contact| contact.buying_role == Some(BuyingRole::Kp)).count();
    attributes.entry("contact_count".to_owned()).or_insert(count(account.contacts.len()));
    attributes.entry("kp_count".to_owned()).or_insert(count(kps));
    if let Some(at) = account.closed_deal_at {
        attributes.entry("closed_deal_at".to_owned()).or_insert(Value::Timestamp(at));
    }
    let registry_status = match attributes.get("registry_status") {
        Some(Value::Text(status)) => Some(RegistryStatus::from(status.as_str())),
        _ => None,
    };
    let industry = match attributes.get("industry") {
        Some(Value::Text(industry)) => vec![industry.clone()],
        Some(Value::List(path)) => path.clone(),
        _ => Vec::new(),
    };
    Lead {
        id: account.id.as_str().into(),
        created_at: account.created_at,
        company: Some(account.company.clone()),
        region: account.region,
        owner: account.owner.clone(),
        pool: account.pool.clone(),
        registry_status,
        industry,
        attributes,
        ..Lead::default()
    }
}
