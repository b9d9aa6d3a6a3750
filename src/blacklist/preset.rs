//! The rules a team starts with.

use super::rules::{
    BlacklistCheck, BlacklistRule, BlacklistRules, EmailFormatCheck, FakeCheck, PhoneFormatCheck,
    ResubmissionCheck, WechatFormatCheck,
};
use super::severity::Severity;
use crate::rule::RulesVersion;

impl Default for BlacklistRules {
    fn default() -> Self {
        BlacklistRules::preset(Severity::Flag)
    }
}

impl BlacklistRules {
    /// The default, but every malformed or invented value blocks.
    #[must_use]
    pub fn strict() -> BlacklistRules {
        BlacklistRules::preset(Severity::Block)
    }

    fn preset(severity: Severity) -> BlacklistRules {
        let rule = |id: &str, category: &str, severity, check| BlacklistRule {
            id: id.into(),
            category: category.to_owned(),
            severity,
            check,
        };
        BlacklistRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            rules: vec![
                rule(
                    "phone_format",
                    "contact",
                    severity,
                    BlacklistCheck::PhoneFormat(PhoneFormatCheck::default()),
                ),
                rule(
                    "email_format",
                    "contact",
                    severity,
                    BlacklistCheck::EmailFormat(EmailFormatCheck::default()),
                ),
                rule(
                    "wechat_format",
                    "contact",
                    severity,
                    BlacklistCheck::WechatFormat(WechatFormatCheck::default()),
                ),
                rule("fake", "contact", severity, BlacklistCheck::Fake(FakeCheck::default())),
                rule(
                    "resubmission",
                    "repeat",
                    Severity::Flag,
                    BlacklistCheck::Resubmission(ResubmissionCheck::default()),
                ),
            ],
            overrides: Vec::new(),
            no_usable_contact: Severity::Block,
            stop_at_first_block: false,
        }
    }
}
