//! A lead's path from first contact to payment: stages and gates.
//!
//! A [`Pipeline`] is a row of stages as data. [`Pipeline::advance`] judges a move: a [`Transition`], or a
//! [`GateRefusal`] that lists every reason. The [`Timeline`] keeps every entry and exit, the [`TenureLog`] every
//! owner; neither forgets anything. Grades, forecasts and codes of a deal are in [`inquiry`](crate::inquiry).
//!
//! ```
//! use leadkit::model::Lead;
//! use leadkit::pipeline::{Actor, MoveRequest, Office, Pipeline, PipelineRules, Role, Timeline};
//! use leadkit::rule::{FactContext, Facts, HostTables};
//!
//! // Three offices approve the gates, in their order.
//! let monday = "2026-03-02T02:00:00Z".parse().unwrap();
//! let offices = [Office::Operations, Office::Hr, Office::Finance];
//! let approve = |rules: PipelineRules, office| rules.approved(office, "zhao", monday);
//! let rules = offices.into_iter().fold(PipelineRules::default(), approve);
//! let pipeline = Pipeline::compile(&rules)?;
//! let tables = HostTables::default();
//! let lead = Lead { id: "L1".into(), ..Lead::default() };
//! let mut timeline = Timeline::new("L1");
//! let li = Actor::new("li", Role::Sales);
//!
//! let facts = Facts::new(&lead, &FactContext::new(&tables, monday));
//! let granted = pipeline.advance(&facts, &timeline, &MoveRequest::new("lead", li.clone()), monday)?;
//! timeline.apply(&granted)?;
//! assert_eq!(timeline.stage(), Some("lead"));
//!
//! // The gate into `mql` has conditions, which this lead does not meet.
//! let refusal = pipeline.advance(&facts, &timeline, &MoveRequest::new("mql", li), monday).unwrap_err();
//! let open: Vec<&str> = refusal.unmet().map(|unmet| unmet.criterion.as_str()).collect();
//! assert_eq!(open, ["mql.fits", "mql.need", "mql.verified", "mql.willing"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod actor;
mod advance;
mod compile;
mod engine;
mod gate;
mod judge;
mod preset;
mod refusal;
mod request;
mod rules;
mod tenure;
mod timeline;
mod transition;

pub use actor::{Actor, Answer, Role, StageMark};
pub use engine::Pipeline;
pub use gate::{Approval, Criterion, Gate, Office, PassOutcome, Proof};
pub use refusal::{GateRefusal, RefusalReason, Unmet, UnmetCriterion};
pub use request::MoveRequest;
pub use rules::{ExitKind, ExitRules, PipelineHalf, PipelineRules, StageObject, StageRules, Strictness};
pub use tenure::{TenureError, TenureLog};
pub use timeline::{StageVisit, Timeline, TimelineError};
pub use transition::{GateOutcome, JudgedGate, Transition, TransitionKind};
