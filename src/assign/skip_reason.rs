//! Why a rep does not get a lead.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::CalendarError;
use crate::model::Region;
use crate::text::{codes, moment};

/// Why a rep does not get a lead: the first of the reasons that apply, in this order.
///
/// `Display` is the predicate of an English sentence whose subject is the rep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// The rules name a rep that the roster does not have.
    UnknownRep,
    /// The host has marked the rep as not active.
    Inactive,
    /// The rep is a partner: partners own no leads and work on those of their channel manager.
    Partner,
    /// The rep is not among the reps of the rule.
    NotMember,
    /// The rep's weight for this target is 0: the rep takes no turns.
    ZeroWeight,
    /// The lead's region is in none of the rep's territories.
    Territory {
        /// The lead's region; `None` when it is not known.
        region: Option<Region>,
    },
    /// The rep lacks a skill or does not serve the industry.
    Skill {
        /// The skill or industry that is missing.
        missing: String,
    },
    /// It is outside the rep's working time.
    OffHours {
        /// When that begins again; `None` when not within 400 days.
        next_opening: Option<DateTime<Utc>>,
    },
    /// The rep's calendar does not say whether there is work, or when there is again: it begins later or has ended.
    UnknownHours {
        /// Why the calendar has no answer.
        error: CalendarError,
    },
    /// The rep is away at the moment of the decision.
    Absent {
        /// The end of the absence: the first moment back.
        until: DateTime<Utc>,
    },
    /// The rep has reached the daily cap of the pool.
    PoolDailyCap {
        /// Leads of the pool assigned to the rep on the date.
        used: u32,
        /// The cap on leads of the pool for one date.
        limit: u32,
        /// The date in the pool's zone.
        date: NaiveDate,
    },
    /// The rep has reached the daily cap on claims from the pool.
    DailyClaimCap {
        /// Leads of the pool the rep claimed on the date.
        used: u32,
        /// The cap on claims from the pool for one date.
        limit: u32,
        /// The date in the pool's zone.
        date: NaiveDate,
    },
    /// The rep has reached the daily cap over all pools.
    RepDailyCap {
        /// Leads assigned to the rep on the date.
        used: u32,
        /// The cap on leads of all pools for one date.
        limit: u32,
        /// The date in the pool's zone.
        date: NaiveDate,
    },
    /// The rep has reached the weekly cap.
    WeeklyCap {
        /// Leads assigned to the rep since that Monday.
        used: u32,
        /// The cap on leads for one week.
        limit: u32,
        /// The Monday, by the pool's local date.
        week: NaiveDate,
    },
    /// The rep has reached the cap of the calendar month.
    MonthlyCap {
        /// Leads assigned to the rep since the first of the month.
        used: u32,
        /// The cap on leads for one month.
        limit: u32,
        /// The first of the month, by the pool's local date.
        month: NaiveDate,
    },
    /// The pool has reached its daily cap over all reps.
    PoolTotalCap {
        /// Leads of the pool assigned on the date.
        used: u32,
        /// The cap on leads of the pool for one date, of all reps together.
        limit: u32,
        /// The date in the pool's zone.
        date: NaiveDate,
    },
    /// The rep lost the lead or gave it up recently.
    CoolDown {
        /// When the rep may claim it again.
        until: DateTime<Utc>,
    },
    /// The rep has reached the cap on open leads (保有量).
    HoldingCap {
        /// Open leads that the rep holds now.
        held: u32,
        /// The cap on open leads, the rep's own or the pool's.
        limit: u32,
    },
    /// The rep has reached the cap on protected accounts.
    ProtectedCap {
        /// Protected accounts that the rep holds now.
        held: u32,
        /// The cap on protected accounts.
        limit: u32,
    },
    /// The rep holds as many untouched leads as the limit allows.
    Busy {
        /// Leads held that nobody has spoken to.
        untouched: u32,
        /// How many untouched leads a rep may hold.
        limit: u32,
    },
    /// The rep had this lead before.
    PreviousOwner,
    /// The host rules the rep out for this lead.
    Excluded,
    /// The host's [strategy](super::CustomStrategy) does not propose the rep, nor anybody else who may take the lead.
    NotProposed,
}

