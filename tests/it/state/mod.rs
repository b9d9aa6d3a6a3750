//! What the main job remembers: as one value, as rows of a host's tables, in the hands of several workers.

mod claims;
mod clock;
mod rows;
mod size;
mod stored;
mod tables;
mod workers;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::calendar::Calendars;
use leadkit::model::{Lead, Rep, Source};
use leadkit::{Input, Intake, Roster, Rules, State};
use serde_json::json;

use crate::oracle::assign::Seeded;
use crate::support::{hour, review_next};

const REPS: [&str; 4] = ["li", "wang", "zhao", "chen"];

/// Consumers: whoever shares a phone is one person. Bursts are counted by page and by address; leads without a tag are not
/// ready for sales; small caps are run into.
fn rules(daily_assign_cap: Option<u32>) -> Rules {
    let burst = |id: &str, by: &str| {
        json!({"id": id, "category": "burst", "severity": "flag",
            "check": {"burst": {"by": by, "count": 4, "window": "6h"}}})
    };
    let mut rules = Rules::load(json!({
        "score": {"fit": {"rules": [{"id": "warm", "when": {"field": "tags", "eq": "warm"}, "points": 90}]}},
        "assign": {
            "groups": {"all": {"members": [
                {"rep": "li", "weight": 3}, {"rep": "wang"}, {"rep": "zhao", "weight": 2}, {"rep": "chen"}]}},
            "pools": {
                "leads": {"daily_assign_cap": daily_assign_cap, "rules": [
                    {"id": "east", "when": {"field": "source.page", "eq": "/1"}, "then": {"reps": ["wang", "chen"]}},
                    {"id": "all", "then": {"group": {"id": "all"}}}]},
                "fair": {"daily_claim_cap": 2, "rules": [{"id": "met", "then": {"group": {"id": "all"}}}]},
            },
        },
    }))
    .unwrap();
    rules.dedup = leadkit::dedup::DedupRules::b2c();
    // Nobody follows up here.
    rules.life.untouched_limit = 2_000;
    for (id, by) in [("page", "page"), ("ip", "ip")] {
        rules.blacklist.rules.push(serde_json::from_value(burst(id, by)).unwrap());
    }
    rules
}

fn intake(daily_assign_cap: Option<u32>) -> Intake {
    Intake::compile(&rules(daily_assign_cap)).unwrap()
}

fn roster() -> Roster {
    let rep = |id: &&str| Rep { id: (*id).into(), holding_cap: Some(2_000), ..Rep::default() };
    Roster::compile(&REPS.iter().map(rep).collect::<Vec<_>>(), &Calendars::default()).unwrap()
}

/// A stream of leads of few people and origins, some of them late, some the same form again.
fn stream(seed: u64, count: usize) -> Vec<(Lead, DateTime<Utc>)> {
    let mut random = Seeded(seed);
    let mut leads: Vec<(Lead, DateTime<Utc>)> = Vec::new();
    for n in 0..count {
        let now = hour(0) + TimeDelta::minutes(40 * n as i64);
        let late = if random.percent(15) { random.below(60) as i64 } else { 0 };
        let id = format!("L{n:04}");
        let before = random.below(leads.len().max(1));
        let lead = match leads.get(before).filter(|_| random.percent(20)) {
            Some((before, _)) => Lead { id: id.as_str().into(), created_at: now, ..before.clone() },
            None => Lead {
                id: id.as_str().into(),
                created_at: now - TimeDelta::hours(late),
                phones: phones(&mut random, count),
                message: Some(format!("请介绍一下第{}种产品的价格", random.below(count))),
                tags: random.percent(70).then(|| "warm".to_owned()).into_iter().collect(),
                pool: random.percent(20).then(|| "fair".into()),
                owner: random.percent(10).then(|| REPS[random.below(REPS.len())].into()),
                ip: Some(IpAddr::from([203, 0, 113, random.below(9) as u8])),
                source: Source { page: Some(format!("/{}", random.below(5))), ..Source::default() },
                ..Lead::default()
            },
        };
        leads.push((lead, now));
    }
    leads
}

/// Mostly one of few mobiles, sometimes a bad one.
fn phones(random: &mut Seeded, count: usize) -> Vec<leadkit::model::PhoneNumber> {
    if random.percent(5) {
        return vec!["1392746".into()];
    }
    let number = 13_927_461_000_u64 + 37 * random.below(count / 2 + 2) as u64;
    vec![number.to_string().as_str().into()]
}

/// A host with everything in memory, moved along lead by lead.
struct Desk {
    intake: Intake,
    roster: Roster,
    book: leadkit::book::Book,
    state: State,
}

impl Desk {
    fn new() -> Desk {
        Desk::with_cap(Some(2))
    }

    fn with_cap(daily_assign_cap: Option<u32>) -> Desk {
        let intake = intake(daily_assign_cap);
        let book = intake.book();
        Desk { intake, roster: roster(), book, state: State::default() }
    }

    fn input(&self, lead: &Lead) -> Input {
        let rows = self.book.rows(&self.intake.probe(lead));
        Input { lead: lead.clone(), rows, ..Input::default() }
    }

    fn commit(&mut self, lead: &Lead, outcome: &leadkit::Outcome) {
        self.state.apply(outcome.delta()).unwrap();
        self.book.insert_lead(lead.clone());
        outcome.apply_to(&mut self.book);
        review_next(&self.intake, outcome, &mut self.book, &self.roster, &mut self.state);
    }

    fn submit(&mut self, lead: &Lead, now: DateTime<Utc>) -> leadkit::Outcome {
        let outcome = self.intake.process(&self.input(lead), &self.roster, &self.state, now);
        self.commit(lead, &outcome);
        outcome
    }

    /// The state after a stream.
    fn after(seed: u64, count: usize) -> Desk {
        let mut desk = Desk::new();
        for (lead, now) in stream(seed, count) {
            let _ = desk.submit(&lead, now);
        }
        desk
    }
}
