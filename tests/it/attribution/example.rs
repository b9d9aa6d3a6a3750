//! The command line of the example: what it computes, what it refuses, and that it drops nothing in silence.

use std::path::Path;

use super::support::event_cases;

#[path = "../../../examples/attribute/program/mod.rs"]
mod program;

/// What the program prints and what it says beside it, or why it refuses.
fn run_bytes(table: &[u8], words: &str) -> Result<(String, String), String> {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let words = format!("t.tsv {words}");
    let words = words.split_whitespace().map(|word| word.replace('_', " ").replace("  ", "_"));
    let read = |path: &Path| {
        assert_eq!(path, Path::new("t.tsv"));
        Ok(table.to_vec())
    };
    program::run(words, &read, &mut out, &mut notes).map_err(|error| error.to_string())?;
    Ok((String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap()))
}

/// Tables are written with `|` for a tab and lines that may be indented; `_` in words is a blank, `__` itself.
fn table(text: &str) -> String {
    let lines = text
        .trim_start_matches('\n')
        .trim_end_matches([' ', '\n'])
        .lines()
        .map(|line| line.trim_start_matches(' ').replace('|', "\t"));
    lines.map(|line| line + "\n").collect()
}

/// Whether the table holds everything that was asked for.
fn outcome(text: &str, words: &str) -> program::Outcome {
    let text = table(text);
    let words = words.split_whitespace().map(str::to_owned);
    let words = ["t.tsv".to_owned()].into_iter().chain(words);
    let read = |_: &Path| Ok(text.clone().into_bytes());
    program::run(words, &read, &mut Vec::new(), &mut Vec::new()).unwrap()
}

fn run(text: &str, words: &str) -> Result<(String, String), String> {
    run_bytes(table(text).as_bytes(), words)
}

fn printed(text: &str, words: &str) -> String {
    run(text, words).unwrap().0.replace('\t', "|")
}

#[track_caller]
fn assert_printed(text: &str, words: &str, wanted: &str) {
    assert_eq!(printed(text, words), table(wanted).replace('\t', "|"), "{words}");
}

#[track_caller]
fn assert_refused(text: &str, words: &str, wanted: &[&str]) {
    let error = run(text, words).expect_err(words);
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), wanted.len(), "{error}");
    for (line, wanted) in lines.iter().zip(wanted) {
        assert!(line.contains(wanted), "{line}\nshould say {wanted}");
    }
}

const NINE: &str = "
    path|conversions|value|nulls
    A|3|3|0
    A > B|3|3|0
    A > B > C|3|3|0
    B|3|3|0
    B > A|3|3|0
    B > C > A|3|3|0
    C|3|3|0
    C > A|3|3|0
    C > B > A|3|3|0
";

#[test]
fn nine_paths_on_the_command_line() {
    let fractions = |a: f64, b: f64, c: f64| [("A", a), ("B", b), ("C", c)];
    for (model, wanted) in [
        ("first", fractions(9.0, 9.0, 9.0)),
        ("last", fractions(15.0, 6.0, 6.0)),
        ("last__non:A", fractions(3.0, 12.0, 12.0)),
        ("linear", fractions(10.5, 9.0, 7.5)),
        ("u:40,20,40", fractions(11.1, 8.4, 7.5)),
        ("markov:1", fractions(2565.0 / 241.0, 2052.0 / 241.0, 1890.0 / 241.0)),
        ("shapley", fractions(10.5, 9.0, 7.5)),
    ] {
        let text = printed(NINE, &format!("--model {model}"));
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("channel|conversions|value"));
        for (line, (channel, wanted)) in lines.by_ref().zip(wanted) {
            let cells: Vec<&str> = line.split('|').collect();
            let numbers: Vec<f64> = cells[1..].iter().map(|cell| cell.parse().unwrap()).collect();
            assert_eq!(cells[0], channel);
            // Fifteen digits, and each conversion is worth 1.
            assert!(
                numbers.iter().all(|got| (got - wanted).abs() < 1e-13 * wanted),
                "{model} {line} {wanted}"
            );
        }
        assert_eq!(lines.next(), None);
    }
    let out = printed(NINE, "--model markov:1 --effects --cents");
    let cells: Vec<Vec<&str>> = out.lines().map(|line| line.split('|').collect()).collect();
    assert_eq!(cells[0], ["channel", "conversions", "value", "effect"]);
    let columns = |column: usize| cells[1..].iter().map(|line| line[column]).collect::<Vec<_>>();
    // 27.00 by largest remainder: the cent that is left goes to B.
    assert_eq!(columns(2), ["10.64", "8.52", "7.84"]);
    assert_eq!(columns(3), ["0.666666666666667", "0.533333333333333", "0.491228070175439"]);
}

