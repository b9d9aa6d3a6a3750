//! From a host's records to journeys: whose touch is it, and to which conversion does it lead.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::engine::Attribution;
use super::error::JourneyError;
use super::journeys::{Conversion, Journeys, Step};
use super::ownership::Entry;
use super::person_keys::{keys, person_key};
use super::rules::{Repeat, UtmChannel};
use crate::model::{
    Account, Contact, ConversionRecord, Lead, LeadId, Link, LinkKind, Money, MoneyError, Opportunity,
    OpportunityId, Order, RecordRef, SharedBy, Touch, Utm,
};

/// What journeys are made of. Leave out what the host does not have.
///
/// Links join records into one customer: a lead collected under another, folded or merged into another, a lead that
/// belongs to an account; so do the fields of a lead that say the same. [`LinkKind::RelatedTo`] joins nothing: it says
/// that the other is somebody else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Records<'a> {
    /// Leads, those that were collected, folded or merged included.
    pub leads: &'a [Lead],
    /// Accounts, with their contacts.
    pub accounts: &'a [Account],
    /// Contacts that stand by themselves.
    pub contacts: &'a [Contact],
    /// Opportunities: each that was won or has orders is a conversion.
    pub opportunities: &'a [Opportunity],
    /// Orders, those that still hold: an order is money, so each is in a conversion. The first of an opportunity is
    /// when it was ordered. An order without an opportunity, or with one that is not among these, is a conversion of
    /// its own.
    pub orders: &'a [Order],
    /// Which leads became which accounts.
    pub conversions: &'a [ConversionRecord],
    /// How records belong together.
    pub links: &'a [Link],
    /// Touches, anonymous ones included.
    pub touches: &'a [Touch],
}

/// One touch of a customer, and why it is theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AssembledTouch {
    /// The channel; of passed-on content `share:` and who shared it.
    pub channel: String,
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// When.
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
    /// It is the first or last link of the lead, which no recorded touch shows.
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

