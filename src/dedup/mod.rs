//! Duplicate matching: whether a lead is already on file, and what to do about it.
//!
//! [`Deduplicator::probe`] gives the keys to fetch rows by, [`Deduplicator::resolve`] decides on the rows.
//! [`Book`](crate::book::Book) is a fetcher in memory; [`names`](crate::names) finds company names by likeness and
//! [`merge`](crate::merge) makes one record out of several.
//!
//! ```
//! use leadkit::dedup::{DedupRules, Deduplicator, Rows};
//! use leadkit::model::{Account, Lead, OwnerState};
//! use leadkit::rule::{FactContext, Facts, HostTables};
//!
//! let matching = Deduplicator::compile(&DedupRules::b2b())?;
//! let tables = HostTables::default();
//! let lead = Lead {
//!     id: "L1".into(), company: Some("北京紛揚科技（有限公司）".into()), emails: vec!["lei@fenyang.com".into()],
//!     created_at: "2026-03-02T02:00:00Z".parse().unwrap(), ..Lead::default()
//! };
//! let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
//!
//! // The keys to fetch by, and the rows they find.
//! let probe = matching.probe(&facts);
//! assert!(probe.keys.iter().any(|key| key.value == "fenyang.com"));
//! let account = Account {
//!     id: "A1".into(), company: "北京纷扬科技有限公司".into(), owner: Some("li".into()), ..Account::default()
//! };
//! let rows = Rows { accounts: vec![account], ..Rows::default() };
//!
//! let resolution = matching.resolve(&facts, &rows, &|_| OwnerState::Active);
//! assert_eq!(resolution.action().owner().unwrap().as_str(), "li");
//! assert_eq!(
//!     resolution.to_string(),
//!     "belongs to account A1, owned by li; account A1 has the same company (北京纷扬科技有限公司), rule account-company",
//! );
//! let effects: Vec<&str> = resolution.effects().iter().map(|effect| effect.code()).collect();
//! assert_eq!(effects, ["link", "add_contact", "set_status", "convert"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod candidate;
mod case;
mod comparator;
mod compile;
mod composite;
mod convert;
mod deduplicator;
mod effects;
mod holding;
mod identity;
mod likeness;
mod part;
mod place;
mod plan;
mod preset;
mod probe;
mod reading;
mod resolution;
mod resolve;
mod rules;
mod target;
mod unit;
mod values;
mod written;

pub use action::RuleAction;
pub(crate) use case::Look;
pub use comparator::Comparator;
pub(crate) use composite::Composites;
pub(crate) use convert::phones_at;
pub use deduplicator::Deduplicator;
pub(crate) use effects::COLLISION;
pub(crate) use holding::{
    Holding, holdings, is_of_parts_of, is_within, scope_texts, share_a_part, share_scope,
};
pub use probe::{MatchKey, MatchKeyKind, Probe};
pub use resolution::{CrowdedKey, KeyPeople, Match, MatchAction, OnFile, Resolution, Rows, TieBreak};
pub use rules::{Comparison, DedupRules, MatchRule, ReentryWindow};
pub use target::{AccountField, ContactField, LeadKey, MatchTarget};
pub(crate) use values::canonical;
