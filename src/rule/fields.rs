//! The table of fields: what rules can read, of what type, and who fills it.
#![expect(clippy::indexing_slicing, reason = "the tables are put together when the crate is compiled")]

use super::MatchKind;
use crate::contact::{EmailKind, PhoneKind};
use crate::model::{FieldType, LeadField, LeadStatus};

const SEVERITIES: &[&str] = &["pass", "flag", "block"];
const GRADES: &[&str] = &["A", "B", "C", "D"];

/// Who fills a field. A rule may read the fields that are filled before its engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Producer {
    /// The lead itself, as it came in.
    Lead,
    /// Derived once from the lead: canonical contact values, parts of the company name, activity counts.
    Derived,
    /// The blacklist's verdict on the lead.
    Blacklist,
    /// What duplicate matching found.
    Dedup,
    /// The lead's score.
    Score,
    /// One activity; only in rules about activities.
    Activity,
    /// One order; only in rules about orders.
    Order,
    /// A rep; only in rules about reps.
    Rep,
}

impl Producer {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [Producer] = &[
        Producer::Lead,
        Producer::Derived,
        Producer::Blacklist,
        Producer::Dedup,
        Producer::Score,
        Producer::Activity,
        Producer::Order,
        Producer::Rep,
    ];

    /// The value as the table of fields writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Producer::Lead => "lead",
            Producer::Derived => "derived",
            Producer::Blacklist => "blacklist",
            Producer::Dedup => "dedup",
            Producer::Score => "score",
            Producer::Activity => "activity",
            Producer::Order => "order",
            Producer::Rep => "rep",
        }
    }
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
            Producer::Rep => "only a rep has it",
        }
    }
}

/// The kind of rule a condition is in, which decides what it may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// In blacklist rules: the lead and what is derived from it.
    Blacklist,
    /// In matching rules: also the verdict.
    Dedup,
    /// In scripts that choose the action of a match: also the match.
    Match,
    /// In scoring rules: also the matches.
    Score,
    /// In scoring rules about one activity.
    Activity,
    /// In assignment rules, gates and everything after: also the score.
    Assign,
    /// In the definition of a closed deal: one order.
    Order,
    /// In groups of reps: one rep, and the rep's attributes.
    Rep,
}

impl Scope {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [Scope] = &[
        Scope::Blacklist,
        Scope::Dedup,
        Scope::Match,
        Scope::Score,
        Scope::Activity,
        Scope::Assign,
        Scope::Order,
        Scope::Rep,
    ];

    /// The value as one word, for logs and screens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Blacklist => "blacklist",
            Scope::Dedup => "dedup",
            Scope::Match => "match",
            Scope::Score => "score",
            Scope::Activity => "activity",
            Scope::Assign => "assign",
            Scope::Order => "order",
            Scope::Rep => "rep",
        }
    }
}

impl Scope {
    /// The rules at that place, in words.
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
            Scope::Rep => "groups of reps",
        }
    }

    /// Whether a condition here may read what the producer fills.
    ///
    /// ```
    /// use leadkit::rule::{Producer, Scope};
    ///
    /// assert!(Scope::Assign.reads(Producer::Score));
    /// // The blacklist comes before scoring.
    /// assert!(!Scope::Blacklist.reads(Producer::Score));
    /// ```
    #[must_use]
    pub fn reads(self, producer: Producer) -> bool {
        match self {
            Scope::Blacklist => producer <= Producer::Derived,
            Scope::Dedup => producer <= Producer::Blacklist,
            Scope::Match | Scope::Score => producer <= Producer::Dedup,
            Scope::Activity => producer <= Producer::Dedup || producer == Producer::Activity,
            Scope::Assign => producer <= Producer::Score,
            Scope::Order => producer == Producer::Order,
            Scope::Rep => producer == Producer::Rep,
        }
    }
}

/// One row of the table of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldSpec {
    /// The name that rules use. A word in capitals is replaced by a name of the host.
    pub name: &'static str,
    /// The type of the field's values.
    pub kind: FieldType,
    /// The engine that fills the field.
    pub producer: Producer,
    /// The only values it can have, when they are closed.
    pub values: &'static [&'static str],
    /// What the field holds, as the page of fields says it.
    pub doc: &'static str,
}

/// The row of custom attributes.
pub(crate) const ATTRIBUTES: FieldSpec = FieldSpec {
    name: "attributes.NAME",
    kind: FieldType::Any,
    producer: Producer::Lead,
    values: &[],
    doc: "A custom attribute",
};

