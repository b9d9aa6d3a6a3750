//! Turns a decision into its action and effects, and decides which lead continues.

use chrono::{DateTime, Utc};

use super::action::RuleAction;
use super::candidate::{Candidate, Source};
use super::case::Case;
use super::deduplicator::Deduplicator;
use super::holding::scope_texts;
use super::identity::{Meant, best, meant};
use super::plan::Choice;
use super::probe::MatchKeyKind;
use super::resolution::MatchAction;
use super::rules::MatchRule;
use super::target::LeadKey;
use crate::company::{CompanyName, exact_key};
use crate::model::{
    Account, Acquisition, Effect, FoldKind, Lead, LeadField, LeadId, LeadStatus, Link, LinkKind,
    OpportunityId, OwnerState, RecordRef, RepId, ReviewCode, TagCode, Value,
};
use crate::order;
use crate::rule::{Facts, read_field};
use crate::text::fold;

/// The first rule that hits, the record it means, and the action.
pub(super) struct Decision<'c, 'r> {
    pub(super) rule: &'c MatchRule,
    pub(super) meant: Meant<'c, 'r>,
    pub(super) choice: Choice,
}

/// Two leads on file are one, and both are worked on (撞单): tag and code.
pub(crate) const COLLISION: &str = TagCode::Collision.as_str();

/// The action.
pub(super) struct Consequences {
    pub(super) action: MatchAction,
    pub(super) effects: Vec<Effect>,
    /// The lead on file that continues in place of the entry.
    pub(super) fold: Option<(LeadId, FoldKind)>,
}

impl Decision<'_, '_> {
    /// Whether it makes one of two leads, without a review.
    pub(super) fn joins(&self, case: &Case<'_, '_>) -> bool {
        matches!(&self.meant, Meant::One(candidate) if candidate.joins(case, &self.choice))
    }

    /// Whether its rule only marks leads; a script that chose to mark does not count.
    fn is_mark(&self) -> bool {
        self.rule.action == RuleAction::TagOnly
    }

    /// Whether a later rule may take its place. For an entry: where it only marks, where it only found somebody else with the
    /// key or an account of which nobody holds the lead's part, or several accounts or several holders of one and nothing says
    /// to which of them the person belongs, for then the person's lead on file decides. For records on file: those that are one are joined before
    /// anything else follows.
    pub(super) fn yields(&self, case: &Case<'_, '_>) -> bool {
        // A host's code is for an entry; among records on file, those that are one are joined first.
        let Choice::Action(action) = &self.choice else { return !case.look.is_entry };
        let is_in_doubt = match &self.meant {
            Meant::Several(_) => true,
            Meant::One(one) => one.has_several_owners(case),
        };
        let is_found = is_in_doubt || self.joins(case);
        let is_nobody_s = || matches!(&self.meant, Meant::One(one) if one.has_no_holder());
        match (case.look.is_entry, action.is_of_a_person()) {
            (true, true) => !is_found,
            (true, false) => is_in_doubt || self.is_mark() || is_nobody_s(),
            (false, _) => self.is_mark() || !self.joins(case),
        }
    }

    /// Whether it takes the place of an earlier rule's that yields: it makes one of two leads, or does more than mark.
    pub(super) fn supersedes(&self, earlier: &Decision<'_, '_>, case: &Case<'_, '_>) -> bool {
        self.joins(case) || (earlier.is_mark() && !self.is_mark())
    }
}

