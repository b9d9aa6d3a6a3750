//! Credits channels with conversions, from a table of paths or of events.
//!
//! ```text
//! cargo run --release --example attribute                                        the bundled sample, all models
//! cargo run --release --example attribute -- PATHS.tsv --model markov:2          paths of your own
//! cargo run --release --example attribute -- EVENTS.tsv --events --model time_decay:7d
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use leadkit::attribution::{
    Attribution, AttributionRules, Bootstrap, Conversion, Credits, Dimension, Division, Journeys,
    LastNonRules, Markov, Model, ModelRules, PositionBased, Shapley, Step, TimeDecay,
};
use leadkit::calendar::Span;
use leadkit::model::{Currency, Money};
use support::{Arguments, bundled};

#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "\
usage: attribute [PATHS.tsv] [--model MODEL | --all] [options]
  PATHS.tsv: a header, then path, conversions, value, nulls, with a tab between; ` > ` stands between channels.
             conversions and nulls are whole numbers, value is a decimal; value and nulls may be missing
  --model MODEL    first, last, last_non:CHANNEL,.., linear, u:40,20,40, time_decay:7d, markov:1 to markov:4,
                   markov:auto, shapley, shapley:rate
  --all            one column a model: conversions (with --value or --cents: value)
  --events         the table has one touch a line: journey, time, channel, and if you like conversions and value, which
                   end the journey with that touch; without a column of conversions each journey is one conversion
                   when it ends. The channels (conversion) and (null) end a journey and are no touches
  --by-journey     markov divides each conversion among its own touches, as it does with --events; --by-total divides
                   all conversions together, as it does with paths
  --full-history   with --events: later conversions of a journey see all touches before them
  --value          with --all: value instead of conversions
  --cents          divide the value exactly, in the smallest unit of the table, cents at least
  --effects        a column of removal effects, or of Shapley values of rates
  --matrix         print the transition matrix of the Markov model instead
  --bootstrap N    two columns: the interval of the conversions that 95 of 100 of N samples lie in
  --seed N         another bootstrap
without arguments: the bundled sample by all models";

/// Most decimals of a value.
const MAX_DECIMALS: usize = 6;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// What is wrong with a cell of the table.
#[derive(Debug)]
struct CellError {
    line: usize,
    column: usize,
    name: String,
    found: String,
    wanted: String,
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CellError { line, column, name, found, wanted } = self;
        write!(f, "line {line}, column {column}")?;
        if !name.is_empty() {
            write!(f, " ({name})")?;
        }
        write!(f, ": found `{found}`, expected {wanted}")
    }
}

impl Error for CellError {}

