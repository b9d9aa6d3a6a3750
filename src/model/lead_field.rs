//! The fields of a lead, by the one name that rules, tables, effects and merges use for each.

use std::borrow::Cow;

use super::{
    Acquisition, BusinessModel, ChannelType, CloseReason, FieldType, JobFunction, Lead, LeadStatus,
    OpenGroup, Region, RegistryStatus, SourceClass, SourcePipeline, Value,
};
use crate::document::{Unique, finish, load_into, load_text, write_dates_as_text};
use crate::error::{Report, RuleErrors, suggestion};
use crate::text::scrubbed;

/// Reads one field as text: how depends on what holds it.
macro_rules! text_of {
    (text $lead:ident $($at:ident).+) => { $lead.$($at).+.as_deref() };
    (key $lead:ident $($at:ident).+) => { Some($lead.$($at).+.as_str()) };
    (name $lead:ident $($at:ident).+ $($kind:ident)?) => { $lead.$($at).+.as_ref().map(|value| value.as_str()) };
    ($other:ident $lead:ident $($at:ident).+ $($kind:ident)?) => { None };
}

/// Reads one field as a list of texts.
macro_rules! texts_of {
    (texts $lead:ident $($at:ident).+) => { Some(&$lead.$($at).+) };
    ($other:ident $lead:ident $($at:ident).+ $($kind:ident)?) => { None };
}

/// Writes one field, a text that is not blank.
macro_rules! set_text {
    (text $lead:ident $text:ident $($at:ident).+) => {{ $lead.$($at).+ = Some($text.to_owned()); true }};
    (name $lead:ident $text:ident $($at:ident).+ $kind:ident) => {{ $lead.$($at).+ = Some($kind::from($text)); true }};
    (name $lead:ident $text:ident $($at:ident).+) => {{ $lead.$($at).+ = Some($text.into()); true }};
    ($other:ident $lead:ident $text:ident $($at:ident).+ $($kind:ident)?) => { false };
}

/// Clears one field.
macro_rules! clear {
    (texts $lead:ident $($at:ident).+) => { $lead.$($at).+.clear() };
    (masked $lead:ident $($at:ident).+) => { $lead.$($at).+.clear() };
    (key $lead:ident $($at:ident).+) => { $lead.$($at).+ = Default::default() };
    (always $lead:ident $($at:ident).+) => { $lead.$($at).+ = Lead::default().$($at).+ };
    ($other:ident $lead:ident $($at:ident).+ $($kind:ident)?) => { $lead.$($at).+ = None };
}

/// Adds texts to one field that is a list of them.
macro_rules! texts_mut {
    (texts $lead:ident $($at:ident).+) => { Some(&mut $lead.$($at).+) };
    ($other:ident $lead:ident $($at:ident).+ $($kind:ident)?) => { None };
}

/// Whether a key of a lead depends on a field.
macro_rules! files {
    () => {
        false
    };
    (files) => {
        true
    };
}

