//! Tags that say what a reviewer or the engine has decided about a lead. An incoming lead cannot set them: a person who
//! fills in a form is not a reviewer.

use super::act::RELEASED;
use crate::dedup::COLLISION;
use crate::model::{Effect, Lead, TagCode};

/// Code: every rep who may have the lead has lost it. Tag of a customer whom nobody answers and nobody else can: the
/// administrator of the pool was told, and the owner is asked once in thirty days.
pub(super) const OWNERS_EXHAUSTED: &str = TagCode::OwnersExhausted.as_str();
/// Tag of a customer whom nobody answered in time and another rep may not have yet, and code of the notice that reminds the
/// owner.
pub(super) const UNANSWERED: &str = TagCode::NobodyAnswers.as_str();
/// Code: nobody has claimed the lead within its stay.
pub(super) const NOBODY_CLAIMS: &str = "nobody_claims";
/// Tag of a lead that came with many others of one origin, and code of the review that is requested.
pub(super) const BURST: &str = TagCode::Burst.as_str();
/// Tag and code: no contact value of a lead with an owner can be used.
pub(super) const UNUSABLE: &str = TagCode::ContactUnusable.as_str();

/// Tag of a customer who has refused every channel.
pub(super) const REFUSED: &str = TagCode::NoAllowedChannel.as_str();
/// Tags of a lead that may not be contacted by one of its channels.
pub(super) const NO_PHONE: &str = TagCode::DoNotContactPhone.as_str();
pub(super) const NO_EMAIL: &str = TagCode::DoNotContactEmail.as_str();
pub(super) const NO_WECHAT: &str = TagCode::DoNotContactWechat.as_str();

/// Tag of a lead of which the blacklist found something that whoever works on it should look at first.
pub(super) const FLAGGED: &str = TagCode::Flagged.as_str();

const MARKS: [&str; 11] = [
    RELEASED,
    COLLISION,
    OWNERS_EXHAUSTED,
    UNANSWERED,
    BURST,
    UNUSABLE,
    REFUSED,
    NO_PHONE,
    NO_EMAIL,
    NO_WECHAT,
    FLAGGED,
];

/// Whether the owner of a customer was reminded and has a set time: until another rep may have them, or in thirty days.
pub(super) fn is_unanswered(lead: &Lead) -> bool {
    lead.tags.iter().any(|tag| tag == UNANSWERED)
}

/// Whether a tag says that this owner has not answered: it goes with the owner.
pub(super) fn is_of_owner(tag: &str) -> bool {
    matches!(tag, OWNERS_EXHAUSTED | UNANSWERED)
}

/// Whether reviewers are asked who owns the customer of a lead.
pub(super) fn is_disputed(lead: &Lead) -> bool {
    lead.tags.iter().any(|tag| tag == COLLISION)
}

fn is_mark(tag: &str) -> bool {
    MARKS.contains(&tag)
}

/// An entry without the marks that it brings, and the effects that take them off; `None` when it brings none.
pub(super) fn without_marks(entry: &Lead) -> Option<(Lead, Vec<Effect>)> {
    if !entry.tags.iter().any(|tag| is_mark(tag)) {
        return None;
    }
    let (marks, tags) = entry.tags.iter().cloned().partition(|tag: &String| is_mark(tag));
    let marks: Vec<String> = marks;
    let take_off = |tag| Effect::RemoveTag { lead: entry.id.clone(), tag };
    Some((Lead { tags, ..entry.clone() }, marks.into_iter().map(take_off).collect()))
}
