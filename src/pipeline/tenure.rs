//! Who held a lead, one after the other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Acquisition, CloseReason, LeadId, RepId, Tenure, TenureEnd};
use crate::text::moment;

/// Why a log of tenures refuses a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TenureError {
    /// A rep holds the lead already.
    #[error("{owner} holds lead {lead}: end that tenure first")]
    Held {
        /// The lead of the log.
        lead: LeadId,
        /// The rep who holds it.
        owner: RepId,
    },
    /// Nobody holds the lead, so no tenure can end.
    #[error("nobody holds lead {lead}")]
    NotHeld {
        /// The lead of the log.
        lead: LeadId,
    },
    /// A tenure would begin before the last one ended, or end before it began.
    #[error("{at} is earlier than {last}, the last change of owner", at = moment(*at), last = moment(*last))]
    GoesBack {
        /// The time of the change, in UTC.
        at: DateTime<Utc>,
        /// The time of the last change, in UTC.
        last: DateTime<Utc>,
    },
    /// A lead that is closed as invalid needs a close reason; any other end has none.
    #[error("a tenure that ends as `{end}` {}", if *end == TenureEnd::Invalid { "needs a close reason" } else { "takes no close reason" })]
    CloseReason {
        /// How the tenure was to end.
        end: TenureEnd,
    },
    /// The lead would be handed over to its present owner.
    #[error("{owner} already holds the lead")]
    SameOwner {
        /// The rep who holds the lead.
        owner: RepId,
    },
    /// A record of the log does not follow from the one before.
    #[error(
        "tenure {index} of the log ({owner}) belongs to another lead, overlaps the next one or is only partly ended"
    )]
    Broken {
        /// The tenure's position in the log, from 0.
        index: usize,
        /// The rep of that tenure.
        owner: RepId,
    },
}

/// Every tenure of one lead, in order.
///
/// Laws: at most one tenure is open, and it is the last; tenures do not overlap; none is ever changed once it has
/// ended. The log does not hold the lead's status: the lead may be `following` for its present owner while the
/// tenure of the previous owner ended as `returned`. Deserialising a log checks the laws.
///
/// ```
/// use leadkit::model::{Acquisition, TenureEnd};
/// use leadkit::pipeline::TenureLog;
///
/// let day = |text: &str| text.parse().unwrap();
/// let mut log = TenureLog::new("L1");
/// log.open("R1", Acquisition::Claimed, day("2026-03-01T00:00:00Z"))?;
/// log.close(TenureEnd::Returned, None, day("2026-03-05T00:00:00Z"))?;
/// log.open("R2", Acquisition::AutoAssigned, day("2026-03-06T00:00:00Z"))?;
/// assert_eq!(log.owner_at(day("2026-03-02T00:00:00Z")).unwrap().as_str(), "R1");
/// assert_eq!(log.current().unwrap().owner.as_str(), "R2");
/// # Ok::<(), leadkit::pipeline::TenureError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Record", into = "Record")]
pub struct TenureLog {
    lead: LeadId,
    tenures: Vec<Tenure>,
}

/// A log in its serialised form.
#[derive(Serialize, Deserialize)]
struct Record {
    lead: LeadId,
    #[serde(default)]
    tenures: Vec<Tenure>,
}

impl From<TenureLog> for Record {
    fn from(log: TenureLog) -> Record {
        Record { lead: log.lead, tenures: log.tenures }
    }
}

impl TryFrom<Record> for TenureLog {
    type Error = TenureError;

    fn try_from(record: Record) -> Result<TenureLog, TenureError> {
        for (index, tenure) in record.tenures.iter().enumerate() {
            let next = record.tenures.get(index + 1);
            let in_order = match (tenure.until, next) {
                (None, next) => next.is_none(),
                (Some(until), next) => tenure.from <= until && next.is_none_or(|next| until <= next.from),
            };
            let invalid = tenure.end == Some(TenureEnd::Invalid);
            let whole = tenure.until.is_some() == tenure.end.is_some()
                && tenure.close_reason.is_some() == invalid
                && tenure.lead == record.lead;
            if !in_order || !whole {
                return Err(TenureError::Broken { index, owner: tenure.owner.clone() });
            }
        }
        Ok(TenureLog { lead: record.lead, tenures: record.tenures })
    }
}

impl TenureLog {
    /// The log of a lead that nobody has held yet.
    ///
    /// ```
    /// use leadkit::pipeline::TenureLog;
    ///
    /// let log = TenureLog::new("L1");
    /// assert_eq!((log.lead().as_str(), log.current()), ("L1", None));
    /// ```
    #[must_use]
    pub fn new(lead: impl Into<LeadId>) -> TenureLog {
        TenureLog { lead: lead.into(), tenures: Vec::new() }
    }

    /// The lead whose owners it lists.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// Every tenure, the earliest first; an open one is the last.
    #[must_use]
    pub fn tenures(&self) -> &[Tenure] {
        &self.tenures
    }

    /// The open tenure; `None` when nobody holds the lead.
    #[must_use]
    pub fn current(&self) -> Option<&Tenure> {
        self.tenures.last().filter(|tenure| tenure.until.is_none())
    }

