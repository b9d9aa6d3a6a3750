//! From rules to a blacklist: load, lint, compile.

use super::allow::{Allowances, Known};
use super::consent::Consents;
use super::contacts::Reach;
use super::engine::{Blacklist, CONTACT, Compiled, NO_USABLE_CONTACT, OVERSIZED, Test, WRONG_FIELD};
use super::holders::{Holder, Holders};
use super::keys::{SubmissionSpaces, WindowKey, origin};
use super::lexicon::{Lexicon, Words};
use super::lists::{Domains, Lists};
use super::patterns::{Patterns, PatternsBefore};
use super::prefixes::Prefixes;
use super::rules::{BlacklistCheck, BlacklistRule, BlacklistRules, FakeCheck, JointCheck};
use super::severity::Severity;
use super::window_rules::{BurstBaseline, BurstCheck, ResubmissionCheck};
use crate::calendar::Span;
use crate::document::{Unique, reserved};
use crate::error::Report;
use crate::model::CampaignId;
use crate::order;
use crate::rule::{Condition, Registry, RulesDocument, RulesVersion, Scope, rules_document};
use crate::text::scrubbed;

/// Leads a burst may need at most: fewer than the windows keep of one key.
const MAX_COUNT: u32 = 1_000;
/// Seconds that an event is kept at most: the longest span there is.
const MAX_SPAN: u32 = 36_525 * 86_400;

/// Characters of a condition that a finding shows.
const MAX_SAID: usize = 200;

rules_document!(BlacklistRules => Blacklist);

impl RulesDocument for BlacklistRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        Blacklist::compile_into(self, report);
    }
}

impl Blacklist {
    /// Compiles what can be compiled and reports the rest. The result may only be used if no error was reported.
    pub(crate) fn compile_into(rules: &BlacklistRules, report: &mut Report) -> Blacklist {
        RulesVersion::check(rules.format, report);
        let mut known = Known::default();
        let mut ids = Unique::ids("rule");
        let mut compiled = Vec::with_capacity(rules.rules.len());
        let (mut words, mut patterns) = (Words::default(), PatternsBefore::default());
        let mut holders = Holders::default();
        report.within("rules", |report| {
            for (index, rule) in rules.rules.iter().enumerate() {
                report.item(index, |report| {
                    report.within("id", |report| {
                        if [NO_USABLE_CONTACT, WRONG_FIELD, OVERSIZED].contains(&rule.id.as_str()) {
                            reserved("reserved_id", rule.id.as_str(), report);
                        } else {
                            ids.check(rule.id.as_str(), report);
                        }
                    });
                    if !rule.id.is_blank() {
                        let is_consent = matches!(rule.check, BlacklistCheck::Consent(_));
                        known.add(&rule.id, &rule.category, is_consent);
                    }
                    let holder = holders.of_rule(index);
                    compiled.push(compile_rule(rule, index, holder, &mut words, &mut patterns, report));
                });
            }
        });
        let lexicon = report.within("rules", |report| Lexicon::build(words, report));
        known.add(&NO_USABLE_CONTACT.into(), CONTACT, false);
        known.add(&WRONG_FIELD.into(), CONTACT, false);
        known.add(&OVERSIZED.into(), OVERSIZED, false);
        let allowances =
            report.within("overrides", |report| Allowances::compile(&rules.overrides, &known, report));
        if rules.rule_failed == Severity::Pass {
            report.within("rule_failed", |report| {
                let message = "a lead must not pass unnoticed when a rule could not be evaluated";
                report.error("silent_pass", message, "write `flag` or `block`");
            });
        }
        order::sort_by_key(&mut compiled, |rule| rule.test.phase());
        let resubmissions = || {
            rules.rules.iter().filter_map(|rule| match &rule.check {
                BlacklistCheck::Resubmission(check) => Some(check),
                _ => None,
            })
        };
        Blacklist {
            rules: compiled,
            holders,
            lexicon,
            joint_list: None,
            allowances,
            no_usable_contact: rules.no_usable_contact,
            rule_failed: rules.rule_failed,
            reach: Reach::of(&rules.rules),
            stop_at_first_block: rules.stop_at_first_block,
            version: RulesVersion::of(rules.format, &rules.revision, rules),
            spaces: SubmissionSpaces::new(),
            submission_keys: order::set(resubmissions().flat_map(|check| check.by.iter().copied())),
            submission_window: resubmissions().map(|check| check.window).max(),
        }
    }
}

