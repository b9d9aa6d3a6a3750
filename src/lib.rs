//! placeholder, replaced by the README
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::disallowed_types, clippy::disallowed_methods)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod assign;
pub mod blacklist;
pub mod calendar;
pub mod company;
pub mod contact;
pub mod dedup;
pub mod error;
pub mod model;
pub mod rule;
pub mod score;
pub mod stage;
pub mod text;
