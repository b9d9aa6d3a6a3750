//! The command line of the example `life`: the bundled scenario as it was reviewed, what is refused, and a small quarter.

use std::path::Path;

use expect_test::expect_file;

#[path = "../../../examples/life/program/mod.rs"]
mod program;

mod again;
mod asked;
mod bundled;
mod counted;
mod divided;
mod fair;
mod fresh;
mod held;
mod joined;
mod journeys;
mod kept;
mod lawful;
mod line;
mod mended;
mod policies;
mod refused;

fn run(scenario: &[u8], words: &str) -> Result<(String, String, program::Verdict), String> {
    run_with(scenario, "{}", words)
}

/// `s.jsonl` is the scenario, `p.json` the policies.
fn run_with(
    scenario: &[u8],
    policies: &str,
    words: &str,
) -> Result<(String, String, program::Verdict), String> {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let read = |path: &Path| match path.to_str() {
        Some("s.jsonl") => Ok(scenario.to_vec()),
        Some("p.json") => Ok(policies.as_bytes().to_vec()),
        _ => std::fs::read(path),
    };
    let words = words.split_whitespace().map(str::to_owned);
    let verdict = program::run(words, &read, &mut out, &mut notes).map_err(|error| error.to_string())?;
    Ok((String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap(), verdict))
}
