//! The keys under which decisions are remembered.

use std::borrow::Cow;

use crate::model::{LeadId, RepId};
use crate::rule::Facts;

/// The key a decision about the lead is remembered by: its [id](key_of), and from the second decision on, its cycle and the
/// number of tenures that ended in it. So the same request gets the same answer, and a lead that comes back a
/// new one.
pub(crate) fn decision_key<'a>(facts: &Facts<'a>) -> Cow<'a, str> {
    let (lead, history) = (key_of(&facts.lead().id), facts.history());
    key_at(lead, history.cycle, history.ended_tenures().count())
}

/// The key of a lead in a cycle after so many tenures of it.
pub(crate) fn key_at(lead: Cow<'_, str>, cycle: u32, tenures: usize) -> Cow<'_, str> {
    match (cycle, tenures) {
        (0, 0) => lead,
        (cycle, tenures) => Cow::Owned(format!("{lead} cycle {cycle} tenure {tenures}")),
    }
}

/// The key of the decision on who stands in for an owner, after so many who did.
pub(crate) fn cover_key(decision: &str, covers: usize, owner: &RepId) -> String {
    format!("{decision} cover {covers} for {owner}")
}

/// A lead's id as keys begin with it. What follows it there begins with a blank, so an id with blanks is in quotes:
/// the lead `L1 claim` is not a claim of the lead `L1`.
pub(crate) fn key_of(lead: &LeadId) -> Cow<'_, str> {
    let id = lead.as_str();
    match id.trim().is_empty() || !id.contains(char::is_whitespace) && !id.starts_with('"') {
        true => Cow::Borrowed(id),
        false => Cow::Owned(format!("{id:?}")),
    }
}

/// The key a claim is remembered under, for a lead whose decision is remembered under another. A blank key counts as none.
///
/// ```
/// use leadkit::assign::claim_key;
///
/// assert_eq!(claim_key("L1").as_deref(), Some("L1 claim"));
/// assert_eq!(claim_key(" "), None);
/// ```
#[must_use]
pub fn claim_key(decision: &str) -> Option<String> {
    (!decision.trim().is_empty()).then(|| format!("{decision} claim"))
}
