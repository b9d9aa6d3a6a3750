//! Ledgers and their rows as they are stored: written with a format number and a digest, read strictly.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::class::{MAX_UNITS, ONE_LEAD, TurnTable};
use super::counts::{DayCount, DayCounts, Spans, is_storable};
use super::decided::{Decided, Decision};
use super::kind::AssignmentKind;
use super::ledger::Ledger;
use super::ledger_error::LedgerFault;
use super::recent::Recent;
use super::rep_ledger::{RepCounts, RepLedger, RepRow};
use super::turn::TurnList;
use super::turns::Turns;
use crate::document::{Digest, in_words};
use crate::model::{GroupId, PoolId, RepId, RuleId};

const FORMAT: u16 = 1;

fn format() -> u16 {
    FORMAT
}

/// A ledger as it is stored. `L` and the others are references when it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLedger<P, G, R, C, S, D> {
    #[serde(default = "format")]
    format: u16,
    pool: P,
    #[serde(default)]
    revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest: Option<DateTime<Utc>>,
    #[serde(default)]
    groups: G,
    #[serde(default)]
    rules: R,
    #[serde(default)]
    counts: C,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spans: Option<S>,
    #[serde(default)]
    decided: D,
    /// Reveals damage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

type ReadLedger = StoredLedger<
    PoolId,
    BTreeMap<GroupId, Turns>,
    BTreeMap<RuleId, Turns>,
    DayCounts,
    Spans,
    BTreeMap<u64, Decided>,
>;

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stored = StoredLedger {
            format: FORMAT,
            pool: &self.pool,
            revision: self.revision,
            latest: self.latest,
            groups: &self.groups,
            rules: &self.rules,
            counts: &self.counts,
            spans: (!self.spans.is_empty()).then_some(&self.spans),
            decided: &self.decided,
            digest: None,
        };
        stored.digest = Some(Digest::of(&stored));
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ledger, D::Error> {
        let mut stored = ReadLedger::deserialize(deserializer).map_err(strictly)?;
        let digest = stored.digest.take();
        let pool = stored.pool.clone();
        let in_pool = |fault| D::Error::custom(format_args!("the ledger of pool `{pool}`: {fault}"));
        // The digest of an older format covers another text.
        if stored.format == FORMAT && digest.is_some_and(|digest| digest != Digest::of(&stored)) {
            return Err(in_pool(LedgerFault::Damaged));
        }
        Ledger::restore(stored).map_err(in_pool)
    }
}

impl Ledger {
    fn restore(stored: ReadLedger) -> Result<Ledger, LedgerFault> {
        check_format(stored.format)?;
        check_revision(stored.revision)?;
        if stored.pool.is_blank() {
            return Err(LedgerFault::NoPool);
        }
        let mut ledger = Ledger {
            pool: stored.pool,
            revision: stored.revision,
            latest: stored.latest,
            groups: stored.groups,
            rules: stored.rules,
            counts: stored.counts,
            spans: stored.spans.unwrap_or_default(),
            decided: BTreeMap::new(),
            keys: BTreeMap::new(),
            // The changes before are not stored: lists are read again, and then kept up to date.
            given: Recent::from(stored.revision),
        };
        ledger.latest.map_or(Ok(()), |at| check_time("latest", at))?;
        for (id, turns) in &ledger.groups {
            turns.check(&TurnList::Group(id.clone()), ledger.revision)?;
        }
        for (id, turns) in &ledger.rules {
            turns.check(&TurnList::Rule(id.clone()), ledger.revision)?;
        }
        ledger.check_counts()?;
        for (revision, decided) in stored.decided {
            // Like a row that is fetched separately: both ways pass the same checks.
            ledger.put_decided(revision, decided)?;
        }
        Ok(ledger)
    }

    /// Puts a remembered decision back, as a host fetched it.
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
    /// // Two tables: the row of the pool and the row of the decision.
    /// let (pool, decision) = (ledger.without_decisions(), ledger.decision("L1").unwrap());
    /// let fetched = pool.with_decision(decision)?;
    /// let again = assigner.assign(&facts, &roster, Ledgers { pool: &fetched, reps: &reps });
    /// assert!(again.repeats().is_some() && again.delta().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When it belongs to another pool, or was made at a revision that does not exist yet, or under a key that is taken.
    pub fn with_decision(mut self, decision: Decision) -> Result<Ledger, LedgerFault> {
        if decision.pool != self.pool {
            let key = decision.key().to_owned();
            return Err(LedgerFault::OtherPool { key, pool: decision.pool });
        }
        self.put_decided(decision.revision, decision.decided)?;
        Ok(self)
    }

