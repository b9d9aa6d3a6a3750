//! What takes too long for every run of the tests: `cargo test --release --test long -- --ignored`.

#![allow(dead_code, reason = "these are modules of `it`, where the rest of them is used")]

#[path = "../it/assign/desk.rs"]
mod desk;
#[path = "../it/blacklist/flood.rs"]
mod flood;
#[path = "../it/assign/quick.rs"]
mod quick;
#[path = "../it/assign/shares.rs"]
mod rosters;
#[path = "../it/oracle/assign.rs"]
mod shares;

mod assign {
    pub(crate) use crate::desk;
}

mod oracle {
    pub(crate) use crate::shares as assign;
}

#[path = "../it/runner/mod.rs"]
mod runner;
#[path = "../it/state/mod.rs"]
mod state;
#[path = "../it/support/mod.rs"]
mod support;
