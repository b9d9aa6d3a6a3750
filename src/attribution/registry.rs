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
    #[must_use]
    pub fn credit_model(
        self,
        name: impl Into<String>,
        factory: impl Fn(&Json) -> Result<Arc<dyn CreditModel>, String> + Send + Sync + 'static,
    ) -> Registry {
        self.with::<dyn CreditModel>(KIND, name.into(), Arc::new(factory) as Arc<Factory<_>>)
    }
}
