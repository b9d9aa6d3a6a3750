//! The facts of a lead at the moment it is scored for.

use chrono::{DateTime, Utc};

use crate::calendar::Span;
use crate::model::Activity;
use crate::rule::{ActivityFacts, FactSource, FactValue, Facts, Field};

/// An activity that counts, with the number of its kind among the kinds the rules name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) activity: &'a Activity,
    pub(super) kind: u16,
}

/// The facts of a lead, except that activities are those being scored and that now is `as_of`: so a score is a
/// pure function of what it is called with.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeadSource<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) events: &'a [Event<'a>],
    pub(super) as_of: DateTime<Utc>,
}

impl LeadSource<'_> {
    fn count(&self, kind: &str, days: u32) -> i64 {
        let since = Span::days(days).before(self.as_of);
        let counts = |event: &&Event<'_>| {
            event.activity.kind == kind && since <= event.activity.time && event.activity.time <= self.as_of
        };
        self.events.iter().filter(counts).count() as i64
    }
}

impl FactSource for LeadSource<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        if let Some((kind, days)) = field.activity_count() {
            return FactValue::Integer(self.count(kind, days));
        }
        if field.is_activity_last() {
            return self
                .events
                .last()
                .map_or(FactValue::Missing, |event| FactValue::Time(event.activity.time));
        }
        self.facts.fact(field)
    }

    fn now(&self) -> DateTime<Utc> {
        self.as_of
    }
}

/// One activity beside its lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventSource<'a> {
    pub(super) lead: LeadSource<'a>,
    pub(super) own: ActivityFacts<'a>,
}

impl<'a> EventSource<'a> {
    pub(super) fn new(lead: LeadSource<'a>, activity: &'a Activity) -> EventSource<'a> {
        EventSource { lead, own: ActivityFacts { facts: lead.facts, activity } }
    }
}

impl FactSource for EventSource<'_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        if field.activity_count().is_some() || field.is_activity_last() {
            return self.lead.fact(field);
        }
        self.own.fact(field)
    }

    fn now(&self) -> DateTime<Utc> {
        self.lead.as_of
    }
}
