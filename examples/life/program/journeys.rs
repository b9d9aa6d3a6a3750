//! What a host keeps beside the book, for attribution: how leads came, touches and orders.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use leadkit::attribution::{Assembled, Attribution, AttributionRules, Records, Visit, touches_of};
use leadkit::book::Book;
use leadkit::model::{
    Account, AccountId, Activity, CloseReason, ConversionRecord, Effect, Lead, LeadId, Link, LinkKind,
    Opportunity, Order, RecordRef, Touch,
};

/// Records that no decision reads.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(super) touches: Vec<Touch>,
    visits: BTreeMap<LeadId, Visit>,
    /// Leads as they came in last.
    pub(super) leads: BTreeMap<LeadId, Box<Lead>>,
    /// Leads of people who were forgotten.
    forgotten: BTreeSet<LeadId>,
    pub(super) orders: Vec<Order>,
    /// Accounts as they came in.
    pub(super) accounts: BTreeMap<AccountId, Box<Account>>,
}

impl Kept {
    /// Keeps how a lead came. A second delivery is the same visit.
    pub(super) fn came(&mut self, lead: &Lead) {
        self.visits.entry(lead.id.clone()).or_insert_with(|| Visit::of(lead));
        self.leads.insert(lead.id.clone(), Box::new(lead.clone()));
    }

    /// Something was decided about leads.
    pub(super) fn decided(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Fold { entry, .. } = effect
                && let Some(visit) = self.visits.get_mut(entry)
            {
                visit.decided(effects);
            }
        }
    }

    /// Somebody has corrected a lead.
    pub(super) fn corrected(&mut self, before: &Lead, after: &Lead) {
        if let Some(visit) = self.visits.get_mut(&before.id) {
            visit.corrected(before, after);
        }
    }

    /// Keeps the touch that an activity is, with the lead that did it: a fold gives the activity to another.
    pub(super) fn acted(&mut self, activity: &Activity) {
        self.touches.extend(Touch::from_activity(activity));
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
        let visits = gone.iter().filter_map(|id| self.visits.get(id));
        let mut is_of = touches_of(known, visits, &self.touches).into_iter();
        self.touches.retain(|touch| !is_of.next().unwrap_or_default() && !gone.contains(&touch.lead));
        self.visits.retain(|lead, _| !gone.contains(lead));
        self.leads.retain(|lead, _| !gone.contains(lead));
        let name = |of: &mut Option<LeadId>| drop(of.take_if(|id| gone.contains(id)));
        self.orders.iter_mut().for_each(|order| name(&mut order.lead));
        self.forgotten.extend(gone);
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
        // Nothing more is known of who was forgotten, and nothing is learnt.
        let touches = self.touches.iter().filter(|touch| !self.forgotten.contains(&touch.lead));
        let touches: Vec<Touch> = touches.cloned().collect();
        let visits: Vec<Visit> = self.visits.values().cloned().collect();
        let attribution = Attribution::compile(&AttributionRules::default())?;
        Ok(attribution.journeys(&Records {
            leads: &leads,
            accounts: &accounts,
            opportunities: &opportunities,
            orders: &self.orders,
            conversions: &conversions,
            links: &links,
            touches: &touches,
            visits: &visits,
            ..Records::default()
        })?)
    }
}
