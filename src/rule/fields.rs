//! The table of fields: what rules can read, of what type, and who fills it.

use crate::model::LeadStatus;

const SEVERITIES: &[&str] = &["pass", "flag", "block"];
const MATCH_ACTIONS: &[&str] =
    &["new", "to_owner", "assign_by_rules", "collected", "key_change", "tag_only", "custom"];
const GRADES: &[&str] = &["A", "B", "C", "D"];

/// The type of a field's values. It decides which comparisons a condition may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// A text.
    Text,
    /// Several texts; a comparison matches if it does for any of them.
    Texts,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A moment in time.
    Time,
    /// A region; `eq` and `in` ask whether it lies inside the one named.
    Region,
    /// A host's own column: the compared value decides.
    Any,
}

impl FieldType {
    /// The type as errors and the table of fields write it.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            FieldType::Text => "a text",
            FieldType::Texts => "a list of texts",
            FieldType::Integer => "a whole number",
            FieldType::Number => "a number",
            FieldType::Bool => "true or false",
            FieldType::Time => "a time",
            FieldType::Region => "a region",
            FieldType::Any => "a value of the host's own",
        }
    }
}

/// Who fills a field. A rule may read what is filled before its engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Producer {
    /// The lead as it came.
    Lead,
    /// Derived once from the lead: canonical contact values, parts of the company name, activity counts.
    Derived,
    /// The blacklist's verdict.
    Blacklist,
    /// Duplicate matching.
    Dedup,
    /// Scoring.
    Score,
    /// One activity; only in rules about activities.
    Activity,
    /// One order; only in rules about orders.
    Order,
}

impl Producer {
    /// Who fills the field, in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Producer::Lead => "the lead brings it",
            Producer::Derived => "it is derived from the lead",
            Producer::Blacklist => "the blacklist fills it",
            Producer::Dedup => "duplicate matching fills it",
            Producer::Score => "scoring fills it",
            Producer::Activity => "only one activity has it",
            Producer::Order => "only an order has it",
        }
    }
}

/// Where a condition stands, and so what it may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// In blacklist rules: the lead and what is derived from it.
    Blacklist,
    /// In matching rules: also the verdict.
    Dedup,
    /// In scripts that choose what follows from a match: also the match.
    Match,
    /// In scoring rules: also the matches.
    Score,
    /// In scoring rules about one activity.
    Activity,
    /// In assignment rules, gates and everything after: also the score.
    Assign,
    /// In the definition of a closed deal: one order.
    Order,
}

impl Scope {
    /// The rules that stand there, in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Scope::Blacklist => "blacklist rules",
            Scope::Dedup => "matching rules",
            Scope::Match => "scripts about a match",
            Scope::Score => "scoring rules",
            Scope::Activity => "rules about activities",
            Scope::Assign => "assignment rules",
            Scope::Order => "rules about orders",
        }
    }

    /// Whether a condition here may read what the producer fills.
    #[must_use]
    pub fn reads(self, producer: Producer) -> bool {
        match self {
            Scope::Blacklist => producer <= Producer::Derived,
            Scope::Dedup => producer <= Producer::Blacklist,
            Scope::Match | Scope::Score => producer <= Producer::Dedup,
            Scope::Activity => producer <= Producer::Dedup || producer == Producer::Activity,
            Scope::Assign => producer <= Producer::Score,
            Scope::Order => producer == Producer::Order,
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldSpec {
    /// The name rules use. A capital word in it stands for a name of the host's.
    pub name: &'static str,
    /// Type of its values.
    pub kind: FieldType,
    /// Who fills it.
    pub producer: Producer,
    /// The only values it can have, when they are closed.
    pub values: &'static [&'static str],
    /// What it holds.
    pub doc: &'static str,
}

const fn field(name: &'static str, kind: FieldType, producer: Producer, doc: &'static str) -> FieldSpec {
    FieldSpec { name, kind, producer, values: &[], doc }
}

const fn closed(
    name: &'static str,
    kind: FieldType,
    producer: Producer,
    values: &'static [&'static str],
    doc: &'static str,
) -> FieldSpec {
    FieldSpec { name, kind, producer, values, doc }
}

/// The row of the host's own columns.
pub(crate) const ATTRIBUTES: FieldSpec =
    field("attributes.NAME", FieldType::Any, Producer::Lead, "A column of the host's own");

