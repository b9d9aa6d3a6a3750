//! Assignment, through the public interface.

mod desk;
mod documents;
mod shares;
mod time;
mod traps;
