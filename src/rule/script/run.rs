//! Running scripts.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use rhai::{Dynamic, Engine, INT, ImmutableString};

use super::compile::Script;
use super::kinds::type_word;
use super::limits::{MAX_OF_ACTIVITIES, MAX_OF_LEAD, MAX_SHARED_READ};
use super::live::{self, Reason};
use super::names::Reading;
use super::problem::{Problem, excerpt, run_problem, shared_operations, shared_read};
use super::sandbox::{self, ENGINE};
use super::sharing::Sharing;
use super::token::tokens;
use super::value::value;
use crate::error::Position;
use crate::model::{Attributes, Points};
use crate::rule::{FactSource, Fault};

thread_local! {
    static OPERATIONS: Cell<u64> = const { Cell::new(0) };
    /// Where a run that counts its operations ends.
    static MAX: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// The engine of runs that count their operations.
static METERED: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = sandbox::engine();
    engine.on_progress(|operations| {
        OPERATIONS.set(operations);
        (operations > MAX.get()).then_some(Dynamic::UNIT)
    });
    engine
});

impl Sharing {
    pub(super) fn operations(self) -> u64 {
        match self {
            Sharing::Activities => MAX_OF_ACTIVITIES,
            Sharing::Lead => MAX_OF_LEAD,
        }
    }

    pub(super) fn describe(self) -> &'static str {
        match self {
            Sharing::Activities => "the activities of this lead",
            Sharing::Lead => "this lead",
        }
    }

    pub(super) fn help(self) -> &'static str {
        match self {
            Sharing::Activities => "pass fewer activities, or write the rule as data",
            Sharing::Lead => "write fewer rules as scripts, or shorter loops",
        }
    }
}

/// What scripts have used of their shared limits.
#[derive(Debug)]
struct Shared {
    sharing: Sharing,
    /// Operations that runs may have taken at most. Counting exactly is slower, so it begins when these are half
    /// of all.
    reckoned: u64,
    counted: u64,
    read: usize,
}

/// The data of a lead that is read once for all runs.
#[derive(Debug, Default)]
struct OfLead {
    times: Option<Arc<live::Times>>,
    attributes: Option<Arc<Attributes>>,
    /// The last activity of each kind that was read.
    last: BTreeMap<String, Option<INT>>,
}

