//! The common interface of all documents.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::load::{finish, load_into, load_text, locate_in};
use super::position::SPLIT;
use crate::error::{Diagnostic, Level, Report, RuleErrors};

/// The name of a document in errors, unless it has another.
const RULES: &str = "rules";

/// A document that can be read and checked.
pub(crate) trait Document: DeserializeOwned {
    /// The name of the document in errors: `2 errors in the rules`.
    const NAME: &'static str = RULES;
    /// Advice for a document that is nested too deeply.
    const WHEN_TOO_DEEP: &'static str = SPLIT;

    /// Reports what is wrong with what was read, and what is valid but looks like a mistake.
    fn check(&self, report: &mut Report);

    /// Reads and checks a document.
    fn load_document(document: Value) -> Result<Self, RuleErrors> {
        load_checked(document, &Self::check).map_err(in_words_of::<Self>)
    }

    /// Reads and checks JSON text. Findings have line and column; a key that appears twice is one.
    fn load_json(text: &str) -> Result<Self, RuleErrors> {
        load_text(text, &Self::check).map_err(in_words_of::<Self>)
    }

    /// Findings about JSON text that is valid but looks like a mistake, with line and column.
    fn lint_json(text: &str) -> Result<Vec<Diagnostic>, RuleErrors> {
        locate_in(text, Self::load_json(text)?.warnings())
    }

    /// Findings about text that is valid but looks like a mistake. `compile` reports errors.
    fn warnings(&self) -> Vec<Diagnostic> {
        let mut report = Report::new();
        self.check(&mut report);
        let mut findings = report.into_diagnostics();
        findings.retain(|finding| finding.level == Level::Warning);
        findings
    }
}

/// Reads a document and checks what was read.
pub(crate) fn load_checked<T: DeserializeOwned>(
    document: Value,
    check: &dyn Fn(&T, &mut Report),
) -> Result<T, RuleErrors> {
    let mut report = Report::new();
    let read = load_into(document, &mut report, check);
    finish(read, report)
}

/// Reads a document and makes an engine of it, in one go: what compiles the rules checks them too.
pub(crate) fn load_engine<T: Document, E>(
    document: Value,
    compile: &dyn Fn(&T, &mut Report) -> E,
) -> Result<E, RuleErrors> {
    let engine = Cell::new(None);
    load_checked(document, &|rules: &T, report| engine.set(Some(compile(rules, report))))
        .map_err(in_words_of::<T>)
        .and_then(|_| finish(engine.into_inner(), Report::new()))
}

fn in_words_of<T: Document>(mut errors: RuleErrors) -> RuleErrors {
    for error in errors.diagnostics_mut() {
        if error.code == "too_deep" && error.help.as_deref() == Some(SPLIT) {
            error.help = Some(T::WHEN_TOO_DEEP.to_owned());
        }
    }
    if T::NAME == RULES { errors } else { errors.of(T::NAME) }
}

/// Gives a document its public `load`, `from_json_str` and `lint`, with one text for all; given an engine, also its
/// `load` and `compile`.
macro_rules! document {
    ($rules:ident) => {
        impl $rules {
            /// Reads the rules from a document: JSON, or TOML or YAML read into a [`serde_json::Value`]. A TOML date
            /// is read as text. A key that is repeated in an object is gone by then: JSON text is best read by
            /// [`from_json_str`](Self::from_json_str), and YAML by a reader that refuses it. To write rules as YAML or
            /// TOML, go through a [`serde_json::Value`] too.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            /// use serde_json::json;
            ///
            #[doc = concat!("let errors = ", stringify!($rules), "::load(json!(7)).unwrap_err();")]
            /// assert_eq!(errors.diagnostics()[0].message, "expected an object, found number `7`");
            /// ```
            ///
            /// # Errors
            /// Every mistake in the document, at most 100, each with its path and a suggested fix.
            pub fn load(document: serde_json::Value) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::document::Document::load_document(document)
            }

            /// Reads the rules from JSON text. Beside what [`load`](Self::load) reports, each finding has its line
            /// and column, and a key that appears twice in an object is an error.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            #[doc = concat!("let errors = ", stringify!($rules), "::from_json_str(\"{\\n  7: 1}\").unwrap_err();")]
            /// let place = errors.diagnostics()[0].location.unwrap();
            /// assert_eq!((place.line, place.column), (2, 3));
            /// ```
            ///
            /// # Errors
            /// Every mistake in the text; a text that is not JSON is one.
            pub fn from_json_str(text: &str) -> Result<$rules, $crate::error::RuleErrors> {
                $crate::document::Document::load_json(text)
            }

            /// The findings of [`lint`](Self::lint) in JSON text, each with its line and column.
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            #[doc = concat!("let errors = ", stringify!($rules), "::lint_json_str(\"{\\n  7: 1}\").unwrap_err();")]
            /// assert_eq!(errors.diagnostics()[0].location.unwrap().line, 2);
            /// ```
            ///
            /// # Errors
            /// As [`from_json_str`](Self::from_json_str): a text with an error has no warnings.
            pub fn lint_json_str(
                text: &str,
            ) -> Result<Vec<$crate::error::Diagnostic>, $crate::error::RuleErrors> {
                <$rules as $crate::document::Document>::lint_json(text)
            }

            /// Valid rules that look like mistakes: warnings only, by path.
            #[must_use]
            pub fn lint(&self) -> Vec<$crate::error::Diagnostic> {
                $crate::document::Document::warnings(self)
            }
        }
    };
    ($rules:ident => $engine:ident) => {
        $crate::document::document!($rules);
        $crate::document::document!(@load $rules => $engine);

        impl $engine {
            /// Validates and compiles the rules.
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
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, dedup::*, follow_up::*};
            /// # use leadkit::{inquiry::*, intake::*, merge::*, pipeline::*, score::*};
            /// use serde_json::json;
            ///
            #[doc = concat!("let loaded = ", stringify!($engine), "::load(json!({\"revision\": \"2026-03\"}))?;")]
            /// assert_eq!(&*loaded.version().revision, "2026-03");
            ///
            #[doc = concat!("let errors = ", stringify!($engine), "::load(json!({\"revison\": \"2026-03\"})).unwrap_err();")]
            /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `revision`?"));
            /// # Ok::<(), leadkit::error::RuleErrors>(())
            /// ```
            ///
            /// # Errors
            /// Every mistake in the document.
            pub fn load(document: serde_json::Value) -> Result<$engine, $crate::error::RuleErrors> {
                $crate::document::load_engine(document, &|rules: &$rules, report| {
                    $engine::compile_into(rules, $($registry,)? report)
                })
            }
        }
    };
}

pub(crate) use document;
