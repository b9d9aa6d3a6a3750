//! From records to a plan.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::{FieldConflict, beside};
use super::contacts::{OfAccount, UnitedContact, ids_of_several, unite};
use super::contradiction::{contact_conflicts, owner_conflicts};
use super::doubt::MergeDoubt;
use super::error::MergeError;
use super::fields::group_of;
use super::identity::Identity;
use super::merger::Merger;
use super::parent::forget_parents;
use super::plan::{ContactDecision, FieldDecision, MergePlan};
use super::plan_effects::effects;
use super::record::{Fields, Mergeable, fields_of, same_field, with_fields};
use super::rules::{MergeRules, SurvivorTest, Survivorship};
use super::undo::UndoRecord;
use super::values::{View, agree, canonical, choose, choose_view, distinct};
use crate::contact::PhoneOptions;
use crate::model::{Account, CloseReason, Lead, RecordRef, Safeguard, Value};
use crate::order;
use crate::text::fold;

impl MergePlan<Account> {
    /// Plans the merge of accounts, their contacts among them. O(n log n) in fields and contacts.
    ///
    /// One account alone gives a plan that does nothing.
    ///
    /// ```
    /// # use leadkit::contact::PhoneOptions;
    /// # use leadkit::merge::{MergePlan, MergeRules, Merger};
    /// # use leadkit::model::Account;
    /// # let account = |id: &str, owner: Option<&str>| Account {
    /// #     id: id.into(), company: "Acme Ltd".into(), owner: owner.map(Into::into), ..Account::default()
    /// # };
    /// # let mut accounts = vec![account("A1", None), account("A2", Some("li"))];
    /// # let merger = Merger::compile(&MergeRules::default())?;
    /// // Two accounts of `Acme Ltd`, A1 without an owner and A2 of `li`.
    /// let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())?;
    /// assert_eq!(plan.merged().id.as_str(), "A2");
    /// assert_eq!(plan.merged_away()[0].id(), "A1");
    /// assert_eq!(plan.to_string(), "merge account A1 into account A2, which has an owner");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no account, one has no id, or two have the same.
    pub fn for_accounts(
        accounts: &[Account],
        merger: &Merger,
        phones: &PhoneOptions<'_>,
    ) -> Result<MergePlan<Account>, MergeError> {
        plan(accounts, merger, phones)
    }
}

impl MergePlan<Lead> {
    /// Plans the merge of leads. O(n log n) in fields; each lead is compared with each other by name, mobiles and e-mail
    /// addresses, to [find](MergePlan::doubts) those that are other people.
    ///
    /// One lead alone gives a plan that does nothing.
    ///
    /// ```
    /// use leadkit::contact::PhoneOptions;
    /// use leadkit::merge::{MergePlan, MergeRules, Merger};
    /// use leadkit::model::Lead;
    ///
    /// let lead = |id: &str, name: &str| Lead { id: id.into(), name: Some(name.into()), ..Lead::default() };
    /// let merger = Merger::compile(&MergeRules::default())?;
    /// let plan = MergePlan::for_leads(&[lead("L1", "张伟"), lead("L2", "李娜")], &merger, &PhoneOptions::default())?;
    /// // Two names are two people: a person should decide before the plan is applied.
    /// assert_eq!(
    ///     plan.doubts()[1].to_string(),
    ///     "lead L1 and lead L2 belong to two people, judging by name, mobile number or e-mail address",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no lead, one has no id, or two have the same.
    pub fn for_leads(
        leads: &[Lead],
        merger: &Merger,
        phones: &PhoneOptions<'_>,
    ) -> Result<MergePlan<Lead>, MergeError> {
        plan(leads, merger, phones)
    }
}

const STATUS: &str = "status";

/// What has become of a lead: the status, and what is recorded of one that ended. All come from one record.
const STATE: [&str; 4] = [STATUS, "close_reason", "collected_under", "folded_into"];

