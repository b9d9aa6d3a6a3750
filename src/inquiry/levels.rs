//! Levels by conditions: maturity and tier of accounts, state of users.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::document::Unique;
use crate::error::Report;
use crate::model::open_enum::closed_enum;
use crate::model::{Account, BuyingRole, Lead, RegistryStatus, Value};
use crate::rule::{
    Condition, FactSource, Operator, Predicate, Registry, RuleFault, RulesDocument, RulesVersion, Scope,
    rules_document,
};
use crate::text::list;

closed_enum! {
    /// How the level is found among several.
    LevelOrder {
        /// Lowest first, each resting on the ones below: the last of the unbroken row that holds.
        Cumulative = "cumulative",
        /// Best first: the first that holds.
        FirstMatch = "first_match",
    }
}

/// One level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// Name, unique among the levels.
    pub name: String,
    /// Name to show.
    #[serde(default)]
    pub title: String,
    /// What must hold, all of it; nothing when empty.
    #[serde(default)]
    pub criteria: Vec<Condition>,
}

/// Levels as data. The default is the account maturity preset, [`LevelRules::maturity`].
///
/// The presets read the host's columns `attributes.NAME`; what an account knows itself (number of contacts) is
/// filled in by [`account_as_lead`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LevelRules {
    /// Format of the document: 1.
    pub format: u16,
    /// Your name of this revision.
    pub revision: String,
    /// How the level is found.
    pub order: LevelOrder,
    /// The levels.
    pub levels: Vec<LevelRule>,
}

impl Default for LevelRules {
    fn default() -> Self {
        LevelRules::maturity()
    }
}

/// Conditions of the presets. Every one is written correctly, which a test asserts.
fn when(field: &str, operator: Operator, value: impl Into<Json>) -> Condition {
    Condition::compare(field, operator, value).unwrap_or_else(|_| Condition::any([]))
}

fn is_true(name: &str) -> Condition {
    when(name, Operator::Eq, true)
}

fn level(name: &str, title: &str, criteria: impl IntoIterator<Item = Condition>) -> LevelRule {
    LevelRule { name: name.to_owned(), title: title.to_owned(), criteria: criteria.into_iter().collect() }
}

impl LevelRules {
    fn preset(order: LevelOrder, levels: Vec<LevelRule>) -> LevelRules {
        LevelRules { format: RulesVersion::FORMAT, revision: String::new(), order, levels }
    }

    /// Account maturity: 陌生, NA, 认知, 孵化, 商机, each resting on the one before.
    ///
    /// Columns: `target_industry`, `profile_confirmed`, `it_known`, `visited_deciders`, `met_deciders_offline`,
    /// `project_started`, `need_clear`, `budget_clear` (true or false), `digital_suppliers` (number known);
    /// `contact_count` and `kp_count` are counted.
    #[must_use]
    pub fn maturity() -> LevelRules {
        let visited = is_true("attributes.visited_deciders");
        let met = is_true("attributes.met_deciders_offline");
        LevelRules::preset(
            LevelOrder::Cumulative,
            vec![
                level(
                    "stranger",
                    "陌生",
                    [is_true("attributes.target_industry"), when("registry_status", Operator::Eq, "active")],
                ),
                level(
                    "na",
                    "NA",
                    [
                        is_true("attributes.profile_confirmed"),
                        when("attributes.contact_count", Operator::Ge, 1),
                    ],
                ),
                level(
                    "aware",
                    "认知",
                    [
                        when("attributes.kp_count", Operator::Ge, 1),
                        is_true("attributes.it_known"),
                        when("attributes.digital_suppliers", Operator::Ge, 1),
                    ],
                ),
                level("incubating", "孵化", [Condition::any([visited, met])]),
                level(
                    "opportunity",
                    "商机",
                    [
                        is_true("attributes.project_started"),
                        is_true("attributes.need_clear"),
                        is_true("attributes.budget_clear"),
                    ],
                ),
            ],
        )
    }

