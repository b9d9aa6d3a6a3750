//! Exact lists and mail domains, compiled.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::entry_keys::{phone_entries, squeezed_company, squeezed_name};
use super::found::Found;
use super::holders::{Holder, KeyKind};
use super::phone_set::PhoneSet;
use super::reason::{ContactKind, HitReason};
use super::rules::{DomainCheck, DomainMatch, ListCheck};
use crate::company::{CompanyName, Gazetteer, exact_key, place_key};
use crate::contact::{
    ContactValue, EmailFault, Phone, PhoneOptions, PhoneQuality, WechatFault, WechatKind, canonical_domain,
    folded_names_company, is_coded, is_public_mail_domain, read_emails, read_phones, read_wechats,
};
use crate::error::Report;
use crate::model::{mask_email, mask_id, mask_phone};
use crate::rule::{Facts, LeadLimits};
use crate::text::{scrubbed, shown_address};

/// Entries by canonical key. The sets are never iterated.
#[derive(Clone, Default)]
pub(super) struct Lists {
    phones: FxHashSet<Box<str>>,
    /// The host's set, when the rule uses one.
    set: Option<Arc<PhoneSet>>,
    /// The rule uses a set, and the host has not attached one.
    lacks_set: bool,
    emails: FxHashSet<Box<str>>,
    wechats: FxHashSet<Box<str>>,
    /// Identity keys made with the crate's own gazetteer, and squeezed names for hosts whose gazetteer differs.
    companies: FxHashSet<Box<str>>,
    names: FxHashSet<Box<str>>,
    /// Keys of those that name a place.
    places: FxHashSet<Box<str>>,
    ips: FxHashSet<IpAddr>,
}

impl fmt::Debug for Lists {
    /// Shows how much is listed, not what: the entries are contact values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists")
            .field("phones", &self.phones.len())
            .field("emails", &self.emails.len())
            .field("wechats", &self.wechats.len())
            .field("companies", &self.companies.len())
            .field("ips", &self.ips.len())
            .finish_non_exhaustive()
    }
}

/// An entry that is shown in another order than it is stored: nobody sees what is listed.
fn check_direction(text: &str, turns: fn(char) -> bool) -> Result<(), (String, &'static str)> {
    match text.chars().find(|c| turns(*c)) {
        Some(c) => Err((
            format!(
                "`{}` contains the invisible U+{:04X}, which reverses the direction of the text",
                head(text),
                u32::from(c)
            ),
            "type the entry again, without copying it",
        )),
        None => Ok(()),
    }
}

/// Characters that show digits and Latin letters in another order.
fn turns_latin(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200F}' | '\u{202B}' | '\u{202E}' | '\u{2067}')
}

/// Characters that show letters of any script in another order.
pub(super) fn reverses_text(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}')
}

/// The key of a written phone number with its extension, or what would be right.
pub(super) fn phone_key(text: &str) -> Result<Box<str>, (String, &'static str)> {
    check_direction(text, turns_latin)?;
    // A date, a masked number and the like are not phone numbers, whatever their digits would make.
    let found = read_phones(text, &PhoneOptions::default());
    let one =
        if let [one] = &*found { one.value.clone() } else { Phone::parse("", &PhoneOptions::default()) };
    let phone = if found.len() > 1 { Phone::parse(text, &PhoneOptions::default()) } else { one };
    phone_entries(&phone).last().filter(|_| found.len() == 1).map(|key| Box::from(&*key)).ok_or_else(|| {
        let fault = phone.fault().map_or_else(String::new, |fault| format!(": {fault}"));
        (
            format!("`{}` is not a phone number{fault}", mask_phone(&head(text))),
            "write it with its country code, such as `+8613800138000`",
        )
    })
}

