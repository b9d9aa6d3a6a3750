//! What a change of rules would do, and how often rules were right.

use leadkit::blacklist::{
    Blacklist, BlacklistCheck, BlacklistRule, BlacklistRules, BurstDimension, DryRun, ListCheck, Severity,
    Verdict, WindowState, dry_run, rule_precision,
};
use leadkit::model::Lead;
use leadkit::rule::{FactContext, Facts, HostTables};
use proptest::prelude::*;

use super::properties::{compiled, leads, rules, start};
use crate::support::texts;

fn dry(old: &Blacklist, new: &Blacklist, leads: &[Lead]) -> DryRun {
    let tables = HostTables::default();
    let context = FactContext::new(&tables, start() + chrono::TimeDelta::days(30));
    let facts: Vec<Facts<'_>> = leads.iter().map(|lead| Facts::new(lead, &context)).collect();
    dry_run(old, new, &facts)
}

fn with_list(phone: &str) -> BlacklistRules {
    let mut changed = rules(BurstDimension::Ip);
    changed.rules.retain(|rule| rule.id.as_str() != "listed");
    let list = ListCheck { phones: texts(&[phone]), ..ListCheck::default() };
    let rule = BlacklistRule::new("listed", BlacklistCheck::List(list));
    changed.rules.push(BlacklistRule { severity: Severity::Block, ..rule });
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_dry_run_is_two_full_runs(leads in leads(24)) {
        let (old, new) = (compiled(&rules(BurstDimension::Ip)), compiled(&with_list("13927461851")));
        let full = |blacklist: &Blacklist| -> Vec<Severity> {
            super::properties::stream(blacklist, &leads, WindowState::default()).0.iter().map(Verdict::severity).collect()
        };
        let run = dry(&old, &new, &leads);
        let both = || leads.iter().map(|lead| lead.id.clone()).zip(full(&old).into_iter().zip(full(&new)));
        let changed: Vec<_> = both().filter(|(_, (was, is))| was != is).map(|(id, (was, is))| (id, was, is)).collect();
        let only = |keep: fn(Severity, Severity) -> bool| -> Vec<_> {
            both().filter(|(_, (was, is))| keep(*was, *is)).map(|(id, _)| id).collect()
        };
        prop_assert_eq!(run.leads, leads.len());
        prop_assert_eq!(run.changed, changed);
        prop_assert_eq!(run.newly_blocked, only(|was, is| was != Severity::Block && is == Severity::Block));
        prop_assert_eq!(run.newly_released, only(|was, is| was == Severity::Block && is != Severity::Block));
        prop_assert!(dry(&new, &new, &leads).changed.is_empty());
    }
}

#[test]
fn precision_is_what_was_not_released() {
    let mut both = with_list("13927461853");
    let list = ListCheck { emails: texts(&["spam@rival.com"]), ..ListCheck::default() };
    let rule = BlacklistRule::new("mails", BlacklistCheck::List(list));
    both.rules.push(BlacklistRule { severity: Severity::Block, ..rule });
    let blacklist = compiled(&both);
    let verdict = |phone: &str, email: &str| {
        let lead = Lead {
            id: "L-1".into(),
            phones: vec![phone.into(), phone.into()],
            emails: vec![email.into()],
            ..Lead::default()
        };
        super::check_at(&blacklist, &lead, &WindowState::default(), start())
    };
    let listed = verdict("13927461853", "lei.wang@xinghe.cn");
    let double = verdict("13927461853", "spam@rival.com");
    let free = verdict("15088672341", "lei.wang@xinghe.cn");
    assert_eq!(listed.hits().iter().filter(|hit| hit.rule().as_str() == "listed").count(), 2);
    let rules =
        rule_precision([(&listed, false), (&listed, true), (&double, true), (&listed, false), (&free, true)]);
    let of = |rule: &str| rules.get(rule).map(|one| (one.blocked, one.released, one.precision()));
    assert_eq!(of("listed"), Some((4, 2, Some(0.5))));
    assert_eq!(of("mails"), Some((1, 1, Some(0.0))));
    assert_eq!((of("rivals"), rules.len()), (None, 2));
}
