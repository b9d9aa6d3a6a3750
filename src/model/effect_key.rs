//! The keys of effects.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Effect, RecordRef};

/// Identifies one effect of one decision. Making the same decision again gives the same keys.
///
/// Written as text, `DECISION|EFFECT|RECORD|ORDINAL`: `L1|notify|lead L0|0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EffectKey {
    /// The decision: the lead's id, from the second on its cycle and the number of tenures that ended in it; of a
    /// later review also the act, the moment, the cause, and the lead's status, owner and number of tenures then.
    pub decision: String,
    /// The code of the effect, such as `set_owner`.
    pub effect: String,
    /// The record that the effect changes.
    pub target: RecordRef,
    /// Which of the decision's effects of that kind on that record, from 0.
    pub ordinal: u32,
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}|{}|{}", self.decision, self.effect, self.target, self.ordinal)
    }
}

pub(crate) fn effect_keys<'e>(
    decision: &str,
    effects: &'e [Effect],
) -> impl Iterator<Item = (EffectKey, &'e Effect)> {
    let mut counts: BTreeMap<(&'static str, RecordRef), u32> = BTreeMap::new();
    effects.iter().map(move |effect| {
        let (code, target) = (effect.code(), effect.target());
        let next = counts.entry((code, target.clone())).or_default();
        let ordinal = *next;
        *next = next.saturating_add(1);
        (EffectKey { decision: decision.to_owned(), effect: code.to_owned(), target, ordinal }, effect)
    })
}