    /// Who held the lead at a time. A tenure holds from its first moment to just before its last.
    ///
    /// ```
    /// # use leadkit::model::Acquisition;
    /// # use leadkit::pipeline::TenureLog;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut log = TenureLog::new("L1");
    /// # log.open("li", Acquisition::AutoAssigned, at("2026-03-02T00:00:00Z"))?;
    /// // `li` has held the lead since 2 March, and `wang` since 5 March.
    /// log.hand_over("wang", at("2026-03-05T00:00:00Z"))?;
    /// let owner_at = |time: &str| log.owner_at(at(time)).map(|owner| owner.as_str());
    /// assert_eq!(owner_at("2026-03-04T23:59:59Z"), Some("li"));
    /// assert_eq!(owner_at("2026-03-05T00:00:00Z"), Some("wang"));
    /// assert_eq!(owner_at("2026-03-01T00:00:00Z"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn owner_at(&self, at: DateTime<Utc>) -> Option<&RepId> {
        let holds = |tenure: &&Tenure| tenure.from <= at && tenure.until.is_none_or(|until| at < until);
        self.tenures.iter().find(holds).map(|tenure| &tenure.owner)
    }

    /// How the last tenure of an owner ended; `None` when it is open or there was none.
    ///
    /// ```
    /// # use leadkit::model::{Acquisition, TenureEnd};
    /// # use leadkit::pipeline::TenureLog;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut log = TenureLog::new("L1");
    /// # log.open("li", Acquisition::AutoAssigned, at("2026-03-02T00:00:00Z"))?;
    /// log.close(TenureEnd::Returned, None, at("2026-03-05T00:00:00Z"))?;
    /// assert_eq!(log.last_end_of(&"li".into()), Some(TenureEnd::Returned));
    /// assert_eq!(log.last_end_of(&"wang".into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn last_end_of(&self, owner: &RepId) -> Option<TenureEnd> {
        self.tenures.iter().rev().find(|tenure| tenure.owner == *owner).and_then(|tenure| tenure.end)
    }

    /// Begins a tenure.
    ///
    /// ```
    /// # use leadkit::model::Acquisition;
    /// # use leadkit::pipeline::TenureLog;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut log = TenureLog::new("L1");
    /// # log.open("li", Acquisition::AutoAssigned, at("2026-03-02T00:00:00Z"))?;
    /// // `li` holds the lead since 2 March.
    /// let held = log.open("wang", Acquisition::Claimed, at("2026-03-05T00:00:00Z")).unwrap_err();
    /// assert_eq!(held.to_string(), "li holds lead L1: end that tenure first");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When somebody holds the lead, or the last tenure ended later.
    pub fn open(
        &mut self,
        owner: impl Into<RepId>,
        acquisition: Acquisition,
        at: DateTime<Utc>,
    ) -> Result<(), TenureError> {
        if let Some(held) = self.current() {
            return Err(TenureError::Held { lead: self.lead.clone(), owner: held.owner.clone() });
        }
        if let Some(last) = self.tenures.last().and_then(|tenure| tenure.until).filter(|last| at < *last) {
            return Err(TenureError::GoesBack { at, last });
        }
        self.tenures.push(Tenure {
            lead: self.lead.clone(),
            owner: owner.into(),
            from: at,
            until: None,
            acquisition,
            end: None,
            close_reason: None,
        });
        Ok(())
    }

    /// Ends the open tenure.
    ///
    /// ```
    /// # use leadkit::model::{Acquisition, CloseReason, TenureEnd};
    /// # use leadkit::pipeline::{TenureError, TenureLog};
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut log = TenureLog::new("L1");
    /// # log.open("li", Acquisition::AutoAssigned, at("2026-03-02T00:00:00Z"))?;
    /// let unexplained = log.close(TenureEnd::Invalid, None, at("2026-03-05T00:00:00Z"));
    /// assert_eq!(unexplained, Err(TenureError::CloseReason { end: TenureEnd::Invalid }));
    /// log.close(TenureEnd::Invalid, Some(CloseReason::NoIntent), at("2026-03-05T00:00:00Z"))?;
    /// assert_eq!(log.current(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When nobody holds the lead, the tenure began later, or a close reason is missing or given where none
    /// belongs.
    pub fn close(
        &mut self,
        end: TenureEnd,
        close_reason: Option<CloseReason>,
        at: DateTime<Utc>,
    ) -> Result<(), TenureError> {
        let lead = &self.lead;
        let Some(tenure) = self.tenures.last_mut().filter(|tenure| tenure.until.is_none()) else {
            return Err(TenureError::NotHeld { lead: lead.clone() });
        };
        if at < tenure.from {
            return Err(TenureError::GoesBack { at, last: tenure.from });
        }
        if close_reason.is_some() != (end == TenureEnd::Invalid) {
            return Err(TenureError::CloseReason { end });
        }
        tenure.until = Some(at);
        tenure.end = Some(end);
        tenure.close_reason = close_reason;
        Ok(())
    }

    /// Hands the lead over to another owner (更换给他人): ends one tenure and begins the next at the same moment.
    ///
    /// ```
    /// # use leadkit::model::Acquisition;
    /// # use leadkit::pipeline::TenureLog;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut log = TenureLog::new("L1");
    /// # log.open("li", Acquisition::AutoAssigned, at("2026-03-02T00:00:00Z"))?;
    /// // `li` holds the lead since 2 March.
    /// log.hand_over("wang", at("2026-03-05T00:00:00Z"))?;
    /// assert_eq!(log.tenures()[0].until, Some(log.tenures()[1].from));
    /// assert_eq!(log.current().unwrap().owner.as_str(), "wang");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When nobody or the same owner holds the lead, or the tenure began later. The log is then as it was.
    pub fn hand_over(&mut self, to: impl Into<RepId>, at: DateTime<Utc>) -> Result<(), TenureError> {
        let to = to.into();
        if let Some(held) = self.current().filter(|tenure| tenure.owner == to) {
            return Err(TenureError::SameOwner { owner: held.owner.clone() });
        }
        self.close(TenureEnd::HandedOver, None, at)?;
        self.open(to, Acquisition::OwnerChanged, at)
    }
}
