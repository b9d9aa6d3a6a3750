//! Who must not be contacted, and by which channel.

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::contacts::Channels;
use super::entry_keys::phone_entries;
use super::holders::{Holder, Holders, KeyKind};
use super::lists::{email_key, phone_key, warn_of_phone, wechat_key};
use super::rules::{Channel, ConsentCheck, ConsentRecord};
use crate::contact::{Wechat, person_of};
use crate::error::Report;
use crate::rule::Facts;

/// Records by person key; the map is never iterated.
#[derive(Clone, Default)]
pub(super) struct Consents {
    records: Vec<ConsentRecord>,
    by_key: FxHashMap<String, Vec<usize>>,
    /// The host has given them in addition to the document.
    is_attached: bool,
}

impl std::fmt::Debug for Consents {
    /// Shows how many there are, not whose.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consents").field("records", &self.records.len()).finish_non_exhaustive()
    }
}

impl Consents {
    pub(super) fn compile(check: &ConsentCheck, holder: &mut Holder<'_>, report: &mut Report) -> Consents {
        if check.records.is_empty() {
            report.within("records", |report| {
                report.error("empty_list", "there are no records", "add a record, or remove the rule");
            });
        }
        Consents::of_records(&check.records, holder, report)
    }

    /// Those that the host keeps outside the document: as many as there are, which may be none.
    pub(super) fn attached(records: &[ConsentRecord], report: &mut Report) -> Consents {
        let mut apart = Holders::default();
        let consents = Consents::of_records(records, &mut apart.of_rule(0), report);
        Consents { is_attached: true, ..consents }
    }

    /// Whether the table of keys does not know them.
    pub(super) fn is_attached(&self) -> bool {
        self.is_attached
    }

    fn of_records(records: &[ConsentRecord], holder: &mut Holder<'_>, report: &mut Report) -> Consents {
        let mut consents = Consents::default();
        report.within("records", |report| {
            for (index, record) in records.iter().enumerate() {
                report.item(index, |report| consents.read(record, holder, report));
            }
        });
        consents
    }

    fn read(&mut self, record: &ConsentRecord, holder: &mut Holder<'_>, report: &mut Report) {
        let place = self.records.len();
        let mut add =
            |kind: &str, key: Result<Box<str>, (String, &'static str)>, report: &mut Report| match key {
                Ok(key) => {
                    // An account that is found by a phone number is that number.
                    let (kind, held) = match kind {
                        "phone" => (kind, KeyKind::Phone),
                        "wechat" if key.starts_with('+') => ("phone", KeyKind::Phone),
                        "wechat" => (kind, KeyKind::Wechat),
                        _ => (kind, KeyKind::Email),
                    };
                    holder.add(held, &*key);
                    self.by_key.entry(format!("{kind}:{key}")).or_default().push(place);
                }
                Err((message, help)) => {
                    report.within(kind, |report| report.error("bad_entry", message, help))
                }
            };
        if let Some(phone) = &record.phone {
            add("phone", phone_key(phone.as_str()), report);
            report.within("phone", |report| warn_of_phone(phone.as_str(), report));
        }
        if let Some(email) = &record.email {
            add("email", email_key(email.as_str()), report);
        }
        if let Some(wechat) = &record.wechat {
            add("wechat", wechat_key(wechat.as_str()), report);
        }
        if record.phone.is_none() && record.email.is_none() && record.wechat.is_none() {
            report.error(
                "nobody_named",
                "the record names nobody",
                "add the person's `phone`, `email` or `wechat`",
            );
        }
        if record.channels.is_empty() {
            report.within("channels", |report| {
                report.error("empty_list", "no channel is refused", "write `all`, or the channels");
            });
        }
        if record.until.is_some_and(|until| until <= record.since) {
            report.within("until", |report| {
                report.error(
                    "empty_window",
                    "the record ends before it begins",
                    "write a later time, or none",
                );
            });
        }
        if record.basis.trim().is_empty() {
            report.warning(
                "no_basis",
                "the record does not give the lawful basis for not contacting the person",
                "add `basis`, such as `objection` or `consent_withdrawn`",
            );
        }
        self.records.push(record.clone());
    }

    /// The records in force about a lead, in the order of the document.
    pub(super) fn of(&self, facts: &Facts<'_>, now: DateTime<Utc>) -> Vec<&ConsentRecord> {
        let phones = facts.phones().iter().flat_map(phone_entries);
        let mut keys: Vec<String> = phones.map(|key| format!("phone:{key}")).collect();
        keys.extend(facts.email_keys().iter().map(|key| format!("email:{}", person_of(key))));
        // A phone number given as a WeChat id belongs to the same person.
        let wechats = || facts.wechat_ids().map(Wechat::key);
        keys.extend(wechats().filter(|key| key.starts_with('+')).map(|key| format!("phone:{key}")));
        keys.extend(wechats().map(|key| format!("wechat:{key}")));
        let mut places: Vec<usize> =
            keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let in_force =
            |record: &&ConsentRecord| record.since <= now && record.until.is_none_or(|until| now < until);
        places.iter().filter_map(|place| self.records.get(*place)).filter(in_force).collect()
    }
}

impl Channels {
    pub(super) fn refuse(&mut self, channel: Channel) {
        self.phone &= !matches!(channel, Channel::Phone | Channel::All);
        self.email &= !matches!(channel, Channel::Email | Channel::All);
        self.wechat &= !matches!(channel, Channel::Wechat | Channel::All);
    }

    pub(super) fn is_empty(self) -> bool {
        !(self.phone || self.email || self.wechat)
    }
}
