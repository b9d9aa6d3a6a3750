//! The reps who can take leads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::changes::Changes;
use super::person::Person;
use super::rep_ledger::RepLedger;
use super::skip_reason::SkipReason;
use crate::calendar::{Calendar, CalendarError, Calendars, Clock, Span};
use crate::document::{Digest, Unique, check_reference};
use crate::error::{Report, RuleErrors};
use crate::model::{Absence, OwnerState, Region, Rep, RepId, TeamId};
use crate::order;
use crate::text;

/// The reps as the host knows them now, compiled for assignment.
///
/// It is separate from the rules, so that neither an absence nor a changed cap touches those, and from the running
/// state. Compile it again when the reps have changed or their holdings have been read again.
///
/// ```
/// use leadkit::assign::Roster;
/// use leadkit::calendar::Calendars;
/// use leadkit::model::Rep;
///
/// let ann = Rep { id: "ann".into(), hours: Some("office".into()), ..Rep::default() };
/// let errors = Roster::compile(&[ann], &Calendars::default()).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].code, "unknown_calendar");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Roster(Arc<Reps>);

/// What a roster holds.
#[derive(Debug, Clone, Default)]
struct Reps {
    /// By id.
    slots: Vec<(RepId, Slot)>,
    /// By name.
    calendars: Vec<Calendar>,
    /// Their ids, sorted.
    names: Vec<String>,
    /// Digest of the reps and their calendars as they were compiled: the same reps and calendars are the same roster.
    name: Digest,
    /// The reps whose holdings were counted anew since.
    counted: Changes,
    /// All regions that reps who take leads serve; `None` if one of them serves everywhere.
    territories: Option<BTreeSet<Region>>,
    /// Starts and ends of absences, with the rep, by time.
    comings: Vec<(DateTime<Utc>, usize)>,
}

/// What eligibility reads of a rep.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Whether the rep takes leads at all.
    pub(super) active: bool,
    /// Of a partner who takes part: the channel manager.
    partner_of: Option<RepId>,
    pub(super) weight: u32,
    pub(super) territories: Vec<Region>,
    /// Folded.
    pub(super) skills: BTreeSet<String>,
    pub(super) daily_cap: Option<u32>,
    pub(super) weekly_cap: Option<u32>,
    pub(super) monthly_cap: Option<u32>,
    pub(super) holding_cap: Option<u32>,
    pub(super) protected_cap: Option<u32>,
    pub(super) protected_accounts: u32,
    holding: u32,
    untouched: u32,
    team: Option<TeamId>,
    deputy: Option<RepId>,
    pub(super) hours: Option<usize>,
    /// From when until when, in time, none touching the next.
    absences: Vec<Absence>,
    person: Person,
    /// Digest of what reps of one kind have in common: all that decides whether one of them may take a lead, except absences,
    /// caps and earlier leads.
    kinds: [Digest; 4],
}

impl Roster {
    /// Makes the reps ready. O(n·log n).
    ///
    /// ```
    /// use leadkit::model::Rep;
    /// use leadkit::Roster;
    ///
    /// let reps = ["li", "wang", "li"].map(|id| Rep { id: id.into(), ..Rep::default() });
    /// let errors = Roster::compile(&reps, &Default::default()).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].path, "reps[2].id");
    /// assert_eq!(errors.diagnostics()[0].message, "another rep has the id `li`");
    /// assert_eq!(Roster::compile(&reps[..2], &Default::default())?.reps().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// All at once: blank or repeated ids, calendars that are not there or have mistakes, absences that end before
    /// they start.
    pub fn compile(reps: &[Rep], calendars: &Calendars) -> Result<Roster, RuleErrors> {
        let mut report = Report::new();
        let roster = Roster::make(reps, calendars, &mut report);
        report.finish().map_err(|errors| errors.of("roster"))?;
        Ok(roster)
    }

