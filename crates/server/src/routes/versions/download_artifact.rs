//! `GET /api/v1/versions/{id}/artifacts/{name}`

use assent_domain::ids::VersionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::blobs::download;

/// Gives the bytes of an artifact.
#[utoipa::path(get, path = "/api/v1/versions/{id}/artifacts/{name}", tag = "versions", operation_id = "downloadArtifact",
    params(("id" = Uuid, Path, description = "Id of the version"), ("name" = String, Path, description = "Name of the artifact")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"), Problems))]
pub(crate) async fn download_artifact(
    State(app): State<App>,
    caller: Caller,
    Segments((id, name)): Segments<(Uuid, String)>,
) -> Result<Response, Problem> {
    let artifact = app.read(move |desk| {
        let (_, version) = desk.version(&caller, VersionId(id))?;
        let found = version.artifacts.iter().find(|artifact| artifact.name == name).cloned();
        found.ok_or_else(|| Problem::not_found("artifact", name))
    });
    let artifact = artifact.await?;
    download(&app, &artifact.blob, &artifact.name).await
}
