//! Headers that tell browsers to do nothing with an answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

/// The policy of an answer that is no plain data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Csp(pub(crate) &'static str);

const DATA_ONLY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds the headers where the route did not set its own.
pub(crate) async fn secure(mut response: Response) -> Response {
    let policy = response.extensions_mut().remove::<Csp>().map_or(DATA_ONLY, |policy| policy.0);
    let headers = response.headers_mut();
    default(headers, header::CONTENT_SECURITY_POLICY, policy);
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::REFERRER_POLICY, "no-referrer");
    default(headers, header::X_FRAME_OPTIONS, "DENY");
    default(headers, header::CACHE_CONTROL, "no-store");
    response
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
