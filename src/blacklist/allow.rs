//! Overrides, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::entry_keys::{phone_entries, squeezed_company};
use super::found::Found;
use super::lists::{
    CompanyKeys, company_keys, domain_key, email_key, ip_key, phone_key, warn_of_company, warn_of_phone,
    wechat_key,
};
use super::rules::{Allow, AllowScope, BlacklistOverride};
use super::verdict::Suppression;
use crate::company::place_key;
use crate::contact::{WechatKind, person_of};
use crate::document::check_reference;
use crate::error::Report;
use crate::model::RuleId;
use crate::order;
use crate::rule::{Facts, Placed};

/// One override, ready to be looked up.
#[derive(Debug, Clone)]
struct Allowance {
    /// Rules by their place in the compiled list.
    rules: Vec<RuleId>,
    categories: Vec<String>,
    expires: Option<DateTime<Utc>>,
    /// Whether it allows a lead or a person, not a company or a network.
    is_personal: bool,
    /// The keys of the value that it is about alone; empty when it is about the whole lead.
    own: Vec<String>,
    suppression: Suppression,
}

/// The rules of the document that overrides may name.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// With their categories.
    rules: BTreeMap<RuleId, String>,
    consents: BTreeSet<RuleId>,
}

impl Known {
    pub(super) fn add(&mut self, rule: &RuleId, category: &str, is_consent: bool) {
        self.rules.insert(rule.clone(), category.to_owned());
        if is_consent {
            self.consents.insert(rule.clone());
        }
    }
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
    /// Shows the overrides without the keys, which are contact values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Allowances").field(&self.all).finish()
    }
}

impl Allowances {
    pub(super) fn compile(overrides: &[BlacklistOverride], known: &Known, report: &mut Report) -> Allowances {
        let mut allowances = Allowances::default();
        let categories = order::set(known.rules.values().map(String::as_str));
        for (index, written) in overrides.iter().enumerate() {
            report.item(index, |report| allowances.read(index, written, known, &categories, report));
        }
        allowances
    }

