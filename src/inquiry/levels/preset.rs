//! Levels of accounts and users that come with the crate.

use serde_json::Value as Json;

use super::rules::{LevelOrder, LevelRule, LevelRules};
use crate::rule::{Condition, Operator, RulesVersion};

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

    /// Account maturity: 陌生 (stranger), NA, 认知 (aware), 孵化 (incubating), 商机 (opportunity), each on top of the one before.
    ///
    /// Columns: `target_industry`, `profile_confirmed`, `it_known`, `visited_deciders`, `met_deciders_offline`,
    /// `project_started`, `need_clear`, `budget_clear` (true or false), `digital_suppliers` (number known);
    /// `contact_count` and `kp_count` are counted.
    ///
    /// ```
    /// use leadkit::inquiry::LevelRules;
    ///
    /// let rules = LevelRules::maturity();
    /// assert_eq!(rules, LevelRules::default());
    /// let titles: Vec<&str> = rules.levels.iter().map(|level| level.title.as_str()).collect();
    /// assert_eq!(titles, ["陌生", "NA", "认知", "孵化", "商机"]);
    /// ```
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
    /// SLTV buys every year, and at least 60 % of it from us. PSTV is an SLTV that your company has named
    /// strategic, LTV buys every year, M is everybody else: defaults to be replaced by your own.
    /// Columns: `buys_every_year`, `strategic` (true or false), `our_share` (percent, 0 to 100).
    ///
    /// ```
    /// use leadkit::inquiry::LevelRules;
    ///
    /// let rules = LevelRules::tiers();
    /// let names: Vec<&str> = rules.levels.iter().map(|level| level.name.as_str()).collect();
    /// assert_eq!(names, ["pstv", "sltv", "ltv", "m"]);
    /// ```
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

    /// User states by the last activity: 活跃 (active) within 30 days, 流失 (lost) earlier, 潜在 (potential) without any.
    ///
    /// ```
    /// use leadkit::inquiry::LevelRules;
    ///
    /// let rules = LevelRules::user_states();
    /// let titles: Vec<&str> = rules.levels.iter().map(|level| level.title.as_str()).collect();
    /// assert_eq!(titles, ["活跃", "流失", "潜在"]);
    /// ```
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
