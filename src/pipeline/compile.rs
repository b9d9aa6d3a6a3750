//! From rules to a pipeline: load, lint, compile.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::{CompiledGate, Parts, Pipeline};
use super::gate::{Approval, Criterion, Gate, Office, Proof};
use super::rules::{ExitKind, PipelineHalf, PipelineRules};
use crate::document::Unique;
use crate::error::Report;
use crate::model::RuleId;
use crate::order;
use crate::rule::{Condition, Producer, Registry, RulesDocument, RulesVersion, Scope, rules_document};

rules_document!(PipelineRules => Pipeline);

impl RulesDocument for PipelineRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        Pipeline::compile_into(self, report);
    }
}

impl PipelineRules {
    fn version(&self) -> RulesVersion {
        RulesVersion::of(self.format, &self.revision, self)
    }
}

impl Pipeline {
    /// Walks the rules, reporting what is wrong and what looks like a mistake. The result of faulty rules is not used.
    pub(super) fn compile_into(rules: &PipelineRules, report: &mut Report) -> Pipeline {
        RulesVersion::check(rules.format, report);
        let stage_names = order::set(rules.stages.iter().map(|stage| stage.name.as_str()));
        let exit_names = order::set(rules.exits.iter().map(|exit| exit.name.as_str()));
        report.within("stages", |report| check_stages(rules, report));
        report.within("exits", |report| check_exits(rules, &stage_names, report));
        report.within("approvals", |report| {
            let mut offices = Unique::listed_names("office");
            for (index, office) in rules.approvals.iter().enumerate() {
                report.item(index, |report| offices.check(office.as_str(), report));
            }
        });
        let mut gates: BTreeMap<RuleId, Vec<CompiledGate>> = BTreeMap::new();
        report.within("gates", |report| {
            check_versions(&rules.gates, report);
            for (index, gate) in rules.gates.iter().enumerate() {
                let conditions = report.item(index, |report| {
                    check_gate(gate, rules, &stage_names, &exit_names, report);
                    compile_criteria(gate, report)
                });
                let in_force_from = gate.in_force_from(&rules.approvals);
                let compiled = CompiledGate { gate: gate.clone(), conditions, in_force_from };
                gates.entry(gate.id.clone()).or_default().push(compiled);
            }
        });
        for versions in gates.values_mut() {
            order::sort_by_key(versions, |compiled| compiled.gate.version);
        }
        Pipeline {
            stages: rules.stages.clone(),
            exits: rules.exits.clone(),
            gates,
            approvals: rules.approvals.clone(),
            unapproved: rules.unapproved,
            missing_fields: rules.missing_fields,
            skips: rules.skips,
            version: rules.version(),
        }
    }
}

fn check_stages(rules: &PipelineRules, report: &mut Report) {
    if rules.stages.is_empty() {
        report.error("no_stages", "the pipeline has no stages", "add at least one");
    }
    let mut names = Unique::names("stage");
    let mut beyond = false;
    for (index, stage) in rules.stages.iter().enumerate() {
        report.item(index, |report| {
            report.within("name", |report| names.check(&stage.name, report));
            if beyond && stage.half == PipelineHalf::M2l {
                report.within("half", |report| {
                    report.error(
                        "halves_mixed",
                        format!("`{}` belongs to `m2l`, but comes after a stage of `l2o`", stage.name),
                        "put the stages of `m2l` first",
                    );
                });
            }
            beyond |= stage.half == PipelineHalf::L2o;
            report.within("required", |report| {
                for (index, field) in stage.required.iter().enumerate() {
                    if matches!(field.producer(), Producer::Activity | Producer::Order | Producer::Rep) {
                        report.item(index, |report| {
                            report.error(
                                "field_not_filled_yet",
                                format!("`{field}` cannot be required here: {}", field.producer().describe()),
                                "require a field of the lead",
                            );
                        });
                    }
                }
            });
        });
    }
}

