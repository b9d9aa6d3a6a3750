//! The laws of a lead's life, looked at from outside: after every event, for what the event touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::book::Book;
use leadkit::model::{
    Acquisition, Lead, LeadField, LeadId, LeadStatus, OwnerState, RecordRef, RepId, Tenure, Value,
};
use leadkit::pipeline::Timeline;
use leadkit::{Intake, Outcome, Roster, State};

use super::clock::{deadline, is_live};
use super::desk::leads_of;
use super::policies::Policies;

/// Days for which nobody claims what he had.
const COOL_DOWN: TimeDelta = TimeDelta::days(30);
/// Owners who may lose a lead in one cycle.
const OWNERS: usize = 3;
/// So many records with one key, or names on one mobile number, share it by design.
const CROWDED: usize = 20;
const FAMILY: usize = 5;
/// Mailboxes of roles, which are nobody's own.
const ROLES: [&str; 14] = [
    "info",
    "sales",
    "contact",
    "admin",
    "office",
    "service",
    "support",
    "hr",
    "marketing",
    "webmaster",
    "hello",
    "mail",
    "noreply",
    "kefu",
];

/// A number that people write when they have none.
const INVENTED: &str = "+8613800138000";

/// A law that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) law: u8,
    pub(crate) at: DateTime<Utc>,
    pub(crate) what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.law {
            1 => "nobody is stuck",
            2 => "one customer, one owner",
            3 => "nothing is lost",
            4 => "nobody is told twice",
            5 => "not the same rep twice in a cycle",
            6 => "twice is once",
            7 => "the same bytes",
            _ => "stage, tenure, pool, owner, status and deadlines agree",
        };
        write!(f, "law {} ({name}) is broken at {}: {}", self.law, self.at.to_rfc3339(), self.what)
    }
}

/// Everything the laws look at.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) book: &'a Book,
    pub(crate) roster: &'a Roster,
    pub(crate) state: &'a State,
    pub(crate) intake: &'a Intake,
    /// Those that say when something is missed, in place of the deadlines on file.
    pub(crate) policies: Option<&'a Policies>,
    pub(crate) timelines: &'a BTreeMap<LeadId, Timeline>,
    pub(crate) now: DateTime<Utc>,
}

/// What will happen to a lead, and when, if there is a time for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub(crate) what: String,
    pub(crate) at: Option<DateTime<Utc>>,
}

/// What will happen to a lead; `None` when it has ended, and when it is stuck.
pub(crate) fn next_of(seen: &Seen<'_>, lead: &Lead) -> Option<NextStep> {
    if !is_live(seen.book, lead) {
        return None;
    }
    let held = seen.book.history(&lead.id).opportunities.first();
    let wake_up = seen.book.wake_up(&lead.id).filter(|one| one.at >= seen.now);
    let wake_up = wake_up.map(|one| NextStep { what: one.code.to_string(), at: Some(one.at) });
    let Some(owner) = &lead.owner else { return wake_up };
    let works = |rep: &RepId| seen.roster.owner_state(rep, &seen.state.reps, seen.now) != OwnerState::Gone;
    let due = match seen.policies {
        Some(policies) => policies.step_of(&lead.id).cloned(),
        None => deadline(seen.book, lead).map(|one| {
            let what = format!("{} {}", one.step, one.owner);
            (one.owner.clone(), NextStep { what, at: Some(one.due_at) })
        }),
    };
    let due = due.filter(|(rep, step)| works(rep) && step.at.is_some_and(|at| at >= seen.now));
    let due = due.map(|(_, step)| step);
    let held = held.map(|id| NextStep { what: format!("opportunity {id}"), at: None });
    due.or(held.filter(|_| works(owner))).or(wake_up)
}

/// What was seen, so that only what an event touched is looked at again.
#[derive(Debug, Default)]
pub(crate) struct Laws {
    broken: Vec<Broken>,
    touched: BTreeSet<LeadId>,
    /// Live leads by strong key, and the keys of each.
    by_key: BTreeMap<String, BTreeSet<LeadId>>,
    keys_of: BTreeMap<LeadId, BTreeSet<String>>,
    /// Notices that were looked at, and what was said since the last event.
    told: usize,
    /// Every effect that was carried out, by its key.
    carried_out: BTreeMap<String, u64>,
    /// Leads as they came in.
    entries: BTreeMap<LeadId, Lead>,
    /// What was said before: a law that is broken is reported once for a lead.
    reported: BTreeSet<(u8, String)>,
}

