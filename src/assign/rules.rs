//! Assignment rules as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::calendar::Zone;
use crate::document::{is_default, read_list, read_map};
use crate::model::open_enum::closed_enum;
use crate::model::{GroupId, PoolId, RepId, RuleId};
use crate::rule::{Condition, Custom, Field, RulesVersion};

/// Assignment rules: by pool, with the groups that share leads.
///
/// The default has no pools and therefore matches nothing.
///
/// ```
/// use leadkit::assign::{AssignRules, Assigner};
///
/// let rules: AssignRules = serde_json::from_str(r#"{
///     "groups": { "west": { "members": [{ "rep": "ann", "weight": 2 }, { "rep": "bo" }] } },
///     "pools": { "p1": { "daily_assign_cap": 20, "rules": [{ "id": "all", "then": { "group": { "id": "west" } } }] } }
/// }"#)?;
/// assert!(Assigner::compile(&rules).is_ok());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssignRules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name for this version of the rules, echoed by every decision.
    pub revision: String,
    /// What happens to the leads of each pool.
    #[serde(deserialize_with = "read_map")]
    pub pools: BTreeMap<PoolId, PoolRules>,
    /// Groups of reps that share leads.
    #[serde(deserialize_with = "read_map")]
    pub groups: BTreeMap<GroupId, RepGroup>,
}

impl Default for AssignRules {
    fn default() -> Self {
        AssignRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            pools: BTreeMap::new(),
            groups: BTreeMap::new(),
        }
    }
}

/// Reps that share leads.
///
/// Its members are listed, or described by what reps are (`rep.…` fields and their `attributes.…`), or both:
///
/// ```
/// use leadkit::assign::AssignRules;
/// use serde_json::json;
///
/// let seniors = json!({"all": [{"field": "rep.level", "eq": "senior"}, {"field": "rep.skills", "eq": "erp"}]});
/// let rules = AssignRules::load(json!({"groups": {"seniors": {"when": seniors, "strategy": "smooth_weighted"}}}))?;
/// assert!(rules.groups["seniors"].members.is_empty());
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepGroup {
    /// The members by name. Their order does not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<GroupMember>,
    /// Further members: reps of the roster for whom this holds, each with the rep's own weight. It is evaluated once for
    /// each date of the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How the group shares leads; `None` leaves it to the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// A custom strategy instead, by the name it is [registered](crate::rule::Registry::strategy) under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Box<Custom>>,
    /// Weights by results instead of fixed ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_results: Option<ResultShares>,
}

/// Shares that follow results: a member who wins twice as often as all members do on average gets twice the leads, within
/// bounds.
///
/// The weight is 10 × (won + `steady` × average) ÷ (worked + `steady`) ÷ average, from [`Rep::won`](crate::model::Rep::won)
/// and [`Rep::worked`](crate::model::Rep::worked), rounded, at least `least` and at most `most`. A member who has worked no
/// lead yet has weight 10. A member of weight 0 takes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResultShares {
    /// Smallest weight (default: 5, half an average share).
    pub least: u32,
    /// Greatest weight (default: 20, twice an average share).
    pub most: u32,
    /// How many leads at the average rate are added to each rep's real ones (default: 20): a
    /// lucky first lead is not a rate.
    pub steady: u32,
}

impl Default for ResultShares {
    fn default() -> Self {
        ResultShares { least: 5, most: 20, steady: 20 }
    }
}

/// One rep's place in a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupMember {
    /// The rep, by the id that the roster has.
    pub rep: RepId,
    /// Share of leads in relation to the others, 0 takes none; `None` is the rep's own weight in the roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}

