//! Runs the tests of a rules document, written by the team whose rules they are.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::outcome::Score;
use super::rules::ScoreRules;
use super::scorer::Scorer;
use super::session::ScoringSession;
use super::test_rules::Expectation;
use crate::error::{Report, RuleErrors};
use crate::model::{Activity, Points};
use crate::rule::{FactContext, Facts, HostTables, Registry};

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
    /// `name` of the test in the rules; blank when it was left out.
    pub name: String,
    /// What differs from the expectation, one sentence each.
    pub differences: Vec<String>,
    /// The resulting score; `None` when the lead cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Box<Score>>,
}

impl SelfTest {
    /// How many tests the document has.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.tests
    }

    /// The tests that fail, in the order of the document.
    #[must_use]
    pub fn failures(&self) -> &[TestFailure] {
        &self.failures
    }

    /// Whether every test passes.
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

/// How much work the tests of a document may take when it is checked, in rules and activities.
const MAX_WORK: usize = 1_000_000;
/// The same for the scripts that they run, in operations: five tests may take all that scripts may take for a lead.
const MAX_SCRIPT_WORK: u64 = 1_000_000;

impl ScoreRules {
    /// Runs the tests of the document.
    ///
    /// # Errors
    /// When the rules do not compile.
    pub fn self_test(&self) -> Result<SelfTest, RuleErrors> {
        self.self_test_with(&Registry::new())
    }

    /// Runs the tests of the document, with signals of the host.
    ///
    /// ```
    /// use leadkit::rule::Registry;
    /// use leadkit::score::ScoreRules;
    /// use serde_json::json;
    ///
    /// let rules = ScoreRules::load(json!({
    ///     "fit": {"rules": [{"id": "everybody", "points": 80}]},
    ///     "tests": [{"name": "all are fit", "lead": {}, "as_of": "2026-03-02T00:00:00Z", "expect": {"grade": "A"}}],
    /// }))?;
    /// let tested = rules.self_test_with(&Registry::new())?;
    /// assert_eq!((tested.tests(), tested.is_passed()), (1, true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the rules do not compile.
    pub fn self_test_with(&self, registry: &Registry) -> Result<SelfTest, RuleErrors> {
        let scorer = Scorer::compile_with(self, registry)?;
        Ok(self.run(scorer.session(), self.tests.len(), u64::MAX).0)
    }

    /// Reports tests that fail as warnings. If a document has so many tests that running them would take long, the
    /// first ones are run.
    pub(crate) fn report_failures(&self, scorer: &Scorer, report: &mut Report) {
        if self.tests.is_empty() || report.has_errors() {
            return;
        }
        let rules = 10 + self.engagement.rules.len() + self.fit.rules.len() + self.fit.disqualifiers.len();
        let mut left = MAX_WORK;
        let costs = self.tests.iter().map(|test| {
            let events: usize = test.events.iter().map(|event| event.times as usize).sum();
            rules.saturating_add(events).saturating_mul(if events > 0 { 4 } else { 1 })
        });
        let runs =
            costs.take_while(|cost| left.checked_sub(*cost).inspect(|rest| left = *rest).is_some()).count();
        let (result, runs) = self.run(scorer.metered_session(), runs, MAX_SCRIPT_WORK);
        report.within("tests", |report| {
            for failure in result.failures {
                report.item(failure.index, |report| {
                    let message = format!("the test fails: {}", failure.differences.join("; "));
                    report.warning("failing_test", message, "correct the rules, or what the test expects");
                });
            }
            if runs < self.tests.len() {
                let message = format!("only the first {runs} tests were run");
                report.warning("tests_not_run", message, "run all by `self_test`");
            }
        });
    }

    /// Runs the first tests until their scripts have taken so much work, and says how many it has run.
    fn run(&self, mut session: ScoringSession<'_>, most: usize, most_work: u64) -> (SelfTest, usize) {
        let tables = HostTables::default();
        let mut result = SelfTest { tests: self.tests.len(), failures: Vec::new() };
        let mut work = 0u64;
        for (index, test) in self.tests.iter().enumerate().take(most) {
            work = work.saturating_add(session.take_work());
            if work >= most_work {
                return (result, index);
            }
            let fail =
                |differences, score| TestFailure { index, name: test.name.clone(), differences, score };
            let lead = match test.lead.to_lead(test.as_of) {
                Ok(lead) => lead,
                Err(found) => {
                    let unread = found.iter().map(|one| format!("the lead cannot be read: {}", one.message));
                    result.failures.push(fail(unread.collect(), None));
                    continue;
                }
            };
            let events = test.events.iter().enumerate();
            let activities: Vec<Activity> =
                events.flat_map(|(entry, event)| event.activities(entry, test.as_of)).collect();
            let context = FactContext { activities: &activities, ..FactContext::new(&tables, test.as_of) };
            let score = session.score(&Facts::new(&lead, &context));
            let differences = test.expect.differences(&score);
            if !differences.is_empty() {
                result.failures.push(fail(differences, Some(Box::new(score))));
            }
        }
        (result, most.min(self.tests.len()))
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
             B3: engagement 40 is level 3, fit 65 is grade B; ready for sales; call when there is time; \
             keep sending content\n      \
             +40 engagement by rule consult: 2 × consult, last on 2026-01-01T00:00:00Z\n      \
             +65 fit by rule big: its condition holds"
        );
    }

    /// Each load and each lint of a document runs its tests.
    #[cfg(feature = "script")]
    #[test]
    fn the_scripts_of_all_tests_share_one_limit() {
        let loaded = |script: &str| {
            let rules: Vec<_> = (0..8)
                .map(|i| serde_json::json!({"id": format!("r{i}"), "points": {"program": script}}))
                .collect();
            let tests = vec![
                serde_json::json!({"lead": {"message": "xyz ".repeat(1_024)}, "expect": {"fit": 0}});
                200
            ];
            ScoreRules::load(serde_json::json!({"fit": {"rules": rules}, "tests": tests})).unwrap()
        };
        let run = |script: &str| {
            let warnings = loaded(script).lint();
            let said = warnings.iter().find(|one| one.code == "tests_not_run").map(|one| one.message.clone());
            said.map(|said| said.split(' ').find_map(|word| word.parse::<usize>().ok()).unwrap_or_default())
        };
        // Eight runs of 10,000 operations each, and of a mebibyte of text.
        assert_eq!(run("loop {}"), Some(13));
        let read = r#"let n = 0; for i in 0..100 { if contains(upper(message), "q") { n += 1; } } n"#;
        assert!(run(read).is_some_and(|runs| (5..60).contains(&runs)), "{:?}", run(read));
        assert_eq!(run("let n = 0; for i in 0..9 { n += i } n - 36"), None);
        let rules = loaded("loop {}");
        assert_eq!(rules.self_test().unwrap().failures().len(), 200, "a host that asks gets all of them");
    }
}
