//! The outermost layer: the id of the request, its place among the others, its log line, its metrics, and the body of its
//! problem.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use assent_app::command::{Request as LedgerRequest, SYSTEM};
use assent_app::denials::Source;
use assent_app::{Command, Failure};
use assent_domain::ids::PrincipalId;
use assent_log::entry::ActorKind;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// The address that a request comes from: of the connection, or what a trusted proxy says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What is known of a request beside its parts.
#[derive(Debug)]
pub(crate) struct RequestContext {
    /// Its id; also the correlation of the entries that it makes.
    pub(crate) id: Uuid,
    /// Method and path template: `POST /api/v1/models`.
    pub(crate) route: String,
    /// Who sent it, once that is known.
    pub(crate) caller: OnceLock<(PrincipalId, ActorKind)>,
}

/// Wraps every request, those without a route included.
pub(crate) async fn wrap(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let template = request.extensions().get::<MatchedPath>().map_or("*", MatchedPath::as_str);
    let context = Arc::new(RequestContext {
        id: app.id(),
        route: format!("{} {template}", method_name(request.method())),
        caller: OnceLock::new(),
    });
    request.extensions_mut().insert(Arc::clone(&context));
    let mut response = match admit(&app, template_is_vital(&context.route)) {
        Ok(_place) => next.run(request).await,
        Err(problem) => axum::response::IntoResponse::into_response(problem),
    };
    if let Some(problem) = problem_of(&mut response) {
        record_denial(&app, &context, &problem).await;
        log_problem(&context, &problem);
        response = render(&context, &problem, response);
    }
    let elapsed = started.elapsed();
    app.meters.request(&context.route, response.status().as_u16(), elapsed);
    tracing::info!(
        request = %context.id,
        route = context.route,
        status = response.status().as_u16(),
        micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
    if let Ok(id) = HeaderValue::from_str(&context.id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// Methods are text of the client: only the known ones become labels and routes.
fn method_name(method: &axum::http::Method) -> &'static str {
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("OTHER")
}

/// Probes are answered however full the house is.
fn template_is_vital(route: &str) -> bool {
    ["GET /healthz", "GET /readyz", "GET /metrics"].contains(&route)
}

fn admit(app: &App, vital: bool) -> Result<Option<tokio::sync::OwnedSemaphorePermit>, Problem> {
    if vital {
        return Ok(None);
    }
    let place = Arc::clone(&app.requests).try_acquire_owned();
    place.map(Some).map_err(|_| Problem::busy("too many requests are being carried out"))
}

/// The problem that a handler returned, or that stands for a failed layer.
fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    (response.status() == StatusCode::METHOD_NOT_ALLOWED).then(|| {
        let remedy = "use one of the methods in the Allow header";
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "the resource has no such method",
            remedy,
        )
        .allowing(allow)
    })
}

/// Denied attempts are events; a flood of them is counted into one event a minute for each source.
async fn record_denial(app: &App, context: &RequestContext, problem: &Problem) {
    let Some(code) = problem.denied else { return };
    let (actor, _) = context.caller.get().copied().unwrap_or((SYSTEM, ActorKind::System));
    let source = Source { actor, route: context.route.clone(), code: code.to_owned() };
    app.meters.denial(code);
    let Some(denials) = app.assent.denials.count(source, app.now()) else { return };
    let command = Command::RecordDenials {
        route: denials.source.route.clone(),
        code: denials.source.code.clone(),
        attempts: denials.attempts,
    };
    let mut request = LedgerRequest::of_system(context.id, command);
    request.actor = denials.source.actor;
    request.actor_kind = context.caller.get().map_or(ActorKind::System, |caller| caller.1);
    match app.assent.ledger.execute(request).await {
        Ok(_) | Err(Failure::Halted(_)) => {}
        Err(error) => tracing::warn!(request = %context.id, %error, "a denied attempt was not recorded"),
    }
}

fn log_problem(context: &RequestContext, problem: &Problem) {
    let (request, code) = (context.id, problem.code);
    if let Some(cause) = &problem.cause {
        tracing::error!(%request, code, cause, "failed");
    } else {
        tracing::debug!(%request, code, detail = problem.detail, "refused");
    }
}

fn render(context: &RequestContext, problem: &Problem, response: Response) -> Response {
    let document = problem.document(context.id.to_string());
    let (mut parts, _) = response.into_parts();
    parts.status = problem.status;
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut set = |name, value| drop(parts.headers.insert(name, value));
    set(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if problem.status == StatusCode::UNAUTHORIZED {
        set(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"assent\""));
    }
    let come_again = (problem.status == StatusCode::SERVICE_UNAVAILABLE).then_some(2);
    if let Some(seconds) = problem.retry_after.or(come_again) {
        set(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(methods) = &problem.allow {
        set(header::ALLOW, methods.clone());
    }
    Response::from_parts(parts, Body::from(serde_json::to_vec(&document).unwrap_or_default()))
}
