//! Under which keys decisions are remembered.

use std::borrow::Cow;

use crate::model::LeadId;
use crate::rule::Facts;

/// The key a decision about the lead is remembered by: its [id](key_of), and from the second look at it on, its cycle and the
/// number of tenures that ended in it. So the same request gets the same answer, and a lead that comes round again a
/// new one.
pub(crate) fn decision_key<'a>(facts: &Facts<'a>) -> Cow<'a, str> {
    let (lead, history) = (key_of(&facts.lead().id), facts.history());
    match (history.cycle, history.ended_tenures().count()) {
        (0, 0) => lead,
        (cycle, tenures) => Cow::Owned(format!("{lead} cycle {cycle} tenure {tenures}")),
    }
}

/// A lead's id as keys begin with it. What follows it there begins with a blank, so that an id with blanks stands in quotes:
/// the lead `L1 claim` is not a claim of the lead `L1`.
pub(crate) fn key_of(lead: &LeadId) -> Cow<'_, str> {
    let id = lead.as_str();
    match id.trim().is_empty() || !id.contains(char::is_whitespace) && !id.starts_with('"') {
        true => Cow::Borrowed(id),
        false => Cow::Owned(format!("{id:?}")),
    }
}

/// The key a claim is remembered under, for a lead whose decision is remembered under another. A blank key is none.
#[must_use]
pub fn claim_key(decision: &str) -> Option<String> {
    (!decision.trim().is_empty()).then(|| format!("{decision} claim"))
}