    /// Reps who are always at work and take every lead: a team to try rules with. Blank ids are left out.
    ///
    /// ```
    /// use leadkit::Roster;
    ///
    /// let roster = Roster::from_ids(["li", "wang"]);
    /// assert!(roster.is_active("li") && !roster.is_active("zhao"));
    /// ```
    #[must_use]
    pub fn from_ids<I: Into<RepId>>(ids: impl IntoIterator<Item = I>) -> Roster {
        let reps: Vec<Rep> = ids.into_iter().map(|id| Rep { id: id.into(), ..Rep::default() }).collect();
        Roster::make(&reps, &Calendars::default(), &mut Report::new())
    }

    pub(super) fn make(reps: &[Rep], calendars: &Calendars, report: &mut Report) -> Roster {
        let ids = Unique::ids("rep");
        let mut by_id: Vec<&Rep> = reps.iter().collect();
        order::sort_by(&mut by_id, |one, other| one.id.cmp(&other.id));
        // Hashed in the order of ids: the order in which a host reads its rows makes no difference.
        let name = Digest::of(&(by_id, calendars));
        let names: Vec<&str> = calendars.0.keys().map(String::as_str).collect();
        let compiled = calendars.0.iter().map(|(id, calendar)| {
            report.within("calendars", |report| {
                report.within(id, |report| {
                    check_reference("calendar", id, report);
                    Calendar::compile_into(calendar, report)
                })
            })
        });
        let calendars = compiled.collect();
        let mut slots: BTreeMap<RepId, Slot> = BTreeMap::new();
        for (index, rep) in reps.iter().enumerate() {
            report.within("reps", |report| {
                report.item(index, |report| {
                    if report.within("id", |report| ids.is_blank(rep.id.as_str(), report)) {
                        return;
                    }
                    let hours = rep.hours.as_ref().and_then(|id| {
                        let found = names.binary_search(&id.as_str()).ok();
                        if found.is_none() {
                            let known = names.iter().copied();
                            report.within("hours", |r| {
                                r.unknown_name("unknown_calendar", "calendar", id.as_str(), known)
                            });
                        }
                        found
                    });
                    report.within("territories", |report| {
                        for (at, region) in rep.territories.iter().enumerate() {
                            report.item(at, |report| region.check(report));
                        }
                    });
                    for (at, absence) in rep.absences.iter().enumerate() {
                        if absence.until < absence.from {
                            report.within("absences", |r| {
                                r.item(at, |r| {
                                    r.error(
                                        "inverted_span",
                                        "the absence ends before it starts",
                                        "swap `from` and `until`",
                                    );
                                });
                            });
                        }
                    }
                    // In a map, and so sorted: slots are found by bisection, and ties go by id.
                    if slots.insert(rep.id.clone(), Slot::new(rep, hours)).is_some() {
                        report.within("id", |report| ids.duplicate(rep.id.as_str(), report));
                    }
                })
            });
        }
        let slots: Vec<(RepId, Slot)> = slots.into_iter().collect();
        let mut comings = Vec::new();
        for (index, (_, slot)) in slots.iter().enumerate() {
            // Both ends of an absence change who takes part, and no event reports it.
            comings.extend(slot.absences.iter().flat_map(|one| [(one.from, index), (one.until, index)]));
        }
        order::sort_by(&mut comings, Ord::cmp);
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let territories = territories(&slots);
        let counted = Changes::default();
        let roster = Roster(Arc::new(Reps { slots, calendars, names, name, counted, territories, comings }));
        report.within("reps", |report| {
            for (index, rep) in reps.iter().enumerate() {
                // Once all reps are known: a deputy may come later in the list.
                let deputy =
                    |report: &mut Report| rep.deputy.iter().for_each(|rep| roster.warn_of(rep, report));
                report.item(index, |report| report.within("deputy", deputy));
            }
        });
        roster
    }

    /// Every rep of the roster, by id, those who take no part included.
    pub fn reps(&self) -> impl Iterator<Item = &RepId> {
        self.0.slots.iter().map(|(rep, _)| rep)
    }

    /// Digest of the reps as they were compiled.
    pub(super) fn name(&self) -> Digest {
        self.0.name
    }

    /// The reps whose holdings were counted anew since.
    pub(super) fn counted(&self) -> &Changes {
        &self.0.counted
    }

    /// The rep at a place in the order of ids.
    pub(super) fn at(&self, index: usize) -> Option<(&RepId, &Slot)> {
        self.0.slots.get(index).map(|(rep, slot)| (rep, slot))
    }

