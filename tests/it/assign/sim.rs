//! The example `assign_sim`: its command line, and the bundled scenario as it was reviewed.

use std::path::Path;

use expect_test::expect_file;

#[path = "../../../examples/assign_sim/program/mod.rs"]
mod program;

fn run(words: &str, scenario: &str) -> Result<String, String> {
    let mut out = Vec::new();
    let read = |path: &Path| match path == Path::new("s.json") {
        true => Ok(scenario.as_bytes().to_vec()),
        false => std::fs::read(path),
    };
    let words = words.split_whitespace().map(str::to_owned);
    program::run(words, &read, &mut out).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).unwrap())
}

fn sequence(words: &str) -> String {
    run(words, "").unwrap().lines().last().unwrap().to_owned()
}

#[test]
fn a_sequence_is_the_last_line() {
    assert_eq!(sequence("--strategy smooth_weighted --weights 5,1,1 --count 7"), "aabacaa");
    assert_eq!(
        sequence("--strategy smooth_weighted --weights 16,8,4,2,1"),
        "abacabadabacabaeabacabadabacaba"
    );
    assert_eq!(sequence("--weights 1,1,1 --count 7"), "abcabca");
    assert_eq!(sequence("--strategy least_loaded --weights 5,1,1 --count 7"), "abcabca");
    assert_eq!(sequence("--weights 0,0 --count 3"), "---");
    let many = vec!["1"; 30].join(",");
    assert!(sequence(&format!("--weights {many} --count 30")).ends_with("xyz[27][28][29][30]"));
    let counted = run("--weights 3,1 --count 8", "").unwrap();
    assert_eq!(counted, "rep\tweight\tleads\na\t3\t6\nb\t1\t2\naabaaaba\n");
}

#[test]
fn the_bundled_scenario_as_it_was_reviewed() {
    expect_file!["../snapshots/assign_sim.txt"].assert_eq(&run("", "").unwrap());
}

#[test]
fn a_scenario_with_territories_that_are_names() {
    let scenario = r#"{"reps": [{"name": "li", "territories": ["east"]}, {"name": "wang", "territories": ["west"]}, {"name": "zhao"}],
        "leads": [{"territory": "east", "at": "2026-03-02T02:00:00Z"}, {"territory": "west", "at": "2026-03-02T03:00:00Z"},
                  {"territory": "north", "at": "2026-03-02T01:00:00Z"}]}"#;
    let out = run("--scenario s.json", scenario).unwrap();
    let owners: Vec<(&str, &str)> = out
        .lines()
        .skip(1)
        .take(3)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .map(|columns| (columns[0], columns[2]))
        .collect();
    assert_eq!(owners, [("L3", "zhao"), ("L1", "li"), ("L2", "zhao")], "{out}");
    let first = out.lines().nth(1).unwrap();
    assert!(
        first.ends_with("goes to zhao from pool leads by rule north; 2 skipped (territory 2)"),
        "{first}"
    );
}

/// Names of territories are neither skills nor industries of the same name.
#[test]
fn a_named_territory_is_no_skill_and_no_industry() {
    let scenario = r#"{"reps": [{"id": "li", "territories": ["east"]}, {"id": "wang", "skills": ["east"], "territories": ["west"]}],
        "leads": [{"territory": "east", "industry": ["west"], "at": "2026-03-02T02:00:00Z"}]}"#;
    let out = run("--scenario s.json", scenario).unwrap();
    assert!(out.contains("L1\t2026-03-02T02:00:00Z\tli\tgoes to li"), "{out}");
}

/// A rep who is told again that they have a lead was not given another.
#[test]
fn a_lead_that_comes_twice_is_counted_once() {
    let scenario = r#"{"reps": [{"id": "li"}, {"id": "wang"}],
        "leads": [{"id": "A", "at": "2026-03-02T01:00:00Z"}, {"id": "A", "at": "2026-03-02T02:00:00Z"},
                  {"id": "B", "at": "2026-03-02T03:00:00Z"}]}"#;
    let out = run("--scenario s.json", scenario).unwrap();
    assert!(out.contains("decided before, at 2026-03-02T01:00:00Z"), "{out}");
    let table: Vec<&str> = out.lines().skip_while(|line| !line.starts_with("rep")).skip(1).collect();
    assert_eq!(table, ["li\t1\t0.500\t1.00\t+0.000\t1", "wang\t1\t0.500\t1.00\t+0.000\t1"], "{out}");
}

/// A lead without a territory goes to who serves everywhere, in names as in regions; skills of a rep stay.
#[test]
fn names_mean_what_regions_mean() {
    for (east, west) in [("east", "west"), ("CN-GD", "CN-BJ")] {
        let scenario = format!(
            r#"{{"reps": [{{"id": "li", "territories": ["{east}"]}}, {{"id": "zhao"}}],
                "leads": [{{"territory": "{west}", "at": "2026-03-02T01:00:00Z"}}, {{"territory": "{east}", "at": "2026-03-02T02:00:00Z"}},
                          {{"territory": "{east}", "at": "2026-03-02T03:00:00Z"}}, {{"at": "2026-03-02T04:00:00Z"}}]}}"#
        );
        let out = run("--scenario s.json", scenario.leak()).unwrap();
        let owners: Vec<&str> =
            out.lines().skip(1).take(4).filter_map(|line| line.split('\t').nth(2)).collect();
        assert_eq!(owners, ["zhao", "li", "zhao", "zhao"], "{out}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for (words, scenario, expected) in [
        (
            "--scenario s.json",
            r#"{"reps": [{"id": "li", "territories": ["CN-GDD"]}], "leads": [{"territory": "CN-GD", "at": "2026-03-02T01:00:00Z"}]}"#,
            "`CN-GDD` is no region, and others are: did you mean `CN-GD`?",
        ),
        ("--strategy smoth_weighted --weights 1", "", "did you mean smooth_weighted?"),
        ("--weights 1,x", "", "--weights: found `x`, expected a whole number"),
        ("--count 3", "", "--count goes with --weights"),
        ("--scenario nowhere.json", "", "nowhere.json: "),
        (
            "--scenario s.json",
            r#"{"reps": [{"id": "li", "weights": 1}], "leads": []}"#,
            "did you mean `weight`?",
        ),
        ("--scenario s.json", r#"{"reps": [], "leads": [{}]}"#, "leads[0]: `at` is missing"),
        ("words", "", "found `words`, expected an option"),
    ] {
        let error = run(words, scenario).unwrap_err();
        assert!(error.contains(expected), "{words}: {error}");
    }
}
