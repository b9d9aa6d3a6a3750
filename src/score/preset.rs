//! Scoring rules to start with.

use std::collections::BTreeMap;

use serde_json::json;

use super::award::Award;
use super::grade::{EngagementLevel, FitGrade, GradeBounds, LevelBounds, ScoreCell};
use super::rules::{
    Advice, Burst, Disqualifier, EngagementRule, EngagementRules, FaultPolicy, FitRule, FitRules, Maturity,
    RuleGroup, ScoreRules, WeightedMaturity,
};
use crate::calendar::Span;
use crate::document::read_struct;
use crate::model::Points;
use crate::order;
use crate::rule::{Condition, RulesVersion};

/// Kinds of activities with their points: strong ±20, medium ±10, weak ±5. Once each they net 105.
const ACTIVITIES: &[(&str, i64)] = &[
    ("form_submit", 20),
    ("consult", 20),
    ("offline_event", 20),
    ("reply_mail", 20),
    ("spam_report", -20),
    ("follow", 10),
    ("watch_live", 10),
    ("watch_replay", 10),
    ("open_mail", 10),
    ("unfollow", -10),
    ("form_visit", 5),
    ("page_visit", 5),
    ("module_click", 5),
    ("article_click", 5),
    ("unsubscribe", -5),
];

/// Kinds that mail scanners produce by the dozen within moments.
const SCANNED: &[&str] = &["open_mail", "module_click", "article_click"];

impl Default for ScoreRules {
    fn default() -> ScoreRules {
        ScoreRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            engagement: EngagementRules::default(),
            fit: FitRules::default(),
            matrix: default_matrix(),
            maturity: Maturity::default(),
            on_fault: FaultPolicy::default(),
            tests: Vec::new(),
        }
    }
}

impl ScoreRules {
    /// For sales to companies: the default, and 60 points for a plausible lead. So no lead with a usable contact, a name
    /// or company, and a message or form waits for an employee count. Facts about the company then raise it to A.
    ///
    /// ```
    /// use leadkit::score::{Maturity, ScoreRules};
    ///
    /// let rules = ScoreRules::b2b();
    /// assert_eq!(rules.fit.rules[0].id.as_str(), "plausible");
    /// let Maturity::Cells(cells) = rules.maturity else { unreachable!() };
    /// assert!(cells.contains(&"B4".parse().unwrap()));
    /// ```
    #[must_use]
    pub fn b2b() -> ScoreRules {
        let mut rules = ScoreRules::default();
        rules.fit.rules.insert(0, plausible(60));
        rules.ready_in_b4()
    }

    /// For sales to consumers: people are scored, not companies. A usable contact gives 40 points, so no lead is a D for
    /// want of an employee count; plausible 20, the region 10, a product of interest 10, history with us 20.
    ///
    /// ```
    /// use leadkit::score::ScoreRules;
    ///
    /// let rules = ScoreRules::b2c();
    /// assert!(rules.fit.rules.iter().all(|rule| !rule.id.as_str().starts_with("company_size")));
    /// assert!(rules.fit.disqualifiers.is_empty());
    /// ```
    #[must_use]
    pub fn b2c() -> ScoreRules {
        let customer = json!({"field": "attributes.past_orders", "ge": 1});
        let exists = |field: &str| json!({"field": field, "exists": true});
        let rule = |id: &str, when, points| FitRule { group: None, ..fit_rule(id, when, points, "") };
        let rules = vec![
            rule("contact.usable", usable_contact(), 40),
            plausible(20),
            rule("region.known", exists("region"), 10),
            rule("product.named", exists("products"), 10),
            fit_rule("history.customer", customer, 20, "history"),
            fit_rule("history.known", json!({"field": "match.count", "ge": 1}), 10, "history"),
        ];
        let fit = FitRules {
            rules,
            groups: vec![group("history", 20)],
            disqualifiers: Vec::new(),
            ..FitRules::default()
        };
        ScoreRules { fit, ..ScoreRules::default() }.ready_in_b4()
    }

