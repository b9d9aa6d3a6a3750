//! From a host's records to journeys: whose touch is it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::channel::{campaign_name, channel_of, usable};
use super::engine::Attribution;
use super::error::JourneyError;
use super::journeys::Journeys;
use super::person_keys::{PersonKeys, keys};
use super::records::{Assembled, AssembledTouch, Origin, Records};
use super::sets::{Sets, customers, lead, persons};
use super::visits::{Shown, Way, visits};
use crate::model::{ActivityId, RecordRef, Touch};
use crate::text;

/// What makes two touches of a customer one: their id, or who was reached how and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Id(String),
    Activity(String),
    Person(usize, Way, DateTime<Utc>),
    Record(RecordRef, Way, DateTime<Utc>),
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

/// The id of a touch, and of the activity that it is.
fn ids_of(touch: &Touch) -> impl Iterator<Item = Identity> {
    let given = |id: &Option<ActivityId>| {
        id.as_ref().filter(|id| !id.is_blank()).map(|id| id.as_str().trim().to_owned())
    };
    given(&touch.id).map(Identity::Id).into_iter().chain(given(&touch.activity).map(Identity::Activity))
}

/// The record a touch belongs to, and how that is known.
fn whose(touch: &Touch, keys: &PersonKeys, customers: &mut Sets) -> Option<(RecordRef, Origin)> {
    let contact = touch.contact.as_ref().map(|id| RecordRef::Contact(id.clone()));
    let named = (!touch.lead.is_blank()).then(|| lead(&touch.lead));
    if let Some(record) = contact.into_iter().chain(named).find(|record| customers.of(record).is_some()) {
        return Some((record.clone(), Origin::Record(record)));
    }
    let known = touch.keys.iter().filter_map(|(name, value)| Some((keys.get(name, value)?, name)));
    let (owned, name) = known.min_by_key(|(owned, _)| owned.rank)?;
    let record = owned.owner.clone();
    Some((record.clone(), Origin::Key { name: name.clone(), record }))
}

impl Attribution {
    /// Assembles the journeys of all customers from their records.
    ///
    /// Records that belong together are one customer, whose journey holds the touches of all its leads (collected and
    /// merged ones too) and contacts in order of time, each touch once: touches of one id or activity
    /// are one, the earliest of them, and so are touches without an id that reached one person over the same channel and campaign at the same moment. An
    /// anonymous touch belongs to the lead that has its click id, its OpenID or unionid, its WeChat id (`wechat`) or the
    /// person key of its e-mail (without `+tag`), or else to the contact that has one of the last two.
    ///
    /// The first and last link of a lead (`first_utm`, `utm`) are touches at its creation, before others of that moment,
    /// unless a recorded touch shows that channel and campaign no later: one of the lead, one with a key of it, one of a
    /// contact, or one of the same person since they came before. Folded and merged leads are one person. What a merge
    /// copied to the lead that is left counts with the lead that was merged away, and what it overwrote there is in the
    /// conflicts of its plan only. Where it moved the creation of the lead that is left, nobody knows when that came: its
    /// link is shown by a touch of any time, or left out and counted. A host that wants both records the visits of a lead
    /// as touches before it is merged. What the same person brings again within half an hour, with a click id it brought
    /// before or in a submission that is sent again, is no second touch.
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
        let mut seen: BTreeMap<(usize, Identity), (Way, DateTime<Utc>)> = BTreeMap::new();
        let (mut strangers, mut repeats, mut unusable) = (0, 0, 0);
        // Of copies that differ the earliest counts, wherever it stands.
        let mut ordered: Vec<&Touch> = records.touches.iter().collect();
        ordered.sort_by_key(|touch| touch.time);
        for touch in ordered {
            let found = whose(touch, &keys, &mut customers);
            let Some((customer, record, origin)) =
                found.and_then(|(record, origin)| Some((customers.of(&record)?, record, origin)))
            else {
                strangers += 1;
                continue;
            };
            let channel = channel_of(touch);
            let Ok(channel) = usable(&channel) else {
                unusable += 1;
                continue;
            };
            let campaign = campaign_name(touch.campaign.as_ref().map(|id| id.as_str()));
            let way: Way = (channel.to_owned(), campaign.map(str::to_owned));
            let mut identities: Vec<Identity> = ids_of(touch).collect();
            if identities.is_empty() {
                identities.push(match persons.of(&record) {
                    Some(person) => Identity::Person(person, way.clone(), touch.time),
                    None => Identity::Record(record.clone(), way.clone(), touch.time),
                });
            }
            let known = identities.iter().find_map(|one| seen.get(&(customer, one.clone()))).cloned();
            let kept = known.clone().unwrap_or_else(|| (way.clone(), touch.time));
            for one in identities {
                seen.entry((customer, one)).or_insert_with(|| kept.clone());
            }
            // A copy shows what was kept to the record it was copied to, too.
            let numbers = touch.keys.iter().filter_map(|(name, value)| Some(keys.get(name, value)?.number));
            shown.note(&kept, customer, &record, numbers, &mut persons);
            let (channel, campaign) = way;
            match touches.get_mut(customer) {
                Some(touches) if known.is_none() => {
                    touches.push(AssembledTouch { channel, campaign, time: touch.time, origin });
                }
                _ => repeats += 1,
            }
        }
        let came = visits(records, self.journeys.utm_channel, &shown, &keys, &mut customers, &mut persons);
        for (customer, touch) in came.links {
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
            unusable: unusable + came.unusable,
            undated: came.undated,
            repeated_records,
            ordered_not_won: 0,
            unknown_opportunities: 0,
            orders_of_nobody: 0,
        };
        self.convert(records, &mut customers, touches, &mut assembled)?;
        Ok(assembled)
    }
}
