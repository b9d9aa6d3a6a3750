//! Errors in scoring rules, other than those in conditions and points.

use std::collections::BTreeSet;

use super::grade::{FitGrade, ScoreCell};
use super::rules::{Decay, EngagementRule, Maturity, RuleGroup, ScoreRules};
use crate::calendar::Span;
use crate::document::{Unique, check_named};
use crate::error::Report;
use crate::model::{Points, RuleId};
use crate::order;
use crate::text::is_blank;

/// Checks for ids that are blank or repeated, over all lists of rules.
pub(super) fn ids(rules: &ScoreRules, report: &mut Report) {
    let mut seen = Unique::ids("rule");
    let engagement = rules.engagement.rules.iter().map(|rule| &rule.id);
    let fit = rules.fit.rules.iter().map(|rule| &rule.id);
    let disqualifiers = rules.fit.disqualifiers.iter().map(|rule| &rule.id);
    report
        .within("engagement", |report| report.within("rules", |report| list(engagement, &mut seen, report)));
    report.within("fit", |report| {
        report.within("rules", |report| list(fit, &mut seen, report));
        report.within("disqualifiers", |report| list(disqualifiers, &mut seen, report));
    });
}

fn list<'a>(ids: impl Iterator<Item = &'a RuleId>, seen: &mut Unique<'a>, report: &mut Report) {
    for (index, id) in ids.enumerate() {
        report.item(index, |report| report.within("id", |report| seen.check(id.as_str(), report)));
    }
}

/// Checks the groups of an axis and the rules that name them.
pub(super) fn groups<'a>(
    groups: &[RuleGroup],
    named: impl Iterator<Item = Option<&'a str>>,
    report: &mut Report,
) {
    let defined = order::set(groups.iter().map(|group| group.id.as_str()));
    let mut used = BTreeSet::new();
    // A misspelt name may be that of a group that no rule seems to name.
    let mut misspelt = false;
    report.within("rules", |report| {
        for (index, group) in named.enumerate() {
            let Some(group) = group else { continue };
            used.insert(group);
            if !defined.contains(group) {
                misspelt = true;
                report.item(index, |report| {
                    let known = groups.iter().map(|known| known.id.as_str());
                    report.within("group", |report| {
                        report.unknown_name("unknown_group", "group", group, known)
                    });
                });
            }
        }
    });
    report.within("groups", |report| {
        let mut ids = Unique::ids("group");
        for (index, group) in groups.iter().enumerate() {
            report.item(index, |report| {
                report.within("id", |report| ids.check(&group.id, report));
                if !misspelt && !is_blank(&group.id) && !used.contains(group.id.as_str()) {
                    let message = format!("no rule names group `{}`", group.id);
                    report.warning("unused_group", message, "name it in a rule, or remove it");
                }
                limits([("min", group.min), ("max", group.max)], report);
                match (group.min, group.max) {
                    (Some(min), Some(max)) if min > max => {
                        let message = format!("`min` ({min}) is above `max` ({max})");
                        report.error("bad_range", message, "swap them");
                    }
                    (None, None) => {
                        report.warning("no_limit", "the group has no limit", "give it `max` or `min`");
                    }
                    _ => {}
                }
            });
        }
    });
}

/// Checks whether points are within what sums can hold.
pub(super) fn within_limit(points: Points, report: &mut Report) {
    let limit = Points::new(Points::LIMIT);
    if points > limit || points < -limit {
        let message = format!("{points} points are outside ±{limit}");
        report.error("bad_value", message, "scores end at 100: write less");
    }
}

fn limits<const N: usize>(limits: [(&str, Option<Points>); N], report: &mut Report) {
    for (name, points) in limits {
        report.within(name, |report| points.into_iter().for_each(|points| within_limit(points, report)));
    }
}

/// Checks the limits of an engagement rule.
pub(super) fn engagement_rule(rule: &EngagementRule, report: &mut Report) {
    report.within("kind", |report| check_named("kind of activity", &rule.kind, "form_submit", report));
    limits([("event_cap", rule.event_cap), ("cap", rule.cap)], report);
    for (name, cap) in [("event_cap", rule.event_cap), ("cap", rule.cap)] {
        if let Some(cap) = cap.filter(|cap| *cap <= Points::ZERO) {
            report.within(name, |report| {
                let message = format!("the cap must be above 0, found {cap}");
                report.error(
                    "bad_value",
                    message,
                    "a cap is a magnitude greater than zero, for negative points too",
                );
            });
        }
    }
    report.within("frequency", |report| {
        let Some(frequency) = rule.frequency else { return };
        if frequency.most == 0 {
            report.within("most", |report| {
                report.error("bad_value", "`most` must be at least 1", "write at least 1");
            });
        }
        positive("within", frequency.within, report);
    });
    report.within("burst", |report| {
        let Some(burst) = rule.burst else { return };
        if burst.at_least < 2 {
            report.within("at_least", |report| {
                let message = format!("`at_least` must be at least 2, found {}", burst.at_least);
                report.error("bad_value", message, "write at least 2");
            });
        }
    });
    positive("window", rule.window, report);
    report.within("decay", |report| decay(&rule.decay, rule.window, report));
}

