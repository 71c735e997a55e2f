//! The HTTP interface of Assent.
//!
//! [`router`] gives the routes on a running installation, [`serve()`] drives them on a listener together with the background
//! tasks: the signer of checkpoints, the sweep of denied attempts, the push of checkpoints to an outside sink, and one
//! verification of the whole log after the start.
//!
//! One endpoint is one file in `routes`, named by its verb: parse, call, render. Every path below `/api/v1` is behind one
//! layer that asks for a token, so that a route added tomorrow is closed until somebody opens it.
//!
//! Invariants: a write goes through the ledger and nowhere else; what the caller may not read is not there (404); causes of
//! failures go to the operator's log with the id of the request, never to the client; every size, depth, count and wait
//! has a bound; errors are problem documents (RFC 9457) from the one table in `problem`.

mod app;
mod desk;
mod evaluating;
mod execute;
mod http;
mod naming;
mod oidc;
mod openapi;
mod options;
mod page;
mod problem;
mod routes;
mod serve;
mod socket;
mod tasks;
mod views;

pub use http::{Network, NoNetwork, Proxies, ProxyHeader};
pub use oidc::{Provider, ProviderConfig};
pub use openapi::document as openapi;
pub use options::Options;
pub use serve::{router, serve};