#[test]
fn events_on_the_command_line() {
    let cases = event_cases();
    let mut text = "journey|time|channel|conversions\n".to_owned();
    for (user, time, channel, conversions) in &cases.events {
        text += &format!("{user}|{time}|{channel}|{conversions}\n");
    }
    for case in cases.models {
        let text = printed(&text, &format!("--events --model {}", case.option.replace('_', "__")));
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split('|').collect();
            let wanted = case.credits.get(cells[0]).copied().unwrap_or(0.0);
            let got: f64 = cells[1].parse().unwrap();
            assert!((got - wanted).abs() < 1e-12, "{} {line} {wanted}", case.option);
        }
        assert_eq!(text.lines().count(), 5, "{text}");
    }
}

#[test]
fn a_journey_never_reaches_the_next_customer() {
    // Both end with their conversion; one goes on after it; one was given up before it.
    let text = "
        journey|time|channel
        a|2026-01-01|sem
        a|2026-01-02|(conversion)
        b|2026-01-01|live
        b|2026-01-03|(conversion)
        b|2026-01-04|mail
        c|2026-01-01|feed
        c|2026-01-02|(null)
        c|2026-01-03|expo
        c|2026-01-04|(conversion)
    ";
    let wanted = "
        channel|conversions|value
        expo|0.5|0
        feed|0.5|0
        live|1|0
        sem|1|0
    ";
    let (out, notes) = run(text, "--events --full-history --model linear").unwrap();
    assert_eq!(out, table(wanted));
    assert!(
        notes.contains("note: touches after the last conversion of their journey, in none: 1\n"),
        "{notes}"
    );
    // Cut, what follows a conversion is a journey that came to nothing.
    let (out, notes) = run(text, "--events --model linear").unwrap();
    let cut = wanted.replace("expo|0.5", "expo|1").replace("feed|0.5", "feed|0");
    assert_eq!(out, table(&cut.replace("live|1|0", "live|1|0\n        mail|0|0")));
    assert!(!notes.contains("after the last conversion"), "{notes}");
    let matrix = printed(text, "--events --model markov:1 --matrix");
    assert!(matrix.contains("mail|(null)|1|1\n"), "{matrix}");
    assert_refused(
        "
        journey|time|channel|conversions|value
        a|2026-01-01|sem||
        a|2026-01-02|(conversion)|1|7
        a|2026-01-03|(conversion)|0|5
        b|2026-01-01|live||
        b|2026-01-03|(conversion)|1|
        ",
        "--events --full-history --model linear",
        &["t.tsv: line 4, column 4 (conversions): found `0`, expected at least 1 on a line `(conversion)`"],
    );
}

