//! Credits compared with the costs of channels.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::allocation::{Allocation, UnattributedValue};
use super::cents::Divider;
use super::channel::{campaign_name, channel_of, usable};
use super::credits::{Note, write_notes};
use super::engine::Attribution;
use super::error::AttributionError;
use super::journeys::Journeys;
use super::rows::Dimension;
use crate::model::{ActivityId, Campaign, Money, MoneyError, RuleId, Touch};

/// Why a report was not made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A model gives no answer for these journeys.
    #[error(transparent)]
    Attribution(#[from] AttributionError),
    /// Costs and values do not go together.
    #[error("the cost of channel `{channel}`: {error}")]
    Money {
        /// The channel that has the cost.
        channel: String,
        /// Why cost and value cannot be computed with, such as two currencies.
        error: MoneyError,
    },
    /// A cost of something that is not a channel.
    #[error(
        "a cost has the channel `{channel}`, which is blank or a reserved name: name a channel, or leave the cost out"
    )]
    Channel {
        /// The channel that the cost names.
        channel: String,
    },
    /// The margin is not a number.
    #[error("`{margin}` is not a margin: it should be a finite number, such as 0.3")]
    Margin {
        /// The margin as text, because JSON has no NaN.
        margin: String,
    },
}

/// Channels, their costs and their credits by each model. A ratio that cannot be computed is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct ChannelReport {
    /// Which part of the value is earned, for the return on investment.
    pub margin: f64,
    /// The models, in the order of [`ReportRow::models`].
    pub models: Vec<ReportModel>,
    /// By channel; what no channel gets is in [`ReportModel::unattributed`].
    pub rows: Vec<ReportRow>,
}

/// One model of a report, and what a reader of its figures must know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportModel {
    /// The model's id in the rules.
    pub model: RuleId,
    /// Number of conversions in all journeys.
    pub conversions: u64,
    /// The part that no channel gets.
    pub unattributed: UnattributedValue,
    /// Too few conversions, and what else there is to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

impl fmt::Display for ReportModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.conversions == 1 { "" } else { "s" };
        write!(f, "{}: {} conversion{plural}", self.model, self.conversions)?;
        write_notes(f, &self.notes, self.conversions)
    }
}

/// One channel of a report: what it cost, and what each model credits it with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportRow {
    /// The channel, as touches and costs name it.
    pub channel: String,
    /// The cost of the channel; `None` when no cost was given for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The figures of the channel by each model.
    pub models: Vec<Figures>,
}

/// The figures of one channel by one model. Ratios are rounded to a billionth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Figures {
    /// Conversions credited, a real number.
    pub conversions: f64,
    /// Value credited, exact to the minor unit.
    pub value: Money,
    /// Cost of a conversion, to the nearest minor unit, half to even.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cac: Option<Money>,
    /// Return on ad spend: value / cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roas: Option<f64>,
    /// Return on investment: (value · margin − cost) / cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roi: Option<f64>,
    /// Whether the model sees fewer conversions with the channel than the minimum, so that the figures mean little.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_few: bool,
}

impl fmt::Display for ChannelReport {
    /// One line a channel and model, one a model for what no channel gets, and a line with `#` a model for what there is
    /// to say of its figures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel\tmodel\tconversions\tvalue\tcost\tCAC\tROAS\tROI\tnote")?;
        for row in &self.rows {
            for (model, figures) in self.models.iter().zip(&row.models) {
                let money =
                    |money: Option<Money>| money.map_or_else(|| "-".to_owned(), |money| money.to_string());
                let ratio =
                    |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
                write!(
                    f,
                    "\n{}\t{}\t{:.2}\t{}\t{}\t{}\t{}\t{}\t{}",
                    row.channel,
                    model.model,
                    figures.conversions,
                    figures.value,
                    money(row.cost),
                    money(figures.cac),
                    ratio(figures.roas),
                    ratio(figures.roi),
                    if figures.is_few { "few" } else { "-" }
                )?;
            }
        }
        for ReportModel { model, unattributed, .. } in &self.models {
            if unattributed.is_some() {
                let UnattributedValue { conversions, value } = unattributed;
                write!(f, "\n(unattributed)\t{model}\t{conversions:.2}\t{value}\t-\t-\t-\t-\t-")?;
            }
        }
        for model in self.models.iter().filter(|model| !model.notes.is_empty()) {
            write!(f, "\n# {model}")?;
        }
        Ok(())
    }
}

