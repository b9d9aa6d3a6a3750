//! What a wake-up was set for.

use crate::model::WakeUpCode;

/// It could not be assigned.
pub(super) const RETRY: &str = WakeUpCode::Retry.as_str();
/// It was not ready for sales.
pub(super) const NURTURE: &str = WakeUpCode::Nurture.as_str();
/// It is in a pool.
pub(super) const POOL_STAY: &str = WakeUpCode::PoolStay.as_str();
/// It came in by an import that assigns nothing, and is in a pool.
pub(super) const IMPORTED: &str = WakeUpCode::Imported.as_str();
/// It is in a public pool.
pub(super) const PUBLIC_STAY: &str = WakeUpCode::PublicStay.as_str();
/// A person has to decide.
pub(super) const REVIEW_DUE: &str = WakeUpCode::ReviewDue.as_str();
/// The reviewer whom the assignment rules name has not answered.
pub(super) const REVIEWER_DUE: &str = WakeUpCode::ReviewerDue.as_str();
/// Reviewers have to decide a collision.
pub(super) const COLLISION: &str = WakeUpCode::CollisionDue.as_str();

/// How long reviewers have for a collision, in hours.
pub(super) const COLLISION_STAY: u32 = 24;

/// The owner is back.
pub(super) const OWNER_BACK: &str = WakeUpCode::OwnerBack.as_str();

/// The tries after the first.
const SECOND: &str = WakeUpCode::Retry2.as_str();
const THIRD: &str = WakeUpCode::Retry3.as_str();

/// The code of the next try after the one that failed now.
pub(super) fn next_try(last: Option<&str>) -> &'static str {
    match last {
        Some(RETRY) => SECOND,
        Some(SECOND) => THIRD,
        Some(THIRD | LAST_TRY) => LAST_TRY,
        _ => RETRY,
    }
}

/// Whether a lead that waits for a rep with room is tried again.
pub(super) fn is_try(code: &str) -> bool {
    code.starts_with(RETRY)
}

/// From this try on, no further notice is sent that nobody gets the lead.
pub(super) const LAST_TRY: &str = WakeUpCode::Retry4.as_str();

/// Whether so many tries have failed now that the administrators of the pool are told.
pub(super) fn is_third(last: Option<&str>) -> bool {
    last == Some(SECOND)
}