/// What happens to the leads of one pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolRules {
    /// Zone in which the pool's days begin and end.
    pub zone: Zone,
    /// Maximum number of leads that a rep is assigned from the pool per local day. `None`, the default of every cap
    /// here, means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_assign_cap: Option<u32>,
    /// Maximum number of leads that a rep is assigned from the pool per week, from Monday to Sunday. Counted from the
    /// first lead that is assigned while the cap is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekly_assign_cap: Option<u32>,
    /// Maximum number of leads that a rep is assigned from the pool per calendar month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_assign_cap: Option<u32>,
    /// Maximum number of leads that are assigned from the pool per local day, to all reps together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_daily_cap: Option<u32>,
    /// Maximum number of leads that a rep claims (领取) from the pool per local day; counted apart from those that are assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_claim_cap: Option<u32>,
    /// Maximum number of open leads that a rep without an [own cap](crate::model::Rep::holding_cap) holds; `None` for no
    /// limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holding_cap: Option<u32>,
    /// Number of untouched leads that a rep may hold ([`Rep::untouched`](crate::model::Rep::untouched); in a waiting
    /// line also what came since) before the rules give no more: a rep who has that many is
    /// [busy](super::SkipReason::Busy), and the lead waits. `None` is no limit; [`Intake`](crate::Intake) fills in that
    /// of its [`LifeRules`](crate::LifeRules::untouched_limit).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untouched_limit: Option<u32>,
    /// Days for which a rep cannot claim a lead after losing it or giving it up: with 0 the rep may claim it at once.
    /// If neither days nor hours are set, [`previous_owners`](PoolRules::previous_owners) decides, and
    /// [`Intake`](crate::Intake) fills in the cool-down of its [`LifeRules`](crate::LifeRules::cool_down_days).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_cool_down_days: Option<u32>,
    /// Hours beside these days, for a cool-down of less than a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_cool_down_hours: Option<u32>,
    /// How leads are shared where neither the rule nor the group says.
    pub strategy: Strategy,
    /// Whether a rep with territories takes only leads from these; `true` by default.
    pub match_territory: bool,
    /// Whether a rep with territories takes leads whose region is not known, or only as a whole of which the rep
    /// serves a part, as the province of a city; `false` by default, `true` in [`b2b`](crate::Rules::b2b). Where it is
    /// `false` such a lead reaches only reps without territories, by a rule for everybody too.
    pub serve_unknown_region: bool,
    /// Whether a rep with territories takes leads of a region that nobody of the roster serves: else they reach
    /// nobody. `false` by default, `true` in [`b2b`](crate::Rules::b2b).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub serve_unserved_region: bool,
    /// Whether a rep takes only leads of which one level of the industry is among the rep's skills. A lead without
    /// an industry is open to all.
    pub match_industry: bool,
    /// The group in whose turns a lead counts that goes to its owner or by a person's act, if the owner is a member
    /// who may take it; `None` takes no turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_takes_turn: Option<GroupId>,
    /// Maximum number of leads that a rep catches up after an absence under [`Strategy::FairShare`]: what equal reps were
    /// owed meanwhile, at their expense. Reps are equal if they have the same weight and working time and, where the
    /// pool asks for them, the same territories and skills: a rep who has no equal at work catches up nothing. By default none: what the
    /// rep is owed stays as it was at the start of the absence.
    #[serde(skip_serializing_if = "is_default")]
    pub catch_up: u32,
    /// Which previous owners of the lead do not get it again.
    pub previous_owners: PreviousOwners,
    /// The rules, in order: the first that matches decides.
    #[serde(deserialize_with = "read_list")]
    pub rules: Vec<AssignRule>,
}

impl Default for PoolRules {
    fn default() -> Self {
        PoolRules {
            zone: Zone::default(),
            daily_assign_cap: None,
            weekly_assign_cap: None,
            monthly_assign_cap: None,
            total_daily_cap: None,
            daily_claim_cap: None,
            holding_cap: None,
            untouched_limit: None,
            claim_cool_down_days: None,
            claim_cool_down_hours: None,
            strategy: Strategy::default(),
            match_territory: true,
            serve_unknown_region: false,
            serve_unserved_region: false,
            match_industry: false,
            owner_takes_turn: None,
            catch_up: 0,
            previous_owners: PreviousOwners::default(),
            rules: Vec::new(),
        }
    }
}

impl PoolRules {
    /// The hours of the cool-down of claims, if it is set.
    pub(crate) fn cool_down(&self) -> Option<u32> {
        let (days, hours) = (self.claim_cool_down_days, self.claim_cool_down_hours);
        let days = days.map(|days| days.saturating_mul(24));
        (days.is_some() || hours.is_some())
            .then(|| days.unwrap_or_default().saturating_add(hours.unwrap_or_default()))
    }
}

/// One rule: which leads, and where they go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssignRule {
    /// Identifier, unique in the pool; decisions name it.
    pub id: RuleId,
    /// Which leads; the default is all.
    pub when: Condition,
    /// Who gets the leads that match, or which pool.
    pub then: AssignTarget,
    /// Skills a rep must have, all of them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<String>,
    /// Fields of the lead, such as `products` or `attributes.language`, of each of which a rep must have one value among the
    /// skills. A lead without a value is open to all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills_in: Vec<Field>,
    /// In which pass the rule runs.
    pub pass: RulePass,
    /// How many turns each lead takes, 1 to 100. Caps count it as one lead.
    #[serde(skip_serializing_if = "is_one")]
    pub units: u32,
    /// Whether a lead that is given without a turn ([`Strategy::Sticky`], or a strategy of the host) counts in the fair
    /// shares of the list all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub takes_turn: bool,
    /// Replaces the pool's [`match_industry`](PoolRules::match_industry) for this rule; `None` keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_industry: Option<bool>,
    /// Whether the leads are rewards (发牌): they are outside quotas, so they count for no cap, no cap keeps a rep from
    /// one, and they take no turn. The reps who deserve one are a group by [condition](RepGroup::when).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reward: bool,
    /// Reps the lead needs besides its owner, such as presales or a second senior.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<CompanionRule>,
}

/// A rep whom a lead needs besides its owner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanionRule {
    /// What the companion helps with, such as `presales`; in the host's words.
    pub role: String,
    /// The group that shares the work, in its own turns; the owner's group for a second of its kind.
    pub group: GroupId,
}

