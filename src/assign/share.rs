//! Whose turn it is, quickly: by class and not rep by rep.
//!
//! It picks whom [`super::ranks`] would, which goes through everybody.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::class::{TurnTable, gain};
use super::eligibility::Question;
use super::members::Members;
use super::roll::{Changed, Hint, Roll, add};
use super::turn::{Seating, Taken, Turn, TurnList};
use super::turns::Turns;
use crate::model::RepId;
use crate::rule::Fingerprint;

pub(super) type Skipped = BTreeMap<Cow<'static, str>, u32>;

/// The code of who is away.
const ABSENT: &str = "absent";

/// A list at the moment of a decision.
struct Standing<'a> {
    turns: Cow<'a, Turns>,
    /// Who takes part, or does not, otherwise than the turns say.
    changed: Vec<Changed>,
    seating: Seating,
}

/// What is shared, among whom, and how.
#[derive(Clone, Copy)]
pub(super) struct Share<'a> {
    pub(super) list: &'a TurnList,
    pub(super) members: &'a Members,
    pub(super) table: TurnTable,
    pub(super) units: u32,
    pub(super) rules: Fingerprint,
}

impl<'a> Standing<'a> {
    fn of(question: &Question<'a>, share: Share<'_>) -> Standing<'a> {
        let kept = question.ledgers.pool.turns(share.list);
        if let Some((turns, index)) = kept.and_then(|turns| Some((turns, turns.index.as_ref()?)))
            && let Some(changed) = index.roll.changed(question, turns, share.table, share.rules)
        {
            let mut seating = index.roll.reseating(question, &changed, turns);
            let absent = changed.iter().filter(|one| one.now == Some(ABSENT)).map(|one| &one.rep);
            seating.note_away(absent, question.catch_up);
            if question.catch_up > 0 && !seating.moved.is_empty() {
                // Who catches up does so before it is asked who is owed most.
                let mut after = turns.clone();
                after.seat(&seating);
                return Standing { turns: Cow::Owned(after), changed: Vec::new(), seating };
            }
            return Standing { turns: Cow::Borrowed(turns), changed, seating };
        }
        let mut turns = kept.map(Turns::without_index).unwrap_or_default();
        let (roll, seated) = Roll::read(question, share.members, share.table, share.rules);
        let mut seating = Roll::seating(&seated, &roll.kinds, &turns);
        let absent = roll.resting.iter().filter(|(_, (_, code))| *code == ABSENT).map(|(rep, _)| rep);
        seating.note_away(absent, question.catch_up);
        turns.seat(&seating);
        turns.index_by(roll.clone());
        seating.hint = Hint::Roll(Arc::new(roll));
        Standing { turns: Cow::Owned(turns), changed: Vec::new(), seating }
    }
}

/// Those of one kind who may take the lead.
struct Part {
    kind: usize,
    class: Option<u32>,
    weight: u32,
    count: u32,
}

