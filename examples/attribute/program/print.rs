//! The table of credits, and what a reader must know beside it.

use std::error::Error;
use std::io::Write;

use leadkit::attribution::{
    Allocation, Attribution, AttributionError, Dimension, Division, Game, Model, ModelCredits, Note, Shapley,
};
use leadkit::text::closest;

use super::Outcome;
use super::input::Input;
use super::options::Options;

/// Most channels with few conversions that are named.
const MAX_NAMED: usize = 20;

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

pub(crate) fn print(
    attribution: &Attribution,
    input: &Input,
    options: &Options,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Outcome, Box<dyn Error>> {
    for line in beside(input, options) {
        writeln!(notes, "note: {line}")?;
    }
    if options.has("matrix") {
        print_matrix(attribution, input, out)?;
        out.flush()?;
        return Ok(Outcome::Whole);
    }
    let figures = Figures::new(attribution, input, options)?;
    for line in figures.notes() {
        writeln!(notes, "note: {line}")?;
    }
    if options.all {
        figures.print_all(options, out)?
    } else {
        figures.print_one(options, out)?
    }
    out.flush()?;
    let is_whole = figures.columns.iter().all(|(_, column)| column.is_ok());
    Ok(if is_whole { Outcome::Whole } else { Outcome::Part })
}

/// What is to be said whatever the figures are.
fn beside(input: &Input, options: &Options) -> Vec<String> {
    let mut lines: Vec<String> = options
        .left_out
        .iter()
        .map(|model| format!("{model} is left out: paths have no times (see --events)"))
        .collect();
    if input.left_over > 0 {
        lines.push(format!(
            "touches after the last conversion of their journey, in none: {}",
            input.left_over
        ));
    }
    if input.without_zone > 0 {
        let times = input.without_zone;
        lines.push(format!("times without a zone, read as UTC beside others that have one: {times}"));
    }
    if input.is_rounded {
        let decimals = input.decimals;
        lines.push(format!(
            "values are rounded to {decimals} digits after the point: 64 bits hold no more of all values together"
        ));
    }
    for rules in &options.models {
        let Model::LastNon(rules) = &rules.model else { continue };
        for name in &rules.channels {
            if input.journeys.channels().all(|channel| channel != name) {
                let near = closest(name, input.journeys.channels());
                let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
                lines.push(format!("last_non: no touch has the channel `{name}`{near}"));
            }
        }
    }
    if !options.has("matrix") {
        lines.extend(divided(options));
    }
    lines
}

/// What is divided at once: what one journey brought, or all journeys together.
fn divided(options: &Options) -> Vec<String> {
    let together = |model: &Model| match model {
        Model::Markov(rules) => rules.divide == Division::Total,
        Model::Shapley(rules) => *rules == Shapley { game: Game::Rate },
        _ => false,
    };
    let (together, apart): (Vec<_>, Vec<_>) = options.models.iter().partition(|rules| together(&rules.model));
    let one = if options.has("events") { "conversion" } else { "line of paths" };
    let mut lines = Vec::new();
    for (what, models) in [
        (format!("each {one} is divided among its own touches"), apart),
        ("all conversions together are divided among all channels".to_owned(), together),
    ] {
        let names: Vec<&str> = models.iter().map(|rules| rules.id.as_str()).collect();
        if !names.is_empty() {
            lines.push(format!("{what}: {}", names.join(", ")));
        }
    }
    lines
}

fn print_matrix(attribution: &Attribution, input: &Input, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    writeln!(out, "from\tto\tprobability\tcount")?;
    for model in attribution.models() {
        for one in attribution.transition_matrix(&input.journeys, model)?.unwrap_or_default() {
            writeln!(out, "{}\t{}\t{}\t{}", one.from, one.to, digits(one.probability), one.count)?;
        }
    }
    Ok(())
}

/// What a model says of the journeys.
struct Column {
    credits: ModelCredits,
    /// When values are divided exactly.
    allocation: Option<Allocation>,
}

/// Everything the models say, or why they say nothing; one of them has an answer.
struct Figures<'a> {
    columns: Vec<(&'a str, Result<Column, AttributionError>)>,
    decimals: usize,
}

impl<'a> Figures<'a> {
    /// Each model works by itself, so that one that gives no answer takes none from the others.
    fn new(attribution: &'a Attribution, input: &Input, options: &Options) -> Result<Self, Box<dyn Error>> {
        let journeys = &input.journeys;
        let column = |attribution: &Attribution| -> Result<Option<Column>, AttributionError> {
            let (credits, allocations) = if options.has("cents") {
                attribution.credit_and_allocate(journeys, &[Dimension::Channel])?
            } else {
                (attribution.credit(journeys)?, Vec::new())
            };
            let credits = credits.models().first().cloned();
            Ok(credits.map(|credits| Column { credits, allocation: allocations.into_iter().next() }))
        };
        let mut columns = Vec::new();
        for name in attribution.models() {
            let found = attribution.only(name).and_then(|one| column(&one).transpose());
            columns.extend(found.map(|found| (name, found)));
        }
        let refused: Vec<String> =
            columns.iter().filter_map(|(_, one)| Some(one.as_ref().err()?.to_string())).collect();
        if refused.len() == columns.len() {
            return Err(refused.join("\n").into());
        }
        Ok(Figures { columns, decimals: input.decimals })
    }

    /// The models that have an answer.
    fn answers(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter_map(|(_, column)| column.as_ref().ok())
    }

    /// The lines of the table: channels by name, and what no channel gets.
    fn lines(&self) -> Vec<Option<&str>> {
        let channels = self.answers().take(1).flat_map(|column| &column.credits.channels);
        let mut lines: Vec<Option<&str>> = channels.map(|one| Some(one.channel.as_str())).collect();
        let is_left = |column: &Column| {
            let left = &column.credits.unattributed;
            left.conversions > 0.0 || left.value != 0.0
        };
        if self.answers().any(is_left) {
            lines.push(None);
        }
        lines
    }

    fn conversions(model: &ModelCredits, line: Option<&str>) -> String {
        let of = |name: &str| model.channel(name).map_or(0.0, |credit| credit.conversions);
        digits(line.map_or(model.unattributed.conversions, of))
    }

    fn value(&self, column: &Column, line: Option<&str>) -> String {
        match &column.allocation {
            Some(allocation) => {
                // The row of what no channel gets comes first.
                let nobody = || allocation.rows.first().filter(|row| row.channel.is_none());
                let row = line.map_or_else(nobody, |name| allocation.channel(name));
                exact(row.map_or(0, |row| row.value.minor()), self.decimals)
            }
            None => {
                let model = &column.credits;
                let of = |name: &str| model.channel(name).map_or(0.0, |credit| credit.value);
                digits(line.map_or(model.unattributed.value, of) / 10f64.powi(self.decimals as i32))
            }
        }
    }

    fn print_all(&self, options: &Options, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        writeln!(out, "channel\t{}", names.join("\t"))?;
        let by_value = options.has("value") || options.has("cents");
        for line in self.lines() {
            write!(out, "{}", line.unwrap_or("(unattributed)"))?;
            for (_, column) in &self.columns {
                let cell = match column {
                    Ok(column) if by_value => self.value(column, line),
                    Ok(column) => Self::conversions(&column.credits, line),
                    Err(_) => "-".to_owned(),
                };
                write!(out, "\t{cell}")?;
            }
            writeln!(out)?;
        }
        for error in self.columns.iter().filter_map(|(_, column)| column.as_ref().err()) {
            writeln!(out, "# {error}")?;
        }
        Ok(())
    }

    fn print_one(&self, options: &Options, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
        let Some(column) = self.answers().next() else { return Ok(()) };
        let model = &column.credits;
        let (effects, intervals) = (options.has("effects"), options.bootstrap.is_some());
        let columns = [(effects, "\teffect"), (intervals, "\tlow\thigh")];
        let more: String = columns.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name).collect();
        writeln!(out, "channel\tconversions\tvalue{more}")?;
        for line in self.lines() {
            let credit = line.and_then(|name| model.channel(name));
            let name = line.unwrap_or("(unattributed)");
            write!(out, "{name}\t{}\t{}", Self::conversions(model, line), self.value(column, line))?;
            let or_dash = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), digits);
            if effects {
                write!(out, "\t{}", or_dash(credit.and_then(|credit| credit.effect)))?;
            }
            if intervals {
                let interval = credit.and_then(|credit| credit.interval);
                let (low, high) = (interval.map(|one| one.low), interval.map(|one| one.high));
                write!(out, "\t{}\t{}", or_dash(low), or_dash(high))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What every model says beside its figures; what several say is there once, and names them unless all do.
    fn notes(&self) -> Vec<String> {
        let models: Vec<&ModelCredits> = self.answers().map(|column| &column.credits).collect();
        let mut said: Vec<(String, Vec<&str>)> = Vec::new();
        for model in &models {
            for line in notes_of(model) {
                match said.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, by)) => by.push(model.model.as_str()),
                    None => said.push((line, vec![model.model.as_str()])),
                }
            }
        }
        let named = |(line, by): (String, Vec<&str>)| {
            if by.len() == models.len() { line } else { format!("{}: {line}", by.join(", ")) }
        };
        said.into_iter().map(named).collect()
    }
}

