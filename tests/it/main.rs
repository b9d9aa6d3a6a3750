//! What the crate promises, through its public interface: a module per engine.
//!
//! `cargo test --test it score` runs one engine's tests. A text that a test compares with a file of `snapshots/` is
//! written anew by `UPDATE_EXPECT=1 cargo test --test it`.

mod api_shape;
mod arrows;
mod assign;
mod attribution;
mod blacklist;
mod calendar;
mod company;
mod contact;
mod dedup;
mod deep;
mod documents;
mod follow_up;
mod guide;
mod import;
mod inquiry;
mod intake;
mod large_leads;
mod leaks;
mod life;
mod merge;
mod names;
mod oracle;
mod pipeline;
mod rule;
mod runner;
mod score;
mod state;
mod support;
mod text;
