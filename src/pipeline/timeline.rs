//! The stages a lead has been in: every entry and every exit.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::actor::StageMark;
use super::transition::{Transition, TransitionKind};
use crate::model::LeadId;
use crate::text::moment;

/// One stay in a stage, or at an end such as `lost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StageVisit {
    /// The stage, or the exit, by name.
    pub stage: String,
    /// How the lead came to the stage.
    pub kind: TransitionKind,
    /// Whether the lead had been there before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub re_entry: bool,
    /// Stages that were skipped on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// When it entered, by whom and why.
    pub entered: StageMark,
    /// When it left, by whom and why; `None` while it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<StageMark>,
}

impl fmt::Display for StageVisit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = if self.re_entry { ", again" } else { "" };
        write!(f, "`{}` ({}{again}) from {}", self.stage, self.kind, self.entered)?;
        if !self.skipped.is_empty() {
            write!(f, ", skipping `{}`", self.skipped.join("`, `"))?;
        }
        match &self.left {
            Some(left) => write!(f, " until {left}"),
            None => Ok(()),
        }
    }
}

/// Why a timeline refuses an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimelineError {
    /// The transition belongs to another lead.
    #[error("the transition belongs to lead {found}, the timeline to lead {expected}")]
    OtherLead {
        /// The lead that the timeline belongs to.
        expected: LeadId,
        /// The lead of the transition.
        found: LeadId,
    },
    /// The transition was decided on an older state of the timeline.
    #[error("the transition was decided after {decided_on} visits, the timeline has {found}")]
    Stale {
        /// Number of visits when the transition was decided.
        decided_on: usize,
        /// Number of visits now.
        found: usize,
    },
    /// The entry is earlier than the last one on the timeline.
    #[error("an entry at {at} is earlier than the last one, at {last}", at = moment(*at), last = moment(*last))]
    GoesBack {
        /// The time of the entry, in UTC.
        at: DateTime<Utc>,
        /// The time of the last entry, in UTC.
        last: DateTime<Utc>,
    },
    /// A visit other than the last is still open, does not end where the next begins, or is wrongly marked as a
    /// re-entry.
    #[error("visit {index} of the timeline, in `{stage}`, does not follow from the others")]
    Broken {
        /// The visit's position in the timeline, from 0.
        index: usize,
        /// The stage of that visit.
        stage: String,
    },
}

/// Every stage one lead has been in, in order (阶段时间线). The state [`super::Pipeline::advance`] decides on.
///
/// Laws: entries are only ever added, so nothing is dropped; the last visit is the open one; times do not go
/// back; the first entry into a stage, which conversion rates count, never changes. Deserialising one
/// checks them.
///
/// ```
/// use leadkit::pipeline::{Actor, StageMark, Role, Timeline};
///
/// let mut timeline = Timeline::new("L1");
/// let day = |text: &str| text.parse().unwrap();
/// timeline.enter("lead", StageMark::new(day("2026-03-01T09:00:00Z"), Actor::system("form")))?;
/// timeline.enter("mql", StageMark::new(day("2026-03-02T09:00:00Z"), Actor::new("S1", Role::Sdr)))?;
/// assert_eq!(timeline.stage(), Some("mql"));
/// assert_eq!(timeline.first_entry("lead"), Some(day("2026-03-01T09:00:00Z")));
/// # Ok::<(), leadkit::pipeline::TimelineError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Record", into = "Record")]
pub struct Timeline {
    lead: LeadId,
    visits: Vec<StageVisit>,
}

/// A timeline in its serialised form.
#[derive(Serialize, Deserialize)]
struct Record {
    lead: LeadId,
    #[serde(default)]
    visits: Vec<StageVisit>,
}

impl From<Timeline> for Record {
    fn from(timeline: Timeline) -> Record {
        Record { lead: timeline.lead, visits: timeline.visits }
    }
}

impl TryFrom<Record> for Timeline {
    type Error = TimelineError;

    fn try_from(record: Record) -> Result<Timeline, TimelineError> {
        for (index, visit) in record.visits.iter().enumerate() {
            let next = record.visits.get(index + 1);
            let whole = match (&visit.left, next) {
                (None, None) => true,
                (Some(left), Some(next)) => visit.entered.at <= left.at && left.at == next.entered.at,
                _ => false,
            };
            let earlier = record.visits.iter().take(index).any(|earlier| earlier.stage == visit.stage);
            if !whole || earlier != visit.re_entry {
                return Err(TimelineError::Broken { index, stage: visit.stage.clone() });
            }
        }
        Ok(Timeline { lead: record.lead, visits: record.visits })
    }
}

