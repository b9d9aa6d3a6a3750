//! Law 4: nobody is told twice, and everybody whom something concerns is told.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::model::{Acquisition, Lead, LeadId, Link, LinkKind, OwnerState, RecordRef, RepId};

use super::{Before, Clause, Laws, Seen};

/// What the owner of a lead does themselves.
const BY_HIMSELF: [&str; 10] = [
    "return",
    "close",
    "convert",
    "advance",
    "follow_up",
    "hand_over",
    "leave",
    "forget",
    "opportunity",
    "update",
];
/// One digest a receiver.
const DIGESTED: [&str; 3] = ["import", "hand_over", "leave"];

impl Laws {
    pub(super) fn check_notices(&mut self, seen: &Seen<'_>, changed: &[(&Lead, Before, Before)]) {
        let notices = &seen.book.desk().notices[self.told.min(seen.book.desk().notices.len())..];
        let mut said: BTreeMap<(&RepId, &str, &RecordRef), usize> = BTreeMap::new();
        for one in notices {
            *said.entry((&one.rep, one.code.as_ref(), &one.about)).or_default() += 1;
        }
        // Each entry that is joined with a lead is a cause of its own.
        let mut joined: BTreeMap<&LeadId, Vec<&LeadId>> = BTreeMap::new();
        for (lead, before, _) in changed {
            if let Some(into) = lead.folded_into.as_ref().filter(|_| !before.is_folded) {
                joined.entry(into).or_default().push(&lead.id);
            }
        }
        let causes = |about: &RecordRef| {
            let RecordRef::Lead(id) = about else { return 1 };
            // What it was joined with may be joined with another at once.
            let root = seen.book.lead(id).and_then(|lead| lead.folded_into.as_ref()).unwrap_or(id);
            joined.get(root).map_or(1, |entries| entries.len())
        };
        let twice = said.iter().filter(|((_, _, about), times)| **times > causes(about));
        let twice: Vec<String> = twice
            .map(|((rep, code, about), _)| {
                format!("{rep} is told `{code}` about {about} twice for one cause")
            })
            .collect();
        self.told = seen.book.desk().notices.len();
        for what in twice {
            self.report(Clause::ToldTwice, &what.clone(), seen.now, what);
        }
        let is_told = |rep: &RepId, about: &BTreeSet<RecordRef>| {
            let digest = DIGESTED.contains(&seen.event);
            said.keys().any(|(to, _, of)| *to == rep && (digest || about.contains(of)))
        };
        for (lead, before, now) in changed {
            let about = concerned(lead, &joined);
            self.check_getters(lead, before, now, &|rep| is_told(rep, &about), seen);
            self.check_losers(lead, before, now, &|rep| is_told(rep, &about), seen);
            self.check_reentry(lead, before, &joined, &|rep, about| is_told(rep, about), seen);
            let collides = now.collides && !before.collides;
            // Of what goes along with a lead it is said of that one.
            let is_said = |rep: &RepId| said.keys().any(|(to, code, _)| *to == rep && *code == "collision");
            let is_untold = |owner: &&RepId| collides && !is_told(owner, &about) && !is_said(owner);
            if let Some(owner) = lead.owner.as_ref().filter(is_untold) {
                let what = format!("lead {} collides, and {owner} is not told", lead.id);
                self.report(Clause::CollisionTold, lead.id.as_str(), seen.now, what);
            }
            if collides {
                self.check_collision_once(lead, seen);
            }
        }
    }

    /// The same two reps were not told of the same person already, and nobody has decided since.
    fn check_collision_once(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let Some(owner) = &lead.owner else { return };
        let told = |rep: &RepId, about: &LeadId| {
            let about = RecordRef::Lead(about.clone());
            let is_it = |one: &leadkit::book::Notice| {
                one.rep == *rep && one.code.as_ref() == "collision" && one.about == about
            };
            seen.book.desk().notices.iter().any(is_it)
        };
        let keys = self.keys_of.get(&lead.id).into_iter().flat_map(|(_, keys)| keys);
        let ids = keys.filter_map(|key| self.by_key.get(key)).flatten().filter(|id| **id != lead.id);
        let known = ids.filter_map(|id| seen.book.lead(id)).find(|one| {
            let is_asked = one.tags.iter().any(|tag| tag == "collision");
            let [from, to] = [&one.id, &lead.id].map(|id| RecordRef::Lead(id.clone()));
            let is_of_both = Link { from, kind: LinkKind::RelatedTo, to };
            is_asked
                && seen.book.desk().links.contains(&is_of_both)
                && told(owner, &one.id)
                && one.owner.as_ref().is_some_and(|rep| told(rep, &one.id))
        });
        if let Some(known) = known.filter(|one| one.owner.as_ref() != Some(owner)) {
            let what = format!("the collision of {} and {} is reported twice", lead.id, known.id);
            self.report(Clause::CollisionOnce, lead.id.as_str(), seen.now, what);
        }
    }