impl Candidate<'_> {
    /// Whether it and the lead become one without a review: it is the same person's lead, and not both are worked on.
    pub(super) fn joins(&self, case: &Case<'_, '_>, choice: &Choice) -> bool {
        let Choice::Action(action) = choice else { return false };
        // A converted record absorbs nothing: its entries follow it to the account.
        let is_open = self.lead().is_some_and(|known| known.status != LeadStatus::Converted);
        let is_same = || self.shares_person(case) && !self.is_somebody_else(action, case);
        action.is_of_a_person() && is_open && !self.collides(case) && is_same() && !self.unites_scopes(case)
    }

    /// Whether it and the lead are two reps', nobody has decided yet, and neither may absorb the other until somebody
    /// does: both are worked on, an open opportunity holds one of them, or one of them is under review.
    fn collides(&self, case: &Case<'_, '_>) -> bool {
        let lead = case.facts.lead();
        let (Some(theirs), Some(ours)) = (self.present_owner(case), lead.owner.as_ref()) else {
            return false;
        };
        // A rep who has left no longer has a claim.
        let is_there = (case.owner_state)(ours) != OwnerState::Gone;
        let both_worked = || self.is_worked(case) && is_worked(lead, case);
        let is_held = || self.is_held(case) || !case.facts.history().opportunities.is_empty();
        let is_asked = || self.lead().is_some_and(is_disputed) || is_disputed(lead);
        let is_open = || !case.look.is_entry && (is_held() || is_asked());
        theirs != ours && is_there && !case.look.settles && (both_worked() || is_open())
    }

    /// Whether it is a lead that continues.
    fn is_live(&self) -> bool {
        self.lead().is_some_and(|lead| !lead.has_ended())
    }

    /// Its owner, if they may have the lead too. A rep who lost the lead in this cycle does not get it by another lead of the
    /// customer; what an open opportunity holds stays with its owner.
    fn heir(&self, case: &Case<'_, '_>) -> Option<&RepId> {
        let owner = self.present_owner(case)?;
        let has_lost = || case.facts.history().previous_owners().any(|before| before == owner);
        (self.lead().is_none() || self.is_held(case) || !has_lost()).then_some(owner)
    }

    /// Whether it is a live lead of the person, within the lead's scope, whose owner may have the lead too.
    fn has_the_person(&self, scope: &[LeadKey], case: &Case<'_, '_>) -> bool {
        self.is_live() && self.is_his(case) && self.is_in_scope(scope, case)
    }

    /// Whether it belongs to the person, and its owner may have the lead too.
    fn is_his(&self, case: &Case<'_, '_>) -> bool {
        self.heir(case).is_some() && self.shares_person(case)
    }

    fn is_somebody_else(&self, action: &RuleAction, case: &Case<'_, '_>) -> bool {
        match action {
            RuleAction::Collect => self.is_other_company(case),
            _ => self.is_other_person(case),
        }
    }
}

impl Consequences {
    pub(super) fn new(action: MatchAction, effects: Vec<Effect>) -> Consequences {
        Consequences { action, effects, fold: None }
    }
}

impl Deduplicator {
    /// The action and the effects of a decision.
    pub(super) fn consequences(&self, decision: &Decision<'_, '_>, case: &Case<'_, '_>) -> Consequences {
        let Decision { rule, meant, choice } = decision;
        let lead = case.facts.lead();
        let (candidate, others) = match meant {
            Meant::One(candidate) => (*candidate, [].as_slice()),
            Meant::Several(several) => match several.as_slice() {
                [first, others @ ..] => (*first, others),
                [] => return Consequences::new(MatchAction::New, Vec::new()),
            },
        };
        let action = match choice {
            Choice::Action(action) => action,
            Choice::Code(code) => {
                let tag = Effect::AddTag { lead: lead.id.clone(), tag: code.to_string() };
                let action = MatchAction::Custom { record: candidate.record(), code: code.clone() };
                return Consequences::new(action, vec![tag]);
            }
        };
        // Among several owners no choice can be made; a mark takes nothing from any of them.
        if *action != RuleAction::TagOnly && !others.is_empty() {
            return held(candidate, others, case);
        }
        match (action, candidate.source) {
            (RuleAction::Convert, Source::Account(account)) => self.convert(rule, candidate, account, case),
            (RuleAction::Reenter | RuleAction::KeyChange | RuleAction::Collect, Source::Lead(known)) => {
                self.same_person(action, rule, candidate, known, case)
            }
            (RuleAction::SameOwner, Source::Lead(known)) => self.beside(candidate, known, case),
            // `check` allows no other pair of action and record; a mark does no harm.
            _ => self.mark(candidate, lead),
        }
    }

