//! Pages beside the reference.

/// The life of a lead: pools, statuses, routes, notices, and what leads from one to the next.
#[doc = include_str!("life.md")]
pub mod life {}

/// All stable codes, by the type that has them.
#[doc = include_str!("codes.md")]
pub mod codes {}
