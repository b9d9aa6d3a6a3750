//! What is refused: the line, what was found, what is wanted.

use super::*;

#[track_caller]
fn assert_refused(line: &str, wanted: &str) {
    let scenario = format!("\n{line}\n");
    let error = run(scenario.as_bytes(), "s.jsonl").expect_err(line);
    assert_eq!(error, format!("s.jsonl: line 2: {wanted}"));
}

#[test]
fn a_line_that_is_no_event() {
    let at = "\"at\":\"2026-03-02T09:00:00+08:00\"";
    assert_refused(&format!("{{{at},\"submitt\":{{}}}}"), "`submitt` is no event: did you mean `submit`?");
    assert_refused(
        &format!("{{{at},\"claim\":{{\"lead\":\"L1\",\"rep\":\"li\"}},\"tick\":true}}"),
        "found `claim` and `tick`, expected one event a line",
    );
    assert_refused(
        &format!("{{{at},\"claim\":{{\"lead\":\"L1\",\"reps\":\"li\"}}}}"),
        "`claim.rep` is missing, expected the id of a rep; `reps` is near: did you mean `rep`?",
    );
    assert_refused(
        &format!("{{{at},\"claim\":{{\"lead\":\"L1\",\"rep\":\"li\",\"bye\":1}}}}"),
        "`claim.bye` is no key here: expected lead, rep",
    );
    assert_refused(
        &format!("{{{at},\"submit\":{{\"id\":\"L1\",\"phone\":[\"13812349876\"]}}}}"),
        "`submit.phone`: a lead has no `phone`: did you mean `phones`?",
    );
    assert_refused(
        &format!("{{{at},\"update\":{{\"lead\":\"L1\",\"owner\":\"li\"}}}}"),
        "`update.owner`: only decisions change it: use another event, such as `allot` or `close`",
    );
    assert_refused(
        &format!("{{{at},\"absent\":{{\"rep\":\"li\",\"until\":\"2026-03-02T08:00:00+08:00\"}}}}"),
        "`absent.until`: found 2026-03-02T08:00:00+08:00, expected a later time than `at`",
    );
    assert_refused(
        &format!("{{{at},\"join\":{{\"id\":\"li\",\"wieght\":2}}}}"),
        "`join.wieght`: unknown key `wieght`: did you mean `weight`?",
    );
    assert_refused(
        "{\"tick\":true}",
        "`at` is missing, expected a time with its zone, such as \"2026-03-02T09:00:00+08:00\"",
    );
    assert_refused(
        "{\"at\":\"2026-03-02 09:00\",\"tick\":true}",
        "`at`: found \"2026-03-02 09:00\", expected a time with its zone, such as \"2026-03-02T09:00:00+08:00\"",
    );
    assert_refused("{\"at\":", "column 6: EOF while parsing a value, expected one JSON object a line");
    assert_refused("[]", "the line: found [], expected an object in braces");
}

#[test]
fn a_line_before_its_time() {
    let scenario = b"{\"at\":\"2026-03-02T09:00:00+08:00\",\"tick\":true}\n{\"at\":\"2026-03-02T00:59:59Z\",\"tick\":true}\n";
    assert_eq!(
        run(scenario, "s.jsonl").unwrap_err(),
        "s.jsonl: line 2: `at`: found 2026-03-02T00:59:59Z, expected no time before 2026-03-02T09:00:00+08:00, that of line 1: \
         sort the lines by `at`",
    );
}

#[test]
fn options_that_mean_nothing() {
    for (words, wanted) in [
        ("--soak many", "--soak: found `many`, expected a whole number"),
        ("--seed 3", "--seed has no effect: it is the seed of --soak N"),
        ("s.jsonl --soak 3", "--soak generates its events: leave the scenario out"),
        ("--soak 3 --explain", "--explain has no effect: --soak prints counts"),
    ] {
        assert_eq!(run(b"", words).unwrap_err(), wanted);
    }
    let error = run(b"", "--rosta x").unwrap_err();
    assert!(error.starts_with("there is no option --rosta, did you mean --roster?"), "{error}");
}