/// Warns of a number without a country code that no Chinese network has: it may be one of another country.
pub(super) fn warn_of_phone(text: &str, report: &mut Report) {
    let found = read_phones(text, &PhoneOptions::default());
    let is_doubtful = |one: &ContactValue<Phone>| {
        one.value.quality() == PhoneQuality::PossibleNotAssigned
            && one.value.key().is_some()
            && text.get(one.span.clone()).is_some_and(|written| !is_coded(written))
    };
    if matches!(&*found, [one] if is_doubtful(one)) {
        report.warning(
            "assumed_country",
            format!(
                "`{}` is read as a Chinese number, and no Chinese network has it",
                mask_phone(&head(text))
            ),
            "write a number of another country with its code, such as `+4930123456`",
        );
    }
}

/// The [person key](Email::person_key) of a written e-mail address, or what would be right. It is read as a lead's
/// field is, and the ways a person writes one address are one entry.
pub(super) fn email_key(text: &str) -> Result<Box<str>, (String, &'static str)> {
    let found = read_emails(text);
    let fault = match &*found {
        [one] => match &one.value {
            Ok(email) => return Ok(email.person_key().into()),
            Err(fault) => fault.to_string(),
        },
        [] => EmailFault::Empty.to_string(),
        _ => "it holds several".to_owned(),
    };
    Err((
        format!("`{}` is not an e-mail address: {fault}", mask_email(&head(text))),
        "write it as `name@example.com`; whole domains go into a `domain` rule",
    ))
}

/// The canonical key of a written WeChat id, or what would be right. It is read as a lead's field is.
pub(super) fn wechat_key(text: &str) -> Result<Box<str>, (String, &'static str)> {
    check_direction(text, turns_latin)?;
    let found = read_wechats(text);
    let fault = match &*found {
        [one] => match &one.value {
            Ok(id) => return Ok(id.key().into()),
            Err(fault) => fault.to_string(),
        },
        [] => WechatFault::Empty.to_string(),
        _ => "it holds several".to_owned(),
    };
    Err((
        format!("`{}` is not a WeChat id: {fault}", mask_id(&head(text))),
        "write the id as WeChat shows it, or the phone number of the account",
    ))
}

/// The canonical form of a written domain, or what would be right.
pub(super) fn domain_key(text: &str) -> Result<Box<str>, (String, &'static str)> {
    canonical_domain(text.trim()).map(Box::from).map_err(|fault| {
        (
            format!("`{}` is not a mail domain: {fault}", shown_domain(text)),
            "write it as `example.com`, without `@` and `*`",
        )
    })
}

/// The part of a value in a list of domains that is shown: `@example.com` is nobody's address.
fn shown_domain(text: &str) -> String {
    let head = head(text);
    match head.strip_prefix('@') {
        Some(domain) if !domain.contains('@') => format!("@{}", scrubbed(domain)),
        _ => scrubbed(&head).into_owned(),
    }
}

/// A written IP address, or what would be right.
pub(super) fn ip_key(text: &str) -> Result<IpAddr, (String, &'static str)> {
    text.trim().parse::<IpAddr>().map(|ip| ip.to_canonical()).map_err(|_| {
        (
            format!("`{}` is not an IP address", shown_address(&head(text))),
            "write it as `203.0.113.7` or `2001:db8::7`",
        )
    })
}

/// The keys by which a listed company is found.
pub(super) struct CompanyKeys {
    /// The identity key made with the crate's own gazetteer; that of a part of a company is not its company's.
    pub(super) key: Box<str>,
    /// The squeezed name.
    pub(super) name: Box<str>,
    /// The key with a place, if the name says one.
    pub(super) place: Option<Box<str>>,
    /// People without a company write it.
    pub(super) names_nobody: bool,
    /// The part of a company that it names, if it does not name the whole.
    pub(super) part: Option<Box<str>>,
}

/// The keys of a written company name, or what would be right.
pub(super) fn company_keys(text: &str) -> Result<CompanyKeys, (String, &'static str)> {
    check_direction(text, reverses_text)?;
    let gazetteer = Gazetteer::builtin();
    let parsed = CompanyName::parse(text, &gazetteer);
    // Folded once for all checks: lists are long.
    let folded = parsed.folded().unwrap_or_default();
    let (mut key, name) = (exact_key(&parsed), squeezed_name(folded));
    if key.is_empty() || name.is_empty() {
        return Err((format!("`{}` is not a company name", head(text)), "write the registered name"));
    }
    let mut place = place_key(&parsed).map(Box::from);
    let part = gazetteer.part_behind(folded).map(Box::from);
    if part.is_some() {
        // A department or a ship of a company is not the whole company.
        key.extend(["/", &name]);
        place = None;
    }
    let names_nobody = !folded_names_company(text, folded);
    Ok(CompanyKeys { key: key.into(), name: name.into(), place, names_nobody, part })
}

