//! The facts of a lead at the moment it is scored for.

use chrono::{DateTime, Utc};

use super::events::Events;
use crate::calendar::Span;
use crate::model::{Activity, Attributes};
use crate::rule::{ActivityFacts, FactSource, FactValue, Facts, Field};

/// The facts of a lead, except that activities are those being scored and that now is `as_of`: so a score is a
/// pure function of its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeadSource<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) events: Events<'a>,
    pub(super) as_of: DateTime<Utc>,
}

impl LeadSource<'_> {
    fn count(&self, kind: &str, days: u32) -> i64 {
        let since = Span::days(days).before(self.as_of);
        self.events.count(kind, since, self.as_of) as i64
    }
}

impl FactSource for LeadSource<'_> {
    #[inline]
    fn fact(&self, field: &Field) -> FactValue<'_> {
        if !field.is_of_activities() {
            return self.facts.fact(field);
        }
        if let Some((kind, days)) = field.activity_count() {
            return FactValue::Integer(self.count(kind, days));
        }
        if field.is_activity_last() {
            let last = self.events.iter().next_back();
            return last.map_or(FactValue::Missing, |activity| FactValue::Time(activity.time));
        }
        self.facts.fact(field)
    }

    fn now(&self) -> DateTime<Utc> {
        self.as_of
    }

    fn visit_activities(&self, visit: &mut dyn FnMut(&Activity)) {
        self.events.iter().for_each(visit);
    }

    fn attributes(&self) -> Option<&Attributes> {
        self.facts.attributes()
    }
}

/// One activity with its lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventSource<'a> {
    lead: LeadSource<'a>,
    own: ActivityFacts<'a>,
}

impl<'a> EventSource<'a> {
    pub(super) fn new(lead: LeadSource<'a>, activity: &'a Activity) -> EventSource<'a> {
        EventSource { lead, own: ActivityFacts { facts: lead.facts, activity } }
    }
}

impl FactSource for EventSource<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        if field.is_of_activities() {
            return self.lead.fact(field);
        }
        self.own.fact(field)
    }

    fn now(&self) -> DateTime<Utc> {
        self.lead.as_of
    }

    fn visit_activities(&self, visit: &mut dyn FnMut(&Activity)) {
        self.lead.visit_activities(visit);
    }

    fn attributes(&self) -> Option<&Attributes> {
        self.lead.attributes()
    }
}
