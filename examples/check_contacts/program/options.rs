//! What the program is asked to do.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use leadkit::model::Region;

const USAGE: &str = "\
usage: check_contacts
       check_contacts --phones FILE [--region CN]
       check_contacts --emails FILE
       check_contacts --texts FILE --lexicon WORDS
       check_contacts --csv LEADS --rules RULES [--map MAP] [--dry-run OLD] [--released IDS]";

/// The files to check, each with the options that go with it.
const INPUTS: [(&str, &[&str]); 4] = [
    ("--phones", &["--region"]),
    ("--emails", &[]),
    ("--texts", &["--lexicon"]),
    ("--csv", &["--rules", "--map", "--dry-run", "--released"]),
];

/// The kind of values, with what it needs.
pub(super) enum Job {
    Phones(Region),
    Emails,
    Texts { words: PathBuf },
    Leads { rules: PathBuf, map: Option<PathBuf>, old: Option<PathBuf>, released: Option<PathBuf> },
}

pub(super) struct Options {
    pub(super) job: Job,
    pub(super) file: PathBuf,
}

impl Options {
    /// The leads of the bundled sample, by the rules of the main job.
    fn of_sample() -> Options {
        let data = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(name);
        let map = Some(data("leads_map.json"));
        let job = Job::Leads { rules: data("rules.json"), map, old: None, released: None };
        Options { job, file: data("leads.csv") }
    }

    pub(super) fn parse(arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
        let mut arguments = arguments.peekable();
        if arguments.peek().is_none() {
            return Ok(Options::of_sample());
        }
        let mut given: BTreeMap<&str, String> = BTreeMap::new();
        while let Some(argument) = arguments.next() {
            let names = INPUTS.iter().flat_map(|(input, with)| std::iter::once(input).chain(*with));
            let Some(name) = names.copied().find(|name| *name == argument) else {
                return Err(format!("unknown argument `{argument}`\n{USAGE}").into());
            };
            let value = arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"))?;
            if given.insert(name, value).is_some() {
                return Err(format!("{argument} is given twice\n{USAGE}").into());
            }
        }
        let mut inputs = INPUTS.iter().filter(|(input, _)| given.contains_key(input));
        let Some((kind, _)) = inputs.next() else { return Err(USAGE.into()) };
        if inputs.next().is_some() {
            return Err(format!("one file at a time\n{USAGE}").into());
        }
        for (input, others) in INPUTS.iter().filter(|(input, _)| input != kind) {
            if let Some(option) = others.iter().find(|option| given.contains_key(*option)) {
                return Err(format!("{option} goes with {input}\n{USAGE}").into());
            }
        }
        let mut path = |name: &str| given.remove(name).map(PathBuf::from);
        let needed =
            |path: Option<PathBuf>, name: &str| path.ok_or_else(|| format!("{kind} needs {name}\n{USAGE}"));
        let file = path(kind).unwrap_or_default();
        let job = match *kind {
            "--phones" => Job::Phones(match path("--region") {
                Some(text) => {
                    text.display().to_string().parse().map_err(|error| format!("--region: {error}"))?
                }
                None => Region::CN,
            }),
            "--emails" => Job::Emails,
            "--texts" => Job::Texts { words: needed(path("--lexicon"), "--lexicon")? },
            _ => Job::Leads {
                rules: needed(path("--rules"), "--rules")?,
                map: path("--map"),
                old: path("--dry-run"),
                released: path("--released"),
            },
        };
        Ok(Options { job, file })
    }
}