    fn read(
        &mut self,
        index: usize,
        written: &BlacklistOverride,
        known: &Known,
        named: &BTreeSet<&str>,
        report: &mut Report,
    ) {
        let keys = report.within("allow", |report| keys_of(&written.allow, report));
        self.domains |= matches!(written.allow, Allow::Domain(_));
        let (is_personal, scope) = (written.allow.is_personal(), written.scope());
        check_rules(&written.rules, is_personal, known, report);
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
                "the override has no author or no reason",
                "add `author` and `reason`",
            );
        }
        if scope == AllowScope::Value && matches!(written.allow, Allow::Lead(_)) {
            report.within("scope", |report| {
                let message = "a lead is not a value";
                report.error("no_value", message, "remove `scope`, or allow a value of the lead");
            });
        }
        let names_all = written.rules.is_empty() && written.categories.is_empty();
        if !is_personal && names_all && scope == AllowScope::Lead {
            report.warning(
                "wide_override",
                "every finding about a lead is suppressed for anyone who enters this company, domain or network",
                "name the `rules` that it lifts, or remove `scope`: what is about the value itself is lifted",
            );
        }
        let own = if scope == AllowScope::Value { keys.clone() } else { Vec::new() };
        let place = self.all.len();
        for key in keys {
            self.by_key.entry(key).or_default().push(place);
        }
        self.all.push(Allowance {
            rules: written.rules.clone(),
            categories: written.categories.clone(),
            expires: written.expires,
            is_personal,
            own,
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
        let mut named = String::with_capacity(64);
        let mut look = |kind: &str, key: &str| {
            named.clear();
            named.extend([kind, ":", key]);
            places.extend(self.by_key.get(&named).into_iter().flatten().copied());
        };
        let lead = facts.read();
        if !lead.id.is_blank() {
            look("lead", lead.id.as_str());
        }
        facts.phones().iter().for_each(|phone| phone_entries(phone).for_each(|key| look("phone", &key)));
        facts.email_keys().iter().for_each(|key| look("email", &person_of(key)));
        if self.domains {
            for domain in facts.email_domains() {
                let mut rest = Some(domain.as_str());
                while let Some(name) = rest {
                    look("domain", name);
                    rest = name.split_once('.').map(|(_, above)| above);
                }
            }
        }
        for id in facts.wechat_ids() {
            look("wechat", id.key());
            if id.kind() == WechatKind::Phone {
                look("phone", id.key());
            }
        }
        if let Some(company) = facts.company() {
            place_key(company).iter().for_each(|place| look("place", place));
            look("company", facts.company_key().unwrap_or_default());
            look("name", &squeezed_company(facts).unwrap_or_default());
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
    pub(super) fn suppression(
        &self,
        places: &[usize],
        rule: &RuleId,
        category: &str,
        at: At<'_>,
        facts: &Facts<'_>,
    ) -> Option<Suppression> {
        let counts = |one: &&Allowance| {
            let is_named = (one.rules.is_empty() && one.categories.is_empty())
                || one.rules.contains(rule)
                || one.categories.iter().any(|name| name == category);
            is_named && (one.own.is_empty() || keys_found(at, facts).iter().any(|key| one.own.contains(key)))
        };
        self.first(places, counts)
    }

    /// The first of the overrides that lifts a withdrawn consent: it names the rule, and allows a lead or the person.
    pub(super) fn lift(&self, places: &[usize], rule: &RuleId) -> Option<Suppression> {
        self.first(places, |one| one.is_personal && one.rules.contains(rule))
    }

    fn first(&self, places: &[usize], counts: impl Fn(&&Allowance) -> bool) -> Option<Suppression> {
        let found = places.iter().filter_map(|place| self.all.get(*place)).find(counts)?;
        Some(found.suppression.clone())
    }
}

/// Where the value is that a finding is about.
#[derive(Clone, Copy)]
pub(super) struct At<'f> {
    pub(super) field: Option<&'f str>,
    pub(super) index: Option<usize>,
    pub(super) span: Option<&'f Range<usize>>,
}

impl<'f> At<'f> {
    pub(super) fn of(found: &'f Found) -> At<'f> {
        At { field: found.field.as_deref(), index: found.index, span: found.span.as_ref() }
    }
}

/// The keys of the value that a finding is about, as overrides have them; none for what is about the lead as a whole or
/// a text of it.
fn keys_found(at: At<'_>, facts: &Facts<'_>) -> Vec<String> {
    let mut keys = Vec::new();
    match at.field {
        Some(field @ ("phone" | "email" | "wechat")) => {
            for phone in facts.placed_phones().filter(|one| is_here(at, field, one)) {
                keys.extend(phone_entries(phone.value).map(|key| format!("phone:{key}")));
            }
            for email in facts.placed_emails().filter(|one| is_here(at, field, one)) {
                let Ok(email) = email.value else { continue };
                keys.push(format!("email:{}", email.person_key()));
                let mut domain = Some(email.domain());
                while let Some(name) = domain {
                    keys.push(format!("domain:{name}"));
                    domain = name.split_once('.').map(|(_, above)| above);
                }
            }
            for id in facts.placed_wechats().filter(|one| is_here(at, field, one)) {
                let Ok(id) = id.value else { continue };
                let kind = if id.kind() == WechatKind::Phone { "phone" } else { "wechat" };
                keys.push(format!("{kind}:{}", id.key()));
            }
        }
        Some("company") => {
            keys.extend(facts.company_key().map(|key| format!("company:{key}")));
            keys.extend(squeezed_company(facts).map(|name| format!("name:{name}")));
            keys.extend(facts.company().and_then(place_key).map(|place| format!("place:{place}")));
        }
        Some("ip") => keys.extend(facts.read().ip.map(|ip| format!("ip:{}", ip.to_canonical()))),
        _ => {}
    }
    keys
}

/// Whether a value is the one that a finding is about.
fn is_here<T>(at: At<'_>, field: &str, one: &Placed<'_, T>) -> bool {
    let holds = |own: &Range<usize>| one.span.start <= own.start && own.end <= one.span.end;
    one.field.as_str() == field && one.index == at.index && at.span.is_none_or(holds)
}

/// The rules that an override names.
fn check_rules(rules: &[RuleId], is_personal: bool, known: &Known, report: &mut Report) {
    report.within("rules", |report| {
        for (index, rule) in rules.iter().enumerate() {
            report.item(index, |report| {
                if !known.rules.contains_key(rule) {
                    let names = known.rules.keys().map(RuleId::as_str);
                    report.unknown_name("unknown_rule", "rule", rule.as_str(), names);
                } else if known.consents.contains(rule) && !is_personal {
                    report.error(
                        "lifts_no_consent",
                        format!(
                            "`{rule}` is about consent, which cannot be given for a whole company or network"
                        ),
                        "allow the lead, or the person's `phone`, `email` or `wechat`",
                    );
                }
            });
        }
    });
}

fn keys_of(allow: &Allow, report: &mut Report) -> Vec<String> {
    let (kind, key) = match allow {
        Allow::Lead(id) if id.is_blank() => {
            report.within("lead", |report| check_reference("lead", id.as_str(), report));
            return Vec::new();
        }
        Allow::Lead(id) => ("lead", Ok(id.as_str().into())),
        Allow::Phone(text) => {
            report.within("phone", |report| warn_of_phone(text.as_str(), report));
            ("phone", phone_key(text.as_str()))
        }
        Allow::Email(text) => ("email", email_key(text.as_str())),
        Allow::Wechat(text) => ("wechat", wechat_key(text.as_str())),
        Allow::Company(text) => match company_keys(text) {
            Ok(CompanyKeys { key, name, place, names_nobody, part }) => {
                if names_nobody || part.is_some() {
                    report.within("company", |report| {
                        warn_of_company(text, names_nobody, part.as_deref(), report);
                    });
                }
                let place = place.map(|place| format!("place:{place}"));
                return [format!("company:{key}"), format!("name:{name}")].into_iter().chain(place).collect();
            }
            Err(fault) => ("company", Err(fault)),
        },
        Allow::Domain(text) => ("domain", domain_key(text)),
        Allow::Ip(text) => ("ip", ip_key(text).map(|ip| ip.to_string().into())),
    };
    match key {
        Ok(key) => {
            // An account that is found by a phone number is that number.
            let kind = if kind == "wechat" && key.starts_with('+') { "phone" } else { kind };
            vec![format!("{kind}:{key}")]
        }
        Err((message, help)) => {
            report.within(kind, |report| report.error("bad_entry", message, help));
            Vec::new()
        }
    }
}
