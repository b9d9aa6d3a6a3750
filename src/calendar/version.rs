//! The version of a calendar that was made from another.

use crate::document::Fingerprint;

/// The version of rules in which something was replaced: `cn-2023-2026+hours-5d1c9f0a3b72`. What is computed from them
/// names this version, so rules that say something else must have another one: the digits are those of the fingerprint
/// of the rules without their version.
pub(super) fn derived(version: &str, what: &str, rules: Fingerprint) -> String {
    let joint = if version.is_empty() { "" } else { "+" };
    let digits = rules.to_string();
    format!("{version}{joint}{what}-{digits:.12}")
}
