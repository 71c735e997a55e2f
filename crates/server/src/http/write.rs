//! What every write brings: its body, its sender, its key, and the revision that the sender saw.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use assent_domain::ids::PrincipalId;
use assent_log::Hasher;
use assent_store::ReceiptKey;
use axum::extract::{FromRequest, Request};
use axum::http::header::{IF_MATCH, USER_AGENT};
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Caller, Peer, RequestContext, Stranger, body};
use crate::problem::Problem;

/// The largest body of JSON in bytes.
pub(crate) const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;
/// The most of a client's program name that is kept, in bytes.
pub(super) const MAX_AGENT_BYTES: usize = 512;

/// A body without content.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Empty {}

/// Everything of a write but its body.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) caller: Caller,
    pub(crate) context: Arc<RequestContext>,
    /// The client's key with the digest of method, path and body.
    pub(crate) idempotency: Option<(ReceiptKey, [u8; 32])>,
    /// The revision of `If-Match`.
    pub(crate) expected: Option<u64>,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) user_agent: Option<String>,
    /// In whose place it is done.
    pub(crate) on_behalf_of: Option<PrincipalId>,
}

impl Sent {
    /// The same, done in the place of somebody.
    pub(crate) fn in_place_of(self, delegator: Option<Uuid>) -> Self {
        Self { on_behalf_of: delegator.map(PrincipalId), ..self }
    }

    /// The same as a write that is not remembered: for what no receipt may keep a digest of.
    pub(crate) fn once(&self) -> Self {
        Self { idempotency: None, ..self.clone() }
    }

    /// Where it comes from.
    pub(crate) fn stranger(&self) -> Stranger {
        Stranger {
            context: Arc::clone(&self.context),
            address: self.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            user_agent: self.user_agent.clone(),
        }
    }
}

/// A write with its body, which is at most `MAX` bytes. An empty body counts as `{}`.
#[derive(Debug)]
pub(crate) struct Write<T, const MAX: usize = MAX_JSON_BYTES> {
    pub(crate) sent: Sent,
    pub(crate) body: T,
}

impl<T: DeserializeOwned, S: Send + Sync, const MAX: usize> FromRequest<S> for Write<T, MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let extensions = &parts.extensions;
        let caller = extensions.get::<Caller>().cloned().ok_or_else(Problem::unauthenticated)?;
        let context = extensions.get::<Arc<RequestContext>>().cloned();
        let context = context.ok_or_else(|| Problem::internal("a route outside the layers"))?;
        let key = idempotency_key(&parts.headers)?;
        let expected = expected_revision(&parts.headers)?;
        let bytes = body::read(body, MAX).await?;
        if !bytes.is_empty() {
            body::check_content_type(&parts.headers)?;
        }
        let digest = digest(&parts.method, parts.uri.path(), &bytes);
        let parsed = body::parse_json(if bytes.is_empty() { b"{}" } else { &bytes })?;
        let key = key.map(|key| ReceiptKey { principal: caller.id().0, route: context.route.clone(), key });
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let sent = Sent {
            caller,
            context,
            idempotency: key.map(|key| (key, digest)),
            expected,
            ip: parts.extensions.get::<Peer>().map(|peer| peer.0),
            user_agent: agent.map(|agent| agent.chars().take(MAX_AGENT_BYTES).collect()),
            on_behalf_of: None,
        };
        Ok(Self { sent, body: parsed })
    }
}

fn digest(method: &Method, path: &str, body: &[u8]) -> [u8; 32] {
    let mut hasher = Hasher::new();
    for part in [method.as_str().as_bytes(), b"\n", path.as_bytes(), b"\n", body] {
        hasher.update(part);
    }
    hasher.finish().0
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    let key =
        key.ok_or_else(|| Problem::invalid("an Idempotency-Key is 1 to 255 visible ASCII characters"))?;
    Ok(Some(key.to_owned()))
}

fn expected_revision(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if text == "*" {
        return Ok(None);
    }
    let revision =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    let wrong =
        || Problem::invalid(format!("If-Match is `{text}`: give the revision in double quotes, as `\"3\"`"));
    revision.map(Some).ok_or_else(wrong)
}