    fn put_decided(&mut self, revision: u64, decided: Decided) -> Result<(), LedgerFault> {
        let key = || decided.key.to_string();
        if self.decided.contains_key(&revision) || self.keys.contains_key(&decided.key) {
            return Err(LedgerFault::KeyTwice { key: key() });
        }
        // By the revision it led to; the first decision led to revision 1.
        if revision == 0 || revision > self.revision {
            return Err(LedgerFault::LaterDecision { found: revision, revision: self.revision });
        }
        check_time("decided", decided.at)?;
        // `latest` never goes back, so no decision can be later.
        if Some(decided.at) > self.latest {
            return Err(LedgerFault::AfterLatest { key: key() });
        }
        match &decided.kind {
            // A row fetched for another pool would answer for leads this ledger never saw.
            AssignmentKind::Assigned { pool, .. } if *pool != self.pool => {
                return Err(LedgerFault::OtherPool { key: key(), pool: pool.clone() });
            }
            kind if !kind.is_settled() => return Err(LedgerFault::NotSettled { key: key() }),
            _ => {}
        }
        self.keys.insert(decided.key.clone(), revision);
        self.decided.insert(revision, decided);
        Ok(())
    }

    fn check_counts(&self) -> Result<(), LedgerFault> {
        let latest = self.latest.map(|at| at.date_naive());
        for date in self.counts.dates() {
            check_date("counts", date)?;
            let last = latest.and_then(|day| day.checked_add_days(Days::new(2)));
            if last.is_none_or(|last| date > last) {
                return Err(LedgerFault::ForeignDay { date });
            }
        }
        for date in self.spans.dates() {
            check_date("spans", date)?;
            let last = latest.and_then(|day| day.checked_add_days(Days::new(2)));
            if last.is_none_or(|last| date > last) {
                return Err(LedgerFault::ForeignDay { date });
            }
        }
        // Each decision changes the revision and counts for a rep once at most.
        match self.counts.over(self.revision).or_else(|| self.spans.over(self.revision)) {
            Some(rep) => Err(LedgerFault::Taken { rep: rep.clone() }),
            None => Ok(()),
        }
    }
}

impl Turns {
    /// Credits and debits are equal, and no decision moves a rep by more than its worth.
    fn check(&self, list: &TurnList, revision: u64) -> Result<(), LedgerFault> {
        let days = self.classes.values().flat_map(|class| class.since.keys().chain(class.resting.keys()));
        self.date.iter().chain(days).try_for_each(|date| check_date("turns", *date))?;
        let members = self.reps.len().max(1) as u128;
        // A weight is below 2³², and so is one lead in units; under smooth weights the winner pays them all.
        for (table, most) in [(TurnTable::Credit, 1), (TurnTable::Smooth, members)] {
            let leads = u128::from(revision) * u128::from(MAX_UNITS);
            let most = leads * most * u128::from(ONE_LEAD.unsigned_abs());
            let mut all = self.all_owed(table);
            if let Some((rep, units)) = all.find(|(_, units)| u128::from(units.unsigned_abs()) > most) {
                let (list, rep) = (list.clone(), rep.clone());
                return Err(LedgerFault::Overdrawn { list, rep, units, revision });
            }
            let sum: i128 = self.all_owed(table).map(|(_, units)| i128::from(units)).sum();
            // The winner pays what the others gain in a turn, so no history of decisions leads to another sum.
            if sum != 0 {
                return Err(LedgerFault::Unbalanced { list: list.clone(), sum });
            }
        }
        Ok(())
    }
}