/// Warns of a name that people without a company write, and of one that is a part of a company.
pub(super) fn warn_of_company(text: &str, names_nobody: bool, part: Option<&str>, report: &mut Report) {
    if names_nobody {
        let message =
            format!("people without a company enter `{}`: the rule matches all of them", head(text));
        report.warning("names_nobody", message, "write the registered name of a company");
    }
    if let Some(part) = part {
        let message =
            format!("`{}` is a part of a company: the entry matches nothing else of it", head(part));
        report.warning("part_of_company", message, "end the entry with the legal form to mean the company");
    }
}

/// The beginning of an entry as a message shows it: invisible characters could reverse the message.
fn head(text: &str) -> String {
    let is_shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    text.chars().filter(is_shown).take(60).collect()
}

/// A masked contact value that may be in a sentence.
pub(super) fn shown(masked: String) -> String {
    if masked.chars().any(char::is_control) {
        masked.chars().filter(|c| !c.is_control()).collect()
    } else {
        masked
    }
}

/// The bytes of a text without the blanks around it.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

impl Lists {
    pub(super) fn compile(check: &ListCheck, holder: &mut Holder<'_>, report: &mut Report) -> Lists {
        let set = check.phone_set.then(Arc::default);
        let mut lists = Lists { set, lacks_set: check.phone_set, ..Lists::default() };
        read(&check.phones, "phones", report, phone_key, |key| {
            holder.add(KeyKind::Phone, &*key);
            lists.phones.insert(key)
        });
        report.within("phones", |report| {
            for (index, phone) in check.phones.iter().enumerate() {
                if report.has_more() {
                    break;
                }
                report.item(index, |report| warn_of_phone(phone.as_ref(), report));
            }
        });
        read(&check.emails, "emails", report, email_key, |key| {
            holder.add(KeyKind::Email, &*key);
            lists.emails.insert(key)
        });
        // An account that is found by a phone number is that number.
        read(&check.wechats, "wechats", report, wechat_key, |key| {
            let (kind, keys) = match key.starts_with('+') {
                true => (KeyKind::Phone, &mut lists.phones),
                false => (KeyKind::Wechat, &mut lists.wechats),
            };
            holder.add(kind, &*key);
            keys.insert(key)
        });
        report.within("companies", |report| {
            for (index, company) in check.companies.iter().enumerate() {
                if report.has_more() {
                    break;
                }
                report.item(index, |report| {
                    let read = check_length(company).and_then(|()| company_keys(company));
                    if let Ok(keys) = &read {
                        warn_of_company(company, keys.names_nobody, keys.part.as_deref(), report);
                    }
                    tell(read.map(|keys| lists.add_company(keys, holder)), report);
                });
            }
        });
        read(&check.ips, "ips", report, ip_key, |ip| {
            holder.add_ip(ip);
            lists.ips.insert(ip)
        });
        if *check == ListCheck::default() {
            report.error(
                "empty_list",
                "the list has no entries",
                "add `phones`, `emails`, `wechats`, `companies` or `ips`, or remove the rule",
            );
        }
        lists
    }

    /// Whether the company was not listed yet.
    fn add_company(&mut self, keys: CompanyKeys, holder: &mut Holder<'_>) -> bool {
        let CompanyKeys { key, name, place, .. } = keys;
        holder.add(KeyKind::Company, &*key);
        holder.add(KeyKind::Name, &*name);
        place.iter().for_each(|place| holder.add(KeyKind::Place, &**place));
        self.names.insert(name);
        self.places.extend(place);
        self.companies.insert(key)
    }

    pub(super) fn asks_for_set(&self) -> bool {
        self.set.is_some()
    }

