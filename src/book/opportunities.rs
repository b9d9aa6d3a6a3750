//! Opportunities made from leads, which hold them while they are open.

use chrono::{DateTime, Utc};

use super::Book;
use crate::model::{LeadId, Opportunity, OpportunityId, RecordRef, RepId, Value};

impl Book {
    /// Files an opportunity, in place of the one with its id. While it is open it is in the
    /// [history](crate::model::History::opportunities) of its lead; if the named lead was folded, that is the lead that
    /// continues. A new opportunity counts as an answer to the customer.
    ///
    /// ```
    /// use leadkit::book::Book;
    /// use leadkit::model::{Lead, Opportunity};
    ///
    /// let mut book = Book::new();
    /// book.insert_lead(Lead { id: "L1".into(), ..Lead::default() });
    /// let open = Opportunity { id: "O1".into(), lead: Some("L1".into()), ..Opportunity::default() };
    /// book.insert_opportunity(open.clone());
    /// assert_eq!(book.history(&"L1".into()).opportunities, ["O1".into()]);
    ///
    /// book.insert_opportunity(Opportunity { lost_at: Some("2026-03-02T02:00:00Z".parse().unwrap()), ..open });
    /// assert!(book.history(&"L1".into()).opportunities.is_empty());
    /// ```
    pub fn insert_opportunity(&mut self, mut opportunity: Opportunity) {
        let id = opportunity.id.clone();
        opportunity.lead = opportunity.lead.map(|lead| self.subject(&lead));
        if let Some(before) = self.opportunities.get(&id).and_then(|known| known.lead.clone()) {
            self.life(&before).history.opportunities.retain(|one| *one != id);
            self.note_due(&before);
        }
        if let Some(lead) = opportunity.lead.clone().filter(|_| opportunity.is_open()) {
            let held_by = &mut self.life(&lead).history.opportunities;
            let place = held_by.partition_point(|one| *one < id);
            held_by.insert(place, id.clone());
            self.note_due(&lead);
        }
        // An opportunity that was there before the customer came to the account does not answer them.
        let is_answer = |lead: &LeadId| {
            self.desk.conversions.get(lead).is_some_and(|record| record.at <= opportunity.created_at)
        };
        if let Some(lead) = opportunity.lead.as_ref().filter(|lead| is_answer(lead)) {
            self.answer_with(lead, &id, opportunity.created_at);
        }
        self.referrers.add_opportunity(&opportunity, self.opportunities.get(&id));
        self.opportunities.insert(id, opportunity);
    }

    /// Whether an opportunity belongs to the lead's present owner; one of an earlier owner does not count as an answer.
    pub(super) fn is_of_owner(&self, lead: &LeadId, opportunity: &OpportunityId) -> bool {
        let owner = self.lead(lead).and_then(|lead| lead.owner.as_ref());
        let of = self.opportunities.get(opportunity).and_then(|one| one.owner.as_ref());
        owner.is_some() && of.is_none_or(|of| Some(of) == owner)
    }

    /// An opportunity is an answer to a customer: what was due has been done.
    pub(super) fn answer_with(&mut self, lead: &LeadId, opportunity: &OpportunityId, at: DateTime<Utc>) {
        let Some(record) = self.desk.conversions.get_mut(lead) else { return };
        if record.opportunity.is_none() && record.by.is_none() {
            record.opportunity = Some(opportunity.clone());
            self.finish_work(lead, at);
            self.note_due(lead);
        }
    }

    /// The opportunity of an id.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Lead, Opportunity};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// book.insert_opportunity(Opportunity { id: "O1".into(), lead: Some("L1".into()), ..Opportunity::default() });
    /// assert!(book.opportunity(&"O1".into()).unwrap().is_open());
    /// assert!(book.opportunity(&"O2".into()).is_none());
    /// ```
    #[must_use]
    pub fn opportunity(&self, id: &OpportunityId) -> Option<&Opportunity> {
        self.opportunities.get(id)
    }

    /// Every opportunity on file, open or not, by id.
    pub fn opportunities(&self) -> impl Iterator<Item = &Opportunity> {
        self.opportunities.values()
    }

    /// Moves the opportunities of one lead or account to another.
    pub(super) fn move_opportunity(&mut self, id: &OpportunityId, from: &RecordRef, to: &RecordRef) {
        let Some(mut opportunity) = self.opportunities.get(id).cloned() else { return };
        match (from, to) {
            (RecordRef::Lead(from), RecordRef::Lead(to)) if opportunity.lead.as_ref() == Some(from) => {
                opportunity.lead = Some(to.clone());
            }
            (RecordRef::Account(from), RecordRef::Account(to))
                if opportunity.account.as_ref() == Some(from) =>
            {
                opportunity.account = Some(to.clone());
            }
            _ => return,
        }
        self.insert_opportunity(opportunity);
    }

    pub(super) fn write_opportunity(&mut self, id: &OpportunityId, field: &str, value: &Value) {
        let Some(opportunity) = self.opportunities.get_mut(id) else { return };
        match (field, value) {
            ("owner", Value::Text(rep)) => opportunity.owner = Some(RepId::from(rep.as_str())),
            ("owner", Value::Null) => opportunity.owner = None,
            _ => {}
        }
    }
}
