//! What a host keeps beside the book, for attribution: touches, orders, opportunities.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{DateTime, Utc};
use leadkit::attribution::{Assembled, Attribution, AttributionRules, Records};
use leadkit::book::Book;
use leadkit::model::{
    Account, ConversionRecord, Lead, LeadId, Link, Opportunity, OpportunityId, Order, Touch,
};

use super::event::Deal;

/// Records that no decision reads.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(super) touches: Vec<Touch>,
    pub(super) orders: Vec<Order>,
    opportunities: BTreeMap<OpportunityId, Opportunity>,
}

impl Kept {
    pub(super) fn deal(&mut self, id: &OpportunityId, lead: &LeadId, status: Deal, now: DateTime<Utc>) {
        let new = || Opportunity {
            id: id.clone(),
            lead: Some(lead.clone()),
            created_at: now,
            ..Opportunity::default()
        };
        let one = self.opportunities.entry(id.clone()).or_insert_with(new);
        (one.won_at, one.lost_at) = match status {
            Deal::Open => (None, None),
            Deal::Won => (Some(now), None),
            Deal::Lost => (None, Some(now)),
        };
    }

    /// The journeys of every customer, from what stands in the book and what is kept here.
    pub(crate) fn journeys(&self, book: &Book) -> Result<Assembled, Box<dyn Error>> {
        let leads: Vec<Lead> = book.leads().cloned().collect();
        let accounts: Vec<Account> = book.accounts().cloned().collect();
        let links: Vec<Link> = book.desk().links.iter().cloned().collect();
        let conversions: Vec<ConversionRecord> = book.desk().conversions.values().cloned().collect();
        let opportunities: Vec<Opportunity> = self.opportunities.values().cloned().collect();
        let activities = leads.iter().flat_map(|lead| book.activities(&lead.id));
        let touches: Vec<Touch> =
            activities.filter_map(Touch::from_activity).chain(self.touches.iter().cloned()).collect();
        let attribution = Attribution::compile(&AttributionRules::default())?;
        Ok(attribution.journeys(&Records {
            leads: &leads,
            accounts: &accounts,
            opportunities: &opportunities,
            orders: &self.orders,
            conversions: &conversions,
            links: &links,
            touches: &touches,
            ..Records::default()
        })?)
    }
}
