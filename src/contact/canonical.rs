//! The form in which two writings of one field are the same.

use super::email_field::read_emails;
use super::phone::{Phone, PhoneOptions};
use super::phone_field::read_phones;

/// The numbers of a phone field, extensions included, however it is written; `None` when one of its values has no key.
pub(crate) fn phone_keys(field: &str, options: &PhoneOptions<'_>) -> Option<String> {
    let one = |phone: &Phone| {
        let extension = phone.extension().map(|digits| format!(" {digits}")).unwrap_or_default();
        phone.key().map(|key| format!("{key}{extension}"))
    };
    joined(read_phones(field, options).iter().map(|found| one(&found.value)).collect::<Option<Vec<_>>>()?)
}

/// The addresses of an e-mail field, however it is written; `None` when one of its values is not an address.
pub(crate) fn email_keys(field: &str) -> Option<String> {
    let keys =
        read_emails(field).into_iter().map(|found| found.value.ok().map(|email| email.key().to_owned()));
    joined(keys.collect::<Option<Vec<_>>>()?)
}

fn joined(mut keys: Vec<String>) -> Option<String> {
    keys.sort();
    keys.dedup();
    (!keys.is_empty()).then(|| keys.join(","))
}