    /// The place of a rep in the order of ids.
    pub(super) fn index_of(&self, rep: &str) -> Option<usize> {
        self.0.slots.binary_search_by(|(id, _)| id.as_str().cmp(rep)).ok()
    }

    /// Whether somebody serves a region, or everywhere; `in_part` says that a part of it is enough. O(t) in the territories.
    pub(super) fn serves(&self, region: Region, in_part: bool) -> bool {
        let Some(territories) = &self.0.territories else { return true };
        territories.iter().any(|one| one.contains(&region) || (in_part && region.contains(one)))
    }

    /// The reps who went away or came back between two moments, by place.
    pub(super) fn comings(
        &self,
        after: DateTime<Utc>,
        through: DateTime<Utc>,
    ) -> impl Iterator<Item = usize> {
        let place = |moment| self.0.comings.partition_point(|(at, _)| *at <= moment);
        self.0.comings.get(place(after)..place(through)).unwrap_or_default().iter().map(|(_, index)| *index)
    }

    fn slot(&self, rep: &RepId) -> Option<&Slot> {
        self.find(rep.as_str()).map(|(_, slot)| slot)
    }

    /// Whether the rep is known, active and not a partner.
    ///
    /// ```
    /// use leadkit::Roster;
    /// use serde_json::json;
    ///
    /// let roster = Roster::load(json!({"reps": [{"id": "li"}, {"id": "wang", "active": false}]}))?;
    /// assert!(roster.is_active("li"));
    /// assert!(!roster.is_active("wang") && !roster.is_active("zhao"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_active(&self, rep: &str) -> bool {
        self.find(rep).map(|(_, slot)| slot).is_some_and(|slot| slot.active)
    }

    /// Leads the rep holds now: the host's count and those taken since. 0 for a rep that is not known.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // The host counted five open leads, and `li` was assigned lead L1 since.
    /// let roster = Roster::load(json!({"reps": [{"id": "li", "holding": 5}]}))?;
    /// assert_eq!(roster.holding(&"li".into(), &reps), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn holding(&self, rep: &RepId, reps: &RepLedger) -> u32 {
        self.slot(rep).map_or(0, |slot| slot.open(reps.taken(rep)))
    }

    /// Updates how many leads a rep holds now, and how many of them are untouched, without reading the whole roster
    /// again. Leads given since the last count are in the host's count: forget it by [`RepLedger::counted`].
    /// Nothing happens for a rep who is not known.
    ///
    /// ```
    /// use leadkit::assign::{RepLedger, Roster};
    /// use leadkit::calendar::Calendars;
    /// use leadkit::model::Rep;
    ///
    /// let mut roster = Roster::compile(&[Rep { id: "ann".into(), ..Rep::default() }], &Calendars::default())?;
    /// let mut reps = RepLedger::default();
    /// roster.count("ann", 7, 2);
    /// reps.counted(&"ann".into());
    /// assert_eq!((roster.holding(&"ann".into(), &reps), roster.untouched(&"ann".into(), &reps)), (7, 2));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn count(&mut self, rep: &str, holding: u32, untouched: u32) {
        let Some(index) = self.index_of(rep) else { return };
        let reps = Arc::make_mut(&mut self.0);
        if let Some((id, slot)) = reps.slots.get_mut(index)
            && (slot.holding, slot.untouched) != (holding, untouched)
        {
            // Noted only when a number differs: counting the same again must not cause lists to be read anew.
            (slot.holding, slot.untouched) = (holding, untouched);
            reps.counted.note(id, &(holding, untouched));
        }
    }

    /// Whether a rep can take care of a lead at a moment: not when gone (not on the roster, not active, or a partner), away, or
    /// at the holding cap. It is checked for the owner of a record on file before a lead goes there.
    ///
    /// ```
    /// use leadkit::assign::{RepLedger, Roster};
    /// use leadkit::calendar::Calendars;
    /// use leadkit::model::{OwnerState, Rep};
    ///
    /// let ann = Rep { id: "ann".into(), holding: 50, holding_cap: Some(50), ..Rep::default() };
    /// let roster = Roster::compile(&[ann], &Calendars::default())?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// assert_eq!(roster.owner_state(&"ann".into(), &RepLedger::default(), now), OwnerState::Full);
    /// assert_eq!(roster.owner_state(&"bo".into(), &RepLedger::default(), now), OwnerState::Gone);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn owner_state(&self, rep: &RepId, reps: &RepLedger, at: DateTime<Utc>) -> OwnerState {
        let Some(slot) = self.slot(rep).filter(|slot| slot.active) else { return OwnerState::Gone };
        // Away before full: how much they hold does not matter while they cannot work on it.
        if let Some(until) = slot.away_until(at) {
            return OwnerState::Away { until };
        }
        let full = slot.holding_cap.is_some_and(|cap| slot.open(reps.taken(rep)) >= cap);
        if full { OwnerState::Full } else { OwnerState::Active }
    }

    /// Whether a rep without a cap of their own holds as many leads as this cap allows.
    pub(crate) fn is_over(&self, rep: &RepId, reps: &RepLedger, cap: Option<u32>) -> bool {
        let slot = self.slot(rep).filter(|slot| slot.holding_cap.is_none());
        slot.zip(cap).is_some_and(|(slot, cap)| slot.open(reps.taken(rep)) >= cap)
    }

    /// Ids of the calendars, sorted.
    pub(super) fn calendar_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.names.iter().map(String::as_str)
    }

    /// The id of the calendar, where there is one only.
    pub(crate) fn only_calendar(&self) -> Option<&str> {
        match self.0.names.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// When so many hours of work are over, by the rep's calendar, else by one that is named: whole days are working days, the
    /// rest is opening hours. `None` without a calendar, and where it ends before.
    pub(crate) fn work_ends(
        &self,
        rep: Option<&RepId>,
        calendar: Option<&str>,
        from: DateTime<Utc>,
        hours: u32,
    ) -> Option<DateTime<Utc>> {
        let own = rep.and_then(|rep| self.slot(rep)?.hours);
        let named = || {
            let wanted = calendar?;
            self.0.names.binary_search_by(|name| name.as_str().cmp(wanted)).ok()
        };
        let calendar = self.0.calendars.get(own.or_else(named)?)?;
        // Three days from a Friday are three working days, and four hours are opening hours.
        let clock = if hours.is_multiple_of(24) { Clock::Workday } else { Clock::OfficeHours };
        calendar.add(from, Span::hours(hours), clock).ok().map(|due| due.at())
    }

    /// Leads the rep holds and has not spoken to: the host's count and those taken since. 0 for a rep that is not known.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // The host counted two untouched leads, and `li` was assigned lead L1 since.
    /// let roster = Roster::load(json!({"reps": [{"id": "li", "holding": 5, "untouched": 2}]}))?;
    /// assert_eq!(roster.untouched(&"li".into(), &reps), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn untouched(&self, rep: &RepId, reps: &RepLedger) -> u32 {
        self.slot(rep).map_or(0, |slot| slot.untouched(reps.taken(rep)))
    }

    /// The deputy of a rep who is away.
    ///
    /// ```
    /// use leadkit::Roster;
    /// use serde_json::json;
    ///
    /// let roster = Roster::load(json!({"reps": [{"id": "li", "deputy": "wang"}, {"id": "wang"}]}))?;
    /// assert_eq!(roster.deputy(&"li".into()), Some(&"wang".into()));
    /// assert_eq!(roster.deputy(&"wang".into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn deputy(&self, rep: &RepId) -> Option<&RepId> {
        self.slot(rep)?.deputy.as_ref()
    }

    /// Of a partner who takes part: the channel manager who owns what the partner works on. `None` for any other rep.
    ///
    /// ```
    /// use leadkit::Roster;
    /// use serde_json::json;
    ///
    /// let roster = Roster::load(json!({"reps": [{"id": "li"}, {"id": "east", "partner_of": "li"}]}))?;
    /// assert_eq!(roster.channel_manager(&"east".into()), Some(&"li".into()));
    /// assert_eq!(roster.channel_manager(&"li".into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn channel_manager(&self, rep: &RepId) -> Option<&RepId> {
        self.slot(rep)?.partner_of.as_ref()
    }

    /// The team of a rep.
    ///
    /// ```
    /// use leadkit::Roster;
    /// use serde_json::json;
    ///
    /// let roster = Roster::load(json!({"reps": [{"id": "li", "team": "east"}, {"id": "wang"}]}))?;
    /// assert_eq!(roster.team(&"li".into()).unwrap().as_str(), "east");
    /// assert_eq!(roster.team(&"wang".into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn team(&self, rep: &RepId) -> Option<&TeamId> {
        self.slot(rep)?.team.as_ref()
    }

    /// Whether two reps are in one team.
    #[must_use]
    pub(crate) fn are_colleagues(&self, a: &RepId, b: &RepId) -> bool {
        let team = |rep: &RepId| self.slot(rep).and_then(|slot| slot.team.as_ref());
        team(a).is_some() && team(a) == team(b)
    }

    pub(super) fn find(&self, rep: &str) -> Option<(&RepId, &Slot)> {
        self.at(self.index_of(rep)?)
    }

    /// `Ok` in working time, else why not, and when that begins.
    pub(super) fn working(&self, hours: Option<usize>, at: DateTime<Utc>) -> Result<(), SkipReason> {
        let Some(calendar) = hours.and_then(|index| self.0.calendars.get(index)) else { return Ok(()) };
        let opening = match calendar.is_open(at) {
            Ok(true) => return Ok(()),
            Ok(false) => calendar.next_opening(at),
            Err(error) => Err(error),
        };
        Err(match opening {
            Ok(opening) => SkipReason::OffHours { next_opening: Some(opening) },
            Err(CalendarError::NeverOpen { .. }) => SkipReason::OffHours { next_opening: None },
            Err(error) => SkipReason::UnknownHours { error },
        })
    }

    /// What conditions of groups read of each rep who takes part, by id.
    pub(super) fn people(&self) -> impl Iterator<Item = (&RepId, &Person)> {
        self.0.slots.iter().filter(|(_, slot)| slot.active).map(|(rep, slot)| (rep, &slot.person))
    }

    /// Leads a rep won, and worked.
    pub(super) fn results(&self, rep: &RepId) -> (u64, u64) {
        self.slot(rep).map_or((0, 0), |slot| (slot.person.won.into(), slot.person.worked.into()))
    }

    /// It is not known yet which reps are at work.
    pub(super) fn unread_hours(&self) -> Vec<Option<Option<&'static str>>> {
        vec![None; self.0.calendars.len()]
    }

    /// The code of why a rep of these hours does not [work](Self::working), asking each calendar once.
    pub(super) fn not_working(
        &self,
        hours: Option<usize>,
        at: DateTime<Utc>,
        known: &mut [Option<Option<&'static str>>],
    ) -> Option<&'static str> {
        let known = hours.and_then(|index| known.get_mut(index))?;
        // Each calendar is asked once for all kinds of reps that keep its hours.
        *known.get_or_insert_with(|| self.working(hours, at).err().map(|reason| reason.code()))
    }

    /// The first moment from `at` on at which the rep's calendar is open; `None` when that is not known or never.
    pub(super) fn opens_from(&self, slot: &Slot, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.working(slot.hours, at) {
            Ok(()) => Some(at),
            Err(SkipReason::OffHours { next_opening }) => next_opening,
            Err(_) => None,
        }
    }

    /// The first moment from `at` on at which the rep is at work and not away.
    pub(super) fn at_work_from(&self, slot: &Slot, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut at = at;
        // Every turn of the loop leaves at least one absence behind.
        for _ in 0..=slot.absences.len() {
            match self.working(slot.hours, at) {
                Ok(()) => {}
                Err(SkipReason::OffHours { next_opening: Some(opening) }) => at = opening,
                Err(_) => return None,
            }
            match slot.away_until(at) {
                Some(until) => at = until,
                None => return Some(at),
            }
        }
        None
    }
}

