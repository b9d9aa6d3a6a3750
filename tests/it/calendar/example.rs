//! The command line of the example: what it prints, what it says beside it, what it refuses.

use std::path::Path;

#[path = "../../../examples/deadline/program/mod.rs"]
mod program;

/// What comes out, what is said beside it, and the error when there is one.
struct Run {
    out: String,
    notes: String,
    error: Option<String>,
}

/// `|` in the table and the output is a tab. `t.tsv` is the table, `c.json` the calendar.
fn run(words: &[&str], table: &str, calendar: &str) -> Run {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let read = |path: &Path| match path.to_str() {
        Some("t.tsv") => Ok(table.replace('|', "\t").into_bytes()),
        Some("c.json") => Ok(calendar.as_bytes().to_vec()),
        Some("nowhere.json") => Err(std::io::ErrorKind::NotFound.into()),
        _ => std::fs::read(path),
    };
    let words = words.iter().map(|word| (*word).to_owned());
    let error = program::run(words, &read, &mut out, &mut notes).err().map(|error| error.to_string());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { out: text(out).replace('\t', "|"), notes: text(notes), error }
}

/// The output of a run without an error.
#[track_caller]
fn printed(words: &[&str], table: &str) -> String {
    let run = run(words, table, "");
    assert_eq!(run.error, None);
    run.out
}

#[track_caller]
fn refused(words: &[&str], table: &str) -> String {
    run(words, table, "").error.unwrap()
}

#[test]
fn the_sample_is_answered_line_by_line() {
    let sample = run(&[], "", "");
    assert_eq!(
        (sample.out.as_str(), sample.notes.as_str(), sample.error),
        (
            "\
start|amount|lead|deadline
# Before the National Day of 2026, and on it
2026-09-30T16:00:00+08:00|24h|L1 one working day|2026-10-08T16:00:00+08:00
2026-09-30T16:00:00+08:00|4h|L2 four hours of work|2026-10-08T11:00:00+08:00
2026-10-03T09:00:00+08:00|1h|L3 came on a day off|2026-10-08T10:00:00+08:00
2026-10-09T17:30:00+08:00|1h|L4 the next day is a make-up Saturday|2026-10-10T09:30:00+08:00
# Five working days, and the way back: when must work begin to be ready?
2026-02-13T10:00:00+08:00|5wd|L5 over the Spring Festival|2026-02-27T10:00:00+08:00
2026-02-24T12:00:00+08:00|-8h|L6 eight hours of work before noon|2026-02-14T11:30:00+08:00
",
            "clock by size: office_hours for 4 amounts below 24h, workday for 2 others; --clock takes one for all\n",
            None
        )
    );
}

#[test]
fn every_clock_gives_its_deadline() {
    let table = "2026-03-06T16:00:00+08:00|24h\n";
    for (clock, due) in [
        ("workday", "2026-03-09T16:00:00+08:00"),
        ("office_hours", "2026-03-11T17:30:00+08:00"),
        ("elapsed", "2026-03-07T16:00:00+08:00"),
        ("same_time", "2026-03-09T16:00:00+08:00"),
    ] {
        let out = printed(&["--calendar", "cn", "--clock", clock, "t.tsv"], table);
        assert_eq!(out, format!("2026-03-06T16:00:00+08:00|24h|{due}\n"), "{clock}");
    }
    let out = printed(&["--clock", "same_time", "t.tsv"], "2026-09-30T16:00:00+08:00|7wd\n");
    assert_eq!(out, "2026-09-30T16:00:00+08:00|7wd|2026-10-15T16:00:00+08:00\n");
    let windows = ["--clock", "office_hours", "--windows", "10:00-12:00，13：00-19：00", "t.tsv"];
    assert_eq!(
        printed(&windows, "2026-03-06T18:00:00+08:00|2h\n"),
        "2026-03-06T18:00:00+08:00|2h|2026-03-09T11:00:00+08:00\n"
    );
}

#[test]
fn why_stands_before_the_deadline() {
    let out = printed(
        &["--explain", "t.tsv"],
        "start|amount\n2026-03-06T17:00:00+08:00|2h\n\n2026-03-06T17:00:00+08:00|2wd\n",
    );
    assert_eq!(
        out,
        "\
start|amount|why|deadline
2026-03-06T17:00:00+08:00|2h|2h on office_hours, chosen by size; calendar cn-2023-2026|2026-03-09T10:00:00+08:00

2026-03-06T17:00:00+08:00|2wd|2wd on workday, chosen by size; calendar cn-2023-2026|2026-03-10T17:00:00+08:00
"
    );
    let out = printed(&["--explain", "--clock", "elapsed", "t.tsv"], "2026-03-06T17:00:00+08:00|2h\n");
    assert!(out.contains("|2h on elapsed; calendar cn-2023-2026|"), "{out}");
}