/// A decision as a stored row.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDecision<P, D> {
    #[serde(default = "format")]
    format: u16,
    pool: P,
    revision: u64,
    decided: D,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Decision { pool, revision, decided } = self;
        let mut stored = StoredDecision { format: FORMAT, pool, revision: *revision, decided, digest: None };
        stored.digest = Some(Digest::of(&stored));
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decision, D::Error> {
        let mut stored = StoredDecision::<PoolId, Decided>::deserialize(deserializer).map_err(strictly)?;
        let digest = stored.digest.take();
        check_format(stored.format).map_err(D::Error::custom)?;
        if digest.is_some_and(|digest| digest != Digest::of(&stored)) {
            let key = &stored.decided.key;
            return Err(D::Error::custom(format_args!(
                "the decision of key `{key}`: {}",
                LedgerFault::Damaged
            )));
        }
        Ok(Decision { pool: stored.pool, revision: stored.revision, decided: stored.decided })
    }
}

/// A rep as a stored row.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRep<I, C> {
    #[serde(default = "format")]
    format: u16,
    rep: I,
    counts: C,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

impl Serialize for RepRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stored = StoredRep { format: FORMAT, rep: &self.rep, counts: &self.counts, digest: None };
        stored.digest = Some(Digest::of(&stored));
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RepRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RepRow, D::Error> {
        let mut stored = StoredRep::<RepId, RepCounts>::deserialize(deserializer).map_err(strictly)?;
        let digest = stored.digest.take();
        check_format(stored.format).map_err(D::Error::custom)?;
        let rep = stored.rep.clone();
        let fault = |fault| D::Error::custom(format_args!("the counts of rep `{rep}`: {fault}"));
        if digest.is_some_and(|digest| digest != Digest::of(&stored)) {
            return Err(fault(LedgerFault::Damaged));
        }
        stored.counts.check(&rep).map_err(fault)?;
        Ok(RepRow { rep: stored.rep, counts: stored.counts })
    }
}

/// The rows of all reps, stored together.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredReps<R> {
    #[serde(default = "format")]
    format: u16,
    #[serde(default)]
    reps: R,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

impl Serialize for RepLedger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stored = StoredReps { format: FORMAT, reps: &self.reps, digest: None };
        stored.digest = Some(Digest::of(&stored));
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RepLedger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RepLedger, D::Error> {
        let mut stored =
            StoredReps::<BTreeMap<RepId, RepCounts>>::deserialize(deserializer).map_err(strictly)?;
        let digest = stored.digest.take();
        check_format(stored.format).map_err(D::Error::custom)?;
        if digest.is_some_and(|digest| digest != Digest::of(&stored)) {
            return Err(D::Error::custom(format_args!("the rep ledger: {}", LedgerFault::Damaged)));
        }
        let check = |(rep, counts): (&RepId, &RepCounts)| {
            let fault = |fault| D::Error::custom(format_args!("the counts of rep `{rep}`: {fault}"));
            counts.check(rep).map_err(fault)
        };
        stored.reps.iter().try_for_each(check)?;
        Ok(RepLedger::read(stored.reps))
    }
}

impl RepCounts {
    pub(super) fn check(&self, rep: &RepId) -> Result<(), LedgerFault> {
        check_revision(self.revision)?;
        self.counts.keys().try_for_each(|date| check_date("counts", *date))?;
        self.spans.dates().try_for_each(|date| check_date("spans", date))?;
        let counted = |day: &DayCount| u64::from(day.assigned) + u64::from(day.claimed);
        // Each change of the row raises its revision by one.
        if self.taken.unsigned_abs() > self.revision
            || self.counts.values().map(counted).sum::<u64>() > self.revision
            || self.spans.over(self.revision).is_some()
        {
            return Err(LedgerFault::Taken { rep: rep.clone() });
        }
        Ok(())
    }
}

fn strictly<E: Error>(error: E) -> E {
    E::custom(in_words(&error.to_string()))
}

fn check_format(format: u16) -> Result<(), LedgerFault> {
    if format == FORMAT { Ok(()) } else { Err(LedgerFault::UnknownFormat { format }) }
}

fn check_revision(revision: u64) -> Result<(), LedgerFault> {
    if revision < u64::MAX { Ok(()) } else { Err(LedgerFault::NoRevisionLeft) }
}

fn check_time(field: &'static str, at: DateTime<Utc>) -> Result<(), LedgerFault> {
    check_date(field, at.date_naive())
}

fn check_date(field: &'static str, date: NaiveDate) -> Result<(), LedgerFault> {
    if is_storable(date) { Ok(()) } else { Err(LedgerFault::Time { field }) }
}