fn rounded(ratio: f64) -> f64 {
    libm::rint(ratio * 1e9) / 1e9
}

impl Attribution {
    /// Compares what channels cost with what they are credited with, all models side by side.
    ///
    /// `costs` is by channel, named as in journeys: without spaces around it, by letter and case; one that has a cost and
    /// no touch is a row as well. `margin` is the part of the value that is earned, 1 for the turnover itself.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
    /// use leadkit::model::{Currency, Money};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "last", "model": "last"}]}))?;
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "sem", ..Step::default() })?;
    /// let value = Some(Money::new(900_00, Currency::CNY));
    /// journeys.end_journey(&Conversion { count: 2, value, ..Conversion::default() })?;
    ///
    /// let costs = [("sem".to_owned(), Money::new(300_00, Currency::CNY))].into();
    /// let report = attribution.report(&journeys, &costs, 0.5)?;
    /// let sem = &report.rows[0].models[0];
    /// assert_eq!(sem.cac, Some(Money::new(150_00, Currency::CNY)));
    /// assert_eq!((sem.roas, sem.roi), (Some(3.0), Some(0.5)));
    /// assert!(sem.is_few, "two conversions prove nothing");
    /// assert!(report.to_string().ends_with("\n# last: 2 conversions, fewer than 30"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a model gives no answer, a cost is of no channel or in another currency than the values, costs are too large
    /// to be added, or the margin is not finite.
    pub fn report(
        &self,
        journeys: &Journeys,
        costs: &BTreeMap<String, Money>,
        margin: f64,
    ) -> Result<ChannelReport, ReportError> {
        if !margin.is_finite() {
            return Err(ReportError::Margin { margin: margin.to_string() });
        }
        // Journeys without any value are reported in the currency of the costs.
        let currency = journeys.currency().or(costs.values().next().map(Money::currency)).unwrap_or_default();
        if let Some((channel, cost)) = costs.iter().find(|(_, cost)| cost.currency() != currency) {
            let error = MoneyError::CurrencyMismatch { left: currency, right: cost.currency() };
            return Err(ReportError::Money { channel: channel.clone(), error });
        }
        let mut spent: BTreeMap<&str, Money> = BTreeMap::new();
        for (channel, cost) in costs {
            let name = usable(channel).map_err(|_| ReportError::Channel { channel: channel.clone() })?;
            // Costs of one channel may be written with and without spaces.
            let before = spent.get(name).copied().unwrap_or(Money::new(0, currency));
            let sum = before.checked_add(*cost);
            let sum = sum.map_err(|error| ReportError::Money { channel: name.to_owned(), error })?;
            spent.insert(name, sum);
        }
        let allocations = self.allocate(journeys, &[Dimension::Channel])?;
        let mut channels: BTreeSet<&str> = journeys.channels().collect();
        // A report is read for the channels that cost something and brought nothing.
        channels.extend(spent.keys());
        let rows = channels.into_iter().map(|channel| {
            let cost = spent.get(channel).copied();
            let models = allocations.iter().map(|allocation| {
                let row = allocation.channel(channel);
                let value = row.map_or(0, |row| row.value.minor());
                let conversions = row.map_or(0.0, |row| row.conversions);
                let is_few = row.is_some_and(|row| row.is_few);
                Figures { is_few, ..figures(conversions, Money::new(value, currency), cost, margin) }
            });
            ReportRow { channel: channel.to_owned(), cost, models: models.collect() }
        });
        let rows = rows.collect();
        let models = allocations.into_iter().map(|allocation| ReportModel {
            model: allocation.model,
            conversions: allocation.conversions,
            unattributed: allocation.unattributed,
            notes: allocation.notes,
        });
        Ok(ChannelReport { margin, rows, models: models.collect() })
    }
}

fn figures(conversions: f64, value: Money, cost: Option<Money>, margin: f64) -> Figures {
    let spent = cost.map(|cost| cost.minor() as f64);
    let earned = value.minor() as f64;
    // Without spending there is no return, not an infinite one.
    let ratio = |part: f64| spent.filter(|spent| *spent != 0.0).map(|spent| rounded(part / spent));
    let cac = spent.filter(|_| conversions > 0.0).map(|spent| {
        // A cast saturates.
        Money::new(libm::rint(spent / conversions) as i64, value.currency())
    });
    Figures {
        conversions,
        value,
        cac,
        roas: ratio(earned),
        roi: spent.and_then(|spent| ratio(earned * margin - spent)),
        is_few: false,
    }
}