/// A table with a header, read by the names of its columns.
struct Table<'a> {
    /// Where each wanted column stands.
    places: Vec<Option<usize>>,
    names: &'static [&'static [&'static str]],
    rows: Vec<(usize, Vec<&'a str>)>,
}

impl<'a> Table<'a> {
    /// Reads a table. `names` lists the names of each wanted column; the first `needed` must be there.
    fn read(
        text: &'a str,
        names: &'static [&'static [&'static str]],
        needed: usize,
    ) -> Result<Self, CellError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (number, header) = lines.next().unwrap_or((0, ""));
        let titles: Vec<String> = header.split('\t').map(|title| title.trim().to_lowercase()).collect();
        let place = |names: &&[&str]| titles.iter().position(|title| names.contains(&title.as_str()));
        let places: Vec<Option<usize>> = names.iter().map(place).collect();
        let expected = || names.iter().map(|names| names[0]).collect::<Vec<_>>().join(", ");
        for (index, title) in titles.iter().enumerate() {
            if !places.contains(&Some(index)) {
                return Err(CellError {
                    line: number + 1,
                    column: index + 1,
                    name: "header".to_owned(),
                    found: title.clone(),
                    wanted: format!("the name of a column: {}, with a tab between", expected()),
                });
            }
        }
        if let Some(missing) = places.iter().take(needed).position(Option::is_none) {
            return Err(CellError {
                line: number + 1,
                column: titles.len() + 1,
                name: "header".to_owned(),
                found: "nothing".to_owned(),
                wanted: format!("a column `{}`", names[missing][0]),
            });
        }
        let width = titles.len();
        let mut rows = Vec::new();
        for (number, line) in lines {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells.len() > width {
                return Err(CellError {
                    line: number + 1,
                    column: width + 1,
                    name: String::new(),
                    found: cells[width].to_owned(),
                    wanted: format!("the end of the line after {width} columns"),
                });
            }
            rows.push((number + 1, cells));
        }
        Ok(Table { places, names, rows })
    }

    /// The text of a wanted column; `None` when the column or the end of the line is missing.
    fn cell(&self, row: &[&'a str], wanted: usize) -> Option<&'a str> {
        row.get(self.places[wanted]?).copied()
    }

    fn error(&self, line: usize, column: usize, found: &str, wanted: impl Into<String>) -> CellError {
        CellError {
            line,
            column: self.places[column].map_or(0, |place| place + 1),
            name: self.names[column][0].to_owned(),
            found: found.to_owned(),
            wanted: wanted.into(),
        }
    }

    fn count(&self, line: usize, row: &[&str], column: usize, missing: u64) -> Result<u64, CellError> {
        match self.cell(row, column).map(str::trim) {
            None | Some("") => Ok(missing),
            Some(text) => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse().ok().filter(|number| digits && *number <= 1u64 << 53);
                number.ok_or_else(|| {
                    self.error(line, column, text, "a whole number from 0 to 9007199254740992")
                })
            }
        }
    }

    /// The most decimals a column of values has: at least two.
    fn decimals(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|(_, row)| self.cell(row, column));
        let decimals =
            cells.filter_map(|cell| Some(cell.trim().split_once('.')?.1.trim_end_matches('0').len()));
        decimals.max().unwrap_or(0).clamp(2, MAX_DECIMALS)
    }

    fn value(
        &self,
        line: usize,
        row: &[&str],
        column: usize,
        decimals: usize,
    ) -> Result<Option<Money>, CellError> {
        let Some(text) = self.cell(row, column).map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let wanted =
            || format!("a decimal with at most {MAX_DECIMALS} digits after the point, such as 1250.50");
        let parse = || {
            let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
            let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
            let part = part.trim_end_matches('0');
            let all_digits = whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
            if whole.is_empty() || !all_digits || part.len() > decimals {
                return None;
            }
            format!("{whole}{part:0<decimals$}").parse::<i64>().ok().map(|minor| minor * sign)
        };
        let minor = parse().ok_or_else(|| self.error(line, column, text, wanted()))?;
        Ok(Some(Money::new(minor, Currency::default())))
    }
}

/// Journeys and how many decimals their values have.
struct Input {
    journeys: Journeys,
    decimals: usize,
    is_timed: bool,
}

const PATH_COLUMNS: &[&[&str]] = &[
    &["path", "paths", "journey"],
    &["conversions", "conversion", "total_conversions"],
    &["value", "total_conversion_value", "conversion_value"],
    &["nulls", "null", "total_null"],
];

fn read_paths(text: &str) -> Result<Input, Box<dyn Error>> {
    let table = Table::read(text, PATH_COLUMNS, 2)?;
    let decimals = table.decimals(2);
    let mut journeys = Journeys::new();
    for (line, row) in &table.rows {
        let path = table.cell(row, 0).unwrap_or_default().trim();
        let channels: Vec<&str> =
            if path.is_empty() { Vec::new() } else { path.split('>').map(str::trim).collect() };
        for channel in &channels {
            if channel.is_empty() {
                return Err(table
                    .error(*line, 0, path, "channels with ` > ` between, none of them empty")
                    .into());
            }
            journeys.push(Step { channel, ..Step::default() })?;
        }
        let end = Conversion {
            count: table.count(*line, row, 1, 0)?,
            nulls: table.count(*line, row, 3, 0)?,
            value: table.value(*line, row, 2, decimals)?,
            ..Conversion::default()
        };
        if end.count == 0 && end.value.is_some_and(|value| value.minor() != 0) {
            let found = table.cell(row, 2).unwrap_or_default().trim();
            return Err(table.error(*line, 2, found, "0 where there is no conversion").into());
        }
        journeys.end_journey(&end).map_err(|error| format!("line {line}: {error}"))?;
    }
    Ok(Input { journeys, decimals, is_timed: false })
}

const EVENT_COLUMNS: &[&[&str]] = &[
    &["journey", "user", "id"],
    &["time", "timestamp", "date"],
    &["channel", "source"],
    &["conversions", "conversion"],
    &["value"],
];

struct Event<'a> {
    line: usize,
    time: DateTime<Utc>,
    channel: &'a str,
    end: Option<Conversion>,
}

fn read_time(text: &str) -> Option<DateTime<Utc>> {
    let local = |text: &str| {
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .into_iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    };
    let date = |text: &str| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN));
    let with_offset = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    with_offset.or_else(|| local(text).or_else(|| date(text)).map(|time| time.and_utc()))
}

