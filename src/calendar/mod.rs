//! Working time and zones as data.

mod hours;
mod zone;

pub use hours::{Calendar, Calendars, DayOverride, WeeklyWindow, Window};
pub use zone::{Transitions, UtcOffset, UtcOffsetError, Zone};
