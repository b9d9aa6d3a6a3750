//! Hours of a day and days of the week, as people write them.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveTime, Timelike, Weekday};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Finding;
use crate::error::suggestion;

/// Seconds of a day.
pub(super) const DAY: u32 = 86_400;

/// A span of local time that starts on a day: from the start up to, not including, the end. Written `09:00-18:00`.
///
/// An end before the start is on the next day: `22:00-06:00` are eight hours of a night. The whole of them belongs to
/// the day on which they start: a night shift of a working day runs to its end though the next day is off, and a day
/// off has none, but the end of the night before.
///
/// What is read: hours from `0:00` to `24:00` with minutes and, if need be, seconds; a colon or its full-width form `：`;
/// between them `-`, `–`, `—`, `~`, `～`, `至` or ` to `, with or without spaces. In a list, a comma or its full-width form
/// separates windows. All else (`9-18`, `9am-6pm`, `24:00-06:00`, `22:00-30:00`) is refused with a suggestion.
///
/// ```
/// use leadkit::calendar::DayWindow;
///
/// let morning: DayWindow = "09:00-12:00".parse()?;
/// assert_eq!(morning, DayWindow::hours(9, 12));
/// let night: DayWindow = "22:00-06:00".parse()?;
/// assert_eq!(night.seconds(), 8 * 3_600);
/// assert_eq!("00:00-24:00".parse(), Ok(DayWindow::WHOLE_DAY));
/// assert_eq!("9-18".parse::<DayWindow>().unwrap_err().help(), "write `\"09:00-18:00\"`");
/// # Ok::<(), leadkit::calendar::DayWindowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayWindow {
    /// The first moment of work.
    pub from: NaiveTime,
    /// The first moment after it; midnight means the end of the day.
    pub until: NaiveTime,
}

/// Why a text is not a [`DayWindow`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time window such as `09:00-18:00`")]
pub struct DayWindowError {
    /// Shortened.
    text: String,
}

impl DayWindow {
    /// From midnight to midnight.
    pub const WHOLE_DAY: DayWindow = DayWindow { from: NaiveTime::MIN, until: NaiveTime::MIN };

    /// The window from one full hour up to another; 24 is the end of the day, and an end before the start is on the
    /// next day.
    ///
    /// Invalid numbers (a start of 24 or later, an end after 24, an end at the start) give a window
    /// without length, which [`Calendar::compile`](super::Calendar::compile) refuses as `empty`.
    ///
    /// ```
    /// use leadkit::calendar::DayWindow;
    ///
    /// assert_eq!(DayWindow::hours(22, 6).to_string(), "22:00-06:00");
    /// assert_eq!(DayWindow::hours(0, 24), DayWindow::WHOLE_DAY);
    /// for (from, until) in [(9, 9), (0, 0), (24, 24), (24, 6), (9, 25), (25, 30)] {
    ///     assert_eq!(DayWindow::hours(from, until).seconds(), 0);
    /// }
    /// ```
    #[must_use]
    pub fn hours(from: u32, until: u32) -> DayWindow {
        let time = |hour: u32| NaiveTime::from_hms_opt(hour % 24, 0, 0).unwrap_or(NaiveTime::MIN);
        if from < 24 && until <= 24 && from != until {
            return DayWindow { from: time(from), until: time(until) };
        }
        // Not midnight, which would mean the end of the day.
        let start = if from.is_multiple_of(24) { 12 } else { from };
        DayWindow { from: time(start), until: time(start) }
    }