/// Declares the table: name, type, what holds it, where it is in [`Lead`], doc, and `files` when a lead is filed by it:
/// keys are made of it, or it decides whether the lead is found by its keys. A local number is completed by the city.
///
/// `text` is an optional text, `name` one of an open enumeration or an id, `texts` a list; `masked` are lists of
/// contact values, `key` and `always` are never empty, `other` is optional and has a type of its own.
macro_rules! lead_fields {
    ($($variant:ident = $name:literal: $type:ident, $holds:ident ($($at:ident).+ $(: $kind:ident)?), $doc:literal $(, $files:ident)?;)*) => {
        /// A field of a [`Lead`].
        ///
        /// Its name is the key of the serialised lead, with a dot between a group and its part: `phones`, `utm.source`.
        /// In addition a lead has `attributes.NAME`, `external_ids.NAME`, `other_ids.NAME` and
        /// `click_ids.NAME`.
        ///
        /// ```
        /// use leadkit::model::{Lead, LeadField, Value};
        ///
        /// let mut lead = Lead { city: Some("深圳".into()), ..Lead::default() };
        /// assert_eq!(LeadField::City.get(&lead), Value::from("深圳"));
        /// assert_eq!(LeadField::from_name("utm.source"), Some(LeadField::UtmSource));
        ///
        /// LeadField::UtmSource.set(&mut lead, &Value::from("baidu"))?;
        /// assert_eq!(lead.utm.source.as_deref(), Some("baidu"));
        /// # Ok::<(), leadkit::model::LeadFieldError>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum LeadField {
            $(#[doc = $doc] $variant,)*
        }

        impl LeadField {
            /// Every field, in the order of the variants.
            pub const ALL: &'static [LeadField] = &[$(LeadField::$variant,)*];

            /// The names of all fields, in the same order.
            pub const KNOWN: &'static [&'static str] = &[$($name,)*];

            /// The name of the field in rules and effects.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(LeadField::$variant => $name,)* }
            }

            /// The field of a name.
            ///
            /// ```
            /// use leadkit::model::LeadField;
            ///
            /// assert_eq!(LeadField::from_name("utm.source"), Some(LeadField::UtmSource));
            /// assert_eq!(LeadField::from_name("attributes.age"), None, "attributes belong to the host");
            /// ```
            #[must_use]
            pub fn from_name(name: &str) -> Option<LeadField> {
                match name {
                    $($name => Some(LeadField::$variant),)*
                    _ => None,
                }
            }

            /// The type of the field's values.
            #[must_use]
            pub const fn kind(self) -> FieldType {
                match self { $(LeadField::$variant => FieldType::$type,)* }
            }

            /// What it holds, as one phrase without a final period.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(LeadField::$variant => $doc,)* }
            }

            /// Whether a change of it changes the keys that the lead is found by.
            pub(crate) const fn files(self) -> bool {
                match self { $(LeadField::$variant => files!($($files)?),)* }
            }

            /// The value of a field that holds one text as it is written. Facts match the field too: one jump for both.
            #[inline(always)]
            pub(crate) fn text(self, lead: &Lead) -> Option<&str> {
                match self {
                    $(LeadField::$variant => text_of!($holds lead $($at).+ $($kind)?),)*
                }
            }

            /// The value of a field that holds several texts.
            #[inline]
            pub(crate) fn texts(self, lead: &Lead) -> Option<&Vec<String>> {
                match self { $(LeadField::$variant => texts_of!($holds lead $($at).+ $($kind)?),)* }
            }

            /// Whether a text of the lead has more bytes, or a list of texts more items; contact values are not looked at.
            /// O(fields + items).
            pub(crate) fn has_longer(lead: &Lead, bytes: usize, items: usize) -> bool {
                let is_long = |text: &str| text.len() > bytes;
                let are_long = |list: &Vec<String>| list.len() > items || list.iter().any(|text| is_long(text));
                $(text_of!($holds lead $($at).+ $($kind)?).is_some_and(is_long)
                    || texts_of!($holds lead $($at).+ $($kind)?).is_some_and(are_long) ||)* false
            }

            fn texts_mut(self, lead: &mut Lead) -> Option<&mut Vec<String>> {
                match self { $(LeadField::$variant => texts_mut!($holds lead $($at).+ $($kind)?),)* }
            }

            /// Whether it holds one text, which is then `text`.
            fn set_text(self, lead: &mut Lead, text: &str) -> bool {
                match self { $(LeadField::$variant => set_text!($holds lead text $($at).+ $($kind)?),)* }
            }

            /// Clears the field. Fields that every lead has (id, creation, status) get their default.
            ///
            /// ```
            /// use leadkit::model::{Lead, LeadField};
            ///
            /// let mut lead = Lead { city: Some("深圳".into()), ..Lead::default() };
            /// LeadField::City.clear(&mut lead);
            /// assert_eq!(lead.city, None);
            /// ```
            pub fn clear(self, lead: &mut Lead) {
                match self { $(LeadField::$variant => clear!($holds lead $($at).+ $($kind)?),)* }
            }
        }
    };
}

