//! What stands around the routes: identity, limits, parsing, headers and metrics.

mod auth;
mod body;
mod context;
pub(crate) mod cookie;
mod knock;
mod metrics;
mod pace;
mod params;
mod proxies;
mod security;
mod timeout;
mod write;

pub(crate) use auth::{Caller, Shown, authenticate, bearer};
pub(crate) use context::{Peer, RequestContext, wrap};
pub(crate) use knock::{Knock, Secret, Stranger};
pub(crate) use metrics::Meters;
pub(crate) use pace::Pace;
pub(crate) use params::{Params, Segments};
pub use proxies::{Network, NoNetwork, Proxies, ProxyHeader};
pub(crate) use security::{Csp, secure};
pub(crate) use timeout::time_limit;
pub(crate) use write::{Empty, Sent, Write};