fn read_events(text: &str, full_history: bool) -> Result<Input, Box<dyn Error>> {
    let table = Table::read(text, EVENT_COLUMNS, 3)?;
    let decimals = table.decimals(4);
    // Journeys in the order they first appear.
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut events: Vec<Vec<Event<'_>>> = Vec::new();
    let mut marks_ends = table.places[3].is_some();
    for (line, row) in &table.rows {
        let id = table.cell(row, 0).unwrap_or_default().trim();
        if id.is_empty() {
            return Err(table.error(*line, 0, id, "the name of a journey").into());
        }
        let time = table.cell(row, 1).unwrap_or_default().trim();
        let wanted = "a time such as `2026-03-01 09:30:00` or `2026-03-01T09:30:00+08:00`";
        let time = read_time(time).ok_or_else(|| table.error(*line, 1, time, wanted))?;
        let channel = table.cell(row, 2).unwrap_or_default().trim();
        if channel.is_empty() {
            return Err(table.error(*line, 2, channel, "the name of a channel").into());
        }
        let is_end = matches!(channel, "(conversion)" | "(null)");
        marks_ends |= is_end;
        let count = table.count(*line, row, 3, u64::from(channel == "(conversion)"))?;
        let value = table.value(*line, row, 4, decimals)?;
        let end = (is_end || count > 0).then(|| Conversion {
            count: if channel == "(null)" { 0 } else { count },
            nulls: u64::from(channel == "(null)"),
            value,
            at: Some(time),
            ..Conversion::default()
        });
        if end.is_none() && value.is_some_and(|value| value.minor() != 0) && table.places[3].is_some() {
            return Err(table.error(*line, 4, "a value", "none where there is no conversion").into());
        }
        let next = events.len();
        let number = *numbers.entry(id).or_insert(next);
        if number == next {
            events.push(Vec::new());
        }
        // Without a mark each journey is worth what its last value says.
        let end = end
            .or_else(|| value.map(|value| Conversion { count: 0, value: Some(value), ..Conversion::null() }));
        events[number].push(Event { line: *line, time, channel, end });
    }
    let mut journeys = Journeys::new();
    for mut events in events {
        events.sort_by_key(|event| event.time);
        let last = events.len() - 1;
        let mut open = false;
        for (index, event) in events.iter().enumerate() {
            let at = |error| format!("line {}: {error}", event.line);
            if !matches!(event.channel, "(conversion)" | "(null)") {
                let step = Step { channel: event.channel, time: Some(event.time), campaign: None };
                journeys.push(step).map_err(at)?;
                open = true;
            }
            if marks_ends {
                if let Some(end) = event.end.as_ref().filter(|end| end.count + end.nulls > 0) {
                    if full_history && end.count > 0 && index < last {
                        journeys.end_and_continue(end).map_err(at)?;
                    } else {
                        journeys.end_journey(end).map_err(at)?;
                    }
                    open = false;
                }
                if open && index == last {
                    journeys
                        .end_journey(&Conversion { at: Some(event.time), ..Conversion::null() })
                        .map_err(at)?;
                }
            } else if index == last {
                let value = events.iter().rev().find_map(|event| event.end.as_ref()?.value);
                let end = Conversion { value, at: Some(event.time), ..Conversion::default() };
                journeys.end_journey(&end).map_err(at)?;
            }
        }
    }
    Ok(Input { journeys, decimals, is_timed: true })
}

fn read_model(text: &str, divide: Division) -> Result<ModelRules, Box<dyn Error>> {
    let wrong =
        |wanted: &str| -> Box<dyn Error> { format!("--model: found `{text}`, expected {wanted}").into() };
    let (name, parameter) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let model = match (name, parameter) {
        ("first", None) => Model::First,
        ("last", None) => Model::Last,
        ("last_non", Some(channels)) => Model::LastNon(LastNonRules {
            channels: channels.split(',').map(|name| name.trim().to_owned()).collect(),
        }),
        ("linear", None) => Model::Linear,
        ("u", None) => Model::PositionBased(PositionBased::default()),
        ("u", Some(percentages)) => {
            let parts: Vec<f64> =
                percentages.split(',').filter_map(|part| part.trim().parse().ok()).collect();
            let [first, middle, last] = parts[..] else {
                return Err(wrong("three percentages, such as u:40,20,40"));
            };
            Model::PositionBased(PositionBased { first, middle, last, renormalise: false })
        }
        ("time_decay", None) => Model::TimeDecay(TimeDecay::default()),
        ("time_decay", Some(span)) => {
            let half_life: Span = span.parse().map_err(|error| wrong(&format!("a half-life ({error})")))?;
            Model::TimeDecay(TimeDecay { half_life })
        }
        ("markov", None) => Model::Markov(Markov { divide, ..Markov::default() }),
        ("markov", Some("auto")) => Model::Markov(Markov { order: None, divide }),
        ("markov", Some(order)) => {
            let order = order.parse().map_err(|_| wrong("an order from 1 to 4, such as markov:2"))?;
            Model::Markov(Markov { order: Some(order), divide })
        }
        ("shapley", None) => Model::Shapley(Shapley::default()),
        ("shapley", Some("rate")) => Model::Shapley(Shapley { game: leadkit::attribution::Game::Rate }),
        _ => {
            return Err(wrong(
                "first, last, last_non:CHANNEL,.., linear, u:40,20,40, time_decay:7d, markov:K, shapley or shapley:rate",
            ));
        }
    };
    Ok(ModelRules::new(text, model))
}

