//! The first engine a lead meets: blocked contacts, bad and invented contact values, forbidden words, the same submission
//! twice, bursts. Everything found is explained; nothing is ever deleted.
//!
//! [`BlacklistRules`] are data; [`Blacklist::compile`] validates and compiles them; [`Blacklist::check`] gives a
//! [`Verdict`]: how severe the findings are, each [`Hit`] with its rule, field, place and [`HitReason`], and a
//! [`WindowDelta`] for the host's [`WindowState`], the memory that resubmissions and bursts are recognised by.
//!
//! Only the host knows a form's honeypot and the time it took: pass them as attributes, as numbers or as text, and name
//! them in the rules `{"honeypot": {"attributes": ["website_2"]}}` and
//! `{"elapsed": {"attribute": "elapsed_ms", "below_ms": 800}}`.
//!
//! ```
//! use leadkit::blacklist::{Blacklist, BlacklistRules, Severity, WindowState};
//! use leadkit::model::Lead;
//! use leadkit::rule::{FactContext, Facts, HostTables};
//!
//! let blacklist = Blacklist::compile(&BlacklistRules::default())?;
//! let mut windows = WindowState::default();
//! let tables = HostTables::default();
//! let now = "2026-03-01T09:00:00Z".parse().unwrap();
//! let context = FactContext::new(&tables, now);
//!
//! let lead = Lead { id: "L-1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
//! let verdict = blacklist.check(&Facts::new(&lead, &context), &windows);
//! assert_eq!(verdict.severity(), Severity::Pass);
//! windows.apply(verdict.delta());
//!
//! let again = Lead { id: "L-2".into(), ..lead.clone() };
//! let verdict = blacklist.check(&Facts::new(&again, &context), &windows);
//! assert_eq!(verdict.severity(), Severity::Flag);
//! assert_eq!(verdict.resubmission_of(), Some(&lead.id));
//!
//! let typo = Lead { id: "L-3".into(), created_at: now, phones: vec!["1392746".into()], ..Lead::default() };
//! let verdict = blacklist.check(&Facts::new(&typo, &context), &windows);
//! assert_eq!(verdict.severity(), Severity::Block);
//! assert!(verdict.to_string().contains("cannot be reached"));
//! # Ok::<(), leadkit::error::RuleErrors>(())
//! ```

mod allow;
mod company_origin;
mod compile;
mod consent;
mod contacts;
mod engine;
mod entry_keys;
mod form;
mod found;
mod holders;
mod joint;
mod keys;
mod letters;
mod lexicon;
mod lists;
mod message;
mod nobodys;
mod patterns;
mod phone_set;
mod prefixes;
mod preset;
mod reason;
mod reason_text;
mod repeats;
mod rules;
mod school;
mod severity;
mod state;
mod texts;
mod trial;
mod verdict;
mod window_rules;

pub(crate) use engine::LookedAt;
pub use engine::{Blacklist, NO_USABLE_CONTACT, OVERSIZED, WRONG_FIELD};
pub use joint::{JointDelta, JointError, JointList, JointReport};
pub use keys::WindowKey;
pub use lexicon::{Lexicon, LexiconHit, harmless_phrases};
pub use phone_set::PhoneSet;
pub use preset::LEXICON_CATEGORIES;
pub use reason::{BurstUsual, ContactKind, HitReason};
pub use rules::{
    Allow, AllowScope, BlacklistCheck, BlacklistOverride, BlacklistRule, BlacklistRules, Channel,
    ConsentCheck, ConsentRecord, DomainCheck, DomainMatch, ElapsedCheck, EmailFormatCheck, FakeCheck,
    FakeField, FakeRule, HoneypotCheck, JointCheck, LexiconCheck, LexiconMatch, LexiconPass, ListCheck,
    PatternCheck, PhoneFormatCheck, PrefixCheck, WechatFormatCheck,
};
pub use severity::Severity;
pub use state::{WindowDelta, WindowError, WindowEvent, WindowState};
pub use trial::{DryRun, RulePrecision, dry_run, rule_precision};
pub use verdict::{BLACKLIST_TAG, CONSENT_CODE, Hit, REVIEW_CODE, Suppression, Verdict};
pub use window_rules::{BurstBaseline, BurstCheck, BurstDimension, ResubmissionCheck, SubmissionKey};