/// Every field, in the order in which the docs list them.
///
/// The last two stand for families: `activity.count.KIND.Nd` and `attributes.NAME`.
///
#[doc = include_str!("fields.md")]
pub const FIELDS: &[FieldSpec] = {
    use FieldType::{Bool, Integer, Number, Region, Text, Texts, Time};
    use Producer::{Activity, Blacklist, Dedup, Derived, Lead, Order, Score};
    &[
        field("id", Text, Lead, "Identifier of the lead"),
        field("created_at", Time, Lead, "When the lead was created"),
        field("name", Text, Lead, "The contact's name"),
        field("title", Text, Lead, "The contact's title"),
        field(
            "job_function",
            Text,
            Lead,
            "What the contact does: `business`, `manager`, `finance`, `it` or the host's own",
        ),
        field("company", Text, Lead, "Company name, as written"),
        field("wechat", Text, Lead, "WeChat id, as written"),
        field("country", Text, Lead, "Country, as written"),
        field("province", Text, Lead, "Province, as written"),
        field("city", Text, Lead, "City, as written"),
        field("industry", Texts, Lead, "Industry, one text a level"),
        field("employee_count", Integer, Lead, "Number of employees"),
        field(
            "business_model",
            Text,
            Lead,
            "How the company sells: `direct`, `agent`, `dealer` or the host's own",
        ),
        field("registry_status", Text, Lead, "State in the business register"),
        field("scenario", Text, Lead, "What the lead wants to do"),
        field("products", Texts, Lead, "Products of interest"),
        field(
            "source.class",
            Text,
            Lead,
            "Broad class of the source: `online`, `event`, `named_account` or the host's own",
        ),
        field("source.pipeline", Text, Lead, "Team whose pipeline brought the lead"),
        field("source.channel_type", Text, Lead, "Who runs the channel"),
        field("source.primary", Text, Lead, "First level of the source"),
        field("source.secondary", Text, Lead, "Second level of the source"),
        field("source.campaign", Text, Lead, "Campaign that brought the lead"),
        field("source.page", Text, Lead, "Page the form stood on"),
        field("utm.source", Text, Lead, "`utm_source` of the link"),
        field("utm.medium", Text, Lead, "`utm_medium` of the link"),
        field("utm.campaign", Text, Lead, "`utm_campaign` of the link"),
        field("utm.term", Text, Lead, "`utm_term` of the link"),
        field("utm.content", Text, Lead, "`utm_content` of the link"),
        field("utm.ad_plan", Text, Lead, "Advertising plan"),
        field("utm.ad_unit", Text, Lead, "Advertising unit"),
        field("utm.keyword", Text, Lead, "Keyword that was bought"),
        field("ip", Text, Derived, "IP address the lead was submitted from"),
        closed("status", Text, Lead, LeadStatus::KNOWN, "Where work on the lead stands"),
        field("stage", Text, Lead, "Name of the stage"),
        field("owner", Text, Lead, "Who holds the lead"),
        field("pool", Text, Lead, "The pool the lead lies in"),
        field("acquisition", Text, Lead, "How the owner got the lead"),
        field("next_follow_up", Time, Lead, "When the owner means to speak to the lead again"),
        field("tags", Texts, Lead, "Tags"),
        field("message", Text, Lead, "Free text of the form"),
        field(
            "region",
            Region,
            Derived,
            "Where the lead belongs: its own region, else from city and province, company name or phone",
        ),
        field("phone", Texts, Derived, "Phone numbers that can be dialled, as E.164"),
        field("phone.area", Region, Derived, "Where the first phone number was issued"),
        field("email", Texts, Derived, "Valid e-mail addresses, in canonical form"),
        field("email.domain", Texts, Derived, "Domains of the valid e-mail addresses"),
        field("company.brand", Text, Derived, "The name's own word (字号)"),
        field("company.region", Region, Derived, "The region the company name speaks of"),
        field("company.industry", Text, Derived, "The industry word of the company name"),
        field("company.legal_form", Text, Derived, "The legal form of the company name"),
        field("activity.last", Time, Derived, "When the lead last did anything"),
        closed("verdict.severity", Text, Blacklist, SEVERITIES, "Verdict of the blacklist"),
        field("verdict.codes", Texts, Blacklist, "Codes of what the blacklist found"),
        closed("match.action", Text, Dedup, MATCH_ACTIONS, "What duplicate matching decided"),
        field("match.owner", Text, Dedup, "Owner of the record the lead belongs to"),
        field("match.record", Text, Dedup, "Identifier of the record the lead belongs to"),
        field("match.labels", Texts, Dedup, "Labels of the matches"),
        field("match.count", Integer, Dedup, "Number of records that match"),
        field("score.engagement", Number, Score, "Dynamic score, 0 to 100"),
        field("score.fit", Number, Score, "Static score, 0 to 100"),
        field("score.level", Integer, Score, "Engagement level, 1 (high) to 4"),
        closed("score.grade", Text, Score, GRADES, "Fit grade"),
        field("score.cell", Text, Score, "Cell of the matrix: grade and level, such as `B1`"),
        field("score.mature", Bool, Score, "Whether the lead is ready for sales"),
        field("activity.kind", Text, Activity, "Kind of the activity"),
        field("activity.channel", Text, Activity, "Channel of the activity"),
        field("activity.campaign", Text, Activity, "Campaign of the activity"),
        field("activity.page", Text, Activity, "Page of the activity"),
        field("activity.content", Text, Activity, "Content of the activity"),
        field("activity.progress", Number, Activity, "How much of the content was seen, 0 to 1"),
        field("activity.duration", Integer, Activity, "How long it took, in seconds"),
        field("activity.intent", Text, Activity, "The wish it shows"),
        field("activity.shared_by", Text, Activity, "Who passed the content on"),
        field("activity.time", Time, Activity, "When it happened"),
        field("order.product", Text, Order, "Product of the order"),
        field("order.amount", Number, Order, "Amount of the order, in major units of its currency"),
        field("order.currency", Text, Order, "Currency of the order"),
        field("order.paid", Number, Order, "Sum of its payments in the same currency, in major units"),
        field("order.created_at", Time, Order, "When the order was placed"),
        field(
            "activity.count.KIND.Nd",
            Integer,
            Derived,
            "Activities of a kind in the last N days: `activity.count.page_visit.7d`",
        ),
        ATTRIBUTES,
    ]
};

