//! What every rules document can do, in one place.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Registry;
use crate::document::{finish, load_into, load_text};
use crate::error::{Diagnostic, Level, Report, RuleErrors};

/// A rules struct: a document that can be read and checked.
pub(crate) trait RulesDocument: DeserializeOwned {
    /// Reports what is wrong with the rules, and what is valid but looks like a mistake. Plug-ins that the registry
    /// does not have are errors.
    fn check_with(&self, registry: &Registry, report: &mut Report);

    /// Reads and checks a document.
    fn load_document(document: Value, registry: &Registry) -> Result<Self, RuleErrors> {
        let mut report = Report::new();
        let rules =
            load_into(document, &mut report, &|rules: &Self, report| rules.check_with(registry, report));
        finish(rules, report)
    }

    /// Reads and checks JSON text. Findings have line and column; a key that appears twice is one.
    fn load_json(text: &str, registry: &Registry) -> Result<Self, RuleErrors> {
        load_text(text, &|rules: &Self, report| rules.check_with(registry, report))
    }

    /// What is valid but looks like a mistake. Errors are what `compile` reports.
    fn warnings(&self) -> Vec<Diagnostic> {
        let mut report = Report::new();
        self.check_with(&Registry::new(), &mut report);
        let mut findings = report.into_diagnostics();
        findings.retain(|finding| finding.level == Level::Warning);
        findings
    }
}

/// Reads a document and makes an engine of it, in one go: what compiles the rules checks them too.
pub(crate) fn load_engine<T: RulesDocument, E>(
    document: Value,
    compile: &dyn Fn(&T, &mut Report) -> E,
) -> Result<E, RuleErrors> {
    let mut report = Report::new();
    let engine = Cell::new(None);
    let _ = load_into(document, &mut report, &|rules: &T, report| engine.set(Some(compile(rules, report))));
    finish(engine.into_inner(), report)
}

/// Gives a rules struct its public `load`, `from_json_str` and `lint`, with one text for all; given an engine, also
/// its `load` and `compile`; `with plugins` also those that take a registry.
macro_rules! rules_document {
    ($rules:ident) => {
        impl $rules {
            /// Reads the rules from a document: JSON, or TOML or YAML read into a [`serde_json::Value`]. A TOML date
            /// is read as text. A key that stands twice in an object is gone by then: JSON text is best read by
            /// [`from_json_str`](Self::from_json_str), and YAML by a reader that refuses it. To write rules as YAML or
            /// TOML, go through a [`serde_json::Value`] too.
            ///
            /// # Errors
            /// Every mistake in the document, at most 100, each with its path and a suggested fix.
            pub fn load(document: serde_json::Value) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::rule::RulesDocument::load_document(document, &$crate::rule::Registry::new())
            }

            /// Reads the rules from JSON text. Beside what [`load`](Self::load) reports, each finding has its line
            /// and column, and a key that appears twice in an object is an error.
            ///
            /// # Errors
            /// Every mistake in the text; a text that is not JSON is one.
            pub fn from_json_str(text: &str) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::rule::RulesDocument::load_json(text, &$crate::rule::Registry::new())
            }

            /// Valid rules that look like mistakes: warnings only, by path.
            #[must_use]
            pub fn lint(&self) -> Vec<$crate::error::Diagnostic> {
                $crate::rule::RulesDocument::warnings(self)
            }
        }
    };
    ($rules:ident => $engine:ident) => {
        $crate::rule::rules_document!($rules);
        $crate::rule::rules_document!(@load $rules => $engine);

        impl $engine {
            /// Validates and compiles the rules.
            ///
            /// # Errors
            /// Every mistake in them.
            pub fn compile(rules: &$rules) -> Result<$engine, $crate::error::RuleErrors> {
                let mut report = $crate::error::Report::new();
                let engine = $engine::compile_into(rules, &mut report);
                report.finish()?;
                Ok(engine)
            }
        }
    };
    (@load $rules:ident => $engine:ident $(, $registry:expr)?) => {
        impl $engine {
            /// Reads the rules from a document and compiles them:
            #[doc = concat!("[`", stringify!($rules), "::load`] and [`compile`](Self::compile) in one call.")]
            ///
            /// # Errors
            /// Every mistake in the document.
            pub fn load(document: serde_json::Value) -> Result<$engine, $crate::error::RuleErrors> {
                $crate::rule::load_engine(document, &|rules: &$rules, report| {
                    $engine::compile_into(rules, $($registry,)? report)
                })
            }
        }
    };
    ($rules:ident => $engine:ident with plugins) => {
        $crate::rule::rules_document!($rules);
        $crate::rule::rules_document!(@load $rules => $engine, &$crate::rule::Registry::new());

        impl $rules {
            /// As [`load`](Self::load), for rules that name plug-ins of the registry.
            ///
            /// # Errors
            /// As [`load`](Self::load); also names that the registry does not have, and wrong parameters.
            pub fn load_with(
                document: serde_json::Value,
                registry: &$crate::rule::Registry,
            ) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::rule::RulesDocument::load_document(document, registry)
            }

            /// As [`from_json_str`](Self::from_json_str), for rules that name plug-ins of the registry.
            ///
            /// # Errors
            /// As [`from_json_str`](Self::from_json_str); also names that the registry does not have, and wrong
            /// parameters.
            pub fn from_json_str_with(
                text: &str,
                registry: &$crate::rule::Registry,
            ) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::rule::RulesDocument::load_json(text, registry)
            }
        }

        impl $engine {
            /// As [`load`](Self::load), for rules that name plug-ins of the registry.
            ///
            /// # Errors
            /// Every mistake in the document.
            pub fn load_with(
                document: serde_json::Value,
                registry: &$crate::rule::Registry,
            ) -> Result<$engine, $crate::error::RuleErrors> {
                $crate::rule::load_engine(document, &|rules: &$rules, report| {
                    $engine::compile_into(rules, registry, report)
                })
            }

            /// Validates and compiles the rules. Only built-in plug-ins are known.
            ///
            /// # Errors
            /// Every mistake in them.
            pub fn compile(rules: &$rules) -> Result<$engine, $crate::error::RuleErrors> {
                $engine::compile_with(rules, &$crate::rule::Registry::new())
            }

            /// Validates and compiles rules that name plug-ins of the registry.
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
}

pub(crate) use rules_document;