/// Journeys of all customers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Assembled {
    /// The journeys, ready to be credited. A customer has one a conversion, and one that came to nothing when touches
    /// follow the last conversion or there is none; with [`Repeat::FullHistory`] what follows the last conversion is in
    /// no journey.
    pub journeys: Journeys,
    /// The customers, by their first record.
    pub customers: Vec<CustomerJourney>,
    /// How many touches belong to nobody: unknown records, keys that no lead and no contact has.
    pub strangers: usize,
    /// How many touches were there twice.
    pub repeats: usize,
    /// How many touches and links have a blank or [reserved](Journeys::RESERVED) channel: they are in no journey.
    pub unusable: usize,
    /// How many leads, opportunities and orders were there twice: the first of each id counts.
    pub repeated_records: usize,
    /// How many opportunities are not marked as won and have orders: each is a conversion at its first order.
    pub ordered_not_won: usize,
    /// How many orders name an opportunity that is not among the records: each is a conversion of its own.
    pub unknown_opportunities: usize,
    /// How many orders name no lead, no account and no opportunity: each is a conversion without a touch, which comes
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
            (self.strangers, "touch of nobody known", "touches of nobody known"),
            (self.repeats, "touch was there twice", "touches were there twice"),
            (
                self.unusable,
                "touch has a blank or reserved channel and is left out",
                "touches have a blank or reserved channel and are left out",
            ),
            (
                self.repeated_records,
                "lead, opportunity or order was there twice and counts once",
                "leads, opportunities and orders were there twice and count once",
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

/// The channel of content that somebody passed on.
///
/// ```
/// use leadkit::attribution::share_channel;
/// use leadkit::model::SharedBy;
///
/// assert_eq!(share_channel(&SharedBy::Employee), "share:employee");
/// ```
#[must_use]
pub fn share_channel(shared_by: &SharedBy) -> String {
    format!("share:{shared_by}")
}

/// Sets of records that are one, each with a representative.
#[derive(Debug, Default)]
struct Sets {
    number: BTreeMap<RecordRef, usize>,
    records: Vec<RecordRef>,
    parent: Vec<usize>,
}

impl Sets {
    fn add(&mut self, record: RecordRef) -> usize {
        if let Some(number) = self.number.get(&record) {
            return *number;
        }
        let number = self.parent.len();
        self.number.insert(record.clone(), number);
        self.records.push(record);
        self.parent.push(number);
        number
    }

    fn find(&mut self, mut number: usize) -> usize {
        loop {
            let parent = self.parent.get(number).copied().unwrap_or(number);
            if parent == number {
                return number;
            }
            // Halve the way for whoever comes next.
            let above = self.parent.get(parent).copied().unwrap_or(parent);
            if let Some(entry) = self.parent.get_mut(number) {
                *entry = above;
            }
            number = above;
        }
    }

    fn join(&mut self, a: RecordRef, b: RecordRef) {
        let (a, b) = (self.add(a), self.add(b));
        let (a, b) = (self.find(a), self.find(b));
        let (low, high) = (a.min(b), a.max(b));
        if let Some(entry) = self.parent.get_mut(high) {
            *entry = low;
        }
    }

    fn of(&mut self, record: &RecordRef) -> Option<usize> {
        let number = *self.number.get(record)?;
        Some(self.find(number))
    }
}

fn lead(id: &LeadId) -> RecordRef {
    RecordRef::Lead(id.clone())
}

fn joined(records: &Records<'_>) -> Sets {
    let mut sets = Sets::default();
    for one in records.leads {
        sets.add(lead(&one.id));
    }
    let account = |id: &crate::model::AccountId| RecordRef::Account(id.clone());
    for one in records.leads {
        let above = one.folded_into.iter().chain(&one.collected_under).map(lead);
        above.chain(one.account.iter().map(account)).for_each(|record| sets.join(lead(&one.id), record));
    }
    let contacts =
        records.accounts.iter().flat_map(|one| one.contacts.iter().map(move |contact| (Some(one), contact)));
    for one in records.accounts {
        sets.add(account(&one.id));
    }
    for (of, one) in contacts.chain(records.contacts.iter().map(|one| (None, one))) {
        let contact = RecordRef::Contact(one.id.clone());
        sets.add(contact.clone());
        of.into_iter().for_each(|of| sets.join(account(&of.id), contact.clone()));
        one.account.iter().for_each(|id| sets.join(account(id), contact.clone()));
        one.lead.iter().for_each(|id| sets.join(lead(id), contact.clone()));
    }
    for one in records.opportunities {
        let opportunity = RecordRef::Opportunity(one.id.clone());
        sets.add(opportunity.clone());
        one.lead.iter().for_each(|id| sets.join(lead(id), opportunity.clone()));
        one.account.iter().for_each(|id| sets.join(account(id), opportunity.clone()));
    }
    for one in records.conversions {
        sets.join(lead(&one.lead), account(&one.account));
        let contact = one.contact.iter().map(|id| RecordRef::Contact(id.clone()));
        let opportunity = one.opportunity.iter().map(|id| RecordRef::Opportunity(id.clone()));
        contact.chain(opportunity).for_each(|record| sets.join(lead(&one.lead), record));
    }
    for one in records.links.iter().filter(|link| link.kind != LinkKind::RelatedTo) {
        sets.join(one.from.clone(), one.to.clone());
    }
    for one in records.orders {
        let mut named = customers_of(one);
        if let Some(first) = named.next() {
            sets.add(first.clone());
            named.for_each(|other| sets.join(first.clone(), other));
        }
    }
    sets
}

/// The channel of a link; `None` when it names none.
fn utm_channel(utm: &Utm, rule: UtmChannel) -> Option<String> {
    fn given(text: &Option<String>) -> Option<&str> {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
    let (source, medium) = (given(&utm.source), given(&utm.medium));
    match rule {
        UtmChannel::Source => source.map(str::to_owned),
        UtmChannel::Medium => medium.or(source).map(str::to_owned),
        UtmChannel::SourceMedium => match (source, medium) {
            (Some(source), Some(medium)) => Some(format!("{source} / {medium}")),
            (one, other) => one.or(other).map(str::to_owned),
        },
    }
}

/// A channel as journeys take it: without spaces around it; `None` when it is blank or has the name of a place in tables.
fn usable(channel: &str) -> Option<&str> {
    let channel = channel.trim();
    (!crate::text::is_blank(channel) && !Journeys::RESERVED.contains(&channel)).then_some(channel)
}

/// The records of a list that have an id of their own, the first of each; blank ids are no ids. Adds up how many are
/// left out. Nothing is copied when none are.
fn each_once<'a, T: Clone>(list: &'a [T], id: impl Fn(&T) -> &str, repeated: &mut usize) -> Cow<'a, [T]> {
    let mut seen = BTreeSet::new();
    let first: Vec<bool> =
        list.iter().map(|one| crate::text::is_blank(id(one)) || seen.insert(id(one).to_owned())).collect();
    let again = first.iter().filter(|first| !**first).count();
    *repeated += again;
    if again == 0 {
        return Cow::Borrowed(list);
    }
    list.iter().zip(first).filter(|(_, first)| *first).map(|(one, _)| one.clone()).collect()
}

