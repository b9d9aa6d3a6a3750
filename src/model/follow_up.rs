//! What an owner did for a lead.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Amount, Clock};
use crate::document::Fingerprint;
use crate::text::{Scrubbed, moment};

use super::open_enum::closed_enum;
use super::{Attributes, FollowUpId, InquiryGrade, LeadId, RepId, RuleId, Value};

/// One follow-up of a lead by its owner (跟进记录).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Identifier, unique among the host's follow-ups.
    pub id: FollowUpId,
    /// Whose deadlines the follow-up meets.
    pub lead: LeadId,
    /// The rep who followed up: the owner, or the rep who stood in.
    pub owner: RepId,
    /// When it happened, not later than it is recorded: for a time in the future a host takes the moment of recording,
    /// because a plan meets no deadline.
    pub time: DateTime<Utc>,
    /// How the rep followed up.
    pub kind: FollowUpKind,
    /// Key fields of the lead that the rep changed, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_fields_changed: Vec<String>,
    /// When the call began, in UTC; `None` when it was not a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_start: Option<DateTime<Utc>>,
    /// How long the call took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_duration: Option<u32>,
    /// When the owner plans to follow up next; `None` without a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_date: Option<NaiveDate>,
    /// The facts that the rep learnt, by topic.
    #[serde(default)]
    pub facets: FollowUpFacets,
    /// What it changes on other records.
    #[serde(default)]
    pub changes: FollowUpChanges,
}

closed_enum! {
    /// How a rep followed up a lead.
    FollowUpKind {
        /// A phone call.
        Call = "call",
        /// A written record that the rep filed.
        Record = "record",
        /// An edit of a key field.
        KeyFieldEdit = "key_field_edit",
    }
}

/// What the rep learnt in a follow-up, in seven texts.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowUpFacets {
    /// The customer's business, in words.
    pub business: Option<String>,
    /// The trigger of the need, in words.
    pub trigger: Option<String>,
    /// Buying cycle, in words: how and when the customer buys.
    pub cycle: Option<String>,
    /// Risks to the deal, in words.
    pub risk: Option<String>,
    /// Competitors in the deal, in words.
    pub competitor: Option<String>,
    /// Progress of the deal, in words.
    pub progress: Option<String>,
    /// Commercial terms, in words: price, payment.
    pub commercial: Option<String>,
}

impl fmt::Debug for FollowUpFacets {
    /// `Debug` masks what looks like a phone number or an e-mail address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FollowUpFacets { business, trigger, cycle, risk, competitor, progress, commercial } = self;
        f.debug_struct("FollowUpFacets")
            .field("business", &Scrubbed(business))
            .field("trigger", &Scrubbed(trigger))
            .field("cycle", &Scrubbed(cycle))
            .field("risk", &Scrubbed(risk))
            .field("competitor", &Scrubbed(competitor))
            .field("progress", &Scrubbed(progress))
            .field("commercial", &Scrubbed(commercial))
            .finish()
    }
}

impl FollowUpFacets {
    /// How many of the seven are filled.
    #[must_use]
    pub fn filled(&self) -> u32 {
        let facets = [
            &self.business,
            &self.trigger,
            &self.cycle,
            &self.risk,
            &self.competitor,
            &self.progress,
            &self.commercial,
        ];
        let filled = |facet: &&&Option<String>| facet.as_ref().is_some_and(|text| !text.trim().is_empty());
        facets.iter().filter(filled).count() as u32
    }

    /// Filled facets in the seven, 0 to 1.
    #[must_use]
    pub fn completeness(&self) -> f64 {
        f64::from(self.filled()) / 7.0
    }
}

/// What a follow-up changes on other records. The host gets them as effects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowUpChanges {
    /// New grade of the account or inquiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_grade: Option<InquiryGrade>,
    /// The stage that the opportunity moves to; `None` keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity_stage: Option<String>,
    /// A product that the customer has become interested in; `None` for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_of_interest: Option<String>,
}

impl FollowUp {
    /// A follow-up of a lead by its owner at a moment, with all other fields blank.
    ///
    /// ```
    /// use leadkit::model::{FollowUp, FollowUpKind};
    ///
    /// let at = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let call = FollowUp::new("F1", "L1", "li", at, FollowUpKind::Call);
    /// assert_eq!((call.owner.as_str(), call.next_date), ("li", None));
    /// ```
    #[must_use]
    pub fn new(
        id: impl Into<FollowUpId>,
        lead: impl Into<LeadId>,
        owner: impl Into<RepId>,
        time: DateTime<Utc>,
        kind: FollowUpKind,
    ) -> FollowUp {
        FollowUp {
            id: id.into(),
            lead: lead.into(),
            owner: owner.into(),
            time,
            kind,
            key_fields_changed: Vec::new(),
            call_start: None,
            call_duration: None,
            next_date: None,
            facets: FollowUpFacets::default(),
            changes: FollowUpChanges::default(),
        }
    }

    /// The changes that this follow-up brings, as effects on its lead.
    #[must_use]
    pub fn effects(&self) -> Vec<super::Effect> {
        let changes = [
            ("account_grade", self.changes.account_grade.map(|grade| grade.as_str().to_owned())),
            ("opportunity_stage", self.changes.opportunity_stage.clone()),
            ("products", self.changes.product_of_interest.clone()),
        ];
        changes
            .into_iter()
            .filter_map(|(field, value)| {
                Some(super::Effect::UpdateField {
                    record: super::RecordRef::Lead(self.lead.clone()),
                    field: field.to_owned(),
                    value: Value::Text(value?),
                    replaces: Value::Null,
                })
            })
            .collect()
    }
}

