//! From a host's records to journeys: which customer each touch belongs to.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::arrivals::Arrivals;
use super::channel::{campaign_name, channel_of, usable};
use super::copies::{Placed, counted};
use super::engine::Attribution;
use super::error::JourneyError;
use super::journeys::Journeys;
use super::key_owners::KeyOwners;
use super::links::{links, ways};
use super::records::{Assembled, AssembledTouch, Origin, Records};
use super::sets::{RecordSets, customers, lead, persons};
use super::shown::Shown;
use crate::model::{RecordRef, Touch};
use crate::text;

/// The records of a list that have an id of their own, the first of each; blank ids do not count. Adds up the number that
/// is left out. Nothing is copied when none are.
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

/// The record a touch belongs to, and how that is known.
fn whose(touch: &Touch, keys: &KeyOwners, customers: &mut RecordSets) -> Option<(RecordRef, Origin)> {
    let contact = touch.contact.as_ref().map(|id| RecordRef::Contact(id.clone()));
    let named = (!touch.lead.is_blank()).then(|| lead(&touch.lead));
    // A record that the touch names is certain; keys are used only for a touch without one.
    if let Some(record) = contact.into_iter().chain(named).find(|record| customers.of(record).is_some()) {
        return Some((record.clone(), Origin::Record(record)));
    }
    let known = touch.keys.iter().filter_map(|(name, value)| Some((keys.get(name, value)?, name)));
    // Several keys may belong to several people: the one that arrived first counts, as of a key with two owners.
    let (owner, name) = known.min_by_key(|(owner, _)| owner.rank)?;
    let record = owner.record.clone();
    Some((record.clone(), Origin::Key { name: name.clone(), record }))
}

/// The number of touches in no journey.
#[derive(Debug, Default)]
struct LeftOut {
    strangers: usize,
    unusable: usize,
}

/// The touches of customers, each with its customer.
fn placed<'a>(
    touches: &'a [Touch],
    keys: &KeyOwners,
    customers: &mut RecordSets,
) -> (Vec<Placed<'a>>, LeftOut) {
    let (mut placed, mut left_out) = (Vec::new(), LeftOut::default());
    for touch in touches {
        let found = whose(touch, keys, customers);
        let Some((customer, record, origin)) =
            found.and_then(|(record, origin)| Some((customers.of(&record)?, record, origin)))
        else {
            left_out.strangers += 1;
            continue;
        };
        let channel = channel_of(touch);
        let Ok(channel) = usable(&channel) else {
            left_out.unusable += 1;
            continue;
        };
        let campaign = campaign_name(touch.campaign.as_ref().map(|id| id.as_str()));
        let way = (channel.to_owned(), campaign.map(str::to_owned));
        placed.push(Placed { touch, customer, record, origin, way });
    }
    (placed, left_out)
}

