//! What follows from a decision: the action, and the effects that carry it out.

use super::action::RuleAction;
use super::candidate::{Candidate, Source, UsableKeys};
use super::case::Case;
use super::deduplicator::Deduplicator;
use super::plan::Choice;
use super::probe::MatchKeyKind;
use super::resolution::MatchAction;
use super::rules::MatchRule;
use crate::company::{CompanyName, exact_key};
use crate::model::{
    Account, Acquisition, ConversionRecord, Effect, Lead, LeadField, LeadStatus, Link, LinkKind, RecordRef,
    RepId, Value,
};
use crate::order;
use crate::rule::Facts;
use crate::text::fold;

/// The first rule that hits, its best record, and what is to be done with it.
pub(super) struct Decision<'c, 'r> {
    pub(super) rule: &'c MatchRule,
    pub(super) candidate: &'c Candidate<'r>,
    pub(super) choice: Choice,
}

impl Deduplicator {
    /// The action and the effects of a decision.
    pub(super) fn consequences(
        &self,
        decision: &Decision<'_, '_>,
        case: &Case<'_, '_>,
    ) -> (MatchAction, Vec<Effect>) {
        let Decision { rule, candidate, choice } = decision;
        let lead = case.facts.lead();
        let action = match choice {
            Choice::Action(action) => action,
            Choice::Code(code) => {
                let tag = Effect::AddTag { lead: lead.id.clone(), tag: code.to_string() };
                return (MatchAction::Custom { record: candidate.record(), code: code.clone() }, vec![tag]);
            }
        };
        match (action, candidate.source) {
            (RuleAction::Convert, Source::Account(account)) => convert(rule, account, case),
            (RuleAction::Reenter, Source::Lead(earlier)) => self.reenter(earlier, None, case),
            (RuleAction::KeyChange, Source::Lead(earlier)) => {
                let changed = self.is_key_change(case.facts, earlier);
                let other = || {
                    claimant(case.candidates, case.usable)
                        .filter(|other| Some(*other) != earlier.owner.as_ref())
                };
                self.reenter(earlier, changed.then(other).flatten(), case)
            }
            (RuleAction::Collect, Source::Lead(earlier)) => (
                MatchAction::Collected { source: earlier.id.clone(), owner: earlier.owner.clone() },
                vec![link(lead, LinkKind::CollectedUnder, candidate.record())],
            ),
            // `check` lets no other pair of action and record through; a mark does no harm.
            _ => self.mark(candidate, lead),
        }
    }

