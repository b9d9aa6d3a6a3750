//! Walls that fall back over midnight, and dates that are skipped and shown again.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::calendar::{
    Amount, Calendar, CalendarError, CalendarRules, Clock, Coverage, Span, Transitions, Zone,
};
use serde_json::json;

use super::calendar;
use crate::support::at;

const ALL_DAY: &str = "00:00-24:00";

fn offset(text: &str) -> leadkit::calendar::UtcOffset {
    text.parse().unwrap()
}

/// St. John's until 2011: at one minute past midnight it becomes 23:01 of the day before.
fn st_johns() -> Zone {
    Zone::Transitions(Transitions::new(offset("-02:30"), [(at("2010-11-07T02:31:00Z"), offset("-03:30"))]))
}

/// Casey in 2010: at two it becomes 23:00 of the day before.
fn casey() -> Zone {
    Zone::Transitions(Transitions::new(offset("+11:00"), [(at("2010-03-04T15:00:00Z"), offset("+08:00"))]))
}

/// Open on every day of a coverage.
fn always(zone: Zone, from: &str, through: &str, hours: &str) -> Calendar {
    let mut rules = CalendarRules::weekdays(zone, [hours.parse().unwrap()]);
    rules.weekly[0].days.extend([chrono::Weekday::Sat, chrono::Weekday::Sun]);
    rules.coverage = Some(Coverage { from: from.parse().unwrap(), through: through.parse().unwrap() });
    Calendar::compile(&rules).unwrap()
}

fn code<T>(answer: Result<T, CalendarError>) -> Result<T, &'static str> {
    answer.map_err(|error| error.code())
}

#[test]
fn a_wall_that_falls_back_over_midnight_gives_no_answer_on_a_date_before_the_coverage() {
    let calendar = always(st_johns(), "2010-11-07", "2010-12-31", ALL_DAY);
    let moment = |time: &str| at(&format!("2010-11-07T{time}Z"));
    let (before, answered) = (Err("before_coverage"), Ok(true));
    for (time, wanted) in [
        ("02:29:59", before),   // 23:59:59 of the sixth
        ("02:30:00", answered), // 00:00 of the seventh
        ("02:30:59", answered),
        ("02:31:00", before), // 23:01 of the sixth
        ("03:29:59", before),
        ("03:30:00", answered), // 00:00 of the seventh again
    ] {
        assert_eq!(code(calendar.is_open(moment(time))), wanted, "{time}");
        let opening = code(calendar.next_opening(moment(time))).map(|at| at == moment(time));
        assert_eq!(opening, wanted, "{time}");
    }
    for clock in [Clock::Workday, Clock::OfficeHours] {
        let add = |time, minutes| {
            code(calendar.add(moment(time), Span::minutes(minutes), clock)).map(|due| due.at())
        };
        let subtract = |time, minutes| {
            code(calendar.subtract(moment(time), Span::minutes(minutes), clock)).map(|due| due.at())
        };
        let between = |from, until| {
            code(calendar.between(moment(from), moment(until), clock)).map(|length| length.num_minutes())
        };
        // The first minute is known to its end, and what lies behind it is not.
        assert_eq!(add("02:30:00", 1), Ok(moment("02:31:00")));
        assert_eq!(add("02:30:00", 2), Err("before_coverage"));
        assert_eq!(add("02:31:00", 0), Err("before_coverage"));
        assert_eq!(add("03:00:00", 60), Err("before_coverage"));
        assert_eq!(add("03:30:00", 60), Ok(moment("04:30:00")));
        assert_eq!(subtract("04:00:00", 30), Ok(moment("03:30:00")));
        assert_eq!(subtract("04:00:00", 31), Err("before_coverage"));
        assert_eq!(subtract("03:30:00", 0), Err("before_coverage"));
        assert_eq!(subtract("02:31:00", 1), Ok(moment("02:30:00")));
        assert_eq!(between("02:30:00", "02:31:00"), Ok(1));
        assert_eq!(between("03:30:00", "04:00:00"), Ok(30));
        for (from, until) in [("02:30:00", "04:00:00"), ("02:31:00", "04:00:00"), ("03:00:00", "04:00:00")] {
            assert_eq!(between(from, until), Err("before_coverage"), "{from}");
            assert_eq!(between(until, from), Err("before_coverage"), "{from}");
        }
    }
    let same_time = |time| {
        let due = calendar.add(moment(time), Amount::workdays(1), Clock::SameTime);
        code(due).map(|due| due.local().to_rfc3339())
    };
    assert_eq!(same_time("02:30:30"), Ok("2010-11-08T00:00:30-03:30".to_owned()));
    assert_eq!(same_time("02:31:00"), Err("before_coverage"));
    assert_eq!(same_time("03:29:59"), Err("before_coverage"));
    assert_eq!(same_time("03:30:00"), Ok("2010-11-08T00:00:00-03:30".to_owned()));
    let spans = |from, until| code(calendar.open_spans(moment(from), moment(until)));
    assert_eq!(spans("02:30:00", "04:00:00"), Err("before_coverage"));
    assert_eq!(spans("02:30:00", "02:31:00"), Ok(vec![moment("02:30:00")..moment("02:31:00")]));
}

