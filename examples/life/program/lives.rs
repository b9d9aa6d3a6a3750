//! Random lives of leads, with everything that can happen to them, and the lives that were found to break a law.
//!
//! `LIVES=2000 cargo test --test it random_lives` draws more. What is found is added to `tests/data/lives.txt`, with the clause
//! that it breaks, and stays there as `lawful` when it is fixed.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, TimeDelta};
use leadkit::model::Rep;
use leadkit::{Rules, text::closest};
use proptest::prelude::*;
use proptest::test_runner::{TestRng, TestRunner};
use serde_json::{Value as Json, json};

use super::clock::is_live;
use super::desk::Desk;
use super::event::read_lines;
use super::laws::Clause;

/// A life on file: by which rules, what it breaks, and its lines.
struct Kept {
    rules: String,
    /// `None` is lawful.
    breaks: Option<Clause>,
    what: String,
    lines: String,
}

fn kept() -> Vec<Kept> {
    let text = std::fs::read_to_string("tests/data/lives.txt").unwrap();
    let mut lives: Vec<Kept> = Vec::new();
    for line in text.lines() {
        let Some(head) = line.strip_prefix("# ") else {
            lives.last_mut().unwrap().lines += &format!("{line}\n");
            continue;
        };
        let (how, what) = head.split_once(": ").unwrap();
        let (rules, clause) = how.split_once(' ').unwrap();
        let named = |one: &Clause| format!("{one:?}") == clause;
        let breaks = Clause::ALL.into_iter().find(named);
        let names = Clause::ALL.map(|one| format!("{one:?}"));
        let near = closest(clause, names.iter().map(String::as_str));
        assert!(breaks.is_some() || clause == "lawful", "{head}: did you mean {near:?}?");
        let (rules, what) = (rules.to_owned(), what.to_owned());
        lives.push(Kept { rules, breaks, what, lines: String::new() });
    }
    lives
}

fn desk(rules: &str) -> Desk {
    let rules = if rules == "b2c" { Rules::b2c() } else { Rules::b2b() };
    let reps = ["li", "wang", "zhao"].map(|id| Rep { id: id.into(), ..Rep::default() });
    Desk::with(&rules, &reps, &Default::default(), false).unwrap()
}

/// What the lives on file break: it does not count in random lives until it is fixed.
fn known() -> BTreeSet<Clause> {
    kept().iter().filter_map(|life| life.breaks).collect()
}

#[test]
fn lives_on_file_break_what_they_are_known_to_break_and_no_more() {
    let mut wrong = Vec::new();
    let known = known();
    for life in kept() {
        let mut desk = desk(&life.rules);
        for line in read_lines(&life.lines, &life.what).unwrap() {
            desk.live(&line).unwrap();
        }
        desk.check_all();
        let holds = |clause: &Clause| desk.broken().iter().all(|one| one.clause != *clause);
        if let Some(clause) = life.breaks.filter(holds) {
            wrong.push(format!("{}: {clause:?} holds by now: write `lawful`", life.what));
        }
        let more: Vec<_> = desk.broken().iter().filter(|one| !known.contains(&one.clause)).collect();
        let breaks = desk.broken().iter().filter(|_| life.breaks.is_none()).chain(more);
        wrong.extend(breaks.map(|one| format!("{}: {one}", life.what)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Something that happens. Numbers choose among what is there.
#[derive(Debug, Clone, Copy)]
struct Act {
    kind: &'static str,
    minutes: i64,
    pick: [u8; 4],
    rarely: bool,
}

/// Kinds of acts by how often they are drawn.
const KINDS: [(u32, &str); 24] = [
    (10, "submit"),
    (2, "import"),
    (4, "update"),
    (7, "follow_up"),
    (2, "activity"),
    (1, "touch"),
    (3, "return"),
    (1, "close"),
    (1, "release"),
    (2, "claim"),
    (2, "allot"),
    (1, "revoke"),
    (2, "merge"),
    (2, "convert"),
    (2, "opportunity"),
    (2, "absent"),
    (1, "back"),
    (1, "leave"),
    (1, "join"),
    (1, "hand_over"),
    (1, "account"),
    (1, "pass_on"),
    (1, "register"),
    (1, "forget"),
];

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let kinds: Vec<_> = KINDS.iter().map(|(weight, kind)| (*weight, Just(*kind))).collect();
    let kind = prop::strategy::Union::new_weighted(kinds);
    let minutes = prop::sample::select(vec![0i64, 1, 5, 30, 60, 240, 1_440, 3_000, 9_000, 60_000]);
    let one = (kind, minutes, any::<[u8; 4]>(), prop::bool::weighted(0.15));
    let one = one.prop_map(|(kind, minutes, pick, rarely)| Act { kind, minutes, pick, rarely });
    prop::collection::vec(one, 1..24)
}

const REPS: [&str; 4] = ["li", "wang", "zhao", "chen"];
const PARTNERS: [&str; 2] = ["pan", "qiao"];
const PHONES: [&str; 6] =
    ["13812349876", "13927461853", "+86 138-1234-9876", "15088672341", "010-62648835", "13800138000"];
const EMAILS: [&str; 4] = ["bo@gmail.com", "AN@qq.com", "an@qq.com", "info@acme-trading.com"];
const COMPANIES: [&str; 3] = ["Acme Trading Ltd", "Borealis Mining Ltd", "深圳恒通物流有限公司"];
const NAMES: [&str; 4] = ["Ann", "Bo", "张伟", "Cy"];

fn of<'t>(list: &[&'t str], pick: u8) -> &'t str {
    list[usize::from(pick) % list.len()]
}

