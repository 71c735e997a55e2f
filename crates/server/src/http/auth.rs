//! Who sends a request.

use std::sync::Arc;

use assent_domain::identity::{Principal, PrincipalKind};
use assent_domain::ids::{PrincipalId, TokenId};
use assent_log::entry::ActorKind;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::RequestContext;
use crate::app::App;
use crate::problem::Problem;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 512;

/// A principal with a token that held when the request came.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Arc<Principal>,
    pub(crate) token: TokenId,
}

impl Caller {
    pub(crate) fn id(&self) -> PrincipalId {
        self.principal.id
    }

    pub(crate) fn kind(&self) -> ActorKind {
        match self.principal.kind {
            PrincipalKind::User => ActorKind::User,
            PrincipalKind::Service => ActorKind::Service,
        }
    }
}

/// The layer before every route that is not open to anyone.
pub(crate) async fn authenticate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match bearer(&app, request.headers()).await {
        Ok(caller) => {
            if let Some(context) = request.extensions().get::<Arc<RequestContext>>() {
                context.caller.get_or_init(|| (caller.id(), caller.kind()));
            }
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Who presents the token of these headers.
pub(crate) async fn bearer(app: &App, headers: &HeaderMap) -> Result<Caller, Problem> {
    let secret = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let secret = secret
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let secret = secret.map(|(_, secret)| secret.trim()).filter(|secret| secret.len() <= MAX_TOKEN_BYTES);
    let secret = secret.ok_or_else(Problem::unauthenticated)?.to_owned();
    let bearer = app.read_store(move |app| Ok(app.assent.authenticate(&secret, app.now())?)).await?;
    let bearer = bearer.ok_or_else(Problem::unauthenticated)?;
    Ok(Caller { principal: bearer.principal, token: bearer.token })
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Absent only where a route was left outside the layer: then nobody gets in.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}
