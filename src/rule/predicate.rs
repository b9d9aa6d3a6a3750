//! A condition, compiled.

use chrono::{DateTime, Utc};

use super::condition::{Condition, DEEPEST, Node};
use super::fact_value::{FactSource, FactValue};
use super::fault::Fault;
use super::operand::Operand;
use super::operator::Operator;
use super::script::{Script, ScriptKind, ScriptSession};
use super::{Field, Scope};
use crate::calendar::Span;
use crate::error::Report;
use crate::model::Region;

/// A compiled condition: immutable, shared by reference across threads. Evaluating it allocates nothing.
///
/// ```
/// use leadkit::error::Report;
/// use leadkit::model::Lead;
/// use leadkit::rule::{Condition, FactContext, Facts, HostTables, Operator, Scope};
///
/// let mut report = Report::new();
/// let large = Condition::compare("employee_count", Operator::Ge, 1000)?.compile(Scope::Assign, &mut report);
/// report.finish()?;
/// let (lead, tables) = (Lead { employee_count: Some(2500), ..Lead::default() }, HostTables::default());
/// assert!(large.eval(&Facts::new(&lead, &FactContext::new(&tables, lead.created_at)))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Predicate(pub(super) Test);

#[derive(Debug, Clone)]
pub(super) enum Test {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Compare { field: Field, operator: Operator, operand: Operand },
    Script(Box<Script>),
}

impl Condition {
    /// Compiles the condition for the kind of rule it is in, and reports what cannot be used there.
    ///
    /// A part with an error is compiled to "never", so that the walk can continue.
    ///
    /// ```
    /// use leadkit::error::Report;
    /// use leadkit::rule::{Condition, Operator, Scope};
    ///
    /// let mut report = Report::new();
    /// let mature = Condition::compare("score.mature", Operator::Eq, true)?;
    /// mature.compile(Scope::Blacklist, &mut report);
    /// let errors = report.finish().unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].message, "`score.mature` cannot be read here: scoring fills it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compile(&self, scope: Scope, report: &mut Report) -> Predicate {
        if self.is_deeper_than(DEEPEST) {
            let message = format!("the condition is nested deeper than {DEEPEST} levels");
            report.error("too_deep", message, "split the rule");
            return Predicate(Test::Any(Vec::new()));
        }
        self.compile_node(scope, report)
    }

    /// As [`compile`](Self::compile), with a warning when the condition never holds, unless that is intended or follows
    /// from another finding.
    pub(crate) fn compile_to_match(&self, scope: Scope, report: &mut Report) -> Predicate {
        let said = report.diagnostics().len();
        let predicate = self.compile(scope, report);
        if self.is_never() && report.diagnostics().len() == said {
            report.warning(
                "never_matches",
                "the condition never holds",
                "fix the condition, or remove what it decides",
            );
        }
        predicate
    }

    fn compile_node(&self, scope: Scope, report: &mut Report) -> Predicate {
        let each = |conditions: &[Condition], name: &str, report: &mut Report| {
            report.within(name, |report| {
                let compile = |(index, condition): (usize, &Condition)| {
                    report.item(index, |report| condition.compile_node(scope, report))
                };
                conditions.iter().enumerate().map(compile).collect()
            })
        };
        Predicate(match &self.0 {
            Node::All(conditions) => Test::All(each(conditions, "all", report)),
            Node::Any(conditions) => {
                if conditions.is_empty() {
                    report.warning(
                        "never_matches",
                        "an empty `any` is never true",
                        "add a condition, or remove it",
                    );
                }
                Test::Any(each(conditions, "any", report))
            }
            Node::Not(condition) => {
                if let Node::Compare {
                    field, operator: operator @ (Operator::Ne | Operator::NotIn), ..
                } = &condition.0
                {
                    report.warning(
                        "negated_ne",
                        format!("`not` of `{}` also holds when `{field}` is missing", operator.as_str()),
                        "use `eq` or `in`, unless that is meant",
                    );
                }
                Test::Not(Box::new(report.within("not", |report| condition.compile_node(scope, report))))
            }
            Node::Compare { field, operator, operand } => {
                let producer = field.producer();
                if !field.is_read_in(scope) {
                    report.error(
                        "field_not_filled_yet",
                        format!("`{field}` cannot be read here: {}", producer.describe()),
                        format!("read what is known when {} run", scope.describe()),
                    );
                    return Predicate(Test::Any(Vec::new()));
                }
                Test::Compare { field: field.clone(), operator: *operator, operand: operand.clone() }
            }
            Node::TooDeep => Test::Any(Vec::new()),
            Node::Script(source) => {
                let compiled = report
                    .within("script", |report| Script::compile(source, ScriptKind::Condition, scope, report));
                compiled.map_or_else(|| Test::Any(Vec::new()), |script| Test::Script(Box::new(script)))
            }
        })
    }
}

