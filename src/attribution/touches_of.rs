//! Which touches belong to a person.

use std::collections::BTreeSet;

use super::person_keys::{keys_of, person_key};
use super::visit::Visit;
use crate::model::{Lead, Touch};

/// Whether a touch is of one of some leads: it names one, or has a key that one has or came with, as
/// [`Attribution::journeys`](super::Attribution::journeys) reads keys. For whoever must let go of a person's touches.
/// O(leads + visits + touches), logarithms aside.
///
/// ```
/// use leadkit::attribution::{Visit, touches_of};
/// use leadkit::model::{Lead, Touch};
///
/// let opened = |mail: &str| Touch { keys: [("email".to_owned(), mail.to_owned())].into(), ..Touch::default() };
/// let ann = Lead { id: "L1".into(), emails: vec!["Ann@quellmark.de".into()], ..Lead::default() };
/// let came = Visit::of(&Lead { emails: vec!["a.lee@quellmark.de".into()], ..ann.clone() });
/// let called = Touch { lead: "L2".into(), ..Touch::default() };
/// let touches = [opened("ann+news@quellmark.de"), opened("a.lee@quellmark.de"), called];
/// assert_eq!(touches_of([&ann], [&came], &touches), [true, true, false]);
/// let visited = Touch::default();
/// assert_eq!(touches_of([&Lead::default()], [], &[visited]), [false], "a blank id is nobody's");
/// ```
#[must_use]
pub fn touches_of<'a>(
    leads: impl IntoIterator<Item = &'a Lead>,
    visits: impl IntoIterator<Item = &'a Visit>,
    touches: &[Touch],
) -> Vec<bool> {
    let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for lead in leads {
        ids.extend(Some(&lead.id).filter(|id| !id.is_blank()));
        keys.extend(keys_of(lead));
    }
    for visit in visits {
        ids.extend(Some(&visit.lead).filter(|id| !id.is_blank()));
        keys.extend(visit.keys());
    }
    let has_key = |touch: &Touch| {
        touch.keys.iter().any(|(name, value)| person_key(name, value).is_some_and(|key| keys.contains(&key)))
    };
    touches.iter().map(|touch| ids.contains(&touch.lead) || has_key(touch)).collect()
}
