//! The rules a team starts with.

use super::rules::{
    BlacklistCheck, BlacklistRule, BlacklistRules, EmailFormatCheck, FakeCheck, LexiconCheck,
    PhoneFormatCheck, WechatFormatCheck,
};
use super::severity::Severity;
use super::window_rules::ResubmissionCheck;
use crate::model::RuleId;
use crate::rule::RulesVersion;

impl Default for BlacklistRules {
    fn default() -> Self {
        BlacklistRules::preset(Severity::Flag)
    }
}

/// The categories of lexicons that a team starts with: illegal (非法), against its rules (违规), fraud (欺诈).
pub const LEXICON_CATEGORIES: [&str; 3] = ["illegal", "violation", "fraud"];

impl BlacklistRule {
    /// A rule `lexicon.CATEGORY` that blocks a lead whose texts hold one of the words. The words are the team's own.
    ///
    /// ```
    /// use leadkit::blacklist::{Blacklist, BlacklistRule, BlacklistRules, LEXICON_CATEGORIES};
    ///
    /// let mut rules = BlacklistRules::default();
    /// rules.rules.push(BlacklistRule::lexicon(LEXICON_CATEGORIES[2], ["诈骗", "骗局"]));
    /// assert_eq!(rules.rules.last().map(|rule| rule.id.as_str()), Some("lexicon.fraud"));
    /// let blacklist = Blacklist::compile(&rules)?;
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn lexicon<W: Into<String>>(category: &str, words: impl IntoIterator<Item = W>) -> BlacklistRule {
        let words = words.into_iter().map(Into::into).collect();
        let check = BlacklistCheck::Lexicon(LexiconCheck { words, ..LexiconCheck::default() });
        BlacklistRule {
            category: category.to_owned(),
            severity: Severity::Block,
            ..BlacklistRule::new(RuleId::from(format!("lexicon.{category}")), check)
        }
    }
}

impl BlacklistRules {
    /// The default, but every malformed or invented value blocks.
    ///
    /// ```
    /// use leadkit::blacklist::{BlacklistRules, Severity};
    ///
    /// let blocking = |rules: BlacklistRules| {
    ///     rules.rules.iter().filter(|rule| rule.severity == Severity::Block).count()
    /// };
    /// assert!(blocking(BlacklistRules::strict()) > blocking(BlacklistRules::default()));
    /// ```
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
            rule_failed: Severity::Flag,
            stop_at_first_block: false,
        }
    }
}
