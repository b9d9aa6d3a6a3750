//! When a lead is active, and so when to contact it.

use chrono::{Datelike, Timelike, Weekday};
use serde::{Deserialize, Serialize};

use crate::calendar::Zone;
use crate::model::Activity;

/// Fewer activities are too few to know a lead's hours.
const MIN: usize = 5;

/// An hour of the week at which a lead is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HourSlot {
    /// Day of the week in local time.
    pub weekday: Weekday,
    /// Hour that begins the slot, local, 0 to 23.
    pub hour: u8,
    /// How many activities fall into it.
    pub count: u32,
}

/// How a lead's activities spread over the hours of the week.
///
/// ```
/// use leadkit::calendar::{UtcOffset, Zone};
/// use leadkit::model::Activity;
/// use leadkit::score::contact_hours;
///
/// let at = |time: &str| Activity { time: time.parse().unwrap(), ..Activity::default() };
/// let mondays = ["2026-03-02T01:10:00Z", "2026-03-09T01:20:00Z", "2026-03-16T01:30:00Z"];
/// let others = ["2026-03-03T06:00:00Z", "2026-03-05T12:00:00Z"];
/// let activities: Vec<Activity> = mondays.iter().chain(&others).map(|time| at(time)).collect();
///
/// let zone = Zone::Fixed(UtcOffset::CHINA);
/// let hours = contact_hours(&activities, &zone).unwrap();
/// assert_eq!((hours.best().weekday, hours.best().hour, hours.best().count), (chrono::Weekday::Mon, 9, 3));
/// assert_eq!(hours.support(), 5);
/// assert!(contact_hours(&activities[..4], &zone).is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactHours {
    slots: Vec<HourSlot>,
    best: HourSlot,
    support: u32,
}

impl ContactHours {
    /// The hours with activities, from Monday 0 o'clock on.
    #[must_use]
    pub fn slots(&self) -> &[HourSlot] {
        &self.slots
    }

    /// The hour with the most activities; of several the first in the week.
    #[must_use]
    pub fn best(&self) -> HourSlot {
        self.best
    }

    /// How many activities it is based on.
    #[must_use]
    pub fn support(&self) -> u32 {
        self.support
    }
}

/// Counts activities by local weekday and hour; `None` for fewer than five. All activities passed in
/// count. O(activities).
///
/// ```
/// use leadkit::calendar::{UtcOffset, Zone};
/// use leadkit::model::Activity;
/// use leadkit::score::contact_hours;
///
/// // Five visits on Monday mornings, 9 o'clock in China.
/// let activities: Vec<Activity> = (0..5).map(|week| Activity {
///     time: "2026-03-02T01:10:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() + chrono::TimeDelta::weeks(week),
///     ..Activity::default()
/// }).collect();
/// let hours = contact_hours(&activities, &Zone::Fixed(UtcOffset::CHINA)).unwrap();
/// assert_eq!((hours.best().weekday, hours.best().hour), (chrono::Weekday::Mon, 9));
/// assert_eq!(contact_hours(&activities[..4], &Zone::default()), None, "too few to tell");
/// ```
#[must_use]
pub fn contact_hours(activities: &[Activity], zone: &Zone) -> Option<ContactHours> {
    if activities.len() < MIN {
        return None;
    }
    let mut counts = [[0u32; 24]; 7];
    for activity in activities {
        let local = zone.local(activity.time);
        let day = counts.get_mut(local.weekday().num_days_from_monday() as usize)?;
        *day.get_mut(local.hour() as usize)? += 1;
    }
    let mut slots = Vec::new();
    let mut weekday = Weekday::Mon;
    for day in counts {
        for (hour, count) in (0u8..).zip(day) {
            if count > 0 {
                slots.push(HourSlot { weekday, hour, count });
            }
        }
        weekday = weekday.succ();
    }
    let better = |best: HourSlot, slot: &HourSlot| if slot.count > best.count { *slot } else { best };
    let best = slots.iter().skip(1).fold(*slots.first()?, better);
    Some(ContactHours { slots, best, support: u32::try_from(activities.len()).unwrap_or(u32::MAX) })
}