lead_fields! {
    Id = "id": Text, key(id), "Identifier of the lead";
    CreatedAt = "created_at": Time, always(created_at), "When the lead was created";
    FiledAt = "filed_at": Time, other(filed_at), "When an imported lead came on file";
    Name = "name": Text, text(name), "The contact's name";
    Title = "title": Text, text(title), "The contact's title";
    JobFunction = "job_function": Text, name(job_function: JobFunction),
        "What the contact does: `business`, `manager`, `finance`, `it` or the host's own";
    Company = "company": Text, text(company), "Company name, as written", files;
    Phones = "phones": Texts, masked(phones), "Phone numbers, as written", files;
    Emails = "emails": Texts, masked(emails), "E-mail addresses, as written", files;
    Wechat = "wechat": Text, name(wechat), "WeChat id, as written", files;
    Country = "country": Text, text(country), "Country, as written", files;
    Province = "province": Text, text(province), "Province, as written", files;
    City = "city": Text, text(city), "City, as written", files;
    Region = "region": Region, other(region), "Where the lead belongs, when the host knows it", files;
    Industry = "industry": Texts, texts(industry), "Industry, one text a level";
    EmployeeCount = "employee_count": Integer, other(employee_count), "Number of employees";
    BusinessModel = "business_model": Text, name(business_model: BusinessModel),
        "How the company sells: `direct`, `agent`, `dealer` or the host's own";
    RegistryStatus = "registry_status": Text, name(registry_status: RegistryStatus),
        "State in the business register";
    Scenario = "scenario": Text, text(scenario), "What the lead wants to do";
    Products = "products": Texts, texts(products), "Products of interest";
    SourceClass = "source.class": Text, name(source.class: SourceClass),
        "Broad class of the source: `online`, `event`, `named_account` or the host's own";
    SourcePipeline = "source.pipeline": Text, name(source.pipeline: SourcePipeline),
        "Team whose pipeline brought the lead";
    SourceChannelType = "source.channel_type": Text, name(source.channel_type: ChannelType),
        "Who runs the channel";
    SourcePrimary = "source.primary": Text, text(source.primary), "First level of the source";
    SourceSecondary = "source.secondary": Text, text(source.secondary), "Second level of the source";
    SourceCampaign = "source.campaign": Text, name(source.campaign), "Campaign that brought the lead";
    SourcePage = "source.page": Text, text(source.page), "Page with the form";
    UtmSource = "utm.source": Text, text(utm.source), "`utm_source` of the link";
    UtmMedium = "utm.medium": Text, text(utm.medium), "`utm_medium` of the link";
    UtmCampaign = "utm.campaign": Text, text(utm.campaign), "`utm_campaign` of the link";
    UtmTerm = "utm.term": Text, text(utm.term), "`utm_term` of the link";
    UtmContent = "utm.content": Text, text(utm.content), "`utm_content` of the link";
    UtmAdPlan = "utm.ad_plan": Text, text(utm.ad_plan), "Advertising plan";
    UtmAdUnit = "utm.ad_unit": Text, text(utm.ad_unit), "Advertising unit";
    UtmKeyword = "utm.keyword": Text, text(utm.keyword), "Keyword that was bought";
    FirstUtmSource = "first_utm.source": Text, text(first_utm.source), "`utm_source` of the first link";
    FirstUtmMedium = "first_utm.medium": Text, text(first_utm.medium), "`utm_medium` of the first link";
    FirstUtmCampaign = "first_utm.campaign": Text, text(first_utm.campaign), "`utm_campaign` of the first link";
    FirstUtmTerm = "first_utm.term": Text, text(first_utm.term), "`utm_term` of the first link";
    FirstUtmContent = "first_utm.content": Text, text(first_utm.content), "`utm_content` of the first link";
    FirstUtmAdPlan = "first_utm.ad_plan": Text, text(first_utm.ad_plan), "Advertising plan of the first link";
    FirstUtmAdUnit = "first_utm.ad_unit": Text, text(first_utm.ad_unit), "Advertising unit of the first link";
    FirstUtmKeyword = "first_utm.keyword": Text, text(first_utm.keyword), "Keyword behind the first link";
    Ip = "ip": Text, other(ip), "IP address the lead was submitted from";
    Status = "status": Text, always(status), "Where work on the lead stands", files;
    CloseReason = "close_reason": Text, name(close_reason: CloseReason), "Why the lead ended", files;
    FoldedInto = "folded_into": Text, name(folded_into), "The lead whose life goes on in place of this one", files;
    CollectedUnder = "collected_under": Text, name(collected_under), "The lead it is collected under";
    Account = "account": Text, name(account), "The account it became or belongs to", files;
    LastActiveAt = "last_active_at": Time, other(last_active_at), "Last entry, activity or follow-up after its creation";
    Stage = "stage": Text, text(stage), "Name of the stage";
    Owner = "owner": Text, name(owner), "Who holds the lead";
    Pool = "pool": Text, name(pool), "The pool it is in";
    Acquisition = "acquisition": Text, name(acquisition: Acquisition), "How the owner got the lead";
    NextFollowUp = "next_follow_up": Time, other(next_follow_up),
        "When the owner means to speak to the lead again";
    Tags = "tags": Texts, texts(tags), "Tags";
    Message = "message": Text, text(message), "Free text of the form";
}