/// A value, a count or a line that belongs to nothing is an error with its place, and every one is listed.
#[test]
fn nothing_is_dropped_in_silence() {
    assert_refused(
        "
        path|conversions|value|nulls
        A|0|7|3
        A > B
        B||5|2
        C
        A|||
        A > > B|1||
        A -> B|1||
        A|1|2|3|4
        |(none)|1|1
        (start) > A|1||
        A|-1|1|1
        A|1|1e3|1
        ",
        "--model first",
        &[
            "line 3, column 2 (conversions): found nothing, expected a cell",
            "line 5, column 2",
            "line 9, column 5: found `4`",
        ],
    );
    assert_refused(
        "
        path|conversions|value|nulls
        A|0|7|3
        B||5|2
        A|||
        A > > B|1||
        A → B|1||
        |x|1|1
        (start) > A|1||
        A|-1|1|1
        A|1|1e3|1
        A|1|1|1.5
        ",
        "--model first",
        &[
            "t.tsv: line 2, column 3 (value): found `7`, expected 0 where there is no conversion",
            "line 3, column 3 (value): found `5`, expected 0 where there is no conversion",
            "line 4, column 2 (conversions): found nothing, expected how many conversions the path has",
            "line 5, column 1 (path): found `A > > B`, expected channels with ` > ` between, none of them empty",
            "line 6, column 1 (path): found `A → B`, expected channels with ` > ` between them; this is not an arrow",
            "line 7, column 2 (conversions): found `x`, expected a whole number from 0 to",
            "line 8, column 1 (path): found `(start) > A`, expected another name than `(start)`, which is reserved",
            "line 9, column 2 (conversions): found `-1`, expected a whole number",
            "line 10, column 3 (value): found `1e3`, expected a decimal",
            "line 11, column 4 (nulls): found `1.5`, expected a whole number",
        ],
    );
    assert_refused(
        "
        journey|time|channel|conversions|value
        a|2026-01-01|sem|0|5
        a|2026-01-02|(null)|2|
        a|2026-01-03|(null)||9
        |2026-01-03|sem||
        a|yesterday|sem||
        a|2026-01-03||1|
        a|2026-01-03|(unattributed)||
        ",
        "--events --model linear",
        &[
            "line 2, column 5 (value): found `5`, expected no value where there is no conversion",
            "line 3, column 4 (conversions): found `2`, expected nothing on a line `(null)`",
            "line 4, column 5 (value): found `9`, expected no value",
            "line 5, column 1 (journey): found nothing, expected the name of a journey",
            "line 6, column 2 (time): found `yesterday`, expected a time such as",
            "line 7, column 3 (channel): found nothing, expected the name of a channel",
            "line 8, column 3 (channel): found `(unattributed)`, expected another name",
        ],
    );
    // Lines mark conversions as a column does, so a value on a touch is lost without one.
    assert_refused(
        "
        journey|time|channel|value
        a|2026-01-01|sem|5
        a|2026-01-02|(conversion)|6
        ",
        "--events --model linear",
        &["line 2, column 4 (value): found `5`, expected no value where there is no conversion"],
    );
    // Without marks a journey is one conversion: it has one value, on any line.
    let unmarked = "
        journey|time|channel|value
        a|2026-01-01|sem|5
        a|2026-01-02|live|
    ";
    assert_printed(
        unmarked,
        "--events --model linear",
        "
        channel|conversions|value
        live|0.5|2.5
        sem|0.5|2.5
        ",
    );
    assert_refused(
        &unmarked.replace("live|", "live|5"),
        "--events --model linear",
        &[
            "line 3, column 4 (value): found `5`, expected one value a journey, and line 2 has it: mark conversions",
        ],
    );
    // More than twenty are counted.
    let many = format!("path|conversions\n{}", "A|x\n".repeat(30));
    let error = run(&many, "--model first").unwrap_err();
    assert_eq!((error.lines().count(), error.lines().last()), (21, Some("t.tsv: and 10 more")));
}

#[test]
fn models_are_named_part_by_part() {
    for (model, wanted) in [
        ("u:40,20,x,40", "--model: found `x` in `u:40,20,x,40`, expected a percentage from 0 to 100"),
        ("u:40,20,,40", "--model: found `` in `u:40,20,,40`, expected a percentage"),
        ("u:40,20", "--model: found `40,20` in `u:40,20`, expected three percentages"),
        ("u:40,20,20,20", "expected three percentages, of the first, the middle and the last touch"),
        ("u:40,20,39.9", "expected percentages that sum to 100, not to 99.9"),
        ("u:nan,20,40", "--model: found `nan` in"),
        ("u:-20,80,40", "--model: found `-20` in"),
        ("time__decay:0d", "--model: found `0d` in `time_decay:0d`, expected a half-life above zero"),
        ("time__decay:7", "--model: found `7` in `time_decay:7`, expected a half-life such as 7d"),
        ("markov:5", "--model: found `5` in `markov:5`, expected an order from 1 to 4, or auto"),
        ("markov:1,2", "--model: found `1,2` in `markov:1,2`, expected an order"),
        ("last__non:A,,B", "expected names of channels"),
        ("linear:2", "--model: found `linear:2`, expected first, last"),
        ("lst", "--model: found `lst`, expected first, last"),
    ] {
        let events = if model.starts_with("time") { "--events " } else { "" };
        let error = run(NINE, &format!("{events}--model {model}")).unwrap_err();
        assert!(error.contains(wanted), "{error}\nshould say {wanted}");
    }
    let (_, notes) = run(NINE.replace('A', "direct").as_str(), "--model last__non:dirct").unwrap();
    assert!(notes.contains("no touch has the channel `dirct`, did you mean `direct`?"), "{notes}");
}

