//! A move from stage to stage that was refused.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Role};
use super::gate::Office;
use crate::model::{LeadId, RuleId};
use crate::rule::{Condition, Fault, Field, RulesVersion};
use crate::text::{codes, list, moment};

/// Why a criterion of a gate is not met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unmet {
    /// Its condition does not hold for the lead.
    Condition {
        /// The parts of the condition that do not hold.
        conditions: Vec<Condition>,
    },
    /// Its condition could not be evaluated.
    Fault(Fault),
    /// Nobody has answered the criterion.
    NotAnswered,
    /// The answer is no.
    No {
        /// The person who answered.
        by: Actor,
        /// The note with the answer; `None` without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// The answer is that it is not known.
    Unknown {
        /// The person who answered.
        by: Actor,
        /// The note with the answer; `None` without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Somebody answered in a role that does not judge.
    WrongJudge {
        /// The person who answered, with the role.
        by: Actor,
        /// The role that judges the gate.
        judge: Role,
    },
    /// The person who answered also produced the work that is judged.
    JudgeIsProducer {
        /// The person who did both.
        by: Actor,
    },
    /// The answer is dated after the move.
    NotYet {
        /// When the person answered: later than the move.
        at: DateTime<Utc>,
    },
    /// The answer was given for an earlier entry into the stage.
    Stale {
        /// When the answer was given.
        at: DateTime<Utc>,
        /// When the lead last entered the stage.
        entered: DateTime<Utc>,
    },
}

codes! {
    Unmet {
        Unmet::Condition { .. } => "condition_false",
        Unmet::Fault(_) => "fault",
        Unmet::NotAnswered => "not_answered",
        Unmet::No { .. } => "answered_no",
        Unmet::Unknown { .. } => "answered_unknown",
        Unmet::WrongJudge { .. } => "wrong_judge",
        Unmet::JudgeIsProducer { .. } => "judge_is_producer",
        Unmet::NotYet { .. } => "answer_in_future",
        Unmet::Stale { .. } => "answer_stale",
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noted = |f: &mut fmt::Formatter<'_>, word: &str, by: &Actor, note: &Option<String>| match note {
            Some(note) => write!(f, "{by} answered {word} ({note})"),
            None => write!(f, "{by} answered {word}"),
        };
        match self {
            Unmet::Condition { conditions } => {
                write!(f, "not satisfied: {}", list(conditions, " and that "))
            }
            Unmet::Fault(fault) => write!(f, "its condition failed: {fault}"),
            Unmet::NotAnswered => f.write_str("nobody has answered it"),
            Unmet::No { by, note } => noted(f, "no", by, note),
            Unmet::Unknown { by, note } => noted(f, "that it is not known", by, note),
            Unmet::WrongJudge { by, judge } => write!(f, "{by} answered, but `{judge}` judges"),
            Unmet::JudgeIsProducer { by } => {
                write!(f, "{by} answered, but also produced what is judged: the next team must judge it")
            }
            Unmet::NotYet { at } => write!(f, "it is not answered until {}", moment(*at)),
            Unmet::Stale { at, entered } => write!(
                f,
                "it was answered at {}, for the entry into the stage at {} or an earlier one: answer it again",
                moment(*at),
                moment(*entered)
            ),
        }
    }
}

/// A criterion that is not met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnmetCriterion {
    /// The gate that has the criterion.
    pub gate: RuleId,
    /// The version of the gate that is in force.
    pub version: u32,
    /// The criterion, by its id.
    pub criterion: RuleId,
    /// The requirement, in words for the judge.
    pub statement: String,
    /// Why the criterion is not met.
    pub why: Unmet,
}

impl UnmetCriterion {
    pub(super) fn new(gate: &RuleId, version: u32, criterion: &super::Criterion, why: Unmet) -> Self {
        let (criterion, statement) = (criterion.id.clone(), criterion.statement.clone());
        UnmetCriterion { gate: gate.clone(), version, criterion, statement, why }
    }
}

impl fmt::Display for UnmetCriterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of gate `{}` ({}): {}", self.criterion, self.gate, self.statement, self.why)
    }
}

