//! Assignment, through the public interface.

pub(crate) mod desk;
mod documents;
mod quick;
mod shares;
mod sim;
mod smooth;
mod threads;
mod time;
mod traps;
