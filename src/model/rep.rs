//! The reps who work on leads, and the pools that hold leads.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_enum::{closed_enum, open_enum};
use super::{Attributes, CalendarId, PoolId, Region, RepId, TeamId};
use crate::calendar::Zone;
use crate::document::{Unique, is_default, load_into, read_named};
use crate::error::{Report, RuleErrors};

/// A sales representative (销售), as the host knows the rep now.
///
/// ```
/// use leadkit::model::Rep;
/// use serde_json::json;
///
/// let reps = Rep::load_all(json!([{"id": "ann", "weight": 2}, {"id": "bo"}]))?;
/// assert_eq!((reps[0].weight, reps[1].weight), (2, 1));
/// let errors = Rep::load_all(json!([{"id": "ann", "weigth": 2}])).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].path, "reps[0].weigth");
/// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `weight`?"));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rep {
    /// Identifier, unique among the host's reps.
    pub id: RepId,
    /// The team of the rep; `None` when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Path of departments from the top: branch (分公司), division (事业部).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub department: Vec<String>,
    /// The rep to whom this one reports; `None` at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<RepId>,
    /// The rep who stands in while this one is away; `None` leaves it to the rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy: Option<RepId>,
    /// For a partner (渠道伙伴), such as an agent or a dealer: the channel manager who owns what the partner works on. A partner
    /// owns no leads: no rule gives one to a partner, and a partner cannot claim one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_of: Option<RepId>,
    /// Job title, as the host names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Level, such as `senior`, as the host names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Skills: industries, products and languages the rep can serve.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<String>,
    /// Regions the rep serves; empty means everywhere.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub territories: BTreeSet<Region>,
    /// The calendar of the rep's working time; `None` means always open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<CalendarId>,
    /// When the rep joined the team, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<DateTime<Utc>>,
    /// Share of leads in relation to the others; 1 by default, 0 takes none.
    pub weight: u32,
    /// Leads the rep was given in a window that the host chooses: the basis of shares by results and of rewards.
    #[serde(skip_serializing_if = "is_default")]
    pub worked: u32,
    /// Of these, leads the rep won.
    #[serde(skip_serializing_if = "is_default")]
    pub won: u32,
    /// Maximum number of leads per local day over all pools; `None` means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_cap: Option<u32>,
    /// Maximum number of leads per week, from Monday to Sunday, over all pools; `None` means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekly_cap: Option<u32>,
    /// Maximum number of leads per calendar month over all pools; `None` means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_cap: Option<u32>,
    /// Maximum number of open leads held at once (保有量); `None` leaves it to the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holding_cap: Option<u32>,
    /// Maximum number of accounts under protection at once; `None` means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected_cap: Option<u32>,
    /// Open leads held now, as the host counts them: with those of other owners at whose side the rep
    /// [stands](crate::assign::Companion) until the owner has them no more, and without rewards, which fill no place.
    pub holding: u32,
    /// Of these, leads that the rep has not spoken to yet. A rep who has many is given no more by the rules, so count
    /// them again when somebody has followed up ([`Roster::count`](crate::assign::Roster::count),
    /// [`RepLedger::counted`](crate::assign::RepLedger::counted)).
    #[serde(skip_serializing_if = "is_default")]
    pub untouched: u32,
    /// Accounts under protection now, as the host counts them.
    pub protected_accounts: u32,
    /// Whether the rep is active; one who is not gets no leads.
    pub active: bool,
    /// When the rep is away, in any order; past ones may stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// Custom attributes, by name; groups read them as `rep.attributes.NAME`.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Default for Rep {
    fn default() -> Self {
        Rep {
            id: RepId::default(),
            team: None,
            department: Vec::new(),
            manager: None,
            deputy: None,
            partner_of: None,
            title: None,
            level: None,
            skills: BTreeSet::new(),
            territories: BTreeSet::new(),
            hours: None,
            joined_at: None,
            weight: 1,
            worked: 0,
            won: 0,
            daily_cap: None,
            weekly_cap: None,
            monthly_cap: None,
            holding_cap: None,
            protected_cap: None,
            holding: 0,
            untouched: 0,
            protected_accounts: 0,
            active: true,
            absences: Vec::new(),
            attributes: Attributes::new(),
        }
    }
}