fn notes_of(model: &ModelCredits) -> Vec<String> {
    let mut lines: Vec<String> = model
        .notes
        .iter()
        .map(|note| match note {
            Note::FewConversions { have, need } if *have == model.conversions => {
                format!("{have} conversions, fewer than {need}")
            }
            Note::FewConversions { have, need } => {
                format!("{have} attributed of {} conversions, fewer than {need}", model.conversions)
            }
            note => note.to_string(),
        })
        .collect();
    let few: Vec<&str> =
        model.channels.iter().filter(|one| one.is_few).map(|one| one.channel.as_str()).collect();
    if !few.is_empty() {
        let named = few[..few.len().min(MAX_NAMED)].join(", ");
        let more = few.len().saturating_sub(MAX_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("few conversions of {named}{more}"));
    }
    if let Some(markov) = model.markov.as_ref().filter(|markov| !markov.orders.is_empty()) {
        if markov.orders.iter().all(|one| one.auc.is_none()) {
            lines.push("all journeys convert, or none: there is no order to choose, it is 1".to_owned());
            return lines;
        }
        for one in &markov.orders {
            let area = |area: Option<f64>| area.map_or_else(|| "-".to_owned(), |area| format!("{area:.6}"));
            let (auc, penalised) = (area(one.auc), area(one.penalised_auc));
            lines.push(format!("order {}: AUC {auc}, penalised {penalised}", one.order));
        }
        lines.push(format!("order {} was chosen", markov.order));
    }
    lines
}
