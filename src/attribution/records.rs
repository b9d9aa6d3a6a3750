//! The records that journeys are assembled from, and the result.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::journeys::Journeys;
use super::visit::Visit;
use crate::model::{
    Account, Contact, ConversionRecord, Lead, LeadId, Link, Opportunity, Order, RecordRef, Touch,
};

/// The records that journeys are made of. Leave out those that the host does not have.
///
/// Links join records into one customer: a lead collected under another, folded or merged into another, a lead that
/// belongs to an account; so do the fields of a lead that say the same.
/// [`RelatedTo`](crate::model::LinkKind::RelatedTo) joins nothing: it says that the other is somebody else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Records<'a> {
    /// Leads, those that were collected, folded or merged included.
    pub leads: &'a [Lead],
    /// Accounts, each with its contacts.
    pub accounts: &'a [Account],
    /// Contacts that are not in one of `accounts`.
    pub contacts: &'a [Contact],
    /// Opportunities: each that was won or has orders is a conversion.
    pub opportunities: &'a [Opportunity],
    /// Orders, those that still hold: an order is money, so each is in a conversion. The first of an opportunity is
    /// when it was ordered. An order without an opportunity, or with one that is not among these, is a conversion of
    /// its own.
    pub orders: &'a [Order],
    /// Which leads became which accounts, by conversion.
    pub conversions: &'a [ConversionRecord],
    /// Links between the records, which join them into customers.
    pub links: &'a [Link],
    /// Touches as they were recorded, anonymous ones included: a merge renames nobody in them.
    pub touches: &'a [Touch],
    /// How leads came, as it was kept when they were filed. A lead without a visit came as its own record says, unless
    /// others were merged into it.
    pub visits: &'a [Visit],
}

/// One touch of a customer, and why it is theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AssembledTouch {
    /// The channel; for passed-on content `share:` and the id of the person who shared it.
    pub channel: String,
    /// The campaign of the touch; `None` when it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// When the touch happened, in UTC.
    pub time: DateTime<Utc>,
    /// How it came into the journey.
    pub origin: Origin,
}

/// How a touch came into a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// It names a lead or a contact of the customer.
    Record(RecordRef),
    /// It was anonymous, and this key (`gclid`, `openid`, `email` …) is one of a lead's or a contact's.
    Key {
        /// The name of the key; its value is not repeated.
        name: String,
        /// The lead or contact that has it.
        record: RecordRef,
    },
    /// It is the first or last link by which the lead came, which no recorded touch shows.
    Utm(LeadId),
}

/// A customer: the records that are one, and every touch once, in order of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerJourney {
    /// Leads, accounts, contacts and opportunities, in the order of their ids.
    pub records: BTreeSet<RecordRef>,
    /// Touches by time; those of one moment in the order they were given.
    pub touches: Vec<AssembledTouch>,
}

/// The journeys of all customers, and how many records were left out.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Assembled {
    /// The journeys, ready to be credited. A customer has one a conversion, and one that came to nothing when touches
    /// follow the last conversion or there is none; with [`FullHistory`](super::Repeat::FullHistory) what follows the
    /// last conversion is in no journey.
    pub journeys: Journeys,
    /// The customers, by their first record.
    pub customers: Vec<CustomerJourney>,
    /// The number of touches and links without a customer: their record is unknown, or no lead and no contact has their keys.
    pub strangers: usize,
    /// The number of touches and visits that occurred twice.
    pub repeats: usize,
    /// The number of touches and links with a blank or [reserved](Journeys::RESERVED) channel: they are in no journey.
    pub unusable: usize,
    /// How many links are on leads that others were merged into and whose visits were not kept: whose they are and when
    /// those came nobody knows, so they are in no journey.
    pub unkept: usize,
    /// The number of leads and visits with a blank id: they belong to no customer.
    pub without_id: usize,
    /// The number of repeated leads, opportunities and orders: the first of each id counts.
    pub repeated_records: usize,
    /// The number of opportunities that have orders and are not marked as won: each is a conversion at its first order.
    pub ordered_not_won: usize,
    /// The number of orders whose opportunity is not among the records: each is a conversion of its own.
    pub unknown_opportunities: usize,
    /// The number of orders without a lead, an account and an opportunity: each is a conversion without a touch, which comes
    /// out as unattributed.
    pub orders_of_nobody: usize,
}

impl fmt::Display for Assembled {
    /// One sentence: what came out, and what was unusual about the records.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number =
            |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let (won, lost) = (self.journeys.conversions(), self.journeys.nulls());
        write!(
            f,
            "{} with {} and {} without",
            number(self.customers.len() as u64, "customer", "customers"),
            number(won, "conversion", "conversions"),
            number(lost, "journey", "journeys"),
        )?;
        for (count, one, many) in [
            (self.strangers, "touch of an unknown person", "touches of unknown people"),
            (self.repeats, "touch was repeated", "touches were repeated"),
            (
                self.unusable,
                "touch has a blank or reserved channel and is left out",
                "touches have a blank or reserved channel and are left out",
            ),
            (
                self.unkept,
                "link of a lead that took in others is left out, because its visit was not kept",
                "links of leads that took in others are left out, because their visits were not kept",
            ),
            (self.without_id, "lead has no id and is left out", "leads have no id and are left out"),
            (
                self.repeated_records,
                "lead, opportunity or order was repeated and counts once",
                "leads, opportunities and orders were repeated and count once",
            ),
            (
                self.ordered_not_won,
                "opportunity is not won but has orders, and counts from the first of them",
                "opportunities are not won but have orders, and count from the first of them",
            ),
            (
                self.unknown_opportunities,
                "order of an unknown opportunity counts by itself",
                "orders of unknown opportunities count by themselves",
            ),
            (
                self.orders_of_nobody,
                "order names no customer and stays unattributed",
                "orders name no customer and stay unattributed",
            ),
        ] {
            if count > 0 {
                write!(f, "; {}", number(count as u64, one, many))?;
            }
        }
        Ok(())
    }
}