    /// No rule gives the lead to anybody, and a rep has another live lead of the person: that rep has this one too, whatever
    /// the rules compare, for it would otherwise take the other from them. Between several reps a person decides.
    pub(super) fn to_owner_of_same_person(&self, found: Consequences, case: &Case<'_, '_>) -> Consequences {
        let lead = case.facts.lead();
        let is_nobody_s = matches!(found.action, MatchAction::New | MatchAction::TagOnly { .. });
        if !is_nobody_s || is_reward(lead) || !(case.look.is_entry || lead.owner.is_none()) {
            return found;
        }
        let has_it = |one: &&Candidate<'_>| {
            one.has_the_person(&self.rules.scope, case) && one.lead().is_some_and(|lead| !is_reward(lead))
        };
        let mut owned: Vec<&Candidate<'_>> = case.candidates.iter().filter(has_it).collect();
        // The oldest record comes first, whatever the order of the rows: two workers decide alike.
        owned.sort_by(|a, b| a.age().cmp(&b.age()));
        let several = match meant(&owned, case) {
            None => return found,
            Some(Meant::Several(several)) => several,
            Some(Meant::One(one)) => vec![one],
        };
        let decided = match several.as_slice() {
            [one] => {
                let effects = vec![link(lead, LinkKind::RelatedTo, one.record())];
                Consequences::new(for_owner_of(one, &self.rules.scope, case), effects)
            }
            [first, others @ ..] => held(first, others, case),
            [] => return found,
        };
        // Marks on the lead stay; everything else gives way to the owner.
        let marks = found.effects.into_iter().filter(|effect| matches!(effect, Effect::AddTag { .. }));
        let effects = marks.chain(decided.effects).collect();
        Consequences { effects, ..decided }
    }

    /// For a lead that names no part of a divided account: the rep who has the person, by a live lead or one that became
    /// part of the account, has this one too, before who holds the rest. Among several reps a person decides. Nothing if it
    /// belongs to the rest in any case.
    pub(super) fn of_who_has_the_person_there(
        &self,
        there: &Candidate<'_>,
        account: &Account,
        case: &Case<'_, '_>,
    ) -> Option<Consequences> {
        let (scope, lead) = (&self.rules.scope, case.facts.lead());
        // An entry that names its part of the account goes to the owner of that part. A rep keeps a reward, and a lead on
        // file keeps its owner, whoever knows the person.
        let names_no_part = !account.owners.is_empty() && scope_texts(scope, lead).is_empty();
        if !names_no_part || is_reward(lead) || !(case.look.is_entry || lead.owner.is_none()) {
            return None;
        }
        let is_of_account = |known: &Lead| {
            known.status == LeadStatus::Converted && known.account.as_ref() == Some(&account.id)
        };
        let has_it = |one: &&Candidate<'_>| {
            let known = one.lead().filter(|known| !is_reward(known));
            known.is_some_and(|known| {
                one.has_the_person(scope, case) || (is_of_account(known) && one.is_his(case))
            })
        };
        let mut owned: Vec<&Candidate<'_>> = case.candidates.iter().filter(has_it).collect();
        owned.sort_by(|a, b| a.age().cmp(&b.age()));
        let one = match meant(&owned, case)? {
            Meant::One(one) => one,
            Meant::Several(several) => {
                let (first, others) = several.split_first()?;
                return Some(held(first, others, case));
            }
        };
        let owner = one.heir(case)?;
        // Where that rep owns the account alone, the ordinary rule gives the same answer.
        let holds_the_rest = !there.has_several_owners(case) && there.present_owner(case) == Some(owner);
        if holds_the_rest {
            return None;
        }
        let effects = vec![
            link(lead, LinkKind::BelongsTo, there.record()),
            link(lead, LinkKind::RelatedTo, one.record()),
        ];
        Some(Consequences::new(
            MatchAction::SameOwner { owner: owner.clone(), record: one.record() },
            effects,
        ))
    }

    /// The person is on file as a lead.
    fn same_person(
        &self,
        action: &RuleAction,
        rule: &MatchRule,
        candidate: &Candidate<'_>,
        known: &Lead,
        case: &Case<'_, '_>,
    ) -> Consequences {
        if !candidate.shares_person(case) {
            return self.mark(candidate, case.facts.lead());
        }
        // A converted lead never absorbs an entry, and neither does another person's lead: the entry stays separate.
        if known.status == LeadStatus::Converted
            || candidate.is_somebody_else(action, case)
            || candidate.unites_scopes(case)
        {
            return self.beside(candidate, known, case);
        }
        // A record that has ended does not absorb a lead that somebody holds.
        let lead = case.facts.lead();
        let is_held = lead.owner.is_some() && lead.status == LeadStatus::Pending;
        let must_ask = candidate.collides(case);
        if !candidate.is_senior(case) || is_worked(lead, case) || (is_over(known) && is_held) || must_ask {
            return self.join(candidate, known, case);
        }
        let kind = if *action == RuleAction::Collect { FoldKind::Collected } else { FoldKind::Reentry };
        let mut folded = self.fold(kind, candidate, known, Some(rule), case);
        if *action == RuleAction::KeyChange && self.is_key_change(case.facts, known) {
            let other = claimant(case).filter(|other| Some(*other) != known.owner.as_ref());
            if let Some(new_owner) = other {
                folded.give_to(new_owner, candidate.present_owner(case), known, case.now);
            }
        }
        folded
    }

    /// The entry ends, and the lead on file continues with everything the entry brought.
    pub(super) fn fold(
        &self,
        kind: FoldKind,
        candidate: &Candidate<'_>,
        known: &Lead,
        rule: Option<&MatchRule>,
        case: &Case<'_, '_>,
    ) -> Consequences {
        let lead = case.facts.lead();
        let present = candidate.present_owner(case);
        // An entry that is only delivered twice begins nothing.
        let begins_anew = kind != FoldKind::SameRecord && self.begins_anew(kind, known, present, rule, case);
        // The owner from before the end of the last cycle has it no more.
        let owner = present.filter(|_| !begins_anew).cloned();
        let record = RecordRef::Lead(known.id.clone());
        let mut effects = Vec::with_capacity(8);
        effects.push(link(lead, kind.link(), record.clone()));
        effects.push(Effect::Fold { entry: lead.id.clone(), subject: known.id.clone(), kind });
        let action = match kind {
            FoldKind::Collected => MatchAction::Collected { source: known.id.clone(), owner: owner.clone() },
            _ => to_owner(owner.clone(), record.clone()),
        };
        effects.extend(opportunities_of(&case.facts.history().opportunities, lead, owner.as_ref()));
        // What it brought that is not known yet is not lost, even of one event that another system delivers twice: apart
        // from that nothing happened.
        let values = self.values(lead, known, case.facts.context().tables);
        if kind == FoldKind::SameRecord && !candidate.shares_person(case) {
            effects.extend(values.into_iter().map(|value| shown(value, lead)));
        } else {
            effects.extend(values);
        }
        if kind != FoldKind::SameRecord {
            let at = case.now;
            if begins_anew {
                effects.push(Effect::StartCycle { lead: known.id.clone(), at });
            }
            let entry = lead.id.clone();
            effects.push(Effect::RecordActivation { lead: known.id.clone(), entry, at });
            let notify = |rep: &RepId, code: &'static str| Effect::Notify {
                rep: rep.clone(),
                code: code.into(),
                about: record.clone(),
            };
            // A rep who enters a lead that is on file is told whose it is, and the owner is told who tried.
            let is_there = |rep: &&RepId| (case.owner_state)(rep) != OwnerState::Gone;
            let typist = lead.owner.as_ref().filter(|rep| Some(*rep) != owner.as_ref()).filter(is_there);
            match (&owner, typist) {
                (Some(owner), Some(typist)) => {
                    effects.push(notify(typist, "duplicate_on_file"));
                    effects.push(notify(owner, "duplicate_entered"));
                }
                (Some(owner), None) if lead.owner.as_ref() != Some(owner) => {
                    effects.push(notify(owner, kind.as_str()))
                }
                (None, Some(typist)) => effects.push(notify(typist, "duplicate_on_file")),
                _ => {}
            }
        }
        Consequences { action, effects, fold: Some((known.id.clone(), kind)) }
    }

    /// Whether the lead on file begins a new cycle: it had ended or was given back, whoever had it lost it and nobody
    /// has it now, or nobody has it and it was idle longer than the rule's window. The same words again are not a new
    /// need.
    fn begins_anew(
        &self,
        kind: FoldKind,
        known: &Lead,
        owner: Option<&RepId>,
        rule: Option<&MatchRule>,
        case: &Case<'_, '_>,
    ) -> bool {
        let lay_still = || {
            let since = known.last_active_at.map_or(known.created_at, |at| at.max(known.created_at));
            let covers =
                |window: super::rules::ReentryWindow| window.covers(since, case.now, &self.rules.zone);
            owner.is_none() && rule.and_then(|rule| rule.window).is_some_and(|window| !covers(window))
        };
        let is_new_need = matches!(kind, FoldKind::Reentry | FoldKind::Collected);
        // The acquisition is set on a lead from its first owner on.
        let was_lost = owner.is_none() && (known.owner.is_some() || known.acquisition.is_some());
        is_over(known) || (was_lost && is_new_need) || lay_still()
    }

    /// Two leads on file are one: the one that is worked on continues, else the earlier. Both worked: a collision.
    fn join(&self, candidate: &Candidate<'_>, known: &Lead, case: &Case<'_, '_>) -> Consequences {
        let lead = case.facts.lead();
        if candidate.collides(case) {
            // Both keep the leads they work on until a person decides.
            let action = MatchAction::TagOnly { record: candidate.record(), hold: false };
            return Consequences::new(action, Vec::new());
        }
        let is_worked_alone = || !is_worked(lead, case) || candidate.is_senior(case);
        // An imported row absorbs nothing that was on file before it, whoever works on it.
        let is_row = known.filed_at.is_some() && !candidate.is_senior(case);
        if lead.filed_at.is_some() && candidate.is_senior(case) {
            return self.row_of(candidate, known, case);
        }
        // The record that continues: the one a person named, else the one that is worked on, of two the earlier.
        let yields = match case.look.keeps {
            _ if is_row => false,
            Some(keeps) => !keeps,
            None => candidate.is_worked(case) && is_worked_alone(),
        };
        if yields {
            return self.fold(FoldKind::Joined, candidate, known, None, case);
        }
        let (entry, subject, kind) = (known.id.clone(), lead.id.clone(), FoldKind::Joined);
        let from = RecordRef::Lead(known.id.clone());
        let to = RecordRef::Lead(lead.id.clone());
        let mut effects = vec![
            Effect::Link(Link { from, kind: kind.link(), to: to.clone() }),
            Effect::Fold { entry, subject, kind },
        ];
        // Its open opportunities go along, or they would hold a lead that nobody looks at any more.
        let open = case.opportunities.get(&known.id).map(Vec::as_slice).unwrap_or_default();
        effects.extend(opportunities_of(open, known, lead.owner.as_ref()));
        effects.extend(self.values(known, lead, case.facts.context().tables));
        // A record that has ended had an owner once, but passes none on to the record that continues.
        let owner = candidate.present_owner(case).filter(|_| !is_over(known)).cloned();
        if let Some(owner) =
            owner.as_ref().filter(|owner| lead.owner.as_ref().is_some_and(|own| own != *owner))
        {
            // The owner who loses a lead is told.
            let code = FoldKind::Joined.as_str().into();
            effects.push(Effect::Notify { rep: owner.clone(), code, about: to });
        }
        let owner = owner.filter(|_| lead.owner.is_none());
        Consequences::new(to_owner(owner, candidate.record()), effects)
    }

    /// An imported row is the person of a lead that was on file before it. Its owner works on that from now on, if
    /// nobody has it: for a lead without an owner this is a new entry.
    fn row_of(&self, candidate: &Candidate<'_>, known: &Lead, case: &Case<'_, '_>) -> Consequences {
        let (lead, at) = (case.facts.lead(), case.now);
        let mut folded = self.fold(FoldKind::Joined, candidate, known, None, case);
        let owner = lead.owner.as_ref().filter(|owner| (case.owner_state)(owner) != OwnerState::Gone);
        if let Some(owner) = owner.filter(|_| candidate.present_owner(case).is_none()) {
            folded.effects.push(Effect::StartCycle { lead: known.id.clone(), at });
            folded.effects.extend(opportunities_of(&case.facts.history().opportunities, lead, Some(owner)));
            folded.give_to(owner, None, known, at);
            folded.effects.push(Effect::SetStatus { lead: known.id.clone(), status: lead.status });
        }
        folded
    }

    /// Somebody else with the same contact value, or a buyer who comes again: a separate lead with the same owner.
    fn beside(&self, candidate: &Candidate<'_>, known: &Lead, case: &Case<'_, '_>) -> Consequences {
        let lead = case.facts.lead();
        // A converted record is never reopened: the entry follows it to the account.
        if known.status == LeadStatus::Converted
            && let Some((found, account)) = known.account.as_ref().and_then(|id| case.account(id))
        {
            return self.converted(None, found, account, Some(&known.id), case);
        }
        let effects = vec![link(lead, LinkKind::RelatedTo, candidate.record())];
        Consequences::new(for_owner_of(candidate, &self.rules.scope, case), effects)
    }

    /// A mark on the lead; it is neither linked nor given to anybody.
    pub(super) fn mark(&self, candidate: &Candidate<'_>, lead: &Lead) -> Consequences {
        let hold = self.rules.hold_tag_only;
        let tag = TagCode::PossibleDuplicate.as_str().to_owned();
        let mut effects = vec![Effect::AddTag { lead: lead.id.clone(), tag }];
        if hold {
            let code = ReviewCode::PossibleDuplicate.into();
            effects.push(Effect::RequestReview { lead: lead.id.clone(), reviewer: None, code });
        }
        Consequences::new(MatchAction::TagOnly { record: candidate.record(), hold }, effects)
    }

    /// Whether the entry, being newer, changes a fact that decides on ownership. Another spelling is not a change.
    fn is_key_change(&self, facts: &Facts<'_>, record: &Lead) -> bool {
        let (entry, gazetteer) = (facts.lead(), &facts.context().tables.gazetteer);
        let canonical = |fact: LeadField, value: Value| match (fact, value) {
            // By the key of the name: another spelling is the same company.
            (LeadField::Company, Value::Text(name)) => exact_key(&CompanyName::parse(&name, gazetteer)),
            (_, Value::Text(text)) => fold(text.trim()),
            (_, Value::List(items)) => {
                let items = order::set(items.iter().map(|item| fold(item.trim())));
                items.into_iter().collect::<Vec<_>>().join("\n")
            }
            (_, Value::Null) => String::new(),
            (_, value) => value.to_string(),
        };
        self.rules.decisive.iter().any(|fact| {
            let [new, old] = [entry, record].map(|lead| canonical(*fact, read_field(*fact, lead)));
            // A blank field was filled in, not changed.
            !new.is_empty() && !old.is_empty() && new != old
        })
    }
}

