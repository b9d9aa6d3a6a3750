//! Law 8: what is known of a lead changes together.

use leadkit::model::{Lead, LeadStatus, RepId};
use leadkit::pipeline::Timeline;

use super::{Clause, Laws, Seen};

impl Laws {
    /// Its stage and its way, who holds it by the tenures, where it lies, whose it is, its status, and who has to do something
    /// by when.
    pub(super) fn check_six(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let (id, owner) = (lead.id.as_str(), lead.owner.as_ref());
        let history = seen.book.history(&lead.id);
        let open = || history.tenures.iter().filter(|one| one.until.is_none());
        let mut holders: Vec<&RepId> =
            open().filter(|one| !one.is_beside_owner()).map(|one| &one.owner).collect();
        let mut wrong = Vec::new();
        holders.dedup();
        // A lead that came in with its owner has no tenure at all.
        if !history.tenures.is_empty()
            && !lead.has_ended()
            && holders != owner.into_iter().collect::<Vec<_>>()
        {
            wrong.push(format!("tenures of {holders:?}"));
        }
        let works =
            |rep: &RepId| Some(rep) == owner || history.helper().is_some_and(|helper| helper.owner == *rep);
        let rests = matches!(lead.status, LeadStatus::Unassigned | LeadStatus::Returned);
        if !lead.has_ended() && rests != owner.is_none() {
            wrong.push(format!("status {}", lead.status));
        }
        if owner.is_some() && lead.pool.is_some() {
            wrong.push("a pool".to_owned());
        }
        if let Some(partner) = history.partner().map(|one| &one.owner)
            && seen.roster.channel_manager(partner).is_some_and(|manager| Some(manager) != owner)
        {
            wrong.push(format!("a partner of somebody else's, {partner}"));
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
            self.report(
                Clause::Agree,
                id,
                seen.now,
                format!("lead {id} of {owner} has {}", wrong.join(", ")),
            );
        }
    }
}
