//! People act on one desk at once, in real threads: each decides on what it has read, and commits if nobody else has meanwhile.

use std::sync::{Barrier, Mutex};

use super::continues::{DAY, rep, team};
use super::products::{pat, waiting_for_a_person};
use super::*;
use leadkit::dedup::Rows;

/// What a transaction reads of a lead and writes for it.
struct Table {
    desk: Mutex<Desk>,
    /// How often somebody had to decide again.
    again: Mutex<usize>,
    /// Both have read before either writes.
    meet: Barrier,
}

impl Table {
    fn new(desk: Desk) -> Table {
        Table { desk: Mutex::new(desk), again: Mutex::new(0), meet: Barrier::new(2) }
    }

    fn rows(desk: &Desk, id: &str) -> (Rows, Lead, leadkit::model::History) {
        let lead = desk.lead(id).clone();
        (desk.book.rows(&desk.intake.probe(&lead)), lead, desk.book.history(&id.into()).clone())
    }

    /// Decides about a lead and commits: the lead, its history and what the decision was made on are as they were. Returns how
    /// often it was decided.
    fn act(&self, id: &str, at: i64, meets: bool, decide: impl Fn(&Desk, Input) -> Option<Outcome>) -> usize {
        for times in 1.. {
            let (read, decided) = {
                let desk = self.desk.lock().unwrap();
                let read = Table::rows(&desk, id);
                let decided = desk.lead(id).is_on_file().then(|| decide(&desk, desk.input(id, at))).flatten();
                (read, decided)
            };
            if meets && times == 1 {
                self.meet.wait();
            }
            let Some(outcome) = decided else { return times };
            let basis = outcome.basis(&read.0);
            let mut desk = self.desk.lock().unwrap();
            let now = Table::rows(&desk, id);
            if now != read || basis.check(&now.0, &desk.state).is_err() {
                *self.again.lock().unwrap() += 1;
                continue;
            }
            desk.apply(&outcome);
            return times;
        }
        0
    }
}

const LEADS: usize = 24;

fn phone(number: usize) -> String {
    format!("1381234{:04}", 9_000 + 7 * number)
}

/// The director leaves and what the director was asked is handed over, while an administrator gives the same leads to reps.
#[test]
fn questions_that_are_handed_over_while_they_are_answered_have_one_answer() {
    let rules = json!({"assign": {"pools": {"leads": {"rules": [
        {"id": "director", "then": {"reviewer": {"by": "boss"}}},
        {"id": "all", "then": {"reps": ["li", "wang"]}},
    ]}}}});
    let mut desk = team(rules, &["boss", "chief", "deputy", "li", "wang"].map(rep));
    let id = |number: usize| format!("L{number:02}");
    for number in 0..LEADS {
        desk.submit(&caller(&id(number), 0, &phone(number)));
    }
    let table = Table::new(desk);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..LEADS {
                table.act(&id(number), 5, true, |desk, input| {
                    let (from, to) = ("boss".into(), "deputy".into());
                    let mut moved =
                        desk.intake.hand_over(&[input], &from, Some(&to), &desk.roster, &desk.state, hour(5));
                    moved.pop()
                });
            }
        });
        scope.spawn(|| {
            for number in 0..LEADS {
                let to = ["li", "wang"][number % 2].into();
                table.act(&id(number), 5, true, |desk, input| {
                    let outcome = desk.intake.allot(&input, &to, &desk.roster, &desk.state, hour(5));
                    outcome.refusal().is_none().then_some(outcome)
                });
            }
        });
    });
    let (desk, again) = (table.desk.into_inner().unwrap(), table.again.into_inner().unwrap());
    for number in 0..LEADS {
        let (id, owner) = (id(number), ["li", "wang"][number % 2]);
        let open = desk.book.history(&id.as_str().into()).tenures.iter().filter(|one| one.until.is_none());
        assert_eq!((desk.owner(&id), open.count()), (owner, 1), "{id} has one owner");
        let key = (id.as_str().into(), "assignment_review".into());
        assert!(!desk.book.desk().reviews.contains_key(&key), "{id}: nobody is asked what was answered");
        let told = format!("{owner} assigned lead {id}");
        assert!(desk.told().iter().filter(|one| **one == told).count() <= 1, "{:?}", desk.told());
    }
    for rep in ["li", "wang"] {
        assert_eq!(desk.roster.holding(&rep.into(), &desk.state.reps) as usize, LEADS / 2, "{rep}");
    }
    assert!(again >= LEADS / 2, "they met {again} times");
    println!(
        "{LEADS} questions, handed over and answered at once: {again} decided again, one owner each, none lost"
    );
}

/// Two administrators give what one person asks about two products to two reps: the later order stands, whole.
#[test]
fn orders_about_several_products_at_once_leave_each_product_one_owner() {
    let mut met = 0;
    for round in 0..LEADS {
        let (mut desk, owners) = waiting_for_a_person(&consumers());
        let mut reps: Vec<Rep> = ["li", "wang", "zhao", "chen"].map(rep).into();
        reps.retain(|one| !owners.contains(&one.id.to_string()));
        let all = ["li", "wang", "zhao", "chen"].map(rep);
        desk.roster = Roster::compile(&all, &Calendars::default()).unwrap();
        let to = [reps[0].id.clone(), reps[1].id.clone()];
        // Of both products and of one, or both of both.
        let about = [["L2", "L0"], ["L2", "L1"], ["L2", "L2"]][round % 3];
        let table = Table::new(desk);
        std::thread::scope(|scope| {
            for worker in 0..2 {
                let (table, to) = (&table, &to[worker]);
                scope.spawn(move || {
                    table.act(about[worker], DAY + 2, true, |desk, input| {
                        let outcome = desk.intake.allot(&input, to, &desk.roster, &desk.state, hour(DAY + 2));
                        outcome.refusal().is_none().then_some(outcome)
                    })
                });
            }
        });
        met += table.again.into_inner().unwrap();
        let desk = table.desk.into_inner().unwrap();
        let live: Vec<&Lead> = desk.book.leads().filter(|one| one.folded_into.is_none()).collect();
        for product in ["crm", "erp"] {
            let of = live.iter().filter(|one| one.products.iter().any(|known| known == product));
            let mut owners: Vec<&str> =
                of.filter_map(|one| one.owner.as_ref()).map(|one| one.as_str()).collect();
            owners.dedup();
            assert_eq!(owners.len(), 1, "round {round}: {product} of {owners:?}");
        }
        for lead in &live {
            let open = desk.book.history(&lead.id).tenures.iter().filter(|one| one.until.is_none());
            let open: Vec<&str> = open.map(|one| one.owner.as_str()).collect();
            assert_eq!(open, [desk.owner(lead.id.as_str())], "round {round}: {}", lead.id);
        }
        // Nobody lost what was asked about either.
        let mut desk = desk;
        desk.submit(&pat("L9", 2 * DAY, &["crm", "erp"]));
        assert!(["L9"].iter().all(|id| desk.lead(id).folded_into.is_some() || desk.owner(id) != "-"));
    }
    assert!(met >= LEADS / 2, "they met {met} times");
    println!(
        "{LEADS} pairs of orders at once: {met} decided again, each product has one owner, no lead is lost"
    );
}
