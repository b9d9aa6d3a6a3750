//! The rules as data.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::severity::Severity;
use super::window_rules::{BurstCheck, ResubmissionCheck};
use crate::document::read_list;
use crate::model::open_enum::closed_enum;
use crate::model::{EmailAddress, LeadId, PhoneNumber, RuleId, WechatId};
use crate::order;
use crate::rule::Condition;

/// Rules of the blacklist.
///
/// The default is what a team would start with: malformed contact values, invented ones and the same submission
/// within 24 hours are flagged, and a lead that cannot be reached at all is blocked.
///
/// ```
/// use leadkit::blacklist::{Blacklist, BlacklistRules};
/// use serde_json::json;
///
/// let rules = BlacklistRules::load(json!({
///     "revision": "2026-03",
///     "rules": [
///         {"id": "rivals", "category": "competitor", "severity": "block",
///          "check": {"domain": {"domains": ["rival.com"]}}},
///         {"id": "phones", "check": {"phone_format": {}}},
///         {"id": "flood", "check": {"burst": {"by": "ip24", "count": 20, "window": "10m"}}},
///     ],
///     "overrides": [
///         {"allow": {"email": "partner@rival.com"}, "categories": ["competitor"], "author": "wang", "reason": "partner"},
///     ],
/// }))?;
/// assert!(rules.lint().is_empty());
/// let blacklist = Blacklist::compile(&rules)?;
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlacklistRules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The host's name of this revision; every verdict echoes it.
    pub revision: String,
    /// The rules. All of them run, whatever the others found, by group of kinds: lists, domains, prefixes, joint, consent;
    /// formats; invented values; lexicons; patterns; resubmission, bursts; conditions, forms. Within a group they run in
    /// the order of the document.
    #[serde(deserialize_with = "read_list")]
    pub rules: Vec<BlacklistRule>,
    /// Leads and values that are allowed whatever rules find about them.
    pub overrides: Vec<BlacklistOverride>,
    /// Severity of a lead without any usable phone number, e-mail address or WeChat id; [`Severity::Pass`] does not
    /// ask for one. A lead whose contact is in the field of another kind is flagged at most.
    pub no_usable_contact: Severity,
    /// Severity of a lead for which a rule could not be evaluated, whatever the rule's own: a script that fails, a list
    /// that has not been attached. Not [`Severity::Pass`], so that nothing slips through.
    #[serde(skip_serializing_if = "is_flag")]
    pub rule_failed: Severity,
    /// Whether to leave the remaining rules out once a lead is blocked. What the windows remember is the same.
    pub stop_at_first_block: bool,
}

fn flag() -> Severity {
    Severity::Flag
}

fn is_flag(severity: &Severity) -> bool {
    *severity == Severity::Flag
}

/// One rule of the blacklist: what it looks for, and how severe a finding is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlacklistRule {
    /// Identifier, unique in the document; hits and overrides name it.
    pub id: RuleId,
    /// The category of what it finds, in the host's words; overrides may name it.
    #[serde(default)]
    pub category: String,
    /// What a finding means; [`Severity::Pass`] only notes it.
    #[serde(default = "flag")]
    pub severity: Severity,
    /// What is examined: a list, the format of a value, a burst, a text, a condition.
    pub check: BlacklistCheck,
}

impl BlacklistRule {
    /// A rule that flags.
    ///
    /// ```
    /// use leadkit::blacklist::{Blacklist, BlacklistCheck, BlacklistRule, BlacklistRules, DomainCheck, Severity};
    ///
    /// let check = DomainCheck { domains: vec!["rival.com".into()], ..DomainCheck::default() };
    /// let rule = BlacklistRule::new("rivals", BlacklistCheck::Domain(check));
    /// assert_eq!(rule.severity, Severity::Flag);
    /// let rule = BlacklistRule { severity: Severity::Block, ..rule };
    /// let rules = BlacklistRules { rules: vec![rule], ..BlacklistRules::default() };
    /// assert!(Blacklist::compile(&rules).is_ok());
    /// ```
    #[must_use]
    pub fn new(id: impl Into<RuleId>, check: BlacklistCheck) -> BlacklistRule {
        BlacklistRule { id: id.into(), category: String::new(), severity: Severity::Flag, check }
    }
}

impl Default for BlacklistRule {
    /// A rule without a name that flags malformed phone numbers.
    fn default() -> Self {
        BlacklistRule::new("", BlacklistCheck::default())
    }
}

