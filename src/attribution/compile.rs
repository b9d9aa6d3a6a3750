//! Loading, checking and compiling the rules.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::channel::{Unusable, usable};
use super::engine::Attribution;
use super::markov::MAX_ORDER;
use super::ownership_rules::{OwnershipMethod, OwnershipRules};
use super::path::TOUCH_FIELDS;
use super::registry;
use super::rules::{
    AttributionRules, Bootstrap, Game, JourneyRules, MIN_SAMPLES, MilestoneBased, Model, ModelRules,
    PositionBased, Shapley,
};
use super::run::{Compiled, Kind};
use crate::calendar::UtcOffset;
use crate::document::Unique;
use crate::error::Report;
use crate::rule::{Condition, Predicate, Registry, RulesDocument, RulesVersion, Scope, rules_document};

/// How far percentages may be from 100 together.
const TOLERANCE: f64 = 1e-9;

rules_document!(AttributionRules => Attribution with plugins);

impl RulesDocument for AttributionRules {
    fn check_with(&self, registry: &Registry, report: &mut Report) {
        Attribution::compile_into(self, registry, report);
    }
}

impl Attribution {
    /// Compiles what can be compiled and reports the rest. The result may only be used if no error was reported.
    pub(crate) fn compile_into(
        rules: &AttributionRules,
        registry: &Registry,
        report: &mut Report,
    ) -> Attribution {
        RulesVersion::check(rules.format, report);
        let models = report.within("models", |report| models(rules, registry, report));
        report.within("look_back", |report| {
            if rules.look_back.steps == Some(0) {
                report.within("steps", |report| {
                    report.error("out_of_range", "no touch would count", "write at least 1, or remove it");
                });
            }
        });
        let filter = report.within("touches", |report| filter(&rules.touches, report));
        report.within("journeys", |report| {
            report.within("ownership", |report| check_ownership(&rules.journeys.ownership, report));
        });
        if let Some(bootstrap) = &rules.bootstrap {
            report.within("bootstrap", |report| check_bootstrap(bootstrap, rules, report));
        }
        Attribution {
            version: RulesVersion::of(rules.format, &rules.revision, rules),
            models,
            look_back: rules.look_back,
            filter,
            path: rules.path,
            journeys: JourneyRules {
                // Months of ownership are local too, unless the ownership rules have an offset.
                ownership: with_offset(&rules.journeys.ownership, rules.offset),
                ..rules.journeys.clone()
            },
            minimum: rules.minimum,
            bootstrap: rules.bootstrap,
            offset: rules.offset,
        }
    }
}

/// One local time for all of the rules, unless the rule of ownership has its own.
fn with_offset(ownership: &OwnershipRules, offset: UtcOffset) -> OwnershipRules {
    OwnershipRules { offset: ownership.offset.or(Some(offset)), ..ownership.clone() }
}

fn models(all: &AttributionRules, registry: &Registry, report: &mut Report) -> Vec<Compiled> {
    let rules = &all.models;
    if rules.is_empty() {
        report.error("empty_list", "there is no model", "name at least one, such as `linear`");
    }
    let mut seen = Unique::ids("model");
    let mut compiled = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        report.item(index, |report| {
            report.within("id", |report| seen.check(rule.id.as_str(), report));
            check_channels(rule, report);
            // After the checks, which name channels as they are written.
            let rule = trimmed(rule);
            if let Some(kind) =
                report.within("model", |report| kind(&rule.model, all.offset, registry, report))
            {
                compiled.push(Compiled { rules: rule, kind });
            }
        });
    }
    compiled
}

/// The rules with channels named as journeys take them.
fn trimmed(rule: &ModelRules) -> ModelRules {
    let trim = |names: &BTreeSet<String>| names.iter().map(|name| name.trim().to_owned()).collect();
    let mut rule = rule.clone();
    rule.ignore = trim(&rule.ignore);
    rule.discount = rule.discount.iter().map(|(name, factor)| (name.trim().to_owned(), *factor)).collect();
    if let Some(prefer) = &mut rule.prefer {
        (prefer.channels, prefer.over) = (trim(&prefer.channels), trim(&prefer.over));
    }
    if let Model::LastNon(last) = &mut rule.model {
        last.channels = trim(&last.channels);
    }
    rule
}

