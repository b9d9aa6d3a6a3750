//! What a lead is, and everything a decision about it refers to.
//!
//! Plain records with public fields: build them with `..Default::default()`, or read them from JSON. The Chinese
//! trade terms are given next to the English names. Enumerations that hosts extend keep unknown values
//! as `Other`. Contact values never show themselves whole in `Debug`.
//!
//! ```
//! use leadkit::model::{Lead, LeadStatus, SourceClass};
//! use serde_json::json;
//!
//! let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() };
//! assert_eq!(lead.status, LeadStatus::Unassigned);
//! assert!(!format!("{lead:?}").contains("13812349876"), "logs do not show it");
//!
//! // Reading stored records keeps unknown values; reading what people write reports unknown keys.
//! let read: Lead = serde_json::from_value(json!({
//!     "id": "L2", "created_at": "2026-03-02T02:00:00Z", "source": {"class": "drone_show"},
//! }))?;
//! assert_eq!(read.source.class, Some(SourceClass::Other("drone_show".into())));
//! let typed = json!({"id": "L3", "created_at": "2026-03-02T02:00:00Z", "phone": ["13812349876"]});
//! let errors = Lead::from_json(typed).unwrap_err();
//! assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `phones`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod activity;
mod deal;
mod effect;
mod effect_key;
mod external_id;
mod field_type;
mod follow_up;
mod history;
mod ids;
mod import;
mod lead;
mod lead_field;
mod masked;
mod money;
pub(crate) mod open_enum;
mod open_group;
mod points;
mod reading;
mod refusal_words;
mod region;
mod rep;
mod safeguard;
mod signal;
mod source;
mod tenure;
mod value;
mod yes_no;

pub use account::{Account, BuyingRole, Contact, ContactMove, Employment, Person, PersonRole};
pub use activity::{Activity, Campaign, SharedBy, Touch};
pub use deal::{InquiryGrade, Opportunity, Order, Payment};
pub(crate) use effect::MaskedValue;
pub use effect::{Effect, FoldKind, Link, LinkKind, RecordRef};
pub use effect_key::EffectKey;
pub(crate) use effect_key::effect_keys;
pub use external_id::ExternalIdKind;
pub use field_type::FieldType;
pub use follow_up::{FollowUp, FollowUpChanges, FollowUpFacets, FollowUpKind, Lateness, Pause, Violation};
pub use history::{History, StageEntry, StepDeadline};
pub use ids::{
    AccountId, ActivityId, CalendarId, CampaignId, ContactId, FollowUpId, GroupId, LeadId, OpportunityId,
    OrderId, PaymentId, PersonId, PoolId, RepId, RuleId, TeamId,
};
pub use import::{ColumnMap, Importer, RowIssue};
pub use lead::{BusinessModel, CloseReason, JobFunction, Lead, LeadStatus, RegistryStatus};
pub use lead_field::{LeadField, LeadFieldError};
pub use masked::{EmailAddress, PhoneNumber, WechatId, mask_email, mask_id, mask_phone};
pub use money::{Currency, Money, MoneyError, largest_remainder};
pub(crate) use open_group::OpenGroup;
pub use points::Points;
pub use reading::{from_json_str, load};
pub(crate) use refusal_words::holds_refusal;
pub use region::{Region, RegionError};
pub use rep::{Absence, OwnerState, Pool, PoolKind, PoolMode, Rep};
pub(crate) use safeguard::{Safeguard, may_protect, yes_or_no};
pub use signal::{ReviewCode, TagCode, WakeUpCode};
pub use source::{
    Acquisition, ChannelType, EventSource, OnlineSource, Source, SourceClass, SourcePipeline, Utm,
};
pub use tenure::{ConversionRecord, Tenure, TenureEnd};
pub use value::{Attributes, Value};
pub use yes_no::YesNo;