/// What a rule looks for: one kind a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BlacklistCheck {
    /// Contact values, companies and addresses, compared exactly by their canonical keys.
    List(ListCheck),
    /// Mail domains of the lead's e-mail addresses.
    Domain(DomainCheck),
    /// Prefixes of phone numbers, networks of IP addresses.
    Prefix(PrefixCheck),
    /// What others have reported: the [joint list](super::JointList) of the host.
    Joint(JointCheck),
    /// People who must not be contacted. Flags only; a lead that no channel is left for is held.
    Consent(ConsentCheck),
    /// Phone numbers that cannot be called.
    PhoneFormat(PhoneFormatCheck),
    /// E-mail addresses that cannot be written to.
    EmailFormat(EmailFormatCheck),
    /// WeChat ids that no account can have.
    WechatFormat(WechatFormatCheck),
    /// Values that are well-formed and look invented.
    Fake(FakeCheck),
    /// Words that no text of the lead may contain.
    Lexicon(LexiconCheck),
    /// Regular expressions over the same texts.
    Pattern(PatternCheck),
    /// The same submission twice. Flags only.
    Resubmission(ResubmissionCheck),
    /// Many leads of one origin in a short time. Flags only.
    Burst(BurstCheck),
    /// A hidden field of the form, which only machines fill in.
    Honeypot(HoneypotCheck),
    /// A form submitted faster than a person can fill it in.
    Elapsed(ElapsedCheck),
    /// A condition over the lead and what is derived from it.
    Condition(Condition),
}

impl BlacklistCheck {
    /// The name of the kind in a document.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            BlacklistCheck::List(_) => "list",
            BlacklistCheck::Domain(_) => "domain",
            BlacklistCheck::Prefix(_) => "prefix",
            BlacklistCheck::Joint(_) => "joint",
            BlacklistCheck::Consent(_) => "consent",
            BlacklistCheck::PhoneFormat(_) => "phone_format",
            BlacklistCheck::EmailFormat(_) => "email_format",
            BlacklistCheck::WechatFormat(_) => "wechat_format",
            BlacklistCheck::Fake(_) => "fake",
            BlacklistCheck::Lexicon(_) => "lexicon",
            BlacklistCheck::Pattern(_) => "pattern",
            BlacklistCheck::Resubmission(_) => "resubmission",
            BlacklistCheck::Burst(_) => "burst",
            BlacklistCheck::Honeypot(_) => "honeypot",
            BlacklistCheck::Elapsed(_) => "elapsed",
            BlacklistCheck::Condition(_) => "condition",
        }
    }
}

impl Default for BlacklistCheck {
    fn default() -> Self {
        BlacklistCheck::PhoneFormat(PhoneFormatCheck::default())
    }
}

/// Exact entries. Every spelling of one value is the same entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListCheck {
    /// Phone numbers; Chinese ones with or without country code, others with it: a number without one is read as Chinese,
    /// whatever the `default_region` of the host's tables. A number lists all its extensions, one with an extension
    /// (`0755-26718888转801`) that one alone. A WeChat id that is a phone number is found here too.
    pub phones: Vec<PhoneNumber>,
    /// Whether the host hands in a set of numbers too: [`with_phone_set`](super::Blacklist::with_phone_set).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub phone_set: bool,
    /// E-mail addresses; all spellings of one mailbox are the same entry.
    pub emails: Vec<EmailAddress>,
    /// WeChat ids, compared in canonical form.
    pub wechats: Vec<WechatId>,
    /// Companies by their registered names: spelling, script, width and brackets do not matter; region, legal form
    /// and numbers do, so `北京星河科技（天津）有限公司` is another firm than `北京星河科技有限公司`. A lead of a department of a
    /// listed company is the company's, but its branches and places of business (`…有限公司广州分公司`, `…有限公司永宁驿栈`) are not;
    /// an entry that names a department or another part behind the legal form means that part alone.
    pub companies: Vec<String>,
    /// IP addresses, one each; networks are for [`PrefixCheck`].
    pub ips: Vec<String>,
}

/// Mail domains that are not wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainCheck {
    /// The domains, without `@`, in any case.
    pub domains: Vec<String>,
    /// What belongs to a domain. Never part of a name: `rival.com` has nothing to do with `notrival.com`.
    #[serde(rename = "match")]
    pub mode: DomainMatch,
    /// Lets public mail providers through even if listed, as is the default: published lists of disposable domains hold
    /// the mail services of carriers (139.com, 21cn.com), which are not. `false` where everybody's address is meant.
    pub except_public: bool,
}

