//! Which rules hold a key: a lead's keys are looked up once for all rules that list values, not by each of them.
//!
//! The table keeps hashes. Two keys with one hash cost a look at a rule that finds nothing: every rule reads its own entries.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use smallvec::SmallVec;

use super::entry_keys::{phone_entries, squeezed_company};
use super::reason::ContactKind;
use crate::company::place_key;
use crate::contact::{Email, WechatKind};
use crate::rule::Facts;

/// The kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Phone,
    Email,
    Wechat,
    /// The identity key of a company.
    Company,
    /// The squeezed name of a company.
    Name,
    /// The name of a company at a place.
    Place,
    Ip,
    Domain,
    Prefix,
    Network,
}

impl KeyKind {
    pub(super) fn of(kind: ContactKind) -> KeyKind {
        match kind {
            ContactKind::Phone => KeyKind::Phone,
            ContactKind::Email => KeyKind::Email,
            ContactKind::Wechat => KeyKind::Wechat,
            ContactKind::Company => KeyKind::Company,
            ContactKind::Ip => KeyKind::Ip,
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }

    fn hash<K: Hash + ?Sized>(self, key: &K) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_u8(self as u8);
        key.hash(&mut hasher);
        hasher.finish()
    }
}

/// Marks the end of a list of rules.
const NONE: u32 = u32::MAX;

/// One rule of those that hold a key, and where the others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Link {
    rule: u32,
    rest: u32,
}

/// The rules that hold each key. Rules are named by their place in the document.
#[derive(Clone, Default)]
pub(super) struct Holders {
    /// The first link of each key. Never iterated.
    by_key: FxHashMap<u64, u32>,
    /// Keys of the same rules share their links.
    links: Vec<Link>,
    places: FxHashMap<Link, u32>,
    /// Keys of the joint list. Never iterated.
    joint: FxHashSet<u64>,
    /// The kinds of key that any rule holds, and those that the joint list does.
    kinds: u16,
    joint_kinds: u16,
    /// Bytes of the prefixes, and lengths of the networks by version: each once.
    prefixes: Vec<usize>,
    networks: Vec<(bool, u8)>,
}

impl fmt::Debug for Holders {
    /// Shows how much is held, not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holders")
            .field("keys", &self.by_key.len())
            .field("joint", &self.joint.len())
            .finish_non_exhaustive()
    }
}

/// Records the keys that a rule holds.
pub(super) struct Holder<'h> {
    holders: &'h mut Holders,
    rule: usize,
}

impl Holder<'_> {
    pub(super) fn add<K: Hash + ?Sized>(&mut self, kind: KeyKind, key: &K) {
        self.holders.add(self.rule, kind, key);
    }

    pub(super) fn add_ip(&mut self, ip: IpAddr) {
        self.add(KeyKind::Ip, &bits_of(ip));
    }

    pub(super) fn add_prefix(&mut self, prefix: &str) {
        self.add(KeyKind::Prefix, prefix);
        if !self.holders.prefixes.contains(&prefix.len()) {
            self.holders.prefixes.push(prefix.len());
        }
    }

    pub(super) fn add_network(&mut self, is_six: bool, length: u8, bits: u128) {
        self.add(KeyKind::Network, &(is_six, length, bits));
        if !self.holders.networks.contains(&(is_six, length)) {
            self.holders.networks.push((is_six, length));
        }
    }
}

/// The rules that hold a key of a lead.
#[derive(Debug, Default)]
pub(super) struct Held {
    rules: SmallVec<[u32; 8]>,
    joint: bool,
}

impl Held {
    pub(super) fn holds(&self, rule: usize) -> bool {
        self.rules.iter().any(|held| *held as usize == rule)
    }

    /// Whether the joint list has a key of the lead.
    pub(super) fn is_reported(&self) -> bool {
        self.joint
    }
}