impl Laws {
    pub(crate) fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// A lead comes in.
    pub(crate) fn submitted(&mut self, lead: &Lead) {
        self.entries.entry(lead.id.clone()).or_insert_with(|| lead.clone());
    }

    /// What it brought is lost on purpose.
    pub(crate) fn forget(&mut self, lead: &LeadId) {
        self.entries.remove(lead);
    }

    pub(crate) fn touched(&mut self, lead: &LeadId) {
        self.touched.insert(lead.clone());
    }

    fn report(&mut self, law: u8, about: &str, at: DateTime<Utc>, what: String) {
        if self.reported.insert((law, about.to_owned())) {
            self.broken.push(Broken { law, at, what });
        }
    }

    /// Law 1: a deadline has passed, and nothing came of it.
    pub(crate) fn overslept(&mut self, lead: &LeadId, at: DateTime<Utc>) {
        self.report(
            1,
            lead.as_str(),
            at,
            format!("lead {lead} is stuck: its deadline has passed, and nothing came of it"),
        );
    }

    /// Law 6: effects of different decisions have different keys, else the later are left out.
    pub(crate) fn decided(&mut self, outcome: &Outcome) {
        for (key, effect) in outcome.keyed_effects() {
            let key = key.to_string();
            let mut hasher = DefaultHasher::new();
            serde_json::to_string(effect).unwrap_or_default().hash(&mut hasher);
            let hash = hasher.finish();
            if let Some(before) = self.carried_out.insert(key.clone(), hash).filter(|before| *before != hash)
            {
                let what = format!("two effects have the key `{key}` ({before:x}, {hash:x}): {effect}");
                self.report(6, &key, outcome.at(), what);
            }
        }
    }

    /// Law 6: an outcome applied a second time changes nothing.
    pub(crate) fn twice(&mut self, outcome: &Outcome, book: &mut Book) {
        let leads = leads_of(outcome.effects());
        let look = |book: &Book| -> String {
            let one = |id: &LeadId| {
                let history = book.history(id);
                format!("{:?} {history:?} {:?}", book.lead(id), book.wake_up(id))
            };
            let desk = book.desk();
            let beside = (desk.links.len(), desk.notices.len(), desk.conflicts.len(), desk.replaced.len());
            format!("{} {beside:?}", leads.iter().map(one).collect::<String>())
        };
        let once = look(book);
        outcome.apply_to(book);
        if look(book) != once {
            let what = format!("applied twice, it is not as applied once: {outcome}");
            self.report(6, outcome.decision(), outcome.at(), what);
        }
    }

    /// Looks at what was touched since the last time.
    pub(crate) fn check(&mut self, seen: &Seen<'_>) {
        self.check_notices(seen);
        let touched = std::mem::take(&mut self.touched);
        for id in &touched {
            self.file(id, seen);
        }
        for id in &touched {
            let Some(lead) = seen.book.lead(id) else { continue };
            self.check_stuck(lead, seen);
            self.check_owners(lead, seen);
            self.check_customer(lead, seen);
            self.check_six(lead, seen);
        }
    }