fn plan<R: Mergeable>(
    records: &[R],
    merger: &Merger,
    phones: &PhoneOptions<'_>,
) -> Result<MergePlan<R>, MergeError> {
    let rules = &merger.rules;
    let sorted = sorted(records)?;
    let viewed: Vec<(&R, View)> = sorted.iter().map(|record| (*record, view(*record, rules))).collect();
    let (survivor_id, because) = survivor(&viewed, &rules.survivor).ok_or(MergeError::Nothing)?;

    let mut viewed = viewed;
    order::sort_by(&mut viewed, |(a, x), (b, y)| {
        let rest = |record: &R| record.id() != survivor_id;
        rest(a).cmp(&rest(b)).then(y.recency.cmp(&x.recency)).then(a.id().cmp(b.id()))
    });
    let (ordered, mut views): (Vec<&R>, Vec<View>) = viewed.into_iter().unzip();
    let parents = forget_parents(&ordered, &mut views);
    let survivor = *ordered.first().ok_or(MergeError::Nothing)?;
    let references: Vec<RecordRef> = ordered.iter().map(|record| record.reference()).collect();
    let mut draft =
        Draft { rules, phones, views: &views, references: &references, decisions: vec![], conflicts: vec![] };
    draft.decide_fields();
    draft.clear_forgotten();
    let leads: Vec<&Lead> = ordered.iter().filter_map(|record| record.as_lead()).collect();
    draft.unite_wrong_contacts(&leads);
    draft.unite_owners();
    if survivor.account_name().is_some() {
        draft.keep_out_of_pools();
    }
    draft.keep_identifiers();
    if rules.names_become_aliases && ordered.len() > 1 {
        let names =
            ordered.iter().enumerate().filter_map(|(at, one)| Some((at, one.account_name()?.to_owned())));
        let names: Vec<(usize, String)> = names.chain(draft.other_domains()).collect();
        draft.add_names(&names);
    }
    let Draft { mut decisions, mut conflicts, .. } = draft;

    let own = views.first().map(|view| &view.fields);
    let mut merged = merged(survivor, own, &mut decisions);
    let united = unite_contacts(&ordered, phones);
    if !united.is_empty() {
        merged.set_contacts(united.iter().map(|person| person.contact.clone()).collect());
    }
    let accounts: Vec<&Account> = ordered.iter().filter_map(|record| record.as_account()).collect();
    if let Some(merged) = merged.as_account() {
        owner_conflicts(merged, &accounts, &references, &mut conflicts);
    }
    for person in &united {
        contact_conflicts(person, &references, phones, &mut conflicts);
    }
    order::sort_by(&mut conflicts, |a, b| a.field.cmp(&b.field));
    let keeps_names = rules.names_become_aliases && survivor.account_name().is_some();
    let doubted = |conflict: &&FieldConflict| !(keeps_names && conflict.field == "company");
    let mut doubts: Vec<MergeDoubt> =
        conflicts.iter().filter(doubted).filter_map(|one| one.doubt(merged.has_owner(), rules)).collect();
    let shared = ids_of_several(&united);
    // An effect names a contact by the id alone: it would be written of the wrong one, or lose the other.
    let effects = match shared.is_empty() {
        true => effects(survivor.reference(), &decisions, &conflicts, &united, &references),
        false => Vec::new(),
    };
    doubts.extend(shared.into_iter().map(|contact| MergeDoubt::SharedContactId { contact }));
    doubts.extend(parents);
    doubts.extend(other_people(&ordered, phones));
    let contacts = united.iter().filter_map(|person| contact_decision(person, &references)).collect();

    let mut others: Vec<R> = ordered.iter().skip(1).map(|record| (*record).clone()).collect();
    order::sort_by(&mut others, |a, b| a.id().cmp(b.id()));
    let all = std::iter::once(survivor.reference()).chain(others.iter().map(|other| other.reference()));
    Ok(MergePlan {
        version: merger.version.clone(),
        because,
        records: all.collect(),
        decisions,
        contacts,
        conflicts,
        doubts,
        effects,
        undo: UndoRecord::new(survivor.clone(), merged, others, united_rows(&united, &references)),
    })
}

