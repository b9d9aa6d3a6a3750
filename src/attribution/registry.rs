//! Models of the host.

use std::sync::Arc;

use serde_json::Value as Json;

use super::credit_model::CreditModel;
use crate::error::Report;
use crate::rule::{Custom, Registry};

/// Makes a model from its parameters.
type Factory = dyn Fn(&Json) -> Result<Arc<dyn CreditModel>, String> + Send + Sync;

const KIND: &str = "credit model";

impl Registry {
    /// Adds a credit model under a name; one of the same name is replaced. The factory reads the parameters of the
    /// rules, or says in one sentence what is wrong with them.
    ///
    /// The docs of the module [`attribution`](crate::attribution) show a whole model.
    #[must_use]
    pub fn credit_model(
        self,
        name: impl Into<String>,
        factory: impl Fn(&Json) -> Result<Arc<dyn CreditModel>, String> + Send + Sync + 'static,
    ) -> Registry {
        let factory: Arc<Factory> = Arc::new(factory);
        self.with(KIND, name.into(), factory)
    }
}

pub(super) fn make(
    registry: &Registry,
    custom: &Custom,
    report: &mut Report,
) -> Option<Arc<dyn CreditModel>> {
    registry.make(KIND, custom, report)
}
