//! What the command line asks for.

use std::error::Error;
use std::path::PathBuf;

use leadkit::assign::RosterDocument;
use leadkit::calendar::Calendars;
use leadkit::follow_up::FollowUpRules;
use leadkit::intake::ElsewhereRule;
use leadkit::model::Rep;
use leadkit::text::closest;
use leadkit::{Intake, Rules};
use serde_json::Value as Json;

use super::Read;
use super::policies::named;
use super::support::{Arguments, bundled};

const USAGE: &str = "\
usage: life [SCENARIO.jsonl] [--rules b2b|b2c|RULES.json] [--roster ROSTER.json] [--explain] [--journeys]
            [--follow-up none|nodes|b2c|b2b|marketing|POLICIES.json]
       life --soak N [--seed S] [--rules ..] [--follow-up ..]
  SCENARIO.jsonl: one event a line, in the order of time, such as
             {\"at\":\"2026-03-02T09:00:00+08:00\",\"submit\":{\"id\":\"L1\",\"name\":\"Ann\",\"phones\":[\"13812349876\"]}}
  --rules    b2b (default), b2c, or a document; a document without `life` or `pools` takes those of b2b
  --roster   reps and calendars: {\"reps\":[{\"id\":\"li\"}],\"calendars\":{}}; default li, wang and zhao, always open
  --explain  after each line everything about the decision, with # before it
  --journeys at the end, every touch of every customer, as attribution counts it
  --follow-up  policies that run between events, in place of the deadlines of `life`: who is late, who loses which lead
             and why, speed to the first contact; leads go to the pools of the rules. Default: none; of --soak those of the rules
  --soak N   N generated leads over twenty weeks, the National Day and the Spring Festival among them; --seed S others;
             of more than 20000 each 20000 are a season of their own, with a team and a seed of their own
without a scenario: the bundled one, of companies or with --rules b2c of consumers
exit: 0; 1 when a law is broken, saying which; 2 when the input cannot be read, naming its line";

/// The command line, checked, and the files it names, read.
pub(crate) struct Options {
    pub(crate) path: PathBuf,
    pub(crate) scenario: String,
    pub(crate) rules: Rules,
    pub(crate) reps: Vec<Rep>,
    pub(crate) calendars: Calendars,
    pub(crate) explains: bool,
    pub(crate) journeys: bool,
    pub(crate) soak: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) follow_up: Option<FollowUpRules>,
}

impl Options {
    pub(crate) fn read(
        words: impl IntoIterator<Item = String>,
        read: &Read<'_>,
    ) -> Result<Options, Box<dyn Error>> {
        let arguments = Arguments::read(
            words,
            USAGE,
            &["rules", "roster", "soak", "seed", "follow-up"],
            &["explain", "journeys"],
        )?;
        let soak: Option<usize> = number(&arguments, "soak")?;
        let seed = number(&arguments, "seed")?.unwrap_or(1);
        let path = match (arguments.plain.as_slice(), soak) {
            ([], _) if arguments.value("rules") == Some("b2c") => bundled("life_b2c.jsonl"),
            ([], _) => bundled("life.jsonl"),
            ([path], None) => PathBuf::from(path),
            ([_], Some(_)) => return Err("--soak generates its events: leave the scenario out".into()),
            _ => return Err(format!("one scenario at a time\n{USAGE}").into()),
        };
        for (name, other, why) in [
            ("seed", soak.is_some(), "it is the seed of --soak N"),
            ("roster", soak.is_none(), "--soak has a roster of its own"),
            ("explain", soak.is_none(), "--soak prints counts"),
            ("journeys", soak.is_none(), "--soak prints counts"),
        ] {
            if arguments.has(name) && !other {
                return Err(format!("--{name} has no effect: {why}").into());
            }
        }
        let text = |path: &PathBuf| -> Result<String, Box<dyn Error>> {
            let bytes = read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(String::from_utf8(bytes).map_err(|error| format!("{}: {error}", path.display()))?)
        };
        let is_bundled = arguments.plain.is_empty() && soak.is_none();
        let mut rules = match arguments.value("rules") {
            None | Some("b2b") => Rules::b2b(),
            Some("b2c") => Rules::b2c(),
            Some(file) => {
                let path = PathBuf::from(file);
                read_rules(&text(&path)?).map_err(|error| format!("{file}: {error}"))?
            }
        };
        if is_bundled && rules.elsewhere == Rules::b2b().elsewhere {
            // People who look for a job, and the team itself.
            let ours: Vec<ElsewhereRule> = serde_json::from_str(&text(&bundled("life_elsewhere.json"))?)?;
            rules.elsewhere.splice(0..0, ours);
        }
        Intake::compile(&rules)?;
        let (reps, calendars) = match arguments.value("roster") {
            None => (default_reps(), Calendars::default()),
            Some(file) => {
                let path = PathBuf::from(file);
                read_roster(&text(&path)?).map_err(|error| format!("{file}: {error}"))?
            }
        };
        let scenario = if soak.is_some() { String::new() } else { text(&path)? };
        let (explains, journeys) = (arguments.has("explain"), arguments.has("journeys"));
        let follow_up = match arguments.value("follow-up") {
            None if soak.is_some() => {
                named(if arguments.value("rules") == Some("b2c") { "b2c" } else { "b2b" })
            }
            None | Some("none") => None,
            Some(name) => {
                Some(match named(name) {
                    Some(rules) => rules,
                    None => {
                        let text = text(&PathBuf::from(name)).map_err(|error| {
                        let known = ["none", "nodes", "b2c", "b2b", "marketing"];
                        let near = closest(name, known);
                        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                        let known = known.join(", ");
                        format!("--follow-up: found `{name}`, expected one of {known} or a file: {error}{near}")
                    })?;
                        FollowUpRules::from_json_str(&text).map_err(|errors| format!("{name}: {errors}"))?
                    }
                })
            }
        };
        Ok(Options { path, scenario, rules, reps, calendars, explains, journeys, soak, seed, follow_up })
    }
}

impl Options {
    /// The policies, with the pools that the leads lie in and the calendars of the reps.
    pub(crate) fn policies(&self) -> Option<FollowUpRules> {
        let mut rules = self.follow_up.clone()?;
        if !self.rules.pools.is_empty() {
            rules.pools.clone_from(&self.rules.pools);
        }
        rules.calendars.extend(self.calendars.0.iter().map(|(id, one)| (id.as_str().into(), one.clone())));
        Some(rules)
    }
}

/// Three reps who are always there.
fn default_reps() -> Vec<Rep> {
    ["li", "wang", "zhao"].map(|id| Rep { id: id.into(), ..Rep::default() }).into()
}

/// A document; what it does not say about how leads go on, and about pools, is what b2b says.
fn read_rules(text: &str) -> Result<Rules, Box<dyn Error>> {
    let document: Json = serde_json::from_str(text)?;
    let lacks = |key: &str| document.get(key).is_none();
    let mut rules = Rules::from_json_str(text)?;
    if lacks("life") {
        rules.life = Rules::b2b().life;
    }
    if lacks("pools") {
        let known = |id: &leadkit::model::PoolId| rules.assign.pools.contains_key(id);
        let mut pools = Rules::b2b().pools;
        for pool in &mut pools {
            // The pools of b2b are assigned from `leads`, which the document may call otherwise.
            pool.assigns_from = pool.assigns_from.take().filter(known);
        }
        rules.pools = pools;
    }
    Ok(rules)
}

fn read_roster(text: &str) -> Result<(Vec<Rep>, Calendars), Box<dyn Error>> {
    let rules = RosterDocument::from_json_str(text)?;
    Ok((rules.reps, rules.calendars))
}

fn number<T: std::str::FromStr>(arguments: &Arguments, name: &str) -> Result<Option<T>, Box<dyn Error>> {
    let Some(text) = arguments.value(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let wanted = || format!("--{name}: found `{text}`, expected a whole number").into();
    number.map(Some).ok_or_else(wanted)
}