    /// A lead that fits is ready for sales before it has done more than write.
    fn ready_in_b4(mut self) -> ScoreRules {
        let cell = ScoreCell { grade: FitGrade::B, level: EngagementLevel::Uninterested };
        if let Maturity::Cells(cells) = &mut self.maturity {
            cells.insert(cell);
        }
        let text = "call this week".to_owned();
        self.matrix.insert(cell, Advice { key: format!("score.advice.{cell}"), text });
        self
    }
}

/// A value by which a person can be reached, whatever field or text it is in: an account behind a phone number is a key of the
/// person, and a number that two countries may have can be called though it identifies nobody. An invented one cannot be read
/// as such, or is blocked before.
fn usable_contact() -> serde_json::Value {
    let exists = |field: &str| json!({"field": field, "exists": true});
    let in_text = json!({"field": "verdict.codes", "eq": "contact_in_text"});
    let values = ["phone", "phone.kind", "email", "wechat", "person.key"].map(exists);
    json!({"any": values.into_iter().chain([in_text]).collect::<Vec<_>>()})
}

/// A usable contact, a name or company, and a form or a message.
fn plausible(points: i64) -> FitRule {
    let exists = |field: &str| json!({"field": field, "exists": true});
    let form = json!({"field": "activity.count.form_submit.365d", "ge": 1});
    let when = json!({"all": [
        usable_contact(),
        {"any": [exists("name"), exists("company")]},
        {"any": [exists("message"), form]},
    ]});
    FitRule { group: None, ..fit_rule("plausible", when, points, "") }
}

impl Default for EngagementRules {
    /// Fifteen kinds of activities: strong ±20, medium ±10, weak ±5. Three mails opened or links clicked within
    /// three seconds count once.
    fn default() -> EngagementRules {
        let rule = |(kind, points): &(&str, i64)| EngagementRule {
            burst: SCANNED.contains(kind).then_some(Burst { at_least: 3, within: Span::seconds(3) }),
            ..EngagementRule::new(kind, Points::new(*points))
        };
        EngagementRules {
            rules: ACTIVITIES.iter().map(rule).collect(),
            groups: Vec::new(),
            levels: LevelBounds::default(),
        }
    }
}

impl Default for FitRules {
    /// Company size (up to 30), industry (25), history with us (20; past orders in the attribute `past_orders`) and
    /// job function (25). A company struck off the register, or whose licence is revoked, is disqualified.
    fn default() -> FitRules {
        let sizes = [
            ("company_size.1000", json!({"field": "employee_count", "ge": 1000}), 30),
            ("company_size.200", json!({"field": "employee_count", "between": [200, 999]}), 25),
            ("company_size.50", json!({"field": "employee_count", "between": [50, 199]}), 18),
            ("company_size.10", json!({"field": "employee_count", "between": [10, 49]}), 10),
            ("company_size.1", json!({"field": "employee_count", "between": [1, 9]}), 4),
        ];
        let industry = json!({"any": [
            {"field": "industry", "exists": true},
            {"field": "company.industry", "exists": true},
        ]});
        let history = [
            ("history.customer", json!({"field": "attributes.past_orders", "ge": 1}), 20),
            ("history.known", json!({"field": "match.count", "ge": 1}), 10),
        ];
        let functions = [("manager", 25), ("business", 20), ("it", 15), ("finance", 10)];
        let mut rules = Vec::new();
        rules.extend(sizes.map(|(id, when, points)| fit_rule(id, when, points, "company_size")));
        rules.push(fit_rule("industry.known", industry, 25, "industry"));
        rules.extend(history.map(|(id, when, points)| fit_rule(id, when, points, "history")));
        rules.extend(functions.map(|(function, points)| {
            let when = json!({"field": "job_function", "eq": function});
            fit_rule(&format!("job_function.{function}"), when, points, "job_function")
        }));
        let groups = [("company_size", 30), ("industry", 25), ("history", 20), ("job_function", 25)];
        FitRules {
            rules,
            groups: groups.map(|(id, max)| group(id, max)).into(),
            grades: GradeBounds::default(),
            disqualifiers: vec![Disqualifier {
                id: "disqualified.registry".into(),
                when: condition(json!({"field": "registry_status", "in": ["deregistered", "revoked"]})),
                reason: Some("the company is no longer in business".to_owned()),
            }],
        }
    }
}

