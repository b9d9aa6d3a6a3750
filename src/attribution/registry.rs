//! Models of the host.

use std::sync::Arc;

use serde_json::Value as Json;

use super::credit_model::CreditModel;
use crate::rule::{Factory, Registry};

pub(super) const KIND: &str = "credit model";

impl Registry {
    /// Adds a credit model under a name; one of the same name is replaced. The factory reads the parameters of the
    /// rules, or says in one sentence what is wrong with them.
    ///
    /// The docs of the module [`attribution`](crate::attribution) show a whole model.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, CreditError, CreditModel, Journey};
    /// use leadkit::rule::Registry;
    /// use std::sync::Arc;
    ///
    /// /// All to the middle touch.
    /// #[derive(Debug)]
    /// struct Middle;
    ///
    /// impl CreditModel for Middle {
    ///     fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
    ///         weights[journey.len() / 2] = 1.0;
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let registry = Registry::new().credit_model("middle", |_| Ok(Arc::new(Middle)));
    /// let rules = serde_json::json!({"models": [{"id": "m", "model": {"custom": {"name": "midle"}}}]});
    /// let errors = Attribution::load_with(rules, &registry).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `middle`?"));
    /// ```
    #[must_use]
    pub fn credit_model(
        self,
        name: impl Into<String>,
        factory: impl Fn(&Json) -> Result<Arc<dyn CreditModel>, String> + Send + Sync + 'static,
    ) -> Registry {
        self.with::<dyn CreditModel>(KIND, name.into(), Arc::new(factory) as Arc<Factory<_>>)
    }
}
