//! A list that several people or companies keep together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::entry_keys::{EXTENSION, phone_entries};
use super::found::Found;
use super::holders::KeyKind;
use super::lists::{company_keys, email_key, ip_key, phone_key, shown, trimmed, wechat_key};
use super::reason::{ContactKind, HitReason};
use super::rules::JointCheck;
use crate::contact::{WechatKind, person_of};
use crate::model::{mask_email, mask_id, mask_phone};
use crate::rule::{Facts, LeadLimits};
use crate::text::fold;

/// What one contributor reports about one value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointReport {
    /// Why it is reported, in the contributor's words.
    #[serde(default)]
    pub reason: String,
    /// When the contributor first reported it; `None` when only its retraction has come so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<DateTime<Utc>>,
    /// When the contributor last reported it; `None` as for `first_seen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<DateTime<Utc>>,
    /// When the report ends: at this very moment it no longer counts. `None` is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
    /// When the contributor last retracted it: it counts again only once it is reported later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<DateTime<Utc>>,
}

impl JointReport {
    /// Merges two reports of one contributor: the later one counts (ties: the later end, then the greater text), the
    /// earliest time it was first seen, the latest time it was retracted.
    fn join(&mut self, other: &JointReport) {
        // `None` means that it never ends.
        let end = |report: &JointReport| (report.expires.is_none(), report.expires);
        let key = |report: &JointReport| (report.last_seen, end(report), report.reason.clone());
        if key(other) > key(self) {
            self.reason.clone_from(&other.reason);
            self.last_seen = other.last_seen;
            self.expires = other.expires;
        }
        self.first_seen = [self.first_seen, other.first_seen].into_iter().flatten().min();
        self.retracted = self.retracted.max(other.retracted);
    }

    fn counts(&self, now: DateTime<Utc>) -> bool {
        self.last_seen.is_some_and(|seen| self.retracted.is_none_or(|retracted| seen > retracted))
            && self.expires.is_none_or(|expires| now < expires)
    }
}

/// A value that is not a contact value of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}: {help}")]
pub struct JointError {
    message: String,
    help: &'static str,
}

/// Values that people or companies report together: "everybody builds it".
///
/// Each contributor reports separately (`north` and `NORTH` are one, whichever of them retracts a report), and lists are
/// [merged](JointList::merge) in any order and any number of times: the result is the same. An entry counts from as
/// many contributors on as a [`JointCheck`] requires, or from one that it trusts.
///
/// The keys are the values themselves. Hashing them would not hide a phone number: there are few enough numbers to try
/// them all. Treat a list as personal data, and [forget](JointList::forget) a person in every copy of it: a copy that
/// still has the person brings it back when it is merged.
///
/// ```
/// use leadkit::blacklist::{ContactKind, JointCheck, JointList};
///
/// let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
/// let (mut ours, mut theirs) = (JointList::default(), JointList::default());
/// ours.report(ContactKind::Phone, "139 2746 1853", "north", "asks for samples, never buys", day(1), None)?;
/// theirs.report(ContactKind::Phone, "+8613927461853", "south", "never pays", day(2), None)?;
/// let check = JointCheck::default();
/// assert!(ours.contributors(ContactKind::Phone, "13927461853", &check, day(3)).is_empty());
/// ours.merge(&theirs);
/// assert_eq!(ours.contributors(ContactKind::Phone, "13927461853", &check, day(3)), ["north", "south"]);
/// # Ok::<(), leadkit::blacklist::JointError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JointList {
    /// By key (`phone:+86…`), then by contributor.
    entries: BTreeMap<String, BTreeMap<String, JointReport>>,
}

impl fmt::Debug for JointList {
    /// Shows how much is listed, not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JointList").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

/// What a [joint list](JointList) loses. It names contact values: apply it, and keep it no longer than they may be kept.
///
/// `Debug` shows how many entries, not which.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JointDelta {
    gone: Vec<String>,
}

impl JointDelta {
    /// The keys of the removed entries, as the serialised list has them: `phone:+86…`. In order, each once.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.gone
    }

    /// Whether the list loses nothing by it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty()
    }
}

