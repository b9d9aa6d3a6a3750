//! The rules of all engines in one document.

use serde::{Deserialize, Serialize};

use crate::assign::AssignRules;
use crate::attribution::OwnershipRules;
use crate::blacklist::BlacklistRules;
use crate::book::{Clocks, NoticeRules};
use crate::dedup::DedupRules;
use crate::document::{is_default, read_named};
use crate::model::open_enum::closed_enum;
use crate::model::{CalendarId, Pool, PoolId, RuleId};
use crate::rule::{Condition, RulesVersion};
use crate::score::ScoreRules;
use crate::text::Code;

/// The rules of the main job. What a document leaves out has the value of `Default`, which is not [`b2b`](Rules::b2b):
/// it has no assignment rules, and a lead that has only sent a message is not ready for sales.
///
/// ```
/// use leadkit::Rules;
/// use serde_json::json;
///
/// let errors = Rules::load(json!({
///     "blacklst": {},
///     "dedup": {"rules": [{"id": "a", "lead": "phone", "target": "lead.company", "action": "collect"}]},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"group": {"id": "east"}}}]}}},
/// }))
/// .unwrap_err();
/// let helps: Vec<&str> = errors.iter().filter_map(|found| found.help.as_deref()).collect();
/// assert_eq!(helps[1], "did you mean `blacklist`?");
/// assert_eq!(errors.diagnostics().len(), 3);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// What blocks, flags or holds a lead before any other engine sees it.
    pub blacklist: BlacklistRules,
    /// Entries that are not leads: the first rule that matches sends them away before duplicate matching. The team's own
    /// domains, phones and addresses, and tests, are such rules too: they void an entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<ElsewhereRule>,
    /// Which records on file are the same person or company, and what follows.
    pub dedup: DedupRules,
    /// Points for what a lead does and is, and the cells in which it is ready for sales.
    pub score: ScoreRules,
    /// Which rep, group or pool gets a lead, by pool.
    pub assign: AssignRules,
    /// The pool of a lead that names none (default `leads`).
    pub pool: PoolId,
    /// The pool of leads that are not ready for sales (default `nurture`).
    pub nurture_pool: PoolId,
    /// The pool of blocked leads (default `invalid`).
    pub invalid_pool: PoolId,
    /// The host's pools: which region they serve, who runs them, how leads leave them. A pool that is neither listed here nor
    /// named elsewhere in the document is not known: a lead in it is not assigned, and the reason says so.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "read_named")]
    pub pools: Vec<Pool>,
    /// Times, limits and counts for a lead after its first decision.
    pub life: LifeRules,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            blacklist: BlacklistRules::default(),
            elsewhere: Vec::new(),
            dedup: DedupRules::default(),
            score: ScoreRules::default(),
            assign: AssignRules::default(),
            pool: "leads".into(),
            nurture_pool: "nurture".into(),
            invalid_pool: "invalid".into(),
            pools: Vec::new(),
            life: LifeRules::default(),
        }
    }
}

/// A rule for entries that are not leads, and where they go.
///
/// ```
/// use leadkit::model::{Account, Contact, Lead, Rep};
/// use leadkit::{Input, Intake, Roster, State};
/// use serde_json::json;
///
/// let intake = Intake::load(json!({
///     "elsewhere": [
///         {"id": "ours", "when": {"field": "email.domain", "eq": "ours.com"}, "then": "void"},
///         {"id": "jobs", "when": {"field": "message", "contains": "应聘"}, "then": {"queue": "jobs"}},
///     ],
/// }))?;
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
/// let decide = |lead: Lead| {
///     let input = Input { lead, ..Input::default() };
///     intake.process(&input, &Roster::default(), &State::default(), now)
/// };
/// let job = decide(Lead { id: "L1".into(), message: Some("我想应聘销售".into()), phones: vec!["13812349876".into()], ..Lead::default() });
/// assert_eq!(job.to_string(), "lead L1 goes to the queue jobs");
/// assert_eq!(job.reason().to_string(), "jobs");
/// let test = decide(Lead { id: "L2".into(), emails: vec!["me@ours.com".into()], ..Lead::default() });
/// assert_eq!((test.route().code(), test.delta().is_empty()), ("voided", true));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElsewhereRule {
    /// Identifier, unique in the list; outcomes name it.
    pub id: RuleId,
    /// Which entries: a condition on the lead, what it did and what the blacklist found.
    pub when: Condition,
    /// The queue that such a lead goes to, or that it is voided.
    pub then: ElsewhereTarget,
}

