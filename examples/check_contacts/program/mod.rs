//! The program without its surroundings: arguments in, lines out.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use leadkit::contact::{
    Email, EmailFault, Phone, PhoneOptions, PhoneQuality, fake_email, fake_phone, read_emails, read_phones,
};
use leadkit::model::Region;

const USAGE: &str = "usage: check_contacts --phones FILE [--region CN] | --emails FILE";
const HEADER: &str = "line\tseverity\trule\tmatched\tspan_start\tspan_end\tnormalised";

/// Reads a file, or the standard input for `-`.
pub(crate) type ReadFile<'r> = &'r dyn Fn(&Path) -> std::io::Result<Vec<u8>>;

enum Kind {
    Phones(Region),
    Emails,
}

struct Arguments {
    kind: Kind,
    file: PathBuf,
}

/// What is said about one part of a line.
struct Finding {
    severity: &'static str,
    rule: String,
    span: Option<Range<usize>>,
    normalised: String,
}

impl Finding {
    fn new(severity: &'static str, rule: impl Into<String>, span: Range<usize>, normalised: &str) -> Finding {
        Finding { severity, rule: rule.into(), span: Some(span), normalised: normalised.to_owned() }
    }
}

/// Runs the program with its arguments.
///
/// # Errors
/// When the arguments cannot be understood, the file cannot be read or the output cannot be written.
pub(crate) fn run(
    arguments: impl Iterator<Item = String>,
    read: ReadFile<'_>,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let Arguments { kind, file } = parse(arguments)?;
    let bytes = read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    writeln!(out, "{HEADER}")?;
    // Bytes that are no UTF-8 become one sign each, so that lines and all other spans stay what they are.
    let text = String::from_utf8_lossy(&bytes);
    for (number, line) in text.strip_prefix('\u{FEFF}').unwrap_or(&text).lines().enumerate() {
        let findings = match kind {
            Kind::Phones(region) => phones(line, region),
            Kind::Emails => emails(line),
        };
        for finding in findings {
            write(out, number, line, &finding)?;
        }
    }
    Ok(())
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    let mut file: Option<(bool, PathBuf)> = None;
    let mut region: Option<Region> = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--phones" | "--emails" => {
                let path = PathBuf::from(value()?);
                if file.replace((argument == "--phones", path)).is_some() {
                    return Err(format!("one file at a time\n{USAGE}").into());
                }
            }
            "--region" => {
                let text = value()?;
                region = Some(text.parse().map_err(|error| format!("--region: {error}"))?);
            }
            other => return Err(format!("unknown argument `{other}`\n{USAGE}").into()),
        }
    }
    let kind = match (&file, region) {
        (None, _) => return Err(USAGE.into()),
        (Some((true, _)), region) => Kind::Phones(region.unwrap_or(Region::CN)),
        (Some((false, _)), None) => Kind::Emails,
        (Some((false, _)), Some(_)) => return Err(format!("--region goes with --phones\n{USAGE}").into()),
    };
    let file = file.map(|(_, path)| path).unwrap_or_default();
    Ok(Arguments { kind, file })
}

fn phones(line: &str, region: Region) -> Vec<Finding> {
    let options = PhoneOptions { default_region: region, oracle: None };
    let found = read_phones(line, &options);
    let findings = found.into_iter().flat_map(|one| phone(&one.value, &one.span));
    or_empty(findings.collect(), "phone.format")
}

fn phone(phone: &Phone, span: &Range<usize>) -> Vec<Finding> {
    let key = phone.key().unwrap_or("-");
    let normalised = match phone.extension() {
        Some(extension) => format!("{key};ext={extension}"),
        None => key.to_owned(),
    };
    let one = |severity, rule: &str| vec![Finding::new(severity, rule, span.clone(), &normalised)];
    match phone.quality() {
        PhoneQuality::Malformed(_) | PhoneQuality::PossibleNotAssigned => one("flag", "phone.format"),
        PhoneQuality::UnknownCountry => one("pass", "phone.unknown_country"),
        _ => {
            let fakes = fake_phone(phone);
            if fakes.is_empty() {
                return one("pass", "-");
            }
            fakes.iter().flat_map(|reason| one("flag", &format!("fake.{}", reason.code()))).collect()
        }
    }
}

fn emails(line: &str) -> Vec<Finding> {
    let findings = read_emails(line).into_iter().flat_map(|one| email(&one.value, &one.span));
    or_empty(findings.collect(), "email.format")
}

fn email(email: &Result<Email, EmailFault>, span: &Range<usize>) -> Vec<Finding> {
    let Ok(email) = email else {
        return vec![Finding::new("flag", "email.format", span.clone(), "-")];
    };
    let one = |severity, rule: &str| Finding::new(severity, rule, span.clone(), email.key());
    let fakes = fake_email(email);
    if fakes.is_empty() {
        return vec![one("pass", "-")];
    }
    fakes.iter().map(|reason| one("flag", &format!("fake.{}", reason.code()))).collect()
}

/// A blank line holds no value and is no contact.
fn or_empty(findings: Vec<Finding>, rule: &str) -> Vec<Finding> {
    if findings.is_empty() {
        return vec![Finding { severity: "flag", rule: rule.into(), span: None, normalised: "-".into() }];
    }
    findings
}

fn write(out: &mut impl Write, line: usize, text: &str, finding: &Finding) -> std::io::Result<()> {
    let Finding { severity, rule, span, normalised } = finding;
    let span = span.clone().unwrap_or(0..0);
    let matched = match text.get(span.clone()).unwrap_or_default() {
        "" => "-".to_owned(),
        matched => escaped(matched),
    };
    writeln!(out, "{line}\t{severity}\t{rule}\t{matched}\t{}\t{}\t{normalised}", span.start, span.end)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
