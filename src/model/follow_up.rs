//! What an owner did about a lead.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::text::Scrubbed;

use super::open_enum::closed_enum;
use super::{Attributes, FollowUpId, InquiryGrade, LeadId, RepId, Value};

/// One follow-up of a lead by its owner (跟进记录).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Identifier.
    pub id: FollowUpId,
    /// The lead.
    pub lead: LeadId,
    /// Who followed up.
    pub owner: RepId,
    /// When.
    pub time: DateTime<Utc>,
    /// What was done.
    pub kind: FollowUpKind,
    /// Key fields that were changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_fields_changed: Vec<String>,
    /// When the call began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_start: Option<DateTime<Utc>>,
    /// How long the call took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_duration: Option<u32>,
    /// When the owner means to follow up next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_date: Option<NaiveDate>,
    /// What was learnt.
    #[serde(default)]
    pub facets: FollowUpFacets,
    /// What it changes elsewhere.
    #[serde(default)]
    pub changes: FollowUpChanges,
}

closed_enum! {
    /// What counts as a follow-up.
    FollowUpKind {
        /// A call.
        Call = "call",
        /// A written record.
        Record = "record",
        /// An edit of a key field.
        KeyFieldEdit = "key_field_edit",
    }
}

/// What a follow-up learnt, in seven texts.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowUpFacets {
    /// The customer's business.
    pub business: Option<String>,
    /// What set the need off.
    pub trigger: Option<String>,
    /// Buying cycle.
    pub cycle: Option<String>,
    /// Risks.
    pub risk: Option<String>,
    /// Competitors.
    pub competitor: Option<String>,
    /// Progress.
    pub progress: Option<String>,
    /// Commercial terms.
    pub commercial: Option<String>,
}

impl fmt::Debug for FollowUpFacets {
    /// What looks like a phone number or an e-mail address in a text is masked.
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
    /// New stage of the opportunity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity_stage: Option<String>,
    /// New product of interest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_of_interest: Option<String>,
}

impl FollowUp {
    /// The changes this follow-up asks for, as effects on its lead.
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

/// A missed deadline (违规记录), with what proves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// The lead.
    pub lead: LeadId,
    /// Who was to act.
    pub owner: RepId,
    /// The step that was due.
    pub node: String,
    /// When the clock started.
    pub started_at: DateTime<Utc>,
    /// Name of the clock.
    pub clock: String,
    /// Version of the calendar that was counted by.
    pub calendar_version: String,
    /// When it was due.
    pub deadline: DateTime<Utc>,
    /// When it was done; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<DateTime<Utc>>,
    /// The lead's key fields when it was found.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub snapshot: Attributes,
    /// The owner's reason, which may be given later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
