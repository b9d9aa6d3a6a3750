//! What there is to say about one lead beside its facts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::RepId;

/// What there is to say about one lead beside its facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AssignOptions {
    /// Names the request: the same key gets the same decision, without a second turn. `None` is the lead's id, so a
    /// lead that comes round again (a new cycle after it was recycled) needs a key of its own. A blank key is none.
    pub key: Option<String>,
    /// Who had the lead before in this cycle, oldest first.
    pub previous_owners: Vec<RepId>,
    /// Reps who do not get this lead.
    pub excluded: BTreeSet<RepId>,
}