impl Timeline {
    /// The timeline of a lead that has not entered any stage yet.
    ///
    /// ```
    /// use leadkit::pipeline::Timeline;
    ///
    /// let timeline = Timeline::new("L1");
    /// assert_eq!((timeline.lead().as_str(), timeline.stage()), ("L1", None));
    /// ```
    #[must_use]
    pub fn new(lead: impl Into<LeadId>) -> Timeline {
        Timeline { lead: lead.into(), visits: Vec::new() }
    }

    /// The lead whose stages it lists.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// Every visit, in the order of entry.
    #[must_use]
    pub fn visits(&self) -> &[StageVisit] {
        &self.visits
    }

    /// The open visit; `None` before the first stage.
    #[must_use]
    pub fn current(&self) -> Option<&StageVisit> {
        self.visits.last()
    }

    /// The stage the lead is in, or the exit by which it ended.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        self.current().map(|visit| visit.stage.as_str())
    }

    /// When the lead first entered the stage: the entry that conversion rates count. O(visits).
    ///
    /// ```
    /// # use leadkit::pipeline::{Actor, Role, StageMark, Timeline};
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mark = |text: &str| StageMark::new(text.parse().unwrap(), Actor::new("li", Role::Sales));
    /// # let mut timeline = Timeline::new("L1");
    /// # timeline.enter("lead", mark("2026-03-02T00:00:00Z"))?;
    /// # timeline.enter("mql", mark("2026-03-04T00:00:00Z"))?;
    /// # timeline.enter("lead", mark("2026-03-05T00:00:00Z"))?;
    /// // In `lead` from 2 March, in `mql` from 4 March, and in `lead` again from 5 March.
    /// assert_eq!(timeline.first_entry("lead"), Some(at("2026-03-02T00:00:00Z")));
    /// assert_eq!(timeline.first_entry("sql"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_entry(&self, stage: &str) -> Option<DateTime<Utc>> {
        self.entries(stage).next().map(|visit| visit.entered.at)
    }

    /// The visits of one stage, in the order of entry.
    ///
    /// ```
    /// # use leadkit::pipeline::{Actor, Role, StageMark, Timeline};
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mark = |text: &str| StageMark::new(text.parse().unwrap(), Actor::new("li", Role::Sales));
    /// # let mut timeline = Timeline::new("L1");
    /// # timeline.enter("lead", mark("2026-03-02T00:00:00Z"))?;
    /// # timeline.enter("mql", mark("2026-03-04T00:00:00Z"))?;
    /// # timeline.enter("lead", mark("2026-03-05T00:00:00Z"))?;
    /// // In `lead` from 2 March, in `mql` from 4 March, and in `lead` again from 5 March.
    /// let returns: Vec<bool> = timeline.entries("lead").map(|visit| visit.re_entry).collect();
    /// assert_eq!(returns, [false, true]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entries<'t>(&'t self, stage: &'t str) -> impl Iterator<Item = &'t StageVisit> {
        self.visits.iter().filter(move |visit| visit.stage == stage)
    }

    /// The first visit of each stage the lead has been in, in the order of entry. O(visits²).
    pub fn first_entries(&self) -> impl Iterator<Item = &StageVisit> {
        self.visits.iter().enumerate().filter_map(|(index, visit)| {
            let earlier = self.visits.iter().take(index).any(|other| other.stage == visit.stage);
            (!earlier).then_some(visit)
        })
    }

    /// How long the lead has been in the stage, all visits together; an open visit counts until `now`.
    ///
    /// ```
    /// # use leadkit::pipeline::{Actor, Role, StageMark, Timeline};
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mark = |text: &str| StageMark::new(text.parse().unwrap(), Actor::new("li", Role::Sales));
    /// # let mut timeline = Timeline::new("L1");
    /// # timeline.enter("lead", mark("2026-03-02T00:00:00Z"))?;
    /// # timeline.enter("mql", mark("2026-03-04T00:00:00Z"))?;
    /// # timeline.enter("lead", mark("2026-03-05T00:00:00Z"))?;
    /// // In `lead` from 2 March, in `mql` from 4 March, and in `lead` again from 5 March.
    /// let now = at("2026-03-08T00:00:00Z");
    /// assert_eq!(timeline.time_in("lead", now).num_days(), 2 + 3);
    /// assert_eq!(timeline.time_in("mql", now).num_days(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn time_in(&self, stage: &str, now: DateTime<Utc>) -> TimeDelta {
        self.entries(stage)
            .map(|visit| visit.left.as_ref().map_or(now, |left| left.at) - visit.entered.at)
            .fold(TimeDelta::zero(), |sum, stay| {
                sum.checked_add(&stay.max(TimeDelta::zero())).unwrap_or(TimeDelta::MAX)
            })
    }

    /// Enters a stage without the checks of a pipeline: for imported histories.
    ///
    /// ```
    /// # use leadkit::pipeline::{Actor, Role, StageMark, Timeline};
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mark = |text: &str| StageMark::new(text.parse().unwrap(), Actor::new("li", Role::Sales));
    /// # let mut timeline = Timeline::new("L1");
    /// # timeline.enter("lead", mark("2026-03-02T00:00:00Z"))?;
    /// # timeline.enter("mql", mark("2026-03-04T00:00:00Z"))?;
    /// # timeline.enter("lead", mark("2026-03-05T00:00:00Z"))?;
    /// let early = timeline.enter("sql", mark("2026-03-01T00:00:00Z")).unwrap_err();
    /// assert_eq!(
    ///     early.to_string(),
    ///     "an entry at 2026-03-01T00:00:00Z is earlier than the last one, at 2026-03-05T00:00:00Z",
    /// );
    /// timeline.enter("sql", mark("2026-03-09T00:00:00Z"))?;
    /// assert_eq!(timeline.stage(), Some("sql"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the entry is earlier than the last one.
    pub fn enter(&mut self, stage: impl Into<String>, mark: StageMark) -> Result<(), TimelineError> {
        let kind = if self.visits.is_empty() { TransitionKind::Start } else { TransitionKind::Recorded };
        self.push(stage.into(), kind, Vec::new(), mark)
    }

    /// Applies the transition that [`super::Pipeline::advance`] decided.
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
    /// let mut timeline = Timeline::new("L1");
    /// let request = MoveRequest::new("lead", Actor::new("li", Role::Sales));
    /// let transition = pipeline.advance(&facts, &timeline, &request, now)?;
    /// timeline.apply(&transition)?;
    /// assert_eq!(timeline.stage(), Some("lead"));
    /// // The timeline has moved since the transition was decided.
    /// assert_eq!(
    ///     timeline.apply(&transition).unwrap_err().to_string(),
    ///     "the transition was decided after 0 visits, the timeline has 1",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the transition belongs to another lead, was decided on another state of the timeline, or goes back in time.
    /// The timeline is then as it was.
    pub fn apply(&mut self, transition: &Transition) -> Result<(), TimelineError> {
        if transition.lead != self.lead {
            let (expected, found) = (self.lead.clone(), transition.lead.clone());
            return Err(TimelineError::OtherLead { expected, found });
        }
        if transition.after_visits != self.visits.len() {
            let (decided_on, found) = (transition.after_visits, self.visits.len());
            return Err(TimelineError::Stale { decided_on, found });
        }
        let (by, reason) = (transition.by.clone(), transition.reason.clone());
        let mark = StageMark { at: transition.at, by, reason };
        self.push(transition.to.clone(), transition.kind, transition.skipped.clone(), mark)
    }

    fn push(
        &mut self,
        stage: String,
        kind: TransitionKind,
        skipped: Vec<String>,
        mark: StageMark,
    ) -> Result<(), TimelineError> {
        if let Some(last) = self.visits.last_mut() {
            if mark.at < last.entered.at {
                return Err(TimelineError::GoesBack { at: mark.at, last: last.entered.at });
            }
            last.left = Some(mark.clone());
        }
        let re_entry = self.first_entry(&stage).is_some();
        self.visits.push(StageVisit { stage, kind, re_entry, skipped, entered: mark, left: None });
        Ok(())
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {}", self.lead)?;
        for visit in &self.visits {
            write!(f, "\n  {visit}")?;
        }
        Ok(())
    }
}