/// Names that are those of channels, each once.
fn check_names<'a>(names: impl IntoIterator<Item = &'a String>, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for name in names {
        match usable(name) {
            Err(Unusable::Blank) => report.error("blank", "a channel has no name", "name it, or remove it"),
            Err(Unusable::Reserved) => {
                let message = format!("`{}` is a reserved name, which no touch has", name.trim());
                report.error("reserved", message, "name a channel of touches, or remove it");
            }
            Ok(name) => {
                // A set holds both spellings as two names, but touches are trimmed to one channel.
                if !seen.insert(name) {
                    let message = format!("`{name}` is named twice, with and without spaces around it");
                    report.error("duplicate", message, "keep one of the two");
                }
            }
        }
    }
}

fn check_channels(rule: &ModelRules, report: &mut Report) {
    report.within("ignore", |report| check_names(&rule.ignore, report));
    report.within("discount", |report| check_names(rule.discount.keys(), report));
    for (channel, factor) in &rule.discount {
        // NaN is in no range, so it is refused as well.
        if !(0.0..=1.0).contains(factor) {
            report.within("discount", |report| {
                report.within(channel, |report| {
                    let message = format!("`{factor}` is not a factor from 0 to 1");
                    report.error(
                        "out_of_range",
                        message,
                        "write what part of the weight is left, such as 0.5",
                    );
                });
            });
        }
    }
    if let Some(prefer) = &rule.prefer {
        report.within("prefer", |report| {
            for (name, list) in [("channels", &prefer.channels), ("over", &prefer.over)] {
                report.within(name, |report| check_names(list, report));
                if list.is_empty() {
                    report.within(name, |report| {
                        report.error(
                            "empty_list",
                            "no channel is named",
                            "name at least one, or remove `prefer`",
                        );
                    });
                }
            }
            if let Some(both) = prefer.channels.intersection(&prefer.over).next() {
                let message = format!("`{both}` is preferred over itself");
                report.error("contradiction", message, "name it in only one of the two lists");
            }
            // Valid: a channel is ignored before it is preferred, and so displaces no other.
            if let Some(both) = prefer.channels.intersection(&rule.ignore).next() {
                let message = format!("`{both}` is preferred and ignored");
                report.warning("contradiction", message, "name it in only one of the two lists");
            }
        });
    }
}

fn kind(model: &Model, offset: UtcOffset, registry: &Registry, report: &mut Report) -> Option<Kind> {
    report.within(model.code(), |report| match model {
        Model::First => Some(Kind::First),
        Model::Last => Some(Kind::Last),
        Model::Linear => Some(Kind::Linear),
        Model::LastNon(rules) => {
            if rules.channels.is_empty() {
                report.within("channels", |report| {
                    report.error(
                        "empty_list",
                        "no channel is passed over",
                        "name at least one, or use `last`",
                    );
                });
            }
            report.within("channels", |report| check_names(&rules.channels, report));
            Some(Kind::LastNon(super::models::LastNon { channels: rules.channels.clone() }))
        }
        Model::PositionBased(rules) => {
            let PositionBased { first, middle, last, .. } = *rules;
            check_percentages(&[first, middle, last], report);
            Some(Kind::Position((*rules).into()))
        }
        Model::MilestoneBased(rules) => {
            let MilestoneBased { first_touch, lead_created, opportunity_created, won, others } = *rules;
            check_percentages(&[first_touch, lead_created, opportunity_created, won, others], report);
            Some(Kind::Milestone(*rules))
        }
        Model::TimeDecay(rules) => {
            // The half-life divides the age of a touch.
            if rules.half_life.as_seconds() == 0 {
                report.within("half_life", |report| {
                    report.error(
                        "out_of_range",
                        "the half-life must be longer than 0",
                        "write a time such as `7d`",
                    );
                });
            }
            Some(Kind::TimeDecay(*rules))
        }
        Model::Markov(rules) => {
            if rules.order.is_some_and(|order| !(1..=MAX_ORDER).contains(&order)) {
                report.within("order", |report| {
                    let message = format!("`{}` is not an order", rules.order.unwrap_or_default());
                    let help = format!("write 1 to {MAX_ORDER}, or `null` to have it chosen");
                    report.error("out_of_range", message, help);
                });
            }
            Some(Kind::Markov(*rules))
        }
        // The game of conversions has a closed form: each journey is divided equally among its distinct channels.
        Model::Shapley(Shapley { game: Game::Conversions }) => Some(Kind::UniqueLinear),
        Model::Shapley(Shapley { game: Game::Rate }) => Some(Kind::Rate),
        Model::Ownership(rules) => {
            check_ownership(rules, report);
            // It decides by its rules alone, so nothing is fitted to journeys.
            Some(Kind::Other { model: std::sync::Arc::new(with_offset(rules, offset)), learns: false })
        }
        Model::Custom(custom) => {
            // A plug-in may learn or not; only its `fit` shows it.
            registry.make(registry::KIND, custom, report).map(|model| Kind::Other { model, learns: true })
        }
    })
}

