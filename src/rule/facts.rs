//! The one view of a lead that rules read.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};

use super::contact_values::{ContactValues, Placed};
use super::fact_value::{FactSource, FactValue, attribute, number, region, text, texts, time};
use super::field::Path;
use super::fields::{FieldId, Producer};
use super::limits::{CutLead, read_message, read_text};
use super::misplaced::{Misplaced, written_in};
use super::{Field, HostTables, MatchFacts, MatchKind};
use crate::calendar::Span;
use crate::company::{CompanyName, exact_key};
use crate::contact::{
    Email, EmailFault, Phone, PhoneQuality, StatedCountry, Wechat, WechatFault, folded_names_company,
    person_keys, read_phones_of,
};
use crate::model::{
    Activity, Attributes, History, Lead, LeadField, LeadId, Points, RecordRef, Region, RepId, TeamId,
};
use crate::order;
use crate::text::fold;

/// The input that facts are derived from: the host's tables, the lead's activities and history, and the time.
///
/// ```
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let tables = HostTables::default();
/// let context = FactContext::new(&tables, "2026-03-01T09:00:00Z".parse()?);
/// let lead = Lead { company: Some("深圳市星河软件有限公司".into()), ..Lead::default() };
/// let facts = Facts::new(&lead, &context);
/// assert_eq!(facts.company().unwrap().brand(), "星河");
/// assert_eq!(facts.region().unwrap().to_string(), "CN-GD-440300");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct FactContext<'a> {
    /// The tables that names and numbers are read with.
    pub tables: &'a HostTables,
    /// What the lead did, in any order.
    pub activities: &'a [Activity],
    /// The lead's owners, stages and deadlines.
    pub history: &'a History,
    /// The time of the decision: the `now` of the call.
    pub now: DateTime<Utc>,
}

impl<'a> FactContext<'a> {
    /// A context without activities and history.
    ///
    /// ```
    /// use leadkit::model::Activity;
    /// use leadkit::rule::{FactContext, HostTables};
    ///
    /// let tables = HostTables::default();
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let activities = [Activity { kind: "page_view".into(), time: now, ..Activity::default() }];
    /// let context = FactContext { activities: &activities, ..FactContext::new(&tables, now) };
    /// assert_eq!((context.activities.len(), context.history.tenures.len()), (1, 0));
    /// ```
    #[must_use]
    pub fn new(tables: &'a HostTables, now: DateTime<Utc>) -> FactContext<'a> {
        FactContext { tables, activities: &[], history: History::EMPTY, now }
    }
}

/// What the blacklist adds to the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerdictFacts {
    /// How severe the findings are: `pass`, `flag` or `block`.
    pub severity: &'static str,
    /// Codes of the findings that count, such as `listed_phone`.
    pub codes: Vec<String>,
    /// The lead of the submission that this one repeats.
    pub resubmission_of: Option<LeadId>,
}

/// What scoring adds to the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScoreFacts {
    /// The dynamic score: what the lead does.
    pub engagement: Points,
    /// The static score: what the lead is.
    pub fit: Points,
    /// Engagement level, 1 to 4.
    pub level: u8,
    /// Fit grade, from `A`, the best, to `D`.
    pub grade: &'static str,
    /// Fit grade and engagement level, such as `A1`.
    pub cell: String,
    /// Whether the lead is ready for sales.
    pub mature: bool,
}

/// Up to so many activities are looked through for each count.
const FEW_ACTIVITIES: usize = 64;

/// A lead as rules see it: its own fields, what is derived from them once, and what earlier engines found.
///
/// Making it costs O(contact values); the company name is parsed when it is first read.
pub struct Facts<'a> {
    lead: &'a Lead,
    context: FactContext<'a>,
    /// What the lead says of its country.
    stated: StatedCountry,
    contacts: ContactValues,
    phone_keys: OnceCell<Vec<String>>,
    email_keys: OnceCell<Vec<String>>,
    email_domains: OnceCell<Vec<String>>,
    ip: OnceCell<Option<String>>,
    /// The lead as far as it is read, when that is not all of it.
    cut: Option<Box<CutLead>>,
    /// Many activities by kind and time, once they are counted.
    counted: OnceCell<Vec<u32>>,
    company: OnceCell<Option<CompanyName>>,
    company_key: OnceCell<Option<String>>,
    company_folded: OnceCell<Option<String>>,
    region: OnceCell<Option<Region>>,
    phone_kinds: OnceCell<Vec<String>>,
    email_kinds: OnceCell<Vec<String>>,
    person_keys: OnceCell<Vec<String>>,
    verdict: Option<VerdictFacts>,
    matched: Option<MatchFacts>,
    match_labels: Vec<String>,
    score: Option<ScoreFacts>,
}

