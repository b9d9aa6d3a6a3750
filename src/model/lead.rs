//! The lead itself.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::text::{MaskedIds, Scrubbed};

use super::open_enum::{closed_enum, open_enum};
use super::{
    AccountId, Acquisition, Attributes, EmailAddress, ExternalIdKind, LeadId, PhoneNumber, PoolId, Region,
    RepId, Source, Utm, Value, WechatId, mask_id,
};

/// A sales lead (线索): a contact, perhaps at a company, who may want to buy.
///
/// Texts are held as the host received them; rules read them through `rule::Facts`, where blank text counts as
/// missing. Unknown keys of a serialised record are ignored.
///
/// ```
/// use leadkit::model::Lead;
///
/// let lead = Lead {
///     id: "L-1".into(),
///     company: Some("北京纷扬科技有限公司".into()),
///     phones: vec!["138 1234 1234".into()],
///     ..Lead::default()
/// };
/// assert!(format!("{lead:?}").contains("****"));
/// ```
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lead {
    /// Identifier, unique among the host's leads.
    pub id: LeadId,
    /// When the lead was created, in UTC.
    pub created_at: DateTime<Utc>,
    /// When a row of an [import](crate::Intake::import) was filed, however old it is: records that were on file before
    /// absorb it, and never the other way round. `None` for a lead that came in by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_at: Option<DateTime<Utc>>,
    /// The contact's name, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The contact's job title, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The contact's job at the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_function: Option<JobFunction>,
    /// Name of the company, as written: it need not be the registered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Phone numbers, as written, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<PhoneNumber>,
    /// E-mail addresses, as written, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<EmailAddress>,
    /// WeChat id, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<WechatId>,
    /// Identifiers in other systems by name. The name says what they name, see [`ExternalIdKind`](super::ExternalIdKind):
    /// a person (`openid`), or one event (`clue_id`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_ids: BTreeMap<String, String>,
    /// Further identifiers, under a name of `external_ids` or under `wechat`: a lead that was folded into this one had
    /// another there. The lead is found by each of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_ids: BTreeMap<String, Vec<String>>,
    /// Country, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Province or state, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// City, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Where the lead belongs (所属区域), when the host knows it; else it is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Industry, as a path of up to three levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub industry: Vec<String>,
    /// Number of employees of the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_count: Option<u32>,
    /// How the company sells what it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_model: Option<BusinessModel>,
    /// State of the company in the business register (工商状态).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_status: Option<RegistryStatus>,
    /// What the lead wants to do with the product (业务场景).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Products of interest, as the host names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// Where the lead came from: channel, source and campaign.
    #[serde(default, skip_serializing_if = "Source::is_empty")]
    pub source: Source,
    /// Campaign parameters of the link that was followed last.
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    pub utm: Utm,
    /// Campaign parameters of the link that was followed first.
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    pub first_utm: Utm,
    /// Click ids of advertising platforms, by name (`gclid`, `bd_vid`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub click_ids: BTreeMap<String, String>,
    /// IP address the lead was submitted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<std::net::IpAddr>,
    /// How far work on the lead has come.
    #[serde(default)]
    pub status: LeadStatus,
    /// Why the lead was closed; `None` while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_reason: Option<CloseReason>,
    /// The lead that this one was folded into; `None` when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded_into: Option<LeadId>,
    /// The lead this one is collected (归集) under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_under: Option<LeadId>,
    /// The account it became or belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The last activity after its creation: another entry, an activity of the lead, a follow-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<DateTime<Utc>>,
    /// Name of the stage in the pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The rep who holds the lead; `None` when nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The pool that the lead is in; `None` when it is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// How the owner got the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition: Option<Acquisition>,
    /// When the owner plans to speak to the lead again; `None` without a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_follow_up: Option<DateTime<Utc>>,
    /// Tags, in the order that the host keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The lead's free text, as written in the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Custom attributes, by name; rules read them as `attributes.NAME`.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Lead {
    /// The attribute that lists contact values which a rep found to be somebody else's: they stay on the lead, but identify
    /// nobody. For a lead that was closed as [`WrongContact`](CloseReason::WrongContact), this holds for all its values; a merge
    /// adds them to the list of the lead that goes on.
    pub const WRONG_CONTACTS: &str = "wrong_contacts";

    /// The contact values of the lead that a rep found to be somebody else's.
    pub(crate) fn wrong_contacts(&self) -> impl Iterator<Item = &str> {
        let marked = match self.attributes.get(Lead::WRONG_CONTACTS) {
            Some(Value::List(marked)) => marked.as_slice(),
            Some(Value::Text(one)) => std::slice::from_ref(one),
            _ => &[],
        };
        marked.iter().map(String::as_str)
    }

    /// Whether it continues under its own id: it was neither folded into another lead, nor voided, nor blocked.
    /// Only such a lead is found by its keys.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadStatus};
    ///
    /// let lead = Lead::default();
    /// assert!(lead.is_on_file());
    /// assert!(!Lead { status: LeadStatus::Voided, ..lead }.is_on_file());
    /// ```
    #[must_use]
    pub fn is_on_file(&self) -> bool {
        let is_blocked =
            self.status == LeadStatus::Invalid && self.close_reason == Some(CloseReason::Blocked);
        self.folded_into.is_none() && self.status != LeadStatus::Voided && !is_blocked
    }

    /// Whether it has ended: converted, invalid or voided. A lead that was given back has not.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.status, LeadStatus::Converted | LeadStatus::Invalid | LeadStatus::Voided)
    }

    /// The identifiers of people in other systems, with their names.
    pub(crate) fn person_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        let first = self.external_ids.iter();
        let others = self.other_ids.iter().flat_map(|(name, ids)| ids.iter().map(move |id| (name, id)));
        let all = first.chain(others).map(|(name, id)| (name.as_str(), id.as_str()));
        all.filter(|(name, _)| ExternalIdKind::of(name) == ExternalIdKind::Person)
    }

    /// Since when the lead is on file: its creation, of an imported row the import.
    #[must_use]
    pub fn on_file_since(&self) -> DateTime<Utc> {
        self.filed_at.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// The order of leads that are otherwise equal: the one that is [on file longest](Lead::on_file_since) comes first,
    /// then the lower id. A lead absorbs only leads that come after it, so no two leads absorb each other.
    #[must_use]
    pub fn seniority(&self) -> (DateTime<Utc>, &LeadId) {
        (self.on_file_since(), &self.id)
    }
}