impl Slot {
    fn new(rep: &Rep, hours: Option<usize>) -> Slot {
        Slot {
            // A partner owns no leads, so the rules do not see them.
            active: rep.active && rep.partner_of.is_none(),
            partner_of: rep.partner_of.clone().filter(|_| rep.active),
            weight: rep.weight,
            territories: rep.territories.iter().copied().collect(),
            skills: order::set(rep.skills.iter().map(|skill| text::fold(skill))),
            daily_cap: rep.daily_cap,
            holding_cap: rep.holding_cap,
            protected_cap: rep.protected_cap,
            protected_accounts: rep.protected_accounts,
            holding: rep.holding,
            untouched: rep.untouched,
            team: rep.team.clone(),
            deputy: rep.deputy.clone(),
            hours,
            absences: joined(&rep.absences),
            person: Person::new(rep),
            weekly_cap: rep.weekly_cap,
            monthly_cap: rep.monthly_cap,
            // Digests for each of the four ways in which a pool's rules may use them, taken once for each rep.
            kinds: [(false, false), (false, true), (true, false), (true, true)].map(
                |(by_region, by_skill)| {
                    let territories = by_region.then_some(&rep.territories);
                    Digest::of(&(territories, by_skill.then_some(&rep.skills), &rep.hours))
                },
            ),
        }
    }

