//! Why nobody may take a lead, and until when.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::counts::Period;
use super::eligibility::Question;
use super::kind::AssignmentKind;
use super::roll::{ABSENT, Kind};
use super::roster::Slot;
use super::standing::Standing;
use crate::model::RepId;

/// The result that nobody could take the lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Nobody {
    /// Whether a rep could have taken it without a cap that may free up.
    pub(super) capped: bool,
    pub(super) free_from: Option<DateTime<Utc>>,
}

impl Nobody {
    pub(super) fn and(self, other: Nobody) -> Nobody {
        Nobody {
            capped: self.capped || other.capped,
            free_from: [self.free_from, other.free_from].into_iter().flatten().min(),
        }
    }

    pub(super) fn kind(self) -> AssignmentKind {
        match self.capped {
            true => AssignmentKind::AllCapped { frees_at: self.free_from },
            false => AssignmentKind::NoEligible { retry_at: self.free_from },
        }
    }

    /// For a list of which nobody may take the lead, without checking everybody: of a kind the first who is free as soon as
    /// any of them can be represents all.
    pub(super) fn of(question: &Question<'_>, standing: &Standing<'_>) -> Nobody {
        let mut nobody = Nobody { capped: is_capped(question, standing), free_from: None };
        let Some(roll) = standing.roll().filter(|_| !question.never_frees()) else { return nobody };
        // Nobody is free before the pool's next day once it has reached its cap.
        let opens = question.closed().map_or(question.now, |(_, next)| question.zone.start_of_day(next));
        // Of all other kinds nobody is free at any time.
        for &index in question.skilled(question.serving(&roll.suited), &roll.suited).iter() {
            if nobody.free_from.is_some_and(|first| first <= opens) {
                break;
            }
            let Some(kind) = roll.kinds.get(index) else { continue };
            let Some((_, slot)) = question.roster.at(kind.slot) else { continue };
            let free = Free { question, standing, index, kind, slot };
            nobody.free_from = [nobody.free_from, free.first(nobody.free_from)].into_iter().flatten().min();
        }
        nobody
    }
}

/// Whether a rep could take the lead without a cap that may free up.
fn is_capped(question: &Question<'_>, standing: &Standing<'_>) -> bool {
    let (Some(roll), false) = (standing.roll(), question.is_reward) else { return false };
    let is_closed = question.is_closed();
    let mut hours = question.roster.unread_hours();
    let mut capped = 0_i64;
    let suited = question.skilled(question.serving(&roll.suited), &roll.suited);
    for &index in suited.iter() {
        let Some(kind) = roll.kinds.get(index) else { continue };
        // A kind that is off duty is not kept out by a cap alone.
        if question.roster.not_working(kind.hours, question.now, &mut hours).is_none() {
            capped += standing
                .resting(index, kind)
                .filter(|(code, _)| *code != ABSENT)
                .map(|(_, n)| n)
                .sum::<i64>();
            if is_closed {
                let class = standing.number_of(kind.class, kind.key);
                capped += i64::from(standing.count_of(class, kind.seated));
            }
        }
    }
    // Without those who must not have it whatever their caps, and those whom nothing frees.
    let others = question.previous.iter().chain(question.excluded);
    let ruled_out: BTreeSet<&RepId> = others.chain(&roll.never).collect();
    let mut is_one_of_them = |rep: &RepId| {
        let kind = standing.kind_of(rep, true).filter(|kind| suited.binary_search(kind).is_ok());
        let works = kind
            .and_then(|kind| roll.kinds.get(kind))
            .is_some_and(|kind| question.roster.not_working(kind.hours, question.now, &mut hours).is_none());
        works && (is_closed || standing.kind_of(rep, false).is_none())
    };
    capped > ruled_out.into_iter().filter(|rep| is_one_of_them(rep)).count() as i64
}

/// When a rep of a kind is free.
struct Free<'s, 'q> {
    question: &'s Question<'q>,
    standing: &'s Standing<'q>,
    index: usize,
    kind: &'s Kind,
    slot: &'s Slot,
}

impl Free<'_, '_> {
    /// The first moment at which a rep of the kind is free, if it is before another moment.
    fn first(&self, before: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let Free { question, standing, slot, .. } = *self;
        let opens = |at| question.roster.opens_from(slot, at);
        let now = opens(question.now)?;
        let tomorrow = || opens(question.zone.start_of_day(Period::Day.next(question.date)));
        // The earliest time found so far: kinds that cannot be earlier are skipped.
        let mut first = before;
        let index = standing.index()?;
        // The earliest that anybody of the kind can be free; a rep who is free then ends the search.
        let all = match question.is_closed() {
            true => tomorrow()?,
            false => now,
        };
        let seated =
            self.kind.class.into_iter().flat_map(|number| index.in_order(number)).map(|(.., rep)| rep);
        self.look(seated.filter(|rep| standing.is_as_kept(rep)), all, &mut first);
        let capped = index.capped(self.index).map(|(.., rep)| rep);
        if question.is_reward {
            self.look(capped.filter(|rep| standing.is_as_kept(rep)), now, &mut first);
        } else if self.kind.resting.iter().any(|(code, count)| *count > 0 && !is_for_good(code))
            && let Some(tomorrow) = tomorrow()
        {
            self.look(capped.filter(|rep| standing.is_as_kept(rep)), tomorrow, &mut first);
        }
        // Each absence ends by itself, so all of them are checked while one may still be earlier than what was found.
        self.look(index.absent(self.index).filter(|rep| standing.is_as_kept(rep)), all, &mut first);
        let others = standing.changed(self.index).map(|one| &one.rep).chain(standing.beside(self.index));
        // A rep who is back may be free at once, unless nobody is before tomorrow.
        self.look(others, all, &mut first);
        first
    }

    /// Checks one after the other until one is free as early as any can be.
    fn look<'r>(
        &self,
        reps: impl Iterator<Item = &'r RepId>,
        earliest: DateTime<Utc>,
        first: &mut Option<DateTime<Utc>>,
    ) {
        for rep in reps {
            if first.is_some_and(|first| first <= earliest) {
                return;
            }
            let free = self.question.free_from(rep, Some(self.kind.key.weight));
            *first = [*first, free].into_iter().flatten().min();
        }
    }
}

/// Whether time alone never frees reps who rest for a reason.
fn is_for_good(code: &str) -> bool {
    matches!(code, ABSENT | "holding_cap" | "protected_cap" | "busy")
}