/// The records by id: each has one, and no two have the same.
fn sorted<R: Mergeable>(records: &[R]) -> Result<Vec<&R>, MergeError> {
    let mut sorted: Vec<&R> = records.iter().collect();
    order::sort_by(&mut sorted, |a, b| a.id().cmp(b.id()));
    if let Some((first, _)) = sorted.iter().zip(sorted.iter().skip(1)).find(|(a, b)| a.id() == b.id()) {
        return Err(MergeError::SameId { record: first.reference() });
    }
    if sorted.iter().any(|record| record.id().trim().is_empty()) {
        return Err(MergeError::BlankId);
    }
    Ok(sorted)
}

/// The survivor with the decided values. Decisions with values that it cannot hold are removed.
fn merged<R: Mergeable>(survivor: &R, own: Option<&Fields>, decisions: &mut [FieldDecision]) -> R {
    let wanted = |decision: &FieldDecision| (decision.after != Value::Null).then(|| decision.after.clone());
    let wanted = decisions.iter().map(|decision| (decision.field.clone(), wanted(decision)));
    let changes: BTreeMap<String, Option<Value>> = order::map(
        wanted.filter(|(name, value)| !same_field(own.and_then(|own| own.get(name)), value.as_ref())),
    );
    let merged = with_fields(survivor, &changes);
    // A value that the record cannot hold (a sum beyond its range) is left out.
    let held = fields_of(&merged);
    for decision in decisions {
        decision.after = held.get(&decision.field).cloned().unwrap_or_default();
    }
    merged
}

/// The people on the records, the survivor's first.
fn unite_contacts<R: Mergeable>(ordered: &[&R], phones: &PhoneOptions<'_>) -> Vec<UnitedContact> {
    let accounts: Vec<OfAccount<'_>> = ordered
        .iter()
        .map(|record| OfAccount {
            account: record.id().into(),
            region: record.region(),
            contacts: record.contacts(),
        })
        .collect();
    accounts.first().map_or_else(Vec::new, |first| unite(&first.account, &accounts, phones))
}

