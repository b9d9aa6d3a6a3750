//! Random lives: what holds after everything that happens to leads.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use leadkit::model::{Absence, Activity, CloseReason, FollowUp, FollowUpKind, LeadId, OwnerState};
use leadkit::{ReassignReason, Refusal};
use proptest::prelude::*;

use super::*;

const REPS: [&str; 4] = ["li", "wang", "zhao", "chen"];
const PHONES: [&str; 3] = [MOBILE, "13927461853", "15088672341"];
const MAILS: [&str; 3] = ["zhang.wei@qixi.com.cn", "li.na@gmail.com", "wang.fang@qq.com"];
/// On the list of the rules.
const BLOCKED: &str = "13612349871";

/// Something that happens. Numbers choose among what is there.
#[derive(Debug, Clone)]
enum Event {
    Submit { phone: Option<u8>, mail: Option<u8>, owner: Option<u8>, cold: bool, blocked: bool },
    Pass { hours: u16 },
    Update { lead: u8, phone: Option<u8>, mail: Option<u8>, warm: bool },
    Visit { lead: u8 },
    Call { lead: u8 },
    Return { lead: u8 },
    Close { lead: u8 },
    Release { lead: u8 },
    Claim { lead: u8, rep: u8 },
    Allot { lead: u8, rep: u8 },
    Revoke { lead: u8 },
    Absent { rep: u8, hours: u16 },
    Leave { rep: u8 },
    Join { rep: u8 },
    Serve,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let key = || prop::option::weighted(0.6, 0u8..3);
    let one = prop_oneof![
        6 => (key(), key(), prop::option::weighted(0.2, 0u8..4), prop::bool::weighted(0.2), prop::bool::weighted(0.1))
            .prop_map(|(phone, mail, owner, cold, blocked)| Event::Submit { phone, mail, owner, cold, blocked }),
        6 => (1u16..900).prop_map(|hours| Event::Pass { hours }),
        2 => (any::<u8>(), key(), key(), any::<bool>())
            .prop_map(|(lead, phone, mail, warm)| Event::Update { lead, phone, mail, warm }),
        1 => any::<u8>().prop_map(|lead| Event::Visit { lead }),
        4 => any::<u8>().prop_map(|lead| Event::Call { lead }),
        2 => any::<u8>().prop_map(|lead| Event::Return { lead }),
        1 => any::<u8>().prop_map(|lead| Event::Close { lead }),
        1 => any::<u8>().prop_map(|lead| Event::Release { lead }),
        2 => (any::<u8>(), 0u8..4).prop_map(|(lead, rep)| Event::Claim { lead, rep }),
        1 => (any::<u8>(), 0u8..4).prop_map(|(lead, rep)| Event::Allot { lead, rep }),
        1 => any::<u8>().prop_map(|lead| Event::Revoke { lead }),
        1 => (0u8..4, 1u16..900).prop_map(|(rep, hours)| Event::Absent { rep, hours }),
        1 => (0u8..4).prop_map(|rep| Event::Leave { rep }),
        1 => (0u8..4).prop_map(|rep| Event::Join { rep }),
        1 => Just(Event::Serve),
    ];
    prop::collection::vec(one, 1..40)
}

/// A desk on which time passes.
struct World {
    desk: Desk,
    reps: Vec<Rep>,
    now: i64,
    count: usize,
    /// Whether the state is saved and read again after every event.
    saves: bool,
    /// Notices that were looked at.
    told: usize,
    /// Since when its owner had each lead at the last look.
    held_since: BTreeMap<LeadId, DateTime<Utc>>,
}

impl World {
    fn new(to_companies: bool, saves: bool) -> World {
        let mut document = document(&if to_companies { companies() } else { consumers() });
        let life = if to_companies { leadkit::LifeRules::b2b() } else { leadkit::LifeRules::b2c() };
        document["life"] = serde_json::to_value(life).unwrap();
        document["pools"] = json!([{"id": "leads", "admins": ["boss"]}]);
        document["assign"]["pools"]["leads"]["rules"][0]["then"] = json!({"reps": REPS});
        document["blacklist"] = json!({"rules": [{"id": "l", "category": "c", "severity": "block",
            "check": {"list": {"phones": [BLOCKED]}}}]});
        let mut desk = Desk::new(&companies());
        desk.intake = Intake::load(document).unwrap();
        desk.book = desk.intake.book();
        let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
        let mut reps: Vec<Rep> = REPS.map(rep).to_vec();
        reps[0].deputy = Some("wang".into());
        reps[1].team = Some("east".into());
        reps[2].team = Some("east".into());
        let mut world = World { desk, reps, now: 0, count: 0, saves, told: 0, held_since: BTreeMap::new() };
        world.roster();
        world
    }

