//! Protection (客保): how long nobody else gets a lead.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::clocks::local;
use super::report::{Extension, Protection};
use super::rules::ProtectionRules;
use super::runs::Run;
use crate::calendar::Calendar;
use crate::rule::Facts;

/// The protection of an owner's run, as far as it is known now. O(n·log n) in the acts.
pub(super) fn protection(
    rules: &ProtectionRules,
    run: &Run,
    calendar: &Calendar,
    facts: &Facts<'_>,
) -> Option<Protection> {
    let owner = run.owner.clone()?;
    let date = |at: DateTime<Utc>| calendar.zone().date(at);
    let plus =
        |from: NaiveDate, days: u32| from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
    let from = date(run.from);
    let at_most = plus(from, rules.max_days);
    let mut through = plus(from, rules.days);
    let mut acts: Vec<(DateTime<Utc>, &str)> = Vec::new();
    if rules.extends_days > 0 {
        let follow_ups = facts.history().follow_ups.iter();
        let by_owner =
            follow_ups.filter(|one| rules.follow_ups.contains(&one.kind) && run.is_of(&one.owner, one.time));
        acts.extend(by_owner.map(|one| (one.time, one.kind.as_str())));
        let by_lead = facts.activities().iter().filter(|one| rules.activities.contains(&one.kind));
        acts.extend(by_lead.map(|one| (one.time, one.kind.as_str())));
        acts.retain(|(at, _)| run.from <= *at && *at <= facts.now());
        acts.sort_unstable();
    }
    let mut extensions = Vec::new();
    for (at, act) in acts {
        let day = date(at);
        // What is lost is not won back.
        if day > through {
            break;
        }
        let extended = plus(day, rules.extends_days).min(at_most);
        if extended > through {
            through = extended;
            extensions.push(Extension { at: local(calendar, at), act: act.to_owned(), through });
        }
    }
    let is_lost = date(facts.now()) > through;
    Some(Protection { owner, from, through, at_most, extensions, is_lost })
}
