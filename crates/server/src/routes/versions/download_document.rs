//! `GET /api/v1/versions/{id}/documents/{kind}`

use assent_domain::ids::VersionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::newest_document;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::blobs::download;

/// Gives the bytes of the newest document of a kind.
#[utoipa::path(get, path = "/api/v1/versions/{id}/documents/{kind}", tag = "versions", operation_id = "downloadDocument",
    params(("id" = Uuid, Path, description = "Id of the version"),
        ("kind" = String, Path, description = "Kind of the document, for example `MODEL_CARD`")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"), Problems))]
pub(crate) async fn download_document(
    State(app): State<App>,
    caller: Caller,
    Segments((id, kind)): Segments<(Uuid, String)>,
) -> Result<Response, Problem> {
    let document = app.read(move |desk| {
        let (_, version) = desk.version(&caller, VersionId(id))?;
        newest_document(&version, &kind)
            .cloned()
            .ok_or_else(|| Problem::not_found("document of the kind", kind))
    });
    let document = document.await?;
    download(&app, &document.blob, &document.name).await
}
