//! The links by which leads came, where no recorded touch shows them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;

use chrono::{DateTime, TimeDelta, Utc};

use super::channel::{campaign_name, usable};
use super::person_keys::PersonKeys;
use super::records::{AssembledTouch, Origin, Records};
use super::rules::UtmChannel;
use super::sets::{Sets, lead};
use crate::model::{Lead, LeadId, LinkKind, RecordRef, Utm};

/// Links of one person with one channel and campaign this long apart are one visit, as web analytics count one.
const ONE_VISIT: TimeDelta = TimeDelta::minutes(30);

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

/// Channel and campaign.
pub(super) type Way = (String, Option<String>);

/// Whom a recorded touch reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// The lead itself: it is named.
    Lead(usize),
    /// Whoever of a customer has a key.
    Key(usize, usize),
    /// A person, by another of their records.
    Person(usize),
    /// Any contact of a customer: which lead a contact came from is not told apart, because showing a link twice is worse
    /// than not at all.
    Contact(usize),
}

/// When a channel reached somebody.
#[derive(Debug, Default)]
struct Times {
    all: BTreeSet<DateTime<Utc>>,
    by_campaign: BTreeMap<Option<String>, BTreeSet<DateTime<Utc>>>,
}

impl Times {
    /// Whether one of them is of the campaign, unless one of them names none, after a moment and no later than another.
    fn any(&self, campaign: &Option<String>, after: Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        if after.is_some_and(|after| after >= at) {
            return false;
        }
        let lists = match campaign {
            None => [Some(&self.all), None],
            Some(_) => [self.by_campaign.get(campaign), self.by_campaign.get(&None)],
        };
        lists.into_iter().flatten().any(|times| times.range((from, Bound::Included(at))).next().is_some())
    }
}

/// What recorded touches show.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    /// Leads by id.
    numbers: BTreeMap<&'a LeadId, usize>,
    by_channel: BTreeMap<(Reached, String), Times>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(leads: &'a [Lead]) -> Shown<'a> {
        let numbers = leads.iter().zip(0..).map(|(one, number)| (&one.id, number));
        Shown { numbers: numbers.collect(), by_channel: BTreeMap::new() }
    }

    /// Notes a touch of a customer, by the record it belongs to and its keys.
    pub(super) fn note(
        &mut self,
        (way, time): &(Way, DateTime<Utc>),
        customer: usize,
        record: &RecordRef,
        keys: impl Iterator<Item = usize>,
        persons: &mut Sets,
    ) {
        let mut reached: BTreeSet<Reached> = keys.map(|key| Reached::Key(customer, key)).collect();
        match record {
            RecordRef::Lead(id) => {
                reached.extend(self.numbers.get(id).map(|number| Reached::Lead(*number)));
                reached.extend(persons.of(record).map(Reached::Person));
            }
            _ => drop(reached.insert(Reached::Contact(customer))),
        }
        for one in reached {
            let times = self.by_channel.entry((one, way.0.clone())).or_default();
            times.all.insert(*time);
            times.by_campaign.entry(way.1.clone()).or_default().insert(*time);
        }
    }

    /// Whether a touch shows the way a lead came: one of its channel, of its campaign unless one of them names none, and
    /// no later; of a person's other records one since the entry before.
    fn shows(&self, (channel, campaign): &Way, visit: &Visitor, customer: usize) -> bool {
        let until = visit.came.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let any = |who: Reached, after| {
            let times = self.by_channel.get(&(who, channel.clone()));
            times.is_some_and(|times| times.any(campaign, after, until))
        };
        any(Reached::Lead(visit.number), None)
            || any(Reached::Contact(customer), None)
            || visit.keys.iter().any(|key| any(Reached::Key(customer, *key), None))
            || visit.person.is_some_and(|person| any(Reached::Person(person), visit.before))
    }
}

/// A lead that came by a link.
struct Visitor {
    number: usize,
    /// When; `None` when a merge has moved that.
    came: Option<DateTime<Utc>>,
    keys: BTreeSet<usize>,
    person: Option<usize>,
    /// When the person came before.
    before: Option<DateTime<Utc>>,
}

