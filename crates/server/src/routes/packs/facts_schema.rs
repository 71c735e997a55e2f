//! `GET /api/v1/schemas/facts`

use assent_domain::facts::json_schema;
use axum::Json;
use serde_json::Value;

use crate::http::Caller;
use crate::openapi::Problems;

/// Gives the JSON Schema of the facts that rules read.
#[utoipa::path(get, path = "/api/v1/schemas/facts", tag = "packs", operation_id = "factsSchema",
    responses((status = 200, description = "The schema", body = Object), Problems))]
pub(crate) async fn facts_schema(_caller: Caller) -> Json<Value> {
    Json(json_schema())
}