/// A life that is being lived, and its lines so far.
struct Life {
    desk: Desk,
    at: DateTime<FixedOffset>,
    ids: Vec<String>,
    lines: String,
}

impl Life {
    fn new(rules: &str) -> Life {
        let at = DateTime::parse_from_rfc3339("2026-03-02T09:00:00+08:00").unwrap();
        let mut life = Life { desk: desk(rules), at, ids: Vec::new(), lines: String::new() };
        life.live(json!({"join": {"id": "chen", "deputy": "li"}}));
        for partner in PARTNERS {
            life.live(json!({"join": {"id": partner, "partner_of": "li"}}));
        }
        life
    }

    fn live(&mut self, mut event: Json) {
        event["at"] = json!(self.at.to_rfc3339());
        let written = format!("{event}\n");
        let line = read_lines(&written, "life").unwrap().remove(0);
        self.lines += &written;
        self.desk.live(&line).unwrap_or_else(|why| panic!("{why}\n{}", self.lines));
    }

    fn lead(&mut self, prefix: &str, act: Act) -> Json {
        let Act { pick: [a, b, c, d], rarely, .. } = act;
        let id = format!("{prefix}{:02}", self.ids.len() + 1);
        let mut lead = json!({"id": id, "name": of(&NAMES, a / 8)});
        // Half of the messages are the same.
        lead["message"] = if d % 2 == 0 { json!("请报价") } else { json!(format!("message {id}")) };
        if b % 4 != 0 {
            lead["phones"] = json!([of(&PHONES, a)]);
        }
        if b % 3 == 0 || b % 4 == 0 {
            lead["emails"] = json!([of(&EMAILS, b / 12)]);
        }
        if c % 2 == 0 {
            lead["company"] = json!(of(&COMPANIES, c / 2));
        }
        if c % 11 == 0 {
            lead["wechat"] = json!(format!("wx_person_{}", d % 3));
        }
        if c % 13 == 0 {
            lead["external_ids"] = json!({"clue_id": format!("clue-{}", d % 3)});
        }
        if rarely {
            lead["owner"] = json!(of(&["li", "wang", "zhao", "chen", "pan"], d));
        }
        self.ids.push(id);
        lead
    }