/// What makes two touches one: their id, or who was reached how and when.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Id(String),
    Content(RecordRef, String, Option<String>, DateTime<Utc>),
}

/// Which record is left of each that was merged, so that a touch copied to it is one touch. Of a circle, which is a fault
/// of the host's, the lowest is left.
fn survivors<'a>(records: &Records<'a>) -> BTreeMap<&'a RecordRef, &'a RecordRef> {
    let merges = records.links.iter().filter(|link| link.kind == LinkKind::MergedInto);
    let into: BTreeMap<&RecordRef, &RecordRef> = merges.map(|link| (&link.from, &link.to)).collect();
    let mut left: BTreeMap<&RecordRef, &RecordRef> = BTreeMap::new();
    for start in into.keys() {
        let (mut way, mut on_way) = (Vec::new(), BTreeSet::new());
        let mut at = *start;
        let end = loop {
            if let Some(known) = left.get(at) {
                break *known;
            }
            if !on_way.insert(at) {
                let circle = way.iter().skip_while(|one| **one != at);
                break circle.min().copied().unwrap_or(at);
            }
            way.push(at);
            match into.get(at) {
                Some(next) => at = next,
                None => break at,
            }
        };
        left.extend(way.into_iter().map(|one| (one, end)));
    }
    left
}

#[derive(Debug, Default)]
struct Customer {
    touches: Vec<AssembledTouch>,
    seen: BTreeSet<Identity>,
    /// When each channel first reached a lead, or (`None`) any contact: which lead a contact came from is not told apart,
    /// because showing a link twice is worse than not at all.
    shown: BTreeMap<(Option<LeadId>, String, Option<String>), DateTime<Utc>>,
}

impl Customer {
    /// Whether a recorded touch shows a link of the lead: one of its channel, of its campaign unless one of them names
    /// none, and no later.
    fn shows(&self, link: (&LeadId, &str, Option<&str>), at: DateTime<Utc>) -> bool {
        let (lead, channel, campaign) = link;
        [Some(lead.clone()), None].into_iter().any(|who| {
            let start = (who.clone(), channel.to_owned(), None);
            let same = self.shown.range(start..).take_while(|((of, on, _), _)| *of == who && on == channel);
            let fits = |of: &Option<String>| of.is_none() || campaign.is_none() || of.as_deref() == campaign;
            same.into_iter().any(|((.., of), first)| fits(of) && *first <= at)
        })
    }
}