    /// Law 1.
    fn check_stuck(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let id = lead.id.as_str();
        if let Some(into) = &lead.folded_into {
            let goes_on = seen.book.lead(into).is_some_and(Lead::is_on_file);
            if !goes_on || lead.owner.is_some() || lead.pool.is_some() {
                self.report(
                    1,
                    id,
                    seen.now,
                    format!("lead {id} is folded into {into}, which does not go on for it"),
                );
            }
            return;
        }
        if lead.status == LeadStatus::Converted && lead.owner.is_none() {
            return self.report(1, id, seen.now, format!("lead {id} is converted and has no owner"));
        }
        if !is_live(seen.book, lead) {
            return;
        }
        if lead.owner.is_some() && lead.pool.is_some() {
            self.report(
                1,
                &format!("{id} both"),
                seen.now,
                format!("lead {id} has an owner and lies in a pool"),
            );
        }
        if next_of(seen, lead).is_none() {
            let owner = lead.owner.as_ref().map_or("nobody", |owner| owner.as_str());
            let due = match seen.policies {
                Some(policies) => policies.step_of(&lead.id).map(|(rep, step)| {
                    let at = step.at.map(|at| at.to_rfc3339()).unwrap_or_default();
                    format!("{} of {rep} {at}", step.what)
                }),
                None => deadline(seen.book, lead).map(|one| one.due_at.to_rfc3339()),
            };
            let wake_up =
                seen.book.wake_up(&lead.id).map(|one| format!("{} {}", one.code, one.at.to_rfc3339()));
            let what = format!(
                "lead {id} ({}) of {owner} is stuck: deadline {}, wake-up {}",
                lead.status,
                due.as_deref().unwrap_or("-"),
                wake_up.as_deref().unwrap_or("-")
            );
            self.report(1, id, seen.now, what);
        }
    }

    /// Law 5.
    fn check_owners(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let Some(owner) = lead.owner.as_ref().filter(|_| is_live(seen.book, lead)) else { return };
        let history = seen.book.history(&lead.id);
        let of = |one: &&Tenure| {
            one.until.is_none() && one.owner == *owner && one.acquisition != Acquisition::Cover
        };
        let Some(tenure) = history.tenures.iter().find(of) else {
            // A lead that came in with its owner, or was filed so, has none.
            return;
        };
        let by_people = [Acquisition::AssignedByAdmin, Acquisition::Created, Acquisition::Imported];
        if by_people.contains(&tenure.acquisition) {
            return;
        }
        let id = lead.id.as_str();
        let mut before: Vec<&RepId> = history.previous_owners().collect();
        if before.contains(&owner) {
            let what = format!("lead {id} is with {owner} again, who had it in this cycle");
            self.report(5, &format!("{id} {}", tenure.from), seen.now, what);
        }
        before.sort();
        before.dedup();
        if before.len() >= OWNERS && tenure.acquisition == Acquisition::AutoAssigned {
            let what = format!("lead {id} has a fourth owner in one cycle: {owner}");
            self.report(5, &format!("{id} fourth {}", tenure.from), seen.now, what);
        }
        let cooled = |one: &Tenure| {
            one.owner == *owner
                && one.counts()
                && one.until.is_some_and(|until| until <= tenure.from && until + COOL_DOWN > tenure.from)
        };
        if tenure.acquisition == Acquisition::Claimed && history.tenures.iter().any(cooled) {
            let what = format!("lead {id} was claimed by {owner} within 30 days of having had it");
            self.report(5, &format!("{id} claim {}", tenure.from), seen.now, what);
        }
    }

    /// What is known of a lead changes together: its stage and its way, who holds it by the tenures, where it lies, whose it
    /// is, its status, and who has to do something by when.
    fn check_six(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let (id, owner) = (lead.id.as_str(), lead.owner.as_ref());
        let history = seen.book.history(&lead.id);
        let open = || history.tenures.iter().filter(|one| one.until.is_none());
        let mut holders: Vec<&RepId> =
            open().filter(|one| one.acquisition != Acquisition::Cover).map(|one| &one.owner).collect();
        let mut wrong = Vec::new();
        holders.dedup();
        // A lead that came in with its owner has no tenure.
        if !holders.is_empty() && holders != owner.into_iter().collect::<Vec<_>>() {
            wrong.push(format!("tenures of {holders:?}"));
        }
        let works =
            |rep: &RepId| Some(rep) == owner || history.cover().is_some_and(|cover| cover.owner == *rep);
        let rests = matches!(lead.status, LeadStatus::Unassigned | LeadStatus::Returned);
        if !lead.has_ended() && rests != owner.is_none() {
            wrong.push(format!("status {}", lead.status));
        }
        if owner.is_some() && lead.pool.is_some() {
            wrong.push("a pool".to_owned());
        }
        let due = history.deadlines.iter().filter(|one| one.done_at.is_none()).map(|one| &one.owner);
        wrong.extend(due.filter(|rep| !works(rep)).map(|rep| format!("a deadline of {rep}")));
        let asked = seen.policies.into_iter().flat_map(|policies| policies.asked(&lead.id));
        wrong.extend(asked.filter(|rep| !works(rep)).map(|rep| format!("policies ask {rep}")));
        let stage = seen.timelines.get(&lead.id).and_then(Timeline::stage);
        if stage.is_some() && lead.is_on_file() && stage != lead.stage.as_deref() {
            wrong.push(format!("stage {:?} and way {stage:?}", lead.stage));
        }
        if !wrong.is_empty() {
            let owner = owner.map_or("nobody", |owner| owner.as_str());
            self.report(8, id, seen.now, format!("lead {id} of {owner} has {}", wrong.join(", ")));
        }
    }

