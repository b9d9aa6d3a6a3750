//! Assignment rules that work untouched.

use super::rules::{AssignRule, AssignRules, AssignTarget, PoolRules, RepGroup, RulePass, Tier};
use crate::calendar::{UtcOffset, Zone};
use crate::model::{GroupId, PoolId, RuleId};
use crate::order;
use crate::rule::{Condition, Field, Operator};

impl AssignRules {
    /// For sales to companies: by size, then by region, and within the region by industry or product; else to anybody who is
    /// there.
    ///
    /// Companies of 1,000 people and more go to reps whose level is `key_account`. No rule gives a lead to a rep who
    /// does not serve its region if another does; of those who do, a lead with an industry goes to one who has it
    /// among the skills, one with a product to one who has that, and only then to any of them. A lead whose region is
    /// not known is for everybody. All but the largest share their turns in one group, `team`.
    ///
    /// ```
    /// use leadkit::assign::{AssignRules, Assigner};
    ///
    /// let rules = AssignRules::b2b();
    /// assert!(Assigner::compile(&rules).is_ok() && rules.lint().is_empty());
    /// let ids: Vec<&str> = rules.pools["leads"].rules.iter().map(|rule| rule.id.as_str()).collect();
    /// assert_eq!(ids, ["size", "industry", "product", "region", "anybody"]);
    /// ```
    #[must_use]
    pub fn b2b() -> AssignRules {
        let large = compare("employee_count", Operator::Ge, 1_000);
        let products = Vec::from_iter(field("products"));
        let rules = vec![
            rule("size", large, to("key_accounts")),
            AssignRule { match_industry: Some(true), ..rule("industry", exists("industry"), to("team")) },
            AssignRule { skills_in: products, ..rule("product", exists("products"), to("team")) },
            rule("region", exists("region"), to("team")),
            AssignRule { pass: RulePass::AfterEither, ..rule("anybody", Condition::default(), to("team")) },
        ];
        document(
            "b2b",
            PoolRules { holding_cap: Some(150), daily_claim_cap: Some(10), rules, ..pool() },
            [("team", Condition::default()), ("key_accounts", text("rep.level", "key_account"))],
        )
    }

    /// For sales to consumers: by region, within working hours and daily caps, else to anybody who is there.
    ///
    /// A rep is assigned at most 30 leads a day and claims at most 20.
    ///
    /// ```
    /// use leadkit::assign::{AssignRules, Assigner};
    ///
    /// let rules = AssignRules::b2c();
    /// assert!(Assigner::compile(&rules).is_ok());
    /// assert_eq!(rules.pools["leads"].daily_assign_cap, Some(30));
    /// ```
    #[must_use]
    pub fn b2c() -> AssignRules {
        let rules = vec![
            rule("region", exists("region"), to("team")),
            AssignRule { pass: RulePass::AfterEither, ..rule("anybody", Condition::default(), to("team")) },
        ];
        let pool = PoolRules {
            daily_assign_cap: Some(30),
            daily_claim_cap: Some(20),
            holding_cap: Some(50),
            rules,
            ..pool()
        };
        document("b2c", pool, [("team", Condition::default())])
    }

    /// For leads of fairs and seminars, in three passes: a lead met on site goes to the rep it met
    /// (`attributes.met_by`); named accounts and strong industries (source class `named_account`,
    /// `attributes.named_account` or `attributes.strong_industry`) to the team `regional_marketing`; the rest to the
    /// team `sdr`.
    ///
    /// If nobody of a team may take a lead it passes to the next, at last to anybody. Assign the best leads first: the lead
    /// that comes first has the widest choice.
    ///
    /// ```
    /// use leadkit::assign::{AssignRules, Assigner};
    ///
    /// let rules = AssignRules::events();
    /// assert!(Assigner::compile(&rules).is_ok());
    /// let ids: Vec<&str> = rules.pools["leads"].rules.iter().map(|rule| rule.id.as_str()).collect();
    /// assert_eq!(ids, ["met_on_site", "regional", "rest", "not_there"]);
    /// ```
    #[must_use]
    pub fn events() -> AssignRules {
        let named = Condition::any([
            text("source.class", "named_account"),
            compare("attributes.named_account", Operator::Eq, true),
            compare("attributes.strong_industry", Operator::Eq, true),
        ]);
        let below = |group: &str, when: Condition| Tier { when, group: group.into() };
        let always = Condition::default;
        let rest = || vec![below("sdr", always()), below("team", always())];
        let regional =
            || vec![below("regional_marketing", always()), below("sdr", always()), below("team", always())];
        let met = field("attributes.met_by").map_or_else(AssignTarget::default, AssignTarget::RepIn);
        let after = |rule| AssignRule { pass: RulePass::AfterNobodyEligible, ..rule };
        let begins_there =
            vec![below("regional_marketing", named.clone()), below("sdr", always()), below("team", always())];
        let rules = vec![
            rule("met_on_site", exists("attributes.met_by"), met),
            rule("regional", named, AssignTarget::Tiers(regional())),
            rule("rest", always(), AssignTarget::Tiers(rest())),
            after(rule("not_there", always(), AssignTarget::Tiers(begins_there))),
        ];
        document(
            "events",
            PoolRules { rules, ..pool() },
            [
                ("team", always()),
                ("regional_marketing", text("rep.team", "regional_marketing")),
                ("sdr", text("rep.team", "sdr")),
            ],
        )
    }
}

/// A pool in China, in which a lead is for everybody whose region is not known, or served by nobody.
fn pool() -> PoolRules {
    PoolRules {
        zone: Zone::Fixed(UtcOffset::CHINA),
        serve_unknown_region: true,
        serve_unserved_region: true,
        ..PoolRules::default()
    }
}

fn rule(id: &str, when: Condition, then: AssignTarget) -> AssignRule {
    AssignRule { id: RuleId::from(id), when, then, ..AssignRule::default() }
}

fn to(group: &str) -> AssignTarget {
    AssignTarget::Group { id: GroupId::from(group), strategy: None }
}

fn field(name: &str) -> Option<Field> {
    name.parse().ok()
}

/// Every field that is named here is in the table: a test compiles the presets.
fn compare(name: &str, operator: Operator, value: impl Into<serde_json::Value>) -> Condition {
    Condition::compare(name, operator, value).unwrap_or_default()
}

fn text(name: &str, value: &str) -> Condition {
    compare(name, Operator::Eq, value)
}

fn exists(name: &str) -> Condition {
    compare(name, Operator::Exists, true)
}

fn document<const N: usize>(revision: &str, pool: PoolRules, groups: [(&str, Condition); N]) -> AssignRules {
    let group = |(id, when)| (GroupId::from(id), RepGroup { when: Some(when), ..RepGroup::default() });
    AssignRules {
        revision: revision.to_owned(),
        pools: order::map([(PoolId::from("leads"), pool)]),
        groups: order::map(groups.map(group)),
        ..AssignRules::default()
    }
}
