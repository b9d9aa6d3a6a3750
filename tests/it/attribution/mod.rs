//! Attribution: exact figures, identities, independent oracles, bad input, journeys from records.

mod attack;
mod bad_input;
mod beside;
mod exact;
mod example;
mod identities;
mod journeys;
mod learnt;
mod money;
mod orders;
mod ownership;
pub(crate) mod support;
mod visits;
