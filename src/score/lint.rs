//! Valid scoring rules that look like mistakes: bands with gaps or overlaps, grades that no lead reaches.

use std::collections::BTreeMap;

use super::award::Award;
use super::grade::GradeBounds;
use super::rules::FitRules;
use crate::error::Report;
use crate::model::Points;
use crate::order;
use crate::rule::NumberBand;

/// Checks groups whose rules cut one number into bands, such as company sizes.
pub(super) fn bands(fit: &FitRules, report: &mut Report) {
    report.within("rules", |report| {
        let mut of_group: BTreeMap<&str, Vec<(usize, NumberBand)>> = BTreeMap::new();
        for (index, rule) in fit.rules.iter().enumerate() {
            if let Some(group) = &rule.group
                && let Some(band) = rule.when.number_band()
            {
                of_group.entry(group).or_default().push((index, band));
            }
        }
        for group in &fit.groups {
            // A group that is defined twice is reported elsewhere.
            let mut bands = of_group.remove(group.id.as_str()).unwrap_or_default();
            order::sort_by(&mut bands, |a, b| a.1.order(&b.1).then(a.0.cmp(&b.0)));
            // Of the bands before, the one that reaches furthest: it may cover the gap between the others.
            let mut farthest: Option<&NumberBand> = None;
            for (index, upper) in &bands {
                let lower = farthest.filter(|lower| lower.field() == upper.field());
                if lower.is_none_or(|lower| upper.reaches_beyond(lower)) {
                    farthest = Some(upper);
                }
                let Some(lower) = lower else { continue };
                report.item(*index, |report| {
                    report.within("when", |report| {
                        let field = upper.field();
                        if lower.overlaps(upper) {
                            let message = format!("`{field}` {upper} overlaps {lower} of the same group");
                            report.warning("overlapping_bands", message, "both rules give points there");
                        } else if lower.leaves_gap(upper) {
                            let message =
                                format!("no rule of the group covers `{field}` between {lower} and {upper}");
                            report.warning("gap_between_bands", message, "move one of the ends");
                        }
                    });
                });
            }
        }
    });
}

/// Checks whether the possible points reach the grades.
pub(super) fn reach(fit: &FitRules, report: &mut Report) {
    let mut most = Points::ZERO;
    let mut sums = order::map(fit.groups.iter().map(|group| (group.id.as_str(), Points::ZERO)));
    for rule in &fit.rules {
        let sum = match &rule.group {
            None => &mut most,
            Some(group) => match sums.get_mut(group.as_str()) {
                Some(sum) => sum,
                // The group does not exist: the points of its rules are not known.
                None => return,
            },
        };
        let Award::Fixed(points) = rule.points else { return };
        *sum = *sum + points.max(Points::ZERO);
    }
    for group in &fit.groups {
        let sum = sums.get(group.id.as_str()).copied().unwrap_or(Points::ZERO);
        let sum = group.max.map_or(sum, |max| sum.min(max));
        most = most + group.min.map_or(sum, |min| sum.max(min)).max(Points::ZERO);
    }
    let GradeBounds { a, b, c } = fit.grades;
    let unreached = [("a", a), ("b", b), ("c", c)]
        .into_iter()
        .rfind(|(_, bound)| most < *bound && *bound <= Points::HUNDRED);
    if fit.rules.is_empty() {
        return;
    }
    if let Some((name, bound)) = unreached {
        report.within("grades", |report| {
            report.within(name, |report| {
                let message = format!("no lead reaches {bound}: all rules together give {most}");
                report.warning("unreachable_grade", message, "give more points, or lower the bound");
            });
        });
    }
}