    fn roster(&mut self) {
        self.desk.roster = Roster::compile(&self.reps, &Calendars::default()).unwrap();
    }

    fn at(&self) -> DateTime<Utc> {
        hour(self.now)
    }

    /// One of the leads that are there.
    fn pick(&self, n: u8) -> Option<Lead> {
        let leads: Vec<&Lead> = self.desk.book.leads().collect();
        leads.get(usize::from(n) % leads.len().max(1)).map(|lead| (*lead).clone())
    }

    fn input(&self, id: &leadkit::model::LeadId) -> Input {
        let input = self.desk.intake.input_of(&self.desk.book, id, self.at()).unwrap();
        Input { trust_clock: true, ..input }
    }

    /// Applied twice: twice is once.
    fn apply(&mut self, outcome: &Outcome) {
        self.desk.state.apply(outcome.delta()).unwrap();
        outcome.apply_to(&mut self.desk.book);
        let once = self.dump();
        outcome.apply_to(&mut self.desk.book);
        assert_eq!(self.dump(), once, "applied twice: {}", outcome.explain());
        review_next(&self.desk.intake, outcome, &mut self.desk.book, &self.desk.roster, &mut self.desk.state);
    }

    fn review(&mut self, id: &leadkit::model::LeadId) {
        let input = self.input(id);
        self.desk.book.take_wake_up(id, self.at());
        let outcome = self.desk.intake.review(&input, &self.desk.roster, &self.desk.state, self.at());
        self.apply(&outcome);
    }

    fn lose(&mut self, id: &leadkit::model::LeadId, why: ReassignReason) {
        let outcome =
            self.desk.intake.reassign(&self.input(id), why, &self.desk.roster, &self.desk.state, self.at());
        self.apply(&outcome);
    }

