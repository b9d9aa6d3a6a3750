//! Protection (客保): how long nobody else gets a lead.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::clocks::local;
use super::known::Known;
use super::report::{Extension, Protection};
use super::rules::ProtectionRules;
use super::runs::Run;
use crate::calendar::Calendar;

/// The protection of an owner's run, as far as it is known now. O(n·log n) in the acts.
pub(super) fn protection(
    rules: &ProtectionRules,
    run: &Run,
    calendar: &Calendar,
    known: &Known<'_>,
) -> Option<Protection> {
    let owner = run.owner.clone()?;
    let date = |at: DateTime<Utc>| calendar.zone().date(at);
    let plus =
        |from: NaiveDate, days: u32| from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
    let from = date(run.from);
    let mut span = Span { through: plus(from, rules.days), at_most: plus(from, rules.max_days) };
    let mut acts: Vec<(DateTime<Utc>, &str)> = Vec::new();
    if rules.extends_days > 0 {
        let by_owner = known.follow_ups_of(run).filter(|one| rules.follow_ups.contains(&one.kind));
        acts.extend(by_owner.map(|one| (one.time, one.kind.as_str())));
        let by_lead = known.facts.activities().iter().filter(|one| rules.activities.contains(&one.kind));
        acts.extend(by_lead.map(|one| (one.time, one.kind.as_str())));
        acts.retain(|(at, _)| run.from <= *at && *at <= known.now());
        acts.sort_unstable();
    }
    let mut gaps = run.gaps.iter().filter_map(|gap| Some((gap.from, gap.until?))).peekable();
    let mut extensions = Vec::new();
    for (at, act) in acts {
        while let Some((given, taken)) = gaps.next_if(|(given, _)| *given < at) {
            span.waits(date(given), date(taken));
        }
        let day = date(at);
        // A lost protection is not regained.
        if day > span.through {
            break;
        }
        let extended = plus(day, rules.extends_days).min(span.at_most);
        if extended > span.through {
            span.through = extended;
            extensions.push(Extension { at: local(calendar, at), act: act.to_owned(), through: extended });
        }
    }
    gaps.for_each(|(given, taken)| span.waits(date(given), date(taken)));
    let Span { through, at_most } = span;
    let is_lost = date(known.now()) > through;
    Some(Protection { owner, from, through, at_most, extensions, is_lost })
}

/// How far a protection reaches, and how far it can be extended.
struct Span {
    through: NaiveDate,
    at_most: NaiveDate,
}

impl Span {
    /// The days in which the owner had given the lead back are not counted.
    fn waits(&mut self, given: NaiveDate, taken: NaiveDate) {
        if given > self.through {
            return;
        }
        let days = Days::new(u64::try_from((taken - given).num_days()).unwrap_or_default());
        for date in [&mut self.through, &mut self.at_most] {
            *date = date.checked_add_days(days).unwrap_or(NaiveDate::MAX);
        }
    }
}
