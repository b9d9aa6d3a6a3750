//! A pipeline as data.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::gate::{Approval, Gate, Office};
use crate::model::open_enum::closed_enum;
use crate::model::{LeadStatus, RepId};
use crate::rule::Field;

closed_enum! {
    /// The kind of record a stage belongs to.
    StageObject {
        /// A person not known yet, in a pool (线索池).
        LeadPool = "lead_pool",
        /// A lead (线索).
        Lead = "lead",
        /// An account (客户).
        Account = "account",
        /// An opportunity (商机), and what follows from it.
        Opportunity = "opportunity",
    }
}

closed_enum! {
    /// The half of the pipeline a stage belongs to.
    PipelineHalf {
        /// Marketing to lead: up to the opportunity.
        M2l = "m2l",
        /// Lead to order: after it.
        L2o = "l2o",
    }
}

closed_enum! {
    /// What happens to a move when something it requires is missing.
    Strictness {
        /// The move is refused.
        Refuse = "refuse",
        /// It is granted, and what is missing is reported.
        Report = "report",
    }
}

/// One stage of a pipeline, and what it takes to enter it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRules {
    /// Name, unique among stages and exits.
    pub name: String,
    /// The kind of record it belongs to.
    pub object: StageObject,
    /// The half of the pipeline it belongs to.
    pub half: PipelineHalf,
    /// Whether it may be left out freely: leaving it out needs no reason, and its gates are not judged.
    #[serde(default)]
    pub optional: bool,
    /// Fields the lead must have to enter.
    #[serde(default)]
    pub required: Vec<Field>,
    /// The status the lead gets by entering; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<LeadStatus>,
}

closed_enum! {
    /// The meaning of an exit.
    ExitKind {
        /// Lost, to a rival or to nobody. Terminal.
        Lost = "lost",
        /// The trial did not convince. Terminal.
        PocFailed = "poc_failed",
        /// Not a lead. Terminal; as a gate's result: invalid.
        Disqualified = "disqualified",
        /// Back to marketing. Only the judge of the gate ahead gives it.
        Nurture = "nurture",
    }
}

/// A way out of the row of stages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExitRules {
    /// Name, unique among exits and stages.
    pub name: String,
    /// The meaning of the exit.
    pub kind: ExitKind,
    /// The stages it can be taken from; all when empty.
    #[serde(default)]
    pub from: Vec<String>,
    /// The stage it leads to; required for `nurture`, and only allowed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether it needs a reason. A gate's result always does.
    #[serde(default = "yes")]
    pub reason: bool,
    /// The status the lead gets; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<LeadStatus>,
}

const fn yes() -> bool {
    true
}

/// A pipeline as data: stages in order, exits, gates. The default is [`PipelineRules::order_to_payment`].
///
/// ```
/// use leadkit::pipeline::{Pipeline, PipelineRules};
/// use serde_json::json;
///
/// let pipeline = Pipeline::compile(&PipelineRules::default())?;
/// let names: Vec<&str> = pipeline.stages().iter().map(|stage| stage.name.as_str()).collect();
/// assert_eq!(names, ["lead", "mql", "sql", "opportunity", "order", "payment"]);
///
/// let errors = PipelineRules::load(json!({"stagez": []})).unwrap_err();
/// let unknown = errors.iter().find(|found| found.code == "unknown_key").unwrap();
/// assert_eq!(unknown.help.as_deref(), Some("did you mean `stages`?"));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineRules {
    /// Format of the document: 1.
    pub format: u16,
    /// The host's name of this revision; every decision echoes it.
    pub revision: String,
    /// The stages, in the order in which leads pass them.
    pub stages: Vec<StageRules>,
    /// The ways out, to a terminal exit or back to marketing.
    pub exits: Vec<ExitRules>,
    /// The gates, every version of each.
    pub gates: Vec<Gate>,
    /// The offices that must approve a gate, in the order in which they do.
    pub approvals: Vec<Office>,
    /// What happens to a move whose gate has no version in force. With `report` the gate is open.
    pub unapproved: Strictness,
    /// What happens to a move to a stage whose required fields are missing.
    pub missing_fields: Strictness,
    /// Whether stages may be skipped, with a reason and through all their gates.
    pub skips: bool,
}

impl PipelineRules {
    /// Records the approval of every gate by an office. Offices approve in order: operations first.
    ///
    /// ```
    /// use leadkit::pipeline::{Pipeline, PipelineRules};
    ///
    /// let now = "2026-03-02T00:00:00Z".parse().unwrap();
    /// let rules = PipelineRules::default();
    /// let offices = rules.approvals.clone();
    /// let rules = offices.into_iter().fold(rules, |rules, office| rules.approved(office, "zhao", now));
    /// let pipeline = Pipeline::compile(&rules)?;
    /// assert_eq!(pipeline.gates_in_force("mql", now).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn approved(mut self, office: Office, by: impl Into<RepId>, at: DateTime<Utc>) -> PipelineRules {
        let approval = Approval { office, by: by.into(), at };
        for gate in &mut self.gates {
            gate.approvals.push(approval.clone());
        }
        self
    }
}
