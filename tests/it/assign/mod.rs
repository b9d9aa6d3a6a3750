//! Assignment, through the public interface.

pub(crate) mod desk;
mod documents;
mod shares;
mod time;
mod traps;
