//! The first contact with a lead, as an evaluation finds it.

use super::clocks::local;
use super::look::Look;
use super::runs::{Run, RunKind};
use super::speed::FirstContact;
use crate::calendar::Clock;

impl Look<'_> {
    /// How fast each who worked on the lead in this cycle spoke to it first.
    pub(super) fn first_contacts(&self) -> Vec<FirstContact> {
        let mut runs: Vec<&Run> =
            self.runs.iter().filter(|run| matches!(run.kind, RunKind::Owner | RunKind::Cover)).collect();
        runs.sort_by_key(|run| run.from);
        runs.into_iter().filter_map(|run| self.first_contact(run)).collect()
    }

    /// The first contact of a run; `None` if somebody else made it.
    fn first_contact(&self, run: &Run) -> Option<FirstContact> {
        let (known, calendar) = (&self.known, self.calendar);
        let owner = run.owner.clone()?;
        // How fast the owner was does not depend on the rules.
        let run = &Run { from: run.began, ..run.clone() };
        let spoken_before = |of: &Run| known.follow_ups_of(of).any(|one| one.time < run.from);
        if run.covered.and_then(|covered| self.run_of(covered)).is_some_and(spoken_before) {
            return None;
        }
        let first = known.follow_ups_of(run).next();
        if first.is_some_and(|first| first.owner != owner) {
            return None;
        }
        let source = &known.facts.lead().source;
        let class = || source.class.as_ref().map(|class| class.as_str().to_owned());
        let office = first.and_then(|first| calendar.between(run.from, first.time, Clock::OfficeHours).ok());
        let call = first.and_then(|first| Some(first.time - first.call_start?));
        Some(FirstContact {
            owner,
            source: source.primary.clone().or_else(class).unwrap_or_else(|| "unknown".to_owned()),
            from: local(calendar, run.from),
            at: first.map(|first| local(calendar, first.time)),
            office_seconds: office.map(|length| length.num_seconds()),
            call_gap_seconds: call.map(|gap| gap.num_seconds()),
        })
    }
}
