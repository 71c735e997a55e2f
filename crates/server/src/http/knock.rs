//! A write by somebody who is not known yet: its body, and where it comes from.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::auth::same_origin;
use super::write::MAX_AGENT_BYTES;
use super::{Peer, RequestContext, body};
use crate::problem::Problem;

/// The largest body in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// A text that is not shown, in no log and no message.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        // The usual message would show what stands there instead of a text.
        let serde_json::Value::String(text) = value else {
            return Err(serde::de::Error::custom("this is no text"));
        };
        Ok(Self(text))
    }
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub(crate) struct Stranger {
    pub(crate) context: Arc<RequestContext>,
    pub(crate) address: IpAddr,
    pub(crate) user_agent: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Stranger {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let context = parts.extensions.get::<Arc<RequestContext>>().cloned();
        let context = context.ok_or_else(|| Problem::internal("a route outside the layers"))?;
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let user_agent = agent.map(|agent| agent.chars().take(MAX_AGENT_BYTES).collect());
        let address = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        Ok(Self { context, address, user_agent })
    }
}

/// A write by a stranger.
#[derive(Debug)]
pub(crate) struct Knock<T> {
    pub(crate) stranger: Stranger,
    pub(crate) body: T,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Knock<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        // A page of somebody else could log its visitors in as somebody else.
        same_origin(&parts.headers)?;
        body::announces_json(&parts.headers)?;
        let stranger = Stranger::from_request_parts(&mut parts, state).await?;
        let body = body::parse_json(&body::read(body, MAX_BYTES).await?)?;
        Ok(Self { stranger, body })
    }
}
