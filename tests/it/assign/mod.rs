//! Assignment, through the public interface.

mod days;
pub(crate) mod desk;
mod documents;
mod keys;
mod many;
mod peers;
mod presets;
mod quick;
mod regions;
mod second_look;
mod shares;
mod sim;
mod smooth;
mod threads;
mod time;
mod traps;
mod wanted;