/// One reason why a move is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefusalReason {
    /// A criterion of a gate is not met.
    Unmet(UnmetCriterion),
    /// No version of the gate is in force.
    GateNotInForce {
        /// The gate of the stage.
        gate: RuleId,
        /// The latest version of the gate, not in force yet.
        version: u32,
        /// The offices whose approval is missing, in their order.
        missing: Vec<Office>,
        /// From when it is in force, once all have approved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<DateTime<Utc>>,
    },
    /// The lead lacks fields that the stage requires.
    MissingFields {
        /// The required fields, in the order of the stage.
        fields: Vec<Field>,
    },
    /// Somebody other than the gate's judge sent the lead back.
    NotTheJudge {
        /// The gate whose judge alone may send the lead back.
        gate: RuleId,
        /// The role that judges the gate.
        judge: Role,
        /// The person who acted, with the role.
        by: Actor,
    },
    /// The person who judges also produced the work that is judged.
    JudgeIsProducer {
        /// The gate that was judged.
        gate: RuleId,
        /// The person who did both.
        by: Actor,
    },
    /// Such a move needs a reason.
    ReasonMissing {
        /// The kind of the move: `skip`, `regression`, …
        kind: super::TransitionKind,
    },
    /// The pipeline has no stage or exit of that name.
    UnknownStage {
        /// A suggested fix, such as the name that was probably meant.
        help: String,
    },
    /// The timeline is in a stage that the pipeline does not have.
    ForeignStage {
        /// The stage that the timeline names.
        stage: String,
    },
    /// No gate has that criterion.
    UnknownCriterion {
        /// The criterion that the answer names.
        criterion: RuleId,
        /// A suggested fix, such as the name that was probably meant.
        help: String,
    },
    /// The lead is already in that stage.
    AlreadyThere,
    /// The lead has ended, and the request does not reopen it.
    Ended,
    /// The exit cannot be taken from where the lead is.
    NoWay,
    /// The rules do not allow stages to be skipped.
    SkipForbidden {
        /// The stages that would be skipped.
        over: Vec<String>,
    },
    /// The lead's stage and its timeline do not agree.
    StageMismatch {
        /// The stage in the lead's record.
        lead: String,
        /// The stage at the end of the timeline.
        timeline: String,
    },
    /// The timeline belongs to another lead.
    OtherLead {
        /// The lead that the timeline belongs to.
        timeline: LeadId,
    },
    /// The timeline has an entry later than the move.
    GoesBack {
        /// The time of the last entry.
        last: DateTime<Utc>,
    },
}