impl Rep {
    /// Reads reps from a list of objects.
    ///
    /// ```
    /// use leadkit::model::Rep;
    /// use serde_json::json;
    ///
    /// let reps = Rep::load_all(json!([{"id": "li", "territories": ["CN-GD"]}, {"id": "wang", "weight": 2}]))?;
    /// assert_eq!(reps[1].weight, 2);
    /// let errors = Rep::load_all(json!([{"id": "li", "teritories": []}])).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `territories`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in the list, each with its path and a suggested fix; a key that no rep has is one.
    pub fn load_all(document: serde_json::Value) -> Result<Vec<Rep>, RuleErrors> {
        let mut report = Report::new();
        let read = load_into(of_one("reps", document), &mut report, &|read: &Reps, report| {
            let mut ids = Unique::ids("rep");
            check_ids(read.reps.iter().map(|rep| rep.id.as_str()), &mut ids, "reps", report);
        });
        let read = report.finish().map(|_| read.map(|read| read.reps).unwrap_or_default());
        read.map_err(|errors| errors.of("reps"))
    }
}

/// The shape in which a list of reps is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reps {
    #[serde(deserialize_with = "read_named")]
    reps: Vec<Rep>,
}

/// The shape in which a list of pools is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pools {
    #[serde(deserialize_with = "read_named")]
    pools: Vec<Pool>,
}

fn of_one(key: &str, value: serde_json::Value) -> serde_json::Value {
    serde_json::Value::Object([(key.to_owned(), value)].into_iter().collect())
}

fn check_ids<'r>(ids: impl Iterator<Item = &'r str>, seen: &mut Unique<'r>, key: &str, report: &mut Report) {
    report.within(key, |report| {
        for (index, id) in ids.enumerate() {
            report.item(index, |report| report.within("id", |report| seen.check(id, report)));
        }
    });
}

/// A time in which a rep is away: from the start up to, not including, the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// The first moment away, in UTC.
    pub from: DateTime<Utc>,
    /// The first moment back, in UTC.
    pub until: DateTime<Utc>,
}

impl Absence {
    /// Whether `now` falls into it.
    ///
    /// ```
    /// use leadkit::model::Absence;
    ///
    /// let [from, until] = ["2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"].map(|at| at.parse().unwrap());
    /// let holidays = Absence { from, until };
    /// assert!(holidays.covers(from) && !holidays.covers(until));
    /// ```
    #[must_use]
    pub fn covers(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && now < self.until
    }
}

/// A pool of leads or accounts (线索池/公海).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pool {
    /// Identifier, unique among the pools.
    pub id: PoolId,
    /// The kind of leads or accounts in it.
    pub kind: PoolKind,
    /// The region whose leads it takes; `None` takes those of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Zone in which its days begin and end: that of the rules that its leads are assigned by. Those without a zone
    /// have the one of the pool that they are for, and a different one is an error. UTC counts as none.
    pub zone: Zone,
    /// Its administrators, who are told about its leads.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub admins: BTreeSet<RepId>,
    /// How reps get leads from it: by rules, by claims or both.
    pub mode: PoolMode,
    /// The pool by whose rules its leads are assigned; `None` is the pool itself if it has rules, else the main pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigns_from: Option<PoolId>,
    /// Maximum number of leads that a rep is assigned from it per local day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_assign_cap: Option<u32>,
    /// Maximum number of leads that a rep claims from it per local day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_claim_cap: Option<u32>,
}