impl Consequences {
    /// The lead on file goes to another owner, and the previous one is told.
    fn give_to(&mut self, new_owner: &RepId, before: Option<&RepId>, known: &Lead, now: DateTime<Utc>) {
        let record = RecordRef::Lead(known.id.clone());
        // The previous owner is told that they lose it, and not also who came in again.
        self.effects.retain(|effect| !matches!(effect, Effect::Notify { rep, .. } if Some(rep) == before));
        self.effects.push(Effect::SetOwner {
            lead: known.id.clone(),
            owner: new_owner.clone(),
            acquisition: Acquisition::OwnerChanged,
        });
        self.effects.push(Effect::StartDeadlines { lead: known.id.clone(), from: now });
        if let Some(before) = before {
            let code = "key_change".into();
            self.effects.push(Effect::Notify { rep: before.clone(), code, about: record.clone() });
        }
        let (new_owner, notify) = (new_owner.clone(), before.cloned());
        self.action = MatchAction::KeyChange { record, new_owner, notify };
    }
}

/// Matches of several owners that nothing distinguishes: a person decides.
pub(super) fn held(first: &Candidate<'_>, others: &[&Candidate<'_>], case: &Case<'_, '_>) -> Consequences {
    let lead = case.facts.lead();
    // Records without an owner conflict over nothing.
    let Some(then) = first.present_owner(case).cloned() else {
        return Consequences::new(MatchAction::New, Vec::new());
    };
    let records = std::iter::once(first).chain(others.iter().copied()).map(Candidate::record).collect();
    let code = ReviewCode::OwnerConflict.into();
    let ask = Effect::RequestReview { lead: lead.id.clone(), reviewer: None, code };
    Consequences::new(MatchAction::Held { records, then }, vec![ask])
}