/// What a person's entries say of one way.
#[derive(Default)]
struct Entries {
    last: Option<DateTime<Utc>>,
    clicks: BTreeSet<(String, String)>,
}

/// Links of leads that no recorded touch shows.
#[derive(Debug, Default)]
pub(super) struct Visits {
    /// Each with the customer.
    pub(super) links: Vec<(usize, AssembledTouch)>,
    /// How many name no channel that can be used.
    pub(super) unusable: usize,
    /// How many came nobody knows when.
    pub(super) undated: usize,
}

/// The links of all leads that no recorded touch shows, each once.
///
/// What was merged away keeps its links, and what it was merged into has a copy of them: that is one visit. So is a
/// submission that is sent again, an entry with a click id of an earlier one, and one within half an hour.
pub(super) fn visits(
    records: &Records<'_>,
    rule: UtmChannel,
    shown: &Shown<'_>,
    keys: &PersonKeys,
    customers: &mut Sets,
    persons: &mut Sets,
) -> Visits {
    let mut visits = Visits::default();
    let mut ways: Vec<Vec<Way>> = Vec::with_capacity(records.leads.len());
    for one in records.leads {
        let mut of_lead: Vec<Way> = Vec::new();
        for utm in [&one.first_utm, &one.utm] {
            let Some(channel) = utm_channel(utm, rule) else { continue };
            let way = (channel, campaign_name(utm.campaign.as_deref()).map(str::to_owned));
            if of_lead.contains(&way) {
                continue;
            }
            if usable(&way.0).is_err() {
                visits.unusable += 1;
                continue;
            }
            of_lead.push(way);
        }
        ways.push(of_lead);
    }
    let moved = without_copies(records, shown, &mut ways);
    let resent: BTreeSet<&RecordRef> = records
        .links
        .iter()
        .filter(|link| link.kind == LinkKind::ResubmissionOf)
        .map(|link| &link.from)
        .collect();
    let mut order: Vec<usize> = (0..records.leads.len()).collect();
    order.sort_by_key(|number| records.leads.get(*number).map(|one| (one.created_at, &one.id)));
    let mut entries: BTreeMap<(usize, &Way), Entries> = BTreeMap::new();
    let mut came: Vec<Option<DateTime<Utc>>> = vec![None; persons.len()];
    let mut before: Vec<Option<DateTime<Utc>>> = vec![None; persons.len()];
    for number in order {
        let (Some(one), Some(ways)) = (records.leads.get(number), ways.get(number)) else { continue };
        let record = lead(&one.id);
        let Some(customer) = customers.of(&record) else { continue };
        let person = persons.of(&record);
        if let Some((came, before)) =
            person.and_then(|person| Some((came.get_mut(person)?, before.get_mut(person)?)))
            && *came != Some(one.created_at)
        {
            *before = came.replace(one.created_at);
        }
        let before = person.and_then(|person| before.get(person).copied().flatten());
        if ways.is_empty() {
            continue;
        }
        let came_at = (!moved.contains(&number)).then_some(one.created_at);
        let visitor = Visitor { number, came: came_at, keys: keys.of_lead(one), person, before };
        for way in ways {
            let clicks = clicks_of(one);
            if let Some(person) = person {
                let known = entries.entry((person, way)).or_default();
                let is_same = known.last.is_some_and(|last| {
                    (one.created_at - last <= ONE_VISIT && visitor.came.is_some())
                        || resent.contains(&record)
                        || clicks.iter().any(|click| known.clicks.contains(click))
                });
                known.last = Some(one.created_at);
                known.clicks.extend(clicks.iter().cloned());
                if is_same {
                    continue;
                }
            }
            if shown.shows(way, &visitor, customer) {
                continue;
            }
            let Some(time) = visitor.came else {
                visits.undated += 1;
                continue;
            };
            let ((channel, campaign), origin) = (way.clone(), Origin::Utm(one.id.clone()));
            visits.links.push((customer, AssembledTouch { channel, campaign, time, origin }));
        }
    }
    visits
}

