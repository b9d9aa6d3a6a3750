//! A list at the moment of a decision: as it was kept, overlaid with what has changed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::class::{Class, ClassKey, TurnTable};
use super::eligibility::Question;
use super::index::Index;
use super::load::{Load, LoadOf};
use super::members::Members;
use super::roll::{ABSENT, Changed, Hint, Kind, Roll};
use super::seat::Seat;
use super::seating::{Seating, Taken};
use super::seats::Seats;
use super::turn::TurnList;
use super::turns::Turns;
use crate::model::RepId;
use crate::rule::Fingerprint;

/// What is shared, among whom, and how.
#[derive(Clone, Copy)]
pub(super) struct Share<'a> {
    pub(super) list: &'a TurnList,
    pub(super) members: &'a Members,
    pub(super) table: TurnTable,
    /// By which load reps go first; those with an equal load take turns.
    pub(super) by: LoadOf,
    pub(super) units: u32,
    pub(super) rules: Fingerprint,
    /// Whether what is shared counts for no cap, so that nobody rests at one.
    pub(super) is_reward: bool,
}

/// A list at the moment of a decision.
pub(super) struct Standing<'a> {
    base: Cow<'a, Turns>,
    /// Classes that differ from the list; `None` is gone.
    classes: BTreeMap<u32, Option<Class>>,
    /// Seats that differ from the list.
    seats: BTreeMap<RepId, Seat>,
    /// Reps whose participation differs from the list, by id.
    changed: Vec<Changed>,
    /// Whether others take turns of the same lead before.
    has_pending: bool,
    /// The part of the delta about it.
    pub(super) seating: Seating,
}