/// Memory that scripts reuse from one run to the next: the variables of one lead.
///
/// Open one per thread and use it for many leads: it saves setting every variable again for every script. Without
/// the feature `script` it holds nothing.
#[derive(Debug, Default)]
pub struct ScriptSession {
    scope: rhai::Scope<'static>,
    filled: u128,
    metered: bool,
    operations: u64,
    /// Bytes that functions have read.
    read: u64,
    of_lead: Option<Box<OfLead>>,
    shared: Option<Shared>,
}

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

    /// A session for all conditions that an engine evaluates for one lead: their scripts share one set of limits.
    #[must_use]
    pub(crate) fn of_lead() -> ScriptSession {
        let mut session = ScriptSession::new();
        session.begin_sharing(Sharing::Lead);
        session
    }

    /// A session that counts the operations of scripts. It is slower.
    #[must_use]
    pub(crate) fn metered() -> ScriptSession {
        ScriptSession { metered: true, ..ScriptSession::default() }
    }

    /// Forgets the lead. Call it before the facts change.
    #[inline]
    pub fn begin(&mut self) {
        if self.filled != 0 {
            self.scope.clear();
            self.filled = 0;
        }
        if self.of_lead.is_some() {
            self.of_lead = None;
        }
    }

    /// From here on all runs share one set of limits.
    pub(crate) fn begin_sharing(&mut self, sharing: Sharing) {
        self.shared = Some(Shared { sharing, reckoned: 0, counted: 0, read: 0 });
    }

    /// From here on each run has separate limits.
    pub(crate) fn end_sharing(&mut self) {
        self.shared = None;
    }

    /// Operations of all scripts since the last call.
    pub(crate) fn take_operations(&mut self) -> u64 {
        std::mem::take(&mut self.operations)
    }

    /// The work of all scripts since the last call, if the session counts it, in operations: reading 64 bytes of text
    /// is as much as one.
    pub(crate) fn take_work(&mut self) -> u64 {
        self.take_operations().saturating_add(std::mem::take(&mut self.read) / 64)
    }

    pub(super) fn is_metered(&self) -> bool {
        self.metered
    }

    /// Runs a script that gives no reasons.
    pub(super) fn run(&mut self, script: &Script, facts: &impl FactSource) -> Result<Dynamic, Fault> {
        if script.live || script.dynamic.any() {
            return self.run_live(script, facts).map(|(result, _)| result);
        }
        self.eval(script, facts)
    }

    /// Runs a script, and returns its reasons too.
    fn run_live(
        &mut self,
        script: &Script,
        facts: &impl FactSource,
    ) -> Result<(Dynamic, Vec<Reason>), Fault> {
        let guard = self.set_live(script, facts);
        let result = self.eval(script, facts)?;
        Ok((result, guard.into_reasons()))
    }

    fn eval(&mut self, script: &Script, facts: &impl FactSource) -> Result<Dynamic, Fault> {
        let most = self.most(script).map_err(|problem| fault(problem, script))?;
        if self.filled & script.reads != script.reads {
            self.fill(script, facts);
        }
        let base = self.scope.len();
        for (name, reading) in &script.volatile {
            let value = match reading {
                Reading::Field(field) => value(&facts.fact(field)),
                Reading::Last(kind) => self.last(facts, kind),
            };
            self.scope.push_constant_dynamic(name.clone(), value);
        }
        if script.calls {
            live::begin_reading();
        }
        let engine = if self.metered || most.is_some() { &*METERED } else { &*ENGINE };
        MAX.set(most.unwrap_or(u64::MAX));
        let scope = &mut self.scope;
        // The second safety net: whitelisted functions do not panic. Under `panic = "abort"` it catches nothing.
        let caught =
            catch_unwind(AssertUnwindSafe(|| engine.eval_ast_with_scope::<Dynamic>(scope, &script.ast)));
        if self.scope.len() > base {
            self.scope.rewind(base);
        }
        if self.metered || most.is_some() {
            let operations = OPERATIONS.take();
            self.operations = self.operations.saturating_add(operations);
            if let Some(shared) = self.shared.as_mut().filter(|_| most.is_some()) {
                shared.counted = shared.counted.saturating_add(operations);
            }
        }
        if script.calls {
            let read = live::has_read();
            self.read = self.read.saturating_add(read as u64);
            if let Some(shared) = &mut self.shared {
                shared.read = shared.read.saturating_add(read);
            }
        }
        match caught {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => {
                Err(fault(run_problem(&error, self.shared.as_ref().map(|shared| shared.sharing)), script))
            }
            Err(_) => {
                Err(script
                    .refused("the script made a built-in function fail".to_owned(), "report this function"))
            }
        }
    }

    /// Operations the run may take, if they have to be counted.
    fn most(&mut self, script: &Script) -> Result<Option<u64>, Problem> {
        let Some(shared) = &mut self.shared else { return Ok(None) };
        if shared.read > MAX_SHARED_READ {
            return Err(shared_read(shared.sharing));
        }
        let half = shared.sharing.operations() / 2;
        let reckoned = shared.reckoned.saturating_add(script.weight);
        if reckoned <= half {
            shared.reckoned = reckoned;
            return Ok(None);
        }
        // From here on no estimate is used, so that every run is counted.
        shared.reckoned = half;
        match half.saturating_sub(shared.counted) {
            0 => Err(shared_operations(shared.sharing, None)),
            left => Ok(Some(left)),
        }
    }

    fn set_live(&mut self, script: &Script, facts: &impl FactSource) -> live::Guard {
        let (mut times, mut attributes) = (None, None);
        if script.dynamic.any() {
            let known = self.of_lead.get_or_insert_default();
            if script.dynamic.activities {
                times = Some(Arc::clone(known.times.get_or_insert_with(|| Arc::new(times_of(facts)))));
            }
            if script.dynamic.columns {
                let read = || Arc::new(facts.attributes().cloned().unwrap_or_default());
                attributes = Some(Arc::clone(known.attributes.get_or_insert_with(read)));
            }
        }
        live::begin(facts.now(), times, attributes)
    }

    /// The time of the last activity of a kind.
    fn last(&mut self, facts: &impl FactSource, kind: &str) -> Dynamic {
        // From here on all kinds are read at once: a look at all activities for each kind multiplies them.
        const FEW: usize = 4;
        let known = self.of_lead.get_or_insert_default();
        let found = match known.last.get(kind) {
            Some(found) => *found,
            None => {
                let found = if known.last.len() < FEW {
                    last(facts, kind)
                } else {
                    let times = known.times.get_or_insert_with(|| Arc::new(times_of(facts)));
                    times.get(kind).and_then(|times| times.last()).map(DateTime::timestamp)
                };
                known.last.insert(kind.to_owned(), found);
                found
            }
        };
        found.map_or(Dynamic::UNIT, Dynamic::from)
    }

    /// Sets the variables of the lead that the script reads and that no script before it has read.
    fn fill(&mut self, script: &Script, facts: &impl FactSource) {
        for variable in &script.stable {
            let bit = 1u128 << variable.bit;
            if self.filled & bit == 0 {
                self.filled |= bit;
                self.scope.push_constant_dynamic(variable.name.clone(), value(&facts.fact(&variable.field)));
            }
        }
    }
}

