//! In whose place something is decided, as an option of a command.

use clap::Args;
use serde_json::Value;

use crate::client::Client;
use crate::names;
use crate::pairs;
use crate::problem::Problem;

/// In whose place.
#[derive(Debug, Args)]
pub(crate) struct InPlaceOf {
    /// In whose place you decide, by a delegation: id or name; in your own if absent
    #[arg(long = "on-behalf-of", value_name = "PRINCIPAL")]
    delegator: Option<String>,
}

impl InPlaceOf {
    /// Writes it into the body of a request.
    pub(crate) fn put(&self, client: &Client, body: &mut Value) -> Result<(), Problem> {
        let delegator = self.delegator.as_ref().map(|name| names::principal_id(client, name)).transpose()?;
        pairs::put(body, "onBehalfOf", delegator.as_ref());
        Ok(())
    }
}
