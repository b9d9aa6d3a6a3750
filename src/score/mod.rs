//! Scoring: what a lead does, what it is, and whether it is ready for sales.
//!
//! A [`Scorer`] is compiled from [`ScoreRules`] and is a pure function of those rules, the facts of one lead, what
//! its activities, and a time. It returns a [`Score`]: two axes of 0 to 100 points, engagement (动态积分) and fit
//! (静态积分); the cell of the matrix they fall into, with advice; whether the lead is ready for sales; and the
//! [`ScoreLine`]s that explain it. Points are integers, so the lines of an axis sum exactly to its total.
//!
//! ```
//! use leadkit::model::{Activity, JobFunction, Lead};
//! use leadkit::rule::{FactContext, Facts, HostTables};
//! use leadkit::score::{ScoreRules, Scorer};
//!
//! let scorer = Scorer::compile(&ScoreRules::default())?;
//! let now = "2026-03-10T09:00:00Z".parse().unwrap();
//! let lead = Lead {
//!     id: "L1".into(),
//!     employee_count: Some(300),
//!     industry: vec!["software".into()],
//!     job_function: Some(JobFunction::Manager),
//!     ..Lead::default()
//! };
//! let did = |id: &str, kind: &str| Activity { id: id.into(), kind: kind.into(), time: now, ..Activity::default() };
//! let activities =
//!     [did("1", "form_submit"), did("2", "consult"), did("3", "watch_live"), did("4", "open_mail")];
//!
//! let tables = HostTables::default();
//! let context = FactContext { activities: &activities, ..FactContext::new(&tables, now) };
//! let score = scorer.score(&Facts::new(&lead, &context));
//! assert_eq!((score.engagement().to_string(), score.fit().to_string()), ("60".into(), "75".into()));
//! assert_eq!(score.cell().to_string(), "B2");
//! assert!(score.is_mature());
//! assert_eq!(score.lines().next().unwrap().to_string(), "+20 engagement by rule form_submit: 1 × form_submit, \
//!     last on 2026-03-10T09:00:00Z");
//! # Ok::<(), leadkit::error::RuleErrors>(())
//! ```

mod account;
mod award;
mod check;
mod compile;
mod cost;
mod diff;
mod engagement;
mod events;
mod fit;
mod grade;
mod hours;
mod line;
mod lint;
mod outcome;
mod points;
mod preset;
mod rules;
mod scorer;
mod scratch;
mod section;
mod self_test;
mod session;
mod source;
mod test_check;
mod test_rules;

pub use award::{Award, PerUnit};
pub use cost::{CostReport, RuleCost};
pub use diff::{CellMove, ScoreDiff, diff};
pub use grade::{CellError, EngagementLevel, FitGrade, GradeBounds, LevelBounds, ScoreCell};
pub use hours::{ContactHours, HourSlot, contact_hours};
pub use line::{ScoreAxis, ScoreLine, ScoreReason};
pub use outcome::{Disqualification, Score};
pub use rules::{
    Advice, Burst, Decay, DecayStep, Disqualifier, EngagementRule, EngagementRules, FaultPolicy, FitRule,
    FitRules, Frequency, Maturity, RuleGroup, ScoreRules, WeightedMaturity,
};
pub use scorer::Scorer;
pub use self_test::{SelfTest, TestFailure};
pub use session::ScoringSession;
pub use test_rules::{Expectation, ScoreTest, TestEvent, TestLead};