fn times_of(facts: &impl FactSource) -> live::Times {
    let mut all = live::Times::new();
    facts.visit_activities(&mut |activity| match all.get_mut(&activity.kind) {
        Some(times) => times.push(activity.time),
        None => drop(all.insert(activity.kind.clone(), vec![activity.time])),
    });
    all.values_mut().for_each(|times| times.sort_unstable());
    all
}

fn last(facts: &impl FactSource, kind: &str) -> Option<INT> {
    let mut last: Option<INT> = None;
    facts.visit_activities(&mut |activity| {
        if activity.kind == kind {
            last = last.max(Some(activity.time.timestamp()));
        }
    });
    last
}

fn fault(problem: Problem, script: &Script) -> Fault {
    let position = problem.position.map(|at| script.places.in_source(at));
    Fault {
        message: problem.message,
        position,
        excerpt: position.and_then(|at| excerpt(&script.source, at)),
        help: problem.help,
    }
}

impl Script {
    /// The result of a condition; a missing value is "no".
    pub(crate) fn test(&self, facts: &impl FactSource, session: &mut ScriptSession) -> Result<bool, Fault> {
        let result = session.run(self, facts)?;
        match result.as_bool() {
            Ok(flag) => Ok(flag),
            Err(_) if result.is_unit() => Ok(false),
            Err(_) => Err(self.wrong_result(&result, "true or false")),
        }
    }

    /// The name that an expression returns.
    pub(crate) fn choice(
        &self,
        facts: &impl FactSource,
        session: &mut ScriptSession,
    ) -> Result<String, Fault> {
        let result = session.run(self, facts)?;
        let wrong = |result: Dynamic| {
            let message = format!("the script gives {} instead of a name", type_word(result.type_name()));
            self.refused(message, "give one of the names in quotes")
        };
        let name = result.try_cast_result::<ImmutableString>().map_err(wrong)?;
        Ok(name.into_owned())
    }

    /// Whether a text is in the script as it is, in quotes.
    pub(crate) fn says(&self, text: &str) -> bool {
        tokens(&self.source).iter().any(|token| token.plain_text() == Some(text))
    }

    /// A fault of the script's result: it points at the beginning.
    pub(crate) fn refused(&self, message: String, help: impl Into<String>) -> Fault {
        let before = self.source.len() - self.source.trim_start().len();
        let before = self.source.get(..before).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let at = Position { line: line as u32, column: column as u32 };
        let excerpt = excerpt(&self.source, at);
        Fault { message, position: Some(at), excerpt, help: Some(help.into()) }
    }

    /// The points that an expression returns; `None` for a missing value.
    pub(crate) fn points(
        &self,
        facts: &impl FactSource,
        session: &mut ScriptSession,
    ) -> Result<Option<Points>, Fault> {
        let result = session.run(self, facts)?;
        self.read_points(&result)
    }

    /// The points that a full script returns and their reasons. Without a number at its end, the result is the sum of
    /// its reasons.
    pub(crate) fn program(
        &self,
        facts: &impl FactSource,
        session: &mut ScriptSession,
    ) -> Result<Option<(Points, Vec<Reason>)>, Fault> {
        let (result, reasons) = session.run_live(self, facts)?;
        match self.read_points(&result)? {
            Some(points) => Ok(Some((points, reasons))),
            None if reasons.is_empty() => Ok(None),
            None => Ok(Some((reasons.iter().map(|(points, _)| *points).sum(), reasons))),
        }
    }