impl Allocation {
    /// The row of a channel, when the allocation is rolled up by channel alone. O(log channels).
    ///
    /// ```
    /// # use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, Step};
    /// # use leadkit::model::{Currency, Money};
    /// # use serde_json::json;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut journeys = Journeys::new();
    /// # for (channel, time) in [("sem", "2026-03-01T08:00:00Z"), ("mail", "2026-03-02T08:00:00Z")] {
    /// #     journeys.push(Step { channel, campaign: Some("spring"), time: Some(at(time)) })?;
    /// # }
    /// # let value = Some(Money::new(10_000, Currency::CNY));
    /// # journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// # let attribution = Attribution::load(json!({"models": [{"id": "linear", "model": "linear"}]}))?;
    /// // One conversion of 100 CNY by way of `sem` and `mail`.
    /// let allocation = attribution.allocate(&journeys, &[Dimension::Channel])?.remove(0);
    /// assert_eq!(allocation.channel("sem").unwrap().value.to_string(), "50.00 CNY");
    /// assert!(allocation.channel("expo").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<&super::AllocationRow> {
        if self.by != [Dimension::Channel] {
            return None;
        }
        // Rows by channel alone are sorted by it.
        let found = self.rows.binary_search_by(|row| row.channel.as_deref().cmp(&Some(name))).ok()?;
        self.rows.get(found)
    }

    /// Divides a budget in proportion to what channels are credited with: by value, or by conversions when no channel
    /// has a value above zero. The amounts sum to the budget exactly, by largest remainder; channels that are credited
    /// with nothing get nothing and are left out. A negative amount is divided like its opposite.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, Step};
    /// use leadkit::model::{Currency, Money};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "linear", "model": "linear"}]}))?;
    /// let mut journeys = Journeys::new();
    /// for channel in ["sem", "live", "sem"] {
    ///     journeys.push(Step { channel, ..Step::default() })?;
    /// }
    /// journeys.end_journey(&Conversion::default())?;
    /// let allocated = attribution.allocate(&journeys, &[Dimension::Channel])?;
    /// let budget = allocated[0].propose_budget(Money::new(1_000, Currency::CNY))?;
    /// assert_eq!(budget["live"].minor() + budget["sem"].minor(), 1_000);
    /// assert_eq!(budget["sem"].minor(), 667);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When no channel is credited with anything, and when the allocation is not rolled up by channel.
    pub fn propose_budget(&self, budget: Money) -> Result<BTreeMap<String, Money>, MoneyError> {
        self.split_among(budget, |_| true)
    }

    /// Divides an amount among partners in proportion to what their channels are credited with, as
    /// [`propose_budget`](Allocation::propose_budget) divides a budget.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, Step};
    /// use leadkit::model::{Currency, Money};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "linear", "model": "linear"}]}))?;
    /// let mut journeys = Journeys::new();
    /// for channel in ["share:partner", "sem", "dealer"] {
    ///     journeys.push(Step { channel, ..Step::default() })?;
    /// }
    /// journeys.end_journey(&Conversion::default())?;
    /// let allocated = attribution.allocate(&journeys, &[Dimension::Channel])?;
    /// let partners = ["dealer".to_owned(), "share:partner".to_owned()].into();
    /// let shares = allocated[0].partner_shares(Money::new(101, Currency::CNY), &partners)?;
    /// assert_eq!((shares["dealer"].minor(), shares["share:partner"].minor()), (51, 50));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When no partner is credited with anything, and when the allocation is not rolled up by channel.
    pub fn partner_shares(
        &self,
        amount: Money,
        partners: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Money>, MoneyError> {
        self.split_among(amount, |channel| partners.contains(channel))
    }

    fn split_among(
        &self,
        amount: Money,
        is_in: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, Money>, MoneyError> {
        let mut credits: BTreeMap<&str, (f64, i64)> = BTreeMap::new();
        for row in &self.rows {
            if let Some(channel) = row.channel.as_deref().filter(|channel| is_in(channel)) {
                let credit = credits.entry(channel).or_default();
                credit.0 += row.conversions;
                credit.1 += row.value.minor();
            }
        }
        // By conversions only if nothing has a value: the two have no common unit.
        let by_value = credits.values().any(|(_, value)| *value > 0);
        // A channel whose refunds outweigh its sales has no claim, not a negative one.
        let weights: Vec<f64> = credits
            .values()
            .map(|(conversions, value)| if by_value { (*value).max(0) as f64 } else { *conversions })
            .collect();
        if weights.iter().all(|weight| *weight <= 0.0) {
            return Err(MoneyError::NoWeights);
        }
        let mut divider = Divider::default();
        divider.divide(amount.minor(), &weights);
        let parts = credits.keys().zip(&weights).zip(&divider.parts);
        Ok(parts
            // A share of nothing is not reported.
            .filter(|((_, weight), _)| **weight > 0.0)
            .map(|((channel, _), part)| ((*channel).to_owned(), Money::new(*part, amount.currency())))
            .collect())
    }
}

/// The costs of channels, from touches that have a cost and from the costs of campaigns; a host that has both for the same
/// spending gives one of the two. Touches of one id cost once, of several costs the greatest, and so do equal ones that
/// name somebody; channels are named as there: one that is blank or [reserved](super::Journeys::RESERVED) has no costs. A
/// campaign without an actual cost is left out.
///
/// ```
/// use leadkit::attribution::channel_costs;
/// use leadkit::model::{Campaign, Currency, Money};
///
/// let fair = Campaign {
///     id: "spring".into(), channel: "expo".into(), actual_cost: Some(Money::new(500, Currency::CNY)),
///     ..Campaign::default()
/// };
/// assert_eq!(channel_costs(&[], &[fair])?["expo"].minor(), 500);
/// # Ok::<(), leadkit::attribution::ReportError>(())
/// ```
///
/// # Errors
/// When costs of one channel are in two currencies, or too large to be added.
pub fn channel_costs(
    touches: &[Touch],
    campaigns: &[Campaign],
) -> Result<BTreeMap<String, Money>, ReportError> {
    // Costs without an id may well be the same twice.
    let names_somebody =
        |touch: &Touch| !touch.lead.is_blank() || touch.contact.is_some() || !touch.keys.is_empty();
    let mut by_id: BTreeMap<(bool, &str), (String, Money)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut spent: Vec<(String, Money)> = Vec::new();
    for touch in touches {
        let Some(cost) = touch.cost else { continue };
        let Ok(channel) = usable(&channel_of(touch)).map(str::to_owned) else { continue };
        let worth = |channel: &str, cost: Money| (cost.minor(), cost.currency(), channel.to_owned());
        let given = |id: &Option<ActivityId>| id.as_ref().is_some_and(|id| !id.is_blank());
        // A touch's own id before its activity's; the same text in the other role is another cost.
        let id = [(true, &touch.id), (false, &touch.activity)].into_iter().find(|(_, id)| given(id));
        if let Some((own, Some(id))) = id {
            // Of several costs with one id the greatest, whatever their order.
            let known = by_id.entry((own, id.as_str().trim())).or_insert_with(|| (channel.clone(), cost));
            if worth(&known.0, known.1) < worth(&channel, cost) {
                *known = (channel, cost);
            }
            continue;
        }
        let whom = (&touch.lead, &touch.contact, &touch.keys);
        let campaign = campaign_name(touch.campaign.as_ref().map(|id| id.as_str()));
        let what = (whom, channel.clone(), campaign, touch.time, cost.minor(), cost.currency());
        if !names_somebody(touch) || seen.insert(what) {
            spent.push((channel, cost));
        }
    }
    spent.extend(by_id.into_values());
    let of_campaigns =
        campaigns.iter().filter_map(|one| Some((usable(&one.channel).ok()?.to_owned(), one.actual_cost?)));
    let mut costs: BTreeMap<String, Money> = BTreeMap::new();
    for (channel, cost) in spent.into_iter().chain(of_campaigns) {
        let before = costs.get(&channel).copied().unwrap_or(Money::new(0, cost.currency()));
        match before.checked_add(cost) {
            Ok(sum) => drop(costs.insert(channel, sum)),
            Err(error) => return Err(ReportError::Money { channel, error }),
        }
    }
    Ok(costs)
}
