//! The rules a team starts with.

use super::action::RuleAction;
use super::comparator::Comparator;
use super::rules::{DedupRules, MatchRule, ReentryWindow};
use super::target::{LeadKey, MatchTarget};
use crate::calendar::Zone;
use crate::model::LeadField;
use crate::rule::RulesVersion;

/// What a re-entry updates by default.
const UPDATED: [LeadField; 12] = [
    LeadField::Title,
    LeadField::JobFunction,
    LeadField::Company,
    LeadField::EmployeeCount,
    LeadField::BusinessModel,
    LeadField::RegistryStatus,
    LeadField::Country,
    LeadField::Province,
    LeadField::City,
    LeadField::Region,
    LeadField::Scenario,
    LeadField::Message,
];

impl Default for DedupRules {
    fn default() -> Self {
        DedupRules::b2b()
    }
}

impl DedupRules {
    /// For sales to consumers: the same mobile number, personal mailbox, WeChat or OpenID among the leads is the same
    /// person coming in again. A lead that had ended, was given back, or was idle and unowned for three months begins anew.
    ///
    /// ```
    /// use leadkit::dedup::{DedupRules, Deduplicator};
    ///
    /// let rules = DedupRules::b2c();
    /// let ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    /// assert_eq!(ids, ["lead-phone", "lead-email", "lead-wechat", "lead-person"]);
    /// assert!(!Deduplicator::compile(&rules)?.compares_names());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
                rule("lead-email", LeadKey::Email, MatchTarget::LeadEmail),
                rule("lead-wechat", LeadKey::Wechat, MatchTarget::LeadWechat),
                rule("lead-person", LeadKey::PersonId, MatchTarget::LeadPersonId),
            ],
            ..DedupRules::empty()
        }
    }

    /// For sales to companies: ① company ~ account, ② phone, e-mail, WeChat, OpenID or domain ~ account, ③ mobile
    /// number, personal mailbox, WeChat or OpenID ~ lead, ④ company ~ lead.
    ///
    /// ④ only marks: people of one company that is not an account yet may go to different reps. For one rep for each company
    /// change the action of `lead-company` to `same_owner` and its threshold to 0.85.
    ///
    /// Companies are compared by [likeness](Comparator::Company): a lead is converted at a probability of 0.85 and
    /// marked at 0.5. [`Comparator::Folded`] in its place accepts only spellings of one registered name.
    ///
    /// ```
    /// use leadkit::dedup::{DedupRules, Deduplicator};
    ///
    /// let rules = DedupRules::b2b();
    /// assert_eq!(rules, DedupRules::default());
    /// assert_eq!(rules.rules[0].id.as_str(), "account-company");
    /// assert!(Deduplicator::compile(&rules)?.compares_names());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn b2b() -> DedupRules {
        use RuleAction::{Collect, Convert, TagOnly};
        let like = |comparator, rule| MatchRule { comparator, ..rule };
        let rule = MatchRule::new;
        DedupRules {
            rules: vec![
                // The company decides before the person, and accounts before leads.
                like(
                    Comparator::SURE,
                    rule("account-company", LeadKey::Company, MatchTarget::AccountCompany, Convert),
                ),
                rule("contact-phone", LeadKey::Phone, MatchTarget::ContactPhone, Convert),
                rule("contact-email", LeadKey::Email, MatchTarget::ContactEmail, Convert),
                rule("contact-wechat", LeadKey::Wechat, MatchTarget::ContactWechat, Convert),
                rule("contact-person", LeadKey::PersonId, MatchTarget::ContactPersonId, Convert),
                rule("account-domain", LeadKey::Domain, MatchTarget::AccountDomain, Convert),
                rule("lead-phone", LeadKey::Phone, MatchTarget::LeadPhone, Collect),
                rule("lead-email", LeadKey::Email, MatchTarget::LeadEmail, Collect),
                rule("lead-wechat", LeadKey::Wechat, MatchTarget::LeadWechat, Collect),
                rule("lead-person", LeadKey::PersonId, MatchTarget::LeadPersonId, Collect),
                like(
                    Comparator::LIKELY,
                    rule("lead-company", LeadKey::Company, MatchTarget::LeadCompany, TagOnly),
                ),
            ],
            ..DedupRules::empty()
        }
    }

    /// No rules: every lead is new.
    ///
    /// ```
    /// use leadkit::dedup::{DedupRules, LeadKey, MatchRule, MatchTarget, RuleAction};
    ///
    /// let phone = MatchRule::new("phone", LeadKey::Phone, MatchTarget::LeadPhone, RuleAction::Reenter);
    /// let rules = DedupRules { rules: vec![phone], ..DedupRules::empty() };
    /// assert!(leadkit::dedup::Deduplicator::compile(&rules).is_ok());
    /// assert!(DedupRules::empty().rules.is_empty());
    /// ```
    #[must_use]
    pub fn empty() -> DedupRules {
        DedupRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            rules: Vec::new(),
            update: UPDATED.to_vec(),
            decisive: vec![LeadField::Company],
            scope: Vec::new(),
            crowded_key: 20,
            zone: Zone::default(),
            hold_tag_only: false,
        }
    }
}
