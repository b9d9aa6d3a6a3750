//! What the command line asks for.

use std::error::Error;
use std::path::PathBuf;

use leadkit::attribution::{
    Bootstrap, Division, Game, LastNonRules, Markov, Model, ModelRules, PositionBased, Shapley, TimeDecay,
};
use leadkit::calendar::Span;

use super::support::{Arguments, bundled};

const USAGE: &str = "\
usage: attribute [PATHS.tsv] [--model MODEL | --all] [options]
  PATHS.tsv: a header, then path, conversions, value, nulls, with a tab between; ` > ` stands between channels.
             conversions and nulls are whole numbers (2.0 too), value is a decimal, what all conversions of the line are worth
             together; value and nulls may be missing. A `>` without blanks around it is refused
  --model MODEL    first, last, last_non:CHANNEL,.., linear, u:40,20,40, time_decay:7d, markov:1 to markov:4,
                   markov:auto (the lowest order that no higher one beats on journeys left out), shapley,
                   shapley:rate
  --all            one column a model: conversions (with --value or --cents: value)
  --events         the table has one touch a line: journey, time (without a zone it is UTC), channel, and if you like
                   conversions and value, which end the journey with that touch; without a mark of conversions each journey is one conversion when it
                   ends. The channels (conversion) and (null) mark an end and are no touches
  --by-journey     markov divides each conversion among its own touches, as it does with --events; --by-total divides
                   all conversions together, as it does with paths
  --full-history   with --events: later conversions of a journey see all touches before them; touches after the last
                   conversion are in no journey
  --value          with --all: value instead of conversions
  --cents          divide the value exactly, in the smallest unit of the table, cents at least
  --effects        a column of removal effects, or of Shapley values of rates
  --matrix         print the transition matrix of the Markov model instead
  --bootstrap N    two columns: the interval of the conversions that 95 of 100 of N samples lie in
  --seed N         another bootstrap
without arguments: the bundled sample by all models; an option that would have no effect is refused
exit: 0; 1 when a model of --all gives no answer: its column holds - and a line with # below the table says why;
      2 when there is no table";

const FLAGS: [&str; 9] =
    ["all", "events", "full-history", "value", "cents", "effects", "matrix", "by-journey", "by-total"];
const VALUED: [&str; 3] = ["model", "bootstrap", "seed"];

/// The command line, checked: every option it names has an effect.
pub(crate) struct Options {
    arguments: Arguments,
    pub(crate) path: PathBuf,
    pub(crate) models: Vec<ModelRules>,
    /// Whether each model is a column.
    pub(crate) all: bool,
    pub(crate) bootstrap: Option<Bootstrap>,
    /// Models of `--all` that the table has nothing for.
    pub(crate) left_out: Vec<&'static str>,
}

impl Options {
    pub(crate) fn read(words: impl IntoIterator<Item = String>) -> Result<Options, Box<dyn Error>> {
        let arguments = Arguments::read(words, USAGE, &VALUED, &FLAGS)?;
        let path = match arguments.plain.as_slice() {
            [] => bundled("paths.tsv"),
            [path] => PathBuf::from(path),
            _ => return Err(format!("one table at a time\n{USAGE}").into()),
        };
        let timed = arguments.has("events");
        let by_journey = if timed { !arguments.has("by-total") } else { arguments.has("by-journey") };
        let divide = if by_journey { Division::Journey } else { Division::Total };
        let chosen = arguments.value("model").map(|name| read_model(name, divide)).transpose()?;
        let all = arguments.has("all") || chosen.is_none();
        let useless = useless(&arguments, chosen.as_ref().map(|rules| &rules.model), all);
        if !useless.is_empty() {
            return Err(useless.join("\n").into());
        }
        let bootstrap = match number::<u32>(&arguments, "bootstrap")? {
            Some(samples) => {
                let seed = number::<u64>(&arguments, "seed")?.unwrap_or_default();
                Some(Bootstrap { samples, seed, ..Bootstrap::default() })
            }
            None => None,
        };
        let mut models = Vec::new();
        let mut left_out = Vec::new();
        if all {
            for name in ["first", "last", "linear", "u:40,20,40", "time_decay:7d", "markov:1", "shapley"] {
                let model = read_model(name, divide)?;
                if !timed && matches!(model.model, Model::TimeDecay(_)) {
                    left_out.push("time_decay");
                    continue;
                }
                // A model that is named takes the place of its kind.
                let own = chosen.as_ref().filter(|chosen| chosen.model.code() == model.model.code());
                models.push(own.unwrap_or(&model).clone());
            }
        }
        models.extend(chosen.filter(|chosen| !models.contains(chosen)));
        Ok(Options { arguments, path, models, all, bootstrap, left_out })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.arguments.has(name)
    }
}