impl Default for AssignRule {
    fn default() -> Self {
        AssignRule {
            id: RuleId::default(),
            when: Condition::default(),
            then: AssignTarget::default(),
            skills: BTreeSet::new(),
            skills_in: Vec::new(),
            pass: RulePass::default(),
            units: 1,
            takes_turn: false,
            match_industry: None,
            reward: false,
            also: Vec::new(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_one(units: &u32) -> bool {
    *units == 1
}

/// Who gets a lead that a rule matches, or which pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AssignTarget {
    /// To one rep by name (指定分配). Takes no turn anywhere.
    Rep(RepId),
    /// To one of some reps by name (指定分配), in turns of this rule, by their own weights and the pool's strategy.
    Reps(Vec<RepId>),
    /// To the rep whom a field of the lead names, such as the one who met the contact at a fair:
    /// `{"rep_in": "attributes.met_by"}`. Takes no turn anywhere. Nobody is eligible if the field is empty.
    RepIn(Field),
    /// To a member of the first tier that is for the lead (权重分配), such as the best leads to seniors; where nobody of it is
    /// eligible, to one of the tier below.
    Tiers(Vec<Tier>),
    /// To a member of a group, in turns that all rules for the group share.
    Group {
        /// The group, as [`AssignRules::groups`] names it.
        id: GroupId,
        /// How the group shares leads here; `None` leaves it to the group, then to the pool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        strategy: Option<Strategy>,
    },
    /// To one of all reps of the roster, in turns of this rule, by their own weights and the pool's strategy: for rules that
    /// name no rep, as those of the presets. Written `"everybody"` in a document.
    ///
    /// ```
    /// use leadkit::assign::{AssignRules, Assigner};
    /// use serde_json::json;
    ///
    /// let everybody = json!({"pools": {"leads": {"rules": [{"id": "all", "then": "everybody"}]}}});
    /// assert!(Assigner::load(everybody).is_ok());
    /// ```
    Everybody,
    /// To another pool, without an owner.
    Pool(PoolId),
    /// To somebody who decides, such as a regional director. [`Intake`](crate::Intake) waits 48 hours for the
    /// decision, and not at all for a reviewer who has left or is away as long; then the lead goes to one of those
    /// suggested, or by the rules below.
    Reviewer {
        /// The reviewer, by the host's id.
        by: RepId,
        /// The group whose eligible members are suggested, best first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suggest: Option<GroupId>,
    },
}

/// One of several groups, the best first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Which leads begin here; the default is all.
    #[serde(default)]
    pub when: Condition,
    /// The reps who share the leads.
    pub group: GroupId,
}

impl Default for AssignTarget {
    /// No reps: a rule without a target, which does not compile.
    fn default() -> Self {
        AssignTarget::Reps(Vec::new())
    }
}

closed_enum! {
    /// How leads are shared among those who are eligible. Ties are broken by the reps' ids.
    #[derive(Default)]
    Strategy {
        /// Normalised credit: for every lead each eligible rep is owed weight ÷ total weight of the eligible, and who
        /// is owed most gets it. Equal weights make it a round robin (循环平均), others a weighted one (等比权重).
        /// Fair even when the eligible differ from lead to lead.
        #[default]
        FairShare = "fair_share",
        /// Smooth weighted round robin as in nginx: weights 5, 1, 1 give a a b a c a a. Drifts when the eligible differ
        /// from lead to lead.
        SmoothWeighted = "smooth_weighted",
        /// Fewest open leads; reps who hold as many take turns, as under fair shares.
        LeastLoaded = "least_loaded",
        /// Lowest ratio of open leads to the holding cap, the rep's own or the pool's; a rep without a cap has as much room as
        /// the one with the largest. Reps with the same ratio take turns.
        LowestLoadRatio = "lowest_load_ratio",
        /// The same company to the same rep while the rep may take its leads (rendezvous hashing on the company's
        /// name), so that when a rep comes or goes only the companies of that rep move. Weights other than 0 do not
        /// matter. Takes no turns.
        Sticky = "sticky",
    }
}

closed_enum! {
    /// In which pass a rule runs.
    ///
    /// The second pass runs when the first matched no rule, or matched one and nobody was eligible; each of its rules
    /// says after which.
    #[derive(Default)]
    RulePass {
        /// The first pass, which always runs.
        #[default]
        First = "first",
        /// The second, when no rule of the first matched.
        AfterNoHit = "after_no_hit",
        /// The second, when nobody was eligible in the first.
        AfterNobodyEligible = "after_nobody_eligible",
        /// The second, in either of these cases.
        AfterEither = "after_either",
    }
}

/// Which previous owners of a lead do not get it again in the same cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviousOwners {
    /// All reps who have owned it in this cycle.
    #[default]
    All,
    /// The last so many of them, at least 1.
    Last(u32),
    /// None: everybody may get it again.
    None,
}
