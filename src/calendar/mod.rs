//! Working time and zones as data.

mod hours;
mod span;
mod zone;

pub use hours::{Calendar, Calendars, DayOverride, DayWindow, WeeklyWindow};
pub use span::{Span, SpanError};
pub use zone::{Transitions, UtcOffset, UtcOffsetError, Zone};
