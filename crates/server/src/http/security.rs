//! Headers that tell browsers to do nothing with an answer.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

use crate::app::App;

/// The policy of an answer that is no plain data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Csp(pub(crate) &'static str);

/// For a year browsers come back by TLS only.
const ONLY_TLS: &str = "max-age=31536000";
const DATA_ONLY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds the headers where the route did not set its own.
pub(crate) async fn secure(State(app): State<App>, mut response: Response) -> Response {
    let policy = response.extensions_mut().remove::<Csp>().map_or(DATA_ONLY, |policy| policy.0);
    let headers = response.headers_mut();
    default(headers, header::CONTENT_SECURITY_POLICY, policy);
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::REFERRER_POLICY, "no-referrer");
    default(headers, header::X_FRAME_OPTIONS, "DENY");
    default(headers, header::CACHE_CONTROL, "no-store");
    if app.options.tls.is_some() {
        default(headers, header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
    response
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