impl std::fmt::Display for LeadField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for LeadField {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for LeadField {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<LeadField, D::Error> {
        let known = super::open_enum::Known { names: LeadField::KNOWN, read: LeadField::from_name };
        deserializer.deserialize_str(known)
    }
}

impl Lead {
    /// Reads a lead strictly: a key that no lead has, a blank id and a region that does not exist are errors.
    ///
    /// `Deserialize` ignores unknown keys, so that records can carry more than this version knows; this is for what
    /// people write by hand, where `phone` for `phones` would lose the number.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use serde_json::json;
    ///
    /// let found = Lead::from_json(json!({"id": " ", "created_at": "2026-03-01T09:00:00Z", "phone": "138"}));
    /// let found: Vec<String> = found.unwrap_err().iter().map(|finding| finding.to_string()).collect();
    /// assert_eq!(found, [
    ///     "error[blank_id] at id: the lead has no id\n  help: give each lead a unique id",
    ///     "error[unknown_key] at phone: a lead has no `phone`\n  help: did you mean `phones`?",
    /// ]);
    /// ```
    ///
    /// # Errors
    /// Every mistake, by path.
    pub fn from_json(mut document: serde_json::Value) -> Result<Lead, RuleErrors> {
        let mut report = Report::new();
        write_dates_as_text(&mut document);
        if let Some(members) = document.as_object() {
            unknown_keys(members, "", &mut report);
        }
        let lead = load_into(document, &mut report, &Lead::check);
        finish(lead, report).map_err(|errors| errors.of("lead"))
    }

    /// As [`from_json`](Self::from_json), from JSON text: each mistake has its line and column too, and a key that appears
    /// twice is one.
    ///
    /// ```
    /// use leadkit::model::Lead;
    ///
    /// let text = r#"{"id": "L1", "created_at": "2026-03-01T09:00:00Z", "phone": "138", "company": "Acme", "company": "Apex"}"#;
    /// let found: Vec<String> =
    ///     Lead::from_json_str(text).unwrap_err().iter().map(|finding| finding.to_string()).collect();
    /// assert_eq!(found, [
    ///     "error[unknown_key] at phone (1:52): a lead has no `phone`\n  help: did you mean `phones`?",
    ///     "error[duplicate_key] at company (1:87): `company` appears twice in this object, first on line 1\n  help: keep one: JSON would silently use the last",
    /// ]);
    /// ```
    ///
    /// # Errors
    /// Every mistake in the text; a text that is not JSON is one.
    pub fn from_json_str(text: &str) -> Result<Lead, RuleErrors> {
        // What is not an object of JSON is told by the reader below.
        let members = serde_json::from_str::<serde_json::Map<_, _>>(text).unwrap_or_default();
        let read = load_text(text, &|lead: &Lead, report| {
            unknown_keys(&members, "", report);
            lead.check(report);
        });
        read.map_err(|errors| errors.of("lead"))
    }

    fn check(&self, report: &mut Report) {
        report.within("id", |report| Unique::ids("lead").check(self.id.as_str(), report));
        report.within("region", |report| self.region.iter().for_each(|one| one.check(report)));
    }
}

/// Reports the keys of a serialised lead, or of one of its groups, that no field has.
fn unknown_keys(members: &serde_json::Map<String, serde_json::Value>, group: &str, report: &mut Report) {
    let names = || {
        LeadField::KNOWN.iter().filter_map(|name| match name.split_once('.') {
            Some((own, part)) => {
                if group.is_empty() {
                    Some(own)
                } else {
                    (own == group).then_some(part)
                }
            }
            None => group.is_empty().then_some(*name),
        })
    };
    for (key, value) in members {
        report.within(key, |report| match value.as_object() {
            _ if group.is_empty() && OpenGroup::from_name(key).is_some() => {}
            Some(parts) if group.is_empty() && names().any(|name| name == key) => {
                unknown_keys(parts, key, report)
            }
            _ if names().any(|name| name == key) => {}
            _ => {
                let open = OpenGroup::ALL.map(OpenGroup::as_str);
                let help = suggestion(key, names().chain(open.into_iter().filter(|_| group.is_empty())));
                let of = if group.is_empty() { "a lead".to_owned() } else { format!("`{group}` of a lead") };
                report.error("unknown_key", format!("{of} has no `{key}`"), help);
            }
        });
    }
}

/// Why a field cannot hold a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LeadFieldError {
    code: &'static str,
    message: String,
}