fn check_exits(rules: &PipelineRules, stages: &BTreeSet<&str>, report: &mut Report) {
    let mut names = Unique::names("stage or exit");
    stages.iter().for_each(|stage| names.check(stage, &mut Report::new()));
    for (index, exit) in rules.exits.iter().enumerate() {
        report.item(index, |report| {
            report.within("name", |report| names.check(&exit.name, report));
            report.within("from", |report| {
                for (index, from) in exit.from.iter().enumerate() {
                    if !stages.contains(from.as_str()) {
                        report.item(index, |report| {
                            report.unknown_name("unknown_stage", "stage", from, stages.iter().copied());
                        });
                    }
                }
            });
            report.within("to", |report| match (&exit.to, exit.kind) {
                (Some(to), ExitKind::Nurture) if !stages.contains(to.as_str()) => {
                    report.unknown_name("unknown_stage", "stage", to, stages.iter().copied());
                }
                (Some(_), ExitKind::Nurture) => {}
                (None, ExitKind::Nurture) => report.error(
                    "missing_key",
                    format!("exit `{}` has no `to`", exit.name),
                    "name the stage that the lead returns to",
                ),
                (Some(_), _) => report.error(
                    "end_leads_on",
                    format!("`{}` is a final exit, so `to` cannot name a stage", exit.name),
                    "remove `to`, or make it a `nurture`",
                ),
                (None, _) => {}
            });
        });
    }
}

fn check_gate(
    gate: &Gate,
    rules: &PipelineRules,
    stages: &BTreeSet<&str>,
    exits: &BTreeSet<&str>,
    report: &mut Report,
) {
    report.within("id", |report| Unique::ids("gate").check(gate.id.as_str(), report));
    if !stages.contains(gate.into.as_str()) {
        report.within("into", |report| {
            report.unknown_name("unknown_stage", "stage", &gate.into, stages.iter().copied());
        });
    }
    if let Some(otherwise) = &gate.otherwise
        && !exits.contains(otherwise.as_str())
    {
        report.within("otherwise", |report| {
            report.unknown_name("unknown_exit", "exit", otherwise, exits.iter().copied());
        });
    }
    if gate.judge == gate.producer {
        report.within("judge", |report| {
            report.error(
                "judge_is_producer",
                format!("`{}` judges its own result", gate.judge),
                "let the next team in the pipeline judge the result",
            );
        });
    }
    if gate.criteria.is_empty() {
        report.within("criteria", |report| {
            report.error("no_criteria", "the gate has no criteria", "add at least one, or remove the gate");
        });
    }
    report.within("approvals", |report| check_approvals(gate, &rules.approvals, report));
}

fn check_approvals(gate: &Gate, required: &[Office], report: &mut Report) {
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, office) in required.iter().enumerate() {
        positions.entry(office.as_str()).or_insert(position);
    }
    let mut given: BTreeSet<&str> = BTreeSet::new();
    // The first office that has not approved.
    let mut waiting = 0;
    let mut last: Option<(&Approval, usize)> = None;
    for (index, approval) in gate.approvals.iter().enumerate() {
        report.item(index, |report| {
            let office = approval.office.as_str();
            while required.get(waiting).is_some_and(|before| given.contains(before.as_str())) {
                waiting += 1;
            }
            given.insert(office);
            let Some(position) = positions.get(office).copied() else {
                report.within("office", |report| {
                    report.unknown_name(
                        "unknown_office",
                        "approving office",
                        office,
                        required.iter().map(Office::as_str),
                    );
                });
                return;
            };
            if let Some(message) = last.and_then(|last| out_of_order(last, (approval, position))) {
                let order: Vec<&str> =
                    required.iter().map(Office::as_str).filter(|_| !report.is_full()).collect();
                let help = format!("they approve in this order: `{}`", order.join("`, `"));
                report.error("approvals_out_of_order", message, help);
            }
            // An office that approved while one before it had not yet.
            let waiting = required.get(waiting).filter(|_| waiting < position);
            if let Some(waiting) = waiting
                && last.is_none_or(|(_, place)| place < position)
            {
                report.error(
                    "approvals_out_of_order",
                    format!("`{office}` approved, but `{waiting}`, which comes first, has not"),
                    format!("record the approval of `{waiting}` first"),
                );
            }
            last = Some((approval, position));
        });
    }
    let missing = gate.missing_approvals(required);
    // An office that is misspelt may be the missing one.
    let is_clear = gate.approvals.iter().all(|approval| positions.contains_key(approval.office.as_str()));
    if report.has_room() && !missing.is_empty() && is_clear {
        let names: Vec<&str> = missing.iter().map(Office::as_str).collect();
        report.warning(
            "gate_not_in_force",
            format!("gate `{}` version {} is not in force", gate.id, gate.version),
            format!("it still needs the approval of `{}`", names.join("`, `")),
        );
    }
}