impl<'a> Facts<'a> {
    /// Derives the facts of a lead.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, FactSource, FactValue, Facts, HostTables};
    ///
    /// let tables = HostTables::default();
    /// let lead = Lead { phones: vec!["0755-2671 8888".into()], ..Lead::default() };
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// assert_eq!(facts.phone_keys(), ["+8675526718888"]);
    /// let area = facts.fact(&"phone.area".parse()?);
    /// assert!(matches!(area, FactValue::Region(region) if region.to_string() == "CN-GD-440300"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(lead: &'a Lead, context: &FactContext<'a>) -> Facts<'a> {
        let cut = CutLead::of(lead, context.activities);
        let whole = lead;
        let lead = cut.as_deref().map_or(whole, |cut| &cut.lead);
        let stated = context.tables.gazetteer.country_of(lead.country.as_deref());
        let contacts = ContactValues::of_lead(lead, stated, context.tables);
        Facts {
            lead: whole,
            context: *context,
            stated,
            contacts,
            phone_keys: OnceCell::new(),
            email_keys: OnceCell::new(),
            email_domains: OnceCell::new(),
            ip: OnceCell::new(),
            cut,
            counted: OnceCell::new(),
            company: OnceCell::new(),
            company_key: OnceCell::new(),
            company_folded: OnceCell::new(),
            region: OnceCell::new(),
            phone_kinds: OnceCell::new(),
            email_kinds: OnceCell::new(),
            person_keys: OnceCell::new(),
            verdict: None,
            matched: None,
            match_labels: Vec::new(),
            score: None,
        }
    }

    /// Adds the blacklist's verdict.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, FactSource, FactValue, Facts, HostTables, VerdictFacts};
    ///
    /// let (lead, tables) = (Lead::default(), HostTables::default());
    /// let mut facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// facts.set_verdict(VerdictFacts { severity: "flag", ..VerdictFacts::default() });
    /// assert!(matches!(facts.fact(&"verdict.severity".parse()?), FactValue::Text("flag")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_verdict(&mut self, verdict: VerdictFacts) {
        self.verdict = Some(verdict);
    }

    /// Adds what duplicate matching found.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, FactSource, FactValue, Facts, HostTables, MatchFacts};
    ///
    /// let (lead, tables) = (Lead::default(), HostTables::default());
    /// let mut facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// facts.set_match(MatchFacts { count: 2, ..MatchFacts::default() });
    /// assert!(matches!(facts.fact(&"match.count".parse()?), FactValue::Integer(2)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_match(&mut self, matched: MatchFacts) {
        self.match_labels = matched.label_texts();
        self.matched = Some(matched);
    }

    /// Adds the score.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::rule::{FactContext, FactSource, FactValue, Facts, HostTables};
    /// use leadkit::score::Scorer;
    /// use serde_json::json;
    ///
    /// let scorer = Scorer::load(json!({"fit": {"rules": [{"id": "everybody", "points": 80}]}}))?;
    /// let (lead, tables) = (Lead::default(), HostTables::default());
    /// let mut facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// assert!(matches!(facts.fact(&"score.fit".parse()?), FactValue::Missing));
    /// facts.set_score(scorer.score(&facts).facts());
    /// assert!(matches!(facts.fact(&"score.fit".parse()?), FactValue::Number(80.0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_score(&mut self, score: ScoreFacts) {
        self.score = Some(score);
    }

    /// Whether the fields that an earlier engine fills were handed in; the lead's own always are.
    pub(crate) fn is_filled_by(&self, producer: Producer) -> bool {
        match producer {
            Producer::Blacklist => self.verdict.is_some(),
            Producer::Dedup => self.matched.is_some(),
            Producer::Score => self.score.is_some(),
            _ => true,
        }
    }

    /// The lead as it is, uncut.
    #[must_use]
    pub fn lead(&self) -> &'a Lead {
        self.lead
    }

    /// The lead as far as it is read: [`LeadLimits`](super::LeadLimits) says how far.
    #[inline]
    pub(crate) fn read(&self) -> &Lead {
        self.cut.as_deref().map_or(self.lead, |cut| &cut.lead)
    }

    /// Names of the lead's fields of which only the beginning is read, `activities` for what it did; empty for nearly
    /// every lead.
    #[must_use]
    pub fn oversized(&self) -> &[String] {
        self.cut.as_deref().map_or(&[], |cut| &cut.fields)
    }

    /// The context that the facts are derived from.
    #[must_use]
    pub fn context(&self) -> &FactContext<'a> {
        &self.context
    }

    /// What the lead did, in the order it was handed in.
    #[must_use]
    pub fn activities(&self) -> &'a [Activity] {
        self.context.activities
    }

    /// The lead's owners, stages and deadlines so far.
    #[must_use]
    pub fn history(&self) -> &'a History {
        self.context.history
    }

    /// The time of the decision: the `now` of the context.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.context.now
    }

    /// The judged phone numbers, in the order of the lead's, then those in the fields for e-mail addresses and
    /// WeChat ids. A text may hold several of them, and a blank one holds none:
    /// [`read_phones`](crate::contact::read_phones).
    pub fn phones(&self) -> &[Phone] {
        &self.contacts.phones.values
    }

    /// The judged phone numbers with their places.
    pub(crate) fn placed_phones(&self) -> impl Iterator<Item = Placed<'_, Phone>> {
        self.contacts.phones.placed(self.read())
    }

    /// The sound phone numbers and addresses in a text of the lead that is not a contact field.
    pub(crate) fn contacts_in(&self, text: &str) -> Vec<Misplaced> {
        let options = self.context.tables.phone_options();
        written_in(text, &|text| read_phones_of(text, self.stated, &options))
    }

    /// Distinct canonical keys of the phone numbers that have one.
    #[must_use]
    pub fn phone_keys(&self) -> &[String] {
        self.phone_keys.get_or_init(|| distinct(self.phones().iter().filter_map(Phone::key)))
    }

    /// The judged e-mail addresses, in the order of the lead's, then those in the fields of other kinds. A text may
    /// hold several of them, and a blank one holds none: [`read_emails`](crate::contact::read_emails).
    pub fn emails(&self) -> &[Result<Email, EmailFault>] {
        &self.contacts.emails.values
    }

    /// The judged e-mail addresses with their places.
    pub(crate) fn placed_emails(&self) -> impl Iterator<Item = Placed<'_, Result<Email, EmailFault>>> {
        self.contacts.emails.placed(self.read())
    }

    /// Distinct canonical keys of the valid e-mail addresses.
    #[must_use]
    pub fn email_keys(&self) -> &[String] {
        self.email_keys.get_or_init(|| distinct(self.emails().iter().flatten().map(Email::key)))
    }

    /// Distinct domains of the valid e-mail addresses.
    #[must_use]
    pub fn email_domains(&self) -> &[String] {
        self.email_domains.get_or_init(|| distinct(self.emails().iter().flatten().map(Email::domain)))
    }

    /// The WeChat ids with their places, and texts that cannot be one.
    pub(crate) fn placed_wechats(&self) -> impl Iterator<Item = Placed<'_, Result<Wechat, WechatFault>>> {
        self.contacts.wechats.placed(self.read())
    }

    /// The WeChat ids, and texts that cannot be one.
    pub(crate) fn wechats(&self) -> &[Result<Wechat, WechatFault>] {
        &self.contacts.wechats.values
    }

    /// The WeChat ids that can be one.
    pub(crate) fn wechat_ids(&self) -> impl Iterator<Item = &Wechat> {
        self.wechats().iter().flatten()
    }

    /// Kinds of the phone numbers that can be called, as far as is known, each once.
    fn phone_kinds(&self) -> &[String] {
        let kinds = || {
            let is_possible = |phone: &&Phone| {
                let may_be = matches!(phone.quality(), PhoneQuality::Ok | PhoneQuality::UnknownCountry);
                (phone.key().is_some() || phone.is_assumed()) && may_be
            };
            let known = self.phones().iter().filter(is_possible);
            distinct(known.map(|phone| phone.kind().as_str()))
        };
        self.phone_kinds.get_or_init(kinds)
    }

    /// Kinds of the valid e-mail addresses, each once.
    fn email_kinds(&self) -> &[String] {
        let kinds = || distinct(self.emails().iter().flatten().map(|email| email.kind().as_str()));
        self.email_kinds.get_or_init(kinds)
    }

    /// The contact values that identify one person: `phone:+86…`, `email:…`, `wechat:…`, `qq:…`, each once. Addresses are
    /// those of the person ([`Email::person_key`](crate::contact::Email::person_key)); a landline identifies one with its
    /// extension (`phone:+86…;ext=801`), else with the lead's name (`phone:+86…;name=李雷`). A bare landline, a switchboard,
    /// a team's mailbox and values that look invented identify nobody.
    #[must_use]
    pub fn person_keys(&self) -> &[String] {
        let keys = || {
            let emails: Vec<&Email> = self.emails().iter().flatten().collect();
            let lead = self.read();
            person_keys(self.phones(), &emails, self.wechat_ids().cloned(), lead.name.as_deref())
        };
        self.person_keys.get_or_init(keys)
    }

    /// The parts of the company name; `None` when the lead has none.
    #[must_use]
    pub fn company(&self) -> Option<&CompanyName> {
        let parse = || {
            let name = self.read().company.as_deref().filter(|name| !name.trim().is_empty())?;
            Some(CompanyName::parse(name, &self.context.tables.gazetteer))
        };
        self.company.get_or_init(parse).as_ref()
    }

    /// The [identity key](exact_key) of the company name; `None` when the lead has none, or nothing is left of it.
    #[must_use]
    pub(crate) fn company_key(&self) -> Option<&str> {
        let key = || self.company().map(exact_key).filter(|key| !key.is_empty());
        self.company_key.get_or_init(key).as_deref()
    }

    /// The company name, [folded](fold): of the parsed name when that was read before.
    pub(crate) fn company_folded(&self) -> Option<&str> {
        let parsed = self.company.get().and_then(Option::as_ref).and_then(CompanyName::folded);
        let folded = || self.read().company.as_deref().map(fold);
        parsed.or_else(|| self.company_folded.get_or_init(folded).as_deref())
    }

    /// Whether the lead names a company, not that it has none.
    pub(crate) fn names_company(&self) -> bool {
        let name = self.read().company.as_deref();
        name.zip(self.company_folded()).is_some_and(|(name, folded)| folded_names_company(name, folded))
    }

    /// The address that the lead came from, as text.
    fn ip(&self) -> Option<&str> {
        self.ip.get_or_init(|| self.read().ip.map(|ip| ip.to_string())).as_deref()
    }

    /// The region in which the first phone number was issued; `None` when not known.
    #[must_use]
    pub fn phone_area(&self) -> Option<Region> {
        self.phones().iter().find_map(|phone| phone.area(self.context.tables.phone_segments.as_ref()))
    }

    /// Where the lead belongs: its own region, else its city or province, else what the company name says, else
    /// where the phone number was issued, else its country. A stated country counts: a place in another country
    /// is ignored, and two letters are read as one of its states.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        *self.region.get_or_init(|| self.derive_region())
    }

    fn derive_region(&self) -> Option<Region> {
        let country = self.stated.region();
        let issued = || self.phone_area().filter(|region| lies_in(country.as_ref(), region));
        self.stated_region().or_else(issued).or(country)
    }

    /// Where the company says it is: the lead's own region, else its city or province, else what the company name
    /// says. People carry phones to other places. All but its own region is read within the country that the lead states.
    pub(crate) fn stated_region(&self) -> Option<Region> {
        let lead = self.read();
        lead.region.or_else(|| {
            let (gazetteer, country) = (&self.context.tables.gazetteer, self.stated.region());
            let country = country.as_ref();
            let city = || gazetteer.place_in(lead.city.as_deref()?, country);
            let province = || gazetteer.province_in(lead.province.as_deref()?, country);
            let named =
                || self.company().and_then(CompanyName::region).filter(|region| lies_in(country, region));
            city().or_else(province).or_else(named)
        })
    }

    /// The blacklist's verdict; `None` before the blacklist has run.
    #[must_use]
    pub fn verdict(&self) -> Option<&VerdictFacts> {
        self.verdict.as_ref()
    }

    /// The result of duplicate matching; `None` before it has run.
    #[must_use]
    pub fn matched(&self) -> Option<&MatchFacts> {
        self.matched.as_ref()
    }

    /// The score; `None` before the lead is scored.
    #[must_use]
    pub fn score(&self) -> Option<&ScoreFacts> {
        self.score.as_ref()
    }

    #[inline(never)]
    fn attribute(&self, name: &str) -> FactValue<'_> {
        self.read().attributes.get(name).map_or(FactValue::Missing, attribute)
    }

    #[inline(never)]
    fn activity_count(&self, kind: &str, days: u32) -> i64 {
        let (since, now) = (Span::days(days).before(self.context.now), self.context.now);
        let activities = self.context.activities;
        if activities.len() <= FEW_ACTIVITIES {
            let counts =
                |one: &&Activity| one.kind == kind && since <= one.time && one.time <= self.context.now;
            return activities.iter().filter(counts).count() as i64;
        }
        let key = |index: &u32| activities.get(*index as usize).map(|one| (one.kind.as_str(), one.time));
        // A script may read it as often as there are activities.
        let counted = self.counted.get_or_init(|| {
            let mut counted: Vec<u32> = (0..).take(activities.len()).collect();
            order::sort_by(&mut counted, |a, b| key(a).cmp(&key(b)));
            counted
        });
        let begin = counted.partition_point(|index| key(index) < Some((kind, since)));
        let end = counted.partition_point(|index| key(index) <= Some((kind, now)));
        end.saturating_sub(begin) as i64
    }

    /// Most fields are one text: they share one end, which keeps this small and fast.
    #[inline]
    fn brought(&self, field: LeadField) -> FactValue<'_> {
        let lead = self.read();
        match field {
            LeadField::CreatedAt => FactValue::Time(lead.created_at),
            LeadField::EmployeeCount => {
                lead.employee_count.map_or(FactValue::Missing, |count| FactValue::Integer(count.into()))
            }
            LeadField::Status => FactValue::Text(lead.status.as_str()),
            LeadField::NextFollowUp => time(lead.next_follow_up),
            LeadField::LastActiveAt => time(lead.last_active_at),
            LeadField::FiledAt => time(lead.filed_at),
            LeadField::Industry | LeadField::Products | LeadField::Tags => {
                field.texts(lead).map_or(FactValue::Missing, |values| texts(values))
            }
            _ => text(field.text(lead)),
        }
    }

    fn single(&self, id: FieldId) -> FactValue<'_> {
        match id {
            FieldId::Ip => text(self.ip()),
            FieldId::Phone => texts(self.phone_keys()),
            FieldId::Email => texts(self.email_keys()),
            FieldId::EmailDomain => texts(self.email_domains()),
            FieldId::PhoneKind => texts(self.phone_kinds()),
            FieldId::EmailKind => texts(self.email_kinds()),
            FieldId::PersonKey => texts(self.person_keys()),
            FieldId::ActivityLast => time(self.context.activities.iter().map(|activity| activity.time).max()),
            FieldId::VerdictSeverity | FieldId::VerdictCodes => self.of_verdict(id),
            FieldId::MatchAction
            | FieldId::MatchOwner
            | FieldId::MatchRecord
            | FieldId::MatchLabels
            | FieldId::MatchTier
            | FieldId::MatchMaturity
            | FieldId::MatchRegion
            | FieldId::MatchOwnerTeam
            | FieldId::MatchCount => self.of_match(id),
            FieldId::ScoreEngagement
            | FieldId::ScoreFit
            | FieldId::ScoreLevel
            | FieldId::ScoreGrade
            | FieldId::ScoreCell
            | FieldId::ScoreMature => self.of_score(id),
            _ => self.derived(id),
        }
    }

    fn of_verdict(&self, id: FieldId) -> FactValue<'_> {
        let Some(verdict) = &self.verdict else { return FactValue::Missing };
        match id {
            FieldId::VerdictSeverity => text(Some(verdict.severity)),
            _ => texts(&verdict.codes),
        }
    }

    fn of_match(&self, id: FieldId) -> FactValue<'_> {
        let Some(matched) = &self.matched else { return FactValue::Missing };
        match id {
            FieldId::MatchAction => text(matched.kind.map(MatchKind::as_str)),
            FieldId::MatchOwner => text(matched.owner.as_ref().map(RepId::as_str)),
            FieldId::MatchRecord => text(matched.record.as_ref().map(RecordRef::id)),
            FieldId::MatchLabels => texts(&self.match_labels),
            FieldId::MatchTier => text(matched.account.tier.as_deref()),
            FieldId::MatchMaturity => text(matched.account.maturity.as_deref()),
            FieldId::MatchRegion => region(matched.account.region),
            FieldId::MatchOwnerTeam => text(matched.owner_team.as_ref().map(TeamId::as_str)),
            _ => FactValue::Integer(matched.count),
        }
    }

    fn of_score(&self, id: FieldId) -> FactValue<'_> {
        let Some(score) = &self.score else { return FactValue::Missing };
        match id {
            FieldId::ScoreEngagement => FactValue::Number(score.engagement.to_f64()),
            FieldId::ScoreFit => FactValue::Number(score.fit.to_f64()),
            FieldId::ScoreLevel => FactValue::Integer(score.level.into()),
            FieldId::ScoreGrade => text(Some(score.grade)),
            FieldId::ScoreCell => text(Some(&score.cell)),
            _ => FactValue::Bool(score.mature),
        }
    }

    /// A field that is computed when it is read. Apart, so that the others are read without a stack frame.
    #[inline(never)]
    fn derived(&self, id: FieldId) -> FactValue<'_> {
        match id {
            FieldId::CompanyBrand => text(self.company().map(CompanyName::brand)),
            FieldId::CompanyIndustry => text(self.company().and_then(CompanyName::industry)),
            FieldId::CompanyLegalForm => text(self.company().and_then(CompanyName::legal_form)),
            FieldId::Region => region(self.region()),
            FieldId::PhoneArea => region(self.phone_area()),
            FieldId::CompanyRegion => region(self.company().and_then(CompanyName::region)),
            _ => FactValue::Missing,
        }
    }
}

