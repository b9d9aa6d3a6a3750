//! Scoring rules as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::award::Award;
use super::grade::{GradeBounds, LevelBounds, ScoreCell};
use super::test_rules::ScoreTest;
use crate::calendar::Span;
use crate::document::{read_list, read_list_if_any};
use crate::model::open_enum::closed_enum;
use crate::model::{Points, RuleId};
use crate::rule::{Condition, Field};

/// The rules of a [`Scorer`](super::Scorer). The default is a preset a team can start with.
///
/// ```
/// use leadkit::score::ScoreRules;
/// use serde_json::json;
///
/// let rules = ScoreRules::load(json!({
///     "format": 1,
///     "revision": "2026-03",
///     "fit": {"rules": [
///         {"id": "big", "when": {"field": "employee_count", "ge": 500}, "points": 67.3},
///     ]},
/// }))?;
/// assert_eq!(rules.engagement.rules.len(), 15);
///
/// let errors = ScoreRules::load(json!({"engagement": {"levels": {"level_1": 50}}})).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].path, "engagement.levels.level_2");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScoreRules {
    /// Format of the document; see [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name for this revision; every score carries it.
    pub revision: String,
    /// What leads do: the dynamic score (动态积分).
    pub engagement: EngagementRules,
    /// What leads are: the static score (静态积分).
    pub fit: FitRules,
    /// The advice for each cell of the matrix; a cell that is left out keeps its default advice.
    pub matrix: BTreeMap<ScoreCell, Advice>,
    /// Which leads are ready for sales.
    pub maturity: Maturity,
    /// What a rule that fails at run time means for the score.
    pub on_fault: FaultPolicy,
    /// Tests of the rules, run by [`ScoreRules::self_test`].
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "read_list")]
    pub tests: Vec<ScoreTest>,
}

closed_enum! {
    /// What a rule that fails at run time means for the score. Either way the rule gives no points, and the fault
    /// is listed in [`Score::faults`](super::Score::faults).
    #[derive(Default)]
    FaultPolicy {
        /// The other rules give the score.
        #[default]
        Skip = "skip",
        /// The score counts as failed: the lead is not ready for sales.
        Fail = "fail",
    }
}

/// Rules of the dynamic score.
///
/// The order in which limits apply is fixed: the same event id counts once → dedup key → burst → frequency →
/// window → points with the cap per event → decay → rule cap → group limits → clamp of the axis to 0–100. Events
/// are taken from the earliest to the latest, so a later event never takes away what an earlier one gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngagementRules {
    /// The rules, one or more per kind of activity.
    #[serde(deserialize_with = "read_list")]
    pub rules: Vec<EngagementRule>,
    /// Groups of rules that share limits of points.
    pub groups: Vec<RuleGroup>,
    /// The least score of each level.
    pub levels: LevelBounds,
}

/// Points for a kind of activity.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementRule {
    /// Identifier, unique in the document; lines name it.
    pub id: RuleId,
    /// Kind of the activity, such as `form_submit`.
    pub kind: String,
    /// A condition on the activity and its lead (default: none).
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// Points for each activity; may be negative.
    pub points: Award,
    /// Greatest magnitude of the points of one activity; `None` is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_cap: Option<Points>,
    /// Greatest magnitude of the points of the rule, all activities together; `None` is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Points>,
    /// How often activities count in a span of time; `None` sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Activities with the same value of this field count once, the earliest; those without a value all count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_by: Option<Field>,
    /// Many activities within seconds count as one, as when a mail scanner follows every link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    /// How long an activity counts; `None` sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
    /// How the points of an activity shrink with its age.
    #[serde(default, skip_serializing_if = "Decay::is_none")]
    pub decay: Decay,
    /// The group whose limits apply to it too; `None` is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl EngagementRule {
    /// A rule that gives fixed points to every activity of a kind; the id is the kind.
    ///
    /// ```
    /// use leadkit::model::Points;
    /// use leadkit::score::{EngagementRule, ScoreRules, Scorer};
    ///
    /// let mut rules = ScoreRules::default();
    /// rules.engagement.rules = vec![EngagementRule::new("demo_booked", Points::new(40))];
    /// assert_eq!(rules.engagement.rules[0].id.as_str(), "demo_booked");
    /// assert!(Scorer::compile(&rules).is_ok());
    /// ```
    #[must_use]
    pub fn new(kind: &str, points: Points) -> EngagementRule {
        EngagementRule { id: kind.into(), kind: kind.to_owned(), points: points.into(), ..Default::default() }
    }

    /// A rule for manual adjustments: activities of kind `manual_adjustment` whose attribute `points` says how
    /// many.
    ///
    /// ```
    /// use leadkit::score::EngagementRule;
    ///
    /// assert_eq!(EngagementRule::manual_adjustment().kind, "manual_adjustment");
    /// ```
    #[must_use]
    pub fn manual_adjustment() -> EngagementRule {
        let points = Award::Column("points".to_owned());
        EngagementRule { points, ..EngagementRule::new("manual_adjustment", Points::ZERO) }
    }
}

