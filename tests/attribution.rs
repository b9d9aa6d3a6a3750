//! Attribution: exact figures, identities, independent oracles, bad input, journeys from records.

#[path = "attribution/attack.rs"]
mod attack;
#[path = "attribution/bad_input.rs"]
mod bad_input;
#[path = "attribution/exact.rs"]
mod exact;
#[path = "attribution/identities.rs"]
mod identities;
#[path = "attribution/journeys.rs"]
mod journeys;
#[path = "attribution/money.rs"]
mod money;
#[path = "oracle/attribution.rs"]
mod oracle;
#[path = "attribution/ownership.rs"]
mod ownership;
#[path = "attribution/support.rs"]
mod support;
