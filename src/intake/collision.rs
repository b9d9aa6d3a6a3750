//! Collisions: two reps work on one company, and one of them keeps it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attribution::{Entry, Ownership, OwnershipRules};
use crate::dedup::Resolution;
use crate::model::{Acquisition, Effect, Lead, RecordRef, RepId};
use crate::order;
use crate::rule::MatchLabel;

/// The settlement of a collision (撞单).
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settlement {
    /// The owner of the company from now on.
    pub owner: RepId,
    /// The owner's record that decides it.
    pub record: RecordRef,
    /// When that record was entered, in UTC.
    pub entered_at: DateTime<Utc>,
    /// The entries that were compared, and why the owner's decides.
    pub ownership: Ownership,
    /// The other owners, who are told.
    pub others: BTreeSet<RepId>,
    /// What the host should do, in order and in one transaction.
    pub effects: Vec<Effect>,
}

impl fmt::Display for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others: Vec<&str> = self.others.iter().map(RepId::as_str).collect();
        write!(f, "{} by {}; told: {}", self.ownership, self.record, others.join(", "))
    }
}

/// Settles a collision by the ownership rule at the moment `at`, when the lead becomes an opportunity or a reviewer
/// decides. `None` when there is no collision, or when no entry counts.
///
/// Every owner is a party, and the earliest record of each is an entry: the records that surely match
/// ([`Match::is_sure`](crate::dedup::Match::is_sure)) and have an owner, and the lead itself when it brings one. Entries of
/// one moment are ordered by owner and record. The lead goes to the winner, and the other owners are told.
///
/// ```
/// use leadkit::attribution::OwnershipRules;
/// use leadkit::book::Book;
/// use leadkit::dedup::DedupRules;
/// use leadkit::intake::settle_collision;
/// use leadkit::model::{Account, Lead};
/// use leadkit::{Input, Intake, Roster, Rules, State};
///
/// let mut book = Book::new();
/// book.insert_account(Account {
///     id: "A1".into(), company: "Acme Ltd".into(), owner: Some("li".into()),
///     created_at: "2026-02-10T02:00:00Z".parse().unwrap(), ..Account::default()
/// });
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
/// let lead = Lead {
///     id: "L1".into(), company: Some("ACME Limited".into()), phones: vec!["13812349876".into()],
///     owner: Some("wang".into()), created_at: now, ..Lead::default()
/// };
/// let intake = Intake::compile(&Rules::default())?;
/// let rows = book.rows(&intake.probe(&lead));
/// let roster = Roster::compile(&[], &Default::default())?;
/// let input = Input { lead, rows, ..Input::default() };
/// let outcome = intake.process(&input, &roster, &State::default(), now);
/// let rules = OwnershipRules::default();
/// let settled = settle_collision(&input.lead, outcome.resolution().unwrap(), &rules, now).unwrap();
/// assert_eq!(
///     settled.to_string(),
///     "`li` owns it, entered 2026-02-10: it is the first in the window by account A1; told: wang",
/// );
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
pub fn settle_collision(
    lead: &Lead,
    resolution: &Resolution,
    rules: &OwnershipRules,
    at: DateTime<Utc>,
) -> Option<Settlement> {
    if !resolution.labels().contains(&MatchLabel::Collision) {
        return None;
    }
    let on_file = resolution
        .matches()
        .iter()
        .filter(|found| found.is_sure())
        .filter_map(|found| Some((found.created_at, found.record.clone(), found.owner.clone()?)));
    let this = RecordRef::Lead(lead.id.clone());
    let own = lead.owner.clone().map(|owner| (lead.on_file_since(), this.clone(), owner));
    let entries: Vec<(DateTime<Utc>, RecordRef, RepId)> = on_file.chain(own).collect();
    let as_entry = |(at, record, owner): &(DateTime<Utc>, RecordRef, RepId)| Entry {
        record: record.to_string(),
        ..Entry::new(owner.as_str(), *at)
    };
    let ownership = rules.decide(&entries.iter().map(as_entry).collect::<Vec<_>>(), at);
    let winner = ownership.owner()?;
    let (entered_at, record, owner) = entries.iter().find(|entry| as_entry(entry) == *winner)?.clone();
    let others = order::set(entries.into_iter().map(|(_, _, other)| other).filter(|other| *other != owner));
    let mut effects = Vec::new();
    if lead.owner.as_ref() != Some(&owner) {
        effects.push(Effect::SetOwner {
            lead: lead.id.clone(),
            owner: owner.clone(),
            acquisition: Acquisition::OwnerChanged,
        });
    }
    effects.extend(others.iter().map(|rep| Effect::Notify {
        rep: rep.clone(),
        code: "collision_settled".into(),
        about: this.clone(),
    }));
    Some(Settlement { owner, record, entered_at, ownership, others, effects })
}
