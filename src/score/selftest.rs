//! Tests that stand in the rules document, written by the team whose rules they are.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::grade::{Cell, EngagementLevel, Grade};
use super::outcome::Score;
use super::rules::ScoreRules;
use super::scorer::Scorer;
use crate::calendar::Span;
use crate::company::Gazetteer;
use crate::error::{RuleErrors, suggestion};
use crate::model::{Activity, Attributes, CampaignId, Lead, Points, RuleId, SharedBy};
use crate::rule::{FactContext, Facts, Registry};

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
    /// What it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<TestEvent>,
    /// The moment it is scored for (default: 2026-01-01 in UTC).
    #[serde(default = "new_year")]
    pub as_of: DateTime<Utc>,
    /// What should come out; only what is given is compared.
    pub expect: Expectation,
}

fn new_year() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default()
}

/// The lead of a test: a [`Lead`] of which every key may be left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestLead(serde_json::Map<String, Json>);

/// Keys of a lead in a test.
const LEAD_KEYS: &[&str] = &[
    "id",
    "created_at",
    "name",
    "title",
    "job_function",
    "company",
    "phones",
    "emails",
    "wechat",
    "external_ids",
    "country",
    "province",
    "city",
    "region",
    "industry",
    "employee_count",
    "business_model",
    "registry_status",
    "scenario",
    "products",
    "source",
    "utm",
    "ip",
    "status",
    "stage",
    "owner",
    "pool",
    "acquisition",
    "next_follow_up",
    "tags",
    "message",
    "attributes",
];

impl TestLead {
    /// The lead, created at a moment unless it says otherwise.
    ///
    /// # Errors
    /// When a value does not fit its key.
    fn to_lead(&self, created_at: DateTime<Utc>) -> Result<Lead, serde_json::Error> {
        let mut members = self.0.clone();
        members.entry("id").or_insert_with(|| Json::from("test"));
        members.entry("created_at").or_insert_with(|| Json::from(created_at.to_rfc3339()));
        serde_json::from_value(Json::Object(members))
    }
}

impl Serialize for TestLead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TestLead {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TestLead, D::Error> {
        use serde::de::Error;
        let members = serde_json::Map::deserialize(deserializer)?;
        if let Some(unknown) = members.keys().find(|key| !LEAD_KEYS.contains(&key.as_str())) {
            let help = suggestion(unknown, LEAD_KEYS.iter().copied());
            return Err(D::Error::custom(format_args!(
                "a lead has no `{unknown}`; help: {help} [bad_value]"
            )));
        }
        let lead = TestLead(members);
        match lead.to_lead(DateTime::default()) {
            Ok(_) => Ok(lead),
            Err(error) => Err(D::Error::custom(error)),
        }
    }
}

/// One or several activities of the lead of a test.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestEvent {
    /// Kind of the activity.
    pub kind: String,
    /// How long before the moment of the test (default: just then).
    #[serde(default)]
    pub ago: Span,
    /// How many, one minute apart, the last at `ago`: 1 to 10,000 (default 1).
    #[serde(default = "once")]
    pub times: u32,
    /// Channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How much of the content, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// How long, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The wish it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Who passed the content on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<SharedBy>,
    /// Columns of the host's own.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

fn once() -> u32 {
    1
}

/// Most activities one entry of a test stands for.
pub(super) const MOST_TIMES: u32 = 10_000;

impl TestEvent {
    fn activities(&self, entry: usize, as_of: DateTime<Utc>) -> impl Iterator<Item = Activity> {
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

/// What should come out of a test; only what is given is compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// The dynamic score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engagement: Option<Points>,
    /// The static score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<Points>,
    /// The engagement level, 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<EngagementLevel>,
    /// The fit grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The cell of the matrix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// Whether the lead is ready for sales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mature: Option<bool>,
    /// Whether the lead is disqualified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disqualified: Option<bool>,
    /// What rules give, all their lines together; a rule that gives nothing gives 0.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<RuleId, Points>,
}

/// What the tests of a rules document have shown. `Display` lists the failures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[must_use]
pub struct SelfTest {
    tests: usize,
    failures: Vec<TestFailure>,
}

/// A test of a rules document that fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TestFailure {
    /// Index of the test in the document, from 0.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// What differs, one sentence each.
    pub differences: Vec<String>,
    /// The score that came out; none when the lead cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Box<Score>>,
}

impl SelfTest {
    /// How many tests the document has.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.tests
    }

    /// The tests that fail.
    #[must_use]
    pub fn failures(&self) -> &[TestFailure] {
        &self.failures
    }

    /// Whether no test fails.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for SelfTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} tests passed", self.tests - self.failures.len().min(self.tests), self.tests)?;
        for failure in &self.failures {
            write!(f, "\ntests[{}]", failure.index)?;
            if !failure.name.is_empty() {
                write!(f, " ({})", failure.name)?;
            }
            f.write_str(" failed:")?;
            for difference in &failure.differences {
                write!(f, "\n  {difference}")?;
            }
            if let Some(score) = &failure.score {
                for line in score.to_string().lines() {
                    write!(f, "\n    {line}")?;
                }
            }
        }
        Ok(())
    }
}

