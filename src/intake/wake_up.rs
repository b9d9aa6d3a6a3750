//! What a wake-up was set for.

/// It could not be assigned.
pub(super) const RETRY: &str = "retry";
/// It was not ready for sales.
pub(super) const NURTURE: &str = "nurture";
/// It is in a pool.
pub(super) const POOL_STAY: &str = "pool_stay";
/// It came in by an import that assigns nothing, and is in a pool.
pub(super) const IMPORTED: &str = "imported";
/// It is in a public pool.
pub(super) const PUBLIC_STAY: &str = "public_stay";
/// A person has to decide.
pub(super) const REVIEW_DUE: &str = "review_due";
/// The reviewer whom the assignment rules name has not answered.
pub(super) const REVIEWER_DUE: &str = "reviewer_due";
/// Reviewers have to decide a collision.
pub(super) const COLLISION: &str = "collision_due";

/// How long reviewers have for a collision, in hours.
pub(super) const COLLISION_STAY: u32 = 24;

/// The owner is back.
pub(super) const OWNER_BACK: &str = "owner_back";

/// The code of the next try after the one that failed now.
pub(super) fn next_try(last: Option<&str>) -> &'static str {
    match last {
        Some(RETRY) => "retry_2",
        Some("retry_2") => "retry_3",
        Some("retry_3" | LAST_TRY) => LAST_TRY,
        _ => RETRY,
    }
}

/// Whether a lead that waits for a rep with room is tried again.
pub(super) fn is_try(code: &str) -> bool {
    code.starts_with(RETRY)
}

/// From this try on, no further notice is sent that nobody gets the lead.
pub(super) const LAST_TRY: &str = "retry_4";

/// Whether so many tries have failed now that the administrators of the pool are told.
pub(super) fn is_third(last: Option<&str>) -> bool {
    last == Some("retry_2")
}