fn view<R: Mergeable>(record: &R, rules: &MergeRules) -> View {
    let fields = fields_of(record);
    let recency = match fields.get(&rules.recency) {
        Some(Value::Timestamp(time)) => Some(*time),
        Some(Value::Text(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let named = rules.source.iter().filter_map(|name| fields.get(name)).find(|value| !value.is_blank());
    let source = named.map(|value| fold(value.to_string().trim()));
    let recency = recency.unwrap_or_else(|| record.created_at());
    let standing = match record.as_lead() {
        _ if record.is_valid() => 2,
        lead => u8::from(lead.is_none_or(Lead::is_on_file)),
    };
    View { recency, source, standing, fields, forgotten: BTreeSet::new() }
}

/// The survivor's id, of records sorted by id, and the last test that distinguished it from another.
fn survivor<'r, R: Mergeable>(
    records: &[(&'r R, View)],
    tests: &[SurvivorTest],
) -> Option<(&'r str, Option<SurvivorTest>)> {
    let mut left: Vec<&(&R, View)> = records.iter().collect();
    let mut because = None;
    for test in tests {
        let rank = |(record, view): &(&R, View)| -> (i64, u32) {
            let yes = |flag: bool| (i64::from(flag), 0);
            let created = record.created_at();
            let nanos = created.timestamp_subsec_nanos();
            match test {
                SurvivorTest::Valid => yes(record.is_valid()),
                SurvivorTest::HasDeal => yes(record.has_deal()),
                SurvivorTest::HasOwner => yes(record.has_owner()),
                SurvivorTest::MostComplete => {
                    let filled = view.fields.keys().filter(|name| view.filled(name).is_some()).count();
                    ((filled + record.contacts().len()) as i64, 0)
                }
                SurvivorTest::Oldest => (-created.timestamp(), u32::MAX - nanos),
                SurvivorTest::Newest => (created.timestamp(), nanos),
            }
        };
        let best = left.iter().map(|candidate| rank(candidate)).max()?;
        let before = left.len();
        left.retain(|candidate| rank(candidate) == best);
        if left.len() < before {
            because = Some(*test);
        }
    }
    let because = because.filter(|_| left.len() == 1);
    left.first().map(|(record, _)| (record.id(), because))
}

/// A plan in the making. Views and references are in the same order, the survivor first.
struct Draft<'p> {
    rules: &'p MergeRules,
    phones: &'p PhoneOptions<'p>,
    views: &'p [View],
    references: &'p [RecordRef],
    decisions: Vec<FieldDecision>,
    conflicts: Vec<FieldConflict>,
}

impl Draft<'_> {
    fn decide_fields(&mut self) {
        let names = order::set(self.views.iter().flat_map(|view| view.fields.keys().map(String::as_str)));
        let mut in_blocks = BTreeSet::new();
        for block in &self.rules.blocks {
            let belongs = |name: &str| {
                let group = group_of(name);
                let protects = self.protecting(name).is_some() || Safeguard::of_field(name).is_some();
                !protects && block.fields.iter().any(|field| field == name || Some(field.as_str()) == group)
            };
            let fields: Vec<String> =
                names.iter().filter(|name| belongs(name)).map(|name| (*name).to_owned()).collect();
            let views = self.views_that_tell(&fields);
            let first = views.first().map_or(0, |(place, _)| *place);
            let chosen = choose_view(&block.rule, &fields, &views).unwrap_or(first);
            if fields.iter().any(|name| name == STATUS) {
                self.decide_state(&names, chosen, Some(&block.name), &block.rule);
            }
            for name in fields {
                if !STATE.contains(&name.as_str()) {
                    self.decide_together(&name, chosen, Some(&block.name), &block.rule);
                    in_blocks.insert(name);
                }
            }
        }
        let is_decided = |one: &FieldDecision| one.field == STATUS;
        if names.contains(STATUS) && !self.decisions.iter().any(is_decided) {
            let rule = self.rules.fields.get(STATUS).unwrap_or(&self.rules.default);
            let status = [STATUS.to_owned()];
            let views = self.views_that_tell(&status);
            // `unassigned` counts as blank, but is still the status of a record that continues.
            let first = views.first().map_or(0, |(place, _)| *place);
            let chosen = choose_view(rule, &status, &views).unwrap_or(first);
            self.decide_state(&names, chosen, None, rule);
        }
        for name in names {
            if !in_blocks.contains(name) && !STATE.contains(&name) {
                self.decide_alone(name);
            }
        }
        order::sort_by(&mut self.decisions, |a, b| a.field.cmp(&b.field));
    }

    /// The views that fields may be taken from, with their places. The status of a record that continues comes before that
    /// of one that has ended, or the merged one would no longer be found.
    fn views_that_tell(&self, fields: &[String]) -> Vec<(usize, &View)> {
        let mut views: Vec<(usize, &View)> = self.views.iter().enumerate().collect();
        let tells_status = fields.iter().any(|name| name == STATUS);
        if tells_status {
            let most = views.iter().map(|(_, view)| view.standing).max();
            views.retain(|(_, view)| Some(view.standing) == most);
        }
        views
    }

    /// Whatever the blocks say, how a lead ended comes from the record that gives the status.
    fn decide_state(
        &mut self,
        names: &BTreeSet<&str>,
        chosen: usize,
        block: Option<&str>,
        rule: &Survivorship,
    ) {
        for name in STATE.into_iter().filter(|name| names.contains(name)) {
            self.decide_together(name, chosen, block, rule);
        }
    }

    fn decide_together(&mut self, name: &str, chosen: usize, block: Option<&str>, rule: &Survivorship) {
        let Some(view) = self.views.get(chosen) else { return };
        let after = view.known(name).cloned().unwrap_or_default();
        let differs = |(index, view): (usize, &View)| {
            let value = view.filled(name)?;
            let apart = index != chosen && !agree(name, value, &after, self.phones);
            apart.then(|| (index, value.clone()))
        };
        let dropped: Vec<(usize, Value)> = self.views.iter().enumerate().filter_map(differs).collect();
        self.conflict(name, &after, dropped);
        self.decision(name, block, rule, &[chosen], after);
    }

    fn decide_alone(&mut self, name: &str) {
        let by_group = || group_of(name).and_then(|group| self.rules.fields.get(group));
        let protecting = self.protecting(name);
        let by_name = self.rules.fields.get(name);
        let rule = by_name.or(protecting.as_ref()).or_else(by_group).unwrap_or(&self.rules.default);
        let Some(choice) = choose(rule, name, self.views, self.phones) else { return };
        if choice.drops {
            let differs = |(index, view): (usize, &View)| {
                let value = view.filled(name)?;
                let apart = !agree(name, value, &choice.value, self.phones);
                apart.then(|| (index, value.clone()))
            };
            let dropped = self.views.iter().enumerate().filter_map(differs).collect();
            self.conflict(name, &choice.value, dropped);
        }
        self.decision(name, None, rule, &choice.from, choice.value);
    }

    /// What the survivor says and no longer means anything becomes blank, unless another fills it.
    fn clear_forgotten(&mut self) {
        let Some(own) = self.views.first() else { return };
        for name in &own.forgotten {
            if !self.decisions.iter().any(|one| one.field == *name) {
                self.decision(name, None, &self.rules.default, &[], Value::Null);
            }
        }
        order::sort_by(&mut self.decisions, |a, b| a.field.cmp(&b.field));
    }

    /// The rule of a field in which an answer protects the person.
    fn protecting(&self, name: &str) -> Option<Survivorship> {
        let attribute = name.strip_prefix("attributes.")?;
        let mut answers = self.views.iter().filter_map(|view| view.filled(name));
        let asks = Safeguard::of_answers(attribute, answers.clone())?;
        answers.any(|answer| asks.protects(answer)).then_some(match asks {
            Safeguard::Refusal => Survivorship::Refusal,
            Safeguard::Consent => Survivorship::Consent,
        })
    }

    fn decision(
        &mut self,
        name: &str,
        block: Option<&str>,
        rule: &Survivorship,
        from: &[usize],
        after: Value,
    ) {
        self.decisions.push(FieldDecision {
            field: name.to_owned(),
            block: block.map(str::to_owned),
            rule: rule.clone(),
            from: from.iter().filter_map(|index| self.references.get(*index).cloned()).collect(),
            before: self.views.first().and_then(|view| view.fields.get(name)).cloned().unwrap_or_default(),
            after,
        });
    }

    fn conflict(&mut self, name: &str, kept: &Value, dropped: Vec<(usize, Value)>) {
        let named = |(index, value): (usize, Value)| Some((self.references.get(index)?.clone(), value));
        let dropped: Vec<(RecordRef, Value)> = dropped.into_iter().filter_map(named).collect();
        if !dropped.is_empty() {
            self.conflicts.push(FieldConflict { field: name.to_owned(), kept: kept.clone(), dropped });
        }
    }

    /// What a rep found to be somebody else's stays so, and of a lead that ended for it all that the merge keeps of its contact
    /// values: no value that was found wrong leads to the survivor. Where another lead has such a value and its rep found
    /// nothing wrong with it, the records contradict each other.
    fn unite_wrong_contacts(&mut self, leads: &[&Lead]) {
        let field = format!("attributes.{}", Lead::WRONG_CONTACTS);
        let closed = |lead: &Lead| lead.close_reason == Some(CloseReason::WrongContact);
        let stays_closed = self.decisions.iter().any(|one| {
            one.field == "close_reason" && one.after == Value::from(CloseReason::WrongContact.as_str())
        });
        let of_each: Vec<Vec<String>> = leads.iter().map(|lead| Identity::wrong_of(lead)).collect();
        let from: Vec<usize> =
            (0..leads.len()).filter(|at| of_each.get(*at).is_some_and(|one| !one.is_empty())).collect();
        let all = distinct("phones", of_each.concat(), self.phones);
        let mut dropped = Vec::new();
        for (at, lead) in leads.iter().enumerate().filter(|(_, lead)| !closed(lead)) {
            let reached = all.iter().filter(|value| Identity::is_reached_by(lead, value, self.phones));
            dropped.extend(reached.map(|value| (at, Value::from(value.as_str()))));
        }
        // The survivor's own list needs no other; of one that goes on as wrong, all its values are.
        let is_own =
            |at: &usize| leads.get(*at).is_some_and(|lead| *at == 0 && (!closed(lead) || stays_closed));
        if from.iter().all(is_own) {
            let kept = self.decisions.iter().find(|one| one.field == field).map(|one| one.after.clone());
            return self.conflict(&field, &kept.unwrap_or_default(), dropped);
        }
        self.decisions.retain(|one| one.field != field);
        self.conflicts.retain(|one| one.field != field);
        let after = Value::List(all);
        self.conflict(&field, &after, dropped);
        self.decision(&field, None, &Survivorship::Union, &from, after);
        order::sort_by(&mut self.decisions, |a, b| a.field.cmp(&b.field));
    }

    /// Two spellings of one part of an account are one part, with the owner of the first.
    fn unite_owners(&mut self) {
        let part = |field: &str| field.strip_prefix("owners.").map(|name| fold(name.trim()));
        let of_parts =
            self.decisions.iter().enumerate().filter_map(|(at, one)| Some((part(&one.field)?, at)));
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        of_parts.for_each(|(name, at)| places.entry(name).or_default().push(at));
        for mut places in places.into_values().filter(|places| places.len() > 1) {
            let is_others = |at: &usize| self.decisions.get(*at).is_none_or(|one| one.before.is_blank());
            // The survivor's spelling stays.
            places.sort_by_key(|at| (is_others(at), *at));
            for at in places.into_iter().skip(1) {
                if let Some(other) = self.decisions.get_mut(at) {
                    other.after = Value::Null;
                }
            }
        }
    }

    /// An account that somebody holds lies in no pool, unless it did so before.
    fn keep_out_of_pools(&mut self) {
        let names_holder = |field: &str| field == "owner" || field.starts_with("owners.");
        let mut holders = self.decisions.iter().filter(|one| names_holder(&one.field));
        if holders.all(|one| one.after.is_blank()) {
            return;
        }
        let was_held = self.views.first().is_some_and(|own| {
            own.fields.iter().any(|(field, value)| names_holder(field) && !value.is_blank())
        });
        for one in self.decisions.iter_mut().filter(|one| one.field == "pool") {
            one.after = if was_held { one.before.clone() } else { Value::Null };
        }
    }

    /// An identifier of a person or an event that did not become the survivor's stands beside it: it is found by both.
    fn keep_identifiers(&mut self) {
        let dropped: Vec<(String, RecordRef, String)> = self
            .conflicts
            .iter()
            .filter_map(|conflict| Some((beside(&conflict.field)?, conflict)))
            .flat_map(|(field, conflict)| {
                conflict
                    .dropped
                    .iter()
                    .map(move |(from, value)| (field.clone(), from.clone(), value.to_string()))
            })
            .collect();
        for (field, from, id) in dropped {
            if !self.decisions.iter().any(|decision| decision.field == field) {
                self.decision(&field, None, &Survivorship::Union, &[], Value::Null);
            }
            let Some(decision) = self.decisions.iter_mut().find(|decision| decision.field == field) else {
                continue;
            };
            let start = if decision.after.is_blank() { &decision.before } else { &decision.after };
            let mut ids = if let Value::List(items) = start { items.clone() } else { Vec::new() };
            if !ids.contains(&id) {
                ids.push(id);
                decision.after = Value::List(ids);
                decision.from.push(from);
            }
        }
        for decision in self.decisions.iter_mut().filter(|one| one.field.starts_with("other_ids.")) {
            decision.from.sort();
            decision.from.dedup();
        }
        order::sort_by(&mut self.decisions, |a, b| a.field.cmp(&b.field));
    }

    /// Domains that did not become the survivor's: among its aliases it is found by them.
    fn other_domains(&self) -> Vec<(usize, String)> {
        let of_domain = self.conflicts.iter().find(|conflict| conflict.field == "domain");
        let dropped = of_domain.map(|conflict| conflict.dropped.as_slice()).unwrap_or_default();
        let at = |record: &RecordRef| self.references.iter().position(|one| one == record);
        dropped.iter().filter_map(|(record, value)| Some((at(record)?, value.to_string()))).collect()
    }

    /// Company names that did not become the survivor's are its aliases.
    fn add_names(&mut self, names: &[(usize, String)]) {
        let company = self.decisions.iter().find(|decision| decision.field == "company");
        let company = company.map(|decision| decision.after.to_string()).unwrap_or_default();
        let plain = |text: &str| canonical("company", text, self.phones);
        let own = plain(&company);
        let other = |name: &str| !name.trim().is_empty() && plain(name) != own;
        let added: Vec<(usize, &str)> =
            names.iter().map(|(at, name)| (*at, name.as_str())).filter(|(_, name)| other(name)).collect();
        if added.is_empty() {
            return;
        }
        if !self.decisions.iter().any(|decision| decision.field == "aliases") {
            self.decision("aliases", None, &Survivorship::Union, &[], Value::Null);
        }
        let Some(aliases) = self.decisions.iter_mut().find(|decision| decision.field == "aliases") else {
            return;
        };
        let mut all = if let Value::List(items) = &aliases.after { items.clone() } else { Vec::new() };
        let mut known = order::set(all.iter().map(|alias| plain(alias)));
        for (index, name) in added {
            if known.insert(plain(name)) {
                all.push(name.to_owned());
                aliases.from.extend(self.references.get(index).cloned());
                aliases.after = Value::List(all.clone());
            }
        }
        aliases.from.sort();
        aliases.from.dedup();
        order::sort_by(&mut self.decisions, |a, b| a.field.cmp(&b.field));
    }
}

/// The rows that went into another, with it.
fn united_rows(united: &[UnitedContact], references: &[RecordRef]) -> Vec<(RecordRef, RecordRef)> {
    let of_person = |person: &UnitedContact| {
        let rows = person.rows(references);
        let (kept, absorbed) = rows.split_first()?;
        Some(absorbed.iter().map(|other| (other.clone(), kept.clone())).collect::<Vec<_>>())
    };
    united.iter().filter_map(of_person).flatten().collect()
}

/// Of people, those who are distinct: each with the first person it is not.
fn other_people<R: Mergeable>(ordered: &[&R], phones: &PhoneOptions<'_>) -> Vec<MergeDoubt> {
    let mut known: Vec<(RecordRef, Identity)> = Vec::new();
    let mut doubts = Vec::new();
    for record in ordered {
        let Some(lead) = record.as_lead() else { continue };
        let identity = Identity::of_lead(lead, phones);
        if let Some((other, _)) = known.iter().find(|(_, person)| person.is_somebody_else(&identity)) {
            doubts.push(MergeDoubt::OtherPerson { record: other.clone(), other: record.reference() });
        }
        known.push((record.reference(), identity));
    }
    doubts
}

fn contact_decision(person: &UnitedContact, references: &[RecordRef]) -> Option<ContactDecision> {
    (person.from > 0 || !person.absorbed.is_empty()).then_some(())?;
    Some(ContactDecision {
        contact: person.contact.id.clone(),
        from: references.get(person.from)?.clone(),
        united: person.absorbed.iter().map(|(_, contact)| contact.id.clone()).collect(),
    })
}
