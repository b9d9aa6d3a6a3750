//! Caveats of a model's figures.

use std::collections::BTreeSet;

use super::by_channel::Learnt;
use super::credits::Note;
use super::engine::Attribution;
use super::error::CreditError;
use super::journeys::UNTIMED;
use super::rules::{MilestoneBased, Minimum, Model, ModelRules};
use super::run::{Kind, Run};

/// Journeys between two looks at whether every channel has been seen often enough.
const LOOKED_AT_ONCE: usize = 1_024;

/// The caveats of the figures of one model.
pub(super) struct Beside {
    pub(super) notes: Vec<Note>,
    /// Conversions with a channel on their path, counted up to the minimum.
    seen: Vec<u64>,
    minimum: Minimum,
}

impl Beside {
    /// Whether too few conversions have a channel on their path.
    pub(super) fn is_few(&self, channel: usize) -> bool {
        self.seen.get(channel).copied().unwrap_or(0) < self.minimum.channel
    }
}

impl Attribution {
    /// The caveats of a model's figures when this many conversions are unattributed.
    pub(super) fn beside(
        &self,
        run: &Run<'_>,
        learnt: Option<&Learnt>,
        unattributed: f64,
    ) -> Result<Beside, CreditError> {
        let fit = learnt.map(|learnt| &learnt.fit);
        let seen = self.converting(run)?;
        let mut notes = Vec::new();
        // Exact: it is a sum of whole numbers below 2^53.
        let have = run.journeys.conversions().saturating_sub(unattributed as u64);
        if have < self.minimum.model {
            notes.push(Note::FewConversions { have, need: self.minimum.model });
        }
        if fit.and_then(|fit| fit.markov.as_ref()).is_some_and(|markov| markov.value_by_conversions) {
            notes.push(Note::ValueByConversions);
        }
        let effects = fit.and_then(|fit| fit.effects.as_ref());
        let worst = effects.and_then(|effects| effects.iter().copied().min_by(f64::total_cmp));
        // Such a channel is paid nothing, which the figures alone do not explain.
        if let Some(least) = worst.filter(|effect| *effect < 0.0) {
            notes.push(Note::NegativeEffects { least });
        }
        if let Kind::Milestone(rules) = &run.model.kind {
            unknown_milestones(run, rules, &mut notes);
        }
        unlike_names(run, &mut notes);
        let (faults, message) = run.preparation.faults();
        if faults > 0 {
            notes.push(Note::FilterFaults { touches: faults, message });
        }
        Ok(Beside { notes, seen, minimum: self.minimum })
    }

    /// The number of conversions with a channel on their path, counted up to the minimum.
    fn converting(&self, run: &Run<'_>) -> Result<Vec<u64>, CreditError> {
        let need = self.minimum.channel;
        let mut seen = vec![0u64; run.journeys.channels.len()];
        let mut last = vec![usize::MAX; seen.len()];
        // Ends as soon as every channel has enough, which is early among many journeys.
        let mut missing = if need == 0 { 0 } else { seen.len() };
        let mut start = 0;
        while missing > 0 && start < run.journeys.len() {
            run.preparation.each_in(run.journeys, start..start + LOOKED_AT_ONCE, |journey, _| {
                let conversions = journey.conversions();
                if conversions == 0 {
                    return Ok(());
                }
                for channel in journey.channels {
                    let channel = *channel as usize;
                    if let (Some(seen), Some(last)) = (seen.get_mut(channel), last.get_mut(channel))
                        && *seen < need
                        // A channel that is twice on a path counts its conversions once.
                        && std::mem::replace(last, journey.index) != journey.index
                    {
                        *seen = seen.saturating_add(conversions);
                        missing -= usize::from(*seen >= need);
                    }
                }
                Ok(())
            })?;
            start += LOOKED_AT_ONCE;
        }
        Ok(seen)
    }
}

/// Milestones with a weight that some conversions do not have.
fn unknown_milestones(run: &Run<'_>, rules: &MilestoneBased, notes: &mut Vec<Note>) {
    let mut unknown = [0u64; 2];
    for journey in run.journeys.iter().filter(|journey| !journey.is_empty()) {
        let moments = journey.moments();
        for (count, moment) in unknown.iter_mut().zip([moments.lead_created, moments.opportunity_created]) {
            *count += if moment == UNTIMED { journey.conversions() } else { 0 };
        }
    }
    let named = [("lead_created", rules.lead_created), ("opportunity_created", rules.opportunity_created)];
    for ((milestone, percent), conversions) in named.into_iter().zip(unknown) {
        // A milestone without a weight moves nothing, whether it is known or not.
        if percent > 0.0 && conversions > 0 {
            notes.push(Note::UnknownMilestone { milestone: milestone.into(), conversions });
        }
    }
}

/// Channels that the rules of a model name.
fn named_channels(rules: &ModelRules) -> BTreeSet<&String> {
    let mut named: BTreeSet<&String> = rules.ignore.iter().chain(rules.discount.keys()).collect();
    if let Some(prefer) = &rules.prefer {
        named.extend(prefer.channels.iter().chain(&prefer.over));
    }
    if let Model::LastNon(rules) = &rules.model {
        named.extend(&rules.channels);
    }
    named
}

/// Letters and digits, small: `(Direct)` is `direct`.
fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Names in the rules that no touch has, but for the case of letters and signs.
fn unlike_names(run: &Run<'_>, notes: &mut Vec<Note>) {
    let names = &run.journeys.channels;
    for named in named_channels(&run.model.rules) {
        if names.number(named).is_none() {
            // A name that no touch has is worth a note only where a touch has nearly that name.
            let plain = bare(named);
            let found = names.iter().filter(|name| !plain.is_empty() && bare(name) == plain).min();
            notes.extend(
                found.map(|found| Note::UnlikeName { named: named.clone(), found: found.to_owned() }),
            );
        }
    }
}
