//! The chain as a credit model.

use super::auc;
use super::chain::Chain;
use super::count::Counts;
use super::fit::{MarkovFit, MarkovTransition};
use super::ranks::Ranks;
use super::removal::Removal;
use crate::attribution::credit_model::{CreditModel, Fit, Paths};
use crate::attribution::error::CreditError;
use crate::attribution::journeys::Journey;
use crate::attribution::rules::{Division, Markov};

impl CreditModel for Markov {
    /// Before the chain is fitted nothing distinguishes the touches.
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights.fill(1.0);
        Ok(())
    }

    fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
        let ranks = Ranks::of(paths);
        let (order, scores) = match self.order {
            Some(order) => (order, Vec::new()),
            None => auc::choose_order(paths, &ranks)?,
        };
        let chain = Chain::new(&Counts::of(paths, &ranks, order)?);
        let removal = Removal::of(&chain, &named(&ranks))?;
        let effects = ranks.by_number(&removal.effects);
        let value_effects = removal.value_effects.as_deref().map(|effects| ranks.by_number(effects));
        Ok(Some(Fit {
            conversions: effects.clone(),
            // Refunds may make effects on value negative, which cannot be parts of a whole: value then follows conversions.
            values: value_effects.clone().unwrap_or_else(|| effects.clone()),
            effects: Some(effects),
            // Without any value there are no effects on it, rather than effects of 0.
            value_effects: value_effects.filter(|_| chain.value.iter().any(|value| *value != 0.0)),
            by_journey: self.divide == Division::Journey,
            work: removal.work,
            markov: Some(MarkovFit {
                order,
                states: chain.states(),
                transitions: chain.transitions(),
                conversion_probability: chain.conversion_rate(),
                value_by_conversions: removal.value_effects.is_none(),
                orders: scores,
            }),
        }))
    }
}

/// The fitted chain's transitions, in the order of their states; without an order, those of the one that is chosen.
pub(in crate::attribution) fn matrix(
    order: Option<u8>,
    paths: &Paths<'_>,
) -> Result<Vec<MarkovTransition>, CreditError> {
    let ranks = Ranks::of(paths);
    let order = match order {
        Some(order) => order,
        None => auc::choose_order(paths, &ranks)?.0,
    };
    Ok(Chain::new(&Counts::of(paths, &ranks, order)?).matrix(&named(&ranks)))
}

fn named(ranks: &Ranks) -> impl Fn(u32) -> String + '_ {
    |channel| ranks.name(channel).to_owned()
}