    /// Why the rep takes no lead, whatever it is and whenever.
    pub(super) fn outside(&self) -> Option<SkipReason> {
        match self.partner_of {
            _ if self.active => None,
            Some(_) => Some(SkipReason::Partner),
            None => Some(SkipReason::Inactive),
        }
    }

    /// Whether a cap of the rep's own is 0, which nothing frees.
    pub(super) fn takes_none(&self) -> bool {
        let own = [self.daily_cap, self.weekly_cap, self.monthly_cap, self.holding_cap, self.protected_cap];
        own.contains(&Some(0))
    }

    /// Open leads: those the host counted and those taken since, less those taken back.
    pub(super) fn open(&self, taken: i64) -> u32 {
        // More leads may have been taken back than the host's last count included.
        let open = i64::from(self.holding).saturating_add(taken);
        u32::try_from(open.max(0)).unwrap_or(u32::MAX)
    }

    /// Of these, those that nobody has spoken to: all that came since they were counted.
    pub(super) fn untouched(&self, taken: i64) -> u32 {
        // A lead that came since the host counted is untouched until it counts again.
        self.untouched.saturating_add(self.open(taken).saturating_sub(self.holding))
    }

    /// Names the kind of a rep, by what rules read: the territories, the skills.
    pub(super) fn kind(&self, by_region: bool, by_skill: bool) -> Digest {
        let [plain, skill, region, both] = self.kinds;
        match (by_region, by_skill) {
            (false, false) => plain,
            (false, true) => skill,
            (true, false) => region,
            (true, true) => both,
        }
    }