impl Default for DomainCheck {
    /// No domains; those below a listed one belong to it, and public providers are let through.
    fn default() -> Self {
        DomainCheck { domains: Vec::new(), mode: DomainMatch::default(), except_public: true }
    }
}

closed_enum! {
    /// What belongs to a mail domain.
    #[derive(Default)]
    DomainMatch {
        /// The domain itself, not those below it.
        Exact = "exact",
        /// The domain and every domain below it.
        #[default]
        AndSubdomains = "and_subdomains",
    }
}

/// Prefixes of phone numbers and networks of IP addresses. The longest that fits is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrefixCheck {
    /// Beginnings of phone numbers with `+` and country code: `+86170`. A WeChat id that is a phone number is checked too.
    pub phones: Vec<String>,
    /// Networks with the length of their prefix: `203.0.113.0/24`, `2001:db8::/32`.
    pub networks: Vec<String>,
}

/// What a [joint list](super::JointList) says: attach it by [`with_joint_list`](super::Blacklist::with_joint_list).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JointCheck {
    /// From how many contributors on an entry counts: 1 to 1000; 2 by default.
    pub contributors: u32,
    /// Contributors whose report is enough by itself.
    pub trusted: BTreeSet<String>,
}

impl Default for JointCheck {
    fn default() -> Self {
        JointCheck { contributors: 2, trusted: BTreeSet::new() }
    }
}

/// People who must not be contacted. An override lifts a record only when it names the rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentCheck {
    /// The records, one for each refusal.
    pub records: Vec<ConsentRecord>,
}

/// That a person must not be contacted. Any one of the values identifies the person, however it is written: an address with a
/// `+tag`, or with other dots at gmail.com, is the same person's
/// ([`Email::person_key`](crate::contact::Email::person_key)), and so is a WeChat account that is found by the phone number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentRecord {
    /// The person's phone number, in any spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// The person's e-mail address, in any spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// The person's WeChat id, in any spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wechat: Option<WechatId>,
    /// The channels that the person refuses.
    pub channels: BTreeSet<Channel>,
    /// Why, in the host's words; hits repeat it.
    pub reason: String,
    /// The lawful basis: `objection`, `consent_withdrawn`, `contract`, or the host's own.
    pub basis: String,
    /// When it begins: from this very moment on it counts.
    pub since: DateTime<Utc>,
    /// When it ends: at this very moment it no longer counts. `None` is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

closed_enum! {
    /// A way to contact a person.
    Channel {
        /// Calls and text messages.
        Phone = "phone",
        /// Messages to an e-mail address.
        Email = "email",
        /// Messages on WeChat.
        Wechat = "wechat",
        /// Every channel, those of the host too.
        All = "all",
    }
}

/// Phone numbers that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneFormatCheck {
    /// Lets numbers through that have a possible length but are in no assigned range, such as those of a segment that was
    /// opened yesterday: they are not reported, and a whole one is a usable contact.
    pub allow_not_assigned: bool,
}

/// E-mail addresses that cannot be written to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmailFormatCheck {}

/// WeChat ids that no account can have: too short, too long or with other characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WechatFormatCheck {}

/// Values that look invented. A suspicion, never proof: they leave a lead reachable, except for well-known
/// samples and placeholders (`sample_number`, `placeholder`), which are not usable contacts while the rule looks for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FakeCheck {
    /// The suspicions that count; all by default.
    pub rules: BTreeSet<FakeRule>,
    /// The fields looked at; all by default.
    pub fields: BTreeSet<FakeField>,
}

impl Default for FakeCheck {
    fn default() -> Self {
        FakeCheck {
            rules: order::set(FakeRule::ALL.iter().copied()),
            fields: order::set(FakeField::ALL.iter().copied()),
        }
    }
}

closed_enum! {
    /// A named suspicion that a value is invented.
    FakeRule {
        /// One digit at least seven times in a row.
        RepeatedDigit = "repeated_digit",
        /// Seven digits counting up or down.
        DigitRun = "digit_run",
        /// A block of digits repeated several times.
        RepeatedBlock = "repeated_block",
        /// At least five zeros at the end.
        ZeroTail = "zero_tail",
        /// A number known from advertisements and manuals, such as 13800138000.
        SampleNumber = "sample_number",
        /// A public service number: 110, 12315.
        ServiceNumber = "service_number",
        /// A placeholder word, such as `test`, `none`, `无` or `123`.
        Placeholder = "placeholder",
        /// Neighbouring keys hit in a row.
        KeyboardMash = "keyboard_mash",
        /// A mail domain a slip away from a well-known one.
        MistypedDomain = "mistyped_domain",
    }
}