    /// Its length in local time, in seconds; 0 for a window that starts when it ends, other than
    /// midnight.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        let (from, until) = self.bounds();
        until - from
    }

    /// Several windows with commas between, such as `09:00-12:00, 13:30-18:00`.
    ///
    /// ```
    /// use leadkit::calendar::DayWindow;
    ///
    /// assert_eq!(DayWindow::list("9:00-12:00，13:00-18:00")?, [DayWindow::hours(9, 12), DayWindow::hours(13, 18)]);
    /// let error = DayWindow::list("09:00-12:00; 1pm-6pm").unwrap_err();
    /// assert_eq!(error.help(), "write commas between windows: `\"09:00-12:00, 13:00-18:00\"`");
    /// # Ok::<(), leadkit::calendar::DayWindowError>(())
    /// ```
    ///
    /// # Errors
    /// The first window that cannot be read.
    pub fn list(text: &str) -> Result<Vec<DayWindow>, DayWindowError> {
        text.split([',', '，']).map(|one| one.trim().parse()).collect()
    }

    /// Whether it ends in the last minute of the day, as people write who may not write `24:00`.
    pub(super) fn is_a_minute_short(&self) -> bool {
        (DAY - 60..DAY).contains(&self.until.num_seconds_from_midnight())
    }

    /// The same up to midnight.
    pub(super) fn until_midnight(self) -> DayWindow {
        DayWindow { until: NaiveTime::MIN, ..self }
    }

    /// Seconds after midnight of the day it starts on; the end is after [`DAY`] when it is on the next day.
    pub(super) fn bounds(&self) -> (u32, u32) {
        let (from, until) = (self.from.num_seconds_from_midnight(), self.until.num_seconds_from_midnight());
        match until {
            0 => (from, DAY),
            _ if until < from => (from, until + DAY),
            _ => (from, until),
        }
    }

    /// Whether both ends are whole seconds.
    pub(super) fn is_whole(&self) -> bool {
        self.from.nanosecond() == 0 && self.until.nanosecond() == 0
    }
}

impl DayWindowError {
    /// How to write the window instead.
    #[must_use]
    pub fn help(&self) -> String {
        let text = plain(&self.text);
        if let Some(several) = in_one_text(&text) {
            return format!("write `[{several}]`");
        }
        let several: Option<Vec<String>> = text.split([';', '；', '、', '/', '&']).map(meant).collect();
        match several.as_deref() {
            Some([one]) => format!("write `\"{one}\"`"),
            Some(several) => format!("write commas between windows: `\"{}\"`", several.join(", ")),
            None => "write the start and the end, such as `\"09:00-18:00\"`".to_owned(),
        }
    }

    fn to_finding(&self) -> Finding {
        Finding::new("bad_value", self, self.help())
    }
}

/// The windows of one item of a list, separated by commas.
fn in_one_text(text: &str) -> Option<String> {
    let quoted = |one: &str| meant(one).map(|one| format!("\"{one}\""));
    let several: Vec<String> = text.split([',', '，']).map(quoted).collect::<Option<_>>()?;
    (several.len() > 1).then(|| several.join(", "))
}

/// Small letters, and ASCII for full-width digits and signs.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | '：' | '．' | '－' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(narrow).collect::<String>().to_lowercase()
}

/// The window that a text most probably means, as it should be written.
fn meant(text: &str) -> Option<String> {
    let (from, until) = split(text)?;
    let (from, until) = (loose_time(from)?, loose_time(until)?);
    // `24:00` ends a day and starts none; `28:00` is 4:00 of the next.
    let (from, until) = (from % DAY, if until > DAY { until % DAY } else { until });
    // `00:00-00:00` is ambiguous: suggest the whole day, as no window can be empty.
    let until = if from == 0 && until == 0 { DAY } else { until };
    let is_whole_day = from == 0 && until == DAY;
    (is_whole_day || from != until % DAY).then(|| format!("{}-{}", written(from), written(until)))
}