    /// Time passes: what is due happens when it is due.
    fn pass(&mut self, until: i64) {
        for _ in 0..2_000 {
            let wake_ups =
                self.desk.book.leads().filter_map(|lead| self.desk.book.wake_up(&lead.id)).map(|one| one.at);
            let open = |lead: &Lead| {
                let deadlines = &self.desk.book.history(&lead.id).deadlines;
                deadlines.iter().filter(|one| one.done_at.is_none()).map(|one| one.due_at).min()
            };
            let deadlines = self.desk.book.leads().filter(|lead| lead.owner.is_some()).filter_map(open);
            let Some(next) = wake_ups.chain(deadlines).min().filter(|next| *next <= hour(until)) else {
                self.now = until;
                return;
            };
            self.now = self.now.max((next - hour(0)).num_hours());
            let due = self.desk.book.due(self.at());
            if let Some(id) = due.first() {
                self.review(id);
            } else if let Some(id) = self.desk.book.overdue(self.at()).first() {
                self.lose(id, ReassignReason::DeadlineMissed);
            }
            self.check();
        }
        panic!("time stands still at {}", self.at());
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Submit { phone, mail, owner, cold, blocked } => {
                self.count += 1;
                let mut entry = lead(&format!("L{:02}", self.count), self.now);
                entry.phones.extend(phone.map(|n| PHONES[usize::from(n)].into()));
                entry.emails.extend(mail.map(|n| MAILS[usize::from(n)].into()));
                if *blocked || entry.phones.is_empty() && entry.emails.is_empty() {
                    entry.phones = vec![if *blocked { BLOCKED } else { MOBILE }.into()];
                }
                entry.owner = owner.map(|n| REPS[usize::from(n)].into());
                if *cold {
                    entry.tags.push("cold".into());
                }
                self.desk.submit(&entry);
            }
            Event::Pass { hours } => self.pass(self.now + i64::from(*hours)),
            Event::Update { lead, phone, mail, warm } => {
                let Some(mut lead) = self.pick(*lead).filter(|lead| lead.is_on_file() && !lead.has_ended())
                else {
                    return;
                };
                lead.phones.extend(phone.map(|n| PHONES[usize::from(n)].into()));
                lead.emails.extend(mail.map(|n| MAILS[usize::from(n)].into()));
                if *warm {
                    lead.tags.retain(|tag| tag != "cold");
                }
                let id = lead.id.clone();
                self.desk.book.insert_lead(lead);
                let input = Input { wake_up: None, ..self.input(&id) };
                let outcome = self.desk.intake.review(&input, &self.desk.roster, &self.desk.state, self.at());
                self.apply(&outcome);
            }
            Event::Visit { lead } => {
                let Some(lead) = self.pick(*lead) else { return };
                self.count += 1;
                self.desk.book.record_activity(Activity {
                    id: format!("V{}", self.count).as_str().into(),
                    lead: lead.id.clone(),
                    kind: "page_visit".into(),
                    time: self.at(),
                    ..Activity::default()
                });
                let input = Input { wake_up: None, ..self.input(&lead.id) };
                let outcome = self.desk.intake.review(&input, &self.desk.roster, &self.desk.state, self.at());
                self.apply(&outcome);
            }
            Event::Call { lead } => {
                let Some(lead) = self.pick(*lead).filter(|lead| lead.owner.is_some()) else { return };
                self.count += 1;
                let history = self.desk.book.history(&lead.id);
                let worker =
                    history.cover().map_or(lead.owner.clone(), |one| Some(one.owner.clone())).unwrap();
                let id = format!("F{}", self.count);
                let call = FollowUp::new(id.as_str(), lead.id, worker, self.at(), FollowUpKind::Call);
                self.desk.book.record_follow_up(call);
            }
            Event::Return { lead } => {
                if let Some(lead) = self.pick(*lead).filter(|lead| lead.owner.is_some()) {
                    self.lose(&lead.id, ReassignReason::Returned);
                }
            }
            Event::Close { lead } => {
                let Some(lead) = self.pick(*lead) else { return };
                let input = self.input(&lead.id);
                let desk = &self.desk;
                let outcome =
                    desk.intake.close(&input, CloseReason::NoIntent, &desk.roster, &desk.state, self.at());
                self.apply(&outcome);
            }
            Event::Release { lead } => {
                let Some(lead) = self.pick(*lead).filter(|lead| lead.status == LeadStatus::Invalid) else {
                    return;
                };
                let desk = &self.desk;
                let outcome =
                    desk.intake.release(&self.input(&lead.id), &desk.roster, &desk.state, self.at());
                self.apply(&outcome);
            }
            Event::Claim { lead, rep } => {
                let Some(lead) = self.pick(*lead) else { return };
                let rep = REPS[usize::from(*rep)];
                let (desk, input) = (&self.desk, self.input(&lead.id));
                let outcome = desk.intake.claim(&input, &rep.into(), &desk.roster, &desk.state, self.at());
                if let (Some(owner), None) = (&lead.owner, outcome.refusal()) {
                    let state = desk.roster.owner_state(owner, &desk.state.reps, self.at());
                    assert_eq!(state, OwnerState::Gone, "no owner is robbed");
                }
                if matches!(outcome.refusal(), Some(Refusal::CoolDown { .. })) {
                    assert!(outcome.effects().is_empty());
                }
                self.apply(&outcome);
            }
            Event::Allot { lead, rep } => {
                let Some(lead) = self.pick(*lead) else { return };
                let (desk, rep) = (&self.desk, REPS[usize::from(*rep)]);
                let outcome = desk.intake.allot(
                    &self.input(&lead.id),
                    &rep.into(),
                    &desk.roster,
                    &desk.state,
                    self.at(),
                );
                self.apply(&outcome);
            }
            Event::Revoke { lead } => {
                let Some(lead) = self.pick(*lead).filter(|lead| lead.owner.is_some()) else { return };
                let desk = &self.desk;
                let outcome = desk.intake.revoke(&self.input(&lead.id), &desk.roster, &desk.state, self.at());
                self.apply(&outcome);
            }
            Event::Absent { rep, hours } => {
                let absence = Absence { from: self.at(), until: hour(self.now + i64::from(*hours)) };
                self.reps[usize::from(*rep)].absences = vec![absence];
                self.roster();
                self.look_after(REPS[usize::from(*rep)]);
            }
            Event::Leave { rep } => {
                // Somebody stays.
                if self.reps.iter().filter(|rep| rep.active).count() > 2 {
                    self.reps[usize::from(*rep)].active = false;
                }
                self.roster();
                self.hand_over(REPS[usize::from(*rep)]);
            }
            Event::Join { rep } => {
                self.reps[usize::from(*rep)].active = true;
                self.roster();
            }
            Event::Serve => {
                let waits = |lead: &&Lead| lead.owner.is_none() && lead.is_on_file() && !lead.has_ended();
                let ids: Vec<_> = self.desk.book.leads().filter(waits).map(|lead| lead.id.clone()).collect();
                let inputs: Vec<Input> = ids.iter().map(|id| self.input(id)).collect();
                let desk = &self.desk;
                let outcomes = desk.intake.serve(&inputs, &desk.roster, &desk.state, self.at());
                for outcome in outcomes {
                    // One that was joined with another meanwhile is decided anew another time.
                    if desk_is_as_decided(&self.desk, &outcome) {
                        self.apply(&outcome);
                    }
                }
            }
        }
    }

    fn owned_by(&self, rep: &str) -> Vec<leadkit::model::LeadId> {
        let of = |lead: &&Lead| lead.owner.as_ref().is_some_and(|owner| owner.as_str() == rep);
        let live = |lead: &&Lead| lead.is_on_file() && !lead.has_ended();
        self.desk.book.leads().filter(of).filter(live).map(|lead| lead.id.clone()).collect()
    }

    fn look_after(&mut self, rep: &str) {
        for id in self.owned_by(rep) {
            let input = Input { wake_up: None, ..self.input(&id) };
            let outcome = self.desk.intake.review(&input, &self.desk.roster, &self.desk.state, self.at());
            self.apply(&outcome);
        }
    }

    fn hand_over(&mut self, rep: &str) {
        if self.desk.roster.is_active(rep) {
            return;
        }
        for id in self.owned_by(rep) {
            if self.desk.book.lead(&id).unwrap().owner.as_ref().is_none_or(|owner| owner.as_str() != rep) {
                continue;
            }
            let (inputs, desk) = ([self.input(&id)], &self.desk);
            let outcomes =
                desk.intake.hand_over(&inputs, &rep.into(), None, &desk.roster, &desk.state, self.at());
            outcomes.iter().for_each(|outcome| self.apply(outcome));
        }
    }

    fn dump(&self) -> String {
        let book = &self.desk.book;
        let lives: Vec<String> = book
            .leads()
            .map(|lead| format!("{lead:?} {:?} {:?}", book.history(&lead.id), book.wake_up(&lead.id)))
            .collect();
        format!("{}\n{:?}\n{:?}", lives.join("\n"), book.desk().notices, book.desk().links)
    }

    fn save(&mut self) {
        if self.saves {
            let saved = serde_json::to_string(&self.desk.state).unwrap();
            self.desk.state = serde_json::from_str(&saved).unwrap();
        }
    }

    /// The laws.
    fn check(&mut self) {
        let book = &self.desk.book;
        let live: Vec<&Lead> = book.leads().filter(|lead| lead.is_on_file() && !lead.has_ended()).collect();
        for lead in &live {
            let (history, wake_up) = (book.history(&lead.id), book.wake_up(&lead.id));
            let story = || {
                let tenure = |one: &leadkit::model::Tenure| {
                    format!("{} {} {:?}..{:?} {:?}", one.owner, one.acquisition, one.from, one.until, one.end)
                };
                let held: Vec<String> = history.tenures.iter().map(tenure).collect();
                let due: Vec<_> = history
                    .deadlines
                    .iter()
                    .map(|one| (one.owner.as_str(), one.due_at, one.done_at))
                    .collect();
                let began = history.cycle_started_at;
                format!(
                    "{} at {}: {} {:?} {:?} {:?} cycle {} {began:?}\n{held:#?}\n{due:?}\n{wake_up:?}",
                    lead.id,
                    self.at(),
                    lead.status,
                    lead.owner,
                    lead.pool,
                    lead.tags,
                    history.cycle
                )
            };
            match &lead.owner {
                Some(owner) => {
                    let works = history.deadlines.iter().any(|one| one.done_at.is_none());
                    assert!(works, "law 1, no deadline runs: {}", story());
                    assert!(lead.pool.is_none(), "law 1, an owner and a pool: {}", story());
                    let tenure =
                        history.tenures.iter().find(|one| one.until.is_none() && one.owner == *owner);
                    let tenure = tenure.unwrap_or_else(|| panic!("law 1, no tenure: {}", story()));
                    // Read here by hand, so that the law does not lean on what it watches.
                    let lost = history.tenures.iter().filter(|one| {
                        let in_cycle = history.cycle_started_at.is_none_or(|began| began <= one.from);
                        let ends = ["recycled", "returned", "handed_over", "invalid"];
                        let ended = one.end.is_some_and(|end| ends.contains(&end.as_str()));
                        in_cycle && ended && one.acquisition.as_str() != "cover"
                    });
                    let lost: Vec<_> = lost.collect();
                    let owners: BTreeSet<_> = lost.iter().map(|one| &one.owner).collect();
                    // No rule gives it to who lost it; they claim it once the cool-down is over.
                    let cool_down = chrono::TimeDelta::days(30);
                    let is_early = match tenure.acquisition.as_str() {
                        "auto_assigned" => owners.contains(owner),
                        "claimed" => lost.iter().any(|one| {
                            one.owner == *owner
                                && one.until.is_some_and(|until| until + cool_down > tenure.from)
                        }),
                        _ => false,
                    };
                    assert!(!is_early, "law 5, the same rep twice in a cycle: {}", story());
                    // Asked when the owner is new: a lead that is taken in later brings its losers along, and they count
                    // for the next owner.
                    let is_new = self.held_since.get(&lead.id) != Some(&tenure.from);
                    let is_fourth =
                        is_new && owners.len() >= 3 && tenure.acquisition.as_str() == "auto_assigned";
                    assert!(!is_fourth, "law 5, a fourth owner in a cycle: {}", story());
                }
                None => {
                    let next = wake_up.unwrap_or_else(|| panic!("law 1, stuck: {}", story()));
                    assert!(next.at >= self.at(), "law 1, overslept: {}", story());
                }
            }
        }
        let since = |lead: &&Lead| {
            let tenures = &book.history(&lead.id).tenures;
            let tenure =
                tenures.iter().find(|one| one.until.is_none() && Some(&one.owner) == lead.owner.as_ref());
            tenure.map(|tenure| (lead.id.clone(), tenure.from))
        };
        let held_since: BTreeMap<_, _> = live.iter().filter_map(since).collect();
        let strong = |lead: &Lead| -> BTreeSet<String> {
            let probe = self.desk.intake.probe(lead);
            let named = probe.keys.iter().filter(|key| ["phone", "email"].contains(&key.kind.as_str()));
            named.map(|key| format!("{}:{}", key.kind, key.value)).collect()
        };
        for (n, a) in live.iter().enumerate() {
            for b in &live[n + 1..] {
                let collide = [a, b].iter().any(|lead| lead.tags.iter().any(|tag| tag == "collision"));
                let same = a.owner == b.owner && a.owner.is_some();
                assert!(
                    same || collide || strong(a).is_disjoint(&strong(b)),
                    "law 2, one customer, two leads: {} {:?} {} and {} {:?} {}",
                    a.id,
                    a.owner,
                    a.status,
                    b.id,
                    b.owner,
                    b.status
                );
            }
        }
        let notices = &book.desk().notices[self.told.min(book.desk().notices.len())..];
        let mut told = BTreeSet::new();
        for one in notices {
            let said = format!("{} {} {} {}", one.rep, one.code, one.about, one.at);
            assert!(told.insert(said.clone()), "law 4, told twice: {said}");
        }
        self.told = book.desk().notices.len();
        self.held_since = held_since;
        self.save();
    }
}

/// Whether the lead of an outcome still waits.
fn desk_is_as_decided(desk: &Desk, outcome: &Outcome) -> bool {
    desk.book.lead(outcome.lead()).is_some_and(|lead| lead.owner.is_none() && lead.is_on_file())
}

fn live(events: &[Event], to_companies: bool, saves: bool) -> World {
    let mut world = World::new(to_companies, saves);
    for event in events {
        world.happen(event);
        world.check();
    }
    world.pass(world.now + 24 * 400);
    world
}

/// How many lives are drawn: more by `LIVES=2000 cargo test --test it life::lives`.
fn cases() -> u32 {
    std::env::var("LIVES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60)
}

proptest! {
    // Failing lives are kept in `tests/proptest-regressions/life/lives.txt`, and lived again.
    #![proptest_config(ProptestConfig { max_shrink_iters: 500, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn the_laws_hold_over_random_lives(events in events(), to_companies in any::<bool>()) {
        live(&events, to_companies, false);
    }

    #[test]
    fn the_same_bytes_from_any_saved_point(events in events()) {
        prop_assert_eq!(live(&events, true, true).dump(), live(&events, true, false).dump());
    }
}