    /// Files a lead under its strong keys.
    fn file(&mut self, id: &LeadId, seen: &Seen<'_>) {
        for key in self.keys_of.remove(id).unwrap_or_default() {
            if let Some(leads) = self.by_key.get_mut(&key) {
                leads.remove(id);
            }
        }
        let Some(lead) = seen.book.lead(id).filter(|lead| is_live(seen.book, lead)) else { return };
        if lead.status == LeadStatus::Converted {
            // Its company decides.
            return;
        }
        let keys = strong_keys(lead, seen.intake);
        for key in &keys {
            self.by_key.entry(key.clone()).or_default().insert(id.clone());
        }
        self.keys_of.insert(id.clone(), keys);
    }

    /// Law 2.
    fn check_customer(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let Some(owner) = &lead.owner else { return };
        let collides = |lead: &Lead| lead.tags.iter().any(|tag| tag == "collision" || tag == "reward");
        if collides(lead) {
            return;
        }
        let mut found = Vec::new();
        for key in self.keys_of.get(&lead.id).into_iter().flatten() {
            let leads: Vec<&Lead> =
                self.by_key.get(key).into_iter().flatten().filter_map(|id| seen.book.lead(id)).collect();
            let names: BTreeSet<&str> = leads.iter().filter_map(|one| one.name.as_deref()).collect();
            if leads.len() >= CROWDED || (key.starts_with("phone") && names.len() >= FAMILY) {
                continue;
            }
            let other =
                |one: &&&Lead| one.owner.as_ref().is_some_and(|other| other != owner) && !collides(one);
            found.extend(leads.iter().find(other).map(|one| (one.id.clone(), one.owner.clone(), mask(key))));
        }
        for (other, of, key) in found {
            let of = of.map_or_else(String::new, |of| of.to_string());
            let mut pair = [lead.id.to_string(), other.to_string()];
            pair.sort();
            let what = format!("leads {} of {owner} and {other} of {of} share {key}", lead.id);
            self.report(2, &pair.join(" "), seen.now, what);
        }
    }

    /// Law 4: what happens at once says each thing once.
    fn check_notices(&mut self, seen: &Seen<'_>) {
        let notices = &seen.book.desk().notices;
        let mut said: BTreeSet<(&RepId, &str, &RecordRef)> = BTreeSet::new();
        let mut twice = Vec::new();
        for one in notices.iter().skip(self.told) {
            if !said.insert((&one.rep, one.code.as_ref(), &one.about)) {
                twice.push(format!(
                    "{} is told `{}` about {} twice for one cause",
                    one.rep, one.code, one.about
                ));
            }
        }
        self.told = notices.len();
        for what in twice {
            self.report(4, &what.clone(), seen.now, what);
        }
    }