/// `9`, `9h`, `9点30分`, `9.30`, `9am`, `9:30 pm`, `28:00` as seconds after midnight.
fn loose_time(text: &str) -> Option<u32> {
    let text = text.trim();
    let (text, afternoon) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text, Some(false)),
        (_, Some(text)) => (text, Some(true)),
        _ => match (text.strip_prefix("上午"), text.strip_prefix("下午")) {
            (Some(text), _) => (text, Some(false)),
            (_, Some(text)) => (text, Some(true)),
            _ => (text, None),
        },
    };
    let text = text.trim().trim_end_matches(['h', '点', '时', '整', '分', ':']);
    let mut numbers = text.split([':', '.', '点', '时', 'h']).map(|part| number(part.trim()));
    let hour = numbers.next()??;
    let minute = numbers.next().unwrap_or(Some(0))?;
    let second = numbers.next().unwrap_or(Some(0))?;
    let hour = match afternoon {
        None => hour,
        Some(afternoon) => (1..=12).contains(&hour).then_some(hour % 12 + if afternoon { 12 } else { 0 })?,
    };
    let fits = hour < 48 && minute < 60 && second < 60 && numbers.next().is_none();
    fits.then(|| hour * 3_600 + minute * 60 + second)
}

/// A number of digits alone: `str::parse` takes a sign too.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Start and end, between which people put all kinds of dashes.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_once(['-', '–', '—', '~', '～', '至']).or_else(|| text.split_once(" to "))
}

/// `H:MM`, `HH:MM` or `HH:MM:SS` as seconds after midnight, up to 24:00.
fn time(text: &str) -> Option<u32> {
    let colons = [':', '：'];
    let mut parts = text.split(colons);
    let mut number = |shortest: usize, limit: u32| -> Option<u32> {
        let part = parts.next()?;
        let digits = (shortest..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|n| digits && *n < limit)
    };
    let (hour, minute) = (number(1, 25)?, number(2, 60)?);
    let second = match text.matches(colons).count() {
        1 => 0,
        _ => number(2, 60)?,
    };
    let seconds = hour * 3_600 + minute * 60 + second;
    (parts.next().is_none() && seconds <= DAY).then_some(seconds)
}

/// Seconds after midnight as `09:00`.
fn written(seconds: u32) -> String {
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

pub(super) fn clock_time(seconds: u32) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(seconds % DAY, 0).unwrap_or(NaiveTime::MIN)
}

impl FromStr for DayWindow {
    type Err = DayWindowError;

    fn from_str(text: &str) -> Result<DayWindow, DayWindowError> {
        let parse = || {
            let (from, until) = split(text)?;
            let (from, until) = (time(from.trim())?, time(until.trim())?);
            // `24:00` starts no window, and one that ends where it starts may mean nothing or the whole day.
            let is_whole_day = from == 0 && until == DAY;
            (from < DAY && (is_whole_day || from != until % DAY))
                .then(|| DayWindow { from: clock_time(from), until: clock_time(until) })
        };
        parse().ok_or_else(|| DayWindowError { text: text.chars().take(60).collect() })
    }
}

impl fmt::Display for DayWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = self.bounds();
        let until = if until > DAY { until - DAY } else { until };
        write!(f, "{}-{}", written(from), written(until))
    }
}

impl Serialize for DayWindow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DayWindow, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(WindowVisitor)
        } else {
            deserializer.deserialize_str(WindowVisitor)
        }
    }
}

struct WindowVisitor;

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum WindowKey {
    From,
    Until,
}

