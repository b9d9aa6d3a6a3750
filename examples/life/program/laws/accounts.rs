//! Law 2, of accounts: whose customer a lead is, and what a partner's deal protects.

use leadkit::dedup::MatchAction;
use leadkit::model::{Acquisition, Lead, LeadStatus, OwnerState, RecordRef};

use super::super::clock::is_live;
use super::{Clause, Laws, Seen};

/// What people say of whose an account is.
const BY_PEOPLE: [&str; 7] = ["hand_over", "leave", "account", "allot", "merge", "effects", "join"];

impl Laws {
    pub(super) fn check_account(&mut self, lead: &Lead, seen: &Seen<'_>) {
        self.check_another_s(lead, seen);
        let Some(account) = lead.account.as_ref().and_then(|id| seen.book.account(id)) else { return };
        let Some((partner, _)) = account.protection(seen.now) else { return };
        let manager = seen.roster.channel_manager(partner);
        let Some(manager) = manager.filter(|rep| seen.state_of(rep) != OwnerState::Gone) else { return };
        if account.owner.as_ref() == Some(manager) || self.given_away.contains(&account.id) {
            return;
        }
        if BY_PEOPLE.contains(&seen.event) {
            self.given_away.insert(account.id.clone());
            return;
        }
        let what = format!("a deal of {partner} protects account {}, which is not {manager}'s", account.id);
        self.report(Clause::Protected, account.id.as_str(), seen.now, what);
    }

    /// A value was corrected, or somebody joined two leads: what it belongs to by that is acted on at once.
    fn check_another_s(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let Some(owner) = lead.owner.as_ref().filter(|_| is_live(seen.book, lead)) else { return };
        let by_people = [Acquisition::AssignedByAdmin, Acquisition::Imported];
        let is_theirs = lead.acquisition.as_ref().is_some_and(|how| by_people.contains(how));
        let is_asked = lead.tags.iter().any(|tag| tag == "collision");
        let is_worked =
            lead.status != LeadStatus::Pending || !seen.book.history(&lead.id).opportunities.is_empty();
        if !["update", "merge"].contains(&seen.event) || is_theirs || is_asked || is_worked {
            return;
        }
        let history = seen.book.history(&lead.id);
        let Some(mut input) = seen.intake.input_of(seen.book, &lead.id, seen.now) else { return };
        (input.wake_up, input.trust_clock) = (None, true);
        let outcome = seen.intake.review(&input, seen.roster, seen.state, seen.now);
        let found = outcome.resolution().map(|found| found.action());
        let Some(MatchAction::ToOwner { owner: other, record: RecordRef::Account(account) }) = found else {
            return;
        };
        let since = history.tenures.iter().find(|one| one.until.is_none()).map(|one| one.from);
        let was_there = seen.book.account(account).is_some_and(|one| Some(one.created_at) <= since);
        if other != owner && was_there && !history.previous_owners().any(|before| before == other) {
            let what =
                format!("lead {} of {owner} belongs to account {account}, which is {other}'s", lead.id);
            self.report(Clause::AnotherS, lead.id.as_str(), seen.now, what);
        }
    }
}