impl LeadFieldError {
    fn new(code: &'static str, message: impl Into<String>) -> LeadFieldError {
        LeadFieldError { code, message: message.into() }
    }

    /// What kind of mistake it is: `not_a_time`, `not_a_number`, `not_a_region`, `not_an_ip`, `unknown_value` or
    /// `wrong_type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl LeadField {
    /// Ids of records: they are compared whole.
    pub(crate) const IDS: [LeadField; 4] =
        [LeadField::Id, LeadField::Owner, LeadField::Pool, LeadField::SourceCampaign];

    /// The value; [`Value::Null`] when there is none.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadField, Value};
    ///
    /// let lead = Lead { phones: vec!["13812349876".into()], employee_count: Some(250), ..Lead::default() };
    /// assert_eq!(LeadField::EmployeeCount.get(&lead), Value::Integer(250));
    /// assert_eq!(LeadField::Phones.get(&lead), Value::List(vec!["13812349876".into()]));
    /// assert_eq!(LeadField::Company.get(&lead), Value::Null);
    /// ```
    #[must_use]
    pub fn get(self, lead: &Lead) -> Value {
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let list = |items: Vec<String>| if items.is_empty() { Value::Null } else { Value::List(items) };
        match self {
            LeadField::CreatedAt => Value::Timestamp(lead.created_at),
            LeadField::FiledAt => lead.filed_at.map_or(Value::Null, Value::Timestamp),
            LeadField::NextFollowUp => lead.next_follow_up.map_or(Value::Null, Value::Timestamp),
            LeadField::LastActiveAt => lead.last_active_at.map_or(Value::Null, Value::Timestamp),
            LeadField::EmployeeCount => lead.employee_count.map_or(Value::Null, Value::from),
            LeadField::Region => lead.region.map_or(Value::Null, |region| Value::from(region.to_string())),
            LeadField::Ip => lead.ip.map_or(Value::Null, |ip| Value::from(ip.to_string())),
            LeadField::Status => Value::from(lead.status.as_str()),
            LeadField::Phones => list(lead.phones.iter().map(|one| one.as_str().to_owned()).collect()),
            LeadField::Emails => list(lead.emails.iter().map(|one| one.as_str().to_owned()).collect()),
            _ => match self.texts(lead) {
                Some(texts) => list(texts.clone()),
                None => text(self.text(lead)),
            },
        }
    }

    /// Writes a value; null or blank text clears the field. A list field takes a text as its only item.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadField, Value};
    ///
    /// let mut lead = Lead::default();
    /// LeadField::Company.set(&mut lead, &"Acme Ltd".into())?;
    /// LeadField::Phones.set(&mut lead, &"13812349876".into())?;
    /// assert_eq!((lead.company.as_deref(), lead.phones.len()), (Some("Acme Ltd"), 1));
    /// LeadField::Company.set(&mut lead, &Value::Null)?;
    /// assert_eq!(lead.company, None);
    ///
    /// let error = LeadField::EmployeeCount.set(&mut lead, &"many".into()).unwrap_err();
    /// assert_eq!(error.code(), "not_a_number");
    /// assert_eq!(error.to_string(), "`many` is not a whole number");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the field cannot hold the value. The lead is as it was then.
    pub fn set(self, lead: &mut Lead, value: &Value) -> Result<(), LeadFieldError> {
        if value.is_blank() {
            self.clear(lead);
            return Ok(());
        }
        match (self, value) {
            (LeadField::CreatedAt, Value::Timestamp(at)) => lead.created_at = *at,
            (LeadField::FiledAt, Value::Timestamp(at)) => lead.filed_at = Some(*at),
            (LeadField::NextFollowUp, Value::Timestamp(at)) => lead.next_follow_up = Some(*at),
            (LeadField::LastActiveAt, Value::Timestamp(at)) => lead.last_active_at = Some(*at),
            (LeadField::EmployeeCount, Value::Integer(count)) => {
                let count = u32::try_from(*count).map_err(|_| not_a_count(&count.to_string()))?;
                lead.employee_count = Some(count);
            }
            (LeadField::Phones, Value::List(items)) => {
                lead.phones = items.iter().map(|one| one.as_str().into()).collect()
            }
            (LeadField::Emails, Value::List(items)) => {
                lead.emails = items.iter().map(|one| one.as_str().into()).collect()
            }
            (_, Value::List(items)) => match self.texts_mut(lead) {
                Some(texts) => items.clone_into(texts),
                None => return Err(self.wrong_type(value.type_name())),
            },
            (_, Value::Text(text)) => {
                if self.kind() == FieldType::Texts {
                    self.clear(lead);
                }
                return self.add_text(lead, text);
            }
            _ => return Err(self.wrong_type(value.type_name())),
        }
        Ok(())
    }