#[test]
fn a_wall_that_falls_back_over_midnight_gives_no_answer_on_a_date_after_the_coverage() {
    let calendar = always(st_johns(), "2010-11-01", "2010-11-06", ALL_DAY);
    let moment = |time: &str| at(&format!("2010-11-07T{time}Z"));
    let (after, answered) = (Err("after_coverage"), Ok(true));
    for (time, wanted) in [
        ("02:29:59", answered),
        ("02:30:00", after), // 00:00 of the seventh
        ("02:30:59", after),
        ("02:31:00", answered), // 23:01 of the sixth again
        ("03:29:59", answered),
        ("03:30:00", after),
    ] {
        assert_eq!(code(calendar.is_open(moment(time))), wanted, "{time}");
    }
    let add = |time, minutes, clock| {
        code(calendar.add(moment(time), Span::minutes(minutes), clock)).map(|due| due.at())
    };
    for clock in [Clock::Workday, Clock::OfficeHours] {
        assert_eq!(add("02:00:00", 30, clock), Ok(moment("02:30:00")));
        // Nobody knows whether the one minute of the seventh is worked.
        assert_eq!(add("02:00:00", 31, clock), Err("after_coverage"));
        assert_eq!(add("02:31:00", 59, clock), Ok(moment("03:30:00")));
        assert_eq!(add("02:31:00", 60, clock), Err("after_coverage"));
        let back = |minutes| {
            code(calendar.subtract(moment("03:00:00"), Span::minutes(minutes), clock)).map(|due| due.at())
        };
        assert_eq!(back(29), Ok(moment("02:31:00")));
        assert_eq!(back(30), Err("after_coverage"));
        assert_eq!(
            code(calendar.between(moment("02:00:00"), moment("03:00:00"), clock)),
            Err("after_coverage")
        );
    }
}

/// In every minute around the end of what is known there is an answer exactly when the wall shows a date that is known.
fn answers_where_the_wall_shows_what_is_known(
    zone: &Zone,
    from: &str,
    through: &str,
    around: DateTime<Utc>,
    minutes: i64,
) {
    let calendar = always(zone.clone(), from, through, ALL_DAY);
    let (first, last) = calendar.coverage().unwrap();
    let mut left = 0;
    for minute in -minutes..minutes {
        let moment = around + TimeDelta::minutes(minute);
        let date = zone.date(moment);
        let wanted = match date {
            _ if date < first => Err("before_coverage"),
            _ if date > last => Err("after_coverage"),
            _ => Ok(true),
        };
        left += usize::from(wanted.is_err());
        assert_eq!(code(calendar.is_open(moment)), wanted, "{moment} {from} {through}");
        for (clock, amount) in [
            (Clock::Workday, Amount::minutes(0)),
            (Clock::OfficeHours, Amount::minutes(0)),
            (Clock::SameTime, Amount::minutes(0)),
        ] {
            let due = calendar.add(moment, amount, clock);
            assert_eq!(code(due).map(|due| due.at() == moment), wanted, "{moment} {clock}");
        }
    }
    assert!(left > 0);
}

