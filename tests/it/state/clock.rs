//! A clock that is wrong once.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::Lead;
use leadkit::{Arrival, Input, State, StateError};

use super::Desk;
use crate::support::{at, hour};

fn warm(id: &str, phone: &str, created_at: DateTime<Utc>) -> Lead {
    Lead {
        id: id.into(),
        phones: vec![phone.into()],
        message: Some(format!("{id} 想了解一下产品的价格")),
        tags: vec!["warm".into()],
        created_at,
        ..Lead::default()
    }
}

const FUTURE: &str = "2099-01-01T00:30:00Z";

#[test]
fn one_call_with_now_in_2099_does_not_freeze_the_state() {
    let mut desk = Desk::new();
    let _ = desk.submit(&warm("L1", "13812349876", hour(0)), hour(0));
    let before = desk.state.clone();
    let lead = warm("L2", "13927461853", hour(1));
    let wrong = desk.intake.process(&desk.input(&lead), &desk.roster, &desk.state, at(FUTURE));
    let error = desk.state.apply(wrong.delta()).unwrap_err();
    assert_eq!(error, StateError::ClockAhead { now: at(FUTURE), newest: hour(0) });
    assert_eq!(
        error.to_string(),
        "`now` is 2099-01-01T00:30:00Z, more than 31 days past the newest entry of 2026-03-02T00:00:00Z: correct the \
         clock, or set `trust_clock` in the input",
    );
    assert_eq!(desk.state, before);
    let right = desk.submit(&lead, hour(1));
    assert_eq!(right.assignment().unwrap().clamped_from(), None);
}

#[test]
fn thirty_one_days_of_silence_are_accepted_and_more_when_the_input_says_so() {
    let mut desk = Desk::new();
    let _ = desk.submit(&warm("L1", "13812349876", hour(0)), hour(0));
    let lead = warm("L2", "13927461853", hour(31 * 24));
    desk.clone_state_and_apply(&lead, hour(31 * 24), false).unwrap();
    let later = hour(31 * 24) + TimeDelta::seconds(1);
    assert!(matches!(desk.clone_state_and_apply(&lead, later, false), Err(StateError::ClockAhead { .. })));
    desk.clone_state_and_apply(&lead, later, true).unwrap();
    // Nothing that moves the state, nothing to refuse: a lead in nurture is looked at after months.
    let cold = Lead { tags: Vec::new(), ..lead };
    desk.book.insert_lead(cold.clone());
    let review = desk.intake.review(&desk.input(&cold), &desk.roster, &desk.state, hour(9_000));
    desk.state.clone().apply(review.delta()).unwrap();
}

impl Desk {
    fn clone_state_and_apply(
        &self,
        lead: &Lead,
        now: DateTime<Utc>,
        accepts: bool,
    ) -> Result<(), StateError> {
        let input = Input { trust_clock: accepts, ..self.input(lead) };
        let outcome = self.intake.process(&input, &self.roster, &self.state, now);
        self.state.clone().apply(outcome.delta())
    }
}

#[test]
fn a_batch_stops_at_a_lead_from_the_future_and_goes_on_when_told() {
    let mut desk = Desk::new();
    let arrivals = [
        Arrival::new(warm("L1", "13812349876", hour(0))),
        Arrival { at: at(FUTURE), ..Arrival::new(warm("L2", "13927461853", hour(1))) },
    ];
    let stopped =
        desk.intake.process_batch(&arrivals, &mut desk.book, &desk.roster, &mut desk.state).unwrap_err();
    assert_eq!(stopped.lead().as_str(), "L2");
    assert!(std::error::Error::source(&stopped).unwrap().to_string().contains("2099"));
    let outcomes = stopped.into_outcomes();
    assert_eq!((outcomes.len(), desk.book.lead(&"L2".into())), (1, None));
    let told = [Arrival { trust_clock: true, ..arrivals[1].clone() }];
    desk.intake.process_batch(&told, &mut desk.book, &desk.roster, &mut desk.state).unwrap();
    assert_eq!(desk.state.newest, Some(at(FUTURE)));
}

#[test]
fn a_state_that_was_moved_into_the_future_is_repaired() {
    let mut desk = Desk::new();
    for n in 0..6 {
        let _ = desk.submit(&warm(&format!("L{n}"), &format!("1392746{}", 1850 + 7 * n), hour(n)), hour(n));
    }
    let lead = warm("L7", "13812349876", at(FUTURE));
    let input = Input { trust_clock: true, ..desk.input(&lead) };
    let wrong = desk.intake.process(&input, &desk.roster, &desk.state, at(FUTURE));
    desk.state.apply(wrong.delta()).unwrap();
    // Frozen: whatever comes now is decided in 2099.
    let next = warm("L8", "15088672341", hour(8));
    let frozen = desk.intake.process(&desk.input(&next), &desk.roster, &desk.state, hour(8));
    assert_eq!(frozen.assignment().unwrap().clamped_from(), Some(hour(8)));

    desk.state.forget_after(hour(8));
    // What was decided on the frozen state is refused.
    assert!(matches!(desk.state.apply(frozen.delta()), Err(StateError::Moved(_))));
    let free = desk.submit(&next, hour(8));
    assert_eq!(free.assignment().unwrap().clamped_from(), None);
    assert_eq!(desk.state.newest, Some(hour(8)));
    let again = Lead { id: "L9".into(), created_at: hour(9), ..next };
    assert_eq!(desk.submit(&again, hour(9)).verdict().resubmission_of(), Some(&"L8".into()));
    // It is a state like any other.
    let saved = serde_json::to_string(&desk.state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&saved).unwrap(), desk.state);
    // Nothing is there to forget a second time.
    let before = desk.state.clone();
    desk.state.forget_after(hour(10));
    assert_eq!(desk.state, before);
}