/// A time in which the clock of a lead is paused (暂停): the customer asked to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// When the pause begins, in UTC.
    pub from: DateTime<Utc>,
    /// When it ends, not included; `None` while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The reason, in the words of the person who gave it.
    pub reason: String,
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "paused from {}", moment(self.from))?;
        match self.until {
            Some(until) => write!(f, " to {}", moment(until))?,
            None => f.write_str(" on")?,
        }
        write!(f, ": {}", self.reason)
    }
}

closed_enum! {
    /// Which duty to a lead an owner is late with.
    Lateness {
        /// Did not speak to the lead in time.
        Follower = "late_follower",
        /// Did not bring the lead to a result in time.
        Converter = "late_converter",
    }
}

/// A missed deadline (违规记录), with its evidence. There is one for each step of each owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Violation {
    /// The lead that was not attended to in time.
    pub lead: LeadId,
    /// The rep who had to act; `None` when nobody held the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The policy that set the deadline.
    pub policy: RuleId,
    /// The node of the policy: the step that was due.
    pub node: String,
    /// Which duty the owner was late with.
    pub late: Lateness,
    /// When the clock started; after the deadline where that is so long *before* a moment.
    pub started_at: DateTime<FixedOffset>,
    /// The allowance: how much time there was.
    pub within: Amount,
    /// The clock that the allowance was counted on.
    pub clock: Clock,
    /// Version of the calendar that was counted by.
    pub calendar_version: String,
    /// Fingerprint of the calendar that was counted by: it changes with any of the calendar's content.
    #[serde(default)]
    pub calendar_fingerprint: Fingerprint,
    /// When the clock was paused, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// When the step was due, in local time.
    pub deadline: DateTime<FixedOffset>,
    /// When the violation is on record: on a working day.
    pub found_at: DateTime<FixedOffset>,
    /// When it was done; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<DateTime<FixedOffset>>,
    /// When the owner lost the lead or the step began anew, without having been done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<FixedOffset>>,
    /// The lead's key fields when it was due; no contact values. Fields without a history are as they were when it was found.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub snapshot: Attributes,
    /// The owner's reason, which may be given later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Violation {
    /// Identifies it: the lead, the step, how its owner is late, the owner and the moment its clock started; whatever policy
    /// requires the step, it is missed once. A host keeps one row for each, and writes `done_at` and the reason into it when
    /// they are known.
    #[must_use]
    pub fn key(&self) -> String {
        let owner = self.owner.as_ref().map_or("-", RepId::as_str);
        let start = moment(self.started_at.with_timezone(&Utc));
        format!("{}|{}|{}|{owner}|{start}", self.lead, self.node, self.late)
    }

    /// For how long it was late, day and night: until it was done or the owner lost the lead, else until `now`.
    ///
    /// ```
    /// # use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
    /// # let created_at = "2026-03-02T10:00:00+08:00".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), owner: Some("li".into()), created_at, ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-04T10:00:00+08:00".parse().unwrap();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// // The first contact of lead L1 was due at 10 o'clock yesterday.
    /// let violation = policies.evaluate(&facts).violations.remove(0);
    /// assert_eq!(violation.overdue(now).num_hours(), 24);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> TimeDelta {
        let end = self.done_at.or(self.closed_at).map_or(now, |end| end.with_timezone(&Utc));
        (end - self.deadline.with_timezone(&Utc)).max(TimeDelta::zero())
    }

    /// Adds the owner's reason.
    ///
    /// ```
    /// # use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
    /// # let created_at = "2026-03-02T10:00:00+08:00".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), owner: Some("li".into()), created_at, ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-04T10:00:00+08:00".parse().unwrap();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// let violation = policies.evaluate(&facts).violations.remove(0);
    /// let violation = violation.with_reason("the number was wrong");
    /// assert_eq!(violation.reason.as_deref(), Some("the number was wrong"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Violation {
        self.reason = Some(reason.into());
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |at: DateTime<FixedOffset>| at.to_rfc3339_opts(SecondsFormat::AutoSi, false);
        let owner = self.owner.as_ref().map_or("nobody", RepId::as_str);
        write!(
            f,
            "{}: {owner} on lead {}, `{}` of `{}` due {}: {} on the clock `{}` {} {}",
            self.late,
            self.lead,
            self.node,
            self.policy,
            text(self.deadline),
            self.within,
            self.clock,
            if self.started_at > self.deadline { "before" } else { "after" },
            text(self.started_at)
        )?;
        if !self.calendar_version.is_empty() {
            write!(f, ", by the calendar `{}`", self.calendar_version)?;
        }
        for pause in &self.pauses {
            write!(f, ", {pause}")?;
        }
        match (self.done_at, self.closed_at) {
            (Some(done), _) => write!(f, "; done {}, {} late", text(done), length(done - self.deadline))?,
            (None, Some(closed)) => write!(f, "; not done when it ended {}", text(closed))?,
            (None, None) => f.write_str("; still open")?,
        }
        match &self.reason {
            Some(reason) => write!(f, "; reason: {reason}"),
            None => Ok(()),
        }
    }
}

/// A length of time in days, hours, minutes and seconds: `2d 1h 30m`.
fn length(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let parts =
        [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let shown: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if shown.is_empty() { "0s".to_owned() } else { shown.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completeness_counts_filled_facets() {
        let facets = FollowUpFacets {
            business: Some("injection moulding".into()),
            risk: Some("  ".into()),
            commercial: Some("annual".into()),
            ..FollowUpFacets::default()
        };
        assert_eq!(facets.filled(), 2);
        assert!((facets.completeness() - 2.0 / 7.0).abs() < 1e-12);
    }
}