    /// The lead on file comes in again, and goes to the new owner if there is one.
    fn reenter(
        &self,
        earlier: &Lead,
        new_owner: Option<&RepId>,
        case: &Case<'_, '_>,
    ) -> (MatchAction, Vec<Effect>) {
        let (lead, owner) = (case.facts.lead(), earlier.owner.clone());
        let record = RecordRef::Lead(earlier.id.clone());
        let mut effects = vec![link(lead, LinkKind::ReentryOf, record.clone())];
        effects.extend(self.updates(lead, earlier));
        let (known, entry) = (earlier.id.clone(), lead.id.clone());
        effects.push(Effect::RecordActivation { lead: known.clone(), entry, at: case.now });
        let notify = |code: &'static str| {
            owner.clone().map(|rep| Effect::Notify { rep, code: code.into(), about: record.clone() })
        };
        match new_owner.cloned() {
            Some(new_owner) => {
                let acquisition = Acquisition::OwnerChanged;
                effects.push(Effect::SetOwner { lead: known, owner: new_owner.clone(), acquisition });
                effects.extend(notify("key_change"));
                (MatchAction::KeyChange { record, new_owner, notify: owner }, effects)
            }
            None => {
                effects.extend(notify("re_entry"));
                (to_owner(owner, record), effects)
            }
        }
    }

    /// A mark on the lead; it is neither linked nor given to anybody.
    pub(super) fn mark(&self, candidate: &Candidate<'_>, lead: &Lead) -> (MatchAction, Vec<Effect>) {
        let hold = self.rules.hold_tag_only;
        let code = "possible_duplicate".to_owned();
        let mut effects = vec![Effect::AddTag { lead: lead.id.clone(), tag: code.clone() }];
        if hold {
            effects.push(Effect::RequestReview { lead: lead.id.clone(), reviewer: None, code: code.into() });
        }
        (MatchAction::TagOnly { record: candidate.record(), hold }, effects)
    }

    /// Whether the entry, being newer, changes a fact that decides on ownership. Another spelling is no change.
    fn is_key_change(&self, facts: &Facts<'_>, record: &Lead) -> bool {
        let (entry, gazetteer) = (facts.lead(), &facts.context().tables.gazetteer);
        let canonical = |fact: LeadField, value: Value| match (fact, value) {
            (LeadField::Company, Value::Text(name)) => exact_key(&CompanyName::parse(&name, gazetteer)),
            (_, Value::Text(text)) => fold(text.trim()),
            (_, Value::List(items)) => {
                let items = order::set(items.iter().map(|item| fold(item.trim())));
                items.into_iter().collect::<Vec<_>>().join("\n")
            }
            (_, Value::Null) => String::new(),
            (_, value) => value.to_string(),
        };
        entry.created_at >= record.created_at
            && self.rules.decisive.iter().any(|fact| {
                let (new, old) = (canonical(*fact, fact.get(entry)), canonical(*fact, fact.get(record)));
                !new.is_empty() && !old.is_empty() && new != old
            })
    }

    /// Key facts of the record that the newer entry knows better: the newest non-empty value stays.
    fn updates(&self, entry: &Lead, record: &Lead) -> Vec<Effect> {
        let entry_is_newer = entry.created_at >= record.created_at;
        let update = |fact: &LeadField| {
            let new = fact.get(entry);
            let old = fact.get(record);
            let changes = !new.is_blank() && new != old && (entry_is_newer || old.is_blank());
            changes.then(|| Effect::UpdateField {
                record: RecordRef::Lead(record.id.clone()),
                field: fact.as_str().to_owned(),
                value: new,
            })
        };
        self.rules.update.iter().filter_map(update).collect()
    }
}

fn to_owner(owner: Option<RepId>, record: RecordRef) -> MatchAction {
    match owner {
        Some(owner) => MatchAction::ToOwner { owner, record },
        None => MatchAction::AssignByRules { record },
    }
}

fn link(lead: &Lead, kind: LinkKind, to: RecordRef) -> Effect {
    Effect::Link(Link { from: RecordRef::Lead(lead.id.clone()), kind, to })
}

/// The lead belongs to the account. Without an owner it is converted later, when it has one.
fn convert(rule: &MatchRule, account: &Account, case: &Case<'_, '_>) -> (MatchAction, Vec<Effect>) {
    let lead = case.facts.lead();
    let record = RecordRef::Account(account.id.clone());
    let mut effects = vec![link(lead, LinkKind::BelongsTo, record.clone())];
    if account.owner.is_some() {
        effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Converted });
        effects.push(Effect::Convert(ConversionRecord {
            lead: lead.id.clone(),
            account: account.id.clone(),
            contact: None,
            opportunity: None,
            at: case.now,
            by: None,
            rule: Some(rule.id.clone()),
        }));
    }
    (to_owner(account.owner.clone(), record), effects)
}

/// The owner of the earliest account that has the company of the lead.
fn claimant<'c>(candidates: &'c [Candidate<'_>], usable: &UsableKeys<'_>) -> Option<&'c RepId> {
    let has_company = |one: &&Candidate<'_>| {
        matches!(one.source, Source::Account(_)) && one.shares(MatchKeyKind::CompanyExact, usable).is_some()
    };
    let earliest = candidates.iter().filter(has_company).filter(|one| one.owner().is_some());
    earliest.min_by(|a, b| a.created_at().cmp(&b.created_at()).then_with(|| a.id().cmp(b.id())))?.owner()
}
