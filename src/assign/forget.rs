//! What a ledger forgets: what a wrong clock decided, leads that are forgotten, and reps who left for good.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::changes::Changes;
use super::class::TurnTable;
use super::counts::Way;
use super::decided::{Counted, Decided};
use super::keys::key_of;
use super::ledger::Ledger;
use super::recent::Recent;
use super::rep_ledger::RepLedger;
use super::roster::Roster;
use super::seat::{Rest, Seat};
use super::turns::Turns;
use crate::model::{LeadId, RepId};

impl Ledger {
    /// Forgets what was decided after a moment: the last decision's time, remembered decisions, the counts of later days.
    /// Turns stay as they are. The revision moves, so that what was decided before is refused.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // The clock was a year ahead when lead L1 was assigned: bring the pool back to the present.
    /// let present = "2025-03-02T02:00:00Z".parse().unwrap();
    /// ledger.forget_after(present);
    /// assert_eq!(ledger.latest(), Some(present));
    /// assert_eq!(ledger.assigned_on(&"li".into(), day), 0);
    /// assert!(ledger.decision("L1").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget_after(&mut self, at: DateTime<Utc>) {
        if self.latest <= Some(at) {
            return;
        }
        // A decision made before this moment must not apply to a state that has forgotten it.
        self.revision = self.revision.saturating_add(1);
        self.latest = Some(at);
        // One by one: the pool's date may be ahead of that of Greenwich by a day, whose other leads stay counted.
        let later: Vec<Decided> = self.decided_after(at).cloned().collect();
        for (decided, counted) in later.iter().filter_map(|one| Some((one, one.counted.as_ref()?))) {
            self.count_no_more(counted, decided.kind.owner());
        }
        let last = at.date_naive().succ_opt().unwrap_or(NaiveDate::MAX);
        self.counts.forget_after(last);
        self.spans.forget_after(last);
        self.decided.retain(|_, decided| decided.at <= at);
        self.keys.retain(|_, revision| self.decided.contains_key(revision));
        self.given = Recent::from(self.revision);
        for turns in self.groups.values_mut().chain(self.rules.values_mut()) {
            // What was read may rest on days that are no longer counted.
            turns.index = None;
        }
    }

    /// Forgets the decisions that are remembered of some leads: under their ids, and under keys that go on after a blank.
    pub(crate) fn forget_leads(&mut self, leads: &[LeadId]) {
        let is_of = |key: &str, name: &str| {
            key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        // Ids with blanks stood there without quotes before: rather a key too many than one of who is forgotten.
        let of = |key: &str| leads.iter().any(|lead| is_of(key, &key_of(lead)) || is_of(key, lead.as_str()));
        self.decided.retain(|_, decided| !of(&decided.key));
        self.keys.retain(|key, _| !of(key));
    }

    /// The decisions that are remembered and were made after a moment.
    pub(super) fn decided_after(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Decided> {
        self.decided.values().filter(move |decided| decided.at > at)
    }

    fn count_no_more(&mut self, counted: &Counted, owner: Option<&RepId>) {
        let Counted { date, way, .. } = *counted;
        let owner = owner.map(|rep| (rep, way, counted.spans));
        let also = counted.also.iter().map(|one| (&one.rep, Way::Beside, one.spans));
        for (rep, counted_as, spans) in owner.into_iter().chain(also) {
            self.counts.take_back(date, rep, counted_as);
            if spans {
                self.spans.take_back(date, rep, way);
            }
        }
    }

    /// Forgets the reps whom the roster does not have: what they are still owed, or owe, is shared by those who stay, evenly.
    ///
    /// Nobody need call it: a rep who left takes no turn, and comes back as they went. But each stays in the pool's row;
    /// where many come and go, call it once in a while. A share is a part of a lead, and the sum stays 0. The revision
    /// moves if somebody is forgotten, so that what was decided before is refused; called twice, nothing more happens. The
    /// rows of the [`RepLedger`](super::RepLedger) are the host's to delete, a month after the last lead.
    ///
    /// O(n·log n) in the reps of its lists.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster, TurnList};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let assigner = Assigner::load(json!({"pools": {"p": {"rules": [{"id": "all", "then": "everybody"}]}}}))?;
    /// # let (mut ledger, mut reps, tables) = (Ledger::new("p".into()), RepLedger::default(), HostTables::default());
    /// # let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut take = |id: &str, roster: &Roster, ledger: &mut Ledger| {
    /// #     let lead = Lead { id: id.into(), ..Lead::default() };
    /// #     let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// #     let given = assigner.assign(&facts, roster, Ledgers { pool: ledger, reps: &reps });
    /// #     given.delta().apply_to(ledger, &mut reps).unwrap();
    /// # };
    /// take("L1", &Roster::from_ids(["li", "wang", "zhao"]), &mut ledger);
    /// // `li`, who had a turn more than the others, leaves.
    /// let roster = Roster::from_ids(["wang", "zhao"]);
    /// take("L2", &roster, &mut ledger);
    /// ledger.forget_leavers(&roster);
    /// let owed: Vec<(&str, i64)> =
    ///     ledger.credits(&TurnList::Rule("all".into())).map(|(rep, owed)| (rep.as_str(), owed)).collect();
    /// assert_eq!(owed, [("wang", -(1 << 31)), ("zhao", 1 << 31)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget_leavers(&mut self, roster: &Roster) {
        let mut forgets = false;
        for turns in self.groups.values_mut().chain(self.rules.values_mut()) {
            forgets |= turns.forget_leavers(roster);
        }
        if forgets {
            self.revision = self.revision.saturating_add(1);
            // Seats have changed without a decision: whatever lists were read has to be read again.
            self.given = Recent::from(self.revision);
        }
    }
}