codes! {
    SkipReason {
        SkipReason::UnknownRep => "unknown_rep",
        SkipReason::Inactive => "inactive",
        SkipReason::Partner => "partner",
        SkipReason::NotMember => "not_member",
        SkipReason::ZeroWeight => "zero_weight",
        SkipReason::Territory { .. } => "territory",
        SkipReason::Skill { .. } => "skill",
        SkipReason::OffHours { .. } => "off_hours",
        SkipReason::UnknownHours { .. } => "unknown_hours",
        SkipReason::Absent { .. } => "absent",
        SkipReason::PoolDailyCap { .. } => "pool_daily_cap",
        SkipReason::DailyClaimCap { .. } => "daily_claim_cap",
        SkipReason::RepDailyCap { .. } => "rep_daily_cap",
        SkipReason::WeeklyCap { .. } => "weekly_cap",
        SkipReason::MonthlyCap { .. } => "monthly_cap",
        SkipReason::PoolTotalCap { .. } => "pool_total_cap",
        SkipReason::CoolDown { .. } => "cool_down",
        SkipReason::HoldingCap { .. } => "holding_cap",
        SkipReason::ProtectedCap { .. } => "protected_cap",
        SkipReason::Busy { .. } => "busy",
        SkipReason::PreviousOwner => "previous_owner",
        SkipReason::Excluded => "excluded",
        SkipReason::NotProposed => "not_proposed",
    }
}

impl SkipReason {
    /// Whether the rep is stopped by a cap.
    #[must_use]
    pub fn is_cap(&self) -> bool {
        use SkipReason::{
            Busy, DailyClaimCap, HoldingCap, MonthlyCap, PoolDailyCap, PoolTotalCap, ProtectedCap,
            RepDailyCap, WeeklyCap,
        };
        matches!(
            self,
            PoolDailyCap { .. }
                | WeeklyCap { .. }
                | MonthlyCap { .. }
                | PoolTotalCap { .. }
                | DailyClaimCap { .. }
                | RepDailyCap { .. }
                | HoldingCap { .. }
                | ProtectedCap { .. }
                | Busy { .. }
        )
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::UnknownRep => f.write_str("is not in the roster"),
            SkipReason::Inactive => f.write_str("is not active"),
            SkipReason::Partner => f.write_str("is a partner; partners cannot own leads"),
            SkipReason::NotMember => f.write_str("is not among the reps of the rule"),
            SkipReason::ZeroWeight => f.write_str("has weight 0"),
            SkipReason::Territory { region: Some(region) } => write!(f, "does not serve the region {region}"),
            SkipReason::Territory { region: None } => {
                f.write_str("serves certain regions only, and the lead's region is not known")
            }
            SkipReason::Skill { missing } => write!(f, "lacks the skill `{missing}`"),
            SkipReason::OffHours { next_opening: Some(at) } => {
                write!(f, "is off hours until {}", moment(*at))
            }
            SkipReason::OffHours { next_opening: None } => f.write_str("is off hours for the next 400 days"),
            SkipReason::UnknownHours { error } => {
                write!(f, "has a calendar that does not cover this time: {error}; {}", error.help())
            }
            SkipReason::Absent { until } => write!(f, "is absent until {}", moment(*until)),
            SkipReason::PoolDailyCap { used, limit, date } => {
                write!(f, "had {used} of {limit} leads of the pool on {date}")
            }
            SkipReason::DailyClaimCap { used, limit, date } => {
                write!(f, "claimed {used} of {limit} leads of the pool on {date}")
            }
            SkipReason::RepDailyCap { used, limit, date } => {
                write!(f, "had {used} of {limit} leads of all pools on {date}")
            }
            SkipReason::WeeklyCap { used, limit, week } => {
                write!(f, "had {used} of {limit} leads in the week of {week}")
            }
            SkipReason::MonthlyCap { used, limit, month } => {
                write!(f, "had {used} of {limit} leads in {}", month.format("%Y-%m"))
            }
            SkipReason::PoolTotalCap { used, limit, date } => {
                write!(f, "waits: the pool assigned {used} of {limit} leads on {date}")
            }
            SkipReason::CoolDown { until } => write!(f, "may claim it again from {}", moment(*until)),
            SkipReason::HoldingCap { held, limit } => write!(f, "holds {held} of {limit} open leads"),
            SkipReason::ProtectedCap { held, limit } => {
                write!(f, "has {held} of {limit} accounts under protection")
            }
            SkipReason::Busy { untouched, limit } => {
                write!(f, "has {untouched} untouched leads (limit {limit})")
            }
            SkipReason::PreviousOwner => f.write_str("had this lead before"),
            SkipReason::Excluded => f.write_str("is excluded from this lead"),
            SkipReason::NotProposed => f.write_str("is not proposed by the strategy"),
        }
    }
}
