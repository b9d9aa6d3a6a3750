//! Attribution by an absorbing Markov chain.
//!
//! A state is the last `order` channels of a journey, padded with the start. From each state a journey continues to a
//! channel, to the conversion or to null, as often as the journeys did (Anderl, Becker, von Wangenheim and Schumann,
//! "Mapping the customer journey", 2016). The removal effect of a channel is the part of all conversions that is
//! lost when every step onto the channel leads to null instead.

mod auc;
mod chain;
mod count;
mod dense;
mod fit;
mod iterate;
mod model;
mod ranks;
mod removal;

pub(super) use fit::MAX_ORDER;
pub use fit::{MarkovFit, MarkovTransition, OrderScore};
pub(super) use model::matrix;
pub(super) use ranks::Ranks;
