//! Law 5: not the same rep twice in a cycle.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::{Acquisition, Lead, OwnerState, RepId, Tenure, TenureEnd};

use super::super::clock::is_live;
use super::{Before, Clause, Laws, Seen};

impl Laws {
    pub(super) fn check_owners(&mut self, lead: &Lead, stood: &Before, seen: &Seen<'_>) {
        let had = stood.owner.as_ref();
        // Days for which the last owner of the cycle before is left out, and who lost an opportunity.
        let exclusion = TimeDelta::days(self.life.exclusion_days.into());
        let Some(owner) = lead.owner.as_ref().filter(|_| is_live(seen.book, lead)) else { return };
        let history = seen.book.history(&lead.id);
        let of = |one: &&Tenure| one.until.is_none() && one.owner == *owner && !one.is_beside_owner();
        let Some(tenure) = history.tenures.iter().find(of) else {
            // A lead that came in with its owner, or was filed so, has none.
            return;
        };
        let id = lead.id.as_str();
        if tenure.acquisition == Acquisition::Claimed
            && tenure.from == seen.now
            && matches!(seen.state_of(owner), OwnerState::Away { .. })
        {
            let what = format!("lead {id} is given to {owner}, who claims it and is away");
            self.report(Clause::Eligible, &format!("{id} {}", tenure.from), seen.now, what);
        }
        let is_his = |one: &Tenure| one.owner == *owner && one.until == Some(tenure.from);
        let recycled = |one: &Tenure| is_his(one) && one.end == Some(TenureEnd::Recycled);
        let continues = history.cycle_started_at != Some(seen.now);
        if ["wake_up", "policy"].contains(&seen.event)
            && continues
            && tenure.from == seen.now
            && history.tenures.iter().any(recycled)
        {
            let what = format!("lead {id} is taken from {owner}, who has it again at once");
            self.report(Clause::BackAtOnce, &format!("{id} {}", tenure.from), seen.now, what);
        }
        let by_people = [Acquisition::AssignedByAdmin, Acquisition::Created, Acquisition::Imported];
        if by_people.contains(&tenure.acquisition) {
            return;
        }
        let lost_deal = self.deals_lost.get(&lead.id).into_iter().flatten();
        let mut lost_deal = lost_deal.filter(|(rep, at)| rep == owner && *at + exclusion > tenure.from);
        if tenure.from == seen.now
            && tenure.acquisition == Acquisition::AutoAssigned
            && lost_deal.next().is_some()
            && !Laws::is_of_his_customer(lead, owner, seen)
        {
            let days = self.life.exclusion_days;
            let what =
                format!("lead {id} is with {owner} again, who lost its opportunity within {days} days");
            self.report(Clause::DealLost, &format!("{id} {}", tenure.from), seen.now, what);
        }
        let mut before: Vec<&RepId> = history.previous_owners().collect();
        // What is joined with the owner's lead later, and what they lost of that, is still theirs.
        let is_given = tenure.from == seen.now;
        // A claim is right once the cool-down is over, in the same cycle too.
        let is_claim = tenure.acquisition == Acquisition::Claimed;
        if !is_claim && before.contains(&owner) {
            let what = format!("lead {id} is with {owner} again, who had it in this cycle");
            self.report(Clause::SameRep, &format!("{id} {}", tenure.from), seen.now, what);
        }
        before.sort();
        before.dedup();
        // By rules: they give it to nobody after three; a rep to whom an account or a claim gives it is not asked. What is
        // joined with their lead later at this moment brings its losses when they have it.
        let is_first = is_given && had != Some(owner);
        let most = usize::try_from(self.life.owners_per_cycle).unwrap_or(usize::MAX);
        if is_first && before.len() >= most && tenure.acquisition == Acquisition::AutoAssigned {
            let what = format!("lead {id} has a fourth owner in one cycle: {owner}");
            self.report(Clause::FourthOwner, &format!("{id} {}", tenure.from), seen.now, what);
        }
        let ended_before =
            |one: &&Tenure| one.counts() && one.until.is_some_and(|until| until <= tenure.from);
        let within = |one: &Tenure, time: TimeDelta| {
            let ends = |until: DateTime<Utc>| until.checked_add_signed(time);
            one.until.is_some_and(|until| ends(until).is_none_or(|ends| ends > tenure.from))
        };
        // As the rules say of the pool that it was claimed from.
        let of_pool = stood.pool.as_ref().and_then(|(pool, _)| self.cool_downs.get(pool));
        let cool_down = of_pool.copied().unwrap_or(self.cool_down);
        let cooled = |one: &Tenure| one.owner == *owner && within(one, cool_down);
        if is_claim && is_first && history.tenures.iter().filter(ended_before).any(cooled) {
            let what = format!("lead {id} was claimed by {owner} within {cool_down} of having had it");
            self.report(Clause::CoolDown, &format!("{id} {}", tenure.from), seen.now, what);
        }
        let Some(began) = history.cycle_started_at else { return };
        let of_before = history.tenures.iter().filter(ended_before).filter(|one| one.from < began);
        // An owner who closed it for want of need has not lost it.
        let of_before = of_before.filter(|one| one.end != Some(TenureEnd::Invalid));
        let last = of_before.max_by_key(|one| (one.until, one.from));
        let is_new = tenure.from == seen.now && tenure.acquisition == Acquisition::AutoAssigned;
        // A rep whose claim was refused just now, or to whom it was given by mistake, may not have it.
        let typists: Vec<RepId> = self.typists(lead).cloned().collect();
        let revoked = history.tenures.iter().filter(|one| one.end == Some(TenureEnd::Revoked));
        let mut left_out = before;
        left_out.push(owner);
        left_out.extend(typists.iter().chain(revoked.map(|one| &one.owner)));
        // Nor who lost another lead of the person, which goes along.
        let rows = seen.book.rows(&seen.intake.probe(lead));
        left_out.extend(rows.previous_owners.values().flatten());
        if is_new
            && last.is_some_and(|one| one.owner == *owner && within(one, exclusion))
            && seen.has_others_than(&lead.id, &left_out)
            && !Laws::is_of_his_customer(lead, owner, seen)
        {
            let days = self.life.exclusion_days;
            let what = format!(
                "lead {id} is with {owner} again, who lost it in the cycle before, within {days} days"
            );
            self.report(Clause::NinetyDays, &format!("{id} {}", tenure.from), seen.now, what);
        }
    }

    /// Who typed in the entries that were folded into a lead just now.
    pub(super) fn typists<'a>(&'a self, lead: &'a Lead) -> impl Iterator<Item = &'a RepId> {
        self.entries_of
            .get(&lead.id)
            .into_iter()
            .flatten()
            .filter_map(|id| self.entries.get(id)?.owner.as_ref())
    }

    /// Whether another record of the same person or company is the owner's: one customer has one owner.
    fn is_of_his_customer(lead: &Lead, owner: &RepId, seen: &Seen<'_>) -> bool {
        let rows = seen.book.rows(&seen.intake.probe(lead));
        let leads = rows.leads.iter().filter(|one| one.id != lead.id).map(|one| &one.owner);
        leads.chain(rows.accounts.iter().map(|one| &one.owner)).flatten().any(|one| one == owner)
    }
}