impl Attribution {
    /// Assembles the journeys of all customers from their records.
    ///
    /// Records that belong together are one customer, whose journey holds the touches of all its leads (collected and
    /// merged ones too) and contacts in order of time, each touch once: touches of one id are one, and so are touches
    /// without an id that reached one person over the same channel and campaign at the same moment. An anonymous
    /// touch belongs to the lead that has its click id, its OpenID or unionid, its WeChat id (`wechat`) or the person key
    /// of its e-mail (without `+tag`), or else to the contact that has one of the last two. The first and last link of a
    /// lead (`first_utm`, `utm`) are touches at its creation, before others of that moment, unless a recorded touch of
    /// the lead, or of a contact, shows that channel and campaign no later. A touch or link whose channel is blank or
    /// [reserved](Journeys::RESERVED) is left out and counted. Content that somebody passed on is a
    /// channel of its own, [`share_channel`].
    ///
    /// Each won opportunity is a conversion at `won_at` worth its orders, or its `amount` when there are none. An order
    /// is money, so none is left out: orders of an opportunity that is not marked as won, lost ones included, are one
    /// conversion at the first of them; an order whose opportunity is not among the records, or that has none, is a
    /// conversion of its own. A host leaves out orders that were cancelled. [`Assembled`] counts what is unusual, and
    /// says so. What a later conversion sees is
    /// [`JourneyRules::repeat`](super::JourneyRules). The pipeline of a conversion is decided by
    /// [`JourneyRules::ownership`](super::JourneyRules) at the creation of the opportunity, over the
    /// `source.pipeline` of all the customer's leads. O(n log n).
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, AttributionRules, Records};
    /// use leadkit::model::{Lead, Opportunity, Touch};
    ///
    /// let at = |day: u32| format!("2026-03-{day:02}T09:00:00Z").parse().unwrap();
    /// let lead = Lead {
    ///     id: "L1".into(),
    ///     created_at: at(5),
    ///     click_ids: [("gclid".to_owned(), "Cj0K".to_owned())].into(),
    ///     ..Lead::default()
    /// };
    /// let clicked = Touch {
    ///     keys: lead.click_ids.clone(), channel: "sem".into(), time: at(4), ..Touch::default()
    /// };
    /// let called = Touch { lead: "L1".into(), channel: "hotline".into(), time: at(6), ..Touch::default() };
    /// let won = Opportunity {
    ///     id: "O1".into(), lead: Some("L1".into()), created_at: at(8), won_at: Some(at(20)), ..Opportunity::default()
    /// };
    /// let attribution = Attribution::compile(&AttributionRules::default())?;
    /// let assembled = attribution.journeys(&Records {
    ///     leads: &[lead], touches: &[called, clicked], opportunities: &[won], ..Records::default()
    /// })?;
    /// let channels: Vec<&str> = assembled.customers[0].touches.iter().map(|one| one.channel.as_str()).collect();
    /// assert_eq!(channels, ["sem", "hotline"]);
    /// assert_eq!(assembled.journeys.conversions(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When amounts are in several currencies, or they are too large to be added: those of one opportunity, which the
    /// error names, or all together.
    pub fn journeys(&self, records: &Records<'_>) -> Result<Assembled, JourneyError> {
        let mut repeated_records = 0;
        let leads = each_once(records.leads, |one| one.id.as_str(), &mut repeated_records);
        let opportunities = each_once(records.opportunities, |one| one.id.as_str(), &mut repeated_records);
        let orders = each_once(records.orders, |one| one.id.as_str(), &mut repeated_records);
        let records = &Records { leads: &leads, opportunities: &opportunities, orders: &orders, ..*records };
        let mut sets = joined(records);
        let of_accounts = records.accounts.iter().flat_map(|account| &account.contacts);
        let keys = keys(records.leads, of_accounts.chain(records.contacts).collect());
        let survivors = survivors(records);
        let mut customers: BTreeMap<usize, Customer> = BTreeMap::new();
        let (mut strangers, mut repeats, mut unusable) = (0, 0, 0);
        for touch in records.touches {
            let Some((record, origin)) = whose(touch, &keys, &mut sets) else {
                strangers += 1;
                continue;
            };
            let Some(set) = sets.of(&record) else {
                strangers += 1;
                continue;
            };
            let channel = touch.shared_by.as_ref().map_or_else(|| touch.channel.clone(), share_channel);
            let Some(channel) = usable(&channel) else {
                unusable += 1;
                continue;
            };
            let one = AssembledTouch {
                channel: channel.to_owned(),
                campaign: touch.campaign.as_ref().map(|id| id.as_str().to_owned()),
                time: touch.time,
                origin,
            };
            let identity = match &touch.id {
                Some(id) if !id.is_blank() => Identity::Id(id.as_str().to_owned()),
                _ => Identity::Content(
                    (*survivors.get(&record).unwrap_or(&&record)).clone(),
                    one.channel.clone(),
                    one.campaign.clone(),
                    one.time,
                ),
            };
            let customer = customers.entry(set).or_default();
            if customer.seen.insert(identity) {
                let who = match &one.origin {
                    Origin::Record(RecordRef::Lead(id)) | Origin::Key { record: RecordRef::Lead(id), .. } => {
                        Some(id.clone())
                    }
                    _ => None,
                };
                let shown = (who, one.channel.clone(), one.campaign.clone());
                let first = customer.shown.entry(shown).or_insert(one.time);
                *first = (*first).min(one.time);
                customer.touches.push(one);
            } else {
                repeats += 1;
            }
        }
        unusable += self.add_links(records, &mut sets, &mut customers);
        for customer in customers.values_mut() {
            // What led to a lead comes before what it did at that moment.
            customer.touches.sort_by_key(|touch| (touch.time, !matches!(touch.origin, Origin::Utm(_))));
        }
        let mut assembled = Assembled {
            journeys: Journeys::new(),
            customers: Vec::new(),
            strangers,
            repeats,
            unusable,
            repeated_records,
            ordered_not_won: 0,
            unknown_opportunities: 0,
            orders_of_nobody: 0,
        };
        self.convert(records, &mut sets, customers, &mut assembled)?;
        Ok(assembled)
    }

    /// Adds the first and last link of each lead, when no recorded touch shows it. Gives the number of those that cannot
    /// be used.
    fn add_links(
        &self,
        records: &Records<'_>,
        sets: &mut Sets,
        customers: &mut BTreeMap<usize, Customer>,
    ) -> usize {
        let mut unusable = 0;
        for one in records.leads {
            let Some(set) = sets.of(&lead(&one.id)) else { continue };
            let links = [&one.first_utm, &one.utm];
            let mut channels: Vec<(String, Option<String>)> = links
                .into_iter()
                .filter_map(|utm| Some((utm_channel(utm, self.journeys.utm_channel)?, utm.campaign.clone())))
                .collect();
            channels.dedup();
            for (channel, campaign) in channels {
                if usable(&channel).is_none() {
                    unusable += 1;
                    continue;
                }
                let customer = customers.entry(set).or_default();
                if !customer.shows((&one.id, &channel, campaign.as_deref()), one.created_at) {
                    let origin = Origin::Utm(one.id.clone());
                    let touch = AssembledTouch { channel, campaign, time: one.created_at, origin };
                    customer.touches.push(touch);
                }
            }
        }
        unusable
    }

    /// Makes the journeys of each customer.
    fn convert(
        &self,
        records: &Records<'_>,
        sets: &mut Sets,
        mut customers: BTreeMap<usize, Customer>,
        assembled: &mut Assembled,
    ) -> Result<(), JourneyError> {
        let mut conversions = self.conversions(records, sets, assembled);
        let mut of_nobody = conversions.remove(&None).unwrap_or_default();
        let mut members: BTreeMap<usize, BTreeSet<RecordRef>> = BTreeMap::new();
        for record in sets.records.clone() {
            if let Some(set) = sets.of(&record) {
                members.entry(set).or_default().insert(record);
            }
        }
        let mut ordered: Vec<(usize, BTreeSet<RecordRef>)> = members.into_iter().collect();
        ordered.sort_by(|a, b| a.1.first().cmp(&b.1.first()));
        let full = self.journeys.repeat == Repeat::FullHistory;
        for (set, records) in ordered {
            let touches = customers.remove(&set).unwrap_or_default().touches;
            let mut ends = conversions.remove(&Some(set)).unwrap_or_default();
            ends.sort_by(|(a, _), (b, _)| (a.at, &a.id).cmp(&(b.at, &b.id)));
            if ends.is_empty() && touches.is_empty() {
                continue;
            }
            let mut left = touches.iter().peekable();
            let journeys = &mut assembled.journeys;
            for (end, amounts) in &ends {
                let end = &valued(end, amounts, journeys.len())?;
                while let Some(touch) = left.next_if(|touch| Some(touch.time) <= end.at) {
                    push(journeys, touch)?;
                }
                if full { journeys.end_and_continue(end)? } else { journeys.end_journey(end)? }
            }
            if full && !ends.is_empty() {
                journeys.discard_open();
            } else {
                left.try_for_each(|touch| push(journeys, touch))?;
                if !journeys.is_open_empty() {
                    journeys.end_journey(&Conversion::null())?;
                }
            }
            assembled.customers.push(CustomerJourney { records, touches });
        }
        // Not by the order they came in, which must change nothing.
        of_nobody.sort_by(|(a, _), (b, _)| (a.at, &a.id).cmp(&(b.at, &b.id)));
        for (end, amounts) in &of_nobody {
            let end = valued(end, amounts, assembled.journeys.len())?;
            assembled.journeys.end_journey(&end)?;
        }
        Ok(())
    }

    /// The conversions of each customer, and of nobody, each with the amounts it is worth.
    fn conversions<'a>(
        &self,
        records: &Records<'a>,
        sets: &mut Sets,
        assembled: &mut Assembled,
    ) -> BTreeMap<Option<usize>, Vec<(Conversion, Vec<Money>)>> {
        let customers = Customers::of(records, sets);
        let owner = |set: usize, at: DateTime<Utc>| {
            let decided = self.journeys.ownership.decide(customers.entries.get(&set)?, at);
            decided.owner().map(|owner| owner.pipeline.clone())
        };
        let known: BTreeSet<&OpportunityId> = records.opportunities.iter().map(|one| &one.id).collect();
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
        let mut all: BTreeMap<Option<usize>, Vec<(Conversion, Vec<Money>)>> = BTreeMap::new();
        for one in records.opportunities {
            let Some(set) = sets.of(&RecordRef::Opportunity(one.id.clone())) else { continue };
            let orders = ordered.remove(&one.id).unwrap_or_default();
            let first_ordered = orders.iter().map(|order| order.created_at).min();
            let Some(at) = one.won_at.or(first_ordered) else { continue };
            assembled.ordered_not_won += usize::from(one.won_at.is_none());
            let end = Conversion {
                id: Some(one.id.as_str().to_owned()),
                value: if orders.is_empty() { one.amount } else { None },
                at: Some(at),
                lead_created: customers.began(set, &one.lead),
                opportunity_created: Some(one.created_at),
                ordered: first_ordered,
                pipeline: owner(set, one.created_at),
                ..Conversion::default()
            };
            let amounts = orders.iter().map(|order| order.amount).collect();
            all.entry(Some(set)).or_default().push((end, amounts));
        }
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
            all.entry(set).or_default().push((end, vec![one.amount]));
        }
        all
    }
}