/// The row of the counts of activities.
pub(crate) const ACTIVITY_COUNT: FieldSpec = FieldSpec {
    name: "activity.count.KIND.Nd",
    kind: FieldType::Integer,
    producer: Producer::Derived,
    values: &[],
    doc: "Activities of a kind in the last N days: `activity.count.page_visit.7d`",
};

/// Fields of a lead that rules read as the lead brings them. Phones, e-mails, region and IP address are read in
/// their canonical form, as derived fields.
const LEAD_ROWS: [FieldSpec; LEAD_FIELDS.len()] = {
    let mut rows = [ATTRIBUTES; LEAD_FIELDS.len()];
    let mut at = 0;
    while at < rows.len() {
        let field = LEAD_FIELDS[at];
        rows[at] = FieldSpec {
            name: field.as_str(),
            kind: field.kind(),
            producer: Producer::Lead,
            values: match field {
                LeadField::Status => LeadStatus::KNOWN,
                _ => &[],
            },
            doc: field.doc(),
        };
        at += 1;
    }
    rows
};

/// The fields behind [`LEAD_ROWS`].
const LEAD_FIELDS: [LeadField; LeadField::ALL.len() - 4] = {
    let mut fields = [LeadField::Id; LeadField::ALL.len() - 4];
    let (mut from, mut to) = (0, 0);
    while from < LeadField::ALL.len() {
        if is_read_as_brought(LeadField::ALL[from]) {
            fields[to] = LeadField::ALL[from];
            to += 1;
        }
        from += 1;
    }
    fields
};

/// Whether rules read the field as the lead brings it.
pub(crate) const fn is_read_as_brought(field: LeadField) -> bool {
    !matches!(field, LeadField::Phones | LeadField::Emails | LeadField::Region | LeadField::Ip)
}

/// Every field, in the order in which the docs list them.
///
/// The last two stand for families: `activity.count.KIND.Nd` and `attributes.NAME`.
///
#[doc = include_str!("fields.md")]
pub const FIELDS: &[FieldSpec] = &{
    let mut rows = [ATTRIBUTES; LEAD_ROWS.len() + FieldId::ROWS.len() + 2];
    let mut at = 0;
    while at < LEAD_ROWS.len() {
        rows[at] = LEAD_ROWS[at];
        at += 1;
    }
    let mut from = 0;
    while from < FieldId::ROWS.len() {
        rows[at] = FieldId::ROWS[from];
        (at, from) = (at + 1, from + 1);
    }
    rows[at] = ACTIVITY_COUNT;
    rows
};

/// Declares the fields that are not brought by the lead, and their rows.
macro_rules! field_ids {
    ($($id:ident = $name:literal: $kind:ident, $producer:ident, $doc:literal $(, $values:expr)?;)*) => {
        /// A single field that earlier engines, an activity or an order fill, or that is derived from the lead.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub(crate) enum FieldId {
            $($id,)*
        }

        impl FieldId {
            pub(crate) const ALL: &'static [FieldId] = &[$(FieldId::$id,)*];

            /// The rows of the table, in the same order.
            const ROWS: &'static [FieldSpec] = &[$(FieldSpec {
                name: $name,
                kind: FieldType::$kind,
                producer: Producer::$producer,
                values: { let values: &[&str] = &[]; $(let _ = values; let values = $values;)? values },
                doc: $doc,
            },)*];

            /// The row of the table.
            pub(crate) fn spec(self) -> &'static FieldSpec {
                const ROWS: &[FieldSpec] = FieldId::ROWS;
                match self {
                    $(FieldId::$id => &ROWS[FieldId::$id as usize],)*
                }
            }
        }
    };
}