/// Who gets the lead, or the one who has it if he may, and the turn that takes; counts the others by reason. `None` when
/// nobody may take it: then nothing is counted.
pub(super) fn pick(
    question: &Question<'_>,
    share: Share<'_>,
    winner: Option<&RepId>,
    skipped: &mut Skipped,
) -> Option<(RepId, Taken)> {
    let standing = Standing::of(question, share);
    let turns = &*standing.turns;
    let roll = &turns.index.as_ref()?.roll;
    let mut counts: BTreeMap<&'static str, u32> = roll.outside.clone();
    // Most kinds are out for one and the same reason, such as the territory.
    let mut run: (&'static str, u32) = ("", 0);
    let mut open = question.roster.unread_hours();
    let mut some: Vec<Part> = Vec::new();
    for (index, kind) in roll.kinds.iter().enumerate() {
        let Some((_, slot)) = question.roster.at(kind.slot) else { continue };
        if let Some(code) = question.kind_code(slot, kind.key.weight, &mut open) {
            // Whether they take part or not: those who changed are among them.
            let resting = kind.resting.values().fold(0, |sum: u32, count| sum.saturating_add(*count));
            let all = kind.seated.saturating_add(resting);
            if run.0 == code {
                run.1 = run.1.saturating_add(all);
            } else {
                add(&mut counts, run.0, run.1);
                run = (code, all);
            }
            continue;
        }
        let changed = || standing.changed.iter().filter(move |one| one.kind == index);
        let came = changed().filter(|one| one.before.is_some() && one.now.is_none()).count();
        let went = changed().filter(|one| one.before.is_none() && one.now.is_some()).count();
        let more = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let count = kind.seated.saturating_add(more(came)).saturating_sub(more(went));
        for (code, count) in &kind.resting {
            let better = changed().filter(|one| one.before == Some(code)).count();
            add(&mut counts, code, count.saturating_sub(more(better)));
        }
        changed().filter_map(|one| one.now).for_each(|code| add(&mut counts, code, 1));
        if count > 0 {
            some.push(Part { kind: index, class: kind.class, weight: kind.key.weight, count });
        }
    }
    add(&mut counts, run.0, run.1);
    let kind_of = |rep: &RepId| match standing.changed.iter().find(|one| one.rep == *rep) {
        Some(one) => one.now.is_none().then_some(one.kind),
        None => turns.reps.get(rep).and_then(|seat| roll.kind_of(seat.class?)),
    };
    let mut out: BTreeMap<&RepId, usize> = BTreeMap::new();
    for rep in question.previous.iter().chain(question.excluded) {
        let Some(kind) = kind_of(rep) else { continue };
        let Ok(place) = some.binary_search_by(|one| one.kind.cmp(&kind)) else { continue };
        if let (Some(reason), None, Some(one)) =
            (question.ruled_out(rep), out.insert(rep, kind), some.get_mut(place))
        {
            add(&mut counts, reason.code(), 1);
            one.count = one.count.saturating_sub(1);
        }
    }
    some.retain(|one| one.count > 0);
    out.retain(|_, kind| some.binary_search_by(|one| one.kind.cmp(kind)).is_ok());
    let weight = |one: &Part| u64::from(one.weight).saturating_mul(one.count.into());
    let total: u64 = some.iter().map(weight).fold(0, u64::saturating_add);

    if let Some(winner) = winner
        && (out.contains_key(winner)
            || kind_of(winner).is_none_or(|kind| some.iter().all(|one| one.kind != kind)))
    {
        return None;
    }
    let mut best: Option<(i64, &RepId)> = winner.map(|rep| (0, rep));
    let mut consider = |owed: i64, rep| {
        // Of equals the one with the smaller id.
        if best.is_none_or(|(most, leader)| owed > most || (owed == most && rep < leader)) {
            best = Some((owed, rep));
        }
    };
    for one in some.iter().filter(|_| winner.is_none()) {
        let gained = gain(share.table, one.weight, total, share.units);
        let is_there = |rep: &RepId| {
            !out.contains_key(rep) && standing.changed.iter().all(|changed| changed.rep != *rep)
        };
        if let Some((class, owed)) =
            one.class.and_then(|number| Some((number, turns.classes.get(&number)?.owed(share.table))))
            && let Some((beside, rep)) = turns.in_order(class).find(|(_, rep)| is_there(rep))
        {
            consider(owed.saturating_add(beside).saturating_add(gained), rep);
        }
        let came =
            standing.changed.iter().filter(|changed| changed.kind == one.kind && changed.now.is_none());
        for changed in came.filter(|changed| !out.contains_key(&changed.rep)) {
            consider(turns.owed(&changed.rep, share.table).saturating_add(gained), &changed.rep);
        }
    }
    let (_, winner) = best?;

    let number = |one: &Part| match one.class {
        Some(class) => Some(class),
        None => {
            let key = roll.kinds.get(one.kind)?.key;
            standing.seating.opened.iter().find(|(_, opened)| **opened == key).map(|(number, _)| *number)
        }
    };
    let mut classes: Vec<u32> = some.iter().filter_map(number).collect();
    classes.sort_unstable();
    let turn = Turn {
        list: share.list.clone(),
        table: share.table,
        total,
        units: share.units,
        winner: winner.clone(),
        classes: classes.into(),
        out: out.into_keys().cloned().collect(),
        back: false,
    };
    for (code, count) in counts {
        add(skipped, Cow::Borrowed(code), count);
    }
    let winner = winner.clone();
    Some((winner, Taken { turn, seating: standing.seating }))
}