    /// Writes a text that is not blank: the value of a single field, one more item of a list.
    pub(crate) fn add_text(self, lead: &mut Lead, text: &str) -> Result<(), LeadFieldError> {
        match self {
            LeadField::Id => lead.id = text.into(),
            LeadField::Phones => lead.phones.push(text.into()),
            LeadField::Emails => lead.emails.push(text.into()),
            LeadField::Region => {
                let region: Result<Region, _> = text.parse();
                let wrong =
                    |error: super::RegionError| LeadFieldError::new("not_a_region", error.to_string());
                lead.region = Some(region.map_err(wrong)?);
            }
            LeadField::EmployeeCount => {
                lead.employee_count = Some(text.parse().map_err(|_| not_a_count(text))?);
            }
            LeadField::Ip => {
                let wrong =
                    |_| LeadFieldError::new("not_an_ip", format!("`{}` is not an IP address", shown(text)));
                lead.ip = Some(text.parse().map_err(wrong)?);
            }
            LeadField::Status => {
                lead.status = LeadStatus::from_name(text).ok_or_else(|| {
                    let help = suggestion(text, LeadStatus::KNOWN.iter().copied());
                    LeadFieldError::new("unknown_value", format!("`{}` is not a status: {help}", shown(text)))
                })?;
            }
            LeadField::CreatedAt | LeadField::FiledAt | LeadField::NextFollowUp | LeadField::LastActiveAt => {
                return Err(self.wrong_type("text"));
            }
            _ => match self.texts_mut(lead) {
                Some(texts) => texts.push(text.to_owned()),
                None => drop(self.set_text(lead, text)),
            },
        }
        Ok(())
    }

    fn wrong_type(self, found: &str) -> LeadFieldError {
        let message = format!("`{}` takes {}, not {found}", self.as_str(), self.kind().describe());
        LeadFieldError::new("wrong_type", message)
    }
}

fn not_a_count(text: &str) -> LeadFieldError {
    LeadFieldError::new("not_a_number", format!("`{}` is not a whole number", shown(text)))
}