fn positive(name: &str, span: Option<Span>, report: &mut Report) {
    if span.is_some_and(|span| span.as_seconds() == 0) {
        report.within(name, |report| {
            report.error("bad_value", "the span must be longer than 0", "for example `30d`");
        });
    }
}

fn decay(decay: &Decay, window: Option<Span>, report: &mut Report) {
    match decay {
        Decay::None => {}
        Decay::HalfLife(span) => positive("half_life", Some(*span), report),
        Decay::Step(steps) => report.within("step", |report| {
            if steps.is_empty() {
                report.warning("no_steps", "the decay has no steps", "add a step, or remove the decay");
            }
            let mut before: Option<Span> = None;
            for (index, step) in steps.iter().enumerate() {
                report.item(index, |report| {
                    if !(0.0..=1.0).contains(&step.keep) {
                        let message = format!("`keep` must be from 0 to 1, found {}", step.keep);
                        report.within("keep", |report| {
                            report.error("bad_value", message, "write a share from 0 to 1");
                        });
                    }
                    report.within("after", |report| {
                        if before.is_some_and(|before| step.after <= before) {
                            let message = format!("the step after {} does not come later", step.after);
                            report.error("bad_order", message, "order the steps by age");
                        } else if window.is_some_and(|window| step.after > window) {
                            let message =
                                format!("nothing older than the window is left after {}", step.after);
                            report.warning("unreachable", message, "widen the window, or remove the step");
                        }
                    });
                });
                before = Some(step.after);
            }
        }),
    }
}

/// Checks lower bounds: each must be below the one before, and within 0 to 100.
pub(super) fn bounds(bounds: [(&'static str, Points); 3], report: &mut Report) {
    let mut above: Option<(&str, Points)> = None;
    for (name, bound) in bounds {
        report.within(name, |report| {
            if let Some((above, higher)) = above.filter(|(_, higher)| bound >= *higher) {
                let message = format!("its lower bound {bound} is not below {higher}, that of {above}");
                report.error("overlapping_bands", message, format!("write less than {higher}"));
            } else if bound > Points::HUNDRED {
                let message = format!("no score reaches {bound}");
                report.warning("unreachable_band", message, "scores end at 100");
            } else if bound <= Points::ZERO {
                let message = format!("every score reaches {bound}, so nothing falls below this band");
                report.warning("unreachable_band", message, "scores start at 0");
            }
        });
        above = Some((name, bound));
    }
}

/// Checks the rules for mature leads.
pub(super) fn maturity(maturity: &Maturity, report: &mut Report) {
    match maturity {
        Maturity::Cells(cells) => report.within("cells", |report| {
            if cells.is_empty() {
                report.warning("never_mature", "no lead is ever ready for sales", "list cells such as `A1`");
            }
            for cell in cells.iter().filter(|cell: &&ScoreCell| cell.grade == FitGrade::D) {
                let message =
                    format!("`{cell}` cannot be mature: grade D does not fit, whatever the engagement");
                report.error("never_mature", message, "remove the cell, or lower the bound of grade C");
            }
        }),
        Maturity::Weighted(weighted) => report.within("weighted", |report| {
            let mut sum = 0.0;
            for (name, weight) in [("engagement", weighted.engagement), ("fit", weighted.fit)] {
                sum += weight;
                if !(0.0..=1.0).contains(&weight) {
                    report.within(name, |report| {
                        let message = format!("a weight must be from 0 to 1, found {weight}");
                        report.error("bad_value", message, "write a number from 0 to 1");
                    });
                }
            }
            limits([("mark", Some(weighted.mark))], report);
            if [weighted.engagement, weighted.fit].iter().any(|weight| !(0.0..=1.0).contains(weight)) {
                return;
            }
            if (sum - 1.0).abs() > 1e-9 {
                let message = format!("the weights sum to {sum}, not to 1");
                report.warning(
                    "bad_sum",
                    message,
                    "make them sum to 1; otherwise `mark` is not on a scale of 0 to 100",
                );
            }
            let most = Points::HUNDRED.scaled(sum);
            if weighted.mark > most {
                report.within("mark", |report| {
                    let message = format!("no lead can reach {}: the maximum is {most}", weighted.mark);
                    report.warning("never_mature", message, "lower the mark");
                });
            }
        }),
    }
}
