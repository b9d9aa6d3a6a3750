//! Whole documents that work untouched.

use std::collections::BTreeMap;

use super::{LifeRules, Rules};
use crate::assign::{AssignRule, AssignRules, AssignTarget, PoolRules};
use crate::dedup::DedupRules;
use crate::model::{Pool, PoolId, PoolKind, PoolMode};
use crate::order;
use crate::score::ScoreRules;

impl Rules {
    /// For sales to companies, whole: with nothing but a roster a plausible lead (a usable contact, a name or company, and a
    /// form or message) reaches a rep at once, or when the first of them is next at work.
    ///
    /// All reps of the roster take turns by their weights; nobody takes a region that is not his. The first contact is due
    /// within a day, what is lost lies in its pool for three days. Change what is different with you: every part is data.
    #[must_use]
    pub fn b2b() -> Rules {
        Rules {
            revision: "b2b".to_owned(),
            dedup: DedupRules::b2b(),
            score: ScoreRules::b2b(),
            assign: for_everybody(),
            pools: pools(),
            life: LifeRules::b2b(),
            ..Rules::default()
        }
    }

    /// For sales to consumers, whole: as [`b2b`](Rules::b2b), but people are matched and scored, not companies; the first
    /// contact is due within an hour, and what is lost goes to the next in rotation at once.
    #[must_use]
    pub fn b2c() -> Rules {
        Rules {
            revision: "b2c".to_owned(),
            dedup: DedupRules::b2c(),
            score: ScoreRules::b2c(),
            life: LifeRules::b2c(),
            ..Rules::b2b()
        }
    }
}

/// Turns among all reps. A rep with territories takes a lead whose region nobody knows as well: else it would reach nobody.
fn for_everybody() -> AssignRules {
    let all = AssignRule { id: "everybody".into(), then: AssignTarget::Everybody, ..AssignRule::default() };
    let leads = PoolRules { serve_unknown_region: true, rules: vec![all], ..PoolRules::default() };
    let pools: BTreeMap<PoolId, PoolRules> = order::map([(PoolId::from("leads"), leads)]);
    AssignRules { pools, ..AssignRules::default() }
}

/// The pools a team has before it has pools of regions. Leads of all of them are assigned by the rules of the first.
fn pools() -> Vec<Pool> {
    let pool = |id: &str, kind, mode| Pool {
        id: id.into(),
        kind,
        mode,
        assigns_from: Some("leads".into()),
        daily_claim_cap: Some(10),
        ..Pool::default()
    };
    vec![
        pool("leads", PoolKind::Lead, PoolMode::Both),
        pool("nurture", PoolKind::Nurture, PoolMode::Both),
        pool("public_active", PoolKind::PublicActive, PoolMode::Both),
        pool("public_general", PoolKind::PublicGeneral, PoolMode::Both),
        pool("invalid", PoolKind::Invalid, PoolMode::AssignOnly),
    ]
}
