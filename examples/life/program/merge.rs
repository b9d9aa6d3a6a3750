//! Somebody says that two leads are one.

use std::error::Error;

use chrono::TimeDelta;
use leadkit::Input;
use leadkit::contact::PhoneOptions;
use leadkit::merge::{MergePlan, MergeRules, Merger, SurvivorTest};
use leadkit::model::{Effect, Lead, LeadId, LeadStatus, Link, LinkKind, RecordRef, RepId, TenureEnd, Value};

use super::clock::is_live;
use super::desk::Desk;

type Done = Result<(), Box<dyn Error>>;

/// Tag and code of what two reps work on.
const COLLISION: &str = "collision";
/// What its wake-up is set for.
const DUE: &str = "collision_due";

/// Whether somebody works on a lead.
fn is_worked(input: &Input) -> bool {
    input.lead.status == LeadStatus::Following || is_held(input)
}

/// Whether an open opportunity holds it.
fn is_held(input: &Input) -> bool {
    !input.history.opportunities.is_empty()
}

/// Whether two reps work on two leads, or one of the leads is another's and has an open opportunity.
fn collide(one: &Input, other: &Input) -> bool {
    let is_owned = |input: &Input| !input.lead.has_ended() && input.lead.owner.is_some();
    let both_worked = is_worked(one) && is_worked(other);
    let differ = is_owned(one) && is_owned(other) && one.lead.owner != other.lead.owner;
    differ && (both_worked || is_held(one) || is_held(other))
}

impl Desk {
    /// Somebody says that two leads are one.
    pub(super) fn merge(&mut self, into: &LeadId, from: &LeadId) -> Done {
        let (Some(kept), Some(left)) = (self.known(into), self.known(from)) else { return Ok(()) };
        let live = |input: &Input| input.lead.is_on_file();
        if !live(&kept) || !live(&left) || into == from {
            self.say(into, "-", "refused: not_on_file".to_owned(), None);
            return Ok(());
        }
        // What has ended takes in nobody who goes on, and what nobody has or works on nothing that somebody does.
        let is_live = |input: &Input| is_live(&self.book, &input.lead);
        let is_customer = |input: &Input| input.lead.status == LeadStatus::Converted;
        let rank = |input: &Input| {
            let (works, has) = (is_worked(input), input.lead.owner.is_some());
            (is_live(input), !input.lead.has_ended(), is_customer(input), works, has)
        };
        if rank(&kept) < rank(&left) {
            return self.merge(from, into);
        }
        if collide(&kept, &left) {
            return self.dispute(&kept, &left);
        }
        self.unite(&kept, &left)
    }

    /// Two reps work on what is one: both keep what they have, and a reviewer decides within a working day, else the
    /// earlier goes on.
    fn dispute(&mut self, kept: &Input, left: &Input) -> Done {
        let (into, about) = (kept.lead.id.clone(), RecordRef::Lead(kept.lead.id.clone()));
        // Whichever of the two it is said of, it is one collision.
        if self.disputes.contains_key(&into) || self.disputes.get(&left.lead.id) == Some(&into) {
            self.say(&into, "-", "refused: collision".to_owned(), None);
            return Ok(());
        }
        let (kind, to) = (LinkKind::RelatedTo, RecordRef::Lead(left.lead.id.clone()));
        let code = COLLISION;
        let mut effects = vec![
            Effect::Link(Link { from: about.clone(), kind, to }),
            Effect::AddTag { lead: into.clone(), tag: code.to_owned() },
            Effect::RequestReview { lead: into.clone(), reviewer: None, code: code.into() },
            Effect::SetNextWakeUp { lead: into.clone(), at: self.now + TimeDelta::days(1), code: DUE.into() },
        ];
        let owners = [kept, left].into_iter().filter_map(|one| one.lead.owner.clone());
        effects.extend(owners.map(|rep| Effect::Notify { rep, code: code.into(), about: about.clone() }));
        self.write(&format!("merge {}", left.lead.id), &effects);
        self.disputes.insert(into.clone(), left.lead.id.clone());
        self.say(&into, "-", format!("collides with {}", left.lead.id), None);
        Ok(())
    }

    /// Whether reviewers were asked about two leads, and one of them is this.
    pub(super) fn is_in_dispute(&self, lead: &LeadId) -> bool {
        let is_asked =
            |id: &LeadId| self.book.lead(id).is_some_and(|lead| lead.tags.iter().any(|tag| tag == COLLISION));
        self.disputes.iter().any(|(one, other)| (one == lead || other == lead) && is_asked(one))
    }

