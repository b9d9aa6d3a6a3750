//! Policies to start with. They are alternatives.

use super::rules::{
    Anchor, EventPlace, EventRule, EventRules, FlowRules, FlowTarget, FlowTrigger, FollowUpRules, MetBy,
    NodeKind, NodeRules, PolicyRules, ProtectionRules, Rung, Step, TrackingReminder, TrackingRules,
};
use crate::calendar::{Amount, Clock};
use crate::model::{FollowUpKind, Pool, PoolKind, TenureEnd};
use crate::rule::Condition;

fn policy(id: &str, nodes: Vec<NodeRules>) -> PolicyRules {
    PolicyRules { id: id.into(), when: Condition::default(), calendar: None, nodes }
}

fn stages(names: &[&str]) -> MetBy {
    MetBy { stages: names.iter().map(|name| (*name).to_owned()).collect(), ..MetBy::result() }
}

/// What sales made of a lead: converted, invalid, or nurtured.
fn converted_or_nurtured() -> MetBy {
    MetBy {
        ends: [TenureEnd::Converted, TenureEnd::Invalid, TenureEnd::Returned].into(),
        ..stages(&["sql", "opportunity", "nurture"])
    }
}

/// Remind, copy the manager when it is due, mark the lead a working day later.
fn ladder(remind: Amount, due: Amount, risk: Amount) -> Vec<Rung> {
    vec![
        Rung::new(Step::RemindOwner, remind),
        Rung::new(Step::CopyManager, due),
        Rung::new(Step::HighRisk, risk),
    ]
}

/// A nurtured lead is looked at after 30 and 60 days, then every 90.
const NURTURE_DAYS: [u32; 3] = [30, 60, 90];
/// Six months.
const HALF_A_YEAR: Amount = Amount::days(180);

/// The lead is in a pool of a kind for half a year, then in the general one.
fn stay_in(id: &str, kind: PoolKind) -> NodeRules {
    NodeRules {
        anchor: Anchor::PoolEntry(kind),
        clock: Some(Clock::Elapsed),
        ladder: vec![Rung::recycle_to(PoolKind::PublicGeneral, HALF_A_YEAR)],
        ..NodeRules::new(id, NodeKind::Remind, HALF_A_YEAR)
    }
}

/// The stay in the active public pool.
fn stay() -> NodeRules {
    stay_in("stay", PoolKind::PublicActive)
}

/// The pools a team has before it has pools of regions.
fn pools() -> Vec<Pool> {
    let pool = |(id, kind): (&str, PoolKind)| Pool { id: id.into(), kind, ..Pool::default() };
    let kinds = [
        ("leads", PoolKind::Lead),
        ("nurture", PoolKind::Nurture),
        ("public_active", PoolKind::PublicActive),
        ("public_general", PoolKind::PublicGeneral),
        ("invalid", PoolKind::Invalid),
    ];
    kinds.map(pool).into()
}

impl FollowUpRules {
    /// Each step of a lead has its time: first contact in 24 h, then MQL or invalid in 3 days, and with sales
    /// converted or nurtured in 7 days. All on the clock `workday`. Nobody loses a lead: an owner who has missed a step keeps
    /// it, marked as being at risk, and the owner and the manager are reminded again every 30 days; a team that wants the
    /// lead to move on gives it a protection.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    ///
    /// assert!(FollowUpPolicies::compile(&FollowUpRules::nodes()).is_ok());
    /// ```
    #[must_use]
    pub fn nodes() -> FollowUpRules {
        let first = NodeRules {
            ladder: ladder(Amount::hours(20), Amount::hours(24), Amount::hours(48)),
            ..NodeRules::new("first_contact", NodeKind::Follow, Amount::hours(24))
        };
        let mql = NodeRules {
            met_by: Some(stages(&["mql", "sql", "opportunity"])),
            ladder: ladder(Amount::days(2), Amount::days(3), Amount::days(4)),
            ..NodeRules::new("mql", NodeKind::Convert, Amount::days(3))
        };
        let convert = NodeRules {
            anchor: Anchor::StageEntry("mql".to_owned()),
            met_by: Some(converted_or_nurtured()),
            ladder: ladder(Amount::days(6), Amount::days(7), Amount::days(8)),
            ..NodeRules::new("convert", NodeKind::Convert, Amount::days(7))
        };
        FollowUpRules {
            policies: vec![policy("nodes", vec![first, mql, convert, stay()])],
            flows: FlowRules::usual(),
            pools: pools(),
            ..FollowUpRules::default()
        }
    }

