//! The rules of all engines in one document.

use serde::{Deserialize, Serialize};

use crate::assign::AssignRules;
use crate::blacklist::BlacklistRules;
use crate::dedup::DedupRules;

use crate::model::PoolId;
use crate::rule::RulesVersion;
use crate::score::ScoreRules;

/// The rules of the main job. `Default` is what a team would start with, but for its own pools and groups of reps.
///
/// ```
/// use leadkit::Rules;
/// use serde_json::json;
///
/// let errors = Rules::load(json!({
///     "blacklst": {},
///     "dedup": {"rules": [{"id": "a", "lead": "phone", "target": "lead.company", "action": "collect"}]},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"group": {"id": "east"}}}]}}},
/// }))
/// .unwrap_err();
/// let helps: Vec<&str> = errors.iter().filter_map(|found| found.help.as_deref()).collect();
/// assert_eq!(helps[1], "did you mean `blacklist`?");
/// assert_eq!(errors.diagnostics().len(), 3);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Format of the document.
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// What keeps a lead out.
    pub blacklist: BlacklistRules,
    /// What makes it the same as a record on file.
    pub dedup: DedupRules,
    /// What it is worth.
    pub score: ScoreRules,
    /// Who gets it.
    pub assign: AssignRules,
    /// The pool of a lead that names none (default `leads`).
    pub pool: PoolId,
    /// The pool of leads that are not ready for sales (default `nurture`).
    pub nurture_pool: PoolId,
    /// The pool of blocked leads (default `invalid`).
    pub invalid_pool: PoolId,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            blacklist: BlacklistRules::default(),
            dedup: DedupRules::default(),
            score: ScoreRules::default(),
            assign: AssignRules::default(),
            pool: "leads".into(),
            nurture_pool: "nurture".into(),
            invalid_pool: "invalid".into(),
        }
    }
}
