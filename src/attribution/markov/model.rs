//! The chain as a credit model.

use super::auc;
use super::chain::Chain;
use super::count::Counts;
use super::fit::{MarkovFit, MarkovTransition};
use super::removal::Removal;
use crate::attribution::credit_model::{CreditModel, Fit, Paths};
use crate::attribution::error::CreditError;
use crate::attribution::journeys::Journey;
use crate::attribution::rules::{Division, Markov};

impl CreditModel for Markov {
    /// Before the chain is fitted nothing tells the touches apart.
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights.fill(1.0);
        Ok(())
    }

    fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
        let (order, scores) = match self.order {
            Some(order) => (order, Vec::new()),
            None => auc::choose_order(paths)?,
        };
        let chain = Chain::new(&Counts::of(paths, order)?);
        let removal = Removal::of(&chain, &named(paths))?;
        let values = removal.value_effects.clone().unwrap_or_else(|| removal.effects.clone());
        Ok(Some(Fit {
            conversions: removal.effects.clone(),
            values,
            effects: Some(removal.effects),
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

/// The fitted chain's transitions, in the order of their states.
pub(in crate::attribution) fn matrix(
    order: u8,
    paths: &Paths<'_>,
) -> Result<Vec<MarkovTransition>, CreditError> {
    Ok(Chain::new(&Counts::of(paths, order)?).matrix(&named(paths)))
}

fn named<'a>(paths: &'a Paths<'_>) -> impl Fn(u32) -> String + 'a {
    |channel| paths.channel(channel as usize).unwrap_or_default().to_owned()
}

/// The order a model without one chooses.
pub(in crate::attribution) fn chosen_order(paths: &Paths<'_>) -> Result<u8, CreditError> {
    auc::choose_order(paths).map(|(order, _)| order)
}