impl Attribution {
    /// Assembles the journeys of all customers from their records.
    ///
    /// Records that belong together are one customer, whose journey holds the touches of all its leads (collected and
    /// merged ones too) and contacts in order of time, each touch once. Touches of a customer are one when they have an
    /// id or an activity alike, also through others: the earliest of them counts. So are touches without either that
    /// reached one person over the same channel and campaign at the same moment; merged leads are one person, because a
    /// merge may have copied the touch, and ids distinguish two. An anonymous touch belongs to the lead that came first
    /// of those that came with its click id, OpenID, unionid, WeChat id (`wechat`) or the person key of its e-mail
    /// (without `+tag`), else to a lead that has it since, or else to the contact that has one of the last two.
    ///
    /// The first and last link by which a lead came are touches at its arrival, before others of that moment. How it
    /// came is what its [`Visit`](super::Visit) says, kept when the lead was filed: merging and folding change leads,
    /// but no visit, so no merge moves, loses or doubles how somebody came. Without a visit a lead came as its own
    /// record says; when others were merged into it, neither the owner of its links nor the time of its arrival is known,
    /// so they are left out and counted. A link is not a second touch when
    ///
    /// * a recorded touch of that channel and campaign shows it, no later: one with a click id the lead came with, or
    ///   one of the lead, of a contact of it, or with a key it came with, since the person came before. The entries of
    ///   a lead that was on file when they came, and leads that one contact came of, are one person;
    /// * a lead of the customer came before with the same click id over that channel;
    /// * the person came by that link before, and it is the first link that is repeated or the submission was sent
    ///   again (`resubmission_of`).
    ///
    /// Channels and campaigns are taken without spaces around them. A touch or link whose channel is blank or
    /// [reserved](Journeys::RESERVED) is left out and counted, and a blank campaign is none. Content that somebody passed on
    /// is a channel of its own, [`share_channel`](super::share_channel).
    ///
    /// Each won opportunity is a conversion at `won_at` worth its orders, or its `amount` when there are none. An order is
    /// money, so none is left out: orders of an opportunity that is not marked as won, lost ones included, are one
    /// conversion at the first of them; an order whose opportunity is not among the records, or that has none, is a
    /// conversion of its own. A host leaves out orders that were cancelled. [`Assembled`] counts what is unusual, and says
    /// so. [`JourneyRules::repeat`](super::JourneyRules) says what a later one sees. The pipeline of each is decided
    /// by [`JourneyRules::ownership`](super::JourneyRules) at the creation of the opportunity, over the `source.pipeline`
    /// that all the customer's leads came with. O(n log n); keys that many people of one customer came with, each of them
    /// often, take up to O(n √n log n).
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
        // A customer has one journey and may be many people, whose touches are not copies of each other.
        let (mut customers, mut persons) = (customers(records), persons(records));
        let arrivals = Arrivals::of(records, &leads);
        let mut entries = arrivals.persons(records);
        let mut shown = Shown::of(&arrivals.list, &mut entries);
        let contacts = records.accounts.iter().flat_map(|account| &account.contacts).chain(records.contacts);
        let keys = KeyOwners::of(&arrivals.list, &leads, contacts.collect(), &mut customers);
        let (placed, mut left_out) = placed(records.touches, &keys, &mut customers);
        let mut repeats = arrivals.repeats;
        let mut touches: Vec<Vec<AssembledTouch>> = vec![Vec::new(); customers.len()];
        for (place, counted) in counted(&placed, &mut persons).into_iter().enumerate() {
            let (Some(copy), Some(one)) = (placed.get(place), placed.get(counted)) else { continue };
            // For the lead it was copied to, a copy too shows what counts.
            shown.take((&one.way, one.touch.time), copy.customer, copy.touch, &keys, &mut entries);
            match touches.get_mut(one.customer) {
                Some(touches) if counted == place => {
                    let ((channel, campaign), origin) = (one.way.clone(), one.origin.clone());
                    touches.push(AssembledTouch { channel, campaign, time: one.touch.time, origin });
                }
                _ => repeats += 1,
            }
        }
        // Links last: only when all touches are there is it known whether one of them shows a link.
        let rule = self.journeys.utm_channel;
        let mut unknown = 0;
        let ways = arrivals.list.iter().map(|one| {
            ways(&one.visit, rule, if one.is_known { &mut left_out.unusable } else { &mut unknown })
        });
        let ways: Vec<_> = ways.collect();
        // After all touches: only then is it known whether somebody came with a key in between.
        shown.by_keys(&arrivals.list, &ways, &keys, &mut customers);
        let came = links(&arrivals.list, &ways, rule, &shown, &keys, &mut customers, &mut entries);
        for (customer, touch) in came.found {
            touches.iter_mut().skip(customer).take(1).for_each(|touches| touches.push(touch.clone()));
        }
        // The touch that led to a lead precedes what the lead did at that moment.
        let order = |touch: &AssembledTouch| (touch.time, !matches!(touch.origin, Origin::Utm(_)));
        touches.iter_mut().for_each(|touches| touches.sort_by_key(order));
        let mut assembled = Assembled {
            journeys: Journeys::new(),
            customers: Vec::new(),
            strangers: left_out.strangers + came.strangers,
            repeats,
            unusable: left_out.unusable,
            unkept: came.unkept,
            without_id: arrivals.without_id,
            repeated_records,
            ordered_not_won: 0,
            unknown_opportunities: 0,
            orders_of_nobody: 0,
        };
        self.convert(records, &arrivals.list, &mut customers, touches, &mut assembled)?;
        Ok(assembled)
    }
}