impl Holders {
    /// The recorder of the keys that a rule holds.
    pub(super) fn of_rule(&mut self, rule: usize) -> Holder<'_> {
        Holder { holders: self, rule }
    }

    fn add<K: Hash + ?Sized>(&mut self, rule: usize, kind: KeyKind, key: &K) {
        self.kinds |= kind.bit();
        let first = self.by_key.entry(kind.hash(key)).or_insert(NONE);
        let link = Link { rule: u32::try_from(rule).unwrap_or(NONE), rest: *first };
        let is_there = self.links.get(*first as usize).is_some_and(|known| known.rule == link.rule);
        if !is_there {
            *first = *self.places.entry(link).or_insert_with(|| {
                self.links.push(link);
                u32::try_from(self.links.len() - 1).unwrap_or(NONE)
            });
        }
    }

    /// Records the keys of the joint list in place of those of another.
    pub(super) fn set_joint<'k>(&mut self, keys: impl Iterator<Item = (KeyKind, &'k str)>) {
        (self.joint, self.joint_kinds) = (FxHashSet::default(), 0);
        for (kind, key) in keys {
            self.joint_kinds |= kind.bit();
            let hash = match kind {
                KeyKind::Ip => key.parse().ok().map(|ip| kind.hash(&bits_of(ip))),
                _ => Some(kind.hash(key)),
            };
            self.joint.extend(hash);
        }
    }

    /// The rules that hold any key of a lead. O(keys), however many rules there are.
    pub(super) fn of_lead(&self, facts: &Facts<'_>) -> Held {
        let mut held = Held::default();
        let kinds = self.kinds | self.joint_kinds;
        if kinds == 0 {
            return held;
        }
        let asks = |kind: KeyKind| kinds & kind.bit() != 0;
        for phone in facts.phones() {
            if asks(KeyKind::Phone) {
                phone_entries(phone).for_each(|key| self.look(KeyKind::Phone, &*key, &mut held));
            }
            phone.key().into_iter().for_each(|key| self.look_prefixes(key, &mut held));
        }
        for email in facts.emails().iter().flatten() {
            self.look_email(email, &mut held);
        }
        for id in facts.wechat_ids() {
            // An account that is found by a phone number is that number.
            let is_phone = id.kind() == WechatKind::Phone;
            self.look(if is_phone { KeyKind::Phone } else { KeyKind::Wechat }, id.key(), &mut held);
            if is_phone {
                self.look_prefixes(id.key(), &mut held);
            }
        }
        if (asks(KeyKind::Company) || asks(KeyKind::Place))
            && let Some(company) = facts.company()
        {
            // The list has the keys of another gazetteer.
            held.joint |= self.joint_kinds & (KeyKind::Company.bit() | KeyKind::Place.bit()) != 0;
            self.look(KeyKind::Company, facts.company_key().unwrap_or_default(), &mut held);
            self.look(KeyKind::Name, &*squeezed_company(facts).unwrap_or_default(), &mut held);
            if asks(KeyKind::Place) {
                place_key(company)
                    .iter()
                    .for_each(|place| self.look(KeyKind::Place, place.as_str(), &mut held));
            }
        }
        if let Some(ip) = facts.read().ip {
            let (is_six, bits) = bits_of(ip);
            self.look(KeyKind::Ip, &(is_six, bits), &mut held);
            for (six, length) in self.networks.iter().filter(|(six, _)| *six == is_six) {
                self.look(KeyKind::Network, &(*six, *length, bits & mask(*six, *length)), &mut held);
            }
        }
        held
    }

    fn look_email(&self, email: &Email, held: &mut Held) {
        if (self.kinds | self.joint_kinds) & KeyKind::Email.bit() != 0 {
            let person = email.person_key();
            self.look(KeyKind::Email, &*person, held);
            // Reported before addresses were read as those of people.
            if person != email.key() && self.joint_kinds & KeyKind::Email.bit() != 0 {
                self.look(KeyKind::Email, email.key(), held);
            }
        }
        if self.kinds & KeyKind::Domain.bit() != 0 {
            let mut rest = Some(email.domain());
            while let Some(domain) = rest {
                self.look(KeyKind::Domain, domain, held);
                rest = domain.split_once('.').map(|(_, above)| above);
            }
        }
    }

    fn look_prefixes(&self, key: &str, held: &mut Held) {
        for prefix in self.prefixes.iter().filter_map(|length| key.get(..*length)) {
            self.look(KeyKind::Prefix, prefix, held);
        }
    }

    fn look<K: Hash + ?Sized>(&self, kind: KeyKind, key: &K, held: &mut Held) {
        if (self.kinds | self.joint_kinds) & kind.bit() == 0 {
            return;
        }
        let hash = kind.hash(key);
        held.joint = held.joint || self.joint.contains(&hash);
        let mut at = self.by_key.get(&hash).copied().unwrap_or(NONE);
        while let Some(link) = self.links.get(at as usize) {
            held.rules.push(link.rule);
            at = link.rest;
        }
    }
}

