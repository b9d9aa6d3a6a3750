//! The rules a team starts with.

use super::rules::{
    BlacklistRule, BlacklistRules, Check, EmailFormatCheck, FakeCheck, PhoneFormatCheck, ResubmissionCheck,
    WechatFormatCheck,
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
                rule("phone_format", "contact", severity, Check::PhoneFormat(PhoneFormatCheck::default())),
                rule("email_format", "contact", severity, Check::EmailFormat(EmailFormatCheck::default())),
                rule("wechat_format", "contact", severity, Check::WechatFormat(WechatFormatCheck::default())),
                rule("fake", "contact", severity, Check::Fake(FakeCheck::default())),
                rule(
                    "resubmission",
                    "repeat",
                    Severity::Flag,
                    Check::Resubmission(ResubmissionCheck::default()),
                ),
            ],
            overrides: Vec::new(),
            no_usable_contact: Severity::Block,
            stop_at_first_block: false,
        }
    }
}