/// A separate lead, which goes to the record's owner when there is one. A rep who has a live lead of the person has this
/// one too: an account, and a lead that has ended, count only if nobody has.
pub(super) fn for_owner_of(candidate: &Candidate<'_>, scope: &[LeadKey], case: &Case<'_, '_>) -> MatchAction {
    let mut owned: Vec<&Candidate<'_>> = Vec::new();
    if !candidate.is_live() || candidate.heir(case).is_none() {
        owned.extend(case.candidates.iter().filter(|one| one.has_the_person(scope, case)));
        owned.sort_by(|a, b| a.age().cmp(&b.age()));
    }
    let meant = best(&owned, case).unwrap_or(candidate);
    match meant.heir(case) {
        Some(owner) => MatchAction::SameOwner { owner: owner.clone(), record: meant.record() },
        None => MatchAction::New,
    }
}

/// The open opportunities of a lead that ends belong to the other owner from then on.
fn opportunities_of<'e>(
    open: &'e [OpportunityId],
    of: &'e Lead,
    owner: Option<&'e RepId>,
) -> impl Iterator<Item = Effect> + 'e {
    // The owner of the lead has its opportunities already.
    let to = owner.filter(|owner| of.owner.as_ref() != Some(*owner));
    to.into_iter().flat_map(move |to| {
        open.iter().map(move |one| Effect::UpdateField {
            record: RecordRef::Opportunity(one.clone()),
            field: "owner".to_owned(),
            value: Value::from(to.as_str()),
            replaces: Value::from(of.owner.as_ref().map(RepId::as_str)),
        })
    })
}