    /// The time of the reviewers is over: what nobody has decided goes on with the earlier.
    pub(super) fn settle_dispute(&mut self, lead: &LeadId, code: &str) -> Done {
        if code != DUE {
            return Ok(());
        }
        let Some(other) = self.disputes.remove(lead) else { return Ok(()) };
        let (Some(one), Some(other)) = (self.input(lead), self.input(&other)) else { return Ok(()) };
        let is_open = |input: &Input| input.lead.is_on_file() && !input.lead.has_ended();
        if !is_open(&one) || !is_open(&other) {
            return Ok(());
        }
        // What nobody has takes in nothing that somebody works on.
        let [first, second] =
            [&one, &other].map(|input| (input.lead.owner.is_none(), input.lead.seniority()));
        if first < second { self.unite(&one, &other) } else { self.unite(&other, &one) }
    }

    /// Whether reviewers were asked which of the owners of two leads has the customer.
    fn are_related(&self, one: &LeadId, other: &LeadId) -> bool {
        let link = |from: &LeadId, to: &LeadId| {
            let [from, to] = [from, to].map(|id| RecordRef::Lead(id.clone()));
            self.book.desk().links.contains(&Link { from, kind: LinkKind::RelatedTo, to })
        };
        link(one, other) || link(other, one)
    }

    /// One lead goes on for two.
    fn unite(&mut self, kept: &Input, left: &Input) -> Done {
        let (into, from) = (&kept.lead.id, &left.lead.id);
        // The one that is named goes on, whatever the rules would prefer.
        // Of two of one moment, as rows of an import are, the other counts for the earlier.
        let is_at_once = kept.lead.created_at == left.lead.created_at;
        let earlier = TimeDelta::nanoseconds(i64::from(is_at_once));
        let other = Lead { created_at: left.lead.created_at - earlier, ..left.lead.clone() };
        let is_first = kept.lead.created_at < other.created_at;
        let survivor = if is_first { SurvivorTest::Oldest } else { SurvivorTest::Newest };
        let rules = MergeRules { survivor: vec![survivor], ..MergeRules::default() };
        let merger = Merger::compile(&rules)?;
        let plan: MergePlan<Lead> =
            MergePlan::for_leads(&[kept.lead.clone(), other], &merger, &PhoneOptions::default())?;
        let mut effects = plan.effects().to_vec();
        // Nobody works on the one that is left.
        let helper = left.history.helper().map(|one| one.owner.clone());
        effects.extend(left.lead.owner.clone().into_iter().chain(helper).map(|rep| Effect::EndTenure {
            lead: from.clone(),
            rep,
            end: TenureEnd::HandedOver,
        }));
        // What is asked about the one that is left is asked about the one that goes on.
        let is_asked = |input: &Input| input.lead.tags.iter().any(|tag| tag == COLLISION);
        let is_decided = self.are_related(into, from);
        if is_decided && (is_asked(left) || is_asked(kept)) {
            // Whoever says that the two are one decides whose they are.
            effects.push(Effect::RemoveTag { lead: into.clone(), tag: COLLISION.to_owned() });
        } else if is_asked(left) && !is_asked(kept) {
            let at = self.now + TimeDelta::days(1);
            effects.push(Effect::SetNextWakeUp { lead: into.clone(), at, code: DUE.into() });
            effects.extend(kept.lead.owner.clone().map(|rep| {
                let about = RecordRef::Lead(into.clone());
                Effect::Notify { rep, code: COLLISION.into(), about }
            }));
        }
        if let Some(owner) = left.lead.owner.clone().filter(|owner| kept.lead.owner.as_ref() != Some(owner)) {
            let about = RecordRef::Lead(into.clone());
            effects.push(Effect::Notify { rep: owner, code: "merged".into(), about });
        }
        // What is open goes to who goes on.
        if let Some(owner) = kept.lead.owner.as_ref().filter(|owner| left.lead.owner.as_ref() != Some(*owner))
        {
            effects.extend(left.history.opportunities.iter().map(|one| Effect::UpdateField {
                record: RecordRef::Opportunity(one.clone()),
                field: "owner".to_owned(),
                value: Value::from(owner.as_str()),
                replaces: Value::from(left.lead.owner.as_ref().map(RepId::as_str)),
            }));
        }
        // Whoever says that two leads are one knows; when nobody has decided, who goes on hears of it too.
        if let Some(owner) = kept.lead.owner.clone().filter(|_| self.event != "merge") {
            let about = RecordRef::Lead(into.clone());
            effects.push(Effect::Notify { rep: owner, code: "merged".into(), about });
        }
        self.write(&format!("merge {from}"), &effects);
        self.look_again(into, format!("merged {from}"))
    }
}
