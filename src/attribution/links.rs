//! The links by which leads came, where no recorded touch shows them.

use std::collections::BTreeSet;

use super::arrivals::Arrival;
use super::channel::{Way, campaign_name, usable};
use super::key_owners::KeyOwners;
use super::records::{AssembledTouch, Origin};
use super::rules::UtmChannel;
use super::sets::{RecordSets, lead};
use super::shown::Shown;
use super::visit::Visit;
use crate::model::Utm;

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

/// The way that a link is.
fn way_of(utm: &Utm, rule: UtmChannel) -> Option<Way> {
    Some((utm_channel(utm, rule)?, campaign_name(utm.campaign.as_deref()).map(str::to_owned)))
}

/// The ways of a visit, the first link's first, each once. Adds up how many cannot be used.
pub(super) fn ways(visit: &Visit, rule: UtmChannel, unusable: &mut usize) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for way in [&visit.first_utm, &visit.utm].into_iter().filter_map(|utm| way_of(utm, rule)) {
        // The first and the last link are the same: one touch.
        if ways.contains(&way) {
            continue;
        }
        if usable(&way.0).is_err() {
            *unusable += 1;
            continue;
        }
        ways.push(way);
    }
    ways
}

/// Links of leads that no recorded touch shows.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Each with the customer, in order of time.
    pub(super) found: Vec<(usize, AssembledTouch)>,
    /// The number of those whose lead is not among the records.
    pub(super) strangers: usize,
    /// The number of those on leads that others were merged into and whose own arrival is unknown.
    pub(super) unkept: usize,
}

/// The links of all leads that no recorded touch shows, each once. A click id is one click, whoever has it. Of a person
/// who came by a link before, the first link that is repeated is that visit, and so is a submission that is sent again.
pub(super) fn links(
    arrivals: &[Arrival<'_>],
    ways: &[Vec<Way>],
    rule: UtmChannel,
    shown: &Shown<'_>,
    keys: &KeyOwners,
    customers: &mut RecordSets,
    persons: &mut RecordSets,
) -> Links {
    let mut links = Links::default();
    let mut clicked: BTreeSet<(usize, usize, &str)> = BTreeSet::new();
    let mut came: BTreeSet<(usize, &Way)> = BTreeSet::new();
    for (place, (one, ways)) in arrivals.iter().zip(ways).enumerate() {
        let (visit, record) = (&one.visit, lead(&one.visit.lead));
        let (Some(customer), Some(person)) = (customers.of(&record), persons.of(&record)) else {
            links.strangers += ways.len();
            continue;
        };
        // A lead that others were merged into may hold their links, which are not touches of its own arrival.
        if !one.is_known {
            links.unkept += ways.len();
            continue;
        }
        let clicks: Vec<usize> =
            keys.brought(place).iter().filter(|key| key.is_click).map(|key| key.number).collect();
        let last = way_of(&visit.utm, rule);
        for way in ways {
            // Every later entry repeats the link by which the person first came, so it counts once.
            let is_first = last.as_ref() != Some(way);
            let is_same = clicks.iter().any(|click| clicked.contains(&(customer, *click, way.0.as_str())))
                || ((visit.is_resent || is_first) && came.contains(&(person, way)));
            let is_shown = shown.shows(&visit.lead, way)
                || clicks.iter().any(|click| shown.shows_click(customer, *click, way, visit.at));
            if is_same || is_shown {
                continue;
            }
            let ((channel, campaign), origin) = (way.clone(), Origin::Utm(visit.lead.clone()));
            links.found.push((customer, AssembledTouch { channel, campaign, time: visit.at, origin }));
        }
        for way in ways {
            // After all ways of the lead: its first and last link must not rule each other out.
            clicked.extend(clicks.iter().map(|click| (customer, *click, way.0.as_str())));
            came.insert((person, way));
        }
    }
    links
}