#[test]
fn options_without_an_effect_are_refused() {
    let no_value = "path|conversions\nA|1\n";
    let events = "journey|time|channel\na|2026-01-01|sem\n";
    for (text, words, wanted) in [
        (NINE, "--full-history", "--full-history has no effect: paths have no history"),
        (events, "--events --full-history", "--full-history has no effect: the table marks no conversions"),
        (NINE, "--model first --value", "--value has no effect: the value has a column of its own"),
        (NINE, "--effects", "--effects has no effect: with --all a model has one column"),
        (NINE, "--all --model markov:1 --effects", "--effects has no effect: with --all"),
        (NINE, "--model first --effects", "--effects has no effect: the model has no effects"),
        (NINE, "--model shapley --effects", "--effects has no effect: the model has no effects"),
        (NINE, "--bootstrap 50", "--bootstrap has no effect: with --all"),
        (NINE, "--model linear --bootstrap 50", "--bootstrap has no effect: only markov and shapley"),
        (NINE, "--model markov:1 --seed 5", "--seed has no effect: it is the seed of --bootstrap N"),
        (NINE, "--model linear --by-journey", "--by-journey has no effect: the model is no Markov chain"),
        (NINE, "--model linear --by-total", "--by-total has no effect: the model is no Markov chain"),
        (NINE, "--by-journey --by-total", "--by-total has no effect: --by-journey says the opposite"),
        (NINE, "--model first --matrix", "--matrix has no effect: the model is no Markov chain"),
        (NINE, "--model markov:1 --matrix --cents", "--cents has no effect: --matrix prints"),
        (NINE, "--model markov:1 --matrix --effects", "--effects has no effect: --matrix prints"),
        (NINE, "--model markov:1 --matrix --by-journey", "--by-journey has no effect: --matrix prints"),
        (NINE, "--matrix --value", "--value has no effect: --matrix prints"),
        (no_value, "--model first --cents", "--cents has no effect: t.tsv has no column `value`"),
        (no_value, "--all --value", "--value has no effect: t.tsv has no column `value`"),
        (
            NINE,
            "--model time__decay:7d",
            "--model time_decay needs times, which paths have not: see --events",
        ),
        (NINE, "--model first --model last", "--model is given twice"),
        (NINE, "--model first --modell last", "there is no option --modell, did you mean --model?"),
        (NINE, "--model markov:1 --bootstrap -5", "--bootstrap: found `-5`, expected a whole number"),
        (NINE, "--model markov:1 --bootstrap 5", "bootstrap.samples"),
    ] {
        let error = run(text, words).expect_err(words);
        assert!(error.contains(wanted), "{words}: {error}\nshould say {wanted}");
    }
    // All at once.
    let error = run(NINE, "--model first --value --effects --seed 3").unwrap_err();
    assert_eq!(error.lines().count(), 3, "{error}");
    // The same options where they have one.
    for (text, words) in [
        (NINE, "--all --value"),
        (NINE, "--all --cents"),
        (NINE, "--model markov:1 --effects --bootstrap 50 --seed 5 --by-journey --cents"),
        (NINE, "--model shapley:rate --effects"),
        (NINE, "--model shapley --bootstrap 50"),
        (NINE, "--matrix"),
        (NINE, "--all --by-journey"),
        (events, "--events --model time__decay:7d"),
    ] {
        let (out, _) = run(text, words).unwrap();
        assert!(!out.contains("\t-"), "{words}: {out}");
    }
}

