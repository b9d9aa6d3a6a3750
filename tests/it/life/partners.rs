//! Partners: a lead passed on is the channel manager's, and comes back to the manager; a registered deal protects an account.

use super::*;
use leadkit::model::{Acquisition, FollowUp, FollowUpKind, RepId, TenureEnd};
use leadkit::{ReassignReason, Refusal};

/// li manages the channel: east and west are li's partners. wang and zhao are not part of it.
fn channel() -> Desk {
    let mut desk = Desk::new(&companies());
    let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
    let partner = |id: &str| Rep { partner_of: Some("li".into()), ..rep(id) };
    let reps = [rep("li"), rep("wang"), rep("zhao"), partner("east"), partner("west")];
    desk.roster = Roster::compile(&reps, &Calendars::default()).unwrap();
    desk
}

impl Desk {
    fn register(&mut self, account: &str, partner: &str, at: i64) -> Option<Refusal> {
        let on_file = self.book.account(&account.into()).unwrap().clone();
        let deal = self.intake.register_deal(&on_file, &partner.into(), &self.roster, &self.state, hour(at));
        deal.apply_to(&mut self.book);
        deal.refusal
    }

    /// Who has something to do by when, and who works on it in the owner's place.
    fn work(&self, id: &str) -> (Option<&str>, Vec<(&str, i64)>) {
        let history = self.book.history(&id.into());
        let open = history.deadlines.iter().filter(|one| one.done_at.is_none());
        let due = open.map(|one| (one.owner.as_str(), (one.due_at - hour(0)).num_hours()));
        (history.helper().map(|one| one.owner.as_str()), due.collect())
    }

    fn told_of(&self, from: usize) -> Vec<String> {
        self.told().split_off(from)
    }
}

#[test]
fn a_lead_passed_on_is_the_channel_manager_s_and_the_partner_works_on_it() {
    let mut desk = channel();
    desk.book.insert_lead(owned(caller("L1", 0, MOBILE), "wang"));
    let outcome = desk.allot("L1", "east", 1);
    assert_eq!(outcome.to_string(), "lead L1 is assigned to li");
    assert_eq!((desk.owner("L1"), desk.work("L1")), ("li", (Some("east"), vec![("east", 73)])));
    assert_eq!(
        desk.told(),
        ["east passed_on lead L1", "wang lead_taken lead L1", "li allotted lead L1"],
        "each once"
    );
    // Once more by the key is nothing.
    let before = desk.book.clone();
    outcome.apply_to(&mut desk.book);
    assert_eq!(
        (before.history(&"L1".into()), before.desk().notices.len()),
        (desk.book.history(&"L1".into()), 3)
    );
}

#[test]
fn the_manager_passes_on_their_leads_though_they_hold_as_many_as_they_may() {
    let mut desk = channel();
    let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
    let full = Rep { holding: 1, holding_cap: Some(1), ..rep("li") };
    let east = Rep { partner_of: Some("li".into()), ..rep("east") };
    desk.roster = Roster::compile(&[full, rep("wang"), east], &Calendars::default()).unwrap();
    desk.book.insert_lead(owned(caller("L1", 0, MOBILE), "li"));
    desk.book.insert_lead(owned(caller("L2", 0, "13900002468"), "wang"));
    assert_eq!(desk.allot("L1", "east", 1).refusal(), None);
    assert_eq!(desk.told(), ["east passed_on lead L1"], "the manager knows what they do");
    let refused = desk.allot("L2", "east", 1);
    assert_eq!(refused.refusal().map(Refusal::reason), Some("holding_cap"));
}

#[test]
fn who_does_not_answer_in_three_days_has_it_no_more_and_the_manager_s_deadline_starts() {
    let mut desk = channel();
    desk.book.insert_lead(owned(caller("L1", 0, MOBILE), "li"));
    let _ = desk.allot("L1", "east", 1);
    let told = desk.told().len();
    let outcome = desk.lose("L1", ReassignReason::DeadlineMissed, 73);
    assert_eq!(outcome.to_string(), "lead L1 stays with its owner li");
    assert_eq!((desk.owner("L1"), desk.work("L1")), ("li", (None, vec![("li", 97)])));
    assert_eq!(desk.told_of(told), ["east taken_back lead L1", "li taken_back lead L1"]);
    let tenure = desk.book.history(&"L1".into()).tenures.last().unwrap();
    assert_eq!((&tenure.acquisition, tenure.end), (&Acquisition::PassedOn, Some(TenureEnd::Recycled)));
    // No owner lost it: three may still.
    assert_eq!(desk.book.history(&"L1".into()).previous_owners().count(), 0);
    // Passed on again, to another.
    let _ = desk.allot("L1", "west", 80);
    assert_eq!(desk.work("L1"), (Some("west"), vec![("west", 152)]));
}