#[test]
fn what_is_known_is_what_the_wall_shows() {
    let (st_johns, casey) = (st_johns(), casey());
    let night = at("2010-11-07T02:31:00Z");
    answers_where_the_wall_shows_what_is_known(&st_johns, "2010-11-07", "2010-11-30", night, 1_500);
    answers_where_the_wall_shows_what_is_known(&st_johns, "2010-10-01", "2010-11-06", night, 1_500);
    answers_where_the_wall_shows_what_is_known(&st_johns, "2010-11-07", "2010-11-07", night, 1_500);
    let night = at("2010-03-04T15:00:00Z");
    answers_where_the_wall_shows_what_is_known(&casey, "2010-03-05", "2010-03-30", night, 1_500);
    answers_where_the_wall_shows_what_is_known(&casey, "2010-02-01", "2010-03-04", night, 1_500);
    // West over the date line: a date is shown twice, whole.
    let juneau = Zone::Transitions(Transitions::new(
        offset("+15:02"),
        [(at("1867-10-18T08:58:00Z"), offset("-08:58"))],
    ));
    let night = at("1867-10-18T08:58:00Z");
    answers_where_the_wall_shows_what_is_known(&juneau, "1867-10-18", "1867-10-30", night, 1_500);
    answers_where_the_wall_shows_what_is_known(&juneau, "1867-10-01", "1867-10-17", night, 1_500);
}

#[cfg(feature = "chrono-tz")]
#[test]
fn zones_that_fall_back_over_midnight_know_what_their_walls_show() {
    let mut nights = 0;
    for name in ["America/St_Johns", "Antarctica/Casey", "America/Goose_Bay", "America/Havana", "Asia/Amman"]
    {
        let zone = Zone::named(name).unwrap();
        let Zone::Transitions(transitions) = &zone else { panic!("{name}") };
        let recent =
            transitions.changes().iter().filter(|(at, _)| at.to_rfc3339().as_str() > "1987").take(80);
        for (change, _) in recent {
            let (before, after) = (zone.date(*change - TimeDelta::seconds(1)), zone.date(*change));
            if after >= before {
                continue;
            }
            nights += 1;
            let (early, late) = (after - TimeDelta::days(9), before + TimeDelta::days(9));
            let text = |date: chrono::NaiveDate| date.to_string();
            answers_where_the_wall_shows_what_is_known(&zone, &text(before), &text(late), *change, 200);
            answers_where_the_wall_shows_what_is_known(&zone, &text(early), &text(after), *change, 200);
        }
    }
    assert!(nights > 30, "{nights}");
}

#[test]
fn the_last_night_is_known_in_an_hour_that_is_shown_twice() {
    // Berlin: at three it becomes two.
    let zone = json!({"transitions": {"before": "+02:00", "changes": [["2026-10-25T01:00:00Z", "+01:00"]]}});
    let until = |end: &str| {
        calendar(json!({"zone": zone, "shifts": {"2026-10-24": {"windows": format!("22:00-{end}")}}}))
    };
    let moment = |time: &str| at(&format!("2026-10-25T{time}Z"));
    let start = at("2026-10-24T22:00:00+02:00");
    let add = |calendar: &Calendar, minutes| {
        code(calendar.add(start, Span::minutes(minutes), Clock::OfficeHours)).map(|due| due.at())
    };
    // To half past two: of what is between half past two and three, nothing is known, and then half an hour is again.
    let night = until("02:30");
    let after = Err("after_coverage");
    for (time, wanted) in [
        ("00:29:59", Ok(true)),
        ("00:30:00", after),
        ("00:59:59", after),
        ("01:00:00", Ok(true)),
        ("01:29:59", Ok(true)),
        ("01:30:00", after),
    ] {
        assert_eq!(code(night.is_open(moment(time))), wanted, "{time}");
    }
    assert_eq!(add(&night, 270), Ok(moment("00:30:00")));
    assert_eq!(add(&night, 271), Err("after_coverage"));
    let spans = night.open_spans(moment("01:00:00"), moment("01:30:00")).unwrap();
    assert_eq!(spans, [moment("01:00:00")..moment("01:30:00")]);
    let rest = night.add(moment("01:10:00"), Span::minutes(20), Clock::OfficeHours).unwrap();
    assert_eq!(rest.at(), moment("01:30:00"));
    let length = night.between(start, moment("01:30:00"), Clock::OfficeHours);
    assert_eq!(code(length), Err("after_coverage"));
    // To three and later the hour is open both times.
    for (end, minutes, last) in [("03:00", 360, "02:00:00"), ("06:00", 540, "05:00:00")] {
        let night = until(end);
        assert_eq!(add(&night, minutes), Ok(moment(last)), "{end}");
        assert_eq!(add(&night, minutes + 1), Err("after_coverage"), "{end}");
        assert_eq!(night.open_spans(start, moment(last)).unwrap(), [start..moment(last)], "{end}");
    }
}

