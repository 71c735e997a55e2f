//! `GET /api/v1/accountability/report`

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::matrix::held;
use crate::app::App;
use crate::http::Caller;
use crate::openapi::Problems;
use crate::problem::Problem;

/// Gives the roles of the pack as a table in Markdown.
#[utoipa::path(get, path = "/api/v1/accountability/report", tag = "oversight", operation_id = "roleReport",
    responses((status = 200, description = "The table", body = String, content_type = "text/markdown"), Problems))]
pub(crate) async fn report(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let matrix = app.read(move |desk| held(desk, &caller)).await?;
    Ok(([(CONTENT_TYPE, "text/markdown; charset=utf-8")], matrix.markdown()).into_response())
}
