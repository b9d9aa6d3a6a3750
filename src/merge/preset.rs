//! Merge rules to start with.

use super::rules::{MergeBlock, MergeRules, SurvivorTest, Survivorship};
use crate::order;
use crate::rule::RulesVersion;

impl Default for MergeRules {
    fn default() -> Self {
        let field = |(name, rule): (&str, Survivorship)| (name.to_owned(), rule);
        let block = |name: &str, fields: &[&str], rule| MergeBlock {
            name: name.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            rule,
        };
        MergeRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            survivor: vec![
                SurvivorTest::Valid,
                SurvivorTest::HasDeal,
                SurvivorTest::HasOwner,
                SurvivorTest::Oldest,
                SurvivorTest::MostComplete,
            ],
            default: Survivorship::NonEmpty,
            fields: order::map(
                [
                    ("created_at", Survivorship::Min),
                    ("filed_at", Survivorship::Min),
                    ("closed_deal_at", Survivorship::Max),
                    ("last_active_at", Survivorship::Max),
                    ("aliases", Survivorship::Union),
                    ("phones", Survivorship::Union),
                    ("emails", Survivorship::Union),
                    ("products", Survivorship::Union),
                    ("tags", Survivorship::Union),
                    ("message", Survivorship::Union),
                    ("employee_count", Survivorship::Newest),
                    ("registry_status", Survivorship::Newest),
                ]
                .map(field),
            ),
            blocks: vec![
                block("address", &["country", "province", "city", "region"], Survivorship::Longest),
                block(
                    "holding",
                    &["owner", "pool", "acquisition", "status", "stage", "next_follow_up"],
                    Survivorship::NonEmpty,
                ),
                block("protection", &["partner", "protected_until"], Survivorship::NonEmpty),
                block("origin", &["source", "utm", "first_utm"], Survivorship::Oldest),
            ],
            names_become_aliases: true,
            recency: "created_at".to_owned(),
            source: vec!["source.primary".to_owned(), "attributes.source".to_owned()],
        }
    }
}