fn condition(document: serde_json::Value) -> Condition {
    // The preset is a constant; a test reads every condition of it. A condition that could not be read would never hold.
    read_struct(&document).unwrap_or_else(|_| Condition::any([]))
}

fn fit_rule(id: &str, when: serde_json::Value, points: i64, group: &str) -> FitRule {
    FitRule {
        id: id.into(),
        when: condition(when),
        points: Award::Fixed(Points::new(points)),
        group: Some(group.to_owned()),
    }
}

fn group(id: &str, max: i64) -> RuleGroup {
    RuleGroup { id: id.to_owned(), min: None, max: Some(Points::new(max)) }
}

impl Default for Maturity {
    fn default() -> Maturity {
        let mature = |cell: &ScoreCell| match cell.grade {
            FitGrade::A => true,
            FitGrade::B => cell.level <= EngagementLevel::Low,
            FitGrade::C => cell.level <= EngagementLevel::Middle,
            FitGrade::D => false,
        };
        Maturity::Cells(order::set(ScoreCell::all().filter(mature)))
    }
}

impl Default for WeightedMaturity {
    fn default() -> WeightedMaturity {
        WeightedMaturity { engagement: 0.5, fit: 0.5, mark: Points::new(60) }
    }
}

fn advice(cell: ScoreCell) -> &'static str {
    let texts = match cell.grade {
        FitGrade::A => [
            "call today",
            "call within two days",
            "open with a case study from its industry",
            "call to raise its interest",
        ],
        FitGrade::B => [
            "call within two days",
            "call this week",
            "call when there is time; keep sending content",
            "invite to an event for its industry",
        ],
        FitGrade::C => [
            "find out whether the need is real",
            "call when there is time",
            "send content regularly",
            "send content now and then",
        ],
        FitGrade::D => [
            "leave it to read on its own",
            "keep it on the mailing list",
            "keep it for reach only",
            "do not pursue it",
        ],
    };
    texts.get(cell.level as usize).copied().unwrap_or_default()
}

/// The default advice of all cells.
pub(super) fn default_matrix() -> BTreeMap<ScoreCell, Advice> {
    let of = |cell: ScoreCell| Advice { key: format!("score.advice.{cell}"), text: advice(cell).to_owned() };
    order::map(ScoreCell::all().map(|cell| (cell, of(cell))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preset_is_fifteen_activities_that_net_105() {
        let points: Vec<i64> = ACTIVITIES.iter().map(|(_, points)| *points).collect();
        assert_eq!(points.len(), 15);
        assert_eq!(points.iter().sum::<i64>(), 105);
        assert_eq!(points.iter().filter(|points| **points > 0).sum::<i64>(), 140);
    }

    #[test]
    fn the_preset_can_be_read_and_has_nothing_to_complain_about() {
        let rules = ScoreRules::default();
        assert_eq!(rules.lint(), []);
        assert!(rules.fit.rules.iter().all(|rule| !rule.when.is_never()));
        assert!(rules.fit.disqualifiers.iter().all(|rule| !rule.when.is_never()));
        let document = serde_json::to_value(&rules).unwrap();
        assert_eq!(ScoreRules::load(document).unwrap(), rules);
        assert_eq!(ScoreRules::load(json!({})).unwrap(), rules);
    }

    #[test]
    fn the_presets_of_both_trades_can_be_read() {
        for rules in [ScoreRules::b2b(), ScoreRules::b2c()] {
            assert_eq!(rules.lint(), []);
            assert!(rules.fit.rules.iter().all(|rule| !rule.when.is_never()));
            assert_eq!(ScoreRules::load(serde_json::to_value(&rules).unwrap()).unwrap(), rules);
        }
    }

    #[test]
    fn the_mature_cells_are_those_of_the_books() {
        let Maturity::Cells(cells) = Maturity::default() else { panic!("cells") };
        let names: Vec<String> = cells.iter().map(ScoreCell::to_string).collect();
        assert_eq!(names, ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "C1", "C2"]);
    }
}
