//! The unit that rules of several comparisons look at: the lead, the account, or each of its contacts.

use std::cell::OnceCell;

use super::candidate::Source;
use super::probe::{MatchKey, MatchKeyKind, Probe, contact_keys};
use crate::model::Contact;
use crate::rule::{FactContext, Facts, LeadLimits};

/// A record, or one of its contacts with the account's own values. Parsing keys takes long, so only those are read that
/// somebody needs.
pub(super) struct Unit<'u> {
    pub(super) source: Source<'u>,
    pub(super) contact: Option<&'u Contact>,
    context: &'u FactContext<'u>,
    /// The keys of the lead, or of the names of the account: read once for all its contacts.
    of_record: &'u OnceCell<Vec<MatchKey>>,
    of_contact: OnceCell<Vec<MatchKey>>,
}

impl Unit<'_> {
    /// The keys of a kind, among others.
    pub(super) fn keys(&self, kind: MatchKeyKind) -> &[MatchKey] {
        let (context, is_name) =
            (self.context, matches!(kind, MatchKeyKind::CompanyExact | MatchKeyKind::Domain));
        match (self.source, self.contact) {
            (Source::Lead(lead), _) => {
                self.of_record.get_or_init(|| Probe::of_lead(&Facts::new(lead, context)).keys)
            }
            (Source::Account(account), _) if is_name => {
                self.of_record.get_or_init(|| Probe::of_names(account, context))
            }
            (Source::Account(account), Some(contact)) => {
                self.of_contact.get_or_init(|| contact_keys(contact, account.region, context.tables))
            }
            (Source::Account(_), None) => &[],
        }
    }
}

/// Tries each unit of a record in turn, until one gives an answer: a rule compares with one and the same contact.
pub(super) fn find_unit<T>(
    source: Source<'_>,
    of_contacts: bool,
    context: &FactContext<'_>,
    mut ask: impl FnMut(&Unit<'_>) -> Option<T>,
) -> Option<T> {
    let of_record = OnceCell::new();
    let mut unit =
        |contact| ask(&Unit { source, contact, context, of_record: &of_record, of_contact: OnceCell::new() });
    match source {
        Source::Account(account) if of_contacts => {
            account.contacts.iter().take(LeadLimits::CONTACTS).find_map(|contact| unit(Some(contact)))
        }
        _ => unit(None),
    }
}