    pub(super) fn set_phones(&mut self, set: Arc<PhoneSet>) {
        (self.set, self.lacks_set) = (Some(set), false);
    }

    pub(super) fn lacks_set(&self) -> bool {
        self.lacks_set
    }

    fn has_phones(&self) -> bool {
        !self.phones.is_empty() || self.set.as_ref().is_some_and(|set| !set.is_empty())
    }

    /// Whether a key is listed, of a number or of one with its extension.
    fn has_phone(&self, key: &str) -> bool {
        self.phones.contains(key) || self.set.as_ref().is_some_and(|set| set.contains(key))
    }

    pub(super) fn find(&self, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
        let lead = facts.read();
        if self.has_phones() {
            for phone in facts.placed_phones() {
                let is_listed = phone_entries(phone.value).any(|key| self.has_phone(&key));
                if let Some(key) = phone.value.key().filter(|_| is_listed) {
                    let reason = HitReason::Listed { kind: ContactKind::Phone };
                    let found_at = Found::at(phone.field.as_str(), phone.index, Some(phone.span), reason);
                    found(found_at.entry(mask_phone(key)));
                }
            }
        }
        if !self.emails.is_empty() {
            for placed in facts.placed_emails() {
                let Ok(email) = placed.value else { continue };
                if self.emails.contains(&*email.person_key()) {
                    let reason = HitReason::Listed { kind: ContactKind::Email };
                    let found_at = Found::at(placed.field.as_str(), placed.index, Some(placed.span), reason);
                    found(found_at.entry(mask_email(email.key())));
                }
            }
        }
        let asks = !self.wechats.is_empty() || self.has_phones();
        for placed in facts.placed_wechats().filter(|_| asks) {
            let Ok(id) = &placed.value else { continue };
            let phone = id.kind() == WechatKind::Phone && self.has_phone(id.key());
            if phone || self.wechats.contains(id.key()) {
                let kind = if phone { ContactKind::Phone } else { ContactKind::Wechat };
                let entry = if phone { mask_phone(id.key()) } else { mask_id(id.key()) };
                let reason = HitReason::Listed { kind };
                let found_at = Found::at(placed.field.as_str(), placed.index, Some(placed.span), reason);
                found(found_at.entry(entry));
            }
        }
        if !self.companies.is_empty()
            && let (Some(company), Some(raw)) = (facts.company(), &lead.company)
        {
            let listed = self.companies.contains(facts.company_key().unwrap_or_default())
                || place_key(company).is_some_and(|place| self.places.contains(place.as_str()))
                || squeezed_company(facts).is_some_and(|name| self.names.contains(name.as_str()));
            if listed {
                let reason = HitReason::Listed { kind: ContactKind::Company };
                let place = trimmed(raw);
                let entry = shown(raw.trim().chars().take(60).collect());
                found(Found::at("company", None, Some(place), reason).entry(entry));
            }
        }
        if let Some(ip) = lead.ip.filter(|ip| self.ips.contains(&ip.to_canonical())) {
            let reason = HitReason::Listed { kind: ContactKind::Ip };
            found(Found::at("ip", None, None, reason).entry(ip.to_canonical().to_string()));
        }
    }
}

