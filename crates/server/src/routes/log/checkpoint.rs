//! `GET /log/checkpoint`

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::problem::Problem;

/// Gives the newest checkpoint as a signed note (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/log/checkpoint", tag = "log", operation_id = "checkpoint", security(()),
    responses((status = 200, description = "The note", body = String, content_type = "text/plain")))]
pub(crate) async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    let latest = app.read(|desk| Ok(desk.view.read().latest_checkpoint()?)).await?;
    let latest = latest.ok_or_else(|| Problem::not_found("checkpoint", "newest"))?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], latest.note).into_response())
}
