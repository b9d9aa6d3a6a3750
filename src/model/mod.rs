//! model

mod region;

pub use region::{Region, RegionError};
