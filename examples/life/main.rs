//! The lives of leads from a file of events: who gets which when, what people are told, and whether the laws hold.
//!
//! ```text
//! cargo run --release --example life                            the bundled scenario, of companies
//! cargo run --release --example life -- --rules b2c             that of consumers
//! cargo run --release --example life -- SCENARIO.jsonl          your own scenario, one event a line
//! cargo run --release --example life -- --soak 20000 --seed 7   twenty generated weeks
//! ```

use std::process::ExitCode;

use program::Verdict;

#[path = "../support/program.rs"]
mod host;
mod program;

fn main() -> ExitCode {
    let code = |verdict| match verdict {
        Verdict::Lawful => 0,
        Verdict::Broken => 1,
    };
    host::run(|arguments, read, out| program::run(arguments, read, out, &mut host::Notes), code, 2)
}