/// An address as its version and its bits.
pub(super) fn bits_of(ip: IpAddr) -> (bool, u128) {
    match ip.to_canonical() {
        IpAddr::V4(ip) => (false, u32::from(ip).into()),
        IpAddr::V6(ip) => (true, ip.into()),
    }
}

/// The bits of a network of a length.
pub(super) fn mask(is_six: bool, length: u8) -> u128 {
    let width: u32 = if is_six { 128 } else { 32 };
    let ones = if is_six { u128::MAX } else { u32::MAX.into() };
    ones & ones.checked_shl(width.saturating_sub(length.into())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};
    use serde_json::{Value, json};

    use super::super::engine::{Blacklist, Phase, Test};
    use super::super::joint::JointList;
    use super::super::rules::BlacklistRules;
    use super::*;
    use crate::model::Lead;
    use crate::rule::{FactContext, HostTables};

    const PHONES: [&str; 6] =
        ["13927461853", "0755-26718843转801", "0755-26718843", "+1 415 555 2671", "17012345678", "139274618"];
    const EMAILS: [&str; 5] =
        ["Li.Lei+x@gmail.com", "lilei@gmail.com", "wu@mail.rival.com", "wu@rival.com", "2026718843@qq.com"];
    const WECHATS: [&str; 4] = ["lei_wang88", "13927461853", "QQ 2026718843", "lei_wang89"];
    const COMPANIES: [&str; 5] = [
        "深圳市星河软件有限公司",
        "深圳星河软件有限公司",
        "星河软件（深圳）有限公司",
        "Rival Inc.",
        "北京纷扬科技有限公司",
    ];
    const IPS: [&str; 4] = ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8::1", "198.51.100.1"];

    /// One rule of each kind with some of the values.
    fn rule(place: usize) -> impl Strategy<Value = Value> {
        let some = |all: &'static [&'static str]| subsequence(all, 0..=2);
        let values = (some(&PHONES[..5]), some(&EMAILS), some(&WECHATS), some(&COMPANIES), some(&IPS));
        let prefixes = subsequence(&["+86139", "+1", "+8675526718843"], 0..=2);
        let networks = subsequence(&["203.0.113.0/24", "2001:db8::/32", "0.0.0.0/0"], 0..=2);
        let domains = subsequence(&["rival.com", "mail.rival.com", "qq.com"], 1..=2);
        (0..5, values, prefixes, networks, domains, select(&["exact", "and_subdomains"])).prop_map(
            move |(kind, (phones, emails, wechats, companies, ips), prefixes, networks, domains, mode)| {
                let (phones, emails) = (&phones, &emails);
                let record = |name: &str, values: &Vec<&str>| -> Vec<Value> {
                    let record = |value| json!({name: value, "channels": ["all"], "basis": "objection", "since": "2026-01-01T00:00:00Z"});
                    values.iter().map(record).collect()
                };
                let check = match kind {
                    0 if !(phones.is_empty() && emails.is_empty() && companies.is_empty()) => {
                        json!({"list": {"phones": phones, "emails": emails, "wechats": wechats, "companies": companies, "ips": ips}})
                    }
                    1 if !(prefixes.is_empty() && networks.is_empty()) => {
                        json!({"prefix": {"phones": prefixes, "networks": networks}})
                    }
                    2 if !(phones.is_empty() && emails.is_empty() && wechats.is_empty()) => {
                        let records = [record("phone", phones), record("email", emails), record("wechat", &wechats)];
                        json!({"consent": {"records": records.concat()}})
                    }
                    3 => json!({"joint": {"contributors": 1}}),
                    _ => json!({"domain": {"domains": domains, "match": mode, "except_public": false}}),
                };
                json!({"id": format!("r{place}"), "category": "c", "severity": "flag", "check": check})
            },
        )
    }

    fn rules() -> impl Strategy<Value = BlacklistRules> {
        let rules: Vec<_> = (0..12).map(rule).collect();
        rules.prop_map(|rules| serde_json::from_value(json!({"format": 1, "rules": rules})).unwrap())
    }

    /// Values of every kind, now and then in the field of another.
    fn lead() -> impl Strategy<Value = Lead> {
        let contacts: Vec<&str> = PHONES.iter().chain(&EMAILS).chain(&WECHATS).copied().collect();
        let some = move |all: &[&'static str]| {
            let own = select(all.to_vec());
            prop::collection::vec(prop_oneof![3 => own, 1 => select(contacts.clone())], 0..3)
        };
        let company = prop::option::of(select(COMPANIES.to_vec()));
        let ip = prop::option::of(select(IPS.to_vec()));
        (some(&PHONES), some(&EMAILS), some(&WECHATS), company, ip).prop_map(
            |(phones, emails, wechats, company, ip)| {
                let lead = json!({"id": "L", "created_at": "2026-03-01T09:00:00Z", "phones": phones, "emails": emails, "wechat": wechats.first(), "company": company, "ip": ip});
                Lead::from_json(lead).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn no_rule_finds_what_it_is_not_asked_for(rules in rules(), reported in subsequence(EMAILS.to_vec(), 0..=2), lead in lead()) {
            let now = "2026-03-01T09:00:00Z".parse().unwrap();
            let mut list = JointList::default();
            for email in reported {
                list.report(ContactKind::Email, email, "north", "", now, None).unwrap();
            }
            list.report(ContactKind::Phone, PHONES[0], "north", "", now, None).unwrap();
            list.report(ContactKind::Company, COMPANIES[0], "north", "", now, None).unwrap();
            list.report(ContactKind::Ip, IPS[1], "north", "", now, None).unwrap();
            let blacklist = Blacklist::compile(&rules).unwrap().with_joint_list(Arc::new(list.clone()));
            let tables = HostTables::default();
            let facts = Facts::new(&lead, &FactContext::new(&tables, now));
            let held = blacklist.holders.of_lead(&facts);
            for rule in blacklist.rules.iter().filter(|rule| rule.test.phase() == Phase::Lists) {
                let mut count = 0;
                let mut found = |_| count += 1;
                match &rule.test {
                    Test::List(lists) => lists.find(&facts, &mut found),
                    Test::Domain(domains) => domains.find(&facts, &mut found),
                    Test::Prefix(prefixes) => prefixes.find(&facts, &mut found),
                    Test::Joint(check) => list.find(check, &facts, &mut found),
                    Test::Consent(consents) => count = consents.of(&facts, now).len(),
                    _ => {}
                }
                let is_asked = match &rule.test {
                    Test::Joint(_) => held.is_reported(),
                    _ => held.holds(rule.place),
                };
                prop_assert!(is_asked || count == 0, "{}: {count}", rule.id);
            }
        }
    }
}