/// A value of an event that seems to be delivered again for somebody else: a value that would be a key is shown to a
/// person, because a wrong key is worse than none.
fn shown(value: Effect, entry: &Lead) -> Effect {
    let is_key =
        |field: &str| ["phones", "emails", "wechat"].contains(&field) || field.starts_with("external_ids.");
    match value {
        Effect::AddValue { record, field, value } | Effect::UpdateField { record, field, value, .. }
            if is_key(&field) =>
        {
            let (kept, entry) = (Value::Null, entry.id.clone());
            Effect::RecordConflict { record, field, kept, found: value, entry }
        }
        other => other,
    }
}

/// A lead that a rep received as a reward stays with that rep, whoever owns the customer.
pub(super) fn is_reward(lead: &Lead) -> bool {
    lead.tags.iter().any(|tag| tag == "reward")
}

/// Whether a person decides whose it is.
fn is_disputed(lead: &Lead) -> bool {
    lead.tags.iter().any(|tag| tag == COLLISION)
}

/// Whether its last cycle has ended.
fn is_over(lead: &Lead) -> bool {
    matches!(lead.status, LeadStatus::Invalid | LeadStatus::Returned)
}

/// Whether its owner has begun to work on the lead, or an open opportunity holds it.
fn is_worked(lead: &Lead, case: &Case<'_, '_>) -> bool {
    let is_held = !case.facts.history().opportunities.is_empty();
    lead.owner.is_some() && (lead.status == LeadStatus::Following || is_held)
}

fn to_owner(owner: Option<RepId>, record: RecordRef) -> MatchAction {
    match owner {
        Some(owner) => MatchAction::ToOwner { owner, record },
        None => MatchAction::AssignByRules { record },
    }
}

pub(super) fn link(lead: &Lead, kind: LinkKind, to: RecordRef) -> Effect {
    Effect::Link(Link { from: RecordRef::Lead(lead.id.clone()), kind, to })
}

/// The owner of the earliest account that has the company of the lead.
fn claimant<'c>(case: &Case<'c, '_>) -> Option<&'c RepId> {
    let has_company = |one: &&Candidate<'_>| {
        matches!(one.source, Source::Account(_))
            && one.shares(MatchKeyKind::CompanyExact, case.usable).is_some()
    };
    let owned = case.candidates.iter().filter(has_company).filter(|one| one.present_owner(case).is_some());
    // Of several accounts of the company the one that has been on file longest.
    owned.min_by(|a, b| a.age().cmp(&b.age()))?.owner()
}