    /// The first moment back of somebody who is away at a moment. O(log n) in the absences.
    pub(super) fn away_until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let before = self.absences.partition_point(|absence| absence.from <= at).checked_sub(1)?;
        self.absences.get(before).filter(|absence| absence.covers(at)).map(|absence| absence.until)
    }
}

/// All regions that reps who take leads serve; `None` if one of them serves everywhere.
fn territories(slots: &[(RepId, Slot)]) -> Option<BTreeSet<Region>> {
    let mut territories = BTreeSet::new();
    // The rules give nothing to a rep who is inactive or has weight 0 or a cap of 0, so none of them serves a region.
    for (_, slot) in slots.iter().filter(|(_, slot)| slot.active && slot.weight > 0 && !slot.takes_none()) {
        // One rep serves everywhere, so every region is served.
        if slot.territories.is_empty() {
            return None;
        }
        territories.extend(&slot.territories);
    }
    Some(territories)
}

/// Absences as the times somebody is away: overlapping ones are one.
fn joined(absences: &[Absence]) -> Vec<Absence> {
    let mut all = absences.to_vec();
    order::sort_by_key(&mut all, |absence| (absence.from, absence.until));
    let mut joined: Vec<Absence> = Vec::with_capacity(all.len());
    for one in all.into_iter().filter(|absence| absence.from < absence.until) {
        match joined.last_mut() {
            // Absences that touch are one, so that `until` is the moment the rep is back and not the start of the next absence.
            Some(last) if one.from <= last.until => last.until = last.until.max(one.until),
            _ => joined.push(one),
        }
    }
    joined
}
