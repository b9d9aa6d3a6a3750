//! What a host keeps beside the book, for attribution: touches and orders.

use std::collections::BTreeSet;
use std::error::Error;

use leadkit::attribution::{Assembled, Attribution, AttributionRules, Records};
use leadkit::book::Book;
use leadkit::model::{
    Account, ConversionRecord, Lead, LeadId, Link, LinkKind, Opportunity, Order, RecordRef, Touch,
};

/// Records that no decision reads.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(super) touches: Vec<Touch>,
    pub(super) orders: Vec<Order>,
}

impl Kept {
    /// Lets go of a person: touches of the lead, of what was merged or folded into it, and those by its keys. Orders
    /// are the company's, and stay without the name.
    pub(super) fn forget(&mut self, book: &Book, lead: &LeadId) {
        let mut gone: BTreeSet<LeadId> = [lead.clone()].into();
        loop {
            let before = gone.len();
            for link in &book.desk().links {
                if let (RecordRef::Lead(from), RecordRef::Lead(to)) = (&link.from, &link.to)
                    && gone.contains(to)
                    && !matches!(link.kind, LinkKind::RelatedTo | LinkKind::BelongsTo)
                {
                    gone.insert(from.clone());
                }
            }
            if gone.len() == before {
                break;
            }
        }
        let known = gone.iter().filter_map(|id| book.lead(id));
        let keys: BTreeSet<String> = known
            .flat_map(|lead| {
                let ids = lead.click_ids.values().chain(lead.external_ids.values()).cloned();
                let wechat = lead.wechat.iter().map(|id| id.as_str().to_owned());
                ids.chain(lead.emails.iter().map(|mail| mail.as_str().to_lowercase())).chain(wechat)
            })
            .collect();
        let is_of = |touch: &Touch| {
            gone.contains(&touch.lead)
                || touch.keys.values().any(|key| keys.contains(&key.to_lowercase()) || keys.contains(key))
        };
        self.touches.retain(|touch| !is_of(touch));
        let name = |of: &mut Option<LeadId>| drop(of.take_if(|id| gone.contains(id)));
        self.orders.iter_mut().for_each(|order| name(&mut order.lead));
    }

    /// The journeys of every customer, from what stands in the book and what is kept here.
    pub(crate) fn journeys(&self, book: &Book) -> Result<Assembled, Box<dyn Error>> {
        let leads: Vec<Lead> = book.leads().cloned().collect();
        let accounts: Vec<Account> = book.accounts().cloned().collect();
        let links: Vec<Link> = book.desk().links.iter().cloned().collect();
        let erased = |lead: &LeadId| book.lead(lead).is_none_or(|one| one.status.as_str() == "erased");
        let conversions = book.desk().conversions.values().filter(|one| !erased(&one.lead));
        let conversions: Vec<ConversionRecord> = conversions.cloned().collect();
        let opportunities: Vec<Opportunity> = book.opportunities().cloned().collect();
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