/// A number with 15 significant digits, without zeros that say nothing.
fn digits(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{number:.14e}");
    let exponent: i32 = scientific.split_once('e').map_or(0, |(_, exponent)| exponent.parse().unwrap_or(0));
    let text = format!("{number:.*}", (14 - exponent).clamp(0, 300) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Minor units as a decimal.
fn exact(minor: i64, decimals: usize) -> String {
    let scale = 10u64.pow(decimals as u32);
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:0decimals$}", minor / scale, minor % scale)
}

fn run() -> Result<(), Box<dyn Error>> {
    let flags =
        ["all", "events", "full-history", "value", "cents", "effects", "matrix", "by-journey", "by-total"];
    let arguments = Arguments::parse(USAGE, &["model", "bootstrap", "seed"], &flags)?;
    let path = match arguments.plain.as_slice() {
        [] => bundled("paths.tsv"),
        [path] => PathBuf::from(path),
        _ => return Err(format!("one table at a time\n{USAGE}").into()),
    };
    let text = read_text(&path)?;
    let named = |error: Box<dyn Error>| format!("{}: {error}", path.display());
    let input = if arguments.has("events") {
        read_events(&text, arguments.has("full-history")).map_err(named)?
    } else {
        read_paths(&text).map_err(named)?
    };
    let by_journey = if input.is_timed { !arguments.has("by-total") } else { arguments.has("by-journey") };
    let divide = if by_journey { Division::Journey } else { Division::Total };
    let chosen = arguments.value("model").map(|name| read_model(name, divide)).transpose()?;
    let all = arguments.has("all") || chosen.is_none();
    let mut models: Vec<ModelRules> = Vec::new();
    if all {
        for name in ["first", "last", "linear", "u:40,20,40", "time_decay:7d", "markov:1", "shapley"] {
            let model = read_model(name, divide)?;
            // A model that is named takes the place of its kind.
            let own = chosen.as_ref().filter(|chosen| chosen.model.code() == model.model.code());
            models.push(own.unwrap_or(&model).clone());
        }
        if !input.is_timed {
            models.retain(|model| !matches!(model.model, Model::TimeDecay(_)));
            eprintln!("time_decay is left out: paths have no times (see --events)");
        }
    }
    if let Some(chosen) = chosen.filter(|chosen| !models.contains(chosen)) {
        models.push(chosen);
    }
    let number = |name: &str| -> Result<Option<u64>, Box<dyn Error>> {
        let Some(text) = arguments.value(name) else { return Ok(None) };
        Ok(Some(text.parse().map_err(|_| format!("--{name}: found `{text}`, expected a whole number"))?))
    };
    let samples = number("bootstrap")?.map(|samples| u32::try_from(samples).unwrap_or(u32::MAX));
    let seed = number("seed")?.unwrap_or_default();
    let bootstrap = samples.map(|samples| Bootstrap { samples, seed, ..Bootstrap::default() });
    let rules = AttributionRules { models, bootstrap, ..AttributionRules::default() };
    let attribution = Attribution::compile(&rules)?;
    print(&attribution, &input, &arguments, all)
}

fn read_text(path: &Path) -> Result<String, Box<dyn Error>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        let found = error.as_bytes()[good.len()];
        format!("{}: line {line}, byte {column}: found the byte {found:#04x}, expected UTF-8", path.display())
            .into()
    })
}