/// When the leads of each customer came, and where they came in.
#[derive(Debug, Default)]
struct Customers<'a> {
    entries: BTreeMap<usize, Vec<Entry>>,
    created: BTreeMap<usize, DateTime<Utc>>,
    lead_created: BTreeMap<&'a LeadId, DateTime<Utc>>,
}

impl<'a> Customers<'a> {
    fn of(records: &Records<'a>, sets: &mut Sets) -> Customers<'a> {
        let mut customers = Customers::default();
        for one in records.leads {
            customers.lead_created.insert(&one.id, one.created_at);
            let Some(set) = sets.of(&lead(&one.id)) else { continue };
            let first = customers.created.entry(set).or_insert(one.created_at);
            *first = (*first).min(one.created_at);
            if let Some(pipeline) = &one.source.pipeline {
                let entry = Entry {
                    record: one.id.as_str().to_owned(),
                    ..Entry::new(pipeline.as_str(), one.created_at)
                };
                customers.entries.entry(set).or_default().push(entry);
            }
        }
        customers
    }

    /// When the lead was created, or else the first of the customer's.
    fn began(&self, set: usize, of: &Option<LeadId>) -> Option<DateTime<Utc>> {
        let named = of.as_ref().and_then(|id| self.lead_created.get(id));
        named.or(self.created.get(&set)).copied()
    }
}

/// The records an order names: one customer. A blank id names nobody.
fn customers_of(order: &Order) -> impl Iterator<Item = RecordRef> {
    let account = order.account.clone().map(RecordRef::Account);
    let opportunity = order.opportunity.clone().map(RecordRef::Opportunity);
    let named = [order.lead.as_ref().map(lead), account, opportunity];
    named.into_iter().flatten().filter(|record| !crate::text::is_blank(record.id()))
}

/// A conversion with what its orders are worth together, when it has orders. An amount of zero has no currency.
fn valued(end: &Conversion, amounts: &[Money], journey: usize) -> Result<Conversion, JourneyError> {
    let mut end = end.clone();
    let mut worth = amounts.iter().filter(|amount| amount.minor() != 0);
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

/// The record a touch belongs to, and how that is known.
fn whose(
    touch: &Touch,
    keys: &BTreeMap<(String, String), RecordRef>,
    sets: &mut Sets,
) -> Option<(RecordRef, Origin)> {
    let contact = touch.contact.as_ref().map(|id| RecordRef::Contact(id.clone()));
    let named = (!touch.lead.is_blank()).then(|| lead(&touch.lead));
    if let Some(record) = contact.into_iter().chain(named).find(|record| sets.of(record).is_some()) {
        return Some((record.clone(), Origin::Record(record)));
    }
    touch.keys.iter().find_map(|(name, value)| {
        let owner = keys.get(&person_key(name, value)?)?;
        Some((owner.clone(), Origin::Key { name: name.clone(), record: owner.clone() }))
    })
}

fn push(journeys: &mut Journeys, touch: &AssembledTouch) -> Result<(), JourneyError> {
    journeys.push(Step {
        channel: &touch.channel,
        campaign: touch.campaign.as_deref(),
        time: Some(touch.time),
    })
}
