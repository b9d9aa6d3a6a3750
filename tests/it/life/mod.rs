//! A lead's life over several calls: whose story an entry is, what is folded, and what the book holds afterwards.

use leadkit::book::Book;
use leadkit::calendar::Calendars;
use leadkit::model::{Account, Contact, Effect, FoldKind, Lead, LeadStatus, Link, LinkKind, RecordRef, Rep};
use leadkit::{BatchOutcome, Input, Intake, Outcome, Roster, Route, Rules, State};
use serde_json::{Value as Json, json};

use crate::support::{account, hour, review_next};

mod again;
mod asked;
mod cases;
mod continues;
mod effect_rows;
mod effects;
mod fair;
mod further;
mod held;
mod joins;
mod kept;
mod left;
mod limits;
mod line;
mod lives;
mod nobodys;
mod one_person;
mod owners;
mod partners;
mod products;
mod properties;
mod shared;
mod threads;
mod worked;
mod writings;

const MOBILE: &str = "13812349876";
const LANDLINE: &str = "010-62648835";

/// A team of three, whose leads are all ready for sales.
struct Desk {
    intake: Intake,
    roster: Roster,
    state: State,
    book: Book,
}

fn document(dedup: &Json) -> Json {
    json!({
        "dedup": dedup,
        "score": {"fit": {"rules": [{"id": "cold", "when": {"not": {"field": "tags", "eq": "cold"}}, "points": 85}]}},
        "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li", "wang", "zhao"]}}]}}},
    })
}

fn companies() -> Json {
    serde_json::to_value(leadkit::dedup::DedupRules::b2b()).unwrap()
}

fn consumers() -> Json {
    serde_json::to_value(leadkit::dedup::DedupRules::b2c()).unwrap()
}

impl Desk {
    fn new(dedup: &Json) -> Desk {
        let intake = Intake::compile(&Rules::load(document(dedup)).unwrap()).unwrap();
        let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
        let gone = Rep { active: false, ..rep("gone") };
        let reps = [rep("li"), rep("wang"), rep("zhao"), gone];
        let roster = Roster::compile(&reps, &Calendars::default()).unwrap();
        let book = intake.book();
        Desk { intake, roster, state: State::default(), book }
    }

    fn with(dedup: &Json, accounts: &[Account], leads: &[Lead]) -> Desk {
        let mut desk = Desk::new(dedup);
        accounts.iter().for_each(|account| desk.book.insert_account(account.clone()));
        leads.iter().for_each(|lead| desk.book.insert_lead(lead.clone()));
        desk
    }

    /// What a host does with a lead that comes in.
    fn submit(&mut self, lead: &Lead) -> BatchOutcome {
        // Months may pass between two entries.
        let arrivals = [leadkit::Arrival { trust_clock: true, ..leadkit::Arrival::new(lead.clone()) }];
        let mut decided =
            self.intake.process_batch(&arrivals, &mut self.book, &self.roster, &mut self.state).unwrap();
        decided.pop().unwrap()
    }

    /// What a host does with a lead on file that is to be looked at again.
    fn review(&mut self, id: &str, hour_: i64) -> Outcome {
        let input = self.intake.input_of(&self.book, &id.into(), hour(hour_)).unwrap();
        self.book.take_wake_up(&id.into(), hour(hour_));
        let input = Input { trust_clock: true, ..input };
        let outcome = self.intake.review(&input, &self.roster, &self.state, hour(hour_));
        self.apply(&outcome);
        outcome
    }

    fn apply(&mut self, outcome: &Outcome) {
        self.state.apply(outcome.delta()).unwrap();
        outcome.apply_to(&mut self.book);
        review_next(&self.intake, outcome, &mut self.book, &self.roster, &mut self.state);
    }

    fn lead(&self, id: &str) -> &Lead {
        self.book.lead(&id.into()).unwrap()
    }

    fn owner(&self, id: &str) -> &str {
        self.lead(id).owner.as_ref().map_or("-", |owner| owner.as_str())
    }

    /// `rep code about`, in order.
    fn told(&self) -> Vec<String> {
        let said = |one: &leadkit::book::Notice| format!("{} {} {}", one.rep, one.code, one.about);
        self.book.desk().notices.iter().map(said).collect()
    }
}

fn lead(id: &str, hour_: i64) -> Lead {
    Lead { id: id.into(), created_at: hour(hour_), message: Some(format!("message {id}")), ..Lead::default() }
}

fn caller(id: &str, hour_: i64, phone: &str) -> Lead {
    Lead { phones: vec![phone.into()], ..lead(id, hour_) }
}

fn owned(lead: Lead, owner: &str) -> Lead {
    Lead { owner: Some(owner.into()), status: LeadStatus::Pending, ..lead }
}

fn folded(into: &str, kind: FoldKind) -> Route {
    Route::Folded { into: into.into(), kind }
}

fn at_company(mut account: Account, contact: Contact) -> Account {
    account.contacts.push(contact);
    account
}

fn contact(id: &str, name: &str, phone: &str) -> Contact {
    Contact { id: id.into(), name: Some(name.into()), phones: vec![phone.into()], ..Contact::default() }
}

fn link(from: &str, kind: LinkKind, to: RecordRef) -> Effect {
    Effect::Link(Link { from: RecordRef::Lead(from.into()), kind, to })
}
