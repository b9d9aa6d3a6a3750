//! What is read and written for one lead does not grow with the leads before it.

use std::net::IpAddr;

use chrono::TimeDelta;
use leadkit::model::{Lead, Source};
use leadkit::{Input, State};

use super::tables::{Tables, Traffic};
use super::{Desk, REPS};
use crate::support::hour;

/// The `n`-th of a stream of leads, one every ten minutes: each a person of its own, but for one in ten, who sends the form
/// of yesterday's again.
fn lead(n: usize) -> Lead {
    let person = if n % 10 == 9 { n - 9 } else { n };
    Lead {
        id: format!("L{n:08}").into(),
        created_at: hour(0) + TimeDelta::minutes(10 * n as i64),
        phones: vec![(13_812_000_000_u64 + person as u64).to_string().as_str().into()],
        message: Some(format!("请介绍一下产品{person}的价格")),
        tags: vec!["warm".into()],
        ip: Some(IpAddr::from([203, (n / 61) as u8, (n / 7) as u8, n as u8])),
        source: Source { page: Some(format!("/p{}", n % 50)), ..Source::default() },
        ..Lead::default()
    }
}

/// Rows and bytes for each of the last leads, after so many before them.
fn traffic(desk: &Desk, tables: &mut Tables, from: usize, history: usize) -> Traffic {
    const MEASURED: usize = 100;
    for n in from..history + MEASURED {
        if n == history {
            tables.traffic.set(Traffic::default());
        }
        let input = Input { lead: lead(n), ..Input::default() };
        let keys = desk.intake.storage_keys(&input, &desk.roster);
        let mut state = State::from_rows(tables.fetch(&keys, input.lead.created_at)).unwrap();
        let outcome = desk.intake.process(&input, &desk.roster, &state, input.lead.created_at);
        state.apply(outcome.delta()).unwrap();
        tables.store(&state, outcome.delta());
    }
    let Traffic { rows_read, bytes_read, rows_written, bytes_written } = tables.traffic.get();
    let each = |sum: usize| sum / MEASURED;
    Traffic {
        rows_read: each(rows_read),
        bytes_read: each(bytes_read),
        rows_written: each(rows_written),
        bytes_written: each(bytes_written),
    }
}

#[test]
fn rows_and_bytes_of_one_lead_do_not_grow_with_the_history() {
    let (desk, mut tables) = (Desk::with_cap(None), Tables::default());
    // Four days, of which counts are kept, and a month.
    let early = traffic(&desk, &mut tables, 0, 600);
    let (few, later) = (tables.len(), traffic(&desk, &mut tables, 700, 4_200));
    println!("after 600 leads {early:?}, after 4200 {later:?}");
    assert!(tables.len() > 5 * few);
    // Numbers get a digit longer; nothing else does.
    assert!(later.rows_read <= early.rows_read + 1 && later.rows_written <= early.rows_written);
    assert!(later.bytes_read * 10 <= early.bytes_read * 11, "{early:?} {later:?}");
    assert!(later.bytes_written * 10 <= early.bytes_written * 11, "{early:?} {later:?}");
    // A row for each rep, the ledger, the keys of the lead and what lies there.
    assert!(later.rows_read <= REPS.len() + 1 + 10 && later.bytes_read < 4_000, "{later:?}");
    assert!(later.bytes_written < 4_000, "{later:?}");
}

#[test]
#[ignore = "takes a minute: cargo test --release --test long -- --ignored --nocapture size"]
fn a_table_up_to_a_million_leads() {
    let (desk, mut tables) = (Desk::with_cap(None), Tables::default());
    println!("leads before   rows in the tables   rows read   bytes read   rows written   bytes written");
    let mut done = 0;
    for history in [1_000, 100_000, 1_000_000] {
        let one = traffic(&desk, &mut tables, done, history);
        done = history + 100;
        println!(
            "{history:12}   {:18}   {:9}   {:10}   {:12}   {:13}",
            tables.len(),
            one.rows_read,
            one.bytes_read,
            one.rows_written,
            one.bytes_written,
        );
    }
}