#[test]
fn long_decimals_are_real_numbers_and_no_cents() {
    let text = "
        path|conversions|value
        A|1|0.123456789012
        B|1|1234567.891
        A|0|0.000
    ";
    assert_printed(
        text,
        "--model first",
        "
        channel|conversions|value
        A|1|0.123456789012
        B|1|1234567.891
        ",
    );
    assert_refused(
        text,
        "--model first --cents",
        &[
            "line 2, column 3 (value): found `0.123456789012`, expected at most 6 digits after the point, because --cents",
        ],
    );
    // Beside large values 64 bits hold fewer decimals, and the program says so.
    let text = "
        path|conversions|value
        A|1|0.1234567890123456789
        B|1|-123456789012345.6
        C|1|0.3333333333333333
    ";
    let (out, notes) = run(text, "--model first").unwrap();
    assert_eq!(out, table("channel|conversions|value\nA|1|0.1235\nB|1|-123456789012346\nC|1|0.3333"));
    let note =
        "note: values are rounded to 4 digits after the point: 64 bits hold no more of all values together\n";
    assert!(notes.starts_with(note), "{notes}");
    // Half to even.
    let text = "path|conversions|value\nA|1|0.00005\nB|1|0.00015\nC|1|0.000250001\nD|1|300000000000000";
    assert_eq!(
        printed(text, "--model first"),
        "channel|conversions|value\nA|1|0\nB|1|0.0002\nC|1|0.0003\nD|1|300000000000000\n"
    );
    // Six digits are exact, and rows of one value each come back as they went in.
    assert_printed(
        "path|conversions|value\nA|1|0.000001\nB|1|5\nC|2|7.5",
        "--model first --cents",
        "
        channel|conversions|value
        A|1|0.000001
        B|1|5.000000
        C|2|7.500000
        ",
    );
    for words in ["--model first", "--model first --cents"] {
        let huge = format!("path|conversions|value\nA|1|1{}\n", "0".repeat(30));
        assert_refused(
            &huge,
            words,
            &[
                "line 2, column 3 (value): found `1000000000000000000000000000000`, expected a value that fits into 64 bits",
            ],
        );
    }
}

/// Without blanks nobody knows whether it stands between channels.
#[test]
fn a_sign_within_a_name_is_refused() {
    for path in ["search>brand > mail", "a>b", "a > b>c"] {
        let error = run(&format!("path|conversions\n{path}|1\n"), "--model linear").unwrap_err();
        let wanted = format!("found `{path}`, expected channels with ` > ` between, blanks included");
        assert!(error.to_string().ends_with(&wanted), "{error}");
    }
    // No order can be chosen where all journeys convert.
    let (_, notes) = run("path|conversions\na > b|40\n", "--model markov:auto").unwrap();
    assert!(
        notes.ends_with("note: all journeys convert, or none: there is no order to choose, it is 1\n"),
        "{notes}"
    );
}

/// Every model's own notes, and what all say once.
#[test]
fn notes_name_their_models() {
    let text = "
        path|conversions|value|nulls
        A > B|20|100|10
        |15|15|
        B|9|1|1
    ";
    let (out, notes) = run(text, "--all --model markov:auto").unwrap();
    assert!(out.contains("(unattributed)\t15\t15\t15\t15\t15\t15\n"), "{out}");
    let lines: Vec<&str> = notes.lines().collect();
    assert_eq!(lines[0], "note: time_decay is left out: paths have no times (see --events)");
    assert_eq!(
        lines[1],
        "note: each line of paths is divided among its own touches: first, last, linear, u:40,20,40, shapley"
    );
    assert_eq!(lines[2], "note: all conversions together are divided among all channels: markov:auto");
    assert_eq!(lines[3], "note: 29 attributed of 44 conversions, fewer than 30");
    assert!(lines[4].starts_with("note: markov:auto: order 1: AUC "), "{notes}");
    assert_eq!(lines.last(), Some(&"note: markov:auto: order 1 was chosen"));
    let mut seen = lines.clone();
    seen.dedup();
    assert_eq!(seen, lines);
    // One more, and it is enough.
    let (_, notes) = run(&text.replace("B|9|", "B|10|"), "--model linear").unwrap();
    assert_eq!(notes, "note: each line of paths is divided among its own touches: linear\n");
    let many: String = (0..25).map(|channel| format!("c{channel:02}|2\n")).collect();
    let (_, notes) = run(&format!("path|conversions\n{many}"), "--model linear").unwrap();
    assert!(
        notes.ends_with(
            "few conversions of c00, c01, c02, c03, c04, c05, c06, c07, c08, c09, c10, c11, c12, c13, \
         c14, c15, c16, c17, c18, c19 and 5 more\n"
        ),
        "{notes}"
    );
}