impl RepLedger {
    /// What reps were given by a pool's decisions after a moment counts on no date any more. They hold the leads all the same.
    pub(crate) fn forget_decided(&mut self, ledger: &Ledger, at: DateTime<Utc>) {
        for decided in ledger.decided_after(at) {
            let Some(Counted { date, way, spans, also, .. }) = &decided.counted else { continue };
            let owner = decided.kind.owner().map(|rep| (rep, *spans));
            for (rep, spans) in owner.into_iter().chain(also.iter().map(|one| (&one.rep, one.spans))) {
                let Some(counts) = self.reps.get_mut(rep) else { continue };
                counts.revision = counts.revision.saturating_add(1);
                counts.counts.get_mut(date).into_iter().for_each(|count| count.take_back(*way));
                if spans {
                    counts.spans.take_back(*date, rep, *way);
                }
            }
        }
        self.changes = Changes::of(&self.reps);
    }
}

impl Turns {
    fn forget_leavers(&mut self, roster: &Roster) -> bool {
        // Who still sits is moved away by the next decision, and can be forgotten after it.
        let is_gone = |rep: &RepId, seat: &Seat| {
            roster.find(rep.as_str()).is_none()
                && (seat.class.is_none() || seat.rest == Rest::UntilFurtherNotice)
        };
        let all = std::mem::take(&mut self.reps);
        let (gone, mut stay): (BTreeMap<RepId, Seat>, _) =
            all.into_iter().partition(|(rep, seat)| is_gone(rep, seat));
        for table in [TurnTable::Credit, TurnTable::Smooth] {
            // Away, a seat holds all that its rep is owed.
            let owed = gone.values().map(|seat| seat.beside(table)).fold(0, i64::saturating_add);
            let count = i64::try_from(stay.len()).unwrap_or(i64::MAX).max(1);
            let (each, more) = (owed.div_euclid(count), owed.rem_euclid(count));
            for (place, seat) in (0..).zip(stay.values_mut()) {
                // What does not divide goes to the first by id, so that the sum stays 0 to the unit.
                let share = each.saturating_add(i64::from(place < more));
                let beside = seat.beside_mut(table);
                *beside = beside.saturating_add(share);
            }
        }
        self.reps = stay;
        if !gone.is_empty() {
            self.index = None;
        }
        !gone.is_empty()
    }
}
