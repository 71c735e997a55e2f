//! Logging in with another provider, by `OpenID` Connect: the code flow with PKCE, `state` and `nonce`.
//!
//! What the browser has to bring back is in a cookie with a mark of ours, so that nothing is kept for who never comes back. The
//! ID token is verified against the keys that the provider publishes; where none of them fits, they are fetched again, since
//! providers change them. What it says of groups becomes roles, as the configuration maps them.

mod claims;
#[cfg(test)]
mod claims_tests;
mod flow;
mod provider;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

pub(crate) use claims::Claims;
pub(crate) use flow::{Flow, page};
pub(crate) use provider::Cause;
pub use provider::Provider;

/// A provider, as an operator configures it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProviderConfig {
    /// Its name in addresses and in the log.
    pub name: String,
    /// Its issuer: the address below which `.well-known/openid-configuration` stands.
    pub issuer: String,
    /// The id of this client there.
    pub client_id: String,
    /// The file with the secret of this client; absent for a public client.
    pub client_secret_file: Option<PathBuf>,
    /// The address of this server as browsers reach it, without a path: what the provider sends them back to is
    /// `<publicUrl>/auth/oidc/<name>/callback`.
    pub public_url: String,
    /// Scopes to ask for beside `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// The claim that lists the groups of a person.
    #[serde(default = "default_groups_claim")]
    pub groups_claim: String,
    /// The roles that groups stand for, by the name of the group.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
    /// Whether who is not known yet is registered. Without a role they may do nothing.
    #[serde(default)]
    pub register: bool,
    /// Whether an account is linked to the person who has its address, where the provider has verified the address.
    #[serde(default)]
    pub link_by_email: bool,
    /// A file with the certificates of authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

fn default_scopes() -> Vec<String> {
    ["email", "profile"].map(str::to_owned).to_vec()
}

fn default_groups_claim() -> String {
    "groups".to_owned()
}
