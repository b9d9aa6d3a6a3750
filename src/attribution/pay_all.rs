//! Paying each conversion to all channels, by what was learnt.

use rustc_hash::FxHashMap;

use super::by_channel::Learnt;
use super::cents::Divider;
use super::error::CreditError;
use super::journeys::{Journeys, NONE};
use super::rows::Rows;
use super::run::Run;
use super::spread::Spread;
use super::sums::sum_of;

/// Most parts that conversions are divided into together: about a minute.
const MAX_PARTS: u64 = 1_000_000_000;

/// The counts of a campaign of a channel: touches that led to conversions, and all touches.
type Touches = FxHashMap<(u32, u32), [u64; 2]>;

/// A channel that is paid.
struct Payee {
    channel: u32,
    /// Its part of the conversions.
    share: f64,
    campaigns: Option<Campaigns>,
}

/// The campaigns of a channel, by name.
struct Campaigns {
    /// Number and part of the channel.
    list: Vec<(u32, f64)>,
    spread: Spread,
}

impl Campaigns {
    /// `counts` are touches by campaign; `total` is the channel's part of all conversions, if known.
    fn new(counts: &[(u32, u64)], total: Option<i64>) -> Campaigns {
        let all: u64 = counts.iter().map(|(_, count)| count).sum();
        let mut weights: Vec<f64> = counts.iter().map(|(_, count)| *count as f64).collect();
        if let Some(total) = total {
            let mut divider = Divider::default();
            divider.divide(total, &weights);
            // By whole totals, so that what a campaign is paid over all conversions sums to them.
            weights = divider.parts.iter().map(|part| *part as f64).collect();
        }
        let list = counts.iter().map(|(campaign, count)| (*campaign, *count as f64 / all as f64));
        Campaigns { list: list.collect(), spread: Spread::new(&weights) }
    }
}

/// The touches of each channel by campaign, campaigns by name. A channel that led to no conversion is divided by all its
/// touches, and one without touches has no campaign.
fn campaigns_of(channels: &[u32], touches: Touches, journeys: &Journeys) -> Vec<Vec<(u32, u64)>> {
    let mut sorted: Vec<((u32, u32), [u64; 2])> = touches.into_iter().collect();
    sorted.sort_by_key(|((channel, campaign), _)| (*channel, journeys.campaigns.text(*campaign)));
    let of = |channel: u32| {
        let from = sorted.partition_point(|((other, _), _)| *other < channel);
        let until = sorted.partition_point(|((other, _), _)| *other <= channel);
        let own = sorted.get(from..until).unwrap_or_default();
        // By touches on paths that converted; without any, by those on all paths.
        let led = usize::from(own.iter().all(|(_, [led, _])| *led == 0));
        let counts = own.iter().map(|((_, campaign), counts)| (*campaign, counts.get(led).copied()));
        let counts: Vec<(u32, u64)> = counts
            .filter_map(|(campaign, count)| Some((campaign, count.filter(|count| *count > 0)?)))
            .collect();
        if counts.is_empty() { vec![(NONE, 1)] } else { counts }
    };
    channels.iter().map(|channel| of(*channel)).collect()
}