/// The part of a cell that a message may show.
pub(super) fn shown(cell: &str) -> Cow<'_, str> {
    let head: String = cell.chars().take(160).collect();
    let shown: String = scrubbed(&head).chars().filter(|c| !c.is_control()).take(40).collect();
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Source, Utm};

    #[test]
    fn what_is_written_is_read_under_the_key_of_the_serialised_lead() {
        for field in LeadField::ALL {
            let value = match field {
                LeadField::CreatedAt
                | LeadField::FiledAt
                | LeadField::NextFollowUp
                | LeadField::LastActiveAt => Value::Timestamp("2026-03-01T09:00:00Z".parse().unwrap()),
                LeadField::EmployeeCount => Value::Integer(12),
                LeadField::Region => Value::from("CN-GD"),
                LeadField::Ip => Value::from("10.0.0.1"),
                LeadField::Status => Value::from("following"),
                field if field.kind() == FieldType::Texts => Value::List(vec!["a".into(), "b".into()]),
                _ => Value::from("x"),
            };
            let mut lead = Lead::default();
            field.set(&mut lead, &value).unwrap();
            assert_eq!(field.get(&lead), value, "{field}");
            assert_eq!(LeadField::from_name(field.as_str()), Some(*field));
            let json = serde_json::to_value(&lead).unwrap();
            let at = format!("/{}", field.as_str().replace('.', "/"));
            assert!(json.pointer(&at).is_some(), "{field}: {json}");
            assert_ne!(json, serde_json::to_value(Lead::default()).unwrap(), "{field}");
            assert_eq!(
                Lead::from_json(json).unwrap_or_default(),
                if *field == LeadField::Id { lead.clone() } else { Lead::default() }
            );
            field.set(&mut lead, &Value::Null).unwrap();
            assert_eq!(lead, Lead::default(), "{field}");
        }
    }

    /// A lead with every member filled, and the names of the members. A member that is new does not compile until
    /// it is named here.
    fn full_lead() -> (Lead, Vec<&'static str>) {
        let text = || Some("x".to_owned());
        let texts = || vec!["x".to_owned()];
        let time = "2026-03-01T09:00:00Z".parse().unwrap();
        let utm = || Utm {
            source: text(),
            medium: text(),
            campaign: text(),
            term: text(),
            content: text(),
            ad_plan: text(),
            ad_unit: text(),
            keyword: text(),
        };
        let source = Source {
            class: Some("x".into()),
            pipeline: Some("x".into()),
            channel_type: Some("x".into()),
            primary: text(),
            secondary: text(),
            campaign: Some("x".into()),
            page: text(),
        };
        macro_rules! full {
            ($($member:ident: $value:expr,)*) => {
                (Lead { $($member: $value,)* }, vec![$(stringify!($member),)*])
            };
        }
        full! {
            id: "L1".into(),
            created_at: time,
            filed_at: Some(time),
            name: text(),
            title: text(),
            job_function: Some("x".into()),
            company: text(),
            phones: vec!["1".into()],
            emails: vec!["x".into()],
            wechat: Some("x".into()),
            external_ids: [("openid".to_owned(), "x".to_owned())].into(),
            other_ids: [("openid".to_owned(), texts())].into(),
            country: text(),
            province: text(),
            city: text(),
            region: Some("CN-GD".parse().unwrap()),
            industry: texts(),
            employee_count: Some(1),
            business_model: Some("x".into()),
            registry_status: Some("x".into()),
            scenario: text(),
            products: texts(),
            source: source,
            utm: utm(),
            first_utm: utm(),
            click_ids: [("gclid".to_owned(), "x".to_owned())].into(),
            ip: Some([10, 0, 0, 1].into()),
            status: LeadStatus::Following,
            close_reason: Some("x".into()),
            folded_into: Some("x".into()),
            collected_under: Some("x".into()),
            account: Some("x".into()),
            last_active_at: Some(time),
            stage: text(),
            owner: Some("x".into()),
            pool: Some("x".into()),
            acquisition: Some("x".into()),
            next_follow_up: Some(time),
            tags: texts(),
            message: text(),
            attributes: [("own".to_owned(), Value::from("x"))].into(),
        }
    }

    #[test]
    fn every_key_of_a_serialised_lead_is_in_the_table() {
        let (lead, members) = full_lead();
        let json = serde_json::to_value(&lead).unwrap();
        for member in members {
            let found = json.get(member).unwrap_or_else(|| panic!("{member} is filled: {json}"));
            if OpenGroup::from_name(member).is_some() {
                continue;
            }
            let names = match found.as_object() {
                Some(parts) => parts.keys().map(|part| format!("{member}.{part}")).collect(),
                None => vec![member.to_owned()],
            };
            for name in names {
                let field = LeadField::from_name(&name).unwrap_or_else(|| panic!("{name} is a field"));
                assert!(!field.get(&lead).is_blank(), "{name} is read");
            }
        }
        for field in LeadField::ALL {
            let mut without = lead.clone();
            field.clear(&mut without);
            assert_ne!(without, lead, "{field} is filled");
        }
        assert_eq!(Lead::from_json(json), Ok(lead));
    }

    #[test]
    fn what_a_field_cannot_hold_leaves_the_lead_as_it_was() {
        let mut lead = Lead::default();
        for (field, value, code) in [
            (LeadField::City, Value::Integer(1), "wrong_type"),
            (LeadField::City, Value::List(vec!["a".into()]), "wrong_type"),
            (LeadField::CreatedAt, Value::from("soon"), "wrong_type"),
            (LeadField::EmployeeCount, Value::Integer(-1), "not_a_number"),
            (LeadField::EmployeeCount, Value::from("many"), "not_a_number"),
            (LeadField::Region, Value::from("nowhere"), "not_a_region"),
            (LeadField::Ip, Value::from("1.2.3"), "not_an_ip"),
            (LeadField::Status, Value::from("folowing"), "unknown_value"),
        ] {
            assert_eq!(field.set(&mut lead, &value).unwrap_err().code(), code, "{field}");
            assert_eq!(lead, Lead::default());
        }
    }
}
