//! To which conversions the touches of a customer lead.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::arrivals::Arrival;
use super::engine::Attribution;
use super::error::JourneyError;
use super::journeys::{Conversion, Journeys, Step};
use super::ownership::Entry;
use super::records::{Assembled, AssembledTouch, CustomerJourney, Records};
use super::rules::Repeat;
use super::sets::{RecordSets, customers_of, lead};
use crate::model::{LeadId, Money, MoneyError, OpportunityId, Order, RecordRef};

/// Conversions, each with the amounts it is worth.
struct Ends {
    /// By customer.
    of_customers: Vec<Vec<(Conversion, Vec<Money>)>>,
    of_nobody: Vec<(Conversion, Vec<Money>)>,
}

impl Ends {
    fn add(&mut self, customer: Option<usize>, end: Conversion, amounts: Vec<Money>) {
        let of = customer.and_then(|set| self.of_customers.get_mut(set));
        of.unwrap_or(&mut self.of_nobody).push((end, amounts));
    }
}

impl Attribution {
    /// Makes the journeys of each customer.
    pub(super) fn convert(
        &self,
        records: &Records<'_>,
        arrivals: &[Arrival<'_>],
        sets: &mut RecordSets,
        touches: Vec<Vec<AssembledTouch>>,
        assembled: &mut Assembled,
    ) -> Result<(), JourneyError> {
        let Ends { of_customers, mut of_nobody } = self.conversions(records, arrivals, sets, assembled);
        let mut members: Vec<BTreeSet<RecordRef>> = vec![BTreeSet::new(); sets.len()];
        // Sets are joined until the last record is read, so members are gathered only now.
        for record in sets.records.clone() {
            let set = sets.of(&record);
            if let Some(members) = set.and_then(|set| members.get_mut(set)) {
                members.insert(record);
            }
        }
        let mut ordered: Vec<_> = members.into_iter().zip(touches).zip(of_customers).collect();
        // Sets are numbered by one of their records; those joined to another are empty.
        ordered.retain(|((members, _), _)| !members.is_empty());
        // By their smallest record: numbers of sets depend on the order in which records came.
        ordered.sort_by(|((a, _), _), ((b, _), _)| a.first().cmp(&b.first()));
        let full = self.journeys.repeat == Repeat::FullHistory;
        for ((records, touches), mut ends) in ordered {
            ends.sort_by(|(a, _), (b, _)| (a.at, &a.id).cmp(&(b.at, &b.id)));
            if ends.is_empty() && touches.is_empty() {
                continue;
            }
            let mut left = touches.iter().peekable();
            let journeys = &mut assembled.journeys;
            for together in ends.chunk_by(|(a, _), (b, _)| a.at == b.at) {
                for (place, (end, amounts)) in together.iter().enumerate() {
                    let end = &valued(end, amounts, journeys.len())?;
                    while let Some(touch) = left.next_if(|touch| Some(touch.time) <= end.at) {
                        push(journeys, touch)?;
                    }
                    // Conversions of one moment have the same touches: none of them came before another.
                    let continues = full || place + 1 < together.len();
                    if continues { journeys.end_and_continue(end)? } else { journeys.end_journey(end)? }
                }
            }
            if full && !ends.is_empty() {
                // The copy for the conversion after the last, which never came: its touches have been counted.
                journeys.discard_open();
            } else {
                left.try_for_each(|touch| push(journeys, touch))?;
                if !journeys.is_open_empty() {
                    journeys.end_journey(&Conversion::null())?;
                }
            }
            assembled.customers.push(CustomerJourney { records, touches });
        }
        // Not by the order in which they are handed in, which must change nothing.
        of_nobody.sort_by(|(a, _), (b, _)| (a.at, &a.id).cmp(&(b.at, &b.id)));
        for (end, amounts) in &of_nobody {
            let end = valued(end, amounts, assembled.journeys.len())?;
            assembled.journeys.end_journey(&end)?;
        }
        Ok(())
    }

    /// The conversions of each customer, and those without a customer, each with its amounts.
    fn conversions(
        &self,
        records: &Records<'_>,
        arrivals: &[Arrival<'_>],
        sets: &mut RecordSets,
        assembled: &mut Assembled,
    ) -> Ends {
        let customers = Beginnings::of(arrivals, sets);
        let owner = |set: usize, at: DateTime<Utc>| {
            let entries = customers.entries.get(set).filter(|entries| !entries.is_empty())?;
            let decided = self.journeys.ownership.decide(entries, at);
            decided.owner().map(|owner| owner.pipeline.clone())
        };
        // A blank id is not an opportunity, however many have it.
        let ids = records.opportunities.iter().map(|one| &one.id).filter(|id| !id.is_blank());
        let known: BTreeSet<&OpportunityId> = ids.collect();
        let mut ordered: BTreeMap<&OpportunityId, Vec<&Order>> = BTreeMap::new();
        let mut alone: Vec<&Order> = Vec::new();
        for one in records.orders {
            match &one.opportunity {
                Some(id) if known.contains(id) => ordered.entry(id).or_default().push(one),
                opportunity => {
                    let is_named = opportunity.as_ref().is_some_and(|id| !id.is_blank());
                    assembled.unknown_opportunities += usize::from(is_named);
                    alone.push(one);
                }
            }
        }
        let mut ends = Ends { of_customers: vec![Vec::new(); sets.len()], of_nobody: Vec::new() };
        for one in records.opportunities {
            // An opportunity without an id still belongs to its customer.
            let named = [
                Some(RecordRef::Opportunity(one.id.clone())),
                one.lead.as_ref().map(lead),
                one.account.clone().map(RecordRef::Account),
            ];
            // From the nearest record to the furthest: the first with a customer decides.
            let set = named.into_iter().flatten().find_map(|record| sets.of(&record));
            let orders = ordered.remove(&one.id).unwrap_or_default();
            let first_ordered = orders.iter().map(|order| order.created_at).min();
            let Some(at) = one.won_at.or(first_ordered) else { continue };
            assembled.ordered_not_won += usize::from(one.won_at.is_none());
            let end = Conversion {
                id: Some(one.id.as_str().to_owned()),
                // Orders are money received; the amount of an opportunity is only expected.
                value: if orders.is_empty() { one.amount } else { None },
                at: Some(at),
                lead_created: set.and_then(|set| customers.began(set, &one.lead)),
                opportunity_created: Some(one.created_at),
                ordered: first_ordered,
                pipeline: set.and_then(|set| owner(set, one.created_at)),
                ..Conversion::default()
            };
            let amounts = orders.iter().map(|order| order.amount).collect();
            ends.add(set, end, amounts);
        }
        // Money without an opportunity is a conversion of its own: none is left out.
        for one in alone {
            let set = customers_of(one).next().and_then(|record| sets.of(&record));
            assembled.orders_of_nobody += usize::from(set.is_none());
            let end = Conversion {
                id: Some(one.id.as_str().to_owned()),
                at: Some(one.created_at),
                lead_created: set.and_then(|set| customers.began(set, &one.lead)),
                ordered: Some(one.created_at),
                pipeline: set.and_then(|set| owner(set, one.created_at)),
                ..Conversion::default()
            };
            ends.add(set, end, vec![one.amount]);
        }
        ends
    }
}

/// When the leads of each customer came, and where they came in.
#[derive(Debug)]
struct Beginnings<'a> {
    /// By customer.
    entries: Vec<Vec<Entry>>,
    created: Vec<Option<DateTime<Utc>>>,
    lead_created: BTreeMap<&'a LeadId, DateTime<Utc>>,
}

impl<'a> Beginnings<'a> {
    fn of(arrivals: &'a [Arrival<'_>], sets: &mut RecordSets) -> Beginnings<'a> {
        let mut customers = Beginnings {
            entries: vec![Vec::new(); sets.len()],
            created: vec![None; sets.len()],
            lead_created: BTreeMap::new(),
        };
        for one in arrivals.iter().map(|one| &one.visit) {
            customers.lead_created.insert(&one.lead, one.at);
            let Some(set) = sets.of(&lead(&one.lead)) else { continue };
            if let Some(first) = customers.created.get_mut(set) {
                *first = Some(first.map_or(one.at, |first| first.min(one.at)));
            }
            let entries = customers.entries.get_mut(set);
            if let (Some(entries), Some(pipeline)) = (entries, &one.pipeline) {
                let entry =
                    Entry { record: one.lead.as_str().to_owned(), ..Entry::new(pipeline.as_str(), one.at) };
                entries.push(entry);
            }
        }
        customers
    }

    /// When the lead was created, or else the first of the customer's.
    fn began(&self, set: usize, of: &Option<LeadId>) -> Option<DateTime<Utc>> {
        // Its own lead before any other of the customer: a later sale need not stem from the first contact.
        let named = of.as_ref().and_then(|id| self.lead_created.get(id));
        named.copied().or_else(|| self.created.get(set).copied().flatten())
    }
}

/// A conversion with what its orders are worth together, when it has orders. An amount of zero has no currency.
fn valued(end: &Conversion, amounts: &[Money], journey: usize) -> Result<Conversion, JourneyError> {
    let mut end = end.clone();
    let mut worth = amounts.iter().filter(|amount| amount.minor() != 0);
    // The first amount other than zero sets the currency; an amount of zero fits every currency.
    let Some(first) = worth.next().or(amounts.first()) else { return Ok(end) };
    let conversion = end.id.clone();
    let sum =
        worth.try_fold(*first, |sum, amount| sum.checked_add(*amount)).map_err(|error| match error {
            MoneyError::CurrencyMismatch { left: expected, right: found } => {
                JourneyError::Currency { journey, conversion, expected, found }
            }
            _ => JourneyError::AmountOverflow { journey, conversion },
        })?;
    end.value = Some(sum);
    Ok(end)
}

fn push(journeys: &mut Journeys, touch: &AssembledTouch) -> Result<(), JourneyError> {
    journeys.push(Step {
        channel: &touch.channel,
        campaign: touch.campaign.as_deref(),
        time: Some(touch.time),
    })
}
