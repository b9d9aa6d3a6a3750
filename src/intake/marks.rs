//! Tags that say what a reviewer or the engine has decided about a lead. An entry brings none: whoever fills in a form is no
//! reviewer.

use super::act::RELEASED;
use super::converted::EXHAUSTED_TAG;
use super::held::BURST;
use super::owned::UNUSABLE;
use crate::dedup::COLLISION;
use crate::model::{Effect, Lead};

const MARKS: [&str; 5] = [RELEASED, COLLISION, EXHAUSTED_TAG, BURST, UNUSABLE];

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