impl ScoreRules {
    /// Runs the tests of the document.
    ///
    /// # Errors
    /// When the rules do not compile.
    pub fn self_test(&self) -> Result<SelfTest, RuleErrors> {
        self.self_test_with(&Registry::new())
    }

    /// Runs the tests of the document, with signals of the host's own.
    ///
    /// # Errors
    /// When the rules do not compile.
    pub fn self_test_with(&self, registry: &Registry) -> Result<SelfTest, RuleErrors> {
        let scorer = Scorer::compile_with(self, registry)?;
        let gazetteer = Gazetteer::builtin();
        let mut session = scorer.session();
        let mut result = SelfTest { tests: self.tests.len(), failures: Vec::new() };
        for (index, test) in self.tests.iter().enumerate() {
            let fail =
                |differences, score| TestFailure { index, name: test.name.clone(), differences, score };
            let lead = match test.lead.to_lead(test.as_of) {
                Ok(lead) => lead,
                Err(error) => {
                    result.failures.push(fail(vec![format!("the lead cannot be read: {error}")], None));
                    continue;
                }
            };
            let events = test.events.iter().enumerate();
            let activities: Vec<Activity> =
                events.flat_map(|(entry, event)| event.activities(entry, test.as_of)).collect();
            let context = FactContext { activities: &activities, ..FactContext::new(&gazetteer, test.as_of) };
            let score = session.score(&Facts::new(&lead, &context), &activities, test.as_of);
            let differences = test.expect.differences(&score);
            if !differences.is_empty() {
                result.failures.push(fail(differences, Some(Box::new(score))));
            }
        }
        Ok(result)
    }
}

impl Expectation {
    fn differences(&self, score: &Score) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, wanted: Option<String>, got: String| {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
                found.push(format!("{what} should be {wanted}, but is {got}"));
            }
        };
        let yes_or_no = |flag: bool| String::from(if flag { "yes" } else { "no" });
        compare(
            "engagement",
            self.engagement.map(|points| points.to_string()),
            score.engagement().to_string(),
        );
        compare("fit", self.fit.map(|points| points.to_string()), score.fit().to_string());
        compare("level", self.level.map(|level| level.to_string()), score.level().to_string());
        compare("grade", self.grade.map(|grade| grade.to_string()), score.grade().to_string());
        compare("cell", self.cell.map(|cell| cell.to_string()), score.cell().to_string());
        compare("mature", self.mature.map(yes_or_no), yes_or_no(score.is_mature()));
        compare(
            "disqualified",
            self.disqualified.map(yes_or_no),
            yes_or_no(!score.disqualified().is_empty()),
        );
        for (rule, wanted) in &self.lines {
            let own = score.lines().filter(|line| line.rule.as_ref() == Some(rule));
            let got: Points = own.map(|line| line.points).sum();
            compare(&format!("what rule {rule} gives"), Some(wanted.to_string()), got.to_string());
        }
        for fault in score.faults() {
            found.push(fault.to_string());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_lead_can_stand_in_a_test() {
        let lead = Lead {
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
        let error = serde_json::from_str::<TestLead>("{\"employe_count\": 5}").unwrap_err();
        assert!(error.to_string().contains("did you mean `employee_count`"), "{error}");
    }

    #[test]
    fn failures_say_what_differs() {
        let rules = ScoreRules::load(serde_json::json!({
            "fit": {"rules": [{"id": "big", "points": 65}]},
            "tests": [
                {"expect": {"fit": 65}},
                {"name": "wrong", "lead": {"company": "x"}, "events": [{"kind": "consult", "times": 2}],
                 "expect": {"fit": 60, "cell": "A1", "mature": false, "disqualified": false, "lines": {"big": 5}}},
            ],
        }))
        .unwrap();
        assert_eq!(
            rules.self_test().unwrap().to_string(),
            "1 of 2 tests passed\n\
             tests[1] (wrong) failed:\n  \
             fit should be 60, but is 65\n  \
             cell should be A1, but is B3\n  \
             mature should be no, but is yes\n  \
             what rule big gives should be 5, but is 65\n    \
             B3: engagement 40 is level 3, fit 65 is grade B; ready for sales; hand to sales when there is time, \
             keep sending content\n      \
             +40 engagement by rule consult: 2 × consult, last on 2026-01-01T00:00:00Z\n      \
             +65 fit by rule big: its condition holds"
        );
    }
}