impl Pool {
    /// The pool of a kind that serves a region: the one whose region is the narrowest around it, else the first by id that
    /// serves every region.
    ///
    /// ```
    /// use leadkit::model::{Pool, PoolKind};
    /// use serde_json::json;
    ///
    /// let pools = Pool::load_all(json!([
    ///     {"id": "all", "kind": "nurture"},
    ///     {"id": "guangdong", "kind": "nurture", "region": "CN-GD"},
    ///     {"id": "shenzhen", "kind": "nurture", "region": "CN-GD-440300"},
    /// ]))?;
    /// let serving = |region: &str| {
    ///     Pool::serving(&pools, &PoolKind::Nurture, region.parse().ok()).map(|pool| pool.id.as_str())
    /// };
    /// assert_eq!(serving("CN-GD-440305"), Some("shenzhen")); // a district of the city
    /// assert_eq!((serving("CN-GD"), serving("CN-BJ")), (Some("guangdong"), Some("all")));
    /// assert_eq!(Pool::serving(&pools, &PoolKind::Invalid, None), None);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn serving<'p>(pools: &'p [Pool], kind: &PoolKind, region: Option<Region>) -> Option<&'p Pool> {
        let of_kind = || pools.iter().filter(|pool| pool.kind == *kind);
        let around = of_kind()
            .filter(|pool| pool.region.zip(region).is_some_and(|(served, region)| served.contains(&region)));
        let narrowest = around.reduce(|best, pool| {
            let is_inside = pool.region.zip(best.region).is_some_and(|(inner, outer)| outer.contains(&inner));
            let is_narrower = is_inside && (pool.region != best.region || pool.id < best.id);
            if is_narrower { pool } else { best }
        });
        narrowest.or_else(|| of_kind().filter(|pool| pool.region.is_none()).min_by_key(|pool| &pool.id))
    }

    /// Reads pools from a list of objects.
    ///
    /// ```
    /// use leadkit::model::{Pool, PoolMode};
    /// use serde_json::json;
    ///
    /// let pools = Pool::load_all(json!([{"id": "leads"}, {"id": "vip", "mode": "assign_only"}]))?;
    /// assert_eq!(pools[1].mode, PoolMode::AssignOnly);
    /// let errors = Pool::load_all(json!([{"id": "leads"}, {"id": "leads"}])).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].message, "another pool has the id `leads`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in the list, each with its path and a suggested fix; a key that no pool has is one.
    pub fn load_all(document: serde_json::Value) -> Result<Vec<Pool>, RuleErrors> {
        let mut report = Report::new();
        let read = load_into(of_one("pools", document), &mut report, &|read: &Pools, report| {
            let mut ids = Unique::ids("pool");
            check_ids(read.pools.iter().map(|pool| pool.id.as_str()), &mut ids, "pools", report);
            report.within("pools", |report| {
                for (index, pool) in read.pools.iter().enumerate() {
                    report.item(index, |report| {
                        report
                            .within("region", |report| pool.region.iter().for_each(|one| one.check(report)));
                    });
                }
            });
        });
        let read = report.finish().map(|_| read.map(|read| read.pools).unwrap_or_default());
        read.map_err(|errors| errors.of("pools"))
    }
}

impl Default for Pool {
    fn default() -> Self {
        Pool {
            id: PoolId::default(),
            kind: PoolKind::Lead,
            region: None,
            zone: Zone::default(),
            admins: BTreeSet::new(),
            mode: PoolMode::Both,
            assigns_from: None,
            daily_assign_cap: None,
            daily_claim_cap: None,
        }
    }
}

open_enum! {
    /// The kind of leads or accounts in a pool.
    PoolKind {
        /// New leads of a team (线索池).
        Lead = "lead",
        /// Leads that are not ready yet.
        Nurture = "nurture",
        /// Accounts worth working on (公海, active).
        PublicActive = "public_active",
        /// All other accounts (公海, general).
        PublicGeneral = "public_general",
        /// Accounts under a rep's protection (客保).
        Protected = "protected",
        /// Blocked or closed: no leads.
        Invalid = "invalid",
    }
}

closed_enum! {
    /// How reps get leads from a pool.
    PoolMode {
        /// Only by assignment (仅分配).
        AssignOnly = "assign_only",
        /// Only by claiming (领取).
        ClaimOnly = "claim_only",
        /// By assignment and by claiming.
        Both = "both",
    }
}

/// Whether the owner of a record can take care of a lead now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnerState {
    /// Takes part, is here and has room.
    Active,
    /// Takes part, but is away now.
    Away {
        /// The first moment back, in UTC.
        until: DateTime<Utc>,
    },
    /// Takes part, is here and holds as many leads as allowed.
    Full,
    /// No longer active, or not known.
    Gone,
}