#[test]
fn an_answer_in_time_keeps_it_with_the_partner() {
    let mut desk = channel();
    desk.book.insert_lead(owned(caller("L1", 0, MOBILE), "li"));
    let _ = desk.allot("L1", "east", 1);
    let call = FollowUp::new("F1", "L1", "east", hour(20), FollowUpKind::Call);
    desk.book.record_follow_up(call);
    assert_eq!(desk.lead("L1").status, LeadStatus::Following);
    assert_eq!(desk.work("L1"), (Some("east"), vec![("east", 20 + 72)]));
}

#[test]
fn a_lead_passed_on_to_another_partner_is_taken_from_the_first() {
    let mut desk = channel();
    desk.book.insert_lead(owned(caller("L1", 0, MOBILE), "li"));
    let _ = desk.allot("L1", "east", 1);
    let _ = desk.allot("L1", "west", 2);
    assert_eq!((desk.owner("L1"), desk.work("L1")), ("li", (Some("west"), vec![("west", 74)])));
    assert_eq!(desk.told_of(1), ["west passed_on lead L1", "east taken_back lead L1"]);
    // To the one who has it: the time begins anew.
    let _ = desk.allot("L1", "west", 5);
    assert_eq!(desk.work("L1"), (Some("west"), vec![("west", 77)]));
}

#[test]
fn a_partner_who_gives_it_back_or_has_left_has_it_no_more() {
    let mut desk = channel();
    for (id, phone) in [("L1", MOBILE), ("L2", "13900002468")] {
        desk.book.insert_lead(owned(caller(id, 0, phone), "li"));
        let _ = desk.allot(id, "east", 1);
    }
    let told = desk.told().len();
    let _ = desk.lose("L1", ReassignReason::Returned, 2);
    assert_eq!((desk.owner("L1"), desk.work("L1")), ("li", (None, vec![("li", 26)])));
    assert_eq!(desk.told_of(told), ["li taken_back lead L1"], "the partner knows who gave it back");
    let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
    desk.roster = Roster::compile(&["li", "wang"].map(rep), &Calendars::default()).unwrap();
    let _ = desk.review("L2", 3);
    assert_eq!((desk.owner("L2"), desk.work("L2")), ("li", (None, vec![("li", 27)])));
}

#[test]
fn the_partner_works_while_the_manager_is_away_and_the_deputy_has_what_comes_back() {
    let mut desk = channel();
    let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
    let absences = vec![leadkit::model::Absence { from: hour(0), until: hour(24 * 30) }];
    let li = Rep { absences, deputy: Some("wang".into()), ..rep("li") };
    let east = Rep { partner_of: Some("li".into()), ..rep("east") };
    desk.roster = Roster::compile(&[li, rep("wang"), east], &Calendars::default()).unwrap();
    desk.book.insert_lead(owned(caller("L1", 0, MOBILE), "li"));
    let _ = desk.allot("L1", "east", 1);
    assert_eq!(desk.work("L1"), (Some("east"), vec![("east", 73)]));
    assert!(desk.review("L1", 2).effects().is_empty(), "nobody has to stand in");
    let _ = desk.lose("L1", ReassignReason::DeadlineMissed, 73);
    assert_eq!((desk.owner("L1"), desk.work("L1")), ("li", (Some("wang"), vec![("wang", 97)])));
}