field_ids! {
    Ip = "ip": Text, Derived, "IP address the lead was submitted from";
    Region = "region": Region, Derived, "Where the lead belongs: its own region, else from city, province and country, company name or phone number (Chinese landlines, and the prefixes of `HostTables::phone_segments`)";
    Phone = "phone": Texts, Derived, "Phone numbers that can be dialled, as E.164";
    PhoneArea = "phone.area": Region, Derived, "Where the first phone number was issued: Chinese landlines, and the prefixes of `HostTables::phone_segments`";
    PhoneKind = "phone.kind": Texts, Derived, "Kinds of the phone numbers that can be called, each once", PhoneKind::KNOWN;
    Email = "email": Texts, Derived, "Valid e-mail addresses, in canonical form";
    EmailDomain = "email.domain": Texts, Derived, "Domains of the valid e-mail addresses";
    EmailKind = "email.kind": Texts, Derived, "Kinds of the valid e-mail addresses, each once", EmailKind::KNOWN;
    PersonKey = "person.key": Texts, Derived, "Contact values that name one person: `phone:+86…`, `email:…`, `wechat:…`, `qq:…`";
    CompanyBrand = "company.brand": Text, Derived, "The name's own word (字号)";
    CompanyRegion = "company.region": Region, Derived, "The region the company name refers to";
    CompanyIndustry = "company.industry": Text, Derived, "The industry word of the company name";
    CompanyLegalForm = "company.legal_form": Text, Derived, "The legal form of the company name";
    ActivityLast = "activity.last": Time, Derived, "When the lead last did anything";
    VerdictSeverity = "verdict.severity": Text, Blacklist, "Verdict of the blacklist", SEVERITIES;
    VerdictCodes = "verdict.codes": Texts, Blacklist, "Codes of what the blacklist found";
    MatchAction = "match.action": Text, Dedup, "What duplicate matching decided", MatchKind::KNOWN;
    MatchOwner = "match.owner": Text, Dedup, "Owner of the record the lead belongs to";
    MatchRecord = "match.record": Text, Dedup, "Identifier of the record the lead belongs to";
    MatchLabels = "match.labels": Texts, Dedup, "Labels of the matches";
    MatchCount = "match.count": Integer, Dedup, "Number of records that match";
    MatchTier = "match.tier": Text, Dedup, "Tier of the account the lead belongs to";
    MatchMaturity = "match.maturity": Text, Dedup, "Maturity of the account the lead belongs to";
    MatchRegion = "match.region": Region, Dedup, "Where the account is that the lead belongs to";
    MatchOwnerTeam = "match.owner_team": Text, Dedup, "Team of the owner of the record the lead belongs to";
    ScoreEngagement = "score.engagement": Number, Score, "Dynamic score, 0 to 100";
    ScoreFit = "score.fit": Number, Score, "Static score, 0 to 100";
    ScoreLevel = "score.level": Integer, Score, "Engagement level, 1 (high) to 4";
    ScoreGrade = "score.grade": Text, Score, "Fit grade", GRADES;
    ScoreCell = "score.cell": Text, Score, "Cell of the matrix: grade and level, such as `B1`";
    ScoreMature = "score.mature": Bool, Score, "Whether the lead is ready for sales";
    ActivityKind = "activity.kind": Text, Activity, "Kind of the activity";
    ActivityChannel = "activity.channel": Text, Activity, "Channel of the activity";
    ActivityCampaign = "activity.campaign": Text, Activity, "Campaign of the activity";
    ActivityPage = "activity.page": Text, Activity, "Page of the activity";
    ActivityContent = "activity.content": Text, Activity, "Content of the activity";
    ActivityProgress = "activity.progress": Number, Activity, "How much of the content was seen, 0 to 1";
    ActivityDuration = "activity.duration": Integer, Activity, "How long it took, in seconds";
    ActivityIntent = "activity.intent": Text, Activity, "The wish it shows";
    ActivitySharedBy = "activity.shared_by": Text, Activity, "Who passed the content on";
    ActivityTime = "activity.time": Time, Activity, "When it happened";
    OrderProduct = "order.product": Text, Order, "Product of the order";
    OrderAmount = "order.amount": Number, Order, "Amount of the order, in major units of its currency";
    OrderCurrency = "order.currency": Text, Order, "Currency of the order";
    OrderPaid = "order.paid": Number, Order, "Sum of its payments in the same currency, in major units";
    OrderCreatedAt = "order.created_at": Time, Order, "When the order was placed";
    RepId = "rep.id": Text, Rep, "Identifier of the rep";
    RepTeam = "rep.team": Text, Rep, "Team of the rep";
    RepDepartment = "rep.department": Texts, Rep, "Departments of the rep, from the top";
    RepManager = "rep.manager": Text, Rep, "Whom the rep reports to";
    RepTitle = "rep.title": Text, Rep, "Title of the rep";
    RepLevel = "rep.level": Text, Rep, "Level of the rep, such as `senior`";
    RepSkills = "rep.skills": Texts, Rep, "Industries, products and languages the rep can serve";
    RepTerritories = "rep.territories": Texts, Rep, "Regions the rep serves, as ISO 3166-2 with the GB/T 2260 code";
    RepJoinedAt = "rep.joined_at": Time, Rep, "When the rep joined";
    RepWeight = "rep.weight": Integer, Rep, "The rep's own share of leads";
    RepWon = "rep.won": Integer, Rep, "Leads the rep won in the host's window";
    RepWorked = "rep.worked": Integer, Rep, "Leads the rep was given in the host's window";
    RepConversion = "rep.conversion": Number, Rep, "Won of worked leads, 0 to 1";
}