pub(crate) fn check_ownership(rules: &OwnershipRules, report: &mut Report) {
    if rules.method == OwnershipMethod::Priority && rules.priority.is_empty() {
        report.within("priority", |report| {
            report.error("empty_list", "no pipeline has a priority", "name at least one pipeline");
        });
    }
    if rules.method != OwnershipMethod::Priority && !rules.priority.is_empty() {
        report.within("priority", |report| {
            report.warning(
                "unused",
                "the method does not read it",
                "set `method` to `priority`, or remove it",
            );
        });
    }
    report.within("priority", |report| {
        let mut pipelines = Unique::listed_names("pipeline");
        for (index, name) in rules.priority.iter().enumerate() {
            report.item(index, |report| pipelines.check(name, report));
        }
    });
}

fn check_percentages(percentages: &[f64], report: &mut Report) {
    if let Some(bad) = percentages.iter().find(|percent| !(0.0..=100.0).contains(*percent)) {
        let message = format!("`{bad}` is not a percentage");
        // The sum is not checked then: one mistake is one error.
        report.error("out_of_range", message, "write numbers from 0 to 100");
        return;
    }
    let sum: f64 = percentages.iter().sum();
    // Percentages such as 33.3 have no exact binary form, so neither does their sum.
    if (sum - 100.0).abs() > TOLERANCE {
        let message = format!("the percentages sum to {}, not to 100", libm::rint(sum * 1e9) / 1e9);
        report.error("not_whole", message, "change one of them so that they sum to 100");
    }
}

/// Compiles the condition on touches; it may read nothing but them.
fn filter(condition: &Condition, report: &mut Report) -> Option<Predicate> {
    if condition.is_always() {
        return None;
    }
    if condition.is_never() {
        report.warning(
            "never_matches",
            "the condition never holds, so no touch counts",
            "correct or remove the condition",
        );
    }
    let mut fields = BTreeSet::new();
    visit_fields(&serde_json::to_value(condition).unwrap_or_default(), &mut fields);
    // It is compiled in the scope of activities; a touch has only these of their fields.
    for field in fields.iter().filter(|field| !TOUCH_FIELDS.contains(&field.as_str())) {
        let message = format!("a touch has no field `{field}`");
        report.error("unknown_touch_field", message, format!("use one of {}", TOUCH_FIELDS.join(", ")));
    }
    Some(condition.compile(Scope::Activity, report))
}

fn visit_fields(condition: &Json, fields: &mut BTreeSet<String>) {
    match condition {
        Json::Object(members) => {
            if let Some(Json::String(field)) = members.get("field") {
                fields.insert(field.clone());
            }
            for (name, member) in members {
                // Only in nested conditions: a value to compare with may have a member called `field`.
                if matches!(name.as_str(), "all" | "any" | "not") {
                    visit_fields(member, fields);
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| visit_fields(item, fields)),
        _ => {}
    }
}

fn check_bootstrap(bootstrap: &Bootstrap, rules: &AttributionRules, report: &mut Report) {
    if !(MIN_SAMPLES..=10_000).contains(&bootstrap.samples) {
        report.within("samples", |report| {
            let too = if bootstrap.samples < MIN_SAMPLES { "few" } else { "many" };
            let message = format!("`{}` samples are too {too}", bootstrap.samples);
            report.error("out_of_range", message, "write a number from 20 to 10000");
        });
    }
    // Negated as a whole, so that NaN is refused.
    if !(bootstrap.level > 0.0 && bootstrap.level < 1.0) {
        report.within("level", |report| {
            let message = format!("`{}` is not a share of the samples", bootstrap.level);
            report.error("out_of_range", message, "write a number between 0 and 1, such as 0.95");
        });
    }
    let learns =
        |model: &ModelRules| matches!(model.model, Model::Markov(_) | Model::Shapley(_) | Model::Custom(_));
    if !rules.models.iter().any(learns) {
        report.warning(
            "unused",
            "no model learns from the journeys",
            "remove it, or add a model such as `markov`",
        );
    }
}