fn print(
    attribution: &Attribution,
    input: &Input,
    arguments: &Arguments,
    all: bool,
) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    if arguments.has("matrix") {
        let mut found = false;
        for model in attribution.models() {
            let Some(matrix) = attribution.transition_matrix(&input.journeys, model)? else { continue };
            found = true;
            writeln!(out, "from\tto\tprobability\tcount")?;
            for one in matrix {
                writeln!(out, "{}\t{}\t{}\t{}", one.from, one.to, digits(one.probability), one.count)?;
            }
        }
        if !found {
            return Err("--matrix: no model is a Markov chain, choose one such as --model markov:1".into());
        }
        return Ok(out.flush()?);
    }
    let credits = attribution.credit(&input.journeys)?;
    warn(&credits);
    let major = 10f64.powi(input.decimals as i32);
    let exactly = if arguments.has("cents") {
        Some(attribution.allocate(&input.journeys, &[Dimension::Channel])?)
    } else {
        None
    };
    // Value of a channel, or of what no channel gets, by one model.
    let value = |model: usize, channel: Option<&str>| match &exactly {
        Some(allocations) => {
            let row = allocations[model].rows.iter().find(|row| row.channel.as_deref() == channel);
            exact(row.map_or(0, |row| row.value.minor()), input.decimals)
        }
        None => {
            let model = &credits.models()[model];
            let of = |name: &str| model.channel(name).map_or(0.0, |credit| credit.value);
            digits(channel.map_or(model.unattributed.value, of) / major)
        }
    };
    let channels: Vec<&str> = credits
        .models()
        .first()
        .into_iter()
        .flat_map(|model| &model.channels)
        .map(|one| one.channel.as_str())
        .collect();
    let is_left = |model: &leadkit::attribution::ModelCredits| model.unattributed.conversions > 0.0;
    let left = credits.models().iter().any(is_left).then_some(None);
    let rows = channels.into_iter().map(Some).chain(left);
    if all {
        let names: Vec<&str> = attribution.models().collect();
        writeln!(out, "channel\t{}", names.join("\t"))?;
        let by_value = arguments.has("value") || exactly.is_some();
        for channel in rows {
            write!(out, "{}", channel.unwrap_or("(unattributed)"))?;
            for (index, model) in credits.models().iter().enumerate() {
                let of = |name: &str| model.channel(name).map_or(0.0, |credit| credit.conversions);
                let conversions = || digits(channel.map_or(model.unattributed.conversions, of));
                write!(out, "\t{}", if by_value { value(index, channel) } else { conversions() })?;
            }
            writeln!(out)?;
        }
        return Ok(out.flush()?);
    }
    let model = &credits.models()[0];
    let (effects, intervals) = (arguments.has("effects"), arguments.value("bootstrap").is_some());
    let columns = [(effects, "\teffect"), (intervals, "\tlow\thigh")];
    let more: String = columns.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name).collect();
    writeln!(out, "channel\tconversions\tvalue{more}")?;
    for channel in rows {
        let credit = channel.and_then(|name| model.channel(name));
        let conversions = credit.map_or(model.unattributed.conversions, |credit| credit.conversions);
        write!(
            out,
            "{}\t{}\t{}",
            channel.unwrap_or("(unattributed)"),
            digits(conversions),
            value(0, channel)
        )?;
        let or_dash = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), digits);
        if effects {
            write!(out, "\t{}", or_dash(credit.and_then(|credit| credit.effect)))?;
        }
        if intervals {
            let interval = credit.and_then(|credit| credit.interval);
            write!(
                out,
                "\t{}\t{}",
                or_dash(interval.map(|one| one.low)),
                or_dash(interval.map(|one| one.high))
            )?;
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

/// What a reader must know, beside the table.
fn warn(credits: &Credits) {
    let Some(first) = credits.models().first() else { return };
    for note in &first.notes {
        eprintln!("note: {} conversions, {note}", first.conversions);
    }
    let few: Vec<&str> =
        first.channels.iter().filter(|one| one.is_few).map(|one| one.channel.as_str()).take(20).collect();
    if !few.is_empty() {
        eprintln!("note: few conversions of {}", few.join(", "));
    }
    for model in credits.models() {
        if let Some(markov) = model.markov.as_ref().filter(|markov| !markov.orders.is_empty()) {
            for one in &markov.orders {
                let area =
                    |area: Option<f64>| area.map_or_else(|| "-".to_owned(), |area| format!("{area:.6}"));
                let (auc, penalised) = (area(one.auc), area(one.penalised_auc));
                eprintln!("note: order {}: AUC {auc}, penalised {penalised}", one.order);
            }
            eprintln!("note: order {} was chosen", markov.order);
        }
    }
}
