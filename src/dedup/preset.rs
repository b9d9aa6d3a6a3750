//! The rules a team starts with.

use super::action::RuleAction;
use super::comparator::Comparator;
use super::rules::{DedupRules, MatchRule, ReentryWindow};
use super::target::{LeadKey, MatchTarget};
use crate::calendar::Zone;
use crate::model::LeadField;
use crate::rule::RulesVersion;

/// What a re-entry updates by default.
const UPDATED: [LeadField; 9] = [
    LeadField::Name,
    LeadField::Title,
    LeadField::Company,
    LeadField::Country,
    LeadField::Province,
    LeadField::City,
    LeadField::Scenario,
    LeadField::Products,
    LeadField::Message,
];

impl Default for DedupRules {
    fn default() -> Self {
        DedupRules::b2b()
    }
}

impl DedupRules {
    /// For sales to consumers: the same phone or WeChat among the leads of the last three months is the same lead.
    #[must_use]
    pub fn b2c() -> DedupRules {
        let window = Some(ReentryWindow { months: 3 });
        let rule = |id: &str, lead, target| MatchRule {
            window,
            ..MatchRule::new(id, lead, target, RuleAction::Reenter)
        };
        DedupRules {
            rules: vec![
                rule("lead-phone", LeadKey::Phone, MatchTarget::LeadPhone),
                rule("lead-wechat", LeadKey::Wechat, MatchTarget::LeadWechat),
            ],
            ..DedupRules::empty()
        }
    }

    /// For sales to companies: ① company ~ account, ② phone = account's contact, ③ phone = lead, ④ company ~ lead.
    ///
    /// Companies are compared by [likeness](Comparator::Company): a lead is converted at a probability of 0.85 and
    /// marked at 0.5. [`Comparator::Folded`] in their place takes only spellings of one registered name.
    #[must_use]
    pub fn b2b() -> DedupRules {
        use {LeadKey::Company, LeadKey::Phone, RuleAction::Convert};
        let like = |comparator, rule| MatchRule { comparator, ..rule };
        DedupRules {
            rules: vec![
                like(
                    Comparator::SURE,
                    MatchRule::new("account-company", Company, MatchTarget::AccountCompany, Convert),
                ),
                MatchRule::new("contact-phone", Phone, MatchTarget::ContactPhone, Convert),
                MatchRule::new("lead-phone", Phone, MatchTarget::LeadPhone, RuleAction::Collect),
                like(
                    Comparator::LIKELY,
                    MatchRule::new("lead-company", Company, MatchTarget::LeadCompany, RuleAction::TagOnly),
                ),
            ],
            ..DedupRules::empty()
        }
    }

    /// [`b2b`](DedupRules::b2b), with WeChat beside the phone.
    #[must_use]
    pub fn to_b_extended() -> DedupRules {
        let mut rules = DedupRules::b2b();
        let wechat = |id: &str, target, action| MatchRule::new(id, LeadKey::Wechat, target, action);
        rules.rules.insert(2, wechat("contact-wechat", MatchTarget::ContactWechat, RuleAction::Convert));
        rules.rules.insert(4, wechat("lead-wechat", MatchTarget::LeadWechat, RuleAction::Collect));
        rules
    }

    /// No rules: every lead is new.
    #[must_use]
    pub fn empty() -> DedupRules {
        DedupRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            rules: Vec::new(),
            update: UPDATED.to_vec(),
            decisive: vec![LeadField::Company],
            crowded_key: 20,
            zone: Zone::default(),
            hold_tag_only: false,
        }
    }
}
