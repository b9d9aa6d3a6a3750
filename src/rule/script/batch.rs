//! Scripts that are run together.

use std::sync::Arc;

use super::compile::Script;
use super::limits::MAX_SOURCE;
use super::names;
use super::places::Places;
use super::run::ScriptSession;
use super::sandbox::{optimised, parse_guarded};
use crate::rule::FactSource;

/// Conditions that are run as one list: entering the engine costs more than most of them do.
///
/// It shares the limits of one run. When it reaches one, or one of the scripts fails, nothing is known, and each has
/// to be run alone: only then do the limits and the places of errors belong to it.
#[derive(Debug, Clone)]
pub(crate) struct ScriptBatch {
    script: Script,
    count: usize,
}

impl ScriptBatch {
    /// Most scripts of one batch: their answers are bits of a word.
    pub(crate) const MAX: usize = 64;

    /// Compiles a batch; `None` when that would not help, or is beyond the limits of one script.
    pub(crate) fn of(scripts: &[&Script]) -> Option<ScriptBatch> {
        if !(2..=ScriptBatch::MAX).contains(&scripts.len()) {
            return None;
        }
        // Each on lines of its own, because a script may end in a comment. What would reach into the next line, an
        // open block comment, is refused when a script is compiled; all else that is open does not parse.
        let parts: Option<Vec<String>> =
            scripts.iter().map(|script| Some(format!("(\n{}\n)", script.steady.as_deref()?))).collect();
        let source = format!("[{}]", parts?.join(","));
        let mut stable: Vec<&'static names::Variable> =
            scripts.iter().flat_map(|script| script.stable.iter().copied()).collect();
        stable.sort_unstable_by_key(|variable| variable.bit);
        stable.dedup_by_key(|variable| variable.bit);
        if source.len() > MAX_SOURCE {
            return None;
        }
        let mut known = rhai::Scope::new();
        for variable in &stable {
            known.push(variable.name.clone(), ());
        }
        let script = Script {
            ast: optimised(parse_guarded(&known, &source, false).ok()?, &known, &source, false),
            weight: scripts.iter().fold(0, |all, script| all.saturating_add(script.weight)),
            places: Places::default(),
            source: Arc::from(source),
            reads: scripts.iter().fold(0, |bits, script| bits | script.reads),
            calls: scripts.iter().any(|script| script.calls),
            stable,
            volatile: Vec::new(),
            live: false,
            dynamic: names::Dynamic::default(),
            steady: None,
        };
        Some(ScriptBatch { script, count: scripts.len() })
    }

    /// Which of the scripts hold, as bits from the lowest. `None` when they have to be run alone.
    pub(crate) fn test(&self, facts: &impl FactSource, session: &mut ScriptSession) -> Option<u64> {
        if session.is_metered() {
            return None;
        }
        let answers = session.run(&self.script, facts).ok()?.into_array().ok()?;
        if answers.len() != self.count {
            return None;
        }
        answers.iter().enumerate().try_fold(0, |held, (index, answer)| match answer.as_bool() {
            Ok(true) => Some(held | 1 << index),
            Ok(false) => Some(held),
            Err(_) => answer.is_unit().then_some(held),
        })
    }
}
