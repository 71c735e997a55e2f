//! Where a grant or a token holds, as options.

use clap::Args;
use serde_json::{Value, json};

use crate::pairs;

/// The models that are meant; all of them without an option.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// Only for these models, by id
    #[arg(long = "model", value_name = "ID")]
    models: Vec<uuid::Uuid>,
    /// Only for models with one of these tags, `key` or `key=value`
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only for models of these tiers
    #[arg(long = "tier", value_name = "TIER")]
    tiers: Vec<String>,
}

impl Scope {
    /// As a request has it.
    pub(crate) fn body(&self) -> Value {
        let mut scope = json!({});
        pairs::put(&mut scope, "models", (!self.models.is_empty()).then_some(&self.models));
        pairs::put(&mut scope, "tags", (!self.tags.is_empty()).then_some(&self.tags));
        pairs::put(&mut scope, "tiers", (!self.tiers.is_empty()).then_some(&self.tiers));
        scope
    }
}