/// A model that gives no answer takes none from the others.
#[test]
fn a_model_that_refuses_is_a_column_without_figures() {
    let path: Vec<String> = (0..21).map(|channel| format!("c{channel:02}")).collect();
    let text = format!("path|conversions|value\n{}|40|21.00\n", path.join(" > "));
    let reason =
        "the game needs every subset of 21 channels, and at most 20 channels are supported: group channels";
    for (words, cell) in [("", "1.9047619047619"), ("--value", "1"), ("--cents", "1.00")] {
        let words = format!("--all --model shapley:rate {words}");
        assert_eq!(outcome(&text, &words), program::Outcome::Part);
        let out = printed(&text, &words);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "channel|first|last|linear|u:40,20,40|markov:1|shapley:rate");
        assert_eq!(lines.len(), 23);
        for line in &lines[1..22] {
            let cells: Vec<&str> = line.split('|').collect();
            assert_eq!((cells.len(), cells[6]), (7, "-"), "{line}");
            assert!(cells[3].starts_with(cell), "{line}");
        }
        assert_eq!(lines[22], format!("# model `shapley:rate`: {reason}"));
    }
    assert_eq!(outcome(&text, "--all"), program::Outcome::Whole);
    // Alone it leaves no table.
    assert_refused(&text, "--model shapley:rate", &[reason]);
}

/// What stands beside the figures says what was divided at once.
#[test]
fn notes_say_what_is_divided() {
    let events = "journey|time|channel\na|2026-01-01|sem\n";
    for (text, words, wanted) in [
        (NINE, "--model markov:1", "all conversions together are divided among all channels: markov:1"),
        (
            NINE,
            "--model markov:1 --by-journey",
            "each line of paths is divided among its own touches: markov:1",
        ),
        (
            NINE,
            "--model shapley:rate",
            "all conversions together are divided among all channels: shapley:rate",
        ),
        (events, "--events --model markov:2", "each conversion is divided among its own touches: markov:2"),
        (events, "--events --model markov:2 --by-total", "all conversions together are divided among"),
        (events, "--events --model linear", "each conversion is divided among its own touches: linear"),
    ] {
        let (_, notes) = run(text, words).unwrap();
        assert!(notes.starts_with(&format!("note: {wanted}")), "{words}: {notes}");
    }
    assert_eq!(run(NINE, "--model markov:1 --matrix").unwrap().1, "");
}

