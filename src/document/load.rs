//! Reading a rules document: every mistake in one go.
//!
//! serde stops at the first mistake. The loader records it, takes the offending node out of the document and reads
//! on, until the rest can be read. A mistake that only follows from a node taken out is not reported.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::node::Node;
use super::position::read_json;
use super::repair::Repair;
use crate::error::{Diagnostic, Report, RuleErrors};

/// Reads a rules struct, then has `check` look at what could be read, and reports all of it.
///
/// `None` when nothing could be read. What `check` says only because a faulty node was taken out is not reported;
/// warnings of a document that had to be repaired are not, since any may be such a consequence.
pub(crate) fn load_into<T: DeserializeOwned>(
    document: Value,
    report: &mut Report,
    check: &dyn Fn(&T, &mut Report),
) -> Option<T> {
    let repair = Repair::of_value(document, report);
    repair.and_then(|repair| load_rest(repair, report, check))
}

/// Reads a rules struct from JSON text and reports all of it, with lines and columns. A key that appears twice is an
/// error, and its first value counts as taken out.
pub(crate) fn load_text<T: DeserializeOwned>(
    text: &str,
    check: &dyn Fn(&T, &mut Report),
) -> Result<T, RuleErrors> {
    load_text_by(text, Repair::of, check)
}

/// Reads anything, a list of records as well as one, and reports all that is wrong with it.
pub(crate) fn load_any<T: DeserializeOwned>(document: Value) -> Result<T, RuleErrors> {
    let mut report = Report::new();
    let repair = Repair::of_any_value(document, &mut report);
    let read = repair.and_then(|repair| load_rest(repair, &mut report, &|_, _| {}));
    finish(read, report)
}

/// The same from JSON text, with lines and columns.
pub(crate) fn load_any_text<T: DeserializeOwned>(text: &str) -> Result<T, RuleErrors> {
    load_text_by(text, Repair::of_any, &|_, _| {})
}

fn load_text_by<'t, T: DeserializeOwned>(
    text: &'t str,
    repair: fn(Node<'t>, &mut Report) -> Option<Repair<'t>>,
    check: &dyn Fn(&T, &mut Report),
) -> Result<T, RuleErrors> {
    let (document, source) = read_json(text)?;
    let mut report = Report::new();
    source.duplicates().for_each(|duplicate| report.push(duplicate));
    let repair = repair(document, &mut report).map(|mut repair| {
        source.dropped().for_each(|(path, node)| repair.note_taken_out(path, node));
        repair
    });
    let rules = repair.and_then(|repair| load_rest(repair, &mut report, check));
    finish(rules, report).map_err(|mut errors| {
        source.locate(errors.diagnostics_mut());
        errors
    })
}

/// Adds lines and columns of the text to what was found in the rules read from it.
pub(super) fn locate_in(text: &str, mut findings: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, RuleErrors> {
    let (_, source) = read_json(text)?;
    source.locate(&mut findings);
    Ok(findings)
}

/// The result, if the document has no errors.
pub(crate) fn finish<T>(rules: Option<T>, report: Report) -> Result<T, RuleErrors> {
    report.finish()?;
    rules.ok_or_else(|| {
        RuleErrors::from(Diagnostic::error("unreadable", "", "nothing in the document can be read"))
    })
}

fn load_rest<T: DeserializeOwned>(
    mut repair: Repair<'_>,
    report: &mut Report,
    check: &dyn Fn(&T, &mut Report),
) -> Option<T> {
    let rules = repair.read(report)?;
    repair.check(&rules, report, check);
    Some(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Document {
        limit: u16,
        rules: Vec<Rule>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rule {
        id: String,
        kind: Kind,
        #[serde(default)]
        weight: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Kind {
        Exact {
            #[expect(dead_code, reason = "only its reading is tested")]
            field: String,
        },
        Folded(#[expect(dead_code, reason = "only its reading is tested")] Vec<u32>),
        Plain,
    }

    fn findings(document: Value) -> Vec<String> {
        let mut report = Report::new();
        load_into(document, &mut report, &|_: &Document, _| {});
        report
            .into_diagnostics()
            .iter()
            .map(|d| format!("{} {} {:?}", d.path, d.message, d.help.as_deref().unwrap_or("")))
            .collect()
    }

    #[test]
    fn a_good_document_is_read() {
        let document = load_into(
            json!({"limit": 3, "rules": [{"id": "a", "kind": "plain"}]}),
            &mut Report::new(),
            &|_: &Document, _| {},
        )
        .unwrap();
        assert_eq!(document.limit, 3);
        let [Rule { id, kind: Kind::Plain, weight: 0 }] = document.rules.as_slice() else {
            panic!("{document:?}")
        };
        assert_eq!(id, "a");
    }

    #[test]
    fn indexes_are_those_of_the_document_as_written() {
        let found = findings(json!({"rules": [
            {"id": "a", "kind": "plain"},
            {"id": 1, "kind": "plain"},
            {"kind": "plain"},
            {"id": "d", "kind": "plain", "weight": -1},
            {"id": "e", "kind": "plan"},
            {"id": "f", "kind": {"exact": {"field": 1}}},
            {"id": "g", "kind": {"folded": [1, "x", 2, "y"]}},
            {"id": "h", "kind": "plain", "wieght": 1},
        ]}));
        let paths: Vec<&str> = found.iter().map(|f| f.split(' ').next().unwrap()).collect();
        assert_eq!(
            paths,
            [
                "rules[1].id",
                "rules[2]",
                "rules[3].weight",
                "rules[4].kind",
                "rules[5].kind.exact.field",
                "rules[6].kind.folded[1]",
                "rules[6].kind.folded[3]",
                "rules[7].wieght",
            ],
            "{found:#?}"
        );
    }

    #[test]
    fn a_document_of_the_wrong_shape_gives_one_finding() {
        assert_eq!(findings(json!([1])).len(), 1);
        assert!(findings(json!("x"))[0].starts_with(" expected an object, found text `x`"));
    }

    #[test]
    fn no_more_than_a_hundred_mistakes_are_listed() {
        let rules: Vec<Value> = (0..500).map(|i| json!({"id": i, "kind": "plain"})).collect();
        assert_eq!(findings(json!({ "rules": rules })).len(), crate::error::MAX_FINDINGS + 1);
    }

    #[test]
    fn names_that_cannot_be_read_are_not_missed_by_the_check() {
        let unknown = |document| {
            let mut report = Report::new();
            load_into(document, &mut report, &|_: &Document, report| {
                report.unknown_name("unknown_rule", "rule", "vip", []);
            });
            report.diagnostics().iter().any(|one| one.code == "unknown_rule")
        };
        assert!(!unknown(json!({"rules": [{"id": 7, "kind": "plain"}]})));
        assert!(!unknown(json!({"rules": [["vip"]]})));
        assert!(!unknown(json!({"rules": 7})));
        assert!(unknown(json!({"rules": [{"id": "other", "kind": "plan"}]})));
        assert!(unknown(json!({"limit": "x"})));
    }

    #[test]
    fn places_are_those_of_the_document_as_written() {
        let at_two = json!({"rules": ["a", ["b"], {"id": "c", "kind": "plain"}]});
        let mut paths = Report::new();
        load_into(at_two, &mut paths, &|_: &Document, report| {
            report.within("rules", |report| report.item(0, |report| report.error("late", "found late", "")));
        });
        assert_eq!(paths.diagnostics().last().unwrap().path, "rules[2]");
    }
}
