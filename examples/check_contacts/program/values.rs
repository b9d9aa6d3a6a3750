//! Phone numbers and e-mail addresses of a line.

use std::ops::Range;
use std::sync::Arc;

use leadkit::contact::{
    Email, EmailFault, Phone, PhoneOptions, PhoneOracle, PhoneQuality, fake_email, fake_phone, read_emails,
    read_phones,
};
use leadkit::model::Region;

use super::print::Finding;

/// The judge of other countries' numbers, with the feature `phone-world`.
pub(super) fn oracle() -> Option<Arc<dyn PhoneOracle>> {
    #[cfg(feature = "phone-world")]
    return Some(Arc::new(leadkit::contact::WorldPhones));
    #[cfg(not(feature = "phone-world"))]
    None
}

pub(super) fn phones(line: &str, region: Region) -> Vec<Finding> {
    let oracle = oracle();
    let options =
        PhoneOptions { default_region: region, oracle: oracle.as_deref().map(|oracle| oracle as _) };
    let found = read_phones(line, &options);
    let findings = found.into_iter().flat_map(|one| phone(&one.value, &one.span));
    or_empty(findings.collect(), "phone.format")
}

fn phone(phone: &Phone, span: &Range<usize>) -> Vec<Finding> {
    let key = phone.key().unwrap_or("-");
    let normalised = match phone.extension() {
        Some(extension) => format!("{key};ext={extension}"),
        None => key.to_owned(),
    };
    let one = |severity, rule: &str| vec![Finding::new(severity, rule, span.clone(), &normalised)];
    match phone.quality() {
        PhoneQuality::Malformed(_) | PhoneQuality::PossibleNotAssigned => one("flag", "phone.format"),
        PhoneQuality::UnknownCountry if phone.fault().is_some() => one("flag", "phone.format"),
        PhoneQuality::UnknownCountry => one("pass", "phone.unknown_country"),
        _ => {
            let fakes = fake_phone(phone);
            if fakes.is_empty() {
                return one("pass", "-");
            }
            fakes.iter().flat_map(|reason| one("flag", &format!("fake.{}", reason.code()))).collect()
        }
    }
}

pub(super) fn emails(line: &str) -> Vec<Finding> {
    let findings = read_emails(line).into_iter().flat_map(|one| email(&one.value, &one.span));
    or_empty(findings.collect(), "email.format")
}

fn email(email: &Result<Email, EmailFault>, span: &Range<usize>) -> Vec<Finding> {
    let Ok(email) = email else {
        return vec![Finding::new("flag", "email.format", span.clone(), "-")];
    };
    let one = |severity, rule: &str| Finding::new(severity, rule, span.clone(), email.key());
    let fakes = fake_email(email);
    if fakes.is_empty() {
        return vec![one("pass", "-")];
    }
    fakes.iter().map(|reason| one("flag", &format!("fake.{}", reason.code()))).collect()
}

/// A blank line holds no value and is no contact.
fn or_empty(findings: Vec<Finding>, rule: &str) -> Vec<Finding> {
    if findings.is_empty() { vec![Finding::whole("flag", rule)] } else { findings }
}