    /// Who gets a lead, or is to work on it in its owner's place.
    fn check_getters(
        &mut self,
        lead: &Lead,
        before: &Before,
        now: &Before,
        is_told: &dyn Fn(&RepId) -> bool,
        seen: &Seen<'_>,
    ) {
        let tenure = seen.book.history(&lead.id).tenures.iter().rfind(|one| one.until.is_none());
        let claimed = tenure.is_some_and(|one| one.acquisition == Acquisition::Claimed);
        let brought = self.entries.get(&lead.id).and_then(|one| one.owner.as_ref());
        let owner = now.owner.as_ref().filter(|owner| before.owner.as_ref() != Some(owner));
        // A rep who claims a lead, or brought it, knows.
        let knows = |owner: &&RepId| claimed || brought == Some(owner) && before.owner.is_none();
        let helper = now.helper.as_ref().filter(|helper| before.helper.as_ref() != Some(helper));
        for rep in owner.filter(|owner| !knows(owner)).into_iter().chain(helper) {
            if !is_told(rep) {
                self.report_untold(Clause::GetterTold, lead, "given to", rep, seen);
            }
        }
    }

    /// Nobody who is gone is told.
    fn report_untold(&mut self, clause: Clause, lead: &Lead, how: &str, rep: &RepId, seen: &Seen<'_>) {
        if seen.state_of(rep) != OwnerState::Gone {
            let what = format!("lead {} is {how} {rep}, who is not told ({})", lead.id, seen.event);
            self.report(clause, &format!("{} {rep} {}", lead.id, seen.now), seen.now, what);
        }
    }

    /// Reps who lose a lead that they did not give away.
    fn check_losers(
        &mut self,
        lead: &Lead,
        before: &Before,
        now: &Before,
        is_told: &dyn Fn(&RepId) -> bool,
        seen: &Seen<'_>,
    ) {
        if BY_HIMSELF.contains(&seen.event) {
            return;
        }
        if let Some(rep) = before.owner.as_ref().filter(|owner| now.owner.as_ref() != Some(owner)) {
            // What was joined with another lead of theirs is still theirs.
            let into = lead.folded_into.as_ref().and_then(|into| seen.book.lead(into));
            let keeps = into.is_some_and(|into| into.owner.as_ref() == Some(rep));
            let answered = lead.owner.as_ref() == Some(rep);
            if !keeps && !answered && !is_told(rep) {
                self.report_untold(Clause::LoserTold, lead, "taken from", rep, seen);
            }
        }
    }

    /// A rep who works on a lead is told of a new entry of its person.
    fn check_reentry(
        &mut self,
        lead: &Lead,
        before: &Before,
        joined: &BTreeMap<&LeadId, Vec<&LeadId>>,
        is_told: &dyn Fn(&RepId, &BTreeSet<RecordRef>) -> bool,
        seen: &Seen<'_>,
    ) {
        if before.is_folded || self.same_records.contains(&lead.id) {
            return;
        }
        let Some(subject) = lead.folded_into.as_ref().and_then(|into| seen.book.lead(into)) else { return };
        let helper = seen.book.history(&subject.id).helper().map(|one| &one.owner);
        let Some(worker) = helper.or(subject.owner.as_ref()) else { return };
        let typed = self.entries.get(&lead.id).and_then(|one| one.owner.as_ref());
        // It may have been folded into another that was joined with the subject at once.
        let between = joined.get(&subject.id).into_iter().flatten().map(|id| RecordRef::Lead((*id).clone()));
        let about = [lead, subject].map(|one| RecordRef::Lead(one.id.clone())).into_iter().chain(between);
        let about = about.chain(subject.account.clone().map(RecordRef::Account)).collect();
        // What joins by an entry that the rep typed is no news of its own.
        let typed_one = self.typists(subject).any(|typist| typist == worker);
        let knows = typed == Some(worker) || typed_one || before.owner.as_ref() == Some(worker);
        if !knows && seen.event != "import" && seen.event != "merge" && !is_told(worker, &about) {
            let what = format!("lead {} is folded into {}, and {worker} is not told", lead.id, subject.id);
            self.report(Clause::ReentryTold, lead.id.as_str(), seen.now, what);
        }
    }
}

/// The records by which people hear of a lead: itself, its account, and what was folded into it just now.
fn concerned(lead: &Lead, joined: &BTreeMap<&LeadId, Vec<&LeadId>>) -> BTreeSet<RecordRef> {
    let of = |id: &LeadId| RecordRef::Lead(id.clone());
    let folded = |id: &LeadId| joined.get(id).into_iter().flatten().map(|id| of(id)).collect::<Vec<_>>();
    let into = lead.folded_into.as_ref();
    // It may have been folded into another that was joined with the subject at once.
    let between = into.map(folded).unwrap_or_default();
    let account = lead.account.clone().map(RecordRef::Account);
    let into = into.map(of).into_iter().chain(between);
    [of(&lead.id)].into_iter().chain(folded(&lead.id)).chain(into).chain(account).collect()
}
