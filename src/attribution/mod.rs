//! Attribution: which marketing brought a customer, and how much of it.
mod allocation;
mod attribution;
mod bootstrap;
mod cents;
mod compile;
mod credit_model;
mod credits;
mod error;
mod journeys;
mod markov;
mod models;
mod names;
mod ownership;
mod path;
mod preset;
mod random;
mod records;
mod registry;
mod report;
mod rules;
mod shapley;
mod spread;
mod sums;

pub use allocation::{Allocation, AllocationRow, Dimension, TouchCredit};
pub use attribution::Attribution;
pub use credit_model::{CreditModel, Fit, Path, Paths};
pub use credits::{ChannelCredit, Credits, Interval, ModelCredits, ModelShares, Note, Unattributed};
pub use error::{AttributionError, CreditError, JourneyError};
pub use journeys::{Conversion, Journey, Journeys, Step};
pub use markov::{MarkovFit, OrderScore, Transition};
pub use ownership::{Disregard, Entry, Ownership, OwnershipMethod, OwnershipReason, OwnershipRules};
pub use records::{Assembled, AssembledTouch, CustomerJourney, Origin, Records, share_channel};
pub use report::{ChannelReport, Figures, ReportError, ReportRow, channel_costs};
pub use rules::{
    Anchor, AttributionRules, Bootstrap, Game, JourneyRules, LastNonRules, LookBack, Markov, MilestoneBased,
    Minimum, Model, ModelRules, PathTransform, PositionBased, Preference, Repeat, Shapley, TimeDecay,
    UtmChannel,
};
pub use shapley::shapley_values;