/// Tables as other tools write them.
#[test]
fn what_tools_write_is_read() {
    let wanted = "channel|conversions|value\nA|1|5\nB|1|5\n";
    for text in [
        "path|conversions|value|nulls\nA > B|2.0|10.0|3.00\n",
        "path|conversions|value|nulls\nA > B|2.|10|0.0\n",
        "path|conversions|value|nulls\nA > B|002|10.00|\n",
        "\"path\"|\"conversions\"|value|nulls\n\"A > B\"|\"2\"|\"10.00\"|3\n",
    ] {
        assert_eq!(printed(text, "--model linear"), wanted, "{text}");
    }
    for count in ["2.5", "-2.0", "-0", "2.0.0", "2e0", "+2", "9007199254740993.0", "1,000", "NaN"] {
        assert_refused(
            &format!("path|conversions\nA|{count}\n"),
            "--model linear",
            &[&format!("(conversions): found `{count}`, expected a whole number from 0 to 9007199254740992")],
        );
    }
    // Quotes inside belong to the name.
    assert_eq!(
        printed("path|conversions\nthe \"A\" > B|1\n", "--model first"),
        "channel|conversions|value\nB|0|0\nthe \"A\"|1|0\n"
    );
    let times = |one: &str, other: &str| {
        run(&format!("journey|time|channel\na|{one}|A\na|{other}|B\n"), "--events --model first").unwrap()
    };
    for (one, other) in [
        ("2026/3/1", "2026-03-02"),
        ("2026/3/1 9:30", "2026/03/01 09:30:01"),
        ("2026-03-01 09:30:00+00:00", "2026-03-01T17:31:00+08:00"),
    ] {
        let (out, notes) = times(one, other);
        assert_eq!(out, "channel\tconversions\tvalue\nA\t1\t0\nB\t0\t0\n", "{one} {other}");
        assert!(!notes.contains("zone"), "{notes}");
    }
    // Where some have a zone, those without one are named.
    let (out, notes) = times("2026-03-01 09:30", "2026-03-01T10:00:00+08:00");
    assert_eq!(out, "channel\tconversions\tvalue\nA\t0\t0\nB\t1\t0\n");
    assert!(
        notes.starts_with("note: times without a zone, read as UTC beside others that have one: 1\n"),
        "{notes}"
    );
}

/// No two states have one name, whatever channels are called.
#[test]
fn names_of_states_are_told_apart() {
    let text = |a: &str, b: &str| {
        format!(
            "journey|time|channel\na|2026-01-01|{a}\na|2026-01-02|{b}\nb|2026-01-01|{a} > {b}\n\
             c|2026-01-01|{a} >\nc|2026-01-02|{b}\nd|2026-01-01|{a}\nd|2026-01-02|> {b}\n"
        )
    };
    for (a, b) in [("A", "B"), ("\"A", "B\""), ("A\\", "\"B")] {
        let matrix = printed(&text(a, b), "--events --model markov:2 --matrix");
        let rows: Vec<(&str, &str)> = matrix
            .lines()
            .skip(1)
            .map(|line| line.split_once('|').unwrap())
            .map(|(from, rest)| (from, rest.split_once('|').unwrap().0))
            .collect();
        let mut once = rows.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), rows.len(), "{matrix}");
        // Start to three, on from two of them to three, and four states that end.
        let states: std::collections::BTreeSet<&str> = rows.iter().map(|(from, _)| *from).collect();
        assert_eq!(states.len(), 7, "{matrix}");
    }
    let matrix = printed(&text("A", "B"), "--events --model markov:2 --matrix");
    assert!(matrix.contains("\n(start)|\"A > B\"|0.25|1\n"), "{matrix}");
    assert!(matrix.contains("\nA > B|(conversion)|1|1\n"), "{matrix}");
    assert!(matrix.contains("\nA > \"> B\"|(conversion)|1|1\n"), "{matrix}");
    // At order 1 a state is a channel and has its name.
    let matrix = printed(&text("A", "B"), "--events --model markov:1 --matrix");
    assert!(matrix.contains("\n(start)|A > B|0.25|1\n"), "{matrix}");
}

