//! Company names: their parts, and which names are identical.
//!
//! [`CompanyName::parse`] takes a name apart with the tables of a [`Gazetteer`]: region, brand, industry, legal
//! form, branch, group, numbers. [`exact_key`] gives the identity that every spelling of one registered name
//! shares; [`keys_for_storage`] gives what a host stores next to a row so that its database can fetch candidates.
//!
//! ```
//! use leadkit::company::{CompanyName, Gazetteer, exact_key};
//!
//! let gazetteer = Gazetteer::builtin();
//! let name = CompanyName::parse("北京紛揚科技（集團）有限責任公司", &gazetteer);
//! assert_eq!(name.region().map(|r| r.to_string()).as_deref(), Some("CN-BJ"));
//! assert_eq!(name.brand(), "纷扬");
//! assert_eq!(name.industry(), Some("科技"));
//! assert_eq!(name.legal_form(), Some("有限公司"));
//! assert!(name.is_group());
//!
//! let key = |text| exact_key(&CompanyName::parse(text, &gazetteer));
//! assert_eq!(key("Acme Trading Co., Ltd."), key("ＡＣＭＥ TRADING CO LTD"));
//! assert_ne!(key("第二建筑公司"), key("第三建筑公司"));
//! ```

mod clean;
mod gazetteer;
mod keys;
mod misspelt;
mod name;
mod parse;
mod region_names;
mod regions;
mod remarks;
mod tables;
mod written;
pub(crate) use keys::{Gram, KeyBuffers, KeyReader, visit_grams};
pub(crate) use name::numbers_of;
pub(crate) use parse::Parsed;
pub(crate) use tables::is_unspaced;

pub use gazetteer::{Gazetteer, GazetteerBuilder};
pub(crate) use keys::place_key;
pub use keys::{StorageKeys, exact_key, keys_for_storage};
pub use name::CompanyName;
pub use region_names::region_path;
