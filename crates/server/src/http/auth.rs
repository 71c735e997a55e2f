//! Who sends a request: the bearer of a token, or a person with a session.

use std::sync::Arc;

use assent_domain::identity::{Principal, PrincipalKind, Session};
use assent_domain::ids::{PrincipalId, TokenId};
use assent_log::entry::ActorKind;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{RequestContext, cookie};
use crate::app::App;
use crate::naming::Naming;
use crate::problem::Problem;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 512;
/// The header that a page of the session sends with a write.
const CSRF: &str = "x-csrf-token";

/// What the caller showed.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// A token.
    Token(TokenId),
    /// The cookie of a session.
    Session(Arc<Session>),
}

/// A principal with what it showed, which held when the request came.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Arc<Principal>,
    pub(crate) shown: Shown,
    /// The blobs that it was found to be allowed to name.
    pub(crate) naming: Naming,
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

    /// The id of the token or session, for the log.
    pub(crate) fn shown_id(&self) -> String {
        match &self.shown {
            Shown::Token(id) => id.to_string(),
            Shown::Session(session) => session.id.to_string(),
        }
    }
}

/// The layer before every route that is not open to anyone.
pub(crate) async fn authenticate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let found = if request.headers().contains_key(AUTHORIZATION) {
        bearer(&app, request.headers()).await.map(|caller| (caller, None))
    } else {
        visitor(&app, request.method(), request.headers()).await
    };
    let (caller, renewed) = match found {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    if let Some(context) = request.extensions().get::<Arc<RequestContext>>() {
        context.caller.get_or_init(|| (caller.id(), caller.kind()));
    }
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    // What the route itself says of the cookie comes first: it may have ended the session.
    if let Some(renewed) = renewed.filter(|_| !response.headers().contains_key(SET_COOKIE)) {
        cookie::SESSION.set(&mut response, &renewed);
    }
    response
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
    Ok(Caller { principal: bearer.principal, shown: Shown::Token(bearer.token), naming: Naming::default() })
}

/// Who presents the session of these headers, and the cookie to be presented from now on. A write has to come from a page of
/// ours: browsers send cookies along whatever page asks them to.
async fn visitor(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(Caller, Option<String>), Problem> {
    let shown = cookie::SESSION.of(headers).ok_or_else(Problem::unauthenticated)?.to_owned();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if !reads {
        same_origin(headers)?;
    }
    let token = headers.get(CSRF).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    app.read_store(move |app| {
        let visitor = app.assent.visitor(&shown, app.options.session_idle, app.now())?;
        let visitor = visitor.ok_or_else(Problem::unauthenticated)?;
        let is_ours = |token: &str| app.assent.is_csrf_token(&visitor.session, token);
        if !reads && !token.as_deref().map(is_ours).transpose()?.unwrap_or(false) {
            return Err(forged("the header X-CSRF-Token is missing, or not the one of this session"));
        }
        let caller = Caller {
            principal: visitor.principal,
            shown: Shown::Session(visitor.session),
            naming: Naming::default(),
        };
        Ok((caller, visitor.renewed))
    })
    .await
}

/// Refuses what a browser says comes from a page of somebody else.
pub(crate) fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(forged("the request comes from a page of another site")),
    }
}

fn forged(detail: &'static str) -> Problem {
    let remedy =
        "send the `csrfToken` of GET /api/v1/me in the header X-CSRF-Token, from a page of this site";
    Problem::new(StatusCode::FORBIDDEN, "csrf", detail, remedy).denied("csrf")
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Absent only where a route was left outside the layer: then nobody gets in.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}