/// Options that would change nothing, one sentence each.
fn useless(arguments: &Arguments, chosen: Option<&Model>, all: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut refuse = |name: &str, applies: bool, why: &str| {
        if arguments.has(name) && !applies {
            found.push(format!("--{name} has no effect: {why}"));
        }
    };
    let one = !all;
    let is_markov = matches!(chosen, Some(Model::Markov(_)));
    let is_rate = matches!(chosen, Some(Model::Shapley(Shapley { game: Game::Rate })));
    if arguments.has("matrix") {
        for name in ["value", "cents", "effects", "bootstrap", "seed", "by-journey", "by-total"] {
            refuse(name, false, "--matrix prints the transition matrix and nothing else");
        }
        refuse(
            "matrix",
            all || is_markov,
            "the model is no Markov chain, choose one such as --model markov:1",
        );
    } else {
        refuse("value", all, "the value has a column of its own, except with --all");
        let why = "with --all a model has one column: choose one model, such as --model markov:1";
        refuse("effects", one, why);
        refuse("bootstrap", one, why);
        if one {
            let why = "the model has no effects, which markov and shapley:rate have";
            refuse("effects", is_markov || is_rate, why);
            let why = "only markov and shapley depend on journeys together";
            refuse("bootstrap", matches!(chosen, Some(Model::Markov(_) | Model::Shapley(_))), why);
        }
        refuse("seed", arguments.has("bootstrap"), "it is the seed of --bootstrap N");
        for name in ["by-journey", "by-total"] {
            refuse(name, all || is_markov, "the model is no Markov chain");
        }
        refuse("by-total", !arguments.has("by-journey"), "--by-journey says the opposite");
    }
    let timed = arguments.has("events");
    refuse("full-history", timed, "paths have no history, events have (--events)");
    if !timed && matches!(chosen, Some(Model::TimeDecay(_))) {
        found.push("--model time_decay needs times, which paths have not: see --events".to_owned());
    }
    found
}

fn number<T: std::str::FromStr>(arguments: &Arguments, name: &str) -> Result<Option<T>, Box<dyn Error>> {
    let Some(text) = arguments.value(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let wanted = || format!("--{name}: found `{text}`, expected a whole number").into();
    number.map(Some).ok_or_else(wanted)
}

fn read_model(text: &str, divide: Division) -> Result<ModelRules, Box<dyn Error>> {
    let wrong = |found: &str, wanted: &str| -> Box<dyn Error> {
        let place = if found == text { String::new() } else { format!(" in `{text}`") };
        format!("--model: found `{found}`{place}, expected {wanted}").into()
    };
    let (name, parameter) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let model = match (name, parameter) {
        ("first", None) => Model::First,
        ("last", None) => Model::Last,
        ("last_non", Some(channels)) => {
            let channels: Vec<&str> = channels.split(',').map(str::trim).collect();
            if channels.contains(&"") {
                return Err(wrong(text, "names of channels, such as last_non:direct,unknown"));
            }
            Model::LastNon(LastNonRules { channels: channels.into_iter().map(str::to_owned).collect() })
        }
        ("linear", None) => Model::Linear,
        ("u", None) => Model::PositionBased(PositionBased::default()),
        ("u", Some(percentages)) => Model::PositionBased(read_positions(percentages, &wrong)?),
        ("time_decay", None) => Model::TimeDecay(TimeDecay::default()),
        ("time_decay", Some(span)) => {
            let half_life: Span =
                span.parse().map_err(|error| wrong(span, &format!("a half-life such as 7d ({error})")))?;
            if half_life.as_seconds() == 0 {
                return Err(wrong(span, "a half-life above zero, such as 7d"));
            }
            Model::TimeDecay(TimeDecay { half_life })
        }
        ("markov", None) => Model::Markov(Markov { divide, ..Markov::default() }),
        ("markov", Some("auto")) => Model::Markov(Markov { order: None, divide }),
        ("markov", Some(order)) => {
            let known = order.parse().ok().filter(|order| (1..=4).contains(order));
            let known = known.ok_or_else(|| wrong(order, "an order from 1 to 4, or auto"))?;
            Model::Markov(Markov { order: Some(known), divide })
        }
        ("shapley", None) => Model::Shapley(Shapley::default()),
        ("shapley", Some("rate")) => Model::Shapley(Shapley { game: Game::Rate }),
        _ => {
            return Err(wrong(
                text,
                "first, last, last_non:CHANNEL,.., linear, u:40,20,40, time_decay:7d, markov:1 to markov:4, markov:auto, shapley or shapley:rate",
            ));
        }
    };
    Ok(ModelRules::new(text, model))
}

fn read_positions(
    text: &str,
    wrong: &dyn Fn(&str, &str) -> Box<dyn Error>,
) -> Result<PositionBased, Box<dyn Error>> {
    let mut percentages: Vec<f64> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let percentage = part.parse().ok().filter(|percentage| (0.0..=100.0).contains(percentage));
        percentages.push(percentage.ok_or_else(|| wrong(part, "a percentage from 0 to 100"))?);
    }
    let [first, middle, last] = percentages[..] else {
        let wanted = "three percentages, of the first, the middle and the last touch, such as u:40,20,40";
        return Err(wrong(text, wanted));
    };
    let sum = first + middle + last;
    if (sum - 100.0).abs() > 1e-9 {
        return Err(wrong(
            text,
            &format!("percentages that sum to 100, not to {}", (sum * 1e9).round() / 1e9),
        ));
    }
    Ok(PositionBased { first, middle, last, renormalise: false })
}
