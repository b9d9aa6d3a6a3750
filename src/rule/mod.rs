//! Rules as data: the one condition language, the one table of fields, the one loader.
//!
//! A rules document is JSON (or TOML or YAML that a host reads into a [`serde_json::Value`]). Every rules struct has a
//! `load` that reads it and reports every mistake at once. A [`Condition`] in it names [`Field`]s, which are checked
//! against the table when the document is read; compiled to a [`Predicate`] it answers over the [`Facts`] of a lead
//! without allocating.
//!
//! ```
//! use leadkit::error::Report;
//! use leadkit::model::Lead;
//! use leadkit::rule::{Condition, FactContext, Facts, HostTables, Scope};
//! use serde_json::json;
//!
//! // A mistake is reported with its location and a suggested fix.
//! let errors = Condition::load(json!({"field": "employee_cuont", "ge": 1000})).unwrap_err();
//! assert_eq!(errors.to_string(), "\
//! 1 error in the condition
//! error[unknown_field] at field: there is no field `employee_cuont`
//!   help: did you mean `employee_count`?");
//!
//! // A valid condition is compiled for the rules that hold it, then evaluated on a lead.
//! let condition = Condition::load(json!({"all": [
//!     {"field": "employee_count", "ge": 1000}, {"field": "company.region", "eq": "CN-GD"},
//! ]}))?;
//! let mut report = Report::new();
//! let predicate = condition.compile(Scope::Assign, &mut report);
//! report.finish()?;
//! let lead = Lead { company: Some("深圳市星河软件有限公司".into()), employee_count: Some(2500), ..Lead::default() };
//! let tables = HostTables::default();
//! assert!(predicate.eval(&Facts::new(&lead, &FactContext::new(&tables, lead.created_at)))?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod band;
mod column;
mod condition;
mod condition_serde;
mod contact_values;
mod document;
mod fact_value;
mod facts;
mod fault;
mod field;
mod fields;
mod limits;
mod match_facts;
mod misplaced;
mod operand;
mod operator;
mod passing;
mod pattern;
mod predicate;
mod registry;
mod script;
mod table;
mod tables;

pub use crate::document::{Fingerprint, RulesVersion};
pub(crate) use crate::model::FieldType;
pub(crate) use band::NumberBand;
pub use condition::Condition;
pub(crate) use contact_values::{
    Placed, may_be_misplaced, mixed_fields, phones_in_full, read_phones_as_of, strays_of, values_of,
    visit_phone_match_keys,
};
pub(crate) use document::{RulesDocument, rules_document};
pub use fact_value::{FactSource, FactValue};
pub(crate) use fact_value::{number, own_column, text, texts};
pub use facts::{ActivityFacts, FactContext, Facts, ScoreFacts, VerdictFacts};
pub use fault::{Fault, RuleFault};
pub(crate) use field::Path;
pub use field::{Field, FieldError};
pub(crate) use fields::FieldId;
pub use fields::{FIELDS, FieldSpec, Producer, Scope};
pub use limits::LeadLimits;
pub(crate) use limits::{cut_account, cut_lead_on_file, read_field, read_text};
pub use match_facts::{AccountFacts, MatchFacts, MatchKind, MatchLabel};
pub(crate) use misplaced::{ContactField, FoundContact, Misplaced};
pub use operator::{ConditionError, Operator};
pub(crate) use pattern::Pattern;
pub use predicate::Predicate;
pub(crate) use registry::Factory;
pub use registry::{Custom, Registry, Signal};
pub(crate) use script::Sharing;
pub(crate) use script::{Script, ScriptBatch};
pub use script::{ScriptKind, ScriptSession, check_script};
pub(crate) use table::ConditionTable;
pub use tables::HostTables;
