//! From rules to grades: what the type system cannot check.

use super::engine::Grades;
use super::rules::GradeRules;
use crate::error::Report;
use crate::inquiry::levels::{Ladder, LevelOrder};
use crate::model::InquiryGrade;
use crate::order;
use crate::rule::{Registry, RulesDocument, RulesVersion, rules_document};

rules_document!(GradeRules => Grades);

impl RulesDocument for GradeRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        drop(Grades::compile_into(self, report));
    }
}

impl Grades {
    fn compile_into(rules: &GradeRules, report: &mut Report) -> Grades {
        RulesVersion::check(rules.format, report);
        let ladder = report.within("grades", |report| {
            for (index, rule) in rules.grades.iter().enumerate() {
                if rule.percent.is_some_and(|percent| percent > 100) {
                    let message = format!("the win rate of grade {} is above 100 %", rule.grade);
                    report.item(index, |report| {
                        report.within("percent", |report| {
                            report.error("out_of_range", message, "write 0 to 100, or null");
                        });
                    });
                }
            }
            let grades = rules.grades.iter().map(|rule| (rule.grade.as_str(), rule.criteria.as_slice()));
            let ladder = Ladder::check(LevelOrder::FirstMatch, "grade", grades, report);
            let has = |grade: &&InquiryGrade| rules.grades.iter().any(|rule| rule.grade == **grade);
            for grade in InquiryGrade::ALL.iter().filter(|grade| !has(grade)) {
                let help = "give it a rate, or null to leave it out of the forecast";
                report.error("missing_grade", format!("grade {grade} is missing"), help);
            }
            ladder
        });
        report.within("moves", |report| {
            for (index, step) in rules.moves.iter().enumerate() {
                if step.from == step.to {
                    report.item(index, |report| {
                        report.error(
                            "no_move",
                            format!("{} to {} is not a move", step.from, step.to),
                            "remove it",
                        );
                    });
                }
            }
        });
        Grades {
            ladder,
            rates: order::map(rules.grades.iter().map(|rule| (rule.grade, rule.percent))),
            loss_reports: rules
                .grades
                .iter()
                .filter(|rule| rule.loss_report)
                .map(|rule| rule.grade)
                .collect(),
            moves: rules.moves.clone(),
            version: RulesVersion::of(rules.format, &rules.revision, rules),
        }
    }
}