#[test]
fn the_time_between_two_moments_is_an_amount() {
    let table = "from|to\n2026-03-06T17:00:00+08:00|2026-03-09T10:00:00+08:00\n2026-03-09T10:00:00+08:00|2026-03-06T17:30:00+08:00\n";
    let between = |clock: &str| printed(&["--between", "--clock", clock, "t.tsv"], table);
    let column = |clock: &str| -> Vec<String> {
        between(clock).lines().map(|line| line.rsplit('|').next().unwrap().to_owned()).collect()
    };
    assert_eq!(column("office_hours"), ["between", "2h", "-90m"]);
    assert_eq!(column("workday"), ["between", "17h", "-990m"]);
    assert_eq!(column("elapsed"), ["between", "65h", "-3870m"]);
    assert_eq!(column("same_time"), ["between", "0wd", "0wd"]);
    let run = run(&["--between", "t.tsv"], table, "");
    assert_eq!(run.notes, "clock: workday; --clock takes another one\n");
}

#[test]
fn a_line_without_an_answer_says_what_to_do() {
    let table = "2026-12-31T16:00:00+08:00|24h\n2026-03-06T16:00:00+08:00|24h\n9999-12-31T00:00:00Z|36525d\n";
    let cn = run(&["--clock", "workday", "t.tsv"], table, "");
    let lines: Vec<&str> = cn.out.lines().collect();
    let end = "after_coverage: the calendar `cn-2023-2026` ends with 2026-12-31; \
               give --calendar FILE with the days off and the make-up days of more years (--help shows one)";
    assert_eq!(lines[0], format!("2026-12-31T16:00:00+08:00|24h|{end}"));
    assert_eq!(lines[1], "2026-03-06T16:00:00+08:00|24h|2026-03-09T16:00:00+08:00");
    assert_eq!(cn.error.unwrap(), "2 lines have no answer: their last columns say why");
    let far = run(&["--clock", "elapsed", "--explain", "t.tsv"], table, "");
    assert!(far.out.lines().nth(2).unwrap().contains("|-|out_of_range: "), "{}", far.out);
    assert_eq!(far.error.unwrap(), "1 line has no answer: its last column says why");
    let roster = r#"{"zone": "+08:00", "weekly": [{"days": "Mon-Fri", "hours": "22:00-06:00"}], "shifts": {"2026-03-05": "work", "2026-03-06": "work"}}"#;
    let duty = run(
        &["--calendar", "c.json", "t.tsv"],
        "2026-03-06T16:00:00+08:00|8h\n2026-03-06T16:00:00+08:00|9h\n",
        roster,
    );
    assert_eq!(
        duty.out,
        "\
2026-03-06T16:00:00+08:00|8h|2026-03-07T06:00:00+08:00
2026-03-06T16:00:00+08:00|9h|after_coverage: the calendar ends with 2026-03-06; \
add the dates on duty after it to `shifts`, and move `coverage.through` where it is given
"
    );
}

#[test]
fn a_coverage_of_unknown_years_is_noted() {
    let rules = r#"{"zone": "+08:00", "holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}],
                    "coverage": {"from": "2023-01-01", "through": "2030-12-31"}}"#;
    let run = run(&["--calendar", "c.json", "t.tsv"], "2027-09-30T16:00:00+08:00|24h\n", rules);
    assert!(
        run.notes.contains("c.json: warning[unknown_days_off] at coverage: the coverage runs to 2030-12-31"),
        "{}",
        run.notes
    );
    assert!(
        run.out.contains("|after_coverage: the calendar ends with 2026-12-31; add the days off"),
        "{}",
        run.out
    );
}