impl Predicate {
    /// How many comparisons it consists of. `None` when there is a script in it.
    pub(super) fn comparisons(&self) -> Option<usize> {
        match &self.0 {
            Test::All(tests) | Test::Any(tests) => {
                tests.iter().try_fold(0, |sum, test| Some(sum + test.comparisons()?))
            }
            Test::Not(test) => test.comparisons(),
            Test::Compare { .. } => Some(1),
            Test::Script(_) => None,
        }
    }

    /// Shows every kind of activity that it counts by `activity.count.…`.
    pub(crate) fn visit_counted_kinds(&self, visit: &mut dyn FnMut(&str)) {
        match &self.0 {
            Test::All(tests) | Test::Any(tests) => {
                tests.iter().for_each(|test| test.visit_counted_kinds(visit));
            }
            Test::Not(test) => test.visit_counted_kinds(visit),
            Test::Compare { field, .. } => {
                field.activity_count().into_iter().for_each(|(kind, _)| visit(kind))
            }
            Test::Script(script) => script.visit_counted_kinds(visit),
        }
    }

    /// The script, when the condition is nothing else.
    pub(crate) fn only_script(&self) -> Option<&Script> {
        match &self.0 {
            Test::Script(script) => Some(script),
            _ => None,
        }
    }

    /// Whether the condition holds.
    ///
    /// ```
    /// # use leadkit::error::Report;
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{Condition, FactContext, Facts, HostTables, Operator, Scope};
    /// # let (lead, tables) = (Lead { country: Some("CN".into()), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// // A lead from `CN` that names no company.
    /// let mut report = Report::new();
    /// let mut holds = |condition: Condition| condition.compile(Scope::Assign, &mut report).eval(&facts);
    /// assert!(holds(Condition::compare("country", Operator::Eq, "CN")?)?);
    /// assert!(!holds(Condition::compare("company", Operator::Eq, "Acme Ltd")?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When it cannot be evaluated at run time. Comparisons never fail.
    pub fn eval(&self, facts: &impl FactSource) -> Result<bool, Fault> {
        self.eval_in(facts, &mut ScriptSession::new())
    }