impl<'de> Visitor<'de> for WindowVisitor {
    type Value = DayWindow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hours such as `\"09:00-18:00\"`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<DayWindow, E> {
        text.parse().map_err(|error: DayWindowError| E::custom(error.to_finding()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DayWindow, A::Error> {
        let (mut from, mut until) = (None, None);
        while let Some(key) = map.next_key()? {
            let (name, slot) = match key {
                WindowKey::From => ("from", &mut from),
                WindowKey::Until => ("until", &mut until),
            };
            if slot.is_some() {
                let message = format!("`{name}` is repeated");
                return Err(A::Error::custom(Finding::new("bad_value", message, "keep one of them")));
            }
            let text: String = map.next_value()?;
            let Some(seconds) = time(&text) else {
                let message = format!("`{}` is not a time of day", text.chars().take(40).collect::<String>());
                return Err(A::Error::custom(Finding::new("bad_value", message, "write it as `\"09:00\"`")));
            };
            *slot = Some(seconds);
        }
        let missing =
            |name| Finding::new("missing_key", format!("`{name}` is missing"), format!("add `{name}`"));
        let from = from.ok_or_else(|| A::Error::custom(missing("from")))?;
        let until = until.ok_or_else(|| A::Error::custom(missing("until")))?;
        format!("{}-{}", written(from), written(until))
            .parse()
            .map_err(|error: DayWindowError| A::Error::custom(error.to_finding()))
    }
}

/// Reads one window or a list of them.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DayWindow>, D::Error> {
    struct Several;

    impl<'de> Visitor<'de> for Several {
        type Value = Vec<DayWindow>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("hours such as `\"09:00-18:00\"`, or a list of them")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<DayWindow>, E> {
            DayWindow::list(text).map_err(|error| E::custom(error.to_finding()))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<DayWindow>, A::Error> {
            Ok(vec![WindowVisitor.visit_map(map)?])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<DayWindow>, A::Error> {
            let mut windows = Vec::new();
            while let Some(window) = list.next_element()? {
                windows.push(window);
            }
            Ok(windows)
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Several)
    } else {
        Vec::deserialize(deserializer)
    }
}

/// The names for suggestions.
const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn day(name: &str) -> Result<Weekday, Finding> {
    let name = name.trim();
    name.parse::<Weekday>().map_err(|_| {
        let shown: String = name.chars().take(40).collect();
        let help = match in_other_words(name) {
            Some(days) => format!("write `\"{days}\"`"),
            None => suggestion(&shown, WEEK),
        };
        Finding::new("bad_value", format!("`{shown}` is not a day of the week"), help)
    })
}

/// Spellings of days, and the days they mean.
fn in_other_words(name: &str) -> Option<&'static str> {
    let words = [
        (["周一", "星期一", "礼拜一"], "Mon"),
        (["周二", "星期二", "礼拜二"], "Tue"),
        (["周三", "星期三", "礼拜三"], "Wed"),
        (["周四", "星期四", "礼拜四"], "Thu"),
        (["周五", "星期五", "礼拜五"], "Fri"),
        (["周六", "星期六", "礼拜六"], "Sat"),
        (["周日", "星期日", "星期天"], "Sun"),
        (["weekdays", "workdays", "工作日"], "Mon-Fri"),
        (["weekend", "weekends", "周末"], "Sat-Sun"),
        (["daily", "every day", "每天"], "Mon-Sun"),
    ];
    let name = name.to_lowercase();
    words.into_iter().find(|(known, _)| known.contains(&name.as_str())).map(|(_, days)| days)
}

/// Reads one day, or none.
pub(super) fn read_some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Weekday>, D::Error> {
    let text = Option::<std::borrow::Cow<str>>::deserialize(deserializer)?;
    text.map(|text| day(&text).map_err(serde::de::Error::custom)).transpose()
}

/// Reads one day, such as `"Fri"`.
pub(super) fn read_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    day(&text).map_err(serde::de::Error::custom)
}

/// Adds the days of `Mon`, `Mon-Fri` or `Mon, Wed`; a span may run over the weekend.
fn add_days(text: &str, days: &mut Vec<Weekday>) -> Result<(), Finding> {
    for part in text.split([',', '，', '/']) {
        let (first, last) = match split(part) {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        let mut one = first;
        days.push(one);
        while one != last {
            one = one.succ();
            days.push(one);
        }
    }
    Ok(())
}

/// Reads `"Mon-Fri"`, or a list of such texts.
pub(super) fn read_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Weekday>, D::Error> {
    struct Days;

    /// One text of a list, so that a mistake is at its item.
    struct Item(Vec<Weekday>);

    impl<'de> Deserialize<'de> for Item {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Item, D::Error> {
            let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
            let mut days = Vec::new();
            add_days(&text, &mut days).map_err(D::Error::custom)?;
            Ok(Item(days))
        }
    }

    impl<'de> Visitor<'de> for Days {
        type Value = Vec<Weekday>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("days such as `\"Mon-Fri\"`, or a list of them")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<Weekday>, E> {
            let mut days = Vec::new();
            add_days(text, &mut days).map_err(E::custom)?;
            Ok(days)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Weekday>, A::Error> {
            let mut days = Vec::new();
            while let Some(Item(more)) = list.next_element()? {
                days.extend(more);
            }
            Ok(days)
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Days)
    } else {
        Vec::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_read_and_write() {
        for (text, seconds, as_written) in [
            ("09:00-12:00", 10_800, "09:00-12:00"),
            ("9:00 – 18:30", 34_200, "09:00-18:30"),
            ("22:00-06:00", 28_800, "22:00-06:00"),
            ("22:00-24:00", 7_200, "22:00-24:00"),
            ("22:00-00:00", 7_200, "22:00-24:00"),
            ("00:00-24:00", 86_400, "00:00-24:00"),
            ("09:00:30-09:01", 30, "09:00:30-09:01"),
            ("09：00～18：00", 32_400, "09:00-18:00"),
        ] {
            let window: DayWindow = text.parse().unwrap();
            assert_eq!((window.seconds(), window.to_string().as_str()), (seconds, as_written), "{text}");
            assert_eq!(as_written.parse(), Ok(window));
        }
        for bad in [
            "",
            "9",
            "9-18",
            "09:00",
            "09:00-09:00",
            "00:00-00:00",
            "24:00-06:00",
            "09:00-25:00",
            "09:0-10:00",
            "09:00-10:60",
        ] {
            assert!(bad.parse::<DayWindow>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_people_write_instead_is_told_as_it_should_be() {
        for (written, help) in [
            ("9-18", "write `\"09:00-18:00\"`"),
            ("9点-18点", "write `\"09:00-18:00\"`"),
            ("8.30-17.00", "write `\"08:30-17:00\"`"),
            ("24:00-06:00", "write `\"00:00-06:00\"`"),
            ("24:00-24:00", "write `\"00:00-24:00\"`"),
            ("09:30-28:00", "write `\"09:30-04:00\"`"),
            ("9am - 6:30 PM", "write `\"09:00-18:30\"`"),
            ("12am-12pm", "write `\"00:00-12:00\"`"),
            ("上午9点-下午6点30分", "write `\"09:00-18:30\"`"),
            ("０９：００－１８：００", "write `\"09:00-18:00\"`"),
            ("09:00-12:00；13:30-18:00", "write commas between windows: `\"09:00-12:00, 13:30-18:00\"`"),
            ("00:00-00:00", "write `\"00:00-24:00\"`"),
            ("09:00-12:00, 13:00-18:00", "write `[\"09:00-12:00\", \"13:00-18:00\"]`"),
            ("9-12，1pm-6pm", "write `[\"09:00-12:00\", \"13:00-18:00\"]`"),
            ("09:00-09:00", "write the start and the end, such as `\"09:00-18:00\"`"),
            ("all day", "write the start and the end, such as `\"09:00-18:00\"`"),
        ] {
            assert_eq!(written.parse::<DayWindow>().unwrap_err().help(), help);
        }
    }

    #[test]
    fn days_are_read_as_spans_and_lists() {
        #[derive(Deserialize)]
        struct Read(#[serde(deserialize_with = "read_days")] Vec<Weekday>);
        let read = |text: &str| serde_json::from_str::<Read>(text).map(|read| read.0);
        use Weekday::{Fri, Mon, Sat, Sun, Wed};
        assert_eq!(read("\"Fri-Mon\"").unwrap(), [Fri, Sat, Sun, Mon]);
        assert_eq!(read("[\"Mon\", \"wednesday\"]").unwrap(), [Mon, Wed]);
        assert_eq!(read("\"Mon/Wed\"").unwrap(), [Mon, Wed]);
        assert!(read("\"Mon-Fir\"").unwrap_err().to_string().contains("did you mean `Fri`?"));
        assert!(read("\"周一至周五\"").unwrap_err().to_string().contains("write `\"Mon\"`"));
        assert!(read("[\"weekdays\"]").unwrap_err().to_string().contains("write `\"Mon-Fri\"`"));
    }
}