/// Declares the enumeration of single fields together with the list of all of them.
macro_rules! field_ids {
    ($($name:ident,)*) => {
        /// The rows of [`FIELDS`] that are single fields, in the same order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub(crate) enum FieldId {
            $($name,)*
        }

        impl FieldId {
            pub(crate) const ALL: &'static [FieldId] = &[$(FieldId::$name,)*];
        }
    };
}

field_ids! {
    Id,
    CreatedAt,
    Name,
    Title,
    JobFunction,
    Company,
    Wechat,
    Country,
    Province,
    City,
    Industry,
    EmployeeCount,
    BusinessModel,
    RegistryStatus,
    Scenario,
    Products,
    SourceClass,
    SourcePipeline,
    SourceChannelType,
    SourcePrimary,
    SourceSecondary,
    SourceCampaign,
    SourcePage,
    UtmSource,
    UtmMedium,
    UtmCampaign,
    UtmTerm,
    UtmContent,
    UtmAdPlan,
    UtmAdUnit,
    UtmKeyword,
    Ip,
    Status,
    Stage,
    Owner,
    Pool,
    Acquisition,
    NextFollowUp,
    Tags,
    Message,
    Region,
    Phone,
    PhoneArea,
    Email,
    EmailDomain,
    CompanyBrand,
    CompanyRegion,
    CompanyIndustry,
    CompanyLegalForm,
    ActivityLast,
    VerdictSeverity,
    VerdictCodes,
    MatchAction,
    MatchOwner,
    MatchRecord,
    MatchLabels,
    MatchCount,
    ScoreEngagement,
    ScoreFit,
    ScoreLevel,
    ScoreGrade,
    ScoreCell,
    ScoreMature,
    ActivityKind,
    ActivityChannel,
    ActivityCampaign,
    ActivityPage,
    ActivityContent,
    ActivityProgress,
    ActivityDuration,
    ActivityIntent,
    ActivitySharedBy,
    ActivityTime,
    OrderProduct,
    OrderAmount,
    OrderCurrency,
    OrderPaid,
    OrderCreatedAt,
}
