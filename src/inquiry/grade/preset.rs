//! The usual inquiry grades.

use serde_json::Value as Json;

use super::rules::{GradeMove, GradeRule, GradeRules};
use crate::model::InquiryGrade;
use crate::rule::{Condition, Operator, RulesVersion};

impl Default for GradeRules {
    fn default() -> Self {
        // Every comparison is written correctly, which a test asserts.
        let when = |field: &str, operator: Operator, value: Json| {
            Condition::compare(field, operator, value).unwrap_or_else(|_| Condition::any([]))
        };
        let budget = |is: bool| when("attributes.budget", Operator::Eq, is.into());
        let wanted = |is: bool| when("attributes.wanted", Operator::Eq, is.into());
        let deciders = |are: &str| when("attributes.deciders", Operator::Eq, are.into());
        let deal = |states: &[&str]| when("attributes.deal_state", Operator::In, states.to_vec().into());
        let committed = Condition::any([
            deciders("committed"),
            when("attributes.spec_is_ours", Operator::Eq, true.into()),
        ]);
        let rule = |grade, percent, criteria| GradeRule { grade, percent, criteria, loss_report: false };
        let to_a = |from| GradeMove { from, to: InquiryGrade::A, actions: 1 };
        GradeRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            grades: vec![
                rule(InquiryGrade::S, Some(100), vec![deal(&["contract", "award", "installed"])]),
                GradeRule {
                    loss_report: true,
                    ..rule(InquiryGrade::F, Some(0), vec![deal(&["rival_awarded"])])
                },
                rule(InquiryGrade::A, Some(80), vec![budget(true), committed]),
                rule(InquiryGrade::B, Some(60), vec![budget(true), deciders("unsure")]),
                rule(InquiryGrade::C, Some(30), vec![budget(true), deciders("lean_to_rival")]),
                rule(InquiryGrade::D, Some(10), vec![budget(false), wanted(true)]),
                rule(InquiryGrade::E, None, vec![budget(false), wanted(false)]),
            ],
            moves: vec![to_a(InquiryGrade::B), to_a(InquiryGrade::C)],
        }
    }
}
