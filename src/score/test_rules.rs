//! Tests of a rules document, as data.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::grade::{EngagementLevel, FitGrade, ScoreCell};
use crate::calendar::Span;
use crate::document::read_params;
use crate::error::RuleErrors;
use crate::model::{Activity, Attributes, CampaignId, Lead, Points, RuleId, SharedBy};

/// A test in a rules document: a lead, what it did, and what the rules should make of it.
///
/// ```
/// use leadkit::score::ScoreRules;
/// use serde_json::json;
///
/// let rules = ScoreRules::load(json!({
///     "fit": {"rules": [{"id": "big", "when": {"field": "employee_count", "ge": 500}, "points": 65}]},
///     "tests": [{
///         "name": "a big company that came to an event",
///         "lead": {"employee_count": 800},
///         "events": [{"kind": "offline_event", "ago": "3d"}, {"kind": "page_visit", "times": 4}],
///         "expect": {"engagement": 40, "fit": 65, "cell": "B3", "lines": {"big": 65, "page_visit": 20}},
///     }],
/// }))?;
/// assert!(rules.self_test()?.is_passed());
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreTest {
    /// What is tested, for people to read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The lead; keys that are left out are missing, its id is `test`, and it was created at `as_of`.
    #[serde(default)]
    pub lead: TestLead,
    /// What the lead did, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<TestEvent>,
    /// The moment it is scored for (default: 2026-01-01 in UTC).
    #[serde(default = "new_year")]
    pub as_of: DateTime<Utc>,
    /// The expected result; only given fields are compared.
    pub expect: Expectation,
}

fn new_year() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default()
}

/// The lead of a test: a [`Lead`] of which every key may be left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestLead(serde_json::Map<String, Json>);

impl TestLead {
    /// The lead, created at a moment unless it says otherwise.
    ///
    /// # Errors
    /// Every mistake in it, by path.
    pub(super) fn to_lead(&self, created_at: DateTime<Utc>) -> Result<Lead, RuleErrors> {
        let mut members = self.0.clone();
        members.entry("id").or_insert_with(|| Json::from("test"));
        members.entry("created_at").or_insert_with(|| Json::from(created_at.to_rfc3339()));
        Lead::from_json(Json::Object(members))
    }
}

impl Serialize for TestLead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TestLead {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TestLead, D::Error> {
        use serde::de::{Error, Unexpected};
        let Json::Object(members) = read_params(deserializer)? else {
            return Err(D::Error::invalid_type(Unexpected::Other("something else"), &"a map"));
        };
        Ok(TestLead(members))
    }
}

/// One or several activities of the lead of a test.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestEvent {
    /// Kind of the activity, as rules name it.
    pub kind: String,
    /// How long before the moment of the test (default: just then).
    #[serde(default)]
    pub ago: Span,
    /// How many, one minute apart, the last at `ago`: 1 to 10,000 (default 1).
    #[serde(default = "once")]
    pub times: u32,
    /// The channel by which it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The campaign that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// The page on which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The content that was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How much of the content, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// How long it lasted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The intent that it shows, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The person who passed the content on to the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<SharedBy>,
    /// Custom attributes of the activity, by name.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

fn once() -> u32 {
    1
}

/// Most activities that one entry of a test represents.
pub(super) const MAX_TIMES: u32 = 10_000;

impl TestEvent {
    pub(super) fn activities(&self, entry: usize, as_of: DateTime<Utc>) -> impl Iterator<Item = Activity> {
        let last = self.ago.before(as_of);
        (0..self.times).map(move |number| Activity {
            id: format!("{entry}.{number}").into(),
            lead: Default::default(),
            kind: self.kind.clone(),
            time: Span::seconds(number.saturating_mul(60)).before(last),
            channel: self.channel.clone(),
            campaign: self.campaign.clone(),
            page: self.page.clone(),
            content: self.content.clone(),
            progress: self.progress,
            duration: self.duration,
            intent: self.intent.clone(),
            shared_by: self.shared_by.clone(),
            attributes: self.attributes.clone(),
        })
    }
}

/// The expected result of a test; only given fields are compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// The dynamic score, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engagement: Option<Points>,
    /// The static score, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<Points>,
    /// The engagement level, 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<EngagementLevel>,
    /// The fit grade, `A` to `D`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<FitGrade>,
    /// The cell of the matrix, such as `A1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<ScoreCell>,
    /// Whether the lead is ready for sales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mature: Option<bool>,
    /// Whether a disqualifier makes it a D.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disqualified: Option<bool>,
    /// The points of rules, all their lines together; a rule that gives nothing gives 0.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<RuleId, Points>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_lead_can_stand_in_a_test() {
        let lead = Lead {
            id: "L1".into(),
            name: Some("x".into()),
            title: Some("x".into()),
            job_function: Some("it".into()),
            company: Some("x".into()),
            phones: vec!["1".into()],
            emails: vec!["a@b.c".into()],
            wechat: Some("x".into()),
            country: Some("x".into()),
            province: Some("x".into()),
            city: Some("x".into()),
            region: Some(crate::model::Region::CN),
            industry: vec!["x".into()],
            employee_count: Some(1),
            business_model: Some("direct".into()),
            registry_status: Some("active".into()),
            scenario: Some("x".into()),
            products: vec!["x".into()],
            stage: Some("x".into()),
            owner: Some("x".into()),
            pool: Some("x".into()),
            acquisition: Some("created".into()),
            next_follow_up: Some(new_year()),
            tags: vec!["x".into()],
            message: Some("x".into()),
            attributes: [("a".to_owned(), crate::model::Value::Bool(true))].into_iter().collect(),
            ..Lead::default()
        };
        let document = serde_json::to_value(&lead).unwrap();
        let read: TestLead = serde_json::from_value(document).unwrap();
        assert_eq!(read.to_lead(new_year()).unwrap(), lead);
        assert_eq!(new_year().to_rfc3339(), "2026-01-01T00:00:00+00:00");
        let read: TestLead = serde_json::from_str("{\"employe_count\": 5, \"phone\": 1}").unwrap();
        let found = read.to_lead(new_year()).unwrap_err();
        let helps: Vec<&str> = found.iter().filter_map(|one| one.help.as_deref()).collect();
        assert_eq!(helps, ["did you mean `employee_count`?", "did you mean `phones`?"]);
    }
}
