//! `GET /readyz`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// Whether requests can be carried out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Readiness {
    /// Whether they can.
    ready: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Says whether the store can be read and the ledger carries out commands.
#[utoipa::path(get, path = "/readyz", tag = "system", operation_id = "ready", security(()),
    responses((status = 200, description = "Ready", body = Readiness), (status = 503, description = "Not ready", body = Readiness)))]
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let readable = app.read(|desk| Ok(desk.view.read().head()?)).await;
    let reason = match (app.assent.ledger.halted(), readable) {
        (Some(reason), _) => Some(format!("the ledger has stopped: {reason}")),
        (None, Err(problem)) => Some(problem.detail.clone()),
        (None, Ok(_)) => None,
    };
    let status = if reason.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: reason.is_none(), reason })).into_response()
}
