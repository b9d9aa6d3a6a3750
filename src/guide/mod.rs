//! Guide pages that complement the reference.

/// The life of a lead: pools, statuses, routes, notices, and what leads from one to the next.
#[doc = include_str!("life.md")]
pub mod life {}

/// Scripts in rules: what they read, their functions and limits.
#[doc = include_str!("scripts.md")]
pub mod scripts {}

/// All stable codes, by the type that has them.
#[doc = include_str!("codes.md")]
pub mod codes {}