    /// Sales to consumers: not followed up in an hour of work, or not converted in 2 days, the lead goes to the next rep
    /// in rotation. A rep holds 50 open leads.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    ///
    /// assert!(FollowUpPolicies::compile(&FollowUpRules::b2c()).is_ok());
    /// ```
    #[must_use]
    pub fn b2c() -> FollowUpRules {
        let node = |id: &str, kind, remind, within| NodeRules {
            ladder: vec![Rung::new(Step::RemindOwner, remind), Rung::new(Step::Reassign, within)],
            ..NodeRules::new(id, kind, within)
        };
        let first = node("follow_up", NodeKind::Follow, Amount::minutes(45), Amount::hours(1));
        let convert = NodeRules {
            met_by: Some(stages(&["sql", "opportunity"])),
            ..node("convert", NodeKind::Convert, Amount::days(1), Amount::days(2))
        };
        FollowUpRules {
            policies: vec![policy("b2c", vec![first, convert, stay()])],
            flows: FlowRules::usual(),
            pools: pools(),
            holding_cap: Some(50),
            rhythm_days: NURTURE_DAYS.into(),
            ..FollowUpRules::default()
        }
    }

    /// Sales to companies: not followed up in 3 days, or not converted in 14, the lead goes to the pool of its region,
    /// where reps claim it. A lead that has been silent for 3 days needs care. A rep holds 150 open leads.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    ///
    /// assert!(FollowUpPolicies::compile(&FollowUpRules::b2b()).is_ok());
    /// ```
    #[must_use]
    pub fn b2b() -> FollowUpRules {
        let node = |id: &str, kind, remind, within| NodeRules {
            ladder: vec![
                Rung::new(Step::RemindOwner, remind),
                Rung::new(Step::CopyManager, within),
                Rung::new(Step::Recycle, within),
            ],
            ..NodeRules::new(id, kind, within)
        };
        let first = node("follow_up", NodeKind::Follow, Amount::days(2), Amount::days(3));
        let mut convert = NodeRules {
            met_by: Some(stages(&["sql", "opportunity"])),
            ..node("convert", NodeKind::Convert, Amount::days(12), Amount::days(14))
        };
        // Reps claim it, like a lead that nobody followed up; the flow after 7 days with sales belongs to marketing.
        convert.ladder.iter_mut().filter(|rung| rung.step == Step::Recycle).for_each(|rung| {
            rung.to = Some(PoolKind::Lead);
        });
        let care = NodeRules {
            anchor: Anchor::LastActivity,
            ladder: vec![Rung::new(Step::RemindOwner, Amount::days(3))],
            ..NodeRules::new("care", NodeKind::Remind, Amount::days(3))
        };
        FollowUpRules {
            policies: vec![policy("b2b", vec![first, convert, care, stay()])],
            flows: FlowRules::usual(),
            pools: pools(),
            holding_cap: Some(150),
            tracking: Some(TrackingRules::usual()),
            event: Some(EventRules::usual()),
            rhythm_days: NURTURE_DAYS.into(),
            ..FollowUpRules::default()
        }
    }

    /// Marketing's own clock: cleansing within 48 h of the submission, day and night, whoever has the lead by then; 7
    /// days to qualify it and 7 with sales, then nurture; half a year in nurture or in the active pool, then the
    /// general one. A rep holds 150 open leads.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    ///
    /// assert!(FollowUpPolicies::compile(&FollowUpRules::marketing()).is_ok());
    /// ```
    #[must_use]
    pub fn marketing() -> FollowUpRules {
        let cleansing = NodeRules {
            anchor: Anchor::Created,
            clock: Some(Clock::Elapsed),
            // Neither a customer who needs time nor a reviewer pauses it.
            pauses: false,
            ladder: vec![
                Rung::new(Step::RemindOwner, Amount::hours(24)),
                Rung::new(Step::CopyManager, Amount::hours(48)),
            ],
            ..NodeRules::new("cleansing", NodeKind::Follow, Amount::hours(48))
        };
        let week = |id: &str, met_by: &[&str]| NodeRules {
            met_by: Some(stages(met_by)),
            ladder: vec![
                Rung::new(Step::RemindOwner, Amount::days(6)),
                Rung::recycle_to(PoolKind::Nurture, Amount::days(7)),
            ],
            ..NodeRules::new(id, NodeKind::Convert, Amount::days(7))
        };
        let mql = week("mql", &["mql", "sql", "opportunity"]);
        let sql = NodeRules {
            anchor: Anchor::StageEntry("mql".to_owned()),
            ..week("sql", &["sql", "opportunity"])
        };
        let nurture = stay_in("nurture_stay", PoolKind::Nurture);
        FollowUpRules {
            policies: vec![policy("marketing", vec![cleansing, mql, sql, nurture, stay()])],
            holding_cap: Some(150),
            flows: FlowRules::usual(),
            pools: pools(),
            event: Some(EventRules::usual()),
            rhythm_days: NURTURE_DAYS.into(),
            ..FollowUpRules::default()
        }
    }
}