fn compile_rule(
    rule: &BlacklistRule,
    place: usize,
    mut holder: Holder<'_>,
    words: &mut Words,
    patterns: &mut PatternsBefore,
    report: &mut Report,
) -> Compiled {
    check_severity(rule, report);
    let test = report.within("check", |report| {
        report.within(rule.check.kind(), |report| match &rule.check {
            BlacklistCheck::List(check) => Test::List(Box::new(Lists::compile(check, &mut holder, report))),
            BlacklistCheck::Domain(check) => {
                Test::Domain(Box::new(Domains::compile(check, &mut holder, report)))
            }
            BlacklistCheck::Prefix(check) => {
                Test::Prefix(Box::new(Prefixes::compile(check, &mut holder, report)))
            }
            BlacklistCheck::Joint(check) => {
                check_joint(check, report);
                Test::Joint(check.clone())
            }
            BlacklistCheck::Consent(check) => {
                Test::Consent(Box::new(Consents::compile(check, &mut holder, report)))
            }
            BlacklistCheck::Pattern(check) => {
                Test::Pattern(Box::new(Patterns::compile(check, patterns, report)))
            }
            BlacklistCheck::PhoneFormat(check) => Test::PhoneFormat(check.clone()),
            BlacklistCheck::EmailFormat(_) => Test::EmailFormat,
            BlacklistCheck::WechatFormat(_) => Test::WechatFormat,
            BlacklistCheck::Fake(check) => {
                check_fake(check, report);
                Test::Fake(check.clone())
            }
            BlacklistCheck::Lexicon(check) => Test::Lexicon { list: words.add(check, report) },
            BlacklistCheck::Resubmission(check) => {
                check_resubmission(check, report);
                Test::Resubmission(check.clone())
            }
            BlacklistCheck::Burst(check) => {
                check_burst(check, report);
                let announced = check.announced.iter().filter_map(|campaign| origin(campaign.as_str()));
                let announced = order::set(announced.map(CampaignId::from));
                let check = BurstCheck { announced, ..check.clone() };
                let space = WindowKey::of_rule(&rule.id, check.by);
                Test::Burst { check, space }
            }
            BlacklistCheck::Honeypot(check) => {
                check_form("attributes", check.attributes.iter(), report);
                Test::Honeypot(check.clone())
            }
            BlacklistCheck::Elapsed(check) => {
                check_form("attribute", [&check.attribute], report);
                if check.below_ms == 0 {
                    report.within("below_ms", |report| {
                        let message = "`below_ms` must be above 0";
                        report.error("out_of_range", message, "write milliseconds, such as 800");
                    });
                }
                Test::Elapsed(check.clone())
            }
            BlacklistCheck::Condition(condition) => {
                if condition.is_always() {
                    report.warning(
                        "matches_every_lead",
                        "the condition holds for every lead",
                        "say what the rule looks for",
                    );
                }
                let predicate = condition.compile_to_match(Scope::Blacklist, report);
                // A script is named by its rule: it may be long.
                let said = predicate.only_script().is_none().then(|| said(condition));
                Test::Condition(predicate, said)
            }
        })
    });
    let (id, category) = (rule.id.clone(), rule.category.as_str().into());
    Compiled { id, place, category, severity: rule.severity, test }
}

/// A condition as a finding shows it; contact values in it are masked.
fn said(condition: &Condition) -> String {
    scrubbed(&condition.to_string()).chars().take(MAX_SAID).collect()
}