    /// Law 3: what each entry brought is on its subject, in the history of that, or in a conflict.
    pub(crate) fn check_nothing_lost(&mut self, book: &Book, intake: &Intake) {
        let mut kept_beside: BTreeMap<&str, Vec<(&str, &Value)>> = BTreeMap::new();
        for one in &book.desk().conflicts {
            let kept = kept_beside.entry(one.record.id()).or_default();
            kept.extend([(one.field.as_str(), &one.kept), (one.field.as_str(), &one.found)]);
        }
        for one in &book.desk().replaced {
            kept_beside.entry(one.record.id()).or_default().push((one.field.as_str(), &one.value));
        }
        let mut lost = Vec::new();
        for (id, entry) in &self.entries {
            let Some(filed) = book.lead(id) else { continue };
            let subject = match &filed.folded_into {
                Some(into) => match book.lead(into) {
                    Some(subject) => subject,
                    None => continue,
                },
                None => filed,
            };
            let mut kept: BTreeSet<(String, String)> = values_of(subject);
            for (field, value) in kept_beside.get(subject.id.as_str()).into_iter().flatten() {
                kept.extend(plain(field, value));
            }
            let missing = values_of(entry).into_iter().find(|one| !kept.contains(one));
            if let Some((field, value)) = missing {
                lost.push((
                    id.clone(),
                    format!("lead {id}: `{field}` {} is not on lead {}", mask(&value), subject.id),
                ));
            }
            let (had, has) = (strong_keys(entry, intake), strong_keys(subject, intake));
            let is_kept = |key: &String| has.contains(key) || kept_beside.contains_key(subject.id.as_str());
            if let Some(key) = had.iter().find(|key| !is_kept(key)) {
                lost.push((
                    id.clone(),
                    format!("lead {id}: no key {} leads to lead {}", mask(key), subject.id),
                ));
            }
        }
        let now = book.leads().filter_map(|lead| lead.last_active_at).max().unwrap_or_default();
        for (id, what) in lost {
            self.report(3, id.as_str(), now, what);
        }
    }

    /// Law 7: somebody found another text.
    pub(crate) fn differs(&mut self, at: DateTime<Utc>, what: String) {
        self.report(7, &what.clone(), at, what);
    }
}

/// Keys by which a lead is one person's.
fn strong_keys(lead: &Lead, intake: &Intake) -> BTreeSet<String> {
    let is_strong = |kind: &str, value: &str| match kind {
        "phone" => value.len() == 14 && value.starts_with("+861") && value != INVENTED,
        "email" => value.split('@').next().is_some_and(|local| !ROLES.contains(&local)),
        "wechat" | "person_id" => true,
        _ => false,
    };
    let keys = intake.probe(lead).keys;
    let strong = keys.iter().filter(|key| is_strong(key.kind.as_str(), &key.value));
    strong.map(|key| format!("{} {}", key.kind, key.value)).collect()
}

/// Fields that tell of one entry alone, or of what became of it.
const OF_THE_ENTRY: [LeadField; 14] = [
    LeadField::Id,
    LeadField::CreatedAt,
    LeadField::Ip,
    LeadField::Status,
    LeadField::CloseReason,
    LeadField::FoldedInto,
    LeadField::CollectedUnder,
    LeadField::Account,
    LeadField::LastActiveAt,
    LeadField::Owner,
    LeadField::Pool,
    LeadField::Acquisition,
    LeadField::NextFollowUp,
    LeadField::Stage,
];

fn values_of(lead: &Lead) -> BTreeSet<(String, String)> {
    let own = |field: &&LeadField| {
        let name = field.as_str();
        // Contact values are compared by their keys; where an entry came from is its own.
        !OF_THE_ENTRY.contains(field)
            && !["phones", "emails", "wechat"].contains(&name)
            && !name.starts_with("source.")
            && !name.starts_with("utm.")
            && !name.starts_with("first_utm.")
    };
    let fields = LeadField::ALL.iter().filter(own);
    let mut values: BTreeSet<(String, String)> =
        fields.flat_map(|field| plain(field.as_str(), &field.get(lead))).collect();
    for (name, value) in &lead.attributes {
        values.extend(plain(&format!("attributes.{name}"), value));
    }
    values
}

/// The items of a value, as they compare.
fn plain(field: &str, value: &Value) -> Vec<(String, String)> {
    let items = match value {
        Value::List(items) => items.clone(),
        Value::Null => Vec::new(),
        // Texts that were united are lines.
        other => other.to_string().lines().map(str::to_owned).collect(),
    };
    let items = items.iter().map(|item| item.trim().to_lowercase()).filter(|item| !item.is_empty());
    items.map(|item| (field.to_owned(), item)).collect()
}

/// A contact value is not for showing.
fn mask(text: &str) -> String {
    let shown = text.chars().count();
    text.chars().enumerate().map(|(at, c)| if at > 9 && at + 3 < shown { '*' } else { c }).collect()
}