    /// Account tiers: PSTV, SLTV, LTV, M.
    ///
    /// SLTV buys every year, and at least 60 % of it from us. PSTV is an SLTV that the company has named
    /// strategic, LTV buys every year, M is everybody else: defaults to be replaced by your own.
    /// Columns: `buys_every_year`, `strategic` (true or false), `our_share` (percent, 0 to 100).
    #[must_use]
    pub fn tiers() -> LevelRules {
        let yearly = || is_true("attributes.buys_every_year");
        let share = || when("attributes.our_share", Operator::Ge, 60);
        LevelRules::preset(
            LevelOrder::FirstMatch,
            vec![
                level("pstv", "PSTV", [yearly(), share(), is_true("attributes.strategic")]),
                level("sltv", "SLTV", [yearly(), share()]),
                level("ltv", "LTV", [yearly()]),
                level("m", "M", []),
            ],
        )
    }

    /// User states by the recency of the last activity: 活跃 within 30 days, 流失 before that, 潜在 without any.
    #[must_use]
    pub fn user_states() -> LevelRules {
        LevelRules::preset(
            LevelOrder::FirstMatch,
            vec![
                level("active", "活跃", [when("activity.last", Operator::Within, "30d")]),
                level("lost", "流失", [when("activity.last", Operator::OlderThan, "30d")]),
                level("potential", "潜在", []),
            ],
        )
    }
}

rules_document!(LevelRules => Levels);

impl RulesDocument for LevelRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        drop(Levels::compile_into(self, report));
    }
}

/// The level that was found, and what the next one lacks.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelFinding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    met: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unmet: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    faults: Vec<RuleFault>,
    version: RulesVersion,
}

impl LevelFinding {
    /// The level; `None` when none holds.
    #[must_use]
    pub fn level(&self) -> Option<&str> {
        self.level.as_deref()
    }

    /// By what it holds.
    #[must_use]
    pub fn met(&self) -> &[Condition] {
        &self.met
    }

    /// The next better level; `None` at the best.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// What the next better level lacks.
    #[must_use]
    pub fn unmet(&self) -> &[Condition] {
        &self.unmet
    }

    /// Criteria that failed, by the names of their levels; they count as not met.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}

impl fmt::Display for LevelFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.level {
            Some(level) if self.met.is_empty() => write!(f, "level `{level}`")?,
            Some(level) => write!(f, "level `{level}`, because {}", list(&self.met, "; "))?,
            None => f.write_str("no level")?,
        }
        match &self.next {
            Some(next) => write!(f, "; `{next}` lacks: {}", list(&self.unmet, "; ")),
            None => Ok(()),
        }
    }
}

/// Levels, proved. Immutable, shared by reference across threads.
///
/// ```
/// use leadkit::model::{Activity, Lead};
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use leadkit::inquiry::{LevelRules, Levels};
///
/// let states = Levels::compile(&LevelRules::user_states())?;
/// let tables = HostTables::default();
/// let now = "2026-03-31T00:00:00Z".parse().unwrap();
/// let visit = Activity { time: "2026-03-10T00:00:00Z".parse().unwrap(), ..Activity::default() };
/// let lead = Lead::default();
/// let context = FactContext { activities: &[visit], ..FactContext::new(&tables, now) };
/// let found = states.assess(&Facts::new(&lead, &context));
/// assert_eq!(found.to_string(), "level `active`, because activity.last within \"30d\"");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Levels {
    ladder: Ladder,
    version: RulesVersion,
}

impl Levels {
    fn compile_into(rules: &LevelRules, report: &mut Report) -> Levels {
        RulesVersion::check(rules.format, report);
        let ladder = report.within("levels", |report| {
            let levels = rules.levels.iter().map(|level| (level.name.as_str(), level.criteria.as_slice()));
            Ladder::check(rules.order, "name", levels, report)
        });
        Levels { ladder, version: RulesVersion::of(rules.format, &rules.revision, rules) }
    }

    /// The rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Finds the level. O(criteria).
    pub fn assess(&self, facts: &impl FactSource) -> LevelFinding {
        self.ladder.find(facts, &self.version)
    }
}

/// Levels with their criteria, whatever they are levels of.
#[derive(Debug, Clone)]
pub(super) struct Ladder {
    order: LevelOrder,
    levels: Vec<Rung>,
}

#[derive(Debug, Clone)]
struct Rung {
    name: String,
    criteria: Vec<(Condition, Predicate)>,
}