/// A suspicion blocks nobody.
fn check_severity(rule: &BlacklistRule, report: &mut Report) {
    let message = match &rule.check {
        BlacklistCheck::Consent(_) => "a `consent` rule cannot block: the lead is held".to_owned(),
        check @ (BlacklistCheck::Resubmission(_) | BlacklistCheck::Burst(_)) => {
            format!("a `{}` rule cannot block: what it finds is only a suspicion", check.kind())
        }
        _ => return,
    };
    if rule.severity == Severity::Block {
        report.within("severity", |report| {
            report.error("flags_only", message, "write `flag`, or `pass` to record it only");
        });
    }
}

fn check_joint(check: &JointCheck, report: &mut Report) {
    if !(1..=MAX_COUNT).contains(&check.contributors) {
        report.within("contributors", |report| {
            let message =
                format!("`contributors` must be from 1 to {MAX_COUNT}, found `{}`", check.contributors);
            report.error("out_of_range", message, "write how many reports are enough, such as 2");
        });
    }
}

fn check_fake(check: &FakeCheck, report: &mut Report) {
    for (name, empty) in [("rules", check.rules.is_empty()), ("fields", check.fields.is_empty())] {
        if empty {
            report.within(name, |report| {
                report.error(
                    "empty_list",
                    "the list is empty, so the rule never matches",
                    "name at least one, or remove the rule",
                );
            });
        }
    }
}

/// The attributes that hold a form's values.
fn check_form<'n>(name: &str, attributes: impl IntoIterator<Item = &'n String>, report: &mut Report) {
    let mut attributes = attributes.into_iter().peekable();
    report.within(name, |report| {
        if attributes.peek().is_none() {
            report.error(
                "empty_list",
                "the rule names no attribute",
                "name an attribute, or remove the rule",
            );
        }
        for attribute in attributes {
            if attribute.trim().is_empty() {
                report.error("blank_name", "the attribute has no name", "write its name");
            } else if let Some(bare) = attribute.strip_prefix("attributes.") {
                let message =
                    format!("`{attribute}` is the name of a field, expected the name of an attribute");
                report.error("not_an_attribute", message, format!("write `{bare}`"));
            }
        }
    });
}

fn check_window(window: Span, report: &mut Report) {
    if window.as_seconds() == 0 {
        report.within("window", |report| {
            report.error("empty_window", "the window must be longer than 0", "write a time such as `24h`");
        });
    }
}

fn check_resubmission(check: &ResubmissionCheck, report: &mut Report) {
    check_window(check.window, report);
    if check.by.is_empty() {
        report.within("by", |report| {
            report.error("empty_list", "the rule compares nothing", "name at least one, or remove the rule");
        });
    }
}

fn check_burst(check: &BurstCheck, report: &mut Report) {
    check_window(check.window, report);
    if !(2..=MAX_COUNT).contains(&check.count) {
        report.within("count", |report| {
            let message = format!("`count` must be from 2 to {MAX_COUNT}, found `{}`", check.count);
            report.error("out_of_range", message, "write how many leads are a burst, such as 5");
        });
    }
    if let Some(baseline) = &check.baseline {
        report.within("baseline", |report| check_baseline(baseline, check.window, report));
    }
}

fn check_baseline(baseline: &BurstBaseline, window: Span, report: &mut Report) {
    let BurstBaseline { over, ratio } = *baseline;
    if over < window {
        report.within("over", |report| {
            let message =
                format!("`over` must be at least as long as the window of {window}, found `{over}`");
            report.error("out_of_range", message, "write how far back is usual, such as `7d`");
        });
    }
    if over.as_seconds().checked_add(window.as_seconds()).is_none_or(|whole| whole > MAX_SPAN) {
        report.within("over", |report| {
            let message = format!("`over` and the window of {window} are more than a hundred years");
            report.error("out_of_range", message, "write how far back is usual, such as `7d`");
        });
    }
    if !(1.0..=f64::from(MAX_COUNT)).contains(&ratio) {
        report.within("ratio", |report| {
            let message = format!("`ratio` must be from 1 to {MAX_COUNT}, found `{ratio}`");
            report.error(
                "out_of_range",
                message,
                "write how many times the usual number is a burst, such as 3",
            );
        });
    }
}