#[test]
fn a_date_that_is_skipped_and_shown_again_is_a_working_day() {
    // On Thursday night the wall jumps to Saturday; on Saturday at ten it becomes Friday at ten after all.
    let skip = (at("2011-12-30T10:00:00Z"), offset("+14:00"));
    let back = (at("2011-12-30T20:00:00Z"), offset("-10:00"));
    let friday = "2011-12-30".parse().unwrap();
    let office = |changes: Vec<(DateTime<Utc>, leadkit::calendar::UtcOffset)>| {
        let zone = Zone::Transitions(Transitions::new(offset("-10:00"), changes));
        Calendar::compile(&CalendarRules::weekdays(zone, ["09:00-18:00".parse().unwrap()])).unwrap()
    };
    assert_eq!(office(vec![skip]).is_workday(friday), Ok(false));
    let calendar = office(vec![skip, back]);
    assert_eq!(calendar.is_workday(friday), Ok(true));
    let (thursday, sunday) = (at("2011-12-29T17:00:00-10:00"), at("2012-01-01T00:00:00-10:00"));
    // An hour on Thursday, and on Friday from ten on, when it is shown.
    let spans = calendar.open_spans(thursday, sunday).unwrap();
    let shown = at("2011-12-30T10:00:00-10:00");
    assert_eq!(spans, [thursday..at("2011-12-29T18:00:00-10:00"), shown..at("2011-12-30T18:00:00-10:00")]);
    let due = |hours, clock| calendar.add(thursday, Span::hours(hours), clock).unwrap().at();
    assert_eq!(due(2, Clock::OfficeHours), at("2011-12-30T11:00:00-10:00"));
    assert_eq!(due(8, Clock::Workday), at("2011-12-30T11:00:00-10:00"));
    assert_eq!(calendar.count_workdays("2011-12-26".parse().unwrap(), "2012-01-01".parse().unwrap()), Ok(5));
    // The wall has passed Friday 17:00 when it jumps; Monday comes once.
    let days = |days| calendar.add(thursday, Amount::workdays(days), Clock::SameTime).unwrap().at();
    assert_eq!((days(1), days(2)), (skip.0, at("2012-01-02T17:00:00-10:00")));
    // A date of which some was shown before the jump is one too.
    let early = (at("2011-12-29T20:00:00Z"), offset("+13:00"));
    let late = (at("2011-12-29T21:00:00Z"), offset("-10:00"));
    assert_eq!(office(vec![early, late, skip]).is_workday(friday), Ok(true));
}

#[test]
fn the_same_time_is_never_due_before_the_start() {
    // On Friday at ten it becomes four o'clock on Thursday: thirty hours come twice.
    let zone = Transitions::new(offset("+15:00"), [(at("2026-03-05T19:00:00Z"), offset("-15:00"))]);
    let calendar = Calendar::compile(&CalendarRules::office_hours(Zone::Transitions(zone))).unwrap();
    let (first, again) = (at("2026-03-05T09:00:00+15:00"), at("2026-03-05T09:00:00-15:00"));
    let due = |start, days| calendar.add(start, Amount::workdays(days), Clock::SameTime).unwrap().at();
    assert_eq!(due(first, 1), at("2026-03-06T09:00:00+15:00"));
    assert_eq!(due(again, 1), at("2026-03-06T09:00:00-15:00"), "Friday at nine was before, and comes again");
    assert_eq!(due(first, 2), due(again, 2));
    for (from, until, days) in
        [(first, again, 1), (again, due(again, 1), 1), (first, due(again, 1), 1), (first, due(again, 2), 2)]
    {
        let between = calendar.between(from, until, Clock::SameTime).unwrap();
        assert_eq!(between, TimeDelta::days(days), "{from} {until}");
    }
}
