//! What makes a test in a rules document one that cannot fail.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::award::Award;
use super::rules::ScoreRules;
use super::test_rules::{Expectation, MAX_TIMES, ScoreTest};
use crate::error::{Report, suggestion};
use crate::order;

/// Checks the tests of a document.
pub(super) fn tests(rules: &ScoreRules, report: &mut Report) {
    if rules.tests.is_empty() {
        return;
    }
    let mut named = Named::of(rules);
    let engagement = rules.engagement.rules.iter().map(|rule| rule.id.as_str());
    let give = order::set(engagement.chain(rules.fit.rules.iter().map(|rule| rule.id.as_str())));
    let disqualify = order::set(rules.fit.disqualifiers.iter().map(|rule| rule.id.as_str()));
    report.within("tests", |report| {
        for (index, test) in rules.tests.iter().enumerate() {
            report.item(index, |report| {
                report.within("lead", |report| {
                    let errors = test.lead.to_lead(test.as_of).err();
                    for mut found in errors.iter().flatten().cloned() {
                        let joint =
                            if found.path.is_empty() || found.path.starts_with('[') { "" } else { "." };
                        found.path = format!("{}{joint}{}", report.path(), found.path);
                        report.push(found);
                    }
                });
                report.within("events", |report| events(test, rules, &mut named, report));
                report.within("expect", |report| expectation(&test.expect, &give, &disqualify, report));
            });
        }
    });
}

fn events(test: &ScoreTest, rules: &ScoreRules, named: &mut Named, report: &mut Report) {
    for (index, event) in test.events.iter().enumerate() {
        report.item(index, |report| {
            if !(1..=MAX_TIMES).contains(&event.times) {
                report.within("times", |report| {
                    let message = format!("a test cannot have {} activities", event.times);
                    report.error("bad_value", message, format!("write a number from 1 to {MAX_TIMES}"));
                });
            }
            if report.has_room() && !named.names(&event.kind) {
                report.within("kind", |report| {
                    let known = rules.engagement.rules.iter().map(|rule| rule.kind.as_str());
                    let message = format!("no rule names activities of kind `{}`", event.kind);
                    report.warning("unused_kind", message, suggestion(&event.kind, known));
                });
            }
        });
    }
}

/// Checks the rules that a test names: those that give points, and those that disqualify.
fn expectation(
    expect: &Expectation,
    give: &BTreeSet<&str>,
    disqualify: &BTreeSet<&str>,
    report: &mut Report,
) {
    if *expect == Expectation::default() {
        report.warning(
            "no_expectation",
            "the test expects nothing, so it cannot fail",
            "say what you expect, such as `cell`",
        );
    }
    report.within("lines", |report| {
        for rule in expect.lines.keys() {
            if give.contains(rule.as_str()) {
                continue;
            }
            report.within(rule.as_str(), |report| {
                if disqualify.contains(rule.as_str()) {
                    let message = format!("rule `{rule}` disqualifies and gives no points");
                    report.error("wrong_rule", message, "expect `\"disqualified\": true`");
                } else {
                    report.unknown_name("unknown_rule", "rule", rule.as_str(), give.iter().copied());
                }
            });
        }
    });
}

/// The texts of the rules, to search for kinds of activities.
struct Named {
    texts: Vec<String>,
    /// The words of these.
    words: BTreeSet<String>,
    /// Whether every activity matters, whatever its kind.
    all: bool,
    /// How often the texts may still be searched for a kind that is more than a word.
    looks_left: u32,
}

