//! Company-name search: names are added, removed and looked up one at a time, and every answer says why.
//!
//! ```
//! use leadkit::names::{NameIndex, SearchOptions};
//!
//! let mut index: NameIndex<u32> = NameIndex::new();
//! index.insert(7, "北京纷扬科技有限公司");
//! index.insert(8, "北京飞扬科技有限公司");
//! index.insert(9, "Parker-Hannifin Corp");
//!
//! let found = index.search("紛揚科技", &SearchOptions::default());
//! assert_eq!(found[0].id, 7);
//! assert!(found[0].margin > 0.0 && !found[0].ambiguous);
//! assert!(found[0].evidence.to_string().starts_with("agree in brand and industry"));
//!
//! index.rename(7, "纷享科技有限公司");
//! index.remove(&8);
//! assert!(index.search("飞扬科技", &SearchOptions::default()).iter().all(|m| m.id != 8));
//! ```
//!
//! # How it works
//!
//! A name is parsed with the [gazetteer](crate::company::Gazetteer) and kept without its legal form. It is found by its
//! grams: characters and pairs in scripts without spaces, words and padded trigrams in the others. A search reads the
//! lists of its grams under a budget, keeps the candidates that share most for their length, and compares those exactly:
//! coverage both ways, subsequences, word alignment, agreement of brand, region, legal form, branch, numbers. Logistic
//! weights turn this into a similarity; the similarity, the margin to the runner-up and the size of the index into a
//! confidence.
//!
//! [`Relation`] (same, related, different) is decided first, independently of the weights.
//!
//! The results depend on the set of names, not on the order in which they were added: document frequencies are live,
//! information is ⌊8 · log2(N ÷ df)⌋ ÷ 8, scores are rounded to 1e-9 and ties break by id.

mod batch;
mod bytes;
pub mod evaluate;
mod features;
mod grams;
mod ids;
mod index;
mod judge;
mod matches;
mod number;
mod options;
#[cfg(test)]
mod oracle;
mod pairs;
mod postings;
mod record;
mod relation;
mod search;
mod size;
mod texts;
mod training;
mod tuning;

pub use bytes::IndexError;
pub use features::FEATURES;
pub use index::{NameIndex, NameIndexBuilder, NameIndexFull};
pub(crate) use judge::{Asked, Weighed, is_near};
pub use judge::{NameJudge, RowMatch};
pub use matches::{Agreement, Evidence, NameMatch};
pub(crate) use number::UNLISTED;
pub use options::SearchOptions;
pub use pairs::{Comparison, PairMatch};
pub use relation::Relation;
pub(crate) use training::Example;
pub(crate) use tuning::by_names;
pub use tuning::{CONFIDENCE, NameWeights, Tuning};