impl ProtectionRules {
    /// Protection for so many days, extended by every follow-up, with a hard stop.
    ///
    /// ```
    /// use leadkit::follow_up::ProtectionRules;
    ///
    /// // Ten days, three more from each follow-up on, twenty at most.
    /// let rules = ProtectionRules::days(10, 3, 20);
    /// assert_eq!((rules.days, rules.extends_days, rules.max_days), (10, 3, 20));
    /// ```
    #[must_use]
    pub fn days(days: u32, extends_days: u32, max_days: u32) -> ProtectionRules {
        ProtectionRules {
            when: Condition::default(),
            days,
            extends_days,
            max_days,
            follow_ups: FollowUpKind::ALL.iter().copied().collect(),
            activities: Default::default(),
            remind_days: None,
        }
    }
}

impl TrackingRules {
    /// A month, a quarter, a year, a year and a half, and three years after a closing.
    ///
    /// ```
    /// use leadkit::follow_up::TrackingRules;
    ///
    /// assert_eq!(TrackingRules::usual().reminders.len(), 5);
    /// ```
    #[must_use]
    pub fn usual() -> TrackingRules {
        let reminder =
            |(id, days): (&str, u32)| TrackingReminder { id: id.to_owned(), after: Amount::days(days) };
        let all =
            [("month", 30), ("quarter", 90), ("year", 365), ("second_year_half", 545), ("third_year", 1_095)];
        TrackingRules { when: Condition::default(), reminders: all.map(reminder).into() }
    }
}

fn flow(id: &str, on: FlowTrigger, to: FlowTarget, reason: &'static str) -> FlowRules {
    FlowRules {
        id: id.into(),
        on,
        when: Condition::default(),
        to,
        another_owner: false,
        tell_manager: false,
        reason: reason.into(),
    }
}

impl FlowRules {
    /// The usual moves between protection, nurture and the public pools.
    ///
    /// ```
    /// use leadkit::follow_up::FlowRules;
    ///
    /// let flows = FlowRules::usual();
    /// assert!(flows.iter().any(|flow| flow.reason == "protection_lost"), "a lead that is no longer protected moves on");
    /// ```
    #[must_use]
    pub fn usual() -> Vec<FlowRules> {
        let nurture = || FlowTarget::Pool(PoolKind::Nurture);
        vec![
            flow("not_mql_nurture", FlowTrigger::NotMql, nurture(), "not_mql"),
            flow("no_sql_nurture", FlowTrigger::NotSqlInTime, nurture(), "not_sql_in_time"),
            FlowRules {
                tell_manager: true,
                ..flow("sql_manager", FlowTrigger::Sql, FlowTarget::Stay, "sql")
            },
            FlowRules {
                another_owner: true,
                ..flow("unprotected_nurture", FlowTrigger::ProtectionLost, nurture(), "protection_lost")
            },
            FlowRules {
                another_owner: true,
                ..flow("new_need_assign", FlowTrigger::NewNeed, FlowTarget::Assign, "new_need")
            },
            flow(
                "stay_general",
                FlowTrigger::StayOver,
                FlowTarget::Pool(PoolKind::PublicGeneral),
                "stay_over",
            ),
            // Reps claim it; after its stay in that pool the rules assign it.
            flow("return_leads", FlowTrigger::Returned, FlowTarget::Pool(PoolKind::Lead), "returned"),
        ]
    }
}

/// The condition that a custom attribute is true.
fn says(attribute: &str) -> Condition {
    use crate::rule::Operator;
    Condition::compare(&format!("attributes.{attribute}"), Operator::Eq, true)
        .unwrap_or_else(|_| Condition::any([]))
}

impl Default for EventRules {
    fn default() -> EventRules {
        EventRules {
            named: Condition::any([]),
            tag: "named_account".to_owned(),
            rules: Vec::new(),
            otherwise: EventPlace::Regional,
        }
    }
}

impl EventRules {
    /// The usual routing: a lead met on site belongs to the rep it met; of the rest, one that is not worth a call stays
    /// in its region; a lead who wants a visit goes to sales, one that fits the named accounts to the active pool, a key person
    /// to the general one.
    ///
    /// It reads the attributes `on_site`, `worth_calling`, `visit_need`, `named_profile` and `key_person`, each true or
    /// false.
    ///
    /// ```
    /// use leadkit::follow_up::{EventPlace, EventRules};
    ///
    /// // Who fits no rule stays in the nurture pool of its region.
    /// assert_eq!(EventRules::usual().otherwise, EventPlace::Regional);
    /// ```
    #[must_use]
    pub fn usual() -> EventRules {
        let rule = |id: &str, when, to, convert| EventRule { id: id.into(), when, to, convert };
        EventRules {
            named: says("named_profile"),
            rules: vec![
                rule("on_site", says("on_site"), EventPlace::Protected, false),
                rule("not_worth_calling", Condition::not(says("worth_calling")), EventPlace::Regional, false),
                rule("visit_need", says("visit_need"), EventPlace::Sales, false),
                rule("named_profile", says("named_profile"), EventPlace::Active, true),
                rule("key_person", says("key_person"), EventPlace::General, true),
            ],
            ..EventRules::default()
        }
    }
}
