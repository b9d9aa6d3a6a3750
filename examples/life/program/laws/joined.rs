//! Law 2, of what becomes one record: who takes in whom, and what nobody but a reviewer joins.

use leadkit::model::{Lead, LeadId, OwnerState};

use super::{Before, Clause, Laws, Seen};

impl Laws {
    /// Leads were folded just now.
    pub(super) fn check_joined(&mut self, seen: &Seen<'_>, changed: &[(&Lead, Before, Before)]) {
        if seen.event == "merge" {
            // Whoever says that two leads are one knows.
            return;
        }
        for (lead, before, _) in changed.iter().filter(|(_, before, _)| !before.is_folded) {
            let Some(into) = lead.folded_into.as_ref() else { continue };
            self.check_import(&lead.id, into, seen);
            let subject = changed.iter().find(|(one, ..)| one.id == *into).map(|(_, before, _)| before);
            let Some(subject) = subject.filter(|_| before.is_known && before.is_live) else { continue };
            let two = before.owner.as_ref().zip(subject.owner.as_ref()).filter(|(one, other)| one != other);
            let is_there = two.is_some_and(|(one, other)| {
                [one, other].into_iter().all(|rep| seen.state_of(rep) != OwnerState::Gone)
            });
            if is_there && (before.holds || subject.holds) && !before.collides && !subject.collides {
                let what =
                    format!("lead {} of another rep is folded into {into}, and nobody was asked", lead.id);
                self.report(Clause::HeldFolds, lead.id.as_str(), seen.now, what);
            }
        }
    }

    fn check_import(&mut self, lead: &LeadId, into: &LeadId, seen: &Seen<'_>) {
        let came = |id: &LeadId| self.order.get(id).copied();
        let is_before = came(lead).zip(came(into)).is_some_and(|(one, other)| one < other);
        if self.imported.contains(into) && is_before {
            let what = format!("lead {lead} is folded into {into}, which an import brought after it");
            self.report(Clause::ImportTakesIn, lead.as_str(), seen.now, what);
        }
    }

    /// Nobody knows whose a person is: then their forms are one subject all the same.
    pub(super) fn check_one_subject(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let is_asked = |one: &Lead| {
            let due = seen.book.wake_up(&one.id).is_some_and(|wake_up| wake_up.code.as_ref() == "review_due");
            let asked = (one.id.clone(), "owner_conflict".into());
            one.owner.is_none() && due && seen.book.desk().reviews.contains_key(&asked)
        };
        if !is_asked(lead) {
            return;
        }
        let keys = self.keys_of.get(&lead.id).into_iter().flat_map(|(_, keys)| keys);
        let ids = keys.filter_map(|key| self.by_key.get(key)).flatten();
        let alike = |one: &&Lead| one.id != lead.id && one.name == lead.name && one.company == lead.company;
        let other = ids.filter_map(|id| seen.book.lead(id)).filter(alike).find(|one| is_asked(one));
        if let Some(other) = other {
            let mut pair = [lead.id.as_str(), other.id.as_str()];
            pair.sort_unstable();
            let what = format!("leads {} and {} are one person's, and both are held", pair[0], pair[1]);
            self.report(Clause::OneSubject, &pair.join(" "), seen.now, what);
        }
    }
}