#[test]
fn hostile_tables_have_defined_results() {
    let one = "channel|conversions|value\n";
    // Nothing at all, and nothing but a header.
    for text in ["", "\n\n \t \n"] {
        assert_refused(
            text,
            "--model first",
            &[
                "column 1 (header): found nothing, expected the name of a column",
                "expected a column `path`",
                "expected a column `conversions`",
            ],
        );
    }
    assert_eq!(printed("path|conversions|value|nulls\n", "--model markov:1"), one);
    assert_eq!(
        printed("path|conversions\n\n\n", "--all"),
        "channel|first|last|linear|u:40,20,40|markov:1|shapley\n"
    );
    // Line ends, a byte order mark, blank lines, blanks around cells and tabs at the end of a line.
    let plain = b"path\tconversions\tvalue\tnulls\nsem > live\t2\t10.00\t1\n";
    let odd = "\u{feff}\r\nPath\tConversions \tValue\tNulls\r\n\r\n  sem >live\t2 \t 10.00\t1\t\t\r\n";
    assert_eq!(
        run_bytes(odd.as_bytes(), "--model linear").unwrap(),
        run_bytes(plain, "--model linear").unwrap()
    );
    // Names in any script, with blanks inside; names that only look alike are not the same.
    let text = "path|conversions\n搜索 广告 > канал > ＡＢ > 🚀 > AB|5\n";
    assert_eq!(
        printed(text, "--model linear"),
        "channel|conversions|value\nAB|1|0\nканал|1|0\n搜索 广告|1|0\nＡＢ|1|0\n🚀|1|0\n"
    );
    // A column that is there twice, by one name or by two, and one that nobody knows.
    assert_refused(
        "path|conversions|Conversions\nA|1|2\n",
        "--model first",
        &[
            "line 1, column 3 (header): found `conversions`, expected one column `conversions`: column 2 is it",
        ],
    );
    assert_refused(
        "path|conversions|journey\nA|1|2\n",
        "--model first",
        &["column 3 (header): found `journey`, expected one column `path`: column 1 is it"],
    );
    assert_refused(
        "path|convrsions\nA|1\n",
        "--model first",
        &["(did you mean `conversions`?)", "expected a column `conversions`"],
    );
    assert_refused(
        "path,conversions\nA,1\n",
        "--model first",
        &["found `path,conversions`, expected the name of a column", "`path`", "`conversions`"],
    );
    // Refunds count; counts do not go below zero.
    assert_eq!(
        printed("path|conversions|value\nA > B|1|-0.03\n", "--model linear --cents"),
        format!("{one}A|0.5|-0.02\nB|0.5|-0.01\n")
    );
    // Counts at the end of what is exact, and beyond it.
    let text = "path|conversions|nulls\nA|4503599627370496|4503599627370495\n";
    assert_eq!(printed(text, "--model markov:1"), format!("{one}A|4503599627370496|0\n"));
    assert_refused(
        &format!("{text}B|2|\n"),
        "--model first",
        &["line 3: the counts up to journey 1 are too large"],
    );
    assert_refused(
        "path|conversions\nA|9007199254740993\n",
        "--model first",
        &["found `9007199254740993`, expected a whole number from 0 to 9007199254740992"],
    );
    let text = "path|conversions|value\nA|1|90000000000000000\nB|1|90000000000000000\n";
    assert_refused(
        text,
        "--model first --cents",
        &["line 3: the amounts up to journey 1 exceed what 64-bit minor units hold"],
    );
    assert_eq!(
        printed(text, "--model first"),
        format!("{one}A|1|90000000000000000\nB|1|90000000000000000\n")
    );
    // A blank path is a conversion that no channel gets; one channel gets all others.
    let text = "path|conversions|value|nulls\n|3|9|1\nA|2|4|1\nA > A|1|2|0\n";
    for model in ["first", "linear", "u:40,20,40", "markov:3", "shapley:rate"] {
        assert_eq!(
            printed(text, &format!("--model {model}")),
            format!("{one}A|3|6\n(unattributed)|3|9\n"),
            "{model}"
        );
        let cents = printed(text, &format!("--model {model} --cents"));
        assert_eq!(cents, format!("{one}A|3|6.00\n(unattributed)|3|9.00\n"), "{model}");
    }
    let error = run_bytes(b"path\tconversions\nA\xff\t1\n", "--model first").unwrap_err();
    assert_eq!(error, "t.tsv: line 2, byte 2: found the byte 0xff, expected UTF-8");
}

/// Two thousand channels: the value is found by channel, so the work grows with the rows of the table.
#[test]
fn many_channels_are_written_exactly() {
    let rows: String =
        (0..2_000).map(|channel| format!("c{channel} > c{}|1|0.01\n", channel * 7 % 2_000)).collect();
    let out = printed(&format!("path|conversions|value\n{rows}"), "--model linear --cents");
    let value = |line: &str| line.rsplit_once('|').unwrap().1.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(out.lines().count(), 2_001);
    assert_eq!(out.lines().skip(1).map(value).sum::<i64>(), 2_000);
}
