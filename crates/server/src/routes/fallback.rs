//! What no route answers.

use std::any::Any;

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// A path that is none.
pub(super) async fn unknown(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    let remedy = "look at /api/openapi.json for the paths there are";
    Problem::new(StatusCode::NOT_FOUND, "unknown-path", format!("there is nothing at `{path}`"), remedy)
}

/// A defect of ours must not take the connection with it.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the cause over")]
pub(super) fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().cloned();
    let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Problem::internal(format!("panic: {}", text.unwrap_or_default())).into_response()
}
