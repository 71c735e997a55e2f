//! How long a request may take, the reading of its body included.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Ends a request that takes longer.
pub(crate) async fn time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let response = tokio::time::timeout(limit, next.run(request)).await;
    response.unwrap_or_else(|_| {
        let detail = format!("the request took more than {} seconds", limit.as_secs());
        let remedy = "look whether it was carried out, or repeat it with the same Idempotency-Key";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timed-out", detail, remedy).into_response()
    })
}