/// How often the texts are searched for kinds of activities that are more than one word.
const MAX_LOOKS: u32 = 100;

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Named {
    fn of(rules: &ScoreRules) -> Named {
        let engagement = rules.engagement.rules.iter().map(|rule| &rule.points);
        let mut awards = engagement.chain(rules.fit.rules.iter().map(|rule| &rule.points));
        // Signals of the host may read anything.
        let all = awards.any(|award| matches!(award, Award::Custom(_)));
        let mut named = Named { texts: Vec::new(), words: BTreeSet::new(), all, looks_left: MAX_LOOKS };
        for rule in &rules.engagement.rules {
            named.texts.push(rule.kind.clone());
            named.add(serde_json::to_value((&rule.when, &rule.points)));
        }
        for rule in &rules.fit.rules {
            named.add(serde_json::to_value((&rule.when, &rule.points)));
        }
        for rule in &rules.fit.disqualifiers {
            named.add(serde_json::to_value(&rule.when));
        }
        let words = named.texts.iter().flat_map(|text| text.split(|c| !is_of_word(c)));
        named.words = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        // The time of the last activity is that of any kind.
        named.all |= ["activity.last", "activity_last"].into_iter().any(|field| named.names(field));
        named
    }

    fn add(&mut self, part: serde_json::Result<Json>) {
        let mut rest: Vec<Json> = part.into_iter().collect();
        while let Some(part) = rest.pop() {
            match part {
                Json::String(text) => self.texts.push(text),
                Json::Array(items) => rest.extend(items),
                Json::Object(members) => rest.extend(members.into_iter().map(|(_, value)| value)),
                Json::Null | Json::Bool(_) | Json::Number(_) => {}
            }
        }
    }

    /// Whether a kind is in the rules as a separate word. Kinds of several words that can no longer be searched
    /// count as present.
    fn names(&mut self, kind: &str) -> bool {
        if self.all || kind.is_empty() || kind.chars().all(is_of_word) {
            return self.all || self.words.contains(kind);
        }
        let Some(left) = self.looks_left.checked_sub(1) else { return true };
        self.looks_left = left;
        let stands_in = |text: &String| {
            text.match_indices(kind).any(|(at, _)| {
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text.get(at + kind.len()..).and_then(|after| after.chars().next());
                !before.is_some_and(is_of_word) && !after.is_some_and(is_of_word)
            })
        };
        self.texts.iter().any(stands_in)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ScoreRules;

    #[test]
    fn tests_that_cannot_fail_are_told() {
        let fit = json!({
            "rules": [{"id": "big", "when": {"field": "activity.count.wechat_chat.7d", "ge": 2}, "points": 80}],
            "disqualifiers": [{"id": "rival", "when": {"field": "company", "contains": "x"}}],
        });
        let engagement = json!({"rules": [{"id": "form", "kind": "form_submit", "points": 20}]});
        let tests = json!([
            {"expect": {"lines": {"biggg": 0, "rival": 0, "form": 0, "big": 80}}, "events": [
                {"kind": "form_submit", "times": 0},
                {"kind": "form_submit", "times": 10_001},
                {"kind": "form_submit", "times": 10_000},
                {"kind": "wechat_chat"},
            ]},
        ]);
        let errors =
            ScoreRules::load(json!({"fit": fit, "engagement": engagement, "tests": tests})).unwrap_err();
        assert_eq!(
            errors.to_string(),
            "4 errors in the rules\n\
             error[bad_value] at tests[0].events[0].times: a test cannot have 0 activities\n  \
             help: write a number from 1 to 10000\n\
             error[bad_value] at tests[0].events[1].times: a test cannot have 10001 activities\n  \
             help: write a number from 1 to 10000\n\
             error[unknown_rule] at tests[0].expect.lines.biggg: there is no rule `biggg`\n  \
             help: did you mean `big`?\n\
             error[wrong_rule] at tests[0].expect.lines.rival: rule `rival` disqualifies and gives no points\n  \
             help: expect `\"disqualified\": true`"
        );
        let tests = json!([
            {"expect": {}, "events": [{"kind": "form_submitt"}, {"kind": "form"}, {"kind": ""}]},
        ]);
        let rules = ScoreRules::load(json!({"fit": fit, "engagement": engagement, "tests": tests})).unwrap();
        let warnings: Vec<String> = rules.lint().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings.join("\n"),
            "warning[unused_kind] at tests[0].events[0].kind: no rule names activities of kind `form_submitt`\n  \
             help: did you mean `form_submit`?\n\
             warning[unused_kind] at tests[0].events[1].kind: no rule names activities of kind `form`\n  \
             help: the only one is `form_submit`\n\
             warning[unused_kind] at tests[0].events[2].kind: no rule names activities of kind ``\n  \
             help: the only one is `form_submit`\n\
             warning[no_expectation] at tests[0].expect: the test expects nothing, so it cannot fail\n  \
             help: say what you expect, such as `cell`"
        );
        let rules: ScoreRules =
            serde_json::from_value(json!({"tests": [{"expect": {"lines": {"x": 0}}}]})).unwrap();
        assert!(rules.self_test().is_err(), "rules that never were loaded are proved as well");
        let last = json!({"field": "activity.last", "exists": true});
        let rules = json!({
            "fit": {"rules": [{"id": "r", "when": last, "points": 80}]},
            "tests": [{"events": [{"kind": "anything"}], "expect": {"fit": 80}}],
        });
        assert_eq!(ScoreRules::load(rules).unwrap().lint(), []);
    }
}