    /// The line of an act; `None` when there is nothing to act on.
    fn event(&mut self, act: Act) -> Option<Json> {
        let Act { kind, pick: [a, b, c, d], rarely, .. } = act;
        if self.ids.is_empty() && !["account", "absent", "join"].contains(&kind) {
            return Some(json!({"submit": self.lead("L", act)}));
        }
        let id = |pick: u8| self.ids.get(usize::from(pick) % self.ids.len().max(1)).cloned();
        let rep = of(&REPS, b);
        Some(match kind {
            "submit" => json!({"submit": self.lead("L", act)}),
            "import" => {
                let mut rows: Vec<Json> = (0..=b % 3)
                    .map(|n| self.lead("M", Act { pick: [a.wrapping_add(n / 2), b, c, d], ..act }))
                    .collect();
                if d % 3 == 0 {
                    rows[0]["owner"] = json!(rep);
                    rows[0]["status"] = json!("following");
                }
                json!({"import": rows, "assign": rarely})
            }
            "update" => {
                let mut update = json!({"lead": id(a)?});
                match b % 6 {
                    0 => update["title"] = json!("CEO"),
                    1 => update["company"] = json!(of(&COMPANIES, c)),
                    2 => update["phones"] = json!([of(&PHONES, c), of(&PHONES, d)]),
                    3 => update["name"] = json!(of(&NAMES, c)),
                    4 => update["emails"] = json!([of(&EMAILS, c)]),
                    _ => update["phones"] = json!([of(&PHONES, c)]),
                }
                json!({"update": update})
            }
            "follow_up" => {
                let lead = id(a)?;
                let subject = self.desk.subject_of(&lead.as_str().into());
                let record = self.desk.book.lead(&subject).filter(|lead| is_live(&self.desk.book, lead))?;
                let helper = self.desk.book.history(&subject).helper().map(|one| one.owner.clone());
                let worker = helper.or(record.owner.clone())?;
                json!({"follow_up": {"lead": lead, "owner": worker, "kind": "call"}})
            }
            "activity" => {
                json!({"activity": {"lead": id(a)?, "kind": of(&["page_visit", "form_submit"], b)}})
            }
            "touch" => json!({"touch": {"lead": id(a)?, "channel": "sem"}}),
            "close" => {
                json!({"close": {"lead": id(a)?, "reason": of(&["no_intent", "blocked", "unreachable"], b)}})
            }
            "claim" => json!({"claim": {"lead": id(a)?, "rep": rep}}),
            "allot" => json!({"allot": {"lead": id(a)?, "rep": rep}}),
            "pass_on" => json!({"allot": {"lead": id(a)?, "rep": of(&PARTNERS, b)}}),
            "register" => json!({"register": {"account": of(&["A1", "A2"], a), "partner": of(&PARTNERS, b)}}),
            "merge" => json!({"merge": {"into": id(a)?, "from": id(b)?}}),
            "convert" => json!({"convert": {"lead": id(a)?, "account": of(&["A1", "A2"], b)}}),
            "opportunity" => {
                let (lead, status) = (id(a)?, of(&["open", "open", "won", "lost"], b));
                json!({"opportunity": {"id": format!("O{lead}"), "lead": lead, "status": status}})
            }
            "absent" => {
                let hours = [1, 5, 30, 200, 2_000][usize::from(c) % 5];
                json!({"absent": {"rep": rep, "until": (self.at + TimeDelta::hours(hours)).to_rfc3339()}})
            }
            "back" => json!({"back": {"rep": rep}}),
            "leave" => json!({"leave": {"rep": if rarely { of(&PARTNERS, c) } else { rep }}}),
            "join" => json!({"join": {"id": rep}}),
            "hand_over" => json!({"hand_over": {"rep": rep, "to": of(&REPS, c)}}),
            "account" => json!({"account": {"id": of(&["A1", "A2"], a), "company": of(&COMPANIES, b),
                "owner": of(&REPS, c), "contacts": [{"id": format!("C{}", a % 2), "name": of(&NAMES, d), "phones": [of(&PHONES, d)]}]}}),
            _ => json!({kind: {"lead": id(a)?}}),
        })
    }
}

fn lived(acts: &[Act], rules: &str) -> Life {
    let mut life = Life::new(rules);
    for act in acts {
        life.at += TimeDelta::minutes(act.minutes);
        if let Some(event) = life.event(*act) {
            life.live(event);
        }
    }
    life.at += TimeDelta::days(120);
    life.live(json!({"tick": true}));
    life.desk.check_all();
    life
}

/// How many other lives are drawn than the same few.
fn more() -> Option<u32> {
    std::env::var("LIVES").ok().and_then(|cases| cases.parse().ok())
}

#[test]
fn random_lives_break_nothing_that_is_not_known() {
    let config = ProptestConfig {
        cases: more().unwrap_or(12),
        max_shrink_iters: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    // The same lives every day: what others break is for who looks for it.
    let random = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = match more() {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, random),
    };
    let known = known();
    let lived = runner.run(&(acts(), any::<bool>()), |(acts, to_companies)| {
        let life = lived(&acts, if to_companies { "b2b" } else { "b2c" });
        let found = life.desk.broken().iter().filter(|one| !known.contains(&one.clause));
        let found: Vec<String> = found.map(|one| format!("{:?} {one}", one.clause)).collect();
        prop_assert!(found.is_empty(), "{}\n{}", found.join("\n"), life.lines);
        Ok(())
    });
    if let Err(why) = lived {
        panic!("{why}");
    }
}