    /// Whether the condition holds, in a session that holds the variables of these facts or nothing.
    ///
    /// ```
    /// # use leadkit::error::Report;
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{Condition, FactContext, Facts, HostTables, Operator, Scope, ScriptSession};
    /// # let (lead, tables) = (Lead { country: Some("CN".into()), ..Lead::default() }, HostTables::default());
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// let mut report = Report::new();
    /// let here = Condition::compare("country", Operator::Eq, "CN")?.compile(Scope::Assign, &mut report);
    /// // One session for many conditions of a lead, and `begin` before the next lead.
    /// let mut session = ScriptSession::new();
    /// session.begin();
    /// assert!(here.eval_in(&facts, &mut session)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Predicate::eval`].
    pub fn eval_in(&self, facts: &impl FactSource, session: &mut ScriptSession) -> Result<bool, Fault> {
        match &self.0 {
            Test::All(tests) => {
                for test in tests {
                    if !test.eval_in(facts, session)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Any(tests) => {
                for test in tests {
                    if test.eval_in(facts, session)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::Not(test) => Ok(!test.eval_in(facts, session)?),
            Test::Script(script) => script.test(facts, session),
            Test::Compare { field, operator, operand } => {
                Ok(compare(&facts.fact(field), *operator, operand, facts.now()))
            }
        }
    }
}

pub(super) fn compare(
    value: &FactValue<'_>,
    operator: Operator,
    operand: &Operand,
    now: DateTime<Utc>,
) -> bool {
    if let Operand::Exists(wanted) = operand {
        return (*value != FactValue::Missing) == *wanted;
    }
    match value {
        FactValue::Missing => false,
        FactValue::Text(text) => compare_text(text, operator, operand),
        FactValue::Texts(texts) => texts.iter().any(|text| compare_text(text, operator, operand)),
        FactValue::Integer(number) => compare_integer(*number, operator, operand),
        FactValue::Number(number) => compare_number(*number, operator, operand),
        FactValue::Bool(flag) => match (operator, operand) {
            (Operator::Eq, Operand::Bool(wanted)) => flag == wanted,
            (Operator::Ne, Operand::Bool(wanted)) => flag != wanted,
            _ => false,
        },
        FactValue::Time(at) => compare_time(*at, operator, operand, now),
        FactValue::Region(region) => compare_region(region, operator, operand),
    }
}

fn compare_text(text: &str, operator: Operator, operand: &Operand) -> bool {
    match (operator, operand) {
        (Operator::Eq, Operand::Text(wanted)) => text == wanted,
        (Operator::Ne, Operand::Text(wanted)) => text != wanted,
        (Operator::In, Operand::Texts(wanted)) => wanted.iter().any(|one| one == text),
        (Operator::NotIn, Operand::Texts(wanted)) => !wanted.iter().any(|one| one == text),
        (Operator::Contains, Operand::Text(wanted)) => text.contains(wanted.as_str()),
        (Operator::StartsWith, Operand::Text(wanted)) => text.starts_with(wanted.as_str()),
        (Operator::EndsWith, Operand::Text(wanted)) => text.ends_with(wanted.as_str()),
        (Operator::Matches, Operand::Pattern(pattern)) => pattern.is_match(text),
        _ => false,
    }
}

fn ordered(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        _ => false,
    }
}

fn compare_integer(number: i64, operator: Operator, operand: &Operand) -> bool {
    match operand {
        // Two integers are compared exactly: beyond 2^53 a float would call different ones equal.
        Operand::Integer(wanted) => ordered(operator, number.cmp(wanted)),
        Operand::Integers(wanted) if operator == Operator::In => wanted.contains(&number),
        Operand::Integers(wanted) => !wanted.contains(&number),
        Operand::IntegerRange(from, until) => (from..=until).contains(&&number),
        _ => compare_number(number as f64, operator, operand),
    }
}

fn compare_number(number: f64, operator: Operator, operand: &Operand) -> bool {
    let against = |wanted: f64| number.partial_cmp(&wanted).is_some_and(|order| ordered(operator, order));
    match (operator, operand) {
        (_, Operand::Integer(wanted)) => against(*wanted as f64),
        (_, Operand::Number(wanted)) => against(*wanted),
        (Operator::In, Operand::Integers(wanted)) => wanted.iter().any(|one| *one as f64 == number),
        (Operator::NotIn, Operand::Integers(wanted)) => {
            !number.is_nan() && !wanted.iter().any(|one| *one as f64 == number)
        }
        (Operator::Between, Operand::IntegerRange(from, until)) => {
            *from as f64 <= number && number <= *until as f64
        }
        (Operator::In, Operand::Numbers(wanted)) => wanted.contains(&number),
        (Operator::NotIn, Operand::Numbers(wanted)) => !number.is_nan() && !wanted.contains(&number),
        (Operator::Between, Operand::NumberRange(from, until)) => (*from..=*until).contains(&number),
        _ => false,
    }
}

fn compare_time(at: DateTime<Utc>, operator: Operator, operand: &Operand, now: DateTime<Utc>) -> bool {
    let ago = |span: &Span| span.before(now);
    match (operator, operand) {
        (_, Operand::Time(wanted)) => ordered(operator, at.cmp(wanted)),
        (Operator::Between, Operand::TimeRange(from, until)) => (*from..=*until).contains(&at),
        (Operator::OlderThan, Operand::Span(span)) => at < ago(span),
        (Operator::Within, Operand::Span(span)) => ago(span) <= at && at <= now,
        _ => false,
    }
}

fn compare_region(region: &Region, operator: Operator, operand: &Operand) -> bool {
    match (operator, operand) {
        (Operator::Eq, Operand::Region(wanted)) => wanted.contains(region),
        (Operator::Ne, Operand::Region(wanted)) => !wanted.contains(region),
        (Operator::In, Operand::Regions(wanted)) => wanted.iter().any(|one| one.contains(region)),
        (Operator::NotIn, Operand::Regions(wanted)) => !wanted.iter().any(|one| one.contains(region)),
        _ => false,
    }
}
