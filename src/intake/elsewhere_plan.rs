//! A compiled rule of `elsewhere`.

use super::ElsewhereRule;
use crate::rule::Predicate;

/// A rule and its condition.
#[derive(Debug, Clone)]
pub(super) struct Elsewhere {
    pub(super) rule: ElsewhereRule,
    pub(super) when: Predicate,
}