/// Where an entry that is not a lead goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ElsewhereTarget {
    /// To a queue of the host, such as `support`, `invoice`, `job` or `supplier`.
    Queue(Code),
    /// Nowhere: it is voided and counts for nothing.
    Void,
}

closed_enum! {
    /// Where a lead goes after its owner lost it or gave it back.
    RecycledTo {
        /// To the pool of its region, where reps claim it; after its stay there, by the rules.
        Pool = "pool",
        /// To the next in rotation, at once.
        Rotation = "rotation",
    }
}

/// What happens to leads after their first decision: times in hours and days, limits and counts. `Default` is
/// [`b2b`](LifeRules::b2b). [`FollowUpRules`](crate::follow_up::FollowUpRules) are a separate engine, with
/// reminders and ladders, which [`Intake`](crate::Intake) does not read: use one of the two for a lead's deadlines.
///
/// ```
/// use leadkit::{LifeRules, RecycledTo};
///
/// assert_eq!(LifeRules::default().recycled_to, RecycledTo::Pool);
/// assert_eq!(LifeRules::b2c().recycled_to, RecycledTo::Rotation);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LifeRules {
    /// Where a lead goes after its owner lost it or gave it back.
    pub recycled_to: RecycledTo,
    /// The roster's calendar that measures stays, the time a reviewer or a partner has to answer, and absences of owners
    /// who name no hours: 24 hours are a working day, and anything that is not a whole number of days is opening hours.
    /// With `None` absences are measured in plain hours, and the rest by the roster's only calendar when it has just one,
    /// else in plain hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    /// Hours that a lead stays in a pool to be claimed before the rules assign it; 72 by default. By
    /// [`calendar`](Self::calendar), or as that says without one.
    pub pool_stay_hours: u32,
    /// The same for the hottest leads, cells A1 and B1; 4 hours by default.
    pub hot_pool_stay_hours: u32,
    /// Hours that reviewers have for a lead without an owner that came with many others of one origin, before the rules
    /// assign it; 2 by default, by [`calendar`](Self::calendar).
    pub burst_hold_hours: u32,
    /// How many owners may lose a lead in one cycle before it is nurtured, at least 1; 3 by default.
    pub owners_per_cycle: u32,
    /// Days for which the rules pass over the rep who lost the lead last, while another is eligible, or its deal; 90 by
    /// default.
    pub exclusion_days: u32,
    /// Days for which a rep cannot claim a lead after losing it or giving it up, unless its pool
    /// [says otherwise](crate::assign::PoolRules::claim_cool_down_days); 30 by default. With 0 the rep may claim it at once.
    pub cool_down_days: u32,
    /// Hours in addition to these days, for a cool-down of less than a day; 0 by default.
    #[serde(skip_serializing_if = "is_default")]
    pub cool_down_hours: u32,
    /// Hours that an owner may be away before the deputy or another rep stands in, when something of the lead is due before the
    /// return: 24 by default, 2 for consumers. By the owner's calendar, else by [`calendar`](Self::calendar).
    pub absence_limit_hours: u32,
    /// Hours that a partner has to answer a lead that is passed on; 72 by default, by [`calendar`](Self::calendar).
    pub partner_answer_hours: u32,
    /// Days for which a deal that a partner registers protects its account; 90 by default.
    pub deal_protection_days: u32,
    /// Number of untouched leads ([`Rep::untouched`](crate::model::Rep::untouched)) at which a rep is given no more by
    /// the rules: new leads wait in line until the rep has spoken to some. At least 1: 5 by default, 10 for consumers.
    /// Claims, allotments and hand-overs ignore it.
    pub untouched_limit: u32,
    /// Hours from the assignment to the first contact, day and night, weekends too, whatever
    /// [`Rep::hours`](crate::model::Rep::hours) and [`calendar`](Self::calendar) say: 24 by default, 1 for consumers.
    /// The owner of an account owes it to a customer as well. To count opening hours instead, replace the due time
    /// after each `StartDeadlines` with the one that [`Calendar::add`](crate::calendar::Calendar::add) computes from
    /// its `from`. With a [`Book`](crate::book::Book), set `due_at` of the deadline in
    /// [`Book::history`](crate::book::Book::history) and file it again with
    /// [`Book::insert_life`](crate::book::Book::insert_life).
    pub first_contact_hours: u32,
    /// Hours from each follow-up to the next, day and night; the last one repeats. At least one number: 72 and 168 by
    /// default, 48 for consumers.
    pub follow_up_hours: Vec<u32>,
    /// Which rep keeps a lead that two work on if no reviewer decides within 24 hours, counted by
    /// [`calendar`](Self::calendar).
    pub ownership: OwnershipRules,
    /// Which notices are sent as one, and how many an hour a rep gets before they become a digest.
    pub notices: NoticeRules,
}