#[test]
fn a_lead_that_a_partner_brings_is_the_manager_s_and_the_partner_works_on_it() {
    let mut desk = channel();
    let brought = Lead { owner: Some("east".into()), ..caller("L1", 0, MOBILE) };
    let decided = desk.submit(&brought);
    assert_eq!(decided.outcome.to_string(), "lead L1 stays with its owner li");
    assert_eq!((desk.owner("L1"), desk.work("L1")), ("li", (Some("east"), vec![("east", 72)])));
    // Of a customer of wang's it is wang's.
    let account = Account {
        contacts: vec![contact("C1", "Anna", LANDLINE)],
        ..account("A1", "Acme Ltd", Some("wang"))
    };
    desk.book.insert_account(account);
    desk.submit(&Lead {
        company: Some("Acme Ltd".into()),
        owner: Some("east".into()),
        ..caller("L2", 1, "13900002468")
    });
    assert_eq!((desk.owner("L2"), desk.work("L2").0), ("wang", None));
}

#[test]
fn no_rule_gives_a_partner_a_lead_and_partners_claim_none() {
    let mut desk = channel();
    for n in 0..6 {
        let id = format!("L{n}");
        desk.submit(&caller(&id, n, &format!("1390000{:04}", 2_468 + 7 * n)));
        assert!(!["east", "west"].contains(&desk.owner(&id)));
    }
    let pooled = Lead { pool: Some("leads".into()), ..caller("L9", 9, MOBILE) };
    desk.book.insert_lead(pooled);
    let input = desk.input("L9", 10);
    let refused = desk.intake.claim(&input, &"east".into(), &desk.roster, &desk.state, hour(10));
    assert_eq!(
        refused.refusal().map(ToString::to_string).as_deref(),
        Some("the rep is a partner; partners cannot own leads")
    );
}

const DAYS: i64 = 24 * 90;

#[test]
fn a_registered_deal_protects_the_account_for_ninety_days() {
    let mut desk = channel();
    desk.book
        .insert_account(Account { pool: Some("public_active".into()), ..account("A1", "Acme Ltd", None) });
    assert_eq!(desk.register("A1", "east", 0), None);
    let on_file = desk.book.account(&"A1".into()).unwrap().clone();
    assert_eq!((on_file.owner.as_ref().map(RepId::as_str), on_file.pool.as_ref()), (Some("li"), None));
    assert_eq!(on_file.protection(hour(0)), Some((&"east".into(), hour(DAYS))));
    assert_eq!(on_file.protection(hour(DAYS)), None);
    assert_eq!(desk.told(), ["li deal_registered account A1"]);
    // No other partner, until it is over; the same partner again.
    let refused = desk.register("A1", "west", 1).unwrap();
    assert_eq!(refused.to_string(), "a deal of east protects account A1 until 2026-05-31T00:00:00Z");
    assert_eq!(desk.register("A1", "east", 24), None);
    assert_eq!(desk.book.account(&"A1".into()).unwrap().protected_until, Some(hour(DAYS + 24)));
    assert_eq!(desk.register("A1", "west", DAYS + 24), None);
    // Who is no partner registers nothing, and nobody registers another's customer.
    assert_eq!(desk.register("A1", "wang", 0), Some(Refusal::NoPartner));
    desk.book.insert_account(account("A2", "Borealis Ltd", Some("wang")));
    assert_eq!(desk.register("A2", "east", 0), Some(Refusal::Owned { owner: "wang".into() }));
}

#[test]
fn no_lead_of_a_protected_account_is_claimed_recycled_or_passed_on_to_another_partner() {
    let mut desk = channel();
    desk.book.insert_account(account("A1", "Acme Ltd", Some("li")));
    let of_it = |lead: Lead| Lead { account: Some("A1".into()), ..lead };
    desk.book.insert_lead(of_it(owned(caller("L1", 0, MOBILE), "li")));
    desk.book.insert_lead(Lead { pool: Some("leads".into()), ..of_it(caller("L2", 0, "13900002468")) });
    assert_eq!(desk.register("A1", "east", 0), None);
    let held = |outcome: Outcome| outcome.refusal().map(Refusal::reason);
    let claim = |desk: &Desk, at| {
        let input = desk.input("L2", at);
        desk.intake.claim(&input, &"wang".into(), &desk.roster, &desk.state, hour(at))
    };
    assert_eq!(held(claim(&desk, 1)), Some("protected"));
    assert_eq!(held(desk.lose("L1", ReassignReason::DeadlineMissed, 25)), Some("protected"));
    assert_eq!(held(desk.lose("L1", ReassignReason::Returned, 25)), Some("protected"));
    assert_eq!(held(desk.allot("L1", "west", 26)), Some("protected"));
    assert_eq!(held(desk.allot("L1", "east", 26)), None);
    assert_eq!(desk.work("L1").0, Some("east"));
    // It is over.
    assert_ne!(held(claim(&desk, DAYS)), Some("protected"));
    assert_eq!(held(desk.allot("L1", "west", DAYS)), None);
}