/// The values under each name.
type Clicks = BTreeMap<String, BTreeSet<String>>;

/// Whether a lead has a click id that nobody had under its name of those who were merged into it: a merge copies none over
/// another, so it came by itself. By which of two links, click ids do not say.
fn came_by_itself(one: &Lead, ways: usize, below: &Clicks) -> bool {
    ways == 1
        && clicks_of(one)
            .iter()
            .any(|(name, value)| below.get(name).is_some_and(|known| !known.contains(value)))
}

/// The click ids of a lead, their names folded as in keys.
fn clicks_of(one: &Lead) -> Vec<(String, String)> {
    let named =
        one.click_ids.iter().map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()));
    named.filter(|(_, value)| !value.is_empty()).collect()
}

/// Leaves out links that a merge copied from a record that was merged away, however far it was merged on. Gives the leads
/// whose creation is that of one that was merged into them, as merges leave it: when they came themselves nobody knows.
fn without_copies(records: &Records<'_>, shown: &Shown<'_>, ways: &mut [Vec<Way>]) -> BTreeSet<usize> {
    let number = |record: &RecordRef| match record {
        RecordRef::Lead(id) => shown.numbers.get(id).copied(),
        _ => None,
    };
    let mut into: Vec<Option<usize>> = vec![None; ways.len()];
    let mut waiting: Vec<usize> = vec![0; ways.len()];
    for link in records.links.iter().filter(|link| link.kind == LinkKind::MergedInto) {
        let (Some(from), Some(to)) = (number(&link.from), number(&link.to)) else { continue };
        // Of several, which is a fault of the host's, the one with the lowest id, wherever it stands.
        let id = |number: usize| records.leads.get(number).map(|one| &one.id);
        if let Some(place) = into.get_mut(from).filter(|_| from != to)
            && place.is_none_or(|before| id(to) < id(before))
        {
            *place = Some(to);
        }
    }
    for to in into.iter().flatten() {
        waiting.iter_mut().skip(*to).take(1).for_each(|count| *count += 1);
    }
    // From those into whom nobody was merged upwards; a circle, which is a fault of the host's, is never reached.
    let mut next: VecDeque<usize> =
        waiting.iter().zip(0..).filter(|(count, _)| **count == 0).map(|(_, number)| number).collect();
    let mut below: Vec<BTreeMap<Way, Clicks>> = vec![BTreeMap::new(); ways.len()];
    let mut earliest: Vec<Option<DateTime<Utc>>> = vec![None; ways.len()];
    let mut moved = BTreeSet::new();
    while let Some(number) = next.pop_front() {
        let mut held = below.get_mut(number).map(std::mem::take).unwrap_or_default();
        if let (Some(ways), Some(one)) = (ways.get_mut(number), records.leads.get(number)) {
            let count = ways.len();
            ways.retain(|way| held.get(way).is_none_or(|clicks| came_by_itself(one, count, clicks)));
            for way in ways.iter() {
                let clicks = held.entry(way.clone()).or_default();
                for (name, value) in clicks_of(one) {
                    clicks.entry(name).or_default().insert(value);
                }
            }
        }
        let created = records.leads.get(number).map(|one| one.created_at);
        let first = earliest.get(number).copied().flatten();
        if first.is_some() && first == created {
            moved.insert(number);
        }
        let Some(to) = into.get(number).copied().flatten() else { continue };
        if let (Some(place), Some(created)) = (earliest.get_mut(to), created) {
            *place = Some(place.map_or(created, |before| before.min(created)));
        }
        if let Some(others) = below.get_mut(to) {
            // The fewer join the more.
            if others.len() < held.len() {
                std::mem::swap(others, &mut held);
            }
            for (way, clicks) in held {
                let known = others.entry(way).or_default();
                clicks.into_iter().for_each(|(name, values)| known.entry(name).or_default().extend(values));
            }
        }
        if let Some(count) = waiting.get_mut(to) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                next.push_back(to);
            }
        }
    }
    moved
}
