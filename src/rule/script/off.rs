//! Builds without the feature `script`: a script is reported at its place.

use super::ScriptKind;
use crate::error::Report;
use crate::model::Points;
use crate::rule::{FactSource, Fault, Field, Scope};

/// Memory that scripts reuse from one run to the next. Without the feature `script` it holds nothing.
#[derive(Debug, Default)]
pub struct ScriptSession(());

impl ScriptSession {
    /// A session that holds nothing yet.
    ///
    /// ```
    /// # use leadkit::error::Report;
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{Condition, FactContext, Facts, HostTables, Operator, Scope, ScriptSession};
    /// # let (lead, tables) = (Lead { country: Some("CN".into()), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// let mut report = Report::new();
    /// let here = Condition::compare("country", Operator::Eq, "CN")?.compile(Scope::Assign, &mut report);
    /// assert!(here.eval_in(&facts, &mut ScriptSession::new())?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> ScriptSession {
        ScriptSession::default()
    }

    #[must_use]
    pub(crate) fn of_lead() -> ScriptSession {
        ScriptSession::default()
    }

    #[must_use]
    pub(crate) fn metered() -> ScriptSession {
        ScriptSession::default()
    }

    /// Forgets the lead. Call it before the facts change.
    pub fn begin(&mut self) {
        self.0 = ();
    }

    pub(crate) fn begin_sharing(&mut self, _: super::Sharing) {
        self.0 = ();
    }

    pub(crate) fn end_sharing(&mut self) {
        self.0 = ();
    }

    pub(crate) fn take_operations(&mut self) -> u64 {
        0
    }

    pub(crate) fn take_work(&mut self) -> u64 {
        0
    }
}

/// A reason a full script gives for points.
type Reason = (Points, String);

/// A script; there are none in this build.
#[derive(Debug, Clone)]
pub(crate) enum Script {}

/// Scripts that are run together; there are none in this build.
#[derive(Debug, Clone)]
pub(crate) enum ScriptBatch {}

impl ScriptBatch {
    pub(crate) const MAX: usize = 1;

    pub(crate) fn of(_: &[&Script]) -> Option<ScriptBatch> {
        None
    }

    pub(crate) fn test(&self, _: &impl FactSource, _: &mut ScriptSession) -> Option<u64> {
        match *self {}
    }
}

impl Script {
    pub(crate) fn can_be_batched(&self) -> bool {
        match *self {}
    }

    pub(crate) fn says(&self, _: &str) -> bool {
        match *self {}
    }

    pub(crate) fn visit_counted_kinds(&self, _: &mut dyn FnMut(&str)) {
        match *self {}
    }

    pub(crate) fn visit_fields(&self, _: &mut dyn FnMut(&Field)) {
        match *self {}
    }

    pub(crate) fn asks_for_time(&self) -> bool {
        match *self {}
    }

    pub(crate) fn compile(_: &str, _: ScriptKind, _: Scope, report: &mut Report) -> Option<Script> {
        report.error(
            "scripts_unavailable",
            "this build has no script engine",
            "write it with `all`, `any`, `not` and comparisons, or build with the feature `script`",
        );
        None
    }

    pub(crate) fn test(&self, _: &impl FactSource, _: &mut ScriptSession) -> Result<bool, Fault> {
        match *self {}
    }

    pub(crate) fn choice(&self, _: &impl FactSource, _: &mut ScriptSession) -> Result<String, Fault> {
        match *self {}
    }

    pub(crate) fn refused(&self, _: String, _: impl Into<String>) -> Fault {
        match *self {}
    }

    pub(crate) fn points(&self, _: &impl FactSource, _: &mut ScriptSession) -> Result<Option<Points>, Fault> {
        match *self {}
    }

    pub(crate) fn program(
        &self,
        _: &impl FactSource,
        _: &mut ScriptSession,
    ) -> Result<Option<(Points, Vec<Reason>)>, Fault> {
        match *self {}
    }
}