impl Ladder {
    pub(super) fn check<'r>(
        order: LevelOrder,
        key: &str,
        levels: impl Iterator<Item = (&'r str, &'r [Condition])>,
        report: &mut Report,
    ) -> Ladder {
        let mut names = Unique::names(if key == "grade" { "grade" } else { "level" });
        let mut always: Option<String> = None;
        let mut rungs = Vec::new();
        for (index, (name, criteria)) in levels.enumerate() {
            report.item(index, |report| {
                report.within(key, |report| {
                    names.check(name, report);
                });
                if let Some(before) = &always {
                    report.warning(
                        "unreachable",
                        format!("`{name}` is never reached: `{before}` always holds"),
                        "put the level without criteria last",
                    );
                }
                if order == LevelOrder::FirstMatch && criteria.iter().all(Condition::is_always) {
                    always.get_or_insert_with(|| name.to_owned());
                }
                let criteria = report.within("criteria", |report| {
                    let compile = |(index, condition): (usize, &Condition)| {
                        let predicate = report.item(index, |report| condition.compile(Scope::Assign, report));
                        (condition.clone(), predicate)
                    };
                    criteria.iter().enumerate().map(compile).collect()
                });
                rungs.push(Rung { name: name.to_owned(), criteria });
            });
        }
        if rungs.is_empty() {
            report.error("no_levels", "there are no levels", "add at least one");
        }
        Ladder { order, levels: rungs }
    }

    pub(super) fn find(&self, facts: &impl FactSource, version: &RulesVersion) -> LevelFinding {
        let mut found = LevelFinding {
            level: None,
            met: Vec::new(),
            next: None,
            unmet: Vec::new(),
            faults: Vec::new(),
            version: version.clone(),
        };
        for rung in &self.levels {
            let unmet = rung.unmet(facts, &mut found.faults);
            let holds = unmet.is_empty();
            if holds {
                found.level = Some(rung.name.clone());
                found.met = rung.criteria.iter().map(|(condition, _)| condition.clone()).collect();
            } else {
                // Best first: the one just better than what will be found. Lowest first: the first that fails.
                found.next = Some(rung.name.clone());
                found.unmet = unmet;
            }
            if holds == (self.order == LevelOrder::FirstMatch) {
                break;
            }
        }
        found
    }
}

impl Rung {
    fn unmet(&self, facts: &impl FactSource, faults: &mut Vec<RuleFault>) -> Vec<Condition> {
        let mut unmet = Vec::new();
        for (condition, predicate) in &self.criteria {
            match predicate.eval(facts) {
                Ok(true) => {}
                Ok(false) => unmet.push(condition.clone()),
                Err(fault) => {
                    faults.push(RuleFault { rule: self.name.as_str().into(), fault });
                    unmet.push(condition.clone());
                }
            }
        }
        unmet
    }
}

/// An account as conditions see it: its company, region, owner, pool and columns in the fields of a lead.
///
/// Adds the columns `contact_count`, `kp_count` (contacts whose buying role is `kp`) and `closed_deal_at`, unless
/// the host has columns of these names, and fills `registry_status` and `industry` from the columns of these names.
/// O(contacts).
///
/// ```
/// use leadkit::model::{Account, Contact, Value};
/// use leadkit::inquiry::account_as_lead;
///
/// let account = Account { id: "A1".into(), contacts: vec![Contact::default()], ..Account::default() };
/// assert_eq!(account_as_lead(&account).attributes["contact_count"], Value::Integer(1));
/// ```
#[must_use]
pub fn account_as_lead(account: &Account) -> Lead {
    let mut attributes = account.attributes.clone();
    let count = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let kps = account.contacts.iter().filter(|contact| contact.buying_role == Some(BuyingRole::Kp)).count();
    attributes.entry("contact_count".to_owned()).or_insert(count(account.contacts.len()));
    attributes.entry("kp_count".to_owned()).or_insert(count(kps));
    if let Some(at) = account.closed_deal_at {
        attributes.entry("closed_deal_at".to_owned()).or_insert(Value::Timestamp(at));
    }
    let registry_status = match attributes.get("registry_status") {
        Some(Value::Text(status)) => Some(RegistryStatus::from(status.as_str())),
        _ => None,
    };
    let industry = match attributes.get("industry") {
        Some(Value::Text(industry)) => vec![industry.clone()],
        Some(Value::List(path)) => path.clone(),
        _ => Vec::new(),
    };
    Lead {
        id: account.id.as_str().into(),
        created_at: account.created_at,
        company: Some(account.company.clone()),
        region: account.region,
        owner: account.owner.clone(),
        pool: account.pool.clone(),
        registry_status,
        industry,
        attributes,
        ..Lead::default()
    }
}
