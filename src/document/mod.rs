//! Reading documents: every mistake in one go, each with its place.

mod load;
mod position;

pub(crate) use load::{Finding, load_into};
pub(crate) use position::read_json;
