//! From a host's records to journeys: whose touch is it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::channel::{campaign_name, channel_of, usable};
use super::engine::Attribution;
use super::error::JourneyError;
use super::journeys::Journeys;
use super::person_keys::{PersonKeys, keys};
use super::records::{Assembled, AssembledTouch, Origin, Records};
use super::sets::{Sets, customers, lead, persons};
use super::visits::{Shown, visits};
use crate::model::{ActivityId, RecordRef, Touch};
use crate::text;

/// What makes two touches of a customer one: their id, or who was reached how and when.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Id(String),
    Activity(String),
    Person(usize, String, Option<String>, DateTime<Utc>),
    Record(RecordRef, String, Option<String>, DateTime<Utc>),
}

/// The records of a list that have an id of their own, the first of each; blank ids are no ids. Adds up how many are
/// left out. Nothing is copied when none are.
fn each_once<'a, T: Clone>(list: &'a [T], id: impl Fn(&T) -> &str, repeated: &mut usize) -> Cow<'a, [T]> {
    let mut seen = BTreeSet::new();
    let first: Vec<bool> =
        list.iter().map(|one| text::is_blank(id(one)) || seen.insert(id(one).to_owned())).collect();
    let again = first.iter().filter(|first| !**first).count();
    *repeated += again;
    if again == 0 {
        return Cow::Borrowed(list);
    }
    list.iter().zip(first).filter(|(_, first)| *first).map(|(one, _)| one.clone()).collect()
}

/// The id of a touch, or of the activity that it is.
fn id_of(touch: &Touch) -> Option<Identity> {
    let given = |id: &Option<ActivityId>| {
        id.as_ref().filter(|id| !id.is_blank()).map(|id| id.as_str().trim().to_owned())
    };
    given(&touch.id).map(Identity::Id).or_else(|| given(&touch.activity).map(Identity::Activity))
}

/// The record a touch belongs to, how that is known, and every record that has a key of it.
fn whose(
    touch: &Touch,
    keys: &PersonKeys,
    customers: &mut Sets,
) -> Option<(RecordRef, Origin, Vec<RecordRef>)> {
    let holders: Vec<(&String, &[RecordRef])> =
        touch.keys.iter().map(|(name, value)| (name, keys.holders(name, value))).collect();
    let all = holders.iter().flat_map(|(_, holders)| holders.iter().cloned()).collect();
    let contact = touch.contact.as_ref().map(|id| RecordRef::Contact(id.clone()));
    let named = (!touch.lead.is_blank()).then(|| lead(&touch.lead));
    if let Some(record) = contact.into_iter().chain(named).find(|record| customers.of(record).is_some()) {
        return Some((record.clone(), Origin::Record(record), all));
    }
    let (name, owner) = holders.iter().find_map(|(name, holders)| Some((*name, holders.first()?)))?;
    Some((owner.clone(), Origin::Key { name: name.clone(), record: owner.clone() }, all))
}

impl Attribution {
    /// Assembles the journeys of all customers from their records.
    ///
    /// Records that belong together are one customer, whose journey holds the touches of all its leads (collected and
    /// merged ones too) and contacts in order of time, each touch once: touches of one id are one, and so
    /// are touches without an id that reached one person over the same channel and campaign at the same moment. An
    /// anonymous touch belongs to the lead that has its click id, its OpenID or unionid, its WeChat id (`wechat`) or the
    /// person key of its e-mail (without `+tag`), or else to the contact that has one of the last two.
    ///
    /// The first and last link of a lead (`first_utm`, `utm`) are touches at its creation, before others of that moment,
    /// unless a recorded touch shows that channel and campaign no later: one of the lead, one with a key of it, one of a
    /// contact, or one of the same person since they came before. Folded and merged leads are one person. What a merge
    /// copied to the lead that is left counts with the lead that was merged away, and what it overwrote there is in the
    /// conflicts of its plan only: a host that wants it counted records a touch. What the same person brings again
    /// within half an hour, with a click id it brought before or in a submission that is sent again, is no second touch.
    ///
    /// Channels and campaigns are taken without spaces around them. A touch or link whose channel is blank or
    /// [reserved](Journeys::RESERVED) is left out and counted, and a blank campaign is none. Content that somebody passed on
    /// is a channel of its own, [`share_channel`](super::share_channel).
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
        let (mut customers, mut persons) = (customers(records), persons(records));
        let of_accounts = records.accounts.iter().flat_map(|account| &account.contacts);
        let keys = keys(records.leads, of_accounts.chain(records.contacts).collect());
        let mut shown = Shown::of(records.leads);
        let mut touches: Vec<Vec<AssembledTouch>> = vec![Vec::new(); customers.len()];
        let mut seen: BTreeSet<(usize, Identity)> = BTreeSet::new();
        let (mut strangers, mut repeats, mut unusable) = (0, 0, 0);
        for touch in records.touches {
            let whose = whose(touch, &keys, &mut customers);
            let found = whose.and_then(|(record, origin, holders)| {
                Some((customers.of(&record)?, record, origin, holders))
            });
            let Some((customer, record, origin, holders)) = found else {
                strangers += 1;
                continue;
            };
            let channel = channel_of(touch);
            let Ok(channel) = usable(&channel) else {
                unusable += 1;
                continue;
            };
            let campaign = campaign_name(touch.campaign.as_ref().map(|id| id.as_str()));
            let (channel, campaign) = (channel.to_owned(), campaign.map(str::to_owned));
            let one = AssembledTouch { channel, campaign, time: touch.time, origin };
            let (channel, campaign) = (one.channel.clone(), one.campaign.clone());
            let identity = match (id_of(touch), persons.of(&record)) {
                (Some(id), _) => id,
                (_, Some(person)) => Identity::Person(person, channel, campaign, one.time),
                (_, None) => Identity::Record(record.clone(), channel, campaign, one.time),
            };
            // A copy shows the record it was copied to, too; to another customer it shows nothing.
            let holders = holders.into_iter().filter(|one| customers.of(one) == Some(customer));
            let shown_to: Vec<RecordRef> = std::iter::once(record).chain(holders).collect();
            shown.note(&one, customer, &shown_to, &mut persons);
            match touches.get_mut(customer) {
                Some(touches) if seen.insert((customer, identity)) => touches.push(one),
                _ => repeats += 1,
            }
        }
        let (links, useless) =
            visits(records, self.journeys.utm_channel, &shown, &mut customers, &mut persons);
        for (customer, touch) in links {
            touches.iter_mut().skip(customer).take(1).for_each(|touches| touches.push(touch.clone()));
        }
        // What led to a lead comes before what it did at that moment.
        let order = |touch: &AssembledTouch| (touch.time, !matches!(touch.origin, Origin::Utm(_)));
        touches.iter_mut().for_each(|touches| touches.sort_by_key(order));
        let mut assembled = Assembled {
            journeys: Journeys::new(),
            customers: Vec::new(),
            strangers,
            repeats,
            unusable: unusable + useless,
            repeated_records,
            ordered_not_won: 0,
            unknown_opportunities: 0,
            orders_of_nobody: 0,
        };
        self.convert(records, &mut customers, touches, &mut assembled)?;
        Ok(assembled)
    }
}
