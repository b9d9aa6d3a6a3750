//! Overrides, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::lists::{company_key, domain_key, email_key, ip_key, phone_key, squeezed_name, wechat_key};
use super::rules::{Allow, BlacklistOverride};
use super::verdict::Suppression;
use crate::company::exact_key;
use crate::contact::{WechatKind, wechat_ids};
use crate::document::check_reference;
use crate::error::Report;
use crate::model::RuleId;
use crate::order;
use crate::rule::Facts;

/// One override, ready to be asked.
#[derive(Debug, Clone)]
struct Allowance {
    /// Rules by their place in the compiled list.
    rules: Vec<RuleId>,
    categories: Vec<String>,
    expires: Option<DateTime<Utc>>,
    suppression: Suppression,
}

/// All overrides by what they allow. Keys have their kind in front: `phone:+86…`.
#[derive(Clone, Default)]
pub(super) struct Allowances {
    all: Vec<Allowance>,
    /// Never iterated.
    by_key: FxHashMap<String, Vec<usize>>,
    domains: bool,
}

impl fmt::Debug for Allowances {
    /// The overrides, without the keys: those are contact values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Allowances").field(&self.all).finish()
    }
}

impl Allowances {
    /// `known` holds the rules of the document with their categories.
    pub(super) fn compile(
        overrides: &[BlacklistOverride],
        known: &BTreeMap<RuleId, String>,
        report: &mut Report,
    ) -> Allowances {
        let mut allowances = Allowances::default();
        let categories = order::set(known.values().map(String::as_str));
        for (index, written) in overrides.iter().enumerate() {
            report.item(index, |report| allowances.read(index, written, known, &categories, report));
        }
        allowances
    }

    fn read(
        &mut self,
        index: usize,
        written: &BlacklistOverride,
        known: &BTreeMap<RuleId, String>,
        named: &BTreeSet<&str>,
        report: &mut Report,
    ) {
        let keys = report.within("allow", |report| keys_of(&written.allow, report));
        self.domains |= matches!(written.allow, Allow::Domain(_));
        report.within("rules", |report| {
            for (index, rule) in written.rules.iter().enumerate() {
                if !known.contains_key(rule) {
                    let known = known.keys().map(RuleId::as_str);
                    report.item(index, |report| {
                        report.unknown_name("unknown_rule", "rule", rule.as_str(), known)
                    });
                }
            }
        });
        report.within("categories", |report| {
            for (index, category) in written.categories.iter().enumerate() {
                if !named.contains(category.as_str()) {
                    let known = named.iter().copied().filter(|name| !name.is_empty());
                    report.item(index, |report| {
                        report.unknown_name("unknown_category", "category", category, known);
                    });
                }
            }
        });
        if written.author.trim().is_empty() || written.reason.trim().is_empty() {
            report.warning(
                "unexplained_override",
                "nobody will know who allowed this and why",
                "add `author` and `reason`",
            );
        }
        let place = self.all.len();
        for key in keys {
            self.by_key.entry(key).or_default().push(place);
        }
        self.all.push(Allowance {
            rules: written.rules.clone(),
            categories: written.categories.clone(),
            expires: written.expires,
            suppression: Suppression::Override {
                index,
                author: written.author.clone(),
                reason: written.reason.clone(),
            },
        });
    }

    /// The overrides in force for a lead, in the order of the document.
    pub(super) fn of(&self, facts: &Facts<'_>, now: DateTime<Utc>) -> Vec<usize> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let mut places = Vec::new();
        let mut look = |kind: &str, key: &str| {
            places.extend(self.by_key.get(&format!("{kind}:{key}")).into_iter().flatten().copied());
        };
        let lead = facts.read();
        if !lead.id.is_blank() {
            look("lead", lead.id.as_str());
        }
        facts.phone_keys().iter().for_each(|key| look("phone", key));
        facts.email_keys().iter().for_each(|key| look("email", key));
        if self.domains {
            for domain in facts.email_domains() {
                let mut rest = Some(domain.as_str());
                while let Some(name) = rest {
                    look("domain", name);
                    rest = name.split_once('.').map(|(_, above)| above);
                }
            }
        }
        for id in wechat_ids(lead.wechat.as_ref()) {
            look("wechat", id.key());
            if id.kind() == WechatKind::Phone {
                look("phone", id.key());
            }
        }
        if let (Some(company), Some(raw)) = (facts.company(), &lead.company) {
            look("company", &exact_key(company));
            look("name", &squeezed_name(raw));
        }
        if let Some(ip) = lead.ip {
            look("ip", &ip.to_canonical().to_string());
        }
        places.sort_unstable();
        places.dedup();
        let in_force = |place: &usize| {
            self.all.get(*place).is_some_and(|one| one.expires.is_none_or(|expires| now < expires))
        };
        places.retain(in_force);
        places
    }

    /// The first of the overrides that counts for a rule.
    pub(super) fn suppression(&self, places: &[usize], rule: &RuleId, category: &str) -> Option<Suppression> {
        let counts = |one: &&Allowance| {
            (one.rules.is_empty() && one.categories.is_empty())
                || one.rules.contains(rule)
                || one.categories.iter().any(|name| name == category)
        };
        let found = places.iter().filter_map(|place| self.all.get(*place)).find(counts)?;
        Some(found.suppression.clone())
    }
}

fn keys_of(allow: &Allow, report: &mut Report) -> Vec<String> {
    let (kind, key) = match allow {
        Allow::Lead(id) if id.is_blank() => {
            report.within("lead", |report| check_reference("lead", id.as_str(), report));
            return Vec::new();
        }
        Allow::Lead(id) => ("lead", Ok(id.as_str().into())),
        Allow::Phone(text) => ("phone", phone_key(text.as_str())),
        Allow::Email(text) => ("email", email_key(text.as_str())),
        Allow::Wechat(text) => ("wechat", wechat_key(text.as_str())),
        Allow::Company(text) => ("company", company_key(text)),
        Allow::Domain(text) => ("domain", domain_key(text)),
        Allow::Ip(text) => ("ip", ip_key(text).map(|ip| ip.to_string().into())),
    };
    match key {
        Ok(key) => {
            let mut keys = vec![format!("{kind}:{key}")];
            if let Allow::Company(text) = allow {
                keys.push(format!("name:{}", squeezed_name(text)));
            }
            keys
        }
        Err((message, help)) => {
            report.within(kind, |report| report.error("bad_entry", message, help));
            Vec::new()
        }
    }
}