impl Default for LifeRules {
    fn default() -> Self {
        LifeRules::b2b()
    }
}

impl LifeRules {
    /// For sales to companies: a lost lead goes to the pool of its region for three days; first contact within a day, then
    /// after three and seven days; an owner may be away for a day.
    ///
    /// ```
    /// use leadkit::{LifeRules, RecycledTo};
    ///
    /// let life = LifeRules::b2b();
    /// assert_eq!((life.first_contact_hours, life.recycled_to), (24, RecycledTo::Pool));
    /// // A faster team.
    /// let life = LifeRules { first_contact_hours: 4, ..life };
    /// assert_eq!(life.follow_up_hours, [72, 168]);
    /// ```
    #[must_use]
    pub fn b2b() -> LifeRules {
        LifeRules {
            recycled_to: RecycledTo::Pool,
            calendar: None,
            pool_stay_hours: 72,
            hot_pool_stay_hours: 4,
            burst_hold_hours: 2,
            owners_per_cycle: 3,
            exclusion_days: 90,
            cool_down_days: 30,
            cool_down_hours: 0,
            absence_limit_hours: 24,
            partner_answer_hours: 72,
            deal_protection_days: 90,
            untouched_limit: 5,
            first_contact_hours: 24,
            follow_up_hours: vec![72, 168],
            ownership: OwnershipRules::default(),
            notices: NoticeRules::default(),
        }
    }

    /// For sales to consumers: a lost lead goes to the next in rotation at once; first contact within an hour, then every
    /// two days; an owner may be away for two hours.
    ///
    /// ```
    /// use leadkit::{LifeRules, RecycledTo};
    ///
    /// let life = LifeRules::b2c();
    /// assert_eq!((life.first_contact_hours, life.follow_up_hours), (1, vec![48]));
    /// assert_eq!(life.recycled_to, RecycledTo::Rotation);
    /// ```
    #[must_use]
    pub fn b2c() -> LifeRules {
        LifeRules {
            recycled_to: RecycledTo::Rotation,
            absence_limit_hours: 2,
            untouched_limit: 10,
            first_contact_hours: 1,
            follow_up_hours: vec![48],
            ..LifeRules::b2b()
        }
    }

    pub(super) fn clocks(&self) -> Clocks {
        Clocks::of_hours(self.first_contact_hours, &self.follow_up_hours)
    }
}