/// Pays each conversion to all channels, whole units to the one that is furthest behind; a channel pays its campaigns
/// alike, when rows are by campaign.
pub(super) fn pay_all(run: &Run<'_>, learnt: &Learnt, rows: &mut Rows<'_>) -> Result<(), CreditError> {
    let journeys = run.journeys;
    let by_campaign = rows.is_by_campaign();
    let mut touches = Touches::default();
    let (mut total, mut refunds, mut lines) = (0i64, false, 0u64);
    // A first pass for the totals: the proportion must be known before the first conversion is paid.
    run.preparation.each(journeys, |journey, _| {
        let (conversions, nulls) = journey.counts();
        lines += u64::from(conversions > 0);
        if !journey.is_empty() {
            total += journey.minor();
            refunds |= journey.minor() < 0;
        }
        if by_campaign {
            for (place, channel) in journey.channels.iter().enumerate() {
                let campaign = journey.campaigns.get(place).copied().unwrap_or(NONE);
                let counts = touches.entry((*channel, campaign)).or_default();
                counts[0] += conversions;
                counts[1] += conversions + nulls;
            }
        }
        Ok(())
    })?;
    let weight = |of: &[f64], channel: u32| of.get(channel as usize).copied().unwrap_or(0.0);
    // By name, so that no unit depends on which journey came first.
    let mut channels: Vec<u32> = (0..journeys.channels.len() as u32)
        .filter(|one| weight(&learnt.conversions, *one) > 0.0 || weight(&learnt.values, *one) > 0.0)
        .collect();
    channels.sort_by_key(|channel| journeys.channels.text(*channel));
    let by_conversions: Vec<f64> = channels.iter().map(|one| weight(&learnt.conversions, *one)).collect();
    let mut by_value: Vec<f64> = channels.iter().map(|one| weight(&learnt.values, *one)).collect();
    let sum = sum_of(&by_conversions);
    // Discounts may leave nobody to pay.
    let is_paid = by_value.iter().any(|weight| *weight > 0.0);
    // Paid in the proportion of whole totals, sums agree with these.
    let mut totals = Divider::default();
    let has_totals = is_paid && !refunds && total > 0;
    if has_totals {
        totals.divide(total, &by_value);
        by_value = totals.parts.iter().map(|part| *part as f64).collect();
    }
    let campaigns = campaigns_of(&channels, touches, journeys);
    // Each conversion is paid to all channels, so the number of rows is a product: check it before making the first.
    let width: u64 = if by_campaign {
        campaigns.iter().map(|list| list.len() as u64).sum()
    } else {
        channels.len() as u64
    };
    if lines.saturating_mul(width) > MAX_PARTS {
        return Err(CreditError::AllocationTooLarge { conversions: lines, parts: width, by_campaign });
    }
    let mut payees: Vec<Payee> = Vec::with_capacity(channels.len());
    for (index, (channel, counts)) in channels.iter().zip(&campaigns).enumerate() {
        // Conversions and money have separate weights: a channel may bring many small orders.
        let weight = by_conversions.get(index).copied().unwrap_or(0.0);
        let total = totals.parts.get(index).copied().filter(|_| has_totals);
        payees.push(Payee {
            channel: *channel,
            share: if sum > 0.0 { weight / sum } else { 0.0 },
            campaigns: by_campaign.then(|| Campaigns::new(counts, total)),
        });
    }
    let mut spread = Spread::new(&by_value);
    run.preparation.each(journeys, |journey, _| {
        let conversions = journey.conversions();
        if conversions == 0 {
            return Ok(());
        }
        let key = rows.key(journey);
        let (conversions, value) = (conversions as f64, journey.minor());
        let has_path = !journey.is_empty();
        // One may be divisible when the other is not, as when everything with a value is discounted to nothing.
        let (is_shared, is_paid) = (has_path && sum > 0.0, has_path && is_paid);
        // What nobody gets is a row as well, or the rows would not sum to the total.
        let left = (if is_shared { 0.0 } else { conversions }, if is_paid { 0 } else { value });
        if left != (0.0, 0) {
            rows.add(key, NONE, NONE, left.0, left.1);
        }
        if !is_shared && !is_paid {
            return Ok(());
        }
        let shared = if is_shared { conversions } else { 0.0 };
        let parts = spread.pay(if is_paid { value } else { 0 });
        for (payee, value) in payees.iter_mut().zip(parts) {
            let conversions = shared * payee.share;
            if conversions == 0.0 && *value == 0 {
                continue;
            }
            let Some(campaigns) = &mut payee.campaigns else {
                rows.add(key, payee.channel, NONE, conversions, *value);
                continue;
            };
            let parts = campaigns.spread.pay(*value);
            for ((campaign, share), value) in campaigns.list.iter().zip(parts) {
                if conversions > 0.0 || *value != 0 {
                    rows.add(key, payee.channel, *campaign, conversions * share, *value);
                }
            }
        }
        Ok(())
    })
}