impl fmt::Debug for Lead {
    /// `Debug` masks what looks like a phone number or an e-mail address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lead {
            id,
            created_at,
            filed_at,
            name,
            title,
            job_function,
            company,
            phones,
            emails,
            wechat,
            external_ids,
            other_ids,
            country,
            province,
            city,
            region,
            industry,
            employee_count,
            business_model,
            registry_status,
            scenario,
            products,
            source,
            utm,
            first_utm,
            click_ids,
            ip,
            status,
            close_reason,
            folded_into,
            collected_under,
            account,
            last_active_at,
            stage,
            owner,
            pool,
            acquisition,
            next_follow_up,
            tags,
            message,
            attributes,
        } = self;
        f.debug_struct("Lead")
            .field("id", id)
            .field("created_at", created_at)
            .field("filed_at", filed_at)
            .field("name", &Scrubbed(name))
            .field("title", &Scrubbed(title))
            .field("job_function", job_function)
            .field("company", &Scrubbed(company))
            .field("phones", phones)
            .field("emails", emails)
            .field("wechat", wechat)
            .field("external_ids", &MaskedIds(external_ids))
            .field("other_ids", &MaskedLists(other_ids))
            .field("country", country)
            .field("province", province)
            .field("city", city)
            .field("region", region)
            .field("industry", industry)
            .field("employee_count", employee_count)
            .field("business_model", business_model)
            .field("registry_status", registry_status)
            .field("scenario", &Scrubbed(scenario))
            .field("products", &Scrubbed(products))
            .field("source", source)
            .field("utm", utm)
            .field("first_utm", first_utm)
            .field("click_ids", &MaskedIds(click_ids))
            .field("ip", ip)
            .field("status", status)
            .field("close_reason", close_reason)
            .field("folded_into", folded_into)
            .field("collected_under", collected_under)
            .field("account", account)
            .field("last_active_at", last_active_at)
            .field("stage", stage)
            .field("owner", owner)
            .field("pool", pool)
            .field("acquisition", acquisition)
            .field("next_follow_up", next_follow_up)
            .field("tags", &Scrubbed(tags))
            .field("message", &Scrubbed(message))
            .field("attributes", attributes)
            .finish()
    }
}

/// Identifiers with their middle hidden.
struct MaskedLists<'l>(&'l BTreeMap<String, Vec<String>>);

impl fmt::Debug for MaskedLists<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = |ids: &Vec<String>| ids.iter().map(|id| mask_id(id)).collect::<Vec<_>>();
        f.debug_map().entries(self.0.iter().map(|(name, ids)| (name, masked(ids)))).finish()
    }
}

open_enum! {
    /// What a contact does at the company.
    JobFunction {
        /// Business (业务).
        Business = "business",
        /// Manager (管理者).
        Manager = "manager",
        /// Finance (财务).
        Finance = "finance",
        /// Information technology (信息化).
        It = "it",
    }
}

open_enum! {
    /// How a company sells.
    BusinessModel {
        /// Directly to its customers (直销).
        Direct = "direct",
        /// As an agent of others (代理商).
        Agent = "agent",
        /// As a dealer (经销商).
        Dealer = "dealer",
    }
}

open_enum! {
    /// State of a company in the business register (工商状态).
    RegistryStatus {
        /// In business (存续/在业).
        Active = "active",
        /// Struck off (注销).
        Deregistered = "deregistered",
        /// Licence revoked (吊销).
        Revoked = "revoked",
        /// Moved to another register (迁出).
        MovedOut = "moved_out",
    }
}

closed_enum! {
    /// Where work on a lead stands.
    #[derive(Default)]
    LeadStatus {
        /// Nobody holds it (未分配).
        #[default]
        Unassigned = "unassigned",
        /// Held, not touched yet (待处理).
        Pending = "pending",
        /// Being followed up (跟进中).
        Following = "following",
        /// Became a customer record (已转换).
        Converted = "converted",
        /// Not a lead (无效).
        Invalid = "invalid",
        /// Given back to its pool (已退回).
        Returned = "returned",
        /// Entered by mistake (已作废).
        Voided = "voided",
    }
}

open_enum! {
    /// Why a lead was closed as invalid.
    CloseReason {
        /// The contact details are wrong (联系方式错误).
        WrongContact = "wrong_contact",
        /// No wish to buy (没有购买意愿).
        NoIntent = "no_intent",
        /// Cannot be reached (联系不上).
        Unreachable = "unreachable",
        /// A competitor (竞对).
        Competitor = "competitor",
        /// The blacklist keeps it out.
        Blocked = "blocked",
        /// The person asked to be forgotten (删除权): nothing else is left of it.
        Erased = "erased",
    }
}