#[test]
fn what_a_deal_protects_is_not_overdue_so_that_the_list_is_worked_off_to_its_end() {
    let mut desk = channel();
    desk.book.insert_account(account("A1", "Acme Ltd", Some("li")));
    let of_it = |lead: Lead| Lead { account: Some("A1".into()), ..lead };
    let phones = [MOBILE, "13900002468", "13764028315", "15901337462"];
    for (id, phone) in ["L1", "L2", "L3", "L4"].into_iter().zip(phones) {
        desk.book.insert_lead(owned(caller(id, 0, phone), "li"));
        let from = hour(0);
        desk.book.apply_effects(id, &[Effect::StartDeadlines { lead: id.into(), from }], from);
    }
    // L1 is protected, L2 too, but it was passed on, and L4 is a customer.
    for id in ["L1", "L2", "L4"] {
        let lead = of_it(desk.lead(id).clone());
        desk.book.insert_lead(lead);
    }
    let converted = Lead { status: LeadStatus::Converted, ..desk.lead("L4").clone() };
    desk.book.insert_lead(converted);
    assert_eq!(desk.register("A1", "east", 0), None);
    let _ = desk.allot("L2", "east", 1);
    let late = 80;
    assert_eq!(desk.book.overdue(hour(late)), ["L3", "L4", "L2"].map(leadkit::model::LeadId::from));
    let mut missed = Vec::new();
    while let Some(id) = desk.book.overdue(hour(late)).first().cloned() {
        let outcome = desk.lose(id.as_str(), ReassignReason::DeadlineMissed, late);
        assert_eq!(outcome.refusal(), None, "{id}");
        missed.push(id.to_string());
        assert!(missed.len() <= 8, "{missed:?}");
    }
    assert!(missed.iter().all(|id| id != "L1"), "{missed:?}");
    assert_eq!(desk.owner("L1"), "li");
    // The deal is over: what was missed is missed.
    assert!(desk.book.overdue(hour(DAYS - 1)).iter().all(|id| id.as_str() != "L1"));
    assert_eq!(desk.book.overdue(hour(DAYS)).first(), Some(&"L1".into()));
}

#[test]
fn no_owner_gives_back_a_customer_whom_a_deal_protects() {
    for why in [ReassignReason::Returned, ReassignReason::DealLost] {
        let mut desk = channel();
        desk.book.insert_account(account("A1", "Acme Ltd", Some("li")));
        assert_eq!(desk.register("A1", "east", 0), None);
        desk.submit(&Lead { company: Some("Acme Ltd".into()), ..caller("L1", 1, MOBILE) });
        assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("li", LeadStatus::Converted));
        let outcome = desk.lose("L1", why, 2);
        assert_eq!(outcome.refusal().map(Refusal::reason), Some("protected"));
        let owner = desk.book.account(&"A1".into()).unwrap().owner.clone();
        assert_eq!((desk.owner("L1"), owner), ("li", Some("li".into())));
    }
}

#[test]
fn a_protected_account_whose_owner_has_left_goes_to_the_channel_manager_and_to_no_pool() {
    let mut desk = channel();
    let protected = Account {
        partner: Some("east".into()),
        protected_until: Some(hour(DAYS)),
        ..account("A1", "Acme Ltd", Some("gone"))
    };
    desk.book.insert_account(protected.clone());
    let look = |at| desk.intake.review_account(&protected, hour(at), &desk.roster, &desk.state, hour(at));
    let (during, after) = (look(1), look(DAYS));
    during.apply_to(&mut desk.book);
    let on_file = desk.book.account(&"A1".into()).unwrap();
    assert_eq!((on_file.owner.as_ref().map(RepId::as_str), on_file.pool.as_ref()), (Some("li"), None));
    assert_eq!(during.next, None);
    assert!(after.next.is_some(), "then it lies in the public pool like any other");
}
