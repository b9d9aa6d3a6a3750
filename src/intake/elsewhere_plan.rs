//! A rule that sends elsewhere, ready to be asked.

use super::ElsewhereRule;
use crate::rule::Predicate;

/// A rule and its condition.
#[derive(Debug, Clone)]
pub(super) struct Elsewhere {
    pub(super) rule: ElsewhereRule,
    pub(super) when: Predicate,
}
