//! The table of credits, and what a reader must know beside it.

use std::error::Error;
use std::io::Write;

use leadkit::attribution::{Allocation, Attribution, Credits, Dimension, Model, ModelCredits, Note};
use leadkit::text::closest;

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
) -> Result<(), Box<dyn Error>> {
    for line in beside(input, options) {
        writeln!(notes, "note: {line}")?;
    }
    if options.has("matrix") {
        print_matrix(attribution, input, out)?;
        return Ok(out.flush()?);
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
    Ok(out.flush()?)
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

/// Everything the models say.
struct Figures {
    credits: Credits,
    /// By model, when values are divided exactly.
    allocations: Option<Vec<Allocation>>,
    decimals: usize,
}

impl Figures {
    fn new(attribution: &Attribution, input: &Input, options: &Options) -> Result<Figures, Box<dyn Error>> {
        let decimals = input.decimals;
        if options.has("cents") {
            let both = attribution.credit_and_allocate(&input.journeys, &[Dimension::Channel])?;
            return Ok(Figures { credits: both.0, allocations: Some(both.1), decimals });
        }
        Ok(Figures { credits: attribution.credit(&input.journeys)?, allocations: None, decimals })
    }

    /// The lines of the table: channels by name, and what no channel gets.
    fn lines(&self) -> Vec<Option<&str>> {
        let models = self.credits.models();
        let channels = models.first().into_iter().flat_map(|model| &model.channels);
        let mut lines: Vec<Option<&str>> = channels.map(|one| Some(one.channel.as_str())).collect();
        let is_left =
            |model: &ModelCredits| model.unattributed.conversions > 0.0 || model.unattributed.value != 0.0;
        if models.iter().any(is_left) {
            lines.push(None);
        }
        lines
    }

    fn conversions(model: &ModelCredits, line: Option<&str>) -> String {
        let of = |name: &str| model.channel(name).map_or(0.0, |credit| credit.conversions);
        digits(line.map_or(model.unattributed.conversions, of))
    }

    fn value(&self, model: usize, line: Option<&str>) -> String {
        match &self.allocations {
            Some(allocations) => {
                let allocation = &allocations[model];
                // The row of what no channel gets comes first.
                let nobody = || allocation.rows.first().filter(|row| row.channel.is_none());
                let row = line.map_or_else(nobody, |name| allocation.channel(name));
                exact(row.map_or(0, |row| row.value.minor()), self.decimals)
            }
            None => {
                let model = &self.credits.models()[model];
                let of = |name: &str| model.channel(name).map_or(0.0, |credit| credit.value);
                digits(line.map_or(model.unattributed.value, of) / 10f64.powi(self.decimals as i32))
            }
        }
    }

    fn print_all(&self, options: &Options, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
        let names: Vec<&str> = self.credits.models().iter().map(|model| model.model.as_str()).collect();
        writeln!(out, "channel\t{}", names.join("\t"))?;
        let by_value = options.has("value") || options.has("cents");
        for line in self.lines() {
            write!(out, "{}", line.unwrap_or("(unattributed)"))?;
            for (index, model) in self.credits.models().iter().enumerate() {
                let cell = if by_value { self.value(index, line) } else { Self::conversions(model, line) };
                write!(out, "\t{cell}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn print_one(&self, options: &Options, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
        let model = &self.credits.models()[0];
        let (effects, intervals) = (options.has("effects"), options.bootstrap.is_some());
        let columns = [(effects, "\teffect"), (intervals, "\tlow\thigh")];
        let more: String = columns.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name).collect();
        writeln!(out, "channel\tconversions\tvalue{more}")?;
        for line in self.lines() {
            let credit = line.and_then(|name| model.channel(name));
            let name = line.unwrap_or("(unattributed)");
            write!(out, "{name}\t{}\t{}", Self::conversions(model, line), self.value(0, line))?;
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
        let models = self.credits.models();
        let mut said: Vec<(String, Vec<&str>)> = Vec::new();
        for model in models {
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
        for one in &markov.orders {
            let area = |area: Option<f64>| area.map_or_else(|| "-".to_owned(), |area| format!("{area:.6}"));
            let (auc, penalised) = (area(one.auc), area(one.penalised_auc));
            lines.push(format!("order {}: AUC {auc}, penalised {penalised}", one.order));
        }
        lines.push(format!("order {} was chosen", markov.order));
    }
    lines
}
