//! Documents of rules that may name the plug-ins of a host.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Registry;
use crate::document::{Document, load_checked, load_text};
use crate::error::{Report, RuleErrors};

/// A rules struct: a document that can be read and checked.
pub(crate) trait RulesDocument: DeserializeOwned {
    /// Reports errors in the rules, and valid rules that look like mistakes. Plug-ins that the registry
    /// does not have are errors.
    fn check_with(&self, registry: &Registry, report: &mut Report);

    /// Reads and checks a document.
    fn load_document_with(document: Value, registry: &Registry) -> Result<Self, RuleErrors> {
        load_checked(document, &|rules: &Self, report| rules.check_with(registry, report))
    }

    /// Reads and checks JSON text. Findings have line and column; a key that appears twice is one.
    fn load_json_with(text: &str, registry: &Registry) -> Result<Self, RuleErrors> {
        load_text(text, &|rules: &Self, report| rules.check_with(registry, report))
    }
}

/// Without plug-ins of a host, only the built-in ones are known.
impl<T: RulesDocument> Document for T {
    fn check(&self, report: &mut Report) {
        self.check_with(&Registry::new(), report);
    }
}

/// The methods of [`document!`](crate::document::document); `with plugins` also those that take a registry.
macro_rules! rules_document {
    ($rules:ident => $engine:ident with plugins) => {
        $crate::document::document!($rules);
        $crate::document::document!(@load $rules => $engine, &$crate::rule::Registry::new());

        impl $rules {
            /// As [`load`](Self::load), for rules that name plug-ins of the registry.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            /// use leadkit::rule::Registry;
            /// use serde_json::json;
            ///
            /// // Rules that name no plug-in load the same.
            #[doc = concat!("let rules = ", stringify!($rules), "::load_with(json!({\"revision\": \"2026-03\"}), &Registry::new())?;")]
            /// assert_eq!(rules.revision, "2026-03");
            /// # Ok::<(), leadkit::error::RuleErrors>(())
            /// ```
            ///
            /// # Errors
            /// As [`load`](Self::load); also names that the registry does not have, and wrong parameters.
            pub fn load_with(
                document: serde_json::Value,
                registry: &$crate::rule::Registry,
            ) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::rule::RulesDocument::load_document_with(document, registry)
            }

            /// As [`from_json_str`](Self::from_json_str), for rules that name plug-ins of the registry.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            /// use leadkit::rule::Registry;
            ///
            /// let text = r#"{"revision": "2026-03"}"#;
            #[doc = concat!("let rules = ", stringify!($rules), "::from_json_str_with(text, &Registry::new())?;")]
            /// assert_eq!(rules.revision, "2026-03");
            /// # Ok::<(), leadkit::error::RuleErrors>(())
            /// ```
            ///
            /// # Errors
            /// As [`from_json_str`](Self::from_json_str); also names that the registry does not have, and wrong
            /// parameters.
            pub fn from_json_str_with(
                text: &str,
                registry: &$crate::rule::Registry,
            ) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::rule::RulesDocument::load_json_with(text, registry)
            }
        }

        impl $engine {
            /// As [`load`](Self::load), for rules that name plug-ins of the registry.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            /// use leadkit::rule::Registry;
            /// use serde_json::json;
            ///
            #[doc = concat!("let loaded = ", stringify!($engine), "::load_with(json!({\"revision\": \"2026-03\"}), &Registry::new())?;")]
            /// assert_eq!(&*loaded.version().revision, "2026-03");
            /// # Ok::<(), leadkit::error::RuleErrors>(())
            /// ```
            ///
            /// # Errors
            /// Every mistake in the document.
            pub fn load_with(
                document: serde_json::Value,
                registry: &$crate::rule::Registry,
            ) -> Result<$engine, $crate::error::RuleErrors> {
                $crate::document::load_engine(document, &|rules: &$rules, report| {
                    $engine::compile_into(rules, registry, report)
                })
            }

            /// Validates and compiles the rules. Only built-in plug-ins are known.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            #[doc = concat!("let mut rules = ", stringify!($rules), "::default();")]
            /// rules.revision = "2026-03".into();
            #[doc = concat!("let compiled = ", stringify!($engine), "::compile(&rules)?;")]
            /// assert_eq!(&*compiled.version().revision, "2026-03");
            /// # Ok::<(), leadkit::error::RuleErrors>(())
            /// ```
            ///
            /// # Errors
            /// Every mistake in them.
            pub fn compile(rules: &$rules) -> Result<$engine, $crate::error::RuleErrors> {
                $engine::compile_with(rules, &$crate::rule::Registry::new())
            }

            /// Validates and compiles rules that name plug-ins of the registry.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            /// use leadkit::rule::Registry;
            ///
            #[doc = concat!("let mut rules = ", stringify!($rules), "::default();")]
            /// rules.revision = "2026-03".into();
            #[doc = concat!("let compiled = ", stringify!($engine), "::compile_with(&rules, &Registry::new())?;")]
            /// assert_eq!(&*compiled.version().revision, "2026-03");
            /// # Ok::<(), leadkit::error::RuleErrors>(())
            /// ```
            ///
            /// # Errors
            /// Every mistake in them; a name that the registry does not have is one.
            pub fn compile_with(
                rules: &$rules,
                registry: &$crate::rule::Registry,
            ) -> Result<$engine, $crate::error::RuleErrors> {
                let mut report = $crate::error::Report::new();
                let engine = $engine::compile_into(rules, registry, &mut report);
                report.finish()?;
                Ok(engine)
            }
        }
    };
    ($($documents:tt)*) => {
        $crate::document::document!($($documents)*);
    };
}

pub(crate) use rules_document;
