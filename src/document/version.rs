//! The version of the rules behind a decision.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Fingerprint;
use crate::error::Report;

/// The rules a decision was made by: the format, the caller's revision and what the rules say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct RulesVersion {
    /// Format of the rules document: [`FORMAT`](Self::FORMAT).
    pub format: u16,
    /// The caller's name of the revision. Shared: every decision names it.
    pub revision: Arc<str>,
    /// Fingerprint of the rules: equal rules have the same, whatever their spelling.
    pub fingerprint: Fingerprint,
}

impl RulesVersion {
    /// The newest format of rules documents this version of the crate reads.
    pub const FORMAT: u16 = 1;

    /// The version of a rules struct.
    pub(crate) fn of<T: Serialize + Default>(format: u16, revision: &str, rules: &T) -> RulesVersion {
        RulesVersion { format, revision: revision.into(), fingerprint: Fingerprint::of(rules) }
    }

    /// The version of a rules struct, whatever the values of some of its keys.
    pub(crate) fn without<T: Serialize + Default>(
        keys: &[&str],
        format: u16,
        revision: &str,
        rules: &T,
    ) -> RulesVersion {
        RulesVersion { format, revision: revision.into(), fingerprint: Fingerprint::without(keys, rules) }
    }

    /// Reports a format this version of the crate does not read.
    pub(crate) fn check(format: u16, report: &mut Report) {
        if !(1..=Self::FORMAT).contains(&format) {
            report.within("format", |report| {
                let newest = Self::FORMAT;
                report.error(
                    "unknown_format",
                    format!("format {format} is not supported"),
                    format!("the newest format that this version reads is {newest}"),
                );
            });
        }
    }
}