/// Reads each entry, reports the invalid ones, and warns of those that are there twice.
fn read<T: AsRef<str>, K>(
    entries: &[T],
    name: &str,
    report: &mut Report,
    key: impl Fn(&str) -> Result<K, (String, &'static str)>,
    mut insert: impl FnMut(K) -> bool,
) {
    report.within(name, |report| {
        for (index, entry) in entries.iter().enumerate() {
            // Nothing is compiled of rules with an error.
            if report.has_more() {
                break;
            }
            report.item(index, |report| {
                let key = check_length(entry.as_ref()).and_then(|()| key(entry.as_ref()));
                tell(key.map(&mut insert), report);
            });
        }
    });
}

/// A value of which a lead's is read in part would match none.
fn check_length(text: &str) -> Result<(), (String, &'static str)> {
    match text.len() {
        0..=LeadLimits::TEXT => Ok(()),
        bytes => Err((
            format!("the entry has {bytes} bytes, of a lead's value {} are read", LeadLimits::TEXT),
            "write one value",
        )),
    }
}

/// Reports an entry that is none, and one that is there twice: `true` is one that was not.
fn tell(inserted: Result<bool, (String, &'static str)>, report: &mut Report) {
    match inserted {
        Ok(true) => {}
        Ok(false) => report.warning("duplicate_entry", "the entry is already on the list", "keep one"),
        Err((message, help)) => report.error("bad_entry", message, help),
    }
}

/// Mail domains. The set is never iterated.
#[derive(Debug, Clone)]
pub(super) struct Domains {
    domains: FxHashSet<Box<str>>,
    mode: DomainMatch,
    except_public: bool,
}

impl Domains {
    pub(super) fn compile(check: &DomainCheck, holder: &mut Holder<'_>, report: &mut Report) -> Domains {
        let mut domains = FxHashSet::default();
        read(&check.domains, "domains", report, domain_key, |key| {
            holder.add(KeyKind::Domain, &*key);
            domains.insert(key)
        });
        report.within("domains", |report| {
            if check.domains.is_empty() {
                report.error("empty_list", "the list has no entries", "add a domain, or remove the rule");
            }
            let is_public =
                |entry: &String| canonical_domain(entry.trim()).is_ok_and(|d| is_public_mail_domain(&d));
            for (index, domain) in check.domains.iter().enumerate() {
                report.item(index, |report| check_registry(domain, report));
            }
            if check.except_public && !check.domains.is_empty() && check.domains.iter().all(is_public) {
                report.warning(
                    "public_provider",
                    "every entry is a public mail provider, and those are let through",
                    "remove the rule, or set `except_public` to false to match every address at these providers",
                );
            }
        });
        Domains { domains, mode: check.mode, except_public: check.except_public }
    }

    pub(super) fn find(&self, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
        for placed in facts.placed_emails() {
            let Ok(email) = placed.value else { continue };
            let domain = email.domain();
            let Some(entry) = self.entry_of(domain) else { continue };
            // Few domains are listed, so only few are looked up among the providers.
            if self.except_public && is_public_mail_domain(domain) {
                continue;
            }
            let reason = HitReason::ListedDomain { subdomain: entry.len() < domain.len() };
            let place = domain_span(placed.text);
            let place = placed.span.start + place.start..placed.span.start + place.end;
            let found_at = Found::at(placed.field.as_str(), placed.index, Some(place), reason);
            found(found_at.entry(entry.to_owned()));
        }
    }

    /// The longest listed domain that `domain` is or is below.
    pub(super) fn entry_of<'d>(&self, domain: &'d str) -> Option<&'d str> {
        let mut rest = domain;
        loop {
            if self.domains.contains(rest) {
                return Some(rest);
            }
            if self.mode == DomainMatch::Exact {
                return None;
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

/// Labels under which the registry of a country registers domains.
const REGISTRIES: [&str; 12] =
    ["com", "net", "org", "gov", "edu", "ac", "co", "or", "ne", "go", "mil", "gob"];

/// Warns of a domain under which everybody registers: `com.cn`, `co.uk`.
fn check_registry(domain: &str, report: &mut Report) {
    let Ok(domain) = canonical_domain(domain.trim()) else { return };
    let is_registry = |(label, country): (&str, &str)| country.len() == 2 && REGISTRIES.contains(&label);
    if domain.split_once('.').is_some_and(is_registry) {
        let message =
            format!("`{domain}` is a public suffix: the rule matches every domain registered under it");
        report.warning("whole_registry", message, "list the registered domains that you mean");
    }
}

/// The bytes of the domain in an address as it was typed.
fn domain_span(raw: &str) -> Range<usize> {
    let whole = trimmed(raw);
    match raw.char_indices().find(|(_, c)| matches!(c, '@' | '＠' | '﹫')) {
        Some((at, sign)) => (at + sign.len_utf8()).min(whole.end)..whole.end,
        None => whole,
    }
}
