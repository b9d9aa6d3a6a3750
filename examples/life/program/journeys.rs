//! What a host keeps beside the book, for attribution: touches and orders.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use leadkit::attribution::{Assembled, Attribution, AttributionRules, Origin, Records, touches_of};
use leadkit::book::Book;
use leadkit::model::{
    Account, AccountId, CloseReason, ConversionRecord, Lead, LeadId, Link, LinkKind, Opportunity, Order,
    RecordRef, Touch,
};

/// Records that no decision reads.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(super) touches: Vec<Touch>,
    pub(super) orders: Vec<Order>,
    /// Accounts as they came in.
    pub(super) accounts: BTreeMap<AccountId, Box<Account>>,
}

impl Kept {
    /// Keeps when a lead came by its links, before a merge moves its creation.
    pub(super) fn keep_visits(&mut self, lead: &Lead) -> Result<(), Box<dyn Error>> {
        let attribution = Attribution::compile(&AttributionRules::default())?;
        let records =
            Records { leads: std::slice::from_ref(lead), touches: &self.touches, ..Records::default() };
        let assembled = attribution.journeys(&records)?;
        let links = assembled.customers.into_iter().flat_map(|one| one.touches);
        let links = links.filter(|one| one.origin == Origin::Utm(lead.id.clone()));
        self.touches.extend(links.map(|one| Touch {
            lead: lead.id.clone(),
            channel: one.channel,
            campaign: one.campaign.map(|id| id.as_str().into()),
            time: one.time,
            ..Touch::default()
        }));
        Ok(())
    }

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
        let known: Vec<&Lead> = gone.iter().filter_map(|id| book.lead(id)).collect();
        let mut is_of = touches_of(known, &self.touches).into_iter();
        self.touches.retain(|touch| !is_of.next().unwrap_or_default() && !gone.contains(&touch.lead));
        let name = |of: &mut Option<LeadId>| drop(of.take_if(|id| gone.contains(id)));
        self.orders.iter_mut().for_each(|order| name(&mut order.lead));
    }

    /// The journeys of every customer, from what stands in the book and what is kept here.
    pub(crate) fn journeys(&self, book: &Book) -> Result<Assembled, Box<dyn Error>> {
        let is_erased = |one: &Lead| one.close_reason == Some(CloseReason::Erased);
        let leads: Vec<Lead> = book.leads().cloned().collect();
        let accounts: Vec<Account> = book.accounts().cloned().collect();
        let links: Vec<Link> = book.desk().links.iter().cloned().collect();
        let erased = |lead: &LeadId| book.lead(lead).is_none_or(is_erased);
        let conversions = book.desk().conversions.values().filter(|one| !erased(&one.lead));
        let conversions: Vec<ConversionRecord> = conversions.cloned().collect();
        let opportunities: Vec<Opportunity> = book.opportunities().cloned().collect();
        let activities = leads.iter().flat_map(|lead| book.activities(&lead.id));
        // Nothing more is known of who was forgotten, and nothing is learnt.
        let forgotten = |id: &LeadId| book.lead(id).is_some_and(is_erased);
        let kept = self.touches.iter().filter(|touch| !forgotten(&touch.lead));
        let touches: Vec<Touch> = activities.filter_map(Touch::from_activity).chain(kept.cloned()).collect();
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
