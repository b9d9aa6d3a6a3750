//! What a wake-up was set for.

use chrono::TimeDelta;

/// It could not be assigned.
pub(super) const RETRY: &str = "retry";
/// It was not ready for sales.
pub(super) const NURTURE: &str = "nurture";
/// It lies in a pool.
pub(super) const POOL_STAY: &str = "pool_stay";
/// A person was asked.
pub(super) const REVIEW_DUE: &str = "review_due";
/// Reviewers were asked about a collision.
pub(super) const COLLISION: &str = "collision_due";

/// How long reviewers have for a collision.
pub(super) const COLLISION_STAY: TimeDelta = TimeDelta::days(1);