impl fmt::Debug for Facts<'_> {
    /// The lead, whose contact values are masked, and what earlier engines found; not the canonical contact values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("lead", self.lead)
            .field("now", &self.context.now)
            .field("verdict", &self.verdict)
            .field("matched", &self.matched)
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

impl FactSource for Facts<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        match &field.0 {
            Path::Lead(field) => self.brought(*field),
            Path::Single(id) => self.single(*id),
            Path::ActivityCount { kind, days } => FactValue::Integer(self.activity_count(kind, *days)),
            Path::Attribute(name) => self.attribute(name),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.context.now
    }

    fn visit_activities(&self, visit: &mut dyn FnMut(&Activity)) {
        self.context.activities.iter().for_each(visit);
    }

    fn attributes(&self) -> Option<&Attributes> {
        Some(&self.read().attributes)
    }
}

/// One activity with its lead: what conditions of engagement rules are evaluated on.
#[derive(Debug, Clone, Copy)]
pub struct ActivityFacts<'a> {
    /// The facts of the lead that did it.
    pub facts: &'a Facts<'a>,
    /// The activity that the condition is evaluated on.
    pub activity: &'a Activity,
}

impl FactSource for ActivityFacts<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        let activity = self.activity;
        let Path::Single(id) = &field.0 else { return self.facts.fact(field) };
        match id {
            FieldId::ActivityKind => text(Some(read_text(&activity.kind))),
            FieldId::ActivityChannel => text(activity.channel.as_deref().map(read_text)),
            FieldId::ActivityCampaign => text(activity.campaign.as_ref().map(|value| value.as_str())),
            FieldId::ActivityPage => text(activity.page.as_deref().map(read_text)),
            FieldId::ActivityContent => text(activity.content.as_deref().map(read_message)),
            FieldId::ActivityProgress => number(activity.progress),
            FieldId::ActivityDuration => {
                activity.duration.map_or(FactValue::Missing, |seconds| FactValue::Integer(seconds.into()))
            }
            FieldId::ActivityIntent => text(activity.intent.as_deref().map(read_text)),
            FieldId::ActivitySharedBy => text(activity.shared_by.as_ref().map(|value| value.as_str())),
            FieldId::ActivityTime => FactValue::Time(activity.time),
            _ => self.facts.fact(field),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.facts.now()
    }

    fn visit_activities(&self, visit: &mut dyn FnMut(&Activity)) {
        self.facts.visit_activities(visit);
    }

    fn attributes(&self) -> Option<&Attributes> {
        self.facts.attributes()
    }
}

fn distinct<'t>(mut texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    // Most leads have one value of each kind.
    let Some(first) = texts.next() else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let others = texts.filter(|text| *text != first && seen.insert(*text));
    std::iter::once(first).chain(others).map(str::to_owned).collect()
}

/// Whether a region is in the stated country, if there is one.
fn lies_in(country: Option<&Region>, region: &Region) -> bool {
    country.is_none_or(|country| country.within_china().contains(region))
}
