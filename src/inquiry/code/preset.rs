//! The usual inquiry code.

use super::rules::{CodePart, CodePartRule, CodeRules};
use crate::rule::RulesVersion;

impl Default for CodeRules {
    fn default() -> Self {
        let fixed = |part, width| CodePartRule { part, width: Some(width) };
        let free = |part| CodePartRule { part, width: None };
        CodeRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            separator: "-".to_owned(),
            segments: vec![
                vec![fixed(CodePart::Class, 1), free(CodePart::Region)],
                vec![fixed(CodePart::Province, 2), free(CodePart::Customer)],
                vec![free(CodePart::Department)],
                vec![free(CodePart::Product), fixed(CodePart::Year, 4), fixed(CodePart::Month, 2)],
                vec![fixed(CodePart::Serial, 4)],
            ],
        }
    }
}