    fn read_points(&self, result: &Dynamic) -> Result<Option<Points>, Fault> {
        let number = match (result.as_int(), result.as_float()) {
            (Ok(whole), _) => whole as f64,
            (_, Ok(number)) => number,
            _ if result.is_unit() => return Ok(None),
            _ => return Err(self.wrong_result(result, "a number")),
        };
        match Points::from_f64(number) {
            Some(points) => Ok(Some(points)),
            None if number.is_finite() => {
                let message = format!("the script gives {number} points, outside ±{}", Points::LIMIT);
                Err(self.refused(message, "bound it with `clamp(x, 0, 100)`"))
            }
            None => {
                let message = "the script gives no finite number".to_owned();
                Err(self.refused(message, "look at what it divides by"))
            }
        }
    }

    fn wrong_result(&self, result: &Dynamic, wanted: &str) -> Fault {
        let message = format!("the script gives {} instead of {wanted}", type_word(result.type_name()));
        self.refused(message, format!("its last value must be {wanted}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ScriptKind;
    use super::*;
    use crate::error::Report;
    use crate::model::Lead;
    use crate::rule::{FactContext, Facts, HostTables, Scope};

    /// The estimated operations of runs for activities are never less than the real ones.
    #[test]
    fn an_expression_takes_no_more_operations_than_it_has_words() {
        let lead = Lead {
            title: Some("CEO".into()),
            employee_count: Some(7),
            industry: vec!["a".into()],
            ..Lead::default()
        };
        let tables = HostTables::default();
        let context = FactContext::new(&tables, "2026-03-10T09:00:00Z".parse().unwrap());
        let facts = Facts::new(&lead, &context);
        for source in [
            "1",
            "title",
            "-(-employee_count)",
            "employee_count > 5 && title == \"CEO\" || !known(name)",
            "title.lower().upper().trim().len()",
            "industry[0][0..1].lower()",
            "[1, [2, 3], [[4]], title][3]",
            "if employee_count > 5 { if true { 1 } else { 2 } } else { 3 }",
            "if true { if true { 1 } else { 2 } } else { 2 }",
            "switch employee_count { 1 => 2, 1..5 => 3, 5..9 if title == \"CEO\" => 4, _ => 5 }",
            "or(attr(\"x\"), attr(\"y\")) == or(attr(\"z\"), 1)",
            "\"a\" in industry && \"b\" !in industry",
            "min(max(1, 2), clamp(3, 4, 5))",
            "attr(\"x\") ?? attr(\"y\") ?? 5",
            "len(title + title + title) > 5",
            "(1 + (2 + (3 + (4 + len(title)))))",
            "industry.has(\"a\").known()",
        ] {
            for kind in [ScriptKind::Condition, ScriptKind::Points] {
                let mut report = Report::new();
                let script = Script::compile(source, kind, Scope::Activity, &mut report);
                let script = script.unwrap_or_else(|| panic!("{source}: {:?}", report.diagnostics()));
                let mut session = ScriptSession::metered();
                let _ = session.run(&script, &facts);
                let operations = session.take_operations();
                assert!(
                    operations > 0 && operations <= script.weight,
                    "{source}: {operations}, {}",
                    script.weight
                );
            }
        }
    }

    #[test]
    fn a_panicking_function_is_a_fault_and_leaves_nothing_behind() {
        let lead = Lead { employee_count: Some(7), ..Lead::default() };
        let tables = HostTables::default();
        let context = FactContext::new(&tables, "2026-03-10T09:00:00Z".parse().unwrap());
        let facts = Facts::new(&lead, &context);
        let compile =
            |source| Script::compile(source, ScriptKind::Program, Scope::Score, &mut Report::new()).unwrap();
        let mut broken = compile("reason(1, \"x\"); employee_count");
        broken.ast = ENGINE.compile("reason(1, \"x\"); let x = 5; panic_on_purpose()").unwrap();
        let mut session = ScriptSession::new();
        let fault = broken.program(&facts, &mut session).unwrap_err();
        assert_eq!(fault.message, "the script made a built-in function fail");
        let good = compile("let x = employee_count; x");
        assert_eq!(good.program(&facts, &mut session), Ok(Some((Points::new(7), Vec::new()))));
    }
}