closed_enum! {
    /// A field that may hold an invented value.
    FakeField {
        /// Phone numbers.
        Phone = "phone",
        /// E-mail addresses.
        Email = "email",
        /// WeChat ids.
        Wechat = "wechat",
        /// The contact's name.
        Name = "name",
        /// The company's name.
        Company = "company",
    }
}

/// Words that no text may hold: message, names, company, everything else that is written, attributes included. Contact
/// values and ids are not texts.
///
/// Width, case, compatibility forms, accents and other piled-up marks, invisible characters and traditional characters
/// make no difference. [`Lexicon`](super::Lexicon) looks through a text by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LexiconCheck {
    /// The words, up to 256 bytes each. Spellings of one word are one word.
    pub words: Vec<String>,
    /// Harmless phrases: a word inside a longer one is suppressed, and listed as such. `反诈骗` over `诈骗`.
    pub allowed: Vec<String>,
    /// Whether [`harmless_phrases`](super::harmless_phrases) are allowed too; they are by default.
    pub allow_common: bool,
    /// Where in a text a word counts.
    #[serde(rename = "match")]
    pub mode: LexiconMatch,
    /// Also finds words with up to three signs or blanks between their characters: `诈 骗`, `c*a*s*i*n*o`. Such a hit weighs
    /// a step less. Digits separated by a dash, a dot or a blank are different numbers: `69` is not in `6-9岁`. A number of
    /// five digits or more is found in groups: `139 2746 1853`.
    pub separated: bool,
    /// Also finds words of three characters or more whose characters are repeated: `办假假假证`. Such a hit weighs a step
    /// less.
    pub repeated: bool,
}

impl Default for LexiconCheck {
    /// No words; common harmless phrases are allowed, and no more evasions are looked for than folding undoes.
    fn default() -> Self {
        LexiconCheck {
            words: Vec::new(),
            allowed: Vec::new(),
            allow_common: true,
            mode: LexiconMatch::default(),
            separated: false,
            repeated: false,
        }
    }
}

closed_enum! {
    /// Where in a text a word of a lexicon counts.
    #[derive(Default)]
    LexiconMatch {
        /// As a whole word where the script divides words by blanks: `sb` is not in `sbc`. Anywhere in Chinese, and
        /// digits anywhere too: `69` is in `695`. A number is a word of its own (`casino888`, `wx13927461853`), unless
        /// up to three letters and up to four digits make the name of a model: `AV1000`.
        #[default]
        Words = "words",
        /// Anywhere in the text, within words too.
        Anywhere = "anywhere",
        /// Only where no letter or digit of any script is next to it. A number is a whole one: `69` is not in `695`,
        /// `69.5` or `A69`, but in `订购69个`.
        Standalone = "standalone",
    }
}

closed_enum! {
    /// How a word of a lexicon was found.
    LexiconPass {
        /// As it is written, once folded.
        Plain = "plain",
        /// With signs or blanks between its characters.
        Separated = "separated",
        /// With characters repeated: `办假假假证`.
        Repeated = "repeated",
    }
}

impl LexiconPass {
    /// The severity of a hit that was found in this way: later passes are less sure.
    pub(super) fn weight(self, severity: Severity) -> Severity {
        match (self, severity) {
            (LexiconPass::Plain, severity) => severity,
            (_, Severity::Block) => Severity::Flag,
            _ => Severity::Pass,
        }
    }
}

/// Fields of the form that nobody sees, which only machines fill in. The host brings them as attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HoneypotCheck {
    /// Names of the attributes. Blank text, 0, `false`, `no`, `off`, `否` and texts that mean nothing (`-`, `null`, `无`)
    /// count as not filled in.
    pub attributes: BTreeSet<String>,
}

/// A form submitted faster than a person can fill it in. The host brings the time as an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ElapsedCheck {
    /// Name of the attribute: milliseconds from showing the form to sending it, as a number or as text (`5200`, `5,200`,
    /// `5200ms`). A lead without it did not come through the form; a value that is not a number is a fault of the verdict.
    pub attribute: String,
    /// Below so many milliseconds it is a machine; 800 by default.
    pub below_ms: u32,
}