/// The errors of an approval that follows another; each has the place of its office in the order.
fn out_of_order(
    (before, place): (&Approval, usize),
    (approval, position): (&Approval, usize),
) -> Option<String> {
    let office = &approval.office;
    if place == position {
        Some(format!("`{office}` approves twice"))
    } else if place > position {
        Some(format!("`{office}` approves after `{}`, which comes later", before.office))
    } else if approval.at < before.at {
        Some(format!("`{office}` approved before `{}` did", before.office))
    } else {
        None
    }
}

/// Versions of one gate have different numbers and guard the same stage; criteria of different gates have
/// different names, because answers name the criterion alone.
fn check_versions(gates: &[Gate], report: &mut Report) {
    let mut versions: BTreeSet<String> = BTreeSet::new();
    let mut stages: BTreeMap<&str, &str> = BTreeMap::new();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, gate) in gates.iter().enumerate() {
        report.item(index, |report| {
            if !versions.insert(format!("{} {}", gate.version, gate.id)) {
                report.within("version", |report| {
                    report.error(
                        "duplicate_version",
                        format!("gate `{}` has version {} twice", gate.id, gate.version),
                        "give the newer one a greater version",
                    );
                });
            }
            let into = *stages.entry(gate.id.as_str()).or_insert(&gate.into);
            if into != gate.into {
                report.within("into", |report| {
                    report.error(
                        "gate_moved",
                        format!(
                            "gate `{}` guards `{}` here and `{into}` in another version",
                            gate.id, gate.into
                        ),
                        "give the gate of the other stage a unique name",
                    );
                });
            }
            let mut own: BTreeSet<&str> = BTreeSet::new();
            let ids = Unique::ids("criterion");
            report.within("criteria", |report| {
                for (index, criterion) in gate.criteria.iter().enumerate() {
                    let owner = *owners.entry(criterion.id.as_str()).or_insert(gate.id.as_str());
                    let is_taken = !own.insert(criterion.id.as_str()) || owner != gate.id.as_str();
                    report.item(index, |report| {
                        report.within("id", |report| {
                            ids.check_given(criterion.id.as_str(), is_taken, report);
                        });
                    });
                }
            });
        });
    }
}

fn compile_criteria(gate: &Gate, report: &mut Report) -> Vec<Option<Parts>> {
    report.within("criteria", |report| {
        let compile = |(index, criterion): (usize, &Criterion)| match &criterion.proof {
            Proof::Answer => None,
            Proof::Condition(condition) => Some(report.item(index, |report| {
                report.within("proof", |report| {
                    report.within("condition", |report| {
                        let _ = condition.compile_to_match(Scope::Assign, report);
                        // Mistakes have been reported by now.
                        let compile = |part: &Condition| {
                            (part.clone(), part.compile(Scope::Assign, &mut Report::new()))
                        };
                        condition.conjuncts().iter().map(compile).collect()
                    })
                })
            })),
        };
        gate.criteria.iter().enumerate().map(compile).collect()
    })
}