/// Questions that users of other libraries put to their maintainers: a bug there, or a wish.
#[test]
fn what_others_were_asked_is_answered() {
    let hours = |zone: &str, days: &str, hours: &str| {
        format!(r#"{{"zone": {zone}, "weekly": [{{"days": "{days}", "hours": "{hours}"}}]}}"#)
    };
    let office = hours("\"UTC\"", "Mon-Fri", "09:00-17:00");
    let amsterdam =
        r#"{"transitions": {"before": "+02:00", "changes": [["2022-10-30T01:00:00Z", "+01:00"]]}}"#;
    for (report, calendar, words, question, wanted) in [
        // A make-up Sunday is a working day, and the Monday off after it is none.
        (
            "vacanza/holidays 3293",
            None,
            "workday",
            "2024-04-28T10:00:00+08:00|24h",
            "2024-04-29T10:00:00+08:00",
        ),
        (
            "vacanza/holidays 298",
            None,
            "workday",
            "2023-09-28T15:00:00+08:00|2wd",
            "2023-10-08T15:00:00+08:00",
        ),
        // A year that is not known.
        ("eddelbuettel/rquantlib 88", None, "workday", "2017-02-02T10:00:00+08:00|24h", "before_coverage: "),
        // The hour that is shown twice.
        (
            "lennym/moment-business-time 58",
            Some(hours(amsterdam, "Mon-Sun", "00:00-10:00")),
            "office_hours",
            "2022-10-30T02:00:00+02:00|1h",
            "2022-10-30T02:00:00+01:00",
        ),
        // Hours over midnight.
        (
            "seppemans/businesstimedelta 5, bokmann/business_time 227",
            Some(hours("\"UTC\"", "Mon-Fri", "22:00-06:00")),
            "office_hours",
            "2026-03-06T23:00:00Z|8h",
            "2026-03-09T23:00:00Z",
        ),
        // A Friday afternoon.
        (
            "chatwoot 13392",
            Some(office.clone()),
            "office_hours",
            "2026-01-30T16:30:00Z|1h",
            "2026-02-02T09:30:00Z",
        ),
        // Before the opening, and a deadline exactly at closing.
        (
            "seatgeek/businesstime 34",
            Some(office.clone()),
            "office_hours",
            "2020-01-01T07:00:00Z|1h",
            "2020-01-01T10:00:00Z",
        ),
        (
            "seatgeek/businesstime 34",
            Some(office.clone()),
            "office_hours",
            "2020-01-01T19:00:00Z|32h",
            "2020-01-07T17:00:00Z",
        ),
        // Working days from an evening on are not pushed to the morning after.
        (
            "bokmann/business_time 195",
            Some(office.clone()),
            "workday",
            "2019-10-01T20:00:00Z|2wd",
            "2019-10-03T20:00:00Z",
        ),
        // Back.
        (
            "bokmann/business_time 119",
            Some(office.clone()),
            "same_time",
            "2015-09-11T11:41:00+01:00|-10wd",
            "2015-08-28T10:41:00Z",
        ),
        // One day of the week alone.
        (
            "osTicket 6739",
            Some(hours("\"UTC\"", "Tue", "08:00-17:00")),
            "office_hours",
            "2024-08-07T10:00:00Z|10h",
            "2024-08-20T09:00:00Z",
        ),
        // A lunch break.
        (
            "osTicket 6847",
            Some(hours("\"UTC\"", "Mon-Fri", "09:00-13:00, 14:00-18:00")),
            "office_hours",
            "2025-06-24T12:30:00Z|1h",
            "2025-06-24T14:30:00Z",
        ),
        // All hours of all days, with no minute closed at midnight.
        (
            "zammad 3180",
            Some(hours("\"UTC\"", "Mon-Sun", "00:00-24:00")),
            "office_hours",
            "2020-09-04T23:30:00Z|1h",
            "2020-09-05T00:30:00Z",
        ),
    ] {
        let name = if calendar.is_some() { "c.json" } else { "cn" };
        let run = run(
            &["--calendar", name, "--clock", words, "t.tsv"],
            question,
            calendar.as_deref().unwrap_or_default(),
        );
        let answer = run.out.trim_end().rsplit('|').next().unwrap();
        let same = match chrono::DateTime::parse_from_rfc3339(answer) {
            Ok(answer) => Ok(answer) == chrono::DateTime::parse_from_rfc3339(wanted),
            Err(_) => answer.starts_with(wanted),
        };
        assert!(same, "{report}: {answer}, wanted {wanted}");
    }
    // A start at closing counts nothing of its day.
    let long = hours("\"UTC\"", "Mon-Fri", "07:00-16:00");
    let table = "2015-02-23T16:00:00Z|2015-02-24T14:20:00Z\n2015-02-23T16:01:00Z|2015-02-24T14:20:00Z\n";
    let between =
        run(&["--calendar", "c.json", "--between", "--clock", "office_hours", "t.tsv"], table, &long);
    assert_eq!(between.out.matches("|440m\n").count(), 2, "seatgeek/businesstime 7: {}", between.out);
    // A minute short of the day, hours beyond 24, a day and a half.
    let short = run(&["--calendar", "c.json", "t.tsv"], "", &hours("\"UTC\"", "Mon-Sun", "00:00-23:59"));
    assert!(short.notes.contains("warning[not_until_midnight]"), "zammad 3180: {}", short.notes);
    let beyond = run(&["--calendar", "c.json", "t.tsv"], "", &hours("\"UTC\"", "Mon-Sun", "09:30-28:00"));
    let error = beyond.error.unwrap();
    assert!(error.contains("write `\"09:30-04:00\"`"), "lennym/moment-business-time 34: {error}");
    let error = refused(&["t.tsv"], "2026-03-06T16:00:00+08:00|1.5d\n");
    assert!(error.contains("write `36h`"), "lennym/moment-business-time 26: {error}");
}

#[test]
fn lines_keep_their_ends_and_a_header_may_stand_below_comments() {
    let out = printed(
        &["t.tsv"],
        "# from the CRM\r\n\r\nstart|amount\r\n2026-03-06T16:00:00+08:00|2h\r\n2026-03-06T16:00:00+08:00|1h",
    );
    assert_eq!(
        out,
        "# from the CRM\r\n\r\nstart|amount|deadline\r\n2026-03-06T16:00:00+08:00|2h|2026-03-06T18:00:00+08:00\r\n\
         2026-03-06T16:00:00+08:00|1h|2026-03-06T17:00:00+08:00\r\n"
    );
    let error = refused(&["t.tsv"], "2026-03-06T16:00:00+08:00|2h\nstart|amount\n");
    assert!(error.contains("line 2, column 1: found `start`"), "{error}");
    let error = refused(&["t.tsv"], "start|amount\r2026-03-06T16:00:00+08:00|2h\r");
    assert_eq!(error, "t.tsv: found lines that end with CR alone, expected LF or CR LF: tr '\\r' '\\n'");
    let error = refused(&["t.tsv"], "2026-03-06T16:00:00+08:00|2h\u{1b}[2J\n");
    assert!(error.contains("`2h\\u{1b}[2J`") && !error.contains('\u{1b}'), "{error}");
}

#[test]
fn text_that_is_not_utf_8_is_told_as_what_it_is() {
    let refused = |bytes: Vec<u8>| {
        let read = |_: &Path| Ok(bytes.clone());
        let words = ["t.tsv".to_owned()];
        program::run(words, &read, &mut Vec::new(), &mut Vec::new()).unwrap_err().to_string()
    };
    let table = "2026-03-06T16:00:00+08:00\t2h\n";
    let le: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(le), "t.tsv: found UTF-16, expected UTF-8: iconv -f UTF-16LE -t UTF-8 t.tsv");
    let be: Vec<u8> = table.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(refused(be), "t.tsv: found UTF-16, expected UTF-8: iconv -f UTF-16BE -t UTF-8 t.tsv");
    assert_eq!(refused(b"# a\n2026\0".to_vec()), "t.tsv: line 2: found the byte 0x00, expected text");
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_write() {
    let windows = |text: &str| refused(&["--windows", text, "t.tsv"], "");
    for (text, help) in [
        ("24:00-06:00", "write 00:00-06:00"),
        ("9am-6pm", "write 09:00-18:00"),
        ("09:00-12:00；13:30-18:00", "write commas between windows: 09:00-12:00, 13:30-18:00"),
        ("0９:00-18:00", "write 09:00-18:00"),
    ] {
        let error = windows(text);
        assert!(
            error.starts_with(&format!("--windows: `{text}` is not a time window")) && error.ends_with(help),
            "{error}"
        );
    }
    let table = "2026-03-06T16:00:00+08:00|200000d\n2026-03-06T16:00:00+08:00|1.5h\n2026-03-06T16:00:00|2h\n2026-03-06T16:00:00+08:00 2h\n2026-03-06T16:00:00+08:00\n";
    assert_eq!(
        refused(&["t.tsv"], table),
        "\
t.tsv: line 1, column 2: `200000d` is longer than a hundred years: write at most `36525d`
t.tsv: line 2, column 2: `1.5h` is not an amount of time such as `24h`, `3d` or `7wd`: write `90m`
t.tsv: line 3, column 1: found `2026-03-06T16:00:00`, expected a time in RFC 3339 such as 2026-03-02T09:00:00+08:00 (the offset from UTC is missing)
t.tsv: line 4, column 2: found no tab in `2026-03-06T16:00:00+08:00 2h`, expected a tab before an amount such as 24h, 3d or 7wd
t.tsv: line 5, column 2: found the end of the line, expected a tab and an amount such as 24h, 3d or 7wd"
    );
    for (amount, wanted) in [
        ("-1.5h", "`-1.5h` is not an amount of time such as `24h`, `3d` or `7wd`: write `-90m`"),
        (
            "−7 working days",
            "`-7 working days` is not an amount of time such as `24h`, `3d` or `7wd`: write `-7wd`",
        ),
        ("- 2 hours", "`-2 hours` is not an amount of time such as `24h`, `3d` or `7wd`: write `-2h`"),
        ("-200000d", "`-200000d` is longer than a hundred years: write at most `-36525d`"),
        ("-99999wd", "`-99999wd` is longer than a hundred years: write at most `-36525wd`"),
        (
            "-3 months",
            "`-3 months` is not an amount of time such as `24h`, `3d` or `7wd`: write `-90d`: months differ in length",
        ),
        (
            "-",
            "`-` is not an amount of time such as `24h`, `3d` or `7wd`: write a whole number and a unit, such as `-7d`",
        ),
        ("--2h", "found `--2h`, expected one sign: -24h counts back"),
        ("-+2h", "found `-+2h`, expected one sign: -24h counts back"),
    ] {
        let error = refused(&["t.tsv"], &format!("2026-03-06T16:00:00+08:00|{amount}\n"));
        assert_eq!(error, format!("t.tsv: line 1, column 2: {wanted}"));
        // What it says to write can be read.
        if let Some(right) = wanted.split("write `").nth(1).and_then(|rest| rest.split('`').next()) {
            printed(&["t.tsv"], &format!("2026-03-06T16:00:00+08:00|{right}\n"));
        }
    }
    for (words, wanted) in [
        (&["--clock", "work_day", "t.tsv"][..], "did you mean `workday`?"),
        (&["--calender", "cn"], "did you mean --calendar?"),
        (&["--calendar", "nowhere.json", "t.tsv"], "expected `cn` or a file that can be read: nowhere.json"),
        (&["--calendar", "CN", "t.tsv"], "did you mean `cn`?"),
        (&["--calendar", "-", "-"], "standard input cannot be both the calendar and the table"),
        (
            &["--windows", "", "t.tsv"],
            "--windows: found nothing, expected hours such as 09:00-12:00,13:30-18:00",
        ),
        (&["--between"], "--between needs a FILE"),
        (&["--between", "--explain", "t.tsv"], "--explain is about deadlines"),
        (&["t.tsv", "t.tsv"], "one table at a time"),
    ] {
        let error = refused(words, "");
        assert!(error.contains(wanted), "{error}");
    }
    let broken = run(&["--calendar", "c.json", "t.tsv"], "", r#"{"zoen": "UTC"}"#);
    assert!(broken.error.unwrap().contains("did you mean `zone`?"));
}

#[test]
fn hours_of_the_command_line_are_those_of_a_roster_without_hours() {
    let table = "2026-03-05T16:00:00+08:00|2h\n2026-03-05T17:30:00+08:00|1h\n";
    let roster = |rest: &str| {
        let shifts = r#"{"2026-03-05": "work", "2026-03-07": "work", "2026-03-08": {"windows": "20:00-22:00"}, "2026-03-09": "off"}"#;
        format!(r#"{{"zone": "+08:00", "shifts": {shifts}{rest}}}"#)
    };
    let words = ["--calendar", "c.json", "--clock", "office_hours", "--windows", "09:00-18:00", "t.tsv"];
    let wanted = "\
2026-03-05T16:00:00+08:00|2h|2026-03-05T18:00:00+08:00
2026-03-05T17:30:00+08:00|1h|2026-03-07T09:30:00+08:00
";
    for rest in ["", r#", "weekly": [{"days": "Mon-Fri", "hours": "08:00-09:00"}]"#, r#", "weekly": []"#] {
        let run = run(&words, table, &roster(rest));
        assert_eq!((run.out.as_str(), run.error), (wanted, None), "{rest}");
        assert_eq!(run.notes, "", "{rest}");
    }
    // Without them, and with other mistakes, all is told as ever.
    let without = run(&["--calendar", "c.json", "t.tsv"], table, &roster(""));
    let error = without.error.unwrap();
    assert!(error.contains("error[no_hours] at shifts.2026-03-05 (1:"), "{error}");
    let wrong = run(&words, table, &roster(r#", "zoen": 1"#)).error.unwrap();
    assert!(wrong.contains("did you mean `zone`?") && wrong.contains("no_hours"), "{wrong}");
}