/// A limit on the number of activities in any span of time; the earliest count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    /// Most activities that count in the span, at least 1.
    pub most: u32,
    /// The span; without one, all time. An activity exactly one span after another is no longer in the same span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// Activities so close together that they count as one, the earliest. Any `at_least` activities `within`
/// the span are a burst; bursts that share activities are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// Fewest activities of a burst, at least 2.
    pub at_least: u32,
    /// Longest time from the first to the last of them.
    pub within: Span,
}

/// How the points of an activity shrink with its age. Activities in the future have age 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decay {
    /// Points do not decay.
    #[default]
    None,
    /// In steps, ordered by age.
    Step(Vec<DecayStep>),
    /// Halved once per half-life: `points · 2^(−age / half-life)`.
    HalfLife(Span),
}

impl Decay {
    fn is_none(&self) -> bool {
        *self == Decay::None
    }
}

/// One step of a decay: a factor from an age on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecayStep {
    /// From this age on …
    pub after: Span,
    /// … this share of the points is left, 0 to 1.
    pub keep: f64,
}

/// A group of rules whose points are limited together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleGroup {
    /// Identifier; unique among the groups of its axis.
    pub id: String,
    /// Minimum of the group's points once any of its rules gives points; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Points>,
    /// Maximum of the group's points; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Points>,
}

/// Rules of the static score.
///
/// A document with rules but without groups has no groups; one without either has those of the preset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "FitDocument")]
pub struct FitRules {
    /// The rules; all that hold give points.
    pub rules: Vec<FitRule>,
    /// Groups of rules that share limits of points.
    pub groups: Vec<RuleGroup>,
    /// The least score of each grade.
    pub grades: GradeBounds,
    /// Conditions that make a lead a D, whatever its points.
    pub disqualifiers: Vec<Disqualifier>,
}

/// Fit rules as a document gives them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FitDocument {
    #[serde(default, deserialize_with = "read_list_if_any")]
    rules: Option<Vec<FitRule>>,
    #[serde(default, deserialize_with = "read_list_if_any")]
    groups: Option<Vec<RuleGroup>>,
    #[serde(default)]
    grades: GradeBounds,
    #[serde(default, deserialize_with = "read_list_if_any")]
    disqualifiers: Option<Vec<Disqualifier>>,
}

impl From<FitDocument> for FitRules {
    fn from(document: FitDocument) -> FitRules {
        let preset = FitRules::default();
        // The groups of the preset are only useful to the rules of the preset.
        let groups = if document.rules.is_some() { Vec::new() } else { preset.groups };
        FitRules {
            rules: document.rules.unwrap_or(preset.rules),
            groups: document.groups.unwrap_or(groups),
            grades: document.grades,
            disqualifiers: document.disqualifiers.unwrap_or(preset.disqualifiers),
        }
    }
}

/// Points for what a lead is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitRule {
    /// Identifier, unique in the document; lines name it.
    pub id: RuleId,
    /// The condition for the points; without one the rule always gives them.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// The points that it gives; may be negative.
    pub points: Award,
    /// The group whose limits apply to it too; `None` is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// A condition that makes a lead a D.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disqualifier {
    /// Identifier, unique in the document; disqualifications name it.
    pub id: RuleId,
    /// The condition that makes the lead a D.
    pub when: Condition,
    /// Why, for people to read (default: the id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The advice for the leads of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Key of a text the host translates.
    pub key: String,
    /// The advice, in English.
    pub text: String,
}

/// Which leads are ready for sales. A lead of grade D never is, however much it interacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Maturity {
    /// Leads in one of these cells (default: A1–A4, B1–B3, C1, C2).
    Cells(BTreeSet<ScoreCell>),
    /// Leads whose weighted sum of both scores reaches the mark.
    Weighted(WeightedMaturity),
}

/// A weighted sum of both scores, and the mark it must reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeightedMaturity {
    /// Weight of the dynamic score, 0 to 1 (default ½).
    pub engagement: f64,
    /// Weight of the static score, 0 to 1 (default ½).
    pub fit: f64,
    /// The least weighted sum that counts as mature (default 60).
    pub mark: Points,
}