impl<'a> Standing<'a> {
    pub(super) fn of(question: &Question<'a>, share: Share<'_>) -> Standing<'a> {
        // A rep at a cap rests, and may still get a reward.
        let question = &Question { is_reward: share.is_reward, ..*question };
        let kept = question.ledgers.pool.turns(share.list);
        let pending = question.pending.iter().filter(|taken| taken.turn.list == *share.list);
        let pending: Vec<&Taken> = pending.collect();
        // The usual path: what was read is still valid, and only the changed reps are laid over it. O(changed), not
        // O(members).
        if let Some(turns) = kept
            && let Some(changed) = changed(question, share, turns)
        {
            return Standing::over(Cow::Borrowed(turns), changed, &pending, question);
        }
        // On a copy: a decision leaves the ledger as it is, and the delta carries what was read.
        let mut turns = kept.map(Turns::without_index).unwrap_or_default();
        turns.wake(question.date);
        pending.iter().for_each(|taken| turns.take(taken, Some(question.date)));
        // A turn of the same lead has read this list before, and its hint brought the index along.
        if let Some(changed) = changed(question, share, &turns) {
            let seating = Seating::default();
            return Standing { seating, ..Standing::plain(Cow::Owned(turns), changed) };
        }
        let (roll, seated) = Roll::read(question, share);
        let mut seating = roll.seating(question, &seated, &turns);
        let absent = roll.resting.iter().filter(|(_, (_, code))| *code == ABSENT).map(|(rep, _)| rep);
        seating.note_away(absent, question.catch_up);
        // Seats first: the index is ordered by them.
        turns.reseat(&seating);
        turns.index_by(roll.clone());
        seating.hint = Hint::Roll(Arc::new(roll));
        Standing { seating, ..Standing::plain(Cow::Owned(turns), Vec::new()) }
    }

    fn plain(base: Cow<'a, Turns>, changed: Vec<Changed>) -> Standing<'a> {
        let (classes, seats) = (BTreeMap::new(), BTreeMap::new());
        Standing { base, classes, seats, changed, has_pending: false, seating: Seating::default() }
    }

    /// The list with those seated anew who changed since it was read. O(changed).
    fn over(
        turns: Cow<'a, Turns>,
        changed: Vec<Changed>,
        pending: &[&Taken],
        question: &Question<'_>,
    ) -> Standing<'a> {
        let mut standing = Standing::plain(turns, changed);
        // Reps who share the lead with others are seated by the turns of that list.
        for taken in pending {
            standing.reseat(&taken.seating);
            standing.turn(&taken.turn);
            standing.has_pending = true;
        }
        if let ([], Some(roll)) = (pending, standing.roll()) {
            let mut seating = roll.reseating(question, &standing.changed, &standing.base);
            let absent = standing.changed.iter().filter(|one| one.now == Some(ABSENT)).map(|one| &one.rep);
            seating.note_away(absent, question.catch_up);
            standing.reseat(&seating);
            standing.seating = seating;
        }
        standing
    }

    pub(super) fn index(&self) -> Option<&Index> {
        self.base.index.as_ref()
    }

    pub(super) fn roll(&self) -> Option<&Roll> {
        self.index().map(|index| &index.roll)
    }

    /// The reps of a kind who changed.
    pub(super) fn changed(&self, kind: usize) -> impl Iterator<Item = &Changed> {
        self.changed.iter().filter(move |one| one.kind == kind)
    }

    pub(super) fn changed_reps(&self) -> impl Iterator<Item = &RepId> {
        self.changed.iter().map(|one| &one.rep)
    }

    /// The reps whose seat or credit differs from the list.
    pub(super) fn moved(&self) -> impl Iterator<Item = &RepId> {
        self.seats.keys()
    }

    /// Whether the list says what a rep is owed and where they sit.
    pub(super) fn is_as_kept(&self, rep: &RepId) -> bool {
        !self.seats.contains_key(rep) && self.change_of(rep).is_none()
    }

    fn change_of(&self, rep: &RepId) -> Option<&Changed> {
        let place = self.changed.binary_search_by(|one| one.rep.cmp(rep)).ok()?;
        self.changed.get(place)
    }

    /// The load of a rep, as far as it decides.
    pub(super) fn load_of(&self, rep: &RepId) -> Load {
        let changed = self.change_of(rep).map(|one| one.load);
        changed.or_else(|| Some(self.roll()?.load(rep))).unwrap_or_default()
    }

    /// The reps of a kind who take turns of the same lead.
    pub(super) fn beside(&self, kind: usize) -> impl Iterator<Item = &RepId> {
        // Any other rep with another seat has changed.
        let all = if self.has_pending { Some(&self.seats) } else { None };
        let all = all.into_iter().flat_map(BTreeMap::keys);
        all.filter(move |rep| self.change_of(rep).is_none() && self.kind_or_rest(rep) == Some(kind))
    }

    /// The class of a kind.
    pub(super) fn number_of(&self, class: Option<u32>, key: ClassKey) -> Option<u32> {
        // A class that opens with this decision is not in the roll yet.
        let opened = || {
            let mut classes =
                self.classes.iter().filter_map(|(number, class)| Some((*number, class.as_ref()?)));
            classes.find(|(_, class)| class.key() == key).map(|(number, _)| number)
        };
        class.or_else(opened)
    }

    /// As [`class`](Seats::class), of a kind.
    pub(super) fn class_of_kind(&self, number: u32, place: usize) -> Option<&Class> {
        match self.classes.is_empty() {
            true => self.base.classes.get_at(place, number),
            false => self.class(number),
        }
    }

    /// Of those who sit elsewhere than in the list, or take part otherwise: the kinds among which the list has them.
    pub(super) fn kinds_touched(&self) -> impl Iterator<Item = usize> {
        let in_list = |rep: &RepId| self.roll()?.kind_of(self.base.sits_in(rep)?);
        let kinds = self.moved().filter_map(in_list);
        kinds.chain(self.changed.iter().map(|one| one.kind))
    }

    /// How many of a class take part; `known` is what the list was read with.
    pub(super) fn count_of(&self, class: Option<u32>, known: u32) -> u32 {
        match self.classes.is_empty() {
            true => known,
            false => class.and_then(|number| self.class(number)).map_or(0, |class| class.count),
        }
    }

    /// How many of a kind rest, by reason; a reason may come twice.
    pub(super) fn resting<'s>(
        &'s self,
        index: usize,
        kind: &'s Kind,
    ) -> impl Iterator<Item = (&'static str, i64)> + 's {
        // As read, without those who left the reason and with those who came to one: the roll itself stays untouched.
        let better = move |code| self.changed(index).filter(|one| one.before == Some(code)).count();
        let known = kind.resting.iter();
        let known = known.map(move |(code, count)| (*code, i64::from(*count) - better(*code) as i64));
        known.chain(self.changed(index).filter_map(|one| one.now).map(|code| (code, 1)))
    }

    /// The kind of a rep, whether they may have the lead or not.
    pub(super) fn kind_or_rest(&self, rep: &RepId) -> Option<usize> {
        let changed = self.change_of(rep).map(|one| one.kind);
        changed.or_else(|| {
            let roll = self.roll()?;
            let rests = || roll.resting.get(rep).map(|(kind, _)| *kind);
            self.sits_in(rep).and_then(|number| roll.kind_of(number)).or_else(rests)
        })
    }

    /// The kind of a rep who may have the lead; `is_reward` says that caps do not matter.
    pub(super) fn kind_of(&self, rep: &RepId, is_reward: bool) -> Option<usize> {
        let may = |code: Option<&'static str>| code.is_none_or(|code| is_reward && code != ABSENT);
        if let Some(one) = self.change_of(rep) {
            return may(one.now).then_some(one.kind);
        }
        let roll = self.roll()?;
        match self.sits_in(rep) {
            Some(number) => roll.kind_of(number),
            None => roll.resting.get(rep).filter(|(_, code)| may(Some(code))).map(|(kind, _)| *kind),
        }
    }
}

/// The reps who changed since a list was read; `None` when it has to be read again.
fn changed(question: &Question<'_>, share: Share<'_>, turns: &Turns) -> Option<Vec<Changed>> {
    turns.index.as_ref()?.roll.changed(question, turns, share)
}

impl Seats for Standing<'_> {
    fn seat(&self, rep: &RepId) -> Seat {
        self.seats.get(rep).copied().unwrap_or_else(|| self.base.seat(rep))
    }

    fn put(&mut self, rep: &RepId, seat: Seat) {
        self.seats.insert(rep.clone(), seat);
    }

    fn class(&self, number: u32) -> Option<&Class> {
        match self.classes.get(&number) {
            Some(class) => class.as_ref(),
            None => self.base.class(number),
        }
    }

    fn class_mut(&mut self, number: u32) -> Option<&mut Class> {
        let class = self.classes.entry(number).or_insert_with(|| self.base.class(number).cloned());
        class.as_mut()
    }

    fn open(&mut self, number: u32, class: Class) {
        self.classes.insert(number, Some(class));
    }

    fn close(&mut self, numbers: &[u32]) {
        self.classes.extend(numbers.iter().map(|number| (*number, None)));
    }

    fn date(&self) -> Option<NaiveDate> {
        self.base.date
    }
}
