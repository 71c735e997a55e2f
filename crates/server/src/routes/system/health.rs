//! `GET /healthz`

/// Says that the process lives.
#[utoipa::path(get, path = "/healthz", tag = "system", operation_id = "health", security(()),
    responses((status = 200, description = "It lives", body = String, content_type = "text/plain")))]
pub(crate) async fn health() -> &'static str {
    "ok\n"
}