impl fmt::Debug for JointDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JointDelta").field("entries", &self.gone.len()).finish_non_exhaustive()
    }
}

fn is_phone(wechat: &str) -> bool {
    wechat_key(wechat).is_ok_and(|key| key.starts_with('+'))
}

/// The name of a contributor, however it is spelt.
fn name_of(contributor: &str) -> String {
    fold(contributor).trim().to_owned()
}

/// The report of one contributor about a key, all spellings of the name together.
struct Said<'l> {
    /// The first spelling.
    contributor: &'l str,
    report: JointReport,
    /// Blank names belong to nobody.
    is_named: bool,
}

/// How many report.
fn people(said: &[Said<'_>]) -> usize {
    said.iter().filter(|one| one.is_named).count()
}

/// Most bytes of a contributor's name, and of the words that are kept of a reason.
const MAX_NAME: usize = 256;
const MAX_REASON: usize = 1_024;

/// As much of a reason as is kept.
fn shortened(reason: &str) -> &str {
    let end = (0..=MAX_REASON.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
    end.and_then(|end| reason.get(..end)).unwrap_or_default()
}

/// The name of a contributor as it is kept, or what would be right.
fn contributor_of(name: &str) -> Result<String, JointError> {
    if name.len() <= MAX_NAME {
        return Ok(name.to_owned());
    }
    let message = format!("the contributor's name has {} bytes, at most {MAX_NAME} are kept", name.len());
    Err(JointError { message, help: "use a short name or an id" })
}

/// The key of a written value.
fn key_of(kind: ContactKind, value: &str) -> Result<String, JointError> {
    // A lead's value is read no further either.
    if value.len() > LeadLimits::TEXT {
        let message = format!("the value has {} bytes, at most {} are read", value.len(), LeadLimits::TEXT);
        return Err(JointError { message, help: "report the contact value alone" });
    }
    // An account that is found by a phone number is that number, as in lookups.
    let kind = match kind {
        ContactKind::Wechat if is_phone(value) => ContactKind::Phone,
        kind => kind,
    };
    let key = match kind {
        ContactKind::Phone => phone_key(value),
        ContactKind::Email => email_key(value),
        ContactKind::Wechat => wechat_key(value),
        // However the place is written, if there is one.
        ContactKind::Company => company_keys(value).map(|company| company.place.unwrap_or(company.key)),
        ContactKind::Ip => ip_key(value).map(|ip| ip.to_string().into()),
    };
    key.map(|key| format!("{kind}:{key}")).map_err(|(message, help)| JointError { message, help })
}

impl JointList {
    /// Adds what a contributor reports, in any spelling of the value. The first 1,024 bytes of the reason are kept.
    ///
    /// ```
    /// # use leadkit::blacklist::{ContactKind, JointCheck, JointList};
    /// # let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
    /// # let mut list = JointList::default();
    /// # let one = JointCheck { contributors: 1, ..JointCheck::default() };
    /// list.report(ContactKind::Phone, "139 2746 1853", "north", "never pays", day(1), Some(day(20)))?;
    /// assert_eq!(list.contributors(ContactKind::Phone, "+8613927461853", &one, day(10)), ["north"]);
    /// assert!(list.contributors(ContactKind::Phone, "+8613927461853", &one, day(25)).is_empty(), "expired");
    /// let error = list.report(ContactKind::Email, "nobody", "north", "", day(1), None).unwrap_err();
    /// assert!(error.to_string().starts_with("`n****` is not an e-mail address: there is no `@`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the value is not one of its kind, or longer than a lead's field is read ([`LeadLimits::TEXT`]), or the
    /// contributor's name is longer than 256 bytes.
    pub fn report(
        &mut self,
        kind: ContactKind,
        value: &str,
        contributor: &str,
        reason: &str,
        at: DateTime<Utc>,
        expires: Option<DateTime<Utc>>,
    ) -> Result<(), JointError> {
        let report = JointReport {
            reason: shortened(reason).to_owned(),
            first_seen: Some(at),
            last_seen: Some(at),
            expires,
            retracted: None,
        };
        self.add(key_of(kind, value)?, contributor_of(contributor)?, &report);
        Ok(())
    }

    /// Retracts a contributor's reports up to a moment, also those that reach this copy later.
    ///
    /// ```
    /// # use leadkit::blacklist::{ContactKind, JointCheck, JointList};
    /// # let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
    /// # let mut list = JointList::default();
    /// # let one = JointCheck { contributors: 1, ..JointCheck::default() };
    /// list.report(ContactKind::Phone, "13927461853", "north", "never pays", day(1), None)?;
    /// list.retract(ContactKind::Phone, "13927461853", "north", day(2))?;
    /// assert!(list.contributors(ContactKind::Phone, "13927461853", &one, day(3)).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the value is not one of its kind, or longer than a lead's field is read ([`LeadLimits::TEXT`]), or the
    /// contributor's name is longer than 256 bytes.
    pub fn retract(
        &mut self,
        kind: ContactKind,
        value: &str,
        contributor: &str,
        at: DateTime<Utc>,
    ) -> Result<(), JointError> {
        let report = JointReport { retracted: Some(at), ..JointReport::default() };
        self.add(key_of(kind, value)?, contributor_of(contributor)?, &report);
        Ok(())
    }

    /// Adds what another copy knows.
    ///
    /// ```
    /// # use leadkit::blacklist::{ContactKind, JointCheck, JointList};
    /// # let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
    /// # let mut list = JointList::default();
    /// # let one = JointCheck { contributors: 1, ..JointCheck::default() };
    /// let mut theirs = JointList::default();
    /// theirs.report(ContactKind::Phone, "13927461853", "south", "never pays", day(1), None)?;
    /// list.merge(&theirs);
    /// list.merge(&theirs);
    /// assert_eq!(list.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: &JointList) {
        for (key, reports) in &other.entries {
            for (contributor, report) in reports {
                self.add(key.clone(), contributor.clone(), report);
            }
        }
    }

    fn add(&mut self, key: String, contributor: String, report: &JointReport) {
        let reports = self.entries.entry(key).or_default();
        match reports.get_mut(&contributor) {
            Some(known) => known.join(report),
            None => {
                reports.insert(contributor, report.clone());
            }
        }
    }

    /// What the list loses when a person is forgotten, by [keys](crate::rule::Facts::person_keys) such as `phone:+86…`: a
    /// number goes with all its extensions, an address with all its tags. [Apply](JointList::apply) it to the list, and delete
    /// the rows of [its entries](JointDelta::entries) where a table holds the list. It is empty once the person is gone.
    ///
    /// Every copy has a separate delta: compute it for each of them. A person who has objected is kept from contact by a
    /// record of the rule `consent`, or by whatever the host keeps of those it has forgotten. O(keys × log entries), and
    /// O(addresses on the list) for each address.
    ///
    /// ```
    /// use leadkit::blacklist::{ContactKind, JointList};
    ///
    /// let (mut list, day) = (JointList::default(), "2026-03-01T00:00:00Z".parse().unwrap());
    /// list.report(ContactKind::Phone, "0755-26718843转801", "north", "never pays", day, None)?;
    /// let person = ["phone:+8675526718843".to_owned()];
    /// let delta = list.forget(&person);
    /// assert_eq!(delta.entries(), ["phone:+8675526718843;ext=801"]);
    /// list.apply(&delta);
    /// assert!(list.is_empty() && list.forget(&person).is_empty());
    /// # Ok::<(), leadkit::blacklist::JointError>(())
    /// ```
    #[must_use = "the person is on the list until the delta is applied"]
    pub fn forget(&self, keys: &[String]) -> JointDelta {
        let from = |start: String| self.entries.range(start..).map(|(key, _)| key);
        let mut gone: BTreeSet<&String> = BTreeSet::new();
        for key in keys {
            if let Some(person) = key.strip_prefix("email:") {
                // All the addresses of the person, whatever their tags.
                let emails = from("email:".to_owned()).take_while(|key| key.starts_with("email:"));
                let is_his =
                    |key: &&String| key.get(6..).is_some_and(|one| person_of(one) == person_of(person));
                gone.extend(emails.filter(is_his));
                continue;
            }
            // A QQ account may be listed as one by which the person is found.
            let key = if key.starts_with("qq:") { format!("wechat:{key}") } else { key.clone() };
            let within = format!("{key}{EXTENSION}");
            gone.extend(self.entries.get_key_value(&key).map(|(key, _)| key));
            gone.extend(from(within.clone()).take_while(|key| key.starts_with(&within)));
        }
        JointDelta { gone: gone.into_iter().cloned().collect() }
    }

    /// Removes what a delta names. Applying it twice changes nothing more.
    ///
    /// ```
    /// # use leadkit::blacklist::{ContactKind, JointCheck, JointList};
    /// # let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
    /// # let mut list = JointList::default();
    /// # let one = JointCheck { contributors: 1, ..JointCheck::default() };
    /// list.report(ContactKind::Phone, "13927461853", "north", "never pays", day(1), None)?;
    /// let delta = list.forget(&["phone:+8613927461853".into()]);
    /// list.apply(&delta);
    /// assert!(list.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(&mut self, delta: &JointDelta) {
        delta.entries().iter().for_each(|key| drop(self.entries.remove(key)));
    }

    /// Values on the list, those that no longer count and those only retracted included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The contributors whose reports make a value count at a moment, in order; empty when it does not count.
    ///
    /// ```
    /// # use leadkit::blacklist::{ContactKind, JointCheck, JointList};
    /// # let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
    /// # let mut list = JointList::default();
    /// # let one = JointCheck { contributors: 1, ..JointCheck::default() };
    /// list.report(ContactKind::Phone, "13927461853", "north", "never pays", day(1), None)?;
    /// // The rule asks for two contributors, or one that it trusts.
    /// let two = JointCheck { contributors: 2, ..JointCheck::default() };
    /// assert!(list.contributors(ContactKind::Phone, "13927461853", &two, day(2)).is_empty());
    /// let trusting = JointCheck { trusted: ["north".into()].into(), ..two };
    /// assert_eq!(list.contributors(ContactKind::Phone, "13927461853", &trusting, day(2)), ["north"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn contributors(
        &self,
        kind: ContactKind,
        value: &str,
        check: &JointCheck,
        now: DateTime<Utc>,
    ) -> Vec<&str> {
        let Ok(key) = key_of(kind, value) else { return Vec::new() };
        let number = key.split_once(EXTENSION).map(|(number, _)| number);
        let known = number.into_iter().chain([&*key]).find_map(|key| self.effective(key, check, now));
        known.unwrap_or_default().into_iter().map(|said| said.contributor).collect()
    }

    /// The reports that make a key count.
    fn effective(&self, key: &str, check: &JointCheck, now: DateTime<Utc>) -> Option<Vec<Said<'_>>> {
        let mut said: BTreeMap<String, Said<'_>> = BTreeMap::new();
        for (contributor, report) in self.entries.get(key)? {
            let name = name_of(contributor);
            let is_named = !name.is_empty();
            said.entry(name).and_modify(|known| known.report.join(report)).or_insert_with(|| Said {
                contributor,
                report: report.clone(),
                is_named,
            });
        }
        said.retain(|_, one| one.report.counts(now));
        let trusts =
            || check.trusted.iter().any(|one| said.get(&name_of(one)).is_some_and(|one| one.is_named));
        let is_enough =
            said.values().filter(|one| one.is_named).count() >= check.contributors as usize || trusts();
        is_enough.then(|| said.into_values().collect())
    }

    /// Whether any value of a kind is on the list.
    fn holds(&self, kind: ContactKind) -> bool {
        let start = format!("{kind}:");
        self.entries.range(start.clone()..).next().is_some_and(|(key, _)| key.starts_with(&start))
    }

    /// The keys of all values, each with its kind.
    pub(super) fn keys(&self) -> impl Iterator<Item = (KeyKind, &str)> {
        self.entries.keys().filter_map(|entry| {
            let (name, key) = entry.split_once(':')?;
            let kind = ContactKind::ALL.iter().find(|kind| kind.as_str() == name)?;
            let is_place = *kind == ContactKind::Company && key.starts_with('@');
            Some((if is_place { KeyKind::Place } else { KeyKind::of(*kind) }, key))
        })
    }

    /// Reports the values of a lead that count.
    pub(super) fn find(&self, check: &JointCheck, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
        if self.is_empty() {
            return;
        }
        let mut entry = String::new();
        let mut look = |kind: ContactKind, key: &str, place: Option<Found>| {
            entry.clear();
            [kind.as_str(), ":", key].iter().for_each(|part| entry.push_str(part));
            let Some(reports) = self.effective(&entry, check, facts.now()) else { return };
            let key = key.split(EXTENSION).next().unwrap_or_default();
            let latest = reports.iter().max_by_key(|said| (said.report.last_seen, said.contributor));
            let reason = latest.map(|said| said.report.reason.clone()).unwrap_or_default();
            let reason = HitReason::Reported { kind, contributors: people(&reports).max(1), reason };
            let place = place.unwrap_or_else(|| Found::whole(HitReason::NoContact));
            let entry = match kind {
                ContactKind::Phone => mask_phone(key),
                ContactKind::Email => mask_email(key),
                ContactKind::Wechat => mask_id(key),
                // As the lead writes it: people cannot read the key of a name at a place.
                ContactKind::Company => {
                    shown(facts.read().company.iter().flat_map(|name| name.trim().chars()).take(60).collect())
                }
                ContactKind::Ip => key.to_owned(),
            };
            found(Found { reason, ..place }.entry(entry));
        };
        let at = |field: &'static str, index, span| Some(Found::at(field, index, span, HitReason::NoContact));
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for phone in facts.placed_phones() {
            for key in phone_entries(phone.value) {
                if seen.insert(key.to_string()) {
                    look(
                        ContactKind::Phone,
                        &key,
                        at(phone.field.as_str(), phone.index, Some(phone.span.clone())),
                    );
                }
            }
        }
        for email in facts.placed_emails() {
            let Ok(value) = email.value else { continue };
            // What was reported before addresses were read as those of people is filed under the address as written.
            let (person, written) = (value.person_key(), value.key());
            let written = (*person != *written).then_some(written);
            for key in [&*person].into_iter().chain(written) {
                if seen.insert(key.to_owned()) {
                    let place = at(email.field.as_str(), email.index, Some(email.span.clone()));
                    look(ContactKind::Email, key, place);
                }
            }
        }
        let lead = facts.read();
        for id in facts.placed_wechats() {
            let Ok(value) = &id.value else { continue };
            let is_phone = value.kind() == WechatKind::Phone;
            let kind = if is_phone { ContactKind::Phone } else { ContactKind::Wechat };
            if seen.insert(value.key().to_owned()) {
                look(kind, value.key(), at(id.field.as_str(), id.index, Some(id.span)));
            }
        }
        // A text that says that there is no company is shared by everybody without one.
        let company = lead.company.as_deref().filter(|_| self.holds(ContactKind::Company));
        if let Some(raw) = company.filter(|_| facts.names_company()) {
            // The list has the keys of the crate's own gazetteer; the host's may know another name.
            let own = company_keys(raw).ok();
            let own = own.iter().flat_map(|company| [Some(&company.key), company.place.as_ref()]);
            let own = own.flatten().map(|key| &**key);
            let keys: BTreeSet<&str> = own.chain(facts.company_key()).collect();
            for key in keys {
                look(ContactKind::Company, key, at("company", None, Some(trimmed(raw))));
            }
        }
        if let Some(ip) = lead.ip {
            look(ContactKind::Ip, &ip.to_canonical().to_string(), at("ip", None, None));
        }
    }
}
