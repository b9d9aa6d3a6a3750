//! Plug-ins of the host, by the names that rules use.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FactSource, Fault};
use crate::document::read_params;
use crate::error::Report;
use crate::model::Points;

/// A number of points that the host computes: by a model, a table, a score bought elsewhere.
///
/// It must be pure: the same facts give the same points. It holds any data it needs besides the facts.
pub trait Signal: Send + Sync + fmt::Debug {
    /// The points; `None` when the signal has none for this lead.
    ///
    /// # Errors
    /// When it fails. The rule then gives no points, and the score lists the fault.
    fn points(&self, facts: &dyn FactSource) -> Result<Option<Points>, Fault>;
}

/// A plug-in in a rules document: `{"custom": {"name": "lookalike", "params": {"country": "CN"}}}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// The name it is registered under.
    pub name: String,
    /// What the factory is given, as JSON of its own shape.
    #[serde(default, skip_serializing_if = "Json::is_null", deserialize_with = "read_params")]
    pub params: Json,
}

/// Makes a plug-in from its parameters, or says in one sentence what is wrong with them.
pub(crate) type Factory<T> = dyn Fn(&Json) -> Result<Arc<T>, String> + Send + Sync;

/// The plug-ins that rules may name.
///
/// ```
/// use std::sync::Arc;
/// use leadkit::model::Points;
/// use leadkit::rule::{FactSource, FactValue, Fault, Field, Registry, Signal};
/// use leadkit::Intake;
/// use serde_json::json;
///
/// /// Points for the length of the company name, for want of something better.
/// #[derive(Debug)]
/// struct NameLength(Field);
///
/// impl Signal for NameLength {
///     fn points(&self, facts: &dyn FactSource) -> Result<Option<Points>, Fault> {
///         Ok(match facts.fact(&self.0) {
///             FactValue::Text(name) => Some(Points::new(name.chars().count() as i64)),
///             _ => None,
///         })
///     }
/// }
///
/// let registry = Registry::new().signal("name_length", |_| Ok(Arc::new(NameLength("company".parse().unwrap()))));
/// let rules = json!({
///     "score": {"fit": {"rules": [{"id": "name", "points": {"custom": {"name": "name_length"}}}]}},
/// });
/// let intake = Intake::load_with(rules.clone(), &registry)?;
/// let errors = Intake::load(rules).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].message, "there is no signal `name_length`");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    /// By kind of plug-in and name; each holds an `Arc<Factory<T>>` of its kind.
    plugins: BTreeMap<(&'static str, String), Arc<dyn Any + Send + Sync>>,
}

impl Registry {
    const SIGNAL: &'static str = "signal";

    /// A registry without plug-ins.
    ///
    /// ```
    /// use leadkit::rule::Registry;
    /// use leadkit::score::Scorer;
    ///
    /// // Rules that name no plug-in need no registry with one.
    /// assert!(Scorer::load_with(serde_json::json!({}), &Registry::new()).is_ok());
    /// ```
    #[must_use]
    pub fn new() -> Registry {
        Registry::default()
    }

    /// Adds a signal under a name; one of the same name is replaced.
    ///
    /// ```
    /// use leadkit::model::Points;
    /// use leadkit::rule::{FactSource, Fault, Registry, Signal};
    /// use leadkit::score::Scorer;
    /// use serde_json::json;
    /// use std::sync::Arc;
    ///
    /// #[derive(Debug)]
    /// struct Lookalike;
    ///
    /// impl Signal for Lookalike {
    ///     fn points(&self, _: &dyn FactSource) -> Result<Option<Points>, Fault> {
    ///         Ok(Some(Points::new(15)))
    ///     }
    /// }
    ///
    /// let registry = Registry::new().signal("lookalike", |_| Ok(Arc::new(Lookalike)));
    /// let rule = json!({"id": "model", "points": {"custom": {"name": "lookalike"}}});
    /// let rules = json!({"fit": {"rules": [rule]}});
    /// assert!(Scorer::load_with(rules.clone(), &registry).is_ok());
    /// let errors = Scorer::load(rules).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].message, "there is no signal `lookalike`");
    /// ```
    #[must_use]
    pub fn signal(
        self,
        name: impl Into<String>,
        factory: impl Fn(&Json) -> Result<Arc<dyn Signal>, String> + Send + Sync + 'static,
    ) -> Registry {
        let factory: Arc<Factory<dyn Signal>> = Arc::new(factory);
        self.with(Registry::SIGNAL, name.into(), factory)
    }

    /// Adds a plug-in of a kind. Modules above offer it under names of their own.
    #[must_use]
    pub(crate) fn with<T: ?Sized + 'static>(
        mut self,
        kind: &'static str,
        name: String,
        factory: Arc<Factory<T>>,
    ) -> Registry {
        self.plugins.insert((kind, name), Arc::new(factory));
        self
    }

    /// Makes a plug-in of a kind, reporting at the current place when there is none of that name or its parameters
    /// are wrong.
    pub(crate) fn make<T: ?Sized + 'static>(
        &self,
        kind: &'static str,
        custom: &Custom,
        report: &mut Report,
    ) -> Option<Arc<T>> {
        let found = self.plugins.get(&(kind, custom.name.clone()));
        let Some(factory) = found.and_then(|found| found.downcast_ref::<Arc<Factory<T>>>()) else {
            let known =
                self.plugins.keys().filter(|(known, _)| *known == kind).map(|(_, name)| name.as_str());
            report.within("name", |report| {
                if known.clone().next().is_none() {
                    let name: String = custom.name.chars().take(40).collect();
                    let method = kind.replace(' ', "_");
                    let help = format!(
                        "register it with `Registry::{method}`, then load and compile with that registry"
                    );
                    report.error("unknown_plugin", format!("there is no {kind} `{name}`"), help);
                } else {
                    report.unknown_name("unknown_plugin", kind, &custom.name, known);
                }
            });
            return None;
        };
        match factory(&custom.params) {
            Ok(plugin) => Some(plugin),
            Err(message) => {
                report.within("params", |report| {
                    report.error("bad_params", message, format!("see what {kind} `{}` takes", custom.name));
                });
                None
            }
        }
    }

    /// Makes a signal.
    pub(crate) fn make_signal(&self, custom: &Custom, report: &mut Report) -> Option<Arc<dyn Signal>> {
        self.make(Registry::SIGNAL, custom, report)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.plugins.keys()).finish()
    }
}