impl Default for ElapsedCheck {
    /// Below 800 ms, by the attribute `elapsed_ms`.
    fn default() -> Self {
        ElapsedCheck { attribute: "elapsed_ms".to_owned(), below_ms: 800 }
    }
}

/// Regular expressions over the texts that a [lexicon](LexiconCheck) reads; at most 16 KiB of source and 128 KiB
/// compiled each, in time linear in the text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PatternCheck {
    /// The patterns. Look-around and back-references are not supported. At most 1,000 of 64 KiB together in a rule, 2,000 of
    /// 256 KiB in a document, and 128 KiB each once compiled.
    pub patterns: Vec<String>,
}

/// An exception: a lead or value that is allowed. It suppresses the findings on every lead that has the value, or with the
/// scope `value` those about the value itself; they are still listed, marked with the override. A placeholder, a sample
/// number or a number outside every assigned range that it allows is a contact by which the lead can be reached.
///
/// Anybody can write the name of a company that is allowed, or send from its network: without a scope, a company, a domain or
/// a network lifts only findings about itself.
///
/// A withdrawn consent is never lifted as a side effect: a `consent` rule is overridden only by its name in `rules`, and
/// only for a lead or the person's own phone number, e-mail address or WeChat id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlacklistOverride {
    /// The lead or the value that is allowed.
    pub allow: Allow,
    /// The rules it counts for; with no rules and no categories it counts for all, else for those named in either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleId>,
    /// The categories it counts for; see `rules`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Which findings about a lead that has the value it suppresses. By default [`AllowScope::Lead`] for a lead and for a
    /// person's phone number, e-mail address and WeChat id, [`AllowScope::Value`] for a company, a domain and an IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<AllowScope>,
    /// When it ends: at this very moment it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
    /// The person who allowed it, in the host's words; hits that it suppresses name the person.
    #[serde(default)]
    pub author: String,
    /// The reason, for the people who read the verdict.
    #[serde(default)]
    pub reason: String,
}

impl BlacklistOverride {
    /// Allows a lead or value for all rules, without end.
    ///
    /// ```
    /// use leadkit::blacklist::{Allow, Blacklist, BlacklistOverride, BlacklistRules, WindowState};
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let allowed = BlacklistOverride::new(Allow::Phone("13800138000".into()), "zhao", "our test line");
    /// let rules = BlacklistRules { overrides: vec![allowed], ..BlacklistRules::default() };
    /// let (lead, tables) = (Lead { phones: vec!["13800138000".into()], ..Lead::default() }, HostTables::default());
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// let verdict = Blacklist::compile(&rules)?.check(&facts, &WindowState::default());
    /// assert!(!verdict.is_blocked() && verdict.hits()[0].suppressed_by().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(allow: Allow, author: impl Into<String>, reason: impl Into<String>) -> BlacklistOverride {
        BlacklistOverride {
            allow,
            rules: Vec::new(),
            categories: Vec::new(),
            scope: None,
            expires: None,
            author: author.into(),
            reason: reason.into(),
        }
    }

    /// The scope it has, given or not.
    pub(super) fn scope(&self) -> AllowScope {
        let own = if self.allow.is_personal() { AllowScope::Lead } else { AllowScope::Value };
        self.scope.unwrap_or(own)
    }
}

impl Default for BlacklistOverride {
    /// Allows the lead without an identifier, that is: nothing.
    fn default() -> Self {
        BlacklistOverride::new(Allow::Lead(LeadId::default()), "", "")
    }
}

closed_enum! {
    /// Which findings about a lead an override suppresses.
    AllowScope {
        /// All: every lead with the value is let through.
        Lead = "lead",
        /// Those about the value itself: another number of the same lead is still found, and so are findings about the lead
        /// as a whole, such as that no contact is usable.
        Value = "value",
    }
}

/// What an override allows. Values may be spelt in any way; their canonical keys are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Allow {
    /// One lead, by its id.
    Lead(LeadId),
    /// A phone number.
    Phone(PhoneNumber),
    /// An e-mail address.
    Email(EmailAddress),
    /// A WeChat id.
    Wechat(WechatId),
    /// A company, by its registered name.
    Company(String),
    /// A mail domain and every domain below it.
    Domain(String),
    /// An IP address.
    Ip(String),
}

impl Allow {
    /// Whether it is one lead, or a value that reaches one person.
    pub(super) fn is_personal(&self) -> bool {
        matches!(self, Allow::Lead(_) | Allow::Phone(_) | Allow::Email(_) | Allow::Wechat(_))
    }
}