impl RefusalReason {
    /// Every code but those of [`Unmet::CODES`].
    pub const CODES: &'static [&'static str] = &[
        "gate_not_in_force",
        "missing_fields",
        "not_the_judge",
        "judge_is_producer",
        "reason_missing",
        "unknown_stage",
        "foreign_stage",
        "unknown_criterion",
        "already_there",
        "ended",
        "no_way",
        "skip_forbidden",
        "stage_mismatch",
        "other_lead",
        "goes_back",
    ];

    /// A stable code for translation; that of an unmet criterion says why it is not met.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RefusalReason::Unmet(unmet) => unmet.why.code(),
            RefusalReason::GateNotInForce { .. } => "gate_not_in_force",
            RefusalReason::MissingFields { .. } => "missing_fields",
            RefusalReason::NotTheJudge { .. } => "not_the_judge",
            RefusalReason::JudgeIsProducer { .. } => "judge_is_producer",
            RefusalReason::ReasonMissing { .. } => "reason_missing",
            RefusalReason::UnknownStage { .. } => "unknown_stage",
            RefusalReason::ForeignStage { .. } => "foreign_stage",
            RefusalReason::UnknownCriterion { .. } => "unknown_criterion",
            RefusalReason::AlreadyThere => "already_there",
            RefusalReason::Ended => "ended",
            RefusalReason::NoWay => "no_way",
            RefusalReason::SkipForbidden { .. } => "skip_forbidden",
            RefusalReason::StageMismatch { .. } => "stage_mismatch",
            RefusalReason::OtherLead { .. } => "other_lead",
            RefusalReason::GoesBack { .. } => "goes_back",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RefusalReason::Unmet(unmet) => write!(f, "{unmet}"),
            RefusalReason::GateNotInForce { gate, version, missing, from } => {
                write!(f, "gate `{gate}` version {version} is not in force")?;
                if !missing.is_empty() {
                    let offices: Vec<String> = missing.iter().map(|office| format!("`{office}`")).collect();
                    write!(f, ": {} must approve it", offices.join(", then "))?;
                }
                match from {
                    Some(from) => write!(f, " before {}", moment(*from)),
                    None => Ok(()),
                }
            }
            RefusalReason::MissingFields { fields } => {
                let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
                write!(f, "required and missing: {}", names.join(", "))
            }
            RefusalReason::NotTheJudge { gate, judge, by } => {
                write!(f, "`{judge}` judges at gate `{gate}`, not {by}")
            }
            RefusalReason::JudgeIsProducer { gate, by } => {
                write!(f, "{by} cannot judge at gate `{gate}` what {} produced", by.id)
            }
            RefusalReason::ReasonMissing { kind } => write!(f, "a move of kind `{kind}` needs a reason"),
            RefusalReason::UnknownStage { help } => write!(f, "there is no such stage: {help}"),
            RefusalReason::ForeignStage { stage } => {
                write!(f, "the timeline is in `{stage}`, which the pipeline does not have")
            }
            RefusalReason::UnknownCriterion { criterion, help } => {
                write!(f, "an answer names the criterion `{criterion}`, which is in no gate: {help}")
            }
            RefusalReason::AlreadyThere => f.write_str("the lead is already in that stage"),
            RefusalReason::Ended => {
                f.write_str("the lead has ended: set `reopen` in the request to reopen it")
            }
            RefusalReason::NoWay => f.write_str("it cannot be reached from that stage"),
            RefusalReason::SkipForbidden { over } => {
                write!(f, "`{}` cannot be skipped", over.join("`, `"))
            }
            RefusalReason::StageMismatch { lead, timeline } => {
                write!(f, "the lead is in `{lead}`, but its timeline is in `{timeline}`")
            }
            RefusalReason::OtherLead { timeline } => write!(f, "the timeline belongs to lead {timeline}"),
            RefusalReason::GoesBack { last } => {
                write!(f, "the last entry on the timeline is later, at {}", moment(*last))
            }
        }
    }
}

/// A refused move, with every reason.
///
/// `Display` is one line; [`GateRefusal::reasons`] lists the reasons one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRefusal {
    pub(super) lead: LeadId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    pub(super) to: String,
    pub(super) reasons: Vec<RefusalReason>,
    pub(super) version: Box<RulesVersion>,
}

impl GateRefusal {
    /// The lead that stays where it is.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// The stage it is in; `None` when it has not started.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The stage or exit that was requested.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Every reason, at least one: first about the state, then about the move, then the gates in the order of
    /// their stages.
    #[must_use]
    pub fn reasons(&self) -> &[RefusalReason] {
        &self.reasons
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The criteria that are not met, in the order of the gates.
    pub fn unmet(&self) -> impl Iterator<Item = &UnmetCriterion> {
        self.reasons.iter().filter_map(|reason| match reason {
            RefusalReason::Unmet(unmet) => Some(unmet),
            _ => None,
        })
    }

    /// The required fields that are missing.
    #[must_use]
    pub fn missing_fields(&self) -> &[Field] {
        let fields = self.reasons.iter().find_map(|reason| match reason {
            RefusalReason::MissingFields { fields } => Some(fields.as_slice()),
            _ => None,
        });
        fields.unwrap_or_default()
    }

    /// Whether one of the reasons has the code.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::pipeline::{Actor, MoveRequest, Pipeline, PipelineRules, Role, Timeline};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let pipeline = Pipeline::compile(&PipelineRules::default())?;
    /// let (lead, tables) = (Lead { id: "L1".into(), ..Lead::default() }, HostTables::default());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// let request = MoveRequest::new("nowhere", Actor::new("li", Role::Sales));
    /// let refusal = pipeline.advance(&facts, &Timeline::new("L1"), &request, now).unwrap_err();
    /// assert!(refusal.has("unknown_stage"), "{refusal}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.reasons.iter().any(|reason| reason.code() == code)
    }
}

impl fmt::Display for GateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {} cannot ", self.lead)?;
        match &self.from {
            Some(from) => write!(f, "move from `{from}` to `{}`", self.to)?,
            None => write!(f, "start in `{}`", self.to)?,
        }
        for (index, reason) in self.reasons.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for GateRefusal {}
